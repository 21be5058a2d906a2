//! Every migration on disk is one that `db` runs, and in that order.

use crate::source::{Finding, Source, Word};

pub fn check(sources: &[Source], list_path: &str, migrations: &[Source]) -> Vec<Finding> {
    let Some(list) = sources.iter().find(|source| source.path == list_path) else {
        return vec![Finding::new(list_path, "the list of migrations is gone")];
    };
    let listed = listed(list);
    let names: Vec<&str> =
        migrations.iter().map(|migration| migration.file_name().trim_end_matches(".sql")).collect();
    let missing = names.iter().filter(|name| !listed.iter().any(|listed| listed == *name));
    let mut findings: Vec<Finding> = missing
        .map(|name| {
            Finding::new(
                format!("migrations/{name}.sql"),
                format!("this migration is not listed in {list_path}"),
            )
        })
        .collect();
    if findings.is_empty() && listed != names {
        findings
            .push(Finding::new(list_path, "migrations are listed once each, in the order of their names"));
    }
    findings
}

/// The names in the list: literals such as `0004_box_office`.
fn listed(list: &Source) -> Vec<String> {
    let tokens = list.tokens().unwrap_or_default();
    let texts = tokens.into_iter().filter_map(|token| match token.word {
        Word::Text(text) => Some(text),
        _ => None,
    });
    texts
        .filter(|text| {
            let numbered = text.len() > 5 && text.bytes().take(4).all(|byte| byte.is_ascii_digit());
            numbered && text.as_bytes()[4] == b'_'
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{planted, said};

    const LIST: &str = "crates/db/src/migrations.rs";

    #[test]
    fn a_migration_that_does_not_run_is_found() {
        let list = planted(
            LIST,
            r#"const M: &[(&str, &str)] = &[("0001_people", include_str!("../../../migrations/0001_people.sql"))];"#,
        );
        let mut migrations = planted("migrations/0001_people.sql", "");
        assert_eq!(said(check(&list, LIST, &migrations)), "");
        migrations.extend(planted("migrations/0002_titles.sql", ""));
        assert!(
            said(check(&list, LIST, &migrations))
                .contains("migrations/0002_titles.sql: this migration is not listed")
        );
        assert!(said(check(&list, LIST, &[])).contains("in the order of their names"));
        assert!(said(check(&[], LIST, &migrations)).contains("is gone"));
    }
}
