//! How a chart is read: line by line, film by film, with every number checked against what can be.

use super::dialects::{Dialect, FIELDS, Field, day_in_name};
use super::{Film, FilmDay, Series, bad_file};
pub use crate::table::REFUSED_ONE_IN;
use crate::table::{self, Headers, Line, Packed, Source, scale};
use kernel::{Currency, Day, Refusal};
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// No film ever took more on a day, nor in all: in minor units, a hundred billion yuan or dollars, ten
/// trillion won. Beyond it a figure is a mistake.
pub const GROSS_MAX: i64 = 10_000_000_000_000;
/// No film ever had more on a day or in all.
pub const ADMISSIONS_MAX: i64 = 2_000_000_000;
/// Screens, theatres, showings of a film on a day; minutes of its length; its rank.
const COUNT_MAX: i64 = 10_000_000;
/// Refusals that are told, at most; the others are counted.
pub const REFUSALS_TOLD_MAX: usize = 100;
/// So many lines must contradict themselves before a file's columns are taken to be swapped.
const CONTRADICTIONS_MIN: usize = 10;
/// What the line beneath a table that adds it up is called.
const SUMS: [&str; 6] = ["합계", "合计", "总计", "總計", "Total", "Totals"];
/// A film's title, at most.
const TITLE_CHARS_MAX: usize = 300;
/// So many films on a day are a whole chart, whose shares come to about a hundred percent.
const WHOLE_CHART_FILMS: usize = 10;
/// And to no more than this where they were written as parts of one, in percent.
const PARTS_OF_ONE_MAX: f64 = 1.05;
/// Days that a chart can be about.
const YEARS: RangeInclusive<i16> = 1890..=2100;

/// What came out of a file.
#[derive(Clone, Debug)]
pub struct Reading {
    pub series: Series,
    /// Rows of the file, without its header.
    pub rows: usize,
    /// Rows that said what another had said.
    pub repeated: usize,
    /// Rows that do not count.
    pub refused: usize,
    /// Cells that cannot be and were taken as unknown; their rows count.
    pub unknown_cells: usize,
    /// Why, line by line; at most [`REFUSALS_TOLD_MAX`] of rows and cells together.
    pub refusals: Vec<Refusal>,
}

impl Reading {
    /// The series, if every line counted.
    pub fn strictly(self) -> Result<Series, Refusal> {
        match self.refusals.into_iter().next() {
            Some(refusal) if self.refused > 0 => Err(refusal),
            _ => Ok(self.series),
        }
    }
}

/// Reads a chart.
///
/// Refuses a file that lacks a required column, has no row, or has more lines that cannot be read than one in
/// [`REFUSED_ONE_IN`]; and one that mixes currencies. A line is refused, and the others count, when its day,
/// title or an amount cannot be read, is negative or enormous, or when an earlier line said something else
/// about the same film and day. A share over 100 % is taken as unknown.
///
/// So is a file whose figures contradict each other as those of swapped columns do. With no dialect said, the file's
/// header says which chart it is.
pub fn read(file: &Packed, dialect: Option<&'static Dialect>) -> Result<Reading, Refusal> {
    read_until(file, dialect, Day::new(*YEARS.end(), 12, 31)?)
}

/// The same, and a line of a day after the last that has been is refused.
pub fn read_until(file: &Packed, dialect: Option<&'static Dialect>, last: Day) -> Result<Reading, Refusal> {
    let (source, headers, dialect) = match dialect {
        Some(dialect) => {
            let source = file.decode(dialect.encoding)?;
            let headers = source.headers()?;
            (source, headers, dialect)
        }
        None => decode(file)?,
    };
    let places = dialect.place(&headers)?;
    let mut chart = Chart::new(&headers, dialect, places, last);
    source.each_line(|line| chart.take(line))?;
    chart.finish()
}

/// Finds the chart whose columns a file has, in UTF-8 or in the encoding that is usual where the chart is made.
fn decode(file: &Packed) -> Result<(Source<'_>, Headers, &'static Dialect), Refusal> {
    let unicode = file.decode(None);
    let encodings = Dialect::ALL.map(|dialect| dialect.encoding);
    let sources = std::iter::once(unicode).chain(encodings.map(|encoding| file.decode(encoding)));
    let mut first_refusal = None;
    for source in sources {
        let found = source.and_then(|source| {
            let headers = source.headers()?;
            let dialect = Dialect::sniff(&headers).ok_or_else(|| unknown_chart(&headers))?;
            Ok((source, headers, dialect))
        });
        match found {
            Ok(found) => return Ok(found),
            Err(refusal) => first_refusal = first_refusal.or(Some(refusal)),
        }
    }
    Err(first_refusal.expect("at least one way to decode was tried"))
}

/// The chart that a file is.
pub fn recognise(file: &Packed) -> Result<&'static Dialect, Refusal> {
    decode(file).map(|(_, _, dialect)| dialect)
}

fn unknown_chart(headers: &Headers) -> Refusal {
    let (file, found) = (headers.file(), headers.list());
    let known = Dialect::ALL.map(|dialect| dialect.code).join(", ");
    bad_file(
        format!("“{file}” is none of the charts that are understood ({known}); its columns are {found}."),
        format!("“{file}”不是可识别的榜单（{known}）；现有的列为 {found}。"),
    )
}

/// A chart while it is read.
struct Chart<'s> {
    file: &'s str,
    headers: &'s Headers,
    dialect: &'static Dialect,
    places: [Option<usize>; FIELDS],
    /// The last day that has been.
    last: Day,
    /// Of a chart of one day, when its lines do not say.
    day_of_file: Option<Day>,
    films: Vec<Film>,
    by_key: HashMap<String, u32>,
    /// With the line each came from.
    days: Vec<(FilmDay, u64)>,
    key: String,
    rows: usize,
    repeated: usize,
    refused: usize,
    unknown_cells: usize,
    refusals: Vec<Refusal>,
}

impl<'s> Chart<'s> {
    fn new(
        headers: &'s Headers,
        dialect: &'static Dialect,
        places: [Option<usize>; FIELDS],
        last: Day,
    ) -> Chart<'s> {
        let file = headers.file();
        Chart {
            file,
            headers,
            dialect,
            places,
            last,
            day_of_file: day_in_name(file),
            films: Vec::new(),
            by_key: HashMap::new(),
            days: Vec::new(),
            key: String::new(),
            rows: 0,
            repeated: 0,
            refused: 0,
            unknown_cells: 0,
            refusals: Vec::new(),
        }
    }

    /// One line; only what spoils the whole file is an error.
    fn take(&mut self, line: &Line) -> Result<(), Refusal> {
        if self.is_sum(line) {
            return Ok(());
        }
        self.rows += 1;
        self.check_currency(line)?;
        match self.film_day(line) {
            Ok(day) => self.days.push((day, line.number())),
            Err(refusal) => self.refuse(refusal),
        }
        Ok(())
    }

    /// The line beneath a table that adds it up: it has no film, and says that it is a sum.
    fn is_sum(&self, line: &Line) -> bool {
        let words = |text: &str| SUMS.iter().any(|sum| text.eq_ignore_ascii_case(sum));
        let title = self.text(line, Field::Title);
        words(title) && self.text(line, Field::Key).is_empty() && self.text(line, Field::Rank).is_empty()
            || title.is_empty() && words(line.text(0))
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.refused += 1;
        self.tell(refusal);
    }

    fn tell(&mut self, refusal: Refusal) {
        if self.refusals.len() < REFUSALS_TOLD_MAX {
            self.refusals.push(refusal);
        }
    }

    fn check_currency(&self, line: &Line) -> Result<(), Refusal> {
        let expected = self.dialect.market.currency();
        let named = self.text(line, Field::Currency);
        let amounts = [Field::Gross, Field::GrossToDate].map(|field| self.text(line, field));
        let found = amounts.into_iter().find_map(foreign_symbol(expected));
        let other =
            found.or((!named.is_empty() && !named.eq_ignore_ascii_case(expected.code())).then_some(named));
        let Some(other) = other else { return Ok(()) };
        let (file, number, expected) = (self.file, line.number(), expected.code());
        Err(bad_file(
            format!(
                "Line {number} of “{file}” is in “{other}”, the chart in {expected}; one file has one currency."
            ),
            format!("“{file}”第 {number} 行的币种是“{other}”，榜单是 {expected}；一个文件只能有一种货币。"),
        ))
    }

    /// What a line says, with everything in it checked.
    fn film_day(&mut self, line: &Line) -> Result<FilmDay, Refusal> {
        let day = match self.places[Field::Day as usize] {
            Some(_) => self.day(line, Field::Day)?,
            None => self.day_of_file,
        };
        let day = day.ok_or_else(|| {
            self.wrong(line, Field::Day, ("a day such as 2016-12-23", "2016-12-23 这样的日期"))
        })?;
        if day > self.last {
            return Err(self.wrong(line, Field::Day, ("a day that has been", "已经过去的日期")));
        }
        let title = self.text(line, Field::Title);
        if title.is_empty() {
            return Err(self.wrong(line, Field::Title, ("a film’s title", "影片名称")));
        }
        if title.chars().count() > TITLE_CHARS_MAX {
            let en = format!("a film’s title of at most {TITLE_CHARS_MAX} characters");
            let zh = format!("不超过 {TITLE_CHARS_MAX} 字的影片名称");
            return Err(self.wrong(line, Field::Title, (&en, &zh)));
        }
        let release = match self.day(line, Field::Release)? {
            Some(release) => Some(release),
            None => self.counted_back(line, day)?,
        };
        let mut one = FilmDay {
            film: 0,
            day,
            gross: self.amount(line, Field::Gross)?,
            admissions: self.count(line, Field::Admissions, ADMISSIONS_MAX)?,
            screens: self.count(line, Field::Screens, COUNT_MAX)?,
            showings: self.count(line, Field::Showings, COUNT_MAX)?,
            share_of_showings: self.share(line, Field::ShareOfShowings)?,
            share_of_box_office: self.share(line, Field::ShareOfBoxOffice)?,
            rank: self.count(line, Field::Rank, COUNT_MAX)?,
            gross_to_date: self.amount(line, Field::GrossToDate)?,
            admissions_to_date: self.count(line, Field::AdmissionsToDate, ADMISSIONS_MAX)?,
        };
        one.film = self.film(line, release)?;
        Ok(one)
    }

    /// The film a line is about; made from the first line that names it.
    fn film(&mut self, line: &Line, release: Option<Day>) -> Result<u32, Refusal> {
        let (title, id) = (self.text(line, Field::Title), self.text(line, Field::Key));
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        key.push_str(if id.is_empty() { title } else { id });
        // A title is made again after years: what tells the two apart is their release. Where it is counted back from
        // days in release, which some lines miscount, the year must do.
        if id.is_empty()
            && let Some(release) = release
        {
            match self.text(line, Field::Release) {
                "" => key.push_str(&format!("@{}", release.year())),
                _ => key.push_str(&format!("@{release}")),
            }
        }
        let known = self.by_key.get(key.as_str()).copied();
        let index = match known {
            Some(index) => index,
            None => {
                let film = self.new_film(line, &key, release)?;
                self.films.push(film);
                self.by_key.insert(key.clone(), self.films.len() as u32 - 1);
                self.films.len() as u32 - 1
            }
        };
        self.key = key;
        let film = &mut self.films[index as usize];
        film.release = film.release.or(release);
        Ok(index)
    }

    fn new_film(&self, line: &Line, key: &str, release: Option<Day>) -> Result<Film, Refusal> {
        let some = |field| Some(self.text(line, field).to_owned()).filter(|text| !text.is_empty());
        let list = |field, between: &[char]| {
            let parts = self.text(line, field).split(between).map(str::trim);
            parts.filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        Ok(Film {
            key: key.to_owned(),
            title: self.text(line, Field::Title).split_whitespace().collect::<Vec<_>>().join(" "),
            release,
            genres: list(Field::Genres, &[',', '，', '、', '|', '/']),
            country: some(Field::Country),
            distributor: some(Field::Distributor),
            duration_minutes: self.count(line, Field::Duration, COUNT_MAX)?.filter(|minutes| *minutes > 0),
            versions: list(Field::Versions, &['/', ',', '，', '、']),
        })
    }

    /// The release day, when a line says only how many days the film has been out; 1 is the first.
    fn counted_back(&self, line: &Line, day: Day) -> Result<Option<Day>, Refusal> {
        let days = self.places[Field::DaysInRelease as usize].map(|at| line.whole(at)).transpose();
        let days = days.map_err(|_| {
            self.wrong(line, Field::DaysInRelease, ("a number of days in release", "上映天数"))
        })?;
        let days = days.flatten().filter(|days| (1..=100_000).contains(days));
        Ok(days.map(|days| day.plus(1 - days as i32)))
    }

    fn text<'l>(&self, line: &'l Line, field: Field) -> &'l str {
        self.places[field as usize].map_or("", |at| line.text(at))
    }

    fn day(&self, line: &Line, field: Field) -> Result<Option<Day>, Refusal> {
        let wanted = ("a day such as 2016-12-23", "2016-12-23 这样的日期");
        let day = self.places[field as usize].map(|at| line.day(at)).transpose();
        let day = day.map_err(|_| self.wrong(line, field, wanted))?.flatten();
        match day {
            Some(day) if !YEARS.contains(&day.year()) => Err(self.wrong(line, field, wanted)),
            day => Ok(day),
        }
    }

    fn amount(&self, line: &Line, field: Field) -> Result<Option<i64>, Refusal> {
        let text = self.text(line, field);
        if text.is_empty() {
            return Ok(None);
        }
        let (number, unit) = unit_of(text);
        let unit_is_due = self.dialect.unit_in_cell.contains(&self.column(field));
        if unit_is_due && unit.is_none() {
            let wanted =
                ("an amount with its unit, such as 2699.1万 or 1.96亿", "带单位的金额，如 2699.1万、1.96亿");
            return Err(self.wrong(line, field, wanted));
        }
        let places = unit.unwrap_or(self.dialect.amount_exponent) + self.dialect.market.currency().exponent();
        let amount = scale(number, places as usize);
        let amount = amount.ok_or_else(|| self.wrong(line, field, ("an amount", "金额")))?;
        self.within(line, field, Some(amount), GROSS_MAX)
    }

    fn count(&self, line: &Line, field: Field, max: i64) -> Result<Option<i64>, Refusal> {
        let count = self.places[field as usize].map(|at| line.whole(at)).transpose();
        let count = count.map_err(|_| self.wrong(line, field, ("a whole number", "整数")))?.flatten();
        self.within(line, field, count, max)
    }

    fn within(
        &self,
        line: &Line,
        field: Field,
        number: Option<i64>,
        max: i64,
    ) -> Result<Option<i64>, Refusal> {
        match number {
            Some(number) if number < 0 => Err(self.wrong(
                line,
                field,
                ("zero or more; correct the day it belongs to", "零或正数；请更正到它所属的日期"),
            )),
            Some(number) if number > max => {
                Err(self.wrong(line, field, ("a figure that can be", "可能的数值")))
            }
            number => Ok(number),
        }
    }

    /// A percentage as a share of one, to the billionth; over a hundred it is not known.
    fn share(&mut self, line: &Line, field: Field) -> Result<Option<f64>, Refusal> {
        let percent = self.places[field as usize].map(|at| line.percent(at)).transpose();
        let wanted = ("a percentage", "百分比");
        let percent = percent.map_err(|_| self.wrong(line, field, wanted))?.flatten();
        let Some(percent) = percent else { return Ok(None) };
        if (0.0..=100.0).contains(&percent) {
            return Ok(Some((percent * 1e7).round() / 1e9));
        }
        self.unknown_cells += 1;
        let refusal = self.wrong(
            line,
            field,
            ("between 0 and 100 and was taken as unknown", "0 到 100 之间的百分比，按未知处理"),
        );
        self.tell(refusal);
        Ok(None)
    }

    fn wrong(&self, line: &Line, field: Field, wanted: (&str, &str)) -> Refusal {
        line.refuse(self.file, self.places[field as usize], self.column(field), wanted)
    }

    fn finish(mut self) -> Result<Reading, Refusal> {
        if self.rows == 0 {
            return Err(table::no_row(self.file));
        }
        self.put_films_in_order();
        self.keep_each_day_once();
        self.check_refused()?;
        self.check_columns()?;
        let dialect = self.dialect;
        let series = Series {
            market: dialect.market,
            currency: dialect.market.currency(),
            grain: dialect.grain,
            films: self.films,
            days: self.days.into_iter().map(|(day, _)| day).collect(),
        };
        Ok(Reading {
            series,
            rows: self.rows,
            repeated: self.repeated,
            refused: self.refused,
            unknown_cells: self.unknown_cells,
            refusals: self.refusals,
        })
    }

    fn put_films_in_order(&mut self) {
        let mut order: Vec<u32> = (0..self.films.len() as u32).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&self.films[*a as usize], &self.films[*b as usize]);
            (a.release.is_none(), a.release, &a.key).cmp(&(b.release.is_none(), b.release, &b.key))
        });
        let mut place_of = vec![0; order.len()];
        for (place, old) in order.iter().enumerate() {
            place_of[*old as usize] = place as u32;
        }
        self.films = order.iter().map(|old| std::mem::take(&mut self.films[*old as usize])).collect();
        for (day, _) in &mut self.days {
            day.film = place_of[day.film as usize];
        }
    }

    /// A film-day twice: once when both say the same; the later line is refused when it says something else.
    fn keep_each_day_once(&mut self) {
        self.days.sort_by_key(|(one, line)| (one.film, one.day, *line));
        let mut kept: Vec<(FilmDay, u64)> = Vec::with_capacity(self.days.len());
        for (one, line) in std::mem::take(&mut self.days) {
            match kept.last() {
                Some((first, _)) if *first == one => self.repeated += 1,
                Some((first, first_line)) if (first.film, first.day) == (one.film, one.day) => {
                    let refusal = self.said_otherwise(&one, line, *first_line);
                    self.refuse(refusal);
                }
                _ => kept.push((one, line)),
            }
        }
        self.days = kept;
    }

    fn said_otherwise(&self, one: &FilmDay, line: u64, first: u64) -> Refusal {
        let (file, day, title) = (self.file, one.day, &self.films[one.film as usize].title);
        bad_file(
            format!(
                "Line {line} of “{file}” says something else about “{title}” on {day} than line {first}; line {first} counts."
            ),
            format!(
                "“{file}”第 {line} 行关于《{title}》{day} 的数据与第 {first} 行不同；以第 {first} 行为准。"
            ),
        )
    }

    /// Refuses figures that contradict each other on most lines, as those of swapped columns do.
    fn check_columns(&self) -> Result<(), Refusal> {
        let (file, name) = (self.file, |field| self.column(field));
        let all = |pick: fn(&FilmDay) -> Option<bool>| -> Vec<bool> {
            self.days.iter().filter_map(|(one, _)| pick(one)).collect()
        };
        let most = |said: &[bool]| {
            let wrong = said.iter().filter(|yes| **yes).count();
            (wrong >= CONTRADICTIONS_MIN && 2 * wrong > said.len()).then_some(wrong)
        };
        let sums = all(|one| Some(one.gross? > one.gross_to_date?));
        if let Some(wrong) = most(&sums) {
            let (of, day, sum) = (sums.len(), name(Field::Gross), name(Field::GrossToDate));
            return Err(bad_file(
                format!(
                    "In {wrong} of the {of} lines of “{file}” that say both, a day’s {day} is more than {sum}, all its days together; are the columns swapped?"
                ),
                format!("“{file}”中有 {wrong} 行（共 {of} 行）的当日 {day} 大于累计 {sum}；列是否颠倒了？"),
            ));
        }
        let prices = all(|one| Some(one.admissions? > one.gross?));
        if let Some(wrong) = most(&prices) {
            let (of, money, people) = (prices.len(), name(Field::Gross), name(Field::Admissions));
            return Err(bad_file(
                format!(
                    "In {wrong} of the {of} lines of “{file}” that say both, {people} of {money} paid less than one unit of money each; are the columns swapped?"
                ),
                format!(
                    "“{file}”中有 {wrong} 行（共 {of} 行）的 {people} 多于 {money} 的金额；列是否颠倒了？"
                ),
            ));
        }
        self.check_shares()
    }

    /// Refuses shares of whole charts that come to one instead of a hundred.
    fn check_shares(&self) -> Result<(), Refusal> {
        let mut by_day: HashMap<Day, (usize, f64)> = HashMap::new();
        for (day, share) in self.days.iter().filter_map(|(one, _)| Some((one.day, one.share_of_showings?))) {
            let sum = by_day.entry(day).or_default();
            *sum = (sum.0 + 1, sum.1 + 100.0 * share);
        }
        let whole: Vec<f64> = by_day
            .into_values()
            .filter(|(films, _)| *films >= WHOLE_CHART_FILMS)
            .map(|(_, sum)| sum)
            .collect();
        if whole.is_empty() || whole.iter().any(|sum| *sum > PARTS_OF_ONE_MAX) {
            return Ok(());
        }
        let (file, column) = (self.file, self.column(Field::ShareOfShowings));
        Err(bad_file(
            format!(
                "{column} of “{file}” comes to about one a day; it should be in percent, a hundred together."
            ),
            format!("“{file}”每天的 {column} 合计约为 1；应为百分比，合计约 100。"),
        ))
    }

    fn column(&self, field: Field) -> &str {
        let at = self.places[field as usize];
        at.map_or(self.dialect.names(field)[0], |at| self.headers.name(at))
    }

    fn check_refused(&self) -> Result<(), Refusal> {
        if self.refused * REFUSED_ONE_IN <= self.rows {
            return Ok(());
        }
        let first =
            self.refusals.iter().find(|refusal| refusal.code == "bad_line" || refusal.code == "bad_file");
        Err(table::mostly_refused(self.file, (self.refused, self.rows), first))
    }
}

/// `1.96亿` is 1.96 with eight powers of ten.
fn unit_of(text: &str) -> (&str, Option<u32>) {
    let text = text.strip_suffix('元').unwrap_or(text);
    let units = [('亿', 8), ('万', 4)];
    let found = units.into_iter().find_map(|(unit, power)| Some((text.strip_suffix(unit)?, power)));
    found.map_or((text, None), |(number, power)| (number.trim_end(), Some(power)))
}

/// Finds a currency sign that is not this chart's.
fn foreign_symbol(expected: Currency) -> impl Fn(&str) -> Option<&str> {
    move |text| {
        let first = text.trim_start_matches('-').chars().next().filter(|first| !first.is_ascii_digit())?;
        let sign = ["¥", "￥", "$", "€", "£", "₩"].into_iter().find(|sign| sign.starts_with(first))?;
        let own: &[&str] = match expected {
            Currency::CNY | Currency::JPY => &["¥", "￥"],
            Currency::EUR => &["€"],
            Currency::GBP => &["£"],
            Currency::KRW => &["₩"],
            Currency::HKD | Currency::TWD | Currency::USD => &["$"],
        };
        (!own.contains(&sign)).then_some(sign)
    }
}
