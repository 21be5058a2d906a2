//! Where and on which days a film still plays.

use super::public;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::Call;
use crate::words::Bilingual;
use flows::views::showing;
use kernel::TitleId;
use serde::Serialize;
use utoipa::ToSchema;

/// A city on a day in which a film still plays, for one version of it.
#[derive(Serialize, ToSchema)]
pub struct Stop {
    day: String,
    /// The city's code, for the list of showtimes.
    city: String,
    city_name: Bilingual,
    version: String,
    showings: i64,
}

impl From<showing::Stop> for Stop {
    fn from(stop: showing::Stop) -> Stop {
        Stop {
            day: stop.day.to_string(),
            city: stop.city,
            city_name: stop.city_name.into(),
            version: stop.version,
            showings: stop.showings,
        }
    }
}

pub async fn list(
    call: Call,
    At((title,)): At<(TitleId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Stop>> {
    let (title, now) = (public(&call, title).await?.id, call.now);
    let stops = call.read(move |view| showing::stops(view, &title, now)).await?;
    let id = |stop: &showing::Stop| format!("{} {} {}", stop.day, stop.city, stop.version);
    Ok(paging.page(stops, id, Stop::from)?)
}
