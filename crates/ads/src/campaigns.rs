//! A campaign: who pays for which title to be seen where, from when to when, and how much.
//!
//! `Draft → Live ⇄ Paused → Ended`. A draft costs nothing. Launching splits the budget over the
//! places of the chosen surfaces, by how many of them each place has; from then on each place spends
//! its own allotment, so that a click never has to ask another shard.

use crate::creatives::{self, NewCreative};
use crate::{holdout, limits};
use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, CampaignId, Currency, Error, Instant, Kind, Money, OrgId, PlaceId, Refusal, Result, Share,
    SurfaceId, TitleId,
};
use std::collections::BTreeMap;

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
    /// The part of its audience that never sees it, so that its lift shows.
    pub holdout: Share,
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
    pub holdout: Share,
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
            holdout: Share::ppm(row.next()?),
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
        holdout: new.holdout,
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
    holdout::check(new.holdout)?;
    let seconds = new.starts_at.seconds_until(new.ends_at);
    if seconds <= 0 || seconds > FLIGHT_DAYS_MAX * 86_400 {
        return Err(flight_out_of_limits());
    }
    Ok(())
}

fn insert(tx: &Tx, campaign: &Campaign) -> Result<()> {
    tx.run(
        "insert into campaign (id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor,
            currency, holdout_ppm, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
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
            &campaign.holdout.ppm,
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
        "select id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor, currency, holdout_ppm, created_at
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
        "select id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor, currency, holdout_ppm, created_at
        from campaign
        where org_id = $1
        order by created_at desc, id
        limit $2",
        &[org, &LIST_MAX],
    )
}

pub fn of_title(view: &View, title: &TitleId) -> Result<Vec<Campaign>> {
    view.all(
        "select id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor, currency, holdout_ppm, created_at
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
        "select id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor, currency, holdout_ppm, created_at
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
        "select id, title_id, org_id, name, state, starts_at, ends_at, budget_minor, click_minor, currency, holdout_ppm, created_at
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

/// What of an allotment is for one surface in one city, or, without a surface, for all the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub surface: Option<SurfaceId>,
    pub city: String,
    pub allotted_minor: i64,
    pub spent_minor: i64,
}

impl FromRow for Part {
    fn from_row(row: &mut Row) -> Result<Part> {
        let surface = Some(row.next::<String>()?).filter(|id| !id.is_empty()).map(SurfaceId);
        let (city, allotted_minor, spent_minor) = (row.next()?, row.next()?, row.next()?);
        Ok(Part { surface, city, allotted_minor, spent_minor })
    }
}

/// The parts of a campaign's allotment at a place; none while it is not divided.
pub fn parts(view: &View, place: &PlaceId, id: &CampaignId) -> Result<Vec<Part>> {
    view.all(
        "select surface_id, city, allotted_minor, spent_minor
        from allotment_part
        where place_id = $1 and campaign_id = $2
        order by surface_id, city",
        &[place, id],
    )
}

/// What may yet be spent on a surface in a city, or, without a surface, wherever nothing else is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub place: PlaceId,
    pub surface: Option<SurfaceId>,
    pub city: String,
    pub minor: i64,
}

/// Parts of one campaign, at most.
pub const PARTS_MAX: usize = 2_000;

/// Divides what a campaign has not spent among surfaces and cities; what the wishes leave of it is everywhere's,
/// by how much each place has of them. A wish for a place or a surface that the campaign is not shown on, and more
/// than is left, is refused. Said again, the division before it is over; what was spent stays spent.
pub fn divide_rest(tx: &Tx, org: &OrgId, id: &CampaignId, wishes: &[Wish]) -> Result<Campaign> {
    let campaign = of(tx, org, id)?;
    if !matches!(campaign.state, State::Live | State::Paused) {
        return Err(wrong_state(campaign.state).into());
    }
    let placements = placements(tx, id)?;
    let known = |wish: &Wish| match &wish.surface {
        Some(surface) => placements.iter().any(|one| one.place == wish.place && one.surface == *surface),
        None => wish.city.is_empty() && placements.iter().any(|one| one.place == wish.place),
    };
    limits::within("parts", wishes.len() as i64, 1, PARTS_MAX as i64)?;
    if wishes.iter().any(|wish| !known(wish) || wish.minor < 0) {
        return Err(unknown_part().into());
    }
    let allotments = allotments(tx, id)?;
    let spent: i64 = allotments.iter().map(|one| one.spent.minor).sum();
    let wished = wishes.iter().try_fold(0_i64, |sum, wish| sum.checked_add(wish.minor));
    let over = wished.map(|wished| campaign.budget.minor - spent - wished).filter(|over| *over >= 0);
    let over = over
        .ok_or_else(|| more_than_left(Money::new(campaign.budget.minor - spent, campaign.budget.currency)))?;
    let wishes_of =
        |place: &PlaceId| wishes.iter().filter(|wish| wish.place == *place).cloned().collect::<Vec<_>>();
    let weights: Vec<i64> =
        allotments.iter().map(|one| wishes_of(&one.place).iter().map(|wish| wish.minor).sum()).collect();
    let weights = if weights.iter().all(|weight| *weight == 0) { vec![1; weights.len()] } else { weights };
    let rests = Money::new(over, campaign.budget.currency).split(&weights);
    for (allotment, rest) in allotments.iter().zip(rests) {
        divide_place(tx, allotment, &wishes_of(&allotment.place), rest.minor)?;
    }
    of(tx, org, id)
}

/// Writes one place's parts and how much they are together. What was spent before it was divided, or where nothing
/// is planned any more, was spent of the rest.
fn divide_place(tx: &Tx, allotment: &Allotment, wishes: &[Wish], rest_minor: i64) -> Result<()> {
    let (place, id) = (&allotment.place, &allotment.campaign);
    let mut wished: BTreeMap<(String, String), i64> = BTreeMap::new();
    for wish in wishes {
        let surface = wish.surface.as_ref().map_or(String::new(), |surface| surface.0.clone());
        *wished.entry((surface, wish.city.clone())).or_default() += wish.minor;
    }
    let rest_minor = rest_minor + wished.remove(&Default::default()).unwrap_or(0);
    let before = parts(tx, place, id)?;
    let spent_of = |surface: &str, city: &str| {
        let part = before
            .iter()
            .find(|part| part.surface.as_ref().is_some_and(|id| id.0 == surface) && part.city == city);
        part.map_or(0, |part| part.spent_minor)
    };
    let mut written: Vec<(String, String, i64, i64)> = wished
        .into_iter()
        .map(|((surface, city), minor)| {
            let spent = spent_of(&surface, &city);
            (surface, city, spent + minor, spent)
        })
        .collect();
    let unplanned = allotment.spent.minor - written.iter().map(|(.., spent)| spent).sum::<i64>();
    written.push((String::new(), String::new(), unplanned + rest_minor, unplanned));
    tx.run("delete from allotment_part where place_id = $1 and campaign_id = $2", &[place, id])?;
    for (surface, city, allotted, spent) in &written {
        tx.run(
            "insert into allotment_part (place_id, campaign_id, surface_id, city, allotted_minor, spent_minor)
            values ($1, $2, $3, $4, $5, $6)",
            &[place, id, surface, city, allotted, spent],
        )?;
    }
    let total: i64 = written.iter().map(|(_, _, allotted, _)| allotted).sum();
    let kept = tx.run(
        "update allotment set allotted_minor = $3 where place_id = $1 and campaign_id = $2 and spent_minor = $4",
        &[place, id, &total, &allotment.spent.minor],
    )?;
    if kept == 1 { Ok(()) } else { Err(spent_meanwhile().into()) }
}

fn unknown_part() -> Refusal {
    Refusal::field(
        "parts",
        "unknown_part",
        "One of these amounts is negative, or for a surface that this campaign is not shown on.",
        "其中有一笔金额为负，或所指广告位不在该投放计划中。",
    )
}

fn more_than_left(left: Money) -> Refusal {
    Refusal::field(
        "parts",
        "more_than_left",
        format!("Only {left} of this campaign’s budget is left to divide."),
        format!("该投放计划只剩 {left} 可分配。"),
    )
}

fn spent_meanwhile() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "spent_meanwhile",
        "A click was paid for a moment ago; please try again.",
        "刚刚产生了一次点击费用，请重试。",
    )
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
        format!("One of these surfaces is paid in {}, not in the campaign’s currency.", currency.code()),
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
