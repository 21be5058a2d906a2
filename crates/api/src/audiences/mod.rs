//! Audiences: rules over what consenting people did, with how many they hold for.

pub mod consent;
pub mod count;
pub mod create;
pub mod of_org;
pub mod play;

use crate::problem::Problem;
use ::ads::audiences;
use demand::audience::Rule;
use flows::audiences::Look;
use kernel::Result;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Whom campaigns may be aimed at.
#[derive(Serialize, ToSchema)]
pub struct Audience {
    id: String,
    /// Whose it is.
    org: String,
    name: String,
    /// Who is in it: `{"all": […]}`, `{"any": […]}`, `{"not": …}`, `{"did": …}`, `{"lives": …}`, `{"like": …}` or
    /// `{"likely": …}`.
    #[schema(value_type = Object)]
    rule: Value,
    changed_at: String,
}

impl Audience {
    fn of(audience: audiences::Audience) -> Result<Audience> {
        Ok(Audience {
            id: audience.id.0,
            org: audience.org.0,
            name: audience.name,
            rule: serde_json::from_str(&audience.rule)?,
            changed_at: audience.changed_at.rfc3339(),
        })
    }
}

/// How many a rule holds for, rounded to tens, up or down at random but alike for one rule, so that nobody is found out by
/// subtraction. Fewer than ten are left out.
#[derive(Serialize, ToSchema)]
pub struct Size {
    /// Everybody who agreed.
    people: Option<u64>,
    count: Option<u64>,
    /// How many each term holds for by itself, in the order of writing.
    terms: Vec<Option<u64>>,
    /// Where they last went to the cinema.
    cities: Vec<City>,
}

/// How many of an audience are at home in a city.
#[derive(Serialize, ToSchema)]
pub struct City {
    city: String,
    count: u64,
}

impl From<Look> for Size {
    fn from(look: Look) -> Size {
        let cities =
            look.by_city.into_iter().filter_map(|(city, told)| Some(City { city, count: told.count()? }));
        Size {
            people: look.people.count(),
            count: look.count.count(),
            terms: look.terms.into_iter().map(|told| told.count()).collect(),
            cities: cities.collect(),
        }
    }
}

fn read_rule(rule: &Value) -> Result<Rule, Problem> {
    Ok(Rule::read(&rule.to_string())?)
}
