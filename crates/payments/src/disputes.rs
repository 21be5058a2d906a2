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

/// Records a dispute, once an id. Refuses more than was captured (`dispute_too_large`): what went back already may be
/// disputed all the same, for the bank takes it. Refuses the same id with another content (`dispute_differs`), a reason
/// that is none (`bad_reason`).
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
    let intent = intents::any(tx, &dispute.place, &dispute.intent)?;
    dispute.amount.same_currency(intent.captured)?;
    if dispute.amount.minor > intent.captured.minor || dispute.amount.minor <= 0 {
        return Err(refuse("dispute_too_large", "Less than this was paid.", "争议金额超过实付金额。"));
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
    let kept = any(tx, &dispute.place, &dispute.id)?;
    if (&kept.intent, kept.amount) != (&dispute.intent, dispute.amount) {
        return Err(refuse(
            "dispute_differs",
            "This dispute is about something else.",
            "该争议编号已用于其他付款。",
        ));
    }
    Ok(opened == 1)
}

/// Decides a dispute, once. Refuses one that was decided otherwise (`dispute_closed`).
pub fn close(
    tx: &Tx,
    place: &PlaceId,
    id: &DisputeId,
    as_: State,
    by: &str,
    now: Instant,
) -> Result<Dispute> {
    tx.run(
        "update dispute
         set state = $3, closed_at = $4, closed_by = $5
         where place_id = $1 and id = $2 and state = 'open'",
        &[place, id, &as_.code(), &now, &by],
    )?;
    let dispute = any(tx, place, id)?;
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

fn refuse(code: &'static str, en: &str, zh: &str) -> Error {
    Refusal::new(Kind::Conflict, code, en, zh).into()
}
