//! Outputs as lines: finds the lines of a rule, and removes or rewrites what may change.

use crate::read_cloudformation::Place;
use std::ops::Range;

/// The lines of an output.
#[derive(Debug, Clone)]
pub struct Lines(Vec<String>);

impl Lines {
    /// The lines of a text.
    pub fn new(text: &str) -> Lines {
        Lines(text.lines().map(str::to_string).collect())
    }

    /// From the line that is `head` to the next that closes what it opens, which starts at the same
    /// column.
    fn block(&self, within: Range<usize>, head: &str) -> Range<usize> {
        let indent = head.len() - head.trim_start().len();
        let start = within.start
            + self.0[within.clone()]
                .iter()
                .position(|line| line == head)
                .unwrap_or_else(|| panic!("no line {head:?}"));
        let closes = |line: &String| {
            line.len() > indent
                && line.starts_with(&" ".repeat(indent))
                && "]}".contains(&line[indent..=indent])
        };
        let length = self.0[start + 1..within.end]
            .iter()
            .position(closes)
            .expect("what opens closes");
        start..start + 2 + length
    }

    /// The position of a rule in a template.
    pub fn in_template(&self, place: &Place, direction: &str) -> Range<usize> {
        let resource = self.block(0..self.0.len(), &format!("    \"{}\": {{", place.id));
        let Some(nth) = place.inline else {
            return resource;
        };
        let list = match direction {
            "ingress" => "        \"SecurityGroupIngress\": [",
            _ => "        \"SecurityGroupEgress\": [",
        };
        let mut rest = self.block(resource, list);
        for _ in 0..nth {
            rest.start = self.block(rest.clone(), "          {").end;
        }
        self.block(rest, "          {")
    }

    /// The position of the resource of a rule in a configuration.
    pub fn in_configuration(&self, name: &str, direction: &str) -> Range<usize> {
        self.block(
            0..self.0.len(),
            &format!("resource \"aws_vpc_security_group_{direction}_rule\" \"{name}\" {{"),
        )
    }

    /// The lines of a block that hold the description, if it has one: several if it is a function.
    fn description(&self, block: Range<usize>) -> Option<Range<usize>> {
        let holds = |line: &String| {
            line.trim_start().starts_with("\"Description\": ")
                || line.trim_start().starts_with("description ")
        };
        let lines = &self.0[block.clone()];
        let at = lines.iter().position(holds)?;
        let start = block.start + at;
        Some(match lines[at].ends_with('{') {
            true => self.block(start..block.end, &lines[at]),
            false => start..start + 1,
        })
    }

    /// Replaces the description of a block by that of another output.
    pub fn retell(&mut self, block: Range<usize>, as_in: &Lines, there: Range<usize>) {
        match (self.description(block), as_in.description(there)) {
            (Some(at), Some(there)) => drop(self.0.splice(at, as_in.0[there].to_vec())),
            (Some(at), None) => drop(self.0.drain(at)),
            // a line more
            (None, _) => {}
        }
    }

    /// Takes the tags out of a block, if it has some.
    pub fn take_tags(&mut self, block: Range<usize>) {
        let head = "  tags = {";
        if self.0[block.clone()].iter().any(|line| line == head) {
            self.take_out(self.block(block, head));
        }
    }

    /// Takes a block out that another output does not have, where it is here.
    pub fn take_absent(&mut self, head: &str, from: &Lines) {
        let has = |lines: &Lines| lines.0.iter().any(|line| line == head);
        if has(self) && !has(from) {
            self.take_out(self.block(0..self.0.len(), head));
        }
    }

    /// Takes lines out, and the empty line before them.
    pub fn take_out(&mut self, mut block: Range<usize>) {
        if block.start > 0 && self.0[block.start - 1].is_empty() {
            block.start -= 1;
        }
        self.0.drain(block);
    }

    /// Replaces a word in quotes, or after a dot, everywhere.
    pub fn rename(&mut self, from: &str, to: &str) {
        for line in &mut self.0 {
            *line = line.replace(&format!("\"{from}\""), &format!("\"{to}\""));
            if line.ends_with(&format!("_rule.{from}")) {
                *line = line.replace(from, to);
            }
        }
    }

    /// The addresses that a resource had, the newest first.
    pub fn earlier(&self, address: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let to = |address: &str| format!("  to   = {address}");
        while let Some(at) = self
            .0
            .iter()
            .position(|line| *line == to(found.last().map_or(address, String::as_str)))
        {
            found.push(self.0[at - 1].trim_start_matches("  from = ").to_string());
        }
        found
    }

    /// Takes out the `moved` blocks that lead to a resource.
    pub fn forget_moves(&mut self, address: &str) {
        let to = format!("  to   = {address}");
        while let Some(at) = self.0.iter().position(|line| *line == to) {
            let from = self.0[at - 1].trim_start_matches("  from = ").to_string();
            self.take_out(at - 2..at + 2);
            self.forget_moves(&from);
        }
    }

    /// The first line that is not, in order, among the lines of another output; commas at the end
    /// count for nothing.
    pub fn first_missing(&self, among: &Lines) -> Option<&str> {
        let mut there = among.0.iter().map(|line| line.trim_end_matches(','));
        self.0
            .iter()
            .map(|line| line.trim_end_matches(','))
            .find(|line| !there.any(|other| other == *line))
    }
}
