//! What goes wrong in a rehearsal, and how often.

use kernel::Dice;

/// Probabilities of trouble, each 0 to 1.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// A notice that never arrives; somebody has to ask.
    pub notice_lost: f64,
    /// A notice that arrives twice.
    pub notice_repeated: f64,
    /// A notice that arrives after the hold is over.
    pub notice_late: f64,
    /// A consumer who holds seats and walks away.
    pub abandoned: f64,
    /// A consumer who returns tickets or goods.
    pub refunded: f64,
    /// An hour in which a reply of the provider is lost after its work was done.
    pub reply_lost: f64,
    /// A story during whose commit the process is killed; half of them before, half after.
    pub killed: f64,
}

/// What happens to one notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Arrives,
    ArrivesTwice,
    ArrivesLate,
    IsLost,
}

impl Faults {
    /// An ordinary week.
    pub fn ordinary() -> Faults {
        Faults {
            notice_lost: 0.004,
            notice_repeated: 0.02,
            notice_late: 0.002,
            abandoned: 0.06,
            refunded: 0.012,
            reply_lost: 0.0,
            killed: 0.0,
        }
    }

    /// A week that nobody wants: for rehearsals.
    pub fn hostile() -> Faults {
        Faults {
            notice_lost: 0.08,
            notice_repeated: 0.15,
            notice_late: 0.08,
            abandoned: 0.15,
            refunded: 0.08,
            reply_lost: 0.3,
            killed: 0.06,
        }
    }

    pub fn fate(&self, dice: &mut Dice) -> Fate {
        let weights = [self.notice_repeated, self.notice_late, self.notice_lost];
        let rest = 1.0 - weights.iter().sum::<f64>();
        match dice.weighted(&[rest, weights[0], weights[1], weights[2]]) {
            1 => Fate::ArrivesTwice,
            2 => Fate::ArrivesLate,
            3 => Fate::IsLost,
            _ => Fate::Arrives,
        }
    }
}
