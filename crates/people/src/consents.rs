//! What a person has agreed to, until they withdraw it. Nobody has agreed to anything unasked.

use db::{Tx, View};
use kernel::{Act, Instant, PersonId, Result};

/// That what somebody does here may decide which ads they are shown.
pub const AUDIENCES: &str = "audiences";
/// That what somebody does here may decide what they are suggested.
pub const SUGGESTIONS: &str = "suggestions";
/// Things that a person may keep out of one purpose.
pub const EXCEPTIONS_MAX: i64 = 500;
/// No subject is longer.
const SUBJECT_CHARS_MAX: usize = 80;

/// Gives the actor's consent; whether it is new.
pub fn give(tx: &Tx, act: &Act, purpose: &str) -> Result<bool> {
    let given = tx.run(
        "insert into consent (person_id, purpose, given_at)
        values ($1, $2, $3)
        on conflict (person_id, purpose) do nothing",
        &[act.actor.signed_in()?, &purpose, &act.at],
    )?;
    Ok(given == 1)
}

/// Withdraws the actor's consent, and forgets what was kept out of it; whether there was one.
pub fn withdraw(tx: &Tx, act: &Act, purpose: &str) -> Result<bool> {
    let person = act.actor.signed_in()?;
    tx.run("delete from consent_exception where person_id = $1 and purpose = $2", &[person, &purpose])?;
    let gone = tx.run("delete from consent where person_id = $1 and purpose = $2", &[person, &purpose])?;
    Ok(gone == 1)
}

/// Every purpose that a person agreed to, with when, and what they keep out of it.
pub fn of(view: &View, person: &PersonId) -> Result<Vec<(String, Instant, Vec<String>)>> {
    let given: Vec<(String, Instant)> =
        view.all("select purpose, given_at from consent where person_id = $1 order by purpose", &[person])?;
    let with = |(purpose, at): (String, Instant)| {
        let kept_out = exceptions(view, person, &purpose)?;
        Ok((purpose, at, kept_out))
    };
    given.into_iter().map(with).collect()
}

/// Forgets that somebody agreed to anything, as when they are erased.
pub(crate) fn forget(tx: &Tx, person: &PersonId) -> Result<()> {
    tx.run("delete from consent_exception where person_id = $1", &[person])?;
    tx.run("delete from consent where person_id = $1", &[person])?;
    Ok(())
}

/// Since when a person agrees, if they do.
pub fn since(view: &View, person: &PersonId, purpose: &str) -> Result<Option<Instant>> {
    let found: Option<(Instant,)> = view
        .maybe("select given_at from consent where person_id = $1 and purpose = $2", &[person, &purpose])?;
    Ok(found.map(|(at,)| at))
}

/// Keeps one thing out of what the actor agreed to. Beyond the limit, or without consent, nothing is kept.
pub fn except(tx: &Tx, act: &Act, purpose: &str, subject: &str) -> Result<()> {
    let person = act.actor.signed_in()?;
    let full = exceptions(tx, person, purpose)?.len() as i64 >= EXCEPTIONS_MAX;
    if full || subject.chars().count() > SUBJECT_CHARS_MAX || since(tx, person, purpose)?.is_none() {
        return Ok(());
    }
    tx.run(
        "insert into consent_exception (person_id, purpose, subject, at)
        values ($1, $2, $3, $4)
        on conflict (person_id, purpose, subject) do nothing",
        &[person, &purpose, &subject, &act.at],
    )?;
    Ok(())
}

/// Lets one thing be used again.
pub fn use_again(tx: &Tx, act: &Act, purpose: &str, subject: &str) -> Result<()> {
    tx.run(
        "delete from consent_exception where person_id = $1 and purpose = $2 and subject = $3",
        &[act.actor.signed_in()?, &purpose, &subject],
    )?;
    Ok(())
}

/// What a person keeps out, the latest first.
pub fn exceptions(view: &View, person: &PersonId, purpose: &str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = view.all(
        "select subject from consent_exception where person_id = $1 and purpose = $2 order by at desc, subject limit $3",
        &[person, &purpose, &EXCEPTIONS_MAX],
    )?;
    Ok(rows.into_iter().map(|(subject,)| subject).collect())
}
