//! The ads on a channel's page: cards among cards, marked as what they are.

use crate::look::parts::AdCard;
use crate::shops::picture;
use crate::visit::Visit;
use ::channels::{Channel, surfaces};
use ::people::orgs;
use db::View;
use flows::serve_ad::{self, Ad};
use kernel::{Result, Words};
use maud::Markup;

/// Ads on one page, at most.
const ADS_MAX: usize = 3;
/// Where the first ad stands among goods, and how many goods lie between two.
const FIRST: usize = 3;
const APART: usize = 8;

/// The ads that the channel's surfaces show to this visitor now.
pub async fn cards(visit: &Visit, channel: &Channel) -> Result<Vec<Markup>> {
    let id = channel.id.clone();
    let surfaces = visit.read(move |view| surfaces::of_channel(view, &id)).await?;
    let show = |id| serve_ad::show_to(&visit.house, id, &visit.visitor, &visit.actor, visit.lang);
    let ads: Vec<Ad> = surfaces.iter().filter_map(|surface| show(&surface.id)).take(ADS_MAX).collect();
    let shown =
        visit.read(move |view| ads.into_iter().map(|ad| with_studio(view, ad)).collect::<Result<Vec<_>>>());
    Ok(shown.await?.iter().map(|(ad, studio)| card(visit, ad, studio)).collect())
}

/// The ad with who made the film, and the film's picture where the ad has none of its own.
fn with_studio(view: &View, ad: Ad) -> Result<(Ad, Words)> {
    let film = flows::views::film(view, &ad.title)?;
    let studio = orgs::any(view, &film.studio)?.map(|org| org.name).unwrap_or_default();
    if !ad.creative.artwork.is_empty() {
        return Ok((ad, studio));
    }
    let creative = ads::creatives::Creative { artwork: film.artwork, ..(*ad.creative).clone() };
    Ok((Ad { creative: creative.into(), ..ad }, studio))
}

fn card(visit: &Visit, ad: &Ad, studio: &Words) -> Markup {
    AdCard {
        href: &format!("/go/{}", ad.token),
        picture: &picture(&ad.creative.artwork),
        title: ad.creative.headline.in_(visit.lang),
        line: ad.creative.text.in_(visit.lang),
        advertiser: studio.in_(visit.lang),
        seen: "",
    }
    .render(visit.lang)
}

/// The cards of goods with the ads between them; an ad that finds no gap stands at the end.
pub fn among(mut cards: Vec<Markup>, ads: Vec<Markup>) -> Vec<Markup> {
    for (i, ad) in ads.into_iter().enumerate() {
        cards.insert((FIRST + i * (APART + 1)).min(cards.len()), ad);
    }
    cards
}

#[cfg(test)]
mod tests {
    use super::*;
    use maud::html;

    #[test]
    fn ads_stand_between_goods() {
        let cards = |word: &str, count: usize| vec![html! { (word) }; count];
        let order = |goods, ads| -> String {
            among(cards("g", goods), cards("A", ads)).into_iter().map(|card| card.into_string()).collect()
        };
        assert_eq!(order(5, 1), "gggAgg");
        assert_eq!(order(1, 2), "gAA");
        assert_eq!(order(13, 2), "gggAggggggggAgg");
        assert_eq!(order(2, 0), "gg");
    }
}
