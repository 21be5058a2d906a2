//! What the house asks of those who work in it before they may, changed by an operator.

use crate::house::Scene;
use events::{Kind, log};
use kernel::{PlaceId, Result};
use people::access::{self, Rules};
use serde_json::json;

/// Writes the rules down; they hold from everybody's next request on. The same rules again change nothing.
pub fn change(scene: &mut Scene, rules: &Rules) -> Result<()> {
    if access::rules(scene.tx)? == *rules {
        return Ok(());
    }
    access::put(scene.tx, rules)?;
    let body = json!({ "second_factor_for": rules.factor_for.code(), "idle_minutes": rules.idle_minutes });
    let house = PlaceId::house();
    log::append(scene.tx, &mut scene.act, &house, Kind::AccessChanged, None, &house, body)
}
