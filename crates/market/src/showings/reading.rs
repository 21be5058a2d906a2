//! Reads a list of showings: `date,theatre,hall,movie,time,seats,sold` under whatever names and in whatever order.
//!
//! A line without seats or without sold is part of the schedule and was not counted. A start before six in the morning
//! belongs to the evening before, as cinemas' own days have it; a start that is written with its date says which.
//! Where the order in which seats were bought is told, it is counted against what was sold and not kept.

use super::Showing;
use crate::table::{self, Encoding, Headers, Line, Packed, Source, Unreadable, bad_file, no_row};
use kernel::{Day, Refusal};
use std::collections::HashMap;

/// The most seats a hall has.
pub const SEATS_MAX: u32 = 2_000;
/// The most showings of one file.
pub const SHOWINGS_MAX: usize = 1_000_000;
/// The dearest ticket, in hundredths; currencies differ.
const PRICE_MAX: i64 = 1_000_000_000;
const NAME_CHARS_MAX: usize = 200;
/// Minutes before this belong to the business day before.
const DAY_BEGINS: u16 = 6 * 60;
const MIDNIGHT: u16 = 24 * 60;

const DAY: [&str; 10] = [
    "date",
    "day",
    "business date",
    "business day",
    "show date",
    "日期",
    "营业日",
    "营业日期",
    "放映日期",
    "场次日期",
];
const CINEMA: [&str; 8] =
    ["theatre", "theater", "cinema", "cinema name", "影院", "影院名称", "影城", "影城名称"];
const HALL: [&str; 9] =
    ["hall", "screen", "auditorium", "hall name", "screen name", "影厅", "影厅名称", "厅", "厅名"];
const FILM: [&str; 9] =
    ["movie", "film", "title", "movie title", "film title", "影片", "影片名称", "片名", "电影"];
const START: [&str; 11] = [
    "time",
    "start",
    "start time",
    "starts",
    "starts at",
    "showtime",
    "开场时间",
    "开映时间",
    "放映时间",
    "场次时间",
    "时间",
];
const SEATS: [&str; 6] = ["seats", "capacity", "hall seats", "座位数", "座位", "总座位数"];
const SOLD: [&str; 10] = [
    "sold",
    "admissions",
    "tickets sold",
    "seats sold",
    "tickets",
    "人次",
    "观影人次",
    "售出",
    "售票数",
    "已售",
];
const PRICE: [&str; 5] = ["price", "ticket price", "average price", "票价", "平均票价"];
const BOUGHT: [&str; 1] = ["buy order"];

/// What was read of a file.
#[derive(Clone, Debug)]
pub struct Reading {
    /// As they stand in the file, each once.
    pub showings: Vec<Showing>,
    /// Those that an earlier line tells differently, by their place in `showings`. Who imports takes the earlier.
    pub contradicted: Vec<(usize, Refusal)>,
    pub rows: usize,
    pub repeated: usize,
    pub refusals: Vec<Refusal>,
}

/// Where the columns are.
struct Columns<'h> {
    headers: &'h Headers,
    day: Option<usize>,
    cinema: usize,
    hall: usize,
    film: usize,
    start: usize,
    seats: Option<usize>,
    sold: usize,
    price: Option<usize>,
    bought: Option<usize>,
}

impl<'h> Columns<'h> {
    /// Refuses a file without a column that is needed.
    fn of(headers: &'h Headers) -> Result<Columns<'h>, Refusal> {
        let mut missing: Vec<(&str, &str)> = Vec::new();
        let mut need = |names: &[&str], en: &'static str, zh: &'static str| {
            headers.find(names).unwrap_or_else(|| {
                missing.push((en, zh));
                0
            })
        };
        let columns = Columns {
            headers,
            day: headers.find(&DAY),
            cinema: need(&CINEMA, "cinema", "影院"),
            hall: need(&HALL, "hall", "影厅"),
            film: need(&FILM, "film", "影片"),
            start: need(&START, "start", "开场时间"),
            seats: headers.find(&SEATS),
            sold: need(&SOLD, "sold", "人次"),
            price: headers.find(&PRICE),
            bought: headers.find(&BOUGHT),
        };
        if missing.is_empty() {
            return Ok(columns);
        }
        let (en, zh): (Vec<&str>, Vec<&str>) = missing.into_iter().unzip();
        let (file, found, en, zh) = (headers.file(), headers.list(), en.join(", "), zh.join("、"));
        Err(bad_file(
            format!("“{file}” is not a list of showings: it lacks {en}; its columns are {found}."),
            format!("“{file}”不是场次明细：缺少{zh}；现有的列为 {found}。"),
        ))
    }
}

/// Whether a file's columns are those of showings.
pub(crate) fn is_showings(headers: &Headers) -> bool {
    Columns::of(headers).is_ok()
}

/// The file as text: Unicode, or what Chinese systems save, which its headings prove.
pub(crate) fn source(file: &Packed) -> Result<Source<'_>, Refusal> {
    let unicode = file.decode(None);
    if unicode.is_ok() {
        return unicode;
    }
    let in_chinese = |source: &Source| {
        let headers = source.headers().ok()?;
        let columns = Columns::of(&headers).ok()?;
        Some(!headers.name(columns.film).is_ascii())
    };
    let other = file.decode(Some(Encoding::Gb18030)).ok().filter(|other| in_chinese(other) == Some(true));
    other.map_or(unicode, Ok)
}

/// Reads a file. Lines that cannot be taken are refused one by one; a column that is missing refuses the whole.
pub fn read(file: &Packed) -> Result<Reading, Refusal> {
    let source = source(file)?;
    let headers = source.headers()?;
    let columns = Columns::of(&headers)?;
    let mut reading = Reading {
        showings: Vec::new(),
        contradicted: Vec::new(),
        rows: 0,
        repeated: 0,
        refusals: Vec::new(),
    };
    // By day, cinema, hall and minute: a hall shows one film at a time.
    let mut seen: HashMap<(Day, String, String, u16), Vec<usize>> = HashMap::new();
    source.each_line(|line| {
        reading.rows += 1;
        let row = Row { file: source.name(), columns: &columns, line };
        let showing = match row.showing() {
            Ok(showing) => showing,
            Err(refusal) => {
                reading.refusals.push(refusal);
                return Ok(());
            }
        };
        let key = (showing.day, showing.cinema.clone(), showing.hall.clone(), showing.minute);
        let others = seen.entry(key).or_default();
        if others.iter().any(|other| reading.showings[*other] == showing) {
            reading.repeated += 1;
            return Ok(());
        }
        let at = reading.showings.len();
        if at == SHOWINGS_MAX {
            return Err(too_many(source.name()));
        }
        if !others.is_empty() {
            reading.contradicted.push((at, row.contradicts()));
        }
        others.push(at);
        reading.showings.push(showing);
        Ok(())
    })?;
    if reading.rows == 0 { Err(no_row(source.name())) } else { Ok(reading) }
}

fn too_many(file: &str) -> Refusal {
    bad_file(
        format!("“{file}” has more than {SHOWINGS_MAX} showings; divide it."),
        format!("“{file}”超过 {SHOWINGS_MAX} 场，请拆分。"),
    )
}

struct Row<'a> {
    file: &'a str,
    columns: &'a Columns<'a>,
    line: &'a Line,
}

impl Row<'_> {
    fn refuse(&self, at: usize, en: &str, zh: &str) -> Refusal {
        self.line.refuse(self.file, Some(at), self.columns.headers.name(at), (en, zh))
    }

    fn contradicts(&self) -> Refusal {
        self.refuse(
            self.columns.start,
            "a start of its own: an earlier line tells of that hall at that time differently",
            "唯一的开场时间：前面的行对同一影厅的同一时间另有说法",
        )
    }

    fn showing(&self) -> Result<Showing, Refusal> {
        let columns = self.columns;
        let (day, minute) = self.business_time()?;
        let seats = columns.seats.map_or(Ok(None), |at| self.count(at))?;
        let sold = self.count(columns.sold)?;
        if let (Some(seats), Some(sold)) = (seats, sold)
            && sold > seats
        {
            let (en, zh) =
                (format!("at most the {seats} seats of the hall"), format!("不超过 {seats} 个座位的数"));
            return Err(self.refuse(columns.sold, &en, &zh));
        }
        let bought = columns.bought.map_or(Ok(None), |at| self.bought(at))?;
        if let (Some(bought), Some(sold)) = (bought, sold)
            && bought != sold
        {
            let (en, zh) = (
                format!("the {bought} seats of the buying order"),
                format!("与购买顺序中的 {bought} 个座位相符的数"),
            );
            return Err(self.refuse(columns.sold, &en, &zh));
        }
        Ok(Showing {
            cinema: self.name(columns.cinema, "a cinema’s name", "影院名称")?,
            hall: self.name(columns.hall, "a hall’s name", "影厅名称")?,
            film: self.name(columns.film, "a film’s name", "影片名称")?,
            day,
            minute,
            seats,
            sold,
            price_hundredths: columns.price.map_or(Ok(None), |at| self.price(at))?,
        })
    }

    /// A name on one line.
    fn name(&self, at: usize, en: &str, zh: &str) -> Result<String, Refusal> {
        let name = self.line.text(at).split_whitespace().collect::<Vec<_>>().join(" ");
        let says_something = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
        if says_something { Ok(name) } else { Err(self.refuse(at, en, zh)) }
    }

    /// The business day and the minutes from its midnight.
    fn business_time(&self) -> Result<(Day, u16), Refusal> {
        let (columns, line) = (self.columns, self.line);
        let no_start = || self.refuse(columns.start, "a time such as 19:30", "19:30 这样的时间");
        let start = Start::parse(line.text(columns.start)).ok_or_else(no_start)?;
        let said = match columns.day {
            Some(at) => {
                let no_day = || self.refuse(at, "a day such as 2020-01-12", "2020-01-12 这样的日期");
                Some((at, line.day(at).ok().flatten().ok_or_else(no_day)?))
            }
            None => None,
        };
        let is_night = start.minute < DAY_BEGINS;
        let minute = if is_night { start.minute + MIDNIGHT } else { start.minute };
        match (start.date, said) {
            (None, Some((_, day))) => Ok((day, minute)),
            (Some(date), said) => {
                let day = if is_night { date.plus(-1) } else { date };
                match said {
                    Some((at, said)) if said != date && said != day => {
                        let (en, zh) =
                            (format!("the day of its start, {date}"), format!("开场的日期 {date}"));
                        Err(self.refuse(at, &en, &zh))
                    }
                    _ => Ok((day, minute)),
                }
            }
            (None, None) => Err(self.refuse(
                columns.start,
                "a day and a time such as 2020-01-12 19:30, which is needed where no column has the day",
                "2020-01-12 19:30 这样的日期和时间（没有日期列时必填）",
            )),
        }
    }

    /// A number of seats; empty is unknown.
    fn count(&self, at: usize) -> Result<Option<u32>, Refusal> {
        let refuse = |_| {
            let (en, zh) =
                (format!("a number of seats, at most {SEATS_MAX}"), format!("座位数，最多 {SEATS_MAX}"));
            self.refuse(at, &en, &zh)
        };
        let Some(count) = self.line.whole(at).map_err(refuse)? else { return Ok(None) };
        let count = u32::try_from(count).ok().filter(|count| *count <= SEATS_MAX);
        count.map(Some).ok_or(Unreadable).map_err(refuse)
    }

    fn price(&self, at: usize) -> Result<Option<i64>, Refusal> {
        let refuse = |_| self.refuse(at, "a ticket’s price", "票价");
        let price = self.line.scaled(at, 2).map_err(refuse)?;
        let fits = price.is_none_or(|price| (0..=PRICE_MAX).contains(&price));
        if fits { Ok(price) } else { Err(refuse(Unreadable)) }
    }

    /// How many seats the groups of `[['A_1', 'A_2'], ['B_1']]` hold.
    fn bought(&self, at: usize) -> Result<Option<u32>, Refusal> {
        let text = self.line.raw(at);
        if text.is_empty() {
            return Ok(None);
        }
        let marks = text.matches('\'').count();
        if text.starts_with('[') && text.ends_with(']') && marks.is_multiple_of(2) {
            return Ok(Some((marks / 2) as u32));
        }
        Err(self.refuse(at, "a list of groups of seats", "成组座位的列表"))
    }
}

/// When a showing begins, as a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Start {
    /// By the calendar, where the cell has it.
    date: Option<Day>,
    /// Under 30 hours where no date is told: `24:30` is how cinemas write the small hours.
    minute: u16,
}

impl Start {
    /// `19:30`, `19:30:00`, `19：30`, `7:30 PM`, `24:30`, `2020-01-12 19:30`, `2020/1/12T19:30:00`.
    fn parse(text: &str) -> Option<Start> {
        let text = text.replace('：', ":").to_uppercase();
        let (text, half) = match (text.strip_suffix("AM"), text.strip_suffix("PM")) {
            (Some(text), _) => (text.trim(), Some(0)),
            (_, Some(text)) => (text.trim(), Some(12)),
            _ => (text.trim(), None),
        };
        let (date, clock) = match text.rsplit_once([' ', 'T']) {
            Some((date, clock)) => (Some(table::day(date.trim())?), clock),
            None => (None, text),
        };
        let digits = |part: &str| {
            let is_number = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse::<u16>().ok())?
        };
        let (hour, minute) = match clock.split(':').collect::<Vec<_>>()[..] {
            [hour, minute] if minute.len() == 2 => (digits(hour)?, digits(minute)?),
            [hour, minute, second] if minute.len() == 2 && digits(second)? < 60 => {
                (digits(hour)?, digits(minute)?)
            }
            _ => return None,
        };
        let hour = match half {
            Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
            Some(_) => return None,
            None => hour,
        };
        let hours = if date.is_some() { 24 } else { 30 };
        (hour < hours && minute < 60).then_some(Start { date, minute: hour * 60 + minute })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_read_as_people_write_it() {
        let minute = |text: &str| Start::parse(text).map(|start| start.minute);
        for (text, at) in [
            ("9:50", 590),
            ("19:30", 1_170),
            ("19:30:00", 1_170),
            ("19：30", 1_170),
            ("7:30 PM", 1_170),
            ("12:15am", 15),
            ("12:15 pm", 735),
            ("0:30", 30),
            ("24:30", 1_470),
            ("29:59", 1_799),
        ] {
            assert_eq!(minute(text), Some(at), "{text}");
        }
        for text in ["2020-01-12 19:30", "2020/1/12T19:30:00", "2020年1月12日 19:30"] {
            let read = Start::parse(text);
            assert_eq!(read, Some(Start { date: Day::parse("2020-01-12").ok(), minute: 1_170 }), "{text}");
        }
        for bad in [
            "",
            "30:00",
            "19:60",
            "19",
            "1930",
            "19:3",
            "13:00 PM",
            "0:10 AM",
            "soon 19:30",
            "19:30:99",
            "2020-01-12 24:30",
            "-1:30",
            "19:+3",
        ] {
            assert_eq!(Start::parse(bad), None, "{bad}");
        }
    }
}
