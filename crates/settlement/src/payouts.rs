//! Payouts: what is owed to a cinema, a merchant or a studio, on its way to their bank account.
//!
//! One person proposes, another approves; approved payouts go to the bank in a `file`; the bank's answer closes them.
//! `proposed → approved → sent → paid | returned`; a payout that was not sent may be `withdrawn`, and a bank may
//! return also what it had paid.

pub mod answer;
pub mod bank;
pub mod file;

pub use bank::BankAccount;

use db::{FromRow, Row, Tx, View, broke_check};
use kernel::{
    Currency, Day, Error, Instant, Kind, Money, OrgId, PayoutFileId, PayoutId, PersonId, PlaceId, Refusal,
    Result,
};

/// Payouts in one file, at most.
pub const IN_FILE_MAX: usize = 1000;
/// ISO 20022 gives a name this many characters.
pub const NAME_CHARS_MAX: usize = 140;
const NOTE_CHARS_MAX: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Proposed,
    Approved,
    Sent,
    Paid,
    /// The bank could not deliver it.
    Returned,
    /// Given up before it was sent.
    Withdrawn,
}

impl State {
    pub const ALL: [State; 6] =
        [State::Proposed, State::Approved, State::Sent, State::Paid, State::Returned, State::Withdrawn];

    pub fn code(self) -> &'static str {
        match self {
            State::Proposed => "proposed",
            State::Approved => "approved",
            State::Sent => "sent",
            State::Paid => "paid",
            State::Returned => "returned",
            State::Withdrawn => "withdrawn",
        }
    }

    fn parse(code: &str) -> Result<State> {
        let found = State::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::fault(format!("unknown state of a payout: {code}")))
    }
}

/// A name and a bank account: one side of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub name: String,
    pub account: BankAccount,
}

impl Party {
    /// Checks that a bank can read it (`bad_name`, `bad_iban`, `bad_account_number`, `bad_bank_code`).
    pub fn check(&self) -> Result<(), Refusal> {
        let name = &self.name;
        let fits = !name.trim().is_empty() && name.chars().count() <= NAME_CHARS_MAX;
        if !fits || name.chars().any(char::is_control) {
            return Err(Refusal::field(
                "name",
                "bad_name",
                "Write the account holder’s name in one line of at most 140 characters.",
                "请用一行填写户名，最多140个字符。",
            ));
        }
        self.account.check()
    }

    pub fn read(row: &mut Row) -> Result<Party> {
        let name = row.next()?;
        let (scheme, number, bank_code): (String, String, String) = (row.next()?, row.next()?, row.next()?);
        Ok(Party { name, account: BankAccount::stored(&scheme, number, bank_code)? })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// The place in whose book it is owed.
    pub place: PlaceId,
    pub id: PayoutId,
    /// Chosen by whoever proposes: the same key proposes once.
    pub key: String,
    /// The ledger account it is paid from, such as `merchant:org_…`.
    pub account: String,
    pub org: OrgId,
    pub payee: Party,
    pub amount: Money,
    pub state: State,
    pub proposed_by: PersonId,
    pub proposed_at: Instant,
    pub approved_by: Option<PersonId>,
    pub file: Option<PayoutFileId>,
    pub closed_at: Option<Instant>,
    /// What the bank said, or why it was withdrawn.
    pub note: String,
}

impl FromRow for Payout {
    fn from_row(row: &mut Row) -> Result<Payout> {
        let currency: Currency = row.next()?;
        Ok(Payout {
            place: row.next()?,
            id: row.next()?,
            key: row.next()?,
            account: row.next()?,
            org: row.next()?,
            payee: Party::read(row)?,
            amount: row.money(currency)?,
            state: State::parse(&row.next::<String>()?)?,
            proposed_by: row.next()?,
            proposed_at: row.next()?,
            approved_by: row.next()?,
            file: row.next()?,
            closed_at: row.next()?,
            note: row.next()?,
        })
    }
}

/// Payouts that go to the bank as one instruction, paid from one account of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub place: PlaceId,
    pub id: PayoutFileId,
    /// Under which it goes to the bank, with those of other places: the first of them.
    pub message: PayoutFileId,
    pub payer: Party,
    /// The day on which the bank is asked to pay.
    pub execute_on: Day,
    pub sent_by: PersonId,
    pub sent_at: Instant,
}

impl FromRow for File {
    fn from_row(row: &mut Row) -> Result<File> {
        let (place, id) = (row.next()?, row.next::<PayoutFileId>()?);
        let payer = Party::read(row)?;
        let (execute_on, sent_by, sent_at) = (row.next()?, row.next()?, row.next()?);
        let message: String = row.next()?;
        let message = if message.is_empty() { id.clone() } else { PayoutFileId(message) };
        Ok(File { place, id, message, payer, execute_on, sent_by, sent_at })
    }
}

/// Proposes a payout, once a key; whether it is new. The caller checks the payee and reserves the amount.
pub fn propose(tx: &Tx, payout: &Payout) -> Result<bool> {
    let (scheme, number, bank_code) = payout.payee.account.columns();
    let made = tx.run(
        "insert into payout
           (place_id, id, key, account, org_id, payee_name, payee_scheme, payee_number, payee_bank_code, amount_minor,
            currency, state, proposed_by, proposed_at, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'proposed', $12, $13, '')
         on conflict (place_id, key) do nothing",
        &[
            &payout.place,
            &payout.id,
            &payout.key,
            &payout.account,
            &payout.org,
            &payout.payee.name,
            &scheme,
            &number,
            &bank_code,
            &payout.amount.minor,
            &payout.amount.currency,
            &payout.proposed_by,
            &payout.proposed_at,
        ],
    )?;
    Ok(made == 1)
}

/// Approves a proposed payout. Refuses who proposed it (`same_person`); whether it was not approved before.
pub fn approve(tx: &Tx, place: &PlaceId, id: &PayoutId, by: &PersonId, now: Instant) -> Result<bool> {
    let moved = tx
        .run(
            "update payout
             set state = 'approved', approved_by = $3, approved_at = $4
             where place_id = $1 and id = $2 and state = 'proposed'",
            &[place, id, by, &now],
        )
        .map_err(|error| if broke_check(&error, "payout_two_people") { same_person() } else { error })?;
    Ok(moved == 1)
}

/// The refusal of the one who proposed.
pub fn same_person() -> Error {
    refuse("same_person", "Somebody else must approve what you proposed.", "您发起的打款须由另一人审批。")
}

/// Puts an approved payout into a file; whether it was approved and in none.
pub fn put_into(tx: &Tx, file: &File, id: &PayoutId) -> Result<bool> {
    let moved = tx.run(
        "update payout
         set state = 'sent', file_id = $3
         where place_id = $1 and id = $2 and state = 'approved'",
        &[&file.place, id, &file.id],
    )?;
    Ok(moved == 1)
}

pub fn add_file(tx: &Tx, file: &File) -> Result<()> {
    let (scheme, number, bank_code) = file.payer.account.columns();
    tx.run(
        "insert into payout_file
           (place_id, id, payer_name, payer_scheme, payer_number, payer_bank_code, execute_on, sent_by, sent_at,
            message)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            &file.place,
            &file.id,
            &file.payer.name,
            &scheme,
            &number,
            &bank_code,
            &file.execute_on,
            &file.sent_by,
            &file.sent_at,
            &file.message,
        ],
    )?;
    Ok(())
}

/// Who closes a payout, when and with which words.
#[derive(Clone, Debug)]
pub struct Closing<'a> {
    pub by: &'a PersonId,
    pub at: Instant,
    pub note: &'a str,
}

/// Moves a payout from one state to its end; whether it was in that state.
pub fn close(
    tx: &Tx,
    place: &PlaceId,
    id: &PayoutId,
    (from, to): (State, State),
    closing: &Closing,
) -> Result<bool> {
    let note = closing.note;
    if note.chars().count() > NOTE_CHARS_MAX || note.chars().any(char::is_control) {
        return Err(Refusal::field(
            "note",
            "bad_note",
            "Write one line of at most 200 characters.",
            "请填写一行，最多200个字符。",
        )
        .into());
    }
    let moved = tx.run(
        "update payout
         set state = $4, closed_by = $5, closed_at = $6, note = $7
         where place_id = $1 and id = $2 and state = $3",
        &[place, id, &from.code(), &to.code(), closing.by, &closing.at, &note],
    )?;
    Ok(moved == 1)
}

pub fn any(view: &View, place: &PlaceId, id: &PayoutId) -> Result<Payout> {
    let found = view.maybe(
        "select currency, place_id, id, key, account, org_id, payee_name, payee_scheme, payee_number, payee_bank_code,
           amount_minor, state, proposed_by, proposed_at, approved_by, file_id, closed_at, note
         from payout
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("payout", "打款").into())
}

pub fn of_key(view: &View, place: &PlaceId, key: &str) -> Result<Option<Payout>> {
    view.maybe(
        "select currency, place_id, id, key, account, org_id, payee_name, payee_scheme, payee_number, payee_bank_code,
           amount_minor, state, proposed_by, proposed_at, approved_by, file_id, closed_at, note
         from payout
         where place_id = $1 and key = $2",
        &[place, &key],
    )
}

/// A place's payouts, the latest first, at most so many.
pub fn of_place(view: &View, place: &PlaceId, at_most: i64) -> Result<Vec<Payout>> {
    view.all(
        "select currency, place_id, id, key, account, org_id, payee_name, payee_scheme, payee_number, payee_bank_code,
           amount_minor, state, proposed_by, proposed_at, approved_by, file_id, closed_at, note
         from payout
         where place_id = $1
         order by proposed_at desc, id desc
         limit $2",
        &[place, &at_most],
    )
}

/// The payouts of a file, by id.
pub fn of_file(view: &View, place: &PlaceId, file: &PayoutFileId) -> Result<Vec<Payout>> {
    view.all(
        "select currency, place_id, id, key, account, org_id, payee_name, payee_scheme, payee_number, payee_bank_code,
           amount_minor, state, proposed_by, proposed_at, approved_by, file_id, closed_at, note
         from payout
         where place_id = $1 and file_id = $2
         order by id",
        &[place, file],
    )
}

pub fn any_file(view: &View, place: &PlaceId, id: &PayoutFileId) -> Result<File> {
    let found = view.maybe(
        "select place_id, id, payer_name, payer_scheme, payer_number, payer_bank_code, execute_on, sent_by, sent_at,
           message
         from payout_file
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("payout file", "打款文件").into())
}

fn refuse(code: &'static str, en: &str, zh: &str) -> Error {
    Refusal::new(Kind::Conflict, code, en, zh).into()
}
