//! The faults that touch what is sold, once more with a poster instead of a seat: stock comes back, royalties are owed once,
//! and what cannot be had any more is paid back.

use crate::town::Town;
use events::Kind;
use kernel::{Currency, Money};
use payments::intents::State;
use payments::providers::{Ask, Next, Way};
use serde_json::json;
use shops::orders::State as Goods;

#[test]
fn a_duplicated_notice_sells_goods_once() {
    let town = Town::new();
    town.suffers(json!({ "duplicate": 4 }));
    let bought = town.buys_posters("ann", 2);
    let key = town.key(&bought.intent);
    town.until("all five are answered", || town.deliveries_of(&key, "success") == 1);
    let counts = [Kind::PaymentCaptured, Kind::ProductsSold].map(|kind| town.happened(kind));
    assert_eq!((town.stock(), counts), (498, [1, 1]));
    town.is_whole_in_the_end();
}

#[test]
fn a_second_trade_success_from_a_partial_refund_sends_nothing_twice() {
    let town = Town::new();
    let bought = town.buys_posters("ann", 1);
    let key = town.key(&bought.intent);
    for (name, fen) in [("scratched", 300), ("late", 200)] {
        let part = town.gives_back_of(&bought.intent, name, fen).expect("given back");
        town.pays_back(&part).expect("paid back");
    }
    town.until("both are told of", || town.deliveries_of(&key, "success") == 3);
    assert_eq!((town.stock(), town.happened(Kind::ProductsSold)), (499, 1));
    assert_eq!(town.trade(&key).expect("a trade")["refund_fee"], "5.00");
    town.is_whole_in_the_end();
}

#[test]
fn reordered_notices_of_goods_go_only_forwards() {
    let town = Town::new();
    town.suffers(json!({ "reorder": true, "delay_seconds": 2 }));
    let promised = town.orders("ann", 1).expect("an order");
    let key = town.goes_to_the_cashier(&promised.intent).expect("the cashier");
    assert!(town.pays_for(&key));
    flows::take_payment::ask(&town.house(), &promised.intent.place, &promised.intent.id).expect("an answer");
    let part = town.gives_back_of(&promised.intent, "scratched", 300).expect("given back");
    town.pays_back(&part).expect("paid back");
    let all = town.sends_back("ann", &promised).expect("sent back");
    town.pays_back(&all).expect("paid back");
    town.until("all three are told", || town.deliveries_of(&key, "success") >= 3);
    assert!(matches!(town.goods(&promised), Goods::Refunded { .. }));
    assert_eq!((town.stock(), town.happened(Kind::ProductsSold)), (500, 1));
    town.is_whole_in_the_end();
}

#[test]
fn a_lost_notice_of_goods_is_found_by_asking() {
    let town = Town::new();
    town.suffers(json!({ "drop": 9 }));
    let promised = town.orders("ann", 1).expect("an order");
    let key = town.goes_to_the_cashier(&promised.intent).expect("the cashier");
    assert!(town.pays_for(&key));
    town.later(25);
    assert_eq!(town.sweeps().notices_found, 1);
    assert!(matches!(town.goods(&promised), Goods::Paid { .. }));
    town.is_whole_in_the_end();
}

#[test]
fn a_notice_of_goods_before_the_answer_is_merged_with_it() {
    let town = Town::new();
    town.suffers(json!({ "notice_before_reply": true }));
    let promised = town.orders("ann", 1).expect("an order");
    let (_, said) = town.desk("POST", &format!("accounts/{}/auth-code", town.app.app_id), "");
    let digits = said["auth_code"].as_str().expect("digits").to_owned();
    let next = town.begins_by(&promised.intent, &Ask { way: Way::BarCode(digits), seen_at: String::new() });
    assert_eq!(next.ok(), Some(Next::Wait));
    assert_eq!(town.intent(&promised.intent).state, State::Captured);
    assert_eq!((town.stock(), town.happened(Kind::ProductsSold)), (499, 1));
    town.is_whole_in_the_end();
}

/// The order is over, its stock is on the shelf again, and then the money comes.
#[test]
fn money_after_the_order_goes_back() {
    let town = Town::new();
    let promised = town.orders("ann", 3).expect("an order");
    let key = town.goes_to_the_cashier(&promised.intent).expect("the cashier");
    town.later(promised.order.pay_until.micros / 1_000_000 - town.house().now().micros / 1_000_000 + 1);
    assert!(town.pays_for(&key));
    town.until("it goes back", || town.trade(&key).is_some_and(|trade| trade["refund_fee"] == "297.00"));
    town.is_whole_in_the_end();
    assert_eq!((town.stock(), town.happened(Kind::ProductsSold)), (500, 0));
}

#[test]
fn closing_and_paying_goods_at_once_end_well() {
    let town = Town::new();
    for round in 0..4 {
        let promised = town.orders(&format!("b{round}"), 1).expect("an order");
        let key = town.goes_to_the_cashier(&promised.intent).expect("the cashier");
        town.later(3_601);
        std::thread::scope(|scope| {
            scope.spawn(|| town.pays_for(&key));
            scope.spawn(|| town.sweeps());
        });
    }
    town.is_whole_in_the_end();
    assert_eq!(town.stock(), 500);
}

#[test]
fn a_wrong_amount_sends_no_goods() {
    let town = Town::new();
    let promised = town.orders("ann", 1).expect("an order");
    let key = town.goes_to_the_cashier(&promised.intent).expect("the cashier");
    town.sql("update payment_intent set amount_minor = 9901");
    assert!(town.pays_for(&key));
    let shop = town.poster.place.clone();
    let suspense = || {
        let book = shop.clone();
        let look = move |view: &db::View| {
            ledger::balances::credit_of(view, &book, "suspense:unmatched", Currency::CNY)
        };
        town.read(look).minor
    };
    town.until("it is on the books", || suspense() == 9900);
    for _ in 0..3 {
        town.later(25);
        town.sweeps();
    }
    assert_eq!((suspense(), town.happened(Kind::ProductsSold)), (9900, 0));
    assert!(!matches!(town.goods(&promised), Goods::Paid { .. }));
}

#[test]
fn a_lost_answer_to_a_refund_of_goods_is_asked_for_and_paid_once() {
    for fault in ["replies_lost", "system_errors"] {
        let town = Town::new();
        town.suffers(json!({ "drop": 9 }));
        let bought = town.orders("ann", 1).expect("an order");
        let key = town.goes_to_the_cashier(&bought.intent).expect("the cashier");
        assert!(town.pays_for(&key));
        flows::take_payment::ask(&town.house(), &bought.intent.place, &bought.intent.id).expect("an answer");
        let refund = town.sends_back("ann", &bought).expect("sent back");
        town.suffers(json!({ fault: 1, "drop": 9 }));
        assert!(town.pays_back(&refund).is_err_and(|error| error.refusal().is_none()), "{fault}");
        town.pays_back(&refund).expect("asked, not repeated");
        assert_eq!(town.trade(&key).expect("a trade")["refund_fee"], "99.00");
        town.is_whole_in_the_end();
    }
}

#[test]
fn a_refund_of_goods_that_many_ask_for_is_paid_once() {
    let town = Town::new();
    let bought = town.buys_posters("ann", 2);
    let refund = town.sends_back("ann", &bought).expect("sent back");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| town.pays_back(&refund).map_err(|error| error.to_string()));
            scope.spawn(|| town.sweeps());
        }
    });
    assert_eq!((town.happened(Kind::RefundDone), town.stock()), (1, 500));
    town.is_whole_in_the_end();
}

/// Two tabs order, begin and confirm with one key.
#[test]
fn two_windows_buy_goods_once() {
    let town = Town::new();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let windows: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let promised = town.orders("ann", 1).expect("the same order");
                    town.goes_to_the_cashier(&promised.intent).expect("the same payment")
                })
            })
            .collect();
        windows.into_iter().map(|window| window.join().expect("no panic")).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
    std::thread::scope(|scope| {
        for key in &keys {
            scope.spawn(|| town.pays_for(key));
        }
    });
    town.until("it is paid", || town.happened(Kind::PaymentCaptured) == 1);
    assert_eq!(town.trade(&keys[0]).expect("a trade")["total_amount"], "99.00");
    town.is_whole_in_the_end();
    assert_eq!(
        (town.stock(), town.intent(&town.orders("ann", 1).expect("it").intent).captured),
        (499, Money::fen(9900))
    );
}
