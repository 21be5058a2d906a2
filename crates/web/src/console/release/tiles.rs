//! The tiles: each one number that answers a question, with what it was and what was expected.

use super::{Glance, Way, ppm};
use crate::look::chart::sparkline;
use crate::look::parts::Stat;
use crate::look::{Tone, money};
use flows::views::takings::FilmDay;
use kernel::Lang;
use maud::{Markup, html};

/// Days on a sparkline, at most.
const SPARK_DAYS: usize = 14;

impl Glance<'_> {
    pub(super) fn tiles(&self) -> Markup {
        html! {
            @if self.facts.latest.is_some() {
                (self.gross()) (self.so_far()) (self.per_showing()) (self.share_of_showings())
            }
            (self.ads()) (self.goods()) (self.want_to_see()) (self.presale())
        }
    }

    fn glance(&self, minor: i64) -> String {
        self.told().glance(minor)
    }

    /// The last finished days of a figure; nothing to see before there are two.
    fn trend(&self, of: impl Fn(&FilmDay) -> f64) -> Markup {
        let goes_on = self.facts.latest.as_ref().is_some_and(|latest| !latest.over);
        let days = &self.facts.days[..self.facts.days.len() - usize::from(goes_on)];
        let values: Vec<f64> = days[days.len().saturating_sub(SPARK_DAYS)..].iter().map(of).collect();
        html! { @if values.len() > 1 { (sparkline(&values, self.say("The last days", "最近几天"))) } }
    }

    fn gross(&self) -> Markup {
        let Some(latest) = &self.facts.latest else { return html! {} };
        let real = |minor| self.facts.scale.minor(minor);
        let day = latest.film.day.say(self.lang);
        let label = match (self.lang, latest.over) {
            (Lang::En, false) => "Box office today".to_owned(),
            (Lang::En, true) => format!("Box office on {day}"),
            (Lang::Zh, false) => "今日票房".to_owned(),
            (Lang::Zh, true) => format!("{day} 票房"),
        };
        let before =
            latest.before.as_ref().map(|(_, pace)| pace.base_minor as f64).filter(|before| *before > 0.0);
        let change = before.map(|before| latest.pace.base_minor as f64 / before - 1.0);
        let since = if latest.over {
            self.say("since the day before", "比前一天")
        } else {
            self.say("since yesterday at this hour", "比昨天此时")
        };
        let delta = change.map(|change| self.changed(change, since)).unwrap_or_default();
        let expected = self.facts.outlook.as_ref().ok().and_then(|outlook| outlook.of(latest.film.day));
        let note = expected.map_or(String::new(), |expected| {
            let (low, high) = (self.glance(expected.wide.low), self.glance(expected.wide.high));
            let amount = self.glance(expected.amount);
            match self.lang {
                Lang::En => format!("forecast {amount} for the day ({low} to {high})"),
                Lang::Zh => format!("全天预测 {amount}（{low} 至 {high}）"),
            }
        });
        let (tone, way) = judged(change);
        Stat {
            label: &label,
            value: &self.glance(real(latest.film.base_minor)),
            delta: &delta,
            note: &note,
            tone,
            way,
            href: None,
        }
        .with(self.trend(|day| day.base_minor as f64))
    }

    /// `28 % since yesterday`, whose sign the arrow says.
    fn changed(&self, change: f64, since: &str) -> String {
        let size = money::percent((change.abs() * 1e6) as i64, self.lang);
        match self.lang {
            Lang::En => format!("{size} {since}"),
            Lang::Zh => format!("{since}{} {size}", if change < 0.0 { "低" } else { "高" }),
        }
    }

    fn so_far(&self) -> Markup {
        let sum: i64 = self.facts.days.iter().map(|day| self.facts.scale.minor(day.base_minor)).sum();
        let note = self.facts.outlook.as_ref().map_or(String::new(), |outlook| {
            let total = outlook.newest.total;
            let (amount, low, high) =
                (self.glance(total.amount), self.glance(total.wide.low), self.glance(total.wide.high));
            match self.lang {
                Lang::En => format!("the whole run {amount} ({low} to {high})"),
                Lang::Zh => format!("全程预测 {amount}（{low} 至 {high}）"),
            }
        });
        let admissions: i64 = self.facts.days.iter().map(|day| day.admissions).sum();
        let delta = money::admissions(admissions, self.lang);
        Stat {
            label: self.say("So far", "累计票房"),
            value: &self.glance(sum),
            delta: &delta,
            note: &note,
            ..Stat::default()
        }
        .render()
    }

    fn per_showing(&self) -> Markup {
        let Some(latest) = &self.facts.latest else { return html! {} };
        let (now, before) =
            (latest.pace.per_showing(), latest.before.as_ref().and_then(|(_, pace)| pace.per_showing()));
        let value = now.map_or_else(|| "–".to_owned(), |now| format!("{now:.1}"));
        let change = now.zip(before.filter(|before| *before > 0.0)).map(|(now, before)| now / before - 1.0);
        let delta = change
            .map(|change| self.changed(change, self.say("since the day before", "比前一天")))
            .unwrap_or_default();
        let occupancy = money::percent((latest.film.occupancy() * 1e6) as i64, self.lang);
        let note = match self.lang {
            Lang::En => format!(
                "{} of {} begun, occupancy {occupancy}",
                latest.pace.begun,
                kernel::counted(latest.film.showings, "showing", "showings")
            ),
            Lang::Zh => {
                format!("{} / {} 场已开映，上座率 {occupancy}", latest.pace.begun, latest.film.showings)
            }
        };
        let (tone, way) = judged(change);
        let href = self
            .ways
            .to(Way::Showings)
            .map(|(href, _)| href.split('?').next().unwrap_or_default().to_owned());
        Stat {
            label: self.say("Admissions per showing", "场均人次"),
            value: &value,
            delta: &delta,
            note: &note,
            tone,
            way,
            href: href.as_deref(),
        }
        .with(self.trend(FilmDay::admissions_per_showing))
    }

    fn share_of_showings(&self) -> Markup {
        let Some(latest) = &self.facts.latest else { return html! {} };
        let film = &latest.film;
        let (showings, gross) = (film.share_of_showings(), film.share_of_gross());
        let percent = |part: f64| money::percent((part * 1e6) as i64, self.lang);
        let untold = film.all_gross_minor == 0;
        let delta = match self.lang {
            _ if untold && latest.over => self.say("no box office that day", "当天没有票房").to_owned(),
            _ if untold => self.say("no box office yet", "尚无票房").to_owned(),
            Lang::En => format!("{} of box office", percent(gross)),
            Lang::Zh => format!("票房占比 {}", percent(gross)),
        };
        let (tone, way) = match () {
            () if untold => (Tone::Plain, ""),
            () if gross >= showings => (Tone::Jade, "up"),
            () => (Tone::Cinnabar, "down"),
        };
        let note = match self.lang {
            Lang::En => {
                format!("{} of {}", film.showings, kernel::counted(film.all_showings, "showing", "showings"))
            }
            Lang::Zh => format!("共 {} 场，本片 {} 场", film.all_showings, film.showings),
        };
        Stat {
            label: self.say("Share of showings", "排片占比"),
            value: &percent(showings),
            delta: &delta,
            note: &note,
            tone,
            way,
            href: Some("#cities"),
        }
        .with(self.trend(FilmDay::share_of_showings))
    }

    fn ads(&self) -> Markup {
        let sum = |of: fn(&flows::views::campaigns::Sums) -> i64| -> i64 {
            self.facts.campaigns.iter().map(|(_, sums)| of(sums)).sum()
        };
        let sales = sum(|sums| sums.credited_tickets_minor + sums.credited_products_minor);
        let (spend, budget, clicks) =
            (sum(|sums| sums.spend_minor), sum(|sums| sums.budget_minor), sum(|sums| sums.clicks));
        let delta = match (self.lang, spend) {
            (_, 0) => String::new(),
            (Lang::En, _) => format!("for {} spent", self.glance(spend)),
            (Lang::Zh, _) => format!("花费 {}", self.glance(spend)),
        };
        let tone = if sales >= spend { Tone::Jade } else { Tone::Cinnabar };
        let note = match (self.lang, self.facts.campaigns.len()) {
            (_, 0) => self.say("no campaign yet", "还没有投放计划").to_owned(),
            (Lang::En, _) => {
                format!(
                    "{} {}, budget {}",
                    money::count(clicks, Lang::En),
                    if clicks == 1 { "click" } else { "clicks" },
                    self.glance(budget)
                )
            }
            (Lang::Zh, _) => {
                format!("{} 次点击，预算 {}", money::count(clicks, Lang::Zh), self.glance(budget))
            }
        };
        let way = match &self.facts.campaigns[..] {
            [(one, _)] => Way::Split(one.id.clone()),
            _ => Way::Campaigns,
        };
        let href = self.ways.to(way).map(|(href, _)| href);
        Stat {
            label: self.say("Sales credited to ads", "广告带来的销售"),
            value: &self.glance(sales),
            delta: &delta,
            note: &note,
            tone,
            way: "",
            href: href.as_deref(),
        }
        .render()
    }

    fn goods(&self) -> Markup {
        let goods = &self.facts.goods;
        let delta = match self.lang {
            Lang::En => format!("{} royalties", self.glance(goods.royalty_minor)),
            Lang::Zh => format!("版税 {}", self.glance(goods.royalty_minor)),
        };
        let note = match (self.lang, goods.units) {
            (_, 0) => self.say("none sold yet", "还没有售出").to_owned(),
            (Lang::En, units) => {
                let orders = kernel::counted(goods.orders, "order", "orders");
                format!("{} sold in {orders}", money::grouped(units))
            }
            (Lang::Zh, units) => {
                format!("{} 单，共 {} 件", money::grouped(goods.orders), money::grouped(units))
            }
        };
        let href = self.ways.to(Way::Merchants).map(|(href, _)| href);
        Stat {
            label: self.say("Licensed goods", "正版周边"),
            value: &self.glance(goods.sales_minor),
            delta: &delta,
            note: &note,
            tone: if goods.royalty_minor > 0 { Tone::Jade } else { Tone::Plain },
            way: "",
            href: href.as_deref(),
        }
        .render()
    }

    fn want_to_see(&self) -> Markup {
        Stat {
            label: self.say("Want to see", "想看"),
            value: &money::count(self.facts.wanted, self.lang),
            note: self.say("people who asked to be told", "人标记了想看"),
            ..Stat::default()
        }
        .render()
    }

    fn presale(&self) -> Markup {
        let base: i64 = self.facts.ahead.iter().map(|day| self.facts.scale.minor(day.base_minor)).sum();
        let tickets: i64 = self.facts.ahead.iter().map(|day| day.admissions).sum();
        let next = self.facts.ahead.first();
        let share = next.map(|next| money::percent(ppm(next.showings, next.all_showings), self.lang));
        let delta = match (self.lang, tickets) {
            (Lang::En, _) => format!("{} for days to come", kernel::counted(tickets, "ticket", "tickets")),
            (Lang::Zh, _) => format!("未来场次已售 {} 张", money::grouped(tickets)),
        };
        let note = match (self.lang, next.zip(share)) {
            (_, None) => self.say("no showings on sale ahead", "之后还没有开售的场次").to_owned(),
            (Lang::En, Some((next, share))) => format!("{share} of showings on {}", next.day.say(Lang::En)),
            (Lang::Zh, Some((next, share))) => format!("{} 排片占比 {share}", next.day.say(Lang::Zh)),
        };
        Stat {
            label: self.say("Presale", "预售"),
            value: &self.glance(base),
            delta: &delta,
            note: &note,
            ..Stat::default()
        }
        .render()
    }
}

fn judged(change: Option<f64>) -> (Tone, &'static str) {
    match change {
        Some(change) if change < 0.0 => (Tone::Cinnabar, "down"),
        Some(_) => (Tone::Jade, "up"),
        None => (Tone::Plain, ""),
    }
}
