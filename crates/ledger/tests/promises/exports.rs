//! The book as other programs read it.

use crate::book::{Book, NOW, id, transfer};
use kernel::{Instant, Money};
use ledger::{Transfer, export, post, transfers};

fn lines(line: fn(&kernel::PlaceId, &transfers::Kept) -> Option<String>) -> Vec<String> {
    let book = Book::new();
    book.write(|tx| {
        let strange = Transfer { reference: "=1+1, \"two\"".into(), ..transfer("a", "wallet", "fee", 1_234) };
        post(tx, &strange, NOW)?;
        transfers::reserve(tx, &transfer("p", "fee", "bank", 50), NOW.plus_seconds(1))?;
        transfers::resolve_post(tx, &id(), "p", Money::fen(20), NOW.plus_seconds(2))
    })
    .expect("moved");
    book.read(move |view| {
        let mut lines = Vec::new();
        let end = Instant::from_micros(i64::MAX);
        export::walk(view, &id(), Instant::from_micros(i64::MIN), end, |kept| {
            lines.extend(line(&id(), &kept));
            Ok(())
        })?;
        Ok(lines)
    })
    .expect("a walk")
}

#[test]
fn a_book_is_a_table_without_formulas() {
    let csv = lines(|book, kept| Some(export::csv_line(book, kept)));
    assert_eq!(
        csv[0],
        "plc_book,a,posted,,wallet,fee,12.34,CNY,test,\"'=1+1, \"\"two\"\"\",1970-01-01T00:00:01Z,1970-01-01T00:00:01Z,\r\n"
    );
    assert_eq!(csv.len(), 3);
    let columns = export::CSV_HEADER.split(',').count();
    assert_eq!(csv[1].split(',').count(), columns);
}

#[test]
fn a_journal_has_what_moved_money() {
    let journal = lines(export::journal_entry);
    assert_eq!(
        journal,
        [
            "1970-01-01 * (a) test\n    ; reference: =1+1, \"two\"\n    plc_book:wallet  CNY 12.34\n    plc_book:fee  CNY -12.34\n\n",
            "1970-01-01 * (p/post) resolution\n    ; reference: ord_1\n    plc_book:fee  CNY 0.20\n    plc_book:bank  CNY -0.20\n\n",
        ]
    );
}
