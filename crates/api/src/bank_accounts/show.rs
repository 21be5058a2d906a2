//! The account that counts, for those who may change it.

use super::{BankAccount, check, unknown};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{AnyStaff, Call};
use kernel::OrgId;
use settlement::bank_accounts;

pub async fn show(call: Call, _: AnyStaff, At((org,)): At<(OrgId,)>) -> Answer<Found<BankAccount>> {
    check(&call, &org)?;
    let found = call.read(move |view| bank_accounts::of(view, &org)).await?;
    Ok(Found((&found.ok_or_else(unknown)?).into()))
}
