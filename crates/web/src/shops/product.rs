//! One product in one shop: what it is, who made it, what it costs, and the way into the basket.

use super::{find, in_basket, picture, shelf};
use crate::answer::{Answer, Page, SeeOther};
use crate::film::suggested;
use crate::form::Form;
use crate::look::parts;
use crate::look::{Tone, icon};
use crate::visit::{Consumer, Visit};
use ::shops::Shop;
use ::shops::baskets::{self, QUANTITY_MAX};
use ::shops::listings::State;
use axum::extract::Path;
use axum::response::IntoResponse;
use events::Kind;
use flows::audiences::{self, Sighting};
use flows::views::goods::{self, Goods};
use flows::views::recommendations::Thing;
use kernel::ids::Id;
use kernel::{ListingId, Result};
use maud::{Markup, html};
use serde_json::json;

pub async fn show(visit: Visit, Path((slug, listing)): Path<(String, String)>) -> Answer<Page> {
    let (shop, goods) = look(&visit, &slug, &listing).await?;
    notice(&visit, &goods, Kind::PageViewed);
    page(&visit, &shop, &goods, &Form::blank()).await
}

fn notice(visit: &Visit, goods: &Goods, kind: Kind) {
    let seen =
        Sighting::of(kind, &goods.listing.place, &goods.listing.id).in_category(&goods.product.category);
    let seen = match &goods.listing.title {
        Some(title) => seen.about(title),
        None => seen,
    };
    audiences::notice(&visit.house, &visit.actor, seen);
}

async fn look(visit: &Visit, slug: &str, listing: &str) -> Result<(Shop, Goods)> {
    let (shop, id) = (find(visit, slug).await?, ListingId::parse(listing)?);
    let place = shop.place.clone();
    let goods = visit.read(move |view| goods::one(view, &place, &id)).await?;
    Ok((shop, goods))
}

pub async fn add(
    visit: Visit,
    consumer: Consumer,
    Path((slug, listing)): Path<(String, String)>,
    form: Form,
) -> Answer {
    let (shop, goods) = look(&visit, &slug, &listing).await?;
    match put(&visit, &consumer, &goods, &form).await {
        Ok(()) => {
            notice(&visit, &goods, Kind::ProductCarted);
            let onward = SeeOther::to("/basket");
            Ok(onward.saying("It is in your basket.", "已放入购物袋。").into_response())
        }
        Err(error) => Ok(page(&visit, &shop, &goods, &form.refused(error)?).await?.into_response()),
    }
}

async fn put(visit: &Visit, consumer: &Consumer, goods: &Goods, form: &Form) -> Result<()> {
    let quantity = form.int("quantity", 1..=QUANTITY_MAX)?;
    let (person, listing) = (consumer.person.id.clone(), goods.listing.clone());
    visit
        .write(&listing.place.clone(), move |scene| {
            baskets::add(scene.tx, &scene.act, &person, &listing.place, &listing.id, quantity)
        })
        .await
}

async fn page(visit: &Visit, shop: &Shop, goods: &Goods, form: &Form) -> Answer<Page> {
    let name = goods.product.name.in_(visit.lang);
    let can_buy = goods.listing.state == State::Listed && goods.listing.stock > 0;
    let body = html! { div class="wrap" {
        (heading(visit, shop, name))
        div class="grid grid-2" {
            div class="product" { img src=(picture(&goods.product.artwork)) alt=(name) width="800" height="800"; }
            div class="stack" { (about(visit, goods)) (quantity(visit, goods, form, can_buy)) }
        }
        (suggested::row(visit, Some(Thing::Product(goods.product.id.clone()))).await?)
    } };
    let page = Page::consumer(name, body)
        .json_ld(json_ld(visit, shop, goods))
        .basket(in_basket(visit).await?)
        .status(form.status());
    Ok(if can_buy { page.bottom_bar(buy(visit, shop, goods)) } else { page })
}

fn heading(visit: &Visit, shop: &Shop, name: &str) -> Markup {
    html! {
        div class="heading" { div {
            h1 { (name) }
            p { a href={ "/shops/" (shop.slug) } { (icon("left")) (shop.name.in_(visit.lang)) } }
        } }
    }
}

fn about(visit: &Visit, goods: &Goods) -> Markup {
    let text = goods.product.about.in_(visit.lang);
    let kind = licensing::categories::words(&goods.product.category);
    let mut rows = vec![
        (visit.say("Made by", "商家"), html! { (goods.maker.in_(visit.lang)) }),
        (visit.say("Kind", "分类"), html! { (kind.in_(visit.lang)) }),
    ];
    if let Some(film) = &goods.film {
        let link = html! { span { (icon("seal")) " " a href={ "/films/" (film.slug) } { (film.name.in_(visit.lang)) } } };
        rows.insert(0, (visit.say("Licensed by", "授权影片"), link));
    }
    let note = shelf::note(visit, goods.listing.stock);
    html! {
        p class="product-price" {
            span class="stat-value" { (goods.listing.price) }
            @if !note.is_empty() { (parts::badge(&note)) }
        }
        @if !text.is_empty() { p { (text) } }
        (parts::card(parts::definitions(&rows)))
    }
}

fn quantity(visit: &Visit, goods: &Goods, form: &Form, can_buy: bool) -> Markup {
    let label = visit.say("How many", "数量");
    let most = goods.listing.stock.clamp(1, QUANTITY_MAX);
    let numbers: Vec<String> = (1..=most).map(|number| number.to_string()).collect();
    let error = form.error(visit.lang, &html! {});
    html! {
        @if let Some(error) = error { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
        @if goods.listing.state != State::Listed {
            (parts::alert(Tone::Plain, visit.say("This shop no longer sells it.", "本店已不再销售这件商品。"), None))
        } @else if !can_buy {
            (parts::alert(Tone::Plain, visit.say("It has sold out. The maker may make more.", "已售罄，商家可能会补货。"), None))
        } @else {
            div class="field" {
                label for="quantity" { (label) }
                select id="quantity" name="quantity" form="buy" {
                    @for number in &numbers { option value=(number) selected[form.text("quantity") == number] { (number) } }
                }
            }
        }
    }
}

/// The one button: into the basket, or to the sign-in that leads back here.
fn buy(visit: &Visit, shop: &Shop, goods: &Goods) -> Markup {
    let (address, price) = (shelf::address(shop, goods), goods.listing.price.to_string());
    if visit.person.is_none() {
        let sign_in = format!("/sign-in?next={}", crate::encode(&address));
        return parts::price_link(&sign_in, visit.say("Sign in to buy", "登录后购买"), &price);
    }
    html! {
        form id="buy" method="post" action=(address) {
            (parts::price_button(visit.say("Into the basket", "放入购物袋"), &price))
        }
    }
}

fn json_ld(visit: &Visit, shop: &Shop, goods: &Goods) -> String {
    let base = &visit.site.settings().base_url;
    let can_buy = goods.listing.state == State::Listed && goods.listing.stock > 0;
    let mut product = json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "name": goods.product.name.in_(visit.lang),
        "description": goods.product.about.in_(visit.lang),
        "category": goods.product.category,
        "image": format!("{base}{}", picture(&goods.product.artwork)),
        "brand": { "@type": "Brand", "name": goods.maker.in_(visit.lang) },
        "offers": {
            "@type": "Offer",
            "url": format!("{base}{}", shelf::address(shop, goods)),
            "price": goods.listing.price.decimal(),
            "priceCurrency": goods.listing.price.currency.code(),
            "availability": if can_buy { "https://schema.org/InStock" } else { "https://schema.org/OutOfStock" },
            "seller": { "@type": "Organization", "name": shop.name.in_(visit.lang) },
        },
    });
    if let Some(film) = &goods.film {
        let name = film.name.in_(visit.lang);
        product["isRelatedTo"] =
            json!({ "@type": "Movie", "name": name, "url": format!("{base}/films/{}", film.slug) });
    }
    product.to_string()
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_product_says_what_it_is_and_goes_into_the_basket() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let at = street.goods("Lantern mug", 8_800, 5).await.address();
        let guest = town.browser().get(&at).await;
        for word in [
            "Lantern mug",
            "¥88.00",
            "last 5",
            "Sign in to buy",
            "\"@type\":\"Offer\"",
            "\"price\":\"88.00\"",
            "schema.org/InStock",
        ] {
            assert!(guest.text.contains(word), "{word}: {}", guest.text);
        }
        assert_eq!(town.browser().post(&at, &[("quantity", "1")]).await.status, StatusCode::UNAUTHORIZED);

        let ann = town.person("ann", &[]).await;
        let put = ann.post(&at, &[("quantity", "2")]).await;
        assert_eq!((put.status, put.location()), (StatusCode::SEE_OTHER, "/basket"), "{}", put.text);
        let shown = ann.clone().with_cookies_of(&put).get("/basket").await;
        assert!(shown.text.contains("It is in your basket.") && shown.text.contains("¥176.00"));
        assert!(ann.get(&at).await.text.contains("<span class=\"count\">2</span>"));
    }

    #[tokio::test]
    async fn what_cannot_be_put_in_is_refused_in_place() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let at = street.goods("Lantern mug", 8_800, 50).await.address();
        let ann = town.person("ann", &[]).await;
        for bad in ["", "0", "-1", "21", "many", "1.5"] {
            let answer = ann.post(&at, &[("quantity", bad)]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
            assert!(answer.text.contains("whole number from 1 to 20"));
        }
        assert_eq!(ann.post(&at, &[("quantity", "15")]).await.status, StatusCode::SEE_OTHER);
        let zh = ann.clone().header("accept-language", "zh");
        let much = zh.post(&format!("{at}?lang=zh"), &[("quantity", "15")]).await;
        assert_eq!(much.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            much.text.contains("同一件商品最多 20 件") && much.text.contains("selected>15</option>"),
            "{}",
            much.text
        );
        for nowhere in [
            "/shops/east-gate/products/lst_none",
            "/shops/east-gate/products/x",
            "/shops/nowhere/products/lst_none",
        ] {
            assert_eq!(ann.get(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
            assert_eq!(
                ann.post(nowhere, &[("quantity", "1")]).await.status,
                StatusCode::NOT_FOUND,
                "{nowhere}"
            );
        }
    }
}
