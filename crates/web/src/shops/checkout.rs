//! The checkout of one shop's basket: what, to whom, for how much, as it was shown.
//!
//! The form carries a key and the prices that were seen, so that a second press orders nothing twice
//! and nobody pays a price they did not see.

use super::basket::{self, Item};
use super::{find, picture};
use crate::answer::{Answer, Page, SeeOther};
use crate::cookies::{self, CLICK_COOKIE};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Action, Field};
use crate::visit::{Consumer, Visit};
use ::shops::Shop;
use ::shops::orders::{Checkout, Wanted};
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use flows::buy_product::{self, Promised};
use kernel::ids::Id;
use kernel::{ListingId, Refusal, Result};
use maud::{Markup, html};

pub async fn show(visit: Visit, consumer: Consumer, Path(slug): Path<String>) -> Answer {
    let shop = find(&visit, &slug).await?;
    let form = delivered_before(&visit, &consumer, &shop, Form::blank()).await?;
    page(&visit, &consumer, &shop, &form, &new_key(&visit)).await
}

/// Fills in where the last order went, or the reader's own name.
async fn delivered_before(visit: &Visit, consumer: &Consumer, shop: &Shop, form: Form) -> Result<Form> {
    let (person, place) = (consumer.person.id.clone(), shop.place.clone());
    let before = visit.read(move |view| ::shops::orders::of_buyer(view, &person, &[place])).await?;
    Ok(match before.into_iter().next() {
        Some(order) => form.with("recipient", order.recipient).with("address", order.address),
        None => form.with("recipient", consumer.person.name.clone()),
    })
}

fn new_key(visit: &Visit) -> String {
    visit.house.dice().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub async fn order(
    visit: Visit,
    consumer: Consumer,
    Path(slug): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let shop = find(&visit, &slug).await?;
    match place(&visit, &consumer, &shop, &headers, &form).await {
        Ok(Promised { intent, .. }) => {
            Ok(SeeOther::to(format!("/pay/{}/{}", intent.place, intent.id)).into_response())
        }
        Err(error) => {
            // The key belongs to another order, so the next try needs its own.
            let reused = error.refusal().is_some_and(|refusal| refusal.code == "key_reused");
            let form = form.refused(error)?;
            let key = if reused { new_key(&visit) } else { form.text("key").to_owned() };
            page(&visit, &consumer, &shop, &form, &key).await
        }
    }
}

async fn place(
    visit: &Visit,
    consumer: &Consumer,
    shop: &Shop,
    headers: &HeaderMap,
    form: &Form,
) -> Result<Promised> {
    let checkout = Checkout {
        place: shop.place.clone(),
        buyer: consumer.person.id.clone(),
        key: form.text("key").to_owned(),
        lines: form.all("line").into_iter().map(wanted).collect::<Result<_, _>>()?,
        recipient: form.text("recipient").to_owned(),
        address: form.text("address").to_owned(),
        click: cookies::read(headers, CLICK_COOKIE, visit.site.settings().is_secure()).map(str::to_owned),
    };
    if checkout.lines.is_empty() {
        return Err(nothing_to_order().into());
    }
    visit.write(&shop.place, move |scene| buy_product::order(scene, &checkout)).await
}

/// A line as the form carries it: `lst_… 2 8800`.
fn wanted(line: &str) -> Result<Wanted, Refusal> {
    let read = || {
        let mut parts = line.split(' ');
        let wanted = Wanted {
            listing: ListingId::parse(parts.next()?).ok()?,
            quantity: parts.next()?.parse().ok()?,
            price_minor: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(wanted)
    };
    read().ok_or_else(|| {
        let en = "One line of this order could not be read. Please look at it again.";
        Refusal::field("line", "bad_line", en, "订单中有一行无法识别，请重新确认。")
    })
}

fn nothing_to_order() -> Refusal {
    Refusal::field("line", "nothing_to_order", "There is nothing to order here.", "这里没有可下单的商品。")
}

async fn page(visit: &Visit, consumer: &Consumer, shop: &Shop, form: &Form, key: &str) -> Answer {
    let (person, place) = (consumer.person.id.clone(), shop.place.clone());
    let items = visit.read(move |view| basket::items(view, &person, &place)).await?;
    let error = form.error(visit.lang, &fields(visit, form)).map(str::to_owned);
    if items.is_empty() {
        return Ok(match error {
            Some(error) => nothing_left(visit, &error, form).into_response(),
            None => SeeOther::to("/basket").into_response(),
        });
    }
    Ok(filled(visit, shop, &items, form, (key, error.as_deref()))?)
}

/// What was to be ordered is no longer in the basket: perhaps it was ordered in another window.
fn nothing_left(visit: &Visit, error: &str, form: &Form) -> Page {
    let orders = Action { href: "/orders", word: visit.say("Your orders", "我的订单") };
    let hint = visit.say(
        "This basket has been emptied, perhaps by an order you made a moment ago.",
        "购物袋已清空，也许刚刚已经下过单。",
    );
    let body = html! { div class="wrap narrow" {
        (parts::heading(error, hint, html! {}))
        (parts::link_button(parts::Weight::Primary, orders.href, orders.word))
    } };
    Page::consumer(error, body).status(form.status())
}

fn filled(
    visit: &Visit,
    shop: &Shop,
    items: &[Item],
    form: &Form,
    (key, error): (&str, Option<&str>),
) -> Result<Response> {
    let total = basket::total(shop, items)?.to_string();
    let count = items.iter().map(|item| item.line.quantity).sum::<i64>();
    let title = visit.say("Checkout", "结算");
    let body = html! { div class="wrap reading" {
        (parts::heading(title, shop.name.in_(visit.lang), parts::link_button(parts::Weight::Quiet, "/basket", visit.say("Back to the basket", "返回购物袋"))))
        @if let Some(error) = error { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
        div class="stack" {
            (summary(visit, items, &total)?)
            form id="checkout" class="card form" method="post" action={ "/basket/" (shop.slug) "/orders" } novalidate {
                input type="hidden" name="key" value=(key);
                @for item in items {
                    input type="hidden" name="line" value={ (item.line.listing.id) " " (item.line.quantity) " " (item.line.listing.price.minor) };
                }
                (fields(visit, form))
            }
        }
    } };
    let pay = html! {
        button class="button primary wide" type="submit" form="checkout" {
            span { (visit.say("Order and pay", "提交订单")) } span class="button-price" { (total) }
        }
    };
    let page = Page::consumer(title, body).bottom_bar(pay).basket(u32::try_from(count).unwrap_or(u32::MAX));
    Ok(page.status(form.status()).into_response())
}

fn summary(visit: &Visit, items: &[Item], total: &str) -> Result<Markup> {
    let mut lines = Vec::new();
    for item in items {
        let note = format!("{} × {}", item.line.listing.price, item.line.quantity);
        lines.push((item.product.name.in_(visit.lang), note, item.total()?.to_string()));
    }
    let lines: Vec<parts::Line> =
        lines.iter().map(|(title, note, amount)| parts::Line { title, note, amount }).collect();
    let pictures = items.iter().take(4).map(|item| picture(&item.product.artwork));
    Ok(html! {
        div class="booking" { @for picture in pictures { img src=(picture) alt="" width="92" height="92"; } }
        (parts::order_summary(visit.lang, &lines, &[(visit.say("Delivery", "运费"), visit.say("free", "免运费"))], total))
    })
}

fn fields(visit: &Visit, form: &Form) -> Markup {
    let recipient = form.field(visit.lang, "recipient", visit.say("Who receives it", "收件人"));
    let address = Field {
        required: true,
        autocomplete: Some("street-address"),
        hint: visit
            .say("Street, city and a phone number for the courier.", "街道、城市，以及快递员可联系的电话。"),
        ..form.field(visit.lang, "address", visit.say("Address", "收货地址"))
    };
    html! {
        (Field { required: true, autocomplete: Some("name"), ..recipient }.input())
        (address.textarea(3))
    }
}
