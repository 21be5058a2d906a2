//! A circuit's own showings: what is read of its files, what is refused, what is kept and for whom.

use db::{Db, Lane, scratch::scratch};
use kernel::{Act, Actor, Day, Dice, Instant, OrgId, Refusal};
use market::imports::{self, Content, Import, Kind, Prepared};
use market::learned::{self, Change};
use market::showings::{self, Reading, Showing};
use market::table::Packed;
use std::path::Path;

const HEADER: &str = "date,theatre,hall,movie,time,hour,seats,sold,Buy Order\n";

fn read(text: &str) -> Result<Reading, Refusal> {
    showings::read(&Packed::read("s.csv", text.as_bytes()).expect("it works"))
}

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn last() -> Day {
    day("2026-01-01")
}

fn prepare(text: &str, circuit: &str) -> Prepared {
    let file = Packed::read("s.csv", text.as_bytes()).expect("it works");
    let prepared = imports::read(&file, None, last()).expect("it works");
    Prepared { circuit: (!circuit.is_empty()).then(|| OrgId(circuit.into())), ..prepared }
}

fn refused(text: &str) -> Refusal {
    let file = Packed::read("s.csv", text.as_bytes()).expect("it works");
    imports::read(&file, None, last()).expect_err("a refusal")
}

fn at(hour: i64) -> Instant {
    Instant::from_micros(1_600_000_000_000_000).plus_minutes(60 * hour)
}

/// Two circuits of a house.
fn house() -> db::scratch::Scratch {
    let db = scratch();
    db.write_blocking(Lane::house(), |tx| {
        for org in ["org_a", "org_b"] {
            tx.run(
                "insert into org (id, kind, name_en, name_zh, created_at) values ($1, 'cinema', $1, $1, 0)",
                &[&org],
            )?;
        }
        Ok(())
    })
    .expect("two circuits");
    db
}

fn try_store(db: &Db, hour: i64, prepared: &Prepared) -> kernel::Result<Change> {
    let act = Act::new(Actor::System, at(hour), Dice::seeded(hour as u64));
    let prepared = prepared.clone();
    let story = move |tx: &db::Tx| imports::store(tx, &mut act.clone(), &prepared, &|_| ());
    db.write_blocking(Lane::house(), story).map(|(_, change)| change)
}

fn store(db: &Db, hour: i64, prepared: &Prepared) -> Change {
    try_store(db, hour, prepared).expect("it works")
}

fn known(db: &Db, circuit: &str, hour: i64) -> Vec<Showing> {
    let circuit = OrgId(circuit.into());
    let days = (day("2000-01-01"), last());
    db.read_blocking(move |view| showings::of_circuit(view, &circuit, days, at(hour))).expect("it works")
}

fn listed(db: &Db, circuit: &str) -> Vec<Import> {
    let circuit = OrgId(circuit.into());
    db.read_blocking(move |view| imports::of_circuit(view, &circuit)).expect("it works")
}

fn counts(added: i64, corrected: i64, unchanged: i64) -> Change {
    Change { added, corrected, unchanged }
}

#[test]
fn rows_are_read_and_a_late_showing_belongs_to_the_evening_before() {
    let rows = "2020-01-01,Lido,Hall 1,Cats,0:30,0.5,100.0,3.0,\"[['A_1', 'A_2'], ['B_1']]\"\n\
                2020-01-01,Lido,Hall 1,Cats,9:50,9.83,,,\n\
                2020-01-01,Lido,Hall 1,Cats,9:50,9.83,,,\n";
    let read = read(&format!("{HEADER}{rows}")).unwrap();
    assert_eq!((read.showings.len(), read.repeated), (2, 1), "the same row twice is one showing");
    let told = |i: usize| (read.showings[i].minute, read.showings[i].seats, read.showings[i].sold);
    assert_eq!(told(0), (1_470, Some(100), Some(3)));
    assert_eq!(told(1), (590, None, None));
}

#[test]
fn bad_rows_are_refused_with_line_column_and_value() {
    let cases = [
        (
            "2020-13-01,L,H,F,9:50,9.8,10.0,1.0,",
            "Line 2 of “s.csv”: date is “2020-13-01”, which is not a day",
        ),
        ("2020-01-01,L,H,F,30:00,9.8,10.0,1.0,", "time is “30:00”, which is not a time"),
        ("2020-01-01,L,H,F,,9.8,10.0,1.0,", "time is “”, which is not a time"),
        ("2020-01-01,L,H,F,9:50,9.8,10.0,-1,", "sold is “-1”, which is not a number of seats"),
        ("2020-01-01,L,H,F,9:50,9.8,10.0,1.5,", "sold is “1.5”, which is not a number of seats"),
        ("2020-01-01,L,H,F,9:50,9.8,10.0,11.0,", "sold is “11.0”, which is not at most the 10 seats"),
        (
            "2020-01-01,L,H,F,9:50,9.8,99999,1,",
            "seats is “99999”, which is not a number of seats, at most 2000",
        ),
        ("2020-01-01,L,H,F,9:50,9.8,,99999999999999999999,", "which is not a number of seats, at most 2000"),
        ("2020-01-01,L,,F,9:50,9.8,10,1,", "hall is “”, which is not a hall’s name"),
        ("2020-01-01,L,H,F,9:50,9.8,10,2,[['A_1']]", "which is not the 1 seats of the buying order"),
        ("2020-01-01,L,H,F,9:50,9.8,10,2,A_1", "Buy Order is “A_1”, which is not a list"),
        ("2020-01-01,L,H,F", "Line 2 of “s.csv” has 4 cells, the header 9."),
    ];
    for (row, expected) in cases {
        let refusal = refused(&format!("{HEADER}{row}\n"));
        assert!(refusal.say.en.contains(expected), "{row}: {}", refusal.say.en);
        assert!(refusal.say.zh.contains("第 2 行"), "{row}: {}", refusal.say.zh);
    }
    let price = refused("day,cinema,screen,film,start,sold,price\n2020-01-01,L,H,F,9:50,1,-5\n");
    assert!(price.say.en.contains("price is “-5”, which is not a ticket’s price"), "{}", price.say.en);
    assert!(refused(HEADER).say.en.contains("has a header and no row"));
    let file = Packed::read("s.csv", "day,seats\n".as_bytes()).unwrap();
    let lacking = imports::read(&file, Some(Kind::Showings), last()).unwrap_err();
    assert!(lacking.say.en.contains("lacks cinema, hall, film, start, sold; its columns are day, seats"));
    assert!(lacking.say.zh.contains("缺少影院、影厅、影片、开场时间、人次"), "{}", lacking.say.zh);
}

#[test]
fn one_bad_line_in_very_many_is_told_and_more_refuse_the_file() {
    let row = |i: u32| format!("2020-01-01,L,H,F,9:{:02},9.8,10,{},\n", i % 60, i % 10);
    let good: String = (0..200).map(|i| row(i).replace(",H,", &format!(",H{i},"))).collect();
    let bad = "2020-01-01,L,H,F,9:50,9.8,10,11,\n";
    let one = prepare(&format!("{HEADER}{good}{bad}"), "org_a");
    assert_eq!((one.rows, one.refused, one.refusals.len()), (201, 1, 1));
    let told = refused(&format!("{HEADER}{good}{}", bad.repeat(4))).say.en;
    assert!(told.contains("4 of the 204 lines of “s.csv” cannot be taken"), "{told}");
    // The same hall at the same time, told differently: the first counts.
    let differs = prepare(
        &format!("{HEADER}{good}{}", row(7).replace(",H,", ",H7,").replace(",7,\n", ",8,\n")),
        "org_a",
    );
    assert_eq!((differs.rows, differs.refused), (201, 1));
    assert!(
        differs.refusals[0].say.en.contains("an earlier line tells of that hall"),
        "{:?}",
        differs.refusals
    );
    let Content::Showings(all) = &differs.content else { panic!("showings") };
    assert_eq!(all.iter().find(|one| one.hall == "H7").and_then(|one| one.sold), Some(7));
}

#[test]
fn headings_are_those_that_peoples_systems_write() {
    let one = |text: &str| {
        let prepared = prepare(text, "org_a");
        let Content::Showings(all) = prepared.content else { panic!("showings: {text}") };
        all[0].clone()
    };
    let expected = Showing {
        cinema: "星光影城".into(),
        hall: "1号厅".into(),
        film: "摆渡人".into(),
        day: day("2016-12-23"),
        minute: 1_470,
        seats: Some(120),
        sold: Some(87),
        price_hundredths: Some(4_550),
    };
    for text in [
        "影院名称,影厅,影片,营业日,开场时间,座位数,人次,票价\n星光影城,1号厅,摆渡人,2016年12月23日,0:30,120,87,45.5\n",
        "人次;座位数;票价;片名;影城;厅名;日期;放映时间\n87;120;￥45.50;摆渡人;星光影城;1号厅;2016/12/23;24：30\n",
        "Sold\tCapacity\tTicket Price\tFilm\tCinema\tScreen\tStart\n87\t120\t45.50\t摆渡人\t星光影城\t1号厅\t2016-12-24 00:30:00\n",
        "Admissions,Seats,Price,Title,Theater,Auditorium,Showtime,Business Date\n87,120,45.50,摆渡人,星光影城,1号厅,2016-12-24 12:30 AM,2016-12-23\n",
    ] {
        assert_eq!(one(text), expected, "{text}");
    }
    let gbk = encoding_rs::GB18030
        .encode("影院,影厅,影片,日期,开场时间,座位数,人次,票价\n星光影城,1号厅,摆渡人,2016-12-23,24:30,120,87,45.5\n")
        .0
        .into_owned();
    let file = Packed::read("s.csv", gbk.as_slice()).unwrap();
    let Content::Showings(all) = imports::read(&file, None, last()).unwrap().content else {
        panic!("showings")
    };
    assert_eq!(all, [expected]);
    // Headings in English prove no encoding.
    let latin = b"date,cinema,hall,film,time,sold\n2016-12-23,L,H,Les Mis\xe9rables,9:50,1\n";
    let file = Packed::read("s.csv", &latin[..]).unwrap();
    assert!(
        imports::read(&file, Some(Kind::Showings), last()).unwrap_err().say.en.contains("not text in UTF-8")
    );
    // A start with another date than the day of its line.
    let other = refused("date,cinema,hall,film,time,sold\n2016-12-20,L,H,F,2016-12-23 9:50,1\n").say.en;
    assert!(other.contains("which is not the day of its start, 2016-12-23"), "{other}");
    let undated = refused("cinema,hall,film,time,sold\nL,H,F,9:50,1\n").say.en;
    assert!(undated.contains("which is needed where no column has the day"), "{undated}");
    assert!(Packed::read("s.xlsx", &b"PK\x03\x04"[..]).is_err_and(|no| no.say.en.contains("workbook")));
}

const WEEK: &str = "date,cinema,hall,film,time,seats,sold,Buy Order\n\
    2020-01-01,Lido,Hall 1,Cats,9:50,100,3,\"[['A_1', 'A_2'], ['B_1']]\"\n\
    2020-01-01,Lido,Hall 2,Cats,9:50,100,,\n\
    2020-01-02,Lido,Hall 1,Cats,9:50,100,7,\n";

#[test]
fn twice_is_once_and_a_correction_stands_beside_what_it_corrects() {
    let db = house();
    assert_eq!(store(&db, 1, &prepare(WEEK, "org_a")), counts(2, 0, 0));
    assert_eq!(store(&db, 2, &prepare(WEEK, "org_a")), counts(0, 0, 2));
    assert_eq!(listed(&db, "org_a").len(), 1, "a file that says nothing new leaves no trace");
    // The second hall was counted meanwhile, and the first is told without its count.
    let later = WEEK.replace("100,,\n", "100,5,\n").replace("100,7,\n", "100,,\n");
    assert_eq!(store(&db, 5, &prepare(&later, "org_a")), counts(0, 1, 1));
    let sold = |hour: i64| known(&db, "org_a", hour).iter().map(|one| one.sold).collect::<Vec<_>>();
    assert_eq!(sold(0), []);
    assert_eq!(sold(4), [Some(3), None, Some(7)]);
    assert_eq!(sold(5), [Some(3), Some(5), Some(7)], "what a later file leaves open stays");
    let newest = &listed(&db, "org_a")[0];
    assert_eq!((newest.kind.as_str(), newest.added, newest.corrected), ("showings", 0, 1));
    assert_eq!((newest.subjects, newest.last), (2, Some(day("2020-01-02"))));
    // A film that was told wrongly is told right: the hall showed one.
    store(&db, 6, &prepare(&WEEK.replace("Hall 1,Cats", "Hall 1,Kats"), "org_a"));
    let films: Vec<String> = known(&db, "org_a", 6).into_iter().map(|one| one.film).collect();
    assert_eq!(films, ["Kats", "Cats", "Kats"]);
}

#[test]
fn what_a_circuit_brings_is_its_own() {
    let db = house();
    let nobodys = try_store(&db, 1, &prepare(WEEK, "")).expect_err("whose are they?");
    assert_eq!(nobodys.refusal().map(|no| (no.code, no.field)), Some(("no_circuit", Some("circuit"))));
    assert!(nobodys.refusal().is_some_and(|no| no.say.en.contains("--circuit")));
    store(&db, 2, &prepare(WEEK, "org_a"));
    assert_eq!((known(&db, "org_a", 9).len(), known(&db, "org_b", 9).len()), (3, 0));
    assert_eq!((listed(&db, "org_a").len(), listed(&db, "org_b").len()), (1, 0));
    let all = db.read_blocking(imports::all).unwrap();
    assert_eq!(all[0].circuit, Some(OrgId("org_a".into())), "the operator's list says whose it is");
    // The same file of another circuit is another thing learned.
    assert_eq!(store(&db, 3, &prepare(WEEK, "org_b")), counts(2, 0, 0));
    // Which seats were bought is not kept.
    let rows = db.read_blocking(|view| learned::by(view, "org_a", learned::Kind::Showings, at(9))).unwrap();
    assert!(rows.len() == 2 && rows.iter().all(|row| !row.body.contains("A_1")), "{rows:?}");
}

#[test]
fn days_that_are_not_over_are_left_out() {
    let half = prepare(WEEK, "org_a").until(day("2020-01-01")).unwrap();
    assert_eq!((half.subjects(), half.span().map(|(_, last)| last)), (1, Some(day("2020-01-01"))));
    assert!(
        half.refusals[0].say.en.contains("“s.csv” has 1 showing after 2020-01-01"),
        "{:?}",
        half.refusals
    );
    assert_eq!(half.refused, 0, "they are no bad lines");
    assert!(prepare(WEEK, "org_a").until(day("2019-12-31")).is_err());
    assert!(prepare(WEEK, "org_a").until(day("2020-01-02")).unwrap().refusals.is_empty());
}

/// The real file of a chain, where it lies beside this clone.
#[test]
fn a_real_chain_brings_27_days() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/singapore_showings_2019_2020.csv.gz");
    if !path.exists() {
        println!("skipped: no showings of a chain beside this clone");
        return;
    }
    let file = imports::open(&path, None, last()).unwrap();
    assert_eq!(file.kind.code(), "showings");
    // Four showings after midnight are told twice, differently.
    assert_eq!((file.rows, file.refused, file.repeated), (10_066, 4, 0));
    assert_eq!(file.span(), Some((day("2019-12-17"), day("2020-01-12"))));
    let db = house();
    let file = Prepared { circuit: Some(OrgId("org_a".into())), ..file };
    assert_eq!(store(&db, 1, &file), counts(7 * 27, 0, 0));
    assert_eq!(store(&db, 2, &file), counts(0, 0, 7 * 27));
    let known = known(&db, "org_a", 9);
    let Content::Showings(mut read) = file.content else { panic!("showings") };
    let key = |one: &Showing| (one.day, one.cinema.clone(), one.minute, one.hall.clone());
    read.sort_by_key(key);
    let mut kept = known;
    kept.sort_by_key(key);
    assert_eq!(kept, read, "what was kept is what was read");
}
