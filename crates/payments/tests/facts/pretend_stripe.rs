//! A server that speaks as much of Stripe's API as the adapter and the official client need here. It holds no money.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

pub const KEY: &str = "sk_test_pretend";
pub const WEBHOOK_SECRET: &str = "whsec_pretend";

#[derive(Default)]
pub struct Inside {
    payments: BTreeMap<String, Value>,
    refunds: Vec<Value>,
    moved: Vec<Value>,
    /// What was answered under an idempotency key, and to which body.
    answered: BTreeMap<String, (String, Value)>,
    count: u64,
    /// The next answers that are dropped after their work is done.
    pub lost_replies: u64,
    /// The state in which refunds begin.
    pub refund_state: &'static str,
}

type Shared = Arc<Mutex<Inside>>;

/// A double that serves until it is dropped.
pub struct PretendStripe {
    pub address: SocketAddr,
    pub inside: Shared,
    _runtime: tokio::runtime::Runtime,
}

impl PretendStripe {
    pub fn start() -> PretendStripe {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let inside: Shared = Arc::new(Mutex::new(Inside { refund_state: "succeeded", ..Inside::default() }));
        let router = Router::new()
            .route("/v1/payment_intents", post(create))
            .route("/v1/payment_intents/{id}", get(retrieve))
            .route("/v1/payment_intents/{id}/confirm", post(confirm))
            .route("/v1/payment_intents/{id}/cancel", post(cancel))
            .route("/v1/refunds", post(refund).get(refunds))
            .route("/v1/balance_transactions", get(moved))
            .route("/pretend/payer/{id}", post(pay))
            .with_state(inside.clone());
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(async move { axum::serve(listener, router).await });
        PretendStripe { address, inside, _runtime: runtime }
    }

    pub fn lose_replies(&self, count: u64) {
        self.inside.lock().expect("no panic").lost_replies = count;
    }

    /// The payer confirms on the method's page.
    pub fn payer_pays(&self, id: &str) {
        let mut inside = self.inside.lock().expect("no panic");
        paid(&mut inside, id);
    }

    /// A payment as Stripe keeps it.
    pub fn payment(&self, id: &str) -> Value {
        self.inside.lock().expect("no panic").payments[id].clone()
    }

    pub fn payments(&self) -> usize {
        self.inside.lock().expect("no panic").payments.len()
    }

    pub fn refunded(&self) -> i64 {
        let inside = self.inside.lock().expect("no panic");
        inside.refunds.iter().filter_map(|refund| refund["amount"].as_i64()).sum()
    }
}

fn no(status: u16, code: &str) -> Response {
    let body = json!({ "error": { "type": "invalid_request_error", "code": code, "message": code } });
    (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
}

/// Answers, or drops the answer after the work was done.
fn reply(inside: &mut Inside, body: Value) -> Response {
    if inside.lost_replies > 0 {
        inside.lost_replies -= 1;
        return StatusCode::BAD_GATEWAY.into_response();
    }
    Json(body).into_response()
}

fn is_allowed(headers: &HeaderMap) -> bool {
    headers.get("authorization").is_some_and(|value| value == &format!("Bearer {KEY}"))
}

fn form(body: &Bytes) -> BTreeMap<String, String> {
    alipay::form::read_bytes(body).expect("a form")
}

/// `metadata[key]` and its kind as an object.
fn metadata(form: &BTreeMap<String, String>) -> Value {
    let named = form.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("metadata[")?.strip_suffix(']')?;
        Some((name.to_owned(), Value::from(value.clone())))
    });
    Value::Object(named.collect())
}

fn fresh(inside: &mut Inside, prefix: &str) -> String {
    inside.count += 1;
    format!("{prefix}_{:08}", inside.count)
}

/// What was answered before under the same idempotency key; another body under it is refused.
fn before(inside: &mut Inside, headers: &HeaderMap, body: &Bytes) -> Option<Response> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    let (asked, answer) = inside.answered.get(key)?.clone();
    if asked != String::from_utf8_lossy(body) {
        return Some(no(400, "idempotency_error"));
    }
    Some(reply(inside, answer))
}

fn remember(inside: &mut Inside, headers: &HeaderMap, body: &Bytes, answer: &Value) {
    if let Some(key) = headers.get("idempotency-key").and_then(|key| key.to_str().ok()) {
        let asked = String::from_utf8_lossy(body).into_owned();
        inside.answered.insert(key.to_owned(), (asked, answer.clone()));
    }
}

async fn create(State(inside): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let inside = &mut *inside.lock().expect("no panic");
    if !is_allowed(&headers) {
        return no(401, "invalid_api_key");
    }
    if let Some(before) = before(inside, &headers, &body) {
        return before;
    }
    let form = form(&body);
    let Some(amount) =
        form.get("amount").and_then(|amount| amount.parse::<i64>().ok()).filter(|amount| *amount > 0)
    else {
        return no(400, "parameter_invalid_integer");
    };
    let id = fresh(inside, "pi");
    let made = json!({
        "id": id, "object": "payment_intent", "amount": amount, "amount_received": 0,
        "currency": form["currency"], "metadata": metadata(&form), "status": "requires_payment_method",
        "livemode": false, "next_action": null,
    });
    inside.payments.insert(id, made.clone());
    remember(inside, &headers, &body, &made);
    reply(inside, made)
}

async fn retrieve(State(inside): State<Shared>, Path(id): Path<String>) -> Response {
    let inside = &mut *inside.lock().expect("no panic");
    match inside.payments.get(&id).cloned() {
        Some(found) => reply(inside, found),
        None => no(404, "resource_missing"),
    }
}

async fn confirm(State(inside): State<Shared>, Path(id): Path<String>, body: Bytes) -> Response {
    let inside = &mut *inside.lock().expect("no panic");
    let form = form(&body);
    let Some(payment) = inside.payments.get_mut(&id) else { return no(404, "resource_missing") };
    if payment["status"] != "requires_payment_method" {
        return no(400, "payment_intent_unexpected_state");
    }
    let url = format!("https://pretend.example/redirect/{id}");
    payment["status"] = "requires_action".into();
    payment["next_action"] = json!({
        "type": "alipay_handle_redirect",
        "alipay_handle_redirect": { "url": url, "return_url": form["return_url"] },
    });
    let answer = payment.clone();
    reply(inside, answer)
}

async fn cancel(State(inside): State<Shared>, Path(id): Path<String>) -> Response {
    let inside = &mut *inside.lock().expect("no panic");
    let Some(payment) = inside.payments.get_mut(&id) else { return no(404, "resource_missing") };
    if payment["status"] == "succeeded" || payment["status"] == "canceled" {
        return no(400, "payment_intent_unexpected_state");
    }
    payment["status"] = "canceled".into();
    let answer = payment.clone();
    reply(inside, answer)
}

fn paid(inside: &mut Inside, id: &str) {
    let moved = fresh(inside, "txn");
    let Some(payment) = inside.payments.get_mut(id).filter(|payment| payment["status"] == "requires_action")
    else {
        return;
    };
    payment["status"] = "succeeded".into();
    payment["amount_received"] = payment["amount"].clone();
    let line = json!({
        "id": moved, "object": "balance_transaction", "type": "charge", "amount": payment["amount"],
        "currency": payment["currency"], "fee": 100, "created": 1_482_465_700,
        "source": { "id": "ch_1", "object": "charge", "payment_intent": id, "metadata": payment["metadata"] },
    });
    inside.moved.push(line);
}

async fn pay(State(inside): State<Shared>, Path(id): Path<String>) -> Response {
    let inside = &mut *inside.lock().expect("no panic");
    paid(inside, &id);
    Json(json!({ "status": inside.payments[&id]["status"] })).into_response()
}

async fn refund(State(inside): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let inside = &mut *inside.lock().expect("no panic");
    if let Some(before) = before(inside, &headers, &body) {
        return before;
    }
    let form = form(&body);
    let id = form.get("payment_intent").cloned().unwrap_or_default();
    let Some(payment) = inside.payments.get(&id).cloned() else { return no(404, "resource_missing") };
    let amount: i64 = form["amount"].parse().expect("an amount");
    let before: i64 = inside
        .refunds
        .iter()
        .filter(|refund| refund["payment_intent"] == id)
        .filter_map(|refund| refund["amount"].as_i64())
        .sum();
    if payment["status"] != "succeeded" || before + amount > payment["amount"].as_i64().unwrap_or(0) {
        return no(400, "charge_already_refunded");
    }
    let made = json!({
        "id": fresh(inside, "re"), "object": "refund", "amount": amount, "currency": payment["currency"],
        "payment_intent": id, "metadata": metadata(&form), "status": inside.refund_state,
    });
    let line = json!({
        "id": fresh(inside, "txn"), "object": "balance_transaction", "type": "refund", "amount": -amount,
        "currency": payment["currency"], "fee": 0, "created": 1_482_465_800, "source": made,
    });
    inside.refunds.push(made.clone());
    inside.moved.push(line);
    remember(inside, &headers, &body, &made);
    reply(inside, made)
}

fn asked(query: Option<String>) -> BTreeMap<String, String> {
    alipay::form::read(&query.unwrap_or_default()).expect("a query")
}

/// A page of a list, as Stripe pages it.
fn page(all: Vec<Value>, query: &BTreeMap<String, String>) -> Value {
    let limit = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(10_usize);
    let from = match query.get("starting_after") {
        Some(after) => 1 + all.iter().position(|one| one["id"] == **after).expect("a known id"),
        None => 0,
    };
    let data: Vec<Value> = all.iter().skip(from).take(limit).cloned().collect();
    json!({ "object": "list", "has_more": from + data.len() < all.len(), "data": data, "url": "/v1" })
}

async fn refunds(State(inside): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let inside = &mut *inside.lock().expect("no panic");
    let query = asked(query);
    let wanted = query.get("payment_intent").cloned();
    let all =
        inside.refunds.iter().filter(|one| wanted.as_ref().is_none_or(|id| one["payment_intent"] == **id));
    let page = page(all.cloned().collect(), &query);
    reply(inside, page)
}

async fn moved(State(inside): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let inside = &mut *inside.lock().expect("no panic");
    let query = asked(query);
    let second = |name: &str, other: i64| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(other);
    let (from, to) = (second("created[gte]", 0), second("created[lt]", i64::MAX));
    let is_in = |one: &&Value| one["created"].as_i64().is_some_and(|at| from <= at && at < to);
    let page = page(inside.moved.iter().filter(is_in).cloned().collect(), &query);
    reply(inside, page)
}
