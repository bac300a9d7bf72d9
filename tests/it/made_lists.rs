//! Prefix lists that the program makes: `prefix-list offices = 203.0.113.0/24 { entries = 20 }`.

use crate::common::{as_of, compile_text, emit};
use tierwall::compile::Compilation;
use tierwall::diagnostic::Level;
use tierwall::lint::Levels;

const START: &str = "\
stack shop { tags = { team = \"net\" } }
network branches    = 198.51.100.0/24, 2001:db8:b::/48
prefix-list offices = 203.0.113.0/24, branches { entries = 20 } \"Where people work\"
tier web { outbound = closed }
";

fn compiled(text: &str) -> Compilation {
    compile_text("shop.tier", text, &[], as_of())
}

fn output(sentences: &str, name: &str) -> String {
    let compilation = compiled(&format!("{START}{sentences}"));
    assert!(
        !compilation.problems.any_error(),
        "{:?}",
        compilation.problems
    );
    emit(&compilation, name)
}

/// The errors of a program and of its assertions, as codes.
fn errors(text: &str) -> Vec<&'static str> {
    let compilation = compiled(text);
    let judged = compilation.judge_at(&Levels::default());
    let found = judged.problems.sorted().into_iter();
    let found = found.filter(|problem| problem.level() == Level::Error);
    found.map(|problem| problem.report().code).collect()
}

#[test]
fn terraform_makes_a_list_for_each_ip_version() {
    let terraform = output("web allows https from offices", "tf");
    for part in [
        "\
resource \"aws_ec2_managed_prefix_list\" \"offices_ipv4\" {
  name           = \"shop-offices-ipv4\"
  address_family = \"IPv4\"
  max_entries    = 20

  entry {
    cidr = \"198.51.100.0/24\"
  }

  entry {
    cidr = \"203.0.113.0/24\"
  }

  tags = {
    Description = \"Where people work\"
    team        = \"net\"
  }
}
",
        "    cidr = \"2001:db8:b::/48\"\n",
        "\
resource \"aws_vpc_security_group_ingress_rule\" \"web_tcp_443_from_offices_ipv6\" {
  security_group_id = aws_security_group.web.id
  description       = \"web allows https from offices\"
  ip_protocol       = \"tcp\"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_ec2_managed_prefix_list.offices_ipv6.id
}
",
    ] {
        assert!(terraform.contains(part), "{part}\n{terraform}");
    }
    assert_eq!(terraform.matches("_ingress_rule\"").count(), 2);
}

#[test]
fn cloudformation_names_the_list_that_it_makes() {
    let template = output("web allows ping from offices", "cfn");
    let template: serde_json::Value = serde_json::from_str(&template).expect("JSON");
    let resources = &template["Resources"];
    let list = &resources["OfficesIpv4PrefixList"];
    assert_eq!(list["Type"], "AWS::EC2::PrefixList");
    assert_eq!(list["Properties"]["PrefixListName"], "shop-offices-ipv4");
    assert_eq!(list["Properties"]["MaxEntries"], 20);
    assert_eq!(
        list["Properties"]["Entries"],
        serde_json::json!([{ "Cidr": "198.51.100.0/24" }, { "Cidr": "203.0.113.0/24" }])
    );
    let rules = resources["WebSecurityGroup"]["Properties"]["SecurityGroupIngress"].as_array();
    let rules = rules.expect("inbound rules");
    assert_eq!(rules.len(), 2, "ICMP and ICMPv6");
    assert_eq!(
        rules[0]["SourcePrefixListId"],
        serde_json::json!({ "Fn::GetAtt": ["OfficesIpv4PrefixList", "PrefixListId"] })
    );
}

#[test]
fn makes_a_list_without_a_rule() {
    assert!(output("", "tf").contains("resource \"aws_ec2_managed_prefix_list\""));
    assert!(output("", "json").contains("\"shop-offices-ipv6\""));
}

#[test]
fn analyses_know_the_entries() {
    let sentence = "web allows https from offices\n";
    for holds in [
        "assert 203.0.113.9 can reach web on https",
        "assert offices can reach web on https",
        "assert only offices can reach web",
        "assert 192.0.2.0/24 cannot reach web",
    ] {
        let text = format!("{START}{sentence}{holds}\n");
        assert_eq!(errors(&text), Vec::<&str>::new(), "{holds}");
    }
    for fails in [
        "assert 203.0.113.9 cannot reach web",
        "assert only branches can reach web",
        "assert 203.0.112.0/23 can reach web on https",
    ] {
        let text = format!("{START}{sentence}{fails}\n");
        assert_eq!(errors(&text).len(), 1, "{fails}");
    }
}

#[test]
fn one_sentence_about_a_list_repeats_nothing() {
    let found = |sentences: &str| {
        let compilation = compiled(&format!("{START}{sentences}"));
        let judged = compilation.judge_at(&Levels::default());
        let found = judged.problems.sorted().into_iter();
        let codes = found.map(|problem| problem.report().code);
        codes
            .filter(|code| *code != "unused-declaration")
            .collect::<Vec<_>>()
    };
    let sentence = "web allows https from offices\n";
    assert_eq!(found(sentence), Vec::<&str>::new());
    assert_eq!(found(&sentence.repeat(2)), ["duplicate-rule"]);
    assert_eq!(
        found(&format!(
            "{sentence}web allows https from 203.0.113.64/26\n"
        )),
        ["shadowed-rule"]
    );
}

#[test]
fn its_size_counts_in_each_group() {
    let count = |entries: &str| {
        let text = format!(
            "stack shop {{ rule-quota = 60 }}\nprefix-list offices = 203.0.113.0/24{entries}\n\
             tier web\nweb allows tcp 80, tcp 443 from offices\n"
        );
        errors(&text)
    };
    assert_eq!(count(" { entries = 30 }"), Vec::<&str>::new());
    assert_eq!(count(" { entries = 31 }"), ["quota"]);
    assert_eq!(count(""), Vec::<&str>::new());
}

#[test]
fn lists_with_one_name_in_an_output_are_an_error() {
    let text = "prefix-list a-b = 203.0.113.0/24\nprefix-list a_b = 198.51.100.0/24\ntier web\n\
                web allows https from a-b, a_b\n";
    assert_eq!(errors(text), ["E0326"]);
}

#[test]
fn only_written_tags_are_those_of_the_stack() {
    let start = START.replace("{ tags", "{ labels = written, tags");
    for target in ["tf", "cfn", "json"] {
        let compilation = compiled(&format!("{start}web allows https from offices\n"));
        assert!(!compilation.problems.any_error());
        let output = emit(&compilation, target);
        assert!(output.contains("net"), "{output}");
        assert!(!output.contains("Where people work"), "{output}");
    }
}

#[test]
fn reports_an_invalid_address_once() {
    for (list, code) in [
        ("10.0.0.0/33", "E0110"),
        ("10.0.0.256", "E0110"),
        ("10.0.0.0/33 \"where people work\"", "E0110"),
        ("10.0.0.0/8, 10.0.0.256", "E0110"),
        ("0.0.0.0", "E0122"),
    ] {
        let text = format!("prefix-list o = {list}\ntier web\nweb allows ssh from o\n");
        assert_eq!(errors(&text), [code], "{list}");
    }
}
