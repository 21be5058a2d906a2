//! How many people may be told: a number rounded to tens, up or down at random, but always alike for one question.
//!
//! Two exact numbers tell a third by subtraction: those of "A" and of "A and not X" tell whether X is in A. So no
//! number of people leaves the house but as a [`Told`]. It is rounded up with the probability of its last digit over
//! ten and down otherwise, so that it is right on average (unbiased random rounding: Fellegi, *Controlled random
//! rounding*, Survey Methodology 1975; so do the offices of Canada and New Zealand). The draw is made by a keyed hash of
//! the rule in one normal form: asking again, or writing the same rule otherwise, tells nothing new. It does not depend
//! on who is in the group, else two equal numbers would tell two equal groups.

use super::rule::Rule;
use kernel::Seal;

/// Numbers are told in steps of this.
pub const TOLD_STEP: u64 = 10;

/// A number of people that may be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Told(u64);

impl Told {
    /// What may be told of how many a rule holds for, under a key of the house.
    pub fn of(rule: &Rule, count: u64, key: &Seal) -> Told {
        Told::drawn(&rule.normal().text(), count, key)
    }

    /// The same of everybody there is.
    pub fn of_everybody(count: u64, key: &Seal) -> Told {
        Told::drawn("everybody", count, key)
    }

    fn drawn(question: &str, count: u64, key: &Seal) -> Told {
        let digest = key.digest(question);
        let draw = digest[..8].iter().fold(0_u64, |draw, byte| draw << 8 | u64::from(*byte)) % TOLD_STEP;
        Told((count + draw) / TOLD_STEP * TOLD_STEP)
    }

    /// A multiple of [`TOLD_STEP`]; none when it is fewer than that, be it nobody.
    pub fn count(self) -> Option<u64> {
        (self.0 > 0).then_some(self.0)
    }

    /// Which part of another group it is, as far as both are told; nought when either is too small.
    pub fn part_of(self, whole: Told) -> f64 {
        if whole.0 == 0 { 0.0 } else { (self.0 as f64 / whole.0 as f64).min(1.0) }
    }
}

/// A part of some people or of what they did, from two numbers that are rounded to tens first.
pub fn part_in_tens(part: u64, whole: u64) -> f64 {
    (to_tens(part) as f64 / to_tens(whole).max(TOLD_STEP) as f64).min(1.0)
}

/// To the nearest step: for numbers that nobody can ask for by a rule.
pub fn to_tens(count: u64) -> u64 {
    (count + TOLD_STEP / 2) / TOLD_STEP * TOLD_STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Seal {
        Seal::new(b"key", "counts")
    }

    fn city(code: u32) -> Rule {
        Rule::Lives(code.to_string())
    }

    fn told(rule: &Rule, count: u64) -> u64 {
        Told::of(rule, count, &key()).count().unwrap_or(0)
    }

    #[test]
    fn a_number_is_right_on_average_and_less_than_a_step_off() {
        for count in [3, 14, 57, 123] {
            let all: Vec<u64> = (0..4000).map(|i| told(&city(i), count)).collect();
            assert!(all.iter().all(|told| told % 10 == 0 && told.abs_diff(count) < 10), "{count}");
            let mean = all.iter().sum::<u64>() as f64 / all.len() as f64;
            // Four standard deviations of a mean of 4000 draws, each of at most five.
            assert!((mean - count as f64).abs() < 0.32, "{count}: {mean}");
        }
        assert_eq!(Told::of(&city(1), 0, &key()).count(), None);
    }

    #[test]
    fn one_question_has_one_answer_however_it_is_written() {
        let (a, b, c) = (city(1), city(2), city(3));
        let plain = Rule::All(vec![a.clone(), Rule::Any(vec![Rule::Not(Box::new(b.clone())), c.clone()])]);
        let twisted = Rule::Not(Box::new(Rule::Any(vec![
            Rule::All(vec![Rule::Not(Box::new(c.clone())), b.clone(), b]),
            Rule::Not(Box::new(Rule::Not(Box::new(Rule::Not(Box::new(Rule::All(vec![a]))))))),
        ])));
        assert_eq!(plain.normal(), twisted.normal());
        assert!((0..100).all(|count| told(&plain, count) == told(&twisted, count)));
        let other = Seal::new(b"another key", "counts");
        assert!((0..100).any(|i| Told::of(&city(i), 15, &other) != Told::of(&city(i), 15, &key())));
    }

    /// Who subtracts "A and not X" from "A" sees the same, however he asks, whether X is in A or not.
    #[test]
    fn subtraction_does_not_tell_whether_somebody_is_in() {
        let difference = |i: u32, is_in: u64| {
            let without = Rule::All(vec![city(i), Rule::Not(Box::new(Rule::Lives("x".into())))]);
            told(&city(i), 25) as i64 - told(&without, 25 - is_in) as i64
        };
        let shares = |is_in| {
            [-10, 0, 10]
                .map(|value| (0..4000).filter(|i| difference(*i, is_in) == value).count() as f64 / 4000.0)
        };
        let (without, with) = (shares(0), shares(1));
        assert!((without.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        for (without, with) in without.iter().zip(with) {
            assert!((without - with).abs() < 0.1, "chance hides one person: {without} and {with}");
            assert!(with > 0.15, "no difference proves anything: {with}");
        }
    }
}
