//! A house that is at home in Korea goes the whole loop, and no page of it speaks of yuan or tells Shanghai's hour.

use crate::testing::{Answer, Browser, NOW, Town};
use axum::http::StatusCode;
use kernel::ids::Id;
use kernel::{Currency, Day, IntentId, Money, Role, TitleId, Zone};
use std::collections::{BTreeSet, VecDeque};

/// Days of showings; the first is a Saturday.
const DAYS: [&str; 4] = ["2016-12-24", "2016-12-25", "2016-12-26", "2016-12-27"];
/// Pages that one reader looks at, at most.
const PAGES_MAX: usize = 400;

fn zone() -> Zone {
    Zone::stored("Asia/Seoul")
}

/// The form of an answer that must lead on.
#[track_caller]
fn led(answer: Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location().to_owned()
}

struct Seoul {
    town: Town,
    /// The two operators.
    ann: Browser,
    li: Browser,
    /// Of the cinema.
    kim: Browser,
    buyer: Browser,
    title: TitleId,
    /// The console's address of the cinema.
    cinema: String,
    cinema_org: String,
}

impl Seoul {
    /// Founded, with a film, a cinema, a hall and a showing, all through the pages.
    async fn new() -> Seoul {
        let town = Town::unfounded();
        let founding = [
            ("house_en", "Han House"),
            ("house_zh", "汉江"),
            ("territory", "KR"),
            ("name", "Ann"),
            ("email", "ann@example.com"),
            ("password", "correct horse"),
        ];
        let opened = town.browser().post("/first-run", &founding).await;
        let ann = town.browser().with_cookies_of(&opened);
        led(opened);
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
            ("code", "SEL"),
            ("tier", "1"),
            ("city_en", "Seoul"),
            ("city_zh", "首尔"),
            ("longitude", "126.98"),
            ("latitude", "37.57"),
        ];
        led(ann.post("/console/cinemas/cities", &city).await);
        let blank = ann.get("/console/cinemas/new").await.text;
        assert!(blank.contains("value=\"Asia/Seoul\"") && blank.contains("KRW"), "{blank}");
        let cinema = [
            ("org", cinema_org.as_str()),
            ("name_en", "Han Cinema"),
            ("name_zh", "汉江影城"),
            ("address_en", "1 Riverside"),
            ("address_zh", "江边 1 号"),
            ("city", "SEL"),
            ("slug", "han"),
            ("zone", "Asia/Seoul"),
            ("fee", "1000"),
        ];
        let fraction = ann.post("/console/cinemas", &[&cinema[..8], &[("fee", "1000.50")]].concat()).await;
        assert!(fraction.text.contains("is not an amount such as 12000"), "{}", fraction.text);
        let cinema = led(ann.post("/console/cinemas", &cinema).await);
        let hall = [("name_en", "Hall 1"), ("name_zh", "1 号厅"), ("seat_map", "ssssss\nssssss\nssssss")];
        led(kim.post(&format!("{cinema}/halls"), &hall).await);
        let buyer = town.person("buyer", &[]).await;
        let seoul = Seoul { town, ann, li, kim, buyer, title, cinema, cinema_org };
        for day in DAYS {
            seoul.shows(day).await;
        }
        seoul
    }

    fn place(&self) -> &str {
        self.cinema.rsplit('/').next().expect("an id")
    }

    /// At ten past eight in the evening, in Seoul.
    async fn shows(&self, day: &'static str) {
        let at = format!("{}/showtimes?day={day}", self.cinema);
        let page = self.kim.get(&at).await;
        let hall = page.value_after("name=\"hall\"", "value=\"");
        let form = [
            ("title", self.title.0.as_str()),
            ("hall", &hall),
            ("day", day),
            ("starts", "20:10"),
            ("price", "15000"),
            ("minimum", "0"),
            ("version", "2D"),
        ];
        led(self.kim.post(&format!("{}/showtimes", self.cinema), &form).await);
        let shown = self.kim.get(&at).await.text;
        assert!(shown.contains("20:10–22:18") && shown.contains("₩15,000"), "{shown}");
    }

    /// Buys seats and pays for them; the order's address.
    async fn sells(&self, day: &str, seats: &[&str], sum: &str) -> String {
        let shown = self.kim.get(&format!("{}/showtimes?day={day}", self.cinema)).await;
        let showtime = shown.value_after(&format!("{}/showtimes/", self.cinema), "").replace("/closure", "");
        let path = format!("/showtimes/{}/{showtime}", self.place());
        let picker = self.buyer.get(&path).await;
        let key = picker.value_of("key");
        let mut form = vec![("key", key.as_str())];
        form.extend(seats.iter().map(|seat| ("seat", *seat)));
        let pay = led(self.buyer.post(&path, &form).await);
        let asked = self.buyer.get(&pay).await;
        assert!(asked.text.contains(sum), "{sum}: {}", asked.text);
        self.buyer.post(&pay, &[]).await;
        let intent = IntentId::parse(pay.rsplit('/').next().expect("an id")).expect("an intent");
        let notice = self.town.provider.pay(&intent, self.town.house.now()).expect("the payment is open");
        assert_eq!(notice.amount.currency, Currency::KRW);
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
    let seoul = Seoul::new().await;
    seoul.agrees().await;
    let kept = seoul.sells(DAYS[0], &["A1", "A2", "A3"], "₩48,000").await;
    let back = seoul.sells(DAYS[0], &["B1", "B2"], "₩32,000").await;
    for (day, seats) in DAYS.iter().zip([1, 4, 2, 2]).skip(1) {
        let seats = &["A1", "A2", "A3", "A4"][..seats];
        seoul.sells(day, seats, &Money::new(16_000 * seats.len() as i64, Currency::KRW).to_string()).await;
    }
    assert!(seoul.buyer.get(&kept).await.text.contains("20:10"));
    let refunded = seoul.buyer.post(&format!("{back}/refund"), &[]).await;
    assert_eq!(refunded.status, StatusCode::SEE_OTHER, "{}", refunded.text);
    assert!(seoul.buyer.get(&back).await.text.contains("₩32,000"));

    // Shanghai's clock stands an hour behind: its half past seven, and its ten past seven of the showing.
    assert_eq!(NOW.clock_in(&zone()), (20, 30));
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

    // Half an hour past midnight in Seoul; in Shanghai the day before still goes on.
    let later = Day::new(2016, 12, 28).expect("a day").at(0, 37, &zone());
    seoul.town.clock.set(later);
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
    let seoul = Seoul::new().await;
    seoul.agrees().await;
    seoul.sells(DAYS[0], &["A1", "A2"], "₩32,000").await;
    seoul.town.clock.set(Day::new(2016, 12, 28).expect("a day").at(0, 37, &zone()));
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

impl Seoul {
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

impl Seoul {
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
