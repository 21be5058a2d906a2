//! How fast a campaign spends: one multiplier that makes it bid less while it is ahead of its budget.
//!
//! Dual pacing (Balseiro and Gur, Management Science 2019). With a budget B for T expected
//! opportunities, the target is ρ = B/T an opportunity. The bid is v/(1+μ), and after an opportunity
//! that cost z, μ ← max(0, μ − ε(ρ − z)) with ε = 1/(√T·ρ). T counts opportunities, not hours, so a
//! quiet night does not look like being behind. Pacing is not the cap; the allotment is.

/// A campaign that is this far ahead bids a thousandth of its value.
const MULTIPLIER_MAX: f64 = 999.0;
/// Fewer opportunities than this are not known well enough to pace by.
pub const EXPECTED_MIN: f64 = 1000.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pacer {
    /// μ.
    multiplier: f64,
    /// ρ, in minor units an opportunity.
    target: f64,
    /// ε.
    step: f64,
}

impl Pacer {
    /// For what is left of a budget and how many opportunities are expected to spend it on.
    pub fn new(left_minor: i64, expected: f64) -> Pacer {
        let mut pacer = Pacer { multiplier: 0.0, target: 0.0, step: 0.0 };
        pacer.retarget(left_minor, expected);
        pacer
    }

    /// A new look at budget and traffic; what was learnt so far is kept.
    pub fn retarget(&mut self, left_minor: i64, expected: f64) {
        let expected = expected.max(EXPECTED_MIN);
        // A used-up budget shows nothing anyway; the least target keeps the step finite.
        self.target = left_minor.max(1) as f64 / expected;
        self.step = 1.0 / (expected.sqrt() * self.target);
    }

    /// Goes on from where another pacer of the same campaign is.
    pub fn take_over(&mut self, before: &Pacer) {
        self.multiplier = before.multiplier;
    }

    /// What to bid for something of this value.
    pub fn bid(&self, value: f64) -> f64 {
        value / (1.0 + self.multiplier)
    }

    /// After every opportunity: what it cost, nought when somebody else was shown.
    pub fn update(&mut self, cost_minor: f64) {
        let moved = self.multiplier - self.step * (self.target - cost_minor);
        self.multiplier = moved.clamp(0.0, MULTIPLIER_MAX);
    }

    /// μ: nought when the budget does not bind.
    pub fn multiplier(&self) -> f64 {
        self.multiplier
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Dice;

    /// Second-price auctions with uniform values and prices; what each tenth of them cost.
    fn auctions(budget: i64, pacing: bool) -> (f64, Vec<f64>) {
        const AUCTIONS: usize = 50_000;
        let mut dice = Dice::seeded(5);
        let mut pacer = Pacer::new(budget, AUCTIONS as f64);
        let (mut left, mut won, mut tenths) = (budget as f64, 0.0, vec![0.0; 10]);
        for i in 0..AUCTIONS {
            let (value, price) = (dice.fraction() * 10.0, dice.fraction() * 10.0);
            let bid = if pacing { pacer.bid(value) } else { value };
            let cost = if bid > price && price <= left { price } else { 0.0 };
            if cost > 0.0 {
                won += value;
            }
            left -= cost;
            tenths[i * 10 / AUCTIONS] += cost;
            pacer.update(cost);
        }
        (won, tenths)
    }

    #[test]
    fn a_tight_budget_lasts_until_the_end() {
        let budget = 20_000;
        let (_, tenths) = auctions(budget, true);
        assert!(tenths.iter().sum::<f64>() > 0.98 * budget as f64);
        for tenth in &tenths[1..] {
            assert!((tenth / (budget as f64 / 10.0) - 1.0).abs() < 0.15, "{tenths:?}");
        }
    }

    #[test]
    fn pacing_buys_more_value_than_spending_at_once() {
        let (paced, _) = auctions(20_000, true);
        let (hasty, tenths) = auctions(20_000, false);
        assert!(tenths[9] == 0.0, "an unpaced budget is gone early");
        assert!(paced > 1.2 * hasty, "{paced} against {hasty}");
    }

    #[test]
    fn an_ample_budget_is_not_held_back() {
        let mut pacer = Pacer::new(1_000_000, 1000.0);
        (0..1000).for_each(|_| pacer.update(10.0));
        assert_eq!(pacer.multiplier(), 0.0);
        assert_eq!(pacer.bid(7.0), 7.0);
    }

    #[test]
    fn a_used_up_budget_does_not_break_the_arithmetic() {
        let mut pacer = Pacer::new(0, 0.0);
        (0..100).for_each(|_| pacer.update(1e9));
        assert_eq!(pacer.multiplier(), MULTIPLIER_MAX);
    }
}
