//! Signing in: an email address and a password open a session, or lead on to the code of a second factor.

use super::{code, known_browser, welcome};
use crate::address;
use crate::answer::{Answer, Page, SeeOther};
use crate::cookies::{self, Seen};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::visit::Visit;
use ::people::{half_open, notices, persons};
use axum::response::{IntoResponse, Response};
use flows::security;
use flows::sign_in::{self, Opened};
use kernel::{Error, Kind, Refusal, Result};
use maud::html;

pub async fn show(visit: Visit) -> Response {
    let next = visit.asked("next").unwrap_or_default();
    if visit.person.is_some() {
        return SeeOther::to(address::next(&next)).into_response();
    }
    page(&visit, &Form::blank().with("next", next)).into_response()
}

/// The way in the page's header.
pub async fn moved() -> SeeOther {
    SeeOther::to("/sign-in")
}

pub async fn sign_in(visit: Visit, form: Form) -> Answer {
    match open(&visit, &form).await {
        Ok((opened, told)) => {
            let next = address::next(form.text("next"));
            Ok(onward(&visit, opened, &told, next).into_response())
        }
        Err(error) => {
            note_refused(&visit, &error);
            Ok(page(&visit, &form.refused(error)?).into_response())
        }
    }
}

fn onward(visit: &Visit, opened: Opened, told: &[notices::What], next: &str) -> SeeOther {
    match opened {
        Opened::Session(entered) => welcome(visit, &entered, told, next),
        Opened::HalfOpen(token) => {
            let to = format!("{}?next={}", code::PAGE, address::encode(next));
            SeeOther::to(to).cookie(cookies::HALF, token.0, half_open::LASTS_SECONDS, Seen::ByServer)
        }
    }
}

async fn open(visit: &Visit, form: &Form) -> Result<(Opened, Vec<notices::What>)> {
    let email = form.text("email").to_owned();
    let (throttle, known) = (visit.site.throttle(), known_browser(visit, &email));
    match known {
        Some(browser) => throttle.knock_known(browser, &visit.from, visit.now)?,
        None => throttle.knock(&email, &visit.from, visit.now)?,
    }

    let asked = email.clone();
    let found = visit.read(move |view| persons::credentials(view, &asked)).await?;
    let (person, hash) = found.unzip();
    let is_right = visit.site.verify(&visit.house, form.text("password").to_owned(), hash).await?;
    let Some(person) = person.filter(|_| is_right) else { return Err(not_right().into()) };

    match known {
        Some(browser) => throttle.welcome_known(browser),
        None => throttle.welcome(&email),
    }
    let (before, one) = (visit.token.clone(), person.clone());
    let story = visit.write(&person.id, move |scene| match sign_in::begin(scene, &one, before.as_deref())? {
        Opened::Session(entered) => Ok((Opened::Session(entered), notices::take(scene.tx, &one.id)?)),
        half_open => Ok((half_open, Vec::new())),
    });
    let (opened, told) = story.await?;
    let what = if matches!(opened, Opened::Session(_)) { "signed_in" } else { "code_asked" };
    security::done(what, &person.id.0, &visit.from);
    Ok((opened, told))
}

/// Writes down that somebody did not get in; who they said they are is nobody's to read.
pub(super) fn note_refused(visit: &Visit, error: &Error) {
    if let Some(refusal) = error.refusal() {
        security::refused(refusal.code, visit.actor.code(), &visit.from, visit.bare_path());
    }
}

/// Says the same for an unknown address and a wrong password.
fn not_right() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "wrong_password",
        "This email address and password do not go together.",
        "邮箱和密码不匹配。",
    )
}

fn page(visit: &Visit, form: &Form) -> Page {
    let email = form.field(visit.lang, "email", visit.say("Email", "邮箱"));
    let password = form.field(visit.lang, "password", visit.say("Password", "密码"));
    let fields = html! {
        input type="hidden" name="next" value=(form.text("next"));
        (Field { kind: "email", required: true, autocomplete: Some("username"), ..email }.input())
        (Field { kind: "password", value: "", required: true, autocomplete: Some("current-password"), ..password }.input())
    };
    let sign_up = format!("/sign-up?next={}", address::encode(form.text("next")));
    let body = html! {
        (parts::heading(visit.say("Sign in", "登录"), "", html! {}))
        div class="stack" {
            (form.render(visit.lang, "/sign-in", visit.say("Sign in", "登录"), fields))
            p class="muted" { (visit.say("Password forgotten? An operator of the house gives you a link.", "忘记密码？请向平台运营者索取重设链接。")) }
            p { (visit.say("No account yet?", "还没有账号？")) " " a href=(sign_up) { (visit.say("Sign up", "注册")) } }
        }
    };
    Page::narrow(visit.say("Sign in", "登录"), body).status(form.status())
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    const ANN: [(&str, &str); 2] = [("email", "Ann@example.com"), ("password", "correct horse")];

    #[tokio::test]
    async fn the_right_password_opens_a_session() {
        let town = Town::new();
        town.person("ann", &[]).await;
        let answer = town.browser().post("/sign-in", &[ANN[0], ANN[1], ("next", "/account")]).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/account"));
        let cookie = answer.set_cookie("ferryman_session").expect("a session");
        assert!(
            cookie.contains("; SameSite=Lax; HttpOnly") && cookie.contains("Max-Age=2592000"),
            "{cookie}"
        );
        let account = town.browser().with_cookies_of(&answer).get("/account").await;
        assert_eq!(account.status, StatusCode::OK);
        assert!(account.text.contains("ann@example.com"));
    }

    #[tokio::test]
    async fn a_stranger_and_a_wrong_password_hear_the_same() {
        let town = Town::new();
        town.person("ann", &[]).await;
        let wrong = town.browser().post("/sign-in", &[ANN[0], ("password", "<wrong>")]).await;
        let stranger =
            town.browser().post("/sign-in", &[("email", "Ann@example.com"), ("password", "<wrong>")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text.contains("do not go together") && wrong.text.contains("value=\"Ann@example.com\"")
        );
        assert!(!wrong.text.contains("wrong&gt;"), "a password is never shown again");
        assert_eq!(wrong.text, stranger.text);
        assert_eq!(wrong.set_cookie("ferryman_session"), None);
    }

    #[tokio::test]
    async fn guessing_is_slowed_down() {
        let town = Town::new();
        let browser = town.browser();
        for _ in 0..people::throttle::TRIES_PER_EMAIL_MAX {
            let guess = browser.post("/sign-in", &[ANN[0], ("password", "guess")]).await;
            assert_eq!(guess.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(browser.post("/sign-in", &ANN).await.status, StatusCode::TOO_MANY_REQUESTS);
    }

    #[tokio::test]
    async fn strangers_who_guess_do_not_keep_the_owner_out() {
        let town = Town::new();
        town.person("ann", &[]).await;
        let first = town.browser().post("/sign-in", &ANN).await;
        let known = first.set_cookie("ferryman_known").expect("a browser that is known again").to_owned();
        assert!(known.contains("; HttpOnly") && !known.contains("ann"), "{known}");
        for _ in 0..=people::throttle::TRIES_PER_EMAIL_MAX {
            town.browser().post("/sign-in", &[ANN[0], ("password", "guess")]).await;
        }
        assert_eq!(town.browser().post("/sign-in", &ANN).await.status, StatusCode::TOO_MANY_REQUESTS);
        let phone = town.browser().with_cookies_of(&first);
        assert_eq!(phone.post("/sign-in", &ANN).await.status, StatusCode::SEE_OTHER);
        // It is known for her address alone.
        town.person("ben", &[]).await;
        let ben = [("email", "ben@example.com"), ("password", "guess")];
        for _ in 0..people::throttle::TRIES_PER_EMAIL_MAX {
            assert_eq!(phone.post("/sign-in", &ben).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(phone.post("/sign-in", &ben).await.status, StatusCode::TOO_MANY_REQUESTS);
    }

    #[tokio::test]
    async fn nobody_is_sent_away_after_signing_in() {
        let town = Town::new();
        town.person("ann", &[]).await;
        let answer =
            town.browser().post("/sign-in", &[ANN[0], ANN[1], ("next", "https://evil.example")]).await;
        assert_eq!(answer.location(), "/");
    }

    #[tokio::test]
    async fn a_form_of_another_site_is_refused() {
        let town = Town::new();
        town.person("ann", &[]).await;
        let browser = town.browser().header("sec-fetch-site", "cross-site");
        let answer = browser.post("/sign-in", &ANN).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text.contains("another site"));
    }
}
