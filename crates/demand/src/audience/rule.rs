//! The language of audiences: what somebody did how often, where they live, whom they are like; and, or, not.

use kernel::{AudienceId, Kind, Lang, PlaceId, Refusal, TitleId, Words};
use serde::{Deserialize, Serialize};

use super::features::{TIMES_MAX, WINDOW_DAYS_MAX};

/// Terms in one rule: all that is not a group or a "not".
pub const TERMS_MAX: usize = 8;
/// Groups and nots that a term may stand in.
pub const DEPTH_MAX: usize = 4;
/// People that a look-alike may name.
const PEOPLE_MAX: u64 = 100_000_000;
const CODE_CHARS_MAX: usize = 60;
const TEXT_BYTES_MAX: usize = 8192;

/// As JSON: `{"all": [{"did": {…}}, {"not": {"lives": "shanghai"}}]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Everybody in all of these.
    All(Vec<Rule>),
    /// Everybody in at least one of these.
    Any(Vec<Rule>),
    /// Everybody else.
    Not(Box<Rule>),
    Did(Did),
    /// Whose city this is, by its code.
    Lives(String),
    Like(Like),
    Likely(Likely),
}

/// Who will probably buy in a category tomorrow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Likely {
    /// A category of goods, or [`TICKETS`].
    pub category: String,
    /// The least probability, in a thousand.
    pub permille: u32,
}

/// The category that stands for tickets of any film.
pub const TICKETS: &str = "tickets";
/// The highest probability that may be asked for, in a thousand.
pub const PERMILLE_MAX: u32 = 500;

/// Who did something so many times lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Did {
    pub behaviour: Behaviour,
    #[serde(default)]
    pub what: What,
    pub times: Times,
    /// Days, today included.
    pub days: u32,
}

/// Who is most like the people of another audience, without being one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Like {
    pub seed: AudienceId,
    /// How many at most; whoever is as much alike as the first that is left out is left out too.
    pub people: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    Viewed,
    Carted,
    Played,
    SawAd,
    ClickedAd,
    BoughtTickets,
    BoughtGoods,
    WantsToSee,
}

/// What a behaviour was about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    #[default]
    Anything,
    Title(TitleId),
    Genre(String),
    Category(String),
    Place(PlaceId),
    /// Something in a city, by its code.
    City(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    AtLeast(u32),
    AtMost(u32),
}

impl Behaviour {
    pub const ALL: [Behaviour; 8] = [
        Behaviour::Viewed,
        Behaviour::Carted,
        Behaviour::Played,
        Behaviour::SawAd,
        Behaviour::ClickedAd,
        Behaviour::BoughtTickets,
        Behaviour::BoughtGoods,
        Behaviour::WantsToSee,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Behaviour::Viewed => "viewed",
            Behaviour::Carted => "carted",
            Behaviour::Played => "played",
            Behaviour::SawAd => "saw_ad",
            Behaviour::ClickedAd => "clicked_ad",
            Behaviour::BoughtTickets => "bought_tickets",
            Behaviour::BoughtGoods => "bought_goods",
            Behaviour::WantsToSee => "wants_to_see",
        }
    }

    pub fn parse(code: &str) -> Option<Behaviour> {
        Behaviour::ALL.into_iter().find(|behaviour| behaviour.code() == code)
    }

    /// As a sentence goes on after "who": `looked at`, `浏览`.
    pub fn words(self) -> Words {
        let (en, zh) = match self {
            Behaviour::Viewed => ("looked at", "浏览"),
            Behaviour::Carted => ("put in a basket", "加入购物车"),
            Behaviour::Played => ("played", "播放"),
            Behaviour::SawAd => ("saw an ad for", "看到广告"),
            Behaviour::ClickedAd => ("followed an ad for", "点击广告"),
            Behaviour::BoughtTickets => ("bought tickets for", "购票"),
            Behaviour::BoughtGoods => ("bought goods of", "购买商品"),
            Behaviour::WantsToSee => ("want to see", "想看"),
        };
        Words::new(en, zh)
    }
}

impl Rule {
    /// Reads a rule from JSON and checks its limits.
    pub fn read(text: &str) -> Result<Rule, Refusal> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(refuse("rule_too_long", "This rule is too long.", "这条规则太长了。"));
        }
        let rule: Rule = serde_json::from_str(text).map_err(|error| {
            refuse(
                "bad_rule",
                &format!("This is not a rule: {error}."),
                &format!("这不是一条规则：{error}。"),
            )
        })?;
        rule.check()?;
        Ok(rule)
    }

    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("a rule has no keys but texts")
    }

    /// The same rule in one form, whichever way it was written: "not" stands before terms alone, groups of one kind do
    /// not stand in each other, and parts stand in order, each once.
    pub fn normal(&self) -> Rule {
        self.signed(true)
    }

    fn signed(&self, is: bool) -> Rule {
        match self {
            Rule::Not(rule) => rule.signed(!is),
            Rule::All(parts) => group(parts, is, is),
            Rule::Any(parts) => group(parts, !is, is),
            term if is => term.clone(),
            term => Rule::Not(Box::new(term.clone())),
        }
    }

    /// Refuses a rule beyond the limits: too many terms, too deep, an empty group, a count or a window out of range.
    pub fn check(&self) -> Result<(), Refusal> {
        let terms = self.terms();
        if terms.len() > TERMS_MAX {
            let (en, zh) = (
                format!("This rule has {} terms, but may have {TERMS_MAX}.", terms.len()),
                format!("这条规则有 {} 个条件，最多 {TERMS_MAX} 个。", terms.len()),
            );
            return Err(refuse("too_many_terms", &en, &zh));
        }
        self.check_groups(0)?;
        terms.into_iter().try_for_each(check_term)
    }

    fn check_groups(&self, depth: usize) -> Result<(), Refusal> {
        let parts = self.parts();
        let group = !parts.is_empty() || matches!(self, Rule::All(_) | Rule::Any(_));
        if group && depth == DEPTH_MAX {
            let (en, zh) = (
                format!("Groups may stand in each other {DEPTH_MAX} deep."),
                format!("条件组最多嵌套 {DEPTH_MAX} 层。"),
            );
            return Err(refuse("rule_too_deep", &en, &zh));
        }
        if group && parts.is_empty() {
            return Err(refuse(
                "empty_group",
                "A group needs at least one condition.",
                "条件组至少需要一个条件。",
            ));
        }
        parts.iter().try_for_each(|part| part.check_groups(depth + 1))
    }

    /// What a group or a "not" holds; a term holds nothing.
    fn parts(&self) -> &[Rule] {
        match self {
            Rule::All(parts) | Rule::Any(parts) => parts,
            Rule::Not(part) => std::slice::from_ref(part),
            Rule::Did(_) | Rule::Lives(_) | Rule::Like(_) | Rule::Likely(_) => &[],
        }
    }

    /// All terms, in the order in which they are written.
    pub fn terms(&self) -> Vec<&Rule> {
        match self {
            Rule::Did(_) | Rule::Lives(_) | Rule::Like(_) | Rule::Likely(_) => vec![self],
            group => group.parts().iter().flat_map(Rule::terms).collect(),
        }
    }

    /// The audiences whose likes this one asks for.
    pub fn seeds(&self) -> Vec<&AudienceId> {
        let seeds = self.terms().into_iter().filter_map(|term| match term {
            Rule::Like(like) => Some(&like.seed),
            _ => None,
        });
        seeds.collect()
    }

    /// The rule as a sentence, in which `name` says how titles, places, cities and audiences are called.
    pub fn say(&self, lang: Lang, name: &dyn Fn(Named) -> String) -> String {
        match (self, lang) {
            (Rule::All(parts), Lang::En) => join(parts, " and ", lang, name),
            (Rule::All(parts), Lang::Zh) => join(parts, "，且", lang, name),
            (Rule::Any(parts), Lang::En) => join(parts, " or ", lang, name),
            (Rule::Any(parts), Lang::Zh) => join(parts, "，或", lang, name),
            (Rule::Not(part), Lang::En) => format!("not {}", part.nested(lang, name)),
            (Rule::Not(part), Lang::Zh) => format!("不属于{}", part.nested(lang, name)),
            (Rule::Did(did), _) => did.say(lang, name),
            (Rule::Lives(city), Lang::En) => format!("live in {}", name(Named::City(city))),
            (Rule::Lives(city), Lang::Zh) => format!("常住{}", name(Named::City(city))),
            (Rule::Like(like), Lang::En) => {
                format!(
                    "are among the {} people most like “{}”",
                    like.people,
                    name(Named::Audience(&like.seed))
                )
            }
            (Rule::Like(like), Lang::Zh) => {
                format!("与“{}”最相似的 {} 人", name(Named::Audience(&like.seed)), like.people)
            }
            (Rule::Likely(likely), _) => likely.say(lang, name),
        }
    }

    fn nested(&self, lang: Lang, name: &dyn Fn(Named) -> String) -> String {
        let said = self.say(lang, name);
        match (self.parts().len() > 1, lang) {
            (true, Lang::En) => format!("({said})"),
            (_, Lang::Zh) => format!("（{said}）"),
            (false, Lang::En) => said,
        }
    }
}

/// What has a name outside of the rule.
#[derive(Clone, Copy, Debug)]
pub enum Named<'a> {
    What(&'a What),
    City(&'a str),
    Audience(&'a AudienceId),
}

fn join(parts: &[Rule], with: &str, lang: Lang, name: &dyn Fn(Named) -> String) -> String {
    let said =
        |part: &Rule| if part.parts().len() > 1 { part.nested(lang, name) } else { part.say(lang, name) };
    parts.iter().map(said).collect::<Vec<_>>().join(with)
}

impl Likely {
    fn say(&self, lang: Lang, name: &dyn Fn(Named) -> String) -> String {
        let what = match (self.category.as_str(), lang) {
            (TICKETS, Lang::En) => "tickets".to_owned(),
            (TICKETS, Lang::Zh) => "电影票".to_owned(),
            (category, _) => name(Named::What(&What::Category(category.to_owned()))),
        };
        let percent = format!("{}", f64::from(self.permille) / 10.0);
        match lang {
            Lang::En => format!("will buy {what} within a day with a probability of at least {percent} %"),
            Lang::Zh => format!("一天内购买{what}的概率不低于 {percent}%"),
        }
    }
}

impl Did {
    fn say(&self, lang: Lang, name: &dyn Fn(Named) -> String) -> String {
        let did = self.behaviour.words();
        let (did, what, days) = (did.in_(lang), name(Named::What(&self.what)), self.days);
        match (lang, self.times) {
            (Lang::En, Times::AtLeast(1)) => format!("{did} {what} in the last {days} days"),
            (Lang::En, Times::AtLeast(n)) => {
                format!("{did} {what} at least {n} times in the last {days} days")
            }
            (Lang::En, Times::AtMost(0)) => format!("never {did} {what} in the last {days} days"),
            (Lang::En, Times::AtMost(n)) => {
                format!("{did} {what} at most {n} times in the last {days} days")
            }
            (Lang::Zh, Times::AtLeast(1)) => format!("近 {days} 天{did}过{what}"),
            (Lang::Zh, Times::AtLeast(n)) => format!("近 {days} 天{did}{what}至少 {n} 次"),
            (Lang::Zh, Times::AtMost(0)) => format!("近 {days} 天没有{did}过{what}"),
            (Lang::Zh, Times::AtMost(n)) => format!("近 {days} 天{did}{what}至多 {n} 次"),
        }
    }
}

/// Parts that are asked for together, each meant or not (De Morgan), in their normal form.
fn group(parts: &[Rule], all: bool, is: bool) -> Rule {
    let mut flat = Vec::new();
    for part in parts {
        match (part.signed(is), all) {
            (Rule::All(inner), true) | (Rule::Any(inner), false) => flat.extend(inner),
            (other, _) => flat.push(other),
        }
    }
    flat.sort_by_cached_key(Rule::text);
    flat.dedup();
    match flat.len() {
        1 => flat.remove(0),
        _ if all => Rule::All(flat),
        _ => Rule::Any(flat),
    }
}

fn check_term(term: &Rule) -> Result<(), Refusal> {
    match term {
        Rule::Did(did) => check_did(did),
        Rule::Lives(city) => check_code(city),
        Rule::Like(like) => within("people", like.people, 1, PEOPLE_MAX),
        Rule::Likely(likely) => {
            within("permille", likely.permille.into(), 1, PERMILLE_MAX.into())?;
            check_code(&likely.category)
        }
        Rule::All(_) | Rule::Any(_) | Rule::Not(_) => Ok(()),
    }
}

fn check_did(did: &Did) -> Result<(), Refusal> {
    let most = u64::from(TIMES_MAX);
    match did.times {
        Times::AtLeast(times) => within("times", times.into(), 1, most)?,
        Times::AtMost(times) => within("times", times.into(), 0, most - 1)?,
    }
    within("days", did.days.into(), 1, WINDOW_DAYS_MAX.into())?;
    match &did.what {
        What::Anything => Ok(()),
        What::Title(TitleId(code)) | What::Place(PlaceId(code)) => check_code(code),
        What::Genre(code) | What::Category(code) | What::City(code) => check_code(code),
    }
}

fn check_code(code: &str) -> Result<(), Refusal> {
    if !code.is_empty() && code.chars().count() <= CODE_CHARS_MAX && !code.chars().any(char::is_control) {
        return Ok(());
    }
    Err(refuse("bad_code", "One of the things in this rule has no name.", "规则中有一项没有名称。"))
}

fn within(field: &'static str, number: u64, low: u64, high: u64) -> Result<(), Refusal> {
    if (low..=high).contains(&number) {
        return Ok(());
    }
    Err(Refusal::field(
        field,
        "out_of_limits",
        format!("This is {number}, but must be between {low} and {high}."),
        format!("这里是 {number}，须在 {low} 到 {high} 之间。"),
    ))
}

fn refuse(code: &'static str, en: &str, zh: &str) -> Refusal {
    Refusal { field: Some("rule"), ..Refusal::new(Kind::Invalid, code, en, zh) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = r#"{"all": [
        {"did": {"behaviour": "bought_tickets", "what": {"genre": "romance"}, "times": {"at_least": 2}, "days": 90}},
        {"any": [{"lives": "shanghai"}, {"lives": "beijing"}]},
        {"not": {"did": {"behaviour": "clicked_ad", "times": {"at_least": 1}, "days": 30}}}]}"#;

    fn name(named: Named) -> String {
        match named {
            Named::What(What::Anything) => "anything".into(),
            Named::What(What::Genre(code)) | Named::What(What::Category(code)) => code.clone(),
            Named::City(code) => code.into(),
            other => format!("{other:?}"),
        }
    }

    fn refused(text: &str) -> &'static str {
        Rule::read(text).expect_err("a refusal").code
    }

    #[test]
    fn a_rule_is_written_and_read_and_said() {
        let rule = Rule::read(RULE).unwrap();
        assert_eq!(Rule::read(&rule.text()).unwrap(), rule);
        assert_eq!(
            rule.say(Lang::En, &name),
            "bought tickets for romance at least 2 times in the last 90 days and (live in shanghai or live in \
             beijing) and not followed an ad for anything in the last 30 days"
        );
        assert_eq!(
            rule.say(Lang::Zh, &name),
            "近 90 天购票romance至少 2 次，且（常住shanghai，或常住beijing），且不属于（近 30 天点击广告过anything）"
        );
    }

    #[test]
    fn a_probability_is_said_in_percent() {
        let rule = Rule::read(r#"{"likely": {"category": "tickets", "permille": 25}}"#).unwrap();
        assert_eq!(
            rule.say(Lang::En, &name),
            "will buy tickets within a day with a probability of at least 2.5 %"
        );
        assert_eq!(rule.say(Lang::Zh, &name), "一天内购买电影票的概率不低于 2.5%");
        for permille in [0, 501] {
            let text = format!(r#"{{"likely": {{"category": "tickets", "permille": {permille}}}}}"#);
            assert_eq!(refused(&text), "out_of_limits");
        }
        assert_eq!(refused(r#"{"likely": {"category": "", "permille": 5}}"#), "bad_code");
    }

    #[test]
    fn rules_beyond_the_limits_are_refused() {
        let nine = format!("{{\"any\": [{}]}}", [r#"{"lives": "a"}"#; 9].join(","));
        assert_eq!(refused(&nine), "too_many_terms");
        let deep = format!("{}{}{}", r#"{"not":"#.repeat(5), r#"{"lives": "a"}"#, "}".repeat(5));
        assert_eq!(refused(&deep), "rule_too_deep");
        assert_eq!(refused(r#"{"all": []}"#), "empty_group");
        assert_eq!(refused(r#"{"lives": ""}"#), "bad_code");
        assert_eq!(refused(r#"{"loves": "a"}"#), "bad_rule");
        assert_eq!(refused(&" ".repeat(10_000)), "rule_too_long");
        for (times, days) in
            [(r#"{"at_least": 0}"#, 30), (r#"{"at_most": 8}"#, 30), (r#"{"at_least": 1}"#, 367)]
        {
            let did = format!(r#"{{"did": {{"behaviour": "viewed", "times": {times}, "days": {days}}}}}"#);
            assert_eq!(refused(&did), "out_of_limits", "{did}");
        }
        assert_eq!(refused(r#"{"like": {"seed": "aud_1", "people": 0}}"#), "out_of_limits");
    }
}
