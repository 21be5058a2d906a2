//! Tickets over HTTP, without a script: found, held, paid for, admitted, given back.

mod town;

use axum::http::StatusCode;
use box_office::showtimes;
use flows::take_payment;
use kernel::{Lang, PlaceId};
use town::{NOW, STAR, Town, intent_of, showing};

const TEN_MINUTES: i64 = 10 * 60;

fn star() -> PlaceId {
    PlaceId(STAR.into())
}

#[tokio::test]
async fn an_empty_house_teaches() {
    let town = Town::new();
    let film = town.film.clone();
    town.story(move |scene| {
        let title = titles::any(scene.tx, &film)?.expect("a film");
        let draft = titles::Draft {
            status: titles::Status::Development,
            original_name: title.original_name,
            name: title.name,
            synopsis: title.synopsis,
            genre: title.genre,
            runtime_minutes: title.runtime_minutes,
            premiere: title.premiere,
            artwork: title.artwork,
            domestic: title.domestic,
        };
        titles::edit(scene.tx, &scene.act, &film, title.updated_at, &draft).map(|_| ())
    })
    .await;
    let home = town.guest().get("/").await;
    assert_eq!(home.status, StatusCode::OK);
    home.says("How a release gets here");
    home.keeps_quiet_about("/console/slate");
    assert_eq!(town.guest().get("/films/the-ferryman").await.status, StatusCode::NOT_FOUND);
    town.guest().in_chinese().get("/films").await.says("还没有公开的影片");
}

#[tokio::test]
async fn a_film_is_found_with_its_showtimes() {
    let town = Town::new();
    let guest = town.guest();
    for page in [guest.get("/").await, guest.get("/films").await] {
        assert_eq!(page.status, StatusCode::OK);
        page.says("/films/the-ferryman");
        page.says("¥42.90");
    }
    let film = guest.get("/films/the-ferryman").await;
    film.says("21:30");
    film.says("Star Cinema");
    film.says("from ¥42.90");
    film.says("\"@type\":\"Movie\"");
    film.says("\"@type\":\"ScreeningEvent\"");
    film.says(&town.seats());
    let chinese = guest.in_chinese().get("/films/the-ferryman").await;
    chinese.says("星光影城");
    chinese.says("¥42.90 起");
}

#[tokio::test]
async fn wanting_to_see_counts_a_person_once() {
    let town = Town::new();
    let ann = town.person("ann").await;
    for _ in 0..2 {
        let wanted = ann.post("/films/the-ferryman/want-to-see", &[]).await;
        assert_eq!(wanted.location(), "/films/the-ferryman");
    }
    let film = ann.get("/films/the-ferryman").await;
    film.says("aria-pressed=\"true\"");
    film.says("data-want-count>1<");
    ann.post("/films/the-ferryman/want-to-see", &[("wanted", "no")]).await;
    ann.get("/films/the-ferryman").await.says("data-want-count>0<");
    let guest = town.guest().post("/films/the-ferryman/want-to-see", &[]).await;
    assert_eq!(guest.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn two_seats_are_bought_without_a_script() {
    let town = Town::new();
    let ann = town.person("ann").await;

    let picker = ann.get(&town.seats()).await;
    picker.says("The best together: <b>E6, E7</b>");
    picker.says("?seat=E6&amp;seat=E7");
    picker.says("¥39.90 for the ticket and ¥3.00 service fee");
    let held = ann.choose(&picker, &town.seats(), &["E6", "E7"]).await;
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
    let again = ann.choose(&picker, &town.seats(), &["E7", "E6"]).await;
    assert_eq!(again.location(), held.location());

    let pay = ann.get(held.location()).await;
    for said in ["The Ferryman", "Fri 23 Dec 21:30", "E6, E7", "2 × ¥39.90", "¥79.80", "¥6.00", "¥85.80"]
    {
        pay.says(said);
    }
    pay.says("data-countdown=\"600\"");
    ann.in_chinese().get(held.location()).await.says("服务费 2 × ¥3.00");

    let begun = ann.post(held.location(), &[]).await;
    let intent = intent_of(held.location());
    assert_eq!(begun.headers["refresh"], format!("0; url=/pretend/{intent}"));
    begun.says(&format!("href=\"/pretend/{intent}\""));
    let waiting = ann.get(&format!("{}/return?trade_status=TRADE_SUCCESS", held.location())).await;
    waiting.says("Not paid yet");
    assert_eq!(waiting.headers["refresh"], format!("2; url={}/return?look=1", held.location()));
    let tired = ann.get(&format!("{}/return?look=15", held.location())).await;
    assert_eq!(tired.headers.get("refresh"), None);
    let worn_out = ann.get(&format!("{}/return?look=4294967295", held.location())).await;
    assert_eq!(worn_out.status, StatusCode::OK, "{}", worn_out.text);
    let notice = town.provider.pay(&intent, town.house.now()).expect("the payment is open");
    town.tell(&notice).await;
    let paid = ann.get(&format!("{}/return", held.location())).await;
    assert!(paid.location().starts_with(&format!("/tickets/{STAR}/ord_")), "{}", paid.text);

    let tickets = ann.get(paid.location()).await;
    assert_eq!(tickets.text.matches("class=\"ticket\"").count(), 2);
    assert_eq!(tickets.text.matches("<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\"").count(), 2);
    tickets.says("genuine, not yet used");
    ann.in_chinese().get(paid.location()).await.says("有效，未使用");
    ann.get("/tickets").await.says(paid.location());
    ann.get(held.location()).await.says("This is paid");

    let calendar = ann.get(&format!("{}/calendar.ics", paid.location())).await;
    calendar.says("DTSTART:20161223T133000Z\r\n");
    calendar.says("SUMMARY:The Ferryman\r\n");
}

#[tokio::test]
async fn a_guest_takes_the_seats_along_to_the_sign_in_page() {
    let town = Town::new();
    let guest = town.guest();
    let picker = guest.get(&town.seats()).await;
    picker.says("formmethod=\"get\"");
    let chosen = format!("{}/chosen?key=1&seat=C3&seat=C4", town.seats());
    let sent = guest.get(&chosen).await;
    assert!(sent.location().starts_with("/sign-in?next="), "{}", sent.location());
    let ann = town.person("ann").await;
    let back = ann.get(&chosen).await;
    assert_eq!(back.text.matches(" checked").count(), 2);
    back.says("¥85.80");
    assert_eq!(ann.choose(&back, &town.seats(), &["C3", "C4"]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_taken_seat_is_answered_with_what_is_free_together() {
    let town = Town::new();
    let (ann, bob) = (town.person("ann").await, town.person("bob").await);
    let picker = bob.get(&town.seats()).await;
    ann.hold(&town, &["E6"]).await;
    let refused = bob.choose(&picker, &town.seats(), &["E6", "E7"]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    refused.says("Seat E6 was taken a moment ago. E7, E8 are free together.");
    refused.says("?seat=E7&amp;seat=E8");
    refused.says("value=\"E6\" disabled");
    refused.says("value=\"E7\" checked");
    let chinese = bob.in_chinese();
    let refused = chinese.choose(&refused, &town.seats(), &["E6", "E7"]).await;
    refused.says("E6 刚刚被别人选走了。E7、E8 还连着空着。");
    let instead = bob.get(&format!("{}?seat=E7&seat=E8", town.seats())).await;
    assert_eq!(bob.choose(&instead, &town.seats(), &["E7", "E8"]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_bad_choice_is_said_on_the_picker() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let picker = ann.get(&town.seats()).await;
    let none = ann.choose(&picker, &town.seats(), &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    none.says("Choose at least one seat.");
    let half = ann.choose(&none, &town.seats(), &["H4"]).await;
    half.says("half of a love seat");
    ann.choose(&half, &town.seats(), &["Z99"]).await.says("There is no seat Z99");
}

#[tokio::test]
async fn a_used_key_holds_no_other_seats() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let picker = ann.get(&town.seats()).await;
    let held = ann.choose(&picker, &town.seats(), &["C3"]).await;
    let other = ann.choose(&picker, &town.seats(), &["D5"]).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    other.says("This checkout was already used for other seats.");
    other.says("You hold C3");
    other.says(held.location());
    assert_ne!(picker.hidden("key"), other.hidden("key"));
    assert_eq!(ann.choose(&other, &town.seats(), &["D5"]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_ended_hold_has_a_calm_page() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let pay = ann.hold(&town, &["C3"]).await;
    ann.post(&pay, &[]).await;
    town.clock.advance_seconds(TEN_MINUTES + 1);
    let over = ann.get(&pay).await;
    assert_eq!(over.status, StatusCode::GONE);
    over.says("The time to pay is over");
    over.says(&town.seats());
    ann.post(&pay, &[]).await.says("The time to pay is over");
    assert_eq!(town.provider.pay(&intent_of(&pay), town.house.now()), None);
    ann.get(&format!("{pay}/return")).await.says("The time to pay is over");
    ann.get("/tickets").await.says("let go, not paid in time");
}

#[tokio::test]
async fn a_notice_after_the_hold_is_paid_back() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let pay = ann.hold(&town, &["C3"]).await;
    ann.post(&pay, &[]).await;
    let notice = town.provider.pay(&intent_of(&pay), town.house.now()).expect("the payment is open");
    town.clock.advance_seconds(TEN_MINUTES + 1);
    town.tell(&notice).await;
    let back = ann.get(&format!("{pay}/return")).await;
    let order = ann.get(back.location()).await;
    order.says("Your payment came after the seats were let go.");
    order.says("All ¥42.90 were paid back");
    ann.in_chinese().get(back.location()).await.says("已全额退回");
    assert_eq!(town.provider.kept_minor(), 0);
}

/// The notice is lost; coming back from the provider asks after it.
#[tokio::test]
async fn coming_back_finds_a_lost_notice() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let pay = ann.hold(&town, &["C3"]).await;
    ann.post(&pay, &[]).await;
    let _lost = town.provider.pay(&intent_of(&pay), town.house.now()).expect("the payment is open");
    let back = ann.get(&format!("{pay}/return")).await;
    assert!(back.location().starts_with("/tickets/"), "{}", back.text);
}

#[tokio::test]
async fn somebody_elses_order_is_not_there() {
    let town = Town::new();
    let (ann, bob) = (town.person("ann").await, town.person("bob").await);
    let pay = ann.hold(&town, &["C3"]).await;
    let back = format!("{pay}/return");
    let order = ann.buy(&town, &["C5"]).await;
    for path in [&pay, &back, &order, &format!("{order}/calendar.ics")] {
        assert_eq!(bob.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [&pay, &format!("{order}/refund")] {
        assert_eq!(bob.post(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    bob.get("/tickets").await.says("No tickets ahead");
    assert!(town.guest().get(&order).await.location().starts_with("/sign-in"));
}

#[tokio::test]
async fn a_closed_showtime_sells_nothing() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let picker = ann.get(&town.seats()).await;
    let showtime = town.showtime.id.clone();
    town.story(move |scene| showtimes::close(scene.tx, &star(), &showtime)).await;
    let refused = ann.choose(&picker, &town.seats(), &["C3"]).await;
    assert_eq!(refused.status, StatusCode::GONE);
    refused.says("This showing is no longer on sale.");
    ann.in_chinese().get(&town.seats()).await.says("该场次已停止售票。");
    ann.get("/films/the-ferryman").await.says("No showtimes on sale");
}

#[tokio::test]
async fn tickets_are_given_back_until_the_film_begins() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let order = ann.buy(&town, &["C3", "C4"]).await;
    let back = ann.post(&format!("{order}/refund"), &[]).await;
    assert_eq!(back.location(), order);
    let refunded = ann.get(&order).await;
    refunded.says("These tickets were refunded.");
    refunded.says("All ¥85.80 were paid back");
    refunded.keeps_quiet_about("class=\"ticket\"");
    let twice = ann.post(&format!("{order}/refund"), &[]).await;
    assert_eq!(twice.location(), order);
    assert_eq!(town.provider.kept_minor(), 0);
    assert_eq!(ann.get(&format!("{order}/calendar.ics")).await.status, StatusCode::NOT_FOUND);

    let order = ann.buy(&town, &["C3"]).await;
    town.clock.advance_seconds(121 * 60);
    let late = ann.post(&format!("{order}/refund"), &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.says("The showing has begun");
    ann.get(&order).await.keeps_quiet_about(&format!("{order}/refund"));
}

#[tokio::test]
async fn the_door_admits_once() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let usher = town.usher("ursula").await;
    let door = format!("/door/{STAR}");
    let order = ann.buy(&town, &["C3", "C4"]).await;
    let codes = codes(&town, &order).await;

    usher.get(&door).await.says("Nobody has come in today yet.");
    let admitted = usher.post(&door, &[("code", &codes[0].0)]).await;
    assert_eq!(admitted.status, StatusCode::OK);
    admitted.says("Admitted");
    admitted.says("Hall 1 · C3");
    let again = usher.post(&door, &[("code", &codes[0].0)]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    again.says("Seat C3 was admitted at");
    let by_short_code = usher.in_chinese().post(&door, &[("code", &codes[1].1)]).await;
    by_short_code.says("请入场");
    by_short_code.says("1 号厅 · C4");
    let forged = usher.post(&door, &[("code", &codes[0].0.replace("C3", "C9"))]).await;
    forged.says("This is not one of our tickets.");
    usher.post(&door, &[("code", "zzz zzz")]).await.says("No ticket for today ends in this code.");
    usher.post(&door, &[("code", " ")]).await.says("Scan or type a code.");
    ann.get(&order).await.says("used at 19:30");

    assert_eq!(ann.get(&door).await.status, StatusCode::FORBIDDEN);
    let stranger = town.stranger("hugo").await;
    assert_eq!(stranger.get(&door).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post(&door, &[("code", &codes[1].0)]).await.status, StatusCode::NOT_FOUND);
}

/// The signed code and the short one of every ticket of an order.
async fn codes(town: &Town, order: &str) -> Vec<(String, String)> {
    let id = kernel::OrderId(order.rsplit('/').next().expect("an id").to_owned());
    let tickets = town.story(move |scene| box_office::tickets::of_order(scene.tx, &star(), &id)).await;
    let signer = &town.house.keys().tickets;
    tickets
        .iter()
        .map(|ticket| (signer.code(ticket), ticket.id.0[ticket.id.0.len() - 6..].to_uppercase()))
        .collect()
}

#[tokio::test]
async fn a_full_hall_says_so() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let small = town
        .story({
            let (hall, film) = (town.hall.clone(), town.film.clone());
            move |scene| {
                let seat_map = box_office::SeatMap::of_rows(&["ss"])?;
                let hall = box_office::Hall { id: scene.act.id(), seat_map, ..hall.clone() };
                box_office::halls::add(scene.tx, &hall)?;
                showing(scene, &hall, &film, NOW.plus_minutes(60))
            }
        })
        .await;
    let seats = format!("/showtimes/{STAR}/{}", small.id);
    let picker = ann.get(&seats).await;
    ann.choose(&picker, &seats, &["A1", "A2"]).await;
    let full = town.guest().get(&seats).await;
    full.says("Every seat is taken.");
    full.keeps_quiet_about("class=\"bottom-bar\"");
    town.guest().get("/films/the-ferryman").await.says("sold out");
    assert_eq!(small.starts_at.say(&kernel::Zone::shanghai(), Lang::En), "Fri 23 Dec 20:30");
}

#[tokio::test]
async fn a_notice_counts_once_however_often_it_comes() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let pay = ann.hold(&town, &["C3"]).await;
    ann.post(&pay, &[]).await;
    let notice = town.provider.pay(&intent_of(&pay), town.house.now()).expect("the payment is open");
    town.tell(&notice).await;
    town.tell(&notice).await;
    let first = ann.get(&format!("{pay}/return")).await;
    let house = town.house.clone();
    let intent = intent_of(&pay);
    let asked = tokio::task::spawn_blocking(move || take_payment::ask(&house, &star(), &intent)).await;
    asked.expect("an answer").expect("an outcome");
    assert_eq!(ann.get(first.location()).await.text.matches("class=\"ticket\"").count(), 1);
}

/// What went back of an order is on none of its pages any more as something to go to.
#[tokio::test]
async fn seats_that_went_back_are_told_as_such() {
    let town = Town::new();
    let ann = town.person("ann").await;
    let order = ann.buy(&town, &["E6", "E7"]).await;
    let back = ann.post(&format!("{order}/refund"), &[("seat", "E6")]).await;
    assert_eq!(back.location(), order, "{}", back.text);
    let page = ann.get(&order).await;
    page.says("<b>E7</b>");
    page.says("E6 went back");
    page.says("¥42.90");
    page.keeps_quiet_about("E6, E7");
    ann.in_chinese().get(&order).await.says("已退 E6");
    ann.get("/tickets").await.keeps_quiet_about("E6");
    ann.get(&format!("{order}/calendar.ics")).await.keeps_quiet_about("E6");
    let rest = ann.post(&format!("{order}/refund"), &[]).await;
    assert_eq!(rest.location(), order, "{}", rest.text);
    let over = ann.get(&order).await;
    over.says("All ¥85.80 were paid back");
    over.says("E6, E7");
}
