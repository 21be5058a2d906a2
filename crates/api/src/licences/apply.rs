//! Applying under an open offer. The same key with the same wish answers with the same application.

use super::Application;
use crate::answer::{Answer, Once};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, MerchantStaff};
use crate::key::Key;
use crate::money::Amount;
use crate::read;
use crate::words::Bilingual;
use flows::license_product;
use flows::views::keys;
use kernel::{OfferId, OrgId};
use licensing::applications::NewApplication;
use people::OrgKind;
use serde::Deserialize;
use utoipa::ToSchema;

/// What a merchant would make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationDraft {
    /// The merchant's organisation.
    merchant: String,
    product: Bilingual,
    /// One of the offer's.
    category: String,
    #[schema(max_length = 2000)]
    concept: String,
    #[serde(default)]
    artwork: String,
    planned_price: Amount,
    #[schema(minimum = 1, maximum = 10000000)]
    planned_units: i64,
}

pub async fn apply(
    call: Call,
    staff: MerchantStaff,
    At((offer,)): At<(OfferId,)>,
    Key(key): Key,
    Body(asked): Body<ApplicationDraft>,
) -> Answer<Once<Application>> {
    let merchant: OrgId = read::id("merchant", &asked.merchant)?;
    staff.check(&merchant)?;
    let new = NewApplication {
        offer,
        planned_price: asked.planned_price.read("planned_price")?,
        product: asked.product.into(),
        category: asked.category,
        concept: asked.concept,
        artwork: asked.artwork,
        planned_units: asked.planned_units,
    };
    let applied = call.write_in_house(move |scene| {
        crate::orgs::of_kind(scene.tx, &merchant, OrgKind::Merchant)?;
        let before = keys::application(scene.tx, &merchant, &key)?;
        let application = license_product::apply(scene, &merchant, &new, &key)?;
        Ok(Once::new(before.is_none(), Application::from(&application)))
    });
    Ok(applied.await?)
}
