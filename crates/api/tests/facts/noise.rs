//! Whatever is sent, nothing breaks: random bodies, and good ones with something odd in them.

use crate::walk::Walk;
use axum::http::Method;
use kernel::Dice;
use serde_json::{Map, Value, json};

/// Bodies for every route, of either sort.
const BODIES: usize = 25;
const DEPTH_MAX: u32 = 3;

const ODD: [&str; 20] = [
    "",
    " ",
    "0",
    "-1",
    "９９",
    "1e9",
    "NaN",
    "true",
    "null",
    "2016-12-23",
    "2016-02-30",
    "9999-12-31T23:59:59Z",
    "CNY",
    "plc_house",
    "ttl_1",
    "' or 1=1 --",
    "%00",
    "\u{202e}abc",
    "🎬",
    "<script>",
];

const NAMES: [&str; 16] = [
    "seats", "lines", "quantity", "price", "amount", "currency", "title", "first", "last", "surface",
    "token", "code", "name", "en", "zh", "email",
];

fn odd(dice: &mut Dice) -> Value {
    match dice.below(10) {
        0 => Value::Null,
        1 => json!(dice.chance(0.5)),
        2 => json!(dice.next() as i64),
        3 => json!(dice.between(-3, 30)),
        4 => json!(dice.normal() * 1e9),
        5 => json!("x".repeat(dice.below(9_000) as usize)),
        6 => json!(i64::MIN),
        _ => json!(*dice.pick(&ODD)),
    }
}

fn any(dice: &mut Dice, depth: u32) -> Value {
    if depth >= DEPTH_MAX || dice.chance(0.4) {
        return odd(dice);
    }
    let size = dice.below(4);
    if dice.chance(0.5) {
        return (0..size).map(|_| any(dice, depth + 1)).collect();
    }
    let member = |dice: &mut Dice| ((*dice.pick(&NAMES)).to_owned(), any(dice, depth + 1));
    Value::Object((0..size).map(|_| member(dice)).collect::<Map<_, _>>())
}

/// The same body with something odd somewhere in it.
fn spoiled(dice: &mut Dice, body: &Value) -> Value {
    match body {
        Value::Object(members) if !members.is_empty() && !dice.chance(0.05) => {
            let names: Vec<&String> = members.keys().collect();
            let name = (*dice.pick(&names)).clone();
            let mut body = members.clone();
            if dice.chance(0.15) {
                body.remove(&name);
            } else {
                let member = spoiled(dice, &members[&name]);
                body.insert(name, member);
            }
            Value::Object(body)
        }
        Value::Array(items) if !items.is_empty() && !dice.chance(0.2) => {
            let mut items = items.clone();
            let i = dice.below(items.len() as u64) as usize;
            items[i] = spoiled(dice, &items[i]);
            Value::Array(items)
        }
        _ => odd(dice),
    }
}

#[tokio::test]
async fn no_body_breaks_anything() {
    let mut walk = Walk::new().await;
    let mut dice = Dice::seeded(11);
    let (operator, ann, guest) =
        (walk.client("operator").await, walk.client("ann").await, walk.client("guest").await);
    let sent = walk.sent.clone();
    let writing = walk.town.entries.iter().filter(|entry| entry.method != Method::GET);
    for (n, entry) in writing.enumerate() {
        let seeds: Vec<_> =
            sent.iter().filter(|sent| sent.template == entry.path && sent.method == entry.method).collect();
        if entry.path.starts_with("/api/sessions") {
            continue;
        }
        for i in 0..BODIES {
            let seed = *dice.pick(&seeds);
            let good = seed.body.clone().unwrap_or(json!({}));
            for body in [any(&mut dice, 0), spoiled(&mut dice, &good)] {
                for client in [&operator, &ann, &guest] {
                    let client = client.key(&format!("noise-{n}-{i}"));
                    let answer = client.send(entry.method.clone(), &seed.path, Some(body.clone())).await;
                    let at = format!("{} {}", entry.method, seed.path);
                    assert!(!answer.status.is_server_error(), "{at} broke over {body}: {}", answer.json);
                }
            }
        }
    }
    assert!(walk.town.broken().await.is_empty());
}

#[tokio::test]
async fn no_sign_in_breaks_anything() {
    let walk = Walk::new().await;
    let mut dice = Dice::seeded(12);
    let good = json!({ "email": "ann@example.com", "password": "guess" });
    for _ in 0..BODIES {
        for body in [any(&mut dice, 0), spoiled(&mut dice, &good)] {
            let answer = walk.town.guest().post("/api/sessions", body.clone()).await;
            assert!(!answer.status.is_server_error(), "{body}: {}", answer.json);
        }
    }
}

#[tokio::test]
async fn no_query_breaks_anything() {
    let mut walk = Walk::new().await;
    let mut dice = Dice::seeded(13);
    let operator = walk.client("operator").await;
    let reading: Vec<_> =
        walk.town.entries.iter().filter(|entry| entry.method == Method::GET).cloned().collect();
    let values = [
        "",
        "1",
        "-1",
        "101",
        "99999999999999999999",
        "2016-12-23",
        "sh",
        "%F0%9F%8E%AC",
        "%FF",
        "%00",
        "a+b",
        "'",
    ];
    for entry in reading {
        let path = walk.address(entry.path);
        let path = path.split('?').next().unwrap_or_default();
        for _ in 0..BODIES {
            let pair = |dice: &mut Dice| {
                format!(
                    "{}={}",
                    dice.pick(&["limit", "after", "day", "city", "reference", "x"]),
                    dice.pick(&values)
                )
            };
            let query = (0..dice.below(4)).map(|_| pair(&mut dice)).collect::<Vec<_>>().join("&");
            let answer = operator.get(&format!("{path}?{query}")).await;
            assert!(!answer.status.is_server_error(), "{path}?{query}: {}", answer.json);
        }
    }
}
