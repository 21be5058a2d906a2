use demand::opening::*;
use evaluate::openings::*;
use kernel::*;
use std::collections::BTreeMap;
use std::io::Read;

fn main() -> anyhow::Result<()> {
    let a: Vec<String> = std::env::args().collect();
    let country = if a[2] == "us" { Country::Us } else { Country::China };
    let min: i64 = a.get(6).map_or(600, |x| x.parse().unwrap());
    let market = market(country);
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(&a[1])?).read_to_string(&mut text)?;
    let mut r = csv::Reader::from_reader(text.as_bytes());
    let h = r.headers()?.clone();
    let col = |n: &str| h.iter().position(|x| x == n).unwrap();
    let mut films: BTreeMap<String, Past> = BTreeMap::new();
    let z = market.zone.clone();
    for row in r.records() {
        let row = row?;
        let day = Day::parse(&row[col("date")]).unwrap();
        let (id, name, release, amount, to_date);
        if country == Country::Us {
            let Ok(days) = row[col("days")].parse::<f64>() else { continue };
            id = row[col("release_id")].to_owned();
            name = row[col("title")].to_owned();
            release = day.plus(1 - days as i32);
            amount = (row[col("gross")].parse::<f64>()? * 100.0) as i64;
            to_date = row[col("to_date")].parse::<f64>().ok().map(|x| (x * 100.0) as i64);
        } else {
            id = row[col("movie_id")].to_owned();
            name = row[col("title")].to_owned();
            release = Day::parse(&row[col("release_date")]).unwrap();
            amount = (row[col("box_wan")].parse::<f64>()? * 1e6) as i64;
            to_date = row[col("cum_box_wan")].parse::<f64>().ok().map(|x| (x * 1e6) as i64);
        }
        let past = films.entry(id.clone()).or_insert_with(|| Past { film: Film { id, name, release, facts: vec![] }, days: vec![] });
        let age = past.film.release.days_until(day);
        let early = past.film.release.plus(-365).at(0, 0, &z);
        if past.days.is_empty() {
            let mut say = |fact| past.film.facts.push(Known { at: early, fact });
            if country == Country::Us {
                if !row[col("distributor")].is_empty() { say(Fact::Distributor(row[col("distributor")].to_owned())); }
            } else {
                let g: Vec<String> = row[col("category")].split([',', '/']).map(|x| x.trim().to_owned()).filter(|x| x != "Null" && !x.is_empty()).collect();
                if !g.is_empty() { say(Fact::Genres(g)); }
                let m = row[col("duration")].parse::<f64>()? as i64;
                if m > 0 { say(Fact::Minutes(m)); }
                let v = &row[col("version")];
                if v != "Null" {
                    let mut all = vec![];
                    if v.contains("2D") { all.push(Version::Flat) }
                    if v.contains("3D") { all.push(Version::ThreeD) }
                    if v.contains("IMAX") { all.push(Version::Imax) }
                    if v.contains("巨幕") { all.push(Version::GiantScreen) }
                    say(Fact::Versions(all));
                }
            }
        }
        if age == 0 {
            if country == Country::Us {
                if let Ok(t) = row[col("theaters")].parse::<f64>() {
                    past.film.facts.push(Known { at: past.film.release.plus(-4).at(0, 0, &z), fact: Fact::Theatres(t as i64) });
                }
            } else {
                let s: f64 = row[col("show_share")].parse()?;
                past.film.facts.push(Known { at: past.film.release.at(0, 0, &z), fact: Fact::ShareOfShowings((s / 100.0).min(1.0)) });
            }
        }
        past.days.push(Taken { day, amount, to_date });
    }
    let mut past: Vec<Past> = films.into_values().collect();
    past.retain(|p| p.days.iter().any(|t| t.day == p.film.release));
    eprintln!("{} films", past.len());
    let history = History::new(past.clone(), market, |p| country == Country::China || p.film.facts.iter().any(|k| matches!(k.fact, Fact::Theatres(n) if n >= min)));
    past.retain(|p| country == Country::China || p.film.facts.iter().any(|k| matches!(k.fact, Fact::Theatres(n) if n >= min)));
    let d = |s: &str| Day::parse(s).unwrap();
    for s in judge(&history, &past, d(&a[3]), (d(&a[4]), d(&a[5])))? {
        println!("{:3} {:8} n {:4} rmse {:.3} (mean {:.3}) r2 {:.3} ape {:.3} bias {:+.3} c50 {:.3} c90 {:.3}", s.days_ahead, s.window, s.films, s.log_rmse, s.log_rmse_mean, s.r2_log, s.ape_median, s.bias_log, s.coverage_50, s.coverage_90);
    }
    Ok(())
}
