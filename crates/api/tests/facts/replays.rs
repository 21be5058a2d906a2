//! What is sent twice happens once.

use crate::walk::Walk;
use axum::http::Method;
use kernel::Clock;
use serde_json::{Value, json};

#[tokio::test]
async fn a_request_under_a_key_happens_once() {
    let mut walk = Walk::new().await;
    let keyed: Vec<_> = walk.sent.iter().filter(|sent| sent.key.is_some()).cloned().collect();
    assert!(keyed.len() >= 8);
    for sent in keyed {
        let before = walk.town.print().await;
        let client = walk.client(sent.who).await.key(sent.key.as_deref().expect("a key"));
        let again = client.send(sent.method.clone(), &sent.path, sent.body.clone()).await;
        assert_eq!(again.status.as_u16(), 200, "{}: {}", sent.path, again.json);
        assert_eq!(walk.town.print().await, before, "{} happened twice", sent.path);

        let other = client.send(sent.method.clone(), &sent.path, Some(another(sent.body.clone()))).await;
        assert_eq!(other.refusal(), (409, "key_reused"), "{}: {}", sent.path, other.json);
        assert_eq!(walk.town.print().await, before, "{} changed something", sent.path);
    }
}

/// The same wish with something else in it.
fn another(body: Option<Value>) -> Value {
    let mut body = body.expect("a body");
    if body.get("seats").is_some() {
        body["seats"] = json!(["C3"]);
    } else if body.get("lines").is_some() {
        body["lines"][0]["quantity"] = 3.into();
    } else if body.get("account").is_some() {
        body["amount"] = json!({ "amount": "0.01", "currency": "CNY" });
    } else {
        body["planned_units"] = 7.into();
    }
    body
}

/// Changes of state that may be asked for again: they answer as before, and nothing more happens.
#[tokio::test]
async fn a_change_of_state_that_is_asked_for_again_changes_nothing() {
    let mut walk = Walk::new().await;
    let states = [
        "refund",
        "checkout",
        "delisting",
        "end",
        "want-to-see",
        "statements",
        "clicks",
        "approval",
        "payment",
        "return",
        "withdrawal",
        "payout-files",
        "bank-answers",
        "bills",
        "earlier-showings",
        "decision",
        "unmatched-decisions",
        "disputes",
        "shipment",
        "closure",
        "undoing",
    ];
    let sent: Vec<_> = walk.sent.clone();
    let mut tried = std::collections::BTreeSet::new();
    for sent in sent {
        let Some(last) = sent.template.rsplit('/').next().filter(|last| states.contains(last)) else {
            continue;
        };
        if sent.method == Method::PUT {
            continue;
        }
        let before = walk.town.print().await;
        let again =
            walk.client(sent.who).await.send(sent.method.clone(), &sent.path, sent.body.clone()).await;
        // A payment that was made can no longer begin, and a click is over after a day.
        // An application that is withdrawn can be withdrawn no more.
        let over = [(409, "already_paid"), (410, "ad_over"), (409, "already_decided")];
        let is_well = again.status.is_success() || over.contains(&again.refusal());
        assert!(is_well, "{}: {} {}", sent.path, again.status, again.json);
        assert_eq!(walk.town.print().await, before, "{} happened twice", sent.path);
        tried.insert(last.to_owned());
    }
    assert_eq!(tried.len(), states.len(), "{tried:?}");
    assert!(walk.town.broken().await.is_empty());
}

#[tokio::test]
async fn what_is_not_paid_in_time_is_over() {
    let mut walk = Walk::new().await;
    let ann = walk.client("ann").await;
    let shop = walk.shop().clone();
    walk.town.inside(crate::bodies::relist(&walk)).await;
    let order =
        ann.key("late").post(&format!("/api/places/{shop}/product-orders"), walk.goods_wish()).await.is(201);
    let id = order["payment"]["id"].as_str().expect("an id").to_owned();
    ann.post(&format!("/api/places/{shop}/payments/{id}/checkout"), json!({})).await.is(200);
    walk.town.clock.advance_seconds(16 * 60);
    assert!(walk.town.clock.now().micros > 0);
    assert_eq!(walk.town.provider.pay(&kernel::IntentId(id.clone()), walk.town.clock.now()), None);
    let begun = ann.post(&format!("/api/places/{shop}/payments/{id}/checkout"), json!({})).await;
    assert_eq!(begun.refusal(), (410, "payment_over"));
    assert!(
        begun.text.contains("everything comes back"),
        "nobody knows yet whether it was paid: {}",
        begun.text
    );
    assert_eq!(ann.get(&format!("/api/places/{shop}/payments/{id}")).await.is(200)["state"], "open");
}
