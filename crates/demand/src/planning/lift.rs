//! What would not have been sold without the ads: everybody who would have seen them, beside those of them who, by
//! chance, did not.
//!
//! Everybody counts in the group they were drawn into, whatever they saw, clicked or missed afterwards (intention to
//! treat), so that nothing but the ads tells the groups apart. `docs/algorithms/advertising_budget.md` has the
//! formulas and their worked examples.

/// Nine times in ten: the quantile of the normal distribution with five in a hundred above it.
const Z: f64 = 1.6448536269514722;
/// Fewer people in either group say nothing.
pub const PEOPLE_MIN: i64 = 30;

/// One of the two groups and what it bought.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Arm {
    pub people: i64,
    /// Those who bought anything.
    pub buyers: i64,
    pub tickets: i64,
    pub sales_minor: i64,
    /// Sums of squares over people.
    pub tickets_squared: f64,
    pub sales_squared: f64,
}

impl Arm {
    /// Counts one person, with all they bought.
    pub fn count(&mut self, tickets: i64, sales_minor: i64) {
        self.people += 1;
        self.buyers += i64::from(tickets > 0 || sales_minor > 0);
        self.tickets += tickets;
        self.sales_minor += sales_minor;
        self.tickets_squared += (tickets as f64).powi(2);
        self.sales_squared += (sales_minor as f64).powi(2);
    }

    pub fn rate(&self) -> f64 {
        self.buyers as f64 / self.people.max(1) as f64
    }
}

/// A number with the range that holds it nine times in ten.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

impl Interval {
    fn around(mean: f64, variance: f64) -> Interval {
        let reach = Z * variance.max(0.0).sqrt();
        Interval { mean, low: mean - reach, high: mean + reach }
    }

    pub fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// The two groups.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Arms {
    pub exposed: Arm,
    pub held_out: Arm,
}

impl Arms {
    /// Whether there are enough people in both groups to say anything.
    pub fn tell(&self) -> bool {
        self.exposed.people.min(self.held_out.people) >= PEOPLE_MIN
    }

    /// By how much more of the exposed bought, −1 to 1 (Newcombe, *Statistics in Medicine* 1998, method 10).
    pub fn rate_lift(&self) -> Interval {
        newcombe((self.exposed.buyers, self.exposed.people), (self.held_out.buyers, self.held_out.people), Z)
    }

    /// Tickets of the exposed that would not have been sold without the ads.
    pub fn tickets(&self) -> Interval {
        let (a, b) = (&self.exposed, &self.held_out);
        total(
            (a.people, a.tickets as f64, a.tickets_squared),
            (b.people, b.tickets as f64, b.tickets_squared),
            1.0,
        )
    }

    /// Sales to the exposed, in minor units, that would not have been made without the ads.
    pub fn sales_minor(&self) -> Interval {
        let (a, b) = (&self.exposed, &self.held_out);
        let sold = (a.sales_minor + b.sales_minor) as f64;
        let one = sold / ((a.buyers + b.buyers) as f64).max(1.0);
        total(
            (a.people, a.sales_minor as f64, a.sales_squared),
            (b.people, b.sales_minor as f64, b.sales_squared),
            one,
        )
    }
}

/// The range of a rate (Wilson, *Journal of the American Statistical Association* 1927).
fn wilson((hits, people): (i64, i64), z: f64) -> (f64, f64) {
    let (n, p) = (people.max(1) as f64, hits as f64 / people.max(1) as f64);
    let centre = p + z * z / (2.0 * n);
    let reach = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    ((centre - reach) / scale, (centre + reach) / scale)
}

fn newcombe(one: (i64, i64), other: (i64, i64), z: f64) -> Interval {
    let rate = |(hits, people): (i64, i64)| hits as f64 / people.max(1) as f64;
    let (p, q) = (rate(one), rate(other));
    let ((low, high), (other_low, other_high)) = (wilson(one, z), wilson(other, z));
    Interval {
        mean: p - q,
        low: p - q - ((p - low).powi(2) + (other_high - q).powi(2)).sqrt(),
        high: p - q + ((high - p).powi(2) + (q - other_low).powi(2)).sqrt(),
    }
}

/// The difference of means times the exposed people, with Neyman's variance (Imbens and Rubin, *Causal Inference*
/// 2015, 6.5). Half of one purchase keeps an empty group from claiming certainty.
fn total(exposed: (i64, f64, f64), held_out: (i64, f64, f64), one: f64) -> Interval {
    let moments = |(people, sum, squares): (i64, f64, f64)| {
        let n = people.max(2) as f64;
        let mean = sum / n;
        let variance = (squares - n * mean * mean).max(0.0) / (n - 1.0) + 0.5 * one * one / n;
        (mean, variance / n)
    };
    let ((p, v), (q, w)) = (moments(exposed), moments(held_out));
    let n = exposed.0 as f64;
    Interval::around(n * (p - q), n * n * (v + w))
}

/// The lift of each of several groups of people, each drawn to that of all by how little it was measured, in the
/// order they were given; none of a group without people on both sides.
///
/// The lifts are normal around their common mean. Their spread is not chosen but weighed by how likely it makes
/// what was seen, the mean integrated out (Gelman et al., *Bayesian Data Analysis*, 5.4); taking the likeliest alone
/// made ranges that should hold nine in ten hold eight.
pub fn pooled(groups: &[Arms]) -> Vec<Option<Interval>> {
    let seen: Vec<Option<(f64, f64)>> = groups.iter().map(lift_and_variance).collect();
    let known: Vec<(f64, f64)> = seen.iter().flatten().copied().collect();
    let spreads = spreads(&known);
    let shrink = |(lift, variance): (f64, f64)| {
        let (mut mean, mut square, mut within) = (0.0, 0.0, 0.0);
        for spread in &spreads {
            let drawn = variance / (variance + spread.variance);
            let centre = drawn * spread.mean + (1.0 - drawn) * lift;
            mean += spread.weight * centre;
            square += spread.weight * centre * centre;
            within += spread.weight * (variance * (1.0 - drawn) + drawn * drawn * spread.mean_variance);
        }
        Interval::around(mean, within + square - mean * mean)
    };
    seen.into_iter().map(|one| one.map(shrink)).collect()
}

/// Spreads between groups that are weighed against each other.
const SPREADS: usize = 60;

/// One spread, how likely it is, and the mean of all lifts given it.
struct Spread {
    variance: f64,
    weight: f64,
    mean: f64,
    mean_variance: f64,
}

/// Up to three times how far the lifts lie apart, or their errors where those are larger.
fn spreads(known: &[(f64, f64)]) -> Vec<Spread> {
    let n = known.len().max(1) as f64;
    let middle = known.iter().map(|(lift, _)| lift).sum::<f64>() / n;
    let apart = known.iter().map(|(lift, variance)| (lift - middle).powi(2) + variance).sum::<f64>() / n;
    let mut spreads: Vec<Spread> =
        (0..SPREADS).map(|k| spread(known, apart * (3.0 * k as f64 / SPREADS as f64).powi(2))).collect();
    let best = spreads.iter().map(|one| one.weight).fold(f64::NEG_INFINITY, f64::max);
    spreads.iter_mut().for_each(|one| one.weight = (one.weight - best).exp());
    let total: f64 = spreads.iter().map(|one| one.weight).sum();
    spreads.iter_mut().for_each(|one| one.weight /= total);
    spreads
}

/// A spread with the logarithm of how likely it makes what was seen (equation 5.21).
fn spread(known: &[(f64, f64)], between: f64) -> Spread {
    let weight: f64 = known.iter().map(|(_, variance)| 1.0 / (variance + between)).sum();
    let mean = known.iter().map(|(lift, variance)| lift / (variance + between)).sum::<f64>() / weight;
    let fit = known.iter().map(|(lift, variance)| {
        let all = variance + between;
        -0.5 * (all.ln() + (lift - mean).powi(2) / all)
    });
    Spread {
        variance: between,
        weight: fit.sum::<f64>() - 0.5 * weight.ln(),
        mean,
        mean_variance: 1.0 / weight,
    }
}

/// A lift of rates and its variance, with half a buyer more on either side of each rate.
fn lift_and_variance(arms: &Arms) -> Option<(f64, f64)> {
    let (a, b) = (&arms.exposed, &arms.held_out);
    if a.people.min(b.people) < 1 {
        return None;
    }
    let variance = |arm: &Arm| {
        let rate = (arm.buyers as f64 + 0.5) / (arm.people as f64 + 1.0);
        rate * (1.0 - rate) / arm.people as f64
    };
    Some((a.rate() - b.rate(), variance(a) + variance(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Dice;

    /// The published example: 56 of 70 and 48 of 80, at 95 %.
    #[test]
    fn the_range_of_a_difference_is_that_of_the_paper() {
        let range = newcombe((56, 70), (48, 80), 1.959964);
        assert!((range.mean - 0.2).abs() < 1e-12);
        assert!((range.low - 0.0524).abs() < 5e-5 && (range.high - 0.3339).abs() < 5e-5, "{range:?}");
    }

    fn arm(people: i64, buyers: i64) -> Arm {
        let mut arm = Arm::default();
        (0..people).for_each(|i| arm.count(i64::from(i < buyers) * 2, i64::from(i < buyers) * 8_000));
        arm
    }

    /// The worked example of the page: 90 of 900 exposed bought two tickets each, 6 of 100 held out did.
    #[test]
    fn a_campaign_is_measured_by_hand() {
        let arms = Arms { exposed: arm(900, 90), held_out: arm(100, 6) };
        let rate = arms.rate_lift();
        assert!((rate.mean - 0.04).abs() < 1e-12);
        assert!((rate.low + 0.01404).abs() < 5e-5 && (rate.high - 0.07367).abs() < 5e-5, "{rate:?}");
        let tickets = arms.tickets();
        assert!((tickets.mean - 72.0).abs() < 1e-9);
        assert!((tickets.low + 5.35).abs() < 0.01 && (tickets.high - 149.35).abs() < 0.01, "{tickets:?}");
        assert!((arms.sales_minor().mean - 288_000.0).abs() < 1e-6);
    }

    /// Two groups that chance filled; `base` buy anyway, `lift` more of the exposed.
    fn drawn(dice: &mut Dice, people: i64, base: f64, lift: f64) -> Arms {
        let mut arms = Arms::default();
        for _ in 0..people {
            let held_out = dice.chance(0.1);
            let buys = dice.chance(if held_out { base } else { base + lift });
            let tickets = i64::from(buys) * (1 + i64::from(dice.chance(0.6)));
            let arm = if held_out { &mut arms.held_out } else { &mut arms.exposed };
            arm.count(tickets, tickets * 4_000);
        }
        arms
    }

    #[test]
    fn ranges_hold_the_lift_nine_times_in_ten() {
        let mut dice = Dice::seeded(21);
        let (mut rates, mut tickets, mut sales) = (0, 0, 0);
        const RUNS: i64 = 400;
        for run in 0..RUNS {
            let lift = 0.04 * (run % 3) as f64;
            let arms = drawn(&mut dice, 3_000, 0.06, lift);
            let true_tickets = arms.exposed.people as f64 * lift * 1.6;
            rates += i64::from(arms.rate_lift().holds(lift));
            tickets += i64::from(arms.tickets().holds(true_tickets));
            sales += i64::from(arms.sales_minor().holds(true_tickets * 4_000.0));
        }
        println!("inside: rates {rates}, tickets {tickets}, sales {sales} of {RUNS}");
        for inside in [rates, tickets, sales] {
            // Three standard deviations of nine in ten over 400 runs are 4.5 points.
            assert!((342..=382).contains(&inside), "{inside}");
        }
    }

    #[test]
    fn small_groups_lean_on_the_others_and_large_ones_stand_alone() {
        let small = Arms { exposed: arm(40, 12), held_out: arm(5, 0) };
        let large = |buyers| Arms { exposed: arm(90_000, buyers), held_out: arm(10_000, 600) };
        let told = pooled(&[large(6_300), large(6_480), small, large(6_210), Arms::default()]);
        let of = |i: usize| told[i].expect("a lift");
        assert!(of(2).mean < 0.05, "thirty in a hundred of forty people are not believed: {:?}", of(2));
        assert!((of(0).mean - 0.010).abs() < 0.002, "{:?}", of(0));
        assert!(of(2).high - of(2).low > of(0).high - of(0).low);
        assert_eq!(told[4], None);
    }

    #[test]
    fn pooled_ranges_hold_most_of_the_lifts_and_come_nearer_than_each_alone() {
        let mut dice = Dice::seeded(4);
        let (mut inside, mut all, mut near, mut alone) = (0, 0, 0.0, 0.0);
        for _ in 0..60 {
            let lifts: Vec<f64> = (0..8).map(|_| (0.03 + 0.01 * dice.normal()).max(0.0)).collect();
            let groups: Vec<Arms> = lifts.iter().map(|lift| drawn(&mut dice, 1_500, 0.05, *lift)).collect();
            for ((told, lift), arms) in pooled(&groups).into_iter().zip(&lifts).zip(&groups) {
                let told = told.expect("a lift");
                inside += i64::from(told.holds(*lift));
                all += 1;
                near += (told.mean - lift).abs();
                alone += (arms.exposed.rate() - arms.held_out.rate() - lift).abs();
            }
        }
        println!("inside {inside} of {all}, error {near:.2} against {alone:.2} alone");
        assert!(inside * 100 >= all * 86, "{inside} of {all}");
        assert!(near < 0.7 * alone, "{near} {alone}");
    }

    #[test]
    fn too_few_people_tell_nothing() {
        let arms = Arms { exposed: arm(900, 90), held_out: arm(PEOPLE_MIN - 1, 2) };
        assert!(!arms.tell());
        let nobody = Arms::default();
        assert!(!nobody.tell() && nobody.rate_lift().mean == 0.0 && nobody.tickets().mean == 0.0);
    }
}
