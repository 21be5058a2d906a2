//! What is known of one person, and erasing them, for operators who are asked by letter or at a desk.

use crate::address;
use crate::answer::{Answer, Page, SeeOther, Wrong, attached};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Field, Weight};
use crate::people::{erasure, new_password};
use crate::visit::{OperatorStaff, Visit};
use ::people::second_factor::{self, Factor};
use ::people::{Person, password_links, persons, sessions};
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use flows::views::erasures;
use flows::{House, erase_person, mend_access, security};
use kernel::ids::Id;
use kernel::{Actor, PersonId, Result, Role};
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

/// For somebody who lost the phone with their codes, and whom the operator knows.
pub async fn take_factor_off(visit: Visit, _: OperatorStaff, Path(person): Path<String>) -> Answer<SeeOther> {
    let found = found(&visit, &person).await?;
    let id = found.id.clone();
    visit.write(&House::lane(), move |scene| mend_access::take_factor_off(scene, &id)).await?;
    security::done_to("factor_taken_off", &found.id.0, visit.actor.code(), &visit.from);
    Ok(SeeOther::to(address_of(&found)).saying(
        "Their second factor is off, and they are signed out everywhere. They are told at their next sign-in.",
        "其两步验证已关闭，并已在所有设备退出登录；下次登录时会告知本人。",
    ))
}

/// For somebody who forgot their password, and whom the operator knows. The link is shown this once.
pub async fn make_link(
    visit: Visit,
    _: OperatorStaff,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Answer<Page> {
    let found = found(&visit, &person).await?;
    let id = found.id.clone();
    let code = visit.write(&House::lane(), move |scene| mend_access::make_link(scene, &id)).await?;
    security::done_to("password_link_made", &found.id.0, visit.actor.code(), &visit.from);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let link = new_password::link(&visit.site.settings().seen_at(host), &code);
    let until = visit.now.plus_seconds(password_links::LASTS_SECONDS).say(&visit.home.zone, visit.lang);
    let title = visit.say("A link for a new password", "重设密码链接");
    let body = html! {
        (parts::heading(title, &found.name, html! {}))
        div class="stack" {
            p { (visit.say(
                "Give it to them yourself, by a way you know to be theirs. It is shown this once, is good for one use, and ends at",
                "请通过您确知属于其本人的方式亲自转交。链接只显示这一次，只能使用一次，有效期至",
            )) " " b { (until) } (visit.say(".", "。")) }
            p { code class="secret" { (link) } }
            p { (visit.say("To be read out, the code alone:", "如需口述，只报验证码：")) br; code class="secret" { (code) } }
            p class="muted" { (visit.say(
                "It ends all their sessions, leaves their second factor on, and they are told at their next sign-in.",
                "使用后其所有登录状态失效，两步验证保持不变；下次登录时会告知本人。",
            )) }
            (parts::link_button(Weight::Quiet, &address_of(&found), visit.say("Back", "返回")))
        }
    };
    Ok(Page::console(title, body))
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
    let (mut in_the_way, factor, roles) = visit
        .read(move |view| {
            let factor = second_factor::of(view, &id)?;
            Ok((erasures::in_the_way(view, &id, now)?, factor, sessions::roles(view, &id)?))
        })
        .await?;
    let works_as_operator = roles.iter().any(|(role, _)| *role == Role::Operator);
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
        (parts::titled_card(visit.say("Password", "密码"), password_of(visit, person, works_as_operator)))
        (parts::titled_card(visit.say("Second factor", "两步验证"), factor_of(visit, person, factor)))
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

fn password_of(visit: &Visit, person: &Person, is_operator: bool) -> Markup {
    let is_own = visit.actor.person() == Some(&person.id);
    let make = format!("{}/password-link", address_of(person));
    html! { div class="stack" {
        @if is_own {
            p class="muted" { (visit.say("Yours is changed on your account page.", "您自己的密码请在账号页修改。")) }
        } @else if is_operator {
            p class="muted" { (visit.say(
                "They operate the house, too: their link comes from whoever owns the machine (ferryman password-link).",
                "对方也是运营者：须由服务器所有者用 ferryman password-link 命令生成链接。",
            )) }
        } @else {
            p { (visit.say(
                "When they forgot it, and you are sure that it is they who ask: a link of one use, good for an hour, by which they set another.",
                "仅在其忘记密码、且您能确认是本人要求时使用：生成一次性链接，一小时内有效，供其重设密码。",
            )) }
            (parts::press(Weight::Quiet, &make, &[], visit.say("Make a link", "生成链接")))
        }
    } }
}

fn factor_of(visit: &Visit, person: &Person, factor: Option<Factor>) -> Markup {
    let is_own = visit.actor.person() == Some(&person.id);
    let removal = format!("{}/second-factor/removal", address_of(person));
    html! { div class="stack" {
        @if factor.is_none() {
            p class="muted" { (visit.say("They have none.", "未开启。")) }
        } @else if is_own {
            p class="muted" { (visit.say("Yours is on. Only your account page turns it off, with a code.", "您的两步验证已开启，只能在账号页凭验证码关闭。")) }
        } @else {
            p { (visit.say(
                "Take it off when they lost their phone and their recovery codes, and you are sure that it is they who ask. They are signed out everywhere, and told at their next sign-in; the log keeps that it was you.",
                "仅在其手机与恢复码均已丢失、且您能确认是本人要求时使用。关闭后其在所有设备退出登录，下次登录时会告知本人；日志会记录由您操作。",
            )) }
            (parts::press(Weight::Grave, &removal, &[], visit.say("Take it off", "关闭其两步验证")))
        }
    } }
}

#[cfg(test)]
mod tests {
    use crate::testing::{App, Log, Town};
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
    async fn an_operator_takes_a_lost_factor_off_somebody_elses_account() {
        let town = Town::new();
        let (_, operator, _) = App::set_up(&town, &town.operator().await).await;
        let (_, ann, _) = App::set_up(&town, &town.person("ann", &[]).await).await;
        let led = operator.post("/console/people/persons", &[("email", "ann@example.com")]).await;
        let at = led.location().to_owned();
        let removal = format!("{at}/second-factor/removal");
        assert!(operator.get(&at).await.text.contains(&removal));
        assert_eq!(ann.post(&removal, &[]).await.status, StatusCode::FORBIDDEN);
        let log = Log::begin();
        assert_eq!(operator.post(&removal, &[]).await.location(), at);
        let line = log.lines().join("\n");
        assert!(line.contains("what=\"factor_taken_off\"") && line.contains("by=\"per_"), "{line}");
        assert_eq!(ann.get("/account").await.location(), "/sign-in?next=%2Faccount");
        assert!(!operator.get(&at).await.text.contains(&removal));
        assert_eq!(
            operator.post(&removal, &[]).await.status,
            StatusCode::NOT_FOUND,
            "there is none any more"
        );

        let sign_in = [("email", "ann@example.com"), ("password", "correct horse")];
        let back = town.browser().post("/sign-in", &sign_in).await;
        let told = town.browser().with_cookies_of(&back).get("/account").await.text;
        assert!(told.contains("was taken off your account by an operator"), "{told}");
        let again = town.browser().post("/sign-in", &sign_in).await;
        let told = town.browser().with_cookies_of(&again).get("/account").await.text;
        assert!(!told.contains("was taken off"), "once is enough");
    }

    #[tokio::test]
    async fn nobody_takes_their_own_factor_off_in_the_console() {
        let town = Town::new();
        let (_, operator, _) = App::set_up(&town, &town.operator().await).await;
        let led = operator.post("/console/people/persons", &[("email", "operator@example.com")]).await;
        let page = operator.get(led.location()).await.text;
        assert!(
            page.contains("Only your account page") && !page.contains("/second-factor/removal"),
            "{page}"
        );
        let tried = operator.post(&format!("{}/second-factor/removal", led.location()), &[]).await;
        assert_eq!(tried.status, StatusCode::CONFLICT);
        assert!(operator.get("/account").await.text.contains("Recovery codes left"));
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
