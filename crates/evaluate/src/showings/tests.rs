use super::*;

#[test]
fn one_bad_line_ends_an_evaluation_by_its_place() {
    let file = |rows: &str| {
        let text = format!("date,theatre,hall,movie,time,hour,seats,sold,Buy Order\n{rows}");
        parse(&market::table::Packed::read("s.csv", text.as_bytes()).unwrap())
    };
    let good = "2020-01-02,L,H,F,9:50,9.8,10,1,\n2020-01-01,L,H,F,0:30,0.5,10,2,\n";
    let read = file(good).unwrap();
    let told: Vec<_> = read.iter().map(|one| (one.showing.day.to_string(), one.showing.minute)).collect();
    assert_eq!(told, [("2020-01-01".to_owned(), 1_470), ("2020-01-02".to_owned(), 590)]);
    assert_eq!(file(&format!("{good}2020-01-02,L,H,F,9:50,9.8,10,3,\n")).unwrap().len(), 3, "told twice");
    let bad = format!("{:#}", file(&format!("{good}2020-01-02,L,H,F,9:50,9.8,10,11,\n")).unwrap_err());
    assert!(bad.contains("Line 4 of “s.csv”: sold is “11”, which is not at most the 10 seats"), "{bad}");
}

#[test]
fn test_days_come_after_the_training_days() {
    let day = |text| Day::parse(text).unwrap();
    let options = Options {
        series: PathBuf::new(),
        train_until: day("2020-01-05"),
        test_from: day("2020-01-05"),
        test_until: day("2020-01-12"),
        json: None,
    };
    assert!(forecasts(&[], &options).unwrap_err().to_string().contains("must come after"));
}

/// One test day of the real series: cheap, and yet the whole way.
#[test]
fn a_day_of_a_real_chain_is_forecast_better_than_by_its_last_week() {
    let series =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/singapore_showings_2019_2020.csv.gz");
    if !std::path::Path::new(series).exists() {
        println!("skipped: no series of showings beside this clone");
        return;
    }
    let day = |text| Day::parse(text).unwrap();
    let mut all = read(std::path::Path::new(series)).unwrap();
    // Two weeks of history keep the test short.
    all.retain(|one| one.showing.day >= day("2019-12-28"));
    let scores = rolling(&all, day("2020-01-11"), day("2020-01-11")).unwrap().scores(Protocol::Rolling);
    let wape = |method: &str| scores.iter().find(|score| score.method == method).unwrap().wape;
    assert!(wape("ours") < 0.47, "{}", wape("ours"));
    assert!(wape("ours") < 0.75 * wape("last seven days' mean"), "{}", wape("last seven days' mean"));
}
