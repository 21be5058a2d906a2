//! The adapter speaks both versions, by keys and by certificates, to a gateway in another process of thought.

use crate::town::Town;
use kernel::{Money, RefundId};
use payments::Provider;
use payments::intents::State;
use payments::providers::alipay::{Trust, Version};
use payments::providers::{Ask, Next, Outcome, Repaid, Way};
use serde_json::json;
use std::process::Command;

const SPEECHES: [(Version, Trust); 4] = [
    (Version::V2, Trust::PublicKeys),
    (Version::V2, Trust::Certificates),
    (Version::V3, Trust::PublicKeys),
    (Version::V3, Trust::Certificates),
];

#[test]
fn a_payment_is_made_and_taken_back_in_every_speech() {
    for (version, trust) in SPEECHES {
        let town = Town::speaking(version, trust);
        let now = town.house().now();
        let held = town.holds("ann", &["F7", "F8"]).expect("held");
        town.visits(&held, Way::Phone).expect("the page for a phone");
        let begun = town.begins(&held).expect("and the one for a desk are one payment");
        let intent = town.intent(&begun.held.intent);
        let unheard = town.holds("ben", &["A1"]).expect("held").intent;
        assert_eq!(town.provider.query(&unheard, now).ok(), Some(Outcome::Unheard), "{version:?} {trust:?}");
        assert!(town.pays(&begun));
        town.until("the notice arrives", || town.intent(&intent).state == State::Captured);
        let Ok(Outcome::Paid { amount, reference, .. }) = town.provider.query(&intent, now) else {
            panic!("{version:?} {trust:?}: it was paid")
        };
        assert_eq!((amount, &reference), (Money::fen(8600), &town.intent(&intent).reference));
        assert!(matches!(town.provider.close(&intent, now), Ok(Outcome::Paid { .. })));

        let refund = town.takes_back("ann", &begun).expect("taken back");
        assert_eq!(town.provider.query_refund(&intent, &refund, now).ok(), Some(Repaid::Not));
        town.pays_back(&refund).expect("paid back");
        assert_eq!(
            town.provider.refund(&intent, &refund, now).ok(),
            Some(Repaid::Done),
            "the same key again"
        );
        assert_eq!(town.provider.query_refund(&intent, &refund, now).ok(), Some(Repaid::Done));
        let other = payments::Refund { id: RefundId("rfd_other".into()), ..refund };
        let refused = town.provider.refund(&intent, &other, now).expect_err("more than was paid");
        assert!(refused.refusal().is_some(), "{version:?} {trust:?}: {refused}");
        town.is_whole_in_the_end();
    }
}

#[test]
fn a_bar_code_and_a_code_to_scan_pay() {
    for version in [Version::V2, Version::V3] {
        let town = Town::speaking(version, Trust::PublicKeys);
        let held = town.holds("ann", &["F7"]).expect("held");
        let (status, said) = town.desk("POST", &format!("accounts/{}/auth-code", town.app.app_id), "");
        assert_eq!(status, 200, "{said}");
        let digits = said["auth_code"].as_str().expect("digits").to_owned();
        let next = town.begins_by(&held.intent, &Ask { way: Way::BarCode(digits), seen_at: String::new() });
        assert_eq!(next.ok(), Some(Next::Wait));
        town.until("it is paid", || town.intent(&held.intent).state == State::Captured);
        let nonsense = town.holds("ben", &["F8"]).expect("held");
        for digits in ["", "1", "abc", "２８００００００００００００００００"] {
            let ask = Ask { way: Way::BarCode(digits.into()), seen_at: String::new() };
            let refused = town.begins_by(&nonsense.intent, &ask).expect_err("no payment code");
            assert_eq!(refused.refusal().map(|refusal| refusal.code), Some("bad_bar_code"));
        }
        let scanned = Ask { way: Way::Code, seen_at: String::new() };
        let Ok(Next::Scan(code)) = town.begins_by(&nonsense.intent, &scanned) else { panic!("a code") };
        assert!(!code.is_empty());
        assert!(town.pays_for(&town.key(&nonsense.intent)));
        town.until("it is paid", || town.intent(&nonsense.intent).state == State::Captured);
        town.is_whole_in_the_end();
    }
}

/// Not a character of an answer may be changed on its way.
#[test]
fn a_tampered_answer_was_never_given() {
    for (version, trust) in SPEECHES {
        let town = Town::speaking(version, trust);
        let begun = town.stands_at_the_cashier("ann", &["F7"]);
        town.suffers(json!({ "drop": 9, "tamper_replies": true }));
        assert!(town.pays(&begun));
        let asked = flows::take_payment::ask(&town.house(), &town.star, &begun.held.intent.id);
        assert!(asked.is_err_and(|error| error.refusal().is_none()), "{version:?} {trust:?}: nobody knows");
        assert_eq!(town.intent(&begun.held.intent).state, State::Open);
        town.suffers(json!({}));
        town.is_whole_in_the_end();
        assert_eq!(town.live_tickets(), 1, "the next question found it in time");
    }
}

/// Days pass at the wallet before there is a bill, and every other test is in the middle of a payment there.
#[test]
fn the_bill_is_read() {
    let mut apart = Command::new(std::env::current_exe().expect("this program"));
    apart.args(["speech::the_bill_of_a_wallet_of_ones_own_is_read", "--exact", "--ignored"]);
    let ended = apart.output().expect("it runs");
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(ended.status.success() && said.contains("1 passed"), "{said}");
}

/// The bill of the day names our keys, what went back, and what the wallet kept.
#[test]
#[ignore = "the_bill_is_read runs it in a process of its own"]
fn the_bill_of_a_wallet_of_ones_own_is_read() {
    use payments::providers::Moved;
    for (version, trust) in SPEECHES {
        let town = Town::speaking(version, trust);
        let first = town.buys("ann", &["F7"]);
        let second = town.buys("ben", &["F8"]);
        let refund = town.takes_back("ben", &second).expect("taken back");
        town.pays_back(&refund).expect("paid back");
        let (_, clock) = town.desk("GET", "clock", "");
        let today = kernel::Day::parse(&clock["beijing"].as_str().expect("a time")[..10]).expect("a day");
        let early = town.provider.bill(today.plus(2), town.house().now()).expect_err("not yet");
        assert_eq!(early.refusal().map(|refusal| refusal.code), Some("no_bill"), "{early}");
        town.desk("POST", "clock?advance_seconds=172800", "");
        let mut lines = Vec::new();
        for day in [today, today.plus(1), today.plus(2)] {
            lines.extend(town.provider.bill(day, town.house().now()).unwrap_or_default());
        }
        let of = |begun: &crate::town::Begun| {
            let key = begun.key.clone();
            lines.iter().filter(move |line| line.key == key).collect::<Vec<_>>()
        };
        assert_eq!((of(&first).len(), of(&second).len()), (1, 2), "{lines:?}");
        let paid = of(&first)[0];
        assert_eq!((&paid.what, paid.amount, paid.fee), (&Moved::Paid, Money::fen(4300), Money::fen(26)));
        assert_eq!(paid.payment, Some((town.star.clone(), first.held.intent.id.clone())));
        assert_eq!(Some(&paid.reference), town.intent(&first.held.intent).reference.as_ref());
        let back = of(&second).into_iter().find(|line| line.what != Moved::Paid).expect("a refund");
        assert_eq!((&back.what, back.amount), (&Moved::Refunded(refund.id), Money::fen(4300)));
        town.is_whole_in_the_end();
    }
}
