//! A cinema's plans of showings: the rules they go by; making, reading, taking and undoing one.

pub mod changes;
pub mod list;
pub mod make;
pub mod rules;
pub mod show;
pub mod take;
pub mod undo;

use crate::call::{Call, CinemaStaff};
use crate::money::Amount;
use crate::words::Bilingual;
use box_office::{Cinema, cinemas, plans};
use flows::plan_showings::{self, Chosen};
use kernel::{PlaceId, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// A plan of showings for some days of one week of films.
#[derive(Serialize, ToSchema)]
#[schema(as = ShowingsPlan)]
pub struct Plan {
    id: String,
    first: String,
    last: String,
    /// `made`, `taken` or `undone`.
    state: String,
    made_at: String,
    /// What it was made for: `admissions` or `profit`.
    goal: String,
    /// In admissions, or in minor units of profit.
    expected: f64,
    /// No plan by the same rules is expected to bring more.
    bound: f64,
    /// What was scheduled when it was made is expected to bring.
    scheduled_expected: f64,
    because: Vec<Bilingual>,
    showings: Vec<Showing>,
}

/// A showing of a plan.
#[derive(Serialize, ToSchema)]
#[schema(as = PlannedShowing)]
pub struct Showing {
    title: String,
    hall: String,
    day: String,
    starts_at: String,
    seats: i64,
    price: Amount,
    version: String,
    expected_admissions: f64,
    /// Nine of ten such showings sell at least so many.
    low: f64,
    /// Nine of ten such showings sell at most so many.
    high: f64,
    /// Seats of it were sold or held already; it is not moved.
    stands: bool,
}

impl Plan {
    fn of(plan: &plans::Plan) -> Result<Plan> {
        let made = plan_showings::read(plan)?;
        Ok(Plan {
            id: plan.id.0.clone(),
            first: plan.first.to_string(),
            last: plan.last.to_string(),
            state: plan.state.code().into(),
            made_at: plan.made_at.rfc3339(),
            goal: made.goal.code().into(),
            expected: made.expected,
            bound: made.bound,
            scheduled_expected: made.scheduled_expected,
            because: made.because.into_iter().map(Bilingual::from).collect(),
            showings: made.showings.iter().map(Showing::from).collect(),
        })
    }
}

impl From<&Chosen> for Showing {
    fn from(chosen: &Chosen) -> Showing {
        Showing {
            title: chosen.title.0.clone(),
            hall: chosen.hall.0.clone(),
            day: chosen.day.to_string(),
            starts_at: chosen.starts_at.rfc3339(),
            seats: chosen.seats,
            price: chosen.price.into(),
            version: chosen.version.clone(),
            expected_admissions: chosen.expected,
            low: chosen.low,
            high: chosen.high,
            stands: chosen.stands,
        }
    }
}

/// The cinema, for whoever works there.
async fn own(call: &Call, staff: &CinemaStaff, place: &PlaceId) -> Result<Cinema> {
    let place = place.clone();
    let cinema = call.read(move |view| cinemas::any(view, &place)).await?;
    staff.check(&cinema.org)?;
    Ok(cinema)
}
