//! Wanting to see a film, and no longer.

use super::address;
use crate::answer::{Answer, SeeOther, Wrong};
use crate::form::Form;
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use flows::{House, want_to_see};

pub async fn change(visit: Visit, _: Consumer, Path(slug): Path<String>, form: Form) -> Answer<SeeOther> {
    let title = visit.read(move |view| titles::by_slug(view, &slug)).await?;
    let title = title.filter(|title| title.status.is_public()).ok_or_else(Wrong::not_found)?;
    let (id, wanted) = (title.id.clone(), form.text("wanted") != "no");
    visit.write(&House::lane(), move |scene| want_to_see::say(scene, &id, wanted)).await?;
    Ok(SeeOther::to(address(&title)))
}
