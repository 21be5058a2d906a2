//! The Stripe adapter against the double, and the double against Stripe's own client.

use crate::pretend_stripe::{KEY, PretendStripe, WEBHOOK_SECRET};
use crate::purse::{NOW, Purse, refund};
use kernel::{Day, Dice, Instant, IntentId, Money, PlaceId, Share};
use payments::notices::What;
use payments::providers::stripe::{Settings, Stripe};
use payments::providers::{Ask, Delivery, Heard, Moved, Next, Outcome, Repaid, Unread, trade_no};
use payments::{Intent, Provider};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;

struct Town {
    double: PretendStripe,
    stripe: Stripe,
    keys: PathBuf,
    intent: Intent,
}

impl Town {
    fn new() -> Town {
        Town::of(Purse::new())
    }

    fn of(purse: Purse) -> Town {
        let double = PretendStripe::start();
        let name = format!("ferryman-stripe-{:016x}", Dice::from_entropy().next());
        let keys = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&keys).expect("a folder");
        std::fs::write(keys.join("secret_key"), format!("{KEY}\n")).expect("a key");
        std::fs::write(keys.join("webhook_secret"), WEBHOOK_SECRET).expect("a secret");
        let settings = Settings {
            api: format!("http://{}", double.address),
            method: "alipay".into(),
            keys: keys.clone(),
            fee: Share::ppm(29_000),
        };
        let stripe = Stripe::open(settings).expect("the keys are there");
        let intent = purse.intent;
        Town { double, stripe, keys, intent }
    }

    fn begin(&self) -> kernel::Result<(String, Next)> {
        let checkout = self.stripe.create(&self.intent, &Ask::page("http://127.0.0.1:8080"), NOW)?;
        Ok((checkout.reference.expect("Stripe has a number for it"), checkout.next))
    }

    /// Begun and paid; the intent as it is known then.
    fn paid(&self) -> Intent {
        let (reference, _) = self.begin().expect("a checkout");
        self.double.payer_pays(&reference);
        Intent { reference: Some(reference), captured: self.intent.amount, ..self.intent.clone() }
    }

    fn hears(&self, header: &str, body: &str, now: Instant) -> Result<Heard, Unread> {
        let headers = [("stripe-signature".to_owned(), header.to_owned())];
        self.stripe.read_notice(&Delivery { headers: &headers, body: body.as_bytes() }, now)
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.keys);
    }
}

#[test]
fn a_payment_begins_once_whatever_is_lost() {
    let town = Town::new();
    town.double.lose_replies(1);
    assert!(town.begin().is_err_and(|error| error.refusal().is_none()), "its outcome is unknown");
    assert_eq!(town.double.payments(), 1);
    // The intent was made and its number never reached us: asking makes no second one.
    assert_eq!(town.stripe.query(&town.intent, NOW).ok(), Some(Outcome::Waiting));
    let (first, next) = town.begin().expect("a checkout");
    assert_eq!(next, Next::Visit(format!("https://pretend.example/redirect/{first}")));
    let again = Intent { reference: Some(first.clone()), ..town.intent.clone() };
    let checkout = town.stripe.create(&again, &Ask::page("http://elsewhere"), NOW).expect("the same");
    assert_eq!((checkout.reference, town.double.payments()), (Some(first.clone()), 1));
    town.double.payer_pays(&first);
    let paid = town.stripe.create(&again, &Ask::page(""), NOW).expect("an answer");
    assert_eq!(paid.next, Next::Wait, "the provider knows already");
}

#[test]
fn what_is_paid_is_not_closed_and_what_is_closed_is_not_paid() {
    let town = Town::new();
    let paid = town.paid();
    let reference = paid.reference.clone();
    let meant = Outcome::Paid {
        amount: Money::fen(4300),
        notice_id: format!("answer-{}-paid", reference.clone().expect("a number")),
        reference,
    };
    assert_eq!(town.stripe.query(&paid, NOW).ok(), Some(meant.clone()));
    assert_eq!(town.stripe.close(&paid, NOW).ok(), Some(meant));

    let other = Town::new();
    let (reference, _) = other.begin().expect("a checkout");
    assert_eq!(other.stripe.close(&other.intent, NOW).ok(), Some(Outcome::Closed));
    other.double.payer_pays(&reference);
    assert_eq!(other.stripe.query(&other.intent, NOW).ok(), Some(Outcome::Closed));
}

/// Stripe counts a currency without decimals in its own unit: 15,000 won are 15000, not 1500000.
#[test]
fn won_are_counted_whole() {
    let won = |minor| Money::new(minor, kernel::Currency::KRW);
    let town = Town::of(Purse::of(won(15_000)));
    let paid = town.paid();
    let kept = town.double.payment(paid.reference.as_deref().expect("a number"));
    assert_eq!((&kept["amount"], &kept["currency"]), (&json!(15_000), &json!("krw")));
    let Ok(Outcome::Paid { amount, .. }) = town.stripe.query(&paid, NOW) else { panic!("it is paid") };
    assert_eq!(amount, won(15_000));
    let part = refund(&paid, "a", 4_000);
    assert_eq!(part.amount, won(4_000));
    assert_eq!(town.stripe.refund(&paid, &part, NOW).ok(), Some(Repaid::Done));
    assert_eq!(town.double.refunded(), 4_000);
    let bill = town.stripe.bill(Day::new(2016, 12, 23).expect("a day"), NOW).expect("a bill");
    assert_eq!(bill.iter().map(|line| line.amount).collect::<Vec<_>>(), [won(15_000), won(4_000)]);
    assert_eq!(town.stripe.zone().name(), "UTC");
}

#[test]
fn a_refund_is_paid_once_a_key_whatever_is_lost() {
    let town = Town::new();
    let paid = town.paid();
    let part = refund(&paid, "a", 300);
    assert_eq!(town.stripe.query_refund(&paid, &part, NOW).ok(), Some(Repaid::Not));
    assert_eq!(town.stripe.refund(&paid, &part, NOW).ok(), Some(Repaid::Done));
    assert_eq!(town.stripe.refund(&paid, &part, NOW).ok(), Some(Repaid::Done));
    assert_eq!(town.double.refunded(), 300);
    assert_eq!(town.stripe.query_refund(&paid, &part, NOW).ok(), Some(Repaid::Done));
    let too_much = town.stripe.refund(&paid, &refund(&paid, "b", 4001), NOW).expect_err("too much");
    assert_eq!(too_much.refusal().map(|refusal| refusal.code), Some("refund_refused"));
    assert_eq!(town.double.refunded(), 300);
    let other = refund(&paid, "a", 301);
    assert!(town.stripe.query_refund(&paid, &other, NOW).is_err(), "the key was for another amount");
}

#[test]
fn a_refund_that_takes_days_is_on_its_way() {
    let town = Town::new();
    town.double.inside.lock().expect("no panic").refund_state = "pending";
    let paid = town.paid();
    let part = refund(&paid, "a", 300);
    assert_eq!(town.stripe.refund(&paid, &part, NOW).ok(), Some(Repaid::Pending));
    assert_eq!(town.stripe.query_refund(&paid, &part, NOW).ok(), Some(Repaid::Pending));
}

#[test]
fn the_bill_names_our_keys_page_after_page() {
    let town = Town::new();
    let paid = town.paid();
    for i in 0..120 {
        town.stripe.refund(&paid, &refund(&paid, &format!("r{i}"), 1), NOW).expect("paid back");
    }
    let day = Day::new(2016, 12, 23).expect("a day");
    let bill = town.stripe.bill(day, NOW).expect("a bill");
    assert_eq!(bill.len(), 121);
    assert_eq!(bill[0].what, Moved::Paid);
    assert_eq!(bill[0].payment, Some((paid.place.clone(), paid.id.clone())));
    assert_eq!((bill[0].amount, bill[0].fee), (Money::fen(4300), Money::fen(100)));
    assert_eq!(bill[120].what, Moved::Refunded(refund(&paid, "r119", 1).id));
    assert_eq!(bill[120].reference, bill[0].reference);
    assert_eq!(town.stripe.bill(day.plus(1), NOW).expect("a bill"), []);
}

/// Answers about another payment than ours, or in another currency, are not believed.
#[test]
fn an_answer_about_something_else_is_not_believed() {
    let town = Town::new();
    let paid = town.paid();
    let stranger = Intent { id: IntentId("pay_other".into()), ..paid.clone() };
    assert!(town.stripe.query(&stranger, NOW).is_err_and(|error| error.refusal().is_none()));
    let missing = Intent { reference: Some("pi_none".into()), ..paid };
    assert!(town.stripe.query(&missing, NOW).is_err_and(|error| error.refusal().is_none()));
}

#[test]
fn webhooks_for_others_and_about_other_things_sell_nothing() {
    let town = Town::new();
    let event = |kind: &str, live: bool, metadata: Value| {
        json!({
            "id": "evt_1", "object": "event", "type": kind, "livemode": live,
            "data": { "object": { "id": "pi_1", "amount": 4300, "amount_received": 4300, "currency": "cny", "metadata": metadata } },
        })
        .to_string()
    };
    let ours = json!({ "key": trade_no::of(&town.intent).expect("a key") });
    let heard = |body: &str| town.hears(&sign(body), body, NOW);
    let Ok(Heard::Notice(notice)) = heard(&event("payment_intent.succeeded", false, ours.clone())) else {
        panic!("a payment of ours")
    };
    assert_eq!((notice.what, notice.amount, notice.id.as_str()), (What::Paid, Money::fen(4300), "evt_1"));
    assert_eq!(heard(&event("payment_intent.succeeded", true, ours.clone())), Err(Unread::OtherApp));
    let strange = json!({ "key": "somebody-elses" });
    assert_eq!(heard(&event("payment_intent.succeeded", false, strange)), Err(Unread::OtherOrder));
    for body in [event("payment_intent.succeeded", false, json!({})), event("customer.created", false, ours)]
    {
        assert!(matches!(heard(&body), Ok(Heard::Nothing(_))), "{body}");
    }
    for broken in
        ["", "[]", "{", "null", "{\"livemode\":false,\"type\":7}", "{\"type\":\"payment_intent.succeeded\"}"]
    {
        let answer = heard(broken);
        assert!(!matches!(answer, Ok(Heard::Notice(_))), "{broken}: {answer:?}");
    }
}

/// A webhook's header by the double's secret, at the moment of these tests.
fn sign(body: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let second = NOW.micros / 1_000_000;
    let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(WEBHOOK_SECRET.as_bytes()).expect("a key");
    mac.update(format!("{second}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={second},v1={hex}")
}

const SCRIPT: &str = r#"
const Stripe = require('stripe');
const [host, port, secret, webhook, key, second] = process.argv.slice(2);
const stripe = new (Stripe.default ?? Stripe)(secret, { host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
(async () => {
  const made = await stripe.paymentIntents.create(
    { amount: 4300, currency: 'cny', metadata: { key }, payment_method_types: ['alipay'] },
    { idempotencyKey: `${key}-node` });
  const again = await stripe.paymentIntents.create(
    { amount: 4300, currency: 'cny', metadata: { key }, payment_method_types: ['alipay'] },
    { idempotencyKey: `${key}-node` });
  const asked = await stripe.paymentIntents.confirm(made.id,
    { payment_method_data: { type: 'alipay' }, return_url: 'http://127.0.0.1/back' });
  await fetch(`http://${host}:${port}/pretend/payer/${made.id}`, { method: 'POST' });
  const paid = await stripe.paymentIntents.retrieve(made.id);
  const refund = await stripe.refunds.create(
    { payment_intent: made.id, amount: 300, metadata: { key: 'rfd_node' } }, { idempotencyKey: 'rfd_node' });
  const refunds = await stripe.refunds.list({ payment_intent: made.id });
  const moved = await stripe.balanceTransactions.list({ limit: 10, expand: ['data.source'] });
  const refused = await stripe.refunds.create({ payment_intent: made.id, amount: 9999 }).catch((error) => error.code);
  const body = JSON.stringify({ id: 'evt_node', object: 'event', type: 'payment_intent.succeeded', livemode: false, data: { object: paid } });
  const header = stripe.webhooks.generateTestHeaderString({ payload: body, secret: webhook, timestamp: Number(second) });
  console.log(JSON.stringify({
    id: made.id, same: made.id === again.id, asked: asked.status, url: asked.next_action.alipay_handle_redirect.url,
    paid: paid.status, refund: refund.status, refunds: refunds.data.length, moved: moved.data.length, refused, body, header }));
})().catch((error) => { console.error(error); process.exit(1); });
"#;

#[test]
fn the_official_client_drives_the_double_and_the_adapter_reads_what_it_wrote() {
    let Some(modules) = std::env::var_os("FERRYMAN_SDK_NODE").map(PathBuf::from) else {
        println!(
            "left out: FERRYMAN_SDK_NODE names no folder with stripe; cargo xtask test --only sdk installs it"
        );
        return;
    };
    let town = Town::new();
    let key = trade_no::of(&town.intent).expect("a key");
    let script = modules.join("drive_stripe.cjs");
    std::fs::write(&script, SCRIPT).expect("a script");
    let second = (NOW.micros / 1_000_000).to_string();
    let ran = Command::new("node")
        .arg(&script)
        .args([&town.double.address.ip().to_string(), &town.double.address.port().to_string()])
        .args([KEY, WEBHOOK_SECRET, &key, &second])
        .output()
        .expect("node runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let said: Value = serde_json::from_slice(&ran.stdout).expect("one object");
    let told = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(said["same"], true);
    assert_eq!(
        (told("asked"), told("paid"), told("refund"), told("refused")),
        ("requires_action".into(), "succeeded".into(), "succeeded".into(), "charge_already_refunded".into())
    );
    assert_eq!((&said["refunds"], &said["moved"]), (&json!(1), &json!(2)));

    let intent = Intent { reference: Some(told("id")), captured: town.intent.amount, ..town.intent.clone() };
    let Ok(Outcome::Paid { amount, reference, .. }) = town.stripe.query(&intent, NOW) else {
        panic!("what the client paid is paid")
    };
    assert_eq!((amount, reference), (Money::fen(4300), Some(told("id"))));
    let asked = payments::Refund { id: kernel::RefundId("rfd_node".into()), ..refund(&intent, "node", 300) };
    assert_eq!(town.stripe.query_refund(&intent, &asked, NOW).ok(), Some(Repaid::Done));
    let bill = town.stripe.bill(Day::new(2016, 12, 23).expect("a day"), NOW).expect("a bill");
    assert_eq!(bill.len(), 2);

    let Ok(Heard::Notice(notice)) = town.hears(&told("header"), &told("body"), NOW) else {
        panic!("what the client signed is believed")
    };
    assert_eq!((notice.place, notice.intent), (PlaceId("plc_star".into()), intent.id));
    assert_eq!((notice.what, notice.amount, notice.id.as_str()), (What::Paid, Money::fen(4300), "evt_node"));
    let changed = told("body").replace("4300", "4301");
    assert_eq!(town.hears(&told("header"), &changed, NOW), Err(Unread::Forged));
    let stale = town.hears(&told("header"), &told("body"), NOW.plus_minutes(6));
    assert_eq!(stale, Err(Unread::Stale));
}

#[test]
fn a_rolled_secret_is_believed_without_a_restart() {
    let town = Town::new();
    let body = "{\"type\":\"customer.created\",\"livemode\":false}";
    let header = sign(body);
    std::fs::write(town.keys.join("webhook_secret"), "whsec_other_and_longer").expect("a secret");
    assert_eq!(town.hears(&header, body, NOW), Err(Unread::Forged));
    std::fs::write(town.keys.join("webhook_secret_old"), WEBHOOK_SECRET).expect("a secret");
    assert!(matches!(town.hears(&header, body, NOW), Ok(Heard::Nothing(_))));
    // A broken file changes nothing.
    std::fs::write(town.keys.join("webhook_secret"), "").expect("a secret");
    assert!(matches!(town.hears(&header, body, NOW), Ok(Heard::Nothing(_))));
}

#[test]
fn a_dispute_is_told_with_its_payment_and_its_time() {
    let town = Town::new();
    let heard = |kind: &str, status: &str| {
        let body = json!({
            "id": "evt_9", "object": "event", "type": kind, "livemode": false,
            "data": { "object": {
                "id": "dp_1", "object": "dispute", "payment_intent": "pi_1", "amount": 4300, "currency": "cny",
                "reason": "product_not_received", "status": status, "created": 1_482_451_200,
                "evidence_details": { "due_by": 1_483_056_000 },
            } },
        })
        .to_string();
        town.hears(&sign(&body), &body, NOW)
    };
    let Ok(Heard::Dispute(told)) = heard("charge.dispute.created", "needs_response") else {
        panic!("a dispute");
    };
    assert_eq!((told.number.as_str(), told.reference.as_str()), ("dp_1", "pi_1"));
    assert_eq!((told.amount, told.reason.as_str()), (Money::fen(4300), "product not received"));
    assert_eq!(told.answer_by.to_string(), "2016-12-30");
    assert_eq!(told.state, payments::disputes::State::Open);
    let Ok(Heard::Dispute(lost)) = heard("charge.dispute.closed", "lost") else { panic!("a dispute") };
    assert_eq!((lost.state, lost.id()), (payments::disputes::State::Lost, told.id()));
    assert!(matches!(heard("charge.dispute.created", "warning_needs_response"), Ok(Heard::Nothing(_))));
}
