//! The log itself: appended to inside a story's transaction, read forwards.

use crate::Kind;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Error, EventId, Instant, PlaceId, Result, TitleId};
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
    /// `per_…`, `guest` or `system`.
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

/// Appends one event at the act's moment, by its actor.
pub fn append(
    tx: &Tx,
    act: &mut Act,
    place: &PlaceId,
    kind: Kind,
    title: Option<&TitleId>,
    subject: &impl AsRef<str>,
    body: Value,
) -> Result<()> {
    let id: EventId = act.id();
    tx.run(
        "insert into event (place_id, id, at, kind, actor, title_id, subject, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[place, &id, &act.at, &kind.code(), &act.actor.code(), &title, &subject.as_ref(), &body.to_string()],
    )?;
    Ok(())
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
}
