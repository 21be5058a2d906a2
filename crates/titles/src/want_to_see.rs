//! People who want to see a title: the earliest sign of demand.

use crate::titles::not_found;
use db::{Tx, View};
use kernel::{Act, PersonId, Result, TitleId};

/// Counts the actor in; false when they already were.
pub fn add(tx: &Tx, act: &Act, title: &TitleId) -> Result<bool> {
    let person = act.person()?;
    crate::any(tx, title)?.ok_or_else(not_found)?;
    let added = tx.run(
        "insert into want_to_see (title_id, person_id, at) values ($1, $2, $3)
        on conflict (title_id, person_id) do nothing",
        &[title, &person, &act.at],
    )?;
    Ok(added == 1)
}

/// Counts the actor out; false when they were not in.
pub fn remove(tx: &Tx, act: &Act, title: &TitleId) -> Result<bool> {
    let person = act.person()?;
    Ok(tx.run("delete from want_to_see where title_id = $1 and person_id = $2", &[title, &person])? == 1)
}

/// Counts somebody out everywhere, as when they are erased.
pub fn forget(tx: &Tx, person: &PersonId) -> Result<()> {
    tx.run("delete from want_to_see where person_id = $1", &[person]).map(|_| ())
}

pub fn count(view: &View, title: &TitleId) -> Result<i64> {
    let (count,): (i64,) = view.one("select count(*) from want_to_see where title_id = $1", &[title])?;
    Ok(count)
}

pub fn has(view: &View, title: &TitleId, person: &PersonId) -> Result<bool> {
    let found: Option<(i64,)> =
        view.maybe("select at from want_to_see where title_id = $1 and person_id = $2", &[title, person])?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Slate;
    use kernel::{Actor, Kind};

    #[test]
    fn a_person_is_counted_once() {
        let slate = Slate::new();
        let title = slate.title().id;
        let story = slate.write(move |tx, act| {
            let ann = act.person()?;
            assert!(!has(tx, &title, &ann)?);
            assert!(add(tx, act, &title)?);
            assert!(!add(tx, act, &title)?);
            assert!(has(tx, &title, &ann)?);
            assert_eq!(count(tx, &title)?, 1);
            assert!(remove(tx, act, &title)?);
            assert!(!remove(tx, act, &title)?);
            count(tx, &title)
        });
        assert_eq!(story.expect("a story"), 0);
    }

    #[test]
    fn a_guest_signs_in_first() {
        let slate = Slate::new();
        let title = slate.title().id;
        let guest = slate.write(move |tx, act| add(tx, &Act { actor: Actor::Guest, ..act.clone() }, &title));
        assert_eq!(guest.expect_err("a guest").refusal().map(|no| no.kind), Some(Kind::SignInFirst));
    }
}
