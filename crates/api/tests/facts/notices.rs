//! The notices' address: whoever writes there, only what the provider signed is believed, and it counts once.

use crate::town::{Answer, Client, Town};
use crate::walk::Walk;
use axum::http::Method;
use kernel::{Clock, IntentId, Money, PlaceId};
use payments::Notice;
use payments::providers::pretend::SEAL_HEADER;
use serde_json::json;

pub const PATH: &str = "/api/payments/pretend/notices";

async fn send(town: &Town, seal: &str, body: &[u8]) -> Answer {
    let provider: Client = town.guest().header("content-type", "text/plain").header(SEAL_HEADER, seal);
    provider.send_text(Method::POST, PATH, Some(body)).await
}

/// The provider sends a notice.
pub async fn tell(town: &Town, notice: &Notice) -> Answer {
    let (seal, body) = town.provider.letter(notice);
    send(town, &seal, body.as_bytes()).await
}

/// Somebody orders, begins to pay and confirms; the notice that is on its way.
async fn paid(walk: &mut Walk) -> Notice {
    let (ann, place) = (walk.client("ann").await, walk.shop().clone());
    walk.town.inside(crate::bodies::relist(walk)).await;
    let path = format!("/api/places/{place}/product-orders");
    let order = ann.key("notices").post(&path, walk.goods_wish()).await.is(201);
    let id = IntentId(order["payment"]["id"].as_str().expect("an id").to_owned());
    ann.post(&format!("/api/places/{place}/payments/{id}/checkout"), json!({})).await.is(200);
    walk.town.provider.pay(&id, walk.town.clock.now()).expect("the payment is open")
}

async fn state(walk: &mut Walk, notice: &Notice) -> String {
    let path = format!("/api/places/{}/payments/{}", notice.place, notice.intent);
    walk.client("ann").await.get(&path).await.is(200)["state"].as_str().expect("a state").to_owned()
}

#[tokio::test]
async fn a_notice_is_answered_with_the_one_word_and_counts_once() {
    let mut walk = Walk::new().await;
    let notice = paid(&mut walk).await;
    let first = tell(&walk.town, &notice).await;
    assert_eq!((first.status.as_u16(), &first.text), (200, &"success".to_owned()));
    assert_eq!(first.headers["content-type"], "text/plain");
    assert_eq!(state(&mut walk, &notice).await, "captured");
    let before = walk.town.print().await;
    for id in [notice.id.as_str(), "another-id", "yet-another"] {
        let again = Notice { id: id.into(), ..notice.clone() };
        assert_eq!(tell(&walk.town, &again).await.text, "success");
    }
    assert_eq!(walk.town.print().await, before, "the fact counts once, by whatever id it comes");
    assert!(walk.town.broken().await.is_empty());
}

#[tokio::test]
async fn what_the_provider_did_not_sign_is_refused() {
    let mut walk = Walk::new().await;
    let notice = paid(&mut walk).await;
    let (seal, body) = walk.town.provider.letter(&notice);
    let before = walk.town.print().await;
    let changed = body.replace(&notice.amount.minor.to_string(), "1");
    let with_nul = format!("{body}\0");
    for (seal, body) in [
        (seal.as_str(), changed.as_bytes()),
        ("", body.as_bytes()),
        ("x.y", body.as_bytes()),
        (seal.as_str(), with_nul.as_bytes()),
        (seal.as_str(), b""),
        (seal.as_str(), b"{}"),
    ] {
        let answer = send(&walk.town, seal, body).await;
        assert_eq!(answer.refusal(), (422, "forged_notice"));
        assert_ne!(answer.text, "success");
    }
    assert_eq!(send(&walk.town, &seal, b"\xff\xfe").await.refusal(), (422, "malformed_notice"));
    let long = vec![b'a'; api::BODY_BYTES_MAX + 1];
    assert_eq!(send(&walk.town, &seal, &long).await.refusal(), (413, "too_large"));
    assert_eq!(walk.town.print().await, before);
    assert_eq!(state(&mut walk, &notice).await, "open");
}

#[tokio::test]
async fn only_providers_of_this_house_are_heard() {
    let walk = Walk::new().await;
    let guest = walk.town.guest();
    for name in ["alipay", "stripe", "nobody", "Pretend", "%00", "pretend%20", "x".repeat(40).as_str()] {
        let path = format!("/api/payments/{name}/notices");
        assert_eq!(guest.send_text(Method::POST, &path, Some(b"a=1")).await.refusal(), (404, "not_found"));
    }
}

#[tokio::test]
async fn a_genuine_notice_that_does_not_fit_sells_nothing() {
    let mut walk = Walk::new().await;
    let notice = paid(&mut walk).await;
    let before = walk.town.print().await;
    let elsewhere = Notice { place: PlaceId("plc_nowhere".into()), ..notice.clone() };
    assert_eq!(tell(&walk.town, &elsewhere).await.refusal(), (404, "not_found"));
    assert_eq!(walk.town.print().await, before);
    let wrong = Notice { amount: Money { minor: 1, ..notice.amount }, ..notice.clone() };
    // It is on disk for an operator; then the provider is asked, says the right amount, and is believed.
    assert_eq!(tell(&walk.town, &wrong).await.text, "success");
    for _ in 0..500 {
        if state(&mut walk, &notice).await == "captured" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(state(&mut walk, &notice).await, "captured");
    assert_eq!(walk.town.broken().await.len(), 1, "an operator sees that one notice told of another amount");
}
