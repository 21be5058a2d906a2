//! On-sales as they are kept: announced, paced, joined.

use crate::cinema::{NOW, Star, code};
use box_office::on_sales::{self, Draft, OnSale};
use kernel::{Instant, TitleId};

const OPEN: Instant = Instant::from_micros(NOW.micros + 3_600_000_000);

fn film() -> TitleId {
    TitleId("ttl_a".into())
}

fn draft() -> Draft {
    Draft { opens_at: OPEN, minutes: 120, per_minute: 600, turn_minutes: 10 }
}

fn announced(star: &Star) -> OnSale {
    star.write(|tx| on_sales::announce(tx, &film(), &draft(), NOW)).expect("an on-sale")
}

#[test]
fn positions_are_nobody_elses_and_begin_where_the_gate_is() {
    let star = Star::new("Asia/Shanghai");
    let sale = announced(&star);
    let count = sale.clone();
    star.write(move |tx| on_sales::count_early(tx, &count, 1_000)).expect("counted");
    let taken = |second: i64, positions: i64| {
        let sale = sale.clone();
        star.write(move |tx| on_sales::take(tx, &sale, positions, OPEN.plus_seconds(second)))
            .expect("positions")
    };
    assert_eq!(taken(1, 16), 1_000, "behind those who were early");
    assert_eq!(taken(1, 16), 1_016);
    // 600 a minute: after 200 s the gate has passed 2,001, and nobody waits.
    assert_eq!(taken(200, 16), 2_001);
    let late = sale.clone();
    star.write(move |tx| on_sales::count_early(tx, &late, 5)).expect("too late to count");
    let known = star.write(|tx| on_sales::any(tx, &film(), OPEN)).expect("an on-sale");
    assert_eq!((known.line.early, known.next_position), (Some(1_000), 2_017));
}

#[test]
fn lots_are_drawn_once() {
    let star = Star::new("Asia/Shanghai");
    let sale = announced(&star);
    for people in [300, 20] {
        let sale = sale.clone();
        let drawn = star.write(move |tx| {
            on_sales::count_early(tx, &sale, people)?;
            on_sales::draw(tx, &sale)
        });
        drawn.expect("drawn");
    }
    let known = star.write(|tx| on_sales::any(tx, &film(), NOW)).expect("an on-sale");
    assert_eq!(known.line.early, Some(300));
}

#[test]
fn one_that_has_not_opened_is_replaced_and_an_open_one_is_not() {
    let star = Star::new("Asia/Shanghai");
    let first = announced(&star);
    let second = star.write(|tx| on_sales::announce(tx, &film(), &Draft { per_minute: 60, ..draft() }, NOW));
    assert_eq!(second.expect("another").number, first.number + 1);
    assert_eq!(star.write(|tx| on_sales::live(tx, NOW)).expect("a list").len(), 1);
    let late = Draft { opens_at: OPEN.plus_minutes(5), ..draft() };
    assert_eq!(code(star.write(move |tx| on_sales::announce(tx, &film(), &late, OPEN))), "on_sale_is_open");
    star.write(|tx| on_sales::end(tx, &film(), OPEN)).expect("over");
    assert_eq!(code(star.write(|tx| on_sales::any(tx, &film(), OPEN))), "no_line");
    star.write(move |tx| on_sales::announce(tx, &film(), &late, OPEN)).expect("a third");
}

#[test]
fn the_pace_changes_from_now_on() {
    let star = Star::new("Asia/Shanghai");
    announced(&star);
    let slower = star.write(|tx| on_sales::change_pace(tx, &film(), 60, NOW)).expect("slower");
    assert_eq!(slower.line.gate.passed(OPEN.plus_seconds(10)), 11, "before the doors open, from then on");
    let now = OPEN.plus_seconds(10);
    let still = star.write(move |tx| on_sales::change_pace(tx, &film(), 0, now)).expect("still");
    assert_eq!(still.line.gate.passed(OPEN.plus_minutes(30)), 11);
}

#[test]
fn numbers_beyond_their_limits_are_refused() {
    let star = Star::new("Asia/Shanghai");
    let refused = |draft: Draft| code(star.write(move |tx| on_sales::announce(tx, &film(), &draft, NOW)));
    assert_eq!(refused(Draft { per_minute: 0, ..draft() }), "out_of_limits");
    assert_eq!(refused(Draft { per_minute: 60_001, ..draft() }), "out_of_limits");
    assert_eq!(refused(Draft { minutes: 0, ..draft() }), "out_of_limits");
    assert_eq!(refused(Draft { turn_minutes: 121, ..draft() }), "out_of_limits");
    assert_eq!(refused(Draft { opens_at: NOW.plus_seconds(-1), ..draft() }), "in_the_past");
}
