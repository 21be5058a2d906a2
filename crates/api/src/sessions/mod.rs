//! Sessions: opened with an email address and a password, carried as a bearer token.

pub mod close;
pub mod open;
pub mod show;

use kernel::{Actor, OrgId, Role};
use people::Person;
use serde::Serialize;
use utoipa::ToSchema;

/// Who somebody is.
#[derive(Serialize, ToSchema)]
pub struct Who {
    id: String,
    name: String,
    email: String,
    /// `en` or `zh`.
    lang: String,
    /// Those that count now.
    roles: Vec<Held>,
    /// They hold roles that count only once they have set up a second factor, on their account page.
    roles_wait: bool,
}

/// A role at an organisation.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldRole)]
pub struct Held {
    role: String,
    org: String,
}

impl From<&(Role, OrgId)> for Held {
    fn from((role, org): &(Role, OrgId)) -> Held {
        Held { role: role.code().into(), org: org.0.clone() }
    }
}

impl Who {
    fn new(person: &Person, actor: &Actor, roles_wait: bool) -> Who {
        Who {
            id: person.id.0.clone(),
            name: person.name.clone(),
            email: person.email.clone(),
            lang: person.lang.code().into(),
            roles: actor.roles().iter().map(Held::from).collect(),
            roles_wait,
        }
    }
}
