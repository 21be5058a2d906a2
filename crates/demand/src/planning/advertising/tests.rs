use super::split::{Response, Term, pour, to_the_fen};
use super::*;

fn response(first: f64, scale: f64) -> Response {
    Response { terms: vec![Term { weight: 1.0, first, scale }] }
}

fn named(id: &str) -> Words {
    Words::new(format!("Cell {id}"), format!("格子{id}"))
}

/// The worked example of `docs/algorithms/advertising_budget.md`.
#[test]
fn three_cells_are_split_by_hand() {
    let responses = [response(0.4, 100.0), response(0.2, 100.0), response(0.1, 100.0)];
    let poured = pour(&responses, &[1_000.0; 3], 300.0);
    assert!((poured.marginal - 0.12).abs() < 1e-9, "{}", poured.marginal);
    let by_hand = [233.333_333, 66.666_667, 0.0];
    for (spend, hand) in poured.spends.iter().zip(by_hand) {
        assert!((spend - hand).abs() < 1e-4, "{spend} {hand}");
    }
    let fen: Vec<i64> =
        to_the_fen(Money::fen(300), &poured.spends, &[1_000.0; 3]).iter().map(|one| one.minor).collect();
    assert_eq!(fen, [233, 67, 0]);
}

/// The lift of the worked example: 3.0 % bought of 10,000 that were exposed, 2.4 % of 5,000 that were not.
#[test]
fn lift_is_measured_against_those_kept_from_the_ads() {
    let flight = Flight {
        spent: Money::fen(500_000),
        exposed: Group { people: 10_000, tickets: 300 },
        control: Group { people: 5_000, tickets: 120 },
    };
    let (lift, error) = flight.lift();
    assert!((lift - 60.0).abs() < 1e-9);
    assert!((error - 27.97).abs() < 0.01, "{error}");
}

#[test]
fn funded_cells_sell_as_much_with_the_next_yuan_and_no_other_sells_more() {
    let mut dice = Dice::seeded(4);
    for _ in 0..200 {
        let n = 3 + dice.below(20) as usize;
        let terms = |dice: &mut Dice| -> Response {
            let term = |dice: &mut Dice| Term {
                weight: 0.5,
                first: dice.normal() * 0.01 + 0.008,
                scale: 1e4 + 1e6 * dice.fraction(),
            };
            Response { terms: vec![term(dice), term(dice)] }
        };
        // Terms of one cell share their sign here, so that the response is concave.
        let responses: Vec<Response> = (0..n)
            .map(|_| {
                let mut one = terms(&mut dice);
                one.terms[1].first = one.terms[0].first * 0.7;
                one
            })
            .collect();
        let caps: Vec<f64> = (0..n).map(|_| (dice.fraction() * 2e6).round()).collect();
        let (small, large) = (dice.fraction() * 3e6, 3e6 + dice.fraction() * 1e7);
        let poured = pour(&responses, &caps, small);
        for ((response, spend), cap) in responses.iter().zip(&poured.spends).zip(&caps) {
            let marginal = response.marginal(*spend);
            let at_limit = *spend == 0.0 || spend == cap;
            assert!(at_limit || (marginal / poured.marginal - 1.0).abs() < 1e-6);
            assert!(*spend > 0.0 || marginal <= poured.marginal * (1.0 + 1e-9) || *cap == 0.0);
        }
        let more = pour(&responses, &caps, large);
        for (a, b) in poured.spends.iter().zip(&more.spends) {
            assert!(b + 1e-3 >= *a, "a larger budget takes from nobody: {a} {b}");
        }
        let budget = Money::fen(small as i64);
        let fen = to_the_fen(budget, &poured.spends, &caps);
        let sum: i64 = fen.iter().map(|one| one.minor).sum();
        let usable: f64 = pour(&responses, &caps, f64::MAX).spends.iter().sum();
        assert_eq!(sum, (small.min(usable)) as i64, "to the fen");
        assert!(fen.iter().zip(&caps).all(|(spend, cap)| spend.minor >= 0 && spend.minor as f64 <= *cap));
    }
}

/// Cells with known responses, measured as chance would have it.
fn town(dice: &mut Dice, n: usize) -> (Vec<Cell>, Vec<Response>) {
    let scale = 40.0;
    let mut cells = Vec::new();
    let mut truth = Vec::new();
    for i in 0..n {
        let audience = 200_000 + dice.between(0, 800_000);
        let first = (0.0025 + 0.001 * dice.normal()).max(0.0);
        let true_response = response(first, scale * audience as f64);
        let flights = (0..3).map(|k| {
            let spent = audience * (2 + 15 * k) / 2;
            let (people, held) = (audience * 4 / 5, audience / 5);
            let base = 0.012 + 0.004 * dice.fraction();
            let lift = true_response.tickets(spent as f64) / people as f64;
            Flight {
                spent: Money::fen(spent),
                exposed: Group { people, tickets: dice.poisson((base + lift) * people as f64) as i64 },
                control: Group { people: held, tickets: dice.poisson(base * held as f64) as i64 },
            }
        });
        let id = i.to_string();
        cells.push(Cell {
            name: named(&id),
            flights: flights.collect(),
            id,
            audience,
            cap: Money::fen(audience * 100),
        });
        truth.push(true_response);
    }
    (cells, truth)
}

#[test]
fn ranges_hold_what_they_say_and_the_split_beats_an_even_one() {
    let mut dice = Dice::seeded(11);
    let (mut inside, mut all, mut planned, mut even) = (0, 0, 0.0, 0.0);
    for _ in 0..16 {
        let (cells, truth) = town(&mut dice, 12);
        let budget = Money::fen(30_000_000);
        let plan = plan(&cells, budget, &mut dice).unwrap();
        assert_eq!(
            plan.cells.iter().map(|one| one.spend.minor).sum::<i64>() + plan.unspent.minor,
            budget.minor
        );
        for (one, truth) in plan.cells.iter().zip(&truth) {
            let marginal = truth.marginal(one.spend.minor as f64) * 100.0;
            inside +=
                u32::from((one.marginal_planned.wide.0..=one.marginal_planned.wide.1).contains(&marginal));
            all += 1;
            planned += truth.tickets(one.spend.minor as f64);
            even += truth.tickets(budget.minor as f64 / 12.0);
        }
    }
    let part = f64::from(inside) / f64::from(all);
    println!("inside {part:.3}, planned {planned:.0}, even {even:.0}");
    assert!((0.84..=0.97).contains(&part), "{part}");
    assert!(planned > even, "{planned} {even}");
}

#[test]
fn a_cell_that_was_barely_measured_follows_the_others() {
    let mut dice = Dice::seeded(3);
    let (mut cells, _) = town(&mut dice, 10);
    cells[0].flights = vec![Flight {
        spent: Money::fen(200_000),
        exposed: Group { people: 400, tickets: 20 },
        control: Group { people: 400, tickets: 2 },
    }];
    let plan = plan(&cells, Money::fen(20_000_000), &mut dice).unwrap();
    let others = plan.cells[1..].iter().map(|one| one.marginal_now.mean).sum::<f64>() / 9.0;
    assert!(plan.cells[0].marginal_now.mean < 2.0 * others, "eighteen tickets are not believed");
}

#[test]
fn an_unmeasured_cell_gets_nothing_and_is_told() {
    let mut dice = Dice::seeded(5);
    let (mut cells, _) = town(&mut dice, 6);
    cells[2].flights.clear();
    cells[4].flights.iter_mut().for_each(|one| one.control = Group { people: 50, tickets: 1 });
    let plan = plan(&cells, Money::fen(5_000_000), &mut dice).unwrap();
    for i in [2, 4] {
        assert_eq!((plan.cells[i].evidence, plan.cells[i].spend.minor), (Evidence::TooLittle, 0));
        assert!(plan.cells[i].because.en.contains("too little data"));
    }
    assert!(plan.because.iter().any(|words| words.zh.contains("2 个位置数据不足")));
}

#[test]
fn caps_leave_money_and_say_so() {
    let mut dice = Dice::seeded(6);
    let (mut cells, _) = town(&mut dice, 4);
    cells.iter_mut().for_each(|cell| cell.cap = Money::fen(1_003));
    let plan = plan(&cells, Money::fen(10_000), &mut dice).unwrap();
    let spent: i64 = plan.cells.iter().map(|one| one.spend.minor).sum();
    assert_eq!(spent + plan.unspent.minor, 10_000);
    assert!(plan.unspent.minor >= 10_000 - 4 * 1_003 && plan.because[1].en.contains("is left"));
}

#[test]
fn too_little_and_impossible_input_is_refused() {
    let mut dice = Dice::seeded(7);
    let (cells, _) = town(&mut dice, 4);
    let code =
        |cells: &[Cell], budget| plan(cells, budget, &mut Dice::seeded(1)).map(|_| ()).unwrap_err().code;
    assert_eq!(code(&cells[..2], Money::fen(100)), "too_little_measured");
    assert_eq!(code(&cells, Money::fen(-1)), "negative_budget");
    assert_eq!(code(&cells, Money::new(100, Currency::USD)), "mixed_currencies");
    let mut bad = cells.clone();
    bad[0].flights[0].exposed.tickets = -1;
    assert_eq!(code(&bad, Money::fen(100)), "impossible_count");
    let many = vec![cells[0].clone(); CELLS_MAX + 1];
    assert_eq!(code(&many, Money::fen(100)), "too_many_cells");
}

#[test]
fn nothing_to_spend_spends_nothing() {
    let mut dice = Dice::seeded(8);
    let (cells, _) = town(&mut dice, 4);
    let plan = plan(&cells, Money::fen(0), &mut dice).unwrap();
    assert!(plan.cells.iter().all(|one| one.spend.minor == 0) && plan.unspent.minor == 0);
    assert!(plan.marginal > 0.0, "the first yuan would still sell");
}

#[test]
fn a_sum_is_told_as_people_write_numbers() {
    let tickets = Estimate { mean: 1_511.2, half: (0.0, 0.0), wide: (-57.1, 11_246.4) };
    let told =
        |marginal| sum_up(&[], Money::fen(1_038_563), Money::fen(0), &tickets, marginal).swap_remove(0);
    let full = told(0.0).en;
    assert!(
        full.ends_with(
            "sells 1,511 tickets that would not be sold otherwise, nine times in ten between −57 and 11,246."
        ),
        "{full}"
    );
    assert!(told(0.186).en.ends_with("; the next ¥100 would sell 18.6."), "{}", told(0.186).en);
    assert!(told(0.186).zh.ends_with("；再投 ¥100 可多卖 18.6 张。"), "{}", told(0.186).zh);
}
