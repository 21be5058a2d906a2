//! What a model has missed of the films that opened since it was learned, and what that says of the next ones.
//!
//! A market changes between two lessons: a distributor begins to sell one-day events, prices rise. The errors made
//! since then are the effects of a random intercept for all films and one for each distributor, pulled to zero by so
//! many films of no error (Robinson 1991, *That BLUP is a good thing*); older errors count for less.

use super::fitting::{self, Judgement, Model};
use super::history::{History, number};
use super::{Fact, Window};
use kernel::Instant;

/// Films without error that the errors of all, and of a distributor's, are added to. Chosen, with the half-life, on
/// the openings of the United States 2010–2017.
const ALL_FILMS: f64 = 50.0;
const DISTRIBUTOR_FILMS: f64 = 10.0;
const HALF_LIFE_DAYS: f64 = 730.0;

/// A film that opened since, with how far it was off.
#[derive(Clone, Debug)]
pub(super) struct Miss {
    distributor: Option<String>,
    known: [i32; 4],
    /// By window: `ln taken − ln forecast` of the model as it was learned.
    errors: [Option<f64>; 4],
    /// By window: how it was forecast once the errors known by then were corrected for.
    pub judged: [Option<Judgement>; 4],
}

/// A film as it is seen on a day.
pub(super) struct Seen<'a> {
    pub row: &'a [f64],
    pub distributor: Option<&'a str>,
    pub today: i32,
}

/// What is added to the logarithm of a forecast.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Correction {
    pub all: f64,
    pub distributor: f64,
}

impl Correction {
    pub fn sum(self) -> f64 {
        self.all + self.distributor
    }
}

/// The correction of a window from the misses known on the day.
pub(super) fn correction(missed: &[Miss], window: Window, seen: &Seen<'_>) -> Correction {
    let known = || {
        missed.iter().filter_map(|miss| {
            let day = miss.known[window as usize];
            let weight = 0.5_f64.powf(f64::from(seen.today - day) / HALF_LIFE_DAYS);
            (day <= seen.today).then_some((miss, miss.errors[window as usize]?, weight))
        })
    };
    let (sum, weights) = known().fold((0.0, 0.0), |(sum, all), (_, error, w)| (sum + w * error, all + w));
    let all = sum / (weights + ALL_FILMS);
    let Some(name) = seen.distributor else { return Correction { all, distributor: 0.0 } };
    let own = known().filter(|(miss, ..)| miss.distributor.as_deref() == Some(name));
    let (sum, weights) = own.fold((0.0, 0.0), |(sum, own), (_, error, w)| (sum + w * (error - all), own + w));
    Correction { all, distributor: sum / (weights + DISTRIBUTOR_FILMS) }
}

impl Model {
    /// Looks at the films that opened since the model was learned, as far as an instant knows their outcome; what was
    /// missed corrects later forecasts, and widens or narrows their ranges. A forecast at an earlier instant than a
    /// film's outcome does not see it.
    pub fn follow(&mut self, history: &History, as_of: Instant) {
        let today = number(history.market.day_of(as_of));
        self.missed.clear();
        for one in history.between(self.learned_until, today).iter().filter(|one| one.taught()) {
            let Some(row) = fitting::row(history, one, today, self.days_ahead) else { continue };
            let then = one.film.release.plus(-self.days_ahead).at(0, 0, &history.market.zone);
            let distributor = one.film.newest(then, Fact::distributor);
            let seen = Seen { row: &row.values, distributor, today: row.seen };
            let mut errors = [None; 4];
            let judged = Window::ALL.map(|window| {
                let learned = window.learned(one.film.release);
                let (target, said) = (row.targets[window as usize]?, self.said(learned, &row.values)?);
                errors[window as usize] = Some(target - said);
                let forecast = said + correction(&self.missed, learned, &seen).sum();
                one.peer().then_some(Judgement {
                    forecast,
                    error: target - forecast,
                    known: row.known[window as usize],
                })
            });
            self.missed.push(Miss {
                distributor: distributor.map(str::to_owned),
                known: row.known,
                errors,
                judged,
            });
        }
    }
}
