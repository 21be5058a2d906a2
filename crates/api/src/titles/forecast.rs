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
use demand::calendar::Calendar;
use demand::in_release::{self, Expected, Model, Observed, Range};
use flows::views::takings;
use kernel::{Currency, Instant, Kind, Money, Refusal, Result, TitleId, Zone};
use serde::Serialize;
use std::sync::LazyLock;
use utoipa::ToSchema;

static MODEL: LazyLock<Model> = LazyLock::new(Model::shipped);
static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::mainland_china);
/// How many real tickets one of ours stands for.
const SCALE_SETTING: &str = "one_stands_for";

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

impl From<Range> for Span {
    fn from(range: Range) -> Span {
        Span { low: Money::fen(range.low).into(), high: Money::fen(range.high).into() }
    }
}

impl From<Expected> for Expectation {
    fn from(expected: Expected) -> Expectation {
        Expectation {
            amount: Money::fen(expected.amount).into(),
            half: expected.half.into(),
            wide: expected.wide.into(),
        }
    }
}

pub async fn show(call: Call, team: ReleaseTeam, At((title,)): At<(TitleId,)>) -> Answer<Found<Forecast>> {
    let title = of_own_release(&call, &team, title).await?;
    let now = call.now;
    Ok(Found(call.read(move |view| forecast(view, &title, now)).await?))
}

fn forecast(view: &db::View, title: &::titles::Title, now: Instant) -> Result<Forecast> {
    let release = title.premiere.ok_or_else(no_premiere)?;
    let scale = scale(view)?;
    let today = now.day_in(&Zone::shanghai());
    let known = takings::by_day(view, &title.id)?.into_iter().filter(|one| one.day < today);
    let observed =
        known.map(|one| Observed::amount(one.day, (one.base_minor as f64 * scale).round() as i64));
    let measure = in_release::Measure::Gross(Currency::CNY);
    let film = in_release::Film::of(release, measure, observed.collect());
    let told = MODEL.forecast(&film, &CALENDAR)?;
    Ok(Forecast {
        as_of: told.as_of.to_string(),
        one_stands_for: scale,
        so_far: Money::fen(told.so_far).into(),
        days: told
            .days
            .into_iter()
            .map(|ahead| DayAhead { day: ahead.day.to_string(), expected: ahead.expected.into() })
            .collect(),
        total: told.total.into(),
        because: told.because.into_iter().map(Bilingual::from).collect(),
    })
}

/// As the settings have it; one when they say nothing that makes sense.
fn scale(view: &db::View) -> Result<f64> {
    let text = people::settings::get(view, SCALE_SETTING)?;
    let number = text.and_then(|text| text.trim().parse::<f64>().ok());
    Ok(number.filter(|number| number.is_finite() && *number > 0.0).unwrap_or(1.0))
}

fn no_premiere() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "no_premiere",
        "The film has no premiere day yet, so there is nothing to forecast from.",
        "影片还没有首映日期，无法预测。",
    )
}
