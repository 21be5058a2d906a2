//! Setting a forgotten password anew, by a link that an operator or the machine's owner gave out.
//!
//! The code stands behind the `#` of the link, which browsers send to nobody: it is in no log of addresses and in no
//! referrer. The page's script puts it into its field; without a script it is typed or pasted.

use super::{PASSWORD_HINT, sign_in};
use crate::answer::{Answer, Page, SeeOther};
use crate::cookies::{self, Seen};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::visit::Visit;
use ::people::{Person, persons};
use axum::response::IntoResponse;
use flows::{House, mend_access, security};
use kernel::Result;
use maud::html;

/// `ferryman.js` knows it, too.
const PAGE: &str = "/new-password";

/// The link to give away.
pub fn link(base_url: &str, code: &str) -> String {
    format!("{base_url}{PAGE}#{code}")
}

pub async fn show(visit: Visit) -> Page {
    page(&visit, &Form::blank())
}

pub async fn set(visit: Visit, form: Form) -> Answer {
    match replace(&visit, &form).await {
        Ok(person) => {
            security::done("password_set_by_link", &person.id.0, &visit.from);
            Ok(SeeOther::to("/sign-in")
                .saying("Your password is set. You can sign in with it now.", "密码已设置，请用新密码登录。")
                .cookie(cookies::SESSION, "", 0, Seen::ByServer)
                .into_response())
        }
        Err(error) => {
            sign_in::note_refused(&visit, &error);
            Ok(page(&visit, &form.refused(error)?).into_response())
        }
    }
}

async fn replace(visit: &Visit, form: &Form) -> Result<Person> {
    visit.site.throttle().knock_from(&visit.from, visit.now)?;
    let (code, new) = (form.text("code").to_owned(), form.text("password").to_owned());
    let typed = code.clone();
    let link = visit.write(&House::lane(), move |scene| mend_access::of_code(scene, &typed)).await?;
    let person = link.person;
    persons::check_password(&new, &person.name, &person.email)?;
    let hash = visit.site.hash(&visit.house, new).await?;
    visit.write(&person.id, move |scene| mend_access::set_password(scene, &code, &hash)).await
}

fn page(visit: &Visit, form: &Form) -> Page {
    let code = form.field(visit.lang, "code", visit.say("The code of your link", "链接中的验证码"));
    let new = form.field(visit.lang, "password", visit.say("Your new password", "新密码"));
    let fields = html! {
        (Field {
            required: true, autocomplete: Some("off"),
            hint: visit.say("What stands behind the # of the link.", "链接中 # 之后的部分。"), ..code
        }.input())
        (Field {
            kind: "password", value: "", required: true, autocomplete: Some("new-password"),
            hint: visit.say(PASSWORD_HINT.0, PASSWORD_HINT.1), ..new
        }.input())
    };
    let title = visit.say("Set a new password", "设置新密码");
    let lead = visit.say(
        "All your sessions end. Your second factor stays as it is.",
        "所有登录状态将失效，两步验证保持不变。",
    );
    let body = html! {
        (parts::heading(title, lead, html! {}))
        (form.render(visit.lang, PAGE, visit.say("Set it", "设置"), fields))
    };
    Page::narrow(title, body).status(form.status())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Answer, App, Browser, Log, Town};
    use axum::http::StatusCode;
    use kernel::Role;
    use people::password_links::LASTS_SECONDS;
    use people::second_factor::STEP_SECONDS;

    const NEW: &str = "battery staple";

    /// What an operator is shown who makes a link for somebody.
    async fn asks(operator: &Browser, email: &str) -> Answer {
        let led = operator.post("/console/people/persons", &[("email", email)]).await;
        operator.post(&format!("{}/password-link", led.location()), &[]).await
    }

    fn code(shown: &Answer) -> String {
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
        let link = shown.text.split("http://127.0.0.1:8080/new-password#").nth(1).expect("a link");
        link.split('<').next().expect("its end").to_owned()
    }

    async fn sets(browser: &Browser, code: &str, password: &str) -> Answer {
        browser.post("/new-password", &[("code", code), ("password", password)]).await
    }

    async fn signs_in(town: &Town, email: &str, password: &str) -> Answer {
        let form = [("email", email), ("password", password), ("next", "/account")];
        town.browser().post("/sign-in", &form).await
    }

    #[tokio::test]
    async fn a_forgotten_password_is_set_anew_by_a_link() {
        let town = Town::new();
        let (operator, ann) = (town.operator().await, town.person("ann", &[]).await);
        let log = Log::begin();
        let code = code(&asks(&operator, "ann@example.com").await);
        let line = log.lines().join("\\n");
        assert!(
            line.contains("password_link_made") && line.contains("by=") && !line.contains(&code),
            "{line}"
        );

        let visitor = town.browser();
        let page = visitor.get("/new-password").await.text;
        assert!(page.contains("action=\"/new-password\"") && page.contains("name=\"code\""), "{page}");
        for bad in ["short", "password1", "ann-ann-ann"] {
            let refused = sets(&visitor, &code, bad).await;
            assert!(refused.text.contains("password-error"), "{bad}: {}", refused.text);
        }
        let done = sets(&visitor, &code, NEW).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/sign-in"), "{}", done.text);
        assert!(log.lines().iter().any(|line| line.contains("password_set_by_link")));
        assert_eq!(ann.get("/account").await.location(), "/sign-in?next=%2Faccount", "sessions are over");
        let old = signs_in(&town, "ann@example.com", "correct horse").await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
        let back = signs_in(&town, "ann@example.com", NEW).await;
        let told = town.browser().with_cookies_of(&back).get("/account").await.text;
        assert!(told.contains("set anew by a link"), "{told}");

        let again = sets(&visitor, &code, "staple battery").await;
        assert_eq!(again.status, StatusCode::GONE);
        assert!(again.text.contains("code-error"), "{}", again.text);
    }

    #[tokio::test]
    async fn a_link_is_over_after_an_hour_or_a_newer_one() {
        let town = Town::new();
        let operator = town.operator().await;
        town.person("ann", &[]).await;
        let first = code(&asks(&operator, "ann@example.com").await);
        let second = code(&asks(&operator, "ann@example.com").await);
        assert_eq!(sets(&town.browser(), &first, NEW).await.status, StatusCode::GONE);
        town.clock.set(town.house.now().plus_seconds(LASTS_SECONDS));
        assert_eq!(sets(&town.browser(), &second, NEW).await.status, StatusCode::GONE);
        assert_eq!(signs_in(&town, "ann@example.com", "correct horse").await.location(), "/account");
    }

    #[tokio::test]
    async fn nobody_takes_over_an_operator() {
        let town = Town::new();
        let operator = town.operator().await;
        let (house, ben) = town.staff("ben", Role::Operator).await;
        let refused = asks(&operator, "ben@example.com").await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("ferryman password-link"), "{}", refused.text);
        assert_eq!(asks(&operator, "operator@example.com").await.status, StatusCode::CONFLICT, "nor oneself");

        // Nor somebody who becomes one while a link is out, nor by a link of somebody who is none any more.
        town.person("ann", &[]).await;
        let link = code(&asks(&ben, "ann@example.com").await);
        let at = format!("/console/people/{house}");
        operator
            .post(&format!("{at}/memberships"), &[("email", "ann@example.com"), ("role", "operator")])
            .await;
        assert_eq!(sets(&town.browser(), &link, NEW).await.status, StatusCode::GONE);
        town.person("eve", &[]).await;
        let link = code(&asks(&ben, "eve@example.com").await);
        let led = operator.post("/console/people/persons", &[("email", "ben@example.com")]).await;
        let person = led.location().rsplit('/').next().expect("a number").to_owned();
        let taken = [("person", person.as_str()), ("role", "operator")];
        operator.post(&format!("{at}/memberships/removal"), &taken).await;
        assert_eq!(sets(&town.browser(), &link, NEW).await.status, StatusCode::GONE);
    }

    #[tokio::test]
    async fn no_operator_takes_both_the_password_and_the_factor() {
        let town = Town::new();
        let operator = town.operator().await;
        let (_, ben) = town.staff("ben", Role::Operator).await;
        App::set_up(&town, &town.person("ann", &[]).await).await;
        let link = code(&asks(&operator, "ann@example.com").await);
        let led = operator.post("/console/people/persons", &[("email", "ann@example.com")]).await;
        let removal = format!("{}/second-factor/removal", led.location());
        assert_eq!(operator.post(&removal, &[]).await.status, StatusCode::CONFLICT, "while the link is out");
        sets(&town.browser(), &link, NEW).await;
        assert_eq!(operator.post(&removal, &[]).await.status, StatusCode::CONFLICT, "and when it was used");
        let half = signs_in(&town, "ann@example.com", NEW).await;
        assert_eq!(half.location(), "/sign-in/code?next=%2Faccount", "the factor stays");
        assert_eq!(ben.post(&removal, &[]).await.status, StatusCode::SEE_OTHER, "another operator may");

        // The other way round; until its owner has come back.
        let refused = asks(&ben, "ann@example.com").await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("for another operator"), "{}", refused.text);
        assert_eq!(signs_in(&town, "ann@example.com", NEW).await.location(), "/account");
        town.clock.set(town.house.now().plus_seconds(STEP_SECONDS));
        code(&asks(&ben, "ann@example.com").await);
    }
}
