use crate::console::season::{Season, day};
use axum::http::StatusCode;

const PATH: &str = "/console/cinemas/plc_star/plan";

/// Four days of three showings each, and a showing of next week with two seats sold.
async fn season() -> Season {
    let season = Season::new().await;
    for date in 19..=22 {
        for (hour, sold) in [(10, 12), (14, 18), (19, 60)] {
            let showtime = season.showing(&season.star, day(date), hour).await;
            season.sells(&showtime, sold).await;
        }
    }
    let morning = season.showing(&season.star, day(26), 9).await;
    season.sells(&morning, 2).await;
    season
}

/// The form as the page shows it, with some fields typed anew.
fn rules(typed: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut form = vec![
        ("week_begins", "5"),
        ("prime_from", "18:00-21:30"),
        ("step", "15"),
        ("adverts", "0"),
        ("domestic_part", "66.6667"),
        ("domestic_measure", "time"),
        ("domestic_days", "365"),
        ("goal", "admissions"),
        ("concession", "0"),
        ("showing_cost", "0"),
    ];
    form.extend(box_office::planning::HOURS.map(|field| (field, "09:00-24:00")));
    for (name, value) in typed {
        form.retain(|(other, _)| other != name);
        form.push((name, value));
    }
    form
}

/// Where the page leads to take its plan.
fn taking_of(page: &str) -> String {
    let end = page.find("/taking\"").expect("a way to take the plan") + "/taking".len();
    let begin = page[..end].rfind('"').expect("an address in quotes") + 1;
    page[begin..end].to_owned()
}

#[tokio::test]
async fn a_week_is_planned_taken_once_and_undone() {
    let season = season().await;
    let chen = &season.chen;
    assert!(chen.get(PATH).await.text.contains("No plan for this week yet"));
    let kept = chen.post(&format!("{PATH}/rules"), &rules(&[])).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
    // The clock stands on Friday the 23rd: what is ahead of its week begins on Saturday.
    let made = chen.post(PATH, &[("from", "2016-12-24")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let shown = chen.get(&format!("{}&day=2016-12-26", made.location())).await;
    for part in [
        "What films draw is learned from 12 showings on 4 days here, 360 admissions;",
        "no plan could sell more than",
        "A day of the plan has up to 7 showings; no day it is learned from had more than 3 here.",
        "Seats are sold or held for one of the scheduled showings: it stays as it is.",
        "stays: seats are sold",
        "hours-list",
        "See what changes",
        "<title>Plan a week · ",
    ] {
        assert!(shown.text.contains(part), "{part}\n{}", shown.text);
    }
    let chinese = chen.get(&format!("{}&lang=zh", made.location())).await;
    for part in [
        "任何方案最多比它再高",
        "预计人次",
        "查看变更并采用",
        "《摆渡人》：",
        "方案单日最多 7 场，而以往最多的一天只有 3 场",
    ] {
        assert!(chinese.text.contains(part), "{part}\n{}", chinese.text);
    }
    let taking = taking_of(&shown.text);
    let preview = chen.get(&taking).await;
    assert!(
        preview.text.contains("1 stays as it is, 1 of them with seats sold or held."),
        "{}",
        preview.text
    );
    let taken = chen.post(&taking, &[]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    let count = |text: &str| text.matches("Take off sale").count();
    let saturday = "/console/cinemas/plc_star/showtimes?day=2016-12-24";
    let on_sale = count(&chen.get(saturday).await.text);
    assert!(on_sale >= 3, "{on_sale} showings on Saturday");
    chen.post(&taking, &[]).await;
    assert_eq!(count(&chen.get(saturday).await.text), on_sale, "taken twice is taken once");

    let undoing = taking.replace("taking", "undoing");
    let undone = chen.post(&undoing, &[]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER);
    assert_eq!(count(&chen.get(saturday).await.text), 0);
    let monday = chen.get("/console/cinemas/plc_star/showtimes?day=2016-12-26").await;
    assert!(monday.text.contains("2 of 100") && count(&monday.text) == 1, "what was sold stays on sale");
    let again = chen.post(&taking, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains("This plan was undone: make a new one."), "{}", again.text);
}

#[tokio::test]
async fn a_plan_that_sold_seats_is_not_undone_and_one_in_the_way_is_not_taken() {
    let season = season().await;
    let chen = &season.chen;
    let made = chen.post(PATH, &[("from", "2016-12-24")]).await;
    let shown = chen.get(made.location()).await;
    let taking = taking_of(&shown.text);
    // Somebody puts another showing on sale and sells it before the plan is taken.
    let rival = season.showing(&season.star, day(25), 18).await;
    season.sells(&rival, 1).await;
    let refused = chen.post(&taking, &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.text.contains("make the plan again"), "{}", refused.text);

    let made = chen.post(PATH, &[("from", "2016-12-24")]).await;
    let shown = chen.get(made.location()).await;
    let taking = taking_of(&shown.text);
    assert_eq!(chen.post(&taking, &[]).await.status, StatusCode::SEE_OTHER);
    let day_25 = day(25);
    let place = season.star.place.clone();
    let on_sale = season
        .town
        .house
        .read(move |view| box_office::showtimes::of_day(view, &place, day_25))
        .await
        .unwrap();
    let added = on_sale.iter().find(|one| one.open && one.id != rival.id).expect("the plan added one");
    season.sells(added, 1).await;
    let undone = chen.post(&taking.replace("taking", "undoing"), &[]).await;
    let told = chen.get(undone.location()).await;
    assert!(told.text.contains("This plan is taken"), "{}", told.text);
}

#[tokio::test]
async fn a_midnight_showing_belongs_to_the_evening_before_and_stays() {
    let season = season().await;
    let chen = &season.chen;
    // One within the plan, one after its last evening, and an unsold one before its first.
    for date in [27, 30] {
        let midnight = season.showing(&season.star, day(date), 0).await;
        season.sells(&midnight, 3).await;
    }
    season.showing(&season.star, day(24), 0).await;
    let made = chen.post(PATH, &[("from", "2016-12-24")]).await;
    let shown = chen.get(made.location()).await;
    assert!(shown.text.contains("for 3 of the scheduled showings"), "{}", shown.text);
    let taken = chen.post(&taking_of(&shown.text), &[]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    let friday_night = chen.get("/console/cinemas/plc_star/showtimes?day=2016-12-24").await;
    assert!(friday_night.text.contains("00:00"), "{}", friday_night.text);
    let place = season.star.place.clone();
    let saturday =
        season.town.house.read(move |view| box_office::showtimes::of_day(view, &place, day(24))).await;
    assert!(
        saturday
            .unwrap()
            .iter()
            .any(|one| one.open && one.starts_at == day(24).at(0, 0, &kernel::Zone::shanghai()))
    );
}

#[tokio::test]
async fn a_cinema_with_nothing_to_learn_from_is_led_to_its_past() {
    let season = Season::new().await;
    season.showing(&season.star, day(26), 9).await;
    let refused = season.chen.post(PATH, &[("from", "2016-12-24")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let alert = refused.text.split("role=\"alert\"").nth(1).expect("a refusal");
    let alert = alert.split("</div>").next().expect("its end");
    assert!(alert.contains("A plan needs 10 showings on 3 days"), "{alert}");
    assert!(alert.contains("href=\"/console/cinemas/plc_star/earlier\""), "{alert}");
}

#[tokio::test]
async fn rules_that_cannot_be_kept_are_refused_where_they_stand() {
    let season = season().await;
    for (field, bad) in [
        ("hours_3", "09:00"),
        ("hours_3", "12:00-09:00"),
        ("starts_max", "0"),
        ("domestic_part", "120"),
        ("price", "free"),
        ("week_begins", "8"),
    ] {
        let refused = season.chen.post(&format!("{PATH}/rules"), &rules(&[(field, bad)])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={bad}");
        assert!(refused.text.contains(&format!("id=\"{field}-error\"")), "{field}={bad}\n{}", refused.text);
    }
    let title: &'static str = Box::leak(season.title.0.clone().into_boxed_str());
    let promise = rules(&[
        ("promise_0_title", title),
        ("promise_0_first", "2016-12-24"),
        ("promise_0_last", "2016-12-29"),
        ("promise_0_day_min", "31"),
    ]);
    assert_eq!(season.chen.post(&format!("{PATH}/rules"), &promise).await.status, StatusCode::SEE_OTHER);
    let refused = season.chen.post(PATH, &[("from", "2016-12-24")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("the contracts ask for 31 showings"), "{}", refused.text);
    let form = season.chen.get(&format!("{PATH}/rules")).await;
    assert!(form.text.contains("promise_0_title") && form.text.contains("value=\"31\""), "{}", form.text);
    for path in [format!("{PATH}/rules"), PATH.to_owned()] {
        assert_eq!(season.dai.post(&path, &rules(&[])).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        season.chen.post(PATH, &[("from", "2016-12-22")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}
