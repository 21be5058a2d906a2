//! Judges the in-release forecast: `box_office SERIES china|us|korea TRAIN_UNTIL TEST_FROM TEST_UNTIL [JSON]`.

use evaluate::box_office::{self, Market, Options};
use kernel::Day;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [series, market, days @ ..] = words.as_slice() else { anyhow::bail!("a series and a market") };
    let day = |i: usize| {
        Day::parse(days.get(i).map_or("", String::as_str)).map_err(|said| anyhow::anyhow!(said.say.en))
    };
    let options = Options {
        series: series.into(),
        market: Market::parse(market).map_err(|said| anyhow::anyhow!(said.say.en))?,
        train_until: day(0)?,
        test_from: day(1)?,
        test_until: day(2)?,
        json: days.get(3).map(Into::into),
    };
    print!("{}", box_office::run(&options)?.text());
    Ok(())
}
