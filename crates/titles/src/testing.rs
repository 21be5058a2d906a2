//! What the tests of this crate start from: a studio with one film.

use crate::{Draft, Status, Title};
use db::scratch::{Scratch, scratch};
use db::{Lane, Tx, View};
use kernel::{Act, Actor, Day, Dice, Instant, OrgId, PersonId, Result, Words};

pub const NOW: Instant = Instant::from_micros(1_482_492_600_000_000);

pub struct Slate {
    pub db: Scratch,
    pub studio: OrgId,
}

impl Slate {
    pub fn new() -> Slate {
        let slate = Slate { db: scratch(), studio: OrgId("org_studio".into()) };
        let made = slate.write(|tx, act| {
            tx.run(
                "insert into org (id, kind, name_en, name_zh, created_at) values ('org_studio', 'studio', 'S', '影', $1)",
                &[&act.at],
            )?;
            tx.run(
                "insert into person (id, email, name, lang, password_hash, created_at)
                values ('per_ann', 'ann@example.com', 'Ann', 'en', '', $1)",
                &[&act.at],
            )
        });
        made.expect("a studio");
        slate
    }

    pub fn write<T: Send + 'static>(
        &self,
        mut story: impl FnMut(&Tx, &mut Act) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let act = Act::new(ann(), NOW, Dice::seeded(5));
        self.db.write_blocking(Lane::house(), move |tx| story(tx, &mut act.clone()))
    }

    pub fn read<T: Send + 'static>(&self, look: impl FnOnce(&View) -> Result<T> + Send + 'static) -> T {
        self.db.read_blocking(look).expect("a read")
    }

    pub fn title(&self) -> Title {
        let studio = self.studio.clone();
        self.write(move |tx, act| crate::add(tx, act, &studio, &ferryman())).expect("a title")
    }
}

fn ann() -> Actor {
    Actor::Person { id: PersonId("per_ann".into()), name: "Ann".into(), roles: Vec::new() }
}

pub fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

pub fn ferryman() -> Draft {
    Draft {
        status: Status::Announced,
        original_name: "摆渡人".into(),
        name: Words::new("The Ferryman", "摆渡人"),
        synopsis: Words::new("A bar, a river, three friends.", "一家酒吧，三个朋友。"),
        genre: "comedy".into(),
        runtime_minutes: 128,
        premiere: Some(day("2016-12-23")),
        artwork: "the-ferryman".into(),
        domestic: true,
    }
}
