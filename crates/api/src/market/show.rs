//! One year.

use super::{HISTORY, MarketYear};
use crate::answer::{Answer, Found};
use crate::at::{At, Year};
use crate::call::Call;

pub async fn show(_: Call, At((Year(year),)): At<(Year,)>) -> Answer<Found<MarketYear>> {
    Ok(Found(HISTORY.year(year)?.into()))
}
