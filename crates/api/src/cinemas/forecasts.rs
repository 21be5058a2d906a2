//! What a cinema's coming showings will sell.

use super::own;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, CinemaStaff};
use crate::words::Bilingual;
use flows::learn_showings;
use kernel::PlaceId;
use serde::Serialize;
use utoipa::ToSchema;

/// Forecasts of the showings that have not begun, of today and the days ahead.
#[derive(Serialize, ToSchema)]
pub struct ShowingForecasts {
    /// Why there is none: too little was sold to learn from.
    why_none: Option<Bilingual>,
    items: Vec<ShowingForecast>,
}

/// How many seats a showing will sell.
#[derive(Serialize, ToSchema)]
pub struct ShowingForecast {
    showtime: String,
    seats: f64,
    /// Half of such showings sell between this and the next.
    half_low: u32,
    half_high: u32,
    /// Nine of ten sell between this and the next.
    low: u32,
    high: u32,
    /// Why, most important first.
    because: Vec<Bilingual>,
}

pub async fn list(
    call: Call,
    staff: CinemaStaff,
    At((place,)): At<(PlaceId,)>,
) -> Answer<Found<ShowingForecasts>> {
    let cinema = own(&call, &staff, &place).await?;
    let (house, now) = (call.house.clone(), call.now);
    let told = call.read(move |view| learn_showings::forecasts(&house, view, &cinema, now)).await?;
    Ok(Found(match told {
        Err(refusal) => ShowingForecasts { why_none: Some(refusal.say.into()), items: Vec::new() },
        Ok(forecasts) => ShowingForecasts {
            why_none: None,
            items: forecasts
                .into_iter()
                .map(|(showtime, forecast)| ShowingForecast {
                    showtime: showtime.0,
                    seats: forecast.seats,
                    half_low: forecast.half.low,
                    half_high: forecast.half.high,
                    low: forecast.wide.low,
                    high: forecast.wide.high,
                    because: forecast.because.iter().map(Bilingual::from).collect(),
                })
                .collect(),
        },
    }))
}
