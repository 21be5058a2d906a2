//! What licensed goods owe: every contract with its sales, its royalty, and how its guarantee is earned back.
//!
//! The guarantee falls due when the contract is signed; royalties are earned against it, and only what
//! goes beyond it is due on top.

use crate::answer::{Answer, Page, Wrong};
use crate::console::sheet;
use crate::look::parts::{self, Stat};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{StudioStaff, Visit};
use db::View;
use flows::views::licences::{self, Licence};
use kernel::{Lang, Money, PlaceId, Result};
use licensing::accruals::{self, Totals};
use licensing::contracts::{self, Contract};
use licensing::royalties::{Call, Guarantee};
use maud::{Markup, html};

struct Line {
    licence: Licence,
    contract: Contract,
    totals: Totals,
    guarantee: Guarantee,
    /// What the royalties ask for beyond the guarantee.
    beyond: Call,
}

fn line(view: &View, shops: &[PlaceId], licence: Licence) -> Result<Line> {
    let contract = contracts::any(view, &licence.contract)?;
    let totals = accruals::totals_across(view, shops, &contract.id)?;
    let (guarantee, beyond) = recoup(contract.guarantee, totals.parts.royalty)?;
    Ok(Line { licence, contract, totals, guarantee, beyond })
}

/// The guarantee is paid at signing; then the royalties are earned against it.
fn recoup(guaranteed: Money, earned: Money) -> Result<(Guarantee, Call)> {
    let mut guarantee = Guarantee::signed(guaranteed.currency);
    guarantee.advance(Money::zero(guaranteed.currency), guaranteed)?;
    let beyond = guarantee.advance(earned, Money::zero(guaranteed.currency))?;
    Ok((guarantee, beyond))
}

async fn lines(visit: &Visit, staff: StudioStaff) -> Result<Vec<Line>, Wrong> {
    let read = visit.read(move |view| {
        let shops: Vec<PlaceId> = shops::shops::all(view)?.into_iter().map(|shop| shop.place).collect();
        let mine = licences::all(view)?.into_iter().filter(|licence| staff.may(&licence.licensor));
        mine.map(|licence| line(view, &shops, licence)).collect::<Result<Vec<Line>>>()
    });
    Ok(read.await?)
}

pub async fn show(visit: Visit, staff: StudioStaff) -> Answer<Page> {
    let lines = lines(&visit, staff).await?;
    let heading = visit.say("Royalties", "版税");
    let body = html! {
        (parts::heading(heading, visit.say("Every licence contract with what it sold and owes.", "每份授权合同的销售与应付版税。"), parts::link_button(parts::Weight::Quiet, "/console/settlement", visit.say("Settlement", "结算"))))
        (tiles(&visit, &lines))
        div class="section" { (table(&visit, &lines)) }
        p class="section muted" { (visit.say(
            "The guarantee falls due when the contract is signed. Royalties are earned against it; only what goes beyond it is due on top.",
            "保底金于签约时到期。版税先冲抵保底金，超出部分另行支付。",
        )) }
    };
    Ok(Page::console(heading, body))
}

fn tiles(visit: &Visit, lines: &[Line]) -> Markup {
    let sum = |of: fn(&Line) -> Money| super::summed(visit, lines.iter().map(of));
    let stat = |label, value: String, note| Stat { label, value: &value, note, ..Stat::default() }.render();
    parts::grid(
        4,
        html! {
            (stat(visit.say("Net sales", "净销售额"), sum(|line| line.totals.parts.net_sales), visit.say("without tax, refunds taken off", "不含税，已扣退款")))
            (stat(visit.say("Royalties earned", "版税"), sum(|line| line.totals.parts.royalty), visit.say("of which the platform keeps its part", "含平台部分")))
            (stat(visit.say("To the licensor", "授权方所得"), sum(|line| line.totals.parts.licensor), ""))
            (stat(visit.say("Marketing fund", "市场推广金"), sum(|line| line.totals.parts.marketing_fund), visit.say("on top of the royalty", "版税之外")))
        },
    )
}

fn table(visit: &Visit, lines: &[Line]) -> Markup {
    let columns = [
        Column::new(visit.say("Goods", "商品"), Kind::Text),
        Column::new(visit.say("Merchant", "商家"), Kind::Text),
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Sold", "售出"), Kind::Number)
            .unit(visit.say("lines, less refunds", "行，减退款")),
        Column::new(visit.say("Net sales", "净销售额"), Kind::Money),
        Column::new(visit.say("Rate", "费率"), Kind::Number),
        Column::new(visit.say("Royalty", "版税"), Kind::Money),
        Column::new(visit.say("Licensor", "授权方"), Kind::Money),
        Column::new(visit.say("Guarantee", "保底金"), Kind::Money),
        Column::new(visit.say("Earned back", "已冲抵"), Kind::Share),
        Column::new(visit.say("Due beyond it", "超额应付"), Kind::Money),
        Column::new(visit.say("Runs until", "到期"), Kind::Date),
    ];
    Table::new(
        visit.say("Licence contracts", "授权合同"),
        &columns,
        lines.iter().map(|line| row(visit, line)).collect(),
    )
    .csv("/console/settlement/royalties.csv")
    .empty(visit.say("A contract appears here when a sample is approved.", "打样通过后，合同会出现在这里。"))
    .filtered()
    .render(visit.lang)
}

fn earned_back_ppm(guarantee: &Guarantee) -> Option<i64> {
    let part = (i128::from(guarantee.earned.minor.max(0)) * 1_000_000)
        .checked_div(i128::from(guarantee.guaranteed.minor))?;
    Some(part.min(1_000_000) as i64)
}

fn row(visit: &Visit, line: &Line) -> Vec<Cell> {
    let money = |amount: Money| Cell::money(amount.minor, amount.currency.code());
    let (parts, contract) = (&line.totals.parts, &line.contract);
    let rate = crate::look::money::percent(contract.royalty.ppm, visit.lang);
    let licence = &line.licence;
    let goods = html! {
        (licence.product.in_(visit.lang)) br;
        span class="muted" { (licence.merchant.in_(visit.lang)) " · " (licence.film.in_(visit.lang)) }
    };
    vec![
        Cell::markup(goods, line.licence.product.in_(visit.lang)),
        Cell::number(line.totals.sold - line.totals.refunded),
        money(parts.net_sales),
        Cell::markup(html! { (rate) }, &contract.royalty.ppm.to_string()),
        money(parts.royalty),
        money(parts.licensor),
        money(contract.guarantee),
        earned_back_ppm(&line.guarantee).map_or_else(Cell::none, |ppm| Cell::share(ppm, visit.lang)),
        money(line.beyond.payable_now),
        Cell::date(&contract.ends_on.to_string(), &contract.ends_on.to_string()),
    ]
}

pub async fn csv(visit: Visit, staff: StudioStaff) -> Answer {
    let lines = lines(&visit, staff).await?;
    let head = [
        "contract",
        "film",
        "merchant",
        "goods",
        "category",
        "sold_pieces",
        "returned_pieces",
        "net_sales",
        "royalty_percent",
        "royalty",
        "licensor",
        "platform",
        "marketing_fund",
        "guarantee",
        "unrecouped",
        "due_beyond_guarantee",
        "currency",
        "starts_on",
        "ends_on",
    ];
    let rows: Vec<Vec<String>> = lines.iter().map(|line| cells(visit.lang, line)).collect();
    Ok(sheet::csv("royalties", &head, &rows))
}

fn cells(lang: Lang, line: &Line) -> Vec<String> {
    let (contract, totals, parts) = (&line.contract, &line.totals, &line.totals.parts);
    vec![
        contract.id.0.clone(),
        line.licence.film.in_(lang).to_owned(),
        line.licence.merchant.in_(lang).to_owned(),
        line.licence.product.in_(lang).to_owned(),
        contract.category.clone(),
        totals.sold.to_string(),
        totals.refunded.to_string(),
        parts.net_sales.decimal(),
        contract.royalty.as_percent().to_string(),
        parts.royalty.decimal(),
        parts.licensor.decimal(),
        parts.platform.decimal(),
        parts.marketing_fund.decimal(),
        contract.guarantee.decimal(),
        line.beyond.unrecouped.decimal(),
        line.beyond.payable_now.decimal(),
        contract.guarantee.currency.code().to_owned(),
        contract.starts_on.to_string(),
        contract.ends_on.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Town;
    use axum::http::StatusCode;
    use kernel::Role;

    #[test]
    fn royalties_are_earned_against_the_guarantee() {
        let fen = Money::fen;
        let (guarantee, beyond) = recoup(fen(10_000), fen(6_200)).expect("a guarantee");
        assert_eq!((beyond.payable_now, beyond.unrecouped), (fen(0), fen(3_800)));
        assert_eq!(earned_back_ppm(&guarantee), Some(620_000));
        let (guarantee, beyond) = recoup(fen(10_000), fen(12_500)).expect("a guarantee");
        assert_eq!((beyond.payable_now, beyond.unrecouped), (fen(2_500), fen(0)));
        assert_eq!(earned_back_ppm(&guarantee), Some(1_000_000));
        let (none, beyond) = recoup(fen(0), fen(70)).expect("no guarantee");
        assert_eq!((earned_back_ppm(&none), beyond.payable_now), (None, fen(70)));
    }

    #[tokio::test]
    async fn a_studio_without_contracts_reads_what_will_be_here() {
        let town = Town::new();
        let (_, ann) = town.staff("ann", Role::Studio).await;
        let page = ann.get("/console/settlement/royalties").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("A contract appears here when a sample is approved."));
        let file = ann.get("/console/settlement/royalties.csv").await;
        assert!(file.text.starts_with("\u{feff}contract,film,"), "{}", file.text);
    }
}
