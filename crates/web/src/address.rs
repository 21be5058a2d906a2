//! Addresses inside this site: made, and judged when they come from outside.

use axum::extract::Query;
use axum::http::Uri;

const NEXT_CHARS_MAX: usize = 500;

/// Text as it may stand in a path segment or a query's value.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte as char),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The first value of this name in a query.
pub fn asked(uri: &Uri, name: &str) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Where to go after signing in: only a path of our own site, else the start.
pub fn next(text: &str) -> &str {
    let plain =
        text.len() <= NEXT_CHARS_MAX && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && text.starts_with('/') && !text.starts_with("//") { text } else { "/" }
}

/// The page on which to sign in before this one.
pub fn sign_in_before(path: &str) -> String {
    format!("/sign-in?next={}", encode(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_reads_back() {
        let path = "/films/x?day=1&q=摆渡 人";
        let uri: Uri = sign_in_before(path).parse().expect("an address");
        assert_eq!(asked(&uri, "next").as_deref(), Some(path));
        assert_eq!(asked(&uri, "nex"), None);
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(next("/orders?page=2"), "/orders?page=2");
        for bad in [
            "",
            "orders",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nset-cookie: x",
            "/摆渡",
        ] {
            assert_eq!(next(bad), "/", "{bad:?}");
        }
    }
}
