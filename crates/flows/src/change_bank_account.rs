//! Changing where an organisation is paid, or from where the house pays: whoever works there or an operator tells it,
//! another operator approves it, and only then does it count. An account that one stranger could change would pay the
//! stranger.

use crate::house::Scene;
use events::{Kind, log};
use kernel::{OrgId, PlaceId, Refusal, Result};
use serde_json::json;
use settlement::bank_accounts::{self, State, Version};
use settlement::payouts::Party;

/// Tells an account that counts once it is approved; told again it is the same. Whether the actor may is for the
/// caller to know.
pub fn propose(scene: &mut Scene, org: &OrgId, party: &Party) -> Result<Version> {
    let by = scene.act.actor.signed_in()?.clone();
    let (version, is_new) = bank_accounts::propose(scene.tx, org, party, &by, scene.act.at)?;
    if is_new { note(scene, version) } else { Ok(version) }
}

/// Lets an account count from now on. Refuses whoever told it (`same_person`), and one that is not what was told last
/// (`changed_meanwhile`).
pub fn approve(scene: &mut Scene, org: &OrgId, number: i64) -> Result<Version> {
    decide(scene, org, number, State::Approved)
}

/// Leaves the account as it was.
pub fn refuse(scene: &mut Scene, org: &OrgId, number: i64) -> Result<Version> {
    decide(scene, org, number, State::Refused)
}

fn decide(scene: &mut Scene, org: &OrgId, number: i64, to: State) -> Result<Version> {
    let by = scene.act.actor.signed_in()?.clone();
    if !scene.act.actor.is_operator() {
        return Err(Refusal::forbidden().into());
    }
    let (version, is_new) = bank_accounts::decide(scene.tx, org, number, to, &by, scene.act.at)?;
    if is_new { note(scene, version) } else { Ok(version) }
}

/// Whoever reads the log learns that it changed; its number is no business of theirs.
fn note(scene: &mut Scene, version: Version) -> Result<Version> {
    let body = json!({ "org": version.org, "version": version.number, "state": version.state.code() });
    let kind = Kind::BankAccountChanged;
    log::append(scene.tx, &mut scene.act, &PlaceId::house(), kind, None, &version.org, body)?;
    Ok(version)
}
