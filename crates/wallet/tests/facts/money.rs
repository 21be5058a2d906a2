//! What becomes of the money, also when many want it at once and when the wallet ends in between.

use crate::stand::{Ear, Stand};
use alipay::Method;
use kernel::Money;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn a_storm_moves_every_fen_once() {
    const TRADES: usize = 12;
    let stand = Stand::new();
    stand.sandbox("POST", "/accounts?name=ann", "");
    for i in 0..TRADES {
        stand.call(Method::TradePrecreate, &stand.order(&format!("storm_{i}"), "10.00"));
    }
    let refunded = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let (stand, refunded) = (&stand, &refunded);
            scope.spawn(move || {
                for i in 0..TRADES {
                    let number = format!("storm_{}", (i + thread * 5) % TRADES);
                    stand.sandbox("POST", &format!("/trades/{number}/payment?buyer=ann"), "");
                    for request in ["a", "b", "c", "d"] {
                        let answer = stand.refund(&number, "3.00", request);
                        if answer["fund_change"] == "Y" {
                            refunded.fetch_add(1, Ordering::SeqCst);
                        }
                    }
                }
            });
        }
    });
    assert_eq!(refunded.load(Ordering::SeqCst), TRADES * 3, "ten yuan hold three refunds of three");
    stand.check();
    let accounts = stand.sandbox("GET", "/accounts", "");
    let left = Money::fen(500_000 - TRADES as i64 * 100);
    assert_eq!(accounts[0]["balance"], left.decimal());
}

#[test]
fn a_buyer_pays_no_more_than_they_have() {
    let stand = Stand::new();
    stand.call(Method::TradePrecreate, &stand.order("dear", "5000.01"));
    let (status, said) = stand.post("/sandbox/trades/dear/payment?buyer=ann", "");
    let said: Value = serde_json::from_slice(&said).expect("JSON");
    assert_eq!((status, &said["code"]), (409, &json!("ACQ.BUYER_BALANCE_NOT_ENOUGH")));
    assert_eq!(stand.status("dear"), "ACQ.TRADE_NOT_EXIST", "what was refused has changed nothing");
    stand.sandbox("POST", "/accounts?name=ann", "");
    stand.sandbox("POST", "/accounts/ann/top-up?amount=0.01", "");
    stand.sandbox("POST", "/trades/dear/payment?buyer=ann", "");
    assert_eq!(stand.status("dear"), "TRADE_SUCCESS");
    stand.check();
}

#[test]
fn a_merchant_who_has_withdrawn_cannot_refund() {
    let stand = Stand::new();
    stand.paid("gone", "10.00");
    stand.sandbox("POST", &format!("/apps/{}/withdrawal?amount=9.94", stand.keys.app_id), "");
    assert_eq!(stand.refund("gone", "10.00", "r")["sub_code"], "ACQ.SELLER_BALANCE_NOT_ENOUGH");
    assert_eq!(stand.status("gone"), "TRADE_SUCCESS");
    stand.check();
}

#[test]
fn the_fee_goes_back_with_the_refund() {
    let stand = Stand::new();
    stand.paid("fee", "39.90");
    let withdraw = |amount: &str| {
        let path = format!("/sandbox/apps/{}/withdrawal?amount={amount}", stand.keys.app_id);
        stand.post(&path, "").0
    };
    // 0.6 % of 39.90 is 0.24: 39.66 are there.
    assert_eq!(withdraw("39.67"), 409);
    assert_eq!(stand.refund("fee", "39.90", "r")["fund_change"], "Y");
    assert_eq!(withdraw("0.01"), 409, "nothing is left, nothing is missing");
    stand.check();
}

#[test]
fn what_was_answered_survives_a_restart() {
    let mut stand = Stand::new();
    let ear = Ear::new(&stand.keys);
    ear.answers("fail");
    let order = stand.order("kept", "8.00");
    stand.call_with(Method::TradePrecreate, &order, &[("notify_url", &ear.url)]);
    stand.sandbox("POST", "/trades/kept/payment?buyer=ann", "");
    assert_eq!(stand.refund("kept", "3.00", "r")["fund_change"], "Y");
    let before = ear.hears(2);
    stand.restart();
    assert_eq!(stand.status("kept"), "TRADE_SUCCESS");
    assert_eq!(stand.refund("kept", "3.00", "r")["fund_change"], "N");
    ear.answers("success");
    stand.sandbox("POST", "/notices/hurry", "");
    let after = ear.hears(4);
    let ids = |notices: &[alipay::notice::Notice]| {
        let mut ids: Vec<String> = notices.iter().map(|notice| notice.notify_id.clone()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&after[2..4]), ids(&before[..2]), "the same notices, again");
    stand.check();
}

#[test]
fn a_partial_refund_tells_of_success_again() {
    let stand = Stand::new();
    let ear = Ear::new(&stand.keys);
    let order = stand.order("told", "8.00");
    stand.call_with(Method::TradePrecreate, &order, &[("notify_url", &ear.url)]);
    stand.sandbox("POST", "/trades/told/payment?buyer=ann", "");
    // Notices of one trade keep no order, so each is heard before the next is caused.
    ear.hears(1);
    stand.refund("told", "3.00", "r1");
    ear.hears(2);
    stand.refund("told", "2.00", "r2");
    let heard = ear.hears(3);
    assert!(heard[0].is_payment() && !heard[1].is_payment());
    let refunds: Vec<(Money, Option<String>)> = heard[1..]
        .iter()
        .filter_map(|notice| notice.refund.clone())
        .map(|refund| (refund.total, refund.out_request_no))
        .collect();
    assert_eq!(refunds, [(Money::fen(300), Some("r1".into())), (Money::fen(500), Some("r2".into()))]);
}
