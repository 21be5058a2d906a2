//! A cinema's plans of showings: the rules they go by; making, reading, taking and undoing one.

pub mod changes;
pub mod list;
pub mod make;
pub mod rules;
pub mod show;
pub mod take;
pub mod undo;

use crate::money::Amount;
use crate::words::Bilingual;
use box_office::plans;
use flows::plan_showings::{self, Chosen};
use kernel::Result;
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
    /// How much more it is expected to bring than what was scheduled; null when too little was.
    gain: Option<PlanGain>,
    because: Vec<Bilingual>,
    showings: Vec<Showing>,
}

/// How much more one schedule brings than another, in parts per million.
#[derive(Serialize, ToSchema)]
pub struct PlanGain {
    ppm: i64,
    /// Nine times in ten it lies between this and the next.
    low_ppm: i64,
    high_ppm: i64,
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
    /// Nine of ten such showings sell between this and the next.
    low: f64,
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
            gain: made.gain.map(|gain| PlanGain {
                ppm: ppm(gain.part),
                low_ppm: ppm(gain.low),
                high_ppm: ppm(gain.high),
            }),
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

fn ppm(part: f64) -> i64 {
    (part * 1e6).round() as i64
}
