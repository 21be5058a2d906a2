//! Changing a password: who knows the present one may, and is signed out everywhere else.

use super::{PASSWORD_HINT, let_in, sign_in};
use crate::answer::{Answer, Page};
use crate::form::Form;
use crate::look::parts::{self, Field, Weight};
use crate::visit::{Consumer, Visit};
use ::people::{Token, persons, sessions};
use axum::response::IntoResponse;
use flows::security;
use kernel::{Refusal, Result};
use maud::{Markup, html};

const PAGE: &str = "/account/password";

/// On the account page: the way here.
pub fn card(visit: &Visit) -> Markup {
    let told =
        visit.say("Changing it signs you out everywhere but here.", "修改后，除当前设备外均会退出登录。");
    parts::titled_card(
        visit.say("Password", "密码"),
        html! { div class="stack" {
            p { (told) }
            (parts::link_button(Weight::Quiet, PAGE, visit.say("Change it", "修改密码")))
        } },
    )
}

pub async fn show(visit: Visit, consumer: Consumer) -> Page {
    page(&visit, &consumer, &Form::blank())
}

pub async fn change(visit: Visit, consumer: Consumer, form: Form) -> Answer {
    match replace(&visit, &consumer, &form).await {
        Ok(token) => Ok(let_in(&visit, &consumer.person.email, &token, "/account")
            .saying(
                "Your password is changed. Everywhere else you are signed out.",
                "密码已修改，其他设备均已退出登录。",
            )
            .into_response()),
        Err(error) => {
            sign_in::note_refused(&visit, &error);
            Ok(page(&visit, &consumer, &form.refused(error)?).into_response())
        }
    }
}

async fn replace(visit: &Visit, consumer: &Consumer, form: &Form) -> Result<Token> {
    let (person, new) = (consumer.person.clone(), form.text("password").to_owned());
    prove(visit, consumer, form, "present").await?;
    persons::check_password(&new, &person.name, &person.email)?;
    let hash = visit.site.hash(&visit.house, new).await?;
    let (lane, one) = (person.id.clone(), person.clone());
    let changed = visit.write(&lane, move |scene| {
        persons::set_password(scene.tx, &one.id, &hash)?;
        sessions::close_all(scene.tx, &one.id)?;
        sessions::open(scene.tx, &mut scene.act, &one)
    });
    let token = changed.await?;
    security::done("password_changed", &person.id.0, &visit.from);
    Ok(token)
}

/// Refuses whoever does not know the password of the account in which they are signed in; they have so many tries.
pub async fn prove(visit: &Visit, consumer: &Consumer, form: &Form, field: &'static str) -> Result<()> {
    let (person, throttle) = (consumer.person.id.clone(), visit.site.throttle());
    throttle.knock_known(&person.0, &visit.from, visit.now)?;
    let asked = person.clone();
    let hash = visit.read(move |view| persons::password(view, &asked)).await?;
    if !visit.site.verify(&visit.house, form.text(field).to_owned(), hash).await? {
        return Err(wrong(field).into());
    }
    throttle.welcome_known(&person.0);
    Ok(())
}

fn wrong(field: &'static str) -> Refusal {
    Refusal::field(field, "wrong_password", "This is not your password.", "密码不正确。")
}

fn page(visit: &Visit, consumer: &Consumer, form: &Form) -> Page {
    let present = form.field(visit.lang, "present", visit.say("Your present password", "当前密码"));
    let new = form.field(visit.lang, "password", visit.say("The new one", "新密码"));
    let fields = html! {
        (Field { kind: "password", value: "", required: true, autocomplete: Some("current-password"), ..present }.input())
        (Field {
            kind: "password", value: "", required: true, autocomplete: Some("new-password"),
            hint: visit.say(PASSWORD_HINT.0, PASSWORD_HINT.1), ..new
        }.input())
    };
    let title = visit.say("Change your password", "修改密码");
    let body = html! {
        (parts::heading(title, &consumer.person.email, html! {}))
        (form.render(visit.lang, PAGE, visit.say("Change it", "修改"), fields))
    };
    Page::narrow(title, body).status(form.status())
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    const OLD: &str = "correct horse";
    const NEW: &str = "battery staple";

    #[tokio::test]
    async fn a_new_password_signs_out_everywhere_else() {
        let town = Town::new();
        let (phone, desk) = (town.person("ann", &[]).await, town.session("ann").await);
        assert!(phone.get("/account").await.text.contains("/account/password"));
        let page = phone.get("/account/password").await.text;
        assert_eq!(page.matches("type=\"password\"").count(), 2, "{page}");
        let changed = phone.post("/account/password", &[("present", OLD), ("password", NEW)]).await;
        assert_eq!(
            (changed.status, changed.location()),
            (StatusCode::SEE_OTHER, "/account"),
            "{}",
            changed.text
        );

        let phone_now = phone.clone().with_cookies_of(&changed);
        assert!(phone_now.get("/account").await.text.contains("Everywhere else you are signed out."));
        for over in [phone, desk] {
            assert_eq!(over.get("/account").await.location(), "/sign-in?next=%2Faccount");
        }
        let sign_in = |password| [("email", "ann@example.com"), ("password", password)];
        let old = town.browser().post("/sign-in", &sign_in(OLD)).await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
        let new = town.browser().post("/sign-in", &sign_in(NEW)).await;
        assert_eq!(new.status, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn whoever_does_not_know_the_present_one_changes_nothing() {
        let town = Town::new();
        let ann = town.person("ann", &[]).await;
        let wrong = ann.post("/account/password", &[("present", "guess"), ("password", NEW)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("id=\"present-error\"") && !wrong.text.contains(NEW), "{}", wrong.text);
        for bad in ["short", "password1", "ann-ann-ann"] {
            let refused = ann.post("/account/password", &[("present", OLD), ("password", bad)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
            assert!(refused.text.contains("id=\"password-error\""), "{}", refused.text);
        }
        for _ in 0..people::throttle::TRIES_PER_EMAIL_MAX {
            ann.post("/account/password", &[("present", "guess"), ("password", NEW)]).await;
        }
        let tried = ann.post("/account/password", &[("present", OLD), ("password", NEW)]).await;
        assert_eq!(tried.status, StatusCode::TOO_MANY_REQUESTS);
        let sign_in = [("email", "ann@example.com"), ("password", OLD)];
        assert_eq!(town.browser().post("/sign-in", &sign_in).await.status, StatusCode::SEE_OTHER);
    }
}
