//! Wanting to see a film: counted once a person, and the release page hears of it.

use crate::house::Scene;
use crate::views;
use events::{Kind, log};
use kernel::{PlaceId, Result, TitleId};
use serde_json::json;

/// The signed-in actor says whether they want to see a film; whether that changed anything.
pub fn say(scene: &mut Scene, title: &TitleId, wanted: bool) -> Result<bool> {
    views::film(scene.tx, title)?;
    let changed = if wanted {
        titles::want_to_see::add(scene.tx, &scene.act, title)?
    } else {
        titles::want_to_see::remove(scene.tx, &scene.act, title)?
    };
    if changed {
        let body = json!({ "wanted": wanted });
        log::append(scene.tx, &mut scene.act, &PlaceId::house(), Kind::WantToSee, Some(title), title, body)?;
    }
    Ok(changed)
}
