//! Showings as numbers: history and schedule together, with what the schedule alone says of each.

use super::{AHEAD_DAYS_MAX, DayKind, HISTORY_DAYS_MAX, Played, Showing, later_than_asked};
use kernel::{Day, Kind, Refusal};
use std::collections::{BTreeMap, BTreeSet};

/// Two-hour bands from nine in the morning; the last holds everything after one at night.
pub(super) const BANDS: usize = 9;
/// A film that was there when the history begins is taken to have run this long.
const RUNNING_DAYS: i32 = 21;
/// Groups of showings whose levels are followed.
pub(super) const GROUPS: usize = 6;
pub(super) const ALL: usize = 0;
pub(super) const FILM: usize = 1;
pub(super) const FILM_HERE: usize = 2;
pub(super) const FILM_HERE_BAND: usize = 3;
pub(super) const HALL: usize = 4;
pub(super) const CINEMA_BAND: usize = 5;

#[derive(Clone, Debug)]
pub(super) struct Row {
    pub cinema: usize,
    pub film: usize,
    pub hall: usize,
    /// Days since an arbitrary day.
    pub day: i32,
    pub weekday: i8,
    pub kind: DayKind,
    pub minute: u16,
    pub band: usize,
    pub seats: f64,
    pub sold: Option<f64>,
    /// Days in release.
    pub age: i32,
    /// Over the mean of its cinema; `NaN` when unknown.
    pub price: f64,
    /// By group, which one of it.
    pub groups: [usize; GROUPS],
    pub schedule: Schedule,
}

/// What the day's schedule says of one showing; offered seats stand for public expected.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    /// Showings of the film here, everywhere; its seats here, everywhere; cinemas that show it.
    pub here: f64,
    pub everywhere: f64,
    pub seats_here: f64,
    pub seats_everywhere: f64,
    pub cinemas: f64,
    /// Its part of all seats here, and everywhere.
    pub part_here: f64,
    pub part_everywhere: f64,
    /// The mean hall it has, and this hall over the mean hall here.
    pub hall_mean: f64,
    pub hall_relative: f64,
    /// The how manieth of its showings here today, and as a part of the way from its first to its last.
    pub nth: f64,
    pub on_the_way: f64,
    /// Showings here that begin later: of the film, of all films.
    pub later_same: f64,
    pub later: f64,
    /// Seats of the same film here within 45 and 90 minutes; of other films.
    pub same_near: f64,
    pub same_around: f64,
    pub other_near: f64,
    pub other_around: f64,
    /// Minutes to the next and from the previous showing of the film here.
    pub until_next: f64,
    pub since_last: f64,
    /// `ln` of its seats today over their daily mean of the four days before.
    pub change_here: f64,
    pub change_everywhere: f64,
    /// The size of the day: showings, seats, films; showings and films here.
    pub all: f64,
    pub seats_all: f64,
    pub films: f64,
    pub all_here: f64,
    pub films_here: f64,
    /// Films that have more seats today.
    pub films_above: f64,
    /// For whom exhibitors think the film is: the part of its showings that begin in the evening, everywhere and
    /// here, and before one o'clock; its first and its last minute.
    pub evening_everywhere: f64,
    pub evening_here: f64,
    pub morning: f64,
    pub first_minute: f64,
    pub last_minute: f64,
}

const EVENING: std::ops::RangeInclusive<u16> = 17 * 60..=22 * 60;
const MORNING_ENDS: u16 = 13 * 60;
/// A showing of last week is like one this far away by `exp(−½)`.
const ABOUT_MINUTES: f64 = 45.0;

impl Schedule {
    pub fn list(&self) -> [f64; 32] {
        [
            self.here,
            self.everywhere,
            self.seats_here,
            self.seats_everywhere,
            self.cinemas,
            self.part_here,
            self.part_everywhere,
            self.hall_mean,
            self.hall_relative,
            self.nth,
            self.same_near,
            self.same_around,
            self.other_near,
            self.other_around,
            self.until_next,
            self.since_last,
            self.change_here,
            self.change_everywhere,
            self.on_the_way,
            self.later_same,
            self.later,
            self.all,
            self.seats_all,
            self.films,
            self.all_here,
            self.films_here,
            self.films_above,
            self.evening_everywhere,
            self.evening_here,
            self.morning,
            self.first_minute,
            self.last_minute,
        ]
    }
}

/// History first, then the schedule, in their orders.
pub(super) struct Board {
    pub rows: Vec<Row>,
    /// How many there are of every group.
    pub group_counts: [usize; GROUPS],
    pub cinemas: Vec<String>,
    /// `cinema · hall`.
    pub halls: Vec<String>,
    pub films: Vec<String>,
    pub asked: i32,
    by_day: BTreeMap<i32, Vec<usize>>,
}

impl Board {
    pub fn of(
        history: &[Played],
        schedule: &[Showing],
        asked: Day,
        days: &dyn Fn(Day) -> DayKind,
    ) -> Result<Board, Refusal> {
        if let Some(late) = history.iter().find(|played| played.showing.day >= asked) {
            return Err(later_than_asked(late.showing.day, asked));
        }
        let out_of_reach = |showing: &&Showing| !(0..AHEAD_DAYS_MAX).contains(&asked.days_until(showing.day));
        if let Some(showing) = schedule.iter().find(out_of_reach) {
            return Err(outside(showing.day, asked));
        }
        let known = history.iter().filter(|played| played.showing.day.days_until(asked) <= HISTORY_DAYS_MAX);
        let all: Vec<(&Showing, Option<u32>)> = known
            .map(|played| (&played.showing, played.sold))
            .chain(schedule.iter().map(|showing| (showing, None)))
            .collect();
        Ok(Board::build(&all, asked, days))
    }

    fn build(all: &[(&Showing, Option<u32>)], asked: Day, days: &dyn Fn(Day) -> DayKind) -> Board {
        let mut names = [Names::default(), Names::default(), Names::default()];
        let mut groups: [Names<[usize; 3]>; GROUPS] = Default::default();
        let epoch = all.iter().map(|(showing, _)| showing.day).min().unwrap_or(asked);
        let seats = seats(all);
        let prices = prices(all);
        let first_seen = first_seen(all, epoch);
        let mut rows = Vec::with_capacity(all.len());
        for ((showing, sold), seats) in all.iter().zip(seats) {
            let [cinemas, halls, films] = &mut names;
            let cinema = cinemas.code(showing.cinema.clone());
            let hall = halls.code(format!("{} · {}", showing.cinema, showing.hall));
            let film = films.code(showing.film.clone());
            let band = (usize::from(showing.minute).saturating_sub(540) / 120).min(BANDS - 1);
            let kind = days(showing.day);
            let release = showing.release.unwrap_or_else(|| first_seen[&showing.film]);
            let rests = usize::from(kind.rests);
            let keys: [[usize; 3]; GROUPS] = [
                [0; 3],
                [film, 0, 0],
                [film, cinema, 0],
                [film, cinema, band],
                [hall, 0, 0],
                [cinema, band, rests],
            ];
            let mut codes = [0; GROUPS];
            for (group, key) in keys.into_iter().enumerate() {
                codes[group] = groups[group].code(key);
            }
            rows.push(Row {
                cinema,
                film,
                hall,
                day: epoch.days_until(showing.day),
                weekday: showing.day.weekday(),
                kind,
                minute: showing.minute,
                band,
                seats,
                sold: sold.map(f64::from),
                age: release.days_until(showing.day).max(0),
                price: showing
                    .price_minor
                    .map_or(f64::NAN, |price| price as f64 / prices[showing.cinema.as_str()].max(1.0)),
                groups: codes,
                schedule: Schedule::default(),
            });
        }
        let mut by_day: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
        for (i, row) in rows.iter().enumerate() {
            by_day.entry(row.day).or_default().push(i);
        }
        let [cinemas, halls, films] = names.map(Names::into_list);
        let group_counts = std::array::from_fn(|group| groups[group].0.len());
        let asked = epoch.days_until(asked);
        let mut board = Board { rows, group_counts, cinemas, halls, films, asked, by_day };
        board.read_schedule();
        board
    }

    /// Rows of a day whose seats were counted.
    pub fn counted_on(&self, day: i32) -> impl Iterator<Item = usize> + '_ {
        self.by_day.get(&day).into_iter().flatten().copied().filter(|i| self.rows[*i].sold.is_some())
    }

    /// How many rows before a day were counted.
    pub fn counted(&self, end: i32) -> usize {
        self.rows.iter().filter(|row| row.day < end && row.sold.is_some()).count()
    }

    fn read_schedule(&mut self) {
        let mut offered: BTreeMap<(i32, usize, usize), f64> = BTreeMap::new();
        let mut filled = Vec::with_capacity(self.rows.len());
        for (day, rows) in &self.by_day {
            for i in rows {
                *offered.entry((*day, self.rows[*i].film, self.rows[*i].cinema)).or_default() +=
                    self.rows[*i].seats;
            }
            let lately = |film: usize, cinema: Option<usize>| -> f64 {
                let of = |back: i32| {
                    let cinemas = cinema.map_or(0..self.cinemas.len(), |one| one..one + 1);
                    cinemas.filter_map(|one| offered.get(&(day - back, film, one))).sum::<f64>()
                };
                (1..=4).map(of).sum::<f64>() / 4.0
            };
            let mut seats = vec![0.0; self.films.len()];
            rows.iter().for_each(|i| seats[self.rows[*i].film] += self.rows[*i].seats);
            filled.extend(rows.iter().map(|i| (*i, self.schedule(*i, rows, &seats, &lately))));
        }
        for (i, schedule) in filled {
            self.rows[i].schedule = schedule;
        }
    }

    /// `seats` are each film's seats of the day.
    fn schedule(
        &self,
        i: usize,
        day: &[usize],
        seats: &[f64],
        lately: &dyn Fn(usize, Option<usize>) -> f64,
    ) -> Schedule {
        let row = &self.rows[i];
        let all = || day.iter().map(|j| &self.rows[*j]);
        let same: Vec<&Row> = all().filter(|other| other.film == row.film).collect();
        let here: Vec<&Row> = all().filter(|other| other.cinema == row.cinema).collect();
        let mut it = beside(row, &here);
        it.everywhere = same.len() as f64;
        it.seats_everywhere = seats[row.film];
        it.cinemas = kinds(&same, |other| other.cinema);
        it.evening_everywhere = part(&same, in_the_evening);
        it.morning = part(&same, |other| other.minute < MORNING_ENDS);
        it.first_minute = same.iter().map(|other| f64::from(other.minute)).fold(f64::NAN, f64::min);
        it.last_minute = same.iter().map(|other| f64::from(other.minute)).fold(f64::NAN, f64::max);
        it.hall_mean = it.seats_everywhere / it.everywhere;
        it.all = day.len() as f64;
        it.seats_all = seats.iter().sum();
        it.films = seats.iter().filter(|seats| **seats > 0.0).count() as f64;
        it.films_above = seats.iter().filter(|one| **one > seats[row.film]).count() as f64;
        it.part_everywhere = it.seats_everywhere / it.seats_all;
        let change = |now: f64, before: f64| ((now + 50.0) / (before + 50.0)).ln();
        it.change_here = change(it.seats_here, lately(row.film, Some(row.cinema)));
        it.change_everywhere = change(it.seats_everywhere, lately(row.film, None));
        it
    }

    /// What was sold a showing on the newest day of the same weekday that a morning knows: here about this minute,
    /// whatever the film, and by the film everywhere; `NaN` when nothing was.
    pub fn week_before(&self, i: usize, asked: i32) -> [f64; 2] {
        let row = &self.rows[i];
        let weeks = (row.day - asked).div_euclid(7) + 1;
        let (mut here, mut film) = ((0.0, 0.0), (0.0, 0.0));
        for other in self.counted_on(row.day - 7 * weeks).map(|j| &self.rows[j]) {
            let sold = other.sold.unwrap_or(0.0);
            if other.cinema == row.cinema {
                let gap = (f64::from(other.minute) - f64::from(row.minute)) / ABOUT_MINUTES;
                let weight = (-gap * gap / 2.0).exp();
                here = (here.0 + weight * sold, here.1 + weight);
            }
            if other.film == row.film {
                film = (film.0 + sold, film.1 + 1.0);
            }
        }
        let mean = |(sold, weight): (f64, f64)| if weight > 1e-4 { sold / weight } else { f64::NAN };
        [mean(here), mean(film)]
    }
}

/// What the day's showings in its own cinema say of one of them.
fn beside(row: &Row, here: &[&Row]) -> Schedule {
    let mut it = Schedule { until_next: 999.0, since_last: 999.0, ..Schedule::default() };
    let same: Vec<&Row> = here.iter().copied().filter(|other| other.film == row.film).collect();
    for other in here {
        let gap = f64::from(i32::from(other.minute) - i32::from(row.minute));
        let (near, around) = (gap.abs() <= 45.0, gap.abs() <= 90.0);
        it.later += f64::from(u8::from(gap > 0.0));
        if other.film != row.film {
            it.other_near += if near { other.seats } else { 0.0 };
            it.other_around += if around { other.seats } else { 0.0 };
            continue;
        }
        it.seats_here += other.seats;
        it.nth += f64::from(u8::from(gap < 0.0));
        it.later_same += f64::from(u8::from(gap > 0.0));
        it.same_near += if near { other.seats } else { 0.0 };
        it.same_around += if around { other.seats } else { 0.0 };
        it.until_next = if gap > 0.0 { it.until_next.min(gap) } else { it.until_next };
        it.since_last = if gap < 0.0 { it.since_last.min(-gap) } else { it.since_last };
    }
    // The showing itself lies within its own minutes.
    it.same_near -= row.seats;
    it.same_around -= row.seats;
    let seats: f64 = here.iter().map(|other| other.seats).sum();
    it.here = same.len() as f64;
    it.all_here = here.len() as f64;
    it.films_here = kinds(here, |other| other.film);
    it.on_the_way = it.nth / f64::max(it.here - 1.0, 1.0);
    it.evening_here = part(&same, in_the_evening);
    it.part_here = it.seats_here / seats;
    it.hall_relative = row.seats * it.all_here / seats;
    it
}

fn in_the_evening(row: &Row) -> bool {
    EVENING.contains(&row.minute)
}

/// The part of rows of which something holds.
fn part(rows: &[&Row], holds: impl Fn(&Row) -> bool) -> f64 {
    rows.iter().filter(|row| holds(row)).count() as f64 / rows.len() as f64
}

/// How many different ones there are.
fn kinds(rows: &[&Row], of: impl Fn(&Row) -> usize) -> f64 {
    rows.iter().map(|row| of(row)).collect::<BTreeSet<usize>>().len() as f64
}

/// Names numbered as they come.
#[derive(Default)]
struct Names<K = String>(BTreeMap<K, usize>);

impl<K: Ord> Names<K> {
    fn code(&mut self, name: K) -> usize {
        let next = self.0.len();
        *self.0.entry(name).or_insert(next)
    }

    fn into_list(self) -> Vec<K> {
        let mut list: Vec<(usize, K)> = self.0.into_iter().map(|(name, code)| (code, name)).collect();
        list.sort_by_key(|(code, _)| *code);
        list.into_iter().map(|(_, name)| name).collect()
    }
}

/// Seats of every showing: its own, else the median of its hall, of its cinema, of all.
fn seats(all: &[(&Showing, Option<u32>)]) -> Vec<f64> {
    let mut halls: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
    for (showing, _) in all {
        let Some(seats) = showing.seats else { continue };
        for key in [(showing.cinema.as_str(), showing.hall.as_str()), (showing.cinema.as_str(), ""), ("", "")]
        {
            halls.entry(key).or_default().push(f64::from(seats));
        }
    }
    let medians: BTreeMap<(&str, &str), f64> = halls
        .into_iter()
        .map(|(key, mut seats)| {
            seats.sort_by(f64::total_cmp);
            (key, seats[seats.len() / 2])
        })
        .collect();
    let median = |showing: &Showing| {
        let (cinema, hall) = (showing.cinema.as_str(), showing.hall.as_str());
        [(cinema, hall), (cinema, ""), ("", "")].iter().find_map(|key| medians.get(key)).copied()
    };
    let of = |showing: &Showing| showing.seats.map(f64::from).or_else(|| median(showing)).unwrap_or(100.0);
    all.iter().map(|(showing, sold)| of(showing).max(sold.map_or(1.0, f64::from))).collect()
}

/// The mean price of every cinema.
fn prices<'a>(all: &[(&'a Showing, Option<u32>)]) -> BTreeMap<&'a str, f64> {
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (showing, _) in all {
        let sum = sums.entry(showing.cinema.as_str()).or_default();
        if let Some(price) = showing.price_minor {
            *sum = (sum.0 + price as f64, sum.1 + 1.0);
        }
    }
    sums.into_iter().map(|(cinema, (sum, count))| (cinema, sum / f64::max(count, 1.0))).collect()
}

fn first_seen<'a>(all: &[(&'a Showing, Option<u32>)], epoch: Day) -> BTreeMap<&'a String, Day> {
    let mut first: BTreeMap<&String, Day> = BTreeMap::new();
    for (showing, _) in all {
        let day = first.entry(&showing.film).or_insert(showing.day);
        *day = (*day).min(showing.day);
    }
    for day in first.values_mut().filter(|day| **day == epoch) {
        *day = epoch.plus(-RUNNING_DAYS);
    }
    first
}

fn outside(day: Day, asked: Day) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "day_out_of_reach",
        format!(
            "On {asked} showings can be forecast for {AHEAD_DAYS_MAX} days from that day on, not for {day}."
        ),
        format!("在 {asked} 只能预测当日起 {AHEAD_DAYS_MAX} 天内的场次，不能预测 {day}。"),
    )
}
