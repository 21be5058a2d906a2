//! One statement: what the consumers paid, what of it was divided, who had which part, by which terms.

use super::{address, period, sees};
use crate::answer::{Answer, Page, Wrong};
use crate::console::sheet;
use crate::look::chart::{Paint, Part, share_bar};
use crate::look::parts::{self, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::when;
use crate::visit::Visit;
use axum::extract::Path;
use box_office::{Cinema, cinemas};
use flows::views;
use kernel::ids::Id;
use kernel::{Lang, Money, PlaceId, StatementId, Words};
use maud::{Markup, html};
use settlement::splits::{Agency, Terms};
use settlement::statements::{self, Statement};
use settlement::terms;
use titles::Title;

struct Found {
    statement: Statement,
    cinema: Cinema,
    film: Title,
    terms: Option<terms::Agreed>,
}

async fn find(visit: &Visit, place: &str, id: &str) -> Result<Found, Wrong> {
    let (place, id) = (PlaceId::parse(place)?, StatementId::parse(id)?);
    let found = visit
        .read(move |view| {
            let statement = statements::any(view, &place, &id)?;
            let agreed = terms::of_title(view, &statement.title)?;
            Ok(Found {
                cinema: cinemas::any(view, &place)?,
                film: views::film(view, &statement.title)?,
                terms: agreed.into_iter().find(|agreed| agreed.id == statement.terms),
                statement,
            })
        })
        .await?;
    if sees(visit, &found.film.studio, &found.cinema.org) { Ok(found) } else { Err(Wrong::not_found()) }
}

pub async fn show(visit: Visit, Path((place, id)): Path<(String, String)>) -> Answer<Page> {
    let found = find(&visit, &place, &id).await?;
    let statement = &found.statement;
    let heading = match visit.lang {
        Lang::En => format!("Statement: {}", found.film.name.en),
        Lang::Zh => format!("结算单：《{}》", found.film.name.zh),
    };
    let days = period(statement.first, statement.last, visit.lang);
    let beneath = format!("{} · {days}", found.cinema.name.in_(visit.lang));
    let csv = format!("{}/statement.csv", address(&statement.place, &statement.id));
    let body = html! {
        (parts::heading(&heading, &beneath, parts::link_button(Weight::Quiet, &csv, visit.say("CSV", "CSV 文件"))))
        (parts::titled_card(visit.say("Where the box office went", "票房的去向"), bar(&visit, statement)))
        (parts::grid(2, html! {
            div class="stack" {
                (till(&visit, statement))
                (parts::titled_card(visit.say("The terms", "分账条款"), terms_card(&visit, &found)))
            }
            div class="stack" {
                (divided(&visit, statement))
                (parts::titled_card(visit.say("About it", "概况"), about(&visit, &found)))
            }
        }))
    };
    Ok(Page::console(heading, body))
}

/// What a statement says, line by line, for the page and the file.
fn before_the_split(statement: &Statement) -> [(Words, Money); 4] {
    [
        (Words::new("Consumers paid", "观众实付"), statement.consumers),
        (Words::new("Service fees, outside the split", "服务费（不参与分账）"), less(statement.fee)),
        (Words::new("Ticket subsidies", "票补"), statement.subsidy),
        (Words::new("Split base", "分账票房"), statement.split.aggregate),
    ]
}

fn less(amount: Money) -> Money {
    Money::new(-amount.minor, amount.currency)
}

fn till(visit: &Visit, statement: &Statement) -> Markup {
    let columns = [
        Column::new(visit.say("Step", "步骤"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
    ];
    let row =
        |name: &str, amount: Money| vec![Cell::text(name), Cell::money(amount.minor, amount.currency.code())];
    let split = &statement.split;
    let mut rows: Vec<Vec<Cell>> =
        before_the_split(statement).iter().map(|(name, amount)| row(name.in_(visit.lang), *amount)).collect();
    rows.push(row(visit.say("Special fund", "专资"), less(split.special_fund.total())));
    rows.push(row(visit.say("Tax and surcharges", "增值税及附加"), less(split.tax)));
    Table::new(visit.say("From the till to the net", "从收款到净票房"), &columns, rows)
        .total(row(
            visit.say("Net, shared by cinemas and producers", "净票房（影院与制片发行共享）"),
            split.net,
        ))
        .render(visit.lang)
}

fn ppm(part: Money, whole: Money) -> i64 {
    market::history::ratio(part, whole).map_or(0, |share| share.ppm)
}

fn divided(visit: &Visit, statement: &Statement) -> Markup {
    let split = &statement.split;
    let columns = [
        Column::new(visit.say("Part", "去向"), Kind::Text),
        Column::new(visit.say("Of the base", "占分账票房"), Kind::Share),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
    ];
    let row = |name: &str, amount: Money| {
        let share = Cell::share(ppm(amount, split.aggregate), visit.lang);
        vec![Cell::text(name), share, Cell::money(amount.minor, amount.currency.code())]
    };
    let rows: Vec<Vec<Cell>> =
        split.parts().iter().map(|(name, amount)| row(name.in_(visit.lang), *amount)).collect();
    Table::new(visit.say("Who has which part", "各方所得"), &columns, rows)
        .total(row(visit.say("Split base", "分账票房"), split.aggregate))
        .render(visit.lang)
}

fn bar(visit: &Visit, statement: &Statement) -> Markup {
    let split = &statement.split;
    let part = |name, amount: Money, paint| Part { name, ppm: ppm(amount, split.aggregate).max(0), paint };
    let fees = Money::new(split.agency.minor + split.distribution.minor, split.agency.currency);
    let mut parts = vec![
        part(visit.say("producer", "制片方"), split.producer, Paint::Lantern),
        part(visit.say("cinemas and circuits", "影院与院线"), split.exhibition, Paint::Water),
        part(visit.say("special fund", "专资"), split.special_fund.total(), Paint::Cinnabar),
        part(visit.say("tax", "税"), split.tax, Paint::Mist),
    ];
    if fees.minor > 0 {
        parts.insert(1, part(visit.say("agent and distribution fees", "代理与发行费"), fees, Paint::Jade));
    }
    share_bar(visit.lang, visit.say("Shares of the split base", "分账票房的占比"), "", &parts)
}

/// The rates of a contract in words.
pub(super) fn rates(lang: Lang, terms: &Terms) -> Vec<(String, String)> {
    let say = |en: &str, zh: &str| crate::look::say(lang, en, zh).to_owned();
    let percent = |share: kernel::Share| crate::look::money::percent(share.ppm, lang);
    let from = |minor: i64| crate::look::money::compact(minor, terms.currency.code(), lang);
    let central =
        format!("{} / {}", percent(terms.special_fund_central), percent(terms.special_fund_central.rest()));
    let mut lines = vec![
        (say("Special fund", "专资"), percent(terms.special_fund)),
        (say("Central / provincial", "中央 / 省级"), central),
        (say("Tax and surcharges", "增值税及附加"), percent(terms.tax)),
    ];
    for band in &terms.bands {
        let name = match (lang, band.from_gross_minor) {
            (_, 0) => say("Producer and distributor, of the net", "制片与发行占净票房"),
            (Lang::En, minor) => format!("from {} on", from(minor)),
            (Lang::Zh, minor) => format!("{} 起", from(minor)),
        };
        lines.push((name, percent(band.producer)));
    }
    match &terms.agency {
        Agency::None => {}
        Agency::OfNet(share) => {
            lines.push((say("Booking agent, of the net", "代理费占净票房"), percent(*share)))
        }
        Agency::OfBase(tiers) => {
            for tier in tiers {
                let name = match lang {
                    Lang::En => format!("Booking agent, of the base from {}", from(tier.from_gross_minor)),
                    Lang::Zh => format!("代理费占分账票房，{} 起", from(tier.from_gross_minor)),
                };
                lines.push((name, percent(tier.share)));
            }
        }
    }
    if terms.distribution_fee.ppm > 0 {
        lines.push((
            say("Distribution fee, of what is left", "发行费占余额"),
            percent(terms.distribution_fee),
        ));
    }
    lines
}

fn terms_card(visit: &Visit, found: &Found) -> Markup {
    let Some(agreed) = &found.terms else {
        return html! { p class="muted" { (visit.say("The terms of this statement are no longer kept.", "这张结算单的条款已不再保留。")) } };
    };
    let lines = rates(visit.lang, &agreed.terms);
    let rows: Vec<(&str, Markup)> =
        lines.iter().map(|(name, rate)| (name.as_str(), html! { (rate) })).collect();
    let since = match visit.lang {
        Lang::En => format!("Agreed from {} on.", agreed.starts_on.say(visit.lang)),
        Lang::Zh => format!("自 {} 起执行。", agreed.starts_on.say(visit.lang)),
    };
    let all = format!("/console/settlement/terms/{}", agreed.title);
    html! {
        (parts::definitions(&rows))
        p class="muted" { (since) @if visit.site.leads("/console/settlement/terms/{title}", &visit.actor) { " " a href=(all) { (visit.say("All terms of the film", "该片全部条款")) } } }
    }
}

fn about(visit: &Visit, found: &Found) -> Markup {
    let statement = &found.statement;
    let issued = statement.issued_at.say(&found.cinema.zone, visit.lang);
    let days = statement.first.days_until(statement.last) + 1;
    // An id is plain letters, so it may break anywhere.
    let number = statement.id.0.split_at(statement.id.0.len() / 2);
    let average = market::history::per_head(statement.split.aggregate, statement.admissions);
    let rows = [
        (visit.say("Film", "影片"), html! { (found.film.name.in_(visit.lang)) }),
        (visit.say("Cinema", "影院"), html! { (found.cinema.name.in_(visit.lang)) }),
        (
            visit.say("Producer and distributor together", "制片与发行合计"),
            html! { (statement.split.producer_and_distributor()) },
        ),
        (visit.say("Days", "天数"), html! { (days) }),
        (visit.say("Admissions", "人次"), html! { (crate::look::money::grouped(statement.admissions)) }),
        (
            visit.say("Average of the base", "平均每张"),
            html! { @if let Some(average) = average { (average) } @else { "–" } },
        ),
        (
            visit.say("Issued", "出具时间"),
            html! { (issued) span class="muted" { " · " (when::ago(statement.issued_at.seconds_until(visit.now), visit.lang)) } },
        ),
        (visit.say("Number", "编号"), html! { (number.0) wbr; (number.1) }),
    ];
    parts::definitions(&rows)
}

pub async fn csv(visit: Visit, Path((place, id)): Path<(String, String)>) -> Answer {
    let found = find(&visit, &place, &id).await?;
    let statement = &found.statement;
    let mut lines: Vec<(Words, Money)> = before_the_split(statement).to_vec();
    lines.extend(statement.split.parts());
    let row = |(name, amount): &(Words, Money)| {
        vec![
            statement.id.0.clone(),
            found.film.name.in_(visit.lang).to_owned(),
            found.cinema.name.in_(visit.lang).to_owned(),
            statement.first.to_string(),
            statement.last.to_string(),
            name.in_(visit.lang).to_owned(),
            amount.decimal(),
            amount.currency.code().to_owned(),
        ]
    };
    let head = ["statement", "film", "cinema", "first_day", "last_day", "part", "amount", "currency"];
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    Ok(sheet::csv(&format!("statement-{}", statement.id), &head, &rows))
}

#[cfg(test)]
mod tests {
    use crate::console::season::{Season, day};
    use axum::http::StatusCode;

    #[tokio::test]
    async fn the_file_sums_to_what_was_divided() {
        let season = Season::new().await;
        season.runs(&[40]).await;
        season.agrees(day(1)).await;
        let form = [
            ("place", season.star.place.0.as_str()),
            ("title", &season.title.0),
            ("first", "2016-12-19"),
            ("last", "2016-12-19"),
        ];
        let closed = season.chen.post("/console/settlement", &form).await;
        let file = season.chen.get(&format!("{}/statement.csv", closed.location())).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text);
        let amounts: Vec<f64> =
            file.text.lines().skip(1).filter_map(|line| line.split(',').nth_back(1)?.parse().ok()).collect();
        assert_eq!(amounts.len(), 11, "{}", file.text);
        assert_eq!(amounts[0] + amounts[1] + amounts[2], amounts[3]);
        assert!((amounts[4..].iter().sum::<f64>() - amounts[3]).abs() < 1e-9);
        assert!(file.text.contains("Producer,630.90,CNY"), "{}", file.text);
        let nothing = season.chen.get("/console/settlement/plc_star/stm_none/statement.csv").await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    }
}
