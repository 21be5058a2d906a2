//! The market by year: what mainland China's cinemas took, how it grew, what the rules let in; and what opens next.
//! A house that is at home elsewhere sees what opens next.

use crate::answer::{Answer, Page};
use crate::console::sheet;
use crate::look::chart::{Columns, Figure, Paint, Series};
use crate::look::parts::{self, Stat, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money, unbroken};
use crate::visit::Visit;
use flows::views::release_calendar::{self, Coming};
use kernel::{Lang, Money, Share, Territory, Words};
use market::history::{Basis, History, Year};
use market::rules::{Entry, Rule, Rules};
use maud::{Markup, html};
use std::sync::LazyLock;

static HISTORY: LazyLock<History> = LazyLock::new(History::mainland_china);
static RULES: LazyLock<Rules> = LazyLock::new(Rules::mainland_china);

/// Films to come that are listed, at most.
const COMING_MAX: usize = 60;

/// The year that the totals began to include service fees.
const CHANGED: i16 = 2017;

pub async fn show(visit: Visit) -> Answer<Page> {
    let now = visit.now;
    let coming = visit.read(move |view| release_calendar::coming(view, now)).await?;
    let heading = visit.say("Market", "市场");
    let brings_in = visit.site.leads("/console/market/imports", &visit.actor);
    let imports = html! { @if brings_in { (parts::link_button(Weight::Quiet, "/console/market/imports", visit.say("Imported figures", "导入的数据"))) } };
    let next = parts::section(visit.say("What opens next", "即将上映"), None, opens_next(&visit, &coming));
    // The history and the rules that we have are mainland China's; they are nobody else's.
    let body = if visit.home.territory == Territory::CN {
        html! {
            (parts::heading(heading, visit.say("The box office of mainland China, year by year.", "中国内地历年票房。"), imports))
            (tiles(&visit))
            (basis(&visit))
            (figure(&visit))
            (next)
            (parts::section(visit.say("What the rules let in", "进口片规则"), None, rules(&visit)))
            (parts::section(visit.say("Sources", "来源"), None, sources(&visit)))
        }
    } else {
        html! { (parts::heading(heading, &elsewhere(&visit), imports)) (next) }
    };
    Ok(Page::console(heading, body))
}

/// What is known of a market whose history did not come with the program.
fn elsewhere(visit: &Visit) -> String {
    let Words { en, zh } = visit.home.territory.words();
    let market = market::series::Market::of(visit.home.territory);
    match (visit.lang, market.is_some()) {
        (Lang::En, true) if market.is_some_and(|market| !market.is_daily()) => format!(
            "{en}: only a weekly chart of this market is read. Import it for the films and what they took; forecasts follow single days and learn from a daily chart only, so they know the films sold here."
        ),
        (Lang::Zh, true) if market.is_some_and(|market| !market.is_daily()) => format!(
            "{zh}目前只支持周票房榜：导入后可查看影片与周票房；预测按日推算，只能从日票房榜学习，因此只依据本平台售出的影片。"
        ),
        (Lang::En, true) => format!(
            "{en}: no history of this market comes with the program; import its daily chart, and forecasts learn from it."
        ),
        (Lang::En, false) => format!(
            "{en}: no history of this market comes with the program, and its charts cannot be read yet; forecasts know the films sold here."
        ),
        (Lang::Zh, true) => format!("程序不附带{zh}的历史数据；导入其每日榜单后，预测会从中学习。"),
        (Lang::Zh, false) => {
            format!("程序不附带{zh}的历史数据，也暂不支持其榜单；预测只依据本平台售出的影片。")
        }
    }
}

fn change(share: Share, lang: Lang) -> String {
    money::change(share.ppm, lang)
}

fn tiles(visit: &Visit) -> Markup {
    let years = HISTORY.years();
    let newest = years.last();
    let best = years.iter().max_by_key(|year| year.gross.minor);
    html! {
        (parts::grid(4, html! {
            @if let Ok(year) = HISTORY.year(2014) { (tile(visit, year, visit.say("the world’s second market", "全球第二大市场"))) }
            @if let Ok(year) = HISTORY.year(2016) { (tile(visit, year, visit.say("the year of the slowdown", "增速骤降的一年"))) }
            @if let Some(year) = best { (tile(visit, year, visit.say("the largest year so far", "迄今最高的一年"))) }
            @if let Some(year) = newest { (tile(visit, year, visit.say("the newest year here", "最新的一年"))) }
        }))
    }
}

fn tile(visit: &Visit, year: &Year, note: &str) -> Markup {
    let lang = visit.lang;
    let growth = year.growth_official;
    let dollars = year
        .gross_usd
        .map_or(String::new(), |dollars| format!(" · {}", money::compact(dollars.minor, "USD", lang)));
    let (tone, way) = match growth {
        Some(growth) if growth.ppm < 0 => (Tone::Cinnabar, "down"),
        Some(_) => (Tone::Jade, "up"),
        None => (Tone::Plain, ""),
    };
    let delta = growth.map_or(String::new(), |growth| match lang {
        Lang::En => format!("{} on {}", change(growth, lang), year.year - 1),
        Lang::Zh => format!("比 {} 年 {}", year.year - 1, change(growth, lang)),
    });
    let value = money::compact(year.gross.minor, year.gross.currency.code(), lang);
    let note = format!("{note}{dollars}");
    Stat { label: &year.year.to_string(), value: &value, delta: &delta, note: &note, tone, way, href: None }
        .render()
}

/// Why two totals do not count the same.
fn basis(visit: &Visit) -> Markup {
    let Some(warning) = HISTORY.growth(CHANGED - 1, CHANGED).ok().and_then(|growth| growth.warning()) else {
        return html! {};
    };
    let what = visit.say(
        "Until 2016 the published totals leave out the service fees of online ticketing. ",
        "2016 年及以前的公布总额不含在线购票服务费。",
    );
    html! { div class="alerts" { (parts::alert(Tone::Lantern, &format!("{what}{}", unbroken(&warning, visit.lang)), None)) } }
}

fn label(year: &Year) -> String {
    if year.year == CHANGED { format!("{}*", year.year) } else { year.year.to_string() }
}

fn parts_of(year: &Year) -> (Option<f64>, Option<f64>) {
    let gross = year.gross.minor as f64 / 100.0;
    let domestic = year.share_of_domestic().map(|share| share.ppm as f64 / 1e6);
    (domestic.map(|part| gross * part), domestic.map(|part| gross * (1.0 - part)))
}

fn figure(visit: &Visit) -> Markup {
    let years = HISTORY.years();
    let (domestic, imports) = years.iter().map(parts_of).unzip();
    let growth = years.iter().map(|year| year.growth_official.map(Share::as_percent)).collect();
    let chart = Columns {
        lang: visit.lang,
        title: visit.say("Box office by year and origin", "历年票房（国产与进口）"),
        says: visit.say(
            "Gross grew every year until 2019, fastest in 2010 and 2015, slowest in 2016; 2020 lost two thirds.",
            "2019 年以前逐年增长，2010、2015 年最快，2016 年最慢；2020 年下跌三分之二。",
        ),
        labels: years.iter().map(label).collect(),
        stacks: vec![
            Series::new(visit.say("domestic films", "国产片"), domestic, Paint::Lantern),
            Series::new(visit.say("imports", "进口片"), imports, Paint::Water),
        ],
        growth: Some((visit.say("growth as announced, %", "公布增速（%）"), growth)),
    };
    let columns = columns(visit);
    let table = Table::new(
        visit.say("Box office by year", "历年票房"),
        &columns,
        years.iter().rev().map(|year| row(visit, year)).collect(),
    );
    Figure {
        lang: visit.lang,
        title: visit.say(
            "After 2014 and 2015 grew by 36 % and 49 %, growth fell to 4 % in 2016",
            "2014、2015 年增长 36% 和 49% 之后，2016 年增速降到 4%",
        ),
        unit: visit.say(
            "box office a year, CNY; * from 2017 on with service fees",
            "年度票房，元；* 2017 年起含服务费",
        ),
        source: visit.say(
            "State Film Administration as reported by the press; the reports of each year are listed below",
            "国家电影主管部门数据，经媒体报道；各年出处见下",
        ),
        chart: chart.render(),
        table: table.csv("/console/market.csv"),
    }
    .render()
}

fn columns(visit: &Visit) -> [Column<'_>; 10] {
    let head = |en, zh, kind| Column::new(visit.say(en, zh), kind);
    [
        head("Year", "年份", Kind::Date),
        head("Box office", "票房", Kind::Money),
        head("Growth, announced", "公布增速", Kind::Share),
        head("Like for like", "同口径增速", Kind::Share),
        head("Domestic share", "国产片占比", Kind::Share),
        head("In dollars", "美元", Kind::Money),
        head("Admissions", "人次", Kind::Number),
        head("Average ticket", "平均票价", Kind::Money),
        head("Screens", "银幕", Kind::Number),
        head("Counts", "口径", Kind::Text),
    ]
}

fn row(visit: &Visit, year: &Year) -> Vec<Cell> {
    let lang = visit.lang;
    let amount = |money: Option<Money>| {
        money.map_or_else(Cell::none, |money| Cell::money(money.minor, money.currency.code()))
    };
    let glance = |money: Option<Money>| {
        money.map_or_else(Cell::none, |money| Cell::glance(money.minor, money.currency.code(), lang))
    };
    let like = HISTORY.growth(year.year - 1, year.year).ok().map(|growth| growth.like_for_like);
    let grew = |share: Option<Share>| share.map_or_else(Cell::none, |share| Cell::change(share.ppm, lang));
    let number = |number: Option<i64>| number.map_or_else(Cell::none, Cell::number);
    let crowd = year.admissions.map_or_else(Cell::none, |admissions| {
        Cell::markup(html! { (money::count(admissions, lang)) }, &admissions.to_string())
    });
    vec![
        Cell::date(&year.year.to_string(), &label(year)),
        glance(Some(year.gross)),
        grew(year.growth_official),
        grew(like),
        year.share_of_domestic().map_or_else(Cell::none, |share| Cell::share(share.ppm, lang)),
        glance(year.gross_usd),
        crowd,
        amount(year.average_ticket_price()),
        number(year.screens),
        Cell::text(year.basis.words().in_(lang)),
    ]
}

/// Films to come, ours and those that imported calendars announce.
fn opens_next(visit: &Visit, coming: &[Coming]) -> Markup {
    let columns = [
        Column::new(visit.say("Opens", "上映"), Kind::Date),
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Genres", "类型"), Kind::Text),
        Column::new(visit.say("Announced", "公布"), Kind::Date),
    ];
    let row = |one: &Coming| {
        let name = one.name.in_(visit.lang);
        let film = match &one.ours {
            Some(title) if visit.site.leads("/console/slate/{title}", &visit.actor) => {
                Cell::link(&format!("/console/slate/{title}"), name)
            }
            _ => match &one.distributor {
                Some(house) => Cell::text(&format!("{name} · {house}")),
                None => Cell::text(name),
            },
        };
        let known = match one.since {
            None => Cell::text(visit.say("on our slate", "本平台片单")),
            Some(at) => Cell::date(&at.rfc3339(), &at.day_in(&visit.home.zone).say(visit.lang)),
        };
        vec![
            Cell::date(&one.release.to_string(), &one.release.say(visit.lang)),
            film,
            Cell::text(&one.genres.join(visit.say(", ", "、"))),
            known,
        ]
    };
    Table::new(
        visit.say("Films to come", "待映影片"),
        &columns,
        coming.iter().take(COMING_MAX).map(row).collect(),
    )
    .empty(if visit.site.leads("/console/market/imports", &visit.actor) {
        visit.say(
            "Nothing is announced. Import a calendar of releases, and forecasts know the rivals to come.",
            "暂无待映影片。导入上映日程后，预测会考虑即将上映的竞争影片。",
        )
    } else {
        visit.say(
            "Nothing is announced. Once an operator imports a calendar of releases, forecasts know the rivals to come.",
            "暂无待映影片。运营者导入上映日程后，预测会考虑即将上映的竞争影片。",
        )
    })
    .render(visit.lang)
}

fn rules(visit: &Visit) -> Markup {
    let columns = [
        Column::new(visit.say("Rule", "规则"), Kind::Text),
        Column::new(visit.say("Years", "年份"), Kind::Date),
        Column::new(visit.say("Value", "数值"), Kind::Text),
    ];
    let row = |entry: &Entry| {
        let (name, value) = rule(visit.lang, entry.rule);
        let years = match (entry.to, visit.lang) {
            (Some(to), _) if to == entry.from => to.to_string(),
            (Some(to), _) => format!("{}–{to}", entry.from),
            (None, Lang::En) => format!("since {}", entry.from),
            (None, Lang::Zh) => format!("{} 年起", entry.from),
        };
        vec![
            Cell::text(name.in_(visit.lang)),
            Cell::date(&entry.from.to_string(), &years),
            Cell::text(&value),
        ]
    };
    Table::new(
        visit.say("Imports into mainland China", "进口片规则"),
        &columns,
        RULES.entries().iter().map(row).collect(),
    )
    .render(visit.lang)
}

fn rule(lang: Lang, rule: Rule) -> (Words, String) {
    let films = |low: i64, high: i64| match (lang, low == high) {
        (Lang::En, true) => format!("{} a year", kernel::counted(low, "film", "films")),
        (Lang::En, false) => format!("{low} to {high} films"),
        (Lang::Zh, true) => format!("每年 {low} 部"),
        (Lang::Zh, false) => format!("{low} 至 {high} 部"),
    };
    match rule {
        Rule::ImportQuota { films: count } => {
            (Words::new("Revenue-share imports allowed", "进口分账片配额"), films(count, count))
        }
        Rule::ImportsUsed { low, high } => {
            (Words::new("Revenue-share imports let in", "实际引进的分账片"), films(low, high))
        }
        Rule::ForeignShare { low, high } => {
            let (low, high) = (money::percent(low.ppm, lang), money::percent(high.ppm, lang));
            let range = match lang {
                _ if low == high => low,
                Lang::En => format!("{low} to {high}"),
                Lang::Zh => format!("{low} 至 {high}"),
            };
            (Words::new("The foreign studio’s part of the gross", "外方所得票房比例"), range)
        }
        Rule::DomesticScreenTime { numerator, denominator } => {
            let value = match lang {
                Lang::En => format!("at least {numerator} of {denominator} minutes"),
                Lang::Zh => format!("不少于 {numerator}/{denominator}"),
            };
            (Words::new("Screen time of domestic films", "国产片放映时间"), value)
        }
    }
}

fn sources(visit: &Visit) -> Markup {
    let columns = [
        Column::new(visit.say("Year", "年份"), Kind::Date),
        Column::new(visit.say("Reported by", "出处"), Kind::Text),
        Column::new(visit.say("Remarks", "备注"), Kind::Text),
    ];
    let links = |list: &[String]| {
        html! { @for (i, source) in list.iter().enumerate() { @if i > 0 { ", " } (link(source)) } }
    };
    let row = |year: &Year| {
        let remarks = html! {
            span lang="en" { (year.notes) }
            @if !year.derived.is_empty() { " " (visit.say("Computed: ", "推算：")) span lang="en" { (year.derived) } }
        };
        vec![
            Cell::date(&year.year.to_string(), &label(year)),
            Cell::markup(links(&year.sources), ""),
            Cell::markup(remarks, ""),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = HISTORY.years().iter().rev().map(row).collect();
    let of_rules: Vec<String> = RULES.entries().iter().flat_map(|entry| entry.sources.clone()).collect();
    rows.push(vec![
        Cell::text(visit.say("Import rules", "进口片规则")),
        Cell::markup(links(&of_rules), ""),
        Cell::none(),
    ]);
    let word = visit.say("Where every number comes from", "每个数字的出处");
    html! { details class="card" { summary { (word) } (Table::new(word, &columns, rows).render(visit.lang)) } }
}

/// `https://… (a remark)`
fn link(source: &str) -> Markup {
    let (address, remark) = source.split_once(' ').unwrap_or((source, ""));
    if !(address.starts_with("https://") || address.starts_with("http://")) {
        return html! { (source) };
    }
    let shown = address.trim_start_matches("https://").trim_start_matches("http://");
    let host = shown.split('/').next().unwrap_or(shown);
    html! { a href=(address) rel="noreferrer noopener nofollow" title=(address) { (host) } @if !remark.is_empty() { " " (remark) } }
}

pub async fn csv(_: Visit) -> Answer {
    let head = [
        "year",
        "counts",
        "gross_cny",
        "growth_announced_percent",
        "growth_like_for_like_percent",
        "domestic_share_percent",
        "gross_usd",
        "admissions",
        "average_ticket_cny",
        "screens",
        "confidence",
        "sources",
    ];
    let rows: Vec<Vec<String>> = HISTORY.years().iter().map(cells).collect();
    Ok(sheet::csv("china-box-office", &head, &rows))
}

fn cells(year: &Year) -> Vec<String> {
    let percent = |share: Option<Share>| share.map_or(String::new(), |share| share.as_percent().to_string());
    let amount = |money: Option<Money>| money.map_or(String::new(), Money::decimal);
    let number = |number: Option<i64>| number.map_or(String::new(), |number| number.to_string());
    let counts = match year.basis {
        Basis::WithoutServiceFees => "without_service_fees",
        Basis::WithServiceFees => "with_service_fees",
    };
    let like = HISTORY.growth(year.year - 1, year.year).ok().map(|growth| growth.like_for_like);
    vec![
        year.year.to_string(),
        counts.to_owned(),
        year.gross.decimal(),
        percent(year.growth_official),
        percent(like),
        percent(year.share_of_domestic()),
        amount(year.gross_usd),
        number(year.admissions),
        amount(year.average_ticket_price()),
        number(year.screens),
        year.confidence.code().to_owned(),
        year.sources.join(" | "),
    ]
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;
    use kernel::{Role, Zone};

    #[tokio::test]
    async fn the_years_are_told_with_what_they_count() {
        let town = Town::new();
        let (_, ann) = town.staff("ann", Role::Studio).await;
        let page = ann.get("/console/market").await;
        assert_eq!(page.status, StatusCode::OK);
        for part in [
            "+36.2\u{202f}% on 2013",
            "$4.82bn",
            "2017*",
            "+22.32\u{202f}% as published, +13.45\u{202f}% like for like",
            "34 films a year",
            "at least 2 of 3 minutes",
            "service fees included",
            "variety.com",
        ] {
            assert!(page.text.contains(part), "{part}");
        }
        let zh = ann.get("/console/market?lang=zh").await;
        assert!(zh.text.contains("2016 年增速降到 4%") && zh.text.contains("进口分账片配额"));
    }

    #[tokio::test]
    async fn a_market_of_weekly_charts_says_why_nothing_is_learned_of_it() {
        let town = Town::new();
        let operator = town.operator().await;
        operator.post("/console/house", &[("territory", "TW")]).await;
        let page = operator.get("/console/market").await.text;
        assert!(page.contains("only a weekly chart of this market is read"), "{page}");
        assert!(!page.contains("import its daily chart"), "{page}");
        let zh = operator.get("/console/market?lang=zh").await.text;
        assert!(zh.contains("台湾目前只支持周票房榜"), "{zh}");
    }

    #[tokio::test]
    async fn what_opens_next_is_ours_and_what_calendars_announce() {
        let town = Town::new();
        let operator = town.operator().await;
        assert!(operator.get("/console/market").await.text.contains("Nothing is announced."));
        let soon = town.house.now().day_in(&Zone::shanghai()).plus(30);
        let calendar = format!(
            "片名,上映日期,类型,发行\n长城,{soon},动作,中影\n星河,待定,科幻,\n远方,{},爱情,\n",
            soon.plus(2_000)
        );
        let file = ("calendar.csv", calendar.as_bytes());
        let sent = operator.upload("/console/market/imports", &[("kind", "")], file).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let (_, ann) = town.staff("ann", Role::Studio).await;
        let page = ann.get("/console/market").await.text;
        assert!(page.contains("长城 · 中影") && page.contains("Announced"), "{page}");
        assert!(!page.contains("星河") && !page.contains("远方"), "no day, or one too far away");
        assert!(ann.get("/console/market?lang=zh").await.text.contains("待映影片"));
    }

    #[tokio::test]
    async fn the_file_holds_every_year() {
        let town = Town::new();
        let (_, chen) = town.staff("chen", Role::Cinema).await;
        let file = chen.get("/console/market.csv").await;
        assert_eq!(file.text.lines().count(), 21);
        assert!(file.text.contains("2014,without_service_fees,29640000000.00,36.15,"), "{}", file.text);
        let (_, tea) = town.staff("tea", Role::Merchant).await;
        for path in ["/console/market", "/console/market.csv"] {
            assert_eq!(tea.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
}
