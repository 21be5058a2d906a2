//! People with an account. A person signs up once under one email address. Orders and events name them by a number,
//! which is all that is left of somebody who was erased (`erasures`).

use crate::guessed::is_guessed;
use crate::password_links;
use crate::passwords::PasswordHash;
use crate::text;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Instant, Kind, Lang, PersonId, Refusal, Result, Words};

pub const NAME_CHARS_MAX: usize = 60;
pub const EMAIL_CHARS_MAX: usize = 120;
pub const PASSWORD_CHARS_MIN: usize = 8;
pub const PASSWORD_CHARS_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub email: String,
    pub name: String,
    pub lang: Lang,
    pub created_at: Instant,
}

impl FromRow for Person {
    fn from_row(row: &mut Row) -> Result<Person> {
        Ok(Person {
            id: row.next()?,
            email: row.next()?,
            name: row.next()?,
            lang: row.next()?,
            created_at: row.next()?,
        })
    }
}

/// What somebody typed to sign up.
pub struct SignUp {
    pub name: String,
    pub email: String,
    pub password: String,
    pub lang: Lang,
}

/// A sign-up within its limits whose password has been hashed.
#[derive(Clone, Debug)]
pub struct CheckedSignUp {
    pub name: String,
    pub email: String,
    pub lang: Lang,
    pub password_hash: PasswordHash,
}

/// A sign-up within its limits; its password is still to be hashed, which takes a while.
pub struct Plausible {
    pub name: String,
    pub email: String,
    pub password: String,
    pub lang: Lang,
}

impl SignUp {
    pub fn check(self) -> Result<Plausible, Refusal> {
        let name = text::line("name", &Words::new("Your name", "姓名"), &self.name, NAME_CHARS_MAX)?;
        let email = email(&self.email)?;
        check_password(&self.password, &name, &email)?;
        Ok(Plausible { name, email, password: self.password, lang: self.lang })
    }
}

impl Plausible {
    pub fn hashed(self, password_hash: PasswordHash) -> CheckedSignUp {
        CheckedSignUp { name: self.name, email: self.email, lang: self.lang, password_hash }
    }
}

/// An email address in the one way it is stored: lower case, no blanks, something on either side of one `@`.
pub fn email(typed: &str) -> Result<String, Refusal> {
    let email = typed.trim().to_lowercase();
    let (local, host) = email.split_once('@').unwrap_or(("", ""));
    let dotted = host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty());
    let strange = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c);
    let plausible = !local.is_empty() && dotted && !host.contains('@') && !email.contains(strange);
    if plausible && email.chars().count() <= EMAIL_CHARS_MAX {
        return Ok(email);
    }
    Err(Refusal::field(
        "email",
        "bad_email",
        format!(
            "Please give an email address such as ann@example.com, at most {EMAIL_CHARS_MAX} characters."
        ),
        format!("请填写 ann@example.com 这样的邮箱，最多 {EMAIL_CHARS_MAX} 个字符。"),
    ))
}

/// A password that somebody of this name and address may choose: of any characters, but none that is guessed first.
pub fn check_password(password: &str, name: &str, email: &str) -> Result<(), Refusal> {
    let chars = password.chars().count();
    if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars) {
        return Err(Refusal::field(
            "password",
            "bad_password",
            format!("A password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters."),
            format!("密码需要 {PASSWORD_CHARS_MIN} 到 {PASSWORD_CHARS_MAX} 个字符。"),
        ));
    }
    if is_guessed(password, name, email) {
        return Err(Refusal::field(
            "password",
            "guessed_password",
            "This password is among the first that others guess. Please choose another; a few words in a row are good.",
            "这个密码很容易被猜到，请换一个；几个不相干的词连在一起就很好。",
        ));
    }
    Ok(())
}

/// Refuses `email_taken` when the address has an account.
pub fn sign_up(tx: &Tx, act: &mut Act, sign_up: &CheckedSignUp) -> Result<Person> {
    let person = Person {
        id: act.id(),
        email: sign_up.email.clone(),
        name: sign_up.name.clone(),
        lang: sign_up.lang,
        created_at: act.at,
    };
    let added = tx.run(
        "insert into person (id, email, name, lang, password_hash, created_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (email) do nothing",
        &[
            &person.id,
            &person.email,
            &person.name,
            &person.lang,
            &sign_up.password_hash.phc(),
            &person.created_at,
        ],
    )?;
    if added == 1 { Ok(person) } else { Err(email_taken().into()) }
}

fn email_taken() -> Refusal {
    let refusal = Refusal::new(
        Kind::Conflict,
        "email_taken",
        "There is an account with this email address already. You can sign in with it.",
        "这个邮箱已经注册过，可以直接登录。",
    );
    Refusal { field: Some("email"), ..refusal }
}

/// The account of a stored or typed address.
pub fn by_email(view: &View, email: &str) -> Result<Option<Person>> {
    view.maybe(
        "select id, email, name, lang, created_at from person where email = $1",
        &[&email.trim().to_lowercase()],
    )
}

/// The account with what its password is checked against.
pub fn credentials(view: &View, email: &str) -> Result<Option<(Person, PasswordHash)>> {
    let found: Option<(PersonId, String, String, Lang, Instant, String)> = view.maybe(
        "select id, email, name, lang, created_at, password_hash from person where email = $1",
        &[&email.trim().to_lowercase()],
    )?;
    Ok(found.map(|(id, email, name, lang, created_at, hash)| {
        (Person { id, email, name, lang, created_at }, PasswordHash::stored(hash))
    }))
}

pub fn any(view: &View, id: &PersonId) -> Result<Option<Person>> {
    view.maybe("select id, email, name, lang, created_at from person where id = $1", &[id])
}

/// What a person's password is checked against when they are to show that it is them.
pub fn password(view: &View, id: &PersonId) -> Result<Option<PasswordHash>> {
    let found: Option<(String,)> = view.maybe("select password_hash from person where id = $1", &[id])?;
    Ok(found.map(|(hash,)| PasswordHash::stored(hash)))
}

/// From now on only the new password is theirs, and a link by which to set one is used up. Sessions that were opened with the old one are the caller's to close.
pub fn set_password(tx: &Tx, id: &PersonId, hash: &PasswordHash) -> Result<()> {
    password_links::forget(tx, id)?;
    tx.run("update person set password_hash = $2 where id = $1", &[id, &hash.phc()]).map(|_| ())
}

/// Remembers the language a person reads.
pub fn speak(tx: &Tx, id: &PersonId, lang: Lang) -> Result<()> {
    tx.run("update person set lang = $2 where id = $1", &[id, &lang]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{act, ann, sign_up_of};
    use db::{Lane, scratch::scratch};

    fn typed(name: &str, email: &str, password: &str) -> Result<(), &'static str> {
        let sign_up =
            SignUp { name: name.into(), email: email.into(), password: password.into(), lang: Lang::En };
        sign_up.check().map(|_| ()).map_err(|refusal| refusal.field.expect("a refusal of a field"))
    }

    #[test]
    fn sign_ups_have_limits() {
        assert_eq!(typed("Ann", "Ann@Example.com", "long enough"), Ok(()));
        assert_eq!(typed("安", "an@例子.中国", "渡口灯火通明三更"), Ok(()));
        assert_eq!(typed("Ann", "ann@example.com", &"a boat goes over at dawn ".repeat(8)), Ok(()));
        assert_eq!(typed(" ", "ann@example.com", "long enough"), Err("name"));
        assert_eq!(typed(&"n".repeat(61), "ann@example.com", "long enough"), Err("name"));
        assert_eq!(typed("A\nB", "ann@example.com", "long enough"), Err("name"));
        for bad in
            ["", "ann", "ann@", "@example.com", "ann@example", "a@b@c.de", "ann@.com", "a b@c.de", "<a>@c.de"]
        {
            assert_eq!(typed("Ann", bad, "long enough"), Err("email"), "{bad}");
        }
        assert_eq!(typed("Ann", &format!("{}@example.com", "a".repeat(109)), "long enough"), Err("email"));
        assert_eq!(typed("Ann", "ann@example.com", "seven77"), Err("password"));
        assert_eq!(typed("Ann", "ann@example.com", &"plums".repeat(41)), Err("password"));
    }

    #[test]
    fn nobody_chooses_what_is_guessed_first() {
        let code =
            |password| check_password(password, "Ann", "ann@example.com").err().map(|no| (no.code, no.field));
        assert_eq!(code("password1"), Some(("guessed_password", Some("password"))));
        assert_eq!(code("Ferryman2016"), Some(("guessed_password", Some("password"))));
        assert_eq!(code(" Correct  HORSE "), None);
    }

    #[test]
    fn only_the_new_password_is_theirs() {
        let db = scratch();
        let id = ann(&db).id;
        let (new, one) = (PasswordHash::stored("another hash".into()), id.clone());
        let given = new.clone();
        db.write_blocking(Lane::house(), move |tx| set_password(tx, &one, &given)).expect("a write");
        assert_eq!(db.read_blocking(move |view| password(view, &id)).expect("a read"), Some(new));
    }

    #[test]
    fn an_email_address_signs_up_once() {
        let db = scratch();
        let again = ann(&db);
        let taken = db.write_blocking(Lane::house(), |tx| sign_up(tx, &mut act(), &sign_up_of("ann")));
        assert_eq!(
            taken.expect_err("taken").refusal().map(|no| (no.code, no.field)),
            Some(("email_taken", Some("email")))
        );
        let found = db.read_blocking(|view| by_email(view, " ANN@example.com ")).expect("a read");
        assert_eq!(found, Some(again.clone()));
        assert_eq!(db.read_blocking(move |view| any(view, &again.id)).expect("a read"), found);
    }

    #[test]
    fn a_person_keeps_their_language() {
        let db = scratch();
        let id = ann(&db).id;
        let seen = db.write_blocking(Lane::house(), move |tx| {
            speak(tx, &id, Lang::Zh)?;
            any(tx, &id)
        });
        assert_eq!(seen.expect("a write").map(|person| person.lang), Some(Lang::Zh));
    }
}
