//! Reads a chain's showings: `date,theatre,hall,movie,time,hour,seats,sold,Buy Order`, plain or gzipped.
//!
//! A row without `seats` and `sold` is part of the schedule and was not counted. A showing before six in the
//! morning belongs to the evening before, as the chain's own days have it. What was bought is checked against
//! `sold`; it carries an order, no times, so it says nothing of sales so far.

use crate::charts::said;
use crate::report::refusal;
use anyhow::{Context, Result, ensure};
use demand::showing::{DayKind, Played, Showing};
use kernel::Day;
use market::table::Packed;
use std::collections::BTreeSet;
use std::path::Path;

const COLUMNS: [&str; 9] = ["date", "theatre", "hall", "movie", "time", "hour", "seats", "sold", "Buy Order"];
const SEATS_MAX: u32 = 2_000;
const ROWS_MAX: usize = 1_000_000;
/// Hours before this belong to the business day before.
const DAY_BEGINS: u16 = 6 * 60;

/// Reads a file; a refusal names its line, column and value.
pub fn read(path: &Path) -> Result<Vec<Played>> {
    let file = Packed::open(path).map_err(said)?;
    parse(file.decode(None).map_err(said)?.text()).with_context(|| path.display().to_string())
}

/// Rows in order of day, then as they stand. The very same showing twice is kept once.
pub fn parse(text: &str) -> Result<Vec<Played>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    if header != COLUMNS {
        let (found, wanted) = (header.join(","), COLUMNS.join(","));
        return Err(refusal(
            format!("Line 1: the columns are “{found}”, not “{wanted}”."),
            format!("第 1 行：列为“{found}”，应为“{wanted}”。"),
        ));
    }
    let mut played = Vec::new();
    let mut seen = BTreeSet::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row { line, record: &record };
        let one = row.played()?;
        if played.len() == ROWS_MAX {
            return Err(refusal(
                format!("Line {line}: more than {ROWS_MAX} showings."),
                format!("第 {line} 行：超过 {ROWS_MAX} 场。"),
            ));
        }
        let it = &one.showing;
        let key = (it.day, it.cinema.clone(), it.hall.clone(), it.minute, it.film.clone(), one.sold);
        if seen.insert(key) {
            played.push(one);
        }
    }
    if played.is_empty() {
        return Err(refusal("There is no showing in it.", "其中没有场次。"));
    }
    played.sort_by_key(|one| one.showing.day);
    Ok(played)
}

struct Row<'a> {
    line: u64,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    fn refuse(&self, column: usize, why: &str, why_zh: &str) -> anyhow::Error {
        let value: String = self.record.get(column).unwrap_or("").chars().take(40).collect();
        let (line, column) = (self.line, COLUMNS[column]);
        refusal(
            format!("Line {line}, column {column}: “{value}” {why}."),
            format!("第 {line} 行 {column} 列：“{value}”{why_zh}。"),
        )
    }

    fn played(&self) -> Result<Played> {
        let (line, cells) = (self.line, self.record.len());
        if cells != COLUMNS.len() {
            let due = COLUMNS.len();
            return Err(refusal(
                format!("Line {line}: {cells} columns instead of {due}."),
                format!("第 {line} 行：有 {cells} 列，应为 {due} 列。"),
            ));
        }
        let seats = self.count(6)?;
        let sold = self.count(7)?;
        if let (Some(seats), Some(sold)) = (seats, sold)
            && sold > seats
        {
            return Err(self.refuse(
                7,
                &format!("is more than the {seats} seats"),
                &format!("多于 {seats} 个座位"),
            ));
        }
        if let Some(bought) = self.bought()?
            && sold.is_some_and(|sold| sold != bought)
        {
            return Err(self.refuse(
                7,
                &format!("is not the {bought} seats of the buying order"),
                &format!("与购买顺序中的 {bought} 个座位不符"),
            ));
        }
        let showing = Showing {
            film: self.name(3)?,
            cinema: self.name(1)?,
            hall: self.name(2)?,
            day: Day::parse(&self.record[0]).map_err(|_| {
                self.refuse(0, "is not a day such as 2020-01-12", "不是 2020-01-12 这样的日期")
            })?,
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
        ensure!(says_something, self.refuse(column, "is not a name", "不是名称"));
        Ok(name.to_owned())
    }

    fn minute(&self) -> Result<u16> {
        let refuse = || self.refuse(4, "is not a time such as 19:30", "不是 19:30 这样的时间");
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
        let count: u32 =
            whole.parse().map_err(|_| self.refuse(column, "is not a number of seats", "不是座位数"))?;
        ensure!(
            count <= SEATS_MAX,
            self.refuse(
                column,
                &format!("is more than {SEATS_MAX} seats"),
                &format!("超过 {SEATS_MAX} 个座位")
            )
        );
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
        ensure!(well_formed, self.refuse(8, "is not a list of groups of seats", "不是成组座位的列表"));
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
