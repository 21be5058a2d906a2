//! Where chance comes from: an argument, so that a seed is a bug report.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded source of chance (ChaCha8: the same numbers on every machine).
#[derive(Clone)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn seeded(seed: u64) -> Dice {
        Dice(ChaCha8Rng::seed_from_u64(seed))
    }

    /// From the machine's entropy: for keys, tokens and production ids.
    #[allow(clippy::disallowed_methods, reason = "the one place that may ask the machine")]
    pub fn from_entropy() -> Dice {
        let mut seed = [0_u8; 32];
        rand::TryRng::try_fill_bytes(&mut rand::rngs::SysRng, &mut seed)
            .expect("the machine has a source of entropy");
        Dice(ChaCha8Rng::from_seed(seed))
    }

    /// Independent dice, so that one part's throws do not shift another's.
    pub fn fork(&mut self) -> Dice {
        let mut seed = [0_u8; 32];
        self.0.fill_bytes(&mut seed);
        Dice(ChaCha8Rng::from_seed(seed))
    }

    /// Any 64 bits.
    #[allow(clippy::should_implement_trait, reason = "a throw of the dice never ends")]
    pub fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A whole number in `0..limit`; zero when the limit is zero.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as u64) as i64
    }

    /// A fraction in `0..1`.
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    /// An index drawn in proportion to its weight.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.fraction() * weights.iter().sum::<f64>();
        for (i, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return i;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// A standard normal number (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.fraction()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.fraction()).cos()
    }

    /// A count with the given mean (Knuth below 30, the normal approximation above).
    pub fn poisson(&mut self, mean: f64) -> u64 {
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u64;
        }
        let (limit, mut product, mut count) = ((-mean).exp(), self.fraction(), 0);
        while product > limit {
            product *= self.fraction();
            count += 1;
        }
        count
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself() {
        let throw = || {
            let mut dice = Dice::seeded(7);
            (dice.next(), dice.below(100), dice.fork().next(), dice.poisson(3.0))
        };
        assert_eq!(throw(), throw());
    }

    #[test]
    fn counts_have_their_mean() {
        for mean in [0.5, 4.0, 80.0] {
            let mut dice = Dice::seeded(1);
            let total: u64 = (0..20_000).map(|_| dice.poisson(mean)).sum();
            assert!((total as f64 / 20_000.0 - mean).abs() < mean * 0.05);
        }
    }
}
