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

/// Slots of an hour; people come up to an hour and a half from their hour.
fn demand(pools: Vec<Vec<Vec<f64>>>) -> Demand {
    Demand { slot_minutes: 60, reach_minutes: 90, pools }
}

/// 90 people at half past seven in the evening.
fn evening() -> Demand {
    let mut slots = vec![0.0; 30];
    slots[19] = 90.0;
    demand(vec![vec![slots]])
}

#[test]
fn the_worked_example_of_the_page_holds() {
    let demand = evening();
    // Half an hour away reaches everybody, 45 minutes two thirds, 75 minutes one third, 91 nobody.
    let alone = |start| served(&demand, 0, 0, &[(start, 200.0)])[0];
    assert_eq!([1_140, 1_125, 1_095, 1_079].map(alone), [90.0, 60.0, 30.0, 0.0]);
    // A second one at the same time wins nobody; with 50 seats each, those who find no seat go to the other.
    assert_eq!(served(&demand, 0, 0, &[(1_140, 200.0), (1_140, 200.0)]).iter().sum::<f64>(), 90.0);
    assert_eq!(served(&demand, 0, 0, &[(1_140, 50.0)]), [50.0]);
    let both = served(&demand, 0, 0, &[(1_140, 50.0), (1_095, 50.0)]);
    assert!((both.iter().sum::<f64>() - 80.0).abs() < 1e-6, "{both:?}");
    assert!((both[0] - 50.0).abs() < 1e-6 && (both[1] - 30.0).abs() < 1e-6, "{both:?}");
}

#[test]
fn the_largest_flow_moves_people_who_can_go_elsewhere() {
    let mut slots = vec![0.0; 30];
    (slots[17], slots[19]) = (60.0, 60.0);
    let demand = demand(vec![vec![slots]]);
    // 18:30 reaches two thirds of both slots, 19:30 all of the late one. Shared evenly the 40 seats of 18:30 would
    // turn early people away while 19:30 has seats left; the late ones move there.
    let offers = [(1_110, 40.0), (1_170, 60.0)];
    let seated: f64 = served(&demand, 0, 0, &offers).iter().sum();
    assert!((seated - 100.0).abs() < 1e-6, "{seated}");
}

#[test]
fn seating_by_the_first_closing_window_is_the_largest_flow() {
    for seed in 0..200 {
        let mut dice = Dice::seeded(seed);
        let slots: Vec<f64> = (0..30).map(|_| dice.fraction() * 40.0).collect();
        let demand = demand(vec![vec![slots]]);
        let offers: Vec<(u16, f64)> = (0..1 + dice.below(9))
            .map(|_| (dice.between(0, 1_700) as u16, dice.between(5, 160) as f64))
            .collect();
        let (all, left) = pools::seated(&pools::Windows::of(&demand, 30), &demand.crowds(0, 0), &offers);
        let flow: f64 = served(&demand, 0, 0, &offers).iter().sum();
        assert!((all - flow).abs() < 1e-6, "seed {seed}: {all} against {flow}");
        assert!((left.iter().sum::<f64>() + all - demand.people(0, 0)).abs() < 1e-6, "seed {seed}");
    }
}

#[test]
fn demand_is_learned_back_from_what_it_would_sell() {
    let ran: Vec<Ran> = (0..40)
        .flat_map(|public| {
            [780, 960, 1_170].map(|start| Ran {
                public,
                kind: 0,
                start: start + (public as u16 % 4) * 15,
                sold: if start == 1_170 { 60.0 } else { 20.0 },
            })
        })
        .collect();
    let learned = Demand::learn(&ran, 30, 90).unwrap();
    let seats: Vec<f64> = (0..40)
        .map(|public| {
            let mine: Vec<(u16, f64)> =
                ran.iter().filter(|one| one.public == public).map(|one| (one.start, 1_000.0)).collect();
            served(&learned, public, 0, &mine).iter().sum()
        })
        .collect();
    assert!(seats.iter().all(|seats| (seats - 100.0).abs() < 1e-6), "{seats:?}");
    let evening: f64 = learned.pools[0][0][36..].iter().sum();
    assert!(evening > 0.5 * learned.people(0, 0), "{evening} of {}", learned.people(0, 0));
    assert_eq!(Demand::learn(&[], 30, 90).unwrap_err().code, "no_showings");
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
    let pool =
        |dice: &mut Dice| (0..24).map(|slot| if slot > 9 { dice.fraction() * 40.0 } else { 0.0 }).collect();
    let pools = (0..films).map(|_| (0..days).map(|_| pool(&mut dice)).collect()).collect();
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
        demand: demand(pools),
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
        let mut pool =
            || vec![(0..24).map(|slot| if slot > 14 { dice.fraction() * 50.0 } else { 0.0 }).collect()];
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
            demand: demand(vec![pool(), pool()]),
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
