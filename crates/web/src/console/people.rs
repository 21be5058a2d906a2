//! Organisations and who works for them, for operators.

pub mod persons;

use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::parts::{self, Field, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{OperatorStaff, Visit};
use ::people::{Org, OrgKind, Person, memberships, orgs};
use axum::extract::Path;
use axum::response::IntoResponse;
use events::log;
use flows::{House, give_role};
use kernel::ids::Id;
use kernel::{Kind as RefusalKind, OrgId, PersonId, Refusal, Result, Role, Words};
use maud::{Markup, html};
use serde_json::json;

/// What a role is called.
pub fn role_words(role: Role) -> Words {
    match role {
        Role::Cinema => Words::new("Cinema staff", "影院人员"),
        Role::Marketer => Words::new("Marketing", "宣发人员"),
        Role::Merchant => Words::new("Merchant", "商家人员"),
        Role::Operator => Words::new("Operator", "运营者"),
        Role::Shop => Words::new("Shop staff", "店铺人员"),
        Role::Studio => Words::new("Studio", "制片方人员"),
    }
}

pub async fn list(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    page(&visit, &Form::blank()).await
}

pub async fn add(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match make(&visit, &form).await {
        Ok(org) => {
            let onward = SeeOther::to(path(&org.id));
            Ok(onward.saying("The organisation is added.", "机构已添加。").into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

async fn make(visit: &Visit, form: &Form) -> Result<Org> {
    let others = |code: &str| OrgKind::parse(code).filter(|kind| *kind != OrgKind::House);
    let (kind, name) = (form.choice("kind", others)?, form.words("name"));
    visit
        .write(&House::lane(), move |scene| {
            let org = orgs::add(scene.tx, &mut scene.act, kind, &name)?;
            let (event, body) = (events::Kind::OrganisationAdded, json!({ "kind": kind.code() }));
            log::append(scene.tx, &mut scene.act, &House::lane(), event, None, &org.id, body)?;
            Ok(org)
        })
        .await
}

fn path(org: &OrgId) -> String {
    format!("/console/people/{org}")
}

async fn page(visit: &Visit, form: &Form) -> Answer<Page> {
    let sought = visit.asked("q").unwrap_or_default();
    let text = sought.clone();
    let found = visit.read(move |view| orgs::matching(view, &text)).await?;
    let columns = [
        Column::new(visit.say("Organisation", "机构"), Kind::Text),
        Column::new(visit.say("In the other language", "另一语言"), Kind::Text),
        Column::new(visit.say("Kind", "类型"), Kind::Text),
    ];
    let row = |org: &Org| {
        let (here, there) = match visit.lang {
            kernel::Lang::En => (&org.name.en, &org.name.zh),
            kernel::Lang::Zh => (&org.name.zh, &org.name.en),
        };
        vec![
            Cell::link(&path(&org.id), here),
            Cell::text(there),
            Cell::text(org.kind.words().in_(visit.lang)),
        ]
    };
    let table = Table::new(visit.say("Organisations", "机构"), &columns, found.iter().map(row).collect())
        .empty(visit.say("No organisation has this in its name.", "没有名称匹配的机构。"));
    let body = html! {
        (parts::heading(visit.say("People", "人员"), visit.say("Organisations and who works for them.", "机构及其人员。"),
            html! { (parts::link_button(Weight::Quiet, persons::ADDRESS, visit.say("What is known of somebody", "查询个人资料"))) }))
        div class="stack" {
            form method="get" action="/console/people" role="search" class="form" {
                (Field { kind: "search", ..Form::filled([("q", sought.as_str())]).field(visit.lang, "q", visit.say("Find by name", "按名称查找")) }.input())
            }
            (table.render(visit.lang))
            @if found.len() as i64 == orgs::FOUND_MAX { p class="muted" { (visit.say("Only the first hundred are shown.", "只显示前一百个。")) } }
            (parts::titled_card(visit.say("Add an organisation", "新增机构"), org_form(visit, form)))
        }
    };
    Ok(Page::console(visit.say("People", "人员"), body).status(form.status()))
}

fn org_form(visit: &Visit, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let kinds: Vec<_> = OrgKind::ALL
        .into_iter()
        .filter(|kind| *kind != OrgKind::House)
        .map(|kind| (kind.code(), kind.words()))
        .collect();
    let choices: Vec<(&str, &str)> =
        kinds.iter().map(|(code, words)| (*code, words.in_(visit.lang))).collect();
    let fields = html! {
        (field("kind", "Kind", "类型").select(&choices))
        (parts::grid(2, html! {
            (Field { required: true, ..field("name_en", "English name", "英文名称") }.input())
            (Field { required: true, ..field("name_zh", "Chinese name", "中文名称") }.input())
        }))
    };
    form.render(visit.lang, "/console/people", visit.say("Add", "添加"), fields)
}

pub async fn show(visit: Visit, _: OperatorStaff, Path(org): Path<String>) -> Answer<Page> {
    let org = find(&visit, &org).await?;
    org_page(&visit, &org, &Form::blank()).await
}

async fn find(visit: &Visit, id: &str) -> Result<Org, Wrong> {
    let id = OrgId::parse(id)?;
    let found = visit.read(move |view| orgs::any(view, &id)).await?;
    found.ok_or_else(Wrong::not_found)
}

pub async fn give(visit: Visit, _: OperatorStaff, Path(org): Path<String>, form: Form) -> Answer {
    let org = find(&visit, &org).await?;
    match give_role(&visit, &org, &form).await {
        Ok(()) => {
            Ok(SeeOther::to(path(&org.id)).saying("The role is given.", "角色已授予。").into_response())
        }
        Err(error) => Ok(org_page(&visit, &org, &form.refused(error)?).await?.into_response()),
    }
}

async fn give_role(visit: &Visit, org: &Org, form: &Form) -> Result<()> {
    let (role, email) = (form.choice("role", Role::parse)?, form.text("email").to_owned());
    let org = org.id.clone();
    visit
        .write(&House::lane(), move |scene| {
            let person = ::people::persons::by_email(scene.tx, &email)?.ok_or_else(nobody)?;
            give_role::give(scene, &person.id, &org, role)
        })
        .await
}

fn nobody() -> Refusal {
    let refusal = Refusal::new(
        RefusalKind::Invalid,
        "no_such_person",
        "Nobody has signed up with this address yet.",
        "这个邮箱还没有注册。",
    );
    Refusal { field: Some("email"), ..refusal }
}

pub async fn take(visit: Visit, _: OperatorStaff, Path(org): Path<String>, form: Form) -> Answer {
    let org = find(&visit, &org).await?;
    match take_role(&visit, &org, &form).await {
        Ok(()) => {
            Ok(SeeOther::to(path(&org.id)).saying("The role is taken away.", "角色已收回。").into_response())
        }
        Err(error) => Ok(org_page(&visit, &org, &form.refused(error)?).await?.into_response()),
    }
}

async fn take_role(visit: &Visit, org: &Org, form: &Form) -> Result<()> {
    let (person, role) = (form.id::<PersonId>("person")?, form.choice("role", Role::parse)?);
    let org = org.id.clone();
    visit.write(&House::lane(), move |scene| give_role::take(scene, &person, &org, role)).await
}

async fn org_page(visit: &Visit, org: &Org, form: &Form) -> Answer<Page> {
    let id = org.id.clone();
    let members = visit.read(move |view| memberships::of_org(view, &id)).await?;
    let columns = [
        Column::new(visit.say("Name", "姓名"), Kind::Text),
        Column::new(visit.say("Email", "邮箱"), Kind::Text),
        Column::new(visit.say("Role", "角色"), Kind::Text),
        Column::new("", Kind::Text),
    ];
    let removal = format!("{}/memberships/removal", path(&org.id));
    let row = |(role, person): &(Role, Person)| {
        let hidden = [("person", person.id.0.as_str()), ("role", role.code())];
        let take = parts::press(Weight::Grave, &removal, &hidden, visit.say("Take away", "收回"));
        let role = role_words(*role);
        vec![
            Cell::text(&person.name),
            Cell::text(&person.email),
            Cell::text(role.in_(visit.lang)),
            Cell::markup(take, ""),
        ]
    };
    let table = Table::new(visit.say("Members", "成员"), &columns, members.iter().map(row).collect())
        .empty(visit.say("Nobody works here yet.", "还没有成员。"));
    let body = html! {
        (parts::heading(org.name.in_(visit.lang), org.kind.words().in_(visit.lang), html! {}))
        (table.render(visit.lang))
        (parts::titled_card(visit.say("Give a role", "授予角色"), role_form(visit, org, form)))
    };
    Ok(Page::console(org.name.in_(visit.lang), body).status(form.status()))
}

fn role_form(visit: &Visit, org: &Org, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let roles: Vec<_> = Role::ALL
        .into_iter()
        .filter(|role| org.kind.has_role(*role))
        .map(|role| (role.code(), role_words(role)))
        .collect();
    let choices: Vec<(&str, &str)> =
        roles.iter().map(|(code, words)| (*code, words.in_(visit.lang))).collect();
    let fields = html! {
        (Field { kind: "email", required: true, ..field("email", "Email of a person with an account", "已注册人员的邮箱") }.input())
        (field("role", "Role", "角色").select(&choices))
    };
    let action = format!("{}/memberships", path(&org.id));
    form.render(visit.lang, &action, visit.say("Give", "授予"), fields)
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn an_operator_adds_a_studio_and_its_people() {
        let town = Town::new();
        let operator = town.operator().await;
        let ben = town.person("ben", &[]).await;
        assert_eq!(ben.get("/console/slate").await.status, StatusCode::FORBIDDEN);

        let studio = [("kind", "studio"), ("name_en", "Lantern"), ("name_zh", "灯影")];
        let added = operator.post("/console/people", &studio).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        let at = added.location().to_owned();
        let given = operator
            .post(&format!("{at}/memberships"), &[("email", "ben@example.com"), ("role", "studio")])
            .await;
        assert_eq!(given.location(), at);
        assert_eq!(ben.get("/console").await.location(), "/console/release");
        assert!(operator.get("/console/people?q=%E7%81%AF").await.text.contains("Lantern"));

        let shown = operator.get(&at).await;
        let person = shown.value_of("person");
        operator.post(&format!("{at}/memberships/removal"), &[("person", &person), ("role", "studio")]).await;
        assert_eq!(ben.get("/console/slate").await.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused_at_its_field() {
        let town = Town::new();
        let operator = town.operator().await;
        let house = [("kind", "house"), ("name_en", "Second"), ("name_zh", "二")];
        assert!(operator.post("/console/people", &house).await.text.contains("kind-error"));
        let studio = [("kind", "studio"), ("name_en", "Lantern"), ("name_zh", "灯影")];
        let at = operator.post("/console/people", &studio).await.location().to_owned();
        let give = |email: &'static str, role: &'static str| {
            let (operator, path) = (operator.clone(), format!("{at}/memberships"));
            async move { operator.post(&path, &[("email", email), ("role", role)]).await.text }
        };
        assert!(give("nobody@example.com", "studio").await.contains("email-error"));
        assert!(give("operator@example.com", "cinema").await.contains("role-error"));
    }
}
