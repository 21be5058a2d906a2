//! Choosing where the house is at home: when it is founded, and again by an operator.
//!
//! Once money is on the books the territory and the currency stay: what was agreed, priced and forecast was agreed
//! there. The currency stays as soon as a cinema or a shop prices in it, too: a house sums what its places take. The zone may still change: the house's days begin at another hour from then on; what is recorded keeps its
//! instant, and a cinema keeps its own zone.

use crate::house::Scene;
use crate::views;
use events::{Kind, log};
use kernel::{Home, Kind as Why, Lang, PersonId, PlaceId, Refusal, Result, Words};
use people::{Org, home, installation};
use serde_json::json;

/// Founds the house, exactly once. `House::reload_home` comes after it.
pub fn found(scene: &mut Scene, name: &Words, home: &Home, operator: &PersonId) -> Result<Org> {
    let house = installation::found(scene.tx, &mut scene.act, name, home, operator)?;
    note(scene, home)?;
    Ok(house)
}

/// Moves the house, by one of its operators; to where it is already changes nothing. `House::reload_home` comes after it.
pub fn change(scene: &mut Scene, to: &Home) -> Result<()> {
    let from = home::of(scene.tx)?;
    if from == *to {
        return Ok(());
    }
    let only_its_clock = from.territory == to.territory && from.currency == to.currency;
    if !only_its_clock && views::books::is_anything_booked(scene.tx)? {
        return Err(booked(&from, to).into());
    }
    if views::places::prices_other_than(scene.tx, to.currency)? {
        return Err(priced(&from).into());
    }
    home::put(scene.tx, to)?;
    note(scene, to)
}

fn booked(from: &Home, to: &Home) -> Refusal {
    let field = if from.currency == to.currency { "territory" } else { "currency" };
    let Words { en, zh } = from.territory.words();
    let (code, unit) = (from.currency.code(), from.currency.unit(Lang::Zh));
    let refusal = Refusal::field(
        field,
        "home_is_booked",
        format!(
            "Money is on the books already, so the house stays in {en} and keeps its books in {code}. Only its time zone may change."
        ),
        format!("账上已有款项，平台所在地（{zh}）和记账货币（{unit}）不能再改，只能更改时区。"),
    );
    Refusal { kind: Why::Conflict, ..refusal }
}

fn priced(from: &Home) -> Refusal {
    let (code, unit) = (from.currency.code(), from.currency.unit(Lang::Zh));
    let refusal = Refusal::field(
        "currency",
        "home_is_priced",
        format!("Cinemas or shops here price in {code} already, and one house counts in one currency."),
        format!("已有影院或店铺以{unit}标价；一个平台只用一种货币。"),
    );
    Refusal { kind: Why::Conflict, ..refusal }
}

fn note(scene: &mut Scene, home: &Home) -> Result<()> {
    let body = json!({
        "territory": home.territory.code(),
        "currency": home.currency.code(),
        "zone": home.zone.name(),
    });
    log::append(scene.tx, &mut scene.act, &PlaceId::house(), Kind::HomeChanged, None, &PlaceId::house(), body)
}
