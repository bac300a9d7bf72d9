//! Every tier: a sentence with `every …` writes the same outputs as one that names its tiers one by
//! one, texts of rules included.

use crate::compile::{cases, outputs};
use crate::generate::{Program, program};
use crate::scene::Scene;
use crate::sentences::Sentence;
use proptest::prelude::*;
use tierwall::target;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn every_tier_is_the_tiers_one_by_one(program in program()) {
        let sentences = program.sentences.iter();
        let written = sentences.filter_map(|it| one_by_one(&program.scene, it)).collect();
        let other = Program { sentences: written, ..program.clone() };
        let (one, two) = (outputs(&program.text()), outputs(&other.text()));
        let is_deployed = |n: &usize| target::ALL[*n].name != "json";
        for n in (0..one.len()).filter(is_deployed) {
            prop_assert_eq!(&one[n], &two[n], "{:?}", other);
        }
    }
}

/// The same sentence without `every`; nothing for one that has no tier left, and so no rule.
fn one_by_one(scene: &Scene, sentence: &Sentence) -> Option<Sentence> {
    let is_every = |names: &[String]| names.iter().any(|name| name.starts_with("every "));
    let (subjects, peers) = (is_every(&sentence.subjects), is_every(&sentence.peers));
    let is_plain = |names: &[String]| names.iter().all(|name| scene.tiers.contains(name));
    let unknown = subjects && !is_plain(&sentence.spared) || peers && !is_plain(&sentence.except);
    if unknown || !subjects && !peers {
        return Some(sentence.clone());
    }

    let mut other = sentence.clone();
    if subjects {
        other.subjects = tiers(scene, &sentence.subjects, &sentence.spared);
        other.spared = Vec::new();
    }
    if peers {
        other.peers = tiers(scene, &sentence.peers, &sentence.except);
        other.except = Vec::new();
    }
    (!other.subjects.is_empty() && !other.peers.is_empty()).then_some(other)
}

/// The tiers of some names, without those that are taken out.
fn tiers(scene: &Scene, names: &[String], gone: &[String]) -> Vec<String> {
    let mut tiers = Vec::new();
    for name in names {
        match scene.every.iter().find(|(kind, _)| kind == name) {
            Some((_, members)) => tiers.extend(members.iter().cloned()),
            None => tiers.push(name.clone()),
        }
    }
    tiers.retain(|tier| !gone.contains(tier));
    tiers
}
