//! What films took day by day, as charts report it: one neutral shape for the charts of several markets.
//!
//! A chart is a CSV file, plain or gzipped. Its columns are found by name ([`Dialect`]), unknown ones are never
//! looked at. What cannot be in a line is refused with its line and column; the other lines count. A day that
//! nobody reported is not there: a gap is unknown, not zero (`docs/algorithms/imported_series.md`).

mod dialects;
mod reading;
mod storing;

pub use dialects::Dialect;
pub use reading::{
    ADMISSIONS_MAX, GROSS_MAX, REFUSALS_TOLD_MAX, REFUSED_ONE_IN, Reading, read, read_until, recognise,
};

pub(crate) use storing::store;
pub use storing::{fullest_chart, load};

use kernel::{Currency, Day, Kind, Refusal, Territory, Words};
use serde::{Deserialize, Serialize};

/// Where a chart counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Market {
    /// Mainland China.
    China,
    Korea,
    Taiwan,
    /// The United States and Canada.
    Us,
}

impl Market {
    pub const ALL: [Market; 4] = [Market::China, Market::Korea, Market::Taiwan, Market::Us];

    /// Whether its charts tell every day; of Taiwan only weeks are published.
    pub fn is_daily(self) -> bool {
        self != Market::Taiwan
    }

    /// The market that a territory is, or is part of; `None` where no charts are known.
    pub fn of(territory: Territory) -> Option<Market> {
        match territory {
            Territory::CN => Some(Market::China),
            Territory::KR => Some(Market::Korea),
            Territory::TW => Some(Market::Taiwan),
            Territory::US => Some(Market::Us),
            _ => None,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Market::China => "china",
            Market::Korea => "korea",
            Market::Taiwan => "taiwan",
            Market::Us => "us",
        }
    }

    pub fn parse(code: &str) -> Result<Market, Refusal> {
        Market::ALL.into_iter().find(|market| market.code() == code).ok_or_else(|| {
            let known = Market::ALL.map(Market::code).join(", ");
            Refusal::field(
                "market",
                "unknown_market",
                format!("“{code}” is not a market whose charts are known; these are: {known}."),
                format!("没有“{code}”这个市场的榜单；可选：{known}。"),
            )
        })
    }

    pub fn currency(self) -> Currency {
        match self {
            Market::China => Currency::CNY,
            Market::Korea => Currency::KRW,
            Market::Taiwan => Currency::TWD,
            Market::Us => Currency::USD,
        }
    }

    pub fn words(self) -> Words {
        match self {
            Market::China => Words::new("mainland China", "中国内地"),
            Market::Korea => Words::new("South Korea", "韩国"),
            Market::Taiwan => Words::new("Taiwan", "台湾地区"),
            Market::Us => Words::new("United States and Canada", "北美"),
        }
    }
}

/// How much time one row of a chart covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    Day,
    /// Seven days from the row's day on.
    Week,
}

/// A film of a chart. What the chart does not say is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Film {
    /// The chart's own id; without one the title, and the release day where the chart says it.
    pub key: String,
    pub title: String,
    /// As the chart's film lines say, else counted back from the days in release on its earliest line.
    pub release: Option<Day>,
    pub genres: Vec<String>,
    pub country: Option<String>,
    pub distributor: Option<String>,
    pub duration_minutes: Option<i64>,
    /// `2D`, `3D`, `IMAX 3D`, ….
    pub versions: Vec<String>,
}

impl Film {
    /// Whether the chart has an id for it; else its key is made of its title.
    fn has_own_id(&self) -> bool {
        self.key != self.title && !self.key.starts_with(&format!("{}@", self.title))
    }
}

/// One film on one day (or in one week). What the chart does not say is `None`, never zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilmDay {
    /// Its place in [`Series::films`].
    pub film: u32,
    /// The day; of a weekly chart the week's first.
    pub day: Day,
    /// Minor units.
    pub gross: Option<i64>,
    pub admissions: Option<i64>,
    /// Screens or theatres, whichever the chart counts.
    pub screens: Option<i64>,
    pub showings: Option<i64>,
    /// Of all films' showings, 0 to 1, to the billionth.
    pub share_of_showings: Option<f64>,
    /// Of all films' box office, 0 to 1, to the billionth.
    pub share_of_box_office: Option<f64>,
    pub rank: Option<i64>,
    /// From the release to this day as the chart says, in minor units; not always the sum of its days.
    pub gross_to_date: Option<i64>,
    pub admissions_to_date: Option<i64>,
}

/// A chart over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub market: Market,
    pub currency: Currency,
    pub grain: Grain,
    /// By release day, those without one last; then by key.
    pub films: Vec<Film>,
    /// By film, then by day; a film has a day once.
    pub days: Vec<FilmDay>,
}

impl Series {
    /// A film's days in order.
    pub fn days_of(&self, film: u32) -> &[FilmDay] {
        let from = self.days.partition_point(|one| one.film < film);
        let to = self.days.partition_point(|one| one.film <= film);
        &self.days[from..to]
    }

    /// Every film with its days in order.
    pub fn runs(&self) -> impl Iterator<Item = (&Film, &[FilmDay])> {
        self.films.iter().zip(0..).map(|(film, i)| (film, self.days_of(i)))
    }

    /// The first and the last day reported.
    pub fn span(&self) -> Option<(Day, Day)> {
        let first = self.days.iter().map(|one| one.day).min()?;
        let last = self.days.iter().map(|one| one.day).max()?;
        Some((first, last))
    }
}

/// A refusal of a whole file.
fn bad_file(en: String, zh: String) -> Refusal {
    Refusal::new(Kind::Invalid, "bad_file", en, zh)
}
