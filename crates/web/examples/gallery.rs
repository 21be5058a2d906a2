//! Writes pages made of the kit into `target/gallery`, so that people can judge the look before there is data.
//!
//! `cargo run -p web --example gallery`, then open `target/gallery/index.html`. The market by year and the
//! first two days' gross are those in `shared/facts`; everything else is invented.

use std::{fs, io, path::Path};
use web::look::chart::{
    Band, Bar, Columns, Figure, Line as LineChart, Paint, Part, Series, bars, share_bar, sparkline,
};
use web::look::page::{Flash, Page, Reader, Way, console_ways, consumer_ways};
use web::look::parts::*;
use web::look::seats::{self, Cell as Place, Kind, Map, Row, Seat, State, Zone};
use web::look::table::{Cell, Column, Kind as Holds, Table};
use web::look::{CSS, JS, LANTERN, Lang, Markup, Tone, art, html, money, say};

fn main() -> io::Result<()> {
    let out = std::env::args().nth(1).unwrap_or_else(|| "target/gallery".into());
    let out = Path::new(&out);
    fs::create_dir_all(out.join("art"))?;
    fs::create_dir_all(out.join("assets"))?;
    fs::write(out.join("assets/ferryman.css"), CSS)?;
    fs::write(out.join("assets/ferryman.js"), JS)?;
    fs::write(out.join("assets/lantern.svg"), LANTERN)?;
    let grown = [
        "film-river",
        "poster-great-wall",
        "poster-railway",
        "poster-snow",
        "poster-tea",
        "goods-tea",
        "logo-star",
    ];
    for key in art::keys().iter().chain(&grown) {
        fs::write(out.join(format!("art/{key}.svg")), art::still(key))?;
    }
    let mut index = String::from("<!doctype html><meta charset=utf-8><ul>");
    for lang in [Lang::En, Lang::Zh] {
        for (name, page) in pages(lang) {
            let text = page.into_string().replace("\"/art/", "\"art/").replace("\"/assets/", "\"assets/");
            fs::write(out.join(format!("{name}-{}.html", lang.code())), text)?;
            index += &format!("<li><a href=\"{name}-{0}.html\">{name} {0}</a>", lang.code());
        }
    }
    fs::write(out.join("index.html"), index)
}

fn pages(lang: Lang) -> [(&'static str, Markup); 10] {
    [
        ("home", home(lang)),
        ("film", film(lang)),
        ("seats", picker(lang)),
        ("pay", pay(lang)),
        ("tickets", tickets(lang)),
        ("shop", shop(lang)),
        ("release", release(lang)),
        ("charts", charts(lang)),
        ("forms", forms(lang)),
        ("empty", nothing(lang)),
    ]
}

const READER: Reader = Reader { name: "林小渡", initials: "林" };

fn consumer(lang: Lang, title: &str, path: &str, body: Markup, bar: Option<Markup>) -> Markup {
    let ways = consumer_ways(lang, 2);
    let mut page = Page::consumer(lang, title, path, &ways, body);
    page.reader = Some(READER);
    page.bottom_bar = bar;
    page.render()
}

fn console(lang: Lang, title: &str, path: &str, body: Markup) -> Markup {
    let mut ways: Vec<Way> = console_ways(lang).to_vec();
    ways.push(Way { href: "/console/people", word: say(lang, "People", "人员"), icon: "person", count: 0 });
    let mut page = Page::console(lang, title, path, &ways, body);
    page.reader = Some(READER);
    page.render()
}

fn title(lang: Lang) -> (&'static str, &'static str) {
    if lang == Lang::En { ("The Ferryman", "摆渡人") } else { ("摆渡人", "The Ferryman") }
}

fn hero(lang: Lang) -> Markup {
    let (name, original) = title(lang);
    let facts = [
        say(lang, "Fri 23 Dec", "12月23日 周五"),
        say(lang, "2 h 8 min", "128分钟"),
        say(lang, "IMAX, 3D, 2D", "IMAX、3D、2D"),
        say(lang, "Tony Leung, Takeshi Kaneshiro, Angelababy", "梁朝伟、金城武、杨颖"),
    ];
    let hero = Hero {
        still: "/art/the-ferryman.svg",
        poster: Some("/art/the-ferryman-poster.svg"),
        title: name,
        original,
        facts: &facts,
        picture_says: say(lang, "A boat with a lantern on a river at night", "夜里河上一只挂着灯笼的小船"),
    };
    hero.render(html! { (want_to_see(lang, "/films/the-ferryman/wish", say(lang, "412k", "41.2万"), false)) (link_button(Weight::Quiet, "#trailer", say(lang, "Trailer", "预告片"))) })
}

fn film(lang: Lang) -> Markup {
    let days = [
        ("?day=23", say(lang, "Today, Fri 23 Dec", "今天 12月23日")),
        ("?day=24", say(lang, "Sat 24 Dec", "周六 12月24日")),
        ("?day=25", say(lang, "Sun 25 Dec", "周日 12月25日")),
        ("?day=26", say(lang, "Mon 26 Dec", "周一 12月26日")),
    ];
    let time = |starts, ends, line, price, note, closed| Time {
        href: "/showtimes/x",
        starts,
        ends,
        line,
        price,
        note,
        closed,
    };
    let cinemas = [
        AtCinema {
            cinema: say(lang, "Star Cinema, West Bund", "星光影城（西岸店）"),
            line: say(lang, "1.2 km · 88 Riverside Road", "1.2 公里 · 滨江路 88 号"),
            times: vec![
                time(
                    "16:05",
                    "18:13",
                    say(lang, "2D · Hall 3", "2D · 3号厅"),
                    "¥39.90",
                    say(lang, "started", "已开场"),
                    true,
                ),
                time(
                    "19:30",
                    "21:38",
                    say(lang, "IMAX 3D · Hall 1", "IMAX 3D · 1号厅"),
                    say(lang, "from ¥59.90", "¥59.90 起"),
                    say(lang, "few seats left", "座位不多"),
                    false,
                ),
                time("20:10", "22:18", say(lang, "2D · Hall 5", "2D · 5号厅"), "¥39.90", "", false),
                time("22:45", "00:53", say(lang, "2D · Hall 3", "2D · 3号厅"), "¥29.90", "", false),
            ],
        },
        AtCinema {
            cinema: say(lang, "Old Dock Picture House", "老码头电影院"),
            line: say(lang, "3.4 km · 5 Ferry Lane", "3.4 公里 · 渡口巷 5 号"),
            times: vec![
                time("18:40", "20:48", say(lang, "2D · Hall 1", "2D · 1号厅"), "¥45.00", "", false),
                time("21:20", "23:28", say(lang, "3D · Hall 2", "3D · 2号厅"), "¥55.00", "", false),
            ],
        },
    ];
    let body = html! {
        (hero(lang))
        div class="wrap" {
            (section(say(lang, "Showtimes", "场次"), None, showtimes(lang, &days, 0, &cinemas)))
            (section(say(lang, "Licensed goods", "正版周边"), Some(Action { href: "/shops", word: say(lang, "All goods", "全部") }), shelf(&goods(lang))))
            (section(say(lang, "The story", "剧情"), None, html! { div class="card" { p { (say(lang, "A man who runs a bar takes on the sorrows of others and ferries them across, one night at a time. Then someone comes whom he once left on the bank.", "酒吧老板以“摆渡人”为业，一夜一夜，把伤心的人送到对岸。直到有一天，来的是他当年留在岸上的人。")) } } }))
        }
    };
    consumer(
        lang,
        title(lang).0,
        "/films/the-ferryman",
        body,
        Some(price_link(
            "/films/the-ferryman/showtimes",
            say(lang, "Tickets", "购票"),
            say(lang, "from ¥29.90", "¥29.90 起"),
        )),
    )
}

fn home(lang: Lang) -> Markup {
    let card =
        |key, name, line, flag| FilmCard { href: "/films/x", poster: key, title: name, line, flag }.render();
    let films = [
        card(
            "/art/the-ferryman-poster.svg",
            title(lang).0,
            say(lang, "412k want to see", "41.2万人想看"),
            say(lang, "today", "今日上映"),
        ),
        card(
            "/art/poster-great-wall.svg",
            say(lang, "A Wall of Cloud", "云上长城"),
            say(lang, "showing", "热映中"),
            "",
        ),
        card(
            "/art/poster-railway.svg",
            say(lang, "Night Railway", "夜行列车"),
            say(lang, "showing", "热映中"),
            "",
        ),
        card(
            "/art/poster-snow.svg",
            say(lang, "First Snow", "初雪"),
            say(lang, "31k want to see", "3.1万人想看"),
            say(lang, "presale", "预售"),
        ),
        card(
            "/art/poster-tea.svg",
            say(lang, "The Tea Road", "茶路"),
            say(lang, "Sat 7 Jan", "1月7日 周六"),
            "",
        ),
    ];
    let body = html! { (hero(lang)) div class="wrap" { (section(say(lang, "In cinemas", "正在上映"), Some(Action { href: "/films", word: say(lang, "All films", "全部影片") }), shelf(&films))) (section(say(lang, "From the film", "电影周边"), None, shelf(&goods(lang)))) } };
    consumer(lang, say(lang, "Films and what comes with them", "电影与它的一切"), "/", body, None)
}

fn goods(lang: Lang) -> Vec<Markup> {
    let film = title(lang).0;
    let item = |picture, name, maker, price, before, note| {
        ProductCard {
            href: "/products/x",
            picture,
            title: name,
            maker,
            licensed_by: film,
            price,
            before,
            note,
        }
        .render(lang)
    };
    let ad = AdCard {
        href: "/ads/x/click",
        picture: "/art/goods-tea.svg",
        title: say(lang, "Cold-brew tea for late shows", "夜场冷泡茶"),
        line: say(lang, "Two for one until Sunday", "周日前买一送一"),
        advertiser: say(lang, "Harbour Tea", "海港茶业"),
        seen: "",
    };
    vec![
        item(
            "/art/goods-print.svg",
            say(lang, "Numbered poster print", "编号海报版画"),
            say(lang, "Ink & River Press", "墨河印坊"),
            "¥168.00",
            None,
            "",
        ),
        item(
            "/art/goods-mug.svg",
            say(lang, "Night crossing mug", "夜渡马克杯"),
            say(lang, "Kiln Nine", "九号窑"),
            "¥69.00",
            Some("¥89.00"),
            "",
        ),
        item(
            "/art/goods-pin.svg",
            say(lang, "Enamel pin", "珐琅徽章"),
            say(lang, "Small Metal", "小金属"),
            "¥39.90",
            None,
            "",
        ),
        ad.render(lang),
        item(
            "/art/goods-scarf.svg",
            say(lang, "Wool scarf, lantern stripe", "灯影羊毛围巾"),
            say(lang, "North Loom", "北机织造"),
            "¥259.00",
            None,
            say(lang, "last 8", "仅剩 8 件"),
        ),
        item(
            "/art/goods-soundtrack.svg",
            say(lang, "Soundtrack on vinyl", "原声黑胶唱片"),
            say(lang, "Low Tide Records", "退潮唱片"),
            "¥228.00",
            None,
            "",
        ),
        item(
            "/art/goods-tote.svg",
            say(lang, "Canvas tote", "帆布袋"),
            say(lang, "Kiln Nine", "九号窑"),
            "¥49.00",
            None,
            "",
        ),
        item(
            "/art/goods-case.svg",
            say(lang, "Phone case", "手机壳"),
            say(lang, "Thin Things", "薄物"),
            "¥79.00",
            None,
            "",
        ),
        item(
            "/art/goods-notebook.svg",
            say(lang, "Notebook, night blue", "夜蓝笔记本"),
            say(lang, "Ink & River Press", "墨河印坊"),
            "¥58.00",
            None,
            say(lang, "sell-off", "清货"),
        ),
    ]
}

fn shop(lang: Lang) -> Markup {
    let filters = [
        ("?", say(lang, "All", "全部")),
        ("?kind=home", say(lang, "Home", "家居")),
        ("?kind=wear", say(lang, "To wear", "穿戴")),
        ("?kind=music", say(lang, "Music", "音乐")),
        ("?kind=paper", say(lang, "Paper", "纸品")),
    ];
    let body = html! { div class="wrap" {
        (heading(say(lang, "The Ferryman store", "《摆渡人》旗舰店"), say(lang, "Everything here is made under licence; each piece carries a label that can be checked.", "店内商品均获授权，每件都有可查验的防伪标。"), html! {}))
        div class="stack" { (chips(say(lang, "Kinds", "分类"), &filters, 0)) (product_grid(&goods(lang))) (pagination(lang, None, Some("?page=2"), say(lang, "1–9 of 34", "第 1–9 件，共 34 件"))) }
    } };
    consumer(lang, say(lang, "The Ferryman store", "《摆渡人》旗舰店"), "/shops/the-ferryman", body, None)
}

fn hall() -> Vec<Row> {
    let row = |(i, label): (usize, char)| {
        let seat = |n: usize| {
            let love = label == 'J' && (4..=11).contains(&n);
            let kind = if label == 'A' && (n == 1 || n == 14) {
                Kind::Wheelchair
            } else if love {
                Kind::Love
            } else {
                Kind::Standard
            };
            let mixed = (i * 37 + n * 53 + i * n * 11) % 17;
            let state = match () {
                _ if label == 'F' && (n == 7 || n == 8) => State::Mine,
                _ if label == 'F' && (5..=10).contains(&n) => State::Free,
                _ if love && n / 2 == 3 => State::Sold,
                _ if love => State::Free,
                _ if mixed < 4 => State::Sold,
                _ if mixed == 5 => State::Held,
                _ => State::Free,
            };
            let zone = if love {
                2
            } else if (3..=7).contains(&i) && (4..=11).contains(&n) {
                1
            } else {
                0
            };
            Place::Seat(Seat {
                id: format!("{label}{n}"),
                label: n.to_string(),
                kind,
                state,
                zone,
                price_minor: [5990, 6990, 7990][zone],
            })
        };
        let mut cells: Vec<Place> = (1..=14).map(seat).collect();
        cells.insert(11, Place::Aisle);
        cells.insert(3, Place::Aisle);
        Row { label: label.to_string(), cells }
    };
    ('A'..='J').enumerate().map(row).collect()
}

fn picker(lang: Lang) -> Markup {
    let rows = hall();
    let zones = [
        Zone { name: say(lang, "Side", "侧区").into(), price_minor: 5990 },
        Zone { name: say(lang, "Middle", "中区").into(), price_minor: 6990 },
        Zone { name: say(lang, "Sofas", "情侣区").into(), price_minor: 7990 },
    ];
    let map = Map {
        lang,
        action: "/showtimes/x/holds",
        hidden: &[("fence", "1")],
        hall: say(lang, "Hall 1 IMAX", "1号厅 IMAX"),
        currency: "CNY",
        rows: &rows,
        zones: &zones,
        best: &["F7", "F8"],
        seats_max: 6,
    };
    let line = say(
        lang,
        "Fri 23 Dec 19:30 · Star Cinema, West Bund · IMAX 3D",
        "12月23日 周五 19:30 · 星光影城（西岸店）· IMAX 3D",
    );
    let body = html! { div class="wrap" { (heading(title(lang).0, line, html! {})) div class="stack" { (alert(Tone::Lantern, say(lang, "Seat E6 was taken a moment ago — F7 and F8 are free together.", "E6 刚刚被别人选走了，F7、F8 还连着空着。"), None)) (seats::picker(&map)) } } };
    consumer(lang, say(lang, "Choose seats", "选座"), "/showtimes/x", body, Some(seats::bar(&map)))
}

fn pay(lang: Lang) -> Markup {
    let lines = [Line {
        title: say(lang, "Seats F7, F8", "座位 F7、F8"),
        note: say(lang, "Middle, ¥66.90 each", "中区，每张 ¥66.90"),
        amount: "¥133.80",
    }];
    let parts = [
        (say(lang, "Tickets", "票款"), "¥133.80"),
        (say(lang, "Service fee, 2 × ¥3.00", "服务费 2 × ¥3.00"), "¥6.00"),
        (say(lang, "Ticket subsidy", "票补"), "−¥10.00"),
    ];
    let wallets = Field {
        name: "wallet",
        label: say(lang, "Pay with", "支付方式"),
        value: "alipay",
        ..Field::default()
    };
    let (name, original) = title(lang);
    let body = html! { div class="wrap narrow" {
        (steps(lang, &[say(lang, "Seats", "选座"), say(lang, "Pay", "支付"), say(lang, "Ticket", "取票")], 1))
        div class="stack" {
            (card(html! { (booking("/art/the-ferryman-poster.svg", name, &[original, say(lang, "Fri 23 Dec 19:30, IMAX 3D", "12月23日 周五 19:30，IMAX 3D"), say(lang, "Star Cinema, West Bund, Hall 1", "星光影城（西岸店）1号厅")])) (seats::held_for(lang, 845)) }))
            (order_summary(lang, &lines, &parts, "¥129.80"))
            form id="pay" method="post" action="/orders/x/payment" { (wallets.radios(&[("alipay", "Alipay 支付宝", ""), ("wallet", say(lang, "Ferryman wallet", "摆渡钱包"), say(lang, "¥42.10 in it, not enough for this order", "余额 ¥42.10，不够支付本单"))])) }
            p class="muted" { (say(lang, "You may refund until 18:30 on the day; the service fee stays with us.", "当天 18:30 前可退票，服务费不退。")) }
        }
    } };
    consumer(
        lang,
        say(lang, "Pay", "支付"),
        "/orders/x",
        body,
        Some(
            html! { button class="button primary wide" type="submit" form="pay" { span { (say(lang, "Pay", "支付")) } span class="button-price" { "¥129.80" } } },
        ),
    )
}

fn qr() -> Markup {
    let dark = |x: u32, y: u32| {
        let eye = |a: u32, b: u32| {
            let (dx, dy) = (x.abs_diff(a), y.abs_diff(b));
            let d = dx.max(dy);
            (d <= 3).then_some(d != 2)
        };
        eye(3, 3).or(eye(25, 3)).or(eye(3, 25)).unwrap_or((x * 7 + y * 13 + x * y * 5 + (x ^ y)) % 5 < 2)
    };
    html! { svg viewBox="0 0 29 29" shape-rendering="crispEdges" { @for y in 0..29 { @for x in 0..29 { @if dark(x, y) { rect x=(x) y=(y) width="1" height="1" fill="#0b1d24" {} } } } } }
}

fn tickets(lang: Lang) -> Markup {
    let (name, original) = title(lang);
    let ticket = |seat, code| TicketCard {
        film: name,
        original,
        when: say(lang, "Fri 23 Dec 19:30", "12月23日 周五 19:30"),
        cinema: say(lang, "Star Cinema, West Bund", "星光影城（西岸店）"),
        hall: say(lang, "1, IMAX", "1号厅 IMAX"),
        seat,
        version: say(lang, "3D, Mandarin", "3D 国语"),
        price: "¥69.90",
        code,
        still: "/art/the-ferryman.svg",
    };
    let body = html! { div class="wrap" {
        (heading(say(lang, "My tickets", "我的票夹"), "", html! { (link_button(Weight::Quiet, "/tickets.ics", say(lang, "To my calendar", "加入日历"))) }))
        div class="grid grid-2" { (ticket(say(lang, "Row F, seat 7", "F排7座"), "4K7 2QD").render(lang, qr(), pill(Tone::Jade, say(lang, "genuine, not yet used", "有效，未使用")))) (ticket(say(lang, "Row F, seat 8", "F排8座"), "9M3 7XA").render(lang, qr(), pill(Tone::Plain, say(lang, "used 19:21", "19:21 已入场")))) }
    } };
    consumer(lang, say(lang, "My tickets", "我的票夹"), "/tickets", body, None)
}

fn known(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

fn release(lang: Lang) -> Markup {
    let stat =
        |label, value, delta, note, tone, way| Stat { label, value, delta, note, tone, href: Some("#"), way };
    let body = html! { div class="wrap" {
        (heading(&format!("{} {}", title(lang).0, say(lang, "at a glance", "上映一览")), say(lang, "Sun 25 Dec, day 3 of release, as of 21:40", "12月25日 周日，上映第 3 天，截至 21:40"), html! { (pill(Tone::Lantern, say(lang, "live", "实时"))) }))
        div class="alerts" {
            (alert(Tone::Cinnabar, say(lang, "Admissions per showing fell 41 % since yesterday; 120 halls show it to fewer than 15 people.", "场均人次比昨天下降 41%，有 120 个厅不足 15 人。"), Some(Action { href: "#", word: say(lang, "See the 120 halls", "查看这些影厅") })))
            (alert(Tone::Lantern, say(lang, "Six approvals for licensed goods wait for you; two sell from tomorrow.", "有 6 件周边待审批，其中 2 件明天开售。"), Some(Action { href: "#", word: say(lang, "Review", "去审批") })))
        }
        (live("/console/release/live", grid(4, html! {
            (stat(say(lang, "Gross today", "今日票房"), say(lang, "¥82.6m", "¥8,260万"), say(lang, "28 % below Saturday", "比周六低 28%"), say(lang, "plan ¥96m, forecast ¥80–94m", "计划 9,600万，预测 8,000–9,400万"), Tone::Cinnabar, "down").with(sparkline(&[78.9, 115.0, 82.6], say(lang, "Three days: 78.9, 115, 82.6 million", "三天：7,890万、1.15亿、8,260万"))))
            (stat(say(lang, "Admissions per showing", "场均人次"), "29", say(lang, "41 % since yesterday", "比昨天低 41%"), say(lang, "market 31", "大盘 31"), Tone::Cinnabar, "down").with(sparkline(&[44.0, 49.0, 29.0], say(lang, "44, 49, 29", "44、49、29"))))
            (stat(say(lang, "Share of showings", "排片占比"), say(lang, "34 %", "34%"), say(lang, "1 point", "1 个百分点"), say(lang, "share of gross 45 %", "票房占比 45%"), Tone::Plain, "down").with(html! {}))
            (stat(say(lang, "Want to see", "想看"), say(lang, "412k", "41.2万"), say(lang, "+3,120 today", "今日 +3,120"), "", Tone::Jade, "up").with(sparkline(&[380.0, 392.0, 399.0, 409.0, 412.0], say(lang, "rising", "上升"))))
        })))
        div class="grid grid-3" {
            div class="wide-2" { (forecast(lang)) }
            div class="card" { h2 class="card-title" { (say(lang, "What happened", "动态")) } (timeline(&[
                Happening { when: "21:32", what: say(lang, "Harbour circuit cut tomorrow's evening showings by 14 %.", "海港院线将明晚排片下调 14%。"), who: "", tone: Tone::Cinnabar },
                Happening { when: "20:05", what: say(lang, "Campaign “Christmas night” reached its daily cap.", "“平安夜”投放计划达到当日上限。"), who: say(lang, "ads", "投放"), tone: Tone::Lantern },
                Happening { when: "18:47", what: say(lang, "Sample of the wool scarf approved.", "羊毛围巾打样通过。"), who: "林小渡", tone: Tone::Jade },
                Happening { when: "16:10", what: say(lang, "Settlement for Friday closed: ¥31.2m to the producer.", "周五结算完成：制片方 3,120万。"), who: "", tone: Tone::Plain }])) }
        }
        div class="grid grid-2" {
            (titled_card(say(lang, "Sales credited to ads", "广告带来的销售"), bars(say(lang, "Sales by campaign", "各投放计划的销售"), "", &[
                Bar { label: say(lang, "Christmas night", "平安夜"), value: 6.4, shown: say(lang, "¥6.4m for ¥0.9m", "640万，花费 90万"), paint: Paint::Lantern },
                Bar { label: say(lang, "Fans of the novel", "原著读者"), value: 3.1, shown: say(lang, "¥3.1m for ¥0.3m", "310万，花费 30万"), paint: Paint::Water },
                Bar { label: say(lang, "Second-tier cities", "二线城市"), value: 1.2, shown: say(lang, "¥1.2m for ¥1.1m", "120万，花费 110万"), paint: Paint::Mist }])))
            (titled_card(say(lang, "An approval", "审批"), html! { (stages(&[Stage { word: say(lang, "Artwork", "设计稿"), tone: Tone::Jade, note: say(lang, "Mon 5 Dec", "12月5日") }, Stage { word: say(lang, "Sample", "打样"), tone: Tone::Jade, note: say(lang, "Sun 18 Dec", "12月18日") }, Stage { word: say(lang, "Labels", "防伪标"), tone: Tone::Lantern, note: say(lang, "waits for you", "待你处理") }, Stage { word: say(lang, "On sale", "开售"), tone: Tone::Plain, note: say(lang, "Mon 26 Dec", "12月26日") }])) div class="section" { (progress(say(lang, "Minimum guarantee earned back", "保底金已回收"), 62)) } }))
        }
        (section(say(lang, "Cinemas", "影院"), None, cinemas(lang)))
    } };
    console(lang, say(lang, "Release", "上映"), "/console/release", body)
}

fn forecast(lang: Lang) -> Markup {
    let days = ["23", "24", "25", "26", "27", "28", "29", "30", "31", "1", "2"];
    let labels: Vec<String> = days
        .iter()
        .enumerate()
        .map(|(i, day)| {
            let month = if i < 9 { 12 } else { 1 };
            if lang == Lang::Zh {
                format!("{month}/{day}")
            } else {
                format!("{day} {}", if i < 9 { "Dec" } else { "Jan" })
            }
        })
        .collect();
    let middle = [84.0, 112.0, 88.0, 38.0, 30.0, 27.0, 24.0, 29.0, 36.0, 41.0, 26.0].map(|value| value * 1e6);
    let around = |low: f64, high: f64| -> (Vec<Option<f64>>, Vec<Option<f64>>) {
        (0..11)
            .map(|i| {
                let wide = 0.4 + 0.06 * i as f64;
                (Some(middle[i] * (1.0 - low * wide)), Some(middle[i] * (1.0 + high * wide)))
            })
            .unzip()
    };
    let (low95, high95) = around(0.55, 0.75);
    let (low75, high75) = around(0.22, 0.3);
    let mut actual = known(&[78.88e6, 115.0e6, 82.6e6]);
    actual.resize(11, None);
    let chart = LineChart {
        lang,
        title: say(lang, "Gross by day", "每日票房"),
        says: say(
            lang,
            "Actual gross of three days inside the forecast's interval.",
            "三天实际票房均在预测区间内。",
        ),
        labels: labels.clone(),
        series: vec![
            Series::new(say(lang, "actual", "实际"), actual, Paint::Lantern),
            Series::new(say(lang, "forecast", "预测"), known(&middle), Paint::Water).dashed(),
        ],
        bands: vec![
            Band { name: "P5–P95", low: low95, high: high95, inner: false },
            Band { name: "P25–P75", low: low75, high: high75, inner: true },
        ],
        area: false,
        mark: Some((2, say(lang, "today", "今天"))),
    };
    let columns = [
        Column::new(say(lang, "Day", "日期"), Holds::Date),
        Column::new(say(lang, "Forecast", "预测"), Holds::Money).unit(say(lang, "CNY", "元")),
    ];
    let rows = labels
        .iter()
        .zip(middle)
        .map(|(label, value)| {
            vec![Cell::date(label, label), Cell::glance((value * 100.0) as i64, "CNY", lang)]
        })
        .collect();
    Figure {
        lang,
        title: say(
            lang,
            "The weekend is inside the forecast; weekdays will bring a third of it",
            "周末票房落在预测区间内，工作日约为其三分之一",
        ),
        unit: say(lang, "gross a day, CNY", "每日票房，元"),
        source: say(lang, "ticketing feeds, 21:40; forecast of 09:00", "票务数据 21:40；预测 09:00"),
        chart: chart.render(),
        table: Table::new(say(lang, "Gross by day", "每日票房"), &columns, rows),
    }
    .render()
}

fn cinemas(lang: Lang) -> Markup {
    let columns = [
        Column::new(say(lang, "Cinema", "影院"), Holds::Text),
        Column::new(say(lang, "Showings", "场次"), Holds::Number),
        Column::new(say(lang, "Admissions", "人次"), Holds::Number),
        Column::new(say(lang, "Occupancy", "上座率"), Holds::Share),
        Column::new(say(lang, "Gross", "票房"), Holds::Money).unit(say(lang, "CNY", "元")),
        Column::new(say(lang, "Since yesterday", "比昨天"), Holds::Share),
        Column::new(say(lang, "State", "状态"), Holds::Text),
    ];
    let data = [
        ("Star Cinema, West Bund", "星光影城（西岸店）", 24, 1_812, 412_000, 7_248_000, -310_000, Tone::Jade),
        ("Old Dock Picture House", "老码头电影院", 11, 402, 233_000, 1_688_400, -412_000, Tone::Lantern),
        ("Garden Circuit No. 7", "花园院线七号店", 16, 201, 84_000, 783_900, -520_000, Tone::Cinnabar),
        ("Lakeside Twelve", "湖滨十二厅", 31, 2_650, 367_000, 10_865_000, 42_000, Tone::Jade),
    ];
    let word = |tone| match tone {
        Tone::Jade => say(lang, "well", "良好"),
        Tone::Lantern => say(lang, "watch", "关注"),
        _ => say(lang, "empty halls", "空场"),
    };
    let rows = data
        .iter()
        .map(|(en, zh, shows, people, ppm, minor, change, tone)| {
            vec![
                Cell::link("#", say(lang, en, zh)),
                Cell::number(*shows),
                Cell::number(*people),
                Cell::share(*ppm, lang),
                Cell::money(*minor, "CNY"),
                Cell::change(*change, lang),
                Cell::markup(pill(*tone, word(*tone)), word(*tone)),
            ]
        })
        .collect();
    let total = vec![
        Cell::text(say(lang, "All", "合计")),
        Cell::number(82),
        Cell::number(5_065),
        Cell::none(),
        Cell::money(20_585_300, "CNY"),
        Cell::none(),
        Cell::none(),
    ];
    Table::new(say(lang, "Cinemas today", "今日各影院"), &columns, rows)
        .total(total)
        .csv("/console/cinemas.csv")
        .filtered()
        .render(lang)
}

fn charts(lang: Lang) -> Markup {
    let years: Vec<String> = (2008..=2019).map(|year| year.to_string()).collect();
    let domestic = [2.56, 3.51, 5.7, 7.03, 8.27, 12.77, 16.15, 27.136, 26.66, 30.1, 37.9, 41.2];
    let imports = [1.65, 2.69, 4.47, 6.08, 8.8, 9.0, 13.49, 16.933, 19.05, 25.81, 23.08, 23.1];
    let growth = [30.5, 43.0, 63.9, 28.9, 30.2, 27.5, 36.2, 48.7, 3.7, 13.5, 9.1, 5.4];
    let billions = |values: &[f64]| known(&values.iter().map(|value| value * 1e9).collect::<Vec<_>>());
    let chart = Columns {
        lang,
        title: say(lang, "Box office by origin", "国产与进口票房"),
        says: say(lang, "Gross grew every year; growth slowed after 2015.", "票房逐年增长，2015 年后放缓。"),
        labels: years.clone(),
        stacks: vec![
            Series::new(say(lang, "domestic", "国产片"), billions(&domestic), Paint::Lantern),
            Series::new(say(lang, "imports", "进口片"), billions(&imports), Paint::Water),
        ],
        growth: Some((say(lang, "growth", "增速"), known(&growth))),
    };
    let columns = [
        Column::new(say(lang, "Year", "年份"), Holds::Date),
        Column::new(say(lang, "Domestic", "国产片"), Holds::Money).unit(say(lang, "CNY bn", "十亿元")),
        Column::new(say(lang, "Imports", "进口片"), Holds::Money).unit(say(lang, "CNY bn", "十亿元")),
        Column::new(say(lang, "Growth", "增速"), Holds::Share),
    ];
    let rows = (0..12)
        .map(|i| {
            vec![
                Cell::date(&years[i], &years[i]),
                Cell::decimal(domestic[i], 2),
                Cell::decimal(imports[i], 2),
                Cell::change((growth[i] * 10_000.0) as i64, lang),
            ]
        })
        .collect();
    let market = Figure {
        lang,
        title: say(
            lang,
            "The market slowed in 2016: growth fell from 49 % to 4 %",
            "2016 年市场放缓：增速从 49% 降到 4%",
        ),
        unit: say(lang, "box office a year, CNY", "年度票房，元"),
        source: say(
            lang,
            "State Film Administration and press; service fees are included from 2017",
            "国家电影局及媒体报道；2017 年起含服务费",
        ),
        chart: chart.render(),
        table: Table::new(say(lang, "Box office", "票房"), &columns, rows).csv("#"),
    };
    let split = share_bar(
        lang,
        say(lang, "Who gets a ticket", "一张票怎么分"),
        "",
        &[
            Part { name: say(lang, "special fund", "专资"), ppm: 50_000, paint: Paint::Cinnabar },
            Part { name: say(lang, "tax", "税"), ppm: 33_000, paint: Paint::Mist },
            Part { name: say(lang, "cinema", "影院"), ppm: 522_690, paint: Paint::Water },
            Part {
                name: say(lang, "producer and distributor", "制片与发行"),
                ppm: 394_310,
                paint: Paint::Lantern,
            },
        ],
    );
    let body = html! { div class="wrap" { (heading(say(lang, "Market", "市场"), "", html! {})) (tabs(say(lang, "Market", "市场"), &[("#", say(lang, "Years", "年度")), ("#", say(lang, "Quotas", "配额")), ("#", say(lang, "Competition", "竞争"))], 0))
    (market.render()) div class="grid grid-2" { (forecast(lang)) (titled_card(say(lang, "Where ¥100 of a ticket goes", "100 元票款的去向"), split)) }
    div class="section" { (cinemas(lang)) } } };
    console(lang, say(lang, "Market", "市场"), "/console/market", body)
}

fn forms(lang: Lang) -> Markup {
    let name = Field {
        name: "name",
        label: say(lang, "Name of the campaign", "投放计划名称"),
        value: say(lang, "New Year", "新年"),
        ..Field::default()
    };
    let budget = Field {
        name: "budget",
        label: say(lang, "Budget", "预算"),
        value: "39,9",
        hint: say(lang, "For the whole flight, before tax.", "整个投放期，税前。"),
        error: Some(say(
            lang,
            "“39,9” is not an amount such as 39.90.",
            "“39,9”不是有效金额，请写成 39.90 的样子。",
        )),
        unit: "¥",
        inputmode: Some("decimal"),
        required: true,
        ..Field::default()
    };
    let surface = Field {
        name: "surface",
        label: say(lang, "Where it shows", "投放位置"),
        value: "club",
        ..Field::default()
    };
    let words = Field {
        name: "words",
        label: say(lang, "Words", "文案"),
        value: say(lang, "Someone is waiting on the other bank.", "对岸有人在等。"),
        hint: say(lang, "Up to 40 letters.", "不超过 40 字。"),
        ..Field::default()
    };
    let pace = Field { name: "pace", label: say(lang, "Pace", "节奏"), value: "even", ..Field::default() };
    let fields = html! { (name.input()) (budget.input()) (surface.select(&[("market", say(lang, "Marketplace home", "集市首页")), ("club", say(lang, "Club, opening screen", "俱乐部开屏"))])) (words.textarea(3)) (pace.radios(&[("even", say(lang, "Even", "匀速"), say(lang, "The same each hour", "每小时相同")), ("fast", say(lang, "Fast", "尽快"), say(lang, "As quickly as it can", "尽快花完"))])) (Field { name: "agree", label: say(lang, "Stop when the film leaves cinemas", "下映时自动停止"), ..Field::default() }.checkbox(true)) };
    let form = Form {
        action: "/console/campaigns",
        error: Some(say(lang, "One answer needs another look: the budget.", "有一项需要再看看：预算。")),
        submit: say(lang, "Save the campaign", "保存"),
        cancel: Some("#"),
        ..Form::default()
    };
    let mut ways = console_ways(lang).to_vec();
    ways[2].count = 3;
    let body = html! { div class="wrap reading" { (heading(say(lang, "A new campaign", "新建投放计划"), "", html! {})) (card(form.render(lang, fields))) (section(say(lang, "About it", "概况"), None, card(definitions(&[(say(lang, "Film", "影片"), html! { (title(lang).0) }), (say(lang, "Flight", "投放期"), html! { (say(lang, "Fri 30 Dec to Tue 3 Jan", "12月30日至1月3日")) }), (say(lang, "State", "状态"), pill(Tone::Cinnabar, say(lang, "refused", "已拒绝")))])))) div class="section actions" { (press(Weight::Grave, "#", &[], say(lang, "Delete the draft", "删除草稿"))) (badge("IMAX")) (html! { (price(&money::full(3990, "CNY"), Some("¥59.90"))) }) } } };
    let mut page = Page::console(
        lang,
        say(lang, "A new campaign", "新建投放计划"),
        "/console/campaigns/new",
        &ways,
        body,
    );
    page.flash = Some(Flash {
        tone: Tone::Jade,
        sentence: say(lang, "The creative was saved.", "素材已保存。"),
    });
    page.render()
}

fn nothing(lang: Lang) -> Markup {
    let columns = [
        Column::new(say(lang, "Day", "日期"), Holds::Date),
        Column::new(say(lang, "Gross", "票房"), Holds::Money),
    ];
    let body = html! {
        div class="wrap" { (card(empty(say(lang, "No tickets yet", "还没有票"), say(lang, "When you buy a ticket it waits here, and opens without a network at the door.", "买好的票会放在这里，入场时没有网络也能打开。"), Some(Action { href: "/films", word: say(lang, "See what is on", "看看有什么电影") }))))
            div class="section" { (Table::new(say(lang, "Statements", "结算单"), &columns, vec![]).empty(say(lang, "The first statement comes on the day after the opening.", "上映次日会有第一份结算单。")).render(lang)) } }
        (error_page(lang, 409, say(lang, "Seat F7 was taken a moment ago.", "F7 刚刚被别人选走了。"), say(lang, "F9 and F10 are free together. Nothing was charged.", "F9、F10 还连着空着，没有扣款。"), Some(Action { href: "/showtimes/x", word: say(lang, "Back to the seats", "回到座位图") })))
    };
    consumer(lang, say(lang, "Nothing here yet", "这里还空着"), "/tickets", body, None)
}
