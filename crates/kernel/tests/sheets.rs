//! Whatever writes a table for a spreadsheet writes it by `kernel::sheet`.

use std::path::{Path, PathBuf};

/// What else speaks of such files: an answer's head, and a platform's own format, which programs read.
const MAY: [&str; 3] =
    ["web/src/console/sheet.rs", "web/src/console/payouts/files.rs", "alipay/src/bill/writing.rs"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

#[test]
fn tables_are_written_in_one_place() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for one in std::fs::read_dir(&crates).expect("crates").map(|entry| entry.expect("an entry").path()) {
        if one.join("src").is_dir() {
            sources(&one.join("src"), &mut found);
        }
    }
    assert!(found.len() > 300, "the sources are there: {}", found.len());
    let writes = |text: &str| text.contains("\"text/csv") || text.contains("csv::Writer");
    let others: Vec<String> = found
        .iter()
        .filter(|path| writes(&std::fs::read_to_string(path).expect("a source")))
        .map(|path| path.strip_prefix(&crates).expect("inside").display().to_string())
        .filter(|path| !MAY.contains(&path.as_str()))
        .collect();
    assert_eq!(others, Vec::<String>::new());
}
