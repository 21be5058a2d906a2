//! What the flights teach: a normal hierarchy over the cells' first-yuan response, for each strength of saturation.

use super::{Cell, Flight, split::Response, split::Term};
use kernel::Dice;

/// Spend per head of the audience at which the next yuan sells half of what the first did, in minor units: the
/// strengths of saturation that are weighed against each other. Steps of doubling were too coarse: well measured
/// cells then sit on one that is wrong.
const SCALES: usize = 209;
const FIRST_SCALE: f64 = 1.0;
const STEPS_A_DOUBLING: f64 = 16.0;
/// Spreads between cells that are weighed, as parts of the largest response seen.
const SPREADS: [f64; 10] = [0.01, 0.03, 0.06, 0.1, 0.15, 0.22, 0.32, 0.46, 0.7, 1.0];

/// One strength of saturation and one spread between cells, with what the flights say given both.
struct Case {
    scale: f64,
    weight: f64,
    spread: f64,
    /// The mean response of all cells and its variance.
    mean: f64,
    mean_variance: f64,
    /// By cell: the response its own flights show, and their precision.
    own: Vec<(f64, f64)>,
}

impl Case {
    /// Mean and variance of a cell's response, given the mean of all.
    fn cell(&self, i: usize, mean: f64) -> (f64, f64) {
        let (own, precision) = self.own[i];
        let pooled = 1.0 / (self.spread * self.spread);
        ((own * precision + mean * pooled) / (precision + pooled), 1.0 / (precision + pooled))
    }
}

pub(super) struct Posterior {
    cases: Vec<Case>,
    audiences: Vec<f64>,
}

impl Posterior {
    pub fn of(cells: &[&Cell]) -> Posterior {
        let audiences: Vec<f64> = cells.iter().map(|cell| cell.audience as f64).collect();
        let mut cases = Vec::new();
        for k in 0..SCALES {
            let scale = FIRST_SCALE * 2_f64.powf(k as f64 / STEPS_A_DOUBLING);
            let seen: Vec<Seen> = cells.iter().map(|cell| Seen::of(cell, scale)).collect();
            let largest = seen.iter().map(|one| one.own.abs()).fold(1e-12, f64::max);
            cases.extend(SPREADS.iter().map(|part| case(&seen, scale, part * largest)));
        }
        let best = cases.iter().map(|one| one.weight).fold(f64::NEG_INFINITY, f64::max);
        cases.iter_mut().for_each(|one| one.weight = (one.weight - best).exp());
        // What is ten thousand times less likely than the best is not carried on.
        cases.retain(|one| one.weight > 1e-4);
        let total: f64 = cases.iter().map(|one| one.weight).sum();
        cases.iter_mut().for_each(|one| one.weight /= total);
        Posterior { cases, audiences }
    }

    /// Every cell's expected response: the mean over all cases, one term for each strength of saturation.
    pub fn responses(&self) -> Vec<Response> {
        (0..self.audiences.len()).map(|i| self.response(i)).collect()
    }

    fn response(&self, i: usize) -> Response {
        let of_one_scale = self.cases.chunk_by(|a, b| a.scale == b.scale);
        let term = |cases: &[Case]| {
            let weight: f64 = cases.iter().map(|case| case.weight).sum();
            let first: f64 = cases.iter().map(|case| case.weight * case.cell(i, case.mean).0).sum();
            Term { weight, first: first / weight, scale: cases[0].scale * self.audiences[i] }
        };
        Response { terms: of_one_scale.map(term).collect() }
    }

    /// One way things may be.
    pub fn draw(&self, dice: &mut Dice) -> Vec<Response> {
        let weights: Vec<f64> = self.cases.iter().map(|case| case.weight).collect();
        let case = &self.cases[dice.weighted(&weights)];
        let mean = case.mean + case.mean_variance.sqrt() * dice.normal();
        (0..self.audiences.len())
            .map(|i| {
                let (centre, variance) = case.cell(i, mean);
                let first = centre + variance.sqrt() * dice.normal();
                Response { terms: vec![Term { weight: 1.0, first, scale: case.scale * self.audiences[i] }] }
            })
            .collect()
    }

    /// How far a cell's response is its own and not that of all cells, 0 to 1.
    pub fn trust(&self, i: usize) -> f64 {
        let part = |case: &Case| case.own[i].1 / (case.own[i].1 + 1.0 / (case.spread * case.spread));
        self.cases.iter().map(|case| case.weight * part(case)).sum()
    }
}

/// What a cell's flights show of `α`, were saturation this strong.
struct Seen {
    own: f64,
    precision: f64,
    /// How badly the flights fit one response: chi squared.
    misfit: f64,
}

impl Seen {
    fn of(cell: &Cell, scale: f64) -> Seen {
        let b = scale * cell.audience as f64;
        let flights: Vec<(f64, f64, f64)> = cell
            .flights
            .iter()
            .filter(|flight| flight.measures())
            .map(|flight: &Flight| {
                let (lift, error) = flight.lift();
                (b * (flight.spent.minor as f64 / b).ln_1p(), lift, error)
            })
            .collect();
        let precision: f64 = flights.iter().map(|(g, _, error)| g * g / (error * error)).sum();
        let own = flights.iter().map(|(g, lift, error)| g * lift / (error * error)).sum::<f64>() / precision;
        let misfit = flights.iter().map(|(g, lift, error)| ((lift - own * g) / error).powi(2)).sum();
        Seen { own, precision, misfit }
    }
}

/// The logarithm of how likely the flights are, with the mean of all cells integrated out (*Bayesian Data
/// Analysis*, equation 5.21, and the flights' own fit).
fn case(seen: &[Seen], scale: f64, spread: f64) -> Case {
    let variance = |one: &Seen| spread * spread + 1.0 / one.precision;
    let total: f64 = seen.iter().map(|one| 1.0 / variance(one)).sum();
    let mean = seen.iter().map(|one| one.own / variance(one)).sum::<f64>() / total;
    let fit: f64 = seen
        .iter()
        .map(|one| {
            let apart = (one.own - mean).powi(2) / variance(one);
            -0.5 * (variance(one).ln() + apart + one.misfit + one.precision.ln())
        })
        .sum();
    // Spreads are parts of the largest response, which moves with the scale: no case is liked for its units.
    Case {
        scale,
        weight: fit - 0.5 * total.ln(),
        spread,
        mean,
        mean_variance: 1.0 / total,
        own: seen.iter().map(|one| (one.own, one.precision)).collect(),
    }
}
