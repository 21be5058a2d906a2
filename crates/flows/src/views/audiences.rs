//! What the log says that audiences are made of: who agreed, who did what, what was taken back.

use db::{FromRow, Row, View};
use demand::audience::{Behaviour, Named, Rule, What};
use events::Kind;
use kernel::{
    AudienceId, Day, EventId, Instant, Lang, OrderId, PersonId, PlaceId, ProductId, Result, TitleId, Words,
    Zone,
};
use people::consents;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Events of one place that are read at once.
const PAGE_MAX: i64 = 2000;
/// Events that are read in one snapshot; what is left comes with the next.
const READ_MAX: usize = 100_000;

/// How far each place's log was read.
pub type Marks = BTreeMap<PlaceId, EventId>;

/// What is new since some marks.
#[derive(Default)]
pub struct News {
    /// In the order of each place's log, the house's first.
    pub told: Vec<Told>,
    pub read_to: Marks,
    /// Whether there is more to read.
    pub more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Agreed { person: PersonId, at: Instant },
    Withdrew { person: PersonId },
    Did(Did),
    TookBack(Did),
}

/// What somebody did, where, about what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Did {
    pub person: PersonId,
    pub behaviour: Behaviour,
    pub at: Instant,
    /// The day that counts: of a purchase, when it was ordered.
    pub day: Day,
    pub title: Option<TitleId>,
    pub genre: Option<String>,
    /// The product, or what else the event was about.
    pub item: String,
    pub category: Option<String>,
    pub place: Option<PlaceId>,
    pub city: Option<String>,
}

/// An event with whose order it was about.
struct Line {
    id: EventId,
    at: Instant,
    kind: Option<Kind>,
    actor: String,
    title: Option<TitleId>,
    subject: String,
    body: String,
    buyer: Option<PersonId>,
    ordered_at: Option<Instant>,
}

impl FromRow for Line {
    fn from_row(row: &mut Row) -> Result<Line> {
        Ok(Line {
            id: row.next()?,
            at: row.next()?,
            kind: Kind::parse(&row.next::<String>()?),
            actor: row.next()?,
            title: row.next()?,
            subject: row.next()?,
            body: row.next()?,
            buyer: row.next()?,
            ordered_at: row.next()?,
        })
    }
}

/// Reads on from the marks, the house first and completely, so that whoever did something is known to have agreed.
pub fn news(view: &View, from: Marks) -> Result<News> {
    let zone = people::home::of(view)?.zone;
    let mut reader = Reader { view, zone, genres: HashMap::new(), categories: HashMap::new(), city: None };
    let mut news = News { read_to: from, ..News::default() };
    let mut places = places(view)?;
    places.insert(0, (PlaceId::house(), None));
    let mut read = 0;
    for (place, city) in places {
        reader.city = city;
        loop {
            if read >= READ_MAX {
                news.more = true;
                return Ok(news);
            }
            let lines = lines(view, &place, news.read_to.get(&place))?;
            read += lines.len();
            let Some(last) = lines.last() else { break };
            news.read_to.insert(place.clone(), last.id.clone());
            let whole = (lines.len() as i64) < PAGE_MAX;
            for line in lines {
                reader.tell(&place, line, &mut news.told)?;
            }
            if whole {
                break;
            }
        }
    }
    Ok(news)
}

/// Everywhere that keeps a log beside the house; a cinema with its city.
fn places(view: &View) -> Result<Vec<(PlaceId, Option<String>)>> {
    view.all(
        "select place_id, city_code from cinema
         union all
         select place_id, null from shop
         union all
         select place_id, null from channel where place_id not in (select place_id from shop)
         order by 1",
        &[],
    )
}

fn lines(view: &View, place: &PlaceId, after: Option<&EventId>) -> Result<Vec<Line>> {
    let after = after.map_or("", |id| id.0.as_str());
    view.all(
        "select event.id, event.at, event.kind, event.actor, event.title_id, event.subject, event.body,
           coalesce(ticket_order.buyer_id, product_order.buyer_id),
           coalesce(ticket_order.created_at, product_order.created_at)
         from event
         left join ticket_order on ticket_order.place_id = $1 and ticket_order.id = event.subject
         left join product_order on product_order.place_id = $1 and product_order.id = event.subject
         where event.place_id = $1 and event.id > $2
         order by event.id
         limit $3",
        &[place, &after, &PAGE_MAX],
    )
}

struct Reader<'a, 'v> {
    view: &'a View<'v>,
    /// Of the house, whose days are counted.
    zone: Zone,
    genres: HashMap<TitleId, Option<String>>,
    categories: HashMap<ProductId, String>,
    /// Of the place whose log is being read.
    city: Option<String>,
}

impl Reader<'_, '_> {
    fn tell(&mut self, place: &PlaceId, line: Line, told: &mut Vec<Told>) -> Result<()> {
        if line.kind == Some(Kind::PersonErased) {
            told.push(Told::Withdrew { person: PersonId(line.subject) });
            return Ok(());
        }
        let actor = line.actor.starts_with("per_").then(|| PersonId(line.actor.clone()));
        let Some(person) = line.buyer.clone().or(actor) else { return Ok(()) };
        let consent = matches!(line.kind, Some(Kind::ConsentGiven | Kind::ConsentWithdrawn));
        if consent && purpose(&line.body)? != consents::AUDIENCES {
            return Ok(());
        }
        let behaviour = match line.kind {
            Some(Kind::ConsentGiven) => {
                told.push(Told::Agreed { person, at: line.at });
                return Ok(());
            }
            Some(Kind::ConsentWithdrawn) => {
                told.push(Told::Withdrew { person });
                return Ok(());
            }
            Some(Kind::TicketsSold | Kind::TicketsRefunded) => Behaviour::BoughtTickets,
            Some(Kind::ProductsSold) => Behaviour::BoughtGoods,
            Some(Kind::ProductOrderRefunded) => return self.tell_returned(place, person, &line, told),
            Some(Kind::WantToSee) => Behaviour::WantsToSee,
            Some(Kind::AdClicked) => Behaviour::ClickedAd,
            Some(Kind::AdSeen) => Behaviour::SawAd,
            Some(Kind::PageViewed) => Behaviour::Viewed,
            Some(Kind::ProductCarted) => Behaviour::Carted,
            Some(Kind::SongPlayed) => Behaviour::Played,
            _ => return Ok(()),
        };
        let body: Value = serde_json::from_str(&line.body)?;
        if body["part"] == Value::Bool(true) {
            // Some seats went back; the buyer still goes with the others.
            return Ok(());
        }
        let mut did = self.did(place, person, behaviour, &line)?;
        did.category = match body["product"].as_str() {
            Some(product) => {
                did.item = product.to_owned();
                Some(self.category(&ProductId(product.to_owned()))?)
            }
            None => body["category"].as_str().map(str::to_owned),
        };
        let back = line.kind == Some(Kind::TicketsRefunded) || body["wanted"] == Value::Bool(false);
        told.push(if back { Told::TookBack(did) } else { Told::Did(did) });
        Ok(())
    }

    /// What went back takes with it every line of which nothing is left.
    fn tell_returned(
        &mut self,
        place: &PlaceId,
        person: PersonId,
        line: &Line,
        told: &mut Vec<Told>,
    ) -> Result<()> {
        let body: Value = serde_json::from_str(&line.body)?;
        let is_gone = |listing: &str| match body["gone"].as_array() {
            Some(gone) => gone.iter().any(|one| one == listing),
            // An order that went back whole before returns were kept by line.
            None => true,
        };
        for sold in shops::orders::lines(self.view, place, &OrderId(line.subject.clone()))? {
            if !is_gone(&sold.listing.0) {
                continue;
            }
            let mut did = self.did(place, person.clone(), Behaviour::BoughtGoods, line)?;
            did.genre = sold.title.as_ref().map(|title| self.genre(title)).transpose()?.flatten();
            did.title = sold.title;
            did.category = Some(self.category(&sold.product)?);
            told.push(Told::TookBack(did));
        }
        Ok(())
    }

    fn did(&mut self, place: &PlaceId, person: PersonId, behaviour: Behaviour, line: &Line) -> Result<Did> {
        let genre = line.title.as_ref().map(|title| self.genre(title)).transpose()?.flatten();
        let somewhere = *place != PlaceId::house();
        Ok(Did {
            person,
            behaviour,
            at: line.at,
            day: line.ordered_at.unwrap_or(line.at).day_in(&self.zone),
            title: line.title.clone(),
            genre,
            item: line.subject.clone(),
            category: None,
            place: somewhere.then(|| place.clone()),
            city: self.city.clone(),
        })
    }

    fn genre(&mut self, title: &TitleId) -> Result<Option<String>> {
        if let Some(known) = self.genres.get(title) {
            return Ok(known.clone());
        }
        let genre = titles::any(self.view, title)?.map(|title| title.genre).filter(|genre| !genre.is_empty());
        self.genres.insert(title.clone(), genre.clone());
        Ok(genre)
    }

    fn category(&mut self, product: &ProductId) -> Result<String> {
        if let Some(known) = self.categories.get(product) {
            return Ok(known.clone());
        }
        let category = shops::products::any(self.view, product)?.category;
        self.categories.insert(product.clone(), category.clone());
        Ok(category)
    }
}

/// What a consent is about.
fn purpose(body: &str) -> Result<String> {
    let body: Value = serde_json::from_str(body)?;
    Ok(body["purpose"].as_str().unwrap_or(consents::AUDIENCES).to_owned())
}

/// What the things in rules are called.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub titles: BTreeMap<TitleId, Words>,
    pub places: BTreeMap<PlaceId, Words>,
    pub cities: BTreeMap<String, Words>,
    pub audiences: BTreeMap<AudienceId, String>,
}

/// The names of everything there is, in catalogues that are small.
pub fn names(view: &View) -> Result<Names> {
    let titles = titles::all(view)?.into_iter().map(|title| (title.id, title.name)).collect();
    let cities = box_office::cities::all(view)?.into_iter().map(|city| (city.code, city.name)).collect();
    let places: Vec<(PlaceId, String, String)> = view.all(
        "select place_id, name_en, name_zh from cinema
         union all
         select place_id, name_en, name_zh from channel
         union all
         select place_id, name_en, name_zh from shop
         where place_id not in (select place_id from channel)
         order by 1",
        &[],
    )?;
    let places = places.into_iter().map(|(place, en, zh)| (place, Words::new(en, zh))).collect();
    let audiences = ads::audiences::all(view)?.into_iter().map(|one| (one.id, one.name)).collect();
    Ok(Names { titles, places, cities, audiences })
}

impl Names {
    /// A rule as a sentence.
    pub fn say(&self, rule: &Rule, lang: Lang) -> String {
        rule.say(lang, &|named| match named {
            Named::What(what) => self.what(what).in_(lang).to_owned(),
            Named::City(city) => self.city(city).in_(lang).to_owned(),
            Named::Audience(id) => self.audiences.get(id).cloned().unwrap_or_else(|| id.0.clone()),
        })
    }

    pub fn what(&self, what: &What) -> Words {
        let known =
            |words: Option<&Words>, code: &str| words.cloned().unwrap_or_else(|| Words::new(code, code));
        match what {
            What::Anything => Words::new("anything", "任意内容"),
            What::Title(id) => {
                let words = known(self.titles.get(id), &id.0);
                let zh = format!("《{}》", words.in_(Lang::Zh));
                Words::new(words.en, zh)
            }
            What::Genre(genre) => Words::new(genre, genre),
            What::Category(code) => licensing::categories::words(code),
            What::Place(id) => known(self.places.get(id), &id.0),
            What::City(code) => self.city(code),
        }
    }

    pub fn city(&self, code: &str) -> Words {
        self.cities.get(code).cloned().unwrap_or_else(|| Words::new(code, code))
    }
}
