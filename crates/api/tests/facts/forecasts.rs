//! What partners are told of a release: by place, with its reasons, and every forecast as it was made.

use crate::walk::Walk;
use serde_json::{Value, json};

fn fen(amount: &Value) -> i64 {
    let text = amount["amount"].as_str().expect("an amount").replace('.', "");
    text.parse().expect("a number")
}

/// The walk sells two seats of ¥39.90 on each of four days, all in one cinema: the city is the nation.
#[tokio::test]
async fn a_release_is_foretold_by_place_and_with_its_reasons() {
    let mut walk = Walk::new().await;
    let whole = walk.get("studio_a", "/api/titles/{title}/forecast").await.is(200);
    let places = walk.get("marketer_a", "/api/titles/{title}/forecast/places").await.is(200);
    assert_eq!(
        (&places["as_of"], places["cities"].as_array().map(Vec::len)),
        (&json!("2016-12-26"), Some(1))
    );
    let city = &places["cities"][0];
    assert_eq!(
        (&city["city"], &city["basis"], &city["admissions"]),
        (&json!("sh"), &json!("own"), &json!(2))
    );
    assert_eq!(city["taken"], json!({ "amount": "79.80", "currency": "CNY" }));
    assert_eq!(city["total"]["amount"], whole["total"]["amount"]);
    assert_eq!(city["next_day"]["amount"], whole["days"][0]["expected"]["amount"]);
    assert_eq!(city["cinemas"][0]["place"], json!(walk.town.cinemas[0].0));

    let reasons = walk.get("studio_a", "/api/titles/{title}/forecast/reasons").await.is(200);
    let moved = &reasons["moved"];
    let sum: i64 = moved["causes"].as_array().expect("causes").iter().map(|one| fen(&one["amount"])).sum();
    assert_eq!(fen(&moved["before"]) + sum, fen(&moved["now"]));
    assert_eq!(fen(&moved["taken"]) - fen(&moved["expected"]), fen(&moved["causes"][0]["amount"]));
    assert_eq!((&reasons["model"], &reasons["comparable_films"]), (&json!("shipped"), &json!([])));
    assert_eq!(reasons["calendar"].as_array().map(Vec::len), Some(28));
}

#[tokio::test]
async fn a_forecast_that_was_made_is_told_as_it_was_made() {
    let mut walk = Walk::new().await;
    let template = "/api/titles/{title}/forecasts";
    assert_eq!(walk.get("studio_a", template).await.is(200)["items"], json!([]));
    let house = walk.town.house.clone();
    let kept =
        tokio::task::spawn_blocking(move || flows::keep_forecasts::keep(&house)).await.expect("a thread");
    assert_eq!(kept.expect("kept"), 1);
    let list = walk.get("studio_a", template).await.is(200);
    let whole = walk.get("studio_a", "/api/titles/{title}/forecast").await.is(200);
    let kept = &list["items"][0];
    assert_eq!(
        (&kept["as_of"], &kept["total"], &kept["days"]),
        (&json!("2016-12-26"), &whole["total"], &whole["days"])
    );
    assert_eq!(kept["so_far"], json!({ "amount": "319.20", "currency": "CNY" }));
}
