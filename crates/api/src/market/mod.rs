//! What the market did, year by year.

pub mod coming;
pub mod show;
pub mod years;

use crate::money::Amount;
use ::market::history::{Basis, History, Year};
use serde::Serialize;
use std::sync::LazyLock;
use utoipa::ToSchema;

static HISTORY: LazyLock<History> = LazyLock::new(History::mainland_china);

/// A year of mainland China's box office, as it was published.
#[derive(Serialize, ToSchema)]
pub struct MarketYear {
    year: i16,
    gross: Amount,
    /// Whether the gross includes service fees, as it does from 2017 on.
    with_service_fees: bool,
    /// In parts per million of the year before, on one basis; may be negative.
    growth_ppm: Option<i64>,
    domestic_share_ppm: Option<i64>,
    screens: Option<i64>,
    admissions: Option<i64>,
    average_ticket: Option<Amount>,
    /// `low`, `low_medium`, `medium` or `high`.
    confidence: String,
    sources: Vec<String>,
}

impl From<&Year> for MarketYear {
    fn from(year: &Year) -> MarketYear {
        MarketYear {
            year: year.year,
            gross: year.gross.into(),
            with_service_fees: year.basis == Basis::WithServiceFees,
            growth_ppm: year.growth_official.map(|growth| growth.ppm),
            domestic_share_ppm: year.share_of_domestic().map(|share| share.ppm),
            screens: year.screens,
            admissions: year.admissions,
            average_ticket: year.average_ticket_price().map(Amount::from),
            confidence: year.confidence.code().into(),
            sources: year.sources.clone(),
        }
    }
}
