//! A circuit learns from its showings what the coming ones will sell.

use crate::town::{Town, premiere};
use box_office::{Cinema, cinemas};
use demand::showing::{Forecast, SHOWINGS_MIN};
use flows::learn_showings::{self, Told};
use kernel::{Day, Dice, PlaceId, ShowtimeId, Words, Zone};

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

#[test]
fn a_circuit_learns_what_its_showings_sell() {
    let town = town(LEARNED);
    let before = told(&town, "plc_star");
    for nth in 0..A_DAY {
        assert_eq!(of(&before, nth).is_some(), minute(nth) > 12 * 60, "only what has not begun: {nth}");
    }
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
