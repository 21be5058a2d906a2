//! One title, for everybody once it is announced.

use super::{Title, visible};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::Call;
use kernel::TitleId;

pub async fn show(call: Call, At((title,)): At<(TitleId,)>) -> Answer<Found<Title>> {
    Ok(Found(visible(&call, title).await?.into()))
}
