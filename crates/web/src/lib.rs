//! The pages: the consumer's site, the console.
//!
//! `routes` is the one registry and says how to add a page; `visit` is what a handler knows about
//! its reader; `answer` and `form` are what it works with; `look` draws.

#[cfg(test)]
mod abroad;
mod address;
mod admission;
mod answer;
mod assets;
mod box_office;
mod channels;
mod console;
pub mod cookies;
mod film;
pub mod form;
mod guard;
mod help;
mod look;
mod pay;
mod people;
pub mod routes;
mod shops;
mod site;
mod upload;
mod visit;

#[cfg(test)]
#[allow(dead_code, reason = "the tests in `tests` use the rest")]
mod testing;

pub use address::encode;
pub use answer::{Answer, Page, SeeOther, Wrong};
pub use console::release::live::end_all as end_streams;
pub use form::Form;
pub use people::new_password::link as password_link;
pub use routes::{Entry, Routes};
pub use site::{Settings, Site};
pub use visit::{
    CinemaStaff, Consumer, MarketingStaff, MerchantStaff, OperatorStaff, ShopStaff, StudioStaff, Visit,
};

/// Every page, ready to be served.
pub fn router(house: flows::House, settings: Settings) -> axum::Router {
    routes::registry(Site::new(house, settings)).into_router()
}
