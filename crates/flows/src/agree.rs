//! What somebody agrees to, each purpose by itself, and no longer. Nobody has agreed to anything unasked.

use crate::house::Scene;
use events::{Kind, log};
use kernel::{PlaceId, Result};
use people::consents;
use serde_json::json;

/// The signed-in actor agrees to a purpose, or no longer; whether that is new.
pub fn say(scene: &mut Scene, purpose: &'static str, given: bool) -> Result<bool> {
    let person = scene.act.person()?;
    let (changed, kind) = if given {
        (consents::give(scene.tx, &scene.act, purpose)?, Kind::ConsentGiven)
    } else {
        (consents::withdraw(scene.tx, &scene.act, purpose)?, Kind::ConsentWithdrawn)
    };
    if changed {
        let body = json!({ "purpose": purpose });
        log::append(scene.tx, &mut scene.act, &PlaceId::house(), kind, None, &person, body)?;
    }
    Ok(changed)
}

/// Keeps one thing out of what the actor agreed to, or lets it be used again.
pub fn except(scene: &mut Scene, purpose: &'static str, subject: &str, kept_out: bool) -> Result<()> {
    if kept_out {
        consents::except(scene.tx, &scene.act, purpose, subject)
    } else {
        consents::use_again(scene.tx, &scene.act, purpose, subject)
    }
}
