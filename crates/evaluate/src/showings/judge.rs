//! Who judges a plan beside what ran: one demand that does not come from the planner.
//!
//! A showing at `t` of a film of level `q` is expected to seat, before its hall is full,
//!
//!     q Σ_s profile(s) g(t − s) ÷ (1 + own W(s) + other X(s))          g(x) = e^(−|x| ÷ reach)
//!
//! over slots of half an hour `s`, where `W` is the sum of `g` over the film's showings of the day and `X` the same
//! over the other films' showings, each weighed with its level against the mean. `own` says how far a film's
//! showings take from each other, `other` how far films do; with both 0 every showing finds people of its own.
//! Reach, `own`, `other` and the profiles are fitted to showings of earlier days, levels being free for every
//! film, cinema and day, so that only how the showings of one film and day differ teaches them. Where several fit
//! about as well the one that gives a plan the least is taken.

use std::collections::BTreeMap;

const SLOT_MINUTES: f64 = 30.0;
const SLOTS: usize = 60;
const STEPS: usize = 360;
const ROUNDS: usize = 8;
const NOBODY: f64 = 1e-9;
const REACH_MINUTES: [f64; 5] = [30.0, 60.0, 100.0, 160.0, 260.0];
const OWN: [f64; 7] = [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 1e6];
const OTHER: [f64; 5] = [0.0, 0.1, 0.25, 0.5, 1.0];
/// Structures whose deviance is within this part of the least fit about as well.
const ABOUT: f64 = 0.003;

/// A showing of a cinema's day; `public` is one film's in one cinema on one day, `house` the cinema's day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    pub public: usize,
    pub house: usize,
    pub kind: usize,
    pub start: u16,
    /// Not counted where unknown: it takes part and teaches nothing.
    pub sold: Option<f64>,
}

/// How showings share people.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharing {
    pub reach_minutes: f64,
    pub own: f64,
    pub other: f64,
    /// By kind of day; sums to one.
    profile: Vec<Vec<f64>>,
    /// By start, in steps of five minutes, and slot: how near they are.
    near: Vec<[f64; SLOTS]>,
}

/// One fit: its sharing and its Poisson deviance.
struct Fitted {
    sharing: Sharing,
    deviance: f64,
}

impl Sharing {
    /// Fits every structure of the grid and takes, of those that fit about as well as the best, the most strict.
    pub fn fit(seen: &[Seen]) -> Sharing {
        let mut fits = Vec::new();
        for reach_minutes in REACH_MINUTES {
            for own in OWN {
                for other in OTHER {
                    fits.push(Fitted::of(seen, reach_minutes, own, other));
                }
            }
        }
        let least = fits.iter().map(|fit| fit.deviance).fold(f64::INFINITY, f64::min);
        for fit in &fits {
            eprintln!("{:?}", (fit.sharing.reach_minutes, fit.sharing.own, fit.sharing.other, fit.deviance / least));
        }
        fits.retain(|fit| fit.deviance <= least * (1.0 + ABOUT));
        let strict = |fit: &Fitted| (fit.sharing.own, fit.sharing.reach_minutes, fit.sharing.other);
        fits.sort_by(|a, b| strict(a).partial_cmp(&strict(b)).unwrap_or(std::cmp::Ordering::Equal));
        fits.pop().map_or_else(|| Fitted::of(&[], 100.0, 1.0, 0.0).sharing, |fit| fit.sharing)
    }

    /// What each showing of one house asks in, at these levels by public, before its hall is full.
    pub fn expected(&self, seen: &[Seen], level: &[f64]) -> Vec<f64> {
        let crowding = Crowding::of(self, seen, level);
        seen.iter().map(|one| level[one.public] * crowding.per_level(self, one)).collect()
    }

    /// The levels at which the counted showings of each public come to these totals.
    pub fn levels(&self, seen: &[Seen], totals: &[f64]) -> Vec<f64> {
        let mut level = totals.to_vec();
        for _ in 0..ROUNDS {
            let expected = self.expected(seen, &level);
            let mut sums = vec![0.0; level.len()];
            let counted = seen.iter().zip(&expected).filter(|(one, _)| one.sold.is_some());
            counted.for_each(|(one, expected)| sums[one.public] += expected);
            for ((level, sum), total) in level.iter_mut().zip(&sums).zip(totals) {
                *level = if *sum > NOBODY { *level * total / sum } else { 0.0 };
            }
        }
        level
    }

    fn new(reach_minutes: f64, own: f64, other: f64, kinds: usize) -> Sharing {
        let near = |step: usize| {
            std::array::from_fn(|slot| {
                let middle = (slot as f64 + 0.5) * SLOT_MINUTES;
                (-((step * 5) as f64 - middle).abs() / reach_minutes).exp()
            })
        };
        let profile = vec![vec![1.0 / SLOTS as f64; SLOTS]; kinds];
        Sharing { reach_minutes, own, other, profile, near: (0..=STEPS).map(near).collect() }
    }

    fn near(&self, start: u16) -> &[f64; SLOTS] {
        &self.near[usize::from(start / 5).min(STEPS)]
    }
}

/// How many showings share each slot.
struct Crowding {
    own: Vec<[f64; SLOTS]>,
    all: Vec<[f64; SLOTS]>,
    weight: Vec<f64>,
}

impl Crowding {
    fn of(sharing: &Sharing, seen: &[Seen], level: &[f64]) -> Crowding {
        let houses = seen.iter().map(|one| one.house + 1).max().unwrap_or(0);
        let mut mean = vec![(0.0, 0.0); houses];
        for one in seen {
            mean[one.house].0 += level[one.public];
            mean[one.house].1 += 1.0;
        }
        let mut weight = vec![0.0; level.len()];
        let mut it = Crowding {
            own: vec![[0.0; SLOTS]; level.len()],
            all: vec![[0.0; SLOTS]; houses],
            weight: Vec::new(),
        };
        for one in seen {
            let (sum, count) = mean[one.house];
            weight[one.public] = level[one.public] * count / sum.max(NOBODY);
            for (slot, near) in sharing.near(one.start).iter().enumerate() {
                it.own[one.public][slot] += near;
                it.all[one.house][slot] += near * weight[one.public];
            }
        }
        it.weight = weight;
        it
    }

    /// By slot: the part of its people a showing gets, for a level of one.
    fn parts<'a>(&'a self, sharing: &'a Sharing, one: &'a Seen) -> impl Iterator<Item = f64> + 'a {
        let (mine, all) = (&self.own[one.public], &self.all[one.house]);
        sharing.near(one.start).iter().zip(mine).zip(all).map(move |((near, own), all)| {
            let other = all - own * self.weight[one.public];
            near / (1.0 + sharing.own * own + sharing.other * other.max(0.0))
        })
    }

    fn per_level(&self, sharing: &Sharing, one: &Seen) -> f64 {
        let profile = &sharing.profile[one.kind];
        self.parts(sharing, one).zip(profile).map(|(part, people)| part * people).sum()
    }
}

impl Fitted {
    /// Levels and profiles in turn, for one structure.
    fn of(seen: &[Seen], reach_minutes: f64, own: f64, other: f64) -> Fitted {
        let kinds = seen.iter().map(|one| one.kind + 1).max().unwrap_or(1);
        let publics = seen.iter().map(|one| one.public + 1).max().unwrap_or(0);
        let mut sharing = Sharing::new(reach_minutes, own, other, kinds);
        let mut totals = vec![0.0; publics];
        seen.iter().for_each(|one| totals[one.public] += one.sold.unwrap_or(0.0));
        let mut level = totals.clone();
        let mut expected = Vec::new();
        for _ in 0..ROUNDS {
            let crowding = Crowding::of(&sharing, seen, &level);
            let per_level: Vec<f64> = seen.iter().map(|one| crowding.per_level(&sharing, one)).collect();
            level = pinned(seen, &per_level, &totals);
            expected = seen.iter().zip(&per_level).map(|(one, per)| level[one.public] * per).collect();
            sharing.adjust(seen, &crowding, &level, &expected);
        }
        Fitted { sharing, deviance: deviance(seen, &expected) }
    }
}

impl Sharing {
    /// Moves the profile of every kind of day towards what was sold in its slots.
    fn adjust(&mut self, seen: &[Seen], crowding: &Crowding, level: &[f64], expected: &[f64]) {
        let mut misses = vec![[(0.0, 0.0); SLOTS]; self.profile.len()];
        for (one, expected) in seen.iter().zip(expected) {
            let Some(sold) = one.sold.filter(|_| *expected > NOBODY) else { continue };
            for (slot, part) in crowding.parts(self, one).enumerate() {
                let people = level[one.public] * part * self.profile[one.kind][slot];
                misses[one.kind][slot].0 += people * sold / expected;
                misses[one.kind][slot].1 += people;
            }
        }
        for (profile, misses) in self.profile.iter_mut().zip(&misses) {
            for (people, (sold, expected)) in profile.iter_mut().zip(misses) {
                *people *= if *expected > NOBODY { sold / expected } else { 0.0 };
            }
            let total = profile.iter().sum::<f64>().max(NOBODY);
            profile.iter_mut().for_each(|people| *people /= total);
        }
    }
}

fn pinned(seen: &[Seen], per_level: &[f64], totals: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; totals.len()];
    let counted = seen.iter().zip(per_level).filter(|(one, _)| one.sold.is_some());
    counted.for_each(|(one, per)| sums[one.public] += per);
    sums.iter().zip(totals).map(|(sum, total)| if *sum > NOBODY { total / sum } else { 0.0 }).collect()
}

/// Σ 2 (sold ln(sold ÷ expected) − sold + expected), over counted showings.
fn deviance(seen: &[Seen], expected: &[f64]) -> f64 {
    let of = |(one, expected): (&Seen, &f64)| {
        let (sold, expected) = (one.sold?, expected.max(0.01));
        let log = if sold > 0.0 { sold * (sold / expected).ln() } else { 0.0 };
        Some(2.0 * (log - sold + expected))
    };
    seen.iter().zip(expected).filter_map(of).sum()
}

/// Numbers names in the order they come.
pub struct Numbers<K: Ord>(BTreeMap<K, usize>);

impl<K: Ord> Numbers<K> {
    pub fn new() -> Numbers<K> {
        Numbers(BTreeMap::new())
    }

    pub fn of(&mut self, key: K) -> usize {
        let next = self.0.len();
        *self.0.entry(key).or_insert(next)
    }
}
