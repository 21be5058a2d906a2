//! `ferryman plan advertising`: what the next hundred sells where, and the best split, as a table for a terminal.

use crate::{installation, providers};
use clap::Args;
use demand::planning::advertising::{CellPlan, Evidence};
use flows::views::advertising::{self, Advice};
use kernel::ids::Id;
use kernel::{CampaignId, Error, Money};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Options {
    /// The campaign, by its id.
    #[arg(long)]
    campaign: String,
    /// Money for a week; without it, what is left of the budget, spread until the last day.
    #[arg(long)]
    budget: Option<String>,
    /// Write the plan as JSON to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    place: installation::Place,
}

pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let id = CampaignId::parse(&options.campaign).map_err(|_| {
        let id = &options.campaign;
        anyhow::anyhow!("no campaign has the id “{id}”; it ends the address of its page\n          没有编号为“{id}”的投放计划；编号在其页面网址的末尾")
    })?;
    let house = installation::open_house(options.place.open()?, providers::nobody())?;
    let (asked, lots, now) = (options.budget.clone(), house.keys().lots.clone(), house.now());
    let advice = house.read_blocking(move |view| {
        let campaign = ads::campaigns::any(view, &id)?;
        let (week, _) = advertising::week_of(view, &campaign, now)?;
        let budget = asked.map(|text| Money::parse(&text, campaign.budget.currency)).transpose()?;
        advertising::advise(view, &lots, &campaign, budget.unwrap_or(week), now)
    });
    let advice = advice.map_err(|error| match error {
        Error::Refused(refusal) => installation::spoken(refusal),
        fault => fault.into(),
    })?;
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_string_pretty(&report(&advice))?)?;
    }
    Ok(print(&advice))
}

/// A split succeeds; without one the command fails, so that a script can tell.
fn print(advice: &Advice) -> ExitCode {
    let plan = match &advice.plan {
        Ok(plan) => plan,
        Err(refusal) => {
            println!("{}  {}", refusal.say.en, refusal.say.zh);
            for spot in &advice.spots {
                println!("  {}: {} + {} held out 对照组", spot.cell.name.en, spot.people.0, spot.people.1);
            }
            return ExitCode::FAILURE;
        }
    };
    for said in &plan.because {
        println!("{}  {}", said.en, said.zh);
    }
    if advice.kept.minor > 0 {
        println!("{} is kept for where too little is known.  其中留给数据不足处。", advice.kept);
    }
    println!("{:>14}  {:>22}  {:>22}  where 位置", "a week 一周", "tickets 增量票", "next hundred 再投一百");
    for (spot, cell) in advice.spots.iter().zip(&plan.cells) {
        println!("{}  {}", line(cell), spot.cell.name.en);
    }
    ExitCode::SUCCESS
}

fn line(cell: &CellPlan) -> String {
    if cell.evidence == Evidence::TooLittle {
        return format!("{:>14}  {:>22}  {:>22}", "–", "not known yet", "尚不可知");
    }
    let range = |mean: f64, (low, high): (f64, f64), times: f64, digits: usize| {
        format!("{:.digits$} ({:.digits$} to {:.digits$})", mean * times, low * times, high * times)
    };
    let tickets = range(cell.tickets.mean, cell.tickets.wide, 1.0, 0);
    let next = range(cell.marginal_now.mean, cell.marginal_now.wide, 100.0, 1);
    format!("{:>14}  {tickets:>22}  {next:>22}", cell.spend.to_string())
}

fn report(advice: &Advice) -> Value {
    let cells =
        advice.plan.iter().flat_map(|plan| advice.spots.iter().zip(&plan.cells)).map(|(spot, cell)| {
            json!({
                "surface": spot.surface, "city": spot.city, "name": spot.cell.name.en,
                "known": cell.evidence == Evidence::Measured, "spend_minor": cell.spend.minor,
                "tickets": cell.tickets.mean, "tickets_range": cell.tickets.wide,
                "marginal": cell.marginal_now.mean, "marginal_range": cell.marginal_now.wide,
                "exposed": spot.people.0, "held_out": spot.people.1,
            })
        });
    json!({
        "budget_minor": advice.budget.minor, "kept_minor": advice.kept.minor,
        "refused": advice.plan.as_ref().err().map(|refusal| refusal.code),
        "cells": cells.collect::<Vec<_>>(),
    })
}
