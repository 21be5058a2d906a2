//! An amount of money as it travels: a decimal text with its currency, never a number.

use crate::problem::about;
use kernel::{Currency, Money, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money. It is text, because a JSON number may pass through a float.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// A plain decimal with no more places than the currency has.
    #[schema(example = "39.90", pattern = r"^-?[0-9]{1,17}(\.[0-9]{1,2})?$")]
    pub amount: String,
    /// ISO 4217.
    #[schema(example = "CNY", pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

impl Amount {
    /// The money it means. Refuses signs, exponents, digits of other scripts, too many places.
    pub fn read(&self, field: &'static str) -> Result<Money, Refusal> {
        let currency = Currency::parse(&self.currency).map_err(about(field))?;
        Money::parse(&self.amount, currency).map_err(about(field))
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Amount {
        Amount { amount: money.decimal(), currency: money.currency.code().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(amount: &str, currency: &str) -> Result<Money, &'static str> {
        let amount = Amount { amount: amount.into(), currency: currency.into() };
        amount.read("price").map_err(|refusal| {
            assert_eq!(refusal.field, Some("price"));
            refusal.code
        })
    }

    #[test]
    fn an_amount_is_plain_digits() {
        assert_eq!(read("39.90", "CNY"), Ok(Money::fen(3990)));
        assert_eq!(read("1200", "JPY"), Ok(Money::new(1200, Currency::JPY)));
        for bad in [
            "",
            " 1",
            "-1",
            "+1",
            "1e3",
            "0x1",
            "39.901",
            "1.",
            ".5",
            "３９",
            "39,90",
            "1234567890123",
            "NaN",
        ] {
            assert_eq!(read(bad, "CNY"), Err("bad_amount"), "{bad}");
        }
        assert_eq!(read("1.5", "JPY"), Err("bad_amount"));
        for bad in ["", "cny", "RMB", "XAU", "CNY "] {
            assert_eq!(read("1", bad), Err("unknown_currency"), "{bad}");
        }
    }

    #[test]
    fn an_amount_comes_back_as_it_went() {
        for money in [Money::fen(0), Money::fen(5), Money::fen(-120), Money::new(7, Currency::KRW)] {
            let amount = Amount::from(money);
            let minor =
                amount.amount.replace(['.', '-'], "").parse::<i64>().expect("digits") * money.minor.signum();
            assert_eq!(minor, money.minor);
        }
    }
}
