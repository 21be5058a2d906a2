//! Giving a person a role at an organisation, and taking it away.

use crate::house::Scene;
use events::{Kind, log};
use kernel::{OrgId, PersonId, PlaceId, Result, Role};
use people::memberships;
use serde_json::json;

/// Gives a role; refuses one that does not fit the organisation. Giving it again changes nothing.
pub fn give(scene: &mut Scene, person: &PersonId, org: &OrgId, role: Role) -> Result<()> {
    if memberships::add(scene.tx, person, org, role)? {
        note(scene, person, org, role, true)?;
    }
    Ok(())
}

/// Takes a role away; refuses to take the last operator's.
pub fn take(scene: &mut Scene, person: &PersonId, org: &OrgId, role: Role) -> Result<()> {
    if memberships::remove(scene.tx, person, org, role)? {
        note(scene, person, org, role, false)?;
    }
    Ok(())
}

fn note(scene: &mut Scene, person: &PersonId, org: &OrgId, role: Role, held: bool) -> Result<()> {
    let body = json!({ "org": org, "role": role.code(), "held": held });
    log::append(scene.tx, &mut scene.act, &PlaceId::house(), Kind::RoleChanged, None, person, body)
}
