//! Giving pieces of an order back: its buyer before they are sent, its shop also afterwards. The same key with the same
//! pieces answers with the same return.

use crate::answer::{Answer, Once};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, Consumer, ShopStaff};
use crate::key::Key;
use crate::money::Amount;
use crate::payments::{Refund, pay_back};
use crate::problem::invalid;
use crate::read;
use ::shops::orders::LINES_MAX;
use ::shops::returns::{Desk, Pieces, Stock, Wish};
use flows::buy_product;
use kernel::{OrderId, PlaceId, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What goes back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PiecesBack {
    #[schema(min_items = 1, max_items = 20)]
    lines: Vec<LineBack>,
}

/// What goes back at a shop's desk, and what becomes of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PiecesTakenBack {
    #[schema(min_items = 1, max_items = 20)]
    lines: Vec<LineBack>,
    /// `restocked` or `lost`. Left out: restocked when the order was not sent yet, else lost.
    stock: Option<String>,
}

/// How many of a listing of the order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineBack {
    listing: String,
    #[schema(minimum = 1, maximum = 20)]
    quantity: i64,
}

/// Pieces that went back, with their money on its way.
#[derive(Serialize, ToSchema)]
pub struct Returned {
    order: String,
    /// Counts the returns of an order from 1.
    number: i64,
    /// `restocked` or `lost`.
    stock: String,
    /// What had been paid for the pieces.
    amount: Amount,
    /// What the payer gets of it: less what they had been given before.
    refund: Refund,
}

pub async fn by_buyer(
    call: Call,
    _: Consumer,
    At((place, order)): At<(PlaceId, OrderId)>,
    Key(key): Key,
    Body(asked): Body<PiecesBack>,
) -> Answer<Once<Returned>> {
    let wish = Wish { key, pieces: pieces(&asked.lines)?, stock: None };
    back(&call, place, order, wish, Desk::Buyer).await
}

pub async fn by_shop(
    call: Call,
    staff: ShopStaff,
    At((place, order)): At<(PlaceId, OrderId)>,
    Key(key): Key,
    Body(asked): Body<PiecesTakenBack>,
) -> Answer<Once<Returned>> {
    let at = place.clone();
    let shop = call.read(move |view| ::shops::shops::any(view, &at)).await?;
    staff.check(&shop.org)?;
    let wish = Wish { key, pieces: pieces(&asked.lines)?, stock: stock(asked.stock.as_deref())? };
    back(&call, place, order, wish, Desk::Shop).await
}

fn pieces(lines: &[LineBack]) -> Result<Vec<Pieces>, Refusal> {
    if lines.len() > LINES_MAX {
        let (en, zh) =
            (format!("An order has at most {LINES_MAX} lines."), format!("一个订单最多 {LINES_MAX} 行。"));
        return Err(Refusal::field("lines", "out_of_limits", en, zh));
    }
    let one = |line: &LineBack| {
        Ok(Pieces { listing: read::id("listing", &line.listing)?, quantity: line.quantity })
    };
    lines.iter().map(one).collect()
}

fn stock(code: Option<&str>) -> Result<Option<Stock>, Refusal> {
    let Some(code) = code else { return Ok(None) };
    let known = Stock::parse(code).ok_or_else(|| {
        let (en, zh) = ("What goes back is restocked or lost.", "退回的商品须为 restocked 或 lost。");
        invalid("stock", "unknown_stock", en, zh)
    })?;
    Ok(Some(known))
}

async fn back(call: &Call, place: PlaceId, order: OrderId, wish: Wish, desk: Desk) -> Answer<Once<Returned>> {
    let lane = place.clone();
    let returned = call
        .write(&lane, move |scene| buy_product::return_pieces(scene, &place, &order, &wish, desk))
        .await?;
    let refund = match returned.refund.is_done() {
        true => returned.refund,
        false => pay_back(call, returned.refund).await,
    };
    let said = Returned {
        order: returned.made.order.0,
        number: returned.made.number,
        stock: returned.made.stock.code().into(),
        amount: returned.made.amount.into(),
        refund: (&refund).into(),
    };
    Ok(Once::new(returned.is_new, said))
}
