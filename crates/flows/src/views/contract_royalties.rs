//! Contracts with what they are for, who holds them and what they have brought so far, over every shop.

use db::{FromRow, Row, View};
use kernel::{Money, OrgId, Result, Words};
use licensing::contracts::{self, Contract};

/// A contract with its sums; money in the contract's currency, refunds taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    pub contract: Contract,
    pub film: Words,
    pub product: Words,
    pub merchant: Words,
    pub net_sales: Money,
    pub royalty: Money,
    pub fund: Money,
}

impl FromRow for Brought {
    fn from_row(row: &mut Row) -> Result<Brought> {
        let contract = Contract::from_row(row)?;
        let currency = contract.guarantee.currency;
        Ok(Brought {
            contract,
            film: row.words()?,
            product: row.words()?,
            merchant: row.words()?,
            net_sales: row.money(currency)?,
            royalty: row.money(currency)?,
            fund: row.money(currency)?,
        })
    }
}

impl Brought {
    /// What of the guarantee the royalties have not covered yet.
    pub fn guarantee_left_minor(&self) -> i64 {
        (self.contract.guarantee.minor - self.royalty.minor).max(0)
    }
}

/// The contracts that a licensor gave, the newest first.
pub fn of_licensor(view: &View, licensor: &OrgId) -> Result<Vec<Brought>> {
    view.all(
        "with given as (
           select id from licence_contract where licensor_org_id = $1
         ), owed as (
           select accrual.contract_id, accrual.currency, sum(accrual.net_sales_minor) as net,
             sum(accrual.royalty_minor) as royalty, sum(accrual.fund_minor) as fund
           from royalty_accrual accrual
           join given on given.id = accrual.contract_id
           group by accrual.contract_id, accrual.currency
         )
         select made.id, made.application_id, made.title_id, made.licensor_org_id, made.merchant_org_id,
           made.category, made.territory, made.rates, made.royalty_ppm, made.fund_ppm, made.platform_ppm,
           made.guarantee_minor, made.currency, made.starts_on, made.ends_on, made.created_at,
           title.name_en, title.name_zh, application.product_en, application.product_zh, org.name_en, org.name_zh,
           cast(coalesce(owed.net, 0) as bigint), cast(coalesce(owed.royalty, 0) as bigint),
           cast(coalesce(owed.fund, 0) as bigint)
         from licence_contract made
         join title on title.id = made.title_id
         join application on application.id = made.application_id
         join org on org.id = made.merchant_org_id
         left join owed on owed.contract_id = made.id and owed.currency = made.currency
         where made.licensor_org_id = $1
         order by made.created_at desc, made.id
         limit $2",
        &[licensor, &contracts::LIST_MAX],
    )
}

/// A merchant's own contracts, the newest first.
pub fn of_merchant(view: &View, merchant: &OrgId) -> Result<Vec<Brought>> {
    view.all(
        "with owed as (
           select contract_id, currency, sum(net_sales_minor) as net, sum(royalty_minor) as royalty,
             sum(fund_minor) as fund
           from royalty_accrual
           where merchant_org_id = $1
           group by contract_id, currency
         )
         select made.id, made.application_id, made.title_id, made.licensor_org_id, made.merchant_org_id,
           made.category, made.territory, made.rates, made.royalty_ppm, made.fund_ppm, made.platform_ppm,
           made.guarantee_minor, made.currency, made.starts_on, made.ends_on, made.created_at,
           title.name_en, title.name_zh, application.product_en, application.product_zh, org.name_en, org.name_zh,
           cast(coalesce(owed.net, 0) as bigint), cast(coalesce(owed.royalty, 0) as bigint),
           cast(coalesce(owed.fund, 0) as bigint)
         from licence_contract made
         join title on title.id = made.title_id
         join application on application.id = made.application_id
         join org on org.id = made.merchant_org_id
         left join owed on owed.contract_id = made.id and owed.currency = made.currency
         where made.merchant_org_id = $1
         order by made.created_at desc, made.id
         limit $2",
        &[merchant, &contracts::LIST_MAX],
    )
}
