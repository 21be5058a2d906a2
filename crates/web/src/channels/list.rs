//! Every channel, each with a glimpse of what it has today.

use super::{club, music};
use crate::answer::{Answer, Page};
use crate::look::icon;
use crate::look::parts::{self, Action};
use crate::shops::{in_basket, picture, shelf};
use crate::visit::Visit;
use ::channels::{Channel, Kind};
use ::shops::Shop;
use db::View;
use flows::views::goods::{self, Goods};
use kernel::Result;
use maud::{Markup, html};

/// Goods in a glimpse.
const GLIMPSE: i64 = 6;

/// A channel with the newest goods of its shop.
type Glimpse = (Channel, Option<(Shop, Vec<Goods>)>);

pub async fn show(visit: Visit) -> Answer<Page> {
    let channels = visit.read(glimpses).await?;
    let basket = in_basket(&visit).await?;
    let title = visit.say("Shops and places", "商店与渠道");
    let body = html! { div class="wrap" {
        (parts::heading(title, visit.say("Licensed goods, the soundtrack, the next match — and the film on the way.", "正版周边、电影原声、下一场球，电影也在这里。"), html! {}))
        @if channels.is_empty() {
            (parts::empty(
                visit.say("No shop has opened yet", "还没有店铺开业"),
                visit.say("Shops appear here on the day they open.", "店铺开业当天就会出现在这里。"),
                None,
            ))
        }
        @for (channel, shop) in channels.iter().filter(|(channel, _)| sells(channel)) { (one(&visit, channel, shop.as_ref())) }
        div class="grid grid-2" {
            @for (channel, shop) in channels.iter().filter(|(channel, _)| !sells(channel)) { (one(&visit, channel, shop.as_ref())) }
        }
    } };
    Ok(Page::consumer(title, body).basket(basket))
}

fn glimpses(view: &View) -> Result<Vec<Glimpse>> {
    let shops = ::shops::shops::all(view)?;
    let mut channels = ::channels::all(view)?;
    channels.sort_by_key(|channel| channel.kind);
    let mut glimpses = Vec::new();
    for channel in channels {
        let shop = match shops.iter().find(|shop| shop.place == channel.place_id) {
            Some(shop) => Some((shop.clone(), goods::of_shop(view, &shop.place, GLIMPSE)?)),
            None => None,
        };
        glimpses.push((channel, shop));
    }
    Ok(glimpses)
}

fn sells(channel: &Channel) -> bool {
    matches!(channel.kind, Kind::Marketplace | Kind::BrandStore)
}

fn one(visit: &Visit, channel: &Channel, shop: Option<&(Shop, Vec<Goods>)>) -> Markup {
    let href = address(channel);
    let word = match channel.kind {
        Kind::Marketplace | Kind::BrandStore => visit.say("Go in", "进店"),
        Kind::Music => visit.say("Listen", "去听"),
        Kind::Club => visit.say("Fixtures", "赛程"),
    };
    let kind = channel.kind.words();
    html! {
        section class="section" {
            div class="section-head" {
                div class="booking" {
                    img src=(picture(&channel.artwork)) alt="" width="92" height="92";
                    div {
                        h2 { (channel.name.in_(visit.lang)) }
                        p { (channel.about.in_(visit.lang)) }
                        (parts::badge(kind.in_(visit.lang)))
                    }
                }
                a href=(href) { (word) (icon("right")) }
            }
            @match (channel.kind, shop) {
                (Kind::Music, _) => (music::glimpse(visit)),
                (Kind::Club, _) => (club::glimpse(visit, channel)),
                (_, Some((shop, goods))) if !goods.is_empty() => (parts::shelf(&shelf::cards(visit, shop, goods))),
                _ => p class="muted" { (visit.say("The shelves are being filled.", "正在上架，敬请期待。")) },
            }
        }
    }
}

pub(super) fn address(channel: &Channel) -> String {
    format!("/shops/{}", channel.slug)
}

/// The way back to every channel.
pub(super) fn back(visit: &Visit) -> Action<'_> {
    Action { href: "/shops", word: visit.say("All shops", "全部店铺") }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::Town;

    #[tokio::test]
    async fn every_channel_is_there_with_a_glimpse() {
        let town = Town::new();
        let none = town.browser().get("/shops").await;
        assert!(none.text.contains("No shop has opened yet"));
        let street = Street::new(&town).await;
        street.goods("Lantern mug", 8_800, 5).await;
        let shown = town.browser().header("accept-language", "zh").get("/shops").await;
        for word in ["东门集市", "夜潮音乐", "江城足球俱乐部", "灯·Lantern mug", "¥88.00", "/shops/east-gate"]
        {
            assert!(shown.text.contains(word), "{word}");
        }
    }
}
