//! Campaigns that pay to be seen: creatives, surfaces, pacing, choosing, measuring.
//!
//! A campaign's budget is split into one allotment a place when it is launched. Which ad to show is
//! decided by [`choosing`] over the in-memory [`book`], without any SQL; a click takes its cost from
//! the allotment, which it can never exceed; the sale that follows is credited to the click.

pub mod audiences;
pub mod book;
pub mod campaigns;
pub mod choosing;
pub mod clicks;
pub mod creatives;
pub mod credits;
pub mod desk;
pub mod holdout;
pub mod impressions;
pub mod pacing;
pub mod report;
pub mod tokens;

use kernel::limits;
