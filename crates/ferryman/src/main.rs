//! The program: its commands; configuration; wiring.

mod backup;
mod check;
mod demo;
mod evaluate;
mod export;
mod forecast;
mod found;
mod import;
mod installation;
mod lines;
mod metrics;
mod password_link;
mod plan;
mod progress;
mod providers;
mod relocation;
mod report;
mod sandbox;
mod serve;
mod wallet;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Ferryman carries a film from its studio to its audience, over a commerce network.
#[derive(Parser)]
#[command(name = "ferryman", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve an installation; an empty one greets you with a page that creates its operator.
    Serve(serve::Options),
    /// Found the house of an empty installation, with its first operator: what the first page does, for scripts.
    Found(found::Options),
    /// Make a link by which somebody sets a new password, such as the only operator who is locked out.
    PasswordLink(password_link::Options),
    /// Watch The Ferryman (摆渡人) go through its release, then look around.
    Demo(demo::Options),
    /// Prove that the books, the seats and the orders agree; exits with 1 when they do not.
    Check(check::Options),
    /// Copy an embedded installation while it serves, and prove the copy.
    Backup(backup::Backup),
    /// Make an installation from a copy, and prove it.
    Restore(backup::Restore),
    /// Carry an embedded installation over to PostgreSQL, and prove it there.
    Move(relocation::Options),
    /// Write the books to a file: CSV, Parquet, or a journal for ledger-cli.
    Export(export::Options),
    /// Bring outside figures in: charts, film facts, cinemas; the same file twice changes nothing.
    Import(import::Options),
    /// Tell what a release will still take, day by day, with its ranges.
    Forecast(forecast::Options),
    /// Plan what comes next: a cinema's week, or where to advertise.
    Plan(plan::Options),
    /// Judge the forecasting rooms on data they have not seen, beside the methods of others.
    Evaluate(evaluate::Options),
    /// Serve the sandbox wallet: a payment platform to rehearse with.
    Wallet(wallet::Options),
}

/// Whoever reads the first lines of a table through `head` has seen enough: that is no fault.
fn stop_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(panic);
    }));
}

fn main() -> ExitCode {
    stop_when_nobody_reads();
    let filter = tracing_subscriber::EnvFilter::try_from_env("FERRYMAN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,security=info"));
    // Without colours: their signs would be written out.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    log.with_writer(|| lines::Lines(std::io::stderr())).init();
    let done = match Arguments::parse().command {
        Command::Serve(options) => serve::run(&options).map(|()| ExitCode::SUCCESS),
        Command::Found(options) => found::run(&options).map(|()| ExitCode::SUCCESS),
        Command::PasswordLink(options) => password_link::run(&options).map(|()| ExitCode::SUCCESS),
        Command::Demo(options) => demo::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Backup(options) => backup::take(&options),
        Command::Restore(options) => backup::restore(&options),
        Command::Move(options) => relocation::run(&options),
        Command::Export(options) => export::run(&options).map(|()| ExitCode::SUCCESS),
        Command::Import(options) => import::run(&options),
        Command::Forecast(options) => forecast::run(&options),
        Command::Plan(options) => plan::run(&options),
        Command::Evaluate(options) => evaluate::run(options),
        Command::Wallet(options) => wallet::run(&options).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        eprintln!("ferryman: {error:#}");
        ExitCode::FAILURE
    })
}
