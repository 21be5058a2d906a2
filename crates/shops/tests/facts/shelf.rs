use crate::street::{NOON, Street, act, refused, shop};
use kernel::{Currency, Money, OrgId, Share, TitleId};
use shops::{listings, products, shops as places};

#[test]
fn a_place_and_a_slug_have_one_shop() {
    let street = Street::new();
    for (place, slug) in [("plc_shop", "other"), ("plc_other", "shop")] {
        let tried = street.write(move |tx| places::add(tx, &act(1, NOON), &shop(place, slug)));
        assert_eq!(refused(tried).0, "shop_taken");
    }
    let found = street.read(|view| places::by_slug(view, "shop"));
    assert_eq!(found.place, street.place);
    assert_eq!(street.read(places::all), [found]);
}

#[test]
fn a_shop_sells_a_product_once() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let (merchant, new) = (street.merchant.clone(), listing_again(&poster));
    assert_eq!(
        refused(street.write(move |tx| listings::list(tx, &mut act(9, NOON), &merchant, &new))).0,
        "already_listed"
    );
}

fn listing_again(listing: &listings::Listing) -> listings::NewListing {
    listings::NewListing {
        place: listing.place.clone(),
        product: listing.product.clone(),
        price: listing.price,
        vat: listing.vat,
        stock: listing.stock,
    }
}

#[test]
fn a_price_is_in_the_shops_currency_and_within_limits() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let prices = [
        (Money::new(9900, Currency::USD), "currency_differs"),
        (Money::fen(0), "price_out_of_limits"),
        (Money::fen(listings::PRICE_MAX_MINOR + 1), "price_out_of_limits"),
    ];
    for (price, code) in prices {
        let (merchant, poster) = (street.merchant.clone(), poster.clone());
        let tried =
            street.write(move |tx| listings::reprice(tx, &merchant, &poster.place, &poster.id, price));
        assert_eq!(refused(tried).0, code);
    }
}

#[test]
fn a_merchant_changes_only_its_own_shelf() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let rival = OrgId("org_rival".into());
    let (place, id) = (poster.place.clone(), poster.id.clone());
    let tried = street.write(move |tx| {
        let answers = [
            refused(listings::reprice(tx, &rival, &place, &id, Money::fen(1))).0,
            refused(listings::restock(tx, &rival, &place, &id, 1)).0,
            refused(listings::recount(tx, &rival, &place, &id, 5, 1)).0,
            refused(listings::delist(tx, &rival, &place, &id)).0,
            refused(listings::of(tx, &rival, &place, &id)).0,
        ];
        Ok((answers, listings::of_merchant(tx, &place, &rival)?))
    });
    assert_eq!(tried.expect("answers"), (["not_found"; 5], Vec::new()));
    let after = street.read({
        let poster = poster.clone();
        move |view| listings::any(view, &poster.place, &poster.id)
    });
    assert_eq!(after, poster);
}

#[test]
fn a_delisted_product_leaves_the_shelf_and_may_return() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    let (merchant, place) = (street.merchant.clone(), street.place.clone());
    let shelf = street.write(move |tx| {
        listings::delist(tx, &merchant, &place, &poster.id)?;
        listings::delist(tx, &merchant, &place, &poster.id)?;
        let without = listings::of_shop(tx, &place)?.len();
        listings::relist(tx, &merchant, &place, &poster.id)?;
        Ok((without, listings::of_shop(tx, &place)?.len()))
    });
    assert_eq!(shelf.expect("a shelf"), (0, 1));
}

#[test]
fn a_count_of_the_shelf_does_not_undo_a_sale() {
    let street = Street::new();
    let poster = street.sells("Poster", 9900, 5);
    street.buys("ann", "k1", &[(&poster, 2)]);
    let (merchant, place) = (street.merchant.clone(), street.place.clone());
    let id = poster.id.clone();
    let counted = street.write({
        let (merchant, place, id) = (merchant.clone(), place.clone(), id.clone());
        move |tx| listings::recount(tx, &merchant, &place, &id, 5, 8)
    });
    assert_eq!(refused(counted).0, "stock_moved");
    let stocked = street.write(move |tx| {
        listings::restock(tx, &merchant, &place, &id, 4)?;
        let recounted = listings::recount(tx, &merchant, &place, &id, 7, 6)?.stock;
        Ok((recounted, refused(listings::restock(tx, &merchant, &place, &id, listings::STOCK_MAX)).0))
    });
    assert_eq!(stocked.expect("a stock"), (6, "out_of_limits"));
}

#[test]
fn a_titles_products_are_found_by_title_and_by_merchant() {
    let street = Street::new();
    let (poster, mug) = (street.product(1, "Poster"), street.product(2, "Mug"));
    let merchant = street.merchant.clone();
    let found = street.read(move |view| {
        let by_title = products::of_title(view, &TitleId("ttl_ferryman".into()))?;
        let by_merchant = products::of_merchant(view, &merchant)?;
        assert_eq!(by_title, by_merchant);
        assert!(products::of_merchant(view, &OrgId("org_rival".into()))?.is_empty());
        Ok(by_title)
    });
    let mut ids: Vec<_> = found.into_iter().map(|product| product.id).collect();
    ids.sort();
    let mut expected = vec![poster, mug];
    expected.sort();
    assert_eq!(ids, expected);
}

#[test]
fn a_share_above_the_whole_is_no_tax() {
    let street = Street::new();
    let product = street.product(1, "Poster");
    let (merchant, place) = (street.merchant.clone(), street.place.clone());
    let tried = street.write(move |tx| {
        let new = listings::NewListing {
            place: place.clone(),
            product: product.clone(),
            price: Money::fen(1),
            vat: Share::percent(101),
            stock: 1,
        };
        listings::list(tx, &mut act(3, NOON), &merchant, &new)
    });
    assert_eq!(refused(tried).0, "out_of_limits");
}
