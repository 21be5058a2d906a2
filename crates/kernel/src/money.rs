//! Amounts of money, shares of them, and how both are rounded.
//!
//! Money is an integer count of minor units; a share is an integer count of parts per million.
//! Nothing here is ever a float. Splits conserve: the parts sum to the whole (`docs/algorithms/rounding.md`).

use crate::{Lang, Refusal, Result, grouped};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An ISO 4217 currency that Ferryman keeps books in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Currency {
    #[default]
    CNY,
    EUR,
    GBP,
    HKD,
    JPY,
    KRW,
    TWD,
    USD,
}

impl Currency {
    pub const ALL: [Currency; 8] = [
        Currency::CNY,
        Currency::EUR,
        Currency::GBP,
        Currency::HKD,
        Currency::JPY,
        Currency::KRW,
        Currency::TWD,
        Currency::USD,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Currency::CNY => "CNY",
            Currency::EUR => "EUR",
            Currency::GBP => "GBP",
            Currency::HKD => "HKD",
            Currency::JPY => "JPY",
            Currency::KRW => "KRW",
            Currency::TWD => "TWD",
            Currency::USD => "USD",
        }
    }

    pub fn parse(code: &str) -> Result<Currency, Refusal> {
        Currency::ALL.into_iter().find(|currency| currency.code() == code).ok_or_else(|| {
            Refusal::field(
                "currency",
                "unknown_currency",
                format!("“{}” is not a currency we keep books in.", clip(code)),
                format!("我们不以“{}”记账。", clip(code)),
            )
        })
    }

    /// Decimal places of the minor unit.
    pub fn exponent(self) -> u32 {
        match self {
            Currency::JPY | Currency::KRW => 0,
            _ => 2,
        }
    }

    /// As a table's head says it: `CNY`, `元`.
    pub fn unit(self, lang: Lang) -> &'static str {
        if lang == Lang::En {
            return self.code();
        }
        match self {
            Currency::CNY => "元",
            Currency::EUR => "欧元",
            Currency::GBP => "英镑",
            Currency::HKD => "港元",
            Currency::JPY => "日元",
            Currency::KRW => "韩元",
            Currency::TWD => "新台币",
            Currency::USD => "美元",
        }
    }

    /// An amount as one types it.
    fn example(self) -> &'static str {
        if self.exponent() == 0 { "12000" } else { "39.90" }
    }

    pub fn symbol(self) -> &'static str {
        match self {
            Currency::CNY | Currency::JPY => "¥",
            Currency::EUR => "€",
            Currency::GBP => "£",
            Currency::HKD => "HK$",
            Currency::KRW => "₩",
            Currency::TWD => "NT$",
            Currency::USD => "$",
        }
    }
}

fn clip(text: &str) -> String {
    text.chars().take(24).collect()
}

/// How a fraction of a minor unit becomes a whole one; always named at the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Ties go to the even neighbour.
    HalfEven,
    /// Ties go away from zero.
    HalfUp,
    /// Towards zero.
    Down,
}

impl Round {
    /// `numerator / denominator`, rounded; the denominator is positive.
    pub fn divide(self, numerator: i128, denominator: i128) -> i128 {
        let quotient = numerator / denominator;
        let remainder = (numerator % denominator).abs();
        let away = quotient + if numerator < 0 { -1 } else { 1 };
        match (self, (remainder * 2).cmp(&denominator)) {
            (Round::Down, _) | (_, std::cmp::Ordering::Less) => quotient,
            (_, std::cmp::Ordering::Greater) => away,
            (Round::HalfUp, std::cmp::Ordering::Equal) => away,
            (Round::HalfEven, std::cmp::Ordering::Equal) => {
                if quotient % 2 == 0 {
                    quotient
                } else {
                    away
                }
            }
        }
    }
}

/// An amount in minor units of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// Chinese yuan, given in fen.
    pub const fn fen(minor: i64) -> Money {
        Money { minor, currency: Currency::CNY }
    }

    pub const fn zero(currency: Currency) -> Money {
        Money { minor: 0, currency }
    }

    pub fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Reads a plain decimal such as `39.90`: ASCII digits, no sign, no exponent, no more places than the currency has.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, Refusal> {
        let refuse = || {
            Refusal::new(
                crate::Kind::Invalid,
                "bad_amount",
                format!("“{}” is not an amount such as {}.", clip(text), currency.example()),
                format!("“{}”不是有效金额，请写成 {} 的样子。", clip(text), currency.example()),
            )
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let places = currency.exponent() as usize;
        let well_formed = !whole.is_empty()
            && whole.len() <= 12
            && digits(whole)
            && digits(fraction)
            && fraction.len() <= places
            && text.contains('.') != fraction.is_empty();
        if !well_formed {
            return Err(refuse());
        }
        let padded = format!("{whole}{fraction:0<places$}");
        Ok(Money { minor: padded.parse().map_err(|_| refuse())?, currency })
    }

    /// `self + other`; a fault when the currencies differ or the sum does not fit.
    pub fn plus(self, other: Money) -> Result<Money> {
        self.same_currency(other)?;
        let minor =
            self.minor.checked_add(other.minor).ok_or_else(|| crate::Error::fault("money overflows"))?;
        Ok(Money { minor, ..self })
    }

    /// `self - other`; a fault when the currencies differ or the difference does not fit.
    pub fn minus(self, other: Money) -> Result<Money> {
        self.plus(Money { minor: -other.minor, ..other })
    }

    /// `self × count`; a fault when the product does not fit.
    pub fn times(self, count: i64) -> Result<Money> {
        let minor = self.minor.checked_mul(count).ok_or_else(|| crate::Error::fault("money overflows"))?;
        Ok(Money { minor, ..self })
    }

    pub fn same_currency(self, other: Money) -> Result<()> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(crate::Error::fault(format!(
            "{} and {} do not add up",
            self.currency.code(),
            other.currency.code()
        )))
    }

    /// Divides the amount by weights so that the parts sum to the whole.
    ///
    /// Largest remainder: every part is rounded towards zero, then the minor units left over go one
    /// each to the parts with the largest remainders, the earlier part first among equals.
    pub fn split(self, weights: &[i64]) -> Vec<Money> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        assert!(total > 0 && weights.iter().all(|weight| *weight >= 0), "weights are shares of something");
        let exact = |weight: &i64| i128::from(self.minor) * i128::from(*weight);
        let mut parts: Vec<i64> = weights.iter().map(|weight| (exact(weight) / total) as i64).collect();
        let left = self.minor - parts.iter().sum::<i64>();
        let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
        by_remainder.sort_by_key(|&i| std::cmp::Reverse((exact(&weights[i]) % total).abs()));
        for &i in by_remainder.iter().take(left.unsigned_abs() as usize) {
            parts[i] += left.signum();
        }
        parts.into_iter().map(|minor| Money { minor, ..self }).collect()
    }

    /// What falls to some pieces of a whole that is for `of` of them, when `before` of them are gone already.
    ///
    /// The difference of two rounded totals (half-even), so that all pieces sum to the whole whatever the order and the
    /// size of the parts (`docs/algorithms/rounding.md`).
    pub fn of_pieces(self, before: i64, pieces: i64, of: i64) -> Money {
        let up_to = |count: i64| {
            let exact = i128::from(self.minor) * i128::from(count);
            Round::HalfEven.divide(exact, i128::from(of.max(1))) as i64
        };
        Money { minor: up_to(before + pieces) - up_to(before), ..self }
    }

    /// A plain decimal, `39.90`, for files and programs.
    pub fn decimal(self) -> String {
        let scale = 10_u64.pow(self.currency.exponent());
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, part) = (self.minor.unsigned_abs() / scale, self.minor.unsigned_abs() % scale);
        match self.currency.exponent() {
            0 => format!("{sign}{whole}"),
            places => format!("{sign}{whole}.{part:0width$}", width = places as usize),
        }
    }
}

impl fmt::Display for Money {
    /// For people: `¥1,234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.decimal();
        let (sign, rest) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("−", rest));
        let (whole, part) = rest.split_once('.').map_or((rest, None), |(whole, part)| (whole, Some(part)));
        write!(f, "{sign}{}{}", self.currency.symbol(), grouped(whole))?;
        part.map_or(Ok(()), |part| write!(f, ".{part}"))
    }
}

/// A part of a whole, in parts per million: 5 % is 50,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Share {
    pub ppm: i64,
}

impl Share {
    pub const ZERO: Share = Share { ppm: 0 };
    pub const ONE: Share = Share { ppm: 1_000_000 };

    pub const fn ppm(ppm: i64) -> Share {
        Share { ppm }
    }

    pub const fn percent(percent: i64) -> Share {
        Share { ppm: percent * 10_000 }
    }

    /// Reads a percentage such as `8` or `12.5`, at most 100, at most four decimals.
    pub fn parse_percent(text: &str) -> Result<Share, Refusal> {
        let refuse = || {
            Refusal::new(
                crate::Kind::Invalid,
                "bad_share",
                format!("“{}” is not a percentage between 0 and 100.", clip(text)),
                format!("“{}”不是 0 到 100 之间的百分比。", clip(text)),
            )
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || fraction.len() > 4 || !digits(whole) || !digits(fraction) {
            return Err(refuse());
        }
        let ppm: i64 = format!("{whole}{fraction:0<4}").parse().map_err(|_| refuse())?;
        if ppm > Share::ONE.ppm { Err(refuse()) } else { Ok(Share { ppm }) }
    }

    /// This share of an amount.
    pub fn of(self, money: Money, round: Round) -> Money {
        let exact = i128::from(money.minor) * i128::from(self.ppm);
        Money { minor: round.divide(exact, 1_000_000) as i64, ..money }
    }

    /// What is left of the whole.
    pub fn rest(self) -> Share {
        Share { ppm: Share::ONE.ppm - self.ppm }
    }

    pub fn as_percent(self) -> f64 {
        self.ppm as f64 / 10_000.0
    }
}

impl fmt::Display for Share {
    /// For people: `5 %`, `3.3 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.as_percent())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_sum_to_the_whole() {
        let one_by_one: Vec<i64> =
            (0..3).map(|before| Money::fen(100).of_pieces(before, 1, 3).minor).collect();
        assert_eq!(one_by_one, [33, 34, 33]);
        for (minor, of) in [(0, 1), (1, 7), (29_700, 3), (999, 20), (i64::MAX, 20)] {
            for step in 1..=of {
                let mut sum = 0;
                for before in (0..of).step_by(step as usize) {
                    let part = Money::fen(minor).of_pieces(before, step.min(of - before), of).minor;
                    assert!(part >= 0, "{minor} for {of}");
                    sum += part;
                }
                assert_eq!(sum, minor, "{minor} for {of}, {step} at once");
            }
        }
    }

    #[test]
    fn amounts_are_read_strictly() {
        let read = |text| Money::parse(text, Currency::CNY).map(|money| money.minor).ok();
        assert_eq!(read("39.90"), Some(3990));
        assert_eq!(read("39.9"), Some(3990));
        assert_eq!(read("0"), Some(0));
        for bad in
            ["", "-1", "+1", "1e3", "1.234", "１２", " 1", "1.", ".5", "1,000", "9999999999999", "1.2.3"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
        let refused = Money::parse("1.5", Currency::JPY).expect_err("no decimals");
        assert!(refused.say.en.contains("such as 12000") && refused.say.zh.contains("12000"), "{refused:?}");
        assert_eq!(Money::parse("12000", Currency::KRW).map(|money| money.minor), Ok(12_000));
    }

    #[test]
    fn amounts_are_written_for_people_and_programs() {
        assert_eq!(Money::fen(-123_456_789).to_string(), "−¥1,234,567.89");
        assert_eq!(Money::new(1500, Currency::JPY).to_string(), "¥1,500");
        assert_eq!(Money::fen(5).decimal(), "0.05");
    }

    #[test]
    fn splits_conserve_every_fen() {
        for minor in [-7, 0, 1, 99, 100, 12_345_678_901] {
            for weights in [&[1, 1, 1][..], &[57, 43], &[999_999, 1], &[0, 5, 0, 2]] {
                let parts = Money::fen(minor).split(weights);
                assert_eq!(parts.iter().map(|part| part.minor).sum::<i64>(), minor, "{minor} by {weights:?}");
            }
        }
    }

    #[test]
    fn rounding_is_what_its_name_says() {
        assert_eq!(Share::percent(50).of(Money::fen(5), Round::HalfEven).minor, 2);
        assert_eq!(Share::percent(50).of(Money::fen(7), Round::HalfEven).minor, 4);
        assert_eq!(Share::percent(50).of(Money::fen(5), Round::HalfUp).minor, 3);
        assert_eq!(Share::percent(50).of(Money::fen(-5), Round::HalfUp).minor, -3);
        assert_eq!(Share::percent(99).of(Money::fen(1), Round::Down).minor, 0);
    }
}
