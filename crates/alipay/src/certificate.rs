//! Certificates, as certificate mode names them: by `md5(issuer + serial)`.
//!
//! The issuer is written with its names in reverse order, `CN=..,OU=..,O=..,C=..`, followed by the serial
//! as a decimal number. A root bundle is named by its RSA certificates alone, joined with `_`; the others
//! in it (SM2) are for other algorithms. MD5 only makes a name here; trust comes from the signatures.

mod writing;

pub use writing::{Issuing, Name, issue};

use crate::{PublicKey, refuse};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use kernel::{Instant, Refusal};
use md5::{Digest, Md5};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::{Decode, Encode, Tag, Tagged};
use x509_cert::time::Time;

/// Certificates in one bundle, at most.
pub const BUNDLE_MAX: usize = 64;

/// One certificate of a file.
#[derive(Clone, Debug)]
pub struct Certificate {
    inner: x509_cert::Certificate,
}

impl Certificate {
    /// Reads the first certificate of a PEM file (`bad_certificate`).
    pub fn parse(pem: &str) -> Result<Certificate, Refusal> {
        Certificate::bundle(pem)?.into_iter().next().ok_or_else(bad_certificate)
    }

    /// Reads every certificate of a PEM file, at most `BUNDLE_MAX`.
    pub fn bundle(pem: &str) -> Result<Vec<Certificate>, Refusal> {
        const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
        const END: &str = "-----END CERTIFICATE-----";
        let blocks = pem.split(BEGIN).skip(1).take(BUNDLE_MAX);
        let bodies =
            blocks.map(|block| block.split_once(END).map(|(body, _)| body).ok_or_else(bad_certificate));
        bodies.map(|body| Certificate::of_base64(body?)).collect()
    }

    fn of_base64(body: &str) -> Result<Certificate, Refusal> {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let body: String = body.split_whitespace().collect();
        let der = STANDARD.decode(body).map_err(|_| bad_certificate())?;
        let inner = x509_cert::Certificate::from_der(&der).map_err(|_| bad_certificate())?;
        Ok(Certificate { inner })
    }

    /// `app_cert_sn`, `alipay_cert_sn`: 32 hexadecimal digits.
    pub fn sn(&self) -> String {
        let tbs = self.inner.tbs_certificate();
        let names: Vec<String> = tbs.issuer().iter().map(written).collect();
        let issuer = names.into_iter().rev().collect::<Vec<_>>().join(",");
        let digest = Md5::digest(format!("{issuer}{}", decimal(tbs.serial_number().as_bytes())));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The RSA key that it vouches for (`bad_key` when it is of another kind).
    pub fn public_key(&self) -> Result<PublicKey, Refusal> {
        let spki = self.inner.tbs_certificate().subject_public_key_info().to_der();
        PublicKey::from_spki(&spki.map_err(|_| bad_certificate())?)
    }

    /// From when until when it vouches for its key, to the second (RFC 5280 includes both).
    pub fn validity(&self) -> (Instant, Instant) {
        let validity = self.inner.tbs_certificate().validity();
        let at = |time: Time| {
            let micros = i64::try_from(time.to_unix_duration().as_micros()).unwrap_or(i64::MAX);
            Instant::from_micros(micros)
        };
        (at(validity.not_before), at(validity.not_after).plus_seconds(1))
    }

    /// Whether it is signed with RSA, by whatever digest: 1.2.840.113549.1.1.*.
    pub fn is_rsa(&self) -> bool {
        self.inner.signature_algorithm().oid.to_string().starts_with("1.2.840.113549.1.1.")
    }

    /// Whether the owner of this other certificate signed it, with SHA-256.
    pub fn is_issued_by(&self, issuer: &Certificate) -> bool {
        const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";
        let tbs = self.inner.tbs_certificate();
        let (Ok(signed), Ok(key)) = (tbs.to_der(), issuer.public_key()) else { return false };
        let Ok(key) = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.spki()) else { return false };
        tbs.issuer() == issuer.inner.tbs_certificate().subject()
            && self.inner.signature_algorithm().oid.to_string() == SHA256_WITH_RSA
            && key.verify_sig(&signed, self.inner.signature().raw_bytes()).is_ok()
    }
}

/// `alipay_root_cert_sn` of a bundle.
pub fn root_sn(bundle: &[Certificate]) -> String {
    bundle.iter().filter(|root| root.is_rsa()).map(Certificate::sn).collect::<Vec<_>>().join("_")
}

fn written(attribute: &AttributeTypeAndValue) -> String {
    const NAMES: [(&str, &str); 7] = [
        ("2.5.4.3", "CN"),
        ("2.5.4.6", "C"),
        ("2.5.4.7", "L"),
        ("2.5.4.8", "ST"),
        ("2.5.4.10", "O"),
        ("2.5.4.11", "OU"),
        ("1.2.840.113549.1.9.1", "E"),
    ];
    let oid = attribute.oid.to_string();
    let name = NAMES.iter().find(|(known, _)| *known == oid).map_or("", |(_, name)| name);
    let bytes = attribute.value.value();
    let text = match attribute.value.tag() {
        Tag::BmpString => {
            let units: Vec<u16> =
                bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    format!("{name}={text}")
}

/// A big-endian number in decimal.
fn decimal(bytes: &[u8]) -> String {
    let mut digits = vec![0_u8];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) * 256;
            *digit = (carry % 10) as u8;
            carry /= 10;
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| (b'0' + digit) as char).collect()
}

fn bad_certificate() -> Refusal {
    refuse("bad_certificate", "This is not a certificate in PEM.", "这不是 PEM 格式的证书。")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PrivateKey;
    use proptest::prelude::*;

    const AT: Instant = Instant::from_micros(1_500_000_000_000_000);

    fn root_name() -> Name<'static> {
        Name { country: "CN", organization: "Sandbox", unit: "Certification Authority", common_name: "Root" }
    }

    fn certificate(key: &PrivateKey, subject_key: &PrivateKey, serial: u128) -> Certificate {
        let subject = Name { common_name: "摆渡", ..root_name() };
        let pem = issue(
            &Issuing {
                issuer: root_name(),
                subject: if std::ptr::eq(key, subject_key) { root_name() } else { subject },
                serial,
                from: AT,
                until: AT.plus_seconds(365 * 86_400),
                authority: std::ptr::eq(key, subject_key),
            },
            &subject_key.public(),
            key,
        );
        Certificate::parse(&pem).expect("our own")
    }

    #[test]
    fn a_certificate_is_named_by_issuer_and_serial() {
        let key = PrivateKey::generate().expect("a key");
        let root = certificate(&key, &key, 1_000_000_000_000_000_000_000_000_000_000);
        let named =
            Md5::digest("CN=Root,OU=Certification Authority,O=Sandbox,C=CN1000000000000000000000000000000");
        assert_eq!(root.sn(), named.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        assert_eq!(root.public_key().expect("a key"), key.public());
        assert_eq!(root.validity(), (AT, AT.plus_seconds(365 * 86_400 + 1)));
    }

    #[test]
    fn a_chain_is_followed_to_its_root() {
        let keys: Vec<PrivateKey> = (0..3).map(|_| PrivateKey::generate().expect("a key")).collect();
        let root = certificate(&keys[0], &keys[0], 1);
        let leaf = certificate(&keys[0], &keys[1], 2);
        let other = certificate(&keys[2], &keys[2], 1);
        assert!(root.is_issued_by(&root) && leaf.is_issued_by(&root));
        assert!(!leaf.is_issued_by(&other) && !root.is_issued_by(&leaf));
        assert_eq!(root_sn(&[root.clone(), other.clone()]), format!("{}_{}", root.sn(), other.sn()));
    }

    #[test]
    fn only_rsa_certificates_name_a_bundle() {
        let key = PrivateKey::generate().expect("a key");
        let root = certificate(&key, &key, 1);
        let mut der = root.inner.to_der().expect("DER");
        let rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
        let sm2_like = [0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75, 0x01];
        for at in 0..der.len() - rsa.len() {
            if der[at..].starts_with(&rsa) {
                der[at..at + rsa.len()].copy_from_slice(&sm2_like);
            }
        }
        let other = Certificate { inner: x509_cert::Certificate::from_der(&der).expect("DER") };
        assert!(!other.is_rsa() && !other.is_issued_by(&root));
        assert_eq!(root_sn(&[other, root.clone()]), root.sn());
    }

    #[test]
    fn a_bundle_is_read_whole_or_not_at_all() {
        let key = PrivateKey::generate().expect("a key");
        let root = certificate(&key, &key, 7);
        let pem = crate::keys::armour("CERTIFICATE", &root.inner.to_der().expect("DER"));
        assert_eq!(Certificate::bundle(&format!("a note\n{pem}\r\n{pem}")).expect("two").len(), 2);
        assert_eq!(Certificate::bundle("").expect("none").len(), 0);
        assert!(Certificate::parse("").is_err());
        assert!(Certificate::bundle(&format!("{pem}-----BEGIN CERTIFICATE-----\nAAAA")).is_err());
    }

    proptest! {
        #[test]
        fn serials_are_written_in_decimal(number in any::<u128>()) {
            prop_assert_eq!(decimal(&number.to_be_bytes()), number.to_string());
        }

        #[test]
        fn reading_never_panics(noise in "[A-Za-z0-9+/=\n]{0,200}") {
            let _ = Certificate::parse(&format!("-----BEGIN CERTIFICATE-----\n{noise}\n-----END CERTIFICATE-----"));
        }
    }
}
