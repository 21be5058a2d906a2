//! What a market's films took, asked as of an instant: nothing that came later is ever read.

use super::names::Name;
use super::{Fact, Film, Past, Taken, Version, Window};
use crate::calendar::Calendar;
use kernel::{Day, Instant, Kind, Lang, Refusal, Zone};
use std::collections::HashMap;

/// Where films open: whose days, whose holidays.
#[derive(Clone, Debug)]
pub struct Market {
    pub zone: Zone,
    pub calendar: Calendar,
}

impl Market {
    /// The day it is at an instant; what was taken on it is not known yet.
    pub fn day_of(&self, as_of: Instant) -> Day {
        as_of.day_in(&self.zone)
    }
}

/// Days of takings before an instant that the market's size is read from.
const LEVEL_DAYS: i32 = 364;
/// Fewer reported days than this tell no market's size.
const LEVEL_DAYS_MIN: i32 = 28;

/// A market that was last reported longer ago has no size that is known.
const STALE_DAYS: i32 = 90;

/// A run that was not reported for so many days is over, and its total known.
const SILENT_DAYS: i32 = 28;

/// How a film that opened stands to those that are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It opened as they do (wide, say): learned from, and forecasts of it say how far forecasts err.
    Peer,
    /// It opened nearly as they do: learned from, counting for less.
    Near,
    /// It only tells how large the market is and what its distributor usually does.
    Counted,
}

/// A film of the history, with its outcomes on the logarithm of takings less the market's size at its release.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub film: Film,
    pub name: Name,
    /// Days since 1970.
    pub release: i32,
    /// Natural logarithm of the minor units taken, by window, as far as its days were reported.
    logs: [Option<f64>; 4],
    /// The whole total, days after a long silence included, which only a judge may know.
    total: Option<f64>,
    /// Whether every day of the window was reported; a day that was not is unknown, not zero.
    whole: [bool; 4],
    /// The market's size when it opened.
    pub level: f64,
    /// The first day on which the outcome of a window is known.
    pub known_from: [i32; 4],
    /// Where in the history the earlier films of its series are, by release.
    pub earlier: Vec<usize>,
    pub theatres: Option<f64>,
    /// The parts of its total that it had taken at the curve's marks, and the first day that is known on.
    parts: Option<([f64; 3], i32)>,
    pub standing: Standing,
}

impl Opened {
    pub fn peer(&self) -> bool {
        self.standing == Standing::Peer
    }

    /// Whether it is learned from.
    pub fn taught(&self) -> bool {
        self.standing != Standing::Counted
    }

    /// Like [`Opened::outcome`], when every day of the window was reported.
    pub fn whole_outcome(&self, window: Window, today: i32) -> Option<f64> {
        self.outcome(window, today).filter(|_| self.whole[window as usize])
    }

    /// `ln total − ln first day`, when both are known on that day.
    pub fn legs(&self, today: i32) -> Option<f64> {
        Some(self.outcome(Window::Total, today)? - self.outcome(Window::Day, today)?)
    }

    /// `ln taken − ln size of the market`, when it is known on that day; less than it took, where days are missing.
    pub fn outcome(&self, window: Window, today: i32) -> Option<f64> {
        let i = window as usize;
        (self.known_from[i] <= today).then_some(self.logs[i]?).map(|log| log - self.level)
    }
}

/// Everything that opened, with the lists it is looked up by.
#[derive(Clone, Debug)]
pub struct History {
    pub market: Market,
    /// By release.
    pub(super) films: Vec<Opened>,
    /// What all films took up to the end of each day, from [`History::first_day`] on.
    running: Vec<f64>,
    first_day: i32,
    by_key: HashMap<Key, Vec<usize>>,
    by_id: HashMap<String, usize>,
    /// The most frequent genres, the most frequent first: a list of words, not of outcomes.
    pub(super) genres: Vec<String>,
}

/// What films have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Cast(String),
    Director(String),
    Distributor(String),
    Genre(String),
    Token(String),
    Version(Version),
}

/// Days since 1970.
pub(super) fn number(day: Day) -> i32 {
    (day.at(0, 0, &Zone::stored("UTC")).micros / 86_400_000_000) as i32
}

impl History {
    /// Takings that are not positive are passed over; days reported twice count once.
    pub fn new(mut past: Vec<Past>, market: Market, standing: impl Fn(&Past) -> Standing) -> History {
        for one in &mut past {
            one.days.retain(|taken| taken.amount > 0);
            one.days.sort_by_key(|taken| taken.day);
            one.days.dedup_by_key(|taken| taken.day);
        }
        past.sort_by(|a, b| (a.film.release, &a.film.id).cmp(&(b.film.release, &b.film.id)));
        let (first_day, running) = running(&past);
        let mut history = History {
            market,
            films: Vec::new(),
            running,
            first_day,
            by_key: HashMap::new(),
            by_id: HashMap::new(),
            genres: Vec::new(),
        };
        for (i, one) in past.into_iter().enumerate() {
            let standing = standing(&one);
            let opened = history.opened(one, standing);
            for key in keys(&opened.film, &opened.name, Instant::from_micros(i64::MAX)) {
                history.by_key.entry(key).or_default().push(i);
            }
            history.by_id.insert(opened.film.id.clone(), i);
            history.films.push(opened);
        }
        history.genres = frequent_genres(&history.by_key);
        history
    }

    pub fn len(&self) -> usize {
        self.films.len()
    }

    pub fn is_empty(&self) -> bool {
        self.films.is_empty()
    }

    /// What a film took in a window with every day reported, in minor units, whenever that became known: for judging, not for forecasting.
    pub fn taken_by(&self, id: &str, window: Window) -> Option<i64> {
        let opened = self.find(id)?;
        let log = match window {
            Window::Total => opened.total,
            _ => opened.logs[window as usize].filter(|_| opened.whole[window as usize]),
        };
        log.map(|log| log.exp().round() as i64)
    }

    fn opened(&self, past: Past, standing: Standing) -> Opened {
        let release = number(past.film.release);
        let mut known_from = [i32::MAX; 4];
        let (mut logs, mut whole) = ([None; 4], [false; 4]);
        for window in Window::ALL {
            let i = window as usize;
            let (first, last) = window.days(past.film.release);
            known_from[i] = release + last + 1;
            logs[i] = taken_in(&past, window, first, last).filter(|taken| *taken > 0.0).map(f64::ln);
            let ages = past.days.iter().map(|taken| past.film.release.days_until(taken.day));
            let reported = ages.filter(|age| (first..=last).contains(age)).count() as i32;
            whole[i] = window == Window::Total || reported == last - first + 1;
        }
        let total = logs[Window::Total as usize];
        if let Some(last) =
            last_before_silence(&past).filter(|last| release + last + SILENT_DAYS <= self.last_day())
        {
            let i = Window::Total as usize;
            known_from[i] = known_from[i].min(release + last + SILENT_DAYS + 1);
            logs[i] = taken_in(&past, Window::Total, 0, last).filter(|taken| *taken > 0.0).map(f64::ln);
        }
        let parts = logs[Window::Total as usize].and_then(|total| parts(&past, total.exp()));
        let open = |fact: &Fact| match fact {
            Fact::Theatres(n) => Some(*n as f64),
            _ => None,
        };
        Opened {
            name: Name::of(&past.film.name),
            release,
            logs,
            total,
            whole,
            level: self.level_on(release),
            known_from,
            earlier: self.series(&Name::of(&past.film.name)),
            theatres: past.film.newest(Instant::from_micros(i64::MAX), open),
            film: past.film,
            parts: parts.map(|parts| (parts, known_from[Window::Total as usize])),
            standing,
        }
    }

    /// Refuses an instant at which the market's newest day is long past: its size by now is not known.
    pub fn refuse_stale(&self, as_of: Instant) -> Result<(), Refusal> {
        let today = self.market.day_of(as_of);
        let last = today.plus(self.last_day() - number(today));
        if last.days_until(today) <= STALE_DAYS {
            return Ok(());
        }
        let days = kernel::grouped(&last.days_until(today).to_string());
        let (en, zh) = (last.in_full(Lang::En), last.in_full(Lang::Zh));
        Err(Refusal::new(
            Kind::Conflict,
            "stale_market",
            format!(
                "The market was last reported for {en}, {days} days ago; how large it is now is not known."
            ),
            format!("市场数据截至 {zh}，已是 {days} 天前；目前大盘多大无从得知。"),
        ))
    }

    /// The market's size on a day: the logarithm of what an average day of the year before it took, in minor units.
    pub fn level(&self, day: Day) -> f64 {
        self.level_on(number(day))
    }

    pub(super) fn level_on(&self, day: i32) -> f64 {
        let from = (day - LEVEL_DAYS).max(self.first_day);
        let to = day.max(self.first_day + LEVEL_DAYS_MIN);
        (self.taken(from, to) / f64::from((to - from).max(1))).max(1.0).ln()
    }

    /// What all films took from a day up to another, not included.
    pub(super) fn taken(&self, from: i32, to: i32) -> f64 {
        let up_to = |day: i32| -> f64 {
            let days = (day - self.first_day).clamp(0, self.running.len() as i32 - 1);
            self.running.get(days as usize).copied().unwrap_or(0.0)
        };
        up_to(to) - up_to(from)
    }

    /// For every day of a year, what the market took in the seven days from it on against an average week of the
    /// year that ended `back` years before a day. `None` when that year was not reported whole.
    pub(crate) fn year_of_weeks(&self, as_of: Day, back: i32) -> Option<Vec<f64>> {
        let end = number(as_of) - LEVEL_DAYS * back;
        let start = end - LEVEL_DAYS;
        if !self.reaches_back_to(start) {
            return None;
        }
        let average = self.taken(start, end) / (f64::from(LEVEL_DAYS) / 7.0);
        let mut weeks = vec![f64::NAN; 366];
        for age in 0..=LEVEL_DAYS - 7 {
            let day = as_of.plus(start - number(as_of) + age);
            let place = crate::planning::release_date::of_year(day);
            weeks[place] = self.taken(start + age, start + age + 7) / average;
        }
        // The last days of the window have no whole week; they take their neighbours'.
        let mut last = weeks.iter().copied().find(|one| !one.is_nan())?;
        for week in &mut weeks {
            if week.is_nan() { *week = last } else { last = *week }
        }
        Some(weeks)
    }

    /// The newest day anything was reported on.
    fn last_day(&self) -> i32 {
        self.first_day + self.running.len() as i32 - 2
    }

    pub(super) fn reaches_back_to(&self, day: i32) -> bool {
        self.first_day <= day
    }

    /// Where the films so far are whose series a name continues.
    fn series(&self, name: &Name) -> Vec<usize> {
        let continued = |i: &usize| self.films[*i].peer() && name.continues(&self.films[*i].name);
        (0..self.films.len()).filter(continued).collect()
    }

    pub(super) fn find(&self, id: &str) -> Option<&Opened> {
        self.by_id.get(id).map(|i| &self.films[*i])
    }

    /// The films of a film's series that opened before it, by release.
    pub(super) fn earlier(&self, film: &Film) -> Vec<&Opened> {
        match self.find(&film.id) {
            Some(opened) => opened.earlier.iter().map(|i| &self.films[*i]).collect(),
            None => self.series(&Name::of(&film.name)).into_iter().map(|i| &self.films[i]).collect(),
        }
    }

    /// Of every run that had ended by an instant, the parts of its total taken at the curve's marks.
    pub(super) fn ended(&self, as_of: Instant) -> Vec<[f64; 3]> {
        let today = number(self.market.day_of(as_of));
        let known = self.films.iter().filter(|one| one.peer()).filter_map(|one| one.parts);
        known.filter(|(_, from)| *from <= today).map(|(parts, _)| parts).collect()
    }

    /// Films that share something, by release.
    pub(super) fn sharing(&self, key: &Key) -> impl DoubleEndedIterator<Item = &Opened> {
        self.by_key.get(key).into_iter().flatten().map(|i| &self.films[*i])
    }

    /// Films released before a day, by release.
    pub(super) fn before(&self, day: i32) -> &[Opened] {
        &self.films[..self.films.partition_point(|one| one.release < day)]
    }

    /// Films released from one day to another, both included.
    pub(super) fn between(&self, from: i32, to: i32) -> &[Opened] {
        let start = self.films.partition_point(|one| one.release < from);
        let end = self.films.partition_point(|one| one.release <= to);
        &self.films[start..end.max(start)]
    }
}

fn frequent_genres(by_key: &HashMap<Key, Vec<usize>>) -> Vec<String> {
    let mut counted: Vec<(usize, &String)> = by_key
        .iter()
        .filter_map(|(key, films)| match key {
            Key::Genre(name) => Some((films.len(), name)),
            _ => None,
        })
        .collect();
    counted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    counted.into_iter().take(super::features::GENRES).map(|(_, name)| name.clone()).collect()
}

/// What of a film may be shared with others, as it was known.
pub(super) fn keys(film: &Film, name: &Name, as_of: Instant) -> Vec<Key> {
    let mut keys: Vec<Key> = name.tokens().into_iter().map(Key::Token).collect();
    let facts = film.facts.iter().filter(|known| known.at <= as_of);
    for known in facts {
        match &known.fact {
            Fact::Cast(names) => keys.extend(names.iter().cloned().map(Key::Cast)),
            Fact::Directors(names) => keys.extend(names.iter().cloned().map(Key::Director)),
            Fact::Distributor(name) => keys.push(Key::Distributor(name.clone())),
            Fact::Genres(names) => keys.extend(names.iter().cloned().map(Key::Genre)),
            Fact::Versions(all) => keys.extend(all.iter().copied().map(Key::Version)),
            _ => {}
        }
    }
    keys.dedup();
    keys
}

/// The first day reported, and what all films took up to the end of each day before it and after.
fn running(past: &[Past]) -> (i32, Vec<f64>) {
    let days = || past.iter().flat_map(|one| &one.days);
    let Some(first) = days().map(|taken| taken.day).min() else { return (0, vec![0.0]) };
    let mut sums: Vec<f64> = Vec::new();
    for taken in days() {
        let at = first.days_until(taken.day) as usize;
        sums.resize(sums.len().max(at + 1), 0.0);
        sums[at] += taken.amount as f64;
    }
    let mut running = vec![0.0];
    for sum in sums {
        running.push(running[running.len() - 1] + sum);
    }
    (number(first), running)
}

/// The parts of a run's total that it had taken at the curve's marks; `None` where a mark was not reported.
fn parts(past: &Past, total: f64) -> Option<[f64; 3]> {
    let mut parts = [0.0; 3];
    for (part, mark) in parts.iter_mut().zip(super::diffusion::MARKS) {
        let age = |taken: &Taken| past.film.release.days_until(taken.day);
        let by_then = past.days.iter().filter(|taken| (0..mark).contains(&age(taken)));
        let whole = by_then.clone().count() as i32 == mark;
        let sum: i64 = by_then.map(|taken| taken.amount).sum();
        *part = whole.then_some(sum as f64 / total)?;
    }
    Some(parts)
}

/// The last day of a run, counted from the release, before the first [`SILENT_DAYS`] without a report: within the
/// window of totals, else `None`.
fn last_before_silence(past: &Past) -> Option<i32> {
    let ages = past.days.iter().map(|taken| past.film.release.days_until(taken.day));
    let ages: Vec<i32> = ages.filter(|age| *age >= 0).collect();
    let end = |i: usize| ages.get(i + 1).is_none_or(|next| next - ages[i] > SILENT_DAYS);
    let last = (0..ages.len()).find(|i| end(*i)).map(|i| ages[i])?;
    (last + SILENT_DAYS < super::RUN_DAYS).then_some(last)
}

/// What a film took in a window. A total is what was reported to date, else the sum of its days; opening windows
/// need their first day.
fn taken_in(past: &Past, window: Window, first: i32, last: i32) -> Option<f64> {
    let age = |taken: &Taken| past.film.release.days_until(taken.day);
    let inside = || past.days.iter().filter(|taken| (first..=last).contains(&age(taken)));
    let sum: i64 = inside().map(|taken| taken.amount).sum();
    if window != Window::Total {
        return inside().any(|taken| age(taken) == first).then_some(sum as f64);
    }
    let to_date = inside().filter_map(|taken| taken.to_date).max();
    past.days.iter().any(|taken| age(taken) == 0).then(|| to_date.unwrap_or(0).max(sum) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A film that ran on these days, counted from its release, 100 each.
    fn ran(ages: &[i32]) -> Past {
        let release = Day::new(2015, 5, 1).expect("a day");
        let taken = |age: &i32| Taken { day: release.plus(*age), amount: 100, to_date: None };
        let film = Film { id: format!("{ages:?}"), name: String::new(), release, facts: Vec::new() };
        Past { film, days: ages.iter().map(taken).collect() }
    }

    #[test]
    fn a_run_that_went_silent_is_over_and_a_later_return_is_not_known_before() {
        assert_eq!(last_before_silence(&ran(&[0])), Some(0));
        assert_eq!(last_before_silence(&ran(&[0, 1, 4, 30])), Some(30));
        assert_eq!(last_before_silence(&ran(&[0, 1, 40])), Some(1));
        assert_eq!(last_before_silence(&ran(&(0..70).collect::<Vec<_>>())), None);
        let long: Vec<i32> = (0..120).collect();
        let market = Market { zone: Zone::stored("UTC"), calendar: Calendar::of_weekdays() };
        let history = History::new(vec![ran(&[0, 1, 40]), ran(&long)], market, |_| Standing::Peer);
        let event = history.find("[0, 1, 40]").expect("it opened");
        let known = event.release + 1 + SILENT_DAYS + 1;
        assert_eq!(event.outcome(Window::Total, known - 1), None);
        let total = event.outcome(Window::Total, known).expect("a total") + event.level;
        assert!((total - 200.0_f64.ln()).abs() < 1e-9, "{total}");
        assert_eq!(history.taken_by("[0, 1, 40]", Window::Total), Some(300));
    }
}
