//! A V2 answer: one JSON object that holds the answer's node and its signature.
//!
//! The signature covers the raw bytes of the node as they were sent, so the node is never serialised
//! again before it is verified. The official SDKs search with regular expressions; here exactly one
//! node and exactly one signature are accepted, and nothing beside them.

use crate::cipher::Cipher;
use crate::request::bad_signature;
use crate::{Method, PrivateKey, PublicKey, refuse};
use kernel::Refusal;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// The longest answer that is read, in bytes.
pub const BYTES_MAX: usize = 1 << 20;
/// The name of the node when the gateway did not even understand the method.
const ERROR_NODE: &str = "error_response";

/// An answer as it was sent; nothing in it is to be believed before `open`.
#[derive(Debug)]
pub struct Envelope<'a> {
    node: &'a RawValue,
    sign: String,
    /// Which certificate's key signed, in certificate mode.
    pub alipay_cert_sn: Option<String>,
}

impl<'a> Envelope<'a> {
    /// Takes an answer to this method apart. Refuses with `bad_envelope` what is not one object with one
    /// node (of the method, or `error_response`) and one signature, and with `unsigned_reply` what has none.
    pub fn read(body: &'a [u8], method: Method) -> Result<Envelope<'a>, Refusal> {
        if body.len() > BYTES_MAX {
            return Err(bad_envelope("it is too long"));
        }
        let text = std::str::from_utf8(body).map_err(|_| bad_envelope("it is not UTF-8"))?;
        let mut json = serde_json::Deserializer::from_str(text);
        let parts = json.deserialize_map(Parts { method: method.name() });
        let parts = parts.and_then(|parts| json.end().map(|()| parts));
        let (node, sign, alipay_cert_sn) = parts.map_err(|error| bad_envelope(&error.to_string()))?;
        let sign = sign.ok_or_else(unsigned)?;
        let node = node.ok_or_else(|| bad_envelope("the answer's node is missing"))?;
        Ok(Envelope { node, sign, alipay_cert_sn })
    }

    /// The node's JSON, verified.
    pub fn open(&self, key: &PublicKey) -> Result<&'a str, Refusal> {
        if key.verifies(self.node.get().as_bytes(), &self.sign) {
            return Ok(self.node.get());
        }
        Err(bad_signature())
    }

    /// The node's JSON in AES mode, verified and decrypted; an error is answered in the clear.
    pub fn open_encrypted(&self, key: &PublicKey, cipher: &Cipher) -> Result<String, Refusal> {
        let node = self.open(key)?;
        match serde_json::from_str::<String>(node) {
            Ok(encrypted) => cipher.decrypt(&encrypted),
            Err(_) => Ok(node.to_owned()),
        }
    }
}

type Read<'a> = (Option<&'a RawValue>, Option<String>, Option<String>);

/// Reads the members of the object, each at most once and none that is unknown.
struct Parts {
    method: &'static str,
}

impl Parts {
    /// `alipay.trade.query` answers as `alipay_trade_query_response`.
    fn is_node(&self, name: &str) -> bool {
        let rest = name.strip_suffix("_response");
        name == ERROR_NODE
            || rest.is_some_and(|rest| {
                rest.len() == self.method.len()
                    && rest
                        .bytes()
                        .zip(self.method.bytes())
                        .all(|(a, b)| a == if b == b'.' { b'_' } else { b })
            })
    }
}

impl<'de> Visitor<'de> for Parts {
    type Value = Read<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("one object with the answer's node and its signature")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read<'de>, A::Error> {
        use serde::de::Error;
        let (mut node, mut sign, mut alipay_cert_sn) = (None, None, None);
        while let Some(name) = map.next_key::<String>()? {
            let again = match name.as_str() {
                "sign" => sign.replace(map.next_value::<String>()?).is_some(),
                "alipay_cert_sn" => alipay_cert_sn.replace(map.next_value::<String>()?).is_some(),
                // Every official SDK takes an answer that says how it is signed; it is believed as RSA2 or not at all.
                "sign_type" if map.next_value::<String>()? == "RSA2" => false,
                name if self.is_node(name) => node.replace(map.next_value::<&RawValue>()?).is_some(),
                _ => return Err(A::Error::custom("it holds something that is neither node nor signature")),
            };
            if again {
                return Err(A::Error::custom("it holds two nodes or two signatures"));
            }
        }
        Ok((node, sign, alipay_cert_sn))
    }
}

/// The answer to a method on one line: the node first, then the certificate's number, then the signature,
/// which is the order that every official SDK reads.
pub fn write(method: &str, node: &str, alipay_cert_sn: Option<&str>, key: &PrivateKey) -> String {
    let root = node_name(method);
    let sign = key.sign(node.as_bytes());
    match alipay_cert_sn {
        Some(sn) => format!(r#"{{"{root}":{node},"alipay_cert_sn":"{sn}","sign":"{sign}"}}"#),
        None => format!(r#"{{"{root}":{node},"sign":"{sign}"}}"#),
    }
}

/// `alipay_trade_query_response`; `error_response` when the method is no name at all.
fn node_name(method: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'.' || byte == b'_';
    if method.is_empty() || !method.bytes().all(plain) {
        return ERROR_NODE.into();
    }
    format!("{}_response", method.replace('.', "_"))
}

fn bad_envelope(why: &str) -> Refusal {
    refuse("bad_envelope", format!("The answer cannot be believed: {why}."), "支付平台的应答格式不可信。")
}

fn unsigned() -> Refusal {
    refuse("unsigned_reply", "The answer is not signed.", "支付平台的应答没有签名。")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().expect("a key"));
    const METHOD: Method = Method::TradeQuery;

    fn read(body: &str) -> Result<String, &'static str> {
        let envelope = Envelope::read(body.as_bytes(), METHOD).map_err(|refusal| refusal.code)?;
        envelope.open(&KEY.public()).map(str::to_owned).map_err(|refusal| refusal.code)
    }

    fn signed(shape: &str, node: &str) -> String {
        shape.replace("NODE", node).replace("SIGN", &KEY.sign(node.as_bytes()))
    }

    #[test]
    fn the_raw_bytes_are_verified() {
        let node = r#"{"code" : "10000","qr_code":"https:\/\/qr.alipay.com\/x", "msg":"\u6446" }"#;
        for shape in [
            r#"{"alipay_trade_query_response":NODE,"sign":"SIGN"}"#,
            "{ \"alipay_trade_query_response\" :\r\n NODE\t,\n \"sign\" : \"SIGN\" }\n",
            r#"{"sign":"SIGN","alipay_trade_query_response":NODE}"#,
            r#"{"error_response":NODE,"sign":"SIGN"}"#,
            r#"{"alipay_trade_query_response":NODE,"alipay_cert_sn":"5f","sign":"SIGN"}"#,
            r#"{"alipay_trade_query_response":NODE,"sign":"SIGN","sign_type":"RSA2"}"#,
            r#"{"alipay_trade_query_response":NODE,"sign":"SIGN","alipay_cert_sn":"5f"}"#,
        ] {
            assert_eq!(read(&signed(shape, node)).as_deref(), Ok(node), "{shape}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let node = r#"{"code":"10000"}"#;
        for (shape, code) in [
            (r#"{"alipay_trade_query_response":NODE}"#, "unsigned_reply"),
            (r#"{"sign":"SIGN"}"#, "bad_envelope"),
            (r#"{"alipay_trade_pay_response":NODE,"sign":"SIGN"}"#, "bad_envelope"),
            (
                r#"{"alipay_trade_query_response":{},"alipay_trade_query_response":NODE,"sign":"SIGN"}"#,
                "bad_envelope",
            ),
            (r#"{"error_response":{},"alipay_trade_query_response":NODE,"sign":"SIGN"}"#, "bad_envelope"),
            (r#"{"alipay_trade_query_response":NODE,"sign":"SIGN","sign":"SIGN"}"#, "bad_envelope"),
            (r#"{"alipay_trade_query_response":NODE,"sign":"SIGN","more":1}"#, "bad_envelope"),
            (r#"{"alipay_trade_query_response":NODE,"sign":"SIGN","sign_type":"RSA"}"#, "bad_envelope"),
            (r#"{"alipay_trade_query_response":NODE,"sign":"SIGN"}{}"#, "bad_envelope"),
            (r#"[{"alipay_trade_query_response":NODE,"sign":"SIGN"}]"#, "bad_envelope"),
            ("\u{feff}{\"alipay_trade_query_response\":NODE,\"sign\":\"SIGN\"}", "bad_envelope"),
            (r#"{"alipay_trade_query_response":{"code":"10000" },"sign":"SIGN"}"#, "bad_signature"),
            (r#"{"alipay_trade_query_response":NODE,"sign":""}"#, "bad_signature"),
        ] {
            assert_eq!(read(&signed(shape, node)), Err(code), "{shape}");
        }
        let long = format!(r#"{{"alipay_trade_query_response":"{}","sign":""}}"#, "a".repeat(BYTES_MAX));
        assert_eq!(read(&long), Err("bad_envelope"));
    }

    #[test]
    fn what_is_written_reads_back() {
        let node = r#"{"code":"10000","subject":"a \"sign\" } {"}"#;
        assert_eq!(read(&write(METHOD.name(), node, None, &KEY)).as_deref(), Ok(node));
        assert_eq!(read(&write(METHOD.name(), node, Some("5f"), &KEY)).as_deref(), Ok(node));
        assert!(write("no\"name", node, None, &KEY).starts_with(r#"{"error_response":{"#));
    }

    #[test]
    fn an_encrypted_node_is_signed_with_its_quotes() {
        let cipher = Cipher::of(&[1; 16]);
        let node = serde_json::to_string(&cipher.encrypt(r#"{"code":"10000"}"#)).expect("a text");
        let body = write(METHOD.name(), &node, None, &KEY);
        let envelope = Envelope::read(body.as_bytes(), METHOD).expect("an envelope");
        assert_eq!(envelope.open_encrypted(&KEY.public(), &cipher).expect("our own"), r#"{"code":"10000"}"#);
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Envelope::read(&bytes, METHOD);
        }

        #[test]
        fn no_changed_character_verifies(at in 0_usize..400, to in any::<u8>()) {
            let body = write(METHOD.name(), r#"{"code":"10000","total_amount":"39.90"}"#, None, &KEY);
            let mut bytes = body.clone().into_bytes();
            let at = at % bytes.len();
            prop_assume!(bytes[at] != to);
            bytes[at] = to;
            if let Ok(node) = std::str::from_utf8(&bytes).map_err(|_| "").and_then(read) {
                prop_assert_eq!(node, r#"{"code":"10000","total_amount":"39.90"}"#);
            }
        }
    }
}
