//! The books, for operators: whether every invariant holds, each book with its accounts, each account with its movements.

use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::look::parts::{self, Field, Stat, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::{OperatorStaff, Visit};
use ::people::orgs;
use axum::extract::Path;
use axum::response::IntoResponse;
use db::View;
use flows::audit::{self, Audit, Standing};
use flows::check::Checked;
use flows::views::books::{self, Book, MOVES_MAX, Move};
use flows::views::{payables, places};
use kernel::ids::Id;
use kernel::{Currency, Day, Error, Instant, Lang, Money, OrgId, PlaceId, Refusal, Result, TitleId, Words};
use ledger::seals::{self, Seal};
use ledger::statements::{self, Statement};
use ledger::{Balance, balances};
use maud::{Markup, html};
use std::time::Duration;

const ADDRESS: &str = "/console/books";
/// Who asked for an audit is told what came of it when it takes no longer than this.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Seals of a book that are listed, at most.
const SEALS_MAX: i64 = 30;
/// Sentences shown of one broken invariant, at most.
const SENTENCES_MAX: usize = 20;

pub async fn list(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    let list = visit
        .read(move |view| {
            let mut list = Vec::new();
            for book in books::all(view)? {
                list.push((places::name(view, &book.place)?, book));
            }
            Ok(list)
        })
        .await?;
    let heading = visit.say("Books", "账本");
    let standing = visit.house.findings().standing();
    let button = match standing.under_way_since {
        Some(_) => html! {},
        None => parts::press(Weight::Quiet, "/console/books/audits", &[], visit.say("Audit now", "立即审计")),
    };
    let body = html! {
        (parts::heading(heading, visit.say("Double entry, only ever appended to; every book sums to zero.", "复式记账，只增不改，每本账借贷相等。"), button))
        (super::payouts::ways(&visit))
        (audited(&visit, &standing))
        div class="section" { (table(&visit, &list)) }
    };
    Ok(Page::console(heading, body))
}

/// Audits the books because somebody asks for it. It goes on when it takes longer than they wait.
pub async fn audit(visit: Visit, _: OperatorStaff) -> Answer {
    let house = visit.house.clone();
    let at_it = tokio::task::spawn_blocking(move || {
        let done = audit::at_once(&house);
        if let Err(Error::Fault(fault)) = &done {
            tracing::error!(%fault, "the audit that was asked for broke");
        }
        done
    });
    let onward = SeeOther::to(ADDRESS);
    let said = match tokio::time::timeout(WAIT_MAX, at_it).await {
        Ok(Ok(Ok(()))) => onward.saying("The audit is done.", "审计已完成。"),
        Ok(Ok(Err(Error::Refused(refusal)))) => onward.telling(Tone::Lantern, refusal.say),
        Ok(Ok(Err(error))) => return Err(error.into()),
        Ok(Err(_)) => return Err(Error::fault("the audit that was asked for panicked").into()),
        Err(_) => onward.telling(Tone::Lantern, audit::under_way().say),
    };
    Ok(said.into_response())
}

/// What the house's own audits found, over every page of the console of whoever may look into it.
pub fn alarm(visit: &Visit) -> Markup {
    let found = visit.house.findings().sentences().len();
    if found == 0 || !visit.site.leads(ADDRESS, &visit.actor) {
        return html! {};
    }
    let sentence = match (visit.lang, found) {
        (Lang::En, 1) => "The books do not agree: the audit found one thing that is wrong.".to_owned(),
        (Lang::En, _) => format!("The books do not agree: the audit found {found} things that are wrong."),
        (Lang::Zh, _) => format!("账目不符：审计发现 {found} 处问题。"),
    };
    let action = parts::Action { href: ADDRESS, word: visit.say("Look into it", "查看") };
    html! { div class="wrap alerts" role="alert" { (parts::alert(Tone::Cinnabar, &sentence, Some(action))) } }
}

/// What the last audits came to; looking at it makes none.
fn audited(visit: &Visit, standing: &Standing) -> Markup {
    html! {
        (verdict(visit, standing))
        @let is_blank = standing.whole.is_none() && standing.books.is_none() && standing.under_way_since.is_none();
        @if !is_blank { (parts::card(html! {
            @if let Some(since) = standing.under_way_since {
                p role="status" {
                    (parts::pill(Tone::Lantern, visit.say("under way", "进行中"))) " "
                    (under_way(visit, standing, since)) " "
                    a href=(ADDRESS) { (visit.say("Look again", "刷新")) }
                }
            }
            @if let Some(whole) = &standing.whole {
                div class="stack" {
                    p class="muted" { (when(visit, whole, visit.say("Every invariant over everything there is; repeated every hour.", "对全部数据检查每项不变式，每小时一次。"))) }
                    ul class="stack" { @for one in &whole.found { li { (invariant(visit, one)) } } }
                }
            }
            @if let Some(books) = &standing.books {
                p class="muted section" { (when(visit, books, visit.say("Every book from its newest seal on; repeated every five minutes.", "每本账自最近封账起核对，每五分钟一次。"))) }
                (sentences(visit, &books.found))
            }
        })) }
    }
}

/// When an audit was made, and how long it took.
fn when<T>(visit: &Visit, audit: &Audit<T>, what: &str) -> String {
    let (at, took) = (audit.ended_at.say(&visit.home.zone, visit.lang), seconds(audit.took_ms()));
    match visit.lang {
        Lang::En => format!("{what} Last done {at}; it took {took} s."),
        Lang::Zh => format!("{what}上次完成于 {at}，用时 {took} 秒。"),
    }
}

fn under_way(visit: &Visit, standing: &Standing, since: Instant) -> String {
    let at = since.say(&visit.home.zone, visit.lang);
    let took = standing.whole.as_ref().map(|audit| seconds(audit.took_ms()));
    match (visit.lang, took) {
        (Lang::En, Some(took)) => format!("An audit began {at}; the last one took {took} s."),
        (Lang::En, None) => format!("An audit began {at}; it is the first since this program was started."),
        (Lang::Zh, Some(took)) => format!("审计始于 {at}；上次用时 {took} 秒。"),
        (Lang::Zh, None) => format!("审计始于 {at}；这是程序启动后的第一次。"),
    }
}

fn seconds(ms: i64) -> String {
    format!("{}.{}", ms / 1000, ms % 1000 / 100)
}

fn verdict(visit: &Visit, standing: &Standing) -> Markup {
    let found = visit.house.findings().sentences().len();
    let checked = standing.whole.as_ref().map_or(&[][..], |audit| &audit.found);
    let broken = checked.iter().filter(|one| !one.broken.is_empty()).count();
    let (tone, sentence) = match (visit.lang, standing.whole.is_some(), broken) {
        (Lang::En, false, _) => (Tone::Lantern, "No audit was made since this program was started.".into()),
        (Lang::Zh, false, _) => (Tone::Lantern, "程序启动后尚未审计。".into()),
        // What stands over every page of the console says it already.
        (_, true, 0) if found > 0 => return html! {},
        (Lang::En, true, 0) => (Tone::Jade, format!("All {} invariants hold.", checked.len())),
        (Lang::En, true, 1) => (Tone::Cinnabar, "One invariant is broken.".into()),
        (Lang::En, true, _) => {
            (Tone::Cinnabar, format!("{broken} of {} invariants are broken.", checked.len()))
        }
        (Lang::Zh, true, 0) => (Tone::Jade, format!("全部 {} 项不变式成立。", checked.len())),
        (Lang::Zh, true, _) => {
            (Tone::Cinnabar, format!("{} 项不变式中有 {broken} 项不成立。", checked.len()))
        }
    };
    html! { div class="alerts" { (parts::alert(tone, &sentence, None)) } }
}

fn invariant(visit: &Visit, checked: &Checked) -> Markup {
    html! {
        @if checked.broken.is_empty() { (parts::pill(Tone::Jade, visit.say("holds", "成立"))) } @else { (parts::pill(Tone::Cinnabar, visit.say("broken", "不成立"))) }
        " " (checked.promise.in_(visit.lang))
        (sentences(visit, &checked.broken))
    }
}

fn sentences(visit: &Visit, broken: &[String]) -> Markup {
    let more = broken.len().saturating_sub(SENTENCES_MAX);
    html! {
        @if !broken.is_empty() {
            ul class="stack" lang="en" { @for sentence in broken.iter().take(SENTENCES_MAX) { li class="muted" { (sentence) } } }
            @if more > 0 { p class="muted" { (match visit.lang { Lang::En => format!("and {more} more"), Lang::Zh => format!("另有 {more} 条") }) } }
        }
    }
}

fn table(visit: &Visit, list: &[(Words, Book)]) -> Markup {
    let columns = [
        Column::new(visit.say("Book", "账本"), Kind::Text),
        Column::new(visit.say("Accounts", "账户"), Kind::Number),
        Column::new(visit.say("Transfers", "分录"), Kind::Number),
        Column::new(visit.say("Sum", "借贷差"), Kind::Text),
    ];
    let row = |(name, book): &(Words, Book)| {
        let sum = match book.off_minor {
            0 => parts::pill(Tone::Jade, visit.say("zero", "为零")),
            off => parts::pill(Tone::Cinnabar, &money::grouped(off)),
        };
        vec![
            Cell::link(&address(&book.place), name.in_(visit.lang)),
            Cell::number(book.accounts),
            Cell::number(book.transfers),
            Cell::markup(sum, &book.off_minor.to_string()),
        ]
    };
    Table::new(visit.say("Every book", "全部账本"), &columns, list.iter().map(row).collect())
        .empty(visit.say("A book opens with its place’s first sale.", "场所有了第一笔交易，就会有账本。"))
        .filtered()
        .render(visit.lang)
}

fn address(book: &PlaceId) -> String {
    format!("{ADDRESS}/{book}")
}

fn statement_address(book: &PlaceId, account: &str, currency: Currency) -> String {
    format!("{}/{}?currency={}", address(book), crate::encode(account), currency.code())
}

pub async fn book(visit: Visit, _: OperatorStaff, Path(id): Path<String>) -> Answer<Page> {
    let place = PlaceId::parse(&id)?;
    let at = place.clone();
    let (name, accounts, chain) = visit
        .read(move |view| {
            let mut accounts = Vec::new();
            for balance in balances::of_book(view, &at)? {
                accounts.push((whose(view, &balance.account)?, balance));
            }
            Ok((places::name(view, &at)?, accounts, seals::of_book(view, &at, SEALS_MAX)?))
        })
        .await?;
    if accounts.is_empty() {
        return Err(Wrong::not_found());
    }
    let heading = match visit.lang {
        Lang::En => format!("Book of {}", name.en),
        Lang::Zh => format!("{} 的账本", name.zh),
    };
    let columns = [
        Column::new(visit.say("Account", "账户"), Kind::Text),
        Column::new(visit.say("Debits", "借方"), Kind::Money),
        Column::new(visit.say("Credits", "贷方"), Kind::Money),
        Column::new(visit.say("Balance", "余额"), Kind::Money)
            .unit(visit.say("credits less debits", "贷减借")),
        Column::new(visit.say("Code", "代码"), Kind::Date),
    ];
    let row = |(whose, one): &(Option<Words>, Balance)| {
        let code = one.currency.code();
        let meaning = meaning(&one.account);
        let word = if meaning.en.is_empty() { one.account.as_str() } else { meaning.in_(visit.lang) };
        let named = html! {
            a href=(statement_address(&place, &one.account, one.currency)) { (word) }
            @if let Some(whose) = whose { br; span class="muted" { (whose.in_(visit.lang)) } }
        };
        vec![
            Cell::markup(named, word),
            Cell::money(one.debits_posted, code),
            Cell::money(one.credits_posted, code),
            Cell::money(one.credit().minor, code),
            Cell::markup(html! { (one.account) }, &one.account),
        ]
    };
    let body = html! {
        (parts::heading(&heading, visit.say("A balance above zero is what the book owes, below zero what it is owed.", "余额为正表示应付，为负表示应收。"), parts::link_button(Weight::Quiet, ADDRESS, visit.say("All books", "全部账本"))))
        (Table::new(visit.say("Accounts", "账户"), &columns, accounts.iter().map(row).collect()).filtered().render(visit.lang))
        div class="section" { (seals_table(&visit, &chain)) }
    };
    Ok(Page::console(heading, body))
}

/// What was booked up to each instant, under a digest that whoever keeps it can compare later.
fn seals_table(visit: &Visit, chain: &[Seal]) -> Markup {
    let columns = [
        Column::new(visit.say("Seal", "封账"), Kind::Number),
        Column::new(visit.say("Everything booked until", "截至"), Kind::Date),
        Column::new(visit.say("Transfers", "分录"), Kind::Number),
        Column::new(visit.say("Digest", "摘要"), Kind::Text),
    ];
    let row = |seal: &Seal| {
        let shown = format!("{}…", &seal.digest[..16.min(seal.digest.len())]);
        vec![
            Cell::number(seal.number),
            Cell::date(&seal.until.rfc3339(), &seal.until.say(&visit.home.zone, visit.lang)),
            Cell::number(seal.transfers),
            Cell::markup(html! { code title=(seal.digest) { (shown) } }, &seal.digest),
        ]
    };
    Table::new(
        visit.say("Seals, the newest first", "封账记录（由新到旧）"),
        &columns,
        chain.iter().map(row).collect(),
    )
    .empty(visit.say(
        "Nothing is sealed yet; that happens about a minute after the first sale.",
        "尚未封账；首笔交易约一分钟后开始。",
    ))
    .render(visit.lang)
}

/// The film, organisation or place that an account is about, by what stands after its colon.
fn whose(view: &View, account: &str) -> Result<Option<Words>> {
    let Some((_, id)) = account.split_once(':') else { return Ok(None) };
    if let Ok(title) = TitleId::parse(id) {
        return Ok(titles::any(view, &title)?.map(|title| title.name));
    }
    if let Ok(org) = OrgId::parse(id) {
        return Ok(orgs::any(view, &org)?.map(|org| org.name));
    }
    match PlaceId::parse(id) {
        Ok(place) => places::name(view, &place).map(Some),
        Err(_) => Ok(None),
    }
}

/// What an account is for, by the word before its colon.
fn meaning(account: &str) -> Words {
    let (en, zh) = match account.split(':').next().unwrap_or(account) {
        "ad_revenue" => ("Owed to the channel for clicks", "应付渠道广告收入"),
        "advertiser" => ("Owed by an advertiser", "应收广告主"),
        "agency" => ("Owed to the booking agent", "应付代理费"),
        "bank" => ("Paid out by our bank", "银行已付"),
        "bill" => ("What a provider’s bills say beyond our orders", "渠道账单与订单之差"),
        "box_office" => ("A film’s box office, not yet divided", "某影片的待分账票房"),
        "channel_fee" => ("Fees that a provider kept", "渠道手续费"),
        "clearing" => ("Between this book and another", "与另一账本的往来"),
        "commission" => ("Owed to who runs the shop", "应付店铺佣金"),
        "dispute_cost" => ("Disputes that were lost", "争议败诉损失"),
        "distribution" => ("Owed to the distributor", "应付发行费"),
        "exhibition" => ("The cinema’s own part", "影院所得"),
        "fund" => ("Marketing fund of a title", "市场推广金"),
        "goodwill" => ("Given back of one’s own accord", "补偿退款"),
        "licensor" => ("Owed to a licensor", "应付授权方"),
        "liquidity" => ("Where currencies meet", "兑换敞口"),
        "merchant" => ("Owed to a merchant", "应付商家"),
        "platform_royalty" => ("The platform’s part of royalties", "平台版税"),
        "producer" => ("Owed to a producer", "应付制片方"),
        "provider" => ("Owed by a payment provider", "支付渠道应收"),
        "reconciled" => ("Gains and losses of reconciliation", "对账损益"),
        "refunds" => ("On its way back to consumers", "退款在途"),
        "service_fee" => ("Service fees", "服务费"),
        "special_fund" => ("Owed to the special fund", "应缴专资"),
        "subsidy" => ("Owed by whoever funds subsidies", "票补出资方应付"),
        "suspense" => ("Waiting for a decision", "挂账"),
        "tax" => ("Owed in tax", "应缴税费"),
        _ => ("", ""),
    };
    Words::new(en, zh)
}

pub async fn account(
    visit: Visit,
    _: OperatorStaff,
    Path((id, account)): Path<(String, String)>,
) -> Answer<Page> {
    let place = PlaceId::parse(&id)?;
    let currency = Currency::parse(visit.asked("currency").as_deref().unwrap_or(visit.currency()))?;
    let (at, name, zone) = (place.clone(), account.clone(), visit.home.zone.clone());
    let period = Period::asked(&visit)?;
    let (owner, balance, moves, statement) = visit
        .read(move |view| {
            let balance = balances::of_book(view, &at)?
                .into_iter()
                .find(|one| one.account == name && one.currency == currency);
            let statement = period.map(|period| {
                let (from, until) = (period.first.at(0, 0, &zone), period.last.plus(1).at(0, 0, &zone));
                statements::of(view, &at, &name, currency, from, until)
            });
            let moves = books::moves(view, &at, &name, currency)?;
            Ok((places::name(view, &at)?, balance, moves, statement.transpose()?))
        })
        .await?;
    let balance = balance.ok_or_else(Wrong::not_found)?;
    let stat = |label, money: Money| Stat { label, value: &money.to_string(), ..Stat::default() }.render();
    let all_shown = (moves.len() as i64) < MOVES_MAX;
    let note = meaning(&account);
    let book_word = visit.say("The whole book", "整本账");
    let body = html! {
        (parts::heading(&account, &format!("{} · {}", owner.in_(visit.lang), note.in_(visit.lang)), parts::link_button(Weight::Quiet, &address(&place), book_word)))
        @if let Some(why) = payables::why_it_stays(&place, &account) {
            p class="muted" { (visit.say("Nobody is paid from this account: ", "该账户不对外打款：")) (why.in_(visit.lang)) }
        }
        (parts::grid(3, html! {
            (stat(visit.say("Debits", "借方"), Money::new(balance.debits_posted, currency)))
            (stat(visit.say("Credits", "贷方"), Money::new(balance.credits_posted, currency)))
            (stat(visit.say("Balance, credits less debits", "余额（贷减借）"), balance.credit()))
        }))
        div class="section" { (period_form(&visit, currency, period)) }
        @if let Some(statement) = &statement {
            (statement_of(&visit, statement))
        } @else {
            div class="section" { (moves_table(&visit, &balance, &moves)) }
        }
        @if !all_shown && statement.is_none() { p class="muted" { (visit.say("Only the latest two hundred are shown.", "只显示最近两百条。")) } }
    };
    Ok(Page::console(account.clone(), body))
}

/// Days, both included.
#[derive(Clone, Copy)]
struct Period {
    first: Day,
    last: Day,
}

impl Period {
    /// None when no day was asked for; a refusal when only one was, or the last comes before the first.
    fn asked(visit: &Visit) -> Result<Option<Period>> {
        let day = |name| {
            visit.asked(name).filter(|text| !text.is_empty()).map(|text| Day::parse(&text)).transpose()
        };
        match (day("from")?, day("until")?) {
            (None, None) => Ok(None),
            (Some(first), Some(last)) if first <= last => Ok(Some(Period { first, last })),
            _ => Err(Refusal::field(
                "until",
                "bad_period",
                "A statement needs a first day and a last one that does not come before it.",
                "对账单需要起始日和不早于它的截止日。",
            )
            .into()),
        }
    }
}

fn period_form(visit: &Visit, currency: Currency, period: Option<Period>) -> Markup {
    let day = |name, label, day: Option<Day>| {
        let value = day.map(|day| day.to_string()).unwrap_or_default();
        Field { name, label, value: &value, kind: "date", required: true, ..Field::default() }.input()
    };
    html! {
        form method="get" class="form" {
            input type="hidden" name="currency" value=(currency.code());
            (parts::grid(2, html! {
                (day("from", visit.say("From", "自"), period.map(|period| period.first)))
                (day("until", visit.say("Until", "至"), period.map(|period| period.last)))
            }))
            div class="form-foot" { (parts::button(Weight::Quiet, visit.say("Show the statement", "查看对账单"))) }
        }
    }
}

/// The account over a period: how it stood, what moved, how it stands.
fn statement_of(visit: &Visit, statement: &Statement) -> Markup {
    let columns = [
        Column::new(visit.say("Booked", "入账时间"), Kind::Date),
        Column::new(visit.say("What", "事项"), Kind::Text),
        Column::new(visit.say("For", "凭据"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
        Column::new(visit.say("Balance after", "余额"), Kind::Money),
    ];
    let code = statement.opening.currency.code();
    let row = |line: &statements::Line| {
        let at = line.transfer.booked_at;
        vec![
            Cell::date(&at.rfc3339(), &at.say(&visit.home.zone, visit.lang)),
            Cell::text(&line.transfer.code),
            Cell::text(&line.transfer.reference),
            Cell::money(line.credit.minor, code),
            Cell::money(line.after.minor, code),
        ]
    };
    let shown = statement.lines.iter().take(MOVES_MAX as usize).map(row).collect();
    let stat = |label, money: Money| Stat { label, value: &money.to_string(), ..Stat::default() }.render();
    let more = statement.count.saturating_sub(MOVES_MAX as usize);
    html! {
        div class="section" {
            (parts::grid(2, html! {
                (stat(visit.say("Opening balance", "期初余额"), statement.opening))
                (stat(visit.say("Closing balance", "期末余额"), statement.closing))
            }))
        }
        div class="section" {
            (Table::new(visit.say("Statement, in the order of booking", "对账单（按入账顺序）"), &columns, shown)
                .empty(visit.say("Nothing moved in this period.", "本期没有流水。"))
                .filtered()
                .render(visit.lang))
        }
        @if more > 0 {
            p class="muted" { (match visit.lang {
                Lang::En => format!("{more} more lines moved in this period; both balances count them. An export has them all."),
                Lang::Zh => format!("本期另有 {more} 条流水，两端余额均已计入；导出文件包含全部流水。"),
            }) }
        }
    }
}

/// The newest first; the balance after each is counted back from the one of today.
fn moves_table(visit: &Visit, balance: &Balance, moves: &[Move]) -> Markup {
    let columns = [
        Column::new(visit.say("Booked", "入账时间"), Kind::Date),
        Column::new(visit.say("What", "事项"), Kind::Text),
        Column::new(visit.say("Other side", "对方账户"), Kind::Text),
        Column::new(visit.say("For", "凭据"), Kind::Text),
        Column::new(visit.say("Debit", "借"), Kind::Money),
        Column::new(visit.say("Credit", "贷"), Kind::Money),
        Column::new(visit.say("Balance after", "余额"), Kind::Money),
    ];
    let code = balance.currency.code();
    let mut after = balance.credit().minor;
    let mut rows = Vec::new();
    for one in moves {
        let amount = || Cell::money(one.amount.minor, code);
        let (debit, credit) = if one.is_credit { (Cell::none(), amount()) } else { (amount(), Cell::none()) };
        let what =
            if one.kind == "posted" { one.code.clone() } else { format!("{} ({})", one.code, one.kind) };
        rows.push(vec![
            Cell::date(&one.booked_at.rfc3339(), &one.booked_at.say(&visit.home.zone, visit.lang)),
            Cell::text(&what),
            Cell::text(&one.other),
            Cell::text(&one.reference),
            debit,
            credit,
            Cell::money(after, code),
        ]);
        after -= one.credit_minor();
    }
    Table::new(visit.say("Movements, the newest first", "流水（由新到旧）"), &columns, rows)
        .empty(visit.say("Nothing has moved here.", "没有流水。"))
        .filtered()
        .render(visit.lang)
}

#[cfg(test)]
mod tests {
    use crate::console::season::Season;
    use axum::http::StatusCode;

    /// The house audits itself; what it finds stands over every page of whoever may look into it, until it is right.
    #[tokio::test]
    async fn what_the_audit_finds_stands_over_the_console() {
        let season = Season::new().await;
        season.runs(&[8]).await;
        let house = season.town.house.clone();
        let audit = |house: flows::House| async move {
            let all = move || flows::audit::books(&house).and_then(|()| flows::audit::whole(&house));
            tokio::task::spawn_blocking(all).await.expect("it runs").expect("an audit");
        };
        let touch = |sql: &'static str| house.db().write(db::Lane::house(), move |tx| tx.run(sql, &[]));
        audit(house.clone()).await;
        let operator = season.town.operator().await;
        let quiet = operator.get("/console/slate?lang=en").await;
        assert!(!quiet.text.contains("The books do not agree"), "{}", quiet.text);

        touch("update account set credits_posted = credits_posted + 1 where id = 'service_fee'")
            .await
            .expect("touched");
        audit(house.clone()).await;
        let alarmed = operator.get("/console/slate?lang=en").await;
        assert!(alarmed.text.contains("The books do not agree"), "{}", alarmed.text);
        assert!(alarmed.text.contains("href=\"/console/books\""), "{}", alarmed.text);
        assert!(operator.get("/console/slate?lang=zh").await.text.contains("账目不符"));
        assert!(!operator.get("/?lang=en").await.text.contains("do not agree"), "consumers are told nothing");

        touch("update account set credits_posted = credits_posted - 1 where id = 'service_fee'")
            .await
            .expect("put right");
        audit(house.clone()).await;
        assert!(!operator.get("/console/slate?lang=en").await.text.contains("do not agree"));
    }

    #[tokio::test]
    async fn an_operator_sees_what_the_check_says() {
        let season = Season::new().await;
        season.runs(&[8]).await;
        let operator = season.town.operator().await;
        let before = operator.get("/console/books?lang=en").await;
        assert!(
            before.text.contains("No audit was made") && !before.text.contains("invariants"),
            "looking audits nothing"
        );
        assert_eq!(season.chen.post("/console/books/audits", &[]).await.status, StatusCode::FORBIDDEN);
        let asked = operator.post("/console/books/audits", &[]).await;
        assert_eq!((asked.status, asked.location()), (StatusCode::SEE_OTHER, "/console/books"));
        let page = operator.get("/console/books").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("invariants hold.") && page.text.contains("Star Cinema"), "{}", page.text);
        let zh = operator.get("/console/books?lang=zh").await;
        assert!(zh.text.contains("项不变式成立。"));

        let book = operator.get("/console/books/plc_star?lang=en").await;
        assert!(book.text.contains("not yet divided") && book.text.contains("¥320.00"), "{}", book.text);
        let account = format!("box_office:{}", season.title);
        let link = format!("/console/books/plc_star/{}?currency=CNY", crate::encode(&account));
        assert!(book.text.contains(&link));
        let statement = operator.get(&link).await;
        assert_eq!(statement.status, StatusCode::OK);
        let after = ["¥320.00", "¥80.00"];
        assert!(after.iter().all(|amount| statement.text.contains(amount)), "{}", statement.text);
        assert!(statement.text.contains("ticket_sale") && statement.text.contains("provider:pretend"));

        let over = |period: &str| format!("{link}&{period}&lang=en");
        let period = operator.get(&over("from=2016-12-01&until=2016-12-31")).await;
        assert!(
            period.text.contains("Opening balance") && period.text.contains("¥320.00"),
            "{}",
            period.text
        );
        let before = operator.get(&over("from=2016-01-01&until=2016-01-02")).await;
        assert!(before.text.contains("Nothing moved in this period."), "{}", before.text);
        for odd in ["from=2016-12-02&until=2016-12-01", "from=2016-12-02", "from=x&until=y"] {
            assert_eq!(operator.get(&over(odd)).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
        }
    }

    #[tokio::test]
    async fn the_books_are_for_operators() {
        let season = Season::new().await;
        season.runs(&[8]).await;
        for path in ["/console/books", "/console/books/plc_star", "/console/books/plc_star/service_fee"] {
            assert_eq!(season.ann.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(season.chen.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let operator = season.town.operator().await;
        for path in ["/console/books/plc_none", "/console/books/x'y", "/console/books/plc_star/nothing"] {
            assert_eq!(operator.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let odd = operator.get("/console/books/plc_star/service_fee?currency=shells").await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
