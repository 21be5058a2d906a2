//! The document as a promise: what it says of a call, and whether an answer keeps it.

use serde_json::Value;

/// The OpenAPI document of a router.
#[derive(Clone)]
pub struct Contract(pub Value);

impl Contract {
    /// The path of the document that an address belongs to; the one with the fewest parameters.
    pub fn template(&self, address: &str) -> Option<String> {
        let path = address.split('?').next().unwrap_or_default();
        let paths = self.0["paths"].as_object().expect("paths");
        let fits = |template: &&String| {
            let (known, asked): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
            known.len() == asked.len()
                && known.iter().zip(&asked).all(|(known, asked)| known.starts_with('{') || known == asked)
        };
        paths.keys().filter(fits).min_by_key(|template| template.matches('{').count()).cloned()
    }

    pub fn operation(&self, method: &str, template: &str) -> Option<&Value> {
        self.0["paths"].get(template)?.get(method.to_ascii_lowercase())
    }

    /// Why an answer does not keep the promise; nothing when it does.
    pub fn broken(
        &self,
        method: &str,
        address: &str,
        status: u16,
        content_type: &str,
        body: &Value,
    ) -> Vec<String> {
        let operation = self.template(address).and_then(|template| self.operation(method, &template));
        let Some(operation) = operation else { return self.broken_outside(status, content_type) };
        let Some(response) = operation["responses"].get(status.to_string()) else {
            return vec![format!("{method} {address}: {status} is not in the document ({body})")];
        };
        let response = self.resolve(response);
        let Some(content) = response.get("content") else { return Vec::new() };
        let Some(media) = content.get(content_type) else {
            return vec![format!("{method} {address}: {status} came as “{content_type}”")];
        };
        let mut wrong = Vec::new();
        self.hold(&media["schema"], body, "answer", &mut wrong);
        wrong.iter().map(|wrong| format!("{method} {address}: {wrong}")).collect()
    }

    /// What is at no address is refused in the same words.
    fn broken_outside(&self, status: u16, content_type: &str) -> Vec<String> {
        let calm = matches!(status, 404 | 405) && content_type == "application/problem+json";
        if calm {
            Vec::new()
        } else {
            vec![format!("outside of the document: {status} as “{content_type}”")]
        }
    }

    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                self.0.pointer(reference.trim_start_matches('#')).expect("a reference resolves")
            }
            None => value,
        }
    }

    /// Holds a value against a schema: types, what is required, what is not known, items, limits.
    fn hold(&self, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        let schema = self.resolve(schema);
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            let fits = |choice: &Value| {
                let mut wrong = Vec::new();
                self.hold(choice, value, at, &mut wrong);
                wrong.is_empty()
            };
            if !choices.iter().any(fits) {
                wrong.push(format!("{at} fits none of its schemas: {value}"));
            }
            return;
        }
        if !of_type(&schema["type"], value) {
            wrong.push(format!("{at} is not {}: {value}", schema["type"]));
            return;
        }
        self.hold_members(schema, value, at, wrong);
        if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
            for (i, value) in values.iter().enumerate() {
                self.hold(items, value, &format!("{at}[{i}]"), wrong);
            }
        }
        if let (Some(low), Some(number)) = (schema["minimum"].as_i64(), value.as_i64())
            && number < low
        {
            wrong.push(format!("{at} is below {low}"));
        }
    }

    fn hold_members(&self, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        let (Some(properties), Some(members)) = (schema["properties"].as_object(), value.as_object()) else {
            return;
        };
        for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(required) {
                wrong.push(format!("{at}.{required} is missing"));
            }
        }
        for (name, member) in members {
            match properties.get(name) {
                Some(schema) => self.hold(schema, member, &format!("{at}.{name}"), wrong),
                None => wrong.push(format!("{at}.{name} is not in the schema")),
            }
        }
    }
}

fn of_type(kind: &Value, value: &Value) -> bool {
    match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| of_type(kind, value)),
        Value::String(kind) => match kind.as_str() {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            _ => value.is_object(),
        },
        _ => true,
    }
}
