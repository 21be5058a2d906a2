//! The contracts a studio gave, with what each has brought so far.

use super::{Side, acting_for, page, short};
use crate::answer::{Answer, Page};
use crate::look::parts::{self, Stat};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::{StudioStaff, Visit};
use ::people::OrgKind;
use flows::views::contract_royalties::{self, Brought};
use kernel::Lang;
use licensing::categories;
use maud::{Markup, html};

pub async fn list(visit: Visit, staff: StudioStaff) -> Answer<Page> {
    let studios = acting_for(&visit, &staff.orgs, OrgKind::Studio).await?;
    let all = visit.read(move |view| {
        let mut all = Vec::new();
        for studio in &studios {
            all.extend(contract_royalties::of_licensor(view, &studio.id)?);
        }
        Ok(all)
    });
    let all = all.await?;
    let body = html! {
        @if all.is_empty() {
            (parts::empty(
                visit.say("No contract yet", "还没有合同"),
                visit.say("A contract is made when a sample is approved.", "打样通过后合同生效。"),
                None,
            ))
        } @else {
            (stats(&visit, &all))
            div class="section" { (table(&visit, &all)) }
        }
    };
    let words = (
        visit.say("Contracts", "授权合同"),
        visit.say("Every licence with its royalties, refunds taken off.", "每份授权及其版税，已扣除退款。"),
    );
    Ok(page(&visit, Side::Contracts, words, html! {}, body))
}

pub(super) fn stats(visit: &Visit, all: &[Brought]) -> Markup {
    let currency = all.first().map_or(visit.home.currency, |one| one.contract.guarantee.currency);
    let counted = || all.iter().filter(move |one| one.contract.guarantee.currency == currency);
    let amount =
        |of: fn(&Brought) -> i64| money::compact(counted().map(of).sum(), currency.code(), visit.lang);
    let today = visit.today();
    let running = counted().filter(|one| one.contract.runs_on(today)).count();
    let running = match visit.lang {
        Lang::En => format!("{running} of {} running", all.len()),
        Lang::Zh => format!("{} 份中 {running} 份有效", all.len()),
    };
    let stat = |label, value: &str, note: &str| Stat { label, value, note, ..Stat::default() }.render();
    parts::grid(
        4,
        html! {
            (stat(visit.say("Contracts", "合同"), &all.len().to_string(), &running))
            (stat(visit.say("Net sales", "净销售额"), &amount(|one| one.net_sales.minor), visit.say("without tax", "不含税")))
            (stat(visit.say("Royalties", "版税"), &amount(|one| one.royalty.minor), ""))
            (stat(visit.say("Marketing fund", "市场推广金"), &amount(|one| one.fund.minor), ""))
        },
    )
}

fn table(visit: &Visit, all: &[Brought]) -> Markup {
    let columns = [
        Column::new(visit.say("Product", "商品"), Kind::Text),
        Column::new(visit.say("Merchant", "商家"), Kind::Text),
        Column::new(visit.say("Kind", "分类"), Kind::Text),
        Column::new(visit.say("Until", "到期"), Kind::Date),
        Column::new(visit.say("Royalty rate", "版税率"), Kind::Number),
        Column::new(visit.say("Net sales", "净销售额"), Kind::Money),
        Column::new(visit.say("Royalty", "版税"), Kind::Money),
        Column::new(visit.say("Guarantee left", "未覆盖保底"), Kind::Money),
        Column::new(visit.say("Status", "状态"), Kind::Text),
    ];
    let row = |one: &Brought| {
        let code = one.contract.guarantee.currency.code();
        vec![
            Cell::text(one.product.in_(visit.lang)),
            short(one.merchant.in_(visit.lang)),
            short(categories::words(&one.contract.category).in_(visit.lang)),
            Cell::date(&one.contract.ends_on.to_string(), &one.contract.ends_on.to_string()),
            Cell::markup(html! { (one.contract.royalty) }, &one.contract.royalty.ppm.to_string()),
            Cell::money(one.net_sales.minor, code),
            Cell::money(one.royalty.minor, code),
            Cell::money(one.guarantee_left_minor(), code),
            Cell::markup(standing(visit, one), ""),
        ]
    };
    Table::new(visit.say("Contracts", "合同"), &columns, all.iter().map(row).collect())
        .filtered()
        .render(visit.lang)
}

pub(super) fn standing(visit: &Visit, one: &Brought) -> Markup {
    if one.contract.runs_on(visit.today()) {
        parts::pill(Tone::Jade, visit.say("Running", "有效"))
    } else {
        parts::pill(Tone::Plain, visit.say("Over", "已到期"))
    }
}
