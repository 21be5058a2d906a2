use super::*;

fn zone() -> Zone {
    Zone::shanghai()
}

fn day(k: i32) -> Day {
    Day::new(2017, 11, 1).unwrap().plus(k)
}

fn action(person: u32, category: u32, kind: Kind, day_number: i32, hour: i8) -> Action {
    Action { person, item: category * 10, category, kind, at: day(day_number).at(hour, 0, &zone()) }
}

/// A shop whose truth is known: a pair with a cart yesterday buys with 30 %, one with a view with 2 %, an older one
/// with 0.5 %.
fn shop_with_known_odds(people: u32, days: i32, seed: u64) -> (Vec<Action>, impl Fn(&Example) -> f64) {
    let mut dice = Dice::seeded(seed);
    let mut actions = Vec::new();
    for person in 0..people {
        let mut yesterday: BTreeMap<u32, f64> = BTreeMap::new();
        let mut before: BTreeMap<u32, f64> = BTreeMap::new();
        for k in 0..days {
            let mut today = BTreeMap::new();
            for (category, odds) in before.iter().chain(&yesterday) {
                if dice.chance(*odds) {
                    actions.push(action(person, *category, Kind::Buy, k, 12));
                }
            }
            for _ in 0..dice.below(4) {
                let category = dice.below(12) as u32;
                actions.push(action(person, category, Kind::View, k, 20));
                let carted = dice.chance(0.3);
                if carted {
                    actions.push(action(person, category, Kind::Cart, k, 21));
                }
                let odds = today.entry(category).or_insert(0.02_f64);
                *odds = odds.max(if carted { 0.3 } else { 0.02 });
            }
            let bought: Vec<u32> = actions
                .iter()
                .rev()
                .take_while(|a| a.person == person && a.at >= day(k).at(0, 0, &zone()))
                .filter(|a| a.kind == Kind::Buy)
                .map(|a| a.category)
                .collect();
            before.extend(std::mem::take(&mut yesterday).into_keys().map(|category| (category, 0.005)));
            for category in bought {
                before.insert(category, 0.005);
            }
            before.retain(|category, _| !today.contains_key(category));
            yesterday = today;
        }
    }
    let truth = |one: &Example| match (one.row[8] > 0.0, one.row[0] > 0.0) {
        (true, _) => 0.3,
        (false, true) => 0.02,
        (false, false) => 0.005,
    };
    (actions, truth)
}

#[test]
fn probabilities_mean_what_they_say_and_find_the_truth() {
    let (actions, truth) = shop_with_known_odds(1_500, 10, 4);
    let diary = Diary::new(&actions, zone());
    let days: Vec<Day> = (3..9).map(day).collect();
    let model = Model::fit(&diary, &days).unwrap();
    let asked = diary.examples(day(9));
    let (mut forecast, mut bought, mut off, mut carts) = (0.0, 0.0, 0.0, (0.0, 0.0, 0.0));
    for one in &asked {
        let p = model.probability(&one.row);
        forecast += p;
        bought += f64::from(u8::from(one.bought));
        off += (p - truth(one)).abs();
        if truth(one) == 0.3 {
            carts = (carts.0 + 1.0, carts.1 + p, carts.2 + f64::from(u8::from(one.bought)));
        }
    }
    let pairs = asked.len() as f64;
    assert!((forecast / bought - 1.0).abs() < 0.15, "forecast {forecast:.0}, bought {bought}");
    assert!(off / pairs < 0.012, "mean distance from the truth {:.4}", off / pairs);
    assert!((carts.1 / carts.0 - 0.3).abs() < 0.05, "of {} carts {:.3} forecast", carts.0, carts.1 / carts.0);
}

#[test]
fn what_happens_on_the_day_is_not_known_on_its_eve() {
    let known = vec![action(0, 1, Kind::View, 1, 10), action(0, 1, Kind::Cart, 2, 23)];
    let mut later = known.clone();
    later.extend([
        action(0, 1, Kind::Buy, 3, 0),
        action(0, 2, Kind::View, 3, 1),
        action(0, 1, Kind::View, 4, 1),
    ]);
    let rows = |actions: &[Action]| Diary::new(actions, zone()).examples(day(3));
    let (without, with) = (rows(&known), rows(&later));
    assert_eq!((without.len(), with.len()), (1, 1));
    assert!(!without[0].bought && with[0].bought);
    let same = |a: &f64, b: &f64| a == b || (a.is_nan() && b.is_nan());
    assert!(without[0].row.iter().zip(&with[0].row).all(|(a, b)| same(a, b)));
}

/// The worked example of `docs/algorithms/purchase_probability.md`.
#[test]
fn a_pair_is_described_as_on_its_page() {
    let actions = [
        action(0, 1, Kind::View, 0, 12),
        action(0, 1, Kind::View, 2, 12),
        action(0, 1, Kind::Cart, 2, 18),
        action(0, 2, Kind::View, 2, 20),
    ];
    let examples = Diary::new(&actions, zone()).examples(day(3));
    let value = |name: &str| examples[0].row[FEATURES.iter().position(|known| *known == name).unwrap()];
    assert_eq!(examples[0].row.len(), FEATURES.len());
    assert_eq!((value("views 1d"), value("views 3d"), value("carts 1d")), (1.0, 2.0, 1.0));
    assert_eq!((value("hours since cart"), value("hours since first event")), (6.0, 60.0));
    assert!(value("hours since buy").is_nan());
    assert_eq!(
        (value("active days"), value("items kept, not bought"), value("person categories")),
        (2.0, 1.0, 2.0)
    );
    assert_eq!((value("share of the person's views 1d"), value("rank by recency")), (0.5, 1.0));
}

#[test]
fn without_purchases_there_is_no_model() {
    let actions: Vec<Action> = (0..50).map(|k| action(k, k % 3, Kind::View, (k % 5) as i32, 10)).collect();
    let diary = Diary::new(&actions, zone());
    assert_eq!(Model::fit(&diary, &[day(2), day(3), day(4)]), None);
    assert_eq!(Model::fit(&diary, &[]), None);
    assert_eq!(Model::fit(&Diary::new(&[], zone()), &[day(1), day(2)]), None);
}

#[test]
fn the_line_of_platt_corrects_scores_that_are_too_bold() {
    let mut dice = Dice::seeded(9);
    let scores: Vec<f64> = (0..20_000).map(|_| 4.0 * dice.normal()).collect();
    let bought: Vec<bool> = scores.iter().map(|score| dice.chance(logistic(0.5 * score - 1.0))).collect();
    let [level, slope] = platt(&scores, &bought);
    assert!((level + 1.0).abs() < 0.1 && (slope - 0.5).abs() < 0.05, "{level} {slope}");
    assert_eq!(platt(&[1.0, -1.0], &[false, true])[1], 1.0, "an order is not turned round");
}

#[test]
fn log_odds_are_the_mean_of_trees_and_line() {
    let (actions, _) = shop_with_known_odds(300, 8, 6);
    let diary = Diary::new(&actions, zone());
    let examples: Vec<Example> = (3..7).flat_map(|k| diary.examples(day(k))).collect();
    let blend = Blend::fit(&examples);
    let row = &examples[0].row;
    let mean = (blend.trees.score(row) + blend.line.score(row)) / 2.0;
    assert!((blend.score(row) - mean).abs() < 1e-12);
    assert!((logistic((-4.0 - 3.0) / 2.0) - 0.029).abs() < 0.0005, "the example of the page");
    let told: f64 = blend.moves(row).iter().sum();
    let base = (blend.trees.base() + blend.line.score(row) - blend.line.moves(row).sum::<f64>()) / 2.0;
    assert!((base + told - blend.score(row)).abs() < 1e-9, "reasons sum to the score");
}

#[test]
fn the_line_learns_the_odds_of_carts_and_a_column_without_differences_says_nothing() {
    let (actions, _) = shop_with_known_odds(1_500, 9, 8);
    let diary = Diary::new(&actions, zone());
    let examples: Vec<Example> = (3..9).flat_map(|k| diary.examples(day(k))).collect();
    let line = line::Line::fit(&examples.iter().collect::<Vec<_>>());
    let carted: Vec<&Example> = examples.iter().filter(|one| one.row[8] > 0.0).collect();
    let mean = carted.iter().map(|one| logistic(line.score(&one.row))).sum::<f64>() / carted.len() as f64;
    assert!((mean - 0.3).abs() < 0.05, "{mean}");
    let favourites = FEATURES.iter().position(|name| *name == "favourites 7d").unwrap();
    let mut row = examples[0].row.clone();
    row[favourites] = 40.0;
    assert_eq!(line.score(&row), line.score(&examples[0].row));
}

#[test]
fn a_probability_can_be_explained() {
    let (actions, _) = shop_with_known_odds(400, 8, 5);
    let diary = Diary::new(&actions, zone());
    let model = Model::fit(&diary, &(3..7).map(day).collect::<Vec<_>>()).unwrap();
    let asked = diary.examples(day(7));
    let carted = asked.iter().find(|one| one.row[8] > 0.0).unwrap();
    let reasons = model.reasons(&carted.row);
    assert_eq!(reasons.len(), 3);
    assert!(reasons.iter().any(|(name, moved)| name.contains("cart") && *moved > 0.0), "{reasons:?}");
}
