//! The lowered form: security groups and their rules, as AWS will hold them, and the flows of the
//! policy that produce them.
//!
//! Everything is in a canonical order, which does not depend on the order of the source. Analyses
//! work on it; [`Deployment::to_state`] fills the [`aws::State`](crate::aws::State) that targets
//! write.

mod gates;
mod lower;
mod rule;
mod state;
mod tags;

pub use gates::{OpenedGates, is_open_to_peer, open_to};
pub use lower::lower;
pub use rule::Rule;

pub use crate::aws::Direction;
pub use crate::net::{Family, Traffic};
pub use crate::policy::{
    ExternalId, ListReference, ParamId, ParamKind, Peer, PrefixListId, Reference, SentenceId,
    TierId,
};

use crate::aws::{Counted, Text, Wording};
use crate::net::Sink;
use crate::policy::{Flow, Labels, Owner, ParameterSource, Policy, Way, WordId};
use rule::RuleText;
use std::borrow::Cow;

/// Everything that one output deploys.
#[derive(Debug)]
pub struct Deployment<'p> {
    policy: &'p Policy,
    /// Referenced unbound parameters, by name.
    pub parameters: Vec<Parameter<'p>>,
    /// Prefix lists that rules name, by identity.
    lists: Vec<PrefixListId>,
    /// Security groups that are managed elsewhere and that rules reference, by identity.
    externals: Vec<ExternalId>,
    /// The groups that rules are put on: those of the program by name, then those that are made
    /// elsewhere.
    pub groups: Vec<Group<'p>>,
    /// VPCs whose default group is locked: a name for the resource, and the VPC.
    locked: Vec<(String, Reference)>,
    /// For each rule, by its `origins`: the flows that produce it.
    origins: Vec<u32>,
}

/// One security group.
#[derive(Debug)]
pub struct Group<'p> {
    /// The tier that it is for, or the external that it is; also its position in
    /// [`Deployment::groups`].
    pub owner: Owner,
    /// Its name in the program.
    pub name: &'p str,
    /// Inbound rules, in order.
    pub ingress: Vec<Rule>,
    /// Outbound rules, in order.
    pub egress: Vec<Rule>,
}

impl Group<'_> {
    /// The rules of one direction, in order.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }
}

/// A value that is set at deployment.
#[derive(Debug)]
pub struct Parameter<'p> {
    /// Its id.
    pub id: ParamId,
    /// Its name in the program.
    pub name: &'p str,
    /// Its type.
    pub kind: ParamKind,
    /// Its description.
    pub description: Option<&'p str>,
    /// Its default.
    pub default: Option<&'p str>,
    /// Where its value comes from.
    pub source: &'p ParameterSource,
    /// Whether only the names of exports of templates refer to it.
    pub only_for_exports: bool,
    /// Whether only items that templates omit refer to it: a locked default group, the start of a
    /// name, the tags of a rule.
    pub only_for_locks: bool,
    /// Whether it is a group that rules are put on.
    pub is_rule_owner: bool,
}

impl<'p> Deployment<'p> {
    /// The group of a tier.
    pub fn group(&self, tier: TierId) -> &Group<'p> {
        &self.groups[tier.index()]
    }

    /// A group that rules are put on.
    pub fn owned_group(&self, owner: Owner) -> &Group<'p> {
        let position = self.policy.owner_position(owner);
        &self.groups[position.expect("rules are put on the group")]
    }

    /// How many groups the program makes.
    pub fn own_group_count(&self) -> usize {
        self.policy.tiers.len()
    }

    /// The policy that it was lowered from.
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// A parameter's name in the program.
    pub fn parameter_name(&self, id: ParamId) -> &'p str {
        &self.policy.param(id).name
    }

    /// The family of a parameter that is a block.
    pub fn parameter_family(&self, id: ParamId) -> Family {
        self.policy.param(id).kind.family()
    }

    /// What a parameter that is a block, or a list of them, counts as.
    pub fn counted_parameter(&self, id: ParamId) -> Counted {
        let param = self.policy.param(id);
        Counted::parameter(param.kind, param.default.as_deref())
    }

    /// The identity of a prefix list in AWS.
    pub fn list_reference(&self, id: PrefixListId) -> &'p ListReference {
        &self.policy.prefix_lists[id.index()].list
    }

    /// The family of a prefix list.
    pub fn list_family(&self, id: PrefixListId) -> Family {
        self.policy.prefix_lists[id.index()].family
    }

    /// The maximum size of a prefix list, if it is known.
    pub fn list_entries(&self, id: PrefixListId) -> Option<u32> {
        self.policy.prefix_lists[id.index()].entries
    }

    /// A foreign group: its id, and its account if that is another than the stack's.
    pub fn external_group(&self, id: ExternalId) -> (&'p Reference, Option<&'p str>) {
        let external = &self.policy.externals[id.index()];
        (&external.id, external.account.as_deref())
    }

    /// The flows that produce a rule, as ascending positions in the policy.
    pub fn rule_origins(&self, rule: &Rule) -> &[u32] {
        &self.origins[rule.origins.start as usize..rule.origins.end as usize]
    }

    /// The first sentence, in source order, that produces a rule; `None` for the rules of an open
    /// tier.
    pub fn first_sentence(&self, rule: &Rule) -> Option<SentenceId> {
        self.rule_origins(rule)
            .iter()
            .map(|flow| self.policy.flows[*flow as usize].sentence)
            .min()
    }

    /// The sentences that produce a rule, in source order, without duplicates.
    pub fn rule_sentences(&self, rule: &Rule) -> Vec<SentenceId> {
        let mut sentences: Vec<SentenceId> = self
            .rule_origins(rule)
            .iter()
            .map(|flow| self.policy.flows[*flow as usize].sentence)
            .collect();
        sentences.sort_unstable();
        sentences.dedup();
        sentences
    }

    /// The description of a rule, if the program has one.
    pub fn written_text(&self, rule: &Rule) -> Option<Cow<'p, Text>> {
        match rule.text {
            RuleText::Open(tier) => {
                let text = self.policy.tier(tier).outbound_text.as_ref();
                text.map(Cow::Borrowed)
            }
            RuleText::Flow(flow, direction) => written_text(self.policy, flow, direction),
        }
    }

    /// Appends the description of a rule as the state stores it, and returns where it comes from.
    fn push_description(&self, rule: &Rule, out: &mut impl Sink) -> Wording {
        let Some(text) = self.written_text(rule) else {
            self.push_generated(rule, out);
            return Wording::Made;
        };
        out.put(text.view().stored());
        if self.policy.has_text_parameters && !text.is_known() {
            Wording::WithParameters
        } else {
            Wording::Written
        }
    }

    /// Appends the description of a rule as it is shown, if it has one.
    pub fn describe_rule(&self, rule: &Rule, out: &mut impl Sink) {
        match self.written_text(rule) {
            Some(text) => out.put(&text.view().as_written()),
            None => self.push_generated(rule, out),
        }
    }

    /// Whether the description of a rule is that of a flow on one side.
    pub fn is_described_by(&self, rule: &Rule, flow: u32, direction: Direction) -> bool {
        if rule.text == RuleText::Flow(flow, direction) {
            return true;
        }

        let (mut of_rule, mut of_flow) = (String::new(), String::new());
        self.describe_rule(rule, &mut of_rule);
        describe_flow(self.policy, flow, direction, &mut of_flow);
        of_rule == of_flow
    }

    /// Appends the description of a rule for which none is written.
    fn push_generated(&self, rule: &Rule, out: &mut impl Sink) {
        match rule.text {
            RuleText::Flow(flow, _) => push_generated(self.policy, flow, out),
            RuleText::Open(_) if self.policy.stack.labels == Labels::Written => {}
            RuleText::Open(_) => out.put("all outbound traffic"),
        }
    }

    /// The sentence whose text describes a rule; `None` for the rules of an open tier.
    pub fn described_by(&self, rule: &Rule) -> Option<SentenceId> {
        match rule.text {
            RuleText::Open(_) => None,
            RuleText::Flow(flow, _) => Some(self.policy.flows[flow as usize].sentence),
        }
    }

    /// How many rules there are.
    pub fn rule_count(&self) -> usize {
        self.groups
            .iter()
            .map(|g| g.ingress.len() + g.egress.len())
            .sum()
    }
}

/// The text that a program writes for the rules of a flow on one side: the string of the sentence
/// for that side, the text of the part of the service, or both. An empty string leaves the rules
/// without a text.
#[inline]
pub fn written_text(policy: &Policy, flow: u32, direction: Direction) -> Option<Cow<'_, Text>> {
    let flow = policy.flow(flow);
    let prose = policy.sentence(flow.sentence).prose.as_ref();
    if policy.texts.is_empty() {
        return prose.map(Cow::Borrowed);
    }

    let outbound = match direction {
        Direction::Ingress => None,
        Direction::Egress => policy.texts.outbound(flow.sentence),
    };
    let own = outbound.or(prose);

    let (own, part) = match (own, policy.texts.part(flow)) {
        (Some(own), Some(part)) if !own.is_empty() && !part.is_empty() => (own, part),
        (own, part) => return own.or(part).map(Cow::Borrowed),
    };
    let fits = own.known_length() + ": ".len() + part.known_length() <= LONGEST;

    Some(if fits {
        let mut both = own.clone();
        both.push_literal(": ");
        both.push_text(part);
        Cow::Owned(both)
    } else {
        Cow::Borrowed(own)
    })
}

/// Appends the description of the rules of a flow on one side: the written text, or else a
/// generated one.
pub fn describe_flow(policy: &Policy, flow: u32, direction: Direction, out: &mut impl Sink) {
    match written_text(policy, flow, direction) {
        Some(text) => out.put(&text.view().as_written()),
        None => push_generated(policy, flow, out),
    }
}

/// Appends the sentence of a flow in words, narrowed to this flow; nothing if the outputs have only
/// written texts.
fn push_generated(policy: &Policy, flow: u32, out: &mut impl Sink) {
    if policy.stack.labels == Labels::Written {
        return;
    }

    let flow = policy.flow(flow);
    let sentence = policy.sentence(flow.sentence);

    // no block and no traffic is longer than 50 characters
    let length = |word: Option<WordId>| word.map_or(50, |word| policy.words.text(word).len());
    let parts = [
        policy.subject_name(flow).len(),
        flow.verb.spaced_word().len(),
        length(flow.service),
        length(flow.named),
        sentence.tail.len(),
    ];

    if parts.iter().sum::<usize>() + " from ".len() <= LONGEST {
        in_words(policy, flow, out);
    } else {
        let mut start = Start::default();
        in_words(policy, flow, &mut start);
        out.put(&start.into_shortened());
    }
}

/// The sort key of the text of a flow, of which a rule with several flows has the first: a written
/// text before none, and none before a generated one; then alphabetically.
pub fn text_order(policy: &Policy, flow: u32, direction: Direction) -> (u8, String) {
    match written_text(policy, flow, direction) {
        Some(text) => written_order(&text),
        None => {
            let mut text = String::new();
            push_generated(policy, flow, &mut text);
            (2, text)
        }
    }
}

/// The sort key of a written text.
pub fn written_order(text: &Text) -> (u8, String) {
    let is_empty = u8::from(text.is_empty());
    (is_empty, text.view().as_written().into_owned())
}

/// Characters of a rule's description (EC2 API reference, IpRange).
const LONGEST: usize = 255;

fn in_words(policy: &Policy, flow: &Flow, out: &mut impl Sink) {
    out.put(policy.subject_name(flow));
    out.put(flow.verb.spaced_word());
    policy.push_service(flow, out);
    match flow.way {
        Way::From => out.put(" from "),
        Way::To => out.put(" to "),
    }
    policy.push_peer(flow, out);
    out.put(&policy.sentence(flow.sentence).tail);
}

/// The start of a text, long enough to know whether it is too long for a description: words can be
/// as long as the program.
#[derive(Default)]
struct Start(String);

impl Start {
    /// The text, cut with `...` at the end if it is too long.
    fn into_shortened(mut self) -> String {
        if self.0.len() > LONGEST {
            self.0.truncate(LONGEST - 3);
            self.0.push_str("...");
        }
        self.0
    }
}

impl Sink for Start {
    fn put(&mut self, text: &str) {
        let room = (LONGEST + 1).saturating_sub(self.0.len());
        self.0.push_str(text.get(..room).unwrap_or(text));
    }

    fn put_ascii(&mut self, text: &[u8]) {
        self.0.put_ascii(text);
    }
}
