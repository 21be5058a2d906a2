//! The forecasts of a release as they were made, morning by morning.

use super::forecast::{DayAhead, Expectation};
use super::of_own_release;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use flows::keep_forecasts::{self, Kept};
use kernel::{Currency, Money, TitleId};
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
    days: Vec<DayAhead>,
}

impl KeptForecast {
    fn of(kept: Kept, currency: Currency) -> KeptForecast {
        KeptForecast {
            made_at: kept.at.rfc3339(),
            as_of: kept.as_of.to_string(),
            model: kept.model,
            one_stands_for: kept.one_stands_for,
            so_far: Money::new(kept.so_far, currency).into(),
            total: Expectation::of(kept.total, currency),
            days: kept.days.into_iter().map(|ahead| DayAhead::of(ahead, currency)).collect(),
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
    let (now, currency) = (call.now, call.house.home().currency);
    let kept = call.read(move |view| keep_forecasts::of(view, &title, now)).await?;
    Ok(paging.page(kept, |kept| kept.as_of.to_string(), |kept| KeptForecast::of(kept, currency))?)
}
