//! One listing.

use super::Card;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::Call;
use flows::views::goods;
use kernel::{ListingId, PlaceId};

pub async fn show(call: Call, At((place, id)): At<(PlaceId, ListingId)>) -> Answer<Found<Card>> {
    Ok(Found(call.read(move |view| goods::one(view, &place, &id)).await?.into()))
}
