//! A week of twelve halls: how near the plan is to its bound, what it costs, what one pass would have come to.

use demand::planning::showings::{
    Cinema, Demand, Domestic, Film, Goal, Hall, Hours, Measure, Promised, Rules, Work, plan, violations,
};
use kernel::{Clock, Dice, Share, SystemClock};
use serde_json::json;

fn main() {
    let cinema = week(7);
    let began = SystemClock.now();
    let cpu_before = cpu_seconds();
    let plan = plan(&cinema, Work::default(), &|| false).expect("the week can be planned");
    let (cpu, wall) = (cpu_seconds() - cpu_before, (SystemClock.now().micros - began.micros) as f64 / 1e6);
    assert!(violations(&cinema, &plan.showings).is_empty(), "every rule is kept");
    println!("{}", plan.because[0].en);
    let figures = json!([
        { "name": "12-hall week: gap to the bound", "value": plan.gap() * 100.0, "unit": "%" },
        { "name": "12-hall week: CPU", "value": cpu, "unit": "s" },
        { "name": "12-hall week: wall", "value": wall, "unit": "s" },
        { "name": "12-hall week: showings", "value": plan.showings.len(), "unit": "showings" },
    ]);
    let ratios = json!([
        { "name": "12-hall week: admissions", "value": plan.expected / plan.greedy, "base": "one pass hall after hall" },
    ]);
    println!("{}", json!({ "figures": figures, "ratios": ratios }));
}

/// Twelve halls of 60 to 320 seats, fourteen films, seven days; two thirds of the showing time domestic.
fn week(seed: u64) -> Cinema {
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
    let level: Vec<f64> = (0..14).map(|i| 2_200.0 * f64::from(i + 1).powf(-0.8)).collect();
    let day = |film: usize, day: usize| -> Vec<f64> {
        let lift = if day >= 5 { 1.9 } else { 1.0 };
        let hour = |slot: i32| {
            let bump =
                |middle: f64, width: f64| (-((f64::from(slot) / 2.0 - middle) / width).powi(2) / 2.0).exp();
            bump(19.8, 1.5) + (if day >= 5 { 0.9 } else { 0.35 }) * bump(14.8, 2.2)
        };
        let total: f64 = (0..60).map(hour).sum();
        (0..60).map(|slot| level[film] * lift * hour(slot) / total).collect()
    };
    let pools = (0..14).map(|film| (0..7).map(|one| day(film, one)).collect()).collect();
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
        demand: Demand { slot_minutes: 30, reach_minutes: 90, pools },
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
