//! What the shoppers of a rehearsal do in an hour: look at ads, hold seats, pay, walk away, come back
//! for a refund, buy what is licensed, go in at the door. Each step is a story of the house.

use crate::appetite;
use crate::faults::{Fate, Faults};
use crate::release::Tally;
use crate::till::Till;
use crate::world::{Screen, Stand, World};
use box_office::holds;
use flows::buy_tickets::{self, Held, Wish};
use flows::{House, buy_product, serve_ad, take_payment};
use kernel::{Actor, Dice, Instant, Lang, PersonId, PlaceId, Result};
use payments::{Intent, Notice};
use shops::orders::{Checkout, Wanted};
use std::collections::HashSet;

/// Seats in a party: most people come in pairs.
const PARTY: [f64; 6] = [0.20, 0.60, 0.10, 0.07, 0.02, 0.01];
/// A visitor follows an ad this often.
const CLICKS: f64 = 0.045;
/// Who came by an ad buys this often.
const BUYS_AFTER_AD: f64 = 0.30;

/// Somebody who wants to go to a showing.
pub struct Party {
    pub person: PersonId,
    pub screen: usize,
    pub count: usize,
    pub click: Option<String>,
}

pub fn consumer(person: &PersonId) -> Actor {
    Actor::Person { id: person.clone(), name: String::new(), roles: Vec::new() }
}

/// Finds a showing for a party: later today, near, at a good hour, with room left.
pub fn choose_screen(
    screens: &[Screen],
    wanted: &[usize],
    now: Instant,
    count: usize,
    dice: &mut Dice,
) -> Option<usize> {
    let soon = now.plus_minutes(5);
    let weights: Vec<f64> = wanted
        .iter()
        .map(|i| {
            let screen = &screens[*i];
            let room = screen.free() >= count as i64 && screen.showtime.starts_at > soon;
            let cheap = if screen.showtime.price.minor < 2500 { 1.6 } else { 1.0 };
            if room { appetite::hour(screen.hour) * cheap * screen.showtime.seats as f64 } else { 0.0 }
        })
        .collect();
    if weights.iter().sum::<f64>() <= 0.0 {
        return None;
    }
    Some(wanted[dice.weighted(&weights)])
}

pub fn party_size(dice: &mut Dice) -> usize {
    dice.weighted(&PARTY) + 1
}

/// Everybody chooses seats within the same minute; some look at an old seat map, are refused and choose again once.
pub fn hold_all(
    house: &House,
    screens: &mut [Screen],
    parties: Vec<Party>,
    tally: &mut Tally,
    dice: &mut Dice,
) -> Result<Vec<Held>> {
    let mut held = Vec::new();
    let mut waiting = parties;
    for attempt in 0..2 {
        let asked: Vec<_> = waiting
            .drain(..)
            .filter_map(|party| {
                let screen = &mut screens[party.screen];
                let seats = pick_seats(screen, party.count, attempt, dice)?;
                screen.taken.extend(seats.iter().cloned());
                let wish = Wish {
                    place: screen.showtime.place.clone(),
                    showtime: screen.showtime.id.clone(),
                    seats: seats.clone(),
                    key: format!("{:016x}", dice.next()),
                    click: party.click.clone(),
                    turn: None,
                };
                let answer = house.submit(&wish.place.clone(), consumer(&party.person), move |scene| {
                    buy_tickets::hold(scene, &wish)
                });
                Some((party, seats, answer))
            })
            .collect();
        for (party, seats, answer) in asked {
            match answer.wait() {
                Ok(one) => held.push(one),
                Err(error) if error.refusal().is_some() => {
                    tally.refused += 1;
                    refresh(house, &mut screens[party.screen], &seats)?;
                    waiting.push(party);
                }
                Err(fault) => return Err(fault),
            }
        }
    }
    Ok(held)
}

/// Who was refused looks at the seat map again.
fn refresh(house: &House, screen: &mut Screen, wanted: &[String]) -> Result<()> {
    let (place, id, now) = (screen.showtime.place.clone(), screen.showtime.id.clone(), house.now());
    let taken = house.read_blocking(move |view| holds::taken_ids(view, &place, &id, now))?;
    for seat in wanted.iter().filter(|seat| !taken.contains(*seat)) {
        screen.taken.remove(seat);
    }
    Ok(())
}

/// The best seats together; one party in fifty looks at an old seat map.
fn pick_seats(screen: &Screen, count: usize, attempt: usize, dice: &mut Dice) -> Option<Vec<String>> {
    let old_map = attempt == 0 && dice.chance(0.02);
    let taken: HashSet<String> =
        if old_map { HashSet::new() } else { screen.taken.iter().cloned().collect() };
    let mut taken = taken;
    // Not everybody wants the very middle: some seats look taken to them.
    if !old_map && dice.chance(0.7) {
        let seats = screen.map.seats();
        for _ in 0..seats.len() / 6 {
            taken.insert(dice.pick(&seats).id.clone());
        }
    }
    let best = screen.map.best_together(&taken, count).or_else(|| {
        let real: HashSet<String> = screen.taken.iter().cloned().collect();
        screen.map.best_together(&real, count)
    })?;
    Some(best.into_iter().map(|seat| seat.id).collect())
}

/// Pays what is paid now; the notices go their ways, some of them wrong.
pub struct Post {
    /// Notices that arrive after their hold is over.
    pub late: Vec<(Instant, Notice)>,
}

pub fn pay_all(
    house: &House,
    till: &Till,
    faults: &Faults,
    intents: Vec<Intent>,
    post: &mut Post,
    tally: &mut Tally,
    dice: &mut Dice,
) -> Result<()> {
    let paying: Vec<Intent> = intents.into_iter().filter(|_| !dice.chance(faults.abandoned)).collect();
    let notices = till.pay_all(house, &paying)?;
    let mut arriving = Vec::new();
    for (intent, notice) in paying.iter().zip(notices) {
        let Some(notice) = notice else { continue };
        match faults.fate(dice) {
            Fate::Arrives => arriving.push(notice),
            Fate::ArrivesTwice => arriving.extend([notice.clone(), notice]),
            Fate::ArrivesLate => {
                tally.notices_late += 1;
                post.late.push((intent.expires_at.plus_minutes(3), notice));
            }
            Fate::IsLost => tally.notices_lost += 1,
        }
    }
    deliver(house, arriving)
}

/// Delivers what was on its way for too long.
pub fn deliver_late(house: &House, post: &mut Post) -> Result<()> {
    let now = house.now();
    let (due, rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut post.late).into_iter().partition(|(at, _)| *at <= now);
    post.late = rest;
    deliver(house, due.into_iter().map(|(_, notice)| notice).collect())
}

pub fn deliver(house: &House, notices: Vec<Notice>) -> Result<()> {
    let waiting: Vec<_> = notices
        .into_iter()
        .map(|notice| {
            house.submit(&notice.place.clone(), Actor::System, move |scene| {
                take_payment::receive(scene, &notice)
            })
        })
        .collect();
    waiting.into_iter().try_for_each(db::Waiting::wait)
}

/// What an hour on the channels leads to: people who came by an ad, and baskets.
pub struct Visits {
    /// Those who want tickets now, with the token of the ad that brought them.
    pub by_ad: Vec<(PersonId, String)>,
    pub intents: Vec<Intent>,
}

/// Visitors come to a channel, see an ad, follow it, put licensed goods into their baskets.
pub fn visit(
    world: &mut World,
    stand: &Stand,
    shelf: &[shops::Listing],
    tally: &mut Tally,
) -> Result<Visits> {
    let house = world.house.clone();
    let visitors = world.dice.poisson(world.size.visits as f64);
    let mut followed = Vec::new();
    let mut buyers: Vec<(PersonId, Option<String>)> = Vec::new();
    for _ in 0..visitors {
        let person = world.dice.pick(&world.shoppers).clone();
        let ad = serve_ad::show_to(&house, &stand.surface, &person.0, &consumer(&person), Lang::Zh);
        if let Some(ad) = ad.filter(|_| world.dice.chance(CLICKS))
            && let Ok(shown) = serve_ad::place_of(&house, &ad.token)
        {
            let click =
                house.submit(&stand.place, consumer(&person), move |scene| serve_ad::follow(scene, &shown));
            followed.push((person.clone(), click));
        }
        if stand.sells && !shelf.is_empty() && world.dice.chance(0.035) {
            buyers.push((person, None));
        }
    }
    let mut by_ad = Vec::new();
    for (person, one) in followed {
        let one = one.wait()?;
        serve_ad::count(&house, &one);
        let token = one.token;
        tally.clicks += 1;
        if world.dice.chance(BUYS_AFTER_AD) {
            by_ad.push((person.clone(), token.clone()));
        }
        if stand.sells && !shelf.is_empty() && world.dice.chance(0.08) {
            buyers.push((person, Some(token)));
        }
    }
    let intents = buy_goods(world, &stand.place, shelf, buyers, tally)?;
    Ok(Visits { by_ad, intents })
}

fn buy_goods(
    world: &mut World,
    place: &PlaceId,
    shelf: &[shops::Listing],
    buyers: Vec<(PersonId, Option<String>)>,
    tally: &mut Tally,
) -> Result<Vec<Intent>> {
    let house = world.house.clone();
    let mut waiting = Vec::new();
    for (person, click) in buyers {
        let listing = world.dice.pick(shelf);
        let quantity = if world.dice.chance(0.2) { 2 } else { 1 };
        let checkout = Checkout {
            place: place.clone(),
            buyer: person.clone(),
            key: format!("{:016x}", world.dice.next()),
            lines: vec![Wanted { listing: listing.id.clone(), quantity, price_minor: listing.price.minor }],
            recipient: "安小渡".into(),
            address: "滨江路 1 号".into(),
            click,
        };
        waiting
            .push(house.submit(place, consumer(&person), move |scene| buy_product::order(scene, &checkout)));
    }
    let mut intents = Vec::new();
    for one in waiting {
        match one.wait() {
            Ok(promised) => intents.push(promised.intent),
            Err(error) if error.refusal().is_some() => tally.refused += 1,
            Err(fault) => return Err(fault),
        }
    }
    Ok(intents)
}

/// Some bring back what they bought; a film that has begun cannot be brought back, and is refused.
pub fn refund_some(
    house: &House,
    bought: &[(PersonId, PlaceId, kernel::OrderId)],
    tally: &mut Tally,
) -> Result<()> {
    let waiting: Vec<_> = bought
        .iter()
        .map(|(person, place, order)| {
            let (at, order) = (place.clone(), order.clone());
            house.submit(place, consumer(person), move |scene| buy_tickets::refund(scene, &at, &order))
        })
        .collect();
    for one in waiting {
        match one.wait() {
            Ok(_) => tally.refunds += 1,
            Err(error) if error.refusal().is_some() => tally.refused += 1,
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}
