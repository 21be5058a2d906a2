//! The town of a rehearsal: a house and its organisations, films, cinemas, channels, shoppers.

use crate::appetite::Appeal;
use ads::campaigns::{self, NewCampaign};
use ads::creatives::NewCreative;
use box_office::{Cinema, Hall, SeatMap, Showtime, cinemas, cities, halls};
use channels as places;
use flows::{House, Scene, open_channel};
use kernel::*;
use people::orgs::OrgKind;
use people::passwords::PasswordHash;
use people::{installation, memberships, orgs, persons};
use std::collections::BTreeSet;
use titles::{Draft, Status, budget, credits, rights};

/// Box office that *The Ferryman* would have had on an ordinary Friday, in yuan.
pub const FERRYMAN_OPENING_YUAN: f64 = 84.3e6;
/// Its first day.
pub const PREMIERE: (i16, i8, i8) = (2016, 12, 23);
/// The password of every ready-made log-in of a demonstration.
pub const PASSWORD: &str = "ferryman";

/// How large a town is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub cities: usize,
    pub halls: usize,
    pub shoppers: usize,
    pub days: i32,
    /// How many real admissions one of ours stands for.
    pub one_stands_for: f64,
    /// Visits of each channel in an hour.
    pub visits: u64,
}

impl Size {
    /// The demonstration: about one thousandth of the real market.
    pub fn demo() -> Size {
        Size { cities: 10, halls: 42, shoppers: 5000, days: 10, one_stands_for: 1000.0, visits: 130 }
    }

    /// A rehearsal: two cinemas, two days.
    pub fn small() -> Size {
        Size { cities: 2, halls: 4, shoppers: 60, days: 2, one_stands_for: 14_000.0, visits: 8 }
    }
}

/// A film with what the audience feels about it.
#[derive(Clone, Debug)]
pub struct Film {
    pub id: TitleId,
    pub runtime_minutes: i64,
    pub appeal: Appeal,
    subsidised: bool,
}

impl Film {
    /// Whether its studio subsidises some showings on this day.
    pub fn subsidised(&self, day: Day) -> bool {
        self.subsidised && self.appeal.premiere.days_until(day) <= 1
    }
}

/// A cinema with its halls.
#[derive(Clone, Debug)]
pub struct Site {
    pub cinema: Cinema,
    pub halls: Vec<Hall>,
    pub tier: i64,
    /// The part of the audience that lives nearby.
    pub weight: f64,
}

/// A showtime as the shoppers see it.
#[derive(Clone, Debug)]
pub struct Screen {
    pub showtime: Showtime,
    pub map: SeatMap,
    pub hour: i8,
    pub taken: BTreeSet<String>,
}

impl Screen {
    pub fn new(showtime: Showtime, map: SeatMap, hour: i8) -> Screen {
        Screen { showtime, map, hour, taken: BTreeSet::new() }
    }

    pub fn free(&self) -> i64 {
        self.showtime.seats - self.taken.len() as i64
    }
}

/// A channel with the surface where its ads appear.
#[derive(Clone, Debug)]
pub struct Stand {
    pub place: PlaceId,
    pub surface: SurfaceId,
    pub sells: bool,
}

/// A merchant with the person who acts for it.
#[derive(Clone, Debug)]
pub struct Merchant {
    pub org: OrgId,
    pub person: Actor,
}

pub struct World {
    pub house: House,
    pub size: Size,
    pub dice: Dice,
    pub studio: OrgId,
    /// The studio's release manager.
    pub manager: Actor,
    /// *The Ferryman* first, then its rivals.
    pub films: Vec<Film>,
    pub cinemas: Vec<Site>,
    pub stands: Vec<Stand>,
    pub merchants: Vec<Merchant>,
    pub shoppers: Vec<PersonId>,
    pub campaign: CampaignId,
    /// The log-ins that a demonstration prints: role, email.
    pub log_ins: Vec<(&'static str, String)>,
}

impl World {
    pub fn premiere() -> Day {
        Day::new(PREMIERE.0, PREMIERE.1, PREMIERE.2).expect("23 December 2016 is a day")
    }

    pub fn ferryman(&self) -> &Film {
        &self.films[0]
    }

    /// Builds the town. Everything is made through the rooms, by an actor, with its events.
    pub fn build(house: &House, size: Size, password: &PasswordHash, mut dice: Dice) -> Result<World> {
        let staff = found_house(house, password)?;
        let films = make_slate(house, &staff)?;
        let cinemas = open_cinemas(house, &staff, size)?;
        let stands = open_channels(house, &staff)?;
        let merchants = invite_merchants(house, password)?;
        let shoppers = sign_shoppers_up(house, size, password, &mut dice)?;
        let campaign = plan_campaign(house, &staff, &films[0], &stands)?;
        let mut log_ins = staff.log_ins.clone();
        log_ins.push(("merchant", "merchant@ferryman.example".into()));
        log_ins.push(("consumer", "ann@ferryman.example".into()));
        Ok(World {
            house: house.clone(),
            size,
            dice,
            studio: staff.studio.clone(),
            manager: staff.manager.clone(),
            films,
            cinemas,
            stands,
            merchants,
            shoppers,
            campaign,
            log_ins,
        })
    }
}

struct Staff {
    studio: OrgId,
    circuit: OrgId,
    shop: OrgId,
    partner: OrgId,
    manager: Actor,
    log_ins: Vec<(&'static str, String)>,
}

fn words(en: &str, zh: &str) -> Words {
    Words::new(en, zh)
}

fn in_house<T: Send + 'static>(
    house: &House,
    actor: Actor,
    story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
) -> Result<T> {
    house.write_blocking(&House::lane(), actor, story)
}

fn sign_up(scene: &mut Scene, name: &str, email: &str, password: &PasswordHash) -> Result<PersonId> {
    let sign_up = persons::CheckedSignUp {
        name: name.into(),
        email: email.into(),
        lang: Lang::Zh,
        password_hash: password.clone(),
    };
    Ok(persons::sign_up(scene.tx, &mut scene.act, &sign_up)?.id)
}

fn actor(person: PersonId, name: &str, role: Role, org: &OrgId) -> Actor {
    Actor::Person { id: person, name: name.into(), roles: vec![(role, org.clone())] }
}

/// The operator and one member of staff for every role.
fn found_house(house: &House, password: &PasswordHash) -> Result<Staff> {
    let password = password.clone();
    in_house(house, Actor::System, move |scene| {
        let operator = sign_up(scene, "Olive 欧阳", "operator@ferryman.example", &password)?;
        installation::found(
            scene.tx,
            &mut scene.act,
            &words("Ferry House", "渡口平台"),
            &Home::mainland(),
            &operator,
        )?;
        let org = |scene: &mut Scene, kind, en, zh| {
            Ok::<_, Error>(orgs::add(scene.tx, &mut scene.act, kind, &words(en, zh))?.id)
        };
        let studio = org(scene, OrgKind::Studio, "River Lantern Pictures", "河灯影业")?;
        let circuit = org(scene, OrgKind::Cinema, "Nine Bends Cinemas", "九曲院线")?;
        let shop = org(scene, OrgKind::Shop, "East Gate Commerce", "东门电商")?;
        let partner = org(scene, OrgKind::Partner, "River City Culture", "江城文化")?;
        let mut log_ins = vec![("operator", "operator@ferryman.example".to_owned())];
        let mut manager = Actor::System;
        for (role, name, email, org) in [
            (Role::Studio, "Sun 孙制片", "studio@ferryman.example", &studio),
            (Role::Marketer, "Mei 梅宣发", "marketer@ferryman.example", &studio),
            (Role::Cinema, "Chen 陈经理", "cinema@ferryman.example", &circuit),
            (Role::Shop, "Shu 舒店长", "shop@ferryman.example", &shop),
        ] {
            let person = sign_up(scene, name, email, &password)?;
            memberships::add(scene.tx, &person, org, role)?;
            log_ins.push((role.code(), email.to_owned()));
            if role == Role::Studio {
                manager = actor(person, name, role, org);
            }
        }
        Ok(Staff { studio, circuit, shop, partner, manager, log_ins })
    })
}

fn make_slate(house: &House, staff: &Staff) -> Result<Vec<Film>> {
    let (studio, manager) = (staff.studio.clone(), staff.manager.clone());
    let partner = staff.partner.clone();
    in_house(house, manager, move |scene| {
        let mut films = vec![ferryman(scene, &studio)?];
        for rival in RIVALS {
            films.push(rival_film(scene, &partner, rival)?);
        }
        Ok(films)
    })
}

fn ferryman(scene: &mut Scene, studio: &OrgId) -> Result<Film> {
    let premiere = World::premiere();
    let draft = Draft {
        status: Status::Released,
        original_name: "摆渡人".into(),
        name: words("The Ferryman", "摆渡人"),
        synopsis: words(
            "Above a bar by the river, two friends ferry people over the worst night of their lives. Then the \
             one they could never help walks in again.",
            "河边酒吧楼上的两个老友，专门摆渡那些过不去的人。直到他们最渡不了的那个人，又推门进来。",
        ),
        genre: "romance".into(),
        runtime_minutes: 128,
        premiere: Some(premiere),
        artwork: "the-ferryman".into(),
        domestic: true,
    };
    let title = titles::add(scene.tx, &mut scene.act, studio, &draft)?;
    let credit = |job, en: &str, zh: &str| credits::Credit { job, name: words(en, zh) };
    use credits::Job::{Cast, Director, Producer};
    credits::replace(
        scene.tx,
        &title.id,
        &[
            credit(Director, "Zhang Jiajia", "张嘉佳"),
            credit(Producer, "Wong Kar-wai", "王家卫"),
            credit(Cast, "Tony Leung Chiu-wai", "梁朝伟"),
            credit(Cast, "Takeshi Kaneshiro", "金城武"),
            credit(Cast, "Eason Chan", "陈奕迅"),
            credit(Cast, "Angelababy", "杨颖"),
        ],
    )?;
    budget_lines(scene, &title.id)?;
    for (medium, territory) in [(rights::Medium::ALL[0], "CN"), (rights::Medium::ALL[1], "CN")] {
        let window = rights::NewWindow {
            territory: territory.into(),
            medium,
            exclusive: true,
            holder: "River Lantern Pictures".into(),
            starts_on: premiere,
            ends_on: Some(premiere.plus(365)),
        };
        rights::open(scene.tx, &mut scene.act, &title.id, &window)?;
    }
    let terms = settlement::splits::Terms::mainland_2016();
    settlement::terms::agree(scene.tx, &mut scene.act, &title.id, "CN", premiere.plus(-30), &terms)?;
    let body = serde_json::json!({ "name": title.name });
    let kind = events::Kind::TitleChanged;
    events::log::append(scene.tx, &mut scene.act, &PlaceId::house(), kind, Some(&title.id), &title.id, body)?;
    Ok(Film {
        id: title.id,
        runtime_minutes: 128,
        appeal: Appeal { premiere, opening_yuan: FERRYMAN_OPENING_YUAN, disappointment: 0.55 },
        subsidised: true,
    })
}

/// The film's reported cost of nearly 400 million, in plausible lines; the sums are ours.
fn budget_lines(scene: &mut Scene, title: &TitleId) -> Result<()> {
    use budget::Category;
    let day = Day::new(2016, 10, 31)?;
    for (category, label, planned, spent) in [
        (Category::Cast, "演员 Cast", 110_000_000_i64, 118_400_000_i64),
        (Category::Production, "拍摄 Shooting", 120_000_000, 126_900_000),
        (Category::PostProduction, "后期 Post", 60_000_000, 57_300_000),
        (Category::Marketing, "宣发 P&A", 60_000_000, 41_000_000),
    ] {
        let line = budget::plan(scene.tx, &mut scene.act, title, category, label, Money::fen(planned * 100))?;
        budget::spend(scene.tx, &mut scene.act, title, &line.id, label, Money::fen(spent * 100), day)?;
    }
    Ok(())
}

/// Films of our own making that share the screens: name, premiere, opening, disappointment, domestic.
const RIVALS: [(&str, &str, i8, f64, f64, bool, i64); 5] = [
    ("The Long Rampart", "长垣", 16, 118.0e6, 0.45, true, 104),
    ("Night Train Tigers", "夜车猛虎", 23, 52.0e6, 0.15, true, 124),
    ("Songbird Hotel", "雀鸟旅社", 16, 26.0e6, 0.20, false, 108),
    ("Snow Letter", "雪信", 9, 14.0e6, 0.20, true, 98),
    ("New Year Sweethearts", "跨年恋人", 30, 62.0e6, 0.20, true, 112),
];

fn rival_film(
    scene: &mut Scene,
    studio: &OrgId,
    rival: (&str, &str, i8, f64, f64, bool, i64),
) -> Result<Film> {
    let (en, zh, day, opening_yuan, disappointment, domestic, runtime_minutes) = rival;
    let premiere = Day::new(2016, 12, day)?;
    let draft = Draft {
        status: Status::Released,
        original_name: if domestic { zh.into() } else { en.into() },
        name: words(en, zh),
        synopsis: words("Also on our screens this season.", "同期上映。"),
        genre: "drama".into(),
        runtime_minutes,
        premiere: Some(premiere),
        artwork: String::new(),
        domestic,
    };
    let title = titles::add(scene.tx, &mut scene.act, studio, &draft)?;
    let terms = settlement::splits::Terms::mainland_2016();
    settlement::terms::agree(scene.tx, &mut scene.act, &title.id, "CN", premiere.plus(-30), &terms)?;
    let appeal = Appeal { premiere, opening_yuan, disappointment };
    Ok(Film { id: title.id, runtime_minutes, appeal, subsidised: false })
}

/// City code, names, tier, east, north, part of the audience.
type City = (&'static str, &'static str, &'static str, i64, f64, f64, f64);

const CITIES: [City; 10] = [
    ("SHA", "Shanghai", "上海", 1, 121.47, 31.23, 0.19),
    ("BJS", "Beijing", "北京", 1, 116.41, 39.90, 0.17),
    ("CAN", "Guangzhou", "广州", 1, 113.26, 23.13, 0.13),
    ("SZX", "Shenzhen", "深圳", 1, 114.06, 22.54, 0.13),
    ("CTU", "Chengdu", "成都", 2, 104.07, 30.57, 0.10),
    ("WUH", "Wuhan", "武汉", 2, 114.31, 30.59, 0.08),
    ("HGH", "Hangzhou", "杭州", 2, 120.16, 30.27, 0.07),
    ("CKG", "Chongqing", "重庆", 2, 106.55, 29.56, 0.06),
    ("XMN", "Xiamen", "厦门", 3, 118.09, 24.48, 0.04),
    ("LZH", "Liuzhou", "柳州", 3, 109.41, 24.33, 0.03),
];

fn open_cinemas(house: &House, staff: &Staff, size: Size) -> Result<Vec<Site>> {
    let total: f64 = CITIES[..size.cities].iter().map(|city| city.6).sum();
    let halls_min = if size.halls > size.cities * 2 { 2 } else { 1 };
    let mut opened = Vec::new();
    for (i, city) in CITIES[..size.cities].iter().enumerate() {
        let weight = city.6 / total;
        let halls = ((size.halls as f64 * weight).round() as usize).max(halls_min);
        let cinemas = halls.div_ceil(HALLS_MAX);
        for branch in 0..cinemas {
            // The first has the odd halls.
            let count = (halls + cinemas - 1 - branch) / cinemas;
            let part = weight * count as f64 / halls as f64;
            let org = staff.circuit.clone();
            let nth = if branch == 0 { String::new() } else { format!("_{}", branch + 1) };
            let place = PlaceId(format!("plc_{}{nth}", city.0.to_lowercase()));
            let story_place = place.clone();
            opened.push(house.write_blocking(&place, Actor::System, move |scene| {
                open_cinema(scene, &org, &story_place, (CITIES[i], branch), count, part)
            })?);
        }
    }
    Ok(opened)
}

/// Halls of one cinema, at most; a city with more has several.
const HALLS_MAX: usize = 4;
/// What the cinemas of one city are called after its name, and where they are.
const BRANCHES: [(&str, &str, &str, &str); 3] = [
    ("", "", "4F, 1 Riverside Road", "滨江路 1 号 4 楼"),
    (" North Bank", "北岸店", "6F, 88 Lantern Street", "灯火街 88 号 6 楼"),
    (" Old Ferry", "老渡口店", "2F, 17 Ferry Lane", "渡口巷 17 号 2 楼"),
];

fn open_cinema(
    scene: &mut Scene,
    org: &OrgId,
    place: &PlaceId,
    (city, branch): (City, usize),
    count: usize,
    weight: f64,
) -> Result<Site> {
    let (code, en, zh, tier, longitude, latitude, _) = city;
    let (branch_en, branch_zh, street_en, street_zh) = BRANCHES[branch.min(BRANCHES.len() - 1)];
    if branch == 0 {
        let named = words(en, zh);
        cities::add(scene.tx, &cities::City { code: code.into(), name: named, tier, longitude, latitude })?;
    }
    let cinema = Cinema {
        place: place.clone(),
        org: org.clone(),
        city: code.into(),
        slug: format!("nine-bends-{en}{branch_en}").to_lowercase().replace(' ', "-"),
        name: words(&format!("Nine Bends {en}{branch_en}"), &format!("九曲影城·{zh}{branch_zh}")),
        address: words(street_en, street_zh),
        zone: Zone::shanghai(),
        service_fee: Money::fen(300),
    };
    cinemas::add(scene.tx, &cinema, scene.act.at)?;
    let mut built = Vec::new();
    for i in 0..count {
        // From a hall of 96 seats up to one of 260.
        let (rows, across) = [(10, 16), (8, 14), (9, 16), (12, 20), (7, 12)][i % 5];
        let hall = Hall {
            place: place.clone(),
            id: scene.act.id(),
            name: words(&format!("Hall {}", i + 1), &format!("{} 号厅", i + 1)),
            seat_map: SeatMap::plain(rows, across),
        };
        halls::add(scene.tx, &hall)?;
        built.push(hall);
    }
    let body = serde_json::json!({ "name": cinema.name, "halls": count });
    let kind = events::Kind::PlaceOpened;
    events::log::append(scene.tx, &mut scene.act, place, kind, None, place, body)?;
    Ok(Site { cinema, halls: built, tier, weight })
}

/// Slug, kind, names, about, art, whether it sells.
const CHANNELS: [(&str, places::Kind, &str, &str, &str, &str, &str); 4] = [
    (
        "east-gate",
        places::Kind::Marketplace,
        "East Gate Market",
        "东门集市",
        "Ten thousand sellers under one roof.",
        "一个屋檐下的一万个卖家。",
        "logo-market",
    ),
    (
        "lantern-store",
        places::Kind::BrandStore,
        "Lantern Store",
        "灯火旗舰店",
        "The studio's own shop.",
        "制片方自营旗舰店。",
        "logo-shop",
    ),
    (
        "night-tide",
        places::Kind::Music,
        "Night Tide Music",
        "夜潮音乐",
        "The soundtrack plays here first.",
        "电影原声首发平台。",
        "logo-music",
    ),
    (
        "river-city-fc",
        places::Kind::Club,
        "River City FC",
        "江城足球俱乐部",
        "Home games, away hearts.",
        "主场的球，远方的心。",
        "logo-club",
    ),
];

fn open_channels(house: &House, staff: &Staff) -> Result<Vec<Stand>> {
    let (shop_org, partner) = (staff.shop.clone(), staff.partner.clone());
    in_house(house, Actor::System, move |scene| {
        let mut stands = Vec::new();
        for (slug, kind, en, zh, about_en, about_zh, artwork) in CHANNELS {
            let sells = open_channel::sells(kind);
            let org = if sells { shop_org.clone() } else { partner.clone() };
            let place = PlaceId(format!("plc_{}", slug.replace('-', "_")));
            let new = places::NewChannel {
                place: place.clone(),
                org: org.clone(),
                slug: slug.into(),
                kind,
                name: words(en, zh),
                about: words(about_en, about_zh),
                artwork: artwork.into(),
            };
            let (_, surface) = open_channel::open(scene, &new, Share::percent(5), Money::fen(50))?;
            stands.push(Stand { place, surface: surface.id, sells });
        }
        Ok(stands)
    })
}

fn invite_merchants(house: &House, password: &PasswordHash) -> Result<Vec<Merchant>> {
    let password = password.clone();
    in_house(house, Actor::System, move |scene| {
        let mut merchants = Vec::new();
        for (en, zh, name, email) in [
            ("Paper Boat Studio", "纸船工坊", "Bo 薄师傅", "merchant@ferryman.example"),
            ("Kiln & Cup", "窑与杯", "Yao 姚师傅", "kiln@ferryman.example"),
            ("Pin Harbour", "别针港", "Zhen 甄小姐", "pins@ferryman.example"),
        ] {
            let org = orgs::add(scene.tx, &mut scene.act, OrgKind::Merchant, &words(en, zh))?.id;
            let person = sign_up(scene, name, email, &password)?;
            memberships::add(scene.tx, &person, &org, Role::Merchant)?;
            merchants.push(Merchant { person: actor(person, name, Role::Merchant, &org), org });
        }
        Ok(merchants)
    })
}

fn sign_shoppers_up(
    house: &House,
    size: Size,
    password: &PasswordHash,
    dice: &mut Dice,
) -> Result<Vec<PersonId>> {
    const NAMES: [&str; 12] = ["安", "博", "晨", "丹", "恩", "芳", "歌", "涵", "佳", "凯", "兰", "萌"];
    let mut waiting = Vec::new();
    for i in 0..size.shoppers {
        let (name, email) = match i {
            0 => ("Ann 安小渡".to_owned(), "ann@ferryman.example".to_owned()),
            _ => (
                format!("{}{}", dice.pick(&NAMES), dice.pick(&NAMES)),
                format!("shopper{i}@ferryman.example"),
            ),
        };
        let password = password.clone();
        waiting.push(house.submit(&House::lane(), Actor::System, move |scene| {
            let person = sign_up(scene, &name, &email, &password)?;
            // Two in three agree that what they do decides which ads they see.
            if i % 3 != 2 {
                scene.act.actor = crate::shoppers::consumer(&person);
                flows::agree::say(scene, people::consents::AUDIENCES, true)?;
            }
            Ok(person)
        }));
    }
    waiting.into_iter().map(db::Waiting::wait).collect()
}

fn plan_campaign(house: &House, staff: &Staff, film: &Film, stands: &[Stand]) -> Result<CampaignId> {
    let zone = Zone::shanghai();
    let premiere = World::premiere();
    let campaign = NewCampaign {
        title: film.id.clone(),
        org: staff.studio.clone(),
        name: "Christmas release 圣诞上映".into(),
        starts_at: premiere.plus(-7).at(0, 0, &zone),
        ends_at: premiere.plus(30).at(0, 0, &zone),
        budget: Money::fen(3_000_000),
        click_price: Money::fen(180),
        // Enough in a week that the split of the budget can be told.
        holdout: Share::percent(20),
        surfaces: stands.iter().map(|stand| stand.surface.clone()).collect(),
        creative: NewCreative {
            headline: words("Every night has a ferryman", "每个夜里，都有一个摆渡人"),
            text: words(
                "The Ferryman, in cinemas from 23 December.",
                "《摆渡人》12 月 23 日上映，现在选座。",
            ),
            artwork: "the-ferryman".into(),
        },
    };
    let org = staff.studio.clone();
    let made = in_house(house, staff.manager.clone(), move |scene| {
        let made = campaigns::add(scene.tx, &mut scene.act, &campaign)?;
        campaigns::launch(scene.tx, &org, &made.id, scene.act.at)?;
        let body = serde_json::json!({ "budget_minor": made.budget.minor });
        let kind = events::Kind::CampaignChanged;
        events::log::append(
            scene.tx,
            &mut scene.act,
            &PlaceId::house(),
            kind,
            Some(&made.title),
            &made.id,
            body,
        )?;
        Ok(made.id)
    })?;
    house.reload_ads()?;
    Ok(made)
}
