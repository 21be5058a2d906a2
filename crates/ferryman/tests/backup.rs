//! A copy is taken while tickets are sold, and restored elsewhere: whole, and proven.

mod program;

use program::{Folder, run, said, sold, start, wait_until};
use std::path::Path;

#[test]
fn a_copy_taken_while_tickets_are_sold_is_whole_elsewhere() {
    let folder = Folder::new("backup");
    let (db, copies, restored) = (folder.file("demo.db"), folder.file("copies"), folder.file("restored.db"));
    std::fs::create_dir(&copies).expect("a folder for copies");
    let mut demo = start(&["demo", "--exit", "--db", &db]);
    wait_until("tickets are sold", || sold(&db) > 200);
    let before = sold(&db);
    let backup = run(&["backup", "--db", &db, &copies]);
    let between = sold(&db);
    wait_until("more tickets are sold", || sold(&db) > between);
    let after = sold(&db);
    demo.kill().expect("it is killed");
    demo.wait().expect("it is gone");
    assert!(backup.status.success(), "{}", said(&backup));

    let made: Vec<_> = std::fs::read_dir(&copies).expect("the copies").flatten().collect();
    let [copy] = &made[..] else { panic!("one copy and nothing beside it: {made:?}") };
    let copy = copy.path().display().to_string();
    assert!(copy.contains("/ferryman-20") && copy.ends_with("Z.db"), "{copy}");

    let restore = run(&["restore", &copy, "--db", &restored]);
    assert!(restore.status.success(), "{}", said(&restore));
    let kept = sold(&restored);
    assert!(before <= kept && kept < after, "{before} tickets, then a copy with {kept}, then {after}");
    let again = run(&["restore", &copy, "--db", &restored]);
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
    let backup = run(&["backup", "--db", &db, &copy]);
    assert!(!backup.status.success() && said(&backup).contains('✗'), "{}", said(&backup));
    assert!(Path::new(&copy).exists(), "a copy of a broken house is still a copy");
}

#[test]
fn what_cannot_be_copied_is_said_in_a_sentence() {
    let folder = Folder::new("uncopied");
    let (text, to) = (folder.file("text.db"), folder.file("to.db"));
    std::fs::write(&text, "no database").expect("a file");
    let cases = [
        (["backup", "--db", "mysql://u:secret@h/d", &to], "neither a file nor a postgres:// address"),
        (["backup", "--db", "postgres://u:secret@127.0.0.1:1/d", &to], "refused"),
        (["backup", "--db", "/nowhere/at/all.db", &to], "There is no database"),
        (["backup", "--db", &text, &to], "damaged, or not a database"),
        (["restore", "/nowhere/at/all.db", "--db", &to], "There is no database"),
        (["restore", &text, "--db", &to], "damaged, or not a database"),
    ];
    for (arguments, sentence) in cases {
        let answer = run(&arguments);
        assert!(
            !answer.status.success() && said(&answer).contains(sentence),
            "{arguments:?}: {}",
            said(&answer)
        );
        assert!(!said(&answer).contains("secret"));
    }
    assert!(!Path::new(&to).exists());
}
