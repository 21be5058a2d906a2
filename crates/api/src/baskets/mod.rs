//! Baskets: what somebody has put aside in each shop. A basket promises nothing.

pub mod change;
pub mod list;
pub mod show;

use crate::listings::Listing;
use serde::Serialize;
use utoipa::ToSchema;

/// What somebody has put aside in one shop.
#[derive(Serialize, ToSchema)]
pub struct Basket {
    place: String,
    lines: Vec<BasketLine>,
}

/// A listing with how many of it.
#[derive(Serialize, ToSchema)]
pub struct BasketLine {
    listing: Listing,
    quantity: i64,
}

impl Basket {
    fn new(place: &kernel::PlaceId, lines: &[::shops::baskets::Line]) -> Basket {
        let shape = |line: &::shops::baskets::Line| BasketLine {
            listing: (&line.listing).into(),
            quantity: line.quantity,
        };
        Basket { place: place.0.clone(), lines: lines.iter().map(shape).collect() }
    }
}
