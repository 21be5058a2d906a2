//! A release by city and cinema: what each took, what had been forecast of it, what is to come.

use super::forecast::Expectation;
use super::of_own_release;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use crate::words::Bilingual;
use flows::views::release_places::{self, Basis, Here, InCity};
use kernel::{Currency, Day, Money, TitleId};
use serde::Serialize;
use utoipa::ToSchema;

/// A release by city.
#[derive(Serialize, ToSchema)]
pub struct ForecastByPlace {
    /// The newest day that is over; what was taken and sold is of it.
    as_of: String,
    /// The one that took most first.
    cities: Vec<CityForecast>,
}

/// A city and its cinemas.
#[derive(Serialize, ToSchema)]
pub struct CityForecast {
    city: String,
    /// Degrees east and north.
    longitude: f64,
    latitude: f64,
    #[serde(flatten)]
    here: PlaceForecast,
    cinemas: Vec<CinemaForecast>,
}

/// A cinema of a city.
#[derive(Serialize, ToSchema)]
pub struct CinemaForecast {
    place: String,
    #[serde(flatten)]
    here: PlaceForecast,
}

/// What a place took, and what is to come. Amounts are at real proportions, counts as they are.
#[derive(Serialize, ToSchema)]
pub struct PlaceForecast {
    name: Bilingual,
    taken: Amount,
    admissions: i64,
    showings: i64,
    seats: i64,
    /// What the newest day was expected to take the evening before.
    expected: Option<Expectation>,
    next_day: Option<Expectation>,
    total: Option<Expectation>,
    /// `own` days, `pooled` to the level above, or `none`.
    basis: String,
    /// What the basis is, or why there is no forecast.
    because: Bilingual,
}

impl PlaceForecast {
    fn of(here: &Here, day: Day, currency: Currency) -> PlaceForecast {
        let told = here.told.as_ref();
        let (basis, because) = match told {
            Ok((_, basis @ Basis::Own { .. })) => ("own", basis.words()),
            Ok((_, basis @ Basis::Pooled { .. })) => ("pooled", basis.words()),
            Err(refusal) => ("none", refusal.say.clone()),
        };
        let told = told.ok().map(|(told, _)| told);
        let expectation = |expected| Expectation::of(expected, currency);
        PlaceForecast {
            name: here.name.clone().into(),
            taken: Money::new(here.took(day), currency).into(),
            admissions: here.admissions,
            showings: here.showings,
            seats: here.seats,
            expected: here.expected.map(expectation),
            next_day: told.and_then(|told| told.days.first()).map(|ahead| expectation(ahead.expected)),
            total: told.map(|told| expectation(told.total)),
            basis: basis.into(),
            because: because.into(),
        }
    }
}

fn city(one: &InCity, day: Day, currency: Currency) -> CityForecast {
    let cinema = |one: &release_places::InCinema| CinemaForecast {
        place: one.place.0.clone(),
        here: PlaceForecast::of(&one.here, day, currency),
    };
    CityForecast {
        city: one.city.code.clone(),
        longitude: one.city.longitude,
        latitude: one.city.latitude,
        here: PlaceForecast::of(&one.here, day, currency),
        cinemas: one.cinemas.iter().map(cinema).collect(),
    }
}

pub async fn show(
    call: Call,
    team: ReleaseTeam,
    At((title,)): At<(TitleId,)>,
) -> Answer<Found<ForecastByPlace>> {
    let title = of_own_release(&call, &team, title).await?;
    let (house, now) = (call.house.clone(), call.now);
    let (outlook, cities) =
        call.read(move |view| release_places::foretold(&house, view, &title, now)).await??;
    let (day, currency) = (outlook.newest.as_of, outlook.currency());
    let cities = cities.iter().map(|one| city(one, day, currency)).collect();
    Ok(Found(ForecastByPlace { as_of: day.to_string(), cities }))
}
