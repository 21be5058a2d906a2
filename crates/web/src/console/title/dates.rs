//! The days the title might open: what each would bring under each scenario of the import rules, with ranges, and why.

use super::{Side, find, side};
use crate::answer::{Answer, Page};
use crate::look::chart::{Band, Figure, Line, Paint, Series};
use crate::look::money::Told;
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{money, parts, say, unbroken};
use crate::visit::{StudioStaff, Visit};
use axum::extract::Path;
use demand::in_release::Range;
use demand::opening::{Comparable, Forecast, Window};
use demand::planning::release_date::{Choice, Question, SHARE_WEEKS, compare};
use flows::views::release_dates;
use kernel::{Dice, Error, Lang, Refusal, Words};
use maud::{Markup, html};
use titles::Title;

/// The same throws at every look, so that the page does not change by itself.
const SEED: u64 = 1;
const PAINTS: [Paint; 3] = [Paint::Jade, Paint::Lantern, Paint::Cinnabar];

pub async fn show(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &staff, &id).await?;
    let opening = opening(&visit, &title).await?;
    let (house, of, now, lang) = (visit.house.clone(), title.clone(), visit.now, visit.lang);
    let body = match visit.read(move |view| release_dates::known(&house, view, &of, now)).await {
        Ok(known) => {
            let of = title.clone();
            let work = move || {
                let asked = release_dates::ask(&known, &of, now, lang)?;
                let choices = compare(&asked.question, &mut Dice::seeded(SEED))?;
                Ok((asked, choices))
            };
            let done: Result<_, Refusal> =
                tokio::task::spawn_blocking(work).await.map_err(|_| Error::fault("comparing stopped"))?;
            match done {
                Ok((asked, choices)) => {
                    told(visit.told(visit.home.currency), &asked.question, &choices, &asked.because)
                }
                Err(refusal) if refusal.kind == kernel::Kind::Conflict => refused(lang, &refusal),
                Err(refusal) => return Err(Error::from(refusal).into()),
            }
        }
        Err(Error::Refused(refusal)) if refusal.kind == kernel::Kind::Conflict => refused(lang, &refusal),
        Err(error) => return Err(error.into()),
    };
    Ok(side(&visit, &title, Side::Dates, html! { div class="stack" { (opening) (body) } }))
}

fn refused(lang: Lang, refusal: &Refusal) -> Markup {
    let title = say(lang, "No days to compare", "暂无可比较的档期");
    parts::empty(title, refusal.say.in_(lang), None)
}

/// What the title will open with: before its premiere, and nothing once that day has come.
pub(super) async fn opening(visit: &Visit, title: &Title) -> Result<Markup, Error> {
    let (lang, now) = (visit.lang, visit.now);
    if title.premiere.is_none_or(|day| day <= visit.today()) {
        return Ok(html! {});
    }
    let (house, of) = (visit.house.clone(), title.clone());
    let (openings, film) = visit.read(move |view| release_dates::film(&house, view, &of, now)).await?;
    let work = move || release_dates::opening(&openings, film.as_ref(), now);
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Error::fault("forecasting stopped"))?;
    let heading = say(lang, "What it will open with", "开画预测");
    Ok(match done {
        Ok(forecast) => foreseen(visit.told(visit.home.currency), heading, &forecast),
        Err(refusal) => parts::titled_card(heading, html! { p class="muted" { (refusal.say.in_(lang)) } }),
    })
}

fn foreseen(sums: Told, heading: &str, forecast: &Forecast) -> Markup {
    let lang = sums.lang;
    let glance = |minor| sums.cell(minor);
    let between = |range: Range| Cell::text(&between(range, sums));
    let row = |window: Window| {
        let expected = forecast.of(window);
        let name = Cell::text(window.words().in_(lang));
        vec![name, glance(expected.amount), between(expected.half), between(expected.wide)]
    };
    let column = |en, zh, kind| Column::new(say(lang, en, zh), kind);
    let windows = [
        column("", "", Kind::Text),
        column("Forecast", "预测", Kind::Money),
        column("One time in two", "五成把握区间", Kind::Text),
        column("Nine times in ten", "九成把握区间", Kind::Text),
    ];
    let films = [
        column("Comparable film", "可比影片", Kind::Text),
        column("Opened", "上映日期", Kind::Date),
        column("First week then", "当时首周", Kind::Money),
        column("In today’s market", "折合今日市场", Kind::Money),
    ];
    let alike = |one: &Comparable| {
        let opened = Cell::date(&one.release.to_string(), &one.release.in_full(lang));
        vec![Cell::text(&one.name), opened, glance(one.first_week), glance(one.first_week_today)]
    };
    let windows =
        Table::new(say(lang, "Takings with ranges", "票房及区间"), &windows, Window::ALL.map(row).into());
    let comparables = forecast.comparables.iter().map(alike).collect();
    let comparables = Table::new(say(lang, "Comparable films", "可比影片"), &films, comparables);
    parts::titled_card(
        heading,
        html! {
            div class="stack" {
                (windows.render(lang))
                ul { @for sentence in &forecast.because { li { (unbroken(sentence, lang)) } } }
                (comparables.render(lang))
            }
        },
    )
}

fn told(sums: Told, question: &Question, choices: &[Choice], because: &[Words]) -> Markup {
    let lang = sums.lang;
    // The rules as they are; what they may become stands beside it.
    let code = question.scenarios.first().map_or("", |one| one.code.as_str());
    let best = choices.iter().filter(|one| one.scenario == code).max_by_key(|one| one.total.amount);
    let Some(best) = best else { return html! {} };
    let (day, total) = (best.day.say(lang), sums.glance(best.total.amount));
    let finding = match lang {
        Lang::En => format!("{day} promises the most: {total}"),
        Lang::Zh => format!("{day} 上映预计票房最高：{total}"),
    };
    html! {
        div class="stack" {
            (figure(sums, question, choices, code, &finding))
            (parts::titled_card(say(lang, "Because", "依据"), html! { ul { @for because in best.because.iter().chain(because) { li { (unbroken(because, lang)) } } } }))
        }
    }
}

fn figure(sums: Told, question: &Question, choices: &[Choice], code: &str, title: &str) -> Markup {
    let of = |code: &str| choices.iter().filter(|one| one.scenario == code).collect::<Vec<&Choice>>();
    let shown = of(code);
    let lang = sums.lang;
    let major = |minor: i64| Some(sums.major(minor));
    // The wide range is several times the median and would press the lines to the floor; the numbers have it.
    let half = Band {
        name: say(lang, "one time in two", "五成把握区间"),
        low: shown.iter().map(|one| major(one.total.half.low)).collect(),
        high: shown.iter().map(|one| major(one.total.half.high)).collect(),
        inner: true,
    };
    let lines = question.scenarios.iter().zip(PAINTS).map(|(scenario, paint)| {
        let values = of(&scenario.code).into_iter().map(|one| major(one.total.amount)).collect();
        let line = Series::new(scenario.name.in_(lang), values, paint);
        if scenario.code == code { line } else { line.dashed() }
    });
    let chart = Line {
        lang,
        title,
        says: title,
        labels: shown.iter().map(|one| one.day.say(lang)).collect(),
        series: lines.collect(),
        bands: vec![half],
        area: false,
        mark: None,
    };
    let share = domestic_share(lang, question, choices, &shown);
    let unit = &sums
        .caption("box office of the first eight weeks, by the day of opening", "上映后八周票房，按上映日期");
    let source =
        say(lang, "the imported daily chart, the slate, the import rules", "导入的日票房、片单、进口片规定");
    let chart = html! { (chart.render()) (share) };
    let columns = columns(lang);
    let rows = choices.iter().map(|one| row(sums, question, one)).collect();
    Figure { lang, title, unit, source, chart, table: Table::new(title, &columns, rows) }.render()
}

/// Domestic films' part of the market, under the same days: what one rule or another would do to it, with its spread.
fn domestic_share(lang: Lang, question: &Question, choices: &[Choice], shown: &[&Choice]) -> Markup {
    let percent = |part: f64| Some(100.0 * part);
    let lines = question.scenarios.iter().zip(PAINTS).enumerate().map(|(i, (scenario, paint))| {
        let of = choices.iter().filter(|one| one.scenario == scenario.code);
        let line = Series::new(
            scenario.name.in_(lang),
            of.map(|one| percent(one.domestic_share.mean)).collect(),
            paint,
        );
        if i == 0 { line } else { line.dashed() }
    });
    let half = Band {
        name: say(lang, "one time in two", "五成把握区间"),
        low: shown.iter().map(|one| percent(one.domestic_share.half.0)).collect(),
        high: shown.iter().map(|one| percent(one.domestic_share.half.1)).collect(),
        inner: true,
    };
    let heading = match lang {
        Lang::En => {
            format!("domestic films’ part of the market in the {SHARE_WEEKS} weeks from that day, percent")
        }
        Lang::Zh => format!("自该日起 {SHARE_WEEKS} 周国产片占大盘的百分比"),
    };
    let chart = Line {
        lang,
        title: &heading,
        says: &heading,
        labels: shown.iter().map(|one| one.day.say(lang)).collect(),
        series: lines.collect(),
        bands: vec![half],
        area: false,
        mark: None,
    };
    html! { p class="muted" { (heading) } (chart.render()) }
}

fn columns(lang: Lang) -> [Column<'static>; 8] {
    let column = |en, zh, kind| Column::new(say(lang, en, zh), kind);
    [
        column("Day", "日期", Kind::Date),
        column("Imports", "进口片情形", Kind::Text),
        column("First week", "首周", Kind::Money),
        column("Eight weeks", "八周合计", Kind::Money),
        column("Nine times in ten", "九成把握区间", Kind::Text),
        column("Best of all days", "各日中最佳的概率", Kind::Share),
        column("Domestic share", "国产片占比", Kind::Share),
        column("Nine times in ten", "九成把握区间", Kind::Text),
    ]
}

fn row(sums: Told, question: &Question, one: &Choice) -> Vec<Cell> {
    let lang = sums.lang;
    let scenario = question.scenarios.iter().find(|scenario| scenario.code == one.scenario);
    let glance = |minor| sums.cell(minor);
    let share = |part: f64| Cell::share((part * 1e6).round() as i64, lang);
    vec![
        Cell::date(&one.day.to_string(), &one.day.say(lang)),
        Cell::text(scenario.map_or("", |scenario| scenario.name.in_(lang))),
        glance(one.opening.amount),
        glance(one.total.amount),
        Cell::text(&between(one.total.wide, sums)),
        share(one.best),
        share(one.domestic_share.mean),
        Cell::text(&parts_between(one.domestic_share.wide, lang)),
    ]
}

/// `¥1.2m – ¥3m`
fn between(range: Range, sums: Told) -> String {
    format!("{} – {}", sums.glance(range.low), sums.glance(range.high))
}

/// `31 % – 58 %`
fn parts_between((low, high): (f64, f64), lang: Lang) -> String {
    let [low, high] = [low, high].map(|part| money::percent(((part * 100.0).round() * 1e4) as i64, lang));
    format!("{low} – {high}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::season::Season;
    use axum::http::StatusCode;
    use demand::in_release::Expected;
    use demand::planning::release_date::{self, Competition, Entrant, Scenario};
    use kernel::{Currency, Day, Zone};

    fn yuan(lang: Lang) -> Told {
        Told { currency: Currency::CNY, lang }
    }

    #[tokio::test]
    async fn what_cannot_be_compared_is_said_in_both_languages() {
        let season = Season::new().await;
        let path = format!("/console/slate/{}/dates", season.title);
        let opened = season.ann.get(&path).await;
        assert_eq!(opened.status, StatusCode::OK);
        assert!(opened.text.contains("The film has opened"), "{}", opened.text);
        let zh = season.ann.get(&format!("{path}?lang=zh")).await;
        assert!(zh.text.contains("影片已上映，无需再选档期。"), "{}", zh.text);
        let mut typed = crate::testing::FERRYMAN.to_vec();
        typed.retain(|(name, _)| *name != "premiere");
        typed.extend([("premiere", "2017-01-20"), ("studio", season.studio.0.as_str())]);
        let added = season.ann.post("/console/slate", &typed).await;
        let coming = season.ann.get(&format!("{}/dates", added.location())).await;
        assert!(coming.text.contains("at least a year of the home market"), "{}", coming.text);
        for page in [added.location().to_owned(), format!("{}/dates", added.location())] {
            let shown = season.ann.get(&page).await;
            assert!(shown.text.contains("What it will open with"), "{}", shown.text);
            assert!(shown.text.contains("too few to learn openings from"), "{}", shown.text);
            let zh = season.ann.get(&format!("{page}?lang=zh")).await;
            assert!(zh.text.contains("不足以学习开画表现"), "{}", zh.text);
        }
        assert!(!opened.text.contains("What it will open with"), "a film that runs has another forecast");
        assert_eq!(season.chen.get(&path).await.status, StatusCode::FORBIDDEN);
    }

    #[test]
    fn an_opening_is_told_with_its_ranges_its_likes_and_its_reasons() {
        let day = |text: &str| Day::parse(text).expect("a day");
        let expected = |yuan: i64| Expected {
            amount: yuan * 100,
            half: Range { low: yuan * 70, high: yuan * 140 },
            wide: Range { low: yuan * 30, high: yuan * 400 },
        };
        let comparable = Comparable {
            id: "river".into(),
            name: "River".into(),
            release: day("2014-07-10"),
            first_week: 4_000_000_000,
            first_week_today: 5_000_000_000,
        };
        let forecast = Forecast {
            as_of: day("2016-12-01").at(9, 0, &Zone::shanghai()),
            days_ahead: 22,
            day: expected(10_000_000),
            weekend: expected(30_000_000),
            week: expected(50_000_000),
            total: expected(90_000_000),
            comparables: vec![comparable],
            reasons: vec![],
            because: vec![Words::new("The season: +20 %.", "档期：+20%。")],
        };
        let shown = foreseen(yuan(Lang::En), "What it will open with", &forecast).into_string();
        for part in
            ["opening day", "first seven days", "Nine times in ten", "River", "The season: +20\u{202f}%."]
        {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
        let shown = foreseen(yuan(Lang::Zh), "开画预测", &forecast).into_string();
        assert!(shown.contains("首周末") && shown.contains("档期：+20%。"), "{shown}");
    }

    #[test]
    fn the_best_day_stands_first_with_its_ranges_and_reasons() {
        let day = |text: &str| Day::parse(text).expect("a day");
        let film = Entrant {
            id: "ours".into(),
            name: "Ours".into(),
            release: day("2017-01-20"),
            first_week: 10_000_000_000,
            spread: 0.5,
            genres: vec![],
            domestic: true,
            shared_audience: None,
        };
        let rival =
            Entrant { id: "guns".into(), name: "Guns".into(), first_week: 40_000_000_000, ..film.clone() };
        let scenario = |code: &str, imports_per_week| Scenario {
            code: code.into(),
            name: Words::new(code, code),
            imports_per_week,
            import_first_week: 10_000_000_000,
            import_spread: 0.8,
        };
        let question = Question {
            film,
            foreseen: None,
            slate: vec![rival],
            usual: release_date::Usual::default(),
            candidates: vec![day("2017-01-20"), day("2017-03-24")],
            scenarios: vec![scenario("none", 0.0), scenario("quota", 0.6)],
            season: release_date::Season::given(vec![1.0; 366], 50_000_000_000).expect("a season"),
            competition: Competition::default(),
        };
        let choices = compare(&question, &mut Dice::seeded(1)).expect("choices");
        let shown = told(yuan(Lang::En), &question, &choices, &[Words::new("From films.", "取自影片。")])
            .into_string();
        for part in [
            "Fri 24 Mar promises the most",
            "one time in two",
            "From films.",
            "Best of all days",
            "domestic films’ part of the market",
            "\u{202f}% – ",
        ] {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
        let shown = told(yuan(Lang::Zh), &question, &choices, &[]).into_string();
        assert!(shown.contains("3月24日 周五 上映预计票房最高") && !shown.contains("NaN"), "{shown}");
    }
}
