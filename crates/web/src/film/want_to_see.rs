//! Wanting to see a film, and no longer.

use super::address;
use crate::answer::{Answer, SeeOther, Wrong};
use crate::form::Form;
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use events::{Kind, log};
use flows::{House, Scene};
use kernel::{PlaceId, Result, TitleId};
use serde_json::json;
use titles::want_to_see;

pub async fn change(visit: Visit, _: Consumer, Path(slug): Path<String>, form: Form) -> Answer<SeeOther> {
    let title = visit.read(move |view| titles::by_slug(view, &slug)).await?;
    let title = title.filter(|title| title.status.is_public()).ok_or_else(Wrong::not_found)?;
    let (id, wanted) = (title.id.clone(), form.text("wanted") != "no");
    visit.write(&House::lane(), move |scene| tell(scene, &id, wanted)).await?;
    Ok(SeeOther::to(address(&title)))
}

fn tell(scene: &mut Scene, title: &TitleId, wanted: bool) -> Result<()> {
    let changed = if wanted {
        want_to_see::add(scene.tx, &scene.act, title)?
    } else {
        want_to_see::remove(scene.tx, &scene.act, title)?
    };
    if !changed {
        return Ok(());
    }
    let (house, body) = (PlaceId::house(), json!({ "wanted": wanted }));
    log::append(scene.tx, &mut scene.act, &house, Kind::WantToSee, Some(title), title, body)
}
