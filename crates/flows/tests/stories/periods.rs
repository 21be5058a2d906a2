//! Closing periods: what a film took in a cinema is divided once.

use crate::town::{Town, code, premiere};
use kernel::{Money, Share};
use settlement::splits::{Band, Terms, split};
use std::collections::BTreeSet;

/// The parts that stay in the cinema's book after a closing, in fen.
fn parts(town: &Town) -> [i64; 5] {
    ["special_fund", "tax", "exhibition", "clearing:house", "box_office:{film}"]
        .map(|account| town.star_credit(account))
}

/// 19.90 yuan paid, 35.00 the minimum, no fee: the studio's subsidy adds 15.10.
#[test]
fn a_subsidised_ticket_settles_at_its_minimum() {
    let town = Town::with_service_fee(0);
    let show = town.subsidised(premiere(), 19, 30, 1990, 3500).expect("a showtime");
    town.buys("ann", &show, &["F7"]);
    assert_eq!((town.star_credit("provider:pretend"), town.star_credit("subsidy:{studio}")), (-1990, -1510));
    assert_eq!(town.star_credit("box_office:{film}"), 3500);
    town.at(premiere().plus(1), 9, 0);
    let statement = town.closes(premiere(), premiere()).expect("closed");
    assert_eq!(
        (statement.consumers.minor, statement.subsidy.minor, statement.split.net.minor),
        (1990, 1510, 3209)
    );
    assert_eq!(parts(&town), [175, 116, 1829, 1380, 0]);
    town.mirrors(&statement).expect("mirrored");
    town.is_whole();
}

/// 40.00 yuan paid, 3.00 of it the service fee: 37.00 are divided.
#[test]
fn the_service_fee_stays_out_of_the_split_base() {
    let town = Town::new();
    let show = town.showtime(19, 30, 3700);
    town.buys("ann", &show, &["F7"]);
    town.at(premiere().plus(1), 9, 0);
    let statement = town.closes(premiere(), premiere()).expect("closed");
    assert_eq!(
        (statement.consumers.minor, statement.fee.minor, statement.split.aggregate.minor),
        (4000, 300, 3700)
    );
    assert_eq!(parts(&town), [185, 122, 1934, 1459, 0]);
    assert_eq!(town.star_credit("service_fee"), 300);
    town.mirrors(&statement).expect("mirrored");
    town.is_whole();
}

#[test]
fn a_period_closes_once_and_mirrors_clear() {
    let town = Town::new();
    let show = town.showtime(19, 30, 3700);
    town.buys("ann", &show, &["F7"]);
    assert_eq!(code(town.closes(premiere(), premiere())), "period_not_over");
    town.at(premiere().plus(1), 9, 0);
    let first = town.closes(premiere(), premiere()).expect("closed");
    let again = town.closes(premiere(), premiere()).expect("the statement there is");
    assert_eq!(first, again);
    for _ in 0..2 {
        town.mirrors(&first).expect("mirrored");
    }
    assert_eq!(parts(&town), [185, 122, 1934, 1459, 0]);
    assert_eq!(town.star_credit("producer:{studio}"), 0);
    assert_eq!(town.credit("plc_house", "clearing:plc_star"), -1459);
    assert_eq!(town.credit("plc_house", "producer:{studio}"), 1459);
    town.is_whole();
}

#[test]
fn a_statement_that_was_not_mirrored_is_mirrored_by_the_sweep() {
    let town = Town::new();
    let show = town.showtime(19, 30, 3700);
    town.buys("ann", &show, &["F7"]);
    town.at(premiere().plus(1), 9, 0);
    town.closes(premiere(), premiere()).expect("closed");
    // The process ends here.
    assert_eq!(town.broken().iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["statements_derive"]);
    town.sweeps();
    assert_eq!(town.credit("plc_house", "producer:{studio}"), 1459);
    town.is_whole();
}

#[test]
fn a_period_that_overlaps_is_refused() {
    let town = Town::new();
    let day = premiere();
    let show = town.showtime(19, 30, 3700);
    town.buys("ann", &show, &["F7"]);
    town.at(day.plus(5), 9, 0);
    let closed = town.closes(day, day.plus(1)).expect("closed");
    for (first, last) in
        [(day, day), (day.plus(1), day.plus(1)), (day.plus(-1), day), (day.plus(-1), day.plus(4))]
    {
        assert_eq!(code(town.closes(first, last)), "period_overlaps", "{first} to {last}");
    }
    assert_eq!(code(town.closes(day.plus(3), day.plus(2))), "bad_period");
    assert_eq!(code(town.closes(day.plus(-900), day)), "bad_period");
    assert_eq!(code(town.closes(day.plus(-300), day.plus(-200))), "no_terms");
    town.mirrors(&closed).expect("mirrored");
    let empty = town.closes(day.plus(2), day.plus(4)).expect("nothing was shown, which is a statement too");
    assert_eq!(empty.split.aggregate.minor, 0);
    town.mirrors(&empty).expect("nothing to mirror");
    town.is_whole();
}

/// Two nodes close overlapping periods at the same moment: one of them is refused.
#[test]
fn two_nodes_do_not_settle_a_day_twice() {
    let town = Town::new();
    let day = premiere();
    town.at(day.plus(20), 9, 0);
    for i in 0..6 {
        let first = day.plus(3 * i);
        let answers = std::thread::scope(|scope| {
            let one = scope.spawn(|| town.closes_at("node 1", first, first.plus(1)));
            let two = scope.spawn(|| town.closes_at("node 2", first.plus(1), first.plus(2)));
            [one.join().expect("no panic"), two.join().expect("no panic")]
        });
        let refused: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
        let codes: BTreeSet<_> =
            refused.iter().filter_map(|error| error.refusal().map(|no| no.code)).collect();
        assert_eq!((refused.len(), codes), (1, ["period_overlaps"].into()));
    }
    town.is_whole();
}

/// A hold may end after midnight, and its payment still belongs to the day of its showing.
#[test]
fn a_period_waits_for_tickets_that_are_still_being_paid_for() {
    let town = Town::new();
    let show = town.showtime(23, 58, 3700);
    town.at(premiere(), 23, 56);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    let notice = town.pays(&held.intent);
    town.at(premiere().plus(1), 0, 1);
    assert_eq!(code(town.closes(premiere(), premiere())), "period_undecided");
    town.tells(&notice).expect("the notice is taken");
    let statement = town.closes(premiere(), premiere()).expect("closed");
    assert_eq!(statement.split.aggregate, Money::fen(3700));
    town.mirrors(&statement).expect("mirrored");
    town.is_whole();
}

/// The later day is closed first; the bands are still crossed once, and the two sum to the split of the whole.
#[test]
fn periods_sum_to_the_whole_in_whatever_order_they_are_closed() {
    let town = Town::new();
    let day = premiere();
    let bands = [(0, 43), (10_000, 45), (15_000, 47)];
    let bands =
        bands.map(|(from_gross_minor, percent)| Band { from_gross_minor, producer: Share::percent(percent) });
    let terms = Terms { bands: bands.to_vec(), ..Terms::mainland_2016() };
    town.agrees(day.plus(-1), terms.clone());
    for (i, seats) in [["A1", "A2"], ["B1", "B2"], ["C1", "C2"]].iter().enumerate() {
        let show = town.subsidised(day.plus(i as i32), 19, 30, 3333, 0).expect("a showtime");
        town.buys("ann", &show, seats);
    }
    town.at(day.plus(5), 9, 0);
    for offset in [2, 0, 1] {
        let statement = town.closes(day.plus(offset), day.plus(offset)).expect("closed");
        town.mirrors(&statement).expect("mirrored");
    }
    let whole = split(&terms, Money::fen(6 * 3333)).expect("a split");
    assert_eq!(town.star_credit("exhibition"), whole.exhibition.minor);
    assert_eq!(town.credit("plc_house", "producer:{studio}"), whole.producer.minor);
    town.is_whole();
}

/// Fund and tax may both round up at one fen, and then a period's net is less than nothing.
#[test]
fn a_part_that_is_less_than_nothing_goes_the_other_way() {
    let town = Town::with_service_fee(0);
    let terms = Terms { special_fund: Share::percent(50), tax: Share::percent(50), ..Terms::mainland_2016() };
    town.agrees(premiere().plus(-1), terms);
    let mut exhibition = Vec::new();
    for day in (0..4).map(|offset| premiere().plus(offset)) {
        town.at(day, 12, 0);
        let show = town.subsidised(day, 19, 30, 1, 0).expect("a showtime");
        town.buys("ann", &show, &["A1"]);
        town.at(day.plus(1), 9, 0);
        let statement = town.closes(day, day).expect("closed");
        town.mirrors(&statement).expect("mirrored");
        exhibition.push(statement.split.exhibition.minor);
    }
    assert_eq!(exhibition, [1, -1, 0, 0]);
    assert_eq!(town.star_credit("box_office:{film}"), 0);
    town.is_whole();
}
