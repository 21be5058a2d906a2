//! Payouts: compared with what is reserved and posted towards the bank, one by one.

use super::{Moment, sentences};
use db::View;
use kernel::Result;

pub(super) fn payouts_reserved(view: &View, _at: Moment) -> Result<Vec<String>> {
    let unbooked: Vec<(String, String)> = view.all(
        "with side as (
           select place_id, id, account, currency,
             case when state in ('proposed', 'approved', 'sent') then amount_minor else 0 end as reserved,
             case when state = 'paid' then amount_minor else 0 end as paid
           from payout
           union all
           select moved.book_id, moved.reference, moved.debit, moved.currency,
             case moved.kind when 'pending' then -moved.amount_minor when 'posted' then 0
               else coalesce(reserved.amount_minor, 0) end,
             case when moved.kind in ('posted', 'post') then -moved.amount_minor else 0 end
           from transfer moved
           left join transfer reserved on reserved.book_id = moved.book_id and reserved.id = moved.pending_id
           where moved.credit = 'bank:payouts'
           union all
           select book_id, reference, credit, currency, 0, amount_minor
           from transfer
           where debit = 'bank:payouts' and kind in ('posted', 'post')
         )
         select place_id, id
         from side
         group by place_id, id, account, currency
         having sum(reserved) <> 0 or sum(paid) <> 0
         order by place_id, id",
        &[],
    )?;
    let alone: Vec<(String, String)> = view.all(
        "select place_id, id
         from payout
         where approved_by = proposed_by or (state not in ('proposed', 'withdrawn') and approved_by is null)
         order by place_id, id",
        &[],
    )?;
    let mut found =
        sentences(unbooked, |place, id| format!("payout {id} of {place} is not booked as it stands"));
    found.extend(sentences(alone, |place, id| {
        format!("payout {id} of {place} was not approved by a second person")
    }));
    Ok(found)
}
