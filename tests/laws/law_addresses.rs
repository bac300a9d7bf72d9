//! Names of resources: where earlier names of tiers are those of parameters, of lists, or look like
//! the start of a rule's name, Terraform would refuse an output exactly where the compiler does.

use crate::choices::{Choices, numbers};
use crate::compile::{cases, codes, emit, with};
use crate::generate::{Program, program};
use crate::hcl::{self, Expression};
use crate::scene::Scene;
use crate::vocabulary::TIERS;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn reports_what_terraform_rejects(program in program(), numbers in numbers(24)) {
        refused(&program, &numbers).map_err(TestCaseError::fail)?;
    }
}

/// Earlier names, each for one tier at most.
const CONFUSING: [&str; 10] = [
    "office-cidr",
    "lab6",
    "their-group",
    "Corp_pl",
    "s3",
    "sg-0a1b2c3d",
    "app-udp",
    "db-tcp",
    "web-udp",
    "tier-icmp",
];

/// The text of a program in which tiers had other names before.
fn confused(program: &Program, numbers: &[u16]) -> String {
    let (choose, mut text) = (&mut Choices::new(numbers), program.text());
    let mut names = choose.shuffled(&CONFUSING);
    let mut tiers = TIERS.to_vec();
    // `old-web-tcp` before `old-web`
    tiers.sort_by_key(|tier| std::cmp::Reverse(tier.len()));
    for earlier in tiers
        .iter()
        .flat_map(|tier| ["old", "newer", "older"].map(|age| format!("{age}-{tier}")))
    {
        if text.contains(&format!(" {earlier}")) && !choose.once_in(4) {
            let Some(name) = names.pop() else { break };
            text = text.replace(&earlier, name);
            let (_, tier) = earlier.split_once('-').expect("an age and a tier");
            if choose.once_in(2) {
                text += &meeting(&program.scene, tier, name);
            }
        }
    }
    text
}

/// Sentences whose rules can ask for one address, where a tier was called by this name.
fn meeting(scene: &Scene, tier: &str, earlier: &str) -> String {
    let has = |name: &str| scene.tiers.iter().any(|tier| tier == name);
    let is_peer = scene.peers.iter().any(|peer| peer.text == earlier);
    match earlier.rsplit_once('-') {
        // `db_tcp` of `db_tcp_all_from_…`
        Some((other, word @ ("tcp" | "udp" | "icmp"))) if has(other) => {
            format!("{other} allows {word} from 10.0.0.0/8\n{tier} allows all from 10.0.0.0/8\n")
        }
        _ if is_peer => {
            // an outbound rule would name the group, which a transit gateway does not take
            let verb = if scene.over_gateway {
                "accepts"
            } else {
                "allows"
            };
            format!("{} {verb} tcp 80 from {earlier}, {tier}\n", scene.tiers[0])
        }
        _ => String::new(),
    }
}

/// Holds the law against a program; gives whether it is refused.
pub fn refused(program: &Program, numbers: &[u16]) -> Result<bool, String> {
    let text = confused(program, numbers);
    let output = with(&text, |_, _, deployment| emit(deployment, "terraform"));
    let refusal = refusal(&output);
    let codes: Vec<&str> = codes(&text)
        .into_iter()
        .filter(|code| ["E0324", "E0325", "E0326"].contains(code))
        .collect();
    match (&refusal, codes.is_empty()) {
        (Some(_), false) | (None, true) => Ok(refusal.is_some()),
        _ => Err(format!(
            "Terraform: {refusal:?}, tierwall: {codes:?}, of\n{text}\n{output}"
        )),
    }
}

/// Why Terraform would refuse the names of a file: Terraform language documentation, "Refactoring",
/// and its errors "Duplicate resource configuration", "Moved object still exists" and "Ambiguous
/// move statements".
fn refusal(output: &str) -> Option<String> {
    let file = hcl::read(output);
    let (mut declared, mut moves) = (BTreeSet::new(), Vec::new());
    for block in &file.blocks {
        match block.kind.as_str() {
            "moved" => moves.push(["from", "to"].map(|end| match &block.body.attributes[end] {
                Expression::Reference(address) => address.clone(),
                other => panic!("no address: {other:?}"),
            })),
            kind => {
                let address = format!("{kind} {}", block.labels.join("."));
                if !declared.insert(address.clone()) {
                    return Some(format!("{address} is declared twice"));
                }
            }
        }
    }
    let (mut goes, mut came) = (BTreeMap::new(), BTreeMap::new());
    for [from, to] in &moves {
        if declared.contains(&format!("resource {from}")) {
            return Some(format!("{from} still exists"));
        }
        if goes.insert(from, to).is_some() || came.insert(to, from).is_some() {
            return Some(format!("the move from {from} to {to} is ambiguous"));
        }
    }
    None
}
