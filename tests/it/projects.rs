//! Projects: what `tierwall.toml` lists is found, checked, built and held against what is
//! committed.

use crate::common::command::Scratch;
use std::fs;
use tierwall::target;

const SHOP: &str = "tier web\nweb allows https from anywhere\n";
const BILLING: &str = "include \"shared/office.tier\"\ntier api\napi allows ssh from office\n";
const MANIFEST: &str = r#"
as-of = 2026-01-15

[[program]]
file    = "network/shop.tier"
outputs = { terraform = "infra/shop.tf", cloudformation = "infra/shop.json" }

[[program]]
file = "billing.tier"
set  = { other = "10.0.0.0/8" }

[program.environments.production]
vars    = "production.json"
outputs = { terraform = "infra/production/billing.tf" }

[program.environments.test]
set     = { office = "198.51.100.0/24", other = "10.1.0.0/16" }
outputs = { terraform = "infra/test/billing.tf" }
"#;

/// Every output of that manifest, in its order.
const OUTPUTS: [&str; 4] = [
    "infra/shop.tf",
    "infra/shop.json",
    "infra/production/billing.tf",
    "infra/test/billing.tf",
];

fn project() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("tierwall.toml", MANIFEST);
    scratch.write("network/shop.tier", SHOP);
    scratch.write(
        "billing.tier",
        format!("{BILLING}api allows https from other\n"),
    );
    scratch.write(
        "shared/office.tier",
        "param office : cidr\nparam other : cidr\n",
    );
    scratch.write("production.json", "{\"office\": \"203.0.113.0/24\"}");
    scratch
}

/// A project of one program with this manifest.
fn with_manifest(manifest: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.write("tierwall.toml", manifest);
    scratch.write("shop.tier", SHOP);
    scratch
}

#[test]
fn a_build_writes_every_output_of_every_environment() {
    let scratch = project();
    let run = scratch.run(&["build"]);
    let wrote: String = OUTPUTS.map(|path| format!("    wrote {path}\n")).concat();
    assert_eq!((run.exits(0).err(), run.out()), (wrote, String::new()));
    assert!(
        scratch
            .read("infra/production/billing.tf")
            .contains("203.0.113.0/24")
    );
    assert!(
        scratch
            .read("infra/production/billing.tf")
            .contains("10.0.0.0/8"),
        "what the program sets holds for all"
    );
    assert!(
        scratch
            .read("infra/test/billing.tf")
            .contains("198.51.100.0/24")
    );
    assert!(
        scratch
            .read("infra/test/billing.tf")
            .contains("10.1.0.0/16"),
        "what the environment sets wins"
    );
    // each is what a build of one program writes
    let one = scratch.run(&["build", "network/shop.tier", "--to", "cfn"]);
    assert_eq!(one.exits(0).out(), scratch.read("infra/shop.json"));
    scratch.write(
        "network/shop.tier",
        format!("{SHOP}web allows ssh from 10.0.0.0/8\n"),
    );
    let run = scratch.run(&["build"]);
    run.exits(0)
        .says("    wrote infra/shop.json\n")
        .says("unchanged infra/test/billing.tf\n");
    assert_eq!(scratch.run(&["build", "--check"]).exits(0).err(), "");
}

#[test]
fn a_value_is_a_string_or_a_number() {
    let manifest = |port: &str| {
        let outputs = "outputs = { terraform = \"shop.tf\" }";
        let scratch = with_manifest(&format!(
            "[[program]]\nfile = \"shop.tier\"\nset = {{ port = {port} }}\n{outputs}\n"
        ));
        let sentence = "web allows tcp port from 10.0.0.0/8";
        scratch.write(
            "shop.tier",
            format!("param port : port\n{SHOP}{sentence}\n"),
        );
        scratch
    };
    for port in ["8443", "\"8443\""] {
        let scratch = manifest(port);
        scratch.run(&["build"]).exits(0);
        assert!(scratch.read("shop.tf").contains("tcp_8443_from"), "{port}");
    }
    for port in ["0x20FB", "8443.5", "true", "[8443]"] {
        let run = manifest(port).run(&["build"]);
        assert!(run.exits(2).err().contains("or a number"), "{port}");
    }
}

#[test]
fn check_names_every_stale_output_and_writes_nothing() {
    let scratch = project();
    scratch.run(&["build"]).exits(0);
    let shop = scratch.read("infra/shop.tf");
    scratch.write(
        "network/shop.tier",
        format!("{SHOP}web allows ssh from 10.0.0.0/8\n"),
    );
    fs::remove_file(scratch.path("infra/test/billing.tf")).expect("a file");
    let run = scratch.run(&["build", "--check"]);
    run.exits(1).says(
        "3 of 4 outputs are stale: `infra/shop.tf`, `infra/shop.json`, `infra/test/billing.tf`",
    );
    for line in [
        "--- infra/shop.tf\n",
        "+++ infra/shop.json\n",
        "--- /dev/null\n+++ infra/test/billing.tf\n",
    ] {
        assert!(run.out().contains(line), "{}", run.out());
    }
    assert_eq!(scratch.read("infra/shop.tf"), shop);
    assert!(!scratch.path("infra/test/billing.tf").exists());
}

#[test]
fn an_error_in_one_program_prevents_all_outputs() {
    let scratch = project();
    scratch.write(
        "shared/office.tier",
        "param office : cidr\nparam other : cidr\ntier x is nothing\n",
    );
    let run = scratch.run(&["build"]);
    run.exits(1)
        .says("shared/office.tier:3:11")
        .says("1 error\n");
    assert_eq!(
        run.err().matches("E0201").count(),
        1,
        "reported once, not once an environment:\n{}",
        run.err()
    );
    assert!(!run.err().contains("(in "), "{}", run.err());
    assert!(!scratch.path("infra").exists());
    // nor where one of the outputs may not be replaced
    let scratch = project();
    scratch.write("infra/test/billing.tf", "# mine\n");
    scratch
        .run(&["build"])
        .exits(2)
        .says("infra/test/billing.tf")
        .says("--force");
    assert!(!scratch.path("infra/shop.tf").exists());
    scratch.run(&["build", "--force"]).exits(0);
}

#[test]
fn problems_of_some_environments_name_them() {
    let scratch = project();
    scratch.write(
        "production.json",
        "{\"office\": \"0.0.0.0/0\", \"nobody\": \"1\"}",
    );
    let run = scratch.run(&["check"]);
    run.exits(2).says("a value is given for `nobody`, but the program has no such parameter (in billing.tier, production)");
    scratch.write("production.json", "{\"office\": \"0.0.0.0/0\"}");
    let run = scratch.run(&["check"]);
    run.exits(0)
        .says("from the IPv4 internet (in production)")
        .says("billing.tier (test): 1 tier, ");
    run.says("network/shop.tier: 1 tier, 4 rules\n");
}

#[test]
fn reports_and_outputs_do_not_depend_on_scheduling() {
    let scratch = Scratch::new();
    let mut manifest = String::new();
    for n in 0..40 {
        // the first take longest
        let rules: String = (0..(40 - n) * 20)
            .map(|m| format!("web allows tcp {m} from 10.0.{n}.0/24\n"))
            .collect();
        scratch.write(
            &format!("p{n}.tier"),
            format!("tier web\n{rules}web allows ssh from anywhere\n"),
        );
        manifest += &format!(
            "[[program]]\nfile = \"p{n}.tier\"\noutputs = {{ terraform = \"out/{n}/p.tf\" }}\n"
        );
    }
    scratch.write("tierwall.toml", manifest);
    let runs: Vec<String> = (0..3)
        .map(|_| scratch.run(&["check", "--allow", "quota"]).exits(0).err())
        .collect();
    assert!(runs.iter().all(|run| *run == runs[0]));
    let sizes: Vec<String> = runs[0]
        .lines()
        .filter(|line| line.contains(".tier: 1 tier"))
        .map(String::from)
        .collect();
    assert!(
        sizes
            .iter()
            .enumerate()
            .all(|(n, line)| line.starts_with(&format!("p{n}.tier: "))),
        "{sizes:?}"
    );
    assert_eq!(sizes.len(), 40);
}

#[test]
fn hostile_programs_end_in_errors_in_parallel() {
    let scratch = Scratch::new();
    let nested = "tier a ".to_string() + &"{ b = ".repeat(100_000);
    scratch.write("a.tier", &nested);
    scratch.write("b.tier", &nested);
    scratch
        .run(&["check", "a.tier", "b.tier"])
        .exits(1)
        .says("E0105");
}

#[test]
fn the_manifest_is_found_from_below_and_paths_lead_to_the_files() {
    let scratch = project();
    scratch
        .run_in("network", &["build"])
        .exits(0)
        .says("    wrote ../infra/shop.tf\n");
    assert!(scratch.path("infra/shop.tf").exists());
    scratch.write(
        "shared/office.tier",
        "param office : cidr\nparam other : cidr\ntier x is nothing\n",
    );
    scratch
        .run_in("network", &["check"])
        .exits(1)
        .says("../shared/office.tier:3:11");
    // another is named
    let scratch = Scratch::new();
    scratch.write(
        "inner/prod.toml",
        "[[program]]\nfile = \"shop.tier\"\noutputs = { terraform = \"shop.tf\" }\n",
    );
    scratch.write("inner/shop.tier", SHOP);
    scratch
        .run(&["build", "--manifest", "inner/prod.toml"])
        .exits(0)
        .says("    wrote inner/shop.tf\n");
    scratch
        .run(&["check", "--manifest", "inner/none.toml"])
        .exits(2)
        .says("cannot read `inner/none.toml`");
}

#[test]
fn levels_of_lints_override_each_other() {
    let manifest = |of_project: &str, of_program: &str| {
        let scratch = with_manifest(&format!(
            "[lints]\n{of_project}\n[[program]]\nfile = \"shop.tier\"\n[program.lints]\n{of_program}\n"
        ));
        scratch.write("shop.tier", "tier web\nweb allows http from anywhere\n");
        scratch.write("other.tier", "tier web\nweb allows http from anywhere\n");
        scratch
    };
    let denied = manifest("open-http = \"deny\"", "");
    denied.run(&["check"]).exits(1).says("error[open-http]");
    denied.run(&["check", "shop.tier"]).exits(1);
    denied.run(&["check", "other.tier"]).exits(1);
    denied.run(&["build", "other.tier", "--to", "tf"]).exits(1);
    denied
        .run(&["check", "--warn", "open-http"])
        .exits(0)
        .says("warning[open-http]");
    let narrower = manifest("open-http = \"deny\"", "open-http = \"allow\"");
    assert!(
        !narrower
            .run(&["check"])
            .exits(0)
            .err()
            .contains("open-http")
    );
    narrower.run(&["check", "./shop.tier"]).exits(0);
    narrower.run(&["check", "other.tier"]).exits(1);
    // what is allowed is no warning that a pipeline could deny; what warns is
    narrower.run(&["check", "--deny", "warnings"]).exits(0);
    manifest("open-http = \"warn\"", "")
        .run(&["check", "--deny", "warnings"])
        .exits(1)
        .says("error[open-http]");
}

#[test]
fn accepts_a_day_and_a_root() {
    let manifest = "as-of = \"2026-01-15\"\n[[program]]\nfile = \"in/shop.tier\"\nroot = \".\"\n\
                    outputs = { terraform = \"shop.tf\" }\n";
    let scratch = with_manifest(manifest);
    scratch.write(
        "in/shop.tier",
        "include \"../web.tier\"\nweb allows ssh from 10.0.0.0/8 until 2026-01-15\n",
    );
    scratch.write("web.tier", "tier web\n");
    scratch.run(&["build"]).exits(0);
    assert!(scratch.read("shop.tf").contains("tcp_22"));
    scratch
        .run(&["build", "--as-of", "2026-01-16"])
        .exits(0)
        .says("warning[expired]");
    assert!(!scratch.read("shop.tf").contains("tcp_22"));
    let outside = with_manifest(&manifest.replace("root = \".\"\n", ""));
    outside.write("in/shop.tier", "include \"../web.tier\"\ntier app\n");
    outside.write("web.tier", "tier web\n");
    outside.run(&["check"]).exits(1).says("E0402");
}

#[test]
fn reports_missing_files_at_their_position_in_the_manifest() {
    let scratch = project();
    fs::remove_file(scratch.path("network/shop.tier")).expect("a file");
    scratch.write("production.json", "{\"office\": true}");
    let run = scratch.run(&["build"]);
    run.exits(2)
        .says("error[E0807]: cannot read `network/shop.tier`: no such file")
        .says("tierwall.toml:5:11");
    run.says("cannot read `production.json`: the value of `office` is not a string")
        .says("tierwall.toml:13:11");
    // once, however many environments it has
    fs::remove_file(scratch.path("billing.tier")).expect("a file");
    scratch.write("production.json", "{\"office\": \"203.0.113.0/24\"}");
    assert_eq!(
        scratch
            .run(&["check"])
            .exits(2)
            .err()
            .matches("`billing.tier`")
            .count(),
        1
    );
}

#[test]
fn reports_every_error_of_a_manifest() {
    let scratch = with_manifest(
        "[lnts]\n[[program]]\nfile = 7\noutputs = { tofu = \"x\" }\nas-of = \"soon\"\n",
    );
    for command in [
        &["build"][..],
        &["check"],
        &["check", "shop.tier"],
        &["build", "shop.tier", "--to", "tf"],
    ] {
        let run = scratch.run(command);
        run.exits(2)
            .says("tierwall.toml:1:2")
            .says("did you mean `lints`?")
            .says("tierwall.toml:3:8");
        run.says("there is no target `tofu`")
            .says("`as-of` must be a day")
            .says("4 errors");
    }
    for manifest in [
        "",
        "[[program",
        "a = [[[[\n]]",
        "\u{0}",
        "[[program]]\n[[program.file]]\n",
        "program = [1, {}]",
    ] {
        with_manifest(manifest)
            .run(&["build"])
            .exits(2)
            .says("error[E08");
    }
    let deep = format!("a = {}", "[".repeat(300_000));
    with_manifest(&deep).run(&["build"]).exits(2).says("E0801");
    let scratch = with_manifest("");
    scratch.write("tierwall.toml", b"[[program]]\nfile = \"\xff\"\n");
    scratch.run(&["build"]).exits(2).says("E0108");
    scratch.write(
        "tierwall.toml",
        "\u{feff}[[program]]\r\nfile = \"shop.tier\"\r\n",
    );
    scratch.run(&["check"]).exits(0).says("shop.tier: 1 tier");
}

#[test]
fn reports_a_path_with_two_uses() {
    for (manifest, says) in [
        (
            "file = \"shop.tier\"\noutputs = { tf = \"./shop.tier\" }",
            "an output and a program",
        ),
        (
            "file = \"shop.tier\"\noutputs = { tf = \"x/../tierwall.toml\" }",
            "this manifest",
        ),
        (
            "file = \"shop.tier\"\nvars = \"v.json\"\noutputs = { cfn = \"v.json\" }",
            "an output and a file of values",
        ),
        (
            "file = \"shop.tier\"\n[[program]]\nfile = \"./shop.tier\"",
            "two programs",
        ),
        (
            "file = \"shop.tier\"\n[program.environments]\na.outputs.tf = \"x\"\nb.outputs.tf = \"x\"",
            "two outputs",
        ),
    ] {
        let scratch = with_manifest(&format!("[[program]]\n{manifest}\n"));
        scratch
            .run(&["build", "--force"])
            .exits(2)
            .says("E0806")
            .says(says);
        assert_eq!(scratch.read("shop.tier"), SHOP);
    }
}

/// A project of two programs with these texts, whose Terraform outputs are these files.
fn two_programs(texts: [&str; 2], outputs: [&str; 2], set: &str) -> Scratch {
    let scratch = Scratch::new();
    let [a, b] = outputs;
    let manifest = format!(
        "[[program]]\nfile = \"a.tier\"\noutputs = {{ tf = \"{a}\" }}\n{set}\n\
         [[program]]\nfile = \"b.tier\"\noutputs = {{ tf = \"{b}\" }}\n"
    );
    scratch.write("tierwall.toml", manifest);
    scratch.write("a.tier", texts[0]);
    scratch.write("b.tier", texts[1]);
    scratch
}

#[test]
fn reports_addresses_that_two_outputs_of_a_directory_declare() {
    const DIRECTORIES: &str = "help: write them to separate directories";
    let list = "prefix-list s3 = \"com.amazonaws.region.s3\"\n";
    let one = format!(
        "stack one\n{list}vpc v {{ id = \"vpc-01234567\" }}\ntier web\nweb allows https from s3\n"
    );
    let other = one.replace("tier web\nweb", "tier app\napp");
    let vpc = "vpc v { id = \"vpc-01234567\" }\n";
    for (texts, names, help) in [
        (
            ["tier web\n", "tier app\n"],
            "`var.vpc_id` in `infra`",
            "or give the parameter a value",
        ),
        (
            [&*one, &*other],
            "`data.aws_ec2_managed_prefix_list.tierwall_one_s3`, `data.aws_region.tierwall_one` in `infra`",
            "or give each program its own stack name: `stack NAME`",
        ),
        (
            [&*format!("{vpc}tier web\n"), &*format!("{vpc}tier web\n")],
            "`aws_security_group.web`, `aws_vpc_security_group_egress_rule.web_all_to_anywhere_ipv4`, \
             `aws_vpc_security_group_egress_rule.web_all_to_anywhere_ipv6`, `output.web_security_group_id` in `infra`",
            "or give their tiers different names",
        ),
        // what one of them moves away from
        (
            [
                &*format!("{vpc}tier web {{ outbound = closed }}\n"),
                &*format!("{vpc}tier app was web {{ outbound = closed }}\n"),
            ],
            "`aws_security_group.web` in `infra`",
            "or give their tiers different names",
        ),
    ] {
        let scratch = two_programs(texts, ["infra/a.tf", "infra/b.tf"], "");
        for command in [&["build"][..], &["check"], &["build", "--check"]] {
            let run = scratch.run(command);
            run.exits(2)
                .says("error[E0810]: `a.tier` and `b.tier` both declare ")
                .says(names)
                .says(help);
            run.says("tierwall.toml:7:18")
                .says("and in this file")
                .says(DIRECTORIES);
        }
        assert!(!scratch.path("infra").exists(), "nothing is written");
    }
}

#[test]
fn outputs_that_are_not_read_together_may_declare_the_same() {
    let texts = ["tier web\n", "tier app\n"];
    two_programs(texts, ["infra/a/main.tf", "infra/b/main.tf"], "")
        .run(&["build"])
        .exits(0);
    two_programs(texts, ["a.tf", "infra/../sub/b.tf"], "")
        .run(&["build"])
        .exits(0);
    // Terraform reads no other files
    two_programs(texts, ["infra/a.txt", "infra/b.txt"], "")
        .run(&["build"])
        .exits(0);
    // a value leaves nothing to ask for
    two_programs(
        texts,
        ["a.tf", "b.tf"],
        "set = { vpc-id = \"vpc-01234567\" }\n",
    )
    .run(&["build"])
    .exits(0);
    // stacks are named for their files, so that their lookups have different names
    let list = "prefix-list s3 = \"com.amazonaws.region.s3\"\nvpc v { id = \"vpc-01234567\" }\n";
    let texts =
        ["web", "app"].map(|tier| format!("{list}tier {tier}\n{tier} allows https from s3\n"));
    two_programs([&texts[0], &texts[1]], ["a.tf", "b.tf"], "")
        .run(&["build"])
        .exits(0);
}

#[test]
fn environments_of_one_directory_are_named() {
    let manifest = "[[program]]\nfile = \"shop.tier\"\n[program.environments]\n\
        test.outputs.tf = \"infra/test.tf\"\nlive.outputs.tf = \"./infra/live.tf\"\nlive.outputs.cfn = \"infra/live.json\"\n";
    let scratch = with_manifest(manifest);
    let run = scratch.run(&["build"]);
    run.exits(2)
        .says("error[E0810]: `shop.tier` (test) and `shop.tier` (live) both declare `aws_security_group.web`, ");
    assert_eq!(run.err().matches("E0810").count(), 1, "{}", run.err());
}

#[test]
fn the_command_line_suggests_what_to_type() {
    let scratch = Scratch::new();
    scratch.write("shop.tier", SHOP);
    for command in ["build", "check", "watch"] {
        scratch
            .run(&[command])
            .exits(2)
            .says("there is no `tierwall.toml`")
            .says("`tierwall build FILE --to terraform`");
    }
    scratch
        .run(&["build", "shop.tier"])
        .exits(2)
        .says("--to <TARGET>");
    scratch
        .run(&["build", "shop.tier", "--to", "tf", "--check"])
        .exits(2)
        .says("-o FILE");
    let scratch = project();
    scratch
        .run(&["build", "--to", "tf"])
        .exits(2)
        .says("<FILE>");
    scratch
        .run(&["build", "-o", "x.tf"])
        .exits(2)
        .says("<FILE>");
    scratch
        .run(&["build", "--set", "office=10.0.0.0/8"])
        .exits(2)
        .says("`--set` requires a FILE");
    scratch
        .run(&["check", "--vars", "production.json"])
        .exits(2)
        .says("`--vars` requires a FILE");
    scratch
        .run(&["watch", "billing.tier", "--to", "tf"])
        .exits(2)
        .says("-o FILE");
    scratch
        .run(&["watch", "-", "--to", "tf", "-o", "x.tf"])
        .exits(2)
        .says("standard input");
    let checked = with_manifest("[[program]]\nfile = \"shop.tier\"\n[program.environments]\n");
    checked.run(&["build"]).exits(0).says("lists no outputs");
    checked.run(&["check"]).exits(0).says("shop.tier: 1 tier, ");
}

#[test]
fn init_writes_a_project_that_builds() {
    let scratch = Scratch::new();
    let run = scratch.run(&["init", "--project", "shop.tier"]);
    assert_eq!(
        run.exits(0).err(),
        "wrote shop.tier and tierwall.toml; next: tierwall build\n"
    );
    scratch.run(&["build"]).exits(0);
    let outputs = target::ALL
        .iter()
        .map(|it| format!("shop.{}", it.extension));
    let programs = ["shop.tier", "tierwall.toml"].map(str::to_string);
    let mut names: Vec<String> = outputs.chain(programs).collect();
    names.sort();
    assert_eq!(scratch.names(), names);
    scratch
        .run(&["init", "--project", "b.tier"])
        .exits(2)
        .says("`tierwall.toml` already exists");
    assert!(!scratch.path("b.tier").exists());
    scratch.run(&["init", "--project", "-"]).exits(2);
}

#[test]
fn a_problem_without_a_position_names_its_program() {
    let scratch = Scratch::new();
    scratch.write("a.tier", "tier a\n");
    scratch.write(
        "b.tier",
        "param office : cidr\ntier b\nb allows ssh from office\n",
    );
    let manifest = "[[program]]\nfile = \"a.tier\"\nset = { nosuch = \"1\" }\n\n[[program]]\nfile = \"b.tier\"\n\
        [program.environments.test]\nset = { ofice = \"10.0.0.0/8\" }\n[program.environments.live]\n";
    scratch.write("tierwall.toml", manifest);
    let run = scratch.run(&["check"]);
    run.exits(2)
        .says("a value is given for `nosuch`, but the program has no such parameter (in a.tier)");
    run.says(
        "a value is given for `ofice`, but the program has no such parameter (in b.tier, test)",
    );
}

#[test]
fn the_example_is_a_project() {
    let scratch = Scratch::new();
    for entry in fs::read_dir(crate::common::package().join("examples/environments"))
        .expect("the example")
        .flatten()
    {
        fs::copy(
            entry.path(),
            scratch.path(&entry.file_name().to_string_lossy()),
        )
        .expect("a copy");
    }
    scratch
        .run(&["check"])
        .exits(0)
        .says("main.tier (staging): 3 tiers")
        .says("main.tier (production): 3 tiers");
    scratch.run(&["build"]).exits(0);
    for environment in ["staging", "production"] {
        let snapshot = crate::common::package().join(format!(
            "snapshots/environments-{environment}-terraform.snap.tf"
        ));
        let built = scratch.read(&format!("build/{environment}/groups.tf"));
        assert_eq!(built, fs::read_to_string(snapshot).expect("a snapshot"));
    }
    scratch.run(&["build", "--check"]).exits(0);
}
