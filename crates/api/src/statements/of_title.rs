//! Every cinema's statements of a studio's own title.

use super::Statement;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, StudioStaff};
use crate::titles::of_own_studio;
use flows::views::statements;
use kernel::TitleId;

pub async fn list(
    call: Call,
    staff: StudioStaff,
    At((title,)): At<(TitleId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Statement>> {
    let title = of_own_studio(&call, &staff, title).await?.id;
    let found = call.read(move |view| statements::of_title(view, &title)).await?;
    Ok(paging.page(found, |one| one.id.0.clone(), |one| (&one).into())?)
}
