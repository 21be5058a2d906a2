//! Who may do a thing, as every page and endpoint declares it.

use kernel::{Actor, Refusal, Role};

/// Whom a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Anyone,
    /// Every signed-in person is a consumer.
    SignedIn,
    /// Holders of any of these roles, and operators.
    Roles(&'static [Role]),
}

impl Who {
    pub fn check(&self, actor: &Actor) -> Result<(), Refusal> {
        match self {
            Who::Anyone => Ok(()),
            Who::SignedIn => actor.signed_in().map(|_| ()),
            Who::Roles(roles) => {
                actor.signed_in()?;
                let may = actor.is_operator() || roles.iter().any(|role| actor.has(*role));
                if may { Ok(()) } else { Err(Refusal::forbidden()) }
            }
        }
    }

    /// For documents and logs: `anyone`, `signed_in`, `studio or marketer`.
    pub fn code(&self) -> String {
        match self {
            Who::Anyone => "anyone".into(),
            Who::SignedIn => "signed_in".into(),
            Who::Roles(roles) => roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(" or "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Kind, OrgId, PersonId};

    fn somebody(roles: &[Role]) -> Actor {
        let roles = roles.iter().map(|role| (*role, OrgId("org_1".into()))).collect();
        Actor::Person { id: PersonId("per_1".into()), name: "Ann".into(), roles }
    }

    #[test]
    fn operators_may_what_any_role_may() {
        let who = Who::Roles(&[Role::Studio, Role::Marketer]);
        let said = |actor| who.check(&actor).map_err(|no| no.kind);
        assert_eq!(said(Actor::Guest), Err(Kind::SignInFirst));
        assert_eq!(said(somebody(&[])), Err(Kind::Forbidden));
        assert_eq!(said(somebody(&[Role::Cinema])), Err(Kind::Forbidden));
        assert_eq!(said(somebody(&[Role::Marketer])), Ok(()));
        assert_eq!(said(somebody(&[Role::Operator])), Ok(()));
        assert_eq!(who.code(), "studio or marketer");
    }

    #[test]
    fn every_signed_in_person_is_a_consumer() {
        assert!(Who::SignedIn.check(&Actor::Guest).is_err());
        assert_eq!(Who::SignedIn.check(&somebody(&[])), Ok(()));
        assert_eq!(Who::Anyone.check(&Actor::Guest), Ok(()));
    }
}
