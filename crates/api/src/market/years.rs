//! Every year there is, the first first.

use super::{HISTORY, MarketYear};
use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::Call;

pub async fn list(_: Call, Asked(paging): Asked<Paging>) -> Answer<Page<MarketYear>> {
    let years = HISTORY.years().iter().collect();
    Ok(paging.page(years, |year| year.year.to_string(), MarketYear::from)?)
}
