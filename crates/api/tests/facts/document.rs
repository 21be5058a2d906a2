//! The document: every route is in it, every reference resolves, every operation says how it answers.

use crate::town::Town;
use serde_json::Value;
use std::collections::BTreeSet;

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &'_ Value)| {
        let methods: Vec<String> = item.as_object().expect("a path item").keys().cloned().collect();
        methods.into_iter().map(|method| (method, path.clone())).collect::<Vec<_>>()
    };
    let named: Vec<(String, String)> = paths.iter().flat_map(of_path).collect();
    named
        .into_iter()
        .map(|(method, path)| (method.clone(), path.clone(), &document["paths"][path][method]))
        .collect()
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_route_is_in_the_document_and_nothing_else() {
    let town = Town::new();
    let documented: BTreeSet<(String, String)> = operations(&town.contract.0)
        .into_iter()
        .map(|(method, path, _)| (method.to_uppercase(), path))
        .collect();
    let registered: BTreeSet<(String, String)> =
        town.entries.iter().map(|entry| (entry.method.to_string(), entry.path.to_owned())).collect();
    assert_eq!(documented, registered);
    assert_eq!(registered.len(), town.entries.len(), "a route stands in the registry once");
}

#[tokio::test]
async fn every_reference_resolves_and_every_schema_is_used() {
    let town = Town::new();
    let document = &town.contract.0;
    assert_eq!(document["openapi"], "3.1.0");
    let mut found = Vec::new();
    references(document, &mut found);
    for reference in &found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
    }
    for name in document["components"]["schemas"].as_object().expect("schemas").keys() {
        assert!(found.contains(&format!("#/components/schemas/{name}")), "{name} is used nowhere");
    }
}

#[tokio::test]
async fn every_operation_says_how_it_answers() {
    let town = Town::new();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&town.contract.0) {
        let at = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().expect("an id")), "{at}: the id is taken");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{at}");
        let responses = operation["responses"].as_object().expect("responses");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{at} never answers well");
        for refusal in ["401", "500", "503"] {
            assert!(responses.contains_key(refusal), "{at} never refuses with {refusal}");
        }
        let in_path =
            operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "path");
        assert_eq!(in_path.count(), path.matches('{').count(), "{at}");
        assert!(operation["security"].is_array(), "{at}");
    }
}

#[tokio::test]
async fn what_moves_money_is_sent_under_a_key() {
    let town = Town::new();
    for path in ["/api/places/{place}/showtimes/{showtime}/orders", "/api/places/{place}/product-orders"] {
        let parameters = &town.contract.0["paths"][path]["post"]["parameters"];
        let key =
            parameters.as_array().expect("parameters").iter().find(|one| one["name"] == "Idempotency-Key");
        assert_eq!(key.expect("a key")["required"], true, "{path}");
    }
}

#[tokio::test]
async fn bodies_are_closed() {
    let town = Town::new();
    let contract = &town.contract;
    for (method, path, operation) in operations(&contract.0) {
        let Some(body) = operation.get("requestBody") else { continue };
        // What a provider sends is not ours to describe.
        if body["content"].get("*/*").is_some() {
            continue;
        }
        let schema = contract.resolve(&body["content"]["application/json"]["schema"]);
        assert_eq!(schema["additionalProperties"], false, "{method} {path}");
    }
}
