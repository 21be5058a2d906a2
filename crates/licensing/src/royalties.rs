//! What a licensed product owes: net sales, the rate, the guarantee, and one order line's parts.
//!
//! A merchant sells, the licensor earns a royalty on net sales, the platform keeps its part of that royalty.
//! Sales first recoup the guarantee that was already paid. Nothing here touches a database;
//! rates come from the contract (`docs/algorithms/royalties.md`).

use kernel::{Currency, Kind, Money, Refusal, Result, Round, Share};
use serde::{Deserialize, Serialize};

/// The most rows one rate card may have.
pub const CARD_ROWS_MAX: usize = 256;

// --- Net sales of a period ------------------------------------------------------------------------------

/// What may be taken off gross sales, and what a merchant reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sales {
    pub gross: Money,
    pub returns: Money,
    pub discounts: Money,
}

/// Sales a royalty is due on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetSales {
    /// Returns and discounts as far as the contract lets them count.
    pub deducted: Money,
    pub net: Money,
}

/// What a merchant owes on net sales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub royalty: Money,
    /// The common marketing fund (CMF).
    pub marketing_fund: Money,
}

impl Due {
    pub fn total(&self) -> Money {
        Money::new(self.royalty.minor + self.marketing_fund.minor, self.royalty.currency)
    }
}

/// `net = gross − min(returns + discounts, gross × cap)`, the cap half-even.
///
/// Refuses negative amounts and deductions larger than the gross; a fault when currencies differ.
pub fn net_sales(sales: Sales, deductions_cap: Share) -> Result<NetSales> {
    let reported = sales.returns.plus(sales.discounts)?;
    sales.gross.same_currency(reported)?;
    let sane = sales.returns.minor >= 0 && sales.discounts.minor >= 0 && reported.minor <= sales.gross.minor;
    if !sane {
        return Err(Refusal::new(
            Kind::Invalid,
            "bad_sales",
            format!("Returns and discounts of {reported} do not fit into sales of {}.", sales.gross),
            format!("{reported} 的退货与折扣超出了 {} 的销售额。", sales.gross),
        )
        .into());
    }
    let cap = deductions_cap.of(sales.gross, Round::HalfEven);
    let deducted = Money::new(reported.minor.min(cap.minor), reported.currency);
    Ok(NetSales { deducted, net: sales.gross.minus(deducted)? })
}

/// Royalty and marketing-fund contribution on net sales, each half-even.
pub fn due(net_sales: Money, royalty: Share, marketing_fund: Share) -> Due {
    Due {
        royalty: royalty.of(net_sales, Round::HalfEven),
        marketing_fund: marketing_fund.of(net_sales, Round::HalfEven),
    }
}

// --- The rate card --------------------------------------------------------------------------------------

/// One row: whatever is left open matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardRow {
    #[serde(default)]
    pub channel: Option<String>,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default)]
    pub territory: Option<String>,
    pub royalty: Share,
}

/// Royalty rates by channel, category and territory; the most specific row wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RateCard {
    rows: Vec<CardRow>,
}

/// A sale to be rated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale<'a> {
    pub channel: &'a str,
    pub category: &'a str,
    pub territory: &'a str,
}

impl CardRow {
    fn matches(&self, sale: Sale<'_>) -> bool {
        let open_or = |row: &Option<String>, sale: &str| row.as_deref().is_none_or(|row| row == sale);
        open_or(&self.channel, sale.channel)
            && open_or(&self.category, sale.category)
            && open_or(&self.territory, sale.territory)
    }

    /// Channel 4, category 2, territory 1: no two different sets of conditions weigh the same.
    fn specificity(&self) -> u8 {
        4 * u8::from(self.channel.is_some())
            + 2 * u8::from(self.category.is_some())
            + u8::from(self.territory.is_some())
    }

    fn same_conditions(&self, other: &CardRow) -> bool {
        (&self.channel, &self.category, &self.territory)
            == (&other.channel, &other.category, &other.territory)
    }
}

impl RateCard {
    /// Checks a card: a default row, no row twice, shares between 0 and 100 %, at most [`CARD_ROWS_MAX`].
    pub fn new(rows: Vec<CardRow>) -> Result<RateCard, Refusal> {
        let has_default = rows.iter().any(|row| row.specificity() == 0);
        let twice =
            rows.iter().enumerate().any(|(i, row)| rows[..i].iter().any(|one| one.same_conditions(row)));
        let parts = rows.iter().all(|row| is_part(row.royalty));
        if !has_default || twice || !parts || rows.len() > CARD_ROWS_MAX {
            return Err(Refusal::new(
                Kind::Invalid,
                "bad_rate_card",
                format!(
                    "A rate card needs a default, no row twice, rates between 0 and 100 % and at most {CARD_ROWS_MAX} rows."
                ),
                format!(
                    "费率表须有默认费率、各行不得重复、费率在 0 到 100% 之间，且不超过 {CARD_ROWS_MAX} 行。"
                ),
            ));
        }
        Ok(RateCard { rows })
    }

    /// Reads the JSON of a row in the database.
    pub fn from_json(text: &str) -> Result<RateCard, Refusal> {
        let rows = serde_json::from_str(text).map_err(|error| {
            Refusal::new(
                Kind::Invalid,
                "bad_rate_card",
                format!("This rate card cannot be read: {error}."),
                format!("无法读取这份费率表：{error}。"),
            )
        })?;
        RateCard::new(rows)
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a rate card is plain data")
    }

    pub fn rows(&self) -> &[CardRow] {
        &self.rows
    }

    /// The rate of the most specific row that matches.
    pub fn rate(&self, sale: Sale<'_>) -> Share {
        let matching = self.rows.iter().filter(|row| row.matches(sale));
        let row = matching.max_by_key(|row| row.specificity());
        row.expect("a checked card has a default row").royalty
    }
}

fn is_part(share: Share) -> bool {
    (0..=Share::ONE.ppm).contains(&share.ppm)
}

// --- The recoupable minimum guarantee -------------------------------------------------------------------

/// A minimum guarantee over its life: three running sums, in one currency.
///
/// What is due at any moment is whatever brings the paid sum up to the larger of earned and guaranteed;
/// a guarantee that was not earned by expiry is not given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guarantee {
    pub earned: Money,
    pub guaranteed: Money,
    pub paid: Money,
}

/// What one event of the guarantee's life asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// `max(0, max(earned, guaranteed) − paid)`, over the running sums.
    pub payable_now: Money,
    /// Paid and not yet earned: `max(0, paid − earned)`, once the call has been paid.
    pub unrecouped: Money,
}

impl Guarantee {
    pub fn signed(currency: Currency) -> Guarantee {
        let nothing = Money::zero(currency);
        Guarantee { earned: nothing, guaranteed: nothing, paid: nothing }
    }

    /// A period's royalties and an instalment that falls due; either may be zero.
    ///
    /// The call counts as paid. Refuses a negative instalment; royalties may be negative (refunds).
    pub fn advance(&mut self, earned: Money, instalment: Money) -> Result<Call> {
        if instalment.minor < 0 {
            return Err(Refusal::new(
                Kind::Invalid,
                "bad_instalment",
                format!("A guarantee does not shrink by {instalment}."),
                format!("保底金不能减少（{instalment}）。"),
            )
            .into());
        }
        let (earned, guaranteed) = (self.earned.plus(earned)?, self.guaranteed.plus(instalment)?);
        let owed = earned.minor.max(guaranteed.minor);
        let payable_now = Money::new((owed - self.paid.minor).max(0), self.paid.currency);
        let paid = self.paid.plus(payable_now)?;
        *self = Guarantee { earned, guaranteed, paid };
        Ok(Call { payable_now, unrecouped: self.unrecouped() })
    }

    /// What has been paid and not yet earned; at expiry, the shortfall that stays with the licensor.
    pub fn unrecouped(&self) -> Money {
        Money::new((self.paid.minor - self.earned.minor).max(0), self.paid.currency)
    }
}

// --- One order line -------------------------------------------------------------------------------------

/// The rates of one contract that a shop's order line is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Of the net sales of the line.
    pub royalty: Share,
    /// The licensor's part of the royalty; the platform has the rest.
    pub licensor: Share,
    /// Of the net sales, on top of the royalty.
    pub marketing_fund: Share,
}

impl Rates {
    /// Every share between 0 and 100 %.
    pub fn check(&self) -> Result<(), Refusal> {
        if [self.royalty, self.licensor, self.marketing_fund].into_iter().all(is_part) {
            return Ok(());
        }
        Err(Refusal::new(
            Kind::Invalid,
            "bad_rates",
            "Royalty, licensor’s part and marketing fund must be between 0 and 100 %.",
            "版税率、授权方占比和营销基金都必须在 0 到 100% 之间。",
        ))
    }
}

/// What one order line gives everybody; negative when it takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accrual {
    /// The line without value-added tax.
    pub net_sales: Money,
    /// The whole royalty: licensor and platform.
    pub royalty: Money,
    pub licensor: Money,
    /// The balancing part of the royalty.
    pub platform: Money,
    pub marketing_fund: Money,
}

impl Accrual {
    /// The exact reversal of this accrual, for a line refunded in full.
    pub fn reversed(&self) -> Accrual {
        let negative = |money: Money| Money::new(-money.minor, money.currency);
        Accrual {
            net_sales: negative(self.net_sales),
            royalty: negative(self.royalty),
            licensor: negative(self.licensor),
            platform: negative(self.platform),
            marketing_fund: negative(self.marketing_fund),
        }
    }

    /// What some pieces of the line owe of this, when `before` of its `of` pieces went back already.
    ///
    /// Each part is a difference of rounded totals, so that pieces which empty a line sum to exactly this, whatever
    /// their order; the royalty stays the sum of its two parts.
    pub fn of_pieces(&self, before: i64, pieces: i64, of: i64) -> Accrual {
        let licensor = self.licensor.of_pieces(before, pieces, of);
        let platform = self.platform.of_pieces(before, pieces, of);
        Accrual {
            net_sales: self.net_sales.of_pieces(before, pieces, of),
            royalty: Money::new(licensor.minor + platform.minor, self.royalty.currency),
            licensor,
            platform,
            marketing_fund: self.marketing_fund.of_pieces(before, pieces, of),
        }
    }
}

/// Divides one order line.
///
/// `net = gross ÷ (1 + vat)`, `royalty = net × rate`, `licensor = royalty × part`, each half-even to the minor
/// unit; `platform = royalty − licensor`; `marketing fund = net × rate`, half-even.
/// Refuses rates outside 0 to 100 %, a negative line and a negative or more than 100 % tax.
pub fn accrue(rates: &Rates, line_gross: Money, vat: Share) -> Result<Accrual> {
    rates.check()?;
    if line_gross.minor < 0 || !is_part(vat) {
        return Err(Refusal::new(
            Kind::Invalid,
            "bad_line",
            format!("A line of {line_gross} with {vat} tax earns no royalty; refunds are reversals."),
            format!("金额 {line_gross}、税率 {vat} 的订单行无法计提版税；退款请走冲回。"),
        )
        .into());
    }
    let whole = i128::from(Share::ONE.ppm);
    let net = Round::HalfEven.divide(i128::from(line_gross.minor) * whole, whole + i128::from(vat.ppm));
    let net_sales = Money::new(net as i64, line_gross.currency);
    let due = due(net_sales, rates.royalty, rates.marketing_fund);
    let licensor = rates.licensor.of(due.royalty, Round::HalfEven);
    Ok(Accrual {
        net_sales,
        royalty: due.royalty,
        licensor,
        platform: due.royalty.minus(licensor)?,
        marketing_fund: due.marketing_fund,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(text: &str) -> Money {
        Money::parse(text, Currency::CNY).expect("an amount")
    }

    fn row(channel: Option<&str>, category: Option<&str>, percent: i64) -> CardRow {
        let text = |text: Option<&str>| text.map(str::to_owned);
        CardRow {
            channel: text(channel),
            category: text(category),
            territory: None,
            royalty: Share::percent(percent),
        }
    }

    fn card() -> RateCard {
        RateCard::new(vec![
            row(None, None, 8),
            row(None, Some("apparel"), 10),
            row(Some("online"), None, 12),
            row(Some("fob"), None, 14),
        ])
        .unwrap()
    }

    const SHOP: Rates =
        Rates { royalty: Share::percent(8), licensor: Share::percent(70), marketing_fund: Share::percent(2) };

    #[test]
    fn a1_deductions_count_up_to_their_cap() {
        let sales = Sales { gross: yuan("1000000"), returns: yuan("60000"), discounts: yuan("80000") };
        let net = net_sales(sales, Share::percent(10)).unwrap();
        assert_eq!((net.deducted, net.net), (yuan("100000.00"), yuan("900000.00")));
        let due = due(net.net, Share::percent(8), Share::percent(2));
        assert_eq!((due.royalty, due.marketing_fund), (yuan("72000.00"), yuan("18000.00")));
        assert_eq!(due.total(), yuan("90000.00"));
        let modest = Sales { discounts: yuan("0"), ..sales };
        assert_eq!(net_sales(modest, Share::percent(10)).unwrap().net, yuan("940000"));
        let more_back_than_sold = Sales { returns: yuan("1000001"), ..sales };
        assert!(net_sales(more_back_than_sold, Share::percent(10)).is_err());
    }

    #[test]
    fn a2_the_most_specific_row_sets_the_rate() {
        let cases = [
            ("apparel", "CN", "online", 12, "6000.00"),
            ("apparel", "CN", "retail", 10, "5000.00"),
            ("toys", "HK", "retail", 8, "4000.00"),
            ("toys", "CN", "fob", 14, "7000.00"),
            ("apparel", "CN", "fob", 14, "7000.00"),
        ];
        for (category, territory, channel, percent, royalty) in cases {
            let rate = card().rate(Sale { channel, category, territory });
            assert_eq!(rate, Share::percent(percent), "{category} {territory} {channel}");
            assert_eq!(due(yuan("50000"), rate, Share::ZERO).royalty, yuan(royalty));
        }
    }

    #[test]
    fn a_rate_card_needs_a_default_and_no_row_twice() {
        assert_eq!(RateCard::new(vec![row(Some("online"), None, 12)]).unwrap_err().code, "bad_rate_card");
        assert!(RateCard::new(vec![row(None, None, 8), row(None, None, 9)]).is_err());
        assert!(RateCard::new(vec![row(None, None, 101)]).is_err());
        assert_eq!(RateCard::from_json(&card().to_json()).unwrap(), card());
        assert!(RateCard::from_json("[]").is_err());
        assert!(RateCard::from_json("[{\"royalty\":{\"ppm\":80000},\"region\":\"CN\"}]").is_err());
    }

    /// Event, earned, instalment, payable now, paid so far, unrecouped; in yuan.
    type GuaranteeRow = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

    fn live_through(rows: &[GuaranteeRow]) -> Guarantee {
        let mut guarantee = Guarantee::signed(Currency::CNY);
        for (event, earned, instalment, payable, paid, unrecouped) in rows {
            let call = guarantee.advance(yuan(earned), yuan(instalment)).unwrap();
            assert_eq!(call.payable_now, yuan(payable), "{event}");
            assert_eq!((guarantee.paid, call.unrecouped), (yuan(paid), yuan(unrecouped)), "{event}");
        }
        guarantee
    }

    #[test]
    fn a3_royalties_recoup_the_guarantee_first() {
        let guarantee = live_through(&[
            ("signing", "0", "10000", "10000", "10000", "10000"),
            ("Q1", "6000", "0", "0", "10000", "4000"),
            ("Q2", "9000", "0", "5000", "15000", "0"),
            ("Q3", "12000", "0", "12000", "27000", "0"),
            ("Y2 start", "0", "20000", "3000", "30000", "3000"),
            ("Y2", "20000", "0", "17000", "47000", "0"),
            ("Y3 start", "0", "20000", "3000", "50000", "3000"),
            ("Y3", "9000", "0", "6000", "56000", "0"),
            ("expiry", "0", "0", "0", "56000", "0"),
        ]);
        assert_eq!((guarantee.paid, guarantee.earned), (yuan("56000"), yuan("56000")));
    }

    #[test]
    fn a3b_an_unearned_guarantee_is_not_given_back() {
        let guarantee = live_through(&[
            ("signing", "0", "10000", "10000", "10000", "10000"),
            ("Y1", "27000", "0", "17000", "27000", "0"),
            ("Y2 start", "0", "20000", "3000", "30000", "3000"),
            ("Y2", "20000", "0", "17000", "47000", "0"),
            ("Y3 start", "0", "20000", "3000", "50000", "3000"),
            ("Y3 (no sales)", "0", "0", "0", "50000", "3000"),
            ("expiry", "0", "0", "0", "50000", "3000"),
        ]);
        assert_eq!(guarantee.unrecouped(), yuan("3000"));
        assert!(Guarantee::signed(Currency::CNY).advance(Money::fen(0), Money::fen(-1)).is_err());
    }

    #[test]
    fn refunds_never_ask_money_back_twice() {
        let mut guarantee = Guarantee::signed(Currency::CNY);
        assert_eq!(guarantee.advance(Money::fen(701), Money::fen(0)).unwrap().payable_now, Money::fen(701));
        let refunded = guarantee.advance(Money::fen(-701), Money::fen(0)).unwrap();
        assert_eq!((refunded.payable_now, refunded.unrecouped), (Money::fen(0), Money::fen(701)));
        assert_eq!(guarantee.advance(Money::fen(1000), Money::fen(0)).unwrap().payable_now, Money::fen(299));
    }

    #[test]
    fn a9_a_shop_line_is_divided_to_the_fen() {
        let accrual = accrue(&SHOP, yuan("99.00"), Share::percent(13)).unwrap();
        assert_eq!(accrual.net_sales, yuan("87.61"));
        assert_eq!(accrual.royalty, yuan("7.01"));
        assert_eq!((accrual.licensor, accrual.platform), (yuan("4.91"), yuan("2.10")));
        assert_eq!(accrual.marketing_fund, yuan("1.75"));
    }

    #[test]
    fn a10_a_refund_reverses_the_line_exactly() {
        let accrual = accrue(&SHOP, yuan("99.00"), Share::percent(13)).unwrap();
        let reversal = accrual.of_pieces(0, 1, 1).reversed();
        assert_eq!(reversal, accrual.reversed());
        assert_eq!(reversal.royalty, Money::fen(-701));
    }

    #[test]
    fn pieces_that_go_back_one_by_one_sum_to_the_line() {
        let sale = accrue(&SHOP, yuan("297.00"), Share::percent(13)).unwrap();
        assert_eq!(
            (sale.royalty, sale.licensor, sale.platform),
            (yuan("21.03"), yuan("14.72"), yuan("6.31"))
        );
        let royalty: Vec<i64> = (0..3).map(|before| sale.of_pieces(before, 1, 3).royalty.minor).collect();
        assert_eq!(royalty, [701, 701, 701]);
        let licensor: Vec<i64> = (0..3).map(|before| sale.of_pieces(before, 1, 3).licensor.minor).collect();
        assert_eq!(licensor, [491, 490, 491]);
    }

    proptest::proptest! {
        #[test]
        fn partial_refunds_sum_to_the_whole_reversal(
            gross in 1_i64..10_000_000, of in 1_i64..200, cuts in proptest::collection::vec(1_i64..20, 1..40)
        ) {
            let sale = accrue(&SHOP, Money::fen(gross), Share::percent(13)).unwrap();
            let (mut before, mut sum) = (0, Accrual { ..sale.of_pieces(0, 0, of) });
            for cut in cuts.into_iter().cycle() {
                let pieces = cut.min(of - before);
                let part = sale.of_pieces(before, pieces, of);
                proptest::prop_assert_eq!(part.licensor.minor + part.platform.minor, part.royalty.minor);
                proptest::prop_assert!(part.licensor.minor >= 0 && part.platform.minor >= 0);
                sum = Accrual {
                    net_sales: sum.net_sales.plus(part.net_sales).unwrap(),
                    royalty: sum.royalty.plus(part.royalty).unwrap(),
                    licensor: sum.licensor.plus(part.licensor).unwrap(),
                    platform: sum.platform.plus(part.platform).unwrap(),
                    marketing_fund: sum.marketing_fund.plus(part.marketing_fund).unwrap(),
                };
                before += pieces;
                if before == of {
                    break;
                }
            }
            proptest::prop_assert_eq!(sum, sale);
        }
    }

    #[test]
    fn lines_and_rates_that_make_no_sense_are_refused() {
        assert!(accrue(&SHOP, Money::fen(-1), Share::percent(13)).is_err());
        assert!(accrue(&SHOP, Money::fen(1), Share::ppm(-1)).is_err());
        let greedy = Rates { licensor: Share::percent(101), ..SHOP };
        assert!(accrue(&greedy, Money::fen(1), Share::ZERO).is_err());
    }
}
