//! A cinema's plans of showings: made, read, taken, undone. `flows/plan_showings.rs` says what each does.

use crate::answer::{Answer, Found, Made};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, CinemaStaff};
use crate::money::Amount;
use crate::read;
use crate::words::Bilingual;
use box_office::{cinemas, plans, planning};
use flows::plan_showings as story;
use flows::views::showings_plan as views;
use kernel::{Error, Lang, PlaceId, PlanId, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which days to plan.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The first day, from tomorrow on; the plan goes on to the end of its week of films.
    #[schema(example = "2016-12-30")]
    from: String,
}

/// A plan of showings.
#[derive(Serialize, ToSchema)]
pub struct Plan {
    id: String,
    first_day: String,
    last_day: String,
    /// `made`, `taken` or `undone`.
    state: &'static str,
    /// `admissions` or `profit`.
    goal: &'static str,
    /// Admissions, or minor units of profit.
    expected: f64,
    /// No plan under the same rules is expected to bring more.
    bound: f64,
    /// What was scheduled when the plan was made is expected to bring.
    scheduled_expected: f64,
    because: Vec<Bilingual>,
    showings: Vec<Showing>,
}

/// A showing of a plan.
#[derive(Serialize, ToSchema)]
pub struct Showing {
    title: String,
    hall: String,
    day: String,
    starts_at: String,
    price: Amount,
    expected_admissions: f64,
    /// Nine of ten such showings sell between these.
    low: f64,
    high: f64,
    /// Seats of it are sold or held already; it is not moved.
    stands: bool,
}

/// What taking a plan did.
#[derive(Serialize, ToSchema)]
pub struct Taken {
    added: usize,
    closed: usize,
    stayed: usize,
}

/// That a plan is undone.
#[derive(Serialize, ToSchema)]
pub struct Undone {
    state: &'static str,
}

impl Plan {
    fn of(plan: &plans::Plan) -> Result<Plan> {
        let made = story::read(plan)?;
        Ok(Plan {
            id: plan.id.0.clone(),
            first_day: plan.first.to_string(),
            last_day: plan.last.to_string(),
            state: plan.state.code(),
            goal: match made.goal {
                planning::Goal::Admissions => "admissions",
                planning::Goal::Profit => "profit",
            },
            expected: made.expected,
            bound: made.bound,
            scheduled_expected: made.scheduled_expected,
            because: made.because.into_iter().map(Bilingual::from).collect(),
            showings: made.showings.into_iter().map(Showing::from).collect(),
        })
    }
}

impl From<story::Chosen> for Showing {
    fn from(one: story::Chosen) -> Showing {
        Showing {
            title: one.title.0,
            hall: one.hall.0,
            day: one.day.to_string(),
            starts_at: one.starts_at.rfc3339(),
            price: one.price.into(),
            expected_admissions: one.expected,
            low: one.low,
            high: one.high,
            stands: one.stands,
        }
    }
}

async fn cinema(call: &Call, staff: &CinemaStaff, place: PlaceId) -> Result<box_office::Cinema> {
    let cinema = call.read(move |view| cinemas::any(view, &place)).await?;
    staff.check(&cinema.org)?;
    Ok(cinema)
}

pub async fn make(
    call: Call,
    staff: CinemaStaff,
    At((place,)): At<(PlaceId,)>,
    Body(asked): Body<Asked>,
) -> Answer<Made<Plan>> {
    let cinema = cinema(&call, &staff, place).await?;
    let from = read::day("from", &asked.from)?;
    let (of, now) = (cinema.clone(), call.now);
    let question = call.read(move |view| views::question(view, &of, from, now, Lang::En)).await?;
    let of = cinema.clone();
    let done = tokio::task::spawn_blocking(move || story::think(&of, &question)).await;
    let (made, days) = done.map_err(|_| Error::fault("planning stopped"))??;
    let lane = cinema.place.clone();
    let kept = call.write(&lane, move |scene| {
        let id = story::keep(scene, &cinema, days, &made)?;
        Plan::of(&plans::any(scene.tx, &cinema.place, &id)?)
    });
    Ok(Made(kept.await?))
}

pub async fn show(
    call: Call,
    staff: CinemaStaff,
    At((place, plan)): At<(PlaceId, PlanId)>,
) -> Answer<Found<Plan>> {
    cinema(&call, &staff, place.clone()).await?;
    let plan = call.read(move |view| Plan::of(&plans::any(view, &place, &plan)?)).await?;
    Ok(Found(plan))
}

pub async fn take(
    call: Call,
    staff: CinemaStaff,
    At((place, plan)): At<(PlaceId, PlanId)>,
) -> Answer<Found<Taken>> {
    let cinema = cinema(&call, &staff, place.clone()).await?;
    let taken = call.write(&place, move |scene| story::take(scene, &cinema, &plan)).await?;
    Ok(Found(Taken { added: taken.added, closed: taken.closed, stayed: taken.stayed }))
}

pub async fn undo(
    call: Call,
    staff: CinemaStaff,
    At((place, plan)): At<(PlaceId, PlanId)>,
) -> Answer<Found<Undone>> {
    let cinema = cinema(&call, &staff, place.clone()).await?;
    call.write(&place, move |scene| story::undo(scene, &cinema, &plan)).await?;
    Ok(Found(Undone { state: plans::State::Undone.code() }))
}
