//! Carries notices to merchants, and does to them on the way what hostility says.
//!
//! A merchant's notices set out one after the other, different merchants' beside each other. Plain HTTP only:
//! this is a sandbox, and whoever it serves is near.

use crate::apps::{self, App};
use crate::hostility::Hostility;
use crate::notices::{self, Pending};
use crate::till::Till;
use alipay::{form, notice, wall};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kernel::Result;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

type Post = Client<HttpConnector, Full<Bytes>>;

/// Notices in one round, at most.
const ROUND_MAX: i64 = 64;
/// How long a merchant may think.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 1024;
/// How long notices are held back to be put out of order, in microseconds.
const HELD_BACK_MICROS: i64 = 400_000;

/// Delivers until it is time to stop.
pub async fn run(till: Arc<Till>, mut stopping: watch::Receiver<()>) {
    const LOOK_AGAIN: Duration = Duration::from_millis(100);
    let client = Client::builder(TokioExecutor::new()).build_http();
    loop {
        tokio::select! {
            () = till.news.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            _ = stopping.changed() => return,
        }
        if let Err(error) = round(&till, &client).await {
            tracing::error!(%error, "notices could not be delivered; this will be tried again");
        }
    }
}

async fn round(till: &Arc<Till>, client: &Post) -> Result<()> {
    let now = till.now();
    let due = till.read(move |view| notices::due(view, now, ROUND_MAX)).await?;
    let mut of_apps: BTreeMap<String, Vec<Pending>> = BTreeMap::new();
    for pending in due {
        of_apps.entry(pending.app_id.clone()).or_default().push(pending);
    }
    let mut rounds = JoinSet::new();
    for (app_id, pending) in of_apps {
        let app = till.read(move |view| apps::of(view, &app_id)).await?;
        rounds.spawn(round_of_app(till.clone(), client.clone(), app, pending));
    }
    while let Some(done) = rounds.join_next().await {
        done??;
    }
    Ok(())
}

async fn round_of_app(till: Arc<Till>, client: Post, app: App, mut due: Vec<Pending>) -> Result<()> {
    if app.hostility.reorder {
        let newest = due.iter().map(|pending| pending.created_at.micros).max().unwrap_or_default();
        if till.now().micros < newest + HELD_BACK_MICROS {
            return Ok(());
        }
        due.sort_by_key(|pending| std::cmp::Reverse((pending.created_at.micros, pending.id.clone())));
    }
    for pending in due {
        let outcome = deliver(&till, &client, &app.hostility, &pending).await;
        let (now, speed) = (till.now(), till.speed());
        till.write(move |tx, _, rules| notices::delivered(tx, rules, speed, &pending.id, &outcome, now))
            .await?;
    }
    Ok(())
}

/// What was answered, or why nothing was.
async fn deliver(till: &Till, client: &Post, hostility: &Hostility, pending: &Pending) -> String {
    if pending.attempts < i64::from(hostility.drop) {
        return "lost on the way".into();
    }
    let body = Bytes::from(signed(till, hostility, pending));
    let mut outcome = post(client, &pending.url, body.clone()).await;
    for _ in 0..hostility.duplicate {
        outcome = post(client, &pending.url, body.clone()).await;
    }
    outcome
}

/// The form: the same notice every time but for the time of sending.
fn signed(till: &Till, hostility: &Hostility, pending: &Pending) -> String {
    let mut fields = pending.fields.clone();
    fields.insert("notify_time".into(), wall::write(till.now().plus_seconds(hostility.clock_skew_seconds)));
    notice::sign(&mut fields, &till.keyring().alipay);
    if hostility.tamper_notices {
        fields.entry("total_amount".into()).and_modify(|amount| *amount = format!("9{amount}"));
    }
    form::write(&fields)
}

/// Posts once. What is answered with 200 is the outcome, to the letter; anything else is told in words.
async fn post(client: &Post, url: &str, body: Bytes) -> String {
    let Ok(uri) = url.parse::<Uri>() else { return "this is no address".into() };
    if uri.scheme_str() != Some("http") {
        return "only http is spoken here".into();
    }
    let request = Request::post(uri)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
        .body(Full::new(body));
    let Ok(request) = request else { return "this is no address".into() };
    let answered = async {
        let response = client.request(request).await.map_err(|error| format!("nobody answered: {error}"))?;
        let status = response.status();
        let read = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        let text = read.map_err(|_| "the answer cannot be read".to_owned())?.to_bytes();
        let text = String::from_utf8_lossy(&text).into_owned();
        if status == StatusCode::OK { Ok(text) } else { Err(format!("answered with {status}: {text}")) }
    };
    match tokio::time::timeout(PATIENCE, answered).await {
        Ok(Ok(text)) => text,
        Ok(Err(why)) => why,
        Err(_) => "nobody answered in time".into(),
    }
}
