//! What a plan is told to bring: a demand beside the planner's own.
//!
//! The planner's public waits at every hour within reach and belongs to one film alone; by its own belief a plan wins far
//! more people than cinemas see. So what a reader is told comes from here.
//!
//! A film's showings of a day in a cinema draw `total × part`. The part that a showing at `t` has of the day is
//! proportional to
//!
//! ```text
//! h(t) = Σ_s profile(s) g(t − s) ÷ (1 + own Σ_u g(u − s))          g(x) = e^(−|x| ÷ reach)
//! ```
//!
//! over slots of half an hour `s` and the film's showings `u`. Reach, `own` and the profile of each kind of day are
//! fitted to how showings of one film, cinema and day shared what was sold (Poisson, totals free); where several
//! fit about as well, the one in which showings take most from each other is taken.
//!
//! Another schedule moves the total less than its hours: by `(H ÷ H of what ran)^film` with `H = Σ h`, and all
//! films of the cinema together by a further power, `cinema`, for who comes at a better hour may have come to another
//! film. Both powers are elasticities estimated over earlier days: `ln sold` against `ln H` of film, cinema and
//! day, less the means of the film's day in all cinemas and of the film in this cinema; and of cinema and day, less
//! the means of the day and of the cinema (within-groups least squares, Wooldridge, *Econometric Analysis of Cross
//! Section and Panel Data*, 10.5). With one cinema alone the groups are a film's week and the day, the days of a week and of
//! a kind, and the slopes are held to those of a chain ([`Judge::usual`]). What lies beyond the seats of a hall is lost.

use kernel::Dice;
use std::collections::{BTreeMap, BTreeSet};

const SLOT_MINUTES: f64 = 30.0;
const SLOTS: usize = 60;
const STEPS: usize = 360;
const ROUNDS: usize = 10;
const NOBODY: f64 = 1e-9;
const REACH_MINUTES: [f64; 4] = [30.0, 60.0, 100.0, 160.0];
const OWN: [f64; 6] = [0.0, 0.5, 1.0, 2.0, 4.0, 8.0];
/// Structures whose deviance is within this part of the least fit about as well.
const ABOUT: f64 = 0.01;
/// Draws that a range is read from.
const DRAWS: usize = 400;
/// A film's draw within so many days is taken for one, where there is no other cinema to compare with.
const BLOCK_DAYS: usize = 7;
/// Times the means of both groups are taken out in turn.
const DEMEANING_ROUNDS: usize = 60;

/// A showing that ran.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    pub film: usize,
    pub cinema: usize,
    pub day: usize,
    pub kind: usize,
    pub start: u16,
    /// Not counted where unknown: it takes part and teaches nothing.
    pub sold: Option<f64>,
}

/// A showing of a theatre-day that is judged; films are numbered within it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    pub film: usize,
    pub start: u16,
    pub seats: f64,
}

/// By how much more is sold when the hours are better by one in a hundred.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Elasticity {
    pub value: f64,
    pub standard_error: f64,
    pub observations: usize,
}

/// What a film draws in a day as usual, and the hours it has then.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usual {
    pub hours: f64,
    pub people: f64,
}

/// A day under two schedules.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub kind: usize,
    /// By film.
    pub usual: Vec<Usual>,
    pub before: Vec<Offer>,
    pub after: Vec<Offer>,
}

/// How much more one schedule brings than another: 0.05 is five in a hundred.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Gain {
    pub part: f64,
    /// Nine times in ten it lies between these.
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Judge {
    pub reach_minutes: f64,
    pub own: f64,
    pub film: Elasticity,
    pub cinema: Elasticity,
    sharing: Sharing,
}

impl Judge {
    /// Learns from showings of earlier days.
    pub fn learn(seen: &[Seen]) -> Judge {
        let publics = Publics::of(seen);
        let mut fits: Vec<(f64, Sharing)> = Vec::new();
        for reach in REACH_MINUTES {
            for own in OWN {
                let sharing = Sharing::fit(&publics, reach, own);
                fits.push((sharing.deviance(&publics), sharing));
            }
        }
        let least = fits.iter().map(|(deviance, _)| *deviance).fold(f64::INFINITY, f64::min);
        fits.retain(|(deviance, _)| *deviance <= least * (1.0 + ABOUT));
        let strict = |sharing: &Sharing| (sharing.own, sharing.reach_minutes);
        fits.sort_by(|a, b| strict(&a.1).partial_cmp(&strict(&b.1)).unwrap_or(std::cmp::Ordering::Equal));
        let sharing = fits.pop().map_or_else(|| Sharing::new(60.0, 1.0, 1), |(_, sharing)| sharing);
        let alone = publics.all.iter().map(|public| public.cinema).collect::<BTreeSet<usize>>().len() < 2;
        let (film, cinema) =
            (publics.film_elasticity(&sharing, alone), publics.cinema_elasticity(&sharing, alone));
        let [usual_film, usual_cinema] = Judge::usual();
        let (film, cinema) = match alone {
            true => (film.held_to(usual_film), cinema.held_to(usual_cinema)),
            false => (film, cinema),
        };
        Judge { reach_minutes: sharing.reach_minutes, own: sharing.own, film, cinema, sharing }
    }

    /// The slopes that a chain of seven cinemas showed over three weeks (`docs/algorithms/showings_plan.md`), with room for a
    /// cinema that differs: of films and of cinemas.
    pub fn usual() -> [Elasticity; 2] {
        [(0.95, 0.1), (0.85, 0.15)].map(|(value, standard_error)| Elasticity {
            value,
            standard_error,
            observations: 0,
        })
    }

    /// What each offer is expected to sell, where films draw these totals under what ran.
    pub fn expected(&self, kind: usize, ran: &[Offer], totals: &[f64], offers: &[Offer]) -> Vec<f64> {
        let hours = self.hours(kind, ran, totals.len()).1;
        let usual = hours.into_iter().zip(totals).map(|(hours, people)| Usual { hours, people: *people });
        self.drawn(kind, &usual.collect::<Vec<Usual>>(), offers)
    }

    /// What each offer is expected to sell, where every film as usual draws so many people with so many hours.
    pub fn drawn(&self, kind: usize, usual: &[Usual], offers: &[Offer]) -> Vec<f64> {
        let (each, hours) = self.hours(kind, offers, usual.len());
        let moved = |(usual, hours): (&Usual, &f64)| {
            if usual.hours > NOBODY {
                usual.people * (hours / usual.hours).powf(self.film.value)
            } else {
                0.0
            }
        };
        let drawn: Vec<f64> = usual.iter().zip(&hours).map(moved).collect();
        let (before, now) = (usual.iter().map(|one| one.people).sum::<f64>(), drawn.iter().sum::<f64>());
        let both = before > NOBODY && now > NOBODY;
        let lost = if both { (now / before).powf(self.cinema.value - 1.0) } else { 1.0 };
        let seats = |(offer, own): (&Offer, &f64)| {
            (drawn[offer.film] * lost * own / hours[offer.film].max(NOBODY)).min(offer.seats)
        };
        offers.iter().zip(&each).map(seats).collect()
    }

    /// How much more the second schedules bring than the first, over all days, with the range that the slopes' standard
    /// errors and the films' luck leave: `missed` is the standard deviation of a film's draw against its forecast, as a
    /// logarithm. `worth` is what an admission of each film brings, `costs` what each schedule costs. `None` where the
    /// first bring nothing.
    pub fn gain(&self, days: &[Compared], worth: &[f64], costs: [f64; 2], missed: f64) -> Option<Gain> {
        let part = |judge: &Judge, luck: &[f64]| {
            let sum = |of: fn(&Compared) -> &Vec<Offer>| -> f64 {
                let day = |day: &Compared| -> f64 {
                    let lucky = day.usual.iter().zip(luck);
                    let usual: Vec<Usual> =
                        lucky.map(|(usual, luck)| Usual { people: usual.people * luck, ..*usual }).collect();
                    let drawn = judge.drawn(day.kind, &usual, of(day));
                    of(day).iter().zip(drawn).map(|(offer, people)| people * worth[offer.film]).sum()
                };
                days.iter().map(day).sum()
            };
            let (before, after) = (sum(|day| &day.before) - costs[0], sum(|day| &day.after) - costs[1]);
            (before > NOBODY).then(|| after / before - 1.0)
        };
        let told = part(self, &vec![1.0; worth.len()])?;
        let mut dice = Dice::seeded(1);
        let mut parts = Vec::new();
        for _ in 0..DRAWS {
            let mut judge = Judge { sharing: self.sharing.clone(), ..*self };
            for slope in [&mut judge.film, &mut judge.cinema] {
                slope.value = (slope.value + slope.standard_error.min(0.5) * dice.normal()).clamp(0.0, 1.0);
            }
            let luck: Vec<f64> = worth.iter().map(|_| (missed * dice.normal()).exp()).collect();
            parts.extend(part(&judge, &luck));
        }
        parts.sort_by(f64::total_cmp);
        let at = |k: usize| parts.get(k).copied().unwrap_or(told);
        let (low, high) = (at(parts.len() / 20), at((parts.len() * 19 / 20).min(parts.len().max(1) - 1)));
        Some(Gain { part: told, low: low.min(told), high: high.max(told) })
    }

    /// What all showings of a film draw, where this much was sold at the counted ones.
    pub fn total(&self, kind: usize, starts: &[u16], sold: &[Option<f64>]) -> f64 {
        let hours = self.sharing.hours(kind, starts);
        let counted: f64 =
            hours.iter().zip(sold).filter(|(_, sold)| sold.is_some()).map(|(hours, _)| hours).sum();
        let sum: f64 = sold.iter().flatten().sum();
        if counted > NOBODY { sum * hours.iter().sum::<f64>() / counted } else { 0.0 }
    }

    /// `h` of every offer, and `H` of every film.
    pub fn hours(&self, kind: usize, offers: &[Offer], films: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut each, mut all) = (vec![0.0; offers.len()], vec![0.0; films]);
        for (film, sum) in all.iter_mut().enumerate() {
            let mine: Vec<usize> = (0..offers.len()).filter(|i| offers[*i].film == film).collect();
            let starts: Vec<u16> = mine.iter().map(|i| offers[*i].start).collect();
            for (i, hours) in mine.iter().zip(self.sharing.hours(kind, &starts)) {
                each[*i] = hours;
                *sum += hours;
            }
        }
        (each, all)
    }
}

/// How showings of one film, cinema and day share its people.
#[derive(Clone, Debug, PartialEq)]
struct Sharing {
    reach_minutes: f64,
    own: f64,
    /// By kind of day; sums to one.
    profile: Vec<[f64; SLOTS]>,
    /// By start, in steps of five minutes, and slot: how near they are.
    near: Vec<[f64; SLOTS]>,
}

impl Sharing {
    fn new(reach_minutes: f64, own: f64, kinds: usize) -> Sharing {
        let near = |step: usize| {
            std::array::from_fn(|slot| {
                let middle = (slot as f64 + 0.5) * SLOT_MINUTES;
                (-((step * 5) as f64 - middle).abs() / reach_minutes).exp()
            })
        };
        let profile = vec![[1.0 / SLOTS as f64; SLOTS]; kinds];
        Sharing { reach_minutes, own, profile, near: (0..=STEPS).map(near).collect() }
    }

    fn near(&self, start: u16) -> &[f64; SLOTS] {
        &self.near[usize::from(start / 5).min(STEPS)]
    }

    /// By showing of one film's day and slot: the part of the slot's people it gets.
    fn parts(&self, starts: &[u16]) -> Vec<[f64; SLOTS]> {
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
    fn profile(&self, kind: usize) -> &[f64; SLOTS] {
        let seen = |profile: &&[f64; SLOTS]| profile.iter().any(|people| *people > 0.0);
        let own = self.profile.get(kind).filter(seen);
        own.or_else(|| self.profile.iter().find(seen)).unwrap_or(&[0.0; SLOTS])
    }

    /// `h` of the showings of one film's day.
    fn hours(&self, kind: usize, starts: &[u16]) -> Vec<f64> {
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
struct Public {
    film: usize,
    cinema: usize,
    day: usize,
    kind: usize,
    starts: Vec<u16>,
    sold: Vec<Option<f64>>,
}

impl Public {
    /// Sold over hours, of the counted showings.
    fn level(&self, hours: &[f64]) -> f64 {
        let counted = self.sold.iter().zip(hours).filter(|(sold, _)| sold.is_some());
        let hours: f64 = counted.map(|(_, hours)| hours).sum();
        if hours > NOBODY { self.total() / hours } else { 0.0 }
    }

    fn total(&self) -> f64 {
        self.sold.iter().flatten().sum()
    }

    fn is_counted(&self) -> bool {
        self.sold.iter().all(Option::is_some) && self.total() > 0.0
    }
}

struct Publics {
    all: Vec<Public>,
}

impl Publics {
    fn of(seen: &[Seen]) -> Publics {
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

    fn film_elasticity(&self, sharing: &Sharing, alone: bool) -> Elasticity {
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
    fn cinema_elasticity(&self, sharing: &Sharing, alone: bool) -> Elasticity {
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
}

impl Elasticity {
    /// The mean of both, each weighing by its precision.
    fn held_to(self, prior: Elasticity) -> Elasticity {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Films draw `hours^0.5`, so a better schedule brings the root of what its hours promise.
    #[test]
    fn elasticities_and_totals_come_back() {
        let sharing = Sharing::new(60.0, 1.0, 1);
        let mut seen = Vec::new();
        for film in 0..4 {
            for cinema in 0..5 {
                for day in 0..6 {
                    let count = 1 + (film * 7 + cinema * 3 + day * 5 + cinema * day) % 4;
                    let starts: Vec<u16> = (0..count).map(|i| 700 + 170 * i as u16).collect();
                    let hours = sharing.hours(0, &starts);
                    let all: f64 = hours.iter().sum();
                    let total = 4_000.0 * (film + 1) as f64 * (1.0 + 0.2 * cinema as f64) * all.sqrt();
                    let sold = |hours: f64| Some(total * hours / all);
                    seen.extend(starts.iter().zip(hours).map(|(start, hours)| Seen {
                        film,
                        cinema,
                        day,
                        kind: 0,
                        start: *start,
                        sold: sold(hours),
                    }));
                }
            }
        }
        let judge = Judge::learn(&seen);
        assert!((judge.film.value - 0.5).abs() < 0.12, "{:?}", judge.film);
        // What ran is judged to sell what it sold, and no hall more than its seats.
        let ran = [700, 870].map(|start| Offer { film: 0, start, seats: 1_000.0 });
        let same = judge.expected(0, &ran, &[300.0], &ran);
        assert!((same.iter().sum::<f64>() - 300.0).abs() < 1e-6, "{same:?}");
        let small = ran.map(|one| Offer { seats: 50.0, ..one });
        assert!(judge.expected(0, &ran, &[300.0], &small).iter().all(|seats| *seats <= 50.0));
        // Twice the showings at the same hours win nobody but those at the door of a full hall.
        let twice: Vec<Offer> = ran.iter().chain(&ran).copied().collect();
        let more: f64 = judge.expected(0, &ran, &[300.0], &twice).iter().sum();
        assert!((300.0..450.0).contains(&more), "{more}");
    }

    /// Two films and a cinema where films move by the root of their hours and the house by 0.8 of that.
    fn known() -> Judge {
        let slope = |value| Elasticity { value, standard_error: 0.1, observations: 9 };
        Judge {
            reach_minutes: 60.0,
            own: 1.0,
            film: slope(0.5),
            cinema: slope(0.8),
            sharing: Sharing::new(60.0, 1.0, 1),
        }
    }

    #[test]
    fn a_schedule_against_itself_brings_nothing_and_more_hours_bring_less_than_they_promise() {
        let judge = known();
        let offer = |film, start| Offer { film, start, seats: 500.0 };
        let before = vec![offer(0, 700), offer(0, 1_000), offer(1, 850)];
        let hours = judge.hours(0, &before, 2).1;
        let usual: Vec<Usual> =
            hours.iter().zip([300.0, 100.0]).map(|(hours, people)| Usual { hours: *hours, people }).collect();
        let day =
            |after: Vec<Offer>| Compared { kind: 0, usual: usual.clone(), before: before.clone(), after };
        let gain = |after: Vec<Offer>| judge.gain(&[day(after)], &[1.0, 1.0], [0.0, 0.0], 0.4).unwrap();
        assert_eq!(gain(before.clone()), Gain { part: 0.0, low: 0.0, high: 0.0 });
        // One more showing of the first film, far from its others.
        let after: Vec<Offer> = before.iter().copied().chain([offer(0, 1_300)]).collect();
        let promised = judge.hours(0, &after, 2).1[0] / hours[0];
        let told = gain(after);
        // By hand: the film draws the root of its hours more, the house 0.8 of the logarithm of that.
        let alone = (300.0 * promised.sqrt() + 100.0) / 400.0;
        assert!((told.part - (alone.powf(0.8) - 1.0)).abs() < 1e-9, "{told:?}");
        assert!(0.0 < told.low && told.low < told.part && told.part < told.high, "{told:?}");
        assert!(told.part < (300.0 * promised + 100.0) / 400.0 - 1.0);
        // What a showing costs is taken off; a schedule that brings nothing has nothing to compare with.
        let costly = judge.gain(&[day(before.clone())], &[1.0, 1.0], [0.0, 40.0], 0.4).unwrap();
        assert!((costly.part + 0.1).abs() < 1e-9, "{costly:?}");
        assert_eq!(judge.gain(&[], &[], [0.0, 0.0], 0.4), None);
    }

    #[test]
    fn one_cinema_alone_is_held_to_what_a_chain_showed() {
        let seen = |day: usize, start: u16, sold: f64| Seen {
            film: 0,
            cinema: 0,
            day,
            kind: 0,
            start,
            sold: Some(sold),
        };
        let few: Vec<Seen> = (0..4).flat_map(|day| [seen(day, 700, 20.0), seen(day, 1_100, 40.0)]).collect();
        let judge = Judge::learn(&few);
        let [film, cinema] = Judge::usual();
        assert!(
            (judge.film.value - film.value).abs() < 1e-6 && (judge.cinema.value - cinema.value).abs() < 1e-6
        );
        // A kind of day that was never seen takes the hours of another.
        assert!(judge.hours(2, &[Offer { film: 0, start: 1_100, seats: 1.0 }], 1).1[0] > 0.0);
    }

    #[test]
    fn uncounted_showings_have_their_part_of_the_total() {
        let judge = Judge {
            reach_minutes: 60.0,
            own: 1.0,
            film: Elasticity { value: 0.5, standard_error: 0.1, observations: 9 },
            cinema: Elasticity { value: 0.5, standard_error: 0.1, observations: 9 },
            sharing: Sharing::new(60.0, 1.0, 1),
        };
        let total = judge.total(0, &[800, 800], &[Some(40.0), None]);
        assert!((total - 80.0).abs() < 1e-6, "{total}");
    }
}
