//! What the house asks of those who work in it before they may: a second factor, and not to sit idle for long.

use crate::{sessions, settings};
use db::{Tx, View};
use kernel::{Error, Kind, OrgId, Refusal, Result, Role};
use std::ops::RangeInclusive;

const SECOND_FACTOR_FOR: &str = "second_factor_for";
const IDLE: &str = "idle_minutes";

/// Whose roles wait until they have a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FactorFor {
    #[default]
    Nobody,
    Operators,
    /// Operators, and whoever may tell a bank account, settle or give money back.
    Money,
}

impl FactorFor {
    pub const ALL: [FactorFor; 3] = [FactorFor::Nobody, FactorFor::Operators, FactorFor::Money];

    pub fn code(self) -> &'static str {
        match self {
            FactorFor::Nobody => "nobody",
            FactorFor::Operators => "operators",
            FactorFor::Money => "money",
        }
    }

    pub fn parse(code: &str) -> Option<FactorFor> {
        FactorFor::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Whether somebody with these roles is asked for one.
    pub fn includes(self, roles: &[(Role, OrgId)]) -> bool {
        roles.iter().any(|(role, _)| match self {
            FactorFor::Nobody => false,
            FactorFor::Operators => *role == Role::Operator,
            FactorFor::Money => moves_money(*role),
        })
    }
}

fn moves_money(role: Role) -> bool {
    match role {
        Role::Cinema | Role::Merchant | Role::Operator | Role::Shop | Role::Studio => true,
        Role::Marketer => false,
    }
}

/// The shortest and the longest that somebody may sit idle, in minutes; the longest is as long as a session lasts.
pub const IDLE_MINUTES: RangeInclusive<i64> = 5..=sessions::LASTS_DAYS * 24 * 60;
const IDLE_MINUTES_USUAL: i64 = 12 * 60;

/// The rules of a house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    pub factor_for: FactorFor,
    /// How long a session of somebody who works here may be left alone, in minutes.
    pub idle_minutes: i64,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules { factor_for: FactorFor::default(), idle_minutes: IDLE_MINUTES_USUAL }
    }
}

/// What whoever holds roles that wait is told where they would need one.
pub fn factor_first() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "second_factor_first",
        "The house asks for a second factor of those who do this. Set it up on your account page; your roles wait until then.",
        "平台要求从事此项工作的人员开启两步验证。请先在账号页开启，此前您的角色暂不生效。",
    )
}

pub fn rules(view: &View) -> Result<Rules> {
    let kept: Vec<(String, String)> =
        view.all("select name, value from setting where name in ($1, $2)", &[&SECOND_FACTOR_FOR, &IDLE])?;
    kept.iter().try_fold(Rules::default(), |rules, (name, value)| match name.as_str() {
        SECOND_FACTOR_FOR => {
            Ok(Rules { factor_for: FactorFor::parse(value).ok_or_else(|| unknown(name))?, ..rules })
        }
        _ => Ok(Rules { idle_minutes: value.parse().map_err(|_| unknown(name))?, ..rules }),
    })
}

fn unknown(name: &str) -> Error {
    Error::fault(format!("the setting `{name}` is none that is known"))
}

pub fn put(tx: &Tx, rules: &Rules) -> Result<()> {
    settings::put(tx, SECOND_FACTOR_FOR, rules.factor_for.code())?;
    settings::put(tx, IDLE, &rules.idle_minutes.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::{Lane, scratch::scratch};

    #[test]
    fn rules_are_kept() {
        let db = scratch();
        let story = db.write_blocking(Lane::house(), |tx| {
            assert_eq!(rules(tx)?, Rules::default());
            let strict = Rules { factor_for: FactorFor::Money, idle_minutes: 30 };
            put(tx, &strict)?;
            assert_eq!(rules(tx)?, strict);
            for (name, value) in [(SECOND_FACTOR_FOR, "everybody"), (IDLE, "long")] {
                put(tx, &strict)?;
                settings::put(tx, name, value)?;
                assert!(rules(tx).is_err(), "an unknown rule lets nobody in");
            }
            Ok(())
        });
        story.expect("a write");
    }

    #[test]
    fn those_who_move_money_are_asked() {
        let asked = |rule: FactorFor| {
            let holds = |role: &&Role| rule.includes(&[(**role, OrgId("org_1".into()))]);
            Role::ALL.iter().filter(holds).map(|role| role.code()).collect::<Vec<_>>()
        };
        assert!(asked(FactorFor::Nobody).is_empty());
        assert_eq!(asked(FactorFor::Operators), ["operator"]);
        assert_eq!(asked(FactorFor::Money), ["cinema", "merchant", "operator", "shop", "studio"]);
        assert!(!FactorFor::Money.includes(&[]), "who only buys is not");
    }
}
