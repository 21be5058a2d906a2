//! What moved the forecast since yesterday, how it moved day by day, which films began alike, what the calendar does.

use super::{Glance, address, short_day};
use crate::look::chart::{Band, Columns, Fall, Figure, Line, Paint, Series, waterfall};
use crate::look::money::Told;
use crate::look::parts::{self, Action};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use demand::in_release::Effect;
use flows::learn_market::{Alike, Standing};
use flows::views::outlook::{Moved, Outlook};
use kernel::{Lang, Refusal};
use maud::{Markup, html};

/// Ages that a comparable film is drawn over, at most.
const AGES: i32 = 42;

impl Glance<'_> {
    pub(super) fn why(&self) -> Markup {
        let Ok(outlook) = &self.facts.outlook else { return html! {} };
        let has_alike = !outlook.alike.is_empty();
        html! {
            div class="grid grid-2" id="why" {
                div class="stack" { (self.moved(&outlook.moved)) @if !has_alike { (self.no_alike()) } }
                div class="stack" { (self.totals(outlook)) }
            }
            @if has_alike { (self.alike(outlook)) }
        }
    }

    /// What the calendar does, beside what the cinemas do.
    pub(super) fn surroundings(&self) -> Markup {
        match &self.facts.outlook {
            Ok(outlook) => html! {
                div class="grid grid-2" { (self.calendar(&outlook.effects)) (self.shares()) }
            },
            Err(_) => self.shares(),
        }
    }

    fn glance_of(&self, minor: i64) -> String {
        self.told().glance(minor)
    }

    /// `+¥1.2m` or `−¥3m`.
    fn signed(&self, minor: i64) -> String {
        format!("{}{}", if minor > 0 { "+" } else { "" }, self.glance_of(minor))
    }

    fn moved(&self, moved: &Result<Moved, Refusal>) -> Markup {
        let moved = match moved {
            Ok(moved) => moved,
            Err(refusal) => {
                let said = format!(
                    "{}{}",
                    self.say(
                        "What moved the forecast is told once two evenings have one. ",
                        "连续两晚有预测后，这里会说明变化的原因。"
                    ),
                    refusal.say.in_(self.lang)
                );
                return parts::alert(Tone::Plain, &said, None);
            }
        };
        let words: Vec<_> = moved.steps.iter().map(|step| step.cause.words()).collect();
        let stand = |label, minor: i64| Fall {
            label,
            value: minor as f64,
            shown: self.glance_of(minor),
            is_step: false,
        };
        let mut rows = vec![stand(self.say("The run, as of yesterday", "昨日预测的全程"), moved.before)];
        rows.extend(moved.steps.iter().zip(&words).map(|(step, words)| Fall {
            label: words.in_(self.lang),
            value: step.minor as f64,
            shown: self.signed(step.minor),
            is_step: true,
        }));
        rows.push(stand(self.say("The run, as of now", "最新预测的全程"), moved.now));
        let columns = [
            Column::new(self.say("Cause", "原因"), Kind::Text),
            Column::new(self.say("Moved the run by", "对全程的影响"), Kind::Money).unit(self.told().unit()),
        ];
        let cells = rows.iter().map(|row| {
            let shown = html! { (row.shown) };
            vec![Cell::text(row.label), Cell::markup(shown, &format!("{:.0}", row.value))]
        });
        Figure {
            lang: self.lang,
            title: &self.moved_finding(moved),
            unit: &self.told().caption(
                "forecast of the whole run; causes act one after the other",
                "全程票房预测，各原因依次作用",
            ),
            source: self.say("the forecasts of both evenings", "前后两晚的预测"),
            chart: waterfall(
                self.say("What moved the forecast", "预测为何变化"),
                self.say("Each row adds to or takes from the one above.", "每一行在上一行的基础上增减。"),
                &rows,
            ),
            table: Table::new(self.say("What moved the forecast", "预测为何变化"), &columns, cells.collect()),
        }
        .render()
    }

    /// `Since Sun 25 Dec the run fell by ¥40m, most of it by its own days; Mon 26 Dec took ¥3m less than forecast`
    fn moved_finding(&self, moved: &Moved) -> String {
        let by = moved.now - moved.before;
        let size = self.glance_of(by.abs());
        let day = moved.since.plus(1).say(self.lang);
        let missed = moved.taken - moved.expected;
        let (took, off) = (self.glance_of(moved.taken), self.glance_of(missed.abs()));
        match self.lang {
            Lang::En => {
                let way = if by < 0 { "fell" } else { "rose" };
                let side = if missed < 0 { "less" } else { "more" };
                format!(
                    "Since yesterday the run {way} by {size}: {day} took {took}, {off} {side} than forecast"
                )
            }
            Lang::Zh => {
                let way = if by < 0 { "下调" } else { "上调" };
                let side = if missed < 0 { "少" } else { "多" };
                format!("比昨日{way} {size}：{day} 票房 {took}，比预测{side} {off}")
            }
        }
    }

    /// How the forecast of the run moved, evening by evening.
    fn totals(&self, outlook: &Outlook) -> Markup {
        let own = address(&self.facts.title.id);
        let all = Action {
            href: &format!("{own}/forecasts"),
            word: self.say("Every forecast against what happened", "每次预测与实际对照"),
        };
        html! {
            (totals(self.told(), outlook))
            p { a class="button quiet small" href=(all.href) { (all.word) } }
        }
    }

    fn no_alike(&self) -> Markup {
        let why = match &self.facts.market {
            Standing::NoChart => self.say(
                "No comparable film is named yet: the model that came with the program knows a film by its own days alone. Once an operator imports the market’s daily chart, the films that began most alike are drawn here over this one.",
                "暂时没有可比影片：随程序附带的模型只依据影片自身走势。运营方导入大盘每日榜单后，这里会画出开局最相近的影片。",
            ),
            Standing::BeingLearned => self.say(
                "The market’s daily chart is imported and is being learned, which takes a few minutes. The films that began most alike are then drawn here over this one, and the forecast is made with them.",
                "大盘每日榜单已导入，正在学习，需要几分钟。完成后这里会画出开局最相近的影片，预测也将据此更新。",
            ),
            Standing::Refused(refusal) => refusal.say.in_(self.lang),
            Standing::Learned => self.say(
                "No film of the market’s chart began like this one.",
                "大盘榜单中没有开局与本片相近的影片。",
            ),
        };
        parts::titled_card(
            self.say("Films that began alike", "开局相近的影片"),
            html! { p class="muted" { (why) } },
        )
    }

    /// Small multiples: each comparable film over this one, both as parts of what they took by this age.
    fn alike(&self, outlook: &Outlook) -> Markup {
        let heading = self.say("Films that began alike", "开局相近的影片");
        let panels: Vec<Markup> = outlook.alike.iter().map(|film| self.panel(outlook, film)).collect();
        html! { section class="section" { div class="section-head" { h2 { (heading) } } div class="grid grid-3" { @for panel in &panels { (panel) } } } }
    }

    fn panel(&self, outlook: &Outlook, film: &Alike) -> Markup {
        let release = outlook.film.release;
        let own: Vec<(i32, i64)> =
            outlook.film.days.iter().map(|one| (release.days_until(one.day) + 1, one.amount)).collect();
        let age = own.last().map_or(1, |(age, _)| *age);
        let last = film.days.iter().map(|(age, _)| *age).max().unwrap_or(age).clamp(age, AGES);
        let of = |days: &[(i32, i64)]| -> Vec<Option<f64>> {
            let by_now: i64 = days.iter().filter(|(at, _)| *at <= age).map(|(_, amount)| amount).sum();
            let on = |at: i32| days.iter().find(|(of, _)| *of == at).map(|(_, amount)| *amount);
            (1..=last).map(|at| on(at).map(|amount| amount as f64 * 100.0 / by_now.max(1) as f64)).collect()
        };
        let (mine, theirs) = (of(&own), of(&film.days));
        let kept = money::percent((film.kept * 1e6) as i64, self.lang);
        let title = match self.lang {
            Lang::En => format!("{} ({}): {kept} more in four weeks", film.name, film.release.year()),
            Lang::Zh => format!("《{}》（{}）：此后四周又有 {kept}", film.name, film.release.year()),
        };
        let name = self.facts.title.name.in_(self.lang);
        let labels: Vec<String> = (1..=last).map(|at| at.to_string()).collect();
        let columns = [
            Column::new(self.say("Day of release", "上映第几天"), Kind::Number),
            Column::new(&film.name, Kind::Number),
            Column::new(name, Kind::Number),
        ];
        let cell = |value: &Option<f64>| value.map_or_else(Cell::none, |value| Cell::decimal(value, 1));
        let rows =
            (0..labels.len()).map(|i| vec![Cell::number(i as i64 + 1), cell(&theirs[i]), cell(&mine[i])]);
        Figure {
            lang: self.lang,
            title: &title,
            unit: self.say(
                "a day’s box office by day of release, in percent of all taken by this age",
                "按上映天数的单日票房，占至此累计的百分比",
            ),
            source: self.say("the market’s imported chart; own sales", "导入的大盘榜单；本平台售票"),
            chart: Line {
                lang: self.lang,
                title: &title,
                says: self.say("Both curves on one scale.", "两条曲线用同一比例。"),
                labels,
                series: vec![
                    Series::new(name, mine.clone(), Paint::Lantern),
                    Series::new(&film.name, theirs.clone(), Paint::Water).dashed(),
                ],
                bands: vec![],
                area: false,
                mark: Some((age as usize - 1, self.say("now", "现在"))),
            }
            .render(),
            table: Table::new(&title, &columns, rows.collect()),
        }
        .render()
    }

    /// Weekdays and holidays of the days to come.
    fn calendar(&self, effects: &[Effect]) -> Markup {
        let percent = |effect: &Effect| (effect.ln.exp() - 1.0) * 100.0;
        let mut occasions: Vec<_> =
            effects.iter().filter_map(|effect| Some((effect, effect.occasion.as_ref()?))).collect();
        // A holiday of several days is named on its first.
        occasions.dedup_by(|later, first| later.1 == first.1);
        let named: Vec<String> = occasions
            .into_iter()
            .map(|(effect, words)| format!("{} {}", effect.day.say(self.lang), words.in_(self.lang)))
            .collect();
        let best = effects.iter().max_by(|a, b| a.ln.total_cmp(&b.ln));
        let Some(best) = best else { return html! {} };
        let (day, much) = (best.day.say(self.lang), money::change((percent(best) * 1e4) as i64, self.lang));
        let title = match self.lang {
            Lang::En => format!("The calendar helps most on {day}: {much} against a plain Wednesday"),
            Lang::Zh => format!("日历上最有利的是 {day}：比普通周三 {much}"),
        };
        let columns = [
            Column::new(self.say("Day", "日期"), Kind::Date),
            Column::new(self.say("Occasion", "节日"), Kind::Text),
            Column::new(self.say("Against a plain Wednesday", "与普通周三相比"), Kind::Share),
        ];
        let row = |effect: &Effect| {
            let occasion = effect.occasion.as_ref().map_or("", |words| words.in_(self.lang));
            vec![
                Cell::date(&effect.day.to_string(), &effect.day.say(self.lang)),
                if occasion.is_empty() { Cell::none() } else { Cell::text(occasion) },
                Cell::change((percent(effect) * 1e4) as i64, self.lang),
            ]
        };
        let unit = self.say(
            "what weekday and holiday do to a day, percent against a plain Wednesday, whatever the film’s age",
            "星期与节假日对单日的影响，与普通周三相比的百分比，不计上映天数",
        );
        let source = match named.is_empty() {
            true => self.say("the model’s calendar", "模型的日历").to_owned(),
            false => format!(
                "{}{}",
                self.say("the model’s calendar: ", "模型的日历："),
                named.join(self.say(", ", "、"))
            ),
        };
        Figure {
            lang: self.lang,
            title: &title,
            unit,
            source: &source,
            chart: Columns {
                lang: self.lang,
                title: &title,
                says: unit,
                labels: effects.iter().map(|effect| short_day(effect.day, self.lang)).collect(),
                stacks: vec![Series::new(
                    self.say("calendar", "日历"),
                    effects.iter().map(|effect| Some(percent(effect))).collect(),
                    Paint::Water,
                )],
                growth: None,
            }
            .render(),
            table: Table::new(
                self.say("The calendar of the days to come", "未来各日的日历"),
                &columns,
                effects.iter().map(row).collect(),
            ),
        }
        .render()
    }
}

/// How the forecast of the run moved, evening by evening, beside what was taken so far.
pub fn totals(told: Told, outlook: &Outlook) -> Markup {
    let lang = told.lang;
    let say = |en, zh| crate::look::say(lang, en, zh);
    let glance = |minor| told.glance(minor);
    let evenings = &outlook.evenings;
    let of = |side: fn(&flows::views::outlook::Evening) -> i64| -> Vec<Option<f64>> {
        evenings.iter().map(|evening| Some(told.major(side(evening)))).collect()
    };
    let title = match (evenings.first(), evenings.last()) {
        (Some(first), Some(last)) if first.as_of < last.as_of => {
            let (then, day, now) =
                (glance(first.total.amount), first.as_of.say(lang), glance(last.total.amount));
            match lang {
                Lang::En => format!("The run was forecast at {then} after {day}, and is at {now} now"),
                Lang::Zh => format!("{day} 之后预测全程 {then}，现在为 {now}"),
            }
        }
        _ => say("How the forecast of the run moves", "全程预测的变化").to_owned(),
    };
    let columns = [
        Column::new(say("After", "截至"), Kind::Date),
        Column::new(say("The run", "全程预测"), Kind::Money).unit(told.unit()),
        Column::new(say("Nine in ten between", "九成区间"), Kind::Money),
        Column::new(say("So far", "累计"), Kind::Money).unit(told.unit()),
    ];
    let rows = evenings.iter().map(|evening| {
        vec![
            Cell::date(&evening.as_of.to_string(), &evening.as_of.say(lang)),
            told.cell(evening.total.amount),
            super::against::range(evening.total.wide, told),
            told.cell(evening.so_far),
        ]
    });
    Figure {
        lang,
        title: &title,
        unit: &told.caption("forecast of the whole run by evening", "每晚对全程票房的预测"),
        source: say("forecasts kept each morning; tickets sold here", "每日清晨存档的预测；本平台售票"),
        chart: Line {
            lang,
            title: &title,
            says: say(
                "The forecast of the run as it stood each evening, with its ranges, above what was taken by then.",
                "每晚对全程的预测及其区间，以及当时的累计票房。",
            ),
            labels: evenings.iter().map(|evening| short_day(evening.as_of, lang)).collect(),
            series: vec![
                Series::new(say("forecast of the run", "全程预测"), of(|one| one.total.amount), Paint::Water),
                Series::new(say("so far", "累计"), of(|one| one.so_far), Paint::Lantern),
            ],
            bands: vec![
                Band { name: say("nine in ten", "九成可能"), low: of(|one| one.total.wide.low), high: of(|one| one.total.wide.high), inner: false },
                Band { name: say("one in two", "五成可能"), low: of(|one| one.total.half.low), high: of(|one| one.total.half.high), inner: true },
            ],
            area: false,
            mark: None,
        }
        .render(),
        table: Table::new(say("The forecast of the run by evening", "每晚的全程预测"), &columns, rows.collect()),
    }
    .render()
}
