//! Waiting in line for an on-sale: joining, looking where one stands, buying when it is one's turn.
//!
//! Every process keeps the live on-sales in memory (`refresh`, every second), and a place is a signed word that its
//! holder carries. So whoever waits and asks again costs a signature and no statement, those who join late cost one
//! for as many as are let in a second, and whoever is not in turn is sent away before seats are looked at.

use crate::house::{House, Scene};
use box_office::line::{Line, Place, Standing};
use box_office::on_sales::{self, Draft, OnSale};
use kernel::{Actor, Instant, Kind, Lang, PersonId, Refusal, Result, TitleId, Zone};
use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

/// How long before the doors open one may join.
pub const EARLY_MINUTES: i64 = 60;

/// The lines of this process.
#[derive(Default)]
pub struct Lines {
    known: RwLock<HashMap<TitleId, Arc<OnSale>>>,
    doors: Mutex<HashMap<(TitleId, i64), Door>>,
}

/// Where a process lets people join one on-sale.
#[derive(Default)]
struct Door {
    /// The lots of those who joined early, so that nobody counts twice.
    early: HashSet<u64>,
    /// How many of them the database has not heard of.
    uncounted: i64,
    /// Positions that were taken for people who join late.
    positions: VecDeque<Range<i64>>,
    /// Who has which of them, by their lots, so that asking again moves nobody back.
    late: HashMap<u64, i64>,
}

impl Lines {
    /// The film's on-sale, while it is announced or open.
    pub fn of(&self, title: &TitleId, now: Instant) -> Option<Arc<OnSale>> {
        let known = self.known.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        known.get(title).filter(|sale| now < sale.line.closes_at).cloned()
    }

    /// Every on-sale that is announced or open.
    pub fn all(&self, now: Instant) -> Vec<Arc<OnSale>> {
        let known = self.known.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        known.values().filter(|sale| now < sale.line.closes_at).cloned().collect()
    }

    /// Puts what was read in the place of what was known.
    pub fn replace(&self, live: Vec<OnSale>) {
        let known: HashMap<TitleId, Arc<OnSale>> =
            live.into_iter().map(|sale| (sale.title.clone(), Arc::new(sale))).collect();
        self.doors().retain(|(title, number), _| known.get(title).is_some_and(|sale| sale.number == *number));
        *self.known.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = known;
    }

    /// The newest place that the holder of a lot took in this process.
    fn place(&self, sale: &OnSale, lot: u64) -> Option<Place> {
        let doors = self.doors();
        let door = doors.get(&(sale.title.clone(), sale.number))?;
        let late = door.late.get(&lot).map(|position| Place::Late { position: *position });
        late.or_else(|| door.early.contains(&lot).then_some(Place::Early { lot }))
    }

    fn join_early(&self, sale: &OnSale, lot: u64) {
        let mut doors = self.doors();
        let door = doors.entry((sale.title.clone(), sale.number)).or_default();
        door.uncounted += i64::from(door.early.insert(lot));
    }

    /// Whoever joined early since the last time; they are the caller's to count.
    fn take_uncounted(&self) -> Vec<((TitleId, i64), i64)> {
        let mut doors = self.doors();
        let fresh = doors.iter_mut().filter(|(_, door)| door.uncounted > 0);
        fresh.map(|(sale, door)| (sale.clone(), std::mem::take(&mut door.uncounted))).collect()
    }

    /// The next position at the end of the line, unless none was taken beforehand or the gate has passed them.
    fn next_position(&self, sale: &OnSale, now: Instant) -> Option<i64> {
        let gate = sale.line.gate.passed(now);
        let mut doors = self.doors();
        let positions = &mut doors.entry((sale.title.clone(), sale.number)).or_default().positions;
        while let Some(block) = positions.front_mut() {
            if let Some(position) = block.next() {
                if position >= gate {
                    return Some(position);
                }
            } else {
                positions.pop_front();
            }
        }
        None
    }

    fn give(&self, sale: &OnSale, block: Range<i64>) {
        let mut doors = self.doors();
        doors.entry((sale.title.clone(), sale.number)).or_default().positions.push_back(block);
    }

    fn join_late(&self, sale: &OnSale, lot: u64, position: i64) {
        let mut doors = self.doors();
        doors.entry((sale.title.clone(), sale.number)).or_default().late.insert(lot, position);
    }

    fn doors(&self) -> MutexGuard<'_, HashMap<(TitleId, i64), Door>> {
        self.doors.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Announces a film's on-sale, or replaces one that has not opened; see [`on_sales::announce`].
/// Afterwards the house should hear of it (`refresh`).
pub fn announce(scene: &mut Scene, title: &TitleId, draft: &Draft) -> Result<OnSale> {
    on_sales::announce(scene.tx, title, draft, scene.now())
}

/// Counts who joined early, draws the lots of lines whose doors have opened, and reads them all again.
pub fn refresh(house: &House) -> Result<()> {
    let now = house.now();
    let read = |house: &House| house.read_blocking(move |view| on_sales::live(view, now));
    let live = read(house)?;
    let fresh: HashMap<(TitleId, i64), i64> = house.lines().take_uncounted().into_iter().collect();
    let mut changed = false;
    for sale in &live {
        let people = fresh.get(&(sale.title.clone(), sale.number)).copied().unwrap_or_default();
        let draws = sale.line.early.is_none() && now >= sale.line.opens_at;
        if people == 0 && !draws {
            continue;
        }
        let of = sale.clone();
        house.write_blocking(&sale.title, Actor::System, move |scene| {
            on_sales::count_early(scene.tx, &of, people)?;
            if draws { on_sales::draw(scene.tx, &of) } else { Ok(()) }
        })?;
        changed = true;
    }
    house.lines().replace(if changed { read(house)? } else { live });
    Ok(())
}

/// Joins a film's line; the answer is the signed place, for nobody but this person. Who asks again has the same one, until
/// its turn is over.
///
/// Refuses (`sign_in_first`, `no_line`, `line_not_open`) guests, films without a line and whoever comes more than an
/// hour before the doors open.
pub async fn join(house: &House, actor: &Actor, title: &TitleId) -> Result<String> {
    let (person, now) = (actor.signed_in()?, house.now());
    let sale = house.lines().of(title, now).ok_or_else(on_sales::none)?;
    let line = &sale.line;
    if now < line.opens_at.plus_minutes(-EARLY_MINUTES) {
        return Err(not_open(line.opens_at.plus_minutes(-EARLY_MINUTES), &house.zone()).into());
    }
    let lot = lot(house, &sale, person);
    if let Some(place) =
        house.lines().place(&sale, lot).filter(|place| line.standing(*place, now) != Standing::Missed)
    {
        return Ok(sign(house, &sale, person, place));
    }
    if now < line.opens_at {
        house.lines().join_early(&sale, lot);
        return Ok(sign(house, &sale, person, Place::Early { lot }));
    }
    let position = match house.lines().next_position(&sale, now) {
        Some(position) => position,
        None => {
            // What the gate passes in a second, so that nobody waits longer for positions that are not used.
            let block = (line.gate.pace(now) / 60).max(1);
            let of = sale.clone();
            let story = move |scene: &mut Scene| on_sales::take(scene.tx, &of, block, scene.now());
            let first = house.write(title, actor.clone(), story).await?;
            house.lines().give(&sale, first + 1..first + block);
            first
        }
    };
    house.lines().join_late(&sale, lot, position);
    Ok(sign(house, &sale, person, Place::Late { position }))
}

/// Where the holder of a signed place stands now; nothing when it is of another line or none of ours.
pub fn standing(house: &House, title: &TitleId, token: &str, now: Instant) -> Option<Standing> {
    let sale = house.lines().of(title, now)?;
    let (_, place) = read(house, &sale, token)?;
    Some(sale.line.standing(place, now))
}

/// The position of a signed place, once the lots are drawn.
pub fn position(house: &House, sale: &OnSale, token: &str) -> Option<i64> {
    sale.line.position(read(house, sale, token)?.1)
}

/// Whether this person may begin to buy tickets of a film now.
///
/// Refuses (`not_on_sale_yet`, `not_your_turn`) before the doors open, and whoever's turn it is not.
pub fn may_buy(
    house: &House,
    title: &TitleId,
    person: &PersonId,
    token: Option<&str>,
    now: Instant,
) -> Result<(), Refusal> {
    let Some(sale) = house.lines().of(title, now) else { return Ok(()) };
    if now < sale.line.opens_at {
        return Err(not_on_sale_yet(&sale.line, &house.zone()));
    }
    let own = token.and_then(|token| read(house, &sale, token)).filter(|(holder, _)| holder == person);
    match own.map(|(_, place)| sale.line.standing(place, now)) {
        Some(Standing::Turn { .. } | Standing::Over) => Ok(()),
        _ => Err(not_your_turn()),
    }
}

fn sign(house: &House, sale: &OnSale, person: &PersonId, place: Place) -> String {
    let place = match place {
        Place::Early { .. } => "early".into(),
        Place::Late { position } => position.to_string(),
    };
    house.keys().line.sign(&format!("{}|{}|{person}|{place}", sale.title, sale.number))
}

/// Who holds a signed place in this line, and which.
fn read(house: &House, sale: &OnSale, token: &str) -> Option<(PersonId, Place)> {
    let text = house.keys().line.open(token)?;
    let mut parts = text.split('|');
    let is_of_this = parts.next()? == sale.title.0 && parts.next()? == sale.number.to_string();
    let (person, place) = (PersonId(parts.next()?.to_owned()), parts.next()?);
    let place = match place {
        "early" => Place::Early { lot: lot(house, sale, &person) },
        position => Place::Late { position: position.parse().ok()? },
    };
    is_of_this.then_some((person, place))
}

/// A person's lot: as good as drawn, and the same however often they ask.
fn lot(house: &House, sale: &OnSale, person: &PersonId) -> u64 {
    let digest = house.keys().line_lots.digest(&format!("{}|{}|{person}", sale.title, sale.number));
    u64::from_be_bytes(std::array::from_fn(|at| digest[at]))
}

fn not_on_sale_yet(line: &Line, zone: &Zone) -> Refusal {
    let (en, zh) = (line.opens_at.say(zone, Lang::En), line.opens_at.say(zone, Lang::Zh));
    Refusal::new(
        Kind::Conflict,
        "not_on_sale_yet",
        format!("Tickets of this film are on sale from {en}."),
        format!("这部影片将于{zh}开售。"),
    )
}

fn not_open(at: Instant, zone: &Zone) -> Refusal {
    let (en, zh) = (at.say(zone, Lang::En), at.say(zone, Lang::Zh));
    Refusal::new(
        Kind::Conflict,
        "line_not_open",
        format!("The line forms from {en}."),
        format!("{zh}起可以排队。"),
    )
}

fn not_your_turn() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "not_your_turn",
        "Many people want tickets of this film. Please stand in line; it is not your turn yet.",
        "想看这部影片的人很多，请先排队；现在还没有轮到您。",
    )
}
