//! Cities, with where they lie on the map.

use db::{FromRow, Row, Tx, View};
use kernel::{Result, Words};

#[derive(Clone, Debug, PartialEq)]
pub struct City {
    pub code: String,
    pub name: Words,
    /// 1 for the largest markets.
    pub tier: i64,
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

impl FromRow for City {
    fn from_row(row: &mut Row) -> Result<City> {
        Ok(City {
            code: row.next()?,
            name: row.words()?,
            tier: row.next()?,
            longitude: row.next()?,
            latitude: row.next()?,
        })
    }
}

/// Adds a city once; a city that is there stays as it is.
pub fn add(tx: &Tx, city: &City) -> Result<()> {
    tx.run(
        "insert into city (code, name_en, name_zh, tier, longitude, latitude)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (code) do nothing",
        &[&city.code, &city.name.en, &city.name.zh, &city.tier, &city.longitude, &city.latitude],
    )?;
    Ok(())
}

pub fn all(view: &View) -> Result<Vec<City>> {
    view.all("select code, name_en, name_zh, tier, longitude, latitude from city order by tier, code", &[])
}
