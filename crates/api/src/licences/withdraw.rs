//! A merchant gives its own application up, while it waits for a decision.

use super::Application;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Empty;
use crate::call::{Call, MerchantStaff};
use flows::license_product;
use kernel::ApplicationId;
use licensing::applications;

pub async fn withdraw(
    call: Call,
    staff: MerchantStaff,
    At((id,)): At<(ApplicationId,)>,
    _: Empty,
) -> Answer<Found<Application>> {
    let withdrawn = call.write_in_house(move |scene| {
        let application = applications::any(scene.tx, &id)?;
        staff.check(&application.merchant)?;
        license_product::withdraw(scene, &application.merchant, &id)
    });
    Ok(Found((&withdrawn.await?).into()))
}
