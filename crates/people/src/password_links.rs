//! Links by which somebody who forgot their password sets a new one: made for them by another, once and for an hour.
//!
//! A link holds a code of 120 bits, of which a hash is kept. Each person has one at most; setting a password uses it up.

use crate::persons::Person;
use crate::second_factor::{self, RECOVERY_BYTES, base32, grouped};
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Instant, PersonId, Result};

pub const LASTS_SECONDS: i64 = 60 * 60;

/// A link that is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub person: Person,
    /// A person's number, or `system`.
    pub by_whom: String,
}

impl FromRow for Link {
    fn from_row(row: &mut Row) -> Result<Link> {
        Ok(Link { person: Person::from_row(row)?, by_whom: row.next()? })
    }
}

/// A new link's code, in groups of four; the one from before is good for nothing any more.
pub fn make(tx: &Tx, act: &mut Act, person: &PersonId) -> Result<String> {
    let code = base32(&act.dice.bytes::<RECOVERY_BYTES>());
    let until = act.at.plus_seconds(LASTS_SECONDS);
    tx.run(
        "insert into password_link (person_id, code_hash, by_whom, expires_at) values ($1, $2, $3, $4)
        on conflict (person_id) do update
        set code_hash = excluded.code_hash, by_whom = excluded.by_whom, expires_at = excluded.expires_at",
        &[person, &second_factor::recovery_hash(&code), &act.actor.code(), &until],
    )?;
    Ok(grouped(&code))
}

/// Whose password a code may set now.
pub fn of_code(view: &View, typed: &str, now: Instant) -> Result<Option<Link>> {
    view.maybe(
        "select person.id, person.email, person.name, person.lang, person.created_at, password_link.by_whom
        from password_link join person on person.id = password_link.person_id
        where password_link.code_hash = $1 and password_link.expires_at > $2",
        &[&second_factor::recovery_hash(&second_factor::without_gaps(typed)), &now],
    )
}

/// Who made the link that is good for somebody now.
pub fn by_whom(view: &View, person: &PersonId, now: Instant) -> Result<Option<String>> {
    let found: Option<(String,)> = view.maybe(
        "select by_whom from password_link where person_id = $1 and expires_at > $2",
        &[person, &now],
    )?;
    Ok(found.map(|(who,)| who))
}

pub(crate) fn forget(tx: &Tx, person: &PersonId) -> Result<()> {
    tx.run("delete from password_link where person_id = $1", &[person]).map(|_| ())
}

pub(crate) fn sweep(tx: &Tx, now: Instant) -> Result<u64> {
    tx.run("delete from password_link where expires_at <= $1", &[&now])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passwords::PasswordHash;
    use crate::persons;
    use crate::testing::{NOW, act, ann};
    use db::{Lane, scratch::scratch};

    #[test]
    fn a_link_is_good_once_for_an_hour() {
        let db = scratch();
        let ann = ann(&db);
        let story = db.write_blocking(Lane::house(), move |tx| {
            let made = |seed| make(tx, &mut Act { dice: kernel::Dice::seeded(seed), ..act() }, &ann.id);
            let of = |code: &str, at| Ok::<_, kernel::Error>(of_code(tx, code, at)?.map(|link| link.person));
            let first = made(1)?;
            assert_eq!(of(&first, NOW)?, Some(ann.clone()));
            assert_eq!(
                of(&first.to_lowercase().replace('-', ""), NOW)?,
                Some(ann.clone()),
                "as it is read out"
            );
            assert_eq!(of(&first, NOW.plus_seconds(LASTS_SECONDS))?, None);
            assert_eq!(by_whom(tx, &ann.id, NOW)?.as_deref(), Some("system"));
            assert_eq!(by_whom(tx, &ann.id, NOW.plus_seconds(LASTS_SECONDS))?, None);
            let second = made(2)?;
            assert_eq!(of(&first, NOW)?, None, "there is one at most");
            let (kept,): (String,) = tx.one("select code_hash from password_link", &[])?;
            assert!(!kept.contains(&second) && !kept.contains(&second.replace('-', "")));
            persons::set_password(tx, &ann.id, &PasswordHash::stored("a new hash".into()))?;
            of(&second, NOW)
        });
        assert_eq!(story.expect("a write"), None, "a new password uses it up");
    }
}
