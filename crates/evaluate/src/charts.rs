//! The charts that forecasts are judged on: a file, or a folder of files that carry each other on.

use crate::report::{self, refusal};
use anyhow::{Context, Result};
use kernel::Refusal;
use market::imports;
use market::series::{self, Film, FilmDay, Grain, Market, Series};
use market::table::Packed;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Reads a daily chart, or every chart of a folder as one. A film may begin in one file and end in the next; what the
/// first file that knows its release says of it holds.
///
/// In a folder, what is known to be something else is passed over: another market's chart, cinemas, showings. A day
/// that two files report alike counts once.
///
/// Refuses a file that cannot be read, one that is not a daily chart of the market, a folder without any, and a day of a
/// film that two files report otherwise.
pub fn read(path: &Path, market: Market) -> Result<Series> {
    let mut films: BTreeMap<String, (Film, Vec<FilmDay>)> = BTreeMap::new();
    let mut charts = 0;
    for file in files(path)? {
        let file = Packed::open(&file).map_err(said)?;
        if path.is_dir() && is_something_else(&file, market) {
            continue;
        }
        charts += 1;
        let chart = series::read(&file, Some(chart_of(&file, market)?)).map_err(said)?.series;
        for (film, days) in chart.runs() {
            let (known, all) = films.entry(film.key.clone()).or_default();
            if known.release.is_none() {
                *known = film.clone();
            }
            all.extend(days);
        }
    }
    if charts == 0 {
        let (folder, of) = (path.display(), market.words());
        return Err(refusal(
            format!("{folder} holds no daily chart of {}.", of.en),
            format!("{folder} 里没有{}的日榜单。", of.zh),
        ));
    }
    joined(films.into_values().collect(), market)
}

/// Whether a file is known to be something that this market's runs are not read from.
fn is_something_else(file: &Packed, market: Market) -> bool {
    match imports::recognise(file) {
        Ok(imports::Kind::Chart(chart)) => chart.market != market || chart.grain != Grain::Day,
        Ok(_) => true,
        Err(_) => false,
    }
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
    if files.is_empty() {
        let folder = path.display();
        return Err(refusal(
            format!("{folder} holds no .csv or .csv.gz."),
            format!("{folder} 里没有 .csv 或 .csv.gz 文件。"),
        ));
    }
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
        let (name, code, of) = (file.name(), chart.code, market.words());
        return Err(refusal(
            format!("“{name}” is a {code} chart, not one of {}.", of.en),
            format!("“{name}”是 {code} 榜单，不是{}的榜单。", of.zh),
        ));
    }
    if chart.grain != series::Grain::Day {
        let (name, code) = (file.name(), chart.code);
        return Err(refusal(
            format!("“{name}” is a {code} chart; runs are forecast day by day, from a daily one."),
            format!("“{name}”是 {code} 榜单；走势按日预测，需要日榜单。"),
        ));
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
        days.iter_mut().for_each(|one| one.film = 0);
        days.sort_by_key(|one| one.day);
        days.dedup();
        if let Some(twice) = days.windows(2).find(|pair| pair[0].day == pair[1].day) {
            let (title, day) = (&film.title, twice[0].day);
            return Err(refusal(
                format!("Two files report what {title} took on {day}, and not alike."),
                format!("两个文件对《{title}》{day} 的票房说法不同。"),
            ));
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
    fn a_longer_file_beside_the_shorter_one_counts_each_day_once() {
        let both =
            folder("both", Market::Us, &[("a.csv", &[FRIDAY]), ("b.csv", &[FRIDAY, SATURDAY])]).unwrap();
        let whole = folder("longer", Market::Us, &[("b.csv", &[FRIDAY, SATURDAY])]).unwrap();
        assert_eq!(both, whole);
    }

    #[test]
    fn what_a_folder_holds_beside_the_markets_chart_is_passed_over() {
        let path = std::env::temp_dir().join(format!("ferryman-charts-{}-mixed", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("us.csv"), HEAD.to_owned() + FRIDAY).unwrap();
        let showings =
            "date,theatre,hall,movie,time,hour,seats,sold,Buy Order\n2020-01-01,A,1,B,11:00,11.0,9,1,\n";
        std::fs::write(path.join("showings.csv"), showings).unwrap();
        let korea = "date,movieNm,salesAmt,audiCnt\n2020-01-01,Ash,9000,1\n";
        std::fs::write(path.join("korea.csv"), korea).unwrap();
        let charts = [Market::Us, Market::Korea, Market::China].map(|market| read(&path, market));
        std::fs::write(path.join("torn.csv"), "date,mystery\n2020-01-01,1\n").unwrap();
        let mystery = read(&path, Market::Us);
        std::fs::remove_dir_all(&path).unwrap();
        let [us, south, china] = charts;
        assert_eq!((us.unwrap().films.len(), south.unwrap().films.len()), (1, 1));
        let china = china.unwrap_err().to_string();
        assert!(china.contains("no daily chart of mainland China") && china.contains("日榜单"), "{china}");
        assert!(
            mystery.unwrap_err().to_string().contains("torn.csv"),
            "what nobody knows is not passed over"
        );
    }

    #[test]
    fn a_day_that_two_files_report_otherwise_another_market_and_an_empty_folder_are_refused() {
        let no = |chart: Result<Series>| chart.unwrap_err().to_string();
        let other = FRIDAY.replace(",300,100", ",301,100");
        let twice = folder("twice", Market::Us, &[("a.csv", &[FRIDAY]), ("b.csv", &[&other])]);
        assert!(no(twice).starts_with("Two files report what Alder took on 2016-01-01, and not alike."));
        let alone = std::env::temp_dir().join(format!("ferryman-chart-{}.csv", std::process::id()));
        std::fs::write(&alone, HEAD.to_owned() + FRIDAY).unwrap();
        let korea = no(read(&alone, Market::Korea));
        std::fs::remove_file(&alone).unwrap();
        assert!(korea.contains("not one of South Korea.") && korea.contains("不是韩国的榜单"), "{korea}");
        assert!(no(folder("other", Market::Korea, &[("a.csv", &[FRIDAY])])).contains("no daily chart of"));
        assert!(no(folder("empty", Market::Us, &[])).contains("holds no .csv"));
    }
}
