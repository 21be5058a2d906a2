//! Closing a period: what one film took in one cinema is divided by the film's terms, stated, posted,
//! and the parts that others are owed move to the house over mirror accounts.

use crate::house::{House, Scene};
use crate::views;
use events::{Kind, log};
use kernel::{Actor, Day, Instant, Kind as Why, Money, PlaceId, Refusal, Result, TitleId};
use ledger::Transfer;
use serde_json::json;
use settlement::statements::{self, Statement};
use settlement::{splits, terms};

/// A period of a cinema's business days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub first: Day,
    pub last: Day,
}

/// States and posts a film's period in a cinema, once; closing it again returns the statement there is.
/// Refuses a period that is not over, in which tickets are still being paid for, that overlaps a closed one, or
/// for which there are no terms.
pub fn close(scene: &mut Scene, place: &PlaceId, title: &TitleId, period: Period) -> Result<Statement> {
    let cinema = box_office::cinemas::any(scene.tx, place)?;
    check(scene, &cinema, period)?;
    box_office::cinemas::take_turn(scene.tx, place)?;
    if let Some(before) = statements::of_period(scene.tx, place, title, period.first, period.last)? {
        return Ok(before);
    }
    may_close(scene, place, title, period)?;
    let statement = divide(scene, &cinema, title, period)?;
    statements::issue(scene.tx, &statement)?;
    let studio = views::film(scene.tx, title)?.studio;
    ledger::post_all(scene.tx, &parts(&statement, &studio.0, scene.act.at), scene.act.at)?;
    let (base, producer) = (statement.split.aggregate.minor, statement.split.producer.minor);
    let body = json!({ "base_minor": base, "producer_minor": producer });
    log::append(scene.tx, &mut scene.act, place, Kind::StatementIssued, Some(title), &statement.id, body)?;
    Ok(statement)
}

fn may_close(scene: &Scene, place: &PlaceId, title: &TitleId, period: Period) -> Result<()> {
    if statements::overlapping(scene.tx, place, title, period.first, period.last)? {
        return Err(Refusal::new(
            Why::Conflict,
            "period_overlaps",
            "Some of these days are settled already. Choose days after them.",
            "其中有些日期已经结算，请选择之后的日期。",
        )
        .into());
    }
    if views::takings::undecided(scene.tx, place, title, period.first, period.last)? > 0 {
        return Err(Refusal::new(
            Why::Conflict,
            "period_undecided",
            "Tickets of these days are still being paid for. Try again in some minutes.",
            "这些日期还有票正在支付，请过几分钟再试。",
        )
        .into());
    }
    Ok(())
}

fn divide(
    scene: &mut Scene,
    cinema: &box_office::Cinema,
    title: &TitleId,
    period: Period,
) -> Result<Statement> {
    let (place, currency) = (&cinema.place, cinema.service_fee.currency);
    let takings = views::takings::of(scene.tx, place, title, period.first, period.last)?;
    let territory = people::home::of(scene.tx)?.territory;
    let agreed = terms::on(scene.tx, title, territory.code(), period.first)?;
    let before = statements::settled(scene.tx, place, title, currency)?;
    let split = splits::split_period(&agreed.terms, before, Money::new(takings.base_minor, currency))?;
    Ok(Statement {
        place: place.clone(),
        id: scene.act.id(),
        title: title.clone(),
        terms: agreed.id,
        first: period.first,
        last: period.last,
        admissions: takings.admissions,
        consumers: Money::new(takings.paid_minor, currency),
        fee: Money::new(takings.fee_minor, currency),
        subsidy: Money::new(takings.subsidy_minor, currency),
        split,
        issued_at: scene.act.at,
    })
}

fn check(scene: &Scene, cinema: &box_office::Cinema, period: Period) -> Result<(), Refusal> {
    const DAYS_MAX: i32 = 366;
    if period.last < period.first || period.first.days_until(period.last) >= DAYS_MAX {
        return Err(Refusal::field(
            "last",
            "bad_period",
            "A period ends on or after the day it begins, and lasts at most a year.",
            "结算期的结束日不能早于开始日，且最长一年。",
        ));
    }
    if scene.act.at.day_in(&cinema.zone) <= period.last {
        return Err(Refusal::new(
            Why::Conflict,
            "period_not_over",
            "This period is not over yet.",
            "结算期还没有结束。",
        ));
    }
    Ok(())
}

/// The parts leave the film's account; what is owed outside goes on to the house's clearing account.
fn parts(statement: &Statement, studio: &str, at: Instant) -> Vec<Transfer> {
    let box_office = format!("box_office:{}", statement.title);
    let split = &statement.split;
    let mut parts = [
        ("special_fund", &box_office, "special_fund".to_owned(), split.special_fund.total()),
        ("tax", &box_office, "tax".to_owned(), split.tax),
        ("exhibition", &box_office, "exhibition".to_owned(), split.exhibition),
        ("agency", &box_office, "agency".to_owned(), split.agency),
        ("distribution", &box_office, "distribution".to_owned(), split.distribution),
        ("producer", &box_office, format!("producer:{studio}"), split.producer),
        ("clearing", &format!("producer:{studio}"), "clearing:house".to_owned(), split.producer),
    ];
    // What comes back into the film's account comes first, so that the others never find too little there.
    parts.sort_by_key(|(.., amount)| amount.minor >= 0);
    let parts = parts.into_iter().map(|(part, debit, credit, amount)| {
        forwards(Transfer {
            book: statement.place.clone(),
            id: format!("{}/{part}", statement.id),
            debit: debit.clone(),
            credit,
            amount,
            code: "settlement",
            reference: statement.id.0.clone(),
            happened_at: at,
        })
    });
    parts.collect()
}

/// A part may be negative: the roundings of a period are the differences of two wholes. It goes the other way.
fn forwards(part: Transfer) -> Transfer {
    if part.amount.minor >= 0 {
        return part;
    }
    let amount = Money { minor: -part.amount.minor, ..part.amount };
    Transfer { debit: part.credit, credit: part.debit, amount, ..part }
}

/// The other side of a statement's clearing, in the house's book. Run after `close`, as often as one likes.
pub fn mirror(scene: &mut Scene, statement: &Statement) -> Result<()> {
    if statement.split.producer.is_zero() {
        return Ok(());
    }
    let studio = views::film(scene.tx, &statement.title)?.studio;
    let transfer = forwards(Transfer {
        book: PlaceId::house(),
        id: format!("{}/mirror", statement.id),
        debit: format!("clearing:{}", statement.place),
        credit: format!("producer:{studio}"),
        amount: statement.split.producer,
        code: "settlement",
        reference: statement.id.0.clone(),
        happened_at: statement.issued_at,
    });
    ledger::post(scene.tx, &transfer, scene.act.at)?;
    Ok(())
}

/// Mirrors the statements whose other side is missing because the process ended between the two.
pub(crate) fn mirror_all(house: &House) -> Result<()> {
    for place in house.read_blocking(views::statements::places_without_mirror)? {
        let unmirrored = house.read_blocking(move |view| views::statements::without_mirror(view, &place))?;
        for statement in unmirrored {
            house.write_blocking(&House::lane(), Actor::System, move |scene| mirror(scene, &statement))?;
        }
    }
    Ok(())
}
