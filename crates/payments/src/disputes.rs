//! Disputes: a payer's bank takes the money back until it is decided whose it is.

use crate::intents;
use db::{FromRow, Row, Tx, View};
use kernel::{Currency, Day, DisputeId, Error, Instant, IntentId, Kind, Money, PlaceId, Refusal, Result};
use sha2::{Digest, Sha256};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    /// It stays with us.
    Won,
    /// It went back to the payer.
    Lost,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Won => "won",
            State::Lost => "lost",
        }
    }

    fn parse(code: &str) -> Result<State> {
        let found = [State::Open, State::Won, State::Lost].into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::fault(format!("unknown state of a dispute: {code}")))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Dispute {
    pub place: PlaceId,
    pub id: DisputeId,
    pub intent: IntentId,
    pub reason: String,
    pub amount: Money,
    /// Until when the provider wants our evidence.
    pub answer_by: Day,
    pub state: State,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
    /// What was put together against it.
    pub evidence: String,
    /// Its number at the provider; empty when it was recorded by hand.
    pub number: String,
}

/// What a provider tells of a dispute.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub provider: String,
    /// The provider's own number for the dispute, and for the payment it is about.
    pub number: String,
    pub reference: String,
    pub reason: String,
    pub amount: Money,
    pub answer_by: Day,
    pub state: State,
}

impl Told {
    /// The same dispute of one provider has the same id with us.
    pub fn id(&self) -> DisputeId {
        let hash = Sha256::digest(format!("{}\n{}", self.provider, self.number).as_bytes());
        DisputeId(format!(
            "dsp_{}",
            hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect::<String>()
        ))
    }
}

/// Characters of a reason and of what was put together, at most.
pub const REASON_CHARS_MAX: usize = 200;
pub const EVIDENCE_CHARS_MAX: usize = 4000;

impl FromRow for Dispute {
    fn from_row(row: &mut Row) -> Result<Dispute> {
        let currency: Currency = row.next()?;
        Ok(Dispute {
            place: row.next()?,
            id: row.next()?,
            intent: row.next()?,
            reason: row.next()?,
            amount: row.money(currency)?,
            answer_by: row.next()?,
            state: State::parse(&row.next::<String>()?)?,
            opened_at: row.next()?,
            closed_at: row.next()?,
            evidence: row.next()?,
            number: row.next()?,
        })
    }
}

/// Records a dispute, once an id, and holds its amount of the payment. Refuses more than is left of that
/// (`dispute_too_large`), and the same id with another content (`dispute_differs`), a reason that is none (`bad_reason`).
pub fn open(tx: &Tx, dispute: &Dispute) -> Result<bool> {
    let reason = dispute.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.chars().any(char::is_control)
    {
        return Err(Refusal::field(
            "reason",
            "bad_reason",
            "Write the reason in one line of at most 200 characters.",
            "请用一行填写争议原因，最多200个字符。",
        )
        .into());
    }
    if dispute.amount.minor <= 0 {
        return Err(too_large());
    }
    let opened = tx.run(
        "insert into dispute
           (place_id, id, intent_id, reason, amount_minor, currency, answer_by, state, opened_at, evidence, number)
         values ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10)
         on conflict (place_id, id) do nothing",
        &[
            &dispute.place,
            &dispute.id,
            &dispute.intent,
            &reason,
            &dispute.amount.minor,
            &dispute.amount.currency,
            &dispute.answer_by,
            &dispute.opened_at,
            &dispute.evidence,
            &dispute.number,
        ],
    )?;
    if opened == 1 {
        let currency = intents::left(tx, &dispute.place, &dispute.intent)?.currency;
        let fits = currency == dispute.amount.currency
            && intents::hold(tx, &dispute.place, &dispute.intent, dispute.amount)?;
        return if fits { Ok(true) } else { Err(too_large()) };
    }
    let kept = any(tx, &dispute.place, &dispute.id)?;
    if (&kept.intent, kept.amount) != (&dispute.intent, dispute.amount) {
        return Err(refuse(
            "dispute_differs",
            "This dispute is about something else.",
            "该争议编号已用于其他付款。",
        ));
    }
    Ok(false)
}

fn too_large() -> Error {
    refuse("dispute_too_large", "Less than this is left of the payment.", "争议金额超过该笔付款的剩余金额。")
}

/// Decides a dispute, once; what it held of the payment is free again when it is won, and gone when it is lost. Refuses one that was decided otherwise (`dispute_closed`).
pub fn close(
    tx: &Tx,
    place: &PlaceId,
    id: &DisputeId,
    as_: State,
    by: &str,
    now: Instant,
) -> Result<Dispute> {
    let closed = tx.run(
        "update dispute
         set state = $3, closed_at = $4, closed_by = $5
         where place_id = $1 and id = $2 and state = 'open'",
        &[place, id, &as_.code(), &now, &by],
    )?;
    let dispute = any(tx, place, id)?;
    if closed == 1 && as_ == State::Won {
        intents::release(tx, place, &dispute.intent, dispute.amount)?;
    }
    if dispute.state != as_ {
        return Err(refuse(
            "dispute_closed",
            "This dispute was decided otherwise.",
            "该争议已按另一方式结案。",
        ));
    }
    Ok(dispute)
}

/// Keeps what was put together against an open dispute, in place of what was there. Refuses what is too long
/// (`bad_evidence`), and a dispute that is decided (`dispute_closed`).
pub fn put_evidence(tx: &Tx, place: &PlaceId, id: &DisputeId, evidence: &str) -> Result<Dispute> {
    let evidence = evidence.trim();
    let has_control = evidence.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    if evidence.chars().count() > EVIDENCE_CHARS_MAX || has_control {
        return Err(Refusal::field(
            "evidence",
            "bad_evidence",
            "Write at most 4,000 characters.",
            "最多填写4000个字符。",
        )
        .into());
    }
    let put = tx.run(
        "update dispute set evidence = $3 where place_id = $1 and id = $2 and state = 'open'",
        &[place, id, &evidence],
    )?;
    let dispute = any(tx, place, id)?;
    if put == 0 {
        return Err(refuse("dispute_closed", "This dispute is decided.", "该争议已结案。"));
    }
    Ok(dispute)
}

/// A dispute of a place by its id.
pub fn any(view: &View, place: &PlaceId, id: &DisputeId) -> Result<Dispute> {
    let found = view.maybe(
        "select currency, place_id, id, intent_id, reason, amount_minor, answer_by, state, opened_at, closed_at,
           evidence, number
         from dispute
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("dispute", "争议").into())
}

/// Refuses what would give money back twice: a payment is disputed and nobody knows yet whose it is
/// (`payment_disputed`). Call it with the payment locked.
pub fn none_open(view: &View, place: &PlaceId, intent: &IntentId) -> Result<()> {
    let (open,): (i64,) = view.one(
        "select count(*) from dispute where place_id = $1 and intent_id = $2 and state = 'open'",
        &[place, intent],
    )?;
    if open == 0 {
        return Ok(());
    }
    Err(refuse(
        "payment_disputed",
        "The payer disputes this payment at their bank. A refund waits until the dispute is decided.",
        "付款人已就这笔付款提出争议，须待争议结案后才能退款。",
    ))
}

/// Whether there is a dispute of this id.
pub fn is_known(view: &View, place: &PlaceId, id: &DisputeId) -> Result<bool> {
    let (known,): (i64,) =
        view.one("select count(*) from dispute where place_id = $1 and id = $2", &[place, id])?;
    Ok(known == 1)
}

fn refuse(code: &'static str, en: &str, zh: &str) -> Error {
    Refusal::new(Kind::Conflict, code, en, zh).into()
}
