//! A product on a shop's shelf: its price, its tax, its stock.
//!
//! `Listed ⇄ Delisted`. The stock is what may still be promised: placing an order takes from it,
//! an order that expires or is refunded gives back. The price already contains the tax.

use crate::{limits, products, shops};
use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, ContractId, Currency, Error, Instant, Kind, ListingId, Money, OrgId, PlaceId, ProductId, Refusal,
    Result, Share, TitleId,
};

/// A million of the major unit in currencies with two decimals.
pub const PRICE_MAX_MINOR: i64 = 100_000_000;
pub const STOCK_MAX: i64 = 1_000_000;
/// Listings in one list, the newest first.
pub const LIST_MAX: i64 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Listed,
    Delisted,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Listed => "listed",
            State::Delisted => "delisted",
        }
    }

    fn stored(code: &str) -> Result<State> {
        [State::Listed, State::Delisted]
            .into_iter()
            .find(|state| state.code() == code)
            .ok_or_else(|| Error::fault(format!("a listing is {code}")))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    pub place: PlaceId,
    pub id: ListingId,
    pub product: ProductId,
    pub merchant: OrgId,
    pub title: Option<TitleId>,
    pub contract: Option<ContractId>,
    /// What a buyer pays for one, tax included.
    pub price: Money,
    pub vat: Share,
    pub stock: i64,
    pub state: State,
    pub created_at: Instant,
}

#[derive(Clone, Debug)]
pub struct NewListing {
    pub place: PlaceId,
    pub product: ProductId,
    pub price: Money,
    pub vat: Share,
    pub stock: i64,
}

impl FromRow for Listing {
    fn from_row(row: &mut Row) -> Result<Listing> {
        let (place, id, product, merchant) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let (title, contract) = (row.next()?, row.next()?);
        let (price_minor, currency) = (row.next()?, row.next::<Currency>()?);
        Ok(Listing {
            place,
            id,
            product,
            merchant,
            title,
            contract,
            price: Money::new(price_minor, currency),
            vat: row.next()?,
            stock: row.next()?,
            state: State::stored(&row.next::<String>()?)?,
            created_at: row.next()?,
        })
    }
}

/// Puts a merchant's own product on a shop's shelf, once a shop.
pub fn list(tx: &Tx, act: &mut Act, merchant: &OrgId, new: &NewListing) -> Result<Listing> {
    let shop = shops::any(tx, &new.place)?;
    let product = products::of(tx, merchant, &new.product)?;
    check_price(new.price, shop.currency)?;
    limits::within("vat", new.vat.ppm, 0, Share::ONE.ppm)?;
    limits::within("stock", new.stock, 0, STOCK_MAX)?;
    let listing = Listing {
        place: shop.place,
        id: act.id(),
        product: product.id,
        merchant: product.merchant,
        title: product.title,
        contract: product.contract,
        price: new.price,
        vat: new.vat,
        stock: new.stock,
        state: State::Listed,
        created_at: act.at,
    };
    if insert(tx, &listing)? { Ok(listing) } else { Err(already_listed().into()) }
}

fn insert(tx: &Tx, listing: &Listing) -> Result<bool> {
    let added = tx.run(
        "insert into listing (place_id, id, product_id, merchant_org_id, title_id, contract_id, price_minor,
            currency, vat_ppm, stock, state, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict (place_id, product_id) do nothing",
        &[
            &listing.place,
            &listing.id,
            &listing.product,
            &listing.merchant,
            &listing.title,
            &listing.contract,
            &listing.price.minor,
            &listing.price.currency,
            &listing.vat,
            &listing.stock,
            &listing.state.code(),
            &listing.created_at,
        ],
    )?;
    Ok(added == 1)
}

/// Orders that were already placed keep the price they were placed at.
pub fn reprice(tx: &Tx, merchant: &OrgId, place: &PlaceId, id: &ListingId, price: Money) -> Result<Listing> {
    let listing = of(tx, merchant, place, id)?;
    check_price(price, listing.price.currency)?;
    tx.run(
        "update listing set price_minor = $4 where place_id = $1 and id = $2 and merchant_org_id = $3",
        &[place, id, merchant, &price.minor],
    )?;
    any(tx, place, id)
}

/// Adds to the stock, relative to whatever is being sold at this moment.
pub fn restock(tx: &Tx, merchant: &OrgId, place: &PlaceId, id: &ListingId, more: i64) -> Result<Listing> {
    limits::within("stock", more, 1, STOCK_MAX)?;
    let added = tx.run(
        "update listing set stock = stock + $4
        where place_id = $1 and id = $2 and merchant_org_id = $3 and stock + $4 <= $5",
        &[place, id, merchant, &more, &STOCK_MAX],
    )?;
    let listing = of(tx, merchant, place, id)?;
    if added == 0 {
        limits::within("stock", listing.stock + more, 0, STOCK_MAX)?;
    }
    Ok(listing)
}

/// Sets the stock after a count of the shelf: only if it is still `was`, else a sale came between.
pub fn recount(
    tx: &Tx,
    merchant: &OrgId,
    place: &PlaceId,
    id: &ListingId,
    was: i64,
    stock: i64,
) -> Result<Listing> {
    limits::within("stock", stock, 0, STOCK_MAX)?;
    let set = tx.run(
        "update listing set stock = $4 where place_id = $1 and id = $2 and merchant_org_id = $3 and stock = $5",
        &[place, id, merchant, &stock, &was],
    )?;
    let listing = of(tx, merchant, place, id)?;
    if set == 1 { Ok(listing) } else { Err(stock_moved(listing.stock).into()) }
}

/// Takes a listing off the shelf; a second time changes nothing.
pub fn delist(tx: &Tx, merchant: &OrgId, place: &PlaceId, id: &ListingId) -> Result<Listing> {
    set_state(tx, merchant, place, id, State::Listed, State::Delisted)
}

/// Puts it back; a second time changes nothing.
pub fn relist(tx: &Tx, merchant: &OrgId, place: &PlaceId, id: &ListingId) -> Result<Listing> {
    set_state(tx, merchant, place, id, State::Delisted, State::Listed)
}

fn set_state(
    tx: &Tx,
    merchant: &OrgId,
    place: &PlaceId,
    id: &ListingId,
    from: State,
    to: State,
) -> Result<Listing> {
    tx.run(
        "update listing set state = $5 where place_id = $1 and id = $2 and merchant_org_id = $3 and state = $4",
        &[place, id, merchant, &from.code(), &to.code()],
    )?;
    of(tx, merchant, place, id)
}

pub fn any(view: &View, place: &PlaceId, id: &ListingId) -> Result<Listing> {
    let listing = view.maybe(
        "select place_id, id, product_id, merchant_org_id, title_id, contract_id, price_minor, currency,
            vat_ppm, stock, state, created_at
        from listing
        where place_id = $1 and id = $2",
        &[place, id],
    )?;
    listing.ok_or_else(|| unknown().into())
}

/// One of a merchant's own listings.
pub fn of(view: &View, merchant: &OrgId, place: &PlaceId, id: &ListingId) -> Result<Listing> {
    let listing = any(view, place, id)?;
    if listing.merchant == *merchant { Ok(listing) } else { Err(unknown().into()) }
}

/// What is on a shop's shelf, also what has sold out.
pub fn of_shop(view: &View, place: &PlaceId) -> Result<Vec<Listing>> {
    view.all(
        "select place_id, id, product_id, merchant_org_id, title_id, contract_id, price_minor, currency,
            vat_ppm, stock, state, created_at
        from listing
        where place_id = $1 and state = 'listed'
        order by created_at desc, id
        limit $2",
        &[place, &LIST_MAX],
    )
}

/// A merchant's listings in a shop, on the shelf or not.
pub fn of_merchant(view: &View, place: &PlaceId, merchant: &OrgId) -> Result<Vec<Listing>> {
    view.all(
        "select place_id, id, product_id, merchant_org_id, title_id, contract_id, price_minor, currency,
            vat_ppm, stock, state, created_at
        from listing
        where place_id = $1 and merchant_org_id = $2
        order by created_at desc, id
        limit $3",
        &[place, merchant, &LIST_MAX],
    )
}

/// Promises some of the stock to an order, at this price. False when there is not enough, or it is no longer so.
pub(crate) fn take(tx: &Tx, place: &PlaceId, id: &ListingId, quantity: i64, price: Money) -> Result<bool> {
    let taken = tx.run(
        "update listing set stock = stock - $3
        where place_id = $1 and id = $2 and state = 'listed' and stock >= $3 and price_minor = $4",
        &[place, id, &quantity, &price.minor],
    )?;
    Ok(taken == 1)
}

/// Gives back what an order had been promised.
pub(crate) fn give_back(tx: &Tx, place: &PlaceId, id: &ListingId, quantity: i64) -> Result<()> {
    tx.run("update listing set stock = stock + $3 where place_id = $1 and id = $2", &[place, id, &quantity])?;
    Ok(())
}

fn check_price(price: Money, currency: Currency) -> Result<(), Refusal> {
    if price.currency != currency {
        return Err(Refusal::field(
            "price",
            "currency_differs",
            format!("This shop sells in {}, not in {}.", currency.code(), price.currency.code()),
            format!("本店以 {} 标价，不用 {}。", currency.code(), price.currency.code()),
        ));
    }
    if (1..=PRICE_MAX_MINOR).contains(&price.minor) {
        return Ok(());
    }
    let highest = Money::new(PRICE_MAX_MINOR, currency);
    Err(Refusal::field(
        "price",
        "price_out_of_limits",
        format!("A price is more than zero and at most {highest}."),
        format!("价格须大于零，且不超过 {highest}。"),
    ))
}

pub(crate) fn unknown() -> Refusal {
    Refusal::not_found("listing", "商品")
}

fn already_listed() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "already_listed",
        "This shop already sells this product.",
        "这家店已经在卖这件商品了。",
    )
}

fn stock_moved(stock: i64) -> Refusal {
    Refusal {
        field: Some("stock"),
        ..Refusal::new(
            Kind::Conflict,
            "stock_moved",
            format!("The stock has changed meanwhile: there are {stock} now. Please count again."),
            format!("库存刚刚变了，现在是 {stock} 件，请重新清点。"),
        )
    }
}
