//! Short messages that we will recognise as our own when they come back (HMAC-SHA256, RFC 2104).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A secret key that signs text for one purpose.
#[derive(Clone)]
pub struct Seal {
    key: Vec<u8>,
    purpose: &'static str,
}

impl Seal {
    /// One installation key serves many purposes; a token made for one never passes for another.
    pub fn new(key: &[u8], purpose: &'static str) -> Seal {
        Seal { key: key.to_vec(), purpose }
    }

    /// `text.signature`, safe in an address.
    pub fn sign(&self, text: &str) -> String {
        format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(text),
            URL_SAFE_NO_PAD.encode(self.mac(text).finalize().into_bytes())
        )
    }

    /// The text of a token that this key signed; compared in constant time.
    pub fn open(&self, token: &str) -> Option<String> {
        let (text, signature) = token.split_once('.')?;
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        self.mac(&text).verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        Some(text)
    }

    /// What only this key makes of a text, and nobody can turn back.
    pub fn digest(&self, text: &str) -> [u8; 32] {
        self.mac(text).finalize().into_bytes().into()
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(self.purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seal({})", self.purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_tokens_open() {
        let seal = Seal::new(b"key", "click");
        let token = seal.sign("imp_1|摆渡人");
        assert_eq!(seal.open(&token).as_deref(), Some("imp_1|摆渡人"));
        let mut forged = token.clone();
        forged.replace_range(0..1, if token.starts_with('a') { "b" } else { "a" });
        assert_eq!(seal.open(&forged), None);
        assert_eq!(Seal::new(b"key", "session").open(&token), None);
        assert_eq!(Seal::new(b"other", "click").open(&token), None);
        assert_eq!(seal.open(""), None);
    }
}
