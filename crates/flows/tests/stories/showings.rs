//! A circuit learns from its showings what the coming ones will sell, also from those it brought from before it joined.

use crate::town::{Town, premiere};
use box_office::{Cinema, cinemas};
use demand::showing::{Forecast, SHOWINGS_MIN};
use flows::learn_showings::{self, AtHand, Told};
use flows::views::{earlier_showings, showing_history, showings_plan};
use flows::{House, import_figures};
use kernel::{Actor, Day, Dice, Lang, OrgId, PlaceId, ShowtimeId, Words, Zone};
use market::imports::{self, Kind, Prepared};
use market::learned::Change;
use market::table::Packed;

const A_DAY: i32 = 26;
const LEARNED: i32 = 13;

/// The minute at which the showings of a day begin, from nine in the morning until late.
fn minute(nth: i32) -> i32 {
    9 * 60 + nth * 33
}

fn id(day: Day, nth: i32) -> String {
    format!("sho_{day}_{nth:02}")
}

/// Shows the film all day and, where `sold` says so, sells that many seats of each showing a little before it.
fn show(town: &Town, day: Day, mut sold: impl FnMut(i32) -> i64) {
    let sold: Vec<i64> = (0..A_DAY).map(&mut sold).collect();
    let (hall, film) = (town.hall.id.0.clone(), town.film.0.clone());
    let written = town.scratch.write_blocking(db::Lane::house(), move |tx| {
        for (nth, sold) in (0..A_DAY).zip(&sold) {
            let starts = day.at((minute(nth) / 60) as i8, (minute(nth) % 60) as i8, &Zone::shanghai());
            tx.run(
                "insert into showtime (place_id, id, hall_id, title_id, starts_at, ends_at, day, version, state,
                   price_minor, minimum_minor, currency, seats)
                 values ('plc_star', $1, $2, $3, $4, $5, $6, '2D', 'open', 4000, 0, 'CNY', 100)",
                &[&id(day, nth), &hall, &film, &starts, &starts.plus_minutes(110), &day],
            )?;
            if *sold > 0 {
                order(tx, &id(day, nth), &film, starts.plus_minutes(-20), *sold)?;
            }
        }
        Ok(())
    });
    written.expect("a day of showings");
}

fn order(tx: &db::Tx, showtime: &str, film: &str, at: kernel::Instant, seats: i64) -> kernel::Result<()> {
    tx.run(
        "insert into ticket_order (place_id, id, showtime_id, title_id, buyer_id, key, asked, state, held_until, seats,
           paid_minor, fee_minor, base_minor, subsidy_minor, currency, created_at)
         values ('plc_star', $1, $2, $3, 'per_crowd', $1, '', 'paid', 0, $4, 0, 0, 0, 0, 'CNY', $5)",
        &[&format!("ord_{showtime}"), &showtime, &film, &seats, &at],
    )?;
    Ok(())
}

/// Few come in the morning, most in the evening, half as many more at weekends.
fn usual(day: Day, nth: i32, dice: &mut Dice) -> i64 {
    let seats = match minute(nth) / 60 {
        ..15 => 8.0,
        15..18 => 25.0,
        _ => 50.0,
    };
    let weekend = if day.weekday() >= 6 { 1.5 } else { 1.0 };
    (seats * weekend * (0.8 + 0.4 * dice.fraction())) as i64
}

/// Noon of the premiere, after days on which the same hours were shown, and with the same on sale today.
fn town(days: i32) -> Town {
    let (town, mut dice) = (Town::new(), Dice::seeded(11));
    for back in 1..=days {
        let day = premiere().plus(-back);
        show(&town, day, |nth| usual(day, nth, &mut dice));
    }
    show(&town, premiere(), |_| 0);
    town
}

fn told(town: &Town, place: &str) -> Told {
    let (house, now, place) = (town.house.clone(), town.house.now(), PlaceId(place.into()));
    town.read(move |view| learn_showings::forecasts(&house, view, &cinemas::any(view, &place)?, now))
}

fn of(told: &Told, nth: i32) -> Option<Forecast> {
    told.as_ref().expect("enough was sold").get(&ShowtimeId(id(premiere(), nth))).cloned()
}

/// What is told without waiting: nothing before somebody waited for the day's lesson.
fn at_hand(town: &Town) -> AtHand {
    let (house, now) = (town.house.clone(), town.house.now());
    let star = PlaceId("plc_star".into());
    town.read(move |view| learn_showings::at_hand(&house, view, &cinemas::any(view, &star)?, now))
}

#[test]
fn a_circuit_learns_what_its_showings_sell() {
    let town = town(LEARNED);
    assert!(matches!(at_hand(&town), AtHand::NotLearned));
    let before = told(&town, "plc_star");
    for nth in 0..A_DAY {
        assert_eq!(of(&before, nth).is_some(), minute(nth) > 12 * 60, "only what has not begun: {nth}");
    }
    assert!(matches!(at_hand(&town), AtHand::Told(told) if told == before));
    let mean = |nths: std::ops::Range<i32>| {
        let count = f64::from(nths.end - nths.start);
        nths.map(|nth| of(&before, nth).expect("told").seats).sum::<f64>() / count
    };
    let (afternoon, evening) = (mean(7..10), mean(18..25));
    assert!((5.0..16.0).contains(&afternoon), "about 8 come after noon: {afternoon}");
    assert!((38.0..70.0).contains(&evening), "about 50 in the evening: {evening}");
    let late = of(&before, 20).expect("told");
    assert!(f64::from(late.wide.low) < late.seats && late.seats < f64::from(late.wide.high), "{late:?}");
    assert!(late.because.len() >= 4 && late.because.iter().all(|one| one.en.ends_with('.')), "{late:?}");

    // Seventy are sold at noon already, which is far more than usual.
    let (film, now) = (town.film.0.clone(), town.house.now());
    let sold = move |tx: &db::Tx| order(tx, &id(premiere(), 20), &film, now, 70);
    town.scratch.write_blocking(db::Lane::house(), sold).expect("sold");
    let after = told(&town, "plc_star");
    let rushed = of(&after, 20).expect("told");
    assert!(rushed.seats >= 70.0 && rushed.seats > late.seats && rushed.wide.low >= 70, "{rushed:?}");
    assert_eq!(of(&after, 22), of(&before, 22), "the others stay as they were");
}

#[test]
fn a_circuit_that_sold_little_is_told_nothing_and_learns_from_no_other() {
    let town = town(LEARNED);
    let other = Cinema {
        place: PlaceId("plc_dock".into()),
        org: town.studio.clone(),
        city: "SHA".into(),
        slug: "dock".into(),
        name: Words::new("Dock", "码头"),
        address: Words::new("Dock", "码头"),
        zone: Zone::shanghai(),
        service_fee: kernel::Money::fen(0),
    };
    let now = town.house.now();
    town.scratch
        .write_blocking(db::Lane::house(), move |tx| cinemas::add(tx, &other, now))
        .expect("a cinema");
    let refusal = told(&town, "plc_dock").expect_err("it sold nothing");
    assert_eq!(refusal.code, "too_few_showings");
    assert!(refusal.say.en.contains(&format!("needs {SHOWINGS_MIN} showings")), "{}", refusal.say.en);

    let young = self::town(3);
    assert_eq!(told(&young, "plc_star").expect_err("three days are too few").code, "too_few_showings");
}

#[test]
fn tomorrow_is_learned_anew() {
    let town = town(LEARNED - 4);
    assert!(told(&town, "plc_star").is_err(), "{} showings are too few", (LEARNED - 4) * A_DAY);
    let mut dice = Dice::seeded(12);
    for ahead in 1..=2 {
        let day = premiere().plus(ahead);
        show(&town, day, |nth| usual(day, nth, &mut dice));
    }
    town.at(premiere().plus(3), 5, 0);
    assert!(told(&town, "plc_star").is_err(), "at five it is still the evening before");
    town.at(premiere().plus(3), 9, 0);
    assert!(told(&town, "plc_star").is_ok());
}

/// What the old system of the town's cinema tells of so many days before the premiere, under names of its own for whatever
/// is named here.
fn old_system(days: std::ops::RangeInclusive<i32>, cinema: &str, hall: &str, film: &str) -> String {
    let mut text = String::from("日期,影院,影厅,影片,开场时间,座位数,人次,票价\n");
    let mut dice = Dice::seeded(11);
    for back in days {
        let day = premiere().plus(-back);
        for nth in 0..A_DAY {
            let (hour, minute) = (minute(nth) / 60, minute(nth) % 60);
            let sold = usual(day, nth, &mut dice);
            text += &format!("{day},{cinema},{hall},{film},{hour}:{minute:02},100,{sold},40\n");
        }
    }
    text
}

fn circuit(town: &Town) -> OrgId {
    town.read(|view| cinemas::any(view, &PlaceId("plc_star".into()))).org
}

fn prepare(text: &str, circuit: Option<OrgId>) -> Prepared {
    let file = Packed::read("old.csv", text.as_bytes()).expect("a file");
    import_figures::read(&file, Some(Kind::Showings), premiere()).expect("read").brought_by(circuit)
}

fn bring(town: &Town, text: &str) -> Change {
    let prepared = prepare(text, Some(circuit(town)));
    let story = move |scene: &mut flows::Scene| import_figures::bring_in(scene, &prepared, &|_| ());
    town.house.write_blocking(&House::lane(), Actor::System, story).expect("brought").1
}

#[test]
fn a_circuit_without_sales_brings_its_past_and_is_told_what_is_coming() {
    let town = town(0);
    assert_eq!(told(&town, "plc_star").expect_err("nothing was sold here").code, "too_few_showings");
    let text = old_system(1..=27, " star ", "HALL 1", "the ferryman");
    assert_eq!(bring(&town, &text), Change { added: 27, corrected: 0, unchanged: 0 });
    // What was refused a moment ago is learned at once.
    let brought = told(&town, "plc_star");
    for nth in 0..A_DAY {
        assert_eq!(of(&brought, nth).is_some(), minute(nth) > 12 * 60, "only what has not begun: {nth}");
    }
    // It is learned as the same circuit's own sales would be: the names are met.
    let own = self::town(27);
    let own = told(&own, "plc_star");
    for nth in 7..A_DAY {
        let (brought, own) = (of(&brought, nth).expect("told"), of(&own, nth).expect("told"));
        assert!((brought.seats - own.seats).abs() < 0.01, "{nth}: {} for {}", brought.seats, own.seats);
    }
    assert_eq!(bring(&town, &text), Change { added: 0, corrected: 0, unchanged: 27 });
    // A planned week learns from the same days.
    let (now, cinema) = (town.house.now(), PlaceId("plc_star".into()));
    let question = town.read(move |view| {
        let cinema = cinemas::any(view, &cinema)?;
        showings_plan::question(view, &cinema, premiere().plus(1), now, Lang::En)
    });
    // With this morning, which is over here.
    assert_eq!((question.learned.days, question.learned.brought), (28, 27 * A_DAY as usize));
    assert!(question.unknown.is_empty() && question.titles == [town.film.clone()], "{:?}", question.titles);
}

#[test]
fn what_one_circuit_brings_teaches_no_other() {
    let town = town(0);
    let now = town.house.now();
    let other = town
        .story("house", Actor::System, move |scene| {
            let org = people::orgs::add(
                scene.tx,
                &mut scene.act,
                people::OrgKind::Cinema,
                &Words::new("Docks", "码头院线"),
            )?;
            let dock = Cinema {
                place: PlaceId("plc_dock".into()),
                org: org.id.clone(),
                city: "SHA".into(),
                slug: "dock".into(),
                name: Words::new("Dock", "码头"),
                address: Words::new("Dock", "码头"),
                zone: Zone::shanghai(),
                service_fee: kernel::Money::fen(0),
            };
            cinemas::add(scene.tx, &dock, now)?;
            Ok(org.id)
        })
        .expect("another circuit");
    // Even under the other's name.
    bring(&town, &old_system(1..=20, "Dock", "Hall 1", "The Ferryman"));
    assert_eq!(told(&town, "plc_dock").expect_err("it brought nothing").code, "too_few_showings");
    let past = town.read(move |view| {
        let days = (premiere().plus(-42), premiere().plus(-1));
        Ok((showing_history::past(view, &other, days, now)?.len(), imports::of_circuit(view, &other)?.len()))
    });
    assert_eq!(past, (0, 0));
    let nobodys = prepare(&old_system(1..=2, "Star", "Hall 1", "The Ferryman"), None);
    let story = move |scene: &mut flows::Scene| import_figures::bring_in(scene, &nobodys, &|_| ());
    let refused = town.house.write_blocking(&House::lane(), Actor::System, story);
    assert_eq!(crate::town::code(refused), "no_circuit");
}

#[test]
fn own_sales_win_and_a_name_that_is_entered_later_meets_its_past() {
    let town = town(2);
    bring(&town, &old_system(1..=10, "Star", "Hall 9", "河上的人"));
    let (org, now) = (circuit(&town), town.house.now());
    let past = |town: &Town| {
        let org = org.clone();
        let days = (premiere().plus(-42), premiere().plus(-1));
        town.read(move |view| showing_history::past(view, &org, days, now))
    };
    let all = past(&town);
    assert_eq!(all.len(), 10 * A_DAY as usize, "the two days that both tell of count once");
    let of_day =
        |back: i32| all.iter().find(|one| one.showing.day == premiere().plus(-back)).unwrap().clone();
    assert_eq!(of_day(1).showing.film, town.film.0, "by the own count");
    let brought = of_day(5).showing;
    assert_eq!((brought.cinema.as_str(), brought.hall.as_str()), ("plc_star", "Hall 9"));
    assert_eq!((brought.film.as_str(), brought.price_minor), ("河上的人", Some(4_000)));
    let sums = |town: &Town| {
        let org = org.clone();
        town.read(move |view| earlier_showings::brought(view, &org, premiere().plus(-4), now)).expect("some")
    };
    let told = sums(&town);
    assert_eq!((told.showings, told.recent), (260, 104));
    assert!(told.cinemas[0].here && !told.halls[0].here && !told.films[0].here, "{told:?}");
    town.sql("insert into title_name (title_id, lang, name) select id, 'ja', '河上的人' from title");
    assert!(sums(&town).films[0].here);
    let met = past(&town);
    assert!(met.iter().all(|one| one.showing.film == town.film.0 && one.showing.release == Some(premiere())));
}

#[test]
fn a_day_that_is_not_over_is_brought_when_it_is() {
    let town = town(0);
    // Noon of the premiere: its own showings have begun to sell in the old system.
    let text = old_system(0..=3, "Star", "Hall 1", "The Ferryman");
    assert_eq!(bring(&town, &text).added, 3);
    let files = town.read(imports::all);
    let left_out = "“old.csv” has 26 showings after 2016-12-22";
    assert!(files[0].refusals[0].en.starts_with(left_out), "{:?}", files[0].refusals);
    assert_eq!((files[0].last, files[0].refused), (Some(premiere().plus(-1)), 0));
    town.at(premiere().plus(1), 5, 0);
    assert_eq!(bring(&town, &text).added, 0, "at five it is still the evening before");
    town.at(premiere().plus(1), 6, 0);
    assert_eq!(bring(&town, &text), Change { added: 1, corrected: 0, unchanged: 3 });
}
