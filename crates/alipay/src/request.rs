//! A V2 request: `GET|POST /gateway.do`, its parameters split anyhow between query and body.
//!
//! The signature covers every parameter but `sign` (`sign_type` is one of them), sorted by name, raw values.
//! The documentation drops empty values and the official SDKs do not, so both readings verify.

use crate::{Params, PrivateKey, PublicKey, form, refuse};
use kernel::Refusal;

/// Parameters that the official SDKs put into the query; all others travel in the body.
pub const IN_QUERY: [&str; 14] = [
    "alipay_root_cert_sn",
    "app_auth_token",
    "app_cert_sn",
    "app_id",
    "auth_token",
    "charset",
    "format",
    "method",
    "notify_url",
    "return_url",
    "sign",
    "sign_type",
    "timestamp",
    "version",
];

/// Merges query and body; refuses what `form::read` refuses, a name in both included.
pub fn read(query: &str, body: &[u8]) -> Result<Params, Refusal> {
    let mut params = form::read(query)?;
    let body = std::str::from_utf8(body)
        .map_err(|_| refuse("wrong_charset", "The body is not UTF-8.", "请求内容不是 UTF-8 编码。"))?;
    form::read_into(&mut params, body)?;
    Ok(params)
}

/// Query and body of a request, divided as the official SDKs do.
pub fn write(params: &Params) -> (String, String) {
    let in_query = |(name, _): &(&String, &String)| IN_QUERY.contains(&name.as_str());
    (form::write(params.iter().filter(in_query)), form::write(params.iter().filter(|pair| !in_query(pair))))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empties {
    Dropped,
    Kept,
}

/// What is signed.
pub fn canonical(params: &Params, empties: Empties) -> String {
    form::joined(
        params.iter().filter(|(name, value)| {
            name.as_str() != "sign" && (empties == Empties::Kept || !value.is_empty())
        }),
    )
}

/// Drops empty parameters, says how it is signed and signs.
pub fn sign(params: &mut Params, key: &PrivateKey) {
    params.retain(|name, value| name != "sign" && !value.is_empty());
    params.insert("sign_type".into(), "RSA2".into());
    params.insert("sign".into(), key.sign(canonical(params, Empties::Dropped).as_bytes()));
}

/// Whether the owner of the key signed these parameters; refuses with `missing_signature`,
/// `bad_signature_type` (only RSA2 is believed) or `bad_signature`.
pub fn verify(params: &Params, key: &PublicKey) -> Result<(), Refusal> {
    if params.get("sign_type").is_some_and(|kind| kind != "RSA2") {
        return Err(refuse("bad_signature_type", "Only RSA2 signatures are accepted.", "只接受 RSA2 签名。"));
    }
    let sign = params.get("sign").filter(|sign| !sign.is_empty());
    let sign = sign.ok_or_else(|| refuse("missing_signature", "The signature is missing.", "缺少签名。"))?;
    let verifies = |empties| key.verifies(canonical(params, empties).as_bytes(), sign);
    if verifies(Empties::Dropped) || verifies(Empties::Kept) { Ok(()) } else { Err(bad_signature()) }
}

pub(crate) fn bad_signature() -> Refusal {
    refuse("bad_signature", "The signature does not verify.", "验签失败。")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().expect("a key"));

    fn params(pairs: &[(&str, &str)]) -> Params {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_sorted_raw_values_are_signed() {
        let params = params(&[("sign", "x"), ("sign_type", "RSA2"), ("b", "1&2=%"), ("a", "摆"), ("c", "")]);
        assert_eq!(canonical(&params, Empties::Dropped), "a=摆&b=1&2=%&sign_type=RSA2");
        assert_eq!(canonical(&params, Empties::Kept), "a=摆&b=1&2=%&c=&sign_type=RSA2");
    }

    #[test]
    fn empties_verify_signed_or_dropped() {
        let mut sent = params(&[("app_id", "1"), ("auth_token", ""), ("sign_type", "RSA2")]);
        for empties in [Empties::Dropped, Empties::Kept] {
            sent.insert("sign".into(), KEY.sign(canonical(&sent, empties).as_bytes()));
            verify(&sent, &KEY.public()).expect("either way");
        }
    }

    #[test]
    fn only_rsa2_is_believed() {
        let mut sent = params(&[("app_id", "1")]);
        sign(&mut sent, &KEY);
        let refused = |sent: &Params| verify(sent, &KEY.public()).expect_err("refused").code;
        sent.insert("sign_type".into(), "RSA".into());
        assert_eq!(refused(&sent), "bad_signature_type");
        sent.remove("sign_type");
        assert_eq!(refused(&sent), "bad_signature");
        sent.remove("sign");
        assert_eq!(refused(&sent), "missing_signature");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_request_survives_the_journey(pairs in prop::collection::btree_map("[a-z_]{1,9}", ".{0,40}", 0..9)) {
            let mut sent: Params = pairs;
            sign(&mut sent, &KEY);
            let (query, body) = write(&sent);
            let read = read(&query, body.as_bytes()).expect("our own request");
            prop_assert_eq!(&read, &sent);
            prop_assert!(verify(&read, &KEY.public()).is_ok());
        }
    }
}
