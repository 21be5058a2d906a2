//! A channel opens: the place that reaches people, its shop where it sells, and the surface on which ads stand there.

use crate::house::Scene;
use channels::{Channel, Kind, NewChannel, Surface, surfaces};
use events::log;
use kernel::{Money, Result, Share, Words};
use serde_json::json;
use shops::Shop;

/// What every channel's first surface is called on its pages.
const FIRST_SURFACE: &str = "home-card";

/// Whether channels of a kind sell goods.
pub fn sells(kind: Kind) -> bool {
    matches!(kind, Kind::Marketplace | Kind::BrandStore)
}

/// Opens it; a shop keeps `commission` of what is sold there, and a click on an ad costs `floor` at least, in the currency
/// that the shop sells in. Refuses an address or a place that is taken (`channel_taken`, `shop_taken`).
pub fn open(
    scene: &mut Scene,
    new: &NewChannel,
    commission: Share,
    floor: Money,
) -> Result<(Channel, Surface)> {
    let channel = channels::add(scene.tx, &mut scene.act, new)?;
    if sells(new.kind) {
        let shop = Shop {
            place: channel.place_id.clone(),
            org: channel.org_id.clone(),
            slug: channel.slug.clone(),
            name: channel.name.clone(),
            currency: floor.currency,
            commission,
        };
        shops::shops::add(scene.tx, &scene.act, &shop)?;
    }
    let name = Words::new("Home card", "首页卡片");
    let surface = surfaces::add(scene.tx, &mut scene.act, &channel, FIRST_SURFACE, &name, floor)?;
    let (place, body) = (&channel.place_id, json!({ "name": channel.name }));
    log::append(scene.tx, &mut scene.act, place, events::Kind::PlaceOpened, None, place, body)?;
    Ok((channel, surface))
}
