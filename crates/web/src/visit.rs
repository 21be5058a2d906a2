//! One visit to a page: who came, what they read, when it is.
//!
//! The usher stands before every route. It finds out who is there, asks whether they may, and gives
//! the handler a `Visit`; afterwards it dresses what the handler answered (see `answer`).
//! Handlers ask for a visit, and for the hat they need the visitor to wear: `StudioStaff`, `Consumer`, ….

use crate::answer::{self, Wrong};
use crate::look::money::Told;
use crate::look::page::Theme;
use crate::people::second_factor;
use crate::site::Site;
use crate::{address, cookies, guard};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use db::View;
use flows::capacity::Work;
use flows::{House, Scene, sign_in};
use kernel::{Actor, Currency, Day, Error, Home, Instant, Lang, OrgId, Refusal, Result, Role};
use people::sessions::Known;
use people::{Person, Who, access, home, installation, sessions};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The page on which a new installation gets its first operator.
pub const FIRST_RUN: &str = "/first-run";

#[derive(Clone)]
pub struct Visit {
    pub site: Site,
    pub house: House,
    pub actor: Actor,
    pub person: Option<Person>,
    pub lang: Lang,
    pub now: Instant,
    /// Where the house is at home.
    pub home: Arc<Home>,
    /// Path and query.
    pub path: String,
    /// A random id that a browser keeps for a year, for advertising to count by.
    pub visitor: String,
    pub theme: Theme,
    /// The network address that asked; an IPv6 one is cut to the network it belongs to.
    pub from: String,
    /// The session's token, if one was shown.
    pub token: Option<String>,
    /// Their roles wait until they have a second factor.
    pub roles_wait: bool,
    pub(crate) first_time: bool,
    pub(crate) asked_lang: Option<Lang>,
    pub(crate) flash: Option<String>,
    /// The word by which a browser says who was signed in there before; sealed.
    pub(crate) browser: Option<String>,
    uri: Uri,
}

impl Visit {
    async fn arrive(site: &Site, parts: &Parts) -> Result<Visit> {
        let headers = &parts.headers;
        let work = parts.extensions.get().copied().unwrap_or(Work::Look);
        let now = site.house().now();
        let cookie = |name| cookies::read(headers, name, site.settings().is_secure());
        let token = cookie(cookies::SESSION).map(str::to_owned);
        let known = known(site, token.clone(), now).await?;
        if let (Some(known), Some(token)) = (known.as_ref().filter(|known| known.unseen), &token)
            && somebody_acts(headers)
        {
            sign_in::keep_seen(site.house(), &known.actor, token.clone()).await;
        }
        let roles_wait = known.as_ref().is_some_and(|known| known.roles_wait);
        let (person, actor) = known.map_or((None, Actor::Guest), |known| (Some(known.person), known.actor));

        let uri = parts.uri.clone();
        let asked_lang = address::asked(&uri, "lang").and_then(|code| Lang::parse(&code));
        let kept_lang = cookie(cookies::LANG).and_then(Lang::parse);
        let lang = asked_lang.or(kept_lang).or(person.as_ref().map(|person| person.lang));
        let visitor = cookie(cookies::VISITOR).and_then(|token| site.house().keys().visitor.open(token));
        let first_time = visitor.is_none();
        Ok(Visit {
            site: site.clone(),
            house: site.house().doing(work),
            actor,
            person,
            lang: lang.unwrap_or_else(|| accepted(headers)),
            now,
            home: site.house().home(),
            path: uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string),
            visitor: visitor.unwrap_or_else(|| new_visitor(site.house())),
            theme: cookie(cookies::LIGHT).map(Theme::parse).unwrap_or_default(),
            from: network(site.settings().behind_proxy, parts),
            token,
            roles_wait,
            first_time,
            asked_lang,
            flash: cookie(cookies::FLASH).map(str::to_owned),
            browser: cookie(cookies::KNOWN).map(str::to_owned),
            uri,
        })
    }

    /// The words for this reader.
    pub fn say<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        crate::look::say(self.lang, en, zh)
    }

    /// The path without its query, which may hold what somebody typed.
    pub fn bare_path(&self) -> &str {
        self.uri.path()
    }

    /// The day it is for the house; a cinema has its own.
    pub fn today(&self) -> Day {
        self.now.day_in(&self.home.zone)
    }

    /// The code of the house's own currency, for what has no sum of its own yet.
    pub fn currency(&self) -> &'static str {
        self.home.currency.code()
    }

    /// Sums of a currency, told to this reader.
    pub fn told(&self, currency: Currency) -> Told {
        Told { currency, lang: self.lang }
    }

    /// A value of the query: `?day=2016-12-23`.
    pub fn asked(&self, name: &str) -> Option<String> {
        address::asked(&self.uri, name)
    }

    /// Looks at a consistent snapshot.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&View) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.house.read(look).await
    }

    /// Tells a story as this visitor, in the lane of what is contended for.
    pub async fn write<T: Send + 'static>(
        &self,
        lane: &impl AsRef<str>,
        story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.house.write(lane, self.actor.clone(), story).await
    }
}

/// Who carries the token; also learns, until it is so, whether the house is founded.
async fn known(site: &Site, token: Option<String>, now: Instant) -> Result<Option<Known>> {
    let ask_founded = !site.is_founded();
    if token.is_none() && !ask_founded {
        return Ok(None);
    }
    let (known, is_new, home) = site
        .house()
        .read(move |view| {
            let known = match token {
                Some(token) => sessions::known(view, &token, now)?,
                None => None,
            };
            Ok((known, ask_founded && installation::is_new(view)?, home::of(view)?))
        })
        .await?;
    if ask_founded && !is_new {
        // Another process may have founded it.
        site.house().know_home(home);
        site.mark_founded();
    }
    Ok(known)
}

/// Not where a page that was left open follows what happens.
fn somebody_acts(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_none_or(|accept| accept != "text/event-stream")
}

fn new_visitor(house: &House) -> String {
    house.dice().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The language a browser asks for most.
fn accepted(headers: &HeaderMap) -> Lang {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let weighed = text.split(',').take(20).filter_map(|part| {
        let (tag, weight) = part.trim().split_once(";q=").unwrap_or((part.trim(), "1"));
        Some((Lang::parse(&tag.to_ascii_lowercase())?, weight.parse::<f32>().ok()?))
    });
    weighed.fold((Lang::En, 0.0), |best, next| if next.1 > best.1 { next } else { best }).0
}

fn network(behind_proxy: bool, parts: &Parts) -> String {
    // Whoever asks may have written lines of this header, too: the proxy's is the last.
    let lines = || parts.headers.get_all("x-forwarded-for").iter();
    let forwarded = || lines().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
    let direct = || Some(parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip());
    let ip: Option<IpAddr> = if behind_proxy { forwarded().or_else(direct) } else { direct() };
    match ip.map(|ip| ip.to_canonical()) {
        Some(IpAddr::V4(ip)) => ip.to_string(),
        Some(IpAddr::V6(ip)) => ip.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
        None => "unknown".into(),
    }
}

/// Stands before a route: finds out who came, whether they may, and dresses what is answered.
pub(crate) async fn usher(State((site, who)): State<(Site, Who)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = match Visit::arrive(&site, &parts).await {
        Ok(visit) => visit,
        Err(error) => return answer::nobody_home(&parts.uri, &error),
    };
    if !site.is_founded() && parts.uri.path() != FIRST_RUN {
        return Redirect::to(FIRST_RUN).into_response();
    }
    let method = parts.method.clone();
    let may =
        guard::check_origin(site.settings(), &method, &parts.headers).and_then(|()| who.check(&visit.actor));
    let answered = match may {
        Ok(()) => {
            parts.extensions.insert(visit.clone());
            next.run(Request::from_parts(parts, body)).await
        }
        Err(refusal) => turned_away(&visit, &method, refusal),
    };
    answer::dress(&visit, &method, answered)
}

fn turned_away(visit: &Visit, method: &Method, refusal: Refusal) -> Response {
    let can_come_back = method.is_safe() && refusal.kind == kernel::Kind::SignInFirst;
    if can_come_back {
        return Redirect::to(&address::sign_in_before(&visit.path)).into_response();
    }
    if visit.roles_wait && refusal.code == "forbidden" {
        if method.is_safe() {
            return Redirect::to(&second_factor::before(&visit.path)).into_response();
        }
        return Wrong::from(access::factor_first()).into_response();
    }
    Wrong::from(refusal).into_response()
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visit, Wrong> {
        let visit = parts.extensions.get::<Visit>().cloned();
        visit.ok_or_else(|| Error::fault("a handler asks for a visit, but no usher stands before it").into())
    }
}

/// A signed-in person, as one who buys.
pub struct Consumer {
    pub actor: Actor,
    pub person: Person,
}

impl<S: Sync> FromRequestParts<S> for Consumer {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Consumer, Wrong> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let person = visit.person.ok_or_else(Refusal::sign_in_first)?;
        Ok(Consumer { actor: visit.actor, person })
    }
}

macro_rules! staff {
    ($($(#[$doc:meta])* $name:ident: $role:ident;)*) => {$(
        $(#[$doc])*
        pub struct $name {
            pub actor: Actor,
            /// Where they hold the role; an operator, who holds every role everywhere, may have none.
            pub orgs: Vec<OrgId>,
        }

        impl $name {
            pub const ROLE: Role = Role::$role;

            pub fn is_operator(&self) -> bool {
                self.actor.is_operator()
            }

            /// Whether they may act for this organisation.
            pub fn may(&self, org: &OrgId) -> bool {
                self.actor.may(Self::ROLE, org)
            }

            /// Refuses what belongs to another organisation, as if it were not there.
            pub fn check(&self, org: &OrgId) -> Result<(), Refusal> {
                if self.may(org) {
                    return Ok(());
                }
                flows::security::refused("not_theirs", self.actor.code(), "", &org.0);
                Err(Refusal::not_found("thing", "内容"))
            }
        }

        impl<S: Sync> FromRequestParts<S> for $name {
            type Rejection = Wrong;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<$name, Wrong> {
                let actor = Visit::from_request_parts(parts, state).await?.actor;
                actor.signed_in()?;
                if !actor.has(Self::ROLE) {
                    return Err(Refusal::forbidden().into());
                }
                Ok($name { orgs: actor.orgs(Self::ROLE), actor })
            }
        }
    )*};
}

staff! {
    CinemaStaff: Cinema;
    MarketingStaff: Marketer;
    MerchantStaff: Merchant;
    OperatorStaff: Operator;
    ShopStaff: Shop;
    StudioStaff: Studio;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_asked_for_most_is_spoken() {
        let spoken = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().expect("a header"));
            accepted(&headers)
        };
        assert_eq!(spoken("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Zh);
        assert_eq!(spoken("fr, en-GB;q=0.8, zh;q=0.7"), Lang::En);
        assert_eq!(spoken("en;q=0.3, zh-TW;q=0.5"), Lang::Zh);
        assert_eq!(spoken("*"), Lang::En);
        assert_eq!(accepted(&HeaderMap::new()), Lang::En);
    }

    #[test]
    fn only_the_proxy_says_where_somebody_comes_from() {
        let said_to_come_from = |header: &str, behind_proxy| {
            let request = Request::get("/");
            let request =
                header.split('\n').fold(request, |request, line| request.header("x-forwarded-for", line));
            let (mut parts, _) = request.body(axum::body::Body::empty()).expect("a request").into_parts();
            parts.extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4711))));
            network(behind_proxy, &parts)
        };
        assert_eq!(said_to_come_from("203.0.113.7", false), "10.0.0.1", "nobody stands before us");
        assert_eq!(said_to_come_from("203.0.113.7", true), "203.0.113.7");
        assert_eq!(
            said_to_come_from("127.0.0.1, 203.0.113.7", true),
            "203.0.113.7",
            "what was sent is not believed"
        );
        assert_eq!(said_to_come_from("nobody", true), "10.0.0.1");
        assert_eq!(said_to_come_from("127.0.0.1\n203.0.113.7", true), "203.0.113.7", "a line of its own");
        assert_eq!(said_to_come_from("2001:db8:1:2:3:4:5:6", true), "2001:db8:1:2:");
    }
}
