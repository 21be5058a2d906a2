//! AES mode (`encrypt_type=AES`): CBC, PKCS #7, a zero vector, keys and text in base64.
//!
//! The zero vector is the platform's, not ours: equal texts become equal ciphers. It hides nothing from
//! the platform and replaces no signature.

use crate::refuse;
use aws_lc_rs::cipher::{
    AES_128, AES_256, Algorithm, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::Refusal;
use std::fmt;

/// An AES key of 128 or 256 bits. It prints as nothing but its length.
pub struct Cipher {
    key: Vec<u8>,
}

impl Cipher {
    /// Reads a base64 key; refuses other lengths (`bad_key`).
    pub fn parse(base64: &str) -> Result<Cipher, Refusal> {
        let key = STANDARD.decode(base64.trim()).ok().filter(|key| matches!(key.len(), 16 | 32));
        let key = key.ok_or_else(|| {
            refuse("bad_key", "This is not an AES key in base64.", "这不是 base64 的 AES 密钥。")
        })?;
        Ok(Cipher { key })
    }

    pub fn of(key: &[u8; 16]) -> Cipher {
        Cipher { key: key.to_vec() }
    }

    pub fn base64(&self) -> String {
        STANDARD.encode(&self.key)
    }

    /// Text to base64.
    pub fn encrypt(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let key = PaddedBlockEncryptingKey::cbc_pkcs7(self.unbound()).expect("CBC takes either key");
        key.less_safe_encrypt(&mut bytes, EncryptionContext::Iv128(FixedLength::from([0; 16])))
            .expect("any text can be padded");
        STANDARD.encode(bytes)
    }

    /// Base64 to text; refuses what this key did not encrypt (`bad_cipher`).
    pub fn decrypt(&self, base64: &str) -> Result<String, Refusal> {
        let bad = || refuse("bad_cipher", "This text cannot be decrypted.", "密文无法解密。");
        let mut bytes = STANDARD.decode(base64.trim()).map_err(|_| bad())?;
        let key = PaddedBlockDecryptingKey::cbc_pkcs7(self.unbound()).map_err(|_| bad())?;
        let zero = DecryptionContext::Iv128(FixedLength::from([0; 16]));
        let text = key.decrypt(&mut bytes, zero).map_err(|_| bad())?;
        String::from_utf8(text.to_vec()).map_err(|_| bad())
    }

    fn unbound(&self) -> UnboundCipherKey {
        let algorithm: &'static Algorithm = if self.key.len() == 16 { &AES_128 } else { &AES_256 };
        UnboundCipherKey::new(algorithm, &self.key).expect("the length was checked")
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cipher({} bits, not shown)", self.key.len() * 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encrypted_comes_back(text in ".{0,80}") {
            let cipher = Cipher::of(&[7; 16]);
            prop_assert_eq!(cipher.decrypt(&cipher.encrypt(&text)).expect("our own"), text);
        }

        #[test]
        fn noise_is_refused(noise in "[A-Za-z0-9+/]{0,64}") {
            let _ = Cipher::of(&[7; 16]).decrypt(&noise);
        }
    }

    /// NIST SP 800-38A, F.2.1, its first block under a zero vector: the plain text is the sample's xor its vector.
    #[test]
    fn the_cipher_is_aes_in_cbc_mode() {
        let key = 0x2b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c_u128.to_be_bytes();
        let mut bytes = 0x6bc0_bce1_2a45_9991_e134_741a_7f9e_1925_u128.to_be_bytes().to_vec();
        let encrypting = PaddedBlockEncryptingKey::cbc_pkcs7(Cipher::of(&key).unbound()).expect("CBC");
        let zero = EncryptionContext::Iv128(FixedLength::from([0; 16]));
        encrypting.less_safe_encrypt(&mut bytes, zero).expect("padded");
        assert_eq!(bytes[..16], 0x7649_abac_8119_b246_cee9_8e9b_12e9_197d_u128.to_be_bytes());
    }
}
