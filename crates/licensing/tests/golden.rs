//! The worked examples of licensing, read from the golden file when it is there.
//!
//! A clone without it still checks every figure: `src/royalties.rs` holds its own copies.

use kernel::{Currency, Money, Share};
use licensing::royalties::{CardRow, Guarantee, RateCard, Rates, Sale, Sales, accrue, due, net_sales};
use serde_json::Value;

fn golden() -> Option<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/golden/settlement_and_royalty.json");
    match std::fs::read_to_string(path) {
        Ok(text) => Some(serde_json::from_str(&text).expect("the golden file is JSON")),
        Err(_) => {
            println!("skipped: no golden file beside this clone");
            None
        }
    }
}

fn yuan(value: &Value) -> Money {
    Money::parse(value.as_str().expect("amounts are text"), Currency::CNY).expect("an amount")
}

#[test]
fn net_sales_match_the_golden_file() {
    let Some(golden) = golden() else { return };
    let a1 = &golden["A1_net_sales_cap"];
    let sales =
        Sales { gross: yuan(&a1["gross"]), returns: yuan(&a1["returns"]), discounts: yuan(&a1["discounts"]) };
    let net = net_sales(sales, Share::percent(10)).unwrap();
    assert_eq!((net.deducted, net.net), (yuan(&a1["allowed"]), yuan(&a1["net"])));
    let due = due(net.net, Share::percent(8), Share::percent(2));
    assert_eq!(due.royalty, yuan(&a1["royalty_8"]));
    assert_eq!(due.marketing_fund, yuan(&a1["cmf_2"]));
    assert_eq!(due.total(), yuan(&a1["total_due"]));
}

#[test]
fn the_rate_card_matches_the_golden_file() {
    let Some(golden) = golden() else { return };
    let row = |channel: Option<&str>, category: Option<&str>, percent| CardRow {
        channel: channel.map(str::to_owned),
        category: category.map(str::to_owned),
        territory: None,
        royalty: Share::percent(percent),
    };
    let rows = vec![
        row(None, None, 8),
        row(None, Some("apparel"), 10),
        row(Some("online"), None, 12),
        row(Some("fob"), None, 14),
    ];
    let card = RateCard::new(rows).unwrap();
    let a2 = &golden["A2_rate_specificity_channel4_category2_territory1"];
    for case in a2["cases"].as_array().expect("cases") {
        let text = |i: usize| case[i].as_str().expect("text");
        let rate = card.rate(Sale { category: text(0), territory: text(1), channel: text(2) });
        assert_eq!(rate, Share::percent(yuan(&case[3]).minor), "{case}");
        assert_eq!(due(yuan(&a2["net_sales_each"]), rate, Share::ZERO).royalty, yuan(&case[4]), "{case}");
    }
}

#[test]
fn guarantees_match_the_golden_file() {
    let Some(golden) = golden() else { return };
    for name in ["A3_recoupable_MG_10_20_20", "A3b_shortfall_at_expiry"] {
        let mut guarantee = Guarantee::signed(Currency::CNY);
        for row in golden[name]["rows"].as_array().expect("rows") {
            let call = guarantee.advance(yuan(&row[1]), yuan(&row[2])).unwrap();
            assert_eq!(call.payable_now, yuan(&row[3]), "{name} {row}");
            assert_eq!((guarantee.paid, call.unrecouped), (yuan(&row[4]), yuan(&row[5])), "{name} {row}");
        }
        assert_eq!(guarantee.paid, yuan(&golden[name]["total_paid"]));
        assert_eq!(guarantee.earned, yuan(&golden[name]["total_earned"]));
    }
}

#[test]
fn a_shop_line_matches_the_golden_file() {
    let Some(golden) = golden() else { return };
    let a9 = &golden["A9_shop_line_platform_split"];
    let rates =
        Rates { royalty: Share::percent(8), licensor: Share::percent(70), marketing_fund: Share::ZERO };
    let (line, vat) = (yuan(&a9["retail_incl_13pct_vat"]), Share::percent(13));
    let accrual = accrue(&rates, line, vat).unwrap();
    assert_eq!(accrual.net_sales, yuan(&a9["ex_vat"]));
    assert_eq!(accrual.royalty, yuan(&a9["royalty_8"]));
    assert_eq!(accrual.licensor, yuan(&a9["licensor_70"]));
    assert_eq!(accrual.platform, yuan(&a9["platform_30_balancing"]));

    let a10 = &golden["A10_refund_reversal"];
    let refund = accrual.of_pieces(0, 1, 1).reversed();
    assert_eq!(refund.royalty.decimal(), a10["refund_full"].as_str().expect("text"));
    assert_eq!((refund.royalty.plus(accrual.royalty)).unwrap(), yuan(&a10["net"]));
}
