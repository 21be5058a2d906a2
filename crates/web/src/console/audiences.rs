//! Audiences: whom campaigns are for, how many they are, how far they overlap.

pub mod aim;
pub mod build;
mod terms;

use super::campaigns::{Promoter, payers};
use crate::answer::{Answer, Page};
use crate::look::money;
use crate::look::parts::{self, Action, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::Visit;
use ads::audiences::{self, Audience};
use demand::audience::{Rule, TOLD_STEP, Told};
use flows::House;
use flows::audiences as crowd;
use flows::views::audiences::Names;
use kernel::ids::Id;
use kernel::{AudienceId, Error, Lang, Refusal, Result};
use maud::{Markup, html};

/// Audiences whose overlap is drawn: the newest.
const COMPARED_MAX: usize = 6;

fn address(audience: &AudienceId) -> String {
    format!("/console/audiences/{audience}")
}

async fn find(visit: &Visit, promoter: &Promoter, id: &str) -> Result<Audience> {
    let id = AudienceId::parse(id)?;
    let audience = visit.read(move |view| audiences::any(view, &id)).await?;
    if promoter.may(&audience.org) {
        Ok(audience)
    } else {
        Err(Refusal::not_found("audience", "人群").into())
    }
}

/// Counts on a thread that may take its time.
async fn counted<T: Send + 'static>(
    visit: &Visit,
    count: impl FnOnce(&House) -> Result<T> + Send + 'static,
) -> Result<T> {
    let house = visit.house.clone();
    let done = tokio::task::spawn_blocking(move || count(&house)).await;
    done.unwrap_or_else(|_| Err(Error::fault("counting stopped")))
}

/// `about 12,340`; small groups are not told, and no group exactly, so that nobody is found out.
fn people(lang: Lang, told: Told) -> String {
    match (told.count(), lang) {
        (None, Lang::En) => format!("fewer than {TOLD_STEP}"),
        (None, Lang::Zh) => format!("少于 {TOLD_STEP}"),
        (Some(count), Lang::En) => format!("about {}", money::grouped(count as i64)),
        (Some(count), Lang::Zh) => format!("约 {}", money::grouped(count as i64)),
    }
}

/// The same in a table, where a column of numbers says in its head that they are rounded.
fn people_cell(lang: Lang, told: Told) -> Cell {
    match told.count() {
        Some(count) => Cell::number(count as i64),
        None => Cell::markup(html! { (people(lang, told)) }, "0"),
    }
}

fn ppm(part: Told, whole: Told) -> i64 {
    (part.part_of(whole) * 1e6) as i64
}

/// An audience with what is known of it; its size is missing when its rule cannot be followed now.
struct Known {
    audience: Audience,
    rule: Option<Rule>,
    count: Option<Told>,
}

struct Everything {
    people: Told,
    told: Vec<Known>,
    /// How many are in both of the first few.
    shared: Vec<Vec<Option<Told>>>,
}

fn tell(house: &House, audiences: Vec<Audience>) -> Everything {
    let told: Vec<Known> = audiences
        .into_iter()
        .map(|audience| {
            let rule = Rule::read(&audience.rule).ok();
            let count = rule.as_ref().and_then(|rule| crowd::look(house, rule).ok()).map(|look| look.count);
            Known { audience, rule, count }
        })
        .collect();
    let compared: Vec<&Known> = told.iter().take(COMPARED_MAX).collect();
    let both =
        |one: &Known, other: &Known| crowd::overlap(house, one.rule.as_ref()?, other.rule.as_ref()?).ok();
    let shared = compared.iter().map(|one| compared.iter().map(|other| both(one, other)).collect()).collect();
    Everything { people: crowd::people(house), told, shared }
}

pub async fn list(visit: Visit, promoter: Promoter) -> Answer<Page> {
    let orgs: Vec<_> = payers(&visit, &promoter).await?.into_iter().map(|org| org.id).collect();
    let (found, names) = visit
        .read(move |view| {
            let mut found = Vec::new();
            for org in &orgs {
                found.extend(audiences::of_org(view, org)?);
            }
            Ok((found, flows::views::audiences::names(view)?))
        })
        .await?;
    let all = counted(&visit, move |house| Ok(tell(house, found))).await?;
    let title = visit.say("Audiences", "人群");
    let new =
        Action { href: "/console/audiences/new", word: visit.say("Describe an audience", "新建人群") };
    let body = html! {
        (parts::heading(title, &agreed(&visit, all.people), parts::link_button(Weight::Primary, new.href, new.word)))
        @if all.told.is_empty() {
            (parts::empty(
                visit.say("No audience yet", "还没有人群"),
                visit.say("An audience is a rule over what people did here: who bought tickets for a comedy lately, in these cities, and has not seen the ad.", "人群是一条行为规则，例如：近期看过喜剧片、住在这些城市、还没有看到广告的人。"),
                Some(new),
            ))
        } @else {
            (table(&visit, &names, &all))
            @if all.told.len() > 1 { (overlaps(&visit, &all)) }
        }
    };
    Ok(Page::console(title, body))
}

/// `1,234 people agreed that …`
fn agreed(visit: &Visit, count: Told) -> String {
    let count = people(visit.lang, count);
    match visit.lang {
        Lang::En => {
            format!("How many people agreed that what they do here decides which ads they see: {count}.")
        }
        Lang::Zh => format!("同意以站内行为决定所看广告的人数：{count}。"),
    }
}

fn table(visit: &Visit, names: &Names, all: &Everything) -> Markup {
    let columns = [
        Column::new(visit.say("Audience", "人群"), Kind::Text),
        Column::new(visit.say("Who", "规则"), Kind::Text),
        Column::new(visit.say("People, about", "人数（约）"), Kind::Number),
        Column::new(visit.say("Of all", "占比"), Kind::Share),
    ];
    let row = |one: &Known| {
        let said = one.rule.as_ref().map(|rule| names.say(rule, visit.lang)).unwrap_or_default();
        vec![
            Cell::link(&address(&one.audience.id), &one.audience.name),
            Cell::text(&said),
            one.count.map_or_else(Cell::none, |count| people_cell(visit.lang, count)),
            one.count.map_or_else(Cell::none, |count| Cell::share(ppm(count, all.people), visit.lang)),
        ]
    };
    let rows = all.told.iter().map(row).collect();
    html! { div class="section" { (Table::new(visit.say("Audiences", "人群"), &columns, rows).filtered().render(visit.lang)) } }
}

/// Of the people in each line, how many are also in each column.
fn overlaps(visit: &Visit, all: &Everything) -> Markup {
    let compared = &all.told[..all.shared.len()];
    let title = visit.say("Overlap", "重合");
    let mut columns = vec![Column::new(visit.say("Of the people in", "人群"), Kind::Text)];
    columns.extend(compared.iter().map(|one| Column::new(&one.audience.name, Kind::Share)));
    let row = |(one, shared): (&Known, &Vec<Option<Told>>)| {
        let mut cells = vec![Cell::text(&one.audience.name)];
        cells.extend(shared.iter().map(|both| match (both, one.count) {
            (Some(both), Some(count)) => Cell::share(ppm(*both, count), visit.lang),
            _ => Cell::none(),
        }));
        cells
    };
    let rows = compared.iter().zip(&all.shared).map(row).collect();
    let beneath = visit.say(
        "Each line says which part of its people is also in the audience above.",
        "每行表示该人群中同时属于上方人群的比例。",
    );
    parts::section(
        title,
        None,
        html! { p class="muted" { (beneath) } (Table::new(title, &columns, rows).render(visit.lang)) },
    )
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::{Browser, Town};
    use axum::http::StatusCode;
    use kernel::Role;

    const LINE: [(&str, &str); 6] = [
        ("term_0", "wants_to_see"),
        ("what_0", "anything"),
        ("times_0", "at_least"),
        ("n_0", "1"),
        ("days_0", "30"),
        ("name", "Those who want to"),
    ];

    async fn refresh(town: &Town) {
        let house = town.house.clone();
        let done = tokio::task::spawn_blocking(move || {
            flows::audiences::write_sightings(&house)?;
            flows::audiences::refresh(&house)
        });
        done.await.expect("a thread").expect("a refresh");
    }

    /// Twelve people agreed; all but the last want to see the film.
    async fn crowd(town: &Town) -> Vec<Browser> {
        let names = ["p01", "p02", "p03", "p04", "p05", "p06", "p07", "p08", "p09", "p10", "p11", "p12"];
        let mut people = Vec::new();
        for name in names {
            let person = town.person(name, &[]).await;
            person.post("/account/consent", &[("given", "yes")]).await;
            people.push(person);
        }
        refresh(town).await;
        for person in &people[..11] {
            person.post("/films/the-ferryman/want-to-see", &[]).await;
        }
        refresh(town).await;
        people
    }

    #[tokio::test]
    async fn an_audience_is_counted_saved_and_aimed_at() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let people = crowd(&town).await;
        let query: Vec<String> = LINE.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let counted =
            street.sun.get(&format!("/console/audiences/new?{}", query.join("&").replace(' ', "+"))).await;
        assert_eq!(counted.status, StatusCode::OK);
        assert!(!counted.text.contains(">11<") && !counted.text.contains("of 12"), "{}", counted.text);
        assert!(
            counted.text.contains(">about 10<") || counted.text.contains(">about 20<"),
            "{}",
            counted.text
        );

        let saved = street.sun.post("/console/audiences", &LINE).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let at = saved.location().to_owned();
        let kept = street.sun.get(&at).await;
        assert!(kept.text.contains("Those who want to"));
        assert!(kept.text.contains("href=\"/console/campaigns\">Aim a campaign at it"), "{}", kept.text);
        let list = street.sun.get("/console/audiences").await;
        assert!(list.text.contains("want to see anything in the last 30 days"), "{}", list.text);

        let campaign = format!("/console/campaigns/{}", street.campaign().await);
        let audience = at.rsplit('/').next().unwrap_or_default();
        let aimed = street.sun.post(&format!("{campaign}/audience"), &[("audience", audience)]).await;
        assert_eq!(aimed.location(), campaign, "{}", aimed.text);
        assert!(street.sun.get(&campaign).await.text.contains("Those who want to"));
        let sees = |text: &str| text.contains("href=\"/go/");
        assert!(sees(&people[0].get("/shops/east-gate").await.text));
        assert!(!sees(&people[11].get("/shops/east-gate").await.text));
        assert!(!sees(&town.browser().get("/shops/east-gate").await.text));

        // Who withdraws is counted no longer, and a small number is not told.
        for person in &people[..3] {
            person.post("/account/consent", &[("given", "no")]).await;
        }
        refresh(&town).await;
        let few = |text: &str| text.contains("fewer than 10") || text.contains("about 10");
        let counted = street.sun.get(&at).await.text;
        assert!(few(&counted) && !counted.contains(">8<"), "{counted}");
        let twice = (0..2)
            .map(|i| {
                format!(
                    "term_{i}=wants_to_see&what_{i}=anything&times_{i}=at_least&n_{i}=1&days_{i}={}",
                    30 - i
                )
            })
            .collect::<Vec<_>>();
        let by_term = street.sun.get(&format!("/console/audiences/new?{}", twice.join("&"))).await.text;
        assert!(by_term.contains("Each condition by itself") && few(&by_term), "{by_term}");
        assert!(!by_term.contains("data-value=\"8\""), "what a table is sorted by tells as little");
        assert!(!sees(&people[0].get("/shops/east-gate").await.text));
    }

    #[tokio::test]
    async fn an_audience_is_its_organisations_own() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let saved = street.sun.post("/console/audiences", &LINE).await;
        let at = saved.location().to_owned();
        let (_, rival) = town.staff("rival", Role::Studio).await;
        assert_eq!(rival.get(&at).await.status, StatusCode::NOT_FOUND);
        assert_eq!(rival.post(&at, &LINE).await.status, StatusCode::NOT_FOUND);
        assert!(rival.get("/console/audiences").await.text.contains("No audience yet"));
        let seed = format!("audience:{}", at.rsplit('/').next().unwrap_or_default());
        let stolen = [("term_0", "like"), ("what_0", seed.as_str()), ("n_0", "100"), ("name", "Theirs")];
        assert_eq!(rival.post("/console/audiences", &stolen).await.status, StatusCode::NOT_FOUND);
        let counted = format!("/console/audiences/new?term_0=like&n_0=100&what_0={seed}");
        assert_eq!(rival.get(&counted).await.status, StatusCode::NOT_FOUND);
        assert_eq!(town.operator().await.get(&at).await.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn another_studios_secret_film_is_no_choice_and_a_chosen_thing_stays() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let (_, rival) = town.staff("rival", Role::Studio).await;
        let form = || async { street.sun.get("/console/audiences/new").await.text };
        assert!(form().await.contains("The Ferryman"));
        let story = |scene: &mut flows::Scene| {
            let sql = "update title set status = 'production'";
            scene.tx.run(sql, &[]).map(|_| ())
        };
        let lane = flows::House::lane();
        town.house.write(&lane, kernel::Actor::System, story).await.expect("a secret");
        assert!(!rival.get("/console/audiences/new").await.text.contains("The Ferryman"));
        let gone = street.sun.get("/console/audiences/new?term_0=viewed&what_0=genre:noir&n_0=").await.text;
        assert!(gone.contains("value=\"genre:noir\" selected"), "{gone}");
        assert!(
            !gone.contains("name=\"n_0\" type=\"text\" inputmode=\"decimal\" value=\"1\""),
            "a proposal is no answer"
        );
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_rule_is_said() {
        let town = Town::new();
        let street = Street::new(&town).await;
        for (fields, said) in [
            (vec![("name", "Nobody")], "at least one condition"),
            (vec![("name", ""), ("term_0", "viewed")], "Please fill this in"),
            (vec![("name", "x"), ("term_0", "lives")], "In condition 1 please choose a city."),
            (vec![("name", "x"), ("term_0", "viewed"), ("n_0", "9")], "between 1 and 8"),
        ] {
            let refused = street.sun.post("/console/audiences", &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
            assert!(refused.text.contains(said), "{said}: {}", refused.text);
        }
    }
}
