//! What a licensor decides: each stage once, in order, for good. The last approval makes the contract.

use crate::applications::{self, Application, Stage, State};
use crate::contracts::{self, Contract};
use crate::limits;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, ApplicationId, Day, Error, Instant, Kind, OrgId, Refusal, Result, Words};

pub const NOTE_CHARS_MAX: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Approved,
    Rejected,
}

impl Decision {
    pub const ALL: [Decision; 2] = [Decision::Approved, Decision::Rejected];

    pub fn code(self) -> &'static str {
        match self {
            Decision::Approved => "approved",
            Decision::Rejected => "rejected",
        }
    }

    pub fn parse(code: &str) -> Option<Decision> {
        Decision::ALL.into_iter().find(|decision| decision.code() == code)
    }

    pub fn words(self) -> Words {
        match self {
            Decision::Approved => Words::new("Approved", "通过"),
            Decision::Rejected => Words::new("Rejected", "驳回"),
        }
    }
}

/// One decision, as it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub application: ApplicationId,
    pub stage: Stage,
    pub decision: Decision,
    pub note: String,
    /// The code of the actor.
    pub decided_by: String,
    pub at: Instant,
}

impl FromRow for Approval {
    fn from_row(row: &mut Row) -> Result<Approval> {
        let (application, stage, decision) = (row.next()?, row.next::<String>()?, row.next::<String>()?);
        Ok(Approval {
            application,
            stage: Stage::parse(&stage).ok_or_else(|| Error::fault(format!("a stage is {stage}")))?,
            decision: Decision::parse(&decision)
                .ok_or_else(|| Error::fault(format!("a decision is {decision}")))?,
            note: row.next()?,
            decided_by: row.next()?,
            at: row.next()?,
        })
    }
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub application: Application,
    /// The contract that the last approval made.
    pub contract: Option<Contract>,
}

/// What a studio says at a stage. A rejection says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling<'a> {
    pub stage: Stage,
    pub decision: Decision,
    pub note: &'a str,
}

/// Decides the stage that is waited for; a contract that comes of it begins today.
pub fn decide(
    tx: &Tx,
    act: &mut Act,
    licensor: &OrgId,
    application: &ApplicationId,
    ruling: Ruling,
    today: Day,
) -> Result<Decided> {
    let Ruling { stage, decision, note } = ruling;
    match decision {
        Decision::Approved => limits::short("note", note, NOTE_CHARS_MAX)?,
        Decision::Rejected => limits::filled("note", note, NOTE_CHARS_MAX)?,
    }
    let application = applications::for_licensor(tx, licensor, application)?;
    let next = after(stage, decision);
    let moved = applications::change(tx, &application.id, State::awaiting(stage), next)?;
    if !moved || !write_down(tx, act, &application.id, stage, decision, note)? {
        let now = applications::any(tx, &application.id)?.state;
        return Err(not_awaited(stage, now).into());
    }
    let application = Application { state: next, ..application };
    let contract = match next {
        State::Approved => Some(contracts::make(tx, act, &application, today)?),
        _ => None,
    };
    Ok(Decided { application, contract })
}

/// Where an application goes from a stage.
fn after(stage: Stage, decision: Decision) -> State {
    match (stage, decision) {
        (_, Decision::Rejected) => State::Rejected,
        (Stage::Concept, Decision::Approved) => State::Sample,
        (Stage::Sample, Decision::Approved) => State::Approved,
    }
}

fn write_down(
    tx: &Tx,
    act: &Act,
    application: &ApplicationId,
    stage: Stage,
    decision: Decision,
    note: &str,
) -> Result<bool> {
    let written = tx.run(
        "insert into approval (application_id, stage, decision, note, decided_by, at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (application_id, stage) do nothing",
        &[application, &stage.code(), &decision.code(), &note, &act.actor.code(), &act.at],
    )?;
    Ok(written == 1)
}

/// The decisions on an application that the caller was allowed to see, the first first.
pub fn of(view: &View, application: &Application) -> Result<Vec<Approval>> {
    view.all(
        "select application_id, stage, decision, note, decided_by, at
        from approval
        where application_id = $1
        order by at, stage",
        &[&application.id],
    )
}

fn not_awaited(stage: Stage, state: State) -> Refusal {
    let (stage, state) = (stage.words(), state.words());
    Refusal {
        field: Some("stage"),
        ..Refusal::new(
            Kind::Conflict,
            "stage_not_awaited",
            format!("“{}” is not waiting for a decision; the application is: {}.", stage.en, state.en),
            format!("“{}”阶段现在不待审，申请状态：{}。", stage.zh, state.zh),
        )
    }
}
