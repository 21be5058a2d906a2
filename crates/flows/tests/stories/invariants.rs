//! Negative controls: each invariant is broken on purpose and must be found by its own code.

use crate::town::{Town, premiere};
use db::Engine;
use flows::check;
use kernel::{Kind, Refusal};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// The code that must find it, what is broken, and by which statements.
const CONTROLS: &[(&str, &str, &[&str])] = &[
    (
        "seat_once",
        "two live tickets for a seat",
        &["drop index ticket_seat_once", "update ticket set seat = 'A1' where voided_at is null"],
    ),
    ("seat_once", "a sold seat without a ticket", &["update ticket set voided_at = 1"]),
    (
        "seat_once",
        "a ticket for a seat that was given away",
        &[
            "update showtime_seat set order_id = (select max(id) from ticket_order where state = 'refunded') where seat = 'A1'",
        ],
    ),
    ("seat_once", "a ticket for a free seat", &["delete from showtime_seat where seat = 'A1'"]),
    (
        "suspense_explained",
        "suspense that nobody explains",
        &["insert into account values ('plc_star', 'suspense:rec_x', 'CNY', false, 0, 5, 0, 0)"],
    ),
    ("books_sealed", "a sealed transfer for another order", &["update transfer set reference = 'ord_other'"]),
    ("books_sealed", "a chain with a link of its own", &["update seal set previous = 'x'"]),
    ("within_capacity", "more tickets than seats", &["update showtime set seats = 1"]),
    ("within_capacity", "less than nothing in stock", &["update listing set stock = -1"]),
    ("paid_means_delivered", "money without tickets", &["update ticket set voided_at = 1"]),
    (
        "paid_means_delivered",
        "money for an order that is over",
        &["update ticket_order set state = 'expired' where state = 'paid'"],
    ),
    (
        "paid_means_delivered",
        "money without products",
        &["update product_order set state = 'placed', closed_at = null where state = 'paid'"],
    ),
    (
        "paid_means_delivered",
        "tickets without money",
        &[
            "update payment_intent set state = 'open', captured_minor = 0 where kind = 'tickets' and refunded_minor = 0",
        ],
    ),
    (
        "paid_means_delivered",
        "products without money",
        &["update payment_intent set state = 'closed' where kind = 'products' and refunded_minor = 0"],
    ),
    (
        "paid_means_delivered",
        "tickets that stay good after their refund",
        &["update payment_intent set refunded_minor = captured_minor where kind = 'tickets'"],
    ),
    (
        "paid_means_delivered",
        "a notice of another amount",
        &["update payment_notice set amount_minor = amount_minor + 1"],
    ),
    (
        "paid_means_delivered",
        "a payment of which nothing was ever heard",
        &["update payment_intent set state = 'open', expires_at = 1 where state = 'closed'"],
    ),
    (
        "books_balance",
        "a touched balance",
        &["update account set credits_posted = credits_posted + 1 where id = 'service_fee'"],
    ),
    (
        "books_balance",
        "a touched transfer",
        &["update transfer set amount_minor = amount_minor + 1 where code = 'service_fee'"],
    ),
    (
        "books_balance",
        "an overdrawn account",
        &["update account set limited = true where id like 'provider:%'"],
    ),
    (
        "books_equal_orders",
        "a sale that is not booked",
        &[
            "update ticket_order set base_minor = base_minor + 1, paid_minor = paid_minor + 1 where state = 'paid'",
        ],
    ),
    (
        "books_equal_orders",
        "a fee that is not booked",
        &["update transfer set amount_minor = 1 where code = 'service_fee'"],
    ),
    (
        "books_equal_orders",
        "a refund that is not booked",
        &["update transfer set code = 'lost' where code = 'ticket_refund'"],
    ),
    (
        "books_equal_orders",
        "a refund of what was not refunded",
        &["update ticket_order set state = 'paid' where state = 'refunded'"],
    ),
    (
        "books_equal_orders",
        "a sale booked for another film",
        &[
            "insert into account (book_id, id, currency, limited, debits_posted, credits_posted, debits_pending, credits_pending) values ('plc_star', 'box_office:ttl_other', 'CNY', false, 0, 0, 0, 0)",
            "update transfer set credit = 'box_office:ttl_other' where code = 'ticket_sale'",
        ],
    ),
    (
        "books_equal_orders",
        "a sale of no order",
        &["update transfer set reference = 'ord_none' where code = 'ticket_subsidy'"],
    ),
    (
        "books_equal_orders",
        "a product sale that is not booked",
        &["update product_order set total_minor = total_minor + 1 where state = 'paid'"],
    ),
    (
        "books_equal_orders",
        "a commission that is kept after a refund",
        &["delete from transfer where id like '%/commission/back_1'"],
    ),
    (
        "books_equal_orders",
        "a return of some pieces that is not booked",
        &["update product_order set back_minor = back_minor + 1 where state = 'shipped'"],
    ),
    (
        "returns_add_up",
        "a line that gives back more than it sold",
        &["update product_order_line set back_quantity = quantity + 1 where back_quantity > 0"],
    ),
    (
        "returns_add_up",
        "pieces that went back and are not counted",
        &["update product_order_line set back_quantity = 0 where back_quantity > 0"],
    ),
    (
        "returns_add_up",
        "another share than was paid",
        &[
            "update product_return_line set amount_minor = amount_minor + 1",
            "update product_order_line set back_minor = back_minor + 1 where back_quantity > 0",
            "update product_return set amount_minor = amount_minor + 1",
            "update product_order set back_minor = back_minor + 1 where back_minor > 0",
        ],
    ),
    (
        "returns_add_up",
        "an order of which nothing is left and that is not over",
        &["update product_order set state = 'shipped' where state = 'refunded'"],
    ),
    (
        "paid_means_delivered",
        "money that went back for goods that stayed",
        &["update refund set reason = 'mistake' where reason like 'lines_%'"],
    ),
    (
        "refunded_once",
        "a dispute that holds nothing",
        &["update payment_intent set disputed_minor = 0 where disputed_minor > 0"],
    ),
    (
        "refunded_once",
        "a refund of what is disputed",
        &["update payment_intent set refunded_minor = captured_minor where disputed_minor > 0"],
    ),
    (
        "credits_derive",
        "a credit for seats that went back",
        &["update ad_credit set back_minor = 0 where reversed_at is null and back_minor > 0"],
    ),
    (
        "royalties_derive",
        "a royalty of pieces that went back",
        &["delete from royalty_accrual where kind = 'refund' and order_id in (select id from product_order where state = 'shipped')"],
    ),
    (
        "royalties_derive",
        "another royalty of pieces than of the sale",
        &["update royalty_accrual set net_sales_minor = net_sales_minor + 1 where kind = 'refund'"],
    ),
    (
        "money_equals_payments",
        "a capture that is not booked",
        &[
            "update payment_intent set amount_minor = amount_minor + 1, captured_minor = captured_minor + 1 where refunded_minor = 0 and state = 'captured'",
        ],
    ),
    (
        "money_equals_payments",
        "two captures booked the wrong way round",
        &[
            "update transfer set reference = (select max(id) from ticket_order where state = 'refunded') where code = 'service_fee'",
        ],
    ),
    (
        "money_equals_payments",
        "a refund that is booked but not done",
        &["update refund set state = 'requested', done_at = null"],
    ),
    (
        "money_equals_payments",
        "money of a provider that nobody paid",
        &[
            "insert into account (book_id, id, currency, limited, debits_posted, credits_posted, debits_pending, credits_pending) values ('plc_tide', 'provider:other', 'CNY', false, 5, 0, 0, 0)",
        ],
    ),
    ("refunded_once", "refunds that do not add up", &["update refund set amount_minor = amount_minor - 1"]),
    (
        "refunded_once",
        "a refund that waits for ever",
        &["update refund set state = 'requested', requested_at = 1"],
    ),
    (
        "holds_end",
        "a hold past its deadline",
        &["update ticket_order set held_until = 1 where state = 'held'"],
    ),
    (
        "holds_end",
        "stock promised past its deadline",
        &["update product_order set pay_until = 1 where state = 'placed'"],
    ),
    (
        "holds_end",
        "a sold seat of an order that is over",
        &["update ticket_order set state = 'refunded' where state = 'paid'"],
    ),
    (
        "holds_end",
        "a held seat of nobody",
        &["update showtime_seat set order_id = 'ord_none' where state = 'held'"],
    ),
    ("holds_end", "a hold without its seats", &["delete from showtime_seat where state = 'held'"]),
    (
        "budgets_kept",
        "an allotment spent without a click",
        &["update allotment set spent_minor = spent_minor + 1"],
    ),
    (
        "budgets_kept",
        "an allotment beyond the budget",
        &["update allotment set allotted_minor = allotted_minor + 1"],
    ),
    (
        "budgets_kept",
        "a click paid for twice",
        &[
            "update click set cost_minor = cost_minor * 2",
            "update allotment set spent_minor = spent_minor * 2",
        ],
    ),
    (
        "budgets_kept",
        "a click that is not booked",
        &["update transfer set code = 'lost' where code = 'ad_click'"],
    ),
    (
        "budgets_kept",
        "a booking without a click",
        &["delete from click", "update allotment set spent_minor = 0"],
    ),
    (
        "budgets_kept",
        "a part of an allotment that is not the allotment's",
        &["insert into allotment_part (place_id, campaign_id, surface_id, city, allotted_minor, spent_minor)
           select place_id, campaign_id, '', '', allotted_minor + 1, spent_minor from allotment"],
    ),
    (
        "lots_kept",
        "an ad shown to somebody who is held out",
        &[
            "insert into impression (place_id, id, campaign_id, creative_id, surface_id, title_id, visitor, unit, city,
               propensity_ppm, at)
             select place_id, 'imp_x', campaign_id, '', '', '', 'ann', 'a', '', 1, 1 from allotment",
            "insert into withheld (place_id, id, campaign_id, creative_id, surface_id, title_id, visitor, unit, city,
               propensity_ppm, at)
             select place_id, 'imp_y', campaign_id, '', '', '', 'ann', 'a', '', 1, 1 from allotment",
        ],
    ),
    ("credits_derive", "a credit that outlives its refund", &["update ad_credit set reversed_at = null"]),
    ("credits_derive", "a credit taken back without a refund", &["update ad_credit set reversed_at = 1"]),
    (
        "credits_derive",
        "a credit of another amount",
        &["update ad_credit set amount_minor = amount_minor + 1"],
    ),
    ("credits_derive", "a credit without a click", &["update ad_credit set click_id = 'clk_none'"]),
    (
        "royalties_derive",
        "another royalty than agreed",
        &[
            "update royalty_accrual set royalty_minor = royalty_minor + 1, platform_minor = platform_minor + 1",
        ],
    ),
    (
        "royalties_derive",
        "the licensor's part given to the platform",
        &["update royalty_accrual set licensor_minor = 0, platform_minor = royalty_minor"],
    ),
    (
        "royalties_derive",
        "a licensed sale without a royalty",
        &["delete from royalty_accrual where kind = 'sale'"],
    ),
    (
        "royalties_derive",
        "a royalty kept after a refund",
        &["delete from royalty_accrual where kind = 'refund'"],
    ),
    (
        "royalties_derive",
        "a royalty that is not booked",
        &["update transfer set code = 'lost' where code = 'royalty'"],
    ),
    (
        "royalties_derive",
        "a licence changed after the sale",
        &["update licence_contract set fund_ppm = fund_ppm + 10000"],
    ),
    (
        "statements_derive",
        "a statement that differs from its orders",
        &["update statement set admissions = admissions + 1"],
    ),
    (
        "statements_derive",
        "a sale after the statement",
        &["update ticket_order set state = 'refunded' where showtime_id = (select min(id) from showtime)"],
    ),
    (
        "statements_derive",
        "a statement that differs from its terms",
        &[
            "update statement set exhibition_minor = exhibition_minor + 1, producer_minor = producer_minor - 1",
        ],
    ),
    (
        "statements_derive",
        "a statement that is not booked",
        &["update transfer set code = 'lost' where code = 'settlement' and book_id = 'plc_star'"],
    ),
    (
        "statements_derive",
        "a statement without its mirror",
        &[
            "delete from transfer where book_id = 'plc_house' and code = 'settlement'",
            "delete from account where book_id = 'plc_house'",
        ],
    ),
    (
        "statements_derive",
        "a mirror without its statement",
        &[
            "insert into account (book_id, id, currency, limited, debits_posted, credits_posted, debits_pending, credits_pending) values ('plc_house', 'clearing:plc_moon', 'CNY', false, 5, 0, 0, 0)",
        ],
    ),
    (
        "payouts_reserved",
        "an open payout without its reservation",
        &[
            "delete from transfer where kind = 'pending' and reference in (select id from payout where state = 'sent')",
        ],
    ),
    (
        "payouts_reserved",
        "a paid payout that is not posted",
        &["delete from transfer where kind = 'post' and credit = 'bank:payouts'"],
    ),
    (
        "payouts_reserved",
        "a payout that was returned and is not free",
        &["update payout set state = 'returned' where state = 'paid'"],
    ),
    (
        "payouts_reserved",
        "a payout to another amount than reserved",
        &["update payout set amount_minor = amount_minor + 1 where state = 'sent'"],
    ),
    (
        "payouts_reserved",
        "money at the bank that is no payout's",
        &["update transfer set credit = 'bank:payouts' where code = 'service_fee'"],
    ),
    (
        "payouts_reserved",
        "a payout that one person decided",
        &["update payout set approved_by = proposed_by where state = 'sent'"],
    ),
    (
        "erased_forgotten",
        "goods that still say who received them",
        &["insert into erasure (person_id, asked_by, at, done_at)
           select max(buyer_id), 'per_x', 1, 2 from product_order"],
    ),
    (
        "erased_forgotten",
        "a deed that still says whose it was",
        &[
            "insert into erasure (person_id, asked_by, at, done_at) values ('per_x', 'per_x', 1, 2)",
            "insert into event (place_id, id, at, kind, actor, subject, body)
             values ('plc_house', 'evt_x', 1, 'page_viewed', 'per_x', 'ttl_x', '{}')",
        ],
    ),
    (
        "erased_forgotten",
        "an account that came back, as out of an old copy",
        &[
            "insert into erasure (person_id, asked_by, at, done_at) values ('per_x', 'per_x', 1, 2)",
            "insert into person (id, email, name, lang, password_hash, created_at)
             values ('per_x', 'x@example.com', 'X', 'en', '', 1)",
        ],
    ),
    (
        "erased_forgotten",
        "an erasure that nobody goes on with",
        &["insert into erasure (person_id, asked_by, at) values ('per_x', 'per_x', 1)"],
    ),
];

/// A town in which everything that can be checked has happened once: sold, subsidised, refunded, late, held;
/// licensed goods sold and returned, whole and by the piece; an ad followed to a sale, to a refund and to a part of one; a
/// dispute; a day closed; payouts sent and paid.
fn busy_town() -> Town {
    let town = Town::new();
    let (_, surface) = town.campaign();
    let poster = town.poster(12);
    let show = town.subsidised(premiere(), 19, 30, 1990, 3500).expect("a showtime");
    town.buys("ann", &show, &["A1", "A2"]);
    for (buyer, seats) in [("ben", ["B1", "B2"]), ("cai", ["C1", "C2"])] {
        let (_, token) = town.follows(&surface, buyer);
        let held = town.holds_with(buyer, "k", &show, &seats, Some(token)).expect("held");
        town.tells(&town.pays(&held.intent)).expect("the notice is taken");
        if buyer == "cai" {
            town.refunds(buyer, &held.order.id).expect("a refund");
        }
    }
    for buyer in ["dan", "eva"] {
        let promised = town.orders(buyer, &poster, 1, None).expect("an order");
        town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("the notice is taken");
        if buyer == "eva" {
            town.returns(buyer, &promised.order.id).expect("a refund");
        }
    }
    let some = town.buys_goods("ida", &[(&poster, 3)], None);
    town.ships("plc_lantern", &some).expect("shipped");
    town.takes_pieces("plc_lantern", &some, "k", &[(&poster, 1)], None).expect("taken back");
    let (_, token) = town.follows(&surface, "joe");
    let held = town.holds_with("joe", "k", &show, &["F1", "F2"], Some(token)).expect("held");
    town.tells(&town.pays(&held.intent)).expect("the notice is taken");
    town.refunds_seats("joe", &held.order.id, &["F2"]).expect("taken back");
    town.disputes(&town.intent(&held.intent), "joe", 1000).expect("disputed");
    let late = town.holds("fei", &show, &["D1"]).expect("held");
    town.holds("gao", &show, &["E1"]).expect("held");
    let notice = town.pays(&late.intent);
    town.later(601);
    town.tells(&notice).expect("the notice is taken");
    town.sweeps();
    town.at(premiere().plus(1), 9, 0);
    let statement = town.closes(premiere(), premiere()).expect("closed");
    town.mirrors(&statement).expect("mirrored");
    crate::payouts::sends_one_and_has_one_paid(&town);
    town.later(61);
    flows::seal_books::all(&town.house).expect("sealed");
    let next = town.subsidised(premiere().plus(1), 19, 30, 4000, 0).expect("a showtime");
    town.holds("hai", &next, &["A1", "A2"]).expect("held");
    town.orders("hai", &poster, 2, None).expect("an order");
    town.is_whole();
    town
}

/// Breaks something, checks, and takes it back: what was found.
fn found(town: &Town, statements: &'static [&'static str]) -> BTreeSet<&'static str> {
    let now = town.house.now();
    let seen = Arc::new(Mutex::new(Err("the check did not run".to_owned())));
    let told = seen.clone();
    let undone = town.scratch.write_blocking(db::Lane::house(), move |tx| {
        let broken = statements
            .iter()
            .try_for_each(|statement| match tx.run(statement, &[]) {
                Ok(0) if !statement.starts_with("drop") => {
                    Err(kernel::Error::fault(format!("this breaks nothing: {statement}")))
                }
                other => other.map(|_| ()),
            })
            .and_then(|()| check::all(tx, now));
        *told.lock().expect("no panic") = broken.map_err(|error| error.to_string());
        Err::<(), _>(Refusal::new(Kind::Conflict, "undone", "", "").into())
    });
    assert!(undone.is_err());
    let seen = seen.lock().expect("no panic");
    let checked = seen.as_ref().unwrap_or_else(|error| panic!("{statements:?}: {error}"));
    checked.iter().filter(|one| !one.broken.is_empty()).map(|one| one.code).collect()
}

/// Some things the database itself would not let happen; here it is told to look away.
fn look_away(town: &Town) {
    match town.scratch.engine() {
        Engine::Sqlite => {
            town.sql("pragma ignore_check_constraints = true");
        }
        Engine::Postgres => {
            town.sql("alter table listing drop constraint listing_has_stock");
            town.sql("alter table account drop constraint account_not_overdrawn");
            town.sql("alter table statement drop constraint statement_split_adds_up");
            town.sql("alter table allotment drop constraint allotment_within_budget");
            town.sql("alter table product_order_line drop constraint line_gives_back_what_it_sold");
            town.sql("alter table product_order_line drop constraint line_gives_back_what_was_paid");
            town.sql("alter table product_order drop constraint order_gives_back_what_was_paid");
            town.sql("alter table payment_intent drop constraint intent_disputed_within_capture");
            town.sql("alter table payout drop constraint payout_two_people");
        }
    }
}

#[test]
fn every_invariant_has_a_control() {
    let controlled: BTreeSet<&str> = CONTROLS.iter().map(|(code, ..)| *code).collect();
    let all: BTreeSet<&str> = check::INVARIANTS.iter().map(|invariant| invariant.code).collect();
    assert_eq!(controlled, all);
}

#[test]
fn what_is_broken_is_found_by_its_invariant() {
    let town = busy_town();
    look_away(&town);
    let missed: Vec<_> = CONTROLS
        .iter()
        .filter(|(code, _, statements)| !found(&town, statements).contains(code))
        .map(|(code, what, _)| format!("{code} does not see {what}"))
        .collect();
    assert_eq!(missed, Vec::<String>::new());
    town.is_whole();
}
