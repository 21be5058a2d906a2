use crate::street::{NOON, Street, act, person, refused, unknown_listing};
use kernel::PlaceId;
use shops::baskets::{self, LINES_MAX, QUANTITY_MAX};
use shops::listings;

#[test]
fn a_basket_adds_sets_and_removes() {
    let street = Street::new();
    let (poster, mug) = (street.sells("Poster", 9900, 5), street.sells("Mug", 4900, 5));
    let place = street.place.clone();
    let seen = street.write(move |tx| {
        let (act, ann) = (act(1, NOON), person("ann"));
        baskets::add(tx, &act, &ann, &place, &poster.id, 2)?;
        baskets::add(tx, &act, &ann, &place, &poster.id, 1)?;
        baskets::set(tx, &act, &ann, &place, &mug.id, 4)?;
        let full: i64 = baskets::of(tx, &ann, &place)?.iter().map(|line| line.quantity).sum();
        baskets::set(tx, &act, &ann, &place, &mug.id, 0)?;
        let one = baskets::of(tx, &ann, &place)?;
        assert_eq!((one.len(), one[0].quantity, one[0].listing.price), (1, 3, poster.price));
        assert!(baskets::of(tx, &person("ben"), &place)?.is_empty());
        let all = baskets::of_all(tx, &ann, &[PlaceId("plc_none".into()), place.clone()])?;
        assert_eq!(all, [(place.clone(), one)]);
        baskets::clear(tx, &ann, &place)?;
        Ok((full, baskets::of(tx, &ann, &place)?.len()))
    });
    assert_eq!(seen.expect("a basket"), (7, 0));
}

#[test]
fn a_basket_has_limits() {
    let street = Street::new();
    let shelf: Vec<_> =
        (0..=LINES_MAX).map(|i| street.sells(&format!("Thing {}", "i".repeat(i as usize)), 100, 1)).collect();
    let place = street.place.clone();
    let codes = street.write(move |tx| {
        let (act, ann) = (act(1, NOON), person("ann"));
        for listing in &shelf[..LINES_MAX as usize] {
            baskets::add(tx, &act, &ann, &place, &listing.id, QUANTITY_MAX)?;
        }
        let last = &shelf[LINES_MAX as usize].id;
        baskets::set(tx, &act, &ann, &place, &shelf[0].id, 1)?;
        Ok([
            refused(baskets::add(tx, &act, &ann, &place, last, 1)).0,
            refused(baskets::add(tx, &act, &ann, &place, &shelf[1].id, 1)).0,
            refused(baskets::set(tx, &act, &ann, &place, &shelf[1].id, QUANTITY_MAX + 1)).0,
            refused(baskets::add(tx, &act, &ann, &place, &shelf[1].id, 0)).0,
            refused(baskets::add(tx, &act, &ann, &place, &unknown_listing(), 1)).0,
        ])
    });
    let expected = ["basket_full", "out_of_limits", "out_of_limits", "out_of_limits", "not_found"];
    assert_eq!(codes.expect("answers"), expected);
}

#[test]
fn what_is_off_the_shelf_goes_into_no_basket() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let (merchant, place) = (street.merchant.clone(), street.place.clone());
    let code = street.write(move |tx| {
        listings::delist(tx, &merchant, &place, &poster.id)?;
        Ok(refused(baskets::add(tx, &act(1, NOON), &person("ann"), &place, &poster.id, 1)).0)
    });
    assert_eq!(code.expect("an answer"), "not_found");
}
