//! The log itself: appended to inside a story's transaction, read forwards.

use crate::Kind;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Dice, Error, EventId, Instant, PersonId, PlaceId, Result, TitleId};
use serde_json::Value;

/// Events in one page, at most.
pub const PAGE_MAX: i64 = 500;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub place: PlaceId,
    pub id: EventId,
    pub at: Instant,
    pub kind: Kind,
    /// `per_…`, `guest`, `system`, or `erased`.
    pub actor: String,
    pub title: Option<TitleId>,
    /// The id of what it happened to.
    pub subject: String,
    pub body: Value,
}

impl FromRow for Event {
    fn from_row(row: &mut Row) -> Result<Event> {
        Ok(Event {
            place: row.next()?,
            id: row.next()?,
            at: row.next()?,
            kind: {
                let code: String = row.next()?;
                Kind::parse(&code).ok_or_else(|| Error::fault(format!("unknown kind of event {code}")))?
            },
            actor: row.next()?,
            title: row.next()?,
            subject: row.next()?,
            body: serde_json::from_str(&row.next::<String>()?)?,
        })
    }
}

/// Appends one event at the act's moment, by its actor, after every event that its place has.
pub fn append(
    tx: &Tx,
    act: &mut Act,
    place: &PlaceId,
    kind: Kind,
    title: Option<&TitleId>,
    subject: &impl AsRef<str>,
    body: Value,
) -> Result<()> {
    let id = next_id(tx, act, place)?;
    tx.run(
        "insert into event (place_id, id, at, kind, actor, title_id, subject, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[place, &id, &act.at, &kind.code(), &act.actor.code(), &title, &subject.as_ref(), &body.to_string()],
    )?;
    Ok(())
}

/// An id after all others of the place. Two events of one millisecond, or acts that were handed in in another
/// order than they run, would else be in the wrong order, and who reads forwards would miss some.
fn next_id(view: &View, act: &mut Act, place: &PlaceId) -> Result<EventId> {
    let fresh: EventId = act.id();
    let last: Option<(EventId,)> =
        view.maybe("select id from event where place_id = $1 order by id desc limit 1", &[place])?;
    match last {
        Some((last,)) if last >= fresh => following(&last, &mut act.dice)
            .ok_or_else(|| Error::fault(format!("{last} is no id of an event"))),
        _ => Ok(fresh),
    }
}

/// A little after an id, by chance, so that two who append at once elsewhere do not meet.
fn following(last: &EventId, dice: &mut Dice) -> Option<EventId> {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let digit = |byte: u8| DIGITS.iter().position(|digit| *digit == byte);
    let number = last
        .0
        .strip_prefix("evt_")?
        .bytes()
        .try_fold(0_u128, |sum, byte| Some((sum << 5) | digit(byte)? as u128))?;
    let next = number.checked_add(u128::from(dice.next()) + 1)?;
    let text: String = (0..26).rev().map(|i| DIGITS[(next >> (i * 5)) as usize & 31] as char).collect();
    Some(EventId(format!("evt_{text}")))
}

/// Who did what an erased person did.
pub const ERASED: &str = "erased";

/// Takes out of some events of a place that it was this person; when, where and what stay. Nobody else may read the
/// events that tell what was bought as theirs, so those keep their number: see `PERSONAL`.
pub fn untie(tx: &Tx, place: &PlaceId, person: &PersonId, events: &[EventId]) -> Result<u64> {
    let mut untied = 0;
    for id in events {
        untied += tx.run(
            "update event
             set actor = case when actor = $3 then $4 else actor end,
               subject = case when subject = $3 then $4 else subject end
             where place_id = $1 and id = $2",
            &[place, id, person, &ERASED],
        )?;
    }
    Ok(untied)
}

/// A place's events after one of its events, oldest first.
pub fn after(view: &View, place: &PlaceId, after: Option<&EventId>, limit: i64) -> Result<Vec<Event>> {
    let after = after.map_or("", |id| id.0.as_str());
    view.all(
        "select place_id, id, at, kind, actor, title_id, subject, body
         from event
         where place_id = $1 and id > $2
         order by id
         limit $3",
        &[place, &after, &limit.min(PAGE_MAX)],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::{Lane, scratch};
    use kernel::{Actor, Dice};

    #[test]
    fn the_log_is_read_in_the_order_it_was_written() {
        let db = scratch::scratch();
        let place = PlaceId("plc_a".into());
        for (i, kind) in [Kind::SeatsHeld, Kind::TicketsSold].into_iter().enumerate() {
            let act = Act::new(
                Actor::Guest,
                Instant::from_micros(1_000_000 * (i as i64 + 1)),
                Dice::seeded(i as u64),
            );
            let place = place.clone();
            db.write_blocking(Lane::house(), move |tx| {
                append(tx, &mut act.clone(), &place, kind, None, &"ord_1", serde_json::json!({ "seats": 2 }))
            })
            .expect("an event is appended");
        }
        let (all, rest) = db
            .read_blocking(move |view| {
                let all = after(view, &place, None, 10)?;
                let rest = after(view, &place, Some(&all[0].id), 10)?;
                Ok((all, rest))
            })
            .expect("the log is read");
        assert_eq!(
            all.iter().map(|event| event.kind).collect::<Vec<_>>(),
            [Kind::SeatsHeld, Kind::TicketsSold]
        );
        assert_eq!(all[0].body["seats"], 2);
        assert_eq!(rest, all[1..]);
    }

    #[test]
    fn events_of_one_moment_are_read_in_the_order_they_were_written() {
        let db = scratch::scratch();
        let place = PlaceId("plc_a".into());
        let noon = Instant::from_micros(1_482_465_600_000_000);
        // Three events in one act; then an act whose clock is behind.
        for (at, seed) in [(noon, 1), (noon, 2), (noon.plus_seconds(-5), 3)] {
            let (act, place) = (Act::new(Actor::System, at, Dice::seeded(seed)), place.clone());
            db.write_blocking(Lane::of(&place.clone()), move |tx| {
                let mut act = act.clone();
                for part in 0..3 {
                    let subject = format!("{seed}.{part}");
                    append(tx, &mut act, &place, Kind::SeatsHeld, None, &subject, Value::Null)?;
                }
                Ok(())
            })
            .expect("events are appended");
        }
        let all = db.read_blocking(move |view| after(view, &place, None, 100)).expect("the log is read");
        let subjects: Vec<&str> = all.iter().map(|event| event.subject.as_str()).collect();
        assert_eq!(subjects, ["1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "3.0", "3.1", "3.2"]);
    }
}
