//! Coming, going, and how one likes to read.

pub mod account;
pub mod consent;
pub mod erasure;
pub mod first_run;
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

/// Sends a person on who has just been given a session.
fn let_in(token: &Token, to: &str) -> SeeOther {
    SeeOther::to(to).cookie(cookies::SESSION, token.0.as_str(), sessions::LASTS_SECONDS, Seen::ByServer)
}

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
            hint: visit.say("At least 8 characters.", "至少 8 个字符。"), ..password
        }.input())
    }
}
