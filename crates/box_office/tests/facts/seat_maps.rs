//! Properties of every hall that can be drawn.

use box_office::seat_map::{CELLS_MAX, ROWS_MAX, SeatRow};
use box_office::{SeatKind, SeatMap};
use proptest::prelude::*;
use std::collections::HashSet;

/// A row of aisles, chairs, wheelchair places and love seats in pairs.
fn row() -> impl Strategy<Value = String> {
    let cell = prop_oneof![3 => Just("s"), 1 => Just("_"), 1 => Just("w"), 1 => Just("ll")];
    proptest::collection::vec(cell, 1..30).prop_map(|cells| cells.concat())
}

fn map() -> impl Strategy<Value = SeatMap> {
    proptest::collection::vec(row(), 1..12).prop_filter_map("a hall has a seat", |rows| {
        SeatMap::of_rows(&rows.iter().map(String::as_str).collect::<Vec<_>>()).ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_seat_has_a_name_of_its_own(map in map()) {
        let seats = map.seats();
        let names: HashSet<&str> = seats.iter().map(|seat| seat.id.as_str()).collect();
        prop_assert_eq!((names.len(), seats.len() as i64), (seats.len(), map.count()));
        for seat in &seats {
            prop_assert_eq!(&map.seat(&seat.id).expect("it is there"), seat);
        }
    }

    #[test]
    fn love_seats_are_pairs_side_by_side(map in map()) {
        for seat in map.seats() {
            let Some(partner) = &seat.partner else {
                prop_assert_ne!(seat.kind, SeatKind::Love);
                continue;
            };
            let partner = map.seat(partner).expect("it is there");
            prop_assert_eq!(partner.partner.as_ref(), Some(&seat.id));
            prop_assert_eq!((partner.row, partner.cell.abs_diff(seat.cell)), (seat.row, 1));
        }
    }

    #[test]
    fn the_best_seats_are_free_and_together(map in map(), count in 1..5_usize, every in 2..9_usize) {
        let taken: HashSet<String> = map.seats().into_iter().step_by(every).map(|seat| seat.id).collect();
        if let Some(best) = map.best_together(&taken, count) {
            prop_assert_eq!(best.len(), count);
            prop_assert!(best.iter().all(|seat| !taken.contains(&seat.id) && seat.kind == SeatKind::Standard));
            prop_assert!(best.windows(2).all(|pair| pair[0].row == pair[1].row && pair[0].cell + 1 == pair[1].cell));
        }
    }

    #[test]
    fn a_plain_hall_of_any_size_is_well_formed(rows in 1..=ROWS_MAX, across in 2..=(CELLS_MAX - 2)) {
        let map = SeatMap::plain(rows, across);
        prop_assert_eq!(map.count() as usize, rows * across);
    }

    /// Whatever is written where a plan should be, it is read as a hall or refused, and no two seats get one name.
    #[test]
    fn rows_of_anything_are_refused_or_well_formed(rows in proptest::collection::vec(("[A-C1]{0,4}", "[slw_x]{0,8}"), 0..6)) {
        let rows = rows.into_iter().map(|(label, cells)| SeatRow { label, cells });
        let map = SeatMap { rows: rows.collect() };
        if map.check().is_ok() {
            let names: HashSet<String> = map.seats().into_iter().map(|seat| seat.id).collect();
            prop_assert_eq!(names.len() as i64, map.count());
        }
    }
}

#[test]
fn two_rows_never_share_a_label() {
    let rows = |labels: [&str; 2]| SeatMap {
        rows: labels.map(|label| SeatRow { label: label.into(), cells: "ss".into() }).into(),
    };
    for bad in [["A", "A"], ["A", "A1"], ["A", ""], ["A", "甲"], ["A", "ABCD"], ["a", "B"]] {
        assert!(rows(bad).check().is_err(), "{bad:?}");
    }
    assert!(rows(["A", "AA"]).check().is_ok());
}
