//! What a merchant sold, and the royalties it owes for it.

use super::contracts::{standing, stats};
use super::{Side, acting_for, page, short};
use crate::answer::{Answer, Page};
use crate::look::chart::{Bar, Figure, Paint, bars};
use crate::look::money;
use crate::look::parts;
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{MerchantStaff, Visit};
use ::people::OrgKind;
use flows::views::contract_royalties::{self, Brought};
use flows::views::merchant_sales::{self, Sales};
use kernel::Lang;
use maud::{Markup, html};
use std::collections::BTreeMap;

pub async fn show(visit: Visit, staff: MerchantStaff) -> Answer<Page> {
    let merchants = acting_for(&visit, &staff.orgs, OrgKind::Merchant).await?;
    let seen = visit.read(move |view| {
        let (mut sales, mut owed) = (Vec::new(), Vec::new());
        for merchant in &merchants {
            sales.extend(merchant_sales::of(view, &merchant.id)?);
            owed.extend(contract_royalties::of_merchant(view, &merchant.id)?);
        }
        Ok((sales, owed))
    });
    let (sales, owed) = seen.await?;
    let body = html! {
        @if sales.is_empty() && owed.is_empty() {
            (parts::empty(
                visit.say("Nothing is sold yet", "还没有销售"),
                visit.say("Sales of your goods appear here as they are paid, with what is owed of each.", "商品售出后会在这里显示，并列出应付的版税。"),
                None,
            ))
        } @else {
            (stats(&visit, &owed))
            @if !sales.is_empty() { (sold(&visit, &sales)) }
            @if !owed.is_empty() { div class="section" { (royalties(&visit, &owed)) } }
        }
    };
    let words = (
        visit.say("Sales and royalties", "销售与版税"),
        visit.say("Paid orders of every shop, refunds taken off.", "各店已支付订单，已扣除退款。"),
    );
    Ok(page(&visit, Side::Sales, words, html! {}, body))
}

fn sold(visit: &Visit, sales: &[Sales]) -> Markup {
    let columns = [
        Column::new(visit.say("Product", "商品"), Kind::Text),
        Column::new(visit.say("Shop", "店铺"), Kind::Text),
        Column::new(visit.say("Pieces", "件数"), Kind::Number),
        Column::new(visit.say("Sales", "销售额"), Kind::Money),
        Column::new(visit.say("Refunded pieces", "退款件数"), Kind::Number),
    ];
    let row = |one: &Sales| {
        vec![
            Cell::text(one.name.in_(visit.lang)),
            short(one.shop.in_(visit.lang)),
            Cell::number(one.pieces),
            Cell::money(one.amount.minor, one.amount.currency.code()),
            Cell::number(one.refunded),
        ]
    };
    let table = Table::new(
        visit.say("Sales by product and shop", "按商品与店铺"),
        &columns,
        sales.iter().map(row).collect(),
    );
    let by_product = by_product(visit, sales);
    let shown: Vec<String> =
        by_product.iter().map(|(_, minor)| money::full(*minor, currency(visit, sales))).collect();
    let rows: Vec<Bar> = by_product
        .iter()
        .zip(&shown)
        .map(|((name, minor), shown)| Bar { label: name, value: *minor as f64, shown, paint: Paint::Lantern })
        .collect();
    let title = finding(visit, &by_product);
    let figure = Figure {
        lang: visit.lang,
        title: &title,
        unit: visit.say("sales by product, tax included", "各商品销售额，含税"),
        source: visit.say("paid orders", "已支付订单"),
        chart: html! { div class="chart-box" { (bars(&title, &title, &rows)) } },
        table,
    };
    html! { div class="section" { (figure.render()) } }
}

fn currency(visit: &Visit, sales: &[Sales]) -> &'static str {
    sales.first().map_or(visit.currency(), |one| one.amount.currency.code())
}

/// What each product brought over all shops, most first, in the currency of the first.
fn by_product(visit: &Visit, sales: &[Sales]) -> Vec<(String, i64)> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for one in sales.iter().filter(|one| one.amount.currency.code() == currency(visit, sales)) {
        *sums.entry(one.name.in_(visit.lang)).or_default() += one.amount.minor;
    }
    let mut sums: Vec<(String, i64)> =
        sums.into_iter().map(|(name, minor)| (name.to_owned(), minor)).collect();
    sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    sums
}

fn finding(visit: &Visit, by_product: &[(String, i64)]) -> String {
    let total: i64 = by_product.iter().map(|(_, minor)| minor).sum();
    match (by_product.first(), visit.lang) {
        (Some((name, minor)), _) if total > 0 => {
            let share = money::percent(minor * 1_000_000 / total, visit.lang);
            match visit.lang {
                Lang::En => format!("{name} brings {share} of your sales"),
                Lang::Zh => format!("{name}占您销售额的 {share}"),
            }
        }
        (_, Lang::En) => "Everything that was sold came back".into(),
        (_, Lang::Zh) => "售出的商品均已退款".into(),
    }
}

fn royalties(visit: &Visit, owed: &[Brought]) -> Markup {
    let columns = [
        Column::new(visit.say("Licence", "授权商品"), Kind::Text),
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Royalty rate", "版税率"), Kind::Number),
        Column::new(visit.say("Net sales", "净销售额"), Kind::Money),
        Column::new(visit.say("Royalty owed", "应付版税"), Kind::Money),
        Column::new(visit.say("Marketing fund", "市场推广金"), Kind::Money),
        Column::new(visit.say("Guarantee left", "未覆盖保底"), Kind::Money),
        Column::new(visit.say("Until", "到期"), Kind::Date),
        Column::new(visit.say("Status", "状态"), Kind::Text),
    ];
    let row = |one: &Brought| {
        let code = one.contract.guarantee.currency.code();
        vec![
            Cell::text(one.product.in_(visit.lang)),
            short(one.film.in_(visit.lang)),
            Cell::markup(html! { (one.contract.royalty) }, &one.contract.royalty.ppm.to_string()),
            Cell::money(one.net_sales.minor, code),
            Cell::money(one.royalty.minor, code),
            Cell::money(one.fund.minor, code),
            Cell::money(one.guarantee_left_minor(), code),
            Cell::date(&one.contract.ends_on.to_string(), &one.contract.ends_on.to_string()),
            Cell::markup(standing(visit, one), ""),
        ]
    };
    Table::new(visit.say("Royalties owed", "应付版税"), &columns, owed.iter().map(row).collect())
        .render(visit.lang)
}
