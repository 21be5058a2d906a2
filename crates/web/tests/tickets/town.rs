//! A town with one cinema, one film and the pretend provider, on a scratch database, visited by browsers.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use box_office::showtimes::{self, Plan};
use box_office::{Cinema, Hall, SeatMap, Showtime, cinemas, cities, halls};
use db::scratch::{Scratch, scratch};
use flows::{House, Scene};
use http_body_util::BodyExt;
use kernel::*;
use payments::Notice;
use payments::providers::pretend::Pretend;
use people::persons::CheckedSignUp;
use people::{OrgKind, PasswordHash, installation, memberships, orgs, passwords, persons, sessions};
use std::sync::{Arc, LazyLock};
use titles::{Draft, Status, credits};
use tower::ServiceExt;
use web::Settings;

/// 23 December 2016, 19:30 in Shanghai.
pub const NOW: Instant = Instant::from_micros(1_482_492_600_000_000);
pub const STAR: &str = "plc_star";
const PRICE_FEN: i64 = 3990;
const FEE_FEN: i64 = 300;

/// Nobody here types a password.
static HASH: LazyLock<PasswordHash> =
    LazyLock::new(|| passwords::hash("correct horse", &mut Dice::seeded(1)).expect("a hash"));

pub struct Town {
    pub house: House,
    pub clock: Arc<FalseClock>,
    pub provider: Arc<Pretend>,
    pub film: TitleId,
    pub hall: Hall,
    /// Two hours from now.
    pub showtime: Showtime,
    cinema_org: OrgId,
    router: Router,
    scratch: Option<Scratch>,
}

/// Databases are opened and dropped on a thread that may wait; the test's own may not.
fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::spawn(work).join().expect("the work is done")
}

impl Drop for Town {
    fn drop(&mut self) {
        let trespasses = self.house.trespasses();
        assert!(trespasses == 0 || std::thread::panicking(), "a route does more than its line says");
        let scratch = self.scratch.take();
        elsewhere(move || drop(scratch));
    }
}

impl Town {
    pub fn new() -> Town {
        elsewhere(Town::build)
    }

    fn build() -> Town {
        let scratch = scratch();
        let clock = Arc::new(FalseClock::at(NOW));
        let provider = Arc::new(Pretend::new());
        let house = House::open(scratch.db.clone(), clock.clone(), Dice::seeded(7), provider.clone())
            .expect("a house");
        let founded = house.write_blocking(&House::lane(), Actor::System, |scene| {
            let operator = sign_up(scene, "operator")?;
            installation::found(
                scene.tx,
                &mut scene.act,
                &Words::new("Ferry House", "渡口"),
                &Home::mainland(),
                &operator,
            )?;
            let org = |scene: &mut Scene, kind, en: &str, zh: &str| {
                Ok::<_, Error>(orgs::add(scene.tx, &mut scene.act, kind, &Words::new(en, zh))?.id)
            };
            let studio = org(scene, OrgKind::Studio, "River Lantern", "河灯影业")?;
            let film = film(scene, &studio)?;
            Ok((org(scene, OrgKind::Cinema, "Nine Bends", "九曲院线")?, film))
        });
        let (cinema_org, film) = founded.expect("a founded house");
        let (org, title) = (cinema_org.clone(), film.clone());
        let opened = house.write_blocking(&PlaceId(STAR.into()), Actor::System, move |scene| {
            let hall = cinema(scene, &org)?;
            let showtime = showing(scene, &hall, &title, NOW.plus_minutes(120))?;
            Ok((hall, showtime))
        });
        let (hall, showtime) = opened.expect("a cinema");
        let router = web::router(house.clone(), Settings::local());
        Town { house, clock, provider, film, hall, showtime, cinema_org, router, scratch: Some(scratch) }
    }

    /// The page where the town's one showing is chosen.
    pub fn seats(&self) -> String {
        format!("/showtimes/{STAR}/{}", self.showtime.id)
    }

    pub async fn story<T: Send + 'static>(
        &self,
        story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
    ) -> T {
        let place = PlaceId(STAR.into());
        self.house.write(&place, Actor::System, story).await.expect("a story")
    }

    /// A notice of the provider arrives.
    pub async fn tell(&self, notice: &Notice) {
        let (house, notice) = (self.house.clone(), notice.clone());
        let told =
            tokio::task::spawn_blocking(move || flows::take_payment::take_notice(&house, &notice)).await;
        told.expect("an answer").expect("the notice is taken");
    }

    /// A browser of somebody who has not signed in.
    pub fn guest(&self) -> Browser {
        Browser { router: self.router.clone(), cookie: "lang=en".into() }
    }

    /// A browser in which somebody new is signed in.
    pub async fn person(&self, name: &'static str) -> Browser {
        self.member(name, None).await
    }

    /// Somebody at the door of the town's cinema.
    pub async fn usher(&self, name: &'static str) -> Browser {
        self.member(name, Some((Role::Cinema, self.cinema_org.clone()))).await
    }

    /// Somebody who works for another cinema.
    pub async fn stranger(&self, name: &'static str) -> Browser {
        let elsewhere = self.story(|scene| {
            Ok(orgs::add(scene.tx, &mut scene.act, OrgKind::Cinema, &Words::new("Far", "远方"))?.id)
        });
        let elsewhere = elsewhere.await;
        self.member(name, Some((Role::Cinema, elsewhere))).await
    }

    async fn member(&self, name: &'static str, role: Option<(Role, OrgId)>) -> Browser {
        let token = self.story(move |scene| {
            let person = sign_up(scene, name)?;
            if let Some((role, org)) = &role {
                memberships::add(scene.tx, &person, org, *role)?;
            }
            let person = persons::by_email(scene.tx, &format!("{name}@example.com"))?;
            sessions::open(scene.tx, &mut scene.act, &person.expect("somebody signed up"))
        });
        let token = token.await;
        Browser {
            router: self.router.clone(),
            cookie: format!("lang=en; {}={}", web::cookies::SESSION, token.0),
        }
    }
}

fn sign_up(scene: &mut Scene, name: &str) -> Result<PersonId> {
    let sign_up = CheckedSignUp {
        name: name.into(),
        email: format!("{name}@example.com"),
        lang: Lang::En,
        password_hash: HASH.clone(),
    };
    Ok(persons::sign_up(scene.tx, &mut scene.act, &sign_up)?.id)
}

fn film(scene: &mut Scene, studio: &OrgId) -> Result<TitleId> {
    let draft = Draft {
        status: Status::Released,
        original_name: "摆渡人".into(),
        name: Words::new("The Ferryman", "摆渡人"),
        synopsis: Words::new("A bar, a river, three friends.", "一家酒吧，三个朋友。"),
        genre: "comedy".into(),
        runtime_minutes: 128,
        premiere: Some(NOW.day_in(&Zone::shanghai())),
        artwork: "the-ferryman".into(),
        domestic: true,
    };
    let title = titles::add(scene.tx, &mut scene.act, studio, &draft)?;
    let director =
        credits::Credit { job: credits::Job::Director, name: Words::new("Zhang Jiajia", "张嘉佳") };
    credits::replace(scene.tx, &title.id, &[director])?;
    Ok(title.id)
}

fn cinema(scene: &mut Scene, org: &OrgId) -> Result<Hall> {
    let city = cities::City {
        code: "SHA".into(),
        name: Words::new("Shanghai", "上海"),
        tier: 1,
        longitude: 121.47,
        latitude: 31.23,
    };
    cities::add(scene.tx, &city)?;
    let cinema = Cinema {
        place: PlaceId(STAR.into()),
        org: org.clone(),
        city: "SHA".into(),
        slug: "star".into(),
        name: Words::new("Star Cinema", "星光影城"),
        address: Words::new("88 Riverside Road", "滨江路 88 号"),
        zone: Zone::shanghai(),
        service_fee: Money::fen(FEE_FEN),
    };
    cinemas::add(scene.tx, &cinema, scene.act.at)?;
    let hall = Hall {
        place: cinema.place,
        id: scene.act.id(),
        name: Words::new("Hall 1", "1 号厅"),
        seat_map: SeatMap::plain(8, 12),
    };
    halls::add(scene.tx, &hall)?;
    Ok(hall)
}

/// The payment that an address is of.
pub fn intent_of(pay: &str) -> IntentId {
    use kernel::ids::Id;
    IntentId::parse(pay.rsplit('/').next().expect("an id")).expect("an intent")
}

pub fn showing(scene: &mut Scene, hall: &Hall, title: &TitleId, starts_at: Instant) -> Result<Showtime> {
    let plan = Plan {
        title: title.clone(),
        runtime_minutes: 128,
        starts_at,
        zone: Zone::shanghai(),
        version: "2D".into(),
        price: Money::fen(PRICE_FEN),
        minimum: Money::fen(PRICE_FEN),
    };
    showtimes::add(scene.tx, &mut scene.act, hall, &plan)
}

/// Sends requests as one reader, without running any script.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    cookie: String,
}

impl Browser {
    pub fn in_chinese(&self) -> Browser {
        Browser { cookie: self.cookie.replace("lang=en", "lang=zh"), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, form).await
    }

    /// Chooses seats on a page that shows the picker, with the key that it was drawn with.
    pub async fn choose(&self, page: &Answer, path: &str, seats: &[&str]) -> Answer {
        let key = page.hidden("key");
        let mut form = vec![("key", key.as_str())];
        form.extend(seats.iter().map(|seat| ("seat", *seat)));
        self.post(path, &form).await
    }

    /// Holds seats; the address of the payment.
    pub async fn hold(&self, town: &Town, seats: &[&str]) -> String {
        let picker = self.get(&town.seats()).await;
        let held = self.choose(&picker, &town.seats(), seats).await;
        assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
        held.location().to_owned()
    }

    /// Holds seats and pays; the address of the order.
    pub async fn buy(&self, town: &Town, seats: &[&str]) -> String {
        let pay = self.hold(town, seats).await;
        self.post(&pay, &[]).await;
        let notice = town.provider.pay(&intent_of(&pay), town.house.now());
        town.tell(&notice.expect("the payment is open")).await;
        let back = self.get(&format!("{pay}/return")).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
        back.location().to_owned()
    }

    async fn send(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{}={}", web::encode(name), web::encode(value)))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(pairs.join("&")))
            .expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// Where it leads; empty when nowhere.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value of the first hidden field of this name.
    pub fn hidden(&self, name: &str) -> String {
        self.after(&format!("name=\"{name}\" value=\""))
    }

    /// What stands between a mark and the next quote.
    pub fn after(&self, mark: &str) -> String {
        let from = self.text.find(mark).unwrap_or_else(|| panic!("no {mark} in {}", self.text)) + mark.len();
        self.text[from..].split('"').next().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn says(&self, sentence: &str) {
        assert!(self.text.contains(sentence), "“{sentence}” is not said in ({}) {}", self.status, self.text);
    }

    #[track_caller]
    pub fn keeps_quiet_about(&self, sentence: &str) {
        assert!(!self.text.contains(sentence), "“{sentence}” is said in {}", self.text);
    }
}
