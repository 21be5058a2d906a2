//! The first page: what this is, its apps, the newest trades and what became of their notices.

use crate::apps::{self, App};
use crate::look::{Page, label, say, when};
use crate::notices::{self, Pending};
use crate::pages::{Reader, answer_error};
use crate::till::Till;
use crate::trades::{self, Trade};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kernel::Lang;
use maud::{Markup, html};
use std::sync::Arc;

pub async fn show(State(till): State<Arc<Till>>, headers: HeaderMap, query: RawQuery) -> Response {
    const NEWEST: i64 = 30;
    let reader = Reader::of(&headers, &query);
    let found = till
        .read(|view| Ok((apps::all(view)?, trades::newest(view, NEWEST)?, notices::newest(view, NEWEST)?)))
        .await;
    let (apps, trades, notices) = match found {
        Ok(found) => found,
        Err(error) => return answer_error(&reader, error),
    };
    let lang = reader.lang;
    let body = html! {
        section class="card" {
            h1 { (say(lang, "A wallet to rehearse with", "演练用的钱包")) }
            p class="soft" { (label(lang)) }
            p { a href="/purse" { (say(lang, "Open my wallet", "打开我的钱包")) } }
        }
        div class="wide" { (list_apps(lang, &till, &apps)) (list_trades(lang, &trades)) (list_notices(lang, &notices)) }
    };
    let title = say(lang, "Overview", "总览");
    reader.page(StatusCode::OK, Page { lang, title, path: "/", body, bar: None })
}

fn list_apps(lang: Lang, till: &Till, apps: &[App]) -> Markup {
    html! {
        section class="card" {
            h2 { (say(lang, "Apps", "应用")) }
            p class="soft" { (say(lang, "Gateway", "网关")) " " code { (till.base_url) "/gateway.do" } }
            div class="scroll" { table {
                thead { tr { th { "app_id" } th { "seller_id" } th { (say(lang, "Merchant", "商家")) } th { (say(lang, "Treated", "故障模式")) } } }
                tbody { @for app in apps { tr {
                    td { code { (app.app_id) } } td { code { (app.seller_id) } } td { (app.name) }
                    td { @if app.hostility == crate::Hostility::default() { (say(lang, "well", "正常")) } @else { (say(lang, "badly", "有故障")) } }
                } } }
            } }
        }
    }
}

fn list_trades(lang: Lang, trades: &[Trade]) -> Markup {
    html! {
        section class="card" {
            h2 { (say(lang, "Newest trades", "最近的交易")) }
            @if trades.is_empty() { p class="soft" { (say(lang, "Nobody has opened an order yet.", "还没有人打开过订单。")) } }
            @else { div class="scroll" { table {
                thead { tr { th { (say(lang, "Order", "订单号")) } th { (say(lang, "For", "商品")) } th { (say(lang, "Status", "状态")) } th class="number" { (say(lang, "Sum", "金额")) } th class="number" { (say(lang, "Paid back", "已退")) } th { (say(lang, "Begun", "创建")) } } }
                tbody { @for trade in trades { tr {
                    td { a href=(format!("/cashier/{}", trade.trade_no)) { code { (trade.order.out_trade_no) } } } td class="text" { (trade.order.subject) } td { (trade.status.code()) }
                    td class="number" { (trade.order.total) } td class="number" { (trade.refunded) } td { (when(trade.created_at, lang)) }
                } } }
            } } }
        }
    }
}

fn list_notices(lang: Lang, notices: &[Pending]) -> Markup {
    html! {
        section class="card" {
            h2 { (say(lang, "Newest notices", "最近的通知")) }
            @if notices.is_empty() { p class="soft" { (say(lang, "There was nothing to tell yet.", "还没有需要通知的事。")) } }
            @else { div class="scroll" { table {
                thead { tr { th { "notify_id" } th { (say(lang, "Order", "订单号")) } th { (say(lang, "Told", "内容")) } th { (say(lang, "State", "状态")) } th class="number" { (say(lang, "Deliveries", "次数")) } } }
                tbody { @for notice in notices { tr {
                    td { code { (notice.id) } } td { code { (notice.fields.get("out_trade_no").map(String::as_str).unwrap_or_default()) } }
                    td { (notice.fields.get("trade_status").map(String::as_str).unwrap_or_default()) } td { (notice.state) } td class="number" { (notice.attempts) }
                } } }
            } } }
        }
    }
}
