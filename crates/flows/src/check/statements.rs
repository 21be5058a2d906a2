//! Statements: computed again from orders and terms, and compared with what was stated, booked, mirrored.

use super::{Moment, sentences};
use crate::views;
use db::View;
use kernel::{Money, PlaceId, Result, TermId, TitleId};
use settlement::splits::{self, Split};
use settlement::statements::{self, Statement};
use settlement::terms;
use std::collections::BTreeMap;

pub(super) fn statements_derive(view: &View, _at: Moment) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for place in views::places::selling(view)? {
        let stated = statements::of_place(view, &place)?;
        for statement in &stated {
            if !follows(view, statement)? {
                found.push(format!("statement {} of {place} differs from its orders", statement.id));
            }
        }
        found.extend(misdivided(view, &place, &stated)?);
    }
    found.extend(unbooked(view)?);
    for place in views::statements::places_without_mirror(view)? {
        found.push(format!("{place} owes the house something else than the house expects"));
    }
    Ok(found)
}

fn follows(view: &View, statement: &Statement) -> Result<bool> {
    let Statement { place, title, first, last, .. } = statement;
    let takings = views::takings::of(view, place, title, *first, *last)?;
    let stated = [statement.consumers, statement.fee, statement.subsidy, statement.split.aggregate];
    let took = [takings.paid_minor, takings.fee_minor, takings.subsidy_minor, takings.base_minor];
    Ok(stated.map(|sum| sum.minor) == took && takings.admissions == statement.admissions)
}

/// The periods of a film sum to the split of the whole; films whose terms changed in between are left out.
fn misdivided(view: &View, place: &PlaceId, stated: &[Statement]) -> Result<Vec<String>> {
    let mut films: BTreeMap<&TitleId, Vec<&Statement>> = BTreeMap::new();
    for statement in stated {
        films.entry(&statement.title).or_default().push(statement);
    }
    let mut found = Vec::new();
    for (title, periods) in films {
        let terms = &periods[0].terms;
        if periods.iter().all(|period| period.terms == *terms)
            && !sums_to_whole(view, title, terms, &periods)?
        {
            found.push(format!("the statements of {title} of {place} do not follow from its terms"));
        }
    }
    Ok(found)
}

fn sums_to_whole(view: &View, title: &TitleId, id: &TermId, periods: &[&Statement]) -> Result<bool> {
    let Some(agreed) = terms::of_title(view, title)?.into_iter().find(|agreed| agreed.id == *id) else {
        return Ok(false);
    };
    let sum = |part: fn(&Split) -> Money| periods.iter().map(|period| part(&period.split).minor).sum::<i64>();
    let total = Money::new(sum(|split| split.aggregate), agreed.terms.currency);
    let whole = splits::split(&agreed.terms, total)?;
    let parts: [fn(&Split) -> Money; 7] = [
        |split| split.special_fund.central,
        |split| split.special_fund.provincial,
        |split| split.tax,
        |split| split.exhibition,
        |split| split.agency,
        |split| split.distribution,
        |split| split.producer,
    ];
    Ok(parts.into_iter().all(|part| sum(part) == part(&whole).minor))
}

fn unbooked(view: &View) -> Result<Vec<String>> {
    let rows: Vec<(String, String)> = view.all(
        "with moved as (
           select book_id, reference,
             sum(case when debit like 'box_office:%' then amount_minor
               when credit like 'box_office:%' then -amount_minor else 0 end) as divided,
             sum(case when credit = 'exhibition' then amount_minor
               when debit = 'exhibition' then -amount_minor else 0 end) as exhibition,
             sum(case when credit = 'clearing:house' then amount_minor
               when debit = 'clearing:house' then -amount_minor else 0 end) as cleared
           from transfer
           where code = 'settlement'
           group by book_id, reference
         )
         select statement.place_id, statement.id
         from statement
         left join moved on moved.book_id = statement.place_id and moved.reference = statement.id
         where coalesce(moved.divided, 0) <> statement.base_minor
           or coalesce(moved.exhibition, 0) <> statement.exhibition_minor
           or coalesce(moved.cleared, 0) <> statement.producer_minor",
        &[],
    )?;
    Ok(sentences(rows, |place, id| format!("statement {id} of {place} is not booked as it was divided")))
}
