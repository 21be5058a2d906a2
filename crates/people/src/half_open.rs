//! Sign-ins of which the password was right and the second factor is still to come: no sessions, and nobody's for long.

use crate::persons::Person;
use crate::sessions::{Token, hash};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use db::{Tx, View};
use kernel::{Act, Instant, PersonId, Result};

pub const LASTS_SECONDS: i64 = 5 * 60;
pub const TRIES_MAX: i64 = 5;

pub fn open(tx: &Tx, act: &mut Act, person: &PersonId) -> Result<Token> {
    let token = Token(URL_SAFE_NO_PAD.encode(act.dice.bytes::<32>()));
    tx.run(
        "insert into half_open_sign_in (token_hash, person_id, expires_at, tries_left) values ($1, $2, $3, $4)",
        &[&hash(&token.0), person, &act.at.plus_seconds(LASTS_SECONDS), &TRIES_MAX],
    )?;
    Ok(token)
}

/// Who gave their password, while it may still be followed by a code.
pub fn person(view: &View, token: &str, now: Instant) -> Result<Option<Person>> {
    view.maybe(
        "select person.id, person.email, person.name, person.lang, person.created_at
        from half_open_sign_in half join person on person.id = half.person_id
        where half.token_hash = $1 and half.expires_at > $2 and half.tries_left > 0",
        &[&hash(token), &now],
    )
}

/// Counts a wrong code.
pub fn miss(tx: &Tx, token: &str) -> Result<()> {
    tx.run("update half_open_sign_in set tries_left = tries_left - 1 where token_hash = $1", &[&hash(token)])
        .map(|_| ())
}

pub fn close(tx: &Tx, token: &str) -> Result<()> {
    tx.run("delete from half_open_sign_in where token_hash = $1", &[&hash(token)]).map(|_| ())
}

pub(crate) fn close_all(tx: &Tx, person: &PersonId) -> Result<()> {
    tx.run("delete from half_open_sign_in where person_id = $1", &[person]).map(|_| ())
}

pub(crate) fn sweep(tx: &Tx, now: Instant) -> Result<u64> {
    tx.run("delete from half_open_sign_in where expires_at <= $1", &[&now])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions;
    use crate::testing::{NOW, act, ann};
    use db::{Lane, scratch::scratch};

    #[test]
    fn it_lives_for_minutes_and_for_so_many_tries() {
        let db = scratch();
        let ann = ann(&db);
        let story = db.write_blocking(Lane::house(), move |tx| {
            let token = open(tx, &mut act(), &ann.id)?.0;
            assert_eq!(person(tx, &token, NOW)?, Some(ann.clone()));
            assert!(sessions::known(tx, &token, NOW)?.is_none(), "it is no session");
            assert_eq!(person(tx, &token, NOW.plus_seconds(LASTS_SECONDS))?, None);
            for _ in 0..TRIES_MAX {
                assert!(person(tx, &token, NOW)?.is_some());
                miss(tx, &token)?;
            }
            assert_eq!(person(tx, &token, NOW)?, None);
            let other = open(tx, &mut Act { dice: kernel::Dice::seeded(8), ..act() }, &ann.id)?.0;
            sessions::close_all(tx, &ann.id)?;
            person(tx, &other, NOW)
        });
        assert_eq!(story.expect("a write"), None, "signing out everywhere ends it, too");
    }
}
