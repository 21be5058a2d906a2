//! The public of a film on a day, in pools by the hour it would like to come, and how showings share it.

use kernel::{Kind, Refusal};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Amounts of people smaller than this are nobody.
const NOBODY: f64 = 1e-9;
/// People of a slot by how far from it they would still come: up to a third of the reach, two thirds, all of it.
pub(super) const BANDS: usize = 3;
/// Times the profile of the day is adjusted to what was sold.
const FITTING_ROUNDS: usize = 30;

/// Who would come, if there were a seat at the hour they like.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    pub slot_minutes: u16,
    /// A third of a slot's people come to a showing up to a third of this from the slot's middle, a third up to
    /// two thirds of it, a third up to all of it. The same people: a second showing at the same time wins nobody.
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
    /// The part of a slot's people that a showing reaches: 1 in the middle, falling in thirds to 0.
    pub fn reach(&self, slot: usize, start: u16) -> f64 {
        self.bands(slot, start).count() as f64 / BANDS as f64
    }

    /// The bands of a slot that a showing reaches.
    fn bands(&self, slot: usize, start: u16) -> impl Iterator<Item = usize> {
        // In halves of a minute and bands of the reach, all whole numbers.
        let middle = (2 * slot as i64 + 1) * i64::from(self.slot_minutes);
        let far = (2 * i64::from(start) - middle).abs() * BANDS as i64;
        let reach = 2 * i64::from(self.reach_minutes);
        (0..BANDS).filter(move |band| far <= reach * (*band as i64 + 1))
    }

    /// The people of a film on a day, each slot's in its bands.
    pub(super) fn crowds(&self, film: usize, day: usize) -> Vec<f64> {
        let split = |people: &f64| [*people / BANDS as f64; BANDS];
        self.pools[film][day].iter().flat_map(split).collect()
    }

    /// The crowds a showing reaches: `slot × bands + band`.
    pub(super) fn reached(&self, slots: usize, start: u16) -> Vec<usize> {
        let slot = f64::from(self.slot_minutes);
        let low =
            (f64::from(start.saturating_sub(self.reach_minutes)) / slot - 1.0).floor().max(0.0) as usize;
        let high = ((f64::from(start) + f64::from(self.reach_minutes)) / slot + 1.0).ceil() as usize;
        let near = low.min(slots)..high.min(slots);
        near.flat_map(|slot| self.bands(slot, start).map(move |band| slot * BANDS + band)).collect()
    }

    /// All people of a film on a day.
    pub fn people(&self, film: usize, day: usize) -> f64 {
        self.pools[film][day].iter().sum()
    }

    pub(super) fn fits(&self, films: usize, days: usize) -> bool {
        let whole = |film: &Vec<Vec<f64>>| {
            film.len() == days && film.iter().flatten().all(|people| people.is_finite() && *people >= 0.0)
        };
        self.slot_minutes > 0
            && self.reach_minutes > 0
            && self.pools.len() == films
            && self.pools.iter().all(whole)
    }

    /// Learns pools as [`Demand::learn`] does, with the reach under which what ran comes nearest to what was sold:
    /// the one of least Poisson deviance, or a wider one that is no more than 1 % worse. A wider reach lets fewer
    /// people be won by moving a showing.
    pub fn learn_reach(ran: &[Ran], slot_minutes: u16, reaches_minutes: &[u16]) -> Result<Demand, Refusal> {
        let mut found = Vec::new();
        for reach in reaches_minutes {
            let demand = Demand::learn(ran, slot_minutes, *reach)?;
            found.push((demand.deviance(ran), demand));
        }
        let least = found.iter().map(|(deviance, _)| *deviance).fold(f64::INFINITY, f64::min);
        found.retain(|(deviance, _)| *deviance <= 1.01 * least + NOBODY);
        let widest = found.into_iter().map(|(_, demand)| demand).max_by_key(|demand| demand.reach_minutes);
        widest.map_or_else(|| Demand::learn(ran, slot_minutes, 90), Ok)
    }

    /// Σ 2 (sold ln(sold ÷ expected) − sold + expected) over showings with seats for everybody.
    fn deviance(&self, ran: &[Ran]) -> f64 {
        let shares = self.shares(ran, self.pools.len(), self.pools.first().map_or(0, |days| days[0].len()));
        let of = |(one, shares): (&Ran, &Vec<(usize, f64)>)| {
            let people = &self.pools[one.public][0];
            let expected: f64 = shares.iter().map(|(slot, share)| share * people[*slot]).sum();
            let expected = expected.max(0.01);
            let log = if one.sold > 0.0 { one.sold * (one.sold / expected).ln() } else { 0.0 };
            2.0 * (log - one.sold + expected)
        };
        ran.iter().zip(&shares).map(of).sum()
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
            sums[one.public].1 +=
                shares.iter().map(|(slot, share)| share * self.pools[one.public][0][*slot]).sum::<f64>();
        }
        for (pools, (sold, expected)) in self.pools.iter_mut().zip(sums) {
            let scale = if expected > NOBODY { sold / expected } else { 0.0 };
            pools[0].iter_mut().for_each(|people| *people *= scale);
        }
    }

    /// By showing: which part of every slot's people it gets, beside the others of its public.
    fn shares(&self, ran: &[Ran], publics: usize, slots: usize) -> Vec<Vec<(usize, f64)>> {
        let mut rivals = vec![vec![0.0; slots * BANDS]; publics];
        for one in ran {
            self.reached(slots, one.start).into_iter().for_each(|crowd| rivals[one.public][crowd] += 1.0);
        }
        let shares = |one: &Ran| {
            let mut shares: BTreeMap<usize, f64> = BTreeMap::new();
            for crowd in self.reached(slots, one.start) {
                *shares.entry(crowd / BANDS).or_default() += 1.0 / (BANDS as f64 * rivals[one.public][crowd]);
            }
            shares.into_iter().collect()
        };
        ran.iter().map(shares).collect()
    }
}

/// How many people each of a film's showings on a day seats, when everybody takes what is left within reach:
/// the largest flow from people to seats.
///
/// `offers` are starts and seats; the answer is in their order.
pub fn served(demand: &Demand, film: usize, day: usize, offers: &[(u16, f64)]) -> Vec<f64> {
    let crowds = demand.crowds(film, day);
    let mut flow = Flow::of(demand, &crowds, offers);
    flow.fill();
    flow.totals()
}

/// From when to when a showing must begin to reach each crowd, and the crowds in order of the first.
pub(super) struct Windows {
    from: Vec<i64>,
    until: Vec<i64>,
    order: Vec<usize>,
}

impl Windows {
    pub fn of(demand: &Demand, slots: usize) -> Windows {
        let window = |crowd: usize| {
            // In sixths of a minute, so that all are whole numbers.
            let middle = (2 * (crowd / BANDS) as i64 + 1) * i64::from(demand.slot_minutes) * BANDS as i64;
            let reach = 2 * i64::from(demand.reach_minutes) * (crowd % BANDS + 1) as i64;
            (middle - reach, middle + reach)
        };
        let (from, until): (Vec<i64>, Vec<i64>) = (0..slots * BANDS).map(window).unzip();
        let mut order: Vec<usize> = (0..from.len()).collect();
        order.sort_by_key(|crowd| from[*crowd]);
        Windows { from, until, order }
    }
}

/// The sum of [`served`] for these crowds, and by crowd who is not seated.
///
/// A crowd's showings are those that begin in its window, neighbours in order of time: from the first showing to the
/// last, each seats those first whose window closes first (Glover 1967), and no flow is larger.
pub(super) fn seated(windows: &Windows, crowds: &[f64], offers: &[(u16, f64)]) -> (f64, Vec<f64>) {
    let mut offers = offers.to_vec();
    offers.sort_by_key(|(start, _)| *start);
    let mut left = crowds.to_vec();
    let mut waiting = BinaryHeap::new();
    let (mut next, mut all) = (0, 0.0);
    for (start, seats) in offers {
        let start = 2 * BANDS as i64 * i64::from(start);
        while let Some(crowd) = windows.order.get(next).filter(|crowd| windows.from[**crowd] <= start) {
            next += 1;
            if left.get(*crowd).is_some_and(|left| *left > NOBODY) {
                waiting.push(Reverse((windows.until[*crowd], *crowd)));
            }
        }
        let mut free = seats;
        while let Some(Reverse((until, crowd))) = waiting.peek().copied() {
            if free <= NOBODY {
                break;
            }
            if until < start {
                waiting.pop();
                continue;
            }
            let come = left[crowd].min(free);
            left[crowd] -= come;
            free -= come;
            all += come;
            if left[crowd] <= NOBODY {
                waiting.pop();
            }
        }
    }
    (all, left)
}

struct Edge {
    crowd: usize,
    flow: f64,
}

struct Flow<'a> {
    crowds: &'a [f64],
    seats: Vec<f64>,
    /// By showing.
    edges: Vec<Vec<Edge>>,
}

impl<'a> Flow<'a> {
    /// Begins with everybody spread evenly over the showings within reach.
    fn of(demand: &Demand, crowds: &'a [f64], offers: &[(u16, f64)]) -> Flow<'a> {
        let slots = crowds.len() / BANDS;
        let reached: Vec<Vec<usize>> =
            offers.iter().map(|(start, _)| demand.reached(slots, *start)).collect();
        let mut rivals = vec![0.0; crowds.len()];
        reached.iter().flatten().for_each(|crowd| rivals[*crowd] += 1.0);
        let edges = reached.iter().zip(offers).map(|(reached, (_, seats))| {
            let edge = |crowd: &usize| Edge { crowd: *crowd, flow: crowds[*crowd] / rivals[*crowd] };
            let mut edges: Vec<Edge> =
                reached.iter().filter(|crowd| crowds[**crowd] > NOBODY).map(edge).collect();
            let asked: f64 = edges.iter().map(|edge| edge.flow).sum();
            let fits = (seats / asked.max(NOBODY)).min(1.0);
            edges.iter_mut().for_each(|edge| edge.flow *= fits);
            edges
        });
        Flow { crowds, seats: offers.iter().map(|(_, seats)| *seats).collect(), edges: edges.collect() }
    }

    fn totals(&self) -> Vec<f64> {
        self.edges.iter().map(|edges| edges.iter().map(|edge| edge.flow).sum()).collect()
    }

    /// Only where a showing is full can more be seated by moving people.
    fn fill(&mut self) {
        if self.totals().iter().zip(&self.seats).any(|(got, seats)| got + NOBODY >= *seats) {
            while self.augment() {}
        }
    }

    /// Sends more people along the shortest way that has room (Edmonds and Karp 1972); whether there was one.
    fn augment(&mut self) -> bool {
        let mut left = self.crowds.to_vec();
        let mut free = self.seats.clone();
        for (i, edges) in self.edges.iter().enumerate() {
            for edge in edges {
                left[edge.crowd] -= edge.flow;
                free[i] -= edge.flow;
            }
        }
        if free.iter().all(|free| *free <= NOBODY) {
            return false;
        }
        // Where each crowd was come to from (a showing and its edge), and each showing (its edge).
        let mut crowd_from: Vec<Option<(usize, usize)>> = vec![None; left.len()];
        let mut seen: Vec<bool> = left.iter().map(|left| *left > NOBODY).collect();
        let mut showing_from: Vec<Option<usize>> = vec![None; self.edges.len()];
        let mut queue: Vec<usize> = (0..left.len()).filter(|crowd| seen[*crowd]).collect();
        let mut at = 0;
        while at < queue.len() {
            let crowd = queue[at];
            at += 1;
            for showing in 0..self.edges.len() {
                if showing_from[showing].is_some() {
                    continue;
                }
                let Ok(edge) = self.edges[showing].binary_search_by_key(&crowd, |edge| edge.crowd) else {
                    continue;
                };
                showing_from[showing] = Some(edge);
                if free[showing] > NOBODY {
                    self.send(showing, &showing_from, &crowd_from, free[showing], &left);
                    return true;
                }
                for (back, edge) in self.edges[showing].iter().enumerate() {
                    if edge.flow > NOBODY && !seen[edge.crowd] {
                        seen[edge.crowd] = true;
                        crowd_from[edge.crowd] = Some((showing, back));
                        queue.push(edge.crowd);
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
        crowd_from: &[Option<(usize, usize)>],
        free: f64,
        left: &[f64],
    ) {
        let mut way: Vec<(usize, usize, f64)> = Vec::new();
        let (mut showing, mut most) = (last, free);
        while let Some(edge) = showing_from[showing] {
            let it = &self.edges[showing][edge];
            way.push((showing, edge, 1.0));
            match crowd_from[it.crowd] {
                None => {
                    most = most.min(left[it.crowd]);
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
