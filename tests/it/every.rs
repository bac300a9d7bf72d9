//! `every …` and `except` in lists of tiers.

use crate::common::{as_of, compile_text, emit};
use tierwall::diagnostic::Level;
use tierwall::lint::Levels;

const TIERS: &str = "stack shop { vpc = main }\nvpc main { id = \"vpc-0123456789abcdef0\" }\n\
     vpc tools { id = \"vpc-0123456789abcdef1\" }\npeer main with tools\n\
     tier web, www is web-server\ntier db is database { outbound = closed }\n\
     tier archive is database { vpc = tools, outbound = closed }\ntier plain\n";

/// What a program writes for Terraform, or its errors.
fn terraform(sentences: &str) -> Result<String, Vec<String>> {
    let text = format!("{TIERS}{sentences}\n");
    let compilation = compile_text("program.tier", &text, &[], as_of());
    let judged = compilation.judge_at(&Levels::default());
    let errors = judged.problems.sorted().into_iter();
    let errors: Vec<String> = errors
        .filter(|problem| problem.level() == Level::Error)
        .map(|problem| problem.report())
        .map(|report| format!("{}: {}", report.code, report.message))
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }

    Ok(emit(&compilation, "terraform"))
}

#[test]
fn every_stands_for_its_tiers_one_by_one() {
    for (every, one_by_one) in [
        (
            "every tier allows ssh from db",
            "web, www, db, archive, plain allows ssh from db",
        ),
        (
            "every database allows mysql from every web-server",
            "db, archive allow mysql from web, www",
        ),
        (
            "every tier in vpc tools allows ssh from web",
            "archive allows ssh from web",
        ),
        (
            "every database in vpc main allows ssh from web",
            "db allows ssh from web",
        ),
        (
            "every tier except every database, web allows ssh from every tier except plain, www",
            "www, plain allow ssh from web, db, archive",
        ),
        (
            "tiers all-but = every tier except web, www\nall-but allows ssh to every web-server except www",
            "tiers all-but = db, archive, plain\nall-but allows ssh to web",
        ),
        (
            "web allows ssh from every web-server, 10.0.0.0/8 except www",
            "web allows ssh from web, 10.0.0.0/8",
        ),
        (
            "web, db except db allow ssh from plain",
            "web allows ssh from plain",
        ),
        (
            "web allows ssh from db, plain except db",
            "web allows ssh from plain",
        ),
    ] {
        assert_eq!(terraform(every), terraform(one_by_one), "{every}");
        assert!(terraform(every).is_ok(), "{every}: {:?}", terraform(every));
    }
}

#[test]
fn an_empty_every_produces_no_error_and_no_rule() {
    let none = terraform("");
    for sentence in [
        "every cache allows ssh from web",
        "web allows ssh from every cache",
        "every database except db, archive allows ssh from web",
        "every cache in vpc main allows icmp 8 from every proxy",
        "tiers x = every cache\nx allows ssh from 10.0.0.0/8",
        "assert internet cannot reach every cache",
        "assert every cache can reach db",
    ] {
        assert_eq!(terraform(sentence), none, "{sentence}");
    }
}

#[test]
fn a_new_tier_changes_no_description_of_others() {
    let sentence =
        "every tier except plain allows ssh from every web-server, 10.0.0.0/8 except www";
    let before = terraform(sentence).expect("no error");
    let after = terraform(&format!("{sentence}\ntier new is web-server")).expect("no error");
    let missing: Vec<&str> = before
        .lines()
        .filter(|line| !after.contains(line))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn assertions_judge_every_tier_that_is_not_excluded() {
    let open = "www allows https from 0.0.0.0/0\narchive allows ssh from www\n";
    let fails = |assertion: &str| match terraform(&format!("{open}{assertion}")) {
        Ok(_) => false,
        Err(errors) => errors.iter().all(|error| error.starts_with("E070")),
    };
    for (assertion, is_wrong) in [
        ("assert internet cannot reach every web-server", true),
        (
            "assert internet cannot reach every web-server except www",
            false,
        ),
        ("assert internet cannot reach every tier", true),
        (
            "assert internet cannot reach every tier in vpc tools",
            false,
        ),
        ("assert every web-server cannot reach every database", true),
        (
            "assert every web-server except www cannot reach every database",
            false,
        ),
        ("assert only every web-server can reach archive", false),
        (
            "assert only every web-server except www can reach archive",
            true,
        ),
        (
            "assert www can reach archive only through every web-server",
            false,
        ),
        (
            "assert www can reach archive only through every web-server except www",
            true,
        ),
    ] {
        assert_eq!(fails(assertion), is_wrong, "{assertion}");
    }
}

#[test]
fn reports_an_invalid_list_of_tiers_at_its_position() {
    for (sentence, error) in [
        (
            "every databse allows ssh from web",
            "E0201: there is no role `databse`",
        ),
        (
            "every tiers allows ssh from web",
            "E0201: there is no role `tiers`",
        ),
        (
            "every web allows ssh from db",
            "E0202: expected `tier` or a role, found a tier `web`",
        ),
        (
            "every tier in vpc nowhere allows ssh from db",
            "E0201: there is no VPC `nowhere`",
        ),
        (
            "web allows ssh from every tier, 10.0.0.0/8 except 10.0.0.1",
            "E0304: `except` excludes addresses here, and `every tier` is a tier set",
        ),
        (
            "network n = every tier",
            "E0202: expected an address or a network, found a tier set `every tier`",
        ),
        (
            "assert 10.0.0.0/8 except 10.0.0.1 cannot reach db",
            "E0340: `except` in an assertion excludes tiers, and `10.0.0.1` is none",
        ),
        (
            "tiers a = every tier except a",
            "E0211: the tier set `a` contains itself",
        ),
        (
            "all tiers allow ssh from db",
            "E0123: `all tiers` is not tierwall syntax",
        ),
        (
            "every tier but web allows ssh from db",
            "E0123: `but` is not tierwall syntax",
        ),
        ("each allows ssh from db", "E0201: there is no tier `each`"),
        (
            "web allows ssh from every tier in tools",
            "E0101: expected `except`, `until`, a string, a block or the end of the line, found `in`",
        ),
    ] {
        assert_eq!(
            terraform(sentence),
            Err(vec![error.to_string()]),
            "{sentence}"
        );
    }
}

#[test]
fn a_tier_can_still_be_called_every() {
    let text = "tier every, tier\nevery allows ssh from every until 2030-01-01\n\
                tier allows ssh from every, tier except tier\nassert every can reach every on ssh\n";
    let compilation = compile_text("program.tier", text, &[], as_of());
    assert!(
        !compilation.problems.any_error(),
        "{:?}",
        compilation.problems
    );
    assert_eq!(compilation.policy.flows.len(), 2);
}

#[test]
fn counts_the_tiers_of_every_against_the_limit() {
    let names: Vec<String> = (0..2_000).map(|n| format!("t{n}")).collect();
    let text = format!(
        "tier {}\nevery tier allows ssh from every tier\n",
        names.join(", ")
    );
    let compilation = compile_text("program.tier", &text, &[], as_of());
    let codes: Vec<&str> = compilation
        .problems
        .into_iter()
        .map(|it| it.report().code)
        .collect();
    assert_eq!(codes, ["E0323"]);
}
