//! Licence contracts with everybody they are between.

use db::{FromRow, Row, View};
use kernel::{ContractId, OrgId, Result, Words};

/// Contracts in one list, at most.
pub const LIST_MAX: i64 = 1000;

/// A contract as it stands in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    pub contract: ContractId,
    pub licensor: OrgId,
    pub film: Words,
    pub merchant: Words,
    pub product: Words,
}

impl FromRow for Licence {
    fn from_row(row: &mut Row) -> Result<Licence> {
        Ok(Licence {
            contract: row.next()?,
            licensor: row.next()?,
            film: row.words()?,
            merchant: row.words()?,
            product: row.words()?,
        })
    }
}

/// Every contract, by film and merchant.
pub fn all(view: &View) -> Result<Vec<Licence>> {
    view.all(
        "select contract.id, contract.licensor_org_id, title.name_en, title.name_zh, merchant.name_en,
           merchant.name_zh, application.product_en, application.product_zh
         from licence_contract contract
         join title on title.id = contract.title_id
         join org merchant on merchant.id = contract.merchant_org_id
         join application on application.id = contract.application_id
         order by title.name_en, merchant.name_en, contract.id
         limit $1",
        &[&LIST_MAX],
    )
}
