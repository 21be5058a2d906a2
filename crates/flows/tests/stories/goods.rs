//! Products, their stock and their royalties.

use crate::town::{Town, code};
use events::Kind;
use ledger::balances;
use shops::orders::State;

#[test]
fn a_product_order_promises_stock_once() {
    let town = Town::new();
    let poster = town.poster(5);
    let first = town.orders("ann", &poster, 2, None).expect("an order");
    let again = town.orders("ann", &poster, 2, None).expect("the same order");
    assert_eq!((&first.order.id, &first.intent), (&again.order.id, &again.intent));
    assert_eq!(town.stock(&poster), 3);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let buyers: Vec<_> = (0..8)
            .map(|i| {
                let (town, poster) = (&town, &poster);
                scope.spawn(move || town.orders_at(&format!("node {i}"), &format!("b{i}"), poster, 1, None))
            })
            .collect();
        buyers.into_iter().map(|buyer| buyer.join().expect("no panic")).collect()
    });
    let (promised, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((promised.len(), town.stock(&poster)), (3, 0));
    assert!(refused.into_iter().all(|refused| code(refused) == "out_of_stock"));
    town.later(901);
    assert_eq!(town.sweeps().holds_ended, 4);
    assert_eq!((town.sweeps().holds_ended, town.stock(&poster)), (0, 5));
    town.is_whole();
}

/// 99.00 yuan with 13 % tax, royalty 8 %: the merchant keeps 85.29.
#[test]
fn a_poster_is_divided_to_the_fen() {
    let town = Town::new();
    let poster = town.poster(5);
    let promised = town.orders("ann", &poster, 1, None).expect("an order");
    town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("the notice is taken");
    let credit = |account: &str| town.credit("plc_lantern", account);
    let merchant = format!("merchant:{}", poster.merchant);
    assert_eq!(credit("provider:pretend"), -9900);
    assert_eq!((credit("commission"), credit("licensor:{studio}")), (495, 491));
    assert_eq!((credit("platform_royalty"), credit("fund:{film}")), (210, 175));
    assert_eq!(credit(&merchant), 8529);
    town.is_whole();
}

#[test]
fn a_royalty_goes_back_exactly() {
    let town = Town::new();
    let poster = town.poster(5);
    let promised = town.orders("ann", &poster, 3, None).expect("an order");
    town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("the notice is taken");
    assert_eq!(code(town.returns("ben", &promised.order.id)), "not_found");
    // The shop takes another commission from now on; what it took of this sale goes back.
    town.sql("update shop set commission_ppm = 200000");
    let first = town.returns("ann", &promised.order.id).expect("a refund");
    let again = town.returns("ann", &promised.order.id).expect("the same refund");
    assert_eq!((first.id, first.amount.minor), (again.id, 3 * 9900));
    assert_eq!(town.happened(Kind::ProductOrderRefunded), 1);
    town.sweeps();
    let place = town.lantern();
    let left = town.read(move |view| balances::of_book(view, &place));
    assert!(left.iter().all(|balance| balance.credit().is_zero()), "{left:?}");
    assert_eq!(town.stock(&poster), 5);
    town.is_whole();
}

#[test]
fn money_for_an_order_that_is_over_goes_back() {
    let town = Town::new();
    let poster = town.poster(5);
    let promised = town.orders("ann", &poster, 2, None).expect("an order");
    let notice = town.pays(&promised.intent);
    town.later(901);
    town.tells_at("plc_lantern", &notice).expect("the notice is taken");
    let (place, id) = (town.lantern(), promised.order.id.clone());
    let order = town.read(move |view| shops::orders::any(view, &place, &id));
    assert!(matches!(order.state, State::Expired { .. }));
    assert_eq!(town.stock(&poster), 5);
    assert_eq!(town.sweeps().refunds_paid, 1);
    town.is_whole();
}

#[test]
fn what_was_shipped_is_not_refunded() {
    let town = Town::new();
    let poster = town.poster(5);
    let promised = town.orders("ann", &poster, 1, None).expect("an order");
    assert_eq!(code(town.returns("ann", &promised.order.id)), "not_paid");
    town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("the notice is taken");
    let (place, id) = (town.lantern(), promised.order.id.clone());
    town.story("plc_lantern", kernel::Actor::System, move |scene| {
        shops::orders::ship(scene.tx, &place, &id, scene.act.at).map(|_| ())
    })
    .expect("shipped");
    assert_eq!(code(town.returns("ann", &promised.order.id)), "already_shipped");
    town.is_whole();
}
