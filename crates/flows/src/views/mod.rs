//! Read-only joins for pages, reports and checks. Only here may a statement read across places.

pub mod campaigns;
pub mod door;
pub mod events;
pub mod merchandise;
pub mod places;
pub mod royalties;
pub mod statements;
pub mod takings;

use db::View;
use kernel::{Refusal, Result, TitleId};

/// A film that must be there.
pub fn film(view: &View, id: &TitleId) -> Result<titles::Title> {
    titles::any(view, id)?.ok_or_else(|| Refusal::not_found("film", "影片").into())
}
