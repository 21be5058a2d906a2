//! The document that describes the API (OpenAPI 3.1), made from the registry and the handlers' types.

use crate::problem::{self, Details};
use crate::routes::Entry;
use axum::http::Method;
use people::Who;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::{PartialSchema, ToSchema};

/// What a handler takes or answers, as the document says it.
pub trait Describe {
    fn describe(operation: &mut Operation);
}

/// A handler whose arguments and answer describe themselves.
pub trait Verb<A> {
    fn describe(operation: &mut Operation);
}

macro_rules! verbs {
    ($(($($argument:ident)*))*) => {$(
        impl<F, Answering, R, $($argument,)*> Verb<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Answering,
            Answering: Future<Output = R>,
            R: Describe,
            $($argument: Describe,)*
        {
            fn describe(operation: &mut Operation) {
                $($argument::describe(operation);)*
                R::describe(operation);
            }
        }
    )*};
}

verbs! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
}

/// One operation on its way into the document.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    id: String,
    summary: &'static str,
    path: Vec<Value>,
    parameters: Vec<Value>,
    body: Option<Value>,
    description_of_body: Option<String>,
    answers: BTreeMap<u16, Value>,
    refusals: BTreeSet<u16>,
    schemas: BTreeMap<String, Value>,
}

impl Operation {
    /// The operation of a handler; its id is the handler's folder and name.
    pub fn of<A, V: Verb<A>>(_: &V, summary: &'static str, who: Who) -> Operation {
        let mut operation = Operation { id: id(std::any::type_name::<V>()), summary, ..Operation::default() };
        // A session that is over is refused everywhere; anything may break, and be too busy.
        operation.refuses(&[401, 500, 503]);
        if matches!(who, Who::Roles(_)) {
            operation.refuses(&[403]);
        }
        V::describe(&mut operation);
        operation
    }

    /// A reference to a type's schema, which is kept with all that it needs.
    pub fn schema<T: ToSchema>(&mut self) -> Value {
        let mut needed = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut needed);
        for (name, schema) in needed {
            let schema = serde_json::to_value(schema).expect("a schema is plain data");
            keep(&mut self.schemas, name, schema);
        }
        reference(&T::name())
    }

    pub fn in_path(&mut self, schemas: Vec<Value>) {
        self.path = schemas;
    }

    pub fn parameter(&mut self, parameter: Value) {
        self.parameters.push(parameter);
    }

    pub fn takes(&mut self, schema: Value) {
        self.body = Some(schema);
    }

    /// A body that is not ours to describe.
    pub fn takes_any(&mut self, about: &str) {
        self.description_of_body = Some(about.to_owned());
    }

    pub fn answers(&mut self, status: u16, description: &str, schema: Option<Value>) {
        let mut answer = json!({ "description": description });
        if let Some(schema) = schema {
            answer["content"] = json!({ "application/json": { "schema": schema } });
        }
        self.answers.insert(status, answer);
    }

    pub fn refuses(&mut self, statuses: &[u16]) {
        self.refusals.extend(statuses);
    }

    fn render(&self, entry: &Entry) -> Value {
        let mut rendered = json!({
            "operationId": self.id,
            "summary": self.summary,
            "description": format!("For: {}.", entry.who.code().replace('_', " ")),
            "tags": [self.id.split('.').next().unwrap_or_default()],
            "security": security(entry),
            "responses": self.responses(),
        });
        let parameters: Vec<Value> =
            self.path_parameters(entry.path).chain(self.parameters.iter().cloned()).collect();
        if !parameters.is_empty() {
            rendered["parameters"] = parameters.into();
        }
        if let Some(about) = &self.description_of_body {
            rendered["requestBody"] =
                json!({ "required": true, "description": about, "content": { "*/*": {} } });
        }
        if let Some(schema) = &self.body {
            rendered["requestBody"] =
                json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        }
        rendered
    }

    fn responses(&self) -> Map<String, Value> {
        let answers = self.answers.iter().map(|(status, answer)| (status.to_string(), answer.clone()));
        let refusals = self.refusals.iter().map(|status| {
            (status.to_string(), json!({ "$ref": format!("#/components/responses/Problem{status}") }))
        });
        answers.chain(refusals).collect()
    }

    /// The names come from the path and the kinds from the handler, so they must be as many.
    fn path_parameters(&self, path: &'static str) -> impl Iterator<Item = Value> {
        let names: Vec<&str> = names(path).collect();
        assert_eq!(
            names.len(),
            self.path.len(),
            "the handler of {path} takes other parameters than its path has"
        );
        names
            .into_iter()
            .zip(self.path.clone())
            .map(|(name, schema)| json!({ "name": name, "in": "path", "required": true, "schema": schema }))
    }
}

/// `api::ticket_orders::hold::hold` becomes `ticket_orders.hold`.
fn id(handler: &str) -> String {
    let mut parts: Vec<&str> = handler.split("::").skip(1).collect();
    parts.dedup();
    parts.join(".")
}

/// The parameters of a path, in its order.
pub(crate) fn names(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn keep(schemas: &mut BTreeMap<String, Value>, name: String, schema: Value) {
    if let Some(other) = schemas.get(&name) {
        assert_eq!(*other, schema, "two schemas are called {name}");
    }
    schemas.insert(name, schema);
}

fn security(entry: &Entry) -> Value {
    let mut ways = vec![json!({ "session": [] })];
    if entry.method == Method::GET {
        ways.push(json!({ "cookie": [] }));
    }
    if entry.who == Who::Anyone {
        ways.push(json!({}));
    }
    ways.into()
}

/// The whole document.
pub fn document(operations: &[(Entry, Operation)], base_url: &str) -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    let mut refusals: BTreeSet<u16> = BTreeSet::new();
    for (entry, operation) in operations {
        let method = entry.method.as_str().to_ascii_lowercase();
        paths.entry(entry.path).or_default().insert(method, operation.render(entry));
        refusals.extend(&operation.refusals);
        for (name, schema) in &operation.schemas {
            keep(&mut schemas, name.clone(), schema.clone());
        }
    }
    let details = serde_json::to_value(Details::schema()).expect("a schema is plain data");
    keep(&mut schemas, "Problem".into(), details);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ferryman",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Carries a film from its studio to its audience, over a commerce network.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": base_url }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": refusals.into_iter().map(refusal).collect::<Map<_, _>>(),
            "securitySchemes": {
                "session": { "type": "http", "scheme": "bearer", "description": "The token of POST /api/sessions." },
                "cookie": {
                    "type": "apiKey", "in": "cookie", "name": "ferryman_session",
                    "description": "The session of the pages; it counts for reading from our own pages only. Over TLS its name is __Host-ferryman_session.",
                },
            },
        },
    })
}

fn refusal(status: u16) -> (String, Value) {
    let schema = reference("Problem");
    let response = json!({
        "description": problem::title(status).en,
        "content": { (problem::CONTENT_TYPE): { "schema": schema } },
    });
    (format!("Problem{status}"), response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_called_after_its_handler() {
        assert_eq!(id("api::ticket_orders::hold::hold"), "ticket_orders.hold");
        assert_eq!(id("api::titles::want_to_see::remove"), "titles.want_to_see.remove");
    }

    #[test]
    fn a_path_names_its_parameters() {
        let found: Vec<&str> = names("/api/places/{place}/orders/{order}/refund").collect();
        assert_eq!(found, ["place", "order"]);
    }

    #[test]
    #[should_panic(expected = "two schemas are called Line")]
    fn a_name_means_one_schema() {
        let mut schemas = BTreeMap::new();
        keep(&mut schemas, "Line".into(), json!({ "type": "object" }));
        keep(&mut schemas, "Line".into(), json!({ "type": "string" }));
    }
}
