//! Sessions: a person carries a random token, the database keeps only its hash.
//!
//! A session is opened by signing in, lasts thirty days, and is closed by signing out.

use crate::persons::Person;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use db::{Tx, View};
use kernel::{Act, Actor, Error, Instant, OrgId, PersonId, Result, Role};
use sha2::{Digest, Sha256};

pub const LASTS_DAYS: i64 = 30;
pub const LASTS_SECONDS: i64 = LASTS_DAYS * 24 * 60 * 60;
const TOKEN_CHARS: usize = 43;

/// 32 random bytes in base64url; whoever shows it is the person.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

pub fn open(tx: &Tx, act: &mut Act, person: &Person) -> Result<Token> {
    let token = Token(URL_SAFE_NO_PAD.encode(act.dice.bytes::<32>()));
    tx.run(
        "insert into session (token_hash, person_id, created_at, expires_at) values ($1, $2, $3, $4)",
        &[&hash(&token.0), &person.id, &act.at, &act.at.plus_seconds(LASTS_SECONDS)],
    )?;
    Ok(token)
}

/// The person who carries this token and the actor they are now; nobody when it is unknown or over.
pub fn actor(view: &View, token: &str, now: Instant) -> Result<Option<(Person, Actor)>> {
    if token.len() != TOKEN_CHARS {
        return Ok(None);
    }
    let person: Option<Person> = view.maybe(
        "select person.id, person.email, person.name, person.lang, person.created_at
        from session join person on person.id = session.person_id
        where session.token_hash = $1 and session.expires_at > $2",
        &[&hash(token), &now],
    )?;
    let Some(person) = person else { return Ok(None) };
    let actor =
        Actor::Person { id: person.id.clone(), name: person.name.clone(), roles: roles(view, &person.id)? };
    Ok(Some((person, actor)))
}

/// What a person may do, and where.
pub fn roles(view: &View, person: &PersonId) -> Result<Vec<(Role, OrgId)>> {
    let rows: Vec<(String, OrgId)> = view
        .all("select role, org_id from membership where person_id = $1 order by role, org_id", &[person])?;
    rows.into_iter().map(|(role, org)| Ok((read_role(&role)?, org))).collect()
}

pub(crate) fn read_role(code: &str) -> Result<Role> {
    Role::parse(code).ok_or_else(|| Error::fault(format!("“{code}” is no role")))
}

pub fn close(tx: &Tx, token: &str) -> Result<()> {
    tx.run("delete from session where token_hash = $1", &[&hash(token)]).map(|_| ())
}

/// When each of a person's sessions began and will end.
pub fn of(view: &View, person: &PersonId) -> Result<Vec<(Instant, Instant)>> {
    view.all(
        "select created_at, expires_at from session where person_id = $1 order by created_at, token_hash",
        &[person],
    )
}

/// Signs a person out everywhere.
pub fn close_all(tx: &Tx, person: &PersonId) -> Result<u64> {
    tx.run("delete from session where person_id = $1", &[person])
}

/// Forgets sessions whose time is over; how many.
pub fn sweep(tx: &Tx, now: Instant) -> Result<u64> {
    tx.run("delete from session where expires_at <= $1", &[&now])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, act, ann};
    use db::{Db, Lane, scratch::scratch};

    fn who(db: &Db, token: &Token, now: Instant) -> Option<Person> {
        let token = token.clone();
        let found = db.read_blocking(move |view| actor(view, &token.0, now)).expect("a read");
        found.map(|(person, _)| person)
    }

    fn opened(db: &Db, person: &Person, seed: u64) -> Token {
        let person = person.clone();
        let act = Act { dice: kernel::Dice::seeded(seed), ..act() };
        db.write_blocking(Lane::house(), move |tx| open(tx, &mut act.clone(), &person)).expect("a session")
    }

    #[test]
    fn a_token_is_its_person_for_thirty_days() {
        let db = scratch();
        let ann = ann(&db);
        let token = opened(&db, &ann, 1);
        assert_eq!(who(&db, &token, NOW), Some(ann.clone()));
        assert_eq!(who(&db, &token, NOW.plus_seconds(LASTS_SECONDS - 1)), Some(ann.clone()));
        assert_eq!(who(&db, &token, NOW.plus_seconds(LASTS_SECONDS)), None);
        assert_eq!(who(&db, &Token("a".repeat(43)), NOW), None);
        assert_eq!(who(&db, &Token(String::new()), NOW), None);
    }

    #[test]
    fn the_database_does_not_know_the_token() {
        let db = scratch();
        let token = opened(&db, &ann(&db), 1);
        let (kept,): (String,) =
            db.read_blocking(|view| view.one("select token_hash from session", &[])).expect("a row");
        assert_ne!(kept, token.0);
    }

    #[test]
    fn a_closed_session_is_nobody() {
        let db = scratch();
        let ann = ann(&db);
        let [phone, desk, tablet] = [1, 2, 3].map(|seed| opened(&db, &ann, seed));
        let given = phone.clone();
        db.write_blocking(Lane::house(), move |tx| close(tx, &given.0)).expect("a write");
        assert_eq!(who(&db, &phone, NOW), None);
        assert_eq!(who(&db, &desk, NOW), Some(ann.clone()));
        let closed = db.write_blocking(Lane::house(), move |tx| close_all(tx, &ann.id)).expect("a write");
        assert_eq!(closed, 2);
        assert_eq!(who(&db, &tablet, NOW), None);
    }

    #[test]
    fn old_sessions_are_swept() {
        let db = scratch();
        opened(&db, &ann(&db), 1);
        let swept = |now| db.write_blocking(Lane::house(), move |tx| sweep(tx, now)).expect("a write");
        assert_eq!(swept(NOW), 0);
        assert_eq!(swept(NOW.plus_seconds(LASTS_SECONDS)), 1);
    }
}
