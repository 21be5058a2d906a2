//! Agreeing that what one does here decides which ads one sees, and no longer. Saying it twice changes nothing.

use crate::answer::{Answer, Found};
use crate::call::{Call, Consumer};
use flows::audiences;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the caller agrees.
#[derive(Serialize, ToSchema)]
pub struct Consent {
    given: bool,
}

pub async fn give(call: Call, _: Consumer) -> Answer<Found<Consent>> {
    change(&call, true).await
}

pub async fn withdraw(call: Call, _: Consumer) -> Answer<Found<Consent>> {
    change(&call, false).await
}

async fn change(call: &Call, given: bool) -> Answer<Found<Consent>> {
    call.write_in_house(move |scene| audiences::consent(scene, given)).await?;
    Ok(Found(Consent { given }))
}
