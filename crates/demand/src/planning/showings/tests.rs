use super::super::attendance::{Attendance, Elasticity, Usual};
use super::*;
use kernel::Dice;

const OPEN: Hours = Hours { opens: 600, closes: 1_440 };
const LITTLE: Work = Work { seed: 1, rounds: 150, price_steps: 60 };

fn hall(seats: u32, days: usize) -> Hall {
    Hall { name: format!("Hall of {seats}"), seats, hours: vec![Some(OPEN); days], cleaning_minutes: 15 }
}

fn film(name: &str, minutes: u16, days: usize) -> Film {
    Film {
        name: name.to_owned(),
        minutes,
        domestic: false,
        margin_minor: 1_000,
        cost_minor: 0,
        halls: None,
        first_day: 0,
        last_day: days - 1,
        promised: Promised::ALWAYS,
        a_day_min: 0,
        a_day_max: None,
        prime_a_day_min: 0,
        showings_min: 0,
    }
}

fn rules(step_minutes: u16) -> Rules {
    Rules {
        step_minutes,
        adverts_minutes: 10,
        prime_time: None,
        starts_max: None,
        cleaning_max: None,
        domestic: None,
    }
}

fn slope(value: f64) -> Elasticity {
    Elasticity { value, standard_error: 0.1, observations: 9 }
}

/// People by slot of half an hour, alike for all films; each film draws so many as usual, with half of what hours can be.
fn demand(profile: Vec<f64>, people: Vec<f64>, days: usize) -> Demand {
    let attendance = Attendance::known(60.0, 1.0, &[profile], [slope(0.9), slope(0.85)]);
    let usual: Vec<Usual> = people.into_iter().map(|people| Usual { hours: 0.5, people }).collect();
    Demand { attendance, days: vec![DayDemand { kind: 0, usual }; days] }
}

/// 90 people at half past seven in the evening, who come to a showing that is on at their hour alone.
fn evening() -> Cinema {
    let mut profile = vec![0.0; 60];
    profile[39] = 1.0;
    let attendance = Attendance::known(60.0, 1.0, &[profile], [slope(0.5), slope(0.8)]);
    let middle = Usual { hours: 0.5, people: 90.0 };
    Cinema {
        halls: vec![hall(200, 1), hall(50, 1)],
        films: vec![film("A", 100, 1), film("B", 100, 1)],
        demand: Demand { attendance, days: vec![DayDemand { kind: 0, usual: vec![middle; 2] }] },
        days: 1,
        fixed: Vec::new(),
        ..drawn(1)
    }
}

#[test]
fn the_worked_example_of_the_page_holds() {
    let cinema = Cinema { goal: Goal::Admissions, ..evening() };
    let at = |hall, film| Placed { day: 0, hall, start: 1_185, film };
    let sold = |showings: &[Placed]| admissions(&cinema, showings);
    // One showing in the middle of the slot has 1 ÷ (1 + 1) of its people: as usual, and so has the other film's.
    let near = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-6, "{value} not {expected}");
    let both = sold(&[at(0, 0), at(0, 1)]);
    near(both[0], 90.0);
    near(both[1], 90.0);
    // The other film not shown: alone it would bring 90 of 180, and the house keeps 0.5^-0.2 = 1.1487 times that.
    near(sold(&[at(0, 0)])[0], 90.0 * 0.5_f64.powf(-0.2));
    // Twice at the same minute: hours of 2/3, 90 x (4/3)^0.5 = 103.92 in all, with the other's 90 x (193.92/180)^-0.2.
    let twice = sold(&[at(0, 0), at(0, 0), at(0, 1)]);
    let kept = ((90.0 * (4.0_f64 / 3.0).sqrt() + 90.0) / 180.0).powf(-0.2);
    near(twice[0] + twice[1], 90.0 * (4.0_f64 / 3.0).sqrt() * kept);
    near(twice[2], 90.0 * kept);
    // A hall of 50 seats 50.
    near(sold(&[at(1, 0), at(0, 1)])[0], 50.0);
}

#[test]
fn what_the_search_counts_is_what_is_told() {
    for seed in 0..40 {
        let cinema = drawn(seed);
        let grid = grid::Grid::of(&cinema);
        let found = search::search(&grid, LITTLE, &|| false);
        let told = value(&cinema, &found.showings);
        // Where every rule is kept the score is the value.
        if violations(&cinema, &found.showings).is_empty() {
            assert!(
                (found.score - told).abs() < 1e-6 * told.abs().max(1.0),
                "{seed}: {} {told}",
                found.score
            );
        }
    }
}

#[test]
fn every_tangent_lies_above_every_plan() {
    for seed in 0..40 {
        let mut dice = Dice::seeded(seed);
        let cinema = Cinema { rules: rules(15), ..drawn(seed) };
        let grid = grid::Grid::of(&cinema);
        let any = |dice: &mut Dice| -> Vec<Placed> {
            let one = |dice: &mut Dice| Placed {
                day: dice.below(cinema.days as u64) as usize,
                hall: dice.below(cinema.halls.len() as u64) as usize,
                start: 600 + 5 * dice.below(160) as u16,
                film: dice.below(cinema.films.len() as u64) as usize,
            };
            (0..dice.below(14)).map(|_| one(dice)).collect()
        };
        for _ in 0..20 {
            let (here, there) = (any(&mut dice), any(&mut dice));
            let (above, told) = (bound::tangent(&grid, &here, &there), value(&cinema, &there));
            assert!(above >= told - 1e-6 * told.abs().max(1.0), "{seed}: {above} below {told}");
        }
    }
}

/// A cinema drawn at random, small, with every kind of rule.
fn drawn(seed: u64) -> Cinema {
    let mut dice = Dice::seeded(seed);
    let (halls, films, days) =
        (2 + dice.below(3) as usize, 2 + dice.below(4) as usize, 1 + dice.below(3) as usize);
    let draw = |i: usize, dice: &mut Dice| Film {
        domestic: i != 1,
        a_day_min: u32::from(i == 0),
        prime_a_day_min: u32::from(i == 0),
        a_day_max: (i == 1).then_some(3),
        showings_min: u32::from(i == 2) * 2,
        cost_minor: dice.between(0, 4_000),
        halls: (i == 1).then(|| vec![0, 1]),
        ..film(&format!("Film {i}"), dice.between(80, 150) as u16, days)
    };
    let profile = (0..60).map(|slot| if slot > 19 { dice.fraction() } else { 0.0 }).collect();
    let people = (0..films).map(|_| 40.0 + 400.0 * dice.fraction()).collect();
    Cinema {
        films: (0..films).map(|i| draw(i, &mut dice)).collect(),
        halls: (0..halls).map(|_| hall(dice.between(30, 120) as u32, days)).collect(),
        days,
        first: None,
        rules: Rules {
            starts_max: Some(2),
            cleaning_max: Some(2),
            prime_time: Some(Hours { opens: 1_080, closes: 1_290 }),
            domestic: Some(Domestic {
                part: Share::ppm(666_667),
                measure: if dice.chance(0.5) { Measure::Showings } else { Measure::ShowingTime },
                domestic_before: 0,
                all_before: 0,
            }),
            ..rules(15)
        },
        demand: demand(profile, people, days),
        goal: if dice.chance(0.5) { Goal::Admissions } else { Goal::Profit },
        // Sold already, and off the grid.
        fixed: vec![Placed { day: 0, hall: 1, start: 847, film: 0 }],
    }
}

#[test]
fn plans_keep_every_rule_and_never_pass_their_bound() {
    for seed in 0..25 {
        let cinema = drawn(seed);
        let plan = plan(&cinema, Work { seed, ..LITTLE }, &|| false)
            .unwrap_or_else(|no| panic!("{seed}: {}", no.say.en));
        assert_eq!(violations(&cinema, &plan.showings), [], "seed {seed}");
        assert!(plan.expected <= plan.bound + 1e-9, "seed {seed}: {} over {}", plan.expected, plan.bound);
        assert!((value(&cinema, &plan.showings) - plan.expected).abs() < 1e-6);
        let seated = plan.showings.iter().zip(&plan.admissions);
        assert!(seated.clone().all(|(one, seats)| *seats <= f64::from(cinema.halls[one.hall].seats) + 1e-6));
    }
}

/// The best of all plans of a tiny cinema: every hall-day's every sequence with every other's.
fn best_of_all(cinema: &Cinema) -> f64 {
    let grid = grid::Grid::of(cinema);
    let mut all: Vec<Vec<Placed>> = vec![Vec::new()];
    for hall in 0..cinema.halls.len() {
        let mut longer = Vec::new();
        for plan in &all {
            extend(&grid, hall, plan.clone(), &mut longer);
        }
        all = longer;
    }
    let kept = all.iter().filter(|plan| violations(cinema, plan).is_empty());
    kept.map(|plan| value(cinema, plan)).fold(0.0, f64::max)
}

fn extend(grid: &grid::Grid<'_>, hall: usize, plan: Vec<Placed>, all: &mut Vec<Vec<Placed>>) {
    let last = plan.last().filter(|one| one.hall == hall);
    let free = last.map_or(0, |one| grid.clean(hall, one.film, one.start));
    for start in grid.starts(hall, 0).into_iter().filter(|start| *start >= free) {
        for film in 0..grid.cinema.films.len() {
            let closes = grid.cinema.halls[hall].hours[0].map_or(0, |hours| hours.closes);
            if grid.end(film, start) <= closes && grid.cinema.may_show(film, hall, 0) {
                let mut longer = plan.clone();
                longer.push(Placed { day: 0, hall, start, film });
                extend(grid, hall, longer, all);
            }
        }
    }
    all.push(plan);
}

#[test]
fn tiny_plans_are_as_good_as_the_best_of_all() {
    for seed in 0..8 {
        let mut dice = Dice::seeded(seed);
        let profile = (0..60).map(|slot| if slot > 29 { dice.fraction() } else { 0.0 }).collect();
        let people = (0..2).map(|_| 20.0 + 150.0 * dice.fraction()).collect();
        let cinema = Cinema {
            first: None,
            halls: [40, 60]
                .map(|seats| Hall {
                    hours: vec![Some(Hours { opens: 990, closes: 1_320 })],
                    ..hall(seats, 1)
                })
                .into(),
            films: vec![film("A", 95, 1), film("B", 125, 1)],
            days: 1,
            rules: Rules { starts_max: Some(1), ..rules(30) },
            demand: demand(profile, people, 1),
            goal: Goal::Admissions,
            fixed: Vec::new(),
        };
        let plan = plan(&cinema, LITTLE, &|| false).unwrap();
        let best = best_of_all(&cinema);
        assert!(plan.expected >= 0.99 * best, "seed {seed}: {} of {best}", plan.expected);
        assert!(plan.bound >= best - 1e-6, "seed {seed}: the bound {} is below {best}", plan.bound);
    }
}

#[test]
fn the_seed_and_the_work_say_the_plan() {
    let cinema = drawn(3);
    assert_eq!(plan(&cinema, LITTLE, &|| false).unwrap(), plan(&cinema, LITTLE, &|| false).unwrap());
    let stopped = plan(&cinema, LITTLE, &|| true);
    assert!(stopped.is_err() || stopped.is_ok_and(|plan| plan.bound >= plan.expected));
}

#[test]
fn a_showing_that_stands_is_in_every_plan_and_nothing_meets_it() {
    for seed in 0..10 {
        let cinema = drawn(seed);
        let plan = plan(&cinema, LITTLE, &|| false).unwrap();
        let stands = cinema.fixed[0];
        assert!(plan.showings.contains(&stands), "seed {seed}");
        let mut without = plan.showings.clone();
        without.retain(|one| *one != stands);
        assert!(violations(&cinema, &without).contains(&Violation::Gone(stands)), "seed {seed}");
        let ends =
            |one: &Placed| one.start + cinema.films[one.film].minutes + cinema.rules.adverts_minutes + 15;
        let beside = without.iter().filter(|one| (one.day, one.hall) == (stands.day, stands.hall));
        assert!(
            beside.clone().all(|one| ends(one) <= stands.start || ends(&stands) <= one.start),
            "seed {seed}"
        );
    }
}

#[test]
fn promises_that_do_not_fit_are_refused_in_hours() {
    let mut cinema = drawn(1);
    cinema.films[0].a_day_min = 90;
    let said = |cinema: &Cinema| {
        let refusal = plan(cinema, LITTLE, &|| false).unwrap_err();
        assert_eq!(refusal.code, "rules_too_tight", "{}", refusal.say.en);
        refusal.say
    };
    let all = said(&cinema);
    assert!(
        all.en.contains("the contracts ask for 90 showings") && all.en.contains("all halls’"),
        "{}",
        all.en
    );
    assert!(all.zh.contains("合约要求 90 场") && all.zh.contains("全部影厅"), "{}", all.zh);
    // One hall is open for fourteen hours; seven showings of two hours and more do not fit.
    cinema.films[0].a_day_min = 7;
    cinema.films[0].minutes = 120;
    cinema.films[0].halls = Some(vec![0]);
    let one = said(&cinema);
    assert!(
        one.en.contains("7 showings, 16.7 hours with cleaning") && one.en.contains("14.0 hours"),
        "{}",
        one.en
    );
    cinema.films[0].minutes = 600;
    cinema.halls[0].hours = vec![Some(Hours { opens: 600, closes: 700 }); cinema.days];
    assert!(said(&cinema).en.contains("on day 1, and no hall it may have is open long enough"));
    let dated = Cinema { first: kernel::Day::new(2017, 1, 6).ok(), ..cinema.clone() };
    assert!(said(&dated).en.contains("on Fri 6 Jan, and no hall"), "{:?}", said(&dated));
    assert!(said(&dated).zh.contains("》1月6日 周五承诺"), "{:?}", said(&dated));
    let mut foreign = drawn(1);
    foreign.films.iter_mut().for_each(|film| film.domestic = false);
    foreign.films[0].a_day_min = 2;
    assert!(said(&foreign).en.contains("the period’s share is 0.0 %"), "{}", said(&foreign).en);
    let mut slow = drawn(1);
    slow.rules.starts_max = Some(1);
    slow.films[0] = Film { minutes: 1, a_day_min: 80, ..slow.films[0].clone() };
    slow.halls.iter_mut().for_each(|hall| hall.cleaning_minutes = 0);
    assert!(said(&slow).en.contains("with 1 start a quarter"), "{}", said(&slow).en);
}

#[test]
fn rules_that_only_the_search_cannot_meet_are_refused_by_name() {
    let mut cinema = drawn(1);
    // One quarter of an hour is prime time, two may start in it, and three are promised.
    cinema.rules.prime_time = Some(Hours { opens: 1_080, closes: 1_095 });
    cinema.films[0].prime_a_day_min = 3;
    cinema.films[0].a_day_min = 0;
    let refusal = plan(&cinema, LITTLE, &|| false).unwrap_err();
    assert_eq!(refusal.code, "no_plan");
    assert!(
        refusal.say.en.contains("prime time") && refusal.say.zh.contains("《Film 0》"),
        "{}",
        refusal.say.en
    );
    cinema.halls[0].hours[0] = Some(Hours { opens: 900, closes: 800 });
    assert_eq!(plan(&cinema, LITTLE, &|| false).unwrap_err().code, "bad_plan");
}

#[test]
fn every_rule_is_seen_when_it_is_broken() {
    let mut cinema = drawn(0);
    cinema.rules.starts_max = Some(1);
    cinema.rules.cleaning_max = Some(1);
    let at = |hall, start, film| Placed { day: 0, hall, start, film };
    let broken = |showings: &[Placed]| violations(&cinema, showings);
    let has = |showings: &[Placed], is: fn(&Violation) -> bool| broken(showings).iter().any(is);
    assert!(has(&[at(0, 300, 0)], |one| matches!(one, Violation::OutsideHours(_))));
    assert!(has(&[at(0, 607, 0)], |one| matches!(one, Violation::OutsideHours(_))));
    assert!(has(&[at(0, 600, 0), at(0, 645, 0)], |one| matches!(one, Violation::HallTaken(_))));
    let two = [at(0, 600, 0), at(1, 600, 0)];
    assert!(has(&two, |one| matches!(one, Violation::TooManyStarts { starts: 2, .. })));
    assert!(has(&two, |one| matches!(one, Violation::TooManyCleanings { halls: 2, .. })));
    assert!(has(&[], |one| matches!(one, Violation::TooFewADay { film: 0, showings: 0, .. })));
    let four: Vec<Placed> = [600, 780, 960, 1_140].map(|start| at(0, start, 1)).into();
    assert!(has(&four, |one| matches!(one, Violation::TooManyADay { film: 1, showings: 4, .. })));
    assert!(has(&four, |one| matches!(one, Violation::TooLittleDomestic { domestic: 0, .. })));
    cinema.films[0].showings_min = 1;
    cinema.films[0].first_day = 1;
    let broken = violations(&cinema, &[at(0, 600, 0)]);
    assert!(broken.iter().any(|one| matches!(one, Violation::NotAllowed(_))));
    assert!(
        violations(&cinema, &[]).iter().any(|one| matches!(one, Violation::TooFewShowings { film: 0, .. }))
    );
    assert!(
        broken.iter().any(|one| matches!(one, Violation::TooFewInPrimeTime { film: 0, .. }))
            || cinema.days == 1
    );
    assert!(broken.iter().all(|one| !one.words(&cinema).en.is_empty() && !one.words(&cinema).zh.is_empty()));
}
