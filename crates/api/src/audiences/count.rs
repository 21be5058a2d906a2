//! How many a rule holds for, before it is an audience. Likeness may take a second to measure.

use super::{Size, read_rule};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, ReleaseTeam};
use kernel::OrgId;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A rule to count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AudienceRule {
    #[schema(value_type = Object)]
    rule: Value,
}

pub async fn count(
    call: Call,
    team: ReleaseTeam,
    At((org,)): At<(OrgId,)>,
    Body(asked): Body<AudienceRule>,
) -> Answer<Found<Size>> {
    team.check(&org)?;
    let rule = read_rule(&asked.rule)?;
    let seeds = rule.seeds().into_iter().cloned().collect::<Vec<_>>();
    call.read(move |view| {
        seeds.iter().try_for_each(|seed| ::ads::audiences::of(view, &org, seed).map(|_| ()))
    })
    .await?;
    let look = call.blocking(move |house| flows::audiences::look(house, &rule)).await?;
    Ok(Found(look.into()))
}
