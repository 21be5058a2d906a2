//! Stands before everything else: whoever finds no place behind the bulkhead of their kind of work is sent away before
//! anything is read for them, with an answer that was written when the program began.

use crate::problem::{self, Problem};
use crate::routes::Entry;
use crate::service::Service;
use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flows::House;
use flows::capacity::{Away, Work};
use kernel::Lang;
use std::collections::HashMap;
use std::sync::Arc;

/// The way in.
pub(crate) struct Gate {
    house: House,
    works: HashMap<(Method, &'static str), Work>,
    /// By why and language.
    away: [[Ready; 2]; 2],
}

impl Gate {
    pub(crate) fn new(service: &Service, entries: &[Entry]) -> Arc<Gate> {
        let works = entries.iter().map(|entry| ((entry.method.clone(), entry.path), entry.work)).collect();
        let away = Away::ALL.map(|why| [Lang::En, Lang::Zh].map(|lang| Ready::of(service, why, lang)));
        Arc::new(Gate { house: service.house().clone(), works, away })
    }

    /// What a route's line in the registry says; what is at no route is answered from memory.
    fn work(&self, request: &Request) -> Work {
        let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
        self.works.get(&(method.clone(), path)).copied().unwrap_or(Work::Glance)
    }
}

pub(crate) async fn enter(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let (work, lang) = (gate.work(&request), problem::accepted(request.headers()));
    request.extensions_mut().insert(work);
    let served = gate.house.capacity().serve(work, next.run(request)).await;
    served.unwrap_or_else(|why| gate.away[why as usize][lang as usize].answer())
}

/// An answer that is written already.
struct Ready {
    headers: HeaderMap,
    body: Bytes,
}

impl Ready {
    fn of(service: &Service, why: Away, lang: Lang) -> Ready {
        let problem = Problem::from(why.refusal());
        let secure = service.settings().is_secure();
        let mut headers = problem::dressed(problem.clone().into_response(), lang, secure).headers().clone();
        headers.insert(header::RETRY_AFTER, why.again_seconds().into());
        Ready { headers, body: problem.text(lang).into() }
    }

    fn answer(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        *response.headers_mut() = self.headers.clone();
        response
    }
}
