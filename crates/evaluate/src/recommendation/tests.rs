use super::*;
use kernel::Dice;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ferryman-movielens-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Ratings of people who each like one of three genres and come back over two hundred days, a popular film leading.
fn ratings() -> Vec<(u32, u32, u32, i64)> {
    let mut dice = Dice::seeded(8);
    let mut ratings = Vec::new();
    for person in 1..=90 {
        let genre = person % 3;
        let mut films: Vec<u32> = (1..=60).collect();
        let odds = |film: u32| if film % 3 == genre { 12.0 } else { 1.0 } * if film <= 6 { 3.0 } else { 1.0 };
        let mut at = 880_000_000 + dice.between(0, 100 * 86_400);
        for _ in 0..14 {
            let weights: Vec<f64> = films.iter().map(|film| odds(*film)).collect();
            let film = films.remove(dice.weighted(&weights));
            ratings.push((person, film, 1 + dice.below(5) as u32, at));
            at += dice.between(60, 14 * 86_400);
        }
    }
    ratings
}

fn write_100k(folder: &Path) {
    let line =
        |(person, film, stars, at): &(u32, u32, u32, i64)| format!("{person}\t{film}\t{stars}\t{at}\n");
    std::fs::write(folder.join("u.data"), ratings().iter().map(line).collect::<String>()).unwrap();
    let mut films = Vec::new();
    for film in 1..=60_u32 {
        films.extend_from_slice(format!("{film}|Caf").as_bytes());
        films.push(0xe9);
        let flags: Vec<&str> = (0..19).map(|k| if k == film % 3 { "1" } else { "0" }).collect();
        films.extend_from_slice(
            format!(" (1995)|01-Jan-1995||http://example|{}\n", flags.join("|")).as_bytes(),
        );
    }
    std::fs::write(folder.join("u.item"), films).unwrap();
}

fn write_latest(folder: &Path) {
    let line = |(person, film, stars, at): &(u32, u32, u32, i64)| format!("{person},{film},{stars}.0,{at}\n");
    let rows: String = ratings().iter().map(line).collect();
    std::fs::write(folder.join("ratings.csv"), format!("userId,movieId,rating,timestamp\n{rows}")).unwrap();
    let genre = |film: u32| ["Drama", "Comedy", "Crime"][film as usize % 3];
    let films: String =
        (1..=60).map(|film| format!("{film},\"Café, {film} (1995)\",{}\n", genre(film))).collect();
    std::fs::write(folder.join("movies.csv"), format!("movieId,title,genres\n{films}")).unwrap();
}

fn report(folder: &Path) -> Result<Report> {
    let report = run(&Options { movielens: folder.into(), json: Some(folder.join("report.json")) })?;
    let written = std::fs::read_to_string(folder.join("report.json")).unwrap();
    assert_eq!(written, serde_json::to_string_pretty(&report).unwrap());
    Ok(report)
}

fn refused(folder: &Path) -> (&'static str, String) {
    let error = report(folder).unwrap_err();
    let refusal = error.refusal().unwrap_or_else(|| panic!("a refusal, not {error}"));
    assert!(!refusal.say.zh.is_empty());
    (refusal.code, refusal.say.en.clone())
}

#[test]
fn both_layouts_of_the_same_ratings_give_the_same_marks() {
    let (old, new) = (folder("old"), folder("new"));
    write_100k(&old);
    write_latest(&new);
    let (old, new) = (report(&old).unwrap(), report(&new).unwrap());
    assert_eq!((old.people, old.items, old.choices), (90, 60, 90 * 14));
    for (a, b) in old.protocols.iter().zip(&new.protocols) {
        assert_eq!((a.name, a.people), (b.name, b.people));
        for (x, y) in a.scores.iter().zip(&b.scores).skip(1) {
            assert_eq!(x, y);
        }
    }
}

#[test]
fn the_blend_learns_genres_that_popularity_cannot_know() {
    let folder = folder("learns");
    write_100k(&folder);
    let report = report(&folder).unwrap();
    for protocol in &report.protocols {
        let mark =
            |name: &str| protocol.scores.iter().find(|score| score.method == name).unwrap().recall_at_20;
        assert!(mark(BLEND) > mark("popularity") + 0.1, "{}", report.table());
        assert_eq!(protocol.scores.len(), 6);
    }
    assert_eq!(report.protocols[0].people, 90);
}

#[test]
fn a_folder_of_another_layout_is_refused() {
    let folder = folder("layout");
    assert_eq!(refused(&folder).0, "not_movielens");
    write_100k(&folder);
    std::fs::remove_file(folder.join("u.item")).unwrap();
    let (code, en) = refused(&folder);
    assert!(code == "file_missing" && en.contains("u.item"), "{en}");
}

#[test]
fn bad_lines_are_refused_with_their_numbers() {
    let cases: [(&str, &[u8], &str); 6] = [
        ("u.data", b"1\t2\t5\t880000000\n1\t3\t5\n", "line 2"),
        ("u.data", b"1\t2\t5\t880000000\n1\t3\tfive\t880000001\n", "line 2"),
        ("u.data", b"1\t2\t5\t880000000\n1\t3\t5\t-7\n", "line 2"),
        (
            "u.data",
            b"1\t2\t5\t880000000\n\n1\t2\t4\t880000009\n",
            "line 3: person 1 rated film 2 before, on line 1",
        ),
        ("u.data", b"1\t2\t5\t880000000\n1\t999\t4\t880000009\n", "line 2: film 999 is not in the list"),
        ("u.data", b"1\t2\t5\t880000000\n\xff\t2\t4\t880000009\n", "line 2: the text is not UTF-8"),
    ];
    for (k, (file, bytes, expected)) in cases.iter().enumerate() {
        let folder = folder(&format!("bad{k}"));
        write_100k(&folder);
        std::fs::write(folder.join(file), bytes).unwrap();
        let (code, en) = refused(&folder);
        assert!(code == "bad_line" && en.contains(expected), "{k}: {en}");
    }
    let folder = folder("bad-item");
    write_100k(&folder);
    std::fs::write(folder.join("u.item"), "1|Film|date\n").unwrap();
    assert!(refused(&folder).1.contains("u.item, line 1"));
}

#[test]
fn a_csv_is_held_to_its_header_encoding_and_fields() {
    let cases: [(&str, &[u8], &str); 4] = [
        ("ratings.csv", b"user,movie,rating,timestamp\n1,2,3,4\n", "line 1: expected the header"),
        ("ratings.csv", b"userId,movieId,rating,timestamp\n1,2,3.5,4\n1,2\n", "line 3"),
        ("ratings.csv", b"userId,movieId,rating,timestamp\n1,2,9,4\n", "line 2: expected a person"),
        ("movies.csv", b"movieId,title,genres\n1,Caf\xe9,Drama\n", "line 2: the text is not UTF-8"),
    ];
    for (k, (file, bytes, expected)) in cases.iter().enumerate() {
        let folder = folder(&format!("csv{k}"));
        write_latest(&folder);
        std::fs::write(folder.join(file), bytes).unwrap();
        let (code, en) = refused(&folder);
        assert!(code == "bad_line" && en.contains(expected), "{k}: {en}");
    }
}

#[test]
fn nothing_to_learn_from_is_said_so() {
    let folder = folder("empty");
    write_100k(&folder);
    std::fs::write(folder.join("u.data"), "").unwrap();
    assert_eq!(refused(&folder).0, "no_ratings");
    std::fs::write(folder.join("u.data"), "1\t2\t5\t880000000\n2\t3\t5\t880000001\n").unwrap();
    assert_eq!(refused(&folder).0, "too_few_ratings");
}

#[test]
fn marks_are_as_counted_by_hand() {
    let history = [Taken { item: 0, kind: Kind::Buy, at: Instant::default() }];
    let scores = [9.0, 5.0, 4.0, 3.0];
    let [ndcg, recall, _] = marks(&scores, &history, &[2]);
    assert!((ndcg - 1.0 / 3.0_f64.log2()).abs() < 1e-12, "the second place among what was open");
    assert_eq!(recall, 1.0);
}

#[test]
fn a_margin_is_told_with_its_standard_error() {
    // Ahead by .1 and by .5: .3 on average, a deviation of .283 over the root of two.
    let margin =
        margin("popularity", &[[0.5, 0.0, 0.0], [0.7, 0.0, 0.0]], &[[0.4, 0.0, 0.0], [0.2, 0.0, 0.0]]);
    assert!(
        (margin.ndcg_at_10 - 0.3).abs() < 1e-12 && (margin.standard_error - 0.2).abs() < 1e-12,
        "{margin:?}"
    );
}
