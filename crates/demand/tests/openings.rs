//! The forecast before release on a made-up market whose rules are known.

use demand::calendar::Calendar;
use demand::opening::{
    DAYS_AHEAD_MAX, Fact, Film, History, Known, Market, Model, Past, Standing, Taken, Theme, Version, Window,
};
use kernel::{Day, Dice, Instant, Zone};

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn zone() -> Zone {
    Zone::stored("Asia/Shanghai")
}

fn midnight(day: Day) -> Instant {
    day.at(0, 0, &zone())
}

fn known(day: Day, fact: Fact) -> Known {
    Known { at: midnight(day), fact }
}

const GENRES: [(&str, f64); 3] = [("comedy", 0.2), ("drama", -0.2), ("action", 0.4)];
const HOUSES: [(&str, f64); 4] = [("Great", 0.5), ("Good", 0.2), ("Small", -0.3), ("Tiny", -0.7)];

/// Films every four days from 2012 on. The first week of each is what genre and distributor promise, and chance;
/// its theatres, known four days before, and its presales, known the day before, tell of that chance.
fn market(films: i32, seed: u64) -> Vec<Past> {
    let mut dice = Dice::seeded(seed);
    let mut past: Vec<Past> = (0..films).map(|i| film(&mut dice, i)).collect();
    // The chart begins in the midst of a market, as charts do; from an empty one its size would seem to grow.
    past.iter_mut().for_each(|one| one.days.retain(|taken| taken.day >= day("2012-03-01")));
    past
}

fn film(dice: &mut Dice, i: i32) -> Past {
    let release = day("2012-01-06").plus(4 * i);
    let (genre, of_genre) = *dice.pick(&GENRES);
    let (house, of_house) = *dice.pick(&HOUSES);
    let luck = 0.4 * dice.normal();
    // What nobody can know comes on top, or the year's wavering of the market would be the largest error.
    let log = 20.0 + of_genre + of_house + luck + 0.25 * dice.normal();
    let announced = release.plus(-300);
    let theatres = (2_000.0 * (0.5 * (of_house + luck) + 0.15 * dice.normal()).exp()).round() as i64;
    let facts = vec![
        known(announced, Fact::Genres(vec![genre.to_owned()])),
        known(announced, Fact::Distributor(house.to_owned())),
        known(announced, Fact::Directors(vec![format!("director {}", i % 40)])),
        known(announced, Fact::Minutes(90 + dice.between(0, 50))),
        known(announced, Fact::Versions(vec![Version::Flat])),
        known(announced, Fact::Budget((19.0 + of_genre + of_house + 0.2 * dice.normal()).exp() as i64)),
        known(release.plus(-4), Fact::Theatres(theatres)),
        known(
            release.plus(-1),
            Fact::Presales(((16.0 + of_genre + of_house + luck + 0.1 * dice.normal()).exp()) as i64),
        ),
    ];
    let curve: Vec<f64> = (0..40).map(|age| (-0.09 * f64::from(age)).exp()).collect();
    let week: f64 = curve[..7].iter().sum();
    let mut to_date = 0;
    let days = curve.iter().enumerate().map(|(age, part)| {
        let amount = (log.exp() * part / week * (1.0 + 0.03 * dice.normal())).max(1.0) as i64;
        to_date += amount;
        Taken { day: release.plus(age as i32), amount, to_date: Some(to_date) }
    });
    let days = days.collect();
    Past {
        film: Film { id: format!("film {i}"), name: format!("Picture {}", letters(i)), release, facts },
        days,
    }
}

/// A word of its own for every film: a figure would make them all one series.
fn letters(i: i32) -> String {
    let letter = |n: i32| char::from(b'a' + (n % 26) as u8);
    [letter(i / 26), 'o', letter(i), 'a'].iter().collect()
}

fn history(past: Vec<Past>) -> History {
    History::new(past, Market { zone: zone(), calendar: Calendar::mainland_china() }, |_| Standing::Peer)
}

/// A history of five years, learned in the fourth for films four weeks away; made once for all tests.
fn learned() -> &'static (History, Vec<Past>, Model) {
    static LEARNED: std::sync::OnceLock<(History, Vec<Past>, Model)> = std::sync::OnceLock::new();
    LEARNED.get_or_init(|| learned_for(28))
}

fn learned_for(days_ahead: i32) -> (History, Vec<Past>, Model) {
    let past = market(420, 7);
    let history = history(past.clone());
    let model = Model::learn(&history, midnight(day("2015-07-01")), days_ahead).expect("films enough");
    (history, past, model)
}

fn slate(past: &[Past]) -> Vec<Film> {
    past.iter().map(|one| one.film.clone()).collect()
}

/// Root mean square of the logarithm's error on the films of the last year, and the parts within the ranges.
fn judged(days_ahead: i32) -> (f64, f64, f64) {
    let (history, past, model) = learned_for(days_ahead);
    let films: Vec<&Past> = past.iter().filter(|one| one.film.release >= day("2015-07-02")).collect();
    let (mut squares, mut half, mut wide) = (0.0, 0.0, 0.0);
    for one in &films {
        let as_of = midnight(one.film.release.plus(-days_ahead));
        let forecast =
            model.forecast(&history, &one.film.known_by(as_of), &slate(&past), as_of).expect("known");
        let taken = history.taken_by(&one.film.id, Window::Week).expect("known");
        squares += (taken as f64 / forecast.week.amount as f64).ln().powi(2);
        let inside = |low, high| f64::from(u8::from(low <= taken && taken <= high));
        half += inside(forecast.week.half.low, forecast.week.half.high);
        wide += inside(forecast.week.wide.low, forecast.week.wide.high);
    }
    let n = films.len() as f64;
    ((squares / n).sqrt(), half / n, wide / n)
}

#[test]
fn facts_that_arrive_make_the_forecast_better_and_the_ranges_keep_their_word() {
    let [far, booked, presold] = [90, 3, 1].map(judged);
    println!("{far:?} {booked:?} {presold:?}");
    assert!(far.0 < 0.6, "genre, distributor and budget are worth something: {far:?}");
    assert!(presold.0 < 0.8 * far.0 && presold.0 < 1.02 * booked.0, "presales say nearly all: {presold:?}");
    for (_, half, wide) in [far, booked, presold] {
        assert!((0.30..=0.70).contains(&half) && (0.75..=1.0).contains(&wide), "{half} {wide}");
    }
}

#[test]
fn a_fact_from_after_the_instant_is_refused() {
    let (history, past, model) = learned();
    let film = &past[400].film;
    let as_of = midnight(film.release.plus(-28));
    let refusal = model.forecast(history, film, &[], as_of).unwrap_err();
    assert_eq!(refusal.code, "known_later");
    assert!(refusal.say.en.contains("theatres") && refusal.say.zh.contains("影院"), "{:?}", refusal.say);
    assert!(model.forecast(history, &film.known_by(as_of), &[], as_of).is_ok());
}

/// Whatever happens after the instant, to this film or to others, the forecast is the same.
#[test]
fn the_future_changes_nothing() {
    let past = market(420, 7);
    let at = 330;
    let as_of = midnight(past[at].film.release.plus(-28));
    let tell = |past: Vec<Past>, slate: Vec<Film>| {
        let history = history(past);
        let mut model = Model::learn(&history, midnight(day("2015-01-01")), 28).unwrap();
        model.follow(&history, midnight(day("2017-01-01")));
        let film = slate.iter().find(|one| one.id == format!("film {at}")).unwrap().known_by(as_of);
        model.forecast(&history, &film, &slate, as_of).unwrap()
    };
    let today = as_of.day_in(&zone());
    let mut changed = past.clone();
    for one in &mut changed {
        for taken in one.days.iter_mut().filter(|taken| taken.day >= today) {
            taken.amount *= 50;
            taken.to_date = taken.to_date.map(|to_date| to_date * 50);
        }
        for later in one.film.facts.iter_mut().filter(|known| known.at > as_of) {
            later.fact = Fact::Theatres(9_999);
        }
    }
    let before = tell(past.clone(), slate(&past));
    let after = tell(changed.clone(), slate(&changed));
    assert_eq!(before, after);
}

#[test]
fn a_forecast_names_its_reasons_in_both_languages() {
    let (history, past, model) = learned();
    let one = &past[400];
    let as_of = midnight(one.film.release.plus(-28));
    let forecast = model.forecast(history, &one.film.known_by(as_of), &slate(past), as_of).unwrap();
    assert_eq!((forecast.days_ahead, forecast.comparables.len()), (28, 5));
    assert!(
        forecast.comparables.iter().all(|like| like.id != one.film.id && like.release < day("2015-07-01"))
    );
    assert!(forecast.reasons.iter().any(|reason| reason.theme == Theme::Season));
    let en: Vec<&str> = forecast.because.iter().map(|words| words.en.as_str()).collect();
    for needed in ["Most like it: “Picture ", "open within a week of it", "The distributor’s record"] {
        assert!(en.iter().any(|sentence| sentence.contains(needed)), "{needed}: {en:#?}");
    }
    assert!(forecast.because.iter().all(|words| !words.zh.is_empty() && words.zh != words.en));
}

#[test]
fn parts_are_not_larger_than_their_wholes_and_ranges_lie_within_each_other() {
    let (history, past, model) = learned();
    for one in &past[330..] {
        let as_of = midnight(one.film.release.plus(-28));
        let forecast = model.forecast(history, &one.film.known_by(as_of), &[], as_of).unwrap();
        assert!(
            forecast.day.amount <= forecast.week.amount && forecast.weekend.amount <= forecast.week.amount
        );
        assert!(forecast.week.amount <= forecast.total.amount);
        for window in Window::ALL {
            let expected = forecast.of(window);
            assert!(expected.wide.low <= expected.half.low && expected.half.low <= expected.amount);
            assert!(expected.amount <= expected.half.high && expected.half.high <= expected.wide.high);
        }
    }
}

#[test]
fn too_few_films_teach_nothing() {
    let history = history(market(60, 1));
    let refusal = Model::learn(&history, midnight(day("2015-01-01")), 28).unwrap_err();
    assert_eq!(refusal.code, "too_few_films");
    assert!(refusal.say.zh.contains("部"));
}

#[test]
fn a_film_of_another_time_is_refused() {
    let (history, past, model) = learned();
    let film = |release: Day| Film { facts: Vec::new(), release, ..past[400].film.clone() };
    let as_of = midnight(day("2016-03-01"));
    let code = |release: Day| model.forecast(history, &film(release), &[], as_of).unwrap_err().code;
    assert_eq!(code(day("2016-02-28")), "already_released");
    assert_eq!(code(day("2016-05-01")), "learned_nearer");
    assert_eq!(code(day("2016-03-01").plus(DAYS_AHEAD_MAX + 1)), "too_far_ahead");
}

#[test]
fn values_that_cannot_be_are_refused() {
    let (history, past, model) = learned();
    let as_of = midnight(past[400].film.release.plus(-28));
    let bad =
        [Fact::Theatres(-1), Fact::Minutes(0), Fact::ShareOfShowings(1.5), Fact::ShareOfShowings(f64::NAN)];
    for fact in bad {
        let film = Film { facts: vec![Known { at: as_of, fact }], ..past[400].film.clone() };
        assert_eq!(model.forecast(history, &film, &[], as_of).unwrap_err().code, "impossible_fact");
    }
}

#[test]
fn a_market_that_was_last_reported_long_ago_is_not_forecast() {
    let (history, past, model) = learned();
    let last = past.iter().flat_map(|one| &one.days).map(|taken| taken.day).max().unwrap();
    let forecast = |days: i32| {
        let release = last.plus(days + 10);
        let film = Film { facts: Vec::new(), release, ..past[400].film.clone() };
        model.forecast(history, &film, &[], midnight(last.plus(days)))
    };
    assert!(forecast(30).is_ok());
    let refusal = forecast(200).unwrap_err();
    assert!(refusal.code == "stale_market" && refusal.say.zh.contains("200"), "{:?}", refusal.say);
}

/// A film of which nothing is known but its name and its day is still a film of this market.
#[test]
fn a_film_without_facts_gets_the_wide_ranges_it_deserves() {
    let (history, past, model) = learned();
    let as_of = midnight(past[400].film.release.plus(-28));
    let bare = Film { facts: Vec::new(), ..past[400].film.clone() };
    let forecast = model.forecast(history, &bare, &[], as_of).unwrap();
    assert!(forecast.week.amount > 0 && forecast.week.wide.high as f64 > 1.5 * forecast.week.wide.low as f64);
    let because = |film: &Film| {
        let told = model.forecast(history, film, &[], as_of).unwrap().because;
        told.into_iter().map(|words| words.en).collect::<Vec<_>>().join("\n")
    };
    let told = because(&bare);
    assert!(!told.contains("distributor’s record") && told.contains("No distributor is named"), "{told}");
    let known = past[400].film.facts.iter().filter(|one| one.at <= as_of).cloned().collect();
    let told = because(&Film { facts: known, ..bare.clone() });
    assert!(!told.contains("No distributor is named"), "{told}");
}

/// Takings twice on a day, negative ones and days out of order do no harm.
#[test]
fn untidy_takings_are_put_in_order() {
    let mut past = market(300, 3);
    let tidy = history(past.clone());
    for one in past.iter_mut().filter(|one| one.days.len() > 3) {
        let twice = one.days[3];
        one.days.push(twice);
        one.days.push(Taken { day: one.film.release.plus(60), amount: -5, to_date: None });
        one.days.reverse();
    }
    let untidy = history(past.clone());
    for one in &past {
        for window in Window::ALL {
            assert_eq!(tidy.taken_by(&one.film.id, window), untidy.taken_by(&one.film.id, window));
        }
    }
}

/// A missing day is unknown, not zero: such a week is neither learned from nor judged.
#[test]
fn a_week_with_a_missing_day_is_not_a_week() {
    let mut past = market(130, 3);
    past[50].days.remove(2);
    let history = history(past);
    assert_eq!(history.taken_by("film 50", Window::Week), None);
    assert!(
        history.taken_by("film 50", Window::Day).is_some()
            && history.taken_by("film 51", Window::Week).is_some()
    );
}

/// From a day on one distributor's films take a sixth of what they did.
fn market_that_turns(turned: Day) -> Vec<Past> {
    let mut past = market(420, 7);
    for one in past.iter_mut().filter(|one| one.film.release >= turned && distributed_by(one, "Tiny")) {
        one.days.iter_mut().for_each(|taken| {
            taken.amount /= 6;
            taken.to_date = taken.to_date.map(|to_date| to_date / 6);
        });
    }
    past
}

/// `ln` of a first week over what was forecast four weeks ahead.
fn missed(history: &History, model: &Model, one: &Past) -> f64 {
    let as_of = midnight(one.film.release.plus(-28));
    let forecast = model.forecast(history, &one.film.known_by(as_of), &[], as_of).expect("known");
    let taken = history.taken_by(&one.film.id, Window::Week).expect("known");
    (taken as f64 / forecast.week.amount as f64).ln()
}

/// A distributor turns to small events after the model was learned: following it puts that right, and the ranges too.
#[test]
fn what_the_newest_films_were_missed_by_is_made_good() {
    let turned = day("2015-07-01");
    let past = market_that_turns(turned);
    let history = history(past.clone());
    let mut model = Model::learn(&history, midnight(turned), 28).unwrap();
    let late: Vec<&Past> = past.iter().filter(|one| one.film.release >= day("2016-01-01")).collect();
    let errors = |model: &Model, tiny: bool| {
        let films: Vec<&&Past> = late.iter().filter(|one| distributed_by(one, "Tiny") == tiny).collect();
        films.iter().map(|one| missed(&history, model, one)).sum::<f64>() / films.len() as f64
    };
    let before = [true, false].map(|tiny| errors(&model, tiny));
    model.follow(&history, midnight(day("2016-08-01")));
    let after = [true, false].map(|tiny| errors(&model, tiny));
    println!("{before:?} {after:?}");
    assert!(before[0] < -0.6 && after[0].abs() < 0.7 * before[0].abs(), "{before:?} {after:?}");
    assert!(after[1].abs() < before[1].abs() + 0.15, "the others pay little for it: {before:?} {after:?}");
}

/// The same turn, seen mostly in films that opened nearly as wide: they are followed too, where they are not passed over.
#[test]
fn nearly_wide_films_tell_what_their_distributor_does_now() {
    let turned = day("2015-07-01");
    let past = market_that_turns(turned);
    let narrow = |one: &Past| {
        let first_half = one.film.release < day("2016-01-01");
        one.film.release >= turned && first_half && distributed_by(one, "Tiny")
    };
    let bias = |standing: Standing| {
        let place = Market { zone: zone(), calendar: Calendar::mainland_china() };
        let of = |one: &Past| if narrow(one) { standing } else { Standing::Peer };
        let history = History::new(past.clone(), place, of);
        let mut model = Model::learn(&history, midnight(turned), 28).unwrap();
        model.follow(&history, midnight(day("2016-02-01")));
        let late = past.iter().filter(|one| one.film.release >= day("2016-02-01"));
        let late = late.filter(|one| distributed_by(one, "Tiny"));
        let errors: Vec<f64> = late.map(|one| missed(&history, &model, one)).collect();
        errors.iter().sum::<f64>() / errors.len() as f64
    };
    let (near, counted) = (bias(Standing::Near), bias(Standing::Counted));
    println!("{near} {counted}");
    assert!(counted < -0.6 && near > counted + 0.2, "{near} {counted}");
}

/// Events open on Sundays: their weekend is the day, whatever the weekends of other films say.
#[test]
fn the_weekend_of_a_film_that_opens_on_a_sunday_is_its_day() {
    let (history, past, model) = learned();
    for (release, alike) in [("2016-05-15", true), ("2016-05-14", false)] {
        let film = Film { id: "event".to_owned(), release: day(release), ..past[400].film.clone() };
        let as_of = midnight(film.release.plus(-28));
        let forecast = model.forecast(history, &film.known_by(as_of), &[], as_of).unwrap();
        assert_eq!(forecast.weekend == forecast.day, alike, "{release}: {forecast:?}");
    }
}

/// One house sells single evenings; its films never have a whole first week, so no week of theirs is learned from.
#[test]
fn an_event_of_one_evening_is_not_taken_for_a_run() {
    let mut past = market(420, 7);
    past.iter_mut().filter(|one| distributed_by(one, "Tiny")).for_each(|one| one.days.truncate(1));
    let history = history(past.clone());
    let model = Model::learn(&history, midnight(day("2015-07-01")), 28).unwrap();
    let late = past.iter().filter(|one| one.film.release >= day("2015-08-01"));
    for one in late.take(40) {
        let as_of = midnight(one.film.release.plus(-28));
        let forecast = model.forecast(&history, &one.film.known_by(as_of), &[], as_of).unwrap();
        let days = forecast.total.amount as f64 / forecast.day.amount as f64;
        assert!(forecast.day.amount <= forecast.week.amount && forecast.week.amount <= forecast.total.amount);
        assert_eq!(distributed_by(one, "Tiny"), days < 3.0, "{days} days of {}", one.film.name);
    }
}

/// Each evening before the release is known from the next midnight on, and adds to those before it.
#[test]
fn previews_add_up_and_are_known_the_day_after() {
    let mut one = market(1, 3).remove(0);
    let release = one.film.release;
    let taken = |days: i32, amount: i64| Taken { day: release.plus(days), amount, to_date: None };
    one.days = vec![taken(-3, 400), taken(-1, 50), taken(0, 7_000), taken(1, 6_000)];
    assert_eq!(
        one.previews(&zone()),
        [known(release.plus(-2), Fact::Previews(400)), known(release, Fact::Previews(450))]
    );
}

fn distributed_by(one: &Past, name: &str) -> bool {
    one.film.facts.iter().any(|known| known.fact == Fact::Distributor(name.to_owned()))
}

/// A forecast with presales of so much, counted so many days before release, where no other film's are known.
fn presold(days_ahead: i32, sold: i64) -> demand::opening::Forecast {
    static UNTOLD: std::sync::OnceLock<History> = std::sync::OnceLock::new();
    let (_, past, model) = learned();
    let history = UNTOLD.get_or_init(|| {
        let mut past = past.clone();
        past.iter_mut()
            .for_each(|one| one.film.facts.retain(|known| !matches!(known.fact, Fact::Presales(_))));
        history(past)
    });
    let film = &past[400].film;
    let as_of = midnight(film.release.plus(-28));
    let release = film.release.plus(days_ahead - 28);
    let mut film = Film { release, facts: film.known_by(as_of).facts, ..film.clone() };
    if sold > 0 {
        film.facts.push(Known { at: as_of, fact: Fact::Presales(sold) });
    }
    // Far away the model that was learned for it answers; nearer, the same one knows enough.
    model.forecast(history, &film, &[], as_of).expect("it is known")
}

#[test]
fn presales_move_a_forecast_towards_what_they_say_and_the_earlier_the_less() {
    let heard = |days_ahead: i32, times: f64| {
        let bare = presold(days_ahead, 0);
        let usual = 0.3 * bare.day.amount as f64 * (-0.4 * f64::from(days_ahead - 1)).exp();
        let told = presold(days_ahead, (times * usual) as i64);
        (bare, told)
    };
    let (mut moves, mut said) = (Vec::new(), Vec::new());
    for days_ahead in [1, 3, 7, 14, 28] {
        let (bare, told) = heard(days_ahead, 4.0);
        let moved = (told.day.amount as f64 / bare.day.amount as f64).ln();
        assert!(moved > 0.0 && moved < 4.0_f64.ln(), "towards what was heard, not beyond: {moved}");
        let width =
            |one: &demand::opening::Forecast| (one.day.wide.high as f64 / one.day.wide.low as f64).ln();
        assert!(width(&told) <= width(&bare) + 1e-6, "what was heard never makes it less sure");
        assert!(told.reasons.iter().any(|one| one.theme == Theme::Presales && one.factor > 1.0));
        let (_, few) = heard(days_ahead, 0.25);
        assert!(few.day.amount < bare.day.amount);
        // How precise the count is as a reading, whatever the forecast it meets was sure of.
        let (gain, variance) = (moved / 4.0_f64.ln(), (width(&bare) / (2.0 * 1.6449)).powi(2));
        said.push(gain / (1.0 - gain) / variance);
        moves.push(moved);
    }
    println!("{moves:?} {said:?}");
    assert!(said.windows(2).all(|pair| pair[1] < pair[0]), "{said:?}");
    assert!(moves[4] < 0.1, "four weeks ahead it barely moves: {moves:?}");
}

#[test]
fn a_count_that_is_heard_later_is_refused_and_an_older_one_is_replaced() {
    let (history, past, model) = learned();
    let film = &past[400].film;
    let as_of = midnight(film.release.plus(-28));
    let with = |counts: &[(i32, i64)]| {
        let mut film = film.known_by(as_of);
        for (days, sold) in counts {
            film.facts.push(Known { at: midnight(film.release.plus(-days)), fact: Fact::Presales(*sold) });
        }
        model.forecast(history, &film, &[], as_of)
    };
    assert_eq!(with(&[(28, 5_000_000), (27, 6_000_000)]).unwrap_err().code, "known_later");
    assert_eq!(with(&[(28, 5_000_000)]).unwrap(), with(&[(30, 7), (28, 5_000_000)]).unwrap());
}
