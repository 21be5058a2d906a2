//! What a party sees of its money: from one payout to the next, to the fen; and that everybody who is owed can be paid.

use crate::payouts::{
    PAID, RETURNED, approved, chinese, clerk, closed_town, does, proposal, proposes_at, sends,
};
use crate::town::{Town, code};
use flows::pay_out::{self, Proposal};
use flows::views::payees::{self, Account, What};
use flows::views::{payables, payouts as paying};
use kernel::{Currency, OrgId, PlaceId};
use settlement::payouts::Payout;

fn of_payout(town: &Town, payout: &Payout) -> Account {
    let payout = payout.clone();
    town.read(move |view| payees::of_payout(view, &payout))
}

fn since_last(town: &Town, place: &str, account: &str) -> Account {
    let (place, account) = (PlaceId(place.into()), account.to_owned());
    town.read(move |view| payees::since_last(view, &place, &account, Currency::CNY))
}

/// What moved, in sums; that it leads from the opening to the closing balance is looked at here.
fn moved(account: &Account) -> (i64, Vec<(What, i64)>, i64) {
    let sum: i64 = account.lines.iter().map(|line| line.amount.minor).sum();
    assert_eq!(account.opening.minor + sum, account.closing.minor, "{account:?}");
    let mut groups: Vec<(What, i64)> =
        account.groups().into_iter().map(|group| (group.what, group.amount.minor)).collect();
    groups.sort();
    (account.opening.minor, groups, account.closing.minor)
}

/// One poster sold, paid out, taken back; two more sold, of which the rest is paid out; the bank returns that.
#[test]
fn a_merchants_payouts_lead_from_one_to_the_next() {
    let town = closed_town();
    let poster = town.poster(9);
    let account = format!("merchant:{}", poster.merchant);
    let buys = |buyer: &str| {
        let promised = town.orders(buyer, &poster, 1, None).expect("an order");
        town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("sold");
        promised.order.id
    };
    let merchant = |key: &str, fen| Proposal {
        place: town.lantern(),
        account: account.clone(),
        payee: chinese("Paper Boat Studio"),
        ..proposal(key, fen)
    };
    let bought = buys("dan");
    town.later(60);
    let first = approved(&town, &merchant("first", 8000));
    sends(&town, "mei", &[&first]).expect("sent");
    does(&town, "li", PAID, &first).expect("paid");
    let sale = [(What::Sale, 9900), (What::Commission, -495), (What::Royalty, -701), (What::Fund, -175)];
    let mut expected = sale.to_vec();
    expected.push((What::PaidOut, -8000));
    assert_eq!(moved(&of_payout(&town, &first)), (0, expected.clone(), 529));
    assert_eq!(moved(&since_last(&town, "plc_lantern", &account)), (529, Vec::new(), 529));

    town.later(60);
    town.returns("dan", &bought).expect("a refund");
    let owed = 8000;
    let back = vec![(What::Refund, -8529), (What::Lent, owed)];
    assert_eq!(moved(&since_last(&town, "plc_lantern", &account)), (529, back, 0));
    buys("eve");
    buys("fay");
    town.later(60);
    let second = approved(&town, &merchant("second", 2 * 8529 - owed));
    let twice = sale.map(|(what, fen)| (what, 2 * fen));
    let mut later = twice.to_vec();
    later.extend([(What::Refund, -8529), (What::Lent, owed), (What::Deducted, -owed)]);
    later.push((What::PaidOut, -(2 * 8529 - owed)));
    later.sort();
    assert_eq!(moved(&of_payout(&town, &second)), (529, later.clone(), 0));

    town.later(60);
    sends(&town, "mei", &[&second]).expect("sent");
    does(&town, "li", RETURNED, &second).expect("returned");
    let came_back = vec![(What::CameBack, 2 * 8529 - owed)];
    let since = since_last(&town, "plc_lantern", &account);
    assert_eq!(moved(&since), (0, came_back, 2 * 8529 - owed));
    assert_eq!(moved(&of_payout(&town, &second)), (529, later, 0), "its statement stays as it was");
    assert_eq!(moved(&of_payout(&town, &first)), (0, expected, 529));
    assert_eq!(of_payout(&town, &first).lines[0].about.en, "Night river poster");
    let (at, org) = (town.lantern(), poster.merchant.clone());
    let debts = town.read(move |view| payees::receivable(view, &at, &org, Currency::CNY));
    assert_eq!(debts.lines.iter().map(|line| line.amount.minor).collect::<Vec<_>>(), [-owed, owed]);
    town.is_whole();
}

#[test]
fn a_studio_reads_its_film_cinema_and_days() {
    let town = closed_town();
    let producer = format!("producer:{}", town.studio);
    let since = since_last(&town, "plc_house", &producer);
    let [line] = &since.lines[..] else { panic!("one part, not {since:?}") };
    assert_eq!((line.what, line.amount.minor), (What::Share, 1459));
    assert!(line.cinema.is_some() && !line.about.en.is_empty());
    assert_eq!(line.period, Some((crate::town::premiere(), crate::town::premiere())));
}

#[test]
fn nobody_finds_anothers_payout() {
    let town = closed_town();
    let payout = approved(&town, &proposal("all", 1934));
    let read = |org: OrgId| {
        let id = payout.id.clone();
        town.house.read_blocking(move |view| payees::payout_to(view, &org, &id))
    };
    assert_eq!(read(payout.org.clone()).expect("its own").id, payout.id);
    assert_eq!(code(read(town.studio.clone())), "not_found");
    let of = |org: OrgId| town.read(move |view| payees::payouts_to(view, &org)).len();
    assert_eq!((of(payout.org.clone()), of(town.studio.clone())), (1, 0));
}

/// Whoever is owed something is paid it: the shop its commission, a channel its clicks, the studio the fund of its film,
/// the cinema what it remits.
#[test]
fn everybody_who_is_owed_is_paid() {
    let town = closed_town();
    let poster = town.poster(9);
    let promised = town.orders("dan", &poster, 1, None).expect("an order");
    town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("sold");
    let (_, surface) = town.campaign();
    town.follows(&surface, "ann");
    let due = town.read(paying::due);
    let owed: Vec<(&str, &str, i64)> = due
        .iter()
        .map(|one| {
            (one.place.0.as_str(), one.account.split(':').next().unwrap_or_default(), one.free().minor)
        })
        .collect();
    let expected = [
        ("plc_house", "producer", 1459),
        ("plc_lantern", "commission", 495),
        ("plc_lantern", "fund", 175),
        ("plc_lantern", "licensor", 491),
        ("plc_lantern", "merchant", 8529),
        ("plc_star", "exhibition", 1934),
        ("plc_star", "special_fund", 185),
        ("plc_star", "tax", 122),
        ("plc_tide", "ad_revenue", 180),
    ];
    assert_eq!(owed, expected);
    for one in due {
        let whole = Proposal {
            place: one.place.clone(),
            account: one.account.clone(),
            ..proposal(&one.account, one.free().minor)
        };
        let payout = proposes_at(&town, &one.place.0, "mei", &whole).expect("proposed");
        assert_eq!(payout.org, one.org);
        does(&town, "li", pay_out::approve, &payout).expect("approved");
        sends(&town, "mei", &[&payout]).expect("sent");
        does(&town, "li", PAID, &payout).expect("paid");
        assert_eq!(town.credit(&one.place.0, &one.account), 0, "{}", one.account);
    }
    town.is_whole();

    // What was paid out of a fund, a commission or a royalty already is taken back all the same, also from a fund of the
    // days when it was limited.
    town.sql("update account set limited = true where id like 'fund:%'");
    town.returns("dan", &promised.order.id).expect("a refund");
    assert_eq!(town.credit("plc_lantern", "fund:{film}"), -175);
    assert_eq!(town.credit("plc_lantern", "commission"), -495);
    town.sweeps();
    town.is_whole();
}

/// Each account of a town in which everything happened is paid to somebody, or says why it is not.
#[test]
fn every_account_is_paid_or_says_why_it_stays() {
    let town = closed_town();
    let poster = town.poster(9);
    let promised = town.orders("dan", &poster, 1, None).expect("an order");
    town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("sold");
    let (_, surface) = town.campaign();
    town.follows(&surface, "ann");
    crate::payouts::sends_one_and_has_one_paid(&town);
    let accounts: Vec<(PlaceId, String)> =
        town.read(|view| view.all("select distinct book_id, id from account order by book_id, id", &[]));
    assert!(accounts.len() > 15, "{accounts:?}");
    for (place, account) in accounts {
        let (at, named) = (place.clone(), account.clone());
        let owner = town.read(move |view| payables::owner(view, &at, &named));
        let why = payables::why_it_stays(&place, &account);
        assert!(owner.is_some() != why.is_some(), "{account} of {place}: {owner:?}, {why:?}");
        if why.is_some() {
            let own = Proposal { place: place.clone(), account: account.clone(), ..proposal(&account, 1) };
            let refused = town.story(&place.0, clerk("mei"), move |scene| pay_out::propose(scene, &own));
            assert_eq!(code(refused), "not_payable", "{account}");
        }
    }
}
