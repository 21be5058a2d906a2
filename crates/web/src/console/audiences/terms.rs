//! A rule as the lines of a form, and back.
//!
//! A line is one condition. It is joined to the line before by "and" or by "or"; "or" binds closer, so that the
//! form holds every rule that is an "all of" of "any of". Other rules, which the API may have saved, are shown
//! as a sentence and left as they are.

use crate::form::Form;
use demand::audience::{Behaviour, Did, Like, Likely, Rule, TERMS_MAX, TICKETS, Times, What};
use kernel::ids::Id;
use kernel::{AudienceId, PlaceId, Refusal, Result, Share, TitleId};

/// Conditions of one form.
pub const LINES: usize = TERMS_MAX;
/// How many a new look-alike may have, and how far back a new condition looks.
const PEOPLE_PROPOSED: &str = "1000";
const DAYS_PROPOSED: &str = "30";
/// Percent of a new condition about who will buy.
const PERCENT_PROPOSED: &str = "2";

/// The fields of a line: `term_3` and so on.
pub const FIELDS: [&str; 7] = ["join", "not", "term", "what", "times", "n", "days"];

pub fn name(field: &str, line: usize) -> String {
    format!("{field}_{line}")
}

/// What stands in a field, or what a new line proposes.
pub fn value<'a>(form: &'a Form, field: &str, line: usize) -> &'a str {
    match (form.text(&name(field, line)), field) {
        ("", "n") => "1",
        ("", "days") => DAYS_PROPOSED,
        ("", "what") => "anything",
        ("", "times") => "at_least",
        ("", "join") => "and",
        (typed, _) => typed,
    }
}

/// How many lines are filled.
pub fn filled(form: &Form) -> usize {
    (0..LINES).filter(|line| !form.text(&name("term", *line)).is_empty()).count()
}

/// The rule that was typed; none while no line is filled.
pub fn read(form: &Form) -> Result<Option<Rule>, Refusal> {
    let mut groups: Vec<Vec<Rule>> = Vec::new();
    for line in (0..LINES).filter(|line| !form.text(&name("term", *line)).is_empty()) {
        let term = read_line(form, line)?;
        match groups.last_mut() {
            Some(group) if value(form, "join", line) == "or" => group.push(term),
            _ => groups.push(vec![term]),
        }
    }
    let mut parts: Vec<Rule> = groups.into_iter().map(|group| joined(group, Rule::Any)).collect();
    let rule = if parts.is_empty() { return Ok(None) } else { joined(std::mem::take(&mut parts), Rule::All) };
    rule.check()?;
    Ok(Some(rule))
}

fn joined(mut parts: Vec<Rule>, group: fn(Vec<Rule>) -> Rule) -> Rule {
    if parts.len() == 1 { parts.remove(0) } else { group(parts) }
}

fn read_line(form: &Form, line: usize) -> Result<Rule, Refusal> {
    let (term, what) = (value(form, "term", line), value(form, "what", line));
    let rule = match term {
        "lives" => match read_what(what) {
            Some(What::City(city)) => Rule::Lives(city),
            _ => return Err(wrong(line, "choose a city", "请选择城市")),
        },
        "like" => {
            let seed = what.strip_prefix("audience:").and_then(|id| AudienceId::parse(id).ok());
            let seed = seed.ok_or_else(|| wrong(line, "choose an audience", "请选择人群"))?;
            let typed =
                if form.text(&name("n", line)).is_empty() { PEOPLE_PROPOSED } else { value(form, "n", line) };
            Rule::Like(Like { seed, people: number(typed, line)?.into() })
        }
        "likely" => {
            let category = match (what, read_what(what)) {
                (TICKETS, _) => TICKETS.to_owned(),
                (_, Some(What::Category(category))) => category,
                _ => return Err(wrong(line, "choose a kind of goods, or tickets", "请选择商品类目或电影票")),
            };
            let typed = form.text(&name("n", line)).trim();
            let percent = Share::parse_percent(if typed.is_empty() { PERCENT_PROPOSED } else { typed });
            let percent = percent.map_err(|_| wrong(line, "give a percentage", "请填写百分比"))?;
            Rule::Likely(Likely { category, permille: (percent.ppm / 1_000) as u32 })
        }
        behaviour => {
            let behaviour = Behaviour::parse(behaviour)
                .ok_or_else(|| wrong(line, "choose what people did", "请选择行为"))?;
            let what =
                read_what(what).ok_or_else(|| wrong(line, "choose what it was about", "请选择对象"))?;
            let n = number(value(form, "n", line), line)?;
            let times =
                if value(form, "times", line) == "at_most" { Times::AtMost(n) } else { Times::AtLeast(n) };
            Rule::Did(Did { behaviour, what, times, days: number(value(form, "days", line), line)? })
        }
    };
    Ok(if value(form, "not", line) == "not" { Rule::Not(Box::new(rule)) } else { rule })
}

/// `title:ttl_…`, `city:SHA`, `anything`.
pub fn read_what(text: &str) -> Option<What> {
    let (sort, code) = text.split_once(':').unwrap_or((text, ""));
    Some(match sort {
        "anything" => What::Anything,
        "title" => What::Title(TitleId::parse(code).ok()?),
        "place" => What::Place(PlaceId::parse(code).ok()?),
        "genre" => What::Genre(code.into()),
        "category" => What::Category(code.into()),
        "city" => What::City(code.into()),
        _ => return None,
    })
}

/// What stands in the form for a thing.
pub fn code(what: &What) -> String {
    match what {
        What::Anything => "anything".into(),
        What::Title(id) => format!("title:{id}"),
        What::Place(id) => format!("place:{id}"),
        What::Genre(code) => format!("genre:{code}"),
        What::Category(code) => format!("category:{code}"),
        What::City(code) => format!("city:{code}"),
    }
}

fn number(text: &str, line: usize) -> Result<u32, Refusal> {
    text.trim().parse().map_err(|_| wrong(line, "give whole numbers", "请填写整数"))
}

fn wrong(line: usize, en: &str, zh: &str) -> Refusal {
    let line = line + 1;
    Refusal::field(
        "rule",
        "bad_line",
        format!("In condition {line} please {en}."),
        format!("第 {line} 个条件：{zh}。"),
    )
}

/// A rule's lines as fields of a form; none for a rule that the form cannot hold.
pub fn fill(rule: &Rule) -> Option<Vec<(String, String)>> {
    let groups = match rule {
        Rule::All(groups) => groups.iter().collect(),
        other => vec![other],
    };
    let mut fields = Vec::new();
    let mut line = 0;
    for group in groups {
        let terms = match group {
            Rule::Any(terms) => terms.iter().collect(),
            other => vec![other],
        };
        for (i, term) in terms.into_iter().enumerate() {
            let mut set = |field: &str, value: String| fields.push((name(field, line), value));
            set("join", if i > 0 { "or" } else { "and" }.into());
            fill_line(term, &mut set)?;
            line += 1;
        }
    }
    Some(fields)
}

fn fill_line(term: &Rule, set: &mut impl FnMut(&str, String)) -> Option<()> {
    match term {
        Rule::Not(inner) => {
            set("not", "not".into());
            match &**inner {
                Rule::Not(_) => None,
                inner => fill_line(inner, set),
            }
        }
        Rule::Lives(city) => {
            set("term", "lives".into());
            set("what", format!("city:{city}"));
            Some(())
        }
        Rule::Like(like) => {
            set("term", "like".into());
            set("what", format!("audience:{}", like.seed));
            set("n", like.people.to_string());
            Some(())
        }
        Rule::Likely(likely) => {
            set("term", "likely".into());
            let category = &likely.category;
            set("what", if category == TICKETS { TICKETS.into() } else { format!("category:{category}") });
            set("n", format!("{}", f64::from(likely.permille) / 10.0));
            Some(())
        }
        Rule::Did(did) => {
            let (times, n) = match did.times {
                Times::AtLeast(n) => ("at_least", n),
                Times::AtMost(n) => ("at_most", n),
            };
            set("term", did.behaviour.code().into());
            set("what", code(&did.what));
            set("times", times.into());
            set("n", n.to_string());
            set("days", did.days.to_string());
            Some(())
        }
        Rule::All(_) | Rule::Any(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn did(behaviour: Behaviour, what: What, times: Times) -> Rule {
        Rule::Did(Did { behaviour, what, times, days: 90 })
    }

    #[test]
    fn a_rule_goes_into_the_form_and_comes_back() {
        let viewed = did(Behaviour::Viewed, What::Genre("comedy".into()), Times::AtLeast(2));
        let bought = did(Behaviour::BoughtTickets, What::Anything, Times::AtMost(0));
        let likely = |category: &str| Rule::Likely(Likely { category: category.into(), permille: 25 });
        let like = Rule::Like(Like { seed: AudienceId("aud_1".into()), people: 500 });
        for rule in [
            viewed.clone(),
            likely("posters"),
            Rule::Not(Box::new(likely(TICKETS))),
            Rule::Not(Box::new(like.clone())),
            Rule::Any(vec![viewed.clone(), Rule::Lives("SHA".into())]),
            Rule::All(vec![
                Rule::Any(vec![viewed.clone(), like]),
                Rule::Not(Box::new(bought.clone())),
                bought,
            ]),
        ] {
            let form = Form::filled(fill(&rule).expect("the form holds it"));
            assert_eq!(read(&form).unwrap(), Some(rule));
        }
        let deep = Rule::Any(vec![Rule::All(vec![viewed.clone(), viewed.clone()]), viewed]);
        assert_eq!(fill(&deep), None);
        assert_eq!(read(&Form::blank()).unwrap(), None);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let wrong = |fields: &[(&str, &str)]| {
            let form = Form::filled(fields.iter().map(|(name, value)| (*name, *value)));
            read(&form).expect_err("a refusal").say.en
        };
        assert_eq!(wrong(&[("term_0", "lives")]), "In condition 1 please choose a city.");
        assert_eq!(wrong(&[("term_2", "like")]), "In condition 3 please choose an audience.");
        assert_eq!(wrong(&[("term_0", "viewed"), ("n_0", "x")]), "In condition 1 please give whole numbers.");
        assert_eq!(
            wrong(&[("term_0", "likely")]),
            "In condition 1 please choose a kind of goods, or tickets."
        );
        assert_eq!(wrong(&[("term_0", "loves")]), "In condition 1 please choose what people did.");
        assert!(wrong(&[("term_0", "viewed"), ("days_0", "999")]).contains("between 1 and 366"));
    }
}
