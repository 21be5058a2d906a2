//! Bank accounts: from where the house pays, and where everybody is paid.

pub mod decide;
pub mod show;
pub mod tell;

use kernel::Refusal;
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
    /// Its last four signs; the whole number is told to nobody.
    account_number: String,
    /// Twelve digits of CNAPS, or a BIC; empty for an IBAN.
    bank_code: String,
    /// `proposed`, `approved` or `refused`; the latest that was approved counts.
    state: String,
    changed_at: String,
}

impl From<&Version> for BankAccount {
    fn from(version: &Version) -> BankAccount {
        let (scheme, _, bank_code) = version.party.account.columns();
        BankAccount {
            org: version.org.0.clone(),
            version: version.number,
            holder: version.party.name.clone(),
            scheme: scheme.into(),
            account_number: version.party.account.masked(),
            bank_code: bank_code.into(),
            state: version.state.code().into(),
            changed_at: version.changed_at.rfc3339(),
        }
    }
}

fn unknown() -> Refusal {
    Refusal::not_found("bank account", "银行账户")
}
