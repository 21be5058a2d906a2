//! What the seats sold so far say: they arrive along a curve that is learned from bookings with times.
//!
//! The forecast is a Gamma distribution of the showing's rate, the seats so far a Poisson count of the part of it
//! that usually has come by now (Gelman et al., *Bayesian Data Analysis*, section 2.6).

use super::{Forecast, Range, percent};
use kernel::{Kind, Refusal, Words, counted};

/// A curve is not learned from fewer showings that sold something.
pub const BOOKED_SHOWINGS_MIN: usize = 100;
/// Minutes before the start at which the curve is kept.
const KNOTS: [u32; 12] = [0, 15, 30, 60, 120, 240, 480, 960, 1_440, 2_880, 5_760, 11_520];
/// The 75 and 95 % points of a standard normal number are these.
const HALF: f64 = 0.6745;
const WIDE: f64 = 1.6449;

/// Some seats of one order and how long before the start it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booked {
    pub minutes_before: u32,
    pub seats: u32,
}

/// What is sold at the moment of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoFar {
    pub sold: u32,
    pub minutes_left: u32,
}

/// Which part of a showing's seats is usually sold so long before its start.
#[derive(Clone, Debug, PartialEq)]
pub struct BookingCurve {
    /// By [`KNOTS`].
    parts: Vec<f64>,
}

impl BookingCurve {
    /// Learns from showings that are over, each with all its bookings; large showings count for more.
    ///
    /// Refuses fewer than [`BOOKED_SHOWINGS_MIN`] showings that sold anything.
    pub fn learn(showings: &[Vec<Booked>]) -> Result<BookingCurve, Refusal> {
        let sold = |showing: &[Booked]| showing.iter().map(|booked| booked.seats).sum::<u32>();
        let counted = showings.iter().filter(|showing| sold(showing) > 0).count();
        if counted < BOOKED_SHOWINGS_MIN {
            return Err(Refusal::new(
                Kind::Conflict,
                "too_few_bookings",
                format!(
                    "A booking curve needs {BOOKED_SHOWINGS_MIN} showings with timed bookings; there are {counted}."
                ),
                format!("预售曲线需要 {BOOKED_SHOWINGS_MIN} 个带下单时间的场次；目前有 {counted} 个。"),
            ));
        }
        let total: f64 = showings.iter().map(|showing| f64::from(sold(showing))).sum();
        let by = |knot: &u32| {
            let early = showings.iter().flatten().filter(|booked| booked.minutes_before >= *knot);
            early.map(|booked| f64::from(booked.seats)).sum::<f64>() / total
        };
        Ok(BookingCurve { parts: KNOTS.iter().map(by).collect() })
    }

    /// The part that is usually sold by then, on the line between two knots.
    pub fn part(&self, minutes_left: u32) -> f64 {
        let above = KNOTS.partition_point(|knot| *knot < minutes_left);
        if above == 0 || above == KNOTS.len() {
            return self.parts[above.min(KNOTS.len() - 1)];
        }
        let (near, far) = (f64::from(KNOTS[above - 1]), f64::from(KNOTS[above]));
        let way = (f64::from(minutes_left) - near) / (far - near);
        self.parts[above - 1] + (self.parts[above] - self.parts[above - 1]) * way
    }

    /// The forecast with what is sold so far: `remaining = (1 − p) × (k + sold) ÷ (k ÷ mean + p)`.
    ///
    /// `k = (mean ÷ standard deviation)²` says how much the forecast is trusted, `p` is the part that usually has
    /// come by now. Never fewer than are sold, nor more than the hall has.
    pub(super) fn update(&self, forecast: &Forecast, so_far: SoFar, seats: u32) -> Forecast {
        let mean = forecast.seats.max(0.5);
        let deviation = f64::from(forecast.wide.high - forecast.wide.low) / (2.0 * WIDE);
        let trust = (mean / deviation.max(0.5)).powi(2).clamp(0.2, 50.0);
        let (part, sold) = (self.part(so_far.minutes_left), f64::from(so_far.sold));
        let rest = (1.0 - part) * (trust + sold) / (trust / mean + part);
        let spread = rest + rest * rest / (trust + sold);
        let cap = f64::from(seats.max(so_far.sold));
        let at = |normal: f64| (sold + gamma_point(rest, spread, normal)).min(cap).round() as u32;
        let now = (sold + rest).min(cap);
        let mut because = forecast.because.clone();
        because.insert(0, told(forecast, so_far, part, now));
        Forecast {
            seats: now,
            half: Range { low: at(-HALF), high: at(HALF) },
            wide: Range { low: at(-WIDE), high: at(WIDE) },
            because,
        }
    }
}

/// A point of a Gamma distribution by its mean and variance (Wilson and Hilferty 1931).
fn gamma_point(mean: f64, variance: f64, normal: f64) -> f64 {
    if mean <= 0.0 {
        return 0.0;
    }
    let shape = mean * mean / variance;
    let ninth = 1.0 / (9.0 * shape);
    mean * (1.0 - ninth + normal * ninth.sqrt()).max(0.0).powi(3)
}

fn told(forecast: &Forecast, so_far: SoFar, part: f64, now: f64) -> Words {
    let usual = forecast.seats * part;
    let against = percent(f64::from(so_far.sold).max(0.1) / usual.max(0.1));
    let part = part * 100.0;
    Words::new(
        format!(
            "{} sold; by now usually {part:.0} % have come, which would be {usual:.0} ({against}): \
             {now:.0} instead of {:.0}.",
            counted(so_far.sold, "seat is", "seats are"),
            forecast.seats
        ),
        format!(
            "已售 {} 张；此时通常已售出 {part:.0}%，即 {usual:.0} 张（{against}）：预测由 {:.0} 调为 {now:.0}。",
            so_far.sold, forecast.seats
        ),
    )
}
