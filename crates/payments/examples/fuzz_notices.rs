//! Throws broken notices at the adapters for a while: `cargo run --release -p payments --example fuzz_notices -- 600`.
//!
//! A notice is genuine, or signed over odd fields, or spoiled after it was signed. None may panic, and none that was
//! spoiled after it was signed may be believed to say something else than what was signed. A seed repeats everything.

use alipay::{Params, PrivateKey, form, notice};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Clock, Dice, Instant, Share, SystemClock};
use payments::Provider;
use payments::providers::alipay::{Alipay, Cashier, Expiry, Settings, Trust, Version};
use payments::providers::stripe::{self, Stripe};
use payments::providers::{Delivery, Heard};
use std::path::Path;

const NOW: Instant = Instant::from_micros(1_482_465_600_000_000);
const SECRET: &str = "whsec_fuzz";

const ODD: [&str; 40] = [
    "",
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
    "=",
    "a=b&c=d",
    "plc_1pay_1",
    "plc_pay_",
    "pay_",
    "rfd_1_refund",
    "rfd_",
    "TRADE_SUCCESS",
    "TRADE_CLOSED",
    "WAIT_BUYER_PAY",
    "trade_status_sync",
    "GBK",
    "2016-12-23 12:00:00",
    "2016-13-99 99:99:99",
    "2021000000000001",
];

const NAMES: [&str; 20] = [
    "app_id",
    "seller_id",
    "out_trade_no",
    "trade_no",
    "total_amount",
    "trade_status",
    "notify_id",
    "notify_type",
    "charset",
    "refund_fee",
    "out_biz_no",
    "gmt_refund",
    "gmt_payment",
    "sign",
    "sign_type",
    "alipay_cert_sn",
    "subject",
    "version",
    "",
    "more",
];

struct Fuzz {
    dice: Dice,
    key: PrivateKey,
    alipay: Alipay,
    stripe: Stripe,
    believed: u64,
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let seconds: i64 = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let folder = std::env::temp_dir().join(format!("ferryman-fuzz-{:016x}", Dice::from_entropy().next()));
    std::fs::create_dir_all(&folder)?;
    let mut fuzz = Fuzz::open(&folder, seed)?;
    let (end, mut count) = (SystemClock.now().plus_seconds(seconds), 0_u64);
    while SystemClock.now() < end {
        for _ in 0..100 {
            fuzz.once();
            count += 1;
        }
    }
    std::fs::remove_dir_all(&folder)?;
    println!("{count} notices from seed {seed}, {} of them believed, no panic", fuzz.believed);
    Ok(())
}

impl Fuzz {
    fn open(folder: &Path, seed: u64) -> anyhow::Result<Fuzz> {
        let key = PrivateKey::generate()?;
        std::fs::write(folder.join("app_private_key.pem"), key.pkcs1_pem()?)?;
        std::fs::write(folder.join("alipay_public_key.pem"), key.public().pem())?;
        std::fs::write(folder.join("secret_key"), "sk_test_fuzz")?;
        std::fs::write(folder.join("webhook_secret"), SECRET)?;
        let alipay = Settings {
            name: "alipay",
            app_id: "2021000000000001".into(),
            seller_id: "2088000000000001".into(),
            gateway: "http://127.0.0.1:1/gateway.do".into(),
            cashier: Cashier::Gateway,
            version: Version::V3,
            expiry: Expiry::At,
            notify_url: String::new(),
            keys: vec![folder.to_owned()],
            trust: Trust::PublicKeys,
            fee: Share::ZERO,
        };
        let stripe = stripe::Settings {
            api: "http://127.0.0.1:1".into(),
            method: "alipay".into(),
            keys: folder.to_owned(),
            fee: Share::ZERO,
        };
        Ok(Fuzz {
            dice: Dice::seeded(seed),
            key,
            alipay: Alipay::open(alipay, Dice::seeded(seed))?,
            stripe: Stripe::open(stripe)?,
            believed: 0,
        })
    }

    fn once(&mut self) {
        if self.dice.chance(0.5) { self.alipay_once() } else { self.stripe_once() }
    }

    fn alipay_once(&mut self) {
        let mut fields = genuine();
        for _ in 0..self.dice.below(4) {
            let name = (*self.dice.pick(&NAMES)).to_owned();
            fields.insert(name, self.odd());
        }
        notice::sign(&mut fields, &self.key);
        let signed = form::write(&fields).into_bytes();
        let sent = self.spoiled(signed.clone());
        let read = |body: &[u8]| self.alipay.read_notice(&Delivery { headers: &[], body }, NOW);
        let (before, after) = (read(&signed), read(&sent));
        if let Ok(Heard::Notice(_)) = &after {
            self.believed += 1;
            assert_eq!(before, after, "{}", String::from_utf8_lossy(&sent));
        }
    }

    fn stripe_once(&mut self) {
        let kind =
            *self.dice.pick(&["payment_intent.succeeded", "payment_intent.canceled", "refund.updated", "x"]);
        let (key, amount) = (self.odd(), self.dice.next() as i64 >> self.dice.below(64));
        let event = serde_json::json!({
            "id": "evt_1", "type": kind, "livemode": false,
            "data": { "object": {
                "id": "pi_1", "amount": amount, "amount_received": amount, "currency": self.odd(),
                "metadata": { "key": if self.dice.chance(0.5) { "plc_1pay_1".to_owned() } else { key } },
            } },
        });
        let body = self.spoiled(event.to_string().into_bytes());
        let signed = if self.dice.chance(0.8) { body.clone() } else { event.to_string().into_bytes() };
        let header = self.spoiled(signature(&signed).into_bytes());
        let headers = [("stripe-signature".to_owned(), String::from_utf8_lossy(&header).into_owned())];
        if self.stripe.read_notice(&Delivery { headers: &headers, body: &body }, NOW).is_ok() {
            self.believed += 1;
            assert_eq!(signed, body, "what was not signed is believed");
        }
    }

    fn odd(&mut self) -> String {
        match self.dice.below(8) {
            0 => String::from_utf8_lossy(&self.dice.bytes::<12>()).into_owned(),
            1 => "x".repeat(self.dice.below(3000) as usize),
            _ => (*self.dice.pick(&ODD)).to_owned(),
        }
    }

    /// The bytes as they were, or with a few of them changed, lost, doubled or moved.
    fn spoiled(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        if self.dice.chance(0.4) {
            return bytes;
        }
        for _ in 0..1 + self.dice.below(4) {
            let at = self.dice.below(bytes.len() as u64) as usize;
            match self.dice.below(5) {
                _ if bytes.is_empty() => {}
                0 => bytes[at] = self.dice.next() as u8,
                1 => bytes.truncate(at),
                2 => bytes.insert(at, self.dice.next() as u8),
                3 => {
                    let part = bytes[at..].to_vec();
                    bytes.extend(part.into_iter().take(40));
                }
                _ => drop(bytes.remove(at)),
            }
        }
        bytes
    }
}

fn genuine() -> Params {
    let pairs = [
        ("app_id", "2021000000000001"),
        ("charset", "utf-8"),
        ("notify_id", "n1"),
        ("notify_type", "trade_status_sync"),
        ("out_trade_no", "plc_1pay_1"),
        ("seller_id", "2088000000000001"),
        ("total_amount", "43.00"),
        ("trade_no", "2016122322001400000000000001"),
        ("trade_status", "TRADE_SUCCESS"),
    ];
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
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
