//! How things go wrong: a *refusal* is an answer for a person, a *fault* is unexpected.

use crate::{Lang, Words};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of answer a refusal is; the edges map it to an HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The input cannot be understood or breaks a stated limit (422).
    Invalid,
    /// Nobody has signed in (401).
    SignInFirst,
    /// Somebody has, but may not (403).
    Forbidden,
    /// There is no such thing, or it is somebody else's (404).
    NotFound,
    /// The thing is not in a state that allows this (409).
    Conflict,
    /// It was there and its time is over (410).
    Gone,
    /// Too many tries (429).
    TooMany,
    /// The house is busy; the same request may be sent again (503).
    Busy,
}

impl Kind {
    /// The HTTP status code.
    pub fn status(self) -> u16 {
        match self {
            Kind::Invalid => 422,
            Kind::SignInFirst => 401,
            Kind::Forbidden => 403,
            Kind::NotFound => 404,
            Kind::Conflict => 409,
            Kind::Gone => 410,
            Kind::TooMany => 429,
            Kind::Busy => 503,
        }
    }
}

/// An answer that says no, in a sentence for the person who reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: Kind,
    /// Stable, for programs: `seat_taken`.
    pub code: &'static str,
    pub say: Words,
    /// The form field it is about, when there is one.
    pub field: Option<&'static str>,
}

impl Refusal {
    pub fn new(kind: Kind, code: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Refusal {
        Refusal { kind, code, say: Words::new(en, zh), field: None }
    }

    /// A refusal of one field of a form.
    pub fn field(
        field: &'static str,
        code: &'static str,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Refusal {
        Refusal { field: Some(field), ..Refusal::new(Kind::Invalid, code, en, zh) }
    }

    pub fn not_found(en: &str, zh: &str) -> Refusal {
        Refusal::new(
            Kind::NotFound,
            "not_found",
            format!("There is no such {en} here."),
            format!("这里没有这个{zh}。"),
        )
    }

    pub fn forbidden() -> Refusal {
        Refusal::new(Kind::Forbidden, "forbidden", "Your account may not do this.", "您的账号没有这项权限。")
    }

    pub fn sign_in_first() -> Refusal {
        Refusal::new(Kind::SignInFirst, "sign_in_first", "Please sign in first.", "请先登录。")
    }

    pub fn in_(&self, lang: Lang) -> &str {
        self.say.in_(lang)
    }
}

/// Why a story stopped.
#[derive(Debug)]
pub enum Error {
    Refused(Refusal),
    Fault(anyhow::Error),
}

impl Error {
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Error::Refused(refusal) => Some(refusal),
            Error::Fault(_) => None,
        }
    }

    /// A fault described in words.
    pub fn fault(message: impl Into<String>) -> Error {
        Error::Fault(anyhow::anyhow!(message.into()))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused(refusal)
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Error {
        Error::Fault(error.into())
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Refused(refusal) => write!(f, "refused ({}): {}", refusal.code, refusal.say.en),
            Error::Fault(fault) => write!(f, "fault: {fault:#}"),
        }
    }
}

impl From<Error> for anyhow::Error {
    fn from(error: Error) -> anyhow::Error {
        match error {
            Error::Refused(refusal) => anyhow::anyhow!("refused ({}): {}", refusal.code, refusal.say.en),
            Error::Fault(fault) => fault,
        }
    }
}
