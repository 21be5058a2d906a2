//! Reads a chain's showings: `date,theatre,hall,movie,time,hour,seats,sold,Buy Order`, plain or gzipped.
//!
//! A row without `seats` and `sold` is part of the schedule and was not counted. A showing before six in the
//! morning belongs to the evening before, as the chain's own days have it. What was bought is checked against
//! `sold`; it carries an order, no times, so it says nothing of sales so far.

use anyhow::{Context, Result, ensure};
use demand::showing::{DayKind, Played, Showing};
use kernel::Day;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

const COLUMNS: [&str; 9] = ["date", "theatre", "hall", "movie", "time", "hour", "seats", "sold", "Buy Order"];
const SEATS_MAX: u32 = 2_000;
const ROWS_MAX: usize = 1_000_000;
/// Hours before this belong to the business day before.
const DAY_BEGINS: u16 = 6 * 60;

/// Reads a file; a refusal names its line, column and value.
pub fn read(path: &Path) -> Result<Vec<Played>> {
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::GzDecoder::new(&bytes[..])
            .read_to_string(&mut text)
            .with_context(|| format!("{} is not gzipped UTF-8", path.display()))?;
    } else {
        text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
    }
    parse(&text).with_context(|| path.display().to_string())
}

/// Rows in order of day, then as they stand. The very same showing twice is kept once.
pub fn parse(text: &str) -> Result<Vec<Played>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    ensure!(header == COLUMNS, "line 1: the columns are “{}”, not “{}”", header.join(","), COLUMNS.join(","));
    let mut played = Vec::new();
    let mut seen = BTreeSet::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row { line, record: &record };
        let one = row.played()?;
        ensure!(played.len() < ROWS_MAX, "line {line}: more than {ROWS_MAX} showings");
        let it = &one.showing;
        let key = (it.day, it.cinema.clone(), it.hall.clone(), it.minute, it.film.clone(), one.sold);
        if seen.insert(key) {
            played.push(one);
        }
    }
    ensure!(!played.is_empty(), "there is no showing in it");
    played.sort_by_key(|one| one.showing.day);
    Ok(played)
}

struct Row<'a> {
    line: u64,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    fn refuse(&self, column: usize, why: &str) -> anyhow::Error {
        let value: String = self.record.get(column).unwrap_or("").chars().take(40).collect();
        anyhow::anyhow!("line {}, column {}: “{value}” {why}", self.line, COLUMNS[column])
    }

    fn played(&self) -> Result<Played> {
        ensure!(
            self.record.len() == COLUMNS.len(),
            "line {}: {} columns instead of {}",
            self.line,
            self.record.len(),
            COLUMNS.len()
        );
        let seats = self.count(6)?;
        let sold = self.count(7)?;
        if let (Some(seats), Some(sold)) = (seats, sold)
            && sold > seats
        {
            return Err(self.refuse(7, &format!("is more than the {seats} seats")));
        }
        if let Some(bought) = self.bought()?
            && sold.is_some_and(|sold| sold != bought)
        {
            return Err(self.refuse(7, &format!("is not the {bought} seats of the buying order")));
        }
        let showing = Showing {
            film: self.name(3)?,
            cinema: self.name(1)?,
            hall: self.name(2)?,
            day: Day::parse(&self.record[0])
                .map_err(|_| self.refuse(0, "is not a day such as 2020-01-12"))?,
            minute: self.minute()?,
            seats,
            price_minor: None,
            release: None,
        };
        Ok(Played { showing, sold })
    }

    fn name(&self, column: usize) -> Result<String> {
        let name = self.record[column].trim();
        let says_something = !name.is_empty() && name.len() <= 200;
        ensure!(says_something, self.refuse(column, "is not a name"));
        Ok(name.to_owned())
    }

    fn minute(&self) -> Result<u16> {
        let refuse = || self.refuse(4, "is not a time such as 19:30");
        let (hour, minute) = self.record[4].split_once(':').ok_or_else(refuse)?;
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        ensure!(digits(hour, 2) && digits(minute, 2) && minute.len() == 2, refuse());
        let (hour, minute): (u16, u16) = (hour.parse()?, minute.parse()?);
        ensure!(hour < 24 && minute < 60, refuse());
        let of_day = hour * 60 + minute;
        Ok(if of_day < DAY_BEGINS { of_day + 24 * 60 } else { of_day })
    }

    /// A whole number, written with or without `.0`; empty is unknown.
    fn count(&self, column: usize) -> Result<Option<u32>> {
        let text = self.record[column].trim();
        if text.is_empty() {
            return Ok(None);
        }
        let whole = text.strip_suffix(".0").unwrap_or(text);
        let count: u32 = whole.parse().map_err(|_| self.refuse(column, "is not a number of seats"))?;
        ensure!(count <= SEATS_MAX, self.refuse(column, &format!("is more than {SEATS_MAX} seats")));
        Ok(Some(count))
    }

    /// How many seats the groups of `[['A_1', 'A_2'], ['B_1']]` hold.
    fn bought(&self) -> Result<Option<u32>> {
        let text = self.record[8].trim();
        if text.is_empty() {
            return Ok(None);
        }
        let well_formed =
            text.starts_with('[') && text.ends_with(']') && text.matches('\'').count().is_multiple_of(2);
        ensure!(well_formed, self.refuse(8, "is not a list of groups of seats"));
        Ok(Some((text.matches('\'').count() / 2) as u32))
    }
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
