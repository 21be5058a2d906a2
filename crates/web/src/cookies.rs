//! Cookies: read by name, written with the attributes that all of ours share.
//!
//! Over TLS every name begins with `__Host-`, and no other is read: a browser keeps such a cookie only when this host itself
//! set it over TLS, so that no neighbour under the same domain can plant a session, a place in line or a click.

use axum::http::{HeaderMap, header};

/// The session of a signed-in person.
pub const SESSION: &str = "ferryman_session";
/// Who looks, without saying who: advertising counts its impressions by it.
pub const VISITOR: &str = "ferryman_visitor";
/// A sentence that the next page says once.
pub const FLASH: &str = "ferryman_flash";
/// The reader's language.
pub const LANG: &str = "lang";
/// The reader's choice of light; the script sets it too.
pub const LIGHT: &str = "light";
/// The sealed token of the last ad that was followed; an order carries it, so that the sale is credited.
pub const CLICK_COOKIE: &str = "ferry_click";
/// A browser in which a person was signed in, so that strangers who guess at their password do not keep them out.
pub const KNOWN: &str = "ferryman_known";
/// A sign-in of which the password was right, while its code is still to come.
pub const HALF: &str = "ferryman_half";
/// The sealed key of a second factor that is being set up.
pub const PROPOSED: &str = "ferryman_proposed";
/// The signed place of a reader who stands in line.
pub const LINE_COOKIE: &str = "ferry_line";

pub const YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;

/// What the names of our cookies begin with over TLS (RFC 6265bis, 4.1.3.2).
const HOST: &str = "__Host-";

/// The value of the first cookie of this name.
pub fn read<'a>(headers: &'a HeaderMap, name: &str, secure: bool) -> Option<&'a str> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|header| header.to_str().ok());
    sent.flat_map(|header| header.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        let key = if secure { key.strip_prefix(HOST)? } else { key };
        (key == name).then_some(value)
    })
}

/// Whether the page's script may read a cookie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    ByServer,
    ByScript,
}

/// The `Set-Cookie` header; the value is already safe to stand in one.
pub fn write(name: &str, value: &str, seconds: i64, seen: Seen, secure: bool) -> String {
    let http_only = if seen == Seen::ByServer { "; HttpOnly" } else { "" };
    let (host, secure) = if secure { (HOST, "; Secure") } else { ("", "") };
    format!("{host}{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{http_only}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "slang=x; lang=zh;light=dark".parse().expect("a header"));
        headers.append(header::COOKIE, "lang=en; ferryman_session=a=b".parse().expect("a header"));
        assert_eq!(read(&headers, LANG, false), Some("zh"));
        assert_eq!(read(&headers, LIGHT, false), Some("dark"));
        assert_eq!(read(&headers, SESSION, false), Some("a=b"));
        assert_eq!(read(&headers, "ang", false), None);
    }

    #[test]
    fn a_neighbour_plants_no_session() {
        let mut headers = HeaderMap::new();
        let sent = "ferryman_session=planted; __Host-ferryman_session=ours; lang=zh";
        headers.append(header::COOKIE, sent.parse().expect("a header"));
        assert_eq!(read(&headers, SESSION, true), Some("ours"));
        assert_eq!(read(&headers, LANG, true), None);
        assert_eq!(read(&headers, SESSION, false), Some("planted"));
    }

    #[test]
    fn a_session_is_not_for_scripts() {
        assert_eq!(
            write(SESSION, "t", 60, Seen::ByServer, true),
            "__Host-ferryman_session=t; Path=/; Max-Age=60; SameSite=Lax; HttpOnly; Secure"
        );
        assert_eq!(
            write(LIGHT, "dark", 60, Seen::ByScript, false),
            "light=dark; Path=/; Max-Age=60; SameSite=Lax"
        );
    }
}
