//! A day's bill: true by default, and wrong in exactly the ways that were asked for.

use crate::stand::Stand;
use alipay::Method;
use alipay::bill::{Bill, Business, Line};
use serde_json::json;
use std::collections::HashMap;

const DAY: &str = "2016-12-23";

fn fetched(stand: &Stand, day: &str) -> Bill {
    let biz = json!({ "bill_type": "trade", "bill_date": day });
    let answer = stand.call(Method::BillDownloadUrlQuery, &biz);
    let url = answer["bill_download_url"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let path = &url[url.find("/bills/").expect("a bill's address")..];
    let (status, zip) = stand.send("GET", path, "text/plain", "");
    assert_eq!(status, 200);
    alipay::bill::read(&zip).expect("a bill")
}

fn keyed(lines: &[Line]) -> HashMap<(String, String), Vec<Line>> {
    let mut keyed: HashMap<_, Vec<Line>> = HashMap::new();
    for line in lines {
        keyed.entry((line.out_trade_no.clone(), line.out_request_no.clone())).or_default().push(line.clone());
    }
    keyed
}

#[test]
fn a_bill_says_what_happened() {
    let stand = Stand::new();
    stand.paid("bill_1", "39.90");
    stand.paid("bill_2", "10.00");
    stand.refund("bill_2", "4.00", "r1");
    let early = stand.call(Method::BillDownloadUrlQuery, &json!({ "bill_type": "trade", "bill_date": DAY }));
    assert_eq!(early["sub_code"], "isp.bill_not_exist");
    stand.clock.advance_seconds(86_400);
    let bill = fetched(&stand, DAY);
    assert_eq!(bill.seller_id, stand.keys.seller_id);
    let said: Vec<(String, Business, i64, i64, String)> = bill
        .lines
        .iter()
        .map(|line| {
            let number = line.out_trade_no.clone();
            (number, line.business, line.amount.minor, line.fee.minor, line.out_request_no.clone())
        })
        .collect();
    let mut expected = vec![
        ("bill_1".to_owned(), Business::Trade, 3990, -24, String::new()),
        ("bill_2".to_owned(), Business::Trade, 1000, -6, String::new()),
        ("bill_2".to_owned(), Business::Refund, -400, 2, "r1".to_owned()),
    ];
    let mut sorted = said;
    let by = |line: &(String, Business, i64, i64, String)| (line.0.clone(), -line.2);
    sorted.sort_by_key(by);
    expected.sort_by_key(by);
    assert_eq!(sorted, expected);
    assert!(fetched(&stand, "2016-12-22").lines.is_empty(), "a day without sales has a bill without lines");
}

#[test]
fn planted_errors_are_listed_and_no_others_are_there() {
    let stand = Stand::new();
    for i in 0..30 {
        stand.paid(&format!("p_{i}"), "10.00");
    }
    stand.clock.advance_seconds(2 * 86_400);
    let truth = keyed(&fetched(&stand, DAY).lines);
    stand.treat(
        r#"{"bill": {"seed": 5, "ours_only": 2, "theirs_only": 2, "amount": 2, "status": 2, "fee": 2, "cut_off": 2, "duplicate": 2}}"#,
    );
    let bill = fetched(&stand, DAY);
    let found = keyed(&bill.lines);
    assert_eq!(
        bill,
        Bill { made_at: bill.made_at, ..fetched(&stand, DAY) },
        "the same wrong bill every time"
    );
    let said = stand.sandbox("GET", &format!("/apps/{}/bills/{DAY}/planted", stand.keys.app_id), "");
    let mut planted: HashMap<String, String> = HashMap::new();
    for error in said["planted"].as_array().expect("a list") {
        let order = error["out_trade_no"].as_str().expect("a number").to_owned();
        planted.insert(order, error["what"].as_str().expect("a class").to_owned());
    }
    assert_eq!(planted.len(), 14);
    for (key @ (order, _), lines) in &truth {
        let now = found.get(key);
        let differs = now.is_none_or(|now| now != lines);
        assert_eq!(differs, planted.contains_key(order), "{order} is {:?}", planted.get(order));
    }
    let invented = found.keys().filter(|(order, _)| !truth.keys().any(|(known, _)| known == order));
    assert_eq!(invented.count(), 2);
    let carried = fetched(&stand, "2016-12-24");
    let late: Vec<&String> = carried.lines.iter().map(|line| &line.out_trade_no).collect();
    assert_eq!(late.len(), 2);
    assert!(late.iter().all(|order| planted[*order] == "cut_off"));
}

#[test]
fn a_bills_address_lives_thirty_seconds() {
    let stand = Stand::new();
    stand.clock.advance_seconds(86_400);
    let answer = stand.call(Method::BillDownloadUrlQuery, &json!({ "bill_type": "trade", "bill_date": DAY }));
    let url = answer["bill_download_url"].as_str().expect("an address").to_owned();
    let path = url[url.find("/bills/").expect("a bill's address")..].to_owned();
    stand.clock.advance_seconds(30);
    assert_eq!(stand.send("GET", &path, "text/plain", "").0, 200);
    stand.clock.advance_seconds(1);
    assert_eq!(stand.send("GET", &path, "text/plain", "").0, 404);
}
