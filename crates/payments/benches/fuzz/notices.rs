//! What is sent to the address for notices, read by the adapters themselves: as it is, and then signed by the platform's own
//! key, so that what lies behind the signature is reached too. What was changed after it was signed must not be believed.

use crate::Target;
use alipay::notice::Notice;
use alipay::{Params, PrivateKey, form, notice};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Dice, Instant, Refusal, Share};
use payments::Provider;
use payments::providers::alipay::{Alipay, Cashier, Expiry, SETTLED, Settings, Trust, Version};
use payments::providers::stripe::{self, Stripe};
use payments::providers::{Delivery, Heard, Unread};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const NOW: Instant = Instant::from_micros(1_482_465_600_000_000);
const SECRET: &str = "whsec_fuzz";
static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().expect("a key"));

/// Values that have broken somebody's program.
const ODD: [&str; 34] = [
    "0",
    "0.00",
    "0.01",
    "43.00",
    "-1",
    "+1",
    "1e3",
    "NaN",
    "４３.00",
    "1.001",
    "99999999999999999999",
    "true",
    "null",
    "[]",
    "{}",
    "\"",
    "\\",
    "\0",
    "\u{202e}",
    "🎬",
    "%",
    "%00",
    "%ff",
    "&",
    "a=b&c=d",
    "plc_1pay_1",
    "plc_pay_",
    "rfd_1_refund",
    "TRADE_SUCCESS",
    "TRADE_CLOSED",
    "WAIT_BUYER_PAY",
    "GBK",
    "2016-12-23 12:00:00",
    "2016-13-99 99:99:99",
];

const NAMES: [&str; 12] = [
    "total_amount",
    "out_trade_no",
    "trade_status",
    "refund_fee",
    "out_biz_no",
    "gmt_refund",
    "notify_id",
    "app_id",
    "seller_id",
    "charset",
    "subject",
    "alipay_cert_sn",
];

/// Notices of Alipay: paid, refunded in part, and one for each odd value in each of the fields that matter.
pub fn genuine() -> Vec<Vec<u8>> {
    let paid = [
        ("app_id", "2021000000000001"),
        ("charset", "utf-8"),
        ("fund_bill_list", r#"[{"amount":"43.00","fundChannel":"ALIPAYACCOUNT"}]"#),
        ("gmt_payment", "2016-12-23 19:30:01"),
        ("notify_id", "2016122300222193000"),
        ("notify_type", "trade_status_sync"),
        ("out_trade_no", "plc_1pay_1"),
        ("seller_id", "2088000000000001"),
        ("subject", "摆渡人 F7 F8"),
        ("total_amount", "43.00"),
        ("trade_no", "2016122322001400000000000001"),
        ("trade_status", "TRADE_SUCCESS"),
    ];
    let refunded =
        [("refund_fee", "10.00"), ("out_biz_no", "rfd_1"), ("gmt_refund", "2016-12-24 10:00:00.123")];
    let odd = NAMES.iter().flat_map(|name| ODD.iter().map(|value| vec![(*name, *value)]));
    let changes = [vec![], refunded.to_vec()].into_iter().chain(odd);
    let body = |changes: Vec<(&str, &str)>| {
        let pairs = paid.iter().chain(&changes);
        let mut fields: Params =
            pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        notice::sign(&mut fields, &KEY);
        form::write(&fields).into_bytes()
    };
    changes.map(body).collect()
}

pub fn alipay() -> Target {
    let folder = Folder::with(&[
        ("app_private_key.pem", &KEY.pkcs1_pem().expect("a key is written")),
        ("alipay_public_key.pem", &KEY.public().pem()),
    ]);
    let settings = Settings {
        name: "alipay",
        app_id: "2021000000000001".into(),
        seller_id: "2088000000000001".into(),
        gateway: "http://127.0.0.1:1/gateway.do".into(),
        cashier: Cashier::Gateway,
        version: Version::V3,
        expiry: Expiry::At,
        notify_url: String::new(),
        keys: vec![folder.0.clone()],
        trust: Trust::PublicKeys,
        fee: Share::ZERO,
        currencies: SETTLED.to_vec(),
    };
    let adapter = Alipay::open(settings, Dice::seeded(1)).expect("the keys are there");
    let keys = [KEY.public()];
    let corpus = genuine();
    let signed = |fields: &Params| notice::canonical(fields);
    let known: Vec<_> =
        corpus.iter().filter_map(|body| form::read_bytes(body).ok()).map(|fields| signed(&fields)).collect();
    let run = move |bytes: &[u8]| {
        let _ = &folder;
        let heard = adapter.read_notice(&Delivery { headers: &[], body: bytes }, NOW);
        if heard.is_ok() {
            let read = Notice::open(bytes, &keys)?;
            assert!(known.contains(&signed(&read.fields)), "a changed notice was believed");
        }
        let Ok(mut fields) = form::read_bytes(bytes) else { return told(heard) };
        notice::sign(&mut fields, &KEY);
        told(adapter.read_notice(&Delivery { headers: &[], body: form::write(&fields).as_bytes() }, NOW))
    };
    Target { corpus, run: Box::new(run) }
}

/// The line of the signature, and then the body.
pub fn stripe() -> Target {
    let folder = Folder::with(&[("secret_key", "sk_test_fuzz"), ("webhook_secret", SECRET)]);
    let settings = stripe::Settings {
        api: "http://127.0.0.1:1".into(),
        method: "alipay".into(),
        keys: folder.0.clone(),
        fee: Share::ZERO,
    };
    let adapter = Stripe::open(settings).expect("the secrets are there");
    let bodies: Vec<Vec<u8>> = ["payment_intent.succeeded", "payment_intent.canceled", "refund.updated", "x"]
        .iter()
        .flat_map(|kind| ["plc_1pay_1"].iter().chain(&ODD).map(move |odd| event(kind, odd)))
        .collect();
    let corpus = bodies.iter().map(|body| [signature(body).as_bytes(), b"\n", body].concat()).collect();
    let run = move |bytes: &[u8]| {
        let _ = &folder;
        let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let (header, body) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
        let read = |header: &str| {
            let headers = [("stripe-signature".to_owned(), header.to_owned())];
            adapter.read_notice(&Delivery { headers: &headers, body }, NOW)
        };
        if read(&String::from_utf8_lossy(header)).is_ok() {
            assert!(bodies.iter().any(|genuine| genuine == body), "what was not signed is believed");
        }
        told(read(&signature(body)))
    };
    Target { corpus, run: Box::new(run) }
}

fn event(kind: &str, odd: &str) -> Vec<u8> {
    let event = serde_json::json!({
        "id": "evt_1", "type": kind, "livemode": false,
        "data": { "object": {
            "id": "pi_1", "amount": 4300, "amount_received": 4300, "currency": "cny", "status": odd,
            "metadata": { "key": odd },
        } },
    });
    event.to_string().into_bytes()
}

fn signature(body: &[u8]) -> String {
    let second = NOW.micros / 1_000_000;
    let mut mac =
        <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).expect("any key will do");
    mac.update(format!("{second}.").as_bytes());
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={second},v1={hex}")
}

fn told(heard: Result<Heard, Unread>) -> Result<&'static str, Refusal> {
    match heard {
        Ok(Heard::Notice(_)) => Ok("believed"),
        Ok(Heard::Dispute(_)) => Ok("a dispute"),
        Ok(Heard::Nothing(_)) => Ok("of no account"),
        Err(Unread::Malformed(why)) => Ok(why),
        Err(Unread::NoKeys) => panic!("the keys are gone"),
        Err(unread) => Err(unread.refusal()),
    }
}

/// Keys in files, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Folder {
        let name = format!("fuzz-{:016x}", Dice::from_entropy().next());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.join(name), text).expect("a file");
        }
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
