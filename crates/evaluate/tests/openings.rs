//! Openings of the Chinese daily charts, which are third parties' and stay out of the repository.

use evaluate::openings::{HORIZONS, Options, judge};
use kernel::Day;
use market::series::Market;
use std::path::PathBuf;

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn options() -> Option<Options> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/china_daily_2011_2014.csv.gz");
    let series = PathBuf::from(path);
    if !series.exists() {
        println!("skipped: no daily charts beside this clone");
        return None;
    }
    Some(Options {
        series,
        market: Market::China,
        train_until: day("2013-06-30"),
        test_from: day("2013-07-01"),
        test_until: day("2014-09-30"),
        json: None,
    })
}

#[test]
fn openings_are_foreseen_and_the_share_of_showings_says_most_of_it() {
    let Some(options) = options() else { return };
    let report = judge(&options).expect("a report");
    println!("{}", report.text());
    assert_eq!(report.scores.len(), HORIZONS.len() * 4);
    let week = |days_ahead: i32| {
        let found = report.scores.iter().find(|one| one.days_ahead == days_ahead && one.window == "week");
        found.expect("a score")
    };
    assert!(week(90).r2_log > 0.33 && week(28).r2_log > 0.35, "before release");
    assert!(week(0).r2_log > 0.87, "with the first day's share of showings");
    let held = |read: fn(&evaluate::openings::Score) -> f64| {
        report.scores.iter().map(read).sum::<f64>() / report.scores.len() as f64
    };
    let (half, wide) = (held(|one| one.coverage_50), held(|one| one.coverage_90));
    assert!(
        (half - 0.5).abs() < 0.03 && (wide - 0.9).abs() < 0.03,
        "the ranges keep their word: {half} {wide}"
    );
    for one in &report.scores {
        assert!(one.log_rmse < one.log_rmse_mean, "{one:?}");
    }
}

#[test]
fn periods_out_of_order_and_other_markets_are_refused() {
    let Some(options) = options() else { return };
    let late = Options { train_until: day("2014-01-01"), ..options.clone() };
    assert!(judge(&late).unwrap_err().to_string().contains("train-until"));
    let other = Options { market: Market::Us, ..options };
    assert!(judge(&other).unwrap_err().to_string().contains("not one of United States and Canada"));
}
