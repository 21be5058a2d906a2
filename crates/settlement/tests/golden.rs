//! The worked examples of the trade, read from the golden file when it is there.
//!
//! A clone without it still checks every figure: `src/splits.rs` holds its own copies.

use kernel::{Currency, Money, Share};
use serde_json::Value;
use settlement::splits::{Agency, Band, Terms, Tier, quote_ticket, rule_of_thumb, split, split_base};

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

/// An amount of the file, in yuan; decimals beyond the fen are zeros.
fn yuan(example: &Value, name: &str) -> Money {
    let text = example[name].as_str().unwrap_or_else(|| panic!("{name} is in the golden file"));
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    assert!(decimals.bytes().skip(2).all(|digit| digit == b'0'), "{name} is exact to the fen");
    Money::parse(&format!("{whole}.{decimals:.2}"), Currency::CNY).expect("an amount")
}

fn terms(steps: &[(i64, i64)]) -> Terms {
    let band = |(from, percent): &(i64, i64)| Band {
        from_gross_minor: from * 100_000_000,
        producer: Share::percent(*percent),
    };
    Terms { bands: steps.iter().map(band).collect(), ..Terms::mainland_2016() }
}

#[test]
fn the_headline_split_matches_the_golden_file() {
    let Some(golden) = golden() else { return };
    let b1 = &golden["B1_domestic_headline_vs_split_base"];
    let base = split_base(yuan(b1, "headline"), yuan(b1, "service_fee")).unwrap();
    assert_eq!(base, yuan(b1, "split_base"));
    let whole = split(&Terms::mainland_2016(), base).unwrap();
    assert_eq!(whole.special_fund.total(), yuan(b1, "special_fund"));
    assert_eq!(whole.tax, yuan(b1, "tax_3_3"));
    assert_eq!(whole.net, yuan(b1, "net"));
    assert_eq!(whole.exhibition, yuan(b1, "exhibition_57"));
    assert_eq!(whole.producer_and_distributor(), yuan(b1, "producer_distributor_43"));

    let b13 = &golden["B13_special_fund_central_provincial_4_6"];
    assert_eq!(whole.special_fund.total(), yuan(b13, "fund"));
    assert_eq!(whole.special_fund.central, yuan(b13, "central"));
    assert_eq!(whole.special_fund.provincial, yuan(b13, "provincial"));
}

#[test]
fn the_agents_fees_match_the_golden_file() {
    let Some(golden) = golden() else { return };
    let base = yuan(&golden["B1_domestic_headline_vs_split_base"], "split_base");
    let b1b = &golden["B1b_agency_1pct_of_net_from_PD_side"];
    let of_net = Terms { agency: Agency::OfNet(Share::percent(1)), ..Terms::mainland_2016() };
    let paid = split(&of_net, base).unwrap();
    assert_eq!(paid.agency, yuan(b1b, "agency"));
    assert_eq!(paid.after_agency(), yuan(b1b, "PD_after"));

    let tier =
        |from: i64, percent| Tier { from_gross_minor: from * 100_000_000, share: Share::percent(percent) };
    let tiers = vec![tier(0, 3), tier(50, 2), tier(300, 1), tier(600, 0)];
    let of_base = Terms { agency: Agency::OfBase(tiers), ..Terms::mainland_2016() };
    let b1c = &golden["B1c_agency_marginal_tiers_on_split_base"];
    assert_eq!(split(&of_base, base).unwrap().agency, yuan(b1c, "agency"));
}

#[test]
fn the_rule_of_thumb_matches_the_golden_file() {
    let Some(golden) = golden() else { return };
    let b2 = &golden["B2_rule_of_thumb"];
    let forty = Terms { distribution_fee: Share::percent(10), ..terms(&[(0, 40)]) };
    assert_eq!(split(&forty, yuan(b2, "gross")).unwrap().producer, yuan(b2, "producer_receives"));
    let thumb = rule_of_thumb(&forty).unwrap().of(yuan(b2, "gross"), kernel::Round::HalfEven);
    assert_eq!(thumb, yuan(b2, "producer_receives"));
}

#[test]
fn the_sliding_scales_match_the_golden_file() {
    let Some(golden) = golden() else { return };
    let scales = [
        ("B3_2012_sliding_43_45_47", terms(&[(0, 43), (300, 45), (800, 47)])),
        ("B4_2011_sliding_45_41", terms(&[(0, 45), (500, 41)])),
    ];
    for (name, terms) in scales {
        let example = &golden[name];
        let whole = split(&terms, yuan(example, "gross")).unwrap();
        assert_eq!(whole.net, yuan(example, "net"), "{name}");
        assert_eq!(whole.producer_and_distributor(), yuan(example, "distributor"), "{name}");
        assert_eq!(whole.exhibition, yuan(example, "exhibition"), "{name}");
    }
    let b3 = &golden["B3_2012_sliding_43_45_47"];
    let flat = split(&Terms::mainland_2016(), yuan(b3, "gross")).unwrap().producer_and_distributor();
    assert_eq!(yuan(b3, "distributor").minus(flat).unwrap(), yuan(b3, "uplift_vs_flat43"));
}

#[test]
fn the_tickets_match_the_golden_file() {
    let Some(golden) = golden() else { return };
    let terms = Terms::mainland_2016();
    let b12 = &golden["B12_per_ticket"];
    let quote = quote_ticket(&terms, yuan(b12, "consumer_pays"), yuan(b12, "service_fee"), None).unwrap();
    assert_eq!(quote.split.aggregate, yuan(b12, "split_base"));
    assert_eq!(quote.split.special_fund.total(), yuan(b12, "fund"));
    assert_eq!(quote.split.tax, yuan(b12, "tax"));
    assert_eq!(quote.split.net, yuan(b12, "net"));
    assert_eq!(quote.split.exhibition, yuan(b12, "exhibition"));
    assert_eq!(quote.split.producer_and_distributor(), yuan(b12, "PD"));

    let b12b = &golden["B12b_rounding_level"];
    let aggregate = split(&terms, quote.split.aggregate.times(1_000_000).unwrap()).unwrap();
    let by_ticket = quote.split.producer_and_distributor().times(1_000_000).unwrap();
    assert_eq!(by_ticket, yuan(b12b, "per_ticket_PD_sum"));
    assert_eq!(aggregate.producer_and_distributor(), yuan(b12b, "aggregate_PD"));

    let b14 = &golden["B14_subsidised_ticket"];
    let minimum = Some(yuan(b14, "minimum_settlement_price"));
    let quote = quote_ticket(&terms, yuan(b14, "consumer_pays"), Money::fen(0), minimum).unwrap();
    assert_eq!(quote.split.aggregate, yuan(b14, "split_base"));
    assert_eq!(quote.subsidy, yuan(b14, "subsidy_payable_by_funder"));
    assert_eq!(quote.split.net, yuan(b14, "net"));
    assert_eq!(quote.split.exhibition, yuan(b14, "exhibition"));
    assert_eq!(quote.split.producer_and_distributor(), yuan(b14, "PD"));
}
