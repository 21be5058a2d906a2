//! `ferryman plan showings`: a cinema's week as the planner would fill it, kept beside the console's plans.

use crate::{installation, providers};
use anyhow::Context;
use box_office::{Cinema, Hall, cinemas, halls, planning};
use clap::Args;
use flows::House;
use flows::plan_showings::{self as story, Chosen, Made};
use flows::views::showings_plan as views;
use kernel::{Actor, Day, Error, Lang, Words};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Options {
    /// The cinema's short address, as on its page.
    #[arg(long)]
    cinema: String,
    /// The first day; the plan goes on to the end of its week of films. Without it, the next whole week.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Put the plan's showings on sale at once; what has seats sold is never moved.
    #[arg(long)]
    take: bool,
    /// Write the plan as JSON to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    place: installation::Place,
}

pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let house = installation::open_house(options.place.open()?, providers::nobody())?;
    let from = options.from.as_deref().map(Day::parse).transpose().map_err(installation::spoken)?;
    let (slug, now) = (options.cinema.clone(), house.now());
    let (cinema, question) = house
        .read_blocking(move |view| {
            let cinema = cinemas::by_slug(view, &slug)?;
            let from = from.map_or_else(|| next_week(view, &cinema, now), Ok)?;
            let question = views::question(view, &cinema, from, now, Lang::En)?;
            Ok((cinema, question))
        })
        .map_err(told)?;
    let (made, days) = story::think(&cinema, &question, &|| false).map_err(installation::spoken)?;
    let names = question.titles.iter().zip(&question.cinema.films);
    let names: BTreeMap<&str, &str> = names.map(|(id, film)| (id.0.as_str(), film.name.as_str())).collect();
    print!("{}", page(&house, &cinema, &made, &names)?);
    if let Some(file) = &options.json {
        let text = serde_json::to_string_pretty(&made)? + "\n";
        std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    keep(&house, cinema, made, days, options.take)
}

fn next_week(view: &db::View, cinema: &Cinema, now: kernel::Instant) -> kernel::Result<Day> {
    let today = now.day_in(&cinema.zone);
    Ok(views::rules(view, cinema)?.week_of(today).1.plus(1))
}

fn keep(house: &House, cinema: Cinema, made: Made, days: (Day, Day), take: bool) -> anyhow::Result<ExitCode> {
    let lane = cinema.place.clone();
    let of = cinema.clone();
    let id = house
        .write_blocking(&lane, Actor::System, move |scene| story::keep(scene, &of, days, &made))
        .map_err(told)?;
    println!("\nKept as {id}; the console shows it.  已保存为 {id}，可在控制台查看。");
    if take {
        let taken = house
            .write_blocking(&lane, Actor::System, move |scene| story::take(scene, &cinema, &id))
            .map_err(told)?;
        let story::Taken { added, closed, stayed } = taken;
        println!(
            "Taken: {added} showings went on sale, {closed} off it, {stayed} stayed.  已采用：开售 {added} 场，停售 {closed} 场，{stayed} 场不变。"
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn told(error: Error) -> anyhow::Error {
    error.refusal().cloned().map_or_else(|| error.into(), installation::spoken)
}

/// The plan for a terminal: day by day, hall by hall.
fn page(house: &House, cinema: &Cinema, made: &Made, names: &BTreeMap<&str, &str>) -> anyhow::Result<String> {
    let place = cinema.place.clone();
    let rooms: Vec<Hall> = house.read_blocking(move |view| halls::of_cinema(view, &place))?;
    let unit = match made.goal {
        planning::Goal::Admissions => "admissions",
        planning::Goal::Profit => "minor units of profit",
    };
    let more = 100.0 * (made.bound / made.expected.max(1e-9) - 1.0);
    let mut text = format!(
        "\n{}: {} showings, {:.0} {unit} expected; no plan could bring more than {more:.1} % above it.\n",
        cinema.name.en,
        made.showings.len(),
        made.expected
    );
    let mut day = None;
    for one in &made.showings {
        if day != Some(one.day) {
            text += &format!("\n  {}\n", one.day.say(Lang::En));
            day = Some(one.day);
        }
        text += &line(one, &rooms, names);
    }
    text += "\n";
    for Words { en, zh } in &made.because {
        text += &format!("  · {en}\n    {zh}\n");
    }
    Ok(text)
}

fn line(one: &Chosen, rooms: &[Hall], names: &BTreeMap<&str, &str>) -> String {
    let hall = rooms.iter().find(|hall| hall.id == one.hall).map_or("", |hall| hall.name.en.as_str());
    let film = names.get(one.title.0.as_str()).copied().unwrap_or_default();
    let stands = if one.stands { "  sold, stays" } else { "" };
    format!(
        "    {:02}:{:02}  {hall:<12} {film:<34} {:>4.0} of {:<4} ({:.0}–{:.0}){stands}\n",
        one.start / 60 % 24,
        one.start % 60,
        one.expected,
        one.seats,
        one.low,
        one.high
    )
}
