//! What a circuit showed before it joined: what it brought, which of its names are met here, and a form for the next file.

use super::{Side, address, find, titled, top};
use crate::answer::{Answer, Page};
use crate::console::imports::bringing::{self, Wanted};
use crate::console::imports::{actors, between, refusals, size_hint, table};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::look::{Tone, money};
use crate::upload::Upload;
use crate::visit::{CinemaStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use box_office::Cinema;
use flows::learn_showings::LEARNED_DAYS;
use flows::views::earlier_showings::{self, Brought, Met};
use kernel::{Day, Lang};
use market::imports::{self, Kind};
use maud::{Markup, html};

/// Names of a kind that are listed because nothing here is called so, at most.
const UNMET_MAX: usize = 40;

pub(super) fn page_address(cinema: &Cinema) -> String {
    format!("{}/earlier", address(&cinema.place))
}

pub async fn show(visit: Visit, staff: CinemaStaff, Path(place): Path<String>) -> Answer<Page> {
    let cinema = find(&visit, &staff, &place).await?;
    page(&visit, &cinema, &Form::blank()).await
}

/// The file is the whole circuit's, whichever of its cinemas' pages it is brought on.
pub async fn bring_in(visit: Visit, staff: CinemaStaff, Path(place): Path<String>, upload: Upload) -> Answer {
    let cinema = find(&visit, &staff, &place).await?;
    let circuit = Some(cinema.org.clone());
    let wanted =
        Wanted { desk: circuit.clone(), kind: Some(Kind::Showings), circuit, page: page_address(&cinema) };
    match bringing::bring_in(&visit, upload, wanted).await {
        Ok(answer) => Ok(answer),
        Err(error) => Ok(page(&visit, &cinema, &Form::blank().refused(error)?).await?.into_response()),
    }
}

async fn page(visit: &Visit, cinema: &Cinema, form: &Form) -> Answer<Page> {
    let (org, now) = (cinema.org.clone(), visit.now);
    let from = visit.now.day_in(&cinema.zone).plus(-LEARNED_DAYS);
    let (brought, all, names) = visit
        .read(move |view| {
            let all = imports::of_circuit(view, &org)?;
            let names = actors(view, &all)?;
            Ok((earlier_showings::brought(view, &org, from, now)?, all, names))
        })
        .await?;
    let page = page_address(cinema);
    let body = html! {
        (top(visit, cinema, Side::Earlier))
        div class="stack" {
            p { (visit.say(
                "What your circuit’s cinemas showed and sold before they joined, from your old ticketing system. The forecast of showings and the plan of a week learn from it at once; nobody else sees it or learns from it.",
                "院线各影院加入前在原售票系统中的场次与售票。场次预测和排片方案会立即从中学习；其他机构看不到，也不会从中学习。",
            )) }
            (bringing::under_way(visit, &Some(cinema.org.clone()), &page))
            @if let Some(brought) = &brought { (told(visit, brought, from)) (unmet(visit, brought)) }
            (parts::titled_card(visit.say("Bring a file", "导入文件"), file_form(visit, form, &page)))
            div id="imports" class="stack" data-fresh {
                @if !all.is_empty() { (table(visit, &all, &names, None)) (refusals(visit, &all)) }
            }
        }
    };
    Ok(Page::console(titled(visit, cinema, Side::Earlier), body).status(form.status()))
}

fn told(visit: &Visit, brought: &Brought, from: Day) -> Markup {
    let counted = |number: usize| html! { (money::grouped(number as i64)) };
    let rows = [
        (visit.say("Showings", "场次"), counted(brought.showings)),
        (visit.say("With their sold seats", "有售票数"), counted(brought.counted)),
        (visit.say("Days", "日期"), html! { (between((brought.first, brought.last), visit.lang)) }),
        (visit.say("Near enough to learn from", "可供学习"), counted(brought.recent)),
    ];
    let too_old = match visit.lang {
        Lang::En => format!(
            "Showings are learned from for {LEARNED_DAYS} days: what lies before {} says nothing of the coming ones.",
            from.in_full(Lang::En)
        ),
        Lang::Zh => {
            format!(
                "预测只学习最近 {LEARNED_DAYS} 天的场次：{}之前的对将来的场次没有参考意义。",
                from.in_full(Lang::Zh)
            )
        }
    };
    let body = html! {
        (parts::definitions(&rows))
        @if brought.first < from {
            (parts::alert(if brought.recent == 0 { Tone::Lantern } else { Tone::Plain }, &too_old, None))
        }
    };
    parts::titled_card(visit.say("What was brought", "已导入的内容"), body)
}

/// Names that nothing here is called: they are learned from all the same, as things of their own.
fn unmet(visit: &Visit, brought: &Brought) -> Markup {
    let kinds = [
        (visit.say("Cinemas", "影院"), &brought.cinemas),
        (visit.say("Halls", "影厅"), &brought.halls),
        (visit.say("Films", "影片"), &brought.films),
    ];
    if kinds.iter().all(|(_, names)| names.iter().all(|one| one.here)) {
        return html! {};
    }
    let body = html! {
        p class="muted" { (visit.say(
            "They teach under their own names. Once a cinema, a hall or a film here has the same name, in either language, its past is found.",
            "它们以原名参与学习。影院、影厅或影片录入同样的名称（中英文均可）后，就会与其历史对应。",
        )) }
        @for (kind, names) in kinds { (unmet_of(visit, kind, names)) }
    };
    parts::titled_card(visit.say("Names that are not known here", "本平台尚无的名称"), body)
}

fn unmet_of(visit: &Visit, kind: &str, names: &[Met]) -> Markup {
    let unmet: Vec<&Met> = names.iter().filter(|one| !one.here).collect();
    if unmet.is_empty() {
        return html! {};
    }
    let part = match visit.lang {
        Lang::En => format!("{kind}: {} of {}", unmet.len(), names.len()),
        Lang::Zh => format!("{kind}：{} / {}", unmet.len(), names.len()),
    };
    html! {
        details class="reasons" {
            summary { (part) }
            ul {
                @for one in unmet.iter().take(UNMET_MAX) { li { (one.name) " " span class="muted" { (showings(visit, one.showings)) } } }
                @if unmet.len() > UNMET_MAX { li { "…" } }
            }
        }
    }
}

fn showings(visit: &Visit, number: usize) -> String {
    match visit.lang {
        Lang::En => kernel::counted(number as i64, "showing", "showings"),
        Lang::Zh => format!("{} 场", money::grouped(number as i64)),
    }
}

fn file_form(visit: &Visit, form: &Form, page: &str) -> Markup {
    let hint = size_hint(visit);
    let file = form.field(visit.lang, "file", visit.say("File", "文件"));
    let fields = html! {
        p class="muted" { (visit.say(
            "A line for each showing, with the columns date, cinema, hall, film, start and sold, and seats and price where they are known, in any order; 日期, 影院, 影厅, 影片, 开场时间, 人次, 座位数 and 票价 are understood too. The day is the business day: a start of 0:30 belongs to the evening before.",
            "每场一行，列为日期、影院、影厅、影片、开场时间、人次，如有可加座位数和票价，顺序不限；英文列名也可识别。日期按营业日：0:30 开场属于前一晚。",
        )) }
        (Field { kind: "file", hint: &hint, required: true, ..file }.input())
    };
    let error = form.error(visit.lang, &fields);
    parts::Form {
        action: page,
        error,
        submit: visit.say("Bring it", "导入"),
        has_file: true,
        ..parts::Form::default()
    }
    .render(visit.lang, fields)
}

#[cfg(test)]
mod tests {
    use crate::console::season::Season;
    use axum::http::StatusCode;

    const PAGE: &str = "/console/cinemas/plc_star/earlier";
    const SHOWTIMES: &str = "/console/cinemas/plc_star/showtimes";

    /// So many days up to the eve of the season's Friday, thirty showings each.
    fn past(days: i8, cinema: &str) -> String {
        let mut text = String::from("日期,影院,影厅,影片,开场时间,座位数,人次\n");
        for day in 0..days {
            let date = super::super::super::season::day(22).plus(-i32::from(day));
            for nth in 0..30 {
                let (hour, minute) = (9 + nth / 2, 30 * (nth % 2));
                let sold = if hour < 17 { 10 } else { 60 };
                text += &format!("{date},{cinema},Hall {},摆渡人,{hour}:{minute:02},100,{sold}\n", nth % 5);
            }
        }
        text
    }

    /// The page once nothing is learned beside it any more.
    async fn once_learned(season: &Season, path: &str) -> String {
        for _ in 0..6_000 {
            let page = season.chen.get(path).await.text;
            if !page.contains("data-again") {
                return page;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{path} goes on learning")
    }

    #[tokio::test]
    async fn a_circuit_brings_its_past_and_is_told_what_is_coming() {
        let season = Season::new().await;
        let tomorrow = crate::console::season::day(24);
        season.showing(&season.star, tomorrow, 19).await;
        let day = format!("{SHOWTIMES}?day={tomorrow}");
        let before = once_learned(&season, &day).await;
        assert!(before.contains("A forecast needs 300 showings") && before.contains(PAGE), "{before}");
        assert!(season.chen.get(PAGE).await.text.contains("Bring a file"));

        let file = past(14, "STAR cinema");
        let sent = season.chen.upload(PAGE, &[], ("old.csv", file.as_bytes())).await;
        assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, PAGE), "{}", sent.text);
        let page = season.chen.get(PAGE).await.text;
        for part in ["old.csv", "420", "Fri 9 Dec 2016 – Thu 22 Dec 2016", "Halls: 4 of 5"] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert!(
            !page.contains("Cinemas: 1 of 1") && !page.contains("Films: 1 of 1"),
            "these are met by name"
        );
        let after = once_learned(&season, &day).await;
        assert!(after.contains("nine of ten such showings"), "{after}");
        assert!(after.contains("earlier showings that were brought, up to Thu 22 Dec 2016"), "{after}");
        let zh = season.chen.get(&format!("{PAGE}?lang=zh")).await.text;
        assert!(zh.contains("已导入的内容") && zh.contains("影厅：4 / 5"), "{zh}");
        // Twice is once.
        let again = season.chen.upload(PAGE, &[], ("old.csv", file.as_bytes())).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER);
        let named = |page: &str| page.matches("old.csv").count();
        assert_eq!(named(&season.chen.get(PAGE).await.text), named(&page));
    }

    #[tokio::test]
    async fn nobody_else_sees_what_a_circuit_brought() {
        let season = Season::new().await;
        season.chen.upload(PAGE, &[], ("old.csv", past(2, "Secret House").as_bytes())).await;
        let docks = season.dai.get("/console/cinemas/plc_dock/earlier").await;
        assert!(docks.status.is_success() && !docks.text.contains("old.csv"), "{}", docks.text);
        assert!(!docks.text.contains("Secret House"));
        assert_eq!(season.dai.get(PAGE).await.status, StatusCode::NOT_FOUND);
        let sent = season.dai.upload(PAGE, &[], ("bad.csv", past(2, "x").as_bytes())).await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND);
        assert_eq!(season.ann.get(PAGE).await.status, StatusCode::FORBIDDEN);
        // The operator sees whose it is, and may bring a file for a circuit.
        let operator = season.town.operator().await;
        let list = operator.get("/console/market/imports").await.text;
        assert!(list.contains("old.csv") && list.contains("Showings of a circuit"), "{list}");
        let file = past(3, "Old Dock");
        let nobodys = operator.upload("/console/market/imports", &[], ("dock.csv", file.as_bytes())).await;
        assert_eq!(nobodys.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nobodys.text.contains("a circuit learns from its own alone"), "{}", nobodys.text);
        let org = season.org_of(&season.dock).await;
        let form = [("circuit", org.0.as_str())];
        let sent = operator.upload("/console/market/imports", &form, ("dock.csv", file.as_bytes())).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert!(season.dai.get("/console/cinemas/plc_dock/earlier").await.text.contains("dock.csv"));
        assert!(!season.chen.get(PAGE).await.text.contains("dock.csv"));
        let studio = [("circuit", season.studio.0.as_str())];
        let sent = operator.upload("/console/market/imports", &studio, ("dock.csv", file.as_bytes())).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "a studio shows nothing");
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_is_refused_and_an_old_one_says_nothing() {
        let season = Season::new().await;
        let head = "date,cinema,hall,film,time,seats,sold\n";
        for (text, said) in [
            ("a,b\n1,2\n".to_owned(), "is not a list of showings: it lacks cinema, hall, film, start, sold"),
            (
                format!("{head}2016-12-20,Star,1,F,9:50,10,11\n"),
                "sold is “11”, which is not at most the 10 seats",
            ),
            (
                format!("{head}2016-12-23,Star,1,F,9:50,10,1\n"),
                "after 2016-12-22, the last day that is over here",
            ),
        ] {
            let sent = season.chen.upload(PAGE, &[], ("x.csv", text.as_bytes())).await;
            assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
            assert!(sent.text.contains(said) && sent.text.contains("id=\"file-error\""), "{}", sent.text);
        }
        let old = format!("{head}2016-10-20,Star,1,F,9:50,10,9\n2016-10-20,Star,1,F,19:50,10,1\n");
        season.chen.upload(PAGE, &[], ("old.csv", old.as_bytes())).await;
        let page = season.chen.get(PAGE).await.text;
        assert!(page.contains("what lies before Fri 11 Nov 2016 says nothing"), "{page}");
        season.showing(&season.star, crate::console::season::day(24), 19).await;
        let day = once_learned(&season, &format!("{SHOWTIMES}?day=2016-12-24")).await;
        assert!(day.contains("end on Thu 20 Oct 2016: too long ago"), "{day}");
    }
}
