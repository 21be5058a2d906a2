//! A copy of a database, taken while it goes on being written: an embedded file, whichever engine it came from.
//!
//! The copy is one snapshot: all that was answered before it began, nothing half done. It is written beside its
//! name, brought to the disk and found sound before it gets it, so that a file of that name is a whole copy.

use crate::relocation::{self, Carried};
use crate::{View, sqlite};
use kernel::{Error, Kind, Refusal, Result};
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Copies the database at `from` into a new file `to`, readable by its owner alone, and tells its size in bytes.
///
/// Writers are not held up, but what they write meanwhile stays in the log until the copy is done.
/// Refuses (`exists`, `not_found`, `not_a_database`) a `to` that is there, a `from` that is not, and one that is
/// damaged or holds anything else.
pub fn copy(from: &Path, to: &Path) -> Result<u64> {
    if to.exists() {
        return Err(exists(to).into());
    }
    if !from.is_file() {
        return Err(sqlite::absent(from).into());
    }
    let half = Half::beside(to)?;
    if !sqlite::snapshot(from, &half.0)? {
        return Err(no_database(from).into());
    }
    half.finish(to)
}

/// Copies the PostgreSQL database at `from`, a `postgres://` address, as `copy` does a file, and tells of each table as
/// it is done, and how many there are.
///
/// Refuses (`exists`, `newer_database`, `not_a_database`) a `to` that is there, and a `from` that a newer or another
/// program has written.
pub fn fetch(from: &str, to: &Path, told: impl FnMut(&Carried, usize)) -> Result<u64> {
    if to.exists() {
        return Err(exists(to).into());
    }
    let half = Half::beside(to)?;
    relocation::fetch(from, &half.0, told)?;
    half.finish(to)
}

/// Puts what a copy holds into the empty PostgreSQL database at `to`, and tells of each table as it is done, and how
/// many there are. The copy stays as it is; meanwhile another lies in the system's folder for what is temporary.
///
/// Refuses what `copy` and `relocation::run` refuse.
pub fn restore(copied: &Path, to: &str, told: impl FnMut(&Carried, usize)) -> Result<Vec<Carried>> {
    let half = Half::beside(&std::env::temp_dir().join("ferryman-restore"))?;
    if !copied.is_file() {
        return Err(sqlite::absent(copied).into());
    }
    if !sqlite::snapshot(copied, &half.0)? {
        return Err(no_database(copied).into());
    }
    relocation::run(&half.0, to, told)
}

/// Gives a whole file its name, unless another got it meanwhile.
fn give_name(half: &Path, to: &Path) -> Result<()> {
    match std::fs::hard_link(half, to) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(to).into()),
        // Where there are no links, only a rename remains.
        Err(_) if !to.exists() => Ok(std::fs::rename(half, to)?),
        linked => Ok(linked?),
    }
}

/// Reads a copy that nobody writes to, and leaves no trace in it or beside it.
pub fn read<T>(copy: &Path, work: impl FnOnce(&View) -> Result<T>) -> Result<T> {
    if !copy.is_file() {
        return Err(sqlite::absent(copy).into());
    }
    let connection = sqlite::open_copy(copy)?;
    connection.begin_read()?;
    work(&View(&connection))
}

/// A file that is not whole yet, and goes away unless it became so.
struct Half(PathBuf);

impl Half {
    fn beside(to: &Path) -> Result<Half> {
        // Another process may be making the same copy.
        let mut name = to.as_os_str().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let half = Half(PathBuf::from(name));
        let _ = std::fs::remove_file(&half.0);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&half.0).map_err(|error| unwritable(to, &error))?;
        Ok(half)
    }

    /// Brings the file to the disk and gives it its name; how many bytes it has.
    fn finish(&self, to: &Path) -> Result<u64> {
        let file = File::open(&self.0)?;
        file.sync_all()?;
        give_name(&self.0, to)?;
        File::open(folder(to))?.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        for end in ["", "-journal", "-wal", "-shm"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(end);
            let _ = std::fs::remove_file(name);
        }
    }
}

fn folder(of: &Path) -> &Path {
    of.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn exists(to: &Path) -> Refusal {
    let name = to.display();
    Refusal::new(
        Kind::Conflict,
        "exists",
        format!("There is a file {name} already; it was left as it is."),
        format!("文件 {name} 已存在，未作改动。"),
    )
}

fn no_database(from: &Path) -> Refusal {
    let name = from.display();
    Refusal::new(
        Kind::Invalid,
        "not_a_database",
        format!("{name} is damaged, or not a database of this program."),
        format!("{name} 已损坏，或不是本程序的数据库。"),
    )
}

fn unwritable(to: &Path, why: &std::io::Error) -> Error {
    Error::fault(format!("{} cannot be written: {why}", to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Db, Lane, Synchronous};

    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Folder {
            let name = format!("ferryman-backup 船?{:016x}", kernel::Dice::from_entropy().next());
            let folder = std::env::temp_dir().join(name);
            std::fs::create_dir_all(&folder).expect("a folder");
            Folder(folder)
        }

        fn file(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }

        /// A database with what was answered so far in its log alone.
        fn database(&self) -> Db {
            let db = Db::open_sqlite(&self.file("a.db"), Synchronous::Full).expect("a database");
            put(&db, "first");
            db
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn put(db: &Db, value: &'static str) {
        let insert = "insert into setting (name, value) values ($1, $2)";
        db.write_blocking(Lane::house(), move |tx| tx.run(insert, &[&value, &value])).expect("written");
    }

    fn names(view: &View) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = view.all("select name from setting order by name", &[])?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    fn code(refused: Result<u64>) -> &'static str {
        refused.expect_err("refused").refusal().expect("in words").code
    }

    #[test]
    fn a_copy_holds_what_was_answered_before_it_and_goes_its_own_way() {
        let folder = Folder::new();
        let (db, copied) = (folder.database(), folder.file("b.db"));
        let bytes = copy(&folder.file("a.db"), &copied).expect("a copy");
        put(&db, "second");
        assert_eq!(std::fs::metadata(&copied).expect("it is there").len(), bytes);
        assert_eq!(read(&copied, names).expect("read"), ["first"]);
        assert_eq!(db.read_blocking(names).expect("read"), ["first", "second"]);
        let mut files: Vec<_> = std::fs::read_dir(&folder.0).expect("the folder").flatten().collect();
        files.retain(|file| file.file_name().to_string_lossy().starts_with('b'));
        assert_eq!(files.len(), 1, "nothing half done, no log: {files:?}");
        let restored = Db::open_sqlite(&copied, Synchronous::Full).expect("it opens");
        put(&restored, "third");
        assert_eq!(restored.read_blocking(names).expect("read"), ["first", "third"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_copy_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let _db = folder.database();
        copy(&folder.file("a.db"), &folder.file("b.db")).expect("a copy");
        let mode = std::fs::metadata(folder.file("b.db")).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_database_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let db = folder.database();
        put(&db, "written");
        for name in ["a.db", "a.db-wal", "a.db-shm"] {
            let mode = std::fs::metadata(folder.file(name)).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn what_is_there_is_left_and_what_is_no_database_is_not_copied() {
        let folder = Folder::new();
        drop(folder.database());
        let (from, to) = (folder.file("a.db"), folder.file("b.db"));
        std::fs::write(&to, "mine").expect("a file");
        assert_eq!(code(copy(&from, &to)), "exists");
        assert_eq!(std::fs::read(&to).expect("still there"), b"mine");
        assert_eq!(code(copy(&to, &folder.file("c.db"))), "not_a_database");
        assert_eq!(code(copy(&folder.file("none.db"), &folder.file("c.db"))), "not_found");
        std::fs::write(folder.file("empty.db"), "").expect("an empty file");
        assert_eq!(code(copy(&folder.file("empty.db"), &folder.file("c.db"))), "not_a_database");
        let half_done = |file: &std::fs::DirEntry| file.file_name().to_string_lossy().starts_with("c.db");
        assert_eq!(std::fs::read_dir(&folder.0).expect("the folder").flatten().filter(half_done).count(), 0);
    }

    #[test]
    fn a_file_that_appears_meanwhile_keeps_its_name() {
        let folder = Folder::new();
        let (half, to) = (folder.file("b.db.part"), folder.file("b.db"));
        std::fs::write(&half, "whole").expect("a file");
        std::fs::write(&to, "mine").expect("another");
        let refused = give_name(&half, &to).expect_err("refused");
        assert_eq!(refused.refusal().expect("in words").code, "exists");
        assert_eq!(std::fs::read(&to).expect("still there"), b"mine");
    }

    #[test]
    fn a_damaged_copy_is_not_copied_back() {
        let folder = Folder::new();
        let _db = folder.database();
        let from = folder.file("copy.db");
        copy(&folder.file("a.db"), &from).expect("a copy");
        let mut bytes = std::fs::read(&from).expect("its bytes");
        let half = bytes.len() / 2;
        bytes[half..].fill(0xff);
        std::fs::write(&from, bytes).expect("damaged");
        assert_eq!(code(copy(&from, &folder.file("b.db"))), "not_a_database");
        assert!(!folder.file("b.db").exists());
    }
}
