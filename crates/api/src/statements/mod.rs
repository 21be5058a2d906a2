//! Statements: one film, one cinema, one period, divided once and never changed.

pub mod close;
pub mod list;
pub mod of_title;
pub mod show;

use crate::money::Amount;
use serde::Serialize;
use settlement::statements::Statement as Issued;
use utoipa::ToSchema;

/// How a period of a film in a cinema was divided.
#[derive(Serialize, ToSchema)]
pub struct Statement {
    place: String,
    id: String,
    title: String,
    /// The first business day of the period.
    first: String,
    /// The last.
    last: String,
    admissions: i64,
    /// What the consumers paid, service fees included.
    consumers: Amount,
    fee: Amount,
    subsidy: Amount,
    /// What was divided.
    base: Amount,
    special_fund_central: Amount,
    special_fund_provincial: Amount,
    tax: Amount,
    /// The base less fund and tax.
    net: Amount,
    exhibition: Amount,
    agency: Amount,
    distribution: Amount,
    producer: Amount,
    issued_at: String,
}

impl From<&Issued> for Statement {
    fn from(statement: &Issued) -> Statement {
        let split = &statement.split;
        Statement {
            place: statement.place.0.clone(),
            id: statement.id.0.clone(),
            title: statement.title.0.clone(),
            first: statement.first.to_string(),
            last: statement.last.to_string(),
            admissions: statement.admissions,
            consumers: statement.consumers.into(),
            fee: statement.fee.into(),
            subsidy: statement.subsidy.into(),
            base: split.aggregate.into(),
            special_fund_central: split.special_fund.central.into(),
            special_fund_provincial: split.special_fund.provincial.into(),
            tax: split.tax.into(),
            net: split.net.into(),
            exhibition: split.exhibition.into(),
            agency: split.agency.into(),
            distribution: split.distribution.into(),
            producer: split.producer.into(),
            issued_at: statement.issued_at.rfc3339(),
        }
    }
}
