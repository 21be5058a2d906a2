//! The plan of a hall: rows of seats, with aisles between them.
//!
//! A row is written as one character a cell, as seen with the screen on top: `s` standard, `l` love
//! seat (always in pairs), `w` wheelchair place, `_` aisle. Seats are numbered from the left.

use kernel::{Kind, Refusal, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

pub const ROWS_MAX: usize = 40;
pub const CELLS_MAX: usize = 60;
/// Letters in the label of a row, at most.
pub const LABEL_MAX: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatKind {
    Standard,
    Love,
    Wheelchair,
}

impl SeatKind {
    pub fn code(self) -> &'static str {
        match self {
            SeatKind::Standard => "standard",
            SeatKind::Love => "love",
            SeatKind::Wheelchair => "wheelchair",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatRow {
    pub label: String,
    pub cells: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatMap {
    pub rows: Vec<SeatRow>,
}

/// One seat: `F7` is the seventh of row F.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seat {
    pub id: String,
    pub row: usize,
    /// The cell in its row, counting aisles, from 0.
    pub cell: usize,
    pub number: usize,
    pub kind: SeatKind,
    /// The other half of a love seat.
    pub partner: Option<String>,
}

impl SeatMap {
    /// Reads rows from the screen backwards, labelled A, B, C, ….
    pub fn of_rows(rows: &[&str]) -> Result<SeatMap, Refusal> {
        let label = |i: usize| char::from(b'A' + (i % 26) as u8).to_string().repeat(i / 26 + 1);
        let rows =
            rows.iter().enumerate().map(|(i, cells)| SeatRow { label: label(i), cells: (*cells).to_owned() });
        let map = SeatMap { rows: rows.collect() };
        map.check()?;
        Ok(map)
    }

    /// A plain hall: an aisle on either side of the middle block, love seats at the back, two wheelchair places in front.
    /// It has 1 to 40 rows of 2 to 58 seats.
    pub fn plain(rows: usize, across: usize) -> SeatMap {
        let side = across / 4;
        let block = |kind: char, count: usize| kind.to_string().repeat(count);
        let row = |i: usize| {
            let middle = across - side * 2;
            match i {
                0 => format!("{}_{}{}_{}", block('s', side), "ww", block('s', middle - 2), block('s', side)),
                _ if i + 1 == rows && middle.is_multiple_of(2) => {
                    format!("{}_{}_{}", block('s', side), block('l', middle), block('s', side))
                }
                _ => format!("{}_{}_{}", block('s', side), block('s', middle), block('s', side)),
            }
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        SeatMap::of_rows(&rows.iter().map(String::as_str).collect::<Vec<_>>())
            .expect("a plain hall is well formed")
    }

    pub fn check(&self) -> Result<(), Refusal> {
        let refuse = |en: String, zh: String| Err(Refusal::field("seat_map", "bad_seat_map", en, zh));
        if self.rows.is_empty() || self.rows.len() > ROWS_MAX {
            return refuse(
                format!("A hall has between 1 and {ROWS_MAX} rows."),
                format!("一个影厅有 1 到 {ROWS_MAX} 排。"),
            );
        }
        for (i, row) in self.rows.iter().enumerate() {
            // A label ends in a letter and a number follows it, so no two seats can have one name.
            let plain = (1..=LABEL_MAX).contains(&row.label.len())
                && row.label.bytes().all(|byte| byte.is_ascii_uppercase());
            if !plain || self.rows[..i].iter().any(|other| other.label == row.label) {
                return refuse(
                    format!("Every row needs a label of its own, of 1 to {LABEL_MAX} letters from A to Z."),
                    format!("每一排都要有自己的编号，用 1 到 {LABEL_MAX} 个大写字母。"),
                );
            }
            if row.cells.is_empty()
                || row.cells.len() > CELLS_MAX
                || !row.cells.bytes().all(|cell| b"slw_".contains(&cell))
            {
                return refuse(
                    format!("Row {} needs 1 to {CELLS_MAX} of the letters s, l, w and _.", row.label),
                    format!("{} 排应由 1 到 {CELLS_MAX} 个 s、l、w、_ 组成。", row.label),
                );
            }
            let lonely = row.cells.split(|cell| cell != 'l').any(|run| run.len() % 2 == 1);
            if lonely {
                return refuse(
                    format!("Row {} has half a love seat; they come in pairs.", row.label),
                    format!("{} 排的情侣座必须成对。", row.label),
                );
            }
        }
        if self.count() == 0 {
            return refuse(
                "A hall without a seat cannot sell one.".into(),
                "影厅里至少要有一个座位。".into(),
            );
        }
        Ok(())
    }

    pub fn count(&self) -> i64 {
        self.rows.iter().map(|row| row.cells.bytes().filter(|cell| *cell != b'_').count() as i64).sum()
    }

    /// Every seat, row by row from the screen.
    pub fn seats(&self) -> Vec<Seat> {
        self.rows.iter().enumerate().flat_map(|(i, row)| seats_of(i, row)).collect()
    }

    pub fn seat(&self, id: &str) -> Result<Seat, Refusal> {
        self.seats().into_iter().find(|seat| seat.id == id).ok_or_else(|| {
            let id: String = id.chars().take(8).collect();
            Refusal::new(
                Kind::Invalid,
                "unknown_seat",
                format!("There is no seat {id} in this hall."),
                format!("这个影厅没有 {id} 座。"),
            )
        })
    }

    /// The best `count` free seats side by side: near the middle, two thirds of the way back.
    pub fn best_together(&self, taken: &HashSet<String>, count: usize) -> Option<Vec<Seat>> {
        let seats = self.seats();
        let free = |seat: &Seat| !taken.contains(&seat.id) && seat.kind == SeatKind::Standard;
        let best_row = (self.rows.len() as f64 * 0.62).floor();
        let middle = self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0) as f64 / 2.0 - 0.5;
        let together = |run: &&[Seat]| {
            run.iter().all(free)
                && run.windows(2).all(|pair| pair[0].row == pair[1].row && pair[0].cell + 1 == pair[1].cell)
        };
        let distance = |run: &&[Seat]| {
            let centre = run.iter().map(|seat| seat.cell as f64).sum::<f64>() / run.len() as f64;
            (run[0].row as f64 - best_row).abs() * 1.6 + (centre - middle).abs()
        };
        let best =
            seats.windows(count.max(1)).filter(together).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        best.map(<[Seat]>::to_vec)
    }
}

fn seats_of(row_index: usize, row: &SeatRow) -> Vec<Seat> {
    let mut seats: Vec<Seat> = Vec::new();
    let mut love_waiting = false;
    for (cell, kind) in row.cells.bytes().enumerate() {
        let kind = match kind {
            b's' => SeatKind::Standard,
            b'l' => SeatKind::Love,
            b'w' => SeatKind::Wheelchair,
            _ => continue,
        };
        let number = seats.len() + 1;
        let partner = match (kind, love_waiting) {
            (SeatKind::Love, true) => Some(format!("{}{}", row.label, number - 1)),
            (SeatKind::Love, false) => Some(format!("{}{}", row.label, number + 1)),
            _ => None,
        };
        love_waiting = kind == SeatKind::Love && !love_waiting;
        seats.push(Seat {
            id: format!("{}{number}", row.label),
            row: row_index,
            cell,
            number,
            kind,
            partner,
        });
    }
    seats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_numbered_from_the_left_without_aisles() {
        let map = SeatMap::of_rows(&["ww_ss", "ll_ll"]).expect("a map");
        let ids: Vec<String> = map.seats().into_iter().map(|seat| seat.id).collect();
        assert_eq!(ids, ["A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4"]);
        assert_eq!(map.seat("B3").expect("a seat").partner.as_deref(), Some("B4"));
        assert_eq!(map.seat("B4").expect("a seat").partner.as_deref(), Some("B3"));
        assert!(map.seat("C1").is_err());
    }

    #[test]
    fn the_best_two_are_together_in_the_middle() {
        let map = SeatMap::plain(8, 12);
        let best = map.best_together(&HashSet::new(), 2).expect("two seats");
        assert_eq!(best.iter().map(|seat| seat.id.as_str()).collect::<Vec<_>>(), ["E6", "E7"]);
        let taken = map.seats().into_iter().map(|seat| seat.id).collect();
        assert!(map.best_together(&taken, 1).is_none());
    }

    #[test]
    fn a_bad_map_is_refused_in_words() {
        for bad in [&["sslss"][..], &["sxs"], &[""], &["__"], &[]] {
            assert!(SeatMap::of_rows(bad).is_err(), "{bad:?}");
        }
    }
}
