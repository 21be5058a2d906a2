//! The invariants, in one place: tests, rehearsals and `ferryman check` run these same functions.
//!
//! Each reads a consistent snapshot and writes nothing. What it finds is a sentence for an operator.

mod ads;
mod books;
mod erasures;
mod payments;
mod payouts;
mod royalties;
mod seats;
mod statements;

use db::View;
use kernel::{Instant, Result, Words};
use serde::Serialize;

/// An invariant: its name, what it promises, and how to find where it is broken.
pub struct Invariant {
    pub code: &'static str,
    pub promise: fn() -> Words,
    find: fn(&View, Moment) -> Result<Vec<String>>,
}

/// A hold may outlive its deadline by this much before somebody must have let it go.
pub const HOLD_GRACE_SECONDS: i64 = 5;
/// A refund may wait this long for its provider, and so may the answer what became of a payment that is over.
pub const REFUND_GRACE_SECONDS: i64 = 120;
/// A refund that its provider is paying may take this long: ten days.
pub const PENDING_GRACE_SECONDS: i64 = 864_000;

/// Nothing may be tied to an erased person any more after this.
pub const ERASURE_GRACE_SECONDS: i64 = 3_600;

/// Every invariant, in the order in which they are checked.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "seat_once",
        promise: || {
            Words::new(
                "No seat has two live tickets, and seats are sold exactly to those who have one",
                "没有座位重复出票，已售座位与有效票一一对应",
            )
        },
        find: seats::seat_once,
    },
    Invariant {
        code: "within_capacity",
        promise: || {
            Words::new(
                "No showtime sells more than its seats, no listing more than its stock",
                "没有场次超售，没有商品超卖",
            )
        },
        find: seats::within_capacity,
    },
    Invariant {
        code: "paid_means_delivered",
        promise: || {
            Words::new(
                "Every payment has its tickets, its products or a refund, and nobody has them for nothing",
                "每笔付款都有票、商品或退款，也没有未付款的票和商品",
            )
        },
        find: payments::paid_means_delivered,
    },
    Invariant {
        code: "books_balance",
        promise: || {
            Words::new(
                "Every book sums to zero and follows from its transfers",
                "每本账借贷相等，余额可由分录重算",
            )
        },
        find: books::books_balance,
    },
    Invariant {
        code: "books_sealed",
        promise: || {
            Words::new("What was booked and sealed has not been touched since", "已封账的分录此后未被改动")
        },
        find: books::books_sealed,
    },
    Invariant {
        code: "suspense_explained",
        promise: || {
            Words::new(
                "Suspense holds what open cases and disputes explain, and nothing else",
                "挂账金额与未结的差异和争议逐笔相符",
            )
        },
        find: books::suspense_explained,
    },
    Invariant {
        code: "books_equal_orders",
        promise: || Words::new("The books hold exactly what the orders took", "账本与订单金额完全一致"),
        find: books::books_equal_orders,
    },
    Invariant {
        code: "returns_add_up",
        promise: || {
            Words::new(
                "No line gives back more than it sold, and what went back is its share of what was paid",
                "没有订单行超量退货，退款等于其实付份额",
            )
        },
        find: books::returns_add_up,
    },
    Invariant {
        code: "money_equals_payments",
        promise: || {
            Words::new(
                "What the provider owes is what was captured less what was refunded, payment by payment",
                "渠道应收等于扣款减退款，逐笔相符",
            )
        },
        find: payments::money_equals_payments,
    },
    Invariant {
        code: "refunded_once",
        promise: || {
            Words::new(
                "Nothing is refunded beyond what was captured and is not disputed, and refunds add up",
                "退款不超过未争议的扣款，且逐笔相符",
            )
        },
        find: payments::refunded_once,
    },
    Invariant {
        code: "holds_end",
        promise: || {
            Words::new(
                "No hold outlives its deadline, or loses its seats before",
                "没有逾期未释放的锁座，也没有提前失去的座位",
            )
        },
        find: seats::holds_end,
    },
    Invariant {
        code: "budgets_kept",
        promise: || {
            Words::new(
                "No campaign spends more than its budget, and every click is paid for once",
                "投放花费不超预算，每次点击只计费一次",
            )
        },
        find: ads::budgets_kept,
    },
    Invariant {
        code: "lots_kept",
        promise: || {
            Words::new("Nobody who is held out of a campaign was shown it", "被留出的人从未看到该计划的广告")
        },
        find: ads::lots_kept,
    },
    Invariant {
        code: "credits_derive",
        promise: || {
            Words::new(
                "Every credited sale was sold after a click, and what goes back takes as much of its credit",
                "每笔归因都有点击与成交，退款按额扣回",
            )
        },
        find: ads::credits_derive,
    },
    Invariant {
        code: "royalties_derive",
        promise: || {
            Words::new(
                "Every royalty follows from its order line and contract, and is booked",
                "每笔版税都可由订单行与合同推出，并已入账",
            )
        },
        find: royalties::royalties_derive,
    },
    Invariant {
        code: "statements_derive",
        promise: || {
            Words::new(
                "Every statement follows from its orders and terms and is booked, and clearing accounts mirror",
                "每张结算单都可由订单与条款推出并已入账，往来账户互为镜像",
            )
        },
        find: statements::statements_derive,
    },
    Invariant {
        code: "payouts_reserved",
        promise: || {
            Words::new(
                "Every open payout has its reservation and every paid one its posting, and two people decided each",
                "每笔未结打款都有预留，每笔已付打款都已入账，且均由两人经手",
            )
        },
        find: payouts::payouts_reserved,
    },
    Invariant {
        code: "erased_forgotten",
        promise: || {
            Words::new(
                "Nothing but what was bought is tied to the number of an erased person, and that names nobody",
                "已删除用户的编号只关联其购买记录，且不再指向任何人",
            )
        },
        find: erasures::erased_forgotten,
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

/// When a house is checked.
#[derive(Clone, Copy)]
struct Moment {
    now: Instant,
    /// Whether somebody had to do by now what was due; in a copy nobody is late.
    in_service: bool,
}

impl Moment {
    /// What was due before this should be done, with `grace_seconds` to do it.
    fn late(self, grace_seconds: i64) -> Instant {
        if self.in_service { self.now.plus_seconds(-grace_seconds) } else { Instant::from_micros(i64::MIN) }
    }
}

/// Checks every invariant of a house in service.
pub fn all(view: &View, now: Instant) -> Result<Vec<Checked>> {
    check(view, Moment { now, in_service: true })
}

/// Checks every invariant of a house that nobody serves, a copy say, as of the last thing that happened in it: what
/// falls due meanwhile waits until it is served again. `otherwise` is taken where nothing happened yet.
pub fn at_rest(view: &View, otherwise: Instant) -> Result<Vec<Checked>> {
    let (last,): (Option<i64>,) = view.one("select max(at) from event", &[])?;
    check(view, Moment { now: last.map_or(otherwise, Instant::from_micros), in_service: false })
}

fn check(view: &View, at: Moment) -> Result<Vec<Checked>> {
    INVARIANTS
        .iter()
        .map(|invariant| {
            let broken = (invariant.find)(view, at)?;
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
