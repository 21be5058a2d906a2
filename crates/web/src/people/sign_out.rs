//! Signing out, here or everywhere.

use crate::answer::{Answer, SeeOther};
use crate::cookies::{self, Seen};
use crate::visit::{Consumer, Visit};
use ::people::sessions;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use flows::security;

pub async fn sign_out(visit: Visit) -> Answer {
    if let Some(token) = visit.token.clone() {
        visit.write(&token.clone(), move |scene| sessions::close(scene.tx, &token)).await?;
        security::done("signed_out", visit.actor.code(), &visit.from);
    }
    Ok(gone())
}

pub async fn everywhere(visit: Visit, consumer: Consumer) -> Answer {
    let person = consumer.person.id;
    visit.write(&person.clone(), move |scene| sessions::close_all(scene.tx, &person)).await?;
    security::done("signed_out_everywhere", visit.actor.code(), &visit.from);
    Ok(gone())
}

fn gone() -> Response {
    let away = SeeOther::to("/sign-in").saying("You are signed out.", "您已退出登录。");
    leaving_nothing(away.cookie(cookies::SESSION, "", 0, Seen::ByServer).into_response())
}

/// Whoever sits down at this browser next finds no page of the last one in it.
pub(super) fn leaving_nothing(mut response: Response) -> Response {
    let (name, what) = (HeaderName::from_static("clear-site-data"), r#""cache", "storage""#);
    response.headers_mut().insert(name, HeaderValue::from_static(what));
    response
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;

    #[tokio::test]
    async fn a_session_ends_when_it_is_closed() {
        let town = Town::new();
        let (phone, desk) = (town.person("ann", &[]).await, town.session("ann").await);
        let answer = phone.post("/sign-out", &[]).await;
        assert!(answer.set_cookie("ferryman_session").is_some_and(|cookie| cookie.contains("Max-Age=0")));
        assert_eq!(answer.headers["clear-site-data"], "\"cache\", \"storage\"");
        assert_eq!(phone.get("/account").await.location(), "/sign-in?next=%2Faccount");
        assert_eq!(desk.get("/account").await.location(), "");
        desk.post("/sign-out/everywhere", &[]).await;
        assert_eq!(desk.get("/account").await.location(), "/sign-in?next=%2Faccount");
    }

    #[tokio::test]
    async fn what_was_done_is_said_once() {
        let town = Town::new();
        let answer = town.person("ann", &[]).await.post("/sign-out", &[]).await;
        let next = town.browser().with_cookies_of(&answer).get("/sign-in").await;
        assert!(next.text.contains("You are signed out."));
        assert!(next.set_cookie("ferryman_flash").is_some_and(|cookie| cookie.contains("Max-Age=0")));
    }
}
