//! What a person has agreed to, until they withdraw it. Nobody has agreed to anything unasked.

use db::{Tx, View};
use kernel::{Act, Instant, PersonId, Result};

/// That what somebody does here may decide which ads they are shown.
pub const AUDIENCES: &str = "audiences";

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

/// Withdraws the actor's consent; whether there was one.
pub fn withdraw(tx: &Tx, act: &Act, purpose: &str) -> Result<bool> {
    let person = act.actor.signed_in()?;
    let gone = tx.run("delete from consent where person_id = $1 and purpose = $2", &[person, &purpose])?;
    Ok(gone == 1)
}

/// Since when a person agrees, if they do.
pub fn since(view: &View, person: &PersonId, purpose: &str) -> Result<Option<Instant>> {
    let found: Option<(Instant,)> = view
        .maybe("select given_at from consent where person_id = $1 and purpose = $2", &[person, &purpose])?;
    Ok(found.map(|(at,)| at))
}
