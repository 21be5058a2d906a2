//! V3: plain JSON over HTTP, what is signed travels in headers.

use crate::request::bad_signature;
use crate::{PrivateKey, PublicKey, refuse};
use kernel::{Instant, Refusal};
use serde::{Deserialize, Serialize};

pub const SCHEME: &str = "ALIPAY-SHA256withRSA";
/// The header in which a merchant's agent shows its permission.
pub const APP_AUTH_TOKEN: &str = "alipay-app-auth-token";
pub const ROOT_CERT_SN: &str = "alipay-root-cert-sn";
pub const TIMESTAMP: &str = "alipay-timestamp";
pub const NONCE: &str = "alipay-nonce";
pub const SIGNATURE: &str = "alipay-signature";
/// The number of the certificate whose key signed the reply.
pub const SN: &str = "alipay-sn";
pub const TRACE_ID: &str = "alipay-trace-id";
/// The longest authorization header that is read, in bytes.
pub const AUTHORIZATION_BYTES_MAX: usize = 4096;

/// What is asked: the method, path with query, and body exactly as they are sent.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub method: &'a str,
    pub path_and_query: &'a str,
    pub body: &'a str,
    pub app_auth_token: Option<&'a str>,
}

/// `authorization: ALIPAY-SHA256withRSA app_id=…,app_cert_sn=…,nonce=…,timestamp=…,sign=…`.
#[derive(Clone, Debug, PartialEq)]
pub struct Authorization {
    pub app_id: String,
    pub app_cert_sn: Option<String>,
    pub nonce: String,
    /// Milliseconds, by the client's clock.
    pub timestamp_ms: i64,
    /// What was signed of the header, as it was sent.
    signed: String,
    sign: String,
}

impl Authorization {
    /// Takes a header apart; refuses another scheme, a part that comes twice and a part that is missing
    /// (`bad_authorization`). Parts that we do not know are signed like the others and ignored.
    pub fn read(header: &str) -> Result<Authorization, Refusal> {
        let rest = header.strip_prefix(SCHEME).and_then(|rest| rest.strip_prefix(' '));
        let rest = rest.filter(|rest| rest.len() <= AUTHORIZATION_BYTES_MAX).ok_or_else(bad_authorization)?;
        let (signed, sign) = rest.rsplit_once(",sign=").ok_or_else(bad_authorization)?;
        let mut parts = std::collections::BTreeMap::new();
        for part in signed.split(',') {
            let (name, value) = part.split_once('=').ok_or_else(bad_authorization)?;
            if parts.insert(name.trim(), value).is_some() {
                return Err(bad_authorization());
            }
        }
        let take = |name| parts.get(name).map(|value: &&str| (*value).to_owned());
        Ok(Authorization {
            app_id: take("app_id").ok_or_else(bad_authorization)?,
            app_cert_sn: take("app_cert_sn"),
            nonce: take("nonce").ok_or_else(bad_authorization)?,
            timestamp_ms: take("timestamp")
                .and_then(|text| text.parse().ok())
                .ok_or_else(bad_authorization)?,
            signed: signed.to_owned(),
            sign: sign.to_owned(),
        })
    }

    /// Whether the owner of the key made this call.
    pub fn verify(&self, call: Call, key: &PublicKey) -> Result<(), Refusal> {
        let text = string_to_sign(&self.signed, call);
        if key.verifies(text.as_bytes(), &self.sign) { Ok(()) } else { Err(bad_signature()) }
    }
}

/// The authorization header of a call.
pub fn authorize(
    call: Call,
    app_id: &str,
    app_cert_sn: Option<&str>,
    nonce: &str,
    at: Instant,
    key: &PrivateKey,
) -> String {
    let cert = app_cert_sn.map(|sn| format!(",app_cert_sn={sn}")).unwrap_or_default();
    let signed = format!("app_id={app_id}{cert},nonce={nonce},timestamp={}", at.micros / 1000);
    let sign = key.sign(string_to_sign(&signed, call).as_bytes());
    format!("{SCHEME} {signed},sign={sign}")
}

fn string_to_sign(signed: &str, call: Call) -> String {
    let Call { method, path_and_query, body, app_auth_token } = call;
    let token = app_auth_token.map(|token| format!("{token}\n")).unwrap_or_default();
    format!("{signed}\n{method}\n{path_and_query}\n{body}\n{token}")
}

/// What a reply says of itself in its headers.
#[derive(Clone, Debug, PartialEq)]
pub struct Seal {
    pub timestamp: String,
    pub nonce: String,
    pub signature: String,
}

impl Seal {
    pub fn of(body: &str, nonce: &str, at: Instant, key: &PrivateKey) -> Seal {
        let mut seal = Seal {
            timestamp: (at.micros / 1000).to_string(),
            nonce: nonce.to_owned(),
            signature: String::new(),
        };
        seal.signature = key.sign(seal.text(body).as_bytes());
        seal
    }

    /// Whether this body is what the gateway sealed.
    pub fn verify(&self, body: &str, key: &PublicKey) -> Result<(), Refusal> {
        if key.verifies(self.text(body).as_bytes(), &self.signature) { Ok(()) } else { Err(bad_signature()) }
    }

    fn text(&self, body: &str) -> String {
        format!("{}\n{}\n{body}\n", self.timestamp, self.nonce)
    }
}

/// The body of an answer with a status of 400 and above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// `ACQ.TRADE_NOT_EXIST`, or `invalid-signature` of the gateway's own.
    pub code: String,
    #[serde(default)]
    pub message: String,
    /// Where more is told. The documents show a list and the official SDKs expect a text, so it is only ever written.
    #[serde(skip_deserializing)]
    pub links: Vec<Link>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub link: String,
    pub desc: String,
}

fn bad_authorization() -> Refusal {
    refuse(
        "bad_authorization",
        "The authorization header is not of the form this protocol knows.",
        "authorization 请求头格式不正确。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().expect("a key"));
    const AT: Instant = Instant::from_micros(1_500_000_000_000_000);
    const CALL: Call<'static> = Call {
        method: "POST",
        path_and_query: "/v3/alipay/trade/query?a=%2F",
        body: "{\"out_trade_no\":\"摆\"}",
        app_auth_token: None,
    };

    #[test]
    fn a_call_is_signed_as_it_is_sent() {
        let header = authorize(CALL, "2021", Some("5f"), "n-1", AT, &KEY);
        let read = Authorization::read(&header).expect("our own");
        assert_eq!((read.app_id.as_str(), read.app_cert_sn.as_deref()), ("2021", Some("5f")));
        assert_eq!((read.nonce.as_str(), read.timestamp_ms), ("n-1", 1_500_000_000_000));
        read.verify(CALL, &KEY.public()).expect("signed");
        for other in [
            Call { method: "GET", ..CALL },
            Call { path_and_query: "/v3/alipay/trade/query?a=/", ..CALL },
            Call { body: "", ..CALL },
            Call { app_auth_token: Some("t"), ..CALL },
        ] {
            assert_eq!(read.verify(other, &KEY.public()).expect_err("another call").code, "bad_signature");
        }
        let agent = Call { app_auth_token: Some("t"), ..CALL };
        let header = authorize(agent, "2021", None, "n-2", AT, &KEY);
        Authorization::read(&header).expect("our own").verify(agent, &KEY.public()).expect("signed");
    }

    #[test]
    fn the_string_to_sign_ends_each_part_with_a_line() {
        let token = Call { app_auth_token: Some("t"), body: "", ..CALL };
        assert_eq!(
            string_to_sign("app_id=1", CALL),
            format!("app_id=1\nPOST\n{}\n{}\n", CALL.path_and_query, CALL.body)
        );
        assert_eq!(
            string_to_sign("app_id=1", token),
            format!("app_id=1\nPOST\n{}\n\nt\n", CALL.path_and_query)
        );
    }

    #[test]
    fn a_reply_is_sealed_with_its_last_line() {
        let seal = Seal::of("{}", "n", AT, &KEY);
        seal.verify("{}", &KEY.public()).expect("sealed");
        assert!(seal.verify("{} ", &KEY.public()).is_err());
        assert!(Seal { nonce: "m".into(), ..seal.clone() }.verify("{}", &KEY.public()).is_err());
        assert!(KEY.public().verifies(b"1500000000000\nn\n{}\n", &seal.signature));
    }

    #[test]
    fn other_headers_are_refused() {
        for bad in [
            "",
            "Bearer x",
            "ALIPAY-SHA256withRSA",
            "ALIPAY-SHA256withRSA app_id=1,nonce=2,timestamp=3",
            "ALIPAY-SHA256withRSA app_id=1,nonce=2,timestamp=x,sign=y",
            "ALIPAY-SHA256withRSA app_id=1,app_id=2,nonce=2,timestamp=3,sign=y",
            "ALIPAY-SHA256withRSA nonce=2,timestamp=3,sign=y",
        ] {
            assert_eq!(Authorization::read(bad).expect_err(bad).code, "bad_authorization");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,120}") {
            let _ = Authorization::read(&text);
            let _ = Authorization::read(&format!("{SCHEME} {text}"));
        }
    }
}
