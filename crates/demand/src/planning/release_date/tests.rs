use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn entrant(name: &str, release: &str, wan: i64, genres: &[&str], domestic: bool) -> Entrant {
    Entrant {
        id: name.to_owned(),
        name: name.to_owned(),
        release: day(release),
        first_week: wan * 1_000_000,
        spread: 0.5,
        genres: genres.iter().map(|one| (*one).to_owned()).collect(),
        domestic,
        shared_audience: None,
    }
}

fn rule(code: &str, imports_per_week: f64) -> Scenario {
    Scenario {
        code: code.to_owned(),
        name: Words::new(code, code),
        imports_per_week,
        import_first_week: 10_000_000_000,
        import_spread: 0.8,
    }
}

/// A market of ¥500m a week; a comedy of ¥100m; an action film of ¥400m on 23 December, a comedy of ¥400m on the 30th.
fn question() -> Question {
    Question {
        film: entrant("Ours", "2016-12-23", 10_000, &["comedy"], true),
        foreseen: None,
        slate: vec![
            entrant("Guns", "2016-12-23", 40_000, &["action"], false),
            entrant("Laughs", "2016-12-30", 40_000, &["comedy"], true),
        ],
        usual: Usual::default(),
        candidates: ["2016-12-23", "2016-12-30", "2017-02-10"].map(day).to_vec(),
        scenarios: vec![rule("hold_34", 0.3), rule("open_40", 0.5), rule("open", 1.2)],
        season: Season::given(vec![1.0; 366], 50_000_000_000).unwrap(),
        competition: Competition::default(),
    }
}

fn run(question: &Question) -> Vec<Choice> {
    compare(question, &mut Dice::seeded(1)).unwrap()
}

/// The worked example of `docs/algorithms/release_date.md`: no chance, one rival.
#[test]
fn one_rival_by_hand() {
    let mut question = question();
    question.slate.truncate(1);
    question.slate[0].spread = 0.0;
    question.film.spread = 0.0;
    question.scenarios = vec![rule("none", 0.0)];
    question.candidates.truncate(1);
    let choices = run(&question);
    // Overlap 0.25, ¥400m × 0.25 = ¥100m against ¥500m a week: 1.25 ÷ 1.2.
    let by_hand = 100.0 * 1.25 / 1.2;
    assert!((choices[0].opening.amount as f64 / 1e8 - by_hand).abs() < 1e-3, "{}", choices[0].opening.amount);
    // Ours takes 104.17 + 56.82 + 29.76 + 15.24 = ¥205.99m in four weeks, Guns 400 + 200 + 100 + 50 = ¥750m.
    assert!((choices[0].domestic_share.mean - 0.2155).abs() < 1e-3, "{}", choices[0].domestic_share.mean);
}

/// A film may take ten times the middle one; the mean of such draws lies where hardly one of them does.
#[test]
fn what_is_told_is_the_middle_of_what_may_come() {
    let mut question = question();
    question.film.spread = 2.0;
    for choice in run(&question) {
        for told in [choice.opening, choice.total] {
            assert!((told.half.low..=told.half.high).contains(&told.amount), "{told:?}");
        }
    }
}

#[test]
fn a_rival_of_ones_own_kind_costs_more() {
    let choices = run(&question());
    let opening = |day_text: &str, code: &str| {
        let found = choices.iter().find(|one| one.day == day(day_text) && one.scenario == code);
        found.unwrap().opening.amount
    };
    for code in ["hold_34", "open_40", "open"] {
        assert!(opening("2016-12-30", code) < opening("2016-12-23", code));
        assert!(opening("2016-12-23", code) < opening("2017-02-10", code));
    }
}

#[test]
fn a_looser_rule_costs_the_film_and_the_domestic_share() {
    let choices = run(&question());
    for one_day in choices.chunks(3) {
        let codes: Vec<&str> = one_day.iter().map(|one| one.scenario.as_str()).collect();
        assert_eq!(codes, ["hold_34", "open_40", "open"]);
        for pair in one_day.windows(2) {
            assert!(pair[1].total.amount < pair[0].total.amount);
            assert!(pair[1].domestic_share.mean < pair[0].domestic_share.mean);
        }
    }
}

#[test]
fn ranges_lie_within_each_other_and_one_day_is_best() {
    let choices = run(&question());
    assert_eq!(choices.len(), 9);
    for one in &choices {
        for of in [one.opening, one.total] {
            assert!(
                of.wide.low <= of.half.low && of.half.low <= of.half.high && of.half.high <= of.wide.high
            );
            assert!((of.wide.low..=of.wide.high).contains(&of.amount));
        }
        assert!(0.0 <= one.domestic_share.wide.0 && one.domestic_share.wide.1 <= 1.0);
        assert!(one.total.amount > one.opening.amount);
        assert!(one.because.iter().all(|words| !words.en.is_empty() && !words.zh.is_empty()));
    }
    for code in ["hold_34", "open_40", "open"] {
        let sum: f64 = choices.iter().filter(|one| one.scenario == code).map(|one| one.best).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }
}

/// A forecast before release knows the rivals and the season of its day: they are not counted a second time.
#[test]
fn a_film_takes_on_its_own_day_what_was_foreseen_of_it() {
    let mut question = question();
    question.film.spread = 1.7;
    question.film.release = day("2016-12-30");
    let mut index = vec![1.0; 366];
    index[of_year(day("2016-12-30"))] = 0.6;
    question.season = Season::given(index, 50_000_000_000).unwrap();
    question.foreseen = Some(9_200_000_000);
    let choices = run(&question);
    let own =
        choices.iter().find(|one| one.day == question.film.release && one.scenario == "hold_34").unwrap();
    assert!((own.opening.amount - 9_200_000_000).abs() <= 1, "{}", own.opening.amount);
    let free = choices.iter().find(|one| one.day == day("2017-02-10") && one.scenario == "hold_34").unwrap();
    assert!(free.opening.amount as f64 > 1.5 * 9.2e9, "no rival, a better season: {}", free.opening.amount);
}

/// What is not announced yet opens all the same: a far day is no freer, and no more foreign, than a near one.
#[test]
fn a_far_day_is_not_free_because_nothing_is_announced_for_it() {
    let mut question = question();
    question.slate = (0..4)
        .map(|i| entrant("Near", &day("2016-12-23").plus(7 * i).to_string(), 20_000, &["comedy"], true))
        .collect();
    question.scenarios = vec![rule("hold_34", 0.65)];
    question.candidates = vec![day("2017-01-06"), day("2017-04-28")];
    let of = |question: &Question| {
        let choices = run(question);
        (choices[0].domestic_share.mean, choices[1].domestic_share.mean)
    };
    let (near, far) = of(&question);
    assert!(far < 0.75 * near, "without what is not announced: {near} {far}");
    question.usual = Usual { films_per_week: 1.0, first_week: 20_000_000_000, spread: 0.1 };
    let (near, far) = of(&question);
    assert!((far - near).abs() < 0.12 * near, "{near} {far}");
}

#[test]
fn the_season_moves_the_film_as_it_moves_the_market() {
    let mut question = question();
    question.slate.clear();
    question.scenarios = vec![rule("none", 0.0)];
    let flat = run(&question);
    let mut index = vec![1.0; 366];
    index[of_year(day("2017-02-10"))] = 1.5;
    question.season = Season::given(index, 50_000_000_000).unwrap();
    let lifted = run(&question);
    let ratio = lifted[2].opening.amount as f64 / flat[2].opening.amount as f64;
    assert!((ratio - 1.5).abs() < 1e-6 && lifted[0].opening == flat[0].opening, "{ratio}");
    assert!(lifted[2].because[0].en.contains("+50 %"), "{}", lifted[2].because[0].en);
}

#[test]
fn a_shared_audience_speaks_before_the_genres() {
    let mut question = question();
    let before = run(&question);
    question.slate[1].shared_audience = Some(0.0);
    let after = run(&question);
    assert!(after[3].opening.amount > before[3].opening.amount, "nobody of ours wants it");
}

#[test]
fn the_same_dice_give_the_same_choices() {
    assert_eq!(run(&question()), run(&question()));
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = |change: fn(&mut Question)| {
        let mut question = question();
        change(&mut question);
        compare(&question, &mut Dice::seeded(1)).unwrap_err().code
    };
    assert_eq!(refused(|q| q.candidates.clear()), "impossible_plan");
    assert_eq!(refused(|q| q.scenarios.clear()), "impossible_plan");
    assert_eq!(refused(|q| q.film.first_week = 0), "impossible_plan");
    assert_eq!(refused(|q| q.foreseen = Some(0)), "impossible_plan");
    assert_eq!(refused(|q| q.usual.films_per_week = f64::NAN), "impossible_plan");
    assert_eq!(refused(|q| q.slate[0].shared_audience = Some(1.5)), "impossible_plan");
    assert_eq!(refused(|q| q.scenarios[0].imports_per_week = f64::NAN), "impossible_plan");
    assert_eq!(refused(|q| q.competition.kept_weekly = 2.0), "impossible_plan");
    assert_eq!(Season::given(vec![1.0; 3], 1).unwrap_err().code, "impossible_plan");
}
