//! Plans of showings that were made for a cinema: made, then perhaps taken, then perhaps undone.
//!
//! What a plan holds is written by whoever made it; here it is a text. What taking it did to the showtimes is
//! noted beside it, so that it can be undone.

use db::{FromRow, Row, Tx, View};
use kernel::{Act, Day, Instant, PlaceId, PlanId, Refusal, Result, ShowtimeId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Made,
    Taken,
    Undone,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Made => "made",
            State::Taken => "taken",
            State::Undone => "undone",
        }
    }

    fn parse(code: &str) -> State {
        match code {
            "taken" => State::Taken,
            "undone" => State::Undone,
            _ => State::Made,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub place: PlaceId,
    pub id: PlanId,
    pub first: Day,
    pub last: Day,
    pub state: State,
    pub made_at: Instant,
    /// JSON.
    pub body: String,
}

impl FromRow for Plan {
    fn from_row(row: &mut Row) -> Result<Plan> {
        let (place, id, first, last) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let state = State::parse(&row.next::<String>()?);
        Ok(Plan { place, id, first, last, state, made_at: row.next()?, body: row.next()? })
    }
}

/// What taking a plan did to a showtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    Added,
    Closed,
}

/// Writes a plan down.
pub fn add(tx: &Tx, act: &mut Act, place: &PlaceId, (first, last): (Day, Day), body: &str) -> Result<PlanId> {
    let id: PlanId = act.id();
    tx.run(
        "insert into showings_plan (place_id, id, first_day, last_day, state, made_at, made_by, body)
         values ($1, $2, $3, $4, 'made', $5, $6, $7)",
        &[place, &id, &first, &last, &act.at, &act.actor.code(), &body],
    )?;
    Ok(id)
}

/// A cinema's plans, the newest first.
pub fn latest(view: &View, place: &PlaceId, limit: i64) -> Result<Vec<Plan>> {
    view.all(
        "select place_id, id, first_day, last_day, state, made_at, body
         from showings_plan
         where place_id = $1
         order by made_at desc, id desc
         limit $2",
        &[place, &limit],
    )
}

pub fn any(view: &View, place: &PlaceId, id: &PlanId) -> Result<Plan> {
    let found = view.maybe(
        "select place_id, id, first_day, last_day, state, made_at, body
         from showings_plan
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("plan", "排片方案").into())
}

/// The newest plan that ends on this day or later and begins on that day at the latest.
pub fn newest(view: &View, place: &PlaceId, first: Day, last: Day) -> Result<Option<Plan>> {
    view.maybe(
        "select place_id, id, first_day, last_day, state, made_at, body
         from showings_plan
         where place_id = $1 and last_day >= $2 and first_day <= $3
         order by made_at desc, id desc
         limit 1",
        &[place, &first, &last],
    )
}

/// Goes from one state to another; whether it was in the first.
pub fn turn(tx: &Tx, place: &PlaceId, id: &PlanId, from: State, to: State) -> Result<bool> {
    let turned = tx.run(
        "update showings_plan set state = $3 where place_id = $1 and id = $2 and state = $4",
        &[place, id, &to.code(), &from.code()],
    )?;
    Ok(turned == 1)
}

/// Notes what taking a plan did to a showtime.
pub fn note(tx: &Tx, place: &PlaceId, id: &PlanId, showtime: &ShowtimeId, did: Did) -> Result<()> {
    let did = match did {
        Did::Added => "added",
        Did::Closed => "closed",
    };
    tx.run(
        "insert into showings_plan_change (place_id, plan_id, showtime_id, did) values ($1, $2, $3, $4)",
        &[place, id, showtime, &did],
    )?;
    Ok(())
}

/// What taking a plan did, in the order of the showtimes' ids.
pub fn changes(view: &View, place: &PlaceId, id: &PlanId) -> Result<Vec<(ShowtimeId, Did)>> {
    let found: Vec<(ShowtimeId, String)> = view.all(
        "select showtime_id, did
         from showings_plan_change
         where place_id = $1 and plan_id = $2
         order by showtime_id",
        &[place, id],
    )?;
    let did = |code: &str| if code == "added" { Did::Added } else { Did::Closed };
    Ok(found.into_iter().map(|(showtime, code)| (showtime, did(&code))).collect())
}
