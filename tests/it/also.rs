//! Members of several groups: `tier ci also management`.

use crate::common::{as_of, compile_text, emit};
use tierwall::analysis::diff::{Diff, EndId};
use tierwall::analysis::gate::Gates;
use tierwall::analysis::redundancy::redundant_flows;
use tierwall::compile::Compilation;
use tierwall::diagnostic::Level;
use tierwall::groups::lower;
use tierwall::lint::Levels;
use tierwall::plan::Changes;
use tierwall::policy::{Peer, TierMapping};
use tierwall::report::plan::{Lowered, PlanDocument, PlanLines};

fn compiled(text: &str) -> Compilation {
    compile_text("program.tier", text, &[], as_of())
}

/// The problems of a program at least at this level, as code and message.
fn problems(text: &str, level: Level) -> Vec<String> {
    let compilation = compiled(text);
    let judged = compilation.judge_at(&Levels::default());
    let found = judged.problems.sorted().into_iter();
    let found = found.filter(|problem| problem.level() == level);
    found
        .map(|problem| problem.report())
        .map(|report| format!("{}: {}", report.code, report.message))
        .collect()
}

fn errors(text: &str) -> Vec<String> {
    problems(text, Level::Error)
}

fn output(text: &str, name: &str) -> String {
    let compilation = compiled(text);
    assert!(
        !compilation.problems.any_error(),
        "{:?}",
        compilation.problems
    );
    emit(&compilation, name)
}

const FLEET: &str = "\
stack fleet { outbound = closed, exports = true }
tier bastion, web
tier management
tier ci, mirror also management

management allows ssh   from bastion
mirror     allows https from ci
";

#[test]
fn outputs_list_the_groups_of_each_member() {
    let terraform = output(FLEET, "terraform");
    for part in [
        "output \"ci_security_group_ids\" {\n  description = \"Security groups of the members of tier ci\"\n  \
         value       = [aws_security_group.ci.id, aws_security_group.management.id]\n}\n",
        "output \"security_group_ids\" {\n  description = \"Security groups of the members of each tier\"\n\n  \
         value = {\n    bastion = [\n      aws_security_group.bastion.id,\n    ]\n    ci = [\n      \
         aws_security_group.ci.id,\n      aws_security_group.management.id,\n    ]\n",
    ] {
        assert!(terraform.contains(part), "{part}\n{terraform}");
    }
    assert!(!terraform.contains("web_security_group_ids"));

    let cloudformation = output(FLEET, "cloudformation");
    let cloudformation: String = cloudformation.split_whitespace().collect();
    for part in [
        "\"CiSecurityGroupIds\":{\"Description\":\"SecuritygroupsofthemembersoftierciBroken\"",
        "\"Value\":{\"Fn::Join\":[\",\",[{\"Fn::GetAtt\":[\"CiSecurityGroup\",\"GroupId\"]},\
         {\"Fn::GetAtt\":[\"ManagementSecurityGroup\",\"GroupId\"]}]]}",
        "\"Name\":{\"Fn::Sub\":\"${AWS::StackName}-CiSecurityGroupIds\"}",
    ] {
        let part = part.replace("Broken", "");
        assert!(cloudformation.contains(&part), "{part}\n{cloudformation}");
    }

    let json = output(FLEET, "json");
    assert!(json.contains("\"also\": [\"management\"]"), "{json}");
}

#[test]
fn omits_the_outputs_of_members_in_a_program_without_also() {
    let apart = FLEET.replace(" also management", "");
    for target in ["terraform", "cloudformation", "json"] {
        let text = output(&apart, target).to_lowercase();
        assert!(
            !text.contains("group_ids") && !text.contains("groupids"),
            "{text}"
        );
        assert!(!text.contains("also"), "{text}");
    }
}

#[test]
fn also_is_transitive_and_takes_sets() {
    let text = "tier a also both\ntier b also c\ntier c\ntier d\ntiers both = b, d\n\
                a, b, c, d allow ssh from a";
    let compilation = compiled(text);
    let policy = &compilation.policy;
    let groups: Vec<Vec<&str>> = policy
        .tier_ids()
        .map(|id| policy.members.groups_of(id))
        .map(|groups| groups.map(|id| policy.tier(id).name.as_str()).collect())
        .collect();
    assert_eq!(
        groups,
        [
            vec!["a", "b", "c", "d"],
            vec!["b", "c"],
            vec!["c"],
            vec!["d"]
        ]
    );
    let carriers: Vec<u32> = policy
        .tier_ids()
        .nth(2)
        .map(|id| policy.members.carriers_of(id).map(|id| id.0).collect())
        .unwrap_or_default();
    assert_eq!(carriers, [2, 0, 1]);
}

#[test]
fn reports_misuse_at_its_position() {
    for (text, error) in [
        ("tier a also a", "E0341: `also` of `a` leads back to `a`"),
        (
            "tier a also b\ntier b also c\ntier c also a",
            "E0341: `also` of `c` leads back to `c`",
        ),
        ("tier a also nothing", "E0201: there is no tier `nothing`"),
        (
            "network n = 10.0.0.0/8\ntier a also n",
            "E0202: expected a tier, found a network `n`",
        ),
        (
            "tier a also",
            "E0101: expected a tier, found the end of the line",
        ),
        (
            "tier b\ntier a was c also b",
            "E0101: expected the end of the line, a block or a string, found `also`",
        ),
        (
            "stack s { groups-per-interface = 17 }\ntier a",
            "E0207: `groups-per-interface` must be a number from 1 to 16",
        ),
        (
            "stack s { groups-per-interface = 2 }\ntier a also b, c\ntier b, c",
            "groups-per-interface: the members of `a` carry 3 groups, and a network interface at \
             most 2",
        ),
    ] {
        let found = errors(text);
        assert!(
            found.iter().any(|found| found.starts_with(error)),
            "{text}: {found:?}, not {error}"
        );
    }

    let report = compiled("tier a also b\ntier b also c\ntier c also a")
        .problems
        .sorted();
    let labels: Vec<String> = report[0]
        .report()
        .labels
        .iter()
        .map(|it| it.words.clone())
        .collect();
    assert_eq!(labels, ["c → a → b → c"]);
}

#[test]
fn assertions_judge_all_groups_of_all_members() {
    let base = "tier bastion, other\ntier management { outbound = closed }\n\
                tier ci also management { outbound = closed }\n\
                management allows ssh from bastion\nci allows https from 0.0.0.0/0\n\
                other allows mysql from management\n";
    for (assertion, holds) in [
        ("assert bastion can reach ci on ssh", true),
        ("assert only bastion can reach ci on ssh", true),
        // the members of `ci` are members of `management` too
        ("assert internet cannot reach management", false),
        ("assert internet cannot reach management on ssh", true),
        ("assert ci can reach other on mysql", true),
        ("assert ci cannot reach other", false),
        ("assert only management can reach other on mysql", true),
        ("assert only ci can reach other on mysql", false),
        ("assert internet cannot reach every tier except ci", true),
        ("assert bastion can reach management on ssh", true),
    ] {
        assert_eq!(
            errors(&format!("{base}{assertion}")).is_empty(),
            holds,
            "{assertion}"
        );
    }
}

#[test]
fn rules_of_another_group_make_none_redundant() {
    let redundant = |text: &str| {
        let compilation = compiled(text);
        let policy = &compilation.policy;
        redundant_flows(&lower(policy), &Gates::new(policy)).len()
    };
    // the group of `management` is on other machines too
    let twice = "tier management\ntier ci also management\n\
                 management, ci allow ssh from 10.0.0.0/8\n";
    assert_eq!(redundant(twice), 0);

    // all members of `db` alone are in the block, but not those of `ci`, who carry `db` too
    let within = "stack s { ip = ipv4 }\ntier web\ntier db { addresses = 10.0.0.0/24 }\n\
                  tier ci also db { addresses = 10.1.0.0/24 }\n\
                  web allows https from db\nweb allows https from 10.0.0.0/16\n";
    assert_eq!(redundant(within), 0);
    assert_eq!(redundant(&within.replace(" also db", "")), 1);
}

#[test]
fn a_role_is_judged_by_all_groups_that_members_carry() {
    let text = "tier management\ntier db is database also management\n\
                management allows tcp 12345 from anywhere\ndb allows mysql from management\n";
    let found = problems(text, Level::Warning);
    assert!(
        found
            .iter()
            .any(|found| found.contains("`db` is `database` and accepts tcp 12345")),
        "{found:?}"
    );
    // what the role needs may stand in any of the groups
    let text = "tier base\ntier db is database also base\nbase allows mysql from 10.0.0.0/24\n";
    let found = problems(text, Level::Warning);
    assert!(
        !found.iter().any(|found| found.contains("accepts no")),
        "{found:?}"
    );
}

#[test]
fn a_diff_shows_what_also_opens() {
    let old = "tier bastion, other\ntier management\ntier ci\n\
               management allows ssh from bastion, 10.0.0.0/24\n\
               other allows mysql from management\n";
    let new = old.replace("tier ci", "tier ci also management");
    let (old, new) = (compiled(old), compiled(&new));
    let gained = |old: &Compilation, new: &Compilation| {
        let mapping = TierMapping::new(&old.policy, &new.policy);
        let diff = Diff::compare_policies(&old.policy, &new.policy, &mapping);
        let name = |end: EndId| match diff.ends.get(end).new {
            Some(Peer::Tier(id)) => new.policy.tier(id).name.clone(),
            _ => "hosts".to_string(),
        };
        let gained = diff.gained.iter();
        let mut gained: Vec<[String; 2]> = gained
            .map(|change| [name(change.from), name(change.to)])
            .collect();
        gained.sort();
        gained.dedup();
        gained
    };
    assert_eq!(
        gained(&old, &new),
        [["bastion", "ci"], ["ci", "other"], ["hosts", "ci"]]
    );
    assert_eq!(gained(&new, &old), Vec::<[String; 2]>::new());
}

/// The lines about what AWS will do, and the JSON of it.
fn planned(old: &str, new: &str) -> (Vec<String>, serde_json::Value) {
    let (old, new) = (compiled(old), compiled(new));
    let mapping = TierMapping::new(&old.policy, &new.policy);
    let (was, is) = (lower(&old.policy), lower(&new.policy));
    let states = [was.to_state(), is.to_state()];
    let changes = Changes::compare_states(&states[0], &states[1], mapping.groups());
    let [was, is] =
        [(&was, &old.sources), (&is, &new.sources)].map(|(deployment, sources)| Lowered {
            deployment,
            sources,
        });
    let lines = PlanLines {
        changes: &changes,
        old: was,
        new: is,
    };
    let document = PlanDocument::new(&changes, was, is);
    let document = serde_json::to_value(&document).expect("it is data");
    (lines.other_lines(&changes.others), document)
}

const APART: &str = "\
stack s { exports = true }
tier a { outbound = closed }
tier b { outbound = closed }
a allows ssh from 10.0.0.0/8
";

#[test]
fn a_plan_shows_what_members_must_also_carry() {
    let together = APART.replace("tier a ", "tier a also b ");
    let (lines, json) = planned(APART, &together);
    assert_eq!(
        lines,
        [
            "+ members of a must also carry the group of b: attach it to their network interfaces",
            "+ output a_security_group_ids, ASecurityGroupIds",
            "+ output security_group_ids (Terraform)",
            "+ export of the ids of the groups of a (CloudFormation)",
        ]
    );
    assert_eq!(
        json["member_groups"],
        serde_json::json!([{
            "tier": "a",
            "group": "b",
            "change": "added",
            "targets": ["terraform", "cloudformation"],
        }])
    );
    assert_eq!(
        json["outputs"][1],
        serde_json::json!({
            "terraform": "security_group_ids",
            "cloudformation": null,
            "tier": null,
            "change": "added",
            "targets": ["terraform"],
        })
    );
    assert_eq!(json["exports"][0]["cloudformation"], "ASecurityGroupIds");

    let (lines, _) = planned(&together, APART);
    assert_eq!(
        lines,
        [
            "- members of a no longer carry the group of b: detach it from their network interfaces",
            "- output a_security_group_ids, ASecurityGroupIds",
            "- output security_group_ids (Terraform)",
            "- export of the ids of the groups of a; CloudFormation refuses that while another \
             stack imports it (CloudFormation)",
        ]
    );
}

#[test]
fn a_plan_shows_outputs_with_other_groups() {
    let old =
        format!("{APART}tier c {{ outbound = closed }}\n").replace("tier a ", "tier a also b ");
    let new = old.replace("also b", "also b, c");
    let (lines, _) = planned(&old, &new);
    assert_eq!(
        lines,
        [
            "+ members of a must also carry the group of c: attach it to their network interfaces",
            "~ output a_security_group_ids, ASecurityGroupIds, another value",
            "~ output security_group_ids, another value (Terraform)",
            "~ export of the ids of the groups of a; CloudFormation refuses that while another \
             stack imports it (CloudFormation)",
        ]
    );
    // another way to the same groups
    let both = new.replace("tier b ", "tier b also c ");
    let through = both.replace("also b, c", "also b");
    assert_eq!(planned(&both, &through).0, Vec::<String>::new());
}

#[test]
fn a_plan_shows_lists_of_groups_under_other_names() {
    let old = "tier m\ntier c also m\nm allows ssh from 10.0.0.0/8\n";
    let new = old.replace("tier c also m", "tier cc also m was c");
    assert_eq!(
        planned(old, &new).0,
        [
            "- output c_security_group_id (Terraform)",
            "+ output cc_security_group_id (Terraform)",
            "- output c_security_group_ids (Terraform)",
            "+ output cc_security_group_ids (Terraform)",
            "~ output security_group_ids, another value (Terraform)",
        ]
    );
}
