//! What every line that was sold owes under its contract, in the book of the shop that sold it.
//!
//! A sale has one row; pieces of it that go back have a row of their own with the opposite signs. None is ever changed.

use crate::{contracts, royalties};
use db::{FromRow, Row, Tx, View};
use kernel::{
    ContractId, Currency, Error, Instant, ListingId, Money, OrderId, OrgId, PlaceId, Result, TitleId, Words,
};

/// Accruals in one list, the newest first.
pub const LIST_MAX: i64 = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sale,
    Refund,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Kind::Sale => "sale",
            Kind::Refund => "refund",
        }
    }

    pub fn words(self) -> Words {
        match self {
            Kind::Sale => Words::new("Sale", "销售"),
            Kind::Refund => Words::new("Refund", "退款"),
        }
    }

    fn stored(code: &str) -> Result<Kind> {
        let found = [Kind::Sale, Kind::Refund].into_iter().find(|kind| kind.code() == code);
        found.ok_or_else(|| Error::fault(format!("an accrual is a {code}")))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accrual {
    pub place: PlaceId,
    pub order: OrderId,
    pub listing: ListingId,
    pub kind: Kind,
    /// 0 for the sale, else the number of the return in its order.
    pub number: i64,
    /// Pieces that were sold; negative when they went back.
    pub quantity: i64,
    pub contract: ContractId,
    pub title: TitleId,
    pub merchant: OrgId,
    pub parts: royalties::Accrual,
    pub at: Instant,
}

impl FromRow for Accrual {
    fn from_row(row: &mut Row) -> Result<Accrual> {
        let (place, order, listing) = (row.next()?, row.next()?, row.next()?);
        let kind = Kind::stored(&row.next::<String>()?)?;
        let (number, quantity) = (row.next()?, row.next()?);
        let (contract, title, merchant) = (row.next()?, row.next()?, row.next()?);
        Ok(Accrual {
            place,
            order,
            listing,
            kind,
            number,
            quantity,
            contract,
            title,
            merchant,
            parts: parts(row)?,
            at: row.next()?,
        })
    }
}

/// The next six columns: five amounts, then their currency.
fn parts(row: &mut Row) -> Result<royalties::Accrual> {
    let (net_sales, royalty, licensor) = (row.next()?, row.next()?, row.next()?);
    let (platform, fund, currency) = (row.next()?, row.next()?, row.next::<Currency>()?);
    Ok(royalties::Accrual {
        net_sales: Money::new(net_sales, currency),
        royalty: Money::new(royalty, currency),
        licensor: Money::new(licensor, currency),
        platform: Money::new(platform, currency),
        marketing_fund: Money::new(fund, currency),
    })
}

/// Writes an accrual down. False when the line has one of this number already.
pub fn record(tx: &Tx, accrual: &Accrual) -> Result<bool> {
    let parts = &accrual.parts;
    let added = tx.run(
        "insert into royalty_accrual (place_id, order_id, listing_id, kind, number, quantity, contract_id, title_id,
            merchant_org_id, net_sales_minor, royalty_minor, licensor_minor, platform_minor, fund_minor, currency, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict (place_id, order_id, listing_id, number) do nothing",
        &[
            &accrual.place,
            &accrual.order,
            &accrual.listing,
            &accrual.kind.code(),
            &accrual.number,
            &accrual.quantity,
            &accrual.contract,
            &accrual.title,
            &accrual.merchant,
            &parts.net_sales.minor,
            &parts.royalty.minor,
            &parts.licensor.minor,
            &parts.platform.minor,
            &parts.marketing_fund.minor,
            &parts.royalty.currency,
            &accrual.at,
        ],
    )?;
    Ok(added == 1)
}

/// Pieces of a line that go back.
#[derive(Clone, Copy, Debug)]
pub struct Pieces<'a> {
    pub listing: &'a ListingId,
    /// How many of the line went back before.
    pub before: i64,
    pub quantity: i64,
}

/// Takes back what some pieces of a line accrued, in proportion to what the sale accrued; the terms of today do not
/// matter. Answers the row of this return, none when the line is not licensed.
pub fn reverse(
    tx: &Tx,
    place: &PlaceId,
    order: &OrderId,
    pieces: Pieces,
    number: i64,
    at: Instant,
) -> Result<Option<Accrual>> {
    let rows = of_order(tx, place, order)?.into_iter();
    let mut of_line = rows.filter(|row| row.listing == *pieces.listing);
    let Some(sale) = of_line.find(|row| row.kind == Kind::Sale) else { return Ok(None) };
    let parts = sale.parts.of_pieces(pieces.before, pieces.quantity, sale.quantity).reversed();
    let back = Accrual { kind: Kind::Refund, number, quantity: -pieces.quantity, parts, at, ..sale };
    record(tx, &back)?;
    Ok(Some(back))
}

/// What an order accrued and gave back.
pub fn of_order(view: &View, place: &PlaceId, order: &OrderId) -> Result<Vec<Accrual>> {
    view.all(
        "select place_id, order_id, listing_id, kind, number, quantity, contract_id, title_id, merchant_org_id,
            net_sales_minor, royalty_minor, licensor_minor, platform_minor, fund_minor, currency, at
        from royalty_accrual
        where place_id = $1 and order_id = $2
        order by listing_id, number",
        &[place, order],
    )
}

/// What one shop accrued under a contract, the newest first.
pub fn of_contract(view: &View, place: &PlaceId, contract: &ContractId) -> Result<Vec<Accrual>> {
    view.all(
        "select place_id, order_id, listing_id, kind, number, quantity, contract_id, title_id, merchant_org_id,
            net_sales_minor, royalty_minor, licensor_minor, platform_minor, fund_minor, currency, at
        from royalty_accrual
        where place_id = $1 and contract_id = $2
        order by at desc, order_id, listing_id, number
        limit $3",
        &[place, contract, &LIST_MAX],
    )
}

/// What a contract owes so far, refunds taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Pieces that were sold, and how many of them went back.
    pub sold: i64,
    pub refunded: i64,
    pub parts: royalties::Accrual,
}

impl Totals {
    pub fn nothing(currency: Currency) -> Totals {
        let zero = Money::zero(currency);
        let parts = royalties::Accrual {
            net_sales: zero,
            royalty: zero,
            licensor: zero,
            platform: zero,
            marketing_fund: zero,
        };
        Totals { sold: 0, refunded: 0, parts }
    }

    pub fn plus(&self, other: &Totals) -> Result<Totals> {
        let (a, b) = (&self.parts, &other.parts);
        let parts = royalties::Accrual {
            net_sales: a.net_sales.plus(b.net_sales)?,
            royalty: a.royalty.plus(b.royalty)?,
            licensor: a.licensor.plus(b.licensor)?,
            platform: a.platform.plus(b.platform)?,
            marketing_fund: a.marketing_fund.plus(b.marketing_fund)?,
        };
        Ok(Totals { sold: self.sold + other.sold, refunded: self.refunded + other.refunded, parts })
    }
}

impl FromRow for Totals {
    fn from_row(row: &mut Row) -> Result<Totals> {
        Ok(Totals { sold: row.next()?, refunded: row.next()?, parts: parts(row)? })
    }
}

/// What one shop owes under a contract, in the contract's currency.
pub fn totals(view: &View, place: &PlaceId, contract: &ContractId) -> Result<Totals> {
    let currency = contracts::any(view, contract)?.guarantee.currency;
    let totals = view.maybe(
        "select cast(sum(case when kind = 'sale' then quantity else 0 end) as bigint),
            cast(sum(case when kind = 'refund' then -quantity else 0 end) as bigint),
            cast(sum(net_sales_minor) as bigint), cast(sum(royalty_minor) as bigint),
            cast(sum(licensor_minor) as bigint), cast(sum(platform_minor) as bigint),
            cast(sum(fund_minor) as bigint), currency
        from royalty_accrual
        where place_id = $1 and contract_id = $2 and currency = $3
        group by currency",
        &[place, contract, &currency],
    )?;
    Ok(totals.unwrap_or_else(|| Totals::nothing(currency)))
}

/// What several shops together owe under a contract.
pub fn totals_across(view: &View, places: &[PlaceId], contract: &ContractId) -> Result<Totals> {
    let mut sum = Totals::nothing(contracts::any(view, contract)?.guarantee.currency);
    for place in places {
        sum = sum.plus(&totals(view, place, contract)?)?;
    }
    Ok(sum)
}
