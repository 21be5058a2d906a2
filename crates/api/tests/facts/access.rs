//! What the house asks of accounts is asked by the API as by the pages: a second factor, and not to sit idle.

use crate::town::{Answer, Client, NOW, PASSWORD, Town};
use flows::{House, change_access_rules};
use kernel::{Actor, Clock};
use people::access::{FactorFor, Rules};
use people::{persons, second_factor};
use serde_json::{Value, json};

const KEY: [u8; second_factor::KEY_BYTES] = *b"12345678901234567890";

fn code(steps: i64) -> String {
    second_factor::code(&KEY, second_factor::step(NOW) + steps, second_factor::DIGITS)
}

/// Turns it on for somebody of the town; their recovery codes.
async fn turned_on(town: &Town, name: &str) -> Vec<String> {
    assert_eq!(second_factor::step(town.clock.now()), second_factor::step(NOW));
    let (email, lane) = (format!("{name}@example.com"), House::lane());
    let on = town.house.write(&lane, Actor::System, move |scene| {
        let person = persons::by_email(scene.tx, &email)?.expect("somebody of the town");
        let vault = &scene.house.keys().vault;
        second_factor::turn_on(scene.tx, &mut scene.act, vault, &person.id, &KEY, &code(0), NOW)
    });
    on.await.expect("it is on")
}

async fn signs_in(client: &Client, name: &str, code: Option<&str>) -> Answer {
    let mut body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
    if let Some(code) = code {
        body["code"] = Value::from(code);
    }
    client.post("/api/sessions", body).await
}

#[tokio::test]
async fn a_session_opens_with_the_password_and_a_code() {
    let town = Town::new();
    let recovery = turned_on(&town, "ann").await;
    let guest = town.guest();
    let asked = signs_in(&guest, "ann", None).await;
    assert_eq!((asked.refusal(), &asked.json["field"]), ((422, "code_wanted"), &Value::from("code")));
    assert_eq!(signs_in(&guest, "ann", Some("000000")).await.refusal(), (422, "wrong_code"));
    assert_eq!(signs_in(&guest, "ann", Some(&code(0))).await.refusal(), (422, "wrong_code"), "it was used");
    signs_in(&guest, "ann", Some(&code(1))).await.is(201);
    assert_eq!(signs_in(&guest, "ann", Some(&code(1))).await.refusal(), (422, "wrong_code"), "a replay");
    signs_in(&guest, "ann", Some(&recovery[0])).await.is(201);
    assert_eq!(signs_in(&guest, "ann", Some(&recovery[0])).await.refusal(), (422, "wrong_code"));
    let wrong = json!({ "email": "ann@example.com", "password": "guess", "code": recovery[1] });
    assert_eq!(guest.post("/api/sessions", wrong).await.refusal(), (422, "wrong_password"));
    signs_in(&guest, "ann", Some(&recovery[1])).await.is(201);
}

#[tokio::test]
async fn roles_wait_for_a_factor_that_the_house_asks_for() {
    let town = Town::new();
    let studio = town.sign_in("studio_a").await;
    let slate = format!("/api/orgs/{}/titles", town.orgs["studio_a"]);
    studio.get(&slate).await.is(200);
    let rules = Rules { factor_for: FactorFor::Money, ..Rules::default() };
    let lane = House::lane();
    let kept =
        town.house.write(&lane, Actor::System, move |scene| change_access_rules::change(scene, &rules));
    kept.await.expect("kept");
    assert_eq!(studio.get(&slate).await.refusal(), (403, "second_factor_first"));
    let who = studio.get("/api/sessions/current").await.is(200);
    assert_eq!((&who["roles_wait"], &who["roles"]), (&Value::from(true), &json!([])));
    let opened = signs_in(&town.guest(), "studio_a", None).await.is(201);
    assert_eq!(opened["who"]["roles_wait"], true);
    turned_on(&town, "studio_a").await;
    studio.get(&slate).await.is(200);
    assert_eq!(studio.get("/api/sessions/current").await.is(200)["roles_wait"], false);
}

#[tokio::test]
async fn a_program_of_somebody_who_works_here_signs_in_again_after_sitting_idle() {
    let town = Town::new();
    let (studio, ann) = (town.sign_in("studio_a").await, town.sign_in("ann").await);
    let hours = |hours: i64| town.clock.set(NOW.plus_minutes(60 * hours));
    for after in [11, 22] {
        hours(after);
        studio.get("/api/sessions/current").await.is(200);
    }
    hours(34);
    assert_eq!(studio.get("/api/sessions/current").await.refusal(), (401, "session_over"));
    ann.get("/api/sessions/current").await.is(200);
}
