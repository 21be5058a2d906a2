//! Bank accounts: from where the house pays, and where everybody is paid.

pub mod show;
pub mod tell;

use crate::call::Call;
use kernel::{OrgId, Refusal};
use serde::Serialize;
use settlement::bank_accounts::Version;
use utoipa::ToSchema;

/// Where an organisation is paid, or from where the house pays.
#[derive(Serialize, ToSchema)]
pub struct BankAccount {
    org: String,
    /// Counted from 1; each change is a new one.
    version: i64,
    holder: String,
    /// `cnaps`, `iban` or `bic`.
    scheme: String,
    account_number: String,
    /// Twelve digits of CNAPS, or a BIC; empty for an IBAN.
    bank_code: String,
    changed_at: String,
}

impl From<&Version> for BankAccount {
    fn from(version: &Version) -> BankAccount {
        let (scheme, number, bank_code) = version.party.account.columns();
        BankAccount {
            org: version.org.0.clone(),
            version: version.number,
            holder: version.party.name.clone(),
            scheme: scheme.into(),
            account_number: number.into(),
            bank_code: bank_code.into(),
            changed_at: version.changed_at.rfc3339(),
        }
    }
}

/// Whoever works for an organisation, and operators; to all others it has no account.
fn check(call: &Call, org: &OrgId) -> Result<(), Refusal> {
    let works_there = call.actor.roles().iter().any(|(_, of)| of == org);
    if call.actor.is_operator() || works_there { Ok(()) } else { Err(unknown()) }
}

fn unknown() -> Refusal {
    Refusal::not_found("bank account", "银行账户")
}
