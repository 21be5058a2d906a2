//! Putting a title on a studio's slate.

use super::{Title, TitleDraft};
use crate::answer::{Answer, Made};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, StudioStaff};
use events::{Kind, log};
use kernel::{OrgId, PlaceId};
use people::orgs;
use serde_json::json;

pub async fn create(
    call: Call,
    staff: StudioStaff,
    At((studio,)): At<(OrgId,)>,
    Body(asked): Body<TitleDraft>,
) -> Answer<Made<Title>> {
    staff.check(&studio)?;
    let draft = asked.read()?;
    let made = call.write_in_house(move |scene| {
        crate::orgs::of_kind(scene.tx, &studio, orgs::OrgKind::Studio)?;
        let title = ::titles::add(scene.tx, &mut scene.act, &studio, &draft)?;
        let body = json!({ "status": title.status.code() });
        log::append(
            scene.tx,
            &mut scene.act,
            &PlaceId::house(),
            Kind::TitleChanged,
            Some(&title.id),
            &title.id,
            body,
        )?;
        Ok(title)
    });
    Ok(Made(made.await?.into()))
}
