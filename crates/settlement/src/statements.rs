//! Statements: one film, one cinema, one period, divided once and never changed.

use crate::splits::{SpecialFund, Split};
use db::{FromRow, Row, Tx, View};
use kernel::{Currency, Day, Instant, Money, PlaceId, Refusal, Result, StatementId, TermId, TitleId};

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub place: PlaceId,
    pub id: StatementId,
    pub title: TitleId,
    pub terms: TermId,
    pub first: Day,
    pub last: Day,
    pub admissions: i64,
    /// What the consumers paid, service fees included.
    pub consumers: Money,
    pub fee: Money,
    pub subsidy: Money,
    /// The split base and its parts.
    pub split: Split,
    pub issued_at: Instant,
}

impl FromRow for Statement {
    fn from_row(row: &mut Row) -> Result<Statement> {
        let currency: Currency = row.next()?;
        Ok(Statement {
            place: row.next()?,
            id: row.next()?,
            title: row.next()?,
            terms: row.next()?,
            first: row.next()?,
            last: row.next()?,
            admissions: row.next()?,
            consumers: row.money(currency)?,
            fee: row.money(currency)?,
            subsidy: row.money(currency)?,
            split: Split {
                aggregate: row.money(currency)?,
                special_fund: SpecialFund { central: row.money(currency)?, provincial: row.money(currency)? },
                tax: row.money(currency)?,
                net: row.money(currency)?,
                exhibition: row.money(currency)?,
                agency: row.money(currency)?,
                distribution: row.money(currency)?,
                producer: row.money(currency)?,
            },
            issued_at: row.next()?,
        })
    }
}

pub fn issue(tx: &Tx, statement: &Statement) -> Result<()> {
    let split = &statement.split;
    tx.run(
        "insert into statement
           (place_id, id, title_id, terms_id, starts_on, ends_on, admissions, consumers_minor, fee_minor, subsidy_minor,
            base_minor, special_fund_central_minor, special_fund_provincial_minor, tax_minor, net_minor,
            exhibition_minor, agency_minor, distribution_minor, producer_minor, currency, issued_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        &[
            &statement.place,
            &statement.id,
            &statement.title,
            &statement.terms,
            &statement.first,
            &statement.last,
            &statement.admissions,
            &statement.consumers.minor,
            &statement.fee.minor,
            &statement.subsidy.minor,
            &split.aggregate.minor,
            &split.special_fund.central.minor,
            &split.special_fund.provincial.minor,
            &split.tax.minor,
            &split.net.minor,
            &split.exhibition.minor,
            &split.agency.minor,
            &split.distribution.minor,
            &split.producer.minor,
            &split.aggregate.currency,
            &statement.issued_at,
        ],
    )?;
    Ok(())
}

/// The statement of exactly this period.
pub fn of_period(
    view: &View,
    place: &PlaceId,
    title: &TitleId,
    first: Day,
    last: Day,
) -> Result<Option<Statement>> {
    view.maybe(
        "select currency, place_id, id, title_id, terms_id, starts_on, ends_on, admissions, consumers_minor, fee_minor,
           subsidy_minor, base_minor, special_fund_central_minor, special_fund_provincial_minor, tax_minor, net_minor,
           exhibition_minor, agency_minor, distribution_minor, producer_minor, issued_at
         from statement
         where place_id = $1 and title_id = $2 and starts_on = $3 and ends_on = $4",
        &[place, title, &first, &last],
    )
}

/// Whether any of these days is settled already.
pub fn overlapping(view: &View, place: &PlaceId, title: &TitleId, first: Day, last: Day) -> Result<bool> {
    let found: Option<(StatementId,)> = view.maybe(
        "select id
         from statement
         where place_id = $1 and title_id = $2 and starts_on <= $4 and ends_on >= $3
         limit 1",
        &[place, title, &first, &last],
    )?;
    Ok(found.is_some())
}

/// The split base of a film that a place has settled so far: what the next period's bands are counted from.
///
/// It is a running total in the order of closing, not of days: each period is the split of the new total less that
/// of the old, so they sum to the split of the whole also when an earlier period is closed after a later one.
pub fn settled(view: &View, place: &PlaceId, title: &TitleId, currency: Currency) -> Result<Money> {
    let (minor,): (i64,) = view.one(
        "select cast(coalesce(sum(base_minor), 0) as bigint)
         from statement
         where place_id = $1 and title_id = $2 and currency = $3",
        &[place, title, &currency],
    )?;
    Ok(Money::new(minor, currency))
}

pub fn any(view: &View, place: &PlaceId, id: &StatementId) -> Result<Statement> {
    let found = view.maybe(
        "select currency, place_id, id, title_id, terms_id, starts_on, ends_on, admissions, consumers_minor, fee_minor,
           subsidy_minor, base_minor, special_fund_central_minor, special_fund_provincial_minor, tax_minor, net_minor,
           exhibition_minor, agency_minor, distribution_minor, producer_minor, issued_at
         from statement
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("statement", "结算单").into())
}

/// A place's statements, the latest first.
pub fn of_place(view: &View, place: &PlaceId) -> Result<Vec<Statement>> {
    view.all(
        "select currency, place_id, id, title_id, terms_id, starts_on, ends_on, admissions, consumers_minor, fee_minor,
           subsidy_minor, base_minor, special_fund_central_minor, special_fund_provincial_minor, tax_minor, net_minor,
           exhibition_minor, agency_minor, distribution_minor, producer_minor, issued_at
         from statement
         where place_id = $1
         order by ends_on desc, title_id",
        &[place],
    )
}
