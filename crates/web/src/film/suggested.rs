//! “You may also like”: films and goods in one row, each with its reason.

use super::{address, amount, goods_address, poster};
use crate::answer::Answer;
use crate::look::parts::{self, FilmCard, ProductCard, Weight};
use crate::people::consent::EXCEPTIONS;
use crate::shops::picture;
use crate::visit::Visit;
use ::people::consents;
use db::View;
use flows::views::recommendations::{Shown, Suggestion, Thing};
use kernel::Result;
use maud::{Markup, html};
use std::sync::Arc;

/// Cards in the row.
const SUGGESTIONS: usize = 8;

/// The row under a page, or nothing while the house knows too little. Of the reader's own only what they did since they
/// agreed to that is read; everybody else gets what is popular and what goes with the page.
pub(crate) async fn row(visit: &Visit, page: Option<Thing>) -> Answer<Markup> {
    let (suggestions, agrees) = suggestions(visit, page).await?;
    let cards: Vec<Markup> = suggestions.iter().map(|one| card(visit, one)).collect();
    Ok(html! {
        @if !cards.is_empty() {
            (parts::section(visit.say("You may also like", "猜你喜欢"), None, html! {
                (parts::shelf(&cards))
                (rests_on(visit, &suggestions, agrees))
            }))
        }
    })
}

/// What is suggested, and whether the reader agreed that their own doings decide it. Guests share theirs.
async fn suggestions(visit: &Visit, page: Option<Thing>) -> Result<(Arc<Vec<Suggestion>>, bool)> {
    let (recommender, now) = (visit.house.recommender(), visit.now);
    let Some(person) = visit.person.as_ref().map(|person| person.id.clone()) else {
        let key = page.as_ref().map(Thing::code).unwrap_or_default();
        let look = move |view: &View| recommender.suggest(view, None, page.as_ref(), now, SUGGESTIONS);
        return Ok((visit.site.suggestions().get(&visit.house, key, look).await?, false));
    };
    let look = move |view: &View| {
        let since = consents::since(view, &person, consents::SUGGESTIONS)?;
        let suggestions = recommender.suggest(view, Some(&person), page.as_ref(), now, SUGGESTIONS)?;
        Ok((Arc::new(suggestions), since.is_some()))
    };
    visit.read(look).await
}

/// What of the reader's own the row rests on, each with a way to keep it out; or how to agree.
fn rests_on(visit: &Visit, suggestions: &[Suggestion], agrees: bool) -> Markup {
    let mut used: Vec<&Thing> = suggestions.iter().filter_map(|one| one.because.as_ref()).collect();
    used.sort();
    used.dedup();
    let recommender = visit.house.recommender();
    html! {
        @if !used.is_empty() {
            details class="rests-on" {
                summary { (visit.say("Why these?", "为什么推荐这些？")) }
                p class="muted" { (visit.say("You agreed that what you do here decides this. It rests on:", "您同意以站内行为决定推荐内容，依据如下：")) }
                ul class="plain" { @for thing in used {
                    @let code = thing.code();
                    li class="row" {
                        span { (recommender.called(&code).unwrap_or_default().in_(visit.lang)) }
                        (parts::press(Weight::Quiet, EXCEPTIONS, &[("subject", &code), ("use", "no"), ("next", &visit.path)], visit.say("Do not use this", "不要使用")))
                    }
                } }
                p { a href="/account" { (visit.say("Change or take it back", "修改或撤回同意")) } }
            }
        } @else if visit.person.is_some() && !agrees {
            p class="muted" { (visit.say("These are the same for everybody.", "此处内容人人相同。")) " " a href="/account" { (visit.say("Let what you like decide", "让您的喜好来决定")) } }
        }
    }
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
        // Somebody with an account is told that nothing of theirs is used, and where to agree.
        let ann = town.person("ann", &[]).await;
        assert!(ann.get(&mug).await.text.contains("These are the same for everybody."));
        ann.post("/account/consent", &[("purpose", "suggestions"), ("given", "yes")]).await;
        assert!(!ann.get(&mug).await.text.contains("These are the same for everybody."));
        let film = format!("film:{}", street.title);
        let said = [("subject", film.as_str()), ("use", "no"), ("next", mug.as_str())];
        let kept = ann.post(crate::people::consent::EXCEPTIONS, &said).await;
        assert_eq!(kept.location(), mug);
        let account = ann.get("/account").await.text;
        assert!(account.contains("You keep these out") && account.contains("The Ferryman"), "{account}");
        ann.post(crate::people::consent::EXCEPTIONS, &[("subject", &film), ("use", "yes")]).await;
        assert!(!ann.get("/account").await.text.contains("You keep these out"));
        let zh = town.browser().header("accept-language", "zh").get(&mug).await;
        assert!(zh.text.contains("猜你喜欢"));
    }
}
