//! The sandbox wallet: a payment platform to rehearse with, that speaks the Alipay Open Platform protocol.
//!
//! It is a program of its own with a database of its own, and talks to whoever it serves only over HTTP. It
//! is compatible with the protocol as the official SDKs speak it and is not Alipay; its money is pretend.
//!
//! ```ignore
//! let wallet = wallet::start(wallet::Options::new(folder.path()))?;   // listens when it returns
//! let app = wallet.app();                                            // keys for the merchant's side
//! ```
//!
//! An order becomes a trade when a buyer opens it: `WAIT_BUYER_PAY` → `TRADE_SUCCESS` → `TRADE_FINISHED`, or
//! `TRADE_CLOSED`. Every movement of money and every notice of it is one transaction, answered after it is
//! on disk. `docs/wallet.md` says how to use it and how to make it hostile.

mod accounts;
mod apps;
mod audit;
mod bills;
mod cashier;
mod checkouts;
mod conveniences;
mod delivery;
mod desk;
mod gateway;
mod hostility;
mod keyring;
mod look;
mod migrations;
mod movements;
mod notices;
mod orders;
mod pages;
mod planting;
mod purse;
mod refunds;
mod rules;
mod server;
mod till;
mod trades;

pub use apps::Keys;
pub use hostility::{BillErrors, Hostility};
pub use migrations::MIGRATIONS;
pub use planting::{Crop, Planted, What, plant};
pub use rules::Rules;
pub use server::{Handle, Options, serve, start};
