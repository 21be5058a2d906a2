//! Items that the same people took: in the same days of their lives, or ever.

use super::log::{Log, Taken, ranks};
use crate::threads;
use std::collections::BTreeMap;

/// An item keeps this many neighbours.
const NEIGHBOURS_MAX: usize = 400;

/// By item: its neighbours and how near they are, in the order of their numbers.
#[derive(Clone, Debug)]
pub(crate) struct Neighbours(Vec<Vec<(u32, f32)>>);

impl Neighbours {
    /// The cosine of two items' people (Sarwar et al. 2001).
    pub(crate) fn by_people(log: &Log) -> Neighbours {
        let mut people: Vec<Vec<(u32, f64)>> = vec![Vec::new(); log.items.len()];
        for (person, history) in log.histories.iter().enumerate() {
            for taken in history {
                people[taken.item as usize].push((person as u32, taken.kind.weight()));
            }
        }
        let lengths: Vec<f64> =
            people.iter().map(|all| all.iter().map(|(_, w)| w * w).sum::<f64>().sqrt()).collect();
        Neighbours(threads::each(log.items.len(), |item| {
            let mut together = vec![0.0; log.items.len()];
            for (person, weight) in &people[item] {
                for taken in &log.histories[*person as usize] {
                    together[taken.item as usize] += weight * taken.kind.weight();
                }
            }
            let near = together.iter().enumerate().filter(|(other, sum)| *other != item && **sum > 0.0);
            nearest(near.map(|(other, sum)| (other as u32, sum / (lengths[item] * lengths[other]))).collect())
        }))
    }

    /// How often two items were taken within ten steps of each other, closer steps counting more, over the root
    /// of both items' counts. Order is not learnt: what follows what within one visit is the shop's doing.
    pub(crate) fn by_closeness(log: &Log) -> Neighbours {
        const STEPS: usize = 10;
        const PRIOR: f64 = 10.0;
        let mut counts = vec![PRIOR; log.items.len()];
        let mut together: Vec<BTreeMap<u32, f64>> = vec![BTreeMap::new(); log.items.len()];
        for history in &log.histories {
            let ranks = ranks(history);
            for (i, one) in history.iter().enumerate() {
                counts[one.item as usize] += one.kind.weight();
                for (j, other) in history.iter().enumerate().take(i + STEPS + 1).skip(i + 1) {
                    let close =
                        one.kind.weight() * other.kind.weight() / (1.0 + f64::from(ranks[i] - ranks[j]));
                    *together[one.item as usize].entry(other.item).or_default() += close;
                    *together[other.item as usize].entry(one.item).or_default() += close;
                }
            }
        }
        let scaled = together.into_iter().enumerate().map(|(item, others)| {
            let scale = |other: u32| (counts[item] * counts[other as usize]).sqrt();
            nearest(others.into_iter().map(|(other, sum)| (other, sum / scale(other))).collect())
        });
        Neighbours(scaled.collect())
    }

    /// `Σ weight·nearness` over a history of (item, weight), for every item.
    pub(crate) fn scores(&self, history: &[(u32, f64)]) -> Vec<f64> {
        let mut scores = vec![0.0; self.0.len()];
        for (item, weight) in history {
            for (other, near) in &self.0[*item as usize] {
                scores[*other as usize] += weight * f64::from(*near);
            }
        }
        scores
    }

    pub(crate) fn nearness(&self, from: u32, to: u32) -> f64 {
        let row = &self.0[from as usize];
        row.binary_search_by_key(&to, |(other, _)| *other).map_or(0.0, |at| f64::from(row[at].1))
    }
}

fn nearest(mut near: Vec<(u32, f64)>) -> Vec<(u32, f32)> {
    if near.len() > NEIGHBOURS_MAX {
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        near.truncate(NEIGHBOURS_MAX);
        near.sort_unstable_by_key(|(other, _)| *other);
    }
    near.into_iter().map(|(other, near)| (other, near as f32)).collect()
}

/// The items of a history with their weights, halved with every `half_life` of distinct later moments and
/// scaled to a length of one.
pub(crate) fn recent(history: &[Taken], half_life: f64) -> Vec<(u32, f64)> {
    let weights: Vec<f64> = ranks(history)
        .iter()
        .zip(history)
        .map(|(rank, taken)| taken.kind.weight() * (-f64::from(*rank) / half_life).exp2())
        .collect();
    let length = weights.iter().map(|w| w * w).sum::<f64>().sqrt().max(1e-12);
    history.iter().zip(weights).map(|(taken, weight)| (taken.item, weight / length)).collect()
}
