//! Every route is called as everybody, and answers as its line in the registry says.

use axum::http::{Method, StatusCode};
use kernel::{Actor, OrgId, PersonId, Role};
use web::{Entry, Settings, Site, cookies, encode, routes};

#[allow(dead_code, reason = "this test needs only a part of the town")]
#[path = "../src/testing.rs"]
mod testing;

use testing::{Answer, Town};

/// Everybody there is: a guest, a consumer, and one holder of each role.
const EVERYBODY: [(&str, Option<Role>); 8] = [
    ("guest", None),
    ("consumer", None),
    ("cinema", Some(Role::Cinema)),
    ("marketer", Some(Role::Marketer)),
    ("merchant", Some(Role::Merchant)),
    ("operator", Some(Role::Operator)),
    ("shop", Some(Role::Shop)),
    ("studio", Some(Role::Studio)),
];

fn actor(name: &str, role: Option<Role>) -> Actor {
    if name == "guest" {
        return Actor::Guest;
    }
    let roles = role.into_iter().map(|role| (role, OrgId("org_any".into()))).collect();
    Actor::Person { id: PersonId("per_any".into()), name: name.into(), roles }
}

/// The path with something in the place of every parameter.
fn address(path: &str) -> String {
    let filled = path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part });
    filled.collect::<Vec<_>>().join("/")
}

#[derive(Debug, PartialEq, Eq)]
enum Said {
    LetIn,
    SignInFirst,
    Forbidden,
    Broken(StatusCode),
}

fn said(answer: &Answer) -> Said {
    match answer.status {
        _ if answer.location().starts_with("/sign-in?next=") => Said::SignInFirst,
        StatusCode::UNAUTHORIZED => Said::SignInFirst,
        StatusCode::FORBIDDEN => Said::Forbidden,
        status if status.is_server_error() => Said::Broken(status),
        _ => Said::LetIn,
    }
}

fn meant(entry: &Entry, actor: &Actor) -> Said {
    match entry.who.check(actor) {
        Ok(()) => Said::LetIn,
        Err(refusal) if refusal.kind == kernel::Kind::SignInFirst => Said::SignInFirst,
        Err(_) => Said::Forbidden,
    }
}

#[tokio::test]
async fn every_route_is_for_whom_it_says() {
    let town = Town::new();
    for (name, role) in EVERYBODY {
        match role {
            Some(Role::Operator) | None if name != "consumer" => {}
            Some(role) => drop(town.staff(name, role).await),
            None => drop(town.person(name, &[]).await),
        }
    }
    let mut wrong = Vec::new();
    for entry in &town.entries {
        for (name, role) in EVERYBODY {
            // A fresh session each time: some routes end the one they are called with.
            let browser = if name == "guest" { town.browser() } else { town.session(name).await };
            let answer = browser.send(entry.method.clone(), &address(entry.path), &[]).await;
            let (said, meant) = (said(&answer), meant(entry, &actor(name, role)));
            if said != meant {
                wrong.push(format!("{} {} as {name}: {said:?}, not {meant:?}", entry.method, entry.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_route_stands_in_the_registry_once() {
    let town = Town::new();
    let mut lines: Vec<String> = town
        .entries
        .iter()
        .map(|entry| format!("{} {} {}", entry.method, entry.path, entry.who.code()))
        .collect();
    lines.sort();
    lines.dedup_by_key(|line| line.rsplit_once(' ').map(|(route, _)| route.to_owned()));
    assert_eq!(lines.len(), town.entries.len());
}

#[tokio::test]
async fn every_answer_is_protected() {
    let town = Town::new();
    for path in ["/sign-in", "/nowhere", "/assets/ferryman.css", "/art/the-ferryman.svg", "/account"] {
        let answer = town.browser().get(path).await;
        let header =
            |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(!header("content-security-policy").contains("unsafe"), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
    }
}

#[tokio::test]
async fn what_is_nowhere_is_said_calmly() {
    let town = Town::new();
    let nowhere = town.browser().header("accept-language", "zh").get("/nowhere").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert!(nowhere.text.contains("这个地址没有内容。"));
    let unasked = town.browser().send(Method::DELETE, "/sign-in", &[]).await;
    assert_eq!(unasked.status, StatusCode::METHOD_NOT_ALLOWED);
    let large = "x".repeat(web::form::BYTES_MAX);
    let answer = town.browser().post("/sign-in", &[("email", &large)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("64 KiB"));
}

#[tokio::test]
async fn assets_are_sent_once() {
    let town = Town::new();
    for path in ["/assets/ferryman.css", "/assets/ferryman.js", "/assets/lantern.svg", "/art/poster-x.svg"] {
        let first = town.browser().get(path).await;
        assert_eq!(first.status, StatusCode::OK, "{path}");
        let mark = first.headers.get("etag").and_then(|mark| mark.to_str().ok()).expect("a mark").to_owned();
        let again = town.browser().header("if-none-match", Box::leak(mark.into_boxed_str())).get(path).await;
        assert_eq!((again.status, again.text.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
        assert!(first.set_cookie("ferryman_visitor").is_none(), "{path}");
    }
    assert_eq!(town.browser().get("/art/the-ferryman").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_visitor_is_the_same_next_time() {
    let town = Town::new();
    let first = town.browser().get("/sign-in").await;
    assert!(first.set_cookie("ferryman_visitor").is_some_and(|cookie| cookie.contains("HttpOnly")));
    let next = town.browser().with_cookies_of(&first).get("/sign-in").await;
    assert!(next.set_cookie("ferryman_visitor").is_none());
}

#[tokio::test]
async fn every_answer_over_tls_says_how_it_may_be_used() {
    let town = Town::reached_at("https://tickets.example.com");
    for path in
        ["/", "/sign-in", "/nowhere", "/assets/ferryman.js", "/art/poster-x.svg", "/account", "/console"]
    {
        let answer = town.browser().get(path).await;
        let head =
            |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!(head("strict-transport-security"), "max-age=63072000; includeSubDomains", "{path}");
        assert_eq!(head("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(head("referrer-policy"), "same-origin", "{path}");
        let policy = head("content-security-policy");
        for part in [
            "default-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{path}: {part} of {policy}");
        }
        let kind = head("content-type");
        let is_text = kind.starts_with("text/") || kind.contains("xml");
        assert!(!is_text || kind.ends_with("; charset=utf-8"), "{path}: {kind}");
        assert!(!policy.contains("unsafe") && head("access-control-allow-origin").is_empty(), "{path}");
    }
    let plain = Town::new().browser().get("/sign-in").await;
    assert!(!plain.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn cookies_over_tls_are_of_this_host_alone() {
    let town = Town::reached_at("https://tickets.example.com");
    town.person("ann", &[]).await;
    let typed = [("email", "ann@example.com"), ("password", "correct horse")];
    let answer = town.browser().post("/sign-in?lang=zh", &typed).await;
    let set: Vec<&str> =
        answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect();
    assert_eq!(set.len(), 4, "{set:?}");
    for cookie in &set {
        assert!(cookie.starts_with("__Host-") && cookie.contains("; Path=/;"), "{cookie}");
        assert!(cookie.contains("; SameSite=Lax") && cookie.ends_with("; Secure"), "{cookie}");
        assert!(cookie.contains("; HttpOnly") || cookie.starts_with("__Host-lang="), "{cookie}");
        assert!(!cookie.contains("Domain="), "{cookie}");
    }
    let ann = town.browser().with_cookies_of(&answer);
    assert_eq!(ann.get("/account").await.status, StatusCode::OK);
    let planted = town.session("ann").await;
    assert_eq!(planted.get("/account").await.location(), "/sign-in?next=%2Faccount", "without the prefix");
}

#[tokio::test]
async fn what_is_told_to_somebody_is_kept_by_no_browser() {
    let town = Town::new();
    let ann = town.person("ann", &[]).await;
    for path in ["/", "/account", "/tickets", "/orders", "/account/password"] {
        assert_eq!(ann.get(path).await.headers["cache-control"], "private, no-store", "{path}");
    }
    assert_eq!(town.browser().get("/").await.headers["cache-control"], "private, no-cache");
}

#[tokio::test]
async fn nobody_traces_a_request() {
    let town = Town::new();
    let ann = town.person("ann", &[]).await.header("x-of-mine", "a-word-of-mine");
    for path in ["/", "/account", "/nowhere", "/assets/ferryman.js"] {
        let answer = ann.send(Method::TRACE, path, &[]).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert!(
            !answer.text.contains("a-word-of-mine") && !answer.text.contains("ferryman_session"),
            "{path}"
        );
    }
}
