//! Audiences of the people who agreed to it: what they did, read from the log, and who is in which.
//!
//! Every process keeps a [`Crowd`] in memory. `refresh` reads what the log says since the last time, in one
//! snapshot, the house's own log before that of others: there people give and withdraw their consent. Only
//! what somebody did after they last agreed is known here; who withdraws is forgotten. A page that somebody
//! looks at is noticed only of those people, kept in memory and written to the log in batches.

mod likely;

pub use likely::Calibration;

use crate::house::{House, Scene};
use crate::views::audiences::{self as reading, News};
use ads::audiences::{self, Audience};
use ads::campaigns::Campaign;
use demand::audience::{Behaviour, Features, Key, KeyId, Likeness, Members, Plan, Rule, Told, What};
use events::{Kind, log};
use kernel::{
    Act, Actor, AudienceId, CampaignId, Day, Instant, Kind as Why, OrgId, PersonId, PlaceId, Refusal, Result,
    Seal, TitleId,
};
use people::consents;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Sightings that wait to be written, at most; beyond it they are let go.
pub const WAITING_MAX: usize = 20_000;
/// Likeness to a seed is measured again after this long, and at once when somebody goes who weighs in it.
const LIKENESS_SECONDS: i64 = 3600;
/// How often it is measured in a row because somebody went meanwhile.
const MEASURED_MAX: usize = 3;

/// Everybody who agreed, and what they did.
pub struct Crowd {
    known: RwLock<Known>,
    waiting: Mutex<Vec<(Actor, Sighting)>>,
    /// One refresh at a time.
    refreshing: Mutex<()>,
}

struct Known {
    features: Features,
    ids: HashMap<PersonId, u32>,
    /// Since when each agrees, by id.
    since: Vec<Instant>,
    /// Ids of people who went, for others who come.
    free: Vec<u32>,
    /// How far each place's log was read.
    read_to: reading::Marks,
    /// Who is in the audiences that campaigns are aimed at.
    members: BTreeMap<AudienceId, Aimed>,
    /// How many went so far, for whoever measured meanwhile.
    gone: u64,
    measured: BTreeMap<AudienceId, (String, Instant)>,
    notes: likely::Notes,
    /// The day for which it was last reckoned who will buy, and how well that works.
    reckoned: Option<(Day, Option<Calibration>)>,
}

/// Who is in an audience, and to whose likeness it is due.
struct Aimed {
    members: Members,
    seeds: Vec<AudienceId>,
}

/// That somebody looked at something, put it in a basket, saw an ad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    kind: Kind,
    place: PlaceId,
    subject: String,
    title: Option<TitleId>,
    category: Option<String>,
}

impl Sighting {
    pub fn of(kind: Kind, place: &PlaceId, subject: &impl AsRef<str>) -> Sighting {
        let subject = subject.as_ref().to_owned();
        Sighting { kind, place: place.clone(), subject, title: None, category: None }
    }

    pub fn about(self, title: &TitleId) -> Sighting {
        Sighting { title: Some(title.clone()), ..self }
    }

    pub fn in_category(self, category: &str) -> Sighting {
        Sighting { category: Some(category.to_owned()), ..self }
    }
}

/// Notices what somebody does, if they agreed that it is noticed.
pub fn notice(house: &House, actor: &Actor, sighting: Sighting) {
    let Some(person) = actor.person() else { return };
    if !house.crowd().known().ids.contains_key(person) {
        return;
    }
    let mut waiting = lock(&house.crowd().waiting);
    // Asked again: they may have been forgotten meanwhile.
    if waiting.len() < WAITING_MAX && house.crowd().known().ids.contains_key(person) {
        waiting.push((actor.clone(), sighting));
    }
}

/// Forgets the signed-in actor, who has just taken their consent back, without waiting for the next refresh: they are
/// in no audience any more, and what was noticed of them is not written. Other processes read it from the log.
pub fn forget(house: &House, actor: &Actor) {
    if let Some(person) = actor.person() {
        forget_person(house, person);
    }
}

/// The same of somebody who is erased.
pub(crate) fn forget_person(house: &House, person: &PersonId) {
    house.crowd().known_mut().forget(person);
    lock(&house.crowd().waiting).retain(|(one, _)| one.person() != Some(person));
}

/// Writes what was noticed since the last time to the log of each place; how much.
pub fn write_sightings(house: &House) -> Result<usize> {
    let mut by_place: BTreeMap<PlaceId, Vec<(Actor, Sighting)>> = BTreeMap::new();
    for (actor, sighting) in std::mem::take(&mut *lock(&house.crowd().waiting)) {
        by_place.entry(sighting.place.clone()).or_default().push((actor, sighting));
    }
    let waiting: Vec<_> = by_place
        .into_iter()
        .map(|(place, seen)| house.submit(&place, Actor::System, move |scene| write_all(scene, &seen)))
        .collect();
    waiting.into_iter().try_fold(0, |sum, one| Ok(sum + one.wait()?))
}

/// Of those who still agree: another process may have been told otherwise.
fn write_all(scene: &mut Scene, seen: &[(Actor, Sighting)]) -> Result<usize> {
    let mut agree: BTreeMap<&PersonId, bool> = BTreeMap::new();
    for person in seen.iter().filter_map(|(actor, _)| actor.person()) {
        if !agree.contains_key(person) {
            agree.insert(person, consents::since(scene.tx, person, consents::AUDIENCES)?.is_some());
        }
    }
    let agrees = |actor: &Actor| actor.person().is_some_and(|person| agree.get(person) == Some(&true));
    let seen: Vec<&(Actor, Sighting)> = seen.iter().filter(|(actor, _)| agrees(actor)).collect();
    for (actor, sighting) in &seen {
        let mut act = Act::new(actor.clone(), scene.act.at, scene.act.dice.fork());
        let Sighting { kind, place, subject, title, category } = sighting;
        let body = json!({ "category": category });
        log::append(scene.tx, &mut act, place, *kind, title.as_ref(), subject, body)?;
    }
    Ok(seen.len())
}

/// Names an audience of an organisation.
pub fn save(scene: &mut Scene, org: &OrgId, name: &str, rule: &Rule) -> Result<Audience> {
    check(scene, org, rule)?;
    let audience = audiences::add(scene.tx, &mut scene.act, org, name, &rule.text())?;
    note(scene, &audience)?;
    Ok(audience)
}

/// Gives an organisation's audience another name and rule.
pub fn change(scene: &mut Scene, org: &OrgId, id: &AudienceId, name: &str, rule: &Rule) -> Result<Audience> {
    check(scene, org, rule)?;
    let is_seed = audiences::of_org(scene.tx, org)?
        .iter()
        .filter_map(|other| Rule::read(&other.rule).ok())
        .any(|other| other.seeds().contains(&id));
    if is_seed && !rule.seeds().is_empty() {
        return Err(nested_likeness().into());
    }
    let audience = audiences::change(scene.tx, &scene.act, org, id, name, &rule.text())?;
    note(scene, &audience)?;
    Ok(audience)
}

/// Aims a campaign at one of its organisation's audiences, or at everybody. Afterwards the house should read its
/// live campaigns again (`House::reload_ads`), then its audiences (`refresh`).
pub fn aim(
    scene: &mut Scene,
    org: &OrgId,
    id: &CampaignId,
    audience: Option<&AudienceId>,
) -> Result<Campaign> {
    let campaign = audiences::aim(scene.tx, org, id, audience)?;
    let body = json!({ "state": campaign.state.code(), "audience": audience });
    let (house, title) = (PlaceId::house(), Some(&campaign.title));
    log::append(scene.tx, &mut scene.act, &house, Kind::CampaignChanged, title, &campaign.id, body)?;
    Ok(campaign)
}

/// A rule within its limits, whose seeds are the organisation's own and no look-alikes themselves.
fn check(scene: &Scene, org: &OrgId, rule: &Rule) -> Result<()> {
    rule.check()?;
    for seed in rule.seeds() {
        let seed = audiences::of(scene.tx, org, seed)?;
        if !Rule::read(&seed.rule)?.seeds().is_empty() {
            return Err(nested_likeness().into());
        }
    }
    Ok(())
}

fn nested_likeness() -> Refusal {
    Refusal::new(
        Why::Invalid,
        "seed_of_likeness",
        "A look-alike starts from what people did, not from another look-alike.",
        "相似人群须以行为人群为种子，不能以另一个相似人群为种子。",
    )
}

fn note(scene: &mut Scene, audience: &Audience) -> Result<()> {
    let body = json!({ "org": audience.org, "name": audience.name, "rule": audience.rule });
    log::append(scene.tx, &mut scene.act, &PlaceId::house(), Kind::AudienceChanged, None, &audience.id, body)
}

/// Reads what happened since the last time, and finds anew who is in the audiences that campaigns are aimed at.
pub fn refresh(house: &House) -> Result<()> {
    let _alone = lock(&house.crowd().refreshing);
    house.crowd().known_mut().features.turn_to(today(house));
    loop {
        let marks = house.crowd().known().read_to.clone();
        let news = house.read_blocking(move |view| reading::news(view, marks))?;
        let more = news.more;
        house.crowd().known_mut().take_in(news);
        if !more {
            break;
        }
    }
    let aimed = house.ads().audiences();
    let audiences =
        house.read_blocking(move |view| aimed.iter().map(|id| audiences::any(view, id)).collect())?;
    find_members(house, audiences)
}

/// Reckons who will probably buy, once a day and again when somebody went whose deeds were learnt from; whether it did. Learning may take a while, and keeps nobody waiting.
pub fn reckon(house: &House) -> Result<bool> {
    let (today, zone) = (today(house), house.zone());
    let (notes, since, gone) = {
        let mut known = house.crowd().known_mut();
        if known.reckoned.as_ref().is_some_and(|(day, _)| *day == today) {
            return Ok(false);
        }
        known.notes.turn_to(today, &zone);
        (known.notes.clone(), known.since.clone(), known.gone)
    };
    let reckoned = notes.reckon(today, &zone);
    let mut known = house.crowd().known_mut();
    // Who went meanwhile is gone; a number that somebody else was given is theirs.
    let same: Vec<bool> = since.iter().zip(&known.since).map(|(then, now)| then == now).collect();
    let likely = reckoned.as_ref().map(|reckoned| {
        let mine = reckoned.likely.iter().filter(|(id, ..)| same.get(*id as usize) == Some(&true));
        mine.map(|(id, category, probability)| (*id, category.as_str(), *probability))
    });
    known.features.keep_likely(likely);
    // Nor is it reckoned for today while somebody weighs in it who went.
    if known.gone == gone {
        known.reckoned = Some((today, reckoned.and_then(|reckoned| reckoned.calibration)));
    }
    Ok(true)
}

fn today(house: &House) -> Day {
    house.today()
}

/// An audience whose rule cannot be followed now, such as one alike to too few, is nobody's until it can.
fn find_members(house: &House, aimed: Vec<Audience>) -> Result<()> {
    for _ in 0..MEASURED_MAX {
        let gone = house.crowd().known().gone;
        let found = found_members(house, &aimed)?;
        let mut known = house.crowd().known_mut();
        if known.gone == gone {
            known.members = found;
            return Ok(());
        }
    }
    // People go faster than it is found who stays; what was known of those who stay holds until the next time.
    Ok(())
}

fn found_members(house: &House, aimed: &[Audience]) -> Result<BTreeMap<AudienceId, Aimed>> {
    let mut found = BTreeMap::new();
    for audience in aimed {
        match members(house, &audience.rule) {
            Ok(aimed) => {
                found.insert(audience.id.clone(), aimed);
            }
            Err(kernel::Error::Refused(why)) => {
                tracing::warn!(audience = %audience.id, why = %why.say.en, "nobody is in this audience");
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(found)
}

fn members(house: &House, rule: &str) -> Result<Aimed> {
    let rule = Rule::read(rule)?;
    measure_seeds(house, &rule)?;
    let members = Plan::of(&house.crowd().known().features, &rule)?.members();
    Ok(Aimed { members, seeds: rule.seeds().into_iter().cloned().collect() })
}

/// What can be said of a rule while it is being written. No number of people leaves but as it may be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Everybody who agreed.
    pub people: Told,
    pub count: Told,
    /// How many each term holds for by itself, in the order of writing.
    pub terms: Vec<Told>,
    /// By the code of the city where they last went to the cinema, most first; cities of too few are left out.
    pub by_city: Vec<(String, Told)>,
}

/// Counts a rule. Likeness that it asks for is measured first, if that was not done lately; this may take a second.
pub fn look(house: &House, rule: &Rule) -> Result<Look> {
    rule.check()?;
    measure_seeds(house, rule)?;
    let (known, key) = (house.crowd().known(), &house.keys().counts);
    let features = &known.features;
    let members = Plan::of(features, rule)?.members();
    let terms =
        rule.terms().into_iter().map(|term| Ok(Told::of(term, Plan::of(features, term)?.count(), key)));
    Ok(Look {
        people: Told::of_everybody(features.people(), key),
        count: Told::of(rule, members.count(), key),
        terms: terms.collect::<Result<_, Refusal>>()?,
        by_city: by_city(features, rule, &members, key),
    })
}

/// Each city as the rule that asks for it too would be told.
fn by_city(features: &Features, rule: &Rule, members: &Members, key: &Seal) -> Vec<(String, Told)> {
    let tell = |(city, count): (&str, u64)| {
        let there = Rule::All(vec![rule.clone(), Rule::Lives(city.to_owned())]);
        (city.to_owned(), Told::of(&there, count, key))
    };
    let mut told: Vec<(String, Told)> = features.by_home(members).into_iter().map(tell).collect();
    told.retain(|(_, told)| told.count().is_some());
    told.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    told
}

/// How many are in both of two rules.
pub fn overlap(house: &House, one: &Rule, other: &Rule) -> Result<Told> {
    measure_seeds(house, one)?;
    measure_seeds(house, other)?;
    let (known, key) = (house.crowd().known(), &house.keys().counts);
    let members = |rule| Plan::of(&known.features, rule).map(|plan| plan.members());
    let both = Rule::All(vec![one.clone(), other.clone()]);
    Ok(Told::of(&both, members(one)?.shared_with(&members(other)?), key))
}

/// How many agreed, as it may be told.
pub fn people(house: &House) -> Told {
    Told::of_everybody(house.crowd().exact_people(), &house.keys().counts)
}

/// How many a rule holds for, to the last person: for the house itself. Nothing that is told may rest on it.
pub fn exact_count(house: &House, rule: &Rule) -> Result<u64> {
    rule.check()?;
    measure_seeds(house, rule)?;
    Ok(Plan::of(&house.crowd().known().features, rule)?.count())
}

/// Why people are like those of a seed, as it was last measured.
pub fn reasons(house: &House, seed: &AudienceId) -> Option<std::sync::Arc<Likeness>> {
    house.crowd().known().features.likeness(seed).cloned()
}

fn measure_seeds(house: &House, rule: &Rule) -> Result<()> {
    for seed in rule.seeds() {
        let id = seed.clone();
        let audience = house.read_blocking(move |view| audiences::any(view, &id))?;
        let rule = Rule::read(&audience.rule)?;
        for _ in 0..MEASURED_MAX {
            if house.crowd().known().is_fresh(seed, &audience.rule, house.now()) {
                break;
            }
            measure(house, seed, &audience, &rule)?;
        }
    }
    Ok(())
}

/// Keeps what was measured, unless somebody went meanwhile whose weight would be in it.
fn measure(house: &House, seed: &AudienceId, audience: &Audience, rule: &Rule) -> Result<()> {
    let (gone, likeness) = {
        let known = house.crowd().known();
        (known.gone, Likeness::measure(&known.features, rule)?)
    };
    let mut known = house.crowd().known_mut();
    if known.gone == gone {
        known.features.keep_likeness(seed.clone(), likeness);
        known.measured.insert(seed.clone(), (audience.rule.clone(), house.now()));
    }
    Ok(())
}

impl Crowd {
    pub(crate) fn new(today: Day) -> Crowd {
        let known = Known {
            features: Features::new(today),
            ids: HashMap::new(),
            since: Vec::new(),
            free: Vec::new(),
            read_to: reading::Marks::default(),
            members: BTreeMap::new(),
            gone: 0,
            measured: BTreeMap::new(),
            notes: likely::Notes::default(),
            reckoned: None,
        };
        Crowd { known: RwLock::new(known), waiting: Mutex::default(), refreshing: Mutex::default() }
    }

    /// The audiences somebody is in, of those that campaigns are aimed at. No SQL.
    pub fn audiences_of(&self, actor: &Actor) -> Vec<AudienceId> {
        let known = self.known();
        let Some(id) = actor.person().and_then(|person| known.ids.get(person)) else { return Vec::new() };
        let is_in = known.members.iter().filter(|(_, aimed)| aimed.members.contains(*id));
        is_in.map(|(id, _)| id.clone()).collect()
    }

    /// The city where somebody who agreed is at home, as far as it is known. No SQL.
    pub fn home_of(&self, actor: &Actor) -> Option<String> {
        let known = self.known();
        let id = actor.person().and_then(|person| known.ids.get(person))?;
        known.features.home(*id).map(str::to_owned)
    }

    /// How the forecasts of who will buy did yesterday, in tens; none while that cannot be told.
    pub fn calibration(&self) -> Option<Calibration> {
        self.exact_calibration().and_then(Calibration::in_tens)
    }

    /// The same to the last purchase: for the house itself.
    pub fn exact_calibration(&self) -> Option<Calibration> {
        self.known().reckoned.as_ref().and_then(|(_, calibration)| calibration.clone())
    }

    /// Whether it is known who will probably buy.
    pub fn knows_likely(&self) -> bool {
        self.known().features.knows_likely()
    }

    /// How many agreed, to the last person: for the house itself.
    pub fn exact_people(&self) -> u64 {
        self.known().features.people()
    }

    /// Every thing that behaviour was about so far, for forms to choose from.
    pub fn things(&self) -> BTreeSet<What> {
        let known = self.known();
        let things = known.features.keys().filter_map(|key| match key {
            Key::Did(_, what) => Some(what.clone()),
            Key::Lives(_) | Key::Likely(_) => None,
        });
        things.collect()
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn known_mut(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Known {
    fn take_in(&mut self, news: News) {
        for told in news.told {
            match told {
                reading::Told::Agreed { person, at } => self.admit(person, at),
                reading::Told::Withdrew { person } => self.forget(&person),
                reading::Told::Did(did) => self.note(&did),
                reading::Told::TookBack(did) => self.take_back(&did),
            }
        }
        self.read_to = news.read_to;
    }

    fn admit(&mut self, person: PersonId, at: Instant) {
        let id = *self.ids.entry(person).or_insert_with(|| {
            self.free.pop().unwrap_or_else(|| {
                self.since.push(at);
                self.since.len() as u32 - 1
            })
        });
        self.since[id as usize] = at;
        self.features.admit(id);
    }

    fn forget(&mut self, person: &PersonId) {
        if let Some(id) = self.ids.remove(person) {
            self.gone += 1;
            self.features.forget(id);
            if self.notes.forget(id) {
                // Who will buy is reckoned anew, without what they did.
                self.reckoned = None;
            }
            self.members.values_mut().for_each(|aimed| {
                aimed.members.remove(id);
            });
            self.forget_stale();
            self.free.push(id);
        }
    }

    /// Nobody is in an audience of those like a seed whose likeness went with somebody, until it is measured again.
    fn forget_stale(&mut self) {
        let features = &self.features;
        self.members.retain(|_, aimed| aimed.seeds.iter().all(|seed| features.likeness(seed).is_some()));
    }

    /// Whether likeness to a seed is known, of its rule as it is, and was measured lately.
    fn is_fresh(&self, seed: &AudienceId, rule: &str, now: Instant) -> bool {
        let lately = self
            .measured
            .get(seed)
            .is_some_and(|(of, at)| of == rule && at.seconds_until(now) < LIKENESS_SECONDS);
        lately && self.features.likeness(seed).is_some()
    }

    fn note(&mut self, did: &reading::Did) {
        let Some(id) = self.agreed(did) else { return };
        self.notes.note(id, did);
        let keys = self.keys(did);
        self.features.note(id, &keys, did.day);
        if let (Behaviour::BoughtTickets, Some(city)) = (did.behaviour, &did.city) {
            self.features.settle_in(id, city);
        }
    }

    fn take_back(&mut self, did: &reading::Did) {
        let Some(id) = self.agreed(did) else { return };
        self.notes.take_back(id, did);
        // A wish is taken back for the day on which it was made.
        let wished = did.title.clone().filter(|_| did.behaviour == Behaviour::WantsToSee);
        let wished = wished.map(|title| Key::Did(did.behaviour, What::Title(title)));
        let day = match wished {
            Some(key) => self.features.latest(id, &key),
            None => Some(did.day),
        };
        if let Some(day) = day {
            let keys = self.keys(did);
            self.features.take_back(id, &keys, day);
        }
    }

    /// The id of whoever did it, if they had agreed by then.
    fn agreed(&self, did: &reading::Did) -> Option<u32> {
        let id = *self.ids.get(&did.person)?;
        (self.since[id as usize] <= did.at).then_some(id)
    }

    fn keys(&mut self, did: &reading::Did) -> Vec<KeyId> {
        let about = [
            Some(What::Anything),
            did.title.clone().map(What::Title),
            did.genre.clone().map(What::Genre),
            did.category.clone().map(What::Category),
            did.place.clone().map(What::Place),
            did.city.clone().map(What::City),
        ];
        let keys = about.into_iter().flatten().map(|what| Key::Did(did.behaviour, what));
        keys.collect::<Vec<_>>().iter().map(|key| self.features.key(key)).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
