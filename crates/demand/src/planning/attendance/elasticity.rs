//! By how much more is sold when the hours are better, within groups that differ in nothing else.

use super::NOBODY;
use super::sharing::{Publics, Sharing};
use std::collections::BTreeMap;

/// A film's draw within so many days is taken for one, where there is no other cinema to compare with.
const BLOCK_DAYS: usize = 7;
/// Times the means of both groups are taken out in turn.
const DEMEANING_ROUNDS: usize = 60;

/// By how much more is sold when the hours are better by one in a hundred.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Elasticity {
    pub value: f64,
    pub standard_error: f64,
    pub observations: usize,
}

impl Publics {
    pub fn film_elasticity(&self, sharing: &Sharing, alone: bool) -> Elasticity {
        let rows = self.all.iter().filter(|public| public.is_counted()).map(|public| Observed {
            x: sharing.hours(public.kind, &public.starts).iter().sum::<f64>().max(NOBODY).ln(),
            y: public.total().ln(),
            groups: if alone {
                [(public.film, public.day / BLOCK_DAYS), (usize::MAX, public.day)]
            } else {
                [(public.film, public.day), (public.film, public.cinema)]
            },
        });
        Elasticity::within(rows.collect())
    }

    /// Films weigh in the cinema's hours by their part of what all cinemas sell of all films.
    pub fn cinema_elasticity(&self, sharing: &Sharing, alone: bool) -> Elasticity {
        let mut weights: BTreeMap<usize, f64> = BTreeMap::new();
        self.all.iter().for_each(|public| *weights.entry(public.film).or_default() += public.total());
        let mut houses: BTreeMap<(usize, usize, usize), (f64, f64)> = BTreeMap::new();
        for public in self.all.iter().filter(|public| public.is_counted()) {
            let hours: f64 = sharing.hours(public.kind, &public.starts).iter().sum();
            let house = houses.entry((public.cinema, public.day, public.kind)).or_default();
            house.0 += hours * weights[&public.film];
            house.1 += public.total();
        }
        let row = |((cinema, day, kind), (hours, sold)): ((usize, usize, usize), (f64, f64))| Observed {
            x: hours.max(NOBODY).ln(),
            y: sold.max(1.0).ln(),
            groups: if alone { [(0, day / BLOCK_DAYS), (1, kind)] } else { [(0, day), (1, cinema)] },
        };
        Elasticity::within(houses.into_iter().map(row).collect())
    }
}

struct Observed {
    x: f64,
    y: f64,
    groups: [(usize, usize); 2],
}

impl Elasticity {
    /// The slope of `y` on `x` within both groups, kept between 0 and 1.
    fn within(rows: Vec<Observed>) -> Elasticity {
        let out = |of: &dyn Fn(&Observed) -> f64| demeaned(&rows, rows.iter().map(of).collect());
        let (x, y) = (out(&|row| row.x), out(&|row| row.y));
        let xx: f64 = x.iter().map(|x| x * x).sum();
        let xy: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
        let slope = if xx > NOBODY { xy / xx } else { 0.0 };
        let rest: f64 = x.iter().zip(&y).map(|(x, y)| (y - slope * x).powi(2)).sum();
        let mut groups: Vec<(usize, (usize, usize))> =
            rows.iter().flat_map(|row| row.groups.into_iter().enumerate()).collect();
        groups.sort_unstable();
        groups.dedup();
        let free = rows.len().saturating_sub(groups.len()).max(1) as f64;
        Elasticity {
            value: slope.clamp(0.0, 1.0),
            standard_error: if xx > NOBODY { (rest / free / xx).sqrt() } else { f64::INFINITY },
            observations: rows.len(),
        }
    }

    /// The mean of both, each weighing by its precision.
    pub fn held_to(self, prior: Elasticity) -> Elasticity {
        let precision = |one: Elasticity| one.standard_error.max(1e-3).powi(-2);
        let (own, before) = (precision(self), precision(prior));
        Elasticity {
            value: (own * self.value + before * prior.value) / (own + before),
            standard_error: (own + before).powf(-0.5),
            observations: self.observations,
        }
    }
}

fn demeaned(rows: &[Observed], mut values: Vec<f64>) -> Vec<f64> {
    for round in 0..DEMEANING_ROUNDS {
        let mut means: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
        for (row, value) in rows.iter().zip(&values) {
            let mean = means.entry(row.groups[round % 2]).or_default();
            mean.0 += value;
            mean.1 += 1.0;
        }
        for (row, value) in rows.iter().zip(values.iter_mut()) {
            let (sum, count) = means[&row.groups[round % 2]];
            *value -= sum / count;
        }
    }
    values
}
