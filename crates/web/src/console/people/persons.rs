//! What is known of one person, and erasing them, for operators who are asked by letter or at a desk.

use crate::address;
use crate::answer::{Answer, Page, SeeOther, Wrong, attached};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Field, Weight};
use crate::people::erasure;
use crate::visit::{OperatorStaff, Visit};
use ::people::{Person, persons, sessions};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::views::erasures;
use flows::{House, erase_person, security};
use kernel::ids::Id;
use kernel::{Actor, PersonId, Result};
use maud::{Markup, html};

/// Where somebody is looked for by their address.
pub const ADDRESS: &str = "/console/people/persons";

pub async fn ask(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    page(&visit, "", None, &Form::blank()).await
}

/// An address of somebody's is sent in a body and leads to their number, so that it stands in no log of addresses.
pub async fn find(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    let (email, sought) = (form.text("email"), form.text("email").to_owned());
    match visit.read(move |view| persons::by_email(view, &sought)).await? {
        Some(found) => Ok(SeeOther::to(address_of(&found)).into_response()),
        None => Ok(page(&visit, email, None, &Form::blank()).await?.into_response()),
    }
}

pub async fn show(visit: Visit, _: OperatorStaff, Path(person): Path<String>) -> Answer<Page> {
    let found = found(&visit, &person).await?;
    page(&visit, &found.email, Some(&found), &Form::blank()).await
}

/// For somebody whose phone was stolen, or who works here no more.
pub async fn sign_out(visit: Visit, _: OperatorStaff, Path(person): Path<String>) -> Answer<SeeOther> {
    let found = found(&visit, &person).await?;
    let id = found.id.clone();
    visit.write(&found.id, move |scene| sessions::close_all(scene.tx, &id)).await?;
    security::done("signed_out_by_operator", &found.id.0, &visit.from);
    Ok(SeeOther::to(address_of(&found)).saying("They are signed out everywhere.", "已在所有设备退出登录。"))
}

async fn found(visit: &Visit, person: &str) -> Result<Person, Wrong> {
    let id = PersonId::parse(person)?;
    visit.read(move |view| persons::any(view, &id)).await?.ok_or_else(Wrong::not_found)
}

fn address_of(person: &Person) -> String {
    format!("{ADDRESS}/{}", address::encode(&person.id.0))
}

pub async fn download(visit: Visit, _: OperatorStaff, Path(person): Path<String>) -> Answer {
    let person = PersonId::parse(&person)?;
    let them = Actor::Person { id: person, name: String::new(), roles: Vec::new() };
    let text = erasure::known(&visit, &them).await?;
    Ok(attached("what-is-known.json", "application/json", text))
}

pub async fn erase(visit: Visit, _: OperatorStaff, Path(person): Path<String>, form: Form) -> Answer {
    let found = found(&visit, &person).await?;
    match end(&visit, &found, &form).await {
        Ok(()) => Ok(SeeOther::to(ADDRESS)
            .saying(
                "They are erased. What they bought stays in the books, and names nobody any more.",
                "资料已删除。其购买记录留在账本中，不再指向任何人。",
            )
            .into_response()),
        Err(error) => {
            let form = form.refused(error)?;
            Ok(page(&visit, &found.email, Some(&found), &form).await?.into_response())
        }
    }
}

async fn end(visit: &Visit, found: &Person, form: &Form) -> Result<()> {
    if persons::email(form.text("again")).ok().as_deref() != Some(found.email.as_str()) {
        return Err(erasure::not_the_address().into());
    }
    let gone = found.id.clone();
    visit.write(&House::lane(), move |scene| erase_person::begin(scene, &gone)).await?;
    erase_person::forget(&visit.house, &found.id);
    Ok(())
}

async fn page(visit: &Visit, email: &str, found: Option<&Person>, form: &Form) -> Answer<Page> {
    let title = visit.say("What is known of somebody", "查询个人资料");
    let sought = Form::filled([("email", email)]);
    let field = sought.field(visit.lang, "email", visit.say("Their email address", "其邮箱"));
    let more = match found {
        Some(person) => one(visit, person, form).await?,
        None if email.is_empty() => html! {},
        None => parts::alert(
            Tone::Plain,
            visit.say("Nobody has an account with this address.", "没有使用该邮箱的账号。"),
            None,
        ),
    };
    let body = html! {
        (parts::heading(title, visit.say("For people who ask you instead of doing it on their account page.", "用于代办：本人也可在账号页自行操作。"), html! {}))
        (parts::Form { action: ADDRESS, submit: visit.say("Look", "查询"), ..parts::Form::default() }
            .render(visit.lang, Field { kind: "email", required: true, ..field }.input()))
        div class="section" { (more) }
    };
    Ok(Page::console(title, body).status(form.status()))
}

async fn one(visit: &Visit, person: &Person, form: &Form) -> Answer<Markup> {
    let (id, now) = (person.id.clone(), visit.now);
    let mut in_the_way = visit.read(move |view| erasures::in_the_way(view, &id, now)).await?;
    // Those pages are the buyer's own.
    in_the_way.iter_mut().for_each(|one| one.page = None);
    let at = address_of(person);
    let again =
        form.field(visit.lang, "again", visit.say("Type their email address again", "再次输入其邮箱"));
    let fields =
        html! { (Field { kind: "email", required: true, autocomplete: Some("off"), ..again }.input()) };
    Ok(html! {
        (parts::titled_card(&person.name, html! { div class="stack" {
            p class="muted" { (person.email) " · " (visit.say("signed up", "注册于")) " " (person.created_at.say(&visit.home.zone, visit.lang)) }
            div class="actions" {
                (parts::link_button(Weight::Quiet, &format!("{at}/data.json"), visit.say("Download what is known (JSON)", "下载其资料（JSON）")))
                (parts::press(Weight::Quiet, &format!("{at}/sign-out"), &[], visit.say("Sign them out everywhere", "在所有设备退出其登录")))
            }
        } }))
        (erasure::told(visit.lang))
        @if in_the_way.is_empty() {
            @let ask = parts::Form { action: &format!("{at}/erasure"), error: form.error(visit.lang, &fields), submit: visit.say("Erase", "删除"), takes_away: true, ..parts::Form::default() };
            (parts::titled_card(visit.say("Erase them, for good", "永久删除"), ask.render(visit.lang, fields)))
        } @else {
            @if let Some(error) = form.error(visit.lang, &html! {}) { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
            (erasure::waiting(visit.lang, &in_the_way))
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn an_operator_signs_somebody_out_everywhere() {
        let town = Town::new();
        let operator = town.operator().await;
        let (phone, desk) = (town.person("ann", &[]).await, town.session("ann").await);
        let led = operator.post("/console/people/persons", &[("email", "ann@example.com")]).await;
        let press = format!("{}/sign-out", led.location());
        assert!(operator.get(led.location()).await.text.contains(&press));
        assert_eq!(phone.post(&press, &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(operator.post(&press, &[]).await.location(), led.location());
        for over in [phone, desk] {
            assert_eq!(over.get("/account").await.location(), "/sign-in?next=%2Faccount");
        }
    }

    #[tokio::test]
    async fn an_operator_tells_and_erases_somebody_who_asked() {
        let town = Town::new();
        let operator = town.operator().await;
        let ann = town.person("ann", &[]).await;
        assert!(
            operator
                .post("/console/people/persons", &[("email", "nobody@example.com")])
                .await
                .text
                .contains("Nobody has an account")
        );
        let led = operator.post("/console/people/persons", &[("email", "Ann@example.com")]).await;
        assert_eq!(led.status, StatusCode::SEE_OTHER);
        assert!(!led.location().contains("example"), "no address in an address: {}", led.location());
        let page = operator.get(led.location()).await.text;
        let at = page.split("href=\"").find(|part| part.contains("/data.json")).expect("a way");
        let file = at.split('"').next().expect("an address").to_owned();
        let erasure = file.replace("/data.json", "/erasure");
        assert!(operator.get(&file).await.text.contains("ann@example.com"));
        assert_eq!(ann.get(&file).await.status, StatusCode::FORBIDDEN);

        let wrong = operator.post(&erasure, &[("again", "ben@example.com")]).await;
        assert!(wrong.text.contains("again-error"), "{}", wrong.text);
        let gone = operator.post(&erasure, &[("again", "Ann@example.com")]).await;
        assert_eq!(gone.location(), "/console/people/persons", "{}", gone.text);
        assert_eq!(ann.get("/account").await.location(), "/sign-in?next=%2Faccount");
        assert_eq!(operator.get(&file).await.status, StatusCode::NOT_FOUND);
    }
}
