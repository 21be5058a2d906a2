//! A merchant's bill of one business day in Beijing, true or with planted errors.

use crate::apps::App;
use crate::planting::{self, Crop, Planted};
use crate::rules::Rules;
use alipay::bill::{Bill, Business, Line};
use alipay::code;
use db::{Tx, View};
use kernel::{Act, Currency, Day, Instant, Money, Result, Round, Zone};

/// Lines of one day's bill, at most.
const LINES_MAX: i64 = 1_000_000;

/// The address under which a bill can be fetched for a little while. Refuses a day whose bill is not ready.
pub fn link(tx: &Tx, act: &mut Act, rules: &Rules, app: &App, day: Day) -> Result<String> {
    if ready_at(rules, day) > act.at {
        return Err(code::BILL_NOT_EXIST.into());
    }
    let token = format!("{:032x}", u128::from_be_bytes(act.dice.bytes()));
    let until = act.at.plus_seconds(rules.bill_link_seconds);
    tx.run(
        "insert into bill_link (token, app_id, day, expires_at) values ($1, $2, $3, $4)",
        &[&token, &app.app_id, &day, &until],
    )?;
    Ok(token)
}

fn ready_at(rules: &Rules, day: Day) -> Instant {
    day.plus(1).at(rules.bill_hour, 0, &Zone::shanghai())
}

/// Which app's bill of which day a link leads to, while it lives.
pub fn linked(view: &View, token: &str, now: Instant) -> Result<Option<(String, Day)>> {
    view.maybe("select app_id, day from bill_link where token = $1 and expires_at >= $2", &[&token, &now])
}

/// The bill as this app gets it, and what is wrong in it.
pub fn of(view: &View, rules: &Rules, app: &App, day: Day, now: Instant) -> Result<(Bill, Vec<Planted>)> {
    let errors = &app.hostility.bill;
    let before = if errors.cut_off == 0 { Vec::new() } else { sown(view, rules, app, day.plus(-1))?.carried };
    let crop = sown(view, rules, app, day)?;
    let start = day.at(0, 0, &Zone::shanghai());
    let late = before.into_iter().map(|line| Line { finished_at: start.plus_seconds(1), ..line });
    let lines = late.chain(crop.lines).collect();
    Ok((Bill { seller_id: app.seller_id.clone(), day, made_at: now, lines }, crop.planted))
}

fn sown(view: &View, rules: &Rules, app: &App, day: Day) -> Result<Crop> {
    Ok(planting::plant(true_lines(view, rules, app, day)?, &app.hostility.bill, day))
}

/// What happened, in the order in which it happened.
fn true_lines(view: &View, rules: &Rules, app: &App, day: Day) -> Result<Vec<Line>> {
    let zone = Zone::shanghai();
    let (from, until) = (day.at(0, 0, &zone), day.plus(1).at(0, 0, &zone));
    let mut lines = payments(view, rules, app, from, until)?;
    lines.extend(refunds(view, app, from, until)?);
    lines.sort_by(|a, b| (a.finished_at.micros, &a.trade_no).cmp(&(b.finished_at.micros, &b.trade_no)));
    Ok(lines)
}

/// Trade, order, subject, currency, amount, begun, done, buyer, number of a refund, and what the fee is of.
type Row = (String, String, String, String, i64, Instant, Instant, String, String, i64);

fn payments(view: &View, rules: &Rules, app: &App, from: Instant, until: Instant) -> Result<Vec<Line>> {
    let rows: Vec<Row> = view.all(
        "select trade.trade_no, trade.out_trade_no, trade.subject, trade.currency, trade.total_minor,
                trade.created_at, trade.paid_at, account.logon_id, '', trade.total_minor
         from trade
         join account on account.id = trade.buyer_id
         where trade.seller_id = $1 and trade.paid_at >= $2 and trade.paid_at < $3
         order by trade.paid_at, trade.trade_no
         limit $4",
        &[&app.seller_id, &from, &until, &LINES_MAX],
    )?;
    let fee = |total: Money| Money { minor: -rules.fee.of(total, Round::HalfUp).minor, ..total };
    rows.into_iter().map(|row| line(row, Business::Trade, fee)).collect()
}

fn refunds(view: &View, app: &App, from: Instant, until: Instant) -> Result<Vec<Line>> {
    let rows: Vec<Row> = view.all(
        "select trade.trade_no, trade.out_trade_no, trade.subject, trade.currency, -refund.amount_minor,
                trade.created_at, refund.at, account.logon_id, refund.out_request_no, refund.fee_back_minor
         from refund
         join trade on trade.trade_no = refund.trade_no
         join account on account.id = trade.buyer_id
         where trade.seller_id = $1 and refund.at >= $2 and refund.at < $3
         order by refund.at, trade.trade_no
         limit $4",
        &[&app.seller_id, &from, &until, &LINES_MAX],
    )?;
    rows.into_iter().map(|row| line(row, Business::Refund, |fee_back| fee_back)).collect()
}

fn line(row: Row, business: Business, fee: impl Fn(Money) -> Money) -> Result<Line> {
    let (
        trade_no,
        out_trade_no,
        subject,
        currency,
        minor,
        created_at,
        finished_at,
        logon_id,
        out_request_no,
        of_fee,
    ) = row;
    let currency = Currency::parse(&currency)?;
    let amount = Money::new(minor, currency);
    let whole_second = |at: Instant| Instant::from_micros(at.micros.div_euclid(1_000_000) * 1_000_000);
    Ok(Line {
        trade_no,
        out_trade_no,
        business,
        subject,
        created_at: whole_second(created_at),
        finished_at: whole_second(finished_at),
        counterparty: masked(&logon_id),
        amount,
        received: amount,
        out_request_no,
        fee: fee(Money::new(of_fee, currency)),
        note: String::new(),
    })
}

fn masked(logon_id: &str) -> String {
    let shown: String = logon_id.chars().take(3).collect();
    format!("{shown}***")
}
