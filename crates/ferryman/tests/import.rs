//! Outside figures on the command line: taken once, refused in words, told back.

use std::path::PathBuf;
use std::process::{Command, Output};

const CHART: &str = "date,rank,movieCd,movieNm,openDt,salesAmt,audiCnt,audiAcc,scrnCnt,showCnt,src\n\
    2020-01-01,1,11,강,2019-12-31,5000,500,900,50,200,x\n\
    2020-01-02,1,11,강,2019-12-31,3000,300,1200,50,200,x\n";

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("ferryman-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("it works");
        Folder(folder)
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).expect("it works");
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn ferryman(&self, words: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ferryman"));
        let Output { status, stdout, stderr } =
            command.args(words).args(["--data", &self.path("data")]).output().expect("it works");
        (status.success(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The summary's line about a file, as words.
fn line<'a>(said: &'a str, file: &str) -> Vec<&'a str> {
    said.lines().find(|line| line.trim_start().starts_with(file)).unwrap_or("").split_whitespace().collect()
}

#[test]
fn a_folder_is_imported_once_and_corrected_later() {
    let folder = Folder::new("twice");
    folder.file("korea.csv", CHART);
    let charts = folder.path("");
    let (done, said) = folder.ferryman(&["import", &charts, "--dry-run"]);
    assert!(done && line(&said, "korea.csv").ends_with(&["–", "–", "–", "0"]), "{said}");
    let (done, said) = folder.ferryman(&["import", &charts]);
    assert!(done && line(&said, "korea.csv").ends_with(&["2", "0", "0", "0"]), "{said}");
    let (_, said) = folder.ferryman(&["import", &charts]);
    assert!(line(&said, "korea.csv").ends_with(&["0", "0", "2", "0"]), "{said}");
    folder.file("korea.csv", &CHART.replace("5000", "6000"));
    let (_, said) = folder.ferryman(&["import", &charts]);
    assert!(line(&said, "korea.csv").ends_with(&["0", "1", "1", "0"]), "{said}");
}

#[test]
fn what_cannot_be_taken_is_said_in_both_languages_and_fails() {
    let folder = Folder::new("refused");
    let bad = folder.file("bad.csv", &CHART.replace("5000", "-5"));
    let good = folder.file("good.csv", CHART);
    let (done, said) = folder.ferryman(&["import", &bad, &good]);
    assert!(!done, "a refused file fails the command");
    assert!(said.contains("Line 2 of “bad.csv”: salesAmt is “-5”") && said.contains("第 2 行"), "{said}");
    assert!(line(&said, "good.csv").ends_with(&["2", "0", "0", "0"]), "the others are taken: {said}");
    let (done, said) = folder.ferryman(&["import", &good, "--as", "songs"]);
    assert!(!done && said.contains("not a kind of file that can be imported"), "{said}");
}

/// Gaps, repeated and contradicting days, negative and enormous values, films of one day, days out of order, unknown
/// text and mixed currencies: each is handled as it is documented, and nothing else of the file is lost.
#[test]
fn every_kind_of_bad_series_is_handled_as_it_is_documented() {
    let folder = Folder::new("bad-series");
    let row =
        |day: i32, amount: &str| format!("2020-02-{day:02},1,22,바람,2020-02-01,{amount},500,900,50,200,x\n");
    let header = CHART.split_once('\n').map_or("", |(header, _)| header);
    let run = |rows: &[String]| format!("{header}\n{}", rows.concat());
    // Enough good lines that one bad one does not spoil the file.
    let good: Vec<String> = (1..=28).flat_map(|day| [row(day, "5000")]).collect();
    let with = |bad: &[String]| run(&[&good[..], bad].concat());
    let many = |film: i32| {
        (1..=28).map(move |day| format!("2020-02-{day:02},2,{film},별,2020-02-01,4000,400,800,40,150,x\n"))
    };
    let whole: Vec<String> = (100..110).flat_map(many).collect();
    let spoiled = |bad: String| run(&[&whole[..], &[bad]].concat());
    // What is refused of each file: lines, or all of it.
    let cases: [(&str, String, Option<&str>); 9] = [
        ("gap.csv", run(&[row(1, "5000"), row(9, "4000")]), Some("0")),
        ("one_day.csv", run(&[row(1, "5000")]), Some("0")),
        ("order.csv", run(&[row(3, "5000"), row(1, "6000"), row(2, "5500")]), Some("0")),
        ("twice.csv", with(&[row(28, "5000")]), Some("0")),
        ("differs.csv", spoiled(row(1, "1") + &row(1, "2")), Some("1")),
        ("negative.csv", spoiled(row(1, "-5")), Some("1")),
        ("enormous.csv", spoiled(row(1, "99999999999999999")), Some("1")),
        ("no_day.csv", spoiled(row(31, "5000")), Some("1")),
        ("currency.csv", spoiled(row(1, "$5000")), None),
    ];
    for (name, text, refused) in cases {
        let file = folder.file(name, &text);
        let (done, said) = folder.ferryman(&["import", &file]);
        assert!(!said.contains("panicked"), "{name}: {said}");
        assert_eq!(done, refused.is_some(), "{name}: {said}");
        assert_eq!(line(&said, name).last().copied(), refused, "{name}: {said}");
        let says_where = said.contains(&format!("“{name}”第 28"));
        assert_eq!(says_where, refused != Some("0"), "{name}: {said}");
    }
    let unknown: Vec<u8> = [header.as_bytes(), b"\n\xff\xfe\x00\xd8,\x81\n"].concat();
    std::fs::write(folder.path("unknown.csv"), unknown).expect("it works");
    let (done, said) = folder.ferryman(&["import", &folder.path("unknown.csv")]);
    assert!(!done && said.contains("UTF-8") && !said.contains("panicked"), "{said}");
}

#[test]
fn showings_are_imported_for_the_circuit_that_is_named() {
    let folder = Folder::new("circuit");
    folder.ferryman(&["import", &folder.file("korea.csv", CHART)]);
    let db = db::Db::open(&folder.path("data/ferryman.db")).expect("the database opens");
    db.write_blocking(db::Lane::house(), |tx| {
        tx.run(
            "insert into org (id, kind, name_en, name_zh, created_at) values ('org_bends', 'cinema', 'Nine Bends', '九湾', 0)",
            &[],
        )
    })
    .expect("a circuit");
    drop(db);
    let text = "date,theatre,hall,movie,time,hour,seats,sold,Buy Order\n\
        2020-01-01,Lido,Hall 1,Cats,9:50,9.83,100.0,2.0,\"[['A_1', 'A_2']]\"\n\
        2020-01-02,Lido,Hall 1,Cats,9:50,9.83,,,\n";
    let file = folder.file("old.csv", text);
    let (done, said) = folder.ferryman(&["import", &file]);
    assert!(
        !done && said.contains("say whose it is, with “--circuit”") && said.contains("选择院线"),
        "{said}"
    );
    let (done, said) = folder.ferryman(&["import", &file, "--circuit", "Ten Bends"]);
    assert!(!done && said.contains("there is no circuit “Ten Bends” here; known are: Nine Bends"), "{said}");
    let (done, said) = folder.ferryman(&["import", &file, "--circuit", "nine bends"]);
    assert!(done && line(&said, "old.csv").ends_with(&["2", "0", "0", "0"]), "{said}");
    // A chart beside it is nobody's own.
    for named in ["org_bends", "九湾"] {
        let (done, said) = folder.ferryman(&["import", &folder.path(""), "--circuit", named]);
        assert!(done && line(&said, "old.csv").ends_with(&["0", "0", "2", "0"]), "{said}");
    }
    let db = db::Db::open(&folder.path("data/ferryman.db")).expect("the database opens");
    let sql = "select kind, org_id from imported_file order by kind";
    let whose: Vec<(String, Option<String>)> =
        db.read_blocking(move |view| view.all(sql, &[])).expect("a list");
    assert_eq!(whose, [("korea_daily".into(), None), ("showings".into(), Some("org_bends".into()))]);
}

#[test]
fn a_forecast_is_never_invented() {
    let folder = Folder::new("forecast");
    let (done, said) = folder.ferryman(&["forecast"]);
    assert!(!done && said.contains("nothing is known of mainland China here"), "{said}");
    let chart = folder.file("korea.csv", CHART);
    folder.ferryman(&["import", &chart]);
    let (done, said) = folder.ferryman(&["forecast", "--market", "korea", "--title", "강"]);
    assert!(!done && said.contains("Nothing was learned of South Korea yet"), "{said}");
    let (done, said) = folder.ferryman(&["forecast", "--market", "korea", "--learn"]);
    assert!(!done && !said.contains("panicked"), "{said}");
}

/// What is stored of outside figures: facts learned, and files that count.
fn stored(folder: &Folder) -> (i64, i64) {
    let path = folder.path("data/ferryman.db");
    if !PathBuf::from(&path).exists() {
        return (0, 0);
    }
    let db = db::Db::open(&path).expect("the database opens after a kill");
    let sql = "select (select count(*) from learned), (select count(*) from imported_file)";
    db.read_blocking(move |view| view.one(sql, &[])).expect("a count")
}

/// Killed at ever later moments (SIGKILL) while a large file is stored: afterwards all of it is there or nothing.
#[test]
fn an_import_that_is_killed_leaves_nothing_or_everything() {
    const FILMS: usize = 20_000;
    let folder = Folder::new("killed");
    let header = CHART.split_once('\n').map_or("", |(header, _)| header);
    let line = |film: usize| {
        format!("2020-01-01,{},{film},片{film},2019-12-31,5000,500,900,50,200,x\n", film % 9_999 + 1)
    };
    let file =
        folder.file("large.csv", &(1..=FILMS).fold(format!("{header}\n"), |text, film| text + &line(film)));
    let (mut killed, mut in_the_middle) = (0, 0);
    for tenths in [2, 4, 6, 9, 13, 18, 25, 35] {
        let data = folder.path("data");
        let mut import = Command::new(env!("CARGO_BIN_EXE_ferryman"))
            .args(["import", &file, "--data", &data])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(std::time::Duration::from_millis(tenths * 100));
        if import.try_wait().expect("it can be asked").is_some() {
            break;
        }
        import.kill().expect("it is killed");
        import.wait().expect("it is gone");
        killed += 1;
        let log = std::fs::metadata(folder.path("data/ferryman.db-wal")).map_or(0, |log| log.len());
        in_the_middle += usize::from(log > 1 << 20);
        let (learned, files) = stored(&folder);
        assert!(
            (learned, files) == (0, 0) || (files == 1 && learned >= FILMS as i64),
            "{learned} of {files}"
        );
        if files == 1 {
            break;
        }
    }
    assert!(killed > 0, "at least once it was killed before its end");
    println!("killed {killed} times, {in_the_middle} of them with much of the file written");
    let (done, said) = folder.ferryman(&["import", &file]);
    assert!(done, "{said}");
    let (learned, files) = stored(&folder);
    assert!(files == 1 && learned >= FILMS as i64, "{learned} of {files}");
}

#[test]
fn whoever_stops_reading_has_caused_no_fault() {
    let folder = Folder::new("unread");
    let chart = folder.file("chart.csv", CHART);
    let mut child = Command::new(env!("CARGO_BIN_EXE_ferryman"))
        .args(["import", "--dry-run", &chart])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success() && !said.contains("panicked"), "{said}");
}
