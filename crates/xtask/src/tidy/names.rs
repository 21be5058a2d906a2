//! No file is called after what it is not about.

use crate::source::{Finding, Source};

const EMPTY_NAMES: [&str; 10] =
    ["utils", "util", "common", "helpers", "helper", "misc", "types", "shared", "manager", "stuff"];

pub fn check(sources: &[Source]) -> Vec<Finding> {
    sources.iter().filter_map(check_one).collect()
}

fn check_one(source: &Source) -> Option<Finding> {
    let mut parts = source.path.split(['/', '.']);
    let empty = parts.find(|part| EMPTY_NAMES.contains(part))?;
    Some(Finding::new(&source.path, format!("“{empty}” says nothing; find the noun that the file is about")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{planted, said};

    #[test]
    fn an_empty_name_is_found() {
        for path in ["crates/web/src/utils.rs", "crates/web/src/helpers/mod.rs", "crates/types/src/lib.rs"] {
            assert!(said(check(&planted(path, ""))).contains("says nothing"), "{path}");
        }
        assert_eq!(said(check(&planted("crates/web/src/seat_types.rs", ""))), "");
    }
}
