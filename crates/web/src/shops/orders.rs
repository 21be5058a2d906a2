//! A person's orders of goods: all of them, one of them, and taking one back.

use super::give_back::{kept, new_key, pieces_chosen, pieces_fields, went_back};
use super::{in_basket, picture, state_pill};
use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Action, Weight};
use crate::visit::{Consumer, Visit};
use ::shops::orders::{Line, State};
use ::shops::returns::{Desk, Wish};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::buy_product::{self, Bought};
use flows::views::purchases::{self, Purchase};
use kernel::ids::Id;
use kernel::{Lang, OrderId, PlaceId, Result, Words};
use maud::{Markup, html};

pub async fn list(visit: Visit, consumer: Consumer) -> Answer<Page> {
    let person = consumer.person.id.clone();
    let orders = visit.read(move |view| purchases::of_buyer(view, &person)).await?;
    let title = visit.say("Orders", "订单");
    let body = html! { div class="wrap reading" {
        (parts::heading(title, visit.say("Goods from every shop. Film tickets are under Tickets.", "各店商品订单，电影票请看票夹。"), html! {}))
        @if orders.is_empty() {
            (parts::empty(
                visit.say("No order yet", "还没有订单"),
                visit.say("What you order in any shop is kept here, with its way to you.", "在各店下的订单和配送进度都在这里。"),
                Some(Action { href: "/shops", word: visit.say("Look around the shops", "逛逛商店") }),
            ))
        }
        div class="stack" { @for one in &orders { (card(&visit, one)) } }
    } };
    Ok(Page::consumer(title, body).basket(in_basket(&visit).await?))
}

fn address(place: &PlaceId, order: &OrderId) -> String {
    format!("/orders/{place}/{order}")
}

fn card(visit: &Visit, one: &Purchase) -> Markup {
    let name = one.product.in_(visit.lang);
    let words = match visit.lang {
        Lang::En if one.products > 1 => format!("{name} and {} more", one.products - 1),
        Lang::Zh if one.products > 1 => format!("{name} 等 {} 种", one.products),
        _ => name.to_owned(),
    };
    let pieces = match (visit.lang, one.pieces) {
        (Lang::En, 1) => "1 piece".to_owned(),
        (Lang::En, pieces) => format!("{pieces} pieces"),
        (Lang::Zh, pieces) => format!("{pieces} 件"),
    };
    let back = match visit.lang {
        Lang::En => format!("{} went back", one.order.back),
        Lang::Zh => format!("已退 {}", one.order.back),
    };
    let placed = one.order.created_at.say(&visit.home.zone, visit.lang);
    html! {
        article class="card" {
            div class="booking" {
                img src=(picture(&one.artwork)) alt="" width="92" height="92";
                div {
                    h3 { a href=(address(&one.order.place, &one.order.id)) { (words) } }
                    p { (one.shop.in_(visit.lang)) " · " (placed) }
                    p { (pieces) " · " b class="amount" { (one.order.total) } @if !one.order.back.is_zero() { " · " (back) } }
                    (state_pill(visit.lang, standing(visit, one.order.state)))
                }
            }
        }
    }
}

/// How an order stands now: one whose time to pay is over is not waiting any more, whether or not it was swept.
fn standing(visit: &Visit, state: State) -> State {
    state.expire(visit.now)
}

pub async fn show(visit: Visit, consumer: Consumer, Path(at): Path<(String, String)>) -> Answer<Page> {
    let bought = find(&visit, &consumer, at).await?;
    page(&visit, &bought, &Form::blank()).await
}

async fn find(visit: &Visit, consumer: &Consumer, (place, order): (String, String)) -> Result<Bought, Wrong> {
    let (place, order) = (PlaceId::parse(&place)?, OrderId::parse(&order)?);
    let person = consumer.person.id.clone();
    Ok(visit.read(move |view| buy_product::bought(view, &person, &place, &order)).await?)
}

pub async fn refund(visit: Visit, consumer: Consumer, Path(at): Path<(String, String)>) -> Answer {
    let bought = find(&visit, &consumer, at.clone()).await?;
    let (place, id) = (bought.order.place.clone(), bought.order.id.clone());
    let asked = visit.write(&place.clone(), move |scene| buy_product::refund(scene, &place, &id)).await;
    match asked {
        Ok(refund) => {
            let total = refund.amount;
            crate::pay::pay_back(&visit, refund).await;
            let onward = SeeOther::to(address(&bought.order.place, &bought.order.id));
            let en = format!("The order is cancelled; {total} goes back to how you paid.");
            Ok(onward
                .telling(Tone::Jade, Words::new(en, format!("订单已取消，{total} 将原路退回。")))
                .into_response())
        }
        Err(error) => {
            let form = Form::blank().refused(error)?;
            let bought = find(&visit, &consumer, at).await?;
            Ok(page(&visit, &bought, &form).await?.into_response())
        }
    }
}

/// Gives the chosen pieces back.
pub async fn return_pieces(
    visit: Visit,
    consumer: Consumer,
    Path(at): Path<(String, String)>,
    form: Form,
) -> Answer {
    let bought = find(&visit, &consumer, at.clone()).await?;
    let (place, id) = (bought.order.place.clone(), bought.order.id.clone());
    let wish = pieces_chosen(&form, &named(&bought)).map(|pieces| Wish {
        key: form.text("key").to_owned(),
        pieces,
        stock: None,
    });
    let asked = match wish {
        Ok(wish) => {
            let lane = place.clone();
            visit
                .write(&lane, move |scene| buy_product::return_pieces(scene, &place, &id, &wish, Desk::Buyer))
                .await
        }
        Err(refusal) => Err(refusal.into()),
    };
    match asked {
        Ok(returned) => {
            let sum = returned.refund.amount;
            crate::pay::pay_back(&visit, returned.refund).await;
            let onward = SeeOther::to(address(&bought.order.place, &bought.order.id));
            let en = format!("Taken back; {sum} goes back to how you paid.");
            Ok(onward
                .telling(Tone::Jade, Words::new(en, format!("已退货，{sum} 将原路退回。")))
                .into_response())
        }
        Err(error) => {
            let form = form.refused(error)?;
            let bought = find(&visit, &consumer, at).await?;
            Ok(page(&visit, &bought, &form).await?.into_response())
        }
    }
}

fn named(bought: &Bought) -> Vec<(Line, Words)> {
    bought.lines.iter().map(|(line, product)| (line.clone(), product.name.clone())).collect()
}

async fn page(visit: &Visit, bought: &Bought, form: &Form) -> Answer<Page> {
    let order = &bought.order;
    let state = standing(visit, order.state);
    let title = match visit.lang {
        Lang::En => format!("Order from {}", bought.shop.name.en),
        Lang::Zh => format!("{}的订单", bought.shop.name.zh),
    };
    let body = html! { div class="wrap reading" {
        (parts::heading(&title, &order.created_at.say(&visit.home.zone, visit.lang), state_pill(visit.lang, state)))
        @if let Some(error) = form.error(visit.lang, &html! {}) { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
        div class="stack" {
            (way(visit, state))
            (summary(visit, bought))
            (parts::card(parts::definitions(&[
                (visit.say("Receiver", "收件人"), html! { (order.recipient) }),
                (visit.say("Address", "收货地址"), html! { (order.address) }),
            ])))
            @if matches!(state, State::Paid { .. }) { (take_back(visit, bought, form)) }
        }
    } };
    let page = Page::consumer(title.as_str(), body).basket(in_basket(visit).await?).status(form.status());
    Ok(match state {
        State::Placed { .. } => page.bottom_bar(pay(visit, bought)),
        _ => page,
    })
}

/// Where the goods are on their way to the buyer, or why there is no way any more.
fn way(visit: &Visit, state: State) -> Markup {
    let steps = [visit.say("Ordered", "下单"), visit.say("Payment", "支付"), visit.say("On its way", "发货")];
    match state {
        State::Placed { pay_until } => html! {
            (parts::steps(visit.lang, &steps, 1))
            (parts::countdown(visit.say("Kept for you for", "为您保留"), visit.now.seconds_until(pay_until), visit.say("The time to pay is over.", "支付时间已过。")))
        },
        State::Paid { .. } => parts::steps(visit.lang, &steps, 2),
        State::Shipped { .. } => parts::steps(visit.lang, &steps, steps.len()),
        State::Expired { .. } => parts::alert(
            Tone::Plain,
            visit.say(
                "It was not paid in time, so the goods went back to the shelf.",
                "未在时限内支付，商品已放回货架。",
            ),
            None,
        ),
        State::Refunded { .. } => parts::alert(
            Tone::Jade,
            visit.say("It was cancelled; the money goes back to how you paid.", "订单已取消，款项原路退回。"),
            None,
        ),
    }
}

fn summary(visit: &Visit, bought: &Bought) -> Markup {
    let lines: Vec<(&str, String, String)> = bought
        .lines
        .iter()
        .map(|(line, product)| {
            let mut note = format!("{} × {}", line.price, line.quantity);
            if line.back > 0 {
                note = format!("{note} · {}", went_back(visit.lang, line.back));
            }
            (product.name.in_(visit.lang), note, line.total.to_string())
        })
        .collect();
    let lines: Vec<parts::Line> =
        lines.iter().map(|(title, note, amount)| parts::Line { title, note, amount }).collect();
    let delivery = (visit.say("Delivery", "运费"), visit.say("free", "免运费"));
    let back = format!("−{}", bought.order.back);
    let went_back = (visit.say("Went back", "已退"), back.as_str());
    let is_whole = bought.order.back.is_zero();
    let sums = if is_whole { vec![delivery] } else { vec![delivery, went_back] };
    parts::order_summary(visit.lang, &lines, &sums, &kept(&bought.order).to_string())
}

fn pay(visit: &Visit, bought: &Bought) -> Markup {
    let href = format!("/pay/{}/{}", bought.intent.place, bought.intent.id);
    parts::price_link(&href, visit.say("Pay", "去支付"), &bought.order.total.to_string())
}

/// Until it is sent, some of it goes back, or all.
fn take_back(visit: &Visit, bought: &Bought, form: &Form) -> Markup {
    let order = address(&bought.order.place, &bought.order.id);
    let word = visit.say("Cancel it and get the money back", "取消订单并退款");
    let left: i64 = bought.lines.iter().map(|(line, _)| line.left()).sum();
    html! {
        div class="card stack" {
            @if left > 1 {
                p { (visit.say("Until the shop has sent it, you can cancel the order, or give some of it back.", "发货之前可以取消订单，或只退部分商品。")) }
                details class="figure" open[!form.text("key").is_empty()] {
                    summary { (visit.say("Give some of it back", "只退部分商品")) }
                    form class="form" method="post" action={ (order) "/returns" } {
                        (pieces_fields(visit.lang, form, &named(bought)))
                        input type="hidden" name="key" value=(new_key(visit));
                        (parts::button(Weight::Quiet, visit.say("Give the chosen pieces back", "退选中商品")))
                    }
                }
            }
            @if left == 1 { p { (visit.say("Until the shop has sent it, you can cancel the order.", "发货之前可以取消订单。")) } }
            p class="form-foot" { (parts::press(Weight::Grave, &format!("{order}/refund"), &[], word)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::{Goods, Street, place};
    use crate::testing::{Browser, Town};
    use axum::http::StatusCode;

    const HOME: [(&str, &str); 2] = [("recipient", "Ann"), ("address", "1 Riverside Road, 138 0000 0000")];

    /// Puts goods into the basket and looks at the checkout; the form as it stands there.
    async fn filled(buyer: &Browser, goods: &Goods, quantity: &str) -> Vec<(&'static str, String)> {
        buyer.post(&goods.address(), &[("quantity", quantity)]).await;
        let checkout = buyer.get("/basket/east-gate/checkout").await;
        assert_eq!(checkout.status, StatusCode::OK, "{}", checkout.text);
        vec![("key", checkout.value_of("key")), ("line", checkout.value_of("line"))]
    }

    async fn ordered(buyer: &Browser, form: &[(&'static str, String)]) -> crate::testing::Answer {
        let hidden = form.iter().map(|(name, value)| (*name, value.as_str()));
        buyer.post("/basket/east-gate/orders", &hidden.chain(HOME).collect::<Vec<_>>()).await
    }

    #[tokio::test]
    async fn goods_are_ordered_paid_and_taken_back() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mug = street.goods("Lantern mug", 8_800, 5).await;
        let ann = town.person("ann", &[]).await;
        assert!(ann.get("/orders").await.text.contains("No order yet"));
        let form = filled(&ann, &mug, "2").await;
        let placed = ordered(&ann, &form).await;
        assert_eq!(placed.status, StatusCode::SEE_OTHER, "{}", placed.text);
        let pay = placed.location().to_owned();
        assert!(pay.starts_with("/pay/plc_east_gate/pay_"), "{pay}");
        assert!(ann.get("/basket").await.text.contains("Your basket is empty"));
        assert_eq!(ordered(&ann, &form).await.location(), pay, "a second press is the same order");

        let list = ann.get("/orders").await;
        assert!(list.text.contains("Waiting for payment") && list.text.contains("¥176.00"));
        let at = format!("/orders/{}", list.value_after("<article", "href=\"/orders/"));
        let waiting = ann.get(&at).await;
        assert!(waiting.text.contains(&pay) && waiting.text.contains("data-countdown"));
        let early = ann.post(&format!("{at}/refund"), &[]).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert!(early.text.contains("has not been paid") && early.text.contains("Lantern mug"));

        street.pays(&pay).await;
        assert!(ann.get(&at).await.text.contains("Cancel it and get the money back"));
        let ben = town.person("ben", &[]).await;
        assert_eq!(ben.get(&at).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ben.post(&format!("{at}/refund"), &[]).await.status, StatusCode::NOT_FOUND);
        let refunded = ann.post(&format!("{at}/refund"), &[]).await;
        assert_eq!(refunded.location(), at, "{}", refunded.text);
        let shown = ann.clone().with_cookies_of(&refunded).get(&at).await;
        assert!(shown.text.contains("¥176.00 goes back") && shown.text.contains("Refunded"));
        assert!(street.bo.get(&mug.address()).await.text.contains("last 5"), "the stock is back");
    }

    #[tokio::test]
    async fn some_pieces_go_back_and_the_order_says_so() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mug = street.goods("Lantern mug", 8_800, 5).await;
        let ann = town.person("ann", &[]).await;
        let order = street.buys(&ann, &mug, "3").await;
        let at = format!("/orders/{}/{order}", place("east-gate"));
        let page = ann.get(&at).await;
        assert!(page.text.contains("Give some of it back"), "{}", page.text);
        let (field, key) = (format!("back_{}", mug.listing.id), page.value_of("key"));
        let form = [(field.as_str(), "2"), ("key", key.as_str())];
        for _ in 0..2 {
            assert_eq!(
                ann.post(&format!("{at}/returns"), &form).await.location(),
                at,
                "a second press is one return"
            );
        }
        let page = ann.get(&at).await;
        assert!(page.text.contains("2 went back") && page.text.contains("−¥176.00"), "{}", page.text);
        assert!(!page.text.contains("Give some of it back"), "the last piece goes back with the order");
        let zh = ann.get(&format!("{at}?lang=zh")).await;
        assert!(zh.text.contains("已退 2 件"), "{}", zh.text);
        assert!(ann.get("/orders?lang=en").await.text.contains("¥176.00 went back"));
        assert!(ann.get(&mug.address()).await.text.contains("last 4"), "two are on the shelf again");
        let much = ann.post(&format!("{at}/returns"), &[(field.as_str(), "2"), ("key", "other")]).await;
        assert_eq!(much.status, StatusCode::CONFLICT);
        let nothing = ann.post(&format!("{at}/returns"), &[("key", "other")]).await;
        assert!(nothing.text.contains("Choose what goes back"), "{}", nothing.text);
        let ben = town.person("ben", &[]).await;
        assert_eq!(ben.post(&format!("{at}/returns"), &form).await.status, StatusCode::NOT_FOUND);
        let rest = ann.post(&format!("{at}/refund"), &[]).await;
        assert_eq!(rest.location(), at, "{}", rest.text);
        assert!(ann.get(&mug.address()).await.text.contains("last 5"));
    }

    #[tokio::test]
    async fn an_order_after_an_ad_is_credited_to_it() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let campaign = street.campaign().await;
        let mug = street.goods("Lantern mug", 8_800, 5).await;
        let ann = town.person("ann", &[]).await;
        let shown = ann.get("/shops/night-tide").await;
        let link = format!("/go/{}", shown.value_after("class=\"product ad\"", "href=\"/go/"));
        let ann = ann.clone().with_cookies_of(&ann.get(&link).await);
        let placed = ordered(&ann, &filled(&ann, &mug, "1").await).await;
        street.pays(placed.location()).await;
        let sums = street.sums(&campaign).await;
        assert_eq!((sums.clicks, sums.credited_orders, sums.credited_products_minor), (1, 1, 8_800));

        let at = format!("/orders/{}", ann.get("/orders").await.value_after("<article", "href=\"/orders/"));
        ann.post(&format!("{at}/refund"), &[]).await;
        assert_eq!(street.sums(&campaign).await.credited_orders, 0);
    }

    #[tokio::test]
    async fn refusals_stand_on_the_page_and_nothing_is_lost() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mug = street.goods("Lantern mug", 8_800, 3).await;
        let (ann, ben) = (town.person("ann", &[]).await, town.person("ben", &[]).await);
        let form = filled(&ann, &mug, "2").await;

        let hidden: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let nobody = ann
            .post("/basket/east-gate/orders", &[&hidden[..], &[("address", "Riverside 1")]].concat())
            .await;
        assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nobody.text.contains("id=\"recipient-error\"") && nobody.text.contains("Riverside 1"));
        assert_eq!(nobody.value_of("key"), form[0].1, "the key is kept, for nothing was ordered");
        let long = "路".repeat(301);
        let long = ann
            .post(
                "/basket/east-gate/orders",
                &[&hidden[..], &[("recipient", "Ann"), ("address", &long)]].concat(),
            )
            .await;
        assert!(long.text.contains("id=\"address-error\"") && long.text.contains("at most 300 characters"));

        // Ben is faster.
        street.pays(ordered(&ben, &filled(&ben, &mug, "2").await).await.location()).await;
        let zh = ann.clone().header("accept-language", "zh");
        zh.post("/reading", &[("lang", "zh")]).await;
        let sold = ordered(&zh, &form).await;
        assert_eq!(sold.status, StatusCode::CONFLICT);
        assert!(
            sold.text.contains("只剩 1 件")
                && sold.text.contains("138 0000 0000")
                && sold.text.contains("¥176.00"),
            "{}",
            sold.text
        );

        for (line, code) in
            [("lst_none 1 8800", StatusCode::NOT_FOUND), ("x", StatusCode::UNPROCESSABLE_ENTITY)]
        {
            assert_eq!(
                ordered(&ann, &[("key", "k".into()), ("line", line.into())]).await.status,
                code,
                "{line}"
            );
        }
        let dear = form[1].1.replace(" 2 8800", " 1 1");
        let changed = ordered(&ann, &[("key", "k".into()), ("line", dear)]).await;
        assert_eq!(changed.status, StatusCode::CONFLICT);
        assert!(changed.text.contains("现价 ¥88.00"));
        let many = form[1].1.replace(" 2 8800", " 21 8800");
        assert_eq!(
            ordered(&ann, &[("key", "k".into()), ("line", many)]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(ordered(&ann, &[("key", "k".into())]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[tokio::test]
    async fn a_key_that_was_used_is_replaced() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mug = street.goods("Lantern mug", 8_800, 9).await;
        let ann = town.person("ann", &[]).await;
        let first = filled(&ann, &mug, "1").await;
        ordered(&ann, &first).await;
        let second = filled(&ann, &mug, "2").await;
        let reused = ordered(&ann, &[("key", first[0].1.clone()), ("line", second[1].1.clone())]).await;
        assert_eq!(reused.status, StatusCode::CONFLICT);
        let fresh = reused.value_of("key");
        assert_ne!(fresh, first[0].1);
        assert_eq!(
            ordered(&ann, &[("key", fresh), ("line", second[1].1.clone())]).await.status,
            StatusCode::SEE_OTHER
        );
        let over = ordered(&ann, &[("key", first[0].1.clone()), ("line", second[1].1.clone())]).await;
        assert!(
            over.text.contains("This key was used") && over.text.contains("href=\"/orders\""),
            "{}",
            over.text
        );
    }

    #[tokio::test]
    async fn unknown_orders_are_not_found() {
        let town = Town::new();
        Street::new(&town).await;
        let ann = town.person("ann", &[]).await;
        let none = format!("/orders/{}/ord_none", place("east-gate"));
        for at in [none.as_str(), "/orders/plc_none/ord_none", "/orders/x/y", "/basket/nowhere/checkout"] {
            assert_eq!(ann.get(at).await.status, StatusCode::NOT_FOUND, "{at}");
        }
        assert_eq!(ann.get("/basket/east-gate/checkout").await.location(), "/basket");
    }
}
