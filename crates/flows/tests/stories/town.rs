//! A small town: one studio with one film, one cinema with a hall of a hundred seats, and, when they are asked
//! for, a shop with a licensed poster and a campaign. Its clock stands still until somebody moves it.

use ads::campaigns::{self, NewCampaign};
use ads::creatives::NewCreative;
use box_office::showtimes::{self, Plan};
use box_office::{Cinema, Hall, Order, SeatMap, Showtime, cinemas, cities, halls, orders};
use channels::surfaces;
use db::View;
use db::scratch::{Scratch, scratch};
use flows::buy_tickets::{self, Held, Wish};
use flows::close_period::{self, Period};
use flows::sweep::{self, Swept};
use flows::{House, Scene, buy_product, check, license_product, serve_ad, take_payment};
use kernel::{
    Actor, CampaignId, Currency, Day, Dice, FalseClock, Lang, Money, OrderId, OrgId, PersonId, PlaceId,
    Result, Share, ShowtimeId, SurfaceId, TitleId, Words, Zone,
};
use licensing::applications::{NewApplication, Stage};
use licensing::approvals::Decision;
use licensing::offers::NewOffer;
use payments::providers::pretend::Pretend;
use payments::{Intent, Notice, Refund, intents};
use people::{OrgKind, orgs};
use settlement::splits::Terms;
use settlement::statements::Statement;
use shops::orders::{Checkout, Wanted};
use shops::returns::{Desk, Pieces, Stock};
use shops::{Listing, Shop};
use std::sync::Arc;

pub struct Town {
    pub scratch: Scratch,
    pub clock: Arc<FalseClock>,
    pub provider: Arc<Pretend>,
    pub house: House,
    pub studio: OrgId,
    pub film: TitleId,
    pub star: PlaceId,
    pub hall: Hall,
}

/// The premiere of *The Ferryman*.
pub fn premiere() -> Day {
    Day::new(2016, 12, 23).expect("a day")
}

pub fn person(name: &str) -> PersonId {
    PersonId(format!("per_{name}"))
}

pub fn consumer(name: &str) -> Actor {
    Actor::Person { id: person(name), name: name.into(), roles: Vec::new() }
}

/// Why it was refused.
pub fn code<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    let error = answer.expect_err("a refusal");
    error.refusal().unwrap_or_else(|| panic!("a refusal, not: {error}")).code
}

fn wish_back(key: &str, pieces: &[(&Listing, i64)], stock: Option<Stock>) -> shops::returns::Wish {
    let pieces = pieces
        .iter()
        .map(|(listing, quantity)| Pieces { listing: listing.id.clone(), quantity: *quantity })
        .collect();
    shops::returns::Wish { key: key.into(), pieces, stock }
}

fn words(en: &str) -> Words {
    Words::new(en, en)
}

impl Town {
    /// Noon of the premiere; a ticket's service fee is 3 yuan.
    pub fn new() -> Town {
        Town::with_service_fee(300)
    }

    pub fn with_service_fee(fen: i64) -> Town {
        let scratch = scratch();
        let zone = Zone::shanghai();
        let clock = Arc::new(FalseClock::at(premiere().at(12, 0, &zone)));
        let provider = Arc::new(Pretend::new());
        let house = House::open(scratch.db.clone(), clock.clone(), Dice::seeded(7), provider.clone())
            .expect("a house");
        let star = PlaceId("plc_star".into());
        let cinema = Cinema {
            place: star.clone(),
            org: OrgId(String::new()),
            city: "SHA".into(),
            slug: "star".into(),
            name: words("Star"),
            address: words("1 Riverside Road"),
            zone,
            service_fee: Money::fen(fen),
        };
        let (studio, film, hall) = house
            .write_blocking(&House::lane(), Actor::System, move |scene| found(scene, cinema.clone()))
            .expect("a town");
        Town { scratch, clock, provider, house, studio, film, star, hall }
    }

    /// The process ends and starts again on the same database.
    pub fn restarts(&mut self) {
        let provider: Arc<dyn payments::Provider> = self.provider.clone();
        self.house = House::open(self.scratch.db.clone(), self.clock.clone(), self.house.dice(), provider)
            .expect("a house");
    }

    pub fn story<T: Send + 'static>(
        &self,
        lane: &str,
        actor: Actor,
        story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.house.write_blocking(&lane, actor, story)
    }

    pub fn read<T: Send + 'static>(&self, look: impl FnOnce(&View) -> Result<T> + Send + 'static) -> T {
        self.house.read_blocking(look).expect("a read")
    }

    /// Breaks something on purpose, or prepares it, by plain statements.
    pub fn sql(&self, statement: &'static str) -> u64 {
        self.scratch.write_blocking(db::Lane::house(), move |tx| tx.run(statement, &[])).expect("a statement")
    }

    pub fn later(&self, seconds: i64) {
        self.clock.advance_seconds(seconds);
    }

    /// The wall clock of the cinema.
    pub fn at(&self, day: Day, hour: i8, minute: i8) {
        self.clock.set(day.at(hour, minute, &Zone::shanghai()));
    }

    // Tickets.

    /// A showing on the premiere's day, for a price in fen.
    pub fn showtime(&self, hour: i8, minute: i8, price: i64) -> Showtime {
        self.subsidised(premiere(), hour, minute, price, 0).expect("a showtime")
    }

    /// A showing with a minimum settlement price.
    pub fn subsidised(&self, day: Day, hour: i8, minute: i8, price: i64, minimum: i64) -> Result<Showtime> {
        let zone = Zone::shanghai();
        let hall = self.hall.clone();
        let plan = Plan {
            title: self.film.clone(),
            runtime_minutes: 128,
            starts_at: day.at(hour, minute, &zone),
            zone,
            version: "2D".into(),
            price: Money::fen(price),
            minimum: Money::fen(minimum),
        };
        self.story("plc_star", Actor::System, move |scene| {
            showtimes::add(scene.tx, &mut scene.act, &hall, &plan)
        })
    }

    /// A checkout of its own for these seats.
    pub fn holds(&self, buyer: &str, showtime: &Showtime, seats: &[&str]) -> Result<Held> {
        self.holds_with(buyer, &format!("{buyer} {} {}", showtime.id, seats.join(" ")), showtime, seats, None)
    }

    pub fn holds_with(
        &self,
        buyer: &str,
        key: &str,
        showtime: &Showtime,
        seats: &[&str],
        click: Option<String>,
    ) -> Result<Held> {
        let wish = self.wish(key, &showtime.id, seats, click);
        self.story("plc_star", consumer(buyer), move |scene| buy_tickets::hold(scene, &wish))
    }

    /// A consumer who shows their place in line.
    pub fn holds_in_turn(&self, buyer: &str, showtime: &Showtime, seat: &str, turn: &str) -> Result<Held> {
        let wish = Wish {
            turn: Some(turn.into()),
            ..self.wish(&format!("{buyer} {seat}"), &showtime.id, &[seat], None)
        };
        self.story("plc_star", consumer(buyer), move |scene| buy_tickets::hold(scene, &wish))
    }

    /// The same on another node: a lane of its own.
    pub fn holds_at(&self, node: &str, buyer: &str, showtime: &Showtime, seats: &[&str]) -> Result<Held> {
        let wish = self.wish(&format!("{buyer} {}", seats.join(" ")), &showtime.id, seats, None);
        self.story(node, consumer(buyer), move |scene| buy_tickets::hold(scene, &wish))
    }

    fn wish(&self, key: &str, showtime: &ShowtimeId, seats: &[&str], click: Option<String>) -> Wish {
        Wish {
            place: self.star.clone(),
            showtime: showtime.clone(),
            seats: seats.iter().map(|seat| (*seat).to_owned()).collect(),
            key: key.into(),
            click,
            turn: None,
        }
    }

    /// The consumer confirms at the provider; the notice is on its way.
    pub fn pays(&self, intent: &Intent) -> Notice {
        take_payment::begin(&self.house, intent).expect("a checkout");
        self.provider.pay(&intent.id, self.house.now()).expect("the payment is open")
    }

    pub fn tells(&self, notice: &Notice) -> Result<()> {
        self.tells_at("plc_star", notice)
    }

    pub fn tells_at(&self, node: &str, notice: &Notice) -> Result<()> {
        let notice = notice.clone();
        self.story(node, Actor::System, move |scene| take_payment::receive(scene, &notice))
    }

    /// Holds, pays, and the notice arrives.
    pub fn buys(&self, buyer: &str, showtime: &Showtime, seats: &[&str]) -> Order {
        let held = self.holds(buyer, showtime, seats).expect("the seats are free");
        self.tells(&self.pays(&held.intent)).expect("the notice is taken");
        self.order(&held.order.id)
    }

    pub fn refunds(&self, buyer: &str, order: &OrderId) -> Result<Refund> {
        self.refunds_at("plc_star", buyer, order)
    }

    /// The buyer takes some seats back.
    pub fn refunds_seats(&self, buyer: &str, order: &OrderId, seats: &[&str]) -> Result<Refund> {
        self.refunds_seats_at("plc_star", consumer(buyer), order, seats, buy_tickets::Desk::Buyer)
    }

    pub fn refunds_seats_at(
        &self,
        node: &str,
        who: Actor,
        order: &OrderId,
        seats: &[&str],
        desk: buy_tickets::Desk,
    ) -> Result<Refund> {
        let (place, order) = (self.star.clone(), order.clone());
        let seats: Vec<String> = seats.iter().map(|seat| (*seat).to_owned()).collect();
        self.story(node, who, move |scene| buy_tickets::refund_seats(scene, &place, &order, &seats, desk))
    }

    pub fn refunds_at(&self, node: &str, buyer: &str, order: &OrderId) -> Result<Refund> {
        let (place, order) = (self.star.clone(), order.clone());
        self.story(node, consumer(buyer), move |scene| buy_tickets::refund(scene, &place, &order))
    }

    pub fn admits_at(&self, node: &str, code: &str) -> Result<box_office::Ticket> {
        let (place, code) = (self.star.clone(), code.to_owned());
        self.story(node, Actor::System, move |scene| buy_tickets::admit(scene, &place, &code))
    }

    pub fn codes(&self, order: &OrderId) -> Vec<String> {
        let (place, order) = (self.star.clone(), order.clone());
        let tickets = self.read(move |view| box_office::tickets::of_order(view, &place, &order));
        tickets.iter().map(|ticket| self.house.keys().tickets.code(ticket)).collect()
    }

    pub fn order(&self, id: &OrderId) -> Order {
        let (place, id) = (self.star.clone(), id.clone());
        self.read(move |view| orders::any(view, &place, &id))
    }

    pub fn intent(&self, of: &Intent) -> Intent {
        let (place, id) = (of.place.clone(), of.id.clone());
        self.read(move |view| intents::any(view, &place, &id))
    }

    pub fn intent_of(&self, order: &Order) -> Intent {
        let (place, id) = (order.place.clone(), order.id.clone());
        self.read(move |view| intents::of_order(view, &place, &id))
    }

    /// A clerk of the cinema gives a part of a payment back.
    pub fn gives_back(&self, node: &str, intent: &Intent, key: &str, fen: i64) -> Result<Refund> {
        let (place, id, key) = (intent.place.clone(), intent.id.clone(), key.to_owned());
        self.story(node, Actor::System, move |scene| {
            take_payment::give_back(scene, &place, &id, &key, Money::fen(fen))
        })
    }

    pub fn live_tickets(&self) -> i64 {
        self.read(|view| view.one::<(i64,)>("select count(*) from ticket where voided_at is null", &[])).0
    }

    // What happens by itself.

    pub fn sweeps(&self) -> Swept {
        sweep::all(&self.house).expect("a sweep")
    }

    // Goods.

    /// A shop that takes 5 %, with a poster for 99 yuan under a licence: royalty 8 %, of it 30 % to the platform,
    /// marketing fund 2 %.
    pub fn poster(&self, stock: i64) -> Listing {
        let (studio, film) = (self.studio.clone(), self.film.clone());
        let (merchant, product) = self
            .story("plc_house", Actor::System, move |scene| licensed(scene, &studio, &film))
            .expect("a licensed product");
        let lantern = self.lantern();
        self.story("plc_lantern", Actor::System, move |scene| {
            license_product::list(scene, &merchant, &lantern, &product.id, Money::fen(9900), stock)
        })
        .expect("a listing")
    }

    pub fn lantern(&self) -> PlaceId {
        PlaceId("plc_lantern".into())
    }

    pub fn orders(
        &self,
        buyer: &str,
        listing: &Listing,
        quantity: i64,
        click: Option<String>,
    ) -> Result<buy_product::Promised> {
        self.orders_at("plc_lantern", buyer, listing, quantity, click)
    }

    pub fn orders_at(
        &self,
        node: &str,
        buyer: &str,
        listing: &Listing,
        quantity: i64,
        click: Option<String>,
    ) -> Result<buy_product::Promised> {
        let checkout = Checkout {
            place: listing.place.clone(),
            buyer: person(buyer),
            key: format!("{buyer} {quantity}"),
            lines: vec![Wanted { listing: listing.id.clone(), quantity, price_minor: listing.price.minor }],
            recipient: "安小渡".into(),
            address: "滨江路 1 号".into(),
            click,
        };
        self.story(node, consumer(buyer), move |scene| buy_product::order(scene, &checkout))
    }

    pub fn returns(&self, buyer: &str, order: &OrderId) -> Result<Refund> {
        let (place, order) = (self.lantern(), order.clone());
        self.story("plc_lantern", consumer(buyer), move |scene| buy_product::refund(scene, &place, &order))
    }

    /// Several goods in one order, paid for.
    pub fn buys_goods(&self, buyer: &str, wanted: &[(&Listing, i64)], click: Option<String>) -> OrderId {
        let lines = wanted.iter().map(|(listing, quantity)| Wanted {
            listing: listing.id.clone(),
            quantity: *quantity,
            price_minor: listing.price.minor,
        });
        let checkout = Checkout {
            place: self.lantern(),
            buyer: person(buyer),
            key: format!("{buyer} {}", wanted.len()),
            lines: lines.collect(),
            recipient: "安小渡".into(),
            address: "滨江路 1 号".into(),
            click,
        };
        let promised = self
            .story("plc_lantern", consumer(buyer), move |scene| buy_product::order(scene, &checkout))
            .expect("an order");
        self.tells_at("plc_lantern", &self.pays(&promised.intent)).expect("the notice is taken");
        promised.order.id
    }

    /// Another listing of the lantern's, for a price of one in fen.
    pub fn sells(&self, name: &'static str, like: &Listing, fen: i64, stock: i64) -> Listing {
        self.sells_under(like.contract.clone(), name, like, fen, stock)
    }

    /// The same without a licence.
    pub fn sells_plain(&self, name: &'static str, like: &Listing, fen: i64, stock: i64) -> Listing {
        self.sells_under(None, name, like, fen, stock)
    }

    fn sells_under(
        &self,
        contract: Option<kernel::ContractId>,
        name: &'static str,
        like: &Listing,
        fen: i64,
        stock: i64,
    ) -> Listing {
        let (place, merchant, title) = (self.lantern(), like.merchant.clone(), like.title.clone());
        self.story("plc_lantern", Actor::System, move |scene| {
            let new = shops::products::NewProduct {
                merchant: merchant.clone(),
                title: title.clone(),
                contract: contract.clone(),
                name: words(name),
                about: Words::default(),
                category: "posters".into(),
                artwork: String::new(),
            };
            let product = shops::products::add(scene.tx, &mut scene.act, &new)?;
            let new = shops::listings::NewListing {
                place: place.clone(),
                product: product.id,
                price: Money::fen(fen),
                vat: Share::percent(13),
                stock,
            };
            shops::listings::list(scene.tx, &mut scene.act, &merchant, &new)
        })
        .expect("a listing")
    }

    /// A clerk of the shop takes pieces back.
    pub fn takes_pieces(
        &self,
        node: &str,
        order: &OrderId,
        key: &str,
        pieces: &[(&Listing, i64)],
        stock: Option<Stock>,
    ) -> Result<buy_product::Returned> {
        let wish = wish_back(key, pieces, stock);
        let (place, order) = (self.lantern(), order.clone());
        self.story(node, Actor::System, move |scene| {
            buy_product::return_pieces(scene, &place, &order, &wish, Desk::Shop)
        })
    }

    /// The buyer gives pieces back.
    pub fn returns_pieces(
        &self,
        buyer: &str,
        order: &OrderId,
        key: &str,
        pieces: &[(&Listing, i64)],
    ) -> Result<buy_product::Returned> {
        let wish = wish_back(key, pieces, None);
        let (place, order) = (self.lantern(), order.clone());
        self.story("plc_lantern", consumer(buyer), move |scene| {
            buy_product::return_pieces(scene, &place, &order, &wish, Desk::Buyer)
        })
    }

    pub fn ships(&self, node: &str, order: &OrderId) -> Result<shops::Order> {
        let (place, order) = (self.lantern(), order.clone());
        self.story(node, Actor::System, move |scene| buy_product::ship(scene, &place, &order))
    }

    pub fn goods(&self, order: &OrderId) -> (shops::Order, Vec<shops::orders::Line>) {
        let (place, order) = (self.lantern(), order.clone());
        self.read(move |view| {
            Ok((shops::orders::any(view, &place, &order)?, shops::orders::lines(view, &place, &order)?))
        })
    }

    pub fn intent_of_goods(&self, order: &OrderId) -> Intent {
        let (place, order) = (self.lantern(), order.clone());
        self.read(move |view| intents::of_order(view, &place, &order))
    }

    /// A dispute of a payment, recorded by hand.
    pub fn disputes(&self, intent: &Intent, id: &str, fen: i64) -> Result<()> {
        self.disputes_money(intent, id, Money::fen(fen))
    }

    pub fn disputes_money(&self, intent: &Intent, id: &str, amount: Money) -> Result<()> {
        let dispute = payments::disputes::Dispute {
            place: intent.place.clone(),
            id: kernel::DisputeId(format!("dsp_{id}")),
            intent: intent.id.clone(),
            reason: "not as described".into(),
            amount,
            answer_by: premiere().plus(9),
            state: payments::disputes::State::Open,
            opened_at: self.house.now(),
            closed_at: None,
            evidence: String::new(),
            number: String::new(),
        };
        let lane = intent.place.0.clone();
        self.story(&lane, Actor::System, move |scene| flows::dispute::open(scene, &dispute))
    }

    pub fn decides(&self, intent: &Intent, id: &str, as_: payments::disputes::State) -> Result<()> {
        let (place, id) = (intent.place.clone(), kernel::DisputeId(format!("dsp_{id}")));
        let lane = place.0.clone();
        self.story(&lane, Actor::System, move |scene| {
            flows::dispute::close(scene, &place, &id, as_).map(|_| ())
        })
    }

    pub fn stock(&self, listing: &Listing) -> i64 {
        let (place, id) = (listing.place.clone(), listing.id.clone());
        self.read(move |view| shops::listings::any(view, &place, &id)).stock
    }

    // Ads.

    /// A campaign of the film on one surface, a click for 1.80 yuan.
    pub fn campaign(&self) -> (CampaignId, SurfaceId) {
        let (studio, film) = (self.studio.clone(), self.film.clone());
        let made = self
            .story("plc_house", Actor::System, move |scene| campaign(scene, &studio, &film))
            .expect("a campaign");
        self.house.reload_ads().expect("the campaigns are read");
        made
    }

    /// Sees the ad and follows it; what to follow again, and the token that an order carries.
    pub fn follows(&self, surface: &SurfaceId, visitor: &str) -> (ads::tokens::Shown, String) {
        let ad = serve_ad::show(&self.house, surface, visitor, Lang::Zh).expect("an ad");
        let shown = serve_ad::place_of(&self.house, &ad.token).expect("a genuine token");
        let token = self.clicks("plc_tide", &shown).expect("a click").token;
        (shown, token)
    }

    pub fn clicks(&self, node: &str, shown: &ads::tokens::Shown) -> Result<serve_ad::Followed> {
        let shown = shown.clone();
        self.story(node, Actor::Guest, move |scene| serve_ad::follow(scene, &shown))
    }

    // Settlement.

    pub fn agrees(&self, from: Day, terms: Terms) {
        let film = self.film.clone();
        self.story("plc_house", Actor::System, move |scene| {
            settlement::terms::agree(scene.tx, &mut scene.act, &film, "CN", from, &terms)
        })
        .expect("terms");
    }

    pub fn closes(&self, first: Day, last: Day) -> Result<Statement> {
        self.closes_at("plc_star", first, last)
    }

    pub fn closes_at(&self, node: &str, first: Day, last: Day) -> Result<Statement> {
        let (place, film) = (self.star.clone(), self.film.clone());
        let period = Period { first, last };
        self.story(node, Actor::System, move |scene| close_period::close(scene, &place, &film, period))
    }

    pub fn mirrors(&self, statement: &Statement) -> Result<()> {
        let statement = statement.clone();
        self.story("plc_house", Actor::System, move |scene| close_period::mirror(scene, &statement))
    }

    // The books.

    /// Credits less debits of an account, in fen; `{film}` and `{studio}` stand for their ids.
    pub fn credit(&self, place: &str, account: &str) -> i64 {
        let place = PlaceId(place.into());
        let account = account.replace("{film}", &self.film.0).replace("{studio}", &self.studio.0);
        self.read(move |view| ledger::balances::credit_of(view, &place, &account, Currency::CNY)).minor
    }

    pub fn star_credit(&self, account: &str) -> i64 {
        self.credit("plc_star", account)
    }

    pub fn happened(&self, kind: events::Kind) -> i64 {
        let found = move |view: &View| {
            view.one::<(i64,)>("select count(*) from event where kind = $1", &[&kind.code()])
        };
        self.read(found).0
    }

    /// The codes of the invariants that are broken, with what was found.
    pub fn broken(&self) -> Vec<(&'static str, Vec<String>)> {
        let now = self.house.now();
        let checked = self.read(move |view| check::all(view, now));
        checked.into_iter().filter(|one| !one.broken.is_empty()).map(|one| (one.code, one.broken)).collect()
    }

    /// Every invariant holds, and the provider keeps what the books say.
    pub fn is_whole(&self) {
        assert_eq!(self.broken(), []);
        let owed = -self.star_credit("provider:pretend") - self.credit("plc_lantern", "provider:pretend");
        assert_eq!(self.provider.kept_minor(), owed, "the provider keeps what the books say");
    }
}

fn found(scene: &mut Scene, cinema: Cinema) -> Result<(OrgId, TitleId, Hall)> {
    let studio = orgs::add(scene.tx, &mut scene.act, OrgKind::Studio, &words("River Lantern Pictures"))?.id;
    let circuit = orgs::add(scene.tx, &mut scene.act, OrgKind::Cinema, &words("Nine Bends Cinemas"))?.id;
    let draft = titles::Draft {
        status: titles::Status::Released,
        original_name: "摆渡人".into(),
        name: Words::new("The Ferryman", "摆渡人"),
        synopsis: Words::default(),
        genre: "romance".into(),
        runtime_minutes: 128,
        premiere: Some(premiere()),
        artwork: "the-ferryman".into(),
        domestic: true,
    };
    let film = titles::add(scene.tx, &mut scene.act, &studio, &draft)?.id;
    let terms = Terms::mainland_2016();
    settlement::terms::agree(scene.tx, &mut scene.act, &film, "CN", premiere().plus(-30), &terms)?;
    let city = cities::City {
        code: "SHA".into(),
        name: words("Shanghai"),
        tier: 1,
        longitude: 121.5,
        latitude: 31.2,
    };
    cities::add(scene.tx, &city)?;
    let cinema = Cinema { org: circuit, ..cinema };
    cinemas::add(scene.tx, &cinema, scene.act.at)?;
    let seat_map = SeatMap::of_rows(&["ssssssssss"; 10])?;
    let hall = Hall { place: cinema.place, id: scene.act.id(), name: words("Hall 1"), seat_map };
    halls::add(scene.tx, &hall)?;
    Ok((studio, film, hall))
}

fn licensed(scene: &mut Scene, studio: &OrgId, film: &TitleId) -> Result<(OrgId, shops::Product)> {
    let merchant = orgs::add(scene.tx, &mut scene.act, OrgKind::Merchant, &words("Paper Boat Studio"))?.id;
    let shop = Shop {
        place: PlaceId("plc_lantern".into()),
        org: orgs::add(scene.tx, &mut scene.act, OrgKind::Shop, &words("East Gate Commerce"))?.id,
        slug: "lantern".into(),
        name: words("Lantern Store"),
        currency: Currency::CNY,
        commission: Share::percent(5),
    };
    shops::shops::add(scene.tx, &scene.act, &shop)?;
    let offer = NewOffer {
        title: film.clone(),
        licensor: studio.clone(),
        name: words("Goods"),
        about: Words::default(),
        categories: vec!["posters".into()],
        territory: "CN".into(),
        royalty: Share::percent(8),
        rates: Vec::new(),
        fund: Share::percent(2),
        platform: Share::percent(30),
        guarantee: Money::fen(0),
        term_days: 365,
        closes_on: premiere().plus(60),
    };
    let offer = license_product::offer(scene, &offer)?;
    let application = NewApplication {
        offer: offer.id,
        product: words("Night river poster"),
        category: "posters".into(),
        concept: "The river, a lantern, a boat.".into(),
        artwork: "goods-print".into(),
        planned_price: Money::fen(9900),
        planned_units: 3000,
    };
    let made = license_product::apply(scene, &merchant, &application, "apply")?;
    license_product::decide(scene, studio, &made.id, Stage::Concept, Decision::Approved, "Make a sample.")?;
    let (_, product) =
        license_product::decide(scene, studio, &made.id, Stage::Sample, Decision::Approved, "Good.")?;
    Ok((merchant, product.expect("the last approval makes the product")))
}

fn campaign(scene: &mut Scene, studio: &OrgId, film: &TitleId) -> Result<(CampaignId, SurfaceId)> {
    let zone = Zone::shanghai();
    let channel = channels::NewChannel {
        place: PlaceId("plc_tide".into()),
        org: orgs::add(scene.tx, &mut scene.act, OrgKind::Partner, &words("Night Tide"))?.id,
        slug: "night-tide".into(),
        kind: channels::Kind::Music,
        name: words("Night Tide Music"),
        about: words("The soundtrack plays here first."),
        artwork: "the-ferryman".into(),
    };
    let channel = channels::add(scene.tx, &mut scene.act, &channel)?;
    let card =
        surfaces::add(scene.tx, &mut scene.act, &channel, "home-card", &words("Home card"), Money::fen(50))?;
    let new = NewCampaign {
        title: film.clone(),
        org: studio.clone(),
        name: "Christmas release".into(),
        starts_at: premiere().plus(-7).at(0, 0, &zone),
        ends_at: premiere().plus(30).at(0, 0, &zone),
        budget: Money::fen(100_000),
        click_price: Money::fen(180),
        holdout: kernel::Share::ZERO,
        surfaces: vec![card.id.clone()],
        creative: NewCreative {
            headline: words("Every night has a ferryman"),
            text: words("In cinemas from 23 December."),
            artwork: "the-ferryman".into(),
        },
    };
    let made = campaigns::add(scene.tx, &mut scene.act, &new)?;
    campaigns::launch(scene.tx, studio, &made.id, scene.act.at)?;
    Ok((made.id, card.id))
}
