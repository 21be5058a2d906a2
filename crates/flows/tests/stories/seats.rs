//! Some seats of an order go back, the others stay sold.

use crate::town::{Town, code, premiere};
use box_office::orders::State;
use flows::buy_tickets::Desk;
use kernel::Actor;
use payments::Refund;

fn sold(seats: &[&str]) -> (Town, box_office::Order) {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let order = town.buys("ann", &show, seats);
    (town, order)
}

#[test]
fn some_seats_go_back_with_their_fees_and_the_others_stay() {
    let (town, order) = sold(&["F7", "F8", "F9"]);
    let first = town.refunds_seats("ann", &order.id, &["F8"]).expect("taken back");
    assert_eq!(first.amount.minor, 4300);
    assert_eq!(town.refunds_seats("ann", &order.id, &["F8"]).expect("the same"), first);
    assert_eq!((town.star_credit("refunds:due"), town.live_tickets()), (4300, 2));
    let left = town.order(&order.id);
    assert_eq!((left.state, left.seats, left.paid.minor), (State::Paid, 2, 8600));
    town.is_whole();
    assert_eq!((town.sweeps().refunds_paid, town.provider.kept_minor()), (1, 8600));
    let show = town.read({
        let order = order.clone();
        move |view| box_office::showtimes::any(view, &order.place, &order.showtime)
    });
    town.buys("ben", &show, &["F8"]);
    town.is_whole();

    assert_eq!(code(town.refunds_seats("ann", &order.id, &["F7", "F8"])), "seat_back");
    assert_eq!(code(town.refunds_seats("ann", &order.id, &["A1"])), "unknown_seat");
    assert_eq!(code(town.refunds_seats("ben", &order.id, &["F7"])), "not_found");
    let rest = town.refunds_seats("ann", &order.id, &["F9", "F7"]).expect("all that were left");
    assert_eq!(rest.amount.minor, 8600);
    assert_eq!(town.refunds("ann", &order.id).expect("the same"), rest);
    town.sweeps();
    assert_eq!((town.order(&order.id).state, town.provider.kept_minor()), (State::Refunded, 4300));
    assert_eq!(town.star_credit("service_fee"), 300, "ben's");
    town.is_whole();
}

/// The parts of an odd sum: 43.00 + 43.00 − 3.00 given back before.
#[test]
fn what_was_given_back_before_is_taken_from_the_last_part() {
    let (town, order) = sold(&["F7", "F8"]);
    let intent = town.intent_of(&order);
    town.gives_back("plc_star", &intent, "noise", 300).expect("given back");
    town.refunds_seats("ann", &order.id, &["F7"]).expect("taken back");
    let rest = town.refunds("ann", &order.id).expect("the rest");
    assert_eq!(rest.amount.minor, 4000);
    town.sweeps();
    assert_eq!((town.provider.kept_minor(), town.star_credit("goodwill")), (0, 0));
    town.is_whole();
}

#[test]
fn a_subsidy_goes_back_with_its_seat() {
    let town = Town::new();
    let show = town.subsidised(premiere(), 19, 30, 990, 3000).expect("a showtime");
    let order = town.buys("ann", &show, &["F7", "F8"]);
    town.refunds_seats("ann", &order.id, &["F7"]).expect("taken back");
    assert_eq!(town.star_credit("box_office:{film}"), 3000);
    assert_eq!(town.star_credit("subsidy:{studio}"), -(3000 - 990));
    town.is_whole();
}

#[test]
fn two_clerks_at_once_take_a_seat_back_once() {
    let (town, order) = sold(&["F7", "F8", "F9"]);
    let answers: Vec<kernel::Result<Refund>> = std::thread::scope(|scope| {
        let tries = [vec!["F7"], vec!["F7", "F8"], vec!["F7"], vec!["F9"]].map(|seats| {
            let (town, order) = (&town, &order);
            scope.spawn(move || {
                let node = format!("node_{}", seats.join("_"));
                town.refunds_seats_at(&node, Actor::System, &order.id, &seats, Desk::Cinema)
            })
        });
        tries.into_iter().map(|tried| tried.join().expect("no panic")).collect()
    });
    for answer in answers {
        if answer.is_err() {
            let code = code(answer);
            assert!(matches!(code, "seat_back" | "busy"), "{code}");
        }
    }
    town.sweeps();
    let left = town.order(&order.id);
    let kept = if left.state == State::Paid { left.paid.minor } else { 0 };
    assert_eq!(town.provider.kept_minor(), kept);
    town.is_whole();
}

#[test]
fn a_cinema_takes_back_after_the_beginning_and_never_after_the_settlement() {
    let (town, order) = sold(&["F7", "F8", "F9"]);
    let desk =
        |seats: &[&str]| town.refunds_seats_at("plc_star", Actor::System, &order.id, seats, Desk::Cinema);
    town.at(premiere(), 20, 0);
    assert_eq!(code(town.refunds_seats("ann", &order.id, &["F7"])), "showtime_begun");
    let admitted = town.codes(&order.id);
    town.admits_at("plc_star", &admitted[1]).expect("let in");
    assert_eq!(code(desk(&["F8"])), "admitted");
    desk(&["F7"]).expect("the cinema may");
    town.sweeps();
    town.is_whole();
    town.at(premiere().plus(1), 9, 0);
    let statement = town.closes(premiere(), premiere()).expect("closed");
    assert_eq!(statement.admissions, 2);
    town.mirrors(&statement).expect("mirrored");
    assert_eq!(code(desk(&["F9"])), "period_settled");
    town.is_whole();
}

/// A clerk takes a seat back while the day is closed on another node: the statement is of what is left, whoever was first.
#[test]
fn a_desk_refund_and_the_close_of_its_day_agree() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let orders: Vec<_> = ["A", "B", "C", "D", "E", "F"]
        .iter()
        .map(|row| town.buys(&format!("b{row}"), &show, &[&format!("{row}1"), &format!("{row}2")]))
        .collect();
    town.at(premiere().plus(1), 9, 0);
    std::thread::scope(|scope| {
        for (i, order) in orders.iter().enumerate() {
            let town = &town;
            scope.spawn(move || {
                let seat = &format!("{}1", ["A", "B", "C", "D", "E", "F"][i]);
                town.refunds_seats_at(&format!("desk {i}"), Actor::System, &order.id, &[seat], Desk::Cinema)
                    .ok()
            });
        }
        scope.spawn(|| town.closes_at("closing", premiere(), premiere()).expect("closed"));
    });
    let statement = town.closes(premiere(), premiere()).expect("the statement");
    town.mirrors(&statement).expect("mirrored");
    town.sweeps();
    town.is_whole();
}

/// A page that was read before another clerk took a seat back: the whole order is not refunded as it was, and nobody is
/// told that somebody was admitted.
#[test]
fn a_whole_refund_of_an_order_that_has_changed_is_asked_again() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let order = town.buys("ann", &show, &["F7", "F8"]);
    town.refunds_seats("ann", &order.id, &["F7"]).expect("taken back");
    let (stale, showing) = (order.clone(), show.clone());
    let answer = town.story("plc_star", Actor::System, move |scene| {
        box_office::orders::refund(scene.tx, &stale, &showing, scene.act.at)
    });
    assert_eq!(code(answer), "busy");
    assert_eq!(town.refunds("ann", &order.id).expect("as it is now").amount.minor, 4300);
    town.sweeps();
    town.is_whole();
}
