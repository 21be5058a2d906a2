//! An ad, from the view to the sale: chosen without SQL, written down in batches, followed once,
//! credited with the order that comes of it, in the book of whoever sold.

use crate::audiences;
use crate::buy_tickets::Sale;
use crate::house::{House, Scene};
use ads::clicks::{self, Recorded};
use ads::credits::{self, Credit};
use ads::tokens::{Attribution, Shown};
use ads::{choosing, impressions};
use events::{Kind, log};
use kernel::{
    Actor, Instant, Kind as Why, Lang, Money, OrderId, PlaceId, Refusal, Result, SurfaceId, TitleId,
};
use ledger::Transfer;
use payments::intents::Purpose;
use serde_json::json;
use std::collections::BTreeMap;

/// An ad to put on a page.
#[derive(Clone, Debug)]
pub struct Ad {
    pub creative: std::sync::Arc<ads::creatives::Creative>,
    pub title: TitleId,
    /// Where following it leads: `/go/{token}`.
    pub token: String,
}

/// Chooses an ad for a view of a surface by somebody of whom nothing is known.
pub fn show(house: &House, surface: &SurfaceId, visitor: &str, lang: Lang) -> Option<Ad> {
    show_to(house, surface, visitor, &Actor::Guest, lang)
}

/// Chooses an ad for a view of a surface, also among those that are meant for audiences this person is in. Where
/// they live is known of those who agreed to it.
pub fn show_to(house: &House, surface: &SurfaceId, visitor: &str, viewer: &Actor, lang: Lang) -> Option<Ad> {
    let city = house.crowd().home_of(viewer).unwrap_or_default();
    show_in(house, surface, visitor, viewer, city, lang)
}

/// Chooses an ad for a view by somebody of whom the channel knows the city.
pub fn show_in(
    house: &House,
    surface: &SurfaceId,
    visitor: &str,
    viewer: &Actor,
    city: String,
    lang: Lang,
) -> Option<Ad> {
    let ask = choosing::Ask {
        surface: surface.clone(),
        visitor: visitor.to_owned(),
        person: viewer.person().cloned(),
        city,
        audiences: house.crowd().audiences_of(viewer),
        lang,
        now: house.now(),
    };
    let chosen = house.ads().show(&ask, &mut house.dice())?;
    let seen = audiences::Sighting::of(Kind::AdSeen, &chosen.place, &chosen.campaign).about(&chosen.title);
    audiences::notice(house, viewer, seen);
    let token = Shown::of(&chosen, &ask).sign(&house.keys().click);
    Some(Ad { creative: chosen.creative.clone(), title: chosen.title, token })
}

/// Writes the views since the last time down, in batches, each of one place; how many.
pub fn write_views(house: &House) -> Result<u64> {
    let mut by_place: BTreeMap<PlaceId, Vec<impressions::Impression>> = BTreeMap::new();
    for seen in house.ads().take_seen() {
        by_place.entry(seen.place.clone()).or_default().push(seen);
    }
    let waiting: Vec<_> = by_place
        .iter()
        .flat_map(|(place, seen)| {
            seen.chunks(impressions::BATCH_MAX).map(move |batch| (place, batch.to_vec()))
        })
        .map(|(place, batch)| {
            house.submit(place, Actor::System, move |scene| impressions::record_all(scene.tx, &batch))
        })
        .collect();
    waiting.into_iter().try_fold(0, |sum, one| Ok(sum + one.wait()?))
}

/// An ad that was followed: where to, and the token that an order will carry.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    pub title: TitleId,
    pub place: PlaceId,
    pub token: String,
    /// The click as it was charged.
    pub click: clicks::Click,
    /// What this click took from the campaign's allotment; nothing when it was taken before.
    pub cost: Money,
}

/// The place whose ad a token is for, so that the click goes to its lane. Refuses a forged or old one.
pub fn place_of(house: &House, token: &str) -> Result<Shown, Refusal> {
    Shown::open(&house.keys().click, token, house.now()).ok_or_else(|| {
        Refusal::new(
            Why::Gone,
            "ad_over",
            "This ad is over. The film is still here.",
            "这条广告已经结束，影片还在这里。",
        )
    })
}

/// Records that somebody followed an ad, once, with its price.
pub fn follow(scene: &mut Scene, shown: &Shown) -> Result<Followed> {
    let click = shown.click();
    let recorded = clicks::record(scene.tx, &mut scene.act, &click)?;
    let clicked = recorded.clicked().clone();
    let mut cost = Money::zero(clicked.cost.currency);
    if let Recorded::Now(_) = recorded {
        cost = clicked.cost;
        bill(scene, &clicked)?;
        let body =
            json!({ "campaign": click.campaign, "surface": click.surface, "cost_minor": clicked.cost.minor });
        log::append(
            scene.tx,
            &mut scene.act,
            &click.place,
            Kind::AdClicked,
            Some(&click.title),
            &clicked.id,
            body,
        )?;
    }
    let token = Attribution::of(&clicked).sign(&scene.keys().click);
    Ok(Followed { title: click.title.clone(), place: click.place.clone(), token, click, cost })
}

/// Tells the desk what a click took, once it is on disk, so that nobody is shown an ad that cannot be paid for.
pub fn count(house: &House, followed: &Followed) {
    house.ads().note_click(&followed.click, followed.cost);
}

fn bill(scene: &Scene, clicked: &clicks::Clicked) -> Result<()> {
    if clicked.cost.is_zero() {
        return Ok(());
    }
    let campaign = ads::campaigns::any(scene.tx, &clicked.click.campaign)?;
    let transfer = Transfer {
        book: clicked.click.place.clone(),
        id: format!("{}/cost", clicked.id),
        debit: format!("advertiser:{}", campaign.org),
        credit: "ad_revenue".into(),
        amount: clicked.cost,
        code: "ad_click",
        reference: campaign.id.0.clone(),
        happened_at: clicked.at,
    };
    ledger::post(scene.tx, &transfer, scene.act.at)?;
    Ok(())
}

/// Credits a sale to the click that the order carries, if it is ours, not too old and for a film that was sold.
pub(crate) fn credit(scene: &mut Scene, click: Option<&str>, sale: &Sale) -> Result<()> {
    let click = click.and_then(|token| attribution(scene, token, scene.act.at));
    let Some(click) = click.filter(|click| sale.titles.contains(&click.title)) else { return Ok(()) };
    let credit = Credit {
        place: sale.place.clone(),
        order: sale.order.clone(),
        click_place: click.click_place,
        click: click.click,
        campaign: click.campaign,
        title: click.title,
        kind: match sale.kind {
            Purpose::Tickets => credits::Kind::Tickets,
            Purpose::Products => credits::Kind::Products,
        },
        amount: sale.amount,
        back: Money::zero(sale.amount.currency),
        at: scene.act.at,
        reversed_at: None,
    };
    credits::credit(scene.tx, &credit)?;
    Ok(())
}

/// What a token stands for, when it is genuine and within its look-back.
pub(crate) fn attribution(scene: &Scene, token: &str, now: Instant) -> Option<Attribution> {
    Attribution::open(&scene.keys().click, token, now)
}

/// A part of an order that went back takes as much of its credit.
pub(crate) fn shrink_credit(scene: &Scene, place: &PlaceId, order: &OrderId, by: Money) -> Result<()> {
    credits::shrink(scene.tx, place, order, by)?;
    Ok(())
}

/// A refunded order takes its credit back.
pub(crate) fn reverse_credit(scene: &Scene, place: &PlaceId, order: &OrderId) -> Result<()> {
    credits::reverse(scene.tx, place, order, scene.act.at)?;
    Ok(())
}
