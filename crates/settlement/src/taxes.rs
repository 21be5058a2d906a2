//! What the law takes where the house is at home, with the days from which it does.
//!
//! The rate of goods is a part of the price without it, which the price includes: of 113 yuan at 13 % thirteen are tax.
//! The rate of tickets is a part of the split base, as settlement terms have it; it is what new terms begin with, for a
//! rate belongs to its contract. What was sold keeps the rate it was sold under.

use db::{FromRow, Row, Tx, View};
use kernel::{Act, Day, Error, Kind, Refusal, Result, Share};

/// What a rate is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Goods,
    Tickets,
}

impl Of {
    pub const ALL: [Of; 2] = [Of::Goods, Of::Tickets];

    pub fn code(self) -> &'static str {
        match self {
            Of::Goods => "goods",
            Of::Tickets => "tickets",
        }
    }

    pub fn parse(code: &str) -> Option<Of> {
        Of::ALL.into_iter().find(|of| of.code() == code)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub of: Of,
    pub starts_on: Day,
    pub rate: Share,
}

impl FromRow for Rate {
    fn from_row(row: &mut Row) -> Result<Rate> {
        let of: String = row.next()?;
        let of = Of::parse(&of).ok_or_else(|| Error::fault("a tax rate of nothing known"))?;
        Ok(Rate { of, starts_on: row.next()?, rate: row.next()? })
    }
}

/// Writes a rate down, or another one for a day that is not over. Refuses more than all (`out_of_range`) and a day that
/// is over (`day_is_over`).
pub fn write(tx: &Tx, act: &Act, rate: &Rate, today: Day) -> Result<()> {
    kernel::limits::within("rate", rate.rate.ppm, 0, Share::ONE.ppm)?;
    if rate.starts_on < today {
        return Err(day_is_over(today).into());
    }
    tx.run(
        "insert into tax_rate (taken_of, starts_on, rate_ppm, written_by, written_at)
         values ($1, $2, $3, $4, $5)
         on conflict (taken_of, starts_on) do update
         set rate_ppm = excluded.rate_ppm, written_by = excluded.written_by, written_at = excluded.written_at",
        &[&rate.of.code(), &rate.starts_on, &rate.rate, &act.actor.code(), &act.at],
    )?;
    Ok(())
}

fn day_is_over(today: Day) -> Refusal {
    let refusal = Refusal::field(
        "starts_on",
        "day_is_over",
        format!("A rate begins on {today} or later: what was sold keeps the tax it was sold under."),
        format!("税率自 {today} 或之后起生效：已售出的仍按售出时的税率。"),
    );
    Refusal { kind: Kind::Conflict, ..refusal }
}

/// The rate that holds on a day: the latest that had begun; none when none was ever written down for it.
pub fn on(view: &View, of: Of, day: Day) -> Result<Option<Share>> {
    let found: Option<(Share,)> = view.maybe(
        "select rate_ppm
         from tax_rate
         where taken_of = $1 and starts_on <= $2
         order by starts_on desc
         limit 1",
        &[&of.code(), &day],
    )?;
    Ok(found.map(|(rate,)| rate))
}

/// Every rate, the newest first.
pub fn all(view: &View) -> Result<Vec<Rate>> {
    view.all("select taken_of, starts_on, rate_ppm from tax_rate order by starts_on desc, taken_of", &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::{Lane, scratch::scratch};
    use kernel::{Actor, Dice, Instant};

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    #[test]
    fn a_rate_holds_from_its_day_on() {
        let db = scratch();
        let act = Act::new(Actor::System, Instant::from_micros(0), Dice::seeded(1));
        let today = day("2016-12-23");
        let story = db.write_blocking(Lane::house(), move |tx| {
            let rate = |of, starts_on: &str, percent| Rate {
                of,
                starts_on: day(starts_on),
                rate: Share::percent(percent),
            };
            assert_eq!(on(tx, Of::Goods, today)?, None);
            write(tx, &act, &rate(Of::Goods, "2016-12-23", 10), today)?;
            write(tx, &act, &rate(Of::Goods, "2017-01-01", 11), today)?;
            write(tx, &act, &rate(Of::Goods, "2017-01-01", 12), today)?;
            write(tx, &act, &rate(Of::Tickets, "2016-12-24", 3), today)?;
            assert_eq!(on(tx, Of::Goods, day("2016-12-22"))?, None);
            assert_eq!(on(tx, Of::Goods, day("2016-12-31"))?, Some(Share::percent(10)));
            assert_eq!(on(tx, Of::Goods, day("2017-06-01"))?, Some(Share::percent(12)));
            assert_eq!((on(tx, Of::Tickets, today)?, all(tx)?.len()), (None, 3));
            let late = write(tx, &act, &rate(Of::Goods, "2016-12-22", 9), today);
            assert_eq!(late.expect_err("over").refusal().map(|no| no.code), Some("day_is_over"));
            let much = Rate { rate: Share::percent(101), ..rate(Of::Goods, "2017-02-01", 0) };
            Ok(write(tx, &act, &much, today).is_err())
        });
        assert!(story.expect("a write"));
    }
}
