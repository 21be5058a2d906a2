//! Nobody sees or changes what is another's: whatever the first owner did over the walk is tried again
//! by somebody who holds the same role elsewhere.

use crate::walk::{Sent, Walk};
use api::Entry;
use axum::http::Method;
use people::Who;
use std::collections::BTreeSet;

/// Who holds the same role as somebody, at an organisation of their own.
fn twin(who: &str) -> Option<&'static str> {
    Some(match who {
        "ann" => "ben",
        "studio_a" => "studio_b",
        "cinema_a" => "cinema_b",
        "merchant_a" => "merchant_b",
        "shop_a" => "shop_b",
        "marketer_a" => "marketer_b",
        _ => return None,
    })
}

/// Somebody whom a route is for, as the first owner.
fn readers(entry: &Entry) -> Vec<&'static str> {
    match entry.who {
        Who::Anyone => vec!["guest"],
        Who::SignedIn => vec!["ann"],
        Who::Roles(roles) => roles
            .iter()
            .map(|role| match role.code() {
                "studio" => "studio_a",
                "cinema" => "cinema_a",
                "merchant" => "merchant_a",
                "shop" => "shop_a",
                "marketer" => "marketer_a",
                _ => "operator",
            })
            .collect(),
    }
}

/// What only its owner may read: no answer to somebody else holds any of these.
fn secrets(walk: &Walk) -> Vec<String> {
    let private =
        ["order", "product_order", "intent", "application", "contract", "statement", "campaign", "audience"];
    // What a circuit brought has no id but its own names.
    private.iter().map(|name| walk.ids[name].clone()).chain(["Old House".to_owned()]).collect()
}

#[tokio::test]
async fn the_walk_changed_something_at_every_route_that_can() {
    let walk = Walk::new().await;
    let walked: BTreeSet<(String, String)> =
        walk.sent.iter().map(|sent| (sent.method.to_string(), sent.template.clone())).collect();
    let all: BTreeSet<(String, String)> = walk
        .town
        .entries
        .iter()
        .filter(|entry| entry.method != Method::GET)
        .map(|entry| (entry.method.to_string(), entry.path.to_owned()))
        .collect();
    assert_eq!(
        walked, all,
        "a route that changes something is walked once, so that its neighbours can be tried"
    );
}

#[tokio::test]
async fn everybody_reads_their_own() {
    let mut walk = Walk::new().await;
    let reading: Vec<Entry> =
        walk.town.entries.iter().filter(|entry| entry.method == Method::GET).cloned().collect();
    for entry in reading {
        let mut refused = Vec::new();
        let readers = readers(&entry);
        let tried = readers.len();
        for who in readers {
            let answer = walk.get(who, entry.path).await;
            if !answer.status.is_success() {
                refused.push(format!("{} as {who}: {} {}", entry.path, answer.status, answer.json));
            }
        }
        // A route for two sides is about one of them: the other's organisation has no such thing.
        assert!(refused.len() < tried, "{}", refused.join("\n"));
    }
}

#[tokio::test]
async fn nobody_reads_what_is_anothers() {
    let mut walk = Walk::new().await;
    let secrets = secrets(&walk);
    let reading: Vec<Entry> =
        walk.town.entries.iter().filter(|entry| entry.method == Method::GET).cloned().collect();
    for entry in reading {
        for who in readers(&entry) {
            let Some(other) = twin(who) else { continue };
            let answer = walk.get(other, entry.path).await;
            let told = answer.json.to_string();
            assert!(matches!(answer.status.as_u16(), 200 | 404), "{} as {other}: {told}", entry.path);
            for secret in &secrets {
                assert!(!told.contains(secret), "{} tells {other} of {secret}", entry.path);
            }
        }
    }
}

#[tokio::test]
async fn what_names_a_thing_names_it_to_its_owner_alone() {
    let mut walk = Walk::new().await;
    let private =
        ["{order}", "{intent}", "{application}", "{contract}", "{campaign}", "{statement}", "{org}"];
    let reading: Vec<Entry> =
        walk.town.entries.iter().filter(|entry| entry.method == Method::GET).cloned().collect();
    for entry in reading.iter().filter(|entry| private.iter().any(|name| entry.path.contains(name))) {
        for who in readers(entry) {
            let Some(other) = twin(who) else { continue };
            let answer = walk.get(other, entry.path).await;
            assert_eq!(answer.status.as_u16(), 404, "{} as {other}: {}", entry.path, answer.json);
        }
    }
}

#[tokio::test]
async fn nobody_changes_what_is_anothers() {
    let mut walk = Walk::new().await;
    for (i, sent) in walk.sent.clone().into_iter().enumerate() {
        let Some(other) = twin(sent.who) else { continue };
        if is_everybodys(&sent) {
            continue;
        }
        let before = walk.town.print().await;
        let client = walk.client(other).await.key(&format!("other-{i}"));
        let answer = client.send(sent.method.clone(), &sent.path, sent.body.clone()).await;
        let at = format!("{} {} as {other}", sent.method, sent.path);
        assert_eq!(answer.status.as_u16(), 404, "{at}: {}", answer.json);
        assert_eq!(walk.town.print().await, before, "{at} left something behind");
    }
}

/// Whether a consumer's request names nothing that is anybody's: everybody may wish, hold, order, sign out.
fn is_everybodys(sent: &Sent) -> bool {
    let names_an_own_thing = ["{order}", "{intent}"].iter().any(|name| sent.template.contains(name));
    sent.who == "ann" && !names_an_own_thing
}
