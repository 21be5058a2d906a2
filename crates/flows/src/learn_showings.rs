//! Learning showings: what the coming showings of a circuit will sell, from what its showings sold.
//!
//! A circuit learns from its own cinemas, never from another's: from what was sold here, and from what it brought from
//! before it joined. What was learned is kept in memory until the business day is over or more is brought; the next
//! question waits for it. The schedule and the seats sold so far are read each time.

use crate::house::House;
use crate::learn_market;
use crate::views::earlier_showings::{self, State};
use crate::views::showing_history::{self as history, Known};
use box_office::Cinema;
use db::View;
use demand::calendar::Calendar;
use demand::showing::{AHEAD_DAYS_MAX, BookingCurve, DayKind, Forecast, Model, Played, Question, SoFar};
use kernel::{Day, Instant, OrgId, PlaceId, Refusal, Result, ShowtimeId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, TryLockError};

/// Days that are learned from; a day's weight halves in a week, so that older ones would say next to nothing.
pub const LEARNED_DAYS: i32 = 42;
/// How far ahead a showing is forecast, in days, today among them.
pub const AHEAD_DAYS: i32 = AHEAD_DAYS_MAX;

/// What each circuit learned on a business day; where its cinemas lie in several zones, two days are today.
#[derive(Default)]
pub(crate) struct Memory(Mutex<BTreeMap<(OrgId, Day), Arc<Lesson>>>);

/// A circuit's day; whoever asks first learns it.
#[derive(Default)]
struct Lesson(Mutex<Option<Arc<Learned>>>);

struct Learned {
    today: Day,
    /// Of the past that was brought: with another one it is learned anew.
    brought: State,
    past: Vec<Played>,
    model: Result<Model, Refusal>,
    /// None where too few bookings are known to tell how seats arrive.
    curve: Option<BookingCurve>,
}

/// Forecasts by the key of their showing, or why there are none (`too_few_showings`).
pub type Told = std::result::Result<BTreeMap<ShowtimeId, Forecast>, Refusal>;

/// What each showing of a cinema that has not begun will sell, today and on the days ahead.
///
/// Takes seconds when it is the circuit's first question of the day.
pub fn forecasts(house: &House, view: &View, cinema: &Cinema, now: Instant) -> Result<Told> {
    let home = people::home::of(view)?;
    let calendar = learn_market::days_of(home.territory);
    let (today, _) = history::business_time(now, &cinema.zone);
    let learned = house.showings().learned(view, &cinema.org, (today, now), calendar)?;
    // Showings share their public with others of the circuit, so the whole schedule is asked about.
    let schedule = history::of_circuit(view, &cinema.org, today, today.plus(AHEAD_DAYS - 1))?;
    Ok(learned.forecasts(&schedule, &cinema.place, now, calendar))
}

/// What is told without waiting for a lesson.
pub enum AtHand {
    Told(Told),
    /// Somebody has asked already, and it will be known.
    BeingLearned,
    /// Nobody has asked yet.
    NotLearned,
}

/// [`forecasts`], where the circuit has learned today; nothing is learned here.
pub fn at_hand(house: &House, view: &View, cinema: &Cinema, now: Instant) -> Result<AtHand> {
    let (today, _) = history::business_time(now, &cinema.zone);
    let lesson = house.showings().lesson(&cinema.org, today);
    let brought = earlier_showings::state(view, &cinema.org)?;
    let is_known = match lesson.0.try_lock() {
        Ok(learned) => learned.as_ref().is_some_and(|learned| learned.brought == brought),
        Err(TryLockError::WouldBlock) => return Ok(AtHand::BeingLearned),
        Err(TryLockError::Poisoned(_)) => false,
    };
    if !is_known {
        return Ok(AtHand::NotLearned);
    }
    Ok(AtHand::Told(forecasts(house, view, cinema, now)?))
}

impl Memory {
    fn learned(
        &self,
        view: &View,
        org: &OrgId,
        (today, now): (Day, Instant),
        calendar: &Calendar,
    ) -> Result<Arc<Learned>> {
        let lesson = self.lesson(org, today);
        let mut learned = lesson.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let brought = earlier_showings::state(view, org)?;
        if let Some(learned) = learned.as_ref().filter(|learned| learned.brought == brought) {
            return Ok(learned.clone());
        }
        let new = Arc::new(Learned::of(view, org, (today, now), brought, calendar)?);
        *learned = Some(new.clone());
        Ok(new)
    }

    fn lesson(&self, org: &OrgId, today: Day) -> Arc<Lesson> {
        let mut lessons = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        lessons.retain(|(_, day), _| day.days_until(today).abs() <= 1);
        lessons.entry((org.clone(), today)).or_default().clone()
    }
}

impl Learned {
    fn of(
        view: &View,
        org: &OrgId,
        (today, now): (Day, Instant),
        brought: State,
        calendar: &Calendar,
    ) -> Result<Learned> {
        let (first, last) = (today.plus(-LEARNED_DAYS), today.plus(-1));
        let past = history::past(view, org, (first, last), now)?;
        let model = Model::fit(&past, today, AHEAD_DAYS, &|day| kind(calendar, day));
        let curve = BookingCurve::learn(&history::bookings(view, org, first, last)?).ok();
        Ok(Learned { today, brought, past, model, curve })
    }

    fn forecasts(&self, schedule: &[Known], place: &PlaceId, now: Instant, calendar: &Calendar) -> Told {
        let model = self.model.as_ref().map_err(Clone::clone)?;
        let showings: Vec<_> = schedule.iter().map(|one| one.played.showing.clone()).collect();
        let days = |day| kind(calendar, day);
        let question = Question { history: &self.past, schedule: &showings, asked: self.today, days: &days };
        let told = schedule.iter().zip(model.forecast(&question)?);
        let here = told.filter(|(one, _)| one.starts_at > now && one.played.showing.cinema == place.0);
        Ok(here.map(|(one, forecast)| (one.id.clone(), self.follow(one, forecast, now))).collect())
    }

    /// A forecast with the seats sold so far; never below them.
    fn follow(&self, one: &Known, forecast: Forecast, now: Instant) -> Forecast {
        let sold = one.played.sold.unwrap_or_default();
        let minutes_left = u32::try_from(now.seconds_until(one.starts_at) / 60).unwrap_or_default();
        match &self.curve {
            Some(curve) => {
                let seats = one.played.showing.seats.unwrap_or(u32::MAX);
                forecast.after(SoFar { sold, minutes_left }, seats, curve)
            }
            None => forecast.at_least(sold),
        }
    }
}

/// What the calendar says of a day beforehand.
fn kind(calendar: &Calendar, day: Day) -> DayKind {
    let rests = calendar.rests(day);
    DayKind {
        rests,
        eve: !rests && calendar.rests(day.plus(1)),
        school_holiday: calendar.schools_out(day) > 0.5,
    }
}
