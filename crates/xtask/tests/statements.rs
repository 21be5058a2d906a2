//! Every statement of the program prepares on the engine that this run is for.

use db::scratch;
use xtask::shard_lint::statements;
use xtask::workspace::Workspace;

#[test]
fn every_statement_prepares() {
    let workspace = Workspace::read().expect("the workspace can be read");
    let trees = [db::MIGRATIONS, wallet::MIGRATIONS];
    let databases = workspace.databases();
    assert_eq!(databases.len(), trees.len(), "every database has its tree here");
    for (database, tree) in databases.iter().zip(trees) {
        let statements = statements(&database.sources);
        assert!(!statements.is_empty(), "statements are found");
        let db = scratch::scratch_tree(tree);
        let mut wrong = Vec::new();
        for statement in statements {
            let at = statement.at();
            if let Err(error) = db.prepare(statement.sql.leak()) {
                wrong.push(format!("{at}: {error}"));
            }
        }
        assert!(wrong.is_empty(), "{} statements do not prepare:\n{}", wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn a_wrong_statement_does_not_prepare() {
    let db = scratch::scratch();
    assert!(db.prepare("select nothing from person").is_err());
    assert!(db.prepare("select id from person").is_ok());
}
