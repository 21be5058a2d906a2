//! Where the house is at home, kept among the settings; the mainland until it was chosen.

use crate::settings;
use db::{Tx, View};
use kernel::{Error, Home, Result};

const HOME: &str = "home";

/// One short read; whoever shows a page asks `flows::House::home` instead, which remembers it.
pub fn of(view: &View) -> Result<Home> {
    let Some(kept) = settings::get(view, HOME)? else { return Ok(Home::mainland()) };
    let mut parts = kept.split(' ');
    let mut next = || parts.next().unwrap_or_default();
    Home::parse(next(), next(), next()).map_err(|_| Error::fault("the setting `home` is no home"))
}

/// Writes it down. Whether it may still change is for the story to say.
pub fn put(tx: &Tx, home: &Home) -> Result<()> {
    let kept = format!("{} {} {}", home.territory, home.currency.code(), home.zone.name());
    settings::put(tx, HOME, &kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::{Lane, scratch::scratch};

    #[test]
    fn a_home_is_kept_as_it_was_chosen() {
        let db = scratch();
        let story = db.write_blocking(Lane::house(), |tx| {
            assert_eq!(of(tx)?, Home::mainland());
            let seoul = Home::parse("KR", "", "")?;
            put(tx, &seoul)?;
            assert_eq!(of(tx)?, seoul);
            settings::put(tx, HOME, "KR")?;
            assert_eq!(of(tx)?, seoul);
            settings::put(tx, HOME, "nowhere")?;
            Ok(of(tx).is_err())
        });
        assert!(story.expect("a write"));
    }
}
