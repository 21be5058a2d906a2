//! Paying out: two people, once, never more than is owed, and a file that a bank can read.

use crate::town::{Town, code, premiere};
use flows::change_bank_account;
use flows::pay_out::{self, BANK, Proposal};
use kernel::{Actor, Currency, Money, OrgId, PayoutId, PersonId, PlaceId, Result, Role};
use quick_xml::Reader;
use quick_xml::events::Event;
use settlement::payouts::{self, BankAccount, File, Party, Payout, State, file};
use std::collections::BTreeMap;

pub fn clerk(name: &str) -> Actor {
    Actor::Person {
        id: PersonId(format!("per_{name}")),
        name: name.into(),
        roles: vec![(Role::Operator, OrgId("org_house".into()))],
    }
}

pub fn chinese(name: &str) -> Party {
    let account = BankAccount::cnaps("0222 0210 0111 6245", "102290026019").expect("an account");
    Party { name: name.into(), account }
}

fn payer() -> Party {
    let account = BankAccount::iban("GB82 WEST 1234 5698 7654 32").expect("an account");
    Party { name: "Ferryman & Daughters <House>".into(), account }
}

/// One ticket of 37.00 and a fee, its day closed: the cinema is owed 19.34, the studio 14.59.
pub fn closed_town() -> Town {
    let town = Town::new();
    let show = town.showtime(19, 30, 3700);
    town.buys("ann", &show, &["F7"]);
    town.at(premiere().plus(1), 9, 0);
    let statement = town.closes(premiere(), premiere()).expect("closed");
    town.mirrors(&statement).expect("mirrored");
    town
}

pub fn proposal(key: &str, fen: i64) -> Proposal {
    Proposal {
        place: PlaceId("plc_star".into()),
        key: key.into(),
        account: "exhibition".into(),
        payee: chinese("Nine Bends Cinemas"),
        amount: Money::fen(fen),
    }
}

fn proposes(town: &Town, who: &str, proposal: &Proposal) -> Result<Payout> {
    proposes_at(town, "plc_star", who, proposal)
}

pub fn proposes_at(town: &Town, node: &str, who: &str, proposal: &Proposal) -> Result<Payout> {
    let proposal = proposal.clone();
    town.story(node, clerk(who), move |scene| pay_out::propose(scene, &proposal))
}

pub type Step = fn(&mut flows::Scene, &PlaceId, &PayoutId) -> Result<Payout>;

pub const PAID: Step = |scene, place, id| pay_out::paid(scene, place, id, "bank line 7");
pub const RETURNED: Step = |scene, place, id| pay_out::returned(scene, place, id, "account closed");
pub const WITHDRAWN: Step = |scene, place, id| pay_out::withdraw(scene, place, id, "a typing error");

pub fn does(town: &Town, who: &str, step: Step, payout: &Payout) -> Result<Payout> {
    let (place, id) = (payout.place.clone(), payout.id.clone());
    town.story("plc_star", clerk(who), move |scene| step(scene, &place, &id))
}

pub fn sends(town: &Town, who: &str, of: &[&Payout]) -> Result<File> {
    sends_from(town, "plc_star", who, of, payer())
}

fn sends_from(town: &Town, node: &str, who: &str, of: &[&Payout], payer: Party) -> Result<File> {
    let place = of[0].place.clone();
    let ids: Vec<PayoutId> = of.iter().map(|payout| payout.id.clone()).collect();
    town.story(node, clerk(who), move |scene| pay_out::send(scene, &place, &ids, &payer))
}

pub fn approved(town: &Town, proposal: &Proposal) -> Payout {
    let payout = proposes(town, "mei", proposal).expect("proposed");
    does(town, "li", pay_out::approve, &payout).expect("approved")
}

fn inside(town: &Town, file: &File) -> Vec<Payout> {
    let (place, id) = (file.place.clone(), file.id.clone());
    town.read(move |view| payouts::of_file(view, &place, &id))
}

/// For the town of the invariants: one payout that is on its way, and one that was paid.
pub fn sends_one_and_has_one_paid(town: &Town) {
    let (first, second) = (approved(town, &proposal("a", 200)), approved(town, &proposal("b", 300)));
    sends(town, "mei", &[&first, &second]).expect("sent");
    does(town, "mei", PAID, &second).expect("paid");
}

fn free(town: &Town) -> i64 {
    let look = |view: &db::View| {
        ledger::balances::available_of(view, &PlaceId("plc_star".into()), "exhibition", Currency::CNY)
    };
    town.read(look).minor
}

#[test]
fn a_payout_goes_from_proposal_to_paid() {
    let town = closed_town();
    assert_eq!(town.star_credit("exhibition"), 1934);
    let payout = approved(&town, &proposal("all", 1934));
    assert_eq!((payout.state, free(&town), town.star_credit("exhibition")), (State::Approved, 0, 1934));
    town.is_whole();
    sends(&town, "mei", &[&payout]).expect("sent");
    town.is_whole();
    let paid = does(&town, "mei", PAID, &payout).expect("paid");
    assert_eq!((paid.state, paid.note.as_str()), (State::Paid, "bank line 7"));
    does(&town, "li", PAID, &payout).expect("the same again");
    assert_eq!((town.star_credit("exhibition"), town.star_credit(BANK)), (0, 1934));
    assert_eq!(town.happened(events::Kind::PayoutChanged), 4);
    town.is_whole();
}

#[test]
fn a_second_person_approves() {
    let town = closed_town();
    let payout = proposes(&town, "mei", &proposal("all", 1934)).expect("proposed");
    assert_eq!(code(does(&town, "mei", pay_out::approve, &payout)), "same_person");
    assert_eq!(code(sends(&town, "li", &[&payout])), "payout_state");
    does(&town, "li", pay_out::approve, &payout).expect("approved");
    does(&town, "li", pay_out::approve, &payout).expect("the same again");
    assert_eq!(code(does(&town, "chen", pay_out::approve, &payout)), "payout_state");
    assert_eq!(code(does(&town, "mei", pay_out::approve, &payout)), "same_person");
    town.is_whole();
}

#[test]
fn only_operators_pay_out() {
    let town = closed_town();
    let cinema = Actor::Person {
        id: PersonId("per_owner".into()),
        name: "owner".into(),
        roles: vec![(Role::Cinema, OrgId("org_star".into()))],
    };
    for (actor, refused) in
        [(cinema, "forbidden"), (Actor::Guest, "sign_in_first"), (Actor::System, "sign_in_first")]
    {
        let tried = town.story("plc_star", actor, |scene| pay_out::propose(scene, &proposal("mine", 1934)));
        assert_eq!(code(tried), refused);
    }
    assert_eq!(free(&town), 1934);
}

#[test]
fn nothing_is_paid_twice_or_beyond_what_is_owed() {
    let town = closed_town();
    assert_eq!(code(proposes(&town, "mei", &proposal("more", 1935))), "overdrawn");
    assert_eq!(code(proposes(&town, "mei", &proposal("nothing", 0))), "bad_amount");
    let first = proposes(&town, "mei", &proposal("most", 1900)).expect("proposed");
    let again = proposes(&town, "mei", &proposal("most", 1900)).expect("the same");
    assert_eq!(first, again);
    assert_eq!(code(proposes(&town, "mei", &proposal("most", 1901))), "key_reused");
    assert_eq!(code(proposes(&town, "li", &proposal("rest", 35))), "overdrawn");
    proposes(&town, "li", &proposal("rest", 34)).expect("the rest");
    assert_eq!(free(&town), 0);
    let fee = Proposal { account: "service_fee".into(), ..proposal("fee", 1) };
    assert_eq!(code(proposes(&town, "mei", &fee)), "not_payable");
    let nobody = Proposal { account: "merchant:org_nobody".into(), ..proposal("nobody", 1) };
    assert_eq!(code(proposes(&town, "mei", &nobody)), "not_payable");
    town.is_whole();
}

#[test]
fn merchants_and_studios_are_paid_from_their_own_accounts() {
    let town = closed_town();
    let poster = town.poster(3);
    let promised = town.orders("dan", &poster, 1, None).expect("an order");
    town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("sold");
    let look = |view: &db::View| ledger::balances::of_book(view, &PlaceId("plc_lantern".into()));
    let owed = town.read(look).into_iter().find(|one| one.account.starts_with("merchant:")).expect("owed");
    let merchant = Proposal {
        place: town.lantern(),
        account: owed.account.clone(),
        payee: chinese("Paper Boat Studio"),
        ..proposal("merchant", owed.credit().minor)
    };
    let payout = proposes(&town, "mei", &merchant).expect("proposed");
    assert_eq!(format!("merchant:{}", payout.org), owed.account);
    assert_eq!(code(proposes(&town, "mei", &Proposal { key: "x".into(), ..merchant })), "overdrawn");
    let studio = Proposal {
        place: PlaceId::house(),
        account: format!("producer:{}", town.studio),
        ..proposal("studio", 1459)
    };
    assert_eq!(proposes(&town, "mei", &studio).expect("proposed").org, town.studio);
    assert_eq!(code(proposes(&town, "mei", &Proposal { key: "y".into(), ..studio })), "overdrawn");
    town.is_whole();
}

#[test]
fn two_clerks_at_once_do_not_promise_the_same_money() {
    let town = closed_town();
    let names = ["mei", "li", "chen", "dai"];
    let answers: Vec<Result<Payout>> = std::thread::scope(|scope| {
        let tries = names.map(|name| {
            let town = &town;
            scope.spawn(move || proposes_at(town, &format!("node_{name}"), name, &proposal(name, 1000)))
        });
        tries.into_iter().map(|tried| tried.join().expect("no panic")).collect()
    });
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (1, 3));
    assert!(refused.into_iter().all(|answer| code(answer) == "overdrawn"));
    assert_eq!(free(&town), 934);
    town.is_whole();
}

#[test]
fn two_clerks_at_once_send_a_payout_in_one_file() {
    let town = closed_town();
    let payout = approved(&town, &proposal("all", 1934));
    let answers: Vec<Result<File>> = std::thread::scope(|scope| {
        let tries = ["mei", "li", "chen"].map(|name| {
            let (town, payout) = (&town, &payout);
            scope.spawn(move || sends_from(town, &format!("node_{name}"), name, &[payout], payer()))
        });
        tries.into_iter().map(|tried| tried.join().expect("no panic")).collect()
    });
    let file = sends(&town, "dai", &[&payout]).expect("the file there is");
    for answer in answers {
        match answer {
            Ok(made) => assert_eq!(made, file),
            other => assert_eq!(code(other), "payout_state"),
        }
    }
    let (files,): (i64,) = town.read(|view| view.one("select count(*) from payout_file", &[]));
    assert_eq!(files, 1);
    town.is_whole();
}

#[test]
fn what_the_bank_returns_is_owed_again() {
    let town = closed_town();
    let early = approved(&town, &proposal("early", 1934));
    assert_eq!(code(does(&town, "mei", RETURNED, &early)), "payout_state");
    sends(&town, "mei", &[&early]).expect("sent");
    does(&town, "mei", RETURNED, &early).expect("returned");
    does(&town, "mei", RETURNED, &early).expect("the same again");
    assert_eq!((free(&town), town.star_credit(BANK)), (1934, 0));
    assert_eq!(code(does(&town, "mei", PAID, &early)), "payout_state");
    town.is_whole();

    let late = approved(&town, &proposal("late", 1934));
    sends(&town, "mei", &[&late]).expect("sent");
    does(&town, "mei", PAID, &late).expect("paid");
    assert_eq!((free(&town), town.star_credit(BANK)), (0, 1934));
    does(&town, "mei", RETURNED, &late).expect("a bank returns also later");
    assert_eq!((free(&town), town.star_credit(BANK)), (1934, 0));
    town.is_whole();
}

#[test]
fn a_payout_is_withdrawn_until_it_is_sent() {
    let town = closed_town();
    let proposed = proposes(&town, "mei", &proposal("a", 934)).expect("proposed");
    does(&town, "li", WITHDRAWN, &proposed).expect("withdrawn");
    assert_eq!(code(does(&town, "li", pay_out::approve, &proposed)), "payout_state");
    let payout = approved(&town, &proposal("b", 1934));
    assert_eq!(does(&town, "li", WITHDRAWN, &payout).expect("withdrawn").note, "a typing error");
    assert_eq!(code(sends(&town, "mei", &[&payout])), "payout_state");
    assert_eq!(free(&town), 1934);
    let sent = approved(&town, &proposal("c", 1934));
    sends(&town, "mei", &[&sent]).expect("sent");
    assert_eq!(code(does(&town, "li", WITHDRAWN, &sent)), "payout_state");
    town.is_whole();
}

/// Reads a document to its end, each tag closed by its own: the texts by the path of their element.
fn texts(xml: &str) -> BTreeMap<String, Vec<String>> {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut text = String::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) => {
                path.push(tag.name().as_ref().to_owned());
                text.clear();
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(part) => {
                let meant = quick_xml::escape::resolve_predefined_entity(&part);
                text.push_str(meant.expect("an entity of XML itself"));
            }
            Event::End(_) => {
                if !text.trim().is_empty() {
                    found.entry(path.join("/")).or_default().push(std::mem::take(&mut text));
                }
                text.clear();
                path.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(path.is_empty(), "every element is closed");
    found
}

#[test]
fn a_file_says_what_is_paid_to_whom_and_its_sum() {
    let town = closed_town();
    let hostile = Proposal { payee: chinese("摆渡 & <Sons> \"]]>\""), ..proposal("a", 1001) };
    let british =
        Proposal { payee: Party { name: "=HYPERLINK(\"x\"),1".into(), ..payer() }, ..proposal("b", 933) };
    let (first, second) = (approved(&town, &hostile), approved(&town, &british));
    let file = sends(&town, "mei", &[&second, &first]).expect("sent");
    let of = inside(&town, &file);
    let xml = file::pain_001(&[(file.clone(), of.clone())]).expect("written");
    let said = texts(&xml);
    let at = |path: &str| -> Vec<&str> {
        let path = format!("Document/CstmrCdtTrfInitn/{path}");
        said.get(&path).unwrap_or_else(|| panic!("{path} is missing")).iter().map(String::as_str).collect()
    };
    assert_eq!(at("GrpHdr/MsgId"), [file.id.0.as_str()]);
    assert_eq!((at("GrpHdr/NbOfTxs"), at("GrpHdr/CtrlSum")), (vec!["2"], vec!["19.34"]));
    assert_eq!((at("PmtInf/NbOfTxs"), at("PmtInf/CtrlSum")), (vec!["2"], vec!["19.34"]));
    assert_eq!(at("PmtInf/ReqdExctnDt"), ["2016-12-24"]);
    assert_eq!(at("PmtInf/Dbtr/Nm"), ["Ferryman & Daughters <House>"]);
    assert_eq!(at("PmtInf/DbtrAcct/Id/IBAN"), ["GB82WEST12345698765432"]);
    assert_eq!(at("PmtInf/CdtTrfTxInf/Amt/InstdAmt"), ["10.01", "9.33"]);
    assert_eq!(at("PmtInf/CdtTrfTxInf/PmtId/EndToEndId"), [first.id.0.as_str(), second.id.0.as_str()]);
    assert_eq!(at("PmtInf/CdtTrfTxInf/Cdtr/Nm"), ["摆渡 & <Sons> \"]]>\"", "=HYPERLINK(\"x\"),1"]);
    assert_eq!(at("PmtInf/CdtTrfTxInf/CdtrAcct/Id/Othr/Id"), ["0222021001116245"]);
    assert_eq!(at("PmtInf/CdtTrfTxInf/CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"), ["102290026019"]);
    assert!(xml.contains("xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.03\""));

    let csv = file::csv(&of);
    let expected = format!(
        "\u{feff}payout,payee,scheme,account_number,bank_code,amount,currency\r\n\
         {},\"摆渡 & <Sons> \"\"]]>\"\"\",cnaps,'0222021001116245,'102290026019,10.01,CNY\r\n\
         {},\"'=HYPERLINK(\"\"x\"\"),1\",iban,'GB82WEST12345698765432,,9.33,CNY\r\n",
        first.id, second.id
    );
    assert_eq!(csv, expected);
}

#[test]
fn a_file_made_again_is_the_same_bytes() {
    let mut town = closed_town();
    let (first, second) = (approved(&town, &proposal("a", 1000)), approved(&town, &proposal("b", 934)));
    let file = sends(&town, "mei", &[&first, &second]).expect("sent");
    let of = inside(&town, &file);
    let made = (file::pain_001(&[(file.clone(), of.clone())]).expect("xml"), file::csv(&of));
    town.later(86_400);
    does(&town, "li", PAID, &first).expect("paid");
    does(&town, "li", RETURNED, &second).expect("returned");
    town.restarts();
    let again = sends(&town, "li", &[&second, &first, &second]).expect("the same file");
    let of = inside(&town, &again);
    assert_eq!(again, file);
    assert_eq!((file::pain_001(&[(again.clone(), of.clone())]).expect("xml"), file::csv(&of)), made);
    assert_eq!(code(sends(&town, "li", &[&first])), "payout_state");
    let other = Party { name: "Somebody else".into(), ..payer() };
    assert_eq!(code(sends_from(&town, "plc_star", "li", &[&first, &second], other)), "payout_state");
    town.is_whole();
}

#[test]
fn a_payee_that_a_bank_cannot_read_is_refused() {
    let town = closed_town();
    for (payee, refused) in [
        (chinese("two\nlines"), "bad_name"),
        (chinese(" "), "bad_name"),
        (chinese(&"长".repeat(141)), "bad_name"),
        (Party { account: BankAccount::Iban("GB00WEST12345698765432".into()), ..payer() }, "bad_iban"),
    ] {
        assert_eq!(code(proposes(&town, "mei", &Proposal { payee, ..proposal("p", 1) })), refused);
    }
    assert_eq!(free(&town), 1934);
}

/// Operators, the house and their bank accounts, as an installation has them.
fn tells_accounts(town: &Town) {
    let house = |scene: &mut flows::Scene| {
        let name = kernel::Words::new("Ferry House", "渡口");
        let org = people::orgs::add(scene.tx, &mut scene.act, people::OrgKind::House, &name)?;
        people::settings::put_once(scene.tx, "house_org", &org.id.0)?;
        Ok(org.id)
    };
    let house = town.story("plc_house", Actor::System, house).expect("founded");
    let star = town.read(|view| box_office::cinemas::any(view, &PlaceId("plc_star".into()))).org;
    for (org, party) in [(house, payer()), (star, chinese("Nine Bends Cinemas"))] {
        let at = org.clone();
        let told = town
            .story("plc_house", clerk("mei"), move |scene| change_bank_account::propose(scene, &at, &party));
        let number = told.expect("told").number;
        let counts = town
            .story("plc_house", clerk("li"), move |scene| change_bank_account::approve(scene, &org, number));
        counts.expect("approved");
    }
}

fn owes(town: &Town, place: &str, account: &str) -> i64 {
    town.credit(place, account)
}

fn answers(town: &Town, text: &str) -> (settlement::payouts::answer::Answer, bool) {
    pay_out::take_answer(&town.house, "answer.csv", text.as_bytes(), clerk("mei")).expect("taken in")
}

fn came_to(town: &Town, digest: &str) -> Vec<&'static str> {
    let digest = digest.to_owned();
    let lines = town.read(move |view| settlement::payouts::answer::lines(view, &digest));
    lines.iter().map(|line| line.came_to.code()).collect()
}

fn state(town: &Town, payout: &Payout) -> State {
    let (place, id) = (payout.place.clone(), payout.id.clone());
    town.read(move |view| payouts::any(view, &place, &id)).state
}

/// The worked example of `docs/algorithms/payouts.md`.
#[test]
fn a_day_of_payouts_ends_with_the_banks_answer() {
    let town = closed_town();
    let star = PlaceId("plc_star".into());
    let at = star.clone();
    let untold = town.story("plc_star", clerk("mei"), move |scene| {
        pay_out::propose_owed(scene, &at, "early", "exhibition", Money::fen(1))
    });
    assert_eq!(code(untold), "no_bank_account");
    tells_accounts(&town);
    let due = town.read(flows::views::payouts::due);
    let free: Vec<i64> = due.iter().map(|one| one.free().minor).collect();
    let expected = [1459, 1934, 185, 122];
    assert_eq!(
        free, expected,
        "the studio in the house's book, the cinema in its own, what the cinema remits"
    );
    let proposals = [("cinema", star.clone(), "exhibition".to_owned(), 1934)];
    let mut sent = Vec::new();
    for (key, place, account, fen) in proposals {
        let at = place.clone();
        let made = town.story("plc_star", clerk("mei"), move |scene| {
            pay_out::propose_owed(scene, &at, key, &account, Money::fen(fen))
        });
        let payout = made.expect("proposed");
        does(&town, "li", pay_out::approve, &payout).expect("approved");
        sent.push(payout);
    }
    let studio = Proposal {
        place: PlaceId::house(),
        account: format!("producer:{}", town.studio),
        payee: chinese("Ferry Films"),
        ..proposal("studio", 1459)
    };
    sent.push(approved(&town, &studio));
    let chosen: Vec<_> = sent.iter().map(|payout| (payout.place.clone(), payout.id.clone())).collect();
    let messages = pay_out::send_all(&town.house, &chosen, clerk("li")).expect("sent");
    assert_eq!(pay_out::send_all(&town.house, &chosen, clerk("li")).expect("the same"), messages);
    let [message] = &messages[..] else { panic!("one message, not {messages:?}") };
    let wanted = message.clone();
    let message = town.read(move |view| flows::views::payouts::message(view, &wanted));
    let xml = file::pain_001(&message).expect("written");
    assert!(xml.contains("<NbOfTxs>2</NbOfTxs>") && xml.contains("<CtrlSum>33.93</CtrlSum>"), "{xml}");
    assert_eq!(xml.matches("<PmtInf>").count(), 2);

    let (cinema, studio) = (&sent[0], &sent[1]);
    let text = format!(
        "payout,outcome,amount,note\n{},paid,19.34,\n{},returned,14.59,account closed\npyt_strange,paid,1.00,\n{},paid,0.01,\n",
        cinema.id, studio.id, cinema.id
    );
    let (answer, is_new) = answers(&town, &text);
    assert!(is_new);
    assert_eq!(came_to(&town, &answer.digest), ["closed", "closed", "unknown", "amount_differs"]);
    assert_eq!((state(&town, cinema), state(&town, studio)), (State::Paid, State::Returned));
    assert_eq!((town.star_credit("exhibition"), town.star_credit(BANK)), (0, 1934));
    town.is_whole();

    let before = town.happened(events::Kind::PayoutChanged);
    assert_eq!(answers(&town, &text), (answer, false), "the same file changes nothing");
    let (again, _) = answers(&town, &format!("{text}{},paid,,\n", studio.id));
    assert_eq!(
        came_to(&town, &again.digest),
        ["before", "before", "unknown", "amount_differs", "state_differs"]
    );
    assert_eq!(town.happened(events::Kind::PayoutChanged), before);
    assert!(pay_out::take_answer(&town.house, "x", b"nonsense", clerk("mei")).is_err());
    assert!(pay_out::take_answer(&town.house, "x", text.as_bytes(), Actor::System).is_err());
    town.is_whole();
}

/// A merchant is paid in full, then a buyer takes a poster back: what the merchant no longer has, it owes, and the
/// next payout leaves room for it.
#[test]
fn a_refund_after_the_payout_is_deducted_from_the_next() {
    let town = closed_town();
    let poster = town.poster(9);
    let account = format!("merchant:{}", poster.merchant);
    let buys = |buyer: &str| {
        let promised = town.orders(buyer, &poster, 1, None).expect("an order");
        town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("sold");
        promised.order.id
    };
    let bought = buys("dan");
    let merchant = |key: &str, fen| Proposal {
        place: town.lantern(),
        account: account.clone(),
        payee: chinese("Paper Boat Studio"),
        ..proposal(key, fen)
    };
    let first = approved(&town, &merchant("first", 8529));
    sends(&town, "mei", &[&first]).expect("sent");
    does(&town, "li", PAID, &first).expect("paid");
    assert_eq!(owes(&town, "plc_lantern", &account), 0);

    town.returns("dan", &bought).expect("a refund, although the merchant has nothing left");
    let receivable = format!("receivable:{}", poster.merchant);
    assert_eq!(owes(&town, "plc_lantern", &account), 0);
    assert_eq!(owes(&town, "plc_lantern", &receivable), -8529);
    town.sweeps();
    town.is_whole();

    buys("eve");
    buys("fay");
    assert_eq!(owes(&town, "plc_lantern", &account), 2 * 8529);
    let due = town.read(flows::views::payouts::due);
    let of_merchant = due.iter().find(|one| one.account == account).expect("owed");
    assert_eq!((of_merchant.receivable.minor, of_merchant.free().minor), (8529, 8529));
    assert_eq!(code(proposes_at(&town, "plc_lantern", "mei", &merchant("all", 2 * 8529))), "owes_first");
    assert_eq!(code(proposes_at(&town, "plc_lantern", "mei", &merchant("more", 8530))), "owes_first");
    proposes_at(&town, "plc_lantern", "mei", &merchant("rest", 8529)).expect("what is left");
    assert_eq!(owes(&town, "plc_lantern", &receivable), 0, "the debt is settled");
    let due = town.read(flows::views::payouts::due);
    let of_merchant = due.iter().find(|one| one.account == account).expect("reserved");
    assert_eq!((of_merchant.reserved.minor, of_merchant.free().minor), (8529, 0));
    town.is_whole();
}

/// Two buyers take goods back at once while most of what their merchant has is on its way to the bank: each is refunded,
/// and what the merchant does not have it owes once.
#[test]
fn refunds_at_once_of_a_merchant_that_is_being_paid() {
    let town = closed_town();
    let poster = town.poster(99);
    // Nothing of a sale goes to others, so that a refund gives the merchant nothing back before it takes.
    town.sql("update shop set commission_ppm = 0");
    let card = town.sells_plain("card", &poster, 1000, 99);
    let account = format!("merchant:{}", poster.merchant);
    for round in 0..6 {
        let bought: Vec<_> =
            (0..3).map(|i| town.buys_goods(&format!("b{round}{i}"), &[(&card, 1)], None)).collect();
        let free = -owes(&town, "plc_lantern", &format!("receivable:{}", poster.merchant));
        let owed = owes(&town, "plc_lantern", &account);
        let merchant = Proposal {
            place: town.lantern(),
            account: account.clone(),
            payee: chinese("Paper Boat Studio"),
            ..proposal(&format!("r{round}"), 1700)
        };
        assert!(owed - free >= 1700, "round {round}: {owed} and {free}");
        let payout = proposes_at(&town, "plc_lantern", "mei", &merchant).expect("proposed");
        std::thread::scope(|scope| {
            for (i, order) in bought.iter().enumerate() {
                let (town, card) = (&town, &card);
                scope.spawn(move || {
                    town.takes_pieces(&format!("node {i}"), order, "k", &[(card, 1)], None)
                        .expect("taken back")
                });
            }
        });
        let (place, id) = (payout.place.clone(), payout.id.clone());
        town.story("plc_lantern", clerk("mei"), move |scene| {
            pay_out::withdraw(scene, &place, &id, "the goods came back").map(|_| ())
        })
        .expect("withdrawn");
        town.buys_goods(&format!("more{round}"), &[(&card, 2)], None);
        town.sweeps();
        town.is_whole();
    }
}

/// Everything that is approved goes to the bank at once: what is owed in another currency as a message of its own.
#[test]
fn each_currency_is_a_message_of_its_own() {
    let town = closed_town();
    tells_accounts(&town);
    let yen = |minor| Money::new(minor, Currency::JPY);
    let earns = town.story("plc_star", Actor::System, move |scene| {
        let transfer = ledger::Transfer {
            book: PlaceId("plc_star".into()),
            id: "abroad".into(),
            debit: "provider:pretend".into(),
            credit: "exhibition".into(),
            amount: yen(1200),
            code: "test",
            reference: "abroad".into(),
            happened_at: scene.act.at,
        };
        ledger::post(scene.tx, &transfer, scene.act.at)
    });
    earns.expect("posted");
    let home = approved(&town, &proposal("home", 1934));
    let abroad = approved(&town, &Proposal { amount: yen(1200), ..proposal("abroad", 1) });
    let chosen = [(home.place.clone(), home.id.clone()), (abroad.place.clone(), abroad.id.clone())];
    let messages = pay_out::send_all(&town.house, &chosen, clerk("mei")).expect("sent");
    assert_eq!(messages.len(), 2, "{messages:?}");
    let mut sums = Vec::new();
    for id in messages {
        let message = town.read(move |view| flows::views::payouts::message(view, &id));
        let xml = file::pain_001(&message).expect("written");
        sums.push(
            xml.split("<CtrlSum>").nth(1).expect("a sum").split('<').next().unwrap_or_default().to_owned(),
        );
    }
    sums.sort();
    assert_eq!(sums, ["1200", "19.34"]);
}
