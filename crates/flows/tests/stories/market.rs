//! Outside figures come in, are corrected, and teach the house.

use crate::town::{Town, code, person, premiere};
use demand::in_release::FILMS_MIN;
use demand::opening::Fact;
use flows::learn_market::{self, Cause, Foresight, Standing};
use flows::views::{market_series, openings, outlook};
use flows::{import_figures, keep_forecasts, learn_openings, want_to_see};
use kernel::{Actor, Day, Dice, Instant, Result};
use market::imports::{self, Prepared};
use market::learned::Change;
use market::series::Market;
use market::table::Packed;

/// Days of a made-up run.
const RUN_DAYS: i32 = 14;

/// A chart of made-up films, one every three days from 2012 on, each a little off its curve every day.
fn chart(films: i32, first_day_wan: i32) -> String {
    let mut dice = Dice::seeded(5);
    let mut text = "date,movie_id,title,releaseTime,box_wan,show_share\n".to_owned();
    for i in 0..films {
        let release = Day::new(2012, 1, 6).expect("it works").plus(i * 3);
        for age in 0..RUN_DAYS {
            let day = release.plus(age);
            let weekend = if day.weekday() >= 6 { 1.6 } else { 1.0 };
            let decay = 0.06 + f64::from(i % 5) * 0.01;
            let luck = 0.8 + 0.4 * dice.fraction();
            let wan =
                f64::from(first_day_wan + i % 7 * 100) * weekend * luck * (-decay * f64::from(age)).exp();
            text += &format!("{day},{i},Film {i},{release},{wan:.2},20\n");
        }
    }
    text
}

fn read_until(text: &str, last: Day) -> Result<Prepared, kernel::Refusal> {
    import_figures::read(&Packed::read("chart.csv", text.as_bytes()).expect("it works"), None, last)
}

fn prepare(text: &str) -> Prepared {
    read_until(text, Day::new(2030, 1, 1).expect("a day")).expect("it works")
}

#[test]
fn a_day_that_has_not_been_is_refused_by_the_day_that_the_edge_gives() {
    let text = chart(40, 500);
    assert_eq!(prepare(&text).refused, 0);
    let early = read_until(&text, Day::new(2012, 5, 8).expect("a day"));
    assert!(early.is_err() || early.is_ok_and(|prepared| prepared.refused > 0));
}

fn bring_in(town: &Town, prepared: &Prepared) -> Result<Change> {
    let prepared = prepared.clone();
    let story = move |scene: &mut flows::Scene| import_figures::bring_in(scene, &prepared, &|_| ());
    town.story("plc_house", Actor::System, story).map(|(_, change)| change)
}

#[test]
fn an_import_is_noted_once_and_by_what_it_changed() {
    let town = Town::new();
    let file = prepare(&chart(3, 2_000));
    assert_eq!(bring_in(&town, &file).unwrap().added, 3 * i64::from(RUN_DAYS));
    assert_eq!(bring_in(&town, &file).unwrap().unchanged, 3 * i64::from(RUN_DAYS));
    assert_eq!(town.happened(events::Kind::FiguresImported), 1);
    assert_eq!(town.read(imports::all).len(), 1);
}

#[test]
fn an_import_that_breaks_leaves_nothing() {
    let town = Town::new();
    let file = prepare(&chart(3, 2_000));
    let broken = file.clone();
    let story = move |scene: &mut flows::Scene| {
        import_figures::bring_in(scene, &broken, &|_| ())?;
        Err::<(), _>(kernel::Error::fault("the power goes"))
    };
    assert!(town.story("plc_house", Actor::System, story).is_err());
    assert!(town.read(imports::all).is_empty());
    assert_eq!(bring_in(&town, &file).unwrap().added, 3 * i64::from(RUN_DAYS));
}

#[test]
fn the_house_learns_a_market_and_forecasts_with_what_it_learned() {
    let town = Town::new();
    assert_eq!(
        code(learn_market::learn(&town.house, Market::China).map(|lesson| lesson.films)),
        "too_few_films"
    );
    let text = chart(FILMS_MIN as i32 + 150, 2_000);
    let newest = text.lines().skip(1).filter_map(|line| line.split(',').next()).max().expect("it has days");
    let newest = Day::parse(newest).expect("it is one");
    town.at(newest.plus(1), 9, 0);
    assert_eq!(standing(&town), Standing::NoChart);
    bring_in(&town, &prepare(&text)).unwrap();
    assert_eq!(standing(&town), Standing::BeingLearned);
    let lesson = learn_market::learn(&town.house, Market::China).unwrap();
    assert!(lesson.films >= FILMS_MIN, "{}", lesson.films);
    assert_eq!(standing(&town), Standing::Learned);
    let (house, now) = (town.house.clone(), town.house.now());
    let (told, shipped) = town.read(move |view| {
        let films = market_series::films(view, Market::China, now)?;
        let film = &films[FILMS_MIN + 145];
        let after_ten = film.release.plus(9);
        let foresight = Foresight::of(&house, view, Market::China)?;
        Ok((foresight.forecast(film, after_ten)?, Foresight::shipped().forecast(film, after_ten)?))
    });
    assert_ne!(told.total, shipped.total, "the learned model has its own mind");
    let (house, now) = (town.house.clone(), town.house.now());
    let too_early = town.house.read_blocking(move |view| {
        let films = market_series::films(view, Market::China, now)?;
        let foresight = Foresight::of(&house, view, Market::China)?;
        Ok(foresight.forecast(&films[60], films[60].release.plus(9)).map(|told| told.as_of)?)
    });
    assert_eq!(code(too_early), "not_judged_yet");
    let (house, now) = (town.house.clone(), town.house.now());
    let looked = town.read(move |view| {
        let mut film = market_series::films(view, Market::China, now)?.swap_remove(FILMS_MIN + 145);
        film.days.truncate(10);
        Ok(outlook::of(&Foresight::of(&house, view, Market::China)?, film, &[])?)
    });
    assert!(looked.model.starts_with("learned "), "{}", looked.model);
    assert_eq!(looked.alike.len(), 3);
    assert!(looked.alike.iter().all(|film| film.days.len() == RUN_DAYS as usize && film.kept > 0.0));
    let moved = looked.moved.expect("two evenings");
    let causes: Vec<Cause> = moved.steps.iter().map(|step| step.cause).collect();
    let known =
        [Cause::NewestDay, Cause::OwnDays, Cause::Screens, Cause::Rivals, Cause::Calendar, Cause::Errors];
    assert_eq!(causes, known);
    assert_eq!(moved.before + moved.steps.iter().map(|step| step.minor).sum::<i64>(), moved.now);
    let total = told.total;
    assert!(total.wide.low < total.amount && total.amount < total.wide.high, "{total:?}");
    assert!(
        learn_market::refresh(&town.house).unwrap().is_empty(),
        "what was just learned is not learned again"
    );
    town.later(25 * 60 * 60);
    assert_eq!(learn_market::refresh(&town.house).unwrap(), [Market::China]);
    announced_films_are_rivals_to_come(&town, newest);
}

/// A calendar in which a dozen films open on a day, if it is one.
fn standing(town: &Town) -> Standing {
    let house = town.house.clone();
    town.read(move |view| learn_market::standing(&house, view))
}

/// It says why, and is not tried again before there is more of it.
#[test]
fn a_chart_that_teaches_nothing_is_tried_once() {
    let town = Town::new();
    town.at(Day::new(2012, 6, 1).expect("a day"), 9, 0);
    bring_in(&town, &prepare(&chart(9, 2_000))).unwrap();
    assert_eq!(standing(&town), Standing::BeingLearned);
    assert!(learn_market::refresh(&town.house).unwrap().is_empty());
    let Standing::Refused(refusal) = standing(&town) else { panic!("{:?}", standing(&town)) };
    assert_eq!(refusal.code, "too_few_films");
    town.later(60);
    bring_in(&town, &prepare(&chart(12, 2_000))).unwrap();
    assert_eq!(standing(&town), Standing::BeingLearned, "there is more to learn from");
}

fn calendar(release: &str) -> Prepared {
    let films = (0..12).fold(String::new(), |text, i| text + &format!("Rival {i},{release}\n"));
    prepare(&format!("片名,上映日期\n{films}"))
}

/// Films that a calendar announces change the forecast of a film in release, and one that is withdrawn is none.
fn announced_films_are_rivals_to_come(town: &Town, newest: Day) {
    let told = || {
        let (house, now) = (town.house.clone(), town.house.now());
        town.read(move |view| {
            let films = market_series::films(view, Market::China, now)?;
            let film = films.iter().find(|film| film.release == newest.plus(1 - RUN_DAYS)).expect("the last");
            Ok(Foresight::of(&house, view, Market::China)?.forecast(film, newest)?.total)
        })
    };
    let alone = told();
    bring_in(town, &calendar(&newest.plus(5).to_string())).expect("brought in");
    assert_ne!(told(), alone, "who opens is seen");
    town.later(60);
    bring_in(town, &calendar("撤档")).expect("brought in");
    assert_eq!(told(), alone, "whoever stays away is none");
}

#[test]
fn a_market_without_a_chart_has_no_forecast() {
    let town = Town::new();
    let house = town.house.clone();
    let refused = town.house.read_blocking(move |view| Foresight::of(&house, view, Market::Us).map(|_| ()));
    assert_eq!(code(refused), "no_model");
    let house = town.house.clone();
    let weekly =
        town.house.read_blocking(move |view| Foresight::of(&house, view, Market::Taiwan).map(|_| ()));
    assert!(format!("{weekly:?}").contains("only weekly charts are read"), "{weekly:?}");
    assert!(learn_market::refresh(&town.house).unwrap().is_empty());
}

#[test]
fn our_own_sales_are_learned_from_unless_the_chart_has_the_film() {
    let town = Town::new();
    let showing = town.showtime(20, 0, 4_000);
    town.buys("ann", &showing, &["A1", "A2"]);
    town.at(premiere().plus(1), 9, 0);
    let films = |town: &Town| {
        let now = town.house.now();
        town.read(move |view| market_series::films(view, Market::China, now))
    };
    let own = films(&town);
    assert_eq!((own.len(), own[0].release, own[0].days[0].amount), (1, premiere(), 8_000));
    let name = own[0].name.clone();
    let charted =
        format!("date,movie_id,title,releaseTime,box_wan,show_share\n{0},7,{name},{0},7888,35\n", premiere());
    bring_in(&town, &prepare(&charted)).unwrap();
    let both = films(&town);
    assert_eq!(
        (both.len(), both[0].days[0].amount),
        (1, 7_888_000_000),
        "once, and with the whole country's figure"
    );
}

/// Three days of 2, 4 and 3 tickets of ¥40; forecasts come with the third evening.
#[test]
fn each_mornings_forecast_is_kept_once_and_for_good() {
    let town = Town::new();
    for (i, seats) in [&["A1", "A2"][..], &["A1", "A2", "A3", "A4"], &["A1", "A2", "A3"]].iter().enumerate() {
        let day = premiere().plus(i as i32);
        let showing = town.subsidised(day, 20, 0, 4_000, 0).unwrap();
        town.at(day, 12, 0);
        town.buys("ann", &showing, seats);
    }
    let kept = |town: &Town| {
        let now = town.house.now();
        town.read(move |view| {
            let title = titles::all(view)?.remove(0);
            keep_forecasts::of(view, &title.id, now)
        })
    };
    town.at(premiere().plus(3), 5, 0);
    town.sweeps();
    assert!(kept(&town).is_empty(), "the night is not over");
    town.at(premiere().plus(3), 9, 0);
    town.sweeps();
    let first = kept(&town);
    assert_eq!((first.len(), first[0].as_of, first[0].so_far), (1, premiere().plus(2), 36_000));
    assert_eq!((first[0].model.as_str(), first[0].days.len()), ("shipped", 28));
    town.later(60);
    town.sweeps();
    assert_eq!(kept(&town), first, "once a morning");
    let showing = town.subsidised(premiere().plus(3), 20, 0, 4_000, 0).unwrap();
    town.buys("ann", &showing, &["A1"]);
    town.at(premiere().plus(4), 9, 0);
    town.sweeps();
    let both = kept(&town);
    assert_eq!((both.len(), &both[0], both[1].so_far), (2, &first[0], 40_000), "nothing changes the first");
}

/// What is sold ahead and wished for is known from its instant on, and not before; a refund takes its part back.
#[test]
fn presales_and_wishes_are_facts_of_an_opening_with_their_instants() {
    let town = Town::new();
    town.people();
    let show = town.showtime(19, 30, 4000);
    let start = town.house.now();
    let film = town.film.clone();
    let ann = Actor::Person { id: person("ann"), name: "ann".into(), roles: vec![] };
    town.story("plc_house", ann, move |scene| want_to_see::say(scene, &film, true)).expect("a wish");
    town.later(60);
    let order = town.buys("ann", &show, &["F7", "F8"]);
    let sold = town.house.now();
    let facts = |now: Instant| {
        let id = town.film.clone();
        let read = move |view: &db::View| {
            let title = titles::any(view, &id)?.expect("it is there");
            openings::film(view, &title, premiere(), now)
        };
        let film = town.read(read);
        assert!(film.facts.iter().all(|known| known.at <= now), "{film:?}");
        let count =
            |read: fn(&Fact) -> Option<i64>| film.facts.iter().rev().find_map(|known| read(&known.fact));
        let presales = count(|fact| if let Fact::Presales(minor) = fact { Some(*minor) } else { None });
        let wishes = count(|fact| if let Fact::WantToSee(people) = fact { Some(*people) } else { None });
        (presales, wishes)
    };
    assert_eq!(facts(start.plus_minutes(-1)), (None, None));
    assert_eq!(facts(start), (None, Some(1)));
    assert_eq!(facts(sold), (Some(2 * 4000), Some(1)));
    town.refunds("ann", &order.id).expect("a refund");
    assert_eq!(facts(town.house.now()), (None, Some(1)));
}

/// A showing before the release is a preview; what it brought is known when its day is over.
#[test]
fn previews_are_a_fact_of_an_opening_from_the_next_midnight_on() {
    let town = Town::new();
    town.people();
    let show = town.showtime(19, 30, 4000);
    town.buys("ann", &show, &["F7", "F8"]);
    let previews = |town: &Town, release: Day| {
        let (id, now) = (town.film.clone(), town.house.now());
        let film = town.read(move |view| {
            let title = titles::any(view, &id)?.expect("it is there");
            openings::film(view, &title, release, now)
        });
        let told = film.facts.iter().filter(|known| matches!(known.fact, Fact::Previews(_)));
        told.map(|known| (known.at, known.fact.clone())).collect::<Vec<_>>()
    };
    let later = premiere().plus(7);
    assert!(previews(&town, later).is_empty(), "its day is not over");
    town.at(premiere().plus(1), 9, 0);
    let midnight = premiere().plus(1).at(0, 0, &kernel::Zone::shanghai());
    assert_eq!(previews(&town, later), [(midnight, Fact::Previews(2 * 4000))]);
    assert!(previews(&town, premiere()).is_empty(), "the release day is no preview");
}

/// An opening is forecast from an imported chart; without one it is said that too few films are known.
#[test]
fn an_opening_is_forecast_from_the_chart_as_it_stands() {
    let town = Town::new();
    let forecast = || {
        let (house, now, id) = (town.house.clone(), town.house.now(), town.film.clone());
        let known = town.read(move |view| {
            let title = titles::any(view, &id)?.expect("it is there");
            let film = openings::film(view, &title, premiere().plus(7), now)?;
            Ok((learn_openings::openings(&house, view, now)?, film))
        });
        known.0.forecast(&known.1, now)
    };
    assert_eq!(forecast().unwrap_err().code, "too_few_films");
    // A film every three days from 2012 on, to within three months of today.
    bring_in(&town, &prepare(&chart(590, 2_000))).unwrap();
    let others = openings_of_others(&town);
    assert_eq!(others, Vec::<String>::new());
    let told = forecast().unwrap();
    assert!(told.week.amount > told.weekend.amount && told.week.wide.low < told.week.wide.high, "{told:?}");
    assert_eq!(told.comparables.len(), 5); // A film of another house is on the slate from the hour its calendar came in, ours only once.
    let name = town.read({
        let id = town.film.clone();
        move |view| Ok(titles::any(view, &id)?.expect("it is there").name.zh)
    });
    let text = format!("片名,上映日期,类型\n长城,{0},动作\n{name},{0},剧情\n", premiere().plus(6));
    bring_in(&town, &prepare(&text)).unwrap();
    assert_eq!(openings_of_others(&town), ["长城"]);
    assert_ne!(forecast().unwrap(), told, "competition is a fact of an opening");
}

/// Films of the slate that are not ours, as the model of openings is told of them.
fn openings_of_others(town: &Town) -> Vec<String> {
    let now = town.house.now();
    let ours = town.film.0.clone();
    let all = town.read(move |view| openings::all(view, now));
    all.slate.into_iter().filter(|film| film.id != ours).map(|film| film.name).collect()
}
