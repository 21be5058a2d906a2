//! Plans against what the cinema ran, theatre-day by theatre-day.
//!
//! Films, halls, opening hours and the most starts in a quarter of an hour are those of the day. A film takes as long
//! as the least time between its start and the next in a hall of this cinema in the week up to the day. The plan knows what was forecast the evening before and nothing later; in a second plan no film has more
//! showings than it had.
//!
//! Both are judged beside what ran by three demands: one of the planner's form (`demand::planning::attendance`), but
//! learned before all test days, with the totals that films really drew that day, and with those that were forecast; and
//! the forecast of showings (`demand::showing`), which is of another form and is asked what each schedule would sell.
//! How well each tells what really ran sold stands beside their verdicts.

use super::{Learned, Options, said, singapore};
use anyhow::Result;
use demand::planning::attendance::{Attendance, Compared, Elasticity, Gain, Offer, Seen, Usual};
use demand::planning::showings::{
    Cinema, DayDemand, Demand, Film, Goal, Hall, Hours, Placed, Plan, Promised, Rules, Work, plan, violations,
};
use demand::showing::{Played, Question, Showing};
use kernel::{Clock, Day, SystemClock};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Theatre-days that are planned anew.
const THEATRE_DAYS: usize = 8;
const CLEANING_MINUTES: u16 = 15;
/// How far a film's day lay from its forecast, as the standard deviation of a logarithm.
const FILM_MISSED: f64 = 0.5;
/// The least and the most a film may take, cleaning included.
const TAKES_MINUTES: std::ops::RangeInclusive<u16> = 75..=240;
const WORK: Work = Work { seed: 1, rounds: 4_000, price_steps: 200 };

/// One theatre-day, planned anew.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Planned {
    pub cinema: String,
    pub day: Day,
    pub halls: usize,
    pub films: usize,
    pub showings_ran: usize,
    /// What was sold of the showings that were counted.
    pub sold: f64,
    /// With films free; and with no more showings of a film than it had.
    pub free: Judged,
    pub same: Judged,
    /// How the judges tell what really ran, over counted showings.
    pub judge: Told,
    pub judge_forecast: Told,
    pub trees: Told,
    /// Rules that what ran breaks.
    pub broken_by_what_ran: usize,
}

/// What a plan is judged to sell over what ran is, less one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    pub showings: usize,
    /// With the totals that films really drew that day.
    pub gain: f64,
    /// With those that were forecast the evening before.
    pub gain_forecast: f64,
    /// By the forecast of showings.
    pub gain_trees: f64,
    /// What a reader of the plan is told.
    pub told: Option<Gain>,
    pub gap: f64,
    pub seconds: f64,
}

/// How a judge's expectation of what ran compares with what was sold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Told {
    pub expected: f64,
    pub missed: f64,
}

/// Every theatre-day, and what the judge learned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plans {
    pub days: Vec<Planned>,
    pub reach_minutes: f64,
    pub own: f64,
    pub film: Elasticity,
    pub cinema: Elasticity,
}

/// Plans [`THEATRE_DAYS`] theatre-days, spread over the test days, each theatre in turn.
pub fn plans(all: &[Played], options: &Options) -> Result<Plans> {
    let cinemas: Vec<&str> =
        all.iter().map(|one| one.showing.cinema.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let judge = Attendance::learn(&seen(all, options.test_from));
    let tested = options.test_from.days_until(options.test_until) + 1;
    let mut days = Vec::new();
    for k in 0..THEATRE_DAYS {
        let day = options.test_from.plus(tested * k as i32 / THEATRE_DAYS as i32);
        let cinema = cinemas[k % cinemas.len()];
        let ran: Vec<&Played> =
            all.iter().filter(|one| one.showing.day == day && one.showing.cinema == cinema).collect();
        if ran.iter().filter(|one| one.sold.is_some()).count() * 2 > ran.len() {
            days.push(TheatreDay::of(all, &judge, &ran, cinema, day)?.plan()?);
        }
    }
    let Attendance { reach_minutes, own, film, cinema, .. } = judge;
    Ok(Plans { days, reach_minutes, own, film, cinema })
}

/// Numbers names in the order they come.
struct Numbers(BTreeMap<String, usize>);

impl Numbers {
    fn of(&mut self, name: &str) -> usize {
        let next = self.0.len();
        *self.0.entry(name.to_owned()).or_insert(next)
    }
}

/// The showings before a day, numbered for the judge.
fn seen(all: &[Played], before: Day) -> Vec<Seen> {
    let (mut films, mut cinemas) = (Numbers(BTreeMap::new()), Numbers(BTreeMap::new()));
    let first = all.first().map_or(before, |one| one.showing.day);
    let numbered = |one: &Played| {
        let it = &one.showing;
        Seen {
            film: films.of(&it.film),
            cinema: cinemas.of(&it.cinema),
            day: first.days_until(it.day).max(0) as usize,
            kind: kind_of(it.day),
            start: it.minute,
            sold: one.sold.map(f64::from),
        }
    };
    all.iter().filter(|one| one.showing.day < before).map(numbered).collect()
}

/// Plain, the eve of a day of rest, a day of rest.
fn kind_of(day: Day) -> usize {
    let kind = singapore(day);
    if kind.rests { 2 } else { usize::from(kind.eve) }
}

struct TheatreDay<'a> {
    all: &'a [Played],
    judge: &'a Attendance,
    /// What the planner knows: how people came to the chain before the day.
    habits: Attendance,
    ran: &'a [&'a Played],
    cinema: &'a str,
    day: Day,
    films: Vec<&'a str>,
    halls: Vec<&'a str>,
    /// What is known the evening before, and what it forecasts of the showings that ran.
    learned: Learned<'a>,
    forecast: Vec<f64>,
}

impl<'a> TheatreDay<'a> {
    fn of(
        all: &'a [Played],
        judge: &'a Attendance,
        ran: &'a [&'a Played],
        cinema: &'a str,
        day: Day,
    ) -> Result<TheatreDay<'a>> {
        let distinct = |name: fn(&Showing) -> &str| {
            ran.iter()
                .map(|one| name(&one.showing))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<&str>>()
        };
        let (films, halls) = (distinct(|it| &it.film), distinct(|it| &it.hall));
        let learned = Learned::by(all, day, 1)?;
        let habits = Attendance::learn(&seen(all, day));
        let mut it =
            TheatreDay { all, judge, habits, ran, cinema, day, films, halls, learned, forecast: Vec::new() };
        it.forecast = it.asked(ran.iter().map(|one| one.showing.clone()).collect())?;
        Ok(it)
    }

    fn plan(&self) -> Result<Planned> {
        let what_ran = self.placed();
        let free = self.house(false)?;
        let sold: Vec<Option<f64>> = self.ran.iter().map(|one| one.sold.map(f64::from)).collect();
        let expected = |totals: &[f64]| {
            let offers = self.offers(&self.placed_in_order());
            self.judge.expected(kind_of(self.day), &offers, totals, &offers)
        };
        Ok(Planned {
            cinema: self.cinema.to_owned(),
            day: self.day,
            halls: self.halls.len(),
            films: self.films.len(),
            showings_ran: what_ran.len(),
            sold: sold.iter().flatten().sum(),
            broken_by_what_ran: violations(&free, &what_ran).len(),
            free: self.judged(&free)?,
            same: self.judged(&self.house(true)?)?,
            judge: Told::of(&sold, &expected(&self.totals(&sold))),
            judge_forecast: Told::of(&sold, &expected(&self.totals(&self.forecasts()))),
            trees: Told::of(&sold, &self.forecast),
        })
    }

    /// Plans the cinema and has both judges look at the plan.
    fn judged(&self, cinema: &Cinema) -> Result<Judged> {
        let began = SystemClock.now();
        let plan = plan(cinema, WORK, &|| false).map_err(said)?;
        let seconds = (SystemClock.now().micros - began.micros) as f64 / 1e6;
        let sold: Vec<Option<f64>> = self.ran.iter().map(|one| one.sold.map(f64::from)).collect();
        Ok(Judged {
            showings: plan.showings.len(),
            gain: self.gain(&plan, &self.totals(&sold)),
            gain_forecast: self.gain(&plan, &self.totals(&self.forecasts())),
            gain_trees: self.gain_trees(&plan)?,
            told: self.told(&plan),
            gap: plan.gap(),
            seconds,
        })
    }

    /// What a page beside this plan would tell.
    fn told(&self, plan: &Plan) -> Option<Gain> {
        let DayDemand { kind, usual } = self.public();
        let (before, after) = (self.offers(&self.placed()), self.offers(&plan.showings));
        let day = Compared { kind, usual, before, after };
        self.habits.gain(&[day], &vec![1.0; self.films.len()], [0.0, 0.0], FILM_MISSED)
    }

    /// Who would come on the day, by what was forecast the evening before.
    fn public(&self) -> DayDemand {
        let kind = kind_of(self.day);
        let hours = self.habits.hours(kind, &self.offers(&self.placed()), self.films.len()).1;
        let people = self.totals(&self.forecasts());
        DayDemand {
            kind,
            usual: hours.into_iter().zip(people).map(|(hours, people)| Usual { hours, people }).collect(),
        }
    }

    fn gain(&self, plan: &Plan, totals: &[f64]) -> f64 {
        let (ran, offers) = (self.offers(&self.placed()), self.offers(&plan.showings));
        let sum = |offers: &[Offer]| -> f64 {
            self.judge.expected(kind_of(self.day), &ran, totals, offers).iter().sum()
        };
        sum(&offers) / sum(&ran) - 1.0
    }

    fn gain_trees(&self, plan: &Plan) -> Result<f64> {
        let planned = |one: &Placed| {
            let (film, hall) = (self.films[one.film], self.halls[one.hall]);
            let like = self.ran.iter().find(|other| other.showing.film == film);
            let it = &like.unwrap_or(&self.ran[0]).showing;
            Showing { hall: hall.to_owned(), minute: one.start, seats: Some(self.seats(hall)), ..it.clone() }
        };
        let planned = self.asked(plan.showings.iter().map(planned).collect())?;
        Ok(planned.iter().sum::<f64>() / self.forecast.iter().sum::<f64>() - 1.0)
    }

    /// What the forecast of the evening before says of these showings, the other cinemas' being as they ran.
    fn asked(&self, mut here: Vec<Showing>) -> Result<Vec<f64>> {
        let count = here.len();
        let others = self.all.iter().map(|one| &one.showing);
        here.extend(others.filter(|it| it.day == self.day && it.cinema != self.cinema).cloned());
        let history = self.learned.history;
        let question = Question { history, schedule: &here, asked: self.day, days: &singapore };
        let forecasts = self.learned.ours.forecast(&question).map_err(said)?;
        Ok(forecasts[..count].iter().map(|forecast| forecast.seats).collect())
    }

    fn forecasts(&self) -> Vec<Option<f64>> {
        self.forecast.iter().copied().map(Some).collect()
    }

    /// What all showings of each film draw, by what each sold or is forecast to.
    fn totals(&self, sold: &[Option<f64>]) -> Vec<f64> {
        let of = |film: &&str| {
            let mine: Vec<usize> =
                (0..self.ran.len()).filter(|i| self.ran[*i].showing.film == **film).collect();
            let starts: Vec<u16> = mine.iter().map(|i| self.ran[*i].showing.minute).collect();
            let sold: Vec<Option<f64>> = mine.iter().map(|i| sold[*i]).collect();
            self.judge.total(kind_of(self.day), &starts, &sold)
        };
        self.films.iter().map(of).collect()
    }

    fn offers(&self, placed: &[Placed]) -> Vec<Offer> {
        let seats = |hall: usize| f64::from(self.seats(self.halls[hall]));
        placed.iter().map(|one| Offer { film: one.film, start: one.start, seats: seats(one.hall) }).collect()
    }

    /// The theatre-day as a question to the planner; with no more showings of a film than it had, or films free.
    fn house(&self, same: bool) -> Result<Cinema> {
        let takes: Vec<u16> = self.films.iter().map(|film| self.takes(film)).collect();
        let most = |minutes: &dyn Fn(&Showing) -> u16| {
            let mut counts: BTreeMap<u16, u32> = BTreeMap::new();
            self.ran.iter().for_each(|one| *counts.entry(minutes(&one.showing)).or_default() += 1);
            counts.into_values().max()
        };
        let film = |(film, takes): (&&str, &u16)| {
            let had = self.ran.iter().filter(|one| one.showing.film == **film).count() as u32;
            Film {
                name: (*film).to_owned(),
                minutes: takes - CLEANING_MINUTES,
                domestic: false,
                margin_minor: 0,
                cost_minor: 0,
                halls: Some(
                    (0..self.halls.len()).filter(|hall| self.allows(film, self.halls[*hall])).collect(),
                ),
                first_day: 0,
                last_day: 0,
                promised: Promised::ALWAYS,
                a_day_min: 1,
                a_day_max: if same { Some(had) } else { None },
                prime_a_day_min: 0,
                showings_min: 0,
            }
        };
        Ok(Cinema {
            films: self.films.iter().zip(&takes).map(film).collect(),
            halls: self.halls.iter().map(|hall| self.hall(hall, &takes)).collect(),
            days: 1,
            first: None,
            rules: Rules {
                step_minutes: 5,
                adverts_minutes: 0,
                prime_time: None,
                starts_max: most(&|showing| showing.minute / 15),
                cleaning_max: None,
                domestic: None,
            },
            demand: Demand { attendance: self.habits.clone(), days: vec![self.public()] },
            goal: Goal::Admissions,
            fixed: Vec::new(),
        })
    }

    /// How long a film takes, from its start to the next in its hall: as quick as this cinema was in the week up to
    /// the day, else the chain.
    fn takes(&self, film: &str) -> u16 {
        let until = self.all.iter().map(|one| &one.showing).filter(|it| it.day <= self.day);
        let here = until.clone().filter(|it| it.cinema == self.cinema && it.day.days_until(self.day) < 7);
        takes(here, film).or_else(|| takes(until, film)).unwrap_or(130)
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
        Hall {
            name: hall.to_owned(),
            seats: self.seats(hall),
            hours: vec![Some(Hours { opens, closes })],
            cleaning_minutes: CLEANING_MINUTES,
        }
    }

    fn seats(&self, hall: &str) -> u32 {
        let here = self.all.iter().map(|one| &one.showing);
        let here = here.filter(|it| it.cinema == self.cinema && it.hall == hall);
        here.filter_map(|it| it.seats).max().unwrap_or(100)
    }

    /// A hall of a special kind shows what such a hall showed here that day.
    fn allows(&self, film: &str, hall: &str) -> bool {
        let kind = kind(hall);
        let shown = |one: &&&Played| one.showing.film == film && self::kind(&one.showing.hall) == kind;
        kind.is_empty() || self.ran.iter().any(|one| shown(&one))
    }

    fn placed(&self) -> Vec<Placed> {
        let mut placed = self.placed_in_order();
        placed.sort();
        placed
    }

    fn placed_in_order(&self) -> Vec<Placed> {
        let at = |list: &[&str], name: &str| list.iter().position(|one| *one == name).unwrap_or(0);
        let placed = |one: &&Played| Placed {
            day: 0,
            hall: at(&self.halls, &one.showing.hall),
            start: one.showing.minute,
            film: at(&self.films, &one.showing.film),
        };
        self.ran.iter().map(placed).collect()
    }
}

impl Told {
    fn of(sold: &[Option<f64>], expected: &[f64]) -> Told {
        let pairs = sold.iter().zip(expected).filter_map(|(sold, expected)| Some(((*sold)?, *expected)));
        let (sold, expected): (Vec<f64>, Vec<f64>) = pairs.unzip();
        let missed = sold.iter().zip(&expected).map(|(sold, expected)| (sold - expected).abs()).sum();
        Told { expected: expected.iter().sum(), missed }
    }
}

fn kind(hall: &str) -> &'static str {
    ["IMAX", "Lumiere", "premiere", "Dreamers"].into_iter().find(|kind| hall.contains(kind)).unwrap_or("")
}

/// The least time from a film's start to the next in the hall, over these showings.
fn takes<'a>(showings: impl Iterator<Item = &'a Showing>, film: &str) -> Option<u16> {
    type HallDay<'a> = (&'a str, &'a str, Day);
    let mut halls: BTreeMap<HallDay<'_>, Vec<(u16, bool)>> = BTreeMap::new();
    for it in showings {
        halls.entry((&it.cinema, &it.hall, it.day)).or_default().push((it.minute, it.film == film));
    }
    let mut least = None;
    for starts in halls.values_mut() {
        starts.sort_unstable();
        let pairs = starts.windows(2).filter(|pair| pair[0].1).map(|pair| pair[1].0 - pair[0].0);
        least = pairs.filter(|gap| TAKES_MINUTES.contains(gap)).chain(least).min();
    }
    least
}

impl Plans {
    pub fn none() -> Plans {
        let unknown = Elasticity { value: 0.0, standard_error: f64::INFINITY, observations: 0 };
        Plans { days: Vec::new(), reach_minutes: 0.0, own: 0.0, film: unknown, cinema: unknown }
    }

    /// A gain over all theatre-days, each weighed with what it sold.
    pub fn together(&self, gain: &dyn Fn(&Planned) -> f64) -> f64 {
        let sold: f64 = self.days.iter().map(|one| one.sold).sum();
        self.days.iter().map(|one| one.sold * gain(one)).sum::<f64>() / sold.max(1.0)
    }

    /// WAPE and bias of a judge on what ran.
    pub fn told(&self, of: &dyn Fn(&Planned) -> Told) -> (f64, f64) {
        let sold: f64 = self.days.iter().map(|one| one.sold).sum::<f64>().max(1.0);
        let sum = |part: &dyn Fn(Told) -> f64| self.days.iter().map(|one| part(of(one))).sum::<f64>();
        (sum(&|told| told.missed) / sold, sum(&|told| told.expected) / sold - 1.0)
    }
}

pub(super) fn print(f: &mut fmt::Formatter<'_>, plans: &Plans) -> fmt::Result {
    if plans.days.is_empty() {
        return Ok(());
    }
    let Plans { reach_minutes, own, film, cinema, .. } = plans;
    writeln!(
        f,
        "\nPlans made the evening before, beside what ran. The judge learned before the test days: people within about {reach_minutes:.0} minutes, own {own}, a film's total moves by the power {:.2} ± {:.2} of its hours, a cinema's by {:.2} ± {:.2}.",
        film.value, film.standard_error, cinema.value, cinema.standard_error
    )?;
    let percent = |part: f64| format!("{:+.1}%", part * 100.0);
    for (name, of) in [
        ("films free", (|one| &one.free) as fn(&Planned) -> &Judged),
        ("no film with more showings than it had", |one| &one.same),
    ] {
        writeln!(
            f,
            "\n{name}\n{:<16} {:<10} {:>5} {:>5} {:>9} {:>7} {:>8} {:>9} {:>8} {:>7} {:>16} {:>6} {:>8}",
            "cinema",
            "day",
            "halls",
            "films",
            "showings",
            "sold",
            "gain",
            "forecast",
            "trees",
            "told",
            "nine of ten",
            "gap",
            "seconds"
        )?;
        for one in &plans.days {
            let it = of(one);
            writeln!(
                f,
                "{:<16} {:<10} {:>5} {:>5} {:>9} {:>7.0} {:>8} {:>9} {:>8} {:>7} {:>16} {:>6} {:>8.2}",
                one.cinema,
                one.day.to_string(),
                one.halls,
                one.films,
                format!("{}→{}", one.showings_ran, it.showings),
                one.sold,
                percent(it.gain),
                percent(it.gain_forecast),
                percent(it.gain_trees),
                it.told.map_or("–".to_owned(), |told| percent(told.part)),
                it.told.map_or("–".to_owned(), |told| format!(
                    "{}…{}",
                    percent(told.low),
                    percent(told.high)
                )),
                format!("{:.1}%", it.gap * 100.0),
                it.seconds
            )?;
        }
        let over = |gain: fn(&Judged) -> f64| percent(plans.together(&|one| gain(of(one))));
        writeln!(
            f,
            "together: {} with the films' real totals, {} with forecast ones, {} by the forecast of showings, {} told",
            over(|it| it.gain),
            over(|it| it.gain_forecast),
            over(|it| it.gain_trees),
            over(|it| it.told.map_or(0.0, |told| told.part))
        )?;
    }
    writeln!(f)?;
    for (name, of) in [
        ("judge, real totals", (|one| one.judge) as fn(&Planned) -> Told),
        ("judge, forecast totals", |one| one.judge_forecast),
        ("forecast of showings", |one| one.trees),
    ] {
        let (wape, bias) = plans.told(&of);
        writeln!(f, "{name:<24} tells what ran with WAPE {wape:.3}, bias {bias:+.3}")?;
    }
    Ok(())
}
