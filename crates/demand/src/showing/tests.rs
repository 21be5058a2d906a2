use super::*;
use kernel::Dice;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn weekends(day: Day) -> DayKind {
    DayKind { rests: day.weekday() >= 6, eve: day.weekday() == 5, school_holiday: false }
}

/// A made-up chain: two cinemas, four films, five hours; weekends and evenings sell more, films fade.
fn chain(days: i32, seed: u64) -> Vec<Played> {
    let mut dice = Dice::seeded(seed);
    let mut played = Vec::new();
    for at in 0..days {
        let day = day("2024-03-01").plus(at);
        for cinema in 0..2 {
            for film in 0..4 {
                for (band, minute) in [660, 800, 960, 1_170, 1_290].into_iter().enumerate() {
                    let lift = if day.weekday() >= 6 { 2.0 } else { 1.0 };
                    let hour = [0.5, 0.7, 1.0, 1.9, 1.2][band];
                    let level = [30.0, 18.0, 9.0, 5.0][film] * (-0.02 * f64::from(at)).exp();
                    let mean = level * lift * hour * if cinema == 0 { 1.3 } else { 0.8 };
                    let bent = (0.25 * dice.normal()).exp();
                    let sold = dice.poisson(mean * bent) as u32;
                    played.push(Played {
                        showing: Showing {
                            film: format!("Film {film}"),
                            cinema: format!("Cinema {cinema}"),
                            hall: format!("Hall {film}"),
                            day,
                            minute,
                            seats: (film != 1 || at % 3 != 0).then_some(120),
                            price_minor: None,
                            release: None,
                        },
                        sold: Some(sold.min(120)),
                    });
                }
            }
        }
    }
    played
}

fn split(all: &[Played], asked: Day) -> (Vec<Played>, Vec<Played>) {
    all.iter().cloned().partition(|one| one.showing.day < asked)
}

fn schedule(played: &[Played]) -> Vec<Showing> {
    played.iter().map(|one| one.showing.clone()).collect()
}

#[test]
fn a_chain_is_learned_and_the_ranges_hold_what_they_say() {
    let all = chain(28, 5);
    let asked = day("2024-03-22");
    let (history, rest) = split(&all, asked);
    let model = Model::fit(&history, asked, 7, &weekends).unwrap();
    let schedule = schedule(&rest);
    let question = Question { history: &history, schedule: &schedule, asked, days: &weekends };
    let forecasts = model.forecast(&question).unwrap();
    let sold = |i: usize| f64::from(rest[i].sold.unwrap_or(0));
    let missed: f64 = forecasts.iter().enumerate().map(|(i, one)| (one.seats - sold(i)).abs()).sum();
    let total: f64 = (0..rest.len()).map(sold).sum();
    let held = forecasts
        .iter()
        .enumerate()
        .filter(|(i, one)| f64::from(one.wide.low) <= sold(*i) && sold(*i) <= f64::from(one.wide.high));
    let held = held.count() as f64 / rest.len() as f64;
    assert!(missed / total < 0.36, "WAPE {}", missed / total);
    assert!((0.82..=0.97).contains(&held), "{held} inside");
    for one in &forecasts {
        assert!(one.wide.low <= one.half.low && one.half.high <= one.wide.high && one.wide.high <= 120);
        assert!(
            one.because.len() >= 4
                && one.because.iter().all(|words| !words.en.is_empty() && !words.zh.is_empty())
        );
    }
}

#[test]
fn what_happens_later_changes_nothing_and_is_refused() {
    let all = chain(21, 7);
    let asked = day("2024-03-15");
    let (history, rest) = split(&all, asked);
    let model = Model::fit(&history, asked, 1, &weekends).unwrap();
    assert_eq!(Model::fit(&all, asked, 1, &weekends).unwrap_err().code, "later_than_asked");
    let today: Vec<Showing> = schedule(&rest).into_iter().filter(|one| one.day == asked).collect();
    let ask = |history: &[Played], schedule: &[Showing]| {
        model.forecast(&Question { history, schedule, asked, days: &weekends })
    };
    let told = ask(&history, &today).unwrap();
    assert_eq!(ask(&all, &today).unwrap_err().code, "later_than_asked");
    // The forecast of a day is the same whatever the schedule of the days after it.
    let longer = ask(&history, &schedule(&rest)).unwrap();
    let seats = |list: &[Forecast]| list.iter().map(|one| one.seats).collect::<Vec<f64>>();
    assert_eq!(seats(&longer)[..told.len()], seats(&told)[..]);
    let far = Showing { day: asked.plus(AHEAD_DAYS_MAX), ..today[0].clone() };
    assert_eq!(ask(&history, &[far]).unwrap_err().code, "day_out_of_reach");
}

#[test]
fn a_film_that_nobody_has_seen_is_told_from_its_schedule() {
    let all = chain(21, 7);
    let asked = day("2024-03-22");
    let model = Model::fit(&all, asked, 1, &weekends).unwrap();
    let new = Showing { film: "A new film".into(), day: asked, ..all[0].showing.clone() };
    let question = Question { history: &all, schedule: &[new], asked, days: &weekends };
    let told = &model.forecast(&question).unwrap()[0];
    assert!(
        told.because[1].en.starts_with("No seat of this film has been counted yet"),
        "{:?}",
        told.because
    );
    assert!(told.seats > 0.0 && told.seats < 120.0);
}

#[test]
fn too_little_is_refused() {
    let asked = day("2024-04-01");
    assert_eq!(Model::fit(&chain(6, 1), asked, 1, &weekends).unwrap_err().code, "too_few_showings");
    let mut uncounted = chain(21, 1);
    uncounted.iter_mut().for_each(|one| one.sold = None);
    assert_eq!(Model::fit(&uncounted, asked, 1, &weekends).unwrap_err().code, "too_few_showings");
    let few = vec![vec![Booked { minutes_before: 60, seats: 2 }]; BOOKED_SHOWINGS_MIN - 1];
    assert_eq!(BookingCurve::learn(&few).unwrap_err().code, "too_few_bookings");
}

#[test]
fn the_worked_example_of_the_page_holds() {
    // 40 % of all seats are booked four hours before, the rest at the last minute.
    let showing = vec![Booked { minutes_before: 300, seats: 4 }, Booked { minutes_before: 0, seats: 6 }];
    let curve = BookingCurve::learn(&vec![showing; BOOKED_SHOWINGS_MIN]).unwrap();
    assert!((curve.part(240) - 0.4).abs() < 1e-12);
    // 40 seats, nine times in ten between 7 and 73: a standard deviation of 20, so k = (40 ÷ 20)² = 4.
    let forecast = Forecast {
        seats: 40.0,
        half: Range { low: 26, high: 53 },
        wide: Range { low: 7, high: 73 },
        because: Vec::new(),
    };
    let now = forecast.after(SoFar { sold: 24, minutes_left: 240 }, 200, &curve);
    assert!((now.seats - 57.6).abs() < 0.2, "{}", now.seats);
    assert!(now.wide.low >= 24 && now.wide.high - now.wide.low < 66, "{:?}", now.wide);
    assert!(now.because[0].en.contains("24 seats are sold"));
    let full = forecast.after(SoFar { sold: 60, minutes_left: 240 }, 60, &curve);
    assert_eq!((full.seats, full.wide), (60.0, Range { low: 60, high: 60 }));
}
