//! The JSON API: the same verbs as the pages, for programs.
//!
//! `routes` is the one registry and says how to add a verb; `call` is what a handler knows about who
//! asks; `body`, `key` and `at` are what it is given; `answer` and `problem` are what it says. The
//! document at `/api/openapi.json` is made from the handlers' own types, so that it cannot lie.

mod admission;
mod ads;
mod answer;
mod at;
mod audiences;
mod bank_accounts;
mod baskets;
mod body;
mod books;
mod call;
mod campaigns;
mod cases;
mod checks;
mod cinemas;
mod disputes;
mod door;
mod earnings;
mod events;
mod health;
mod key;
mod licences;
mod listings;
mod market;
mod me;
mod metrics;
mod money;
mod openapi;
mod orgs;
mod payments;
mod payouts;
mod plans;
mod problem;
mod product_orders;
mod read;
pub mod routes;
pub mod service;
mod sessions;
mod shops;
mod showtimes;
mod statements;
mod ticket_orders;
mod titles;
mod words;

pub use routes::{Entry, Routes};
pub use service::{Service, Settings};

/// The largest body of a request, in bytes.
pub const BODY_BYTES_MAX: usize = body::BYTES_MAX;

/// Every verb, ready to be served. It has no fallback, so that it can be merged with the pages.
pub fn router(house: flows::House, settings: Settings) -> axum::Router {
    routes::registry(Service::new(house, settings)).into_router()
}
