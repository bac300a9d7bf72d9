//! `peer a with b over transit-gateway`

use crate::common::{as_of, compile_text, emit};
use tierwall::lint::Levels;

const VPCS: &str = "vpc main { id = \"vpc-0123456789abcdef0\", cidr = 10.0.0.0/16 }\n\
     vpc tools { id = \"vpc-0123456789abcdef1\", cidr = 10.1.0.0/16 }\n";
const TIERS: &str = "tier web { vpc = main, outbound = closed }\n\
     tier agent { vpc = tools, outbound = closed }\n\
     tier runner { vpc = tools }\n";

/// The codes and the helps of what is reported for a program, and what it is for Terraform.
fn judge(peering: &str, sentences: &str) -> (Vec<String>, String) {
    let text = format!("{VPCS}{peering}\n{TIERS}{sentences}\n");
    let compilation = compile_text("program.tier", &text, &[], as_of());
    let judged = compilation.judge_at(&Levels::default());
    let problems = judged.problems.sorted().into_iter();
    let reports = problems.map(|problem| problem.report());
    let reports = reports
        .filter(|report| report.code.starts_with("E0") || report.code == "half-open")
        .map(|report| format!("{}: {}", report.code, report.help.join("; ")))
        .collect();
    let output = emit(&compilation, "terraform");
    (reports, output)
}

const GATEWAY: &str = "peer main with tools over transit-gateway";

#[test]
fn inbound_rules_name_groups_over_a_transit_gateway() {
    for (sentences, written) in [
        (
            "web accepts tcp 9100 from agent\nagent sends tcp 9100 to vpc main",
            "agent_tcp_9100_to_10_0_0_0_16",
        ),
        // an open sender has no rule to a group
        (
            "web allows tcp 9100 from runner",
            "web_tcp_9100_from_runner",
        ),
        ("runner allows tcp 9100 to web", "web_tcp_9100_from_runner"),
        // in one VPC all is as ever
        ("runner allows tcp 22 from agent", "agent_tcp_22_to_runner"),
    ] {
        let (reports, output) = judge(GATEWAY, sentences);
        assert!(reports.is_empty(), "{sentences}: {reports:?}");
        assert!(output.contains(written), "{sentences}: {output}");
    }
}

#[test]
fn outbound_rules_do_not() {
    let helps = |sender: &str, receiver: &str, vpc: &str| {
        format!(
            "E0364: let `{sender}` send to the addresses of the VPC: `{sender} sends … to vpc {vpc}`; \
             `{receiver}` can name the group: `{receiver} accepts … from {sender}`"
        )
    };
    for (sentence, expected) in [
        (
            "web allows tcp 9100 from agent",
            helps("agent", "web", "main"),
        ),
        (
            "agent allows tcp 9100 to web",
            helps("agent", "web", "main"),
        ),
        (
            "runner sends tcp 9100 to web",
            helps("runner", "web", "main"),
        ),
        (
            "web sends tcp 9100 to runner",
            helps("web", "runner", "tools"),
        ),
    ] {
        let (reports, _) = judge(GATEWAY, sentence);
        assert_eq!(reports, [expected], "{sentence}");
    }
}

#[test]
fn a_connection_next_to_the_gateway_allows_all_references() {
    for both in [
        format!("{GATEWAY}\npeer tools with main"),
        format!("peer tools with main\n{GATEWAY}"),
    ] {
        let (reports, _) = judge(&both, "web allows tcp 9100 from agent");
        assert!(reports.is_empty(), "{reports:?}");
    }
}

#[test]
fn a_half_open_flow_names_the_sentence_for_the_other_side() {
    let (reports, _) = judge(GATEWAY, "web accepts tcp 9100 from agent");
    assert_eq!(
        reports,
        ["half-open: add `agent sends tcp 9100 to vpc main`"]
    );
}

#[test]
fn a_peering_that_is_misspelled_is_reported_once() {
    for (peering, codes) in [
        ("peer main with tools over tgw", vec!["E0101"]),
        ("peer main and tools", vec!["E0123"]),
        ("", vec!["E0307"]),
    ] {
        let (reports, _) = judge(peering, "web allows tcp 9100 from agent");
        let found: Vec<&str> = reports.iter().map(|report| &report[..5]).collect();
        assert_eq!(found, codes, "{peering}: {reports:?}");
    }
}
