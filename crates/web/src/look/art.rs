//! Original pictures, drawn by code: the film's still and poster, its goods, and a picture for any other name.
//!
//! Every picture is a whole SVG document that depends on its key alone, so it may be cached for ever.
//! A river at night is drawn once (`river`) and then framed: as a still, a poster, or a print on goods.

mod films;
mod goods;
mod pen;
mod river;

/// The keys with a picture of their own; any other key gets one grown from its letters.
pub fn keys() -> &'static [&'static str] {
    &[
        "the-ferryman",
        "the-ferryman-poster",
        "goods-print",
        "goods-mug",
        "goods-pin",
        "goods-scarf",
        "goods-soundtrack",
        "goods-tote",
        "goods-case",
        "goods-notebook",
        "logo-shop",
        "logo-club",
        "logo-music",
        "logo-market",
    ]
}

/// The SVG document for a key.
///
/// `poster-…` is tall, `logo-…` is a round mark, `goods-…` is a product, all else is a wide still.
pub fn still(key: &str) -> String {
    match key {
        "the-ferryman" => river::still(),
        "the-ferryman-poster" => river::poster(),
        "logo-shop" => goods::mark("shop"),
        "logo-club" => goods::mark("club"),
        "logo-music" => goods::mark("music"),
        "logo-market" => goods::mark("market"),
        _ => grown(key),
    }
}

fn grown(key: &str) -> String {
    match key.split_once('-') {
        Some(("poster", seed)) => films::poster(seed),
        Some(("film", seed)) => films::still(seed),
        Some(("logo", seed)) => goods::seal(seed),
        Some(("goods", kind)) => goods::product(kind),
        _ => films::still(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_depends_on_its_key_alone() {
        for key in keys().iter().chain(&["film-long march", "poster-夜航", "logo-<b>", "anything"]) {
            let picture = still(key);
            assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>"), "{key}");
            assert_eq!(picture, still(key));
            assert!(
                !picture.contains("<b>") && !picture.contains(" style=") && !picture.contains("NaN"),
                "{key}"
            );
        }
        assert_ne!(still("film-a"), still("film-b"));
    }
}
