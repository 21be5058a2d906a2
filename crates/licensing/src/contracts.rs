//! The right to make and sell one kind of goods: the offer's terms on the day the sample was approved.
//!
//! A contract is never changed. What is sold under it owes the royalty that its rate card says.

use crate::applications::Application;
use crate::offers;
use crate::royalties::{RateCard, Rates, Sale};
use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, ApplicationId, ContractId, Currency, Day, Error, Instant, Money, OrgId, Refusal, Result, Share,
    TitleId,
};

/// Contracts in one list, the newest first.
pub const LIST_MAX: i64 = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    pub id: ContractId,
    pub application: ApplicationId,
    pub title: TitleId,
    pub licensor: OrgId,
    pub merchant: OrgId,
    pub category: String,
    pub territory: String,
    pub card: RateCard,
    /// The rate of its category where no channel has its own.
    pub royalty: Share,
    pub fund: Share,
    /// The platform's part of the royalty.
    pub platform: Share,
    pub guarantee: Money,
    pub starts_on: Day,
    /// The last day.
    pub ends_on: Day,
    pub created_at: Instant,
}

impl Contract {
    /// What a line that is sold through this channel is divided by.
    pub fn rates(&self, channel: &str) -> Rates {
        let sale = Sale { channel, category: &self.category, territory: &self.territory };
        Rates { royalty: self.card.rate(sale), licensor: self.platform.rest(), marketing_fund: self.fund }
    }

    pub fn runs_on(&self, day: Day) -> bool {
        self.starts_on <= day && day <= self.ends_on
    }
}

impl FromRow for Contract {
    fn from_row(row: &mut Row) -> Result<Contract> {
        let (id, application, title, licensor, merchant) =
            (row.next()?, row.next()?, row.next()?, row.next()?, row.next()?);
        let (category, territory, card) =
            (row.next()?, row.next()?, RateCard::from_json(&row.next::<String>()?)?);
        let (royalty, fund, platform) = (row.next()?, row.next()?, row.next()?);
        let (guarantee_minor, currency) = (row.next()?, row.next::<Currency>()?);
        Ok(Contract {
            id,
            application,
            title,
            licensor,
            merchant,
            category,
            territory,
            card,
            royalty,
            fund,
            platform,
            guarantee: Money::new(guarantee_minor, currency),
            starts_on: row.next()?,
            ends_on: row.next()?,
            created_at: row.next()?,
        })
    }
}

/// Makes the contract of an application whose last stage was approved just now; it begins today.
pub(crate) fn make(tx: &Tx, act: &mut Act, application: &Application, today: Day) -> Result<Contract> {
    let offer = offers::any(tx, &application.offer)?;
    let starts_on = today;
    let plain = Sale { channel: "", category: &application.category, territory: &offer.territory };
    let contract = Contract {
        id: act.id(),
        application: application.id.clone(),
        title: application.title.clone(),
        licensor: application.licensor.clone(),
        merchant: application.merchant.clone(),
        category: application.category.clone(),
        royalty: offer.rates.rate(plain),
        territory: offer.territory,
        card: offer.rates,
        fund: offer.fund,
        platform: offer.platform,
        guarantee: offer.guarantee,
        starts_on,
        ends_on: starts_on.plus(offer.term_days as i32 - 1),
        created_at: act.at,
    };
    if insert(tx, &contract)? {
        Ok(contract)
    } else {
        Err(Error::fault("an application has a contract already"))
    }
}

fn insert(tx: &Tx, contract: &Contract) -> Result<bool> {
    let added = tx.run(
        "insert into licence_contract (id, application_id, title_id, licensor_org_id, merchant_org_id, category,
            territory, rates, royalty_ppm, fund_ppm, platform_ppm, guarantee_minor, currency, starts_on, ends_on,
            created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict (application_id) do nothing",
        &[
            &contract.id,
            &contract.application,
            &contract.title,
            &contract.licensor,
            &contract.merchant,
            &contract.category,
            &contract.territory,
            &contract.card.to_json(),
            &contract.royalty,
            &contract.fund,
            &contract.platform,
            &contract.guarantee.minor,
            &contract.guarantee.currency,
            &contract.starts_on,
            &contract.ends_on,
            &contract.created_at,
        ],
    )?;
    Ok(added == 1)
}

/// One of a merchant's own contracts.
pub fn of(view: &View, merchant: &OrgId, id: &ContractId) -> Result<Contract> {
    let contract = any(view, id)?;
    if contract.merchant == *merchant { Ok(contract) } else { Err(unknown().into()) }
}

/// One of the contracts that a licensor gave.
pub fn for_licensor(view: &View, licensor: &OrgId, id: &ContractId) -> Result<Contract> {
    let contract = any(view, id)?;
    if contract.licensor == *licensor { Ok(contract) } else { Err(unknown().into()) }
}

pub fn any(view: &View, id: &ContractId) -> Result<Contract> {
    let contract = view.maybe(
        "select id, application_id, title_id, licensor_org_id, merchant_org_id, category, territory, rates,
            royalty_ppm, fund_ppm, platform_ppm, guarantee_minor, currency, starts_on, ends_on, created_at
        from licence_contract
        where id = $1",
        &[id],
    )?;
    contract.ok_or_else(|| unknown().into())
}

/// The contract that an application led to, which the caller was allowed to see.
pub fn of_application(view: &View, application: &Application) -> Result<Option<Contract>> {
    view.maybe(
        "select id, application_id, title_id, licensor_org_id, merchant_org_id, category, territory, rates,
            royalty_ppm, fund_ppm, platform_ppm, guarantee_minor, currency, starts_on, ends_on, created_at
        from licence_contract
        where application_id = $1",
        &[&application.id],
    )
}

pub fn of_merchant(view: &View, merchant: &OrgId) -> Result<Vec<Contract>> {
    view.all(
        "select id, application_id, title_id, licensor_org_id, merchant_org_id, category, territory, rates,
            royalty_ppm, fund_ppm, platform_ppm, guarantee_minor, currency, starts_on, ends_on, created_at
        from licence_contract
        where merchant_org_id = $1
        order by created_at desc, id
        limit $2",
        &[merchant, &LIST_MAX],
    )
}

pub fn of_licensor(view: &View, licensor: &OrgId) -> Result<Vec<Contract>> {
    view.all(
        "select id, application_id, title_id, licensor_org_id, merchant_org_id, category, territory, rates,
            royalty_ppm, fund_ppm, platform_ppm, guarantee_minor, currency, starts_on, ends_on, created_at
        from licence_contract
        where licensor_org_id = $1
        order by created_at desc, id
        limit $2",
        &[licensor, &LIST_MAX],
    )
}

fn unknown() -> Refusal {
    Refusal::not_found("contract", "授权合同")
}
