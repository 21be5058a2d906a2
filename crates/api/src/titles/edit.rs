//! Changing a title that still is as the editor saw it.

use super::{Title, TitleDraft, of_own_studio};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, StudioStaff};
use crate::read;
use events::{Kind, log};
use kernel::{PlaceId, TitleId};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// A title as it shall be, and as it was when the editor saw it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TitleEdit {
    /// The title's `updated_at` when it was read.
    seen_at: String,
    title: TitleDraft,
}

pub async fn edit(
    call: Call,
    staff: StudioStaff,
    At((id,)): At<(TitleId,)>,
    Body(asked): Body<TitleEdit>,
) -> Answer<Found<Title>> {
    of_own_studio(&call, &staff, id.clone()).await?;
    let (draft, seen) = (asked.title.read()?, read::moment("seen_at", &asked.seen_at)?);
    let edited = call.write_in_house(move |scene| {
        let title = ::titles::edit(scene.tx, &scene.act, &id, seen, &draft)?;
        let body = json!({ "status": title.status.code() });
        log::append(scene.tx, &mut scene.act, &PlaceId::house(), Kind::TitleChanged, Some(&id), &id, body)?;
        Ok(title)
    });
    Ok(Found(edited.await?.into()))
}
