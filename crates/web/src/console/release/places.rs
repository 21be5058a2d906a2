//! The release by city: a map of circles, and the table beneath it.

use super::against;
use super::{Glance, address};
use crate::look::chart::Paint;
use crate::look::map::{Map, Spot};
use crate::look::money::Told;
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money, parts, say};
use flows::views::release_places::{Basis, Here, InCity};
use kernel::{Day, Lang, TitleId};
use maud::{Markup, html};

/// By what the table is in order without a script: `?by=`.
pub const ORDERS: [&str; 3] = ["took", "against", "occupancy"];

/// Cities beside the map, at most.
const STANDOUTS_MAX: usize = 7;

pub fn city_address(title: &TitleId, code: &str) -> String {
    format!("{}/cities/{}", address(title), crate::encode(code))
}

/// How a place's newest day stands against its forecast: below or above the half range, or within it.
fn paint(here: &Here, day: Day) -> Paint {
    let took = here.took(day);
    match here.expected {
        None => Paint::Mist,
        Some(expected) if took < expected.half.low => Paint::Cinnabar,
        Some(expected) if took > expected.half.high => Paint::Jade,
        Some(_) => Paint::Water,
    }
}

impl Glance<'_> {
    /// The map, and what each city did and will do; nothing without a forecast.
    pub(super) fn places(&self) -> Markup {
        let (Ok(outlook), places) = (&self.facts.outlook, &self.facts.places) else { return html! {} };
        let day = outlook.newest.as_of;
        if places.is_empty() {
            return html! {};
        }
        html! {
            div class="grid grid-3" id="map" {
                section class="card figure wide-2" {
                    figcaption { h3 { (self.finding_of_places(day)) } p class="muted" { (self.map_unit(day)) } }
                    (self.map(day))
                    p class="source" { (self.say("Source: tickets sold here; coasts from Natural Earth, public domain", "来源：本平台售票；海岸线取自 Natural Earth（公有领域）")) }
                }
                (self.standouts(day))
            }
            div class="stack" { (self.orders()) (self.table_of_places(day)) }
        }
    }

    /// The cities that are farthest from their forecasts.
    fn standouts(&self, day: Day) -> Markup {
        let mut stands: Vec<(&InCity, f64)> =
            self.facts.places.iter().filter_map(|one| Some((one, one.here.against(day)?))).collect();
        stands.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        stands.truncate(STANDOUTS_MAX);
        stands.sort_by(|a, b| b.1.total_cmp(&a.1));
        let line = |(one, against): &(&InCity, f64)| {
            let tone = if *against < 0.0 { "change cinnabar" } else { "change jade" };
            html! {
                li {
                    a href=(city_address(&self.facts.title.id, &one.city.code)) {
                        span { (one.city.name.in_(self.lang)) }
                        span class=(tone) { (money::change((against * 100.0).round() as i64 * 10_000, self.lang)) }
                    }
                    p class="muted" { (self.tells_of(one, day)) }
                }
            }
        };
        parts::titled_card(
            self.say("Farthest from the forecast", "与预测相差最大"),
            html! {
                @if stands.is_empty() { p class="muted" { (self.say("No city has a forecast of that day yet.", "当天还没有城市预测。")) } }
                ul class="standouts" { @for stand in &stands { (line(stand)) } }
            },
        )
    }

    /// `¥5.6m, 19 % of seats sold; ¥2.9m forecast for the next day`
    fn tells_of(&self, one: &InCity, day: Day) -> String {
        let glance = |minor| self.told().glance(minor);
        let took = glance(one.here.took(day));
        let full = money::percent((one.here.occupancy() * 1e3).round() as i64 * 1000, self.lang);
        let next = one.here.told.as_ref().ok().and_then(|(told, _)| told.days.first());
        let next = next.map(|ahead| glance(ahead.expected.amount));
        match (self.lang, next) {
            (Lang::En, Some(next)) => {
                format!("{took}, {full} of seats sold; {next} forecast for the next day")
            }
            (Lang::En, None) => format!("{took}, {full} of seats sold"),
            (Lang::Zh, Some(next)) => format!("{took}，上座率 {full}；次日预测 {next}"),
            (Lang::Zh, None) => format!("{took}，上座率 {full}"),
        }
    }

    fn map_unit(&self, day: Day) -> String {
        match self.lang {
            Lang::En => format!(
                "{}: the circle is admissions, the colour and the number say how the day was against the forecast of the evening before",
                day.say(Lang::En)
            ),
            Lang::Zh => format!("{}：圆的大小为人次，颜色与数字为当天与前一晚预测相比", day.say(Lang::Zh)),
        }
    }

    /// `Shanghai was 31 % above its forecast, Beijing 12 % below`
    fn finding_of_places(&self, day: Day) -> String {
        let mut stands: Vec<(&InCity, f64)> = self
            .facts
            .places
            .iter()
            .filter_map(|one| Some((one, one.here.against(day)?)))
            .filter(|(one, _)| !matches!(paint(&one.here, day), Paint::Water))
            .collect();
        stands.sort_by(|a, b| b.1.total_cmp(&a.1));
        let told = |(one, against): &(&InCity, f64)| {
            let (name, size) =
                (one.city.name.in_(self.lang), money::percent((against.abs() * 1e6) as i64, self.lang));
            match (self.lang, *against < 0.0) {
                (Lang::En, true) => format!("{name} was {size} below its forecast"),
                (Lang::En, false) => format!("{name} was {size} above its forecast"),
                (Lang::Zh, true) => format!("{name}低于预测 {size}"),
                (Lang::Zh, false) => format!("{name}高于预测 {size}"),
            }
        };
        let best = stands.first().filter(|(_, against)| *against > 0.0).map(told);
        let worst = stands.last().filter(|(_, against)| *against < 0.0).map(told);
        match (best, worst) {
            (None, None) if !self.facts.places.iter().any(|one| one.here.against(day).is_some()) => {
                self.say("No city had a forecast for this day", "当天还没有城市预测").to_owned()
            }
            (None, None) => match self.lang {
                Lang::En => "Every city with a forecast stayed within its half range".to_owned(),
                Lang::Zh => "有预测的城市都在五成区间之内".to_owned(),
            },
            (best, worst) => best.into_iter().chain(worst).collect::<Vec<_>>().join(self.say("; ", "；")),
        }
    }

    fn map(&self, day: Day) -> Markup {
        let spots = self.facts.places.iter().map(|one| {
            let against = one.here.against(day);
            let mark = against
                .map(|against| money::change((against * 100.0).round() as i64 * 10_000, self.lang))
                .unwrap_or_default();
            let name = one.city.name.in_(self.lang);
            Spot {
                name,
                longitude: one.city.longitude,
                latitude: one.city.latitude,
                size: one.here.admissions as f64,
                paint: paint(&one.here, day),
                says: self.says_of(one, day),
                mark,
                href: city_address(&self.facts.title.id, &one.city.code),
            }
        });
        Map {
            title: self.say("Cities on the map", "城市分布"),
            says: self.say(
                "A circle for each city; the table beneath has the same numbers.",
                "每座城市一个圆，下表为同样的数字。",
            ),
            keys: vec![
                (self.say("above its half range", "高于五成区间"), Paint::Jade),
                (self.say("within it", "在区间内"), Paint::Water),
                (self.say("below it", "低于区间"), Paint::Cinnabar),
                (self.say("no forecast", "暂无预测"), Paint::Mist),
            ],
            spots: spots.collect(),
        }
        .render()
    }

    fn says_of(&self, one: &InCity, day: Day) -> String {
        let name = one.city.name.in_(self.lang);
        let took = self.told().glance(one.here.took(day));
        let people = money::admissions(one.here.admissions, self.lang);
        let expected = one.here.expected.map(|expected| self.told().glance(expected.amount));
        match (self.lang, expected) {
            (Lang::En, Some(expected)) => {
                format!("{name}: {took} of {expected} forecast, {people}")
            }
            (Lang::En, None) => format!("{name}: {took}, {people}, no forecast"),
            (Lang::Zh, Some(expected)) => format!("{name}：{took}，预测 {expected}，{people}"),
            (Lang::Zh, None) => format!("{name}：{took}，{people}，暂无预测"),
        }
    }

    /// Ways to order the table that work without a script.
    fn orders(&self) -> Markup {
        let own = address(&self.facts.title.id);
        let words = [
            self.say("Largest first", "按票房"),
            self.say("Most above forecast", "按超出预测"),
            self.say("Fullest", "按上座率"),
        ];
        let links: Vec<String> = ORDERS.iter().map(|by| format!("{own}?by={by}#map")).collect();
        let links: Vec<(&str, &str)> = links.iter().map(String::as_str).zip(words).collect();
        parts::chips(self.say("In the order of", "排序"), &links, self.by)
    }

    fn table_of_places(&self, day: Day) -> Markup {
        let mut places: Vec<&InCity> = self.facts.places.iter().collect();
        match ORDERS[self.by] {
            "against" => places.sort_by(|a, b| {
                let of = |one: &InCity| one.here.against(day).unwrap_or(f64::NEG_INFINITY);
                of(b).total_cmp(&of(a))
            }),
            "occupancy" => places.sort_by(|a, b| b.here.occupancy().total_cmp(&a.here.occupancy())),
            _ => {}
        }
        let first = Column::new(self.say("City", "城市"), Kind::Text);
        let columns = columns(self.lang, first);
        let title = &self.facts.title.id;
        let rows = places.iter().map(|one| {
            let name = Cell::link(&city_address(title, &one.city.code), one.city.name.in_(self.lang));
            row(self.told(), name, &one.here, day)
        });
        let caption = match self.lang {
            Lang::En => format!("Cities on {}, and what is forecast of them", day.say(Lang::En)),
            Lang::Zh => format!("{} 各城市及其预测", day.say(Lang::Zh)),
        };
        Table::new(&caption, &columns, rows.collect()).filtered().render(self.lang)
    }
}

/// What is told of a city or a cinema.
pub fn columns<'a>(lang: Lang, first: Column<'a>) -> [Column<'a>; 9] {
    let say = |en, zh| say(lang, en, zh);
    [
        first,
        Column::new(say("Box office", "票房"), Kind::Money),
        Column::new(say("Forecast of it", "当日预测"), Kind::Money),
        Column::new(say("Against it", "与预测相比"), Kind::Share),
        Column::new(say("Admissions", "人次"), Kind::Number),
        Column::new(say("Occupancy", "上座率"), Kind::Share),
        Column::new(say("Next day", "次日预测"), Kind::Money).unit(say("nine in ten between", "九成区间")),
        Column::new(say("Whole run", "全程预测"), Kind::Money).unit(say("nine in ten between", "九成区间")),
        Column::new(say("Forecast from", "预测依据"), Kind::Text),
    ]
}

pub fn row(told: Told, name: Cell, here: &Here, day: Day) -> Vec<Cell> {
    let (lang, sums) = (told.lang, told);
    let glance = |minor| sums.cell(minor);
    let ranged = |one: demand::in_release::Expected| {
        let shown = html! {
            (sums.glance(one.amount)) br;
            span class="muted" { (against::between(one.wide, sums)) }
        };
        Cell::markup(shown, &one.amount.to_string())
    };
    let told = here.told.as_ref();
    let from = match told {
        Ok((_, basis @ Basis::Own { .. })) => html! { (basis.words().in_(lang)) },
        Ok((_, basis)) => parts::pill(Tone::Lantern, basis.words().in_(lang)),
        Err(refusal) => html! { span class="muted" { (refusal.say.in_(lang)) } },
    };
    let next = told.ok().and_then(|(told, _)| told.days.first()).map(|ahead| ahead.expected);
    vec![
        name,
        glance(here.took(day)),
        here.expected.map_or_else(Cell::none, |one| glance(one.amount)),
        here.against(day).map_or_else(Cell::none, |against| Cell::change((against * 1e6) as i64, lang)),
        Cell::number(here.admissions),
        Cell::share((here.occupancy() * 1e6) as i64, lang),
        next.map_or_else(Cell::none, ranged),
        told.ok().map_or_else(Cell::none, |(told, _)| ranged(told.total)),
        Cell::markup(from, ""),
    ]
}
