//! What a circuit showed and sold before it joined, as its old system tells: brought in by it, learned from by it alone.
//!
//! A file is CSV with a line for each showing; its columns are found by the names people give them, English or Chinese.
//! What was read is kept by circuit and cinema-day in the file's own words; which cinemas, halls and films of the house
//! those are is found when it is read again, so that one entered later still meets its past. Who bought is never kept.

mod reading;

pub use reading::{Reading, SEATS_MAX, SHOWINGS_MAX, read};
pub(crate) use reading::{is_showings, source};

use crate::learned::{self, Change};
use db::{Tx, View};
use kernel::{Day, ImportId, Instant, Kind, OrgId, Refusal, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The code of the refusal of showings that nobody says whose they are.
pub const NO_CIRCUIT: &str = "no_circuit";

/// A showing in the words of its file. What the file does not say is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Showing {
    pub cinema: String,
    pub hall: String,
    pub film: String,
    /// The business day: half past midnight belongs to the evening before.
    pub day: Day,
    /// Minutes from the business day's midnight, up to 30 hours.
    pub minute: u16,
    pub seats: Option<u32>,
    pub sold: Option<u32>,
    /// What a ticket cost, in hundredths of the cinema's currency.
    pub price_hundredths: Option<i64>,
}

/// A showing as it is kept under its cinema-day.
#[derive(Serialize, Deserialize)]
struct Kept {
    hall: String,
    minute: u16,
    film: String,
    seats: Option<u32>,
    sold: Option<u32>,
    price_hundredths: Option<i64>,
}

/// How many cinema-days these showings are of.
pub fn cinema_days(showings: &[Showing]) -> usize {
    by_cinema_day(showings).len()
}

fn by_cinema_day(showings: &[Showing]) -> BTreeMap<(Day, &str), Vec<&Showing>> {
    let mut days: BTreeMap<(Day, &str), Vec<&Showing>> = BTreeMap::new();
    for one in showings {
        days.entry((one.day, &one.cinema)).or_default().push(one);
    }
    days
}

/// Adds showings to what a circuit is known to have shown. A hall shows one film at a time, so a later file corrects what
/// began in a hall at a minute; what it does not say stays. Counts cinema-days.
pub(crate) fn store(
    tx: &Tx,
    import: &ImportId,
    at: Instant,
    circuit: &OrgId,
    showings: &[Showing],
    step: &dyn Fn(u64),
) -> Result<Change> {
    let facts: Vec<(String, Value)> = by_cinema_day(showings)
        .into_iter()
        .map(|((day, cinema), showings)| (format!("{day} {cinema}"), body(&showings)))
        .collect();
    learned::store(tx, import, at, (&circuit.0, learned::Kind::Showings), &facts, step)
}

fn body(showings: &[&Showing]) -> Value {
    let kept = |one: &&Showing| {
        let kept = json!(Kept {
            hall: one.hall.clone(),
            minute: one.minute,
            film: one.film.clone(),
            seats: one.seats,
            sold: one.sold,
            price_hundredths: one.price_hundredths,
        });
        (format!("{} {}", one.minute, one.hall), kept)
    };
    Value::Object(showings.iter().map(kept).collect::<Map<String, Value>>())
}

/// What a circuit brought of these days, both included, as it was known at an instant: by day and cinema.
pub fn of_circuit(
    view: &View,
    circuit: &OrgId,
    (first, last): (Day, Day),
    as_of: Instant,
) -> Result<Vec<Showing>> {
    // The later of two rows about a cinema-day is whole.
    let mut newest: BTreeMap<String, String> = BTreeMap::new();
    // A subject begins with its day, whose digits sort alike wherever texts are sorted.
    let days = (&*first.to_string(), &*last.plus(1).to_string());
    for row in learned::between(view, &circuit.0, learned::Kind::Showings, days, as_of)? {
        newest.insert(row.subject, row.body);
    }
    let mut showings = Vec::new();
    for (subject, body) in &newest {
        let Some((day, cinema)) = subject.split_once(' ') else { continue };
        let day = Day::parse(day)?;
        if !(first..=last).contains(&day) {
            continue;
        }
        let kept: BTreeMap<String, Kept> = serde_json::from_str(body)?;
        showings.extend(kept.into_values().map(|kept| Showing {
            cinema: cinema.to_owned(),
            hall: kept.hall,
            film: kept.film,
            day,
            minute: kept.minute,
            seats: kept.seats,
            sold: kept.sold,
            price_hundredths: kept.price_hundredths,
        }));
    }
    Ok(showings)
}

/// When a circuit last brought something.
pub fn newest_at(view: &View, circuit: &OrgId) -> Result<Option<Instant>> {
    learned::newest_of(view, &circuit.0, learned::Kind::Showings)
}

/// Showings belong to whoever showed them.
pub fn whose(file: &str) -> Refusal {
    Refusal {
        field: Some("circuit"),
        ..Refusal::new(
            Kind::Invalid,
            NO_CIRCUIT,
            format!(
                "“{file}” tells what showings sold, and a circuit learns from its own alone: say whose it is, with “--circuit” on the command line or by choosing the circuit; its cinemas' staff bring it on their own pages."
            ),
            format!(
                "“{file}”是各场次的售票，院线只从自己的场次学习：请说明属于哪条院线（命令行用“--circuit”，页面上选择院线）；影院人员可在自己的影院页面导入。"
            ),
        )
    }
}
