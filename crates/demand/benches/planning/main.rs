//! A week of twelve halls: how near the plan is to its bound, what it costs, what one pass would have come to.

use demand::planning::attendance::{Attendance, Offer, Usual};
use demand::planning::showings::{
    Cinema, DayDemand, Demand, Domestic, Film, Goal, Hall, Hours, Measure, Promised, Rules, Work, plan,
    violations,
};
use kernel::{Clock, Dice, Share, SystemClock};
use serde_json::json;

/// What the first film draws on a plain day: a tenth of the plan’s seats are taken then, or two fifths.
const WEEKS: [(&str, f64); 2] = [("12-hall week", 300.0), ("12-hall week, crowded", 1_200.0)];

fn main() {
    let (mut figures, mut ratios) = (Vec::new(), Vec::new());
    for (name, people) in WEEKS {
        let cinema = week(7, people);
        let began = SystemClock.now();
        let cpu_before = cpu_seconds();
        let plan = plan(&cinema, Work::default(), &|| false).expect("the week can be planned");
        let cpu = cpu_seconds() - cpu_before;
        let wall = (SystemClock.now().micros - began.micros) as f64 / 1e6;
        assert!(violations(&cinema, &plan.showings).is_empty(), "every rule is kept");
        println!("{name}: {}", plan.because[0].en);
        let mut figure = |what: &str, value: f64, unit: &str| {
            figures.push(json!({ "name": format!("{name}: {what}"), "value": value, "unit": unit }));
        };
        figure("gap to the bound", plan.gap() * 100.0, "%");
        figure("CPU", cpu, "s");
        figure("wall", wall, "s");
        figure("showings", plan.showings.len() as f64, "showings");
        ratios.push(json!({
            "name": format!("{name}: admissions"),
            "value": plan.expected / plan.greedy,
            "base": "one pass hall after hall",
        }));
    }
    println!("{}", json!({ "figures": figures, "ratios": ratios }));
}

/// Twelve halls of 60 to 320 seats, fourteen films, seven days; two thirds of the showing time domestic.
fn week(seed: u64, people: f64) -> Cinema {
    let mut dice = Dice::seeded(seed);
    let hours = Hours { opens: 9 * 60, closes: 25 * 60 };
    let hall = |i: u32| Hall {
        name: format!("Hall {}", i + 1),
        seats: 60 + i * 24,
        hours: vec![Some(hours); 7],
        cleaning_minutes: 15,
    };
    let film = |i: i64, dice: &mut Dice| Film {
        name: format!("Film {}", i + 1),
        minutes: dice.between(88, 165) as u16,
        domestic: i % 3 != 0,
        margin_minor: 1_800,
        cost_minor: 20_000,
        halls: None,
        first_day: 0,
        last_day: 6,
        promised: Promised::ALWAYS,
        a_day_min: u32::from(i < 8),
        a_day_max: None,
        prime_a_day_min: 0,
        showings_min: 3,
    };
    let films: Vec<Film> = (0..14).map(|i| film(i, &mut dice)).collect();
    let level: Vec<f64> = (0..14).map(|i| people * f64::from(i + 1).powf(-0.8)).collect();
    let profile = |afternoon: f64| -> Vec<f64> {
        let bump = |slot: i32, middle: f64, width: f64| {
            (-((f64::from(slot) / 2.0 - middle) / width).powi(2) / 2.0).exp()
        };
        (0..60).map(|slot| bump(slot, 19.8, 1.5) + afternoon * bump(slot, 14.8, 2.2)).collect()
    };
    let attendance = Attendance::known(60.0, 1.0, &[profile(0.35), profile(0.9)], Attendance::usual());
    // As usual a film has its part of seventy showings, from ten in the morning to half past ten at night.
    let day = |day: usize| {
        let (kind, lift) = if day >= 5 { (1, 1.9) } else { (0, 1.0) };
        let usual = level.iter().map(|people| {
            let count = (70.0 * people / level.iter().sum::<f64>()).round().max(1.0) as u16;
            let start = |i: u16| 600 + (2 * i + 1) * 750 / (2 * count);
            let offers: Vec<Offer> =
                (0..count).map(|i| Offer { film: 0, start: start(i), seats: 0.0 }).collect();
            Usual { hours: attendance.hours(kind, &offers, 1).1[0], people: people * lift }
        });
        DayDemand { kind, usual: usual.collect() }
    };
    let days = (0..7).map(day).collect();
    Cinema {
        first: None,
        halls: (0..12).map(hall).collect(),
        films,
        days: 7,
        rules: Rules {
            step_minutes: 10,
            adverts_minutes: 10,
            prime_time: None,
            starts_max: Some(3),
            cleaning_max: Some(4),
            domestic: Some(Domestic {
                part: Share::ppm(666_667),
                measure: Measure::ShowingTime,
                domestic_before: 0,
                all_before: 0,
            }),
        },
        demand: Demand { attendance, days },
        goal: Goal::Admissions,
        fixed: Vec::new(),
    }
}

/// CPU seconds of this process (`/proc/self/stat`, in hundredths); 0 where there is no such file.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after_name.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    // The state, a letter, is not among the numbers: user and system time are the 11th and 12th after it.
    fields.get(10).copied().unwrap_or(0.0) / 100.0 + fields.get(11).copied().unwrap_or(0.0) / 100.0
}
