//! Ports that are parameters.

use crate::common::{compile_bound, emit};
use tierwall::analysis::diff::Diff;
use tierwall::lint::Levels;
use tierwall::policy::TierMapping;

const PROGRAM: &str = "\
param app-port  : port = 8080
param last-port : port
tier lb, app { outbound = closed }
app allows tcp app-port, udp 8000-last-port from lb
app allows tcp app-port - last-port from 10.0.0.0/8
";

#[test]
fn an_unbound_port_is_a_variable_and_a_parameter() {
    let compilation = compile_bound(PROGRAM, &[]);
    let terraform = emit(&compilation, "terraform");
    for part in [
        "  type        = number\n  default     = 8080\n",
        "\"app_tcp_app_port_from_lb\"",
        "  from_port                    = var.app_port\n  to_port                      = var.app_port\n",
        "\"lb_udp_8000_last_port_to_app\"",
        "  from_port                    = 8000\n  to_port                      = var.last_port\n",
        "\"app_tcp_app_port_last_port_from_10_0_0_0_8\"",
    ] {
        assert!(terraform.contains(part), "{part}\n{terraform}");
    }

    let template = emit(&compilation, "cloudformation");
    let template: serde_json::Value = serde_json::from_str(&template).expect("JSON");
    assert_eq!(
        template["Parameters"]["AppPort"].to_string(),
        "{\"Default\":8080,\"Description\":\"Port\",\"MaxValue\":65535,\"MinValue\":0,\"Type\":\"Number\"}"
    );
    assert_eq!(
        template["Resources"]["AppTcpAppPortFromLb"]["Properties"]["FromPort"].to_string(),
        "{\"Ref\":\"AppPort\"}"
    );

    let json = emit(&compilation, "json");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let ports: Vec<String> = json["rules"].as_array().expect("rules")[..3]
        .iter()
        .map(|rule| format!("{} {}", rule["from_port"], rule["to_port"]))
        .collect();
    assert_eq!(
        ports,
        [
            "{\"parameter\":\"app-port\"} {\"parameter\":\"app-port\"}",
            "{\"parameter\":\"app-port\"} {\"parameter\":\"last-port\"}",
            "8000 {\"parameter\":\"last-port\"}",
        ]
    );
}

#[test]
fn a_bound_port_is_equivalent_to_its_number() {
    let values = [("app-port", "443"), ("last-port", "8100")];
    let bound = compile_bound(PROGRAM, &values);
    let written = "\
tier lb, app { outbound = closed }
app allows tcp 443, udp 8000-8100 from lb
app allows tcp 443-8100 from 10.0.0.0/8
";
    let written = compile_bound(written, &[]);
    // the text of a rule is that of its sentence, with the traffic that it has
    for target in ["terraform", "cloudformation", "json"] {
        assert_eq!(emit(&bound, target), emit(&written, target), "{target}");
    }
}

/// The codes and the helps of what is reported for a program.
fn reports(text: &str, values: &[(&str, &str)]) -> Vec<(String, String)> {
    let compilation = compile_bound(text, values);
    let judged = compilation.judge_at(&Levels::default());
    let reports = judged.problems.sorted().into_iter();
    let reports = reports.map(|problem| problem.report());
    reports
        .map(|report| (report.code.to_string(), report.help.join("; ")))
        .collect()
}

#[test]
fn reports_a_range_of_values_that_ends_before_its_start() {
    let program =
        "param last-port : port\ntier web\nweb allows tcp 8000-last-port from 10.0.0.0/8\n";
    let codes = |value| {
        let reports = reports(program, &[("last-port", value)]);
        reports
            .into_iter()
            .map(|(code, _)| code)
            .collect::<Vec<_>>()
    };
    assert_eq!(codes("7999"), ["E0366"]);
    assert_eq!(codes("8000"), [""; 0]);

    for (sentence, expected) in [
        ("tcp 8000-low", vec!["E0366"]),
        ("tcp high - low", vec!["E0366"]),
        ("tcp high - 79", vec!["E0366"]),
        ("tcp low - high", vec![]),
        ("tcp high - any", vec![]),
    ] {
        let declared = "param low : port = 80\nparam high : port = \"9000\"\nparam any : port\n";
        let program = format!("{declared}tier web\nweb allows {sentence} from 10.0.0.0/8\n");
        let reports = reports(&program, &[]).into_iter();
        let errors: Vec<String> = reports
            .map(|(code, _)| code)
            .filter(|code| code.starts_with('E'))
            .collect();
        assert_eq!(errors, expected, "{sentence}");
    }
    assert_eq!(codes("65536"), ["E0502"]);
}

#[test]
fn a_value_of_a_port_has_one_form() {
    let program = "param p : port\ntier web\nweb allows tcp p from 10.0.0.0/8\n";
    for (value, meant) in [("+8", "8"), ("0080", "80"), ("00", "0")] {
        let help = format!("did you mean `{meant}`?");
        let expected = [("E0502".to_string(), help)];
        assert_eq!(reports(program, &[("p", value)]), expected);
        let compilation = compile_bound(program, &[("p", value)]);
        let message = compilation.problems.sorted()[0].report().message;
        let reason = "expected a port without a sign and without leading zeros";
        assert!(message.ends_with(reason), "{message}");
    }
    assert_eq!(reports(program, &[("p", "8080")]), []);
}

#[test]
fn a_parameter_of_an_invalid_type_is_reported_once() {
    for (uses, values) in [
        ("web allows tcp x, tcp x - 90 from x", None),
        (
            "external e = \"sg-0123456789abcdef0\"\nvpc main { id = x }",
            None,
        ),
        ("web allows https from anywhere \"${x}\"", Some(("x", "80"))),
        ("assert x can reach web on tcp x", None),
    ] {
        let program = format!("param x : nonsense = 80\ntier web\n{uses}\n");
        let values: Vec<_> = values.into_iter().collect();
        let compilation = compile_bound(&program, &values);
        let codes = compilation.problems.sorted();
        let codes: Vec<_> = codes.iter().map(|problem| problem.report().code).collect();
        assert_eq!(codes, ["E0201"], "{uses}");
    }
}

#[test]
fn a_port_without_a_value_proves_nothing() {
    let program = "\
param app-port : port
tier lb, app { outbound = closed }
app allows tcp app-port from lb
";
    for (assertion, holds) in [
        ("assert lb can reach app on tcp 8080", false),
        ("assert lb cannot reach app on tcp 8080", false),
        ("assert lb cannot reach app on udp 8080", true),
    ] {
        let reports = reports(&format!("{program}{assertion}\n"), &[]);
        assert_eq!(reports.is_empty(), holds, "{assertion}: {reports:#?}");
    }
}

#[test]
fn only_a_different_port_is_a_change() {
    let program = |ports: &str| {
        let text = format!(
            "param one : port\nparam two : port\ntier lb, app {{ outbound = closed }}\napp allows {ports} from lb, 10.0.0.0/8\n"
        );
        compile_bound(&text, &[]).policy
    };
    for (before, after, changes) in [
        ("tcp one", "tcp one", [0, 0]),
        ("tcp one, 443", "tcp one", [2, 0]),
        ("tcp one", "tcp two", [2, 2]),
        ("tcp one", "udp one", [2, 2]),
        // whatever it is, it was open
        ("tcp", "tcp, tcp one", [0, 0]),
    ] {
        let (old, new) = (program(before), program(after));
        let diff = Diff::compare_policies(&old, &new, &TierMapping::new(&old, &new));
        let reported = [diff.lost.len(), diff.gained.len()];
        assert_eq!(reported, changes, "{before} to {after}: {diff:#?}");
    }
}

#[test]
fn a_changed_default_opens_and_closes_its_port() {
    let program = |default: &str| {
        let text = format!(
            "param port : port{default}\ntier lb, app {{ outbound = closed }}\napp allows tcp port from lb, 10.0.0.0/8\n"
        );
        compile_bound(&text, &[]).policy
    };
    for (before, after, lost, gained) in [
        (" = 8080", " = 8080", "", ""),
        (" = 8080", " = 9090", "tcp 8080", "tcp 9090"),
        ("", " = 9090", "", "tcp 9090"),
        (" = 8080", "", "tcp 8080", ""),
    ] {
        let (old, new) = (program(before), program(after));
        let diff = Diff::compare_policies(&old, &new, &TierMapping::new(&old, &new));
        for (changes, reported) in [(&diff.lost, lost), (&diff.gained, gained)] {
            assert!(changes.iter().all(|change| change.by_default));
            let mut traffic: Vec<String> = changes
                .iter()
                .flat_map(|change| change.traffic.v4.port_stretches())
                .map(|traffic| traffic.to_string())
                .collect();
            // from hosts, and from the tier
            assert_eq!(
                traffic.len(),
                if reported.is_empty() { 0 } else { 2 },
                "{diff:#?}"
            );
            traffic.dedup();
            assert_eq!(traffic.concat(), reported);
        }
    }
}

#[test]
fn rules_with_one_port_cover_each_other() {
    let declared = "param one : port\nparam two : port\ntier web\n";
    for (sentences, is_covered) in [
        (
            "web allows tcp one from 10.0.0.0/8\nweb allows tcp one from 10.1.0.0/16",
            true,
        ),
        (
            "web allows tcp one from 10.0.0.0/8\nweb allows tcp two from 10.1.0.0/16",
            false,
        ),
        (
            "web allows tcp one from 10.0.0.0/8\nweb allows udp one from 10.1.0.0/16",
            false,
        ),
        (
            "web allows tcp one from 10.0.0.0/8\nweb allows tcp 443 from 10.1.0.0/16",
            false,
        ),
        (
            "web allows tcp from 10.0.0.0/8\nweb allows tcp one from 10.1.0.0/16",
            true,
        ),
        (
            "web allows tcp 8000-65535 from 10.0.0.0/8\nweb allows tcp 8000-one from 10.1.0.0/16",
            true,
        ),
        (
            "web allows tcp 8001-65535 from 10.0.0.0/8\nweb allows tcp 8000-one from 10.1.0.0/16",
            false,
        ),
    ] {
        let reports = reports(&format!("{declared}{sentences}\n"), &[]);
        let found = reports.iter().any(|(code, _)| code == "shadowed-rule");
        assert_eq!(found, is_covered, "{sentences}: {reports:#?}");
    }
}

#[test]
fn what_may_pass_is_not_half_open() {
    let declared =
        "param one : port\nparam two : port\ntier lb { outbound = closed }\ntier app, db\n";
    for (sentences, is_half) in [
        ("app accepts tcp one from db", false),
        (
            "app accepts tcp one from lb\nlb sends tcp one to app",
            false,
        ),
        (
            "app accepts tcp one from lb\nlb sends tcp two to app",
            false,
        ),
        (
            "app accepts tcp one from lb\nlb sends tcp 8080 to app",
            false,
        ),
        (
            "app accepts tcp 8000-one from lb\nlb sends tcp 80 to app",
            true,
        ),
        ("app accepts tcp one from lb\nlb sends udp one to app", true),
    ] {
        let reports = reports(&format!("{declared}{sentences}\n"), &[]);
        let found = reports.iter().any(|(code, _)| code == "half-open");
        assert_eq!(found, is_half, "{sentences}: {reports:#?}");
    }
}

#[test]
fn lints_about_exposure_take_the_default() {
    let lints = |declared: &str, sentence: &str| {
        let program = format!("{declared}\ntier web, db is database\n{sentence}\n");
        let reports = reports(&program, &[]).into_iter();
        let codes: Vec<String> = reports.map(|(code, _)| code).collect();
        let exposed = codes.into_iter().filter(|code| code.starts_with("open-"));
        let exposed = exposed.filter(|code| code != "open-outbound");
        exposed.collect::<Vec<_>>().join(" ")
    };
    for (declared, sentence, expected) in [
        (
            "param p : port = 22",
            "web allows tcp p from anywhere",
            "open-admin-port",
        ),
        ("param p : port = 443", "web allows tcp p from anywhere", ""),
        ("param p : port", "web allows tcp p from anywhere", ""),
        (
            "param p : port = 22",
            "web allows tcp p from 10.0.0.0/8",
            "",
        ),
        (
            "param p : port = 5432",
            "db allows tcp p from anywhere",
            "open-data-store",
        ),
        (
            "param p : port = 60000",
            "web allows tcp 50000-p from anywhere",
            "open-wide-range",
        ),
        (
            "param p : port = 65535",
            "web allows udp 1-p from anywhere",
            "open-all-traffic",
        ),
    ] {
        assert_eq!(lints(declared, sentence), expected, "{declared} {sentence}");
    }
}

#[test]
fn names_of_ports_continue_a_list() {
    let declared = "param first : port\nparam last : port\ntier web, db\n";
    for (short, long) in [
        ("tcp 80, first", "tcp 80, tcp first"),
        ("tcp 80, first, 443", "tcp 80, tcp first, tcp 443"),
        ("udp first, last, https", "udp first, udp last, https"),
        ("tcp 80, first - last", "tcp 80, tcp first - last"),
        ("tcp 80, https, dns", "tcp 80, https, dns"),
        ("tcp 80, udp 53, last", "tcp 80, udp 53, udp last"),
        (
            "tcp 80, 8000-last, first",
            "tcp 80, tcp 8000-last, tcp first",
        ),
    ] {
        let terraform = |list: &str| {
            let rules = format!("service s = {list}\nweb allows s from db\n");
            emit(
                &compile_bound(&format!("{declared}{rules}"), &[]),
                "terraform",
            )
        };
        assert_eq!(terraform(short), terraform(long), "{short}");
    }
}

#[test]
fn reports_misuse_with_a_suggestion() {
    let declared = "param app-port : port\nparam office : cidr\ntier web, db\n";
    for (sentence, reported) in [
        ("web allows tcp https from office", "E0217: write `https`"),
        (
            "web allows tcp app-prt from office",
            "E0201: did you mean `app-port`?",
        ),
        (
            "web allows tcp app-port-90 from office",
            "E0201: did you mean `app-port - 90`?",
        ),
        (
            "web allows tcp 80, app-prt from office",
            "E0201: did you mean `app-port`?",
        ),
        (
            "web allows tcp 80, https, 443 from office",
            "E0117: write `tcp 443` or `udp 443`",
        ),
        ("web allows https, app-port from office", "E0202"),
        ("web allows tcp office from office", "E0202"),
        ("web allows app-port from office", "E0202"),
        ("web allows tcp 443 from app-port", "E0202"),
        ("web allows tcp 99999-app-port from office", "E0112"),
        (
            "assert web can reach db on tcp app-port",
            "E0367: set it: `--set app-port=PORT`",
        ),
        ("param x : port = 70000", "E0207"),
        ("param x : port = 10.0.0.0/8", "E0207"),
    ] {
        let (code, help) = reported.split_once(": ").unwrap_or((reported, ""));
        let reports = reports(&format!("{declared}{sentence}\n"), &[]);
        let found = reports
            .iter()
            .filter(|(found, helps)| found == code && helps.contains(help));
        assert_eq!(found.count(), 1, "{sentence}: {reports:#?}");
    }
}

#[test]
fn a_default_that_repeats_a_port_is_reported_once_for_both_ip_versions() {
    let program = "\
param p : port
param q : port = 443
tier web
web allows tcp p, q, 443 from anywhere
";
    let (_, problems) = crate::common::check(program, &Levels::default());
    let reports = problems.iter().map(|problem| problem.report());
    let messages: Vec<String> = reports
        .filter(|report| report.code == "duplicate-default")
        .map(|report| report.message)
        .collect();
    let message =
        "the default of `q` creates `tcp 443` from 0.0.0.0/0 to `web` twice, and 1 more rule";
    assert_eq!(messages, [message]);
}
