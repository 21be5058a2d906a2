//! Naming an audience.

use super::{Audience, read_rule};
use crate::answer::{Answer, Made};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, ReleaseTeam};
use kernel::OrgId;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An audience that is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AudienceDraft {
    #[schema(max_length = 80)]
    name: String,
    #[schema(value_type = Object)]
    rule: Value,
}

pub async fn create(
    call: Call,
    team: ReleaseTeam,
    At((org,)): At<(OrgId,)>,
    Body(asked): Body<AudienceDraft>,
) -> Answer<Made<Audience>> {
    team.check(&org)?;
    let (rule, name) = (read_rule(&asked.rule)?, asked.name);
    let made = call.write_in_house(move |scene| {
        crate::orgs::any(scene.tx, &org)?;
        flows::audiences::save(scene, &org, &name, &rule)
    });
    Ok(Made(Audience::of(made.await?)?))
}
