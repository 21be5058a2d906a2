//! The showings of a film on a day in a city that have not begun.

use super::public;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::Call;
use crate::money::Amount;
use crate::read;
use crate::showtimes::Showtime;
use crate::words::Bilingual;
use flows::views::showing;
use kernel::{Result, TitleId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which showings.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The business day, `2016-12-23`.
    day: String,
    /// The city's code.
    city: String,
    /// How many items, 1 to 100; 50 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A showing with where it is and how full.
#[derive(Serialize, ToSchema)]
pub struct Showing {
    showtime: Showtime,
    cinema: Bilingual,
    address: Bilingual,
    hall: Bilingual,
    /// Seats that are neither held nor sold.
    free: i64,
    /// What a seat costs, service fee included.
    price: Amount,
}

impl Showing {
    fn new(showing: &showing::Showing) -> Result<Showing> {
        Ok(Showing {
            showtime: (&showing.showtime).into(),
            cinema: (&showing.cinema.name).into(),
            address: (&showing.cinema.address).into(),
            hall: (&showing.hall).into(),
            free: showing.free(),
            price: showing.price()?.into(),
        })
    }
}

pub async fn list(
    call: Call,
    At((title,)): At<(TitleId,)>,
    Asked(asked): Asked<When>,
) -> Answer<Page<Showing>> {
    let (title, now) = (public(&call, title).await?.id, call.now);
    let (day, city) = (read::day("day", &asked.day)?, asked.city);
    let found = call.read(move |view| {
        let showings = showing::of_day(view, &title, day, &city, now)?;
        showings.iter().map(Showing::new).collect::<Result<Vec<_>>>()
    });
    let paging = Paging { limit: asked.limit, after: asked.after };
    Ok(paging.page(found.await?, |one| one.showtime.id.clone(), |one| one)?)
}
