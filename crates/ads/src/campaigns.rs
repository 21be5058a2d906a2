//! A campaign: who pays for which title to be seen where, from when to when, and how much.
//!
//! `Draft → Live ⇄ Paused → Ended`. A draft costs nothing. Launching splits the budget over the
//! places of the chosen surfaces, by how many of them each place has; from then on each place spends
//! its own allotment, so that a click never has to ask another shard.

use crate::creatives::{self, NewCreative};
use crate::limits;
use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, CampaignId, Currency, Error, Instant, Kind, Money, OrgId, PlaceId, Refusal, Result, SurfaceId,
    TitleId,
};

pub const NAME_CHARS_MAX: usize = 80;
pub const SURFACES_MAX: usize = 50;
/// Ten million of the major unit in currencies with two decimals.
pub const BUDGET_MAX_MINOR: i64 = 1_000_000_000;
pub const FLIGHT_DAYS_MAX: i64 = 366;
/// Campaigns in one list, the newest first; also how many may be live at once.
pub const LIST_MAX: i64 = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Live,
    Paused,
    Ended,
}

impl State {
    const ALL: [State; 4] = [State::Draft, State::Live, State::Paused, State::Ended];

    pub fn code(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Live => "live",
            State::Paused => "paused",
            State::Ended => "ended",
        }
    }

    fn stored(code: &str) -> Result<State> {
        let found = State::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::fault(format!("a campaign is {code}")))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    pub id: CampaignId,
    pub title: TitleId,
    /// Who pays.
    pub org: OrgId,
    pub name: String,
    pub state: State,
    pub starts_at: Instant,
    /// The first moment at which it is no longer shown.
    pub ends_at: Instant,
    pub budget: Money,
    /// What one click costs.
    pub click_price: Money,
    pub created_at: Instant,
}

#[derive(Clone, Debug)]
pub struct NewCampaign {
    pub title: TitleId,
    pub org: OrgId,
    pub name: String,
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub budget: Money,
    pub click_price: Money,
    pub surfaces: Vec<SurfaceId>,
    pub creative: NewCreative,
}

impl FromRow for Campaign {
    fn from_row(row: &mut Row) -> Result<Campaign> {
        let (id, title, org, name) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let state = State::stored(&row.next::<String>()?)?;
        let (starts_at, ends_at) = (row.next()?, row.next()?);
        let (budget_minor, click_minor, currency) = (row.next()?, row.next()?, row.next::<Currency>()?);
        Ok(Campaign {
            id,
            title,
            org,
            name,
            state,
            starts_at,
            ends_at,
            budget: Money::new(budget_minor, currency),
            click_price: Money::new(click_minor, currency),
            created_at: row.next()?,
        })
    }
}

/// Drafts a campaign with its first creative. Every surface must sell in the campaign's currency.
pub fn add(tx: &Tx, act: &mut Act, new: &NewCampaign) -> Result<Campaign> {
    check(new)?;
    let campaign = Campaign {
        id: act.id(),
        title: new.title.clone(),
        org: new.org.clone(),
        name: new.name.trim().to_owned(),
        state: State::Draft,
        starts_at: new.starts_at,
        ends_at: new.ends_at,
        budget: new.budget,
        click_price: new.click_price,
        created_at: act.at,
    };
    insert(tx, &campaign)?;
    for surface in &new.surfaces {
        let placed: Option<(Currency,)> =
            tx.maybe("select currency from surface where id = $1", &[surface])?;
        let (currency,) = placed.ok_or_else(unknown_surface)?;
        if currency != campaign.budget.currency {
            return Err(surface_currency_differs(currency).into());
        }
        tx.run(
            "insert into campaign_surface (campaign_id, surface_id)
            values ($1, $2)
            on conflict (campaign_id, surface_id) do nothing",
            &[&campaign.id, surface],
        )?;
    }
    creatives::add(tx, act, &campaign.org, &campaign.id, &new.creative)?;
    Ok(campaign)
}

fn check(new: &NewCampaign) -> Result<(), Refusal> {
    limits::filled("name", &new.name, NAME_CHARS_MAX)?;
    limits::within("surfaces", new.surfaces.len() as i64, 1, SURFACES_MAX as i64)?;
    if new.click_price.currency != new.budget.currency {
        return Err(click_currency_differs());
    }
    if !(1..=BUDGET_MAX_MINOR).contains(&new.budget.minor) {
        return Err(budget_out_of_limits(new.budget.currency));
    }
    if !(1..=new.budget.minor).contains(&new.click_price.minor) {
        return Err(click_price_out_of_limits(new.budget));
    }
    let seconds = new.starts_at.seconds_until(new.ends_at);
    if seconds <= 0 || seconds > FLIGHT_DAYS_MAX * 86_400 {
        return Err(flight_out_of_limits());
    }
    Ok(())
}

fn insert(tx: &Tx, campaign: &Campaign) -> Result<()> {
    tx.run(
        "insert into campaign (id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor,
            currency, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            &campaign.id,
            &campaign.title,
            &campaign.org,
            &campaign.name,
            &campaign.state.code(),
            &campaign.starts_at,
            &campaign.ends_at,
            &campaign.budget.minor,
            &campaign.click_price.minor,
            &campaign.budget.currency,
            &campaign.created_at,
        ],
    )?;
    Ok(())
}

/// Makes a draft live and divides its budget among the places. A second launch changes nothing.
pub fn launch(tx: &Tx, org: &OrgId, id: &CampaignId, now: Instant) -> Result<Campaign> {
    let campaign = of(tx, org, id)?;
    if campaign.ends_at <= now {
        return Err(flight_is_over().into());
    }
    if change(tx, id, State::Draft, State::Live)? {
        for (place, part) in divide(tx, &campaign)? {
            tx.run(
                "insert into allotment (place_id, campaign_id, allotted_minor, spent_minor, currency)
                values ($1, $2, $3, 0, $4)",
                &[&place, id, &part.minor, &part.currency],
            )?;
        }
    }
    now_must_be(tx, org, id, State::Live)
}

/// The budget's parts: one a place, weighted by how many surfaces it gives; they sum to the budget.
fn divide(view: &View, campaign: &Campaign) -> Result<Vec<(PlaceId, Money)>> {
    let places: Vec<(PlaceId, i64)> = view.all(
        "select s.place_id, count(*)
        from campaign_surface c
        join surface s on s.id = c.surface_id
        where c.campaign_id = $1
        group by s.place_id
        order by s.place_id",
        &[&campaign.id],
    )?;
    let weights: Vec<i64> = places.iter().map(|(_, surfaces)| *surfaces).collect();
    Ok(places.into_iter().map(|(place, _)| place).zip(campaign.budget.split(&weights)).collect())
}

/// Stops showing a live campaign for a while; a second time changes nothing.
pub fn pause(tx: &Tx, org: &OrgId, id: &CampaignId) -> Result<Campaign> {
    of(tx, org, id)?;
    change(tx, id, State::Live, State::Paused)?;
    now_must_be(tx, org, id, State::Paused)
}

/// Shows a paused campaign again; a second time changes nothing.
pub fn resume(tx: &Tx, org: &OrgId, id: &CampaignId) -> Result<Campaign> {
    of(tx, org, id)?;
    change(tx, id, State::Paused, State::Live)?;
    now_must_be(tx, org, id, State::Live)
}

/// Ends a campaign for good, also a draft; what is left of its allotments is never spent.
pub fn end(tx: &Tx, org: &OrgId, id: &CampaignId) -> Result<Campaign> {
    of(tx, org, id)?;
    tx.run("update campaign set state = 'ended' where id = $1 and state <> 'ended'", &[id])?;
    of(tx, org, id)
}

/// Ends the campaigns whose flight is over; at most `limit`, the oldest first.
pub fn end_due(tx: &Tx, now: Instant, limit: i64) -> Result<Vec<CampaignId>> {
    let due: Vec<(CampaignId,)> = tx.all(
        "select id from campaign
        where state in ('live', 'paused') and ends_at <= $1
        order by ends_at, id
        limit $2",
        &[&now, &limit.clamp(0, LIST_MAX)],
    )?;
    let mut ended = Vec::new();
    for (id,) in due {
        if tx.run("update campaign set state = 'ended' where id = $1 and state <> 'ended'", &[&id])? == 1 {
            ended.push(id);
        }
    }
    Ok(ended)
}

fn change(tx: &Tx, id: &CampaignId, from: State, to: State) -> Result<bool> {
    let changed = tx.run(
        "update campaign set state = $3 where id = $1 and state = $2",
        &[id, &from.code(), &to.code()],
    )?;
    Ok(changed == 1)
}

fn now_must_be(view: &View, org: &OrgId, id: &CampaignId, state: State) -> Result<Campaign> {
    let campaign = of(view, org, id)?;
    if campaign.state == state { Ok(campaign) } else { Err(wrong_state(campaign.state).into()) }
}

pub fn any(view: &View, id: &CampaignId) -> Result<Campaign> {
    let campaign = view.maybe(
        "select id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor, currency, created_at
        from campaign
        where id = $1",
        &[id],
    )?;
    campaign.ok_or_else(|| unknown().into())
}

/// One of an organisation's own campaigns.
pub fn of(view: &View, org: &OrgId, id: &CampaignId) -> Result<Campaign> {
    let campaign = any(view, id)?;
    if campaign.org == *org { Ok(campaign) } else { Err(unknown().into()) }
}

pub fn of_org(view: &View, org: &OrgId) -> Result<Vec<Campaign>> {
    view.all(
        "select id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor, currency, created_at
        from campaign
        where org_id = $1
        order by created_at desc, id
        limit $2",
        &[org, &LIST_MAX],
    )
}

pub fn of_title(view: &View, title: &TitleId) -> Result<Vec<Campaign>> {
    view.all(
        "select id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor, currency, created_at
        from campaign
        where title_id = $1
        order by created_at desc, id
        limit $2",
        &[title, &LIST_MAX],
    )
}

/// The campaigns that may be shown at this moment.
pub fn live(view: &View, now: Instant) -> Result<Vec<Campaign>> {
    view.all(
        "select id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor, currency, created_at
        from campaign
        where state = 'live' and starts_at <= $1 and ends_at > $1
        order by id
        limit $2",
        &[&now, &LIST_MAX],
    )
}

/// The live campaigns whose flight is not over, also those that have yet to start.
pub(crate) fn not_over(view: &View, now: Instant) -> Result<Vec<Campaign>> {
    view.all(
        "select id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor, currency, created_at
        from campaign
        where state = 'live' and ends_at > $1
        order by id
        limit $2",
        &[&now, &LIST_MAX],
    )
}

/// Where a campaign may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pub surface: SurfaceId,
    pub place: PlaceId,
    /// The least that a thousand impressions must be expected to bring.
    pub floor: Money,
}

/// The chosen surfaces of a campaign, in the order of their ids.
pub fn placements(view: &View, id: &CampaignId) -> Result<Vec<Placement>> {
    let rows: Vec<(SurfaceId, PlaceId, i64, Currency)> = view.all(
        "select s.id, s.place_id, s.floor_minor, s.currency
        from campaign_surface c
        join surface s on s.id = c.surface_id
        where c.campaign_id = $1
        order by s.id",
        &[id],
    )?;
    let placement = |(surface, place, floor_minor, currency)| Placement {
        surface,
        place,
        floor: Money::new(floor_minor, currency),
    };
    Ok(rows.into_iter().map(placement).collect())
}

/// The places where a campaign may be shown, each once.
pub fn places(view: &View, id: &CampaignId) -> Result<Vec<PlaceId>> {
    Ok(places_of(&placements(view, id)?))
}

pub(crate) fn places_of(placements: &[Placement]) -> Vec<PlaceId> {
    let mut places: Vec<PlaceId> = placements.iter().map(|placement| placement.place.clone()).collect();
    places.sort();
    places.dedup();
    places
}

/// What one place may spend of a campaign's budget, and has spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allotment {
    pub place: PlaceId,
    pub campaign: CampaignId,
    pub allotted: Money,
    pub spent: Money,
}

impl FromRow for Allotment {
    fn from_row(row: &mut Row) -> Result<Allotment> {
        let (place, campaign) = (row.next()?, row.next()?);
        let (allotted_minor, spent_minor, currency) = (row.next()?, row.next()?, row.next::<Currency>()?);
        let (allotted, spent) = (Money::new(allotted_minor, currency), Money::new(spent_minor, currency));
        Ok(Allotment { place, campaign, allotted, spent })
    }
}

impl Allotment {
    pub fn left_minor(&self) -> i64 {
        self.allotted.minor - self.spent.minor
    }
}

/// The allotment of a campaign at a place; none before it is launched.
pub fn allotment(view: &View, place: &PlaceId, id: &CampaignId) -> Result<Option<Allotment>> {
    view.maybe(
        "select place_id, campaign_id, allotted_minor, spent_minor, currency
        from allotment
        where place_id = $1 and campaign_id = $2",
        &[place, id],
    )
}

/// Every allotment of a campaign, in the order of its places.
pub fn allotments(view: &View, id: &CampaignId) -> Result<Vec<Allotment>> {
    let mut allotments = Vec::new();
    for place in places(view, id)? {
        allotments.extend(allotment(view, &place, id)?);
    }
    Ok(allotments)
}

pub(crate) fn unknown() -> Refusal {
    Refusal::not_found("campaign", "投放计划")
}

fn unknown_surface() -> Refusal {
    Refusal::field(
        "surfaces",
        "unknown_surface",
        "One of these surfaces does not exist.",
        "所选广告位中有一个不存在。",
    )
}

fn surface_currency_differs(currency: Currency) -> Refusal {
    Refusal::field(
        "surfaces",
        "currency_differs",
        format!("One of these surfaces is paid in {}, not in the campaign's currency.", currency.code()),
        format!("所选广告位中有一个以 {} 结算，与投放计划的币种不同。", currency.code()),
    )
}

fn click_currency_differs() -> Refusal {
    Refusal::field(
        "click_price",
        "currency_differs",
        "The click price must be in the currency of the budget.",
        "点击单价须与预算币种相同。",
    )
}

fn budget_out_of_limits(currency: Currency) -> Refusal {
    let highest = Money::new(BUDGET_MAX_MINOR, currency);
    Refusal::field(
        "budget",
        "budget_out_of_limits",
        format!("A budget is more than zero and at most {highest}."),
        format!("预算须大于零，且不超过 {highest}。"),
    )
}

fn click_price_out_of_limits(budget: Money) -> Refusal {
    Refusal::field(
        "click_price",
        "click_price_out_of_limits",
        format!("A click costs more than zero and at most the budget, {budget}."),
        format!("点击单价须大于零，且不超过预算 {budget}。"),
    )
}

fn flight_out_of_limits() -> Refusal {
    Refusal::field(
        "ends_at",
        "flight_out_of_limits",
        format!("A campaign ends after it starts, at most {FLIGHT_DAYS_MAX} days later."),
        format!("投放结束须晚于开始，且最长 {FLIGHT_DAYS_MAX} 天。"),
    )
}

fn flight_is_over() -> Refusal {
    Refusal::field(
        "ends_at",
        "flight_is_over",
        "The last day of this campaign has already passed.",
        "投放结束时间已经过了。",
    )
}

fn wrong_state(state: State) -> Refusal {
    let (en, zh) = match state {
        State::Draft => ("This campaign has not been launched yet.", "这个投放计划还没有上线。"),
        State::Live => ("This campaign is already live.", "这个投放计划已在投放中。"),
        State::Paused => ("This campaign is paused.", "这个投放计划已暂停。"),
        State::Ended => ("This campaign has ended.", "这个投放计划已结束。"),
    };
    Refusal::new(Kind::Conflict, "campaign_state", en, zh)
}
