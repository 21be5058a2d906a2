//! The door: admits each ticket once.

use crate::showtimes::{self, Showtime};
use crate::tickets::{self, Signer, Ticket};
use db::Tx;
use kernel::{Act, Kind, Lang, PlaceId, Refusal, Result, Zone};

/// Doors open this long before a showing.
pub const EARLY_MINUTES_MAX: i64 = 180;

/// Admits the bearer of a code. Refuses a forged, foreign, void or used one, and the wrong hour.
pub fn admit(
    tx: &Tx,
    act: &Act,
    place: &PlaceId,
    zone: &Zone,
    signer: &Signer,
    code: &str,
) -> Result<(Ticket, Showtime)> {
    let refuse = |kind, code, en: String, zh: String| Err(Refusal::new(kind, code, en, zh).into());
    let read = signer.read(code)?;
    if read.place != *place {
        return refuse(
            Kind::Conflict,
            "other_cinema",
            "This ticket is for another cinema.".into(),
            "这张票属于另一家影院。".into(),
        );
    }
    let ticket = tickets::any(tx, place, &read.ticket)?;
    let showtime = showtimes::any(tx, place, &ticket.showtime)?;
    if act.at < showtime.starts_at.plus_minutes(-EARLY_MINUTES_MAX) || act.at > showtime.ends_at {
        return refuse(
            Kind::Conflict,
            "wrong_hour",
            format!("This ticket is for {}.", showtime.starts_at.say(zone, Lang::En)),
            format!("这张票的场次是{}。", showtime.starts_at.say(zone, Lang::Zh)),
        );
    }
    if tickets::admit(tx, act, place, &ticket.id)? {
        return Ok((Ticket { admitted_at: Some(act.at), ..ticket }, showtime));
    }
    match ticket.admitted_at {
        Some(at) => refuse(
            Kind::Conflict,
            "already_admitted",
            format!("Seat {} was admitted at {}.", ticket.seat, at.say(zone, Lang::En)),
            format!("{} 座已于{}检票入场。", ticket.seat, at.say(zone, Lang::Zh)),
        ),
        None => {
            refuse(Kind::Gone, "void_ticket", "This ticket was refunded.".into(), "这张票已经退掉。".into())
        }
    }
}
