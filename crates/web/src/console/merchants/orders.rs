//! A shop's orders: what to send to whom, and that it was sent.

use super::{Side, page, trouble};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::shops::state_pill;
use crate::visit::{ShopStaff, Visit};
use ::shops::orders::{self, State};
use ::shops::{Order, Shop, shops};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::views::purchases::{self, Contents};
use kernel::ids::Id;
use kernel::{OrderId, PlaceId, Zone};
use maud::{Markup, html};

const ADDRESS: &str = "/console/merchants/orders";

pub async fn list(visit: Visit, staff: ShopStaff) -> Answer<Page> {
    show(&visit, &staff, &Form::blank()).await
}

async fn show(visit: &Visit, staff: &ShopStaff, form: &Form) -> Answer<Page> {
    let (everywhere, orgs) = (staff.is_operator(), staff.orgs.clone());
    let seen = visit.read(move |view| {
        let mut mine = shops::all(view)?;
        mine.retain(|shop| everywhere || orgs.contains(&shop.org));
        let with_orders = |shop: Shop| {
            let orders = purchases::of_shop(view, &shop.place)?;
            Ok::<_, kernel::Error>((shop, orders))
        };
        mine.into_iter().map(with_orders).collect::<Result<Vec<_>, _>>()
    });
    let seen = seen.await?;
    let everything = visit.asked("show").as_deref() == Some("all");
    let waiting = |order: &Order| matches!(order.state, State::Paid { .. });
    let count: usize = seen.iter().flat_map(|(_, orders)| orders).filter(|(order, _)| waiting(order)).count();
    let to_send = format!("{} ({count})", visit.say("To send", "待发货"));
    let chips =
        [(ADDRESS, to_send.as_str()), ("/console/merchants/orders?show=all", visit.say("All", "全部"))];
    let body = html! {
        (trouble(visit, form))
        (parts::chips(visit.say("Which orders", "筛选"), &chips, usize::from(everything)))
        @if seen.is_empty() {
            (parts::empty(visit.say("No shop yet", "还没有店铺"), visit.say("The orders of your shop will stand here.", "店铺的订单会显示在这里。"), None))
        }
        @for (shop, orders) in &seen {
            @let shown: Vec<_> = orders.iter().filter(|(order, _)| everything || waiting(order)).collect();
            div class="section" { (table(visit, shop, &shown)) }
        }
    };
    let words = (
        visit.say("Orders", "店铺订单"),
        visit
            .say("Pack what is paid; once sent, it cannot be cancelled.", "已支付的请打包，发货后不能取消。"),
    );
    Ok(page(visit, Side::Orders, words, html! {}, body).status(form.status()))
}

fn table(visit: &Visit, shop: &Shop, orders: &[&(Order, Contents)]) -> Markup {
    let columns = [
        Column::new(visit.say("Ordered", "下单时间"), Kind::Date),
        Column::new(visit.say("What", "商品"), Kind::Text),
        Column::new(visit.say("To whom", "收件人"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
        Column::new(visit.say("Status", "状态"), Kind::Text),
        Column::new("", Kind::Text),
    ];
    let rows = orders.iter().map(|(order, contents)| row(visit, order, contents)).collect();
    Table::new(shop.name.in_(visit.lang), &columns, rows)
        .empty(visit.say("Nothing waits to be sent.", "没有待发货的订单。"))
        .filtered()
        .render(visit.lang)
}

fn row(visit: &Visit, order: &Order, contents: &Contents) -> Vec<Cell> {
    let at = order.created_at;
    let what = html! { @for (name, pieces) in contents { p { (name.in_(visit.lang)) " × " (pieces) } } };
    let first = contents.first().map_or("", |(name, _)| name.in_(visit.lang));
    // Where it goes is nobody's business before it is paid.
    let shown = matches!(order.state, State::Paid { .. } | State::Shipped { .. });
    let whom = html! { @if shown { p { b { (order.recipient) } } p class="muted" { (order.address) } } @else { span class="muted" { "–" } } };
    let ship = format!("{ADDRESS}/{}/{}/shipment", order.place, order.id);
    vec![
        Cell::date(&at.rfc3339(), &at.say(&Zone::shanghai(), visit.lang)),
        Cell::markup(what, first),
        Cell::markup(whom, if shown { &order.recipient } else { "" }),
        Cell::money(order.total.minor, order.total.currency.code()),
        Cell::markup(state_pill(visit.lang, order.state), order.state.code()),
        match order.state {
            State::Paid { .. } => {
                Cell::markup(parts::press(Weight::Primary, &ship, &[], visit.say("It is sent", "已发货")), "")
            }
            _ => Cell::text(""),
        },
    ]
}

pub async fn ship(visit: Visit, staff: ShopStaff, Path((place, order)): Path<(String, String)>) -> Answer {
    let (place, id) = (PlaceId::parse(&place)?, OrderId::parse(&order)?);
    let at = place.clone();
    let shop = visit.read(move |view| shops::any(view, &at)).await?;
    staff.check(&shop.org)?;
    let told = visit.write(&shop.place, move |scene| orders::ship(scene.tx, &place, &id, scene.act.at)).await;
    match told {
        Ok(_) => Ok(SeeOther::to(ADDRESS)
            .saying("The buyer sees that it is on its way.", "买家已能看到发货。")
            .into_response()),
        Err(error) => Ok(show(&visit, &staff, &Form::blank().refused(error)?).await?.into_response()),
    }
}
