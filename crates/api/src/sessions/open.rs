//! Signing in: an email address and a password open a session.

use super::Who;
use crate::answer::{Answer, Made};
use crate::body::Body;
use crate::call::Call;
use kernel::{Actor, Kind, Refusal};
use people::{Person, persons, sessions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What opens a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[schema(example = "ann@example.com")]
    email: String,
    password: String,
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
    call.service.throttle().knock(&asked.email, &call.from, call.now)?;
    let email = asked.email.clone();
    let found = call.read(move |view| persons::credentials(view, &email)).await?;
    let (person, hash) = found.unzip();
    let is_right = call.service.verify(&call.house, asked.password, hash).await?;
    let person = person.filter(|_| is_right).ok_or_else(not_right)?;
    call.service.throttle().welcome(&asked.email);
    Ok(Made(begin(&call, person).await?))
}

async fn begin(call: &Call, person: Person) -> kernel::Result<Session> {
    let (lane, before) = (person.id.clone(), call.token.clone());
    let opened = call.write(&lane, move |scene| {
        if let Some(token) = &before {
            sessions::close(scene.tx, token)?;
        }
        let token = sessions::open(scene.tx, &mut scene.act, &person)?;
        let (id, name) = (person.id.clone(), person.name.clone());
        let actor = Actor::Person { roles: sessions::roles(scene.tx, &id)?, id, name };
        let expires_at = scene.now().plus_seconds(sessions::LASTS_SECONDS).rfc3339();
        Ok(Session { token: token.0, expires_at, who: Who::new(&person, &actor) })
    });
    let session = opened.await?;
    flows::security::done("signed_in", &lane.0, &call.from);
    Ok(session)
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
