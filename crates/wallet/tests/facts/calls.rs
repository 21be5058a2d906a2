//! How the gateway may be called, and what it refuses.

use crate::stand::{Ear, Stand, exchange};
use alipay::{Method, form, request};
use serde_json::json;

#[test]
fn parameters_may_come_in_any_split() {
    let stand = Stand::new();
    let params = stand.signed(Method::TradePrecreate.name(), &stand.order("split_1", "1.00"), &[]);
    let all = form::write(&params);
    let (query, body) = request::write(&params);
    let answers = [
        stand.send("GET", &format!("/gateway.do?{all}"), "text/plain", ""),
        stand.post("/gateway.do", &all),
        stand.post(&format!("/gateway.do?{query}"), &body),
        stand.post(&format!("http://127.0.0.1/gateway.do?{query}"), &body),
    ];
    for (status, answer) in answers {
        assert_eq!(status, 200);
        let node = stand.opened(Method::TradePrecreate, &answer);
        assert_eq!(node["code"], "10000", "{node}");
        assert!(!String::from_utf8_lossy(&answer).contains('\n'), "an answer is one line");
    }
    let (_, twice) = stand.post(&format!("/gateway.do?{all}"), &body);
    assert!(String::from_utf8_lossy(&twice).contains("isv.invalid-parameter"), "a parameter comes once");
}

#[test]
fn what_is_missing_has_its_own_code() {
    let stand = Stand::new();
    let good = stand.signed(Method::TradeQuery.name(), &json!({ "out_trade_no": "1" }), &[]);
    for (name, code) in [
        ("app_id", "isv.missing-app-id"),
        ("version", "isv.missing-version"),
        ("timestamp", "isv.missing-timestamp"),
        ("sign_type", "isv.missing-signature-type"),
        ("sign", "isv.missing-signature"),
        ("biz_content", "isv.invalid-signature"),
    ] {
        let mut params = good.clone();
        params.remove(name);
        let node = stand.opened(Method::TradeQuery, &stand.post("/gateway.do", &form::write(&params)).1);
        assert_eq!(node["sub_code"], code);
    }
    let (_, nothing) = stand.post("/gateway.do", "");
    let node = stand.opened(Method::TradeQuery, &nothing);
    assert_eq!(node["sub_code"], "isv.missing-method");
    let mut sha1 = good.clone();
    sha1.insert("sign_type".into(), "RSA".into());
    let node = stand.opened(Method::TradeQuery, &stand.post("/gateway.do", &form::write(&sha1)).1);
    assert_eq!(node["sub_code"], "isv.invalid-signature-type");
    let gbk = stand.signed(Method::TradeQuery.name(), &json!({}), &[("charset", "gbk")]);
    let node = stand.opened(Method::TradeQuery, &stand.post("/gateway.do", &form::write(&gbk)).1);
    assert_eq!(node["sub_code"], "isv.invalid-charset");
    let broken = stand.signed(Method::TradeQuery.name(), &json!([]), &[]);
    let node = stand.opened(Method::TradeQuery, &stand.post("/gateway.do", &form::write(&broken)).1);
    assert_eq!(node["sub_code"], "ACQ.INVALID_PARAMETER");
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let stand = Stand::new();
    let (status, _) = stand.post("/gateway.do", &format!("a={}", "b".repeat(300 << 10)));
    assert_eq!(status, 413);
}

#[test]
fn another_merchants_trade_does_not_exist() {
    let stand = Stand::new();
    stand.paid("mine", "1.00");
    let trade_no = stand.sandbox("GET", "/trades/mine", "")["trade_no"].clone();
    stand.sandbox("POST", "/apps?name=other", "");
    let wallet = stand.wallet.as_ref().expect("it runs");
    let other = wallet.apps().expect("apps").into_iter().find(|app| app.app_id != stand.keys.app_id);
    let other = other.expect("another app");
    let key = alipay::PrivateKey::parse(&other.private_key).expect("a key");
    let mut params = stand.signed(Method::TradeQuery.name(), &json!({ "trade_no": trade_no }), &[]);
    params.insert("app_id".into(), other.app_id.clone());
    request::sign(&mut params, &key);
    let node = stand.opened(Method::TradeQuery, &stand.post("/gateway.do", &form::write(&params)).1);
    assert_eq!(node["sub_code"], "ACQ.TRADE_NOT_EXIST");
}

#[test]
fn conveniences_can_be_left_out() {
    let stand = Stand::new();
    let mut options = wallet::Options::new(stand.wallet.as_ref().expect("it runs").folder().join("other"));
    options.conveniences = false;
    let closed = wallet::start(options).expect("a wallet");
    let get = |path: &str| {
        exchange(closed.address(), &format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).0
    };
    assert_eq!(get("/sandbox/check"), 404);
    assert_eq!(get("/healthz"), 200);
}

#[test]
fn every_page_says_what_this_is() {
    let stand = Stand::new();
    stand.call(Method::TradePrecreate, &stand.order("page_1", "39.90"));
    stand.sandbox("POST", "/trades/page_1/scan?buyer=ann", "");
    let trade_no =
        stand.sandbox("GET", "/trades/page_1", "")["trade_no"].as_str().expect("a number").to_owned();
    for path in ["/", "/purse", &format!("/cashier/{trade_no}"), "/nowhere"] {
        for (lang, label) in [("en", "not Alipay"), ("zh", "不是支付宝")] {
            let (_, page) = stand.send("GET", &format!("{path}?lang={lang}"), "text/plain", "");
            assert!(String::from_utf8_lossy(&page).contains(label), "{path} in {lang}");
        }
    }
}

#[test]
fn what_people_wrote_is_escaped() {
    let stand = Stand::new();
    let order =
        json!({ "out_trade_no": "xss", "total_amount": "1.00", "subject": "<script>alert(1)</script>" });
    stand.call(Method::TradePrecreate, &order);
    stand.sandbox("POST", "/trades/xss/scan?buyer=%3Cb%3E", "");
    for path in [
        "/".to_owned(),
        format!(
            "/cashier/{}",
            stand.sandbox("GET", "/trades/xss", "")["trade_no"].as_str().expect("a number")
        ),
    ] {
        let (_, page) = stand.send("GET", &path, "text/plain", "");
        let page = String::from_utf8_lossy(&page);
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{path}");
    }
}

#[test]
fn a_replaced_key_signs_from_now_on() {
    let stand = Stand::new();
    let ear = Ear::new(&stand.keys);
    let order = stand.order("before", "1.00");
    stand.call_with(Method::TradePrecreate, &order, &[("notify_url", &ear.url)]);
    stand.sandbox("POST", "/trades/before/payment?buyer=ann", "");
    ear.hears(1);
    stand.sandbox("POST", "/keys/rotation", "");
    let new = stand.wallet.as_ref().expect("it runs").app().expect("an app");
    assert_ne!(new.alipay_public_key, stand.keys.alipay_public_key);
    assert_eq!(new.alipay_root_cert, stand.keys.alipay_root_cert);
    let (query, body) =
        request::write(&stand.signed(Method::TradeQuery.name(), &json!({ "out_trade_no": "before" }), &[]));
    let (_, answer) = stand.post(&format!("/gateway.do?{query}"), &body);
    let envelope = alipay::envelope::Envelope::read(&answer, Method::TradeQuery).expect("an envelope");
    let verifies = |pem: &str| envelope.open(&alipay::PublicKey::parse(pem).expect("a key")).is_ok();
    assert!(verifies(&new.alipay_public_key) && !verifies(&stand.keys.alipay_public_key));
}
