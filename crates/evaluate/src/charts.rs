//! The charts that forecasts are judged on: a file, or a folder of files that carry each other on.

use crate::report;
use anyhow::{Context, Result, bail, ensure};
use kernel::Refusal;
use market::series::{self, Film, FilmDay, Grain, Market, Series};
use market::table::Packed;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Reads a daily chart, or every chart of a folder as one. A film may begin in one file and end in the next; what the
/// first file that knows its release says of it holds.
///
/// Refuses a file that cannot be read, one that is not a daily chart of the market, a folder without files, and a day
/// of a film that two files report.
pub fn read(path: &Path, market: Market) -> Result<Series> {
    let mut films: BTreeMap<String, (Film, Vec<FilmDay>)> = BTreeMap::new();
    for file in files(path)? {
        let file = Packed::open(&file).map_err(said)?;
        let chart = series::read(&file, Some(chart_of(&file, market)?)).map_err(said)?.series;
        for (film, days) in chart.runs() {
            let (known, all) = films.entry(film.key.clone()).or_default();
            if known.release.is_none() {
                *known = film.clone();
            }
            all.extend(days);
        }
    }
    joined(films.into_values().collect(), market)
}

fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|file| is_table(file));
    files.sort();
    ensure!(!files.is_empty(), "{} holds no .csv or .csv.gz", path.display());
    Ok(files)
}

/// A folder may hold what is no table: what its tables are is said of it.
fn is_table(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    path.is_file() && (name.ends_with(".csv") || name.ends_with(".csv.gz"))
}

/// Which chart of a market a file is; refuses that of another market, and a weekly one.
fn chart_of(file: &Packed, market: Market) -> Result<&'static series::Dialect> {
    let chart = series::recognise(file).unwrap_or_else(|_| series::Dialect::of(market));
    if chart.market != market {
        bail!("“{}” is a {} chart, not one of {}", file.name(), chart.code, market.code());
    }
    if chart.grain != series::Grain::Day {
        bail!("“{}” is a {} chart; runs are forecast day by day, from a daily one", file.name(), chart.code);
    }
    Ok(chart)
}

/// One series, in a series' order.
fn joined(mut runs: Vec<(Film, Vec<FilmDay>)>, market: Market) -> Result<Series> {
    runs.sort_by(|(a, _), (b, _)| {
        (a.release.is_none(), a.release, &a.key).cmp(&(b.release.is_none(), b.release, &b.key))
    });
    let mut chart = Series {
        market,
        currency: market.currency(),
        grain: Grain::Day,
        films: Vec::new(),
        days: Vec::new(),
    };
    for (film, mut days) in runs {
        days.sort_by_key(|one| one.day);
        if let Some(twice) = days.windows(2).find(|pair| pair[0].day == pair[1].day) {
            bail!("two files report what {} took on {}", film.title, twice[0].day);
        }
        let place = chart.films.len() as u32;
        chart.days.extend(days.into_iter().map(|one| FilmDay { film: place, ..one }));
        chart.films.push(film);
    }
    Ok(chart)
}

/// A refusal as this program's callers read it, in both languages.
pub(crate) fn said(refusal: Refusal) -> anyhow::Error {
    report::spoken(&refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "date,rank,release_id,title,gross,theaters,to_date,days,distributor,is_new,estimated\n";
    const FRIDAY: &str = "2016-01-01,1,rl1,Alder,300,100,300,1,Birch,true,false\n";
    const SATURDAY: &str = "2016-01-02,1,rl1,Alder,200,100,500,2,Birch,false,false\n";

    /// A folder with these files, read as a chart.
    fn folder(name: &str, market: Market, files: &[(&str, &[&str])]) -> Result<Series> {
        let folder = std::env::temp_dir().join(format!("ferryman-charts-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        for (file, lines) in files {
            std::fs::write(folder.join(file), HEAD.to_owned() + &lines.concat())?;
        }
        let chart = read(&folder, market);
        std::fs::remove_dir_all(&folder)?;
        chart
    }

    #[test]
    fn a_film_may_begin_in_one_file_and_end_in_the_next() {
        let parts = folder("parts", Market::Us, &[("a.csv", &[FRIDAY]), ("b.csv", &[SATURDAY])]).unwrap();
        let whole = folder("whole", Market::Us, &[("a.csv", &[FRIDAY, SATURDAY])]).unwrap();
        assert_eq!(parts, whole);
        assert_eq!((parts.films.len(), parts.days.len()), (1, 2));
    }

    #[test]
    fn a_day_that_two_files_report_another_market_and_an_empty_folder_are_refused() {
        let no = |chart: Result<Series>| chart.unwrap_err().to_string();
        let twice = folder("twice", Market::Us, &[("a.csv", &[FRIDAY]), ("b.csv", &[FRIDAY])]);
        assert_eq!(no(twice), "two files report what Alder took on 2016-01-01");
        assert!(no(folder("other", Market::Korea, &[("a.csv", &[FRIDAY])])).contains("not one of korea"));
        assert!(no(folder("empty", Market::Us, &[])).contains("holds no .csv"));
    }
}
