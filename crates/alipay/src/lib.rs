//! The Alipay Open Platform protocol: what is signed, how, and what it says.
//!
//! Nothing here does I/O or knows the time. Whoever speaks the protocol, the client or the gateway, reads
//! bytes into these values, verifies them and acts; what it answers is written and signed here too.
//! Every refusal has a stable code and says in a sentence what was wrong; none of them holds a key.
//!
//! Signatures are always `SHA256withRSA` (RFC 8017, PKCS #1 v1.5, keys of 2048 to 8192 bits). What was
//! signed with SHA-1 never verifies. `docs/algorithms/alipay_signing.md` has worked examples.

pub mod amount;
pub mod bill;
pub mod certificate;
pub mod cipher;
pub mod code;
pub mod envelope;
pub mod form;
pub mod keys;
mod method;
pub mod notice;
pub mod request;
pub mod rest;
mod trade_status;
pub mod wall;

pub use keys::{PrivateKey, PublicKey};
pub use method::Method;
pub use trade_status::TradeStatus;

use kernel::{Kind, Refusal};

/// Parameters by name, in the order in which they are signed.
pub type Params = std::collections::BTreeMap<String, String>;

fn refuse(code: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Invalid, code, en, zh)
}

/// The first characters of what came from outside, for a sentence.
fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}
