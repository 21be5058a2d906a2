//! `application/x-www-form-urlencoded`, read strictly: UTF-8 only, each name once.

use crate::{Params, clip, refuse};
use kernel::Refusal;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Parameters in one request, at most.
pub const PARAMS_MAX: usize = 200;

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*');

/// Reads `a=1&b=2`. Refuses text that is not UTF-8 (`wrong_charset`), a name that comes twice
/// (`repeated_parameter`) and more than `PARAMS_MAX` parameters (`too_many_parameters`).
pub fn read(text: &str) -> Result<Params, Refusal> {
    let mut params = Params::new();
    read_into(&mut params, text)?;
    Ok(params)
}

/// `read` for what came as bytes.
pub fn read_bytes(bytes: &[u8]) -> Result<Params, Refusal> {
    read(std::str::from_utf8(bytes).map_err(|_| wrong_charset())?)
}

/// Adds the parameters of another text, as of a query beside a body.
pub fn read_into(params: &mut Params, text: &str) -> Result<(), Refusal> {
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        if params.len() >= PARAMS_MAX {
            return Err(refuse("too_many_parameters", "There are too many parameters.", "参数过多。"));
        }
        if params.contains_key(&name) {
            let name = clip(&name);
            return Err(refuse(
                "repeated_parameter",
                format!("The parameter {name} comes twice."),
                format!("参数 {name} 重复。"),
            ));
        }
        params.insert(name, value);
    }
    Ok(())
}

fn decode(text: &str) -> Result<String, Refusal> {
    let spaced = text.replace('+', " ");
    Ok(percent_decode_str(&spaced).decode_utf8().map_err(|_| wrong_charset())?.into_owned())
}

fn wrong_charset() -> Refusal {
    refuse("wrong_charset", "The parameters are not UTF-8.", "参数不是 UTF-8 编码。")
}

/// Writes `a=1&b=2`; spaces become `%20`, which reads the same everywhere.
pub fn write<'a>(params: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let pairs = params.into_iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn encode(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, KEPT)
}

/// `k=v` joined by `&` with raw values, in the order of the names: what is signed.
pub(crate) fn joined<'a>(params: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let pairs = params.into_iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_form_is_read_strictly() {
        let read = |text: &str| read(text).map_err(|refusal| refusal.code);
        let params = read("a=1+2&b=%E6%91%86&c=&d&=e").expect("a form");
        let pairs: Vec<(&str, &str)> = params.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("", "e"), ("a", "1 2"), ("b", "摆"), ("c", ""), ("d", "")]);
        assert_eq!(read("a=1&a=1"), Err("repeated_parameter"));
        assert_eq!(read("a=%C4%E3"), Err("wrong_charset"));
        assert_eq!(read("a&a&"), Err("repeated_parameter"));
        let many: String = (0..300).map(|i| format!("a{i}=&")).collect();
        assert_eq!(read(&many), Err("too_many_parameters"));
        assert_eq!(read_bytes(b"a=\xC4").map_err(|refusal| refusal.code), Err("wrong_charset"));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(params in prop::collection::btree_map(".{0,9}", ".{0,30}", 0..9)) {
            let written = write(&params);
            let read = read(&written).expect("our own form");
            let kept: Params = params.into_iter().filter(|(k, v)| !(k.is_empty() && v.is_empty()) || read.contains_key("")).collect();
            prop_assert_eq!(read, kept);
        }

        #[test]
        fn reading_never_panics(text in ".{0,200}") {
            let _ = read(&text);
        }
    }
}
