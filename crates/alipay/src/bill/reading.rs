//! Reading a bill: anything but a whole one is refused.

use super::writing::ACCOUNT_KIND;
use super::{BYTES_MAX, Bill, Business, COLUMNS, LINES_MAX, Line, columns, unit};
use crate::{amount, clip, refuse, wall};
use encoding_rs::GBK;
use kernel::{Currency, Day, Instant, Refusal};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// What the details begin with; the summary beside them begins otherwise.
const DETAILS: &str = "#支付宝业务明细查询";
/// Files in one zip, at most.
const FILES_MAX: usize = 16;

/// Reads a downloaded bill. Refuses with `bad_bill` what is no such zip, exceeds `LINES_MAX` or
/// `BYTES_MAX`, lacks a column, holds nonsense in one, or does not add up.
pub fn read(zip: &[u8]) -> Result<Bill, Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|_| bad_bill("it is not a zip file"))?;
    let (mut left, mut whole) = (BYTES_MAX, None);
    for i in 0..archive.len().min(FILES_MAX) {
        let file = archive.by_index(i).map_err(|_| bad_bill("a file in it cannot be read"))?;
        let text = unpack(file, &mut left)?;
        if text.starts_with(DETAILS) {
            whole = Some(joined(whole, read_table(&text)?)?);
        }
    }
    whole.ok_or_else(|| bad_bill("it holds no details"))
}

fn unpack(file: impl Read, left: &mut u64) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    let taken = file.take(*left + 1).read_to_end(&mut bytes);
    let taken = taken.map_err(|_| bad_bill("a file in it is damaged"))? as u64;
    *left = left.checked_sub(taken).ok_or_else(|| bad_bill("it is too long"))?;
    Ok(GBK.decode_without_bom_handling(&bytes).0.into_owned())
}

/// The details in one currency beside those in others of the same day.
fn joined(before: Option<Bill>, table: Bill) -> Result<Bill, Refusal> {
    let Some(mut bill) = before else { return Ok(table) };
    let is_of_it = (&bill.seller_id, bill.day) == (&table.seller_id, table.day);
    let known = bill.currencies();
    if !is_of_it || table.currencies().iter().any(|currency| known.contains(currency)) {
        return Err(bad_bill("its tables do not belong together"));
    }
    if bill.lines.len() + table.lines.len() > LINES_MAX {
        return Err(bad_bill("it has too many lines"));
    }
    bill.lines.extend(table.lines);
    Ok(bill)
}

/// Reads the text of the details in one currency, as `read` does with what it unpacked.
pub fn read_table(text: &str) -> Result<Bill, Refusal> {
    let (head, rest) = split_at_line(text, |line| line.starts_with(COLUMNS[0]))
        .ok_or_else(|| bad_bill("it has no table"))?;
    let (rows, foot) = split_at_line(rest, |line| line.starts_with("#--") && line.contains("结束"))
        .ok_or_else(|| bad_bill("its table has no end"))?;
    let (currency, lines) = lines(rows)?;
    let bill = Bill {
        seller_id: seller(head)?,
        day: between(head, "起始日期：[", " ").and_then(day).ok_or_else(|| bad_bill("it has no day"))?,
        made_at: made_at(foot)?,
        lines,
    };
    let kinds = [Business::Trade, Business::Refund];
    let adds_up = kinds.iter().all(|business| agrees(&bill, *business, currency, foot));
    if adds_up { Ok(bill) } else { Err(bad_bill("its sums do not agree with its lines")) }
}

/// The text before the first line that fits, and from it on.
fn split_at_line(text: &str, fits: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if fits(line) {
            return Some(text.split_at(at));
        }
        at += line.len();
    }
    None
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(&rest[..rest.find(after)?])
}

fn seller(head: &str) -> Result<String, Refusal> {
    let account = between(head, "账号：[", "]").ok_or_else(|| bad_bill("it has no account"))?;
    Ok(account.strip_suffix(ACCOUNT_KIND).unwrap_or(account).to_owned())
}

/// `2016年12月23日`.
fn day(text: &str) -> Option<Day> {
    Day::parse(&text.replace(['年', '月'], "-").replace('日', "")).ok()
}

fn made_at(foot: &str) -> Result<Instant, Refusal> {
    let text =
        between(foot, "导出时间：[", "]").ok_or_else(|| bad_bill("it does not say when it was made"))?;
    wall::read(&text.replace(['年', '月'], "-").replace('日', ""))
        .map_err(|_| bad_bill("it was made at no time"))
}

/// Whether the foot counts and sums the lines of a kind as we do.
fn agrees(bill: &Bill, business: Business, currency: Currency, foot: &str) -> bool {
    let (count, received) = bill.total(business, currency);
    let word = if business == Business::Trade { "共" } else { "退款共" };
    let expected = format!(
        "#{}合计：{count}笔，商家实收{word}{}{}",
        business.word(),
        amount::write(received),
        unit(currency)
    );
    foot.lines().any(|line| line.starts_with(&expected))
}

/// The currency that the columns name, and the lines.
fn lines(rows: &str) -> Result<(Currency, Vec<Line>), Refusal> {
    let mut csv = csv::ReaderBuilder::new().has_headers(true).from_reader(rows.as_bytes());
    let heads = csv.headers().map_err(|_| bad_bill("its table cannot be read"))?;
    let named = |currency: &Currency| heads.iter().map(str::trim).eq(columns(*currency));
    let currency = Currency::ALL.into_iter().find(named);
    let currency = currency.ok_or_else(|| bad_bill("its columns are not the 25 we know"))?;
    let mut lines = Vec::new();
    for row in csv.records() {
        if lines.len() >= LINES_MAX {
            return Err(bad_bill("it has too many lines"));
        }
        lines.push(line(&row.map_err(|_| bad_bill("a line has not 25 columns"))?, currency)?);
    }
    Ok((currency, lines))
}

fn line(row: &csv::StringRecord, currency: Currency) -> Result<Line, Refusal> {
    let text = |column: usize| row.get(column).unwrap_or_default().trim_end_matches('\t').to_owned();
    let at = |column| wall::read(&text(column)).map_err(|_| nonsense(column, &text(column)));
    let money =
        |column| amount::read_signed(&text(column), currency).map_err(|_| nonsense(column, &text(column)));
    let business = match text(2).as_str() {
        "交易" => Business::Trade,
        "退款" => Business::Refund,
        other => return Err(nonsense(2, other)),
    };
    Ok(Line {
        trade_no: text(0),
        out_trade_no: text(1),
        business,
        subject: text(3),
        created_at: at(4)?,
        finished_at: at(5)?,
        counterparty: text(10),
        amount: money(11)?,
        received: money(12)?,
        out_request_no: text(21),
        fee: money(22)?,
        note: text(24),
    })
}

fn nonsense(column: usize, text: &str) -> Refusal {
    bad_bill(&format!("its column {} holds “{}”", COLUMNS[column], clip(text)))
}

fn bad_bill(why: &str) -> Refusal {
    refuse("bad_bill", format!("This bill cannot be used: {why}."), "对账单无法使用：内容不完整或不合规。")
}
