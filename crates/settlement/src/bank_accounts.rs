//! Where an organisation is paid, and from where the house pays: each version is kept, the latest that was approved
//! counts.
//!
//! `proposed → approved | refused`, by another person than the one who proposed it; a later proposal takes an open
//! one's place.

use crate::payouts::Party;
use db::{FromRow, Row, Tx, View, broke_check};
use kernel::{Error, Instant, Kind, OrgId, PersonId, Refusal, Result};

/// Versions of one account in a list, the latest first.
const VERSIONS_MAX: i64 = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Proposed,
    Approved,
    Refused,
}

impl State {
    pub const ALL: [State; 3] = [State::Proposed, State::Approved, State::Refused];

    pub fn code(self) -> &'static str {
        match self {
            State::Proposed => "proposed",
            State::Approved => "approved",
            State::Refused => "refused",
        }
    }

    fn parse(code: &str) -> Result<State> {
        let found = State::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::fault(format!("unknown state of a bank account: {code}")))
    }
}

/// A bank account as somebody told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub org: OrgId,
    /// Counted from 1.
    pub number: i64,
    pub party: Party,
    pub state: State,
    pub changed_by: PersonId,
    pub changed_at: Instant,
    /// Who approved or refused it; nobody of those that were told before this was asked for.
    pub decided_by: Option<PersonId>,
    pub decided_at: Option<Instant>,
}

impl FromRow for Version {
    fn from_row(row: &mut Row) -> Result<Version> {
        Ok(Version {
            org: row.next()?,
            number: row.next()?,
            party: Party::read(row)?,
            state: State::parse(&row.next::<String>()?)?,
            changed_by: row.next()?,
            changed_at: row.next()?,
            decided_by: row.next()?,
            decided_at: row.next()?,
        })
    }
}

/// Writes down an account that is to count once it is approved; whether it is new. The one that counts, or waits,
/// told again is no new version. Refuses what a bank cannot read ([`Party::check`]), and a change that was made beside
/// another (`changed_meanwhile`).
pub fn propose(tx: &Tx, org: &OrgId, party: &Party, by: &PersonId, now: Instant) -> Result<(Version, bool)> {
    party.check()?;
    let before = newest(tx, org)?;
    if let Some(before) = before.clone().filter(|one| one.party == *party && one.state != State::Refused) {
        return Ok((before, false));
    }
    let version = Version {
        org: org.clone(),
        number: before.map_or(1, |before| before.number + 1),
        party: party.clone(),
        state: State::Proposed,
        changed_by: by.clone(),
        changed_at: now,
        decided_by: None,
        decided_at: None,
    };
    let (scheme, number, bank_code) = party.account.columns();
    let made = tx.run(
        "insert into bank_account
           (org_id, number, holder, scheme, account_number, bank_code, changed_by, changed_at, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'proposed')
         on conflict (org_id, number) do nothing",
        &[org, &version.number, &party.name, &scheme, &number, &bank_code, by, &now],
    )?;
    if made == 0 {
        return Err(changed_meanwhile());
    }
    Ok((version, true))
}

/// Approves or refuses the newest proposal of an organisation; whether it waited for that. Refuses a number that is not
/// the newest (`changed_meanwhile`), one that was decided otherwise (`already_decided`), and who proposed it
/// (`same_person`).
pub fn decide(
    tx: &Tx,
    org: &OrgId,
    number: i64,
    to: State,
    by: &PersonId,
    now: Instant,
) -> Result<(Version, bool)> {
    let seen = newest(tx, org)?.filter(|newest| newest.number == number).ok_or_else(changed_meanwhile)?;
    if seen.changed_by == *by {
        return Err(same_person());
    }
    let moved = tx
        .run(
            "update bank_account
             set state = $3, decided_by = $4, decided_at = $5
             where org_id = $1 and number = $2 and state = 'proposed'",
            &[org, &number, &to.code(), by, &now],
        )
        .map_err(
            |error| if broke_check(&error, "bank_account_two_people") { same_person() } else { error },
        )?;
    let version = newest(tx, org)?.ok_or_else(changed_meanwhile)?;
    if moved == 0 && version.state != to {
        return Err(refuse(
            "already_decided",
            "Somebody else decided this account a moment ago.",
            "该账户刚刚已由他人处理。",
        ));
    }
    Ok((version, moved == 1))
}

fn changed_meanwhile() -> Error {
    refuse(
        "changed_meanwhile",
        "Somebody else changed this account a moment ago. Look at it again.",
        "该账户刚刚被他人修改，请重新查看。",
    )
}

fn same_person() -> Error {
    refuse(
        "same_person",
        "Somebody else must approve the account that you told.",
        "您登记的账户须由另一人审批。",
    )
}

fn refuse(code: &'static str, en: &str, zh: &str) -> Error {
    Refusal::new(Kind::Conflict, code, en, zh).into()
}

/// The account that counts.
pub fn of(view: &View, org: &OrgId) -> Result<Option<Version>> {
    view.maybe(
        "select org_id, number, holder, scheme, account_number, bank_code, state, changed_by, changed_at, decided_by,
           decided_at
         from bank_account
         where org_id = $1 and state = 'approved'
         order by number desc
         limit 1",
        &[org],
    )
}

/// What was told last, whatever became of it.
pub fn newest(view: &View, org: &OrgId) -> Result<Option<Version>> {
    view.maybe(
        "select org_id, number, holder, scheme, account_number, bank_code, state, changed_by, changed_at, decided_by,
           decided_at
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
        "select org_id, number, holder, scheme, account_number, bank_code, state, changed_by, changed_at, decided_by,
           decided_at
         from bank_account
         where org_id = $1
         order by number desc
         limit $2",
        &[org, &VERSIONS_MAX],
    )
}

/// The account that counts of every organisation that has one.
pub fn latest(view: &View) -> Result<Vec<Version>> {
    view.all(
        "select bank_account.org_id, bank_account.number, holder, scheme, account_number, bank_code, state, changed_by,
           changed_at, decided_by, decided_at
         from bank_account
         join (select org_id, max(number) as number from bank_account where state = 'approved' group by org_id) latest
           on latest.org_id = bank_account.org_id and latest.number = bank_account.number
         order by bank_account.org_id",
        &[],
    )
}

/// What waits to be approved, the oldest first.
pub fn waiting(view: &View) -> Result<Vec<Version>> {
    view.all(
        "select bank_account.org_id, bank_account.number, holder, scheme, account_number, bank_code, state, changed_by,
           changed_at, decided_by, decided_at
         from bank_account
         join (select org_id, max(number) as number from bank_account group by org_id) latest
           on latest.org_id = bank_account.org_id and latest.number = bank_account.number
         where bank_account.state = 'proposed'
         order by changed_at, bank_account.org_id",
        &[],
    )
}
