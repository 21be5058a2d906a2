//! Alipay, and whatever speaks its protocol: the sandbox wallet is reached through this same file.
//!
//! The protocol's words (what is signed, envelopes, notices, bills) are in the crate `alipay`; here they travel. Our
//! key of a payment is `out_trade_no` (`trade_no`), of a refund `out_request_no`; the gateway answers the same to both
//! however often they are sent. An answer that is not signed by a key that we know was never given.

use super::http::{ANSWER_BYTES_MAX, Answer, Http};
use super::secrets::{self, Watched};
use super::{
    Ask, BillLine, Checkout, Delivery, Heard, Moved, NO_BILL, Next, Outcome, Provider, Quote, Repaid, Unread,
    Way, trade_no,
};
use crate::notices::{self, What};
use crate::{Intent, Refund};
use alipay::bill::Business;
use alipay::certificate::{Certificate, root_sn};
use alipay::code::{self, Verdict};
use alipay::envelope::Envelope;
use alipay::notice::{self, TRADE_STATUS_SYNC};
use alipay::rest::{self, Problem, Seal};
use alipay::{Method, Params, PrivateKey, PublicKey, TradeStatus, amount, form, request, wall};
use kernel::ids::Id;
use kernel::{
    Currency, Day, Dice, Error, Instant, Kind, Money, RefundId, Refusal, Result, Share, Words, Zone,
};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::Mutex;

/// A bill as it travels, at most, in bytes.
const BILL_BYTES_MAX: u64 = 64 << 20;
/// The characters of a subject that travel, at most.
const SUBJECT_CHARS_MAX: usize = 128;
/// A trade is over this long before its order is, so that nobody pays in the last moment and too late.
const MARGIN_SECONDS: i64 = 5;

/// What Alipay settles in with a merchant on the mainland.
pub const SETTLED: [Currency; 1] = [Currency::CNY];

/// How this house is known to a gateway, and how it is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `alipay`, or `wallet` for the sandbox.
    pub name: &'static str,
    pub app_id: String,
    /// The account that is paid, `2088…`.
    pub seller_id: String,
    /// `https://openapi.alipay.com/gateway.do`; V3 is spoken at the root of the same host.
    pub gateway: String,
    pub cashier: Cashier,
    pub version: Version,
    pub expiry: Expiry,
    /// Where notices are to be sent.
    pub notify_url: String,
    /// The folders with our key and the platform's; see `Keys`.
    pub keys: Vec<PathBuf>,
    pub trust: Trust,
    /// What is kept of a payment by contract.
    pub fee: Share,
    /// What it takes: Alipay `SETTLED`, the sandbox whatever a price is in.
    pub currencies: Vec<Currency>,
}

/// Where a payer's browser goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cashier {
    /// To the gateway itself.
    Gateway,
    /// To this address of the gateway, as browsers reach it.
    At(String),
    /// To this port of the host by which the payer reaches us: the sandbox on our own machine.
    Beside(u16),
}

/// By what the platform's signatures are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    PublicKeys,
    Certificates,
}

/// How calls are made; pages and notices are the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V2,
    V3,
}

/// How a gateway learns when a trade is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// By the clock on the wall in Beijing.
    At,
    /// So many minutes after it began: for a gateway whose clock need not be ours.
    After,
}

pub struct Alipay {
    settings: Settings,
    keys: Watched<Keys>,
    http: Http,
    dice: Mutex<Dice>,
}

/// What we sign with, `app_private_key.pem`, and whom we believe:
///
/// - by public keys, `alipay_public_key*.pem`: while the platform changes its key, both may lie there;
/// - by certificates, `app_cert.crt`, `alipay_root_cert.crt`, `alipay_cert*.crt`: each of the platform's must be issued
///   by one of the root bundle or by another of them, and an answer names the one that it is signed by. Each counts in
///   its time alone: with ours out of it nothing is asked, with theirs out of it nothing is believed.
pub struct Keys {
    app: PrivateKey,
    certified: Option<Certified>,
    believed: Vec<Believed>,
}

struct Certified {
    app_cert_sn: String,
    root_cert_sn: String,
    app_time: Time,
}

/// A key of the platform; in certificate mode with the number and the time of its certificate.
struct Believed {
    sn: Option<String>,
    time: Option<Time>,
    key: PublicKey,
}

/// From when until when a certificate counts, those above it included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Time {
    from: Instant,
    until: Instant,
}

impl Time {
    fn of(cert: &Certificate) -> Time {
        let (from, until) = cert.validity();
        Time { from, until }
    }

    fn within(self, issuer: Time) -> Time {
        Time { from: self.from.max(issuer.from), until: self.until.min(issuer.until) }
    }

    fn has(self, now: Instant) -> bool {
        self.from <= now && now < self.until
    }
}

/// An operator is told this many days before a certificate ends.
const WARNING_DAYS: i64 = 30;

impl Keys {
    fn of_public_keys(folders: &[PathBuf]) -> Result<Keys> {
        let app = PrivateKey::parse(&secrets::one(folders, "app_private_key.pem")?)?;
        let mut believed = Vec::new();
        for path in secrets::named(folders, "alipay_public_key", ".pem")? {
            believed.push(Believed { sn: None, time: None, key: PublicKey::parse(&secrets::text(&path)?)? });
        }
        Keys { app, certified: None, believed }.that_believe_somebody()
    }

    fn of_certificates(folders: &[PathBuf]) -> Result<Keys> {
        let app = PrivateKey::parse(&secrets::one(folders, "app_private_key.pem")?)?;
        let roots = Certificate::bundle(&secrets::one(folders, "alipay_root_cert.crt")?)?;
        let mut chain = Vec::new();
        for path in secrets::named(folders, "alipay_cert", ".crt")? {
            chain.extend(Certificate::bundle(&secrets::text(&path)?)?);
        }
        let mut believed = Vec::new();
        for (cert, time) in rooted(&roots, chain) {
            believed.push(Believed { sn: Some(cert.sn()), time: Some(time), key: cert.public_key()? });
        }
        let ours = Certificate::parse(&secrets::one(folders, "app_cert.crt")?)?;
        let certified =
            Certified { app_cert_sn: ours.sn(), root_cert_sn: root_sn(&roots), app_time: Time::of(&ours) };
        Keys { app, certified: Some(certified), believed }.that_believe_somebody()
    }

    fn that_believe_somebody(self) -> Result<Keys> {
        if self.believed.is_empty() {
            return Err(Error::fault("the folder of keys holds no key of the platform that can be believed"));
        }
        Ok(self)
    }

    /// The keys that may have signed, now, what names this certificate; none when it is one that we do not know. In
    /// certificate mode an answer must name one. Without a time every certificate counts.
    fn named(&self, sn: Option<&str>, now: Option<Instant>) -> Vec<PublicKey> {
        let fits = |known: &&Believed| match (&self.certified, sn) {
            (None, _) => true,
            (Some(_), Some(sn)) => known.sn.as_deref() == Some(sn),
            (Some(_), None) => false,
        };
        self.counting(now).filter(fits).map(|known| known.key.clone()).collect()
    }

    fn all(&self, now: Option<Instant>) -> Vec<PublicKey> {
        self.counting(now).map(|known| known.key.clone()).collect()
    }

    fn counting(&self, now: Option<Instant>) -> impl Iterator<Item = &Believed> {
        let counts = move |known: &&Believed| known.time.zip(now).is_none_or(|(time, now)| time.has(now));
        self.believed.iter().filter(counts)
    }

    /// Refuses to ask the platform anything with a certificate of ours that is out of its time
    /// (`certificate_expired`, `certificate_not_yet`); nothing was asked then.
    fn may_ask(&self, now: Option<Instant>) -> Result<(), Refusal> {
        let Some((certified, now)) = self.certified.as_ref().zip(now) else { return Ok(()) };
        let day = |at: Instant| at.day_in(&Zone::shanghai());
        let Time { from, until } = certified.app_time;
        if now < from {
            let day = day(from);
            return Err(Refusal::new(
                Kind::Busy,
                "certificate_not_yet",
                format!("Payments wait: our certificate for Alipay is valid from {day} on."),
                format!("暂时无法支付：我方支付宝应用证书自 {day} 起生效。"),
            ));
        }
        if now >= until {
            let day = day(until);
            return Err(Refusal::new(
                Kind::Busy,
                "certificate_expired",
                format!(
                    "Payments wait: our certificate for Alipay expired on {day}. An operator must replace it."
                ),
                format!("暂时无法支付：我方支付宝应用证书已于 {day} 过期，请运营者更换。"),
            ));
        }
        Ok(())
    }

    /// What an operator has to replace before long: ours, and the platform's when none of them lasts.
    fn warnings(&self, now: Instant) -> Vec<Words> {
        let Some(certified) = &self.certified else { return Vec::new() };
        let theirs = self.believed.iter().filter_map(|known| known.time).map(|time| time.until).max();
        let ours = (Words::new("our certificate for Alipay", "我方支付宝应用证书"), certified.app_time.until);
        let theirs = theirs.map(|until| (Words::new("Alipay’s own certificate", "支付宝公钥证书"), until));
        std::iter::once(ours).chain(theirs).filter_map(|(what, until)| warning(&what, until, now)).collect()
    }
}

fn warning(what: &Words, until: Instant, now: Instant) -> Option<Words> {
    let day = until.day_in(&Zone::shanghai());
    let days = now.seconds_until(until).div_euclid(86_400);
    let (en, zh) = (&what.en, &what.zh);
    if now >= until {
        return Some(Words::new(
            format!("Payments stand still: {en} expired on {day}. Put a new one into the folder of keys."),
            format!("支付已停止：{zh}已于 {day} 过期，请将新证书放入密钥目录。"),
        ));
    }
    (days < WARNING_DAYS).then(|| {
        Words::new(
            format!("In {days} days payments will stand still: {en} expires on {day}. Put a new one into the folder of keys."),
            format!("{days} 天后支付将停止：{zh}将于 {day} 过期，请将新证书放入密钥目录。"),
        )
    })
}

/// Those of the certificates that go back to one of the roots, over however many of the others, each with the time in
/// which all those above it count too; of several ways to a root the one that lasts longest.
fn rooted(roots: &[Certificate], mut chain: Vec<Certificate>) -> Vec<(Certificate, Time)> {
    let roots: Vec<(Certificate, Time)> = roots.iter().map(|root| (root.clone(), Time::of(root))).collect();
    let mut trusted: Vec<(Certificate, Time)> = Vec::new();
    loop {
        let time_of = |cert: &Certificate| {
            let issuers = roots.iter().chain(&trusted).filter(|(issuer, _)| cert.is_issued_by(issuer));
            issuers.map(|(_, time)| Time::of(cert).within(*time)).max_by_key(|time| time.until)
        };
        let (mut fresh, mut rest) = (Vec::new(), Vec::new());
        for cert in chain {
            match time_of(&cert) {
                Some(time) => fresh.push((cert, time)),
                None => rest.push(cert),
            }
        }
        if fresh.is_empty() {
            return trusted;
        }
        trusted.extend(fresh);
        chain = rest;
    }
}

/// A gateway's answer, verified.
struct Reply {
    verdict: Verdict,
    /// Why not, as the platform says it.
    sub_code: String,
    fields: Map<String, Value>,
}

impl Reply {
    fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn money(&self, name: &str) -> Result<Money> {
        let named = [amount::CURRENCY, amount::REFUND_CURRENCY].map(|member| self.text(member));
        let named = named.into_iter().find(|code| !code.is_empty());
        let read = amount::currency(named).and_then(|currency| amount::read(self.text(name), currency));
        read.map_err(|refusal| Error::fault(format!("the gateway's {name}: {}", refusal.say.en)))
    }

    /// Signed as it is, an answer is not bound to its question: what names another trade is none to ours.
    fn about(self, intent: &Intent) -> Result<Reply> {
        let named = self.text("out_trade_no");
        if named.is_empty() || named == trade_no::of(intent)? {
            return Ok(self);
        }
        Err(Error::fault("the gateway answered about another trade"))
    }

    /// Nobody knows what became of it, or we asked wrongly.
    fn unclear(&self, what: &str) -> Error {
        Error::fault(format!(
            "the gateway did not {what}: {}",
            if self.sub_code.is_empty() { "no reason" } else { &self.sub_code }
        ))
    }

    fn is_refused_with(&self, sub_code: &str) -> bool {
        self.verdict == Verdict::Refused && self.sub_code == sub_code
    }
}

impl Alipay {
    pub fn open(settings: Settings, dice: Dice) -> Result<Alipay> {
        let read = match settings.trust {
            Trust::PublicKeys => Keys::of_public_keys,
            Trust::Certificates => Keys::of_certificates,
        };
        let keys = Watched::new(settings.keys.clone(), read)?;
        Ok(Alipay { settings, keys, http: Http::default(), dice: Mutex::new(dice) })
    }

    /// The time by which certificates are judged; none with a gateway whose clock is not ours.
    fn judged_at(&self, now: Instant) -> Option<Instant> {
        (self.settings.expiry == Expiry::At).then_some(now)
    }

    fn call(&self, method: Method, content: &Value, now: Instant) -> Result<Reply> {
        match self.settings.version {
            Version::V2 => self.call_v2(method, content, now),
            Version::V3 => self.call_v3(method, content, now),
        }
    }

    /// The parameters of a V2 request, signed.
    fn params(
        &self,
        method: Method,
        content: &Value,
        return_url: Option<String>,
        now: Instant,
    ) -> Result<Params> {
        let keys = self.keys.get()?;
        keys.may_ask(self.judged_at(now))?;
        let mut params: Params = [
            ("app_id", self.settings.app_id.clone()),
            ("method", method.name().into()),
            ("format", "JSON".into()),
            ("charset", "utf-8".into()),
            ("timestamp", wall::write(now)),
            ("version", "1.0".into()),
            ("notify_url", if begins(method) { self.settings.notify_url.clone() } else { String::new() }),
            ("return_url", return_url.unwrap_or_default()),
            ("biz_content", content.to_string()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        if let Some(certified) = &keys.certified {
            params.insert("app_cert_sn".into(), certified.app_cert_sn.clone());
            params.insert("alipay_root_cert_sn".into(), certified.root_cert_sn.clone());
        }
        request::sign(&mut params, &keys.app);
        Ok(params)
    }

    fn call_v2(&self, method: Method, content: &Value, now: Instant) -> Result<Reply> {
        let (query, body) = request::write(&self.params(method, content, None, now)?);
        let url = format!("{}?{query}", self.settings.gateway);
        let form = [("content-type", "application/x-www-form-urlencoded;charset=utf-8")];
        let answer = self.http.post(&url, &form, &body)?;
        if answer.status != 200 {
            return Err(Error::fault(format!("the gateway answered with status {}", answer.status)));
        }
        let envelope = Envelope::read(&answer.body, method).map_err(unbelievable)?;
        let keys = self.keys.get()?.named(envelope.alipay_cert_sn.as_deref(), self.judged_at(now));
        let opened = keys.iter().find_map(|key| envelope.open(key).ok());
        let node: Map<String, Value> = serde_json::from_str(opened.ok_or_else(not_theirs)?)?;
        let text = |name: &str| node.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let sub_code = text("sub_code");
        Ok(Reply { verdict: code::verdict(&text("code"), &sub_code), sub_code, fields: node })
    }

    fn call_v3(&self, method: Method, content: &Value, now: Instant) -> Result<Reply> {
        let keys = self.keys.get()?;
        keys.may_ask(self.judged_at(now))?;
        let is_read = method == Method::BillDownloadUrlQuery;
        let mut content = content.clone();
        if begins(method) {
            content["notify_url"] = self.settings.notify_url.clone().into();
        }
        let (verb, path, body) = if is_read {
            ("GET", format!("{}?{}", method.path(), query_of(&content)), String::new())
        } else {
            ("POST", method.path(), content.to_string())
        };
        let call = rest::Call { method: verb, path_and_query: &path, body: &body, app_auth_token: None };
        let certified = keys.certified.as_ref();
        let cert_sn = certified.map(|certified| certified.app_cert_sn.as_str());
        let authorization =
            rest::authorize(call, &self.settings.app_id, cert_sn, &self.nonce(), now, &keys.app);
        let asked = self.nonce();
        let mut headers = vec![
            ("authorization", authorization.as_str()),
            ("alipay-request-id", asked.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json"),
        ];
        headers.extend(certified.map(|certified| (rest::ROOT_CERT_SN, certified.root_cert_sn.as_str())));
        let url = format!("{}{path}", origin(&self.settings.gateway));
        let answer = match is_read {
            true => self.http.get(&url, &headers, ANSWER_BYTES_MAX)?,
            false => self.http.post(&url, &headers, &body)?,
        };
        self.read_v3(&answer, self.judged_at(now))
    }

    /// Whatever is carried out is signed. A problem may come unsigned, as the official SDKs take it; with a signature
    /// it must be a good one.
    fn read_v3(&self, answer: &Answer, now: Option<Instant>) -> Result<Reply> {
        let header = |name| answer.header(name).map(str::to_owned);
        let seal = header(rest::SIGNATURE).map(|signature| Seal {
            timestamp: header(rest::TIMESTAMP).unwrap_or_default(),
            nonce: header(rest::NONCE).unwrap_or_default(),
            signature,
        });
        let text = answer.text()?;
        let is_sealed = match &seal {
            Some(seal) => {
                let keys = self.keys.get()?.named(answer.header(rest::SN), now);
                keys.iter().any(|key| seal.verify(text, key).is_ok())
            }
            None => answer.status >= 400,
        };
        if !is_sealed {
            return Err(not_theirs());
        }
        if answer.status < 400 {
            let fields: Map<String, Value> = serde_json::from_str(text)?;
            let is_waiting = fields.get("code").and_then(Value::as_str) == Some(code::WAITING_FOR_BUYER);
            let verdict = if is_waiting { Verdict::Waiting } else { Verdict::Done };
            return Ok(Reply { verdict, sub_code: String::new(), fields });
        }
        let problem: Problem = serde_json::from_str(text)?;
        let verdict = match answer.status {
            // Too slow, too early, too often: whoever stands before the gateway says so, and it may be asked again.
            408 | 425 | 429 => Verdict::Unknown,
            400..500 => code::verdict(code::BUSINESS_FAILED, &problem.code),
            _ => Verdict::Unknown,
        };
        Ok(Reply { verdict, sub_code: problem.code, fields: Map::new() })
    }

    fn nonce(&self) -> String {
        let mut dice = self.dice.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        dice.bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What a payment is begun with.
    fn order(&self, intent: &Intent, method: Method, now: Instant) -> Result<Value> {
        let mut order = json!({
            "out_trade_no": trade_no::of(intent)?,
            "total_amount": amount::write(intent.amount),
            "subject": subject(&intent.subject),
            "product_code": method.product_code(),
            "seller_id": self.settings.seller_id,
        });
        if let Some(code) = amount::named(intent.amount.currency) {
            order[amount::CURRENCY] = code.into();
            order["settle_currency"] = code.into();
        }
        let ends = intent.expires_at.plus_seconds(-MARGIN_SECONDS);
        match self.settings.expiry {
            Expiry::At => order["time_expire"] = wall::write(ends).into(),
            Expiry::After => {
                let minutes = (now.seconds_until(ends) / 60).max(1);
                order["timeout_express"] = format!("{minutes}m").into();
            }
        }
        Ok(order)
    }

    /// The address of the cashier's page for a payment.
    fn page(&self, intent: &Intent, method: Method, ask: &Ask, now: Instant) -> Result<String> {
        let order = self.order(intent, method, now)?;
        let back = (!ask.seen_at.is_empty()).then(|| ask.return_address(intent));
        let params = self.params(method, &order, back, now)?;
        Ok(format!("{}?{}", self.cashier(&ask.seen_at), form::write(&params)))
    }

    fn cashier(&self, seen_at: &str) -> String {
        let gateway = &self.settings.gateway;
        match &self.settings.cashier {
            Cashier::At(address) => address.clone(),
            Cashier::Beside(port) if !seen_at.is_empty() => {
                format!("http://{}:{port}{}", host(seen_at), &gateway[origin(gateway).len()..])
            }
            Cashier::Gateway | Cashier::Beside(_) => gateway.clone(),
        }
    }

    fn begin_by_bar_code(&self, intent: &Intent, digits: &str, now: Instant) -> Result<Checkout> {
        if !(16..=24).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused("bad_bar_code", "This is not a payment code.", "付款码无效。"));
        }
        let mut order = self.order(intent, Method::TradePay, now)?;
        order["scene"] = "bar_code".into();
        order["auth_code"] = digits.into();
        let reply = self.call(Method::TradePay, &order, now)?.about(intent)?;
        match reply.verdict {
            Verdict::Done | Verdict::Waiting => Ok(waits(&reply)),
            Verdict::Refused if reply.sub_code == "ACQ.TRADE_HAS_SUCCESS" => Ok(waits(&reply)),
            Verdict::Refused => Err(not_taken(&reply)),
            Verdict::Unknown => Err(reply.unclear("say whether it was paid")),
        }
    }

    fn begin_by_code(&self, intent: &Intent, now: Instant) -> Result<Checkout> {
        let order = self.order(intent, Method::TradePrecreate, now)?;
        let reply = self.call(Method::TradePrecreate, &order, now)?.about(intent)?;
        match reply.verdict {
            Verdict::Done if !reply.text("qr_code").is_empty() => {
                Ok(Checkout { reference: None, next: Next::Scan(reply.text("qr_code").to_owned()) })
            }
            Verdict::Refused if reply.sub_code == "ACQ.TRADE_HAS_SUCCESS" => Ok(waits(&reply)),
            Verdict::Refused => Err(not_taken(&reply)),
            _ => Err(reply.unclear("make a code")),
        }
    }

    /// The answer to a question about a trade.
    fn outcome(&self, intent: &Intent, reply: &Reply) -> Result<Outcome> {
        match reply.verdict {
            Verdict::Refused if reply.sub_code == "ACQ.TRADE_NOT_EXIST" => return Ok(Outcome::Unheard),
            Verdict::Done => {}
            _ => return Err(reply.unclear("say what became of a trade")),
        }
        if reply.text("out_trade_no") != trade_no::of(intent)? {
            return Err(Error::fault("the gateway answered about another trade"));
        }
        let status = TradeStatus::parse(reply.text("trade_status"));
        let reference = Some(reply.text("trade_no").to_owned()).filter(|text| !text.is_empty());
        match status {
            Some(TradeStatus::WaitBuyerPay) => Ok(Outcome::Waiting),
            Some(TradeStatus::TradeClosed) => Ok(Outcome::Closed),
            Some(TradeStatus::TradeSuccess | TradeStatus::TradeFinished) => Ok(Outcome::Paid {
                amount: reply.money("total_amount")?,
                notice_id: format!("answer-{}-paid", reply.text("trade_no")),
                reference,
            }),
            None => Err(Error::fault("the gateway answered with a status that nobody knows")),
        }
    }

    fn key_of(&self, intent: &Intent) -> Result<Value> {
        Ok(json!({ "out_trade_no": trade_no::of(intent)? }))
    }
}

impl Provider for Alipay {
    fn name(&self) -> &'static str {
        self.settings.name
    }

    fn quote(&self) -> Quote {
        Quote {
            currencies: self.settings.currencies.clone(),
            minor_min: 1,
            minor_max: amount::MINOR_MAX,
            fee: self.settings.fee,
            ways: vec![Way::Page, Way::Phone, Way::Code, Way::BarCode(String::new())],
        }
    }

    fn create(&self, intent: &Intent, ask: &Ask, now: Instant) -> Result<Checkout> {
        let method = match &ask.way {
            Way::Page => Method::TradePagePay,
            Way::Phone => Method::TradeWapPay,
            Way::Code => return self.begin_by_code(intent, now),
            Way::BarCode(digits) => return self.begin_by_bar_code(intent, digits, now),
        };
        Ok(Checkout { reference: None, next: Next::Visit(self.page(intent, method, ask, now)?) })
    }

    fn query(&self, intent: &Intent, now: Instant) -> Result<Outcome> {
        let reply = self.call(Method::TradeQuery, &self.key_of(intent)?, now)?;
        self.outcome(intent, &reply)
    }

    /// Closing what nobody scanned yet finds no trade; its code dies by itself, and money that comes all the same is
    /// heard of by its notice.
    fn close(&self, intent: &Intent, now: Instant) -> Result<Outcome> {
        let found = self.query(intent, now)?;
        if found != Outcome::Waiting {
            return Ok(found);
        }
        let reply = self.call(Method::TradeClose, &self.key_of(intent)?, now)?.about(intent)?;
        match reply.verdict {
            Verdict::Done => Ok(Outcome::Closed),
            // Somebody paid a moment before, or it ended by itself.
            Verdict::Refused => self.query(intent, now),
            Verdict::Waiting | Verdict::Unknown => Err(reply.unclear("say whether a trade was closed")),
        }
    }

    fn refund(&self, intent: &Intent, refund: &Refund, now: Instant) -> Result<Repaid> {
        let mut asked = self.key_of(intent)?;
        asked["out_request_no"] = refund.id.0.clone().into();
        asked["refund_amount"] = amount::write(refund.amount).into();
        asked["refund_reason"] = refund.reason.clone().into();
        let reply = self.call(Method::TradeRefund, &asked, now)?.about(intent)?;
        match reply.verdict {
            // `refund_fee` is the sum of all refunds of the trade; less than this one is another one's answer.
            Verdict::Done
                if reply.text("fund_change") == "Y"
                    && reply.money("refund_fee")?.minus(refund.amount)?.minor < 0 =>
            {
                Err(reply.unclear("say that all of a refund was paid"))
            }
            Verdict::Done if reply.text("fund_change") == "Y" => Ok(Repaid::Done),
            // The same key was asked for before; only asking says what became of it.
            Verdict::Done | Verdict::Waiting => match self.query_refund(intent, refund, now)? {
                Repaid::Not => Ok(Repaid::Pending),
                known => Ok(known),
            },
            // The first under this key has another amount, and nobody knows what became of it.
            Verdict::Refused if reply.sub_code == "ACQ.DISCORDANT_REPEAT_REQUEST" => {
                Err(reply.unclear("repeat a refund"))
            }
            Verdict::Refused => Err(refund_refused(&reply)),
            Verdict::Unknown => Err(reply.unclear("say whether it paid back")),
        }
    }

    fn query_refund(&self, intent: &Intent, refund: &Refund, now: Instant) -> Result<Repaid> {
        let mut asked = self.key_of(intent)?;
        asked["out_request_no"] = refund.id.0.clone().into();
        let reply = self.call(Method::TradeFastpayRefundQuery, &asked, now)?;
        if reply.is_refused_with("ACQ.TRADE_NOT_EXIST") {
            return Ok(Repaid::Not);
        }
        if reply.verdict != Verdict::Done {
            return Err(reply.unclear("say what became of a refund"));
        }
        if reply.text("refund_status") != "REFUND_SUCCESS" {
            return Ok(Repaid::Not);
        }
        if reply.money("refund_amount")? != refund.amount || reply.text("out_request_no") != refund.id.0 {
            return Err(Error::fault("the gateway answered about another refund"));
        }
        Ok(Repaid::Done)
    }

    fn read_notice(&self, delivery: &Delivery, now: Instant) -> Result<Heard, Unread> {
        let keys = self.keys.get().map_err(|_| Unread::NoKeys)?;
        let keys = match form::read_bytes(delivery.body) {
            Ok(fields) => match fields.get("alipay_cert_sn") {
                Some(sn) => keys.named(Some(sn), self.judged_at(now)),
                None => keys.all(self.judged_at(now)),
            },
            Err(refusal) => return Err(Unread::Malformed(refusal.code)),
        };
        if keys.is_empty() {
            return Err(Unread::UnknownKey);
        }
        let notice = notice::Notice::open(delivery.body, &keys).map_err(|refusal| unread(&refusal))?;
        if notice.app_id != self.settings.app_id {
            return Err(Unread::OtherApp);
        }
        if notice.seller_id != self.settings.seller_id {
            return Err(Unread::OtherSeller);
        }
        self.hear(&notice)
    }

    /// Alipay accounts in Beijing's days, whoever is paid.
    fn zone(&self) -> Zone {
        Zone::shanghai()
    }

    fn bill(&self, day: Day, now: Instant) -> Result<Vec<BillLine>> {
        let asked = json!({ "bill_type": "trade", "bill_date": day.to_string() });
        let reply = self.call(Method::BillDownloadUrlQuery, &asked, now)?;
        if reply.verdict == Verdict::Refused
            && reply.sub_code.to_ascii_lowercase().ends_with("bill_not_exist")
        {
            return Err(refused(NO_BILL, "There is no bill of that day yet.", "当日账单尚未生成。"));
        }
        if reply.verdict == Verdict::Refused {
            tracing::error!(sub_code = reply.sub_code, "the gateway refused a bill");
            return Err(refused(
                "bill_refused",
                "The provider does not give out this bill.",
                "支付渠道拒绝提供该账单。",
            ));
        }
        let url = reply.text("bill_download_url");
        if reply.verdict != Verdict::Done || url.is_empty() {
            return Err(reply.unclear("say where the bill is"));
        }
        let zip = self.http.get(url, &[], BILL_BYTES_MAX)?;
        if zip.status != 200 {
            return Err(Error::fault(format!("the bill came with status {}", zip.status)));
        }
        let bill = alipay::bill::read(&zip.body)?;
        if bill.day != day || bill.seller_id != self.settings.seller_id {
            return Err(Error::fault("the bill is of another day or another seller"));
        }
        Ok(bill.lines.into_iter().map(line).collect())
    }

    fn warnings(&self, now: Instant) -> Vec<Words> {
        let Some(now) = self.judged_at(now) else { return Vec::new() };
        self.keys.get().map(|keys| keys.warnings(now)).unwrap_or_default()
    }
}

impl Alipay {
    /// What a notice of ours says.
    fn hear(&self, notice: &notice::Notice) -> Result<Heard, Unread> {
        let kind = notice.fields.get("notify_type").map_or(TRADE_STATUS_SYNC, String::as_str);
        if kind != TRADE_STATUS_SYNC {
            return Ok(Heard::Nothing("a notice of another kind".into()));
        }
        let is_utf8 = |charset: &String| charset.eq_ignore_ascii_case("utf-8");
        if !notice.fields.get("charset").is_none_or(is_utf8) {
            return Err(Unread::Malformed("wrong_charset"));
        }
        let (place, intent) = trade_no::read(&notice.out_trade_no).ok_or(Unread::OtherOrder)?;
        let (what, amount) = match (&notice.refund, notice.status) {
            (Some(refund), _) => match refund.out_request_no.as_deref().map(RefundId::parse) {
                Some(Ok(id)) => (What::Refunded(id), refund.total),
                _ => return Ok(Heard::Nothing("a refund that was not asked for here".into())),
            },
            (None, TradeStatus::WaitBuyerPay) => {
                return Ok(Heard::Nothing("somebody is about to pay".into()));
            }
            (None, TradeStatus::TradeClosed) => (What::Closed, notice.total),
            (None, TradeStatus::TradeSuccess | TradeStatus::TradeFinished) => (What::Paid, notice.total),
        };
        Ok(Heard::Notice(notices::Notice {
            provider: self.settings.name.to_owned(),
            id: notice.notify_id.clone(),
            place,
            intent,
            what,
            amount,
            reference: Some(notice.trade_no.clone()),
        }))
    }
}

fn unread(refusal: &Refusal) -> Unread {
    match refusal.code {
        "bad_signature" | "missing_signature" | "bad_signature_type" => Unread::Forged,
        code => Unread::Malformed(code),
    }
}

fn line(line: alipay::bill::Line) -> BillLine {
    let what = match line.business {
        Business::Trade => Moved::Paid,
        Business::Refund => Moved::Refunded(RefundId(line.out_request_no)),
    };
    BillLine {
        what,
        payment: trade_no::read(&line.out_trade_no),
        key: line.out_trade_no,
        reference: line.trade_no,
        amount: Money { minor: line.received.minor.abs(), ..line.received },
        fee: Money { minor: -line.fee.minor, ..line.fee },
        at: line.finished_at,
    }
}

/// Whether a method begins a payment, so that notices follow.
fn begins(method: Method) -> bool {
    matches!(
        method,
        Method::TradeCreate
            | Method::TradePagePay
            | Method::TradePay
            | Method::TradePrecreate
            | Method::TradeWapPay
    )
}

/// A subject as it travels: no control characters, and not too long.
fn subject(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(SUBJECT_CHARS_MAX).collect()
}

/// The members of an object as a query.
fn query_of(content: &Value) -> String {
    let members = content.as_object().into_iter().flatten();
    let params: Params =
        members.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
    form::write(&params)
}

/// `https://host:port` of an address.
fn origin(address: &str) -> &str {
    let from = address.find("://").map_or(0, |at| at + 3);
    let to = address[from..].find(['/', '?']).map_or(address.len(), |at| from + at);
    &address[..to]
}

/// The host of an address, without its port; an IPv6 address keeps its brackets.
fn host(address: &str) -> &str {
    let authority = origin(address).split("://").last().unwrap_or_default();
    let port = authority.rfind(':').filter(|at| !authority[*at..].contains(']'));
    &authority[..port.unwrap_or(authority.len())]
}

fn waits(reply: &Reply) -> Checkout {
    let reference = Some(reply.text("trade_no").to_owned()).filter(|text| !text.is_empty());
    Checkout { reference, next: Next::Wait }
}

fn refused(code: &'static str, en: &str, zh: &str) -> Error {
    Refusal::new(Kind::Conflict, code, en, zh).into()
}

fn not_taken(reply: &Reply) -> Error {
    tracing::info!(sub_code = reply.sub_code, "the gateway did not take a payment");
    refused("payment_refused", "The provider did not take this payment.", "支付渠道未接受这笔支付。")
}

fn refund_refused(reply: &Reply) -> Error {
    tracing::error!(sub_code = reply.sub_code, "the gateway refused a refund");
    refused("refund_refused", "The provider did not pay this back.", "支付渠道未接受这笔退款。")
}

fn unbelievable(refusal: Refusal) -> Error {
    Error::fault(format!("the gateway's answer: {}", refusal.say.en))
}

fn not_theirs() -> Error {
    tracing::error!("an answer of the gateway is signed by no key that is known here");
    Error::fault("the gateway's answer is signed by no key that is known here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cashier_beside_us_has_our_host() {
        for (seen_at, meant) in [
            ("http://192.168.1.5:8080", "192.168.1.5"),
            ("https://tickets.example.com", "tickets.example.com"),
            ("http://[::1]:8080", "[::1]"),
            ("http://[::1]", "[::1]"),
        ] {
            assert_eq!(host(seen_at), meant);
        }
        assert_eq!(origin("http://127.0.0.1:9/gateway.do?x=1"), "http://127.0.0.1:9");
        assert_eq!(origin("http://127.0.0.1:9"), "http://127.0.0.1:9");
    }

    #[test]
    fn a_subject_keeps_its_braces_and_loses_what_cannot_be_shown() {
        assert_eq!(subject("《摆渡人》 \"sign\":{&%}\n🎬\0"), "《摆渡人》 \"sign\":{&%}🎬");
        assert_eq!(subject(&"长".repeat(300)).chars().count(), SUBJECT_CHARS_MAX);
    }
}
