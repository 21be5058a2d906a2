//! Purchase probability judged on a log: `cargo run -p evaluate --example purchases -- LOG.csv [JSON]`.

use std::path::PathBuf;

fn main() -> kernel::Result<()> {
    let mut words = std::env::args().skip(1).map(PathBuf::from);
    let Some(log) = words.next() else {
        println!("Name a log.");
        return Ok(());
    };
    let report = evaluate::purchases::run(&evaluate::purchases::Options { log, json: words.next() })?;
    println!("{}", report.table());
    for group in &report.last_three.reliability {
        println!("{:>7} pairs: forecast {:.4}, bought {:.4}", group.pairs, group.forecast, group.bought);
    }
    Ok(())
}
