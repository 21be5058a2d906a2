//! Notices: repeated, late, lost, wrong.

use crate::town::Town;
use ::payments::intents::State as Paying;
use ::payments::{Notice, Provider};
use box_office::orders::State;
use events::Kind;
use flows::capacity::Work;
use kernel::{Currency, Money};

#[test]
fn a_second_notice_changes_nothing() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7", "F8"]).expect("held");
    let notice = town.pays(&held.intent);
    std::thread::scope(|scope| {
        for i in 0..6 {
            let (town, notice) = (&town, &notice);
            scope.spawn(move || town.tells_at(&format!("node {i}"), notice).expect("the notice is taken"));
        }
    });
    // A month later the provider repeats itself, under the same id and under another.
    town.later(30 * 86_400);
    town.tells(&notice).expect("the notice is taken");
    town.tells(&Notice { id: "another".into(), ..notice }).expect("the notice is taken");
    assert_eq!(
        (town.live_tickets(), town.happened(Kind::TicketsSold), town.happened(Kind::PaymentCaptured)),
        (2, 1, 1)
    );
    assert_eq!(town.star_credit("provider:pretend"), -8600);
    assert_eq!(town.star_credit("box_office:{film}"), 8000);
    assert_eq!(town.star_credit("service_fee"), 600);
    town.is_whole();
}

#[test]
fn a_late_notice_is_refunded_in_the_same_transaction() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    let notice = town.pays(&held.intent);
    town.later(601);
    town.tells(&notice).expect("the notice is taken");
    assert_eq!(town.order(&held.order.id).state, State::Expired);
    let intent = town.intent(&held.intent);
    assert_eq!(
        (intent.state, intent.captured, intent.refunded),
        (Paying::Captured, Money::fen(4300), Money::fen(4300))
    );
    assert_eq!((town.star_credit("provider:pretend"), town.star_credit("refunds:due")), (-4300, 4300));
    assert_eq!((town.live_tickets(), town.happened(Kind::PaymentLate)), (0, 1));
    town.is_whole();
    assert_eq!(town.sweeps().refunds_paid, 1);
    assert_eq!((town.star_credit("provider:pretend"), town.star_credit("refunds:due")), (0, 0));
    town.tells(&notice).expect("a second notice changes nothing");
    town.is_whole();
}

/// The intent was given up, and then there is money all the same: it is captured and goes back.
#[test]
fn money_for_a_payment_that_was_given_up_goes_back() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    let notice = town.pays(&held.intent);
    town.later(3600);
    town.sql("update payment_intent set state = 'closed'");
    town.tells(&notice).expect("the notice is taken");
    assert_eq!(town.intent(&held.intent).state, Paying::Captured);
    assert_eq!(town.sweeps().refunds_paid, 1);
    town.is_whole();
}

#[test]
fn a_lost_notice_is_found_by_asking() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    let _lost = town.pays(&held.intent);
    town.later(19);
    assert_eq!(town.sweeps().notices_found, 0, "it may still be on its way");
    town.later(2);
    assert_eq!(town.sweeps().notices_found, 1);
    assert_eq!(town.order(&held.order.id).state, State::Paid);
    assert_eq!(town.sweeps().notices_found, 0);
    town.is_whole();
}

/// Paid in time and never told; then the sweep of the last second asks before it lets the seats go.
#[test]
fn a_payment_in_time_is_kept_when_its_notice_is_late() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    town.later(599);
    let _lost = town.pays(&held.intent);
    town.later(1);
    assert_eq!(town.sweeps().notices_found, 1);
    assert_eq!(town.order(&held.order.id).state, State::Paid);
    town.is_whole();
}

/// The provider took the money and then did not answer until long after the hold was over.
#[test]
fn money_is_not_forgotten_while_the_provider_is_silent() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    let _lost = town.pays(&held.intent);
    town.later(601);
    town.provider.lose_replies(1000);
    assert_eq!(town.sweeps().holds_ended, 1, "the seats are free all the same");
    assert_eq!(town.intent(&held.intent).state, Paying::Open);
    town.later(3600);
    assert_eq!(town.broken()[0].0, "paid_means_delivered", "an operator sees what waits");
    town.provider.lose_replies(0);
    assert_eq!(town.sweeps().notices_found, 1);
    assert_eq!(town.intent(&held.intent).state, Paying::Captured);
    town.sweeps();
    assert_eq!(town.provider.kept_minor(), 0);
    town.is_whole();
}

/// A refund whose reply was lost was paid; it is asked again and paid once.
#[test]
fn a_refund_whose_reply_is_lost_is_paid_once() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let order = town.buys("ann", &show, &["F7"]);
    town.refunds("ann", &order.id).expect("a refund");
    town.provider.lose_replies(1);
    assert_eq!(town.sweeps().refunds_paid, 0);
    assert_eq!((town.provider.kept_minor(), town.star_credit("refunds:due")), (0, 4300));
    assert_eq!(town.sweeps().refunds_paid, 1);
    assert_eq!(town.star_credit("refunds:due"), 0);
    town.is_whole();
}

#[test]
fn a_provider_is_asked_only_by_work_that_may_wait_for_one() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    for work in [Work::Glance, Work::Look, Work::Change, Work::SignIn] {
        let house = town.house.doing(work);
        assert!(flows::take_payment::begin(&house, &held.intent).is_err(), "{work:?}");
        assert_eq!(house.may(Work::SignIn).is_ok(), work == Work::SignIn, "{work:?}");
    }
    assert_eq!(town.house.trespasses(), 4 + 3);
    for work in [Work::Pay, Work::Notice] {
        flows::take_payment::begin(&town.house.doing(work), &held.intent).expect("a checkout");
    }
}

#[test]
fn an_unpaid_payment_is_closed_where_it_could_be_paid() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let begun = town.holds("ann", &show, &["F7"]).expect("held");
    flows::take_payment::begin(&town.house, &begun.intent).expect("a checkout");
    let unheard = town.holds("ben", &show, &["F8"]).expect("held");
    town.later(601);
    town.sweeps();
    for held in [&begun, &unheard] {
        assert_eq!(town.intent(&held.intent).state, Paying::Closed);
    }
    assert_eq!(
        town.provider.pay(&begun.intent.id, begun.intent.expires_at),
        None,
        "closed at the provider too"
    );
    assert_eq!(crate::town::code(flows::take_payment::begin(&town.house, &unheard.intent)), "payment_over");
    let outcome = town.provider.query(&unheard.intent, town.house.now()).expect("an answer");
    assert_eq!(outcome, ::payments::providers::Outcome::Unheard);
    town.is_whole();
}

#[test]
fn a_notice_with_another_amount_sells_nothing() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    let right = town.pays(&held.intent);
    for (id, amount) in
        [("less", Money::fen(4299)), ("more", Money::fen(4301)), ("other", Money::new(4300, Currency::USD))]
    {
        let wrong = Notice { id: id.into(), amount, ..right.clone() };
        town.tells(&wrong).expect("it is heard");
        town.tells(&wrong).expect("it is heard again");
    }
    assert_eq!(town.order(&held.order.id).state, State::Held);
    assert_eq!((town.live_tickets(), town.star_credit("provider:pretend")), (0, 0));
    assert_eq!(town.happened(Kind::PaymentDiffers), 3);
    assert_eq!(town.broken()[0].0, "paid_means_delivered", "an operator sees it");
    town.tells(&right).expect("the right one sells");
    assert_eq!(town.order(&held.order.id).state, State::Paid);
}

/// A provider that insists on another amount is not asked for ever.
#[test]
fn a_payment_of_another_amount_is_left_to_an_operator() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    let _lost = town.pays(&held.intent);
    town.sql("update payment_intent set amount_minor = 4400");
    town.later(30);
    assert_eq!(town.sweeps().notices_found, 0);
    assert_eq!(town.intent(&held.intent).state, Paying::Closed);
    town.later(600);
    let swept = town.sweeps();
    assert_eq!((swept.notices_found, swept.holds_ended), (0, 1));
    assert_eq!(town.sweeps(), flows::sweep::Swept::default());
    assert_eq!(town.happened(Kind::PaymentDiffers), 1);
    assert_eq!(town.broken().iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["paid_means_delivered"]);
}

/// The place gives a part back and what was bought stays bought; taking all of it back gives the rest.
#[test]
fn a_part_is_given_back_and_later_the_rest() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let order = town.buys("ann", &show, &["F7"]);
    let intent = town.intent_of(&order);
    let part = town.gives_back("plc_star", &intent, "noise", 300).expect("given back");
    assert_eq!(town.gives_back("plc_star", &intent, "noise", 300).expect("the same"), part);
    assert_eq!(crate::town::code(town.gives_back("plc_star", &intent, "noise", 301)), "key_reused");
    assert_eq!((town.star_credit("refunds:due"), town.star_credit("goodwill")), (300, -300));
    town.is_whole();
    assert_eq!(town.sweeps().refunds_paid, 1);
    assert_eq!((town.provider.kept_minor(), town.live_tickets()), (4000, 1));
    town.is_whole();
    for (key, fen) in [("all", 4000), ("more", 4001), ("nothing", 0), ("less", -1)] {
        assert_eq!(crate::town::code(town.gives_back("plc_star", &intent, key, fen)), "refund_too_large");
    }
    assert_eq!(crate::town::code(town.gives_back("plc_star", &intent, "Not a key", 1)), "bad_key");
    let rest = town.refunds("ann", &order.id).expect("taken back");
    assert_eq!(rest.amount, Money::fen(4000));
    assert_eq!(town.refunds("ann", &order.id).expect("the same"), rest);
    town.is_whole();
    assert_eq!(town.sweeps().refunds_paid, 1);
    assert_eq!((town.provider.kept_minor(), town.star_credit("goodwill")), (0, 0));
    town.is_whole();
}

/// Two clerks give back what together is more than was paid, on two nodes: one of them is refused.
#[test]
fn two_clerks_never_give_back_more_than_was_paid() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let order = town.buys("ann", &show, &["F7"]);
    let intent = town.intent_of(&order);
    let given: Vec<_> = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..4)
            .map(|i| {
                let (town, intent) = (&town, &intent);
                scope.spawn(move || {
                    town.gives_back(&format!("clerk {i}"), intent, &format!("k{i}"), 2500).is_ok()
                })
            })
            .collect();
        clerks.into_iter().map(|clerk| clerk.join().expect("no panic")).collect()
    });
    assert_eq!(given.iter().filter(|is_given| **is_given).count(), 1, "{given:?}");
    town.sweeps();
    assert_eq!(town.provider.kept_minor(), 1800);
    town.is_whole();
}

/// A clerk gives a part back while the buyer takes all of it back.
#[test]
fn a_refund_and_a_part_of_it_never_add_up_to_too_much() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    for round in 0..4 {
        let order = town.buys(&format!("b{round}"), &show, &[["A1", "A2", "A3", "A4"][round]]);
        let intent = town.intent_of(&order);
        std::thread::scope(|scope| {
            let (town, intent, order) = (&town, &intent, &order);
            scope.spawn(move || town.gives_back("clerk", intent, "k", 300).map(|_| ()).is_ok());
            scope.spawn(move || {
                let buyer = format!("b{round}");
                while town.refunds_at("desk", &buyer, &order.id).is_err() {}
            });
        });
        town.sweeps();
        assert_eq!(town.provider.kept_minor(), 0, "round {round}");
        town.is_whole();
    }
}

/// What is reserved for a refund cannot be spent on another.
#[test]
fn a_refund_is_reserved_before_the_provider_is_asked() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let order = town.buys("ann", &show, &["F7"]);
    let refund = town.refunds("ann", &order.id).expect("a refund");
    town.provider.lose_replies(1);
    assert!(flows::take_payment::pay_back(&town.house, &refund).is_err());
    let due = town.read(|view| ledger::balances::of_book(view, &kernel::PlaceId("plc_star".into())));
    let due = due.iter().find(|account| account.account == "refunds:due").expect("an account");
    assert_eq!((due.credits_posted, due.debits_posted, due.debits_pending), (4300, 0, 4300));
    flows::take_payment::pay_back(&town.house, &refund).expect("paid back");
    flows::take_payment::pay_back(&town.house, &refund).expect("it is");
    assert_eq!((town.provider.kept_minor(), town.star_credit("refunds:due")), (0, 0));
    town.is_whole();
}

/// A provider that stays silent is asked less and less often, and at once when the hold is over.
#[test]
fn a_silent_provider_is_asked_less_and_less_often() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    flows::take_payment::begin(&town.house, &held.intent).expect("a checkout");
    town.later(21);
    let asked = |seconds: i64| {
        town.provider.lose_replies(1_000_000);
        for _ in 0..seconds {
            town.later(1);
            town.sweeps();
        }
        1_000_000 - town.provider.replies_to_lose()
    };
    let (first, later) = (asked(60), asked(300));
    assert!((4..=12).contains(&first) && (4..=8).contains(&later), "{first} questions, then {later}");
    town.provider.lose_replies(0);
    let _lost = town.provider.pay(&held.intent.id, town.house.now());
    town.clock.set(held.intent.expires_at);
    town.later(1);
    assert_eq!(town.sweeps().notices_found, 1);
    assert_eq!(town.order(&held.order.id).state, State::Expired, "too late by a second: it goes back");
    town.is_whole();
}

/// The provider insists on another amount: its money is on the books, in suspense, until an operator decides.
#[test]
fn money_of_another_amount_waits_in_suspense() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    let notice = town.pays(&held.intent);
    town.sql("update payment_intent set amount_minor = 4400");
    for _ in 0..3 {
        flows::take_payment::take_notice(&town.house, &notice).expect("the notice is taken");
        flows::take_payment::ask(&town.house, &town.star, &held.intent.id).expect("an answer");
    }
    assert_eq!((town.star_credit("suspense:unmatched"), town.star_credit("provider:pretend")), (4300, -4300));
    assert_eq!(town.broken().iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["paid_means_delivered"]);
    assert_eq!((town.live_tickets(), town.provider.kept_minor()), (0, 4300));
}
