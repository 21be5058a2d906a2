//! A film's line: how it stands, and joining it. Looking while there is one needs no session and reads nothing from the
//! database.

use super::public;
use crate::answer::{Answer, Found, Made};
use crate::at::At;
use crate::call::{Call, Consumer};
use crate::openapi::{Describe, Operation};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use box_office::line::Standing;
use box_office::on_sales::{self, OnSale};
use flows::wait_in_line::{self as waiting, EARLY_MINUTES};
use kernel::{Instant, TitleId};
use serde::Serialize;
use serde_json::json;
use std::convert::Infallible;
use utoipa::ToSchema;

const HEADER: &str = "ferryman-place";
/// Between two looks of whoever waits, in seconds.
const ASK_SECONDS: (i64, i64) = (2, 20);

/// How a line stands, and whoever showed a place in it.
#[derive(Default, Serialize, ToSchema)]
pub struct Line {
    /// From when on people may join.
    forms_at: Option<String>,
    opens_at: Option<String>,
    /// From then on everybody may buy.
    closes_at: Option<String>,
    /// How many wait; before the doors open, how many have joined.
    waiting: i64,
    /// `over` where nobody needs to wait, `none` without a place in this line, else `early`, `waiting`, `turn` or `missed`.
    state: String,
    /// From 0; known once the doors are open.
    position: Option<i64>,
    /// How many come before, while it is `waiting`.
    ahead: Option<i64>,
    /// When the turn comes at the present pace; nothing while nobody is let in.
    turn_at: Option<String>,
    /// When the turn ends.
    until: Option<String>,
    /// When to look again at the earliest, in seconds.
    ask_again_seconds: i64,
}

/// A place that was just taken.
#[derive(Serialize, ToSchema)]
pub struct Joined {
    /// Signed, for the caller alone: shown as `Ferryman-Place` when looking, and when seats are held.
    place: String,
    line: Line,
}

/// `Ferryman-Place`: the signed place of whoever asks.
pub struct Shown(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Shown {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Shown, Infallible> {
        let sent = parts.headers.get(HEADER).and_then(|value| value.to_str().ok());
        Ok(Shown(sent.map(str::to_owned)))
    }
}

impl Describe for Shown {
    fn describe(operation: &mut Operation) {
        operation.parameter(json!({
            "name": "Ferryman-Place",
            "in": "header",
            "required": false,
            "description": "The place that joining answered with.",
            "schema": { "type": "string" },
        }));
    }
}

pub async fn show(call: Call, At((title,)): At<(TitleId,)>, Shown(place): Shown) -> Answer<Found<Line>> {
    if let Some(line) = line(&call, &title, place.as_deref()) {
        return Ok(Found(line));
    }
    public(&call, title).await?;
    Ok(Found(Line {
        state: Standing::Over.code().into(),
        ask_again_seconds: ASK_SECONDS.1,
        ..Line::default()
    }))
}

pub async fn join(call: Call, _: Consumer, At((title,)): At<(TitleId,)>) -> Answer<Made<Joined>> {
    let place = waiting::join(&call.house, &call.actor, &title).await?;
    let line = line(&call, &title, Some(&place)).ok_or_else(on_sales::none)?;
    Ok(Made(Joined { place, line }))
}

fn line(call: &Call, title: &TitleId, place: Option<&str>) -> Option<Line> {
    let sale = call.house.lines().of(title, call.now)?;
    let standing = place.and_then(|place| waiting::standing(&call.house, title, place, call.now));
    let position = place.and_then(|place| waiting::position(&call.house, &sale, place));
    let (mut ahead, mut turn_at, mut until) = (None, None, None);
    match standing {
        Some(Standing::Waiting { ahead: before, turn }) => (ahead, turn_at) = (Some(before), turn),
        Some(Standing::Turn { until: end }) => until = Some(end),
        _ => {}
    }
    Some(Line {
        forms_at: Some(sale.line.opens_at.plus_minutes(-EARLY_MINUTES).rfc3339()),
        opens_at: Some(sale.line.opens_at.rfc3339()),
        closes_at: Some(sale.line.closes_at.rfc3339()),
        waiting: (sale.next_position - sale.line.gate.passed(call.now)).max(0),
        state: standing.map_or("none", Standing::code).into(),
        position,
        ahead,
        turn_at: turn_at.map(Instant::rfc3339),
        until: until.map(Instant::rfc3339),
        ask_again_seconds: ask_again(&sale, turn_at, call.now),
    })
}

/// Half of the time until something changes, within limits.
fn ask_again(sale: &OnSale, turn: Option<Instant>, now: Instant) -> i64 {
    let next = if now < sale.line.opens_at { Some(sale.line.opens_at) } else { turn };
    let (least, most) = ASK_SECONDS;
    next.map_or(most, |next| (now.seconds_until(next) / 2).clamp(least, most))
}
