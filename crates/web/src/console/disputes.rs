//! Disputes: what payers want back through their banks, until when we answer, and what was booked of it.

use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Field, Stat, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{OperatorStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::dispute;
use flows::views::{disputes as views, payouts};
use kernel::ids::Id;
use kernel::{DisputeId, Lang, PlaceId, Refusal, Result, Words};
use ledger::transfers::{self, Kept};
use maud::{Markup, html};
use payments::disputes::{self, Dispute, State};
use payments::{Intent, intents};
use std::collections::BTreeMap;

const ADDRESS: &str = "/console/disputes";
/// Disputes whose answer is due within so many days are pointed out.
const SOON_DAYS: i32 = 3;

pub async fn list(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    page(&visit, &Form::blank()).await
}

/// Records a dispute that was told by letter, or by a provider that does not tell them itself.
pub async fn record(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match try_record(&visit, &form).await {
        Ok(dispute) => Ok(SeeOther::to(address(&dispute))
            .saying("The dispute is recorded; its amount is in suspense.", "争议已登记，金额已挂账。")
            .into_response()),
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

fn address(dispute: &Dispute) -> String {
    format!("{ADDRESS}/{}/{}", dispute.place, dispute.id)
}

async fn try_record(visit: &Visit, form: &Form) -> Result<Dispute> {
    let text = form.text("payment").to_owned();
    let found = visit.read(move |view| views::meant_by(view, &text)).await?;
    let intent = found.ok_or_else(|| {
        Refusal::field(
            "payment",
            "no_payment",
            "No payment or order has this number.",
            "没有该编号的付款或订单。",
        )
    })?;
    let amount = match form.text("amount").trim() {
        "" => {
            let (place, id) = (intent.place.clone(), intent.id.clone());
            visit.read(move |view| intents::left(view, &place, &id)).await?
        }
        _ => form.money("amount", intent.amount.currency)?,
    };
    let (reason, answer_by) = (form.text("reason").trim().to_owned(), form.day("answer_by")?);
    let lane = intent.place.clone();
    visit
        .write(&lane, move |scene| {
            let dispute = Dispute {
                place: intent.place.clone(),
                id: scene.act.id(),
                intent: intent.id.clone(),
                reason: reason.clone(),
                amount,
                answer_by,
                state: State::Open,
                opened_at: scene.act.at,
                closed_at: None,
                evidence: String::new(),
                number: String::new(),
            };
            dispute::open(scene, &dispute)?;
            Ok(dispute)
        })
        .await
}

async fn page(visit: &Visit, form: &Form) -> Answer<Page> {
    let (disputes, places) = visit.read(|view| Ok((views::latest(view)?, payouts::places(view)?))).await?;
    let (open, closed): (Vec<&Dispute>, Vec<&Dispute>) =
        disputes.iter().partition(|dispute| dispute.state == State::Open);
    let heading = visit.say("Disputes", "争议");
    let beneath = visit.say(
        "What payers want back through their bank or provider; the amount lies in suspense until it is decided.",
        "付款人通过银行或支付渠道要求退回的款项；结案前金额挂账。",
    );
    let body = html! {
        (parts::heading(heading, beneath, html! {}))
        (super::payouts::ways(visit))
        (tiles(visit, &disputes))
        div class="section" { (open_table(visit, &open, &places)) }
        div class="section" { (parts::titled_card(visit.say("Record a dispute", "登记争议"), record_form(visit, form))) }
        @if !closed.is_empty() { div class="section" { (closed_table(visit, &closed, &places)) } }
    };
    Ok(Page::console(heading, body).status(form.status()))
}

fn tiles(visit: &Visit, disputes: &[Dispute]) -> Markup {
    let tile = |label, state| {
        let of: Vec<&Dispute> = disputes.iter().filter(|dispute| dispute.state == state).collect();
        let sum = super::payouts::summed(visit, of.iter().map(|dispute| dispute.amount));
        let note = match visit.lang {
            Lang::En => format!("{} disputes", of.len()),
            Lang::Zh => format!("{} 笔", of.len()),
        };
        Stat { label, value: &sum, note: &note, ..Stat::default() }.render()
    };
    parts::grid(
        3,
        html! {
            (tile(visit.say("Open, in suspense", "处理中（挂账）"), State::Open))
            (tile(visit.say("Won", "胜诉"), State::Won))
            (tile(visit.say("Lost", "败诉"), State::Lost))
        },
    )
}

fn head(visit: &Visit, dispute: &Dispute, places: &BTreeMap<PlaceId, Words>) -> Vec<Cell> {
    let place = places.get(&dispute.place).map_or("", |name| name.in_(visit.lang));
    let name = html! { a href=(address(dispute)) { (dispute.reason) } br; span class="muted" { (place) } };
    vec![
        Cell::markup(name, &dispute.reason),
        Cell::money(dispute.amount.minor, dispute.amount.currency.code()),
        Cell::date(&dispute.opened_at.rfc3339(), &dispute.opened_at.say(&visit.home.zone, visit.lang)),
    ]
}

/// Until when we answer, and whether that is soon.
fn deadline(visit: &Visit, dispute: &Dispute) -> Markup {
    let days = visit.today().days_until(dispute.answer_by);
    let day = dispute.answer_by.say(visit.lang);
    html! {
        time datetime=(dispute.answer_by) { (day) }
        @if days < 0 { br; (parts::pill(Tone::Cinnabar, visit.say("overdue", "已逾期"))) }
        @else if days <= SOON_DAYS { br; (parts::pill(Tone::Lantern, visit.say("soon", "即将到期"))) }
    }
}

fn open_table(visit: &Visit, open: &[&Dispute], places: &BTreeMap<PlaceId, Words>) -> Markup {
    let columns = [
        Column::new(visit.say("Dispute", "争议"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
        Column::new(visit.say("Opened", "登记时间"), Kind::Date),
        Column::new(visit.say("Answer by", "答复截止"), Kind::Date),
        Column::new(visit.say("How did it end?", "结果"), Kind::Text),
    ];
    let row = |dispute: &&Dispute| {
        let mut cells = head(visit, dispute, places);
        cells.push(Cell::markup(deadline(visit, dispute), &dispute.answer_by.to_string()));
        cells.push(Cell::markup(decision(visit, dispute), ""));
        cells
    };
    Table::new(visit.say("Open", "处理中"), &columns, open.iter().map(row).collect())
        .empty(visit.say("Nobody disputes a payment.", "没有处理中的争议。"))
        .filtered()
        .render(visit.lang)
}

fn decision(visit: &Visit, dispute: &Dispute) -> Markup {
    let action = format!("{}/decision", address(dispute));
    let press = |as_: State, word| parts::press(Weight::Quiet, &action, &[("decision", as_.code())], word);
    html! {
        (press(State::Won, visit.say("Won", "胜诉")))
        (press(State::Lost, visit.say("Lost", "败诉")))
    }
}

fn state_pill(visit: &Visit, state: State) -> Markup {
    match state {
        State::Open => parts::pill(Tone::Lantern, visit.say("open", "处理中")),
        State::Won => parts::pill(Tone::Jade, visit.say("won", "胜诉")),
        State::Lost => parts::pill(Tone::Cinnabar, visit.say("lost", "败诉")),
    }
}

fn closed_table(visit: &Visit, closed: &[&Dispute], places: &BTreeMap<PlaceId, Words>) -> Markup {
    let columns = [
        Column::new(visit.say("Dispute", "争议"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
        Column::new(visit.say("Opened", "登记时间"), Kind::Date),
        Column::new(visit.say("Result", "结果"), Kind::Text),
    ];
    let row = |dispute: &&Dispute| {
        let mut cells = head(visit, dispute, places);
        cells.push(Cell::markup(state_pill(visit, dispute.state), dispute.state.code()));
        cells
    };
    Table::new(visit.say("Decided", "已结案"), &columns, closed.iter().map(row).collect())
        .filtered()
        .render(visit.lang)
}

fn record_form(visit: &Visit, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let payment = Field {
        hint: visit.say(
            "The number of the payment, of its order, or the provider’s own.",
            "付款编号、订单编号或支付渠道的交易号。",
        ),
        required: true,
        ..field("payment", "Payment", "付款")
    };
    let amount = Field {
        hint: visit.say("Empty: everything that was paid.", "留空表示全部实付金额。"),
        inputmode: Some("decimal"),
        ..field("amount", "Amount", "金额")
    };
    let fields = html! {
        (parts::grid(2, html! {
            (payment.input())
            (Field { required: true, ..field("reason", "What the payer says", "付款人理由") }.input())
            (amount.input())
            (Field { kind: "date", required: true, ..field("answer_by", "Answer by", "答复截止") }.input())
        }))
    };
    form.render(visit.lang, ADDRESS, visit.say("Record", "登记"), fields)
}

/// One dispute with its payment and what was booked.
struct Found {
    dispute: Dispute,
    intent: Intent,
    booked: Vec<Kept>,
    place: Words,
}

async fn find(visit: &Visit, place: &str, id: &str) -> Result<Found, Wrong> {
    let (place, id) = (PlaceId::parse(place)?, DisputeId::parse(id)?);
    let found = visit.read(move |view| {
        let dispute = disputes::any(view, &place, &id)?;
        Ok(Found {
            intent: intents::any(view, &place, &dispute.intent)?,
            booked: transfers::of_reference(view, &place, &id.0)?,
            place: flows::views::places::name(view, &place)?,
            dispute,
        })
    });
    Ok(found.await?)
}

pub async fn show(visit: Visit, _: OperatorStaff, Path((place, id)): Path<(String, String)>) -> Answer<Page> {
    let found = find(&visit, &place, &id).await?;
    let filled = Form::filled([("evidence", found.dispute.evidence.as_str())]);
    Ok(one(&visit, &found, &filled))
}

/// Keeps what was put together.
pub async fn put_evidence(
    visit: Visit,
    _: OperatorStaff,
    Path((place, id)): Path<(String, String)>,
    form: Form,
) -> Answer {
    let found = find(&visit, &place, &id).await?;
    let (place, id) = (found.dispute.place.clone(), found.dispute.id.clone());
    let evidence = form.text("evidence").to_owned();
    let lane = place.clone();
    let put = visit.write(&lane, move |scene| dispute::put_evidence(scene, &place, &id, &evidence)).await;
    match put {
        Ok(dispute) => Ok(SeeOther::to(address(&dispute)).saying("It is noted.", "已保存。").into_response()),
        Err(error) => Ok(one(&visit, &found, &form.refused(error)?).into_response()),
    }
}

/// Won or lost, with one press.
pub async fn decide(
    visit: Visit,
    _: OperatorStaff,
    Path((place, id)): Path<(String, String)>,
    form: Form,
) -> Answer {
    let found = find(&visit, &place, &id).await?;
    let wanted = form.text("decision");
    let known = [State::Won, State::Lost].into_iter().find(|state| state.code() == wanted);
    let as_ = known.ok_or_else(Wrong::not_found)?;
    let (place, id) = (found.dispute.place.clone(), found.dispute.id.clone());
    let lane = place.clone();
    match visit.write(&lane, move |scene| dispute::close(scene, &place, &id, as_)).await {
        Ok(dispute) => {
            let said = match dispute.state {
                State::Won => Words::new("Won: the money stays with us.", "已判胜诉，款项保留。"),
                _ => Words::new("Lost: its amount is booked as a cost.", "已判败诉，金额计入争议损失。"),
            };
            Ok(SeeOther::to(ADDRESS).saying(said.en, said.zh).into_response())
        }
        Err(error) => Ok(one(&visit, &found, &form.refused(error)?).into_response()),
    }
}

fn one(visit: &Visit, found: &Found, form: &Form) -> Page {
    let dispute = &found.dispute;
    let heading = format!("{} {}", visit.say("Dispute of", "争议"), dispute.amount);
    let actions = html! {
        @if dispute.state == State::Open { (decision(visit, dispute)) }
        (parts::link_button(Weight::Quiet, ADDRESS, visit.say("All disputes", "全部争议")))
    };
    let error = form.error(visit.lang, &html! { span id="evidence-error" {} });
    let body = html! {
        (parts::heading(&heading, found.place.in_(visit.lang), actions))
        @if let Some(error) = error { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
        (parts::grid(2, html! {
            (parts::titled_card(visit.say("About it", "概况"), about(visit, found)))
            (parts::titled_card(visit.say("Evidence", "证据"), evidence(visit, found, form)))
        }))
        div class="section" { (booked_table(visit, found)) }
    };
    Page::console(heading, body).status(form.status())
}

fn about(visit: &Visit, found: &Found) -> Markup {
    let (dispute, intent) = (&found.dispute, &found.intent);
    let number = if dispute.number.is_empty() {
        visit.say("recorded by hand", "人工登记")
    } else {
        &dispute.number
    };
    parts::definitions(&[
        (visit.say("Status", "状态"), state_pill(visit, dispute.state)),
        (visit.say("What the payer says", "付款人理由"), html! { (dispute.reason) }),
        (visit.say("Answer by", "答复截止"), deadline(visit, dispute)),
        (visit.say("Payment", "付款"), html! { (intent.subject) br; span class="muted" { (intent.id) } }),
        (visit.say("Order", "订单"), html! { (intent.order) }),
        (visit.say("Was paid", "实付"), html! { (intent.captured) }),
        (
            visit.say("Provider", "支付渠道"),
            html! { (intent.provider) br; span class="muted" { (intent.reference.as_deref().unwrap_or("–")) } },
        ),
        (visit.say("Its number there", "渠道争议号"), html! { (number) }),
    ])
}

fn evidence(visit: &Visit, found: &Found, form: &Form) -> Markup {
    let dispute = &found.dispute;
    if dispute.state != State::Open {
        let nothing = visit.say("Nothing was put together.", "没有填写证据。");
        return html! { p { (if dispute.evidence.is_empty() { nothing } else { &dispute.evidence }) } };
    }
    let field = Field {
        hint: visit.say(
            "What was sold and used, when, and where that can be seen.",
            "售出与使用的内容、时间及可查凭据。",
        ),
        ..form.field(visit.lang, "evidence", visit.say("What speaks for us", "我方证据"))
    };
    form.render(
        visit.lang,
        &format!("{}/evidence", address(dispute)),
        visit.say("Keep it", "保存"),
        field.textarea(8),
    )
}

fn booked_table(visit: &Visit, found: &Found) -> Markup {
    let columns = [
        Column::new(visit.say("When", "时间"), Kind::Date),
        Column::new(visit.say("Debit", "借方"), Kind::Text),
        Column::new(visit.say("Credit", "贷方"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
    ];
    let row = |kept: &Kept| {
        vec![
            Cell::date(&kept.booked_at.rfc3339(), &kept.booked_at.say(&visit.home.zone, visit.lang)),
            Cell::text(&kept.debit),
            Cell::text(&kept.credit),
            Cell::money(kept.amount.minor, kept.amount.currency.code()),
        ]
    };
    Table::new(visit.say("What was booked", "入账记录"), &columns, found.booked.iter().map(row).collect())
        .render(visit.lang)
}

#[cfg(test)]
mod tests {
    use crate::console::season::Season;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_dispute_is_recorded_by_its_order_and_decided_with_one_press() {
        let season = Season::new().await;
        season.runs(&[2]).await;
        let operator = season.town.operator().await;
        let order: (String,) = season
            .town
            .house
            .read(|view| view.one("select order_id from payment_intent where state = 'captured'", &[]))
            .await
            .expect("an order");
        let form = [
            ("payment", order.0.as_str()),
            ("reason", "not recognised"),
            ("amount", ""),
            ("answer_by", "2016-12-25"),
        ];
        let unknown =
            operator.post("/console/disputes", &[("payment", "ord_none"), form[1], form[2], form[3]]).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unknown.text.contains("id=\"payment-error\""), "{}", unknown.text);
        let made = operator.post("/console/disputes", &form).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let one = operator.get(&format!("{}?lang=en", made.location())).await;
        assert!(one.text.contains("¥86.00") && one.text.contains("suspense:dsp_"), "{}", one.text);
        let list = operator.get("/console/disputes").await;
        assert!(list.text.contains("not recognised") && list.text.contains("soon"));
        let kept = operator
            .post(&format!("{}/evidence", made.location()), &[("evidence", "Both were admitted.")])
            .await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER);
        let decision = format!("{}/decision", made.location());
        assert_eq!(operator.post(&decision, &[("decision", "won")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(operator.post(&decision, &[("decision", "won")]).await.status, StatusCode::SEE_OTHER);
        let other = operator.post(&decision, &[("decision", "lost")]).await;
        assert_eq!(other.status, StatusCode::CONFLICT);
        let zh = operator.get("/console/disputes?lang=zh").await;
        assert!(zh.text.contains("已结案") && zh.text.contains("胜诉"));
        let (house, now) = (season.town.house.clone(), season.town.house.now());
        let broken = house.read(move |view| flows::check::broken(view, now)).await.expect("a check");
        assert_eq!(broken, Vec::<String>::new());
        assert_eq!(season.ann.get("/console/disputes").await.status, StatusCode::FORBIDDEN);
    }
}
