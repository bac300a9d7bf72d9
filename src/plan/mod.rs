//! What AWS will do when the output of one program takes the place of another's.
//!
//! Each target is foretold on its own, by the addresses that its output gives to groups and rules,
//! since that is what Terraform and CloudFormation go by; what both do is told once. A deployment
//! is taken to give its parameters the values that it gave, or none, and then it gets their
//! defaults.
//!
//! | what changes | Terraform | CloudFormation |
//! |---|---|---|
//! | name, description or VPC of a group | replaced | replaced |
//! | its name prefix | replaced | not in the template |
//! | its tags | in place | in place |
//! | a rule's group, or its kind of peer | the rule is replaced | replaced, if it is a resource of its own |
//! | the group that a rule names | in place | likewise |
//! | a rule's description | in place | in place |
//! | the default of the parameter that a rule names | in place | in place |
//! | a rule that stands in its group | | the group, in place |
//! | the address of either | destroyed and created | removed and added |
//!
//! Sources: AWS provider 5.100.0, the schema and plans that were measured
//! (`tests/conformance/edits.py`); CloudFormation user guide, "AWS::EC2::SecurityGroup",
//! "AWS::EC2::SecurityGroupIngress" and "…Egress" ("Update requires"), and "Update behaviors of
//! stack resources".

pub(crate) mod defaults;
mod groups;
mod others;
mod peers;
mod recreated;
mod rules;
mod tally;
mod target;
mod uses;

pub use tally::{ChangeSet, Plan};

use crate::groups::{Deployment, Direction, ParamId, PrefixListId, Rule, TierId};
use crate::net::Family;
use crate::policy::TierMapping;
use tally::ResourceCounts;
pub(crate) use target::Target;

/// What AWS will do.
#[derive(Debug)]
pub struct Changes<'d> {
    /// What stands there.
    pub old: &'d Deployment<'d>,
    /// What takes its place.
    pub new: &'d Deployment<'d>,
    /// Groups that do not stay as they are, the worst first, then by name.
    pub groups: Vec<(GroupChange, Targets)>,
    /// Rules that do not stay as they are, by the names of their groups, then as outputs order
    /// them.
    pub rules: Vec<(RuleChange, Targets)>,
    /// Everything else that does not stay as it is.
    pub others: Vec<(OtherChange, Targets)>,
    /// Directions of groups that count differently in AWS's quota than before.
    pub uses: Vec<UseChange>,
    /// What `terraform plan` counts.
    pub terraform: Plan,
    /// What a change set of CloudFormation lists.
    pub cloudformation: ChangeSet,
}

/// Something that stood there, or comes, or does both and is another than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BeforeAfter<T> {
    /// It goes.
    Removed(T),
    /// It comes.
    Added(T),
    /// It was, and is.
    Both(T, T),
}

/// Which targets something is said of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Targets {
    /// Both.
    Both,
    /// Terraform alone.
    Terraform,
    /// CloudFormation alone.
    CloudFormation,
}

/// What becomes of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupChange {
    /// What becomes of it.
    pub fate: GroupOutcome,
    /// Its tiers.
    pub sides: BeforeAfter<TierId>,
}

/// What becomes of a group; the worst first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupOutcome {
    /// Another takes its place, with another id.
    Replaced {
        /// Why.
        reasons: Vec<Reason>,
        /// The other one has the same explicit name, so that AWS refuses it.
        refused: bool,
    },
    /// It goes, and another comes with the same rules under another name, of which the program does
    /// not say `was`.
    Recreated,
    /// It goes.
    Deleted,
    /// It comes.
    Created,
    /// It stays under another name of its tier.
    Moved {
        /// Its tags change in place as well.
        tags: bool,
    },
    /// Its tags change in place.
    Tagged,
}

/// Why a group is replaced. AWS can change neither name, description nor VPC of a group (VPC user
/// guide, "Security groups": "You cannot change the name and description of a security group after
/// it is created").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Its output has another name for it, and does not say that it had this one.
    Address,
    /// GroupName.
    Name,
    /// What a GroupName that Terraform makes up starts with.
    NamePrefix,
    /// GroupDescription.
    Description,
    /// The VPC.
    Vpc,
    /// The VPC, unless a parameter's value is the VPC that it is in.
    VpcPerhaps,
    /// The VPC, of a deployment that gives the parameter no value: its default is another.
    VpcDefault,
}

/// Where a rule stands in a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RulePlace {
    /// The tier of its group.
    pub tier: TierId,
    /// Its side.
    pub direction: Direction,
    /// Its position on that side.
    pub position: u32,
}

/// What becomes of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleChange {
    /// Where it stands.
    pub sides: BeforeAfter<RulePlace>,
    /// What becomes of it.
    pub fate: RuleOutcome,
}

/// What becomes of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleOutcome {
    /// It goes.
    Removed,
    /// It comes.
    Added,
    /// Its description changes in place.
    Text,
    /// The parameter that it names has another default: its peer changes in place, where a
    /// deployment gives no value.
    Default,
    /// It names another group than before: the one that replaces it, or one that has its name.
    Retargeted,
    /// It goes and comes again, since its own group is replaced.
    WithGroup,
    /// It goes and comes again, since the group or the list that it names is another.
    WithPeer,
    /// It goes and comes again as it is, since its output has another name for it.
    ResourceRenamed,
}

/// What becomes of something that is neither a group nor a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OtherChange {
    /// A variable of Terraform, a parameter of CloudFormation.
    Parameter(BeforeAfter<ParamId>),
    /// A list that AWS manages: a data source of Terraform, a parameter of CloudFormation.
    List(BeforeAfter<PrefixListId>),
    /// A VPC whose default group is to have no rules: positions in [`Deployment::locked`].
    Lock(BeforeAfter<usize>),
    /// The output with the id of a group.
    Output(BeforeAfter<TierId>),
    /// The export of that output, which other stacks can import.
    Export(BeforeAfter<TierId>),
    /// The rule that admits nothing, which CloudFormation needs in a group that stays.
    Placeholder(BeforeAfter<TierId>),
}

/// What one side of one group counts in AWS's quota in one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UseChange {
    /// Its tiers.
    pub sides: BeforeAfter<TierId>,
    /// Inbound or outbound.
    pub direction: Direction,
    /// The family.
    pub family: Family,
    /// What it counted, and of how many; 0 where the group is new.
    pub before: (u32, u32),
    /// What it will count, and of how many; 0 where the group goes.
    pub after: (u32, u32),
}

impl<'d> Changes<'d> {
    /// Compares two deployments; `tier_mapping` says which tier of the old program is which of the
    /// new.
    pub fn between(
        old: &'d Deployment<'d>,
        new: &'d Deployment<'d>,
        tier_mapping: &TierMapping,
    ) -> Changes<'d> {
        let tiers = Tiers {
            tier_mapping,
            recreated: recreated::recreated(old, new, tier_mapping),
        };
        let [terraform, cloudformation] =
            Target::ALL.map(|target| foretold(target, old, new, &tiers));
        let mut rules = merged(terraform.rules, cloudformation.rules);
        let order = order(old, new);
        rules.sort_by_key(|(change, _)| order(change));
        Changes {
            old,
            new,
            groups: merged(terraform.groups, cloudformation.groups),
            rules,
            others: merged(terraform.others, cloudformation.others),
            uses: uses::changed(old, new, tier_mapping),
            terraform: terraform.tally.plan(),
            cloudformation: cloudformation.tally.change_set(),
        }
    }

    /// Whether AWS has nothing to do, and nobody who deploys sees a difference.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.rules.is_empty() && self.others.is_empty()
    }

    /// A rule, and the deployment that it is of: of one that was and is, the new one.
    pub fn rule(&self, change: &RuleChange) -> (&'d Deployment<'d>, RulePlace, &'d Rule) {
        rule(self.old, self.new, change)
    }

    /// The name of a tier, the new one if it has two.
    pub fn tier(&self, sides: BeforeAfter<TierId>) -> &'d str {
        sides.newest(|was| self.old.group(was).name, |is| self.new.group(is).name)
    }
}

impl RulePlace {
    /// The rule that stands there.
    pub fn rule<'d>(self, deployment: &'d Deployment<'_>) -> &'d Rule {
        &deployment.group(self.tier).rules(self.direction)[self.position as usize]
    }
}

impl<T: Copy> BeforeAfter<T> {
    /// The two sides of one thing, of which one at least is there.
    fn from_options(old: Option<T>, new: Option<T>) -> Option<BeforeAfter<T>> {
        match (old, new) {
            (Some(old), Some(new)) => Some(BeforeAfter::Both(old, new)),
            (Some(old), None) => Some(BeforeAfter::Removed(old)),
            (None, Some(new)) => Some(BeforeAfter::Added(new)),
            (None, None) => None,
        }
    }

    /// Something of the new side, where there is one, else of the old.
    pub(crate) fn newest<U>(self, old: impl FnOnce(T) -> U, new: impl FnOnce(T) -> U) -> U {
        match self {
            BeforeAfter::Removed(was) => old(was),
            BeforeAfter::Added(is) | BeforeAfter::Both(_, is) => new(is),
        }
    }

    /// What it was.
    pub fn was(self) -> Option<T> {
        match self {
            BeforeAfter::Removed(old) | BeforeAfter::Both(old, _) => Some(old),
            BeforeAfter::Added(_) => None,
        }
    }

    /// What it is.
    pub fn is(self) -> Option<T> {
        match self {
            BeforeAfter::Added(new) | BeforeAfter::Both(_, new) => Some(new),
            BeforeAfter::Removed(_) => None,
        }
    }
}

impl Targets {
    /// Whether it is said of Terraform.
    pub fn terraform(self) -> bool {
        matches!(self, Targets::Both | Targets::Terraform)
    }

    /// Whether it is said of CloudFormation.
    pub fn cloudformation(self) -> bool {
        matches!(self, Targets::Both | Targets::CloudFormation)
    }
}

/// What one target will do.
struct Prediction {
    groups: Vec<GroupChange>,
    rules: Vec<RuleChange>,
    others: Vec<OtherChange>,
    tally: ResourceCounts,
}

/// The tiers of two programs, matched.
struct Tiers<'s> {
    /// As the programs say.
    tier_mapping: &'s TierMapping,
    /// Those that look renamed: an old one, and a new one.
    recreated: Vec<(TierId, TierId)>,
}

fn foretold(
    target: Target,
    old: &Deployment<'_>,
    new: &Deployment<'_>,
    tiers: &Tiers<'_>,
) -> Prediction {
    let mut tally = ResourceCounts::new(new.groups.len());
    let groups = groups::Groups::between(target, old, new, tiers);
    let rules = rules::changed(target, old, new, &groups, &mut tally);
    let others = others::changed(target, old, new, &groups, &mut tally);
    groups.count(&mut tally);
    Prediction {
        groups: groups.changes,
        rules,
        others,
        tally,
    }
}

/// What either target does, each thing once.
fn merged<T: Ord>(mut terraform: Vec<T>, mut cloudformation: Vec<T>) -> Vec<(T, Targets)> {
    terraform.sort_unstable();
    cloudformation.sort_unstable();
    let said = |targets| move |change| (change, targets);
    let terraform = terraform.into_iter().map(said(Targets::Terraform));
    let cloudformation = cloudformation
        .into_iter()
        .map(said(Targets::CloudFormation));
    let mut all: Vec<(T, Targets)> = terraform.chain(cloudformation).collect();
    all.sort();
    all.dedup_by(|(next, _), (kept, targets)| {
        let same = next == kept;
        if same {
            *targets = Targets::Both;
        }
        same
    });
    all
}

/// The order of changes of rules: by the name of the group, then as outputs order rules, what goes
/// before what comes.
fn order<'d>(
    old: &'d Deployment<'d>,
    new: &'d Deployment<'d>,
) -> impl Fn(&RuleChange) -> (&'d str, Direction, crate::net::Traffic, RuleChange) {
    move |change| {
        let (deployment, place, rule) = rule(old, new, change);
        (
            deployment.group(place.tier).name,
            place.direction,
            rule.traffic,
            *change,
        )
    }
}

fn rule<'d>(
    old: &'d Deployment<'d>,
    new: &'d Deployment<'d>,
    change: &RuleChange,
) -> (&'d Deployment<'d>, RulePlace, &'d Rule) {
    let (deployment, place) = change
        .sides
        .newest(|place| (old, place), |place| (new, place));
    (deployment, place, place.rule(deployment))
}
