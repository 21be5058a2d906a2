use super::*;

const HEADER: &str = "date,theatre,hall,movie,time,hour,seats,sold,Buy Order\n";

fn refusal(row: &str) -> String {
    format!("{:#}", parse(&format!("{HEADER}{row}\n")).unwrap_err())
}

#[test]
fn rows_are_read_and_a_late_showing_belongs_to_the_evening_before() {
    let rows = "2020-01-01,Lido,Hall 1,Cats,0:30,0.5,100.0,3.0,\"[['A_1', 'A_2'], ['B_1']]\"\n\
                2020-01-01,Lido,Hall 1,Cats,9:50,9.83,,,\n\
                2020-01-01,Lido,Hall 1,Cats,9:50,9.83,,,\n";
    let read = parse(&format!("{HEADER}{rows}")).unwrap();
    assert_eq!(read.len(), 2, "the same row twice is one showing");
    assert_eq!((read[0].showing.minute, read[0].showing.seats, read[0].sold), (1_470, Some(100), Some(3)));
    assert_eq!((read[1].showing.minute, read[1].showing.seats, read[1].sold), (590, None, None));
}

#[test]
fn bad_rows_are_refused_with_line_column_and_value() {
    let cases = [
        ("2020-13-01,L,H,F,9:50,9.8,10.0,1.0,", "Line 2, column date: “2020-13-01” is not a day"),
        ("2020-01-01,L,H,F,25:00,9.8,10.0,1.0,", "Line 2, column time: “25:00” is not a time"),
        ("2020-01-01,L,H,F,9:50,9.8,10.0,-1,", "Line 2, column sold: “-1” is not a number of seats"),
        ("2020-01-01,L,H,F,9:50,9.8,10.0,11.0,", "Line 2, column sold: “11.0” is more than the 10 seats"),
        ("2020-01-01,L,H,F,9:50,9.8,99999,1,", "Line 2, column seats: “99999” is more than 2000 seats"),
        ("2020-01-01,L,,F,9:50,9.8,10,1,", "Line 2, column hall: “” is not a name"),
        (
            "2020-01-01,L,H,F,9:50,9.8,10,2,[['A_1']]",
            "Line 2, column sold: “2” is not the 1 seats of the buying order",
        ),
        ("2020-01-01,L,H,F,9:50,9.8,10,2,A_1", "Line 2, column Buy Order: “A_1” is not a list"),
        ("2020-01-01,L,H,F", "Line 2: 4 columns instead of 9"),
    ];
    for (row, expected) in cases {
        assert!(refusal(row).contains(expected), "{row}: {}", refusal(row));
    }
    assert!(format!("{:#}", parse("day,seats\n").unwrap_err()).contains("the columns are “day,seats”"));
    assert!(parse(HEADER).is_err());
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
