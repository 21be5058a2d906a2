//! One contract with what it owes so far, for its merchant and its studio.

use super::Contract;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, LicenceParty};
use crate::money::Amount;
use kernel::{ContractId, Refusal, Role};
use licensing::accruals::{self, Totals};
use licensing::contracts;
use serde::Serialize;
use utoipa::ToSchema;

/// A contract with what was sold under it, over every shop.
#[derive(Serialize, ToSchema)]
pub struct ContractRecord {
    contract: Contract,
    owed: Royalties,
}

/// What a contract owes so far, refunds taken off.
#[derive(Serialize, ToSchema)]
pub struct Royalties {
    /// Pieces that were sold.
    sold: i64,
    /// How many of them went back.
    refunded: i64,
    net_sales: Amount,
    royalty: Amount,
    /// The studio's part of the royalty.
    licensor: Amount,
    platform: Amount,
    marketing_fund: Amount,
}

impl From<Totals> for Royalties {
    fn from(totals: Totals) -> Royalties {
        Royalties {
            sold: totals.sold,
            refunded: totals.refunded,
            net_sales: totals.parts.net_sales.into(),
            royalty: totals.parts.royalty.into(),
            licensor: totals.parts.licensor.into(),
            platform: totals.parts.platform.into(),
            marketing_fund: totals.parts.marketing_fund.into(),
        }
    }
}

pub async fn show(
    call: Call,
    party: LicenceParty,
    At((id,)): At<(ContractId,)>,
) -> Answer<Found<ContractRecord>> {
    let record = call.read(move |view| {
        let contract = contracts::any(view, &id)?;
        let is_own = party.actor.may(Role::Merchant, &contract.merchant)
            || party.actor.may(Role::Studio, &contract.licensor);
        if !is_own {
            return Err(Refusal::not_found("contract", "授权合同").into());
        }
        let places: Vec<_> = ::shops::shops::all(view)?.into_iter().map(|shop| shop.place).collect();
        let owed = accruals::totals_across(view, &places, &id)?.into();
        Ok(ContractRecord { contract: (&contract).into(), owed })
    });
    Ok(Found(record.await?))
}
