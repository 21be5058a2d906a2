//! Deciding the stage that waits. Approving the sample makes the contract and the product.

use super::{Application, Contract, Decided};
use crate::answer::{Answer, Made};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, StudioStaff};
use crate::listings::Product;
use crate::read;
use flows::license_product;
use kernel::ApplicationId;
use licensing::applications::{self, Stage};
use licensing::approvals::Decision;
use serde::Deserialize;
use utoipa::ToSchema;

/// A decision about one stage.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// `concept` or `sample`.
    stage: String,
    /// `approved` or `rejected`.
    decision: String,
    /// Why; a rejection says it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    remark: String,
}

pub async fn decide(
    call: Call,
    staff: StudioStaff,
    At((id,)): At<(ApplicationId,)>,
    Body(asked): Body<Verdict>,
) -> Answer<Made<Decided>> {
    let stage = read::code("stage", Stage::parse(&asked.stage))?;
    let decision = read::code("decision", Decision::parse(&asked.decision))?;
    let decided = call.write_in_house(move |scene| {
        let licensor = applications::any(scene.tx, &id)?.licensor;
        staff.check(&licensor)?;
        license_product::decide(scene, &licensor, &id, stage, decision, &asked.remark)
    });
    let (decided, product) = decided.await?;
    Ok(Made(Decided {
        application: Application::from(&decided.application),
        contract: decided.contract.as_ref().map(Contract::from),
        product: product.as_ref().map(Product::from),
    }))
}
