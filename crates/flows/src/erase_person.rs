//! Erasing a person who asks for it (`docs/decisions/0027`).
//!
//! `begin` ends the account in one transaction: whoever had it cannot sign in, and no session, consent or wish is left.
//! What they bought stays under their number, which names nobody from then on. `finish`, a sweep, unties from it what
//! other places wrote: who received goods, baskets, ads that were met, events that tell of nothing bought. It looks
//! again a minute later, for what was on its way, and only then is the erasure done.

use crate::audiences;
use crate::house::{House, Scene};
use crate::views::erasures::{self as reading, InTheWay, Traces};
use events::{Kind, log};
use kernel::{Actor, Kind as Why, PersonId, PlaceId, Refusal, Result};
use people::erasures::{self, Erasure};
use people::persons;
use serde_json::json;

/// What a person did may be written down this much later.
pub const LATE_SECONDS: i64 = 60;
/// Events or impressions that are untied in one transaction, at most.
const UNTIED_MAX: usize = 500;

/// Ends somebody's account, as they ask, or as an operator does for them. Refuses while somebody still owes them
/// something or they work here (`not_yet_erasable`). Afterwards the house should `forget` them.
pub fn begin(scene: &mut Scene, person: &PersonId) -> Result<()> {
    if scene.act.person()? != *person && !scene.act.actor.is_operator() {
        return Err(Refusal::forbidden().into());
    }
    persons::any(scene.tx, person)?.ok_or_else(|| Refusal::not_found("person", "用户"))?;
    if let Some(first) = reading::in_the_way(scene.tx, person, scene.act.at)?.into_iter().next() {
        return Err(not_yet(first).into());
    }
    titles::want_to_see::forget(scene.tx, person)?;
    erasures::begin(scene.tx, &scene.act, person)?;
    log::append(scene.tx, &mut scene.act, &PlaceId::house(), Kind::PersonErased, None, person, json!({}))
}

fn not_yet(first: InTheWay) -> Refusal {
    Refusal { say: first.why, ..Refusal::new(Why::Conflict, "not_yet_erasable", "", "") }
}

/// What this process still remembers of somebody is forgotten at once; others read it from the log.
pub fn forget(house: &House, person: &PersonId) {
    audiences::forget_person(house, person);
}

/// Goes on with every erasure that is not done; how many it finished.
pub fn finish(house: &House) -> Result<usize> {
    let mut finished = 0;
    for erasure in house.read_blocking(erasures::undone)? {
        let settled = erasure.at.plus_seconds(LATE_SECONDS);
        if !house.rounds().is_due(&erasure.person.0, settled, house.now()) {
            continue;
        }
        untie(house, &erasure)?;
        if settled < house.now() {
            let (person, now) = (erasure.person.clone(), house.now());
            house.write_blocking(&House::lane(), Actor::System, move |scene| {
                erasures::finish(scene.tx, &person, now)
            })?;
            house.rounds().forget(&erasure.person.0);
            finished += 1;
        }
    }
    Ok(finished)
}

fn untie(house: &House, erasure: &Erasure) -> Result<()> {
    let person = &erasure.person;
    forget(house, person);
    loop {
        let (one, lots) = (person.clone(), house.keys().lots.clone());
        let (traces, more) = house.read_blocking(move |view| reading::traces(view, &lots, &one))?;
        for (place, traces) in traces {
            untie_at(house, &place, person, traces)?;
        }
        if !more {
            break;
        }
    }
    house
        .read_blocking(crate::views::places::selling)?
        .iter()
        .try_for_each(|place| forget_buyer(house, place, person))
}

fn untie_at(house: &House, place: &PlaceId, person: &PersonId, traces: Traces) -> Result<()> {
    for events in traces.events.chunks(UNTIED_MAX) {
        let (at, person, events) = (place.clone(), person.clone(), events.to_vec());
        house.write_blocking(place, Actor::System, move |scene| {
            log::untie(scene.tx, &at, &person, &events).map(|_| ())
        })?;
    }
    for impressions in traces.impressions.chunks(UNTIED_MAX) {
        let (at, impressions) = (place.clone(), impressions.to_vec());
        house.write_blocking(place, Actor::System, move |scene| {
            ads::impressions::untie(scene.tx, &at, &impressions)
        })?;
    }
    Ok(())
}

fn forget_buyer(house: &House, place: &PlaceId, person: &PersonId) -> Result<()> {
    let (at, person) = (place.clone(), person.clone());
    house.write_blocking(place, Actor::System, move |scene| {
        box_office::orders::forget_buyer(scene.tx, &at, &person)?;
        shops::orders::forget_buyer(scene.tx, &at, &person)?;
        shops::baskets::clear(scene.tx, &person, &at)
    })
}
