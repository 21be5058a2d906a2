use crate::purse::{NOW, Purse, refund};
use payments::Provider;
use payments::providers::pretend::Pretend;
use payments::providers::{Ask, Outcome, Repaid};

fn page() -> Ask {
    Ask::page("http://127.0.0.1:8080")
}

#[test]
fn what_is_paid_is_paid_once() {
    let (purse, pretend) = (Purse::new(), Pretend::new());
    let intent = &purse.intent;
    assert_eq!(pretend.query(intent, NOW).ok(), Some(Outcome::Unheard));
    assert_eq!(pretend.pay(&intent.id, NOW), None, "nothing has begun");
    let first = pretend.create(intent, &page(), NOW).expect("a checkout");
    assert_eq!(pretend.create(intent, &page(), NOW).expect("the same checkout"), first);
    assert_eq!(pretend.query(intent, NOW).ok(), Some(Outcome::Waiting));
    let notice = pretend.pay(&intent.id, NOW).expect("a notice");
    assert_eq!(pretend.pay(&intent.id, NOW.plus_minutes(60)), Some(notice.clone()), "the notice is repeated");
    pretend.create(intent, &page(), NOW).expect("a checkout");
    assert_eq!(pretend.kept_minor(), 4300);
    let paid = Outcome::Paid { amount: intent.amount, notice_id: notice.id, reference: None };
    assert_eq!(pretend.close(intent, NOW).ok(), Some(paid), "closing finds that it was paid");
}

#[test]
fn what_is_closed_or_over_is_not_paid() {
    let (purse, pretend) = (Purse::new(), Pretend::new());
    let intent = &purse.intent;
    pretend.create(intent, &page(), NOW).expect("a checkout");
    assert_eq!(pretend.pay(&intent.id, intent.expires_at.plus_seconds(1)), None);
    assert_eq!(pretend.close(intent, NOW).ok(), Some(Outcome::Closed));
    assert_eq!(pretend.pay(&intent.id, NOW), None);
    assert!(pretend.refund(intent, &refund(intent, "a", 1), NOW).is_err());
    assert_eq!(pretend.kept_minor(), 0);
}

#[test]
fn a_refund_is_paid_once_a_key_and_never_too_much() {
    let (purse, pretend) = (Purse::new(), Pretend::new());
    let intent = &purse.intent;
    pretend.create(intent, &page(), NOW).expect("a checkout");
    pretend.pay(&intent.id, NOW).expect("a notice");
    for _ in 0..2 {
        pretend.refund(intent, &refund(intent, "a", 4000), NOW).expect("paid back");
    }
    assert_eq!(pretend.kept_minor(), 300);
    for _ in 0..2 {
        assert!(pretend.refund(intent, &refund(intent, "b", 301), NOW).is_err());
    }
    assert_eq!(pretend.kept_minor(), 300, "what was refused was not paid");
    pretend.refund(intent, &refund(intent, "c", 300), NOW).expect("paid back");
    assert_eq!(pretend.kept_minor(), 0);
}

#[test]
fn a_lost_reply_did_its_work() {
    let (purse, pretend) = (Purse::new(), Pretend::new());
    let intent = &purse.intent;
    pretend.lose_replies(1);
    assert!(pretend.create(intent, &page(), NOW).is_err());
    assert!(pretend.pay(&intent.id, NOW).is_some());
    pretend.lose_replies(1);
    assert!(pretend.refund(intent, &refund(intent, "a", 4300), NOW).is_err());
    assert_eq!(pretend.kept_minor(), 0);
    assert_eq!(pretend.query_refund(intent, &refund(intent, "b", 1), NOW).ok(), Some(Repaid::Not));
    assert_eq!(pretend.query_refund(intent, &refund(intent, "a", 4300), NOW).ok(), Some(Repaid::Done));
    pretend.refund(intent, &refund(intent, "a", 4300), NOW).expect("asked again");
    assert_eq!(pretend.kept_minor(), 0);
}
