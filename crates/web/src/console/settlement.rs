//! Settlement: what films took in cinemas and nobody has divided yet, and the statements of what was.
//!
//! A studio sees its own titles, a cinema its own house, an operator everything. Closing a period divides
//! it for good, in the cinema's book; then the house's book mirrors what it owes the producer.

pub mod royalties;
pub mod statement;
pub mod terms;

use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field, Stat, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::Visit;
use axum::response::IntoResponse;
use box_office::cinemas;
use flows::House;
use flows::close_period::{self, Period};
use flows::views::undivided::{self, Listed, STATEMENTS_MAX, Undivided};
use kernel::{Currency, Day, Lang, Money, OrgId, PlaceId, Refusal, Result, Role, TitleId};
use maud::{Markup, html};
use settlement::statements::Statement;
use std::collections::BTreeMap;

/// Whether a visitor may see what one film took in one cinema.
fn sees(visit: &Visit, studio: &OrgId, cinema: &OrgId) -> bool {
    visit.actor.may(Role::Studio, studio) || visit.actor.may(Role::Cinema, cinema)
}

/// Whether a visitor may close a cinema's period.
fn closes(visit: &Visit, cinema: &OrgId) -> bool {
    visit.actor.may(Role::Cinema, cinema)
}

fn address(place: &PlaceId, statement: &kernel::StatementId) -> String {
    format!("/console/settlement/{place}/{statement}")
}

pub async fn list(visit: Visit) -> Answer<Page> {
    page(&visit, &Form::blank()).await
}

pub async fn close(visit: Visit, form: Form) -> Answer {
    match settle(&visit, &form).await {
        Ok(statement) => {
            let onward = SeeOther::to(address(&statement.place, &statement.id));
            Ok(onward.saying("The period is closed and divided.", "结算期已关闭，分账完成。").into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

/// Safe to repeat: a period is divided once, and mirrored once.
async fn settle(visit: &Visit, form: &Form) -> Result<Statement> {
    let (place, title): (PlaceId, TitleId) = (form.id("place")?, form.id("title")?);
    let period = Period { first: form.day("first")?, last: form.day("last")? };
    let at = place.clone();
    let cinema = visit.read(move |view| cinemas::any(view, &at)).await?;
    if !closes(visit, &cinema.org) {
        return Err(Refusal::not_found("cinema", "影院").into());
    }
    let at = place.clone();
    let statement = visit.write(&place, move |scene| close_period::close(scene, &at, &title, period)).await?;
    let closed = statement.clone();
    visit.write(&House::lane(), move |scene| close_period::mirror(scene, &closed)).await?;
    Ok(statement)
}

async fn page(visit: &Visit, form: &Form) -> Answer<Page> {
    let (waiting, statements) =
        visit.read(|view| Ok((undivided::all(view)?, undivided::statements(view)?))).await?;
    let many = statements.len() as i64 == STATEMENTS_MAX;
    let waiting: Vec<Undivided> =
        waiting.into_iter().filter(|one| sees(visit, &one.studio, &one.org)).collect();
    let statements: Vec<Listed> =
        statements.into_iter().filter(|one| sees(visit, &one.studio, &one.org)).collect();
    let heading = visit.say("Settlement", "结算");
    let body = html! {
        (parts::heading(heading, visit.say("What films took in cinemas, and who has which part of it.", "影片在各影院的票房，以及每一方应得的部分。"), actions(visit)))
        (super::payouts::ways(visit))
        (tiles(visit, &waiting, &statements))
        div class="section" { (waiting_table(visit, &waiting)) }
        @if waiting.iter().any(|one| closes(visit, &one.org)) {
            div class="section" { (parts::titled_card(visit.say("Close other days", "选择日期结算"), days_form(visit, form, &waiting))) }
        }
        div class="section" { (statements_table(visit, &statements)) }
        @if many { p class="muted" { (visit.say("Only the latest statements are shown.", "只显示最近的结算单。")) } }
    };
    Ok(Page::console(heading, body).status(form.status()))
}

fn actions(visit: &Visit) -> Markup {
    let royalties = "/console/settlement/royalties";
    html! {
        @if visit.site.leads(royalties, &visit.actor) { (parts::link_button(Weight::Quiet, royalties, visit.say("Royalties", "版税"))) }
    }
}

/// Sums of several currencies, each said by itself.
fn summed(visit: &Visit, amounts: impl Iterator<Item = Money>) -> String {
    let lang = visit.lang;
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for amount in amounts {
        *sums.entry(amount.currency).or_default() += amount.minor;
    }
    if sums.is_empty() {
        sums.insert(visit.home.currency, 0);
    }
    let said = sums.iter().map(|(currency, minor)| money::compact(*minor, currency.code(), lang));
    said.collect::<Vec<_>>().join(" + ")
}

fn tiles(visit: &Visit, waiting: &[Undivided], statements: &[Listed]) -> Markup {
    let ready = waiting.iter().filter(|one| one.closable(visit.now.day_in(&one.zone)).is_some()).count();
    let ready_note = match visit.lang {
        Lang::En => format!("{ready} of {} can be closed now", waiting.len()),
        Lang::Zh => format!("{} 笔中有 {ready} 笔现在可以结算", waiting.len()),
    };
    let count = match visit.lang {
        Lang::En => kernel::counted(statements.len(), "statement", "statements"),
        Lang::Zh => format!("{} 张结算单", statements.len()),
    };
    let undivided = summed(visit, waiting.iter().map(|one| one.balance));
    let divided = summed(visit, statements.iter().map(|one| one.base));
    let producers = summed(visit, statements.iter().map(|one| one.producer));
    let stat = |label, value, note| Stat { label, value, note, ..Stat::default() }.render();
    parts::grid(
        3,
        html! {
            (stat(visit.say("Waits to be divided", "待分账"), &undivided, &ready_note))
            (stat(visit.say("Divided", "已分账"), &divided, &count))
            (stat(visit.say("To producers", "制片方所得"), &producers, visit.say("after fund, tax, cinemas and fees", "扣除专资、税、影院与各项费用后")))
        },
    )
}

fn period(first: Day, last: Day, lang: Lang) -> String {
    if first == last { first.say(lang) } else { format!("{} – {}", first.say(lang), last.say(lang)) }
}

/// What can be closed now; under it, folded, what still goes on.
fn waiting_table(visit: &Visit, waiting: &[Undivided]) -> Markup {
    let days = |one: &Undivided| one.closable(visit.now.day_in(&one.zone));
    let (ready, going_on): (Vec<&Undivided>, Vec<&Undivided>) =
        waiting.iter().partition(|one| days(one).is_some());
    let columns = [
        Column::new(visit.say("Film and cinema", "影片与影院"), Kind::Text),
        Column::new(visit.say("In the book", "账面"), Kind::Money),
        Column::new(visit.say("Days that are over", "已结束的日期"), Kind::Date),
        Column::new("", Kind::Text),
    ];
    let name = |one: &Undivided| {
        let film = one.film.in_(visit.lang);
        let both = html! { (film) br; span class="muted" { (one.cinema.in_(visit.lang)) } };
        Cell::markup(both, film)
    };
    let balance = |one: &Undivided| Cell::money(one.balance.minor, one.balance.currency.code());
    let row = |one: &&Undivided| {
        let (first, last) = days(one)?;
        let over = Cell::date(&first.to_string(), &period(first, last, visit.lang));
        Some(vec![name(one), balance(one), over, Cell::markup(action(visit, one, first, last), "")])
    };
    let summary = match visit.lang {
        Lang::En => format!("{} more go on; they can be closed when their days are over", going_on.len()),
        Lang::Zh => format!("另有 {} 笔仍在进行，日期结束后可以结算", going_on.len()),
    };
    let empty = if waiting.is_empty() {
        visit.say("Everything that was sold is divided.", "售出的票款都已分账。")
    } else {
        visit.say("Nothing can be closed just now.", "目前没有可以结算的日期。")
    };
    html! { div class="stack" {
        (Table::new(visit.say("Waits to be divided", "待分账"), &columns, ready.iter().filter_map(row).collect()).empty(empty).filtered().render(visit.lang))
        @if !going_on.is_empty() {
            details class="card" {
                summary { (summary) }
                (Table::new(visit.say("Goes on", "进行中"), &columns[..2], going_on.iter().map(|one| vec![name(one), balance(one)]).collect()).render(visit.lang))
            }
        }
    } }
}

fn action(visit: &Visit, one: &Undivided, first: Day, last: Day) -> Markup {
    if !closes(visit, &one.org) {
        return parts::pill(Tone::Lantern, visit.say("waits for the cinema", "待影院结算"));
    }
    let (first, last) = (first.to_string(), last.to_string());
    let hidden =
        [("place", one.place.0.as_str()), ("title", &one.title.0), ("first", &first), ("last", &last)];
    parts::press(Weight::Quiet, "/console/settlement", &hidden, visit.say("Close", "结算"))
}

/// For days other than the ones the table offers.
fn days_form(visit: &Visit, form: &Form, waiting: &[Undivided]) -> Markup {
    let mut places: BTreeMap<&str, &str> = BTreeMap::new();
    let mut films: BTreeMap<&str, &str> = BTreeMap::new();
    for one in waiting.iter().filter(|one| closes(visit, &one.org)) {
        places.insert(&one.place.0, one.cinema.in_(visit.lang));
        films.insert(&one.title.0, one.film.in_(visit.lang));
    }
    let places: Vec<(&str, &str)> = places.into_iter().collect();
    let films: Vec<(&str, &str)> = films.into_iter().collect();
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let fields = parts::grid(
        2,
        html! {
            (field("title", "Film", "影片").select(&films))
            (field("place", "Cinema", "影院").select(&places))
            (Field { kind: "date", required: true, ..field("first", "First day", "第一天") }.input())
            (Field { kind: "date", required: true, ..field("last", "Last day, included", "最后一天（含）") }.input())
        },
    );
    form.render(visit.lang, "/console/settlement", visit.say("Close the period", "关闭结算期"), fields)
}

fn statements_table(visit: &Visit, statements: &[Listed]) -> Markup {
    let columns = [
        Column::new(visit.say("Film and cinema", "影片与影院"), Kind::Text),
        Column::new(visit.say("Period", "结算期"), Kind::Date),
        Column::new(visit.say("Admissions", "人次"), Kind::Number),
        Column::new(visit.say("Split base", "分账票房"), Kind::Money),
        Column::new(visit.say("Producer", "制片方"), Kind::Money),
    ];
    let row = |one: &Listed| {
        let film = one.film.in_(visit.lang);
        let named = html! {
            a href=(address(&one.place, &one.id)) { (film) } br;
            span class="muted" { (one.cinema.in_(visit.lang)) }
        };
        vec![
            Cell::markup(named, film),
            Cell::date(&one.last.to_string(), &period(one.first, one.last, visit.lang)),
            Cell::number(one.admissions),
            Cell::money(one.base.minor, one.base.currency.code()),
            Cell::money(one.producer.minor, one.producer.currency.code()),
        ]
    };
    Table::new(visit.say("Statements", "结算单"), &columns, statements.iter().map(row).collect())
        .empty(
            visit.say(
                "The first statement comes when a period is closed.",
                "关闭结算期后会生成第一张结算单。",
            ),
        )
        .filtered()
        .render(visit.lang)
}

#[cfg(test)]
mod tests {
    use crate::console::season::{Season, day};
    use axum::http::StatusCode;
    use kernel::Role;

    async fn sold() -> Season {
        let season = Season::new().await;
        season.runs(&[40, 50]).await;
        let other = season.showing(&season.dock, day(19), 18).await;
        season.sells(&other, 7).await;
        season.agrees(day(1)).await;
        season
    }

    fn form<'a>(season: &'a Season, first: &'a str, last: &'a str) -> [(&'a str, &'a str); 4] {
        [("place", &season.star.place.0), ("title", &season.title.0), ("first", first), ("last", last)]
    }

    #[tokio::test]
    async fn a_period_is_closed_once_and_everybody_sees_their_part() {
        let season = sold().await;
        let before = season.chen.get("/console/settlement").await;
        assert!(
            before.text.contains("¥3,600.00") && before.text.contains("Mon 19 Dec – Tue 20 Dec"),
            "{}",
            before.text
        );
        assert!(!before.text.contains("Old Dock"), "another cinema's");

        let closed =
            season.chen.post("/console/settlement", &form(&season, "2016-12-19", "2016-12-20")).await;
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
        let again = season.chen.post("/console/settlement", &form(&season, "2016-12-19", "2016-12-20")).await;
        assert_eq!(again.location(), closed.location());

        let statement = season.ann.get(closed.location()).await;
        for part in ["¥3,870.00", "¥270.00", "¥3,600.00", "¥72.00", "¥108.00", "¥118.80", "¥1,419.52"]
        {
            assert!(statement.text.contains(part), "{part}\n{}", statement.text);
        }
        let list = season.ann.get("/console/settlement").await;
        assert!(list.text.contains(closed.location()) && list.text.contains("¥280.00"));
        let house = season.town.house.clone();
        let now = house.now();
        let broken = house.read(move |view| flows::check::broken(view, now)).await.expect("a check");
        assert_eq!(broken, Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_cinema_settles_only_itself() {
        let season = sold().await;
        let foreign =
            season.dai.post("/console/settlement", &form(&season, "2016-12-19", "2016-12-20")).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        let studio = season.ann.post("/console/settlement", &form(&season, "2016-12-19", "2016-12-20")).await;
        assert_eq!(studio.status, StatusCode::NOT_FOUND);
        let closed =
            season.chen.post("/console/settlement", &form(&season, "2016-12-19", "2016-12-20")).await;
        assert_eq!(season.dai.get(closed.location()).await.status, StatusCode::NOT_FOUND);
        assert_eq!(season.chen.get(closed.location()).await.status, StatusCode::OK);
        let (_, ben) = season.town.staff("ben", Role::Studio).await;
        assert_eq!(ben.get(closed.location()).await.status, StatusCode::NOT_FOUND);
        assert!(!ben.get("/console/settlement").await.text.contains("The Ferryman"));
        let (_, tea) = season.town.staff("tea", Role::Merchant).await;
        for path in ["/console/settlement", closed.location(), "/console/settlement/royalties"] {
            assert_eq!(tea.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_closed_is_said_in_the_form() {
        let season = sold().await;
        let said = |first: &'static str, last: &'static str| {
            let (chen, form) = (
                season.chen.clone(),
                form(&season, first, last).map(|(name, value)| (name.to_owned(), value.to_owned())),
            );
            async move {
                let form: Vec<(&str, &str)> =
                    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                chen.post("/console/settlement", &form).await
            }
        };
        assert!(said("2016-12-20", "2016-12-19").await.text.contains("last-error"));
        assert!(said("soon", "2016-12-19").await.text.contains("first-error"));
        assert!(said("2016-12-19", "2016-12-23").await.text.contains("This period is not over yet."));
        assert_eq!(said("2016-12-19", "2016-12-19").await.status, StatusCode::SEE_OTHER);
        let overlap = said("2016-12-19", "2016-12-20").await;
        assert_eq!(overlap.status, StatusCode::CONFLICT);
        assert!(overlap.text.contains("Some of these days are settled already."));
    }

    #[tokio::test]
    async fn without_terms_nothing_is_divided() {
        let season = Season::new().await;
        season.runs(&[40]).await;
        let refused =
            season.chen.post("/console/settlement", &form(&season, "2016-12-19", "2016-12-19")).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("No settlement terms are agreed for this film yet."));
    }
}
