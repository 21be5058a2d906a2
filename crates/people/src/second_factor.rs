//! What somebody is asked for beside their password: a code that an app on their phone shows, or a recovery code.
//!
//! A key is proposed, and the factor is on from the first code that shows the app has it. Of a code no second use is
//! taken. Recovery codes are shown once, kept as hashes, and open once each. After a hundred wrong codes in a row no
//! code counts any more (NIST SP 800-63B, 5.2.2), only recovery codes do.

mod totp;
mod vault;

pub use totp::{DIGITS, KEY_BYTES, STEP_SECONDS, address, code, step};
pub use vault::Vault;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use db::{Tx, View};
use kernel::{Act, Dice, Error, Instant, Kind, PersonId, Refusal, Result};
use sha2::{Digest, Sha256};

pub const RECOVERY_CODES: usize = 10;
/// 120 bits, so that a plain hash keeps them.
pub(crate) const RECOVERY_BYTES: usize = 15;
const RECOVERY_CHARS: usize = 24;
const RECOVERY_GROUP: usize = 4;
pub const MISSES_MAX: i64 = 100;

/// A second factor that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    pub since: Instant,
    /// Recovery codes that were not used.
    pub codes_left: i64,
}

/// What became of something that somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The app's code of this half minute or of one beside it, for the first time.
    Code,
    /// A recovery code; it is used up.
    Recovery,
    Wrong,
    /// No code of an app counts until a recovery code was given.
    Stuck,
}

impl Checked {
    /// Refuses at `field` what did not open.
    pub fn opened(self, field: &'static str) -> Result<Checked, Refusal> {
        match self {
            Checked::Code | Checked::Recovery => Ok(self),
            Checked::Wrong => Err(wrong(field)),
            Checked::Stuck => Err(stuck(field)),
        }
    }
}

fn wrong(field: &'static str) -> Refusal {
    Refusal::field(
        field,
        "wrong_code",
        "This code does not count. Take the one your app shows now; each counts once.",
        "验证码不正确。请输入应用当前显示的验证码，每个只能用一次。",
    )
}

fn stuck(field: &'static str) -> Refusal {
    Refusal::field(
        field,
        "too_many_wrong_codes",
        "Too many wrong codes were typed in a row. Please use a recovery code, or ask an operator of the house.",
        "连续输错的验证码过多。请使用恢复码，或联系平台运营者。",
    )
}

/// Under what its tries are counted by a throttle.
pub fn door(person: &PersonId) -> String {
    format!("second factor {person}")
}

pub fn of(view: &View, person: &PersonId) -> Result<Option<Factor>> {
    let found: Option<(Instant, i64)> = view.maybe(
        "select since, (select count(*) from recovery_code where recovery_code.person_id = second_factor.person_id)
        from second_factor
        where person_id = $1",
        &[person],
    )?;
    Ok(found.map(|(since, codes_left)| Factor { since, codes_left }))
}

/// A key for somebody's app, which counts for nothing yet.
pub fn propose(dice: &mut Dice) -> [u8; KEY_BYTES] {
    dice.bytes()
}

/// Turns it on when `typed` is a code of the key, by what phones show at `at`; answers the recovery codes, which nobody will see again. Refuses
/// `wrong_code`, and `second_factor_is_on`.
pub fn turn_on(
    tx: &Tx,
    act: &mut Act,
    vault: &Vault,
    person: &PersonId,
    key: &[u8],
    typed: &str,
    at: Instant,
) -> Result<Vec<String>> {
    let step = totp::step_of(key, &without_gaps(typed), at, i64::MIN).ok_or_else(|| wrong("code"))?;
    let sealed = vault.seal(&person.0, key, &mut act.dice)?;
    let on = tx.run(
        "insert into second_factor (person_id, sealed_key, since, last_step, misses)
        values ($1, $2, $3, $4, 0)
        on conflict (person_id) do nothing",
        &[person, &sealed, &act.at, &step],
    )?;
    if on == 0 {
        return Err(is_on().into());
    }
    renew_codes(tx, act, person)
}

fn is_on() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "second_factor_is_on",
        "Your second factor is on already.",
        "两步验证已经开启。",
    )
}

/// Ten new recovery codes; those from before open nothing any more.
pub fn renew_codes(tx: &Tx, act: &mut Act, person: &PersonId) -> Result<Vec<String>> {
    tx.run("delete from recovery_code where person_id = $1", &[person])?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let code = base32(&act.dice.bytes::<RECOVERY_BYTES>());
        tx.run(
            "insert into recovery_code (person_id, code_hash) values ($1, $2)",
            &[person, &recovery_hash(&code)],
        )?;
        codes.push(grouped(&code));
    }
    Ok(codes)
}

/// Whether there was one to turn off.
pub fn turn_off(tx: &Tx, person: &PersonId) -> Result<bool> {
    tx.run("delete from recovery_code where person_id = $1", &[person])?;
    Ok(tx.run("delete from second_factor where person_id = $1", &[person])? == 1)
}

/// Holds what was typed against the factor, by what phones show at `at`, and writes down that it was: the caller commits also when it was wrong.
pub fn check(tx: &Tx, vault: &Vault, person: &PersonId, typed: &str, at: Instant) -> Result<Checked> {
    let found: Option<(String, i64, i64)> =
        tx.maybe("select sealed_key, last_step, misses from second_factor where person_id = $1", &[person])?;
    let Some((sealed, last, misses)) = found else { return Ok(Checked::Wrong) };
    let typed = without_gaps(typed);
    if typed.len() == RECOVERY_CHARS {
        return recover(tx, person, &typed);
    }
    if misses >= MISSES_MAX {
        return Ok(Checked::Stuck);
    }
    let key = vault
        .open(&person.0, &sealed)
        .ok_or_else(|| Error::fault(format!("the second factor of {person} was sealed under another key")))?;
    match totp::step_of(&key, &typed, at, last) {
        Some(step) if take_step(tx, person, step)? => Ok(Checked::Code),
        _ => missed(tx, person),
    }
}

/// Whether nobody took a code of this step, or of a later one, before.
fn take_step(tx: &Tx, person: &PersonId, step: i64) -> Result<bool> {
    let taken = tx.run(
        "update second_factor set last_step = $2, misses = 0 where person_id = $1 and last_step < $2",
        &[person, &step],
    )?;
    Ok(taken == 1)
}

fn recover(tx: &Tx, person: &PersonId, code: &str) -> Result<Checked> {
    let used = tx.run(
        "delete from recovery_code where person_id = $1 and code_hash = $2",
        &[person, &recovery_hash(code)],
    )?;
    if used == 0 {
        return missed(tx, person);
    }
    tx.run("update second_factor set misses = 0 where person_id = $1", &[person])?;
    Ok(Checked::Recovery)
}

fn missed(tx: &Tx, person: &PersonId) -> Result<Checked> {
    tx.run("update second_factor set misses = misses + 1 where person_id = $1", &[person])?;
    Ok(Checked::Wrong)
}

/// As it was meant: no blanks or hyphens, capital letters.
pub(crate) fn without_gaps(typed: &str) -> String {
    let kept = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

pub(crate) fn recovery_hash(code: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(code.as_bytes()))
}

/// A text in groups of four, easier to copy from paper.
pub fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters.chunks(RECOVERY_GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// RFC 4648, 6, of whole groups of five bytes.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let groups =
        bytes.chunks_exact(5).map(|five| five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)));
    let letter = |bits: u64, at: u32| char::from(LETTERS[(bits >> (35 - 5 * at) & 31) as usize]);
    groups.flat_map(|bits| (0..8).map(move |at| letter(bits, at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, act, ann};
    use db::{Db, Lane, scratch::scratch};

    const KEY: [u8; KEY_BYTES] = *b"12345678901234567890";

    fn vault() -> Vault {
        Vault::new(b"an installation's")
    }

    fn app(now: Instant) -> String {
        code(&KEY, step(now), DIGITS)
    }

    fn on(db: &Db, person: &PersonId) -> Vec<String> {
        let person = person.clone();
        db.write_blocking(Lane::house(), move |tx| {
            turn_on(tx, &mut act(), &vault(), &person, &KEY, &app(NOW), NOW)
        })
        .expect("it is on")
    }

    fn types(db: &Db, person: &PersonId, typed: &str, now: Instant) -> Checked {
        let (person, typed) = (person.clone(), typed.to_owned());
        db.write_blocking(Lane::house(), move |tx| check(tx, &vault(), &person, &typed, now))
            .expect("a check")
    }

    #[test]
    fn it_is_on_from_the_first_code() {
        let db = scratch();
        let ann = ann(&db).id;
        let person = ann.clone();
        let story = db.write_blocking(Lane::house(), move |tx| {
            let tried = turn_on(tx, &mut act(), &vault(), &person, &KEY, "000000", NOW).expect_err("a guess");
            assert_eq!(tried.refusal().map(|no| no.code), Some("wrong_code"));
            assert_eq!(of(tx, &person)?, None);
            let typed = format!(" {} {}", &app(NOW)[..3], &app(NOW)[3..]);
            let codes = turn_on(tx, &mut act(), &vault(), &person, &KEY, &typed, NOW)?;
            let again = turn_on(tx, &mut act(), &vault(), &person, &KEY, &typed, NOW).expect_err("once");
            assert_eq!(again.refusal().map(|no| no.code), Some("second_factor_is_on"));
            assert_eq!(of(tx, &person)?, Some(Factor { since: NOW, codes_left: 10 }));
            Ok(codes)
        });
        let mut codes = story.expect("a story");
        codes.dedup();
        assert_eq!(codes.len(), RECOVERY_CODES);
        assert!(codes.iter().all(|code| code.len() == 29 && code.split('-').count() == 6), "{codes:?}");
    }

    #[test]
    fn a_code_counts_once() {
        let db = scratch();
        let ann = ann(&db).id;
        on(&db, &ann);
        assert_eq!(types(&db, &ann, &app(NOW), NOW), Checked::Wrong, "the one that turned it on");
        let later = NOW.plus_seconds(60);
        assert_eq!(types(&db, &ann, &app(later), later), Checked::Code);
        assert_eq!(types(&db, &ann, &app(later), later), Checked::Wrong, "a replay");
        let before = app(later.plus_seconds(-STEP_SECONDS));
        assert_eq!(types(&db, &ann, &before, later), Checked::Wrong, "one from before a code that was taken");
        let next = app(later.plus_seconds(STEP_SECONDS));
        assert_eq!(types(&db, &ann, &next, later), Checked::Code);
    }

    #[test]
    fn a_recovery_code_opens_once() {
        let db = scratch();
        let ann = ann(&db).id;
        let codes = on(&db, &ann);
        let typed = codes[3].to_lowercase().replace('-', " ");
        assert_eq!(types(&db, &ann, &typed, NOW), Checked::Recovery);
        assert_eq!(types(&db, &ann, &typed, NOW), Checked::Wrong);
        let person = ann.clone();
        let left = db.read_blocking(move |view| of(view, &person)).expect("a read");
        assert_eq!(left.map(|factor| factor.codes_left), Some(9));
        let person = ann.clone();
        let renewed = db
            .write_blocking(Lane::house(), move |tx| {
                renew_codes(tx, &mut Act { dice: Dice::seeded(8), ..act() }, &person)
            })
            .expect("ten more");
        assert_eq!(types(&db, &ann, &codes[0], NOW), Checked::Wrong, "those from before are gone");
        assert_eq!(types(&db, &ann, &renewed[0], NOW), Checked::Recovery);
    }

    #[test]
    fn after_a_hundred_wrong_codes_only_a_recovery_code_counts() {
        let db = scratch();
        let ann = ann(&db).id;
        let codes = on(&db, &ann);
        let later = NOW.plus_seconds(60);
        for _ in 0..MISSES_MAX {
            assert_eq!(types(&db, &ann, "000000", later), Checked::Wrong);
        }
        assert_eq!(types(&db, &ann, &app(later), later), Checked::Stuck);
        assert_eq!(types(&db, &ann, &codes[0], later), Checked::Recovery);
        assert_eq!(types(&db, &ann, &app(later), later), Checked::Code);
    }

    #[test]
    fn the_database_knows_neither_key_nor_codes() {
        let db = scratch();
        let ann = ann(&db).id;
        let codes = on(&db, &ann);
        let (sealed,): (String,) =
            db.read_blocking(|view| view.one("select sealed_key from second_factor", &[])).expect("a row");
        assert!(
            !sealed.contains(&base32(&KEY)) && !sealed.contains(&URL_SAFE_NO_PAD.encode(KEY)),
            "{sealed}"
        );
        let kept: Vec<(String,)> =
            db.read_blocking(|view| view.all("select code_hash from recovery_code", &[])).expect("rows");
        assert!(codes.iter().all(|code| kept.iter().all(|(hash,)| *hash != without_gaps(code))));
    }

    #[test]
    fn whoever_has_none_is_let_in_by_nothing() {
        let db = scratch();
        let ann = ann(&db).id;
        assert_eq!(types(&db, &ann, &app(NOW), NOW), Checked::Wrong);
        let codes = on(&db, &ann);
        let person = ann.clone();
        let off = db.write_blocking(Lane::house(), move |tx| turn_off(tx, &person));
        assert!(off.expect("a write"));
        assert_eq!(types(&db, &ann, &codes[0], NOW), Checked::Wrong);
    }

    #[test]
    fn letters_are_those_of_the_standard() {
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(base32(&KEY), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(grouped("GEZDGNBVGY"), "GEZD-GNBV-GY");
    }
}
