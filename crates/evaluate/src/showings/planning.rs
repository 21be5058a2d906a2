//! Plans against what the cinema ran, theatre-day by theatre-day.
//!
//! Films, halls and hours are those of the day; a film takes as long as it took between two starts at the least.
//! One demand judges both the plan and what ran: pools learned from what the chain really sold around the day,
//! the day itself included. The plan is made twice: with that demand known, and with the demand as it was forecast
//! the evening before (which the judge never sees).

use super::{Learned, Options, said, singapore};
use anyhow::Result;
use demand::planning::showings::{
    Cinema, Demand, Film, Goal, Hall, Hours, Placed, Promised, Ran, Rules, Work, plan, value, violations,
};
use demand::showing::{Played, Question, Showing};
use kernel::{Clock, Day, SystemClock};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Theatre-days that are planned anew.
const THEATRE_DAYS: usize = 8;
/// Days around the planned one whose sales shape its pools.
const AROUND_DAYS: i32 = 7;
const SLOT_MINUTES: u16 = 30;
const REACH_MINUTES: u16 = 90;
const CLEANING_MINUTES: u16 = 15;
/// The least and the most a film may take, cleaning included.
const TAKES_MINUTES: std::ops::RangeInclusive<u16> = 75..=240;
const WORK: Work = Work { seed: 1, rounds: 800, price_steps: 150 };

/// One theatre-day, planned anew.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Planned {
    pub cinema: String,
    pub day: Day,
    pub halls: usize,
    pub films: usize,
    /// Showings that ran and were counted, and those of the plan.
    pub showings_ran: usize,
    pub showings_planned: usize,
    /// Admissions of what ran, as the judge has them.
    pub ran: f64,
    /// The plan's admissions over that, less one; with the demand known.
    pub gain: f64,
    pub bound: f64,
    pub gap: f64,
    /// What one pass hall after hall gains.
    pub gain_greedy: f64,
    /// The gain, by the same judge, of the plan that knew the forecast only.
    pub gain_forecast: f64,
    pub seconds: f64,
    /// Rules that what ran breaks.
    pub broken_by_what_ran: usize,
}

/// Plans [`THEATRE_DAYS`] theatre-days, spread over the test days, each theatre in turn.
pub fn plans(all: &[Played], options: &Options) -> Result<Vec<Planned>> {
    let cinemas: Vec<&str> =
        all.iter().map(|one| one.showing.cinema.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let tested = options.test_from.days_until(options.test_until) + 1;
    let mut planned = Vec::new();
    for k in 0..THEATRE_DAYS {
        let day = options.test_from.plus(tested * k as i32 / THEATRE_DAYS as i32);
        let cinema = cinemas[k % cinemas.len()];
        let ran: Vec<&Played> =
            all.iter().filter(|one| one.showing.day == day && one.showing.cinema == cinema).collect();
        if ran.iter().filter(|one| one.sold.is_some()).count() * 2 > ran.len() {
            planned.push(TheatreDay::of(all, &ran, cinema, day).plan()?);
        }
    }
    Ok(planned)
}

struct TheatreDay<'a> {
    all: &'a [Played],
    ran: &'a [&'a Played],
    cinema: &'a str,
    day: Day,
    films: Vec<&'a str>,
    halls: Vec<&'a str>,
}

impl<'a> TheatreDay<'a> {
    fn of(all: &'a [Played], ran: &'a [&'a Played], cinema: &'a str, day: Day) -> TheatreDay<'a> {
        let distinct = |name: fn(&Showing) -> &str| {
            ran.iter()
                .map(|one| name(&one.showing))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<&str>>()
        };
        TheatreDay { all, ran, cinema, day, films: distinct(|it| &it.film), halls: distinct(|it| &it.hall) }
    }

    fn plan(&self) -> Result<Planned> {
        let judge = self.house(self.demand(&|one| one.sold.map(f64::from), self.day.plus(AROUND_DAYS))?);
        let what_ran = self.placed();
        let ran = value(&judge, &what_ran);
        let began = SystemClock.now();
        let known = plan(&judge, WORK, &|| false).map_err(said)?;
        let seconds = (SystemClock.now().micros - began.micros) as f64 / 1e6;
        let forecast = self.house(self.forecast_demand()?);
        let unknowing = plan(&forecast, WORK, &|| false).map_err(said)?;
        Ok(Planned {
            cinema: self.cinema.to_owned(),
            day: self.day,
            halls: self.halls.len(),
            films: self.films.len(),
            showings_ran: what_ran.len(),
            showings_planned: known.showings.len(),
            ran,
            gain: known.expected / ran - 1.0,
            bound: known.bound / ran - 1.0,
            gap: known.gap(),
            gain_greedy: known.greedy / ran - 1.0,
            gain_forecast: value(&judge, &unknowing.showings) / ran - 1.0,
            seconds,
            broken_by_what_ran: violations(&judge, &what_ran).len(),
        })
    }

    /// Pools learned from the chain's showings up to a day, with this answer to what each sold.
    fn demand(&self, sold: &dyn Fn(&Played) -> Option<f64>, until: Day) -> Result<Demand> {
        let mut publics: BTreeMap<(&str, &str, Day), usize> = BTreeMap::new();
        // The films of this theatre-day come first, in their order.
        for film in &self.films {
            let next = publics.len();
            publics.insert((film, self.cinema, self.day), next);
        }
        let mut ran = Vec::new();
        let first = self.day.plus(-AROUND_DAYS);
        for one in self.all.iter().filter(|one| first <= one.showing.day && one.showing.day <= until) {
            let Some(sold) = sold(one) else { continue };
            let it = &one.showing;
            let next = publics.len();
            let public = *publics.entry((&it.film, &it.cinema, it.day)).or_insert(next);
            let kind = singapore(it.day);
            let kind = if kind.rests { 2 } else { usize::from(kind.eve) };
            ran.push(Ran { public, kind, start: it.minute, sold });
        }
        let mut demand = Demand::learn(&ran, SLOT_MINUTES, REACH_MINUTES).map_err(said)?;
        demand.pools.truncate(self.films.len());
        Ok(demand)
    }

    /// The same with what was known the evening before: the day's own sales are forecasts.
    fn forecast_demand(&self) -> Result<Demand> {
        let learned = Learned::by(self.all, self.day, 1)?;
        let of_day: Vec<&Played> = self.all.iter().filter(|one| one.showing.day == self.day).collect();
        let schedule: Vec<Showing> = of_day.iter().map(|one| one.showing.clone()).collect();
        let question =
            Question { history: learned.history, schedule: &schedule, asked: self.day, days: &singapore };
        let forecasts = learned.ours.forecast(&question).map_err(said)?;
        let sold = |one: &Played| {
            let at = of_day.iter().position(|other| std::ptr::eq(*other, one));
            at.map(|at| forecasts[at].seats).or(one.sold.map(f64::from))
        };
        self.demand(&sold, self.day)
    }

    fn house(&self, demand: Demand) -> Cinema {
        let takes: Vec<u16> = self.films.iter().map(|film| takes(self.all, film)).collect();
        let most = |minutes: &dyn Fn(&Showing) -> u16| {
            let mut counts: BTreeMap<u16, u32> = BTreeMap::new();
            self.ran.iter().for_each(|one| *counts.entry(minutes(&one.showing)).or_default() += 1);
            counts.into_values().max()
        };
        let halls: Vec<Hall> = self.halls.iter().map(|hall| self.hall(hall, &takes)).collect();
        let film = |(film, takes): (&&str, &u16)| Film {
            name: (*film).to_owned(),
            minutes: takes - CLEANING_MINUTES,
            domestic: false,
            margin_minor: 0,
            cost_minor: 0,
            halls: Some((0..self.halls.len()).filter(|hall| self.allows(film, self.halls[*hall])).collect()),
            first_day: 0,
            last_day: 0,
            promised: Promised::ALWAYS,
            a_day_min: 1,
            a_day_max: None,
            prime_a_day_min: 0,
            showings_min: 0,
        };
        Cinema {
            films: self.films.iter().zip(&takes).map(film).collect(),
            halls,
            days: 1,
            rules: Rules {
                step_minutes: 5,
                adverts_minutes: 0,
                prime_time: None,
                starts_max: most(&|showing| showing.minute / 15),
                cleaning_max: None,
                domestic: None,
            },
            demand,
            goal: Goal::Admissions,
            fixed: Vec::new(),
        }
    }

    /// From its first to its last start, and until that film was over.
    fn hall(&self, hall: &str, takes: &[u16]) -> Hall {
        let mine = || self.ran.iter().map(|one| &one.showing).filter(|it| it.hall == hall);
        let opens = mine().map(|it| it.minute).min().unwrap_or(0);
        let end = |it: &Showing| {
            let film = self.films.iter().position(|film| *film == it.film).unwrap_or(0);
            it.minute + takes[film] - CLEANING_MINUTES
        };
        let closes = mine().map(end).max().unwrap_or(opens + 1);
        let seats = mine().filter_map(|it| it.seats).max().or_else(|| {
            let ever =
                self.all.iter().filter(|one| one.showing.cinema == self.cinema && one.showing.hall == hall);
            ever.filter_map(|one| one.showing.seats).max()
        });
        Hall {
            name: hall.to_owned(),
            seats: seats.unwrap_or(100),
            hours: vec![Some(Hours { opens, closes })],
            cleaning_minutes: CLEANING_MINUTES,
        }
    }

    /// A hall of a special kind shows what such a hall showed here that day.
    fn allows(&self, film: &str, hall: &str) -> bool {
        let kind = kind(hall);
        let shown = |one: &&&Played| one.showing.film == film && self::kind(&one.showing.hall) == kind;
        kind.is_empty() || self.ran.iter().any(|one| shown(&one))
    }

    fn placed(&self) -> Vec<Placed> {
        let at = |list: &[&str], name: &str| list.iter().position(|one| *one == name).unwrap_or(0);
        let placed = |one: &&Played| Placed {
            day: 0,
            hall: at(&self.halls, &one.showing.hall),
            start: one.showing.minute,
            film: at(&self.films, &one.showing.film),
        };
        let counted = self.ran.iter().filter(|one| one.sold.is_some());
        let mut placed: Vec<Placed> = counted.map(placed).collect();
        placed.sort();
        placed
    }
}

fn kind(hall: &str) -> &'static str {
    ["IMAX", "Lumiere", "premiere", "Dreamers"].into_iter().find(|kind| hall.contains(kind)).unwrap_or("")
}

/// The least time between a film's start and the next start in its hall.
fn takes(all: &[Played], film: &str) -> u16 {
    type HallDay<'a> = (&'a str, &'a str, Day);
    let mut halls: BTreeMap<HallDay<'_>, Vec<(u16, bool)>> = BTreeMap::new();
    for it in all.iter().map(|one| &one.showing) {
        halls.entry((&it.cinema, &it.hall, it.day)).or_default().push((it.minute, it.film == film));
    }
    let mut least = None;
    for starts in halls.values_mut() {
        starts.sort_unstable();
        for pair in starts.windows(2).filter(|pair| pair[0].1) {
            let gap = pair[1].0 - pair[0].0;
            if TAKES_MINUTES.contains(&gap) {
                least = Some(least.map_or(gap, |least: u16| least.min(gap)));
            }
        }
    }
    least.unwrap_or(130)
}

pub(super) fn print(f: &mut fmt::Formatter<'_>, plans: &[Planned]) -> fmt::Result {
    if plans.is_empty() {
        return Ok(());
    }
    writeln!(
        f,
        "\n{:<16} {:<10} {:>5} {:>5} {:>9} {:>7} {:>7} {:>7} {:>7} {:>6} {:>9} {:>8}",
        "cinema",
        "day",
        "halls",
        "films",
        "showings",
        "ran",
        "greedy",
        "plan",
        "bound",
        "gap",
        "forecast",
        "seconds"
    )?;
    let percent = |part: f64| format!("{:+.1}%", part * 100.0);
    for one in plans {
        writeln!(
            f,
            "{:<16} {:<10} {:>5} {:>5} {:>9} {:>7.0} {:>7} {:>7} {:>7} {:>6} {:>9} {:>8.2}",
            one.cinema,
            one.day.to_string(),
            one.halls,
            one.films,
            format!("{}→{}", one.showings_ran, one.showings_planned),
            one.ran,
            percent(one.gain_greedy),
            percent(one.gain),
            percent(one.bound),
            format!("{:.1}%", one.gap * 100.0),
            percent(one.gain_forecast),
            one.seconds
        )?;
    }
    let total: f64 = plans.iter().map(|one| one.ran).sum();
    let over = |gain: &dyn Fn(&Planned) -> f64| {
        percent(plans.iter().map(|one| one.ran * gain(one)).sum::<f64>() / total)
    };
    let (greedy, known, forecast) =
        (over(&|one| one.gain_greedy), over(&|one| one.gain), over(&|one| one.gain_forecast));
    writeln!(f, "together: greedy {greedy}, plan {known}, plan that knew the forecast only {forecast}")
}
