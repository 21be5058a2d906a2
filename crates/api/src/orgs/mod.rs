//! What belongs to an organisation: a merchant's products and sales; which side of a licence it is on.

pub mod products;
pub mod sales;

use crate::call::LicenceParty;
use db::View;
use kernel::{OrgId, Refusal, Result, Role};
use people::OrgKind;
use people::orgs::{self, Org};

/// An organisation that must be there.
pub(crate) fn any(view: &View, id: &OrgId) -> Result<Org> {
    orgs::any(view, id)?.ok_or_else(|| not_found().into())
}

/// An organisation of this kind that must be there; an operator may name any id.
pub(crate) fn of_kind(view: &View, id: &OrgId, kind: OrgKind) -> Result<Org> {
    let org = any(view, id)?;
    if org.kind == kind { Ok(org) } else { Err(not_found().into()) }
}

/// Which side of a licence an organisation is on.
pub(crate) enum Side {
    Merchant,
    Studio,
}

/// The side of an organisation for which this caller may act.
pub(crate) fn side(view: &View, party: &LicenceParty, id: &OrgId) -> Result<Side> {
    let (role, side) = match any(view, id)?.kind {
        OrgKind::Merchant => (Role::Merchant, Side::Merchant),
        OrgKind::Studio => (Role::Studio, Side::Studio),
        _ => return Err(not_found().into()),
    };
    if party.actor.may(role, id) { Ok(side) } else { Err(not_found().into()) }
}

fn not_found() -> Refusal {
    Refusal::not_found("organisation", "机构")
}
