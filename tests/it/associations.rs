//! One group in several VPCs: `tier web { vpc = [main, tools] }`.

use crate::common::{as_of, compile_bound, compile_text, emit};
use tierwall::compile::Compilation;
use tierwall::diagnostic::Level;
use tierwall::groups::lower;
use tierwall::lint::{self, Levels};
use tierwall::plan::Changes;
use tierwall::policy::TierMapping;
use tierwall::report::plan::{Lowered, PlanDocument, PlanLines};

const VPCS: &str = "\
stack hub
vpc main  { cidr = 10.0.0.0/16 }
vpc tools { id = \"vpc-0123456789abcdef0\", cidr = 10.1.0.0/16 }
vpc edge  { id = \"vpc-0123456789abcdef1\", cidr = [10.2.0.0/16, 2001:db8:a::/56] }
vpc lost  { id = \"vpc-0123456789abcdef2\" }
";

fn program(lines: &str) -> String {
    format!("{VPCS}{lines}\n")
}

fn compiled(text: &str) -> Compilation {
    compile_text("hub.tier", text, &[], as_of())
}

/// What is reported for a program at least at this level: code, message and helps.
fn reported(text: &str, level: Level) -> Vec<String> {
    let compilation = compiled(text);
    let judged = compilation.judge_at(&Levels::default());
    let found = judged.problems.sorted().into_iter();
    let reports = found
        .filter(|problem| problem.level() == level)
        .map(|problem| problem.report());
    reports
        .map(|report| {
            format!(
                "{}: {}; {}",
                report.code,
                report.message,
                report.help.join("; ")
            )
        })
        .collect()
}

/// The codes of the errors of these lines, each with its message.
fn errors(lines: &str) -> Vec<String> {
    reported(&program(lines), Level::Error)
}

/// Whether the assertions of these lines hold; the first obstacle where one does not.
fn holds(lines: &str) -> Result<(), String> {
    errors(lines)
        .first()
        .map_or(Ok(()), |error| Err(error.clone()))
}

fn output(text: &str, target: &str) -> String {
    let compilation = compiled(text);
    let problems = &compilation.problems;
    assert!(!problems.any_error(), "{text}\n{problems:?}");
    emit(&compilation, target)
}

#[test]
fn each_further_vpc_is_an_association_in_the_outputs() {
    let text = program("tier web { vpc = [main, tools, edge] }\nweb allows https from anywhere");

    let terraform = output(&text, "terraform");
    for part in [
        "  vpc_id      = var.main_vpc_id\n",
        "resource \"aws_vpc_security_group_vpc_association\" \"web_in_vpc_0123456789abcdef0\" {\n  \
         security_group_id = aws_security_group.web.id\n  vpc_id            = \"vpc-0123456789abcdef0\"\n}\n",
        "\"web_in_vpc_0123456789abcdef1\"",
    ] {
        assert!(terraform.contains(part), "{part}\n{terraform}");
    }

    let template = output(&text, "cloudformation");
    let template: serde_json::Value = serde_json::from_str(&template).expect("JSON");
    assert_eq!(
        template["Resources"]["WebInVpc0123456789abcdef1Association"],
        serde_json::json!({
            "Type": "AWS::EC2::SecurityGroupVpcAssociation",
            "Properties": {
                "GroupId": { "Fn::GetAtt": ["WebSecurityGroup", "GroupId"] },
                "VpcId": "vpc-0123456789abcdef1",
            },
        })
    );

    let json = output(&text, "json");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        json["groups"][0]["associated_vpcs"],
        serde_json::json!([
            { "value": "vpc-0123456789abcdef0", "parameter": null },
            { "value": "vpc-0123456789abcdef1", "parameter": null },
        ])
    );
}

#[test]
fn a_vpc_whose_id_is_unknown_is_a_parameter() {
    let text = program("tier web { vpc = [tools, main] }\nweb allows https from anywhere");
    let terraform = output(&text, "terraform");
    assert!(
        terraform.contains("variable \"main_vpc_id\""),
        "{terraform}"
    );
    assert!(
        terraform.contains(
            "\"web_in_main_vpc_id\" {\n  security_group_id = aws_security_group.web.id\n  \
             vpc_id            = var.main_vpc_id\n}"
        ),
        "{terraform}"
    );
    let template = output(&text, "cloudformation");
    assert!(
        template.contains("\"WebInMainVpcIdAssociation\""),
        "{template}"
    );

    let bound = compile_bound(&text, &[("main-vpc-id", "vpc-0123456789abcdef9")]);
    let bound = emit(&bound, "terraform");
    assert!(
        bound.contains("\"web_in_vpc_0123456789abcdef9\""),
        "{bound}"
    );
}

#[test]
fn one_vpc_in_brackets_is_one_vpc() {
    let text = |vpc| {
        program(&format!(
            "tier web {{ vpc = {vpc} }}\nweb allows https from anywhere"
        ))
    };
    for target in ["terraform", "cloudformation", "json"] {
        assert_eq!(
            output(&text("main"), target),
            output(&text("[main]"), target)
        );
    }
}

#[test]
fn the_order_of_further_vpcs_does_not_matter() {
    let text = |vpcs| {
        program(&format!(
            "tier web {{ vpc = [{vpcs}] }}\nweb allows https from anywhere"
        ))
    };
    for target in ["terraform", "cloudformation", "json"] {
        let outputs =
            ["main, tools, edge", "main, edge, tools"].map(|vpcs| output(&text(vpcs), target));
        assert_eq!(outputs[0], outputs[1]);
    }
}

#[test]
fn the_stack_can_put_its_tiers_in_several_vpcs() {
    let text = program("tier web, db\nweb allows https from anywhere");
    let text = text.replace("stack hub", "stack hub { vpc = [main, tools] }");
    let terraform = output(&text, "terraform");
    for name in ["web", "db"] {
        let name = format!("\"{name}_in_vpc_0123456789abcdef0\"");
        assert!(terraform.contains(&name), "{terraform}");
    }
}

#[test]
fn reports_an_error_in_a_list_of_vpcs_once() {
    for (vpcs, expected) in [
        (
            "[main, toolz]",
            "E0201: there is no VPC `toolz`; did you mean `tools`?",
        ),
        (
            "[main, \"tools\"]",
            "E0207: `vpc` must be the name of a VPC of the program; did you mean `tools`?",
        ),
        (
            "[]",
            "E0207: `vpc` must be the name of a VPC of the program; ",
        ),
        (
            "[main, tools, main]",
            "E0365: VPC `main` is in the list twice; leave one of them out",
        ),
        (
            "[main, tools, again]",
            "E0365: `again` and `tools` are one VPC: they have the same `id`; leave one of them out",
        ),
    ] {
        let lines = format!(
            "vpc again {{ id = \"vpc-0123456789abcdef0\" }}\npeer main with tools\npeer main with again\n\
             peer tools with again\n\
             tier web {{ vpc = {vpcs} }}\ntier db {{ vpc = main }}\ndb allows mysql from web"
        );
        assert_eq!(errors(&lines), [expected], "{vpcs}");
    }
}

#[test]
fn one_vpc_under_two_names_is_reported_at_the_second_name() {
    for (list, marked) in [
        ("tier web { vpc = [main, again, tools] }", "tools"),
        ("tier web { vpc = [tools, main, again] }", "again"),
        (
            "stack s { vpc = [tools, main, again] }\ntier web, db",
            "again",
        ),
    ] {
        let program = format!(
            "vpc main {{ cidr = 10.0.0.0/16 }}\nvpc tools {{ id = \"vpc-0123456789abcdef0\" }}\n\
             vpc again {{ id = \"vpc-0123456789abcdef0\" }}\n{list}\n"
        );
        let compilation = compile_text("hub.tier", &program, &[], as_of());
        let problems = compilation.problems.clone().sorted();
        let marks = problems.iter().map(|problem| {
            let span = problem.span().expect("it has a place");
            (problem.report().code, compilation.sources.text(span))
        });
        assert_eq!(marks.collect::<Vec<_>>(), [("E0365", marked)], "{list}");
    }
}

#[test]
fn further_vpcs_are_of_the_region_and_may_be_of_another_account() {
    let far = |entry| {
        format!(
            "vpc far {{ id = \"vpc-0123456789abcdef7\", {entry} }}\ntier web {{ vpc = [near, far] }}\n\
                 vpc near {{ id = \"vpc-0123456789abcdef8\", region = \"eu-central-1\", account = \"123456789012\" }}\n\
                 web allows https from anywhere"
        )
    };
    let found = errors(&far("region = \"eu-west-1\""));
    assert!(
        found[0].starts_with("E0309: tier `web` is in region eu-west-1"),
        "{found:?}"
    );
    assert_eq!(errors(&far("account = \"210987654321\"")), [""; 0]);
}

#[test]
fn rules_name_groups_only_where_every_pair_of_vpcs_is_peered() {
    let unpeered = |a: &str, b: &str| {
        format!("which are not peered; if the VPCs are peered, declare it: `peer {a} with {b}`")
    };
    for (peerings, sentence, expected) in [
        ("", "web allows https from itself", vec![("main", "tools")]),
        ("", "web allows https from web", vec![("main", "tools")]),
        ("", "db allows mysql from web", vec![("main", "tools")]),
        ("", "web allows mysql to db", vec![("tools", "main")]),
        (
            "peer main with tools",
            "web allows https from itself",
            vec![],
        ),
        ("peer tools with main", "db allows mysql from web", vec![]),
        // both tiers are in both VPCs, and members are in different ones
        ("", "web allows https from api", vec![("main", "tools")]),
        // each pair has its own peering
        (
            "peer main with edge",
            "web allows https from far",
            vec![("tools", "edge")],
        ),
        (
            "peer main with edge\npeer edge with tools",
            "web allows https from far",
            vec![],
        ),
        // addresses need none
        ("", "db allows mysql from vpc main, vpc tools", vec![]),
    ] {
        let lines = format!(
            "{peerings}\ntier web, api {{ vpc = [main, tools] }}\ntier db {{ vpc = main }}\n\
             tier far {{ vpc = edge }}\n{sentence}"
        );
        let found = errors(&lines);
        let expected: Vec<String> = expected.iter().map(|(a, b)| unpeered(a, b)).collect();
        assert_eq!(found.len(), expected.len(), "{sentence}: {found:?}");
        for (found, expected) in found.iter().zip(&expected) {
            assert!(
                found.starts_with("E0307") && found.contains(expected),
                "{sentence}: {found}"
            );
        }
    }

    let lines = "tier web { vpc = [main, tools] }\nweb allows https from itself";
    assert_eq!(
        errors(lines),
        [
            "E0307: `web` is in VPC `main` and in `tools`, which are not peered; if the VPCs are peered, declare \
          it: `peer main with tools`; otherwise use the addresses of the VPC: `vpc main, vpc tools`"
        ]
    );
}

#[test]
fn a_transit_gateway_between_two_of_the_vpcs_is_one_for_the_sentence() {
    let lines = |sentences: &str| {
        format!(
            "peer main with tools over transit-gateway\ntier web {{ vpc = [main, tools] }}\n\
             tier agent {{ vpc = main, outbound = closed }}\n{sentences}"
        )
    };
    let found = errors(&lines("web allows https from agent"));
    assert_eq!(
        found,
        [
            "E0364: over a transit gateway, no outbound rule of `agent` can name the security group of `web`; let \
          `agent` send to the addresses of the VPC: `agent sends … to vpc main, vpc tools`; `web` can name the \
          group: `web accepts … from agent`"
        ]
    );
    let both = lines(
        "web accepts https from agent\nagent sends https to vpc main, vpc tools\nassert agent can reach web on https",
    );
    assert_eq!(errors(&both), [""; 0]);
    let half = program(&lines("web accepts https from agent"));
    let found = reported(&half, Level::Warning);
    let help = "; add `agent sends https to vpc main, vpc tools`";
    assert!(found.iter().any(|it| it.ends_with(help)), "{found:?}");
}

#[test]
fn members_carry_groups_that_are_in_all_their_vpcs() {
    for (web, management, missing) in [
        ("main", "[main, tools]", None),
        ("main", "[tools, main]", None),
        ("[tools, main]", "[main, tools, edge]", None),
        (
            "[main, tools]",
            "main",
            Some("`tools` and `management` in `main`"),
        ),
        (
            "[main, edge]",
            "[main, tools]",
            Some("`edge` and `management` in `main`, `tools`"),
        ),
    ] {
        let found = errors(&format!(
            "tier management {{ vpc = {management} }}\ntier web also management {{ vpc = {web} }}"
        ));
        match missing {
            None => assert_eq!(found, [""; 0], "{web}, {management}"),
            Some(missing) => {
                let message = format!("E0342: `web` is in VPC {missing}, and a network interface");
                assert!(found[0].starts_with(&message), "{found:?}");
            }
        }
    }
}

#[test]
fn every_tier_of_a_vpc_includes_those_that_are_associated_with_it() {
    let lines = "tier web { vpc = [main, tools] }\ntier db { vpc = main }\n\
                 every tier in vpc tools allows ssh from 192.0.2.7\n\
                 every tier in vpc main allows https from 192.0.2.7";
    let terraform = output(&program(lines), "terraform");
    for (rule, is_there) in [
        ("web_tcp_22_from", true),
        ("db_tcp_22_from", false),
        ("web_tcp_443_from", true),
        ("db_tcp_443_from", true),
    ] {
        assert_eq!(terraform.contains(rule), is_there, "{rule}\n{terraform}");
    }
}

#[test]
fn members_have_addresses_in_every_vpc() {
    let with = |vpcs: &str, rest: &str| {
        holds(&format!(
            "peer main with tools\npeer main with edge\ntier web {{ vpc = {vpcs} }}\n\
                        tier db {{ vpc = main }}\n{rest}"
        ))
    };

    // one block is not all members
    let half = "db allows mysql from 10.0.0.0/16\nassert web can reach db on mysql";
    assert_eq!(with("main", half), Ok(()));
    assert!(with("[main, tools]", half).is_err());
    let whole = "db allows mysql from vpc main, vpc tools\nassert web can reach db on mysql";
    assert_eq!(with("[main, tools]", whole), Ok(()));
    assert_eq!(with("[tools, main]", whole), Ok(()));

    // nor is it none of them
    let other = "db allows mysql from 10.1.0.0/16\nassert web cannot reach db on mysql";
    assert_eq!(with("main", other), Ok(()));
    assert!(with("[main, tools]", other).is_err());

    // where one VPC says nothing, members are anywhere
    let elsewhere = "db allows mysql from 192.0.2.0/24\nassert web cannot reach db on mysql";
    assert_eq!(with("[main, tools]", elsewhere), Ok(()));
    assert!(with("[main, lost]", elsewhere).is_err());

    // where one has no IPv6, members there may have any address of it
    let v6 = "db allows mysql from 2001:db8:b::/56\nassert web cannot reach db on mysql";
    assert_eq!(with("edge", v6), Ok(()));
    assert!(with("[edge, main]", v6).is_err());

    // its own addresses come first
    let stated = with("[main, tools], addresses = 10.0.9.0/24", half);
    assert!(stated.is_ok(), "{stated:?}");
}

#[test]
fn traffic_that_only_some_vpcs_filter_is_not_certain() {
    let with = |vpcs: &str, assertion: &str| {
        holds(&format!(
            "tier web {{ vpc = {vpcs}, outbound = closed }}\n{assertion}"
        ))
    };
    // the DNS server of `main` is a host as any other in `tools`
    for (vpcs, can, cannot) in [
        ("main", true, false),
        ("tools", false, true),
        ("[main, tools]", false, false),
        ("[tools, main]", false, false),
    ] {
        assert_eq!(
            with(vpcs, "assert web can reach 10.0.0.2 on dns").is_ok(),
            can,
            "{vpcs}"
        );
        assert_eq!(
            with(vpcs, "assert web cannot reach 10.0.0.2").is_ok(),
            cannot,
            "{vpcs}"
        );
    }
    // the services at their own addresses are in every VPC
    assert_eq!(
        with(
            "[main, tools]",
            "assert web can reach 169.254.169.253 on dns"
        ),
        Ok(())
    );

    let error = with("[main, tools]", "assert web cannot reach 10.0.0.2").expect_err("unknown");
    assert!(error.contains("E0701"), "{error}");
}

#[test]
fn an_address_that_one_vpc_may_reserve_is_unknown() {
    let text = program(
        "tier web { vpc = [main, tools], outbound = closed }\nassert web cannot reach 10.0.0.2",
    );
    let compilation = compiled(&text);
    let judged = compilation.judge_at(&Levels::default());
    let errors = judged.problems.sorted().into_iter();
    let mut errors = errors.filter(|problem| problem.level() == Level::Error);
    let notes = errors.next().expect("an error").report().help.join("; ");
    assert!(
        notes.contains("the router or the DNS server of `vpc main` or `vpc tools`"),
        "{notes}"
    );
}

#[test]
fn traffic_from_a_further_vpc_is_not_from_outside() {
    for (vpcs, is_outside) in [
        ("main", true),
        ("[main, tools]", false),
        ("[main, lost]", false),
    ] {
        let lines = format!("tier web {{ vpc = {vpcs} }}\nweb allows tcp 8080 from 10.1.0.0/16");
        let levels = Levels {
            all: Some(lint::Level::Warn),
            ..Levels::default()
        };
        let judged = compiled(&program(&lines))
            .judge_at(&levels)
            .problems
            .sorted();
        let found: Vec<&str> = judged.iter().map(|it| it.report().code).collect();
        let has_finding = found.contains(&"pmtud-blocked");
        assert_eq!(has_finding, is_outside, "{vpcs}: {found:?}");
    }
}

#[test]
fn limits_many_tiers_in_many_vpcs() {
    let names: Vec<String> = (0..300).map(|n| format!("v{n}")).collect();
    let vpcs = names
        .iter()
        .map(|name| format!("vpc {name} {{ cidr = 10.0.0.0/16 }}\n"));
    let tiers = (0..60).map(|n| {
        let (rest, first) = (&names[..n], &names[n..]);
        format!(
            "tier t{n} {{ vpc = [{}] }}\n",
            [first, rest].concat().join(", ")
        )
    });
    let declared: String = vpcs.chain(tiers).collect();
    let found = errors(&format!("{declared}every tier allows ssh from every tier"));
    assert!(found.iter().any(|it| it.starts_with("E0323")), "{found:?}");
    assert!(found.len() < 150, "{}", found.len());
}

/// What `diff` predicts between two programs: its lines, and the counts of Terraform and of
/// CloudFormation.
fn predicted(old: &str, new: &str) -> (Vec<String>, Vec<Vec<usize>>, String) {
    let (old, new) = (compiled(&program(old)), compiled(&program(new)));
    for compilation in [&old, &new] {
        assert!(
            !compilation.problems.any_error(),
            "{:?}",
            compilation.problems
        );
    }
    let mapping = TierMapping::new(&old.policy, &new.policy);
    let (was, is) = (lower(&old.policy), lower(&new.policy));
    let states = [was.to_state(), is.to_state()];
    let lowered = |deployment, sources| Lowered {
        deployment,
        sources,
    };
    let changes = Changes::compare_states(&states[0], &states[1], mapping.groups());
    let sides = [lowered(&was, &old.sources), lowered(&is, &new.sources)];
    let lines = PlanLines {
        changes: &changes,
        old: sides[0],
        new: sides[1],
    };
    let counts = changes.counts.iter().map(|(it, counts)| {
        let columns = it.planning.column_counts(counts);
        columns.map(|(_, count)| count).collect()
    });
    let document = PlanDocument::new(&changes, sides[0], sides[1]);
    let json = serde_json::to_value(&document).expect("JSON");
    (
        lines.all_lines(usize::MAX),
        counts.collect(),
        json["associations"].to_string(),
    )
}

#[test]
fn diff_predicts_associations() {
    let tier = |name: &str, vpcs: &str| {
        format!(
            "tier {name} {{ vpc = {vpcs} }}\n{} allows https from 192.0.2.0/24",
            &name[..3]
        )
    };
    let association = "association of web with vpc-0123456789abcdef0";

    let (lines, counts, json) = predicted(&tier("web", "main"), &tier("web", "[main, tools]"));
    assert_eq!(lines, [format!("+ {association}")]);
    assert_eq!(counts, [vec![1, 0, 0], vec![1, 0, 0, 0]]);
    assert_eq!(
        json,
        r#"[{"change":"added","targets":["terraform","cloudformation"],"tier":"web","vpc":"vpc-0123456789abcdef0"}]"#
    );

    let (lines, counts, _) = predicted(&tier("web", "[main, tools]"), &tier("web", "main"));
    assert_eq!(
        lines,
        [format!(
            "- {association}; AWS refuses that while a network interface there has the group"
        )]
    );
    assert_eq!(counts, [vec![0, 0, 1], vec![0, 0, 0, 1]]);

    // another home is another group
    let (lines, counts, _) =
        predicted(&tier("web", "[main, tools]"), &tier("web", "[lost, tools]"));
    assert!(
        lines[0].starts_with("! web  replaced with 3 rules: its VPC changes"),
        "{lines:?}"
    );
    assert!(
        lines.contains(&format!(
            "! {association}, replaced with its group or its VPC"
        )),
        "{lines:?}"
    );
    // the group, its rules for https and for everything it sends, and the association
    assert_eq!(counts, [vec![5, 0, 5], vec![0, 0, 2, 0]]);

    // a rename moves them
    let renamed = tier("api was web", "[main, tools]");
    let (lines, counts, json) = predicted(&tier("web", "[main, tools]"), &renamed);
    assert!(
        !lines.iter().any(|line| line.contains("association")),
        "{lines:?}"
    );
    assert_eq!(json, "[]");
    // the tag and the description of a rule
    assert_eq!(counts[0], [0, 2, 0]);
}

#[test]
fn a_renamed_tier_moves_its_associations() {
    let text = program(
        "tier portal was web, front { vpc = [main, tools] }\nportal allows https from anywhere",
    );
    let terraform = output(&text, "terraform");
    for [from, to] in [["front", "web"], ["web", "portal"]] {
        let address = |tier| {
            format!("aws_vpc_security_group_vpc_association.{tier}_in_vpc_0123456789abcdef0")
        };
        let moved = format!(
            "moved {{\n  from = {}\n  to   = {}\n}}\n",
            address(from),
            address(to)
        );
        assert!(terraform.contains(&moved), "{moved}\n{terraform}");
    }
    let template = output(&text, "cloudformation");
    assert!(
        template.contains("\"FrontInVpc0123456789abcdef0Association\""),
        "{template}"
    );
}

#[test]
fn associations_with_one_name_are_an_error() {
    let lines = "param in-b : vpc\nparam b : vpc\nvpc one { id = in-b }\nvpc two { id = b }\n\
                 tier a { vpc = [main, one] }\ntier a-in { vpc = [main, two] }\n\
                 a, a-in allow https from anywhere";
    let found = errors(lines);
    assert!(found[0].starts_with("E0326"), "{found:?}");
    assert_eq!(found.len(), 1, "{found:?}");
}
