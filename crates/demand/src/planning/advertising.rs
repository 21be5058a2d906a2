//! Where to advertise next: what one more yuan buys in each cell of city and surface, and the split of a budget.
//!
//! A flight that kept part of its audience from the ads, at random, measures what they sold that would not have
//! been sold without them. A cell's response is concave, `α b ln(1 + spend ÷ b)`: `α` tickets for the first yuan,
//! half as many once `b` is spent. `b` grows with the cell's audience by one factor for all cells; the `α` of a
//! cell is drawn to that of all by how little it was measured (Gelman et al., *Bayesian Data Analysis*, 5.4). The
//! split pours the budget where the next yuan sells most (`docs/algorithms/advertising_budget.md`).

mod learning;
mod split;

use kernel::{Currency, Dice, Kind, Money, Refusal, Words, counted};
use learning::Posterior;

/// Fewer people in either group measure nothing.
pub const PEOPLE_MIN: i64 = 200;
/// Fewer tickets in both groups together measure nothing.
pub const TICKETS_MIN: i64 = 10;
/// Fewer measured cells leave nothing to learn from one another.
pub const CELLS_MIN: usize = 3;
pub const CELLS_MAX: usize = 2_000;
/// Draws that the intervals are read from.
pub const DRAWS: usize = 400;

/// People of whom it was counted how many tickets they bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub people: i64,
    pub tickets: i64,
}

impl Group {
    fn rate(self) -> f64 {
        self.tickets as f64 / self.people.max(1) as f64
    }
}

/// A measured flight: what was spent, and the two groups that chance divided the audience into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    pub spent: Money,
    /// Those who could be shown the ad.
    pub exposed: Group,
    /// Those who were kept from it.
    pub control: Group,
}

impl Flight {
    /// Tickets that would not have been sold without the ads, and the standard error of that number.
    pub fn lift(&self) -> (f64, f64) {
        let (n, m) = (self.exposed.people.max(1) as f64, self.control.people.max(1) as f64);
        let (p, q) = (self.exposed.rate(), self.control.rate());
        // A ticket count is Poisson; half a ticket keeps an empty group from claiming certainty.
        let variance =
            (self.exposed.tickets as f64 + 0.5) / (n * n) + (self.control.tickets as f64 + 0.5) / (m * m);
        (n * (p - q), n * variance.sqrt())
    }

    fn measures(&self) -> bool {
        let people = self.exposed.people.min(self.control.people);
        let tickets = self.exposed.tickets + self.control.tickets;
        people >= PEOPLE_MIN && tickets >= TICKETS_MIN && self.spent.minor > 0
    }
}

/// A city and a surface. Its flights and the budget to be split are of the same length of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub id: String,
    pub name: Words,
    /// People who can be reached there.
    pub audience: i64,
    /// The most that can be spent there.
    pub cap: Money,
    pub flights: Vec<Flight>,
}

/// A number with the ranges that hold it half of the time and nine times in ten.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    pub mean: f64,
    pub half: (f64, f64),
    pub wide: (f64, f64),
}

/// How much a cell's own flights say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    Measured,
    /// No flight with enough people and tickets in both groups: nothing is spent on a guess.
    TooLittle,
}

/// What is planned for a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellPlan {
    pub id: String,
    pub evidence: Evidence,
    pub spend: Money,
    /// Where the best spend lies nine times in ten, were the responses known.
    pub spend_wide: (Money, Money),
    /// Additional tickets from that spend.
    pub tickets: Estimate,
    /// Tickets that the next unit of currency would sell, at what its flights spent on average.
    pub marginal_now: Estimate,
    /// The same, at the planned spend.
    pub marginal_planned: Estimate,
    pub because: Words,
}

/// A budget, divided.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// In the order they were given.
    pub cells: Vec<CellPlan>,
    /// What no cell can use: every cap is reached, or nothing more would sell.
    pub unspent: Money,
    pub tickets: Estimate,
    /// Tickets that the next unit of currency would sell in the cells that are not full.
    pub marginal: f64,
    pub because: Vec<Words>,
}

/// Splits a budget so that it sells the most additional tickets that can be expected.
///
/// The cells' spends and what is left sum to the budget exactly. Refuses a negative budget, amounts of several
/// currencies, impossible counts, more than [`CELLS_MAX`] cells, and fewer than [`CELLS_MIN`] measured ones.
pub fn plan(cells: &[Cell], budget: Money, dice: &mut Dice) -> Result<Plan, Refusal> {
    refuse_impossible(cells, budget)?;
    let measured: Vec<&Cell> = cells.iter().filter(|cell| is_measured(cell)).collect();
    if measured.len() < CELLS_MIN {
        return Err(too_little(measured.len()));
    }
    let posterior = Posterior::of(&measured);
    let caps: Vec<f64> = measured.iter().map(|cell| cell.cap.minor as f64).collect();
    let wished = split::pour(&posterior.responses(), &caps, budget.minor as f64);
    let spends = split::to_the_fen(budget, &wished.spends, &caps);
    let spent: i64 = spends.iter().map(|spend| spend.minor).sum();
    let draws: Vec<Vec<split::Response>> = (0..DRAWS).map(|_| posterior.draw(dice)).collect();
    let best: Vec<Vec<f64>> =
        draws.iter().map(|draw| split::pour(draw, &caps, budget.minor as f64).spends).collect();
    let unit = 10_f64.powi(budget.currency.exponent() as i32);
    let mut told = Vec::new();
    let mut next = 0;
    for cell in cells {
        if !is_measured(cell) {
            told.push(unmeasured(cell, budget.currency));
            continue;
        }
        let i = next;
        next += 1;
        let of = |read: &dyn Fn(&split::Response) -> f64| {
            estimate(draws.iter().map(|draw| read(&draw[i])).collect())
        };
        let now = mean_spend(cell);
        let spend = spends[i].minor as f64;
        let mut bests: Vec<f64> = best.iter().map(|spends| spends[i]).collect();
        bests.sort_by(f64::total_cmp);
        let money = |minor: f64| Money::new(minor.round() as i64, budget.currency);
        let mut one = CellPlan {
            id: cell.id.clone(),
            evidence: Evidence::Measured,
            spend: spends[i],
            spend_wide: (money(at(&bests, 0.05)), money(at(&bests, 0.95))),
            tickets: of(&|response| response.tickets(spend)),
            marginal_now: of(&|response| response.marginal(now) * unit),
            marginal_planned: of(&|response| response.marginal(spend) * unit),
            because: Words::default(),
        };
        one.because = say(cell, &one, posterior.trust(i));
        told.push(one);
    }
    let unspent = Money::new(budget.minor - spent, budget.currency);
    let totals = draws.iter().map(|draw| {
        draw.iter().zip(&spends).map(|(response, spend)| response.tickets(spend.minor as f64)).sum()
    });
    let tickets = estimate(totals.collect());
    let marginal = wished.marginal * unit;
    let because = sum_up(&told, budget, unspent, &tickets, marginal);
    Ok(Plan { cells: told, unspent, tickets, marginal, because })
}

fn is_measured(cell: &Cell) -> bool {
    cell.flights.iter().any(Flight::measures)
}

fn mean_spend(cell: &Cell) -> f64 {
    let flights: Vec<&Flight> = cell.flights.iter().filter(|flight| flight.measures()).collect();
    flights.iter().map(|flight| flight.spent.minor as f64).sum::<f64>() / flights.len().max(1) as f64
}

fn at(sorted: &[f64], part: f64) -> f64 {
    crate::least_squares::quantile(sorted, part)
}

fn estimate(mut draws: Vec<f64>) -> Estimate {
    draws.sort_by(f64::total_cmp);
    let mean = draws.iter().sum::<f64>() / draws.len().max(1) as f64;
    Estimate { mean, half: (at(&draws, 0.25), at(&draws, 0.75)), wide: (at(&draws, 0.05), at(&draws, 0.95)) }
}

fn unmeasured(cell: &Cell, currency: Currency) -> CellPlan {
    let zero = Money::zero(currency);
    CellPlan {
        id: cell.id.clone(),
        evidence: Evidence::TooLittle,
        spend: zero,
        spend_wide: (zero, zero),
        tickets: Estimate::default(),
        marginal_now: Estimate::default(),
        marginal_planned: Estimate::default(),
        because: Words::new(
            format!(
                "{}: too little data; run a flight there that keeps at least {PEOPLE_MIN} people from the ads.",
                cell.name.en
            ),
            format!("{}：数据不足；请先投放一次，并随机留出至少 {PEOPLE_MIN} 人不看广告。", cell.name.zh),
        ),
    }
}

fn say(cell: &Cell, plan: &CellPlan, trust: f64) -> Words {
    let (spend, tickets, wide) = (plan.spend, plan.tickets.mean, plan.tickets.wide);
    let trust = (100.0 * trust).round();
    let (step, marginal) = (step(spend.currency), plan.marginal_planned.mean * 100.0);
    let [tickets, low, high] = [tickets, wide.0, wide.1].map(whole);
    Words::new(
        format!(
            "{}: {spend} for {tickets} more tickets ({low} to {high}); the next {step} would sell {marginal:.1}. Its own flights count {trust} %, those of all places the rest.",
            cell.name.en
        ),
        format!(
            "{}：投 {spend}，多卖 {tickets} 张（{low} 至 {high}）；再投 {step} 可多卖 {marginal:.1} 张。自身投放占 {trust}%，其余参考全部位置。",
            cell.name.zh
        ),
    )
}

/// `¥100`: the step by which places are compared.
fn step(currency: Currency) -> String {
    let step = Money::parse("100", currency).map_or_else(|_| "100".to_owned(), |step| step.to_string());
    step.strip_suffix(".00").unwrap_or(&step).to_owned()
}

/// `1,246` or `−57`.
fn whole(number: f64) -> String {
    kernel::grouped(&format!("{number:.0}"))
}

fn sum_up(
    cells: &[CellPlan],
    budget: Money,
    unspent: Money,
    tickets: &Estimate,
    marginal: f64,
) -> Vec<Words> {
    let funded = cells.iter().filter(|cell| cell.spend.minor > 0).count();
    let (mean, (low, high)) = (tickets.mean, tickets.wide);
    let [mean, low, high] = [mean, low, high].map(whole);
    let next = match marginal * 100.0 {
        next if next < 0.05 => Words::new("", ""),
        next => {
            let step = step(budget.currency);
            Words::new(
                format!("; the next {step} would sell {next:.1}"),
                format!("；再投 {step} 可多卖 {next:.1} 张"),
            )
        }
    };
    let mut because = vec![Words::new(
        format!(
            "{budget} over {} sells {mean} tickets that would not be sold otherwise, nine times in ten between {low} and {high}{}.",
            counted(funded, "place", "places"),
            next.en
        ),
        format!(
            "{budget} 分到 {funded} 个位置，预计多卖 {mean} 张，十次有九次在 {low} 至 {high} 之间{}。",
            next.zh
        ),
    )];
    if unspent.minor > 0 {
        because.push(Words::new(
            format!("{unspent} is left: every place that sells is at its cap, beyond which what was spent there says nothing."),
            format!("剩余 {unspent}：有效的位置都已到上限，再多则没有可参照的投放数据。"),
        ));
    }
    let blind = cells.iter().filter(|cell| cell.evidence == Evidence::TooLittle).count();
    if blind > 0 {
        because.push(Words::new(
            match blind {
                1 => "1 place has too little data and gets nothing until it is measured.".to_owned(),
                _ => format!("{blind} places have too little data and get nothing until they are measured."),
            },
            format!("{blind} 个位置数据不足，测量之前不投。"),
        ));
    }
    because
}

fn too_little(measured: usize) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "too_little_measured",
        format!(
            "Only {} measured against people kept from the ads; a split needs {CELLS_MIN}.",
            counted(measured, "place was", "places were")
        ),
        format!("只有 {measured} 个位置做过对照测量；分配预算至少需要 {CELLS_MIN} 个。"),
    )
}

fn refuse_impossible(cells: &[Cell], budget: Money) -> Result<(), Refusal> {
    let refuse = |code, en: String, zh: String| Err(Refusal::new(Kind::Invalid, code, en, zh));
    if cells.len() > CELLS_MAX {
        let n = cells.len();
        return refuse(
            "too_many_cells",
            format!("{n} places are too many; at most {CELLS_MAX}."),
            format!("{n} 个位置太多，最多 {CELLS_MAX} 个。"),
        );
    }
    if budget.minor < 0 {
        return refuse("negative_budget", "A budget is not negative.".into(), "预算不能为负。".into());
    }
    for cell in cells {
        let amounts = cell.flights.iter().map(|flight| flight.spent).chain([cell.cap]);
        let counts = cell.flights.iter().flat_map(|one| [one.exposed, one.control]);
        let mixed = amounts.clone().any(|amount| amount.currency != budget.currency);
        let negative = amounts.clone().any(|amount| amount.minor < 0)
            || counts.clone().any(|group| group.people < 0 || group.tickets < 0)
            || cell.audience < 1;
        let (en, zh) = (&cell.name.en, &cell.name.zh);
        if mixed {
            return refuse(
                "mixed_currencies",
                format!("{en} and the budget are in different currencies."),
                format!("{zh}与预算的币种不同。"),
            );
        }
        if negative {
            return refuse(
                "impossible_count",
                format!("{en} has a count or an amount that cannot be."),
                format!("{zh}有不可能的数量或金额。"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
