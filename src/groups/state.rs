//! Converts a deployment to the state that AWS will hold: owned, with all texts.

use super::rule::RuleText;
use super::tags::TagLists;
use super::{Deployment, Direction, Group, Parameter, Rule};
use crate::aws::{self, Descriptions, State, Text};
use crate::policy::{
    External, Labels, ListReference, MadeList, Owner, Param, ParamId, Peer, PrefixList, Reference,
    Stack, Tier, TierId,
};

/// The estimated size of a description; most are shorter.
const DESCRIPTION_BYTES: usize = 64;

/// The default description of a group. It is a constant, because AWS replaces a group whose
/// description changes (EC2 API reference, CreateSecurityGroup).
const GROUP_DESCRIPTION: &str = "Managed by tierwall";

impl Deployment<'_> {
    /// What AWS will hold. Groups and rules have the positions that they have here, inbound rules
    /// before outbound ones.
    pub fn to_state(&self) -> State {
        self.complete_state(self.state_outline())
    }

    /// The part of the state that determines names of resources: no texts, and only the names and
    /// rules of groups.
    pub fn state_outline(&self) -> State {
        let positions = Positions::new(self);
        State {
            stack: self.policy.stack.name.clone(),
            exports: self.policy.stack.exports,
            parameters: self.parameters.iter().map(convert_parameter).collect(),
            prefix_lists: self.prefix_lists(&positions),
            foreign_groups: self.foreign_groups(&positions),
            groups: self
                .groups
                .iter()
                .map(|group| self.security_group(group, &positions))
                .collect(),
            ..State::default()
        }
    }

    /// The complete state, from its outline.
    pub fn complete_state(&self, outline: State) -> State {
        let (stack, positions) = (&self.policy.stack, Positions::new(self));
        let mut descriptions = Descriptions::with_capacity(self.rule_count() * DESCRIPTION_BYTES);
        let mut tags = TagLists::default();
        let has_tags = !self.policy.sentence_tags.is_empty();
        let mut state = outline;

        for (group, filled) in self.groups.iter().zip(&mut state.groups) {
            if let Owner::Tier(tier) = group.owner {
                self.fill_group(tier, filled, &positions);
            }
            let (ingress, egress) = filled.rules.split_at_mut(group.ingress.len());
            for (rules, filled) in [(&group.ingress, ingress), (&group.egress, egress)] {
                for (rule, filled) in rules.iter().zip(filled) {
                    filled.description =
                        descriptions.push_description(|out| self.push_description(rule, out));
                    if has_tags {
                        filled.tags = tags.add_rule(self, rule);
                    }
                }
            }
        }

        let locked = |(name, vpc): &(String, Reference)| aws::LockedDefault {
            name: name.clone(),
            vpc: positions.convert_reference(vpc),
        };

        let mut state = State {
            description: stack.prose.clone(),
            rule_quota: stack.rule_quota,
            locked_defaults: self.locked.iter().map(locked).collect(),
            descriptions: descriptions.finish(),
            rule_tags: tags.finish(),
            ..state
        };
        if let Some(ledger) = &self.policy.ledger {
            ledger.apply(&mut state);
        }
        state
    }

    /// The rule with this position among all of its group, as [`to_state`](Deployment::to_state)
    /// has them.
    pub fn rule_at(&self, group: aws::GroupId, position: usize) -> &Rule {
        let Group {
            ingress, egress, ..
        } = &self.groups[group.index()];
        let outbound = position.checked_sub(ingress.len());
        outbound.map_or_else(|| &ingress[position], |position| &egress[position])
    }

    /// The declaration of a prefix list of the state.
    pub fn prefix_list(&self, id: aws::PrefixListId) -> &PrefixList {
        &self.policy.prefix_lists[self.lists[id.index()].index()]
    }

    /// The declaration of a parameter of the state.
    pub fn state_parameter(&self, id: aws::ParameterId) -> &Param {
        self.policy.param(self.parameters[id.index()].id)
    }

    fn prefix_lists(&self, positions: &Positions) -> Vec<aws::PrefixList> {
        let lists = self
            .lists
            .iter()
            .map(|id| &self.policy.prefix_lists[id.index()]);

        let list = |list: &PrefixList| aws::PrefixList {
            name: list.name.clone(),
            reference: match &list.list {
                ListReference::Id(id) => aws::ListReference::Id(id.clone()),
                ListReference::Aws(name) => aws::ListReference::Aws(name.clone()),
                ListReference::Param(id) => {
                    aws::ListReference::Parameter(positions.parameter_id(*id))
                }
                ListReference::Made(made) => {
                    aws::ListReference::Made(convert_made(&self.policy.stack, made))
                }
            },
            family: list.family,
            entries: list.entries,
        };

        lists.map(list).collect()
    }

    fn foreign_groups(&self, positions: &Positions) -> Vec<aws::ForeignGroup> {
        let externals = self
            .externals
            .iter()
            .map(|id| &self.policy.externals[id.index()]);
        let foreign = |external: &External| aws::ForeignGroup {
            reference: positions.convert_reference(&external.id),
            account: external.account.clone(),
        };
        externals.map(foreign).collect()
    }

    fn security_group(&self, group: &Group<'_>, positions: &Positions) -> aws::SecurityGroup {
        let mut rules = Vec::with_capacity(group.ingress.len() + group.egress.len());
        let is_open = |rule: &Rule| matches!(rule.text, RuleText::Open(_));

        for direction in Direction::ALL {
            let lowered = group.rules(direction).iter();
            rules.extend(lowered.map(|rule| positions.convert_rule(direction, rule)));
        }

        let tier = match group.owner {
            Owner::Tier(id) => self.policy.tier(id),
            Owner::External(id) => {
                let foreign = aws::ForeignGroupId(positions.externals[id.index()]);
                let name = match &self.policy.external(id).id {
                    Reference::Id(id) => id,
                    Reference::Param(id) => &self.policy.param(*id).name,
                };
                return aws::SecurityGroup {
                    name: name.clone(),
                    made_elsewhere: Some(foreign),
                    rules,
                    ..aws::SecurityGroup::default()
                };
            }
        };

        let associated = self.policy.area(tier.area).associated().iter();
        let associated = associated.map(|vpc| {
            let id = self.policy.vpc(*vpc).id.as_ref();
            positions.convert_reference(id.expect(HAS_ID))
        });
        let mut associations: Vec<aws::Reference> = associated.collect();
        associations.sort_unstable();

        aws::SecurityGroup {
            name: tier.name.clone(),
            was: tier.was.clone(),
            associations,
            rules,
            has_default_egress: !group.egress.is_empty()
                && group.egress.iter().all(is_open)
                && group.egress.iter().all(Rule::has_no_sentence),
            ..aws::SecurityGroup::default()
        }
    }

    /// Fills the parts that the outline does not have.
    fn fill_group(&self, id: TierId, group: &mut aws::SecurityGroup, positions: &Positions) {
        let (stack, tier) = (&self.policy.stack, self.policy.tier(id));
        let vpc = self.policy.home_of(id).id.as_ref();
        group.vpc = positions.convert_reference(vpc.expect(HAS_ID));
        group.group_name.clone_from(&tier.group_name);

        group.export.clone_from(&tier.export);
        group.protect = tier.protect;

        group.has_own_prefix = tier.name_prefix.is_some();
        group.name_prefix = match &tier.name_prefix {
            Some(prefix) => prefix.clone(),
            None => Text::known(
                [
                    oldest_name(&stack.was, &stack.name),
                    "-",
                    oldest_name(&tier.was, &tier.name),
                    "-",
                ]
                .concat(),
            ),
        };

        group.description = match (&tier.description, stack.labels) {
            (Some(description), _) => description.clone(),
            (None, Labels::Made) => Text::known(GROUP_DESCRIPTION),
            (None, Labels::Written) => Text::default(),
        };
        group.tags = group_tags(stack, tier);
        let also = self.policy.members.other_groups(id).iter();
        group.also = also.map(|tier| aws::GroupId(tier.0)).collect();
    }
}

/// Why a VPC of a tier has an id.
const HAS_ID: &str = "resolving refuses a tier in a VPC without id";

/// The tags of a group by key: those of the tier override those of the stack, and those override
/// generated ones.
pub(super) fn group_tags(stack: &Stack, tier: &Tier) -> Vec<(String, Text)> {
    let shown = match &tier.group_name {
        Some(name) => name.clone(),
        None => Text::known([&stack.name, "-", &tier.name].concat()),
    };
    let mut tags = Vec::with_capacity(tier.tags.len() + stack.tags.len() + 2);
    let given = tier.tags.iter().chain(&stack.tags);
    tags.extend(given.map(|(key, value)| (key.clone(), value.clone())));

    if stack.labels == Labels::Made {
        let prose = tier.prose.iter();
        tags.extend(prose.map(|prose| ("Description".to_string(), prose.clone())));
        tags.push(("Name".to_string(), shown));
    }

    tags.sort_by(|(one, _): &(String, Text), (other, _)| one.cmp(other));
    tags.dedup_by(|(next, _), (kept, _)| next == kept);

    tags
}

/// The tags of a list that the output makes, by key: its text, unless only written tags are set,
/// and the tags of the stack.
pub(super) fn list_tags(stack: &Stack, made: &MadeList) -> Vec<(String, Text)> {
    let mut tags = stack.tags.clone();
    let shown = made.prose.as_ref();
    if let Some(prose) = shown.filter(|_| stack.labels == Labels::Made) {
        tags.insert("Description".to_string(), prose.clone());
    }
    tags.into_iter().collect()
}

/// A list that the output makes.
fn convert_made(stack: &Stack, made: &MadeList) -> aws::MadeList {
    aws::MadeList {
        name: made.name.clone(),
        aws_name: made.aws_name(&stack.name),
        blocks: made.blocks.clone(),
        tags: list_tags(stack, made),
    }
}

fn oldest_name<'n>(was: &'n [String], name: &'n str) -> &'n str {
    was.last().map_or(name, String::as_str)
}

fn convert_parameter(parameter: &Parameter<'_>) -> aws::Parameter {
    aws::Parameter {
        name: parameter.name.to_string(),
        kind: parameter.kind,
        description: parameter.description.map(str::to_string),
        default: parameter.default.map(str::to_string),
        source: parameter.source.clone(),
        only_for_exports: parameter.only_for_exports,
        only_for_locks: parameter.only_for_locks,
        is_rule_owner: parameter.is_rule_owner,
    }
}

/// For each id of the policy, its position in the state, if it is referenced.
struct Positions {
    parameters: Vec<u32>,
    lists: Vec<u32>,
    externals: Vec<u32>,
}

impl Positions {
    fn new(deployment: &Deployment<'_>) -> Positions {
        let policy = deployment.policy;
        let parameters = deployment.parameters.iter().map(|it| it.id.index());

        Positions {
            parameters: used_positions(policy.params.len(), parameters),
            lists: used_positions(
                policy.prefix_lists.len(),
                deployment.lists.iter().map(|id| id.index()),
            ),
            externals: used_positions(
                policy.externals.len(),
                deployment.externals.iter().map(|id| id.index()),
            ),
        }
    }

    fn convert_rule(&self, direction: Direction, rule: &Rule) -> aws::Rule {
        aws::Rule {
            key: aws::RuleKey {
                direction,
                traffic: rule.traffic,
                peer: self.convert_peer(rule.peer),
            },
            description: aws::Description::default(),
            tags: None,
            is_adopted: false,
        }
    }

    fn convert_peer(&self, peer: Peer) -> aws::Peer {
        match peer {
            Peer::Net(block) => aws::Peer::Block(block),
            Peer::Tier(tier) => aws::Peer::Group(aws::GroupId(tier.0)),
            Peer::Param(id) => aws::Peer::Parameter(self.parameter_id(id)),
            Peer::PrefixList(id) => {
                aws::Peer::PrefixList(aws::PrefixListId(self.lists[id.index()]))
            }
            Peer::External(id) => {
                aws::Peer::ForeignGroup(aws::ForeignGroupId(self.externals[id.index()]))
            }
        }
    }

    fn convert_reference(&self, reference: &Reference) -> aws::Reference {
        match reference {
            Reference::Id(id) => aws::Reference::Id(id.clone()),
            Reference::Param(id) => aws::Reference::Parameter(self.parameter_id(*id)),
        }
    }

    fn parameter_id(&self, id: ParamId) -> aws::ParameterId {
        aws::ParameterId(self.parameters[id.index()])
    }
}

/// For each of `count` items, its position among the referenced ones.
fn used_positions(count: usize, referred: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut positions = vec![0; count];
    for (position, index) in (0..).zip(referred) {
        positions[index] = position;
    }
    positions
}
