//! A cinema's week as the planner would fill it: made when somebody asks for it, kept, looked at day by day beside
//! what is scheduled, then taken or left.
//!
//! `rules.rs` is the form of the rules it is planned by, `taking.rs` what taking a plan changes.

pub mod rules;
pub mod taking;

use super::{Side, address, find, titled, top};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::chart::{Figure, Hours, Slot, clock};
use crate::look::parts::{self, Action, Stat, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money, unbroken};
use crate::visit::{CinemaStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use box_office::plans::{self, State};
use box_office::{Cinema, Hall, halls, planning};
use db::View;
use flows::plan_showings::{self as story, Changes, Chosen, Made};
use flows::views::showings_plan as views;
use kernel::{Day, Error, Lang, PlanId, Refusal, Result, TitleId, Words, counted, signed};
use maud::{Markup, html};

/// Weeks of films that are offered.
const WEEKS: usize = 2;

/// A week of films to plan: its days that are still ahead.
struct Week {
    first: Day,
    last: Day,
}

/// What the page needs to know.
struct Known {
    rules: planning::Rules,
    weeks: Vec<Week>,
    chosen: usize,
    plan: Option<(plans::Plan, Made, Changes)>,
    halls: Vec<Hall>,
    /// Of the plan's films and of those its taking closes.
    names: Vec<(TitleId, Words)>,
}

impl Known {
    fn week(&self) -> &Week {
        &self.weeks[self.chosen]
    }

    fn film(&self, title: &TitleId, lang: Lang) -> &str {
        self.names.iter().find(|(one, _)| one == title).map_or("", |(_, name)| name.in_(lang))
    }

    fn hall(&self, hall: &kernel::HallId, lang: Lang) -> &str {
        self.halls.iter().find(|one| one.id == *hall).map_or("", |one| one.name.in_(lang))
    }
}

fn know(view: &View, cinema: &Cinema, from: Option<Day>, now: kernel::Instant) -> Result<Known> {
    let rules = views::rules(view, cinema)?;
    let weeks = weeks(&rules, now.day_in(&cinema.zone));
    // Without a wish it is the next whole week, which is what is planned as a rule.
    let chosen = match from {
        Some(from) => weeks.iter().position(|week| week.first <= from && from <= week.last),
        None => weeks.iter().position(|week| week.first.days_until(week.last) == 6),
    };
    let chosen = chosen.unwrap_or(0);
    let newest = plans::newest(view, &cinema.place, weeks[chosen].first, weeks[chosen].last)?;
    let plan = match newest {
        Some(plan) => {
            let made = story::read(&plan)?;
            let changes = story::changes(view, cinema, &plan, now)?;
            Some((plan, made, changes))
        }
        None => None,
    };
    let names = plan.as_ref().map_or(Ok(Vec::new()), |(_, made, changes)| names(view, made, changes))?;
    let mut halls = halls::of_cinema(view, &cinema.place)?;
    halls.sort_by_key(|hall| (hall.name.en.len(), hall.name.en.clone()));
    Ok(Known { rules, weeks, chosen, plan, halls, names })
}

fn names(view: &View, made: &Made, changes: &Changes) -> Result<Vec<(TitleId, Words)>> {
    let planned = made.showings.iter().map(|one| &one.title);
    let closed = changes.closes.iter().chain(&changes.stays).map(|one| &one.title);
    let mut titles: Vec<&TitleId> = planned.chain(closed).collect();
    titles.sort();
    titles.dedup();
    titles.into_iter().map(|title| Ok((title.clone(), flows::views::film(view, title)?.name))).collect()
}

fn weeks(rules: &planning::Rules, today: Day) -> Vec<Week> {
    let mut first = today.plus(1);
    let mut weeks = Vec::new();
    while weeks.len() < WEEKS + 1 {
        let (_, last) = rules.week_of(first);
        weeks.push(Week { first, last });
        first = last.plus(1);
    }
    weeks.retain(|week| today.days_until(week.last) <= views::AHEAD_DAYS_MAX + 6);
    weeks.truncate(WEEKS);
    weeks
}

fn plan_address(cinema: &Cinema, first: Day) -> String {
    format!("{}/plan?from={first}", address(&cinema.place))
}

pub async fn show(visit: Visit, staff: CinemaStaff, Path(place): Path<String>) -> Answer<Page> {
    let cinema = find(&visit, &staff, &place).await?;
    let from = visit.asked("from").map(|day| Day::parse(&day)).transpose()?;
    page(&visit, &cinema, from, None).await
}

/// Makes a plan for a week and keeps it.
pub async fn make(visit: Visit, staff: CinemaStaff, Path(place): Path<String>, form: Form) -> Answer {
    let cinema = find(&visit, &staff, &place).await?;
    let from = form.day("from")?;
    match planned(&visit, &cinema, from).await {
        Ok(_) => Ok(SeeOther::to(plan_address(&cinema, from))
            .saying(
                "The plan is made. It changes nothing until you take it.",
                "排片方案已生成，采用后才会生效。",
            )
            .into_response()),
        Err(Error::Refused(refusal)) if refusal.kind == kernel::Kind::Conflict => {
            Ok(page(&visit, &cinema, Some(from), Some(&refusal)).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes the plan on a thread that may take its time.
async fn planned(visit: &Visit, cinema: &Cinema, from: Day) -> Result<PlanId> {
    let (house, actor, of, lang) = (visit.house.clone(), visit.actor.clone(), cinema.clone(), visit.lang);
    let done = tokio::task::spawn_blocking(move || story::make(&house, &of, from, actor, lang)).await;
    done.unwrap_or_else(|_| Err(Error::fault("planning stopped")))
}

/// Why there is no plan. A cinema that has too little to learn from may have some from before it joined.
fn told_why_not(visit: &Visit, cinema: &Cinema, refusal: &Refusal) -> Markup {
    let (earlier, word) =
        (super::earlier::page_address(cinema), visit.say("Bring earlier showings", "导入历史场次"));
    let action = (refusal.code == "little_history").then_some(Action { href: &earlier, word });
    html! { div role="alert" { (parts::alert(Tone::Cinnabar, refusal.in_(visit.lang), action)) } }
}

async fn page(visit: &Visit, cinema: &Cinema, from: Option<Day>, refused: Option<&Refusal>) -> Answer<Page> {
    let (of, now) = (cinema.clone(), visit.now);
    let known = visit.read(move |view| know(view, &of, from, now)).await?;
    let body = html! {
        (top(visit, cinema, Side::Plan))
        div class="stack" {
            (week_chips(visit, cinema, &known))
            @if let Some(refusal) = refused { (told_why_not(visit, cinema, refusal)) }
            @match &known.plan {
                Some((plan, made, changes)) => (told(visit, cinema, &known, plan, made, changes)),
                None => (parts::empty(
                    visit.say("No plan for this week yet", "本周还没有排片方案"),
                    visit.say("The planner places films in halls and hours so that as many people as possible find a seat, by the rules below. What has tickets sold is never moved.", "系统按下列规则安排影片、影厅与时间，使尽可能多的观众有座可坐；已售票的场次不会变动。"),
                    None,
                )),
            }
            (make_card(visit, cinema, &known))
        }
    };
    let status = refused.map_or(200, |refusal| refusal.kind.status());
    let status = axum::http::StatusCode::from_u16(status).unwrap_or_default();
    Ok(Page::console(titled(visit, cinema, Side::Plan), body).status(status))
}

fn week_chips(visit: &Visit, cinema: &Cinema, known: &Known) -> Markup {
    let word = |week: &Week| format!("{} – {}", week.first.say(visit.lang), week.last.say(visit.lang));
    let links: Vec<(String, String)> =
        known.weeks.iter().map(|week| (plan_address(cinema, week.first), word(week))).collect();
    let links: Vec<(&str, &str)> = links.iter().map(|(href, word)| (href.as_str(), word.as_str())).collect();
    parts::chips(visit.say("Weeks of films", "排片周"), &links, known.chosen)
}

/// The rules in short, and the button that makes a plan by them.
fn make_card(visit: &Visit, cinema: &Cinema, known: &Known) -> Markup {
    let first = known.week().first.to_string();
    let action = format!("{}/plan", address(&cinema.place));
    let word = match known.plan {
        Some(_) => visit.say("Plan this week again", "重新排片"),
        None => visit.say("Plan this week", "生成排片方案"),
    };
    let weight = if known.plan.is_some() { Weight::Quiet } else { Weight::Primary };
    let title = visit.say("Planned by these rules", "排片规则");
    parts::titled_card(
        title,
        html! {
            ul class="plain" { @for rule in rules::told(cinema, &known.rules) { li { (rule.in_(visit.lang)) } } }
            div class="form-foot" {
                (parts::press(weight, &action, &[("from", first.as_str())], word))
                (parts::link_button(Weight::Quiet, &format!("{action}/rules"), visit.say("Change the rules", "修改规则")))
            }
        },
    )
}

fn told(
    visit: &Visit,
    cinema: &Cinema,
    known: &Known,
    plan: &plans::Plan,
    made: &Made,
    changes: &Changes,
) -> Markup {
    let days: Vec<Day> = (0..=plan.first.days_until(plan.last)).map(|day| plan.first.plus(day)).collect();
    let asked = visit.asked("day").and_then(|day| Day::parse(&day).ok());
    let chosen = asked.and_then(|day| days.iter().position(|one| *one == day)).unwrap_or(0);
    html! {
        (standing(visit, cinema, plan, changes))
        (tiles(visit, cinema, made))
        (week_table(visit, known, made, &days))
        (day_chips(visit, cinema, plan, made, &days, chosen))
        (figure(visit, known, made, changes, days[chosen]))
        (parts::titled_card(visit.say("Because", "依据"), html! { ul class="plain" { @for because in &made.because { li { (unbroken(because, visit.lang)) } } } }))
    }
}

/// Whether the plan is taken, and what can be done with it.
fn standing(visit: &Visit, cinema: &Cinema, plan: &plans::Plan, changes: &Changes) -> Markup {
    let made = plan.made_at.say(&cinema.zone, visit.lang);
    let at = format!("{}/plans/{}", address(&cinema.place), plan.id);
    let count = |count: usize| money::grouped(count as i64);
    let (adds, closes) = (count(changes.adds.len()), count(changes.closes.len()));
    match plan.state {
        State::Made => {
            let says = match visit.lang {
                Lang::En => format!(
                    "Made {made}. Taking it puts {} on sale and takes {closes} off; what has seats sold stays.",
                    counted(changes.adds.len(), "showing", "showings")
                ),
                Lang::Zh => {
                    format!("生成于 {made}。采用后将开售 {adds} 场、停售 {closes} 场；已售票的场次不变。")
                }
            };
            let taking = format!("{at}/taking");
            let word = visit.say("See what changes, then take it", "查看变更并采用");
            parts::alert(Tone::Plain, &says, Some(Action { href: &taking, word }))
        }
        State::Taken => html! {
            (parts::alert(Tone::Jade, visit.say("This plan is taken: its showings are on sale.", "该方案已采用，场次已开售。"), None))
            (parts::press(Weight::Quiet, &format!("{at}/undoing"), &[], visit.say("Undo, while nothing is sold", "撤销（尚未售票时）")))
        },
        State::Undone => {
            parts::alert(Tone::Plain, visit.say("This plan was undone.", "该方案已撤销。"), None)
        }
    }
}

/// A value in the plan's unit.
fn amount(cinema: &Cinema, goal: planning::Goal, value: f64, lang: Lang) -> String {
    match goal {
        planning::Goal::Admissions => money::grouped(value.round() as i64),
        planning::Goal::Profit => {
            money::compact(value.round() as i64, cinema.service_fee.currency.code(), lang)
        }
    }
}

fn tiles(visit: &Visit, cinema: &Cinema, made: &Made) -> Markup {
    let say = |value: f64| amount(cinema, made.goal, value, visit.lang);
    let stat = |label, value: &str, note: &str| Stat { label, value, note, ..Stat::default() }.render();
    let expected = match made.goal {
        planning::Goal::Admissions => visit.say("Expected admissions", "预计人次"),
        planning::Goal::Profit => visit.say("Expected profit", "预计利润"),
    };
    let now = visit.say("As scheduled when it was made", "生成时的排片");
    let more = 100.0 * (made.bound / made.expected.max(1e-9) - 1.0);
    let gap = match visit.lang {
        Lang::En if made.goal == planning::Goal::Admissions => {
            format!("no plan could sell more than {more:.1}\u{202f}% above this one")
        }
        Lang::En => format!("no plan could earn more than {more:.1}\u{202f}% above this one"),
        Lang::Zh => format!("任何方案最多比它再高 {more:.1}%"),
    };
    let missed = made.missed.map_or_else(
        || {
            (
                "–".to_owned(),
                visit.say("too few days have run to tell", "已放映天数太少，无法评估").to_owned(),
            )
        },
        |missed| {
            let note = match visit.lang {
                Lang::En => {
                    let (showings, days) = (counted(missed.showings, "showing", "showings"), missed.days);
                    let last =
                        if days == 1 { "the last day".to_owned() } else { format!("the last {days} days") };
                    format!("of what sold, on {showings} of {last}")
                }
                Lang::Zh => format!("最近 {} 天 {} 场的误差占实售比例", missed.days, missed.showings),
            };
            (money::percent((missed.wape * 1e6).round() as i64, visit.lang), note)
        },
    );
    let showings = match visit.lang {
        Lang::En => counted(made.showings.len(), "showing", "showings"),
        Lang::Zh => format!("{} 场", made.showings.len()),
    };
    let (gain, between) = gain(visit, made);
    parts::grid(
        4,
        html! {
            (stat(expected, &say(made.expected), &format!("{showings}{}{gap}", visit.say("; ", "；"))))
            (stat(now, &say(made.scheduled_expected), ""))
            (stat(visit.say("The plan brings more", "方案增量"), &gain, &between))
            (stat(visit.say("Such forecasts missed by", "此类预测的误差"), &missed.0, &missed.1))
        },
    )
}

/// How much more the plan brings, and between what nine times in ten.
fn gain(visit: &Visit, made: &Made) -> (String, String) {
    let percent = |part: f64| format!("{}{}", signed(100.0 * part, 0), visit.say("\u{202f}%", "%"));
    let Some(gain) = made.gain else {
        let why = visit.say("less than half as much was scheduled then", "当时排片不足一半，无法比较");
        return ("–".to_owned(), why.to_owned());
    };
    let (low, high) = (percent(gain.low), percent(gain.high));
    let between = match visit.lang {
        Lang::En => format!("nine times in ten between {low} and {high}"),
        Lang::Zh => format!("九成可能在 {low} 与 {high} 之间"),
    };
    (percent(gain.part), between)
}

/// Films by day: how many showings, and whom they are expected to seat.
fn week_table(visit: &Visit, known: &Known, made: &Made, days: &[Day]) -> Markup {
    let words: Vec<String> = days.iter().map(|day| day.say(visit.lang)).collect();
    let mut columns = vec![Column::new(visit.say("Film", "影片"), Kind::Text)];
    columns.extend(words.iter().map(|word| Column::new(word, Kind::Number)));
    columns.push(Column::new(visit.say("The week", "全周"), Kind::Number));
    let cell = |showings: Vec<&Chosen>| {
        let people: f64 = showings.iter().map(|one| one.expected).sum();
        let (count, people) = (showings.len(), money::grouped(people.round() as i64));
        let shown = html! { (count) br; span class="muted" { (people) } };
        if count == 0 { Cell::none() } else { Cell::markup(shown, &count.to_string()) }
    };
    let row = |name: &str, keep: &dyn Fn(&Chosen) -> bool| {
        let of = |on: &dyn Fn(&Chosen) -> bool| {
            cell(made.showings.iter().filter(|one| keep(one) && on(one)).collect())
        };
        let mut cells = vec![Cell::text(name)];
        cells.extend(days.iter().map(|day| of(&|one| one.day == *day)));
        cells.push(of(&|_| true));
        cells
    };
    let mut titles: Vec<&TitleId> = films(made);
    titles.sort_by_key(|title| {
        std::cmp::Reverse(made.showings.iter().filter(|one| one.title == **title).count())
    });
    let rows =
        titles.iter().map(|title| row(known.film(title, visit.lang), &|one| one.title == **title)).collect();
    let caption = visit.say("Showings, and beneath them the admissions expected", "场次数，其下为预计人次");
    let total = row(visit.say("All films", "全部影片"), &|_| true);
    Table::new(caption, &columns, rows).total(total).render(visit.lang)
}

fn films(made: &Made) -> Vec<&TitleId> {
    let mut titles: Vec<&TitleId> = made.showings.iter().map(|one| &one.title).collect();
    titles.sort();
    titles.dedup();
    titles
}

fn day_chips(
    visit: &Visit,
    cinema: &Cinema,
    plan: &plans::Plan,
    made: &Made,
    days: &[Day],
    chosen: usize,
) -> Markup {
    let link = |day: &Day| {
        let people: f64 = made.showings.iter().filter(|one| one.day == *day).map(|one| one.expected).sum();
        let word = format!("{} · {}", day.say(visit.lang), money::grouped(people.round() as i64));
        (format!("{}&day={day}#day", plan_address(cinema, plan.first)), word)
    };
    let links: Vec<(String, String)> = days.iter().map(link).collect();
    let links: Vec<(&str, &str)> = links.iter().map(|(href, word)| (href.as_str(), word.as_str())).collect();
    html! { div id="day" { (parts::chips(visit.say("Days", "日期"), &links, chosen)) } }
}

/// One day of the plan by halls and hours, with its table.
fn figure(visit: &Visit, known: &Known, made: &Made, changes: &Changes, day: Day) -> Markup {
    let showings: Vec<&Chosen> = made.showings.iter().filter(|one| one.day == day).collect();
    let sum: f64 = showings.iter().map(|one| one.expected).sum();
    let (count, people) = (showings.len(), money::grouped(sum.round() as i64));
    let title = match visit.lang {
        Lang::En => {
            let people = counted(sum.round() as i64, "person", "people");
            format!("{}: {}, {people} expected", day.say(visit.lang), counted(count, "showing", "showings"))
        }
        Lang::Zh => format!("{}：{count} 场，预计 {people} 人次", day.say(visit.lang)),
    };
    let titles = films(made);
    let is_new = |one: &Chosen| changes.adds.contains(one);
    let slot = |one: &&Chosen| Slot {
        row: known.halls.iter().position(|hall| hall.id == one.hall).unwrap_or(0),
        begins: one.start,
        ends: one.start + one.minutes,
        kind: titles.iter().position(|title| **title == one.title).unwrap_or(0),
        mark: if is_new(one) { "+\u{2009}" } else { "" },
        brief: brief(visit, one),
        says: says(visit, known, one),
    };
    let chart = Hours {
        title: &title,
        says: visit.say("Halls by row, hours from left to right.", "每行一个影厅，从左到右为时间。"),
        rows: known.halls.iter().map(|hall| hall.name.in_(visit.lang)).collect(),
        kinds: titles.iter().map(|title| known.film(title, visit.lang)).collect(),
        slots: showings.iter().map(slot).collect(),
    };
    let columns = [
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Hall", "影厅"), Kind::Text),
        Column::new(visit.say("Begins", "开映"), Kind::Date),
        Column::new(visit.say("Ends", "散场"), Kind::Date),
        Column::new(visit.say("Seats", "座位"), Kind::Number),
        Column::new(visit.say("Expected admissions", "预计人次"), Kind::Number),
        Column::new(visit.say("Nine of ten sell", "九成场次售出"), Kind::Number),
        Column::new(visit.say("Now", "目前"), Kind::Text),
    ];
    let row = |one: &&Chosen| {
        let hour = |minute: u16| Cell::markup(html! { (clock(minute)) }, &format!("{minute:04}"));
        let now = match (one.stands, is_new(one)) {
            (true, _) => visit.say("stays: seats are sold", "保留：已售票"),
            (false, true) => visit.say("new", "新增"),
            (false, false) => visit.say("on sale already", "已在售"),
        };
        vec![
            Cell::text(known.film(&one.title, visit.lang)),
            Cell::text(known.hall(&one.hall, visit.lang)),
            hour(one.start),
            hour(one.start + one.minutes),
            Cell::number(one.seats),
            Cell::number(one.expected.round() as i64),
            Cell::markup(html! { (range(one)) }, &format!("{:.0}", one.low)),
            Cell::text(now),
        ]
    };
    let table = Table::new(&title, &columns, showings.iter().map(row).collect());
    let unit = visit.say(
        "Halls by row, hours across, films by number and colour; + is not on sale yet",
        "每行一个影厅，横轴为时间，编号与颜色代表影片，+ 为尚未开售",
    );
    let source = visit.say("this cinema’s showings and tickets", "本影院的场次与售票");
    Figure { lang: visit.lang, title: &title, unit, source, chart: chart.render(), table }.render()
}

fn range(one: &Chosen) -> String {
    format!("{:.0}–{:.0}", one.low, one.high)
}

fn brief(visit: &Visit, one: &Chosen) -> String {
    let (people, range, seats) = (one.expected, range(one), one.seats);
    match visit.lang {
        Lang::En => format!("{people:.0} expected ({range}) of {seats}"),
        Lang::Zh => format!("预计 {people:.0} 人次（{range}），共 {seats} 座"),
    }
}

fn says(visit: &Visit, known: &Known, one: &Chosen) -> String {
    let (film, hall) = (known.film(&one.title, visit.lang), known.hall(&one.hall, visit.lang));
    let (begins, brief) = (clock(one.start), brief(visit, one));
    match visit.lang {
        Lang::En => format!("{film}, {hall}, {begins}: {brief}"),
        Lang::Zh => format!("{hall} {begins}《{film}》：{brief}"),
    }
}

#[cfg(test)]
mod tests;
