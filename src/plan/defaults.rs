//! Parameters whose default is another than before. What is counted of them is what happens to a
//! deployment that gives them no value; one that gives its own keeps it.

use crate::groups::{Deployment, ListReference, ParamId, Peer, Reference};

/// Whether a deployment that gives no value gets another value than before: both programs have a
/// default, and the two differ. Where only one has a default, deployments gave or will give a
/// value, which nobody knows.
pub fn differs(
    (old, was): (&Deployment<'_>, ParamId),
    (new, is): (&Deployment<'_>, ParamId),
) -> bool {
    match (
        &old.policy().param(was).default,
        &new.policy().param(is).default,
    ) {
        (Some(was), Some(is)) => was != is,
        (Some(_) | None, _) => false,
    }
}

/// The parameter whose value a rule names, if it names one.
pub fn named_by(deployment: &Deployment<'_>, peer: Peer) -> Option<ParamId> {
    match peer {
        Peer::Param(id) => Some(id),
        Peer::PrefixList(id) => match deployment.list(id) {
            ListReference::Param(id) => Some(*id),
            ListReference::Id(_) | ListReference::Aws(_) => None,
        },
        Peer::External(id) => match deployment.external(id).0 {
            Reference::Param(id) => Some(*id),
            Reference::Id(_) => None,
        },
        Peer::Net(_) | Peer::Tier(_) => None,
    }
}
