//! Pouring a budget: every funded cell that is not full has the same marginal return, no other has a higher one.

use kernel::Money;

/// Halvings of an interval: more than a double can tell apart.
const HALVINGS: usize = 70;

/// Expected additional tickets of a spend in minor units: concave terms, weighted.
#[derive(Clone, Debug)]
pub(super) struct Response {
    pub terms: Vec<Term>,
}

/// `first × scale × ln(1 + spend ÷ scale)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub weight: f64,
    /// Tickets for the first minor unit.
    pub first: f64,
    pub scale: f64,
}

impl Response {
    pub fn tickets(&self, spend: f64) -> f64 {
        self.terms.iter().map(|t| t.weight * t.first * t.scale * (spend / t.scale).ln_1p()).sum()
    }

    /// Tickets for the next minor unit.
    pub fn marginal(&self, spend: f64) -> f64 {
        self.terms.iter().map(|t| t.weight * t.first * t.scale / (t.scale + spend)).sum()
    }

    /// The spend up to a cap at which the next unit sells this much.
    fn spend_at(&self, marginal: f64, cap: f64) -> f64 {
        if self.marginal(0.0) <= marginal {
            return 0.0;
        }
        if self.marginal(cap) >= marginal {
            return cap;
        }
        if let [term] = self.terms.as_slice() {
            return term.scale * (term.weight * term.first / marginal - 1.0);
        }
        let (mut low, mut high) = (0.0, cap);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if self.marginal(middle) > marginal { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
}

pub(super) struct Poured {
    pub spends: Vec<f64>,
    /// What the next unit sells; 0 when the caps, not the budget, end the pouring.
    pub marginal: f64,
}

/// Spends up to the caps that sell the most together: the water level is found by halving.
pub(super) fn pour(responses: &[Response], caps: &[f64], budget: f64) -> Poured {
    let at = |level: f64| -> Vec<f64> {
        responses.iter().zip(caps).map(|(response, cap)| response.spend_at(level, *cap)).collect()
    };
    let most = at(0.0);
    if most.iter().sum::<f64>() <= budget {
        return Poured { spends: most, marginal: 0.0 };
    }
    let mut high = responses.iter().map(|response| response.marginal(0.0)).fold(0.0, f64::max);
    let mut low = 0.0;
    for _ in 0..HALVINGS {
        let level = 0.5 * (low + high);
        if at(level).iter().sum::<f64>() > budget { low = level } else { high = level }
    }
    Poured { spends: at(high), marginal: high }
}

/// Whole minor units that sum to the budget, or to all caps where they are less: full cells get their cap, the
/// others share what remains by largest remainder.
pub(super) fn to_the_fen(budget: Money, wished: &[f64], caps: &[f64]) -> Vec<Money> {
    let full = |i: usize| wished[i] >= caps[i];
    let cap = |i: usize| caps[i] as i64;
    let mut minors: Vec<i64> = (0..wished.len()).map(|i| if full(i) { cap(i) } else { 0 }).collect();
    let open: Vec<usize> = (0..wished.len()).filter(|i| !full(*i) && wished[*i] >= 0.5).collect();
    let left = budget.minor - minors.iter().sum::<i64>();
    let weights: Vec<i64> = open.iter().map(|i| wished[*i].round() as i64).collect();
    if left > 0 && !open.is_empty() {
        for (i, part) in open.iter().zip(Money::new(left, budget.currency).split(&weights)) {
            minors[*i] = part.minor;
        }
    }
    // Rounding may lift a cell that is nearly full a fen over its cap; another takes it.
    for i in &open {
        while minors[*i] > cap(*i) {
            let Some(other) = open.iter().find(|other| minors[**other] < cap(**other)) else { break };
            minors[*i] -= 1;
            minors[*other] += 1;
        }
    }
    minors.into_iter().map(|minor| Money::new(minor, budget.currency)).collect()
}
