//! The sale that a click is credited with, once an order, in the book of the place that sold.

use db::{FromRow, Row, Tx, View};
use kernel::{CampaignId, ClickId, Currency, Error, Instant, Money, OrderId, PlaceId, Result, TitleId};

/// What was sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Tickets,
    Products,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Kind::Tickets => "tickets",
            Kind::Products => "products",
        }
    }

    fn stored(code: &str) -> Result<Kind> {
        let found = [Kind::Tickets, Kind::Products].into_iter().find(|kind| kind.code() == code);
        found.ok_or_else(|| Error::fault(format!("a credit is for {code}")))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The place that sold; the click's place may be another.
    pub place: PlaceId,
    pub order: OrderId,
    pub click_place: PlaceId,
    pub click: ClickId,
    pub campaign: CampaignId,
    pub title: TitleId,
    pub kind: Kind,
    /// What was sold.
    pub amount: Money,
    /// What of it went back since.
    pub back: Money,
    pub at: Instant,
    pub reversed_at: Option<Instant>,
}

impl FromRow for Credit {
    fn from_row(row: &mut Row) -> Result<Credit> {
        let (place, order, click_place, click) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let (campaign, title, kind) = (row.next()?, row.next()?, Kind::stored(&row.next::<String>()?)?);
        let (amount_minor, back_minor) = (row.next()?, row.next()?);
        let currency = row.next::<Currency>()?;
        Ok(Credit {
            place,
            order,
            click_place,
            click,
            campaign,
            title,
            kind,
            amount: Money::new(amount_minor, currency),
            back: Money::new(back_minor, currency),
            at: row.next()?,
            reversed_at: row.next()?,
        })
    }
}

/// Credits an order to a click. False when the order already has its credit.
pub fn credit(tx: &Tx, credit: &Credit) -> Result<bool> {
    let added = tx.run(
        "insert into ad_credit (place_id, order_id, click_place_id, click_id, campaign_id, title_id, kind,
            amount_minor, currency, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (place_id, order_id) do nothing",
        &[
            &credit.place,
            &credit.order,
            &credit.click_place,
            &credit.click,
            &credit.campaign,
            &credit.title,
            &credit.kind.code(),
            &credit.amount.minor,
            &credit.amount.currency,
            &credit.at,
        ],
    )?;
    Ok(added == 1)
}

/// A part of the order went back: its credit shrinks by as much. False when the order has none.
pub fn shrink(tx: &Tx, place: &PlaceId, order: &OrderId, by: Money) -> Result<bool> {
    let shrunk = tx.run(
        "update ad_credit set back_minor = back_minor + $3
        where place_id = $1 and order_id = $2 and currency = $4 and reversed_at is null",
        &[place, order, &by.minor, &by.currency],
    )?;
    Ok(shrunk == 1)
}

/// All of the order was refunded. False when there is nothing to reverse.
pub fn reverse(tx: &Tx, place: &PlaceId, order: &OrderId, at: Instant) -> Result<bool> {
    let reversed = tx.run(
        "update ad_credit set reversed_at = $3, back_minor = amount_minor
        where place_id = $1 and order_id = $2 and reversed_at is null",
        &[place, order, &at],
    )?;
    Ok(reversed == 1)
}

/// The credit of an order, reversed or not.
pub fn of_order(view: &View, place: &PlaceId, order: &OrderId) -> Result<Option<Credit>> {
    view.maybe(
        "select place_id, order_id, click_place_id, click_id, campaign_id, title_id, kind, amount_minor, back_minor,
            currency, at, reversed_at
        from ad_credit
        where place_id = $1 and order_id = $2",
        &[place, order],
    )
}

/// What clicks at one place sold at another, less what went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The place that sold.
    pub place: PlaceId,
    pub click_place: PlaceId,
    pub kind: Kind,
    pub orders: i64,
    pub amount: Money,
}

impl FromRow for Sum {
    fn from_row(row: &mut Row) -> Result<Sum> {
        let (place, click_place, kind) = (row.next()?, row.next()?, Kind::stored(&row.next::<String>()?)?);
        let (orders, amount_minor, currency) = (row.next()?, row.next()?, row.next::<Currency>()?);
        Ok(Sum { place, click_place, kind, orders, amount: Money::new(amount_minor, currency) })
    }
}

/// What a campaign sold at a place, by where its clicks came from and by kind.
pub fn sums(view: &View, place: &PlaceId, campaign: &CampaignId) -> Result<Vec<Sum>> {
    view.all(
        "select place_id, click_place_id, kind, count(*), cast(sum(amount_minor - back_minor) as bigint), currency
        from ad_credit
        where place_id = $1 and campaign_id = $2 and reversed_at is null
        group by place_id, click_place_id, kind, currency
        order by click_place_id, kind, currency",
        &[place, campaign],
    )
}
