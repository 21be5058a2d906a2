//! Pieces of goods that go back: their share of what was paid, once, whoever asks and in whatever order.

use crate::town::{Town, code};
use ::ads::credits;
use ::payments::disputes::State as Dispute;
use events::Kind;
use kernel::{Dice, Money, OrderId};
use shops::orders::State;
use shops::returns::Stock;

/// 297.00 for three: one goes back with a third of everything, to the cent, and the merchant keeps the rest.
#[test]
fn a_piece_goes_back_with_its_share_of_everything() {
    let town = Town::new();
    let poster = town.poster(5);
    let order = town.buys_goods("ann", &[(&poster, 3)], None);
    let credit = |account: &str| town.credit("plc_lantern", account);
    let merchant = format!("merchant:{}", poster.merchant);
    assert_eq!((credit("commission"), credit("licensor:{studio}"), credit(&merchant)), (1485, 1472, 25586));
    // The shop takes another commission from now on, and the licence has other terms.
    town.sql("update shop set commission_ppm = 200000");
    let back = town.takes_pieces("plc_lantern", &order, "k1", &[(&poster, 1)], None).expect("taken back");
    assert_eq!((back.made.amount, back.refund.amount), (Money::fen(9900), Money::fen(9900)));
    assert_eq!((credit("commission"), credit("licensor:{studio}"), credit(&merchant)), (990, 981, 17057));
    assert_eq!((credit("platform_royalty"), credit("fund:{film}")), (421, 351));
    assert_eq!((credit("refunds:due"), town.stock(&poster)), (9900, 3));
    let (kept, lines) = town.goods(&order);
    assert!(matches!(kept.state, State::Paid { .. }));
    assert_eq!((kept.back.minor, lines[0].back, lines[0].left()), (9900, 1, 2));
    town.is_whole();
    assert_eq!(town.sweeps().refunds_paid, 1);
    assert_eq!(town.provider.kept_minor(), 2 * 9900);
    town.is_whole();
}

/// However an order is taken apart, its parts are the whole: money, royalties, commission, stock.
#[test]
fn returns_in_any_order_sum_to_the_whole() {
    for seed in 0..24 {
        let mut dice = Dice::seeded(seed);
        let town = Town::new();
        let poster = town.poster(30);
        let card = town.sells("card", &poster, 333, 30);
        let pin = town.sells("pin", &poster, 1, 30);
        let goods = [(&poster, 3), (&card, 7), (&pin, 11)];
        let order = town.buys_goods("ann", &goods, None);
        if dice.chance(0.5) {
            town.ships("plc_lantern", &order).expect("shipped");
        }
        let mut left: Vec<i64> = goods.iter().map(|(_, quantity)| *quantity).collect();
        let mut paid = 0;
        for number in 0.. {
            let chosen: Vec<(usize, i64)> = (0..3)
                .filter(|i| left[*i] > 0)
                .map(|i| (i, dice.between(0, left[i])))
                .filter(|(_, quantity)| *quantity > 0)
                .collect();
            if chosen.is_empty() {
                continue;
            }
            let pieces: Vec<_> = chosen.iter().map(|(i, quantity)| (goods[*i].0, *quantity)).collect();
            let key = format!("k{number}");
            let back =
                town.takes_pieces("desk", &order, &key, &pieces, Some(Stock::Restocked)).expect("taken back");
            paid += back.refund.amount.minor;
            chosen.iter().for_each(|(i, quantity)| left[*i] -= quantity);
            if dice.chance(0.3) {
                town.sweeps();
                town.is_whole();
            }
            if left == [0, 0, 0] {
                break;
            }
        }
        town.sweeps();
        let (kept, _) = town.goods(&order);
        assert!(matches!(kept.state, State::Refunded { .. }), "seed {seed}");
        assert_eq!((paid, kept.total.minor, town.provider.kept_minor()), (kept.total.minor, paid, 0));
        let place = town.lantern();
        let balances = town.read(move |view| ledger::balances::of_book(view, &place));
        assert!(balances.iter().all(|balance| balance.credit().is_zero()), "seed {seed}: {balances:?}");
        assert_eq!([&poster, &card, &pin].map(|one| town.stock(one)), [30, 30, 30]);
        town.is_whole();
    }
}

#[test]
fn what_is_on_the_shelf_returns_to_stock_and_what_was_sent_does_not() {
    let town = Town::new();
    let poster = town.poster(9);
    let order = town.buys_goods("ann", &[(&poster, 4)], None);
    town.returns_pieces("ann", &order, "a", &[(&poster, 1)]).expect("before it is sent");
    assert_eq!(town.stock(&poster), 6);
    town.ships("plc_lantern", &order).expect("shipped");
    assert_eq!(code(town.returns_pieces("ann", &order, "b", &[(&poster, 1)])), "already_shipped");
    assert_eq!(code(town.returns("ann", &order)), "already_shipped");
    town.takes_pieces("plc_lantern", &order, "c", &[(&poster, 1)], None).expect("at the desk");
    assert_eq!(town.stock(&poster), 6, "what was sent has to be looked at first");
    town.takes_pieces("plc_lantern", &order, "d", &[(&poster, 1)], Some(Stock::Restocked)).expect("as new");
    assert_eq!(town.stock(&poster), 7);
    let last =
        town.takes_pieces("plc_lantern", &order, "e", &[(&poster, 1)], Some(Stock::Lost)).expect("all");
    assert!(matches!(last.order.state, State::Refunded { .. }));
    assert_eq!((town.stock(&poster), town.happened(Kind::ProductOrderRefunded)), (7, 4));
    town.sweeps();
    town.is_whole();
}

#[test]
fn a_key_takes_back_once() {
    let town = Town::new();
    let poster = town.poster(9);
    let order = town.buys_goods("ann", &[(&poster, 4)], None);
    let takes =
        |key: &str, quantity, stock| town.takes_pieces("desk", &order, key, &[(&poster, quantity)], stock);
    let first = takes("k", 1, None).expect("taken back");
    let again = takes("k", 1, None).expect("the same");
    assert_eq!((again.is_new, &again.refund.id, again.made), (false, &first.refund.id, first.made));
    assert_eq!(code(takes("k", 2, None)), "key_reused");
    assert_eq!(code(takes("k", 1, Some(Stock::Lost))), "key_reused");
    assert_eq!(code(takes("", 1, None)), "bad_key");
    assert_eq!(code(takes(&"k".repeat(101), 1, None)), "too_long");
    let second = takes("l", 1, None).expect("another");
    assert_ne!(second.refund.id, first.refund.id);
    assert_eq!((town.stock(&poster), town.credit("plc_lantern", "refunds:due")), (7, 2 * 9900));
    town.is_whole();
}

#[test]
fn what_cannot_go_back_is_refused() {
    let town = Town::new();
    let poster = town.poster(9);
    let card = town.sells("card", &poster, 500, 9);
    let unpaid = town.orders("eva", &poster, 1, None).expect("an order").order.id;
    assert_eq!(code(town.takes_pieces("desk", &unpaid, "k", &[(&poster, 1)], None)), "not_paid");
    let order = town.buys_goods("ann", &[(&poster, 2)], None);
    let takes =
        |pieces: &[(&shops::Listing, i64)]| code(town.takes_pieces("desk", &order, "k", pieces, None));
    assert_eq!(takes(&[]), "nothing_chosen");
    assert_eq!(takes(&[(&poster, 3)]), "more_than_left");
    assert_eq!(takes(&[(&poster, 0)]), "out_of_limits");
    assert_eq!(takes(&[(&poster, i64::MAX)]), "out_of_limits");
    assert_eq!(takes(&[(&poster, -1)]), "out_of_limits");
    assert_eq!(takes(&[(&poster, 1), (&poster, 1)]), "line_repeated");
    assert_eq!(takes(&[(&card, 1)]), "not_in_order");
    assert_eq!(code(town.returns_pieces("ben", &order, "k", &[(&poster, 1)])), "not_found");
    town.takes_pieces("desk", &order, "all", &[(&poster, 2)], None).expect("all");
    assert_eq!(takes(&[(&poster, 1)]), "nothing_left");
    assert_eq!(code(town.returns("ann", &order)), "nothing_left");
    town.sweeps();
    town.is_whole();
}

/// Eight clerks want two of five pieces each, on nodes of their own; and two of them take different lines.
#[test]
fn clerks_at_once_never_take_back_more_than_was_sold() {
    let town = Town::new();
    let poster = town.poster(9);
    let order = town.buys_goods("ann", &[(&poster, 5)], None);
    let taken: Vec<bool> = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..8)
            .map(|i| {
                let (town, order, poster) = (&town, &order, &poster);
                scope.spawn(move || {
                    town.takes_pieces(&format!("node {i}"), order, &format!("k{i}"), &[(poster, 2)], None)
                        .is_ok()
                })
            })
            .collect();
        clerks.into_iter().map(|clerk| clerk.join().expect("no panic")).collect()
    });
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 2, "{taken:?}");
    assert_eq!((town.stock(&poster), town.goods(&order).1[0].left()), (8, 1));
    town.sweeps();
    assert_eq!(town.provider.kept_minor(), 9900);
    town.is_whole();

    let card = town.sells("card", &poster, 500, 99);
    for round in 0..6 {
        let order = town.buys_goods(&format!("b{round}"), &[(&poster, 1), (&card, 1)], None);
        std::thread::scope(|scope| {
            for (node, one) in [("node 1", &poster), ("node 2", &card)] {
                let (town, order) = (&town, &order);
                scope.spawn(move || {
                    town.takes_pieces(node, order, node, &[(one, 1)], None).expect("taken back")
                });
            }
        });
        assert!(matches!(town.goods(&order).0.state, State::Refunded { .. }), "round {round}");
    }
    town.sweeps();
    town.is_whole();
}

/// The buyer takes it back while the shop sends it off: one of both, and never money for what is on its way.
#[test]
fn goods_are_sent_or_taken_back_by_their_buyer() {
    let town = Town::new();
    let poster = town.poster(99);
    for round in 0..8 {
        let buyer = format!("b{round}");
        let order = town.buys_goods(&buyer, &[(&poster, 1)], None);
        let (sent, back) = std::thread::scope(|scope| {
            let sent = scope.spawn(|| town.ships("node 1", &order).is_ok());
            let back = scope.spawn(|| town.returns_pieces(&buyer, &order, "k", &[(&poster, 1)]).is_ok());
            (sent.join().expect("no panic"), back.join().expect("no panic"))
        });
        assert!(sent != back, "round {round}: sent {sent}, taken back {back}");
    }
    town.sweeps();
    town.is_whole();
}

/// What the shop had given away of its own accord is not paid twice when the goods come back.
#[test]
fn goods_come_back_after_a_part_was_given_back() {
    let town = Town::new();
    let poster = town.poster(9);
    let order = town.buys_goods("ann", &[(&poster, 3)], None);
    let intent = town.intent_of_goods(&order);
    town.gives_back("plc_lantern", &intent, "late", 15_000).expect("given back");
    let paid = |key: &str| {
        let back = town.takes_pieces("desk", &order, key, &[(&poster, 1)], None).expect("taken back");
        assert_eq!(back.made.amount.minor, 9900);
        back.refund.amount.minor
    };
    assert_eq!(paid("a"), 9900);
    assert_eq!(paid("b"), 4800, "more than 297.00 never goes back");
    assert_eq!(town.credit("plc_lantern", "goodwill"), -15_000 + 5_100);
    town.is_whole();
    assert_eq!(paid("c"), 0, "the rest had gone back before");
    assert_eq!(town.credit("plc_lantern", "goodwill"), 0);
    let again = town.takes_pieces("desk", &order, "c", &[(&poster, 1)], None).expect("the same");
    assert_eq!((again.is_new, again.refund.amount.minor), (false, 0));
    town.sweeps();
    assert_eq!(town.provider.kept_minor(), 0);
    town.is_whole();
}

/// The same for seats: the last seat of a payment that was given back in full already still goes back.
#[test]
fn the_last_seat_goes_back_when_nothing_of_its_payment_is_left() {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let order = town.buys("ann", &show, &["F7", "F8"]);
    town.gives_back("plc_star", &town.intent_of(&order), "noise", 4300).expect("given back");
    town.refunds_seats("ann", &order.id, &["F7"]).expect("taken back");
    let last = town.refunds("ann", &order.id).expect("the last one");
    assert_eq!((last.amount.minor, last.is_done()), (0, true));
    assert_eq!(town.refunds("ann", &order.id).expect("the same"), last);
    town.sweeps();
    assert_eq!((town.provider.kept_minor(), town.star_credit("goodwill"), town.live_tickets()), (0, 0, 0));
    town.is_whole();
}

/// A clerk gives an amount back while another takes pieces back: never more than was paid.
#[test]
fn pieces_and_an_amount_never_add_up_to_too_much() {
    let town = Town::new();
    let poster = town.poster(99);
    for round in 0..6 {
        let order = town.buys_goods(&format!("b{round}"), &[(&poster, 2)], None);
        let intent = town.intent_of_goods(&order);
        std::thread::scope(|scope| {
            let (town, intent, order, poster) = (&town, &intent, &order, &poster);
            scope.spawn(move || town.gives_back("clerk", intent, "k", 12_000).map(|_| ()).is_ok());
            scope.spawn(move || {
                town.takes_pieces("desk", order, "k", &[(poster, 1)], None).expect("taken back")
            });
        });
        town.takes_pieces("desk", &order, "rest", &[(&poster, 1)], None).expect("the rest");
        town.sweeps();
        assert_eq!(town.provider.kept_minor(), 0, "round {round}");
        town.is_whole();
    }
}

#[test]
fn a_piece_that_goes_back_takes_its_share_of_the_credit() {
    let town = Town::new();
    let (campaign, surface) = town.campaign();
    let (_, token) = town.follows(&surface, "ann");
    let poster = town.poster(5);
    let order = town.buys_goods("ann", &[(&poster, 3)], Some(token));
    let credited = |place: kernel::PlaceId, order: &OrderId| {
        let order = order.clone();
        town.read(move |view| credits::of_order(view, &place, &order)).expect("a credit")
    };
    let of_campaign = || {
        town.read({
            let campaign = campaign.clone();
            move |view| flows::views::campaigns::sums(view, &campaign)
        })
    };
    town.takes_pieces("desk", &order, "k", &[(&poster, 1)], None).expect("taken back");
    let credit = credited(town.lantern(), &order);
    assert_eq!((credit.amount.minor, credit.back.minor, credit.reversed_at), (3 * 9900, 9900, None));
    assert_eq!((of_campaign().credited_orders, of_campaign().credited_products_minor), (1, 2 * 9900));
    town.is_whole();
    town.takes_pieces("desk", &order, "l", &[(&poster, 2)], None).expect("the rest");
    assert!(credited(town.lantern(), &order).reversed_at.is_some());
    assert_eq!((of_campaign().credited_orders, of_campaign().credited_products_minor), (0, 0));

    let (_, token) = town.follows(&surface, "ben");
    let show = town.showtime(19, 30, 4000);
    let held = town.holds_with("ben", "k", &show, &["F7", "F8", "F9"], Some(token)).expect("held");
    town.tells(&town.pays(&held.intent)).expect("the notice is taken");
    town.refunds_seats("ben", &held.order.id, &["F8"]).expect("taken back");
    assert_eq!((of_campaign().credited_orders, of_campaign().credited_tickets_minor), (1, 8600));
    town.is_whole();
    town.refunds("ben", &held.order.id).expect("the rest");
    assert_eq!(of_campaign().credited_tickets_minor, 0);
    town.sweeps();
    town.is_whole();
}

// A payment that is disputed.

#[test]
fn a_refund_waits_while_its_payment_is_disputed() {
    let town = Town::new();
    let poster = town.poster(9);
    let show = town.showtime(19, 30, 4000);
    let (goods, seats) =
        (town.buys_goods("ann", &[(&poster, 2)], None), town.buys("ben", &show, &["F7", "F8"]));
    let (of_goods, of_seats) = (town.intent_of_goods(&goods), town.intent_of(&seats));
    town.disputes(&of_goods, "g", 19_800).expect("disputed");
    town.disputes(&of_seats, "s", 1_000).expect("disputed");
    assert_eq!(code(town.takes_pieces("desk", &goods, "k", &[(&poster, 1)], None)), "payment_disputed");
    assert_eq!(code(town.returns("ann", &goods)), "payment_disputed");
    assert_eq!(code(town.gives_back("desk", &of_goods, "k", 1)), "payment_disputed");
    assert_eq!(code(town.refunds("ben", &seats.id)), "payment_disputed");
    assert_eq!(code(town.refunds_seats("ben", &seats.id, &["F7"])), "payment_disputed");
    assert_eq!((town.stock(&poster), town.live_tickets()), (7, 2), "nothing has moved");
    town.is_whole();
    town.decides(&of_goods, "g", Dispute::Won).expect("won");
    town.decides(&of_seats, "s", Dispute::Won).expect("won");
    town.takes_pieces("desk", &goods, "k", &[(&poster, 1)], None).expect("it goes on");
    town.refunds("ben", &seats.id).expect("it goes on");
    town.sweeps();
    assert_eq!(town.provider.kept_minor(), 9900);
    town.is_whole();
}

/// Part went back, the rest is lost to the payer's bank: then nothing is left to give, and the goods that come back all
/// the same bring the shop its loss back.
#[test]
fn a_lost_dispute_and_refunds_never_give_more_than_was_paid() {
    let town = Town::new();
    let poster = town.poster(9);
    let order = town.buys_goods("ann", &[(&poster, 3)], None);
    let intent = town.intent_of_goods(&order);
    town.takes_pieces("desk", &order, "a", &[(&poster, 1)], None).expect("taken back");
    assert_eq!(code(town.disputes(&intent, "x", 29_700)), "dispute_too_large");
    town.disputes(&intent, "d", 19_800).expect("the rest is disputed");
    assert_eq!(code(town.disputes(&intent, "e", 1)), "dispute_too_large");
    assert_eq!(code(town.disputes(&intent, "f", -1)), "dispute_too_large");
    town.decides(&intent, "d", Dispute::Lost).expect("lost");
    assert_eq!(town.credit("plc_lantern", "dispute_cost"), -19_800);
    assert_eq!(code(town.gives_back("desk", &intent, "k", 1)), "refund_too_large");
    town.is_whole();
    let back = town.takes_pieces("desk", &order, "b", &[(&poster, 2)], None).expect("the goods come back");
    assert_eq!((back.made.amount.minor, back.refund.amount.minor), (19_800, 0));
    assert_eq!(town.credit("plc_lantern", "dispute_cost"), 0);
    town.sweeps();
    assert_eq!(town.credit("plc_lantern", "refunds:due"), 0);
    town.is_whole();
}

/// The bank and a clerk at the same moment, on two nodes.
#[test]
fn a_dispute_and_a_refund_at_once_never_give_back_too_much() {
    let town = Town::new();
    let poster = town.poster(99);
    for round in 0..6 {
        let order = town.buys_goods(&format!("b{round}"), &[(&poster, 2)], None);
        let intent = town.intent_of_goods(&order);
        let (disputed, back) = std::thread::scope(|scope| {
            let (town, intent, order, poster) = (&town, &intent, &order, &poster);
            let disputed = scope.spawn(move || town.disputes(intent, &format!("r{round}"), 19_800).is_ok());
            let back =
                scope.spawn(move || town.takes_pieces("desk", order, "k", &[(poster, 1)], None).is_ok());
            (disputed.join().expect("no panic"), back.join().expect("no panic"))
        });
        assert!(disputed != back, "round {round}: disputed {disputed}, taken back {back}");
        town.sweeps();
        town.is_whole();
    }
}

/// A provider tells of the whole payment although a part of it went back: what is left is held, and its end is heard
/// whatever was told of the amount.
#[test]
fn a_provider_disputes_what_is_left_of_a_payment() {
    let town = Town::new();
    let poster = town.poster(9);
    let order = town.buys_goods("ann", &[(&poster, 3)], None);
    town.sql("update payment_intent set provider_ref = 'pi_1'");
    town.takes_pieces("desk", &order, "a", &[(&poster, 1)], None).expect("taken back");
    let told = |state| ::payments::disputes::Told {
        provider: "pretend".into(),
        number: "dp_1".into(),
        reference: "pi_1".into(),
        reason: "fraudulent".into(),
        amount: Money::fen(29_700),
        answer_by: crate::town::premiere(),
        state,
    };
    for state in [Dispute::Open, Dispute::Open, Dispute::Lost, Dispute::Lost] {
        flows::dispute::hear(&town.house, &told(state)).expect("taken");
    }
    assert_eq!(town.credit("plc_lantern", "dispute_cost"), -19_800);
    town.sweeps();
    town.is_whole();
}

/// Money of another kind than was paid is refused in words, whoever asks.
#[test]
fn another_currency_than_was_paid_is_refused() {
    let town = Town::new();
    let poster = town.poster(9);
    let order = town.buys_goods("ann", &[(&poster, 1)], None);
    let intent = town.intent_of_goods(&order);
    let dollar = Money::new(1, kernel::Currency::USD);
    assert_eq!(code(town.disputes_money(&intent, "d", dollar)), "dispute_too_large");
    let (place, id) = (intent.place.clone(), intent.id.clone());
    let given = town.story("desk", kernel::Actor::System, move |scene| {
        flows::take_payment::give_back(scene, &place, &id, "k", dollar)
    });
    assert_eq!(code(given), "refund_too_large");
    town.is_whole();
}

/// Nobody finds an order by what no database keeps.
#[test]
fn a_number_with_a_nul_in_it_is_no_order() {
    let town = Town::new();
    assert_eq!(town.read(|view| flows::views::disputes::meant_by(view, "ord_\0")), None);
}
