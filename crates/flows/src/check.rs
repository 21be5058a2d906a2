//! The invariants, in one place: tests, rehearsals and `ferryman check` run these same functions.
//!
//! Each reads a consistent snapshot and writes nothing. What it finds is a sentence for an operator.

use crate::views;
use db::View;
use kernel::{Instant, Money, PlaceId, Result, Words};
use serde::Serialize;

/// An invariant: its name, what it promises, and how to find where it is broken.
pub struct Invariant {
    pub code: &'static str,
    pub promise: fn() -> Words,
    find: fn(&View, Instant) -> Result<Vec<String>>,
}

/// A hold may outlive its deadline by this much before somebody must have let it go.
pub const HOLD_GRACE_SECONDS: i64 = 5;
/// A refund may wait this long for its provider.
pub const REFUND_GRACE_SECONDS: i64 = 120;

/// Every invariant, in the order in which they are checked.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "seat_once",
        promise: || Words::new("No seat has two live tickets, and none is sold without one", "没有座位重复出票，也没有无票的已售座位"),
        find: seat_once,
    },
    Invariant {
        code: "within_capacity",
        promise: || Words::new("No showtime sells more than its seats, no listing more than its stock", "没有场次超售，没有商品超卖"),
        find: within_capacity,
    },
    Invariant {
        code: "paid_means_delivered",
        promise: || Words::new("Every captured payment has its tickets, its products or a refund", "每笔扣款都有票、商品或退款"),
        find: paid_means_delivered,
    },
    Invariant {
        code: "books_balance",
        promise: || Words::new("Every book sums to zero and follows from its transfers", "每本账借贷相等，余额可由分录重算"),
        find: books_balance,
    },
    Invariant {
        code: "books_equal_orders",
        promise: || Words::new("The books hold exactly what the orders took", "账本与订单金额完全一致"),
        find: books_equal_orders,
    },
    Invariant {
        code: "money_equals_payments",
        promise: || Words::new("What the provider owes is what was captured less what was refunded", "渠道应收等于扣款减退款"),
        find: money_equals_payments,
    },
    Invariant {
        code: "refunded_once",
        promise: || Words::new("Nothing is refunded beyond what was captured, and refunds add up", "退款不超过扣款，且逐笔相符"),
        find: refunded_once,
    },
    Invariant {
        code: "holds_end",
        promise: || Words::new("No hold outlives its deadline", "没有逾期未释放的锁座"),
        find: holds_end,
    },
    Invariant {
        code: "budgets_kept",
        promise: || Words::new("No campaign spends more than its budget, and every click is paid for once", "投放花费不超预算，每次点击只计费一次"),
        find: budgets_kept,
    },
    Invariant {
        code: "royalties_derive",
        promise: || Words::new("Every royalty follows from its order line and contract", "每笔版税都可由订单行与合同推出"),
        find: royalties_derive,
    },
    Invariant {
        code: "statements_derive",
        promise: || Words::new("Every statement follows from its orders, and clearing accounts mirror", "每张结算单都可由订单推出，往来账户互为镜像"),
        find: statements_derive,
    },
];

/// What a check found.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    pub code: &'static str,
    pub promise: Words,
    /// Empty when the invariant holds.
    pub broken: Vec<String>,
}

/// Checks every invariant at a moment.
pub fn all(view: &View, now: Instant) -> Result<Vec<Checked>> {
    INVARIANTS
        .iter()
        .map(|invariant| {
            let broken = (invariant.find)(view, now)?;
            Ok(Checked { code: invariant.code, promise: (invariant.promise)(), broken })
        })
        .collect()
}

/// Only what is broken.
pub fn broken(view: &View, now: Instant) -> Result<Vec<String>> {
    let checked = all(view, now)?;
    Ok(checked.into_iter().flat_map(|one| one.broken).collect())
}

fn sentences(rows: Vec<(String, String)>, say: impl Fn(&str, &str) -> String) -> Vec<String> {
    rows.iter().map(|(place, what)| say(place, what)).collect()
}

fn seat_once(view: &View, _now: Instant) -> Result<Vec<String>> {
    let twice: Vec<(String, String)> = view.all(
        "select place_id, showtime_id || ' ' || seat
         from ticket
         where voided_at is null
         group by place_id, showtime_id, seat
         having count(*) > 1",
        &[],
    )?;
    let ticketless: Vec<(String, String)> = view.all(
        "select sold.place_id, sold.showtime_id || ' ' || sold.seat
         from showtime_seat sold
         left join ticket on ticket.place_id = sold.place_id and ticket.showtime_id = sold.showtime_id
           and ticket.seat = sold.seat and ticket.voided_at is null
         where sold.state = 'sold' and ticket.id is null",
        &[],
    )?;
    let mut found = sentences(twice, |place, seat| format!("seat {seat} of {place} has two live tickets"));
    found.extend(sentences(ticketless, |place, seat| format!("seat {seat} of {place} is sold without a ticket")));
    Ok(found)
}

fn within_capacity(view: &View, _now: Instant) -> Result<Vec<String>> {
    let over: Vec<(String, String)> = view.all(
        "select showtime.place_id, showtime.id
         from showtime
         join ticket on ticket.place_id = showtime.place_id and ticket.showtime_id = showtime.id
           and ticket.voided_at is null
         group by showtime.place_id, showtime.id, showtime.seats
         having count(*) > showtime.seats",
        &[],
    )?;
    let stock: Vec<(String, String)> = view.all("select place_id, id from listing where stock < 0", &[])?;
    let mut found = sentences(over, |place, id| format!("showtime {id} of {place} is oversold"));
    found.extend(sentences(stock, |place, id| format!("listing {id} of {place} promised more than its stock")));
    Ok(found)
}

fn paid_means_delivered(view: &View, _now: Instant) -> Result<Vec<String>> {
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
         where intent.kind = 'tickets' and intent.state = 'captured' and intent.refunded_minor <> intent.captured_minor
           and (orders.state is null or orders.state <> 'paid' or coalesce(issued.tickets, 0) <> orders.seats)",
        &[],
    )?;
    let products: Vec<(String, String)> = view.all(
        "select intent.place_id, intent.id
         from payment_intent intent
         left join product_order orders on orders.place_id = intent.place_id and orders.id = intent.order_id
         where intent.kind = 'products' and intent.state = 'captured' and intent.refunded_minor <> intent.captured_minor
           and (orders.state is null or orders.state not in ('paid', 'shipped'))",
        &[],
    )?;
    let unpaid: Vec<(String, String)> = view.all(
        "select orders.place_id, orders.id
         from ticket_order orders
         left join payment_intent intent on intent.place_id = orders.place_id and intent.order_id = orders.id
         where orders.state = 'paid' and (intent.state is null or intent.state <> 'captured')",
        &[],
    )?;
    let mut found = sentences(tickets, |place, id| format!("payment {id} of {place} has neither its tickets nor a refund"));
    found.extend(sentences(products, |place, id| format!("payment {id} of {place} has neither its products nor a refund")));
    found.extend(sentences(unpaid, |place, id| format!("order {id} of {place} has tickets that nobody paid for")));
    Ok(found)
}

fn books_balance(view: &View, _now: Instant) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for book in views::places::with_books(view)? {
        found.extend(ledger::audit::discrepancies(view, &book)?);
    }
    Ok(found)
}

/// The film's account took in the split base of every paid order; the merchant's every product line.
fn books_equal_orders(view: &View, _now: Instant) -> Result<Vec<String>> {
    let tickets: Vec<(String, String)> = view.all(
        "with booked as (
           select book_id, reference,
             sum(case when code in ('ticket_sale', 'ticket_subsidy') then amount_minor else 0 end) as base,
             sum(case when code = 'service_fee' then amount_minor else 0 end) as fee,
             sum(case when code = 'ticket_refund' then amount_minor else 0 end) as back
           from transfer
           where code in ('ticket_sale', 'ticket_subsidy', 'service_fee', 'ticket_refund')
           group by book_id, reference
         )
         select orders.place_id, orders.id
         from ticket_order orders
         left join booked on booked.book_id = orders.place_id and booked.reference = orders.id
         where (orders.state in ('paid', 'refunded')
             and (coalesce(booked.base, 0) <> orders.base_minor or coalesce(booked.fee, 0) <> orders.fee_minor))
           or (orders.state = 'refunded' and coalesce(booked.back, 0) <> orders.base_minor + orders.fee_minor)
           or (orders.state in ('held', 'expired') and booked.reference is not null)",
        &[],
    )?;
    let products: Vec<(String, String)> = view.all(
        "with booked as (
           select book_id, reference, sum(amount_minor) as sales
           from transfer
           where code = 'product_sale'
           group by book_id, reference
         )
         select orders.place_id, orders.id
         from product_order orders
         left join booked on booked.book_id = orders.place_id and booked.reference = orders.id
         where (orders.state in ('paid', 'shipped', 'refunded') and coalesce(booked.sales, 0) <> orders.total_minor)
           or (orders.state in ('placed', 'expired') and booked.reference is not null)",
        &[],
    )?;
    let mut found = sentences(tickets, |place, id| format!("ticket order {id} of {place} is not booked as it was sold"));
    found.extend(sentences(products, |place, id| format!("product order {id} of {place} is not booked as it was sold")));
    Ok(found)
}

fn money_equals_payments(view: &View, _now: Instant) -> Result<Vec<String>> {
    let rows: Vec<(String, i64, i64)> = view.all(
        "with captured as (
           select place_id, sum(captured_minor) as minor from payment_intent group by place_id
         ), refunded as (
           select place_id, sum(amount_minor) as minor from refund where state = 'done' group by place_id
         ), owed as (
           select book_id, sum(debits_posted - credits_posted) as minor
           from account
           where id like 'provider:%'
           group by book_id
         )
         select captured.place_id, cast(captured.minor - coalesce(refunded.minor, 0) as bigint),
           cast(coalesce(owed.minor, 0) as bigint)
         from captured
         left join refunded on refunded.place_id = captured.place_id
         left join owed on owed.book_id = captured.place_id
         where captured.minor - coalesce(refunded.minor, 0) <> coalesce(owed.minor, 0)",
        &[],
    )?;
    Ok(rows
        .into_iter()
        .map(|(place, paid, booked)| format!("{place} was paid {paid} by its provider but has booked {booked}"))
        .collect())
}

fn refunded_once(view: &View, now: Instant) -> Result<Vec<String>> {
    let sums: Vec<(String, String)> = view.all(
        "select intent.place_id, intent.id
         from payment_intent intent
         left join (
           select place_id, intent_id, sum(amount_minor) as minor from refund group by place_id, intent_id
         ) refunds on refunds.place_id = intent.place_id and refunds.intent_id = intent.id
         where coalesce(refunds.minor, 0) <> intent.refunded_minor or intent.refunded_minor > intent.captured_minor",
        &[],
    )?;
    let waiting: Vec<(String, String)> = view.all(
        "select place_id, id from refund where state = 'requested' and requested_at < $1",
        &[&now.plus_seconds(-REFUND_GRACE_SECONDS)],
    )?;
    let mut found = sentences(sums, |place, id| format!("the refunds of payment {id} of {place} do not add up"));
    found.extend(sentences(waiting, |place, id| format!("refund {id} of {place} waits too long for its provider")));
    Ok(found)
}

fn holds_end(view: &View, now: Instant) -> Result<Vec<String>> {
    let overdue: Vec<(String, String)> = view.all(
        "select place_id, id from ticket_order where state = 'held' and held_until < $1",
        &[&now.plus_seconds(-HOLD_GRACE_SECONDS)],
    )?;
    let orphans: Vec<(String, String)> = view.all(
        "select seat.place_id, seat.showtime_id || ' ' || seat.seat
         from showtime_seat seat
         left join ticket_order orders on orders.place_id = seat.place_id and orders.id = seat.order_id
         where orders.state is null
           or (seat.state = 'held' and orders.state <> 'held')
           or (seat.state = 'sold' and orders.state <> 'paid')",
        &[],
    )?;
    let mut found = sentences(overdue, |place, id| format!("the hold of order {id} of {place} is overdue"));
    found.extend(sentences(orphans, |place, seat| format!("seat {seat} of {place} belongs to no order of its kind")));
    Ok(found)
}

fn budgets_kept(view: &View, _now: Instant) -> Result<Vec<String>> {
    let spent: Vec<(String, String)> = view.all(
        "with clicked as (
           select place_id, campaign_id, sum(cost_minor) as cost from click group by place_id, campaign_id
         )
         select allotment.place_id, allotment.campaign_id
         from allotment
         left join clicked on clicked.place_id = allotment.place_id and clicked.campaign_id = allotment.campaign_id
         where allotment.spent_minor > allotment.allotted_minor or allotment.spent_minor <> coalesce(clicked.cost, 0)",
        &[],
    )?;
    let budgets: Vec<(String,)> = view.all(
        "select campaign.id
         from campaign
         join allotment on allotment.campaign_id = campaign.id
         group by campaign.id, campaign.budget_minor
         having sum(allotment.allotted_minor) > campaign.budget_minor",
        &[],
    )?;
    let billed: Vec<(String, i64, i64)> = view.all(
        "with clicked as (
           select place_id, sum(cost_minor) as cost from click group by place_id
         ), booked as (
           select book_id, sum(amount_minor) as minor from transfer where code = 'ad_click' group by book_id
         )
         select clicked.place_id, cast(clicked.cost as bigint), cast(coalesce(booked.minor, 0) as bigint)
         from clicked
         left join booked on booked.book_id = clicked.place_id
         where clicked.cost <> coalesce(booked.minor, 0)",
        &[],
    )?;
    let mut found = sentences(spent, |place, id| format!("campaign {id} at {place} spent what its clicks do not explain"));
    found.extend(budgets.into_iter().map(|(id,)| format!("campaign {id} allots more than its budget")));
    found.extend(billed.into_iter().map(|(place, cost, booked)| format!("{place} sold clicks for {cost} but booked {booked}")));
    Ok(found)
}

/// Computes every accrual again from its order line and contract.
fn royalties_derive(view: &View, _now: Instant) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for place in views::places::selling(view)? {
        for (line, kind, royalty, fund) in views::royalties::accrued_lines(view, &place)? {
            let expected = crate::buy_product::owed(view, &line)?.map(|owed| owed.accrued);
            let sign = if kind == "sale" { 1 } else { -1 };
            let holds = expected.is_some_and(|owed| owed.royalty.minor * sign == royalty && owed.marketing_fund.minor * sign == fund);
            if !holds {
                found.push(format!("the {kind} of {} in order {} of {place} owes another royalty", line.listing, line.order));
            }
        }
    }
    let missing: Vec<(String, String)> = view.all(
        "select line.place_id, line.order_id
         from product_order_line line
         join product_order orders on orders.place_id = line.place_id and orders.id = line.order_id
         left join royalty_accrual accrual on accrual.place_id = line.place_id and accrual.order_id = line.order_id
           and accrual.listing_id = line.listing_id and accrual.kind = 'sale'
         where line.contract_id is not null and orders.state in ('paid', 'shipped', 'refunded')
           and accrual.order_id is null",
        &[],
    )?;
    found.extend(sentences(missing, |place, id| format!("order {id} of {place} sold a licensed product without a royalty")));
    Ok(found)
}

fn statements_derive(view: &View, _now: Instant) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for place in views::places::selling(view)? {
        for statement in settlement::statements::of_place(view, &place)? {
            let takings = views::takings::of(view, &place, &statement.title, statement.first, statement.last)?;
            if takings.base_minor != statement.split.aggregate.minor || takings.admissions != statement.admissions {
                found.push(format!("statement {} of {place} differs from its orders", statement.id));
            }
        }
        found.extend(unmirrored(view, &place)?);
    }
    Ok(found)
}

fn unmirrored(view: &View, place: &PlaceId) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for balance in ledger::balances::of_book(view, place)? {
        if balance.account != "clearing:house" {
            continue;
        }
        let mirror = ledger::balances::credit_of(view, &PlaceId::house(), &format!("clearing:{place}"), balance.currency)?;
        if mirror.minor + balance.credit().minor != 0 {
            let (here, there) = (balance.credit(), Money::new(-mirror.minor, mirror.currency));
            found.push(format!("{place} owes the house {here} but the house expects {there}"));
        }
    }
    Ok(found)
}
