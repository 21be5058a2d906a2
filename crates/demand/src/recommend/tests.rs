use super::*;

fn at(hour: i64) -> Instant {
    Instant::default().plus_seconds(hour * 3_600)
}

fn event(person: u32, item: u32, kind: Kind, hour: i64) -> Event {
    Event { person, item, kind, at: at(hour) }
}

fn items(tags: &[&[u32]]) -> Vec<Item> {
    tags.iter().map(|tags| Item { tags: tags.to_vec(), since: None }).collect()
}

/// Forty people in two groups: one takes 0, 1, 2 (a film, its soundtrack, its poster), the other 3, 4, 5; item 6 is
/// taken by nobody and is tagged like the first group's.
fn two_groups() -> Log {
    let tags: [&[u32]; 7] = [&[0], &[0], &[0], &[1], &[1], &[1], &[0]];
    let mut events = Vec::new();
    for person in 0..40 {
        let first = if person % 2 == 0 { 0 } else { 3 };
        for (step, k) in [person / 2 % 3, (person / 2 + 1) % 3, (person / 2 + 2) % 3].into_iter().enumerate()
        {
            events.push(event(person, first + k, Kind::Buy, i64::from(person) * 5 + step as i64));
        }
    }
    Log::new(items(&tags), &events)
}

fn bought(item: u32, hour: i64) -> Taken {
    Taken { item, kind: Kind::Buy, at: at(hour) }
}

#[test]
fn what_goes_with_a_history_comes_first_and_names_what_it_goes_with() {
    let model = Model::fit(&two_groups(), &Settings::default());
    let history = [bought(1, 300)];
    let picks = model.rank(&history, at(301), 2, |item| item != 1);
    let mut first: Vec<u32> = picks.iter().map(|pick| pick.item).collect();
    first.sort_unstable();
    assert_eq!(first, [0, 2]);
    assert!(
        picks.iter().all(|pick| pick.reason == Reason::Because { item: 1, kind: Kind::Buy }),
        "{picks:?}"
    );
    let words = picks[0].reason.say(|_| Words::new("the soundtrack", "《原声带》"));
    assert_eq!(
        (words.en.as_str(), words.zh.as_str()),
        ("because you bought the soundtrack", "因为您买过《原声带》")
    );
}

#[test]
fn somebody_unknown_gets_what_is_popular_with_a_reason_of_its_own() {
    let mut log = two_groups();
    log.histories.extend((0..30).map(|hour| vec![bought(4, 1_000 + hour)]));
    let model = Model::fit(&log, &Settings::default());
    let picks = model.rank(&[], at(1_100), 3, |_| true);
    assert_eq!(picks[0].item, 4);
    assert!(picks.iter().all(|pick| !matches!(pick.reason, Reason::Because { .. })), "{picks:?}");
}

#[test]
fn something_nobody_took_is_reached_by_its_genre() {
    let model = Model::fit(&two_groups(), &Settings::default());
    let scores = model.scores(&[bought(0, 300), bought(1, 301), bought(2, 302)], at(303));
    let others = model.scores(&[bought(3, 300), bought(4, 301), bought(5, 302)], at(303));
    assert!(scores[6] > others[6], "{} against {}", scores[6], others[6]);
}

#[test]
fn the_strongest_interest_and_the_latest_moment_of_it_count() {
    let events = [event(0, 0, Kind::Buy, 1), event(0, 0, Kind::View, 5), event(0, 1, Kind::Cart, 3)];
    let log = Log::new(items(&[&[], &[]]), &events);
    let expected =
        vec![Taken { item: 1, kind: Kind::Cart, at: at(3) }, Taken { item: 0, kind: Kind::Buy, at: at(5) }];
    assert_eq!(log.histories, [expected]);
}

#[test]
fn what_is_put_aside_came_last() {
    let log = two_groups();
    let (rest, held) = log.hold_out(Holdout::LastEach);
    assert_eq!(held.len(), 40);
    assert!(rest.histories.iter().all(|history| history.len() == 2));
    assert_eq!(held[0].at, at(1));
    let (rest, held) = log.hold_out(Holdout::Latest(0.25));
    let gone: usize = held.iter().map(|held| held.items.len()).sum();
    assert_eq!((gone, rest.histories.iter().map(Vec::len).sum::<usize>()), (30, 90));
    assert!(rest.histories.iter().flatten().all(|taken| taken.at <= held[0].at));
}

/// The worked example of `docs/algorithms/recommendation.md`: three purchases 0, 30 and 60 days ago count 1.75.
#[test]
fn popularity_halves_with_every_half_life() {
    let events = [0, 30, 60].map(|days| event(days as u32, 0, Kind::Buy, 24 * (60 - days)));
    let log = Log::new(items(&[&[], &[]]), &events);
    let popularity = Popularity::fit(&log, &[30.0]);
    assert!((popularity.counts(0, at(24 * 60))[0] - 1.75).abs() < 1e-12);
    assert!((popularity.counts(0, at(24 * 30))[0] - 1.5).abs() < 1e-12, "later purchases are not known yet");
    assert_eq!(popularity.counts(0, at(24 * 60))[1], 0.0);
}

/// The worked example of the same page: items taken by {a, b}, {a, b}, {a}; with λ = 1 the first explains the
/// second by 3/5.
#[test]
fn ease_solves_the_small_example_of_its_page() {
    let events: Vec<Event> = [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]
        .map(|(person, item)| event(person, item, Kind::Buy, 1))
        .to_vec();
    let ease = Ease::fit(&Log::new(items(&[&[], &[], &[]]), &events), 1.0, 10);
    assert!((ease.weight(0, 1) - 3.0 / 5.0).abs() < 1e-6, "{}", ease.weight(0, 1));
    assert_eq!(ease.weight(1, 1), 0.0);
}

#[test]
fn the_parts_of_an_als_score_add_up_to_it() {
    let log = two_groups();
    let als = Als::fit(&log, 4, 8, 1);
    let history = [(0, 1.0), (1, 0.2)];
    let folded = als.fold(&history).expect("a history");
    let score = als.scores(&folded)[2];
    let parts: f64 = history.iter().map(|from| als.part(&folded, *from, 2)).sum();
    assert!((score - parts).abs() < 1e-9, "{score} and {parts}");
}

#[test]
fn a_long_silence_breaks_no_number() {
    let events: Vec<Event> =
        (0..20).map(|k| event(k % 5, k % 4, Kind::Buy, i64::from(k) * 24 * 365)).collect();
    let log = Log::new(items(&[&[], &[], &[], &[]]), &events);
    for holdout in [Holdout::LastEach, Holdout::Latest(0.2)] {
        let model = Model::fit(&log, &Settings { holdout, ..Settings::default() });
        assert!(model.scores(&[], at(1)).iter().all(|score| score.is_finite()));
        assert!(model.scores(&[bought(1, 5)], at(24 * 365 * 40)).iter().all(|score| score.is_finite()));
    }
}

#[test]
fn an_empty_log_recommends_nothing_and_breaks_nothing() {
    let model = Model::fit(&Log::default(), &Settings::default());
    assert_eq!(model.rank(&[], at(1), 5, |_| true), []);
    let model = Model::fit(&Log::new(items(&[&[0], &[]]), &[]), &Settings::default());
    assert_eq!(model.rank(&[], at(1), 5, |_| true).len(), 2);
    assert_eq!(model.weights(), PRIOR);
}

#[test]
fn what_leads_to_a_film_is_what_its_people_took() {
    let model = Model::fit(&two_groups(), &Settings::default());
    let mut seeds: Vec<u32> = model.seeds(0, 2).into_iter().map(|(item, _)| item).collect();
    seeds.sort_unstable();
    assert_eq!(seeds, [1, 2]);
}

#[test]
fn the_same_log_gives_the_same_model() {
    let log = two_groups();
    let score = || Model::fit(&log, &Settings::default()).scores(&[bought(1, 300)], at(301));
    assert_eq!(score(), score());
}
