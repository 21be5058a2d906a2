//! One fault at a time, each over HTTP: what the wallet, the network, the buyer and two clerks can do to a payment.

use crate::town::{NOTICES, Town, platform_key};
use alipay::{Params, notice};
use box_office::orders::State as Order;
use events::Kind;
use kernel::{Currency, Money};
use payments::intents::{Asked, State};
use payments::providers::{Ask, Delivery, Next, Way};
use payments::{Provider, refunds};
use serde_json::json;

/// The fields of a genuine payment notice of ours.
fn told(town: &Town, key: &str, changes: &[(&str, &str)]) -> Params {
    let usual = [
        ("app_id", town.app.app_id.as_str()),
        ("charset", "utf-8"),
        ("notify_id", "2016122300222120000000000000000001"),
        ("notify_type", "trade_status_sync"),
        ("out_trade_no", key),
        ("seller_id", town.app.seller_id.as_str()),
        ("total_amount", "43.00"),
        ("trade_no", "2016122322001400000000000001"),
        ("trade_status", "TRADE_SUCCESS"),
    ];
    usual.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_duplicated_notice_counts_once() {
    let town = Town::new();
    town.suffers(json!({ "duplicate": 4 }));
    let begun = town.buys("ann", &["F7"]);
    town.until("all five are answered", || town.deliveries(&begun, "success") == 1);
    let counts = [Kind::PaymentCaptured, Kind::TicketsSold].map(|kind| town.happened(kind));
    assert_eq!((town.live_tickets(), counts), (1, [1, 1]));
    town.is_whole_in_the_end();
}

/// A partial refund sends TRADE_SUCCESS again.
#[test]
fn a_second_trade_success_from_a_partial_refund_ships_nothing_twice() {
    let town = Town::new();
    let begun = town.buys("ann", &["F7"]);
    for (key, fen) in [("noise", 300), ("cold", 200)] {
        let part = town.gives_back(&begun, key, fen).expect("given back");
        town.pays_back(&part).expect("paid back");
    }
    town.until("both are told of", || town.deliveries(&begun, "success") == 3);
    assert_eq!((town.live_tickets(), town.happened(Kind::TicketsSold)), (1, 1));
    let trade = town.trade(&begun.key).expect("a trade");
    assert_eq!((&trade["trade_status"], &trade["refund_fee"]), (&json!("TRADE_SUCCESS"), &json!("5.00")));
    town.is_whole_in_the_end();
}

/// Refunded is told before paid, and closed too: nothing goes backwards.
#[test]
fn reordered_notices_go_only_forwards() {
    let town = Town::new();
    town.suffers(json!({ "reorder": true, "delay_seconds": 2 }));
    let begun = town.stands_at_the_cashier("ann", &["F7"]);
    assert!(town.pays(&begun));
    flows::take_payment::ask(&town.house(), &town.star, &begun.held.intent.id).expect("an answer");
    let part = town.gives_back(&begun, "noise", 300).expect("given back");
    town.pays_back(&part).expect("paid back");
    let all = town.takes_back("ann", &begun).expect("taken back");
    town.pays_back(&all).expect("paid back");
    town.until("all three are told", || town.deliveries(&begun, "success") >= 3);
    assert_eq!(town.order(&begun).state, Order::Refunded);
    assert_eq!((town.happened(Kind::TicketsSold), town.live_tickets()), (1, 0));
    // Long after, somebody repeats the very first word.
    let mut late = told(&town, &begun.key, &[]);
    notice::sign(&mut late, &platform_key());
    assert_eq!(town.is_told(&late, NOTICES), (200, "success".into()));
    assert_eq!(town.order(&begun).state, Order::Refunded);
    town.is_whole_in_the_end();
}

#[test]
fn a_lost_notice_is_found_by_asking() {
    let town = Town::new();
    town.suffers(json!({ "drop": 9 }));
    let begun = town.stands_at_the_cashier("ann", &["F7"]);
    assert!(town.pays(&begun));
    town.later(25);
    assert_eq!(town.sweeps().notices_found, 1);
    assert_eq!(town.order(&begun).state, Order::Paid);
    town.is_whole_in_the_end();
}

/// The first deliveries are lost, the hold ends, the sweep gives the money back; and then the notice comes.
#[test]
fn a_late_notice_finds_its_money_on_the_way_back() {
    let town = Town::new();
    town.suffers(json!({ "drop": 1 }));
    let begun = town.stands_at_the_cashier("ann", &["F7"]);
    assert!(town.pays(&begun));
    town.until("the first delivery is lost", || town.deliveries(&begun, "lost") == 1);
    town.later(601);
    town.hurries();
    // On a busy machine the wallet's answer to the refund may be waited for in vain; a round asks again.
    town.until("it goes back", || {
        town.sweeps();
        town.intent(&begun.held.intent).refunded == Money::fen(4300)
    });
    town.until("it is told", || town.deliveries(&begun, "success") >= 1);
    assert_eq!((town.order(&begun).state, town.live_tickets()), (Order::Expired, 0));
    assert_eq!(town.happened(Kind::PaymentLate), 1);
    town.is_whole_in_the_end();
}

/// The order is on disk before the call, so a notice may come before the call's own answer.
#[test]
fn a_notice_before_the_answer_is_merged_with_it() {
    let town = Town::new();
    town.suffers(json!({ "notice_before_reply": true }));
    let held = town.holds("ann", &["F7"]).expect("held");
    let (_, said) = town.desk("POST", &format!("accounts/{}/auth-code", town.app.app_id), "");
    let digits = said["auth_code"].as_str().expect("digits").to_owned();
    let next = town.begins_by(&held.intent, &Ask { way: Way::BarCode(digits), seen_at: String::new() });
    assert_eq!(next.ok(), Some(Next::Wait));
    let intent = town.intent(&held.intent);
    assert_eq!((intent.state, intent.asked), (State::Captured, Asked::Answered));
    assert!(intent.reference.is_some());
    assert_eq!((town.live_tickets(), town.happened(Kind::TicketsSold)), (1, 1));
    town.is_whole_in_the_end();
}

#[test]
fn a_tampered_notice_is_refused_and_the_truth_is_asked_for() {
    let town = Town::new();
    town.suffers(json!({ "tamper_notices": true }));
    let begun = town.stands_at_the_cashier("ann", &["F7"]);
    assert!(town.pays(&begun));
    town.until("it is refused", || town.deliveries(&begun, "forged_notice") == 1);
    assert_eq!(town.intent(&begun.held.intent).state, State::Open);
    town.later(25);
    assert_eq!(town.sweeps().notices_found, 1);
    town.is_whole_in_the_end();
}

/// Nobody has paid; everything here is made up, some of it with the platform's own key.
#[test]
fn forged_notices_and_those_for_others_sell_nothing() {
    let (town, other) = (Town::new(), Town::new());
    let begun = town.stands_at_the_cashier("ann", &["F7"]);
    let stranger = alipay::PrivateKey::generate().expect("a key");
    let mut forged = told(&town, &begun.key, &[]);
    notice::sign(&mut forged, &stranger);
    let sent = |fields: &Params| {
        let (status, text) = town.is_told(fields, NOTICES);
        assert_ne!(text, "success");
        let code = serde_json::from_str::<serde_json::Value>(&text).expect("a problem")["code"].clone();
        (status, code.as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(sent(&forged), (422, "forged_notice".into()));
    assert_eq!(sent(&told(&town, &begun.key, &[])), (422, "forged_notice".into()));
    let signed = |changes: &[(&str, &str)]| {
        let mut fields = told(&town, &begun.key, changes);
        notice::sign(&mut fields, &platform_key());
        sent(&fields)
    };
    assert_eq!(signed(&[("app_id", &other.app.app_id)]), (422, "other_app".into()));
    assert_eq!(signed(&[("seller_id", &other.app.seller_id)]), (422, "other_seller".into()));
    assert_eq!(signed(&[("out_trade_no", "20161223001")]), (422, "other_order".into()));
    assert_eq!(signed(&[("out_trade_no", "plc_nopay_no")]), (404, "not_found".into()));
    assert_eq!(signed(&[("total_amount", "４３.00")]), (422, "malformed_notice".into()));
    assert_eq!(signed(&[("charset", "GBK")]), (422, "malformed_notice".into()));
    assert_eq!(town.is_told(&forged, "/api/payments/alipay/notices").0, 404, "nobody of that name is known");
    assert_eq!((town.intent(&begun.held.intent).state, town.live_tickets()), (State::Open, 0));
    // Another merchant's genuine notice, sent to our address.
    let theirs = other.buys("ben", &["A1"]);
    let mut copied = told(&other, &theirs.key, &[]);
    notice::sign(&mut copied, &platform_key());
    assert_eq!(sent(&copied), (422, "other_app".into()));
    town.is_whole_in_the_end();
    other.is_whole_in_the_end();
}

/// The signature is good and the amount is not the order's: the wallet is asked, and insists.
#[test]
fn an_amount_that_differs_waits_in_suspense() {
    let town = Town::new();
    let begun = town.stands_at_the_cashier("ann", &["F7"]);
    town.sql("update payment_intent set amount_minor = 4400");
    assert!(town.pays(&begun));
    let suspense = || {
        let star = town.star.clone();
        let look = move |view: &db::View| {
            ledger::balances::credit_of(view, &star, "suspense:unmatched", Currency::CNY)
        };
        town.read(look).minor
    };
    town.until("it is on the books", || suspense() == 4300);
    town.until("the notice is answered", || town.deliveries(&begun, "success") == 1);
    for _ in 0..3 {
        town.later(25);
        town.sweeps();
    }
    assert_eq!((suspense(), town.live_tickets(), town.happened(Kind::PaymentDiffers)), (4300, 0, 1 + 1));
    assert_eq!(town.broken().len(), 2, "an operator sees each word of it: {:?}", town.broken());
}

/// A claim of another amount that nobody paid: the wallet, when asked, knows better.
#[test]
fn a_wrong_amount_is_believed_only_when_the_wallet_repeats_it() {
    let town = Town::new();
    let begun = town.stands_at_the_cashier("ann", &["F7"]);
    let mut wrong = told(&town, &begun.key, &[("total_amount", "0.01")]);
    notice::sign(&mut wrong, &platform_key());
    assert_eq!(town.is_told(&wrong, NOTICES).0, 200);
    assert_eq!(town.intent(&begun.held.intent).state, State::Open);
    assert!(town.pays(&begun));
    town.until("the right one sells", || town.intent(&begun.held.intent).state == State::Captured);
    assert_eq!(town.live_tickets(), 1);
    town.agrees_with_the_wallet();
}

#[test]
fn a_lost_answer_to_a_refund_is_asked_for_and_paid_once() {
    for fault in ["replies_lost", "system_errors"] {
        let town = Town::new();
        // No notice is heard, so that nobody but us asks for what goes back.
        town.suffers(json!({ "drop": 9 }));
        let begun = town.stands_at_the_cashier("ann", &["F7"]);
        assert!(town.pays(&begun));
        flows::take_payment::ask(&town.house(), &town.star, &begun.held.intent.id).expect("an answer");
        let refund = town.takes_back("ann", &begun).expect("taken back");
        town.suffers(json!({ fault: 1, "drop": 9 }));
        let lost = town.pays_back(&refund);
        assert!(lost.is_err_and(|error| error.refusal().is_none()), "{fault}: nobody knows");
        let (place, id) = (refund.place.clone(), refund.id.clone());
        let known = town.read(move |view| refunds::any(view, &place, &id));
        assert_eq!(known.state, refunds::State::Unknown, "{fault}");
        assert_eq!(town.trade(&begun.key).expect("a trade")["refund_fee"], "43.00", "it was paid back");
        town.pays_back(&refund).expect("asked, not repeated");
        town.is_whole_in_the_end();
    }
}

#[test]
fn a_lost_answer_to_a_bar_code_is_asked_for() {
    for fault in ["replies_lost", "system_errors"] {
        let town = Town::new();
        let held = town.holds("ann", &["F7"]).expect("held");
        let (_, said) = town.desk("POST", &format!("accounts/{}/auth-code", town.app.app_id), "");
        let digits = said["auth_code"].as_str().expect("digits").to_owned();
        town.suffers(json!({ fault: 1, "drop": 9 }));
        let begun = town.begins_by(&held.intent, &Ask { way: Way::BarCode(digits), seen_at: String::new() });
        assert!(begun.is_err_and(|error| error.refusal().is_none()), "{fault}: nobody knows");
        assert_eq!(town.intent(&held.intent).asked, Asked::Unknown);
        town.later(25);
        assert_eq!(town.sweeps().notices_found, 1, "{fault}");
        town.is_whole_in_the_end();
    }
}

/// The buyer stood before the cashier until after the hold was over, and paid before anybody had closed.
#[test]
fn money_after_the_hold_goes_back() {
    let town = Town::new();
    let begun = town.stands_at_the_cashier("ann", &["F7"]);
    town.later(601);
    assert!(town.pays(&begun));
    town.until("it goes back", || town.trade(&begun.key).is_some_and(|trade| trade["refund_fee"] == "43.00"));
    assert_eq!((town.order(&begun).state, town.live_tickets()), (Order::Expired, 0));
    town.is_whole_in_the_end();
}

/// The hold is over and the sweep closes at the wallet while the buyer pays: one of them is first.
#[test]
fn closing_and_paying_at_once_end_well() {
    let town = Town::new();
    for round in 0..6 {
        let seat = format!("A{}", round + 1);
        let begun = town.stands_at_the_cashier(&format!("b{round}"), &[&seat]);
        town.later(601);
        std::thread::scope(|scope| {
            scope.spawn(|| town.pays(&begun));
            scope.spawn(|| town.sweeps());
        });
    }
    town.is_whole_in_the_end();
    assert_eq!(town.live_tickets(), 0);
}

/// Closing a code that nobody has scanned finds no trade; the code lives on, and pays after all.
#[test]
fn a_code_that_outlives_its_order_pays_back() {
    let town = Town::new();
    let held = town.holds("ann", &["F7"]).expect("held");
    let next = town.begins_by(&held.intent, &Ask { way: Way::Code, seen_at: String::new() });
    assert!(matches!(next, Ok(Next::Scan(_))));
    town.later(601);
    town.sweeps();
    assert_eq!(town.intent(&held.intent).state, State::Closed);
    assert!(town.pays_for(&town.key(&held.intent)), "the wallet knows nothing of our clock");
    town.until("it goes back", || town.intent(&held.intent).refunded == Money::fen(4300));
    town.is_whole_in_the_end();
}

/// Two clerks press at once, two nodes sweep, the buyer's page asks too: one refund is paid once.
#[test]
fn a_refund_that_many_ask_for_at_once_is_paid_once() {
    let town = Town::new();
    let begun = town.buys("ann", &["F7", "F8"]);
    let refund = town.takes_back("ann", &begun).expect("taken back");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| town.pays_back(&refund).map_err(|error| error.to_string()));
            scope.spawn(|| town.sweeps());
        }
    });
    assert_eq!(town.happened(Kind::RefundDone), 1);
    town.is_whole_in_the_end();
}

/// A clerk gives a part back while the buyer takes all of it back, and both are paid at once.
#[test]
fn a_refund_and_a_cancellation_never_give_back_too_much() {
    let town = Town::new();
    let begun = town.buys("ann", &["F7"]);
    let given: Vec<_> = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..3)
            .map(|i| {
                scope.spawn({
                    let (town, begun) = (&town, &begun);
                    move || town.gives_back(begun, &format!("k{i}"), 2000)
                })
            })
            .collect();
        let buyer = scope.spawn(|| town.takes_back("ann", &begun));
        let mut given: Vec<_> = clerks.into_iter().map(|clerk| clerk.join().expect("no panic")).collect();
        given.push(buyer.join().expect("no panic"));
        given
    });
    std::thread::scope(|scope| {
        for refund in given.iter().flatten() {
            scope.spawn(|| town.pays_back(refund).map_err(|error| error.to_string()));
        }
    });
    town.is_whole_in_the_end();
    assert_eq!(town.trade(&begun.key).expect("a trade")["refund_fee"], "43.00");
}

/// Part after part, until nothing but the last fen is left.
#[test]
fn parts_add_up_to_what_the_wallet_says() {
    let town = Town::new();
    let begun = town.buys("ann", &["F7"]);
    for (i, fen) in [1, 99, 1000, 3199].into_iter().enumerate() {
        let part = town.gives_back(&begun, &format!("p{i}"), fen).expect("given back");
        town.pays_back(&part).expect("paid back");
    }
    assert!(town.gives_back(&begun, "last", 1).is_err());
    town.is_whole_in_the_end();
    assert_eq!(town.trade(&begun.key).expect("a trade")["refund_fee"], "42.99");
}

/// Two windows, two begins, two confirmations: the wallet takes the money of one order once.
#[test]
fn two_windows_pay_once() {
    let town = Town::new();
    let held = town.holds("ann", &["F7"]).expect("held");
    let windows: Vec<_> = std::thread::scope(|scope| {
        let opened: Vec<_> =
            (0..3).map(|_| scope.spawn(|| town.begins(&held).expect("the same payment"))).collect();
        opened.into_iter().map(|window| window.join().expect("no panic")).collect()
    });
    std::thread::scope(|scope| {
        for begun in &windows {
            scope.spawn(|| town.pays(begun));
        }
    });
    town.until("it is paid", || town.intent(&held.intent).state == State::Captured);
    assert_eq!(town.trade(&town.key(&held.intent)).expect("a trade")["total_amount"], "43.00");
    town.is_whole_in_the_end();
    assert_eq!(town.live_tickets(), 1);
}

/// The wallet's clock is a day ahead, ours stands in 2016: no rule is about a foreign clock.
#[test]
fn clocks_may_differ_by_years() {
    let town = Town::new();
    town.suffers(json!({ "clock_skew_seconds": 86_400 }));
    let begun = town.buys("ann", &["F7"]);
    let refund = town.takes_back("ann", &begun).expect("taken back");
    town.pays_back(&refund).expect("paid back");
    town.is_whole_in_the_end();
}

/// The same bytes again, as clients send them when a connection drops.
#[test]
fn a_replayed_request_is_answered_the_same() {
    let town = Town::new();
    let begun = town.buys("ann", &["F7"]);
    let refund = town.takes_back("ann", &begun).expect("taken back");
    let intent = town.intent(&begun.held.intent);
    let now = town.house().now();
    for _ in 0..3 {
        assert!(town.provider.refund(&intent, &refund, now).is_ok());
    }
    assert_eq!(town.trade(&begun.key).expect("a trade")["refund_fee"], "43.00");
    town.is_whole_in_the_end();
}

#[test]
fn an_unknown_certificate_is_not_believed() {
    use payments::providers::alipay::{Trust, Version};
    let town = Town::speaking(Version::V3, Trust::Certificates);
    let begun = town.stands_at_the_cashier("ann", &["F7"]);
    let mut named = told(&town, &begun.key, &[("alipay_cert_sn", "00000000000000000000000000000000")]);
    notice::sign(&mut named, &platform_key());
    let body = alipay::form::write(&named);
    let unread =
        town.provider.read_notice(&Delivery { headers: &[], body: body.as_bytes() }, town.house().now());
    assert_eq!(unread.expect_err("refused").code(), "unknown_key");
    town.is_whole_in_the_end();
}

/// What stands in the film's name is in the payment's subject, and breaks nothing on its way there and back.
#[test]
fn malicious_subjects_survive() {
    let town = Town::new();
    let begun = town.buys("ann", &["F7"]);
    assert!(begun.held.intent.subject.contains("\"sign\":{"), "{}", begun.held.intent.subject);
    town.is_whole_in_the_end();
}
