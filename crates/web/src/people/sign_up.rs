//! Signing up: a name, an email address and a password make an account.

use super::{let_in, who_fields};
use crate::address;
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts;
use crate::visit::Visit;
use ::people::persons::CheckedSignUp;
use ::people::{Person, SignUp, Token, persons, sessions};
use axum::response::{IntoResponse, Response};
use events::log;
use flows::{House, Scene, security};
use kernel::Result;
use maud::html;
use serde_json::json;

pub async fn show(visit: Visit) -> Response {
    let next = visit.asked("next").unwrap_or_default();
    if visit.person.is_some() {
        return SeeOther::to(address::next(&next)).into_response();
    }
    page(&visit, &Form::blank().with("next", next)).into_response()
}

pub async fn sign_up(visit: Visit, form: Form) -> Answer {
    match make(&visit, &form).await {
        Ok(token) => {
            let next = address::next(form.text("next"));
            Ok(let_in(&visit, form.text("email"), &token, next).into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).into_response()),
    }
}

async fn make(visit: &Visit, form: &Form) -> Result<Token> {
    let checked = check(visit, form).await?;
    let (lane, before) = (checked.email.clone(), visit.token.clone());
    let joined = visit.write(&lane, move |scene| {
        if let Some(token) = &before {
            sessions::close(scene.tx, token)?;
        }
        join(scene, &checked)
    });
    let (person, token) = joined.await?;
    security::done("signed_up", &person.id.0, &visit.from);
    Ok(token)
}

/// The sign-up that was typed, within its limits and with its password hashed.
pub(super) async fn check(visit: &Visit, form: &Form) -> Result<CheckedSignUp> {
    visit.site.throttle().knock_from(&visit.from, visit.now)?;
    let typed = SignUp {
        name: form.text("name").into(),
        email: form.text("email").into(),
        password: form.text("password").into(),
        lang: visit.lang,
    };
    let plausible = typed.check()?;
    let hash = visit.site.hash(&visit.house, plausible.password.clone()).await?;
    Ok(plausible.hashed(hash))
}

/// Makes the account and its first session.
pub(super) fn join(scene: &mut Scene, sign_up: &CheckedSignUp) -> Result<(Person, Token)> {
    let person = persons::sign_up(scene.tx, &mut scene.act, sign_up)?;
    let kind = events::Kind::PersonSignedUp;
    log::append(scene.tx, &mut scene.act, &House::lane(), kind, None, &person.id, json!({}))?;
    let token = sessions::open(scene.tx, &mut scene.act, &person)?;
    Ok((person, token))
}

fn page(visit: &Visit, form: &Form) -> Page {
    let fields = html! {
        input type="hidden" name="next" value=(form.text("next"));
        (who_fields(visit, form))
    };
    let sign_in = format!("/sign-in?next={}", address::encode(form.text("next")));
    let body = html! {
        (parts::heading(visit.say("Sign up", "注册"), "", html! {}))
        div class="stack" {
            (form.render(visit.lang, "/sign-up", visit.say("Sign up", "注册"), fields))
            p { (visit.say("You have an account?", "已有账号？")) " " a href=(sign_in) { (visit.say("Sign in", "登录")) } }
        }
    };
    Page::narrow(visit.say("Sign up", "注册"), body).status(form.status())
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_sign_up_is_a_session_too() {
        let town = Town::new();
        let typed = [("name", "安"), ("email", "an@example.com"), ("password", "correct horse")];
        let answer = town.browser().post("/sign-up", &typed).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
        let account = town.browser().with_cookies_of(&answer).get("/account").await;
        assert!(account.text.contains("an@example.com"));
        let again = town.browser().post("/sign-up", &typed).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.text.contains("id=\"email-error\"") && again.text.contains("value=\"安\""));
        assert!(!again.text.contains("correct horse"));
    }

    #[tokio::test]
    async fn whoever_was_signed_in_before_is_signed_out() {
        let town = Town::new();
        let ann = town.person("ann", &[]).await;
        let typed = [("name", "安"), ("email", "an@example.com"), ("password", "correct horse")];
        assert_eq!(ann.post("/sign-up", &typed).await.status, StatusCode::SEE_OTHER);
        assert_eq!(ann.get("/account").await.location(), "/sign-in?next=%2Faccount");
    }

    #[tokio::test]
    async fn a_password_that_is_guessed_first_is_refused() {
        let town = Town::new();
        for guessed in ["password1", "Ferryman2016", "anan-1815"] {
            let typed = [("name", "An An"), ("email", "anan@example.com"), ("password", guessed)];
            let answer = town.browser().post("/sign-up", &typed).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{guessed}");
            assert!(answer.text.contains("among the first that others guess"), "{}", answer.text);
            assert!(!answer.text.contains(guessed), "{guessed}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_said_in_the_readers_language() {
        let town = Town::new();
        let typed = [("name", "安"), ("email", "nowhere"), ("password", "correct horse")];
        let answer = town.browser().header("accept-language", "zh-CN").post("/sign-up", &typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("请填写 ann@example.com 这样的邮箱"), "{}", answer.text);
    }
}
