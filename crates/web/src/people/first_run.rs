//! The first page of a new installation: it makes the house and its first operator, once.
//!
//! Until then every page leads here.

use super::sign_up::{check, join};
use super::{let_in, who_fields};
use crate::answer::{Answer, Page, SeeOther};
use crate::console::house;
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::visit::Visit;
use ::people::Token;
use axum::response::{IntoResponse, Response};
use flows::{House, choose_home};
use kernel::Result;
use maud::html;

pub async fn show(visit: Visit) -> Response {
    if visit.site.is_founded() {
        return SeeOther::to("/").into_response();
    }
    page(&visit, &house::filled(&visit.home)).into_response()
}

pub async fn found(visit: Visit, form: Form) -> Answer {
    match make(&visit, &form).await {
        Ok(token) => {
            visit.site.mark_founded();
            let welcome = let_in(&visit, form.text("email"), &token, "/console/people");
            Ok(welcome.saying("The house is open.", "平台已经开张。").into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).into_response()),
    }
}

async fn make(visit: &Visit, form: &Form) -> Result<Token> {
    let home = house::read(form)?;
    let (operator, name, chosen) = (check(visit, form).await?, form.words("house"), home.clone());
    let token = visit
        .write(&House::lane(), move |scene| {
            let (person, token) = join(scene, &operator)?;
            choose_home::found(scene, &name, &chosen, &person.id)?;
            Ok(token)
        })
        .await?;
    visit.house.know_home(home);
    Ok(token)
}

fn page(visit: &Visit, form: &Form) -> Page {
    let en = form.field(visit.lang, "house_en", visit.say("The house’s name in English", "平台英文名"));
    let zh = form.field(visit.lang, "house_zh", visit.say("The house’s name in Chinese", "平台中文名"));
    let fields = html! {
        (Field { required: true, ..en }.input())
        (Field { required: true, ..zh }.input())
        (house::fields(visit, form))
        (who_fields(visit, form))
    };
    let lead = visit.say(
        "This installation is new. Name the house and make its first operator, who may do everything.",
        "这是全新的安装。请为平台命名，并创建第一位运营者，其拥有全部权限。",
    );
    let body = html! {
        (parts::heading(visit.say("Welcome to Ferryman", "欢迎使用摆渡"), lead, html! {}))
        (form.render(visit.lang, "/first-run", visit.say("Open the house", "开张"), fields))
    };
    Page::narrow(visit.say("Welcome", "欢迎"), body).status(form.status())
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    const OPERATOR: [(&str, &str); 6] = [
        ("house_en", "Ferry House"),
        ("house_zh", "渡口"),
        ("territory", "CN"),
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", "correct horse"),
    ];

    #[tokio::test]
    async fn a_new_house_is_opened_once() {
        let town = Town::unfounded();
        assert_eq!(town.browser().get("/account?x=1").await.location(), "/first-run");
        assert_eq!(town.browser().get("/first-run").await.status, StatusCode::OK);
        let answer = town.browser().post("/first-run", &OPERATOR).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/console/people"));
        let people = town.browser().with_cookies_of(&answer).get("/console/people").await;
        assert_eq!(people.status, StatusCode::OK);
        assert!(people.text.contains("Ferry House") && people.text.contains("The house is open."));

        let mut second = OPERATOR;
        second[4].1 = "eve@example.com";
        let late = town.browser().post("/first-run", &second).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert_eq!(town.browser().get("/first-run").await.location(), "/");
    }

    #[tokio::test]
    async fn a_house_is_founded_where_it_says() {
        let town = Town::unfounded();
        let form = town.browser().get("/first-run").await.text;
        assert!(form.contains("value=\"CN\"") && form.contains("South Korea"), "{form}");
        let mut seoul = OPERATOR;
        seoul[2].1 = "kr";
        let answer = town.browser().post("/first-run", &seoul).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let home = town.house.home();
        assert_eq!((home.currency.code(), home.zone.name()), ("KRW", "Asia/Seoul"));

        let town = Town::unfounded();
        let mut nowhere = OPERATOR;
        nowhere[2].1 = "XX";
        let answer = town.browser().post("/first-run", &nowhere).await;
        assert!(answer.text.contains("territory-error"), "{}", answer.text);
        let with_zone = [&OPERATOR[..], &[("zone", "Asia/Nowhere")]].concat();
        assert!(town.browser().post("/first-run", &with_zone).await.text.contains("zone-error"));
    }

    #[tokio::test]
    async fn a_house_has_a_name() {
        let town = Town::unfounded();
        let mut nameless = OPERATOR;
        nameless[1].1 = " ";
        let answer = town.browser().post("/first-run", &nameless).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("cannot be empty"));
        assert_eq!(town.browser().get("/account").await.location(), "/first-run");
    }
}
