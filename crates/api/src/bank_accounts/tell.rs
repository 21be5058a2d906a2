//! Telling where an organisation is to be paid once an operator has approved it; the same again changes nothing.

use super::{BankAccount, unknown};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, Payee};
use flows::change_bank_account;
use kernel::{OrgId, Refusal};
use serde::Deserialize;
use settlement::payouts::{BankAccount as Account, Party};
use utoipa::ToSchema;

/// A bank account as people write it: spaces and small letters are read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BankAccountDraft {
    #[schema(max_length = 140)]
    holder: String,
    /// `cnaps`, `iban` or `bic`.
    scheme: String,
    account_number: String,
    #[serde(default)]
    bank_code: String,
}

pub async fn tell(
    call: Call,
    payee: Payee,
    At((org,)): At<(OrgId,)>,
    Body(asked): Body<BankAccountDraft>,
) -> Answer<Found<BankAccount>> {
    payee.check(&org)?;
    let account = Account::read(&asked.scheme, &asked.account_number, &asked.bank_code)?;
    let party = Party { name: asked.holder.trim().to_owned(), account };
    party.check().map_err(|refusal| match refusal.field {
        Some("name") => Refusal { field: Some("holder"), ..refusal },
        _ => refusal,
    })?;
    let told = call.write_in_house(move |scene| {
        people::orgs::any(scene.tx, &org)?.ok_or_else(unknown)?;
        change_bank_account::propose(scene, &org, &party)
    });
    Ok(Found((&told.await?).into()))
}
