//! Every route is called as everybody, and lets in whom its line in the registry names.

use crate::town::{Answer, Client, Town};
use api::Entry;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, StatusCode};
use kernel::{Actor, Kind, OrgId, PersonId, Role};
use serde_json::json;
use tower::ServiceExt;

/// Everybody there is: a guest, a consumer, one holder of each role at an organisation of their own.
const EVERYBODY: [(&str, Option<Role>); 8] = [
    ("guest", None),
    ("ann", None),
    ("cinema_a", Some(Role::Cinema)),
    ("marketer_a", Some(Role::Marketer)),
    ("merchant_a", Some(Role::Merchant)),
    ("operator", Some(Role::Operator)),
    ("shop_a", Some(Role::Shop)),
    ("studio_a", Some(Role::Studio)),
];

#[derive(Debug, PartialEq)]
enum Said {
    LetIn,
    SignInFirst,
    Forbidden,
}

fn said(answer: &Answer) -> Said {
    assert!(!answer.status.is_server_error(), "{}", answer.json);
    match answer.status {
        StatusCode::UNAUTHORIZED => Said::SignInFirst,
        StatusCode::FORBIDDEN => Said::Forbidden,
        _ => Said::LetIn,
    }
}

fn meant(entry: &Entry, name: &str, role: Option<Role>) -> Said {
    let roles = role.into_iter().map(|role| (role, OrgId("org_own".into()))).collect();
    let person = || Actor::Person { id: PersonId("per_any".into()), name: name.into(), roles };
    let actor = if name == "guest" { Actor::Guest } else { person() };
    match entry.who.check(&actor) {
        Ok(()) => Said::LetIn,
        Err(refusal) if refusal.kind == Kind::SignInFirst => Said::SignInFirst,
        Err(_) => Said::Forbidden,
    }
}

/// The path with something in the place of every parameter.
fn address(path: &str) -> String {
    let filled = path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part });
    filled.collect::<Vec<_>>().join("/")
}

async fn call(client: &Client, entry: &Entry) -> Answer {
    let body = (entry.method != Method::GET).then(|| json!({}));
    client.send(entry.method.clone(), &address(entry.path), body).await
}

#[tokio::test]
async fn every_route_is_for_whom_it_says() {
    let town = Town::new();
    let mut wrong = Vec::new();
    for entry in &town.entries {
        for (name, role) in EVERYBODY {
            // A fresh session each time: one route ends the session it is called with.
            let client = if name == "guest" { town.guest() } else { town.sign_in(name).await };
            let (said, meant) = (said(&call(&client, entry).await), meant(entry, name, role));
            if said != meant {
                wrong.push(format!("{} {} as {name}: {said:?}, not {meant:?}", entry.method, entry.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_session_that_is_over_is_refused_everywhere() {
    let town = Town::new();
    let over = town.guest().header("authorization", format!("Bearer {}", "a".repeat(43)));
    for entry in &town.entries {
        let answer = call(&over, entry).await;
        assert_eq!(answer.refusal(), (401, "session_over"), "{} {}", entry.method, entry.path);
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
}

#[tokio::test]
async fn the_pages_cookie_reads_and_never_writes() {
    let town = Town::new();
    let ann = town.sign_in("ann").await;
    let page = town.guest().header("cookie", format!("ferryman_session={}", ann.token()));
    let same = page.clone().header("sec-fetch-site", "same-origin");
    assert_eq!(same.get("/api/sessions/current").await.is(200)["email"], "ann@example.com");
    let elsewhere = page.header("sec-fetch-site", "cross-site");
    assert_eq!(elsewhere.get("/api/sessions/current").await.refusal(), (401, "sign_in_first"));
    let closing = same.send(Method::DELETE, "/api/sessions/current", None).await;
    assert_eq!(closing.refusal(), (401, "sign_in_first"));
    assert_eq!(ann.get("/api/sessions/current").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_opens_with_the_right_password_and_ends() {
    let town = Town::new();
    let guest = town.guest();
    let sign_in = |password: &str| json!({ "email": "ann@example.com", "password": password });
    assert_eq!(guest.post("/api/sessions", sign_in("<wrong>")).await.refusal(), (422, "wrong_password"));
    let stranger = json!({ "email": "nobody@example.com", "password": "x" });
    assert_eq!(guest.post("/api/sessions", stranger).await.refusal(), (422, "wrong_password"));
    let opened = guest.post("/api/sessions", sign_in(crate::town::PASSWORD)).await.is(201);
    let token = opened["token"].as_str().expect("a token");
    let ann = guest.clone().header("authorization", format!("Bearer {token}"));
    assert_eq!(ann.get("/api/sessions/current").await.is(200)["name"], "ann");
    ann.send(Method::DELETE, "/api/sessions/current", None).await.is(204);
    assert_eq!(ann.get("/api/sessions/current").await.refusal(), (401, "session_over"));
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_was_shown() {
    let town = Town::new();
    let ann = town.sign_in("ann").await;
    let again = json!({ "email": "ann@example.com", "password": crate::town::PASSWORD });
    ann.post("/api/sessions", again).await.is(201);
    assert_eq!(ann.get("/api/sessions/current").await.refusal(), (401, "session_over"));
}

#[tokio::test]
async fn every_answer_over_tls_says_how_it_may_be_used() {
    let town = Town::new();
    let settings = api::Settings { base_url: "https://tickets.example.com".into(), behind_proxy: false };
    let router = api::router(town.house.clone(), settings);
    for path in ["/api/titles", "/api/nowhere", "/api/health", "/api/openapi.json", "/api/baskets"] {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let answer = router.clone().oneshot(request).await.expect("an answer");
        let head =
            |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!(head("strict-transport-security"), "max-age=63072000; includeSubDomains", "{path}");
        assert_eq!(head("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(head("cache-control"), "no-store", "{path}");
        assert_eq!(head("access-control-allow-origin"), "", "{path}");
        for part in ["default-src 'none'", "object-src 'none'", "frame-ancestors 'none'", "sandbox"] {
            assert!(head("content-security-policy").contains(part), "{path}: {part}");
        }
    }
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let town = Town::new();
    let guess = json!({ "email": "ann@example.com", "password": "guess" });
    for _ in 0..people::throttle::TRIES_PER_EMAIL_MAX {
        assert_eq!(town.guest().post("/api/sessions", guess.clone()).await.status.as_u16(), 422);
    }
    let right = json!({ "email": "ann@example.com", "password": crate::town::PASSWORD });
    let answer = town.guest().post("/api/sessions", right).await;
    assert_eq!(answer.refusal(), (429, "too_many_tries"));
    assert_eq!(answer.headers["retry-after"], "900");
}

#[tokio::test]
async fn the_pages_can_stand_beside_it() {
    let town = Town::new();
    let pages = Router::new().fallback(|| async { "a page" });
    let both = pages.merge(api::router(town.house.clone(), api::Settings::local()));
    for (path, status, kind) in [
        ("/films", StatusCode::OK, "text/plain; charset=utf-8"),
        ("/api/nowhere", StatusCode::NOT_FOUND, "application/problem+json"),
        ("/api/titles", StatusCode::OK, "application/json"),
    ] {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let answer = both.clone().oneshot(request).await.expect("an answer");
        assert_eq!(
            (answer.status(), &answer.headers()["content-type"]),
            (status, &HeaderValue::from_static(kind))
        );
    }
}
