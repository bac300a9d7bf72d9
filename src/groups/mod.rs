//! The lowered form: security groups and their rules, as AWS will hold them.
//!
//! Everything is in one order, made of what the things are and never of where they stood in the source. A
//! backend writes it down from here and asks nothing else.

mod lower;
mod names;
mod rule;

pub use lower::lower;
pub use names::{Names, Renaming, Style, push_pascal, push_snake};
pub use rule::{Direction, Rule};

pub use crate::net::{Family, Protocol, Traffic};
pub use crate::policy::{
    ListReference, ParamId, ParamKind, Peer, PrefixListId, Reference, SentenceId, TierId, aws_list,
};

use crate::policy::{Policy, WordId};
use rule::Text;
use std::collections::BTreeMap;
use std::fmt::Write;

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
    /// Its tags.
    pub tags: BTreeMap<&'p str, String>,
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

/// What AWS shows in the description of a group that the program gives none. It is one text for all, since
/// AWS replaces a group whose description changes (EC2 API reference, CreateSecurityGroup).
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
    pub fn external(&self, id: crate::policy::ExternalId) -> (&'p Reference, Option<&'p str>) {
        let external = &self.policy.externals[id.index()];
        (&external.id, external.account.as_deref())
    }

    /// The flows that ask for a rule, as positions in the policy's.
    pub fn origins(&self, rule: &Rule) -> &[u32] {
        &self.origins[rule.origins.start as usize..rule.origins.end as usize]
    }

    /// The sentence that asks for a rule, the first as they stand if several do; none for the rules of an open tier.
    pub fn sentence(&self, rule: &Rule) -> Option<SentenceId> {
        self.origins(rule).iter().map(|flow| self.policy.flows[*flow as usize].sentence).min()
    }

    /// The sentences that ask for a rule, as they stand, once each.
    pub fn sentences(&self, rule: &Rule) -> Vec<SentenceId> {
        let mut sentences: Vec<SentenceId> =
            self.origins(rule).iter().map(|flow| self.policy.flows[*flow as usize].sentence).collect();
        sentences.sort_unstable();
        sentences.dedup();
        sentences
    }

    /// Appends the description of a rule.
    pub fn describe(&self, rule: &Rule, out: &mut String) {
        match rule.text {
            Text::Fixed(text) => out.push_str(text),
            Text::Flow(flow) => describe(self.policy, flow, out),
        }
    }

    /// How many rules there are.
    pub fn rule_count(&self) -> usize {
        self.groups.iter().map(|g| g.ingress.len() + g.egress.len()).sum()
    }
}

/// Characters of a rule's description: EC2 API reference, IpRange.
const LONGEST: usize = 255;

/// Appends what the rules of a flow carry: the sentence's own string, or the sentence in words, narrowed to
/// this flow.
pub fn describe(policy: &Policy, flow: u32, out: &mut String) {
    let flow = &policy.flows[flow as usize];
    let sentence = policy.sentence(flow.sentence);
    if let Some(prose) = &sentence.prose {
        out.push_str(prose);
        return;
    }
    let word = |id: WordId| policy.words.text(id);
    let way = match flow.way {
        crate::policy::Way::From => "from",
        crate::policy::Way::To => "to",
    };
    let subject = &policy.tier(flow.subject).name;
    let start = out.len();
    let (service, named) = (word(flow.service), word(flow.named));
    // each rule of a sentence repeats them, and they can be as long as the program
    fn start_of(text: &str) -> &str {
        text.get(..LONGEST).unwrap_or(text)
    }
    let (named, tail) = (start_of(named), start_of(&sentence.tail));
    let _ = write!(out, "{subject} allows {service} {way} {named}{tail}");
    shorten(out, start, LONGEST);
}

/// Cuts what stands after `start` to `most` characters, marking the cut.
fn shorten(out: &mut String, start: usize, most: usize) {
    if out.len() - start > most {
        out.truncate(start + most - 3);
        out.push_str("...");
    }
}
