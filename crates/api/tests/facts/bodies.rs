//! What is wrong with a request is said by its status, its code and its field, and nothing changes.

use crate::town::{Answer, Client};
use crate::walk::Walk;
use axum::http::Method;
use flows::Scene;
use kernel::{ListingId, Result};
use serde_json::{Value, json};

/// Puts the walk's listing back on the shelf.
pub fn relist(walk: &Walk) -> impl FnMut(&mut Scene) -> Result<()> + Send + 'static {
    let (shop, listing) = (walk.shop().clone(), ListingId(walk.ids["listing"].clone()));
    let merchant = walk.town.orgs["merchant_a"].clone();
    move |scene| shops::listings::relist(scene.tx, &merchant, &shop, &listing).map(|_| ())
}

/// A body with one member changed; `/lines/0/price` leads to it.
fn with(body: &Value, pointer: &str, value: Value) -> Value {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match body.pointer_mut(parent).expect("a parent") {
        Value::Array(items) => items[name.parse::<usize>().expect("an index")] = value,
        parent => parent[name] = value,
    }
    body
}

fn without(body: &Value, name: &str) -> Value {
    let mut body = body.clone();
    body.as_object_mut().expect("an object").remove(name);
    body
}

fn price(amount: &str, currency: &str) -> Value {
    json!({ "amount": amount, "currency": currency })
}

/// The status, the code and the field of a refusal.
type Told = (u16, String, Option<String>);

/// Sends what must be refused; a refusal changes nothing.
async fn refused(walk: &Walk, client: &Client, path: &str, body: &Value) -> Told {
    let before = walk.town.print().await;
    let answer = client.send(Method::POST, path, Some(body.clone())).await;
    assert!(answer.status.is_client_error(), "{path} took {body}: {}", answer.json);
    assert_eq!(walk.town.print().await, before, "{path} was refused {body}, and yet");
    told(&answer)
}

fn told(answer: &Answer) -> Told {
    let (status, code) = answer.refusal();
    (status, code.to_owned(), answer.json["field"].as_str().map(str::to_owned))
}

fn is(status: u16, code: &str, field: &str) -> Told {
    (status, code.into(), (!field.is_empty()).then(|| field.to_owned()))
}

#[tokio::test]
async fn an_order_of_goods_says_what_is_wrong_with_it() {
    let mut walk = Walk::new().await;
    walk.town.inside(relist(&walk)).await;
    let (ann, path) = (walk.client("ann").await, format!("/api/places/{}/product-orders", walk.shop()));
    let good = walk.goods_wish();
    let long = "x".repeat(301);
    let cases = [
        (without(&good, "recipient"), is(422, "missing", "recipient")),
        (with(&good, "/recipient", "".into()), is(422, "missing", "recipient")),
        (with(&good, "/address", long.into()), is(422, "too_long", "address")),
        (with(&good, "/recipient", json!(7)), is(422, "wrong_type", "recipient")),
        (with(&good, "/lines", json!({})), is(422, "wrong_type", "lines")),
        (with(&good, "/lines", json!([])), is(422, "out_of_limits", "lines")),
        (with(&good, "/lines/0/quantity", json!(-1)), is(422, "out_of_limits", "quantity")),
        (with(&good, "/lines/0/quantity", json!(0)), is(422, "out_of_limits", "quantity")),
        (with(&good, "/lines/0/quantity", json!(21)), is(422, "out_of_limits", "quantity")),
        (with(&good, "/lines/0/quantity", json!(1.5)), is(422, "wrong_type", "lines[0].quantity")),
        (with(&good, "/lines/0/quantity", json!("2")), is(422, "wrong_type", "lines[0].quantity")),
        (with(&good, "/lines/0/price", price("88.00", "USD")), is(422, "currency_differs", "price")),
        (with(&good, "/lines/0/price", price("88.00", "XTS")), is(422, "unknown_currency", "price")),
        (with(&good, "/lines/0/price", price("-88.00", "CNY")), is(422, "bad_amount", "price")),
        (with(&good, "/lines/0/price", price("８８", "CNY")), is(422, "bad_amount", "price")),
        (with(&good, "/lines/0/price", price("8.8e1", "CNY")), is(422, "bad_amount", "price")),
        (with(&good, "/lines/0/price", price("88.000", "CNY")), is(422, "bad_amount", "price")),
        (with(&good, "/lines/0/price", json!(88)), is(422, "wrong_type", "lines[0].price")),
        (with(&good, "/lines/0/price", price("87.00", "CNY")), is(409, "price_changed", "")),
        (with(&good, "/lines/0/listing", "lst_nothing".into()), is(404, "not_found", "")),
        (with(&good, "/lines/0/listing", "ord_1".into()), is(422, "bad_id", "listing")),
        (with(&good, "/extra", json!(1)), is(422, "unknown_field", "extra")),
        (with(&good, "/recipient", "a\u{0}b".into()), is(422, "bad_text", "")),
    ];
    for (i, (body, meant)) in cases.into_iter().enumerate() {
        assert_eq!(refused(&walk, &ann.key(&format!("bad-{i}")), &path, &body).await, meant, "{body}");
    }
    let keyless = refused(&walk, &ann, &path, &good).await;
    assert_eq!(keyless, is(422, "bad_key", "Idempotency-Key"));
    for key in ["", "   ", &"k".repeat(81)] {
        assert_eq!(refused(&walk, &ann.key(key), &path, &good).await, is(422, "bad_key", "Idempotency-Key"));
    }
    let nowhere = path.replace(&walk.shop().0, "plc_nowhere");
    assert_eq!(refused(&walk, &ann.key("k"), &nowhere, &good).await, is(404, "not_found", ""));
}

#[tokio::test]
async fn a_hold_says_what_is_wrong_with_it() {
    let mut walk = Walk::new().await;
    let (ann, ben) = (walk.client("ann").await, walk.client("ben").await);
    walk.town.clock.set(crate::town::NOW);
    let (place, showtime) = (walk.cinema().clone(), walk.showtimes[2].clone());
    let path = format!("/api/places/{place}/showtimes/{showtime}/orders");
    let seats = |seats: Value| json!({ "seats": seats });
    let cases = [
        (json!({}), is(422, "missing", "seats")),
        (seats(json!([])), is(422, "no_seats", "")),
        (seats(json!("D7")), is(422, "wrong_type", "seats")),
        (seats(json!([7])), is(422, "wrong_type", "seats[0]")),
        (seats(json!(["A1", "A2", "A3", "A4", "B1", "B2", "B3"])), is(422, "too_many_seats", "")),
        (seats(json!(["Z99"])), is(422, "unknown_seat", "")),
        (seats(json!(["E1", "E1"])), is(422, "seat_twice", "")),
        (seats(json!(["H5"])), is(422, "half_love_seat", "")),
        (seats(json!(["D7"])), is(409, "seat_taken", "")),
    ];
    for (i, (body, meant)) in cases.into_iter().enumerate() {
        assert_eq!(refused(&walk, &ben.key(&format!("bad-{i}")), &path, &body).await, meant, "{body}");
    }
    let nowhere = path.replace(&showtime.0, "sho_nowhere");
    assert_eq!(
        refused(&walk, &ben.key("k"), &nowhere, &seats(json!(["E1"]))).await,
        is(404, "not_found", "")
    );
    let malformed = path.replace(&showtime.0, "sho_%27%20or%201=1");
    assert_eq!(
        refused(&walk, &ben.key("k"), &malformed, &seats(json!(["E1"]))).await,
        is(404, "not_found", "")
    );

    let held = ann.key("held").post(&path, seats(json!(["E1"]))).await.is(201);
    assert_eq!(refused(&walk, &ben.key("k"), &path, &seats(json!(["E1"]))).await, is(409, "seat_taken", ""));
    let id = held["payment"]["id"].as_str().expect("an id").to_owned();
    let someone_elses = format!("/api/places/{place}/payments/{id}/checkout");
    assert_eq!(refused(&walk, &ben, &someone_elses, &json!({})).await, is(404, "not_found", ""));
    ann.post(&someone_elses, json!({})).await.is(200);
    walk.town.clock.advance_seconds(11 * 60);
    let paid = walk.town.provider.pay(&kernel::IntentId(id), kernel::Clock::now(&*walk.town.clock));
    assert_eq!(paid, None, "the provider takes nothing either");
    assert_eq!(refused(&walk, &ann, &someone_elses, &json!({})).await, is(410, "payment_over", ""));
    ben.key("after").post(&path, seats(json!(["E1"]))).await.is(201);
}

#[tokio::test]
async fn a_showing_that_no_longer_sells_is_over() {
    let mut walk = Walk::new().await;
    let ben = walk.client("ben").await;
    let (place, [begun, closed]) =
        (walk.cinema().clone(), [walk.showtimes[0].clone(), walk.showtimes[3].clone()]);
    let path = |showtime: &kernel::ShowtimeId| format!("/api/places/{place}/showtimes/{showtime}/orders");
    let seats = json!({ "seats": ["E1"] });
    assert_eq!(refused(&walk, &ben.key("k"), &path(&begun), &seats).await, is(410, "showtime_begun", ""));
    walk.town.clock.set(crate::town::NOW);
    let (at, id) = (place.clone(), closed.clone());
    walk.town.inside(move |scene| box_office::showtimes::close(scene.tx, &at, &id)).await;
    assert_eq!(refused(&walk, &ben.key("k"), &path(&closed), &seats).await, is(410, "showtime_closed", ""));
}

#[tokio::test]
async fn staff_are_told_what_is_wrong() {
    let mut walk = Walk::new().await;
    let sent = |template: &str| {
        let found = walk.sent.iter().rev().find(|sent| sent.template == template).expect("a request");
        (found.path.clone(), found.body.clone().unwrap_or(Value::Null))
    };
    let (campaigns, campaign) = sent("/api/orgs/{org}/campaigns");
    let (offers, offer) = sent("/api/titles/{title}/licence-offers");
    let (applications, application) = sent("/api/licence-offers/{offer}/applications");
    let (decisions, decision) = sent("/api/applications/{application}/decisions");
    let (statements, statement) = sent("/api/places/{place}/statements");
    let (listings, listing) = sent("/api/places/{place}/listings");
    let (titles, title) = sent("/api/orgs/{org}/titles");
    let (admissions, _) = sent("/api/places/{place}/admissions");
    let foreign = walk.town.orgs["merchant_b"].0.clone();
    let cases: Vec<(&str, &str, Value, Told)> = vec![
        (
            "marketer_a",
            &campaigns,
            with(&campaign, "/budget", price("0", "CNY")),
            is(422, "budget_out_of_limits", "budget"),
        ),
        (
            "marketer_a",
            &campaigns,
            with(&campaign, "/budget", price("3000", "EUR")),
            is(422, "currency_differs", "click_price"),
        ),
        (
            "marketer_a",
            &campaigns,
            with(&campaign, "/starts_at", "soon".into()),
            is(422, "bad_moment", "starts_at"),
        ),
        ("marketer_a", &campaigns, with(&campaign, "/title", "ttl_nothing".into()), is(404, "not_found", "")),
        (
            "marketer_a",
            &campaigns,
            with(&campaign, "/surfaces", json!(["ttl_1"])),
            is(422, "bad_id", "surfaces"),
        ),
        (
            "marketer_a",
            &campaigns,
            with(&campaign, "/surfaces", json!(["srf_nothing"])),
            is(422, "unknown_surface", "surfaces"),
        ),
        (
            "marketer_a",
            &campaigns,
            with(&campaign, "/surfaces", json!([])),
            is(422, "out_of_limits", "surfaces"),
        ),
        (
            "marketer_a",
            &campaigns,
            with(&campaign, "/name", "n".repeat(81).into()),
            is(422, "too_long", "name"),
        ),
        ("studio_a", &offers, with(&offer, "/royalty_ppm", json!(-1)), is(422, "out_of_limits", "royalty")),
        (
            "studio_a",
            &offers,
            with(&offer, "/closes_on", "2016-13-01".into()),
            is(422, "bad_day", "closes_on"),
        ),
        (
            "studio_a",
            &offers,
            with(&offer, "/closes_on", "2016-01-01".into()),
            is(422, "closes_too_early", "closes_on"),
        ),
        (
            "merchant_a",
            &applications,
            with(&application, "/category", "toys".into()),
            is(422, "category_not_offered", "category"),
        ),
        (
            "merchant_a",
            &applications,
            with(&application, "/merchant", foreign.into()),
            is(404, "not_found", ""),
        ),
        (
            "merchant_a",
            &applications,
            with(&application, "/planned_price", price("1", "USD")),
            is(422, "currency_differs", "planned_price"),
        ),
        ("studio_a", &decisions, with(&decision, "/stage", "taste".into()), is(422, "unknown_code", "stage")),
        ("studio_a", &decisions, decision.clone(), is(409, "stage_not_awaited", "stage")),
        (
            "operator",
            &statements,
            with(&statement, "/last", "2016-12-01".into()),
            is(422, "bad_period", "last"),
        ),
        (
            "operator",
            &statements,
            with(&statement, "/last", "2017-06-01".into()),
            is(409, "period_not_over", ""),
        ),
        (
            "operator",
            &statements,
            with(&statement, "/first", "2016-12-24".into()),
            is(409, "period_overlaps", ""),
        ),
        ("operator", &statements, with(&statement, "/title", "ttl_nothing".into()), is(404, "not_found", "")),
        ("merchant_a", &listings, listing.clone(), is(409, "already_listed", "")),
        ("merchant_a", &listings, with(&listing, "/product", "prd_nothing".into()), is(404, "not_found", "")),
        ("merchant_a", &listings, with(&listing, "/stock", json!(-5)), is(422, "out_of_limits", "stock")),
        (
            "merchant_a",
            &listings,
            with(&listing, "/price", price("0", "CNY")),
            is(422, "price_out_of_limits", "price"),
        ),
        (
            "studio_a",
            &titles,
            with(&title, "/name", json!({ "en": "", "zh": "x" })),
            is(422, "empty", "name_en"),
        ),
        ("studio_a", &titles, with(&title, "/name", json!({ "en": "x" })), is(422, "missing", "name.zh")),
        ("studio_a", &titles, with(&title, "/premiere", "Christmas".into()), is(422, "bad_day", "premiere")),
        (
            "studio_a",
            &titles,
            with(&title, "/runtime_minutes", json!(601)),
            is(422, "bad_runtime", "runtime_minutes"),
        ),
        ("cinema_a", &admissions, json!({ "code": "FT1.forged" }), is(422, "forged_ticket", "")),
    ];
    for (i, (who, path, body, meant)) in cases.into_iter().enumerate() {
        let who = crate::town::STAFF
            .iter()
            .map(|(name, _, _)| *name)
            .find(|name| *name == who)
            .unwrap_or("operator");
        let client = walk.client(who).await.key(&format!("staff-{i}"));
        assert_eq!(refused(&walk, &client, path, &body).await, meant, "{path} {body}");
    }
}

#[tokio::test]
async fn a_ticket_is_admitted_once_and_at_its_own_cinema() {
    let mut walk = Walk::new().await;
    let used =
        walk.sent.iter().find(|sent| sent.template.ends_with("/admissions")).expect("an admission").clone();
    let body = used.body.expect("a code");
    walk.town.clock.set(crate::town::NOW);
    let here = walk.client("cinema_a").await;
    assert_eq!(refused(&walk, &here, &used.path, &body).await, is(409, "already_admitted", ""));
    let there = used.path.replace(&walk.cinema().0, &walk.town.cinemas[1].0);
    let other = walk.client("cinema_b").await;
    assert_eq!(refused(&walk, &other, &there, &body).await, is(409, "other_cinema", ""));
}

#[tokio::test]
async fn a_title_is_edited_as_it_was_seen() {
    let mut walk = Walk::new().await;
    let stale =
        walk.sent.iter().find(|sent| sent.template == "/api/titles/{title}").expect("an edit").clone();
    let before = walk.town.print().await;
    let answer = walk.client("studio_a").await.send(stale.method, &stale.path, stale.body).await;
    assert_eq!(answer.refusal(), (409, "changed_meanwhile"));
    assert_eq!(walk.town.print().await, before);
}

#[tokio::test]
async fn lists_are_paged() {
    let mut walk = Walk::new().await;
    let (ann, operator) = (walk.client("ann").await, walk.client("operator").await);
    let mut seen = Vec::new();
    let mut path = "/api/ticket-orders?limit=2".to_owned();
    loop {
        let page = ann.get(&path).await.is(200);
        let items = page["items"].as_array().expect("items");
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["order"]["id"].to_string()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/ticket-orders?limit=2&after={next}");
    }
    assert_eq!(seen.len(), 6);
    let events = format!("/api/places/{}/events", walk.cinema());
    let first = operator.get(&format!("{events}?limit=3")).await.is(200);
    let next = first["next"].as_str().expect("more");
    let second = operator.get(&format!("{events}?limit=3&after={next}")).await.is(200);
    assert_eq!(first["items"][2]["id"], next);
    assert!(second["items"][0]["id"].as_str().expect("an id") > next);
    for bad in ["limit=0", "limit=101", "limit=-1", "after=evt_X", "after=nothing"] {
        assert_eq!(operator.get(&format!("{events}?{bad}")).await.status.as_u16(), 422, "{bad}");
    }
    for bad in ["limit=many", "limits=1", "limit=1&limit=2", "after=%00"] {
        assert_eq!(operator.get(&format!("{events}?{bad}")).await.status.as_u16(), 400, "{bad}");
    }
}

#[tokio::test]
async fn what_is_no_request_of_ours_is_said_calmly() {
    let mut walk = Walk::new().await;
    let (guest, ann) = (walk.client("guest").await, walk.client("ann").await);
    assert_eq!(guest.get("/api/nowhere").await.refusal(), (404, "not_found"));
    for path in ["/api", "/api/", "/api/titles/", "/api/titles/x/y/z"] {
        assert_eq!(guest.get(path).await.refusal(), (404, "not_found"), "{path}");
    }
    let method = guest.send(Method::PATCH, "/api/baskets", None).await;
    assert_eq!(method.refusal(), (405, "method_not_allowed"));
    assert_eq!(method.headers["allow"], "GET,HEAD");

    let path = "/api/ads/decisions";
    let send = |client: Client, body: Vec<u8>| async move {
        client.send_text(Method::POST, path, Some(&body)).await
    };
    assert_eq!(send(guest.clone(), b"{".to_vec()).await.refusal(), (400, "bad_json"));
    assert_eq!(send(guest.clone(), vec![0xff, 0xfe]).await.refusal(), (400, "bad_json"));
    assert_eq!(send(guest.clone(), Vec::new()).await.refusal(), (400, "bad_json"));
    let large = json!({ "surface": "x".repeat(api::BODY_BYTES_MAX) }).to_string().into_bytes();
    assert_eq!(send(guest.clone(), large).await.refusal(), (413, "too_large"));
    let form = guest.clone().header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(send(form, b"surface=x".to_vec()).await.refusal(), (415, "not_json"));
    let unasked = ann.post("/api/places/plc_1/payments/pay_1/checkout", json!({ "amount": 1 })).await;
    assert_eq!(unasked.refusal(), (400, "unexpected_body"));

    let chinese = guest.header("accept-language", "zh-CN,zh;q=0.9").get("/api/nowhere").await;
    assert_eq!(chinese.json["detail"], "这个地址没有内容。");
    assert_eq!(
        (&chinese.headers["content-language"], &chinese.headers["x-content-type-options"]),
        (&"zh".parse().expect("a header"), &"nosniff".parse().expect("a header"))
    );
}

/// A bank tells of ten thousand payouts in one message; other routes take no more than they ever did.
#[tokio::test]
async fn a_banks_answer_may_be_long() {
    let mut walk = Walk::new().await;
    let payout = walk.ids["payout"].clone();
    let entry = |id: &str| {
        format!(
            "<Ntry><Amt Ccy=\"CNY\">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2017-01-04</Dt></BookgDt>\
             <AcctSvcrRef>{id}-of-the-bank</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd>\
             <SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{id}</EndToEndId></Refs>\
             <RltdPties><Cdtr><Nm>Nine Bends Cinemas and everybody who is owed something by them</Nm></Cdtr></RltdPties>\
             <RmtInf><Ustrd>{id}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        )
    };
    let of = |count: usize| {
        let strange: String = (1..count).map(|i| entry(&format!("pyt_strange{i:06}"))).collect();
        format!(
            "<Document><BkToCstmrDbtCdtNtfctn><Ntfctn>{}{strange}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>",
            entry(&payout)
        )
    };
    let text = of(10_000);
    assert!(text.len() > 4 << 20, "{} bytes", text.len());
    let operator = walk.client("operator").await;
    let answer = json!({ "name": "camt.054.xml", "text": text });
    let taken = operator.post("/api/bank-answers", answer.clone()).await.is(201);
    let lines = taken["lines"].as_array().expect("lines");
    assert_eq!(
        (lines.len(), &lines[0]["came_to"], &lines[1]["came_to"]),
        (10_000, &json!("before"), &json!("unknown"))
    );
    assert_eq!(operator.post("/api/bank-answers", answer).await.is(200)["digest"], taken["digest"]);
    let many = json!({ "name": "x", "text": of(10_001) });
    assert_eq!(operator.post("/api/bank-answers", many).await.refusal(), (422, "bad_answer"));
    let long = json!({ "name": "x", "text": "x".repeat(16 << 20) });
    let refused = operator.post("/api/bank-answers", long).await;
    assert_eq!(refused.refusal(), (413, "too_large"));
    assert!(refused.json.to_string().contains("16384 KiB"), "{}", refused.json);
    let elsewhere = json!({ "remark": "x".repeat(100_000) });
    let path = format!("/api/places/{}/payouts/{payout}/return", walk.cinema());
    let refused = operator.post(&path, elsewhere).await;
    assert_eq!(refused.refusal(), (413, "too_large"));
    assert!(refused.json.to_string().contains("64 KiB"), "{}", refused.json);
    let ann = walk.client("ann").await;
    assert_eq!(ann.post("/api/bank-answers", json!({ "name": "x", "text": "x" })).await.refusal().0, 403);
}
