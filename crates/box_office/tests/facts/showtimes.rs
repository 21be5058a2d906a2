use crate::cinema::{NOW, Star, act, code, day};
use box_office::showtimes::{self, Plan};
use box_office::{cinemas, halls, holds};
use db::Lane;
use kernel::{Currency, Money, OrderId, Zone};

const SHANGHAI: &str = "Asia/Shanghai";

#[test]
fn two_showings_of_a_hall_do_not_overlap() {
    let star = Star::new(SHANGHAI);
    let friday = day("2016-12-23");
    star.adds(&star.plan(friday, 12, 0)).expect("the hall is free");
    // It ends at 13:40, and the hall is swept until 13:55.
    for (hour, minute) in [(12, 0), (10, 30), (13, 39), (13, 40), (13, 54), (10, 6)] {
        assert_eq!(code(star.adds(&star.plan(friday, hour, minute))), "hall_busy", "{hour}:{minute:02}");
    }
    star.adds(&star.plan(friday, 13, 55)).expect("swept and free");
    star.adds(&star.plan(friday, 10, 5)).expect("out by 11:45");
}

/// Two nodes plan the same hour in the same hall at once.
#[test]
fn two_nodes_do_not_give_a_hall_away_twice() {
    let star = Star::new(SHANGHAI);
    for hour in (1..22).step_by(4) {
        let waiting: Vec<_> = (0..2)
            .map(|i| {
                let (hall, plan) = (star.hall.clone(), star.plan(day("2016-12-23"), hour, 7 * i));
                let seed = (hour as u64) << 8 | i as u64;
                let story = move |tx: &db::Tx| showtimes::add(tx, &mut act(seed, NOW), &hall, &plan);
                star.db.submit(Lane::of(&format!("node {}", i + 1)), story)
            })
            .collect();
        let added = waiting.into_iter().map(db::Waiting::wait).filter(Result::is_ok).count();
        assert_eq!(added, 1, "{hour} o'clock");
    }
}

#[test]
fn a_showtime_off_sale_keeps_the_hall_while_its_seats_are_sold() {
    let star = Star::new(SHANGHAI);
    let friday = day("2016-12-23");
    let show = star.adds(&star.plan(friday, 12, 0)).expect("a showtime");
    let (place, id, until) = (star.place.clone(), show.id.clone(), NOW.plus_minutes(10));
    star.write(move |tx| {
        holds::take(tx, &place, &id, &["A1"], &OrderId("ord_1".into()), until, NOW)?;
        assert!(showtimes::close(tx, &place, &id)?);
        assert!(!showtimes::close(tx, &place, &id)?, "a second time changes nothing");
        Ok(())
    })
    .expect("closed");
    assert_eq!(code(star.adds(&star.plan(friday, 12, 30))), "hall_busy");
    let (place, id) = (star.place.clone(), show.id);
    star.write(move |tx| holds::release(tx, &place, &id, &OrderId("ord_1".into()))).expect("given back");
    star.adds(&star.plan(friday, 12, 30)).expect("nobody comes to the other one");
}

#[test]
fn a_showtime_sells_while_it_is_open_and_until_it_begins() {
    let star = Star::new(SHANGHAI);
    let show = star.adds(&star.plan(day("2016-12-23"), 12, 0)).expect("a showtime");
    let (place, id, starts_at) = (star.place.clone(), show.id.clone(), show.starts_at);
    star.write(move |tx| {
        let on_sale = |now| showtimes::on_sale(tx, &place, &id, now);
        assert_eq!(on_sale(starts_at.plus_seconds(-1))?, show);
        assert_eq!(code(on_sale(starts_at)), "showtime_begun");
        showtimes::close(tx, &place, &id)?;
        assert_eq!(code(on_sale(starts_at.plus_seconds(-1))), "showtime_closed");
        Ok(())
    })
    .expect("looked at");
}

#[test]
fn a_plan_that_makes_no_sense_is_refused_in_its_field() {
    let star = Star::new(SHANGHAI);
    let plan = star.plan(day("2016-12-23"), 12, 0);
    let bad: [(&str, Plan); 8] = [
        ("runtime", Plan { runtime_minutes: 0, ..plan.clone() }),
        ("runtime", Plan { runtime_minutes: 601, ..plan.clone() }),
        ("price", Plan { price: Money::fen(0), ..plan.clone() }),
        ("price", Plan { price: Money::fen(1_000_001), ..plan.clone() }),
        ("minimum", Plan { minimum: Money::fen(-1), ..plan.clone() }),
        ("minimum", Plan { minimum: Money::fen(1_000_001), ..plan.clone() }),
        ("minimum", Plan { minimum: Money::new(3500, Currency::USD), ..plan.clone() }),
        ("version", Plan { version: String::new(), ..plan.clone() }),
    ];
    for (field, plan) in bad {
        let error = star.adds(&plan).expect_err("a refusal");
        assert_eq!(error.refusal().and_then(|no| no.field), Some(field), "{plan:?}");
    }
}

/// A showing's day is what the calendar on the cinema's wall says, also in the weeks when the clocks change.
#[test]
fn a_showing_belongs_to_the_day_on_its_cinemas_wall() {
    for (zone, date, hour, minute, utc) in [
        // The clocks of New York fall back at 2:00 on 6 November: 23:30 is five hours from Greenwich again.
        ("America/New_York", "2016-11-06", 23, 30, "2016-11-07T04:30:00Z"),
        ("America/New_York", "2016-11-06", 0, 30, "2016-11-06T04:30:00Z"),
        // They spring forward at 2:00 on 13 March: half past two is half past three.
        ("America/New_York", "2016-03-13", 2, 30, "2016-03-13T07:30:00Z"),
        ("Asia/Shanghai", "2016-12-24", 0, 10, "2016-12-23T16:10:00Z"),
        ("Pacific/Kiritimati", "2016-12-24", 1, 0, "2016-12-23T11:00:00Z"),
    ] {
        let star = Star::new(zone);
        let date = day(date);
        let show = star.adds(&star.plan(date, hour, minute)).expect("a showtime");
        assert_eq!((show.day, show.starts_at.rfc3339().as_str()), (date, utc), "{zone}");
        let place = star.place.clone();
        assert_eq!(star.read(move |view| showtimes::of_day(view, &place, date)), [show]);
    }
    assert!(Zone::parse("Mars/Olympus").is_err());
}

#[test]
fn a_cinema_has_its_address_and_its_halls_to_itself() {
    let star = Star::new(SHANGHAI);
    let cinema = star.cinema();
    let again = cinema.clone();
    assert_eq!(code(star.write(move |tx| cinemas::add(tx, &again, NOW))), "slug_taken");
    let (place, hall) = (star.place.clone(), star.hall.clone());
    star.read(move |view| {
        assert_eq!(cinemas::by_slug(view, "star")?, cinema);
        assert_eq!(code(cinemas::by_slug(view, "moon")), "not_found");
        assert_eq!(halls::of_cinema(view, &place)?, std::slice::from_ref(&hall));
        assert_eq!(code(halls::any(view, &kernel::PlaceId("plc_moon".into()), &hall.id)), "not_found");
        Ok(())
    });
}
