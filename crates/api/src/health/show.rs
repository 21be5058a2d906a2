//! What a balancer or a monitor asks every few seconds: this process answers, and its database answers it.

use crate::answer::{Answer, Found};
use crate::call::Call;
use serde::Serialize;
use utoipa::ToSchema;

/// A node that serves. One that cannot read its database answers 500 or 503 instead.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// The node's clock, RFC 3339.
    now: String,
    version: &'static str,
}

pub async fn show(call: Call) -> Answer<Found<Health>> {
    call.read(|view| view.one::<(i64,)>("select 1", &[])).await?;
    Ok(Found(Health { now: call.now.rfc3339(), version: env!("CARGO_PKG_VERSION") }))
}
