//! An installation is carried over to PostgreSQL: all of it, proven, or nothing.

mod program;

use program::{Folder, run, said, sold, start, wait_until};

type Held = (i64, i64, i64, i64);

/// What an installation holds: rows of some tables, and what its ledger comes to.
fn held(db: &str) -> Option<Held> {
    let sql = "select (select count(*) from ticket), (select count(*) from event), (select count(*) from transfer), \
               (select cast(sum(amount_minor) as bigint) from transfer)";
    db::Db::open(db).and_then(|db| db.read_blocking(move |view| view.one(sql, &[]))).ok()
}

#[test]
fn an_installation_is_carried_over_whole_or_not_at_all() {
    let Ok(server) = std::env::var("FERRYMAN_TEST_POSTGRES") else {
        return println!("skipped: there is no FERRYMAN_TEST_POSTGRES to carry anything to");
    };
    let folder = Folder::new("relocation");
    let db = folder.file("demo.db");
    let mut demo = start(&["demo", "--exit", "--db", &db]);
    wait_until("tickets are sold", || sold(&db) > 200);
    demo.kill().expect("it is killed");
    demo.wait().expect("it is gone");

    let target = db::scratch::empty(&server).expect("an empty schema");
    let to = target.address();

    let open = db::Db::open(&db).expect("a house that serves");
    open.read_blocking(|view| view.one::<(i64,)>("select 1", &[])).expect("it is open");
    let refused = run(&["move", "--db", &db, "--to", &to]);
    assert!(!refused.status.success() && said(&refused).contains("Stop the house"), "{}", said(&refused));
    drop(open);

    let before = held(&db).expect("it holds something");
    let moved = run(&["move", "--db", &db, "--to", &to]);
    assert!(moved.status.success(), "{}", said(&moved));
    assert_eq!((held(&to), held(&db)), (Some(before), Some(before)));

    let again = run(&["move", "--db", &db, "--to", &to]);
    assert!(!again.status.success() && said(&again).contains("holds something already"), "{}", said(&again));
    assert_eq!(held(&to), Some(before));
    comes_back_whole(&server, &to, before, &folder);
}

/// A copy of what lies in PostgreSQL is an embedded installation, and fills another PostgreSQL database.
fn comes_back_whole(server: &str, from: &str, holds: Held, folder: &Folder) {
    let (copy, restored) = (folder.file("copy.db"), folder.file("restored.db"));
    let backup = run(&["backup", "--db", from, &copy]);
    assert!(backup.status.success(), "{}", said(&backup));
    let into_a_file = run(&["restore", &copy, "--db", &restored]);
    assert!(into_a_file.status.success(), "{}", said(&into_a_file));
    assert_eq!(held(&restored), Some(holds));

    let elsewhere = db::scratch::empty(server).expect("an empty schema");
    let there = run(&["restore", &copy, "--db", &elsewhere.address()]);
    assert!(there.status.success(), "{}", said(&there));
    assert_eq!(held(&elsewhere.address()), Some(holds));
    let again = run(&["restore", &copy, "--db", &elsewhere.address()]);
    assert!(!again.status.success() && said(&again).contains("holds something already"), "{}", said(&again));
}

#[test]
fn what_cannot_be_moved_is_said_in_a_sentence() {
    let cases = [
        (["move", "--db", "postgres://u:secret@h/d", "--to", "postgres://h/d"], "only a SQLite file"),
        (["move", "--db", "/nowhere.db", "--to", "mysql://u:secret@h/d"], "postgres://…"),
        (
            ["move", "--db", "/nowhere.db", "--to", "postgres://u:secret@127.0.0.1:1/d"],
            "There is no database",
        ),
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
}
