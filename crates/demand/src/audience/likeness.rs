//! Who is like the people of an audience: a logistic regression over a few telling features, in whole points.
//!
//! 1. What anybody did lately is a yes-or-no feature. Those that tell most of who is in the seed (by mutual
//!    information) are kept, without those by which the seed is defined.
//! 2. A ridge logistic regression weighs them, so that features which say the same do not count twice; seed and
//!    the others count alike. It is fitted on one half of a sample and judged on the other.
//! 3. Weights become whole points that sum to at most 511, points become a [`Column`], and "the n most alike"
//!    is one comparison. The points are the explanation.

use super::column::{BLOCK, Bits, Column, NO_BITS, SLICES, VALUE_MAX, split};
use super::features::{Features, Key};
use super::members::{Members, count};
use super::plan::Plan;
use super::rule::Rule;
use super::told::part_in_tens;
use crate::least_squares;
use kernel::{Kind, Refusal};

/// Too few to learn from below this.
pub const SEED_MIN: u64 = 30;
/// Features of one model.
const FEATURES_MAX: usize = 24;
/// "Lately", in days.
const LATELY_DAYS: u32 = 90;
/// Blocks that are looked at to choose and weigh features.
const BLOCKS_MAX: usize = 16;
/// People of each side in the sample.
const SAMPLE_MAX: usize = 20_000;
const RIDGE: f64 = 1.0;
const NEWTON_STEPS: usize = 12;
/// Points of all features together; rounding may add a half to each.
const POINTS: f64 = 480.0;

#[derive(Clone, Debug)]
pub struct Likeness {
    /// Points by consumer, at least 1; 0 for the seed itself.
    pub(crate) scores: Column,
    /// The blocks that were looked at: whoever is in them weighs in what was learnt.
    blocks: Vec<usize>,
    /// What the model goes by, the weightiest first.
    pub reasons: Vec<Reason>,
    /// How often somebody of the seed has more points than somebody else, on people the model did not see.
    pub auc: f64,
}

/// One feature of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    pub key: Key,
    /// Points for having it, or, below nought, for not having it.
    pub points: i32,
    /// The part of the seed that has it, and the part of everybody; of numbers rounded to tens, for it is told.
    pub in_seed: f64,
    pub in_everybody: f64,
}

impl Likeness {
    /// Measures who is like the people a rule holds for. Refuses a rule that itself asks for likeness, and one
    /// for which fewer than [`SEED_MIN`] people can be looked at.
    pub fn measure(features: &Features, seed: &Rule) -> Result<Likeness, Refusal> {
        if !seed.seeds().is_empty() {
            return Err(seed_of_likeness());
        }
        let members = Plan::of(features, seed)?.members();
        let sample = Sample::of(features, &members);
        if sample.seed < SEED_MIN {
            return Err(seed_too_small());
        }
        let mut reasons = telling(features, &members, &sample, seed);
        let (learn, judge) = sample.rows(features, &members, &reasons);
        let weights = fit(&learn, reasons.len());
        give_points(&mut reasons, &weights);
        reasons.retain(|reason| reason.points != 0);
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.points.abs()));
        let auc = auc(&judge, &weights);
        Ok(Likeness { scores: scores(features, &members, &reasons), blocks: sample.blocks, reasons, auc })
    }

    /// Whether somebody, of the seed or not, was looked at when it was measured.
    pub(crate) fn weighs(&self, id: u32) -> bool {
        self.blocks.contains(&split(id).0)
    }

    /// The least points with which somebody is among so many most alike; none when too many are equally alike.
    pub fn cut(&self, people: u64) -> Option<u16> {
        self.scores.cut(people)
    }
}

impl Key {
    fn lately<'a>(&self, features: &'a Features) -> Option<(&'a Column, u16)> {
        let since = if matches!(self, Key::Did(..)) { features.since(LATELY_DAYS) } else { 1 };
        features.recent(self, 1).map(|column| (column, since))
    }

    /// Whether a term of this rule asks about it.
    fn is_in(&self, rule: &Rule) -> bool {
        rule.terms().into_iter().any(|term| match (term, self) {
            (Rule::Did(did), Key::Did(behaviour, what)) => did.behaviour == *behaviour && did.what == *what,
            (Rule::Lives(asked), Key::Lives(city)) => asked == city,
            _ => false,
        })
    }
}

/// The blocks that are looked at, evenly spread, and who is there.
struct Sample {
    blocks: Vec<usize>,
    people: u64,
    seed: u64,
}

impl Sample {
    fn of(features: &Features, members: &Members) -> Sample {
        let (all, taken) = (features.blocks(), features.blocks().min(BLOCKS_MAX));
        let blocks: Vec<usize> = (0..taken).map(|i| i * all / taken).collect();
        let sum = |of: &Members| blocks.iter().filter_map(|block| of.block(*block)).map(count).sum();
        Sample { people: sum(features.everybody()), seed: sum(members), blocks }
    }

    /// Every so-manieth person of each side, dealt in turn to two halves: to learn from and to judge by.
    fn rows(&self, features: &Features, members: &Members, reasons: &[Reason]) -> (Vec<Row>, Vec<Row>) {
        let mut rows = (Vec::new(), Vec::new());
        let others = self.people - self.seed;
        let (seed_step, other_step) =
            (self.seed.div_ceil(SAMPLE_MAX as u64).max(1), others.div_ceil(SAMPLE_MAX as u64).max(1));
        let (mut seen_seed, mut seen_others) = (0, 0);
        for block in &self.blocks {
            let bits: Vec<Bits> =
                reasons.iter().map(|reason| lately(features, &reason.key, *block)).collect();
            let present = features.everybody().block(*block).unwrap_or(&NO_BITS);
            let seed = members.block(*block).unwrap_or(&NO_BITS);
            for low in 0..BLOCK {
                let (word, bit) = (low >> 6, low & 63);
                if present[word] >> bit & 1 == 0 {
                    continue;
                }
                let is_seed = seed[word] >> bit & 1 == 1;
                let (seen, step) =
                    if is_seed { (&mut seen_seed, seed_step) } else { (&mut seen_others, other_step) };
                *seen += 1;
                if *seen % step != 0 {
                    continue;
                }
                let has = bits.iter().map(|bits| bits[word] >> bit & 1 == 1).collect();
                let half = if (*seen / step) % 2 == 0 { &mut rows.0 } else { &mut rows.1 };
                half.push(Row { is_seed, has });
            }
        }
        rows
    }
}

struct Row {
    is_seed: bool,
    has: Vec<bool>,
}

fn lately(features: &Features, key: &Key, block: usize) -> Bits {
    let mut bits = NO_BITS;
    if let Some((column, since)) = key.lately(features) {
        column.at_least(block, since, &mut bits);
    }
    bits
}

/// The features that tell most of who is in the seed, without points yet.
fn telling(features: &Features, members: &Members, sample: &Sample, seed: &Rule) -> Vec<Reason> {
    let mut told: Vec<(f64, Reason)> = Vec::new();
    for key in features.keys().filter(|key| !key.is_in(seed) && !matches!(key, Key::Likely(_))) {
        let (mut having, mut both) = (0, 0);
        for block in &sample.blocks {
            let bits = lately(features, key, *block);
            let seed = members.block(*block).unwrap_or(&NO_BITS);
            having += count(&bits);
            both += bits.iter().zip(seed).map(|(a, b)| u64::from((a & b).count_ones())).sum::<u64>();
        }
        let information = information(sample.people, sample.seed, having, both);
        let reason = Reason {
            key: key.clone(),
            points: 0,
            in_seed: part_in_tens(both, sample.seed),
            in_everybody: part_in_tens(having, sample.people),
        };
        if having > 0 && information > 0.0 {
            told.push((information, reason));
        }
    }
    told.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.key.cmp(&b.1.key)));
    told.truncate(FEATURES_MAX);
    told.into_iter().map(|(_, reason)| reason).collect()
}

/// The mutual information of being in the seed and having a feature, in nats.
fn information(people: u64, seed: u64, having: u64, both: u64) -> f64 {
    let all = people as f64;
    let cell = |joint: u64, row: u64, column: u64| {
        let (joint, independent) = (joint as f64 / all, row as f64 / all * (column as f64 / all));
        if joint > 0.0 { joint * (joint / independent).ln() } else { 0.0 }
    };
    let (rest, lacking) = (people - seed, people - having);
    cell(both, seed, having)
        + cell(seed - both, seed, lacking)
        + cell(having - both, rest, having)
        + cell(lacking + both - seed, rest, lacking)
}

/// Weights of a logistic regression, the last of which is the constant, by Newton's method; both sides weigh alike.
fn fit(rows: &[Row], features: usize) -> Vec<f64> {
    let seeds = rows.iter().filter(|row| row.is_seed).count().max(1) as f64;
    let others = (rows.len() as f64 - seeds).max(1.0);
    let mut weights = vec![0.0; features + 1];
    for _ in 0..NEWTON_STEPS {
        let mut slope = vec![0.0; features + 1];
        let mut bend = vec![vec![0.0; features + 1]; features + 1];
        for (i, weight) in weights.iter().enumerate().take(features) {
            slope[i] = -RIDGE * weight;
            bend[i][i] = RIDGE;
        }
        bend[features][features] = 1e-6;
        for row in rows {
            let side = rows.len() as f64 / 2.0 / if row.is_seed { seeds } else { others };
            let chance = 1.0 / (1.0 + (-worth(row, &weights)).exp());
            let (off, spread) = (side * (f64::from(row.is_seed) - chance), side * chance * (1.0 - chance));
            let on: Vec<usize> = (0..features).filter(|i| row.has[*i]).chain([features]).collect();
            for i in &on {
                slope[*i] += off;
                on.iter().for_each(|j| bend[*i][*j] += spread);
            }
        }
        let Some(step) = least_squares::solve(bend, slope) else { break };
        weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step);
        if step.iter().all(|step| step.abs() < 1e-6) {
            break;
        }
    }
    weights
}

fn worth(row: &Row, weights: &[f64]) -> f64 {
    let constant = weights.last().copied().unwrap_or_default();
    constant + row.has.iter().zip(weights).filter(|(has, _)| **has).map(|(_, weight)| weight).sum::<f64>()
}

fn give_points(reasons: &mut [Reason], weights: &[f64]) {
    let sum: f64 = weights.iter().take(reasons.len()).map(|weight| weight.abs()).sum();
    let scale = if sum > 0.0 { POINTS / sum } else { 0.0 };
    for (reason, weight) in reasons.iter_mut().zip(weights) {
        reason.points = (weight * scale).round() as i32;
    }
}

/// The area under the ROC curve, by ranks with ties in the middle (Mann and Whitney 1947); ½ without two sides.
fn auc(rows: &[Row], weights: &[f64]) -> f64 {
    let mut ranked: Vec<(f64, bool)> = rows.iter().map(|row| (worth(row, weights), row.is_seed)).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut won, mut seeds) = (0.0, 0.0, 0.0);
    for tied in ranked.chunk_by(|a, b| a.0 == b.0) {
        let mine = tied.iter().filter(|(_, is_seed)| *is_seed).count() as f64;
        let theirs = tied.len() as f64 - mine;
        won += mine * (below + theirs / 2.0);
        below += theirs;
        seeds += mine;
    }
    if seeds * below > 0.0 { won / (seeds * below) } else { 0.5 }
}

/// Everybody's points: one, and those of the features they have, or of the contrary ones that they lack.
/// Added up in bit slices, a feature at a time (Rinfret, O'Neil and O'Neil, "Bit-sliced index arithmetic", SIGMOD 2001).
fn scores(features: &Features, seed: &Members, reasons: &[Reason]) -> Column {
    let mut column = Column::default();
    for block in 0..features.blocks() {
        let mut sums = vec![NO_BITS; SLICES];
        let present = features.everybody().block(block).unwrap_or(&NO_BITS);
        sums[0] = *present;
        for reason in reasons {
            let mut bits = lately(features, &reason.key, block);
            if reason.points < 0 {
                bits.iter_mut().for_each(|word| *word = !*word);
            }
            add(&mut sums, reason.points.unsigned_abs().min(u32::from(VALUE_MAX)), &bits);
        }
        let nobody = NO_BITS;
        let seed = seed.block(block).unwrap_or(&nobody);
        for slice in sums.iter_mut() {
            for ((word, here), not) in slice.iter_mut().zip(present).zip(seed) {
                *word &= here & !not;
            }
        }
        column.push_sliced(&sums);
    }
    column
}

/// Adds a number to the sums of those who have a bit.
fn add(sums: &mut [Bits], number: u32, bits: &Bits) {
    let mut carry = NO_BITS;
    for (i, slice) in sums.iter_mut().enumerate() {
        let one = if number >> i & 1 == 1 { u64::MAX } else { 0 };
        for ((sum, carry), bit) in slice.iter_mut().zip(carry.iter_mut()).zip(bits) {
            let (a, b, c) = (*sum, bit & one, *carry);
            *sum = a ^ b ^ c;
            *carry = (a & b) | (c & (a ^ b));
        }
    }
}

fn seed_of_likeness() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "seed_of_likeness",
        "A look-alike starts from what people did, not from another look-alike.",
        "相似人群须以行为人群为种子，不能以另一个相似人群为种子。",
    )
}

fn seed_too_small() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "seed_too_small",
        format!("The seed is too small to learn from; a look-alike needs {SEED_MIN} people."),
        format!("种子人群太小，至少需要 {SEED_MIN} 人。"),
    )
}
