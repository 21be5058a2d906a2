//! “You may also like”: films and goods in one row, each with its reason.

use super::{address, amount, goods_address, poster};
use crate::answer::Answer;
use crate::look::parts::{self, FilmCard, ProductCard};
use crate::shops::picture;
use crate::visit::Visit;
use flows::views::recommendations::{Shown, Suggestion, Thing};
use maud::{Markup, html};

/// Cards in the row.
const SUGGESTIONS: usize = 8;

/// The row under a page, or nothing while the house knows too little. Nobody's own purchases are read for it: a
/// reader is anonymous here until they have agreed to be known.
pub(crate) async fn row(visit: &Visit, page: Option<Thing>) -> Answer<Markup> {
    let (recommender, now) = (visit.house.recommender(), visit.now);
    let suggestions =
        visit.read(move |view| recommender.suggest(view, None, page.as_ref(), now, SUGGESTIONS)).await?;
    let cards: Vec<Markup> = suggestions.iter().map(|one| card(visit, one)).collect();
    Ok(html! {
        @if !cards.is_empty() {
            (parts::section(visit.say("You may also like", "猜你喜欢"), None, parts::shelf(&cards)))
        }
    })
}

fn card(visit: &Visit, suggestion: &Suggestion) -> Markup {
    let (lang, reason) = (visit.lang, suggestion.reason.in_(visit.lang));
    match &suggestion.shown {
        Shown::Film(title) => FilmCard {
            href: &address(title),
            poster: &poster(title),
            title: title.name.in_(lang),
            line: reason,
            flag: "",
        }
        .render(),
        Shown::Goods(goods) => ProductCard {
            href: &goods_address(goods),
            picture: &picture(&goods.product.artwork),
            title: goods.product.name.in_(lang),
            maker: reason,
            price: &amount(goods.listing.price),
            ..ProductCard::default()
        }
        .render(lang),
    }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::Town;

    #[tokio::test]
    async fn a_product_leads_to_another_with_a_reason_in_the_readers_language() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mug = street.goods("Lantern mug", 8_800, 5).await.address();
        street.goods("Lantern scarf", 12_000, 5).await;
        let before = town.browser().get(&mug).await;
        assert!(!before.text.contains("You may also like"));
        let house = town.house.clone();
        tokio::task::spawn_blocking(move || house.learn_tastes()).await.expect("a thread").expect("tastes");

        let en = town.browser().get(&mug).await;
        assert!(en.text.contains("You may also like") && en.text.contains("Lantern scarf"), "{}", en.text);
        let reasons = ["goes with this", "new this month", "many people here chose it"];
        assert!(reasons.iter().any(|reason| en.text.contains(reason)), "{}", en.text);
        let zh = town.browser().header("accept-language", "zh").get(&mug).await;
        assert!(zh.text.contains("猜你喜欢"));
    }
}
