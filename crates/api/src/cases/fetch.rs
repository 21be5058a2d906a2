//! Fetching a provider's bill of a day and holding it beside our orders; the same bill again changes nothing.

use crate::answer::{Answer, Found};
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use crate::problem::invalid;
use crate::read;
use ::payments::bills::Taken;
use flows::reconcile;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which bill.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BillWish {
    provider: String,
    /// A day in Beijing.
    day: String,
}

/// What came of a bill.
#[derive(Serialize, ToSchema)]
pub struct ClosedDay {
    /// Whether this bill was taken in before.
    before: bool,
    lines: i64,
    /// Cases that it opened.
    opened: i64,
    /// Cases of earlier bills that it explains.
    found: i64,
}

pub async fn fetch(call: Call, _: OperatorStaff, Body(asked): Body<BillWish>) -> Answer<Found<ClosedDay>> {
    let day = read::day("day", &asked.day)?;
    if !call.house.providers().names().contains(&asked.provider.as_str()) {
        let (en, zh) = ("No provider of this name is configured here.", "没有配置该支付渠道。");
        return Err(invalid("provider", "unknown_provider", en, zh).into());
    }
    let actor = call.actor.clone();
    let closed = call.blocking(move |house| reconcile::day(house, &asked.provider, day, actor)).await?;
    Ok(Found(ClosedDay {
        before: closed.taken == Taken::Before,
        lines: closed.lines as i64,
        opened: closed.opened as i64,
        found: closed.found as i64,
    }))
}
