//! One order at the desk: what was sold, what went back of it, and what may still be given back. A cinema and a shop see
//! their own orders, operators everybody's.

use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Field, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::shops::give_back::{new_key, pieces_chosen, pieces_fields};
use crate::visit::Visit;
use ::shops::orders::{Line, State};
use ::shops::returns::{Desk, Stock, Wish};
use axum::extract::Path;
use axum::response::IntoResponse;
use box_office::Ticket;
use flows::views::disputes as views;
use flows::views::tickets;
use flows::{buy_product, buy_tickets, take_payment};
use kernel::ids::Id;
use kernel::{Lang, Money, OrgId, PlaceId, Refusal, Result, Role, Words};
use maud::{Markup, html};
use payments::disputes::{self, Dispute};
use payments::intents::Purpose;
use payments::{Intent, Refund, intents};

const ADDRESS: &str = "/console/orders";

/// What stands on the page.
struct Found {
    intent: Intent,
    place: Words,
    tickets: Vec<Ticket>,
    /// The order of goods, with its lines.
    goods: Option<(shops::Order, Vec<(Line, Words)>)>,
    refunds: Vec<Refund>,
    disputes: Vec<Dispute>,
    /// Neither requested back nor disputed.
    left: Money,
}

fn address(intent: &Intent) -> String {
    format!("{ADDRESS}/{}/{}", intent.place, intent.id)
}

/// Who sold there, and whether the visitor works for them.
fn may(visit: &Visit, view: &db::View, intent: &Intent) -> Result<bool> {
    let (role, org): (Role, OrgId) = match intent.purpose {
        Purpose::Tickets => (Role::Cinema, box_office::cinemas::any(view, &intent.place)?.org),
        Purpose::Products => (Role::Shop, shops::shops::any(view, &intent.place)?.org),
    };
    Ok(visit.actor.may(role, &org))
}

pub async fn find(visit: Visit) -> Answer {
    let sought = visit.asked("q").unwrap_or_default();
    if sought.is_empty() {
        return Ok(search(&visit, "", None).into_response());
    }
    let (seen, text) = (visit.clone(), sought.clone());
    let found = visit.read(move |view| {
        let Some(intent) = views::meant_by(view, &text)? else { return Ok(None) };
        Ok(may(&seen, view, &intent)?.then_some(intent))
    });
    match found.await? {
        Some(intent) => Ok(SeeOther::to(address(&intent)).into_response()),
        None => {
            let nothing = visit.say("No order of yours has this number.", "您的订单中没有这个编号。");
            Ok(search(&visit, &sought, Some(nothing)).into_response())
        }
    }
}

fn search(visit: &Visit, sought: &str, error: Option<&str>) -> Page {
    let heading = visit.say("Orders", "订单");
    let beneath = visit.say(
        "Find an order to take tickets or goods back, or to give a part of a payment back.",
        "查找订单，办理退票、退货或部分退款。",
    );
    let field = Field {
        name: "q",
        label: visit.say("Number", "编号"),
        value: sought,
        kind: "search",
        hint: visit
            .say("Of the order, the payment, or the provider’s own.", "订单编号、付款编号或支付渠道交易号。"),
        error,
        ..Field::default()
    };
    let form = parts::Form {
        action: ADDRESS,
        method: "get",
        submit: visit.say("Find", "查找"),
        ..parts::Form::default()
    };
    let body = html! {
        (parts::heading(heading, beneath, html! {}))
        (parts::card(form.render(visit.lang, field.input())))
    };
    Page::console(heading, body)
}

async fn look(visit: &Visit, place: &str, id: &str) -> Result<Found, Wrong> {
    let (place, id) = (PlaceId::parse(place)?, kernel::IntentId::parse(id)?);
    let seen = visit.clone();
    let found = visit.read(move |view| {
        let intent = intents::any(view, &place, &id)?;
        if !may(&seen, view, &intent)? {
            return Err(Refusal::not_found("order", "订单").into());
        }
        let goods = match intent.purpose {
            Purpose::Tickets => None,
            Purpose::Products => Some(ordered(view, &intent)?),
        };
        Ok(Found {
            left: intents::left(view, &place, &id)?,
            place: flows::views::places::name(view, &place)?,
            tickets: box_office::tickets::of_order(view, &place, &intent.order)?,
            refunds: tickets::refunds(view, &place, &id)?,
            disputes: views::of_intent(view, &place, &id)?,
            goods,
            intent,
        })
    });
    Ok(found.await?)
}

fn ordered(view: &db::View, intent: &Intent) -> Result<(shops::Order, Vec<(Line, Words)>)> {
    let order = shops::orders::any(view, &intent.place, &intent.order)?;
    let mut lines = Vec::new();
    for line in shops::orders::lines(view, &intent.place, &intent.order)? {
        let name = shops::products::any(view, &line.product)?.name;
        lines.push((line, name));
    }
    Ok((order, lines))
}

pub async fn show(visit: Visit, Path((place, id)): Path<(String, String)>) -> Answer<Page> {
    let found = look(&visit, &place, &id).await?;
    Ok(page(&visit, &found, &Form::blank()))
}

/// Takes the chosen seats back.
pub async fn take_back(visit: Visit, Path((place, id)): Path<(String, String)>, form: Form) -> Answer {
    let found = look(&visit, &place, &id).await?;
    let seats: Vec<String> = form.all("seat").into_iter().map(str::to_owned).collect();
    let (place, order) = (found.intent.place.clone(), found.intent.order.clone());
    let lane = place.clone();
    let refunded = visit.write(&lane, move |scene| {
        if seats.is_empty() {
            let nothing = Refusal::field("seat", "nothing_chosen", "Choose the seats.", "请选择座位。");
            return Err(nothing.into());
        }
        buy_tickets::refund_seats(scene, &place, &order, &seats, buy_tickets::Desk::Cinema)
    });
    told(&visit, &found, form, refunded.await).await
}

/// Takes the chosen pieces back.
pub async fn return_pieces(visit: Visit, Path((place, id)): Path<(String, String)>, form: Form) -> Answer {
    let found = look(&visit, &place, &id).await?;
    let returned = try_return(&visit, &found, &form).await;
    told(&visit, &found, form, returned).await
}

async fn try_return(visit: &Visit, found: &Found, form: &Form) -> Result<Refund> {
    let Some((order, lines)) = &found.goods else { return Err(Refusal::not_found("order", "订单").into()) };
    let wish = Wish {
        key: form.text("key").to_owned(),
        pieces: pieces_chosen(form, lines)?,
        stock: Some(form.choice("stock", Stock::parse)?),
    };
    let (place, id) = (order.place.clone(), order.id.clone());
    let lane = place.clone();
    let returned = visit
        .write(&lane, move |scene| buy_product::return_pieces(scene, &place, &id, &wish, Desk::Shop))
        .await?;
    Ok(returned.refund)
}

/// Gives a part of the payment back at the place's own cost.
pub async fn give_back(visit: Visit, Path((place, id)): Path<(String, String)>, form: Form) -> Answer {
    let found = look(&visit, &place, &id).await?;
    let given = try_give(&visit, &found, &form).await;
    told(&visit, &found, form, given).await
}

async fn try_give(visit: &Visit, found: &Found, form: &Form) -> Result<Refund> {
    let amount = form.money("amount", found.intent.amount.currency)?;
    let (place, id, key) = (found.intent.place.clone(), found.intent.id.clone(), form.text("key").to_owned());
    let lane = place.clone();
    visit.write(&lane, move |scene| take_payment::give_back(scene, &place, &id, &key, amount)).await
}

async fn told(visit: &Visit, found: &Found, form: Form, refunded: Result<Refund>) -> Answer {
    match refunded {
        Ok(refund) => {
            let sum = refund.amount;
            let onward = SeeOther::to(address(&found.intent));
            if sum.is_zero() {
                let (en, zh) =
                    ("Taken back; the payer had everything before.", "已退货；款项此前已全部退给付款人。");
                return Ok(onward.saying(en, zh).into_response());
            }
            let onward = if crate::pay::pay_back(visit, refund).await {
                onward.saying(format!("{sum} were paid back."), format!("{sum} 已退回。"))
            } else {
                onward.saying(format!("{sum} are on their way back."), format!("{sum} 正在退回。"))
            };
            Ok(onward.into_response())
        }
        Err(error) => Ok(page(visit, found, &form.refused(error)?).into_response()),
    }
}

fn page(visit: &Visit, found: &Found, form: &Form) -> Page {
    let heading = visit.say("Order", "订单");
    let beneath = format!("{} · {}", found.place.in_(visit.lang), found.intent.subject);
    let actions = parts::link_button(Weight::Quiet, ADDRESS, visit.say("Another order", "其他订单"));
    let is_paid = !found.intent.captured.is_zero();
    let error = form.error(visit.lang, &html! { span id="amount-error" {} });
    let body = html! {
        (parts::heading(heading, &beneath, actions))
        @if let Some(error) = error { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
        (parts::grid(2, html! {
            (parts::titled_card(visit.say("The payment", "付款"), payment(visit, found)))
            @if found.intent.purpose == Purpose::Tickets {
                (parts::titled_card(visit.say("Tickets", "票"), seats(visit, found)))
            } @else {
                (parts::titled_card(visit.say("Goods", "商品"), goods(visit, found, form)))
            }
        }))
        div class="section grid grid-2" {
            (refunds_table(visit, found))
            @if is_paid { (parts::titled_card(visit.say("Give a part back", "部分退款"), part_form(visit, found, form))) }
        }
    };
    Page::console(heading, body).status(form.status())
}

fn payment(visit: &Visit, found: &Found) -> Markup {
    let intent = &found.intent;
    let disputed = html! {
        @if found.disputes.is_empty() { (visit.say("none", "无")) }
        @for dispute in &found.disputes { (dispute.amount) " · " (dispute.reason) " · " (dispute_state(visit, dispute.state)) br; }
        @if is_disputed(found) { span class="muted" { (visit.say("A refund waits until it is decided.", "须待争议结案后才能退款。")) } }
    };
    parts::definitions(&[
        (visit.say("Order", "订单编号"), html! { (intent.order) }),
        (visit.say("Payment", "付款编号"), html! { (intent.id) }),
        (visit.say("Provider", "支付渠道"), html! { (intent.provider) }),
        (visit.say("Was paid", "实付"), html! { (intent.captured) }),
        (visit.say("Went back", "已退"), html! { (intent.refunded) }),
        (visit.say("Disputes", "争议"), disputed),
    ])
}

fn is_disputed(found: &Found) -> bool {
    found.disputes.iter().any(|dispute| dispute.state == disputes::State::Open)
}

fn dispute_state(visit: &Visit, state: disputes::State) -> &'static str {
    match state {
        disputes::State::Open => visit.say("open", "处理中"),
        disputes::State::Won => visit.say("won", "胜诉"),
        disputes::State::Lost => visit.say("lost", "败诉"),
    }
}

/// A seat that can still go back is a box to tick.
fn seats(visit: &Visit, found: &Found) -> Markup {
    let state = |ticket: &Ticket| match (ticket.voided_at, ticket.admitted_at) {
        (Some(_), _) => Some(parts::pill(Tone::Plain, visit.say("taken back", "已退"))),
        (None, Some(_)) => Some(parts::pill(Tone::Jade, visit.say("let in", "已入场"))),
        (None, None) => None,
    };
    let is_left = found.tickets.iter().any(|ticket| state(ticket).is_none());
    html! {
        @if found.tickets.is_empty() { p class="muted" { (visit.say("No ticket was issued.", "没有出票。")) } }
        form class="form" method="post" action={ (address(&found.intent)) "/refund" } {
            fieldset class="field" { legend { (visit.say("Take back, with their fees", "退票（含服务费）")) }
                @for ticket in &found.tickets {
                    @match state(ticket) {
                        Some(state) => { p { b { (ticket.seat) } " " (state) } }
                        None => { label class="choice" { input type="checkbox" name="seat" value=(ticket.seat); span { b { (ticket.seat) } } } }
                    }
                }
            }
            @if is_left { (parts::button(Weight::Grave, visit.say("Take the chosen seats back", "退选中座位"))) }
        }
    }
}

fn goods(visit: &Visit, found: &Found, form: &Form) -> Markup {
    let Some((order, lines)) = &found.goods else { return html! {} };
    let columns = [
        Column::new(visit.say("Product", "商品"), Kind::Text),
        Column::new(visit.say("Pieces", "件数"), Kind::Number),
        Column::new(visit.say("Went back", "已退"), Kind::Number),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
    ];
    let row = |(line, name): &(Line, Words)| {
        vec![
            Cell::text(name.in_(visit.lang)),
            Cell::number(line.quantity),
            Cell::number(line.back),
            Cell::money(line.total.minor, line.total.currency.code()),
        ]
    };
    let may_return = matches!(order.state, State::Paid { .. } | State::Shipped { .. });
    let rows = lines.iter().map(row).collect();
    html! { div class="stack" {
        (Table::new(visit.say("What was ordered", "订购内容"), &columns, rows).render(visit.lang))
        @if may_return { (return_form(visit, found, order, lines, form)) }
    } }
}

/// How many of each line go back, and whether they can be sold again.
fn return_form(
    visit: &Visit,
    found: &Found,
    order: &shops::Order,
    lines: &[(Line, Words)],
    form: &Form,
) -> Markup {
    let usual = Stock::usual(order.state).code();
    let chosen = if form.text("stock").is_empty() { usual } else { form.text("stock") };
    let stock = Field {
        value: chosen,
        ..form.field(visit.lang, "stock", visit.say("What becomes of them?", "退回商品如何处理？"))
    };
    let choices = [
        (
            "restocked",
            visit.say("Back on the shelf", "重新上架"),
            visit.say("they can be sold again", "可再次出售"),
        ),
        (
            "lost",
            visit.say("Not for sale again", "不再出售"),
            visit.say("the stock stays as it is", "库存不变"),
        ),
    ];
    html! {
        form class="form" method="post" action={ (address(&found.intent)) "/returns" } {
            (pieces_fields(visit.lang, form, lines))
            (stock.radios(&choices))
            input type="hidden" name="key" value=(new_key(visit));
            (parts::button(Weight::Grave, visit.say("Take the chosen pieces back", "退选中商品")))
        }
    }
}

fn refunds_table(visit: &Visit, found: &Found) -> Markup {
    let columns = [
        Column::new(visit.say("Why", "原因"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
        Column::new(visit.say("Status", "状态"), Kind::Text),
    ];
    let row = |refund: &Refund| {
        let why = reason(&refund.reason);
        let (tone, state) = match refund.is_done() {
            true => (Tone::Jade, visit.say("paid back", "已退回")),
            false => (Tone::Lantern, visit.say("on its way", "退款中")),
        };
        vec![
            Cell::text(why.in_(visit.lang)),
            Cell::money(refund.amount.minor, refund.amount.currency.code()),
            Cell::markup(parts::pill(tone, state), refund.state.code()),
        ]
    };
    Table::new(visit.say("What went back", "退款记录"), &columns, found.refunds.iter().map(row).collect())
        .empty(visit.say("Nothing went back.", "没有退款。"))
        .render(visit.lang)
}

fn reason(code: &str) -> Words {
    match code.split('_').next().unwrap_or_default() {
        "refund" => Words::new("the order was taken back", "整单退款"),
        "seat" => Words::new("some seats were taken back", "部分座位退票"),
        "lines" => Words::new("some goods were taken back", "部分商品退货"),
        "goodwill" => Words::new("a part was given back", "补偿退款"),
        "late" => Words::new("the money came too late", "逾期付款退回"),
        "unmatched" => Words::new("it fitted no order", "不明款项退回"),
        other => Words::new(other, other),
    }
}

fn part_form(visit: &Visit, found: &Found, form: &Form) -> Markup {
    let key: String = visit.house.dice().bytes::<6>().iter().map(|byte| format!("{byte:02x}")).collect();
    let left = found.left;
    let hint = match visit.lang {
        Lang::En => {
            format!("Less than {left}; what was bought stays bought, and {} bears it.", found.place.en)
        }
        Lang::Zh => format!("须小于 {left}；已购内容保留，由{}承担。", found.place.zh),
    };
    let amount = Field {
        hint: &hint,
        required: true,
        inputmode: Some("decimal"),
        ..form.field(visit.lang, "amount", visit.say("Amount", "金额"))
    };
    let fields = html! { (amount.input()) input type="hidden" name="key" value=(key); };
    form.render(
        visit.lang,
        &format!("{}/parts", address(&found.intent)),
        visit.say("Give it back", "退款"),
        fields,
    )
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::console::season::Season;
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_clerk_takes_pieces_back_and_says_what_becomes_of_them() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mug = street.goods("Lantern mug", 8_800, 5).await;
        let ann = town.person("ann", &[]).await;
        let order = street.buys(&ann, &mug, "3").await;
        let path = street.shu.get(&format!("/console/orders?q={order}")).await.location().to_owned();
        let page = street.shu.get(&format!("{path}?lang=en")).await;
        assert!(
            page.text.contains("Lantern mug") && page.text.contains("Back on the shelf"),
            "{}",
            page.text
        );
        let (field, key) = (format!("back_{}", mug.listing.id), page.value_of("key"));
        let takes = |quantity: &'static str, key: String| {
            let (street, path, field) = (&street, &path, &field);
            async move {
                let form = [(field.as_str(), quantity), ("stock", "restocked"), ("key", key.as_str())];
                street.shu.post(&format!("{path}/returns"), &form).await
            }
        };
        for _ in 0..2 {
            let back = takes("1", key.clone()).await;
            assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
        }
        assert_eq!(takes("2", key.clone()).await.status, StatusCode::CONFLICT, "a key is one return");
        let much = takes("3", "other".into()).await;
        assert_eq!(much.status, StatusCode::CONFLICT);
        assert!(much.text.contains("Only 2 of “Lantern mug” can still go back"), "{}", much.text);
        for (quantity, stock) in [("0", "restocked"), ("x", "lost"), ("1", "burnt")] {
            let form = [(field.as_str(), quantity), ("stock", stock), ("key", "bad")];
            let wrong = street.shu.post(&format!("{path}/returns"), &form).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{quantity} {stock}");
        }
        let page = street.shu.get(&path).await;
        assert!(
            page.text.contains("some goods were taken back") && page.text.contains("¥88.00"),
            "{}",
            page.text
        );
        assert!(ann.get(&mug.address()).await.text.contains("last 3"), "one is on the shelf again");
        assert_eq!(ann.post(&format!("{path}/returns"), &[]).await.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn a_clerk_takes_a_seat_back_and_gives_a_part_back() {
        let season = Season::new().await;
        let show = season.showing(&season.star, crate::console::season::day(26), 20).await;
        season.sells(&show, 3).await;
        let order: (String,) = season
            .town
            .house
            .read(|view| view.one("select order_id from payment_intent where state = 'captured'", &[]))
            .await
            .expect("an order");
        let found = season.chen.get(&format!("/console/orders?q={}", order.0)).await;
        assert_eq!(found.status, StatusCode::SEE_OTHER, "{}", found.text);
        let path = found.location().to_owned();
        let page = season.chen.get(&format!("{path}?lang=en")).await;
        assert!(page.text.contains("name=\"seat\"") && page.text.contains("¥129.00"), "{}", page.text);
        let seat = page.value_of("seat");
        let back = season.chen.post(&format!("{path}/refund"), &[("seat", &seat)]).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
        let part = [("amount", "3.00"), ("key", "abc123")];
        for _ in 0..2 {
            let given = season.chen.post(&format!("{path}/parts"), &part).await;
            assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
        }
        let page = season.chen.get(&path).await;
        assert!(
            page.text.contains("¥46.00") && page.text.contains("some seats were taken back"),
            "{}",
            page.text
        );
        let nothing = season.chen.post(&format!("{path}/refund"), &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let much = season.chen.post(&format!("{path}/parts"), &[("amount", "500"), ("key", "x")]).await;
        assert_eq!(much.status, StatusCode::CONFLICT);
        assert_eq!(season.dai.get(&path).await.status, StatusCode::NOT_FOUND, "another cinema's");
        assert_eq!(
            season.dai.post(&format!("{path}/refund"), &[("seat", &seat)]).await.status,
            StatusCode::NOT_FOUND
        );
        assert!(
            season
                .dai
                .get(&format!("/console/orders?q={}", order.0))
                .await
                .text
                .contains("No order of yours")
        );
    }
}
