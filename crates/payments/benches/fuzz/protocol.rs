//! What a gateway, or whoever pretends to be one, answers us: envelopes, bills, certificates.

use crate::Target;
use alipay::bill::{self, Bill, Business, Line};
use alipay::certificate::Certificate;
use alipay::envelope::{self, Envelope};
use alipay::rest::Authorization;
use alipay::{Method, PrivateKey, PublicKey, request, wall};
use kernel::{Currency, Day, Money};

pub fn envelope() -> Target {
    let key = PrivateKey::generate().expect("a key");
    let public = key.public();
    let node = r#"{"code":"10000","msg":"Success","total_amount":"39.90","subject":"a \"sign\" } {","qr_code":"https:\/\/a"}"#;
    let name = Method::TradeQuery.name();
    let corpus = vec![
        envelope::write(name, node, None, &key).into_bytes(),
        envelope::write(name, node, Some("5f"), &key).into_bytes(),
        br#"{"error_response":{"code":"40002"},"sign":"AAAA"}"#.to_vec(),
        b"ALIPAY-SHA256withRSA app_id=1,nonce=2,timestamp=3,sign=AAAA".to_vec(),
    ];
    let run = move |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let _ = Authorization::read(&text);
        let _ = request::read(&text, bytes);
        let opened = Envelope::read(bytes, Method::TradeQuery)?.open(&public)?;
        assert!(opened == node, "a changed answer was believed");
        Ok("believed")
    };
    Target { corpus, run: Box::new(run) }
}

pub fn bill() -> Target {
    let line = |i: i64| {
        let refund = i % 3 == 2;
        let at = wall::read("2016-12-23 19:30:00").expect("a time");
        let amount = Money::fen(if refund { -1000 - i } else { 3990 + i });
        Line {
            trade_no: format!("20161223220014{i:014}"),
            out_trade_no: format!("pay_{i}"),
            business: if refund { Business::Refund } else { Business::Trade },
            subject: "摆渡人, \"F7\"".into(),
            created_at: at,
            finished_at: at,
            counterparty: "ann***".into(),
            amount,
            received: amount,
            out_request_no: if refund { format!("rfd_{i}") } else { String::new() },
            fee: Money::fen(-24),
            note: String::new(),
        }
    };
    let (day, made_at) =
        (Day::parse("2016-12-23").expect("a day"), wall::read("2016-12-24 09:00:00").expect("a time"));
    let seller_id = String::from("2088000000000001");
    let bill = Bill { seller_id, day, made_at, lines: (0..9).map(line).collect() };
    let zip = bill::write(&bill).expect("a zip");
    let text = bill::write_table(&bill, Currency::CNY).expect("a table");
    let corpus = vec![zip, text.clone().into_bytes(), text.into_bytes(), b"PK\x05\x06".to_vec()];
    let run = |bytes: &[u8]| match bytes.starts_with(b"PK") {
        true => bill::read(bytes).map(|_| "a zip was read"),
        false => bill::read_table(&String::from_utf8_lossy(bytes)).map(|_| "a table was read"),
    };
    Target { corpus, run: Box::new(run) }
}

pub fn certificate() -> Target {
    use alipay::certificate::{Issuing, Name, issue};
    let key = PrivateKey::generate().expect("a key");
    let name = Name { country: "CN", organization: "Sandbox", unit: "Sandbox", common_name: "摆渡" };
    let at = wall::read("2016-12-23 19:30:00").expect("a time");
    let issuing = Issuing {
        issuer: name,
        subject: name,
        serial: 7,
        from: at,
        until: at.plus_seconds(86_400),
        authority: true,
    };
    let pem = issue(&issuing, &key.public(), &key);
    let corpus = vec![pem.clone().into_bytes(), key.public().pem().into_bytes(), pem.repeat(2).into_bytes()];
    let run = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let _ = PublicKey::parse(&text);
        let _ = PrivateKey::parse(&text);
        let bundle = Certificate::bundle(&text)?;
        for certificate in &bundle {
            certificate.sn();
            certificate.is_issued_by(&bundle[0]);
            let _ = certificate.public_key();
        }
        Ok("read")
    };
    Target { corpus, run: Box::new(run) }
}
