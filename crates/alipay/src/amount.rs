//! Amounts as the protocol writes them: `39.90`, ASCII digits, at most as many decimals as the currency has.
//!
//! An amount names no currency: it is in the one that `trans_currency` beside it says, in yuan where nothing does.

use crate::{clip, refuse};
use kernel::{Currency, Money, Refusal};

/// The name of the member that says in which currency the amounts beside it are.
pub const CURRENCY: &str = "trans_currency";
/// The same in the answer to a refund.
pub const REFUND_CURRENCY: &str = "refund_currency";
/// The most that one trade may be, in the currency's smallest units: a hundred million yuan.
pub const MINOR_MAX: i64 = 10_000_000_000;

/// The currency that stands beside an amount; the yuan when nothing does. Refuses one that we do not know.
pub fn currency(named: Option<&str>) -> Result<Currency, Refusal> {
    match named {
        None | Some("") => Ok(Currency::CNY),
        Some(code) => Currency::parse(code),
    }
}

/// What has to stand beside an amount in this currency; nothing beside yuan, as ever.
pub fn named(currency: Currency) -> Option<&'static str> {
    (currency != Currency::CNY).then(|| currency.code())
}

/// Reads 0.01 to 100,000,000.00 yuan, as many smallest units of another currency. Signs, exponents, spaces, commas,
/// full-width digits and a decimal too many are refused (`bad_amount`).
pub fn read(text: &str, currency: Currency) -> Result<Money, Refusal> {
    let money = read_or_zero(text, currency)?;
    if money.is_zero() { Err(refuse_amount(text, currency)) } else { Ok(money) }
}

/// `read`, where nothing may also be written as `0.00`.
pub fn read_or_zero(text: &str, currency: Currency) -> Result<Money, Refusal> {
    let money = Money::parse(text, currency).map_err(|_| refuse_amount(text, currency))?;
    if money.minor > MINOR_MAX { Err(refuse_amount(text, currency)) } else { Ok(money) }
}

/// `read_or_zero`, where a bill may also write `-39.90`.
pub fn read_signed(text: &str, currency: Currency) -> Result<Money, Refusal> {
    match text.strip_prefix('-') {
        None => read_or_zero(text, currency),
        Some(rest) => read_or_zero(rest, currency).map(|money| Money { minor: -money.minor, ..money }),
    }
}

/// `39.90`.
pub fn write(money: Money) -> String {
    money.decimal()
}

fn refuse_amount(text: &str, currency: Currency) -> Refusal {
    let text = clip(text);
    let [least, most] = [1, MINOR_MAX].map(|minor| write(Money::new(minor, currency)));
    refuse(
        "bad_amount",
        format!("“{text}” is not an amount between {least} and {most}."),
        format!("“{text}”不是 {least} 到 {most} 之间的金额。"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_strictly() {
        for (text, fen) in
            [("0.01", 1), ("39.9", 3990), ("39.90", 3990), ("7", 700), ("100000000.00", MINOR_MAX)]
        {
            assert_eq!(read(text, Currency::CNY).expect(text).minor, fen);
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
            assert_eq!(read(bad, Currency::CNY).expect_err(bad).code, "bad_amount");
        }
        let yuan = Currency::CNY;
        assert_eq!(read_or_zero("0.00", yuan).expect("nothing").minor, 0);
        assert_eq!(read_signed("-0.30", yuan).expect("a refund").minor, -30);
        assert!(read_signed("--1", yuan).is_err() && read_signed("-", yuan).is_err());
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        let won = read("15000", Currency::KRW).expect("won");
        assert_eq!((won, write(won)), (Money::new(15_000, Currency::KRW), "15000".to_owned()));
        assert_eq!(read_signed("-15000", Currency::KRW).expect("a refund").minor, -15_000);
        for bad in ["15000.00", "15000.5", "0", "10000000001"] {
            assert_eq!(read(bad, Currency::KRW).expect_err(bad).code, "bad_amount");
        }
        assert!(read("0", Currency::JPY).expect_err("nothing").say.en.contains("between 1 and 10000000000"));
        assert_eq!(read("12.50", Currency::USD).expect("dollars"), Money::new(1250, Currency::USD));
        assert_eq!(currency(None).expect("nothing said"), Currency::CNY);
        assert_eq!(currency(Some("KRW")).expect("won"), Currency::KRW);
        assert_eq!(currency(Some("krw")).expect_err("not as it is written").code, "unknown_currency");
        assert_eq!((named(Currency::CNY), named(Currency::USD)), (None, Some("USD")));
    }

    proptest! {
        #[test]
        fn amounts_read_back(fen in 1_i64..=MINOR_MAX) {
            prop_assert_eq!(read(&write(Money::fen(fen)), Currency::CNY).expect("our own").minor, fen);
        }

        #[test]
        fn only_what_we_would_write_is_read(text in "[0-9.e+ １-]{0,12}") {
            if let Ok(money) = read(&text, Currency::CNY) {
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
                prop_assert!(write(money).trim_start_matches('0').starts_with(text.trim_start_matches('0').trim_end_matches('0').trim_end_matches('.')));
            }
        }
    }
}
