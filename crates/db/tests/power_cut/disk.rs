//! A disk that remembers what it was asked to do and what of that it must have done.

use kernel::Dice;
use std::collections::BTreeMap;
use std::path::Path;

const SECTOR: usize = 512;

pub enum Operation {
    Write { file: String, offset: usize, bytes: Vec<u8> },
    Truncate { file: String, length: usize },
    Sync { file: String },
    Unlink { file: String },
}

/// What a cut leaves of the operations after a file's last sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Nothing,
    Everything,
    Half,
    Sectors,
}

impl Kept {
    pub const ALL: [Kept; 4] = [Kept::Nothing, Kept::Everything, Kept::Half, Kept::Sectors];
}

/// Reads the record of the shim.
pub fn read(log: &Path) -> Vec<Operation> {
    let log = std::fs::read(log).expect("the child left a record");
    let (mut rest, mut operations) = (&log[..], Vec::new());
    while !rest.is_empty() {
        let (what, name_length) = (rest[0], u16::from_le_bytes([rest[1], rest[2]]) as usize);
        let number =
            |at: usize| u64::from_le_bytes(rest[at..at + 8].try_into().expect("eight bytes")) as usize;
        let (offset, count, name_end) = (number(3), number(11), 19 + name_length);
        let file = String::from_utf8_lossy(&rest[19..name_end]).into_owned();
        let end = if what == b'W' { name_end + count } else { name_end };
        operations.push(match what {
            b'W' => Operation::Write { file, offset, bytes: rest[name_end..end].to_vec() },
            b'T' => Operation::Truncate { file, length: offset },
            b'S' => Operation::Sync { file },
            b'U' => Operation::Unlink { file },
            other => panic!("the record has no operation {other}"),
        });
        rest = &rest[end..];
    }
    operations
}

#[derive(Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
}

#[derive(Default)]
struct File {
    synced: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Disk {
    pub fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Write { file, offset, bytes } => {
                self.file(file).pending.push(Change::Write(*offset, bytes.clone()));
            }
            Operation::Truncate { file, length } => self.file(file).pending.push(Change::Truncate(*length)),
            Operation::Sync { file } => self.file(file).sync(),
            // A file system with a journal keeps these in order with the syncs that follow.
            Operation::Unlink { file } => {
                self.files.remove(file);
            }
        }
    }

    fn file(&mut self, name: &str) -> &mut File {
        if !self.files.contains_key(name) {
            self.files.insert(name.to_owned(), File::default());
        }
        self.files.get_mut(name).expect("it was just made")
    }

    /// The files as they may be when the power comes back.
    pub fn after_a_cut(&self, kept: Kept, dice: &mut Dice) -> BTreeMap<String, Vec<u8>> {
        self.files.iter().map(|(name, file)| (name.clone(), file.after_a_cut(kept, dice))).collect()
    }
}

impl File {
    fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.synced);
        }
    }

    fn after_a_cut(&self, kept: Kept, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        for change in &self.pending {
            match (kept, change) {
                (Kept::Nothing, _) => {}
                (Kept::Sectors, Change::Write(offset, written)) => {
                    keep_sectors(&mut bytes, *offset, written, dice)
                }
                (Kept::Half | Kept::Sectors, _) if dice.chance(0.5) => {}
                _ => change.apply(&mut bytes),
            }
        }
        bytes
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Truncate(length) => bytes.resize(*length, 0),
            Change::Write(offset, written) => put(bytes, *offset, written),
        }
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, written: &[u8]) {
    let end = offset + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(written);
}

/// Sectors lie where the disk has them, not where the write began.
fn keep_sectors(bytes: &mut Vec<u8>, offset: usize, written: &[u8], dice: &mut Dice) {
    let mut from = 0;
    while from < written.len() {
        let in_sector = SECTOR - (offset + from) % SECTOR;
        let to = (from + in_sector).min(written.len());
        if dice.chance(0.5) {
            put(bytes, offset + from, &written[from..to]);
        }
        from = to;
    }
}
