//! What the law takes of a price: an operator writes a rate down with the day from which it holds, and whoever sells asks
//! for the day's.

use crate::house::Scene;
use db::View;
use events::{Kind, log};
use kernel::{Day, Home, PlaceId, Result, Share, Territory};
use serde_json::json;
use settlement::splits::Terms;
use settlement::taxes::{self, Of, Rate};

/// Writes a rate down; see `taxes::write`.
pub fn change(scene: &mut Scene, rate: &Rate) -> Result<()> {
    let today = scene.today();
    taxes::write(scene.tx, &scene.act, rate, today)?;
    let body = json!({ "of": rate.of.code(), "starts_on": rate.starts_on, "rate_ppm": rate.rate.ppm });
    log::append(scene.tx, &mut scene.act, &PlaceId::house(), Kind::TaxChanged, None, &PlaceId::house(), body)
}

/// The tax that prices of goods include on a day: what was written down, else value-added tax on the mainland, since
/// 1 April 2019, and none elsewhere.
pub fn of_goods(view: &View, home: &Home, day: Day) -> Result<Share> {
    Ok(taxes::on(view, Of::Goods, day)?.unwrap_or(usual_of_goods(home.territory)))
}

fn usual_of_goods(territory: Territory) -> Share {
    if territory == Territory::CN { Share::percent(13) } else { Share::ZERO }
}

/// What terms of settlement begin with where none are agreed: on the mainland its usual ones, elsewhere none, with the
/// tax on tickets that was written down for the day.
pub fn usual_terms(view: &View, home: &Home, day: Day) -> Result<Terms> {
    let usual = Terms::mainland_2016();
    let is_mainland = home.territory == Territory::CN && home.currency == usual.currency;
    let terms = if is_mainland { usual } else { Terms::blank(home.currency) };
    Ok(Terms { tax: taxes::on(view, Of::Tickets, day)?.unwrap_or(terms.tax), ..terms })
}
