//! Following an ad: the click is written down once, its token stays with the visitor for as long as
//! sales are credited to it, and the way leads to the film.

use crate::answer::{Answer, Page, SeeOther};
use crate::cookies::{CLICK_COOKIE, Seen};
use crate::look::parts::{self, Action};
use crate::visit::Visit;
use ads::tokens::LOOK_BACK_DAYS;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use flows::serve_ad;
use kernel::Refusal;

const KEPT_SECONDS: i64 = LOOK_BACK_DAYS * 24 * 60 * 60;

pub async fn follow(visit: Visit, Path(token): Path<String>) -> Answer {
    let shown = match serve_ad::place_of(&visit.house, &token) {
        Ok(shown) => shown,
        Err(over) => return Ok(page(&visit, &over).into_response()),
    };
    let place = shown.0.place.clone();
    let followed = visit.write(&place, move |scene| serve_ad::follow(scene, &shown)).await?;
    serve_ad::count(&visit.house, &followed);
    let title = followed.title;
    let film = visit.read(move |view| flows::views::film(view, &title)).await?;
    let onward = SeeOther::to(format!("/films/{}", film.slug));
    Ok(onward.cookie(CLICK_COOKIE, followed.token, KEPT_SECONDS, Seen::ByServer).into_response())
}

fn page(visit: &Visit, over: &Refusal) -> Page {
    let sentence = over.in_(visit.lang);
    let films = Action { href: "/films", word: visit.say("To the films", "去看影片") };
    let advice = visit.say("Ads run for a while; films stay.", "广告会下线，影片一直在。");
    let body = parts::error_page(visit.lang, StatusCode::GONE.as_u16(), sentence, advice, Some(films));
    Page::consumer(sentence, body).status(StatusCode::GONE)
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::cookies::CLICK_COOKIE;
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn an_ad_leads_to_its_film_and_is_paid_for_once() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let campaign = street.campaign().await;
        let shown = town.browser().get("/shops/east-gate").await;
        let link = format!("/go/{}", shown.value_after("class=\"product ad\"", "href=\"/go/"));
        let browser = town.browser().with_cookies_of(&shown);
        for _ in 0..2 {
            let gone = browser.get(&link).await;
            assert_eq!((gone.status, gone.location()), (StatusCode::SEE_OTHER, "/films/the-ferryman"));
            let cookie = gone.set_cookie(CLICK_COOKIE).expect("a token").to_owned();
            assert!(cookie.contains("Max-Age=604800") && cookie.contains("HttpOnly"), "{cookie}");
        }
        let sums = street.sums(&campaign).await;
        assert_eq!((sums.clicks, sums.spend_minor), (1, 120));
    }

    #[tokio::test]
    async fn a_forged_token_is_answered_calmly() {
        let town = Town::new();
        Street::new(&town).await;
        for token in ["x", "eA.eA", "%F0%9F%8C%8A", "c2hvd24.c2hvd24"] {
            let answer = town.browser().header("accept-language", "zh").get(&format!("/go/{token}")).await;
            assert_eq!(answer.status, StatusCode::GONE, "{token}");
            assert!(answer.text.contains("这条广告已经结束") && answer.text.contains("href=\"/films\""));
            assert!(answer.set_cookie(CLICK_COOKIE).is_none());
        }
    }
}
