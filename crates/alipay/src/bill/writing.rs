//! Writing a bill: the table, its frame, the summary beside it, the zip around both.

use super::{Bill, Business, Line, columns, unit};
use crate::{amount, wall};
use encoding_rs::GBK;
use kernel::{Currency, Instant, Money, Result};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Account numbers in a bill end with the kind of account.
pub(super) const ACCOUNT_KIND: &str = "0156";
pub(super) const TABLE_BEGINS: &str =
    "#-----------------------------------------业务明细列表----------------------------------------";
pub(super) const TABLE_ENDS: &str =
    "#-----------------------------------------业务明细列表结束------------------------------------";

/// The zip: details and summary. What GBK cannot write (an emoji) becomes `&#128512;`.
pub fn write(bill: &Bill) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stem = format!("{}{ACCOUNT_KIND}_{}", bill.seller_id, bill.day.to_string().replace('-', ""));
    for currency in bill.currencies() {
        let mark = amount::named(currency).map(|code| format!("_{code}")).unwrap_or_default();
        let files = [("业务明细", write_table(bill, currency)?), ("业务明细(汇总)", summary(bill, currency))];
        for (name, text) in files {
            zip.start_file(format!("{stem}{mark}_{name}.csv"), SimpleFileOptions::default())?;
            zip.write_all(&GBK.encode(&text).0)?;
        }
    }
    Ok(zip.finish()?.into_inner())
}

/// The text of the details in one currency: the table with its frame.
pub fn write_table(bill: &Bill, currency: Currency) -> Result<String> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    csv.write_record(columns(currency))?;
    for line in bill.in_currency(currency) {
        csv.write_record(fields(line))?;
    }
    let rows = String::from_utf8(csv.into_inner().map_err(csv::IntoInnerError::into_error)?)?;
    let (trades, received) = bill.total(Business::Trade, currency);
    let (refunds, returned) = bill.total(Business::Refund, currency);
    let (unit, nothing) = (unit(currency), amount::write(Money::zero(currency)));
    Ok(format!(
        "{}{TABLE_BEGINS}\n{rows}{TABLE_ENDS}\n#交易合计：{trades}笔，商家实收共{}{unit}，商家优惠共{nothing}{unit}\n\
         #退款合计：{refunds}笔，商家实收退款共{}{unit}，商家优惠退款共{nothing}{unit}\n#导出时间：[{}]\n",
        heading("业务明细查询", bill),
        amount::write(received),
        amount::write(returned),
        in_words(bill.made_at),
    ))
}

fn heading(what: &str, bill: &Bill) -> String {
    let (from, until) = (day_in_words(bill.day), day_in_words(bill.day.plus(1)));
    format!(
        "#支付宝{what}\n#账号：[{}{ACCOUNT_KIND}]\n#起始日期：[{from} 00:00:00]   终止日期：[{until} 00:00:00]\n",
        bill.seller_id
    )
}

/// Numbers are padded with a tab, so that spreadsheets leave them alone.
fn fields(line: &Line) -> [String; 25] {
    let padded = |text: &str| if text.is_empty() { String::new() } else { format!("{text}\t") };
    let nothing = || amount::write(Money::zero(line.amount.currency));
    [
        padded(&line.trade_no),
        padded(&line.out_trade_no),
        line.business.word().into(),
        line.subject.clone(),
        wall::write(line.created_at),
        wall::write(line.finished_at),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        line.counterparty.clone(),
        amount::write(line.amount),
        amount::write(line.received),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        String::new(),
        nothing(),
        nothing(),
        padded(&line.out_request_no),
        amount::write(line.fee),
        nothing(),
        line.note.clone(),
    ]
}

fn summary(bill: &Bill, currency: Currency) -> String {
    let (trades, received) = bill.total(Business::Trade, currency);
    let (refunds, returned) = bill.total(Business::Refund, currency);
    let fee: i64 = bill.in_currency(currency).map(|line| line.fee.minor).sum();
    let unit = unit(currency);
    format!(
        "{}门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（{unit}）,商家实收（{unit}）,服务费（{unit}）\n\
         合计,,{trades},{refunds},{},{},{}\n#导出时间：[{}]\n",
        heading("业务汇总查询", bill),
        amount::write(received),
        amount::write(Money::new(received.minor + returned.minor, currency)),
        amount::write(Money::new(fee, currency)),
        in_words(bill.made_at),
    )
}

fn day_in_words(day: kernel::Day) -> String {
    format!("{}年{:02}月{:02}日", day.year(), day.month(), day.day())
}

fn in_words(at: Instant) -> String {
    let wall = wall::write(at);
    let (_, time) = wall.split_once(' ').unwrap_or_default();
    format!("{} {time}", day_in_words(at.day_in(&kernel::Zone::shanghai())))
}
