//! Amounts of yuan as the protocol writes them: `39.90`, ASCII digits, at most two decimals.

use crate::{clip, refuse};
use kernel::{Currency, Money, Refusal};

/// The most that one trade may be: a hundred million yuan.
pub const MAX: Money = Money::fen(10_000_000_000);

/// Reads 0.01 to 100,000,000.00. Signs, exponents, spaces, commas, full-width digits and a third decimal
/// are refused (`bad_amount`).
pub fn read(text: &str) -> Result<Money, Refusal> {
    let money = read_or_zero(text)?;
    if money.is_zero() { Err(refuse_amount(text)) } else { Ok(money) }
}

/// `read`, where nothing may also be written as `0.00`.
pub fn read_or_zero(text: &str) -> Result<Money, Refusal> {
    let money = Money::parse(text, Currency::CNY).map_err(|_| refuse_amount(text))?;
    if money.minor > MAX.minor { Err(refuse_amount(text)) } else { Ok(money) }
}

/// `read_or_zero`, where a bill may also write `-39.90`.
pub fn read_signed(text: &str) -> Result<Money, Refusal> {
    match text.strip_prefix('-') {
        None => read_or_zero(text),
        Some(rest) => read_or_zero(rest).map(|money| Money::fen(-money.minor)),
    }
}

/// `39.90`.
pub fn write(money: Money) -> String {
    money.decimal()
}

fn refuse_amount(text: &str) -> Refusal {
    let text = clip(text);
    refuse(
        "bad_amount",
        format!("“{text}” is not an amount between 0.01 and 100000000.00."),
        format!("“{text}”不是 0.01 到 100000000.00 之间的金额。"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_strictly() {
        for (text, fen) in
            [("0.01", 1), ("39.9", 3990), ("39.90", 3990), ("7", 700), ("100000000.00", MAX.minor)]
        {
            assert_eq!(read(text).expect(text).minor, fen);
        }
        for bad in [
            "",
            "0",
            "0.00",
            "100000000.01",
            "-1",
            "+1",
            "1e3",
            "1.234",
            "１.00",
            "1．00",
            " 1",
            "1 ",
            "1,000",
            ".5",
            "1.",
            "0x1",
            "NaN",
            "1.0.0",
            "9".repeat(30).as_str(),
            "٣",
            "1\u{a0}",
        ] {
            assert_eq!(read(bad).expect_err(bad).code, "bad_amount");
        }
        assert_eq!(read_or_zero("0.00").expect("nothing").minor, 0);
        assert_eq!(read_signed("-0.30").expect("a refund").minor, -30);
        assert!(read_signed("--1").is_err() && read_signed("-").is_err());
    }

    proptest! {
        #[test]
        fn amounts_read_back(fen in 1_i64..=MAX.minor) {
            prop_assert_eq!(read(&write(Money::fen(fen))).expect("our own").minor, fen);
        }

        #[test]
        fn only_what_we_would_write_is_read(text in "[0-9.e+ １-]{0,12}") {
            if let Ok(money) = read(&text) {
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
                prop_assert!(write(money).trim_start_matches('0').starts_with(text.trim_start_matches('0').trim_end_matches('0').trim_end_matches('.')));
            }
        }
    }
}
