//! A showtime: a film in a hall at a moment, for a price.

use crate::cinemas;
use crate::halls::Hall;
use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, Currency, Day, HallId, Instant, Kind, Money, PlaceId, Refusal, Result, ShowtimeId, TitleId, Zone,
};

/// Between two showings of one hall.
pub const CLEANING_MINUTES: i64 = 15;
pub const RUNTIME_MINUTES_MAX: i64 = 600;
pub const PRICE_MINOR_MAX: i64 = 1_000_000;

#[derive(Clone, Debug, PartialEq)]
pub struct Showtime {
    pub place: PlaceId,
    pub id: ShowtimeId,
    pub hall: HallId,
    pub title: TitleId,
    pub starts_at: Instant,
    pub ends_at: Instant,
    /// The cinema's business day.
    pub day: Day,
    /// `2D`, `3D`, `IMAX`.
    pub version: String,
    pub open: bool,
    pub seats: i64,
    /// What the consumer is asked for a ticket, without the service fee.
    pub price: Money,
    /// The least that is settled for a ticket; when the price is lower, a subsidy makes up for it.
    pub minimum: Money,
}

impl FromRow for Showtime {
    fn from_row(row: &mut Row) -> Result<Showtime> {
        let (place, id, hall, title) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let (starts_at, ends_at, day, version) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let (open, seats) = (row.next::<String>()? == "open", row.next()?);
        let currency: Currency = row.next()?;
        let (price, minimum) = (row.money(currency)?, row.money(currency)?);
        Ok(Showtime { place, id, hall, title, starts_at, ends_at, day, version, open, seats, price, minimum })
    }
}

/// What a cinema plans.
#[derive(Clone, Debug)]
pub struct Plan {
    pub title: TitleId,
    pub runtime_minutes: i64,
    pub starts_at: Instant,
    pub zone: Zone,
    pub version: String,
    pub price: Money,
    pub minimum: Money,
}

/// Puts a showtime on sale. Refuses one that overlaps another in the hall, cleaning included.
pub fn add(tx: &Tx, act: &mut Act, hall: &Hall, plan: &Plan) -> Result<Showtime> {
    check(plan)?;
    cinemas::take_turn(tx, &hall.place)?;
    let ends_at = plan.starts_at.plus_minutes(plan.runtime_minutes);
    if let Some(other) = busy(tx, hall, plan.starts_at, ends_at)? {
        return Err(hall_busy(other, &plan.zone).into());
    }
    let showtime = Showtime {
        place: hall.place.clone(),
        id: act.id(),
        hall: hall.id.clone(),
        title: plan.title.clone(),
        starts_at: plan.starts_at,
        ends_at,
        day: plan.starts_at.day_in(&plan.zone),
        version: plan.version.clone(),
        open: true,
        seats: hall.seat_map.count(),
        price: plan.price,
        minimum: plan.minimum,
    };
    insert(tx, &showtime)?;
    Ok(showtime)
}

fn check(plan: &Plan) -> Result<(), Refusal> {
    let refuse = |field, en, zh| Err(Refusal::field(field, "bad_showtime", en, zh));
    if !(1..=RUNTIME_MINUTES_MAX).contains(&plan.runtime_minutes) {
        return refuse("runtime", "A film runs between 1 and 600 minutes.", "片长应在 1 到 600 分钟之间。");
    }
    if !(1..=PRICE_MINOR_MAX).contains(&plan.price.minor) {
        return refuse("price", "A ticket costs between 0.01 and 10,000.", "票价应在 0.01 到 10,000 之间。");
    }
    let same_currency = plan.minimum.currency == plan.price.currency;
    if !same_currency || !(0..=PRICE_MINOR_MAX).contains(&plan.minimum.minor) {
        return refuse(
            "minimum",
            "The minimum settlement price lies between 0 and 10,000, in the currency of the price.",
            "最低结算价应在 0 到 10,000 之间，币种与票价一致。",
        );
    }
    if plan.version.is_empty() || plan.version.chars().count() > 20 {
        return refuse(
            "version",
            "Say the version in 1 to 20 characters, such as 2D.",
            "版本请用 1 到 20 个字，如 2D。",
        );
    }
    Ok(())
}

/// When the showing begins that has the hall at that time: one on sale, or one taken off sale whose seats are sold.
fn busy(view: &View, hall: &Hall, starts_at: Instant, ends_at: Instant) -> Result<Option<Instant>> {
    let found: Option<(Instant,)> = view.maybe(
        "select showtime.starts_at
         from showtime
         where showtime.place_id = $1 and showtime.hall_id = $2
           and showtime.starts_at < $3 and showtime.ends_at > $4
           and (showtime.state = 'open' or exists (
             select 1
             from showtime_seat seat
             where seat.place_id = $1 and seat.showtime_id = showtime.id
           ))
         order by showtime.starts_at
         limit 1",
        &[
            &hall.place,
            &hall.id,
            &ends_at.plus_minutes(CLEANING_MINUTES),
            &starts_at.plus_minutes(-CLEANING_MINUTES),
        ],
    )?;
    Ok(found.map(|(starts_at,)| starts_at))
}

fn insert(tx: &Tx, showtime: &Showtime) -> Result<()> {
    tx.run(
        "insert into showtime
           (place_id, id, hall_id, title_id, starts_at, ends_at, day, version, state, price_minor, minimum_minor,
            currency, seats)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $12)",
        &[
            &showtime.place,
            &showtime.id,
            &showtime.hall,
            &showtime.title,
            &showtime.starts_at,
            &showtime.ends_at,
            &showtime.day,
            &showtime.version,
            &showtime.price.minor,
            &showtime.minimum.minor,
            &showtime.price.currency,
            &showtime.seats,
        ],
    )?;
    Ok(())
}

/// Takes a showtime off sale; what was sold stays sold. Whether it was on sale.
pub fn close(tx: &Tx, place: &PlaceId, id: &ShowtimeId) -> Result<bool> {
    let closed = tx.run(
        "update showtime set state = 'closed' where place_id = $1 and id = $2 and state = 'open'",
        &[place, id],
    )?;
    Ok(closed == 1)
}

/// Puts a showtime that was taken off sale on sale again. Refuses one that has begun, and one whose hall is busy.
pub fn reopen(tx: &Tx, place: &PlaceId, id: &ShowtimeId, zone: &Zone, now: Instant) -> Result<Showtime> {
    cinemas::take_turn(tx, place)?;
    let showtime = any(tx, place, id)?;
    if showtime.open {
        return Ok(showtime);
    }
    if showtime.starts_at <= now {
        return Err(Refusal::new(
            Kind::Gone,
            "showtime_begun",
            "This showing has already begun.",
            "该场次已经开演。",
        )
        .into());
    }
    let hall = crate::halls::any(tx, place, &showtime.hall)?;
    if let Some(other) = busy(tx, &hall, showtime.starts_at, showtime.ends_at)? {
        return Err(hall_busy(other, zone).into());
    }
    tx.run("update showtime set state = 'open' where place_id = $1 and id = $2", &[place, id])?;
    Ok(Showtime { open: true, ..showtime })
}

/// Whether somebody holds or has bought a seat of a showtime.
pub fn is_wanted(view: &View, place: &PlaceId, id: &ShowtimeId, now: Instant) -> Result<bool> {
    let found: Option<(String,)> = view.maybe(
        "select seat
         from showtime_seat
         where place_id = $1 and showtime_id = $2 and (state <> 'held' or held_until > $3)
         limit 1",
        &[place, id, &now],
    )?;
    Ok(found.is_some())
}

fn hall_busy(other: Instant, zone: &Zone) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "hall_busy",
        format!("The hall is busy with the showing of {}.", other.say(zone, kernel::Lang::En)),
        format!("该厅与 {} 的场次冲突。", other.say(zone, kernel::Lang::Zh)),
    )
}

pub fn any(view: &View, place: &PlaceId, id: &ShowtimeId) -> Result<Showtime> {
    let found = view.maybe(
        "select place_id, id, hall_id, title_id, starts_at, ends_at, day, version, state, seats, currency, price_minor,
           minimum_minor
         from showtime
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("showtime", "场次").into())
}

impl Showtime {
    /// Refuses (`showtime_closed`, `showtime_begun`) when nothing is sold here any more.
    pub fn check_sells(&self, now: Instant) -> Result<(), Refusal> {
        if !self.open {
            return Err(Refusal::new(
                Kind::Gone,
                "showtime_closed",
                "This showing is no longer on sale.",
                "该场次已停止售票。",
            ));
        }
        if self.starts_at <= now {
            return Err(Refusal::new(
                Kind::Gone,
                "showtime_begun",
                "This showing has already begun.",
                "该场次已经开演。",
            ));
        }
        Ok(())
    }
}

/// A showtime that still sells: open, and not yet begun.
pub fn on_sale(view: &View, place: &PlaceId, id: &ShowtimeId, now: Instant) -> Result<Showtime> {
    let showtime = any(view, place, id)?;
    showtime.check_sells(now)?;
    Ok(showtime)
}

/// A cinema's showtimes on a business day, in order of time.
pub fn of_day(view: &View, place: &PlaceId, day: Day) -> Result<Vec<Showtime>> {
    view.all(
        "select place_id, id, hall_id, title_id, starts_at, ends_at, day, version, state, seats, currency, price_minor,
           minimum_minor
         from showtime
         where place_id = $1 and day = $2
         order by starts_at, id",
        &[place, &day],
    )
}
