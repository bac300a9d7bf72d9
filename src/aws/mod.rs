//! What AWS holds of a deployment: security groups and their rules, and what they refer to.
//!
//! Owned data in canonical order, with all texts, independent of a policy. Lowering fills a
//! [`State`] from a program (`Deployment::to_state`); targets, names and plans only read a state.

mod description;
mod group;
mod group_mapping;
mod parameter;
mod quota;
mod reference;
mod source;
mod text;

pub use description::{Description, Descriptions, Wording};
pub use group::{Direction, GroupId, Peer, Rule, RuleKey, SecurityGroup, TagsId};
pub use group_mapping::GroupMapping;
pub use parameter::{ParamKind, Parameter, ParameterId};
pub use quota::{Count, Counted};
pub use reference::{
    ForeignGroup, ForeignGroupId, ListReference, LockedDefault, MadeList, PrefixList, PrefixListId,
    Reference, aws_list,
};

pub use source::{ParameterSource, TemplateSource};
pub use text::{Text, TextPiece, TextRef};

use crate::net::Family;

/// The maximum number of tags of a group or a rule (EC2 user guide, tag restrictions).
pub const MOST_TAGS: usize = 50;

/// Everything that one output deploys.
#[derive(Debug, Default)]
pub struct State {
    /// The name of the stack.
    pub stack: String,
    /// The description of the stack.
    pub description: Option<String>,
    /// Whether other stacks can import the ids of the groups.
    pub exports: bool,
    /// The maximum number of rules of a group in one direction and one family.
    pub rule_quota: u32,
    /// Values that are set at deployment, by name.
    pub parameters: Vec<Parameter>,
    /// Prefix lists that rules reference, by identity.
    pub prefix_lists: Vec<PrefixList>,
    /// Security groups that are managed elsewhere and that rules reference, by identity.
    pub foreign_groups: Vec<ForeignGroup>,
    /// The groups by name; then those that are made elsewhere and have rules of this state.
    pub groups: Vec<SecurityGroup>,
    /// VPCs whose default group has no rules, by name.
    pub locked_defaults: Vec<LockedDefault>,
    /// The descriptions of all rules.
    pub descriptions: String,
    /// Tags that rules have, each list by key.
    pub rule_tags: Vec<Vec<(String, Text)>>,
}

impl State {
    /// The group with this id.
    pub fn group(&self, id: GroupId) -> &SecurityGroup {
        &self.groups[id.index()]
    }

    /// The parameter with this id.
    pub fn parameter(&self, id: ParameterId) -> &Parameter {
        &self.parameters[id.index()]
    }

    /// The prefix list with this id.
    pub fn prefix_list(&self, id: PrefixListId) -> &PrefixList {
        &self.prefix_lists[id.index()]
    }

    /// The foreign group with this id.
    pub fn foreign_group(&self, id: ForeignGroupId) -> &ForeignGroup {
        &self.foreign_groups[id.index()]
    }

    /// Every group with its id.
    pub fn groups_by_id(&self) -> impl Iterator<Item = (GroupId, &SecurityGroup)> {
        (0..).map(GroupId).zip(&self.groups)
    }

    /// Every group that is made here, with its id.
    pub fn own_groups(&self) -> impl Iterator<Item = (GroupId, &SecurityGroup)> {
        let is_own = |(_, group): &(GroupId, &SecurityGroup)| group.made_elsewhere.is_none();
        self.groups_by_id().take_while(is_own)
    }

    /// How many groups are made here.
    pub fn own_group_count(&self) -> usize {
        let is_own = |group: &SecurityGroup| group.made_elsewhere.is_none();
        self.groups.partition_point(is_own)
    }

    /// Every association of a group with another VPC than its own.
    pub fn associations(&self) -> impl Iterator<Item = (GroupId, &SecurityGroup, &Reference)> {
        self.groups_by_id().flat_map(|(id, group)| {
            let vpcs = group.associations.iter();
            vpcs.map(move |vpc| (id, group, vpc))
        })
    }

    /// What identifies an external resource: its id, or the name of the parameter that will hold
    /// it.
    pub fn reference_name<'s>(&'s self, reference: &'s Reference) -> &'s str {
        match reference {
            Reference::Id(id) => id,
            Reference::Parameter(id) => &self.parameter(*id).name,
        }
    }

    /// The groups whose members carry other groups too.
    pub fn groups_with_others(&self) -> impl Iterator<Item = (GroupId, &SecurityGroup)> {
        self.groups_by_id()
            .filter(|(_, group)| !group.also.is_empty())
    }

    /// Every rule.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.groups.iter().flat_map(|group| &group.rules)
    }

    /// The number of rules.
    pub fn rule_count(&self) -> usize {
        self.groups.iter().map(|group| group.rules.len()).sum()
    }

    /// The prefix lists that rules reference by the name of an AWS-managed list, with these names.
    pub fn lists_by_name(&self) -> impl Iterator<Item = (PrefixListId, &str)> {
        let lists = (0..).map(PrefixListId).zip(&self.prefix_lists);
        lists.filter_map(|(id, list)| match &list.reference {
            ListReference::Aws(name) => Some((id, name.as_str())),
            ListReference::Id(_) | ListReference::Parameter(_) | ListReference::Made(_) => None,
        })
    }

    /// The prefix lists that the output makes.
    pub fn made_lists(&self) -> impl Iterator<Item = (PrefixListId, &PrefixList, &MadeList)> {
        let lists = (0..).map(PrefixListId).zip(&self.prefix_lists);
        lists.filter_map(|(id, list)| match &list.reference {
            ListReference::Made(made) => Some((id, list, made)),
            ListReference::Id(_) | ListReference::Aws(_) | ListReference::Parameter(_) => None,
        })
    }

    /// The parameter of a peer, if it is one.
    pub fn parameter_of(&self, peer: Peer) -> Option<ParameterId> {
        match peer {
            Peer::Parameter(id) => Some(id),
            Peer::PrefixList(id) => match self.prefix_list(id).reference {
                ListReference::Parameter(id) => Some(id),
                ListReference::Id(_) | ListReference::Aws(_) | ListReference::Made(_) => None,
            },
            Peer::ForeignGroup(id) => match self.foreign_group(id).reference {
                Reference::Parameter(id) => Some(id),
                Reference::Id(_) => None,
            },
            Peer::Block(_) | Peer::Group(_) => None,
        }
    }

    /// The count of a rule of a group in the quota of AWS.
    pub fn count_rule(&self, group: &SecurityGroup, rule: &Rule) -> Count {
        let count = Count::new(match rule.key.peer {
            Peer::Block(block) => Counted::Block(Family::of_block(&block)),
            Peer::Parameter(id) => {
                let parameter = self.parameter(id);
                Counted::parameter(parameter.kind, parameter.default.as_deref())
            }
            Peer::PrefixList(id) => {
                let PrefixList {
                    family, entries, ..
                } = *self.prefix_list(id);
                Counted::PrefixList { family, entries }
            }
            Peer::Group(_) | Peer::ForeignGroup(_) => Counted::Group,
        });
        if group.may_be_halved(&rule.key) {
            count.add_count(count)
        } else {
            count
        }
    }

    /// The description of a rule; empty where it has none.
    pub fn description(&self, rule: &Rule) -> TextRef<'_> {
        TextRef::from_stored(self.stored_description(rule))
    }

    /// The description of a rule whose wording says that it has no parameters.
    pub fn stored_description(&self, rule: &Rule) -> &str {
        self.descriptions
            .get(rule.description.range())
            .expect("a rule's description is of its own state")
    }

    /// Gives the rule of a group at a position the description and the tags, by key, that it has
    /// in AWS; nothing in them is a parameter.
    pub fn adopt_rule(
        &mut self,
        group: GroupId,
        position: usize,
        description: &str,
        tags: Vec<(String, Text)>,
    ) {
        let text = Text::literal(description);
        let description = Description::append_to(&mut self.descriptions, text.view().stored());
        let rule = &mut self.groups[group.index()].rules[position];
        rule.is_adopted = true;
        rule.description = description;
        rule.tags = (!tags.is_empty()).then(|| {
            self.rule_tags.push(tags);
            TagsId::from_index(self.rule_tags.len() - 1)
        });
    }

    /// The tags of a rule, by key.
    pub fn tags(&self, rule: &Rule) -> &[(String, Text)] {
        rule.tags.map_or(&[], |id| &self.rule_tags[id.index()])
    }

    /// The parameter with a name.
    pub fn parameter_named(&self, name: &str) -> Option<ParameterId> {
        let names = &self.parameters;
        let found = names.binary_search_by(|it| it.name.as_str().cmp(name));
        found.ok().map(|n| ParameterId(n as u32))
    }

    /// The default of the parameter with a name.
    pub fn default_named(&self, name: &str) -> Option<&str> {
        let id = self.parameter_named(name)?;
        self.parameter(id).default.as_deref()
    }
}
