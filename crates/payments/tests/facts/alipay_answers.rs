//! What the adapter makes of a gateway's answers: of its errors in every shape, and of genuine answers to other questions.

use crate::alipay_notices::{OURS, THEIRS, settings};
use crate::purse::{NOW, Purse, code, refund};
use alipay::envelope;
use alipay::rest::Seal;
use kernel::{Day, Dice};
use payments::providers::alipay::{Alipay, Settings, Trust, Version};
use payments::providers::{Outcome, Repaid, trade_no};
use payments::{Intent, Provider};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc;

/// A gateway that reads whatever it is asked and gives the answers it was told, one after the other.
struct Gateway {
    keys: PathBuf,
    alipay: Alipay,
    intent: Intent,
    answers: mpsc::Sender<String>,
}

impl Gateway {
    fn speaking(version: Version) -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (answers, told) = mpsc::channel::<String>();
        std::thread::spawn(move || {
            for answer in told {
                let Ok((stream, _)) = listener.accept() else { return };
                serve(stream, &answer);
            }
        });
        let keys =
            std::env::temp_dir().join(format!("ferryman-gateway-{:016x}", Dice::from_entropy().next()));
        std::fs::create_dir_all(&keys).expect("a folder");
        std::fs::write(keys.join("app_private_key.pem"), OURS.pkcs1_pem().expect("a key")).expect("a key");
        std::fs::write(keys.join("alipay_public_key.pem"), THEIRS.public().pem()).expect("a key");
        let gateway = format!("http://{address}/gateway.do");
        let settings = Settings { version, gateway, ..settings(&keys, Trust::PublicKeys) };
        let alipay = Alipay::open(settings, Dice::seeded(1)).expect("the keys are there");
        Gateway { keys, alipay, intent: Purse::new().intent, answers }
    }

    /// Answers with a status, unsigned, as whoever stands before the gateway may.
    fn says(&self, status: u16, body: &str) {
        self.sends(status, "", body);
    }

    /// V3: signed in its headers.
    fn seals(&self, status: u16, body: &Value) {
        let text = body.to_string();
        let seal = Seal::of(&text, "nonce", NOW, &THEIRS);
        let head = format!(
            "alipay-timestamp: {}\r\nalipay-nonce: {}\r\nalipay-signature: {}\r\n",
            seal.timestamp, seal.nonce, seal.signature
        );
        self.sends(status, &head, &text);
    }

    /// V2: signed in its envelope.
    fn wraps(&self, method: &str, node: &Value) {
        self.sends(200, "", &envelope::write(method, &node.to_string(), None, &THEIRS));
    }

    fn sends(&self, status: u16, head: &str, body: &str) {
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n{head}\r\n{body}",
            body.len()
        );
        self.answers.send(answer).expect("somebody listens");
    }

    fn key(&self) -> String {
        trade_no::of(&self.intent).expect("a key")
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.keys);
    }
}

fn serve(mut stream: TcpStream, answer: &str) {
    let (mut read, mut part) = (Vec::new(), [0; 4096]);
    while !is_whole(&read) {
        match stream.read(&mut part) {
            Ok(0) | Err(_) => break,
            Ok(bytes) => read.extend_from_slice(&part[..bytes]),
        }
    }
    let _ = stream.write_all(answer.as_bytes());
}

fn is_whole(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// The documents show links as a list, the official SDKs read a text, and neither is promised.
#[test]
fn an_error_is_read_in_every_shape() {
    let gateway = Gateway::speaking(Version::V3);
    for body in [
        json!({ "code": "ACQ.TRADE_NOT_EXIST", "message": "交易不存在", "links": [{ "link": "https://a", "desc": "b" }] }),
        json!({ "code": "ACQ.TRADE_NOT_EXIST", "message": "交易不存在", "links": "https://opendocs.alipay.com/x" }),
        json!({ "code": "ACQ.TRADE_NOT_EXIST", "message": "交易不存在", "links": null, "trace_id": "0b" }),
        json!({ "code": "ACQ.TRADE_NOT_EXIST" }),
    ] {
        gateway.says(400, &body.to_string());
        assert_eq!(
            gateway.alipay.query(&gateway.intent, NOW).expect("an answer"),
            Outcome::Unheard,
            "{body}"
        );
        gateway.seals(400, &body);
        assert_eq!(
            gateway.alipay.query(&gateway.intent, NOW).expect("an answer"),
            Outcome::Unheard,
            "{body}"
        );
    }
}

/// Being slow or asked too often is no decision about a payment.
#[test]
fn whoever_stands_before_the_gateway_decides_nothing() {
    let gateway = Gateway::speaking(Version::V3);
    let refund = refund(&gateway.intent, "a", 4300);
    for status in [408, 425, 429, 500, 502, 503] {
        gateway.says(status, &json!({ "code": "too-many-requests", "message": "slow down" }).to_string());
        let asked = gateway.alipay.refund(&gateway.intent, &refund, NOW).expect_err("nobody knows");
        assert!(asked.refusal().is_none(), "{status}: {asked}");
    }
    gateway.says(404, "<html>not here</html>");
    let asked = gateway.alipay.query(&gateway.intent, NOW).expect_err("nobody knows");
    assert!(asked.refusal().is_none(), "{asked}");
    gateway.says(400, &json!({ "code": "ACQ.SELLER_BALANCE_NOT_ENOUGH", "message": "" }).to_string());
    assert_eq!(code(gateway.alipay.refund(&gateway.intent, &refund, NOW)), "refund_refused");
}

/// An answer is signed, but says not to which question: an earlier one sent again is none to this.
#[test]
fn an_answer_to_another_question_is_not_believed() {
    let gateway = Gateway::speaking(Version::V2);
    let asked = refund(&gateway.intent, "a", 4300);
    let paid = |about: &str, fee: &str| json!({ "code": "10000", "msg": "Success", "out_trade_no": about, "trade_no": "2", "fund_change": "Y", "refund_fee": fee });
    let refunds = |node: &Value| {
        gateway.wraps("alipay.trade.refund", node);
        gateway.alipay.refund(&gateway.intent, &asked, NOW)
    };
    assert_eq!(refunds(&paid(&gateway.key(), "43.00")).expect("done"), Repaid::Done);
    assert_eq!(refunds(&paid(&gateway.key(), "50.00")).expect("with an earlier one"), Repaid::Done);
    let others = refunds(&paid("plc_otherpay_9", "43.00")).expect_err("another trade");
    assert!(others.refusal().is_none(), "{others}");
    let less = refunds(&paid(&gateway.key(), "42.99")).expect_err("another refund");
    assert!(less.refusal().is_none(), "{less}");

    let waiting = json!({ "code": "10000", "out_trade_no": gateway.key(), "trade_no": "2", "trade_status": "WAIT_BUYER_PAY" });
    gateway.wraps("alipay.trade.query", &waiting);
    gateway.wraps("alipay.trade.close", &json!({ "code": "10000", "out_trade_no": "plc_otherpay_9" }));
    assert!(gateway.alipay.close(&gateway.intent, NOW).is_err(), "another trade was closed");
    gateway.wraps("alipay.trade.query", &waiting);
    gateway.wraps("alipay.trade.close", &json!({ "code": "10000", "out_trade_no": gateway.key() }));
    assert_eq!(gateway.alipay.close(&gateway.intent, NOW).expect("closed"), Outcome::Closed);
}

/// That a bill is not there yet is another thing than that we may not have it.
#[test]
fn a_bill_that_is_refused_is_not_called_late() {
    let gateway = Gateway::speaking(Version::V2);
    let day = Day::new(2016, 12, 22).expect("a day");
    let bill = |sub_code: &str| {
        let node = json!({ "code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "x" });
        gateway.wraps("alipay.data.dataservice.bill.downloadurl.query", &node);
        code(gateway.alipay.bill(day, NOW))
    };
    assert_eq!(bill("isp.bill_not_exist"), "no_bill");
    assert_eq!(bill("BILL_NOT_EXIST"), "no_bill");
    assert_eq!(bill("isv.no-bill-type-authority"), "bill_refused");
    assert_eq!(bill("isv.invalid-signature"), "bill_refused");
}
