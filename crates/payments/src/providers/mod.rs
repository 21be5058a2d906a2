//! Who carries the money. A provider is asked under our keys; asking again never pays twice.
//!
//! # Adding a provider
//!
//! 1. Write one file here that implements `Provider` over the provider's own protocol.
//! 2. Add one line where the program wires its providers (`ferryman/src/installation.rs`).
//!
//! That is all: the stories, the notices' address and the sweep know every provider by its name.
//!
//! # What an answer means
//!
//! `Err(Error::Refused)` is a decision: the provider, or its adapter before it was asked, said no, and nothing
//! happened. `Err(Error::Fault)` means that nobody knows: the call may have done its work. Whoever hears that asks
//! what became of it, and then asks for it again under the same key; never under a new one.

pub mod alipay;
mod http;
pub mod pretend;
pub mod secrets;
pub mod stripe;
pub mod trade_no;

use crate::{Intent, Notice, Refund, disputes};
use kernel::{
    Currency, Day, Error, Instant, Kind, Money, RefundId, Refusal, Result, Round, Share, Words, Zone,
};
use kernel::{IntentId, PlaceId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The code of the refusal of a bill that is not there yet.
pub const NO_BILL: &str = "no_bill";

/// The border to a payment provider. Every call may block on the network, so none is made inside a transaction.
pub trait Provider: Send + Sync {
    fn name(&self) -> &'static str;

    /// What it takes and what it keeps.
    fn quote(&self) -> Quote;

    /// Begins a payment, once an intent: asked again, it is the same payment.
    fn create(&self, intent: &Intent, ask: &Ask, now: Instant) -> Result<Checkout>;

    fn query(&self, intent: &Intent, now: Instant) -> Result<Outcome>;

    /// Makes sure that an unpaid payment can no longer be paid; says what it found.
    fn close(&self, intent: &Intent, now: Instant) -> Result<Outcome>;

    /// Pays back, once a refund id.
    fn refund(&self, intent: &Intent, refund: &Refund, now: Instant) -> Result<Repaid>;

    /// What became of a refund that was asked for.
    fn query_refund(&self, intent: &Intent, refund: &Refund, now: Instant) -> Result<Repaid>;

    /// Reads what came to our notices' address under this provider's name: proves that the provider sent it, to us,
    /// for our account. Whether it fits the order is for the story to say.
    fn read_notice(&self, delivery: &Delivery, now: Instant) -> Result<Heard, Unread>;

    /// Whose days its bills are of.
    fn zone(&self) -> Zone;

    /// Everything that moved on a day, as the provider accounts for it.
    fn bill(&self, day: Day, now: Instant) -> Result<Vec<BillLine>>;

    /// What an operator has to do before payments stand still, such as replacing a certificate that ends soon.
    fn warnings(&self, _now: Instant) -> Vec<Words> {
        Vec::new()
    }
}

/// What a provider takes, and about what it keeps of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    pub currencies: Vec<Currency>,
    /// The least and the most of one payment, in minor units.
    pub minor_min: i64,
    pub minor_max: i64,
    /// What it keeps of a payment, by its contract; its bill says what it kept.
    pub fee: Share,
    pub ways: Vec<Way>,
}

impl Quote {
    /// About what the provider keeps of an amount. Refuses what it does not take (`other_currency`, `out_of_limits`).
    pub fn of(&self, amount: Money) -> Result<Money, Refusal> {
        if !self.currencies.contains(&amount.currency) {
            let code = amount.currency.code();
            return Err(Refusal::new(
                Kind::Conflict,
                "other_currency",
                format!("This way of paying takes no {code}."),
                format!("该支付方式不支持 {code}。"),
            ));
        }
        if amount.minor < self.minor_min || amount.minor > self.minor_max {
            return Err(Refusal::new(
                Kind::Conflict,
                "out_of_limits",
                format!("This way of paying does not take {amount}."),
                format!("该支付方式不支持 {amount} 的金额。"),
            ));
        }
        Ok(self.fee.of(amount, Round::HalfUp))
    }
}

/// How somebody pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// On the provider's page, at a desk.
    Page,
    /// On the provider's page or app, on a phone.
    Phone,
    /// By scanning a code that we show.
    Code,
    /// By showing a code that we scan; these are its digits.
    BarCode(String),
}

/// What a payment is begun with besides its intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub way: Way,
    /// The address by which the payer reaches us: `https://tickets.example.com`, without a slash at its end.
    pub seen_at: String,
}

impl Ask {
    pub fn page(seen_at: impl Into<String>) -> Ask {
        Ask { way: Way::Page, seen_at: seen_at.into() }
    }

    /// Where the provider's page sends the payer afterwards. Coming back there proves nothing.
    pub fn return_address(&self, intent: &Intent) -> String {
        format!("{}/pay/{}/{}/return", self.seen_at, intent.place, intent.id)
    }
}

/// A payment that has begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkout {
    /// The provider's own number for it, if it has one already.
    pub reference: Option<String>,
    pub next: Next,
}

/// What the payer does now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Goes to this address.
    Visit(String),
    /// Scans this text as a code.
    Scan(String),
    /// Nothing, or something on their own phone: the provider knows already, ask it.
    Wait,
}

/// What a provider knows of a payment.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It has never heard of it: nobody has begun to pay.
    Unheard,
    /// The consumer has not confirmed yet.
    Waiting,
    Paid {
        amount: Money,
        /// The same for the same fact, however often it is asked for.
        notice_id: String,
        /// The provider's own number for the payment.
        reference: Option<String>,
    },
    Closed,
}

/// What a provider says of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repaid {
    Done,
    /// It will be.
    Pending,
    /// There is no such refund: it was never asked for, or it failed and may be asked for again.
    Not,
}

/// What was sent to our notices' address.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// In lower case.
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
}

impl Delivery<'_> {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What a delivery said.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Notice(Notice),
    /// A payer wants their money back through their bank, or it is decided whose it is.
    Dispute(disputes::Told),
    /// Genuine, and about nothing that we act upon; this is what it was.
    Nothing(String),
}

/// Why a delivery was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Not in the form of this provider's notices.
    Malformed(&'static str),
    /// Not signed by the provider, or changed since.
    Forged,
    /// Signed, it says, by a key that we do not know.
    UnknownKey,
    /// Signed too long ago, or in the future.
    Stale,
    /// For another application than ours.
    OtherApp,
    /// For another seller than us.
    OtherSeller,
    /// About an order whose number is none of ours.
    OtherOrder,
    /// This provider sends no notices here.
    Unwanted,
    /// We cannot read our own keys.
    NoKeys,
}

impl Unread {
    pub fn code(self) -> &'static str {
        match self {
            Unread::Malformed(_) => "malformed_notice",
            Unread::Forged => "forged_notice",
            Unread::UnknownKey => "unknown_key",
            Unread::Stale => "stale_notice",
            Unread::OtherApp => "other_app",
            Unread::OtherSeller => "other_seller",
            Unread::OtherOrder => "other_order",
            Unread::Unwanted => "unwanted_notice",
            Unread::NoKeys => "no_keys",
        }
    }

    /// What the sender is told: which check failed, never with what.
    pub fn refusal(self) -> Refusal {
        let (en, zh) = match self {
            Unread::Malformed(_) => ("This is not a notice.", "这不是有效的通知。"),
            Unread::Forged => ("This was not signed by the provider.", "通知签名无效。"),
            Unread::UnknownKey => ("This was signed by an unknown key.", "签名密钥未知。"),
            Unread::Stale => ("This was signed at another time.", "通知时间无效。"),
            Unread::OtherApp => ("This is for another application.", "通知不属于本应用。"),
            Unread::OtherSeller => ("This is for another seller.", "通知不属于本商户。"),
            Unread::OtherOrder => ("This is for no order of ours.", "通知不对应任何订单。"),
            Unread::Unwanted => ("No notices are taken here.", "此处不接收通知。"),
            Unread::NoKeys => ("Notices cannot be checked now.", "暂时无法验证通知。"),
        };
        let kind = if self == Unread::NoKeys { Kind::Busy } else { Kind::Invalid };
        Refusal::new(kind, self.code(), en, zh)
    }
}

/// One movement of a provider's bill, in neutral words.
#[derive(Clone, Debug, PartialEq)]
pub struct BillLine {
    pub what: Moved,
    /// Our key of the payment as the bill has it.
    pub key: String,
    /// The payment that the key names, when it is one of ours.
    pub payment: Option<(PlaceId, IntentId)>,
    /// The provider's own number for the payment.
    pub reference: String,
    /// What moved between the payer and us, above zero.
    pub amount: Money,
    /// What the provider kept of it; below zero when it gave a fee back.
    pub fee: Money,
    pub at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    Paid,
    /// By this key of ours; empty when the bill has none.
    Refunded(RefundId),
}

/// The providers of a house: the one for new payments, and those that carried older ones.
#[derive(Clone)]
pub struct Providers {
    usual: Arc<dyn Provider>,
    known: BTreeMap<&'static str, Arc<dyn Provider>>,
}

impl Providers {
    pub fn only(usual: Arc<dyn Provider>) -> Providers {
        Providers { known: BTreeMap::from([(usual.name(), usual.clone())]), usual }
    }

    /// Knows one more, for payments that it began.
    pub fn and(mut self, provider: Arc<dyn Provider>) -> Providers {
        self.known.entry(provider.name()).or_insert(provider);
        self
    }

    /// The one for new payments.
    pub fn usual(&self) -> &Arc<dyn Provider> {
        &self.usual
    }

    /// All of them, by name.
    pub fn names(&self) -> Vec<&'static str> {
        self.known.keys().copied().collect()
    }

    pub fn named(&self, name: &str) -> Result<&Arc<dyn Provider>> {
        let found = self.known.get(name);
        found.ok_or_else(|| Error::fault(format!("no provider called {name} is configured here")))
    }
}
