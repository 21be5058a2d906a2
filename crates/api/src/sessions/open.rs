//! Signing in: an email address and a password open a session, and a code where a second factor is on.

use super::Who;
use crate::answer::{Answer, Made};
use crate::body::Body;
use crate::call::Call;
use flows::security;
use flows::sign_in::{self, Answered, Entered};
use kernel::{Actor, Kind, Refusal, Result};
use people::{Person, persons, second_factor, sessions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What opens a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[schema(example = "ann@example.com")]
    email: String,
    password: String,
    /// Of the account's app, or a recovery code; asked for (`code_wanted`) where a second factor is on.
    #[schema(example = "287082")]
    code: Option<String>,
}

/// A session; whoever shows its token is the person.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// For `Authorization: Bearer …`.
    token: String,
    expires_at: String,
    who: Who,
}

pub async fn open(call: Call, Body(asked): Body<SignIn>) -> Answer<Made<Session>> {
    let throttle = call.service.throttle();
    throttle.knock(&asked.email, &call.from, call.now)?;
    let email = asked.email.clone();
    let found = call.read(move |view| persons::credentials(view, &email)).await?;
    let (person, hash) = found.unzip();
    let is_right = call.service.verify(&call.house, asked.password, hash).await?;
    let person = person.filter(|_| is_right).ok_or_else(not_right)?;
    if asked.code.is_some() {
        throttle.knock_known(&second_factor::door(&person.id), &call.from, call.now)?;
    }
    let entered = enter(&call, &person, asked.code).await?;
    throttle.welcome(&asked.email);
    throttle.welcome_known(&second_factor::door(&person.id));
    security::done(
        if entered.recovered { "signed_in_by_recovery_code" } else { "signed_in" },
        &person.id.0,
        &call.from,
    );
    Ok(Made(told(&call, entered).await?))
}

async fn enter(call: &Call, person: &Person, code: Option<String>) -> Result<Entered> {
    let (one, before) = (person.clone(), call.token.clone());
    let story = call
        .write(&person.id, move |scene| sign_in::at_once(scene, &one, code.as_deref(), before.as_deref()));
    match story.await? {
        Answered::Entered(entered) => Ok(entered),
        Answered::Refused(refusal) => Err(refusal.into()),
        Answered::Over => Err(not_right().into()),
    }
}

async fn told(call: &Call, entered: Entered) -> Result<Session> {
    let Entered { person, token, roles_wait, .. } = entered;
    let id = person.id.clone();
    let held = call.read(move |view| sessions::roles(view, &id)).await?;
    let roles = if roles_wait { Vec::new() } else { held };
    let actor = Actor::Person { id: person.id.clone(), name: person.name.clone(), roles };
    let expires_at = call.now.plus_seconds(sessions::LASTS_SECONDS).rfc3339();
    Ok(Session { token: token.0, expires_at, who: Who::new(&person, &actor, roles_wait) })
}

/// Says the same for an unknown address and a wrong password.
fn not_right() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "wrong_password",
        "This email address and password do not go together.",
        "邮箱和密码不匹配。",
    )
}
