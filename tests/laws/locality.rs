//! What one more sentence may change in the rules of a program, beside adding its own.
//!
//! Each exception cites the rule of the language reference or of the contract of the outputs that
//! makes it; whatever none of them covers is a failure.

use crate::deployed::{Deployed, Key, Rule, written_text};
use crate::sentences::Sentence;
use crate::vocabulary::{PARTS, STAGED_PARTS};
use std::collections::BTreeMap;

/// Changes of rules that were there before, each of them by a rule of the contract.
#[derive(Debug, Default)]
pub struct Changes {
    /// Rules whose description changed.
    pub retold: Vec<Key>,
    /// Rules whose tags changed.
    pub retagged: Vec<Key>,
    /// Rules that are no more.
    pub gone: Vec<Key>,
}

/// The rules of a program, of the same with a sentence more, and of the declarations with that
/// sentence alone.
pub struct Step<'s> {
    pub dual: bool,
    /// Whether the output writes a whole as its halves beside a rule to a tier.
    pub has_halves: bool,
    /// All sentences, the new one included.
    pub sentences: &'s [Sentence],
    pub old: &'s Deployed,
    pub new: &'s Deployed,
    pub own: &'s Deployed,
}

type Rules<'r> = BTreeMap<&'r Key, &'r str>;
type Tags = BTreeMap<String, String>;

/// The whole of each family, and its two halves.
const WHOLES: [(&str, [&str; 2]); 2] = [
    ("0.0.0.0/0", ["0.0.0.0/1", "128.0.0.0/1"]),
    ("::/0", ["::/1", "8000::/1"]),
];

/// The text of the rules of an open tier.
const OPEN: &str = "all outbound traffic";

fn rules(deployed: &Deployed) -> Rules<'_> {
    deployed
        .rules
        .iter()
        .map(
            |Rule {
                 key, description, ..
             }| (key, description.as_str()),
        )
        .collect()
}

fn tags(deployed: &Deployed) -> BTreeMap<&Key, &Tags> {
    let rules = deployed.rules.iter();
    rules.map(|rule| (&rule.key, &rule.tags)).collect()
}

/// What the step changes, or the change that nothing allows.
pub fn changes(step: &Step<'_>) -> Result<Changes, String> {
    let [old, new, own] = [step.old, step.new, step.own].map(rules);
    let rules = Judge {
        step,
        old,
        new,
        own,
    };
    let mut changes = Changes::default();
    for (key, text) in &rules.old {
        match rules.new.get(*key) {
            // it is at another place in its group, by itself
            Some(now) if rules.states_half(key) && rules.may_have(key, text, now) => {
                changes.gone.push((*key).clone());
            }
            Some(now) if now == text => {}
            Some(now) if rules.may_be_retold(key, text, now) => changes.retold.push((*key).clone()),
            Some(now) => return Err(format!("{key:?} was {text:?} and is {now:?}")),
            None if rules.may_go(key) => changes.gone.push((*key).clone()),
            None => return Err(format!("{key:?} is gone")),
        }
    }
    changes.retagged = rules.retagged_rules()?;
    match rules
        .new
        .keys()
        .find(|key| !rules.old.contains_key(*key) && !rules.may_come(key))
    {
        Some(stray) => Err(format!("{stray:?} comes from nowhere")),
        None => Ok(changes),
    }
}

struct Judge<'s> {
    step: &'s Step<'s>,
    old: Rules<'s>,
    new: Rules<'s>,
    own: Rules<'s>,
}

impl Judge<'_> {
    /// Outputs, CloudFormation, "An all-traffic rule to 0.0.0.0/0 or ::/0 and a separate egress
    /// resource never stand on one group … the template has the two /1 halves": so a rule comes
    /// that is the sentence's own, or a half of the whole, or the whole again where no outbound
    /// rule to a tier is left.
    fn may_come(&self, key: &Key) -> bool {
        let halved = |whole: &Key| {
            [&self.old, &self.own]
                .into_iter()
                .any(|rules| rules.contains_key(whole))
                && sends_to_tier(&self.new, key)
        };
        let healed = || {
            [&self.old, &self.own]
                .into_iter()
                .any(|rules| has_halves(rules, key))
                && !sends_to_tier(&self.new, key)
        };
        self.own.contains_key(key)
            || self.step.has_halves && whole_of(key).is_some_and(|whole| halved(&whole))
            || self.step.has_halves && is_whole(key) && healed()
    }

    /// Language, 5: "An outbound rule to a tier that the sender's own all-traffic rules to
    /// `anywhere` cover is left out": so it goes when the sentence brings such a rule. And the
    /// whole and its halves change places, as above.
    fn may_go(&self, key: &Key) -> bool {
        let halved = || has_halves(&self.new, key) && sends_to_tier(&self.own, key);
        let healed = |whole: &Key| {
            self.new.contains_key(whole) && !sends_to_tier(&self.new, key) && self.brings_all(key)
        };
        self.covers(key)
            || self.step.has_halves && is_whole(key) && halved()
            || self.step.has_halves && whole_of(key).is_some_and(|whole| healed(&whole))
    }

    /// Whether the sentence brings rules for all traffic that an outbound rule to a tier is left
    /// out for, unless a sentence with `sends` asks for it.
    fn covers(&self, key: &Key) -> bool {
        let is_covered = || {
            has_all(&self.new, key, "0.0.0.0/0")
                && (has_all(&self.new, key, "::/0") || !self.step.dual)
        };
        key.is_to_tier() && is_covered() && self.brings_all(key)
    }

    /// Whether the sentence has a rule for all traffic of a whole family.
    fn brings_all(&self, key: &Key) -> bool {
        let mut wholes = WHOLES.iter();
        wholes.any(|(whole, _)| has_all(&self.own, key, whole))
    }

    /// Language, 5: "Sentences that produce the same rule produce it once, with the text that sorts
    /// first (a written one before a generated one)": so the text of a rule changes to the new
    /// sentence's, where that sorts before. Halves have the text of the whole as well, as long as
    /// there are halves of it.
    fn may_be_retold(&self, key: &Key, was: &str, is: &str) -> bool {
        let own = self.own.get(key).copied();
        let whole = whole_of(key);
        let of_whole = |rules: &Rules<'_>| {
            whole
                .as_ref()
                .and_then(|whole| rules.get(whole).map(|text| text.to_string()))
        };
        let half = half_of(key).and_then(|half| self.own.get(&half).copied());
        let sources = [
            own.map(str::to_string),
            half.map(str::to_string),
            of_whole(&self.own),
            of_whole(&self.old),
        ];
        let gains =
            sources.into_iter().flatten().any(|text| text == is) && self.sorts_before(is, was);
        let healed = of_whole(&self.new).is_some()
            && of_whole(&self.old).is_none()
            && self.sorts_before(was, is);
        // a sentence may ask for a rule that an open tier has without one
        let asked = own == Some(is) || of_whole(&self.own).is_some_and(|text| text == is);
        // a half that a sentence states itself has the text of that sentence
        let stated = own == Some(is) && self.states_half(key);
        // of the sentences that made a rule that is left out now, one with `sends` still makes it
        let sends = |sentence: &Sentence| sentence.verb == "sends";
        let is_kept = || self.step.sentences.iter().any(sends) && self.sorts_before(was, is);
        gains || healed || stated || was == OPEN && asked || self.covers(key) && is_kept()
    }

    /// Language, 5: "A rule that several sentences produce has the tags of all of them; if they
    /// give a key several values, the one that sorts first counts": so the tags of a rule change to
    /// those of it and of the sentence. One that a sentence with `sends` still makes, because those
    /// of other sentences are left out now, has no other tags than these.
    fn retagged_rules(&self) -> Result<Vec<Key>, String> {
        let [old, new, own] = [self.step.old, self.step.new, self.step.own].map(tags);
        let mut retagged = Vec::new();
        for (key, was) in old {
            let Some(is) = new.get(key) else {
                continue;
            };
            let added = own.get(key).into_iter().copied().flatten();
            let mut united = was.clone();
            for (tag, value) in added {
                let kept = united.entry(tag.clone()).or_insert_with(|| value.clone());
                if value < kept {
                    kept.clone_from(value);
                }
            }
            let may_lose = self.covers(key) && is.keys().all(|tag| united.contains_key(tag));
            if **is != united && !may_lose {
                return Err(format!("{key:?} had the tags {was:?} and has {is:?}"));
            }
            if *is != was {
                retagged.push(key.clone());
            }
        }
        Ok(retagged)
    }

    /// Whether the sentence states a half by itself that a template had as the half of a whole:
    /// the whole then comes without it.
    fn states_half(&self, key: &Key) -> bool {
        let was_whole = whole_of(key)
            .is_some_and(|whole| self.old.contains_key(&whole) || has_halves(&self.old, &whole));
        self.step.has_halves && self.own.contains_key(key) && was_whole
    }

    /// Whether a rule may have a text now.
    fn may_have(&self, key: &Key, was: &str, is: &str) -> bool {
        was == is || self.may_be_retold(key, was, is)
    }

    /// Whether a text may sort before another: a written one before a generated one, then by
    /// letters. A text that some sentence has written may still be another's generated one.
    fn sorts_before(&self, a: &str, b: &str) -> bool {
        let written = |text: &str| {
            let is_string = |string: &str| {
                let string = written_text(string);
                let before_part = text.strip_prefix(string.as_str());
                text == string || before_part.is_some_and(|rest| rest.starts_with(": "))
            };
            let strings = self.step.sentences.iter();
            let mut strings = strings.flat_map(|sentence| [sentence.prose, sentence.outbound]);
            PARTS.contains(&text)
                || STAGED_PARTS.iter().any(|part| written_text(part) == text)
                || strings.any(|string| string.is_some_and(is_string))
        };
        let (a_written, b_written) = (written(a), written(b));
        // no text stands behind every written one and before every generated one
        if b.is_empty() {
            return a_written && !a.is_empty();
        }
        if a.is_empty() {
            return !b_written || b == "web allows http from anywhere";
        }
        a_written && !b_written
            || a < b && (a_written || !b_written || b == "web allows http from anywhere")
            || a_written && b == "web allows http from anywhere"
    }
}

/// The rule with the same group and traffic toward another peer.
fn toward(key: &Key, block: &str) -> Key {
    Key {
        peer: block.to_string(),
        direction: "egress",
        protocol: "-1".to_string(),
        ports: None,
        ..key.clone()
    }
}

fn is_whole(key: &Key) -> bool {
    WHOLES.iter().any(|(whole, _)| key.is_everything_to(whole))
}

/// The whole that this all-traffic rule is a half of.
fn whole_of(key: &Key) -> Option<Key> {
    let whole = WHOLES
        .iter()
        .find(|(_, halves)| halves.iter().any(|half| key.is_everything_to(half)));
    whole.map(|(whole, _)| toward(key, whole))
}

/// The first half of this whole.
fn half_of(key: &Key) -> Option<Key> {
    WHOLES
        .iter()
        .find(|(whole, _)| key.is_everything_to(whole))
        .map(|(_, halves)| toward(key, halves[0]))
}

/// Whether the group of `key` has both halves of the whole that `key` is.
fn has_halves(rules: &Rules<'_>, key: &Key) -> bool {
    WHOLES.iter().any(|(whole, halves)| {
        key.peer == *whole
            && halves
                .iter()
                .all(|half| rules.contains_key(&toward(key, half)))
    })
}

/// Whether the group of `key` sends everything to a whole, be it in halves.
fn has_all(rules: &Rules<'_>, key: &Key, whole: &str) -> bool {
    let whole = toward(key, whole);
    rules.contains_key(&whole) || has_halves(rules, &whole)
}

/// Whether the group of `key` has an outbound rule to a tier.
fn sends_to_tier(rules: &Rules<'_>, key: &Key) -> bool {
    rules
        .keys()
        .any(|other| other.group == key.group && other.is_to_tier())
}
