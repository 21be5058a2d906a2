//! Paying out what a closed period, a sale or a licence left somebody: proposed by one operator, approved by
//! another, sent to the bank in a file, and closed by what the bank says.
//!
//! From the proposal on the amount is reserved towards `bank:payouts`, so nothing is promised twice; it is posted when
//! the bank has paid and freed when the payout is withdrawn or returned.

use crate::house::{House, Scene};
use crate::views;
use db::{View, Waiting};
use events::{Kind, log};
use kernel::ids::Id;
use kernel::{
    Actor, Currency, Error, Kind as Why, Money, OrgId, PayoutFileId, PayoutId, PersonId, PlaceId, Refusal,
    Result,
};
use ledger::{Transfer, balances, transfers};
use serde_json::json;
use settlement::bank_accounts;
use settlement::payouts::answer::{self, Answer, CameTo, Outcome, Taken, Told};
use settlement::payouts::{self, Closing, File, IN_FILE_MAX, Party, Payout, State};
use std::collections::BTreeMap;

/// The account in every book that stands for our bank.
pub const BANK: &str = "bank:payouts";

/// Lines of a bank's answer that are taken up at once, at most.
const CLOSED_AT_ONCE: usize = 200;

/// What an operator wants to be paid.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub place: PlaceId,
    /// The same key proposes once.
    pub key: String,
    /// The account it is owed on, one of [`views::payables`].
    pub account: String,
    pub payee: Party,
    pub amount: Money,
}

/// Proposes to pay the owner of an account where they have told us (`no_bank_account` when they have not); the rest is
/// [`propose`].
pub fn propose_owed(
    scene: &mut Scene,
    place: &PlaceId,
    key: &str,
    account: &str,
    amount: Money,
) -> Result<Payout> {
    let org = owner(scene.tx, place, account)?;
    let payee = party(scene.tx, &org)?;
    let (place, key, account) = (place.clone(), key.to_owned(), account.to_owned());
    propose(scene, &Proposal { place, key, account, payee, amount })
}

/// Where an organisation is paid.
fn party(view: &View, org: &OrgId) -> Result<Party> {
    let told = bank_accounts::of(view, org)?;
    told.map(|version| version.party).ok_or_else(|| {
        refuse(
            "no_bank_account",
            "This party has no bank account yet. Add one first.",
            "该机构尚未登记银行账户，请先添加。",
        )
    })
}

/// Proposes a payout and reserves its amount. Refuses more than is owed and not reserved (`overdrawn`), an account
/// that belongs to nobody outside (`not_payable`), and a key that was used for something else (`key_reused`).
pub fn propose(scene: &mut Scene, proposal: &Proposal) -> Result<Payout> {
    let by = clerk(scene)?;
    proposal.payee.check()?;
    if proposal.amount.minor <= 0 {
        return Err(Refusal::field(
            "amount",
            "bad_amount",
            "A payout is more than nothing.",
            "打款金额须大于零。",
        )
        .into());
    }
    let payout = Payout {
        place: proposal.place.clone(),
        id: scene.act.id(),
        key: proposal.key.clone(),
        account: proposal.account.clone(),
        org: owner(scene.tx, &proposal.place, &proposal.account)?,
        payee: proposal.payee.clone(),
        amount: proposal.amount,
        state: State::Proposed,
        proposed_by: by,
        proposed_at: scene.act.at,
        approved_by: None,
        file: None,
        closed_at: None,
        note: String::new(),
    };
    if !payouts::propose(scene.tx, &payout)? {
        return proposed_before(scene, &payout);
    }
    reserve(scene, &payout)?;
    note(scene, payout)
}

/// Whose money an account is; the house's own and what nobody outside is owed is not paid out (`not_payable`).
fn owner(view: &View, place: &PlaceId, account: &str) -> Result<OrgId> {
    let owner = views::payables::owner(view, place, account)?;
    owner.ok_or_else(|| refuse("not_payable", "Nobody is paid from this account.", "该账户不能对外打款。"))
}

fn proposed_before(scene: &Scene, payout: &Payout) -> Result<Payout> {
    let kept = payouts::of_key(scene.tx, &payout.place, &payout.key)?
        .ok_or_else(|| Error::fault("a payout's key is taken by no payout"))?;
    let same = (&kept.account, &kept.payee, kept.amount) == (&payout.account, &payout.payee, payout.amount);
    if same {
        return Ok(kept);
    }
    Err(refuse(
        "key_reused",
        "Something else was proposed from this form. Open a new one.",
        "此表单已发起过另一笔打款，请重新打开。",
    ))
}

/// The account is looked at after the reservation, whose row lock makes two proposals wait for each other; a limited
/// account refuses by itself, the others here.
fn reserve(scene: &Scene, payout: &Payout) -> Result<()> {
    let transfer = Transfer {
        book: payout.place.clone(),
        id: reservation(&payout.id),
        debit: payout.account.clone(),
        credit: BANK.to_owned(),
        amount: payout.amount,
        code: "payout",
        reference: payout.id.0.clone(),
        happened_at: scene.act.at,
    };
    transfers::reserve(scene.tx, &transfer, scene.act.at)?;
    let currency = payout.amount.currency;
    let left = balances::available_of(scene.tx, &payout.place, &payout.account, currency)?;
    if left.minor < 0 {
        return Err(refuse("overdrawn", "There is not enough money in this account.", "账户余额不足。"));
    }
    deduct(scene, payout, left)
}

/// What a merchant owes because it was paid for what was refunded since, as an account.
pub(crate) fn receivable(merchant: &str) -> String {
    format!("receivable:{}", merchant.trim_start_matches("merchant:"))
}

/// What a merchant owes is taken from what it is owed before it is paid: a payout leaves room for it (`owes_first`).
fn deduct(scene: &Scene, payout: &Payout, left: Money) -> Result<()> {
    if !payout.account.starts_with("merchant:") {
        return Ok(());
    }
    let account = receivable(&payout.account);
    let owed = balances::credit_of(scene.tx, &payout.place, &account, payout.amount.currency)?;
    let owes = Money { minor: (-owed.minor).max(0), ..owed };
    if owes.minor > left.minor {
        let most = Money { minor: (payout.amount.minor + left.minor - owes.minor).max(0), ..owes };
        return Err(refuse(
            "owes_first",
            format!(
                "This party owes {owes} from refunds, which is deducted first; at most {most} can be paid now."
            ),
            format!("该商家因退款欠款 {owes}，须先行抵扣；目前最多可打款 {most}。"),
        ));
    }
    if owes.is_zero() {
        return Ok(());
    }
    let transfer = Transfer {
        book: payout.place.clone(),
        id: format!("{}/deducted", payout.id),
        debit: payout.account.clone(),
        credit: account,
        amount: owes,
        code: "receivable",
        reference: payout.id.0.clone(),
        happened_at: scene.act.at,
    };
    ledger::post(scene.tx, &transfer, scene.act.at)?;
    Ok(())
}

fn reservation(id: &PayoutId) -> String {
    format!("{id}/reserved")
}

/// Approves a payout. Refuses whoever proposed it (`same_person`), and one that is past it (`payout_state`).
pub fn approve(scene: &mut Scene, place: &PlaceId, id: &PayoutId) -> Result<Payout> {
    let by = clerk(scene)?;
    if payouts::any(scene.tx, place, id)?.proposed_by == by {
        return Err(payouts::same_person());
    }
    let moved = payouts::approve(scene.tx, place, id, &by, scene.act.at)?;
    let payout = payouts::any(scene.tx, place, id)?;
    if moved {
        return note(scene, payout);
    }
    if payout.state == State::Withdrawn || payout.approved_by.as_ref() != Some(&by) {
        return Err(past(&payout));
    }
    Ok(payout)
}

/// Puts approved payouts of one currency into one file, to be executed today. The same payouts and payer again are the
/// same file; a payout that is not approved, or in another file, is refused (`payout_state`).
pub fn send(scene: &mut Scene, place: &PlaceId, ids: &[PayoutId], payer: &Party) -> Result<File> {
    send_under(scene, place, ids, payer, None)
}

/// Sends approved payouts of any places to the bank, from the house's own account: a message a currency, of a file a
/// place; the messages they are in. Those that were sent together before stay in theirs. A place whose turn was not reached
/// because the process ended is sent with the next message.
pub fn send_all(house: &House, chosen: &[(PlaceId, PayoutId)], actor: Actor) -> Result<Vec<PayoutFileId>> {
    if chosen.is_empty() || chosen.len() > IN_FILE_MAX {
        return Err(bad_file());
    }
    let payer = house.read_blocking(payer)?;
    let wanted = chosen.to_vec();
    let grouped = house.read_blocking(move |view| {
        let mut grouped: BTreeMap<Currency, BTreeMap<PlaceId, Vec<PayoutId>>> = BTreeMap::new();
        for (place, id) in wanted {
            let currency = payouts::any(view, &place, &id)?.amount.currency;
            grouped.entry(currency).or_default().entry(place).or_default().push(id);
        }
        Ok(grouped)
    })?;
    let mut messages = Vec::new();
    for places in grouped.into_values() {
        let message: PayoutFileId = house.act(actor.clone()).id();
        for (place, ids) in places {
            let (lane, payer, message) = (place.clone(), payer.clone(), message.clone());
            let story = move |scene: &mut Scene| send_under(scene, &place, &ids, &payer, Some(&message));
            messages.push(house.write_blocking(&lane, actor.clone(), story)?.message);
        }
    }
    messages.sort();
    messages.dedup();
    Ok(messages)
}

/// The account from which the house pays. Refuses a house that has told none (`no_bank_account`).
pub fn payer(view: &View) -> Result<Party> {
    let house = people::installation::house(view)?;
    let told = house.map(|house| bank_accounts::of(view, &house.id)).transpose()?.flatten();
    told.map(|version| version.party).ok_or_else(|| {
        refuse(
            "no_bank_account",
            "The house has no bank account to pay from. Add one first.",
            "平台尚未登记付款账户，请先添加。",
        )
    })
}

fn bad_file() -> Error {
    refuse("bad_file", "A file has 1 to 1000 payouts.", "每个文件可含1至1000笔打款。")
}

fn send_under(
    scene: &mut Scene,
    place: &PlaceId,
    ids: &[PayoutId],
    payer: &Party,
    message: Option<&PayoutFileId>,
) -> Result<File> {
    let by = clerk(scene)?;
    payer.check()?;
    // In the order of their ids, so that two clerks wait for each other instead of in a circle.
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    if ids.is_empty() || ids.len() > IN_FILE_MAX {
        return Err(bad_file());
    }
    if let Some(before) = sent_before(scene, place, &ids, payer)? {
        return Ok(before);
    }
    let (id, at) = (scene.act.id::<PayoutFileId>(), scene.act.at);
    let execute_on = scene.today();
    let (place, message, payer) = (place.clone(), message.unwrap_or(&id).clone(), payer.clone());
    let file = File { place, id, message, payer, execute_on, sent_by: by, sent_at: at };
    payouts::add_file(scene.tx, &file)?;
    for id in &ids {
        if !payouts::put_into(scene.tx, &file, id)? {
            return Err(past(&payouts::any(scene.tx, &file.place, id)?));
        }
    }
    let inside = payouts::of_file(scene.tx, &file.place, &file.id)?;
    if inside.iter().any(|payout| payout.amount.currency != inside[0].amount.currency) {
        return Err(refuse("mixed_currencies", "A file has one currency.", "每个文件只能有一种货币。"));
    }
    for payout in inside {
        note(scene, payout)?;
    }
    Ok(file)
}

fn sent_before(scene: &Scene, place: &PlaceId, ids: &[PayoutId], payer: &Party) -> Result<Option<File>> {
    let Some(id) = payouts::any(scene.tx, place, &ids[0])?.file else { return Ok(None) };
    let file = payouts::any_file(scene.tx, place, &id)?;
    let inside = payouts::of_file(scene.tx, place, &id)?;
    let same = file.payer == *payer && inside.iter().map(|payout| &payout.id).eq(ids);
    Ok(same.then_some(file))
}

/// Takes in what the bank tells of payouts: those that it paid or returned are closed, and what does not fit is kept
/// for an operator. The same file again changes nothing; whether it is new. Refuses what is no answer (`bad_answer`).
pub fn take_answer(house: &House, name: &str, bytes: &[u8], actor: Actor) -> Result<(Answer, bool)> {
    let taken_by = actor.signed_in()?.clone();
    if !actor.is_operator() {
        return Err(Refusal::forbidden().into());
    }
    let told = answer::read(bytes, house.home().currency)?;
    let digest = answer::digest(bytes);
    let wanted = digest.clone();
    if let Some(before) = house.read_blocking(move |view| answer::find(view, &wanted))? {
        return Ok((before, false));
    }
    let mut lines = Vec::with_capacity(told.len());
    // Many at once share their commits; those of one place stay in their order.
    for told in told.chunks(CLOSED_AT_ONCE) {
        let begun =
            told.iter().map(|told| begin_to_close(house, told, &actor)).collect::<Result<Vec<_>>>()?;
        for (told, begun) in told.iter().zip(begun) {
            let came_to = begun.map_or(Ok(CameTo::Unknown), Waiting::wait)?;
            lines.push(Taken { came_to, told: told.clone() });
        }
    }
    let (name, count) = (name.to_owned(), lines.len() as i64);
    house.write_blocking(&House::lane(), actor, move |scene| {
        let (digest, taken_by) = (digest.clone(), taken_by.clone());
        let answer = Answer { digest, name: name.clone(), lines: count, taken_at: scene.act.at, taken_by };
        let is_new = answer::keep_once(scene.tx, &answer, &lines)?;
        Ok((answer, is_new))
    })
}

/// Closes the payout that a line of the bank's answer names; what comes of it, or nothing when it names none.
fn begin_to_close(house: &House, told: &Told, actor: &Actor) -> Result<Option<Waiting<CameTo>>> {
    let Ok(id) = PayoutId::parse(&told.payout) else { return Ok(None) };
    let wanted = id.clone();
    let Some(place) = house.read_blocking(move |view| views::payouts::place_of(view, &wanted))? else {
        return Ok(None);
    };
    let (lane, told) = (place.clone(), told.clone());
    Ok(Some(house.submit(&lane, actor.clone(), move |scene| {
        let payout = payouts::any(scene.tx, &place, &id)?;
        let end = match told.outcome {
            Outcome::Pending => return Ok(CameTo::Waits),
            Outcome::Paid => State::Paid,
            Outcome::Returned => State::Returned,
        };
        let may_end = payout.state == State::Sent || (payout.state, end) == (State::Paid, State::Returned);
        if told.has_odd_amount || told.amount.is_some_and(|amount| amount != payout.amount) {
            return Ok(CameTo::AmountDiffers);
        } else if payout.state == end {
            return Ok(CameTo::Before);
        } else if !may_end {
            return Ok(CameTo::StateDiffers);
        }
        match end {
            State::Paid => paid(scene, &place, &id, &told.says)?,
            _ => returned(scene, &place, &id, &told.says)?,
        };
        Ok(CameTo::Closed)
    })))
}

/// The bank has paid: the reservation is posted.
pub fn paid(scene: &mut Scene, place: &PlaceId, id: &PayoutId, says: &str) -> Result<Payout> {
    if !close(scene, place, id, (State::Sent, State::Paid), says)? {
        return ended(scene, place, id, State::Paid);
    }
    let payout = payouts::any(scene.tx, place, id)?;
    transfers::resolve_post(scene.tx, place, &reservation(id), payout.amount, scene.act.at)?;
    note(scene, payout)
}

/// The bank sends it back, before or after it had paid; the money is owed again.
pub fn returned(scene: &mut Scene, place: &PlaceId, id: &PayoutId, says: &str) -> Result<Payout> {
    if close(scene, place, id, (State::Sent, State::Returned), says)? {
        transfers::resolve_void(scene.tx, place, &reservation(id), scene.act.at)?;
    } else if close(scene, place, id, (State::Paid, State::Returned), says)? {
        give_back(scene, place, id)?;
    } else {
        return ended(scene, place, id, State::Returned);
    }
    let payout = payouts::any(scene.tx, place, id)?;
    note(scene, payout)
}

fn give_back(scene: &Scene, place: &PlaceId, id: &PayoutId) -> Result<()> {
    let payout = payouts::any(scene.tx, place, id)?;
    let transfer = Transfer {
        book: place.clone(),
        id: format!("{id}/returned"),
        debit: BANK.to_owned(),
        credit: payout.account,
        amount: payout.amount,
        code: "payout",
        reference: id.0.clone(),
        happened_at: scene.act.at,
    };
    ledger::post(scene.tx, &transfer, scene.act.at)?;
    Ok(())
}

/// Gives up a payout that was not sent; its money is free again.
pub fn withdraw(scene: &mut Scene, place: &PlaceId, id: &PayoutId, why: &str) -> Result<Payout> {
    let withdrawn = close(scene, place, id, (State::Proposed, State::Withdrawn), why)?
        || close(scene, place, id, (State::Approved, State::Withdrawn), why)?;
    if !withdrawn {
        return ended(scene, place, id, State::Withdrawn);
    }
    transfers::resolve_void(scene.tx, place, &reservation(id), scene.act.at)?;
    let payout = payouts::any(scene.tx, place, id)?;
    note(scene, payout)
}

fn close(scene: &Scene, place: &PlaceId, id: &PayoutId, step: (State, State), note: &str) -> Result<bool> {
    let by = clerk(scene)?;
    payouts::close(scene.tx, place, id, step, &Closing { by: &by, at: scene.act.at, note })
}

/// The same end again is no news; another one is refused.
fn ended(scene: &Scene, place: &PlaceId, id: &PayoutId, as_: State) -> Result<Payout> {
    let payout = payouts::any(scene.tx, place, id)?;
    if payout.state == as_ { Ok(payout) } else { Err(past(&payout)) }
}

/// Only operators pay out; the program by itself never does, for each step has a person's name.
fn clerk(scene: &Scene) -> Result<PersonId> {
    let by = scene.act.actor.signed_in()?;
    if !scene.act.actor.is_operator() {
        return Err(Refusal::forbidden().into());
    }
    Ok(by.clone())
}

fn note(scene: &mut Scene, payout: Payout) -> Result<Payout> {
    let body = json!({
        "state": payout.state.code(),
        "account": payout.account,
        "amount_minor": payout.amount.minor,
        "currency": payout.amount.currency.code(),
    });
    log::append(scene.tx, &mut scene.act, &payout.place, Kind::PayoutChanged, None, &payout.id, body)?;
    Ok(payout)
}

fn past(payout: &Payout) -> Error {
    let (en, zh) = match payout.state {
        State::Proposed => ("This payout waits for approval.", "该打款待审批。"),
        State::Approved => ("This payout is approved and not sent yet.", "该打款已审批，尚未发送。"),
        State::Sent => ("This payout was sent to the bank.", "该打款已发送银行。"),
        State::Paid => ("This payout was paid.", "该打款已完成。"),
        State::Returned => ("The bank returned this payout.", "该打款已被银行退回。"),
        State::Withdrawn => ("This payout was withdrawn.", "该打款已撤回。"),
    };
    refuse("payout_state", en, zh)
}

fn refuse(code: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Error {
    Refusal::new(Why::Conflict, code, en, zh).into()
}
