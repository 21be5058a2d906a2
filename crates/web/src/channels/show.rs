//! One channel's page: a shop's shelf, the soundtrack, or the fixtures; with the ads of its surfaces.

use super::{club, list, music, spots};
use crate::answer::{Answer, Page, Wrong};
use crate::look::icon;
use crate::look::parts;
use crate::shops::{in_basket, picture, shelf};
use crate::visit::Visit;
use ::channels::{Channel, Kind};
use axum::extract::Path;
use kernel::Result;
use maud::{Markup, html};

pub async fn show(visit: Visit, Path(slug): Path<String>) -> Answer<Page> {
    let found = visit.read(move |view| ::channels::by_slug(view, &slug)).await?;
    let channel = found.ok_or_else(Wrong::not_found)?;
    let ads = spots::cards(&visit, &channel).await?;
    let body = match channel.kind {
        Kind::Marketplace | Kind::BrandStore => shop(&visit, &channel, ads).await?,
        Kind::Music => music::body(&visit, ads).await?,
        Kind::Club => club::body(&visit, &channel, &ads),
    };
    let basket = in_basket(&visit).await?;
    let body = html! { div class="wrap" { (head(&visit, &channel)) (body) } };
    Ok(Page::consumer(channel.name.in_(visit.lang), body).basket(basket))
}

fn head(visit: &Visit, channel: &Channel) -> Markup {
    let (back, kind) = (list::back(visit), channel.kind.words());
    html! {
        div class="heading" {
            div class="booking" {
                img src=(picture(&channel.artwork)) alt="" width="92" height="92";
                div {
                    h1 { (channel.name.in_(visit.lang)) }
                    p { (channel.about.in_(visit.lang)) }
                    (parts::badge(kind.in_(visit.lang)))
                }
            }
            a href=(back.href) { (icon("left")) (back.word) }
        }
    }
}

async fn shop(visit: &Visit, channel: &Channel, ads: Vec<Markup>) -> Result<Markup> {
    let place = channel.place_id.clone();
    let shops = visit.read(::shops::shops::all).await?;
    match shops.into_iter().find(|shop| shop.place == place) {
        Some(shop) => shelf::body(visit, &list::address(channel), &shop, ads).await,
        None => Ok(html! {
            (parts::empty(visit.say("Not open yet", "尚未开业"), visit.say("This shop is still being set up.", "店铺正在筹备。"), None))
            (parts::product_grid(&ads))
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_shop_shows_its_goods_with_the_ad_among_them() {
        let town = Town::new();
        let street = Street::new(&town).await;
        for name in ["Lantern mug", "Night poster", "Boat pin", "Tote"] {
            street.goods(name, 8_800, 5).await;
        }
        street.campaign().await;
        let shown = town.browser().get("/shops/east-gate").await;
        assert_eq!(shown.status, StatusCode::OK);
        for word in [
            "Lantern mug",
            "Of maker",
            "licensed by ",
            "The Ferryman",
            "Every night has a ferryman",
            "ad</span>",
        ] {
            assert!(shown.text.contains(word), "{word}");
        }
        let at = |word: &str| shown.text.find(word).expect("it is there");
        assert!(at("Tote") < at("href=\"/go/") && at("href=\"/go/") < at("Lantern mug"));
        let zh = town.browser().header("accept-language", "zh").get("/shops/east-gate").await;
        assert!(
            zh.text.contains("广告</span>") && zh.text.contains("授权：") && zh.text.contains("每个夜里")
        );
    }

    #[tokio::test]
    async fn the_music_service_and_the_club_show_the_ad_too() {
        let town = Town::new();
        let street = Street::new(&town).await;
        street.campaign().await;
        let music = town.browser().get("/shops/night-tide").await;
        assert!(
            music.text.contains("riginal soundtrack") && music.text.contains("href=\"/go/"),
            "{}",
            music.text
        );
        let club = town.browser().get("/shops/river-city-fc").await;
        assert!(club.text.contains("Kick-off") && club.text.contains("href=\"/go/"));
        assert_eq!(town.browser().get("/shops/nowhere").await.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_shelf_is_looked_through_by_kind_and_page() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let empty = town.browser().get("/shops/east-gate").await;
        assert!(empty.text.contains("The shelves are empty"));
        for i in 0..26 {
            street.goods(Box::leak(format!("Print {i:02}").into_boxed_str()), 5_900, 3).await;
        }
        let first = town.browser().get("/shops/east-gate").await;
        assert!(first.text.contains("1–24 of 26") && !first.text.contains("Print 00"));
        let second = town.browser().get("/shops/east-gate?page=2").await;
        assert!(second.text.contains("25–26 of 26") && second.text.contains("Print 00"));
        for odd in
            ["/shops/east-gate?page=99", "/shops/east-gate?page=x&kind=%3Cb%3E", "/shops/east-gate?kind=toys"]
        {
            assert_eq!(town.browser().get(odd).await.status, StatusCode::OK, "{odd}");
        }
    }
}
