//! Coming, going, and how one likes to read.

pub mod account;
pub mod code;
pub mod consent;
pub mod erasure;
pub mod first_run;
pub mod new_password;
pub mod password;
pub mod reading;
pub mod second_factor;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;

use crate::answer::SeeOther;
use crate::cookies::{self, Seen};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::Field;
use crate::visit::Visit;
use ::people::{Token, notices, sessions};
use flows::sign_in::Entered;
use kernel::Words;
use maud::{Markup, html};

/// Sends a person on who has just been given a session, and lets their browser be known again.
fn let_in(visit: &Visit, email: &str, token: &Token, to: &str) -> SeeOther {
    let known = match known_browser(visit, email) {
        Some(known) => known.to_owned(),
        None => {
            let number: String = visit.house.dice().bytes::<16>().map(|byte| format!("{byte:02x}")).concat();
            visit.house.keys().form.sign(&format!("known {number} {}", email_mark(visit, email)))
        }
    };
    SeeOther::to(to)
        .cookie(cookies::SESSION, token.0.as_str(), sessions::LASTS_SECONDS, Seen::ByServer)
        .cookie(cookies::KNOWN, known, cookies::YEAR_SECONDS, Seen::ByServer)
}

/// Sends a person on who has just signed in: to what they came for, or to what the house asks of them before; and tells
/// them what others did to their account.
fn welcome(visit: &Visit, entered: &Entered, told: &[notices::What], next: &str) -> SeeOther {
    let to = if entered.roles_wait { second_factor::before(next) } else { next.to_owned() };
    let onward = let_in(visit, &entered.person.email, &entered.token, &to);
    let said: Vec<Words> = told.iter().map(|what| words(*what)).collect();
    if said.is_empty() {
        return onward;
    }
    let join = |part: fn(&Words) -> &str, between| said.iter().map(part).collect::<Vec<_>>().join(between);
    onward.telling(Tone::Lantern, Words::new(join(|one| &one.en, " "), join(|one| &one.zh, "")))
}

fn words(what: notices::What) -> Words {
    match what {
        notices::What::FactorTakenOff => Words::new(
            "The second factor was taken off your account by an operator. If you did not ask for that, tell the house; set it up again on your account page.",
            "运营者已关闭您账号的两步验证。如非您本人要求，请告知平台；可在账号页重新开启。",
        ),
        notices::What::PasswordSetByLink => Words::new(
            "Your password was set anew by a link that the house gave out. If that was not you, tell the house.",
            "您的密码已通过平台提供的链接重新设置。如非您本人操作，请告知平台。",
        ),
    }
}

/// The word of a browser in which whoever has this address was signed in before.
fn known_browser<'a>(visit: &'a Visit, email: &str) -> Option<&'a str> {
    let word = visit.browser.as_deref()?;
    let text = visit.house.keys().form.open(word)?;
    let mark = text.strip_prefix("known ")?.split_once(' ')?.1;
    (mark == email_mark(visit, email)).then_some(word)
}

/// What stands for an address where it should not be read.
fn email_mark(visit: &Visit, email: &str) -> String {
    let mark = visit.house.keys().form.digest(&format!("known {}", email.trim().to_lowercase()));
    mark[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a password has to be.
const PASSWORD_HINT: (&str, &str) = (
    "At least 8 characters; a few words in a row are good.",
    "至少 8 个字符，几个不相干的词连在一起就很好。",
);

/// The three questions of a sign-up.
fn who_fields(visit: &Visit, form: &Form) -> Markup {
    let name = form.field(visit.lang, "name", visit.say("Your name", "您的姓名"));
    let email = form.field(visit.lang, "email", visit.say("Email", "邮箱"));
    let password = form.field(visit.lang, "password", visit.say("Password", "密码"));
    html! {
        (Field { required: true, autocomplete: Some("name"), ..name }.input())
        (Field { kind: "email", required: true, autocomplete: Some("email"), ..email }.input())
        (Field {
            kind: "password", value: "", required: true, autocomplete: Some("new-password"),
            hint: visit.say(PASSWORD_HINT.0, PASSWORD_HINT.1), ..password
        }.input())
    }
}
