//! The titles themselves.

use crate::text;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Day, Error, Instant, Kind, OrgId, Refusal, Result, TitleId, Words};

pub const NAME_CHARS_MAX: usize = 120;
pub const SYNOPSIS_CHARS_MAX: usize = 4_000;
pub const GENRE_CHARS_MAX: usize = 40;
pub const ARTWORK_CHARS_MAX: usize = 60;
pub const RUNTIME_MINUTES_MAX: i64 = 600;
/// Titles in one answer, at most.
pub const TITLES_MAX: i64 = 5_000;
const SLUG_CHARS_MAX: usize = 60;
/// Titles of one English name, at most.
const NAMESAKES_MAX: u32 = 99;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    Development,
    Production,
    PostProduction,
    Announced,
    Released,
    Withdrawn,
}

impl Status {
    pub const ALL: [Status; 6] = [
        Status::Development,
        Status::Production,
        Status::PostProduction,
        Status::Announced,
        Status::Released,
        Status::Withdrawn,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Status::Development => "development",
            Status::Production => "production",
            Status::PostProduction => "post_production",
            Status::Announced => "announced",
            Status::Released => "released",
            Status::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(code: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.code() == code)
    }

    pub fn words(self) -> Words {
        match self {
            Status::Development => Words::new("In development", "开发中"),
            Status::Production => Words::new("In production", "拍摄中"),
            Status::PostProduction => Words::new("In post-production", "后期制作"),
            Status::Announced => Words::new("Announced", "待上映"),
            Status::Released => Words::new("Released", "已上映"),
            Status::Withdrawn => Words::new("Withdrawn", "已撤档"),
        }
    }

    /// Whether consumers may see the title.
    pub fn is_public(self) -> bool {
        matches!(self, Status::Announced | Status::Released)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    pub id: TitleId,
    pub slug: String,
    pub studio: OrgId,
    pub status: Status,
    pub original_name: String,
    pub name: Words,
    pub synopsis: Words,
    pub genre: String,
    /// Zero while nobody knows.
    pub runtime_minutes: i64,
    pub premiere: Option<Day>,
    /// The key of its picture.
    pub artwork: String,
    pub domestic: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl FromRow for Title {
    fn from_row(row: &mut Row) -> Result<Title> {
        Ok(Title {
            id: row.next()?,
            slug: row.next()?,
            studio: row.next()?,
            status: read_status(row.next()?)?,
            original_name: row.next()?,
            name: row.words()?,
            synopsis: row.words()?,
            genre: row.next()?,
            runtime_minutes: row.next()?,
            premiere: row.next()?,
            artwork: row.next()?,
            domestic: row.next()?,
            created_at: row.next()?,
            updated_at: row.next()?,
        })
    }
}

fn read_status(code: String) -> Result<Status> {
    Status::parse(&code).ok_or_else(|| Error::fault(format!("“{code}” is no status of a title")))
}

/// What a studio says about a title: everything but what Ferryman adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub status: Status,
    /// As on the poster; the Chinese name when left empty.
    pub original_name: String,
    pub name: Words,
    pub synopsis: Words,
    pub genre: String,
    pub runtime_minutes: i64,
    pub premiere: Option<Day>,
    /// Left empty, the title gets a picture grown from its name.
    pub artwork: String,
    pub domestic: bool,
}

impl Draft {
    /// The draft within its limits, blanks trimmed, empty parts filled in.
    pub fn check(&self) -> Result<Draft, Refusal> {
        let name = Words {
            en: text::line(
                "name_en",
                &Words::new("The English name", "英文片名"),
                &self.name.en,
                NAME_CHARS_MAX,
            )?,
            zh: text::line(
                "name_zh",
                &Words::new("The Chinese name", "中文片名"),
                &self.name.zh,
                NAME_CHARS_MAX,
            )?,
        };
        let original = Words::new("The original name", "原片名");
        let original_name =
            text::maybe_line("original_name", &original, &self.original_name, NAME_CHARS_MAX)?;
        let (en, zh) =
            (Words::new("The English synopsis", "英文简介"), Words::new("The Chinese synopsis", "中文简介"));
        let synopsis = Words {
            en: text::prose("synopsis_en", &en, &self.synopsis.en, SYNOPSIS_CHARS_MAX)?,
            zh: text::prose("synopsis_zh", &zh, &self.synopsis.zh, SYNOPSIS_CHARS_MAX)?,
        };
        let genre =
            text::maybe_line("genre", &Words::new("The genre", "类型"), &self.genre, GENRE_CHARS_MAX)?;
        check_runtime(self.runtime_minutes)?;
        Ok(Draft {
            status: self.status,
            original_name: if original_name.is_empty() { name.zh.clone() } else { original_name },
            artwork: check_artwork(&self.artwork, &name.en)?,
            name,
            synopsis,
            genre,
            runtime_minutes: self.runtime_minutes,
            premiere: self.premiere,
            domestic: self.domestic,
        })
    }
}

fn check_runtime(minutes: i64) -> Result<(), Refusal> {
    if (0..=RUNTIME_MINUTES_MAX).contains(&minutes) {
        return Ok(());
    }
    Err(Refusal::field(
        "runtime_minutes",
        "bad_runtime",
        format!("A runtime is 0 (not known yet) to {RUNTIME_MINUTES_MAX} minutes."),
        format!("片长为 0（未定）到 {RUNTIME_MINUTES_MAX} 分钟。"),
    ))
}

fn check_artwork(key: &str, name: &str) -> Result<String, Refusal> {
    let key = key.trim();
    if key.is_empty() {
        return Ok(format!("film-{}", slug(name)).chars().take(ARTWORK_CHARS_MAX).collect());
    }
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if key.len() <= ARTWORK_CHARS_MAX && key.bytes().all(plain) {
        return Ok(key.to_owned());
    }
    Err(Refusal::field(
        "artwork",
        "bad_artwork",
        format!("A picture’s key is at most {ARTWORK_CHARS_MAX} small letters, digits and hyphens."),
        format!("图片代号最多 {ARTWORK_CHARS_MAX} 个小写字母、数字或连字符。"),
    ))
}

/// Puts a title on a studio's slate. Its address is made from its English name.
pub fn add(tx: &Tx, act: &mut Act, studio: &OrgId, draft: &Draft) -> Result<Title> {
    let draft = draft.check()?;
    let mut title = Title {
        id: act.id(),
        slug: slug(&draft.name.en),
        studio: studio.clone(),
        status: draft.status,
        original_name: draft.original_name,
        name: draft.name,
        synopsis: draft.synopsis,
        genre: draft.genre,
        runtime_minutes: draft.runtime_minutes,
        premiere: draft.premiere,
        artwork: draft.artwork,
        domestic: draft.domestic,
        created_at: act.at,
        updated_at: act.at,
    };
    let first = title.slug.clone();
    for namesake in 2..=NAMESAKES_MAX + 1 {
        if insert(tx, &title)? {
            return Ok(title);
        }
        title.slug = format!("{first}-{namesake}");
    }
    Err(Refusal::field(
        "name_en",
        "name_worn_out",
        "Too many titles have this English name already.",
        "同名的影片太多了，请换一个英文片名。",
    )
    .into())
}

fn insert(tx: &Tx, title: &Title) -> Result<bool> {
    let added = tx.run(
        "insert into title (
            id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en, synopsis_zh,
            genre, runtime_minutes, premiere, artwork, domestic, created_at, updated_at
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict (slug) do nothing",
        &[
            &title.id,
            &title.slug,
            &title.studio,
            &title.status.code(),
            &title.original_name,
            &title.name.en,
            &title.name.zh,
            &title.synopsis.en,
            &title.synopsis.zh,
            &title.genre,
            &title.runtime_minutes,
            &title.premiere,
            &title.artwork,
            &title.domestic,
            &title.created_at,
            &title.updated_at,
        ],
    )?;
    Ok(added == 1)
}

/// `The Ferryman!` becomes `the-ferryman`; a name without Latin letters or digits becomes `film`.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            '\'' | '’' => {}
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let slug: String = slug.chars().take(SLUG_CHARS_MAX).collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "film".into() } else { slug.to_owned() }
}

/// Changes a title that still is as the editor saw it, at `seen`; its address stays.
pub fn edit(tx: &Tx, act: &Act, id: &TitleId, seen: Instant, draft: &Draft) -> Result<Title> {
    let draft = draft.check()?;
    let updated_at = act.at.max(Instant::from_micros(seen.micros + 1));
    let edited = tx.run(
        "update title set
            status = $3, original_name = $4, name_en = $5, name_zh = $6, synopsis_en = $7, synopsis_zh = $8,
            genre = $9, runtime_minutes = $10, premiere = $11, artwork = $12, domestic = $13, updated_at = $14
        where id = $1 and updated_at = $2",
        &[
            id,
            &seen,
            &draft.status.code(),
            &draft.original_name,
            &draft.name.en,
            &draft.name.zh,
            &draft.synopsis.en,
            &draft.synopsis.zh,
            &draft.genre,
            &draft.runtime_minutes,
            &draft.premiere,
            &draft.artwork,
            &draft.domestic,
            &updated_at,
        ],
    )?;
    let now = any(tx, id)?.ok_or_else(not_found)?;
    if edited == 1 { Ok(now) } else { Err(changed_meanwhile().into()) }
}

fn changed_meanwhile() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "changed_meanwhile",
        "Somebody changed this title while you were editing. Please look at it again, then make your change.",
        "您编辑期间，别人改动了这部影片。请刷新后再改。",
    )
}

pub(crate) fn not_found() -> Refusal {
    Refusal::not_found("title", "影片")
}

/// Waits for everybody else who is changing what belongs to a title, until the end of the transaction.
pub(crate) fn lock(tx: &Tx, id: &TitleId) -> Result<()> {
    let found = tx.run("update title set slug = slug where id = $1", &[id])?;
    if found == 1 { Ok(()) } else { Err(not_found().into()) }
}

/// A studio's own title.
pub fn of(view: &View, studio: &OrgId, id: &TitleId) -> Result<Option<Title>> {
    view.maybe(
        "select id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en, synopsis_zh,
            genre, runtime_minutes, premiere, artwork, domestic, created_at, updated_at
        from title where id = $1 and studio_org_id = $2",
        &[id, studio],
    )
}

pub fn any(view: &View, id: &TitleId) -> Result<Option<Title>> {
    view.maybe(
        "select id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en, synopsis_zh,
            genre, runtime_minutes, premiere, artwork, domestic, created_at, updated_at
        from title where id = $1",
        &[id],
    )
}

pub fn by_slug(view: &View, slug: &str) -> Result<Option<Title>> {
    view.maybe(
        "select id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en, synopsis_zh,
            genre, runtime_minutes, premiere, artwork, domestic, created_at, updated_at
        from title where slug = $1",
        &[&slug],
    )
}

/// Every title, the latest premiere first; those without one at the top.
pub fn all(view: &View) -> Result<Vec<Title>> {
    view.all(
        "select id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en, synopsis_zh,
            genre, runtime_minutes, premiere, artwork, domestic, created_at, updated_at
        from title
        order by premiere desc nulls first, name_en, id
        limit $1",
        &[&TITLES_MAX],
    )
}

/// When any title was last changed.
pub fn newest_change(view: &View) -> Result<Option<Instant>> {
    let (at,): (Option<Instant>,) = view.one("select max(updated_at) from title", &[])?;
    Ok(at)
}

/// A studio's slate, the latest premiere first; titles without one at the top.
pub fn of_studio(view: &View, studio: &OrgId) -> Result<Vec<Title>> {
    view.all(
        "select id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en, synopsis_zh,
            genre, runtime_minutes, premiere, artwork, domestic, created_at, updated_at
        from title
        where studio_org_id = $1
        order by premiere desc nulls first, name_en, id
        limit $2",
        &[studio, &TITLES_MAX],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Slate, ferryman};

    #[test]
    fn an_address_is_made_from_the_english_name() {
        assert_eq!(slug("The Ferryman"), "the-ferryman");
        assert_eq!(slug("  What’s up -- 3?! "), "whats-up-3");
        assert_eq!(slug("摆渡人"), "film");
        assert_eq!(slug(&"long ".repeat(50)).len(), 59);
    }

    #[test]
    fn drafts_have_limits() {
        let refused = |change: &dyn Fn(&mut Draft)| {
            let mut draft = ferryman();
            change(&mut draft);
            draft.check().err().and_then(|no| no.field)
        };
        assert_eq!(refused(&|_| ()), None);
        assert_eq!(refused(&|draft| draft.name.en = " ".into()), Some("name_en"));
        assert_eq!(refused(&|draft| draft.name.zh = "人".repeat(121)), Some("name_zh"));
        assert_eq!(refused(&|draft| draft.synopsis.zh = "人".repeat(4_001)), Some("synopsis_zh"));
        assert_eq!(refused(&|draft| draft.synopsis.en = "two\nlines".into()), None);
        assert_eq!(refused(&|draft| draft.genre = "two\nlines".into()), Some("genre"));
        assert_eq!(refused(&|draft| draft.runtime_minutes = -1), Some("runtime_minutes"));
        assert_eq!(refused(&|draft| draft.runtime_minutes = 601), Some("runtime_minutes"));
        assert_eq!(refused(&|draft| draft.artwork = "../etc".into()), Some("artwork"));
    }

    #[test]
    fn empty_parts_are_filled_in() {
        let draft = Draft { original_name: String::new(), artwork: String::new(), ..ferryman() };
        let checked = draft.check().expect("a draft");
        assert_eq!(
            (checked.original_name.as_str(), checked.artwork.as_str()),
            ("摆渡人", "film-the-ferryman")
        );
    }

    #[test]
    fn namesakes_have_addresses_of_their_own() {
        let slate = Slate::new();
        let studio = slate.studio.clone();
        let slugs = slate.write(move |tx, act| {
            (0..3)
                .map(|_| add(tx, act, &studio, &ferryman()).map(|title| title.slug))
                .collect::<Result<Vec<_>>>()
        });
        assert_eq!(slugs.expect("titles"), ["the-ferryman", "the-ferryman-2", "the-ferryman-3"]);
    }

    #[test]
    fn a_title_is_found_by_its_own_studio() {
        let slate = Slate::new();
        let title = slate.title();
        let (studio, stranger) = (slate.studio.clone(), OrgId("org_other".into()));
        slate.read(move |view| {
            assert_eq!(of(view, &studio, &title.id)?, Some(title.clone()));
            assert_eq!(of(view, &stranger, &title.id)?, None);
            assert_eq!(any(view, &title.id)?, Some(title.clone()));
            assert_eq!(by_slug(view, "the-ferryman")?, Some(title.clone()));
            assert_eq!(all(view)?.len(), 1);
            assert_eq!(of_studio(view, &studio)?, [title]);
            assert_eq!(of_studio(view, &stranger)?, []);
            Ok(())
        });
    }

    #[test]
    fn an_edit_of_what_others_changed_is_refused() {
        let slate = Slate::new();
        let title = slate.title();
        let story = slate.write(move |tx, act| {
            let draft = Draft { status: Status::Released, ..ferryman() };
            let edited = edit(tx, act, &title.id, title.updated_at, &draft)?;
            assert_eq!(edited.status, Status::Released);
            assert!(edited.updated_at > title.updated_at);
            assert_eq!(edited.slug, title.slug);
            edit(tx, act, &title.id, title.updated_at, &ferryman())
        });
        assert_eq!(story.expect_err("stale").refusal().map(|no| no.code), Some("changed_meanwhile"));
    }
}
