//! Books: each sums to zero, and holds exactly what orders took and gave back.

use super::{Moment, sentences};
use crate::views;
use db::View;
use kernel::{Money, Result};

pub(super) fn books_balance(view: &View, _at: Moment) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for book in views::places::with_books(view)? {
        found.extend(ledger::audit::discrepancies(view, &book)?);
    }
    Ok(found)
}

pub(super) fn books_sealed(view: &View, _at: Moment) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for book in views::places::with_books(view)? {
        found.extend(ledger::seals::broken(view, &book)?);
    }
    Ok(found)
}

/// Suspense holds what open cases and disputes explain, and nothing else.
pub(super) fn suspense_explained(view: &View, _at: Moment) -> Result<Vec<String>> {
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
pub(super) fn books_equal_orders(view: &View, _at: Moment) -> Result<Vec<String>> {
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

/// What was sold and what went back of each order is booked; of every posting of a sale the share of the pieces.
fn products(view: &View) -> Result<Vec<String>> {
    let sold: Vec<(String, String)> = view.all(
        "with booked as (
           select book_id, reference,
             sum(case when code = 'product_sale' then amount_minor else 0 end) as sales,
             sum(case when code = 'product_refund' and credit = 'refunds:due' then amount_minor else 0 end) as back
           from transfer
           where code in ('product_sale', 'product_refund')
           group by book_id, reference
         )
         select orders.place_id, orders.id
         from product_order orders
         left join booked on booked.book_id = orders.place_id and booked.reference = orders.id
         where (orders.state in ('paid', 'shipped', 'refunded')
             and (coalesce(booked.sales, 0) <> orders.total_minor or coalesce(booked.back, 0) <> orders.back_minor))
           or (orders.state in ('placed', 'expired') and booked.reference is not null)",
        &[],
    )?;
    let mut found =
        sentences(sold, |place, id| format!("product order {id} of {place} is not booked as it was sold"));
    found.extend(sentences(kept(view)?, |place, id| {
        format!("transfer {id} of {place} did not go back with its goods")
    }));
    Ok(found)
}

/// Postings of sales of which another part went back than of the pieces of their line.
fn kept(view: &View) -> Result<Vec<(String, String)>> {
    let rows: Vec<(String, String, i64, i64, i64, i64)> = view.all(
        "with back as (
           select book_id, debit, amount_minor, substr(id, 1, length(id) - length(parts.tail)) as sale_id
           from transfer
           join (select place_id, order_id, number, '/back_' || cast(number as text) as tail from product_return) parts
             on parts.place_id = transfer.book_id and parts.order_id = transfer.reference
             and substr(transfer.id, length(transfer.id) - length(parts.tail) + 1) = parts.tail
           where code = 'product_refund'
           union all
           select book_id, debit, amount_minor, substr(id, 1, length(id) - 5)
           from transfer
           where code = 'product_refund' and id like '%/back'
         )
         select sale.book_id, sale.id, line.quantity, line.back_quantity, sale.amount_minor,
           cast(coalesce(sum(back.amount_minor), 0) as bigint)
         from product_order_line line
         join transfer sale on sale.book_id = line.place_id and sale.reference = line.order_id
           and sale.code in ('product_sale', 'commission', 'royalty', 'marketing_fund')
           and substr(sale.id, 1, length(line.order_id) + length(line.listing_id) + 2)
             = line.order_id || '/' || line.listing_id || '/'
         left join back on back.book_id = sale.book_id and back.sale_id = sale.id and back.debit = sale.credit
         group by sale.book_id, sale.id, line.quantity, line.back_quantity, sale.amount_minor
         having line.back_quantity > 0 or count(back.sale_id) > 0
         order by sale.book_id, sale.id",
        &[],
    )?;
    let is_off = |(_, _, of, pieces, amount, back): &(String, String, i64, i64, i64, i64)| {
        Money::fen(*amount).of_pieces(0, *pieces, *of).minor != *back
    };
    Ok(rows.into_iter().filter(is_off).map(|(place, id, ..)| (place, id)).collect())
}

/// No line gives back more than it sold, and every return is counted: in pieces and in money, line by line.
pub(super) fn returns_add_up(view: &View, _at: Moment) -> Result<Vec<String>> {
    let lines: Vec<(String, String)> = view.all(
        "with taken as (
           select place_id, order_id, listing_id, sum(quantity) as pieces, sum(amount_minor) as minor
           from product_return_line
           group by place_id, order_id, listing_id
         )
         select line.place_id, line.order_id || '/' || line.listing_id
         from product_order_line line
         left join taken on taken.place_id = line.place_id and taken.order_id = line.order_id
           and taken.listing_id = line.listing_id
         where line.back_quantity > line.quantity or line.back_minor > line.line_minor
           or line.back_quantity <> coalesce(taken.pieces, 0) or line.back_minor <> coalesce(taken.minor, 0)
           or (line.back_quantity = line.quantity and line.back_minor <> line.line_minor)",
        &[],
    )?;
    let orders: Vec<(String, String)> = view.all(
        "with lines as (
           select place_id, order_id, sum(back_minor) as minor, sum(quantity - back_quantity) as pieces
           from product_order_line
           group by place_id, order_id
         ), taken as (
           select place_id, order_id, sum(amount_minor) as minor from product_return group by place_id, order_id
         )
         select orders.place_id, orders.id
         from product_order orders
         join lines on lines.place_id = orders.place_id and lines.order_id = orders.id
         left join taken on taken.place_id = orders.place_id and taken.order_id = orders.id
         where orders.back_minor <> lines.minor or orders.back_minor <> coalesce(taken.minor, 0)
           or (orders.state = 'refunded' and lines.pieces <> 0)
           or (orders.state in ('paid', 'shipped') and lines.pieces = 0)
           or (orders.state in ('placed', 'expired') and orders.back_minor <> 0)",
        &[],
    )?;
    let shares: Vec<(String, String, i64, i64, i64, i64, i64)> = view.all(
        "select taken.place_id, taken.order_id || '/' || taken.listing_id, line.line_minor, line.quantity,
           taken.before_quantity, taken.quantity, taken.amount_minor
         from product_return_line taken
         join product_order_line line on line.place_id = taken.place_id and line.order_id = taken.order_id
           and line.listing_id = taken.listing_id",
        &[],
    )?;
    let mut found = sentences(lines, |place, id| {
        format!("what went back of line {id} of {place} is not what was returned of it")
    });
    found.extend(sentences(orders, |place, id| {
        format!("what went back of order {id} of {place} is not what its lines say")
    }));
    found.extend(shares.into_iter().filter_map(|(place, id, minor, of, before, pieces, amount)| {
        (Money::fen(minor).of_pieces(before, pieces, of).minor != amount)
            .then(|| format!("line {id} of {place} gave another share back than was paid"))
    }));
    Ok(found)
}
