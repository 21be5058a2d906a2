//! Standing in line for a film's on-sale: how it works, one's place, one's turn.
//!
//! The place is a signed word in a cookie; the script asks the API after it, without a session.

use super::{address, poster};
use crate::address::sign_in_before;
use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::cookies::{self, Seen};
use crate::look::parts::{self, Stat, Weight};
use crate::look::{Tone, icon, money, when};
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use box_office::line::Standing;
use box_office::on_sales::OnSale;
use flows::wait_in_line::{self as line, EARLY_MINUTES};
use kernel::{Instant, Lang, Words};
use maud::{Markup, html};
use titles::Title;

/// The page of a film's line.
pub fn way(title: &Title) -> String {
    format!("{}/line", address(title))
}

/// The place in line that a reader carries; one line at a time.
pub fn place<'a>(visit: &Visit, headers: &'a HeaderMap) -> Option<&'a str> {
    cookies::read(headers, cookies::LINE_COOKIE, visit.site.settings().is_secure())
}

pub async fn show(visit: Visit, Path(slug): Path<String>, headers: HeaderMap) -> Answer {
    let title = find(&visit, slug).await?;
    let Some(sale) = visit.house.lines().of(&title.id, visit.now) else {
        return Ok(SeeOther::to(address(&title)).into_response());
    };
    let place = place(&visit, &headers);
    let standing = place.and_then(|place| line::standing(&visit.house, &title.id, place, visit.now));
    let view = View { visit: &visit, title: &title, sale: &sale };
    let body = match standing {
        None | Some(Standing::Missed) if visit.now < sale.line.opens_at.plus_minutes(-EARLY_MINUTES) => {
            view.announced()
        }
        None => view.at_its_end(None),
        Some(Standing::Missed) => view.at_its_end(Some(Tone::Lantern)),
        Some(Standing::Early) => view.early(),
        Some(Standing::Waiting { ahead, turn }) => {
            view.waiting(ahead, turn, place.and_then(|place| view.percent(place)))
        }
        Some(Standing::Turn { until }) => view.turn(until),
        Some(Standing::Over) => return Ok(SeeOther::to(address(&title)).into_response()),
    };
    let name = title.name.in_(visit.lang);
    let body = html! {
        div class="wrap narrow" {
            (parts::heading(visit.say("Waiting line", "排队购票"), name, html! {}))
            (view.kept(standing, place, body))
            (view.how())
        }
    };
    Ok(Page::consumer(visit.say("Waiting line", "排队购票"), body).into_response())
}

pub async fn join(visit: Visit, _: Consumer, Path(slug): Path<String>) -> Answer<SeeOther> {
    let title = find(&visit, slug).await?;
    let place = line::join(&visit.house, &visit.actor, &title.id).await?;
    let sale = visit.house.lines().of(&title.id, visit.now);
    let seconds = sale.map_or(0, |sale| visit.now.seconds_until(sale.line.closes_at));
    Ok(SeeOther::to(way(&title)).cookie(cookies::LINE_COOKIE, place, seconds, Seen::ByServer))
}

async fn find(visit: &Visit, slug: String) -> Result<Title, Wrong> {
    let title = visit.read(move |view| titles::by_slug(view, &slug)).await?;
    title.filter(|title| title.status.is_public()).ok_or_else(Wrong::not_found)
}

/// What a film's own page says of its on-sale; nothing while there is none.
pub(super) fn notice(visit: &Visit, title: &Title) -> Markup {
    let Some(sale) = visit.house.lines().of(&title.id, visit.now) else { return html! {} };
    let view = View { visit, title, sale: &sale };
    let said = if visit.now < sale.line.opens_at {
        view.opens()
    } else {
        Words::new(
            "Many people want tickets of this film, so they are let in one after the other.",
            "想看这部影片的人很多，正在依次放行购票。",
        )
    };
    let href = way(title);
    let word = visit.say("To the line", "去排队");
    parts::alert(Tone::Plain, said.in_(visit.lang), Some(parts::Action { href: &href, word }))
}

struct View<'a> {
    visit: &'a Visit,
    title: &'a Title,
    sale: &'a OnSale,
}

impl View<'_> {
    /// The part that the script keeps up to date: it asks how the place stands, and reads the page again when that is new.
    fn kept(&self, standing: Option<Standing>, place: Option<&str>, inside: Markup) -> Markup {
        let asks = standing.is_some_and(|standing| standing != Standing::Missed);
        let url = format!("/api/titles/{}/line", self.title.id);
        html! {
            @if let (true, Some(place), Some(standing)) = (asks, place, standing) {
                div class="card stack" data-line=(url) data-place=(place) data-state=(standing.code()) data-zone=(self.visit.home.zone.name()) { (inside) }
            } @else {
                div class="card stack" { (inside) }
            }
        }
    }

    fn announced(&self) -> Markup {
        let from = self.moment(self.sale.line.opens_at.plus_minutes(-EARLY_MINUTES));
        html! {
            h2 { (self.opens().in_(self.visit.lang)) }
            p { (self.visit.say("The line forms from ", "排队开始时间：")) b { (from) } "." }
        }
    }

    /// For whoever has no place: how many wait, and the way in.
    fn at_its_end(&self, missed: Option<Tone>) -> Markup {
        let waiting = (self.sale.next_position - self.sale.line.gate.passed(self.visit.now)).max(0);
        html! {
            @if let Some(tone) = missed {
                (parts::alert(tone, self.visit.say("Your turn has come and gone. You can stand at the end again.", "您的购票时段已过，可以重新排队。"), None))
            }
            h2 {
                @if self.visit.now < self.sale.line.opens_at { (self.opens().in_(self.visit.lang)) }
                @else { (self.visit.say("There is a line for this film", "这部影片需要排队购票")) }
            }
            @if self.visit.now >= self.sale.line.opens_at {
                (Stat { label: self.visit.say("People in line", "正在排队"), value: &money::count(waiting, self.visit.lang), ..Stat::default() }.render())
            }
            @if self.visit.person.is_some() {
                (parts::press(Weight::Primary, &way(self.title), &[], self.visit.say("Stand in line", "开始排队")))
            } @else {
                (parts::link_button(Weight::Primary, &sign_in_before(&way(self.title)), self.visit.say("Sign in to stand in line", "登录后排队")))
            }
        }
    }

    fn early(&self) -> Markup {
        let (visit, opens_at) = (self.visit, self.sale.line.opens_at);
        html! {
            h2 { (visit.say("You are in", "您已在队中")) }
            p { (self.opens().in_(visit.lang)) " " (visit.say("Then the lots are drawn.", "届时抽签决定先后。")) }
            (parts::countdown(visit.say("Until the doors open", "距离开售"), visit.now.seconds_until(opens_at).max(0), visit.say("The lots are being drawn.", "正在抽签。")))
            (self.again())
        }
    }

    fn waiting(&self, ahead: i64, turn: Option<Instant>, percent: Option<u8>) -> Markup {
        let visit = self.visit;
        html! {
            h2 { (visit.say("You are in line", "正在排队")) }
            div class="line-place" role="status" {
                p { span class="muted" { (visit.say("People before you", "前面还有")) } " " b class="figure" data-ahead { (ahead) } }
                p data-moving hidden[turn.is_none()] {
                    span class="muted" { (visit.say("Your turn, at about", "预计轮到您")) } " "
                    b data-turn { @if let Some(turn) = turn { (when::clock(turn, &visit.home.zone)) } }
                }
                p data-still hidden[turn.is_some()] { (visit.say("The line stands still for the moment. Your place is kept.", "队伍暂时没有前进，您的位置会保留。")) }
            }
            @if let Some(percent) = percent { (parts::progress(visit.say("Of the way", "进度"), percent)) }
            (self.again())
        }
    }

    fn turn(&self, until: Instant) -> Markup {
        let visit = self.visit;
        let film = format!("{}#showtimes", address(self.title));
        html! {
            h2 { (icon("check")) " " (visit.say("It is your turn", "轮到您了")) }
            (parts::countdown(visit.say("Begin to buy within", "请在此时间内开始选座"), visit.now.seconds_until(until), visit.say("Your turn is over.", "您的购票时段已结束。")))
            p { (visit.say("Seats that you hold by then stay yours for ten minutes more, while you pay.", "在此之前锁定的座位，还有十分钟的支付时间。")) }
            (parts::link_button(Weight::Primary, &film, visit.say("Choose a showing", "选择场次")))
        }
    }

    fn again(&self) -> Markup {
        let visit = self.visit;
        html! {
            p class="muted" { (visit.say("You may close this page and come back: your place is kept on this device.", "您可以先关闭本页，稍后再来：位置保存在这台设备上。")) }
            noscript { p { a class="button quiet" href=(way(self.title)) { (visit.say("Look again", "刷新")) } } }
        }
    }

    /// The rules, for everybody.
    fn how(&self) -> Markup {
        let visit = self.visit;
        let (turn, opens) = (self.sale.line.turn_minutes, self.moment(self.sale.line.opens_at));
        let rules = match visit.lang {
            Lang::En => [
                format!(
                    "Whoever is in line by {opens} draws a lot; being earlier than others gains nothing."
                ),
                "Whoever comes later stands at the end.".into(),
                format!(
                    "When it is your turn you have {} to choose seats.",
                    when::length(turn as u32, visit.lang)
                ),
                "A place is yours alone and counts for one account; you can stand in one line at a time."
                    .into(),
            ],
            Lang::Zh => [
                format!("{opens} 之前进入队伍的人抽签决定先后，早到并不占先。"),
                "之后来的人排在队尾。".into(),
                format!("轮到您时，有 {} 选座。", when::length(turn as u32, visit.lang)),
                "位置只属于您本人，一个账号只算一个；同一时间只能排一个队。".into(),
            ],
        };
        let still = poster(self.title);
        html! {
            (parts::titled_card(visit.say("How it works", "规则"), html! {
                div class="line-rules" {
                    img src=(still) alt="" width="90" height="120" loading="lazy";
                    ul { @for rule in &rules { li { (rule) } } }
                }
            }))
        }
    }

    fn opens(&self) -> Words {
        let zone = &self.visit.home.zone;
        let at = self.sale.line.opens_at;
        Words::new(
            format!("Tickets are on sale from {}.", at.say(zone, Lang::En)),
            format!("{}开售。", at.say(zone, Lang::Zh)),
        )
    }

    fn moment(&self, at: Instant) -> String {
        at.say(&self.visit.home.zone, self.visit.lang)
    }

    /// How far the gate has come towards a place.
    fn percent(&self, place: &str) -> Option<u8> {
        let position = line::position(&self.visit.house, self.sale, place)?;
        let passed = self.sale.line.gate.passed(self.visit.now).min(position);
        Some((100 * passed / position.max(1)) as u8)
    }
}

#[cfg(test)]
mod tests {
    use crate::console::season::{Season, day};
    use crate::testing::{Answer, Browser};
    use axum::http::StatusCode;
    use flows::wait_in_line;
    use kernel::{Clock, Day};

    /// A season whose studio announces doors in half an hour, one visitor a minute.
    async fn announced(season: &Season) {
        let today: Day = day(23);
        let form = [
            ("day", today.to_string()),
            ("opens", "20:00".into()),
            ("minutes", "120".into()),
            ("per_minute", "1".into()),
            ("turn_minutes", "10".into()),
        ];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = season.ann.post(&format!("/console/slate/{}/on-sale", season.title), &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    }

    /// What the running house does every second.
    async fn refresh(season: &Season) {
        let house = season.town.house.clone();
        let done = tokio::task::spawn_blocking(move || wait_in_line::refresh(&house)).await;
        done.expect("done").expect("the lines are read again");
    }

    async fn joins(browser: &Browser, line: &str) -> Browser {
        let joined = browser.post(line, &[]).await;
        assert_eq!((joined.status, joined.location()), (StatusCode::SEE_OTHER, line), "{}", joined.text);
        browser.clone().with_cookies_of(&joined)
    }

    fn sent_to(answer: &Answer, address: &str) {
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, address));
    }

    #[tokio::test]
    async fn readers_stand_in_line_before_they_choose_seats() {
        let season = Season::new().await;
        let show = season.showing(&season.star, day(24), 19).await;
        let seats = crate::box_office::address(&show.place, &show.id);
        let title = season.title.clone();
        let slug = season.town.house.read(move |view| titles::any(view, &title)).await;
        let film = format!("/films/{}", slug.expect("read").expect("a title").slug);
        let line = format!("{film}/line");
        let guest = season.town.browser();
        sent_to(&guest.get(&line).await, &film);
        announced(&season).await;

        assert!(guest.get(&film).await.text.contains("Tickets are on sale from Fri 23 Dec 20:00."));
        sent_to(&guest.get(&seats).await, &line);
        assert!(guest.get(&line).await.text.contains("Sign in to stand in line"));
        let buyer = joins(&season.town.session("buyer").await, &line).await;
        assert!(buyer.get(&line).await.text.contains("You are in"));

        season.town.clock.advance_seconds(30 * 60);
        refresh(&season).await;
        let page = buyer.get(&line).await;
        assert!(page.text.contains("It is your turn") && page.text.contains(&format!("{film}#showtimes")));
        assert_eq!(buyer.get(&seats).await.status, StatusCode::OK);
        let late = joins(&season.chen, &line).await;
        let page = late.get(&line).await;
        assert!(page.text.contains("You are in line") && page.text.contains("20:01"), "{}", page.text);
        sent_to(&late.get(&seats).await, &line);
        let refused = late.post(&seats, &[("seat", "A1"), ("key", "late")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("it is not your turn yet"));
        let held = buyer.post(&seats, &[("seat", "A1"), ("key", "turn")]).await;
        assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);

        season.town.clock.advance_seconds(10 * 60);
        assert!(buyer.get(&line).await.text.contains("Your turn has come and gone."));
        let chinese = late.in_chinese().get(&line).await;
        assert!(chinese.text.contains("轮到您了"), "{}", chinese.text);
    }

    #[tokio::test]
    async fn a_studio_changes_the_pace_and_sends_the_line_home() {
        let season = Season::new().await;
        let address = format!("/console/slate/{}/on-sale", season.title);
        assert!(season.ann.get(&address).await.text.contains("Announce an on-sale with a line"));
        let early = [
            ("day", "2016-12-22"),
            ("opens", "20:00"),
            ("minutes", "120"),
            ("per_minute", "1"),
            ("turn_minutes", "10"),
        ];
        let refused = season.ann.post(&address, &early).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("This moment is over."));
        announced(&season).await;
        assert!(season.ann.get(&address).await.text.contains("Doors open on Fri 23 Dec 20:00."));
        season.town.clock.advance_seconds(31 * 60);
        refresh(&season).await;
        let paced = season.ann.post(&format!("{address}/pace"), &[("pace", "0")]).await;
        assert_eq!(paced.status, StatusCode::SEE_OTHER, "{}", paced.text);
        let now = season.town.clock.now();
        let sale = season.town.house.lines().of(&season.title, now).expect("an on-sale");
        assert_eq!(sale.line.gate.pace(now), 0);
        let many = season.ann.post(&format!("{address}/pace"), &[("pace", "60001")]).await;
        assert_eq!(many.status, StatusCode::UNPROCESSABLE_ENTITY);
        sent_to(&season.ann.post(&format!("{address}/end"), &[]).await, &address);
        assert!(season.town.house.lines().of(&season.title, now).is_none());
    }
}
