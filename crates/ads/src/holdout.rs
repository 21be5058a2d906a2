//! Who is kept from a campaign's ads, so that what they sold shows: drawn once for a person and a campaign, for good.
//!
//! The draw is a keyed hash, so it needs no table, answers alike on every node, and two campaigns hold out
//! different people. An ad that would have been shown to somebody held out is recorded as withheld (a *ghost
//! ad*: Johnson, Lewis and Nubbemeyer, *Journal of Marketing Research* 2017), so that both groups are those who
//! would have seen it. Nobody's name is kept: a person has another pseudonym in each campaign.

use crate::limits;
use kernel::{CampaignId, PersonId, Refusal, Seal, Share};

/// A campaign that says nothing else holds out one in ten.
pub const PROPOSED: Share = Share::percent(10);
/// More than half would measure less and sell less.
pub const PERCENT_MAX: i64 = 50;

/// The key that draws.
#[derive(Clone, Debug)]
pub struct Lots(Seal);

/// What was drawn for somebody in one campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Who it is, in this campaign alone.
    pub pseudonym: String,
    /// Uniform over all numbers.
    number: u64,
}

impl Lots {
    pub fn new(key: &[u8]) -> Lots {
        Lots(Seal::new(key, "ads holdout"))
    }

    /// The lot of a person, or of a guest's browser, in a campaign.
    pub fn draw(&self, campaign: &CampaignId, who: &str) -> Lot {
        let digest = self.0.digest(&format!("{campaign}\n{who}"));
        let number = |from: usize| {
            digest[from..from + 8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
        };
        Lot { pseudonym: format!("{:016x}", number(0)), number: number(8) }
    }

    /// What a person is called in a campaign.
    pub fn pseudonym(&self, campaign: &CampaignId, person: &PersonId) -> String {
        self.draw(campaign, &person.0).pseudonym
    }
}

impl Lot {
    /// Whether it is among this part of all lots. Who is held out of a small part is held out of a larger one too.
    pub fn is_held_out(&self, part: Share) -> bool {
        let limit = u64::MAX / 1_000_000 * part.ppm.clamp(0, 1_000_000) as u64;
        self.number < limit
    }
}

pub(crate) fn check(part: Share) -> Result<(), Refusal> {
    // A part of a percent counts as a whole one.
    limits::within("holdout", (part.ppm + 9_999).div_euclid(10_000), 0, PERCENT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(name: &str) -> CampaignId {
        CampaignId(format!("cmp_{name}"))
    }

    fn held(lots: &Lots, name: &str, percent: i64) -> Vec<bool> {
        let part = Share::percent(percent);
        (0..20_000).map(|i| lots.draw(&campaign(name), &format!("per_{i}")).is_held_out(part)).collect()
    }

    #[test]
    fn a_lot_is_drawn_once() {
        let draw = |key: &[u8], who| Lots::new(key).draw(&campaign("a"), who);
        assert_eq!(draw(b"key", "per_ann"), draw(b"key", "per_ann"));
        assert_ne!(draw(b"key", "per_ann"), draw(b"key", "per_ben"));
        assert_ne!(draw(b"key", "per_ann"), draw(b"another key", "per_ann"));
        assert!(!draw(b"key", "per_ann").pseudonym.contains("ann"));
        let part = |percent| draw(b"key", "per_ann").is_held_out(Share::percent(percent));
        assert!(!part(0) && part(100));
    }

    #[test]
    fn the_part_that_was_asked_for_is_held_out_and_campaigns_draw_apart() {
        let lots = Lots::new(b"key");
        let (a, b) = (held(&lots, "a", 10), held(&lots, "b", 10));
        let count = a.iter().filter(|held| **held).count();
        // Two thousand, give or take four standard deviations of 42.
        assert!((1830..=2170).contains(&count), "{count}");
        let both = a.iter().zip(&b).filter(|(a, b)| **a && **b).count();
        assert!((140..=260).contains(&both), "one in a hundred is held out of both: {both}");
        let larger = held(&lots, "a", 30);
        assert!(a.iter().zip(&larger).all(|(small, large)| !small || *large));
    }
}
