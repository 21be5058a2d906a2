//! Helping somebody back into their account, by an operator who knows them or by the machine's owner.
//!
//! Whatever is done is written into the log with who did it, and its owner is told at their next sign-in. Nobody alone
//! takes both the password and the second factor of an account (`docs/decisions/0036`).

use crate::house::Scene;
use events::{Kind as What, log};
use kernel::{Kind, PersonId, PlaceId, Refusal, Result};
use people::{notices, second_factor, sessions};
use serde_json::json;

/// Takes a lost second factor off somebody else's account, and signs them out everywhere.
pub fn take_factor_off(scene: &mut Scene, person: &PersonId) -> Result<()> {
    if scene.act.actor.person() == Some(person) {
        return Err(not_ones_own().into());
    }
    if !second_factor::turn_off(scene.tx, person)? {
        return Err(Refusal::not_found("second factor", "两步验证").into());
    }
    sessions::close_all(scene.tx, person)?;
    leave_word(scene, person, notices::What::FactorTakenOff)
}

fn not_ones_own() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "ones_own_factor",
        "Nobody takes off their own second factor here. Your account page does it, with a code.",
        "不能在此关闭自己的两步验证，请在账号页凭验证码关闭。",
    )
}

fn leave_word(scene: &mut Scene, person: &PersonId, what: notices::What) -> Result<()> {
    let by_whom = scene.act.actor.code().to_owned();
    notices::leave(scene.tx, &scene.act, person, what, &by_whom)?;
    note(scene, person, what.code())
}

fn note(scene: &mut Scene, person: &PersonId, what: &str) -> Result<()> {
    let body = json!({ "what": what });
    log::append(scene.tx, &mut scene.act, &PlaceId::house(), What::AccessChanged, None, person, body)
}
