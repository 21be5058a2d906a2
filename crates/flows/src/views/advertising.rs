//! Where to advertise a film next: what each surface sold in each city, and the best split of a budget.
//!
//! Of every campaign that somebody pays for a film, each whole week is a flight: those who met an ad for the first
//! time in it, what they bought within a week of that and what their clicks cost.

use super::lift::{self, Met};
use ads::campaigns::{self, Campaign};
use ads::holdout::Lots;
use ads::impressions::Arm;
use db::View;
use demand::planning::advertising::{self as planning, Cell, Evidence, Flight, Group, Plan};
use kernel::{Dice, Instant, Money, PlaceId, Refusal, Result, Round, Share, SurfaceId, Words};
use std::collections::BTreeMap;

const FLIGHT_DAYS: i64 = 7;
/// Nothing is known beyond what was tried; a cell may get this many times the most it ever cost in a week.
const CAP_TIMES: i64 = 3;
/// What is kept for cells of which too little is known, so that they become known.
pub const KEPT: Share = Share::percent(10);

/// A surface in a city, with what was measured there.
#[derive(Clone, Debug)]
pub struct Spot {
    pub place: PlaceId,
    pub surface: SurfaceId,
    pub city: String,
    pub cell: Cell,
    /// Everybody who was counted there, exposed and held out.
    pub people: (i64, i64),
}

/// What to do with a week's budget.
#[derive(Clone, Debug)]
pub struct Advice {
    pub budget: Money,
    /// Of it, for cells of which too little is known.
    pub kept: Money,
    /// In the order of the plan's cells.
    pub spots: Vec<Spot>,
    /// The plan for the rest, or why there is none yet.
    pub plan: Result<Plan, Refusal>,
}

impl Advice {
    /// Of how many cells enough is known.
    pub fn measured(&self) -> usize {
        let plan = self.plan.iter();
        plan.flat_map(|plan| &plan.cells).filter(|cell| cell.evidence == Evidence::Measured).count()
    }
}

/// What of a campaign's budget is left for a week, when it is to last until the end: at most all that is left.
pub fn week_of(view: &View, campaign: &Campaign, now: Instant) -> Result<(Money, Money)> {
    let spent: i64 = campaigns::allotments(view, &campaign.id)?.iter().map(|one| one.spent.minor).sum();
    let left = (campaign.budget.minor - spent).max(0);
    let seconds = now.max(campaign.starts_at).seconds_until(campaign.ends_at).max(0);
    let week = FLIGHT_DAYS * 86_400;
    let a_week = if seconds <= week {
        left
    } else {
        (i128::from(left) * i128::from(week) / i128::from(seconds)) as i64
    };
    let money = |minor| Money::new(minor, campaign.budget.currency);
    Ok((money(a_week), money(left)))
}

/// How a week's budget is best split, by everything that campaigns of the same payer for the same film showed.
pub fn advise(view: &View, lots: &Lots, campaign: &Campaign, budget: Money, now: Instant) -> Result<Advice> {
    let spots = spots(view, lots, campaign, now)?;
    let cells: Vec<Cell> = spots.iter().map(|spot| spot.cell.clone()).collect();
    // The same figures give the same ranges on every visit.
    let plan = |budget| planning::plan(&cells, budget, &mut Dice::seeded(1));
    let zero = Money::zero(budget.currency);
    let whole = plan(budget);
    let unknown = |plan: &Plan| plan.cells.iter().any(|cell| cell.evidence == Evidence::TooLittle);
    if !whole.as_ref().is_ok_and(unknown) {
        return Ok(Advice { budget, kept: zero, spots, plan: whole });
    }
    let kept = KEPT.of(budget, Round::Down);
    let plan = plan(budget.minus(kept)?);
    Ok(Advice { budget, kept, spots, plan })
}

/// What is to be said to `ads` so that the rest of a campaign's budget is spent as a week's is planned. What was kept
/// and what is over are left to cells that are not named; a measured cell that gets nothing is named.
pub fn wishes(advice: &Advice, left: Money) -> Result<Vec<campaigns::Wish>, Refusal> {
    let plan = advice.plan.as_ref().map_err(Clone::clone)?;
    let weeks = |minor: i64| {
        (i128::from(minor) * i128::from(left.minor) / i128::from(advice.budget.minor.max(1))) as i64
    };
    let measured =
        advice.spots.iter().zip(&plan.cells).filter(|(_, cell)| cell.evidence == Evidence::Measured);
    let wish = |(spot, cell): (&Spot, &planning::CellPlan)| campaigns::Wish {
        place: spot.place.clone(),
        surface: Some(spot.surface.clone()),
        city: spot.city.clone(),
        minor: weeks(cell.spend.minor),
    };
    Ok(measured.map(wish).collect())
}

type Key = (SurfaceId, String);

/// What was found out about a cell.
#[derive(Default)]
struct Found {
    place: Option<PlaceId>,
    flights: Vec<Flight>,
    people: (i64, i64),
}

/// The cells of a campaign's surfaces, those where most people were met first.
fn spots(view: &View, lots: &Lots, campaign: &Campaign, now: Instant) -> Result<Vec<Spot>> {
    let names = lift::surfaces(view, campaign)?;
    let cities = super::audiences::names(view)?;
    let mut found: BTreeMap<Key, Found> = BTreeMap::new();
    for one in campaigns::of_title(view, &campaign.title)? {
        if one.org == campaign.org && one.budget.currency == campaign.budget.currency {
            let mut met = lift::met(view, lots, &one)?;
            met.retain(|person| names.contains_key(&person.surface.0));
            take_in(&mut found, &one, &met, now)?;
        }
    }
    let mut spots = Vec::new();
    for ((surface, city), Found { place, flights, people }) in found {
        let Some(place) = place else { continue };
        let where_ = match city.as_str() {
            "" => Words::new("city not known", "城市未知"),
            code => cities.city(code),
        };
        let name = names.get(&surface.0).cloned().unwrap_or_default();
        let name = Words::new(format!("{}, {}", name.en, where_.en), format!("{}，{}", name.zh, where_.zh));
        let cell = cell(format!("{surface}/{city}"), name, flights, campaign.budget);
        spots.push(Spot { place, surface, city, cell, people });
    }
    spots.sort_by_key(|spot| -(spot.people.0 + spot.people.1));
    spots.truncate(planning::CELLS_MAX);
    Ok(spots)
}

/// Counts everybody whom one campaign met, and its whole weeks as flights.
fn take_in(found: &mut BTreeMap<Key, Found>, campaign: &Campaign, met: &[Met], now: Instant) -> Result<()> {
    let mut flights: BTreeMap<(Key, i64), Flight> = BTreeMap::new();
    for person in met {
        let key = (person.surface.clone(), person.city.clone());
        let cell = found.entry(key.clone()).or_default();
        cell.place = Some(person.place.clone());
        match person.arm {
            Arm::Exposed => cell.people.0 += 1,
            Arm::Withheld => cell.people.1 += 1,
        }
        if let Some(week) = whole_week(campaign, person.at, now) {
            add(flights.entry((key, week)).or_insert_with(|| nothing(campaign.budget)), person)?;
        }
    }
    for ((key, _), flight) in flights {
        found.entry(key).or_default().flights.push(flight);
    }
    Ok(())
}

fn cell(id: String, name: Words, flights: Vec<Flight>, budget: Money) -> Cell {
    let people: i64 = flights.iter().map(|flight| flight.exposed.people + flight.control.people).sum();
    let most = flights.iter().map(|flight| flight.spent.minor).max().unwrap_or(0);
    Cell {
        id,
        name,
        audience: (people / (flights.len() as i64).max(1)).max(1),
        cap: Money::new(most.saturating_mul(CAP_TIMES), budget.currency),
        flights,
    }
}

/// Which week of a campaign a moment is in, once that week is over.
fn whole_week(campaign: &Campaign, at: Instant, now: Instant) -> Option<i64> {
    let week = campaign.starts_at.seconds_until(at) / (FLIGHT_DAYS * 86_400);
    let over = campaign.starts_at.plus_seconds((week + 1) * FLIGHT_DAYS * 86_400);
    (over <= now).then_some(week)
}

fn nothing(budget: Money) -> Flight {
    Flight { spent: Money::zero(budget.currency), exposed: Group::default(), control: Group::default() }
}

fn add(flight: &mut Flight, person: &Met) -> Result<()> {
    let group = match person.arm {
        Arm::Exposed => &mut flight.exposed,
        Arm::Withheld => &mut flight.control,
    };
    group.people += 1;
    group.tickets += person.tickets;
    flight.spent = flight.spent.plus(Money::new(person.spent_minor, flight.spent.currency))?;
    Ok(())
}
