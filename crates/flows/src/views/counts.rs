//! How many orders, payments and refunds there are in each state, for an operator's monitor.

use crate::metrics::Counts;
use db::View;
use kernel::Result;

/// Reads all of them; not for every request.
pub fn all(view: &View) -> Result<Counts> {
    let orders = view.all(
        "select state, count(*), cast(coalesce(sum(seats), 0) as bigint)
         from ticket_order
         group by state
         order by state",
        &[],
    )?;
    let payments = view.all(
        "select provider, state, count(*)
         from payment_intent
         group by provider, state
         order by provider, state",
        &[],
    )?;
    let (refunds_due,) = view.one("select count(*) from refund where state <> 'done'", &[])?;
    Ok(Counts { orders, payments, refunds_due })
}
