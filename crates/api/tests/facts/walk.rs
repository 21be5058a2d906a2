//! A walk through the whole house over the API: a film is offered, advertised, sold, settled.
//!
//! It remembers every request that changed something, so that the other tests can send them again as
//! somebody else, in another shape, or a second time. It ends by calling whatever reads.

use crate::town::{Answer, Client, DAYS, NOW, Town, show_film};
use axum::http::Method;
use flows::take_payment;
use kernel::{Clock, IntentId, PlaceId, ShowtimeId, TitleId};
use payments::providers::{BillLine, Moved};
use people::access;
use serde_json::{Value, json};
use settlement::splits::Terms;
use settlement::terms;
use std::collections::BTreeMap;

/// A request that was answered well.
#[derive(Clone, Debug)]
pub struct Sent {
    pub who: &'static str,
    pub method: Method,
    pub path: String,
    pub template: String,
    pub body: Option<Value>,
    pub key: Option<String>,
}

pub struct Walk {
    pub town: Town,
    pub sent: Vec<Sent>,
    /// An id of everything that a path can name, all of them of the first owner.
    pub ids: BTreeMap<&'static str, String>,
    pub showtimes: Vec<ShowtimeId>,
    clients: BTreeMap<&'static str, Client>,
    keys: usize,
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn yuan(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "CNY" })
}

impl Walk {
    pub async fn new() -> Walk {
        let town = Town::new();
        let mut walk = Walk {
            ids: BTreeMap::from([
                ("place", town.cinemas[0].0.clone()),
                ("book", town.cinemas[0].0.clone()),
                ("provider", "pretend".into()),
            ]),
            town,
            sent: Vec::new(),
            showtimes: Vec::new(),
            clients: BTreeMap::new(),
            keys: 0,
        };
        // Its days pass by the clock alone, and nobody is signed out over them.
        let patient = access::Rules { idle_minutes: *access::IDLE_MINUTES.end(), ..access::Rules::default() };
        walk.town.inside(move |scene| access::put(scene.tx, &patient)).await;
        walk.slate().await;
        walk.campaign().await;
        walk.licence().await;
        walk.goods().await;
        walk.tickets().await;
        walk.settlement().await;
        walk.payouts().await;
        walk.cases().await;
        walk.unmatched().await;
        walk.disputes().await;
        walk.shelf().await;
        walk.plans().await;
        walk.line().await;
        walk.sessions().await;
        let broken = walk.town.broken().await;
        assert!(broken.is_empty(), "{broken:?}");
        walk
    }

    pub fn org(&self, name: &str) -> String {
        self.town.orgs[name].0.clone()
    }

    pub fn cinema(&self) -> &PlaceId {
        &self.town.cinemas[0]
    }

    pub fn shop(&self) -> &PlaceId {
        &self.town.shops[0]
    }

    pub async fn client(&mut self, who: &'static str) -> Client {
        if who == "guest" {
            return self.town.guest();
        }
        if !self.clients.contains_key(who) {
            let client = self.town.sign_in(who).await;
            self.clients.insert(who, client);
        }
        self.clients[who].clone()
    }

    /// Sends what changes something, and remembers it.
    async fn change(
        &mut self,
        who: &'static str,
        method: Method,
        path: String,
        body: Option<Value>,
        key: bool,
    ) -> Value {
        let mut client = self.client(who).await;
        self.keys += 1;
        let key = key.then(|| format!("walk-{}", self.keys));
        if let Some(key) = &key {
            client = client.key(key);
        }
        let answer = client.send(method.clone(), &path, body.clone()).await;
        assert!(answer.status.is_success(), "{who} {method} {path}: {}", answer.json);
        let template = self.town.contract.template(&path).expect("a path of the document");
        self.sent.push(Sent { who, method, path, template, body, key });
        answer.json
    }

    async fn post(&mut self, who: &'static str, path: String, body: Value) -> Value {
        self.change(who, Method::POST, path, Some(body), false).await
    }

    async fn press(&mut self, who: &'static str, path: String) -> Value {
        self.change(who, Method::POST, path, None, false).await
    }

    async fn order(&mut self, who: &'static str, path: String, body: Value) -> Value {
        self.change(who, Method::POST, path, Some(body), true).await
    }

    async fn slate(&mut self) {
        let draft = draft();
        let title =
            self.post("studio_a", format!("/api/orgs/{}/titles", self.org("studio_a")), draft.clone()).await;
        let edit = json!({ "seen_at": title["updated_at"], "title": draft });
        let (id, path) = (text(&title["id"]), format!("/api/titles/{}", text(&title["id"])));
        self.change("studio_a", Method::PUT, path.clone(), Some(edit), false).await;
        let wish = format!("{path}/want-to-see");
        let wanted = self.change("ann", Method::PUT, wish.clone(), None, false).await;
        assert_eq!(wanted, json!({ "wanted": true, "count": 1 }));
        let unwanted = self.change("ann", Method::DELETE, wish, None, false).await;
        assert_eq!(unwanted, json!({ "wanted": false, "count": 0 }));

        let (place, title) = (self.cinema().clone(), TitleId(id.clone()));
        self.showtimes = self
            .town
            .inside(move |scene| {
                let first = NOW.day_in(&kernel::Zone::shanghai());
                terms::agree(scene.tx, &mut scene.act, &title, "CN", first, &Terms::mainland_2016())?;
                show_film(scene, &place, &title)
            })
            .await;
        self.ids.insert("title", id);
        self.ids.insert("org", self.org("studio_a"));
        self.ids.insert("showtime", self.showtimes[0].0.clone());
        self.ids.insert("year", "2016".into());
    }

    async fn campaign(&mut self) {
        let draft = json!({
            "title": self.ids["title"], "name": "Christmas",
            "starts_at": NOW.plus_minutes(-60).rfc3339(), "ends_at": NOW.plus_minutes(60 * 24 * 30).rfc3339(),
            "budget": yuan("3000"), "click_price": yuan("1.80"), "holdout_percent": 0, "surfaces": [self.town.surface.0],
            "creative": { "headline": { "en": "Come aboard", "zh": "上船" }, "text": { "en": "", "zh": "" }, "artwork": "" },
        });
        let made =
            self.post("marketer_a", format!("/api/orgs/{}/campaigns", self.org("marketer_a")), draft).await;
        let path = format!("/api/campaigns/{}", text(&made["id"]));
        for (change, state) in [("launch", "live"), ("pause", "paused"), ("resumption", "live")] {
            let changed = self.press("marketer_a", format!("{path}/{change}")).await;
            assert_eq!(changed["state"], state);
        }
        let part = json!({ "surface": self.town.surface.0, "city": "sh", "amount": yuan("10") });
        let divided = self.post("marketer_a", format!("{path}/split"), json!({ "parts": [part] })).await;
        assert_eq!(divided["budget"], yuan("3000.00"));
        self.ids.insert("campaign", text(&made["id"]));
        self.audience().await;
    }

    async fn audience(&mut self) {
        let rule = json!({ "did": { "behaviour": "wants_to_see", "times": { "at_least": 1 }, "days": 30 } });
        let org = self.org("marketer_a");
        let counted = self
            .post("marketer_a", format!("/api/orgs/{org}/audience-counts"), json!({ "rule": rule }))
            .await;
        assert_eq!(counted, json!({ "people": null, "count": null, "terms": [null], "cities": [] }));
        let draft = json!({ "name": "Those who want to", "rule": rule });
        let made = self.post("marketer_a", format!("/api/orgs/{org}/audiences"), draft).await;
        self.ids.insert("audience", text(&made["id"]));
        let consent = "/api/consents/audiences";
        for (method, given) in [(Method::PUT, true), (Method::DELETE, false)] {
            let said = self.change("ann", method, consent.into(), None, false).await;
            assert_eq!(said, json!({ "given": given }));
            let method = if given { Method::PUT } else { Method::DELETE };
            let said = self.change("ann", method, "/api/consents/suggestions".into(), None, false).await;
            assert_eq!(said, json!({ "given": given }));
        }
        let play = json!({ "title": self.ids["title"] });
        self.post("ann", format!("/api/places/{}/plays", self.shop()), play).await;
    }

    /// A view of the ad that is followed: the token for an order.
    async fn click(&mut self) -> String {
        let view = json!({ "surface": self.town.surface.0 });
        let decision = self.post("guest", "/api/ads/decisions".into(), view.clone()).await;
        let again = json!({ "surface": self.town.surface.0, "visitor": decision["visitor"] });
        let second = self.post("guest", "/api/ads/decisions".into(), again).await;
        assert_eq!(second["visitor"], decision["visitor"]);
        let followed = json!({ "token": decision["ad"]["token"] });
        text(&self.post("guest", "/api/ads/clicks".into(), followed).await["token"])
    }

    async fn licence(&mut self) {
        let offer = json!({
            "name": { "en": "Posters", "zh": "海报" }, "about": { "en": "", "zh": "" }, "categories": ["posters"],
            "territory": "CN", "royalty_ppm": 80_000, "fund_ppm": 10_000, "platform_ppm": 200_000,
            "guarantee": yuan("0"), "term_days": 365, "closes_on": "2017-06-30",
        });
        let path = format!("/api/titles/{}/licence-offers", self.ids["title"]);
        let offer = text(&self.post("studio_a", path, offer).await["id"]);
        let wish = json!({
            "merchant": self.org("merchant_a"), "product": { "en": "Lantern poster", "zh": "灯笼海报" },
            "category": "posters", "concept": "A lantern on the river.", "artwork": "lantern",
            "planned_price": yuan("88"), "planned_units": 1000,
        });
        let applied =
            self.order("merchant_a", format!("/api/licence-offers/{offer}/applications"), wish).await;
        let application = text(&applied["id"]);
        let path = format!("/api/applications/{application}/decisions");
        self.post("studio_a", path.clone(), json!({ "stage": "concept", "decision": "approved" })).await;
        let sample = json!({ "stage": "sample", "decision": "approved", "remark": "Lovely." });
        let decided = self.post("studio_a", path, sample).await;
        let listing = json!({ "product": decided["product"]["id"], "price": yuan("88.00"), "stock": 100 });
        let listed = self.post("merchant_a", format!("/api/places/{}/listings", self.shop()), listing).await;
        self.ids.insert("offer", offer);
        self.ids.insert("application", application);
        self.ids.insert("contract", text(&decided["contract"]["id"]));
        self.ids.insert("listing", text(&listed["id"]));
    }

    pub fn goods_wish(&self) -> Value {
        json!({
            "lines": [{ "listing": self.ids["listing"], "quantity": 2, "price": yuan("88.00") }],
            "recipient": "Ann", "address": "1 River Road",
        })
    }

    async fn goods(&mut self) {
        let shop = format!("/api/places/{}", self.shop());
        let line = format!("{shop}/basket/lines/{}", self.ids["listing"]);
        let basket = self.change("ann", Method::PUT, line, Some(json!({ "quantity": 2 })), false).await;
        assert_eq!(basket["lines"][0]["quantity"], 2);
        let mut wish = self.goods_wish();
        wish["click"] = self.click().await.into();
        let kept = self.order("ann", format!("{shop}/product-orders"), wish).await;
        self.pay(&kept["payment"]).await;
        let path = format!("{shop}/product-orders/{}", text(&kept["order"]["id"]));
        let one = json!([{ "listing": self.ids["listing"], "quantity": 1 }]);
        let back = self.order("ann", format!("{path}/returns"), json!({ "lines": one })).await;
        assert_eq!((&back["amount"], &back["stock"]), (&yuan("88.00"), &json!("restocked")));
        assert_eq!((&back["number"], &back["refund"]["done"]), (&json!(1), &json!(true)));
        let wish = self.goods_wish();
        let at_desk = self.order("ann", format!("{shop}/product-orders"), wish).await;
        self.pay(&at_desk["payment"]).await;
        let path = format!("{shop}/product-orders/{}", text(&at_desk["order"]["id"]));
        let broken = json!({ "lines": one, "stock": "lost" });
        let back = self.order("shop_a", format!("{path}/desk-returns"), broken).await;
        assert_eq!((&back["refund"]["amount"], &back["stock"]), (&yuan("88.00"), &json!("lost")));
        let bought = self.client("ann").await.get(&path).await.is(200);
        assert_eq!(
            (&bought["lines"][0]["returned"], &bought["order"]["returned"]),
            (&json!(1), &yuan("88.00"))
        );
        let wish = self.goods_wish();
        let given_back = self.order("ann", format!("{shop}/product-orders"), wish).await;
        self.pay(&given_back["payment"]).await;
        let order = format!("{shop}/product-orders/{}", text(&given_back["order"]["id"]));
        let refund = self.press("ann", format!("{order}/refund")).await;
        assert_eq!((&refund["amount"], &refund["done"]), (&yuan("176.00"), &json!(true)));
        self.ids.insert("product_order", text(&kept["order"]["id"]));
    }

    async fn pay(&mut self, payment: &Value) {
        let (place, id) = (text(&payment["place"]), text(&payment["id"]));
        let checkout = self.press("ann", format!("/api/places/{place}/payments/{id}/checkout")).await;
        assert_eq!(checkout["address"], format!("/pretend/{id}"));
        let notice = self.town.provider.pay(&IntentId(id.clone()), self.town.clock.now());
        let notice = notice.expect("the payment is open");
        assert_eq!(crate::notices::tell(&self.town, &notice).await.text, "success");
        self.sent.push(Sent {
            who: "guest",
            method: Method::POST,
            path: crate::notices::PATH.into(),
            template: "/api/payments/{provider}/notices".into(),
            body: Some(self.town.provider.letter(&notice).1.into()),
            key: None,
        });
        let paid = self.client("ann").await.get(&format!("/api/places/{place}/payments/{id}")).await.is(200);
        assert_eq!(paid["state"], "captured");
        self.ids.insert("intent", id);
    }

    async fn tickets(&mut self) {
        let place = self.cinema().clone();
        let mut last = Value::Null;
        for (i, showtime) in self.showtimes.clone().into_iter().enumerate() {
            let mut wish = json!({ "seats": ["D7", "D8"] });
            if i == 0 {
                wish["click"] = self.click().await.into();
            }
            let held =
                self.order("ann", format!("/api/places/{place}/showtimes/{showtime}/orders"), wish).await;
            self.pay(&held["payment"]).await;
            let order = text(&held["order"]["id"]);
            if i == 0 {
                self.admit(&place, &order).await;
            }
            last = held;
        }
        let showtime = self.showtimes[0].clone();
        let wish = json!({ "seats": ["E1", "E2", "E3"] });
        let some = self.order("ann", format!("/api/places/{place}/showtimes/{showtime}/orders"), wish).await;
        self.pay(&some["payment"]).await;
        let path = format!("/api/places/{place}/ticket-orders/{}", text(&some["order"]["id"]));
        for (who, desk, seats) in
            [("ann", "seat-refunds", json!(["E1"])), ("cinema_a", "desk-refunds", json!(["E2", "E3"]))]
        {
            let back = self.post(who, format!("{path}/{desk}"), json!({ "seats": seats })).await;
            assert_eq!(back["done"], true);
        }
        let wish = json!({ "seats": ["E7"] });
        let back = self.order("ann", format!("/api/places/{place}/showtimes/{showtime}/orders"), wish).await;
        self.pay(&back["payment"]).await;
        self.press("ann", format!("/api/places/{place}/ticket-orders/{}/refund", text(&back["order"]["id"])))
            .await;
        self.ids.insert("order", text(&last["order"]["id"]));
        self.ids.insert("intent", text(&last["payment"]["id"]));
    }

    async fn admit(&mut self, place: &PlaceId, order: &str) {
        let ann = self.client("ann").await;
        let bought = ann.get(&format!("/api/places/{place}/ticket-orders/{order}")).await.is(200);
        let code = bought["tickets"][0]["code"].clone();
        self.post("cinema_a", format!("/api/places/{place}/admissions"), json!({ "code": code })).await;
    }

    async fn settlement(&mut self) {
        self.town.clock.advance_seconds(i64::from(DAYS) * 24 * 60 * 60);
        let today = self.town.clock.now().day_in(&kernel::Zone::shanghai());
        let period = json!({
            "title": self.ids["title"], "first": today.plus(-DAYS).to_string(), "last": today.plus(-1).to_string(),
        });
        let path = format!("/api/places/{}/statements", self.cinema());
        let statement = self.post("operator", path, period).await;
        assert_eq!(statement["base"], yuan("319.20"));
        let path = format!("/api/campaigns/{}/end", self.ids["campaign"]);
        self.press("marketer_a", path).await;
        self.ids.insert("statement", text(&statement["id"]));
    }

    /// Three payouts to the cinema: the bank pays one and returns one, one is given up.
    async fn payouts(&mut self) {
        let account = |number: &str| json!({ "holder": "Somebody", "scheme": "cnaps", "account_number": number, "bank_code": "102290026019" });
        for (who, org) in [("operator", "house"), ("operator", "cinema_a"), ("studio_a", "studio_a")] {
            let path = format!("/api/orgs/{}/bank-account", self.org(org));
            let told = self
                .change(who, Method::PUT, path.clone(), Some(account("6222 0210 0111 6245")), false)
                .await;
            assert_eq!((&told["account_number"], &told["state"]), (&json!("•••• 6245"), &json!("proposed")));
            let version = json!({ "version": told["version"] });
            let (decision, by) =
                if who == "operator" { ("approval", "operator_b") } else { ("refusal", "operator") };
            let own = self.client(who).await;
            let alone = own.send(Method::POST, &format!("{path}/{decision}"), Some(version.clone())).await;
            let refused = if who == "operator" { (409, "same_person") } else { (403, "forbidden") };
            assert_eq!(alone.refusal(), refused);
            self.post(by, format!("{path}/{decision}"), version).await;
        }
        let path = format!("/api/places/{}/payouts", self.cinema());
        let mut made = Vec::new();
        for fen in ["1.00", "2.00", "3.00"] {
            let draft = json!({ "account": "exhibition", "amount": yuan(fen) });
            made.push(text(&self.order("operator", path.clone(), draft).await["id"]));
        }
        let own = self.client("operator").await;
        let approval = own.send(Method::POST, &format!("{path}/{}/approval", made[0]), None).await;
        assert_eq!(approval.refusal(), (409, "same_person"));
        for id in &made[..2] {
            let approved = self.press("operator_b", format!("{path}/{id}/approval")).await;
            assert_eq!(
                (&approved["state"], &approved["payee_account"]),
                (&json!("approved"), &json!("•••• 6245"))
            );
        }
        let why = |text: &str| json!({ "remark": text });
        self.post("operator", format!("{path}/{}/withdrawal", made[2]), why("a slip")).await;
        let chosen: Vec<Value> =
            made[..2].iter().map(|id| json!({ "place": self.cinema().0, "payout": id })).collect();
        let sent = self.post("operator", "/api/payout-files".into(), json!({ "payouts": chosen })).await;
        let answer =
            json!({ "name": "bank.csv", "text": format!("payout,outcome,amount\n{},paid,1.00\n", made[0]) });
        let taken = self.post("operator", "/api/bank-answers".into(), answer).await;
        assert_eq!(taken["lines"][0]["came_to"], "closed");
        let paid = self.post("operator", format!("{path}/{}/payment", made[0]), why("")).await;
        assert_eq!(paid["state"], "paid");
        let back = self.post("operator", format!("{path}/{}/return", made[1]), why("account closed")).await;
        assert_eq!(back["state"], "returned");
        self.press("operator", "/api/checks".into()).await;
        self.ids.insert("payout", made[0].clone());
        self.ids.insert("file", text(&sent["files"][0]));
    }

    /// A bill that agrees, and one of the day before with a payment of nobody's.
    async fn cases(&mut self) {
        let day = NOW.day_in(&kernel::Zone::shanghai());
        let wish = json!({ "provider": "pretend", "day": day.to_string() });
        let closed = self.post("operator", "/api/bills".into(), wish).await;
        assert_eq!(closed["before"], false);
        let (house, stray) = (self.town.house.clone(), day.plus(-3));
        let line = BillLine {
            what: Moved::Paid,
            key: "nobody".into(),
            payment: None,
            reference: "1".into(),
            amount: kernel::Money::fen(700),
            fee: kernel::Money::fen(0),
            at: NOW.plus_minutes(-60 * 24 * 3),
        };
        let taken = tokio::task::spawn_blocking(move || {
            flows::reconcile::take(&house, "pretend", stray, &[line], kernel::Actor::System)
        });
        assert_eq!(taken.await.expect("no panic").expect("taken in").opened, 1);
        let cases = self.client("operator").await.get("/api/cases").await.is(200);
        let case = cases["items"].as_array().expect("items").iter().find(|case| case["key"] == "nobody");
        let id = text(&case.expect("the stray one")["id"]);
        let decided = self
            .post("operator", format!("/api/cases/{id}/decision"), json!({ "decision": "accepted" }))
            .await;
        assert_eq!(decided["state"], "accepted");
        self.ids.insert("case", id);
    }

    /// A payment of which the provider insists that it was one yuan more.
    async fn unmatched(&mut self) {
        let path = format!("/api/places/{}/product-orders", self.shop());
        let wish = self.goods_wish();
        let kept = self.order("ann", path, wish).await;
        let id = IntentId(text(&kept["payment"]["id"]));
        let (house, provider) = (self.town.house.clone(), self.town.provider.clone());
        let place = self.shop().clone();
        let asked = tokio::task::spawn_blocking(move || -> kernel::Result<()> {
            let (at, wanted) = (place.clone(), id.clone());
            let intent = house.read_blocking(move |view| payments::intents::any(view, &at, &wanted))?;
            let more = payments::Intent { amount: kernel::Money::fen(intent.amount.minor + 100), ..intent };
            take_payment::begin(&house, &more)?;
            provider.pay(&id, house.now()).expect("the payment is open");
            take_payment::ask(&house, &place, &id).map(|_| ())
        });
        asked.await.expect("no panic").expect("an answer");
        let waiting = self.client("operator").await.get("/api/unmatched").await.is(200);
        let wish = json!({ "id": waiting["items"][0]["id"], "decision": "matched" });
        let path = format!("/api/places/{}/unmatched-decisions", self.shop());
        let decided = self.post("operator", path, wish).await;
        assert_eq!((&decided["decision"], &decided["came"]), (&json!("matched"), &yuan("177.00")));
    }

    async fn disputes(&mut self) {
        let path = format!("/api/places/{}/disputes", self.cinema());
        let claim = json!({
            "payment": self.ids["intent"], "number": "dp_1", "reason": "not recognised", "amount": yuan("1.00"),
            "answer_by": "2017-01-05",
        });
        let opened = self.post("operator", path.clone(), claim).await;
        let path = format!("{path}/{}", text(&opened["id"]));
        let said = json!({ "evidence": "Both seats were admitted." });
        self.change("operator", Method::PUT, format!("{path}/evidence"), Some(said), false).await;
        let lost = self.post("operator", format!("{path}/decision"), json!({ "decision": "lost" })).await;
        assert_eq!(lost["state"], "lost");
        self.ids.insert("dispute", text(&opened["id"]));
    }

    /// The cinema keeps its rules; a week is planned, taken and undone.
    async fn plans(&mut self) {
        let place = format!("/api/places/{}", self.cinema());
        let mut rules = self.client("cinema_a").await.get(&format!("{place}/planning-rules")).await.is(200);
        rules["price_minor"] = 3990.into();
        let path = format!("{place}/planning-rules");
        let kept = self.change("cinema_a", Method::PUT, path, Some(rules.clone()), false).await;
        assert_eq!(kept, rules);
        let told = self.client("cinema_a").await.get(&format!("{place}/showing-forecasts")).await.is(200);
        assert!(text(&told["why_none"]["en"]).contains("needs 300 showings"), "too little was sold: {told}");
        self.earlier_showings().await;
        let tomorrow = self.town.clock.now().day_in(&kernel::Zone::shanghai()).plus(1);
        let wish = json!({ "from": tomorrow.to_string() });
        let plan = self.post("cinema_a", format!("{place}/plans"), wish).await;
        let path = format!("{place}/plans/{}", text(&plan["id"]));
        let taken = self.press("cinema_a", format!("{path}/taking")).await;
        let planned = plan["showings"].as_array().expect("showings").len();
        assert!(planned > 0 && taken["added"] == planned, "{taken} of {planned}");
        let undone = self.press("cinema_a", format!("{path}/undoing")).await;
        assert_eq!(undone["state"], "undone");
        self.ids.insert("plan", text(&plan["id"]));
    }

    /// What the circuit showed before it joined; the same file again says nothing new.
    async fn earlier_showings(&mut self) {
        let path = format!("/api/orgs/{}/earlier-showings", self.org("cinema_a"));
        let text = "date,cinema,hall,film,start,sold\n2016-12-01,Old House,1,River,19:30,77\n";
        let file = json!({ "name": "old.csv", "text": text });
        let taken = self.post("cinema_a", path.clone(), file).await;
        assert_eq!((&taken["added"], &taken["refused"]), (&json!(1), &json!(0)));
        let told = self.client("cinema_a").await.get(&path).await.is(200);
        assert_eq!((&told["counted"], &told["recent"]), (&json!(1), &json!(1)));
        assert_eq!(told["unknown_cinemas"], json!(["Old House"]));
        assert_eq!(told["files"][0]["name"], "old.csv");
    }

    /// A line before an on-sale: announced, joined, paced, sent home.
    async fn line(&mut self) {
        let title = format!("/api/titles/{}", self.ids["title"]);
        let opens_at = self.town.clock.now().plus_minutes(30);
        let draft =
            json!({ "opens_at": opens_at.rfc3339(), "minutes": 120, "per_minute": 600, "turn_minutes": 10 });
        let sale = self.change("studio_a", Method::PUT, format!("{title}/on-sale"), Some(draft), false).await;
        assert_eq!((&sale["per_minute"], &sale["joined"]), (&json!(600), &json!(0)));
        let joined = self.press("ann", format!("{title}/line")).await;
        assert_eq!(joined["line"]["state"], "early");
        let line = self.town.guest().get(&format!("{title}/line")).await.is(200);
        assert_eq!((&line["state"], &line["opens_at"]), (&json!("none"), &json!(opens_at.rfc3339())));
        self.client("studio_a").await.get(&format!("{title}/on-sale")).await.is(200);
        let pace = json!({ "per_minute": 60 });
        let paced =
            self.change("studio_a", Method::PUT, format!("{title}/on-sale/pace"), Some(pace), false).await;
        assert_eq!(paced["per_minute"], 60);
        self.change("studio_a", Method::DELETE, format!("{title}/on-sale"), None, false).await;
    }

    /// Goods are sent off, repriced, taken off the shelf and put back; an offer closes, an application is given up.
    async fn shelf(&mut self) {
        let path = format!("/api/places/{}/product-orders/{}", self.shop(), self.ids["product_order"]);
        assert_eq!(self.press("shop_a", format!("{path}/shipment")).await["state"], "shipped");
        let listing = format!("/api/places/{}/listings/{}", self.shop(), self.ids["listing"]);
        for price in ["90.00", "88.00"] {
            let asked = json!({ "price": yuan(price) });
            let now =
                self.change("merchant_a", Method::PUT, format!("{listing}/price"), Some(asked), false).await;
            assert_eq!(now["price"], yuan(price));
        }
        for (change, state) in [("delisting", "delisted"), ("relisting", "listed"), ("delisting", "delisted")]
        {
            assert_eq!(self.press("merchant_a", format!("{listing}/{change}")).await["state"], state);
        }
        let path = format!("/api/licence-offers/{}/applications", self.ids["offer"]);
        let wish = json!({
            "merchant": self.org("merchant_a"), "product": { "en": "A slip", "zh": "误" },
            "category": "posters", "concept": "A slip.", "planned_price": yuan("8"), "planned_units": 10,
        });
        let applied = self.order("merchant_a", path, wish).await;
        let path = format!("/api/applications/{}/withdrawal", text(&applied["id"]));
        assert_eq!(self.press("merchant_a", path).await["state"], "withdrawn");
        let offer = json!({
            "name": { "en": "Mugs", "zh": "杯子" }, "categories": ["mugs"], "territory": "CN",
            "royalty_ppm": 80_000, "fund_ppm": 0, "platform_ppm": 0, "guarantee": yuan("0"), "term_days": 30,
            "closes_on": "2017-06-30",
        });
        let path = format!("/api/titles/{}/licence-offers", self.ids["title"]);
        let made = self.post("studio_a", path, offer).await;
        let path = format!("/api/licence-offers/{}/closure", text(&made["id"]));
        assert_eq!(self.press("studio_a", path).await["state"], "closed");
    }

    async fn sessions(&mut self) {
        let sign_in = json!({ "email": "ben@example.com", "password": crate::town::PASSWORD });
        let session = self.post("guest", "/api/sessions".into(), sign_in).await;
        assert_eq!(session["who"]["email"], "ben@example.com");
        self.change("ben", Method::DELETE, "/api/sessions/current".into(), None, false).await;
        self.clients.remove("ben");
        let eve = self.client("eve").await;
        assert_eq!(eve.get("/api/me/data").await.is(200)["account"]["email"], "eve@example.com");
        let wrong = json!({ "password": "guessed" });
        assert_eq!(eve.post("/api/me/erasure", wrong).await.refusal(), (422, "wrong_password"));
        let right = json!({ "password": crate::town::PASSWORD });
        self.post("eve", "/api/me/erasure".into(), right).await;
        assert_eq!(eve.get("/api/sessions/current").await.refusal(), (401, "session_over"), "everywhere");
        self.clients.remove("eve");
    }

    /// A path of the registry with the first owner's ids and, where it asks for one, a query.
    pub fn address(&self, template: &str) -> String {
        let id = |name: &str| {
            let sells_goods = template.contains("listing")
                || template.contains("basket")
                || template.contains("product-orders");
            match name {
                "place" if sells_goods => self.shop().0.clone(),
                "order" if sells_goods => self.ids["product_order"].clone(),
                // The payouts of the walk are the first cinema's.
                "org" if template.contains("payouts") => self.org("cinema_a"),
                "org" => self.org(self.owner(template)),
                name => self
                    .ids
                    .get(name)
                    .cloned()
                    .unwrap_or_else(|| panic!("no id for {{{name}}} of {template}")),
            }
        };
        let filled = template.split('/').map(|part| {
            part.strip_prefix('{').and_then(|part| part.strip_suffix('}')).map_or_else(|| part.to_owned(), id)
        });
        let path = filled.collect::<Vec<_>>().join("/");
        match template {
            "/api/titles/{title}/showtimes" => format!("{path}?day=2016-12-26&city=sh"),
            "/api/places/{place}/showtimes" => format!("{path}?day=2016-12-26"),
            "/api/books/{book}/transfers" => format!("{path}?reference={}", self.ids["statement"]),
            _ => path,
        }
    }

    /// Whose organisation a path is about: of the first role that it is for.
    fn owner(&self, template: &str) -> &'static str {
        let entry = self.town.entries.iter().find(|entry| entry.path == template).expect("an entry");
        match entry.who.code().split(' ').next() {
            Some("merchant") => "merchant_a",
            Some("cinema") => "cinema_a",
            _ => "studio_a",
        }
    }

    pub async fn get(&mut self, who: &'static str, template: &str) -> Answer {
        let address = self.address(template);
        self.client(who).await.get(&address).await
    }
}

pub fn draft() -> Value {
    json!({
        "status": "released", "name": { "en": "The Ferryman", "zh": "摆渡人" },
        "synopsis": { "en": "A bar, a river, three friends.", "zh": "一家酒吧，三个朋友。" },
        "genre": "comedy", "runtime_minutes": 128, "premiere": "2016-12-23", "artwork": "the-ferryman", "domestic": true,
    })
}
