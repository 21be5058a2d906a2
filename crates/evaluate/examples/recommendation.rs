//! Recommendation judged on a MovieLens folder: `cargo run -p evaluate --example recommendation -- FOLDER [JSON]`.

use std::path::PathBuf;

fn main() -> kernel::Result<()> {
    let mut words = std::env::args().skip(1).map(PathBuf::from);
    let Some(movielens) = words.next() else {
        println!("Name a MovieLens folder.");
        return Ok(());
    };
    let report =
        evaluate::recommendation::run(&evaluate::recommendation::Options { movielens, json: words.next() })?;
    println!("{}", report.table());
    for protocol in &report.protocols {
        println!("{}: {:#?}", protocol.name, protocol.weights);
    }
    Ok(())
}
