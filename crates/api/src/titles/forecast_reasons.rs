//! Why a forecast says what it says: what moved it since yesterday, which films began alike, what the calendar does.

use super::of_own_release;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use crate::words::Bilingual;
use flows::views::outlook::{self, Outlook};
use kernel::{Money, TitleId};
use serde::Serialize;
use utoipa::ToSchema;

/// The reasons of a forecast.
#[derive(Serialize, ToSchema)]
pub struct ForecastReasons {
    as_of: String,
    /// `shipped`, or `learned` with its instant.
    model: String,
    because: Vec<Bilingual>,
    /// Nothing when the evening before had no forecast.
    moved: Option<Movement>,
    /// The most alike first; empty where the model knows a film by its own days alone.
    comparable_films: Vec<ComparableFilm>,
    calendar: Vec<CalendarDay>,
}

/// From yesterday's forecast of the run to today's.
#[derive(Serialize, ToSchema)]
pub struct Movement {
    /// The evening that is compared with.
    since: String,
    before: Amount,
    now: Amount,
    /// What the newest day took, and what was expected of it.
    taken: Amount,
    expected: Amount,
    /// They add up to the difference.
    causes: Vec<MovementCause>,
}

/// One cause of a movement.
#[derive(Serialize, ToSchema)]
pub struct MovementCause {
    /// `model`, `newest_day`, `level`, `pace`, `own_days`, `screens`, `rivals`, `calendar` or `errors`.
    cause: String,
    words: Bilingual,
    amount: Amount,
}

/// A released film that began alike.
#[derive(Serialize, ToSchema)]
pub struct ComparableFilm {
    name: String,
    release: String,
    /// What it took in the four weeks after this age, in parts per million of what it had taken by then.
    kept_ppm: i64,
}

/// What weekday and holiday do to a day to come.
#[derive(Serialize, ToSchema)]
pub struct CalendarDay {
    day: String,
    occasion: Option<Bilingual>,
    /// Against a plain Wednesday, in parts per million.
    effect_ppm: i64,
}

impl From<&Outlook> for ForecastReasons {
    fn from(outlook: &Outlook) -> ForecastReasons {
        let amount = |minor| Amount::from(Money::new(minor, outlook.currency()));
        let moved = outlook.moved.as_ref().ok().map(|moved| Movement {
            since: moved.since.to_string(),
            before: amount(moved.before),
            now: amount(moved.now),
            taken: amount(moved.taken),
            expected: amount(moved.expected),
            causes: moved
                .steps
                .iter()
                .map(|step| MovementCause {
                    cause: step.cause.code().into(),
                    words: step.cause.words().into(),
                    amount: amount(step.minor),
                })
                .collect(),
        });
        let ppm = |part: f64| (part * 1e6).round() as i64;
        let films = outlook.alike.iter().map(|film| ComparableFilm {
            name: film.name.clone(),
            release: film.release.to_string(),
            kept_ppm: ppm(film.kept),
        });
        let days = outlook.effects.iter().map(|effect| CalendarDay {
            day: effect.day.to_string(),
            occasion: effect.occasion.clone().map(Bilingual::from),
            effect_ppm: ppm(effect.ln.exp() - 1.0),
        });
        ForecastReasons {
            as_of: outlook.newest.as_of.to_string(),
            model: outlook.model.clone(),
            because: outlook.newest.because.iter().cloned().map(Bilingual::from).collect(),
            moved,
            comparable_films: films.collect(),
            calendar: days.collect(),
        }
    }
}

pub async fn show(
    call: Call,
    team: ReleaseTeam,
    At((title,)): At<(TitleId,)>,
) -> Answer<Found<ForecastReasons>> {
    let title = of_own_release(&call, &team, title).await?;
    let (house, now) = (call.house.clone(), call.now);
    let outlook = call.read(move |view| outlook::read(&house, view, &title, now)).await??;
    Ok(Found(outlook.as_ref().into()))
}
