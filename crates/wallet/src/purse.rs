//! A shopper's account: what is in it, its bar code, what happened, what waits to be confirmed.

use crate::accounts::{self, Account};
use crate::checkouts;
use crate::look::{Page, say, sum, when};
use crate::movements::{self, Seen};
use crate::pages::{Fields, Reader, answer_error, keep, note};
use crate::server::see_other;
use crate::till::Till;
use crate::trades::Trade;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use db::View;
use kernel::{Lang, Money, Result};
use maud::{Markup, PreEscaped, html};
use std::sync::Arc;

struct Purse {
    account: Account,
    balances: Vec<Money>,
    waiting: Vec<Trade>,
    history: Vec<Seen>,
}

impl Purse {
    fn read(view: &View, buyer: &str, now: kernel::Instant) -> Result<Purse> {
        const HISTORY: i64 = 50;
        let account = accounts::buyer_of(view, buyer)?;
        let waiting = view.all(
            "select trade_no, buyer_id, order_json, refunded_minor, fee_minor, status, auth_code, created_at, expires_at,
                    paid_at, closed_at
             from trade
             where buyer_id = $1 and status = 'WAIT_BUYER_PAY' and expires_at > $2
             order by created_at desc
             limit 20",
            &[&account.id, &now],
        )?;
        let history = movements::history(view, &account.id, HISTORY)?;
        let balances = accounts::balances(view, &account.id)?;
        Ok(Purse { account, balances, waiting, history })
    }
}

pub async fn show(State(till): State<Arc<Till>>, headers: HeaderMap, query: RawQuery) -> Response {
    let reader = Reader::of(&headers, &query);
    let back = query.0.as_deref().unwrap_or_default();
    let back = back.split('&').find_map(|pair| pair.strip_prefix("back=")).map(str::to_owned);
    page(&till, &reader, back.filter(|token| is_token(token)), None, None).await
}

fn is_token(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

async fn page(
    till: &Arc<Till>,
    reader: &Reader,
    back: Option<String>,
    said: Option<(bool, String)>,
    code: Option<String>,
) -> Response {
    let (lang, now) = (reader.lang, till.now());
    let found = match reader.buyer.clone() {
        Some(buyer) => till.read(move |view| Ok(Purse::read(view, &buyer, now).ok())).await,
        None => Ok(None),
    };
    let body = match found {
        Ok(Some(purse)) => html! {
            @if let Some((good, sentence)) = &said { (note(*good, sentence)) }
            (held(lang, &purse, code.as_deref()))
            (more(lang, &purse.balances, back.as_deref()))
            (waiting(lang, &purse.waiting))
            (history(lang, &purse.history))
            (other(lang))
        },
        Ok(None) => other(lang),
        Err(error) => return answer_error(reader, error),
    };
    let title = say(lang, "My wallet", "我的钱包");
    reader.page(StatusCode::OK, Page { lang, title, path: "/purse", body, bar: None })
}

fn held(lang: Lang, purse: &Purse, code: Option<&str>) -> Markup {
    html! {
        section class="card" {
            p class="soft middle" { (purse.account.name) }
            @for balance in &purse.balances { (sum(*balance)) }
            @match code {
                Some(code) => { div class="code" { (PreEscaped(qr(code))) } p class="digits" { (code) } },
                None => form method="post" action="/purse/bar-code" { button class="quiet" { (say(lang, "Show my payment code", "出示付款码")) } },
            }
        }
    }
}

/// More pretend money, in each currency that the account has met.
fn more(lang: Lang, balances: &[Money], back: Option<&str>) -> Markup {
    const OFFERED_MINOR: i64 = 10_000;
    html! {
        @for currency in balances.iter().map(|balance| balance.currency) {
            section class="card" {
                form class="stack" method="post" action="/purse/top-up" {
                    @if let Some(back) = back { input type="hidden" name="back" value=(back); }
                    input type="hidden" name="currency" value=(currency.code());
                    label {
                        @match lang { Lang::En => { "Top up, in " (currency.unit(lang)) }, Lang::Zh => { "充值金额（" (currency.unit(lang)) "）" } }
                        input name="amount" inputmode="decimal" value=(Money::new(OFFERED_MINOR, currency).decimal()) required;
                    }
                    button class="quiet" { (say(lang, "Top up", "充值")) }
                }
            }
        }
    }
}

/// The code as a picture that a till can read; nothing when it cannot be drawn.
fn qr(code: &str) -> String {
    let drawn = qrcode::QrCode::new(code);
    drawn.map(|drawn| drawn.render::<qrcode::render::svg::Color>().build()).unwrap_or_default()
}

fn waiting(lang: Lang, trades: &[Trade]) -> Markup {
    html! {
        @if !trades.is_empty() {
            section class="card" {
                h2 { (say(lang, "Waiting for you", "待确认")) }
                ul class="list" {
                    @for trade in trades {
                        li { a href=(format!("/cashier/{}", trade.trade_no)) { (trade.order.subject) } span class="amount" { (trade.order.total) } }
                    }
                }
            }
        }
    }
}

fn history(lang: Lang, seen: &[Seen]) -> Markup {
    html! {
        section class="card" {
            h2 { (say(lang, "History", "账单")) }
            ul class="list" {
                @for movement in seen {
                    li {
                        span { (kind(lang, &movement.kind)) @if !movement.subject.is_empty() { " · " (movement.subject) } br; span class="soft" { (when(movement.at, lang)) } }
                        span class={ "amount" @if movement.amount.minor > 0 { " plus" } } { @if movement.amount.minor > 0 { "+" } (movement.amount) }
                    }
                }
            }
        }
    }
}

fn kind(lang: Lang, code: &str) -> &'static str {
    match code {
        "payment" => say(lang, "Payment", "付款"),
        "refund" => say(lang, "Refund", "退款"),
        _ => say(lang, "Top-up", "充值"),
    }
}

fn other(lang: Lang) -> Markup {
    html! {
        section class="card" {
            h2 { (say(lang, "Another account", "换一个账户")) }
            form class="stack" method="post" action="/purse/account" {
                label { (say(lang, "Name", "名字")) input name="name" maxlength="40" required; }
                button class="quiet" { (say(lang, "Open or use it", "打开")) }
            }
        }
    }
}

pub async fn choose(
    State(till): State<Arc<Till>>,
    headers: HeaderMap,
    query: RawQuery,
    fields: Fields,
) -> Response {
    let reader = Reader::of(&headers, &query);
    let name = fields.get("name").cloned().unwrap_or_default();
    let opened = till.write(move |tx, act, rules| {
        let buyer = accounts::buyer(tx, act, &name)?;
        let usual = checkouts::usual_currency(tx)?;
        accounts::meet(tx, act, rules, &buyer, usual)?;
        Ok(buyer)
    });
    match opened.await {
        Ok(buyer) => {
            let mut response = see_other("/purse");
            keep(&mut response, "wallet_buyer", &buyer.id);
            response
        }
        Err(error) => answer_error(&reader, error),
    }
}

pub async fn top_up(
    State(till): State<Arc<Till>>,
    headers: HeaderMap,
    query: RawQuery,
    fields: Fields,
) -> Response {
    let reader = Reader::of(&headers, &query);
    let Some(buyer) = reader.buyer.clone() else { return see_other("/purse") };
    let amount = fields.get("amount").cloned().unwrap_or_default();
    let currency = fields.get("currency").cloned();
    let done = till.write(move |tx, act, rules| {
        let currency = alipay::amount::currency(currency.as_deref())?;
        accounts::top_up(tx, act, rules, &buyer, Money::parse(&amount, currency)?)
    });
    match done.await {
        Ok(_) => match fields.get("back").filter(|token| is_token(token)) {
            Some(token) => see_other(&format!("/cashier/{token}")),
            None => see_other("/purse"),
        },
        Err(error) => match error.refusal() {
            Some(refusal) => {
                let sentence = refusal.in_(reader.lang).to_owned();
                page(&till, &reader, None, Some((false, sentence)), None).await
            }
            None => answer_error(&reader, error),
        },
    }
}

pub async fn bar_code(State(till): State<Arc<Till>>, headers: HeaderMap, query: RawQuery) -> Response {
    let reader = Reader::of(&headers, &query);
    let Some(buyer) = reader.buyer.clone() else { return see_other("/purse") };
    let made = till.write(move |tx, act, rules| accounts::auth_code(tx, act, rules, &buyer)).await;
    match made {
        Ok(code) => page(&till, &reader, None, None, Some(code)).await,
        Err(error) => answer_error(&reader, error),
    }
}
