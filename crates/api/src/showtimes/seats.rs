//! The seat map of a showtime with the state of every seat, as it was at most a second ago. Whose a seat is, nobody is told.

use super::Showtime;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::Call;
use crate::money::Amount;
use crate::words::Bilingual;
use flows::buy_tickets::{self, Picker};
use kernel::{PlaceId, Result, ShowtimeId};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A hall's seats for one showtime, as they were at most a second ago.
#[derive(Serialize, ToSchema)]
pub struct SeatMap {
    showtime: Showtime,
    hall: Bilingual,
    /// What a seat costs, service fee included.
    price: Amount,
    /// The labels of the rows, from the screen backwards.
    rows: Vec<String>,
    seats: Vec<Seat>,
    /// The best free seats together, two if there are two.
    best: Vec<String>,
}

/// One seat.
#[derive(Serialize, ToSchema)]
pub struct Seat {
    #[schema(example = "F7")]
    id: String,
    /// Its row, counted from 0.
    row: usize,
    /// Its cell in the row, aisles counted, from 0.
    cell: usize,
    /// `standard`, `love` or `wheelchair`.
    kind: String,
    /// The other half of a love seat; both are sold together.
    partner: Option<String>,
    /// `free`, `held` or `sold`.
    state: String,
}

pub async fn show(call: Call, At((place, showtime)): At<(PlaceId, ShowtimeId)>) -> Answer<Found<SeatMap>> {
    let picker = buy_tickets::recent_picker(&call.house, &place, &showtime).await?;
    Ok(Found(shape(&picker)?))
}

fn shape(picker: &Picker) -> Result<SeatMap> {
    let taken: HashMap<&str, bool> = picker.taken.iter().map(|one| (one.seat.as_str(), one.sold)).collect();
    let state = |seat: &str| match taken.get(seat) {
        None => "free",
        Some(false) => "held",
        Some(true) => "sold",
    };
    let seats = picker.hall.seat_map.seats().into_iter().map(|seat| Seat {
        state: state(&seat.id).into(),
        id: seat.id,
        row: seat.row,
        cell: seat.cell,
        kind: seat.kind.code().into(),
        partner: seat.partner,
    });
    Ok(SeatMap {
        showtime: (&picker.showtime).into(),
        hall: (&picker.hall.name).into(),
        price: picker.showtime.price.plus(picker.cinema.service_fee)?.into(),
        rows: picker.hall.seat_map.rows.iter().map(|row| row.label.clone()).collect(),
        seats: seats.collect(),
        best: picker.best.clone(),
    })
}
