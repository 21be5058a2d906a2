//! Houses that are at home in Korea and in the United States go the whole loop on their own pages, and no page of theirs
//! speaks of yuan or tells Shanghai's hour.

use crate::testing::{Answer, Browser, NOW, Town};
use axum::http::StatusCode;
use kernel::ids::Id;
use kernel::{Currency, Day, IntentId, Money, Role, TitleId, Zone};
use std::collections::{BTreeSet, VecDeque};

/// Days of showings; the first is a Saturday.
const DAYS: [&str; 4] = ["2016-12-24", "2016-12-25", "2016-12-26", "2016-12-27"];
/// Pages that one reader looks at, at most.
const PAGES_MAX: usize = 400;

/// Where a house is founded, and what is asked there.
struct Land {
    territory: &'static str,
    currency: Currency,
    zone: &'static str,
    /// Code, names, longitude, latitude.
    city: [&'static str; 5],
    /// A ticket's price and its service fee as they are typed, and an amount that is none there.
    price: &'static str,
    fee: &'static str,
    no_fee: &'static str,
    /// A poster's price, which includes so much tax.
    poster: &'static str,
    tax: &'static str,
}

const KOREA: Land = Land {
    territory: "KR",
    currency: Currency::KRW,
    zone: "Asia/Seoul",
    city: ["SEL", "Seoul", "首尔", "126.98", "37.57"],
    price: "15000",
    fee: "1000",
    no_fee: "1000.50",
    poster: "11000",
    tax: "10",
};

const STATES: Land = Land {
    territory: "US",
    currency: Currency::USD,
    zone: "America/New_York",
    city: ["NYC", "New York", "纽约", "-74.01", "40.71"],
    price: "12.50",
    fee: "1.50",
    no_fee: "1.505",
    poster: "21.60",
    tax: "8",
};

impl Land {
    fn money(&self, typed: &str) -> Money {
        Money::parse(typed, self.currency).expect("an amount")
    }
}

/// The form of an answer that must lead on.
#[track_caller]
fn led(answer: Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location().to_owned()
}

struct Abroad {
    land: &'static Land,
    town: Town,
    /// The two operators.
    ann: Browser,
    li: Browser,
    /// Of the cinema.
    kim: Browser,
    buyer: Browser,
    /// Of the film's studio.
    studio: String,
    title: TitleId,
    /// The console's address of the cinema.
    cinema: String,
    cinema_org: String,
}

impl Abroad {
    /// Founded, with a film, a cinema, a hall and showings, all through the pages.
    async fn new(land: &'static Land) -> Abroad {
        let town = Town::unfounded();
        let founding = [
            ("house_en", "Han House"),
            ("house_zh", "汉江"),
            ("territory", land.territory),
            ("name", "Ann"),
            ("email", "ann@example.com"),
            ("password", "correct horse"),
        ];
        let opened = town.browser().post("/first-run", &founding).await;
        let ann = town.browser().with_cookies_of(&opened);
        led(opened);
        // Its days pass by the clock alone, and nobody is signed out over them.
        let patient = [("factor_for", "nobody"), ("idle_minutes", "43200")];
        led(ann.post("/console/house/access", &patient).await);
        let house =
            town.house.read(::people::installation::house).await.expect("a view").expect("founded").id;
        let li = town.person("li", &[(Role::Operator, house)]).await;
        let org = |kind: &'static str, en: &'static str, zh: &'static str| {
            let ann = ann.clone();
            async move {
                let form = [("kind", kind), ("name_en", en), ("name_zh", zh)];
                let at = led(ann.post("/console/people", &form).await);
                at.rsplit('/').next().expect("an id").to_owned()
            }
        };
        let studio = org("studio", "Han Pictures", "汉影").await;
        let cinema_org = org("cinema", "River Cinemas", "江边院线").await;
        let kim = town.person("kim", &[(Role::Cinema, kernel::OrgId(cinema_org.clone()))]).await;
        let mut film = crate::testing::FERRYMAN.to_vec();
        film.retain(|(name, _)| !["status", "premiere"].contains(name));
        film.extend([("status", "released"), ("premiere", "2016-12-24"), ("studio", &studio)]);
        let title = led(ann.post("/console/slate", &film).await);
        let title = TitleId(title.rsplit('/').next().expect("an id").to_owned());
        let city = [
            ("code", land.city[0]),
            ("tier", "1"),
            ("city_en", land.city[1]),
            ("city_zh", land.city[2]),
            ("longitude", land.city[3]),
            ("latitude", land.city[4]),
        ];
        led(ann.post("/console/cinemas/cities", &city).await);
        let blank = ann.get("/console/cinemas/new").await.text;
        assert!(blank.contains(&format!("value=\"{}\"", land.zone)), "{blank}");
        assert!(blank.contains(land.currency.code()), "{blank}");
        let cinema = [
            ("org", cinema_org.as_str()),
            ("name_en", "Han Cinema"),
            ("name_zh", "汉江影城"),
            ("address_en", "1 Riverside"),
            ("address_zh", "江边 1 号"),
            ("city", land.city[0]),
            ("slug", "han"),
            ("zone", land.zone),
            ("fee", land.fee),
        ];
        let fraction = ann.post("/console/cinemas", &[&cinema[..8], &[("fee", land.no_fee)]].concat()).await;
        assert!(fraction.text.contains("is not an amount such as"), "{}", fraction.text);
        let cinema = led(ann.post("/console/cinemas", &cinema).await);
        let hall = [("name_en", "Hall 1"), ("name_zh", "1 号厅"), ("seat_map", "ssssss\nssssss\nssssss")];
        led(kim.post(&format!("{cinema}/halls"), &hall).await);
        let buyer = town.person("buyer", &[]).await;
        let abroad = Abroad { land, town, ann, li, kim, buyer, studio, title, cinema, cinema_org };
        for day in DAYS {
            abroad.shows(day).await;
        }
        abroad
    }

    fn place(&self) -> &str {
        self.cinema.rsplit('/').next().expect("an id")
    }

    /// At ten past eight in the evening, there.
    async fn shows(&self, day: &'static str) {
        let at = format!("{}/showtimes?day={day}", self.cinema);
        let page = self.kim.get(&at).await;
        let hall = page.value_after("name=\"hall\"", "value=\"");
        let form = [
            ("title", self.title.0.as_str()),
            ("hall", &hall),
            ("day", day),
            ("starts", "20:10"),
            ("price", self.land.price),
            ("minimum", "0"),
            ("version", "2D"),
        ];
        led(self.kim.post(&format!("{}/showtimes", self.cinema), &form).await);
        let shown = self.kim.get(&at).await.text;
        let price = self.land.money(self.land.price).to_string();
        assert!(shown.contains("20:10–22:18") && shown.contains(&price), "{shown}");
    }

    /// Buys seats and pays for them; the order's address.
    async fn sells(&self, day: &str, seats: &[&str]) -> String {
        let (price, fee) = (self.land.money(self.land.price), self.land.money(self.land.fee));
        let sum = price.plus(fee).and_then(|each| each.times(seats.len() as i64)).expect("a sum");
        let shown = self.kim.get(&format!("{}/showtimes?day={day}", self.cinema)).await;
        let showtime = shown.value_after(&format!("{}/showtimes/", self.cinema), "").replace("/closure", "");
        let path = format!("/showtimes/{}/{showtime}", self.place());
        let picker = self.buyer.get(&path).await;
        let key = picker.value_of("key");
        let mut form = vec![("key", key.as_str())];
        form.extend(seats.iter().map(|seat| ("seat", *seat)));
        let pay = led(self.buyer.post(&path, &form).await);
        self.pays(&pay, sum).await
    }

    /// Pays what is asked; the order's address.
    async fn pays(&self, pay: &str, sum: Money) -> String {
        let asked = self.buyer.get(pay).await;
        assert!(asked.text.contains(&sum.to_string()), "{sum}: {}", asked.text);
        self.buyer.post(pay, &[]).await;
        let intent = IntentId::parse(pay.rsplit('/').next().expect("an id")).expect("an intent");
        let notice = self.town.provider.pay(&intent, self.town.house.now()).expect("the payment is open");
        assert_eq!(notice.amount, sum);
        let house = self.town.house.clone();
        let told =
            tokio::task::spawn_blocking(move || flows::take_payment::take_notice(&house, &notice)).await;
        told.expect("an answer").expect("the notice is taken");
        led(self.buyer.get(&format!("{pay}/return")).await)
    }

    /// What the operator agrees on: nothing is proposed, a fund of 3 %, no tax, 55 % for the producer.
    async fn agrees(&self) {
        let path = format!("/console/settlement/terms/{}", self.title);
        let blank = self.ann.get(&path).await.text;
        assert!(blank.contains("Nothing is proposed here") && !blank.contains("value=\"43\""), "{blank}");
        let terms = [
            ("starts_on", "2016-12-01"),
            ("special_fund", "3"),
            ("special_fund_central", "100"),
            ("tax", "0"),
            ("distribution_fee", "0"),
            ("agency", "none"),
            ("agency_share", ""),
            ("band_from", "0"),
            ("band_share", "55"),
        ];
        led(self.ann.post(&path, &terms).await);
    }

    /// A shop opens, a merchant makes a poster under licence and lists it, a tax on goods is written down, and somebody
    /// buys two.
    async fn sells_posters(&self, sum: &str, royalty: &str) {
        let org = async |kind, en, zh| {
            let form = [("kind", kind), ("name_en", en), ("name_zh", zh)];
            let at = led(self.ann.post("/console/people", &form).await);
            kernel::OrgId(at.rsplit('/').next().expect("an id").to_owned())
        };
        let (shop, maker) =
            (org("shop", "Gate Commerce", "东门电商").await, org("merchant", "Paper Boat", "纸船").await);
        let studio = kernel::OrgId(self.studio.clone());
        let sun = self.town.person("sun", &[(Role::Studio, studio)]).await;
        let bo = self.town.person("bo", &[(Role::Merchant, maker)]).await;
        let channel = [
            ("kind", "brand_store"),
            ("org", shop.0.as_str()),
            ("name_en", "Gate Store"),
            ("name_zh", "东门店"),
            ("slug", "gate"),
            ("commission", "5"),
            ("floor", "1"),
        ];
        led(self.ann.post("/console/channels", &channel).await);
        let offer = [
            ("title", self.title.0.as_str()),
            ("name_en", "Licensed goods"),
            ("name_zh", "授权衍生品"),
            ("about_en", "River, lantern, boat."),
            ("about_zh", "河、灯、船。"),
            ("categories", "posters"),
            ("territory", self.land.territory),
            ("royalty", "8"),
            ("fund", "2"),
            ("platform", "30"),
            ("currency", self.land.currency.code()),
            ("guarantee", "1000"),
            ("term_days", "365"),
            ("closes_on", "2017-02-01"),
        ];
        led(sun.post("/console/merchants/offers", &offer).await);
        let open = bo.get("/console/merchants/open").await;
        let offer = open.value_after("<article", "href=\"/console/merchants/open/");
        let offer = format!("/console/merchants/open/{offer}");
        let key = bo.get(&offer).await.value_of("key");
        let application = [
            ("product_en", "Night river poster"),
            ("product_zh", "夜渡海报"),
            ("category", "posters"),
            ("concept", "The river from the first scene."),
            ("artwork", "goods-print"),
            ("planned_price", self.land.poster),
            ("planned_units", "3000"),
            ("key", &key),
        ];
        let mine = led(bo.post(&offer, &application).await);
        for stage in ["concept", "sample"] {
            let decision = [("stage", stage), ("decision", "approved"), ("note", "")];
            led(sun.post(&format!("{}/decision", mine.replace("/mine/", "/applications/")), &decision).await);
        }
        let products = bo.get("/console/merchants/products").await;
        let product = products.value_after("<tbody", "/console/merchants/products/");
        let shelf = bo.get(&format!("/console/merchants/products/{product}")).await;
        let place = shelf.value_after("name=\"place\"", "value=\"");
        let listing = [("place", place.as_str()), ("price", self.land.poster), ("stock", "10")];
        led(bo.post(&format!("/console/merchants/products/{product}/listings"), &listing).await);
        let rate = [
            ("taken_of", "goods"),
            ("rate", self.land.tax),
            ("starts_on", &self.town.house.today().to_string()),
        ];
        led(self.ann.post("/console/house/tax", &rate).await);

        let goods = self.buyer.get("/shops/gate").await.value_after("class=\"product\"", "/products/");
        self.buyer.post(&format!("/shops/gate/products/{goods}"), &[("quantity", "2")]).await;
        let checkout = self.buyer.get("/basket/gate/checkout").await;
        let (key, line) = (checkout.value_of("key"), checkout.value_of("line"));
        let form =
            [("key", key.as_str()), ("line", &line), ("recipient", "Ann"), ("address", "1 Riverside Road")];
        let pay = led(self.buyer.post("/basket/gate/orders", &form).await);
        let each = self.land.money(self.land.poster);
        self.pays(&pay, each.times(2).expect("a sum")).await;
        let sales = bo.get("/console/merchants/sales").await.text;
        assert!(sales.contains(sum) && sales.contains(royalty), "{sales}");
    }

    /// Ten minutes before the film the door reads a ticket of the order and admits its bearer.
    async fn lets_in(&self, order: &str) {
        let opening = Day::parse(DAYS[0]).expect("a day").at(20, 0, &Zone::stored(self.land.zone));
        self.town.clock.set(opening);
        let ticket = self.buyer.get(order).await;
        let code = ticket.text.split("ticket-code\">").nth(1).and_then(|rest| rest.split('<').next());
        let door = format!("/door/{}", self.place());
        let admitted = self.kim.post(&door, &[("code", code.expect("a code"))]).await;
        assert!(admitted.text.contains("20:10") && admitted.text.contains("Hall 1"), "{}", admitted.text);
    }

    /// The provider's bill of the day is taken in, and nothing differs from what was booked.
    async fn closes_the_day(&self) {
        let bill = [("provider", "pretend"), ("day", "2016-12-23")];
        let taken = self.ann.post("/console/reconciliation/bills", &bill).await;
        let told = self.ann.clone().with_cookies_of(&taken);
        assert_eq!(led(taken), "/console/reconciliation");
        let page = told.get("/console/reconciliation").await.text;
        assert!(page.contains("it opened 0 cases") && page.contains(self.land.currency.symbol()), "{page}");
    }

    /// Every page that links lead to, from where this reader begins; each must say nothing of another home.
    async fn reads(&self, browser: &Browser, from: &[&str], hours: &[&str]) -> usize {
        let mut found: BTreeSet<String> = from.iter().map(|path| (*path).to_owned()).collect();
        let mut wait: VecDeque<String> = found.iter().cloned().collect();
        let mut read = 0;
        while let Some(path) = wait.pop_front() {
            let page = browser.get(&path).await;
            assert!(page.status.as_u16() < 500, "{path}: {}", page.text);
            let said = said(&page.text);
            for odd in ["CNY", "¥", "￥", "元", "Asia/Shanghai"].iter().chain(hours) {
                if let Some(at) = said.find(odd) {
                    let near: String =
                        said[..at].chars().rev().take(160).collect::<Vec<_>>().into_iter().rev().collect();
                    let rest: String = said[at..].chars().take(80).collect();
                    panic!("{path} says “{odd}”: …{near}{rest}…");
                }
            }
            read += 1;
            assert!(read < PAGES_MAX, "there is no end of pages: {found:?}");
            for link in links(&page.text).chain([page.location().to_owned()]) {
                if leads_on(&link) && found.insert(link.clone()) {
                    wait.push_back(link);
                }
            }
        }
        read
    }
}

/// Links in a page, without what only orders or filters the same page.
fn links(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split("href=\"").skip(1).filter_map(|rest| {
        let link = rest.split('"').next()?.replace("&amp;", "&");
        Some(link.split('#').next().unwrap_or_default().to_owned())
    })
}

fn leads_on(link: &str) -> bool {
    let elsewhere = ["/assets", "/go/", "/reading", "/session", "/docs", "/api"];
    link.starts_with('/')
        && !link.starts_with("//")
        && !elsewhere.iter().any(|path| link.starts_with(path))
        && !link.contains("lang=")
        && !link.contains("?by=")
}

/// A page without what it only offers to choose, and without words that hold the yuan's by chance.
fn said(text: &str) -> String {
    let mut said = without(text, "<option", "</option>");
    said = without(&said, "<datalist", "</datalist>");
    ["韩元", "美元", "元旦"].iter().fold(said, |said, word| said.replace(word, ""))
}

fn without(text: &str, begin: &str, end: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(begin) {
        kept.push_str(before);
        rest = after.split_once(end).map_or("", |(_, after)| after);
    }
    kept + rest
}

#[tokio::test]
async fn a_house_in_korea_goes_the_whole_loop() {
    let seoul = Abroad::new(&KOREA).await;
    seoul.agrees().await;
    let kept = seoul.sells(DAYS[0], &["A1", "A2", "A3"]).await;
    let back = seoul.sells(DAYS[0], &["B1", "B2"]).await;
    for (day, seats) in DAYS.iter().zip([1, 4, 2, 2]).skip(1) {
        let seats = &["A1", "A2", "A3", "A4"][..seats];
        seoul.sells(day, seats).await;
    }
    assert!(seoul.buyer.get(&kept).await.text.contains("20:10"));
    let refunded = seoul.buyer.post(&format!("{back}/refund"), &[]).await;
    assert_eq!(refunded.status, StatusCode::SEE_OTHER, "{}", refunded.text);
    assert!(seoul.buyer.get(&back).await.text.contains("₩32,000"));
    // Two posters for 22,000 with 10 % tax are 20,000 without; 8 % of that are owed for the licence.
    seoul.sells_posters("₩22,000", "₩1,600").await;

    // Shanghai's clock stands an hour behind: its half past seven, and its ten past seven of the showing.
    assert_eq!(NOW.clock_in(&Zone::stored(KOREA.zone)), (20, 30));
    let hours = ["19:30", "19:10", "21:18"];
    let everywhere =
        ["/", "/films", "/tickets", "/orders", "/account", "/shops", "/help/refunds", "/console/house"];
    for browser in [seoul.ann.clone(), seoul.ann.clone().in_chinese()] {
        let read = seoul.reads(&browser, &everywhere, &hours).await;
        assert!(read > 50, "only {read} pages");
    }
    for browser in [seoul.buyer.clone(), seoul.buyer.clone().in_chinese(), seoul.town.browser()] {
        seoul.reads(&browser, &everywhere[..6], &hours).await;
    }

    seoul.lets_in(&kept).await;
    // Half an hour past midnight in Seoul; in Shanghai the day before still goes on.
    let later = Day::new(2016, 12, 28).expect("a day").at(0, 37, &Zone::stored(KOREA.zone));
    seoul.town.clock.set(later);
    seoul.closes_the_day().await;
    let period = [
        ("place", seoul.place()),
        ("title", &seoul.title.0),
        ("first", "2016-12-24"),
        ("last", "2016-12-24"),
    ];
    let statement = led(seoul.kim.post("/console/settlement", &period).await);
    let statement = seoul.kim.get(&statement).await.text;
    // 45,000 of the split base: 3 % to the fund; of the 43,650 that are left 55 % to the producer, in whole won.
    for part in ["₩45,000", "₩1,350", "₩24,008", "₩19,642"] {
        assert!(statement.contains(part), "{part}: {statement}");
    }

    seoul.is_paid_out().await;
    let (house, now) = (seoul.town.house.clone(), seoul.town.house.now());
    let broken = house.read(move |view| flows::check::broken(view, now)).await.expect("a check");
    assert_eq!(broken, Vec::<String>::new());
    for browser in [seoul.ann.clone(), seoul.ann.clone().in_chinese()] {
        seoul.reads(&browser, &everywhere, &["23:37", "19:10", "21:18"]).await;
    }
    // A run of four days is forecast by what the mainland taught, and says so.
    let release = format!("/console/release/{}", seoul.title);
    let told = seoul.ann.get(&release).await.text;
    assert!(told.contains("Nothing was learned of South Korea yet") && told.contains("₩"), "{told}");
    let evenings = seoul.ann.get(&format!("{release}/forecasts")).await.text;
    assert!(evenings.contains("without service fees, KRW"), "{evenings}");
    let zh = seoul.ann.clone().in_chinese().get(&format!("{release}/forecasts")).await.text;
    assert!(zh.contains("（不含服务费），韩元"), "{zh}");
    let market = seoul.ann.get("/console/market").await.text;
    assert!(market.contains("South Korea: no history of this market"), "{market}");

    let moved = seoul.ann.post("/console/house", &[("territory", "US")]).await;
    assert!(moved.text.contains("keeps its books in KRW"), "{}", moved.text);
}

/// Names that a spreadsheet would compute: whoever chooses a name chooses what runs where a table is opened.
#[tokio::test]
async fn no_table_of_any_page_runs_in_a_spreadsheet() {
    let seoul = Abroad::new(&KOREA).await;
    seoul.agrees().await;
    seoul.sells(DAYS[0], &["A1", "A2"]).await;
    seoul.town.clock.set(Day::new(2016, 12, 28).expect("a day").at(0, 37, &Zone::stored(KOREA.zone)));
    let period = [("place", seoul.place()), ("title", &seoul.title.0), ("first", DAYS[0]), ("last", DAYS[0])];
    led(seoul.kim.post("/console/settlement", &period).await);
    seoul.is_paid_out().await;
    let lane = flows::House::lane();
    let renamed = seoul.town.house.write(&lane, kernel::Actor::System, |scene| {
        for statement in [
            "update title set name_en = '=HYPERLINK(1)', name_zh = '＝1', original_name = '@SUM(1)'",
            "update org set name_en = '-2+3', name_zh = '+1+1'",
            "update cinema set name_en = '  =cmd', name_zh = '@c' where place_id = place_id",
            "update payout set payee_name = '=1+1;=2+2' where place_id = place_id",
        ] {
            scene.tx.run(statement, &[])?;
        }
        Ok(())
    });
    renamed.await.expect("names");

    let tables = seoul.tables(&seoul.ann).await;
    let of = |path: &str| tables.iter().any(|(at, _)| matches_route(path, at));
    let unread: Vec<&str> = seoul
        .town
        .entries
        .iter()
        .map(|entry| entry.path)
        .filter(|path| path.ends_with(".csv") && !of(path))
        .collect();
    assert_eq!(unread, Vec::<&str>::new(), "every table is looked at");
    let mut disarmed = 0;
    for (path, text) in &tables {
        for cell in cells(text) {
            let number = !cell.is_empty() && cell.chars().all(|c| c.is_ascii_digit() || "-.".contains(c));
            let begins = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
            assert!(number || !begins, "{path}: {cell}");
            disarmed +=
                usize::from(cell.starts_with('\'') && !cell[1..].starts_with(|c: char| c.is_ascii_digit()));
        }
    }
    assert!(disarmed >= 4, "the names are in the tables: {disarmed}");
}

/// The cells of a table, without what quotes them.
fn cells(text: &str) -> Vec<String> {
    let (mut cells, mut cell, mut inside) = (Vec::new(), String::new(), false);
    for c in text.trim_start_matches('\u{feff}').chars() {
        match c {
            '"' => inside = !inside,
            ',' | '\n' if !inside => cells.push(std::mem::take(&mut cell)),
            '\r' if !inside => {}
            c => cell.push(c),
        }
    }
    cells
}

/// Whether an address is one of a route with parameters.
fn matches_route(route: &str, at: &str) -> bool {
    let at: Vec<&str> = at.split('?').next().unwrap_or_default().split('/').collect();
    let route: Vec<&str> = route.split('/').collect();
    route.len() == at.len() && route.iter().zip(at).all(|(part, own)| part.starts_with('{') || *part == own)
}

impl Abroad {
    /// Every table that the console links to, with its text.
    async fn tables(&self, browser: &Browser) -> Vec<(String, String)> {
        let begin = [
            "/console/settlement",
            "/console/payouts",
            "/console/earnings",
            "/console/market",
            "/console/settlement/royalties.csv",
            "/console/market.csv",
        ];
        let mut found: BTreeSet<String> = begin.iter().map(|path| (*path).to_owned()).collect();
        let mut wait: VecDeque<String> = found.iter().cloned().collect();
        let mut tables = Vec::new();
        while let Some(path) = wait.pop_front() {
            let page = browser.get(&path).await;
            assert!(found.len() < PAGES_MAX, "there is no end of pages: {found:?}");
            if path.split('?').next().is_some_and(|path| path.ends_with(".csv")) {
                assert_eq!(page.status, StatusCode::OK, "{path}");
                tables.push((path, page.text));
                continue;
            }
            for link in links(&page.text).chain([page.location().to_owned()]) {
                let near = begin.iter().any(|path| link.starts_with(path));
                if leads_on(&link) && near && found.insert(link.clone()) {
                    wait.push_back(link);
                }
            }
        }
        tables
    }
}

impl Abroad {
    /// The cinema's part goes to its account: proposed, approved by another, sent, and paid as the bank says.
    async fn is_paid_out(&self) {
        let house =
            self.town.house.read(::people::installation::house).await.expect("a view").expect("founded").id;
        let account = |holder: &'static str, number: &'static str| {
            [("holder", holder), ("scheme", "bic"), ("account_number", number), ("bank_code", "CZNBKRSE")]
        };
        for (org, holder, number) in [
            (house.0.as_str(), "Han House", "110123456789"),
            (&self.cinema_org, "River Cinemas", "110987654321"),
        ] {
            let path = format!("/console/bank-accounts/{org}");
            led(self.ann.post(&path, &account(holder, number)).await);
            led(self.li.post(&format!("{path}/1/approval"), &[]).await);
        }
        let page = self.ann.get("/console/payouts").await.text;
        let at =
            page.find(&format!("name=\"due\" value=\"{} ", self.place())).expect("a button for the cinema");
        let value = |name: &str| {
            let rest = &page[at..];
            let from = rest.find(&format!("name=\"{name}\"")).expect("a field");
            let from = from + rest[from..].find("value=\"").expect("a value") + 7;
            rest[from..].split('"').next().unwrap_or_default().to_owned()
        };
        let form: Vec<(&str, String)> =
            ["due", "amount", "key"].into_iter().map(|name| (name, value(name))).collect();
        let sent: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        led(self.ann.post("/console/payouts", &sent).await);
        let listed = self.town.house.read(flows::views::payouts::latest).await.expect("payouts");
        let [payout] = &listed[..] else { panic!("one payout, not {listed:?}") };
        assert_eq!(payout.amount, Money::new(form[1].1.parse().expect("whole won"), Currency::KRW));
        led(self.li.post(&format!("/console/payouts/{}/{}/approval", payout.place, payout.id), &[]).await);
        let chosen = format!("{} {}", payout.place, payout.id);
        let file = led(self.li.post("/console/payouts/files", &[("payout", &chosen)]).await);
        let xml = self.ann.get(&format!("{file}/pain.001.xml")).await.text;
        let amount = format!("<InstdAmt Ccy=\"KRW\">{}</InstdAmt>", payout.amount.minor);
        assert!(xml.contains(&amount), "{amount}: {xml}");
        // The day on which it is executed is the house's, which is a day ahead of Shanghai's.
        assert!(xml.contains("<ReqdExctnDt>2016-12-28</ReqdExctnDt>"), "{xml}");
        let answer = format!("payout,outcome,amount\n{},paid,{}.00\n", payout.id, payout.amount.minor);
        let took = self.ann.upload("/console/payouts/answers", &[], ("bank.csv", answer.as_bytes())).await;
        let told = self.ann.get(&led(took)).await.text;
        assert!(told.contains("₩"), "{told}");
        assert!(self.ann.get("/console/payouts").await.text.contains("paid"));
    }
}

#[tokio::test]
async fn a_house_in_the_united_states_goes_the_whole_loop() {
    let states = Abroad::new(&STATES).await;
    states.agrees().await;
    let kept = states.sells(DAYS[0], &["A1", "A2"]).await;
    let back = states.sells(DAYS[0], &["B1"]).await;
    led(states.buyer.post(&format!("{back}/refund"), &[]).await);
    // Two posters for 43.20 with 8 % tax are 40.00 without; 8 % of that are owed for the licence.
    states.sells_posters("$43.20", "$3.20").await;
    // In Shanghai it is ten past nine of the next morning when the film begins.
    let hours = ["19:30", "09:10", "11:18"];
    let everywhere =
        ["/", "/films", "/tickets", "/orders", "/account", "/shops", "/help/refunds", "/console/house"];
    for browser in [states.ann.clone(), states.ann.clone().in_chinese()] {
        assert!(states.reads(&browser, &everywhere, &hours).await > 50);
    }
    for browser in [states.buyer.clone(), states.buyer.clone().in_chinese(), states.town.browser()] {
        states.reads(&browser, &everywhere[..6], &hours).await;
    }
    states.lets_in(&kept).await;
    states.town.clock.set(Day::new(2016, 12, 26).expect("a day").at(9, 0, &Zone::stored(STATES.zone)));
    states.closes_the_day().await;
    let period = [
        ("place", states.place()),
        ("title", &states.title.0),
        ("first", "2016-12-24"),
        ("last", "2016-12-24"),
    ];
    let statement = led(states.kim.post("/console/settlement", &period).await);
    let statement = states.kim.get(&statement).await.text;
    // 25.00 of the split base: 0.75 to the fund; of the 24.25 that are left 55 %, 13.34, to the producer.
    for part in ["$25.00", "$0.75", "$13.34", "$10.91"] {
        assert!(statement.contains(part), "{part}: {statement}");
    }
    let (house, now) = (states.town.house.clone(), states.town.house.now());
    let broken = house.read(move |view| flows::check::broken(view, now)).await.expect("a check");
    assert_eq!(broken, Vec::<String>::new());
}
