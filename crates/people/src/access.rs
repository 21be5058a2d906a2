//! What the house asks of those who work in it before they may: a second factor, and not to sit idle for long.

use crate::settings;
use db::{Tx, View};
use kernel::{Error, Kind, OrgId, Refusal, Result, Role};

const SECOND_FACTOR_FOR: &str = "second_factor_for";

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

/// The rules of a house.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub factor_for: FactorFor,
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
    let kept = settings::get(view, SECOND_FACTOR_FOR)?;
    let factor_for = match kept.as_deref() {
        None => FactorFor::default(),
        Some(code) => FactorFor::parse(code)
            .ok_or_else(|| Error::fault("the setting `second_factor_for` is none that is known"))?,
    };
    Ok(Rules { factor_for })
}

pub fn put(tx: &Tx, rules: &Rules) -> Result<()> {
    settings::put(tx, SECOND_FACTOR_FOR, rules.factor_for.code())
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
            let strict = Rules { factor_for: FactorFor::Money };
            put(tx, &strict)?;
            assert_eq!(rules(tx)?, strict);
            settings::put(tx, SECOND_FACTOR_FOR, "everybody")?;
            Ok(rules(tx).is_err())
        });
        assert!(story.expect("a write"), "an unknown rule lets nobody in");
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
