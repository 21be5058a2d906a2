//! Recent popularity: what people took lately counts more, and half as much with every half-life.

use super::log::Log;
use kernel::Instant;

const DAY_MICROS: f64 = 86_400e6;

/// Decayed counts of every item, as of any moment.
#[derive(Clone, Debug)]
pub(crate) struct Popularity {
    half_lives_days: Vec<f64>,
    /// By item: the moments it was taken, in order.
    instants: Vec<Vec<Instant>>,
    /// By item and half-life: the decayed sum at, and with, each of those moments.
    sums: Vec<Vec<Vec<f64>>>,
}

impl Popularity {
    pub(crate) fn fit(log: &Log, half_lives_days: &[f64]) -> Popularity {
        let mut taken: Vec<Vec<(Instant, f64)>> = vec![Vec::new(); log.items.len()];
        for one in log.histories.iter().flatten() {
            taken[one.item as usize].push((one.at, one.kind.weight()));
        }
        for moments in &mut taken {
            moments.sort_unstable_by_key(|(at, _)| *at);
        }
        let sums_of = |moments: &Vec<(Instant, f64)>, half_life: f64| {
            let sums = moments.iter().scan((0.0, Instant::default()), |(sum, before), (at, worth)| {
                *sum = *sum * decay(*before, *at, half_life) + worth;
                *before = *at;
                Some(*sum)
            });
            sums.collect()
        };
        let all = |item| half_lives_days.iter().map(|half_life| sums_of(item, *half_life)).collect();
        Popularity {
            half_lives_days: half_lives_days.to_vec(),
            sums: taken.iter().map(all).collect(),
            instants: taken.into_iter().map(|item| item.into_iter().map(|(at, _)| at).collect()).collect(),
        }
    }

    /// The decayed count of every item from what was known at `at`.
    pub(crate) fn counts(&self, half_life: usize, at: Instant) -> Vec<f64> {
        let count = |item: usize| {
            let known = self.instants[item].partition_point(|instant| *instant <= at);
            let Some(last) = known.checked_sub(1) else { return 0.0 };
            self.sums[item][half_life][last]
                * decay(self.instants[item][last], at, self.half_lives_days[half_life])
        };
        (0..self.instants.len()).map(count).collect()
    }

    /// The logarithm of each count, an untouched item standing at a hundredth of the mean.
    pub(crate) fn logarithms(&self, half_life: usize, at: Instant) -> Vec<f64> {
        let counts = self.counts(half_life, at);
        let floor = 0.01 * counts.iter().sum::<f64>() / counts.len().max(1) as f64 + 1e-12;
        counts.into_iter().map(|count| (count + floor).ln()).collect()
    }

    /// When the item was first taken.
    pub(crate) fn first(&self, item: usize) -> Option<Instant> {
        self.instants[item].first().copied()
    }
}

fn decay(from: Instant, to: Instant, half_life_days: f64) -> f64 {
    (-days_between(from, to) / half_life_days).exp2()
}

pub(crate) fn days_between(from: Instant, to: Instant) -> f64 {
    (to.micros - from.micros) as f64 / DAY_MICROS
}
