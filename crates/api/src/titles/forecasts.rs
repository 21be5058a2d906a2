//! The forecasts of a release as they were made, morning by morning.

use super::forecast::Expectation;
use super::of_own_release;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use flows::keep_forecasts::{self, Kept};
use kernel::{Money, TitleId};
use serde::Serialize;
use utoipa::ToSchema;

/// A forecast that was kept; nothing changes it afterwards.
#[derive(Serialize, ToSchema)]
pub struct KeptForecast {
    made_at: String,
    /// The newest day it knew.
    as_of: String,
    /// `shipped`, or `learned` with its instant.
    model: String,
    /// How many real tickets one of this installation's stood for; every amount here is multiplied by it.
    one_stands_for: f64,
    so_far: Amount,
    total: Expectation,
    days: Vec<super::forecast::DayAhead>,
}

impl From<Kept> for KeptForecast {
    fn from(kept: Kept) -> KeptForecast {
        KeptForecast {
            made_at: kept.at.rfc3339(),
            as_of: kept.as_of.to_string(),
            model: kept.model,
            one_stands_for: kept.one_stands_for,
            so_far: Money::fen(kept.so_far).into(),
            total: kept.total.into(),
            days: kept.days.into_iter().map(super::forecast::DayAhead::from).collect(),
        }
    }
}

pub async fn list(
    call: Call,
    team: ReleaseTeam,
    At((title,)): At<(TitleId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<KeptForecast>> {
    let title = of_own_release(&call, &team, title).await?.id;
    let now = call.now;
    let kept = call.read(move |view| keep_forecasts::of(view, &title, now)).await?;
    Ok(paging.page(kept, |kept| kept.as_of.to_string(), KeptForecast::from)?)
}
