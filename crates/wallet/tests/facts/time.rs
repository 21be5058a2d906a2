//! What time does to an order, a trade and a notice. The clock stands still until a test moves it.

use crate::stand::{Ear, Stand};
use alipay::Method;
use kernel::Clock;
use serde_json::json;

#[test]
fn a_trade_that_nobody_pays_is_closed() {
    let stand = Stand::new();
    let ear = Ear::new(&stand.keys);
    let order =
        json!({ "out_trade_no": "slow", "total_amount": "1.00", "subject": "a", "timeout_express": "5m" });
    stand.call_with(Method::TradePrecreate, &order, &[("notify_url", &ear.url)]);
    stand.sandbox("POST", "/trades/slow/scan?buyer=ann", "");
    stand.clock.advance_seconds(299);
    assert_eq!(stand.status("slow"), "WAIT_BUYER_PAY");
    stand.clock.advance_seconds(1);
    assert_eq!(stand.status("slow"), "TRADE_CLOSED");
    let (status, _) = stand.post("/sandbox/trades/slow/payment?buyer=ann", "");
    assert_eq!(status, 409, "a closed trade takes no money");
    stand.check();
}

#[test]
fn a_code_is_scanned_for_two_hours() {
    let stand = Stand::new();
    stand.call(Method::TradePrecreate, &stand.order("old", "1.00"));
    stand.clock.advance_seconds(2 * 3600);
    let (status, said) = stand.post("/sandbox/trades/old/payment?buyer=ann", "");
    let said = String::from_utf8_lossy(&said).into_owned();
    assert_eq!(status, 409);
    assert!(said.contains("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR"), "{said}");
}

#[test]
fn nobody_pays_after_the_merchants_end() {
    let stand = Stand::new();
    let end = alipay::wall::write(stand.clock.now().plus_seconds(60));
    let order = json!({ "out_trade_no": "end", "total_amount": "1.00", "subject": "a", "time_expire": end });
    assert_eq!(stand.call(Method::TradePrecreate, &order)["code"], "10000");
    stand.sandbox("POST", "/trades/end/scan?buyer=ann", "");
    stand.clock.advance_seconds(60);
    assert_eq!(stand.post("/sandbox/trades/end/payment?buyer=ann", "").0, 409);
    assert_eq!(stand.status("end"), "TRADE_CLOSED");
    let late = json!({ "out_trade_no": "late", "total_amount": "1.00", "subject": "a", "time_expire": end });
    assert_eq!(stand.call(Method::TradePrecreate, &late)["sub_code"], "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR");
}

#[test]
fn a_finished_trade_is_not_refunded() {
    let stand = Stand::new();
    stand.paid("done", "1.00");
    stand.clock.advance_seconds(90 * 86_400);
    stand.sandbox("POST", "/clock?advance_seconds=0", "");
    assert_eq!(stand.status("done"), "TRADE_FINISHED");
    assert_eq!(stand.refund("done", "1.00", "r")["sub_code"], "ACQ.TRADE_HAS_FINISHED");
    stand.check();
}

#[test]
fn a_notice_is_repeated_on_schedule_with_its_number_unchanged() {
    let stand = Stand::new();
    let ear = Ear::new(&stand.keys);
    ear.answers("Success");
    let order = stand.order("again", "1.00");
    stand.call_with(Method::TradePrecreate, &order, &[("notify_url", &ear.url)]);
    stand.sandbox("POST", "/trades/again/payment?buyer=ann", "");
    let mut heard = ear.hears(1);
    for (i, minutes) in [4, 10, 10, 60, 120, 360, 900].into_iter().enumerate() {
        wait_for_attempts(&stand, i as i64 + 1);
        stand.clock.advance_seconds(minutes * 60 - 1);
        std::thread::sleep(std::time::Duration::from_millis(250));
        assert_eq!(ear.hears(1).len(), i + 1, "not before its time");
        stand.clock.advance_seconds(1);
        heard = ear.hears(i + 2);
    }
    wait_for_attempts(&stand, 8);
    let notices = stand.sandbox("GET", "/notices?out_trade_no=again", "");
    assert_eq!(notices.as_array().expect("a list").len(), 1);
    assert_eq!(notices[0]["state"], "given_up");
    assert!(heard.iter().all(|one| one.notify_id == heard[0].notify_id));
}

fn wait_for_attempts(stand: &Stand, attempts: i64) {
    const TRIES: u32 = 500;
    for _ in 0..TRIES {
        if stand.sandbox("GET", "/notices", "")[0]["attempts"] == attempts {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("there were never {attempts} deliveries");
}
