//! Which ad to show on a surface. No database is asked on this path.
//!
//! A visitor is known by a token of ours, so that nobody can make up a crowd of them; the first
//! decision gives one.

use crate::answer::{Answer, Found};
use crate::body::Body;
use crate::call::Call;
use crate::problem::invalid;
use crate::read;
use crate::words::Bilingual;
use flows::{House, serve_ad};
use kernel::{Refusal, SurfaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody is looking at a surface.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct View {
    surface: String,
    /// The token that an earlier decision gave this visitor.
    visitor: Option<String>,
    /// The code of the city where the viewer is, if the channel knows.
    #[schema(max_length = 20, pattern = "^[A-Za-z0-9_-]*$")]
    city: Option<String>,
}

/// What to show.
#[derive(Serialize, ToSchema)]
pub struct Decision {
    /// Keep it for the same visitor's next view.
    visitor: String,
    /// Nothing when no campaign wants this view.
    ad: Option<Ad>,
}

/// An ad to put on a page.
#[derive(Serialize, ToSchema)]
pub struct Ad {
    creative: String,
    title: String,
    headline: Bilingual,
    text: Bilingual,
    artwork: String,
    /// Give it back when the ad is followed, or lead to `/go/{token}`.
    token: String,
}

impl From<serve_ad::Ad> for Ad {
    fn from(ad: serve_ad::Ad) -> Ad {
        Ad {
            creative: ad.creative.id.0.clone(),
            title: ad.title.0,
            headline: (&ad.creative.headline).into(),
            text: (&ad.creative.text).into(),
            artwork: ad.creative.artwork.clone(),
            token: ad.token,
        }
    }
}

pub async fn decide(call: Call, Body(asked): Body<View>) -> Answer<Found<Decision>> {
    let surface: SurfaceId = read::id("surface", &asked.surface)?;
    let (visitor, token) = match asked.visitor {
        Some(token) => (known(&call.house, &token)?, token),
        None => new_visitor(&call.house),
    };
    let ad = match asked.city {
        Some(city) => {
            let city = self::city(city, "city")?;
            serve_ad::show_in(&call.house, &surface, &visitor, &call.actor, city, call.lang)
        }
        None => serve_ad::show_to(&call.house, &surface, &visitor, &call.actor, call.lang),
    };
    Ok(Found(Decision { visitor: token, ad: ad.map(Ad::from) }))
}

/// A city's code, of which only the shape can be told without the database.
pub(crate) fn city(city: String, field: &'static str) -> Result<String, Refusal> {
    let is_code = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    if city.len() <= 20 && city.chars().all(is_code) {
        return Ok(city);
    }
    Err(invalid(field, "bad_city", "This is not the code of a city.", "这不是城市代码。"))
}

fn known(house: &House, token: &str) -> Result<String, Refusal> {
    house.keys().visitor.open(token).ok_or_else(|| {
        let (en, zh) = (
            "This visitor is not one that we named. Leave the field out.",
            "这不是我们发出的访客标识，请省略该字段。",
        );
        invalid("visitor", "unknown_visitor", en, zh)
    })
}

fn new_visitor(house: &House) -> (String, String) {
    let visitor: String = house.dice().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    let token = house.keys().visitor.sign(&visitor);
    (visitor, token)
}
