//! Which free seats to offer instead: together, and as near as can be to those that were wanted.

use ::box_office::seat_map::{Seat, SeatKind, SeatMap};
use std::collections::HashSet;

/// A row further away is worth this many seats to the side.
const ROW_WEIGHT: f64 = 1.6;

/// As many free standard seats side by side as were wanted; when none are left together, none.
pub fn nearest(map: &SeatMap, taken: &HashSet<String>, wanted: &[String]) -> Option<Vec<Seat>> {
    let seats = map.seats();
    let around: Vec<&Seat> = seats.iter().filter(|seat| wanted.contains(&seat.id)).collect();
    let (row, cell) = middle(&around)?;

    let is_free = |seat: &Seat| !taken.contains(&seat.id) && seat.kind == SeatKind::Standard;
    let side_by_side = |pair: &[Seat]| pair[0].row == pair[1].row && pair[0].cell + 1 == pair[1].cell;
    let together = |run: &&[Seat]| run.iter().all(is_free) && run.windows(2).all(side_by_side);
    let distance = |run: &&[Seat]| {
        let (its_row, its_cell) = middle(&run.iter().collect::<Vec<_>>()).unwrap_or_default();
        (its_row - row).abs() * ROW_WEIGHT + (its_cell - cell).abs()
    };
    let runs = seats.windows(around.len()).filter(together);
    runs.min_by(|a, b| distance(a).total_cmp(&distance(b))).map(<[Seat]>::to_vec)
}

fn middle(seats: &[&Seat]) -> Option<(f64, f64)> {
    if seats.is_empty() {
        return None;
    }
    let mean =
        |of: fn(&Seat) -> usize| seats.iter().map(|seat| of(seat) as f64).sum::<f64>() / seats.len() as f64;
    Some((mean(|seat| seat.row), mean(|seat| seat.cell)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(rows: &[&str], taken: &[&str], wanted: &[&str]) -> Option<Vec<String>> {
        let text = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let map = SeatMap::of_rows(rows).expect("a map");
        let taken = text(taken).into_iter().collect();
        let run = nearest(&map, &taken, &text(wanted))?;
        Some(run.into_iter().map(|seat| seat.id).collect())
    }

    #[test]
    fn the_neighbours_in_the_row_are_offered_first() {
        let rows = ["ssssss", "ssssss"];
        assert_eq!(offered(&rows, &["B2"], &["B2", "B3"]), Some(vec!["B3".into(), "B4".into()]));
        assert_eq!(offered(&rows, &["B2", "B4"], &["B2", "B3"]), Some(vec!["A2".into(), "A3".into()]));
    }

    #[test]
    fn an_aisle_parts_and_a_full_hall_has_nothing() {
        assert_eq!(offered(&["s_s"], &[], &["A1", "A2"]), None);
        assert_eq!(offered(&["ss"], &["A1"], &["A1"]), Some(vec!["A2".into()]));
        assert_eq!(offered(&["ss"], &["A1", "A2"], &["A1"]), None);
        assert_eq!(offered(&["ss"], &[], &["Z9"]), None);
    }
}
