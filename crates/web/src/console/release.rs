//! The release at a glance: one screen that says how the film is doing, why, and what to do now.

mod against;
pub mod alerts;
mod charts;
pub mod city;
pub mod facts;
pub mod forecasts;
pub mod live;
mod moved;
mod places;
pub mod showings;
mod tiles;
mod timeline;

use crate::answer::{Answer, Page};
use crate::look::money::Told;
use crate::look::parts::{self, Action, FilmCard};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::when::clock;
use crate::look::{Tone, art, money};
use crate::visit::Visit;
use alerts::{Known, Way};
use axum::extract::Path;
use db::View;
use facts::Facts;
use flows::views;
use flows::views::release::City;
use kernel::ids::Id;
use kernel::{Day, Lang, Refusal, Result, Role, TitleId, Words};
use maud::{Markup, html};
use titles::{Status, Title, want_to_see};

/// Who of a studio looks at releases.
const ROLES: [Role; 2] = [Role::Studio, Role::Marketer];

/// A title of a studio that the visitor works for.
async fn find(visit: &Visit, id: &str) -> Result<Title> {
    let id = TitleId::parse(id)?;
    let found = visit.read(move |view| titles::any(view, &id)).await?;
    let mine = found.filter(|title| ROLES.iter().any(|role| visit.actor.may(*role, &title.studio)));
    Ok(mine.ok_or_else(|| Refusal::not_found("title", "影片"))?)
}

fn address(title: &TitleId) -> String {
    format!("/console/release/{title}")
}

/// The titles to choose from, the newest premiere first.
pub async fn choose(visit: Visit) -> Answer<Page> {
    let actor = visit.actor.clone();
    let list = visit
        .read(move |view| releases(view, |studio| ROLES.iter().any(|role| actor.may(*role, studio))))
        .await?;
    let cards: Vec<Markup> = list.iter().map(|release| card(&visit, release)).collect();
    let heading = visit.say("Release", "上映");
    let body = html! {
        (parts::heading(heading, visit.say("How a film is doing, why, and what to do now.", "影片表现如何、为什么、现在该做什么。"), html! {}))
        @if cards.is_empty() {
            (parts::empty(
                visit.say("No title is on its way to cinemas yet", "还没有即将上映的影片"),
                visit.say("A title appears here once it is announced on the slate.", "片单里的影片公布之后会出现在这里。"),
                visit.site.leads("/console/slate", &visit.actor).then(|| Action { href: "/console/slate", word: visit.say("To the slate", "查看片单") }),
            ))
        } @else {
            (parts::product_grid(&cards))
        }
    };
    Ok(Page::console(heading, body))
}

struct Release {
    title: Title,
    admissions: i64,
    wanted: i64,
}

fn releases(view: &View, mine: impl Fn(&kernel::OrgId) -> bool) -> Result<Vec<Release>> {
    let mut list = Vec::new();
    for title in titles::all(view)? {
        if !title.status.is_public() || !mine(&title.studio) {
            continue;
        }
        let admissions = views::takings::total(view, &title.id)?.admissions;
        let wanted = want_to_see::count(view, &title.id)?;
        list.push(Release { title, admissions, wanted });
    }
    list.sort_by_key(|release| std::cmp::Reverse(release.title.premiere));
    Ok(list)
}

fn card(visit: &Visit, release: &Release) -> Markup {
    let title = &release.title;
    let premiere = title.premiere.map_or_else(
        || visit.say("no premiere day yet", "首映日期未定").to_owned(),
        |day| day.say(visit.lang),
    );
    let line = match (visit.lang, release.admissions) {
        (Lang::En, 0) => format!("{premiere} · {} want to see it", money::count(release.wanted, Lang::En)),
        (Lang::Zh, 0) => format!("{premiere} · {}人想看", money::count(release.wanted, Lang::Zh)),
        (Lang::En, sold) => format!("{premiere} · {} admissions", money::count(sold, Lang::En)),
        (Lang::Zh, sold) => format!("{premiere} · {}人次", money::count(sold, Lang::Zh)),
    };
    FilmCard {
        href: &address(&title.id),
        poster: &poster(title),
        title: title.name.in_(visit.lang),
        line: &line,
        flag: if title.status == Status::Released { "" } else { visit.say("announced", "待映") },
    }
    .render()
}

fn poster(title: &Title) -> String {
    let own = format!("{}-poster", title.artwork);
    if art::keys().contains(&own.as_str()) {
        return format!("/art/{own}.svg");
    }
    format!("/art/poster-{}.svg", crate::encode(&title.slug))
}

pub async fn show(visit: Visit, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &id).await?;
    let now = visit.now;
    let house = visit.house.clone();
    let facts = visit.read(move |view| Facts::read(&house, view, &title, now)).await?;
    let name = facts.title.name.in_(visit.lang);
    let heading = match visit.lang {
        Lang::En => format!("{name} at a glance"),
        Lang::Zh => format!("《{name}》上映一览"),
    };
    let stream = format!("{}/live?lang={}&since={}", address(&facts.title.id), visit.lang.code(), facts.mark);
    let by = visit.asked("by").and_then(|by| places::ORDERS.iter().position(|order| *order == by));
    let ways = Ways::of(&visit, &facts.title.id);
    let page = Glance { lang: visit.lang, ways, facts: &facts, by: by.unwrap_or(0) };
    let body = html! {
        (parts::heading(&heading, &page.standing(), parts::pill(Tone::Lantern, visit.say("live", "实时"))))
        (parts::live(&stream, page.body()))
    };
    Ok(Page::console(heading, body))
}

/// Where the alerts and tiles lead, as far as the visitor may go there.
#[derive(Clone)]
struct Ways {
    title: TitleId,
    campaigns: bool,
    merchants: bool,
    terms: bool,
    planner: bool,
}

impl Ways {
    fn of(visit: &Visit, title: &TitleId) -> Ways {
        let leads = |path| visit.site.leads(path, &visit.actor);
        Ways {
            title: title.clone(),
            campaigns: leads("/console/campaigns"),
            merchants: leads("/console/merchants"),
            terms: leads("/console/settlement/terms/{title}"),
            planner: leads("/console/cinemas/{place}/plan"),
        }
    }

    fn to(&self, way: Way) -> Option<(String, Words)> {
        let own = address(&self.title);
        match way {
            Way::Showings => Some((
                format!("{own}/showings?fewer={}", facts::THIN),
                Words::new("See the showings", "查看场次"),
            )),
            Way::Cities => Some(("#cities".into(), Words::new("See the cities", "查看城市"))),
            Way::Forecast => Some(("#why".into(), Words::new("See why", "查看原因"))),
            Way::City(code) => {
                Some((places::city_address(&self.title, &code), Words::new("See the city", "查看城市")))
            }
            Way::Planner { place, .. } if self.planner => {
                Some((format!("/console/cinemas/{place}/plan"), Words::new("Plan its day", "安排场次")))
            }
            Way::Planner { city, .. } => self.to(Way::City(city)),
            Way::Campaigns => self
                .campaigns
                .then(|| ("/console/campaigns".into(), Words::new("To the campaigns", "查看投放"))),
            Way::Split(campaign) => self.campaigns.then(|| {
                let next = format!("/console/campaigns/{campaign}/next");
                (next, Words::new("See where it would sell more", "看投到哪里更有效"))
            }),
            Way::Merchants => {
                self.merchants.then(|| ("/console/merchants".into(), Words::new("Review", "去审批")))
            }
            Way::Terms => self.terms.then(|| {
                (format!("/console/settlement/terms/{}", self.title), Words::new("See the terms", "查看条款"))
            }),
            Way::Nowhere => None,
        }
    }
}

/// The page's parts, drawn from one reading; those with a mark are sent again when anything happens.
struct Glance<'a> {
    lang: Lang,
    ways: Ways,
    facts: &'a Facts,
    /// In which order cities stand, of [`places::ORDERS`].
    by: usize,
}

impl Glance<'_> {
    fn say<'w>(&self, en: &'w str, zh: &'w str) -> &'w str {
        crate::look::say(self.lang, en, zh)
    }

    /// The film's sums, told to this reader.
    fn told(&self) -> Told {
        Told { currency: self.facts.home.currency, lang: self.lang }
    }

    /// `Sun 25 Dec, day 3 of release, as of 21:40`
    fn standing(&self) -> String {
        let zone = &self.facts.home.zone;
        let today = self.facts.now.day_in(zone);
        let age = self.facts.title.premiere.map(|premiere| premiere.days_until(today) + 1);
        let (day, at) = (today.say(self.lang), clock(self.facts.now, zone));
        match (self.lang, age) {
            (Lang::En, Some(age)) if age > 0 => {
                format!("{day}, day {} of release, as of {at}", money::grouped(i64::from(age)))
            }
            (Lang::En, Some(0)) => format!("{day}, the day before the premiere, as of {at}"),
            (Lang::En, Some(age)) => format!("{day}, {} days before the premiere, as of {at}", 1 - age),
            (Lang::En, None) => format!("{day}, as of {at}"),
            (Lang::Zh, Some(age)) if age > 0 => {
                format!("{day}，上映第 {} 天，截至 {at}", money::grouped(i64::from(age)))
            }
            (Lang::Zh, Some(age)) => format!("{day}，距首映 {} 天，截至 {at}", 1 - age),
            (Lang::Zh, None) => format!("{day}，截至 {at}"),
        }
    }

    fn body(&self) -> Markup {
        let slate = format!("/console/slate/{}", self.facts.title.id);
        html! {
            div class="stack" {
                div id="release-alerts" class="alerts" role="status" { (self.alerts()) }
                div id="release-tiles" class="grid grid-4" { (self.tiles()) }
                @if let Some(said) = self.scale() { p class="muted" { (said) } }
                @if self.facts.latest.is_some() {
                    div class="grid grid-3" {
                        div class="wide-2" id="forecast" { (self.forecast()) }
                        section class="card" { h2 class="card-title" { (self.say("What happened", "动态")) } div id="release-events" { (self.timeline()) } }
                    }
                    (self.why())
                    (self.places())
                    (self.surroundings())
                    div id="cities" { (self.cities()) }
                } @else {
                    (parts::card(parts::empty(
                        self.say("Not on screens yet", "还没有放映"),
                        self.say("Box office, shares of showings and the forecast of the run appear with the first showing; what it will open with is told with its facts.", "首场放映之后，这里会有票房、排片占比和走势预测；开画预测见影片资料页。"),
                        Some(Action { href: &slate, word: self.say("What it will open with", "开画预测") }),
                    )))
                }
            }
        }
    }

    /// What is sent again when anything happened.
    fn fresh(&self) -> Vec<(&'static str, Markup)> {
        let mut parts = vec![("#release-alerts", self.alerts()), ("#release-tiles", self.tiles())];
        if self.facts.latest.is_some() {
            parts.push(("#release-chart", self.forecast_chart()));
            parts.push(("#release-events", self.timeline()));
        }
        parts
    }

    fn alerts(&self) -> Markup {
        html! {
            @for alert in alerts::decide(&Known::of(self.facts)) {
                @let way = self.ways.to(alert.way.clone());
                (parts::alert(alert.tone, alert.say.in_(self.lang), way.as_ref().map(|(href, word)| Action { href, word: word.in_(self.lang) })))
            }
        }
    }

    fn scale(&self) -> Option<String> {
        let scale = self.facts.scale.said()?;
        let whole = money::grouped(scale.round() as i64);
        Some(match self.lang {
            Lang::En => format!(
                "One ticket here stands for {whole}: box office is shown at real proportions, everything else as it is counted."
            ),
            Lang::Zh => format!("这里一张票代表 {whole} 张：票房按真实比例显示，其他数字按实际计数。"),
        })
    }

    fn cities(&self) -> Markup {
        let day = self.facts.latest.as_ref().map(|latest| latest.film.day);
        let over = self.facts.latest.as_ref().is_some_and(|latest| latest.over);
        let now = clock(self.facts.now, &self.facts.home.zone);
        let until = match (self.lang, over) {
            (_, true) => String::new(),
            (Lang::En, false) => format!(", as of {now}"),
            (Lang::Zh, false) => format!("（截至 {now}）"),
        };
        let caption = match (self.lang, day) {
            (Lang::En, Some(day)) => format!("Cities on {}{until}", day.say(self.lang)),
            (Lang::Zh, Some(day)) => format!("{} 各城市{until}", day.say(self.lang)),
            (_, None) => self.say("Cities", "城市").to_owned(),
        };
        let columns = [
            Column::new(self.say("City", "城市"), Kind::Text),
            Column::new(self.say("Box office", "票房"), Kind::Money),
            Column::new(self.say("Cinemas", "影院"), Kind::Number),
            Column::new(self.say("Showings", "场次"), Kind::Number),
            Column::new(self.say("Share of showings", "排片占比"), Kind::Share),
            Column::new(self.say("Share of box office", "票房占比"), Kind::Share),
            Column::new(self.say("Admissions per showing", "场均人次"), Kind::Number),
            Column::new(self.say("Change", "变化"), Kind::Share)
                .unit(self.say("on the day before", "比前一天")),
            Column::new(self.say("Occupancy", "上座率"), Kind::Share),
        ];
        let rows = self.facts.cities.iter().map(|city| self.city(city)).collect();
        Table::new(&caption, &columns, rows)
            .empty(self.say("No city shows it on this day.", "当天没有城市放映。"))
            .filtered()
            .render(self.lang)
    }

    fn city(&self, city: &City) -> Vec<Cell> {
        let per = |city: &City| city.admissions as f64 / city.showings.max(1) as f64;
        let before = self.facts.cities_before.iter().find(|before| before.code == city.code);
        let change = before.map(per).filter(|before| *before > 0.0).map(|before| per(city) / before - 1.0);
        vec![
            Cell::text(city.name.in_(self.lang)),
            self.told().cell(self.facts.scale.minor(city.base_minor)),
            Cell::number(city.cinemas),
            Cell::number(city.showings),
            Cell::share(ppm(city.showings, city.all_showings), self.lang),
            Cell::share(ppm(city.base_minor, city.all_base_minor), self.lang),
            Cell::decimal(per(city), 1),
            change.map_or_else(Cell::none, |change| Cell::change((change * 1e6) as i64, self.lang)),
            Cell::share(ppm(city.admissions, city.seats), self.lang),
        ]
    }
}

/// `part ÷ whole` in parts per million; nothing of nothing is nothing.
fn ppm(part: i64, whole: i64) -> i64 {
    if whole == 0 { 0 } else { (part as f64 / whole as f64 * 1e6).round() as i64 }
}

/// `23 Dec` or `12/23`.
pub(crate) fn short_day(day: Day, lang: Lang) -> String {
    let said = day.say(lang);
    match lang {
        Lang::En => said.split_once(' ').map_or_else(|| said.clone(), |(_, rest)| rest.to_owned()),
        Lang::Zh => format!("{}/{}", day.month(), day.day()),
    }
}

#[cfg(test)]
mod tests {
    use crate::console::season::{Season, day};
    use axum::http::StatusCode;
    use flows::House;
    use kernel::{Actor, Role};

    #[tokio::test]
    async fn one_screen_says_how_the_film_is_doing() {
        let season = Season::new().await;
        season.runs(&[40, 50, 60, 20, 10]).await;
        let tomorrow = season.showing(&season.star, day(24), 18).await;
        season.sells(&tomorrow, 2).await;
        let chosen = season.ann.get("/console/release").await;
        assert!(
            chosen.text.contains("The Ferryman") && chosen.text.contains("182 admissions"),
            "{}",
            chosen.text
        );

        let page = season.ann.get(&format!("/console/release/{}", season.title)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for part in [
            "The Ferryman at a glance",
            "Fri 23 Dec, day 5 of release, as of 19:30",
            "Admissions per showing fell 50\u{202f}% since yesterday at this hour; one hall shows it to fewer than 15 people.",
            "fewer=15",
            "No settlement terms are agreed yet",
            "¥400",
            "2 tickets for days to come",
            "nine in ten",
            "one in two",
            "Star City",
            "10 tickets sold at Star Cinema",
            "data-live=\"/console/release/",
        ] {
            assert!(page.text.contains(part), "{part}\n{}", page.text);
        }
        assert!(!page.text.contains("stands for"));
        let zh = season.ann.get(&format!("/console/release/{}?lang=zh", season.title)).await;
        assert!(zh.text.contains("《摆渡人》上映一览") && zh.text.contains("场均人次比昨天同一时刻下降 50%"));
    }

    #[tokio::test]
    async fn a_ticket_may_stand_for_a_thousand() {
        let season = Season::new().await;
        season.runs(&[40, 50, 60, 20]).await;
        let path = format!("/console/release/{}", season.title);
        for (stored, said) in [("1000", true), ("nonsense", false), ("-3", false), ("1", false)] {
            let story =
                move |scene: &mut flows::Scene| ::people::settings::put(scene.tx, "one_stands_for", stored);
            season.town.house.write(&House::lane(), Actor::System, story).await.expect("a setting");
            let page = season.ann.get(&path).await;
            assert_eq!(page.text.contains("One ticket here stands for 1,000"), said, "{stored}");
            assert_eq!(page.text.contains("¥800k"), said, "twenty tickets of ¥40, a thousand times");
        }
    }

    #[tokio::test]
    async fn too_few_days_are_a_sentence_and_no_days_an_invitation() {
        let season = Season::new().await;
        let path = format!("/console/release/{}", season.title);
        let before = season.ann.get(&path).await;
        assert!(before.text.contains("Not on screens yet"), "{}", before.text);
        let opening = format!("href=\"/console/slate/{}\">What it will open with", season.title);
        assert!(before.text.contains(&opening), "{}", before.text);
        season.runs(&[40]).await;
        let early = season.ann.get(&path).await;
        assert_eq!(early.status, StatusCode::OK);
        assert!(early.text.contains("There is no forecast."), "{}", early.text);
        assert!(
            early.text.contains("imports the market’s daily chart, a film is forecast from its first day on")
        );
    }

    #[tokio::test]
    async fn a_release_is_for_its_own_studio() {
        let season = Season::new().await;
        let (_, ben) = season.town.staff("ben", Role::Studio).await;
        let mei = season.town.person("mei", &[(Role::Marketer, season.studio.clone())]).await;
        let (_, tea) = season.town.staff("tea", Role::Merchant).await;
        for end in ["", "/showings", "/live"] {
            let path = format!("/console/release/{}{end}", season.title);
            assert_eq!(ben.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(tea.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(season.chen.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(mei.get(&format!("/console/release/{}", season.title)).await.status, StatusCode::OK);
        assert!(!ben.get("/console/release").await.text.contains("The Ferryman"));
        assert_eq!(season.ann.get("/console/release/ttl_none").await.status, StatusCode::NOT_FOUND);
    }
}
