//! Bank accounts: from where the house pays, and where every party is paid. Whoever works for a party tells its own,
//! operators everybody's; all others see the last four signs.

use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::Visit;
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::House;
use kernel::ids::Id;
use kernel::{Lang, OrgId, PersonId, Result, Zone};
use maud::{Markup, html};
use people::{Org, OrgKind, orgs};
use settlement::bank_accounts::{self, Version};
use settlement::payouts::{BankAccount, Party};
use std::collections::BTreeMap;

const ADDRESS: &str = "/console/bank-accounts";

/// Whether a visitor may see and change an organisation's whole number.
fn may_edit(visit: &Visit, org: &OrgId) -> bool {
    visit.actor.is_operator() || visit.actor.roles().iter().any(|(_, of)| of == org)
}

pub async fn list(visit: Visit) -> Answer<Page> {
    let (orgs, told, people) = visit
        .read(|view| {
            let told = bank_accounts::latest(view)?;
            let people =
                flows::views::payouts::names(view, told.iter().map(|version| version.changed_by.clone()))?;
            Ok((orgs::all(view)?, told, people))
        })
        .await?;
    let told: BTreeMap<OrgId, Version> =
        told.into_iter().map(|version| (version.org.clone(), version)).collect();
    let mut mine: Vec<Org> = orgs.into_iter().filter(|org| may_edit(&visit, &org.id)).collect();
    mine.sort_by_key(|org| (org.kind != OrgKind::House, told.contains_key(&org.id)));
    let heading = visit.say("Bank accounts", "银行账户");
    let beneath = visit.say(
        "Where each party is paid; the house pays from its own.",
        "各方的收款账户；平台从自己的账户付款。",
    );
    let body = html! {
        (parts::heading(heading, beneath, html! {}))
        (super::payouts::ways(&visit))
        (accounts_table(&visit, &mine, &told, &people))
    };
    Ok(Page::console(heading, body))
}

fn accounts_table(
    visit: &Visit,
    orgs: &[Org],
    told: &BTreeMap<OrgId, Version>,
    people: &BTreeMap<PersonId, String>,
) -> Markup {
    let columns = [
        Column::new(visit.say("Organisation", "机构"), Kind::Text),
        Column::new(visit.say("Account holder", "户名"), Kind::Text),
        Column::new(visit.say("Account", "账号"), Kind::Text),
        Column::new(visit.say("Changed", "变更"), Kind::Date),
        Column::new("", Kind::Text),
    ];
    let row = |org: &Org| {
        let name = html! {
            (org.name.in_(visit.lang)) br; span class="muted" { (org.kind.words().in_(visit.lang)) }
        };
        let edit = |word| Cell::link(&format!("{ADDRESS}/{}", org.id), word);
        let mut cells = vec![Cell::markup(name, org.name.in_(visit.lang))];
        match told.get(&org.id) {
            Some(version) => cells.extend([
                Cell::text(&version.party.name),
                Cell::text(&version.party.account.masked()),
                changed(visit, version, people),
                edit(visit.say("Change", "修改")),
            ]),
            None => cells.extend([
                Cell::none(),
                Cell::none(),
                Cell::none(),
                edit(visit.say("Add an account", "登记账户")),
            ]),
        }
        cells
    };
    Table::new(visit.say("Accounts", "账户"), &columns, orgs.iter().map(row).collect())
        .empty(visit.say("You work for no organisation that is paid here.", "您没有可登记账户的机构。"))
        .filtered()
        .render(visit.lang)
}

fn changed(visit: &Visit, version: &Version, people: &BTreeMap<PersonId, String>) -> Cell {
    let by = people.get(&version.changed_by).map_or("–", String::as_str);
    let at = version.changed_at.say(&Zone::shanghai(), visit.lang);
    Cell::markup(html! { (at) br; span class="muted" { (by) } }, &version.changed_at.rfc3339())
}

/// An organisation with every account it has told.
struct Found {
    org: Org,
    versions: Vec<Version>,
    people: BTreeMap<PersonId, String>,
}

async fn find(visit: &Visit, id: &str) -> Result<Found, Wrong> {
    let id = OrgId::parse(id)?;
    if !may_edit(visit, &id) {
        return Err(Wrong::not_found());
    }
    let (org, versions, people) = visit
        .read(move |view| {
            let versions = bank_accounts::versions(view, &id)?;
            let hands = versions.iter().map(|version| version.changed_by.clone());
            let people = flows::views::payouts::names(view, hands)?;
            Ok((orgs::any(view, &id)?, versions, people))
        })
        .await?;
    Ok(Found { org: org.ok_or_else(Wrong::not_found)?, versions, people })
}

pub async fn show(visit: Visit, Path(id): Path<String>) -> Answer<Page> {
    let found = find(&visit, &id).await?;
    let filled = found.versions.first().map_or_else(Form::blank, |version| {
        let (scheme, number, bank_code) = version.party.account.columns();
        Form::filled([
            ("holder", version.party.name.as_str()),
            ("scheme", scheme),
            ("account_number", number),
            ("bank_code", bank_code),
        ])
    });
    Ok(page(&visit, &found, &filled))
}

pub async fn save(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    let found = find(&visit, &id).await?;
    match change(&visit, &found.org.id, &form).await {
        Ok(_) => Ok(SeeOther::to(ADDRESS)
            .saying("The account counts from now on.", "账户已保存，即刻生效。")
            .into_response()),
        Err(error) => Ok(page(&visit, &found, &form.refused(error)?).into_response()),
    }
}

async fn change(visit: &Visit, org: &OrgId, form: &Form) -> Result<Version> {
    let account =
        BankAccount::read(form.text("scheme"), form.text("account_number"), form.text("bank_code"))?;
    let party = Party { name: form.text("holder").trim().to_owned(), account };
    party.check().map_err(|refusal| match refusal.field {
        Some("name") => kernel::Refusal { field: Some("holder"), ..refusal },
        _ => refusal,
    })?;
    let org = org.clone();
    visit.write(&House::lane(), move |scene| flows::pay_out::tell_account(scene, &org, &party)).await
}

fn page(visit: &Visit, found: &Found, form: &Form) -> Page {
    let name = found.org.name.in_(visit.lang);
    let heading = match visit.lang {
        Lang::En => format!("Bank account of {name}"),
        Lang::Zh => format!("{name}的银行账户"),
    };
    let beneath = visit.say(
        "Payouts that are proposed already keep the account they were proposed with.",
        "已提交的打款仍使用提交时的账户。",
    );
    let body = html! {
        (parts::heading(&heading, beneath, html! {}))
        (super::payouts::ways(visit))
        (parts::grid(2, html! {
            (parts::titled_card(visit.say("The account", "账户信息"), account_form(visit, found, form)))
            (history(visit, found))
        }))
    };
    Page::console(heading, body).status(form.status())
}

fn account_form(visit: &Visit, found: &Found, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let schemes = [
        ("cnaps", visit.say("Chinese account (CNAPS)", "境内账户（联行号）")),
        ("iban", "IBAN"),
        ("bic", visit.say("Account elsewhere (BIC)", "其他境外账户（BIC）")),
    ];
    let code = Field {
        hint: visit
            .say("Twelve digits of CNAPS, or a BIC; none for an IBAN.", "12位联行号或 BIC；IBAN 无需填写。"),
        ..field("bank_code", "Bank code", "银行代码")
    };
    let fields = html! {
        (Field { required: true, autocomplete: Some("off"), ..field("holder", "Account holder", "户名") }.input())
        (field("scheme", "Kind of account", "账户类型").select(&schemes))
        (Field { required: true, autocomplete: Some("off"), ..field("account_number", "Account number or IBAN", "银行账号或 IBAN") }.input())
        (Field { autocomplete: Some("off"), ..code }.input())
    };
    form.render(visit.lang, &format!("{ADDRESS}/{}", found.org.id), visit.say("Save", "保存"), fields)
}

fn history(visit: &Visit, found: &Found) -> Markup {
    let columns = [
        Column::new(visit.say("Account", "账号"), Kind::Text),
        Column::new(visit.say("Told", "登记"), Kind::Date),
    ];
    let row = |version: &Version| {
        let account =
            html! { (version.party.name) br; span class="muted" { (version.party.account.masked()) } };
        vec![Cell::markup(account, &version.party.name), changed(visit, version, &found.people)]
    };
    Table::new(visit.say("Earlier and now", "历次登记"), &columns, found.versions.iter().map(row).collect())
        .empty(visit.say("No account was told yet.", "尚未登记账户。"))
        .render(visit.lang)
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;
    use kernel::Role;

    const ACCOUNT: [(&str, &str); 4] = [
        ("holder", "九湾影城"),
        ("scheme", "cnaps"),
        ("account_number", "6222 0210 0111 6245"),
        ("bank_code", "102290026019"),
    ];

    #[tokio::test]
    async fn an_account_is_told_by_its_owner_and_shown_whole_to_nobody_else() {
        let town = Town::new();
        let (org, chen) = town.staff("chen", Role::Cinema).await;
        let (_, dai) = town.staff("dai", Role::Cinema).await;
        let path = format!("/console/bank-accounts/{org}");
        let wrong = chen.post(&path, &[ACCOUNT[0], ACCOUNT[1], ACCOUNT[2], ("bank_code", "1")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("id=\"bank_code-error\""), "{}", wrong.text);
        let nameless = chen.post(&path, &[("holder", " "), ACCOUNT[1], ACCOUNT[2], ACCOUNT[3]]).await;
        assert!(nameless.text.contains("id=\"holder-error\""));
        assert_eq!(chen.post(&path, &ACCOUNT).await.status, StatusCode::SEE_OTHER);
        assert_eq!(chen.post(&path, &ACCOUNT).await.status, StatusCode::SEE_OTHER, "the same again");

        assert!(chen.get(&path).await.text.contains("6222021001116245"));
        let list = chen.get("/console/bank-accounts").await;
        assert!(list.text.contains("•••• 6245") && !list.text.contains("6222021001116245"));
        assert_eq!(dai.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(dai.post(&path, &ACCOUNT).await.status, StatusCode::NOT_FOUND);
        assert!(!dai.get("/console/bank-accounts").await.text.contains("6245"));
        assert!(town.operator().await.get(&path).await.text.contains("6222021001116245"));
        let versions = town.house.read(move |view| settlement::bank_accounts::versions(view, &org)).await;
        assert_eq!(versions.expect("versions").len(), 1);
    }
}
