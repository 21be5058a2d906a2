//! The one registry of verbs.
//!
//! # Adding a verb
//!
//! 1. Write one file, named for the verb in the folder of its noun (`api/src/ticket_orders/hold.rs`):
//!    the handler, with the shape of what it is given and of what it answers. A handler takes what it
//!    needs, in this order: `Call`, then `Consumer` or a kind of staff, `At` (the ids in the path),
//!    `Key`, and last `Body`, `Empty` or `Asked`. It answers `Found`, `Made`, `Once`, `Done` or a `Page`.
//! 2. Add one line to `registry` below, with whom it is for, what it may refuse besides what its arguments
//!    say (409, 410, 429), and what kind of work it is (`does`) when it does more than look or change: a
//!    handler that asks a provider, or hashes a password, is refused to do so until its line says it.
//!
//! That is all: the usher checks who may, the document describes the verb from the handler's types, and
//! the tests call the new route as everybody, with broken bodies, and from another organisation.
//! URLs are nouns; what changes a state is a POST of a noun; money moves under an `Idempotency-Key`, or
//! where a second time changes nothing.

use crate::admission::{self, Gate};
use crate::call::usher;
use crate::openapi::{Describe, Operation, Verb, document};
use crate::problem::{self, Problem};
use crate::service::Service;
use crate::{
    ads, audiences, bank_accounts, baskets, body, books, campaigns, cases, checks, cinemas, disputes, door,
    earnings, events, health, licences, listings, market, me, metrics, orgs, payments, payouts, plans,
    product_orders, sessions, shops, showtimes, statements, ticket_orders, titles,
};
use ::people::Who;
use axum::extract::{DefaultBodyLimit, State};
use axum::handler::Handler;
use axum::http::{Method, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, any};
use axum::{Extension, Router};
use flows::capacity::Work::{self, Glance, Notice, Pay, SignIn};
use kernel::Role;
use serde_json::json;
use std::collections::BTreeMap;
use std::convert::Infallible;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

const ANYONE: Who = Who::Anyone;
const SIGNED_IN: Who = Who::SignedIn;
const CINEMA: Who = Who::Roles(&[Role::Cinema]);
const MERCHANT: Who = Who::Roles(&[Role::Merchant]);
const OPERATOR: Who = Who::Roles(&[Role::Operator]);
const SHOP: Who = Who::Roles(&[Role::Shop]);
const STUDIO: Who = Who::Roles(&[Role::Studio]);
/// Those who see a release through.
const RELEASE: Who = Who::Roles(&[Role::Studio, Role::Marketer]);
/// The two sides of a licence.
const LICENCE: Who = Who::Roles(&[Role::Studio, Role::Merchant]);
/// The two readers of a statement.
const STATEMENT: Who = Who::Roles(&[Role::Cinema, Role::Studio]);
/// Whoever works for anybody.
const STAFF: Who = Who::Roles(&Role::ALL);
/// Those whose organisations are paid by the house.
const PAYEE: Who = Who::Roles(&[Role::Cinema, Role::Merchant, Role::Shop, Role::Studio]);
/// Those who run a place.
const PLACE: Who = Who::Roles(&[Role::Cinema, Role::Shop]);

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

/// Every verb there is.
#[rustfmt::skip]
pub fn registry(service: Service) -> Routes {
    Routes::new(service)
        .verb(GET, "/api/openapi.json", ANYONE, describe, "Read this document").does(Glance)
        .verb(GET, "/api/health", ANYONE, health::show::show, "Ask whether this node serves").does(Glance)
        .verb(GET, "/api/metrics", OPERATOR, metrics::show, "Read what this node counts, for a monitor").does(Glance)
        // Sessions.
        .verb(POST, "/api/sessions", ANYONE, sessions::open::open, "Sign in").does(SignIn).refuses(&[429])
        .verb(GET, "/api/sessions/current", SIGNED_IN, sessions::show::show, "Read who carries this session")
        .verb(DELETE, "/api/sessions/current", SIGNED_IN, sessions::close::close, "Sign out")
        .verb(GET, "/api/me/data", SIGNED_IN, me::data::show, "Take away everything that is known of you")
        .verb(POST, "/api/me/erasure", SIGNED_IN, me::erase::erase, "End your account and be erased").does(SignIn).refuses(&[409, 429])
        // Films and the slate.
        .verb(GET, "/api/titles", ANYONE, titles::list::list, "List the films that consumers may see")
        .verb(GET, "/api/titles/{title}", ANYONE, titles::show::show, "Read a title")
        .verb(PUT, "/api/titles/{title}", STUDIO, titles::edit::edit, "Change a title").refuses(&[409])
        .verb(GET, "/api/orgs/{org}/titles", STUDIO, titles::of_studio::list, "List a studio's slate")
        .verb(POST, "/api/orgs/{org}/titles", STUDIO, titles::create::create, "Put a title on a studio's slate")
        .verb(PUT, "/api/titles/{title}/want-to-see", SIGNED_IN, titles::want_to_see::add, "Want to see a film")
        .verb(DELETE, "/api/titles/{title}/want-to-see", SIGNED_IN, titles::want_to_see::remove, "No longer want to see a film")
        .verb(GET, "/api/titles/{title}/line", ANYONE, titles::line::show, "Read how a film's line stands, and a place in it").does(Glance)
        .verb(POST, "/api/titles/{title}/line", SIGNED_IN, titles::line::join, "Stand in line for a film").refuses(&[409])
        .verb(GET, "/api/titles/{title}/on-sale", STUDIO, titles::on_sale::show, "Read a title's on-sale")
        .verb(PUT, "/api/titles/{title}/on-sale", STUDIO, titles::on_sale::announce, "Announce an on-sale with a line").refuses(&[409])
        .verb(PUT, "/api/titles/{title}/on-sale/pace", STUDIO, titles::on_sale::change_pace, "Let people in faster, slower or not at all")
        .verb(DELETE, "/api/titles/{title}/on-sale", STUDIO, titles::on_sale::end, "Send the line home")
        .verb(GET, "/api/titles/{title}/stops", ANYONE, titles::stops::list, "List the cities and days in which a film plays")
        .verb(GET, "/api/titles/{title}/showtimes", ANYONE, titles::showtimes::list, "List the showings of a film on a day in a city")
        // The release.
        .verb(GET, "/api/titles/{title}/takings", RELEASE, titles::takings::list, "List what a film took, day by day")
        .verb(GET, "/api/titles/{title}/forecast", RELEASE, titles::forecast::show, "Forecast what a film will still take").refuses(&[409, 422])
        .verb(GET, "/api/titles/{title}/forecast/places", RELEASE, titles::forecast_places::show, "Forecast a film by city and cinema").refuses(&[409, 422])
        .verb(GET, "/api/titles/{title}/forecast/reasons", RELEASE, titles::forecast_reasons::show, "Read what moved a forecast, which films began alike, what the calendar does").refuses(&[409, 422])
        .verb(GET, "/api/titles/{title}/forecasts", RELEASE, titles::forecasts::list, "List the forecasts of a film as they were made")
        // Cinemas, seats, tickets, the door.
        .verb(GET, "/api/cinemas", ANYONE, cinemas::list::list, "List the cinemas")
        .verb(GET, "/api/places/{place}/showtimes", ANYONE, cinemas::showtimes::list, "List a cinema's showtimes of a day")
        .verb(GET, "/api/places/{place}/showtimes/{showtime}/seats", ANYONE, showtimes::seats::show, "Read a showtime's seat map with the state of every seat")
        .verb(POST, "/api/places/{place}/showtimes/{showtime}/orders", SIGNED_IN, ticket_orders::hold::hold, "Hold seats for ten minutes").refuses(&[410])
        .verb(GET, "/api/ticket-orders", SIGNED_IN, ticket_orders::list::list, "List your ticket orders")
        .verb(GET, "/api/places/{place}/ticket-orders/{order}", SIGNED_IN, ticket_orders::show::show, "Read a ticket order with its tickets and their codes")
        .verb(POST, "/api/places/{place}/ticket-orders/{order}/refund", SIGNED_IN, ticket_orders::refund::refund, "Give tickets back").does(Pay).refuses(&[409])
        .verb(POST, "/api/places/{place}/ticket-orders/{order}/seat-refunds", SIGNED_IN, ticket_orders::refund_seats::by_buyer, "Give some seats back").does(Pay).refuses(&[409])
        .verb(POST, "/api/places/{place}/ticket-orders/{order}/desk-refunds", CINEMA, ticket_orders::refund_seats::by_cinema, "Take some seats back at the cinema's desk").does(Pay).refuses(&[409])
        .verb(POST, "/api/places/{place}/admissions", CINEMA, door::admit::admit, "Admit the bearer of a ticket's code").refuses(&[409, 410])
        // Paying.
        .verb(GET, "/api/places/{place}/payments/{intent}", SIGNED_IN, payments::show::show, "Read a payment")
        .verb(POST, "/api/places/{place}/payments/{intent}/checkout", SIGNED_IN, payments::checkout::begin, "Begin a payment at the provider").does(Pay).refuses(&[409, 410])
        .verb(POST, "/api/payments/{provider}/notices", ANYONE, payments::notices::take, "Take a notice that the provider has signed").does(Notice).refuses(&[409])
        // Shops.
        .verb(GET, "/api/shops", ANYONE, shops::list::list, "List the shops")
        .verb(GET, "/api/places/{place}/listings", ANYONE, listings::list::list, "List what is on a shop's shelf")
        .verb(GET, "/api/places/{place}/listings/{listing}", ANYONE, listings::show::show, "Read a listing")
        .verb(POST, "/api/places/{place}/listings", MERCHANT, listings::create::create, "Put a product on a shop's shelf").refuses(&[409])
        .verb(POST, "/api/places/{place}/listings/{listing}/delisting", MERCHANT, listings::delist::delist, "Take a listing off the shelf")
        .verb(POST, "/api/places/{place}/listings/{listing}/relisting", MERCHANT, listings::relist::relist, "Put a listing on the shelf again").refuses(&[409, 410])
        .verb(PUT, "/api/places/{place}/listings/{listing}/price", MERCHANT, listings::reprice::reprice, "Ask another price for a listing").refuses(&[409])
        .verb(GET, "/api/orgs/{org}/listings", MERCHANT, listings::of_org::list, "List a merchant's listings in every shop")
        .verb(GET, "/api/orgs/{org}/products", MERCHANT, orgs::products::list, "List a merchant's products")
        .verb(GET, "/api/orgs/{org}/sales", MERCHANT, orgs::sales::list, "List what a merchant's goods sold")
        .verb(GET, "/api/baskets", SIGNED_IN, baskets::list::list, "List your baskets")
        .verb(GET, "/api/places/{place}/basket", SIGNED_IN, baskets::show::show, "Read your basket in a shop")
        .verb(PUT, "/api/places/{place}/basket/lines/{listing}", SIGNED_IN, baskets::change::change, "Set how many of a listing are in your basket").refuses(&[409])
        .verb(POST, "/api/places/{place}/product-orders", SIGNED_IN, product_orders::place::place, "Order goods in a shop").refuses(&[410])
        .verb(GET, "/api/product-orders", SIGNED_IN, product_orders::list::list, "List your product orders")
        .verb(GET, "/api/places/{place}/product-orders", SHOP, product_orders::of_shop::list, "List a shop's orders")
        .verb(GET, "/api/places/{place}/product-orders/{order}", SIGNED_IN, product_orders::show::show, "Read a product order")
        .verb(POST, "/api/places/{place}/product-orders/{order}/refund", SIGNED_IN, product_orders::refund::refund, "Give goods back").does(Pay).refuses(&[409])
        .verb(POST, "/api/places/{place}/product-orders/{order}/returns", SIGNED_IN, product_orders::return_pieces::by_buyer, "Give some pieces back before they are sent").does(Pay).refuses(&[409])
        .verb(POST, "/api/places/{place}/product-orders/{order}/desk-returns", SHOP, product_orders::return_pieces::by_shop, "Take some pieces back at the shop's desk").does(Pay).refuses(&[409])
        .verb(POST, "/api/places/{place}/product-orders/{order}/shipment", SHOP, product_orders::ship::ship, "Send a paid order off").refuses(&[409])
        // Ads.
        .verb(GET, "/api/orgs/{org}/campaigns", RELEASE, campaigns::of_org::list, "List an organisation's campaigns")
        .verb(POST, "/api/orgs/{org}/campaigns", RELEASE, campaigns::create::create, "Draft a campaign")
        .verb(GET, "/api/campaigns/{campaign}", RELEASE, campaigns::show::show, "Read a campaign")
        .verb(POST, "/api/campaigns/{campaign}/launch", RELEASE, campaigns::change::launch, "Launch a campaign").refuses(&[409, 422])
        .verb(POST, "/api/campaigns/{campaign}/pause", RELEASE, campaigns::change::pause, "Pause a campaign").refuses(&[409])
        .verb(POST, "/api/campaigns/{campaign}/resumption", RELEASE, campaigns::change::resume, "Resume a campaign").refuses(&[409])
        .verb(POST, "/api/campaigns/{campaign}/end", RELEASE, campaigns::change::end, "End a campaign").refuses(&[409])
        .verb(GET, "/api/campaigns/{campaign}/report", RELEASE, campaigns::report::show, "Read what a campaign did")
        .verb(GET, "/api/campaigns/{campaign}/lift", RELEASE, campaigns::lift::show, "Read what a campaign added")
        .verb(GET, "/api/campaigns/{campaign}/split", RELEASE, campaigns::split::show, "Read where a campaign's money does most")
        .verb(POST, "/api/campaigns/{campaign}/split", RELEASE, campaigns::split::take, "Divide what is left of a campaign's budget").refuses(&[409])
        .verb(GET, "/api/orgs/{org}/audiences", RELEASE, audiences::of_org::list, "List an organisation's audiences")
        .verb(POST, "/api/orgs/{org}/audiences", RELEASE, audiences::create::create, "Name an audience").refuses(&[409])
        .verb(POST, "/api/orgs/{org}/audience-counts", RELEASE, audiences::count::count, "Count the people a rule holds for").refuses(&[409])
        .verb(PUT, "/api/consents/audiences", SIGNED_IN, audiences::consent::give, "Agree that what you do decides which ads you see")
        .verb(DELETE, "/api/consents/audiences", SIGNED_IN, audiences::consent::withdraw, "No longer agree to that")
        .verb(PUT, "/api/consents/suggestions", SIGNED_IN, audiences::consent::give_suggestions, "Agree that what you do decides what you are suggested")
        .verb(DELETE, "/api/consents/suggestions", SIGNED_IN, audiences::consent::withdraw_suggestions, "No longer agree to that")
        .verb(POST, "/api/places/{place}/plays", SIGNED_IN, audiences::play::tell, "Tell that you played a song of a film")
        .verb(POST, "/api/ads/decisions", ANYONE, ads::decide::decide, "Decide which ad to show").does(Glance)
        .verb(POST, "/api/ads/clicks", ANYONE, ads::click::click, "Follow an ad").refuses(&[404, 410])
        // Licences.
        .verb(GET, "/api/licence-offers", MERCHANT, licences::offers::list, "List the offers that are open to merchants")
        .verb(GET, "/api/licence-offers/{offer}", LICENCE, licences::show_offer::show, "Read an offer")
        .verb(GET, "/api/orgs/{org}/licence-offers", STUDIO, licences::offers_of_studio::list, "List a studio's offers")
        .verb(POST, "/api/titles/{title}/licence-offers", STUDIO, licences::offer::offer, "Offer a title to merchants")
        .verb(POST, "/api/licence-offers/{offer}/closure", STUDIO, licences::close_offer::close, "Close an offer to new applications").refuses(&[409])
        .verb(POST, "/api/licence-offers/{offer}/applications", MERCHANT, licences::apply::apply, "Apply under an offer").refuses(&[410])
        .verb(GET, "/api/orgs/{org}/applications", LICENCE, licences::applications::list, "List an organisation's applications")
        .verb(GET, "/api/applications/{application}", LICENCE, licences::show_application::show, "Read an application with what was decided")
        .verb(POST, "/api/applications/{application}/decisions", STUDIO, licences::decide::decide, "Decide the stage of an application that waits").refuses(&[409])
        .verb(POST, "/api/applications/{application}/withdrawal", MERCHANT, licences::withdraw::withdraw, "Give an application up").refuses(&[409])
        .verb(GET, "/api/orgs/{org}/contracts", LICENCE, licences::contracts::list, "List an organisation's contracts")
        .verb(GET, "/api/contracts/{contract}", LICENCE, licences::contract::show, "Read a contract with what it owes")
        // Settlement and the books.
        .verb(POST, "/api/places/{place}/statements", OPERATOR, statements::close::close, "Close a period of a film in a cinema").refuses(&[409])
        .verb(GET, "/api/places/{place}/statements", CINEMA, statements::list::list, "List a cinema's statements")
        .verb(GET, "/api/places/{place}/statements/{statement}", STATEMENT, statements::show::show, "Read a statement")
        .verb(GET, "/api/titles/{title}/statements", STUDIO, statements::of_title::list, "List the statements of a title")
        .verb(GET, "/api/books/{book}/balances", OPERATOR, books::balances::list, "List the accounts of a book")
        .verb(GET, "/api/books/{book}/transfers", OPERATOR, books::transfers::list, "List the transfers of a reference")
        // Planning a cinema's weeks.
        .verb(GET, "/api/places/{place}/showing-forecasts", CINEMA, cinemas::forecasts::list, "List what a cinema's coming showings will sell")
        .verb(GET, "/api/orgs/{org}/earlier-showings", CINEMA, cinemas::earlier::show, "Read what a circuit brought from before it joined")
        .verb(POST, "/api/orgs/{org}/earlier-showings", CINEMA, cinemas::earlier::bring, "Bring what a circuit showed before it joined").takes(cinemas::earlier::BYTES_MAX)
        .verb(GET, "/api/places/{place}/planning-rules", CINEMA, plans::rules::show, "Read the rules a cinema is planned by")
        .verb(PUT, "/api/places/{place}/planning-rules", CINEMA, plans::rules::keep, "Keep the rules a cinema is planned by")
        .verb(GET, "/api/places/{place}/plans", CINEMA, plans::list::list, "List a cinema's plans")
        .verb(POST, "/api/places/{place}/plans", CINEMA, plans::make::make, "Plan a week of films").refuses(&[409])
        .verb(GET, "/api/places/{place}/plans/{plan}", CINEMA, plans::show::show, "Read a plan")
        .verb(GET, "/api/places/{place}/plans/{plan}/changes", CINEMA, plans::changes::show, "Read what taking a plan would change")
        .verb(POST, "/api/places/{place}/plans/{plan}/taking", CINEMA, plans::take::take, "Take a plan").refuses(&[409])
        .verb(POST, "/api/places/{place}/plans/{plan}/undoing", CINEMA, plans::undo::undo, "Undo a plan that was taken").refuses(&[409])
        // Closing the day: payouts, cases, disputes.
        .verb(GET, "/api/owed", OPERATOR, payouts::due::list, "List what every party is owed")
        .verb(GET, "/api/payouts", OPERATOR, payouts::list::list, "List payouts")
        .verb(POST, "/api/places/{place}/payouts", OPERATOR, payouts::propose::propose, "Propose a payout")
        .verb(GET, "/api/places/{place}/payouts/{payout}", OPERATOR, payouts::show::show, "Read a payout")
        .verb(POST, "/api/places/{place}/payouts/{payout}/approval", OPERATOR, payouts::step::approve, "Approve a payout that somebody else proposed").refuses(&[409])
        .verb(POST, "/api/places/{place}/payouts/{payout}/withdrawal", OPERATOR, payouts::step::withdraw, "Give a payout up that was not sent").refuses(&[409])
        .verb(POST, "/api/places/{place}/payouts/{payout}/payment", OPERATOR, payouts::step::paid, "Record that the bank has paid a payout").refuses(&[409])
        .verb(POST, "/api/places/{place}/payouts/{payout}/return", OPERATOR, payouts::step::returned, "Record that the bank sent a payout back").refuses(&[409])
        .verb(POST, "/api/payout-files", OPERATOR, payouts::send::send, "Send approved payouts to the bank").refuses(&[404, 409])
        .verb(GET, "/api/payout-files/{file}", OPERATOR, payouts::file::show, "Read a payout file as XML and CSV")
        .verb(POST, "/api/bank-answers", OPERATOR, payouts::answer::take, "Take in what the bank says of payouts").takes(payouts::answer::BYTES_MAX)
        .verb(GET, "/api/orgs/{org}/bank-account", PAYEE, bank_accounts::show::show, "Read where an organisation is paid")
        .verb(PUT, "/api/orgs/{org}/bank-account", PAYEE, bank_accounts::tell::tell, "Tell where an organisation is to be paid").refuses(&[409])
        .verb(POST, "/api/orgs/{org}/bank-account/approval", OPERATOR, bank_accounts::decide::approve, "Let an account count that somebody else told").refuses(&[409])
        .verb(POST, "/api/orgs/{org}/bank-account/refusal", OPERATOR, bank_accounts::decide::refuse, "Leave an account as it was").refuses(&[409])
        .verb(GET, "/api/orgs/{org}/owed", PAYEE, earnings::owed::list, "List what an organisation is owed")
        .verb(GET, "/api/orgs/{org}/payouts", PAYEE, earnings::payouts::list, "List an organisation's payouts")
        .verb(GET, "/api/orgs/{org}/payouts/{payout}", PAYEE, earnings::payout::show, "Read a payout with what it pays for")
        .verb(GET, "/api/orgs/{org}/payouts/{payout}/lines", PAYEE, earnings::lines::list, "List the entries that a payout pays for")
        .verb(POST, "/api/bills", OPERATOR, cases::fetch::fetch, "Fetch a provider's bill and hold it beside our orders").does(Pay).refuses(&[409])
        .verb(GET, "/api/cases", OPERATOR, cases::list::list, "List the differences between bills and orders")
        .verb(POST, "/api/cases/{case}/decision", OPERATOR, cases::decide::decide, "Decide a difference").refuses(&[409])
        .verb(GET, "/api/unmatched", OPERATOR, cases::unmatched::list, "List money that fits no order")
        .verb(POST, "/api/places/{place}/unmatched-decisions", OPERATOR, cases::decide_unmatched::decide, "Decide money that fits no order").does(Pay).refuses(&[409])
        .verb(GET, "/api/disputes", OPERATOR, disputes::list::list, "List disputes")
        .verb(POST, "/api/places/{place}/disputes", OPERATOR, disputes::record::record, "Record a dispute").refuses(&[409])
        .verb(GET, "/api/places/{place}/disputes/{dispute}", OPERATOR, disputes::show::show, "Read a dispute")
        .verb(PUT, "/api/places/{place}/disputes/{dispute}/evidence", OPERATOR, disputes::evidence::put, "Keep the evidence for a dispute").refuses(&[409])
        .verb(POST, "/api/places/{place}/disputes/{dispute}/decision", OPERATOR, disputes::decide::decide, "Decide a dispute").refuses(&[409])
        // The market, the log, the checks.
        .verb(GET, "/api/market/years", ANYONE, market::years::list, "List the years of the market")
        .verb(GET, "/api/market/years/{year}", ANYONE, market::show::show, "Read a year of the market")
        .verb(GET, "/api/market/coming", STAFF, market::coming::list, "List the films that open next")
        .verb(GET, "/api/places/{place}/events", PLACE, events::list::list, "List what happened at a place")
        .verb(GET, "/api/checks", OPERATOR, checks::run::last, "Read what the last check of every invariant found")
        .verb(POST, "/api/checks", OPERATOR, checks::run::run, "Check every invariant now").refuses(&[409])
}

/// One route, for tests and documents.
#[derive(Clone, Debug)]
pub struct Entry {
    pub method: Method,
    pub path: &'static str,
    pub who: Who,
    pub work: Work,
}

/// Routes on their way to becoming a router and a document.
pub struct Routes {
    service: Service,
    verbs: BTreeMap<&'static str, MethodRouter<Service>>,
    operations: Vec<(Entry, Operation)>,
}

impl Routes {
    pub fn new(service: Service) -> Routes {
        Routes { service, verbs: BTreeMap::new(), operations: Vec::new() }
    }

    /// One method at one path, for these people.
    pub fn verb<T: 'static, A>(
        mut self,
        method: Method,
        path: &'static str,
        who: Who,
        handler: impl Handler<T, Service> + Verb<A>,
        summary: &'static str,
    ) -> Routes {
        let filter = MethodFilter::try_from(method.clone()).expect("a route has one of the usual methods");
        let work = if method.is_safe() { Work::Look } else { Work::Change };
        let operation = Operation::of(&handler, summary, who);
        self.operations.push((Entry { method, path, who, work }, operation));
        let guarded = MethodRouter::new()
            .on(filter, handler)
            .route_layer(from_fn_with_state((self.service.clone(), who), usher));
        let others = self.verbs.remove(path).unwrap_or_default();
        self.verbs.insert(path, others.merge(guarded));
        self
    }

    /// The longest body that the last verb takes, in bytes, where that is another than everybody's.
    pub fn takes(mut self, bytes_max: usize) -> Routes {
        let last = self.operations.last().map(|(entry, _)| entry.path);
        if let Some((path, verbs)) = last.and_then(|path| self.verbs.remove_entry(path)) {
            let own = verbs
                .layer::<_, Infallible>(Extension(body::BytesMax(bytes_max)))
                .layer::<_, Infallible>(DefaultBodyLimit::max(bytes_max));
            self.verbs.insert(path, own);
        }
        self
    }

    /// What kind of work the last verb is, where it is more than looking or changing something.
    pub fn does(mut self, work: Work) -> Routes {
        if let Some((entry, _)) = self.operations.last_mut() {
            entry.work = work;
        }
        self
    }

    /// What the last verb may refuse besides what its arguments say.
    pub fn refuses(mut self, statuses: &[u16]) -> Routes {
        if let Some((_, operation)) = self.operations.last_mut() {
            operation.refuses(statuses);
        }
        self
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.operations.iter().map(|(entry, _)| entry.clone()).collect()
    }

    /// The router: every verb, what is at no address, and what protects them all.
    pub fn into_router(self) -> Router {
        let base_url = self.service.settings().base_url.clone();
        self.service.publish(document(&self.operations, &base_url).to_string());
        let gate = Gate::new(&self.service, &self.entries());
        let mut router = Router::new();
        for (path, verbs) in self.verbs {
            router = router.route(path, verbs.fallback(unknown_method));
        }
        router
            .route("/api", any(nothing_here))
            .route("/api/", any(nothing_here))
            .route("/api/{*rest}", any(nothing_here))
            .layer(DefaultBodyLimit::max(body::BYTES_MAX))
            .layer(CatchPanicLayer::custom(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()))
            .layer(from_fn_with_state(self.service.clone(), problem::dress))
            .layer(TraceLayer::new_for_http())
            .layer(from_fn_with_state(gate, admission::enter))
            .with_state(self.service)
    }
}

async fn nothing_here() -> Problem {
    Problem::nowhere()
}

async fn unknown_method() -> Problem {
    Problem::method()
}

/// The OpenAPI document.
struct Document(Service);

async fn describe(State(service): State<Service>) -> Document {
    Document(service)
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0.document().to_owned()).into_response()
    }
}

impl Describe for State<Service> {
    fn describe(_: &mut Operation) {}
}

impl Describe for Document {
    fn describe(operation: &mut Operation) {
        operation.answers(200, "OpenAPI 3.1.", Some(json!({ "type": "object" })));
    }
}
