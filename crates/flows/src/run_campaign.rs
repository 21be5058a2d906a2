//! A campaign's life: drafted, launched, paused, resumed, ended; every change is in the log.

use crate::house::Scene;
use crate::views::advertising;
use ads::campaigns::{self, Campaign, NewCampaign};
use events::{Kind, log};
use kernel::{CampaignId, OrgId, PlaceId, Result, SurfaceId};
use serde_json::json;

/// What may happen to a campaign once it is drafted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its budget is allotted to the chosen channels, and its ads may appear.
    Launch,
    Pause,
    Resume,
    /// For good; what was left is not spent.
    End,
}

pub fn draft(scene: &mut Scene, new: &NewCampaign) -> Result<Campaign> {
    let made = campaigns::add(scene.tx, &mut scene.act, new)?;
    note(scene, &made)?;
    Ok(made)
}

/// Changes a campaign of this organisation; the same change again changes nothing.
/// Afterwards the house should read its live campaigns again (`House::reload_ads`).
pub fn change(scene: &mut Scene, org: &OrgId, id: &CampaignId, change: Change) -> Result<Campaign> {
    let before = campaigns::of(scene.tx, org, id)?.state;
    let after = match change {
        Change::Launch => campaigns::launch(scene.tx, org, id, scene.act.at)?,
        Change::Pause => campaigns::pause(scene.tx, org, id)?,
        Change::Resume => campaigns::resume(scene.tx, org, id)?,
        Change::End => campaigns::end(scene.tx, org, id)?,
    };
    if after.state != before {
        note(scene, &after)?;
    }
    Ok(after)
}

/// Divides what a campaign has left as `views::advertising` advises at this moment. Refuses while too little is known.
/// Afterwards the house should read its live campaigns again (`House::reload_ads`).
pub fn take_split(scene: &mut Scene, org: &OrgId, id: &CampaignId) -> Result<Campaign> {
    let campaign = campaigns::of(scene.tx, org, id)?;
    let (week, left) = advertising::week_of(scene.tx, &campaign, scene.act.at)?;
    let advice = advertising::advise(scene.tx, &scene.keys().lots, &campaign, week, scene.act.at)?;
    let wishes = advertising::wishes(&advice, left)?;
    let divided = campaigns::divide_rest(scene.tx, org, id, &wishes)?;
    note(scene, &divided)?;
    Ok(divided)
}

/// Divides what a campaign has left as somebody wishes: what may yet be spent on each surface in each city, in minor
/// units. What is over is everywhere's. Afterwards the house should read its live campaigns again.
pub fn divide(
    scene: &mut Scene,
    org: &OrgId,
    id: &CampaignId,
    parts: &[(SurfaceId, String, i64)],
) -> Result<Campaign> {
    let placements = campaigns::placements(scene.tx, id)?;
    let wish = |(surface, city, minor): &(SurfaceId, String, i64)| {
        let placed = placements.iter().find(|one| one.surface == *surface);
        // A surface of another campaign is at no place of this one, and refused.
        let place = placed.map_or_else(|| PlaceId(String::new()), |one| one.place.clone());
        campaigns::Wish { place, surface: Some(surface.clone()), city: city.clone(), minor: *minor }
    };
    let wishes: Vec<campaigns::Wish> = parts.iter().map(wish).collect();
    let divided = campaigns::divide_rest(scene.tx, org, id, &wishes)?;
    note(scene, &divided)?;
    Ok(divided)
}

fn note(scene: &mut Scene, campaign: &Campaign) -> Result<()> {
    let body = json!({ "state": campaign.state.code(), "budget_minor": campaign.budget.minor });
    let house = PlaceId::house();
    log::append(
        scene.tx,
        &mut scene.act,
        &house,
        Kind::CampaignChanged,
        Some(&campaign.title),
        &campaign.id,
        body,
    )
}
