//! A title's on-sale: announced, paced, ended by its studio.

use super::of_own_studio;
use crate::answer::{Answer, Done, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, StudioStaff};
use crate::read;
use box_office::on_sales::{self, Draft};
use events::{Kind, log};
use flows::{Scene, wait_in_line};
use kernel::{PlaceId, Result, TitleId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// An on-sale with a line before it.
#[derive(Serialize, ToSchema)]
pub struct OnSale {
    opens_at: String,
    closes_at: String,
    /// How long each may begin to buy, once it is their turn.
    turn_minutes: i64,
    /// How many are let in a minute now.
    per_minute: i64,
    /// How many had joined when the doors opened.
    early: Option<i64>,
    /// How many have joined, and positions that were taken for others.
    joined: i64,
    /// How many have had their turn come.
    passed: i64,
}

/// What a studio announces.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnSaleDraft {
    opens_at: String,
    /// How long people stand in line at most; afterwards everybody may buy.
    #[schema(example = 120, minimum = 1, maximum = 2880)]
    minutes: i64,
    #[schema(example = 600, minimum = 1, maximum = 60000)]
    per_minute: i64,
    #[schema(example = 10, minimum = 1, maximum = 120)]
    turn_minutes: i64,
}

/// A new pace.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// Zero lets nobody in for the moment.
    #[schema(example = 600, minimum = 0, maximum = 60000)]
    per_minute: i64,
}

pub async fn show(call: Call, staff: StudioStaff, At((id,)): At<(TitleId,)>) -> Answer<Found<OnSale>> {
    of_own_studio(&call, &staff, id.clone()).await?;
    let sale = call.read(move |view| on_sales::newest(view, &id)).await?;
    Ok(Found(told(&call, &sale.ok_or_else(on_sales::none)?)))
}

pub async fn announce(
    call: Call,
    staff: StudioStaff,
    At((id,)): At<(TitleId,)>,
    Body(asked): Body<OnSaleDraft>,
) -> Answer<Found<OnSale>> {
    of_own_studio(&call, &staff, id.clone()).await?;
    let draft = Draft {
        opens_at: read::moment("opens_at", &asked.opens_at)?,
        minutes: asked.minutes,
        per_minute: asked.per_minute,
        turn_minutes: asked.turn_minutes,
    };
    change(&call, id, move |scene, id| wait_in_line::announce(scene, id, &draft)).await
}

pub async fn change_pace(
    call: Call,
    staff: StudioStaff,
    At((id,)): At<(TitleId,)>,
    Body(asked): Body<Pace>,
) -> Answer<Found<OnSale>> {
    of_own_studio(&call, &staff, id.clone()).await?;
    change(&call, id, move |scene, id| on_sales::change_pace(scene.tx, id, asked.per_minute, scene.now()))
        .await
}

pub async fn end(call: Call, staff: StudioStaff, At((id,)): At<(TitleId,)>) -> Answer<Done> {
    of_own_studio(&call, &staff, id.clone()).await?;
    let lane = id.clone();
    call.write(&lane, move |scene| {
        on_sales::end(scene.tx, &id, scene.now())?;
        noted(scene, &id)
    })
    .await?;
    call.blocking(wait_in_line::refresh).await?;
    Ok(Done)
}

/// Changes an on-sale, notes it, and lets this process hear of it at once.
async fn change(
    call: &Call,
    id: TitleId,
    mut story: impl FnMut(&mut Scene, &TitleId) -> Result<on_sales::OnSale> + Send + 'static,
) -> Answer<Found<OnSale>> {
    let lane = id.clone();
    let sale = call.write(&lane, move |scene| {
        let sale = story(scene, &id)?;
        noted(scene, &id)?;
        Ok(sale)
    });
    let sale = sale.await?;
    call.blocking(wait_in_line::refresh).await?;
    Ok(Found(told(call, &sale)))
}

fn noted(scene: &mut Scene, id: &TitleId) -> Result<()> {
    let body = json!({ "part": "on_sale" });
    log::append(scene.tx, &mut scene.act, &PlaceId::house(), Kind::TitleChanged, Some(id), id, body)
}

fn told(call: &Call, sale: &on_sales::OnSale) -> OnSale {
    OnSale {
        opens_at: sale.line.opens_at.rfc3339(),
        closes_at: sale.line.closes_at.rfc3339(),
        turn_minutes: sale.line.turn_minutes,
        per_minute: sale.line.gate.pace(call.now.max(sale.line.opens_at)),
        early: sale.line.early,
        joined: sale.next_position,
        passed: sale.line.gate.passed(call.now).min(sale.next_position),
    }
}
