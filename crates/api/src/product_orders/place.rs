//! Ordering goods in one shop. The same key with the same wish answers with the same order.

use super::PromisedGoods;
use crate::answer::{Answer, Once};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, Consumer};
use crate::key::Key;
use crate::money::Amount;
use crate::problem::invalid;
use crate::read;
use ::shops::orders::{Checkout, LINES_MAX, Wanted};
use flows::buy_product::{self, Promised};
use flows::views::keys;
use kernel::{Currency, PlaceId, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// What somebody orders, and where it goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProductOrder {
    #[schema(min_items = 1, max_items = 20)]
    lines: Vec<WantedLine>,
    #[schema(max_length = 80)]
    recipient: String,
    #[schema(max_length = 300)]
    address: String,
    /// The token of the ad click that brought the buyer.
    click: Option<String>,
}

/// A listing, how many of it, and the price of one that the buyer saw.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedLine {
    listing: String,
    #[schema(minimum = 1, maximum = 20)]
    quantity: i64,
    price: Amount,
}

impl WantedLine {
    fn read(&self, currency: Currency) -> Result<Wanted, Refusal> {
        let price = self.price.read("price")?;
        if price.currency != currency {
            let (en, zh) = ("This shop sells in another currency.", "本店以另一种货币标价。");
            return Err(invalid("price", "currency_differs", en, zh));
        }
        Ok(Wanted {
            listing: read::id("listing", &self.listing)?,
            quantity: self.quantity,
            price_minor: price.minor,
        })
    }
}

pub async fn place(
    call: Call,
    consumer: Consumer,
    At((place,)): At<(PlaceId,)>,
    Key(key): Key,
    Body(asked): Body<NewProductOrder>,
) -> Answer<Once<PromisedGoods>> {
    if asked.lines.len() > LINES_MAX {
        let (en, zh) =
            (format!("An order has at most {LINES_MAX} lines."), format!("一个订单最多 {LINES_MAX} 行。"));
        return Err(Refusal::field("lines", "out_of_limits", en, zh).into());
    }
    let at = place.clone();
    let currency = call.read(move |view| ::shops::shops::any(view, &at)).await?.currency;
    let lines = asked.lines.iter().map(|line| line.read(currency)).collect::<Result<_, _>>()?;
    let (recipient, address, click) = (asked.recipient, asked.address, asked.click);
    let checkout = Checkout { place, buyer: consumer.person.id, key, lines, recipient, address, click };
    let lane = checkout.place.clone();
    let promised = call.write(&lane, move |scene| {
        let before = keys::product_order(scene.tx, &checkout.place, &checkout.buyer, &checkout.key)?;
        let Promised { order, intent } = buy_product::order(scene, &checkout)?;
        Ok(Once::new(before.is_none(), PromisedGoods { order: (&order).into(), payment: (&intent).into() }))
    });
    Ok(promised.await?)
}
