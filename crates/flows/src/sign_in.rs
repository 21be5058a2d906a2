//! Signing in: the right password opens a session, or half of one where a second factor is asked for besides.
//!
//! The pages ask one after the other, so that a half-open sign-in stands between; a program sends both at once.

use crate::house::{House, Scene};
use kernel::{Actor, PersonId, Refusal, Result};
use people::second_factor::{self, Checked};
use people::{Person, Token, half_open, sessions};

/// A session, as it was opened.
#[derive(Clone, Debug)]
pub struct Entered {
    pub person: Person,
    pub token: Token,
    /// Their roles wait until they have a second factor.
    pub roles_wait: bool,
    /// It took a recovery code, which is used up.
    pub recovered: bool,
}

/// What a right password opens.
#[derive(Clone, Debug)]
pub enum Opened {
    Session(Entered),
    HalfOpen(Token),
}

/// What a code opens. A refusal is an answer here, not an error: that the code was tried is written down with it.
#[derive(Clone, Debug)]
pub enum Answered {
    Entered(Entered),
    Refused(Refusal),
    /// The half-open sign-in is over, or never was.
    Over,
}

/// Writes down that somebody who works here is here. What fails there is no reason to turn them away.
pub async fn keep_seen(house: &House, actor: &Actor, token: String) {
    let now = house.now();
    let lane = PersonId(actor.code().to_owned());
    let kept = house.write(&lane, actor.clone(), move |scene| sessions::seen(scene.tx, &token, now)).await;
    if let Err(fault) = kept {
        tracing::warn!(%fault, "it could not be written down that a session is in use");
    }
}

/// Forgets sessions, half-open sign-ins and links whose time is over.
pub fn sweep(house: &House) -> Result<()> {
    let now = house.now();
    house
        .write_blocking(&House::lane(), Actor::System, move |scene| sessions::sweep(scene.tx, now))
        .map(|_| ())
}

/// Goes on after the right password. `before`, the session that was shown, ends where another begins.
pub fn begin(scene: &mut Scene, person: &Person, before: Option<&str>) -> Result<Opened> {
    if second_factor::of(scene.tx, &person.id)?.is_some() {
        return Ok(Opened::HalfOpen(half_open::open(scene.tx, &mut scene.act, &person.id)?));
    }
    Ok(Opened::Session(enter(scene, person, before, false)?))
}

/// Goes on after the code of a half-open sign-in.
pub fn finish(scene: &mut Scene, half: &str, typed: &str, before: Option<&str>) -> Result<Answered> {
    let Some(person) = half_open::person(scene.tx, half, scene.act.at)? else { return Ok(Answered::Over) };
    let answered = check(scene, &person, typed, before)?;
    match answered {
        Answered::Entered(_) => half_open::close(scene.tx, half)?,
        _ => half_open::miss(scene.tx, half)?,
    }
    Ok(answered)
}

/// Goes on after the right password with the code that came with it, if one did.
pub fn at_once(
    scene: &mut Scene,
    person: &Person,
    typed: Option<&str>,
    before: Option<&str>,
) -> Result<Answered> {
    match (second_factor::of(scene.tx, &person.id)?, typed) {
        (None, _) => Ok(Answered::Entered(enter(scene, person, before, false)?)),
        (Some(_), None) => Ok(Answered::Refused(code_wanted())),
        (Some(_), Some(typed)) => check(scene, person, typed, before),
    }
}

fn check(scene: &mut Scene, person: &Person, typed: &str, before: Option<&str>) -> Result<Answered> {
    let vault = &scene.house.keys().vault;
    let checked = second_factor::check(scene.tx, vault, &person.id, typed, scene.house.outside())?;
    match checked.opened("code") {
        Ok(opened) => Ok(Answered::Entered(enter(scene, person, before, opened == Checked::Recovery)?)),
        Err(refusal) => Ok(Answered::Refused(refusal)),
    }
}

fn enter(scene: &mut Scene, person: &Person, before: Option<&str>, recovered: bool) -> Result<Entered> {
    if let Some(token) = before {
        sessions::close(scene.tx, token)?;
    }
    let token = sessions::open(scene.tx, &mut scene.act, person)?;
    let has_factor = second_factor::of(scene.tx, &person.id)?.is_some();
    let roles_wait = !has_factor && sessions::wait(scene.tx, &sessions::roles(scene.tx, &person.id)?)?;
    Ok(Entered { person: person.clone(), token, roles_wait, recovered })
}

fn code_wanted() -> Refusal {
    Refusal::field(
        "code",
        "code_wanted",
        "This account asks for a second factor. Send the code of its app, or a recovery code, as “code”.",
        "该账号已开启两步验证，请同时提交应用显示的验证码或恢复码（code）。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::scratch::scratch;
    use kernel::{Clock, Dice, Instant, Lang, ShiftedClock, SystemClock};
    use payments::providers::pretend::Pretend;
    use people::passwords;
    use people::persons::{self, CheckedSignUp};
    use std::sync::Arc;

    /// A demonstration lives in January 2017; the phones of who looks at it do not.
    #[test]
    fn codes_are_those_that_phones_show_whatever_the_house_has_for_a_clock() {
        let scratch = scratch();
        let then = Instant::from_micros(1_483_340_400_000_000);
        let clock = Arc::new(ShiftedClock::starting_at(then));
        let provider = Arc::new(Pretend::new());
        let house = House::open(scratch.db.clone(), clock, Dice::seeded(7), provider).expect("a house");
        let key = [7; second_factor::KEY_BYTES];
        let shows = move |at: Instant, steps: i64| {
            second_factor::code(&key, second_factor::step(at) + steps, second_factor::DIGITS)
        };
        let told = house.write_blocking(&House::lane(), Actor::System, move |scene| {
            let password_hash = passwords::hash("a long enough password", &mut scene.act.dice)?;
            let (name, email) = ("Ann".to_owned(), "ann@example.com".to_owned());
            let sign_up = CheckedSignUp { name, email, lang: Lang::En, password_hash };
            let ann = persons::sign_up(scene.tx, &mut scene.act, &sign_up)?;
            let (vault, at) = (&scene.house.keys().vault, scene.house.outside());
            let phone = SystemClock.now();
            second_factor::turn_on(scene.tx, &mut scene.act, vault, &ann.id, &key, &shows(phone, 0), at)?;
            let house_clock = shows(scene.act.at, 1);
            let by_the_house = at_once(scene, &ann, Some(&house_clock), None)?;
            let by_the_phone = at_once(scene, &ann, Some(&shows(phone, 1)), None)?;
            Ok((by_the_house, by_the_phone))
        });
        let (by_the_house, by_the_phone) = told.expect("a story");
        assert!(matches!(by_the_house, Answered::Refused(_)), "{by_the_house:?}");
        assert!(matches!(by_the_phone, Answered::Entered(_)), "{by_the_phone:?}");
    }
}
