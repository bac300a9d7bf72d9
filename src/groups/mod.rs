//! The lowered form: security groups and their rules, as AWS will hold them.
//!
//! Everything is in one order, made of what the things are and never of where they stood in the
//! source. A backend writes it down from here and asks nothing else.

mod gates;
mod lower;
mod names;
mod rule;

pub use gates::{OpenedGates, open_to};
pub use lower::lower;
pub use names::{EarlierName, Names, Renaming, Style, push_pascal, push_snake};
pub use rule::{Direction, Rule};

pub use crate::net::{Family, Protocol, Sink, Traffic, push_block, push_number, push_protocol};
pub use crate::policy::{
    ExternalId, ListReference, ParamId, ParamKind, Peer, PrefixListId, Reference, SentenceId,
    TierId, aws_list,
};

use crate::policy::{Flow, Policy, Way, WordId};
use rule::Text;

/// Everything one output deploys.
#[derive(Debug)]
pub struct Deployment<'p> {
    policy: &'p Policy,
    /// The name of the stack.
    pub stack: &'p str,
    /// The stack's prose.
    pub description: Option<&'p str>,
    /// Whether CloudFormation exports the ids of the groups.
    pub exports: bool,
    /// Unbound parameters that something refers to, by name.
    pub parameters: Vec<Parameter<'p>>,
    /// Prefix lists that AWS manages and something refers to, by identity.
    pub lists: Vec<PrefixListId>,
    /// The groups, by name.
    pub groups: Vec<Group<'p>>,
    /// VPCs whose default group is to lose every rule: a name for the resource, and the VPC.
    pub locked: Vec<(String, Reference)>,
    /// For each rule, by its `origins`: the flows that ask for it.
    origins: Vec<u32>,
}

/// One security group.
#[derive(Debug)]
pub struct Group<'p> {
    /// The tier it is for; also its position in [`Deployment::groups`].
    pub tier: TierId,
    /// The tier's name.
    pub name: &'p str,
    /// The tier's earlier names, newest first.
    pub was: &'p [String],
    /// Its VPC.
    pub vpc: Reference,
    /// GroupName, where the program gives one.
    pub group_name: Option<&'p str>,
    /// What a made-up GroupName starts with: the oldest names of stack and tier.
    pub name_prefix: String,
    /// GroupDescription.
    pub description: &'p str,
    /// Its tags, by key.
    pub tags: Vec<(&'p str, String)>,
    /// Inbound rules, in order.
    pub ingress: Vec<Rule>,
    /// Outbound rules, in order.
    pub egress: Vec<Rule>,
}

impl Group<'_> {
    /// The rules of one side, in order.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }
}

/// A value that is asked for at deployment.
#[derive(Debug)]
pub struct Parameter<'p> {
    /// Its id.
    pub id: ParamId,
    /// Its name in the program.
    pub name: &'p str,
    /// What it can hold.
    pub kind: ParamKind,
    /// Prose for people.
    pub description: Option<&'p str>,
    /// Its default.
    pub default: Option<&'p str>,
    /// Whether nothing but a locked default group refers to it.
    pub only_for_locks: bool,
}

/// What AWS shows in the description of a group that the program gives none. It is one text for
/// all, since AWS replaces a group whose description changes (EC2 API reference,
/// CreateSecurityGroup).
pub const GROUP_DESCRIPTION: &str = "Managed by tierwall";

impl<'p> Deployment<'p> {
    /// The group of a tier.
    pub fn group(&self, tier: TierId) -> &Group<'p> {
        &self.groups[tier.index()]
    }

    /// What it was made of.
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

    /// What a prefix list is in AWS.
    pub fn list(&self, id: PrefixListId) -> &'p ListReference {
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
    pub fn external(&self, id: ExternalId) -> (&'p Reference, Option<&'p str>) {
        let external = &self.policy.externals[id.index()];
        (&external.id, external.account.as_deref())
    }

    /// The peers that have a name: blocks that are not known yet, prefix lists and foreign groups.
    pub fn named_peers(&self) -> impl Iterator<Item = Peer> {
        let is_block = |id: &ParamId| match self.policy.param(*id).kind {
            ParamKind::Cidr | ParamKind::CidrIpv6 => true,
            ParamKind::Vpc | ParamKind::External | ParamKind::PrefixList => false,
        };
        let blocks = (0..self.policy.params.len() as u32)
            .map(ParamId)
            .filter(is_block)
            .map(Peer::Param);
        let lists = (0..self.policy.prefix_lists.len() as u32)
            .map(PrefixListId)
            .map(Peer::PrefixList);
        let groups = (0..self.policy.externals.len() as u32)
            .map(ExternalId)
            .map(Peer::External);
        blocks.chain(lists).chain(groups)
    }

    /// The flows that ask for a rule, as positions in the policy's, ascending.
    pub fn origins(&self, rule: &Rule) -> &[u32] {
        &self.origins[rule.origins.start as usize..rule.origins.end as usize]
    }

    /// The sentence that asks for a rule, the first as they stand if several do; none for the rules
    /// of an open tier.
    pub fn sentence(&self, rule: &Rule) -> Option<SentenceId> {
        self.origins(rule)
            .iter()
            .map(|flow| self.policy.flows[*flow as usize].sentence)
            .min()
    }

    /// The sentences that ask for a rule, as they stand, once each.
    pub fn sentences(&self, rule: &Rule) -> Vec<SentenceId> {
        let mut sentences: Vec<SentenceId> = self
            .origins(rule)
            .iter()
            .map(|flow| self.policy.flows[*flow as usize].sentence)
            .collect();
        sentences.sort_unstable();
        sentences.dedup();
        sentences
    }

    /// Whether the description of a rule is a string of the program's, which may hold any character
    /// that AWS takes.
    pub fn has_prose(&self, rule: &Rule) -> bool {
        match rule.text {
            Text::Open => false,
            Text::Flow(flow) => self
                .policy
                .sentence(self.policy.flows[flow as usize].sentence)
                .prose
                .is_some(),
        }
    }

    /// Appends the description of a rule.
    pub fn describe(&self, rule: &Rule, out: &mut impl Sink) {
        match rule.text {
            Text::Open => out.put("all outbound traffic"),
            Text::Flow(flow) => describe(self.policy, flow, out),
        }
    }

    /// The sentence whose words describe a rule; none for the rules of an open tier.
    pub fn described_by(&self, rule: &Rule) -> Option<SentenceId> {
        match rule.text {
            Text::Open => None,
            Text::Flow(flow) => Some(self.policy.flows[flow as usize].sentence),
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

/// Appends what the rules of a flow carry: the sentence's own string, or the sentence in words,
/// narrowed to this flow.
pub fn describe(policy: &Policy, flow: u32, out: &mut impl Sink) {
    let flow = &policy.flows[flow as usize];
    let sentence = policy.sentence(flow.sentence);
    // no block and no traffic is longer than 50 characters
    let length = |word: Option<WordId>| word.map_or(50, |word| policy.words.text(word).len());
    let parts = [
        policy.tier(flow.subject).name.len(),
        length(flow.service),
        length(flow.named),
        sentence.tail.len(),
    ];
    match &sentence.prose {
        Some(prose) => out.put(prose),
        None if parts.iter().sum::<usize>() + " allows  from ".len() <= LONGEST => {
            in_words(policy, flow, out)
        }
        None => {
            let mut start = Start::default();
            in_words(policy, flow, &mut start);
            out.put(&start.shortened());
        }
    }
}

/// Characters of a rule's description (EC2 API reference, IpRange).
const LONGEST: usize = 255;

fn in_words(policy: &Policy, flow: &Flow, out: &mut impl Sink) {
    out.put(&policy.tier(flow.subject).name);
    out.put(" allows ");
    policy.push_service(flow, out);
    out.put(match flow.way {
        Way::From => " from ",
        Way::To => " to ",
    });
    policy.push_peer(flow, out);
    out.put(&policy.sentence(flow.sentence).tail);
}

/// As much of a text as tells whether it is too long for a description: words can be as long as the
/// program.
#[derive(Default)]
struct Start(String);

impl Start {
    /// The text, or as much as there is room for, with the cut marked.
    fn shortened(mut self) -> String {
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
