//! Bank accounts: from where the house pays, and where every party is paid. Whoever works for a party tells its own,
//! operators everybody's; it counts once another operator has approved it. Only they see a whole number, while it waits;
//! everybody else, its owner too, sees the last four signs.

use super::earnings::may_see;
use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Field, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{OperatorStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::{House, change_bank_account};
use kernel::ids::Id;
use kernel::{Lang, OrgId, PersonId, Refusal, Result, Territory, Words};
use maud::{Markup, html};
use people::{Org, OrgKind, orgs};
use settlement::bank_accounts::{self, State, Version};
use settlement::payouts::{BankAccount, Party};
use std::collections::BTreeMap;

pub const ADDRESS: &str = "/console/bank-accounts";

pub async fn list(visit: Visit) -> Answer<Page> {
    let (orgs, told, waiting, people) = visit
        .read(|view| {
            let (told, waiting) = (bank_accounts::latest(view)?, bank_accounts::waiting(view)?);
            let hands = told.iter().chain(&waiting).map(|version| version.changed_by.clone());
            let people = flows::views::payouts::names(view, hands)?;
            Ok((orgs::all(view)?, told, waiting, people))
        })
        .await?;
    let told: BTreeMap<OrgId, Version> =
        told.into_iter().map(|version| (version.org.clone(), version)).collect();
    let waiting: BTreeMap<OrgId, Version> =
        waiting.into_iter().map(|version| (version.org.clone(), version)).collect();
    let mut mine: Vec<Org> = orgs.into_iter().filter(|org| may_see(&visit, &org.id)).collect();
    mine.sort_by_key(|org| {
        (!waiting.contains_key(&org.id), org.kind != OrgKind::House, told.contains_key(&org.id))
    });
    let heading = visit.say("Bank accounts", "银行账户");
    let beneath = visit.say(
        "Where each party is paid; the house pays from its own. A change counts once a second person has approved it.",
        "各方的收款账户；平台从自己的账户付款。变更须由另一人审批后生效。",
    );
    let body = html! {
        (parts::heading(heading, beneath, html! {}))
        (super::payouts::ways(&visit))
        (accounts_table(&visit, &mine, (&told, &waiting), &people))
    };
    Ok(Page::console(heading, body))
}

fn accounts_table(
    visit: &Visit,
    orgs: &[Org],
    (told, waiting): (&BTreeMap<OrgId, Version>, &BTreeMap<OrgId, Version>),
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
            @if waiting.contains_key(&org.id) { br; (parts::pill(Tone::Lantern, visit.say("a change waits", "有变更待审批"))) }
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
    let at = version.changed_at.say(&visit.home.zone, visit.lang);
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
    if !may_see(visit, &id) {
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
    let counts = found.versions.iter().find(|version| version.state == State::Approved);
    // The number is typed anew: a page that held it would show it to whoever looks over a shoulder.
    let filled = counts.map_or_else(Form::blank, |version| {
        let (scheme, _, bank_code) = version.party.account.columns();
        let holder = version.party.name.as_str();
        Form::filled([("holder", holder), ("scheme", scheme), ("bank_code", bank_code)])
    });
    Ok(page(&visit, &found, &filled))
}

pub async fn save(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    let found = find(&visit, &id).await?;
    match change(&visit, &found.org.id, &form).await {
        Ok(version) if version.state == State::Approved => Ok(SeeOther::to(address(&found.org.id))
            .saying("This account counts already.", "该账户已在使用。")
            .into_response()),
        Ok(_) => Ok(SeeOther::to(address(&found.org.id))
            .saying(
                "The account is told. It counts once somebody else at the house has approved it.",
                "账户已提交，由平台另一人审批后生效。",
            )
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
    visit.write(&House::lane(), move |scene| change_bank_account::propose(scene, &org, &party)).await
}

fn address(org: &OrgId) -> String {
    format!("{ADDRESS}/{org}")
}

/// An operator lets a change count, or not: `approval` or `refusal`.
pub async fn decide(
    visit: Visit,
    _: OperatorStaff,
    Path((org, number, decision)): Path<(String, String, String)>,
    form: Form,
) -> Answer {
    let found = find(&visit, &org).await?;
    let number: i64 = number.parse().map_err(|_| Wrong::not_found())?;
    let id = found.org.id.clone();
    let lane = House::lane();
    let done = visit.write(&lane, move |scene| match decision.as_str() {
        "approval" => change_bank_account::approve(scene, &id, number),
        "refusal" => change_bank_account::refuse(scene, &id, number),
        _ => Err(Refusal::not_found("decision", "操作").into()),
    });
    match done.await {
        Ok(version) => {
            let said = match version.state {
                State::Approved => Words::new("The account counts from now on.", "账户已通过，即刻生效。"),
                _ => Words::new("The account stays as it was.", "账户未变更。"),
            };
            Ok(SeeOther::to(ADDRESS).saying(said.en, said.zh).into_response())
        }
        Err(error) => Ok(page(&visit, &found, &form.refused(error)?).into_response()),
    }
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
        (waiting(visit, found))
        (parts::grid(2, html! {
            (parts::titled_card(visit.say("Tell another account", "变更账户"), account_form(visit, found, form)))
            (history(visit, found))
        }))
    };
    Page::console(heading, body).status(form.status())
}

/// What was told and waits. Who may approve it compares the whole number with what its owner says.
fn waiting(visit: &Visit, found: &Found) -> Markup {
    let Some(told) = found.versions.first().filter(|version| version.state == State::Proposed) else {
        return html! {};
    };
    let (_, number, bank_code) = told.party.account.columns();
    let is_own = visit.person.as_ref().is_some_and(|person| person.id == told.changed_by);
    let may_decide = visit.actor.is_operator() && !is_own;
    let by = found.people.get(&told.changed_by).map_or("–", String::as_str);
    let at = told.changed_at.say(&visit.home.zone, visit.lang);
    let step = |decision: &str| format!("{}/{}/{decision}", address(&found.org.id), told.number);
    parts::titled_card(
        visit.say("Waits for approval", "待审批"),
        html! {
            p { b { (told.party.name) } " · " @if may_decide { (number) @if !bank_code.is_empty() { " · " (bank_code) } } @else { (told.party.account.masked()) } }
            p class="muted" { (match visit.lang { Lang::En => format!("Told by {by}, {at}."), Lang::Zh => format!("{by} 登记于 {at}。") }) }
            @if may_decide {
                p { (visit.say("Ask its owner by another way than the one this came by whether the number is right.", "请通过其他渠道向账户所有人核实账号。")) }
                div class="actions" {
                    (parts::press(Weight::Primary, &step("approval"), &[], visit.say("Approve", "批准")))
                    (parts::press(Weight::Grave, &step("refusal"), &[], visit.say("Refuse", "不通过")))
                }
            } @else {
                (parts::pill(Tone::Lantern, visit.say("another person at the house approves", "待平台另一人审批")))
            }
        },
    )
}

fn state_words(state: State) -> (Tone, Words) {
    match state {
        State::Proposed => (Tone::Lantern, Words::new("waits", "待审批")),
        State::Approved => (Tone::Jade, Words::new("approved", "已通过")),
        State::Refused => (Tone::Cinnabar, Words::new("refused", "未通过")),
    }
}

fn account_form(visit: &Visit, found: &Found, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let mut schemes = [
        ("cnaps", visit.say("Chinese account (CNAPS)", "中国内地账户（联行号）")),
        ("iban", "IBAN"),
        ("bic", visit.say("Another account (BIC)", "其他账户（BIC）")),
    ];
    // What is likely at home stands first.
    schemes.rotate_left(usize::from(visit.home.territory != Territory::CN));
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
    form.render(visit.lang, &address(&found.org.id), visit.say("Tell the account", "提交账户"), fields)
}

fn history(visit: &Visit, found: &Found) -> Markup {
    let columns = [
        Column::new(visit.say("Account", "账号"), Kind::Text),
        Column::new(visit.say("Told", "登记"), Kind::Date),
    ];
    let row = |version: &Version| {
        let (tone, words) = state_words(version.state);
        let account = html! {
            (version.party.name) br; span class="muted" { (version.party.account.masked()) } " "
            (parts::pill(tone, words.in_(visit.lang)))
        };
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
        assert_eq!(dai.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(dai.post(&path, &ACCOUNT).await.status, StatusCode::NOT_FOUND);
        assert!(!dai.get("/console/bank-accounts").await.text.contains("6245"));

        let own = chen.get(&path).await;
        assert!(own.text.contains("•••• 6245") && own.text.contains("another person at the house approves"));
        assert!(!own.text.contains("6222021001116245"), "{}", own.text);
        let approval = format!("{path}/1/approval");
        assert_eq!(chen.post(&approval, &[]).await.status, StatusCode::FORBIDDEN);
        let mei = town.operator().await;
        assert!(mei.get("/console/bank-accounts").await.text.contains("a change waits"));
        assert!(
            mei.get(&path).await.text.contains("6222021001116245"),
            "to compare with what its owner says"
        );
        assert_eq!(mei.post(&approval, &[]).await.status, StatusCode::SEE_OTHER);
        assert!(!mei.get(&path).await.text.contains("6222021001116245"), "nobody needs it whole any more");
        assert!(chen.get("/console/bank-accounts").await.text.contains("•••• 6245"));
        let at = org.clone();
        let versions = town.house.read(move |view| settlement::bank_accounts::versions(view, &at)).await;
        assert_eq!(versions.expect("versions").len(), 1);
    }

    /// What one operator tells another approves; what was told a moment later is not approved with it.
    #[tokio::test]
    async fn an_account_counts_when_a_second_person_approved_it() {
        let town = Town::new();
        let (org, chen) = town.staff("chen", Role::Cinema).await;
        let path = format!("/console/bank-accounts/{org}");
        let mei = town.operator().await;
        let counts = async || {
            let org = org.clone();
            let of = town.house.read(move |view| settlement::bank_accounts::of(view, &org)).await;
            of.expect("a view").map(|version| version.party.account.masked())
        };
        assert_eq!(mei.post(&path, &ACCOUNT).await.status, StatusCode::SEE_OTHER);
        let own = mei.post(&format!("{path}/1/approval"), &[]).await;
        assert_eq!(own.status, StatusCode::CONFLICT);
        assert!(own.text.contains("Somebody else must approve"), "{}", own.text);
        assert_eq!(counts().await, None);

        let other = [ACCOUNT[0], ACCOUNT[1], ("account_number", "6222021001119999"), ACCOUNT[3]];
        assert_eq!(chen.post(&path, &other).await.status, StatusCode::SEE_OTHER);
        assert_eq!(
            mei.post(&format!("{path}/1/approval"), &[]).await.status,
            StatusCode::CONFLICT,
            "not the last"
        );
        assert_eq!(mei.post(&format!("{path}/2/approval"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(mei.post(&format!("{path}/2/approval"), &[]).await.status, StatusCode::SEE_OTHER, "once");
        assert_eq!(mei.post(&format!("{path}/2/refusal"), &[]).await.status, StatusCode::CONFLICT);
        assert_eq!(counts().await.as_deref(), Some("•••• 9999"));

        assert_eq!(chen.post(&path, &ACCOUNT).await.status, StatusCode::SEE_OTHER);
        assert_eq!(mei.post(&format!("{path}/3/refusal"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(counts().await.as_deref(), Some("•••• 9999"), "it stays as it was");
        for odd in ["3/whim", "x/approval", "99999999999999999999/approval"] {
            assert_eq!(mei.post(&format!("{path}/{odd}"), &[]).await.status, StatusCode::NOT_FOUND, "{odd}");
        }
    }

    /// Whoever only advertises for a studio neither sees where it is paid nor tells another account.
    #[tokio::test]
    async fn a_marketer_has_nothing_to_do_with_money() {
        let town = Town::new();
        let (org, _) = town.staff("ann", Role::Studio).await;
        let mark = town.person("mark", &[(Role::Marketer, org.clone())]).await;
        let (elsewhere, _) = town.staff("chen", Role::Cinema).await;
        let two = [(Role::Marketer, org.clone()), (Role::Cinema, elsewhere)];
        let both = town.person("both", &two).await;
        for path in ["/console/bank-accounts", "/console/earnings"] {
            assert_eq!(mark.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
            let own = format!("{path}/{org}");
            assert_eq!(both.get(&own).await.status, StatusCode::NOT_FOUND, "{own}");
        }
        let told = both.post(&format!("/console/bank-accounts/{org}"), &ACCOUNT).await;
        assert_eq!(told.status, StatusCode::NOT_FOUND);
    }
}
