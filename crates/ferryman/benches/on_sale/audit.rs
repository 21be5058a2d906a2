//! What was acknowledged, held beside what the database has.

use crate::crowd::Told;
use anyhow::Result;
use db::Db;
use kernel::{IntentId, OrderId, PlaceId};
use payments::intents::{self, State};
use std::time::{Duration, Instant};

/// How long a notice may be on its way after the rush.
const DRAINED_WITHIN: Duration = Duration::from_secs(120);

/// What of it is not there.
#[derive(Debug, Default, PartialEq)]
pub struct Lost {
    pub holds: usize,
    /// Paid at the wallet, and neither sold nor on its way back.
    pub payments: usize,
}

/// Waits until the house has heard of every payment; in how many seconds it had, and what it never heard.
pub fn drain(db: &Db, told: &Told) -> Result<(f64, Lost)> {
    let began = Instant::now();
    loop {
        let lost = look(db, told)?;
        if lost.payments == 0 || began.elapsed() > DRAINED_WITHIN {
            return Ok((began.elapsed().as_secs_f64(), lost));
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn look(db: &Db, told: &Told) -> Result<Lost> {
    let held: Vec<(PlaceId, OrderId)> =
        told.held.iter().map(|held| (PlaceId(held.place.clone()), OrderId(held.order.clone()))).collect();
    let paid: Vec<(PlaceId, IntentId)> =
        told.paid.iter().map(|paid| (PlaceId(paid.place.clone()), IntentId(paid.intent.clone()))).collect();
    let lost = db.read_blocking(move |view| {
        let mut lost = Lost::default();
        for (place, order) in &held {
            lost.holds += usize::from(box_office::orders::any(view, place, order).is_err());
        }
        for (place, intent) in &paid {
            // What a captured payment must have come to is an invariant of its own, which `check` holds.
            let is_captured = intents::any(view, place, intent)?.state == State::Captured;
            lost.payments += usize::from(!is_captured);
        }
        Ok(lost)
    })?;
    Ok(lost)
}
