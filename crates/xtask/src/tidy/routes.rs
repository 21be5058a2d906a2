//! Every address of an edge stands in one file, beside who may call it.

use crate::source::{Finding, Source, spells};

const EDGES: [&str; 2] = ["web", "api"];

pub fn check(sources: &[Source]) -> Vec<Finding> {
    let edges = sources.iter().filter(|source| source.is_program() && EDGES.contains(&source.crate_name()));
    edges.flat_map(check_one).collect()
}

fn check_one(source: &Source) -> Vec<Finding> {
    let registry = format!("crates/{}/src/routes.rs", source.crate_name());
    if source.path == registry || !source.is_rust() {
        return Vec::new();
    }
    let tokens = source.tokens().unwrap_or_default();
    let routes = (0..tokens.len()).filter(|i| {
        let adds_one =
            [". route (", ". route_service (", ". nest ("].iter().any(|call| spells(&tokens[*i..], call));
        adds_one && !tokens[*i].in_test
    });
    routes
        .map(|i| {
            let at = format!("{}:{}", source.path, tokens[i].line);
            Finding::new(at, format!("routes are made in {registry}, each with who may call it"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{planted, said};

    #[test]
    fn a_route_outside_the_registry_is_found() {
        let code = "fn a() {\n    Router::new().route(\"/\", get(home))\n}";
        assert!(said(check(&planted("crates/web/src/home.rs", code))).contains("home.rs:2"));
        assert!(
            said(check(&planted("crates/api/src/ads/serve.rs", code))).contains("crates/api/src/routes.rs")
        );
        assert_eq!(said(check(&planted("crates/web/src/routes.rs", code))), "");
        assert_eq!(said(check(&planted("crates/ferryman/src/serve.rs", code))), "");
        assert_eq!(said(check(&planted("crates/web/src/home.rs", &format!("#[cfg(test)]\n{code}")))), "");
    }
}
