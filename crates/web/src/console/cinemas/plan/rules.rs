//! The form of the rules a cinema is planned by, and the rules in sentences.

use super::super::{Side, address, find, top};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::chart::clock;
use crate::look::money;
use crate::look::parts::{self, Field};
use crate::visit::{CinemaStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use box_office::planning::{self, Domestic, Goal, HOURS, Measure, Promise, Rules, Span};
use box_office::{Cinema, Hall, halls};
use flows::plan_showings as story;
use flows::views::showings_plan as views;
use kernel::ids::Id;
use kernel::{Currency, Day, HallId, Money, Refusal, Result, Share, TitleId, Words};
use maud::{Markup, html};
use titles::Title;

/// Rows that are offered for further promises.
const FREE_ROWS: usize = 2;

/// What the form is made for.
struct Room {
    rules: Rules,
    halls: Vec<Hall>,
    films: Vec<Title>,
}

async fn room(visit: &Visit, cinema: &Cinema) -> Result<Room> {
    let of = cinema.clone();
    visit
        .read(move |view| {
            let mut films: Vec<Title> =
                titles::all(view)?.into_iter().filter(|title| title.status.is_public()).collect();
            films.sort_by_key(|film| std::cmp::Reverse(film.premiere));
            let mut halls = halls::of_cinema(view, &of.place)?;
            halls.sort_by_key(|hall| (hall.name.en.len(), hall.name.en.clone()));
            Ok(Room { rules: views::rules(view, &of)?, halls, films })
        })
        .await
}

pub async fn show(visit: Visit, staff: CinemaStaff, Path(place): Path<String>) -> Answer<Page> {
    let cinema = find(&visit, &staff, &place).await?;
    let room = room(&visit, &cinema).await?;
    let form = filled(&room);
    Ok(page(&visit, &cinema, &room, &form))
}

pub async fn keep(visit: Visit, staff: CinemaStaff, Path(place): Path<String>, form: Form) -> Answer {
    let cinema = find(&visit, &staff, &place).await?;
    let room = room(&visit, &cinema).await?;
    let kept = match read(&form, &room, cinema.service_fee.currency) {
        Ok(rules) => {
            let of = cinema.clone();
            visit.write(&cinema.place, move |scene| story::rule(scene, &of, &rules)).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    match kept {
        Ok(()) => Ok(SeeOther::to(format!("{}/plan", address(&cinema.place)))
            .saying("The rules are kept; the next plan goes by them.", "规则已保存，下次排片按此进行。")
            .into_response()),
        Err(error) => Ok(page(&visit, &cinema, &room, &form.refused(error)?).into_response()),
    }
}

/// `09:00-25:00`; empty is closed.
fn span(form: &Form, field: &'static str) -> Result<Option<Span>, Refusal> {
    let text = form.text(field).trim().replace('–', "-");
    if text.is_empty() {
        return Ok(None);
    }
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let digits = |part: &str| {
            !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(hour) || !digits(minute) {
            return None;
        }
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (minute < 60 && hour <= 30).then_some(hour * 60 + minute)
    };
    let read = || {
        let (from, until) = text.split_once('-')?;
        Some(Span { from: minute(from)?, until: minute(until)? })
    };
    let bad = || {
        Refusal::field(
            field,
            "bad_hours",
            "Please write hours such as 09:00-25:00, where 25:00 is one o'clock at night; leave it empty for closed.",
            "请按 09:00-25:00 的格式填写（25:00 即次日 1 点），不营业请留空。",
        )
    };
    read().map(Some).ok_or_else(bad)
}

fn said(span: Span) -> String {
    format!("{:02}:{:02}-{:02}:{:02}", span.from / 60, span.from % 60, span.until / 60, span.until % 60)
}

/// A whole number, or none when the field was left empty.
fn maybe(form: &Form, field: &'static str, most: i64) -> Result<Option<u32>, Refusal> {
    if form.text(field).trim().is_empty() {
        return Ok(None);
    }
    Ok(Some(form.int(field, 0..=most)? as u32))
}

fn maybe_money(form: &Form, field: &'static str, currency: Currency) -> Result<Option<i64>, Refusal> {
    if form.text(field).trim().is_empty() {
        return Ok(None);
    }
    Ok(Some(form.money(field, currency)?.minor))
}

fn read(form: &Form, room: &Room, currency: Currency) -> Result<Rules, Refusal> {
    let mut hours = [None; 7];
    for (hours, field) in hours.iter_mut().zip(HOURS) {
        *hours = span(form, field)?;
    }
    let domestic = match form.text("domestic_measure") {
        "none" => None,
        code => Some(Domestic {
            part: form.percent("domestic_part")?,
            measure: if code == "showings" { Measure::Showings } else { Measure::ShowingTime },
            period_days: form.int("domestic_days", 7..=planning::PERIOD_DAYS_MAX)?,
        }),
    };
    let goal = form.choice("goal", |code| match code {
        "admissions" => Some(Goal::Admissions),
        "profit" => Some(Goal::Profit),
        _ => None,
    })?;
    let rules = Rules {
        week_begins: form.int("week_begins", 1..=7)? as i8,
        hours,
        step_minutes: form.int("step", 5..=30)? as u16,
        adverts_minutes: form.int("adverts", 0..=60)? as u16,
        cleaning_minutes: cleaning(form, room)?,
        starts_max: maybe(form, "starts_max", 60)?,
        cleaning_max: maybe(form, "cleaning_max", 60)?,
        prime_time: span(form, "prime_from")?.unwrap_or(room.rules.prime_time),
        promises: promises(form)?,
        domestic,
        goal,
        concession_minor: maybe_money(form, "concession", currency)?.unwrap_or(0),
        showing_cost_minor: maybe_money(form, "showing_cost", currency)?.unwrap_or(0),
        price_minor: maybe_money(form, "price", currency)?,
        morning_price_minor: maybe_money(form, "morning_price", currency)?,
    };
    rules.check(&room.halls)?;
    Ok(rules)
}

fn cleaning(form: &Form, room: &Room) -> Result<std::collections::BTreeMap<HallId, u16>, Refusal> {
    let mut minutes = std::collections::BTreeMap::new();
    for hall in &room.halls {
        let text = form.text(&format!("cleaning_{}", hall.id)).trim().to_owned();
        if text.is_empty() {
            continue;
        }
        let read = text.parse::<u16>().map_err(|_| {
            Refusal::field(
                "cleaning",
                "bad_number",
                format!("Cleaning of {} takes a whole number of minutes.", hall.name.en),
                format!("{}的清场时间请填写整数分钟。", hall.name.zh),
            )
        })?;
        minutes.insert(hall.id.clone(), read);
    }
    Ok(minutes)
}

/// Every filled row of promises; a row without a film is none.
fn promises(form: &Form) -> Result<Vec<Promise>, Refusal> {
    let mut all = Vec::new();
    for row in 0..planning::PROMISES_MAX + FREE_ROWS {
        let text = |name: &str| form.text(&format!("promise_{row}_{name}")).trim().to_owned();
        let title = text("title");
        if title.is_empty() {
            continue;
        }
        let number = |name: &str| -> Result<Option<u32>, Refusal> {
            let text = text(name);
            if text.is_empty() {
                return Ok(None);
            }
            text.parse().map(Some).map_err(|_| bad_row(row, "a whole number of showings", "场次须为整数"))
        };
        let day = |name: &str| {
            Day::parse(&text(name))
                .map_err(|_| bad_row(row, "days such as 2016-12-23", "日期格式须如 2016-12-23"))
        };
        let hall = text("hall");
        let hall = if hall.is_empty() { Vec::new() } else { vec![HallId::parse(&hall)?] };
        all.push(Promise {
            title: TitleId::parse(&title)?,
            first: day("first")?,
            last: day("last")?,
            a_day_min: number("day_min")?.unwrap_or(0),
            a_day_max: number("day_max")?,
            prime_a_day_min: number("prime")?.unwrap_or(0),
            a_week_min: number("week")?.unwrap_or(0),
            halls: hall,
        });
    }
    Ok(all)
}

fn bad_row(row: usize, en: &str, zh: &str) -> Refusal {
    let row = row + 1;
    Refusal::field(
        "promise",
        "bad_promise",
        format!("Row {row} of the contracts needs {en}."),
        format!("合约第 {row} 行：{zh}。"),
    )
}

/// The form as the rules in force would be typed into it.
fn filled(room: &Room) -> Form {
    let rules = &room.rules;
    let mut values: Vec<(String, String)> = vec![
        ("week_begins".into(), rules.week_begins.to_string()),
        ("step".into(), rules.step_minutes.to_string()),
        ("adverts".into(), rules.adverts_minutes.to_string()),
        ("starts_max".into(), rules.starts_max.map(|most| most.to_string()).unwrap_or_default()),
        ("cleaning_max".into(), rules.cleaning_max.map(|most| most.to_string()).unwrap_or_default()),
        ("prime_from".into(), said(rules.prime_time)),
        ("goal".into(), if rules.goal == Goal::Profit { "profit" } else { "admissions" }.into()),
        ("concession".into(), plain_money(rules.concession_minor)),
        ("showing_cost".into(), plain_money(rules.showing_cost_minor)),
        ("price".into(), rules.price_minor.map(plain_money).unwrap_or_default()),
        ("morning_price".into(), rules.morning_price_minor.map(plain_money).unwrap_or_default()),
    ];
    let hours = HOURS.iter().zip(&rules.hours);
    values.extend(hours.map(|(field, hours)| ((*field).to_owned(), hours.map(said).unwrap_or_default())));
    let (part, measure, days) = rules.domestic.map_or((Share::ppm(666_667), "none", 365), |rule| {
        let measure = if rule.measure == Measure::Showings { "showings" } else { "time" };
        (rule.part, measure, rule.period_days)
    });
    values.push(("domestic_part".into(), percent(part)));
    values.push(("domestic_measure".into(), measure.into()));
    values.push(("domestic_days".into(), days.to_string()));
    for (hall, minutes) in &rules.cleaning_minutes {
        values.push((format!("cleaning_{hall}"), minutes.to_string()));
    }
    for (row, promise) in rules.promises.iter().enumerate() {
        let mut put = |name: &str, value: String| values.push((format!("promise_{row}_{name}"), value));
        put("title", promise.title.0.clone());
        put("first", promise.first.to_string());
        put("last", promise.last.to_string());
        put("day_min", promise.a_day_min.to_string());
        put("day_max", promise.a_day_max.map(|most| most.to_string()).unwrap_or_default());
        put("prime", promise.prime_a_day_min.to_string());
        put("week", promise.a_week_min.to_string());
        put("hall", promise.halls.first().map(|hall| hall.0.clone()).unwrap_or_default());
    }
    Form::filled(values)
}

fn plain_money(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn percent(part: Share) -> String {
    format!("{:.4}", part.ppm as f64 / 1e4).trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn page(visit: &Visit, cinema: &Cinema, room: &Room, form: &Form) -> Page {
    let action = format!("{}/plan/rules", address(&cinema.place));
    let fields = html! {
        (group(visit.say("Opening hours", "营业时间"), opening(visit, form)))
        (group(visit.say("Halls and staff", "影厅与人员"), staff(visit, room, form)))
        (group(visit.say("Contracts: what each film is promised", "合约：对影片承诺的场次"), contracts(visit, room, form)))
        (group(visit.say("Domestic films", "国产片"), domestic(visit, form)))
        (group(visit.say("What is aimed at", "目标"), aims(visit, cinema, form)))
    };
    let body = html! {
        (top(visit, cinema, Side::Plan))
        (parts::heading(visit.say("The rules plans are made by", "排片规则"), visit.say("They hold for every plan made from now on; showtimes on sale are not touched.", "对之后生成的方案生效，不影响在售场次。"), html! {}))
        (parts::card(form.render(visit.lang, &action, visit.say("Keep the rules", "保存规则"), fields)))
    };
    Page::console(super::titled(visit, cinema, Side::Plan), body).status(form.status())
}

fn group(title: &str, fields: Markup) -> Markup {
    html! { fieldset class="rule-set" { legend { (title) } (fields) } }
}

fn opening(visit: &Visit, form: &Form) -> Markup {
    let names = weekdays(visit);
    let days: Vec<(String, &str)> = (1..=7).map(|day| (day.to_string(), names[day - 1])).collect();
    let days: Vec<(&str, &str)> = days.iter().map(|(value, word)| (value.as_str(), *word)).collect();
    let field = |name, label| form.field(visit.lang, name, label);
    html! {
        p class="muted" { (visit.say("From the first start to the last end, such as 09:00-25:00; empty is closed.", "从首场开映到末场散场，如 09:00-25:00；留空为不营业。")) }
        (parts::grid(4, html! { @for (name, label) in HOURS.iter().zip(names) { (field(name, label).input()) } }))
        (parts::grid(4, html! {
            (field("week_begins", visit.say("A week of films begins on", "排片周从")).select(&days))
            (field("prime_from", visit.say("Prime time", "黄金时段")).input())
        }))
    }
}

fn weekdays(visit: &Visit) -> [&'static str; 7] {
    match visit.lang {
        kernel::Lang::En => ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        kernel::Lang::Zh => ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
    }
}

fn staff(visit: &Visit, room: &Room, form: &Form) -> Markup {
    let steps = planning::STEPS_MINUTES.map(|step| step.to_string());
    let steps: Vec<(&str, &str)> = steps.iter().map(|step| (step.as_str(), step.as_str())).collect();
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let number = |of: Field<'_>| Field { inputmode: Some("numeric"), ..of }.input();
    let minutes = visit.say("minutes", "分钟");
    let wrong = form.field(visit.lang, "cleaning", "").error.map(str::to_owned);
    html! {
        (parts::grid(4, html! {
            (field("step", "Starts lie so many minutes apart", "开场时间间隔（分钟）").select(&steps))
            (number(Field { unit: minutes, ..field("adverts", "Adverts before the film", "映前广告") }))
            (number(Field { hint: visit.say("Empty is any number.", "留空为不限。"), ..field("starts_max", "Starts in one quarter of an hour, at most", "每刻钟开场数上限") }))
            (number(Field { hint: visit.say("Halls cleaned at one time; empty is any number.", "可同时清场的影厅数，留空为不限。"), ..field("cleaning_max", "Teams of ushers", "保洁组数") }))
        }))
        @if let Some(wrong) = &wrong { p class="field-error" id="cleaning-error" { (wrong) } }
        (parts::grid(4, html! {
            @for hall in &room.halls {
                @let name = format!("cleaning_{}", hall.id);
                @let label = cleaning_of(visit, hall);
                (Field { name: &name, label: &label, value: form.text(&name), unit: minutes, inputmode: Some("numeric"), ..Field::default() }.input())
            }
        }))
    }
}

fn cleaning_of(visit: &Visit, hall: &Hall) -> String {
    let name = hall.name.in_(visit.lang);
    match visit.lang {
        kernel::Lang::En => format!("Cleaning {name} (15 when empty)"),
        kernel::Lang::Zh => format!("{name}清场（留空为 15）"),
    }
}

/// A row for every promise there is, and some to add one.
fn contracts(visit: &Visit, room: &Room, form: &Form) -> Markup {
    let mut films = vec![("", visit.say("– no film –", "– 无 –"))];
    films.extend(room.films.iter().map(|film| (film.id.0.as_str(), film.name.in_(visit.lang))));
    let mut halls = vec![("", visit.say("any hall", "不限影厅"))];
    halls.extend(room.halls.iter().map(|hall| (hall.id.0.as_str(), hall.name.in_(visit.lang))));
    let has = |row: &usize| !form.text(&format!("promise_{row}_title")).is_empty();
    let typed = (0..planning::PROMISES_MAX).filter(has).count();
    let wrong = form.field(visit.lang, "promise", "").error.map(str::to_owned);
    html! {
        p class="muted" { (visit.say("A row without a film is left out.", "未选影片的行会被忽略。")) }
        @if let Some(wrong) = &wrong { p class="field-error" id="promise-error" { (wrong) } }
        @for row in 0..typed + FREE_ROWS { (contract(visit, form, row, &films, &halls)) }
    }
}

fn contract(
    visit: &Visit,
    form: &Form,
    row: usize,
    films: &[(&str, &str)],
    halls: &[(&str, &str)],
) -> Markup {
    let name = |of: &str| format!("promise_{row}_{of}");
    let names = ["title", "first", "last", "hall", "day_min", "day_max", "prime", "week"].map(name);
    let [title, first, last, hall, day_min, day_max, prime, week] = &names;
    let field =
        |name, en, zh| Field { name, label: visit.say(en, zh), value: form.text(name), ..Field::default() };
    let number = |name, en, zh| Field { inputmode: Some("numeric"), ..field(name, en, zh) }.input();
    html! {
        div class="contract" {
            (parts::grid(4, html! {
                (field(title, "Film", "影片").select(films))
                (Field { kind: "date", ..field(first, "From", "自") }.input())
                (Field { kind: "date", ..field(last, "Until", "至") }.input())
                (field(hall, "Hall", "影厅").select(halls))
                (number(day_min, "A day at least", "每天至少"))
                (number(day_max, "A day at most", "每天至多"))
                (number(prime, "In prime time at least", "黄金时段至少"))
                (number(week, "A week at least", "每周至少"))
            }))
        }
    }
}

fn domestic(visit: &Visit, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let measures = [
        ("time", visit.say("of the showing time", "按放映时长")),
        ("showings", visit.say("of the showings", "按场次")),
        ("none", visit.say("no such rule here", "本地无此规定")),
    ];
    html! {
        (parts::grid(4, html! {
            (Field { unit: "%", inputmode: Some("decimal"), ..field("domestic_part", "At least", "不低于") }.input())
            (field("domestic_measure", "Counted", "计算方式").select(&measures))
            (Field { unit: visit.say("days", "天"), inputmode: Some("numeric"), ..field("domestic_days", "Over the last", "滚动周期") }.input())
        }))
    }
}

fn aims(visit: &Visit, cinema: &Cinema, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let symbol = cinema.service_fee.currency.symbol();
    let money = |of: Field<'_>| Field { unit: symbol, inputmode: Some("decimal"), ..of }.input();
    let goals = [
        (
            "admissions",
            visit.say("Admissions", "人次"),
            visit.say("as many people as possible", "接待尽可能多的观众"),
        ),
        (
            "profit",
            visit.say("Profit", "利润"),
            visit.say(
                "the cinema’s part of the split base by each film’s terms, with the counter, less the cost of showings",
                "按各片分账条款计算的影院收入，加卖品，减场次成本",
            ),
        ),
    ];
    html! {
        (field("goal", "As good as possible means", "以何为优").radios(&goals))
        (parts::grid(4, html! {
            (money(field("concession", "A visitor leaves at the counter", "人均卖品利润")))
            (money(field("showing_cost", "A showing costs", "每场成本")))
            (money(Field { hint: visit.say("Empty is what the film’s newest showtime asks.", "留空则沿用该片最近场次的票价。"), ..field("price", "Ticket price", "票价") }))
            (money(Field { hint: visit.say("Starts before noon; empty is the same.", "中午前开场；留空则相同。"), ..field("morning_price", "Morning price", "早场票价") }))
        }))
    }
}

/// The rules in sentences.
pub fn told(cinema: &Cinema, rules: &Rules) -> Vec<Words> {
    let money = |minor: i64| {
        let money = Money::new(minor, cinema.service_fee.currency);
        money::full(money.minor, money.currency.code())
    };
    let mut said = vec![open_hours(rules)];
    let (most, teams) = (rules.starts_max, rules.cleaning_max);
    if most.is_some() || teams.is_some() {
        let limit = |count: Option<u32>, en: &str| count.map(|count| format!("{count} {en}"));
        let en: Vec<String> =
            [limit(most, "starts a quarter of an hour"), limit(teams, "halls cleaned at one time")]
                .into_iter()
                .flatten()
                .collect();
        let zh = [
            most.map(|count| format!("每刻钟最多 {count} 场开场")),
            teams.map(|count| format!("最多同时清场 {count} 厅")),
        ];
        let zh: Vec<String> = zh.into_iter().flatten().collect();
        said.push(Words::new(format!("At most {}.", en.join(", ")), format!("{}。", zh.join("，"))));
    }
    let count = rules.promises.len();
    if count > 0 {
        said.push(Words::new(
            format!("{count} films have showings promised by contract."),
            format!("{count} 部影片有合约场次。"),
        ));
    }
    if let Some(rule) = &rules.domestic {
        let (part, days) = (format!("{:.1}", rule.part.ppm as f64 / 1e4), rule.period_days);
        let (of_en, of_zh) = match rule.measure {
            Measure::Showings => ("showings", "场次"),
            Measure::ShowingTime => ("showing time", "放映时长"),
        };
        said.push(Words::new(
            format!("At least {part}\u{202f}% of the {of_en} of {days} days is domestic."),
            format!("{days} 天内国产片{of_zh}占比不低于 {part}%。"),
        ));
    }
    said.push(match rules.goal {
        Goal::Admissions => Words::new("The goal is admissions.", "目标：人次。"),
        Goal::Profit => {
            let (counter, cost) = (money(rules.concession_minor), money(rules.showing_cost_minor));
            Words::new(
                format!("The goal is profit: the cinema’s part, {counter} a head at the counter, {cost} a showing."),
                format!("目标：利润（影院分账收入，人均卖品 {counter}，每场成本 {cost}）。"),
            )
        }
    });
    said
}

fn open_hours(rules: &Rules) -> Words {
    let mut different: Vec<Span> = rules.hours.iter().flatten().copied().collect();
    different.dedup();
    let closed = rules.hours.iter().filter(|hours| hours.is_none()).count();
    let adverts = rules.adverts_minutes;
    let hours = |span: &Span| format!("{}–{}", clock(span.from), clock(span.until));
    match (different.as_slice(), closed) {
        ([span], 0) => Words::new(
            format!("Open {} every day, {adverts} minutes of adverts before a film.", hours(span)),
            format!("每天 {} 营业，映前广告 {adverts} 分钟。", hours(span)),
        ),
        _ => Words::new(
            format!("Open {} days a week, at hours of their own.", 7 - closed),
            format!("每周营业 {} 天，各天时间不同。", 7 - closed),
        ),
    }
}
