//! Buying goods: the shelf, the product, the basket, the checkout, the orders.

pub mod basket;
pub mod checkout;
pub(crate) mod give_back;
pub mod orders;
pub mod product;
pub(crate) mod shelf;

use crate::visit::Visit;
use ::shops::Shop;
use ::shops::orders::State;
use kernel::{Result, Words};

/// The address of a picture.
pub(crate) fn picture(key: &str) -> String {
    format!("/art/{}.svg", crate::encode(if key.is_empty() { "film" } else { key }))
}

/// How many goods lie in the reader's baskets.
pub(crate) async fn in_basket(visit: &Visit) -> Result<u32> {
    let Some(person) = visit.person.as_ref().map(|person| person.id.clone()) else { return Ok(0) };
    let count = visit.read(move |view| flows::views::goods::in_baskets(view, &person)).await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

async fn find(visit: &Visit, slug: &str) -> Result<Shop> {
    let slug = slug.to_owned();
    visit.read(move |view| ::shops::shops::by_slug(view, &slug)).await
}

/// How an order stands, in words.
pub(crate) fn state_words(state: State) -> Words {
    match state {
        State::Placed { .. } => Words::new("Waiting for payment", "待支付"),
        State::Paid { .. } => Words::new("Paid", "已支付"),
        State::Shipped { .. } => Words::new("On its way", "已发货"),
        State::Expired { .. } => Words::new("Not paid in time", "超时未付"),
        State::Refunded { .. } => Words::new("Refunded", "已退款"),
    }
}

/// How an order stands, as a pill.
pub(crate) fn state_pill(lang: kernel::Lang, state: State) -> maud::Markup {
    use crate::look::{Tone, parts};
    let tone = match state {
        State::Placed { .. } => Tone::Lantern,
        State::Paid { .. } | State::Shipped { .. } => Tone::Jade,
        State::Expired { .. } => Tone::Plain,
        State::Refunded { .. } => Tone::Cinnabar,
    };
    parts::pill(tone, state_words(state).in_(lang))
}
