//! What asks for the release team's attention: pure sentences, each with where to act.

use super::facts::{Facts, THIN};
use crate::look::{Tone, money};
use ads::campaigns::State;
use demand::in_release::Expected;
use flows::views::release_places::InCity;
use kernel::{CampaignId, Currency, Day, Lang, PlaceId, Words};

/// Admissions per showing that fall by this much in a day are worth a call, in parts of one.
const FALL: f64 = 0.25;
/// Halls that few people come to, from this many on.
const THIN_HALLS_MIN: i64 = 3;
/// How far the shares of showings and of box office may lie apart.
const SHARES_APART: f64 = 1.2;
/// Tomorrow's share of showings against today's.
const CUT: f64 = 0.8;
/// A campaign that has spent this part of its budget is about to fall silent.
const NEARLY_SPENT: f64 = 0.9;
/// A campaign is judged by its sales once it has spent this part.
const JUDGED_FROM: f64 = 0.1;
/// A city is fuller than its showings serve from this occupancy on, if it also runs so far above its forecast.
const FULL: f64 = 0.8;
const ABOVE: f64 = 0.15;
/// A city lags when its day is so far below its forecast, and below what nine in ten days stay within.
const BELOW: f64 = 0.25;
/// Cities that one page speaks of, at most.
const CITIES_MAX: usize = 3;
/// Campaigns that one page speaks of, at most.
const CAMPAIGNS_MAX: usize = 3;

/// Where one can do something about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    Showings,
    Cities,
    /// Why the forecast says what it says.
    Forecast,
    /// A city, by its code.
    City(String),
    /// The day planner of a cinema, for those who plan there; else its city.
    Planner {
        place: PlaceId,
        city: String,
    },
    Campaigns,
    /// Where a campaign's budget would sell more.
    Split(CampaignId),
    Merchants,
    Terms,
    Nowhere,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub tone: Tone,
    pub say: Words,
    pub way: Way,
}

/// What the alerts are decided from. Shares are parts of one, money minor units.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Of the film's own sums.
    pub currency: Currency,
    pub latest: Option<Day>,
    /// Whether that day is over.
    pub over: bool,
    /// Admissions to a showing that has begun, and the day before at the same hour.
    pub per_showing: Option<f64>,
    pub per_showing_before: Option<f64>,
    pub thin_halls: i64,
    pub share_of_showings: f64,
    /// Once the day has begun to tell: its first showing is on, and somebody has bought a ticket.
    pub share_of_gross: Option<f64>,
    /// Once tomorrow's showings are on sale.
    pub share_of_showings_tomorrow: Option<f64>,
    /// The day at real proportions, and what was expected of it.
    pub gross_minor: i64,
    pub expected: Option<Expected>,
    pub cities: Vec<Stand>,
    pub campaigns: Vec<Spent>,
    pub applications_waiting: i64,
    pub has_terms: bool,
}

/// How a city's newest finished day stands against its forecast. Parts of one.
#[derive(Clone, Debug)]
pub struct Stand {
    pub code: String,
    pub name: Words,
    pub day: Day,
    /// 0.3 is 30 % above.
    pub against: f64,
    pub is_below_wide: bool,
    pub occupancy: f64,
    /// The cinema that was fullest.
    pub fullest: PlaceId,
}

impl Stand {
    fn of(one: &InCity, day: Day) -> Option<Stand> {
        let occupancy = |cinema: &&flows::views::release_places::InCinema| cinema.here.occupancy();
        let fullest = one.cinemas.iter().max_by(|a, b| occupancy(a).total_cmp(&occupancy(b)))?;
        Some(Stand {
            code: one.city.code.clone(),
            name: one.city.name.clone(),
            day,
            against: one.here.against(day)?,
            is_below_wide: one.here.expected.is_some_and(|expected| one.here.took(day) < expected.wide.low),
            occupancy: one.here.occupancy(),
            fullest: fullest.place.clone(),
        })
    }
}

/// A live campaign.
#[derive(Clone, Debug)]
pub struct Spent {
    pub id: CampaignId,
    pub name: String,
    pub spend_minor: i64,
    pub budget_minor: i64,
    pub credited_minor: i64,
    pub currency: &'static str,
}

impl Known {
    pub fn of(facts: &Facts) -> Known {
        let live = facts.campaigns.iter().filter(|(campaign, _)| campaign.state == State::Live);
        let campaigns = live.map(|(campaign, sums)| Spent {
            id: campaign.id.clone(),
            name: campaign.name.clone(),
            spend_minor: sums.spend_minor,
            budget_minor: sums.budget_minor,
            credited_minor: sums.credited_tickets_minor + sums.credited_products_minor,
            currency: campaign.budget.currency.code(),
        });
        let known = Known {
            campaigns: campaigns.collect(),
            applications_waiting: facts.applications_waiting,
            has_terms: facts.has_terms,
            currency: facts.home.currency,
            ..Known::default()
        };
        // Of a run that ended days ago nothing asks for anything any more.
        let yesterday = facts.now.day_in(&facts.home.zone).plus(-1);
        let Some(latest) = facts.latest.as_ref().filter(|latest| latest.film.day >= yesterday) else {
            return known;
        };
        let newest = facts.outlook.as_ref().ok().map(|outlook| outlook.newest.as_of);
        let stands = newest.map(|day| facts.places.iter().filter_map(move |one| Stand::of(one, day)));
        let known = Known { cities: stands.into_iter().flatten().collect(), ..known };
        let scheduled =
            latest.tomorrow.as_ref().filter(|next| next.all_showings * 2 >= latest.film.all_showings);
        Known {
            latest: Some(latest.film.day),
            over: latest.over,
            per_showing: latest.pace.per_showing(),
            per_showing_before: latest.before.as_ref().and_then(|(_, pace)| pace.per_showing()),
            thin_halls: latest.thin_halls,
            share_of_showings: latest.film.share_of_showings(),
            share_of_gross: (latest.pace.begun > 0 && latest.film.all_gross_minor > 0)
                .then(|| latest.film.share_of_gross()),
            share_of_showings_tomorrow: scheduled.map(|next| next.share_of_showings()),
            gross_minor: facts.scale.minor(latest.film.base_minor),
            expected: facts.outlook.as_ref().ok().and_then(|outlook| outlook.of(latest.film.day)),
            ..known
        }
    }
}

/// Gravest first; one calm sentence when nothing asks for anything.
pub fn decide(known: &Known) -> Vec<Alert> {
    let mut found: Vec<Alert> = [emptier(known), unexpected(known), shares(known), cut(known)]
        .into_iter()
        .flatten()
        .chain(known.cities.iter().filter_map(city).take(CITIES_MAX))
        .chain(known.campaigns.iter().filter_map(campaign).take(CAMPAIGNS_MAX))
        .chain([approvals(known), terms(known)].into_iter().flatten())
        .collect();
    found.sort_by_key(|alert| match alert.tone {
        Tone::Cinnabar => 0,
        Tone::Lantern => 1,
        _ => 2,
    });
    if found.is_empty() {
        let say = Words::new("Nothing asks for you just now.", "目前没有需要您处理的事。");
        found.push(Alert { tone: Tone::Jade, say, way: Way::Nowhere });
    }
    found
}

/// A part of one as a percentage without decimals.
fn percent(part: f64, lang: Lang) -> String {
    money::percent(((part * 100.0).round() * 10_000.0) as i64, lang)
}

fn in_both(say: impl Fn(Lang) -> String) -> Words {
    Words::new(say(Lang::En), say(Lang::Zh))
}

fn emptier(known: &Known) -> Option<Alert> {
    let fell = match (known.per_showing, known.per_showing_before) {
        (Some(now), Some(before)) if before > 0.0 => 1.0 - now / before,
        _ => 0.0,
    };
    let (thin, day) = (known.thin_halls, known.latest?);
    if fell < FALL {
        let say = in_both(|lang| match lang {
            Lang::En => format!("{thin} halls show it to fewer than {THIN} people."),
            Lang::Zh => format!("有 {thin} 个厅场均不足 {THIN} 人。"),
        });
        return (thin >= THIN_HALLS_MIN).then_some(Alert { tone: Tone::Lantern, say, way: Way::Showings });
    }
    let say = in_both(|lang| {
        let fell = percent(fell, lang);
        let since = match (lang, known.over) {
            (Lang::En, false) => format!("Admissions per showing fell {fell} since yesterday at this hour"),
            (Lang::En, true) => format!("Admissions per showing fell {fell} on {}", day.say(lang)),
            (Lang::Zh, false) => format!("场均人次比昨天同一时刻下降 {fell}"),
            (Lang::Zh, true) => format!("{} 场均人次比前一天下降 {fell}", day.say(lang)),
        };
        match (lang, thin) {
            (Lang::En, 0) => format!("{since}."),
            (Lang::En, 1) => format!("{since}; one hall shows it to fewer than {THIN} people."),
            (Lang::En, _) => format!("{since}; {thin} halls show it to fewer than {THIN} people."),
            (Lang::Zh, 0) => format!("{since}。"),
            (Lang::Zh, _) => format!("{since}，有 {thin} 个厅不足 {THIN} 人。"),
        }
    });
    Some(Alert { tone: Tone::Cinnabar, say, way: Way::Showings })
}

/// A day that ended outside what nine in ten films stay within.
fn unexpected(known: &Known) -> Option<Alert> {
    let (expected, day) = (known.expected.filter(|_| known.over)?, known.latest?);
    let taken = known.gross_minor;
    let below = taken < expected.wide.low;
    if !below && taken <= expected.wide.high {
        return None;
    }
    let say = in_both(|lang| {
        let say = |minor| money::compact(minor, known.currency.code(), lang);
        let (taken, low, high) = (say(taken), say(expected.wide.low), say(expected.wide.high));
        match (lang, below) {
            (Lang::En, true) => {
                format!(
                    "{} took {taken}, less than the {low} to {high} that nine in ten films stay within.",
                    day.say(lang)
                )
            }
            (Lang::En, false) => {
                format!(
                    "{} took {taken}, more than the {low} to {high} that nine in ten films stay within.",
                    day.say(lang)
                )
            }
            (Lang::Zh, true) => {
                format!("{} 票房 {taken}，低于九成影片所在的 {low} 至 {high}。", day.say(lang))
            }
            (Lang::Zh, false) => {
                format!("{} 票房 {taken}，高于九成影片所在的 {low} 至 {high}。", day.say(lang))
            }
        }
    });
    let tone = if below { Tone::Cinnabar } else { Tone::Jade };
    Some(Alert { tone, say, way: Way::Forecast })
}

fn shares(known: &Known) -> Option<Alert> {
    let (showings, gross) = (known.share_of_showings, known.share_of_gross?);
    let alone = showings <= 0.0 || showings > 0.9;
    if alone || (gross < showings * SHARES_APART && gross * SHARES_APART > showings) {
        return None;
    }
    let wanted = gross > showings;
    let say = in_both(|lang| {
        let (showings, gross) = (percent(showings, lang), percent(gross, lang));
        match (lang, wanted) {
            (Lang::En, true) => {
                format!("It takes {gross} of box office with {showings} of showings: ask circuits for more.")
            }
            (Lang::En, false) => {
                format!("{showings} of showings bring only {gross} of box office; circuits will cut them.")
            }
            (Lang::Zh, true) => format!("以 {showings} 的排片拿到 {gross} 的票房，可以向院线争取更多场次。"),
            (Lang::Zh, false) => format!("{showings} 的排片只带来 {gross} 的票房，院线可能减场。"),
        }
    });
    Some(Alert { tone: if wanted { Tone::Jade } else { Tone::Lantern }, say, way: Way::Cities })
}

/// A city that could sell more than its showings hold, or sells far less than was forecast.
fn city(stand: &Stand) -> Option<Alert> {
    let (is_full, is_low) =
        (stand.against >= ABOVE && stand.occupancy >= FULL, stand.against <= -BELOW && stand.is_below_wide);
    if !is_full && !is_low {
        return None;
    }
    let say = in_both(|lang| {
        let (name, day) = (stand.name.in_(lang), stand.day.say(lang));
        let (size, full) = (percent(stand.against.abs(), lang), percent(stand.occupancy, lang));
        match (lang, is_full) {
            (Lang::En, true) => {
                format!(
                    "{name} ran {size} above forecast on {day} with {full} of its seats sold: add showings."
                )
            }
            (Lang::En, false) => {
                format!("{name} ran {size} below forecast on {day}, below what nine in ten days stay above.")
            }
            (Lang::Zh, true) => format!("{day} {name}比预测高 {size}，上座率 {full}，可以加场。"),
            (Lang::Zh, false) => format!("{day} {name}比预测低 {size}，低于九成区间。"),
        }
    });
    Some(match is_full {
        true => Alert {
            tone: Tone::Jade,
            say,
            way: Way::Planner { place: stand.fullest.clone(), city: stand.code.clone() },
        },
        false => Alert { tone: Tone::Lantern, say, way: Way::City(stand.code.clone()) },
    })
}

fn cut(known: &Known) -> Option<Alert> {
    let (today, tomorrow) = (known.share_of_showings, known.share_of_showings_tomorrow?);
    if today <= 0.0 || tomorrow > today * CUT {
        return None;
    }
    let say = in_both(|lang| {
        let (today, tomorrow) = (percent(today, lang), percent(tomorrow, lang));
        match lang {
            Lang::En => format!("The next day has {tomorrow} of showings, after {today}."),
            Lang::Zh => format!("次日排片占比降至 {tomorrow}，当日为 {today}。"),
        }
    });
    Some(Alert { tone: Tone::Lantern, say, way: Way::Cities })
}

fn campaign(spent: &Spent) -> Option<Alert> {
    let part = spent.spend_minor as f64 / spent.budget_minor.max(1) as f64;
    let costly = part >= JUDGED_FROM && spent.credited_minor < spent.spend_minor;
    if !costly && part < NEARLY_SPENT {
        return None;
    }
    let say = in_both(|lang| {
        let say = |minor| money::compact(minor, spent.currency, lang);
        let (name, cost, sales) = (&spent.name, say(spent.spend_minor), say(spent.credited_minor));
        match (lang, costly) {
            (Lang::En, true) => format!("“{name}” has cost {cost} and is credited with {sales} of sales."),
            (Lang::En, false) => format!("“{name}” has spent {} of its budget.", percent(part, lang)),
            (Lang::Zh, true) => format!("“{name}”已花费 {cost}，归因销售 {sales}。"),
            (Lang::Zh, false) => format!("“{name}”已用去预算的 {}。", percent(part, lang)),
        }
    });
    Some(Alert {
        tone: if costly { Tone::Cinnabar } else { Tone::Lantern },
        say,
        way: Way::Split(spent.id.clone()),
    })
}

fn approvals(known: &Known) -> Option<Alert> {
    let waiting = known.applications_waiting;
    let say = in_both(|lang| match (lang, waiting) {
        (Lang::En, 1) => "One application for licensed goods waits for you.".into(),
        (Lang::En, _) => format!("{waiting} applications for licensed goods wait for you."),
        (Lang::Zh, _) => format!("有 {waiting} 件周边授权申请待您审批。"),
    });
    (waiting > 0).then_some(Alert { tone: Tone::Lantern, say, way: Way::Merchants })
}

fn terms(known: &Known) -> Option<Alert> {
    let say = Words::new(
        "No settlement terms are agreed yet, so no period can be closed.",
        "还没有约定分账条款，暂时无法结算。",
    );
    (!known.has_terms).then_some(Alert { tone: Tone::Lantern, say, way: Way::Terms })
}

#[cfg(test)]
mod tests {
    use super::*;
    use demand::in_release::Range;

    fn calm() -> Known {
        Known {
            latest: Day::new(2016, 12, 25).ok(),
            over: true,
            per_showing: Some(30.0),
            per_showing_before: Some(31.0),
            share_of_showings: 0.34,
            share_of_gross: Some(0.36),
            gross_minor: 8_260_000_000,
            expected: Some(Expected {
                amount: 8_800_000_000,
                half: Range { low: 8_000_000_000, high: 9_400_000_000 },
                wide: Range { low: 7_000_000_000, high: 10_000_000_000 },
            }),
            has_terms: true,
            ..Known::default()
        }
    }

    fn said(known: &Known) -> Vec<(Tone, String, Way)> {
        decide(known).into_iter().map(|alert| (alert.tone, alert.say.en, alert.way)).collect()
    }

    fn one(known: &Known) -> String {
        let mut said = said(known);
        assert_eq!(said.len(), 1, "{said:?}");
        said.remove(0).1
    }

    #[test]
    fn a_calm_day_says_so() {
        assert_eq!(said(&calm()), [(Tone::Jade, "Nothing asks for you just now.".into(), Way::Nowhere)]);
        let before = Known { has_terms: true, ..Known::default() };
        assert_eq!(one(&before), "Nothing asks for you just now.");
    }

    #[test]
    fn emptier_halls_are_the_first_thing_said() {
        let known = Known {
            over: false,
            per_showing: Some(29.0),
            per_showing_before: Some(49.2),
            thin_halls: 120,
            applications_waiting: 2,
            ..calm()
        };
        let said = said(&known);
        assert_eq!(
            said[0],
            (
                Tone::Cinnabar,
                "Admissions per showing fell 41\u{202f}% since yesterday at this hour; 120 halls show it to fewer than 15 people."
                    .into(),
                Way::Showings
            )
        );
        assert_eq!(said[1].2, Way::Merchants);
        let zh = &decide(&known)[0].say.zh;
        assert_eq!(zh, "场均人次比昨天同一时刻下降 41%，有 120 个厅不足 15 人。");
    }

    #[test]
    fn thin_halls_are_told_even_when_nothing_fell() {
        assert_eq!(one(&Known { thin_halls: 12, ..calm() }), "12 halls show it to fewer than 15 people.");
        assert_eq!(one(&Known { thin_halls: 2, ..calm() }), "Nothing asks for you just now.");
        let first_day = Known { per_showing_before: None, thin_halls: 0, ..calm() };
        assert_eq!(one(&first_day), "Nothing asks for you just now.");
        let from_nothing = Known { per_showing_before: Some(0.0), ..calm() };
        assert_eq!(one(&from_nothing), "Nothing asks for you just now.");
    }

    #[test]
    fn only_a_finished_day_is_held_against_the_forecast() {
        let low = Known { gross_minor: 6_000_000_000, ..calm() };
        assert_eq!(
            one(&low),
            "Sun 25 Dec took ¥60m, less than the ¥70m to ¥100m that nine in ten films stay within."
        );
        assert_eq!(one(&Known { over: false, ..low.clone() }), "Nothing asks for you just now.");
        assert_eq!(said(&Known { gross_minor: 12_000_000_000, ..low })[0].0, Tone::Jade);
    }

    #[test]
    fn a_full_city_above_its_forecast_wants_showings() {
        let stand = |against, is_below_wide, occupancy| Stand {
            code: "CTU".into(),
            name: Words::new("Chengdu", "成都"),
            day: Day::new(2016, 12, 25).unwrap(),
            against,
            is_below_wide,
            occupancy,
            fullest: PlaceId("plc_ctu".into()),
        };
        let with = |stand| Known { cities: vec![stand], ..calm() };
        let way = Way::Planner { place: PlaceId("plc_ctu".into()), city: "CTU".into() };
        assert_eq!(
            said(&with(stand(0.302, false, 0.93))),
            [(
                Tone::Jade,
                "Chengdu ran 30\u{202f}% above forecast on Sun 25 Dec with 93\u{202f}% of its seats sold: add showings."
                    .into(),
                way
            )]
        );
        assert_eq!(one(&with(stand(0.302, false, 0.5))), "Nothing asks for you just now.");
        assert_eq!(one(&with(stand(0.1, false, 0.93))), "Nothing asks for you just now.");
        let low = &said(&with(stand(-0.41, true, 0.1)))[0];
        assert_eq!(low.2, Way::City("CTU".into()));
        assert!(low.1.starts_with("Chengdu ran 41"), "{}", low.1);
        assert_eq!(one(&with(stand(-0.41, false, 0.1))), "Nothing asks for you just now.");
        let many = Known { cities: vec![stand(0.5, false, 0.9); 9], ..calm() };
        assert_eq!(decide(&many).len(), CITIES_MAX);
    }

    #[test]
    fn shares_that_lie_apart_are_a_reason_to_call() {
        let more = Known { share_of_gross: Some(0.45), ..calm() };
        assert_eq!(
            one(&more),
            "It takes 45\u{202f}% of box office with 34\u{202f}% of showings: ask circuits for more."
        );
        let less = Known { share_of_gross: Some(0.2), ..calm() };
        assert!(one(&less).starts_with("34\u{202f}% of showings bring only 20\u{202f}%"));
        let alone = Known { share_of_showings: 1.0, share_of_gross: Some(1.0), ..calm() };
        assert_eq!(one(&alone), "Nothing asks for you just now.");
        let morning = Known { over: false, share_of_gross: None, ..calm() };
        assert_eq!(one(&morning), "Nothing asks for you just now.", "nothing was sold of any film yet");
        let tomorrow = Known { share_of_showings_tomorrow: Some(0.22), ..calm() };
        assert_eq!(one(&tomorrow), "The next day has 22\u{202f}% of showings, after 34\u{202f}%.");
    }

    #[test]
    fn a_campaign_is_named_with_what_it_cost() {
        let spent = |spend_minor, credited_minor| Spent {
            id: CampaignId("cmp_a".into()),
            name: "Christmas night".into(),
            spend_minor,
            budget_minor: 10_000_000,
            credited_minor,
            currency: "CNY",
        };
        let with = |spent| one(&Known { campaigns: vec![spent], ..calm() });
        assert_eq!(
            with(spent(2_000_000, 1_000_000)),
            "“Christmas night” has cost ¥20k and is credited with ¥10k of sales."
        );
        assert_eq!(
            with(spent(9_400_000, 90_000_000)),
            "“Christmas night” has spent 94\u{202f}% of its budget."
        );
        let costly = Known { campaigns: vec![spent(2_000_000, 1_000_000)], ..calm() };
        assert_eq!(said(&costly)[0].2, Way::Split(CampaignId("cmp_a".into())));
        assert_eq!(with(spent(500_000, 0)), "Nothing asks for you just now.");
        let many = Known { campaigns: vec![spent(9_000_000, 0); 9], ..calm() };
        assert_eq!(decide(&many).len(), CAMPAIGNS_MAX);
    }

    #[test]
    fn missing_terms_lead_to_the_terms() {
        let none = Known { has_terms: false, ..calm() };
        assert_eq!(said(&none)[0].2, Way::Terms);
    }
}
