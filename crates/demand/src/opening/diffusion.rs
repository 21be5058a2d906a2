//! How a run's takings come over time, where too few runs have ended to learn it: first people decide, then they go.
//!
//! Both waits are exponential, so the part taken by day t is `1 − (λ e^(−γ t) − γ e^(−λ t)) ÷ (λ − γ)` with λ for
//! deciding and γ for going (Sawhney and Eliashberg 1996, *A parsimonious model for forecasting gross box-office
//! revenues of motion pictures*, Marketing Science 15). A blockbuster's audience goes as soon as it may: λ is large.

use super::history::History;
use kernel::Instant;

/// Days at which runs are compared with the curve.
pub(super) const MARKS: [i32; 3] = [7, 14, 28];
/// Fewer ended runs teach no curve; the shipped one is taken.
const RUNS_MIN: usize = 30;

/// The two rates, per day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    pub decide: f64,
    pub go: f64,
}

impl Curve {
    /// The median of 1,826 wide releases in the United States and Canada, 2000 to 2015, whose first 28 days were all
    /// reported: 48 % of the total in the first week, 73 % in two, 94 % in four.
    pub const SHIPPED: Curve = Curve { decide: 2.6, go: 0.098 };

    /// The part of the total that is taken by the end of so many days.
    pub fn part(&self, days: f64) -> f64 {
        let (a, b) = (self.decide, self.go);
        // At equal rates the formula is 0 ÷ 0; a hair apart it is its limit.
        let a = if (a - b).abs() < 1e-9 { b * (1.0 + 1e-6) } else { a };
        1.0 - (a * (-b * days).exp() - b * (-a * days).exp()) / (a - b)
    }

    /// The part taken in each of the first weeks.
    pub fn weeks(&self, weeks: usize) -> Vec<f64> {
        (0..weeks).map(|i| self.part(7.0 * (i + 1) as f64) - self.part(7.0 * i as f64)).collect()
    }

    /// The curve nearest to what runs had taken, of their totals, at the marks.
    pub fn through(parts: [f64; 3]) -> Curve {
        let mut best = (f64::INFINITY, Curve::SHIPPED);
        for i in 0..60 {
            for j in 0..80 {
                let curve = Curve { decide: 0.02 * 1.1_f64.powi(i), go: 0.005 * 1.06_f64.powi(j) };
                let miss: f64 = MARKS
                    .iter()
                    .zip(parts)
                    .map(|(days, part)| (curve.part(f64::from(*days)) - part).powi(2))
                    .sum();
                if miss < best.0 {
                    best = (miss, curve);
                }
            }
        }
        best.1
    }

    /// The curve of a market's runs that had ended by an instant; the shipped one when they are fewer than thirty.
    pub fn of(history: &History, as_of: Instant) -> Curve {
        let runs = history.ended(as_of);
        if runs.len() < RUNS_MIN {
            return Curve::SHIPPED;
        }
        let median = |i: usize| {
            let mut parts: Vec<f64> = runs.iter().map(|run| run[i]).collect();
            parts.sort_by(f64::total_cmp);
            crate::least_squares::quantile(&parts, 0.5)
        };
        Curve::through([median(0), median(1), median(2)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of `docs/algorithms/before_release_forecast.md`.
    #[test]
    fn a_curve_by_hand() {
        let curve = Curve { decide: 0.5, go: 0.1 };
        // 1 − (0.5 e^−0.7 − 0.1 e^−3.5) ÷ 0.4 = 1 − (0.248293 − 0.003020) ÷ 0.4
        assert!((curve.part(7.0) - 0.386816).abs() < 1e-5, "{}", curve.part(7.0));
        assert!(curve.part(0.0).abs() < 1e-12 && curve.part(1_000.0) > 0.999_999);
    }

    #[test]
    fn equal_rates_are_no_trouble() {
        let part = Curve { decide: 0.1, go: 0.1 }.part(10.0);
        assert!((part - (1.0 - 2.0 * (-1.0_f64).exp())).abs() < 1e-4, "{part}");
    }

    #[test]
    fn a_curve_is_found_again_from_three_points() {
        let curve = Curve { decide: 0.9, go: 0.07 };
        let found = Curve::through(MARKS.map(|days| curve.part(f64::from(days))));
        for days in [3.0, 7.0, 10.0, 21.0, 56.0] {
            assert!((found.part(days) - curve.part(days)).abs() < 0.01, "{days}: {found:?}");
        }
    }

    #[test]
    fn weeks_sum_to_what_is_taken_by_then() {
        let sum: f64 = Curve::SHIPPED.weeks(12).iter().sum();
        assert!((sum - Curve::SHIPPED.part(84.0)).abs() < 1e-12);
    }
}
