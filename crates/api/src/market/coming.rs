//! What opens next: our slate, and what imported calendars announce of other houses' films.

use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::Call;
use crate::words::Bilingual;
use flows::views::release_calendar::{self, Coming};
use serde::Serialize;
use utoipa::ToSchema;

/// A film that opens today or later.
#[derive(Serialize, ToSchema)]
pub struct ComingFilm {
    id: String,
    release: String,
    name: Bilingual,
    genres: Vec<String>,
    distributor: Option<String>,
    /// The title, when it is of this installation.
    title: Option<String>,
    /// When a calendar first said so, when it is another house's.
    announced_at: Option<String>,
}

impl From<&Coming> for ComingFilm {
    fn from(coming: &Coming) -> ComingFilm {
        ComingFilm {
            id: coming.id.clone(),
            release: coming.release.to_string(),
            name: coming.name.clone().into(),
            genres: coming.genres.clone(),
            distributor: coming.distributor.clone(),
            title: coming.ours.as_ref().map(|title| title.0.clone()),
            announced_at: coming.since.map(|at| at.rfc3339()),
        }
    }
}

pub async fn list(call: Call, Asked(paging): Asked<Paging>) -> Answer<Page<ComingFilm>> {
    let now = call.now;
    let coming = call.read(move |view| release_calendar::coming(view, now)).await?;
    Ok(paging.page(coming, |one| one.id.clone(), |one| (&one).into())?)
}
