//! Why a forecast says what it says, in sentences.

use super::series::Run;
use super::shape::{Row, WEDNESDAY};
use super::{Forecast, Measure, Model, Path};
use crate::calendar::Calendar;
use kernel::{Lang, Words, counted};

/// The sentences, most important first.
pub(super) fn because(
    model: &Model,
    calendar: &Calendar,
    run: &Run,
    path: &Path<'_>,
    forecast: &Forecast,
) -> Vec<Words> {
    let mut sentences = vec![standing(forecast), decay(path), weekend(path), week_ahead(run, forecast)];
    sentences.extend(occasions(model, calendar, forecast));
    sentences.push(ranges(model));
    sentences.extend(warnings(model, calendar, run, forecast));
    sentences
}

/// An amount to three figures or so: `¥651m`, `¥6.51亿`.
fn amount(measure: Measure, amount: i64, lang: Lang) -> String {
    let (unit, number) = match measure {
        Measure::Admissions => ("", amount as f64),
        Measure::Gross(currency) => {
            (currency.symbol(), amount as f64 / 10_f64.powi(currency.exponent() as i32))
        }
    };
    let scales: &[(f64, &str)] = match lang {
        Lang::En => &[(1e9, "bn"), (1e6, "m"), (1e3, "k")],
        Lang::Zh => &[(1e8, "亿"), (1e4, "万")],
    };
    let (scale, name) = scales.iter().find(|(scale, _)| number >= *scale).copied().unwrap_or((1.0, ""));
    let scaled = number / scale;
    let places = if scaled >= 100.0 {
        0
    } else if scaled >= 10.0 {
        1
    } else {
        2
    };
    format!("{unit}{scaled:.places$}{name}")
}

pub(super) fn standing(forecast: &Forecast) -> Words {
    let say = |value, lang| amount(forecast.measure, value, lang);
    let (total, wide) = (forecast.total.amount, forecast.total.wide);
    Words::new(
        format!(
            "{} ({}) by {}; the whole run should come to {}, in nine of ten cases between {} and {}.",
            say(forecast.so_far, Lang::En),
            forecast.measure.words().en,
            forecast.as_of.say(Lang::En),
            say(total, Lang::En),
            say(wide.low, Lang::En),
            say(wide.high, Lang::En)
        ),
        format!(
            "截至{}，{}累计 {}；全程预计 {}，十次中有九次在 {} 与 {} 之间。",
            forecast.as_of.say(Lang::Zh),
            forecast.measure.words().zh,
            say(forecast.so_far, Lang::Zh),
            say(total, Lang::Zh),
            say(wide.low, Lang::Zh),
            say(wide.high, Lang::Zh)
        ),
    )
}

/// How large a change of a logarithm is, in percent: −0.693 is 50.
fn magnitude(ln: f64) -> String {
    format!("{:.0}", (ln.exp() - 1.0).abs() * 100.0)
}

/// The same with its direction: −0.693 is 50 % less, 低 50%.
fn more(ln: f64) -> Words {
    let (en, zh) = if ln < 0.0 { ("less", "低") } else { ("more", "高") };
    let percent = magnitude(ln);
    Words::new(format!("{percent} % {en}"), format!("{zh} {percent}%"))
}

fn decay(path: &Path<'_>) -> Words {
    let (days, trust) = (path.run.points.len(), path.decay.trust * 100.0);
    let change = magnitude(path.decay.value);
    let (moves, moves_zh) = if path.decay.value < 0.0 { ("loses", "下滑") } else { ("gains", "上扬") };
    Words::new(
        format!(
            "Against films of the same age it {moves} {change} % a week: \
             its own {} for {trust:.0} %, the films before it for the rest.",
            counted(days, "day counts", "days count")
        ),
        format!(
            "与同龄影片相比，每周{moves_zh} {change}%：其自身 {days} 天的走势占 {trust:.0}%，其余取自以往影片。"
        ),
    )
}

fn weekend(path: &Path<'_>) -> Words {
    let trust = path.weekend.trust * 100.0;
    // Between a weekday and a weekend day the regressor differs by 0.9.
    let lift = more(path.weekend.value * 0.9);
    Words::new(
        format!("Weekends bring it {} than they bring other films (own days: {trust:.0} %).", lift.en),
        format!("周末对它的拉动比其他影片{}（自身数据占 {trust:.0}%）。", lift.zh),
    )
}

/// The coming seven days against the seven before, or as many as there are.
fn week_ahead(run: &Run, forecast: &Forecast) -> Words {
    let last = run.last().day;
    let next: f64 = forecast.days.iter().take(7).map(|ahead| ahead.expected.amount as f64).sum();
    let recent = run.points.iter().filter(|point| point.day > last.plus(-7));
    let recent: Vec<f64> = recent.map(|point| point.ln.exp()).collect();
    let days = recent.len();
    let change = more((next / 7.0).ln() - (recent.iter().sum::<f64>() / days as f64).ln());
    let last = if days == 1 { "the last day".to_owned() } else { format!("one of the last {days} days") };
    Words::new(
        format!("An average day of the coming week takes {} than {last}.", change.en),
        format!("未来一周的日均比最近 {days} 天{}。", change.zh),
    )
}

/// Holidays and days for going out within the coming days, with what they do against a Wednesday.
fn occasions(model: &Model, calendar: &Calendar, forecast: &Forecast) -> Vec<Words> {
    let mut sentences: Vec<Words> = Vec::new();
    let mut told = None;
    let wednesday = model.shape.coefficients[WEDNESDAY];
    for ahead in &forecast.days {
        let holiday = calendar.holiday(ahead.day).map(|holiday| (holiday.first, holiday.feast.words()));
        let outing = calendar.outing(ahead.day).map(|outing| (ahead.day, outing.words()));
        let Some((first, name)) = holiday.or(outing).filter(|(first, _)| told != Some(*first)) else {
            continue;
        };
        told = Some(first);
        let lift = more(Row::of_calendar(calendar, ahead.day).times(&model.shape.coefficients) - wednesday);
        sentences.push(Words::new(
            format!("{} is {}: {} than a plain Wednesday.", ahead.day.say(Lang::En), name.en, lift.en),
            format!("{}为{}：比普通周三{}。", ahead.day.say(Lang::Zh), name.zh, lift.zh),
        ));
    }
    sentences
}

fn ranges(model: &Model) -> Words {
    let films = model.judged_films;
    Words::new(
        format!(
            "The ranges are the errors this method made on {} it had not seen; days assume the film still shows.",
            counted(films, "film", "films")
        ),
        format!("区间来自该方法对 {films} 部未见过影片的误差；逐日数字以仍在放映为前提。"),
    )
}

fn warnings(model: &Model, calendar: &Calendar, run: &Run, forecast: &Forecast) -> Vec<Words> {
    let mut warnings = Vec::new();
    if let Some(first) = forecast.days.iter().find(|ahead| !calendar.covers(ahead.day)) {
        warnings.push(Words::new(
            format!("From {} on the calendar knows weekdays only, no holidays.", first.day.say(Lang::En)),
            format!("自{}起日历只有星期，没有节假日。", first.day.say(Lang::Zh)),
        ));
    }
    if !run.missing.is_empty() {
        let days = run.missing.len();
        warnings.push(Words::new(
            format!(
                "{} bridged between the neighbours, not taken as zero.",
                counted(days, "missing day was", "missing days were")
            ),
            format!("有 {days} 天缺数据，按前后走势补足，未按零计。"),
        ));
    }
    if run.opening() < model.smallest_opening as f64 {
        warnings.push(Words::new(
            "It opened smaller than any film the model learned from; take the ranges with care.",
            "其开局小于模型学习过的任何影片；请谨慎看待区间。",
        ));
    }
    warnings
}
