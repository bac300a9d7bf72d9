//! Environments of a program: `environments`, `only in`, `--environment`.

use crate::common::command::Scratch;
use crate::common::package;
use insta::Settings;

const SHOP: &str = "\
environments production, staging

include \"load.tier\" only in staging

network office = 203.0.113.0/24
network lab    = 198.51.100.0/24
tier web is web-server
tier cache only in production
tier cache only in staging { outbound = closed }

web allows https from anywhere
web allows ssh from lab only in staging
web allows ssh from office only in production
cache allows redis from web
";

fn shop() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("shop.tier", SHOP);
    scratch.write("load.tier", "web allows tcp 9999 from lab\n");
    scratch
}

#[test]
fn compiles_for_the_chosen_environment() {
    let scratch = shop();
    let flows = |environment: &str| {
        let run = scratch.run(&["flows", "shop.tier", "--environment", environment]);
        run.exits(0).out()
    };

    let (production, staging) = (flows("production"), flows("staging"));
    assert!(production.contains("203.0.113.0/24") && !production.contains("198.51.100.0/24"));
    assert!(staging.contains("198.51.100.0/24") && !staging.contains("203.0.113.0/24"));
    assert!(staging.contains("load.tier:1"));
}

#[test]
fn does_not_read_a_file_that_other_environments_include() {
    let scratch = shop();
    scratch.write("load.tier", "this is no program\n");
    let check = |environment| {
        let run = scratch.run(&["check", "shop.tier", "--environment", environment]);
        run.code()
    };

    assert_eq!((check("production"), check("staging")), (0, 1));
}

#[test]
fn requires_a_choice_and_names_the_environments() {
    let run = shop().run(&["build", "shop.tier", "--to", "terraform"]);
    let err = run.exits(2).err();
    assert!(
        err.contains("error[E0504]") && err.contains("--environment production"),
        "{err}"
    );
}

#[test]
fn an_environment_that_is_not_declared_hides_no_other_error() {
    let scratch = Scratch::new();
    scratch.write(
        "shop.tier",
        "environments p, q\ntier web\ntier debug only in stagin\n\
         web allows ssh from debug\nweb allows http from nosuch\nweb allows ssh from other only in r\n",
    );
    let run = scratch.run(&["check", "shop.tier", "--environment", "p"]);
    let err = run.exits(1).err();
    let reported: Vec<&str> = err
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    assert_eq!(
        reported,
        [
            "error[E0215]: unknown environment `stagin`",
            "error[E0201]: there is no peer `nosuch`",
            "error[E0215]: unknown environment `r`",
        ]
    );
}

#[test]
fn a_declaration_that_another_environment_uses_is_not_unused() {
    let scratch = shop();
    for environment in ["production", "staging"] {
        let run = scratch.run(&["check", "shop.tier", "--environment", environment]);
        let err = run.exits(0).err();
        assert!(!err.contains("unused"), "{err}");
    }
}

#[test]
fn an_allow_that_another_environment_may_need_is_not_unused() {
    let scratch = Scratch::new();
    scratch.write(
        "shop.tier",
        "environments production, staging\n\
         network office = 203.0.113.0/24 only in production\n\
         network office = 0.0.0.0/0 only in staging\n\
         tier web\n\
         @allow(open-admin-port)\n\
         web allows ssh from office\n",
    );

    let run = scratch.run(&["check", "shop.tier", "--environment", "production"]);
    let err = run.exits(0).err();
    assert!(!err.contains("unused-allow"), "{err}");
}

const MANIFEST: &str = "\
[[program]]
file = \"shop.tier\"

[program.environments.production]
outputs = { terraform = \"production/shop.tf\" }

[program.environments.staging]
outputs = { terraform = \"staging/shop.tf\" }
";

#[test]
fn a_project_compiles_each_environment_for_itself() {
    let scratch = shop();
    scratch.write("tierwall.toml", MANIFEST);
    scratch.run(&["build"]).exits(0);

    let [production, staging] =
        ["production", "staging"].map(|name| scratch.read(&format!("{name}/shop.tf")));
    assert!(production.contains("203.0.113.0/24") && !production.contains("198.51.100.0/24"));
    assert!(staging.contains("198.51.100.0/24") && !staging.contains("203.0.113.0/24"));
}

#[test]
fn builds_one_environment_of_a_project() {
    let scratch = shop();
    scratch.write("tierwall.toml", MANIFEST);
    let run = scratch.run(&["build", "--environment", "staging"]);
    assert_eq!(run.exits(0).err(), "    wrote staging/shop.tf\n");

    let unknown = scratch.run(&["build", "--environment", "test"]);
    let err = unknown.exits(2).err();
    assert!(
        err.contains("the project has `production`, `staging`"),
        "{err}"
    );
}

#[test]
fn an_environment_of_a_project_must_be_declared() {
    let scratch = shop();
    scratch.write("tierwall.toml", MANIFEST.replace("staging", "test"));
    let err = scratch.run(&["check"]).exits(2).err();
    assert!(
        err.contains("error[E0505]") && err.contains("(in shop.tier, test)"),
        "{err}"
    );
}

#[test]
fn a_review_names_the_environments_that_have_the_same_change() {
    let scratch = shop();
    scratch.write("tierwall.toml", MANIFEST);
    scratch.git(&["init", "--quiet", "--initial-branch", "main", "."]);
    scratch.commit("first");
    scratch.write(
        "shop.tier",
        SHOP.replace(
            "redis from web",
            "redis from web\nweb allows http from office",
        ),
    );

    let run = scratch.run(&["diff", "--git", "HEAD"]);
    let out = run.exits(0).out();
    assert!(
        out.starts_with(
            "wider: shop.tier (production, staging) against HEAD:shop.tier (production, staging)\n"
        ),
        "{out}"
    );
    assert_eq!(out.matches("gained").count(), 1, "{out}");

    // what changes in one alone is shown for that one
    scratch.write(
        "shop.tier",
        SHOP.replace("redis from web", "redis from web, lab"),
    );
    let production = scratch.run(&["diff", "--git", "HEAD", "--environment", "production"]);
    assert!(
        production
            .exits(0)
            .out()
            .contains("shop.tier (production) against HEAD:shop.tier (production)")
    );
}

/// Two versions of a program, of which the second declares environments: `o.tier` and `n.tier`.
fn first_environments() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("o.tier", "tier a\na allows ssh from 10.0.0.0/8\n");
    scratch.write(
        "n.tier",
        "environments p, q\ntier a\na allows ssh from 10.0.0.0/8\n\
         a allows http from 10.0.0.0/8 only in q\n",
    );
    scratch
}

#[test]
fn a_program_without_environments_is_compared_in_each_that_the_other_version_declares() {
    let scratch = first_environments();
    let first_line = |arguments: &[&str]| {
        let run = scratch.run(&[&["diff"], arguments].concat());
        let out = run.exits(0).out();
        out.lines().next().unwrap_or_default().to_string()
    };

    let [p, q] = ["p", "q"].map(|name| first_line(&["o.tier", "n.tier", "--environment", name]));
    assert!(
        p.starts_with("equal: ") && p.ends_with(", and nothing changes in AWS"),
        "{p}"
    );
    assert_eq!(q, "wider: n.tier (q) against o.tier (q)");

    // a change that removes them
    let q = first_line(&["n.tier", "o.tier", "--environment", "q"]);
    assert_eq!(q, "narrower: o.tier (q) against n.tier (q)");
}

#[test]
fn a_program_without_environments_in_a_commit_is_compared_in_each_of_the_work_tree() {
    let scratch = first_environments();
    scratch.git(&["init", "--quiet", "--initial-branch", "main", "."]);
    scratch.commit("first");
    scratch.write("o.tier", scratch.read("n.tier"));
    let run = scratch.run(&["diff", "--git", "HEAD", "o.tier", "--environment", "q"]);
    let out = run.exits(0).out();
    assert!(
        out.starts_with("wider: o.tier (q) against HEAD:o.tier (q)\n"),
        "{out}"
    );
}

#[test]
fn an_environment_that_neither_version_declares_is_an_error_of_each() {
    let scratch = first_environments();
    let run = scratch.run(&["diff", "o.tier", "o.tier", "--environment", "p"]);
    run.exits(2)
        .says("E0505]: the program has no environment `p` (in o.tier)");

    // one that declares others does not become the same program in all
    let run = scratch.run(&["diff", "o.tier", "n.tier", "--environment", "r"]);
    let err = run.exits(2).err();
    assert!(
        err.contains("no environment `r` (in n.tier)") && !err.contains("o.tier"),
        "{err}"
    );
}

#[test]
fn a_review_of_the_first_environments_of_a_manifest_is_against_the_program_without_them() {
    let scratch = first_environments();
    let listed = "[[program]]\nfile = \"o.tier\"\noutputs = { terraform = \"o.tf\" }\n";
    scratch.write("tierwall.toml", listed);
    scratch.git(&["init", "--quiet", "--initial-branch", "main", "."]);
    scratch.commit("first");
    scratch.write("o.tier", scratch.read("n.tier"));
    scratch.write(
        "tierwall.toml",
        "[[program]]\nfile = \"o.tier\"\n\
         [program.environments.p]\noutputs = { terraform = \"p/o.tf\" }\n\
         [program.environments.q]\noutputs = { terraform = \"q/o.tf\" }\n",
    );

    let run = scratch.run(&["diff", "--git", "HEAD"]);
    let out = run.exits(0).out();
    assert!(
        out.contains("equal: o.tier (p) allows exactly what HEAD:o.tier allows"),
        "{out}"
    );
    assert!(
        out.contains("wider: o.tier (q) against HEAD:o.tier\n"),
        "{out}"
    );
    assert!(!out.contains("empty program"), "{out}");

    // and back: each environment becomes the program without them
    scratch.commit("environments");
    let run = scratch.run(&["diff", "--git", "HEAD..HEAD^"]);
    let out = run.exits(0).out();
    assert!(
        out.contains("narrower: HEAD^:o.tier against HEAD:o.tier (q)\n"),
        "{out}"
    );
    assert!(!out.contains("empty program"), "{out}");
}

const OFFICE: &str = "\
environments production, staging
param office : cidr only in staging
vpc lab only in staging {}
tier web
tier debug only in staging { vpc = lab }
web allows https from anywhere
web allows ssh from office only in staging
debug allows ssh from office only in staging
";

#[test]
fn a_value_that_environments_share_is_ignored_where_the_parameter_is_of_another() {
    let scratch = Scratch::new();
    scratch.write("shop.tier", OFFICE);
    scratch.write(
        "values.json",
        "{\"office\": \"203.0.113.0/24\", \"lab-vpc-id\": \"vpc-0123456789abcdef0\"}",
    );
    let arguments = ["--environment", "production", "--vars", "values.json"];
    scratch
        .run(&[&["check", "shop.tier"], arguments.as_slice()].concat())
        .exits(0);
    scratch
        .run(&[&["flows", "shop.tier"], arguments.as_slice()].concat())
        .exits(0);

    scratch.write(
        "tierwall.toml",
        "[[program]]\nfile = \"shop.tier\"\nset = { office = \"203.0.113.0/24\" }\n\
         [program.environments.production]\n[program.environments.staging]\n",
    );
    scratch.run(&["check"]).exits(0);

    // a name that no environment has is still an error
    scratch.write("values.json", "{\"ofice\": \"203.0.113.0/24\"}");
    let run = scratch.run(&[&["check", "shop.tier"], arguments.as_slice()].concat());
    run.exits(2).says("E0501");
}

#[test]
fn a_value_of_the_command_line_for_a_parameter_of_another_environment_is_an_error() {
    let scratch = Scratch::new();
    scratch.write("shop.tier", OFFICE);
    let set = ["--environment", "production", "--set", "office=10.0.0.0/8"];
    for command in ["check", "flows"] {
        let run = scratch.run(&[&[command, "shop.tier"], set.as_slice()].concat());
        let err = run.exits(2).err();
        assert!(
            err.contains("E0506]: a value is given for `office`, which is only in `staging`"),
            "{err}"
        );
        assert!(err.contains("shop.tier:2:7"), "{err}");
    }

    let set = ["--environment", "staging", "--set", "office=10.0.0.0/8"];
    scratch
        .run(&[&["check", "shop.tier"], set.as_slice()].concat())
        .exits(0);
}

/// A project of three environments, and what it is after a change that differs between them.
fn three_environments() -> Scratch {
    let scratch = Scratch::new();
    let program = |more: &str| {
        format!(
            "environments production, staging, dev\ntier web, app\n\
             web allows https from 203.0.113.0/24\napp allows tcp 8080 from web\n{more}"
        )
    };
    scratch.write("shop.tier", program(""));
    scratch.write(
        "tierwall.toml",
        "[[program]]\nfile = \"shop.tier\"\n[program.environments.production]\n\
         [program.environments.staging]\n[program.environments.dev]\n",
    );
    scratch.git(&["init", "--quiet", "--initial-branch", "main", "."]);
    scratch.commit("first");
    let changed = "web allows http from 203.0.113.0/24\n\
                   web allows ssh from 10.9.0.0/16 only in dev, staging\n\
                   app allows ssh from 10.8.0.0/16 only in dev\n";
    scratch.write("shop.tier", program(changed));
    scratch
}

/// A snapshot of a review.
fn shown(name: &str, out: &str) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(package().join("snapshots/diff"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, out));
}

#[test]
fn a_review_shows_lines_of_several_environments_once() {
    let run = three_environments().run(&["diff", "--git", "HEAD"]);
    let out = run.exits(0).out();
    shown("three-environments", &out);

    for line in [
        "+ 203.0.113.0/24 -> web  tcp 80",
        "+ 10.9.0.0/16 -> web  tcp 22",
        "+ 10.8.0.0/16 -> app  tcp 22",
        "tcp 80 from 203.0.113.0/24",
        "tcp 22 from 10.9.0.0/16",
    ] {
        assert_eq!(out.matches(line).count(), 1, "{line}:\n{out}");
    }
}

#[test]
fn a_comment_shows_lines_of_several_environments_once() {
    let scratch = three_environments();
    let run = scratch.run(&["diff", "--git", "HEAD", "--format", "markdown"]);
    let out = run.exits(0).out();
    shown("three-environments-comment", &out);
    assert_eq!(out.matches("| 203.0.113.0/24 |").count(), 1, "{out}");
}

#[test]
fn names_environments_without_a_change_together() {
    let scratch = three_environments();
    let text = scratch.read("shop.tier");
    let only_dev = text.replace(
        "web allows http from 203.0.113.0/24\nweb allows ssh from 10.9.0.0/16 only in dev, staging\n",
        "",
    );
    scratch.write("shop.tier", only_dev);
    let run = scratch.run(&["diff", "--git", "HEAD", "--format", "markdown"]);
    let out = run.exits(0).out();
    assert!(
        out.contains("No change: `shop.tier (production, staging)`"),
        "{out}"
    );
    assert!(out.contains("`shop.tier (dev)` against"), "{out}");
}

#[test]
fn json_is_a_review_of_each_environment() {
    let scratch = three_environments();
    let run = scratch.run(&["diff", "--git", "HEAD", "--format", "json"]);
    let reviews: serde_json::Value = serde_json::from_str(&run.exits(0).out()).expect("JSON");
    let reviews = reviews.as_array().expect("a list");
    let gained = reviews
        .iter()
        .map(|review| review["gained"].as_array().map_or(0, Vec::len));
    assert_eq!(gained.collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_second_list_of_environments_is_one_error_whatever_it_repeats() {
    let scratch = Scratch::new();
    scratch.write(
        "shop.tier",
        "environments a\nenvironments b, b\ntier web\nweb allows https from anywhere\n",
    );
    let run = scratch.run(&["check", "shop.tier", "--environment", "a", "--set", "p=1"]);
    let problems = run.exits(1).err();
    assert_eq!(problems.matches("error[").count(), 1, "{problems}");
    assert!(
        problems.contains("duplicate list of environments"),
        "{problems}"
    );
}

#[test]
fn an_invalid_list_of_environments_is_one_error() {
    let scratch = Scratch::new();
    scratch.write("shop.tier", "environments a b\ntier web only in b\n");
    let run = scratch.run(&["check", "shop.tier", "--environment", "a"]);
    let problems = run.exits(1).err();
    assert_eq!(problems.matches("error[").count(), 1, "{problems}");
    assert!(problems.contains("E0124"), "{problems}");
}

#[test]
fn a_value_for_a_file_that_other_environments_include_is_ignored_in_a_file_of_values() {
    let scratch = Scratch::new();
    scratch.write(
        "shop.tier",
        "environments a, b\ninclude \"more.tier\" only in b\ntier web\n\
         web allows https from anywhere\n",
    );
    scratch.write(
        "more.tier",
        "param q : port\nweb allows tcp q from anywhere\n",
    );
    scratch.write("values.json", "{\"q\": \"8080\"}");

    for environment in ["a", "b"] {
        let check = ["check", "shop.tier", "--environment", environment];
        scratch
            .run(&[&check[..], &["--vars", "values.json"]].concat())
            .exits(0);
    }
    let run = scratch.run(&[
        "check",
        "shop.tier",
        "--environment",
        "a",
        "--set",
        "q=8080",
    ]);
    run.exits(2)
        .says("if a file that is only in `b` declares it");
}

#[test]
fn what_is_denied_is_said_once_for_all_environments() {
    let scratch = three_environments();
    let run = scratch.run(&["diff", "--git", "HEAD", "--deny", "wider"]);
    let said = run.exits(1).err();
    let denied = "denied: the change to `shop.tier (production, staging, dev)` allows traffic";
    assert_eq!(said.matches("denied: ").count(), 1, "{said}");
    assert!(said.contains(denied), "{said}");
}

#[test]
fn a_mistake_in_the_list_of_environments_is_one_error() {
    for list in [
        "environments prod stage",
        "environments = prod, stage",
        "environments [prod, stage]",
        "environments: prod, stage",
        "environment prod, stage",
        "environments",
    ] {
        let scratch = Scratch::new();
        scratch.write(
            "shop.tier",
            format!("{list}\ntier web only in prod\ntier debug only in stage\n"),
        );
        let run = scratch.run(&["check", "shop.tier", "--environment", "prod"]);
        let problems = run.exits(1).err();
        assert_eq!(problems.matches("error[").count(), 1, "{list}: {problems}");
    }
}

#[test]
fn a_list_of_environments_in_two_files_is_one_error() {
    let scratch = Scratch::new();
    let list = "environments prod, stage\n";
    scratch.write("more.tier", list);
    scratch.write(
        "shop.tier",
        format!("{list}include \"more.tier\"\ntier web only in prod\n"),
    );
    let run = scratch.run(&["check", "shop.tier", "--environment", "prod"]);
    let problems = run.exits(1).err();
    assert_eq!(problems.matches("error[").count(), 1, "{problems}");
    assert!(problems.contains("E0119"), "{problems}");
}

#[test]
fn a_list_of_environments_depends_on_none() {
    let scratch = Scratch::new();
    scratch.write("list.tier", "environments prod, stage\n");
    scratch.write("more.tier", "include \"list.tier\"\n");
    for (file, help) in [
        ("list.tier", "`list.tier` has the list of environments"),
        ("more.tier", "`list.tier` has the list of environments"),
    ] {
        scratch.write(
            "shop.tier",
            format!("include \"{file}\" only in prod\ntier web\nweb allows https from anywhere\n"),
        );
        let run = scratch.run(&["check", "shop.tier", "--environment", "prod"]);
        let problems = run.exits(1).err();
        assert_eq!(problems.matches("error[").count(), 1, "{problems}");
        assert!(problems.contains("shop.tier:1:21"), "{problems}");
        assert!(problems.contains(help), "{problems}");
    }
}

#[test]
fn a_project_without_environments_names_the_table_for_them() {
    let scratch = Scratch::new();
    scratch.write("tierwall.toml", "[[program]]\nfile = \"shop.tier\"\n");
    scratch.write(
        "shop.tier",
        "environments prod, stage\ntier web\nweb allows https from anywhere\n",
    );
    let table = "list each in `tierwall.toml`: `[program.environments.prod]`";
    scratch.run(&["check"]).exits(2).says(table);
    let alone = scratch.run(&["check", "shop.tier"]).exits(2).err();
    assert!(!alone.contains(table), "{alone}");
}
