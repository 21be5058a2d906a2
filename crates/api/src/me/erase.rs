//! Being erased: the account ends at once, for good.

use crate::answer::{Answer, Done};
use crate::body::Body;
use crate::call::{Call, Consumer};
use flows::{erase_person, security};
use kernel::Refusal;
use people::persons;
use serde::Deserialize;
use utoipa::ToSchema;

/// Whoever ends an account shows that it is theirs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    password: String,
}

pub async fn erase(call: Call, consumer: Consumer, Body(asked): Body<Erasure>) -> Answer<Done> {
    let person = consumer.person;
    call.service.throttle().knock_known(&person.id.0, &call.from, call.now)?;
    let id = person.id.clone();
    let hash = call.read(move |view| persons::password(view, &id)).await?;
    if !call.service.verify(&call.house, asked.password, hash).await? {
        return Err(wrong_password().into());
    }
    call.service.throttle().welcome_known(&person.id.0);
    let id = person.id.clone();
    call.write_in_house(move |scene| erase_person::begin(scene, &id)).await?;
    erase_person::forget(&call.house, &person.id);
    security::done("erased", &person.id.0, &call.from);
    Ok(Done)
}

fn wrong_password() -> Refusal {
    Refusal::field("password", "wrong_password", "This is not your password.", "密码不正确。")
}
