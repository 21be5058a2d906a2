//! Who asked to be erased. Their account goes at once, and with it everything that says who they are; the number stays
//! with what they bought. Whatever else was tied to it is untied place by place afterwards, until the erasure is done.

use crate::{consents, notices, password_links, second_factor, sessions};
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Instant, PersonId, Result};

/// Erasures that are taken up at once, at most.
pub const UNDONE_MAX: i64 = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    pub person: PersonId,
    pub at: Instant,
    /// Since when nothing is tied to them.
    pub done_at: Option<Instant>,
}

impl FromRow for Erasure {
    fn from_row(row: &mut Row) -> Result<Erasure> {
        Ok(Erasure { person: row.next()?, at: row.next()?, done_at: row.next()? })
    }
}

/// Ends the account: its sessions, what was agreed to, name, address, password and second factor. Whether there was one. What other
/// rooms tie to the account has to be gone by then, and so have its roles.
pub fn begin(tx: &Tx, act: &Act, person: &PersonId) -> Result<bool> {
    sessions::close_all(tx, person)?;
    second_factor::turn_off(tx, person)?;
    password_links::forget(tx, person)?;
    notices::forget(tx, person)?;
    consents::forget(tx, person)?;
    if tx.run("delete from person where id = $1", &[person])? == 0 {
        return Ok(false);
    }
    tx.run(
        "insert into erasure (person_id, asked_by, at) values ($1, $2, $3)",
        &[person, &act.actor.code(), &act.at],
    )?;
    Ok(true)
}

/// Those of whom something may still be tied to their number, the oldest first.
pub fn undone(view: &View) -> Result<Vec<Erasure>> {
    view.all(
        "select person_id, at, done_at from erasure where done_at is null order by at, person_id limit $1",
        &[&UNDONE_MAX],
    )
}

pub fn of(view: &View, person: &PersonId) -> Result<Option<Erasure>> {
    view.maybe("select person_id, at, done_at from erasure where person_id = $1", &[person])
}

/// Nothing is tied to the number any more.
pub fn finish(tx: &Tx, person: &PersonId, now: Instant) -> Result<()> {
    tx.run("update erasure set done_at = $2 where person_id = $1 and done_at is null", &[person, &now])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, act, ann, sign_up_of};
    use crate::{half_open, persons};
    use db::{Lane, scratch::scratch};

    #[test]
    fn an_erased_person_is_nobody_and_their_address_is_free() {
        let db = scratch();
        let ann = ann(&db);
        let person = ann.id.clone();
        let again = db.write_blocking(Lane::house(), move |tx| {
            let token = sessions::open(tx, &mut act(), &ann)?;
            let (key, step) = ([7; second_factor::KEY_BYTES], second_factor::step(NOW));
            let code = second_factor::code(&key, step, second_factor::DIGITS);
            second_factor::turn_on(
                tx,
                &mut act(),
                &second_factor::Vault::new(b"key"),
                &ann.id,
                &key,
                &code,
                NOW,
            )?;
            half_open::open(tx, &mut act(), &ann.id)?;
            password_links::make(tx, &mut act(), &ann.id)?;
            notices::leave(tx, &act(), &ann.id, notices::What::FactorTakenOff, "per_op")?;
            assert!(begin(tx, &act(), &ann.id)?);
            assert!(!begin(tx, &act(), &ann.id)?, "nobody is erased twice");
            assert!(sessions::known(tx, &token.0, NOW)?.is_none());
            assert!(persons::credentials(tx, "ann@example.com")?.is_none());
            let mut later = Act { dice: kernel::Dice::seeded(9), ..act() };
            persons::sign_up(tx, &mut later, &sign_up_of("ann"))
        });
        assert_ne!(again.expect("the address is free").id, person);
        assert_eq!(db.read_blocking(undone).expect("a read")[0].person, person);
        let (one, other) = (person.clone(), person.clone());
        db.write_blocking(Lane::house(), move |tx| finish(tx, &one, NOW)).expect("a write");
        assert!(db.read_blocking(undone).expect("a read").is_empty());
        let kept = db.read_blocking(move |view| of(view, &other)).expect("a read");
        assert_eq!(kept.and_then(|one| one.done_at), Some(NOW));
    }
}
