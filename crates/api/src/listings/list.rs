//! What is on a shop's shelf, also what has sold out.

use super::Card;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::Call;
use flows::views::goods;
use kernel::PlaceId;

pub async fn list(
    call: Call,
    At((place,)): At<(PlaceId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Card>> {
    let found = call.read(move |view| {
        ::shops::shops::any(view, &place)?;
        goods::of_shop(view, &place, ::shops::listings::LIST_MAX)
    });
    Ok(paging.page(found.await?, |one| one.listing.id.0.clone(), Card::from)?)
}
