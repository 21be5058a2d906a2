use crate::town::{NOON, Town, act, wish};
use ads::clicks::{self, Recorded};
use ads::credits::{self, Credit, Kind};
use ads::{campaigns, impressions, report};
use db::Lane;
use kernel::{ClickId, Money, OrderId, PlaceId};

#[test]
fn an_impression_is_recorded_once() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    let views: Vec<_> = [1, 2, 2, 3].map(|number| town.view_of(&campaign, number, "ann", NOON)).into();
    let recorded = town.write(move |tx| {
        Ok((impressions::record_all(tx, &views)?, impressions::record_all(tx, &views[..1])?))
    });
    assert_eq!(recorded.expect("a batch"), (3, 0));
}

#[test]
fn an_impression_is_paid_for_once() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    let Recorded::Now(first) = town.clicks(&campaign, 1) else { panic!("the first click is new") };
    assert_eq!(first.cost, Money::fen(100));
    assert_eq!(town.clicks(&campaign, 1), Recorded::Again(first.clone()));
    assert_eq!(town.spent(&campaign), 100);
    let (place, id) = (town.music.clone(), first.id.clone());
    assert_eq!(town.read(move |view| clicks::any(view, &place, &id)), first);
}

#[test]
fn many_clicks_at_once_never_overspend_the_allotment() {
    let town = Town::new();
    // Two thirds of 10.00 are 6.67: six clicks of one yuan, and the rest are free.
    let campaign = town.launches(1, &ads::campaigns::NewCampaign { budget: Money::fen(1000), ..wish() });
    let waiting: Vec<_> = (0..40_usize)
        .map(|i| {
            let click = town.click_of(&campaign, i / 2);
            let lane = Lane::of(&format!("node {i}"));
            town.db.submit(lane, move |tx| clicks::record(tx, &mut act(100 + i as u64, NOON), &click))
        })
        .collect();
    let recorded: Vec<Recorded> =
        waiting.into_iter().map(|waiting| waiting.wait().expect("a click")).collect();
    let new: Vec<_> = recorded.iter().filter(|recorded| matches!(recorded, Recorded::Now(_))).collect();
    let paid: i64 = new.iter().map(|recorded| recorded.clicked().cost.minor).sum();
    assert_eq!((new.len(), paid, town.spent(&campaign)), (20, 600, 600));
}

#[test]
fn a_click_after_the_end_is_free() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    let (org, id) = (campaign.org.clone(), campaign.id.clone());
    town.write(move |tx| campaigns::end(tx, &org, &id)).expect("ended");
    assert_eq!(town.clicks(&campaign, 1).clicked().cost, Money::fen(0));
    assert_eq!(town.spent(&campaign), 0);
}

#[test]
fn an_order_is_credited_once_and_a_refund_takes_it_back() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    let click = town.clicks(&campaign, 1).clicked().clone();
    let cinema = PlaceId("plc_cinema".into());
    let sale = Credit {
        place: cinema.clone(),
        order: OrderId("ord_1".into()),
        click_place: town.music.clone(),
        click: click.id,
        campaign: campaign.id.clone(),
        title: campaign.title.clone(),
        kind: Kind::Tickets,
        amount: Money::fen(7980),
        back: Money::fen(0),
        at: NOON,
        reversed_at: None,
    };
    let seen = town.write(move |tx| {
        let other = Credit { click: ClickId("clk_other".into()), amount: Money::fen(1), ..sale.clone() };
        let credited = [credits::credit(tx, &sale)?, credits::credit(tx, &other)?];
        assert_eq!(credits::of_order(tx, &sale.place, &sale.order)?, Some(sale.clone()));
        let before = credits::sums(tx, &sale.place, &sale.campaign)?;
        assert!(credits::shrink(tx, &sale.place, &sale.order, Money::fen(3990))?);
        let half = credits::sums(tx, &sale.place, &sale.campaign)?;
        assert_eq!((half[0].orders, half[0].amount), (1, Money::fen(3990)));
        let reversed = [
            credits::reverse(tx, &sale.place, &sale.order, NOON)?,
            credits::reverse(tx, &sale.place, &sale.order, NOON)?,
        ];
        let after = credits::sums(tx, &sale.place, &sale.campaign)?;
        assert!(!credits::shrink(tx, &sale.place, &sale.order, Money::fen(1))?);
        Ok((credited, before, reversed, after))
    });
    let (credited, before, reversed, after) = seen.expect("credits");
    assert_eq!((credited, reversed, after), ([true, false], [true, false], vec![]));
    let sum = credits::Sum {
        place: cinema,
        click_place: town.music.clone(),
        kind: Kind::Tickets,
        orders: 1,
        amount: Money::fen(7980),
    };
    assert_eq!(before, [sum]);
}

#[test]
fn a_report_adds_up_over_places() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    let views: Vec<_> = (0..10).map(|number| town.view_of(&campaign, number, "ann", NOON)).collect();
    town.write(move |tx| impressions::record_all(tx, &views)).expect("views");
    let click = town.clicks(&campaign, 1).clicked().clone();
    let sale = Credit {
        place: PlaceId("plc_cinema".into()),
        order: OrderId("ord_1".into()),
        click_place: town.music.clone(),
        click: click.id,
        campaign: campaign.id.clone(),
        title: campaign.title.clone(),
        kind: Kind::Products,
        amount: Money::fen(9900),
        back: Money::fen(0),
        at: NOON,
        reversed_at: None,
    };
    town.write(move |tx| credits::credit(tx, &sale)).expect("a credit");
    let places = [town.music.clone(), town.club.clone(), PlaceId("plc_cinema".into())];
    let id = campaign.id.clone();
    let report = town.read(move |view| report::across(view, &places, &id));
    let expected = report::Report {
        campaign: campaign.id,
        impressions: 10,
        clicks: 1,
        allotted: Money::fen(10_000),
        spent: Money::fen(100),
        orders: 1,
        sales: Money::fen(9900),
    };
    assert_eq!(report, expected);
    assert_eq!(report.click_percent(), 10.0);
}
