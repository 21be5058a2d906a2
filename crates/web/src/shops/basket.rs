//! The basket: what somebody has put aside, shop by shop, each with its own way to the checkout.

use super::{find, picture};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Action};
use crate::look::{Tone, icon};
use crate::visit::{Consumer, Visit};
use ::people::orgs;
use ::shops::baskets::{self, Line, QUANTITY_MAX};
use ::shops::listings::State;
use ::shops::{Product, Shop};
use axum::extract::Path;
use axum::response::IntoResponse;
use db::View;
use kernel::{Lang, ListingId, Money, PersonId, PlaceId, Result, Words};
use maud::{Markup, html};

/// A line with what it is of.
pub(super) struct Item {
    pub line: Line,
    pub product: Product,
    maker: Words,
}

impl Item {
    pub fn total(&self) -> Result<Money> {
        self.line.listing.price.times(self.line.quantity)
    }

    /// Why it cannot be ordered as it stands; empty when it can.
    fn trouble(&self, lang: Lang) -> String {
        let stock = self.line.listing.stock;
        match (self.line.listing.state, lang) {
            (State::Delisted, Lang::En) => "No longer for sale here".into(),
            (State::Delisted, Lang::Zh) => "已下架".into(),
            (State::Listed, _) if stock >= self.line.quantity => String::new(),
            (State::Listed, Lang::En) if stock == 0 => "Sold out".into(),
            (State::Listed, Lang::Zh) if stock == 0 => "已售罄".into(),
            (State::Listed, Lang::En) => format!("Only {stock} left"),
            (State::Listed, Lang::Zh) => format!("只剩 {stock} 件"),
        }
    }
}

pub(super) fn total(shop: &Shop, items: &[Item]) -> Result<Money> {
    items.iter().try_fold(Money::zero(shop.currency), |sum, item| sum.plus(item.total()?))
}

/// Somebody's basket in one shop.
pub(super) fn items(view: &View, person: &PersonId, place: &PlaceId) -> Result<Vec<Item>> {
    let lines = baskets::of(view, person, place)?;
    let item = |line: Line| {
        let product = ::shops::products::any(view, &line.listing.product)?;
        let maker = orgs::any(view, &product.merchant)?.map(|org| org.name).unwrap_or_default();
        Ok(Item { line, product, maker })
    };
    lines.into_iter().map(item).collect()
}

pub async fn show(visit: Visit, consumer: Consumer) -> Answer<Page> {
    page(&visit, &consumer, &Form::blank()).await
}

/// Makes the quantity of a line what was asked for; nought takes it out.
pub async fn change(visit: Visit, consumer: Consumer, Path(slug): Path<String>, form: Form) -> Answer {
    let shop = find(&visit, &slug).await?;
    match set(&visit, &consumer, &shop, &form).await {
        Ok(()) => Ok(SeeOther::to("/basket").into_response()),
        Err(error) => Ok(page(&visit, &consumer, &form.refused(error)?).await?.into_response()),
    }
}

async fn set(visit: &Visit, consumer: &Consumer, shop: &Shop, form: &Form) -> Result<()> {
    let (listing, quantity) = (form.id::<ListingId>("listing")?, form.int("quantity", 0..=QUANTITY_MAX)?);
    let (person, place) = (consumer.person.id.clone(), shop.place.clone());
    visit
        .write(&place.clone(), move |scene| {
            baskets::set(scene.tx, &scene.act, &person, &place, &listing, quantity)
        })
        .await
}

async fn page(visit: &Visit, consumer: &Consumer, form: &Form) -> Answer<Page> {
    let person = consumer.person.id.clone();
    let filled = visit.read(move |view| {
        let mut filled = Vec::new();
        for shop in ::shops::shops::all(view)? {
            let items = items(view, &person, &shop.place)?;
            if !items.is_empty() {
                filled.push((shop, items));
            }
        }
        Ok(filled)
    });
    let filled = filled.await?;
    let count: i64 = filled.iter().flat_map(|(_, items)| items).map(|item| item.line.quantity).sum();
    let title = visit.say("Basket", "购物袋");
    let body = html! { div class="wrap reading" {
        (parts::heading(title, "", html! {}))
        @if let Some(error) = form.error(visit.lang, &html! {}) { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
        @if filled.is_empty() {
            (parts::empty(
                visit.say("Your basket is empty", "购物袋还是空的"),
                visit.say("What you put aside in any shop waits here until you order it.", "在各家店放入的商品都会在这里等您下单。"),
                Some(Action { href: "/shops", word: visit.say("Look around the shops", "逛逛商店") }),
            ))
        }
        @for (shop, items) in &filled { (of_shop(visit, shop, items)?) }
    } };
    Ok(Page::consumer(title, body).basket(u32::try_from(count).unwrap_or(u32::MAX)).status(form.status()))
}

fn of_shop(visit: &Visit, shop: &Shop, items: &[Item]) -> Result<Markup> {
    let total = total(shop, items)?.to_string();
    let to_shop = format!("/shops/{}", shop.slug);
    let more = Action { href: &to_shop, word: visit.say("To the shop", "进店") };
    let checkout = format!("/basket/{}/checkout", shop.slug);
    Ok(parts::section(
        shop.name.in_(visit.lang),
        Some(more),
        html! {
            div class="card stack" {
                @for item in items { (line(visit, shop, item)?) }
                (parts::price_link(&checkout, visit.say("Check out", "去结算"), &total))
            }
        },
    ))
}

fn line(visit: &Visit, shop: &Shop, item: &Item) -> Result<Markup> {
    let listing = &item.line.listing;
    let name = item.product.name.in_(visit.lang);
    let trouble = item.trouble(visit.lang);
    let each = format!("{} × {}", listing.price, item.line.quantity);
    Ok(html! {
        div class="booking" {
            img src=(picture(&item.product.artwork)) alt="" width="92" height="92";
            div {
                h3 { a href={ "/shops/" (shop.slug) "/products/" (listing.id) } { (name) } }
                p { (item.maker.in_(visit.lang)) }
                p { (each) " = " b class="amount" { (item.total()?) } }
                @if !trouble.is_empty() { (parts::pill(Tone::Cinnabar, &trouble)) }
                (quantity(visit, shop, item, name))
            }
        }
    })
}

/// One less, how many, one more, none.
fn quantity(visit: &Visit, shop: &Shop, item: &Item, name: &str) -> Markup {
    let now = item.line.quantity;
    let says = |en: &str, zh: &str| match visit.lang {
        Lang::En => format!("{en}: {name}"),
        Lang::Zh => format!("{zh}：{name}"),
    };
    let step = |quantity: i64, sign: &str, says: &str| {
        html! {
            form class="press" method="post" action={ "/basket/" (shop.slug) "/lines" } {
                input type="hidden" name="listing" value=(item.line.listing.id);
                input type="hidden" name="quantity" value=(quantity);
                button class="tool" type="submit" aria-label=(says) title=(says) { (icon(sign)) }
            }
        }
    };
    html! {
        div class="actions" {
            div class="zoom" {
                (step(now - 1, "minus", &says("One less", "减一件")))
                b class="tool amount" { (now) }
                @if now < QUANTITY_MAX { (step(now + 1, "plus", &says("One more", "加一件"))) }
            }
            (step(0, "cross", &says("Take out", "移除")))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_basket_is_changed_line_by_line() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mug = street.goods("Lantern mug", 8_800, 5).await;
        let ann = town.person("ann", &[]).await;
        assert!(ann.get("/basket").await.text.contains("Your basket is empty"));
        ann.post(&mug.address(), &[("quantity", "1")]).await;
        let change = |quantity: &'static str| {
            let (ann, listing) = (ann.clone(), mug.listing.id.0.clone());
            async move {
                ann.post("/basket/east-gate/lines", &[("listing", &listing), ("quantity", quantity)]).await
            }
        };
        assert_eq!(change("6").await.location(), "/basket");
        let shown = ann.get("/basket").await;
        assert!(shown.text.contains("¥528.00") && shown.text.contains("Only 5 left"));
        for bad in ["-1", "21", "", "x"] {
            let refused = change(bad).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
            assert!(refused.text.contains("Lantern mug") && refused.text.contains("from 0 to 20"));
        }
        assert_eq!(change("0").await.location(), "/basket");
        assert!(ann.get("/basket").await.text.contains("Your basket is empty"));
        let odd = ann.post("/basket/east-gate/lines", &[("listing", "x"), ("quantity", "1")]).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        let gone = ann.post("/basket/east-gate/lines", &[("listing", "lst_none"), ("quantity", "1")]).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        assert_eq!(ann.post("/basket/nowhere/lines", &[]).await.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn nobody_sees_anothers_basket() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mug = street.goods("Lantern mug", 8_800, 5).await;
        let (ann, ben) = (town.person("ann", &[]).await, town.person("ben", &[]).await);
        ann.post(&mug.address(), &[("quantity", "1")]).await;
        assert!(ann.get("/basket").await.text.contains("Lantern mug"));
        assert!(ben.get("/basket").await.text.contains("Your basket is empty"));
    }
}
