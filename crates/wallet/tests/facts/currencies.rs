//! A merchant anywhere is paid in what its prices are in.

use crate::stand::{Ear, Stand};
use alipay::Method;
use kernel::{Currency, Money};
use serde_json::json;

#[test]
fn a_trade_in_won_is_paid_refunded_and_billed_in_won() {
    let stand = Stand::new();
    let ear = Ear::new(&stand.keys);
    let order = json!({ "out_trade_no": "won", "total_amount": "15000", "subject": "摆渡人",
        "trans_currency": "KRW", "settle_currency": "KRW" });
    let more = [("notify_url", ear.url.as_str())];
    assert_eq!(stand.call_with(Method::TradePrecreate, &order, &more)["code"], "10000");
    let paid = stand.sandbox("POST", "/trades/won/payment?buyer=ann", "");
    assert_eq!((&paid["total_amount"], &paid["currency"]), (&json!("15000"), &json!("KRW")));
    // What an account begins with in a currency is counted in its smallest units.
    let accounts = stand.sandbox("GET", "/accounts?currency=KRW", "");
    assert_eq!(accounts[0]["balance"], "485000");
    assert_eq!(stand.sandbox("GET", "/accounts?currency=CNY", "")[0]["balance"], "0.00");
    let told = stand.call(Method::TradeQuery, &json!({ "out_trade_no": "won" }));
    for (name, value) in [
        ("total_amount", "15000"),
        ("trans_currency", "KRW"),
        ("receipt_amount", "15000"),
        ("point_amount", "0"),
    ] {
        assert_eq!(told[name], value, "{told}");
    }
    let heard = ear.hears(1);
    assert_eq!(heard[0].total, Money::new(15_000, Currency::KRW));
    assert_eq!(stand.refund("won", "5000.00", "r1")["sub_code"], "ACQ.INVALID_PARAMETER");
    let back = stand.refund("won", "5000", "r1");
    assert_eq!((&back["refund_fee"], &back["refund_currency"]), (&json!("5000"), &json!("KRW")));
    let refund = &ear.hears(2)[1].refund;
    assert_eq!(refund.as_ref().expect("a refund").total, Money::new(5_000, Currency::KRW));

    stand.paid("yuan", "39.90");
    let told = stand.call(Method::TradeQuery, &json!({ "out_trade_no": "yuan" }));
    assert!(told.get("trans_currency").is_none(), "yuan go without saying: {told}");
    stand.check();

    stand.sandbox("POST", "/clock?advance_seconds=86400", "");
    let asked = json!({ "bill_type": "trade", "bill_date": "2016-12-23" });
    let link = stand.call(Method::BillDownloadUrlQuery, &asked);
    let link = link["bill_download_url"].as_str().expect("an address").to_owned();
    let (status, zip) = stand.send("GET", &link[link.find("/bills/").expect("a path")..], "", "");
    assert_eq!(status, 200);
    let bill = alipay::bill::read(&zip).expect("a bill");
    let received: Vec<Money> = bill.lines.iter().map(|line| line.received).collect();
    let won = |minor| Money::new(minor, Currency::KRW);
    assert_eq!(received, [Money::fen(3_990), won(15_000), won(-5_000)]);
    // 0.6 % of 15,000, and of the 5,000 that went back.
    assert_eq!([bill.lines[1].fee, bill.lines[2].fee], [won(-90), won(30)]);
}

#[test]
fn the_same_number_in_another_currency_is_another_order() {
    let stand = Stand::new();
    let order = |currency: &str| json!({ "out_trade_no": "1", "total_amount": "15000", "subject": "摆渡人", "trans_currency": currency });
    assert_eq!(stand.call(Method::TradePrecreate, &order("KRW"))["code"], "10000");
    let other = stand.call(Method::TradePrecreate, &order("JPY"));
    assert_eq!(other["sub_code"], "ACQ.CONTEXT_INCONSISTENT", "{other}");
    let unknown = stand.call(Method::TradePrecreate, &order("XAU"));
    assert_eq!(unknown["sub_code"], "ACQ.INVALID_PARAMETER", "{unknown}");
}

#[test]
fn the_cashier_and_the_purse_speak_of_one_currency() {
    let stand = Stand::new();
    let order = json!({ "out_trade_no": "won", "total_amount": "15000", "subject": "摆渡人", "trans_currency": "KRW" });
    let code = stand.call(Method::TradePrecreate, &order);
    let at = code["qr_code"].as_str().expect("an address").to_owned();
    let at = at[at.find("/cashier/").expect("a path")..].to_owned();
    let (_, page) = stand.send("GET", &at, "", "");
    let page = String::from_utf8(page).expect("text");
    assert!(page.contains("₩15,000") && !page.contains('¥'), "{page}");
    // Whoever opens an account now will be asked for won.
    assert_eq!(stand.sandbox("POST", "/accounts?name=ann", "")["balance"], "500000");
    assert_eq!(stand.sandbox("POST", "/accounts/ann/top-up?amount=1000", "")["balance"], "501000");
}
