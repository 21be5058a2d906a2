//! What tickets sold ahead and wishes say of an opening, as they arrive.
//!
//! The forecast of the first day is a normal number on the logarithm. A count heard so far is another reading of it:
//! `ln count = ln first day + ratio + noise`. Ratio and noise are those of earlier films at the same distance from
//! their release, and their posterior widens the reading where few films are known (normal with unknown mean and
//! variance: Gelman et al., *Bayesian Data Analysis*, section 3.3). Both meet by their precisions, so that a count
//! heard early, which says little, moves little. The other windows follow as far as their errors go with the day's.

use super::fitting::Outlook;
use super::history::{History, number};
use super::{Fact, Film, Window};
use kernel::Instant;

/// How far the errors of the windows go with those of the first day, in the order of the windows: correlations of
/// the errors on wide openings of the United States 2010–2017.
const WITH_THE_DAY: [f64; 4] = [1.0, 0.95, 0.92, 0.86];
/// Wishes say nothing before so many films that opened have been counted: their ratio depends on the installation.
pub const WISHED_FILMS_MIN: usize = 10;
/// What is assumed of presales before any film is known, worth so many films: on the eve a third of the first day
/// is sold, each day earlier a third less; wide on purpose, for nothing was measured.
const ASSUMED_FILMS: f64 = 4.0;
const ASSUMED_ON_THE_EVE: f64 = -1.2;
const ASSUMED_A_DAY: f64 = -0.4;
const ASSUMED_DEVIATION: f64 = 0.6;
const ASSUMED_DEVIATION_A_DAY: f64 = 0.1;
/// A variance no reading is better than.
const VARIANCE_LEAST: f64 = 0.01;

/// What was heard, as it changes each window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// Added to the logarithm of each window.
    moved: [f64; 4],
    /// What is left of each window's error.
    left: [f64; 4],
}

impl Heard {
    const NOTHING: Heard = Heard { moved: [0.0; 4], left: [1.0; 4] };

    pub(super) fn moved(&self, window: Window) -> f64 {
        self.moved[window as usize]
    }

    pub(super) fn apply(&self, outlooks: &mut [Outlook; 4]) {
        for (i, outlook) in outlooks.iter_mut().enumerate() {
            outlook.log += self.moved[i];
            outlook.points = outlook.points.map(|point| point * self.left[i]);
        }
    }
}

#[derive(Clone, Copy)]
enum Signal {
    Presales,
    Wishes,
}

/// How a count relates to the first day: the mean and the variance of its logarithm's distance.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reading {
    ratio: f64,
    variance: f64,
}

/// Everything the film's counts say by an instant; later ones are not looked at.
pub(super) fn hear(history: &History, film: &Film, as_of: Instant, outlooks: &[Outlook; 4]) -> Heard {
    let day = outlooks[Window::Day as usize];
    let prior = day.deviation().powi(2);
    let (mut log, mut variance) = (day.log, prior);
    for signal in [Signal::Presales, Signal::Wishes] {
        let Some(count) = signal.count(film, as_of) else { continue };
        let Some(reading) = signal.reading(history, film, as_of) else { continue };
        let said = count - reading.ratio + signal.size(history, as_of);
        let gain = variance / (variance + reading.variance);
        log += gain * (said - log);
        variance *= 1.0 - gain;
    }
    if variance == prior {
        return Heard::NOTHING;
    }
    let window = |i: usize| {
        let slope = WITH_THE_DAY[i] * outlooks[i].deviation() / day.deviation();
        let told = WITH_THE_DAY[i].powi(2) * (1.0 - variance / prior);
        (slope * (log - day.log), (1.0 - told).sqrt())
    };
    let both: [(f64, f64); 4] = std::array::from_fn(window);
    Heard { moved: both.map(|(moved, _)| moved), left: both.map(|(_, left)| left) }
}

impl Signal {
    /// The logarithm of the newest count; nothing yet says nothing.
    fn count(self, film: &Film, as_of: Instant) -> Option<f64> {
        let count = film.newest(as_of, |fact| match (self, fact) {
            (Signal::Presales, Fact::Presales(count)) | (Signal::Wishes, Fact::WantToSee(count)) => {
                Some(*count)
            }
            _ => None,
        });
        count.filter(|count| *count > 0).map(|count| (count as f64).ln())
    }

    /// Presales are money as the first day is; wishes are compared with the day's part of the market.
    fn size(self, history: &History, as_of: Instant) -> f64 {
        match self {
            Signal::Presales => 0.0,
            Signal::Wishes => history.level(history.market.day_of(as_of)),
        }
    }

    /// How the counts of earlier films, as long before their release, related to their first days.
    fn reading(self, history: &History, film: &Film, as_of: Instant) -> Option<Reading> {
        let zone = &history.market.zone;
        let ahead = film.release.at(0, 0, zone).micros - as_of.micros;
        let today = number(history.market.day_of(as_of));
        let ratio = |one: &super::history::Opened| {
            let first_day = one.outcome(Window::Day, today)?;
            let then = Instant::from_micros(one.film.release.at(0, 0, zone).micros - ahead);
            let size = match self {
                Signal::Presales => one.level,
                Signal::Wishes => 0.0,
            };
            Some(self.count(&one.film, then)? - first_day - size)
        };
        let others = history.before(today).iter().filter(|one| one.peer() && one.film.id != film.id);
        let ratios: Vec<f64> = others.filter_map(ratio).collect();
        let days = (ahead as f64 / 86_400e6).max(0.0);
        match self {
            Signal::Presales => Some(after_assuming(&ratios, days)),
            Signal::Wishes => alone(&ratios),
        }
    }
}

/// The mean of what was seen, and the sum of squares around it.
fn seen(ratios: &[f64]) -> (f64, f64, f64) {
    let n = ratios.len() as f64;
    let mean = ratios.iter().sum::<f64>() / n.max(1.0);
    (n, mean, ratios.iter().map(|ratio| (ratio - mean).powi(2)).sum())
}

/// The posterior of a further film's ratio, from what is assumed and what was seen.
fn after_assuming(ratios: &[f64], days_ahead: f64) -> Reading {
    let assumed = ASSUMED_ON_THE_EVE + ASSUMED_A_DAY * (days_ahead - 1.0).max(0.0);
    let deviation = ASSUMED_DEVIATION + ASSUMED_DEVIATION_A_DAY * days_ahead;
    let (n, mean, squares) = seen(ratios);
    let films = ASSUMED_FILMS + n;
    let apart = ASSUMED_FILMS * n / films * (mean - assumed).powi(2);
    let scale = (ASSUMED_FILMS * deviation.powi(2) + squares + apart) / films;
    Reading {
        ratio: (ASSUMED_FILMS * assumed + n * mean) / films,
        variance: (scale * (1.0 + 1.0 / films) * films / (films - 2.0)).max(VARIANCE_LEAST),
    }
}

/// The same with nothing assumed.
fn alone(ratios: &[f64]) -> Option<Reading> {
    let (n, mean, squares) = seen(ratios);
    let variance = squares * (1.0 + 1.0 / n) / (n - 3.0);
    (ratios.len() >= WISHED_FILMS_MIN)
        .then(|| Reading { ratio: mean, variance: variance.max(VARIANCE_LEAST) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_page() {
        // No film known, one day ahead: the assumption alone, four films' worth of 0.7².
        let reading = after_assuming(&[], 1.0);
        assert!((reading.ratio + 1.2).abs() < 1e-9);
        assert!((reading.variance - 0.49 * 1.25 * 2.0).abs() < 1e-9, "{}", reading.variance);
        // A forecast of deviation 0.5 gives 0.25 ÷ (0.25 + 1.225) of the way.
        assert!((0.25 / (0.25 + reading.variance) - 0.1695).abs() < 1e-4);
    }

    #[test]
    fn the_more_films_are_known_the_more_a_count_says_and_the_earlier_the_less() {
        let ratios = |n: usize| (0..n).map(|i| -1.0 + 0.2 * ((i % 5) as f64 - 2.0)).collect::<Vec<f64>>();
        let variances: Vec<f64> =
            [0, 3, 10, 40, 200].map(|n| after_assuming(&ratios(n), 1.0).variance).to_vec();
        assert!(variances.windows(2).all(|pair| pair[1] < pair[0]), "{variances:?}");
        assert!((variances[4] - 0.08).abs() < 0.05, "what was seen decides: {variances:?}");
        let earlier: Vec<f64> = [0.0, 2.0, 7.0, 20.0].map(|days| after_assuming(&[], days).variance).to_vec();
        assert!(earlier.windows(2).all(|pair| pair[1] > pair[0]), "{earlier:?}");
    }

    #[test]
    fn wishes_say_nothing_before_enough_films_were_counted() {
        assert_eq!(alone(&[0.1; WISHED_FILMS_MIN - 1]), None);
        let reading = alone(&[0.0, 1.0].repeat(10)).expect("twenty films");
        assert!((reading.ratio - 0.5).abs() < 1e-9);
        assert!((reading.variance - 5.0 * 1.05 / 17.0).abs() < 1e-9);
    }
}
