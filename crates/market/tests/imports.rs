//! What an import stores, what it leaves alone, and how a correction is remembered.

use db::{Db, Lane, scratch::scratch};
use kernel::{Act, Actor, Day, Dice, Instant, Refusal};
use market::cinemas::Directory;
use market::imports::{self, Import, Kind, Prepared};
use market::learned::{self, Change};
use market::series::{self, Dialect, Market, Series};
use market::table::Packed;
use market::{cinemas, films, release_calendar, taste};
use std::path::{Path, PathBuf};

fn prepare(name: &str, text: &str) -> Prepared {
    imports::read(&Packed::read(name, text.as_bytes()).expect("it works"), None, last()).expect("it works")
}

fn refused(name: &str, text: &str) -> String {
    imports::read(&Packed::read(name, text.as_bytes()).expect("it works"), None, last())
        .expect_err("a refusal")
        .say
        .en
}

/// Later than every chart here.
fn last() -> Day {
    Day::parse("2026-01-01").expect("it works")
}

fn open(folder: &Path) -> Result<Prepared, Refusal> {
    imports::open(folder, None, last())
}

/// Stores a file at an hour of the story.
fn store(db: &Db, hour: i64, prepared: &Prepared) -> Change {
    let act = Act::new(Actor::System, at(hour), Dice::seeded(hour as u64));
    let prepared = prepared.clone();
    let stored =
        db.write_blocking(Lane::house(), move |tx| imports::store(tx, &mut act.clone(), &prepared, &|_| ()));
    let (id, change) = stored.expect("it works");
    assert_eq!(id.is_some(), change.added + change.corrected > 0);
    change
}

fn at(hour: i64) -> Instant {
    Instant::from_micros(1_500_000_000_000_000).plus_minutes(60 * hour)
}

fn known(db: &Db, chart: &'static Dialect, hour: i64) -> Option<Series> {
    db.read_blocking(move |view| series::load(view, chart, at(hour))).expect("it works")
}

fn listed(db: &Db) -> Vec<Import> {
    db.read_blocking(imports::all).expect("it works")
}

fn counts(added: i64, corrected: i64, unchanged: i64) -> Change {
    Change { added, corrected, unchanged }
}

fn korea(sales: i64, more: &str) -> String {
    format!(
        "date,rank,movieCd,movieNm,openDt,salesAmt,audiCnt,audiAcc,scrnCnt,showCnt,src\n\
         2020-01-01,1,11,강,2019-12-31,{sales},500,900,50,200,x\n\
         2020-01-02,1,11,강,2019-12-31,3000,300,1200,50,200,x\n\
         2020-01-01,2,12,바다,,100,10,10,5,9,x\n{more}"
    )
}

#[test]
fn the_same_file_twice_is_the_same_as_once() {
    let db = scratch();
    let file = prepare("korea.csv", &korea(5000, ""));
    assert_eq!(store(&db, 1, &file), counts(3, 0, 0));
    let once = known(&db, Dialect::of(Market::Korea), 9).unwrap();
    let imports::Content::Series(read) = &file.content else { panic!("a series") };
    assert_eq!(once, *read, "what was stored is what was read");
    assert_eq!(store(&db, 2, &file), counts(0, 0, 3));
    assert_eq!(known(&db, Dialect::of(Market::Korea), 9), Some(once));
    assert_eq!(listed(&db).len(), 1, "a file that says nothing new leaves no trace");
}

#[test]
fn a_corrected_figure_is_known_from_the_hour_it_was_learned() {
    let db = scratch();
    store(&db, 1, &prepare("korea.csv", &korea(5000, "")));
    let more = "2020-01-03,1,11,강,2019-12-31,2000,200,1400,50,200,x\n";
    assert_eq!(store(&db, 5, &prepare("korea.csv", &korea(6000, more))), counts(1, 1, 2));
    let chart = Dialect::of(Market::Korea);
    assert_eq!(known(&db, chart, 0), None, "before the first import nothing was known");
    let gross =
        |hour| known(&db, chart, hour).unwrap().days_of(0).iter().map(|one| one.gross).collect::<Vec<_>>();
    assert_eq!(gross(4), [Some(5000), Some(3000)]);
    assert_eq!(gross(5), [Some(6000), Some(3000), Some(2000)]);
    let newest = &listed(&db)[0];
    assert_eq!((newest.added, newest.corrected, newest.rows, newest.subjects), (1, 1, 4, 2));
    assert_eq!((newest.kind.as_str(), newest.actor.as_str()), ("korea_daily", "system"));
    assert_eq!(newest.last.map(|day| day.to_string()).as_deref(), Some("2020-01-03"));
}

#[test]
fn what_a_second_file_does_not_say_stays_known() {
    let db = scratch();
    store(&db, 1, &prepare("korea.csv", &korea(5000, "")));
    let thin = "date,movieCd,movieNm,salesAmt,audiCnt\n2020-01-01,11,강,5000,500\n";
    assert_eq!(store(&db, 2, &prepare("thin.csv", thin)), counts(0, 0, 1));
    let series = known(&db, Dialect::of(Market::Korea), 9).unwrap();
    assert_eq!((series.days_of(0)[0].screens, series.films[0].release.is_some()), (Some(50), true));
}

#[test]
fn every_chart_reads_back_as_it_was_read() {
    let charts = [
        "show_share,movie_id,cum_box_wan,release_day,box_share,box_wan,title,releaseTime,category,duration,wishNum,score,version,date,release_date\n\
         37.21,182,50389,17,47.72,3008.1,河,2010-12-16,\"喜剧,动作\",132.0,56.0,8.39999961853,2D,2011-01-01,2010-12-16\n\
         33.33,182,50389,17,46.66,3008.1,河,2010-12-16,\"喜剧,动作\",132.0,56.0,8.39999961853,2D,2011-01-02,2010-12-16\n",
        "date,rank,release_id,title,gross,theaters,to_date,days,distributor,is_new,estimated\n\
         2000-01-01,1,rl1,River,6762000,2900.0,75194370.0,16.0,Ferry,False,False\n",
        "week_start,release_date,title,country,theatres,tickets,amount\n2018-07-30,2018-07-27,河,法國,9,3146.0,695671.0\n",
        "Date,Rank,Movie,Distributor,Gross,%YD,%LW,Theaters,Per Theater,Total Gross,Days\n\
         2019/06/01,1,River,Ferry,\"$5,000,000\",+5%,-,\"3,000\",$1666,\"$15,000,000\",3\n",
    ];
    for (text, hour) in charts.into_iter().zip(1..) {
        let db = scratch();
        let file = prepare("chart.csv", text);
        store(&db, hour, &file);
        let (Kind::Chart(chart), imports::Content::Series(read)) = (file.kind, &file.content) else {
            panic!("a chart")
        };
        assert_eq!(known(&db, chart, 9).as_ref(), Some(read), "{}", chart.code);
        let fullest = db.read_blocking(move |view| series::fullest_chart(view, chart.market)).unwrap();
        assert_eq!(fullest.map(|fullest| fullest.code), Some(chart.code));
        assert_eq!(store(&db, 8, &file).unchanged, read.days.len() as i64);
    }
}

#[test]
fn the_numbers_is_told_from_box_office_mojo_and_a_day_may_stand_in_the_name() {
    let text =
        "Rank,Movie,Distributor,Gross,Theaters,Total Gross,Days\n1,River,Ferry,\"$5,000\",30,\"$9,000\",2\n";
    for name in ["daily-2019-06-02.csv", "chart_20190602.csv"] {
        let file = prepare(name, text);
        assert_eq!(file.kind.code(), "the_numbers_daily");
        let imports::Content::Series(series) = file.content else { panic!("a series") };
        assert_eq!(series.days[0].day.to_string(), "2019-06-02");
        assert_eq!(series.films[0].release.map(|day| day.to_string()).as_deref(), Some("2019-06-01"));
    }
    assert!(refused("daily.csv", text).contains("none of the files that are understood"));
}

const TMDB: &str = "budget,genres,id,original_language,original_title,popularity,production_countries,release_date,revenue,runtime,title,vote_average\n\
    5000000,\"[{\"\"id\"\": 28, \"\"name\"\": \"\"Action\"\"}]\",7,en,River,99.5,\"[{\"\"name\"\": \"\"Peru\"\"}]\",2009-12-10,123,162.0,The River,7.2\n\
    0,\"Drama, Romance\",8,zh,渡,1.5,,,0,,Ferry,9\n";

#[test]
fn a_table_of_films_gives_facts_and_nothing_learned_after_the_release() {
    let db = scratch();
    assert_eq!(store(&db, 1, &prepare("tmdb_movies.csv", TMDB)), counts(2, 0, 0));
    let credits = "movie_id,title,cast,crew\n7,The River,\"[{\"\"name\"\": \"\"Ann\"\"}, {\"\"name\"\": \"\"Bob\"\"}]\",\"[{\"\"job\"\": \"\"Editor\"\", \"\"name\"\": \"\"Eve\"\"}, {\"\"job\"\": \"\"Director\"\", \"\"name\"\": \"\"Kay\"\"}]\"\n";
    assert_eq!(store(&db, 2, &prepare("tmdb_credits.csv", credits)), counts(0, 1, 0));
    let known = db.read_blocking(|view| films::all(view, "tmdb", at(9))).unwrap();
    let river = &known["7"];
    assert_eq!((river.budget_minor, river.duration_minutes), (Some(500_000_000), Some(162)));
    assert_eq!(
        (&river.genres[..], &river.countries[..]),
        (&["Action".to_owned()][..], &["Peru".to_owned()][..])
    );
    assert_eq!((river.cast.join("+"), river.directors.join("+")), ("Ann+Bob".into(), "Kay".into()));
    assert_eq!((known["8"].budget_minor, known["8"].genres.len()), (None, 2));
    let rows = db.read_blocking(|view| learned::by(view, "tmdb", learned::Kind::Film, at(9))).unwrap();
    assert!(rows.iter().all(|row| !row.body.contains("revenue") && !row.body.contains("99.5")));
    let bad = TMDB.replace("5000000", "-3");
    assert!(refused("tmdb_movies.csv", &bad).contains("Line 2 of “tmdb_movies.csv”: budget is “-3”"));
}

#[test]
fn directories_of_cinemas_are_kept_by_code() {
    let db = scratch();
    let chinese = "name,national_code,id\n北京百老汇影城apm店,11010101,1\n首都电影院中华店,11030201,5\n";
    assert_eq!(store(&db, 1, &prepare("cinemas.csv", chinese)), counts(2, 0, 0));
    let known = db.read_blocking(|view| cinemas::all(view, Directory::China, at(9))).unwrap();
    assert_eq!(
        (known["11010101"].region.as_str(), known["11030201"].name.as_str()),
        ("11", "首都电影院中华店")
    );
    let french = "\u{feff}regionCNC;N° auto;nom;adresse;commune;DEP;ecrans;fauteuils;entrees 2022;latitude;longitude\n\
        1;31;LE PONT;1, RUE DU BAC;Paris;75;4.0;1533.0;148007.0;48.87;2.30\n";
    assert_eq!(store(&db, 2, &prepare("salles.csv", french)), counts(1, 0, 0));
    let known = db.read_blocking(|view| cinemas::all(view, Directory::France, at(9))).unwrap();
    let bridge = &known["31"];
    assert_eq!((bridge.screens, bridge.seats, bridge.admissions), (Some(4), Some(1533), Some(148_007)));
    assert_eq!((bridge.latitude, bridge.longitude), (Some(48.87), Some(2.30)));
    assert!(refused("cinemas.csv", "name,national_code,id\n河,1101,1\n").contains("national_code is “1101”"));
}

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Folder {
        let name = format!("ferryman-import-{:016x}", Dice::from_entropy().next());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).expect("it works");
        for (name, text) in files {
            std::fs::write(folder.join(name), text).expect("it works");
        }
        Folder(folder)
    }
}

impl Folder {
    /// How a person of this folder is called.
    fn person(&self, number: &str) -> String {
        format!("{}:{number}", self.0.file_name().expect("a name").to_string_lossy())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn both_layouts_of_movielens_say_the_same() {
    let latest = Folder::with(&[
        (
            "movies.csv",
            "movieId,title,genres\n1,\"River, The (1995)\",Action|Drama\n2,Sea (1996),(no genres listed)\n",
        ),
        ("ratings.csv", "userId,movieId,rating,timestamp\n7,2,3.5,200\n7,1,5.0,100\n8,1,1.0,50\n"),
        ("tags.csv", "userId,movieId,tag,timestamp\n7,1,Wet,100\n8,1,wet,101\n8,1,long,102\n"),
    ]);
    let oldest = Folder::with(&[
        (
            "u.item",
            "1|River, The (1995)|01-Jan-1995||http://x|0|1|0|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0\n2|Sea (1996)|||x|1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0\n",
        ),
        ("u.data", "7\t2\t3\t200\n7\t1\t5\t100\n8\t1\t1\t50\n"),
    ]);
    for (folder, layout, second) in [(&latest, "latest", 7), (&oldest, "100k", 6)] {
        let db = scratch();
        let file = open(&folder.0).unwrap();
        assert_eq!((file.kind.code(), file.refused), ("movielens", 0));
        assert_eq!(store(&db, 1, &file), counts(4, 0, 0));
        assert_eq!(store(&db, 2, &file), counts(0, 0, 4));
        let tastes = db.read_blocking(|view| taste::all(view, "movielens", at(9))).unwrap();
        let stars: Vec<(&str, i64)> = tastes[&folder.person("7")]
            .ratings
            .iter()
            .map(|one| (one.film.as_str(), one.half_stars))
            .collect();
        let film = |number: i32| format!("{layout}:{number}");
        assert_eq!(stars, [(film(1).as_str(), 10), (film(2).as_str(), second)], "oldest first");
        let films = db.read_blocking(|view| films::all(view, "movielens", at(9))).unwrap();
        assert_eq!(films[&format!("{layout}:1")].genres, ["Action", "Drama"]);
        assert!(films[&format!("{layout}:2")].genres.is_empty());
    }
    let with_tags = taste::read(&latest.0).unwrap();
    assert_eq!(with_tags.films[0].1.tags, ["wet", "long"]);
}

#[test]
fn a_rating_that_cannot_be_is_refused() {
    let folder = Folder::with(&[
        ("movies.csv", "movieId,title,genres\n1,River,Action\n"),
        ("ratings.csv", "userId,movieId,rating,timestamp\n7,9,3.5,200\n7,1,7,100\n8,1,1.2,50\n"),
    ]);
    let refusal = open(&folder.0).unwrap_err();
    assert!(refusal.say.en.starts_with("3 of the 4 lines"), "{}", refusal.say.en);
    assert!(
        refusal
            .say
            .en
            .contains("Line 2 of “ratings.csv”: movieId is “9”, which is not a film of this folder")
    );
    let nothing = Folder::with(&[]);
    assert_eq!(open(&nothing.0).unwrap_err().code, "bad_file");
}

#[test]
fn folders_that_number_alike_do_not_overwrite_each_other() {
    let oldest = Folder::with(&[
        (
            "u.item",
            "1|Toy (1995)|01-Jan-1995||http://x|0|1|0|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0\n2|Sea (1996)|||x|1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0\n",
        ),
        ("u.data", "7\t2\t3\t200\n"),
    ]);
    let latest = Folder::with(&[
        ("movies.csv", "movieId,title,genres\n1,River (1999),Action\n"),
        ("ratings.csv", "userId,movieId,rating,timestamp\n7,1,5.0,100\n"),
    ]);
    let db = scratch();
    assert_eq!(store(&db, 1, &open(&oldest.0).unwrap()), counts(3, 0, 0));
    assert_eq!(store(&db, 2, &open(&latest.0).unwrap()), counts(2, 0, 0));
    let films = db.read_blocking(|view| films::all(view, "movielens", at(9))).unwrap();
    let titles: Vec<&str> = films.values().map(|film| film.title.as_str()).collect();
    assert_eq!(titles.len(), 3, "{titles:?}");
    let tastes = db.read_blocking(|view| taste::all(view, "movielens", at(9))).unwrap();
    assert_eq!(tastes.len(), 2, "two strangers of one number");
    assert!(tastes.values().flat_map(|one| &one.ratings).all(|rating| films.contains_key(&rating.film)));
}

#[test]
fn a_film_is_one_with_its_id_and_without() {
    let with_id = "日期,影片编码,影片名称,上映日期,票房（万）,排片占比\n2014-01-01,7,渡,2014-01-01,100,30\n2014-01-02,7,渡,2014-01-01,90,30\n";
    let without = "日期,影片名称,上映日期,票房（万）,排片占比\n2014-01-02,渡,2014-01-01,95,30\n2014-01-03,渡,2014-01-01,80,28\n2014-01-03,渡,2013-05-01,1,1\n";
    let chart = Dialect::named("china_daily").unwrap();
    for (first, second) in [(with_id, without), (without, with_id)] {
        let db = scratch();
        store(&db, 1, &prepare("first.csv", first));
        store(&db, 2, &prepare("second.csv", second));
        let series = known(&db, chart, 9).unwrap();
        let films: Vec<(Option<String>, usize)> =
            series.runs().map(|(film, days)| (film.release.map(|day| day.to_string()), days.len())).collect();
        assert_eq!(films, [(Some("2013-05-01".into()), 1), (Some("2014-01-01".into()), 3)]);
    }
}

#[test]
fn a_file_that_is_nothing_known_is_told_all_that_could_be() {
    let says = refused("x.csv", "userId,movieId,rating,timestamp\n1,1,5,1\n");
    for kind in ["china_daily", "tmdb", "china_cinemas", "us_calendar", "showings", "a MovieLens folder"] {
        assert!(says.contains(kind), "{kind}: {says}");
    }
}

/// Films that have a day in a market's calendars at an hour of the story.
fn coming(db: &Db, market: Market, hour: i64) -> Vec<(String, String, Instant)> {
    let entries =
        db.read_blocking(move |view| release_calendar::entries(view, market, at(hour))).expect("it works");
    entries.into_iter().map(|one| (one.film.title, one.release.to_string(), one.since)).collect()
}

#[test]
fn a_film_is_announced_moved_and_withdrawn_each_from_its_hour_on() {
    let db = scratch();
    let first = prepare(
        "coming.csv",
        "片名,上映日期,类型,国家,片长,制式\n长城,2016-12-16,动作/奇幻,中国大陆,104,3D\n铁道飞虎,2016-12-23,喜剧,,124,2D\n星河,待定,科幻,,,\n",
    );
    assert_eq!(first.kind.code(), "china_calendar");
    assert_eq!(store(&db, 1, &first), counts(3, 0, 0));
    assert_eq!(store(&db, 2, &first), counts(0, 0, 3));
    let second = prepare("coming.csv", "片名,上映日期,发行\n长城,2016-12-30,中影\n铁道飞虎,撤档,\n");
    assert_eq!(store(&db, 5, &second), counts(0, 2, 0));
    let told = |title: &str, day: &str, hour| (title.to_owned(), day.to_owned(), at(hour));
    assert_eq!(coming(&db, Market::China, 0), []);
    assert_eq!(
        coming(&db, Market::China, 4),
        [told("长城", "2016-12-16", 1), told("铁道飞虎", "2016-12-23", 1)]
    );
    assert_eq!(coming(&db, Market::China, 5), [told("长城", "2016-12-30", 5)]);
    assert_eq!(coming(&db, Market::Korea, 9), []);
    let kept = db.read_blocking(|view| release_calendar::entries(view, Market::China, at(9))).unwrap();
    let film = &kept[0].film;
    assert_eq!((film.genres.join(" "), film.distributor.as_deref()), ("动作 奇幻".to_owned(), Some("中影")));
    assert_eq!((film.country.as_deref(), film.duration_minutes), (Some("中国大陆"), Some(104)));
    let dated_again = prepare("coming.csv", "片名,上映日期\n铁道飞虎,2017-01-06\n");
    store(&db, 7, &dated_again);
    assert_eq!(coming(&db, Market::China, 7)[1], told("铁道飞虎", "2017-01-06", 7));
}

#[test]
fn a_calendar_in_another_script_is_read_and_an_english_one_must_say_its_market() {
    let korean = encoding_rs::EUC_KR.encode("영화명,개봉일\n강,2016-12-21\n").0.into_owned();
    let file = Packed::read("k.csv", korean.as_slice()).unwrap();
    assert_eq!(imports::read(&file, None, last()).unwrap().kind.code(), "korea_calendar");
    let english = "Title,Release Date,Genre\nRiver,12/23/16,Drama\nHill,2016-12-23,Drama|War\n";
    assert!(refused("e.csv", english).contains("none of the files that are understood"));
    let file = Packed::read("e.csv", english.replace("12/23/16", "TBA").as_bytes()).unwrap();
    assert_eq!(imports::read(&file, Some(Kind::parse("us_calendar").unwrap()), last()).unwrap().rows, 2);
}

#[test]
fn a_line_of_a_calendar_that_cannot_be_is_refused() {
    let head = "片名,上映日期\n";
    for (line, said) in [
        ("长城,2016-13-01\n", "上映日期 is “2016-13-01”, which is not a day such as 2016-12-23, or TBA"),
        (",2016-12-23\n", "片名 is “”, which is not a film’s title"),
        ("长城,2016-12-16\n长城,2016-12-23\n", "an earlier line has it otherwise"),
        ("", "“c.csv” has a header and no row."),
    ] {
        let refusal = refused("c.csv", &format!("{head}{line}"));
        assert!(refusal.contains(said), "{refusal}");
    }
    let file = Packed::read("c.csv", "a,b\n1,2\n".as_bytes()).unwrap();
    let refusal = imports::read(&file, Some(Kind::Calendar(Market::China)), last()).unwrap_err();
    assert!(
        refusal.say.en.contains("needs title and release_date; its columns are a, b"),
        "{}",
        refusal.say.en
    );
}

/// Where the large real files lie, outside the repository.
fn shared(name: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if !file.exists() {
        eprintln!("skipped: {name} is not there");
        return None;
    }
    Some(file)
}

#[test]
fn the_real_files_enter_once() {
    let files = [
        ("china_cinemas_2025.csv.gz", "china_cinemas", 19_129),
        ("france_cinemas_idf_2022.csv.gz", "france_cinemas", 311),
        ("us_daily_2000_2018.csv.gz", "us_daily", 291_359),
    ];
    let db = scratch();
    for ((name, kind, rows), hour) in files.into_iter().zip(1..) {
        let Some(file) = shared(name) else { continue };
        let prepared = open(&file).unwrap();
        assert_eq!((prepared.kind.code(), prepared.rows), (kind, rows));
        let first = store(&db, hour, &prepared);
        assert_eq!(first.added as usize, rows - prepared.refused - prepared.repeated, "{name}");
        let second = store(&db, hour + 10, &prepared);
        assert_eq!((second.added, second.corrected), (0, 0), "{name}");
    }
}
