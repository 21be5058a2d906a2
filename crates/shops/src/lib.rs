//! Products for sale: listings, stock, baskets, product orders.
//!
//! A merchant makes a [`products::Product`]; a shop sells it as a [`listings::Listing`] with a price
//! and a stock; a person collects listings in a basket and places an order, which reserves the stock
//! for as long as there is time to pay. A listing and everything sold from it belong to the shop's place.

pub mod baskets;
pub mod listings;
pub mod orders;
pub mod products;
pub mod returns;
pub mod shops;

use kernel::limits;

pub use listings::Listing;
pub use orders::Order;
pub use products::Product;
pub use shops::Shop;
