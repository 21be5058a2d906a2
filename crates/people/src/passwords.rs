//! Passwords, of which only an argon2id hash is kept.
//!
//! The cost is the one OWASP's Password Storage Cheat Sheet asks for: 19 MiB, two passes, one lane.
//! That is tens of milliseconds of work, so callers hash outside transactions and off the async threads.

use argon2::password_hash::{self, PasswordHasher, PasswordVerifier, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::{Dice, Result};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A hash made here, in the PHC string format; a plain password can never be mistaken for one.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(crate) fn stored(phc: String) -> PasswordHash {
        PasswordHash(phc)
    }

    pub(crate) fn phc(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash")
    }
}

fn argon2() -> Result<Argon2<'static>> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, PASSES, LANES, None)?))
}

/// A salted hash. Many simulated shoppers may share one.
pub fn hash(password: &str, dice: &mut Dice) -> Result<PasswordHash> {
    let salt: [u8; 16] = dice.bytes();
    let hash: phc::PasswordHash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt)?;
    Ok(PasswordHash(hash.to_string()))
}

/// What an unknown email address is checked against, so that the answer takes as long as for a known one.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whether the password is the one that was hashed; never when there is no hash, after the same work.
pub fn verify(password: &str, hash: Option<&PasswordHash>) -> Result<bool> {
    let known = hash.map_or(NOBODYS, PasswordHash::phc);
    match argon2()?.verify_password(password.as_bytes(), known) {
        Ok(()) => Ok(hash.is_some()),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_only_its_own_hash() {
        let mut dice = Dice::seeded(1);
        let hashed = hash("correct horse", &mut dice).expect("a hash");
        assert!(hashed.phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hashed.phc());
        assert_ne!(hashed, hash("correct horse", &mut dice).expect("a hash"));
        assert!(verify("correct horse", Some(&hashed)).expect("a check"));
        assert!(!verify("Correct horse", Some(&hashed)).expect("a check"));
    }

    #[test]
    fn nobody_has_no_password() {
        assert!(!verify("", None).expect("the same work as for anybody"));
        assert!(verify("", Some(&PasswordHash::stored("not a hash".into()))).is_err());
    }
}
