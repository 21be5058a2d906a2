//! A shop's orders: what to send to whom, the oldest first, and that it was sent.

use super::{Side, page, trouble};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::money;
use crate::look::parts::{self, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::shops::give_back::{kept, went_back};
use crate::shops::state_pill;
use crate::visit::{ShopStaff, Visit};
use ::shops::{Order, Shop, shops};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::buy_product;
use flows::views::purchases::{self, Contents};
use kernel::ids::Id;
use kernel::{Lang, OrderId, PlaceId};
use maud::{Markup, html};

const ADDRESS: &str = "/console/merchants/orders";
const EVERYTHING: &str = "/console/merchants/orders?show=all";
/// Orders to pack, shown at once.
const TO_SEND_MAX: i64 = 24;

/// A shop with how many of its orders wait, the next of them, and its latest if they were asked for.
struct Counter {
    shop: Shop,
    waiting: i64,
    next: Vec<(Order, Contents)>,
    latest: Vec<(Order, Contents)>,
}

pub async fn list(visit: Visit, staff: ShopStaff) -> Answer<Page> {
    show(&visit, &staff, &Form::blank()).await
}

async fn show(visit: &Visit, staff: &ShopStaff, form: &Form) -> Answer<Page> {
    let (everywhere, orgs) = (staff.is_operator(), staff.orgs.clone());
    let everything = visit.asked("show").as_deref() == Some("all");
    let counters = visit.read(move |view| {
        let mut counters = Vec::new();
        for shop in shops::all(view)?.into_iter().filter(|shop| everywhere || orgs.contains(&shop.org)) {
            let (waiting, next) = purchases::to_send(view, &shop.place, TO_SEND_MAX)?;
            let latest = if everything { purchases::of_shop(view, &shop.place)? } else { Vec::new() };
            counters.push(Counter { shop, waiting, next, latest });
        }
        Ok(counters)
    });
    let counters = counters.await?;
    let waiting: i64 = counters.iter().map(|counter| counter.waiting).sum();
    let to_send = format!("{} {}", visit.say("To send", "待发货"), money::grouped(waiting));
    let chips = [(ADDRESS, to_send.as_str()), (EVERYTHING, visit.say("All", "全部"))];
    let body = html! {
        (trouble(visit, form))
        (parts::chips(visit.say("Which orders", "筛选"), &chips, usize::from(everything)))
        @if counters.is_empty() {
            (parts::empty(visit.say("No shop yet", "还没有店铺"), visit.say("The orders of your shop will stand here.", "店铺的订单会显示在这里。"), None))
        }
        @for counter in &counters {
            @if everything { div class="section" { (table(visit, counter)) } } @else { (packing(visit, counter)) }
        }
    };
    let words = (
        visit.say("Orders", "店铺订单"),
        visit
            .say("Pack what is paid; once sent, it cannot be cancelled.", "已支付的请打包，发货后不能取消。"),
    );
    Ok(page(visit, Side::Orders, words, html! {}, body).status(form.status()))
}

fn packing(visit: &Visit, counter: &Counter) -> Markup {
    let shown = counter.next.len() as i64;
    let more = match visit.lang {
        Lang::En => format!("The {shown} oldest of {}", money::grouped(counter.waiting)),
        Lang::Zh => format!("共 {} 单，先显示最早的 {shown} 单", money::grouped(counter.waiting)),
    };
    parts::section(
        counter.shop.name.in_(visit.lang),
        None,
        html! { div class="stack" {
            @if counter.next.is_empty() { p class="muted" { (visit.say("Nothing waits to be sent.", "没有待发货的订单。")) } }
            @if shown < counter.waiting { p class="muted" { (more) } }
            div class="grid grid-3" { @for (order, contents) in &counter.next { (parcel(visit, order, contents)) } }
        } },
    )
}

fn parcel(visit: &Visit, order: &Order, contents: &Contents) -> Markup {
    let ship = format!("{ADDRESS}/{}/{}/shipment", order.place, order.id);
    html! {
        article class="card stack" {
            div { @for one in contents { h3 { a href={ "/console/orders?q=" (order.id) } { (one.product.in_(visit.lang)) " × " (one.left()) } } } }
            div { p { b { (order.recipient) } } p { (order.address) } }
            div class="section-head" {
                div {
                    p class="muted" { (order.created_at.say(&visit.home.zone, visit.lang)) }
                    p class="amount" { (kept(order)) }
                }
                (parts::press(Weight::Primary, &ship, &[], visit.say("Mark sent", "标记发货")))
            }
        }
    }
}

fn table(visit: &Visit, counter: &Counter) -> Markup {
    let columns = [
        Column::new(visit.say("Ordered", "下单时间"), Kind::Date),
        Column::new(visit.say("What", "商品"), Kind::Text),
        Column::new(visit.say("To whom", "收件人"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
        Column::new(visit.say("Status", "状态"), Kind::Text),
    ];
    let rows = counter.latest.iter().map(|(order, contents)| row(visit, order, contents)).collect();
    Table::new(counter.shop.name.in_(visit.lang), &columns, rows)
        .empty(visit.say("Nobody has ordered yet.", "还没有订单。"))
        .filtered()
        .render(visit.lang)
}

fn row(visit: &Visit, order: &Order, contents: &Contents) -> Vec<Cell> {
    let at = order.created_at;
    let details = format!("/console/orders?q={}", order.id);
    let what = html! {
        @for one in contents { p {
            a href=(details) { (one.product.in_(visit.lang)) " × " (one.quantity) }
            @if one.back > 0 { " " span class="muted" { (went_back(visit.lang, one.back)) } }
        } }
    };
    let first = contents.first().map_or("", |one| one.product.in_(visit.lang));
    vec![
        Cell::date(&at.rfc3339(), &at.say(&visit.home.zone, visit.lang)),
        Cell::markup(what, first),
        super::short(&order.recipient),
        Cell::money(order.total.minor, order.total.currency.code()),
        Cell::markup(state_pill(visit.lang, order.state.expire(visit.now)), order.state.code()),
    ]
}

pub async fn ship(visit: Visit, staff: ShopStaff, Path((place, order)): Path<(String, String)>) -> Answer {
    let (place, id) = (PlaceId::parse(&place)?, OrderId::parse(&order)?);
    let at = place.clone();
    let shop = visit.read(move |view| shops::any(view, &at)).await?;
    staff.check(&shop.org)?;
    let told = visit.write(&shop.place, move |scene| buy_product::ship(scene, &place, &id)).await;
    match told {
        Ok(_) => {
            let onward = SeeOther::to(ADDRESS);
            Ok(onward.saying("The buyer sees that it is on its way.", "买家已能看到发货。").into_response())
        }
        Err(error) => Ok(show(&visit, &staff, &Form::blank().refused(error)?).await?.into_response()),
    }
}
