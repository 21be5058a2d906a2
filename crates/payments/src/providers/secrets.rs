//! Secrets: only from files or the environment, never in a log, and read again when their files change.

use kernel::{Error, Result};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// Files in a folder of keys, at most.
const FILES_MAX: usize = 64;
/// A key's file, at most, in bytes.
const BYTES_MAX: u64 = 256 << 10;

/// A text that prints as nothing but its name.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text, for the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What is read from folders, and read again when a file in one of them comes, goes or changes. While what is there cannot be
/// read, as in the middle of being written, what was read before goes on being used.
pub struct Watched<T> {
    folders: Vec<PathBuf>,
    read: fn(&[PathBuf]) -> Result<T>,
    kept: Mutex<Option<(Stamp, Arc<T>)>>,
}

type Stamp = Vec<(PathBuf, u64, Option<SystemTime>)>;

impl<T> Watched<T> {
    /// Reads it for the first time.
    pub fn new(folders: Vec<PathBuf>, read: fn(&[PathBuf]) -> Result<T>) -> Result<Watched<T>> {
        let watched = Watched { folders, read, kept: Mutex::new(None) };
        watched.get()?;
        Ok(watched)
    }

    /// What the folders hold now.
    pub fn get(&self) -> Result<Arc<T>> {
        let mut kept = self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let seen = stamp(&self.folders);
        if let (Some((stamp, known)), Ok(seen)) = (&*kept, &seen)
            && stamp == seen
        {
            return Ok(known.clone());
        }
        let fresh = seen.and_then(|seen| Ok((seen, Arc::new((self.read)(&self.folders)?))));
        match (fresh, &mut *kept) {
            (Ok((stamp, fresh)), kept) => {
                *kept = Some((stamp, fresh.clone()));
                Ok(fresh)
            }
            (Err(error), Some((_, known))) => {
                tracing::error!(%error, "changed keys cannot be read; those from before are used");
                Ok(known.clone())
            }
            (Err(error), None) => Err(error),
        }
    }
}

fn stamp(folders: &[PathBuf]) -> Result<Stamp> {
    let mut stamp = Vec::new();
    for path in files(folders)? {
        let seen = std::fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        stamp.push((path, seen.len(), seen.modified().ok()));
    }
    Ok(stamp)
}

/// The files of some folders in the order of their names.
fn files(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
        paths.extend(
            entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).take(FILES_MAX),
        );
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// Those of them whose names begin like this, and end like that.
pub fn named(folders: &[PathBuf], start: &str, end: &str) -> Result<Vec<PathBuf>> {
    let is_named = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(start) && name.ends_with(end)
    };
    Ok(files(folders)?.into_iter().filter(is_named).collect())
}

/// The text of the one file of this name.
pub fn one(folders: &[PathBuf], name: &str) -> Result<String> {
    let found = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    text(&found.ok_or_else(|| Error::fault(format!("there is no {name} among the keys")))?)
}

/// The text of a file; an error names the file and never what is in it.
pub fn text(path: &Path) -> Result<String> {
    let too_long = std::fs::metadata(path).is_ok_and(|seen| seen.len() > BYTES_MAX);
    if too_long {
        return Err(Error::fault(format!("{} is too long to be a key", path.display())));
    }
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::fault(format!("{} cannot be read: {}", path.display(), error.kind()))
}
