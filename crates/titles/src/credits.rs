//! Who made a title, in billing order.

use crate::text;
use crate::titles::lock;
use db::{FromRow, Row, Tx, View};
use kernel::{Error, Refusal, Result, TitleId, Words};

/// Credits of one title, at most.
pub const CREDITS_MAX: usize = 200;
pub const NAME_CHARS_MAX: usize = 80;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Job {
    Director,
    Writer,
    Producer,
    Cast,
    Cinematographer,
    Composer,
    Editor,
}

impl Job {
    pub const ALL: [Job; 7] = [
        Job::Director,
        Job::Writer,
        Job::Producer,
        Job::Cast,
        Job::Cinematographer,
        Job::Composer,
        Job::Editor,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Job::Director => "director",
            Job::Writer => "writer",
            Job::Producer => "producer",
            Job::Cast => "cast",
            Job::Cinematographer => "cinematographer",
            Job::Composer => "composer",
            Job::Editor => "editor",
        }
    }

    pub fn parse(code: &str) -> Option<Job> {
        Job::ALL.into_iter().find(|job| job.code() == code)
    }

    pub fn words(self) -> Words {
        match self {
            Job::Director => Words::new("Director", "导演"),
            Job::Writer => Words::new("Writer", "编剧"),
            Job::Producer => Words::new("Producer", "制片人"),
            Job::Cast => Words::new("Cast", "主演"),
            Job::Cinematographer => Words::new("Cinematographer", "摄影"),
            Job::Composer => Words::new("Composer", "作曲"),
            Job::Editor => Words::new("Editor", "剪辑"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    pub job: Job,
    /// One of the two may be empty.
    pub name: Words,
}

impl FromRow for Credit {
    fn from_row(row: &mut Row) -> Result<Credit> {
        let code: String = row.next()?;
        let job =
            Job::parse(&code).ok_or_else(|| Error::fault(format!("“{code}” is no job in the credits")))?;
        Ok(Credit { job, name: row.words()? })
    }
}

impl Credit {
    fn check(&self) -> Result<Credit, Refusal> {
        let what = Words::new("A name in the credits", "主创姓名");
        let name = Words {
            en: text::maybe_line("credits", &what, &self.name.en, NAME_CHARS_MAX)?,
            zh: text::maybe_line("credits", &what, &self.name.zh, NAME_CHARS_MAX)?,
        };
        text::line("credits", &what, name.in_(kernel::Lang::En), NAME_CHARS_MAX)?;
        Ok(Credit { job: self.job, name })
    }
}

/// Puts this list in the place of the old one.
pub fn replace(tx: &Tx, title: &TitleId, credits: &[Credit]) -> Result<()> {
    if credits.len() > CREDITS_MAX {
        return Err(too_many().into());
    }
    let credits = credits.iter().map(Credit::check).collect::<Result<Vec<_>, Refusal>>()?;
    lock(tx, title)?;
    tx.run("delete from credit where title_id = $1", &[title])?;
    for (position, credit) in credits.iter().enumerate() {
        tx.run(
            "insert into credit (title_id, position, job, name_en, name_zh) values ($1, $2, $3, $4, $5)",
            &[title, &(position as i64 + 1), &credit.job.code(), &credit.name.en, &credit.name.zh],
        )?;
    }
    Ok(())
}

fn too_many() -> Refusal {
    Refusal::field(
        "credits",
        "too_many_credits",
        format!("A title has at most {CREDITS_MAX} credits."),
        format!("一部影片最多 {CREDITS_MAX} 条主创信息。"),
    )
}

/// In billing order.
pub fn of(view: &View, title: &TitleId) -> Result<Vec<Credit>> {
    view.all("select job, name_en, name_zh from credit where title_id = $1 order by position", &[title])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Slate;

    fn credit(job: Job, en: &str, zh: &str) -> Credit {
        Credit { job, name: Words::new(en, zh) }
    }

    #[test]
    fn a_new_list_takes_the_place_of_the_old() {
        let slate = Slate::new();
        let title = slate.title().id;
        let list =
            vec![credit(Job::Director, "Zhang Jiajia", "张嘉佳"), credit(Job::Cast, "Tony Leung", "梁朝伟")];
        let kept = list.clone();
        let credits = slate.write(move |tx, _| {
            replace(tx, &title, &[credit(Job::Composer, "Somebody", "")])?;
            replace(tx, &title, &list)?;
            of(tx, &title)
        });
        assert_eq!(credits.expect("credits"), kept);
    }

    #[test]
    fn a_credit_names_somebody() {
        let slate = Slate::new();
        let title = slate.title().id;
        let nobody = slate.write(move |tx, _| replace(tx, &title, &[credit(Job::Cast, " ", "")]));
        assert_eq!(nobody.expect_err("nobody").refusal().and_then(|no| no.field), Some("credits"));
        let title = slate.read(|view| crate::by_slug(view, "the-ferryman")).expect("a title").id;
        let crowd = vec![credit(Job::Cast, "One", "一"); CREDITS_MAX + 1];
        let crowded = slate.write(move |tx, _| replace(tx, &title, &crowd));
        assert_eq!(crowded.expect_err("a crowd").refusal().map(|no| no.code), Some("too_many_credits"));
    }
}
