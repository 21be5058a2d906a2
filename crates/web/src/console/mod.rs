//! The console: what staff and operators work with.

pub mod audiences;
pub mod bank_accounts;
pub mod books;
pub mod campaigns;
pub mod channels;
pub mod cinemas;
pub mod disputes;
pub mod earnings;
pub mod house;
pub mod imports;
pub mod market;
pub mod merchants;
pub mod orders;
pub mod payouts;
pub mod people;
pub mod reconciliation;
pub mod release;
#[cfg(test)]
pub(crate) mod season;
pub mod settlement;
mod sheet;
pub mod slate;
pub mod title;

use crate::answer::{Answer, Page, SeeOther, console_ways_of};
use crate::look::parts;
use crate::visit::Visit;
use axum::response::IntoResponse;

/// Leads to the first page of the console that the visitor may see.
pub async fn start(visit: Visit) -> Answer {
    if let Some(way) = console_ways_of(&visit).first() {
        return Ok(SeeOther::to(way.href).into_response());
    }
    let empty = parts::empty(
        visit.say("Nothing is here for you yet", "这里还没有您的内容"),
        visit.say("An operator of the house can give you a role.", "平台运营者可以为您授予角色。"),
        None,
    );
    Ok(Page::console(visit.say("Console", "控制台"), empty).into_response())
}
