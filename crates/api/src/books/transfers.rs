//! The transfers of one reference in a book: of an order, a statement, a campaign.

use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, OperatorStaff};
use crate::money::Amount;
use kernel::PlaceId;
use ledger::transfers::{self, Kept};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which transfers.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Of {
    /// What they are for: `ord_…`, `stm_…`, `cmp_…`.
    reference: String,
    /// How many items, 1 to 100; 50 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// One movement of money inside a book.
#[derive(Serialize, ToSchema)]
pub struct Transfer {
    id: String,
    /// `posted`, `pending`, `post` or `void`.
    kind: String,
    debit: String,
    credit: String,
    amount: Amount,
    code: String,
    reference: String,
    happened_at: String,
    booked_at: String,
}

impl From<Kept> for Transfer {
    fn from(kept: Kept) -> Transfer {
        Transfer {
            id: kept.id,
            kind: kept.kind,
            debit: kept.debit,
            credit: kept.credit,
            amount: kept.amount.into(),
            code: kept.code,
            reference: kept.reference,
            happened_at: kept.happened_at.rfc3339(),
            booked_at: kept.booked_at.rfc3339(),
        }
    }
}

pub async fn list(
    call: Call,
    _: OperatorStaff,
    At((book,)): At<(PlaceId,)>,
    Asked(asked): Asked<Of>,
) -> Answer<Page<Transfer>> {
    let reference = asked.reference;
    let found = call.read(move |view| transfers::of_reference(view, &book, &reference)).await?;
    let paging = Paging { limit: asked.limit, after: asked.after };
    Ok(paging.page(found, |kept| kept.id.clone(), Transfer::from)?)
}
