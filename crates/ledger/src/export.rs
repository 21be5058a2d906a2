//! A book for other programs: comma-separated values, and the journal of ledger-cli and hledger.

use crate::statements;
use crate::transfers::Kept;
use db::View;
use kernel::{Instant, PlaceId, Result, sheet};

/// Walks through a book in the order of booking: everything from an instant, up to but without another.
pub fn walk(
    view: &View,
    book: &PlaceId,
    from: Instant,
    until: Instant,
    take: impl FnMut(Kept) -> Result<()>,
) -> Result<()> {
    statements::booked_in(view, book, from, until, take)
}

/// The first line of a CSV file.
pub const CSV_HEADER: &str = "book,id,kind,pending_id,debit,credit,amount,currency,code,reference,happened_at,booked_at,expires_at\r\n";

/// A transfer as a line of CSV (RFC 4180): amounts as decimals, instants as RFC 3339 in UTC.
pub fn csv_line(book: &PlaceId, kept: &Kept) -> String {
    let fields = [
        book.as_ref(),
        &kept.id,
        &kept.kind,
        kept.pending_id.as_deref().unwrap_or(""),
        &kept.debit,
        &kept.credit,
        &kept.amount.decimal(),
        kept.amount.currency.code(),
        &kept.code,
        &kept.reference,
        &kept.happened_at.rfc3339(),
        &kept.booked_at.rfc3339(),
        &kept.expires_at.map(|at| at.rfc3339()).unwrap_or_default(),
    ];
    sheet::line(fields)
}

/// A transfer as a transaction of a ledger-cli journal; `None` for one that moved nothing: a reservation, or its end.
/// Debits are positive there, so the balance that `ledger` reports is ours with the other sign.
pub fn journal_entry(book: &PlaceId, kept: &Kept) -> Option<String> {
    if !matches!(kept.kind.as_str(), "posted" | "post") {
        return None;
    }
    let day = kept.booked_at.rfc3339();
    let (day, code, id) = (day.get(..10)?, word(&kept.code), word(&kept.id));
    let (currency, amount) = (kept.amount.currency.code(), kept.amount.decimal());
    let (debit, credit) = (account(book, &kept.debit), account(book, &kept.credit));
    let reference = word(&kept.reference);
    Some(format!(
        "{day} * ({id}) {code}\n    ; reference: {reference}\n    {debit}  {currency} {amount}\n    {credit}  {currency} -{amount}\n\n"
    ))
}

/// Accounts nest under their book.
fn account(book: &PlaceId, name: &str) -> String {
    word(&format!("{book}:{name}"))
}

/// Text on one line, without what would end a name or a code there.
fn word(text: &str) -> String {
    let kept = |c: char| if c.is_control() || matches!(c, '(' | ')' | ';') { '_' } else { c };
    let line: String = text.chars().map(kept).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
