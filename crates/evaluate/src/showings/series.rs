//! A chain's showings as they are judged by: the file of its old system, and its place's days off.

use crate::charts::said;
use anyhow::Result;
use demand::showing::{DayKind, Played, Showing};
use kernel::Day;
use market::showings::{self, Showing as Told};
use market::table::Packed;
use std::path::Path;

/// Reads a file, plain or gzipped, as it is imported; one line that is refused refuses it. Showings that are told twice
/// and differently stand both.
pub fn read(path: &Path) -> Result<Vec<Played>> {
    parse(&Packed::open(path).map_err(said)?)
}

/// In order of day, then as they stand.
pub fn parse(file: &Packed) -> Result<Vec<Played>> {
    let reading = showings::read(file).map_err(said)?;
    if let Some(first) = reading.refusals.into_iter().next() {
        return Err(said(first));
    }
    let mut played: Vec<Played> = reading.showings.into_iter().map(played).collect();
    played.sort_by_key(|one| one.showing.day);
    Ok(played)
}

fn played(told: Told) -> Played {
    let showing = Showing {
        film: told.film,
        cinema: told.cinema,
        hall: told.hall,
        day: told.day,
        minute: told.minute,
        seats: told.seats,
        price_minor: told.price_hundredths,
        release: None,
    };
    Played { showing, sold: told.sold }
}

/// Days off in Singapore: the public holidays of late 2019 and 2020 and the school's (Ministry of Manpower,
/// Ministry of Education). Outside those years weekdays only. The eve of the lunar New Year is no evening out, for
/// families dine at home, though offices and schools close at noon: it is taken for an ordinary weekday, an assumption
/// that no day of these series had shown. As a day of school holidays, which then were all in the weeks of Christmas, it
/// would be forecast to sell more than a day of rest.
pub fn singapore(day: Day) -> DayKind {
    const HOLIDAYS: [&str; 13] = [
        "2019-12-25",
        "2020-01-01",
        "2020-01-25",
        "2020-01-26",
        "2020-01-27",
        "2020-04-10",
        "2020-05-01",
        "2020-05-07",
        "2020-05-25",
        "2020-07-10",
        "2020-07-31",
        "2020-08-10",
        "2020-12-25",
    ];
    const NEW_YEARS_EVE: &str = "2020-01-24";
    const SCHOOL: [(&str, &str); 5] = [
        ("2019-11-23", "2020-01-01"),
        ("2020-03-14", "2020-03-22"),
        ("2020-05-05", "2020-06-01"),
        ("2020-09-05", "2020-09-13"),
        ("2020-11-21", "2020-12-31"),
    ];
    let rests = |day: Day| day.weekday() >= 6 || HOLIDAYS.contains(&day.to_string().as_str());
    let text = day.to_string();
    DayKind {
        rests: rests(day),
        eve: !rests(day) && rests(day.plus(1)) && text != NEW_YEARS_EVE,
        school_holiday: SCHOOL.iter().any(|(first, last)| *first <= text.as_str() && text.as_str() <= *last),
    }
}
