//! Sweeps neither starve nor stop.

use crate::town::{Town, code};
use box_office::orders::State;
use flows::sweep;

/// Two hundred consumers are still thinking; the two hundred and first has paid and nobody told us.
#[test]
fn a_lost_notice_is_found_behind_a_full_page() {
    let town = Town::new();
    let shows = [town.showtime(13, 0, 4000), town.showtime(16, 0, 4000), town.showtime(19, 0, 4000)];
    for i in 0..200 {
        let seat = format!("{}{}", char::from(b'A' + (i % 100 / 10) as u8), i % 10 + 1);
        town.holds(&format!("b{i}"), &shows[i / 100], &[&seat]).expect("held");
    }
    town.later(1);
    let held = town.holds("ann", &shows[2], &["F7"]).expect("held");
    let _lost = town.pays(&held.intent);
    town.later(30);
    let found: usize = (0..2).map(|_| town.sweeps().notices_found).sum();
    assert_eq!(found, 1);
    assert_eq!(town.order(&held.order.id).state, State::Paid);
    town.later(600);
    let ended: usize = (0..2).map(|_| town.sweeps().holds_ended).sum();
    assert_eq!(ended, 200);
    town.sweeps();
    town.is_whole();
}

/// The shop's order cannot be read; the cinema, which comes after it, is swept all the same.
#[test]
fn a_place_that_fails_keeps_no_other_waiting() {
    let town = Town::new();
    let poster = town.poster(5);
    town.orders("ben", &poster, 1, None).expect("an order");
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    town.sql("update product_order set closed_at = 1");
    town.later(3600);
    assert!(sweep::all(&town.house).is_err(), "and it says so");
    assert_eq!(town.order(&held.order.id).state, State::Expired);
}

#[test]
fn more_views_than_one_batch_are_written() {
    let town = Town::new();
    let (_, surface) = town.campaign();
    let seen = (0..2500)
        .filter(|i| {
            flows::serve_ad::show(&town.house, &surface, &format!("visitor {i}"), kernel::Lang::En).is_some()
        })
        .count() as u64;
    assert!(seen > 1000, "{seen} views");
    assert_eq!(flows::serve_ad::write_views(&town.house).expect("written"), seen);
    assert_eq!(flows::serve_ad::write_views(&town.house).expect("written"), 0);
}

#[test]
fn guests_sign_in_first() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let wish = flows::buy_tickets::Wish {
        place: town.star.clone(),
        showtime: show.id,
        seats: vec!["F7".into()],
        key: "k".into(),
        click: None,
        turn: None,
    };
    let asked =
        town.story("plc_star", kernel::Actor::Guest, move |scene| flows::buy_tickets::hold(scene, &wish));
    assert_eq!(code(asked), "sign_in_first");
}
