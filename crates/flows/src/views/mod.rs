//! Read-only joins for pages, reports and checks. Only here may a statement read across places.

pub mod ad_reports;
pub mod advertising;
pub mod audiences;
pub mod books;
pub mod campaigns;
pub mod cinemas;
pub mod contract_royalties;
pub mod counts;
pub mod disputes;
pub mod door;
pub mod earlier_showings;
pub mod erasures;
pub mod events;
pub mod goods;
pub mod keys;
pub mod licences;
pub mod lift;
pub mod market_series;
pub mod merchandise;
pub mod merchant_sales;
pub mod openings;
pub mod outlook;
pub mod payables;
pub mod payees;
pub mod payouts;
pub mod personal_data;
pub mod places;
pub mod purchases;
pub mod recommendations;
pub mod reconciliation;
pub mod release;
pub mod release_calendar;
pub mod release_dates;
pub mod release_places;
pub mod royalties;
pub mod shelf;
pub mod showing;
pub mod showing_history;
pub mod showings_plan;
pub mod statements;
pub mod takings;
pub mod tickets;
pub mod undivided;
pub mod unmatched;

use db::View;
use kernel::{Refusal, Result, TitleId};

/// A film that must be there.
pub fn film(view: &View, id: &TitleId) -> Result<titles::Title> {
    titles::any(view, id)?.ok_or_else(|| Refusal::not_found("film", "影片").into())
}
