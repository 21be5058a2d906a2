//! Seats, tickets, refunds, the door.

use crate::town::{Town, code, premiere};
use box_office::orders::State;
use events::Kind;
use std::collections::BTreeSet;

/// Two hundred buyers on two hundred threads, each for one of a hundred seats, as if each had its own node.
#[test]
fn a_seat_is_sold_once() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let seat = |i: usize| format!("{}{}", char::from(b'A' + (i % 100 / 10) as u8), i % 10 + 1);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let buyers: Vec<_> = (0..200)
            .map(|i| {
                let (town, show, seat) = (&town, &show, seat(i));
                scope.spawn(move || {
                    let held = town.holds_at(&format!("node {i}"), &format!("b{i}"), show, &[&seat])?;
                    town.tells_at(&format!("node {}", i + 1), &town.pays(&held.intent))?;
                    Ok(held.order.id)
                })
            })
            .collect();
        buyers.into_iter().map(|buyer| buyer.join().expect("no panic")).collect()
    });
    let (sold, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((sold.len(), town.live_tickets()), (100, 100));
    assert_eq!(refused.into_iter().map(code).collect::<BTreeSet<_>>(), ["seat_taken"].into());
    assert_eq!(town.star_credit("box_office:{film}"), 100 * 4000);
    assert_eq!(town.star_credit("service_fee"), 100 * 300);
    town.is_whole();
}

/// Two parties want the same pair, written in another order, again and again: neither gets half of it.
#[test]
fn a_pair_of_seats_is_sold_whole_or_not_at_all() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    for row in "ABCDEFGHIJ".chars() {
        let (left, right) = (format!("{row}5"), format!("{row}6"));
        std::thread::scope(|scope| {
            let ann = scope.spawn(|| town.holds_at("node 1", "ann", &show, &[&left, &right]).is_ok());
            let ben = scope.spawn(|| town.holds_at("node 2", "ben", &show, &[&right, &left]).is_ok());
            let held = [ann.join().expect("no panic"), ben.join().expect("no panic")];
            assert_eq!(held.iter().filter(|held| **held).count(), 1, "row {row}");
        });
    }
    town.is_whole();
}

#[test]
fn a_hold_ends_and_its_seats_are_free() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7", "F8"]).expect("held");
    assert_eq!(code(town.holds("ben", &show, &["F8"])), "seat_taken");
    town.later(600);
    assert_eq!(town.sweeps().holds_ended, 0, "ten minutes are ten minutes, to the last microsecond");
    town.later(1);
    assert_eq!(town.sweeps().holds_ended, 1);
    assert_eq!(town.order(&held.order.id).state, State::Expired);
    town.holds("ben", &show, &["F7", "F8"]).expect("the seats are free");
    town.is_whole();
}

#[test]
fn an_expired_hold_gives_way_to_another_buyer() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let slow = town.holds("ann", &show, &["F7", "F8"]).expect("held");
    let notice = town.pays(&slow.intent);
    town.later(601);
    // Nobody has swept yet.
    let quick = town.holds("ben", &show, &["F8"]).expect("the hold gives way");
    town.tells(&notice).expect("the notice is taken");
    assert_eq!(town.order(&slow.order.id).state, State::Expired);
    town.tells(&town.pays(&quick.intent)).expect("the notice is taken");
    assert_eq!(town.order(&quick.order.id).state, State::Paid);
    town.holds("cai", &show, &["F7"]).expect("the other seat is free too");
    assert_eq!(town.sweeps().refunds_paid, 1);
    town.is_whole();
}

/// Nodes do not agree on the time to the second: the one that takes the notice believes the hold still runs.
#[test]
fn a_hold_that_gave_way_is_over_whatever_a_slow_clock_says() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let slow = town.holds("ann", &show, &["F7", "F8"]).expect("held");
    let notice = town.pays(&slow.intent);
    town.later(601);
    let quick = town.holds("ben", &show, &["F8"]).expect("the hold gives way");
    town.later(-60);
    town.tells(&notice).expect("the money is answered for");
    assert_eq!(town.order(&slow.order.id).state, State::Expired);
    town.later(60);
    town.tells(&town.pays(&quick.intent)).expect("the notice is taken");
    assert_eq!(town.sweeps().refunds_paid, 1);
    assert_eq!(town.live_tickets(), 1);
    town.is_whole();
}

#[test]
fn a_key_with_other_seats_is_refused() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let first = town.holds_with("ann", "k1", &show, &["F7", "F8"], None).expect("held");
    let again = town.holds_with("ann", "k1", &show, &["F8", "F7"], None).expect("the same wish");
    assert_eq!((&first.order, &first.intent), (&again.order, &again.intent));
    assert_eq!(code(town.holds_with("ann", "k1", &show, &["F9"], None)), "key_reused");
    town.holds_with("ben", "k1", &show, &["F9"], None).expect("a key belongs to its buyer");
    for bad in ["", "a\0b", "a\nb", &"k".repeat(81)] {
        assert_eq!(code(town.holds_with("ann", bad, &show, &["F10"], None)), "bad_key", "{bad:?}");
    }
    town.is_whole();
}

#[test]
fn a_key_is_one_order_from_many_nodes_at_once() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let orders: BTreeSet<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..16)
            .map(|i| {
                let (town, show) = (&town, &show);
                scope.spawn(move || {
                    town.holds_at(&format!("node {i}"), "ann", show, &["F7"]).map(|held| held.order.id)
                })
            })
            .collect();
        asked.into_iter().map(|one| one.join().expect("no panic").expect("an order")).collect()
    });
    assert_eq!(orders.len(), 1);
    assert_eq!(town.happened(Kind::SeatsHeld), 1);
    town.is_whole();
}

/// Whoever asks again with a key wants to know what became of the order, not whether it could be made today.
#[test]
fn a_key_finds_its_order_after_the_showtime_has_closed() {
    let town = Town::new();
    let show = town.showtime(12, 5, 4000);
    let first = town.holds("ann", &show, &["F7"]).expect("held");
    town.later(6 * 60);
    assert_eq!(code(town.holds("ben", &show, &["F8"])), "showtime_begun");
    let again = town.holds("ann", &show, &["F7"]).expect("the order of then");
    assert_eq!(again.order, first.order);
}

#[test]
fn a_refund_takes_everything_back_once() {
    let town = Town::new();
    let show = town.subsidised(premiere(), 19, 30, 1990, 3500).expect("a showtime");
    let order = town.buys("ann", &show, &["F7", "F8"]);
    assert_eq!(town.star_credit("box_office:{film}"), 7000);
    // Two clerks at once, and two more a moment later.
    let refunds: BTreeSet<_> = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..4)
            .map(|i| {
                let (town, order) = (&town, &order);
                scope
                    .spawn(move || town.refunds_at(&format!("node {i}"), "ann", &order.id).expect("a refund"))
            })
            .collect();
        clerks.into_iter().map(|clerk| clerk.join().expect("no panic").id).collect()
    });
    assert_eq!(refunds.len(), 1);
    assert_eq!((town.happened(Kind::TicketsRefunded), town.live_tickets()), (1, 0));
    assert_eq!(town.star_credit("refunds:due"), 2 * 1990 + 2 * 300);
    assert_eq!(code(town.refunds("ben", &order.id)), "not_found");
    town.sweeps();
    town.sweeps();
    for account in ["box_office:{film}", "service_fee", "subsidy:{studio}", "refunds:due", "provider:pretend"]
    {
        assert_eq!(town.star_credit(account), 0, "{account}");
    }
    assert_eq!(town.happened(Kind::RefundDone), 1);
    town.holds("ben", &show, &["F7", "F8"]).expect("the seats are free");
    town.is_whole();
}

#[test]
fn a_refund_after_the_showing_begins_is_refused() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let order = town.buys("ann", &show, &["F7"]);
    let unpaid = town.holds("ann", &show, &["F8"]).expect("held");
    assert_eq!(code(town.refunds("ann", &unpaid.order.id)), "not_paid");
    town.at(premiere(), 19, 30);
    assert_eq!(code(town.refunds("ann", &order.id)), "showtime_begun");
    assert_eq!(town.order(&order.id).state, State::Paid);
    town.sweeps();
    town.is_whole();
}

#[test]
fn a_ticket_admits_once() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let order = town.buys("ann", &show, &["F7", "F8"]);
    let codes = town.codes(&order.id);
    assert_eq!(code(town.admits_at("plc_star", &codes[0])), "wrong_hour");
    town.at(premiere(), 19, 15);
    let admitted: Vec<bool> = std::thread::scope(|scope| {
        let doors: Vec<_> = (0..4)
            .map(|i| {
                let (town, code) = (&town, &codes[0]);
                scope.spawn(move || town.admits_at(&format!("node {i}"), code).is_ok())
            })
            .collect();
        doors.into_iter().map(|door| door.join().expect("no panic")).collect()
    });
    assert_eq!(admitted.iter().filter(|admitted| **admitted).count(), 1);
    assert_eq!(code(town.admits_at("plc_star", &codes[0])), "already_admitted");
    assert_eq!(code(town.admits_at("plc_star", "FT1.plc_star.tkt_1.F7.00")), "forged_ticket");
    assert_eq!(code(town.refunds("ann", &order.id)), "admitted");
    town.admits_at("plc_star", &codes[1]).expect("the other seat");
    town.at(premiere(), 22, 0);
    assert_eq!(code(town.admits_at("plc_star", &codes[1])), "wrong_hour");
    assert_eq!(town.happened(Kind::TicketAdmitted), 2);
    town.is_whole();
}

#[test]
fn a_void_ticket_admits_nobody() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let order = town.buys("ann", &show, &["F7"]);
    town.at(premiere(), 19, 0);
    town.refunds("ann", &order.id).expect("a refund");
    assert_eq!(code(town.admits_at("plc_star", &town.codes(&order.id)[0])), "void_ticket");
}

/// The door and the refund desk on two nodes: whoever is first wins, and never both.
#[test]
fn nobody_is_admitted_with_a_ticket_that_is_refunded() {
    let town = Town::new();
    let show = town.showtime(13, 0, 4000);
    for row in "ABCDEFGHIJ".chars() {
        let order = town.buys("ann", &show, &[&format!("{row}1"), &format!("{row}2")]);
        let codes = town.codes(&order.id);
        let (admitted, refunded) = std::thread::scope(|scope| {
            let door = scope.spawn(|| town.admits_at("node 1", &codes[1]).is_ok());
            let desk = scope.spawn(|| town.refunds_at("node 2", "ann", &order.id).is_ok());
            (door.join().expect("no panic"), desk.join().expect("no panic"))
        });
        assert!(admitted != refunded, "row {row}: admitted {admitted}, refunded {refunded}");
    }
    town.sweeps();
    town.is_whole();
}

#[test]
fn a_person_holds_a_few_orders_at_most() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let first = town.holds("ann", &show, &["A1"]).expect("held");
    for seat in ["A2", "A3", "A4", "A5"] {
        town.holds("ann", &show, &[seat]).expect("held");
    }
    assert_eq!(code(town.holds("ann", &show, &["A6"])), "too_many_holds");
    town.holds("ben", &show, &["A6"]).expect("somebody else may");
    town.tells(&town.pays(&first.intent)).expect("one is paid for");
    town.holds("ann", &show, &["A7"]).expect("held");
    town.is_whole();
}
