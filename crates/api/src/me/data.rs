//! Taking away everything that is known of oneself.

use crate::answer::{Answer, Found};
use crate::call::{Call, Consumer};
use flows::views::personal_data;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Everything that is known of a person, as the page of their account gives it away; its parts are named in words.
#[derive(Serialize, ToSchema)]
#[schema(value_type = Object)]
pub struct Known(Value);

pub async fn show(call: Call, _: Consumer) -> Answer<Found<Known>> {
    let (house, whom) = (call.house.clone(), call.actor.clone());
    Ok(Found(Known(call.read(move |view| personal_data::taken_away(&house, view, &whom)).await?)))
}
