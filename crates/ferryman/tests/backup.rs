//! A copy is taken while tickets are sold, and restored elsewhere: whole, and proven.

mod folder;

use folder::Folder;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const FERRYMAN: &str = env!("CARGO_BIN_EXE_ferryman");

fn ferryman(arguments: &[&str]) -> Output {
    Command::new(FERRYMAN).args(arguments).output().expect("it answers")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn sold(db: &str) -> i64 {
    let count = db::Db::open(db).and_then(|db| {
        db.read_blocking(|view| view.one::<(i64,)>("select count(*) from ticket", &[])).map(|(count,)| count)
    });
    count.unwrap_or(0)
}

/// Waits until more tickets are sold than `than`, and tells how many.
fn sold_more(db: &str, than: i64) -> i64 {
    const TRIES_MAX: usize = 4800;
    for _ in 0..TRIES_MAX {
        let now = if Path::new(db).exists() { sold(db) } else { 0 };
        if now > than {
            return now;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("not more than {than} tickets are sold");
}

#[test]
fn a_copy_taken_while_tickets_are_sold_is_whole_elsewhere() {
    let folder = Folder::new("backup");
    let (db, copies, restored) = (folder.file("demo.db"), folder.file("copies"), folder.file("restored.db"));
    std::fs::create_dir(&copies).expect("a folder for copies");
    let mut demo = Command::new(FERRYMAN)
        .args(["demo", "--exit", "--db", &db])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let before = sold_more(&db, 200);
    let backup = ferryman(&["backup", "--db", &db, &copies]);
    let after = sold_more(&db, sold(&db));
    demo.kill().expect("it is killed");
    demo.wait().expect("it is gone");
    assert!(backup.status.success(), "{}", said(&backup));

    let made: Vec<_> = std::fs::read_dir(&copies).expect("the copies").flatten().collect();
    let [copy] = &made[..] else { panic!("one copy and nothing beside it: {made:?}") };
    let copy = copy.path().display().to_string();
    assert!(copy.contains("/ferryman-20") && copy.ends_with("Z.db"), "{copy}");

    let restore = ferryman(&["restore", &copy, "--db", &restored]);
    assert!(restore.status.success(), "{}", said(&restore));
    let kept = sold(&restored);
    assert!(before <= kept && kept < after, "{before} tickets, then a copy with {kept}, then {after}");
    let again = ferryman(&["restore", &copy, "--db", &restored]);
    assert!(!again.status.success() && said(&again).contains("move"), "{}", said(&again));
    assert_eq!(sold(&restored), kept, "a database that is there is left alone");
}

#[test]
fn a_copy_whose_books_do_not_agree_says_so() {
    let folder = Folder::new("broken");
    let (db, copy) = (folder.file("mine.db"), folder.file("copy.db"));
    let touched = db::Db::open(&db).and_then(|db| {
        db.write_blocking(db::Lane::house(), |tx| {
            tx.run("insert into account values ('plc_house', 'fee', 'CNY', false, 0, 5, 0, 0)", &[])
        })
    });
    touched.expect("a balance that no transfer explains");
    let backup = ferryman(&["backup", "--db", &db, &copy]);
    assert!(!backup.status.success() && said(&backup).contains('✗'), "{}", said(&backup));
    assert!(Path::new(&copy).exists(), "a copy of a broken house is still a copy");
}

#[test]
fn what_cannot_be_copied_is_said_in_a_sentence() {
    let folder = Folder::new("uncopied");
    let (text, to) = (folder.file("text.db"), folder.file("to.db"));
    std::fs::write(&text, "no database").expect("a file");
    let cases = [
        (["backup", "--db", "postgres://u:secret@h/d", &to], "pg_basebackup"),
        (["backup", "--db", "/nowhere/at/all.db", &to], "There is no database"),
        (["backup", "--db", &text, &to], "damaged, or not a database"),
        (["restore", "/nowhere/at/all.db", "--db", &to], "There is no database"),
        (["restore", &text, "--db", &to], "damaged, or not a database"),
    ];
    for (arguments, sentence) in cases {
        let answer = ferryman(&arguments);
        assert!(
            !answer.status.success() && said(&answer).contains(sentence),
            "{arguments:?}: {}",
            said(&answer)
        );
        assert!(!said(&answer).contains("secret"));
    }
    assert!(!Path::new(&to).exists());
}
