//! Where an organisation is paid, and from where the house pays: each version is kept, the latest counts.

use crate::payouts::Party;
use db::{FromRow, Row, Tx, View};
use kernel::{Instant, OrgId, PersonId, Refusal, Result};

/// Versions of one account in a list, the latest first.
const VERSIONS_MAX: i64 = 50;

/// A bank account as somebody told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub org: OrgId,
    /// Counted from 1.
    pub number: i64,
    pub party: Party,
    pub changed_by: PersonId,
    pub changed_at: Instant,
}

impl FromRow for Version {
    fn from_row(row: &mut Row) -> Result<Version> {
        Ok(Version {
            org: row.next()?,
            number: row.next()?,
            party: Party::read(row)?,
            changed_by: row.next()?,
            changed_at: row.next()?,
        })
    }
}

/// Writes an account down as the one that counts from now on; the same again is no new version. Refuses what a bank
/// cannot read ([`Party::check`]), and a change that was made beside another (`changed_meanwhile`).
pub fn change(tx: &Tx, org: &OrgId, party: &Party, by: &PersonId, now: Instant) -> Result<Version> {
    party.check()?;
    let before = of(tx, org)?;
    if let Some(before) = before.clone().filter(|before| before.party == *party) {
        return Ok(before);
    }
    let version = Version {
        org: org.clone(),
        number: before.map_or(1, |before| before.number + 1),
        party: party.clone(),
        changed_by: by.clone(),
        changed_at: now,
    };
    let (scheme, number, bank_code) = party.account.columns();
    let made = tx.run(
        "insert into bank_account
           (org_id, number, holder, scheme, account_number, bank_code, changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (org_id, number) do nothing",
        &[org, &version.number, &party.name, &scheme, &number, &bank_code, by, &now],
    )?;
    if made == 0 {
        return Err(Refusal::new(
            kernel::Kind::Conflict,
            "changed_meanwhile",
            "Somebody else changed this account a moment ago. Look at it again.",
            "该账户刚刚被他人修改，请重新查看。",
        )
        .into());
    }
    Ok(version)
}

/// The account that counts.
pub fn of(view: &View, org: &OrgId) -> Result<Option<Version>> {
    view.maybe(
        "select org_id, number, holder, scheme, account_number, bank_code, changed_by, changed_at
         from bank_account
         where org_id = $1
         order by number desc
         limit 1",
        &[org],
    )
}

/// Every version of one account, the latest first.
pub fn versions(view: &View, org: &OrgId) -> Result<Vec<Version>> {
    view.all(
        "select org_id, number, holder, scheme, account_number, bank_code, changed_by, changed_at
         from bank_account
         where org_id = $1
         order by number desc
         limit $2",
        &[org, &VERSIONS_MAX],
    )
}

/// The account that counts of every organisation that has told one.
pub fn latest(view: &View) -> Result<Vec<Version>> {
    view.all(
        "select bank_account.org_id, bank_account.number, holder, scheme, account_number, bank_code, changed_by,
           changed_at
         from bank_account
         join (select org_id, max(number) as number from bank_account group by org_id) latest
           on latest.org_id = bank_account.org_id and latest.number = bank_account.number
         order by bank_account.org_id",
        &[],
    )
}
