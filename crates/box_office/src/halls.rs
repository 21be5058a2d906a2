//! A hall of a cinema and its seat map.

use crate::seat_map::SeatMap;
use db::{FromRow, Row, Tx, View};
use kernel::{HallId, PlaceId, Refusal, Result, Words};

#[derive(Clone, Debug, PartialEq)]
pub struct Hall {
    pub place: PlaceId,
    pub id: HallId,
    pub name: Words,
    pub seat_map: SeatMap,
}

impl FromRow for Hall {
    fn from_row(row: &mut Row) -> Result<Hall> {
        Ok(Hall {
            place: row.next()?,
            id: row.next()?,
            name: row.words()?,
            seat_map: serde_json::from_str(&row.next::<String>()?)?,
        })
    }
}

pub fn add(tx: &Tx, hall: &Hall) -> Result<()> {
    hall.seat_map.check()?;
    tx.run(
        "insert into hall (place_id, id, name_en, name_zh, seat_map, seats) values ($1, $2, $3, $4, $5, $6)",
        &[
            &hall.place,
            &hall.id,
            &hall.name.en,
            &hall.name.zh,
            &serde_json::to_string(&hall.seat_map)?,
            &hall.seat_map.count(),
        ],
    )?;
    Ok(())
}

pub fn any(view: &View, place: &PlaceId, id: &HallId) -> Result<Hall> {
    let found = view.maybe(
        "select place_id, id, name_en, name_zh, seat_map from hall where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("hall", "影厅").into())
}

pub fn of_cinema(view: &View, place: &PlaceId) -> Result<Vec<Hall>> {
    view.all(
        "select place_id, id, name_en, name_zh, seat_map from hall where place_id = $1 order by id",
        &[place],
    )
}
