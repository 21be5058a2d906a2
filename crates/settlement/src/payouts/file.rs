//! A payout file as a bank takes it: ISO 20022 `pain.001.001.03`, and CSV for people and banks without.
//!
//! Both follow from the file and its payouts alone, so that made again they are the same bytes.

use super::{BankAccount, File, Party, Payout};
use kernel::{Error, Money, Result, sheet};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03";

type Xml = Writer<Vec<u8>>;

/// The sum of a file's payouts. All are of one currency; `send` sees to that.
pub fn total(payouts: &[Payout]) -> Result<Money> {
    let [first, rest @ ..] = payouts else { return Err(Error::fault("a payout file without payouts")) };
    rest.iter().try_fold(first.amount, |sum, payout| sum.plus(payout.amount))
}

/// Files that go to the bank as one message, each with its payouts.
pub type Message = [(File, Vec<Payout>)];

/// A credit transfer initiation, with the count and the control sum of its payouts, once for the message and once
/// for each block of payments, which is a file.
pub fn pain_001(message: &Message) -> Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    let head = head(message)?;
    write_message(&mut xml, &head, message)
        .map_err(|error| Error::fault(format!("a payout file cannot be written: {error}")))?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(|error| Error::fault(format!("a payout file is no text: {error}")))
}

/// What stands above a message.
struct Head<'a> {
    first: &'a File,
    payouts: usize,
    /// The sum of all amounts as plain numbers, whatever their currencies, as ISO 20022 defines it.
    sum: String,
}

fn head(message: &Message) -> Result<Head<'_>> {
    let [(first, _), ..] = message else { return Err(Error::fault("a message without files")) };
    let mut sum = Money::zero(total(&message[0].1)?.currency);
    for (_, payouts) in message {
        let part = total(payouts)?;
        if part.currency.exponent() != sum.currency.exponent() {
            return Err(Error::fault("the files of a message count in different places"));
        }
        sum.minor += part.minor;
    }
    let payouts = message.iter().map(|(_, payouts)| payouts.len()).sum();
    Ok(Head { first, payouts, sum: sum.decimal() })
}

fn write_message(xml: &mut Xml, head: &Head, message: &Message) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("Document").with_attribute(("xmlns", NAMESPACE)).write_inner_content(|xml| {
        inside(xml, "CstmrCdtTrfInitn", |xml| {
            inside(xml, "GrpHdr", |xml| {
                text(xml, "MsgId", &head.first.message.0)?;
                text(xml, "CreDtTm", &head.first.sent_at.rfc3339())?;
                text(xml, "NbOfTxs", &head.payouts.to_string())?;
                text(xml, "CtrlSum", &head.sum)?;
                inside(xml, "InitgPty", |xml| text(xml, "Nm", &head.first.payer.name))
            })?;
            message.iter().try_for_each(|(file, payouts)| {
                let sum = total(payouts).map_err(|error| io::Error::other(error.to_string()))?.decimal();
                inside(xml, "PmtInf", |xml| write_payments(xml, file, payouts, &sum))
            })
        })
    })?;
    Ok(())
}

fn write_payments(xml: &mut Xml, file: &File, payouts: &[Payout], sum: &str) -> io::Result<()> {
    text(xml, "PmtInfId", &file.id.0)?;
    text(xml, "PmtMtd", "TRF")?;
    text(xml, "NbOfTxs", &payouts.len().to_string())?;
    text(xml, "CtrlSum", sum)?;
    text(xml, "ReqdExctnDt", &file.execute_on.to_string())?;
    inside(xml, "Dbtr", |xml| text(xml, "Nm", &file.payer.name))?;
    write_account(xml, "DbtrAcct", &file.payer)?;
    write_bank(xml, "DbtrAgt", &file.payer)?;
    payouts.iter().try_for_each(|payout| inside(xml, "CdtTrfTxInf", |xml| write_payment(xml, payout)))
}

fn write_payment(xml: &mut Xml, payout: &Payout) -> io::Result<()> {
    inside(xml, "PmtId", |xml| text(xml, "EndToEndId", &payout.id.0))?;
    inside(xml, "Amt", |xml| {
        let amount = xml.create_element("InstdAmt").with_attribute(("Ccy", payout.amount.currency.code()));
        amount.write_text_content(BytesText::new(&payout.amount.decimal()))?;
        Ok(())
    })?;
    write_bank(xml, "CdtrAgt", &payout.payee)?;
    inside(xml, "Cdtr", |xml| text(xml, "Nm", &payout.payee.name))?;
    write_account(xml, "CdtrAcct", &payout.payee)?;
    inside(xml, "RmtInf", |xml| text(xml, "Ustrd", &payout.id.0))
}

fn write_account(xml: &mut Xml, name: &str, party: &Party) -> io::Result<()> {
    inside(xml, name, |xml| {
        inside(xml, "Id", |xml| match &party.account {
            BankAccount::Iban(iban) => text(xml, "IBAN", iban),
            BankAccount::Cnaps { number, .. } | BankAccount::Bic { number, .. } => {
                inside(xml, "Othr", |xml| text(xml, "Id", number))
            }
        })
    })
}

/// The bank: by its CNAPS code or its BIC; an IBAN names its bank itself, which the standard's practice calls `NOTPROVIDED`.
fn write_bank(xml: &mut Xml, name: &str, party: &Party) -> io::Result<()> {
    inside(xml, name, |xml| {
        inside(xml, "FinInstnId", |xml| match &party.account {
            BankAccount::Iban(_) => inside(xml, "Othr", |xml| text(xml, "Id", "NOTPROVIDED")),
            BankAccount::Bic { bic, .. } => text(xml, "BIC", bic),
            BankAccount::Cnaps { bank_code, .. } => inside(xml, "ClrSysMmbId", |xml| {
                inside(xml, "ClrSysId", |xml| text(xml, "Cd", "CNAPS"))?;
                text(xml, "MmbId", bank_code)
            }),
        })
    })
}

fn inside(xml: &mut Xml, name: &str, write: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
    xml.create_element(name).write_inner_content(write)?;
    Ok(())
}

fn text(xml: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(value))?;
    Ok(())
}

/// One line a payout (RFC 4180), after a byte-order mark without which a spreadsheet reads 中文 as noise.
///
/// Account numbers are digits that a spreadsheet would round, so they stand after an apostrophe, as does what it would
/// take for a formula.
pub fn csv(payouts: &[Payout]) -> String {
    let head = ["payout", "payee", "scheme", "account_number", "bank_code", "amount", "currency"];
    let line = |payout: &Payout| {
        let (scheme, number, bank_code) = payout.payee.account.columns();
        let words = [payout.id.0.as_str(), &payout.payee.name, scheme].map(sheet::cell);
        let names = [number, bank_code].map(sheet::digits);
        let sum = [payout.amount.decimal().as_str(), payout.amount.currency.code()].map(sheet::cell);
        [&words[..], &names, &sum].concat().join(",") + "\r\n"
    };
    let lines: String = payouts.iter().map(line).collect();
    sheet::BYTE_ORDER_MARK.to_owned() + &sheet::line(head) + &lines
}
