//! What a bank tells of payouts: ISO 20022 `pain.002` and `camt.054` (or `camt.053`), or a table as CSV.
//!
//! A line names its payout by the end-to-end identification that our file gave it. What is no payout of ours is read
//! too, and found out by the story. Text is UTF-8, or GB 18030 as banks in China write it.

use db::{FromRow, Row, Tx, View};
use kernel::{Currency, Error, Instant, Money, PersonId, Refusal, Result};
use quick_xml::Reader;
use quick_xml::events::Event;
use sha2::{Digest, Sha256};

/// Lines of one answer, at most.
pub const LINES_MAX: usize = 10_000;
const TEXT_CHARS_MAX: usize = 200;
/// Answers in one list, the newest first.
pub const ANSWERS_MAX: i64 = 30;

/// What the bank says of one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Paid,
    Returned,
    /// It is at it.
    Pending,
}

impl Outcome {
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Paid => "paid",
            Outcome::Returned => "returned",
            Outcome::Pending => "pending",
        }
    }

    fn stored(code: &str) -> Result<Outcome> {
        let known = [Outcome::Paid, Outcome::Returned, Outcome::Pending];
        let found = known.into_iter().find(|outcome| outcome.code() == code);
        found.ok_or_else(|| Error::fault(format!("a bank says {code}")))
    }

    /// By a bank's word, or the code of ISO 20022's external payment status.
    fn parse(word: &str) -> Option<Outcome> {
        Some(match word.trim().to_lowercase().as_str() {
            "paid" | "settled" | "success" | "acsc" | "accc" | "成功" | "交易成功" | "已付" | "已支付" => {
                Outcome::Paid
            }
            "returned" | "rejected" | "failed" | "rjct" | "canc" | "失败" | "交易失败" | "退回" | "退票" => {
                Outcome::Returned
            }
            "pending" | "processing" | "accepted" | "accp" | "acsp" | "actc" | "acwc" | "pdng" | "rcvd"
            | "处理中" => Outcome::Pending,
            _ => return None,
        })
    }
}

/// One line of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The end-to-end identification; ours is the payout's id.
    pub payout: String,
    pub outcome: Outcome,
    /// When the bank says it.
    pub amount: Option<Money>,
    /// It says an amount that cannot be read; such a line closes nothing.
    pub has_odd_amount: bool,
    /// The bank's words.
    pub says: String,
}

/// Reads a bank's answer; the amounts of a table that names no currency are in the usual one. Refuses what is none
/// (`bad_answer`), with the line that cannot be read.
pub fn read(bytes: &[u8], usual: Currency) -> Result<Vec<Told>, Refusal> {
    let text = decode(bytes);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let lines = if text.starts_with('<') { xml(text)? } else { table(text, usual)? };
    if lines.is_empty() {
        return Err(unread("It tells of no payment.", "其中没有任何付款。"));
    }
    Ok(lines)
}

fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(bytes).0.into_owned(),
    }
}

fn unread(en: impl std::fmt::Display, zh: impl std::fmt::Display) -> Refusal {
    Refusal::field(
        "file",
        "bad_answer",
        format!("This cannot be read as a bank’s answer. {en}"),
        format!("无法识别银行回单。{zh}"),
    )
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect()
}

fn push(lines: &mut Vec<Told>, told: Told) -> Result<(), Refusal> {
    if lines.len() == LINES_MAX {
        return Err(unread(format!("It has more than {LINES_MAX} lines."), format!("超过 {LINES_MAX} 行。")));
    }
    lines.push(Told { payout: short(told.payout.trim()), says: short(told.says.trim()), ..told });
    Ok(())
}

/// The columns of a table, by the heads that people and banks give them.
const PAYOUT: &[&str] = &["payout", "end_to_end_id", "endtoendid", "reference", "打款编号", "客户业务编号"];
const OUTCOME: &[&str] = &["outcome", "status", "result", "结果", "状态", "交易状态"];
const AMOUNT: &[&str] = &["amount", "金额", "交易金额"];
const CURRENCY: &[&str] = &["currency", "币种"];
const SAYS: &[&str] = &["note", "reason", "remark", "备注", "原因", "失败原因"];

fn table(text: &str, usual: Currency) -> Result<Vec<Told>, Refusal> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let heads = reader.headers().map_err(|_| no_columns())?.clone();
    let column =
        |names: &[&str]| heads.iter().position(|head| names.contains(&head.trim().to_lowercase().as_str()));
    let (Some(payout), Some(outcome)) = (column(PAYOUT), column(OUTCOME)) else { return Err(no_columns()) };
    let (amount, currency, says) = (column(AMOUNT), column(CURRENCY), column(SAYS));
    let mut lines = Vec::new();
    for (i, row) in reader.records().enumerate() {
        let number = i + 2;
        let row = row.map_err(|_| bad_line(number))?;
        let cell = |column: Option<usize>| {
            column.and_then(|column| row.get(column)).unwrap_or_default().trim().trim_start_matches('\'')
        };
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let read = Told {
            payout: cell(Some(payout)).to_owned(),
            outcome: Outcome::parse(cell(Some(outcome))).ok_or_else(|| bad_line(number))?,
            amount: money(cell(amount), told_or(cell(currency), usual)).map_err(|()| bad_line(number))?,
            has_odd_amount: false,
            says: cell(says).to_owned(),
        };
        push(&mut lines, read)?;
    }
    Ok(lines)
}

fn no_columns() -> Refusal {
    unread("A table needs the columns “payout” and “outcome”.", "表格须有“打款编号”和“结果”两列。")
}

fn bad_line(number: usize) -> Refusal {
    unread(format!("Line {number} cannot be read."), format!("第 {number} 行无法识别。"))
}

fn told_or(code: &str, usual: Currency) -> &str {
    if code.is_empty() { usual.code() } else { code }
}

/// An amount, if there is one.
fn money(amount: &str, currency: &str) -> Result<Option<Money>, ()> {
    if amount.is_empty() {
        return Ok(None);
    }
    let plain = without_zeros(amount, currency).replace(',', "");
    let currency = Currency::parse(currency).map_err(drop)?;
    Money::parse(&plain, currency).map(Some).map_err(drop)
}

/// What a message has told so far of an entry of an account, and of a payment in it.
#[derive(Default)]
struct Part {
    is_credit: Option<bool>,
    status: String,
    amount: Option<Money>,
    has_odd_amount: bool,
    payout: String,
    says: Vec<String>,
    is_return: bool,
}

impl Part {
    /// `pain.002` says what became of a payment; `camt` says in which direction the money went.
    fn outcome(&self, entry: &Part) -> Option<Outcome> {
        if let Some(said) = Outcome::parse(&self.status) {
            return Some(said);
        }
        // A status that we do not know is said of a payment all the same, and closes nothing.
        if !self.status.is_empty() || matches!(entry.status.as_str(), "PDNG" | "INFO" | "FUTR") {
            return Some(Outcome::Pending);
        }
        let is_credit = self.is_credit.or(entry.is_credit)?;
        Some(if is_credit || self.is_return { Outcome::Returned } else { Outcome::Paid })
    }
}

fn xml(text: &str) -> Result<Vec<Told>, Refusal> {
    let broken = || unread("It is not well-formed XML.", "XML 格式有误。");
    let mut reader = Reader::from_str(text);
    let (mut path, mut said, mut currency): (Vec<String>, String, String) = Default::default();
    let (mut entry, mut payment, mut in_payment) = (Part::default(), Part::default(), false);
    let (mut lines, mut of_entry) = (Vec::new(), 0);
    loop {
        match reader.read_event().map_err(|_| broken())? {
            Event::Start(tag) => {
                let name = local(tag.name().as_ref()).to_owned();
                said.clear();
                match name.as_str() {
                    "Ntry" => (entry, of_entry) = (Part::default(), lines.len()),
                    "TxDtls" | "TxInfAndSts" => (payment, in_payment) = (Part::default(), true),
                    "RtrInf" => payment.is_return = true,
                    _ => {}
                }
                if let Some(code) = tag.attributes().flatten().find(|one| local(one.key.as_ref()) == "Ccy") {
                    currency = code.value.to_string();
                }
                path.push(name);
            }
            Event::Text(part) => said.push_str(&part),
            Event::GeneralRef(part) => {
                said.push_str(quick_xml::escape::resolve_predefined_entity(&part).ok_or_else(broken)?);
            }
            Event::End(_) => {
                let name = path.pop().ok_or_else(broken)?;
                let parent = path.last().map_or("", String::as_str);
                let part = if in_payment { &mut payment } else { &mut entry };
                keep(part, parent, &name, said.trim(), &currency, &path);
                if in_payment && matches!(name.as_str(), "TxDtls" | "TxInfAndSts") {
                    in_payment = false;
                    if let Some(told) = told(&payment, &entry) {
                        push(&mut lines, told)?;
                    }
                }
                if name == "Ntry" && lines.len() == of_entry + 1 {
                    // An entry of one payment is of that payment's amount.
                    let only = &mut lines[of_entry];
                    only.has_odd_amount |= only.amount.is_none() && entry.has_odd_amount;
                    only.amount = only.amount.or(entry.amount);
                }
                said.clear();
            }
            // No bank defines entities; whoever does wants them resolved.
            Event::DocType(_) => return Err(broken()),
            Event::Eof if path.is_empty() => return Ok(lines),
            Event::Eof => return Err(broken()),
            _ => {}
        }
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Keeps what an element said, when it is one that we read.
fn keep(part: &mut Part, parent: &str, name: &str, said: &str, currency: &str, path: &[String]) {
    let of_whole = matches!(parent, "Ntry" | "TxDtls" | "TxAmt");
    match name {
        "EndToEndId" | "OrgnlEndToEndId" => part.payout = said.to_owned(),
        "TxSts" => part.status = said.to_owned(),
        "Sts" if parent == "Ntry" && !said.is_empty() => part.status = said.to_owned(),
        "Cd" if parent == "Sts" => part.status = said.to_owned(),
        "CdtDbtInd" if of_whole => part.is_credit = Some(said == "CRDT"),
        "Amt" | "InstdAmt" if of_whole || path.iter().any(|one| one == "OrgnlTxRef") => {
            match money(said, currency) {
                Ok(amount) => part.amount = amount.or(part.amount),
                Err(()) => part.has_odd_amount = true,
            }
        }
        "Cd" if path.iter().any(|one| one == "RtrInf" || one == "StsRsnInf") => {
            part.says.push(said.to_owned())
        }
        "AddtlInf" | "AddtlTxInf" if !said.is_empty() => part.says.push(said.to_owned()),
        _ => {}
    }
}

/// ISO 20022 writes up to five places, whatever its currency has: `19.34000`.
fn without_zeros<'a>(said: &'a str, currency: &str) -> &'a str {
    let places = Currency::parse(currency).map_or(2, |currency| currency.exponent() as usize);
    let Some((whole, part)) = said.split_once('.') else { return said };
    let zeros = part.len() - part.trim_end_matches('0').len();
    match part.len().checked_sub(places) {
        Some(more) if more > 0 && zeros >= more && places == 0 => whole,
        Some(more) if more > 0 && zeros >= more => &said[..said.len() - more],
        _ => said,
    }
}

fn told(payment: &Part, entry: &Part) -> Option<Told> {
    let outcome = payment.outcome(entry)?;
    let unknown = (outcome == Outcome::Pending && Outcome::parse(&payment.status).is_none())
        .then(|| payment.status.clone())
        .filter(|status| !status.is_empty());
    Some(Told {
        payout: payment.payout.clone(),
        outcome,
        amount: payment.amount,
        has_odd_amount: payment.has_odd_amount,
        says: unknown.into_iter().chain(payment.says.iter().cloned()).collect::<Vec<_>>().join(" · "),
    })
}

/// What came of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameTo {
    /// It closed its payout.
    Closed,
    /// Its payout stood so before.
    Before,
    /// The bank is at it; nothing changes.
    Waits,
    /// It is no payout of ours.
    Unknown,
    AmountDiffers,
    /// The payout stands otherwise, so that the bank cannot be right about it.
    StateDiffers,
}

impl CameTo {
    pub const ALL: [CameTo; 6] = [
        CameTo::Closed,
        CameTo::Before,
        CameTo::Waits,
        CameTo::Unknown,
        CameTo::AmountDiffers,
        CameTo::StateDiffers,
    ];

    pub fn code(self) -> &'static str {
        match self {
            CameTo::Closed => "closed",
            CameTo::Before => "before",
            CameTo::Waits => "waits",
            CameTo::Unknown => "unknown",
            CameTo::AmountDiffers => "amount_differs",
            CameTo::StateDiffers => "state_differs",
        }
    }

    /// Whether an operator has to look at it.
    pub fn is_odd(self) -> bool {
        matches!(self, CameTo::Unknown | CameTo::AmountDiffers | CameTo::StateDiffers)
    }

    fn stored(code: &str) -> Result<CameTo> {
        let found = CameTo::ALL.into_iter().find(|came| came.code() == code);
        found.ok_or_else(|| Error::fault(format!("a line came to {code}")))
    }
}

/// An answer that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub digest: String,
    /// What its owner calls the file.
    pub name: String,
    pub lines: i64,
    pub taken_at: Instant,
    pub taken_by: PersonId,
}

impl FromRow for Answer {
    fn from_row(row: &mut Row) -> Result<Answer> {
        Ok(Answer {
            digest: row.next()?,
            name: row.next()?,
            lines: row.next()?,
            taken_at: row.next()?,
            taken_by: row.next()?,
        })
    }
}

/// A line with what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    pub told: Told,
    pub came_to: CameTo,
}

impl FromRow for Taken {
    fn from_row(row: &mut Row) -> Result<Taken> {
        let (payout, outcome) = (row.next()?, Outcome::stored(&row.next::<String>()?)?);
        let (minor, currency): (Option<i64>, Option<Currency>) = (row.next()?, row.next()?);
        let amount = minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency));
        let told = Told { payout, outcome, amount, has_odd_amount: false, says: row.next()? };
        Ok(Taken { told, came_to: CameTo::stored(&row.next::<String>()?)? })
    }
}

/// SHA-256 over an answer's bytes.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps an answer with what came of its lines, once its digest; whether it is new.
pub fn keep_once(tx: &Tx, answer: &Answer, lines: &[Taken]) -> Result<bool> {
    let made = tx.run(
        "insert into bank_answer (digest, name, lines, taken_at, taken_by)
         values ($1, $2, $3, $4, $5)
         on conflict (digest) do nothing",
        &[&answer.digest, &short(&answer.name), &answer.lines, &answer.taken_at, &answer.taken_by],
    )?;
    if made == 0 {
        return Ok(false);
    }
    for (i, line) in lines.iter().enumerate() {
        let Taken { told, came_to } = line;
        tx.run(
            "insert into bank_answer_line
               (digest, number, payout, outcome, amount_minor, currency, says, came_to)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[
                &answer.digest,
                &(i as i64 + 1),
                &told.payout,
                &told.outcome.code(),
                &told.amount.map(|amount| amount.minor),
                &told.amount.map(|amount| amount.currency),
                &told.says,
                &came_to.code(),
            ],
        )?;
    }
    Ok(true)
}

/// The answer with this digest, if it was taken in.
pub fn find(view: &View, digest: &str) -> Result<Option<Answer>> {
    view.maybe(
        "select digest, name, lines, taken_at, taken_by from bank_answer where digest = $1",
        &[&digest],
    )
}

/// The latest answers.
pub fn latest(view: &View) -> Result<Vec<Answer>> {
    view.all(
        "select digest, name, lines, taken_at, taken_by from bank_answer order by taken_at desc, digest limit $1",
        &[&ANSWERS_MAX],
    )
}

/// The lines of an answer, in its order.
pub fn lines(view: &View, digest: &str) -> Result<Vec<Taken>> {
    view.all(
        "select payout, outcome, amount_minor, currency, says, came_to
         from bank_answer_line
         where digest = $1
         order by number",
        &[&digest],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(fen: i64) -> Option<Money> {
        Some(Money::fen(fen))
    }

    fn told(payout: &str, outcome: Outcome, amount: Option<Money>, says: &str) -> Told {
        Told { payout: payout.into(), outcome, amount, has_odd_amount: false, says: says.into() }
    }

    #[test]
    fn a_table_is_read_in_either_language_and_charset() {
        let read_back = vec![
            told("pyt_a", Outcome::Paid, fen(123_456), ""),
            told("pyt_b", Outcome::Returned, fen(933), "户名不符"),
        ];
        let zh = "\u{feff}打款编号,金额,状态,备注\r\n'pyt_a,\"1,234.56\",成功,\r\npyt_b,9.33,退票,户名不符\r\n,,,\r\n";
        assert_eq!(read(zh.as_bytes(), Currency::CNY), Ok(read_back.clone()));
        assert_eq!(read(&encoding_rs::GB18030.encode(&zh[3..]).0, Currency::CNY), Ok(read_back));
        // A bank may write decimals that the currency does not have.
        let won = "payout,outcome,amount\npyt_d,paid,\"12,000.00\"\n";
        let amount = Some(Money::new(12_000, Currency::KRW));
        assert_eq!(read(won.as_bytes(), Currency::KRW), Ok(vec![told("pyt_d", Outcome::Paid, amount, "")]));
        assert!(read(b"payout,outcome,amount\npyt_d,paid,0.50\n", Currency::KRW).is_err());
        let en = "status,payout,currency,amount\npending,pyt_c,USD,1.00\n";
        let dollar = Some(Money::new(100, Currency::USD));
        assert_eq!(read(en.as_bytes(), Currency::CNY), Ok(vec![told("pyt_c", Outcome::Pending, dollar, "")]));
    }

    #[test]
    fn a_table_that_cannot_be_read_is_refused_by_its_line() {
        for bad in ["", "a,b\n1,2\n", "payout,outcome\n", "<Document>", "<a></b>", "<Document/>", "\0"] {
            assert_eq!(
                read(bad.as_bytes(), Currency::CNY).map_err(|refusal| refusal.code),
                Err("bad_answer"),
                "{bad}"
            );
        }
        for bad in ["pyt_a,perhaps,", "pyt_a,paid,1e3", "pyt_a,paid,-1", "pyt_a,paid,１"] {
            let refused =
                read(format!("payout,outcome,amount\npyt_x,paid,1\n{bad}\n").as_bytes(), Currency::CNY);
            assert!(refused.expect_err("refused").say.en.contains("Line 3"), "{bad}");
        }
    }

    /// Five places are the standard's; what cannot be read at all closes nothing, and neither does an unknown status.
    #[test]
    fn an_amount_or_status_that_cannot_be_read_closes_nothing() {
        let entry = |amount: &str, currency: &str, status: &str| {
            let text = format!(
                "<Document><Ntry><Amt Ccy=\"{currency}\">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>{status}</Sts>
                 <NtryDtls><TxDtls><Refs><EndToEndId>pyt_a</EndToEndId></Refs></TxDtls></NtryDtls></Ntry></Document>"
            );
            let lines = read(text.as_bytes(), Currency::CNY).expect("an answer");
            let [line] = &lines[..] else { panic!("one line, not {lines:?}") };
            line.clone()
        };
        for fine in ["19.34", "19.34000", "19.340"] {
            assert_eq!(entry(fine, "CNY", "BOOK"), told("pyt_a", Outcome::Paid, fen(1934), ""), "{fine}");
        }
        let yen = Some(Money::new(1200, Currency::JPY));
        assert_eq!(entry("1200.00", "JPY", "BOOK"), told("pyt_a", Outcome::Paid, yen, ""));
        for odd in ["19.345", "1.934,00", "19.34e0", "１９", "-19.34"] {
            let line = entry(odd, "CNY", "BOOK");
            assert!(line.has_odd_amount && line.amount.is_none(), "{odd}: {line:?}");
        }
        assert_eq!(entry("19.34", "CNY", "FUTR").outcome, Outcome::Pending, "not booked yet");

        let report = "<Document><TxInfAndSts><OrgnlEndToEndId>pyt_a</OrgnlEndToEndId><TxSts>BLCK</TxSts></TxInfAndSts></Document>";
        assert_eq!(
            read(report.as_bytes(), Currency::CNY),
            Ok(vec![told("pyt_a", Outcome::Pending, None, "BLCK")])
        );
    }

    #[test]
    fn a_status_report_is_read() {
        let report = "<?xml version=\"1.0\"?>
          <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.03\"><CstmrPmtStsRpt>
          <OrgnlGrpInfAndSts><OrgnlMsgId>pyf_a</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
          <OrgnlPmtInfAndSts>
            <TxInfAndSts><OrgnlEndToEndId>pyt_a</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
            <TxInfAndSts><OrgnlEndToEndId>pyt_b</OrgnlEndToEndId><TxSts>RJCT</TxSts>
              <StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed &amp; gone</AddtlInf></StsRsnInf>
              <OrgnlTxRef><Amt><InstdAmt Ccy=\"CNY\">9.33</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
            <TxInfAndSts><OrgnlEndToEndId>pyt_c</OrgnlEndToEndId><TxSts>ACSP</TxSts></TxInfAndSts>
          </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>";
        let expected = vec![
            told("pyt_a", Outcome::Paid, None, ""),
            told("pyt_b", Outcome::Returned, fen(933), "AC04 · closed & gone"),
            told("pyt_c", Outcome::Pending, None, ""),
        ];
        assert_eq!(read(report.as_bytes(), Currency::CNY), Ok(expected));
    }

    #[test]
    fn a_report_that_defines_entities_is_refused() {
        for defined in ["<!ENTITY x SYSTEM \"file:///etc/passwd\">", "<!ENTITY x \"pyt_a\">", ""] {
            let report = format!(
                "<?xml version=\"1.0\"?><!DOCTYPE d [{defined}]><Document><TxInfAndSts>\
                 <OrgnlEndToEndId>pyt_a</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts></Document>"
            );
            assert!(read(report.as_bytes(), Currency::CNY).is_err(), "{defined}");
        }
        let unknown =
            "<Document><TxInfAndSts><OrgnlEndToEndId>&x;</OrgnlEndToEndId></TxInfAndSts></Document>";
        assert!(read(unknown.as_bytes(), Currency::CNY).is_err());
    }

    #[test]
    fn a_debit_and_credit_notification_is_read() {
        let notice = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.02\"><BkToCstmrDbtCdtNtfctn><Ntfctn>
          <Ntry><Amt Ccy=\"CNY\">10.01</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><NtryDtls>
            <TxDtls><Refs><EndToEndId>pyt_a</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
          <Ntry><Amt Ccy=\"CNY\">9.33</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls>
            <TxDtls><Refs><EndToEndId>pyt_b</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy=\"CNY\">9.33</Amt></TxAmt></AmtDtls>
              <RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>
          <Ntry><Amt Ccy=\"CNY\">7.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts><NtryDtls>
            <TxDtls><Refs><EndToEndId>pyt_c</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
          </Ntfctn></BkToCstmrDbtCdtNtfctn></Document>";
        let expected = vec![
            told("pyt_a", Outcome::Paid, fen(1001), ""),
            told("pyt_b", Outcome::Returned, fen(933), "AC01"),
            told("pyt_c", Outcome::Pending, fen(700), ""),
        ];
        assert_eq!(read(notice.as_bytes(), Currency::CNY), Ok(expected));
    }
}
