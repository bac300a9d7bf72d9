//! How an estate is written: in columns, as `tierwall fmt` lays out.

use std::fmt::Write;

/// A piece of an estate: declarations, and the sentences about them.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its declarations, as they are written.
    pub declared: String,
    /// Its sentences, without an empty line between them.
    pub sentences: Vec<Sentence>,
}

/// `SUBJECT allows SERVICES from PEERS "PROSE"`
#[derive(Debug, Clone)]
pub struct Sentence {
    /// Whom it is about: a tier or a set.
    pub subject: String,
    /// What passes.
    pub services: String,
    /// `from` or `to`.
    pub way: &'static str,
    /// From or to whom.
    pub peers: Vec<String>,
    /// The environments that it applies in; `None` for all.
    pub only_in: Option<&'static str>,
    /// The description of its rules.
    pub prose: Option<&'static str>,
}

impl Part {
    /// Appends it, an empty line before it.
    pub fn write(&self, out: &mut String) {
        let width = |of: fn(&Sentence) -> String| {
            self.sentences
                .iter()
                .map(|it| of(it).len())
                .max()
                .unwrap_or(0)
        };
        let (subject, services) = (
            width(|it| it.subject.clone()),
            width(|it| it.services.clone()),
        );
        let way = width(|it| it.way.to_string());
        let is_followed = |it: &Sentence| it.only_in.is_some() || it.prose.is_some();
        let peers = if self.sentences.iter().any(is_followed) {
            width(|it| it.peers.join(", "))
        } else {
            0
        };
        let only_in = width(|it| it.only_in.unwrap_or_default().to_string());
        let _ = write!(out, "\n{}\n", self.declared);
        for sentence in &self.sentences {
            let Sentence {
                subject: who,
                services: what,
                way: to,
                peers: whom,
                only_in: environments,
                prose,
            } = sentence;
            let _ = write!(out, "{who:subject$} allows {what:services$} {to:way$} ");
            let whom = whom.join(", ");
            let _ = match (environments, prose) {
                (None, None) => writeln!(out, "{whom}"),
                (None, Some(prose)) => writeln!(out, "{whom:peers$} \"{prose}\""),
                (Some(names), None) => writeln!(out, "{whom:peers$} only in {names}"),
                (Some(names), Some(prose)) => {
                    writeln!(out, "{whom:peers$} only in {names:only_in$} \"{prose}\"")
                }
            };
        }
    }
}
