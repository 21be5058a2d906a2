//! The film and its showings as schema.org says it, for programs that read pages.

use super::show::Film;
use super::{address, picture};
use flows::views::showing::Showing;
use kernel::{Lang, Result};
use serde_json::{Value, json};
use titles::credits::Job;

/// A `Movie` and one `ScreeningEvent` for each showing on the page.
pub(super) fn of_film(base_url: &str, lang: Lang, film: &Film) -> Result<String> {
    let page = format!("{base_url}{}", address(&film.title));
    let mut graph = vec![movie(base_url, &page, lang, film)];
    for showing in &film.showings {
        graph.push(screening(base_url, &page, lang, film, showing)?);
    }
    Ok(json!({ "@context": "https://schema.org", "@graph": graph }).to_string())
}

fn movie(base_url: &str, page: &str, lang: Lang, film: &Film) -> Value {
    let title = &film.title;
    let people = |job| {
        let of_job = film.credits.iter().filter(move |credit| credit.job == job);
        of_job.map(|credit| json!({ "@type": "Person", "name": credit.name.in_(lang) })).collect::<Vec<_>>()
    };
    let mut movie = json!({
        "@type": "Movie",
        "@id": format!("{page}#film"),
        "url": page,
        "name": title.name.in_(lang),
        "alternateName": [title.name.en, title.name.zh, title.original_name],
        "image": format!("{base_url}{}", picture(&title.artwork)),
        "description": title.synopsis.in_(lang),
        "genre": title.genre,
        "director": people(Job::Director),
        "actor": people(Job::Cast),
    });
    if let Some(premiere) = title.premiere {
        movie["datePublished"] = json!(premiere);
    }
    if title.runtime_minutes > 0 {
        movie["duration"] = json!(format!("PT{}M", title.runtime_minutes));
    }
    movie
}

fn screening(base_url: &str, page: &str, lang: Lang, film: &Film, showing: &Showing) -> Result<Value> {
    let (showtime, price) = (&showing.showtime, showing.price()?);
    let seats = format!("{base_url}{}", crate::box_office::address(&showtime.place, &showtime.id));
    let stock = if showing.free() > 0 { "InStock" } else { "SoldOut" };
    Ok(json!({
        "@type": "ScreeningEvent",
        "name": film.title.name.in_(lang),
        "url": seats,
        "startDate": showtime.starts_at.rfc3339(),
        "endDate": showtime.ends_at.rfc3339(),
        "videoFormat": showtime.version,
        "eventStatus": "https://schema.org/EventScheduled",
        "workPresented": { "@id": format!("{page}#film") },
        "location": {
            "@type": "MovieTheater",
            "name": showing.cinema.name.in_(lang),
            "address": showing.cinema.address.in_(lang),
        },
        "offers": {
            "@type": "Offer",
            "price": price.decimal(),
            "priceCurrency": price.currency.code(),
            "availability": format!("https://schema.org/{stock}"),
            "url": seats,
        },
    }))
}
