//! What a title is called in languages other than the two that Ferryman speaks.

use crate::text;
use crate::titles::{NAME_CHARS_MAX, TITLES_MAX, lock};
use db::{FromRow, Row, Tx, View};
use kernel::{Refusal, Result, TitleId, Words};

/// Names of one title, at most.
pub const NAMES_MAX: usize = 60;
const LANG_CHARS_MAX: usize = 12;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// A BCP 47 tag such as `fr` or `zh-Hant-HK`.
    pub lang: String,
    pub name: String,
}

impl FromRow for Name {
    fn from_row(row: &mut Row) -> Result<Name> {
        Ok(Name { lang: row.next()?, name: row.next()? })
    }
}

impl Name {
    fn check(&self) -> Result<Name, Refusal> {
        let lang = self.lang.trim();
        let parts = || lang.split('-');
        let well_formed = lang.len() <= LANG_CHARS_MAX
            && parts().next().is_some_and(|main| (2..=3).contains(&main.len()))
            && parts().all(|part| {
                (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
        if !well_formed {
            return Err(bad_lang());
        }
        let name = text::line("name", &Words::new("The name", "片名"), &self.name, NAME_CHARS_MAX)?;
        Ok(Name { lang: lang.to_owned(), name })
    }
}

fn bad_lang() -> Refusal {
    Refusal::field(
        "lang",
        "bad_lang",
        "A language is a tag such as fr, ja or zh-Hant-HK.",
        "语言请写成 fr、ja 或 zh-Hant-HK 这样的代码。",
    )
}

/// Sets the name in one language.
pub fn put(tx: &Tx, title: &TitleId, name: &Name) -> Result<()> {
    let name = name.check()?;
    lock(tx, title)?;
    tx.run(
        "insert into title_name (title_id, lang, name) values ($1, $2, $3)
        on conflict (title_id, lang) do update set name = excluded.name",
        &[title, &name.lang, &name.name],
    )?;
    let (count,): (i64,) = tx.one("select count(*) from title_name where title_id = $1", &[title])?;
    if count > NAMES_MAX as i64 { Err(too_many().into()) } else { Ok(()) }
}

fn too_many() -> Refusal {
    Refusal::field(
        "lang",
        "too_many_names",
        format!("A title has names in at most {NAMES_MAX} more languages."),
        format!("一部影片最多再有 {NAMES_MAX} 种语言的片名。"),
    )
}

/// False when there was none.
pub fn remove(tx: &Tx, title: &TitleId, lang: &str) -> Result<bool> {
    Ok(tx.run("delete from title_name where title_id = $1 and lang = $2", &[title, &lang])? == 1)
}

pub fn of(view: &View, title: &TitleId) -> Result<Vec<Name>> {
    view.all("select lang, name from title_name where title_id = $1 order by lang", &[title])
}

/// The further names of every title.
pub fn all(view: &View) -> Result<Vec<(TitleId, String)>> {
    view.all(
        "select title_id, name from title_name order by title_id, lang limit $1",
        &[&(TITLES_MAX * NAMES_MAX as i64)],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Slate;

    fn name(lang: &str, name: &str) -> Name {
        Name { lang: lang.into(), name: name.into() }
    }

    #[test]
    fn a_title_has_one_name_a_language() {
        let slate = Slate::new();
        let title = slate.title().id;
        let names = slate.write(move |tx, _| {
            put(tx, &title, &name("ja", "渡し守"))?;
            put(tx, &title, &name("fr", "Passeur"))?;
            put(tx, &title, &name("fr", "Le Passeur"))?;
            assert!(remove(tx, &title, "ja")?);
            assert!(!remove(tx, &title, "ja")?);
            of(tx, &title)
        });
        assert_eq!(names.expect("names"), [name("fr", "Le Passeur")]);
    }

    #[test]
    fn a_language_is_a_tag() {
        for good in ["fr", "zh-Hant-HK", "cmn"] {
            assert!(name(good, "x").check().is_ok(), "{good}");
        }
        for bad in ["", "f", "french!", "fr_FR", "fr-", "zh-Hant-HK-x1", "法语"] {
            assert_eq!(name(bad, "x").check().err().and_then(|no| no.field), Some("lang"), "{bad}");
        }
        assert_eq!(name("fr", "").check().err().and_then(|no| no.field), Some("name"));
    }
}
