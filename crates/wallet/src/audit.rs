//! What must hold at every instant: every balance is its movements, every trade's refunds are their sum.

use db::View;
use kernel::{Money, Result};

/// What does not hold, in sentences; nothing when all is well.
pub fn check(view: &View) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let balances: Vec<(String, i64, i64)> = view.all(
        "select account.id, account.balance_minor,
                cast(coalesce((select sum(amount_minor) from movement where credit_id = account.id), 0) as bigint)
                - cast(coalesce((select sum(amount_minor) from movement where debit_id = account.id), 0) as bigint)
         from account
         order by account.id",
        &[],
    )?;
    let total: i64 = balances.iter().map(|(_, balance, _)| balance).sum();
    if total != 0 {
        wrong.push(format!("all accounts together hold {}, not nothing", Money::fen(total)));
    }
    for (id, balance, moved) in balances.iter().filter(|(_, balance, moved)| balance != moved) {
        wrong.push(format!(
            "account {id} holds {}, its movements say {}",
            Money::fen(*balance),
            Money::fen(*moved)
        ));
    }
    let refunds: Vec<(String, i64, i64)> = view.all(
        "select trade.trade_no, trade.refunded_minor, cast(coalesce(sum(refund.amount_minor), 0) as bigint)
         from trade
         left join refund on refund.trade_no = trade.trade_no
         group by trade.trade_no, trade.refunded_minor
         order by trade.trade_no",
        &[],
    )?;
    for (trade_no, refunded, sum) in refunds.iter().filter(|(_, refunded, sum)| refunded != sum) {
        wrong.push(format!(
            "trade {trade_no} refunded {}, its refunds say {}",
            Money::fen(*refunded),
            Money::fen(*sum)
        ));
    }
    let paid: Vec<(String, i64, i64)> = view.all(
        "select trade.trade_no, trade.total_minor,
                cast(coalesce(sum(movement.amount_minor), 0) as bigint)
         from trade
         left join movement on movement.trade_no = trade.trade_no and movement.kind = 'payment'
         where trade.paid_at is not null
         group by trade.trade_no, trade.total_minor
         order by trade.trade_no",
        &[],
    )?;
    for (trade_no, total, moved) in paid.iter().filter(|(_, total, moved)| total != moved) {
        wrong.push(format!("trade {trade_no} of {} was paid {}", Money::fen(*total), Money::fen(*moved)));
    }
    Ok(wrong)
}
