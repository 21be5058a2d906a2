//! Describing an audience line by line, with its size beside: counted on every visit, and by the script whenever
//! a line changes.

use super::{address, agreed, counted, find, people, people_cell, ppm, terms};
use crate::answer::{Answer, Page, SeeOther};
use crate::console::campaigns::{Promoter, payers};
use crate::form::Form;
use crate::look::Tone;
use crate::look::chart::{Bar, Figure, Paint, bars};
use crate::look::money;
use crate::look::parts::{self, Field, Stat};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::Visit;
use ::people::Org;
use ads::audiences::{self, Audience};
use axum::extract::Path;
use axum::response::IntoResponse;
use demand::audience::{Behaviour, Key, Likeness, Rule, TICKETS, TIMES_MAX, Told, WINDOW_DAYS_MAX, What};
use flows::House;
use flows::audiences::{self as crowd, Look};
use flows::views::audiences::Names;
use kernel::{AudienceId, Kind as Why, Lang, OrgId, Refusal, Result, TitleId, Words};
use maud::{Markup, html};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Cities drawn, at most: those with the most people.
const CITIES_MAX: usize = 12;
/// Reasons told of a look-alike: the weightiest.
const REASONS_MAX: usize = 6;
/// Lines that are open before somebody asks for more.
const LINES_OPEN: usize = 2;

/// A new audience, or, with lines in the query, how many it would have.
pub async fn blank(visit: Visit, promoter: Promoter) -> Answer<Page> {
    let form = asked(&visit);
    page(&visit, &promoter, None, &form).await
}

pub async fn show(visit: Visit, promoter: Promoter, Path(id): Path<String>) -> Answer<Page> {
    let audience = find(&visit, &promoter, &id).await?;
    let typed = asked(&visit);
    let form = if terms::filled(&typed) > 0 { typed } else { stored(&audience) };
    page(&visit, &promoter, Some(&audience), &form).await
}

pub async fn add(visit: Visit, promoter: Promoter, form: Form) -> Answer {
    match save(&visit, &promoter, None, &form).await {
        Ok(audience) => Ok(kept(&audience)),
        Err(error) => Ok(page(&visit, &promoter, None, &form.refused(error)?).await?.into_response()),
    }
}

pub async fn change(visit: Visit, promoter: Promoter, Path(id): Path<String>, form: Form) -> Answer {
    let audience = find(&visit, &promoter, &id).await?;
    match save(&visit, &promoter, Some(&audience), &form).await {
        Ok(audience) => Ok(kept(&audience)),
        Err(error) => {
            Ok(page(&visit, &promoter, Some(&audience), &form.refused(error)?).await?.into_response())
        }
    }
}

fn kept(audience: &Audience) -> axum::response::Response {
    let onward = SeeOther::to(address(&audience.id));
    onward.saying("The audience is kept.", "人群已保存。").into_response()
}

/// The lines of the query.
fn asked(visit: &Visit) -> Form {
    let mut form = Form::blank();
    let lines = (0..terms::LINES).flat_map(|line| terms::FIELDS.map(|field| terms::name(field, line)));
    for name in lines.chain(["name".to_owned(), "payer".to_owned()]) {
        if let Some(value) = visit.asked(&name) {
            form = form.with(&name, value);
        }
    }
    form
}

fn stored(audience: &Audience) -> Form {
    let lines = Rule::read(&audience.rule).ok().and_then(|rule| terms::fill(&rule)).unwrap_or_default();
    Form::filled(lines).with("name", audience.name.clone())
}

async fn save(visit: &Visit, promoter: &Promoter, was: Option<&Audience>, form: &Form) -> Result<Audience> {
    let (name, rule) = (form.text("name").to_owned(), terms::read(form)?.ok_or_else(nothing_said)?);
    let lane = House::lane();
    let saved = match was.map(|audience| (audience.org.clone(), audience.id.clone())) {
        Some((org, id)) => {
            visit.write(&lane, move |scene| crowd::change(scene, &org, &id, &name, &rule)).await?
        }
        None => {
            let org = owner(&payers(visit, promoter).await?, form)?;
            visit.write(&lane, move |scene| crowd::save(scene, &org, &name, &rule)).await?
        }
    };
    Ok(saved)
}

fn owner(payers: &[Org], form: &Form) -> Result<OrgId, Refusal> {
    if let [only] = payers {
        return Ok(only.id.clone());
    }
    let asked: OrgId = form.id("payer")?;
    let found = payers.iter().find(|payer| payer.id == asked).map(|payer| payer.id.clone());
    found.ok_or_else(|| {
        Refusal::field(
            "payer",
            "not_your_payer",
            "Please choose one of your organisations.",
            "请选择您的机构。",
        )
    })
}

fn nothing_said() -> Refusal {
    Refusal::field(
        "rule",
        "empty_rule",
        "An audience needs at least one condition.",
        "人群至少需要一个条件。",
    )
}

/// What the form can choose from.
struct Choices {
    payers: Vec<Org>,
    names: Names,
    things: Vec<What>,
    /// The visitor's own audiences that may be seeds.
    seeds: Vec<Audience>,
}

async fn choices(visit: &Visit, promoter: &Promoter, editing: Option<&AudienceId>) -> Result<Choices> {
    let payers = payers(visit, promoter).await?;
    let orgs: Vec<OrgId> = payers.iter().map(|payer| payer.id.clone()).collect();
    let (names, hidden, audiences) = visit
        .read(move |view| {
            let mut found = Vec::new();
            for org in &orgs {
                found.extend(audiences::of_org(view, org)?);
            }
            let mut hidden = titles::all(view)?;
            hidden.retain(|title| !title.status.is_public() && !orgs.contains(&title.studio));
            let hidden: BTreeSet<TitleId> = hidden.into_iter().map(|title| title.id).collect();
            Ok((flows::views::audiences::names(view)?, hidden, found))
        })
        .await?;
    let may_be_seed = |audience: &Audience| {
        Some(&audience.id) != editing && Rule::read(&audience.rule).is_ok_and(|rule| rule.seeds().is_empty())
    };
    let seeds = audiences.into_iter().filter(may_be_seed).collect();
    let mut things = things(visit, &names);
    things.retain(|what| !matches!(what, What::Title(id) if hidden.contains(id)));
    Ok(Choices { payers, things, names, seeds })
}

/// Every film, kind of goods, place and city, and whatever else people did something about.
fn things(visit: &Visit, names: &Names) -> Vec<What> {
    let mut things = visit.house.crowd().things();
    things.extend(names.titles.keys().cloned().map(What::Title));
    things.extend(names.places.keys().cloned().map(What::Place));
    things.extend(names.cities.keys().cloned().map(What::City));
    things.extend(licensing::categories::KNOWN.map(|(code, _, _)| What::Category(code.into())));
    things.into_iter().collect()
}

/// A count, the sentence that says why there is none, or nothing before anything was said.
enum Found {
    Nothing,
    Refused(Refusal),
    Look(Rule, Look, Option<Arc<Likeness>>),
}

async fn look(visit: &Visit, promoter: &Promoter, was: Option<&Audience>, form: &Form) -> Answer<Found> {
    let rule = match (terms::read(form), was) {
        (Ok(Some(rule)), _) => rule,
        (Err(refusal), _) => return Ok(Found::Refused(refusal)),
        // A rule that the form cannot hold is counted as it was saved.
        (Ok(None), Some(audience)) => Rule::read(&audience.rule)?,
        (Ok(None), None) => return Ok(Found::Nothing),
    };
    for seed in rule.seeds() {
        find(visit, promoter, &seed.0).await?;
    }
    let (asked, seed) = (rule.clone(), rule.seeds().first().map(|seed| (*seed).clone()));
    let looked = counted(visit, move |house| {
        let look = crowd::look(house, &asked)?;
        Ok((look, seed.and_then(|seed| crowd::reasons(house, &seed))))
    });
    match looked.await {
        Ok((look, likeness)) => Ok(Found::Look(rule, look, likeness)),
        Err(kernel::Error::Refused(refusal)) if matches!(refusal.kind, Why::Invalid | Why::Conflict) => {
            Ok(Found::Refused(refusal))
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(visit: &Visit, promoter: &Promoter, was: Option<&Audience>, form: &Form) -> Answer<Page> {
    let choices = choices(visit, promoter, was.map(|audience| &audience.id)).await?;
    let found = look(visit, promoter, was, form).await?;
    let title = was.map_or(visit.say("Describe an audience", "新建人群"), |audience| &audience.name);
    let (save_at, count_at) = match was {
        Some(audience) => (address(&audience.id), address(&audience.id)),
        None => ("/console/audiences".to_owned(), "/console/audiences/new".to_owned()),
    };
    // A campaign chooses its audience on its own page.
    let lead = match was {
        Some(_) => parts::link_button(
            parts::Weight::Quiet,
            "/console/campaigns",
            visit.say("Aim a campaign at it", "用于投放计划"),
        ),
        None => html! {},
    };
    let body = html! {
        (parts::heading(title, &agreed(visit, crowd::people(&visit.house)), lead))
        div class="builder" {
            form class="form" method="post" action=(save_at) novalidate data-recount=(count_at) {
                (fields(visit, &choices, was, form))
                div class="form-foot" {
                    button class="button primary" type="submit" { (visit.say("Keep it", "保存人群")) }
                    button class="button quiet" type="submit" formmethod="get" formaction=(count_at) { (visit.say("Count", "计算人数")) }
                }
            }
            div id="count" aria-live="polite" { (size(visit, &choices.names, &found)) }
        }
    };
    Ok(Page::console(title.to_owned(), body).status(form.status()))
}

fn fields(visit: &Visit, choices: &Choices, was: Option<&Audience>, form: &Form) -> Markup {
    let payers: Vec<(&str, &str)> =
        choices.payers.iter().map(|payer| (payer.id.0.as_str(), payer.name.in_(visit.lang))).collect();
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let open = (terms::filled(form) + 1).clamp(LINES_OPEN, terms::LINES);
    let own = html! {
        (Field { required: true, hint: visit.say("Only you see it.", "仅内部可见。"), ..field("name", "Name", "名称") }.input())
        @if was.is_none() && payers.len() > 1 { (field("payer", "Whose", "所属机构").select(&payers)) }
    };
    html! {
        @if let Some(error) = form.error(visit.lang, &own) { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
        (own)
        @if was.is_some() && terms::filled(form) == 0 {
            (parts::alert(Tone::Plain, visit.say("This rule was saved by a program and is more than these lines can hold. It stays as it is unless you write another.", "这条规则由程序保存，无法用下面的条件表示；重新填写前保持不变。"), None))
        }
        @for line in 0..open { (one_line(visit, choices, form, line)) }
        @if open < terms::LINES {
            details { summary { (visit.say("More conditions", "更多条件")) }
                @for line in open..terms::LINES { (one_line(visit, choices, form, line)) }
            }
        }
    }
}

fn one_line(visit: &Visit, choices: &Choices, form: &Form, line: usize) -> Markup {
    let did: Vec<(&str, Words)> = Behaviour::ALL.map(|one| (one.code(), one.words())).to_vec();
    let select = |field: &str, label: &str, options: Markup| {
        let id = terms::name(field, line);
        html! { div class={ "field part-" (field) } { label for=(id) { (label) } select id=(id) name=(id) { (options) } } }
    };
    let option = |field: &str, value: &str, word: &str| {
        html! { option value=(value) selected[terms::value(form, field, line) == value] { (word) } }
    };
    let number = |field: &str, label: Markup, most: &str| {
        let id = terms::name(field, line);
        html! { div class={ "field part-" (field) } { label for=(id) { (label) } div class="input-row" { input id=(id) name=(id) type="text" inputmode="decimal" value=(if field == "n" { form.text(&id) } else { terms::value(form, field, line) }) aria-describedby={ (id) "-most" }; } span class="visually-hidden" id={ (id) "-most" } { (most) } } }
    };
    let most = |most: u32| format!("{} {most}", visit.say("at most", "最多"));
    // The style sheet shows the one that fits what was chosen above it.
    let of_what = html! {
        span class="for-did" { (visit.say("Times (1 if left empty)", "次数（不填为 1）")) }
        span class="for-like" { (visit.say("People alike (1,000 if left empty)", "相似人数（不填为 1,000）")) }
        span class="for-likely" { (visit.say("Probability, % (2 if left empty)", "概率 %（不填为 2）")) }
    };
    html! {
        fieldset class="card term" {
            legend { (visit.say("Condition", "条件")) " " (line + 1) }
            div class="term-parts" {
                @if line > 0 {
                    (select("join", visit.say("Joined by", "与上一条"), html! {
                        (option("join", "and", visit.say("and", "且"))) (option("join", "or", visit.say("or", "或")))
                    }))
                }
                (select("not", visit.say("People who", "哪些人"), html! {
                    (option("not", "", visit.say("do", "满足"))) (option("not", "not", visit.say("do not", "不满足")))
                }))
                (select("term", visit.say("What they did", "行为"), html! {
                    (option("term", "", "—"))
                    @for (code, words) in &did { (option("term", code, words.in_(visit.lang))) }
                    (option("term", "lives", visit.say("live in (city)", "常住（城市）")))
                    (option("term", "likely", visit.say("will probably buy within a day", "一天内可能购买")))
                    @if choices.seeds.is_empty() { option disabled { (visit.say("are like an audience (keep one first)", "相似于人群（请先保存一个人群）")) } }
                    @else { (option("term", "like", visit.say("are like (audience)", "相似于（人群）"))) }
                }))
                (select("what", visit.say("About what", "对象"), what_options(visit, choices, terms::value(form, "what", line))))
                (select("times", visit.say("How often", "次数"), html! {
                    (option("times", "at_least", visit.say("at least", "至少"))) (option("times", "at_most", visit.say("at most", "至多")))
                }))
                (number("n", of_what, &most(TIMES_MAX)))
                (number("days", html! { (visit.say("In the last days", "最近天数")) }, &most(WINDOW_DAYS_MAX)))
            }
        }
    }
}

fn what_options(visit: &Visit, choices: &Choices, chosen: &str) -> Markup {
    let goods = visit.say("Goods", "商品类目");
    type Group<'a> = (&'a str, fn(&What) -> bool);
    let groups: [Group; 6] = [
        ("", |what| matches!(what, What::Anything)),
        (visit.say("Films", "影片"), |what| matches!(what, What::Title(_))),
        (visit.say("Genres", "类型"), |what| matches!(what, What::Genre(_))),
        (goods, |what| matches!(what, What::Category(_))),
        (visit.say("Places", "场所"), |what| matches!(what, What::Place(_))),
        (visit.say("Cities", "城市"), |what| matches!(what, What::City(_))),
    ];
    let option = |code: String, word: &str| {
        html! { option value=(code) selected[code == chosen] { (word) } }
    };
    let things = |of: fn(&What) -> bool| choices.things.iter().filter(move |what| of(what));
    html! {
        (option("anything".into(), visit.say("anything", "任意内容")))
        // What a rule asks about stays chosen when it is offered no longer.
        @if let Some(what) = terms::read_what(chosen).filter(|what| *what != What::Anything && !choices.things.contains(what)) {
            (option(chosen.to_owned(), choices.names.what(&what).in_(visit.lang)))
        }
        @for (label, of) in groups.into_iter().skip(1) { @if things(of).next().is_some() {
            optgroup label=(label) {
                @if label == goods { (option(TICKETS.into(), visit.say("tickets (only for “will probably buy”)", "电影票（仅用于“可能购买”）"))) }
                @for what in things(of) { (option(terms::code(what), choices.names.what(what).in_(visit.lang))) } }
        } }
        @if !choices.seeds.is_empty() {
            optgroup label=(visit.say("Audiences", "人群")) { @for seed in &choices.seeds { (option(format!("audience:{}", seed.id), &seed.name)) } }
        }
    }
}

fn size(visit: &Visit, names: &Names, found: &Found) -> Markup {
    match found {
        Found::Nothing => html! {
            (parts::card(html! { p class="muted" { (visit.say("Choose what people did, and see how many they are.", "选择行为，即可看到人数。")) } }))
        },
        Found::Refused(refusal) => parts::alert(Tone::Cinnabar, refusal.in_(visit.lang), None),
        Found::Look(rule, look, likeness) => html! {
            (total(visit, names, rule, look))
            @if rule.terms().iter().any(|term| matches!(term, Rule::Likely(_))) { (how_sure(visit)) }
            @if let Some(likeness) = likeness { (why_alike(visit, names, likeness)) }
            @if !look.by_city.is_empty() { (by_city(visit, names, look)) }
        },
    }
}

fn total(visit: &Visit, names: &Names, rule: &Rule, look: &Look) -> Markup {
    let count = people(visit.lang, look.count);
    let all = people(visit.lang, look.people);
    let share = money::percent(ppm(look.count, look.people), visit.lang);
    // Of a number that is not told, no share is told either.
    let note = match (visit.lang, look.count.count()) {
        (Lang::En, Some(_)) => format!("of {all}: {share}"),
        (Lang::En, None) => format!("of {all}"),
        (Lang::Zh, Some(_)) => format!("共{all} 人，占 {share}"),
        (Lang::Zh, None) => format!("共{all} 人"),
    };
    let said = names.say(rule, visit.lang);
    let terms: Vec<(String, Told)> = rule
        .terms()
        .into_iter()
        .map(|term| names.say(term, visit.lang))
        .zip(look.terms.iter().copied())
        .collect();
    html! {
        (Stat { label: visit.say("People in this audience", "人群人数"), value: &count, note: &note, ..Stat::default() }.render())
        p class="said" { (visit.say("People who ", "")) (said) (visit.say(".", "。")) }
        @if terms.len() > 1 {
            @let columns = [Column::new(visit.say("Each condition by itself", "单个条件"), Kind::Text), Column::new(visit.say("People, about", "人数（约）"), Kind::Number)];
            @let rows = terms.iter().map(|(said, count)| vec![Cell::text(said), people_cell(visit.lang, *count)]).collect();
            (Table::new(visit.say("Each condition by itself", "单个条件"), &columns, rows).render(visit.lang))
        }
    }
}

/// How the forecasts of who will buy did yesterday.
fn how_sure(visit: &Visit) -> Markup {
    let lang = visit.lang;
    let Some(known) = visit.house.crowd().calibration() else {
        let said = visit.say(
            "How well these probabilities hold can be told once another day has had enough purchases.",
            "再有一天且购买足够多时，才能检验这些概率。",
        );
        return html! { p class="muted" { (said) } };
    };
    let (day, expected, bought) = (known.day.say(lang), known.expected, known.bought);
    let pairs = money::grouped(known.pairs as i64);
    let said = match lang {
        Lang::En => format!(
            "Reckoned once a day, of people who agreed to ads that suit them. For {day} the same method expected \
             {expected:.0} purchases of {pairs} people and kinds of goods it could see; there were {bought}."
        ),
        Lang::Zh => format!(
            "每天推算一次，仅限同意个性化广告的人。对{day}，同一方法在 {pairs} 个“人与类目”中预计有 {expected:.0} 次购买，实际 {bought} 次。"
        ),
    };
    let columns = [
        Column::new(visit.say("A fifth of them, least likely first", "按概率从低到高五等分"), Kind::Text),
        Column::new(visit.say("Forecast", "预测"), Kind::Share),
        Column::new(visit.say("Bought", "实际购买"), Kind::Share),
    ];
    let share = |part: f64| Cell::share((part * 1e6) as i64, lang);
    let row = |(i, (forecast, bought)): (usize, &(f64, f64))| {
        vec![Cell::text(&(i + 1).to_string()), share(*forecast), share(*bought)]
    };
    let rows = known.groups.iter().enumerate().map(row).collect();
    let title = visit.say("How well the probabilities hold", "概率的检验");
    parts::section(
        title,
        None,
        html! { p class="muted" { (said) } (Table::new(title, &columns, rows).render(lang)) },
    )
}

/// What the people of the seed have in common, in sentences.
fn why_alike(visit: &Visit, names: &Names, likeness: &Likeness) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::new(visit.say("What tells them apart", "特征"), Kind::Text),
        Column::new(visit.say("Points", "分值"), Kind::Number),
        Column::new(visit.say("In the seed", "种子人群"), Kind::Share),
        Column::new(visit.say("Of everybody", "全体"), Kind::Share),
    ];
    let row = |reason: &demand::audience::Reason| {
        let said = match &reason.key {
            Key::Did(behaviour, what) => {
                let (did, what) = (behaviour.words(), names.what(what));
                format!("{} {}", did.in_(lang), what.in_(lang))
            }
            // Nobody is alike by what was only reckoned of them.
            Key::Likely(_) => String::new(),
            Key::Lives(city) => match lang {
                Lang::En => format!("live in {}", names.city(city).in_(lang)),
                Lang::Zh => format!("常住{}", names.city(city).in_(lang)),
            },
        };
        let share = |part: f64| Cell::share((part * 1e6) as i64, lang);
        vec![
            Cell::text(&said),
            Cell::number(reason.points.into()),
            share(reason.in_seed),
            share(reason.in_everybody),
        ]
    };
    let rows = likeness.reasons.iter().take(REASONS_MAX).map(row).collect();
    let fit = match lang {
        Lang::En => format!(
            "Shown one of the seed and one other it had not seen, the model picks the right one {:.0}\u{202f}% of the time.",
            likeness.auc * 100.0
        ),
        Lang::Zh => {
            format!("从未见过的种子成员与其他人各取一位，模型有 {:.0}% 的机会认对。", likeness.auc * 100.0)
        }
    };
    parts::section(
        visit.say("Why they are alike", "为何相似"),
        None,
        html! { p class="muted" { (fit) } (Table::new(visit.say("Why they are alike", "为何相似"), &columns, rows).render(lang)) },
    )
}

fn by_city(visit: &Visit, names: &Names, look: &Look) -> Markup {
    let lang = visit.lang;
    let told: Vec<(Words, Told)> =
        look.by_city.iter().map(|(city, told)| (names.city(city), *told)).collect();
    let size = |told: &Told| told.count().unwrap_or(0);
    let drawn: Vec<(&str, u64, String)> = told
        .iter()
        .take(CITIES_MAX)
        .map(|(name, told)| (name.in_(lang), size(told), money::grouped(size(told) as i64)))
        .collect();
    let rows: Vec<Bar> = drawn
        .iter()
        .map(|(label, count, shown)| Bar { label, value: *count as f64, shown, paint: Paint::Lantern })
        .collect();
    let (first, most) = told.first().map_or(("", Told::default()), |(name, told)| (name.in_(lang), *told));
    let share = money::percent(ppm(most, look.count), lang);
    let title = match lang {
        Lang::En => format!("{first} has the most of them: {share}"),
        Lang::Zh => format!("{first}最多，占 {share}"),
    };
    let columns = [
        Column::new(visit.say("City", "城市"), Kind::Text),
        Column::new(visit.say("People, about", "人数（约）"), Kind::Number),
        Column::new(visit.say("Of the audience", "占比"), Kind::Share),
    ];
    let lines = told.iter().map(|(name, count)| {
        vec![
            Cell::text(name.in_(lang)),
            people_cell(lang, *count),
            Cell::share(ppm(*count, look.count), lang),
        ]
    });
    Figure {
        lang,
        title: &title,
        unit: visit.say("people", "人"),
        source: visit.say(
            "where they last went to the cinema; numbers are rounded to tens; cities with too few are left out",
            "以最近一次观影所在城市计；人数按十取整，人数过少的城市不列出",
        ),
        chart: bars(visit.say("By city", "按城市"), &title, &rows),
        table: Table::new(visit.say("By city", "按城市"), &columns, lines.collect()),
    }
    .render()
}
