//! That the generated programs are dense: what the laws are about happens in them, again and again.
//! The programs are the same at every run, so that this holds or does not.

use crate::choices::numbers;
use crate::compile::{TODAY, outputs, with};
use crate::generate::{addition, program};
use crate::law_addresses::refused;
use crate::law_defaults::duplicated;
use crate::law_locality::check;
use crate::meaning::Meaning;
use crate::packets::{Material, Random};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// So many values, always the same.
fn samples<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).expect("a value").current())
        .collect()
}

#[test]
fn generated_outputs_cover_the_contract() {
    let programs = samples(&program(), 200);
    let outputs: Vec<String> = programs
        .iter()
        .map(|program| outputs(&program.text()).concat())
        .collect();
    let over_gateway = programs
        .iter()
        .filter(|program| program.text().contains("transit-gateway"))
        .count();
    assert!(
        over_gateway >= 15,
        "{over_gateway} programs of 200 have a transit gateway"
    );
    let wanted = [
        ("halves of everything", "\"CidrIp\": \"128.0.0.0/1\"", 5),
        (
            "rules on groups of others, CloudFormation",
            "\"GroupId\": \"sg-",
            5,
        ),
        (
            "rules on groups of others, Terraform",
            "security_group_id = \"sg-",
            5,
        ),
        ("rules of one side", " accepts ", 30),
        ("rules of the other", " sends ", 20),
        ("placeholders", "no outbound traffic", 50),
        ("silenced checks", "W3687", 50),
        ("moved rules", "from = aws_vpc_security_group_", 30),
        ("groups of another account", "SourceSecurityGroupOwnerId", 5),
        ("lists that are looked up", "data.aws_region.tierwall_", 1),
        ("lists that are asked for", "PrefixListId\": {", 10),
        ("blocks that are asked for", "= var.office_cidr", 8),
        ("blocks that are asked for, IPv6", "= var.lab6", 8),
        ("groups that are asked for", "= var.their_group", 5),
        (
            "parameters that are called as an id is",
            "= var.sg_0a1b2c3d",
            3,
        ),
        (
            "lists distinguished from parameters of their name",
            "_from_s3_",
            1,
        ),
        ("locked default groups", "aws_default_security_group", 10),
        ("exceptions", " except ", 30),
        ("days", " until ", 25),
        ("tags of rules", "\", \"tags\": {", 80),
        (
            "lists of blocks that are asked for",
            "for_each = var.homes",
            3,
        ),
        ("lists that are made", "\"AWS::EC2::PrefixList\"", 3),
        ("templates that are none", "$${", 80),
        ("texts that are asked for", "Fn::Sub\": \"", 10),
        ("texts that are asked for alone", "= var.stage\n", 5),
        ("other protocols", "ip_protocol       = \"50\"", 4),
        ("explicit names", "GroupName", 20),
        ("groups in several VPCs", "SecurityGroupVpcAssociation", 15),
        (
            "associations that are moved",
            "to   = aws_vpc_security_group_vpc_association",
            3,
        ),
    ];
    for (what, text, least) in wanted {
        let count = outputs
            .iter()
            .filter(|output| output.contains(text))
            .count();
        assert!(
            count >= least,
            "{count} programs of 200 have {what} ({text:?})"
        );
    }
}

#[test]
fn added_sentences_overlap_existing_ones() {
    let mut made = [0; 4];
    for addition in samples(&addition(), 600) {
        let exceptions =
            check(&addition).unwrap_or_else(|missing| panic!("{missing}\n{addition:?}"));
        let each = [
            exceptions.retold,
            exceptions.gone,
            exceptions.placeholders,
            exceptions.renamed,
        ];
        made.iter_mut()
            .zip(each)
            .for_each(|(sum, one)| *sum += usize::from(one > 0));
    }
    assert!(
        made.iter().all(|count| *count > 3),
        "exceptions that 600 additions made: {made:?}"
    );
}

#[test]
fn some_names_clash_and_some_do_not() {
    let both = (program(), numbers(24));
    let refused = samples(&both, 300)
        .into_iter()
        .filter(|(program, numbers)| {
            refused(program, numbers).unwrap_or_else(|why| panic!("{why}"))
        });
    let count = refused.count();
    assert!(
        (3..150).contains(&count),
        "{count} programs of 300 are refused"
    );
    let programs = samples(&program(), 300);
    let twice = programs
        .iter()
        .filter(|program| duplicated(&program.text()).unwrap_or_else(|why| panic!("{why}")));
    let count = twice.count();
    assert!(
        (3..150).contains(&count),
        "the defaults of {count} programs of 300 make a rule twice"
    );
}

#[test]
fn some_packets_pass_and_some_do_not() {
    let (mut passed, mut asked) = (0, 0);
    for program in samples(&program(), 60) {
        with(&program.text(), |sources, parsed, _| {
            let meaning = Meaning {
                sources,
                program: parsed,
                today: TODAY,
            };
            let (material, random) = (Material::new(&meaning), &mut Random(7));
            asked += 200;
            passed += (0..200)
                .filter(|_| meaning.may_pass(&material.packet(random)))
                .count();
        });
    }
    assert!(
        (asked / 20..asked / 2).contains(&passed),
        "{passed} of {asked} packets pass"
    );
}
