//! Whose money an account of a book is: those from which somebody outside the house is paid.
//!
//! | account | in the book of | owner |
//! |---|---|---|
//! | `exhibition`, `special_fund`, `tax` | a cinema | who runs it; it is the taxpayer of the last two |
//! | `commission` | a shop | who runs it |
//! | `ad_revenue` | a channel | who runs it |
//! | `merchant:{org}`, `licensor:{org}` | a shop | the organisation |
//! | `fund:{title}` | a shop | the title's studio, which markets it |
//! | `producer:{org}` | the house, where every cinema's part of it arrives | the organisation |
//!
//! What is in none of these stays where it is; [`why_it_stays`] says why.

use db::View;
use kernel::{OrgId, PlaceId, Result, TitleId, Words};
use std::collections::{BTreeMap, BTreeSet};

/// By what an account's owner is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By<'a> {
    Cinema,
    Shop,
    Channel,
    Title(&'a str),
    Org(&'a str),
}

fn by<'a>(place: &PlaceId, account: &'a str) -> Option<By<'a>> {
    let (kind, named) = account.split_once(':').unwrap_or((account, ""));
    let by = match (kind, named) {
        ("exhibition" | "special_fund" | "tax", "") => By::Cinema,
        ("commission", "") => By::Shop,
        ("ad_revenue", "") => By::Channel,
        ("merchant" | "licensor", org) => By::Org(org),
        ("producer", org) if *place == PlaceId::house() => By::Org(org),
        ("fund", title) => By::Title(title),
        _ => return None,
    };
    Some(by)
}

/// Whose money an account is; nobody's when the house keeps it.
pub fn owner(view: &View, place: &PlaceId, account: &str) -> Result<Option<OrgId>> {
    Ok(Owners::load(view)?.of(place, account))
}

/// Why nobody is paid from an account; nothing when somebody is.
pub fn why_it_stays(place: &PlaceId, account: &str) -> Option<Words> {
    if by(place, account).is_some() {
        return None;
    }
    let (en, zh) = match account.split(':').next().unwrap_or(account) {
        "service_fee" | "platform_royalty" => ("It is the house’s own income.", "平台自有收入。"),
        "box_office" => ("It is divided when its period is settled.", "结算后分账。"),
        "producer" => {
            ("It has moved on to the house’s book, from which it is paid.", "已转入平台账本，由平台打款。")
        }
        "clearing" => {
            ("Its other side stands in another book; the two sum to zero.", "与另一账本互为镜像，合计为零。")
        }
        "provider" | "bank" => (
            "It is what providers hold for us or our bank has paid; a bank’s own statement is not kept here.",
            "支付渠道代收或银行已付款项；银行自身流水不在此记账。",
        ),
        "refunds" => ("It is on its way back to consumers.", "正在退还消费者。"),
        "suspense" | "bill" => ("It waits until somebody has decided whose it is.", "待人工判定归属。"),
        "receivable" => ("It is deducted from its owner’s next payout.", "从对方下次打款中抵扣。"),
        "subsidy" | "advertiser" => (
            "Its funder owes it to the house; what comes in by bank transfer is not kept here.",
            "由出资方欠付平台；银行转入款项不在此记账。",
        ),
        "agency" | "distribution" => (
            "The terms do not name who the booking agent and the distributor are.",
            "分账条款未指明代理方与发行方。",
        ),
        "goodwill" | "channel_fee" | "dispute_cost" | "reconciled" | "liquidity" => {
            ("It is a cost or a gain of the house.", "属平台成本或损益。")
        }
        // A shop of the house itself, or an account of nobody known.
        _ => return None,
    };
    Some(Words::new(en, zh))
}

/// Every owner there is.
pub struct Owners {
    house: Option<OrgId>,
    cinemas: BTreeMap<PlaceId, OrgId>,
    shops: BTreeMap<PlaceId, OrgId>,
    channels: BTreeMap<PlaceId, OrgId>,
    titles: BTreeMap<TitleId, OrgId>,
    orgs: BTreeSet<OrgId>,
}

impl Owners {
    pub fn load(view: &View) -> Result<Owners> {
        let places = |sql: &'static str| -> Result<BTreeMap<PlaceId, OrgId>> {
            Ok(view.all::<(PlaceId, OrgId)>(sql, &[])?.into_iter().collect())
        };
        let titles: Vec<(TitleId, OrgId)> = view.all("select id, studio_org_id from title", &[])?;
        let orgs: Vec<(OrgId,)> = view.all("select id from org", &[])?;
        Ok(Owners {
            house: people::installation::house(view)?.map(|house| house.id),
            cinemas: places("select place_id, org_id from cinema")?,
            shops: places("select place_id, org_id from shop")?,
            channels: places("select place_id, org_id from channel")?,
            titles: titles.into_iter().collect(),
            orgs: orgs.into_iter().map(|(org,)| org).collect(),
        })
    }

    /// The house pays nobody what is its own.
    pub fn of(&self, place: &PlaceId, account: &str) -> Option<OrgId> {
        let owner = match by(place, account)? {
            By::Cinema => self.cinemas.get(place),
            By::Shop => self.shops.get(place),
            By::Channel => self.channels.get(place),
            By::Title(title) => self.titles.get(&TitleId(title.to_owned())),
            By::Org(org) => self.orgs.get(&OrgId(org.to_owned())),
        };
        owner.filter(|owner| self.house.as_ref() != Some(owner)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_somebody_outside_is_owed_has_an_owner() {
        let (shop, house) = (PlaceId("plc_shop".into()), PlaceId::house());
        assert_eq!(by(&shop, "merchant:org_a"), Some(By::Org("org_a")));
        assert_eq!(by(&house, "producer:org_a"), Some(By::Org("org_a")));
        assert_eq!(by(&shop, "fund:ttl_a"), Some(By::Title("ttl_a")));
        assert_eq!((by(&shop, "commission"), by(&shop, "tax")), (Some(By::Shop), Some(By::Cinema)));
        assert_eq!(by(&shop, "producer:org_a"), None, "it moves to the house's book by itself");
        for own in
            ["service_fee", "platform_royalty", "clearing:house", "provider:alipay", "receivable:org_a"]
        {
            assert_eq!(by(&shop, own), None, "{own}");
        }
        assert_eq!(by(&shop, "commission:org_a"), None);
    }
}
