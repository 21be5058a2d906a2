//! One campaign: how it does, where, day by day, and what it says.

use super::{Promoter, Told, address, find, flight, lift, rate, state_pill, told};
use crate::answer::{Answer, Page};
use crate::console::audiences::aim::{self, Aim};
use crate::console::release::short_day;
use crate::form::Form;
use crate::look::chart::{Bar, Columns, Figure, Paint, Series, bars};
use crate::look::parts::{self, AdCard, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::shops::picture;
use crate::visit::Visit;
use ads::campaigns::{Campaign, State};
use ads::creatives::{self, Creative};
use axum::extract::Path;
use flows::views::ad_reports::{self, ByChannel, ByDay};
use kernel::{Lang, Words};
use maud::{Markup, html};

/// Days drawn, at most: the latest of a longer flight.
const DAYS_DRAWN: usize = 31;

pub async fn show(visit: Visit, promoter: Promoter, Path(id): Path<String>) -> Answer<Page> {
    let campaign = find(&visit, &promoter, &id).await?;
    page(&visit, campaign, &Form::blank()).await
}

struct Report {
    told: Told,
    channels: Vec<ByChannel>,
    days: Vec<ByDay>,
    creatives: Vec<Creative>,
    aim: Aim,
    payer: Words,
    artwork: String,
}

pub(in crate::console) async fn page(visit: &Visit, campaign: Campaign, form: &Form) -> Answer<Page> {
    let first = campaign.starts_at.day_in(&visit.home.zone).at(0, 0, &visit.home.zone);
    let (house, one) = (visit.house.clone(), campaign.clone());
    let lift = tokio::task::spawn_blocking(move || flows::views::lift::kept(&house, &one));
    let report = visit.read(move |view| {
        Ok(Report {
            channels: ad_reports::by_channel(view, &campaign.id)?,
            days: ad_reports::by_day(view, &campaign.id, first)?,
            creatives: creatives::of_campaign(view, &campaign.id)?,
            aim: aim::aim_of(view, &campaign)?,
            payer: ::people::orgs::any(view, &campaign.org)?.map(|org| org.name).unwrap_or_default(),
            artwork: titles::any(view, &campaign.title)?.map(|title| title.artwork).unwrap_or_default(),
            told: told(view, campaign)?,
        })
    });
    let report = report.await?;
    let kept = lift.await.map_err(kernel::Error::from)??;
    let campaign = &report.told.campaign;
    let body = html! {
        (parts::heading(&campaign.name, &format!("{} · {}", report.told.film.in_(visit.lang), flight(visit, campaign)), actions(visit, campaign)))
        @if let Some(error) = form.error(visit.lang, &html! {}) { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
        (standing(visit, campaign))
        (stats(visit, &report.told))
        @if campaign.state != State::Draft { (lift::section(visit, campaign, &report.told.sums, &kept)) }
        @if !report.days.is_empty() { (by_day(visit, &report)) }
        (by_channel(visit, &report))
        (aim::card(visit, campaign, &report.aim))
        (parts::section(visit.say("What it says", "素材"), None, says(visit, &report)))
        (parts::section(visit.say("Terms", "条件"), None, parts::card(parts::definitions(&[
            (visit.say("Who pays", "付费方"), html! { (report.payer.in_(visit.lang)) }),
            (visit.say("Budget", "预算"), html! { (campaign.budget) }),
            (visit.say("Price of a click", "点击单价"), html! { (campaign.click_price) }),
            (visit.say("Flight", "投放期"), html! { (flight(visit, campaign)) }),
            (visit.say("Hold-out", "对照组"), html! { (money::percent(campaign.holdout.ppm, visit.lang)) }),
        ]))))
    };
    Ok(Page::console(campaign.name.clone(), body).status(form.status()))
}

fn actions(visit: &Visit, campaign: &Campaign) -> Markup {
    let at = address(&campaign.id);
    let press =
        |weight, end: &str, en, zh| parts::press(weight, &format!("{at}/{end}"), &[], visit.say(en, zh));
    html! {
        (state_pill(visit, campaign.state))
        @match campaign.state {
            State::Draft => (press(Weight::Primary, "launch", "Launch it", "上线投放")),
            State::Live => (press(Weight::Quiet, "pause", "Pause", "暂停")),
            State::Paused => (press(Weight::Primary, "resumption", "Resume", "恢复投放")),
            State::Ended => {},
        }
        @if campaign.state != State::Ended { (press(Weight::Grave, "end", "End it", "结束")) }
    }
}

/// What to know before reading the numbers.
fn standing(visit: &Visit, campaign: &Campaign) -> Markup {
    let over = campaign.ends_at <= visit.now && campaign.state != State::Ended;
    let early = campaign.starts_at > visit.now && campaign.state == State::Live;
    html! {
        @if campaign.state == State::Draft && !over {
            (parts::alert(Tone::Lantern, visit.say("This is a plan. Launch it to show it from its first day on.", "这还是草稿，上线后从首日起投放。"), None))
        } @else if over {
            (parts::alert(Tone::Plain, visit.say("Its last day has passed; it is no longer shown.", "投放期已过，不再展示。"), None))
        } @else if early {
            (parts::alert(Tone::Plain, visit.say("It is ready and will be shown from its first day on.", "已就绪，将从首日起展示。"), None))
        }
    }
}

fn stats(visit: &Visit, told: &Told) -> Markup {
    let (sums, budget) = (&told.sums, told.campaign.budget);
    let amount = |minor| money::full(minor, budget.currency.code());
    let glance = |minor| money::compact(minor, budget.currency.code(), visit.lang);
    let share = (sums.spend_minor.saturating_mul(100) / budget.minor.max(1)).clamp(0, 100) as u8;
    let sales = sums.credited_tickets_minor + sums.credited_products_minor;
    let each = if sums.spend_minor == 0 { String::new() } else { back(visit, sales, sums.spend_minor) };
    let orders = match visit.lang {
        Lang::En => format!(
            "{} orders; {} tickets, {} goods",
            money::grouped(sums.credited_orders),
            amount(sums.credited_tickets_minor),
            amount(sums.credited_products_minor)
        ),
        Lang::Zh => format!(
            "{} 单；影票 {}，商品 {}",
            money::grouped(sums.credited_orders),
            amount(sums.credited_tickets_minor),
            amount(sums.credited_products_minor)
        ),
    };
    let of = format!("{} {budget}", visit.say("of", "预算"));
    let stat = |label, value: &str, delta: &str, note: &str| {
        parts::Stat { label, value, delta, note, ..parts::Stat::default() }.render()
    };
    let spent = parts::Stat {
        label: visit.say("Spent", "已花费"),
        value: &glance(sums.spend_minor),
        note: &of,
        ..parts::Stat::default()
    };
    parts::grid(
        4,
        html! {
            (spent.with(parts::progress(visit.say("used", "已用"), share)))
            (stat(visit.say("Impressions", "曝光"), &money::grouped(sums.impressions), "", ""))
            (stat(visit.say("Clicks", "点击"), &money::grouped(sums.clicks), "", &rate(visit, sums.clicks, sums.impressions)))
            (stat(visit.say("Credited sales", "归因销售"), &glance(sales), &each, &orders))
        },
    )
}

/// `¥14.2 back for every ¥1`
fn back(visit: &Visit, sales: i64, spent: i64) -> String {
    let times = sales as f64 / spent as f64;
    match visit.lang {
        Lang::En => format!("{times:.1} times the spend"),
        Lang::Zh => format!("花费的 {times:.1} 倍"),
    }
}

fn by_day(visit: &Visit, report: &Report) -> Markup {
    let first = report.told.campaign.starts_at.day_in(&visit.home.zone);
    let begun = report.days.first().map_or(0, |day| day.day);
    let last = report.days.last().map_or(0, |day| day.day);
    let all: Vec<ByDay> = (begun..=last)
        .map(|day| {
            report
                .days
                .iter()
                .find(|known| known.day == day)
                .copied()
                .unwrap_or(ByDay { day, ..ByDay::default() })
        })
        .collect();
    let drawn = &all[all.len().saturating_sub(DAYS_DRAWN)..];
    let say = |day: i64| first.plus(day as i32).say(visit.lang);
    let clicks: i64 = all.iter().map(|day| day.clicks).sum();
    let best = all.iter().max_by_key(|day| day.clicks).map(|day| say(day.day)).unwrap_or_default();
    let title = match (visit.lang, clicks) {
        (Lang::En, 0) => "Seen, but not followed yet".to_owned(),
        (Lang::Zh, 0) => "已有曝光，还没有点击".to_owned(),
        (Lang::En, _) => format!("{} clicks so far, most of them on {best}", money::grouped(clicks)),
        (Lang::Zh, _) => format!("共 {} 次点击，{best}最多", money::grouped(clicks)),
    };
    let short = |day: i64| short_day(first.plus(day as i32), visit.lang);
    let chart = Columns {
        lang: visit.lang,
        title: &title,
        says: &title,
        labels: drawn.iter().map(|day| short(day.day)).collect(),
        stacks: vec![Series::new(
            visit.say("clicks", "点击"),
            drawn.iter().map(|day| Some(day.clicks as f64)).collect(),
            Paint::Lantern,
        )],
        growth: None,
    };
    let columns = [
        Column::new(visit.say("Day", "日期"), Kind::Date),
        Column::new(visit.say("Impressions", "曝光"), Kind::Number),
        Column::new(visit.say("Clicks", "点击"), Kind::Number),
        Column::new(visit.say("Spent", "花费"), Kind::Money),
    ];
    let code = report.told.campaign.budget.currency.code();
    let row = |day: &ByDay| {
        let date = first.plus(day.day as i32);
        vec![
            Cell::date(&date.to_string(), &date.say(visit.lang)),
            Cell::number(day.impressions),
            Cell::number(day.clicks),
            Cell::money(day.spent_minor, code),
        ]
    };
    let figure = Figure {
        lang: visit.lang,
        title: &title,
        unit: visit.say("clicks a day", "每日点击次数"),
        source: visit.say("our own pages", "本站记录"),
        chart: chart.render(),
        table: Table::new(visit.say("By day", "按日"), &columns, all.iter().map(row).collect()),
    };
    html! { div class="section" { (figure.render()) } }
}

fn by_channel(visit: &Visit, report: &Report) -> Markup {
    let code = report.told.campaign.budget.currency.code();
    let clicks: i64 = report.channels.iter().map(|channel| channel.clicks).sum();
    let shown: Vec<String> = report.channels.iter().map(|channel| money::grouped(channel.clicks)).collect();
    let rows: Vec<Bar> = report
        .channels
        .iter()
        .zip(&shown)
        .map(|(channel, shown)| Bar {
            label: channel.channel.in_(visit.lang),
            value: channel.clicks as f64,
            shown,
            paint: Paint::Water,
        })
        .collect();
    let title = finding(visit, &report.channels, clicks);
    let columns = channel_columns(visit);
    let cells = report.channels.iter().map(|channel| channel_row(visit, channel, code)).collect();
    let table = Table::new(visit.say("By channel", "按渠道"), &columns, cells);
    html! {
        div class="section" {
            @if clicks > 0 {
                (Figure {
                    lang: visit.lang,
                    title: &title,
                    unit: visit.say("clicks by channel", "各渠道点击"),
                    source: visit.say("our own pages", "本站记录"),
                    chart: html! { div class="chart-box" { (bars(&title, &title, &rows)) } },
                    table,
                }.render())
            } @else { (table.render(visit.lang)) }
        }
    }
}

fn finding(visit: &Visit, channels: &[ByChannel], clicks: i64) -> String {
    let Some(best) = channels.first() else { return String::new() };
    let (name, share) =
        (best.channel.in_(visit.lang), money::percent(best.clicks * 1_000_000 / clicks.max(1), visit.lang));
    match visit.lang {
        Lang::En => format!("{name} brings {share} of the clicks"),
        Lang::Zh => format!("{name}带来 {share} 的点击"),
    }
}

fn channel_columns(visit: &Visit) -> [Column<'static>; 7] {
    [
        Column::new(visit.say("Channel", "渠道"), Kind::Text),
        Column::new(visit.say("Allotted", "分配预算"), Kind::Money),
        Column::new(visit.say("Spent", "花费"), Kind::Money),
        Column::new(visit.say("Impressions", "曝光"), Kind::Number),
        Column::new(visit.say("Clicks", "点击"), Kind::Number),
        Column::new(visit.say("Orders", "归因订单"), Kind::Number),
        Column::new(visit.say("Sales", "归因销售"), Kind::Money),
    ]
}

fn channel_row(visit: &Visit, channel: &ByChannel, code: &str) -> Vec<Cell> {
    vec![
        Cell::link(&format!("/shops/{}", channel.slug), channel.channel.in_(visit.lang)),
        Cell::money(channel.allotted_minor, code),
        Cell::money(channel.spent_minor, code),
        Cell::number(channel.impressions),
        Cell::number(channel.clicks),
        Cell::number(channel.orders),
        Cell::money(channel.sales_minor, code),
    ]
}

/// The ad as readers of either language see it.
fn says(visit: &Visit, report: &Report) -> Markup {
    let mut cards = Vec::new();
    for creative in &report.creatives {
        let art = if creative.artwork.is_empty() { &report.artwork } else { &creative.artwork };
        for lang in [Lang::Zh, Lang::En].into_iter().filter(|lang| creative.speaks(*lang)) {
            let card = AdCard {
                href: "#",
                picture: &picture(art),
                title: creative.headline.in_(lang),
                line: creative.text.in_(lang),
                advertiser: report.payer.in_(lang),
                seen: "",
            };
            cards.push(card.render(lang));
        }
    }
    html! {
        @if cards.is_empty() { p class="muted" { (visit.say("It says nothing yet.", "还没有素材。")) } }
        (parts::product_grid(&cards))
    }
}
