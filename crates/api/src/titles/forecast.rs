//! What a film will still take, from the days that are over.
//!
//! The model was learned from box office without service fees, at real proportions; an installation
//! whose tickets stand for several real ones says so in its settings.

use super::of_own_release;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use crate::words::Bilingual;
use demand::in_release::{self, Expected, Range};
use flows::views::{market_series, outlook};
use flows::{House, learn_market::Foresight};
use kernel::{Currency, Instant, Money, Result, TitleId};
use serde::Serialize;
use utoipa::ToSchema;

/// What a release will still take.
#[derive(Serialize, ToSchema)]
pub struct Forecast {
    /// The newest day that was known.
    as_of: String,
    /// How many real tickets one of this installation's stands for; every amount here is multiplied by it.
    one_stands_for: f64,
    so_far: Amount,
    days: Vec<DayAhead>,
    /// The whole run.
    total: Expectation,
    /// Why, in sentences.
    because: Vec<Bilingual>,
}

/// One day to come.
#[derive(Serialize, ToSchema)]
pub struct DayAhead {
    day: String,
    expected: Expectation,
}

/// An amount to come, with the ranges that held one in two and nine in ten films.
#[derive(Serialize, ToSchema)]
pub struct Expectation {
    amount: Amount,
    half: Span,
    wide: Span,
}

/// From a low to a high amount.
#[derive(Serialize, ToSchema)]
pub struct Span {
    low: Amount,
    high: Amount,
}

impl Span {
    fn of(range: Range, currency: Currency) -> Span {
        let amount = |minor| Money::new(minor, currency).into();
        Span { low: amount(range.low), high: amount(range.high) }
    }
}

impl Expectation {
    /// Of the film's own sales.
    pub fn of(expected: Expected, currency: Currency) -> Expectation {
        Expectation {
            amount: Money::new(expected.amount, currency).into(),
            half: Span::of(expected.half, currency),
            wide: Span::of(expected.wide, currency),
        }
    }
}

impl DayAhead {
    pub fn of(ahead: in_release::DayAhead, currency: Currency) -> DayAhead {
        DayAhead { day: ahead.day.to_string(), expected: Expectation::of(ahead.expected, currency) }
    }
}

pub async fn show(call: Call, team: ReleaseTeam, At((title,)): At<(TitleId,)>) -> Answer<Found<Forecast>> {
    let title = of_own_release(&call, &team, title).await?;
    let now = call.now;
    let house = call.house.clone();
    Ok(Found(call.read(move |view| forecast(&house, view, &title, now)).await?))
}

fn forecast(house: &House, view: &db::View, title: &::titles::Title, now: Instant) -> Result<Forecast> {
    let film = outlook::film(view, title, now)??;
    let home = people::home::of(view)?;
    let currency = home.currency;
    let told = Foresight::of_home(house, view)?.forecast(&film, now.day_in(&home.zone))?;
    Ok(Forecast {
        as_of: told.as_of.to_string(),
        one_stands_for: market_series::one_stands_for(view)?,
        so_far: Money::new(told.so_far, currency).into(),
        days: told.days.into_iter().map(|ahead| DayAhead::of(ahead, currency)).collect(),
        total: Expectation::of(told.total, currency),
        because: told.because.into_iter().map(Bilingual::from).collect(),
    })
}
