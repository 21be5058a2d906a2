//! What a campaign sold that would not have been sold without it.
//!
//! Everybody who would have been shown an ad, as they were drawn, with what they bought within a week of the first
//! time. A buyer is found again by their pseudonym in the campaign; nobody's name is read from the ads. Guests are
//! not measured: they buy under a name that was not known when they looked.

use crate::house::House;
use ads::campaigns::Campaign;
use ads::holdout::Lots;
use ads::impressions::Arm;
use ads::tokens::LOOK_BACK_DAYS;
use db::View;
use demand::planning::lift::{Arms, Interval, pooled};
use kernel::{CampaignId, Instant, PersonId, PlaceId, Result, SurfaceId, Words};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

/// People and orders that are read of one campaign, at most: the first.
const PEOPLE_MAX: i64 = 1_000_000;
const ORDERS_MAX: i64 = 1_000_000;

/// Somebody who met a campaign's ad, or would have.
#[derive(Clone, Debug)]
pub struct Met {
    pub arm: Arm,
    pub place: PlaceId,
    pub surface: SurfaceId,
    pub city: String,
    /// The first time.
    pub at: Instant,
    /// What they bought within a week of it and kept.
    pub tickets: i64,
    pub sales_minor: i64,
    /// What their clicks cost within that week.
    pub spent_minor: i64,
}

/// Everybody who met it, in the order in which they did.
pub fn met(view: &View, lots: &Lots, campaign: &Campaign) -> Result<Vec<Met>> {
    let (mut people, numbers) = first_times(view, campaign)?;
    let week = |from: Instant, at: Instant| from <= at && at < from.plus_seconds(LOOK_BACK_DAYS * 86_400);
    for sale in sales(view, campaign)? {
        let Some(number) = numbers.get(&lots.pseudonym(&campaign.id, &sale.buyer)) else { continue };
        let one = &mut people[*number];
        if week(one.at, sale.at) {
            one.tickets += sale.tickets;
            one.sales_minor += sale.minor;
        }
    }
    for (unit, minor, at) in costs(view, campaign)? {
        if let Some(one) = numbers.get(&unit).map(|number| &mut people[*number])
            && week(one.at, at)
        {
            one.spent_minor += minor;
        }
    }
    Ok(people)
}

type ByPseudonym = HashMap<String, usize>;

fn first_times(view: &View, campaign: &Campaign) -> Result<(Vec<Met>, ByPseudonym)> {
    let rows: Vec<(String, bool, PlaceId, SurfaceId, String, Instant)> = view.all(
        "with met as (
           select unit, false as held_out, place_id, surface_id, city, at, id
           from impression
           where campaign_id = $1 and unit <> ''
           union all
           select unit, true as held_out, place_id, surface_id, city, at, id
           from withheld
           where campaign_id = $1 and unit <> ''
         ), numbered as (
           select unit, held_out, place_id, surface_id, city, at,
             row_number() over (partition by unit order by at, id) as nth
           from met
         )
         select unit, held_out, place_id, surface_id, city, at
         from numbered
         where nth = 1
         order by at, unit
         limit $2",
        &[&campaign.id, &PEOPLE_MAX],
    )?;
    let mut numbers = ByPseudonym::with_capacity(rows.len());
    let mut people = Vec::with_capacity(rows.len());
    for (unit, held_out, place, surface, city, at) in rows {
        numbers.insert(unit, people.len());
        let arm = if held_out { Arm::Withheld } else { Arm::Exposed };
        people.push(Met { arm, place, surface, city, at, tickets: 0, sales_minor: 0, spent_minor: 0 });
    }
    Ok((people, numbers))
}

struct Sale {
    buyer: PersonId,
    at: Instant,
    tickets: i64,
    minor: i64,
}

/// Tickets for the film and goods of it, in the campaign's currency, from its first moment until a week after its last.
fn sales(view: &View, campaign: &Campaign) -> Result<Vec<Sale>> {
    let until = campaign.ends_at.plus_seconds(LOOK_BACK_DAYS * 86_400);
    let rows: Vec<(PersonId, Instant, i64, i64)> = view.all(
        "select buyer_id, at, tickets, minor from (
           select buyer_id, created_at as at, seats as tickets, paid_minor as minor
           from ticket_order
           where title_id = $1 and state = 'paid' and currency = $2 and created_at >= $3 and created_at < $4
           union all
           select placed.buyer_id, placed.created_at as at, 0 as tickets, line.line_minor - line.back_minor as minor
           from product_order placed
           join product_order_line line on line.place_id = placed.place_id and line.order_id = placed.id
           where line.title_id = $1 and placed.state in ('paid', 'shipped') and line.back_quantity < line.quantity
             and placed.currency = $2
             and placed.created_at >= $3 and placed.created_at < $4
         ) sold
         order by at, buyer_id, minor
         limit $5",
        &[&campaign.title, &campaign.budget.currency, &campaign.starts_at, &until, &ORDERS_MAX],
    )?;
    Ok(rows.into_iter().map(|(buyer, at, tickets, minor)| Sale { buyer, at, tickets, minor }).collect())
}

/// What each click cost, by whose it was.
fn costs(view: &View, campaign: &Campaign) -> Result<Vec<(String, i64, Instant)>> {
    view.all(
        "select impression.unit, click.cost_minor, click.at
         from click
         join impression on impression.place_id = click.place_id and impression.id = click.impression_id
         where click.campaign_id = $1 and click.cost_minor > 0 and impression.unit <> ''
         order by click.at, click.id
         limit $2",
        &[&campaign.id, &ORDERS_MAX],
    )
}

/// What the lots say of a campaign.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lift {
    pub all: Arms,
    pub by_city: Vec<Group>,
    pub by_surface: Vec<Group>,
    /// Times that an ad was withheld, also from guests.
    pub withheld: i64,
}

/// Part of the people, with by how much more of the exposed bought, drawn to that of all the parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// A city's code, empty where it is not known; a surface's id.
    pub code: String,
    pub name: Words,
    pub arms: Arms,
    /// None without people on both sides.
    pub rate_lift: Option<Interval>,
}

/// Of a campaign with fewer people than this it is computed whenever somebody looks.
pub const KEPT_FROM: i64 = 20_000;
/// What is kept is computed anew by `refresh` after this long, and by whoever looks when nobody did so for longer.
pub const FRESH_SECONDS: i64 = 600;
pub const LATE_SECONDS: i64 = 3 * FRESH_SECONDS;
/// Campaigns whose lift is kept, at most.
const REMEMBERED_MAX: usize = 200;

/// A lift with the instant at which it was computed.
#[derive(Clone, Debug)]
pub struct Kept {
    pub lift: Arc<Lift>,
    pub at: Instant,
}

/// What was computed of large campaigns, so that looking at them costs nothing.
#[derive(Default)]
pub(crate) struct Memory(Mutex<BTreeMap<CampaignId, (Campaign, Kept)>>);

impl Memory {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<CampaignId, (Campaign, Kept)>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A campaign's lift as it is kept, or computed now when it is small, new or was forgotten.
pub fn kept(house: &House, campaign: &Campaign) -> Result<Kept> {
    let known = house.lifts().lock().get(&campaign.id).cloned();
    match known {
        Some((of, kept)) if of == *campaign && kept.at.seconds_until(house.now()) < LATE_SECONDS => Ok(kept),
        _ => compute(house, campaign),
    }
}

/// Computes anew what is kept and no longer fresh; how many.
pub fn refresh(house: &House) -> Result<usize> {
    let now = house.now();
    let is_stale = |kept: &Kept| kept.at.seconds_until(now) >= FRESH_SECONDS;
    let stale: Vec<CampaignId> = house
        .lifts()
        .lock()
        .iter()
        .filter(|(_, (_, kept))| is_stale(kept))
        .map(|(id, _)| id.clone())
        .collect();
    for id in &stale {
        let one = id.clone();
        let campaign = house.read_blocking(move |view| ads::campaigns::any(view, &one))?;
        compute(house, &campaign)?;
    }
    Ok(stale.len())
}

fn compute(house: &House, campaign: &Campaign) -> Result<Kept> {
    let (lots, one, at) = (house.keys().lots.clone(), campaign.clone(), house.now());
    let lift = Arc::new(house.read_blocking(move |view| of(view, &lots, &one))?);
    let kept = Kept { lift, at };
    let mut memory = house.lifts().lock();
    let people = kept.lift.all.exposed.people + kept.lift.all.held_out.people;
    if people < KEPT_FROM {
        memory.remove(&campaign.id);
        return Ok(kept);
    }
    if memory.len() >= REMEMBERED_MAX && !memory.contains_key(&campaign.id) {
        memory.pop_first();
    }
    memory.insert(campaign.id.clone(), (campaign.clone(), kept.clone()));
    Ok(kept)
}

pub fn of(view: &View, lots: &Lots, campaign: &Campaign) -> Result<Lift> {
    let people = met(view, lots, campaign)?;
    let (withheld,) = view.one("select count(*) from withheld where campaign_id = $1", &[&campaign.id])?;
    let mut all = Arms::default();
    people.iter().for_each(|one| count(&mut all, one));
    let cities: BTreeMap<String, Words> =
        box_office::cities::all(view)?.into_iter().map(|city| (city.code, city.name)).collect();
    let city = |code: &str| match (cities.get(code), code) {
        (Some(name), _) => name.clone(),
        (None, "") => Words::new("City not known", "城市未知"),
        (None, code) => Words::new(code, code),
    };
    let surfaces = surfaces(view, campaign)?;
    let surface = |id: &str| surfaces.get(id).cloned().unwrap_or_else(|| Words::new(id, id));
    Ok(Lift {
        all,
        by_city: groups(&people, |one| one.city.clone(), city),
        by_surface: groups(&people, |one| one.surface.0.clone(), surface),
        withheld,
    })
}

fn count(arms: &mut Arms, one: &Met) {
    match one.arm {
        Arm::Exposed => arms.exposed.count(one.tickets, one.sales_minor),
        Arm::Withheld => arms.held_out.count(one.tickets, one.sales_minor),
    }
}

/// Most people first; a group of whom few are on either side is left out, so that it tells of nobody.
fn groups(people: &[Met], code: impl Fn(&Met) -> String, name: impl Fn(&str) -> Words) -> Vec<Group> {
    let mut by_code: BTreeMap<String, Arms> = BTreeMap::new();
    people.iter().for_each(|one| count(by_code.entry(code(one)).or_default(), one));
    let lifts = pooled(&by_code.values().copied().collect::<Vec<_>>());
    let mut groups: Vec<Group> = by_code
        .into_iter()
        .zip(lifts)
        .map(|((code, arms), rate_lift)| Group { name: name(&code), code, arms, rate_lift })
        .collect();
    let few = |group: &Group| {
        (group.arms.exposed.people.min(group.arms.held_out.people) as u64) < demand::audience::TOLD_STEP
    };
    groups.retain(|group| !few(group));
    groups.sort_by_key(|group| -(group.arms.exposed.people + group.arms.held_out.people));
    groups
}

/// What the surfaces of a campaign are called: `Night Tide Music, Home card`.
pub fn surfaces(view: &View, campaign: &Campaign) -> Result<BTreeMap<String, Words>> {
    let rows: Vec<(String, String, String, String, String)> = view.all(
        "select surface.id, channel.name_en, channel.name_zh, surface.name_en, surface.name_zh
         from campaign_surface
         join surface on surface.id = campaign_surface.surface_id
         join channel on channel.id = surface.channel_id
         where campaign_surface.campaign_id = $1
         order by surface.id",
        &[&campaign.id],
    )?;
    let name = |(id, channel_en, channel_zh, en, zh)| {
        (id, Words::new(format!("{channel_en}, {en}"), format!("{channel_zh}·{zh}")))
    };
    Ok(rows.into_iter().map(name).collect())
}
