//! The line before an on-sale: whose turn it is, and when, from a place in it and the clock alone.
//!
//! Whoever joins before the doors open draws a lot, so that nobody gains by being first; whoever joins later stands at the
//! end. A gate passes the positions at a pace; each has a turn of some minutes from then on. Nothing of this is kept
//! a visitor: a place is a signed word in their own hands.

use kernel::Instant;

const MICROS_A_MINUTE: i128 = 60_000_000;

/// How fast people are let in from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub from: Instant,
    /// Zero lets nobody in.
    pub per_minute: i64,
}

/// The paces of an on-sale, in the order of their instants; the first begins when the doors open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate(Vec<Pace>);

impl Gate {
    pub fn new(paces: Vec<Pace>) -> Gate {
        debug_assert!(paces.is_sorted_by_key(|pace| pace.from), "paces come in their order");
        Gate(paces)
    }

    /// How many positions have had their turn come by now; they count from 0, and the first has it when the doors open.
    pub fn passed(&self, now: Instant) -> i64 {
        let mut moved = None;
        for (at, pace) in self.0.iter().enumerate() {
            let until = self.0.get(at + 1).map_or(now, |next| next.from.min(now));
            if pace.per_minute > 0 && until >= pace.from {
                *moved.get_or_insert(0) += span(pace.from, until) * i128::from(pace.per_minute);
            }
        }
        moved.map_or(0, |moved| (moved / MICROS_A_MINUTE) as i64 + 1)
    }

    /// How many are let in a minute now.
    pub fn pace(&self, now: Instant) -> i64 {
        self.0.iter().rev().find(|pace| pace.from <= now).map_or(0, |pace| pace.per_minute)
    }

    /// When a position has its turn come; none while the gate stands still before it.
    pub fn reaches(&self, position: i64) -> Option<Instant> {
        let mut left = i128::from(position) * MICROS_A_MINUTE;
        for (at, pace) in self.0.iter().enumerate().filter(|(_, pace)| pace.per_minute > 0) {
            let micros = (left + i128::from(pace.per_minute) - 1) / i128::from(pace.per_minute);
            let end = self.0.get(at + 1).map(|next| next.from);
            if end.is_none_or(|end| micros <= span(pace.from, end)) {
                return Some(Instant::from_micros(pace.from.micros + i64::try_from(micros).ok()?));
            }
            left -= end.map_or(0, |end| span(pace.from, end)) * i128::from(pace.per_minute);
        }
        None
    }
}

fn span(from: Instant, until: Instant) -> i128 {
    i128::from(until.micros - from.micros)
}

/// A place in the line, as its holder carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Joined before the doors opened, with this lot; 2⁶⁴ lots are as likely as each other.
    Early { lot: u64 },
    /// Joined later, at this position.
    Late { position: i64 },
}

/// How somebody in the line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The lots are drawn when the doors open.
    Early,
    Waiting {
        /// Positions that come before.
        ahead: i64,
        /// When the turn comes at the present pace; nobody knows while the gate stands still.
        turn: Option<Instant>,
    },
    Turn {
        until: Instant,
    },
    /// The turn came and went.
    Missed,
    /// Nobody stands in line any more; everybody may buy.
    Over,
}

impl Standing {
    pub fn code(self) -> &'static str {
        match self {
            Standing::Early => "early",
            Standing::Waiting { .. } => "waiting",
            Standing::Turn { .. } => "turn",
            Standing::Missed => "missed",
            Standing::Over => "over",
        }
    }
}

/// A line as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub opens_at: Instant,
    pub closes_at: Instant,
    /// How long a turn is.
    pub turn_minutes: i64,
    pub gate: Gate,
    /// How many joined early; unknown until the doors open.
    pub early: Option<i64>,
}

impl Line {
    /// The position of a place; unknown for an early one before the lots are drawn.
    ///
    /// A lot out of 2⁶⁴ takes its holder as far into the `early` positions as it lies within all lots.
    pub fn position(&self, place: Place) -> Option<i64> {
        match place {
            Place::Early { lot } => Some(((i128::from(lot) * i128::from(self.early?)) >> 64) as i64),
            Place::Late { position } => Some(position),
        }
    }

    pub fn standing(&self, place: Place, now: Instant) -> Standing {
        if now >= self.closes_at {
            return Standing::Over;
        }
        let Some(position) = self.position(place).filter(|_| now >= self.opens_at) else {
            return Standing::Early;
        };
        let turn = self.gate.reaches(position);
        let Some(came) = turn.filter(|turn| *turn <= now) else {
            return Standing::Waiting { ahead: (position - self.gate.passed(now)).max(0), turn };
        };
        let until = came.plus_minutes(self.turn_minutes).min(self.closes_at);
        if now < until { Standing::Turn { until } } else { Standing::Missed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPEN: Instant = Instant::from_micros(1_482_480_000_000_000);

    fn gate(paces: &[(i64, i64)]) -> Gate {
        let pace = |(second, per_minute): &(i64, i64)| Pace {
            from: OPEN.plus_seconds(*second),
            per_minute: *per_minute,
        };
        Gate::new(paces.iter().map(pace).collect())
    }

    fn line(early: Option<i64>) -> Line {
        let closes_at = OPEN.plus_minutes(120);
        Line { opens_at: OPEN, closes_at, turn_minutes: 10, gate: gate(&[(0, 60)]), early }
    }

    /// docs/algorithms/waiting_in_line.md, by hand: 60 a minute for a minute, nobody for two, then 120 a minute.
    #[test]
    fn the_gate_keeps_its_paces() {
        let gate = gate(&[(0, 60), (60, 0), (180, 120)]);
        assert_eq!(gate.passed(OPEN.plus_seconds(-1)), 0);
        assert_eq!(gate.passed(OPEN), 1);
        assert_eq!(gate.passed(OPEN.plus_seconds(30)), 31);
        assert_eq!(gate.passed(OPEN.plus_seconds(120)), 61);
        assert_eq!(gate.passed(OPEN.plus_seconds(190)), 81);
        assert_eq!(gate.reaches(0), Some(OPEN));
        assert_eq!(gate.reaches(45), Some(OPEN.plus_seconds(45)));
        assert_eq!(gate.reaches(80), Some(OPEN.plus_seconds(190)));
    }

    #[test]
    fn a_gate_that_stands_still_has_no_hour() {
        let gate = gate(&[(0, 60), (60, 0)]);
        assert_eq!(gate.reaches(60), Some(OPEN.plus_seconds(60)));
        assert_eq!(gate.reaches(61), None);
    }

    /// By hand: a lot of three quarters of 2⁶⁴ among 1,000 early ones is position 750, whose turn comes after 750 s.
    #[test]
    fn a_lot_is_a_share_of_those_who_were_early() {
        let place = Place::Early { lot: 3 << 62 };
        assert_eq!(line(None).standing(place, OPEN.plus_seconds(-60)), Standing::Early);
        assert_eq!(line(None).standing(place, OPEN.plus_seconds(1)), Standing::Early);
        let line = line(Some(1_000));
        let turn = OPEN.plus_seconds(750);
        assert_eq!(line.position(place), Some(750));
        let waiting = line.standing(place, OPEN.plus_seconds(50));
        assert_eq!(waiting, Standing::Waiting { ahead: 699, turn: Some(turn) });
        assert_eq!(line.standing(place, turn), Standing::Turn { until: turn.plus_minutes(10) });
        assert_eq!(line.standing(place, turn.plus_minutes(10)), Standing::Missed);
        assert_eq!(line.standing(place, OPEN.plus_minutes(120)), Standing::Over);
    }

    proptest! {
        #[test]
        fn the_gate_has_passed_a_position_from_its_turn_on(
            paces in prop::collection::vec((1_i64..600, 0_i64..10_000), 1..6),
            position in 0_i64..100_000,
        ) {
            let mut second = 0;
            let steps: Vec<(i64, i64)> = paces.iter().map(|(seconds, per_minute)| {
                let step = (second, *per_minute);
                second += seconds;
                step
            }).collect();
            let gate = gate(&steps);
            match gate.reaches(position) {
                Some(turn) => {
                    prop_assert!(gate.passed(turn) > position);
                    let before = Instant::from_micros(turn.micros - 1);
                    prop_assert!(gate.passed(before) <= position || position == 0);
                }
                None => prop_assert!(gate.passed(OPEN.plus_seconds(second + 1_000_000)) <= position),
            }
        }
    }
}
