//! Judges the forecasts of openings on a chart: `openings FILE.csv.gz china|us TRAIN_UNTIL TEST_FROM TEST_UNTIL [JSON]`.

use evaluate::openings::{Options, run};
use kernel::{Day, Refusal};

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [series, market, train_until, test_from, test_until, json @ ..] = words.as_slice() else {
        anyhow::bail!("openings FILE.csv.gz china|us TRAIN_UNTIL TEST_FROM TEST_UNTIL [JSON]");
    };
    let say = |refusal: Refusal| anyhow::anyhow!(refusal.say.en);
    let day = |text: &str| Day::parse(text).map_err(say);
    run(&Options {
        series: series.into(),
        market: market::series::Market::parse(market).map_err(say)?,
        train_until: day(train_until)?,
        test_from: day(test_from)?,
        test_until: day(test_until)?,
        json: json.first().map(Into::into),
    })?;
    Ok(())
}
