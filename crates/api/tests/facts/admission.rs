//! Whoever finds no room is sent away with a sentence and a time, and keeps nobody else out.

use crate::town::Town;
use axum::http::Method;
use flows::House;
use flows::capacity::{Capacity, Pass, Work};
use kernel::Actor;
use serde_json::json;
use std::time::Duration;

async fn fill(capacity: &Capacity, work: Work) -> Vec<Pass> {
    let mut inside = Vec::new();
    for _ in 0..capacity.fullness(work).places {
        inside.push(capacity.enter(work).await.expect("there is room"));
    }
    inside
}

#[tokio::test]
async fn a_full_bulkhead_sends_away_in_both_languages() {
    let town = Town::new();
    let inside = fill(town.house.capacity(), Work::Look).await;
    let titles = town.guest().get("/api/titles").await;
    assert_eq!(titles.refusal(), (503, "overloaded"));
    assert_eq!(titles.headers["retry-after"], "5");
    assert_eq!(titles.headers["content-type"], "application/problem+json");
    let zh = town.guest().header("accept-language", "zh").get("/api/titles").await;
    assert!(zh.text.contains("请过几秒再试"), "{}", zh.text);
    // Neither what is answered from memory nor what changes something waits for who looks.
    assert_eq!(town.guest().get("/api/health").await.status.as_u16(), 200);
    let ann = town.sign_in("ann").await;
    let hold = ann.post("/api/places/plc_none/showtimes/sho_none/orders", json!({})).await;
    assert_eq!(hold.refusal(), (422, "bad_key"), "let in, and read");
    drop(inside);
    assert_eq!(town.guest().get("/api/titles").await.status.as_u16(), 200);
}

/// However many hold, pay, look or sign in: what a provider tells of money is heard.
#[tokio::test]
async fn money_is_heard_of_whatever_the_crowd() {
    let town = Town::new();
    let mut inside = Vec::new();
    for work in Work::ALL.into_iter().filter(|work| *work != Work::Notice) {
        inside.extend(fill(town.house.capacity(), work).await);
    }
    let answer = town.guest().post("/api/payments/pretend/notices", json!({ "no": "notice" })).await;
    assert_ne!(answer.status.as_u16(), 503, "{}", answer.text);
    let away = town.guest().get("/api/titles").await;
    assert_eq!(away.refusal(), (503, "overloaded"));
}

#[tokio::test]
async fn whoever_waited_too_long_is_told_in_both_languages_what_that_means() {
    let town = Town::new();
    let (ann, path) = (town.sign_in("ann").await, "/api/consents/suggestions");
    town.house.capacity().set_time_max(Duration::from_millis(200));
    // Whoever writes waits for the writer, and the writer for us.
    let (go, waits) = std::sync::mpsc::channel::<()>();
    let held = town.house.submit(&House::lane(), Actor::System, move |_| Ok(waits.recv().is_err()));
    let late = ann.send(Method::PUT, path, None).await;
    assert_eq!(late.refusal(), (503, "too_slow"));
    assert_eq!(late.headers["retry-after"], "30");
    assert_eq!(late.headers["content-type"], "application/problem+json");
    let zh = ann.header("accept-language", "zh").send(Method::PUT, path, None).await;
    assert!(zh.text.contains("可能已经生效"), "{}", zh.text);
    drop(go);
    assert!(held.answer().await.expect("the writer goes on"));
}
