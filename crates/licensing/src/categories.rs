//! What licensed goods are made as. An offer may name other categories; these have words for readers.

use kernel::Words;

/// Code, English, 中文; in the order in which forms show them.
pub const KNOWN: [(&str, &str, &str); 12] = [
    ("apparel", "Apparel", "服饰"),
    ("accessories", "Accessories", "配饰"),
    ("figures", "Figures", "手办"),
    ("toys", "Toys", "玩具"),
    ("posters", "Posters", "海报"),
    ("stationery", "Stationery", "文具"),
    ("home", "Home", "家居"),
    ("food", "Food and drink", "食品饮料"),
    ("beauty", "Beauty", "美妆"),
    ("digital", "Digital", "数码"),
    ("books", "Books", "图书"),
    ("music", "Music", "音乐"),
];

/// The words for a category; its code when it has none.
pub fn words(code: &str) -> Words {
    let known = KNOWN.into_iter().find(|(known, _, _)| *known == code);
    known.map_or_else(|| Words::new(code, code), |(_, en, zh)| Words::new(en, zh))
}
