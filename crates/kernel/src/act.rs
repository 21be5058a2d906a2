//! Who does something, and when: the first argument of every story.

use crate::{Dice, Instant, OrgId, PersonId, Refusal, ids::Id};

/// What a member of an organisation may do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Cinema,
    Marketer,
    Merchant,
    /// Runs the house; may do everything.
    Operator,
    Shop,
    Studio,
}

impl Role {
    pub const ALL: [Role; 6] =
        [Role::Cinema, Role::Marketer, Role::Merchant, Role::Operator, Role::Shop, Role::Studio];

    pub fn code(self) -> &'static str {
        match self {
            Role::Cinema => "cinema",
            Role::Marketer => "marketer",
            Role::Merchant => "merchant",
            Role::Operator => "operator",
            Role::Shop => "shop",
            Role::Studio => "studio",
        }
    }

    pub fn parse(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// Who is acting. Every signed-in person is a consumer; roles come from memberships.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who has not signed in.
    Guest,
    Person {
        id: PersonId,
        name: String,
        roles: Vec<(Role, OrgId)>,
    },
    /// The program itself: sweeps, notices from a provider, closings.
    System,
}

impl Actor {
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Actor::Person { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The person, or the refusal that asks them to sign in.
    pub fn signed_in(&self) -> Result<&PersonId, Refusal> {
        self.person().ok_or_else(Refusal::sign_in_first)
    }

    pub fn roles(&self) -> &[(Role, OrgId)] {
        match self {
            Actor::Person { roles, .. } => roles,
            _ => &[],
        }
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles().iter().any(|(held, _)| *held == role || *held == Role::Operator)
    }

    pub fn is_operator(&self) -> bool {
        self.has(Role::Operator)
    }

    /// The organisations for which this actor holds the role.
    pub fn orgs(&self, role: Role) -> Vec<OrgId> {
        self.roles().iter().filter(|(held, _)| *held == role).map(|(_, org)| org.clone()).collect()
    }

    /// Whether the actor holds the role at this organisation; an operator holds every role everywhere.
    pub fn may(&self, role: Role, org: &OrgId) -> bool {
        self.is_operator() || self.roles().iter().any(|(held, at)| *held == role && at == org)
    }

    /// What the log writes: `per_…`, `guest` or `system`.
    pub fn code(&self) -> &str {
        match self {
            Actor::Guest => "guest",
            Actor::Person { id, .. } => &id.0,
            Actor::System => "system",
        }
    }
}

/// One act: the actor, the moment and dice of its own.
///
/// A transaction may run again, so it clones the act first; every run then makes the same ids.
#[derive(Clone)]
pub struct Act {
    pub actor: Actor,
    pub at: Instant,
    pub dice: Dice,
}

impl Act {
    pub fn new(actor: Actor, at: Instant, dice: Dice) -> Act {
        Act { actor, at, dice }
    }

    /// A fresh id of any kind.
    pub fn id<T: Id>(&mut self) -> T {
        T::make(self.at, &mut self.dice)
    }

    pub fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.signed_in().cloned()
    }
}
