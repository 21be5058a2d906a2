//! What a campaign sold that would not have been sold without it, beside what is credited to its clicks.

use super::address;
use crate::look::parts::{self, Action};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::Visit;
use ads::campaigns::Campaign;
use demand::planning::lift::{Interval, PEOPLE_MIN};
use flows::views::campaigns::Sums;
use flows::views::lift::{Group, Kept, Lift};
use kernel::Lang;
use maud::{Markup, html};

pub fn section(visit: &Visit, campaign: &Campaign, sums: &Sums, kept: &Kept) -> Markup {
    let lift = &*kept.lift;
    let at = format!("{}/next", address(&campaign.id));
    let next = Action { href: &at, word: visit.say("Where to advertise next", "下一步投到哪里") };
    let body = html! {
        @if !lift.all.tell() { (parts::card(html! { p { (too_little(visit, campaign, lift)) } })) }
        @else {
            (beside(visit, campaign, sums, lift))
            (groups(visit, visit.say("Lift by city", "各城市的增量"), visit.say("City", "城市"), &lift.by_city))
            (groups(visit, visit.say("Lift by surface", "各广告位的增量"), visit.say("Surface", "广告位"), &lift.by_surface))
            p class="muted" { (visit.say("As of", "截至")) " " (kept.at.say(&visit.home.zone, visit.lang)) }
        }
    };
    parts::section(visit.say("What it really added", "真实增量"), Some(next), body)
}

fn too_little(visit: &Visit, campaign: &Campaign, lift: &Lift) -> String {
    if campaign.holdout.ppm == 0 {
        return visit
            .say(
                "This campaign holds nobody out, so what it added cannot be told. The next one may keep a few from its ads.",
                "该计划没有对照组，无法得知增量。下一次可随机留出一部分人不看广告。",
            )
            .into();
    }
    let (seen, held) = (lift.all.exposed.people, lift.all.held_out.people);
    match visit.lang {
        Lang::En => format!(
            "Not known yet: {seen} signed-in people could see it and {held} were held out; at least {PEOPLE_MIN} of \
             each are needed."
        ),
        Lang::Zh => format!(
            "尚不可知：已登录的人中 {seen} 人可看到广告，{held} 人被留出；两组各需至少 {PEOPLE_MIN} 人。"
        ),
    }
}

/// Credited and incremental sales side by side, and what that means in a sentence.
fn beside(visit: &Visit, campaign: &Campaign, sums: &Sums, lift: &Lift) -> Markup {
    let code = campaign.budget.currency.code();
    let glance = |minor: f64| money::compact(minor.round() as i64, code, visit.lang);
    let credited = sums.credited_tickets_minor + sums.credited_products_minor;
    let (sales, tickets) = (lift.all.sales_minor(), lift.all.tickets());
    let range = |of: &dyn Fn(f64) -> String, interval: &Interval| match visit.lang {
        Lang::En => format!("nine times in ten {} to {}", of(interval.low), of(interval.high)),
        Lang::Zh => format!("十次有九次在 {} 至 {} 之间", of(interval.low), of(interval.high)),
    };
    let whole = |count: f64| money::grouped(count.round() as i64);
    let stat = |label, value: &str, note: &str| {
        parts::Stat { label, value, note, ..parts::Stat::default() }.render()
    };
    let counted = visit.say("every order that followed a click", "点击之后的全部订单");
    html! {
        (parts::alert(tone(&sales), &sentence(visit, sums, lift), None))
        div class="section" { (parts::grid(3, html! {
            (stat(visit.say("Credited sales", "归因销售"), &glance(credited as f64), counted))
            (stat(visit.say("Sales it added", "增量销售"), &glance(sales.mean), &range(&glance, &sales)))
            (stat(visit.say("Tickets it added", "增量票数"), &whole(tickets.mean), &range(&whole, &tickets)))
        })) }
    }
}

fn tone(added: &Interval) -> Tone {
    match (added.low > 0.0, added.high < 0.0) {
        (true, _) => Tone::Jade,
        (_, true) => Tone::Cinnabar,
        _ => Tone::Plain,
    }
}

/// `Of 900 people who could see it 10.0 % bought, of 100 who were held out 6.0 % …`
fn sentence(visit: &Visit, sums: &Sums, lift: &Lift) -> String {
    let (seen, held) = (&lift.all.exposed, &lift.all.held_out);
    let share = |rate: f64| money::percent((rate * 1e6) as i64, visit.lang);
    let (a, b) = (share(seen.rate()), share(held.rate()));
    let (n, m) = (money::grouped(seen.people), money::grouped(held.people));
    let sales = lift.all.sales_minor();
    let each = sales.mean / (sums.spend_minor as f64).max(1.0);
    let (en, zh) = if sales.low > 0.0 {
        (
            format!("so the ads sold something: {each:.1} for every 1 spent."),
            format!("广告确有作用：每花 1 元多卖 {each:.1} 元。"),
        )
    } else if sales.high < 0.0 {
        (
            "so the ads sold nothing more; they may have put people off.".into(),
            "广告没有带来更多销售，甚至可能适得其反。".into(),
        )
    } else {
        (
            "which may yet be chance: it is not known whether the ads sold anything.".into(),
            "差距可能只是偶然，尚不能断定广告带来了销售。".into(),
        )
    };
    match visit.lang {
        Lang::En => {
            format!("Of {n} people who could see the ads {a} bought, of {m} who were held out {b}, {en}")
        }
        Lang::Zh => format!("能看到广告的 {n} 人中有 {a} 购买，被留出的 {m} 人中有 {b} 购买，{zh}"),
    }
}

fn groups(visit: &Visit, title: &str, head: &str, groups: &[Group]) -> Markup {
    let columns = [
        Column::new(head, Kind::Text),
        Column::new(visit.say("Could see it", "可看到广告"), Kind::Number),
        Column::new(visit.say("Bought", "购买率"), Kind::Share),
        Column::new(visit.say("Held out", "对照组"), Kind::Number),
        Column::new(visit.say("Bought", "购买率"), Kind::Share),
        Column::new(visit.say("Lift, in points", "增量（百分点）"), Kind::Number),
        Column::new(visit.say("Nine times in ten", "九成区间"), Kind::Text),
    ];
    let points = |rate: f64| kernel::signed(rate * 100.0, 1);
    let row = |group: &Group| {
        let (a, b) = (&group.arms.exposed, &group.arms.held_out);
        let share = |rate: f64| Cell::share((rate * 1e6) as i64, visit.lang);
        let unknown = visit.say("not known yet", "尚不可知");
        let (lift, range) = match &group.rate_lift {
            Some(lift) => (
                Cell::markup(html! { (points(lift.mean)) }, &format!("{:.6}", lift.mean)),
                Cell::text(&match visit.lang {
                    Lang::En => format!("{} to {}", points(lift.low), points(lift.high)),
                    Lang::Zh => format!("{} 至 {}", points(lift.low), points(lift.high)),
                }),
            ),
            None => (Cell::none(), Cell::text(unknown)),
        };
        vec![
            Cell::text(group.name.in_(visit.lang)),
            Cell::number(a.people),
            share(a.rate()),
            Cell::number(b.people),
            share(b.rate()),
            lift,
            range,
        ]
    };
    let table = Table::new(title, &columns, groups.iter().map(row).collect());
    let beneath =
        visit.say("Where few were counted, the lift leans on that of all; where fewer than ten were, on either side, nothing is told.", "人数少的一行参考了整体的增量；任一侧不足十人的不列出。");
    html! { div class="section" { (table.render(visit.lang)) @if groups.len() > 1 { p class="muted" { (beneath) } } } }
}
