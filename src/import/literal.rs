//! The program that says what exists rule by rule: a sentence for each, and nothing that was not
//! read. Questions about a source are asked of it.
//!
//! Every tier is `closed`, and every sentence opens one side. So what the sentences mean is exactly
//! what the rules admit:
//!
//! ```text
//! tier web { vpc = vpc-1, outbound = closed }
//! web accepts tcp 443 from 0.0.0.0/0 # sgr-0123456789abcdef0
//! web sends all to 0.0.0.0/0 # sgr-0fedcba9876543210
//! ```

use super::declarations::ProgramNames;
use super::text::exact_traffic;
use crate::aws::{Direction, GroupId, Rule};
use crate::inventory::{Inventory, Origin};
use crate::source::visible;

/// A program, and where what it says was read.
#[derive(Debug)]
pub struct LiteralProgram<'i> {
    /// Its text.
    pub text: String,
    /// For each line that says something that was read, its number from 1, and where.
    pub origins: Vec<(u32, &'i Origin)>,
}

/// What an inventory holds, as a program.
pub fn write_literal(inventory: &Inventory) -> LiteralProgram<'_> {
    let mut writer = Writer {
        inventory,
        names: ProgramNames::new(inventory),
        text: String::new(),
        line: 1,
        origins: Vec::new(),
    };
    writer.write_declarations();
    writer.write_tiers();
    writer.write_sentences();
    LiteralProgram {
        text: writer.text,
        origins: writer.origins,
    }
}

struct Writer<'i> {
    inventory: &'i Inventory,
    names: ProgramNames<'i>,
    text: String,
    line: u32,
    origins: Vec<(u32, &'i Origin)>,
}

impl<'i> Writer<'i> {
    fn push_line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.line += 1;
    }

    fn push_placed(&mut self, mut line: String, origin: &'i Origin) {
        self.origins.push((self.line, origin));
        push_place(origin, &mut line);
        self.push_line(&line);
    }

    fn write_declarations(&mut self) {
        let quota = self.inventory.state.rule_quota;
        let stack = format!("stack account {{ labels = written, rule-quota = {quota} }}");
        self.push_line(&stack);
        for line in self.names.declarations(self.inventory, false) {
            self.push_line(&line);
        }
    }

    fn write_tiers(&mut self) {
        let inventory = self.inventory;
        for (id, group) in inventory.state.own_groups() {
            let vpc = self.names.vpc_entry(group);
            let line = format!("tier {} {{ {vpc}, outbound = closed }}", group.name);
            self.push_placed(line, &inventory.groups[id.index()]);
        }
    }

    fn write_sentences(&mut self) {
        let inventory = self.inventory;
        for (id, group) in inventory.state.groups_by_id() {
            for (rule, origin) in group.rules.iter().zip(&inventory.rules[id.index()]) {
                let sentence = self.sentence(id, rule);
                self.push_placed(sentence, origin);
            }
        }
    }

    fn sentence(&self, id: GroupId, rule: &Rule) -> String {
        let (verb, way) = match rule.key.direction {
            Direction::Ingress => ("accepts", "from"),
            Direction::Egress => ("sends", "to"),
        };
        let (subject, peer) = (self.names.group(id), self.names.peer(rule.key.peer));
        let traffic = exact_traffic(rule.key.traffic);
        format!("{subject} {verb} {traffic} {way} {peer}")
    }
}

/// Appends where something was read as a comment, which reports show: its address in the source, or
/// its id.
fn push_place(origin: &Origin, line: &mut String) {
    if let Some(place) = origin.place() {
        line.push_str(" # ");
        line.push_str(&visible(place));
    }
}
