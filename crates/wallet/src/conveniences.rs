//! Plain HTTP for tests and demonstrations: a buyer scans, pays, confirms with one call; the clock moves on;
//! an app is treated badly. Nobody is asked who they are, so a wallet can be served without it.

use crate::accounts::{self, Account};
use crate::apps::{self, App};
use crate::hostility::Hostility;
use crate::notices::{self, Pending};
use crate::orders::{self, Biz};
use crate::till::Till;
use crate::trades::{self, Trade};
use crate::{audit, bills, checkouts};
use alipay::{Method, amount, code};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use db::{Tx, View};
use kernel::{Act, Currency, Day, Error, Kind, Refusal, Result};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;

type Asked = Query<HashMap<String, String>>;
type Desk = State<Arc<Till>>;

pub fn router() -> Router<Arc<Till>> {
    Router::new()
        .route("/apps", get(list_apps).post(add_app))
        .route("/apps/{app_id}/hostility", get(hostility).put(treat))
        .route("/apps/{app_id}/withdrawal", post(withdraw))
        .route("/apps/{app_id}/bills/{day}/planted", get(planted))
        .route("/apps/{app_id}/trades", post(pay_all))
        .route("/accounts", get(list_accounts).post(open_account))
        .route("/accounts/{buyer}/top-up", post(top_up))
        .route("/accounts/{buyer}/auth-code", post(auth_code))
        .route("/trades/{out_trade_no}", get(show_trade))
        .route("/trades/{out_trade_no}/scan", post(scan))
        .route("/trades/{out_trade_no}/payment", post(pay))
        .route("/notices", get(list_notices))
        .route("/notices/hurry", post(hurry))
        .route("/clock", get(clock).post(move_clock))
        .route("/keys/rotation", post(rotate))
        .route("/check", get(check))
}

/// What was said, or why not, both as JSON.
struct Said(Result<Value>);

impl IntoResponse for Said {
    fn into_response(self) -> Response {
        match self.0 {
            Ok(value) => Json(value).into_response(),
            Err(Error::Refused(refusal)) => {
                let status = StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::CONFLICT);
                let said = json!({ "code": refusal.code, "en": refusal.say.en, "zh": refusal.say.zh });
                (status, Json(said)).into_response()
            }
            Err(Error::Fault(fault)) => {
                tracing::error!(fault = format!("{fault:#}"), "a convenience broke off");
                let said = json!({ "code": "fault", "en": "Something broke.", "zh": "出错了。" });
                (StatusCode::INTERNAL_SERVER_ERROR, Json(said)).into_response()
            }
        }
    }
}

fn wanted(asked: &Asked, name: &'static str) -> Result<String, Refusal> {
    asked.get(name).filter(|value| !value.is_empty()).cloned().ok_or_else(|| missing(name))
}

fn missing(name: &'static str) -> Refusal {
    Refusal::field(name, "missing_parameter", format!("Say ?{name}=…"), format!("请给出参数 {name}。"))
}

fn described_app(app: &App) -> Value {
    json!({ "app_id": app.app_id, "seller_id": app.seller_id, "name": app.name, "hostility": app.hostility })
}

/// The currency that a call names, else the one that orders are in.
fn currency(view: &View, asked: &Asked) -> Result<Currency> {
    match asked.get("currency") {
        Some(code) => Ok(Currency::parse(code)?),
        None => checkouts::usual_currency(view),
    }
}

fn described_account(view: &View, account: &Account, currency: Currency) -> Result<Value> {
    let balance = accounts::balance(view, &account.id, currency)?;
    Ok(json!({
        "id": account.id,
        "name": account.name,
        "balance": amount::write(balance),
        "currency": currency.code(),
    }))
}

fn described_trade(trade: &Trade) -> Value {
    json!({
        "trade_no": trade.trade_no,
        "out_trade_no": trade.order.out_trade_no,
        "trade_status": trade.status.code(),
        "total_amount": amount::write(trade.order.total),
        "currency": trade.order.total.currency.code(),
        "refund_fee": amount::write(trade.refunded),
        "buyer_id": trade.buyer_id,
    })
}

async fn list_apps(State(till): Desk) -> Said {
    let apps = till.read(apps::all).await;
    Said(apps.map(|apps| apps.iter().map(described_app).collect()))
}

async fn add_app(State(till): Desk, asked: Asked) -> Said {
    let name = match wanted(&asked, "name") {
        Ok(name) => name,
        Err(refusal) => return Said(Err(refusal.into())),
    };
    let adding = till.clone();
    let added = tokio::task::spawn_blocking(move || adding.add_app(&name)).await;
    match added.map_err(Error::from).and_then(|added| added) {
        Ok(()) => list_apps(State(till)).await,
        Err(error) => Said(Err(error)),
    }
}

async fn hostility(State(till): Desk, Path(app_id): Path<String>) -> Said {
    Said(till.read(move |view| Ok(serde_json::to_value(apps::of(view, &app_id)?.hostility)?)).await)
}

/// What is not mentioned is as in peace.
async fn treat(State(till): Desk, Path(app_id): Path<String>, body: String) -> Said {
    let asked: Hostility = match serde_json::from_str(&body) {
        Ok(asked) => asked,
        Err(error) => {
            let refusal =
                Refusal::new(Kind::Invalid, "bad_hostility", error.to_string(), "无法识别的故障模式。");
            return Said(Err(refusal.into()));
        }
    };
    let done = till.write(move |tx, _, _| {
        apps::of(tx, &app_id)?;
        apps::treat(tx, &app_id, &asked)
    });
    Said(done.await.map(|app| described_app(&app)))
}

async fn withdraw(State(till): Desk, Path(app_id): Path<String>, asked: Asked) -> Said {
    let taken = till
        .write(move |tx, act, _| {
            let amount = amount::read(&wanted(&asked, "amount")?, currency(tx, &asked)?)?;
            let app = apps::of(tx, &app_id)?;
            let seller = accounts::withdraw(tx, act, &app.seller_id, amount)?;
            described_account(tx, &seller, amount.currency)
        })
        .await;
    Said(taken)
}

async fn planted(State(till): Desk, Path((app_id, day)): Path<(String, String)>) -> Said {
    let (rules, now) = (till.rules.clone(), till.now());
    let found = till
        .read(move |view| {
            let app = apps::of(view, &app_id)?;
            let (bill, planted) = bills::of(view, &rules, &app, Day::parse(&day)?, now)?;
            Ok(json!({ "lines": bill.lines.len(), "planted": planted }))
        })
        .await;
    Said(found)
}

async fn list_accounts(State(till): Desk, asked: Asked) -> Said {
    const LIMIT: i64 = 1000;
    let listed = till.read(move |view| {
        let currency = currency(view, &asked)?;
        let buyers = accounts::buyers(view, LIMIT)?;
        buyers.iter().map(|buyer| described_account(view, buyer, currency)).collect()
    });
    Said(listed.await)
}

async fn open_account(State(till): Desk, asked: Asked) -> Said {
    let opened = till.write(move |tx, act, rules| {
        let currency = currency(tx, &asked)?;
        let buyer = accounts::buyer(tx, act, &wanted(&asked, "name")?)?;
        accounts::meet(tx, act, rules, &buyer, currency)?;
        described_account(tx, &buyer, currency)
    });
    Said(opened.await)
}

async fn top_up(State(till): Desk, Path(buyer): Path<String>, asked: Asked) -> Said {
    let done = till
        .write(move |tx, act, rules| {
            let amount = amount::read(&wanted(&asked, "amount")?, currency(tx, &asked)?)?;
            let buyer = accounts::buyer_of(tx, &buyer)?;
            let buyer = accounts::top_up(tx, act, rules, &buyer.id, amount)?;
            described_account(tx, &buyer, amount.currency)
        })
        .await;
    Said(done)
}

async fn auth_code(State(till): Desk, Path(buyer): Path<String>) -> Said {
    let made = till
        .write(move |tx, act, rules| {
            let buyer = accounts::buyer(tx, act, &buyer)?;
            accounts::auth_code(tx, act, rules, &buyer.id)
        })
        .await;
    Said(made.map(|code| json!({ "auth_code": code })))
}

/// The trade of an order number: of this app, or of whichever app used the number.
fn find(view: &View, app_id: Option<&String>, out_trade_no: &str) -> Result<Option<Trade>> {
    for app in searched(view, app_id)? {
        if let Some(trade) = trades::by_order(view, &app.seller_id, out_trade_no)? {
            return Ok(Some(trade));
        }
    }
    Ok(None)
}

fn searched(view: &View, app_id: Option<&String>) -> Result<Vec<App>> {
    match app_id {
        Some(app_id) => Ok(vec![apps::of(view, app_id)?]),
        None => apps::all(view),
    }
}

async fn show_trade(State(till): Desk, Path(out_trade_no): Path<String>, asked: Asked) -> Said {
    let found = till.read(move |view| find(view, asked.get("app_id"), &out_trade_no)).await;
    Said(found.and_then(|trade| {
        let trade = trade.ok_or(code::TRADE_NOT_EXIST)?;
        Ok(described_trade(&trade))
    }))
}

async fn scan(State(till): Desk, Path(out_trade_no): Path<String>, asked: Asked) -> Said {
    let scanned =
        till.write(move |tx, act, rules| Ok(opened(tx, &mut act.clone(), rules, &asked, &out_trade_no)?.0));
    Said(scanned.await.map(|trade| described_trade(&trade)))
}

/// The trade, opened by the buyer who is named, and that buyer.
fn opened(
    tx: &Tx,
    act: &mut Act,
    rules: &crate::Rules,
    asked: &Asked,
    out_trade_no: &str,
) -> Result<(Trade, Account)> {
    let known = find(tx, asked.get("app_id"), out_trade_no)?;
    let buyer = match (asked.get("buyer"), &known) {
        (Some(name), _) => accounts::buyer(tx, act, name)?,
        (None, Some(trade)) => accounts::of(tx, &trade.buyer_id)?,
        (None, None) => return Err(missing("buyer").into()),
    };
    if let Some(trade) = known {
        return Ok((trades::current(tx, act, &trade.trade_no)?, buyer));
    }
    for app in searched(tx, asked.get("app_id"))? {
        if let Some(checkout) = checkouts::by_order(tx, &app.seller_id, out_trade_no)? {
            return Ok((checkouts::open(tx, act, rules, &checkout, &buyer)?, buyer));
        }
    }
    Err(code::TRADE_NOT_EXIST.into())
}

/// Scans if need be, and pays.
async fn pay(State(till): Desk, Path(out_trade_no): Path<String>, asked: Asked) -> Said {
    let paid = till
        .write(move |tx, act, rules| {
            let (trade, buyer) = opened(tx, act, rules, &asked, &out_trade_no)?;
            trades::pay(tx, act, rules, &trade.trade_no, &buyer)
        })
        .await;
    Said(paid.map(|trade| described_trade(&trade)))
}

/// Orders that one buyer pays at once, told to nobody: a day of trades in a few calls. All of them or none.
async fn pay_all(State(till): Desk, Path(app_id): Path<String>, asked: Asked, body: String) -> Said {
    const ORDERS_MAX: usize = 1_000;
    let orders: Vec<Biz> = match serde_json::from_str::<Vec<Map<String, Value>>>(&body) {
        Ok(orders) if orders.len() <= ORDERS_MAX => orders.into_iter().map(Biz).collect(),
        _ => return Said(Err(orders::bad("orders").into())),
    };
    let paid = till.write(move |tx, act, rules| {
        let app = apps::of(tx, &app_id)?;
        let buyer = accounts::buyer(tx, act, &wanted(&asked, "buyer")?)?;
        let pay = |biz| {
            let seller = (app.app_id.as_str(), app.seller_id.as_str());
            let order = orders::read(biz, Method::TradePrecreate, seller, (None, None))?;
            let trade = trades::open(tx, act, rules, &order, &buyer, "")?;
            trades::pay(tx, act, rules, &trade.trade_no, &buyer)
        };
        orders.iter().map(pay).collect::<Result<Vec<Trade>>>()
    });
    Said(paid.await.map(|trades| trades.iter().map(described_trade).collect()))
}

async fn list_notices(State(till): Desk, asked: Asked) -> Said {
    const LIMIT: i64 = 200;
    let found = till
        .read(move |view| {
            let mut found = Vec::new();
            for pending in notices::newest(view, LIMIT)? {
                let order = pending.fields.get("out_trade_no");
                if asked.get("out_trade_no").is_none_or(|wanted| Some(wanted) == order) {
                    found.push(described_notice(view, &pending)?);
                }
            }
            Ok(found)
        })
        .await;
    Said(found.map(Value::from))
}

fn described_notice(view: &View, pending: &Pending) -> Result<Value> {
    let deliveries = notices::deliveries(view, &pending.id)?;
    let deliveries: Vec<Value> = deliveries
        .into_iter()
        .map(|(attempt, outcome, at)| json!({ "attempt": attempt, "outcome": outcome, "at": at.rfc3339() }))
        .collect();
    Ok(json!({
        "notify_id": pending.id,
        "trade_no": pending.trade_no,
        "out_trade_no": pending.fields.get("out_trade_no"),
        "trade_status": pending.fields.get("trade_status"),
        "url": pending.url,
        "state": pending.state,
        "attempts": pending.attempts,
        "next_at": pending.next_at.rfc3339(),
        "deliveries": deliveries,
    }))
}

/// Whatever waits for its next delivery is due now.
async fn hurry(State(till): Desk) -> Said {
    let hurried = till.write(|tx, act, _| notices::hurry(tx, act.at)).await;
    Said(hurried.map(|count| json!({ "hurried": count })))
}

async fn clock(State(till): Desk) -> Said {
    let now = till.now();
    Said(Ok(
        json!({ "now": now.rfc3339(), "beijing": alipay::wall::write(now), "notice_speed": till.speed() }),
    ))
}

/// `advance_seconds` moves the wallet's clock on; `notice_speed` says how much faster notices are repeated.
async fn move_clock(State(till): Desk, asked: Asked) -> Said {
    let number =
        |name| asked.get(name).map(|text| text.parse::<i64>().map_err(|_| missing(name))).transpose();
    match (number("advance_seconds"), number("notice_speed")) {
        (Ok(seconds), Ok(speed)) => {
            till.advance(seconds.unwrap_or(0));
            if let Some(speed) = speed {
                till.set_speed(speed);
            }
        }
        (Err(refusal), _) | (_, Err(refusal)) => return Said(Err(refusal.into())),
    }
    if let Err(error) = till.sweep().await {
        return Said(Err(error));
    }
    clock(State(till)).await
}

/// The platform replaces its signing key, as it does when one has leaked.
async fn rotate(State(till): Desk) -> Said {
    let rotating = till.clone();
    let rotated = tokio::task::spawn_blocking(move || {
        let keyring = rotating.keyring().rotate(&mut rotating.act())?;
        let sn = keyring.alipay_cert_sn.clone();
        rotating.replace_keyring(keyring);
        Ok(json!({ "alipay_cert_sn": sn }))
    });
    Said(rotated.await.map_err(Error::from).and_then(|rotated| rotated))
}

async fn check(State(till): Desk) -> Said {
    Said(till.read(audit::check).await.map(|wrong| json!({ "holds": wrong.is_empty(), "wrong": wrong })))
}
