//! How showings of one film, cinema and day share its people: fitted to who sold which part.

use super::{NOBODY, Seen};
use std::collections::{BTreeMap, BTreeSet};

const SLOT_MINUTES: f64 = 30.0;
pub const SLOTS: usize = 60;
const STEP_MINUTES: f64 = 5.0;
const STEPS: usize = 360;
const ROUNDS: usize = 10;
const REACH_MINUTES: [f64; 4] = [30.0, 60.0, 100.0, 160.0];
const OWN: [f64; 6] = [0.0, 0.5, 1.0, 2.0, 4.0, 8.0];
/// Structures whose deviance is within this part of the least fit about as well.
const ABOUT: f64 = 0.01;

/// From so many times the reach a showing has no neighbours.
const FAR_REACHES: f64 = 4.0;

/// By slot of half an hour from midnight.
pub type Around = [f64; SLOTS];

/// How showings of one film, cinema and day share its people.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharing {
    pub reach_minutes: f64,
    pub own: f64,
    /// By kind of day; sums to one.
    profile: Vec<Around>,
    /// By start, in steps of five minutes, and slot: how near they are.
    near: Vec<Around>,
}

impl Sharing {
    /// The structure under which showings come nearest to what they sold; of several that fit about as well the one in
    /// which they take most from each other.
    pub fn learn(publics: &Publics) -> Sharing {
        if publics.all.iter().all(|public| public.total() <= 0.0) {
            return Sharing::new(60.0, 1.0, 1);
        }
        let mut fits: Vec<(f64, Sharing)> = Vec::new();
        for reach in REACH_MINUTES {
            for own in OWN {
                let sharing = Sharing::fit(publics, reach, own);
                fits.push((sharing.deviance(publics), sharing));
            }
        }
        let least = fits.iter().map(|(deviance, _)| *deviance).fold(f64::INFINITY, f64::min);
        fits.retain(|(deviance, _)| *deviance <= least * (1.0 + ABOUT));
        let strict = |sharing: &Sharing| (sharing.own, sharing.reach_minutes);
        fits.sort_by(|a, b| strict(&a.1).partial_cmp(&strict(&b.1)).unwrap_or(std::cmp::Ordering::Equal));
        fits.pop().map_or_else(|| Sharing::new(60.0, 1.0, 1), |(_, sharing)| sharing)
    }

    pub fn known(reach_minutes: f64, own: f64, profile: &[Vec<f64>]) -> Sharing {
        let mut sharing = Sharing::new(reach_minutes, own, profile.len());
        for (to, from) in sharing.profile.iter_mut().zip(profile) {
            let total = from.iter().sum::<f64>().max(NOBODY);
            *to = std::array::from_fn(|slot| from.get(slot).copied().unwrap_or(0.0) / total);
        }
        sharing
    }

    pub fn new(reach_minutes: f64, own: f64, kinds: usize) -> Sharing {
        let near = |step: usize| {
            std::array::from_fn(|slot| {
                let middle = (slot as f64 + 0.5) * SLOT_MINUTES;
                (-(step as f64 * STEP_MINUTES - middle).abs() / reach_minutes).exp()
            })
        };
        let profile = vec![[1.0 / SLOTS as f64; SLOTS]; kinds];
        Sharing { reach_minutes, own, profile, near: (0..=STEPS).map(near).collect() }
    }

    /// By start, in steps of five minutes: how near a showing is to each slot.
    pub fn starts(&self) -> impl Iterator<Item = &Around> {
        self.near.iter()
    }

    pub fn near(&self, start: u16) -> &Around {
        &self.near[usize::from(start / STEP_MINUTES as u16).min(STEPS)]
    }

    /// By start, in steps of five minutes: `Σ_s of slot(s) g(start − s)`, summed from either side.
    pub fn felt(&self, of_slot: &Around) -> Vec<f64> {
        let fades = |minutes: f64| (-minutes / self.reach_minutes).exp();
        let middle = |slot: usize| (slot as f64 + 0.5) * SLOT_MINUTES;
        let mut felt = vec![0.0; STEPS + 1];
        let (mut sum, mut slot) = (0.0, 0);
        for (step, felt) in felt.iter_mut().enumerate() {
            let at = step as f64 * STEP_MINUTES;
            sum *= fades(STEP_MINUTES);
            while slot < SLOTS && middle(slot) <= at {
                sum += of_slot[slot] * fades(at - middle(slot));
                slot += 1;
            }
            *felt += sum;
        }
        let (mut sum, mut slot) = (0.0, SLOTS);
        for (step, felt) in felt.iter_mut().enumerate().rev() {
            let at = step as f64 * STEP_MINUTES;
            sum *= fades(STEP_MINUTES);
            while slot > 0 && middle(slot - 1) > at {
                slot -= 1;
                sum += of_slot[slot] * fades(middle(slot) - at);
            }
            *felt += sum;
        }
        felt
    }

    /// The slots from which more than one in e⁴ come to a showing.
    pub fn neighbours(&self, start: u16) -> std::ops::Range<usize> {
        let slot = |minutes: f64| ((minutes / SLOT_MINUTES).max(0.0) as usize).min(SLOTS);
        let (start, far) = (f64::from(start), FAR_REACHES * self.reach_minutes);
        slot(start - far)..slot(start + far + SLOT_MINUTES)
    }

    /// By showing of one film's day and slot: the part of the slot's people it gets.
    fn parts(&self, starts: &[u16]) -> Vec<Around> {
        let mut all = [0.0; SLOTS];
        for start in starts {
            all.iter_mut().zip(self.near(*start)).for_each(|(all, near)| *all += near);
        }
        let part = |start: &u16| {
            let near = self.near(*start);
            std::array::from_fn(|slot| near[slot] / (1.0 + self.own * all[slot]))
        };
        starts.iter().map(part).collect()
    }

    /// The profile of a kind of day; that of another where this one was never seen.
    pub fn profile(&self, kind: usize) -> &Around {
        let seen = |profile: &&Around| profile.iter().any(|people| *people > 0.0);
        let own = self.profile.get(kind).filter(seen);
        own.or_else(|| self.profile.iter().find(seen)).unwrap_or(&[0.0; SLOTS])
    }

    /// `h` of the showings of one film's day.
    pub fn hours(&self, kind: usize, starts: &[u16]) -> Vec<f64> {
        let people = |parts: [f64; SLOTS]| parts.iter().zip(self.profile(kind)).map(|(a, b)| a * b).sum();
        self.parts(starts).into_iter().map(people).collect()
    }

    /// Adjusts the profiles until every slot's showings come to what they sold.
    fn fit(publics: &Publics, reach_minutes: f64, own: f64) -> Sharing {
        let kinds = publics.all.iter().map(|one| one.kind + 1).max().unwrap_or(1);
        let mut sharing = Sharing::new(reach_minutes, own, kinds);
        for _ in 0..ROUNDS {
            let mut misses = vec![[(0.0, 0.0); SLOTS]; kinds];
            for public in &publics.all {
                sharing.miss(public, &mut misses[public.kind]);
            }
            for (profile, misses) in sharing.profile.iter_mut().zip(&misses) {
                for (people, (sold, expected)) in profile.iter_mut().zip(misses) {
                    *people *= if *expected > NOBODY { sold / expected } else { 0.0 };
                }
                let total = profile.iter().sum::<f64>().max(NOBODY);
                profile.iter_mut().for_each(|people| *people /= total);
            }
        }
        sharing
    }

    fn miss(&self, public: &Public, misses: &mut [(f64, f64); SLOTS]) {
        let (expected, profile) = (self.expected(public), &self.profile[public.kind]);
        let level = public.level(&self.hours(public.kind, &public.starts));
        for ((parts, expected), sold) in self.parts(&public.starts).iter().zip(expected).zip(&public.sold) {
            let Some(sold) = sold.filter(|_| expected > NOBODY) else { continue };
            for slot in 0..SLOTS {
                let people = level * parts[slot] * profile[slot];
                misses[slot].0 += people * sold / expected;
                misses[slot].1 += people;
            }
        }
    }

    /// What each showing is expected to sell when the counted ones together sell what they did.
    fn expected(&self, public: &Public) -> Vec<f64> {
        let hours = self.hours(public.kind, &public.starts);
        let level = public.level(&hours);
        hours.into_iter().map(|hours| level * hours).collect()
    }

    /// Σ 2 (sold ln(sold ÷ expected) − sold + expected), over counted showings.
    fn deviance(&self, publics: &Publics) -> f64 {
        let of = |(sold, expected): (&Option<f64>, f64)| {
            let (sold, expected) = ((*sold)?, expected.max(0.01));
            let log = if sold > 0.0 { sold * (sold / expected).ln() } else { 0.0 };
            Some(2.0 * (log - sold + expected))
        };
        let day =
            |public: &Public| -> f64 { public.sold.iter().zip(self.expected(public)).filter_map(of).sum() };
        publics.all.iter().map(day).sum()
    }
}

/// One film in one cinema on one day.
pub struct Public {
    pub film: usize,
    pub cinema: usize,
    pub day: usize,
    pub kind: usize,
    pub starts: Vec<u16>,
    sold: Vec<Option<f64>>,
}

impl Public {
    /// Sold over hours, of the counted showings.
    fn level(&self, hours: &[f64]) -> f64 {
        let counted = self.sold.iter().zip(hours).filter(|(sold, _)| sold.is_some());
        let hours: f64 = counted.map(|(_, hours)| hours).sum();
        if hours > NOBODY { self.total() / hours } else { 0.0 }
    }

    pub fn total(&self) -> f64 {
        self.sold.iter().flatten().sum()
    }

    pub fn is_counted(&self) -> bool {
        self.sold.iter().all(Option::is_some) && self.total() > 0.0
    }
}

pub struct Publics {
    pub all: Vec<Public>,
}

impl Publics {
    pub fn of(seen: &[Seen]) -> Publics {
        let mut all: BTreeMap<(usize, usize, usize), Public> = BTreeMap::new();
        for one in seen {
            let key = (one.film, one.cinema, one.day);
            let public = all.entry(key).or_insert_with(|| Public {
                film: one.film,
                cinema: one.cinema,
                day: one.day,
                kind: one.kind,
                starts: Vec::new(),
                sold: Vec::new(),
            });
            public.starts.push(one.start);
            public.sold.push(one.sold);
        }
        Publics { all: all.into_values().collect() }
    }

    pub fn cinemas(&self) -> usize {
        self.all.iter().map(|public| public.cinema).collect::<BTreeSet<usize>>().len()
    }
}
