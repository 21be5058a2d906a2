//! That somebody followed an ad: written down and paid for once.

use crate::answer::{Answer, Found};
use crate::body::Body;
use crate::call::Call;
use flows::serve_ad;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An ad that was followed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Followed {
    /// The token of the ad.
    token: String,
}

/// Where it leads, and what an order should carry.
#[derive(Serialize, ToSchema)]
pub struct Click {
    title: String,
    /// The film's name in addresses.
    slug: String,
    /// Give it as `click` with an order, so that the sale is credited to the ad.
    token: String,
}

pub async fn click(call: Call, Body(asked): Body<Followed>) -> Answer<Found<Click>> {
    let shown = serve_ad::place_of(&call.house, &asked.token)?;
    let lane = shown.0.place.clone();
    let followed = call.write(&lane, move |scene| {
        let followed = serve_ad::follow(scene, &shown)?;
        let film = flows::views::film(scene.tx, &followed.title)?;
        Ok((followed, film.slug))
    });
    let (followed, slug) = followed.await?;
    serve_ad::count(&call.house, &followed);
    Ok(Found(Click { title: followed.title.0, slug, token: followed.token }))
}
