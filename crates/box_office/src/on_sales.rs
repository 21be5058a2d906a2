//! On-sales: the first hours in which a film's tickets are sold, announced beforehand, with a line before them.
//!
//! Positions are handed out by blocks, so that a visitor who joins seldom costs a statement; positions that nobody
//! took are passed by the gate like any other.

use crate::line::{Gate, Line, Pace};
use db::{FromRow, Row, Tx, View};
use kernel::{Instant, Kind, Refusal, Result, TitleId, limits};

/// From a minute to two days between opening and closing.
pub const MINUTES_MAX: i64 = 2 * 24 * 60;
/// People let in a minute, at most.
pub const PER_MINUTE_MAX: i64 = 60_000;
pub const TURN_MINUTES_MAX: i64 = 120;

/// A film's on-sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnSale {
    pub title: TitleId,
    /// A film may have one after the other.
    pub number: i64,
    /// The first position that nobody has; before the doors open, how many have joined.
    pub next_position: i64,
    pub line: Line,
}

/// What is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draft {
    pub opens_at: Instant,
    /// How long people stand in line at most; afterwards everybody may buy.
    pub minutes: i64,
    /// Visitors let in a minute.
    pub per_minute: i64,
    /// How long each may begin to buy, once it is their turn.
    pub turn_minutes: i64,
}

/// Announces a film's on-sale. One that has not opened yet is replaced, and whoever joined it joins anew.
///
/// Refuses (`out_of_limits`, `in_the_past`, `on_sale_is_open`) numbers beyond the limits, an opening that is over, and a
/// film whose doors are open.
pub fn announce(tx: &Tx, title: &TitleId, draft: &Draft, now: Instant) -> Result<OnSale> {
    limits::within("minutes", draft.minutes, 1, MINUTES_MAX)?;
    limits::within("per_minute", draft.per_minute, 1, PER_MINUTE_MAX)?;
    limits::within("turn_minutes", draft.turn_minutes, 1, TURN_MINUTES_MAX)?;
    if draft.opens_at < now {
        return Err(in_the_past().into());
    }
    let newest = newest(tx, title)?;
    if let Some(sale) = newest.as_ref().filter(|sale| sale.line.closes_at > now) {
        if sale.line.opens_at <= now {
            return Err(is_open().into());
        }
        close(tx, sale, now)?;
    }
    let number = newest.map_or(1, |sale| sale.number + 1);
    let closes_at = draft.opens_at.plus_minutes(draft.minutes);
    tx.run(
        "insert into on_sale (title_id, number, opens_at, closes_at, turn_minutes) values ($1, $2, $3, $4, $5)",
        &[title, &number, &draft.opens_at, &closes_at, &draft.turn_minutes],
    )?;
    set_pace(tx, title, number, Pace { from: draft.opens_at, per_minute: draft.per_minute })?;
    any(tx, title, now)
}

/// Lets people in faster or slower from now on, or, with zero, not at all; before the doors open, from then on.
pub fn change_pace(tx: &Tx, title: &TitleId, per_minute: i64, now: Instant) -> Result<OnSale> {
    limits::within("per_minute", per_minute, 0, PER_MINUTE_MAX)?;
    let sale = any(tx, title, now)?;
    set_pace(tx, title, sale.number, Pace { from: now.max(sale.line.opens_at), per_minute })?;
    any(tx, title, now)
}

fn set_pace(tx: &Tx, title: &TitleId, number: i64, pace: Pace) -> Result<()> {
    tx.run(
        "insert into on_sale_pace (title_id, number, from_at, per_minute) values ($1, $2, $3, $4)
        on conflict (title_id, number, from_at) do update set per_minute = excluded.per_minute",
        &[title, &number, &pace.from, &pace.per_minute],
    )?;
    Ok(())
}

/// Sends the line home: from now on everybody may buy.
pub fn end(tx: &Tx, title: &TitleId, now: Instant) -> Result<()> {
    close(tx, &any(tx, title, now)?, now)
}

fn close(tx: &Tx, sale: &OnSale, now: Instant) -> Result<()> {
    tx.run(
        "update on_sale set closes_at = $1, opens_at = case when opens_at < $1 then opens_at else $1 end
        where title_id = $2 and number = $3",
        &[&now, &sale.title, &sale.number],
    )?;
    Ok(())
}

/// The on-sale of a film that is announced or open.
pub fn any(view: &View, title: &TitleId, now: Instant) -> Result<OnSale> {
    let sale = newest(view, title)?.filter(|sale| sale.line.closes_at > now);
    Ok(sale.ok_or_else(none)?)
}

/// A film's newest on-sale, which may be over.
pub fn newest(view: &View, title: &TitleId) -> Result<Option<OnSale>> {
    let found: Option<Stored> = view.maybe(
        "select title_id, number, opens_at, closes_at, turn_minutes, next_position, early
        from on_sale
        where title_id = $1
        order by number desc
        limit 1",
        &[title],
    )?;
    found.map(|stored| stored.with_paces(view)).transpose()
}

/// Every on-sale that is announced or open.
pub fn live(view: &View, now: Instant) -> Result<Vec<OnSale>> {
    let found: Vec<Stored> = view.all(
        "select title_id, number, opens_at, closes_at, turn_minutes, next_position, early
        from on_sale
        where closes_at > $1
        order by title_id, number",
        &[&now],
    )?;
    found.into_iter().map(|stored| stored.with_paces(view)).collect()
}

/// Counts people in who joined before the doors opened; too late, it counts nobody.
pub fn count_early(tx: &Tx, sale: &OnSale, people: i64) -> Result<()> {
    tx.run(
        "update on_sale set next_position = next_position + $3
        where title_id = $1 and number = $2 and early is null",
        &[&sale.title, &sale.number, &people],
    )?;
    Ok(())
}

/// Draws the lots, once the doors are open: from now on it is known how many joined early.
pub fn draw(tx: &Tx, sale: &OnSale) -> Result<()> {
    tx.run(
        "update on_sale set early = next_position where title_id = $1 and number = $2 and early is null",
        &[&sale.title, &sale.number],
    )?;
    Ok(())
}

/// Takes positions for people who join now, at the end of the line; nobody else has them. Where nobody waits they
/// begin at the gate. Draws the lots first where nobody has. Answers the first.
pub fn take(tx: &Tx, sale: &OnSale, positions: i64, now: Instant) -> Result<i64> {
    let gate = sale.line.gate.passed(now);
    let (next, _): (i64, i64) = tx.one(
        "update on_sale set
            early = coalesce(early, next_position),
            next_position = case when next_position < $3 then $3 else next_position end + $4
        where title_id = $1 and number = $2
        returning next_position, number",
        &[&sale.title, &sale.number, &gate, &positions],
    )?;
    Ok(next - positions)
}

struct Stored(OnSale);

impl FromRow for Stored {
    fn from_row(row: &mut Row) -> Result<Stored> {
        let (title, number) = (row.next()?, row.next()?);
        let (opens_at, closes_at, turn_minutes) = (row.next()?, row.next()?, row.next()?);
        let (next_position, early) = (row.next()?, row.next()?);
        let line = Line { opens_at, closes_at, turn_minutes, gate: Gate::default(), early };
        Ok(Stored(OnSale { title, number, next_position, line }))
    }
}

impl Stored {
    fn with_paces(self, view: &View) -> Result<OnSale> {
        let mut sale = self.0;
        let paces: Vec<(Instant, i64)> = view.all(
            "select from_at, per_minute from on_sale_pace where title_id = $1 and number = $2 order by from_at",
            &[&sale.title, &sale.number],
        )?;
        let pace = |(from, per_minute)| Pace { from, per_minute };
        sale.line.gate = Gate::new(paces.into_iter().map(pace).collect());
        Ok(sale)
    }
}

pub fn none() -> Refusal {
    Refusal::new(Kind::NotFound, "no_line", "Nobody stands in line for this film.", "这部影片目前无需排队。")
}

fn in_the_past() -> Refusal {
    Refusal::field(
        "opens_at",
        "in_the_past",
        "This moment is over. Choose a later one.",
        "该时刻已过，请选择更晚的时间。",
    )
}

fn is_open() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "on_sale_is_open",
        "The doors are open already. Change the pace, or send the line home first.",
        "已经开售。请调整放行速度，或先结束排队。",
    )
}
