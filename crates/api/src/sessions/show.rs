//! Who carries this session.

use super::Who;
use crate::answer::{Answer, Found};
use crate::call::{Call, Consumer};

pub async fn show(call: Call, consumer: Consumer) -> Answer<Found<Who>> {
    Ok(Found(Who::new(&consumer.person, &call.actor, call.roles_wait)))
}
