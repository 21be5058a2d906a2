use super::*;
use kernel::Dice;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ferryman-purchases-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn run_on(name: &str, text: &[u8]) -> Result<Report> {
    let folder = folder(name);
    let log = folder.join("log.csv");
    std::fs::write(&log, text).unwrap();
    let report = run(&Options { log, json: Some(folder.join("report.json")) });
    if let Ok(report) = &report {
        let written = std::fs::read_to_string(folder.join("report.json")).unwrap();
        assert_eq!(written, serde_json::to_string_pretty(report).unwrap());
    }
    std::fs::remove_dir_all(&folder).unwrap();
    report
}

/// Nine days of people who look at things and, a day after a cart, buy one time in four.
fn log_lines() -> Vec<String> {
    let mut dice = Dice::seeded(2);
    let mut lines = Vec::new();
    let midnight = 1_511_539_200; // 25 November 2017 in Shanghai
    for person in 0..600 {
        let mut carted: Vec<u64> = Vec::new();
        for day in 0..9 {
            let at = midnight + day * 86_400;
            for category in carted.drain(..) {
                if dice.chance(0.25) {
                    lines.push(format!("{person},{category}1,{category},buy,{}", at + 40_000));
                }
            }
            for _ in 0..dice.below(4) {
                let category = dice.below(9);
                lines.push(format!("{person},{category}1,{category},pv,{}", at + 60_000));
                if dice.chance(0.2) {
                    lines.push(format!("{person},{category}1,{category},cart,{}", at + 50_000));
                    carted.push(category);
                }
            }
        }
    }
    lines
}

fn code(answer: Result<Report>) -> (&'static str, String) {
    let error = answer.unwrap_err();
    let refusal = error.refusal().unwrap();
    (refusal.code, refusal.say.en.clone())
}

#[test]
fn ours_beats_recency_and_is_calibrated_with_or_without_a_header() {
    let lines = log_lines().join("\n");
    let plain = run_on("plain", lines.as_bytes()).unwrap();
    let headed =
        run_on("headed", format!("user,item,category,behaviour,timestamp\n{lines}").as_bytes()).unwrap();
    assert_eq!(plain.last_three.scores, headed.last_three.scores);
    assert_eq!(
        (plain.from.to_string().as_str(), plain.until.to_string().as_str()),
        ("2017-11-25", "2017-12-03")
    );
    let score = |name: &str| plain.last_three.scores.iter().find(|score| score.method == name).unwrap();
    let (ours, recency) = (score(OURS), score("recency"));
    assert!(ours.auc > recency.auc + 0.05 && ours.auc > 0.85, "{}", plain.table());
    assert!(ours.average_precision > 2.0 * recency.average_precision, "{}", plain.table());
    assert!(ours.calibration_error.unwrap() < 0.2, "{}", plain.table());
    assert_eq!(plain.last_three.days.len(), 3);
}

#[test]
fn strays_and_repeats_are_counted_and_left_out() {
    let mut lines = log_lines();
    lines.push(lines[0].clone());
    lines.push("3,31,3,pv,1262275200".into());
    let report = run_on("strays", lines.join("\n").as_bytes()).unwrap();
    assert!(report.repeats >= 1);
    assert_eq!((report.stray, report.from.to_string().as_str()), (1, "2017-11-25"));
}

#[test]
fn bad_input_is_refused_with_the_line_it_stands_on() {
    let good = "1,2,3,pv,1511544070\n";
    for (name, bad) in [
        ("kind", "1,2,3,like,1511544070"),
        ("fields", "1,2,3,pv"),
        ("moment", "1,2,3,pv,yesterday"),
        ("negative", "1,2,3,pv,-5"),
        ("enormous", "1,2,3,pv,99999999999999"),
    ] {
        let (code, en) = code(run_on(name, format!("{good}{good}{bad}\n").as_bytes()));
        assert_eq!(code, "bad_line");
        assert!(en.contains("line 3"), "{name}: {en}");
    }
    let (code_, en) = code(run_on("latin", b"1,2,3,pv,1511544070\n1,2,caf\xe9,pv,1511544070\n"));
    assert!(code_ == "bad_line" && en.contains("line 2: the text is not UTF-8"), "{en}");
}

#[test]
fn too_little_is_said_to_be_too_little() {
    assert_eq!(code(run_on("empty", b"")).0, "no_events");
    assert_eq!(code(run_on("header", b"user,item,category,behaviour,timestamp\n")).0, "no_events");
    assert_eq!(code(run_on("short", b"1,2,3,pv,1511544070\n1,2,3,buy,1511644070\n")).0, "log_too_short");
    let looks: Vec<String> = log_lines().into_iter().filter(|line| !line.contains("buy")).collect();
    assert_eq!(code(run_on("looks", looks.join("\n").as_bytes())).0, "no_purchases");
}

#[test]
fn a_missing_file_is_an_error() {
    assert!(run(&Options { log: folder("none").join("nothing.csv"), json: None }).is_err());
}

#[test]
fn the_error_of_a_mean_is_what_the_jackknife_says() {
    // Leaving one of twenty numbers 0 to 19 out; the standard error of their mean is √(35 ÷ 20).
    let error = jackknife(|group| (190.0 - f64::from(group)) / 19.0);
    assert!((error - (35.0_f64 / 20.0).sqrt()).abs() < 1e-12, "{error}");
}

#[test]
fn people_who_were_not_learned_from_are_each_asked_about_once_a_day() {
    let report = run_on("others", log_lines().join("\n").as_bytes()).unwrap();
    let others = &report.other_people;
    assert_eq!((others.days.len(), others.scores.len()), (7, 3));
    assert!(others.pairs > report.last_three.pairs && others.scores[0].auc > 0.85, "{}", report.table());
}

#[test]
fn the_marks_agree_with_hand_counting() {
    let scores = [0.9, 0.8, 0.7, 0.6];
    let bought = [true, false, true, false];
    let order = [0, 1, 2, 3];
    assert_eq!(auc(&scores, &bought, &order), 0.75);
    assert!((average_precision(&scores, &bought, &order) - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    assert_eq!(auc(&[0.5; 4], &bought, &order), 0.5, "equal scores are a coin");
    assert_eq!(average_precision(&[0.5; 4], &bought, &order), 0.5);
}
