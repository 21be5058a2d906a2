//! Stripe: Payment Intents, confirmed for a method that leads the payer to its own page; signed webhooks.
//!
//! Our key of a payment travels as its `metadata[key]` and as the idempotency key under which it is made; a refund's
//! likewise. Stripe keeps idempotency keys for a day, so whatever may have been done before is looked for first.

use super::http::{ANSWER_BYTES_MAX, Answer, Http};
use super::secrets::{self, Secret, Watched};
use super::{
    Ask, BillLine, Checkout, Delivery, Heard, Moved, Next, Outcome, Provider, Quote, Repaid, Unread, Way,
    trade_no,
};
use crate::notices::{Notice, What};
use crate::{Intent, Refund, disputes};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Currency, Day, Error, Instant, Kind, Money, RefundId, Refusal, Result, Share, Zone};
use serde_json::Value;
use sha2::Sha256;
use std::path::PathBuf;

pub const NAME: &str = "stripe";
/// Answers are read as this version of the API writes them.
const API_VERSION: &str = "2024-06-20";
/// How old a webhook may be, and how far ahead its clock.
const TOLERANCE_SECONDS: i64 = 300;
/// Signatures in one header that are tried, at most.
const SIGNATURES_MAX: usize = 8;
/// Pages of one list, at most.
const PAGES_MAX: usize = 500;
const PAGE: &str = "100";

/// How this house is known to Stripe.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://api.stripe.com`.
    pub api: String,
    /// What payers pay with: a method of the redirecting kind, such as `alipay`.
    pub method: String,
    /// The folder with the keys; see `Keys::read`.
    pub keys: PathBuf,
    /// What is kept of a payment by contract.
    pub fee: Share,
}

pub struct Stripe {
    settings: Settings,
    keys: Watched<Keys>,
    http: Http,
}

/// What we show and whom we believe.
pub struct Keys {
    api: Secret,
    /// While a secret is rolled, both.
    webhook: Vec<Secret>,
}

impl Keys {
    /// Reads a folder: `secret_key`, and one or more `webhook_secret*`.
    pub fn read(folders: &[PathBuf]) -> Result<Keys> {
        let mut webhook = Vec::new();
        for path in secrets::named(folders, "webhook_secret", "")? {
            webhook.push(Secret::new(secrets::text(&path)?.trim()));
        }
        if webhook.iter().any(|secret| secret.reveal().is_empty()) || webhook.is_empty() {
            return Err(Error::fault("the folder of keys holds no webhook secret"));
        }
        Ok(Keys { api: Secret::new(secrets::one(folders, "secret_key")?.trim()), webhook })
    }

    /// Whether the account is the real one and not the one for tests.
    fn is_live(&self) -> bool {
        self.api.reveal().starts_with("sk_live_") || self.api.reveal().starts_with("rk_live_")
    }
}

/// Stripe said no, and nothing happened.
struct No {
    code: String,
}

impl Stripe {
    pub fn open(settings: Settings) -> Result<Stripe> {
        let keys = Watched::new(vec![settings.keys.clone()], Keys::read)?;
        Ok(Stripe { settings, keys, http: Http::default() })
    }

    fn get(&self, path: &str) -> Result<Value> {
        let keys = self.keys.get()?;
        let bearer = format!("Bearer {}", keys.api.reveal());
        let headers = [("authorization", bearer.as_str()), ("stripe-version", API_VERSION)];
        let answer = self.http.get(&format!("{}{path}", self.settings.api), &headers, ANSWER_BYTES_MAX)?;
        read(&answer)?.map_err(|no| Error::fault(format!("Stripe does not answer a question: {}", no.code)))
    }

    fn post(&self, path: &str, form: &[(&str, &str)], key: Option<&str>) -> Result<Result<Value, No>> {
        let keys = self.keys.get()?;
        let bearer = format!("Bearer {}", keys.api.reveal());
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("stripe-version", API_VERSION),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        let params: alipay::Params =
            form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let body = alipay::form::write(&params);
        read(&self.http.post(&format!("{}{path}", self.settings.api), &headers, &body)?)
    }

    /// The payment intent of ours as it stands: the one that we know, or the one that our key made or makes now. What
    /// is answered to a key is what was answered first, however long ago, so it is only asked for its number.
    fn made(&self, intent: &Intent) -> Result<Value> {
        let id = match &intent.reference {
            Some(id) => id.clone(),
            None => text(&self.make(intent)?["id"]).to_owned(),
        };
        self.get(&format!("/v1/payment_intents/{id}"))
    }

    fn make(&self, intent: &Intent) -> Result<Value> {
        let key = trade_no::of(intent)?;
        let made = self.post(
            "/v1/payment_intents",
            &[
                ("amount", &intent.amount.minor.to_string()),
                ("currency", &intent.amount.currency.code().to_ascii_lowercase()),
                ("description", &intent.subject),
                ("metadata[key]", &key),
                ("payment_method_types[0]", &self.settings.method),
            ],
            Some(&format!("{key}-create")),
        )?;
        made.map_err(|no| {
            refused(
                "payment_refused",
                "The provider did not take this payment.",
                "支付渠道未接受这笔支付。",
                &no,
            )
        })
    }

    /// A checked payment intent: made for this intent and no other.
    fn payment(&self, intent: &Intent) -> Result<Value> {
        let payment = self.made(intent)?;
        if text(&payment["metadata"]["key"]) != trade_no::of(intent)? {
            return Err(Error::fault("Stripe answered about another payment"));
        }
        Ok(payment)
    }

    fn confirm(&self, payment: &Value, intent: &Intent, ask: &Ask) -> Result<Value> {
        let method = &self.settings.method;
        let confirmed = self.post(
            &format!("/v1/payment_intents/{}/confirm", text(&payment["id"])),
            &[("payment_method_data[type]", method), ("return_url", &ask.return_address(intent))],
            None,
        )?;
        match confirmed {
            Ok(payment) => Ok(payment),
            // Somebody confirmed it in another window a moment before.
            Err(no) if no.code == "payment_intent_unexpected_state" => self.payment(intent),
            Err(no) => Err(refused(
                "payment_refused",
                "The provider did not take this payment.",
                "支付渠道未接受这笔支付。",
                &no,
            )),
        }
    }

    /// The refunds of a payment with this key of ours.
    fn refund_of(&self, intent: &Intent, refund: &Refund) -> Result<Option<Value>> {
        let payment = text(&self.payment(intent)?["id"]).to_owned();
        let found = self.list(&format!("/v1/refunds?payment_intent={payment}&limit={PAGE}"))?;
        Ok(found.into_iter().find(|one| text(&one["metadata"]["key"]) == refund.id.0))
    }

    /// Every page of a list.
    fn list(&self, path: &str) -> Result<Vec<Value>> {
        let (mut all, mut after) = (Vec::new(), String::new());
        for _ in 0..PAGES_MAX {
            let page = self.get(&format!("{path}{after}"))?;
            let items = page["data"].as_array().cloned().unwrap_or_default();
            after =
                items.last().map(|last| format!("&starting_after={}", text(&last["id"]))).unwrap_or_default();
            all.extend(items);
            if page["has_more"] != true || after.is_empty() {
                return Ok(all);
            }
        }
        Err(Error::fault("Stripe's list has more pages than a day can have"))
    }
}

impl Provider for Stripe {
    fn name(&self) -> &'static str {
        NAME
    }

    fn quote(&self) -> Quote {
        Quote {
            currencies: Currency::ALL.to_vec(),
            minor_min: 1,
            minor_max: 99_999_999,
            fee: self.settings.fee,
            ways: vec![Way::Page, Way::Phone],
        }
    }

    fn create(&self, intent: &Intent, ask: &Ask, _now: Instant) -> Result<Checkout> {
        let mut payment = self.payment(intent)?;
        if matches!(text(&payment["status"]), "requires_payment_method" | "requires_confirmation") {
            payment = self.confirm(&payment, intent, ask)?;
        }
        let reference = Some(text(&payment["id"]).to_owned());
        let next = match text(&payment["status"]) {
            "requires_action" => next(&payment["next_action"])?,
            "succeeded" | "processing" | "requires_capture" => Next::Wait,
            _ => return Err(Error::fault("Stripe says nothing of what the payer does next")),
        };
        Ok(Checkout { reference, next })
    }

    fn query(&self, intent: &Intent, _now: Instant) -> Result<Outcome> {
        outcome(&self.payment(intent)?)
    }

    fn close(&self, intent: &Intent, now: Instant) -> Result<Outcome> {
        let payment = self.payment(intent)?;
        let found = outcome(&payment)?;
        if found != Outcome::Waiting {
            return Ok(found);
        }
        let canceled =
            self.post(&format!("/v1/payment_intents/{}/cancel", text(&payment["id"])), &[], None)?;
        match canceled {
            Ok(payment) => outcome(&payment),
            // Somebody paid a moment before, or it cannot be called off any more.
            Err(_) => self.query(intent, now),
        }
    }

    fn refund(&self, intent: &Intent, refund: &Refund, now: Instant) -> Result<Repaid> {
        let payment = text(&self.payment(intent)?["id"]).to_owned();
        let made = self.post(
            "/v1/refunds",
            &[
                ("payment_intent", &payment),
                ("amount", &refund.amount.minor.to_string()),
                ("metadata[key]", &refund.id.0),
            ],
            Some(&refund.id.0),
        )?;
        match made {
            Ok(made) => repaid(&made, refund),
            Err(no) => match self.query_refund(intent, refund, now)? {
                Repaid::Not => {
                    let (en, zh) = ("The provider did not pay this back.", "支付渠道未接受这笔退款。");
                    Err(refused("refund_refused", en, zh, &no))
                }
                known => Ok(known),
            },
        }
    }

    fn query_refund(&self, intent: &Intent, refund: &Refund, _now: Instant) -> Result<Repaid> {
        self.refund_of(intent, refund)?.map_or(Ok(Repaid::Not), |found| repaid(&found, refund))
    }

    fn read_notice(&self, delivery: &Delivery, now: Instant) -> Result<Heard, Unread> {
        let keys = self.keys.get().map_err(|_| Unread::NoKeys)?;
        check_signature(&keys.webhook, delivery, now)?;
        let event: Value =
            serde_json::from_slice(delivery.body).map_err(|_| Unread::Malformed("it is not JSON"))?;
        if event["livemode"].as_bool() != Some(keys.is_live()) {
            return Err(Unread::OtherApp);
        }
        hear(&event)
    }

    fn zone(&self) -> Zone {
        utc()
    }

    fn bill(&self, day: Day, _now: Instant) -> Result<Vec<BillLine>> {
        let second = |day: Day| day.at(0, 0, &utc()).micros / 1_000_000;
        let path = format!(
            "/v1/balance_transactions?created[gte]={}&created[lt]={}&limit={PAGE}&expand[]=data.source",
            second(day),
            second(day.plus(1)),
        );
        self.list(&path)?.iter().filter_map(|one| line(one).transpose()).collect()
    }
}

/// Stripe's days, of its bills and of the time to answer a dispute.
fn utc() -> Zone {
    Zone::stored("UTC")
}

/// What is known of a payment intent.
fn outcome(payment: &Value) -> Result<Outcome> {
    let id = text(&payment["id"]);
    match text(&payment["status"]) {
        "succeeded" => Ok(Outcome::Paid {
            amount: money(&payment["amount_received"], &payment["currency"])?,
            notice_id: format!("answer-{id}-paid"),
            reference: Some(id.to_owned()),
        }),
        "canceled" => Ok(Outcome::Closed),
        "processing"
        | "requires_action"
        | "requires_capture"
        | "requires_confirmation"
        | "requires_payment_method" => Ok(Outcome::Waiting),
        _ => Err(Error::fault("Stripe answered with a status that nobody knows")),
    }
}

/// What the payer does, whatever the method calls it.
fn next(action: &Value) -> Result<Next> {
    let details = &action[text(&action["type"])];
    if let Some(url) = details["url"].as_str() {
        return Ok(Next::Visit(url.to_owned()));
    }
    let scanned = details["data"].as_str().map(|code| Next::Scan(code.to_owned()));
    scanned.ok_or_else(|| Error::fault("Stripe says nothing of what the payer does next"))
}

fn repaid(found: &Value, refund: &Refund) -> Result<Repaid> {
    if money(&found["amount"], &found["currency"])? != refund.amount {
        return Err(Error::fault("Stripe answered about another refund"));
    }
    match text(&found["status"]) {
        "succeeded" => Ok(Repaid::Done),
        "pending" | "requires_action" => Ok(Repaid::Pending),
        // It failed for good under this key; an operator has to look.
        "failed" | "canceled" => Err(Refusal::new(
            Kind::Conflict,
            "refund_refused",
            "The provider did not pay this back.",
            "支付渠道未接受这笔退款。",
        )
        .into()),
        _ => Err(Error::fault("Stripe answered with a refund's status that nobody knows")),
    }
}

/// `t=…,v1=…`: one of our secrets signed the time with the body, not long ago (HMAC-SHA256, compared in constant time).
fn check_signature(secrets: &[Secret], delivery: &Delivery, now: Instant) -> Result<(), Unread> {
    let header = delivery.header("stripe-signature").ok_or(Unread::Forged)?;
    let parts: Vec<(&str, &str)> = header.split(',').filter_map(|part| part.trim().split_once('=')).collect();
    let of = |wanted| parts.iter().filter(move |(name, _)| *name == wanted).map(|(_, value)| *value);
    let stamp = of("t").next().ok_or(Unread::Malformed("it has no time"))?;
    let second: i64 = stamp.parse().map_err(|_| Unread::Malformed("its time is no number"))?;
    let signatures: Vec<Vec<u8>> = of("v1").take(SIGNATURES_MAX).filter_map(hexadecimal).collect();
    let signs = |secret: &Secret| {
        signatures.iter().any(|signature| {
            let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.reveal().as_bytes());
            let mut mac = mac.expect("HMAC takes a key of any length");
            mac.update(stamp.as_bytes());
            mac.update(b".");
            mac.update(delivery.body);
            mac.verify_slice(signature).is_ok()
        })
    };
    if !secrets.iter().any(signs) {
        return Err(Unread::Forged);
    }
    let age = (now.micros / 1_000_000).saturating_sub(second);
    if age.saturating_abs() > TOLERANCE_SECONDS { Err(Unread::Stale) } else { Ok(()) }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || text.len() != 64 {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

/// What a genuine event says.
fn hear(event: &Value) -> Result<Heard, Unread> {
    let (kind, object) = (text(&event["type"]), &event["data"]["object"]);
    let what = match kind {
        "payment_intent.succeeded" => What::Paid,
        "payment_intent.canceled" => What::Closed,
        "refund.created" | "refund.updated" | "charge.refund.updated" => {
            let key = text(&object["metadata"]["key"]);
            return Ok(Heard::Nothing(format!("a refund is {}: {key}", text(&object["status"]))));
        }
        "charge.dispute.created" | "charge.dispute.updated" | "charge.dispute.closed" => {
            return hear_dispute(object);
        }
        other => return Ok(Heard::Nothing(other.to_owned())),
    };
    let Some(key) = object["metadata"]["key"].as_str() else {
        return Ok(Heard::Nothing("a payment that was not begun here".into()));
    };
    let (place, intent) = trade_no::read(key).ok_or(Unread::OtherOrder)?;
    let sum = if what == What::Paid { &object["amount_received"] } else { &object["amount"] };
    Ok(Heard::Notice(Notice {
        provider: NAME.into(),
        id: event["id"].as_str().ok_or(Unread::Malformed("it has no id"))?.to_owned(),
        place,
        intent,
        what,
        amount: money(sum, &object["currency"])
            .map_err(|_| Unread::Malformed("its amount makes no sense"))?,
        reference: object["id"].as_str().map(str::to_owned),
    }))
}

/// A dispute as it stands. A warning asks something and takes no money; what is under review is still open.
fn hear_dispute(object: &Value) -> Result<Heard, Unread> {
    let state = match text(&object["status"]) {
        "won" => disputes::State::Won,
        "lost" => disputes::State::Lost,
        "needs_response" | "under_review" => disputes::State::Open,
        other => return Ok(Heard::Nothing(format!("a dispute is {other}"))),
    };
    let missing = |name| Unread::Malformed(name);
    // The time to answer; nothing once there is nothing to answer any more.
    let second = object["evidence_details"]["due_by"].as_i64().or(object["created"].as_i64());
    let by = Instant::from_micros(second.ok_or(missing("it has no time"))?.saturating_mul(1_000_000));
    Ok(Heard::Dispute(disputes::Told {
        provider: NAME.into(),
        number: object["id"].as_str().ok_or(missing("it has no id"))?.to_owned(),
        reference: object["payment_intent"].as_str().ok_or(missing("it is of no payment"))?.to_owned(),
        reason: text(&object["reason"]).replace('_', " "),
        amount: money(&object["amount"], &object["currency"])
            .map_err(|_| missing("its amount makes no sense"))?,
        answer_by: by.day_in(&utc()),
        state,
    }))
}

/// A line of the bill; `None` for what moved between Stripe and us alone.
fn line(moved: &Value) -> Result<Option<BillLine>> {
    let source = &moved["source"];
    let what = match text(&moved["type"]) {
        "charge" | "payment" => Moved::Paid,
        "refund" | "payment_refund" => Moved::Refunded(RefundId(text(&source["metadata"]["key"]).to_owned())),
        _ => return Ok(None),
    };
    // A charge carries its payment's metadata; a refund has its own, and names the payment.
    let key = if what == Moved::Paid { text(&source["metadata"]["key"]) } else { "" };
    let amount = money(&moved["amount"], &moved["currency"])?;
    let second =
        moved["created"].as_i64().ok_or_else(|| Error::fault("Stripe's bill has a line without a time"))?;
    Ok(Some(BillLine {
        what,
        key: key.to_owned(),
        payment: trade_no::read(key),
        reference: text(&source["payment_intent"]).to_owned(),
        amount: Money { minor: amount.minor.abs(), ..amount },
        fee: money(&moved["fee"], &moved["currency"])?,
        at: Instant::from_micros(second * 1_000_000),
    }))
}

fn money(minor: &Value, currency: &Value) -> Result<Money> {
    let minor = minor.as_i64().ok_or_else(|| Error::fault("Stripe's amount is no whole number"))?;
    let code = text(currency).to_ascii_uppercase();
    let currency = Currency::parse(&code).map_err(|_| Error::fault("Stripe's currency is none of ours"))?;
    Ok(Money::new(minor, currency))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A decision for 4xx; what may have happened all the same is unknown: too many requests, a conflict, a fault there.
fn read(answer: &Answer) -> Result<Result<Value, No>> {
    let body: Value = serde_json::from_slice(&answer.body)
        .map_err(|_| Error::fault(format!("Stripe answered {} without JSON", answer.status)))?;
    match answer.status {
        200..300 => Ok(Ok(body)),
        400 | 402 | 404 => {
            let error = &body["error"];
            let code = error["code"].as_str().or(error["type"].as_str()).unwrap_or("no code");
            Ok(Err(No { code: code.to_owned() }))
        }
        status => Err(Error::fault(format!("Stripe answered with status {status}"))),
    }
}

fn refused(code: &'static str, en: &str, zh: &str, no: &No) -> Error {
    tracing::warn!(why = no.code, code, "Stripe said no");
    Refusal::new(Kind::Conflict, code, en, zh).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const AT: Instant = Instant::from_micros(1_700_000_000_000_000);

    fn signature(secret: &str, second: i64, body: &[u8]) -> String {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).expect("a key");
        mac.update(format!("{second}.").as_bytes());
        mac.update(body);
        let bytes = mac.finalize().into_bytes();
        format!("t={second},v1={}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    fn check(header: &str, body: &[u8]) -> Result<(), Unread> {
        let headers = [("stripe-signature".to_owned(), header.to_owned())];
        let secrets = [Secret::new("whsec_new"), Secret::new("whsec_old")];
        check_signature(&secrets, &Delivery { headers: &headers, body }, AT)
    }

    #[test]
    fn a_webhook_is_signed_by_one_of_two_secrets_a_moment_ago() {
        let second = AT.micros / 1_000_000;
        for secret in ["whsec_new", "whsec_old"] {
            assert_eq!(check(&signature(secret, second, BODY), BODY), Ok(()));
        }
        assert_eq!(check(&signature("whsec_other", second, BODY), BODY), Err(Unread::Forged));
        assert_eq!(check(&signature("whsec_new", second, BODY), b"{}"), Err(Unread::Forged));
        for age in [-TOLERANCE_SECONDS, TOLERANCE_SECONDS] {
            assert_eq!(check(&signature("whsec_new", second + age, BODY), BODY), Ok(()));
        }
        for age in [-TOLERANCE_SECONDS - 1, TOLERANCE_SECONDS + 1] {
            assert_eq!(check(&signature("whsec_new", second + age, BODY), BODY), Err(Unread::Stale));
        }
    }

    #[test]
    fn a_broken_signature_header_is_refused_calmly() {
        for bad in [
            "",
            "t=",
            "t=1",
            "v1=00",
            "t=x,v1=00",
            "t=1,v1=",
            "t=1,v1=é",
            ",,,=,",
            "t=9223372036854775807,v1=00",
        ] {
            assert!(check(bad, BODY).is_err(), "{bad}");
        }
        let nobody = Delivery { headers: &[], body: BODY };
        assert_eq!(check_signature(&[], &nobody, AT), Err(Unread::Forged));
        let second = AT.micros / 1_000_000;
        let late = signature("whsec_new", second, BODY).replace("v1=", "v0=00,v1=");
        assert_eq!(check(&late, BODY), Ok(()), "other schemes beside it are passed over");
    }

    #[test]
    fn a_secret_is_never_printed() {
        let printed = format!("{:?} {:?}", Secret::new("sk_live_1"), [Secret::new("whsec_1")]);
        assert!(!printed.contains("sk_live") && !printed.contains("whsec"), "{printed}");
    }
}
