use crate::street::{NOON, Street, act, person, refused};
use db::Lane;
use kernel::{Money, OrgId, PlaceId};
use shops::listings;
use shops::orders::{self, Confirmed, PAY_MINUTES, Placed, State};
use shops::returns::{self, Desk, Pieces, Taken, Wish};

#[test]
fn an_order_reserves_is_paid_shipped_and_seen_by_its_merchant() {
    let street = Street::new();
    let (poster, mug) = (street.sells("Poster", 9900, 5), street.sells("Mug", 4900, 5));
    let order = street.buys("ann", "k1", &[(&poster, 2), (&mug, 1)]);
    assert_eq!((street.stock(&poster), street.stock(&mug)), (3, 4));
    let paid_at = NOON.plus_minutes(1);
    assert!(matches!(street.pays(&order, paid_at), Confirmed::Now(_)));
    assert!(matches!(street.pays(&order, paid_at), Confirmed::Already(_)));
    let (place, id) = (street.place.clone(), order.clone());
    let shipped =
        street.write(move |tx| orders::ship(tx, &place, &id, NOON.plus_minutes(60))).expect("shipped");
    assert_eq!(shipped.order().state, State::Shipped { at: NOON.plus_minutes(60) });
    let (place, merchant) = (street.place.clone(), street.merchant.clone());
    street.read(move |view| {
        let total = orders::of(view, &person("ann"), &place, &order)?.total;
        assert_eq!(total, Money::fen(2 * 9900 + 4900));
        let lines = orders::lines(view, &place, &order)?;
        assert_eq!(lines.iter().map(|line| line.total.minor).sum::<i64>(), total.minor);
        let sold = orders::of_merchant(view, &place, &merchant)?;
        assert_eq!(sold.len(), 2);
        assert!(sold.iter().all(|sold| lines.contains(&sold.line)));
        assert!(orders::of_merchant(view, &place, &OrgId("org_rival".into()))?.is_empty());
        Ok(())
    });
}

#[test]
fn a_key_is_one_order() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let mut checkout = street.checkout("ann", "k1", &[(&poster, 2)]);
    let Ok(Placed::Now(first)) = street.places(1, &checkout) else { panic!("not placed") };
    checkout.click = Some("another visit".into());
    assert_eq!(street.places(2, &checkout).expect("again"), Placed::Again(first.clone()));
    assert_eq!(street.stock(&poster), 3);
    checkout.lines[0].quantity = 1;
    assert_eq!(refused(street.places(3, &checkout)).0, "key_reused");
    checkout.buyer = person("ben");
    let Ok(Placed::Now(other)) = street.places(4, &checkout) else { panic!("not placed") };
    assert_ne!(other.id, first.id);
}

#[test]
fn one_key_from_many_connections_is_one_order() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 50);
    let waiting: Vec<_> = (0..20_u64)
        .map(|i| {
            let checkout = street.checkout("ann", "k1", &[(&poster, 1)]);
            let lane = Lane::of(&format!("node {i}"));
            street.db.submit(lane, move |tx| orders::place(tx, &mut act(100 + i, NOON), &checkout, None))
        })
        .collect();
    let placed: Vec<Placed> = waiting.into_iter().map(|waiting| waiting.wait().expect("an order")).collect();
    assert_eq!(placed.iter().filter(|placed| matches!(placed, Placed::Now(_))).count(), 1);
    assert!(placed.iter().all(|each| each.order().id == placed[0].order().id));
    assert_eq!(street.stock(&poster), 49);
}

#[test]
fn stock_is_sold_once_to_fifty_buyers_at_once() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 30);
    let waiting: Vec<_> = (0..50_u64)
        .map(|i| {
            let checkout = street.checkout(&format!("b{i}"), "k", &[(&poster, 1 + (i % 3) as i64)]);
            let lane = Lane::of(&format!("node {i}"));
            let story = move |tx: &db::Tx| orders::place(tx, &mut act(100 + i, NOON), &checkout, None);
            (1 + (i % 3) as i64, street.db.submit(lane, story))
        })
        .collect();
    let mut sold = 0;
    for (quantity, waiting) in waiting {
        match waiting.wait() {
            Ok(_) => sold += quantity,
            Err(error) => assert_eq!(refused::<()>(Err(error)).0, "out_of_stock"),
        }
    }
    assert_eq!(street.stock(&poster), 30 - sold);
    assert!((28..=30).contains(&sold), "{sold} sold");
}

#[test]
fn out_of_stock_says_how_many_are_left_and_takes_nothing() {
    let street = Street::new();
    let (poster, mug) = (street.sells("Poster", 9900, 5), street.sells("Mug", 4900, 2));
    let tried = street.places(1, &street.checkout("ann", "k1", &[(&poster, 2), (&mug, 3)]));
    assert_eq!(refused(tried), ("out_of_stock", "Only 2 of “Mug” are left.".into()));
    assert_eq!((street.stock(&poster), street.stock(&mug)), (5, 2));
    let (place, ann) = (street.place.clone(), person("ann"));
    assert!(street.read(move |view| orders::of_buyer(view, &ann, &[place])).is_empty());
}

#[test]
fn a_changed_price_or_an_empty_shelf_is_said() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let (merchant, place, id) = (street.merchant.clone(), street.place.clone(), poster.id.clone());
    street
        .write(move |tx| listings::reprice(tx, &merchant, &place, &id, Money::fen(10900)))
        .expect("a price");
    let tried = street.places(1, &street.checkout("ann", "k1", &[(&poster, 1)]));
    assert_eq!(
        refused(tried),
        ("price_changed", "“Poster” costs ¥109.00 now. Please look again before you pay.".into())
    );
    let (merchant, place, id) = (street.merchant.clone(), street.place.clone(), poster.id.clone());
    street.write(move |tx| listings::delist(tx, &merchant, &place, &id)).expect("delisted");
    assert_eq!(refused(street.places(2, &street.checkout("ann", "k1", &[(&poster, 1)]))).0, "not_for_sale");
}

#[test]
fn a_late_payment_finds_the_order_expired_and_the_stock_returned_once() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let order = street.buys("ann", "k1", &[(&poster, 2)]);
    let late = NOON.plus_minutes(PAY_MINUTES).plus_seconds(1);
    assert!(matches!(street.pays(&order, late), Confirmed::Late(_)));
    assert!(matches!(street.pays(&order, late), Confirmed::Late(_)));
    let place = street.place.clone();
    let swept = street.write(move |tx| orders::expire_due(tx, &place, late, 10)).expect("a sweep");
    assert!(swept.is_empty());
    assert_eq!(street.stock(&poster), 5);
}

#[test]
fn a_sweep_expires_what_is_due_a_few_at_a_time() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 10);
    let orders: Vec<_> = ["k1", "k2", "k3"].map(|key| street.buys("ann", key, &[(&poster, 2)])).into();
    street.pays(&orders[1], NOON);
    let sweep = |minutes| {
        let place = street.place.clone();
        let story = move |tx: &db::Tx| orders::expire_due(tx, &place, NOON.plus_minutes(minutes), 1);
        street.write(story).expect("a sweep").len()
    };
    assert_eq!([sweep(PAY_MINUTES), sweep(16), sweep(16), sweep(16)], [0, 1, 1, 0]);
    assert_eq!(street.stock(&poster), 8);
}

#[test]
fn what_goes_back_returns_to_stock_once() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let order = street.buys("ann", "k1", &[(&poster, 2)]);
    let takes = |key: &str, quantity| {
        let (place, order) = (street.place.clone(), order.clone());
        let pieces = vec![Pieces { listing: poster.id.clone(), quantity }];
        let wish = Wish { key: key.into(), pieces, stock: None };
        let at = NOON.plus_minutes(2);
        street.write(move |tx| returns::take(tx, &place, &order, &wish, Desk::Buyer, ("", at)))
    };
    assert_eq!(refused(takes("a", 1)).0, "not_paid");
    street.pays(&order, NOON);
    for _ in 0..2 {
        assert_eq!(taken(takes("a", 1)), (1, 9900, "paid"));
    }
    assert_eq!(street.stock(&poster), 4);
    assert_eq!(refused(takes("b", 2)), ("more_than_left", "Only 1 of “Poster” can still go back.".into()));
    assert_eq!(taken(takes("c", 1)), (2, 9900, "refunded"));
    assert_eq!((street.stock(&poster), refused(takes("d", 1)).0), (5, "nothing_left"));
    let (place, id) = (street.place.clone(), order.clone());
    let made = street.read(move |view| returns::of_order(view, &place, &id));
    assert_eq!(made.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["a", "c"]);
}

/// Somebody without the will to pay keeps the shelf from nobody.
#[test]
fn a_person_leaves_a_few_orders_unpaid_at_most() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 500);
    let places = |key: &str| street.places(7, &street.checkout("ann", key, &[(&poster, 20)]));
    let first = street.buys("ann", "first", &[(&poster, 20)]);
    for number in 1..orders::UNPAID_MAX {
        let checkout = street.checkout("ann", &format!("k{number}"), &[(&poster, 20)]);
        street.places(100 + number as u64, &checkout).expect("an order");
    }
    assert_eq!(refused(places("more")).0, "too_many_unpaid");
    assert!(matches!(places("first"), Ok(Placed::Again(_))), "what was placed is answered");
    street.pays(&first, NOON);
    places("more").expect("one is paid for");
    let (place, late) = (street.place.clone(), NOON.plus_minutes(PAY_MINUTES + 1));
    assert_eq!(
        refused(street.places(9, &street.checkout("ann", "yet", &[(&poster, 1)]))).0,
        "too_many_unpaid"
    );
    street.write(move |tx| orders::expire_due(tx, &place, late, 100)).expect("they end");
    street.places(9, &street.checkout("ann", "yet", &[(&poster, 1)])).expect("they have ended");
}

/// The number of a return, its money, and how its order stands.
fn taken(took: kernel::Result<Taken>) -> (i64, i64, &'static str) {
    let (Taken::Now { order, made, .. } | Taken::Before { order, made }) = took.expect("taken back");
    (made.number, made.amount.minor, order.state.code())
}

#[test]
fn a_buyer_sees_only_their_own_orders() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let order = street.buys("ann", "k1", &[(&poster, 1)]);
    let (place, id) = (street.place.clone(), order.clone());
    let tried = street.write(move |tx| orders::of(tx, &person("ben"), &place, &id));
    assert_eq!(refused(tried).0, "not_found");
    let place = street.place.clone();
    let lists = street.read(move |view| {
        let places = [PlaceId("plc_none".into()), place];
        Ok((
            orders::of_buyer(view, &person("ann"), &places)?.len(),
            orders::of_buyer(view, &person("ben"), &places)?.len(),
        ))
    });
    assert_eq!(lists, (1, 0));
}

#[test]
fn a_checkout_has_limits() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let good = || street.checkout("ann", "k1", &[(&poster, 1)]);
    let cases = [
        ("missing", orders::Checkout { key: " ".into(), ..good() }),
        ("too_long", orders::Checkout { address: "街".repeat(301), ..good() }),
        ("bad_text", orders::Checkout { recipient: "a\0b".into(), ..good() }),
        ("out_of_limits", orders::Checkout { lines: vec![], ..good() }),
        ("out_of_limits", street.checkout("ann", "k1", &[(&poster, 21)])),
        ("line_repeated", street.checkout("ann", "k1", &[(&poster, 1), (&poster, 1)])),
    ];
    for (code, checkout) in cases {
        assert_eq!(refused(street.places(1, &checkout)).0, code);
    }
}
