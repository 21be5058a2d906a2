//! Coming, going, and how one likes to read.

pub mod account;
pub mod consent;
pub mod erasure;
pub mod first_run;
pub mod password;
pub mod reading;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;

use crate::answer::SeeOther;
use crate::cookies::{self, Seen};
use crate::form::Form;
use crate::look::parts::Field;
use crate::visit::Visit;
use ::people::{Token, sessions};
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
