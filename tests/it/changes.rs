//! Predicted changes of small edits match the plans of the outputs, one topic per test, and their
//! text.

use crate::common::{as_of, compile_text};
use tierwall::compile::Compilation;
use tierwall::groups::lower;
use tierwall::plan::{Changes, GroupOutcome};
use tierwall::policy::TierMapping;
use tierwall::report::plan::{Lowered, PlanDocument, PlanLines};

fn compiled(program: &str) -> Compilation {
    let compilation = compile_text("shop.tier", program, &[], as_of());
    assert!(
        !compilation.problems.any_error(),
        "{program}\n{:?}",
        compilation.problems
    );
    compilation
}

fn between<T>(old: &str, new: &str, then: impl FnOnce(&PlanLines<'_>) -> T) -> T {
    let (old, new) = (compiled(old), compiled(new));
    let tier_mapping = TierMapping::new(&old.policy, &new.policy);
    let (was, is) = (lower(&old.policy), lower(&new.policy));
    let states = [was.to_state(), is.to_state()];
    let lowered = |deployment, sources| Lowered {
        deployment,
        sources,
    };
    then(&PlanLines {
        changes: &Changes::compare_states(&states[0], &states[1], tier_mapping.groups()),
        old: lowered(&was, &old.sources),
        new: lowered(&is, &new.sources),
    })
}

/// What the plan of a target counts.
fn counts(changes: &Changes<'_>, target: &str) -> Vec<usize> {
    let (it, counts) = changes
        .counts
        .iter()
        .find(|(it, _)| it.target.name == target)
        .expect("a target that deploys");
    let columns = it.planning.column_counts(counts);
    columns.map(|(_, count)| count).collect()
}

/// Terraform: add, change, destroy; CloudFormation: add, modify, replace, remove; and the lines of
/// the report.
#[track_caller]
fn foretold(
    old: &str,
    new: &str,
    terraform: [usize; 3],
    cloudformation: [usize; 4],
    reported: &[&str],
) {
    between(old, new, |lines| {
        let counted = |target| counts(lines.changes, target);
        let uses = lines
            .use_lines(&lines.changes.uses)
            .into_iter()
            .map(|line| format!("quota: {line}"));
        let each = lines
            .all_lines(usize::MAX)
            .into_iter()
            .chain(uses)
            .map(|line| format!("  {line}"));
        let all: Vec<String> = lines.headline().into_iter().chain(each).collect();
        let lines = all.join("\n");
        assert_eq!(counted("terraform"), terraform, "Terraform\n{lines}");
        assert_eq!(
            counted("cloudformation"),
            cloudformation,
            "CloudFormation\n{lines}"
        );
        let squeezed: Vec<String> = all
            .iter()
            .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        for line in reported {
            assert!(
                squeezed.iter().any(|squeezed| squeezed == line),
                "`{line}` is not in\n{lines}"
            );
        }
    });
}

const SHOP: &str = "\
stack shop
tier web
tier app
tier db { outbound = closed }
web allows https from 203.0.113.0/24
app allows tcp 8080 from web
db allows mysql from app
";

fn edited(replacements: &[(&str, &str)]) -> String {
    replacements
        .iter()
        .fold(SHOP.to_string(), |text, (was, is)| {
            assert!(text.contains(was), "{was}");
            text.replace(was, is)
        })
}

#[test]
fn splits_rules_for_everything_in_cloudformation_next_to_a_rule_to_a_tier() {
    let new = format!("{SHOP}web sends tcp 8080 to app\n");
    let reported = [
        "AWS by CloudFormation: 1 rule to add, 2 to replace",
        "! web outbound all to anywhere (2 rules) replaced by two, for half of the addresses each (CloudFormation)",
        "+ web outbound tcp 8080 to app shop.tier:8: web sends tcp 8080 to app",
    ];
    foretold(SHOP, &new, [1, 0, 0], [1, 1, 0, 0], &reported);
    foretold(&new, SHOP, [0, 0, 1], [0, 1, 0, 1], &[]);
}

#[test]
fn a_rule_is_added_and_one_removed() {
    let new = edited(&[("203.0.113.0/24", "192.0.2.0/24")]);
    let reported = [
        "AWS: 1 rule to add, 1 to remove",
        "- web inbound tcp 443 from 203.0.113.0/24 shop.tier:5: web allows https from 203.0.113.0/24",
        "+ web inbound tcp 443 from 192.0.2.0/24 shop.tier:5: web allows https from 192.0.2.0/24",
    ];
    foretold(SHOP, &new, [1, 0, 1], [0, 1, 0, 0], &reported);
}

#[test]
fn a_rule_between_tiers_is_a_resource_of_its_own() {
    let new = format!("{SHOP}app allows ssh from web\n");
    foretold(
        SHOP,
        &new,
        [1, 0, 0],
        [1, 0, 0, 0],
        &["+ app inbound tcp 22 from web shop.tier:8: app allows ssh from web"],
    );
}

#[test]
fn rewriting_a_sentence_changes_only_texts() {
    let new = edited(&[("mysql", "tcp 3306"), ("https", "tcp 443")]);
    let reported = [
        "AWS: 2 rules with a changed description",
        "~ db inbound tcp 3306 from app description only, was \"db allows mysql from app\"",
    ];
    foretold(SHOP, &new, [0, 2, 0], [0, 2, 0, 0], &reported);
}

#[test]
fn a_group_whose_description_changes_is_replaced_with_its_rules() {
    let new = edited(&[("tier app", "tier app { description = \"Orders\" }")]);
    let reported = [
        "AWS by Terraform: 3 rules to replace, 1 to reference another group; 1 group replaced",
        "AWS by CloudFormation: 4 rules to replace; 1 group replaced",
        "! app replaced with 3 rules: its description changes",
        "~ db inbound tcp 3306 from app references another group, in place (Terraform)",
        "! db inbound tcp 3306 from app replaced, because its peer is replaced (CloudFormation)",
    ];
    foretold(SHOP, &new, [4, 1, 4], [0, 0, 3, 0], &reported);
}

#[test]
fn a_group_that_keeps_its_name_cannot_be_replaced() {
    let old = edited(&[("outbound = closed", "outbound = closed, name = \"orders\"")]);
    let new = old.replace(
        "name = \"orders\"",
        "name = \"orders\", description = \"Orders\"",
    );
    let reported = [
        "! db replaced with 1 rule: its description changes; AWS refuses that while the old group has the same `name`",
    ];
    foretold(&old, &new, [2, 0, 2], [0, 0, 2, 0], &reported);
    let new = new.replace("name = \"orders\"", "name = \"books\"");
    let reported = ["! db replaced with 1 rule: its name changes, and its description changes"];
    foretold(&old, &new, [2, 0, 2], [0, 0, 2, 0], &reported);
}

#[test]
fn a_tier_renamed_with_was_is_kept() {
    let new = edited(&[
        ("tier app", "tier api was app"),
        ("app allows", "api allows"),
        ("from app", "from api"),
    ]);
    let reported = [
        "> api was app: the group stays, its tags change in place",
        "- output app_security_group_id (Terraform)",
        "+ output api_security_group_id (Terraform)",
    ];
    foretold(SHOP, &new, [0, 3, 0], [0, 3, 0, 0], &reported);
    // back: Terraform has no `moved` for it, and for CloudFormation nothing has moved
    let reported = [
        "! app replaced with 3 rules: the program has no `was api` (Terraform)",
        "> app was api: the group stays, its tags change in place (CloudFormation)",
    ];
    foretold(&new, SHOP, [5, 0, 5], [0, 3, 0, 0], &reported);
    // Terraform's name prefix and CloudFormation's logical ids are derived from the oldest name
    let reported = [
        "! api replaced with 3 rules: the start of its name changes (Terraform)",
        "! api replaced with 3 rules: the program no longer has `was app` (CloudFormation)",
    ];
    foretold(
        &new,
        &new.replace(" was app", ""),
        [4, 1, 4],
        [3, 0, 0, 3],
        &reported,
    );
}

#[test]
fn a_tier_renamed_without_was_is_deleted_and_created() {
    let new = edited(&[
        ("tier app", "tier api"),
        ("app allows", "api allows"),
        ("from app", "from api"),
    ]);
    let reported = [
        "AWS by Terraform: 4 rules to replace; 1 group recreated",
        "! api recreated with 3 rules: it has the rules of `app`, and the program has no `was app`",
        "! db inbound tcp 3306 from api replaced, because its peer is replaced",
    ];
    foretold(SHOP, &new, [5, 0, 5], [3, 0, 0, 3], &reported[1..]);
    // what is proposed keeps the group
    let fixed = new.replace("tier api", "tier api was app");
    foretold(SHOP, &fixed, [0, 3, 0], [0, 3, 0, 0], &[]);
    between(SHOP, &new, |lines| {
        let document = serde_json::to_value(PlanDocument::new(lines.changes, lines.old, lines.new))
            .expect("JSON");
        let group = &document["groups"][0];
        assert_eq!(
            (&group["change"], &group["tier"], &group["was"]),
            (&"recreated".into(), &"api".into(), &"app".into())
        );
        let fix = serde_json::json!({ "file": "shop.tier", "line": 3, "column": 6, "text": "tier api was app" });
        assert_eq!(group["fix"], fix);
    });
}

/// The tiers that are recreated, as `old -> new`.
fn recreated(old: &str, new: &str) -> Vec<String> {
    between(old, new, |lines| {
        let groups = lines
            .changes
            .groups
            .iter()
            .filter(|(change, _)| change.outcome == GroupOutcome::Recreated);
        let names =
            groups.filter_map(|(change, _)| Some((change.sides.before()?, change.sides.after()?)));
        let name = |(was, is)| {
            format!(
                "{} -> {}",
                lines.changes.old.group(was).name,
                lines.changes.new.group(is).name
            )
        };
        names.map(name).collect()
    })
}

#[test]
fn detects_a_tier_recreated_with_the_same_rules() {
    let renamed = |text: &str, was: &str, is: &str| {
        let word = |word: &str| {
            if word == was {
                is.to_string()
            } else {
                word.to_string()
            }
        };
        text.split_inclusive(|c: char| !c.is_ascii_alphanumeric())
            .map(|part| {
                let name = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
                word(name) + &part[name.len()..]
            })
            .collect::<String>()
    };
    let api = renamed(SHOP, "app", "api");
    assert_eq!(recreated(SHOP, &api), ["app -> api"]);
    // two that name each other, and three
    let both = renamed(&api, "db", "store");
    assert_eq!(recreated(SHOP, &both), ["app -> api", "db -> store"]);
    let all = renamed(&both, "web", "front");
    assert_eq!(
        recreated(SHOP, &all),
        ["app -> api", "db -> store", "web -> front"]
    );
    // a group that `was` would not keep either, and rules that differ
    for (from, to) in [
        ("tier api", "tier api { description = \"Orders\" }"),
        ("tcp 8080", "tcp 8081"),
        ("tier api", "tier api { outbound = closed }"),
    ] {
        assert_eq!(recreated(SHOP, &api.replace(from, to)), [""; 0], "{to}");
    }
    // one of two that are alike
    let twin = |names: &str| {
        format!("tier {names} {{ outbound = closed }}\n{names} allow https from 192.0.2.0/24\n")
    };
    assert_eq!(recreated(&twin("a, b"), &twin("c, d")), [""; 0]);
    assert_eq!(recreated(&twin("a, b"), &twin("c, b")), ["a -> c"]);
    // a second renaming, which forgets the first new name
    let again = |name: &str| SHOP.replace("tier app", &format!("tier {name} was core"));
    let again = |name: &str| {
        again(name)
            .replace("app allows", &format!("{name} allows"))
            .replace("from app", &format!("from {name}"))
    };
    assert_eq!(recreated(&again("app"), &again("api")), ["app -> api"]);
    foretold(
        &again("app"),
        &again("api"),
        [5, 0, 5],
        [0, 3, 0, 0],
        &["AWS by Terraform: 4 rules to replace; 1 group recreated"],
    );
    // a tier that CloudFormation knows by a name that another had
    let old = "tier a was x { outbound = closed }\ntier b { outbound = closed }\na allows ssh from 192.0.2.0/24\nb allows https from 192.0.2.0/24\n";
    let new = "tier c was x { outbound = closed }\nc allows https from 192.0.2.0/24\n";
    assert_eq!(recreated(old, new), [""; 0]);
    // neither is reported
    assert_eq!(recreated("tier a\n", "tier b\n"), [""; 0]);
    // its earlier names are what its name in AWS is made of
    let old = format!("{}\n", SHOP.replace("tier app", "tier app was core"));
    between(&old, &api, |lines| {
        let document = serde_json::to_value(PlanDocument::new(lines.changes, lines.old, lines.new))
            .expect("JSON");
        assert_eq!(
            document["groups"][0]["fix"]["text"],
            "tier api was app, core"
        );
    });
    foretold(
        &old,
        &api.replace("tier api", "tier api was app, core"),
        [0, 3, 0],
        [0, 3, 0, 0],
        &[],
    );
}

#[test]
fn a_changed_default_changes_the_rules_of_the_parameter() {
    let with = |default: &str| {
        format!(
            "param office : cidr{default}\ntier web\nweb allows ssh, https from office\nweb allows http from anywhere\n"
        )
    };
    let (was, is) = (with(" = 203.0.113.0/24"), with(" = 0.0.0.0/0"));
    let reported = [
        "AWS: 2 rules with a changed default",
        "~ web inbound tcp 22, 443 from office (parameter) (2 rules) by its default, 203.0.113.0/24 -> 0.0.0.0/0",
        "~ parameter office: its default 203.0.113.0/24 -> 0.0.0.0/0; a deployment that sets its own value is not affected",
    ];
    foretold(&was, &is, [0, 2, 0], [0, 1, 0, 0], &reported);
    // the value of a deployment is unknown
    foretold(
        &was,
        &with(""),
        [0, 0, 0],
        [0, 0, 0, 0],
        &["AWS: 1 parameter changes"],
    );
    foretold(
        &with(""),
        &is,
        [0, 0, 0],
        [0, 0, 0, 0],
        &["AWS: 1 parameter changes"],
    );

    let of_kind = |kind: &str, id: &str, rest: &str| {
        format!("param it : {kind} = \"{id}-0123456789abcdef0\"\n{rest}")
    };
    for (kind, id) in [("external", "sg"), ("prefix-list", "pl")] {
        let was = of_kind(kind, id, "tier web\nweb allows https from it\n");
        foretold(
            &was,
            &was.replace("def0", "def1"),
            [0, 1, 0],
            [0, 1, 0, 0],
            &["AWS: 1 rule with a changed default"],
        );
    }
    let was = of_kind(
        "vpc",
        "vpc",
        "vpc main { id = it, default-group = locked }\ntier web\n",
    );
    let reported = ["! web replaced with 2 rules: its VPC is a parameter, whose default changes"];
    foretold(
        &was,
        &was.replace("def0", "def1"),
        [4, 0, 4],
        [0, 0, 1, 0],
        &reported,
    );
}

#[test]
fn generated_terraform_names_contain_the_stack_name() {
    let reported = [
        "! db replaced with 1 rule: the start of its name changes (Terraform)",
        "~ db its tags change in place (CloudFormation)",
    ];
    foretold(
        SHOP,
        &edited(&[("stack shop", "stack store")]),
        [10, 0, 10],
        [0, 3, 0, 0],
        &reported,
    );
    foretold(
        SHOP,
        &edited(&[("stack shop", "stack store was shop")]),
        [0, 3, 0],
        [0, 3, 0, 0],
        &[],
    );
}

#[test]
fn a_vpc_that_is_a_parameter_may_be_the_same() {
    let at = |id: &str| format!("vpc main {{ id = {id} }}\ntier web\n");
    let (a, b) = (
        at("\"vpc-0123456789abcdef0\""),
        at("\"vpc-0123456789abcdef1\""),
    );
    foretold(
        &a,
        &b,
        [3, 0, 3],
        [0, 0, 1, 0],
        &["! web replaced with 2 rules: its VPC changes"],
    );
    let reported = [
        "! web replaced with 2 rules: its VPC changes, unless the parameter is the VPC that it is in",
        "+ parameter home, which must be given",
    ];
    foretold(
        &a,
        &format!("param home : vpc\n{}", at("home")),
        [3, 0, 3],
        [0, 0, 1, 0],
        &reported,
    );
}

#[test]
fn replaces_rules_whose_names_get_a_suffix() {
    let old = "tier web { outbound = closed }\ntier web-tcp { outbound = closed }\nweb allows tcp from web-tcp\n";
    let new = format!("{old}web-tcp allows all from web-tcp\n");
    let reported = ["! web inbound tcp from web-tcp replaced unchanged, under another name"];
    foretold(old, &new, [3, 0, 1], [3, 0, 0, 1], &reported);
}

#[test]
fn only_cloudformation_has_the_placeholder_rule() {
    let new = format!("{SHOP}db allows https to 192.0.2.0/24\n");
    let reported = ["- db outbound the placeholder rule (CloudFormation)"];
    foretold(SHOP, &new, [1, 0, 0], [0, 1, 0, 0], &reported);
    let reported = ["+ db outbound the placeholder rule (CloudFormation)"];
    foretold(&new, SHOP, [0, 0, 1], [0, 1, 0, 0], &reported);
}

#[test]
fn parameters_lists_locks_and_exports() {
    let new = "stack shop { exports = true }\nparam office : cidr = 203.0.113.0/24\nprefix-list s3 = \"com.amazonaws.region.s3\"\n\
               vpc main { id = \"vpc-0123456789abcdef0\", default-group = locked }\ntier web\nweb allows https from office, s3\n";
    let old = "stack shop\nvpc main { id = \"vpc-0123456789abcdef0\" }\ntier web\n";
    let reported = [
        "+ parameter office",
        "+ prefix list s3, looked up or asked for",
        "+ lock of the default group of main, which loses every rule (Terraform)",
        "+ export of the id of web (CloudFormation)",
    ];
    foretold(old, new, [3, 0, 0], [0, 1, 0, 0], &reported);
    let reported = [
        "- export of the id of web; CloudFormation refuses that while another stack imports it (CloudFormation)",
    ];
    foretold(new, old, [0, 0, 3], [0, 1, 0, 0], &reported);
    let reported = ["~ parameter office: no default any more, which was 203.0.113.0/24"];
    foretold(
        new,
        &new.replace(" = 203.0.113.0/24", ""),
        [0, 0, 0],
        [0, 0, 0, 0],
        &reported,
    );
}

#[test]
fn written_labels_change_in_place() {
    let described =
        "tier web { description = \"web servers\" }\nweb allows https from 192.0.2.0/24\n";
    let made = format!("stack shop\n{described}");
    let written = format!("stack shop {{ labels = written }}\n{described}");
    let reported = [
        "~ web its tags change in place",
        "~ web inbound tcp 443 from 192.0.2.0/24 description only, was \"web allows https from 192.0.2.0/24\"",
        "~ web outbound all to anywhere (2 rules) description only, was \"all outbound traffic\"",
    ];
    foretold(&made, &written, [0, 4, 0], [0, 1, 0, 0], &reported);

    // the default of the provider is what it would write itself
    let web = "stack shop { labels = written }\ntier web\n";
    let explicit = web.replace(
        "tier web",
        "tier web { description = \"Managed by Terraform\" }",
    );
    let reported = ["! web replaced with 2 rules: its description changes (CloudFormation)"];
    foretold(web, &explicit, [0, 0, 0], [0, 0, 1, 0], &reported);
}

#[test]
fn protected_groups_are_refused_or_kept() {
    let old = "tier web\ntier db { protect = true }\nweb allows https from 192.0.2.0/24\n";
    let replaced = old.replace("protect = true", "protect = true, description = \"x\"");
    let reported = [
        "! db replaced with 2 rules: its description changes; Terraform refuses that, because the group is protected; CloudFormation keeps the old group, because it is protected",
    ];
    foretold(old, &replaced, [3, 0, 3], [0, 0, 1, 0], &reported);

    let deleted = old.replace("tier db { protect = true }\n", "");
    let reported = [
        "- db deleted; AWS refuses that while anything uses the group; CloudFormation keeps it in AWS, because it is protected",
    ];
    foretold(old, &deleted, [0, 0, 3], [0, 0, 0, 1], &reported);

    let open = old.replace("protect = true", "protect = false");
    let reported = ["- protection of db (CloudFormation)"];
    foretold(old, &open, [0, 0, 0], [0, 1, 0, 0], &reported);
}

#[test]
fn reports_a_renamed_export() {
    let old = "tier web { export = \"a\" }\n";
    let new = "tier web { export = \"b\" }\n";
    let reported = [
        "~ export of the id of web, under another name; CloudFormation refuses that while another stack imports it (CloudFormation)",
    ];
    foretold(old, new, [0, 0, 0], [0, 0, 0, 0], &reported);
}

#[test]
fn the_quota_before_and_after() {
    let old = "stack s { rule-quota = 2 }\ntier web\nweb allows tcp 1, 2 from 192.0.2.0/24\n";
    let new = old.replace("tcp 1, 2", "tcp 1, 2, 3");
    foretold(
        old,
        &new,
        [1, 0, 0],
        [0, 1, 0, 0],
        &["quota: web inbound IPv4 2 -> 3 of 2, over the quota"],
    );
    foretold(
        &new,
        old,
        [0, 0, 1],
        [0, 1, 0, 0],
        &["quota: web inbound IPv4 3 -> 2 of 2, within the quota again"],
    );
    let uses = |old: usize, new: usize| {
        let rules = |count| {
            format!(
                "stack s {{ rule-quota = 10 }}\ntier web\nweb allows tcp 1-{count} from 192.0.2.0/24\n"
            )
        };
        let rules = |count: usize| {
            let ports: Vec<String> = (1..=count).map(|n| (2 * n).to_string()).collect();
            rules(1).replace("1-1", &ports.join(", "))
        };
        between(&rules(old), &rules(new), |lines| {
            lines.use_lines(&lines.changes.uses)
        })
    };
    assert_eq!(uses(6, 7), [""; 0]);
    assert_eq!(uses(7, 8), ["web  inbound   IPv4  7 -> 8 of 10"]);
    assert_eq!(uses(8, 7), [""; 0]);
    assert_eq!(
        uses(12, 7),
        ["web  inbound   IPv4  12 -> 7 of 10, within the quota again"]
    );
}

#[test]
fn json_has_the_same_changes() {
    let new = edited(&[
        ("mysql", "postgresql"),
        ("tier app", "tier api was app"),
        ("app allows", "api allows"),
        ("from app", "from api"),
    ]);
    between(SHOP, &new, |lines| {
        let document = serde_json::to_value(PlanDocument::new(lines.changes, lines.old, lines.new))
            .expect("JSON");
        assert_eq!(
            document["terraform"],
            serde_json::json!({ "add": 1, "change": 2, "destroy": 1 })
        );
        assert_eq!(document["groups"][0]["was"], "app");
        let added = &document["rules"]["added"][0];
        assert_eq!(
            added["peer"],
            serde_json::json!({ "kind": "tier", "name": "api" })
        );
        assert_eq!(
            (&added["from_port"], &added["text_before"]),
            (&serde_json::json!(5432), &serde_json::Value::Null)
        );
        assert_eq!(added["sentences"][0]["line"], 7);
        assert_eq!(
            document["rules"]["text"][0]["text_before"],
            "app allows tcp 8080 from web"
        );
    });
}

#[test]
fn tags_of_a_rule_change_in_place_in_targets_that_have_them() {
    let tagged = |tags: &str| edited(&[("203.0.113.0/24\n", &format!("203.0.113.0/24 {tags}\n"))]);
    let one = "{ tags = { owner = \"edge\" } }";
    let line = "~ web inbound tcp 443 from 203.0.113.0/24 its tags change in place (Terraform)";
    for (old, new) in [
        (tagged(one), tagged("{ tags = { owner = \"core\" } }")),
        (tagged(one), tagged("{ tags = { team = \"edge\" } }")),
        (tagged(one), tagged("")),
        (tagged(""), tagged(one)),
    ] {
        let reported = [
            "AWS by Terraform: 1 rule with other tags",
            "AWS by CloudFormation: no rule and no group changes",
            line,
        ];
        foretold(&old, &new, [0, 1, 0], [0, 0, 0, 0], &reported);
    }
    foretold(&tagged(one), &tagged(one), [0, 0, 0], [0, 0, 0, 0], &[]);

    // the description is reported, and the tags change with it
    let described = tagged(&format!("\"the office\" {one}"));
    foretold(
        SHOP,
        &described,
        [0, 1, 0],
        [0, 1, 0, 0],
        &["AWS: 1 rule with a changed description"],
    );
    between(SHOP, &tagged(one), |lines| {
        let document = PlanDocument::new(lines.changes, lines.old, lines.new);
        let document = serde_json::to_value(document).expect("JSON");
        let tags = &document["rules"]["tags"];
        assert_eq!(tags.as_array().map(Vec::len), Some(1));
        assert_eq!(tags[0]["targets"], serde_json::json!(["terraform"]));
    });
}

#[test]
fn tags_of_a_rule_change_with_the_default_of_their_parameter() {
    let program = |default: &str| {
        let tags = "{ tags = { team = \"${team}\" } }";
        let head = format!("param team : string = \"{default}\"\n{SHOP}");
        head.replace("203.0.113.0/24\n", &format!("203.0.113.0/24 {tags}\n"))
    };
    foretold(
        &program("edge"),
        &program("core"),
        [0, 1, 0],
        [0, 0, 0, 0],
        &["~ web inbound tcp 443 from 203.0.113.0/24 its tags change in place (Terraform)"],
    );
}

#[test]
fn prefix_lists_that_the_program_makes_change_in_place() {
    let program = |list: &str| {
        format!(
            "stack shop\n{list}\ntier web {{ outbound = closed }}\nweb allows https from offices\n"
        )
    };
    let two = "prefix-list offices = 203.0.113.0/24, 198.51.100.0/24 { entries = 4 }";
    foretold(
        &program(two),
        &program("prefix-list offices = 203.0.113.0/24, 192.0.2.0/24 { entries = 4 }"),
        [0, 1, 0],
        [0, 1, 0, 0],
        &[
            "AWS: 1 prefix list changes",
            "~ prefix list offices (IPv4): + 192.0.2.0/24, - 198.51.100.0/24",
        ],
    );
    foretold(
        &program(two),
        &program("prefix-list offices = 203.0.113.0/24, 2001:db8::/32 { entries = 4 }"),
        [2, 1, 0],
        [1, 2, 0, 0],
        &[
            "AWS: 1 rule to add",
            "+ web inbound tcp 443 from offices (ipv6 prefix list) shop.tier:4: web allows https from offices",
            "~ prefix list offices (IPv4): - 198.51.100.0/24",
            "+ prefix list offices (IPv6), 1 entry of at most 4",
        ],
    );
}

#[test]
fn a_prefix_list_needs_two_updates_of_cloudformation_for_size_and_entries() {
    let program = |list: &str| {
        format!(
            "stack shop\nprefix-list offices = {list}\ntier web {{ outbound = closed }}\nweb allows https from offices\n"
        )
    };
    let (small, large) = ("203.0.113.0/24", "203.0.113.0/24, 192.0.2.0/24");
    foretold(
        &program(small),
        &program(large),
        [0, 1, 0],
        [0, 1, 0, 0],
        &[
            "AWS: 1 prefix list changes",
            "~ prefix list offices (IPv4): + 192.0.2.0/24, at most 1 -> 2 entries; CloudFormation cannot change size and entries in one update: first `entries = 2` with the old blocks, then the new blocks",
        ],
    );
    foretold(
        &program(large),
        &program(small),
        [0, 1, 0],
        [0, 1, 0, 0],
        &[
            "AWS: 1 prefix list changes",
            "~ prefix list offices (IPv4): - 192.0.2.0/24, at most 2 -> 1 entries; CloudFormation cannot change size and entries in one update: first the new blocks with `entries = 2`, then `entries = 1`",
        ],
    );
}

/// A tier that accepts what a list of blocks holds.
fn with_list(default: &str) -> String {
    format!("param l : cidr-list{default}\ntier a\na allows ssh from l\n")
}

#[test]
fn adds_one_rule_for_a_block_added_to_the_default_of_a_list() {
    let one = with_list(" = [10.0.0.0/8]");
    let two = with_list(" = [10.0.0.0/8, 192.168.0.0/16]");
    foretold(
        &one,
        &two,
        [1, 0, 0],
        [0, 1, 0, 0],
        &[
            "AWS: 1 rule with a changed default",
            "~ a inbound tcp 22 from l (parameter) by its default, 10.0.0.0/8 -> 10.0.0.0/8,192.168.0.0/16",
        ],
    );
    foretold(
        &two,
        &one,
        [0, 0, 1],
        [0, 1, 0, 0],
        &["AWS: 1 rule with a changed default"],
    );

    // the blocks that stay change in place
    let described = two.replace("from l", "from l \"homes\"");
    foretold(&one, &described, [1, 1, 0], [0, 1, 0, 0], &[]);
}

#[test]
fn a_rule_for_a_list_is_a_resource_for_each_block_of_its_default() {
    let two = with_list(" = [10.0.0.0/8, 192.168.0.0/16]");
    let none = "tier a\na allows http from 10.0.0.0/8\n";
    let both = format!("{two}a allows http from 10.0.0.0/8\n");
    foretold(
        none,
        &both,
        [2, 0, 0],
        [0, 1, 0, 0],
        &["AWS: 1 rule to add"],
    );
    foretold(
        &both,
        none,
        [0, 0, 2],
        [0, 1, 0, 0],
        &["AWS: 1 rule to remove"],
    );

    // without a default, the blocks are unknown
    let unknown = both.replace(" = [10.0.0.0/8, 192.168.0.0/16]", "");
    foretold(none, &unknown, [1, 0, 0], [0, 1, 0, 0], &[]);
    foretold(&unknown, &both, [0, 0, 0], [0, 0, 0, 0], &[]);
    let described = unknown.replace("from l", "from l \"homes\"");
    foretold(&unknown, &described, [0, 1, 0], [0, 1, 0, 0], &[]);
}

#[test]
fn no_change_set_is_counted_for_a_template_that_cannot_be_built() {
    let (old, new) = (with_list(" = [10.0.0.0/8]"), with_list(" = [10.1.0.0/16]"));
    between(&old, &new, |lines| {
        assert_eq!(
            lines.count_lines(""),
            [
                "terraform plan: 1 to add, 0 to change, 1 to destroy",
                "change set of CloudFormation: none, because a list of blocks has no value",
            ]
        );
    });
}

#[test]
fn the_source_of_a_group_is_no_default() {
    let old = "param lb : external\ntier app { outbound = closed }\nlb allows ssh from app\n";
    let new = old.replace(
        ": external",
        ": external { terraform = \"module.x.id\", cloudformation = ssm \"/a\" }",
    );
    let line = "! lb inbound tcp 22 from app replaced, because the source of its group changed";
    foretold(old, &new, [1, 1, 1], [0, 1, 1, 0], &[line]);
    let other = new.replace("\"/a\"", "\"/b\"");
    let in_template = format!("{line} (CloudFormation)");
    foretold(&new, &other, [0, 0, 0], [0, 1, 1, 0], &[&in_template]);

    let old = old.replace(": external", ": external = \"sg-0123456789abcdef0\"");
    let new = old.replace("cdef0", "cdef1");
    let line = "! lb inbound tcp 22 from app replaced, because the default of its group changed";
    foretold(&old, &new, [1, 1, 1], [0, 1, 1, 0], &[line]);
}
