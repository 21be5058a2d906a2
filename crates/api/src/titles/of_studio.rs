//! A studio's slate, whatever its titles' status.

use super::Title;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, StudioStaff};
use kernel::OrgId;

pub async fn list(
    call: Call,
    staff: StudioStaff,
    At((studio,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Title>> {
    staff.check(&studio)?;
    let slate = call.read(move |view| ::titles::of_studio(view, &studio)).await?;
    Ok(paging.page(slate, |title| title.id.0.clone(), Title::from)?)
}
