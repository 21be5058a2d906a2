//! That somebody followed an ad, and what the campaign pays for it.
//!
//! An impression is paid for once. The cost is taken from the place's allotment by a compare-and-set;
//! when that would overspend it, or the campaign has ended, the click is free.

use crate::{campaigns, impressions, limits};
use campaigns::State;
use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, CampaignId, ClickId, Currency, ImpressionId, Instant, Money, PlaceId, Refusal, Result, SurfaceId,
    TitleId,
};

/// What is known of a click before it is recorded: the shown ad that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Click {
    pub place: PlaceId,
    pub impression: ImpressionId,
    pub campaign: CampaignId,
    pub title: TitleId,
    pub surface: SurfaceId,
    pub visitor: String,
    /// Where whoever followed it lives, as far as it was known.
    pub city: String,
}

/// A click on the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clicked {
    pub id: ClickId,
    pub click: Click,
    /// What the campaign pays for it; nought when the allotment was used up.
    pub cost: Money,
    pub at: Instant,
}

impl FromRow for Clicked {
    fn from_row(row: &mut Row) -> Result<Clicked> {
        let click = Click {
            place: row.next()?,
            impression: row.next()?,
            campaign: row.next()?,
            title: row.next()?,
            surface: row.next()?,
            visitor: row.next()?,
            city: row.next()?,
        };
        let (id, cost_minor, currency) = (row.next()?, row.next()?, row.next::<Currency>()?);
        Ok(Clicked { id, click, cost: Money::new(cost_minor, currency), at: row.next()? })
    }
}

/// What came of a click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    Now(Clicked),
    /// The impression had been clicked before; that click is the answer and nothing is paid.
    Again(Clicked),
}

impl Recorded {
    pub fn clicked(&self) -> &Clicked {
        match self {
            Recorded::Now(clicked) | Recorded::Again(clicked) => clicked,
        }
    }
}

pub fn record(tx: &Tx, act: &mut Act, click: &Click) -> Result<Recorded> {
    limits::filled("visitor", &click.visitor, impressions::VISITOR_CHARS_MAX)?;
    let campaign = campaigns::any(tx, &click.campaign)?;
    let free = Money::zero(campaign.click_price.currency);
    let mut clicked = Clicked { id: act.id(), click: click.clone(), cost: free, at: act.at };
    if !insert(tx, &clicked)? {
        return Ok(Recorded::Again(of_impression(tx, &click.place, &click.impression)?));
    }
    let running = matches!(campaign.state, State::Live | State::Paused);
    if running && spend(tx, click, campaign.click_price)? {
        clicked.cost = campaign.click_price;
        tx.run(
            "update click set cost_minor = $3 where place_id = $1 and id = $2",
            &[&click.place, &clicked.id, &clicked.cost.minor],
        )?;
    }
    Ok(Recorded::Now(clicked))
}

fn insert(tx: &Tx, clicked: &Clicked) -> Result<bool> {
    let click = &clicked.click;
    let added = tx.run(
        "insert into click (place_id, id, impression_id, campaign_id, title_id, surface_id, visitor, city,
            cost_minor, currency, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (place_id, impression_id) do nothing",
        &[
            &click.place,
            &clicked.id,
            &click.impression,
            &click.campaign,
            &click.title,
            &click.surface,
            &click.visitor,
            &click.city,
            &clicked.cost.minor,
            &clicked.cost.currency,
            &clicked.at,
        ],
    )?;
    Ok(added == 1)
}

/// Takes the cost from the allotment and, where it is divided, from the part it falls to, if all of it is there.
fn spend(tx: &Tx, click: &Click, cost: Money) -> Result<bool> {
    let (place, campaign) = (&click.place, &click.campaign);
    let spent = tx.run(
        "update allotment set spent_minor = spent_minor + $3
        where place_id = $1 and campaign_id = $2 and spent_minor + $3 <= allotted_minor",
        &[place, campaign, &cost.minor],
    )?;
    if spent == 0 {
        return Ok(false);
    }
    let Some((surface, city)) = part(tx, click)? else { return Ok(true) };
    let taken = tx.run(
        "update allotment_part set spent_minor = spent_minor + $5
        where place_id = $1 and campaign_id = $2 and surface_id = $3 and city = $4
          and spent_minor + $5 <= allotted_minor",
        &[place, campaign, &surface, &city, &cost.minor],
    )?;
    if taken == 0 {
        tx.run(
            "update allotment set spent_minor = spent_minor - $3 where place_id = $1 and campaign_id = $2",
            &[place, campaign, &cost.minor],
        )?;
    }
    Ok(taken == 1)
}

/// The part of the allotment that pays for a click: its surface and city, or the rest; none while it is not divided.
fn part(view: &View, click: &Click) -> Result<Option<(String, String)>> {
    view.maybe(
        "select surface_id, city
        from allotment_part
        where place_id = $1 and campaign_id = $2 and (surface_id = $3 and city = $4 or surface_id = '' and city = '')
        order by surface_id desc
        limit 1",
        &[&click.place, &click.campaign, &click.surface, &click.city],
    )
}

fn of_impression(view: &View, place: &PlaceId, impression: &ImpressionId) -> Result<Clicked> {
    view.one(
        "select place_id, impression_id, campaign_id, title_id, surface_id, visitor, city, id, cost_minor, currency, at
        from click
        where place_id = $1 and impression_id = $2",
        &[place, impression],
    )
}

pub fn any(view: &View, place: &PlaceId, id: &ClickId) -> Result<Clicked> {
    let clicked = view.maybe(
        "select place_id, impression_id, campaign_id, title_id, surface_id, visitor, city, id, cost_minor, currency, at
        from click
        where place_id = $1 and id = $2",
        &[place, id],
    )?;
    clicked.ok_or_else(|| Refusal::not_found("click", "点击").into())
}
