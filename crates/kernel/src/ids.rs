//! Typed, prefixed, time-sortable ids, all kinds in one alphabetical list.
//!
//! `ord_` + 26 characters of Crockford base 32: 48 bits of milliseconds, 80 bits of chance (a ULID).

use crate::{Dice, Instant, Kind, Refusal};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What every kind of id can do.
pub trait Id: Sized {
    const PREFIX: &'static str;
    fn from_text(text: String) -> Self;

    /// Makes a new id of this kind.
    fn make(at: Instant, dice: &mut Dice) -> Self {
        let chance = u128::from_be_bytes(dice.bytes());
        let number = ((at.micros as u128 / 1000) << 80) | (chance >> 48);
        let mut text = String::with_capacity(Self::PREFIX.len() + 27);
        text.push_str(Self::PREFIX);
        text.push('_');
        for i in (0..26).rev() {
            text.push(ALPHABET[(number >> (i * 5)) as usize & 31] as char);
        }
        Self::from_text(text)
    }

    /// Reads an id that came from outside: the right prefix, then 1 to 40 lower-case letters, digits or underscores.
    fn parse(text: &str) -> Result<Self, Refusal> {
        let body = text.strip_prefix(Self::PREFIX).and_then(|rest| rest.strip_prefix('_')).unwrap_or("");
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if body.is_empty() || body.len() > 40 || !body.bytes().all(plain) {
            return Err(Refusal::new(
                Kind::NotFound,
                "not_found",
                "There is nothing at this address.",
                "这个地址没有内容。",
            ));
        }
        Ok(Self::from_text(text.to_owned()))
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_text(text: String) -> Self {
                $name(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )*};
}

ids! {
    ApplicationId = "app";
    AudienceId = "aud";
    BudgetLineId = "bud";
    CampaignId = "cmp";
    CaseId = "rec";
    ChannelId = "chn";
    ClickId = "clk";
    ContractId = "ctr";
    CostId = "cst";
    CreativeId = "crv";
    DisputeId = "dsp";
    EventId = "evt";
    HallId = "hal";
    ImpressionId = "imp";
    /// A file of outside figures that was brought in.
    ImportId = "ipt";
    IntentId = "pay";
    ListingId = "lst";
    OfferId = "ofr";
    /// A ticket order or a product order.
    OrderId = "ord";
    OrgId = "org";
    PayoutFileId = "pyf";
    PayoutId = "pyt";
    PersonId = "per";
    /// What owns a shard and a book: a cinema, a shop, another channel, or the house.
    PlaceId = "plc";
    /// A plan of showings that a cinema may take.
    PlanId = "pln";
    ProductId = "prd";
    RefundId = "rfd";
    RightsWindowId = "rgt";
    SessionId = "ses";
    ShowtimeId = "sho";
    StatementId = "stm";
    SurfaceId = "srf";
    TermId = "trm";
    TicketId = "tkt";
    TitleId = "ttl";
    TransferId = "xfr";
}

impl PlaceId {
    /// The house's own place: its book, and what belongs to no cinema or shop.
    pub fn house() -> PlaceId {
        PlaceId("plc_house".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_read_back() {
        let mut dice = Dice::seeded(3);
        let early = OrderId::make(Instant::from_micros(1_000_000_000), &mut dice);
        let late = OrderId::make(Instant::from_micros(1_000_002_000), &mut dice);
        assert!(early < late);
        assert_eq!(OrderId::parse(&early.0).ok(), Some(early.clone()));
        assert!(TicketId::parse(&early.0).is_err());
        assert!(OrderId::parse("ord_'; drop table").is_err());
    }
}
