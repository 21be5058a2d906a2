//! What a film took, day by day over all cinemas.

use super::of_own_release;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use flows::views::takings::{self, FilmDay};
use kernel::{Currency, Money, TitleId};
use serde::Serialize;
use utoipa::ToSchema;

/// A film's business day over all cinemas.
#[derive(Serialize, ToSchema)]
pub struct DayTakings {
    day: String,
    showings: i64,
    seats: i64,
    admissions: i64,
    /// What consumers paid, and what was paid for them.
    gross: Amount,
    /// The split base: gross without service fees.
    base: Amount,
    /// Showings of all films that day.
    all_showings: i64,
    /// Gross of all films that day.
    all_gross: Amount,
}

impl DayTakings {
    fn of(day: FilmDay, currency: Currency) -> DayTakings {
        let amount = |minor| Amount::from(Money::new(minor, currency));
        DayTakings {
            day: day.day.to_string(),
            showings: day.showings,
            seats: day.seats,
            admissions: day.admissions,
            gross: amount(day.gross_minor),
            base: amount(day.base_minor),
            all_showings: day.all_showings,
            all_gross: amount(day.all_gross_minor),
        }
    }
}

pub async fn list(
    call: Call,
    team: ReleaseTeam,
    At((title,)): At<(TitleId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<DayTakings>> {
    let title = of_own_release(&call, &team, title).await?.id;
    let currency = call.house.home().currency;
    let days = call.read(move |view| takings::by_day(view, &title)).await?;
    Ok(paging.page(days, |day| day.day.to_string(), |day| DayTakings::of(day, currency))?)
}
