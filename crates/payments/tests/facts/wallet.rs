use crate::purse::{NOW, Purse, ann, code, refund};
use kernel::{Currency, Money, PersonId, Result};
use payments::providers::Outcome;
use payments::providers::wallet::{self, OPENING_MINOR, TOP_UP_MAX_MINOR, Wallet};
use payments::{Notice, Provider};

fn begun(amount: Money) -> (Purse, Wallet) {
    let purse = Purse::of(amount);
    let provider = Wallet::new(purse.db.db.clone());
    provider.create(&purse.intent, NOW).expect("a checkout");
    (purse, provider)
}

fn pay(purse: &Purse, node: &str) -> Result<Notice> {
    let id = purse.intent.id.clone();
    purse.write_at(node, move |tx| wallet::pay(tx, &ann(), &id, NOW))
}

fn balance(purse: &Purse) -> i64 {
    purse.read(|view| wallet::balance(view, &ann())).expect("an account").minor
}

fn top_up(purse: &Purse, amount: Money) -> Result<()> {
    purse.write(move |tx| wallet::top_up(tx, &ann(), amount))
}

#[test]
fn who_pays_twice_pays_once() {
    let (purse, provider) = begun(Money::fen(4300));
    assert_eq!(provider.query(&purse.intent, NOW).ok(), Some(Outcome::Waiting));
    let notices: Vec<Notice> = std::thread::scope(|scope| {
        let phones: Vec<_> = (0..6)
            .map(|i| {
                let purse = &purse;
                scope.spawn(move || pay(purse, &format!("node {i}")).expect("a notice"))
            })
            .collect();
        phones.into_iter().map(|phone| phone.join().expect("no panic")).collect()
    });
    assert!(notices.iter().all(|notice| *notice == notices[0]));
    assert_eq!(balance(&purse), OPENING_MINOR - 4300);
    provider.create(&purse.intent, NOW).expect("the same checkout");
    let paid = Outcome::Paid { amount: Money::fen(4300), notice_id: notices[0].id.clone() };
    assert_eq!(provider.close(&purse.intent, NOW).ok(), Some(paid), "closing finds that it was paid");
}

#[test]
fn a_refund_is_paid_once_a_key_and_never_too_much() {
    let (purse, provider) = begun(Money::fen(4300));
    let back = |key: &str, minor| provider.refund(&purse.intent, &refund(&purse.intent, key, minor), NOW);
    assert!(back("early", 1).is_err(), "nothing was paid");
    pay(&purse, "node").expect("a notice");
    for _ in 0..2 {
        back("a", 4000).expect("paid back");
    }
    assert_eq!(balance(&purse), OPENING_MINOR - 300);
    assert!(back("b", 301).is_err());
    assert_eq!(balance(&purse), OPENING_MINOR - 300, "what was refused was not paid");
    back("early", 300).expect("a key that failed may be used again");
    assert_eq!(balance(&purse), OPENING_MINOR);
}

#[test]
fn a_closed_trade_and_one_whose_time_is_over_take_nothing() {
    let (purse, provider) = begun(Money::fen(4300));
    let (id, late) = (purse.intent.id.clone(), purse.intent.expires_at.plus_seconds(1));
    assert_eq!(code(purse.write(move |tx| wallet::pay(tx, &ann(), &id, late))), "trade_closed");
    assert_eq!(provider.close(&purse.intent, NOW).ok(), Some(Outcome::Closed));
    assert_eq!(code(pay(&purse, "node")), "trade_closed");
    provider.create(&purse.intent, NOW).expect("it stays closed");
    assert_eq!(provider.query(&purse.intent, NOW).ok(), Some(Outcome::Closed));
    assert_eq!(balance(&purse), OPENING_MINOR);
}

#[test]
fn an_empty_wallet_is_topped_up_and_pays() {
    let (purse, provider) = begun(Money::fen(OPENING_MINOR + 1));
    assert_eq!(code(pay(&purse, "node")), "not_enough_money");
    assert_eq!(provider.query(&purse.intent, NOW).ok(), Some(Outcome::Waiting), "nothing was taken");
    assert_eq!(balance(&purse), OPENING_MINOR);
    top_up(&purse, Money::fen(1)).expect("topped up");
    pay(&purse, "node").expect("a notice");
    assert_eq!(balance(&purse), 0);
}

#[test]
fn a_top_up_has_limits() {
    let (purse, _) = begun(Money::fen(4300));
    for bad in [0, -1, TOP_UP_MAX_MINOR + 1, i64::MAX] {
        assert_eq!(code(top_up(&purse, Money::fen(bad))), "bad_amount", "{bad}");
    }
    top_up(&purse, Money::fen(TOP_UP_MAX_MINOR)).expect("topped up");
    assert_eq!(balance(&purse), OPENING_MINOR + TOP_UP_MAX_MINOR);
}

/// An account holds one currency; a dollar is not a yuan.
#[test]
fn another_currency_is_neither_taken_nor_put_in() {
    let (purse, _) = begun(Money::fen(4300));
    assert_eq!(code(top_up(&purse, Money::new(100, Currency::USD))), "other_currency");
    let dollars = payments::Intent {
        id: kernel::IntentId("pay_dollars".into()),
        amount: Money::new(100, Currency::USD),
        ..purse.intent.clone()
    };
    let paid = purse.write(move |tx| {
        wallet::create(tx, &dollars)?;
        wallet::pay(tx, &ann(), &dollars.id, NOW)
    });
    assert_eq!(code(paid), "other_currency");
    assert_eq!(balance(&purse), OPENING_MINOR);
}

#[test]
fn nobody_pays_or_sees_another_persons_trade() {
    let (purse, _) = begun(Money::fen(4300));
    let id = purse.intent.id.clone();
    let ben = PersonId("per_ben".into());
    assert_eq!(code(purse.write(move |tx| wallet::pay(tx, &ben, &id, NOW))), "not_found");
    let id = purse.intent.id.clone();
    purse.read(move |view| {
        assert_eq!(wallet::of(view, &ann(), &id)?.amount, Money::fen(4300));
        assert_eq!(code(wallet::of(view, &PersonId("per_ben".into()), &id)), "not_found");
        assert_eq!(wallet::balance(view, &PersonId("per_ben".into()))?, None);
        Ok(())
    });
}
