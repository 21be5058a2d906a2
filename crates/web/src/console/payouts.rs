//! Payouts: what every party is owed, what was proposed and approved of it, what is at the bank, and what it answered.

pub mod answers;
pub mod files;

use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::parts::{self, Action, Field, Stat, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::{OperatorStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::pay_out;
use flows::views::payouts::{self as paying, Due, Sent};
use kernel::ids::Id;
use kernel::{
    Currency, Lang, Money, OrgId, PayoutFileId, PayoutId, PersonId, PlaceId, Refusal, Result, Words,
};
use maud::{Markup, html};
use settlement::payouts::answer::{self, Answer as Told};
use settlement::payouts::{Party, Payout, State};
use std::collections::BTreeMap;

pub const ADDRESS: &str = "/console/payouts";
/// Sent payouts of which the bank has said nothing for this long are pointed out.
const SILENT_DAYS: i64 = 3;

/// The pages of closing the day, with the ways between them.
pub(super) fn ways(visit: &Visit) -> Markup {
    let links = [
        ("/console/settlement", visit.say("Settlement", "结算")),
        ("/console/earnings", visit.say("Earnings", "收入")),
        ("/console/payouts", visit.say("Payouts", "打款")),
        ("/console/reconciliation", visit.say("Reconciliation", "对账")),
        ("/console/disputes", visit.say("Disputes", "争议")),
        ("/console/bank-accounts", visit.say("Bank accounts", "银行账户")),
        ("/console/orders", visit.say("Orders", "订单")),
        ("/console/books", visit.say("Books", "账本")),
    ];
    let open: Vec<(&str, &str)> =
        links.into_iter().filter(|(href, _)| visit.site.leads(href, &visit.actor)).collect();
    let here = open.iter().position(|(href, _)| visit.path.starts_with(href)).unwrap_or(open.len());
    html! { @if open.len() > 1 { (parts::tabs(visit.say("Closing the day", "日结"), &open, here)) } }
}

pub async fn list(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    page(&visit, &Form::blank()).await
}

/// Proposes to pay what an account holds, or a part of it.
pub async fn propose(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match try_propose(&visit, &form).await {
        Ok(payout) => {
            let (en, zh) = (
                format!("{} is proposed. Somebody else approves it now.", payout.amount),
                format!("已提交 {} 的打款，请另一位运营者审批。", payout.amount),
            );
            Ok(SeeOther::to(ADDRESS).saying(en, zh).into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

async fn try_propose(visit: &Visit, form: &Form) -> Result<Payout> {
    let due = form.text("due").to_owned();
    let mut named = due.splitn(3, ' ');
    let (place, code, account) = (named.next(), named.next(), named.next());
    let place: PlaceId = PlaceId::parse(place.unwrap_or_default())?;
    let currency = Currency::parse(code.unwrap_or_default())?;
    let account = account.unwrap_or_default().to_owned();
    let (key, amount) = (form.text("key").to_owned(), form.money("amount", currency)?);
    if key.is_empty() || key.len() > 80 {
        return Err(
            Refusal::field("key", "bad_key", "Please open the page again.", "请重新打开页面。").into()
        );
    }
    visit
        .write(&place.clone(), move |scene| pay_out::propose_owed(scene, &place, &key, &account, amount))
        .await
}

/// One step of a payout: its approval, its withdrawal, or what the bank said.
pub async fn step(
    visit: Visit,
    _: OperatorStaff,
    Path((place, payout, step)): Path<(String, String, String)>,
    form: Form,
) -> Answer {
    let (place, id) = (PlaceId::parse(&place)?, PayoutId::parse(&payout)?);
    let note = form.text("note").trim().to_owned();
    let (lane, wanted) = (place.clone(), step.clone());
    let done = visit.write(&lane, move |scene| match wanted.as_str() {
        "approval" => pay_out::approve(scene, &place, &id),
        "withdrawal" => pay_out::withdraw(scene, &place, &id, &note),
        "payment" => pay_out::paid(scene, &place, &id, &note),
        "return" => pay_out::returned(scene, &place, &id, &note),
        _ => Err(Refusal::not_found("step", "操作").into()),
    });
    match done.await {
        Ok(payout) => {
            let said = done_words(&payout);
            Ok(SeeOther::to(ADDRESS).saying(said.en, said.zh).into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

fn done_words(payout: &Payout) -> Words {
    let amount = payout.amount;
    match payout.state {
        State::Approved => Words::new(
            format!("{amount} is approved; send it next."),
            format!("{amount} 已审批，可以发送银行。"),
        ),
        State::Withdrawn => {
            Words::new(format!("{amount} is free again."), format!("{amount} 已撤回，款项已释放。"))
        }
        State::Paid => Words::new(format!("The bank has paid {amount}."), format!("银行已支付 {amount}。")),
        State::Returned => Words::new(
            format!("{amount} came back and is owed again."),
            format!("{amount} 已退回，重新列为应付。"),
        ),
        State::Proposed | State::Sent => Words::new("It stands as it stood.", "状态没有变化。"),
    }
}

/// Sends what was chosen to the bank, as one message.
pub async fn send(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match try_send(&visit, &form).await {
        Ok(messages) => {
            let onward = messages.first().map_or(ADDRESS.to_owned(), |id| format!("{ADDRESS}/files/{id}"));
            Ok(SeeOther::to(onward)
                .saying(
                    "Ready for the bank: download the file and hand it in.",
                    "打款文件已生成，请下载并提交银行。",
                )
                .into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

async fn try_send(visit: &Visit, form: &Form) -> Result<Vec<PayoutFileId>> {
    let mut chosen = Vec::new();
    for text in form.all("payout") {
        let (place, payout) = text.split_once(' ').unwrap_or_default();
        chosen.push((PlaceId::parse(place)?, PayoutId::parse(payout)?));
    }
    if chosen.is_empty() {
        let nothing =
            Refusal::field("payout", "nothing_chosen", "Choose what to send.", "请选择要发送的打款。");
        return Err(nothing.into());
    }
    let (house, actor) = (visit.house.clone(), visit.actor.clone());
    let done = tokio::task::spawn_blocking(move || pay_out::send_all(&house, &chosen, actor)).await;
    done.map_err(|_| kernel::Error::fault("sending payouts stopped"))?
}

/// What the page shows.
struct Desk {
    due: Vec<Due>,
    payouts: Vec<Payout>,
    sent: Vec<Sent>,
    answers: Vec<Told>,
    payer: Option<Party>,
    people: BTreeMap<PersonId, String>,
    orgs: BTreeMap<OrgId, Words>,
    places: BTreeMap<PlaceId, Words>,
}

impl Desk {
    fn in_(&self, state: State) -> Vec<&Payout> {
        self.payouts.iter().filter(|payout| payout.state == state).collect()
    }

    fn who(&self, person: &PersonId) -> &str {
        self.people.get(person).map_or("–", String::as_str)
    }
}

async fn look(visit: &Visit) -> Result<Desk> {
    visit
        .read(|view| {
            let (due, payouts, answers) = (paying::due(view)?, paying::latest(view)?, answer::latest(view)?);
            let hands =
                payouts.iter().flat_map(|one| [Some(one.proposed_by.clone()), one.approved_by.clone()]);
            let people =
                paying::names(view, hands.flatten().chain(answers.iter().map(|one| one.taken_by.clone())))?;
            let orgs = people::orgs::all(view)?.into_iter().map(|org| (org.id, org.name)).collect();
            let (sent, places) = (paying::messages(view)?, paying::places(view)?);
            Ok(Desk { due, payouts, sent, answers, payer: pay_out::payer(view).ok(), people, orgs, places })
        })
        .await
}

async fn page(visit: &Visit, form: &Form) -> Answer<Page> {
    let desk = look(visit).await.map_err(Wrong::from)?;
    let heading = visit.say("Payouts", "打款");
    let beneath = visit.say(
        "What cinemas, merchants, studios and licensors are owed, on its way to their bank accounts. One proposes, another approves.",
        "应付影院、商家、制片方与版权方的款项及打款进度；一人提交，另一人审批。",
    );
    let key = new_key(visit);
    let error = form.error(visit.lang, &html! {});
    let body = html! {
        (parts::heading(heading, beneath, html! {}))
        (ways(visit))
        @if let Some(error) = error { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
        @if desk.payer.is_none() {
            (parts::alert(Tone::Lantern, visit.say("The house has no bank account to pay from yet.", "平台尚未登记付款账户。"), Some(Action { href: "/console/bank-accounts", word: visit.say("Add it", "去登记") })))
        }
        (tiles(visit, &desk))
        div class="section" { (due_table(visit, &desk, &key)) }
        @if desk.due.iter().any(|due| due.free().minor > 0) {
            div class="section" { (parts::titled_card(visit.say("Propose another amount", "按其他金额提交"), amount_form(visit, form, &desk, &key))) }
        }
        div class="section" { (proposed_table(visit, &desk)) }
        div class="section" { (approved_part(visit, &desk)) }
        div class="section" { (sent_table(visit, &desk)) }
        div class="section grid grid-2" { (files::table(visit, &desk.sent)) (answers::card(visit, form)) }
        div class="section" { (answers::table(visit, &desk.answers, &desk.people)) }
        div class="section" { (closed_table(visit, &desk)) }
    };
    Ok(Page::console(heading, body).status(form.status()))
}

/// The same page proposes each thing once, however often it is sent.
fn new_key(visit: &Visit) -> String {
    visit.house.dice().bytes::<12>().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn summed(visit: &Visit, amounts: impl Iterator<Item = Money>) -> String {
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for amount in amounts {
        *sums.entry(amount.currency).or_default() += amount.minor;
    }
    if sums.is_empty() {
        sums.insert(visit.home.currency, 0);
    }
    let said: Vec<String> =
        sums.iter().map(|(currency, minor)| money::full(*minor, currency.code())).collect();
    said.join(" + ")
}

fn tiles(visit: &Visit, desk: &Desk) -> Markup {
    let free = summed(visit, desk.due.iter().map(Due::free));
    let of = |state| {
        let payouts = desk.in_(state);
        (summed(visit, payouts.iter().map(|payout| payout.amount)), payouts.len())
    };
    let many = |count: usize| match visit.lang {
        Lang::En => format!("{count} payouts"),
        Lang::Zh => format!("{count} 笔"),
    };
    let tile = |label, (value, count): (String, usize)| {
        Stat { label, value: &value, note: &many(count), ..Stat::default() }.render()
    };
    let note = visit.say("not promised to any payout", "尚未提交打款");
    parts::grid(
        4,
        html! {
            (Stat { label: visit.say("Owed", "应付"), value: &free, note, ..Stat::default() }.render())
            (tile(visit.say("Waits for approval", "待审批"), of(State::Proposed)))
            (tile(visit.say("Approved", "已审批"), of(State::Approved)))
            (tile(visit.say("At the bank", "银行处理中"), of(State::Sent)))
        },
    )
}

/// What an account is for, as a party reads it.
pub(super) fn account_words(account: &str) -> Words {
    match account.split(':').next().unwrap_or_default() {
        "exhibition" => Words::new("Cinema’s part of the box office", "影院分账"),
        "special_fund" => Words::new("Special fund, which the cinema remits", "专资（由影院缴纳）"),
        "tax" => Words::new("Tax on tickets, which the cinema remits", "票房税费（由影院缴纳）"),
        "merchant" => Words::new("Merchant’s sales", "商家货款"),
        "producer" => Words::new("Studio’s part of the box office", "制片方分账"),
        "licensor" => Words::new("Licensor’s royalties", "授权方版税"),
        "fund" => Words::new("Marketing fund of a film", "影片市场推广金"),
        "commission" => Words::new("Shop’s commission", "店铺佣金"),
        "ad_revenue" => Words::new("Channel’s clicks on ads", "渠道广告收入"),
        other => Words::new(other, other),
    }
}

fn masked(party: &Party) -> Markup {
    html! { (party.name) br; span class="muted" { (party.account.masked()) } }
}

fn due_table(visit: &Visit, desk: &Desk, key: &str) -> Markup {
    let columns = [
        Column::new(visit.say("Party", "收款方"), Kind::Text),
        Column::new(visit.say("Book of", "所在账本"), Kind::Text),
        Column::new(visit.say("Owed", "应付"), Kind::Money),
        Column::new(visit.say("Promised", "已占用"), Kind::Money),
        Column::new(visit.say("Owes from refunds", "退款欠款"), Kind::Money),
        Column::new(visit.say("Bank account", "收款账户"), Kind::Text),
        Column::new("", Kind::Text),
    ];
    let row = |(i, due): (usize, &Due)| {
        let code = due.balance.currency.code();
        let name = due.org_name.in_(visit.lang);
        let party = html! { (name) br; span class="muted" { (account_words(&due.account).in_(visit.lang)) } };
        let amount =
            |money: Money| if money.is_zero() { Cell::none() } else { Cell::money(money.minor, code) };
        let account = match &due.party {
            Some(party) => Cell::markup(masked(party), &party.name),
            None => Cell::link(
                &format!("/console/bank-accounts/{}", due.org),
                visit.say("Add an account", "登记账户"),
            ),
        };
        vec![
            Cell::markup(party, name),
            Cell::text(due.place_name.in_(visit.lang)),
            Cell::money(due.balance.minor, code),
            amount(due.reserved),
            amount(due.receivable),
            account,
            Cell::markup(propose_button(visit, due, &format!("{key}{i}")), ""),
        ]
    };
    Table::new(
        visit.say("Owed to others", "应付款"),
        &columns,
        desk.due.iter().enumerate().map(row).collect(),
    )
    .empty(visit.say(
        "Nobody is owed anything: what was sold is not settled yet, or is paid.",
        "目前没有应付款：已售款项尚未结算，或已付清。",
    ))
    .filtered()
    .render(visit.lang)
}

fn propose_button(visit: &Visit, due: &Due, key: &str) -> Markup {
    let free = due.free();
    if free.is_zero() || due.party.is_none() {
        return html! {};
    }
    let (named, amount) = (name_of(due), free.decimal());
    let word = format!("{} {}", visit.say("Propose", "提交"), money::full(free.minor, free.currency.code()));
    let hidden = [("due", named.as_str()), ("amount", amount.as_str()), ("key", key)];
    parts::press(Weight::Quiet, ADDRESS, &hidden, &word)
}

fn name_of(due: &Due) -> String {
    format!("{} {} {}", due.place, due.balance.currency.code(), due.account)
}

fn amount_form(visit: &Visit, form: &Form, desk: &Desk, key: &str) -> Markup {
    let payable: Vec<(String, String)> = desk
        .due
        .iter()
        .filter(|due| due.free().minor > 0)
        .map(|due| {
            let (org, place) = (due.org_name.in_(visit.lang), due.place_name.in_(visit.lang));
            let free = money::full(due.free().minor, due.balance.currency.code());
            (name_of(due), format!("{org} · {place} · {free}"))
        })
        .collect();
    let choices: Vec<(&str, &str)> =
        payable.iter().map(|(value, word)| (value.as_str(), word.as_str())).collect();
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let fields = html! {
        (parts::grid(2, html! {
            (field("due", "Whom", "收款方").select(&choices))
            (Field { required: true, inputmode: Some("decimal"), ..field("amount", "Amount", "金额") }.input())
        }))
        input type="hidden" name="key" value=(key);
    };
    form.render(visit.lang, ADDRESS, visit.say("Propose", "提交"), fields)
}

/// Whom a payout pays and where its money stands.
fn payee(visit: &Visit, desk: &Desk, payout: &Payout) -> Cell {
    let org = desk.orgs.get(&payout.org).map_or(payout.payee.name.as_str(), |name| name.in_(visit.lang));
    let place =
        desk.places.get(&payout.place).map_or(visit.say("The house", "平台"), |name| name.in_(visit.lang));
    let kind = account_words(&payout.account);
    let shown = html! { (org) br; span class="muted" { (kind.in_(visit.lang)) " · " (place) } };
    Cell::markup(shown, org)
}

fn hands(visit: &Visit, desk: &Desk, payout: &Payout) -> Cell {
    let at = payout.proposed_at.say(&visit.home.zone, visit.lang);
    let by = desk.who(&payout.proposed_by);
    let approved = payout.approved_by.as_ref().map(|person| desk.who(person));
    let shown = html! {
        (by) " · " (at)
        @if let Some(approved) = approved { br; span class="muted" { (visit.say("approved by ", "审批：")) (approved) } }
    };
    Cell::markup(shown, &payout.proposed_at.rfc3339())
}

fn row(visit: &Visit, desk: &Desk, payout: &Payout) -> Vec<Cell> {
    vec![
        payee(visit, desk, payout),
        Cell::markup(masked(&payout.payee), &payout.payee.name),
        Cell::money(payout.amount.minor, payout.amount.currency.code()),
        hands(visit, desk, payout),
    ]
}

fn columns<'a>(visit: &Visit, last: &'a str) -> [Column<'a>; 5] {
    let say = |en: &'static str, zh: &'static str| crate::look::say(visit.lang, en, zh);
    [
        Column::new(say("Party", "收款方"), Kind::Text),
        Column::new(say("Bank account", "收款账户"), Kind::Text),
        Column::new(say("Amount", "金额"), Kind::Money),
        Column::new(say("Proposed", "提交人"), Kind::Date),
        Column::new(last, Kind::Text),
    ]
}

fn step_address(payout: &Payout, step: &str) -> String {
    format!("{ADDRESS}/{}/{}/{step}", payout.place, payout.id)
}

fn proposed_table(visit: &Visit, desk: &Desk) -> Markup {
    let me = visit.person.as_ref().map(|person| &person.id);
    let rows = desk.in_(State::Proposed).into_iter().map(|payout| {
        let mut cells = row(visit, desk, payout);
        let press = |weight, step, word| parts::press(weight, &step_address(payout, step), &[], word);
        cells.push(Cell::markup(
            html! {
                @if me == Some(&payout.proposed_by) {
                    (parts::pill(Tone::Lantern, visit.say("another person approves", "待他人审批")))
                } @else {
                    (press(Weight::Primary, "approval", visit.say("Approve", "批准")))
                }
                (press(Weight::Quiet, "withdrawal", visit.say("Withdraw", "撤回")))
            },
            "",
        ));
        cells
    });
    Table::new(visit.say("Waits for approval", "待审批"), &columns(visit, ""), rows.collect())
        .empty(visit.say("Nothing waits for approval.", "没有待审批的打款。"))
        .render(visit.lang)
}

fn approved_part(visit: &Visit, desk: &Desk) -> Markup {
    let approved = desk.in_(State::Approved);
    let rows = approved.iter().map(|payout| {
        let mut cells = row(visit, desk, payout);
        let press = parts::press(
            Weight::Quiet,
            &step_address(payout, "withdrawal"),
            &[],
            visit.say("Withdraw", "撤回"),
        );
        cells.push(Cell::markup(press, ""));
        cells
    });
    let chosen: Vec<String> =
        approved.iter().map(|payout| format!("{} {}", payout.place, payout.id)).collect();
    let hidden: Vec<(&str, &str)> = chosen.iter().map(|text| ("payout", text.as_str())).collect();
    let total = summed(visit, approved.iter().map(|payout| payout.amount));
    let word = match visit.lang {
        Lang::En => format!("Send all {} to the bank, {total}", approved.len()),
        Lang::Zh => format!("将全部 {} 笔发送银行，合计 {total}", approved.len()),
    };
    html! {
        (Table::new(visit.say("Approved", "已审批"), &columns(visit, ""), rows.collect())
            .empty(visit.say("Nothing is approved and unsent.", "没有已审批待发送的打款。"))
            .render(visit.lang))
        @if !approved.is_empty() && desk.payer.is_some() {
            p {} (parts::press(Weight::Primary, &format!("{ADDRESS}/files"), &hidden, &word))
        }
    }
}

fn sent_table(visit: &Visit, desk: &Desk) -> Markup {
    let rows = desk.in_(State::Sent).into_iter().map(|payout| {
        let mut cells = row(visit, desk, payout);
        let is_silent = payout.proposed_at.plus_seconds(SILENT_DAYS * 86_400) < visit.now;
        let press = |step, word| parts::press(Weight::Quiet, &step_address(payout, step), &[], word);
        cells.push(Cell::markup(
            html! {
                @if is_silent { (parts::pill(Tone::Cinnabar, visit.say("no answer for days", "多日未回"))) }
                (press("payment", visit.say("It was paid", "已付")))
                (press("return", visit.say("It came back", "被退回")))
            },
            "",
        ));
        cells
    });
    Table::new(
        visit.say("At the bank", "银行处理中"),
        &columns(visit, crate::look::say(visit.lang, "The bank says", "银行结果")),
        rows.collect(),
    )
    .empty(visit.say("The bank has answered everything.", "银行已全部回复。"))
    .filtered()
    .render(visit.lang)
}

fn state_words(state: State) -> (Tone, Words) {
    match state {
        State::Proposed => (Tone::Lantern, Words::new("proposed", "待审批")),
        State::Approved => (Tone::Lantern, Words::new("approved", "已审批")),
        State::Sent => (Tone::Lantern, Words::new("at the bank", "银行处理中")),
        State::Paid => (Tone::Jade, Words::new("paid", "已付")),
        State::Returned => (Tone::Cinnabar, Words::new("came back", "被退回")),
        State::Withdrawn => (Tone::Plain, Words::new("withdrawn", "已撤回")),
    }
}

pub(super) fn state_pill(visit: &Visit, state: State) -> Markup {
    let (tone, words) = state_words(state);
    parts::pill(tone, words.in_(visit.lang))
}

fn closed_table(visit: &Visit, desk: &Desk) -> Markup {
    let is_closed =
        |payout: &&Payout| matches!(payout.state, State::Paid | State::Returned | State::Withdrawn);
    let rows: Vec<Vec<Cell>> = desk
        .payouts
        .iter()
        .filter(is_closed)
        .map(|payout| {
            let mut cells = row(visit, desk, payout);
            let came = html! {
                (state_pill(visit, payout.state))
                @if let Some(at) = payout.closed_at { br; span class="muted" { (at.say(&visit.home.zone, visit.lang)) } }
                @if !payout.note.is_empty() { br; span class="muted" { (payout.note) } }
            };
            cells.push(Cell::markup(came, payout.state.code()));
            cells
        })
        .collect();
    if rows.is_empty() {
        return html! {};
    }
    Table::new(visit.say("Closed", "已结束"), &columns(visit, visit.say("What came of it", "结果")), rows)
        .filtered()
        .render(visit.lang)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::console::season::{Season, day};
    use crate::testing::Browser;
    use axum::http::StatusCode;
    use kernel::Role;

    pub const ACCOUNT: [(&str, &str); 4] = [
        ("holder", "九湾影城"),
        ("scheme", "cnaps"),
        ("account_number", "6222021001116245"),
        ("bank_code", "102290026019"),
    ];

    /// A settled season, two operators, and the house's own account.
    pub async fn settled() -> (Season, Browser, Browser) {
        let season = Season::new().await;
        season.runs(&[4]).await;
        season.agrees(day(1)).await;
        let form = [
            ("place", season.star.place.0.as_str()),
            ("title", &season.title.0),
            ("first", "2016-12-19"),
            ("last", "2016-12-19"),
        ];
        assert_eq!(season.chen.post("/console/settlement", &form).await.status, StatusCode::SEE_OTHER);
        let house = season.town.house.read(people::installation::house).await.expect("a view");
        let house = house.expect("founded").id;
        let li = season.town.person("li", &[(Role::Operator, house.clone())]).await;
        let mei = season.town.operator().await;
        let path = format!("/console/bank-accounts/{house}");
        assert_eq!(mei.post(&path, &ACCOUNT).await.status, StatusCode::SEE_OTHER);
        assert_eq!(li.post(&format!("{path}/1/approval"), &[]).await.status, StatusCode::SEE_OTHER);
        (season, mei, li)
    }

    /// What the page's first button to propose sends.
    pub fn proposal(text: &str) -> Vec<(&'static str, String)> {
        let at = text.find("name=\"due\" value=\"plc_star ").expect("a button for the cinema");
        let rest = &text[at..];
        let value = |name: &str| {
            let from = rest.find(&format!("name=\"{name}\"")).expect("a field");
            let from = from + rest[from..].find("value=\"").expect("a value") + 7;
            rest[from..].split('"').next().unwrap_or_default().to_owned()
        };
        ["due", "amount", "key"].into_iter().map(|name| (name, value(name))).collect()
    }

    pub async fn sends(browser: &Browser, path: &str, form: &[(&str, String)]) -> crate::testing::Answer {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(path, &form).await
    }

    #[tokio::test]
    async fn a_cinema_is_paid_by_two_people_and_the_banks_answer() {
        let (season, mei, li) = settled().await;
        let page = mei.get("/console/payouts?lang=en").await;
        assert!(page.text.contains("Add an account"), "{}", page.text);
        let org = season.town.house.read(|view| {
            box_office::cinemas::any(view, &kernel::PlaceId("plc_star".into())).map(|cinema| cinema.org)
        });
        let path = format!("/console/bank-accounts/{}", org.await.expect("a cinema"));
        assert_eq!(season.chen.post(&path, &ACCOUNT).await.status, StatusCode::SEE_OTHER);
        assert!(mei.get("/console/payouts").await.text.contains("Add an account"), "it waits for approval");
        assert_eq!(li.post(&format!("{path}/1/approval"), &[]).await.status, StatusCode::SEE_OTHER);

        let form = proposal(&mei.get("/console/payouts").await.text);
        assert_eq!(sends(&mei, "/console/payouts", &form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(sends(&mei, "/console/payouts", &form).await.status, StatusCode::SEE_OTHER, "once");
        let listed = season.town.house.read(flows::views::payouts::latest).await.expect("payouts");
        let [payout] = &listed[..] else { panic!("one payout, not {listed:?}") };
        let step = |step: &str| format!("/console/payouts/{}/{}/{step}", payout.place, payout.id);

        let alone = mei.post(&step("approval"), &[]).await;
        assert_eq!(alone.status, StatusCode::CONFLICT);
        assert!(alone.text.contains("role=\"alert\"") && alone.text.contains("another person approves"));
        assert_eq!(li.post(&step("approval"), &[]).await.status, StatusCode::SEE_OTHER);
        let chosen = format!("{} {}", payout.place, payout.id);
        let sent = li.post("/console/payouts/files", &[("payout", &chosen)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let file = mei.get(sent.location()).await;
        assert!(
            file.text.contains("pain.001.xml") && !file.text.contains("6222021001116245"),
            "{}",
            file.text
        );
        let xml = mei.get(&format!("{}/pain.001.xml", sent.location())).await;
        assert!(xml.text.contains("<EndToEndId>") && xml.text.contains("6222021001116245"));
        let csv = mei.get(&format!("{}/payouts.csv", sent.location())).await;
        assert!(csv.text.contains(&payout.id.0));

        let answer = format!("payout,outcome\n{},paid\npyt_stray,paid\n", payout.id);
        let took = mei.upload("/console/payouts/answers", &[], ("bank.csv", answer.as_bytes())).await;
        assert_eq!(took.status, StatusCode::SEE_OTHER, "{}", took.text);
        let told = mei.get(took.location()).await;
        assert!(told.text.contains("1 of 2 lines do not fit"), "{}", told.text);
        let again = mei.upload("/console/payouts/answers", &[], ("bank.csv", answer.as_bytes())).await;
        assert_eq!(again.location(), took.location());
        let odd = mei.upload("/console/payouts/answers", &[], ("x.csv", b"a,b\n")).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(odd.text.contains("id=\"file-error\""), "{}", odd.text);
        let page = mei.get("/console/payouts").await;
        assert!(page.text.contains("Closed") && page.text.contains("paid"));
        let (house, now) = (season.town.house.clone(), season.town.house.now());
        let broken = house.read(move |view| flows::check::broken(view, now)).await.expect("a check");
        assert_eq!(broken, Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_cannot_be_done_is_said_on_the_page() {
        let (_season, mei, _) = settled().await;
        let bad = [("due", "plc_star CNY exhibition"), ("amount", "x"), ("key", "k")];
        assert_eq!(mei.post("/console/payouts", &bad).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let untold = [("due", "plc_star CNY exhibition"), ("amount", "1"), ("key", "k")];
        let answer = mei.post("/console/payouts?lang=zh", &untold).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.text.contains("尚未登记银行账户"), "{}", answer.text);
        let nothing = mei.post("/console/payouts/files", &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let none = mei.post("/console/payouts/plc_star/pyt_none/approval", &[]).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    }
}
