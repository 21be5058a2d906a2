//! A merchant's products: what each is, where it is listed, and what changes there.

use super::{Side, acting_for, page, short, trouble};
use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Action, Field, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::shops::picture;
use crate::visit::{MerchantStaff, Visit};
use ::people::OrgKind;
use ::shops::listings::{self, Listing, STOCK_MAX, State};
use ::shops::{Product, Shop, products};
use axum::extract::Path;
use axum::response::IntoResponse;
use db::View;
use events::log;
use flows::{Scene, license_product};
use kernel::ids::Id;
use kernel::{Lang, ListingId, PlaceId, ProductId, Refusal, Result, Words};
use licensing::categories;
use licensing::contracts::{self, Contract};
use maud::{Markup, html};
use serde_json::json;

fn address(id: &ProductId) -> String {
    format!("/console/merchants/products/{id}")
}

/// A product with everything its merchant may know of it.
struct Seen {
    product: Product,
    film: Option<Words>,
    contract: Option<Contract>,
    listings: Vec<(Shop, Listing)>,
    /// Shops that do not sell it yet.
    others: Vec<Shop>,
}

fn look(view: &View, product: Product) -> Result<Seen> {
    let (mut listed, mut others) = (Vec::new(), Vec::new());
    for shop in ::shops::shops::all(view)? {
        let all = listings::of_merchant(view, &shop.place, &product.merchant)?;
        match all.into_iter().find(|listing| listing.product == product.id) {
            Some(listing) => listed.push((shop, listing)),
            None => others.push(shop),
        }
    }
    let film = match &product.title {
        Some(title) => titles::any(view, title)?.map(|title| title.name),
        None => None,
    };
    let contract = match &product.contract {
        Some(contract) => Some(contracts::of(view, &product.merchant, contract)?),
        None => None,
    };
    Ok(Seen { product, film, contract, listings: listed, others })
}

pub async fn list(visit: Visit, staff: MerchantStaff) -> Answer<Page> {
    let merchants = acting_for(&visit, &staff.orgs, OrgKind::Merchant).await?;
    let all = visit.read(move |view| {
        let mut all = Vec::new();
        for merchant in &merchants {
            for product in products::of_merchant(view, &merchant.id)? {
                all.push(look(view, product)?);
            }
        }
        Ok(all)
    });
    let all = all.await?;
    let body = html! {
        @if all.is_empty() {
            (parts::empty(
                visit.say("No product yet", "还没有商品"),
                visit.say("When a studio approves your sample, the product stands here, ready to be listed.", "打样通过后，商品会出现在这里，随时可以上架。"),
                Some(Action { href: "/console/merchants/mine", word: visit.say("My applications", "我的申请") }),
            ))
        } @else { (table(&visit, &all)) }
    };
    let words = (
        visit.say("My products", "我的商品"),
        visit.say("List them in shops, set price and stock.", "上架到店铺，管理价格和库存。"),
    );
    Ok(page(&visit, Side::Products, words, html! {}, body))
}

fn table(visit: &Visit, all: &[Seen]) -> Markup {
    let columns = [
        Column::new(visit.say("Product", "商品"), Kind::Text),
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Kind", "分类"), Kind::Text),
        Column::new(visit.say("Shops", "店铺"), Kind::Text),
        Column::new(visit.say("Stock", "库存"), Kind::Number),
        Column::new(visit.say("Licence until", "授权到期"), Kind::Date),
    ];
    let row = |seen: &Seen| {
        let on_shelf = || seen.listings.iter().filter(|(_, listing)| listing.state == State::Listed);
        let shops: Vec<&str> = on_shelf().map(|(shop, _)| shop.name.in_(visit.lang)).collect();
        let shops = if shops.is_empty() {
            visit.say("not listed", "未上架").to_owned()
        } else {
            shops.join(visit.say(", ", "、"))
        };
        vec![
            Cell::link(&address(&seen.product.id), seen.product.name.in_(visit.lang)),
            seen.film.as_ref().map_or_else(Cell::none, |film| short(film.in_(visit.lang))),
            short(categories::words(&seen.product.category).in_(visit.lang)),
            Cell::text(&shops),
            Cell::number(on_shelf().map(|(_, listing)| listing.stock).sum()),
            seen.contract.as_ref().map_or_else(Cell::none, |contract| {
                Cell::date(&contract.ends_on.to_string(), &contract.ends_on.to_string())
            }),
        ]
    };
    Table::new(visit.say("Products", "商品"), &columns, all.iter().map(row).collect())
        .filtered()
        .render(visit.lang)
}

pub async fn show(visit: Visit, staff: MerchantStaff, Path(id): Path<String>) -> Answer<Page> {
    let product = find(&visit, &staff, &id).await?;
    one(&visit, product, (&Form::blank(), None)).await
}

async fn find(visit: &Visit, staff: &MerchantStaff, id: &str) -> Result<Product, Wrong> {
    let id = ProductId::parse(id)?;
    let product = visit.read(move |view| products::any(view, &id)).await?;
    staff.check(&product.merchant)?;
    Ok(product)
}

/// Puts the product on another shop's shelf.
pub async fn add(visit: Visit, staff: MerchantStaff, Path(id): Path<String>, form: Form) -> Answer {
    let product = find(&visit, &staff, &id).await?;
    match put(&visit, &product, &form).await {
        Ok(_) => {
            let onward = SeeOther::to(address(&product.id));
            Ok(onward.saying("It is on the shelf.", "已上架。").into_response())
        }
        Err(error) => Ok(one(&visit, product, (&form.refused(error)?, None)).await?.into_response()),
    }
}

async fn put(visit: &Visit, product: &Product, form: &Form) -> Result<Listing> {
    let place: PlaceId = form.id("place")?;
    let shops = visit.read(::shops::shops::all).await?;
    let shop = shops.into_iter().find(|shop| shop.place == place).ok_or_else(no_such_shop)?;
    let (price, stock) = (form.money("price", shop.currency)?, form.int("stock", 0..=STOCK_MAX)?);
    let (merchant, id) = (product.merchant.clone(), product.id.clone());
    visit
        .write(&shop.place, move |scene| license_product::list(scene, &merchant, &place, &id, price, stock))
        .await
}

fn no_such_shop() -> Refusal {
    Refusal::field("place", "no_such_shop", "Please choose one of the shops.", "请选择店铺。")
}

/// Changes one listing: its price, its stock, or whether it is on the shelf.
pub async fn change(
    visit: Visit,
    staff: MerchantStaff,
    Path((id, place, listing, change)): Path<(String, String, String, String)>,
    form: Form,
) -> Answer {
    let product = find(&visit, &staff, &id).await?;
    let (place, wanted) = (PlaceId::parse(&place)?, ListingId::parse(&listing)?);
    let merchant = product.merchant.clone();
    let found = visit.read(move |view| listings::of(view, &merchant, &place, &wanted)).await?;
    if found.product != product.id {
        return Err(Wrong::not_found());
    }
    match make(&visit, &product, &found, &change, &form).await {
        Ok(said) => Ok(SeeOther::to(address(&product.id)).saying(said.en, said.zh).into_response()),
        Err(error) => {
            let form = form.refused(error)?;
            Ok(one(&visit, product, (&form, Some(&found.id))).await?.into_response())
        }
    }
}

async fn make(visit: &Visit, product: &Product, now: &Listing, change: &str, form: &Form) -> Result<Words> {
    let (merchant, place, id) = (product.merchant.clone(), now.place.clone(), now.id.clone());
    let lane = now.place.clone();
    match change {
        "price" => {
            let price = form.money("price", now.price.currency)?;
            let told = visit.write(&lane, move |scene| {
                let listing = listings::reprice(scene.tx, &merchant, &place, &id, price)?;
                changed(scene, &listing, json!({ "price_minor": price.minor }))
            });
            told.await.map(|()| Words::new("The price is changed.", "价格已修改。"))
        }
        "stock" => {
            let more = form.int("more", 1..=STOCK_MAX)?;
            let told = visit.write(&lane, move |scene| {
                let listing = listings::restock(scene.tx, &merchant, &place, &id, more)?;
                changed(scene, &listing, json!({ "restocked": more }))
            });
            told.await.map(|()| Words::new("The stock is added.", "库存已增加。"))
        }
        "removal" => {
            let told = visit.write(&lane, move |scene| {
                license_product::delist(scene, &merchant, &place, &id).map(|_| ())
            });
            told.await.map(|()| Words::new("It is off the shelf.", "已下架。"))
        }
        "return" => {
            let told = visit.write(&lane, move |scene| {
                let listing = listings::relist(scene.tx, &merchant, &place, &id)?;
                changed(scene, &listing, json!({ "state": "listed" }))
            });
            told.await.map(|()| Words::new("It is on the shelf again.", "已重新上架。"))
        }
        _ => Err(Refusal::not_found("change", "操作").into()),
    }
}

fn changed(scene: &mut Scene, listing: &Listing, body: serde_json::Value) -> Result<()> {
    let kind = events::Kind::ListingChanged;
    log::append(scene.tx, &mut scene.act, &listing.place, kind, listing.title.as_ref(), &listing.id, body)
}

/// `form` is what was refused, with the listing it was about; of the new listing when none.
async fn one(visit: &Visit, product: Product, (form, about): (&Form, Option<&ListingId>)) -> Answer<Page> {
    let seen = visit.read(move |view| look(view, product)).await?;
    let blank = Form::blank();
    let body = html! {
        div class="split" {
            div {
                @if seen.listings.is_empty() { p class="muted" { (visit.say("It is on no shelf yet.", "还没有上架。")) } }
                @for (shop, listing) in &seen.listings {
                    (listed(visit, &seen.product, (shop, listing), if about == Some(&listing.id) { form } else { &blank }))
                }
                @if !seen.others.is_empty() {
                    (parts::titled_card(visit.say("List it in another shop", "上架到店铺"), listing_form(visit, &seen, if about.is_none() { form } else { &blank })))
                } @else if about.is_none() { (trouble(visit, form)) }
            }
            div class="stack" {
                div class="product" { img src=(picture(&seen.product.artwork)) alt="" width="800" height="800"; }
                (parts::card(parts::definitions(&facts(visit, &seen))))
            }
        }
    };
    let back = parts::link_button(
        Weight::Quiet,
        "/console/merchants/products",
        visit.say("All products", "全部商品"),
    );
    let film = seen.film.as_ref().map_or("", |film| film.in_(visit.lang));
    let words = (seen.product.name.in_(visit.lang), film);
    Ok(page(visit, Side::Products, words, back, body).status(form.status()))
}

fn facts<'a>(visit: &Visit, seen: &Seen) -> Vec<(&'a str, Markup)> {
    let mut facts = vec![(
        visit.say("Kind", "分类"),
        html! { (categories::words(&seen.product.category).in_(visit.lang)) },
    )];
    if let Some(contract) = &seen.contract {
        facts.push((visit.say("Royalty", "版税"), html! { (contract.royalty) " + " (contract.fund) " " (visit.say("marketing fund", "市场推广金")) }));
        facts.push((visit.say("Licence until", "授权到期"), html! { (contract.ends_on) }));
    }
    facts
}

fn listed(visit: &Visit, product: &Product, (shop, listing): (&Shop, &Listing), form: &Form) -> Markup {
    let at = format!("{}/listings/{}/{}", address(&product.id), listing.place, listing.id);
    let (tone, word, end, press) = match listing.state {
        State::Listed => (
            Tone::Jade,
            visit.say("On the shelf", "在售"),
            "removal",
            visit.say("Take it off the shelf", "下架"),
        ),
        State::Delisted => (
            Tone::Plain,
            visit.say("Off the shelf", "已下架"),
            "return",
            visit.say("Put it back", "重新上架"),
        ),
    };
    let weight = if listing.state == State::Listed { Weight::Grave } else { Weight::Quiet };
    let left = match visit.lang {
        Lang::En => format!("{} in stock", crate::look::money::grouped(listing.stock)),
        Lang::Zh => format!("库存 {} 件", crate::look::money::grouped(listing.stock)),
    };
    html! {
        section class="card stack" {
            div class="section-head" {
                div { h2 { (shop.name.in_(visit.lang)) } p { b class="amount" { (listing.price) } " · " (left) } }
                (parts::pill(tone, word))
            }
            (trouble(visit, form))
            (parts::grid(2, html! {
                (small(&format!("{at}/price"), &format!("price-{}", listing.id), "price", visit.say("New price", "新价格"), (listing.price.currency.symbol(), visit.say("Change", "修改"))))
                (small(&format!("{at}/stock"), &format!("more-{}", listing.id), "more", visit.say("Add to the stock", "补货数量"), (visit.say("pieces", "件"), visit.say("Add", "补货"))))
            }))
            div class="form-foot" {
                (parts::press(weight, &format!("{at}/{end}"), &[], press))
                @if listing.state == State::Listed { (parts::link_button(Weight::Quiet, &format!("/shops/{}/products/{}", shop.slug, listing.id), visit.say("See it in the shop", "在店中查看"))) }
            }
        }
    }
}

/// A form of one field, of which a page may have many: its id is its own.
fn small(action: &str, id: &str, name: &str, label: &str, (unit, word): (&str, &str)) -> Markup {
    html! {
        form class="field" method="post" action=(action) novalidate {
            label for=(id) { (label) }
            div class="actions" {
                div class="input-row" { input id=(id) name=(name) type="text" inputmode="decimal" size="8" required; span class="unit" { (unit) } }
                (parts::button(Weight::Quiet, word))
            }
        }
    }
}

fn listing_form(visit: &Visit, seen: &Seen, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let shops: Vec<(&str, &str)> =
        seen.others.iter().map(|shop| (shop.place.0.as_str(), shop.name.in_(visit.lang))).collect();
    let unit = seen.others.first().map_or("", |shop| shop.currency.symbol());
    let fields = html! {
        (field("place", "Shop", "店铺").select(&shops))
        (parts::grid(2, html! {
            (Field { required: true, inputmode: Some("decimal"), unit, hint: visit.say("Tax included.", "含税。"), ..field("price", "Price", "价格") }.input())
            (Field { required: true, inputmode: Some("numeric"), unit: visit.say("pieces", "件"), hint: visit.say("What may be promised to buyers.", "可供出售的数量。"), ..field("stock", "Stock", "库存") }.input())
        }))
    };
    let action = format!("{}/listings", address(&seen.product.id));
    form.render(visit.lang, &action, visit.say("List it", "上架"), fields)
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::{Street, place};
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_listing_is_repriced_restocked_and_taken_off() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mug = street.goods("Lantern mug", 8_800, 5).await;
        let at = format!("/console/merchants/products/{}", mug.listing.product);
        let listing = format!("{at}/listings/{}/{}", mug.listing.place, mug.listing.id);
        let change = |end: &'static str, name: &'static str, value: &'static str| {
            let (bo, path) = (street.bo.clone(), format!("{listing}/{end}"));
            async move { bo.post(&path, &[(name, value)]).await }
        };
        assert_eq!(change("price", "price", "99.50").await.location(), at);
        assert_eq!(change("stock", "more", "7").await.location(), at);
        let shown = street.bo.get(&at).await;
        assert!(shown.text.contains("¥99.50") && shown.text.contains("12 in stock"), "{}", shown.text);
        for (end, name, value) in [
            ("price", "price", "-1"),
            ("price", "price", "0"),
            ("price", "price", "CNY 5"),
            ("price", "price", ""),
            ("stock", "more", "0"),
            ("stock", "more", "-3"),
            ("stock", "more", "1000001"),
            ("stock", "more", "999999"),
        ] {
            let refused = change(end, name, value).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{end} {value}");
            assert!(
                refused.text.contains("role=\"alert\"") && refused.text.contains("¥99.50"),
                "{end} {value}"
            );
        }
        assert_eq!(change("removal", "x", "").await.location(), at);
        let gone = town.browser().get(&mug.address()).await;
        assert!(gone.text.contains("no longer sells it") && gone.text.contains("schema.org/OutOfStock"));
        assert!(!town.browser().get("/shops/east-gate").await.text.contains("Lantern mug"));
        assert_eq!(change("return", "x", "").await.location(), at);
        assert!(town.browser().get("/shops/east-gate").await.text.contains("Lantern mug"));
        assert_eq!(change("nothing", "x", "").await.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_product_is_listed_once_a_shop() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mug = street.goods("Lantern mug", 8_800, 5).await;
        let at = format!("/console/merchants/products/{}/listings", mug.listing.product);
        let store = place("lantern-store");
        for (place, price, stock, field) in [
            ("plc_none", "5", "1", "place"),
            (store.0.as_str(), "much", "1", "price"),
            (store.0.as_str(), "0", "1", "price"),
            (store.0.as_str(), "5", "-1", "stock"),
            (store.0.as_str(), "5", "", "stock"),
        ] {
            let refused = street.bo.post(&at, &[("place", place), ("price", price), ("stock", stock)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(refused.text.contains(&format!("id=\"{field}-error\"")), "{field}: {}", refused.text);
        }
        let listed = street.bo.post(&at, &[("place", &store.0), ("price", "90"), ("stock", "3")]).await;
        assert_eq!(listed.status, StatusCode::SEE_OTHER, "{}", listed.text);
        assert!(town.browser().get("/shops/lantern-store").await.text.contains("¥90.00"));
    }
}
