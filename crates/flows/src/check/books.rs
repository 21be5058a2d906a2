//! Books: each sums to zero, and holds exactly what orders took and gave back.

use super::sentences;
use crate::views;
use db::View;
use kernel::{Instant, Result};

pub(super) fn books_balance(view: &View, _now: Instant) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for book in views::places::with_books(view)? {
        found.extend(ledger::audit::discrepancies(view, &book)?);
    }
    Ok(found)
}

pub(super) fn books_sealed(view: &View, _now: Instant) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for book in views::places::with_books(view)? {
        found.extend(ledger::seals::broken(view, &book)?);
    }
    Ok(found)
}

/// Suspense holds what open cases and disputes explain, and nothing else.
pub(super) fn suspense_explained(view: &View, _now: Instant) -> Result<Vec<String>> {
    let rows: Vec<(String, String)> = view.all(
        "with explained as (
           select book as book_id, 'suspense:' || id as account, currency, off_minor as minor
           from reconciliation_case where state = 'open'
           union all
           select place_id, 'suspense:' || id, currency, -amount_minor from dispute where state = 'open'
         ), side as (
           select book_id, account, currency, minor as explained, 0 as booked from explained
           union all
           select book_id, id, currency, 0, credits_posted - debits_posted from account
           where id like 'suspense:rec_%' or id like 'suspense:dsp_%'
         )
         select book_id, account
         from side
         group by book_id, account, currency
         having sum(explained) <> sum(booked)
         order by book_id, account",
        &[],
    )?;
    let mut found =
        sentences(rows, |book, account| format!("{account} of {book} is not what its case or dispute says"));
    let over: Vec<(String, String)> = view.all(
        "select book_id, id
         from account
         where (id like 'receivable:%' and credits_posted > debits_posted)
           or (id = 'suspense:unmatched' and credits_posted < debits_posted)
         order by book_id, id",
        &[],
    )?;
    found.extend(sentences(over, |book, account| {
        format!("more went out of {account} of {book} than came in")
    }));
    Ok(found)
}

/// The film's account took in the split base of every paid order; the merchant's every product line.
pub(super) fn books_equal_orders(view: &View, _now: Instant) -> Result<Vec<String>> {
    let mut found = tickets(view)?;
    found.extend(products(view)?);
    let strange: Vec<(String, String)> = view.all(
        "select transfer.book_id, transfer.id
         from transfer
         left join ticket_order on ticket_order.place_id = transfer.book_id and ticket_order.id = transfer.reference
         left join product_order on product_order.place_id = transfer.book_id and product_order.id = transfer.reference
         where (transfer.code in ('ticket_sale', 'ticket_subsidy', 'service_fee', 'ticket_refund')
             and ticket_order.id is null)
           or (transfer.code in ('product_sale', 'commission', 'royalty', 'marketing_fund', 'product_refund')
             and product_order.id is null)
           or (transfer.code in ('ticket_sale', 'ticket_subsidy')
             and transfer.credit <> 'box_office:' || ticket_order.title_id)",
        &[],
    )?;
    found.extend(sentences(strange, |place, id| {
        format!("transfer {id} of {place} belongs to no order, or to another film")
    }));
    Ok(found)
}

/// What is left booked of an order is what it is of; nothing, once it is refunded.
fn tickets(view: &View) -> Result<Vec<String>> {
    let rows: Vec<(String, String)> = view.all(
        "with booked as (
           select book_id, reference,
             sum(case when code in ('ticket_sale', 'ticket_subsidy') then amount_minor
               when code = 'ticket_refund' and debit like 'box_office:%' then -amount_minor else 0 end) as base,
             sum(case when code = 'service_fee' then amount_minor
               when code = 'ticket_refund' and debit = 'service_fee' then -amount_minor else 0 end) as fee
           from transfer
           where code in ('ticket_sale', 'ticket_subsidy', 'service_fee', 'ticket_refund')
           group by book_id, reference
         )
         select orders.place_id, orders.id
         from ticket_order orders
         left join booked on booked.book_id = orders.place_id and booked.reference = orders.id
         where (orders.state = 'paid'
             and (coalesce(booked.base, 0) <> orders.base_minor or coalesce(booked.fee, 0) <> orders.fee_minor))
           or (orders.state = 'refunded'
             and (booked.reference is null or booked.base <> 0 or booked.fee <> 0))
           or (orders.state in ('held', 'expired') and booked.reference is not null)",
        &[],
    )?;
    Ok(sentences(rows, |place, id| format!("ticket order {id} of {place} is not booked as it was sold")))
}

fn products(view: &View) -> Result<Vec<String>> {
    let sold: Vec<(String, String)> = view.all(
        "with booked as (
           select book_id, reference,
             sum(case when code = 'product_sale' then amount_minor else 0 end) as sales,
             sum(case when code = 'product_refund' then amount_minor else 0 end) as back
           from transfer
           where code in ('product_sale', 'product_refund')
           group by book_id, reference
         )
         select orders.place_id, orders.id
         from product_order orders
         left join booked on booked.book_id = orders.place_id and booked.reference = orders.id
         where (orders.state in ('paid', 'shipped', 'refunded') and coalesce(booked.sales, 0) <> orders.total_minor)
           or (orders.state in ('paid', 'shipped') and booked.back <> 0)
           or (orders.state in ('placed', 'expired') and booked.reference is not null)",
        &[],
    )?;
    let kept: Vec<(String, String)> = view.all(
        "select orders.place_id, sale.id
         from product_order orders
         join transfer sale on sale.book_id = orders.place_id and sale.reference = orders.id
           and sale.code in ('product_sale', 'commission', 'royalty', 'marketing_fund')
         left join transfer back on back.book_id = sale.book_id and back.id = sale.id || '/back'
           and back.debit = sale.credit and back.amount_minor = sale.amount_minor
         where orders.state = 'refunded' and back.id is null",
        &[],
    )?;
    let mut found =
        sentences(sold, |place, id| format!("product order {id} of {place} is not booked as it was sold"));
    found.extend(sentences(kept, |place, id| {
        format!("transfer {id} of {place} did not go back with its order")
    }));
    Ok(found)
}
