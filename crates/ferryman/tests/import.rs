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
