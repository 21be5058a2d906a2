//! The cashier's page: what is to be paid, to whom, from which account; one button.

use crate::accounts::{self, Account};
use crate::apps;
use crate::checkouts::{self, Checkout};
use crate::look::{Page, say, sum, when};
use crate::orders::Order;
use crate::pages::{Fields, Reader, answer_error, keep, note};
use crate::rules::Rules;
use crate::server::see_other;
use crate::till::Till;
use crate::trades::{self, Trade};
use alipay::{Params, TradeStatus, amount, code, form, notice, wall};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use db::{Tx, View};
use kernel::{Act, Instant, Kind, Lang, Money, Refusal, Result};
use maud::{Markup, html};
use std::sync::Arc;

/// What a page's address leads to: an order that nobody opened yet, or a trade.
struct Asked {
    id: String,
    order: Order,
    checkout: Option<Checkout>,
    trade: Option<Trade>,
    merchant: String,
    /// Who is about to pay, and what they may spend.
    buyer: Option<(Account, Money)>,
    others: Vec<Account>,
}

#[derive(Clone, Copy, PartialEq)]
enum Standing {
    Open { until: Instant },
    Paid,
    Over,
}

impl Asked {
    fn read(view: &View, rules: &Rules, id: &str, buyer: Option<&str>) -> Result<Asked> {
        const OTHERS: i64 = 12;
        let checkout = checkouts::of(view, id)?;
        let trade = match &checkout {
            Some(found) => trades::by_order(view, &found.order.seller_id, &found.order.out_trade_no)?,
            None => trades::any(view, id)?,
        };
        let order = match (&trade, &checkout) {
            (Some(trade), _) => trade.order.clone(),
            (None, Some(checkout)) => checkout.order.clone(),
            (None, None) => return Err(Refusal::not_found("payment", "付款").into()),
        };
        let buyer = match buyer.and_then(|id| accounts::buyer_of(view, id).ok()) {
            Some(known) => {
                let spendable = accounts::spendable(view, rules, &known, order.total.currency)?;
                Some((known, spendable))
            }
            None => None,
        };
        Ok(Asked {
            id: id.to_owned(),
            merchant: apps::of(view, &order.app_id)?.name,
            buyer,
            others: accounts::buyers(view, OTHERS)?,
            order,
            checkout,
            trade,
        })
    }

    fn standing(&self, now: Instant) -> Standing {
        let until = match (&self.trade, &self.checkout) {
            (Some(trade), _) if trade.paid_at.is_some() => return Standing::Paid,
            (Some(trade), _) if trade.status != TradeStatus::WaitBuyerPay => return Standing::Over,
            (Some(trade), _) => trade.expires_at,
            (None, Some(checkout)) => checkout.opens_until,
            (None, None) => return Standing::Over,
        };
        if until > now { Standing::Open { until } } else { Standing::Over }
    }

    fn missing(&self) -> Option<Money> {
        let buyer = self.buyer.as_ref()?;
        let total = self.order.total;
        let missing = total.minor - buyer.1.minor;
        (missing > 0).then_some(Money { minor: missing, ..total })
    }
}

async fn asked(till: &Arc<Till>, id: String, reader: &Reader) -> Result<Asked> {
    let (buyer, rules) = (reader.buyer.clone(), till.rules.clone());
    till.read(move |view| Asked::read(view, &rules, &id, buyer.as_deref())).await
}

pub async fn show(
    State(till): State<Arc<Till>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    query: RawQuery,
) -> Response {
    let reader = Reader::of(&headers, &query);
    match asked(&till, id, &reader).await {
        Ok(asked) => page(&reader, &asked, till.now(), None),
        Err(error) => answer_error(&reader, error),
    }
}

/// This browser pays with this account from now on; a new name opens one.
pub async fn choose(
    State(till): State<Arc<Till>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    query: RawQuery,
    fields: Fields,
) -> Response {
    let reader = Reader::of(&headers, &query);
    let name = fields.get("name").cloned().unwrap_or_default();
    match till.write(move |tx, act, _| accounts::buyer(tx, act, &name)).await {
        Ok(buyer) => {
            let mut response = see_other(&format!("/cashier/{id}"));
            keep(&mut response, "wallet_buyer", &buyer.id);
            response
        }
        Err(error) => answer_error(&reader, error),
    }
}

/// The buyer confirms.
pub async fn pay(
    State(till): State<Arc<Till>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    query: RawQuery,
) -> Response {
    let reader = Reader::of(&headers, &query);
    let Some(buyer) = reader.buyer.clone() else { return see_other(&format!("/cashier/{id}")) };
    let token = id.clone();
    let paid = till.write(move |tx, act, rules| {
        let buyer = accounts::buyer_of(tx, &buyer)?;
        let trade = opened(tx, act, rules, &token, &buyer)?;
        trades::pay(tx, act, rules, &trade.trade_no, &buyer)
    });
    match paid.await {
        Ok(trade) if trade.order.return_url.is_some() => see_other(&format!("/cashier/{id}/return")),
        Ok(_) => see_other(&format!("/cashier/{id}")),
        Err(error) => match (error.refusal().cloned(), asked(&till, id, &reader).await) {
            (Some(refusal), Ok(asked)) => page(&reader, &asked, till.now(), Some(&refusal)),
            (_, Err(error)) => answer_error(&reader, error),
            (None, Ok(_)) => answer_error(&reader, error),
        },
    }
}

fn opened(tx: &Tx, act: &mut Act, rules: &Rules, id: &str, buyer: &Account) -> Result<Trade> {
    match checkouts::of(tx, id)? {
        Some(checkout) => checkouts::open(tx, act, rules, &checkout, buyer),
        None => trades::any(tx, id)?.ok_or_else(|| code::TRADE_NOT_EXIST.into()),
    }
}

/// Back to the merchant, signed; for showing only, never a proof of payment.
pub async fn go_back(
    State(till): State<Arc<Till>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    query: RawQuery,
) -> Response {
    let reader = Reader::of(&headers, &query);
    let asked = match asked(&till, id.clone(), &reader).await {
        Ok(asked) => asked,
        Err(error) => return answer_error(&reader, error),
    };
    match (&asked.trade, &asked.order.return_url) {
        (Some(trade), Some(url)) if trade.paid_at.is_some() => see_other(&returning(&till, trade, url)),
        _ => see_other(&format!("/cashier/{id}")),
    }
}

/// The merchant's address with what became of the trade, signed like a notice.
pub fn returning(till: &Till, trade: &Trade, url: &str) -> String {
    let order = &trade.order;
    let mut params: Params = [
        ("app_id", order.app_id.as_str()),
        ("auth_app_id", &order.app_id),
        ("charset", "utf-8"),
        ("method", &format!("{}.return", order.method)),
        ("out_trade_no", &order.out_trade_no),
        ("seller_id", &order.seller_id),
        ("timestamp", &wall::write(till.now())),
        ("total_amount", &amount::write(order.total)),
        (amount::CURRENCY, amount::named(order.total.currency).unwrap_or_default()),
        ("trade_no", &trade.trade_no),
        ("version", "1.0"),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    notice::sign(&mut params, &till.keyring().alipay);
    let joiner = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joiner}{}", form::write(&params))
}

fn page(reader: &Reader, asked: &Asked, now: Instant, refusal: Option<&Refusal>) -> Response {
    let (lang, standing) = (reader.lang, asked.standing(now));
    let title = match standing {
        Standing::Open { .. } => say(lang, "Pay", "付款"),
        Standing::Paid => say(lang, "Paid", "支付成功"),
        Standing::Over => say(lang, "Over", "已关闭"),
    };
    let body = html! {
        @if let Some(refusal) = refusal { (note(false, refusal.in_(lang))) }
        (bill(lang, asked, standing))
        @if let Standing::Open { .. } = standing { (account(lang, asked)) }
    };
    let path = format!("/cashier/{}", asked.id);
    let page = Page { lang, title, path: &path, body, bar: action(lang, asked, standing) };
    let refused = refusal.is_some_and(|refusal| refusal.kind != Kind::NotFound);
    reader.page(if refused { StatusCode::CONFLICT } else { StatusCode::OK }, page)
}

fn bill(lang: Lang, asked: &Asked, standing: Standing) -> Markup {
    let order = &asked.order;
    html! {
        section class="card" {
            @if standing == Standing::Paid { div class="seal" aria-hidden="true" { "✓" } }
            p class="soft middle" { (asked.merchant) }
            (sum(order.total))
            @match standing {
                Standing::Paid => p class="soft middle" { (say(lang, "Paid", "支付成功")) },
                Standing::Over => p class="soft middle" { (say(lang, "The time to pay is over. Nothing was taken.", "支付时间已过，没有扣款。")) },
                Standing::Open { .. } => {}
            }
            dl {
                dt { (say(lang, "For", "商品")) } dd { (order.subject) }
                dt { (say(lang, "Order", "订单号")) } dd { (order.out_trade_no) }
                @if let Standing::Open { until } = standing { dt { (say(lang, "Until, in Beijing", "付款截止（北京时间）")) } dd { (when(until, lang)) } }
                @if let Some(at) = asked.trade.as_ref().and_then(|trade| trade.paid_at) { dt { (say(lang, "Paid at, in Beijing", "付款时间（北京时间）")) } dd { (when(at, lang)) } }
                @if let Some(trade) = asked.trade.as_ref().filter(|trade| !trade.refunded.is_zero()) { dt { (say(lang, "Paid back", "已退款")) } dd { (trade.refunded) } }
            }
        }
    }
}

/// The account that pays, and others to choose from.
fn account(lang: Lang, asked: &Asked) -> Markup {
    html! {
        section class="card" {
            h2 { (say(lang, "Pay with", "付款账户")) }
            @match &asked.buyer {
                Some((buyer, spendable)) => ul class="list" { li { span { (buyer.name) } span class="amount" { (spendable) } } },
                None => p class="soft" { (say(lang, "Choose an account, or open one: it starts with pretend money.", "请选择账户，或新开一个——里面已有一笔假钱。")) },
            }
            @if let Some(missing) = asked.missing() {
                (note(false, &match lang {
                    Lang::En => format!("{missing} is missing in this account. Top it up or choose another."),
                    Lang::Zh => format!("余额不足，还差 {missing}。请充值或换一个账户。"),
                }))
                a class="button quiet" href=(format!("/purse?back={}", asked.id)) { (say(lang, "Top up", "去充值")) }
            }
            @if asked.buyer.is_some() {
                details { summary { (say(lang, "Pay with another account", "换一个账户付款")) } (others(lang, asked)) }
            } @else { (others(lang, asked)) }
        }
    }
}

/// Accounts of this wallet, and a new one.
fn others(lang: Lang, asked: &Asked) -> Markup {
    let mine = asked.buyer.as_ref().map(|(buyer, _)| &buyer.id);
    let action = format!("/cashier/{}/account", asked.id);
    html! {
        form method="post" action=(action) {
            div class="people" {
                @for other in asked.others.iter().filter(|other| Some(&other.id) != mine) {
                    button class="quiet" name="name" value=(other.name) { (other.name) }
                }
            }
        }
        form class="stack" method="post" action=(action) {
            label { (say(lang, "Another name", "其他名字")) input name="name" maxlength="40" required autocomplete="nickname"; }
            button class="quiet" { (say(lang, "Use this account", "使用此账户")) }
        }
    }
}

/// The one thing to do next.
fn action(lang: Lang, asked: &Asked, standing: Standing) -> Option<Markup> {
    match standing {
        Standing::Open { .. } if asked.buyer.is_some() && asked.missing().is_none() => Some(html! {
            form method="post" action=(format!("/cashier/{}/payment", asked.id)) {
                button { (say(lang, "Pay", "确认付款")) " " (asked.order.total) }
            }
        }),
        Standing::Paid if asked.order.return_url.is_some() => Some(html! {
            a class="button" href=(format!("/cashier/{}/return", asked.id)) { (say(lang, "Back to the merchant", "返回商家")) }
        }),
        _ => None,
    }
}
