//! Stories that cross rooms, one file each.
//!
//! A story is a plain function over a `Scene`: one transaction, the act it belongs to and the house
//! it happens in. The edges call it through `House::write`; rehearsals call the same function.
//! `views` holds the read-only joins that pages need; `check` holds the invariants.

pub mod agree;
pub mod audiences;
pub mod audit;
pub mod buy_product;
pub mod buy_tickets;
pub mod capacity;
pub mod change_access_rules;
pub mod change_bank_account;
pub mod change_tax;
pub mod check;
pub mod choose_home;
pub mod close_period;
pub mod dispute;
pub mod erase_person;
pub mod fresh;
pub mod give_role;
pub mod house;
pub mod import_figures;
pub mod keep_forecasts;
pub mod learn_market;
pub mod learn_openings;
pub mod learn_showings;
pub mod license_product;
pub mod mend_access;
pub mod metrics;
pub mod open_channel;
pub mod pay_out;
pub mod plan_showings;
pub mod reconcile;
pub mod run_campaign;
pub mod seal_books;
pub mod security;
pub mod serve_ad;
pub mod sign_in;
pub mod sweep;
pub mod take_payment;
pub mod unmatched;
pub mod views;
pub mod wait_in_line;
pub mod want_to_see;

pub use house::{House, Keys, Scene};
