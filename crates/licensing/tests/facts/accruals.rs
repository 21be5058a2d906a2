use crate::fair::{Fair, NOON};
use kernel::{Currency, ListingId, Money, OrderId, PlaceId, Share};
use licensing::accruals::{self, Accrual, Kind, Pieces, Totals};
use licensing::contracts::Contract;
use licensing::royalties::accrue;

fn sale(contract: &Contract, place: &str, order: &str, gross: i64) -> Accrual {
    Accrual {
        place: PlaceId(place.into()),
        order: OrderId(order.into()),
        listing: ListingId("lst_1".into()),
        kind: Kind::Sale,
        number: 0,
        quantity: 3,
        contract: contract.id.clone(),
        title: contract.title.clone(),
        merchant: contract.merchant.clone(),
        parts: accrue(&contract.rates("retail"), Money::fen(gross), Share::percent(13)).expect("parts"),
        at: NOON,
    }
}

fn pieces(of: &ListingId, before: i64, quantity: i64) -> Pieces<'_> {
    Pieces { listing: of, before, quantity }
}

#[test]
fn a_line_accrues_once_and_its_pieces_take_it_back_exactly() {
    let fair = Fair::new();
    let contract = fair.contract();
    let (place, order) = (PlaceId("plc_shop".into()), OrderId("ord_1".into()));
    let first = sale(&contract, "plc_shop", "ord_1", 9900);
    let seen = fair.write(move |tx| {
        let line = &first.listing;
        assert!(accruals::reverse(tx, &place, &order, pieces(line, 0, 1), 1, NOON)?.is_none());
        let recorded = [accruals::record(tx, &first)?, accruals::record(tx, &first)?];
        let owed = accruals::totals(tx, &place, &contract.id)?;
        assert_eq!(owed, Totals { sold: 3, refunded: 0, parts: first.parts });
        let one = accruals::reverse(tx, &place, &order, pieces(line, 0, 1), 1, NOON)?.expect("a row");
        assert_eq!(one.parts, first.parts.of_pieces(0, 1, 3).reversed());
        let again = accruals::reverse(tx, &place, &order, pieces(line, 0, 1), 1, NOON)?.expect("a row");
        let rest = accruals::reverse(tx, &place, &order, pieces(line, 1, 2), 2, NOON)?.expect("a row");
        assert_eq!(accruals::of_order(tx, &place, &order)?, vec![first.clone(), again, rest]);
        assert_eq!(accruals::of_contract(tx, &place, &contract.id)?.len(), 3);
        Ok((recorded, accruals::totals(tx, &place, &contract.id)?))
    });
    let nothing = Totals { sold: 3, refunded: 3, ..Totals::nothing(Currency::CNY) };
    assert_eq!(seen.expect("accruals"), ([true, false], nothing));
}

#[test]
fn totals_add_up_over_shops() {
    let fair = Fair::new();
    let contract = fair.contract();
    let sales = [
        sale(&contract, "plc_a", "ord_1", 9900),
        sale(&contract, "plc_a", "ord_2", 4900),
        sale(&contract, "plc_b", "ord_1", 1),
    ];
    let expected: i64 = sales.iter().map(|sale| sale.parts.royalty.minor).sum();
    let totals = fair.write(move |tx| {
        for sale in &sales {
            accruals::record(tx, sale)?;
        }
        let places = ["plc_a", "plc_b", "plc_none"].map(|place| PlaceId(place.into()));
        accruals::totals_across(tx, &places, &contract.id)
    });
    let totals = totals.expect("totals");
    assert_eq!((totals.sold, totals.refunded, totals.parts.royalty.minor), (9, 0, expected));
    assert_eq!(totals.parts.licensor.plus(totals.parts.platform).expect("a sum"), totals.parts.royalty);
}
