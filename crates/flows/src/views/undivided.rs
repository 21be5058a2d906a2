//! What films took in cinemas and nobody has divided yet.

use db::{FromRow, Row, View};
use kernel::{Currency, Day, Money, OrgId, PlaceId, Result, TitleId, Words, Zone};

/// What stands in one cinema's book for one film.
#[derive(Clone, Debug, PartialEq)]
pub struct Undivided {
    pub place: PlaceId,
    pub cinema: Words,
    /// Who runs the cinema.
    pub org: OrgId,
    pub zone: Zone,
    pub title: TitleId,
    pub film: Words,
    pub studio: OrgId,
    pub balance: Money,
    /// The first business day with a showing that no statement covers.
    pub first: Option<Day>,
    /// The last business day with a showing.
    pub last: Option<Day>,
}

impl FromRow for Undivided {
    fn from_row(row: &mut Row) -> Result<Undivided> {
        Ok(Undivided {
            place: row.next()?,
            cinema: row.words()?,
            org: row.next()?,
            zone: Zone::stored(&row.next::<String>()?),
            title: row.next()?,
            film: row.words()?,
            studio: row.next()?,
            balance: {
                let currency: Currency = row.next()?;
                row.money(currency)?
            },
            first: row.next()?,
            last: row.next()?,
        })
    }
}

impl Undivided {
    /// The days that could be closed now: from the first open one to the last that is over.
    pub fn closable(&self, today: Day) -> Option<(Day, Day)> {
        let (first, last) = (self.first?, self.last?.min(today.plus(-1)));
        (first <= last).then_some((first, last))
    }
}

/// Every film of every cinema with money that waits to be divided, by film and cinema.
pub fn all(view: &View) -> Result<Vec<Undivided>> {
    view.all(
        "with open_days as (
           select showtime.place_id, showtime.title_id, min(showtime.day) as first_day, max(showtime.day) as last_day
           from showtime
           left join statement on statement.place_id = showtime.place_id and statement.title_id = showtime.title_id
             and statement.starts_on <= showtime.day and statement.ends_on >= showtime.day
           where statement.id is null
           group by showtime.place_id, showtime.title_id
         )
         select cinema.place_id, cinema.name_en, cinema.name_zh, cinema.org_id, cinema.zone, title.id,
           title.name_en, title.name_zh, title.studio_org_id, account.currency,
           account.credits_posted - account.debits_posted, open_days.first_day, open_days.last_day
         from account
         join cinema on cinema.place_id = account.book_id
         join title on account.id = 'box_office:' || title.id
         left join open_days on open_days.place_id = cinema.place_id and open_days.title_id = title.id
         where account.credits_posted <> account.debits_posted
         order by title.name_en, title.id, cinema.city_code, cinema.place_id",
        &[],
    )
}

/// The last business day of a title that any cinema has settled.
pub fn settled_until(view: &View, title: &TitleId) -> Result<Option<Day>> {
    let (last,): (Option<Day>,) =
        view.one("select max(ends_on) from statement where title_id = $1", &[title])?;
    Ok(last)
}

/// A statement as it stands in a list; money in minor units.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub place: PlaceId,
    pub id: kernel::StatementId,
    pub cinema: Words,
    pub org: OrgId,
    pub film: Words,
    pub studio: OrgId,
    pub first: Day,
    pub last: Day,
    pub admissions: i64,
    pub base: Money,
    pub producer: Money,
}

impl FromRow for Listed {
    fn from_row(row: &mut Row) -> Result<Listed> {
        let currency: Currency = row.next()?;
        Ok(Listed {
            place: row.next()?,
            id: row.next()?,
            cinema: row.words()?,
            org: row.next()?,
            film: row.words()?,
            studio: row.next()?,
            first: row.next()?,
            last: row.next()?,
            admissions: row.next()?,
            base: row.money(currency)?,
            producer: row.money(currency)?,
        })
    }
}

/// Statements in one list, at most.
pub const STATEMENTS_MAX: i64 = 2000;

/// Every statement, the latest period first.
pub fn statements(view: &View) -> Result<Vec<Listed>> {
    view.all(
        "select statement.currency, statement.place_id, statement.id, cinema.name_en, cinema.name_zh, cinema.org_id,
           title.name_en, title.name_zh, title.studio_org_id, statement.starts_on, statement.ends_on,
           statement.admissions, statement.base_minor, statement.producer_minor
         from statement
         join cinema on cinema.place_id = statement.place_id
         join title on title.id = statement.title_id
         order by statement.ends_on desc, title.name_en, cinema.city_code, statement.place_id
         limit $1",
        &[&STATEMENTS_MAX],
    )
}
