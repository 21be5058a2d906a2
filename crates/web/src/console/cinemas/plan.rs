//! A coming day as the planner would fill it: its showings by hall and hour beside those that are scheduled, how many
//! people are expected, how much better any plan could be, and why.

use super::{Side, address, find, top};
use crate::answer::{Answer, Page};
use crate::look::chart::{Figure, Hours, Slot, clock};
use crate::look::parts::{self, Action, Stat};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::{CinemaStaff, Visit};
use axum::extract::Path;
use box_office::Cinema;
use demand::planning::showings::{Placed, Work};
use flows::views::showings_plan::{self as views, Answer as Planned, Question};
use kernel::{Day, Error, Lang, Refusal, Result};
use maud::{Markup, html};

/// What one look at the page may cost.
const WORK: Work = Work { seed: 1, rounds: 400, price_steps: 100 };
/// Days that are offered.
const DAYS_AHEAD: i32 = 7;

pub async fn show(visit: Visit, staff: CinemaStaff, Path(place): Path<String>) -> Answer<Page> {
    let cinema = find(&visit, &staff, &place).await?;
    let today = visit.now.day_in(&cinema.zone);
    let day = visit.asked("day").map(|day| Day::parse(&day)).transpose()?.unwrap_or(today.plus(1));
    let said = match planned(&visit, &cinema, day).await {
        Ok((question, answer)) => told(&visit, &cinema, day, &question, &answer),
        Err(Error::Refused(refusal)) if refusal.kind == kernel::Kind::Conflict => {
            refused(&visit, &cinema, day, &refusal)
        }
        Err(error) => return Err(error.into()),
    };
    let body = html! {
        (top(&visit, &cinema, Side::Plan))
        div class="stack" { (days(&visit, &cinema, today, day)) (said) }
    };
    Ok(Page::console(cinema.name.in_(visit.lang), body))
}

/// The day's plan, made on a thread that may take its time.
async fn planned(visit: &Visit, cinema: &Cinema, day: Day) -> Result<(Question, Planned)> {
    let (of, now, lang) = (cinema.clone(), visit.now, visit.lang);
    let question = visit.read(move |view| views::question(view, &of, day, now, lang)).await?;
    let work = move || question.answer(WORK).map(|answer| (question, answer));
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| Error::fault("planning stopped"))??)
}

fn days(visit: &Visit, cinema: &Cinema, today: Day, chosen: Day) -> Markup {
    let all: Vec<Day> = (0..=DAYS_AHEAD).map(|ahead| today.plus(ahead)).collect();
    let link = |day: &Day| {
        let word = if *day == today { visit.say("Today", "今天").to_owned() } else { day.say(visit.lang) };
        (format!("{}/plan?day={day}", address(&cinema.place)), word)
    };
    let links: Vec<(String, String)> = all.iter().map(link).collect();
    let links: Vec<(&str, &str)> = links.iter().map(|(href, word)| (href.as_str(), word.as_str())).collect();
    let at = all.iter().position(|day| *day == chosen).unwrap_or(usize::MAX);
    parts::chips(visit.say("Days", "日期"), &links, at)
}

fn refused(visit: &Visit, cinema: &Cinema, day: Day, refusal: &Refusal) -> Markup {
    let showtimes = format!("{}/showtimes?day={day}", address(&cinema.place));
    let action = Action { href: &showtimes, word: visit.say("To the showtimes", "查看场次") };
    parts::empty(
        visit.say("No plan for this day yet", "当天还没有排片建议"),
        refusal.say.in_(visit.lang),
        Some(action),
    )
}

fn told(visit: &Visit, cinema: &Cinema, day: Day, question: &Question, answer: &Planned) -> Markup {
    let plan = &answer.plan;
    let showtimes = format!("{}/showtimes?day={day}", address(&cinema.place));
    let more = Action { href: &showtimes, word: visit.say("Change the showtimes", "调整场次") };
    let finding = match visit.lang {
        Lang::En => format!(
            "{}: {} showings could seat {:.0} people",
            day.say(visit.lang),
            plan.showings.len(),
            plan.expected
        ),
        Lang::Zh => {
            format!("{}：{} 场可接待 {:.0} 人次", day.say(visit.lang), plan.showings.len(), plan.expected)
        }
    };
    let now = match visit.lang {
        Lang::En => format!(
            "Scheduled now: {} showings, {:.0} people expected",
            question.scheduled.len(),
            answer.scheduled_expected()
        ),
        Lang::Zh => {
            format!("目前排片：{} 场，预计 {:.0} 人次", question.scheduled.len(), answer.scheduled_expected())
        }
    };
    html! {
        (tiles(visit, question, answer))
        (figure(visit, question, &finding, &plan.showings, &plan.admissions, None))
        @if question.scheduled.is_empty() {
            (parts::alert(Tone::Plain, visit.say("Nothing is scheduled on this day yet.", "当天还没有排片。"), Some(more)))
        } @else {
            (figure(visit, question, &now, &question.scheduled, &answer.scheduled_admissions, Some(&question.sold)))
            (parts::alert(Tone::Plain, visit.say("The plan changes nothing by itself.", "排片建议不会自动生效。"), Some(more)))
        }
        (parts::titled_card(visit.say("Because", "依据"), html! { ul { @for because in &answer.because { li { (because.in_(visit.lang)) } } } }))
    }
}

fn tiles(visit: &Visit, question: &Question, answer: &Planned) -> Markup {
    let whole = |number: f64| money::grouped(number.round() as i64);
    let stat = |label, value: &str, note: &str| Stat { label, value, note, ..Stat::default() }.render();
    let plan = &answer.plan;
    let showings = |count: usize| match visit.lang {
        Lang::En => format!("{count} showings"),
        Lang::Zh => format!("{count} 场"),
    };
    let gap = money::percent((plan.gap() * 1e6).round() as i64, visit.lang);
    parts::grid(
        4,
        html! {
            (stat(visit.say("Expected admissions", "预计人次"), &whole(plan.expected), &showings(plan.showings.len())))
            (stat(visit.say("Scheduled now", "目前排片"), &whole(answer.scheduled_expected()), &showings(question.scheduled.len())))
            (stat(visit.say("No plan can exceed", "理论上限"), &whole(plan.bound), ""))
            (stat(visit.say("Gap to the bound", "与上限的差距"), &gap, ""))
        },
    )
}

/// Showings of the day as a chart with their table; the seats sold of each where they are known.
fn figure(
    visit: &Visit,
    question: &Question,
    title: &str,
    showings: &[Placed],
    admissions: &[f64],
    sold: Option<&[i64]>,
) -> Markup {
    let cinema = &question.cinema;
    let ends = |one: &Placed| one.start + cinema.films[one.film].minutes;
    let slot = |(one, people): (&Placed, &f64)| Slot {
        row: one.hall,
        begins: one.start,
        ends: ends(one),
        kind: one.film,
        says: says(visit, question, one, *people),
    };
    let chart = Hours {
        title,
        says: visit.say("Halls by row, hours from left to right.", "每行一个影厅，从左到右为时间。"),
        rows: cinema.halls.iter().map(|hall| hall.name.as_str()).collect(),
        kinds: cinema.films.iter().map(|film| film.name.as_str()).collect(),
        slots: showings.iter().zip(admissions).map(slot).collect(),
    };
    let mut columns = vec![
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Hall", "影厅"), Kind::Text),
        Column::new(visit.say("Begins", "开映"), Kind::Date),
        Column::new(visit.say("Ends", "散场"), Kind::Date),
        Column::new(visit.say("Seats", "座位"), Kind::Number),
        Column::new(visit.say("Expected admissions", "预计人次"), Kind::Number),
    ];
    if sold.is_some() {
        columns.push(Column::new(visit.say("Sold so far", "已售"), Kind::Number));
    }
    let row = |(i, (one, people)): (usize, (&Placed, &f64))| {
        let hall = &cinema.halls[one.hall];
        let hour = |minute: u16| Cell::markup(html! { (clock(minute)) }, &format!("{minute:04}"));
        let mut cells = vec![
            Cell::text(&cinema.films[one.film].name),
            Cell::text(&hall.name),
            hour(one.start),
            hour(ends(one)),
            Cell::number(i64::from(hall.seats)),
            Cell::number(people.round() as i64),
        ];
        cells.extend(sold.and_then(|sold| sold.get(i)).map(|sold| Cell::number(*sold)));
        cells
    };
    let rows = showings.iter().zip(admissions).enumerate().map(row).collect();
    let unit = visit.say(
        "Halls by row, hours across, films by number and colour",
        "每行一个影厅，横轴为时间，编号与颜色代表影片",
    );
    let source = visit.say("this cinema's showings and tickets", "本影院的场次与售票");
    let table = Table::new(title, &columns, rows);
    Figure { lang: visit.lang, title, unit, source, chart: chart.render(), table }.render()
}

fn says(visit: &Visit, question: &Question, one: &Placed, people: f64) -> String {
    let (film, hall) = (&question.cinema.films[one.film].name, &question.cinema.halls[one.hall].name);
    let begins = clock(one.start);
    match visit.lang {
        Lang::En => format!("{film}, {hall}, {begins}: {people:.0} people expected"),
        Lang::Zh => format!("{hall} {begins}《{film}》：预计 {people:.0} 人次"),
    }
}

#[cfg(test)]
mod tests {
    use crate::console::season::{Season, day};
    use axum::http::StatusCode;

    const PATH: &str = "/console/cinemas/plc_star/plan";

    #[tokio::test]
    async fn a_day_is_planned_from_what_ran_here() {
        let season = Season::new().await;
        let before = season.chen.get(PATH).await;
        assert_eq!(before.status, StatusCode::OK);
        assert!(before.text.contains("the last 28 days had 0 on 0, with 0 admissions."), "{}", before.text);

        for date in 19..=22 {
            for (hour, sold) in [(10, 12), (14, 18), (19, 60)] {
                let showtime = season.showing(&season.star, day(date), hour).await;
                season.sells(&showtime, sold).await;
            }
        }
        let morning = season.showing(&season.star, day(26), 9).await;
        season.sells(&morning, 2).await;

        let shown = season.chen.get(&format!("{PATH}?day=2016-12-26")).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
        for part in [
            "The public is learned from 12 showings on 4 days here, 360 admissions.",
            "As it is scheduled now the day is expected to seat",
            "Tickets are sold already for 1 of the scheduled showings",
            "Gap to the bound",
            "no plan can be more than",
            "chart-narrow",
            "Sold so far",
        ] {
            assert!(shown.text.contains(part), "{part}\n{}", shown.text);
        }
        let free = season.chen.get(&format!("{PATH}?day=2016-12-27&lang=zh")).await;
        for part in ["取自本影院 4 天 12 场、360 人次。", "当天还没有排片。", "预计人次", "与上限的差距"]
        {
            assert!(free.text.contains(part), "{part}\n{}", free.text);
        }
        for bad in ["2016-12-22", "2017-02-01", "soon"] {
            let refused = season.chen.get(&format!("{PATH}?day={bad}")).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
        assert_eq!(season.dai.get(PATH).await.status, StatusCode::NOT_FOUND);
    }
}
