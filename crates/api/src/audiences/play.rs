//! That a listener played a song of a film, told by the music service where they listen. It is noticed only of those
//! who agreed.

use crate::answer::{Answer, Done};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, Consumer};
use crate::read;
use crate::titles::visible;
use ::channels::by_place;
use ::events::Kind;
use flows::audiences::{Sighting, notice};
use kernel::{PlaceId, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// A song that was played.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// The film it is from.
    title: String,
}

pub async fn tell(
    call: Call,
    _: Consumer,
    At((place,)): At<(PlaceId,)>,
    Body(asked): Body<Play>,
) -> Answer<Done> {
    let title = visible(&call, read::id("title", &asked.title)?).await?.id;
    let at = place.clone();
    let channel = call.read(move |view| by_place(view, &at)).await?;
    if channel.is_none() {
        return Err(Refusal::not_found("channel", "渠道").into());
    }
    notice(&call.house, &call.actor, Sighting::of(Kind::SongPlayed, &place, &title).about(&title));
    Ok(Done)
}
