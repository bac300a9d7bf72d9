//! Whole valid programs: small, and dense with rules that meet.

use crate::choices::{Choices, numbers, streams};
use crate::scene::{Numbers, Scene, scene};
use crate::sentences::{Sentence, assertion, sentence};
use crate::text::{Line, lay_out};
use proptest::prelude::*;
use std::fmt;

/// A program.
#[derive(Clone)]
pub struct Program {
    /// What it declares.
    pub scene: Scene,
    /// Its sentences.
    pub sentences: Vec<Sentence>,
    /// Assertions and annotations.
    pub assertions: Vec<Line>,
}

/// A program, and one more sentence over its names.
#[derive(Clone)]
pub struct Addition {
    /// The program.
    pub program: Program,
    /// The sentence.
    pub sentence: Sentence,
}

/// Any program.
pub fn program() -> impl Strategy<Value = Program> {
    (declarations(), streams(0..=12, 28), streams(0..=2, 8)).prop_map(
        |(numbers, sentences, assertions)| Program::new(&numbers, &sentences, &assertions),
    )
}

/// Any program, and a sentence to add.
pub fn addition() -> impl Strategy<Value = Addition> {
    (program(), streams(1..=6, 28), numbers(8)).prop_filter_map(
        "no sentence fits",
        |(program, more, numbers)| {
            let sentence = more
                .iter()
                .find_map(|numbers| sentence(&program.scene, numbers))?;
            Some(related(program, sentence, &mut Choices::new(&numbers)))
        },
    )
}

/// The addition of a sentence, or of one that is sure to meet another: the same in other words, or
/// one whose rules ask for the identities of the other's.
fn related(mut program: Program, sentence: Sentence, choose: &mut Choices<'_>) -> Addition {
    match choose.pick(6) {
        4 if !program.sentences.is_empty() => {
            let sentence = Sentence {
                prose: sentence.prose.or(Some("AA first")),
                tags: sentence.tags,
                ..choose.of(&program.sentences)
            };
            let sentence = sentence.without_spare_text(&program.scene);
            Addition { program, sentence }
        }
        5 if program.scene.tiers.len() > 1 => {
            // `web`, `web-tcp` and `web_tcp_all_from_…`
            let of = |tier: &str, service: &str| {
                let (subjects, services) = (vec![tier.to_string()], vec![service.to_string()]);
                let named = Sentence {
                    subjects,
                    services,
                    except: Vec::new(),
                    peers: sentence.peers[..1].to_vec(),
                    ..sentence.clone()
                };
                named.without_spare_text(&program.scene)
            };
            let mut pair = choose.shuffled(&[of("web", "tcp"), of("web-tcp", "all")]);
            program.sentences.extend(pair.pop());
            let sentence = pair.pop().unwrap_or(sentence);
            Addition { program, sentence }
        }
        _ => Addition { program, sentence },
    }
}

fn declarations() -> impl Strategy<Value = Numbers> {
    let first = (
        numbers(28),
        numbers(24),
        streams(0..=14, 6),
        streams(0..=4, 18),
    );
    let second = (
        streams(0..=7, 8),
        streams(0..=4, 12),
        streams(1..=5, 24),
        streams(0..=2, 6),
    );
    (first, second).prop_map(
        |((stack, vpcs, params, networks), (foreign, services, tiers, sets))| Numbers {
            stack,
            vpcs,
            params,
            networks,
            foreign,
            services,
            tiers,
            sets,
        },
    )
}

impl Program {
    /// The program that these numbers make.
    pub fn new(declarations: &Numbers, sentences: &[Vec<u16>], assertions: &[Vec<u16>]) -> Program {
        let scene = scene(declarations);
        let sentences = sentences
            .iter()
            .filter_map(|numbers| sentence(&scene, numbers))
            .collect();
        let assertions = assertions
            .iter()
            .map(|numbers| assertion(&scene, numbers))
            .collect();
        Program {
            scene,
            sentences,
            assertions,
        }
    }

    /// Its statements, declarations first.
    pub fn statements(&self) -> Vec<Line> {
        let sentences = self.sentences.iter().map(Sentence::line);
        self.scene
            .lines
            .iter()
            .cloned()
            .chain(sentences)
            .chain(self.assertions.iter().cloned())
            .collect()
    }

    /// The program as text, one statement a line.
    pub fn text(&self) -> String {
        lay_out(&self.statements(), &mut Choices::new(&[]))
    }

    /// The same program with one sentence more.
    pub fn with(&self, sentence: &Sentence) -> Program {
        let mut more = self.clone();
        more.sentences.push(sentence.clone());
        more
    }

    /// Its declarations, and this sentence alone.
    pub fn with_only(&self, sentence: &Sentence) -> Program {
        Program {
            sentences: vec![sentence.clone()],
            ..self.clone()
        }
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n--- program\n{}---", self.text())
    }
}

impl fmt::Debug for Addition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = lay_out(&[self.sentence.line()], &mut Choices::new(&[]));
        write!(f, "{:?}\n--- with\n{sentence}---", self.program)
    }
}
