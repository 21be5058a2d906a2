//! Secrets that the house has to read again, sealed for one person each: AES-256-GCM under a key of the installation's own.
//!
//! Who reads only a table, such as through a report or a part of a copy, learns nothing. Whoever has the whole database
//! has the installation's key, too.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Dice, Error, Result, Seal};
use std::sync::Arc;

#[derive(Clone)]
pub struct Vault(Arc<LessSafeKey>);

impl Vault {
    pub fn new(installation_key: &[u8]) -> Vault {
        let key = Seal::new(installation_key, "vault").digest("second factors");
        let key = UnboundKey::new(&AES_256_GCM, &key).expect("a key of 256 bits");
        Vault(Arc::new(LessSafeKey::new(key)))
    }

    /// Nonce and sealed secret in base64url; opens for this owner alone.
    pub fn seal(&self, owner: &str, secret: &[u8], dice: &mut Dice) -> Result<String> {
        let nonce: [u8; NONCE_LEN] = dice.bytes();
        let mut sealed = secret.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(owner), &mut sealed)
            .map_err(|_| Error::fault("a secret could not be sealed"))?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// The secret, if it was sealed here for this owner.
    pub fn open(&self, owner: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, secret) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        self.0.open_in_place(nonce, Aad::from(owner), secret).ok().map(|secret| secret.to_vec())
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_owner_under_its_key() {
        let (vault, mut dice) = (Vault::new(b"key"), Dice::seeded(1));
        let sealed = vault.seal("per_ann", b"secret", &mut dice).expect("sealed");
        assert_eq!(vault.open("per_ann", &sealed).as_deref(), Some(&b"secret"[..]));
        assert_ne!(vault.seal("per_ann", b"secret", &mut dice).expect("sealed"), sealed);
        assert_eq!(vault.open("per_ben", &sealed), None);
        assert_eq!(Vault::new(b"other").open("per_ann", &sealed), None);
        let mut forged = sealed.clone();
        forged.replace_range(20..21, if &sealed[20..21] == "A" { "B" } else { "A" });
        for bad in [forged.as_str(), "", "AAAA", "no base64!"] {
            assert_eq!(vault.open("per_ann", bad), None, "{bad}");
        }
    }
}
