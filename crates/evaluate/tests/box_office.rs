//! The judge on the daily charts of South Korea, which stay out of the repository; without them it says `skipped`.

use evaluate::box_office::{self, Market, Options, Outcome, Scores};
use kernel::Day;
use std::path::PathBuf;

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn options() -> Option<Options> {
    let series = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/korea_daily_top10_2020_2023.csv.gz"
    ));
    if !series.exists() {
        println!("skipped: no daily charts beside this clone");
        return None;
    }
    Some(Options {
        series,
        market: Market::Korea,
        train_until: day("2022-05-31"),
        test_from: day("2022-06-01"),
        test_until: day("2023-03-31"),
        json: None,
    })
}

fn of<'a>(outcome: &'a Outcome, name: &str, days_known: i32) -> &'a Scores {
    let method = outcome.methods.iter().find(|one| one.name == name).expect("the method is judged");
    method.by_days_known.iter().find(|one| one.days_known == days_known).expect("those days")
}

#[test]
fn the_market_model_beats_every_rival_and_covers_what_it_says() {
    let Some(options) = options() else { return };
    let outcome = box_office::run(&options).unwrap();
    for days_known in [3, 7, 14] {
        let ours = of(&outcome, "ferryman", days_known);
        let wape = ours.wape.unwrap();
        for rival in &outcome.methods[2..] {
            let theirs = of(&outcome, rival.name, days_known);
            assert!(theirs.wape.is_none_or(|theirs| wape < theirs), "{} at {days_known}", rival.name);
        }
        // One year of one market: the errors of a film's days go together, so this is looser than the aim.
        assert!((ours.coverage50.unwrap() - 0.5).abs() < 0.1, "{ours:?}");
        assert!((ours.coverage90.unwrap() - 0.9).abs() < 0.06, "{ours:?}");
    }
}

#[test]
fn a_window_that_overlaps_what_is_learned_from_is_refused() {
    let Some(options) = options() else { return };
    let overlapping = Options { test_from: options.train_until, ..options.clone() };
    assert!(box_office::run(&overlapping).unwrap_err().to_string().contains("learned from"));
    let empty = Options { test_from: day("2024-01-01"), test_until: day("2024-02-01"), ..options };
    assert!(box_office::run(&empty).unwrap_err().to_string().contains("No film was released"));
}
