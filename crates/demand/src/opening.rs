//! The forecast before release: opening day, opening weekend, first week, total, from what is known at an instant.
//!
//! A film is a name, a day and a list of facts, each with the instant it became known. A forecast made at an
//! instant refuses a fact that is later, and what it learns from is seen as it looked the same number of days
//! before its own release: trees and a ridge regression over season, competition, the film's series, its
//! distributor, people and genres, its screens and its presales. The ranges are the errors the method made on
//! films that came after those it had learned from (`docs/algorithms/before_release_forecast.md`).

mod comparable;
pub mod diffusion;
mod features;
mod fitting;
mod history;
mod missed;
mod names;
pub mod signals;
mod telling;

use crate::in_release::Expected;
use kernel::{Day, Instant, Kind, Lang, Refusal, Words, Zone};

pub use fitting::{FILMS_MIN, Model};
pub use history::{History, Market, Standing};

/// How long before its release a film may be forecast.
pub const DAYS_AHEAD_MAX: i32 = 730;
/// A run's total is known this many days after the release, or not at all.
pub const RUN_DAYS: i32 = 84;

/// Whose films came to fewer first days than this in all sells events, not runs: those come to eight or ten.
const EVENT_DAYS: f64 = 4.0;

/// How a film can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    Flat,
    GiantScreen,
    Imax,
    ThreeD,
}

impl Version {
    /// Which versions a chart's own words name, such as `2D` and `IMAX 3D`.
    pub fn named(words: &[String]) -> Vec<Version> {
        let marks = [
            ("2D", Version::Flat),
            ("巨幕", Version::GiantScreen),
            ("IMAX", Version::Imax),
            ("3D", Version::ThreeD),
        ];
        let said = |mark: &str| words.iter().any(|word| word.contains(mark));
        marks.into_iter().filter(|(mark, _)| said(mark)).map(|(_, version)| version).collect()
    }
}

/// Something known of a film. Money is in the minor units of the market's currency.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    Budget(i64),
    /// Those in front of the camera, the leads first.
    Cast(Vec<String>),
    Directors(Vec<String>),
    Distributor(String),
    Domestic(bool),
    Genres(Vec<String>),
    Minutes(i64),
    /// What tickets sold ahead for the first day have brought so far.
    Presales(i64),
    /// What showings before the release have brought so far.
    Previews(i64),
    /// The film's part of all showings of its first day, 0 to 1.
    ShareOfShowings(f64),
    /// Where it opens.
    Theatres(i64),
    Versions(Vec<Version>),
    /// People who have said so, so far.
    WantToSee(i64),
}

impl Fact {
    fn words(&self) -> Words {
        match self {
            Fact::Budget(_) => Words::new("the budget", "预算"),
            Fact::Cast(_) => Words::new("the cast", "演员"),
            Fact::Directors(_) => Words::new("the directors", "导演"),
            Fact::Distributor(_) => Words::new("the distributor", "发行方"),
            Fact::Domestic(_) => Words::new("where it was made", "出品地"),
            Fact::Genres(_) => Words::new("the genres", "类型"),
            Fact::Minutes(_) => Words::new("the running time", "片长"),
            Fact::Presales(_) => Words::new("presales", "预售"),
            Fact::Previews(_) => Words::new("previews", "点映"),
            Fact::ShareOfShowings(_) => Words::new("the share of showings", "排片占比"),
            Fact::Theatres(_) => Words::new("the number of theatres", "开画影院数"),
            Fact::Versions(_) => Words::new("the versions", "版本"),
            Fact::WantToSee(_) => Words::new("want-to-see", "想看人数"),
        }
    }

    fn distributor(&self) -> Option<&str> {
        match self {
            Fact::Distributor(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the value could be true at all.
    fn sane(&self) -> bool {
        match self {
            Fact::Budget(n)
            | Fact::Presales(n)
            | Fact::Previews(n)
            | Fact::Theatres(n)
            | Fact::WantToSee(n) => *n >= 0,
            Fact::Minutes(n) => (1..=1_000).contains(n),
            Fact::ShareOfShowings(part) => (0.0..=1.0).contains(part),
            _ => true,
        }
    }
}

/// A fact with the instant from which it was known.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub at: Instant,
    pub fact: Fact,
}

/// A film as it can be known: whatever was learned of it, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Film {
    /// The caller's own name for it; the same film in the slate and in the history has the same one.
    pub id: String,
    pub name: String,
    pub release: Day,
    pub facts: Vec<Known>,
}

impl Film {
    /// The newest value that `read` finds among the facts known by then; later ones are never looked at.
    fn newest<'a, T>(&'a self, as_of: Instant, read: impl Fn(&'a Fact) -> Option<T>) -> Option<T> {
        let by_then = self.facts.iter().filter(|known| known.at <= as_of);
        let values = by_then.filter_map(|known| read(&known.fact).map(|value| (known.at, value)));
        values.max_by_key(|(at, _)| *at).map(|(_, value)| value)
    }

    /// The film with the facts known by an instant, and no later one.
    pub fn known_by(&self, as_of: Instant) -> Film {
        let facts = self.facts.iter().filter(|known| known.at <= as_of).cloned().collect();
        Film { facts, ..self.clone() }
    }

    /// Refuses a film to be forecast that carries a fact from after the instant it is forecast at.
    fn refuse_later(&self, as_of: Instant) -> Result<(), Refusal> {
        match self.facts.iter().find(|known| known.at > as_of) {
            None => Ok(()),
            Some(later) => {
                let (name, what) = (&self.name, later.fact.words());
                let (at, as_of) = (later.at.rfc3339(), as_of.rfc3339());
                Err(Refusal::new(
                    Kind::Invalid,
                    "known_later",
                    format!(
                        "{} of “{name}” became known at {at}, after the forecast’s instant {as_of}.",
                        what.en
                    ),
                    format!("《{name}》的{}在 {at} 才可知，晚于预测时点 {as_of}。", what.zh),
                ))
            }
        }
    }
}

/// One day of a run that was reported; the day is known from the next one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub day: Day,
    pub amount: i64,
    /// What the run had taken by the end of that day, where that is reported.
    pub to_date: Option<i64>,
}

/// A film that opened, with what it took.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub film: Film,
    /// In order of days.
    pub days: Vec<Taken>,
}

impl Past {
    /// What its days before the release say, each known from the next midnight on.
    pub fn previews(&self, zone: &Zone) -> Vec<Known> {
        let before = self.days.iter().filter(|taken| taken.day < self.film.release && taken.amount > 0);
        let so_far = before.scan(0_i64, |sum, taken| {
            *sum = sum.saturating_add(taken.amount);
            Some((taken.day, *sum))
        });
        so_far.map(|(day, sum)| Known { at: day.plus(1).at(0, 0, zone), fact: Fact::Previews(sum) }).collect()
    }
}

/// What of a release is forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// The first day, previews left out.
    Day,
    /// Friday to Sunday of the release's week, from the release on.
    Weekend,
    /// The first seven days.
    Week,
    /// The whole run.
    Total,
}

impl Window {
    pub const ALL: [Window; 4] = [Window::Day, Window::Weekend, Window::Week, Window::Total];

    pub fn code(self) -> &'static str {
        match self {
            Window::Day => "day",
            Window::Weekend => "weekend",
            Window::Week => "week",
            Window::Total => "total",
        }
    }

    pub fn words(self) -> Words {
        match self {
            Window::Day => Words::new("opening day", "首日"),
            Window::Weekend => Words::new("opening weekend", "首周末"),
            Window::Week => Words::new("first seven days", "首周七天"),
            Window::Total => Words::new("total", "总票房"),
        }
    }

    /// The days of a film that opens on a Friday, as most do.
    fn days_of_friday(self) -> (i32, i32) {
        match self {
            Window::Weekend => (0, 2),
            Window::Day => (0, 0),
            Window::Week => (0, 6),
            Window::Total => (0, RUN_DAYS - 1),
        }
    }

    /// First and last day, both included, counted from the release.
    pub fn days(self, release: Day) -> (i32, i32) {
        let sunday = i32::from(7 - release.weekday());
        match self {
            Window::Day => (0, 0),
            Window::Weekend => ((sunday - 2).max(0), sunday),
            Window::Week => (0, 6),
            Window::Total => (0, RUN_DAYS - 1),
        }
    }

    /// The window whose lesson answers for this one: the weekend of a film that opens on a Sunday is its first day.
    /// So open events of an evening, and the lesson of the day knows them all; that of the weekend hardly any.
    fn learned(self, release: Day) -> Window {
        if self.days(release) == Window::Day.days(release) { Window::Day } else { self }
    }
}

/// A film that opened before and is told beside a forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparable {
    pub id: String,
    pub name: String,
    pub release: Day,
    /// What it took in the first week, as it was.
    pub first_week: i64,
    /// The same at the market's size of the forecast's instant.
    pub first_week_today: i64,
}

/// What moved a forecast, as a factor on the first week against the average film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    pub theme: Theme,
    pub factor: f64,
}

/// What facts are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Theme {
    Competition,
    Distributor,
    Kind,
    /// How the newest films came out against their forecasts.
    Lately,
    Name,
    People,
    Presales,
    Screens,
    Season,
    Series,
}

/// What a film will take, as of an instant. Minor units of the market's currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    pub as_of: Instant,
    pub days_ahead: i32,
    pub day: Expected,
    pub weekend: Expected,
    pub week: Expected,
    pub total: Expected,
    /// The films most alike, the most alike first.
    pub comparables: Vec<Comparable>,
    /// The strongest first.
    pub reasons: Vec<Reason>,
    /// Why, in sentences.
    pub because: Vec<Words>,
}

impl Forecast {
    pub fn of(&self, window: Window) -> Expected {
        match window {
            Window::Day => self.day,
            Window::Weekend => self.weekend,
            Window::Week => self.week,
            Window::Total => self.total,
        }
    }
}

impl Model {
    /// For how many days ahead to learn a model that is to answer for films so many days away.
    pub fn rung(days_ahead: i32) -> i32 {
        let furthest = fitting::RUNGS[fitting::RUNGS.len() - 1];
        fitting::RUNGS.into_iter().find(|rung| *rung >= days_ahead).unwrap_or(furthest)
    }

    /// Forecasts a film at an instant. `slate` is whatever else is announced; films that have opened are found
    /// in the history. Of the slate's films too only what was known by the instant is looked at.
    ///
    /// Refuses a film with a fact from after the instant, one that has opened, one further away than
    /// [`DAYS_AHEAD_MAX`] or than the model was learned for, values that cannot be, and a market that was last reported
    /// three months ago or earlier.
    pub fn forecast(
        &self,
        history: &History,
        film: &Film,
        slate: &[Film],
        as_of: Instant,
    ) -> Result<Forecast, Refusal> {
        film.refuse_later(as_of)?;
        history.refuse_stale(as_of)?;
        let days_ahead = history.market.day_of(as_of).days_until(film.release);
        self.refuse_other_time(film, days_ahead)?;
        if let Some(bad) = film.facts.iter().find(|known| !known.fact.sane()) {
            return Err(refuse_value(film, &bad.fact));
        }
        let others: Vec<&Film> = slate.iter().collect();
        let row = features::row(history, film, &others, as_of);
        let level = history.level(history.market.day_of(as_of));
        let distributor = film.newest(as_of, Fact::distributor);
        let today = history::number(history.market.day_of(as_of));
        let seen = missed::Seen { row: &row, distributor, today };
        let mut outlooks = Window::ALL.map(|window| self.outlook(window, &seen, level));
        let heard = signals::hear(history, film, as_of, &outlooks);
        heard.apply(&mut outlooks);
        let expected = |window: Window| outlooks[window.learned(film.release) as usize].expected();
        let reasons = self.reasons(&seen, &heard);
        let comparables = comparable::nearest(self, history, film, &row, as_of);
        let mut forecast = Forecast {
            as_of,
            days_ahead,
            day: expected(Window::Day),
            weekend: expected(Window::Weekend),
            week: expected(Window::Week),
            total: expected(Window::Total),
            comparables,
            reasons,
            because: Vec::new(),
        };
        // `NaN` where the distributor is not known, or no film of anybody's has ended.
        let event = row[features::column("distributor_legs")] < EVENT_DAYS.ln();
        forecast.in_order(event);
        forecast.because = telling::tell(self, history, film, &others, &forecast);
        Ok(forecast)
    }

    /// What moved the first week, the strongest first.
    fn reasons(&self, seen: &missed::Seen<'_>, heard: &signals::Heard) -> Vec<Reason> {
        let mut moves = self.moves(seen.row);
        let correction = missed::correction(&self.missed, Window::Week, seen);
        for (moved, theme) in moves.iter_mut().zip(fitting::THEMES) {
            *moved += match theme {
                Theme::Distributor => correction.distributor,
                Theme::Lately => correction.all,
                Theme::Presales => heard.moved(Window::Week),
                _ => 0.0,
            };
        }
        let reason = |(theme, moved): (Theme, f64)| Reason { theme, factor: moved.exp() };
        let mut reasons: Vec<Reason> = fitting::THEMES.into_iter().zip(moves).map(reason).collect();
        reasons.sort_by(|a, b| b.factor.ln().abs().total_cmp(&a.factor.ln().abs()));
        reasons
    }

    fn refuse_other_time(&self, film: &Film, days_ahead: i32) -> Result<(), Refusal> {
        let name = &film.name;
        let refuse = |code, en, zh| Err(Refusal::new(Kind::Invalid, code, en, zh));
        if days_ahead < 0 {
            return refuse(
                "already_released",
                format!(
                    "“{name}” opened on {}; a film that runs has a forecast of its own.",
                    film.release.in_full(Lang::En)
                ),
                format!("《{name}》已于{}上映，请用上映后的预测。", film.release.in_full(Lang::Zh)),
            );
        }
        if days_ahead > DAYS_AHEAD_MAX {
            return refuse(
                "too_far_ahead",
                format!("“{name}” is {days_ahead} days away; at most {DAYS_AHEAD_MAX} are forecast."),
                format!("《{name}》距上映还有 {days_ahead} 天，最多预测 {DAYS_AHEAD_MAX} 天。"),
            );
        }
        if days_ahead < self.days_ahead {
            return Ok(());
        }
        // A model that learned what is known a week ahead would take what is unknown ninety days ahead for absent.
        if days_ahead > self.days_ahead && self.days_ahead < fitting::RUNGS[fitting::RUNGS.len() - 1] {
            let learned = self.days_ahead;
            return refuse(
                "learned_nearer",
                format!(
                    "This model learned films {learned} days before their release; “{name}” is {days_ahead} days away."
                ),
                format!("该模型学习的是上映前 {learned} 天的影片；《{name}》距上映还有 {days_ahead} 天。"),
            );
        }
        Ok(())
    }
}

impl Forecast {
    /// A part is not larger than what it is a part of: day ≤ week ≤ total, weekend ≤ week. A total is raised to its
    /// week. But day and total are learned from every film, weekend and week only from those that ran so long: of
    /// events of an evening or two the week is cut to the total.
    fn in_order(&mut self, event: bool) {
        self.total = joined(self.total, self.day, i64::max);
        self.week = joined(self.week, self.day, i64::max);
        if event {
            self.week = joined(self.week, self.total, i64::min);
            self.weekend = joined(self.weekend, self.week, i64::min);
        } else {
            self.week = joined(self.week, self.weekend, i64::max);
            self.total = joined(self.total, self.week, i64::max);
        }
    }
}

/// Amount and ranges of two forecasts, each the larger (or the smaller) of both.
fn joined(one: Expected, other: Expected, of: fn(i64, i64) -> i64) -> Expected {
    let range = |a: crate::in_release::Range, b: crate::in_release::Range| crate::in_release::Range {
        low: of(a.low, b.low),
        high: of(a.high, b.high),
    };
    Expected {
        amount: of(one.amount, other.amount),
        half: range(one.half, other.half),
        wide: range(one.wide, other.wide),
    }
}

fn refuse_value(film: &Film, fact: &Fact) -> Refusal {
    let (name, what) = (&film.name, fact.words());
    Refusal::new(
        Kind::Invalid,
        "impossible_fact",
        format!("{} of “{name}” cannot be {fact:?}.", what.in_(Lang::En)),
        format!("《{name}》的{}不可能是 {fact:?}。", what.in_(Lang::Zh)),
    )
}
