//! How one sum at the box office is divided between everybody who made, showed and taxed the film.
//!
//! The aggregate of a film in a place over a period comes in; the special fund and the tax leave first,
//! the cinemas' part of what is left is rounded, the producer and distributor have the rest.
//! Nothing is lost: the parts sum to the aggregate, to the fen (`docs/algorithms/splits.md`).
//! Every rate is a datum of the contract; no function here knows one.

use kernel::{Currency, Kind, Money, Refusal, Result, Round, Share, Words};
use serde::{Deserialize, Serialize};

/// The largest aggregate that is divided, in minor units; wider sums would not fit the exact arithmetic.
pub const AGGREGATE_MINOR_MAX: i64 = 1_000_000_000_000_000;
/// The most bands or tiers one contract may have.
pub const BANDS_MAX: usize = 16;

/// The rates of one contract, as they are kept in its row (JSON text).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub currency: Currency,
    /// The national film development fund's part of the split base (国家电影事业发展专项资金).
    pub special_fund: Share,
    /// The part of the special fund that goes to the central treasury; the province has the rest.
    pub special_fund_central: Share,
    /// Value-added tax and its surcharges, of the split base.
    pub tax: Share,
    /// Who has what of the net, by gross; the first band starts at nothing.
    pub bands: Vec<Band>,
    /// What the booking agent takes from the producer's and distributor's side.
    pub agency: Agency,
    /// The distributor's fee, of what is left to the producer and distributor after the agent.
    pub distribution_fee: Share,
}

/// From this gross on (inclusive, in minor units), the producer's and distributor's share of the net.
///
/// Bands are marginal: a higher band touches only the gross above its threshold. The cinemas have the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    pub from_gross_minor: i64,
    pub producer: Share,
}

/// How the booking agent is paid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Agency {
    #[default]
    None,
    /// One share of the net.
    OfNet(Share),
    /// Marginal tiers of the split base.
    OfBase(Vec<Tier>),
}

/// From this split base on (inclusive, in minor units), the agent's share of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    pub from_gross_minor: i64,
    pub share: Share,
}

impl Terms {
    /// What a domestic film of 2016 in mainland China is usually signed on:
    /// 5 % fund (4 : 6 central to provincial), 3.3 % tax, 57 : 43 of the net.
    pub fn mainland_2016() -> Terms {
        Terms {
            currency: Currency::CNY,
            special_fund: Share::percent(5),
            special_fund_central: Share::percent(40),
            tax: Share::ppm(33_000),
            bands: vec![Band { from_gross_minor: 0, producer: Share::percent(43) }],
            agency: Agency::None,
            distribution_fee: Share::ZERO,
        }
    }

    /// Terms that take nothing and give nothing yet, for a territory whose terms are not known.
    pub fn blank(currency: Currency) -> Terms {
        Terms {
            currency,
            special_fund: Share::ZERO,
            special_fund_central: Share::ZERO,
            tax: Share::ZERO,
            bands: Vec::new(),
            agency: Agency::None,
            distribution_fee: Share::ZERO,
        }
    }

    /// Reads the JSON of a row, and refuses rates that could not divide a sum.
    pub fn from_json(text: &str) -> Result<Terms, Refusal> {
        let terms: Terms = serde_json::from_str(text).map_err(|error| {
            bad_terms(
                format!("These terms cannot be read: {error}."),
                format!("无法读取这份分账条款：{error}。"),
            )
        })?;
        terms.check()?;
        Ok(terms)
    }

    /// The JSON of a row.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("terms are plain data")
    }

    /// Whether these rates can divide a sum: shares between 0 and 1, bands that start at nothing and ascend.
    pub fn check(&self) -> Result<(), Refusal> {
        let shares = [self.special_fund, self.special_fund_central, self.tax, self.distribution_fee];
        let deducted = self.special_fund.ppm.saturating_add(self.tax.ppm);
        if !shares.into_iter().all(is_part) || deducted > Share::ONE.ppm {
            return Err(bad_terms(
                "The fund, the tax and the fees must be between 0 and 100 %, the fund and the tax together too.",
                "专项资金、税和费率都必须在 0 到 100% 之间，专项资金与税合计也不得超过 100%。",
            ));
        }
        check_steps(self.bands.iter().map(|band| (band.from_gross_minor, band.producer)))?;
        match &self.agency {
            Agency::None => Ok(()),
            Agency::OfNet(share) if is_part(*share) => Ok(()),
            Agency::OfNet(_) => Err(bad_terms(
                "The agency fee must be between 0 and 100 % of the net.",
                "代理费必须在净票房的 0 到 100% 之间。",
            )),
            Agency::OfBase(tiers) => {
                check_steps(tiers.iter().map(|tier| (tier.from_gross_minor, tier.share)))
            }
        }
    }

    fn producer_steps(&self) -> Vec<(i64, Share)> {
        self.bands.iter().map(|band| (band.from_gross_minor, band.producer)).collect()
    }
}

fn is_part(share: Share) -> bool {
    (0..=Share::ONE.ppm).contains(&share.ppm)
}

fn check_steps(steps: impl Iterator<Item = (i64, Share)>) -> Result<(), Refusal> {
    let steps: Vec<(i64, Share)> = steps.collect();
    let starts_at_nothing = steps.first().is_some_and(|(from, _)| *from == 0);
    let ascends = steps.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let parts = steps.iter().all(|(_, share)| is_part(*share));
    if starts_at_nothing && ascends && parts && steps.len() <= BANDS_MAX {
        return Ok(());
    }
    Err(bad_terms(
        format!("Bands must start at 0, ascend, lie between 0 and 100 %, and be at most {BANDS_MAX}."),
        format!("分档必须从 0 起、逐档递增、比例在 0 到 100% 之间，且不超过 {BANDS_MAX} 档。"),
    ))
}

fn bad_terms(en: impl Into<String>, zh: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Invalid, "bad_terms", en, zh)
}

/// One aggregate, divided. All amounts are in the currency of the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// The split base: what was divided.
    pub aggregate: Money,
    pub special_fund: SpecialFund,
    pub tax: Money,
    /// The base less fund and tax; the cinemas and the producer's side share it.
    pub net: Money,
    /// The cinemas and their circuits.
    pub exhibition: Money,
    /// The booking agent, out of the producer's and distributor's side.
    pub agency: Money,
    /// The distributor's fee, out of the same side.
    pub distribution: Money,
    /// The producer: the balancing part.
    pub producer: Money,
}

/// The special fund between the two treasuries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecialFund {
    pub central: Money,
    pub provincial: Money,
}

impl SpecialFund {
    pub fn total(self) -> Money {
        Money::new(self.central.minor + self.provincial.minor, self.central.currency)
    }
}

impl Split {
    /// The whole side of producer and distributor, before the agent and the distributor's fee.
    pub fn producer_and_distributor(&self) -> Money {
        let minor = self.agency.minor + self.distribution.minor + self.producer.minor;
        Money::new(minor, self.aggregate.currency)
    }

    /// The same side once the agent has been paid.
    pub fn after_agency(&self) -> Money {
        let minor = self.distribution.minor + self.producer.minor;
        Money::new(minor, self.aggregate.currency)
    }

    /// Every part with its name, in the order of a statement; the amounts sum to the aggregate.
    pub fn parts(&self) -> [(Words, Money); 7] {
        [
            (Words::new("Special fund, central", "专项资金（中央）"), self.special_fund.central),
            (Words::new("Special fund, provincial", "专项资金（省级）"), self.special_fund.provincial),
            (Words::new("Tax and surcharges", "增值税及附加"), self.tax),
            (Words::new("Cinemas and circuits", "影院与院线"), self.exhibition),
            (Words::new("Booking agent", "代理费"), self.agency),
            (Words::new("Distribution fee", "发行费"), self.distribution),
            (Words::new("Producer", "制片方"), self.producer),
        ]
    }

    /// The difference of two splits of the same film, part by part.
    fn less(&self, before: &Split) -> Split {
        let less = |now: Money, then: Money| Money::new(now.minor - then.minor, now.currency);
        Split {
            aggregate: less(self.aggregate, before.aggregate),
            special_fund: SpecialFund {
                central: less(self.special_fund.central, before.special_fund.central),
                provincial: less(self.special_fund.provincial, before.special_fund.provincial),
            },
            tax: less(self.tax, before.tax),
            net: less(self.net, before.net),
            exhibition: less(self.exhibition, before.exhibition),
            agency: less(self.agency, before.agency),
            distribution: less(self.distribution, before.distribution),
            producer: less(self.producer, before.producer),
        }
    }
}

/// Divides a film's whole aggregate.
///
/// `fund = base × fund %` and `tax = base × tax %`, each half-even; `net = base − fund − tax`;
/// `exhibition = net × Σ(gross in band × cinemas' %) ÷ gross`, half-even, once; the producer has the rest,
/// less the agent and the distribution fee, each half-even.
/// Source: the customary contract and the film bureau's guidance of 2011 (`docs/algorithms/splits.md`).
///
/// Refuses bad terms, another currency, a negative aggregate and one above [`AGGREGATE_MINOR_MAX`].
pub fn split(terms: &Terms, aggregate: Money) -> Result<Split> {
    terms.check()?;
    aggregate.same_currency(Money::zero(terms.currency))?;
    if !(0..=AGGREGATE_MINOR_MAX).contains(&aggregate.minor) {
        return Err(Refusal::new(
            Kind::Invalid,
            "bad_aggregate",
            format!("{aggregate} cannot be divided: a film’s gross lies between 0 and ten trillion."),
            format!("{aggregate} 无法分账：一部影片的票房应在 0 到十万亿之间。"),
        )
        .into());
    }
    let fund = terms.special_fund.of(aggregate, Round::HalfEven);
    let central = terms.special_fund_central.of(fund, Round::HalfEven);
    let tax = terms.tax.of(aggregate, Round::HalfEven);
    // Fund and tax are rounded apart; on the smallest sums both may round up past the whole.
    let net = Money::new((aggregate.minor - fund.minor - tax.minor).max(0), aggregate.currency);
    let tax = aggregate.minus(fund)?.minus(net)?;
    let exhibition = exhibition(terms, aggregate, net);
    let side = net.minus(exhibition)?;
    let agency = agency(terms, aggregate, net, side);
    let distribution = terms.distribution_fee.of(side.minus(agency)?, Round::HalfEven);
    Ok(Split {
        aggregate,
        special_fund: SpecialFund { central, provincial: fund.minus(central)? },
        tax,
        net,
        exhibition,
        agency,
        distribution,
        producer: side.minus(agency)?.minus(distribution)?,
    })
}

/// Divides what a period added to a film that had already grossed `gross_before`.
///
/// It is the split of the new total less the split of the old one, so that the periods of a run sum exactly
/// to the split of the whole, bands included. A period of corrections may be negative.
pub fn split_period(terms: &Terms, gross_before: Money, period: Money) -> Result<Split> {
    let after = split(terms, gross_before.plus(period)?)?;
    Ok(after.less(&split(terms, gross_before)?))
}

/// The cinemas' part of the net over all bands, in one rounding.
fn exhibition(terms: &Terms, gross: Money, net: Money) -> Money {
    if gross.is_zero() {
        return net;
    }
    let producer = weigh(&terms.producer_steps(), gross.minor);
    let whole = i128::from(gross.minor) * i128::from(Share::ONE.ppm);
    let exact = i128::from(net.minor) * (whole - producer);
    Money::new(Round::HalfEven.divide(exact, whole) as i64, net.currency)
}

/// The agent's fee; never more than the side that pays it.
fn agency(terms: &Terms, base: Money, net: Money, side: Money) -> Money {
    let fee = match &terms.agency {
        Agency::None => Money::zero(base.currency),
        Agency::OfNet(share) => share.of(net, Round::HalfEven),
        Agency::OfBase(tiers) => {
            let steps: Vec<(i64, Share)> =
                tiers.iter().map(|tier| (tier.from_gross_minor, tier.share)).collect();
            let exact = weigh(&steps, base.minor);
            let minor = Round::HalfEven.divide(exact, i128::from(Share::ONE.ppm)) as i64;
            Money::new(minor, base.currency)
        }
    };
    Money::new(fee.minor.min(side.minor), base.currency)
}

/// `Σ (gross in the step × its parts per million)`, exact.
fn weigh(steps: &[(i64, Share)], gross_minor: i64) -> i128 {
    let mut sum = 0;
    for (i, (from, share)) in steps.iter().enumerate() {
        let to = steps.get(i + 1).map_or(i64::MAX, |(next, _)| *next).min(gross_minor);
        sum += i128::from((to - from).max(0)) * i128::from(share.ppm);
    }
    sum
}

/// The base of the split: what consumers paid less the service fees, which belong to the seller alone.
///
/// Refuses a fee that is negative or larger than what was paid.
pub fn split_base(consumers_paid: Money, service_fees: Money) -> Result<Money> {
    let base = consumers_paid.minus(service_fees)?;
    if base.minor < 0 || service_fees.minor < 0 {
        return Err(Refusal::new(
            Kind::Invalid,
            "bad_service_fee",
            format!("A service fee of {service_fees} does not fit into {consumers_paid} paid."),
            format!("实付 {consumers_paid} 容不下 {service_fees} 的服务费。"),
        )
        .into());
    }
    Ok(base)
}

/// A ticket sold below the minimum settlement price: who adds the difference is the funder's affair,
/// how much is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What the cinema settles on: the price paid, or the minimum if that is more.
    pub split_base: Money,
    /// What the subsidy's funder owes: `max(0, minimum − paid)`.
    pub subsidy: Money,
}

/// Lifts a price, service fee excluded, to the minimum settlement price (最低结算价).
pub fn settle_at_minimum(paid: Money, minimum: Money) -> Result<Settled> {
    let missing = minimum.minus(paid)?.minor.max(0);
    let subsidy = Money::new(missing, paid.currency);
    Ok(Settled { split_base: paid.plus(subsidy)?, subsidy })
}

/// What one ticket would give everybody; settlement itself works on aggregates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketQuote {
    pub service_fee: Money,
    /// What a funder adds so that the cinema settles at its minimum.
    pub subsidy: Money,
    pub split: Split,
}

/// Quotes one ticket: the service fee stays out, a subsidy lifts the base to the minimum, the rest is divided.
///
/// `consumer_pays` includes the service fee. A ticket's roundings do not add up over a million tickets
/// (`docs/algorithms/rounding.md`), so the quote is for showing, never for booking.
pub fn quote_ticket(
    terms: &Terms,
    consumer_pays: Money,
    service_fee: Money,
    minimum: Option<Money>,
) -> Result<TicketQuote> {
    let paid = split_base(consumer_pays, service_fee)?;
    let settled = settle_at_minimum(paid, minimum.unwrap_or(paid))?;
    Ok(TicketQuote { service_fee, subsidy: settled.subsidy, split: split(terms, settled.split_base)? })
}

/// What reaches the producer of every yuan at the box office, in the first band, before any agent:
/// `(1 − fund − tax) × producer % × (1 − distribution fee)`, half-even to one part per million.
pub fn rule_of_thumb(terms: &Terms) -> Result<Share, Refusal> {
    terms.check()?;
    let net = i128::from(Share::ONE.ppm - terms.special_fund.ppm - terms.tax.ppm);
    let producer = i128::from(terms.bands[0].producer.ppm);
    let kept = i128::from(terms.distribution_fee.rest().ppm);
    let million = i128::from(Share::ONE.ppm);
    Ok(Share::ppm(Round::HalfEven.divide(net * producer * kept, million * million) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(text: &str) -> Money {
        Money::parse(text, Currency::CNY).expect("an amount")
    }

    fn bands(steps: &[(i64, i64)]) -> Vec<Band> {
        let million_yuan = 100_000_000;
        steps
            .iter()
            .map(|(from, percent)| Band {
                from_gross_minor: from * million_yuan,
                producer: Share::percent(*percent),
            })
            .collect()
    }

    fn sliding(steps: &[(i64, i64)]) -> Terms {
        Terms { bands: bands(steps), ..Terms::mainland_2016() }
    }

    fn parts_sum(split: &Split) -> i64 {
        split.parts().iter().map(|(_, part)| part.minor).sum()
    }

    #[test]
    fn b1_the_service_fee_stays_out_of_the_split_base() {
        let base = split_base(yuan("1050000000"), yuan("50000000")).unwrap();
        assert_eq!(base, yuan("1000000000"));
        let split = split(&Terms::mainland_2016(), base).unwrap();
        assert_eq!(split.special_fund.total(), yuan("50000000.00"));
        assert_eq!(split.tax, yuan("33000000.00"));
        assert_eq!(split.net, yuan("917000000.00"));
        assert_eq!(split.exhibition, yuan("522690000.00"));
        assert_eq!(split.producer_and_distributor(), yuan("394310000.00"));
        assert_eq!(parts_sum(&split), base.minor);
        assert!(split_base(yuan("3"), yuan("3.01")).is_err());
    }

    #[test]
    fn b1b_the_agent_is_paid_from_the_producers_side() {
        let terms = Terms { agency: Agency::OfNet(Share::percent(1)), ..Terms::mainland_2016() };
        let split = split(&terms, yuan("1000000000")).unwrap();
        assert_eq!(split.agency, yuan("9170000.00"));
        assert_eq!(split.after_agency(), yuan("385140000.00"));
        assert_eq!(split.after_agency(), Share::percent(42).of(split.net, Round::HalfEven));
        assert_eq!(split.exhibition, yuan("522690000.00"), "the cinemas do not pay the agent");
    }

    #[test]
    fn b1c_an_agents_tiers_are_marginal_on_the_split_base() {
        let tier = |from: i64, percent| Tier {
            from_gross_minor: from * 100_000_000,
            share: Share::percent(percent),
        };
        let tiers = vec![tier(0, 3), tier(50, 2), tier(300, 1), tier(600, 0)];
        let terms = Terms { agency: Agency::OfBase(tiers), ..Terms::mainland_2016() };
        assert_eq!(split(&terms, yuan("1000000000")).unwrap().agency, yuan("9500000.00"));
    }

    #[test]
    fn b2_a_third_of_the_gross_reaches_the_producer() {
        let terms = Terms {
            bands: bands(&[(0, 40)]),
            distribution_fee: Share::percent(10),
            ..Terms::mainland_2016()
        };
        assert_eq!(rule_of_thumb(&terms).unwrap(), Share::ppm(330_120));
        let split = split(&terms, yuan("100000000")).unwrap();
        assert_eq!(split.producer, yuan("33012000.00"));
        assert_eq!(parts_sum(&split), 10_000_000_000);
    }

    #[test]
    fn b3_sliding_43_45_47() {
        let gross = yuan("1000000000");
        let split_2012 = split(&sliding(&[(0, 43), (300, 45), (800, 47)]), gross).unwrap();
        assert_eq!(split_2012.net, yuan("917000000.00"));
        assert_eq!(split_2012.producer_and_distributor(), yuan("410816000.00"));
        assert_eq!(split_2012.exhibition, yuan("506184000.00"));
        let flat = split(&Terms::mainland_2016(), gross).unwrap();
        let uplift = split_2012.producer_and_distributor().minus(flat.producer_and_distributor()).unwrap();
        assert_eq!(uplift, yuan("16506000.00"));
    }

    #[test]
    fn b4_sliding_45_41() {
        let split = split(&sliding(&[(0, 45), (500, 41)]), yuan("600000000")).unwrap();
        assert_eq!(split.net, yuan("550200000.00"));
        assert_eq!(split.producer_and_distributor(), yuan("243922000.00"));
        assert_eq!(split.exhibition, yuan("306278000.00"));
    }

    #[test]
    fn b12_one_ticket_is_quoted() {
        let quote = quote_ticket(&Terms::mainland_2016(), yuan("40.00"), yuan("3.00"), None).unwrap();
        let split = quote.split;
        assert_eq!((quote.service_fee, quote.subsidy), (yuan("3.00"), yuan("0")));
        assert_eq!((split.aggregate, split.special_fund.total()), (yuan("37.00"), yuan("1.85")));
        assert_eq!((split.tax, split.net), (yuan("1.22"), yuan("33.93")));
        assert_eq!((split.exhibition, split.producer_and_distributor()), (yuan("19.34"), yuan("14.59")));
    }

    #[test]
    fn b12b_a_million_rounded_tickets_are_530_yuan_off() {
        let terms = Terms::mainland_2016();
        let ticket = split(&terms, yuan("37.00")).unwrap().producer_and_distributor();
        let by_ticket = ticket.times(1_000_000).unwrap();
        let aggregate = split(&terms, yuan("37.00").times(1_000_000).unwrap()).unwrap();
        assert_eq!(by_ticket, yuan("14590000.00"));
        assert_eq!(aggregate.producer_and_distributor(), yuan("14589470.00"));
        assert_eq!(by_ticket.minus(aggregate.producer_and_distributor()).unwrap(), yuan("530.00"));
    }

    #[test]
    fn b13_the_special_fund_is_split_four_to_six() {
        let fund = split(&Terms::mainland_2016(), yuan("1000000000")).unwrap().special_fund;
        assert_eq!(fund.total(), yuan("50000000.00"));
        assert_eq!((fund.central, fund.provincial), (yuan("20000000.00"), yuan("30000000.00")));
    }

    #[test]
    fn b14_a_funder_lifts_a_cheap_ticket_to_the_minimum() {
        let terms = Terms::mainland_2016();
        let quote = quote_ticket(&terms, yuan("19.90"), yuan("0"), Some(yuan("35.00"))).unwrap();
        assert_eq!((quote.split.aggregate, quote.subsidy), (yuan("35.00"), yuan("15.10")));
        assert_eq!((quote.split.net, quote.split.exhibition), (yuan("32.09"), yuan("18.29")));
        assert_eq!(quote.split.producer_and_distributor(), yuan("13.80"));
        let dear = settle_at_minimum(yuan("40.00"), yuan("35.00")).unwrap();
        assert_eq!((dear.split_base, dear.subsidy), (yuan("40.00"), yuan("0")));
    }

    #[test]
    fn every_fen_has_an_owner() {
        let busy = Terms {
            agency: Agency::OfNet(Share::ppm(12_345)),
            distribution_fee: Share::ppm(98_765),
            ..sliding(&[(0, 43), (300, 45), (800, 47)])
        };
        let all_tax =
            Terms { special_fund: Share::percent(50), tax: Share::percent(50), ..Terms::mainland_2016() };
        let agent_takes_all = Terms { agency: Agency::OfNet(Share::ONE), ..Terms::mainland_2016() };
        for terms in [busy, all_tax, agent_takes_all, Terms::mainland_2016()] {
            for minor in
                [0, 1, 2, 3, 7, 15, 50, 99, 101, 3_699, 123_456_789, 80_000_000_001, AGGREGATE_MINOR_MAX]
            {
                let split = split(&terms, Money::fen(minor)).unwrap();
                assert_eq!(parts_sum(&split), minor, "{minor} by {terms:?}");
                assert!(split.parts().iter().all(|(_, part)| part.minor >= 0), "{minor}: {split:?}");
            }
        }
    }

    #[test]
    fn periods_of_a_run_sum_to_the_split_of_the_whole() {
        let terms = sliding(&[(0, 43), (300, 45), (800, 47)]);
        let periods = [29_999_999_999, 1, 33_333_333_333, 0, 21_000_000_007, -5_000, 17_777_777_777];
        let mut before = Money::fen(0);
        let mut producer = 0;
        for minor in periods {
            let period = split_period(&terms, before, Money::fen(minor)).unwrap();
            assert_eq!(parts_sum(&period), minor);
            producer += period.producer.minor;
            before = before.plus(Money::fen(minor)).unwrap();
        }
        assert_eq!(producer, split(&terms, before).unwrap().producer.minor);
        assert!(split_period(&terms, Money::fen(5), Money::fen(-6)).is_err());
    }

    #[test]
    fn terms_survive_their_row() {
        let terms = Terms {
            agency: Agency::OfBase(vec![Tier { from_gross_minor: 0, share: Share::percent(3) }]),
            ..sliding(&[(0, 45), (500, 41)])
        };
        assert_eq!(Terms::from_json(&terms.to_json()).unwrap(), terms);
    }

    #[test]
    fn terms_that_cannot_divide_a_sum_are_refused() {
        let good = Terms::mainland_2016();
        let bad = [
            Terms { tax: Share::percent(96), ..good.clone() },
            Terms { special_fund: Share::ppm(-1), ..good.clone() },
            Terms { bands: vec![], ..good.clone() },
            sliding(&[(1, 43)]),
            sliding(&[(0, 43), (300, 45), (300, 47)]),
            sliding(&[(0, 101)]),
            Terms { agency: Agency::OfNet(Share::percent(101)), ..good.clone() },
            Terms { agency: Agency::OfBase(vec![]), ..good.clone() },
        ];
        for terms in bad {
            assert_eq!(terms.check().unwrap_err().code, "bad_terms", "{terms:?}");
            assert!(split(&terms, Money::fen(100)).is_err());
            assert!(Terms::from_json(&terms.to_json()).is_err());
        }
        assert!(Terms::from_json("{}").is_err());
        assert!(Terms::from_json(&good.to_json().replace("\"tax\"", "\"vat\"")).is_err());
    }

    #[test]
    fn sums_that_no_film_can_gross_are_refused() {
        let terms = Terms::mainland_2016();
        assert!(split(&terms, Money::fen(-1)).is_err());
        assert!(split(&terms, Money::fen(AGGREGATE_MINOR_MAX + 1)).is_err());
        assert!(split(&terms, Money::new(100, Currency::USD)).is_err());
    }
}
