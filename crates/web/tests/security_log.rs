//! What the log tells of who tried which door; in a process of its own, for other tests write such lines, too.

use web::{Entry, Settings, Site, cookies, encode, routes};

#[allow(dead_code, reason = "this test needs only a part of the town")]
#[path = "../src/testing.rs"]
mod testing;

use testing::{Log, Town};

const ANN: [(&str, &str); 2] = [("email", "Ann@example.com"), ("password", "correct horse")];

#[tokio::test]
async fn who_comes_and_who_is_refused_is_written_down() {
    let town = Town::new();
    let ann = town.person("ann", &[]).await;
    let log = Log::begin();
    town.browser().post("/sign-in", &[ANN[0], ("password", "swordfish\nsigned_in")]).await;
    town.browser().post("/sign-in", &ANN).await;
    ann.get("/console/house?next=%0Asigned_in").await;
    ann.post("/sign-out", &[]).await;
    ann.header("sec-fetch-site", "cross-site").post("/sign-in", &ANN).await;
    let lines = log.lines();
    for (what, level) in [
        ("wrong_password", "WARN"),
        ("signed_in", "INFO"),
        ("forbidden", "WARN"),
        ("signed_out", "INFO"),
        ("from_elsewhere", "WARN"),
    ] {
        let said = format!("what=\"{what}\"");
        assert!(lines.iter().any(|line| line.contains(&said) && line.contains(level)), "{what}: {lines:#?}");
    }
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(lines.iter().all(|line| line.contains("security: ") && line.contains("from=")), "{lines:#?}");
    for kept_silent in ["swordfish", "correct horse", "example.com"] {
        assert!(!lines.iter().any(|line| line.contains(kept_silent)), "{kept_silent}: {lines:#?}");
    }
}
