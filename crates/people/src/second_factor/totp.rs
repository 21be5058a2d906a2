//! Codes that change every half minute, as authenticator apps show them (TOTP, RFC 6238): HMAC-SHA-1 over the count of
//! half minutes since 1970, cut to six digits (RFC 4226, 5.3).
//!
//! SHA-1 and six digits are what every app reads; several ignore an address that asks for more.

use aws_lc_rs::{constant_time, hmac};
use kernel::Instant;

pub const KEY_BYTES: usize = 20;
pub const STEP_SECONDS: i64 = 30;
pub const DIGITS: usize = 6;
/// Steps to either side that count, for clocks that go wrong and thumbs that are slow (RFC 6238, 5.2).
const STEPS_BESIDE: i64 = 1;

/// The step in which an instant lies.
pub fn step(at: Instant) -> i64 {
    at.micros.div_euclid(STEP_SECONDS * 1_000_000)
}

/// The code of a step, of at most nine digits.
pub fn code(key: &[u8], step: i64, digits: usize) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let mac = hmac::sign(&key, &step.to_be_bytes());
    let mac = mac.as_ref();
    let at = usize::from(mac[mac.len() - 1] & 0x0f);
    let cut = u32::from_be_bytes([mac[at] & 0x7f, mac[at + 1], mac[at + 2], mac[at + 3]]);
    format!("{:0digits$}", cut % 10_u32.pow(digits as u32))
}

/// The step that a code is of, among those that count now and come after `last`.
pub fn step_of(key: &[u8], typed: &str, now: Instant, last: i64) -> Option<i64> {
    let is_its = |step: &i64| {
        let code = code(key, *step, DIGITS);
        constant_time::verify_slices_are_equal(code.as_bytes(), typed.as_bytes()).is_ok()
    };
    let now = step(now);
    (now - STEPS_BESIDE..=now + STEPS_BESIDE).filter(|step| *step > last).find(is_its)
}

/// The address that an app reads from a QR picture (the Key URI format of Google Authenticator).
pub fn address(issuer: &str, account: &str, key: &[u8]) -> String {
    let (issuer, account) = (encode(issuer), encode(account));
    let key = super::base32(key);
    format!(
        "otpauth://totp/{issuer}:{account}?secret={key}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    )
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().fold(String::new(), |encoded, byte| {
        if plain(byte) { encoded + &char::from(byte).to_string() } else { encoded + &format!("%{byte:02X}") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8; KEY_BYTES] = b"12345678901234567890";

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the rows of SHA-1.
        for (seconds, known) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code(KEY, step(at(seconds)), 8), known, "{seconds}");
        }
        // RFC 4226, appendix D.
        let six: Vec<String> = (0..4).map(|count| code(KEY, count, 6)).collect();
        assert_eq!(six, ["755224", "287082", "359152", "969429"]);
    }

    #[test]
    fn a_code_counts_for_its_step_and_the_ones_beside_it() {
        let now = at(1_482_492_600);
        let of = |steps: i64| code(KEY, step(now) + steps, DIGITS);
        let counts = |steps, last| step_of(KEY, &of(steps), now, step(now) + last).map(|one| one - step(now));
        assert_eq!(
            [-2, -1, 0, 1, 2].map(|steps| counts(steps, -9)),
            [None, Some(-1), Some(0), Some(1), None]
        );
        assert_eq!([-1, 0, 1].map(|steps| counts(steps, 0)), [None, None, Some(1)], "none is taken again");
        for bad in ["", "00000", &of(0)[..5], &format!("{}0", of(0))] {
            assert_eq!(step_of(KEY, bad, now, 0), None, "{bad}");
        }
    }

    #[test]
    fn an_app_reads_who_it_is_for() {
        assert_eq!(
            address("渡口", "ann+x@example.com", KEY),
            "otpauth://totp/%E6%B8%A1%E5%8F%A3:ann%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=%E6%B8%A1%E5%8F%A3&algorithm=SHA1&digits=6&period=30"
        );
    }
}
