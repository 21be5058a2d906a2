//! A payout file: what is in it, and its text in either form.

use super::Payout;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, OperatorStaff};
use flows::views::payouts;
use kernel::PayoutFileId;
use serde::Serialize;
use settlement::payouts::{Payout as Kept, file};
use utoipa::ToSchema;

/// Payouts that went to the bank together. Made again, both texts are the same to the byte.
#[derive(Serialize, ToSchema)]
pub struct PayoutFile {
    id: String,
    payouts: Vec<Payout>,
    /// ISO 20022 `pain.001.001.03`.
    pain_001: String,
    csv: String,
}

pub async fn show(call: Call, _: OperatorStaff, At((id,)): At<(PayoutFileId,)>) -> Answer<Found<PayoutFile>> {
    let wanted = id.clone();
    let message = call.read(move |view| payouts::message(view, &wanted)).await?;
    let pain_001 = file::pain_001(&message)?;
    let inside: Vec<Kept> = message.into_iter().flat_map(|(_, payouts)| payouts).collect();
    let csv = file::csv(&inside);
    Ok(Found(PayoutFile { id: id.0, payouts: inside.iter().map(Payout::from).collect(), pain_001, csv }))
}
