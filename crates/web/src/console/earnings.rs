//! Earnings: what a party is owed and for what, what will be deducted, and its payouts. Each sees its own.

pub mod payout;

use super::payouts::{account_words, state_pill, summed};
use crate::answer::{Answer, Page, Wrong};
use crate::look::parts::{self, Action, Stat};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::Visit;
use axum::extract::Path;
use flows::views::payees::{self, Account, Group};
use flows::views::payouts::{self as paying, Due};
use flows::views::undivided::{self, Undivided};
use kernel::ids::Id;
use kernel::{Day, Lang, Money, OrgId, Result, Role, Words};
use maud::{Markup, html};
use people::{Org, orgs};
use settlement::bank_accounts::{self, State as Told, Version};
use settlement::payouts::{Payout, State};

pub const ADDRESS: &str = "/console/earnings";
/// Accounts of one party whose movements are read for one page, at most; more are told place by place.
const ACCOUNTS_MAX: usize = 60;
/// Payouts a page shows before its reader asks for all.
const PAYOUTS_SHOWN: usize = 50;

/// Whether a visitor may see and change what concerns an organisation's money: whoever works there, save those who
/// only advertise, and operators.
pub(super) fn may_see(visit: &Visit, org: &OrgId) -> bool {
    visit.actor.is_operator()
        || visit.actor.roles().iter().any(|(role, of)| *role != Role::Marketer && of == org)
}

/// The organisations whose money a visitor may see.
async fn mine(visit: &Visit) -> Result<Vec<Org>> {
    let mut all = visit.read(orgs::all).await?;
    let house = visit.read(people::installation::house).await?.map(|house| house.id);
    all.retain(|org| house.as_ref() != Some(&org.id) && may_see(visit, &org.id));
    Ok(all)
}

/// One's own; a list to choose from for whoever has several.
pub async fn list(visit: Visit) -> Answer<Page> {
    let mine = mine(&visit).await?;
    if let [org] = &mine[..] {
        return page(&visit, org.clone(), &mine).await;
    }
    let due = visit.read(paying::due).await?;
    let columns = [
        Column::new(visit.say("Party", "收款方"), Kind::Text),
        Column::new(visit.say("Owed", "应得"), Kind::Money),
        Column::new(visit.say("Can be paid now", "可打款"), Kind::Money),
    ];
    let row = |org: &Org| {
        let of_org = || due.iter().filter(|one| one.org == org.id);
        let name = html! {
            a href=(address(&org.id)) { (org.name.in_(visit.lang)) } br;
            span class="muted" { (org.kind.words().in_(visit.lang)) }
        };
        let sum = |amounts: Vec<Money>| {
            let sort = amounts.iter().map(|amount| amount.minor).sum::<i64>().to_string();
            Cell::markup(html! { (summed(&visit, amounts.into_iter())) }, &sort)
        };
        vec![
            Cell::markup(name, org.name.in_(visit.lang)),
            sum(of_org().map(|one| one.balance).collect()),
            sum(of_org().map(Due::free).collect()),
        ]
    };
    let heading = visit.say("Earnings", "收入");
    let body = html! {
        (parts::heading(heading, visit.say("What each party is owed, and how it is paid.", "各方应得款项与打款情况。"), html! {}))
        (super::payouts::ways(&visit))
        (Table::new(visit.say("Parties", "收款方"), &columns, mine.iter().map(row).collect())
            .empty(visit.say("You work for no organisation that is paid here.", "您所在的机构没有在此收款。"))
            .filtered()
            .render(visit.lang))
    };
    Ok(Page::console(heading, body))
}

pub async fn show(visit: Visit, Path(id): Path<String>) -> Answer<Page> {
    let org = find(&visit, &id).await?;
    page(&visit, org.clone(), std::slice::from_ref(&org)).await
}

/// An organisation whose money the visitor may see; somebody else's is not there.
async fn find(visit: &Visit, id: &str) -> Result<Org, Wrong> {
    let id = OrgId::parse(id)?;
    if !may_see(visit, &id) {
        return Err(Wrong::not_found());
    }
    let org = visit.read(move |view| orgs::any(view, &id)).await?;
    org.ok_or_else(Wrong::not_found)
}

pub(super) fn address(org: &OrgId) -> String {
    format!("{ADDRESS}/{org}")
}

/// What the page shows of one party.
struct Desk {
    due: Vec<Due>,
    /// What moved since the last payouts, of all its accounts; none when there are too many.
    moved: Option<Vec<Group>>,
    /// What those payouts left.
    left: Vec<Money>,
    debts: Vec<Group>,
    waits: Vec<Undivided>,
    payouts: Vec<Payout>,
    account: Option<Version>,
    told: Option<Version>,
}

async fn look(visit: &Visit, org: &OrgId) -> Result<Desk> {
    let org = org.clone();
    visit
        .read(move |view| {
            let due = paying::due_to(view, &org)?;
            let (mut moved, mut left, mut debts) = (Vec::new(), Vec::new(), Vec::new());
            let all_at_once = due.len() <= ACCOUNTS_MAX;
            for one in &due {
                let currency = one.balance.currency;
                if all_at_once {
                    let since = payees::since_last(view, &one.place, &one.account, currency)?;
                    moved.extend(since.groups());
                    left.push(since.opening);
                }
                if !one.receivable.is_zero() {
                    debts.extend(payees::receivable(view, &one.place, &org, currency)?.groups());
                }
            }
            let mut waits = undivided::all(view)?;
            waits.retain(|one| one.org == org || one.studio == org);
            Ok(Desk {
                moved: all_at_once.then(|| merged(moved)),
                left,
                debts,
                waits,
                payouts: payees::payouts_to(view, &org)?,
                account: bank_accounts::of(view, &org)?,
                told: bank_accounts::newest(view, &org)?,
                due,
            })
        })
        .await
}

/// The same of several accounts in one sum, in the order of films and products.
fn merged(groups: Vec<Group>) -> Vec<Group> {
    let mut merged: Vec<Group> = Vec::new();
    for group in groups {
        let same = |one: &&mut Group| {
            (&one.about, one.period, one.what, one.amount.currency)
                == (&group.about, group.period, group.what, group.amount.currency)
        };
        match merged.iter_mut().find(same) {
            Some(one) => {
                one.count += group.count;
                one.amount.minor += group.amount.minor;
            }
            None => merged.push(group),
        }
    }
    merged.sort_by_key(|group| {
        (group.about.en.is_empty(), group.about.en.clone(), group.period.map(|(first, _)| first), group.what)
    });
    merged
}

async fn page(visit: &Visit, org: Org, mine: &[Org]) -> Answer<Page> {
    let desk = look(visit, &org.id).await?;
    let name = org.name.in_(visit.lang);
    let heading = match visit.lang {
        Lang::En => format!("Earnings of {name}"),
        Lang::Zh => format!("{name}的收入"),
    };
    let beneath = visit.say(
        "What you are owed and for what, and how it reaches your bank account.",
        "应得款项的来源，以及打款到银行账户的进度。",
    );
    let back = if mine.len() > 1 || visit.actor.is_operator() {
        parts::link_button(parts::Weight::Quiet, ADDRESS, visit.say("All parties", "全部收款方"))
    } else {
        html! {}
    };
    let body = html! {
        (parts::heading(&heading, beneath, back))
        (super::payouts::ways(visit))
        (alerts(visit, &org, &desk))
        (tiles(visit, &desk))
        @if let Some(moved) = &desk.moved {
            div class="section" { (moved_table(visit, moved, &desk.left)) }
        }
        @if !desk.debts.is_empty() { div class="section" { (debts_table(visit, &desk.debts)) } }
        div class="section" { (payouts_table(visit, &org, &desk.payouts)) }
        div class="section" { (due_table(visit, &org, &desk.due)) }
        div class="section grid grid-2" {
            (parts::titled_card(visit.say("Your bank account", "收款账户"), account_card(visit, &org, &desk)))
            (waits_card(visit, &org, &desk.waits))
        }
    };
    Ok(Page::console(heading, body))
}

fn alerts(visit: &Visit, org: &Org, desk: &Desk) -> Markup {
    let href = format!("{}/{}", super::bank_accounts::ADDRESS, org.id);
    let came_back = desk
        .payouts
        .iter()
        .find(|one| matches!(one.state, State::Paid | State::Returned))
        .filter(|one| one.state == State::Returned);
    html! {
        div class="alerts" {
            @if desk.account.is_none() && desk.told.is_none() {
                (parts::alert(Tone::Lantern, visit.say("You cannot be paid yet: tell us your bank account.", "尚无法打款：请登记银行账户。"), Some(Action { href: &href, word: visit.say("Add an account", "登记账户") })))
            }
            @if let Some(payout) = came_back {
                @let sentence = match visit.lang {
                    Lang::En => format!("The bank returned your last payout of {}. Look whether your account is right.", payout.amount),
                    Lang::Zh => format!("银行退回了最近一笔 {} 的打款，请核对收款账户。", payout.amount),
                };
                (parts::alert(Tone::Cinnabar, &sentence, Some(Action { href: &href, word: visit.say("Look at it", "查看账户") })))
            }
        }
    }
}

fn tiles(visit: &Visit, desk: &Desk) -> Markup {
    let of = |states: &[State]| {
        summed(visit, desk.payouts.iter().filter(|one| states.contains(&one.state)).map(|one| one.amount))
    };
    let (free, owes) = (
        summed(visit, desk.due.iter().map(Due::free)),
        summed(visit, desk.due.iter().map(|one| one.receivable)),
    );
    let on_its_way = [State::Proposed, State::Approved, State::Sent];
    let tile = |label, value: &str, note| Stat { label, value, note, ..Stat::default() }.render();
    parts::grid(
        4,
        html! {
            (tile(visit.say("Can be paid now", "可打款"), &free, visit.say("owed to you and not on its way yet", "已归您所有，尚未打款")))
            (tile(visit.say("On its way", "打款中"), &of(&on_its_way), visit.say("proposed, approved or at the bank", "待审批、已审批或银行处理中")))
            (tile(visit.say("Will be deducted", "将抵扣"), &owes, visit.say("refunds of what you were paid for", "已打款订单的退款")))
            (tile(visit.say("Paid so far", "累计已付"), &of(&[State::Paid]), visit.say("by your latest payouts", "按最近打款统计")))
        },
    )
}

/// The days of a period: `19 – 25 Dec 2016`.
pub(super) fn days(period: (Day, Day), lang: Lang) -> String {
    match period {
        (first, last) if first == last => first.say(lang),
        (first, last) => format!("{} – {}", first.say(lang), last.say(lang)),
    }
}

/// What a sum is for: the film or product, what it was, and when.
fn subject(visit: &Visit, group: &Group) -> Markup {
    let what = group.what.words();
    let about = group.about.in_(visit.lang);
    html! {
        @if about.is_empty() { (what.in_(visit.lang)) } @else {
            (about) br;
            span class="muted" {
                (what.in_(visit.lang))
                @if let Some(period) = group.period { " · " (days(period, visit.lang)) }
            }
        }
    }
}

pub(super) fn groups_rows(visit: &Visit, groups: &[Group]) -> Vec<Vec<Cell>> {
    let row = |group: &Group| {
        let about = if group.about.en.is_empty() { group.what.words() } else { group.about.clone() };
        vec![
            Cell::markup(subject(visit, group), about.in_(visit.lang)),
            Cell::number(group.count as i64),
            Cell::money(group.amount.minor, group.amount.currency.code()),
        ]
    };
    groups.iter().map(row).collect()
}

pub(super) fn groups_columns(lang: Lang) -> [Column<'static>; 3] {
    let say = |en, zh| crate::look::say(lang, en, zh);
    [
        Column::new(say("For", "事由"), Kind::Text),
        Column::new(say("Entries", "笔数"), Kind::Number),
        Column::new(say("Amount", "金额"), Kind::Money),
    ]
}

fn moved_table(visit: &Visit, groups: &[Group], left: &[Money]) -> Markup {
    let mut rows = groups_rows(visit, groups);
    if left.iter().any(|left| !left.is_zero()) {
        let word = visit.say("Left by earlier payouts", "此前打款的结余");
        let sum = summed(visit, left.iter().copied());
        let sort = left.iter().map(|left| left.minor).sum::<i64>().to_string();
        rows.insert(0, vec![Cell::text(word), Cell::none(), Cell::markup(html! { (sum) }, &sort)]);
    }
    Table::new(
        visit.say("What moved since your last payout", "上次打款以来的收支"),
        &groups_columns(visit.lang),
        rows,
    )
    .empty(visit.say(
        "Nothing moved: a film’s part comes when its period is settled, a product’s with its sale.",
        "暂无收支：影片分成在结算后入账，商品收入在售出后入账。",
    ))
    .filtered()
    .render(visit.lang)
}

fn debts_table(visit: &Visit, groups: &[Group]) -> Markup {
    Table::new(
        visit.say(
            "Deducted from your next payout: refunds of what you were paid for",
            "下次打款抵扣：已打款订单的退款",
        ),
        &groups_columns(visit.lang),
        groups_rows(visit, groups),
    )
    .render(visit.lang)
}

/// What one account holds; each with its movements.
fn due_table(visit: &Visit, org: &Org, due: &[Due]) -> Markup {
    let columns = [
        Column::new(visit.say("Account", "款项"), Kind::Text),
        Column::new(visit.say("Owed", "应得"), Kind::Money),
        Column::new(visit.say("Can be paid now", "可打款"), Kind::Money),
    ];
    let row = |one: &Due| {
        let code = one.balance.currency.code();
        let part = |word: &str, money: Money| (!money.is_zero()).then(|| format!("{word} {money}"));
        let parts = [
            part(visit.say("on its way", "打款中"), one.reserved),
            part(visit.say("deducted", "将抵扣"), one.receivable),
        ];
        let href = format!(
            "{}/accounts/{}/{}?currency={code}",
            address(&org.id),
            one.place,
            crate::encode(&one.account)
        );
        let kind = account_words(&one.account);
        let named = html! {
            a href=(href) { (kind.in_(visit.lang)) } br;
            span class="muted" { (one.place_name.in_(visit.lang)) }
            @for part in parts.iter().flatten() { br; span class="muted" { (part) } }
        };
        vec![
            Cell::markup(named, kind.in_(visit.lang)),
            Cell::money(one.balance.minor, code),
            Cell::money(one.free().minor, code),
        ]
    };
    Table::new(visit.say("Where it stands", "款项所在"), &columns, due.iter().map(row).collect())
        .empty(visit.say("Nothing is owed to you now.", "目前没有应得款项。"))
        .filtered()
        .render(visit.lang)
}

fn payouts_table(visit: &Visit, org: &Org, payouts: &[Payout]) -> Markup {
    let columns = [
        Column::new(visit.say("Payout", "打款"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
    ];
    let row = |one: &Payout| {
        let at = one.proposed_at.day_in(&visit.home.zone).say(visit.lang);
        let kind = account_words(&one.account);
        let named = html! {
            a href=(payout::address(&org.id, &one.id)) { (at) } " " (state_pill(visit, one.state)) br;
            span class="muted" { (kind.in_(visit.lang)) " → " (one.payee.account.masked()) }
        };
        vec![
            Cell::markup(named, &one.proposed_at.rfc3339()),
            Cell::money(one.amount.minor, one.amount.currency.code()),
        ]
    };
    let shown = payouts.iter().take(PAYOUTS_SHOWN).map(row).collect();
    Table::new(visit.say("Payouts, each with its statement", "打款记录（含对账单）"), &columns, shown)
        .empty(visit.say("Nothing was paid out yet.", "尚无打款。"))
        .filtered()
        .render(visit.lang)
}

fn account_card(visit: &Visit, org: &Org, desk: &Desk) -> Markup {
    let waits = desk.told.as_ref().filter(|told| told.state == Told::Proposed);
    let refused = desk.told.as_ref().filter(|told| told.state == Told::Refused);
    let shown = |version: &Version| html! { (version.party.name) " · " (version.party.account.masked()) };
    html! {
        @match &desk.account {
            Some(account) => p { (shown(account)) " " (parts::pill(Tone::Jade, visit.say("counts", "使用中"))) },
            None => p class="muted" { (visit.say("No account is approved yet.", "尚无已审批的账户。")) },
        }
        @if let Some(told) = waits {
            p { (shown(told)) " " (parts::pill(Tone::Lantern, visit.say("waits for approval", "待审批"))) }
        }
        @if let Some(told) = refused {
            p { (shown(told)) " " (parts::pill(Tone::Cinnabar, visit.say("was refused", "未通过"))) }
        }
        p class="muted" {
            (visit.say(
                "A new account counts once somebody at the house has approved it. Payouts under way keep theirs.",
                "新账户须经平台审批后生效；进行中的打款仍付至原账户。",
            ))
        }
        (parts::link_button(parts::Weight::Quiet, &format!("{}/{}", super::bank_accounts::ADDRESS, org.id), visit.say("Change the account", "变更账户")))
    }
}

/// What is not owed yet, because its period is not settled.
fn waits_card(visit: &Visit, org: &Org, waits: &[Undivided]) -> Markup {
    if waits.is_empty() {
        return html! {};
    }
    let mut films: Vec<(Words, Money, Option<Day>)> = Vec::new();
    for one in waits {
        match films
            .iter_mut()
            .find(|(film, sum, _)| *film == one.film && sum.currency == one.balance.currency)
        {
            Some((_, sum, first)) => {
                sum.minor += one.balance.minor;
                *first = [*first, one.first].into_iter().flatten().min();
            }
            None => films.push((one.film.clone(), one.balance, one.first)),
        }
    }
    let columns = [
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Box office", "票房"), Kind::Money),
    ];
    let rows = films.iter().map(|(film, sum, first)| {
        let named = html! {
            (film.in_(visit.lang))
            @if let Some(first) = first { br; span class="muted" { (visit.say("open since ", "未结算自 ")) (first.say(visit.lang)) } }
        };
        vec![Cell::markup(named, film.in_(visit.lang)), Cell::money(sum.minor, sum.currency.code())]
    });
    let caption = if waits.iter().any(|one| one.studio == org.id) {
        visit.say("Of your films, not divided yet", "您的影片尚待分账")
    } else {
        visit.say("In your cinemas, not divided yet", "您的影院尚待分账")
    };
    Table::new(caption, &columns, rows.collect()).render(visit.lang)
}

/// How an account went, from what was left to what is left.
pub(super) fn account_table(visit: &Visit, caption: &str, account: &Account) -> Markup {
    let code = account.opening.currency.code();
    let ends = |word: &str, amount: Money| {
        vec![Cell::markup(html! { b { (word) } }, word), Cell::none(), Cell::money(amount.minor, code)]
    };
    let mut rows = vec![ends(visit.say("Left by the payout before", "上期结余"), account.opening)];
    rows.extend(groups_rows(visit, &account.groups()));
    rows.push(ends(visit.say("Left for the next payout", "结转下期"), account.closing));
    let is_long = account.lines.len() as i64 >= payees::LINES_MAX;
    html! {
        (Table::new(caption, &groups_columns(visit.lang), rows).render(visit.lang))
        @if is_long {
            p class="muted" { (match visit.lang {
                Lang::En => format!("More moved than is listed: only the first {} entries. What is left counts all.", money::grouped(payees::LINES_MAX)),
                Lang::Zh => format!("条目过多，仅列出前 {} 条；结余包含全部。", money::grouped(payees::LINES_MAX)),
            }) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::payouts::tests::{ACCOUNT, proposal, sends, settled};
    use axum::http::StatusCode;
    use kernel::Role;

    /// A cinema reads what it is owed and for what, is paid, and downloads the statement; nobody else finds any of it.
    #[tokio::test]
    async fn a_cinema_sees_its_own_money_and_nobody_elses() {
        let (season, mei, li) = settled().await;
        let place = kernel::PlaceId("plc_star".into());
        let org = season.town.house.read(move |view| box_office::cinemas::any(view, &place)).await;
        let org = org.expect("a cinema").org;
        let own = format!("/console/earnings/{org}");
        let page = season.chen.get("/console/earnings?lang=en").await;
        assert_eq!(page.status, StatusCode::OK);
        for said in
            ["You cannot be paid yet", "Part of a settled period", "¥83.63", "Nothing was paid out yet"]
        {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        assert!(season.chen.get(&format!("{own}?lang=zh")).await.text.contains("可打款"));

        let account = format!("/console/bank-accounts/{org}");
        assert_eq!(season.chen.post(&account, &ACCOUNT).await.status, StatusCode::SEE_OTHER);
        let told = season.chen.get(&own).await;
        assert!(told.text.contains("waits for approval") && !told.text.contains("6222021001116245"));
        assert_eq!(li.post(&format!("{account}/1/approval"), &[]).await.status, StatusCode::SEE_OTHER);
        let form = proposal(&mei.get("/console/payouts").await.text);
        assert_eq!(sends(&mei, "/console/payouts", &form).await.status, StatusCode::SEE_OTHER);
        let listed = season.town.house.read(flows::views::payouts::latest).await.expect("payouts");
        let payout = &listed[0];
        let of = format!("{own}/payouts/{}", payout.id);
        let csv = format!("{of}/statement.csv");

        let shown = season.chen.get(&of).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
        assert!(shown.text.contains("•••• 6245") && shown.text.contains("Left for the next payout"));
        let file = season.chen.get(&csv).await;
        assert_eq!(file.headers["cache-control"], "private, no-store");
        let amounts: Vec<i64> = file
            .text
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').nth(7)?.replace('.', "").parse().ok())
            .collect();
        let (closing, before) = amounts.split_last().expect("amounts");
        assert_eq!(before.iter().sum::<i64>(), *closing, "{}", file.text);
        assert!(file.text.contains("Payout") && file.text.contains("Star"), "{}", file.text);
        let accounts = format!("{own}/accounts/plc_star/exhibition");
        assert_eq!(season.chen.get(&accounts).await.status, StatusCode::OK);
        let lines = season.chen.get(&format!("{accounts}/lines.csv?lang=zh")).await;
        assert!(lines.text.contains("上期结余"), "{}", lines.text);

        let merchant = season.town.staff("mo", Role::Merchant).await.1;
        for path in [&own, &of, &csv, &accounts, &format!("{accounts}/lines.csv"), &account] {
            for other in [&season.dai, &season.ann, &merchant] {
                assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
            }
            assert_eq!(mei.get(path).await.status, StatusCode::OK, "{path}");
        }
        let dai = season.dai.get("/console/earnings").await;
        assert!(!dai.text.contains(&payout.id.0) && dai.text.contains("Nothing was paid out yet"));
        // One's own address does not lead to somebody else's payout either.
        let studio = format!("/console/earnings/{}", season.studio);
        assert_eq!(
            season.ann.get(&format!("{studio}/payouts/{}", payout.id)).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(season.ann.get(&studio).await.status, StatusCode::OK);
        for odd in
            ["accounts/plc_star/exhibition?currency=x", "accounts/plc_x'y/exhibition", "payouts/pyt_none"]
        {
            let status = season.chen.get(&format!("{own}/{odd}")).await.status;
            assert!(status.is_client_error(), "{odd}: {status}");
        }
    }

    #[tokio::test]
    async fn an_operator_finds_every_party() {
        let (season, mei, _) = settled().await;
        let page = mei.get("/console/earnings?lang=en").await;
        assert!(page.text.contains("Of chen") && page.text.contains("Of ann"), "{}", page.text);
        assert!(!page.text.contains("Ferry House</a>"), "the house is not paid by itself");
        assert!(season.chen.get("/console/earnings").await.text.contains("Earnings of Of chen"));
    }
}
