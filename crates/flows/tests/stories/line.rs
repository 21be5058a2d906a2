//! People who stand in line for an on-sale.

use crate::fairness;
use crate::town::{Town, code, consumer};
use box_office::line::{Gate, Line, Pace, Place, Standing};
use box_office::on_sales::{Draft, OnSale};
use flows::House;
use flows::wait_in_line::{self as line, EARLY_MINUTES};
use kernel::{Actor, Dice, Instant, Result};

/// Doors open in half an hour, for two hours; sixty a minute are let in, each for ten minutes.
fn draft(town: &Town) -> Draft {
    Draft { opens_at: town.house.now().plus_minutes(30), minutes: 120, per_minute: 60, turn_minutes: 10 }
}

fn announced(town: &Town, draft: Draft) -> OnSale {
    let film = town.film.clone();
    let sale = town.story("ttl", Actor::System, move |scene| line::announce(scene, &film, &draft));
    line::refresh(&town.house).expect("read again");
    sale.expect("an on-sale")
}

fn joins_at(house: &House, town: &Town, who: &str) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(line::join(house, &consumer(who), &town.film))
}

fn joins(town: &Town, who: &str) -> String {
    joins_at(&town.house, town, who).expect("a place")
}

fn stands(town: &Town, place: &str) -> Option<Standing> {
    line::standing(&town.house, &town.film, place, town.house.now())
}

fn ahead(town: &Town, place: &str) -> i64 {
    match stands(town, place) {
        Some(Standing::Waiting { ahead, .. }) => ahead,
        other => panic!("not waiting: {other:?}"),
    }
}

#[test]
fn whoever_is_in_turn_may_buy_and_nobody_else() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    town.buys("zoe", &show, &["A1"]);
    announced(&town, draft(&town));
    assert_eq!(code(town.holds("ann", &show, &["F7"])), "not_on_sale_yet");
    let place = joins(&town, "ann");
    assert_eq!(stands(&town, &place), Some(Standing::Early));
    assert_eq!(code(town.holds_in_turn("ann", &show, "F7", &place)), "not_on_sale_yet");

    town.later(30 * 60);
    line::refresh(&town.house).expect("the lots are drawn");
    let late = joins(&town, "ben");
    assert_eq!(ahead(&town, &late), 0, "ann alone came before ben, and it is her turn");
    assert_eq!(code(town.holds_in_turn("ben", &show, "F8", &late)), "not_your_turn");
    assert_eq!(code(town.holds_in_turn("ben", &show, "F8", &place)), "not_your_turn", "ann's place is ann's");
    assert_eq!(code(town.holds("cat", &show, &["F9"])), "not_your_turn");
    let held = town.holds_in_turn("ann", &show, "F7", &place).expect("her turn");
    town.tells(&town.pays(&held.intent)).expect("paid");
    town.later(1);
    town.holds_in_turn("ben", &show, "F8", &late).expect("his turn");

    town.later(10 * 60);
    assert_eq!(stands(&town, &place), Some(Standing::Missed));
    assert_eq!(code(town.holds_in_turn("ann", &show, "F9", &place)), "not_your_turn");
    town.later(120 * 60);
    town.holds("cat", &show, &["F9"]).expect("the line went home");
    town.sweeps();
    town.is_whole();
}

#[test]
fn who_asks_again_keeps_their_place_and_moves_nobody_back() {
    let town = Town::new();
    announced(&town, draft(&town));
    let early = joins(&town, "ann");
    town.later(30 * 60);
    line::refresh(&town.house).expect("the lots are drawn");
    assert_eq!(joins(&town, "ann"), early);
    let late = joins(&town, "ben");
    for _ in 0..100 {
        assert_eq!(joins(&town, "ben"), late);
    }
    assert_eq!(ahead(&town, &joins(&town, "cat")), 1, "ben alone comes before her");
    town.later(11 * 60);
    let again = joins(&town, "ben");
    assert!(again != late && joins(&town, "ben") == again, "his turn was over");
}

#[test]
fn a_line_forms_an_hour_before_and_guests_sign_in() {
    let town = Town::new();
    assert_eq!(code(joins_at(&town.house, &town, "ann")), "no_line");
    announced(&town, Draft { opens_at: town.house.now().plus_minutes(EARLY_MINUTES + 5), ..draft(&town) });
    assert_eq!(code(joins_at(&town.house, &town, "ann")), "line_not_open");
    town.later(5 * 60);
    joins(&town, "ann");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let guest = runtime.block_on(line::join(&town.house, &Actor::Guest, &town.film));
    assert_eq!(code(guest), "sign_in_first");
}

#[test]
fn forged_places_and_places_of_other_lines_are_none() {
    let town = Town::new();
    announced(&town, draft(&town));
    let place = joins(&town, "ann");
    assert!(stands(&town, &place).is_some());
    let mut dice = Dice::seeded(3);
    for _ in 0..2_000 {
        let mut forged = place.clone().into_bytes();
        let at = dice.below(forged.len() as u64) as usize;
        forged[at] = if forged[at] == b'Z' { b'q' } else { b'Z' };
        let forged = String::from_utf8(forged).expect("ASCII");
        assert_eq!(stands(&town, &forged), None, "{forged}");
    }
    announced(&town, draft(&town));
    assert_eq!(stands(&town, &place), None, "it was announced anew");
}

/// Twenty thousand people come early, one after the other. Kolmogorov and Smirnov's test finds no sign that an earlier one
/// was drawn earlier, and every minute lets in as many as were promised.
#[test]
fn lots_are_fair_and_the_gate_keeps_its_pace() {
    const PEOPLE: usize = 20_000;
    let town = Town::new();
    announced(&town, Draft { per_minute: 1_000, ..draft(&town) });
    let places: Vec<String> = (0..PEOPLE).map(|n| joins(&town, &format!("p{n}"))).collect();
    for (n, place) in places.iter().take(100).enumerate() {
        assert_eq!(joins(&town, &format!("p{n}")), *place, "who asks again has the same lot");
    }
    town.later(30 * 60);
    line::refresh(&town.house).expect("the lots are drawn");
    let sale = town.house.lines().of(&town.film, town.house.now()).expect("an on-sale");
    assert_eq!(sale.line.early, Some(PEOPLE as i64));
    let turns: Vec<Instant> = places
        .iter()
        .map(|place| match stands(&town, place) {
            Some(Standing::Waiting { turn: Some(turn), .. }) => turn,
            Some(Standing::Turn { .. }) => sale.line.opens_at,
            other => panic!("not waiting: {other:?}"),
        })
        .collect();
    let waits: Vec<f64> =
        turns.iter().map(|turn| sale.line.opens_at.seconds_until(*turn) as f64 / 1_200.0).collect();
    assert!(fairness::worst(&waits) < fairness::LIMIT, "p < 0.01");
    for minute in 0..20 {
        let (from, until) =
            (sale.line.opens_at.plus_minutes(minute), sale.line.opens_at.plus_minutes(minute + 1));
        let let_in = turns.iter().filter(|turn| (from..until).contains(turn)).count();
        assert!((850..=1_150).contains(&let_in), "minute {minute}: {let_in}");
    }
    let let_in = turns.iter().filter(|turn| **turn < sale.line.opens_at.plus_minutes(10)).count();
    assert!((9_500..=10_500).contains(&let_in), "in ten minutes: {let_in}");
}

/// The judge of fairness sees lots that favour whoever came first: drawn from the moment they came, from the better of
/// two draws for one in four, or after a tenth who came first had theirs from the first half.
#[test]
fn lots_that_favour_somebody_are_seen() {
    const PEOPLE: usize = 20_000;
    let line = Line {
        opens_at: Instant::from_micros(0),
        closes_at: Instant::from_micros(i64::MAX),
        turn_minutes: 10,
        gate: Gate::new(vec![Pace { from: Instant::from_micros(0), per_minute: 1_000 }]),
        early: Some(PEOPLE as i64),
    };
    let judged = |mut draw: Box<dyn FnMut(usize) -> u64>| {
        let wait = |lot| line.position(Place::Early { lot }).expect("drawn") as f64 / PEOPLE as f64;
        let waits: Vec<f64> = (0..PEOPLE).map(|n| wait(draw(n))).collect();
        fairness::worst(&waits)
    };
    let mut dice = Dice::seeded(11);
    assert!(judged(Box::new(move |_| dice.next())) < fairness::LIMIT);
    let arrival = |n: usize| (u64::MAX / PEOPLE as u64) * n as u64;
    let (mut twice, mut tenth) = (Dice::seeded(12), Dice::seeded(13));
    let unfair: [Box<dyn FnMut(usize) -> u64>; 3] = [
        Box::new(arrival),
        Box::new(move |n| if n % 4 == 0 { twice.next().min(twice.next()) } else { twice.next() }),
        Box::new(move |n| if n < PEOPLE / 10 { tenth.next() / 2 } else { tenth.next() }),
    ];
    for (way, draw) in unfair.into_iter().enumerate() {
        let statistic = judged(draw);
        assert!(statistic > fairness::LIMIT, "way {way}: {statistic}");
    }
}

#[test]
fn two_processes_hand_out_no_position_twice() {
    let town = Town::new();
    announced(&town, draft(&town));
    let provider: std::sync::Arc<dyn payments::Provider> = town.provider.clone();
    let other =
        House::open(town.scratch.db.clone(), town.clock.clone(), Dice::seeded(8), provider).expect("a house");
    town.later(30 * 60);
    line::refresh(&town.house).expect("read again");
    line::refresh(&other).expect("read again");
    let mut waits: Vec<i64> = (0..40)
        .map(|n| {
            joins_at(if n % 2 == 0 { &town.house } else { &other }, &town, &format!("p{n}")).expect("a place")
        })
        .map(|place| match stands(&town, &place) {
            Some(Standing::Waiting { ahead, .. }) => ahead + 1,
            Some(Standing::Turn { .. }) => 0,
            other => panic!("not in line: {other:?}"),
        })
        .collect();
    waits.sort_unstable();
    waits.dedup();
    assert_eq!(waits.len(), 40);
}

#[test]
fn a_line_outlives_its_process() {
    let mut town = Town::new();
    announced(&town, draft(&town));
    let place = joins(&town, "ann");
    line::refresh(&town.house).expect("ann is counted");
    town.restarts();
    town.later(30 * 60);
    line::refresh(&town.house).expect("the lots are drawn");
    assert!(matches!(stands(&town, &place), Some(Standing::Turn { .. })));
}
