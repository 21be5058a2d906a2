//! One call: who asks, what they read, when it is.
//!
//! The usher stands before every route. It finds out who is there, asks whether they may, and gives
//! the handler a `Call`. A program carries its session as `Authorization: Bearer …`; the pages' cookie
//! counts for reading from our own pages only, so that no other site can act for our reader.

use crate::openapi::{Describe, Operation};
use crate::problem::{Problem, accepted};
use crate::service::Service;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use db::View;
use flows::capacity::Work;
use flows::{House, Scene, sign_in};
use kernel::{Actor, Error, Instant, Kind, Lang, OrgId, Refusal, Result, Role};
use people::{Person, Who, access, sessions};
use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};

/// The pages' session, where they are reached over plain HTTP and over TLS.
const SESSION_COOKIE: &str = "ferryman_session";
const SESSION_COOKIE_OF_HOST: &str = "__Host-ferryman_session";

#[derive(Clone)]
pub struct Call {
    pub service: Service,
    pub house: House,
    pub actor: Actor,
    pub person: Option<Person>,
    pub lang: Lang,
    pub now: Instant,
    /// The network address that asked; an IPv6 one is cut to the network it belongs to.
    pub from: String,
    /// The session's token, if one was shown.
    pub token: Option<String>,
    /// Their roles wait until they have a second factor.
    pub roles_wait: bool,
}

impl Call {
    async fn arrive(service: &Service, parts: &Parts) -> Result<Call, Problem> {
        let house = service.house().doing(parts.extensions.get().copied().unwrap_or(Work::Look));
        let now = house.now();
        let token = bearer(&parts.headers)?;
        let is_bearer = token.is_some();
        let token = token.or_else(|| cookie(parts, service.settings().is_secure()));
        let known = match token.clone() {
            Some(token) => house.read(move |view| sessions::known(view, &token, now)).await?,
            None => None,
        };
        if is_bearer && known.is_none() {
            return Err(session_over().into());
        }
        if let (Some(known), Some(token)) = (known.as_ref().filter(|known| known.unseen), &token) {
            sign_in::keep_seen(&house, &known.actor, token.clone()).await;
        }
        let roles_wait = known.as_ref().is_some_and(|known| known.roles_wait);
        let (person, actor) = known.map_or((None, Actor::Guest), |known| (Some(known.person), known.actor));
        Ok(Call {
            service: service.clone(),
            actor,
            person,
            roles_wait,
            lang: accepted(&parts.headers),
            now,
            from: network(service, parts),
            token,
            house,
        })
    }

    /// Looks at a consistent snapshot.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&View) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.house.read(look).await
    }

    /// Tells a story as this caller, in the lane of what is contended for.
    pub async fn write<T: Send + 'static>(
        &self,
        lane: &impl AsRef<str>,
        story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.house.write(lane, self.actor.clone(), story).await
    }

    /// Tells a story about what belongs to no cinema or shop.
    pub async fn write_in_house<T: Send + 'static>(
        &self,
        story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.write(&House::lane(), story).await
    }

    /// Does what blocks, such as asking a provider, on a thread that may wait.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&House) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let house = self.house.clone();
        let done = tokio::task::spawn_blocking(move || work(&house)).await;
        done.unwrap_or_else(|_| Err(Error::fault("work on a blocking thread panicked")))
    }
}

/// The token of `Authorization: Bearer …`; another scheme is refused.
fn bearer(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(sent) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = sent.to_str().unwrap_or_default();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() {
        return Ok(Some(token.to_owned()));
    }
    Err(session_over().into())
}

fn session_over() -> Refusal {
    Refusal::new(
        Kind::SignInFirst,
        "session_over",
        "This session is over or was never opened. Please sign in again.",
        "登录已失效，请重新登录。",
    )
}

/// The cookie of a page of ours that only reads. Browsers that say where a request comes from must say: from us.
fn cookie(parts: &Parts, secure: bool) -> Option<String> {
    let site = parts.headers.get("sec-fetch-site").map(|value| value.to_str().unwrap_or("?"));
    let is_ours = site.is_none_or(|site| site == "same-origin" || site == "none");
    if !parts.method.is_safe() || !is_ours {
        return None;
    }
    let ours = if secure { SESSION_COOKIE_OF_HOST } else { SESSION_COOKIE };
    let sent = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(|value| value.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == ours).then(|| value.to_owned())
    })
}

fn network(service: &Service, parts: &Parts) -> String {
    // Whoever asks may have written lines of this header, too: the proxy's is the last.
    let lines = || parts.headers.get_all("x-forwarded-for").iter();
    let forwarded = || lines().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
    let direct = || Some(parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip());
    let ip: Option<IpAddr> =
        if service.settings().behind_proxy { forwarded().or_else(direct) } else { direct() };
    match ip.map(|ip| ip.to_canonical()) {
        Some(IpAddr::V4(ip)) => ip.to_string(),
        Some(IpAddr::V6(ip)) => ip.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
        None => "unknown".into(),
    }
}

/// Stands before a route: finds out who asks, and whether they may.
pub(crate) async fn usher(
    State((service, who)): State<(Service, Who)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let let_in = Call::arrive(&service, &parts).await.and_then(|call| {
        who.check(&call.actor)
            .map_err(|refusal| if call.roles_wait { access::factor_first() } else { refusal })?;
        Ok(call)
    });
    let path = parts.uri.path().to_owned();
    let (answered, who, from) = match let_in {
        Ok(call) => {
            let (who, from) = (call.actor.code().to_owned(), call.from.clone());
            parts.extensions.insert(call);
            (next.run(Request::from_parts(parts, body)).await, who, from)
        }
        Err(problem) => (problem.into_response(), "unknown".to_owned(), network(&service, &parts)),
    };
    note_refused(&answered, &who, &from, &path);
    answered
}

/// Writes down who was refused what they may not, or tried too often, or showed a session that is none.
fn note_refused(answered: &Response, who: &str, from: &str, path: &str) {
    let code = answered.extensions().get::<Problem>().map_or("", Problem::code);
    if matches!(
        code,
        "code_wanted"
            | "forbidden"
            | "second_factor_first"
            | "session_over"
            | "too_many_tries"
            | "too_many_wrong_codes"
            | "wrong_code"
            | "wrong_password"
    ) {
        flows::security::refused(code, who, from, path);
    }
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Call, Problem> {
        let call = parts.extensions.get::<Call>().cloned();
        call.ok_or_else(|| Error::fault("a handler asks for a call, but no usher stands before it").into())
    }
}

impl Describe for Call {
    fn describe(_: &mut Operation) {}
}

/// A signed-in person, as one who buys.
pub struct Consumer {
    pub person: Person,
}

impl<S: Sync> FromRequestParts<S> for Consumer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Consumer, Problem> {
        let call = Call::from_request_parts(parts, state).await?;
        Ok(Consumer { person: call.person.ok_or_else(Refusal::sign_in_first)? })
    }
}

impl Describe for Consumer {
    fn describe(_: &mut Operation) {}
}

/// Staff who hold one of these roles somewhere; an operator holds every role everywhere.
pub struct Staff<R> {
    pub actor: Actor,
    roles: PhantomData<fn() -> R>,
}

/// Some roles, as a type that a handler can ask for.
pub trait Roles {
    const ROLES: &'static [Role];
}

impl<R: Roles> Staff<R> {
    /// Refuses what belongs to another organisation, as if it were not there.
    pub fn check(&self, org: &OrgId) -> Result<(), Refusal> {
        if R::ROLES.iter().any(|role| self.actor.may(*role, org)) {
            return Ok(());
        }
        flows::security::refused("not_theirs", self.actor.code(), "", &org.0);
        Err(Refusal::not_found("thing", "内容"))
    }
}

impl<S: Sync, R: Roles> FromRequestParts<S> for Staff<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Staff<R>, Problem> {
        let actor = Call::from_request_parts(parts, state).await?.actor;
        actor.signed_in()?;
        if !R::ROLES.iter().any(|role| actor.has(*role)) {
            return Err(Refusal::forbidden().into());
        }
        Ok(Staff { actor, roles: PhantomData })
    }
}

impl<R> Describe for Staff<R> {
    fn describe(_: &mut Operation) {}
}

macro_rules! staff {
    ($($(#[$doc:meta])* $name:ident is $hat:ident: $($role:ident)+;)*) => {$(
        pub enum $hat {}

        impl Roles for $hat {
            const ROLES: &'static [Role] = &[$(Role::$role),+];
        }

        $(#[$doc])*
        pub type $name = Staff<$hat>;
    )*};
}

staff! {
    CinemaStaff is Cinema: Cinema;
    MerchantStaff is Merchant: Merchant;
    OperatorStaff is Operator: Operator;
    ShopStaff is Shop: Shop;
    StudioStaff is Studio: Studio;
    /// Those who see a release through: the studio's people, and whoever advertises for it.
    ReleaseTeam is Release: Studio Marketer;
    /// The two sides of a licence.
    LicenceParty is Licence: Studio Merchant;
    /// Those who may read what a cinema settled: itself, and the film's studio.
    StatementReader is Statement: Cinema Studio;
    /// Those whose organisations are paid by the house.
    Payee is Paid: Cinema Merchant Shop Studio;
    /// Those who run a place.
    PlaceStaff is Place: Cinema Shop;
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn parts(method: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri("/api/baskets");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).expect("a request").into_parts().0
    }

    #[test]
    fn a_cookie_counts_for_reading_from_our_own_pages() {
        let sent = ("cookie", "lang=zh; ferryman_session=abc");
        let shown = |method, site: Option<&str>| {
            let mut headers = vec![sent];
            headers.extend(site.map(|site| ("sec-fetch-site", site)));
            cookie(&parts(method, &headers), false)
        };
        assert_eq!(shown("GET", Some("same-origin")).as_deref(), Some("abc"));
        assert_eq!(shown("GET", None).as_deref(), Some("abc"));
        assert_eq!(shown("GET", Some("cross-site")), None);
        assert_eq!(shown("GET", Some("same-site")), None);
        for method in ["POST", "PUT", "DELETE"] {
            assert_eq!(shown(method, Some("same-origin")), None);
        }
        let planted = [("cookie", "ferryman_session=planted; __Host-ferryman_session=ours")];
        assert_eq!(cookie(&parts("GET", &planted), true).as_deref(), Some("ours"));
        assert_eq!(cookie(&parts("GET", &planted[..1]), false).as_deref(), Some("planted"));
        assert_eq!(cookie(&parts("GET", &[sent]), true), None);
    }

    #[test]
    fn a_token_is_borne() {
        let borne = |text: &str| bearer(&parts("GET", &[("authorization", text)]).headers);
        assert_eq!(borne("Bearer abc"), Ok(Some("abc".into())));
        assert_eq!(borne("bearer  abc "), Ok(Some("abc".into())));
        for bad in ["", "Bearer", "Bearer ", "Basic abc", "abc"] {
            assert!(borne(bad).is_err(), "{bad}");
        }
        assert_eq!(bearer(&HeaderMap::new()), Ok(None));
    }
}
