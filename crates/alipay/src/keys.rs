//! RSA keys as the Open Platform hands them out, and the one signature it is safe to believe.

use crate::refuse;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKey as RsaPublicKey};
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Error, Refusal, Result};
use std::fmt;
use x509_cert::der::asn1::{AnyRef, OctetStringRef};
use x509_cert::der::{Decode, Reader, SliceReader};

/// What signs: PKCS #1 or PKCS #8. It prints as nothing but its length.
pub struct PrivateKey {
    pair: KeyPair,
    spki: Vec<u8>,
}

impl PrivateKey {
    /// Reads PKCS #1 (`RSA PRIVATE KEY`) or PKCS #8 (`PRIVATE KEY`), base64 with or without its PEM armour.
    /// Refuses anything else and keys below 2048 bits (`bad_key`); the refusal says nothing of the text.
    pub fn parse(text: &str) -> Result<PrivateKey, Refusal> {
        let der = unarmour(text).ok_or_else(bad_private_key)?;
        let pair = KeyPair::from_pkcs8(&der).or_else(|_| KeyPair::from_der(&der));
        PrivateKey::of(pair.map_err(|_| bad_private_key())?).map_err(|_| bad_private_key())
    }

    /// Makes a key of 2048 bits from the machine's entropy.
    pub fn generate() -> Result<PrivateKey> {
        PrivateKey::of(KeyPair::generate(KeySize::Rsa2048)?)
    }

    fn of(pair: KeyPair) -> Result<PrivateKey> {
        let public: PublicKeyX509Der = pair.public_key().as_der()?;
        Ok(PrivateKey { spki: public.as_ref().to_vec(), pair })
    }

    /// `SHA256withRSA`, in standard base64.
    pub fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.signature(message))
    }

    /// `SHA256withRSA`, as bytes.
    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("a signature is as long as the modulus");
        signature
    }

    pub fn public(&self) -> PublicKey {
        PublicKey::from_spki(&self.spki).expect("a public key reads what it wrote")
    }

    /// PKCS #8 in PEM, for a file that only its owner may read.
    pub fn pkcs8_pem(&self) -> Result<String> {
        let der: Pkcs8V1Der = self.pair.as_der()?;
        Ok(armour("PRIVATE KEY", der.as_ref()))
    }

    /// PKCS #1 in PEM: what the official SDKs expect unless told otherwise.
    pub fn pkcs1_pem(&self) -> Result<String> {
        let der: Pkcs8V1Der = self.pair.as_der()?;
        let inner = pkcs1_within(der.as_ref()).map_err(|error| Error::fault(error.to_string()))?;
        Ok(armour("RSA PRIVATE KEY", inner))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({} bits, not shown)", self.pair.public_modulus_len() * 8)
    }
}

/// `PrivateKeyInfo ::= SEQUENCE { version, algorithm, privateKey OCTET STRING, … }` (RFC 5208).
fn pkcs1_within(pkcs8: &[u8]) -> x509_cert::der::Result<&[u8]> {
    let mut reader = SliceReader::new(pkcs8)?;
    let info = AnyRef::decode(&mut reader)?;
    let mut fields = SliceReader::new(info.value())?;
    AnyRef::decode(&mut fields)?;
    AnyRef::decode(&mut fields)?;
    let key = <&OctetStringRef>::decode(&mut fields)?;
    fields.read_slice(fields.remaining_len())?;
    Ok(key.as_bytes())
}

/// What verifies: X.509 `SubjectPublicKeyInfo` of an RSA key.
#[derive(Clone)]
pub struct PublicKey {
    spki: Vec<u8>,
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Reads `PUBLIC KEY`, base64 with or without its PEM armour. Refuses anything else (`bad_key`).
    pub fn parse(text: &str) -> Result<PublicKey, Refusal> {
        PublicKey::from_spki(&unarmour(text).ok_or_else(bad_public_key)?)
    }

    pub fn from_spki(der: &[u8]) -> Result<PublicKey, Refusal> {
        let key = RsaPublicKey::from_der(der).map_err(|_| bad_public_key())?;
        let spki: PublicKeyX509Der = key.as_der().map_err(|_| bad_public_key())?;
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki.as_ref());
        Ok(PublicKey { spki: spki.as_ref().to_vec(), parsed: parsed.map_err(|_| bad_public_key())? })
    }

    /// Whether this base64 is the owner's `SHA256withRSA` signature of the message.
    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        self.parsed.verify_sig(message, &signature).is_ok()
    }

    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// In PEM.
    pub fn pem(&self) -> String {
        armour("PUBLIC KEY", &self.spki)
    }

    /// On one line, as the Open Platform's pages show it.
    pub fn base64(&self) -> String {
        STANDARD.encode(&self.spki)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}…)", &self.base64()[44..60])
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &PublicKey) -> bool {
        self.spki == other.spki
    }
}

/// The bytes of base64 with or without `-----BEGIN …-----` around it.
fn unarmour(text: &str) -> Option<Vec<u8>> {
    let body = text.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect::<String>();
    STANDARD.decode(body).ok()
}

/// PEM (RFC 7468).
pub(crate) fn armour(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in base64.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| *byte as char));
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}

fn bad_private_key() -> Refusal {
    refuse(
        "bad_key",
        "This is not an RSA private key (PKCS #1 or PKCS #8) of at least 2048 bits.",
        "这不是 2048 位以上的 RSA 私钥（PKCS#1 或 PKCS#8）。",
    )
}

fn bad_public_key() -> Refusal {
    refuse(
        "bad_key",
        "This is not an RSA public key (X.509) of at least 2048 bits.",
        "这不是 2048 位以上的 RSA 公钥（X.509）。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_every_form_they_come_in() {
        let key = PrivateKey::generate().expect("a key");
        let signature = key.sign("摆渡人".as_bytes());
        for pem in [key.pkcs8_pem().expect("PKCS #8"), key.pkcs1_pem().expect("PKCS #1")] {
            let bare: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
            for text in [pem.as_str(), &bare, &pem.replace('\n', "\r\n")] {
                let read = PrivateKey::parse(text).expect("the same key");
                assert_eq!(read.sign("摆渡人".as_bytes()), signature);
                assert_eq!(read.public(), key.public());
            }
        }
        let public = key.public();
        for text in [public.pem(), public.base64()] {
            assert!(PublicKey::parse(&text).expect("the same key").verifies("摆渡人".as_bytes(), &signature));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let key = PrivateKey::generate().expect("a key");
        let pem = key.pkcs8_pem().expect("PEM");
        for bad in
            ["", "-----BEGIN PRIVATE KEY-----", "AAAA", &pem[..pem.len() / 2], &key.public().pem(), "摆"]
        {
            assert_eq!(PrivateKey::parse(bad).expect_err(bad).code, "bad_key");
        }
        for bad in ["", "AAAA", &pem] {
            assert_eq!(PublicKey::parse(bad).expect_err(bad).code, "bad_key");
        }
    }

    #[test]
    fn a_signature_is_of_one_message_by_one_key() {
        let (key, other) = (PrivateKey::generate().expect("a key"), PrivateKey::generate().expect("a key"));
        let signature = key.sign(b"a=1");
        assert!(key.public().verifies(b"a=1", &signature));
        assert!(!key.public().verifies(b"a=2", &signature));
        assert!(!other.public().verifies(b"a=1", &signature));
        assert!(!key.public().verifies(b"a=1", &signature.replace('=', "")));
        assert!(!key.public().verifies(b"a=1", ""));
    }

    #[test]
    fn a_private_key_never_prints_itself() {
        let key = PrivateKey::generate().expect("a key");
        assert_eq!(format!("{key:?}"), "PrivateKey(2048 bits, not shown)");
    }
}
