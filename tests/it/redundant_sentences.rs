//! Which sentences others cover, and which those are.

use crate::common::{as_of, compile_text};
use tierwall::analysis::gate::Gates;
use tierwall::analysis::redundancy::redundant_flows;
use tierwall::groups::lower;

/// The redundant sentences of a program, each with those that cover it: `2 < 0 1`.
fn reported(stack: &str, sentences: &str) -> String {
    let program = format!(
        "{stack}\nvpc main {{ cidr = 10.0.0.0/16 }}\nexternal partner = \"sg-0123456789abcdef0\"\n\
         param later : cidr\ntier app {{ addresses = [10.1.0.0/16, 2001:db8::/32] }}\n\
         tier old {{ addresses = 10.2.0.0/16 }}\ntier near\n{sentences}\n"
    );
    let compilation = compile_text("program.tier", &program, &[], as_of());
    assert!(
        !compilation.problems.any_error(),
        "{program}{:?}",
        compilation.problems
    );
    let policy = &compilation.policy;
    let sentence = |flow: &u32| policy.flows[*flow as usize].sentence.index();
    let found = redundant_flows(&lower(policy), &Gates::new(policy));
    let lines = found.iter().map(|covered| {
        let by: Vec<String> = covered
            .by
            .iter()
            .map(|flow| sentence(flow).to_string())
            .collect();
        format!("{} < {}", sentence(&covered.flow), by.join(" "))
    });
    lines.collect::<Vec<_>>().join(", ")
}

const DUAL: &str = "stack s { ip = dual }";
const IPV4: &str = "stack s { ip = ipv4 }";

#[test]
fn sentences_that_others_cover() {
    for (stack, sentences, expected) in [
        // ports
        (
            DUAL,
            "app allows tcp 80-90 from 10.0.0.0/8\napp allows tcp 90 from 10.0.0.0/8",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows tcp 80-90 from 10.0.0.0/8\napp allows tcp 90-95 from 10.0.0.0/8",
            "",
        ),
        (
            DUAL,
            "app allows tcp 80-90 from 10.0.0.0/8\napp allows udp 85 from 10.0.0.0/8",
            "",
        ),
        (
            DUAL,
            "app allows tcp 80-90 from 10.0.0.0/8\napp allows tcp 80-85 from 10.0.0.0/8",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows tcp 80-90 from 10.0.0.0/8\napp allows tcp 85-90 from 10.0.0.0/8",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows tcp from 10.0.0.0/8\napp allows all from 10.0.0.0/8",
            "0 < 1",
        ),
        (
            DUAL,
            "app allows icmp from 10.0.0.0/8\napp allows icmp 8 from 10.0.0.0/8\napp allows icmp 8/0 from 10.0.0.0/9",
            "1 < 0, 2 < 0",
        ),
        // the same peer, that is no block
        (
            DUAL,
            "app allows tcp 80-90 from near\napp allows tcp 85 from near",
            "1 < 0",
        ),
        (
            IPV4,
            "app allows tcp 80-90 from near\napp allows tcp 85 from near",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows tcp 80-90 from near\napp allows tcp 85, tcp 86 from near",
            "1 < 0, 1 < 0",
        ),
        (
            DUAL,
            "app allows tcp 80-90 from near\napp allows tcp 85 from old",
            "",
        ),
        (
            DUAL,
            "app allows tcp 80-90 from partner\napp allows tcp 85 from partner, later",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows tcp 1-5 from near\napp allows tcp 6-9 from near\napp allows tcp 3-7 from near",
            "2 < 0 1",
        ),
        // a peer that is no block, where blocks are
        (
            DUAL,
            "app allows tcp 80 from 10.0.0.0/8\napp allows tcp 80 from near",
            "",
        ),
        (
            IPV4,
            "app allows tcp 80 from 10.0.0.0/8\napp allows tcp 80 from near",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows icmp 8 from 0.0.0.0/0\napp allows icmp 8 from near",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows icmpv6 128 from ::/0\napp allows icmpv6 128 from near",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows icmp 8 from 10.0.0.0/17\napp allows icmp 8 from near",
            "",
        ),
        (
            IPV4,
            "app allows tcp 80 from 10.0.0.0/8\napp allows tcp 80 from old",
            "1 < 0",
        ),
        // its addresses are of IPv4, which says nothing of IPv6
        (
            DUAL,
            "app allows tcp 80 from 10.0.0.0/8\napp allows tcp 80 from old",
            "",
        ),
        (
            DUAL,
            "app allows tcp 80 from 10.0.0.0/8, ::/0\napp allows tcp 80 from old",
            "1 < 0 0",
        ),
        (
            DUAL,
            "app allows tcp 80 from 10.2.0.0/17\napp allows tcp 80 from old",
            "",
        ),
        (
            IPV4,
            "app allows tcp 80 from 10.2.0.0/17, 10.2.128.0/17\napp allows tcp 80 from old",
            "1 < 0 0",
        ),
        (
            IPV4,
            "app allows tcp 80 from 10.3.0.0/16, 10.2.0.0/17, 10.2.128.0/17\napp allows tcp 80 from old",
            "1 < 0 0",
        ),
        (
            IPV4,
            "old allows tcp 80 from anywhere-ipv4\nold allows tcp 80 from near",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows tcp 80 from anywhere-ipv4\napp allows tcp 80 from near",
            "",
        ),
        (
            DUAL,
            "app allows tcp 80 from anywhere-ipv4\napp allows tcp 80 from later",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows tcp 80 from anywhere-ipv6\napp allows tcp 80 from later",
            "",
        ),
        (
            DUAL,
            "app allows tcp 80 from anywhere\napp allows tcp 80 from partner",
            "1 < 0 0",
        ),
        // blocks in blocks
        (
            DUAL,
            "app allows tcp 80 from 10.0.0.0/8\napp allows tcp 80 from 10.1.0.0/16",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows tcp 80 from 10.1.0.0/16\napp allows tcp 80 from 10.0.0.0/8",
            "0 < 1",
        ),
        (
            DUAL,
            "app allows tcp 80 from 10.0.0.0/8\napp allows tcp 81 from 10.1.0.0/16",
            "",
        ),
        (
            DUAL,
            "app allows tcp 80 from 10.0.0.0/8\napp allows tcp 80 from 11.0.0.0/16",
            "",
        ),
        (
            DUAL,
            "app allows tcp 80 from 2001:db8::/32\napp allows tcp 80 from 2001:db8:1::/48, 10.0.0.0/8",
            "1 < 0",
        ),
        (
            DUAL,
            "app allows tcp 80 from 10.0.0.0/9\napp allows tcp 80 from 10.128.0.0/9\napp allows tcp 80 from 10.0.0.0/8",
            "0 < 2, 1 < 2",
        ),
        (
            DUAL,
            "app allows tcp 1-5 from 10.0.0.0/9\napp allows tcp 1-6 from 10.128.0.0/9\napp allows tcp 2-5 from 10.0.0.0/8",
            "2 < 0 1",
        ),
        (
            DUAL,
            "app allows tcp 1-5 from 10.0.0.0/9\napp allows tcp 1-6 from 10.128.0.0/10\napp allows tcp 2-5 from 10.0.0.0/8",
            "",
        ),
        (
            DUAL,
            "app allows tcp 1-3 from 10.0.0.0/8\napp allows tcp 4-9 from 10.0.0.0/9\napp allows tcp 2-5 from 10.0.0.0/9",
            "2 < 0 1",
        ),
        (
            DUAL,
            "app allows tcp 1-3 from 10.0.0.0/8\napp allows tcp 5-9 from 10.0.0.0/9\napp allows tcp 2-5 from 10.0.0.0/9",
            "",
        ),
        // one that covers it alone is reported alone, and of several only those that contribute
        (
            DUAL,
            "app allows tcp 80-90 from 10.0.0.0/9, 10.128.0.0/10, 10.192.0.0/10\napp allows tcp 85 from 10.0.0.0/8",
            "1 < 0 0 0",
        ),
        (
            DUAL,
            "app allows icmp from 11.0.0.0/8\napp allows icmp from 10.0.0.0/8\napp allows icmp 8 from 10.1.0.0/16",
            "2 < 1",
        ),
        (
            IPV4,
            "app allows tcp 79-80 from 10.2.0.0/17\napp allows tcp 80-90 from 10.2.0.0/16\napp allows tcp 80 from old",
            "2 < 1",
        ),
        (
            DUAL,
            "app allows tcp 79-80 from 10.1.0.0/24\napp allows tcp 80-90 from 10.0.0.0/8\napp allows tcp 80 from 10.1.0.0/16",
            "2 < 1",
        ),
        (
            DUAL,
            "app allows icmp from 10.0.0.0/17\napp allows icmp 8 from anywhere-ipv4\napp allows tcp 80 from anywhere-ipv6\napp allows icmp 8 from near",
            "3 < 1",
        ),
        (
            DUAL,
            "app allows tcp 1-5 from near\napp allows tcp 6-9 from near\napp allows udp 4-5 from near\napp allows tcp 20-30 from near\napp allows tcp 3-7 from near",
            "4 < 0 1",
        ),
        (
            IPV4,
            "app allows all from 10.2.0.0/17\napp allows tcp 80 from 10.2.128.0/17\napp allows tcp 80 from old",
            "2 < 0 1",
        ),
        // both gates
        (
            DUAL,
            "tier shut { outbound = closed }\napp allows tcp 80 from shut\napp allows tcp 80 from anywhere",
            "",
        ),
        (
            DUAL,
            "tier shut { outbound = closed }\napp allows tcp 80 from shut\napp allows tcp 80 from anywhere\nshut allows tcp 80 to anywhere",
            "0 < 1 1 2 2",
        ),
        // a rule that is left out of the outputs is no gate
        (
            DUAL,
            "tier shut { outbound = closed }\napp allows tcp 80 from shut\napp allows tcp 80 from anywhere\nshut allows all to anywhere",
            "0 < 1 1",
        ),
        (
            IPV4,
            "tier shut { outbound = closed }\napp allows tcp 80 from shut\napp allows tcp 80 from anywhere\nshut allows all to anywhere",
            "0 < 1",
        ),
        // what a closed tier sends to another it sends in IPv6 as well
        (
            IPV4,
            "tier shut { outbound = closed }\napp allows tcp 80 from shut\napp allows tcp 80 from anywhere\nshut allows tcp 80 to anywhere",
            "",
        ),
    ] {
        assert_eq!(reported(stack, sentences), expected, "{stack}\n{sentences}");
    }
}
