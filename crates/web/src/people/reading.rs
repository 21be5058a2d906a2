//! How somebody reads: their language, and light or dark. Kept in cookies, and with the account.

use crate::address;
use crate::answer::{Answer, SeeOther};
use crate::cookies::{self, Seen, YEAR_SECONDS};
use crate::form::Form;
use crate::look::page::Theme;
use crate::look::parts;
use crate::visit::Visit;
use ::people::persons;
use axum::response::IntoResponse;
use kernel::Lang;
use maud::{Markup, html};

pub(super) fn form(visit: &Visit) -> Markup {
    let light = match visit.theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let form = Form::filled([("lang", visit.lang.code()), ("light", light)]);
    let fields = html! {
        input type="hidden" name="next" value=(visit.path.split('?').next().unwrap_or("/"));
        (form.field(visit.lang, "lang", visit.say("Language", "语言")).select(&[("en", "English"), ("zh", "中文")]))
        (form.field(visit.lang, "light", visit.say("Light", "明暗")).select(&[
            ("system", visit.say("As the device", "跟随系统")), ("light", visit.say("Light", "浅色")), ("dark", visit.say("Dark", "深色")),
        ]))
    };
    parts::Form { action: "/reading", submit: visit.say("Keep", "保存"), ..parts::Form::default() }
        .render(visit.lang, fields)
}

pub async fn choose(visit: Visit, form: Form) -> Answer {
    let mut onward = SeeOther::to(address::next(form.text("next")));
    if let Some(lang) = Lang::parse(form.text("lang")) {
        onward = onward.cookie(cookies::LANG, lang.code(), YEAR_SECONDS, Seen::ByScript);
        remember(&visit, lang).await?;
    }
    let light = form.text("light");
    if matches!(light, "system" | "light" | "dark") {
        onward = onward.cookie(cookies::LIGHT, light, YEAR_SECONDS, Seen::ByScript);
    }
    Ok(onward.into_response())
}

async fn remember(visit: &Visit, lang: Lang) -> kernel::Result<()> {
    let Some(person) = visit.person.as_ref().map(|person| person.id.clone()) else { return Ok(()) };
    visit.write(&person.clone(), move |scene| persons::speak(scene.tx, &person, lang)).await
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;

    #[tokio::test]
    async fn a_choice_is_kept() {
        let town = Town::new();
        let ann = town.person("ann", &[]).await;
        let answer = ann.post("/reading", &[("lang", "zh"), ("light", "dark"), ("next", "/account")]).await;
        let page = ann.clone().with_cookies_of(&answer).get("/account").await;
        assert!(page.text.contains("lang=\"zh-Hans\" data-theme=\"dark\""), "{}", page.text);
        assert!(town.session("ann").await.get("/account").await.text.contains("lang=\"zh-Hans\""));
    }

    #[tokio::test]
    async fn the_question_in_the_address_switches_and_stays() {
        let town = Town::new();
        let answer = town.browser().get("/sign-in?lang=zh").await;
        assert!(answer.text.contains("登录"));
        assert!(answer.set_cookie("lang").is_some_and(|cookie| cookie.starts_with("lang=zh;")));
        assert!(town.browser().with_cookies_of(&answer).get("/sign-in").await.text.contains("登录"));
    }
}
