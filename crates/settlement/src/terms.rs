//! The terms of a title's box office in a territory, with the days from which they hold.

use crate::splits::Terms;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Day, Kind, Refusal, Result, TermId, TitleId};

#[derive(Clone, Debug, PartialEq)]
pub struct Agreed {
    pub id: TermId,
    pub title: TitleId,
    /// ISO 3166 code, such as `CN`.
    pub territory: String,
    pub starts_on: Day,
    pub ends_on: Option<Day>,
    pub terms: Terms,
}

impl FromRow for Agreed {
    fn from_row(row: &mut Row) -> Result<Agreed> {
        Ok(Agreed {
            id: row.next()?,
            title: row.next()?,
            territory: row.next()?,
            starts_on: row.next()?,
            ends_on: row.next()?,
            terms: Terms::from_json(&row.next::<String>()?)?,
        })
    }
}

/// Agrees on terms from a day on; refuses terms that make no sense.
pub fn agree(
    tx: &Tx,
    act: &mut Act,
    title: &TitleId,
    territory: &str,
    starts_on: Day,
    terms: &Terms,
) -> Result<TermId> {
    terms.check()?;
    let id: TermId = act.id();
    tx.run(
        "insert into settlement_terms (id, title_id, territory, starts_on, terms, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        &[&id, title, &territory, &starts_on, &terms.to_json(), &act.at],
    )?;
    Ok(id)
}

/// The terms that hold on a day: the latest that had begun. Refuses when there are none (`no_terms`).
pub fn on(view: &View, title: &TitleId, territory: &str, day: Day) -> Result<Agreed> {
    let found = view.maybe(
        "select id, title_id, territory, starts_on, ends_on, terms
         from settlement_terms
         where title_id = $1 and territory = $2 and starts_on <= $3 and (ends_on is null or ends_on >= $3)
         order by starts_on desc, created_at desc
         limit 1",
        &[title, &territory, &day],
    )?;
    found.ok_or_else(|| {
        Refusal::new(
            Kind::Conflict,
            "no_terms",
            "No settlement terms are agreed for this film yet.",
            "这部影片还没有约定分账条款。",
        )
        .into()
    })
}

pub fn of_title(view: &View, title: &TitleId) -> Result<Vec<Agreed>> {
    view.all(
        "select id, title_id, territory, starts_on, ends_on, terms
         from settlement_terms
         where title_id = $1
         order by territory, starts_on",
        &[title],
    )
}
