//! The frame around every page: head, header, ways to go, the reader's language and light, footer.

use super::{Tone, icon, parts, say};
use kernel::Lang;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// A whole page, before it is drawn.
pub struct Page<'a> {
    pub lang: Lang,
    /// What the page is about; the site's name is added.
    pub title: &'a str,
    /// Path and query of this page, for the language switch and to mark the way here.
    pub path: &'a str,
    pub theme: Theme,
    pub reader: Option<Reader<'a>>,
    pub kind: Kind<'a>,
    pub body: Markup,
    /// The primary action in thumb's reach; on a phone it takes the place of the tabs.
    pub bottom_bar: Option<Markup>,
    /// schema.org JSON about the page's subject.
    pub json_ld: Option<String>,
    pub flash: Option<Flash<'a>>,
}

/// Who is reading.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub name: &'a str,
    pub initials: &'a str,
}

/// What the last request did, said once.
#[derive(Clone, Copy)]
pub struct Flash<'a> {
    pub tone: Tone,
    pub sentence: &'a str,
}

/// The reader's choice of light, as kept in the `light` cookie.
#[derive(Clone, Copy, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// Reads the cookie's value; anything unknown follows the system.
    pub fn parse(cookie: &str) -> Theme {
        match cookie {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }

    fn attribute(self) -> Option<&'static str> {
        match self {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }
}

/// Whose side of the house the page is on, with the ways to go from it.
pub enum Kind<'a> {
    /// The consumer's site; the ways become tabs at the bottom of a phone.
    Consumer { ways: &'a [Way<'a>] },
    /// The console; the ways become a strip that scrolls on a phone.
    Console { ways: &'a [Way<'a>] },
}

/// A way to go.
#[derive(Clone, Copy)]
pub struct Way<'a> {
    pub href: &'a str,
    pub word: &'a str,
    pub icon: &'a str,
    /// Things waiting there, such as goods in the basket; none at zero.
    pub count: u32,
}

impl<'a> Page<'a> {
    /// The HTML document.
    pub fn render(self) -> Markup {
        let class = match (&self.kind, &self.bottom_bar) {
            (Kind::Console { .. }, _) => "console",
            (_, Some(_)) => "consumer has-bar",
            (_, None) => "consumer",
        };
        html! {
            (DOCTYPE)
            html lang=(html_lang(self.lang)) data-theme=[self.theme.attribute()] {
                (self.head())
                body class=(class) {
                    a class="skip" href="#main" { (say(self.lang, "Skip to the content", "跳到正文")) }
                    (self.header())
                    main id="main" tabindex="-1" {
                        @if let Some(flash) = self.flash { div class="wrap" role="status" { (parts::alert(flash.tone, flash.sentence, None)) } }
                        (self.body)
                    }
                    (footer(self.lang))
                    @if let Some(bar) = &self.bottom_bar { div class="bottom-bar" role="region" aria-label=(say(self.lang, "Next step", "下一步")) { div class="wrap" { (bar) } } }
                    (self.tabs())
                }
            }
        }
    }

    fn head(&self) -> Markup {
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="color-scheme" content="light dark";
                meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0b1d24";
                meta name="theme-color" content="#faf6ec";
                title { (self.title) " · " (say(self.lang, "Ferryman", "摆渡")) }
                link rel="icon" type="image/svg+xml" href="/assets/lantern.svg";
                link rel="stylesheet" href="/assets/ferryman.css";
                link rel="alternate" hreflang="en" href=(in_language(self.path, Lang::En));
                link rel="alternate" hreflang="zh" href=(in_language(self.path, Lang::Zh));
                script src="/assets/ferryman.js" defer {}
                @if let Some(json) = &self.json_ld { script type="application/ld+json" { (PreEscaped(json.replace('<', "\\u003c"))) } }
            }
        }
    }

    fn header(&self) -> Markup {
        let (ways, home) = match &self.kind {
            Kind::Consumer { ways } => (*ways, "/"),
            Kind::Console { ways } => (*ways, "/console"),
        };
        let console = matches!(self.kind, Kind::Console { .. });
        html! {
            header class="top" {
                div class="wrap top-row" {
                    a class="wordmark" href=(home) { (logo()) span { (say(self.lang, "Ferryman", "摆渡")) } @if console { span class="wordmark-side" { (say(self.lang, "console", "控制台")) } } }
                    @if !console { (self.nav(ways, "ways")) }
                    div class="top-tools" {
                        button class="tool" type="button" hidden data-theme-switch aria-label=(say(self.lang, "Switch between light and dark", "切换明暗")) { (icon("theme")) }
                        (self.language_switch())
                        @if let Some(reader) = self.reader {
                            a class="tool initials" href="/account" aria-label=(reader.name) title=(reader.name) { (reader.initials) }
                        } @else {
                            a class="tool" href="/session/new" aria-label=(say(self.lang, "Sign in", "登录")) { (icon("person")) }
                        }
                    }
                }
                @if console { div class="wrap" { (self.nav(ways, "strip")) } }
            }
        }
    }

    fn language_switch(&self) -> Markup {
        let (other, word) = match self.lang {
            Lang::En => (Lang::Zh, "中文"),
            Lang::Zh => (Lang::En, "EN"),
        };
        html! { a class="tool tool-word" href=(in_language(self.path, other)) lang=(html_lang(other)) hreflang=(html_lang(other)) rel="nofollow" { (word) } }
    }

    fn tabs(&self) -> Markup {
        match &self.kind {
            Kind::Consumer { ways } if !ways.is_empty() => self.nav(ways, "tabs"),
            _ => html! {},
        }
    }

    fn nav(&self, ways: &[Way], class: &str) -> Markup {
        let here = nearest(ways, self.path);
        html! {
            nav class=(class) aria-label=(say(self.lang, "Main", "主导航")) {
                @for (i, way) in ways.iter().enumerate() {
                    a href=(way.href) aria-current=[(here == Some(i)).then_some("page")] {
                        (icon(way.icon)) span { (way.word) }
                        @if way.count > 0 { span class="count" { (way.count) } }
                    }
                }
            }
        }
    }
}

/// The consumer's ways: home, films, shops, tickets, orders, basket.
pub fn consumer_ways(lang: Lang, basket: u32) -> [Way<'static>; 6] {
    let way = |href, icon, word, count| Way { href, icon, word, count };
    [
        way("/", "home", say(lang, "Home", "首页"), 0),
        way("/films", "film", say(lang, "Films", "影片"), 0),
        way("/shops", "shop", say(lang, "Shops", "商店"), 0),
        way("/tickets", "ticket", say(lang, "Tickets", "票夹"), 0),
        way("/orders", "order", say(lang, "Orders", "订单"), 0),
        way("/basket", "basket", say(lang, "Basket", "购物袋"), basket),
    ]
}

/// The console's ways: release, slate, campaigns, merchants, cinemas, settlement, market.
pub fn console_ways(lang: Lang) -> [Way<'static>; 7] {
    let way = |href, icon, word| Way { href, icon, word, count: 0 };
    [
        way("/console/release", "release", say(lang, "Release", "上映")),
        way("/console/slate", "slate", say(lang, "Slate", "片单")),
        way("/console/campaigns", "campaign", say(lang, "Campaigns", "投放")),
        way("/console/merchants", "merchant", say(lang, "Merchants", "商家")),
        way("/console/cinemas", "cinema", say(lang, "Cinemas", "影院")),
        way("/console/settlement", "settlement", say(lang, "Settlement", "结算")),
        way("/console/market", "market", say(lang, "Market", "市场")),
    ]
}

/// The way that leads closest to a path.
fn nearest(ways: &[Way], path: &str) -> Option<usize> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    // Audiences are described for campaigns and stand under them.
    let path = &path.replacen("/console/audiences", "/console/campaigns", 1);
    let leads = |href: &str| {
        path == href || (href != "/" && path.starts_with(href) && path[href.len()..].starts_with('/'))
    };
    (0..ways.len()).filter(|&i| leads(ways[i].href)).max_by_key(|&i| ways[i].href.len())
}

/// This page in a language: the query keeps all else.
fn in_language(path: &str, lang: Lang) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept: String = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="))
        .map(|pair| format!("{pair}&"))
        .collect();
    format!("{path}?{kept}lang={}", lang.code())
}

fn html_lang(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en",
        Lang::Zh => "zh-Hans",
    }
}

/// A lantern over a boat.
fn logo() -> Markup {
    html! {
        svg class="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" {
            path class="logo-hook" d="M7 20C7 9 11 5 16.5 5v2.5" {}
            rect class="logo-lamp" x="11.5" y="7.5" width="10" height="11" rx="4.6" {}
            path class="logo-hull" d="M2.5 20.5c5.5 9.5 21.5 9.5 27 0-8 3-19 3-27 0z" {}
        }
    }
}

fn footer(lang: Lang) -> Markup {
    html! {
        footer class="foot" { div class="wrap" {
            p { (say(lang, "Ferryman carries films to the places where people already are.", "摆渡，把电影送到人们所在的地方。")) }
            p class="links" {
                a href="/help" { (say(lang, "Help", "帮助")) }
                a href="/help/refunds" { (say(lang, "Refunds and exchanges", "退改签")) }
                a href="/help/privacy" { (say(lang, "Privacy", "隐私")) }
            }
        } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_switch_keeps_the_question() {
        assert_eq!(in_language("/films", Lang::Zh), "/films?lang=zh");
        assert_eq!(in_language("/films?day=2016-12-23&lang=en", Lang::Zh), "/films?day=2016-12-23&lang=zh");
    }

    #[test]
    fn the_nearest_way_is_marked() {
        let ways = consumer_ways(Lang::En, 0);
        assert_eq!(nearest(&ways, "/films/x?day=1"), Some(1));
        assert_eq!(nearest(&ways, "/"), Some(0));
        assert_eq!(nearest(&ways, "/filmstrip"), None);
    }

    #[test]
    fn what_people_wrote_is_escaped() {
        let ways = consumer_ways(Lang::Zh, 2);
        let mut page = Page {
            lang: Lang::Zh,
            title: "<b>",
            path: "/\"><script>",
            theme: Theme::System,
            reader: None,
            kind: Kind::Consumer { ways: &ways },
            body: html! { p { "<i>" } },
            bottom_bar: None,
            json_ld: None,
            flash: None,
        };
        page.json_ld = Some("{\"name\":\"</script><script>\"}".into());
        let text = page.render().into_string();
        assert!(
            text.contains("<title>&lt;b&gt;")
                && text.contains("<p>&lt;i&gt;</p>")
                && text.contains("lang=\"zh-Hans\"")
        );
        assert!(
            !text.contains("</script><script>") && !text.contains("\"><script>") && !text.contains(" style=")
        );
    }
}
