//! Agreeing that what one does here decides which ads one sees, or what one is suggested, and no longer. Each is asked by
//! itself; saying it twice changes nothing.

use crate::answer::{Answer, Found};
use crate::call::{Call, Consumer};
use flows::{agree, audiences};
use people::consents::{AUDIENCES, SUGGESTIONS};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the caller agrees.
#[derive(Serialize, ToSchema)]
pub struct Consent {
    given: bool,
}

pub async fn give(call: Call, _: Consumer) -> Answer<Found<Consent>> {
    change(&call, AUDIENCES, true).await
}

pub async fn withdraw(call: Call, _: Consumer) -> Answer<Found<Consent>> {
    change(&call, AUDIENCES, false).await
}

pub async fn give_suggestions(call: Call, _: Consumer) -> Answer<Found<Consent>> {
    change(&call, SUGGESTIONS, true).await
}

pub async fn withdraw_suggestions(call: Call, _: Consumer) -> Answer<Found<Consent>> {
    change(&call, SUGGESTIONS, false).await
}

async fn change(call: &Call, purpose: &'static str, given: bool) -> Answer<Found<Consent>> {
    call.write_in_house(move |scene| agree::say(scene, purpose, given)).await?;
    if purpose == AUDIENCES && !given {
        audiences::forget(&call.house, &call.actor);
    }
    Ok(Found(Consent { given }))
}
