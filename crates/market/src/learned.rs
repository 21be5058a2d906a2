//! What was learned from outside, and when: one table that is only ever appended to.
//!
//! A subject (a film of a chart, its run, a film of a calendar, a cinema, a cinema's day of showings, a person's taste, a
//! model, a forecast) may be learned about again. The later row adds to the earlier ones or corrects them; both stay, so
//! that a forecast can be made from what was known at any instant.

use db::{FromRow, Row, Tx, View};
use kernel::{ImportId, Instant, Result};
use serde_json::Value;
use std::collections::HashMap;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A film of a calendar of releases, with the day it was announced for.
    Announcement,
    Cinema,
    Film,
    /// A forecast as it was made, so that it can be held against what happened.
    Forecast,
    Model,
    /// A film's days.
    Run,
    /// A cinema's day as its circuit brought it, which is its source.
    Showings,
    /// A person's ratings.
    Taste,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Kind::Announcement => "announcement",
            Kind::Cinema => "cinema",
            Kind::Film => "film",
            Kind::Forecast => "forecast",
            Kind::Model => "model",
            Kind::Run => "run",
            Kind::Showings => "showings",
            Kind::Taste => "taste",
        }
    }
}

/// One row: what was learned about a subject at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    pub subject: String,
    pub at: Instant,
    /// JSON.
    pub body: String,
}

impl FromRow for Learned {
    fn from_row(row: &mut Row) -> Result<Learned> {
        Ok(Learned { subject: row.next()?, at: row.next()?, body: row.next()? })
    }
}

/// Adds a row. The body is JSON of the kind's own shape.
pub fn append(tx: &Tx, import: Option<&ImportId>, source: &str, kind: Kind, learned: &Learned) -> Result<()> {
    tx.run(
        "insert into learned (source, kind, subject, learned_at, imported_file_id, body)
         values ($1, $2, $3, $4, $5, $6)",
        &[&source, &kind.code(), &learned.subject, &learned.at, &import, &learned.body],
    )?;
    Ok(())
}

/// Everything learned by an instant, by subject, then oldest first.
pub fn by(view: &View, source: &str, kind: Kind, as_of: Instant) -> Result<Vec<Learned>> {
    view.all(
        "select subject, learned_at, body
         from learned
         where source = $1 and kind = $2 and learned_at <= $3
         order by subject, learned_at",
        &[&source, &kind.code(), &as_of],
    )
}

/// The same of subjects whose names lie from one to before another.
pub fn between(
    view: &View,
    source: &str,
    kind: Kind,
    (first, end): (&str, &str),
    as_of: Instant,
) -> Result<Vec<Learned>> {
    view.all(
        "select subject, learned_at, body
         from learned
         where source = $1 and kind = $2 and subject >= $3 and subject < $4 and learned_at <= $5
         order by subject, learned_at",
        &[&source, &kind.code(), &first, &end, &as_of],
    )
}

/// Everything learned about one subject by an instant, oldest first.
pub fn of(view: &View, source: &str, kind: Kind, subject: &str, as_of: Instant) -> Result<Vec<Learned>> {
    view.all(
        "select subject, learned_at, body
         from learned
         where source = $1 and kind = $2 and subject = $3 and learned_at <= $4
         order by learned_at",
        &[&source, &kind.code(), &subject, &as_of],
    )
}

/// The newest row about a subject by an instant.
pub fn newest(
    view: &View,
    source: &str,
    kind: Kind,
    subject: &str,
    as_of: Instant,
) -> Result<Option<Learned>> {
    view.maybe(
        "select subject, learned_at, body
         from learned
         where source = $1 and kind = $2 and subject = $3 and learned_at <= $4
         order by learned_at desc
         limit 1",
        &[&source, &kind.code(), &subject, &as_of],
    )
}

/// When the newest row about a subject was learned, by an instant.
pub fn newest_at(
    view: &View,
    source: &str,
    kind: Kind,
    subject: &str,
    as_of: Instant,
) -> Result<Option<Instant>> {
    let (at,): (Option<Instant>,) = view.one(
        "select max(learned_at)
         from learned
         where source = $1 and kind = $2 and subject = $3 and learned_at <= $4",
        &[&source, &kind.code(), &subject, &as_of],
    )?;
    Ok(at)
}

/// When anything was last learned about a kind of subject.
pub fn newest_of(view: &View, source: &str, kind: Kind) -> Result<Option<Instant>> {
    let (at,): (Option<Instant>,) = view.one(
        "select max(learned_at) from learned where source = $1 and kind = $2",
        &[&source, &kind.code()],
    )?;
    Ok(at)
}

/// How many rows there are about a kind of subject.
pub fn count(view: &View, source: &str, kind: Kind) -> Result<i64> {
    let (rows,): (i64,) =
        view.one("select count(*) from learned where source = $1 and kind = $2", &[&source, &kind.code()])?;
    Ok(rows)
}

/// How much an import changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub added: i64,
    pub corrected: i64,
    pub unchanged: i64,
}

/// Stores facts about subjects that are objects: a key that the new fact leaves open keeps its value; what
/// changes nothing is not written.
pub(crate) fn store(
    tx: &Tx,
    import: &ImportId,
    at: Instant,
    (source, kind): (&str, Kind),
    facts: &[(String, Value)],
    step: &dyn Fn(u64),
) -> Result<Change> {
    let mut known: HashMap<String, Value> = HashMap::new();
    for row in by(tx, source, kind, at)? {
        known.insert(row.subject, serde_json::from_str(&row.body)?);
    }
    let mut change = Change::default();
    for (done, (subject, fact)) in facts.iter().enumerate() {
        let before = known.get(subject);
        let after = before.map_or_else(|| fact.clone(), |before| complete(before, fact));
        match before {
            Some(before) if *before == after => change.unchanged += 1,
            Some(_) => change.corrected += 1,
            None => change.added += 1,
        }
        if before != Some(&after) {
            let row = Learned { subject: subject.clone(), at, body: after.to_string() };
            append(tx, Some(import), source, kind, &row)?;
        }
        step(done as u64 + 1);
    }
    Ok(change)
}

/// The new fact, with what it leaves open (null, an empty text or list) taken from the one before.
fn complete(before: &Value, fact: &Value) -> Value {
    let (Value::Object(before), Value::Object(fact)) = (before, fact) else { return fact.clone() };
    let mut whole = before.clone();
    for (key, value) in fact {
        let open = value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
        match whole.get(key) {
            Some(_) if open => {}
            Some(before) => {
                let value = complete(before, value);
                whole.insert(key.clone(), value);
            }
            None => {
                whole.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_later_fact_leaves_open_stays() {
        let before = json!({ "title": "River", "budget": 5, "cast": ["Ann"], "country": null });
        let fact = json!({ "title": "The River", "budget": null, "cast": [], "country": null, "year": 1 });
        let whole = json!({ "title": "The River", "budget": 5, "cast": ["Ann"], "country": null, "year": 1 });
        assert_eq!(complete(&before, &fact), whole);
        assert_eq!(complete(&whole, &fact), whole);
        let day = |sold: Option<u32>| json!({ "600 Hall 1": { "film": "River", "sold": sold } });
        assert_eq!(complete(&day(Some(5)), &day(None)), day(Some(5)), "a part as the whole");
        assert_eq!(complete(&day(Some(5)), &day(Some(6))), day(Some(6)));
    }
}
