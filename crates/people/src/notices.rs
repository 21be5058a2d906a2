//! What others did to somebody's account, kept until its owner is told at their next sign-in.

use db::{Tx, View};
use kernel::{Act, PersonId, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    FactorTakenOff,
    PasswordSetByLink,
}

impl What {
    const ALL: [What; 2] = [What::FactorTakenOff, What::PasswordSetByLink];

    pub fn code(self) -> &'static str {
        match self {
            What::FactorTakenOff => "factor_taken_off",
            What::PasswordSetByLink => "password_set_by_link",
        }
    }
}

/// Leaves word that the actor did it; `by_whom` is a person's number or `system`.
pub fn leave(tx: &Tx, act: &Act, person: &PersonId, what: What, by_whom: &str) -> Result<()> {
    tx.run(
        "insert into account_notice (person_id, what, by_whom, at) values ($1, $2, $3, $4)
        on conflict (person_id, what) do update set by_whom = excluded.by_whom, at = excluded.at",
        &[person, &what.code(), &by_whom, &act.at],
    )
    .map(|_| ())
}

/// Who did that, while its owner has not come since.
pub fn by_whom(view: &View, person: &PersonId, what: What) -> Result<Option<String>> {
    let found: Option<(String,)> = view.maybe(
        "select by_whom from account_notice where person_id = $1 and what = $2",
        &[person, &what.code()],
    )?;
    Ok(found.map(|(who,)| who))
}

/// All of them, told now and forgotten.
pub fn take(tx: &Tx, person: &PersonId) -> Result<Vec<What>> {
    let left: Vec<(String,)> =
        tx.all("select what from account_notice where person_id = $1 order by at, what", &[person])?;
    forget(tx, person)?;
    Ok(left.iter().filter_map(|(code,)| What::ALL.into_iter().find(|what| what.code() == code)).collect())
}

pub(crate) fn forget(tx: &Tx, person: &PersonId) -> Result<()> {
    tx.run("delete from account_notice where person_id = $1", &[person]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{act, ann};
    use db::{Lane, scratch::scratch};

    #[test]
    fn what_was_done_is_told_once() {
        let db = scratch();
        let ann = ann(&db).id;
        let story = db.write_blocking(Lane::house(), move |tx| {
            leave(tx, &act(), &ann, What::FactorTakenOff, "per_op")?;
            leave(tx, &act(), &ann, What::FactorTakenOff, "per_other")?;
            assert_eq!(by_whom(tx, &ann, What::FactorTakenOff)?.as_deref(), Some("per_other"));
            assert_eq!(by_whom(tx, &ann, What::PasswordSetByLink)?, None);
            assert_eq!(take(tx, &ann)?, [What::FactorTakenOff]);
            take(tx, &ann)
        });
        assert!(story.expect("a write").is_empty());
    }
}
