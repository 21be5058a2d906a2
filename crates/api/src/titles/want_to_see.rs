//! Wanting to see a film, and no longer. Saying it twice changes nothing.

use super::public;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, Consumer};
use ::titles::want_to_see;
use kernel::TitleId;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the caller wants to see a film, and how many people do.
#[derive(Serialize, ToSchema)]
pub struct WantToSee {
    wanted: bool,
    count: i64,
}

pub async fn add(call: Call, _: Consumer, At((title,)): At<(TitleId,)>) -> Answer<Found<WantToSee>> {
    change(&call, title, true).await
}

pub async fn remove(call: Call, _: Consumer, At((title,)): At<(TitleId,)>) -> Answer<Found<WantToSee>> {
    change(&call, title, false).await
}

async fn change(call: &Call, title: TitleId, wanted: bool) -> Answer<Found<WantToSee>> {
    public(call, title.clone()).await?;
    let told = call.write_in_house(move |scene| {
        flows::want_to_see::say(scene, &title, wanted)?;
        Ok(WantToSee { wanted, count: want_to_see::count(scene.tx, &title)? })
    });
    Ok(Found(told.await?))
}
