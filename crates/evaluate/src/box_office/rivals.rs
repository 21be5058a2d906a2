//! The methods beside ours: simple ones that are hard to beat, and one of a library.

use super::scores::median;
use super::{AHEAD, DAYS_KNOWN};
use augurs_core::prelude::*;
use augurs_ets::AutoETS;
use demand::boosting::{Boosted, Loss, Settings, Table};
use demand::calendar::Calendar;
use demand::in_release::{Film, Observed};
use kernel::Day;

/// A film with its first days known.
pub(super) struct Case<'a> {
    film: &'a Film,
    known: i32,
    pub origin: Day,
    /// By day of the run from the release: what was taken, `NaN` where nothing was reported.
    days: Vec<f64>,
}

impl<'a> Case<'a> {
    /// `None` unless the opening day and the last known day were reported.
    pub fn of(film: &'a Film, known: i32) -> Option<Case<'a>> {
        let mut days = vec![f64::NAN; (known + AHEAD) as usize];
        for one in film.days.iter().filter(|one| one.amount > 0) {
            if let Some(day) =
                usize::try_from(film.release.days_until(one.day)).ok().and_then(|i| days.get_mut(i))
            {
                *day = one.amount as f64;
            }
        }
        let reported = days[0].is_finite() && days[known as usize - 1].is_finite();
        reported.then(|| Case { film, known, origin: film.release.plus(known - 1), days })
    }

    /// The known days.
    fn before(&self) -> &[f64] {
        &self.days[..self.known as usize]
    }

    /// Every reported day to come: its index (0 is tomorrow) and what was taken.
    pub fn ahead(&self) -> impl Iterator<Item = (usize, f64)> {
        self.days[self.known as usize..].iter().copied().enumerate().filter(|(_, taken)| taken.is_finite())
    }

    /// The mean step from one known day to the next, up or down.
    pub fn step(&self) -> Option<f64> {
        let pairs = self.before().windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let steps: Vec<f64> = pairs.filter(|step| step.is_finite()).collect();
        let mean = steps.iter().sum::<f64>() / steps.len() as f64;
        (mean > 0.0).then_some(mean)
    }

    /// Everything reported up to the last known day, previews included.
    pub fn so_far(&self) -> f64 {
        self.sum(|one| one.day <= self.origin)
    }

    /// Everything reported in the first days of the run, previews included.
    pub fn total(&self, days: i32) -> f64 {
        self.sum(|one| self.film.release.days_until(one.day) < days)
    }

    fn sum(&self, of: impl Fn(&Observed) -> bool) -> f64 {
        self.film.days.iter().filter(|one| of(one)).map(|one| one.amount as f64).sum()
    }

    /// Monday 0 … Sunday 6, of a day of the run.
    fn weekday(&self, day: usize) -> usize {
        (self.film.release.weekday() as usize - 1 + day) % 7
    }

    fn last(&self) -> f64 {
        self.days[self.known as usize - 1]
    }

    fn level(&self) -> f64 {
        let known: Vec<f64> = self.before().iter().copied().filter(|day| day.is_finite()).collect();
        known.iter().sum()
    }
}

/// A method: amounts of the next [`AHEAD`] days, or `None` when it has nothing to say.
pub(super) trait Rival {
    fn name(&self) -> &'static str;
    fn forecast(&self, case: &Case<'_>) -> Option<Vec<f64>>;
}

pub(super) fn learn(films: &[Film], calendar: &Calendar) -> Vec<Box<dyn Rival>> {
    let week = Week::learn(films);
    vec![
        Box::new(LastWeek { week: week.clone(), keep: learn_keep(films) }),
        Box::new(ExponentialDecay { week: week.clone() }),
        Box::new(Nearest::learn(films)),
        Box::new(PlainBoosting::learn(films, calendar)),
        Box::new(AutoEts),
    ]
}

/// What the days of the week take, and how runs fall: the mean film, in logarithms.
#[derive(Clone)]
struct Week {
    weekday: [f64; 7],
    /// A day.
    decay: f64,
}

impl Week {
    /// Least squares by turns: each film's level, seven weekdays and one decay.
    fn learn(films: &[Film]) -> Week {
        let runs: Vec<Vec<(f64, usize, f64)>> =
            films.iter().map(run_of).filter(|run| run.len() >= 5).collect();
        let mut week = Week { weekday: [0.0; 7], decay: 0.0 };
        for _ in 0..12 {
            let (mut sums, mut counts) = ([0.0; 7], [0.0; 7]);
            let (mut xy, mut xx) = (0.0, 0.0);
            for run in &runs {
                let mean =
                    run.iter().map(|(age, day, ln)| ln - week.of(*age, *day)).sum::<f64>() / run.len() as f64;
                let middle = run.iter().map(|(age, ..)| age).sum::<f64>() / run.len() as f64;
                for (age, day, ln) in run {
                    let left = ln - mean - week.of(*age, *day);
                    sums[*day] += left;
                    counts[*day] += 1.0;
                    xy += (age - middle) * left;
                    xx += (age - middle).powi(2);
                }
            }
            for (weekday, (sum, count)) in week.weekday.iter_mut().zip(sums.iter().zip(counts)) {
                *weekday += sum / f64::max(count, 1.0);
            }
            week.decay += xy / f64::max(xx, 1.0);
        }
        week
    }

    fn of(&self, age: f64, day: usize) -> f64 {
        self.weekday[day] + self.decay * age
    }
}

/// Age, weekday and logarithm of the first five weeks.
fn run_of(film: &Film) -> Vec<(f64, usize, f64)> {
    let days = film.days.iter().filter(|one| one.amount > 0);
    days.filter_map(|one| {
        let age = film.release.days_until(one.day);
        let inside = (0..35).contains(&age);
        inside.then(|| (f64::from(age), one.day.weekday() as usize - 1, (one.amount as f64).ln()))
    })
    .collect()
}

/// What is kept from a week to the next, all films together.
fn learn_keep(films: &[Film]) -> f64 {
    let (mut later, mut earlier) = (0.0, 0.0);
    for case in films.iter().filter_map(|film| Case::of(film, 7)) {
        for i in 7..case.days.len() {
            if case.days[i].is_finite() && case.days[i - 7].is_finite() {
                later += case.days[i];
                earlier += case.days[i - 7];
            }
        }
    }
    if earlier > 0.0 { later / earlier } else { 0.5 }
}

/// Last week's same weekday × the learned ratio; a weekday not seen yet is read off the mean week.
struct LastWeek {
    week: Week,
    keep: f64,
}

impl Rival for LastWeek {
    fn name(&self) -> &'static str {
        "last week × learned ratio"
    }

    fn forecast(&self, case: &Case<'_>) -> Option<Vec<f64>> {
        let known = case.known as usize;
        let mut days = case.before().to_vec();
        for i in known..known + AHEAD as usize {
            let same = i.checked_sub(7).map(|before| days[before] * self.keep).filter(|day| day.is_finite());
            let usual = || {
                let seen = (0..known).filter(|j| case.days[*j].is_finite());
                let (mut level, mut count) = (0.0, 0.0);
                for j in seen {
                    level += case.days[j].ln() - self.week.of(j as f64, case.weekday(j));
                    count += 1.0;
                }
                (level / count + self.week.of(i as f64, case.weekday(i))).exp()
            };
            days.push(same.unwrap_or_else(usual));
        }
        Some(days.split_off(known))
    }
}

/// A film's level on the mean week, falling as the mean film falls.
struct ExponentialDecay {
    week: Week,
}

impl Rival for ExponentialDecay {
    fn name(&self) -> &'static str {
        "exponential decay × weekday"
    }

    fn forecast(&self, case: &Case<'_>) -> Option<Vec<f64>> {
        let known = case.known as usize;
        let recent = (known.saturating_sub(7)..known).filter(|i| case.days[*i].is_finite());
        let levels: Vec<f64> =
            recent.map(|i| case.days[i].ln() - self.week.of(i as f64, case.weekday(i))).collect();
        let level = levels.iter().sum::<f64>() / levels.len() as f64;
        let days = known..known + AHEAD as usize;
        Some(days.map(|i| (level + self.week.of(i as f64, case.weekday(i))).exp()).collect())
    }
}

/// What the ten films took whose first days were most alike, as parts of those first days.
struct Nearest {
    films: Vec<Film>,
}

const NEIGHBOURS: usize = 10;

impl Nearest {
    fn learn(films: &[Film]) -> Nearest {
        Nearest { films: films.to_vec() }
    }

    /// How far two films' known days lie apart: their size, and the shape of the days.
    fn distance(case: &Case<'_>, other: &Case<'_>) -> f64 {
        let (a, b) = (case.level(), other.level());
        let shape = case.before().iter().zip(other.before()).map(|(x, y)| ((x / a) - (y / b)).powi(2));
        let known: Vec<f64> = shape.filter(|part| part.is_finite()).collect();
        let weekday = f64::from(u8::from(case.weekday(0) != other.weekday(0)));
        let size = 0.2 * (a / b).ln().abs();
        size + weekday + f64::from(case.known) * (known.iter().sum::<f64>() / known.len() as f64).sqrt()
    }
}

impl Rival for Nearest {
    fn name(&self) -> &'static str {
        "k nearest films"
    }

    fn forecast(&self, case: &Case<'_>) -> Option<Vec<f64>> {
        let others = self.films.iter().filter_map(|film| Case::of(film, case.known));
        let mut near: Vec<(f64, Case<'_>)> =
            others.map(|other| (Nearest::distance(case, &other), other)).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(NEIGHBOURS);
        let known = case.known as usize;
        let mut days: Vec<f64> = Vec::new();
        for i in known..known + AHEAD as usize {
            let parts = near.iter().map(|(_, other)| other.days[i] / other.level());
            let parts: Vec<f64> = parts.filter(|part| part.is_finite()).collect();
            let held = days.last().copied().unwrap_or(case.last());
            days.push(median(&parts).map_or(held, |part| part * case.level()));
        }
        Some(days)
    }
}

/// Gradient boosting on what a table of films and days says without further thought.
struct PlainBoosting {
    model: Boosted,
    rests: Calendar,
}

impl PlainBoosting {
    fn learn(films: &[Film], calendar: &Calendar) -> PlainBoosting {
        let mut table = Table::new(PlainBoosting::COLUMNS);
        let (mut targets, mut weights) = (Vec::new(), Vec::new());
        for (i, film) in films.iter().enumerate() {
            for case in DAYS_KNOWN.iter().filter_map(|known| Case::of(film, *known)) {
                for (ahead, taken) in case.ahead().filter(|(ahead, _)| (ahead + i) % 3 == 0) {
                    table.push(&PlainBoosting::row(&case, ahead, calendar));
                    targets.push((taken / case.last()).ln());
                    weights.push(1.0);
                }
            }
        }
        let settings = Settings { trees: 150, learning_rate: 0.08, columns_part: 0.7, ..Settings::default() };
        let model = Boosted::fit(&table, &targets, &weights, Loss::Absolute, &settings);
        PlainBoosting { model, rests: calendar.clone() }
    }

    const COLUMNS: usize = 11;

    fn row(case: &Case<'_>, ahead: usize, calendar: &Calendar) -> [f64; PlainBoosting::COLUMNS] {
        let day = case.known as usize + ahead;
        let date = case.film.release.plus(day as i32);
        let newest = case.film.days.iter().rev().find(|one| one.day <= case.origin);
        let screens = newest.and_then(|one| one.screens.or(one.showings)).map_or(f64::NAN, f64::from);
        let last_same = (0..case.known as usize).rev().find(|i| (day - i).is_multiple_of(7));
        [
            f64::from(case.known),
            ahead as f64,
            case.weekday(day) as f64,
            case.weekday(case.known as usize - 1) as f64,
            f64::from(date.month()),
            f64::from(u8::from(calendar.rests(date))),
            case.last().ln(),
            (case.level() / case.last()).ln(),
            (case.days[0] / case.last()).ln(),
            last_same.map_or(f64::NAN, |i| (case.days[i] / case.last()).ln()),
            screens,
        ]
    }
}

impl Rival for PlainBoosting {
    fn name(&self) -> &'static str {
        "gradient boosting, plain"
    }

    fn forecast(&self, case: &Case<'_>) -> Option<Vec<f64>> {
        let day = |ahead: usize| {
            case.last() * self.model.predict(&PlainBoosting::row(case, ahead, &self.rests)).exp()
        };
        Some((0..AHEAD as usize).map(day).collect())
    }
}

/// Exponential smoothing with its form chosen by the film's own days (Hyndman et al. 2002), from a library.
struct AutoEts;

impl Rival for AutoEts {
    fn name(&self) -> &'static str {
        "AutoETS"
    }

    fn forecast(&self, case: &Case<'_>) -> Option<Vec<f64>> {
        let known: Vec<f64> = case.before().iter().copied().filter(|day| day.is_finite()).collect();
        if known.len() < 7 {
            return None;
        }
        let fitted = AutoETS::non_seasonal().fit(&known).ok()?;
        let forecast = fitted.predict(AHEAD as usize, None).ok()?;
        Some(forecast.point.into_iter().map(|day| if day.is_finite() { day.max(0.0) } else { 0.0 }).collect())
    }
}
