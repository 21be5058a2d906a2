//! How far forecasts were off.

use super::RUN;
use super::rivals::Case;
use demand::in_release::Forecast;
use serde::Serialize;

pub(super) const HEAD: [&str; 11] = [
    "method",
    "WAPE",
    "median film",
    "MASE",
    "total",
    "total WAPE",
    "bias",
    "in 50 %",
    "in 90 %",
    "films",
    "days",
];

/// What the columns say, for a reader of either language.
pub(super) const LEGEND: &str = "
WAPE: all errors over all that was taken; median film: the same of the film in the middle; MASE: errors in those of
“tomorrow is as today” within the known days; total: the middle error of a run's first sixty days; bias: forecast over
taken, less one; in 50 %, in 90 %: days within the ranges of that name.
WAPE：误差总和占票房总和；median film：居中影片的同一比率；MASE：与已知天内“明日如今日”相比的误差；total：前 60 天累计的误差中位数；
bias：预测与实际之比减一；in 50 %、in 90 %：落在相应区间内的天数占比。
";

/// One method's scores with one number of known days. `None` where nothing could be scored.
#[derive(Clone, Debug, Serialize)]
pub struct Scores {
    pub days_known: i32,
    /// Σ|taken − forecast| ÷ Σ taken over all reported film-days.
    pub wape: Option<f64>,
    /// The same within each film; the median film's.
    pub wape_median_film: Option<f64>,
    /// Mean absolute error over that of "tomorrow is as today" within the known days, pooled over films
    /// (Hyndman and Koehler 2006).
    pub mase: Option<f64>,
    /// The median film's |total − forecast| ÷ total.
    pub total_error_median: Option<f64>,
    /// Σ|total − forecast| ÷ Σ total.
    pub total_wape: Option<f64>,
    /// Σ(forecast − taken) ÷ Σ taken.
    pub bias: Option<f64>,
    /// The part of the reported days that lay in the range.
    pub coverage50: Option<f64>,
    pub coverage90: Option<f64>,
    /// The same of totals.
    pub total_coverage50: Option<f64>,
    pub total_coverage90: Option<f64>,
    pub films: usize,
    pub film_days: usize,
}

impl Scores {
    pub(super) fn cells(&self, name: &str) -> Vec<String> {
        let told = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.3}"));
        vec![
            name.to_owned(),
            told(self.wape),
            told(self.wape_median_film),
            told(self.mase),
            told(self.total_error_median),
            told(self.total_wape),
            told(self.bias),
            told(self.coverage50),
            told(self.coverage90),
            self.films.to_string(),
            self.film_days.to_string(),
        ]
    }
}

/// A running count of one method's errors.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    days_known: i32,
    missed: f64,
    taken: f64,
    forecast: f64,
    film_days: usize,
    films: Vec<f64>,
    scaled: Vec<f64>,
    totals: Vec<f64>,
    total_missed: f64,
    total_taken: f64,
    inside: [f64; 2],
    ranged: f64,
    totals_inside: [f64; 2],
    totals_ranged: f64,
}

impl Tally {
    pub fn new(days_known: i32) -> Tally {
        Tally { days_known, ..Tally::default() }
    }

    /// A forecast with its ranges.
    pub fn add_forecast(&mut self, case: &Case<'_>, forecast: &Forecast, whole: bool) {
        let days: Vec<f64> = forecast.days.iter().map(|ahead| ahead.expected.amount as f64).collect();
        self.add_days(case, &days);
        for (i, taken) in case.ahead() {
            let expected = &forecast.days[i].expected;
            let amount = taken.round() as i64;
            self.inside[0] += f64::from(u8::from((expected.half.low..=expected.half.high).contains(&amount)));
            self.inside[1] += f64::from(u8::from((expected.wide.low..=expected.wide.high).contains(&amount)));
            self.ranged += 1.0;
        }
        if whole {
            let total = case.total(RUN);
            let told = forecast.total;
            self.add_total(total, told.amount as f64);
            let amount = total.round() as i64;
            self.totals_inside[0] += f64::from(u8::from((told.half.low..=told.half.high).contains(&amount)));
            self.totals_inside[1] += f64::from(u8::from((told.wide.low..=told.wide.high).contains(&amount)));
            self.totals_ranged += 1.0;
        }
    }

    /// A forecast of days alone; its total is what is known and the days forecast.
    pub fn add(&mut self, case: &Case<'_>, days: &[f64], whole: bool) {
        self.add_days(case, days);
        if whole {
            self.add_total(case.total(RUN), case.so_far() + days.iter().sum::<f64>());
        }
    }

    fn add_days(&mut self, case: &Case<'_>, days: &[f64]) {
        let (mut missed, mut taken, mut count) = (0.0, 0.0, 0.0);
        for (i, amount) in case.ahead() {
            missed += (amount - days[i]).abs();
            taken += amount;
            self.forecast += days[i];
            count += 1.0;
        }
        if count == 0.0 {
            return;
        }
        self.missed += missed;
        self.taken += taken;
        self.film_days += count as usize;
        // Of a film that took nothing no part was missed.
        if taken > 0.0 {
            self.films.push(missed / taken);
        }
        if let Some(scale) = case.step() {
            self.scaled.push(missed / count / scale);
        }
    }

    fn add_total(&mut self, total: f64, forecast: f64) {
        if total > 0.0 {
            self.totals.push((total - forecast).abs() / total);
        }
        self.total_missed += (total - forecast).abs();
        self.total_taken += total;
    }

    pub fn scores(&self) -> Scores {
        let part = |part: f64, of: f64| (of > 0.0).then(|| part / of);
        let mean = |values: &[f64]| part(values.iter().sum(), values.len() as f64);
        Scores {
            days_known: self.days_known,
            wape: part(self.missed, self.taken),
            wape_median_film: median(&self.films),
            mase: mean(&self.scaled),
            total_error_median: median(&self.totals),
            total_wape: part(self.total_missed, self.total_taken),
            bias: part(self.forecast - self.taken, self.taken),
            coverage50: part(self.inside[0], self.ranged),
            coverage90: part(self.inside[1], self.ranged),
            total_coverage50: part(self.totals_inside[0], self.totals_ranged),
            total_coverage90: part(self.totals_inside[1], self.totals_ranged),
            films: self.films.len(),
            film_days: self.film_days,
        }
    }
}

pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}
