use crate::fair::{Fair, NOON, day, refused, terms, today};
use kernel::{Money, OfferId, Share, Words};
use licensing::offers::{self, NewOffer, State};
use licensing::royalties::CardRow;

#[test]
fn an_offer_comes_back_as_it_was_made() {
    let fair = Fair::new();
    let offer = fair.offer();
    let (id, studio, rival) = (offer.id.clone(), fair.studio.clone(), fair.rival.clone());
    fair.read(move |view| {
        assert_eq!(offers::any(view, &id)?, offer);
        assert_eq!(offers::of(view, &studio, &id)?, offer);
        assert_eq!(refused(offers::of(view, &rival, &id)), "not_found");
        assert_eq!(refused(offers::any(view, &OfferId("ofr_none".into()))), "not_found");
        assert_eq!(offers::of_licensor(view, &studio)?, vec![offer]);
        assert!(offers::of_licensor(view, &rival)?.is_empty());
        Ok(())
    });
}

#[test]
fn an_offer_is_open_through_its_closing_day_at_home() {
    let fair = Fair::new();
    fair.offers(&NewOffer { closes_on: day("2016-12-23"), ..terms() }).expect("an offer");
    let open = |hours: i64| {
        fair.read(move |view| offers::open_for_merchants(view, today(NOON.plus_minutes(hours * 60)))).len()
    };
    assert_eq!([open(0), open(11), open(12)], [1, 1, 0]);
}

#[test]
fn only_its_licensor_closes_an_offer() {
    let fair = Fair::new();
    let offer = fair.offer();
    let (studio, rival) = (fair.studio.clone(), fair.rival.clone());
    let states = fair.write(move |tx| {
        let stranger = refused(offers::close(tx, &rival, &offer.id));
        let before = offers::any(tx, &offer.id)?.state;
        offers::close(tx, &studio, &offer.id)?;
        Ok((stranger, before, offers::close(tx, &studio, &offer.id)?.state))
    });
    assert_eq!(states.expect("states"), ("not_found", State::Open, State::Closed));
    assert!(fair.read(|view| offers::open_for_merchants(view, today(NOON))).is_empty());
}

#[test]
fn an_offer_has_limits() {
    let fair = Fair::new();
    let again = CardRow { channel: None, category: None, territory: None, royalty: Share::percent(9) };
    let cases = [
        ("missing", NewOffer { name: Words::default(), ..terms() }),
        ("out_of_limits", NewOffer { categories: vec![], ..terms() }),
        ("bad_code", NewOffer { categories: vec!["Home decor".into()], ..terms() }),
        ("missing", NewOffer { territory: " ".into(), ..terms() }),
        ("out_of_limits", NewOffer { royalty: Share::percent(101), ..terms() }),
        ("out_of_limits", NewOffer { platform: Share::ppm(-1), ..terms() }),
        ("out_of_limits", NewOffer { guarantee: Money::fen(-1), ..terms() }),
        ("out_of_limits", NewOffer { term_days: 0, ..terms() }),
        ("closes_too_early", NewOffer { closes_on: day("2016-12-22"), ..terms() }),
        ("bad_rate_card", NewOffer { rates: vec![again], ..terms() }),
    ];
    for (code, new) in cases {
        assert_eq!(refused(fair.offers(&new)), code, "{new:?}");
    }
}
