//! The one registry of pages.
//!
//! # Adding a page
//!
//! 1. Write one file, named for the verb in the folder of its noun (`web/src/box_office/hold.rs`):
//!    the handler, its form, its page, its test. A handler takes what it needs, in this order, and
//!    answers `Answer`:
//!
//!    ```ignore
//!    pub async fn show(visit: Visit, staff: CinemaStaff, Path(id): Path<String>) -> Answer<Page> {
//!        let id = ShowtimeId::parse(&id)?;
//!        let showtime = visit.read(move |view| showtimes::any(view, &id)).await?.ok_or_else(Wrong::not_found)?;
//!        staff.check(&showtime.org)?;
//!        Ok(Page::console(visit.say("Showtime", "场次"), html! { … }))
//!    }
//!    ```
//!
//! 2. Add one line to `registry` below, with whom it is for, and what kind of work it is (`does`) when it does
//!    more than look or change: a handler that asks a provider, or hashes a password, is refused to do so until
//!    its line says it.
//!
//! That is all: the usher checks who may, the test in `tests/permissions.rs` calls the new route as
//! everybody, and refusals and faults become pages by themselves. URLs are nouns; what changes
//! something is a POST that ends in `SeeOther`. Forms are explained in `form`.

use crate::admission::{self, Gate};
use crate::site::Site;
use crate::visit::usher;
use crate::{answer, assets, box_office, channels, console, film, form, guard, help, pay, people, shops};
use ::people::Who;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, get};
use flows::capacity::Work::{self, Glance, Pay, SignIn};
use kernel::Role;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

const ANYONE: Who = Who::Anyone;
const SIGNED_IN: Who = Who::SignedIn;
const CINEMA: Who = Who::Roles(&[Role::Cinema]);
const STUDIO: Who = Who::Roles(&[Role::Studio]);
const OPERATOR: Who = Who::Roles(&[Role::Operator]);
/// A studio's release team.
const RELEASE: Who = Who::Roles(&[Role::Studio, Role::Marketer]);
/// Those between whom box office is divided.
const SETTLING: Who = Who::Roles(&[Role::Studio, Role::Cinema]);
/// Those who sell, and take back.
const SELLING: Who = Who::Roles(&[Role::Cinema, Role::Shop]);
/// Those who read the market.
const MARKET: Who = Who::Roles(&[Role::Studio, Role::Marketer, Role::Cinema]);
const MERCHANT: Who = Who::Roles(&[Role::Merchant]);
const SHOP: Who = Who::Roles(&[Role::Shop]);
/// Whoever has to do with licensed goods.
const GOODS: Who = Who::Roles(&[Role::Studio, Role::Merchant, Role::Shop]);
const STAFF: Who = Who::Roles(&Role::ALL);
/// Those whose organisations are paid by the house.
const PAYEE: Who = Who::Roles(&[Role::Cinema, Role::Studio, Role::Merchant, Role::Shop]);

const GET: Method = Method::GET;
const POST: Method = Method::POST;

/// Every page there is.
pub fn registry(site: Site) -> Routes {
    Routes::new(site)
        // Films, tickets, paying, the door.
        .page(GET, "/", ANYONE, film::home::show)
        .page(GET, "/films", ANYONE, film::list::list)
        .page(GET, "/films/{slug}", ANYONE, film::show::show)
        .page(POST, "/films/{slug}/want-to-see", SIGNED_IN, film::want_to_see::change)
        .page(GET, "/films/{slug}/line", ANYONE, film::line::show)
        .page(POST, "/films/{slug}/line", SIGNED_IN, film::line::join)
        .page(GET, "/showtimes/{place}/{id}", ANYONE, box_office::pick::show)
        .page(GET, "/showtimes/{place}/{id}/chosen", SIGNED_IN, box_office::pick::show)
        .page(POST, "/showtimes/{place}/{id}", SIGNED_IN, box_office::hold::hold)
        .page(GET, "/pay/{place}/{intent}", SIGNED_IN, pay::show::show)
        .page(POST, "/pay/{place}/{intent}", SIGNED_IN, pay::begin::begin)
        .does(Pay)
        .page(GET, "/pay/{place}/{intent}/return", SIGNED_IN, pay::come_back::show)
        .does(Pay)
        .page(GET, "/tickets", SIGNED_IN, box_office::tickets::list)
        .page(GET, "/tickets/{place}/{order}", SIGNED_IN, box_office::order::show)
        .page(POST, "/tickets/{place}/{order}/refund", SIGNED_IN, box_office::refund::refund)
        .does(Pay)
        .page(GET, "/tickets/{place}/{order}/calendar.ics", SIGNED_IN, box_office::calendar::download)
        .page(GET, "/door/{place}", CINEMA, box_office::door::show)
        .page(POST, "/door/{place}", CINEMA, box_office::door::admit)
        // People.
        .page(GET, "/first-run", ANYONE, people::first_run::show)
        .page(POST, "/first-run", ANYONE, people::first_run::found)
        .does(SignIn)
        .page(GET, "/sign-in", ANYONE, people::sign_in::show)
        .page(POST, "/sign-in", ANYONE, people::sign_in::sign_in)
        .does(SignIn)
        .page(GET, "/sign-in/code", ANYONE, people::code::show)
        .page(POST, "/sign-in/code", ANYONE, people::code::answer)
        .page(GET, "/new-password", ANYONE, people::new_password::show)
        .page(POST, "/new-password", ANYONE, people::new_password::set)
        .does(SignIn)
        .page(GET, "/session/new", ANYONE, people::sign_in::moved)
        .page(GET, "/sign-up", ANYONE, people::sign_up::show)
        .page(POST, "/sign-up", ANYONE, people::sign_up::sign_up)
        .does(SignIn)
        .page(POST, "/sign-out", ANYONE, people::sign_out::sign_out)
        .page(POST, "/sign-out/everywhere", SIGNED_IN, people::sign_out::everywhere)
        .page(GET, "/account", SIGNED_IN, people::account::show)
        .page(GET, "/account/password", SIGNED_IN, people::password::show)
        .page(POST, "/account/password", SIGNED_IN, people::password::change)
        .does(SignIn)
        .page(GET, "/account/second-factor", SIGNED_IN, people::second_factor::show)
        .page(POST, "/account/second-factor", SIGNED_IN, people::second_factor::turn_on)
        .page(POST, "/account/second-factor/proposal", SIGNED_IN, people::second_factor::propose)
        .does(SignIn)
        .page(GET, "/account/second-factor/codes", SIGNED_IN, people::second_factor::ask_codes)
        .page(POST, "/account/second-factor/codes", SIGNED_IN, people::second_factor::renew)
        .does(SignIn)
        .page(GET, "/account/second-factor/removal", SIGNED_IN, people::second_factor::ask_removal)
        .page(POST, "/account/second-factor/removal", SIGNED_IN, people::second_factor::turn_off)
        .does(SignIn)
        .page(POST, "/account/consent", SIGNED_IN, people::consent::change)
        .page(GET, "/account/data.json", SIGNED_IN, people::erasure::download)
        .page(GET, "/account/erasure", SIGNED_IN, people::erasure::show)
        .page(POST, "/account/erasure", SIGNED_IN, people::erasure::erase)
        .does(SignIn)
        .page(POST, "/account/suggestions/exceptions", SIGNED_IN, people::consent::except)
        .page(POST, "/reading", ANYONE, people::reading::choose)
        // Shops and other channels.
        .page(GET, "/shops", ANYONE, channels::list::show)
        .page(GET, "/shops/{slug}", ANYONE, channels::show::show)
        .page(GET, "/go/{token}", ANYONE, channels::follow::follow)
        .page(GET, "/shops/{slug}/products/{listing}", ANYONE, shops::product::show)
        .page(POST, "/shops/{slug}/products/{listing}", SIGNED_IN, shops::product::add)
        .page(GET, "/basket", SIGNED_IN, shops::basket::show)
        .page(POST, "/basket/{slug}/lines", SIGNED_IN, shops::basket::change)
        .page(GET, "/basket/{slug}/checkout", SIGNED_IN, shops::checkout::show)
        .page(POST, "/basket/{slug}/orders", SIGNED_IN, shops::checkout::order)
        .page(GET, "/orders", SIGNED_IN, shops::orders::list)
        .page(GET, "/orders/{place}/{order}", SIGNED_IN, shops::orders::show)
        .page(POST, "/orders/{place}/{order}/refund", SIGNED_IN, shops::orders::refund)
        .does(Pay)
        .page(POST, "/orders/{place}/{order}/returns", SIGNED_IN, shops::orders::return_pieces)
        .does(Pay)
        // Help.
        .page(GET, "/help", ANYONE, help::start)
        .page(GET, "/help/refunds", ANYONE, help::refunds)
        .page(GET, "/help/privacy", ANYONE, help::privacy)
        // Console.
        .page(GET, "/console", STAFF, console::start)
        .page(GET, "/console/books", OPERATOR, console::books::list)
        .page(POST, "/console/books/audits", OPERATOR, console::books::audit)
        .page(GET, "/console/books/{book}", OPERATOR, console::books::book)
        .page(GET, "/console/books/{book}/{account}", OPERATOR, console::books::account)
        .page(GET, "/console/channels", OPERATOR, console::channels::list)
        .page(POST, "/console/channels", OPERATOR, console::channels::add)
        .page(GET, "/console/cinemas", CINEMA, console::cinemas::list)
        .page(GET, "/console/cinemas/new", OPERATOR, console::cinemas::blank)
        .page(POST, "/console/cinemas", OPERATOR, console::cinemas::add)
        .page(POST, "/console/cinemas/cities", OPERATOR, console::cinemas::cities::add)
        .page(GET, "/console/cinemas/{place}", CINEMA, console::cinemas::show)
        .page(GET, "/console/cinemas/{place}/halls/new", CINEMA, console::cinemas::halls::blank)
        .page(POST, "/console/cinemas/{place}/halls", CINEMA, console::cinemas::halls::add)
        .page(GET, "/console/cinemas/{place}/halls/{hall}", CINEMA, console::cinemas::halls::show)
        .page(GET, "/console/cinemas/{place}/earlier", CINEMA, console::cinemas::earlier::show)
        .page(POST, "/console/cinemas/{place}/earlier", CINEMA, console::cinemas::earlier::bring_in)
        .page(GET, "/console/cinemas/{place}/plan", CINEMA, console::cinemas::plan::show)
        .page(POST, "/console/cinemas/{place}/plan", CINEMA, console::cinemas::plan::make)
        .page(GET, "/console/cinemas/{place}/plan/rules", CINEMA, console::cinemas::plan::rules::show)
        .page(POST, "/console/cinemas/{place}/plan/rules", CINEMA, console::cinemas::plan::rules::keep)
        .page(
            GET,
            "/console/cinemas/{place}/plans/{plan}/taking",
            CINEMA,
            console::cinemas::plan::taking::show,
        )
        .page(
            POST,
            "/console/cinemas/{place}/plans/{plan}/taking",
            CINEMA,
            console::cinemas::plan::taking::take,
        )
        .page(
            POST,
            "/console/cinemas/{place}/plans/{plan}/undoing",
            CINEMA,
            console::cinemas::plan::taking::undo,
        )
        .page(GET, "/console/cinemas/{place}/showtimes", CINEMA, console::cinemas::showtimes::show)
        .page(POST, "/console/cinemas/{place}/showtimes", CINEMA, console::cinemas::showtimes::add)
        .page(
            POST,
            "/console/cinemas/{place}/showtimes/{showtime}/closure",
            CINEMA,
            console::cinemas::showtimes::close,
        )
        .page(GET, "/console/market", MARKET, console::market::show)
        .page(GET, "/console/market.csv", MARKET, console::market::csv)
        .page(GET, "/console/market/imports", OPERATOR, console::imports::list)
        .page(POST, "/console/market/imports", OPERATOR, console::imports::bring_in)
        .page(GET, "/console/release", RELEASE, console::release::choose)
        .page(GET, "/console/release/{title}", RELEASE, console::release::show)
        .page(GET, "/console/release/{title}/cities/{city}", RELEASE, console::release::city::show)
        .page(GET, "/console/release/{title}/forecasts", RELEASE, console::release::forecasts::show)
        .page(GET, "/console/release/{title}/live", RELEASE, console::release::live::stream)
        .page(GET, "/console/release/{title}/showings", RELEASE, console::release::showings::show)
        .page(GET, "/console/reconciliation", OPERATOR, console::reconciliation::list)
        .page(POST, "/console/reconciliation/bills", OPERATOR, console::reconciliation::fetch)
        .does(Pay)
        .page(POST, "/console/reconciliation/{case}/decision", OPERATOR, console::reconciliation::decide)
        .page(POST, "/console/reconciliation/unmatched", OPERATOR, console::reconciliation::unmatched::decide)
        .does(Pay)
        .page(GET, "/console/payouts", OPERATOR, console::payouts::list)
        .page(POST, "/console/payouts", OPERATOR, console::payouts::propose)
        .page(POST, "/console/payouts/answers", OPERATOR, console::payouts::answers::take)
        .page(GET, "/console/payouts/answers/{digest}", OPERATOR, console::payouts::answers::show)
        .page(POST, "/console/payouts/files", OPERATOR, console::payouts::send)
        .page(GET, "/console/payouts/files/{file}", OPERATOR, console::payouts::files::show)
        .page(GET, "/console/payouts/files/{file}/pain.001.xml", OPERATOR, console::payouts::files::pain_001)
        .page(GET, "/console/payouts/files/{file}/payouts.csv", OPERATOR, console::payouts::files::csv)
        .page(POST, "/console/payouts/{place}/{payout}/{step}", OPERATOR, console::payouts::step)
        .page(GET, "/console/disputes", OPERATOR, console::disputes::list)
        .page(POST, "/console/disputes", OPERATOR, console::disputes::record)
        .page(GET, "/console/disputes/{place}/{dispute}", OPERATOR, console::disputes::show)
        .page(POST, "/console/disputes/{place}/{dispute}/decision", OPERATOR, console::disputes::decide)
        .page(POST, "/console/disputes/{place}/{dispute}/evidence", OPERATOR, console::disputes::put_evidence)
        .page(GET, "/console/orders", SELLING, console::orders::find)
        .page(GET, "/console/orders/{place}/{payment}", SELLING, console::orders::show)
        .page(POST, "/console/orders/{place}/{payment}/refund", SELLING, console::orders::take_back)
        .does(Pay)
        .page(POST, "/console/orders/{place}/{payment}/returns", SELLING, console::orders::return_pieces)
        .does(Pay)
        .page(POST, "/console/orders/{place}/{payment}/parts", SELLING, console::orders::give_back)
        .does(Pay)
        .page(GET, "/console/bank-accounts", PAYEE, console::bank_accounts::list)
        .page(GET, "/console/bank-accounts/{org}", PAYEE, console::bank_accounts::show)
        .page(POST, "/console/bank-accounts/{org}", PAYEE, console::bank_accounts::save)
        .page(
            POST,
            "/console/bank-accounts/{org}/{number}/{decision}",
            OPERATOR,
            console::bank_accounts::decide,
        )
        .page(GET, "/console/earnings", PAYEE, console::earnings::list)
        .page(GET, "/console/earnings/{org}", PAYEE, console::earnings::show)
        .page(
            GET,
            "/console/earnings/{org}/accounts/{place}/{account}",
            PAYEE,
            console::earnings::payout::account,
        )
        .page(
            GET,
            "/console/earnings/{org}/accounts/{place}/{account}/lines.csv",
            PAYEE,
            console::earnings::payout::account_csv,
        )
        .page(GET, "/console/earnings/{org}/payouts/{payout}", PAYEE, console::earnings::payout::show)
        .page(
            GET,
            "/console/earnings/{org}/payouts/{payout}/statement.csv",
            PAYEE,
            console::earnings::payout::csv,
        )
        .page(GET, "/console/settlement", SETTLING, console::settlement::list)
        .page(POST, "/console/settlement", SETTLING, console::settlement::close)
        .page(GET, "/console/settlement/royalties", STUDIO, console::settlement::royalties::show)
        .page(GET, "/console/settlement/royalties.csv", STUDIO, console::settlement::royalties::csv)
        .page(GET, "/console/settlement/terms/{title}", STUDIO, console::settlement::terms::show)
        .page(POST, "/console/settlement/terms/{title}", OPERATOR, console::settlement::terms::agree)
        .page(GET, "/console/settlement/{place}/{statement}", SETTLING, console::settlement::statement::show)
        .page(
            GET,
            "/console/settlement/{place}/{statement}/statement.csv",
            SETTLING,
            console::settlement::statement::csv,
        )
        .page(GET, "/console/slate", STUDIO, console::slate::list)
        .page(GET, "/console/slate/new", STUDIO, console::slate::blank)
        .page(POST, "/console/slate", STUDIO, console::slate::add)
        .page(GET, "/console/slate/{title}", STUDIO, console::title::show)
        .page(GET, "/console/slate/{title}/edit", STUDIO, console::title::edit)
        .page(POST, "/console/slate/{title}", STUDIO, console::title::save)
        .page(GET, "/console/slate/{title}/on-sale", STUDIO, console::title::on_sale::show)
        .page(POST, "/console/slate/{title}/on-sale", STUDIO, console::title::on_sale::announce)
        .page(POST, "/console/slate/{title}/on-sale/pace", STUDIO, console::title::on_sale::change_pace)
        .page(POST, "/console/slate/{title}/on-sale/end", STUDIO, console::title::on_sale::end)
        .page(GET, "/console/slate/{title}/credits", STUDIO, console::title::credits::show)
        .page(POST, "/console/slate/{title}/credits", STUDIO, console::title::credits::save)
        .page(POST, "/console/slate/{title}/names", STUDIO, console::title::names::save)
        .page(POST, "/console/slate/{title}/names/{lang}/removal", STUDIO, console::title::names::remove)
        .page(GET, "/console/slate/{title}/budget", STUDIO, console::title::budget::show)
        .page(POST, "/console/slate/{title}/budget", STUDIO, console::title::budget::plan)
        .page(GET, "/console/slate/{title}/costs", STUDIO, console::title::costs::show)
        .page(POST, "/console/slate/{title}/costs", STUDIO, console::title::costs::spend)
        .page(GET, "/console/slate/{title}/dates", STUDIO, console::title::dates::show)
        .page(GET, "/console/slate/{title}/rights", STUDIO, console::title::rights::show)
        .page(POST, "/console/slate/{title}/rights", STUDIO, console::title::rights::open)
        .page(POST, "/console/slate/{title}/rights/{window}/end", STUDIO, console::title::rights::end)
        .page(GET, "/console/audiences", RELEASE, console::audiences::list)
        .page(GET, "/console/audiences/new", RELEASE, console::audiences::build::blank)
        .page(POST, "/console/audiences", RELEASE, console::audiences::build::add)
        .page(GET, "/console/audiences/{audience}", RELEASE, console::audiences::build::show)
        .page(POST, "/console/audiences/{audience}", RELEASE, console::audiences::build::change)
        .page(GET, "/console/campaigns", RELEASE, console::campaigns::list)
        .page(GET, "/console/campaigns/new", RELEASE, console::campaigns::draft::blank)
        .page(POST, "/console/campaigns", RELEASE, console::campaigns::draft::add)
        .page(GET, "/console/campaigns/{campaign}", RELEASE, console::campaigns::show::show)
        .page(POST, "/console/campaigns/{campaign}/launch", RELEASE, console::campaigns::flight::launch)
        .page(POST, "/console/campaigns/{campaign}/pause", RELEASE, console::campaigns::flight::pause)
        .page(POST, "/console/campaigns/{campaign}/resumption", RELEASE, console::campaigns::flight::resume)
        .page(POST, "/console/campaigns/{campaign}/end", RELEASE, console::campaigns::flight::end)
        .page(GET, "/console/campaigns/{campaign}/next", RELEASE, console::campaigns::next::show)
        .page(POST, "/console/campaigns/{campaign}/split", RELEASE, console::campaigns::next::take)
        .page(POST, "/console/campaigns/{campaign}/audience", RELEASE, console::audiences::aim::aim)
        .page(GET, "/console/merchants", GOODS, console::merchants::start)
        .page(GET, "/console/merchants/offers", STUDIO, console::merchants::offers::list)
        .page(GET, "/console/merchants/offers/new", STUDIO, console::merchants::offers::blank)
        .page(POST, "/console/merchants/offers", STUDIO, console::merchants::offers::add)
        .page(POST, "/console/merchants/offers/{offer}/close", STUDIO, console::merchants::offers::close)
        .page(GET, "/console/merchants/applications", STUDIO, console::merchants::decide::list)
        .page(GET, "/console/merchants/applications/{application}", STUDIO, console::merchants::decide::show)
        .page(
            POST,
            "/console/merchants/applications/{application}/decision",
            STUDIO,
            console::merchants::decide::decide,
        )
        .page(GET, "/console/merchants/contracts", STUDIO, console::merchants::contracts::list)
        .page(GET, "/console/merchants/open", MERCHANT, console::merchants::apply::list)
        .page(GET, "/console/merchants/open/{offer}", MERCHANT, console::merchants::apply::show)
        .page(POST, "/console/merchants/open/{offer}", MERCHANT, console::merchants::apply::apply)
        .page(GET, "/console/merchants/mine", MERCHANT, console::merchants::mine::list)
        .page(GET, "/console/merchants/mine/{application}", MERCHANT, console::merchants::mine::show)
        .page(
            POST,
            "/console/merchants/mine/{application}/withdrawal",
            MERCHANT,
            console::merchants::mine::withdraw,
        )
        .page(GET, "/console/merchants/products", MERCHANT, console::merchants::products::list)
        .page(GET, "/console/merchants/products/{product}", MERCHANT, console::merchants::products::show)
        .page(
            POST,
            "/console/merchants/products/{product}/listings",
            MERCHANT,
            console::merchants::products::add,
        )
        .page(
            POST,
            "/console/merchants/products/{product}/listings/{place}/{listing}/{change}",
            MERCHANT,
            console::merchants::products::change,
        )
        .page(GET, "/console/merchants/sales", MERCHANT, console::merchants::sales::show)
        .page(GET, "/console/merchants/orders", SHOP, console::merchants::orders::list)
        .page(
            POST,
            "/console/merchants/orders/{place}/{order}/shipment",
            SHOP,
            console::merchants::orders::ship,
        )
        .page(GET, "/console/house", OPERATOR, console::house::show)
        .page(POST, "/console/house", OPERATOR, console::house::change)
        .page(POST, "/console/house/access", OPERATOR, console::house::access::change)
        .page(POST, "/console/house/tax", OPERATOR, console::house::change_tax)
        .page(GET, "/console/people", OPERATOR, console::people::list)
        .page(POST, "/console/people", OPERATOR, console::people::add)
        .page(GET, "/console/people/persons", OPERATOR, console::people::persons::ask)
        .page(POST, "/console/people/persons", OPERATOR, console::people::persons::find)
        .page(GET, "/console/people/persons/{person}", OPERATOR, console::people::persons::show)
        .page(POST, "/console/people/persons/{person}/sign-out", OPERATOR, console::people::persons::sign_out)
        .page(
            POST,
            "/console/people/persons/{person}/password-link",
            OPERATOR,
            console::people::persons::make_link,
        )
        .page(
            POST,
            "/console/people/persons/{person}/second-factor/removal",
            OPERATOR,
            console::people::persons::take_factor_off,
        )
        .page(GET, "/console/people/persons/{person}/data.json", OPERATOR, console::people::persons::download)
        .page(POST, "/console/people/persons/{person}/erasure", OPERATOR, console::people::persons::erase)
        .page(GET, "/console/people/{org}", OPERATOR, console::people::show)
        .page(POST, "/console/people/{org}/memberships", OPERATOR, console::people::give)
        .page(POST, "/console/people/{org}/memberships/removal", OPERATOR, console::people::take)
        // What is the same for everybody.
        .file("/assets/ferryman.css", assets::css)
        .file("/assets/ferryman.js", assets::js)
        .file("/assets/lantern.svg", assets::lantern)
        .file("/art/{file}", assets::art)
}

/// One route, for tests and documents.
#[derive(Clone, Debug)]
pub struct Entry {
    pub method: Method,
    pub path: &'static str,
    pub who: Who,
    pub work: Work,
}

/// Routes on their way to becoming a router.
pub struct Routes {
    site: Site,
    router: Router<Site>,
    entries: Vec<Entry>,
}

impl Routes {
    pub fn new(site: Site) -> Routes {
        Routes { site, router: Router::new(), entries: Vec::new() }
    }

    /// One method at one path, for these people.
    pub fn page<T: 'static>(
        mut self,
        method: Method,
        path: &'static str,
        who: Who,
        handler: impl Handler<T, Site>,
    ) -> Routes {
        let filter = MethodFilter::try_from(method.clone()).expect("a route has one of the usual methods");
        let guarded = MethodRouter::new()
            .on(filter, handler)
            .route_layer(from_fn_with_state((self.site.clone(), who), usher));
        self.router = self.router.route(path, guarded);
        let work = if method.is_safe() { Work::Look } else { Work::Change };
        self.entries.push(Entry { method, path, who, work });
        self
    }

    /// A file at a path, answered from memory to anyone; nobody asks who they are.
    pub fn file<T: 'static>(mut self, path: &'static str, handler: impl Handler<T, Site>) -> Routes {
        self.router = self.router.route(path, get(handler));
        self.entries.push(Entry { method: GET, path, who: ANYONE, work: Glance });
        self
    }

    /// What kind of work the last page is, where it is more than looking or changing something.
    pub fn does(mut self, work: Work) -> Routes {
        if let Some(entry) = self.entries.last_mut() {
            entry.work = work;
        }
        self
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The router: every page and file, what is at no address, and what protects them all.
    pub fn into_router(self) -> Router {
        let gate = Gate::new(&self.site, &self.entries);
        self.site.publish(self.entries);
        let anyone = (self.site.clone(), ANYONE);
        let nowhere = MethodRouter::new().fallback(nothing_here).layer(from_fn_with_state(anyone, usher));
        self.router
            .fallback_service(nowhere.with_state(self.site.clone()))
            .layer(DefaultBodyLimit::max(form::BYTES_MAX))
            .layer(CatchPanicLayer::custom(|_| answer::plain_fault()))
            .layer(from_fn_with_state(self.site.clone(), guard::head))
            .layer(TraceLayer::new_for_http())
            .layer(from_fn_with_state(gate, admission::enter))
            .with_state(self.site)
    }
}

async fn nothing_here() -> answer::Answer {
    Err(answer::Wrong::not_found())
}
