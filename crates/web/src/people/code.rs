//! The second step of signing in: the code that an app shows, or a recovery code.

use super::welcome;
use crate::address;
use crate::answer::{Answer, Page, SeeOther};
use crate::cookies::{self, Seen};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::visit::Visit;
use ::people::{Person, half_open, notices, second_factor};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use flows::security;
use flows::sign_in::{Answered, Entered, finish};
use kernel::{Error, Result};
use maud::html;

pub const PAGE: &str = "/sign-in/code";

pub async fn show(visit: Visit, headers: HeaderMap) -> Answer {
    let next = visit.asked("next").unwrap_or_default();
    if visit.person.is_some() {
        return Ok(SeeOther::to(address::next(&next)).into_response());
    }
    if whose(&visit, half(&visit, &headers)).await?.is_none() {
        return Ok(start_again(&next));
    }
    let with = visit.asked("with").unwrap_or_default();
    Ok(page(&visit, &Form::blank().with("next", next).with("with", with)).into_response())
}

pub async fn answer(visit: Visit, headers: HeaderMap, form: Form) -> Answer {
    let half = half(&visit, &headers).to_owned();
    let Some(person) = whose(&visit, &half).await? else { return Ok(start_again(form.text("next"))) };
    match try_code(&visit, &person, half, &form).await {
        Ok(Some((entered, told))) => {
            let onward = welcome(&visit, &entered, &told, address::next(form.text("next")));
            Ok(onward.cookie(cookies::HALF, "", 0, Seen::ByServer).into_response())
        }
        Ok(None) => Ok(start_again(form.text("next"))),
        Err(error) => {
            if let Some(refusal) = error.refusal() {
                security::refused(refusal.code, &person.id.0, &visit.from, PAGE);
            }
            Ok(page(&visit, &form.refused(error)?).into_response())
        }
    }
}

fn half<'a>(visit: &Visit, headers: &'a HeaderMap) -> &'a str {
    cookies::read(headers, cookies::HALF, visit.site.settings().is_secure()).unwrap_or_default()
}

async fn whose(visit: &Visit, half: &str) -> Result<Option<Person>> {
    let (half, now) = (half.to_owned(), visit.now);
    visit.read(move |view| half_open::person(view, &half, now)).await
}

/// None when there is nothing left to give a code for.
async fn try_code(
    visit: &Visit,
    person: &Person,
    half: String,
    form: &Form,
) -> Result<Option<(Entered, Vec<notices::What>)>> {
    let (throttle, door) = (visit.site.throttle(), second_factor::door(&person.id));
    throttle.knock_known(&door, &visit.from, visit.now)?;
    let (typed, before) = (form.text("code").to_owned(), visit.token.clone());
    let story = visit.write(&person.id, move |scene| {
        let answered = finish(scene, &half, &typed, before.as_deref())?;
        let told = match &answered {
            Answered::Entered(entered) => notices::take(scene.tx, &entered.person.id)?,
            _ => Vec::new(),
        };
        Ok((answered, told))
    });
    match story.await? {
        (Answered::Entered(entered), told) => {
            throttle.welcome_known(&door);
            let what = if entered.recovered { "signed_in_by_recovery_code" } else { "signed_in" };
            security::done(what, &person.id.0, &visit.from);
            Ok(Some((entered, told)))
        }
        (Answered::Refused(refusal), _) => Err(Error::Refused(refusal)),
        (Answered::Over, _) => Ok(None),
    }
}

fn start_again(next: &str) -> Response {
    let to = match address::next(next) {
        "/" => "/sign-in".to_owned(),
        next => address::sign_in_before(next),
    };
    SeeOther::to(to)
        .saying("Please begin again with your password.", "请重新输入密码登录。")
        .cookie(cookies::HALF, "", 0, Seen::ByServer)
        .into_response()
}

fn page(visit: &Visit, form: &Form) -> Page {
    let (next, with) = (form.text("next"), form.text("with"));
    let lost = with == "recovery";
    let fields = html! {
        input type="hidden" name="next" value=(next);
        input type="hidden" name="with" value=(with);
        @if lost {
            (Field { value: "", required: true, autocomplete: Some("off"), hint: visit.say("Each of the ten opens once.", "十个恢复码各可使用一次。"), ..form.field(visit.lang, "code", visit.say("Recovery code", "恢复码")) }.input())
        } @else {
            (Field { value: "", required: true, autocomplete: Some("one-time-code"), inputmode: Some("numeric"), hint: visit.say("The six digits that your app shows now.", "身份验证应用当前显示的六位数字。"), ..form.field(visit.lang, "code", visit.say("Code", "验证码")) }.input())
        }
    };
    let other = format!("{PAGE}?with={}&next={}", if lost { "" } else { "recovery" }, address::encode(next));
    let title = visit.say("Your second factor", "两步验证");
    let body = html! {
        (parts::heading(title, visit.say("Your password was right.", "密码正确。"), html! {}))
        div class="stack" {
            (form.render(visit.lang, PAGE, visit.say("Sign in", "登录"), fields))
            @if lost {
                p { a href=(other) { (visit.say("Use the code of your app", "改用应用的验证码")) } }
                p class="muted" { (visit.say("No recovery code left? Ask an operator of the house, who can take the second factor off.", "恢复码已用完？请联系平台运营者关闭两步验证。")) }
            } @else {
                p { a href=(other) { (visit.say("Your phone is not at hand? Use a recovery code", "手机不在身边？使用恢复码")) } }
            }
            p { a href=(address::sign_in_before(address::next(next))) { (visit.say("Sign in as somebody else", "换个账号登录")) } }
        }
    };
    Page::narrow(title, body).status(form.status())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Answer, App, Browser, Town};
    use axum::http::StatusCode;
    use people::half_open;
    use people::second_factor::STEP_SECONDS;

    const ANN: [(&str, &str); 3] =
        [("email", "ann@example.com"), ("password", "correct horse"), ("next", "/account")];

    async fn half_open(town: &Town) -> Browser {
        let half = town.browser().post("/sign-in", &ANN).await;
        assert_eq!(half.location(), "/sign-in/code?next=%2Faccount", "{}", half.text);
        assert_eq!(half.set_cookie("ferryman_session"), None, "it is no session");
        town.browser().with_cookies_of(&half)
    }

    async fn types(browser: &Browser, code: &str) -> Answer {
        browser.post("/sign-in/code", &[("code", code), ("next", "/account")]).await
    }

    fn half_a_minute_later(town: &Town) {
        town.clock.set(town.house.now().plus_seconds(STEP_SECONDS));
    }

    #[tokio::test]
    async fn the_password_alone_opens_half_a_sign_in() {
        let town = Town::new();
        let (app, ..) = App::set_up(&town, &town.person("ann", &[]).await).await;
        half_a_minute_later(&town);
        let browser = half_open(&town).await;
        assert_eq!(browser.get("/account").await.location(), "/sign-in?next=%2Faccount");
        let page = browser.get("/sign-in/code?next=%2Faccount").await;
        assert!(page.text.contains("inputmode=\"numeric\""), "{}", page.text);
        let wrong = types(&browser, "000000").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("code-error") && wrong.set_cookie("ferryman_session").is_none());

        let code = app.code(&town);
        let right = types(&browser, &code).await;
        assert_eq!(right.location(), "/account", "{}", right.text);
        assert!(right.set_cookie("ferryman_half").is_some_and(|cookie| cookie.contains("Max-Age=0")));
        assert_eq!(browser.clone().with_cookies_of(&right).get("/account").await.status, StatusCode::OK);

        let again = types(&browser, &code).await;
        assert_eq!(again.location(), "/sign-in?next=%2Faccount", "half a sign-in is finished once");
        let replay = types(&half_open(&town).await, &code).await;
        assert!(replay.text.contains("code-error"), "a code counts once: {}", replay.text);
    }

    #[tokio::test]
    async fn half_a_sign_in_is_over_after_minutes_or_five_wrong_codes() {
        let town = Town::new();
        let (app, ..) = App::set_up(&town, &town.person("ann", &[]).await).await;
        let browser = half_open(&town).await;
        town.clock.set(town.house.now().plus_seconds(half_open::LASTS_SECONDS));
        assert_eq!(types(&browser, &app.code(&town)).await.location(), "/sign-in?next=%2Faccount");
        assert_eq!(browser.get("/sign-in/code").await.location(), "/sign-in");

        let browser = half_open(&town).await;
        for _ in 0..half_open::TRIES_MAX {
            assert_eq!(types(&browser, "000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let over = types(&browser, &app.code(&town)).await;
        assert_eq!(over.location(), "/sign-in?next=%2Faccount");
        // With the password again there are more tries, which the throttle counts.
        for _ in 0..people::throttle::TRIES_PER_EMAIL_MAX as i64 - half_open::TRIES_MAX {
            types(&half_open(&town).await, "000000").await;
        }
        let slowed = types(&half_open(&town).await, &app.code(&town)).await;
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    }

    #[tokio::test]
    async fn a_recovery_code_opens_once_in_place_of_a_code() {
        let town = Town::new();
        let (_, _, told) = App::set_up(&town, &town.person("ann", &[]).await).await;
        let code =
            told.value_after("<code class=\"secret\"", ">").split('<').next().expect("a code").to_owned();
        let browser = half_open(&town).await;
        let page = browser.clone().in_chinese().get("/sign-in/code?with=recovery").await.text;
        assert!(page.contains("恢复码") && !page.contains("inputmode"), "{page}");
        let right = types(&browser, &code.to_lowercase()).await;
        assert_eq!(right.location(), "/account", "{}", right.text);
        let account = browser.with_cookies_of(&right).get("/account").await.text;
        assert!(account.contains("Recovery codes left: 9"), "{account}");
        assert!(types(&half_open(&town).await, &code).await.text.contains("code-error"));
    }

    #[tokio::test]
    async fn a_new_password_ends_what_was_half_open() {
        let town = Town::new();
        let (app, ann, _) = App::set_up(&town, &town.person("ann", &[]).await).await;
        let browser = half_open(&town).await;
        ann.post("/account/password", &[("present", "correct horse"), ("password", "battery staple")]).await;
        half_a_minute_later(&town);
        assert_eq!(types(&browser, &app.code(&town)).await.location(), "/sign-in?next=%2Faccount");
    }
}
