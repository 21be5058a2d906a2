//! What we hand to a browser and recognise when it comes back: signed, so that nobody can make one up.
//!
//! A [`Shown`] goes into an ad's links, so that a click can be charged before its impression is
//! written. An [`Attribution`] stays with the visitor and credits a later sale to the click.

use crate::choosing::{Ask, Chosen};
use crate::clicks::{Click, Clicked};
use crate::impressions::{Arm, Impression};
use kernel::{CampaignId, ClickId, CreativeId, ImpressionId, Instant, PlaceId, Seal, SurfaceId, TitleId};

/// A sale is credited to a click at most this long before it.
pub const LOOK_BACK_DAYS: i64 = 7;
/// A page may stay open this long before its ad is seen or followed.
pub const SHOWN_HOURS: i64 = 24;

/// The seal that all tokens here need.
pub fn seal(key: &[u8]) -> Seal {
    Seal::new(key, "ads")
}

/// A click that a sale may be credited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    pub click_place: PlaceId,
    pub click: ClickId,
    pub campaign: CampaignId,
    pub title: TitleId,
    pub at: Instant,
}

impl Attribution {
    pub fn of(clicked: &Clicked) -> Attribution {
        Attribution {
            click_place: clicked.click.place.clone(),
            click: clicked.id.clone(),
            campaign: clicked.click.campaign.clone(),
            title: clicked.click.title.clone(),
            at: clicked.at,
        }
    }

    pub fn sign(&self, seal: &Seal) -> String {
        seal.sign(&join(&[
            "click",
            &self.click_place.0,
            &self.click.0,
            &self.campaign.0,
            &self.title.0,
            &self.at.micros.to_string(),
        ]))
    }

    /// None when it is not ours, or its look-back is over.
    pub fn open(seal: &Seal, token: &str, now: Instant) -> Option<Attribution> {
        let text = seal.open(token)?;
        let ["click", click_place, click, campaign, title, at] = parts(&text)? else { return None };
        let at = fresh(at, LOOK_BACK_DAYS * 24, now)?;
        Some(Attribution {
            click_place: PlaceId(click_place.into()),
            click: ClickId(click.into()),
            campaign: CampaignId(campaign.into()),
            title: TitleId(title.into()),
            at,
        })
    }
}

/// An ad on somebody's page, that may now be seen and followed. Who somebody is in a campaign is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown(pub Impression);

impl Shown {
    pub fn of(chosen: &Chosen, ask: &Ask) -> Shown {
        Shown(Impression { unit: String::new(), ..chosen.impression(ask, Arm::Exposed) })
    }

    /// The click that follows it.
    pub fn click(&self) -> Click {
        let shown = self.0.clone();
        Click {
            place: shown.place,
            impression: shown.id,
            campaign: shown.campaign,
            title: shown.title,
            surface: shown.surface,
            visitor: shown.visitor,
            city: shown.city,
        }
    }

    pub fn sign(&self, seal: &Seal) -> String {
        let shown = &self.0;
        seal.sign(&join(&[
            "shown",
            &shown.place.0,
            &shown.id.0,
            &shown.campaign.0,
            &shown.creative.0,
            &shown.surface.0,
            &shown.title.0,
            &shown.propensity_ppm.to_string(),
            &shown.at.micros.to_string(),
            &shown.visitor,
            &shown.city,
        ]))
    }

    /// None when it is not ours, or too old.
    pub fn open(seal: &Seal, token: &str, now: Instant) -> Option<Shown> {
        let text = seal.open(token)?;
        let ["shown", place, id, campaign, creative, surface, title, propensity_ppm, at, visitor, city] =
            parts(&text)?
        else {
            return None;
        };
        let at = fresh(at, SHOWN_HOURS, now)?;
        Some(Shown(Impression {
            place: PlaceId(place.into()),
            id: ImpressionId(id.into()),
            campaign: CampaignId(campaign.into()),
            creative: CreativeId(creative.into()),
            surface: SurfaceId(surface.into()),
            title: TitleId(title.into()),
            visitor: visitor.into(),
            unit: String::new(),
            city: city.into(),
            arm: Arm::Exposed,
            propensity_ppm: propensity_ppm.parse().ok()?,
            at,
        }))
    }
}

/// No id holds a line break, and neither does a visitor's pseudonym; one that does never opens.
fn join(parts: &[&str]) -> String {
    parts.join("\n")
}

fn parts<const N: usize>(text: &str) -> Option<[&str; N]> {
    text.split('\n').collect::<Vec<_>>().try_into().ok()
}

fn fresh(micros: &str, hours_max: i64, now: Instant) -> Option<Instant> {
    let at = Instant::from_micros(micros.parse().ok()?);
    (now <= at.plus_minutes(hours_max * 60)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Instant = Instant::from_micros(1_482_465_600_000_000);

    fn attribution() -> Attribution {
        Attribution {
            click_place: PlaceId("plc_music".into()),
            click: ClickId("clk_1".into()),
            campaign: CampaignId("cmp_1".into()),
            title: TitleId("ttl_ferryman".into()),
            at: NOON,
        }
    }

    fn shown() -> Shown {
        Shown(Impression {
            place: PlaceId("plc_music".into()),
            id: ImpressionId("imp_1".into()),
            campaign: CampaignId("cmp_1".into()),
            creative: CreativeId("crv_1".into()),
            surface: SurfaceId("srf_1".into()),
            title: TitleId("ttl_ferryman".into()),
            visitor: "安".into(),
            unit: String::new(),
            city: "SHA".into(),
            arm: Arm::Exposed,
            propensity_ppm: 250_000,
            at: NOON,
        })
    }

    #[test]
    fn a_token_comes_back_as_it_went() {
        let seal = seal(b"key");
        assert_eq!(Attribution::open(&seal, &attribution().sign(&seal), NOON), Some(attribution()));
        assert_eq!(Shown::open(&seal, &shown().sign(&seal), NOON), Some(shown()));
    }

    #[test]
    fn a_token_of_one_kind_is_none_of_the_other() {
        let seal = seal(b"key");
        assert_eq!(Attribution::open(&seal, &shown().sign(&seal), NOON), None);
        assert_eq!(Shown::open(&seal, &attribution().sign(&seal), NOON), None);
    }

    #[test]
    fn a_forged_token_opens_nothing() {
        let token = attribution().sign(&seal(b"another key"));
        assert_eq!(Attribution::open(&seal(b"key"), &token, NOON), None);
        assert_eq!(Attribution::open(&seal(b"key"), "", NOON), None);
        let broken = Shown(Impression { visitor: "a\nb".into(), ..shown().0 });
        assert_eq!(Shown::open(&seal(b"key"), &broken.sign(&seal(b"key")), NOON), None);
    }

    #[test]
    fn a_click_is_credited_for_seven_days() {
        let seal = seal(b"key");
        let token = attribution().sign(&seal);
        let last = NOON.plus_minutes(LOOK_BACK_DAYS * 24 * 60);
        assert!(Attribution::open(&seal, &token, last).is_some());
        assert!(Attribution::open(&seal, &token, last.plus_seconds(1)).is_none());
    }
}
