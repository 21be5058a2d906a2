//! The installation's own settings, by name.

use db::{Tx, View};
use kernel::Result;

pub fn get(view: &View, name: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = view.maybe("select value from setting where name = $1", &[&name])?;
    Ok(row.map(|(value,)| value))
}

pub fn put(tx: &Tx, name: &str, value: &str) -> Result<()> {
    tx.run(
        "insert into setting (name, value) values ($1, $2)
        on conflict (name) do update set value = excluded.value",
        &[&name, &value],
    )
    .map(|_| ())
}

/// Sets what is not yet set; false when somebody was first.
pub fn put_once(tx: &Tx, name: &str, value: &str) -> Result<bool> {
    let put = tx.run(
        "insert into setting (name, value) values ($1, $2) on conflict (name) do nothing",
        &[&name, &value],
    )?;
    Ok(put == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::{Lane, scratch::scratch};

    #[test]
    fn the_first_to_set_a_setting_once_wins() {
        let db = scratch();
        let story = db.write_blocking(Lane::house(), |tx| {
            assert_eq!(get(tx, "name")?, None);
            assert!(put_once(tx, "name", "a")?);
            assert!(!put_once(tx, "name", "b")?);
            assert_eq!(get(tx, "name")?.as_deref(), Some("a"));
            put(tx, "name", "c")?;
            get(tx, "name")
        });
        assert_eq!(story.expect("a write").as_deref(), Some("c"));
    }
}
