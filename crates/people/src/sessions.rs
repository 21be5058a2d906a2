//! Sessions: a person carries a random token, the database keeps only its hash.
//!
//! A session is opened by signing in, lasts thirty days, and is closed by signing out. Whoever works here and has not the
//! second factor that the house asks of their roles carries it as one who buys: the roles wait. Their session is over, too,
//! when they leave it alone for longer than the house says.

use crate::access::{self, Rules};
use crate::persons::Person;
use crate::{half_open, password_links};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use db::{FromRow, Row, Tx, View};
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

pub(crate) fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

pub fn open(tx: &Tx, act: &mut Act, person: &Person) -> Result<Token> {
    let token = Token(URL_SAFE_NO_PAD.encode(act.dice.bytes::<32>()));
    tx.run(
        "insert into session (token_hash, person_id, created_at, expires_at, seen_at) values ($1, $2, $3, $4, $3)",
        &[&hash(&token.0), &person.id, &act.at, &act.at.plus_seconds(LASTS_SECONDS)],
    )?;
    Ok(token)
}

/// Who carries a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub person: Person,
    /// What they may do now.
    pub actor: Actor,
    /// They hold roles that wait until they have a second factor.
    pub roles_wait: bool,
    /// They work here, and it was not written down in this minute that they are here: `seen` does that.
    pub unseen: bool,
}

/// The person who carries this token and the actor they are now; nobody when it is unknown or over.
pub fn known(view: &View, token: &str, now: Instant) -> Result<Option<Known>> {
    if token.len() != TOKEN_CHARS {
        return Ok(None);
    }
    let found: Option<Carried> = view.maybe(
        "select person.id, person.email, person.name, person.lang, person.created_at, session.seen_at, second_factor.since
        from session
        join person on person.id = session.person_id
        left join second_factor on second_factor.person_id = session.person_id
        where session.token_hash = $1 and session.expires_at > $2",
        &[&hash(token), &now],
    )?;
    let Some(Carried { person, seen_at, factor_since }) = found else { return Ok(None) };
    let held = roles(view, &person.id)?;
    let works_here = !held.is_empty();
    let rules = if works_here { access::rules(view)? } else { Rules::default() };
    if works_here && seen_at.plus_minutes(rules.idle_minutes) <= now {
        return Ok(None);
    }
    let roles_wait = factor_since.is_none() && rules.factor_for.includes(&held);
    let roles = if roles_wait { Vec::new() } else { held };
    let unseen = works_here && seen_at.plus_minutes(1) <= now;
    let actor = Actor::Person { id: person.id.clone(), name: person.name.clone(), roles };
    Ok(Some(Known { person, actor, roles_wait, unseen }))
}

/// Writes down that a session is in use.
pub fn seen(tx: &Tx, token: &str, now: Instant) -> Result<()> {
    tx.run("update session set seen_at = $2 where token_hash = $1 and seen_at < $2", &[&hash(token), &now])
        .map(|_| ())
}

/// Whether roles wait for a second factor, of somebody who has none.
pub fn wait(view: &View, held: &[(Role, OrgId)]) -> Result<bool> {
    Ok(!held.is_empty() && access::rules(view)?.factor_for.includes(held))
}

struct Carried {
    person: Person,
    seen_at: Instant,
    factor_since: Option<Instant>,
}

impl FromRow for Carried {
    fn from_row(row: &mut Row) -> Result<Carried> {
        Ok(Carried { person: Person::from_row(row)?, seen_at: row.next()?, factor_since: row.next()? })
    }
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

/// A session that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub since: Instant,
    pub until: Instant,
    /// To the minute, of somebody who works here; of others it is when it was opened.
    pub seen: Instant,
}

/// A person's sessions that are not over.
pub fn of(view: &View, person: &PersonId, now: Instant) -> Result<Vec<Session>> {
    let idle = if roles(view, person)?.is_empty() { None } else { Some(access::rules(view)?.idle_minutes) };
    let rows: Vec<(Instant, Instant, Instant)> = view.all(
        "select created_at, expires_at, seen_at
        from session
        where person_id = $1 and expires_at > $2
        order by created_at, token_hash",
        &[person, &now],
    )?;
    let open = rows.into_iter().map(|(since, until, seen)| Session { since, until, seen });
    Ok(open.filter(|one| idle.is_none_or(|minutes| now < one.seen.plus_minutes(minutes))).collect())
}

/// Signs a person out everywhere, also where a second factor is still to come.
pub fn close_all(tx: &Tx, person: &PersonId) -> Result<u64> {
    half_open::close_all(tx, person)?;
    tx.run("delete from session where person_id = $1", &[person])
}

/// Forgets sessions whose time is over, and what else was not to last; how many sessions.
pub fn sweep(tx: &Tx, now: Instant) -> Result<u64> {
    half_open::sweep(tx, now)?;
    password_links::sweep(tx, now)?;
    let left = now.plus_minutes(-access::rules(tx)?.idle_minutes);
    tx.run(
        "delete from session
        where expires_at <= $1
          or (seen_at <= $2 and exists (select 1 from membership where membership.person_id = session.person_id))",
        &[&now, &left],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, act, ann};
    use crate::{memberships, orgs, second_factor};
    use db::{Db, Lane, scratch::scratch};

    fn who(db: &Db, token: &Token, now: Instant) -> Option<Person> {
        let token = token.clone();
        let found = db.read_blocking(move |view| known(view, &token.0, now)).expect("a read");
        found.map(|known| known.person)
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

    #[test]
    fn roles_wait_for_the_second_factor_that_the_house_asks_for() {
        let db = scratch();
        let ann = ann(&db);
        let token = opened(&db, &ann, 1).0;
        let story = db.write_blocking(Lane::house(), move |tx| {
            let look = || Ok::<_, Error>(known(tx, &token, NOW)?.expect("a session"));
            let star = orgs::add(tx, &mut act(), orgs::OrgKind::Cinema, &kernel::Words::new("Star", "星光"))?;
            memberships::add(tx, &ann.id, &star.id, Role::Cinema)?;
            assert!(!look()?.roles_wait && look()?.actor.has(Role::Cinema), "nobody asks");
            access::put(tx, &Rules { factor_for: access::FactorFor::Operators, ..Rules::default() })?;
            assert!(!look()?.roles_wait, "nobody asks cinemas");
            access::put(tx, &Rules { factor_for: access::FactorFor::Money, ..Rules::default() })?;
            assert!(look()?.roles_wait && look()?.actor.roles().is_empty());
            let (key, now) = ([7; second_factor::KEY_BYTES], second_factor::step(NOW));
            let code = second_factor::code(&key, now, second_factor::DIGITS);
            second_factor::turn_on(
                tx,
                &mut act(),
                &second_factor::Vault::new(b"key"),
                &ann.id,
                &key,
                &code,
                NOW,
            )?;
            assert!(!look()?.roles_wait && look()?.actor.has(Role::Cinema));
            Ok(())
        });
        story.expect("a write");
    }

    #[test]
    fn whoever_works_here_is_signed_out_when_they_sit_idle() {
        let db = scratch();
        let ann = ann(&db);
        let token = opened(&db, &ann, 1).0;
        let story = db.write_blocking(Lane::house(), move |tx| {
            let at = |minutes| known(tx, &token, NOW.plus_minutes(minutes));
            let unseen = |minutes| Ok::<_, Error>(at(minutes)?.map(|known| known.unseen));
            let listed = |minutes| Ok::<_, Error>(of(tx, &ann.id, NOW.plus_minutes(minutes))?.len());
            assert_eq!(
                unseen(10_000)?,
                Some(false),
                "who only buys is not, and nothing is written down of them"
            );
            let star = orgs::add(tx, &mut act(), orgs::OrgKind::Cinema, &kernel::Words::new("Star", "星光"))?;
            memberships::add(tx, &ann.id, &star.id, Role::Cinema)?;
            access::put(tx, &Rules { idle_minutes: 30, ..Rules::default() })?;
            assert_eq!(
                [unseen(0)?, unseen(1)?, unseen(29)?, unseen(30)?],
                [Some(false), Some(true), Some(true), None]
            );
            assert_eq!([listed(29)?, listed(30)?], [1, 0]);
            seen(tx, &token, NOW.plus_minutes(29))?;
            seen(tx, &token, NOW)?;
            assert_eq!([unseen(29)?, unseen(58)?, unseen(59)?], [Some(false), Some(true), None]);
            assert_eq!([sweep(tx, NOW.plus_minutes(58))?, sweep(tx, NOW.plus_minutes(59))?], [0, 1]);
            Ok(())
        });
        story.expect("a write");
    }
}
