//! The public of a film on a day, in pools by the hour it would like to come, and how showings share it.

use kernel::{Kind, Refusal};
use std::collections::BTreeMap;

/// Amounts of people smaller than this are nobody.
const NOBODY: f64 = 1e-9;
/// Times the profile of the day is adjusted to what was sold.
const FITTING_ROUNDS: usize = 30;

/// Who would come, if there were a seat at the hour they like.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    pub slot_minutes: u16,
    /// A showing this far from a slot's middle reaches none of its people; at the middle it reaches all.
    pub reach_minutes: u16,
    /// People by film, day and slot; slot 0 begins at midnight.
    pub pools: Vec<Vec<Vec<f64>>>,
}

/// A showing that ran, for [`Demand::learn`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ran {
    /// Showings that share a public: a film in a cinema on a day.
    pub public: usize,
    /// Days with one shape: weekdays, weekends.
    pub kind: usize,
    pub start: u16,
    pub sold: f64,
}

impl Demand {
    /// The part of a slot's people that a showing reaches: 1 in the middle, falling evenly to 0.
    pub fn reach(&self, slot: usize, start: u16) -> f64 {
        let middle = (slot as f64 + 0.5) * f64::from(self.slot_minutes);
        (1.0 - (f64::from(start) - middle).abs() / f64::from(self.reach_minutes)).max(0.0)
    }

    /// The slots a showing reaches.
    pub(super) fn reached(&self, slots: usize, start: u16) -> std::ops::Range<usize> {
        let slot = f64::from(self.slot_minutes);
        let low = (f64::from(start.saturating_sub(self.reach_minutes)) / slot - 0.5).floor().max(0.0) as usize;
        let high = ((f64::from(start) + f64::from(self.reach_minutes)) / slot + 0.5).ceil() as usize;
        low.min(slots)..high.min(slots)
    }

    /// All people of a film on a day.
    pub fn people(&self, film: usize, day: usize) -> f64 {
        self.pools[film][day].iter().sum()
    }

    pub(super) fn fits(&self, films: usize, days: usize) -> bool {
        let whole = |film: &Vec<Vec<f64>>| {
            film.len() == days && film.iter().flatten().all(|people| people.is_finite() && *people >= 0.0)
        };
        self.slot_minutes > 0 && self.reach_minutes > 0 && self.pools.len() == films && self.pools.iter().all(whole)
    }

    /// Learns pools of every public from what ran: `people = level of the public × profile of its kind of day`.
    ///
    /// Both are adjusted in turn until every public's showings come to what they sold and every slot's do over all
    /// publics (iterative proportional fitting, Deming and Stephan 1940). The answer is by public, with one day.
    /// Refuses no showings, and a negative count.
    pub fn learn(ran: &[Ran], slot_minutes: u16, reach_minutes: u16) -> Result<Demand, Refusal> {
        let counted = ran.iter().all(|one| one.sold >= 0.0 && one.sold.is_finite());
        if ran.is_empty() || !counted || slot_minutes == 0 || reach_minutes == 0 {
            return Err(Refusal::new(
                Kind::Invalid,
                "no_showings",
                "Demand is learned from showings with counted seats; these have none, or a negative count.",
                "需求取自已计数的场次；这里没有，或计数为负。",
            ));
        }
        let slots = usize::from(super::DAY_MINUTES / slot_minutes) + 1;
        let publics = ran.iter().map(|one| one.public).max().unwrap_or(0) + 1;
        let kinds = ran.iter().map(|one| one.kind).max().unwrap_or(0) + 1;
        let mut demand = Demand { slot_minutes, reach_minutes, pools: Vec::new() };
        let shares = demand.shares(ran, publics, slots);
        let mut level = vec![1.0; publics];
        let mut profile = vec![vec![1.0; slots]; kinds];
        for _ in 0..FITTING_ROUNDS {
            let mut sums = vec![(0.0, 0.0); publics];
            for (one, shares) in ran.iter().zip(&shares) {
                let expected: f64 = shares.iter().map(|(slot, share)| share * profile[one.kind][*slot]).sum();
                sums[one.public].0 += one.sold;
                sums[one.public].1 += expected;
            }
            level = sums.iter().map(|(sold, expected)| sold / expected.max(NOBODY)).collect();
            let mut misses = vec![vec![(0.0, 0.0); slots]; kinds];
            for (one, shares) in ran.iter().zip(&shares) {
                let expected: f64 = shares.iter().map(|(slot, share)| share * profile[one.kind][*slot]).sum();
                let ratio = one.sold / (level[one.public] * expected).max(NOBODY);
                for (slot, share) in shares {
                    let weight = share * profile[one.kind][*slot] * level[one.public];
                    misses[one.kind][*slot].0 += weight * ratio.min(20.0);
                    misses[one.kind][*slot].1 += weight;
                }
            }
            for (profile, misses) in profile.iter_mut().zip(&misses) {
                for (people, (sold, expected)) in profile.iter_mut().zip(misses) {
                    // Nobody is known of a slot that no showing ever reached.
                    *people *= if *expected > NOBODY { sold / expected } else { 0.0 };
                }
                let total = profile.iter().sum::<f64>().max(NOBODY);
                profile.iter_mut().for_each(|people| *people /= total);
            }
        }
        let mut kind_of = vec![0; publics];
        ran.iter().for_each(|one| kind_of[one.public] = one.kind);
        demand.pools = (0..publics)
            .map(|public| vec![profile[kind_of[public]].iter().map(|part| part * level[public]).collect()])
            .collect();
        demand.pin(ran, &shares);
        Ok(demand)
    }

    /// Scales every public so that its showings come to what they sold.
    fn pin(&mut self, ran: &[Ran], shares: &[Vec<(usize, f64)>]) {
        let mut sums = vec![(0.0, 0.0); self.pools.len()];
        for (one, shares) in ran.iter().zip(shares) {
            sums[one.public].0 += one.sold;
            sums[one.public].1 += shares.iter().map(|(slot, share)| share * self.pools[one.public][0][*slot]).sum::<f64>();
        }
        for (pools, (sold, expected)) in self.pools.iter_mut().zip(sums) {
            let scale = if expected > NOBODY { sold / expected } else { 0.0 };
            pools[0].iter_mut().for_each(|people| *people *= scale);
        }
    }

    /// By showing: which part of every slot's people it gets, beside the others of its public.
    fn shares(&self, ran: &[Ran], publics: usize, slots: usize) -> Vec<Vec<(usize, f64)>> {
        let mut crowd = vec![vec![0.0; slots]; publics];
        for one in ran {
            for slot in self.reached(slots, one.start) {
                crowd[one.public][slot] += self.reach(slot, one.start);
            }
        }
        let shares = |one: &Ran| {
            let share = |slot: usize| {
                let reach = self.reach(slot, one.start);
                (reach > 0.0).then(|| (slot, reach / f64::max(1.0, crowd[one.public][slot])))
            };
            self.reached(slots, one.start).filter_map(share).collect()
        };
        ran.iter().map(shares).collect()
    }
}

/// How many people each of a film's showings on a day seats, when everybody takes what is left within reach:
/// the largest flow from pools to seats, with `pool × reach` the most that goes from one to the other.
///
/// `offers` are starts and seats; the answer is in their order.
pub fn served(demand: &Demand, film: usize, day: usize, offers: &[(u16, f64)]) -> Vec<f64> {
    Flow::of(demand, &demand.pools[film][day], offers).served()
}

/// The sum of [`served`].
pub(super) fn seated(demand: &Demand, pools: &[f64], offers: &[(u16, f64)]) -> f64 {
    Flow::of(demand, pools, offers).served().iter().sum()
}

struct Edge {
    slot: usize,
    most: f64,
    flow: f64,
}

struct Flow<'a> {
    pools: &'a [f64],
    seats: Vec<f64>,
    /// By showing.
    edges: Vec<Vec<Edge>>,
}

impl<'a> Flow<'a> {
    /// Begins with everybody spread over the showings in proportion to their reach.
    fn of(demand: &Demand, pools: &'a [f64], offers: &[(u16, f64)]) -> Flow<'a> {
        let mut crowd = vec![0.0; pools.len()];
        for (start, _) in offers {
            for slot in demand.reached(pools.len(), *start) {
                crowd[slot] += demand.reach(slot, *start);
            }
        }
        let edges = offers.iter().map(|(start, seats)| {
            let reached = demand.reached(pools.len(), *start).filter(|slot| pools[*slot] > 0.0);
            let mut edges: Vec<Edge> = reached
                .map(|slot| {
                    let most = pools[slot] * demand.reach(slot, *start);
                    Edge { slot, most, flow: most / f64::max(1.0, crowd[slot]) }
                })
                .filter(|edge| edge.most > NOBODY)
                .collect();
            let asked: f64 = edges.iter().map(|edge| edge.flow).sum();
            let fits = (seats / asked.max(NOBODY)).min(1.0);
            edges.iter_mut().for_each(|edge| edge.flow *= fits);
            edges
        });
        Flow { pools, seats: offers.iter().map(|(_, seats)| *seats).collect(), edges: edges.collect() }
    }

    fn served(mut self) -> Vec<f64> {
        let total = |flow: &Flow<'_>| -> Vec<f64> {
            flow.edges.iter().map(|edges| edges.iter().map(|edge| edge.flow).sum()).collect()
        };
        let full = |flow: &Flow<'_>| total(flow).iter().zip(&flow.seats).any(|(got, seats)| got + NOBODY >= *seats);
        if full(&self) {
            while self.augment() {}
        }
        total(&self)
    }

    /// Sends more people along the shortest way that has room (Edmonds and Karp 1972); whether there was one.
    fn augment(&mut self) -> bool {
        let mut left = self.pools.to_vec();
        let mut free = self.seats.clone();
        for (i, edges) in self.edges.iter().enumerate() {
            for edge in edges {
                left[edge.slot] -= edge.flow;
                free[i] -= edge.flow;
            }
        }
        // Where each slot was come to from (a showing and its edge), and each showing (its edge).
        let mut slot_from: BTreeMap<usize, Option<(usize, usize)>> =
            (0..left.len()).filter(|slot| left[*slot] > NOBODY).map(|slot| (slot, None)).collect();
        let mut showing_from: Vec<Option<usize>> = vec![None; self.edges.len()];
        let mut queue: Vec<usize> = slot_from.keys().copied().collect();
        let mut at = 0;
        while at < queue.len() {
            let slot = queue[at];
            at += 1;
            for showing in 0..self.edges.len() {
                let Some(edge) = self.edges[showing].iter().position(|edge| edge.slot == slot) else { continue };
                let it = &self.edges[showing][edge];
                if showing_from[showing].is_some() || it.most - it.flow <= NOBODY {
                    continue;
                }
                showing_from[showing] = Some(edge);
                if free[showing] > NOBODY {
                    self.send(showing, &showing_from, &slot_from, free[showing], &left);
                    return true;
                }
                for (back, edge) in self.edges[showing].iter().enumerate() {
                    if edge.flow > NOBODY && !slot_from.contains_key(&edge.slot) {
                        slot_from.insert(edge.slot, Some((showing, back)));
                        queue.push(edge.slot);
                    }
                }
            }
        }
        false
    }

    fn send(
        &mut self,
        last: usize,
        showing_from: &[Option<usize>],
        slot_from: &BTreeMap<usize, Option<(usize, usize)>>,
        free: f64,
        left: &[f64],
    ) {
        let mut way: Vec<(usize, usize, f64)> = Vec::new();
        let (mut showing, mut most) = (last, free);
        while let Some(edge) = showing_from[showing] {
            let it = &self.edges[showing][edge];
            most = most.min(it.most - it.flow);
            way.push((showing, edge, 1.0));
            match slot_from.get(&it.slot).copied().flatten() {
                None => {
                    most = most.min(left[it.slot]);
                    break;
                }
                Some((before, back)) => {
                    most = most.min(self.edges[before][back].flow);
                    way.push((before, back, -1.0));
                    showing = before;
                }
            }
        }
        for (showing, edge, sign) in way {
            self.edges[showing][edge].flow += sign * most;
        }
    }
}
