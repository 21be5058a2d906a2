//! Payments: each with what it paid for or a refund, and on the books as it came and went.

use super::{Moment, PENDING_GRACE_SECONDS, REFUND_GRACE_SECONDS, sentences};
use db::View;
use kernel::Result;

pub(super) fn paid_means_delivered(view: &View, at: Moment) -> Result<Vec<String>> {
    let mut found = undelivered(view)?;
    found.extend(unpaid(view)?);
    let strayed: Vec<(String, String)> = view.all(
        "select notice.place_id, notice.intent_id
         from payment_notice notice
         left join payment_intent intent on intent.place_id = notice.place_id and intent.id = notice.intent_id
         left join transfer decided on decided.book_id = notice.place_id and decided.reference = intent.order_id
           and decided.code = 'unmatched'
           and decided.id like notice.intent_id || '/unmatched____' || notice.amount_minor || '/decided'
         where notice.what = 'paid' and decided.id is null
           and (intent.state is null or intent.state <> 'captured' or intent.captured_minor <> notice.amount_minor)",
        &[],
    )?;
    let unheard: Vec<(String, String)> = view.all(
        "select place_id, id from payment_intent where state = 'open' and expires_at < $1",
        &[&at.late(REFUND_GRACE_SECONDS)],
    )?;
    found.extend(sentences(strayed, |place, id| {
        format!("the provider took another amount for payment {id} of {place}")
    }));
    found.extend(sentences(unheard, |place, id| {
        format!("nobody knows what became of payment {id} of {place}")
    }));
    Ok(found)
}

/// Money without what it was for.
fn undelivered(view: &View) -> Result<Vec<String>> {
    let tickets: Vec<(String, String)> = view.all(
        "select intent.place_id, intent.id
         from payment_intent intent
         left join ticket_order orders on orders.place_id = intent.place_id and orders.id = intent.order_id
         left join (
           select place_id, order_id, count(*) as tickets
           from ticket
           where voided_at is null
           group by place_id, order_id
         ) issued on issued.place_id = intent.place_id and issued.order_id = intent.order_id
         where intent.kind = 'tickets' and intent.state = 'captured'
           and intent.refunded_minor + intent.disputed_minor <> intent.captured_minor
           and (orders.state is null or orders.state <> 'paid' or coalesce(issued.tickets, 0) <> orders.seats)",
        &[],
    )?;
    let products: Vec<(String, String)> = view.all(
        "select intent.place_id, intent.id
         from payment_intent intent
         left join product_order orders on orders.place_id = intent.place_id and orders.id = intent.order_id
         where intent.kind = 'products' and intent.state = 'captured'
           and intent.refunded_minor + intent.disputed_minor <> intent.captured_minor
           and (orders.state is null or orders.state not in ('paid', 'shipped'))",
        &[],
    )?;
    let mut found = sentences(tickets, |place, id| {
        format!("payment {id} of {place} has neither its tickets nor a refund")
    });
    found.extend(sentences(products, |place, id| {
        format!("payment {id} of {place} has neither its products nor a refund")
    }));
    Ok(found)
}

/// What was delivered without money, or stayed delivered although the money went back.
fn unpaid(view: &View) -> Result<Vec<String>> {
    let tickets: Vec<(String, String)> = view.all(
        "select orders.place_id, orders.id
         from ticket_order orders
         left join payment_intent intent on intent.place_id = orders.place_id and intent.order_id = orders.id
         left join (
           select place_id, intent_id, sum(amount_minor) as minor
           from refund
           where reason like 'goodwill_%' or reason like 'seat_%'
           group by place_id, intent_id
         ) given on given.place_id = intent.place_id and given.intent_id = intent.id
         where orders.state = 'paid'
           and (intent.state is null or intent.state <> 'captured' or intent.refunded_minor <> coalesce(given.minor, 0))",
        &[],
    )?;
    let products: Vec<(String, String)> = view.all(
        "select orders.place_id, orders.id
         from product_order orders
         left join payment_intent intent on intent.place_id = orders.place_id and intent.order_id = orders.id
         left join (
           select place_id, intent_id, sum(amount_minor) as minor
           from refund
           where reason like 'goodwill_%' or reason like 'lines_%'
           group by place_id, intent_id
         ) given on given.place_id = intent.place_id and given.intent_id = intent.id
         where orders.state in ('paid', 'shipped')
           and (intent.state is null or intent.state <> 'captured' or intent.refunded_minor <> coalesce(given.minor, 0))",
        &[],
    )?;
    let mut found =
        sentences(tickets, |place, id| format!("order {id} of {place} has tickets that nobody paid for"));
    found.extend(sentences(products, |place, id| {
        format!("order {id} of {place} has products that nobody paid for")
    }));
    Ok(found)
}

pub(super) fn money_equals_payments(view: &View, _at: Moment) -> Result<Vec<String>> {
    let mut found = places_off(view)?;
    let payments: Vec<(String, String)> = view.all(
        "with moved as (
           select book_id, reference,
             sum(case when debit like 'provider:%' then amount_minor else 0 end) as came,
             sum(case when credit like 'provider:%' then amount_minor else 0 end) as went
           from transfer
           where kind in ('posted', 'post') and code <> 'unmatched'
             and (debit like 'provider:%' or credit like 'provider:%')
           group by book_id, reference
         ), done as (
           select place_id, intent_id, sum(amount_minor) as minor
           from refund
           where state = 'done'
           group by place_id, intent_id
         )
         select intent.place_id, intent.id
         from payment_intent intent
         left join moved on moved.book_id = intent.place_id and moved.reference = intent.order_id
         left join done on done.place_id = intent.place_id and done.intent_id = intent.id
         where coalesce(moved.came, 0) <> intent.captured_minor or coalesce(moved.went, 0) <> coalesce(done.minor, 0)",
        &[],
    )?;
    found.extend(sentences(payments, |place, id| {
        format!("payment {id} of {place} is not booked as it came and went")
    }));
    Ok(found)
}

/// Places where the sums differ: of what their providers owe, and of the refunds that are due.
fn places_off(view: &View) -> Result<Vec<String>> {
    let rows: Vec<(String, i64, i64)> = view.all(
        "with paid as (
           select place_id, captured_minor as minor from payment_intent
           union all
           select place_id, -amount_minor from refund where state = 'done'
           union all
           select book_id, case when debit like 'provider:%' then amount_minor else -amount_minor end
           from transfer
           where code = 'unmatched' and (debit like 'provider:%' or credit like 'provider:%')
         ), side as (
           select place_id, minor as paid, 0 as booked from paid
           union all
           select book_id, 0, debits_posted - credits_posted from account where id like 'provider:%'
         )
         select place_id, cast(sum(paid) as bigint), cast(sum(booked) as bigint)
         from side
         group by place_id
         having sum(paid) <> sum(booked)
         order by place_id",
        &[],
    )?;
    let due: Vec<(String, i64, i64)> = view.all(
        "with side as (
           select place_id, amount_minor as due, 0 as booked from refund where state <> 'done'
           union all
           select book_id, 0, credits_posted - debits_posted from account where id = 'refunds:due'
         )
         select place_id, cast(sum(due) as bigint), cast(sum(booked) as bigint)
         from side
         group by place_id
         having sum(due) <> sum(booked)
         order by place_id",
        &[],
    )?;
    let paid = |(place, paid, booked): &_| {
        format!("{place} was paid {paid} by its provider but has booked {booked}")
    };
    let owed = |(place, due, booked): &_| format!("{place} owes refunds of {due} but has booked {booked}");
    Ok(rows.iter().map(paid).chain(due.iter().map(owed)).collect())
}

pub(super) fn refunded_once(view: &View, at: Moment) -> Result<Vec<String>> {
    let sums: Vec<(String, String)> = view.all(
        "select intent.place_id, intent.id
         from payment_intent intent
         left join (
           select place_id, intent_id, sum(amount_minor) as minor
           from refund
           where reason not like 'unmatched%'
           group by place_id, intent_id
         ) refunds on refunds.place_id = intent.place_id and refunds.intent_id = intent.id
         where coalesce(refunds.minor, 0) <> intent.refunded_minor or intent.refunded_minor > intent.captured_minor",
        &[],
    )?;
    let waiting: Vec<(String, String)> = view.all(
        "select place_id, id
         from refund
         where state in ('requested', 'unknown') and requested_at < $1 or state = 'pending' and requested_at < $2",
        &[&at.late(REFUND_GRACE_SECONDS), &at.late(PENDING_GRACE_SECONDS)],
    )?;
    let disputed: Vec<(String, String)> = view.all(
        "select intent.place_id, intent.id
         from payment_intent intent
         left join (
           select place_id, intent_id, sum(held_minor) as minor
           from dispute
           group by place_id, intent_id
         ) disputes on disputes.place_id = intent.place_id and disputes.intent_id = intent.id
         where intent.disputed_minor <> coalesce(disputes.minor, 0)
           or intent.refunded_minor + intent.disputed_minor > intent.captured_minor",
        &[],
    )?;
    let mut found =
        sentences(sums, |place, id| format!("the refunds of payment {id} of {place} do not add up"));
    found.extend(sentences(disputed, |place, id| {
        format!(
            "what is disputed of payment {id} of {place} is not what its disputes say, or more than is left"
        )
    }));
    found.extend(sentences(waiting, |place, id| {
        format!("refund {id} of {place} waits too long for its provider")
    }));
    Ok(found)
}
