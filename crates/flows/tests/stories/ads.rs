//! Clicks, what they cost and what they sold.

use crate::town::Town;
use ::ads::credits;
use events::Kind;
use kernel::{Money, OrderId};

fn credited(town: &Town, order: &OrderId) -> Option<credits::Credit> {
    let (place, order) = (town.star.clone(), order.clone());
    town.read(move |view| credits::of_order(view, &place, &order))
}

#[test]
fn a_click_is_paid_once_and_credits_the_sale() {
    let town = Town::new();
    let (campaign, surface) = town.campaign();
    let (shown, token) = town.follows(&surface, "ann");
    std::thread::scope(|scope| {
        for i in 0..4 {
            let (town, shown, token) = (&town, &shown, &token);
            scope.spawn(move || {
                let again = town.clicks(&format!("node {i}"), shown).expect("the same click");
                assert_eq!(&again.token, token);
            });
        }
    });
    assert_eq!(
        (town.credit("plc_tide", "ad_revenue"), town.credit("plc_tide", "advertiser:{studio}")),
        (180, -180)
    );
    assert_eq!(town.happened(Kind::AdClicked), 1);

    let show = town.showtime(19, 30, 4000);
    let held = town.holds_with("ann", "k", &show, &["F7", "F8"], Some(token)).expect("held");
    assert_eq!(credited(&town, &held.order.id), None, "a hold is no sale");
    town.tells(&town.pays(&held.intent)).expect("the notice is taken");
    let credit = credited(&town, &held.order.id).expect("a credit");
    assert_eq!((credit.campaign, credit.amount, credit.reversed_at), (campaign, Money::fen(8600), None));
    town.is_whole();

    town.refunds("ann", &held.order.id).expect("a refund");
    assert!(credited(&town, &held.order.id).is_some_and(|credit| credit.reversed_at.is_some()));
    town.sweeps();
    town.is_whole();
}

#[test]
fn a_forged_or_old_token_is_no_credit() {
    let town = Town::new();
    let (_, surface) = town.campaign();
    let (_, token) = town.follows(&surface, "ann");
    let show = town.subsidised(crate::town::premiere().plus(9), 19, 30, 4000, 0).expect("a showtime");
    let forged = town.holds_with("ann", "k1", &show, &["F7"], Some(token.replace('.', "x."))).expect("held");
    assert_eq!(forged.order.click, None);
    town.later(8 * 86_400);
    let old = town.holds_with("ann", "k2", &show, &["F8"], Some(token)).expect("held");
    assert_eq!(old.order.click, None);
    town.tells(&town.pays(&old.intent)).expect("the notice is taken");
    assert_eq!(credited(&town, &old.order.id), None);
    town.sweeps();
    town.is_whole();
}

#[test]
fn a_poster_is_credited_in_the_book_that_sold_it() {
    let town = Town::new();
    let (_, surface) = town.campaign();
    let (_, token) = town.follows(&surface, "ann");
    let poster = town.poster(5);
    let promised = town.orders("ann", &poster, 1, Some(token)).expect("an order");
    town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("the notice is taken");
    let (place, order) = (town.lantern(), promised.order.id.clone());
    let credit = town.read(move |view| credits::of_order(view, &place, &order)).expect("a credit");
    assert_eq!((credit.click_place.0.as_str(), credit.amount), ("plc_tide", Money::fen(9900)));
    town.is_whole();
}

#[test]
fn a_click_for_one_film_earns_nothing_by_another() {
    let town = Town::new();
    let (_, surface) = town.campaign();
    let (shown, _) = town.follows(&surface, "ann");
    let token = town.clicks("node 1", &shown).expect("a click").token;
    let show = town.showtime(19, 30, 4000);
    town.sql(
        "insert into title
           (id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en, synopsis_zh, genre,
            runtime_minutes, premiere, artwork, domestic, created_at, updated_at)
         select 'ttl_other', 'other', studio_org_id, status, 'Other', 'Other', '别的', '', '', genre, 100, premiere, '',
           domestic, created_at, updated_at
         from title",
    );
    town.sql("update showtime set title_id = 'ttl_other'");
    let held = town.holds_with("ann", "k", &show, &["B1"], Some(token)).expect("held");
    town.tells(&town.pays(&held.intent)).expect("paid");
    assert_eq!(town.sql("update ad_credit set kind = kind"), 0, "nothing is credited");
    town.is_whole();
}
