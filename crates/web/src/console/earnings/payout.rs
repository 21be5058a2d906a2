//! One payout with its statement, and an account since its last payout: on the page and as a file.

use super::{account_table, days, find};
use crate::answer::{Answer, Page, Wrong};
use crate::console::payouts::{account_words, state_pill};
use crate::console::sheet;
use crate::look::parts::{self, Weight};
use crate::visit::Visit;
use axum::extract::Path;
use flows::views::payees::{self, Account, Line};
use flows::views::payouts as paying;
use kernel::ids::Id;
use kernel::{Currency, Lang, OrgId, PayoutId, PlaceId, Words};
use maud::html;
use people::Org;
use settlement::payouts::{Payout, State};

pub(super) fn address(org: &OrgId, payout: &PayoutId) -> String {
    format!("{}/payouts/{payout}", super::address(org))
}

async fn find_payout(visit: &Visit, org: &str, payout: &str) -> Result<(Org, Payout, Account), Wrong> {
    let (org, id) = (find(visit, org).await?, PayoutId::parse(payout)?);
    let owner = org.id.clone();
    let found = visit.read(move |view| {
        let payout = payees::payout_to(view, &owner, &id)?;
        let account = payees::of_payout(view, &payout)?;
        Ok((payout, account))
    });
    let (payout, account) = found.await?;
    Ok((org, payout, account))
}

pub async fn show(visit: Visit, Path((org, payout)): Path<(String, String)>) -> Answer<Page> {
    let (org, payout, account) = find_payout(&visit, &org, &payout).await?;
    let day = payout.proposed_at.day_in(&visit.home.zone).say(visit.lang);
    let heading = match visit.lang {
        Lang::En => format!("Payout of {day}"),
        Lang::Zh => format!("{day}的打款"),
    };
    let kind = account_words(&payout.account);
    let beneath = format!("{} · {}", org.name.in_(visit.lang), kind.in_(visit.lang));
    let csv = format!("{}/statement.csv", address(&org.id, &payout.id));
    let actions = html! {
        (parts::link_button(Weight::Quiet, &super::address(&org.id), visit.say("Earnings", "收入")))
        (parts::link_button(Weight::Primary, &csv, visit.say("Statement as CSV", "下载对账单 CSV")))
    };
    let body = html! {
        (parts::heading(&heading, &beneath, actions))
        @if let Some(here) = reached(payout.state) {
            (parts::card(parts::steps(visit.lang, &[visit.say("Proposed", "已提交"), visit.say("Approved", "已审批"), visit.say("At the bank", "银行处理中"), visit.say("Paid", "已付")], here)))
        }
        div class="section grid grid-2" {
            (parts::titled_card(visit.say("The payout", "打款信息"), facts(&visit, &payout)))
            div { (account_table(&visit, visit.say("What it pays for", "款项构成"), &account)) }
        }
    };
    Ok(Page::console(heading, body))
}

/// How many steps are done; none when it came to nothing.
fn reached(state: State) -> Option<usize> {
    match state {
        State::Proposed => Some(1),
        State::Approved => Some(2),
        State::Sent => Some(3),
        State::Paid => Some(4),
        State::Returned | State::Withdrawn => None,
    }
}

fn facts(visit: &Visit, payout: &Payout) -> maud::Markup {
    let at = |at: kernel::Instant| at.say(&visit.home.zone, visit.lang);
    let closed = payout.closed_at.map(at);
    let mut facts = vec![
        (visit.say("Amount", "金额"), html! { b { (payout.amount) } }),
        (visit.say("State", "状态"), state_pill(visit, payout.state)),
        (visit.say("To", "收款账户"), html! { (payout.payee.name) br; (payout.payee.account.masked()) }),
        (visit.say("Proposed", "提交时间"), html! { (at(payout.proposed_at)) }),
    ];
    if let Some(closed) = &closed {
        facts.push((visit.say("Closed", "结束时间"), html! { (closed) }));
    }
    if !payout.note.is_empty() {
        facts.push((visit.say("The bank says", "银行说明"), html! { (payout.note) }));
    }
    facts.push((visit.say("Reference at the bank", "银行附言"), html! { code { (payout.id) } }));
    parts::definitions(&facts)
}

pub async fn csv(visit: Visit, Path((org, payout)): Path<(String, String)>) -> Answer {
    let (_, payout, account) = find_payout(&visit, &org, &payout).await?;
    Ok(sheet::csv(&format!("payout-{}", payout.id), &HEAD, &rows(&visit, &account)))
}

const HEAD: [&str; 9] =
    ["booked", "what", "about", "cinema", "first_day", "last_day", "reference", "amount", "currency"];

/// The lines between what was left and what is left: the amounts of all but the last sum to the last.
fn rows(visit: &Visit, account: &Account) -> Vec<Vec<String>> {
    let say = |words: &Words| words.in_(visit.lang).to_owned();
    let end = |what: &str, amount: kernel::Money| {
        let mut row = vec![String::new(); HEAD.len()];
        row[1] = what.to_owned();
        row[7] = amount.decimal();
        row[8] = amount.currency.code().to_owned();
        row
    };
    let line = |line: &Line| {
        let day = |day: Option<kernel::Day>| day.map(|day| day.to_string()).unwrap_or_default();
        vec![
            line.at.rfc3339(),
            say(&line.what.words()),
            say(&line.about),
            line.cinema.as_ref().map(&say).unwrap_or_default(),
            day(line.period.map(|(first, _)| first)),
            day(line.period.map(|(_, last)| last)),
            line.reference.clone(),
            line.amount.decimal(),
            line.amount.currency.code().to_owned(),
        ]
    };
    let mut rows = vec![end(visit.say("Left by the payout before", "上期结余"), account.opening)];
    rows.extend(account.lines.iter().map(line));
    rows.push(end(visit.say("Left for the next payout", "结转下期"), account.closing));
    rows
}

/// One account since its last payout.
async fn find_account(
    visit: &Visit,
    (org, place, account): (String, String, String),
) -> Result<(Org, paying::Due, Account), Wrong> {
    let (org, place) = (find(visit, &org).await?, PlaceId::parse(&place)?);
    let currency = Currency::parse(visit.asked("currency").as_deref().unwrap_or(visit.currency()))?;
    let owner = org.id.clone();
    let found = visit.read(move |view| {
        let due = paying::due_to(view, &owner)?
            .into_iter()
            .find(|one| one.place == place && one.account == account && one.balance.currency == currency);
        let Some(due) = due else { return Ok(None) };
        let since = payees::since_last(view, &place, &account, currency)?;
        Ok(Some((due, since)))
    });
    let (due, since) = found.await?.ok_or_else(Wrong::not_found)?;
    Ok((org, due, since))
}

pub async fn account(visit: Visit, Path(path): Path<(String, String, String)>) -> Answer<Page> {
    let (org, due, since) = find_account(&visit, path).await?;
    let kind = account_words(&due.account);
    let heading = kind.in_(visit.lang).to_owned();
    let beneath = format!("{} · {}", org.name.in_(visit.lang), due.place_name.in_(visit.lang));
    let csv = format!(
        "{}/accounts/{}/{}/lines.csv?currency={}",
        super::address(&org.id),
        due.place,
        crate::encode(&due.account),
        due.balance.currency.code()
    );
    let actions = html! {
        (parts::link_button(Weight::Quiet, &super::address(&org.id), visit.say("Earnings", "收入")))
        (parts::link_button(Weight::Quiet, &csv, visit.say("Lines as CSV", "下载明细 CSV")))
    };
    let latest = since.lines.iter().rev().take(LATEST_MAX);
    let lines: Vec<Vec<crate::look::table::Cell>> = latest.map(|line| line_row(&visit, line)).collect();
    let columns = line_columns(visit.lang);
    let body = html! {
        (parts::heading(&heading, &beneath, actions))
        (account_table(&visit, visit.say("Since the last payout", "上次打款以来"), &since))
        div class="section" {
            (crate::look::table::Table::new(visit.say("The latest entries", "最近明细"), &columns, lines).filtered().empty(visit.say("Nothing moved.", "没有明细。")).render(visit.lang))
        }
    };
    Ok(Page::console(heading, body))
}

/// Entries on the page, the latest first; the file has all.
const LATEST_MAX: usize = 200;

fn line_columns(lang: Lang) -> [crate::look::table::Column<'static>; 3] {
    use crate::look::table::{Column, Kind};
    let say = |en, zh| crate::look::say(lang, en, zh);
    [
        Column::new(say("Booked", "入账时间"), Kind::Date),
        Column::new(say("For", "事由"), Kind::Text),
        Column::new(say("Amount", "金额"), Kind::Money),
    ]
}

fn line_row(visit: &Visit, line: &Line) -> Vec<crate::look::table::Cell> {
    use crate::look::table::Cell;
    let what = line.what.words();
    let subject = html! {
        (what.in_(visit.lang))
        @if !line.about.en.is_empty() { br; span class="muted" {
            (line.about.in_(visit.lang))
            @if let Some(cinema) = &line.cinema { " · " (cinema.in_(visit.lang)) }
            @if let Some(period) = line.period { " · " (days(period, visit.lang)) }
        } }
    };
    vec![
        Cell::date(&line.at.rfc3339(), &line.at.say(&visit.home.zone, visit.lang)),
        Cell::markup(subject, what.in_(visit.lang)),
        Cell::money(line.amount.minor, line.amount.currency.code()),
    ]
}

pub async fn account_csv(visit: Visit, Path(path): Path<(String, String, String)>) -> Answer {
    let (_, due, since) = find_account(&visit, path).await?;
    Ok(sheet::csv(&format!("earnings-{}-{}", due.place, due.account), &HEAD, &rows(&visit, &since)))
}
