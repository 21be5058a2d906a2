//! How a release stands against its forecast: what was foretold each evening beside what happened, what moved the
//! forecast since yesterday, which films began alike, and what the calendar does.
//!
//! A past evening's forecast is the one that was kept that day (`keep_forecasts`); where none was kept it is worked
//! out from what was known that evening, and says so. Amounts are box office without service fees in minor units, at
//! real proportions, because that is what the models were learned from.

use super::market_series;
use crate::house::House;
use crate::keep_forecasts::{self, Kept};
use crate::learn_market::{Alike, Cause, Foresight, Watched};
use db::View;
use demand::in_release::{DayAhead, Effect, Expected, Film, Forecast, Measure};
use kernel::{Currency, Day, Instant, Kind, Refusal, Result, TitleId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use titles::Title;

/// Evenings that are told, at most; each that was not kept costs a forecast.
pub const EVENINGS_MAX: usize = 28;

/// One day: what it took, and what was expected of it the evening before (of coming days: now).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub day: Day,
    pub actual: Option<i64>,
    pub expected: Option<Expected>,
}

/// What was foretold at the end of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Evening {
    pub as_of: Day,
    /// When it was made and by which model, if it was kept; else it was worked out afterwards.
    pub kept: Option<(Instant, String)>,
    pub so_far: i64,
    pub total: Expected,
    pub days: Vec<DayAhead>,
}

/// One cause, in minor units of the run's total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub cause: Cause,
    pub minor: i64,
}

/// From yesterday's forecast of the total to today's; the steps add up to the difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    pub since: Day,
    pub before: i64,
    pub now: i64,
    /// What the newest day took, and what was expected of it.
    pub taken: i64,
    pub expected: i64,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// Which model speaks.
    pub model: String,
    /// Its days that are over.
    pub film: Film,
    pub newest: Forecast,
    /// Oldest first; the last is the newest forecast's.
    pub evenings: Vec<Evening>,
    pub moved: Result<Moved, Refusal>,
    pub alike: Vec<Alike>,
    pub effects: Vec<Effect>,
}

impl Outlook {
    /// Of the film's sales, and so of every amount here.
    pub fn currency(&self) -> Currency {
        match self.film.measure {
            Measure::Gross(currency) => currency,
            Measure::Admissions => Currency::default(),
        }
    }

    /// What was expected of a day the evening before it, or of a day to come now.
    pub fn of(&self, day: Day) -> Option<Expected> {
        let before = self.evenings.iter().rev().find(|evening| evening.as_of < day)?;
        before.of(day)
    }

    /// The newest past days and every day to come that is foretold.
    pub fn points(&self, past: usize) -> Vec<Point> {
        let days = &self.film.days;
        let was = days[days.len().saturating_sub(past)..].iter();
        let was = was.map(|one| Point { day: one.day, actual: Some(one.amount), expected: self.of(one.day) });
        let coming = self.newest.days.iter().map(|ahead| Point {
            day: ahead.day,
            actual: None,
            expected: Some(ahead.expected),
        });
        was.chain(coming).collect()
    }

    pub fn evening(&self, as_of: Day) -> Option<&Evening> {
        self.evenings.iter().find(|evening| evening.as_of == as_of)
    }
}

impl Evening {
    fn made(forecast: &Forecast) -> Evening {
        Evening {
            as_of: forecast.as_of,
            kept: None,
            so_far: forecast.so_far,
            total: forecast.total,
            days: forecast.days.clone(),
        }
    }

    pub fn of(&self, day: Day) -> Option<Expected> {
        self.days.iter().find(|ahead| ahead.day == day).map(|ahead| ahead.expected)
    }
}

impl From<&Kept> for Evening {
    fn from(kept: &Kept) -> Evening {
        Evening {
            as_of: kept.as_of,
            kept: Some((kept.at, kept.model.clone())),
            so_far: kept.so_far,
            total: kept.total,
            days: kept.days.clone(),
        }
    }
}

/// A title's own film up to the day before an instant; one without takings has no days.
pub fn film(view: &View, title: &Title, now: Instant) -> Result<Result<Film, Refusal>> {
    let Some(release) = title.premiere else { return Ok(Err(no_premiere())) };
    let measure = Measure::Gross(people::home::of(view)?.currency);
    let none = Film { name: title.name.zh.clone(), ..Film::of(release, measure, Vec::new()) };
    Ok(Ok(market_series::own(view, title, now)?.unwrap_or(none)))
}

/// Titles of which an outlook is kept in memory.
const REMEMBERED_MAX: usize = 64;

/// The newest outlook of each title with what it was made from; whoever asks with anything else has a new one made.
#[derive(Default)]
pub(crate) struct Memory(Mutex<BTreeMap<TitleId, (Basis, Told)>>);

type Told = Result<Arc<Outlook>, Refusal>;

struct Basis {
    foresight: Foresight,
    film: Film,
    kept: Vec<Kept>,
}

impl Memory {
    fn told(&self, title: &TitleId, basis: Basis) -> Told {
        let lock = || self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let is_same = |known: &Basis| {
            known.film == basis.film && known.kept == basis.kept && known.foresight.is(&basis.foresight)
        };
        if let Some((known, told)) = lock().get(title)
            && is_same(known)
        {
            return told.clone();
        }
        let told = of(&basis.foresight, basis.film.clone(), &basis.kept).map(Arc::new);
        let mut memory = lock();
        if memory.len() >= REMEMBERED_MAX && !memory.contains_key(title) {
            memory.pop_first();
        }
        memory.insert(title.clone(), (basis, told.clone()));
        told
    }
}

/// Everything foretold of a title, as it is known at an instant. Refuses what cannot be forecast.
pub fn read(
    house: &House,
    view: &View,
    title: &Title,
    now: Instant,
) -> Result<Result<Arc<Outlook>, Refusal>> {
    let film = match film(view, title, now)? {
        Ok(film) => film,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let foresight = Foresight::of_home(house, view)?;
    let mut kept = keep_forecasts::of(view, &title.id, now)?;
    // What was foretold when a ticket stood for another number of real ones speaks of other amounts.
    let scale = market_series::one_stands_for(view)?;
    kept.retain(|kept| kept.one_stands_for == scale);
    Ok(house.outlooks().told(&title.id, Basis { foresight, film, kept }))
}

/// The outlook of a film from all its days here.
pub fn of(foresight: &Foresight, film: Film, kept: &[Kept]) -> Result<Outlook, Refusal> {
    let until = film.days.last().map_or(film.release, |one| one.day);
    let looked = foresight.watch(&film, |watched| {
        let newest = watched.explain(until)?;
        let evenings = evenings(watched, &film, &newest, kept);
        let moved = moved(watched, &film, &newest, &evenings);
        let alike = watched.alike(until)?;
        Ok((newest, evenings, moved, alike, watched.effects(until)))
    })?;
    let (newest, evenings, moved, alike, effects) = looked;
    Ok(Outlook { model: foresight.version(), film, newest, evenings, moved, alike, effects })
}

fn evenings(watched: &Watched<'_>, film: &Film, newest: &Forecast, kept: &[Kept]) -> Vec<Evening> {
    let first = film.days.len().saturating_sub(EVENINGS_MAX + 1);
    let past = film.days[first..].iter().map(|one| one.day).filter(|day| *day < newest.as_of);
    let one = |day: Day| match kept.iter().find(|kept| kept.as_of == day) {
        Some(kept) => Some(Evening::from(kept)),
        None => watched.forecast(day).ok().map(|forecast| Evening::made(&forecast)),
    };
    let mut evenings: Vec<Evening> = past.filter_map(one).collect();
    // The newest is shown as it is now; a kept one of the same day says when it was made.
    let kept = kept.iter().find(|kept| kept.as_of == newest.as_of);
    let kept = kept.map(|kept| (kept.at, kept.model.clone()));
    evenings.push(Evening { kept, ..Evening::made(newest) });
    evenings
}

fn moved(
    watched: &Watched<'_>,
    film: &Film,
    newest: &Forecast,
    evenings: &[Evening],
) -> Result<Moved, Refusal> {
    let since = newest.as_of.plus(-1);
    let before = watched.forecast(since)?;
    let causes = watched.causes(newest.as_of)?;
    let taken = film.days.iter().find(|one| one.day == newest.as_of).map_or(0, |one| one.amount);
    let told = evenings.iter().find(|evening| evening.as_of == since).map(|evening| evening.total.amount);
    Ok(moved_from(told.unwrap_or(before.total.amount), &before, newest, taken, &causes))
}

/// The waterfall: the newest day counts with what it took over what was expected; each cause multiplies what was
/// still to come after it by `exp(ln)`, one after the other; the rest, which no cause explains, closes the sum.
fn moved_from(told: i64, before: &Forecast, now: &Forecast, taken: i64, causes: &[(Cause, f64)]) -> Moved {
    let expected = before.days[0].expected.amount;
    let mut steps = vec![Step { cause: Cause::NewestDay, minor: taken - expected }];
    if before.total.amount != told {
        steps.insert(0, Step { cause: Cause::Model, minor: before.total.amount - told });
    }
    let mut rest = (before.total.amount - before.so_far - expected) as f64;
    for (cause, ln) in causes {
        let after = rest * ln.exp();
        steps.push(Step { cause: *cause, minor: (after - rest).round() as i64 });
        rest = after;
    }
    let explained: i64 = steps.iter().map(|step| step.minor).sum();
    let unexplained = now.total.amount - told - explained;
    steps.push(Step { cause: Cause::Errors, minor: unexplained });
    Moved { since: before.as_of, before: told, now: now.total.amount, taken, expected, steps }
}

fn no_premiere() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "no_premiere",
        "The film has no premiere day yet, so there is nothing to forecast from.",
        "影片还没有首映日期，无法预测。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use demand::in_release::{HORIZON_DAYS, Observed, Range};
    use kernel::Currency;

    fn film(amounts: &[i64]) -> Film {
        let release = Day::new(2016, 12, 23).expect("a day");
        let days = amounts.iter().zip(0..).map(|(amount, i)| Observed::amount(release.plus(i), *amount));
        Film::of(release, Measure::Gross(Currency::CNY), days.collect())
    }

    const DAYS: [i64; 5] = [7_888_000_000, 11_500_000_000, 8_460_000_000, 3_600_000_000, 3_300_000_000];

    #[test]
    fn past_days_stand_beside_the_forecast_of_the_evening_before() {
        let outlook = of(&Foresight::shipped(), film(&DAYS), &[]).expect("a forecast");
        let points = outlook.points(21);
        assert_eq!(points.len(), 5 + HORIZON_DAYS as usize);
        let has = |i: usize| points[i].expected.is_some();
        assert!(!has(2) && has(3) && has(4) && has(5), "the first forecast needs three days");
        let known = of(&Foresight::shipped(), film(&DAYS[..4]), &[]).expect("a forecast");
        assert_eq!(known.points(21)[4].expected, points[4].expected, "what came later changes nothing");
        let evenings: Vec<Day> = outlook.evenings.iter().map(|evening| evening.as_of).collect();
        assert_eq!(evenings, [25, 26, 27].map(|day| Day::new(2016, 12, day).expect("a day")));
        assert!(outlook.evenings.iter().all(|evening| evening.kept.is_none()));
    }

    #[test]
    fn a_forecast_that_was_kept_is_told_as_it_was_made() {
        let plain = of(&Foresight::shipped(), film(&DAYS), &[]).expect("a forecast");
        let evening = &plain.evenings[1];
        let mut total = evening.total;
        total.amount += 1_000_000;
        let kept = Kept {
            at: Instant::from_micros(7),
            as_of: evening.as_of,
            model: "an older one".into(),
            one_stands_for: 1.0,
            so_far: evening.so_far,
            total,
            days: evening.days.clone(),
        };
        let outlook = of(&Foresight::shipped(), film(&DAYS), &[kept]).expect("a forecast");
        assert_eq!(outlook.evenings[1].total, total);
        assert_eq!(outlook.evenings[1].kept, Some((Instant::from_micros(7), "an older one".into())));
        assert_eq!(outlook.newest, plain.newest);
        let moved = outlook.moved.expect("two evenings");
        assert_eq!(moved.steps[0], Step { cause: Cause::Model, minor: -1_000_000 });
        assert_eq!(moved.before + moved.steps.iter().map(|step| step.minor).sum::<i64>(), moved.now);
    }

    /// By hand: 1000 so far and 2000 still to come, 400 of them on the newest day, which took 300. What was left,
    /// 1600, halves by its level (−800) and grows by a quarter by its pace (+200): 1000. The new forecast says 1100
    /// are to come, so that 100 are due to errors: 3000 − 100 − 800 + 200 + 100 = 2400 = 1300 + 1100.
    #[test]
    fn the_steps_from_yesterday_to_today_add_up() {
        let told = |as_of: i8, so_far: i64, total: i64, next: i64| {
            let day = Day::new(2016, 12, as_of).expect("a day");
            let expected = |amount| Expected {
                amount,
                half: Range { low: amount, high: amount },
                wide: Range { low: amount, high: amount },
            };
            let days = vec![DayAhead { day: day.plus(1), expected: expected(next) }];
            Forecast {
                measure: Measure::Gross(Currency::CNY),
                as_of: day,
                so_far,
                days,
                total: expected(total),
                because: Vec::new(),
            }
        };
        let (before, now) = (told(26, 1000, 3000, 400), told(27, 1300, 2400, 200));
        let causes = [(Cause::Level, 0.5_f64.ln()), (Cause::Pace, 1.25_f64.ln())];
        let moved = moved_from(3000, &before, &now, 300, &causes);
        let steps: Vec<(Cause, i64)> = moved.steps.iter().map(|step| (step.cause, step.minor)).collect();
        let by_hand =
            [(Cause::NewestDay, -100), (Cause::Level, -800), (Cause::Pace, 200), (Cause::Errors, 100)];
        assert_eq!(steps, by_hand);
        assert_eq!((moved.before, moved.now, moved.expected), (3000, 2400, 400));
    }

    #[test]
    fn an_outlook_is_made_once_while_what_it_is_made_of_stays() {
        let memory = Memory::default();
        let title = TitleId("ttl_a".into());
        let told = |amounts: &[i64]| {
            let basis = Basis { foresight: Foresight::shipped(), film: film(amounts), kept: Vec::new() };
            memory.told(&title, basis).expect("a forecast")
        };
        let first = told(&DAYS[..4]);
        assert!(Arc::ptr_eq(&first, &told(&DAYS[..4])));
        let newer = told(&DAYS);
        assert!(!Arc::ptr_eq(&first, &newer) && newer.newest.so_far > first.newest.so_far);
        let mut corrected = DAYS;
        corrected[1] += 1;
        assert!(!Arc::ptr_eq(&newer, &told(&corrected)), "a refund of a past day is seen");
    }

    #[test]
    fn what_cannot_be_forecast_is_refused_in_words() {
        let refused =
            |amounts: &[i64]| of(&Foresight::shipped(), film(amounts), &[]).expect_err("a refusal").code;
        assert_eq!(refused(&[100, 100]), "too_few_days");
        assert_eq!(refused(&[]), "too_few_days");
    }

    #[test]
    fn holidays_to_come_are_named() {
        let outlook = of(&Foresight::shipped(), film(&DAYS), &[]).expect("a forecast");
        assert_eq!(outlook.effects.len(), HORIZON_DAYS as usize);
        let named = outlook.effects.iter().filter_map(|effect| effect.occasion.as_ref());
        assert!(named.clone().any(|words| words.en.contains("New Year")), "{:?}", named.collect::<Vec<_>>());
    }
}
