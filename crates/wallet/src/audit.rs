//! What must hold at every instant: every balance is its movements, every trade's refunds are their sum.

use db::View;
use kernel::{Currency, Money, Result};

/// What does not hold, in sentences; nothing when all is well.
pub fn check(view: &View) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let balances: Vec<(String, String, i64, i64)> = view.all(
        "select balance.account_id, balance.currency, balance.minor,
                cast(coalesce((select sum(amount_minor) from movement
                               where credit_id = balance.account_id and currency = balance.currency), 0) as bigint)
                - cast(coalesce((select sum(amount_minor) from movement
                                 where debit_id = balance.account_id and currency = balance.currency), 0) as bigint)
         from balance
         order by balance.account_id, balance.currency",
        &[],
    )?;
    for currency in Currency::ALL {
        let held = balances.iter().filter(|(_, code, ..)| code == currency.code());
        let total: i64 = held.map(|(_, _, balance, _)| balance).sum();
        if total != 0 {
            let total = Money::new(total, currency);
            wrong.push(format!("all accounts together hold {total}, not nothing"));
        }
    }
    for (id, code, balance, moved) in balances.iter().filter(|(_, _, balance, moved)| balance != moved) {
        wrong.push(format!("account {id} holds {balance} {code}, its movements say {moved}"));
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
        wrong.push(format!("trade {trade_no} refunded {refunded}, its refunds say {sum}"));
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
        wrong.push(format!("trade {trade_no} of {total} was paid {moved}"));
    }
    Ok(wrong)
}
