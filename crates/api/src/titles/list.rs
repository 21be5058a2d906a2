//! The films that consumers may see, with what is on sale of each.

use super::Title;
use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::Call;
use crate::money::Amount;
use flows::views::showing;
use serde::Serialize;
use utoipa::ToSchema;

/// A film with what is on sale of it.
#[derive(Serialize, ToSchema)]
pub struct Film {
    title: Title,
    /// Showings that still sell.
    showings: i64,
    cinemas: i64,
    /// What the cheapest seat costs, service fee included.
    from: Option<Amount>,
    /// How many people want to see it.
    wanted: i64,
}

impl From<showing::Film> for Film {
    fn from(film: showing::Film) -> Film {
        Film {
            title: film.title.into(),
            showings: film.showings,
            cinemas: film.cinemas,
            from: film.from.map(Amount::from),
            wanted: film.wanted,
        }
    }
}

pub async fn list(call: Call, Asked(paging): Asked<Paging>) -> Answer<Page<Film>> {
    let now = call.now;
    let films = call.read(move |view| showing::films(view, now)).await?;
    Ok(paging.page(films, |film| film.title.id.0.clone(), Film::from)?)
}
