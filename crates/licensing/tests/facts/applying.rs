use crate::fair::{Fair, NOON, act, poster, refused, today};
use db::Lane;
use kernel::{Currency, Money, OfferId};
use licensing::applications::{self, Applied, NewApplication, Stage, State};
use licensing::approvals::Decision;
use licensing::offers;

#[test]
fn a_key_is_one_application() {
    let fair = Fair::new();
    let wish = poster(&fair.offer().id);
    let Ok(Applied::Now(first)) = fair.applies(&fair.harbour, &wish, "k1") else { panic!("not applied") };
    assert_eq!(fair.applies(&fair.harbour, &wish, "k1").expect("again"), Applied::Again(first.clone()));
    let other = NewApplication { planned_units: 1, ..wish.clone() };
    assert_eq!(refused(fair.applies(&fair.harbour, &other, "k1")), "key_reused");
    let Ok(Applied::Now(rivals)) = fair.applies(&fair.rival, &wish, "k1") else { panic!("not applied") };
    assert_ne!(rivals.id, first.id);
}

#[test]
fn one_key_from_many_connections_is_one_application() {
    let fair = Fair::new();
    let wish = poster(&fair.offer().id);
    let waiting: Vec<_> = (0..10_u64)
        .map(|i| {
            let (merchant, wish) = (fair.harbour.clone(), wish.clone());
            let story = move |tx: &db::Tx| {
                applications::apply(tx, &mut act(100 + i, NOON), &merchant, &wish, "k1", today(NOON))
            };
            fair.db.submit(Lane::of(&format!("node {i}")), story)
        })
        .collect();
    let applied: Vec<Applied> =
        waiting.into_iter().map(|waiting| waiting.wait().expect("an answer")).collect();
    assert_eq!(applied.iter().filter(|applied| matches!(applied, Applied::Now(_))).count(), 1);
    assert!(applied.iter().all(|each| each.application().id == applied[0].application().id));
}

#[test]
fn an_application_must_fit_its_offer() {
    let fair = Fair::new();
    let wish = poster(&fair.offer().id);
    let cases = [
        ("not_found", NewApplication { offer: OfferId("ofr_none".into()), ..wish.clone() }),
        ("category_not_offered", NewApplication { category: "toys".into(), ..wish.clone() }),
        ("missing", NewApplication { concept: String::new(), ..wish.clone() }),
        ("too_long", NewApplication { concept: "c".repeat(2001), ..wish.clone() }),
        ("currency_differs", NewApplication { planned_price: Money::new(1, Currency::USD), ..wish.clone() }),
        ("price_out_of_limits", NewApplication { planned_price: Money::fen(0), ..wish.clone() }),
        ("out_of_limits", NewApplication { planned_units: 0, ..wish.clone() }),
    ];
    for (code, new) in cases {
        assert_eq!(refused(fair.applies(&fair.harbour, &new, "k1")), code, "{new:?}");
    }
    assert_eq!(refused(fair.applies(&fair.harbour, &wish, "")), "missing");
}

#[test]
fn a_refusal_names_what_is_offered_in_both_languages() {
    let fair = Fair::new();
    let wish = NewApplication { category: "toys".into(), ..poster(&fair.offer().id) };
    let refusal = fair.applies(&fair.harbour, &wish, "k1").expect_err("not offered");
    let refusal = refusal.refusal().expect("a refusal");
    assert_eq!(
        (refusal.say.en.as_str(), refusal.say.zh.as_str()),
        ("This offer is for: Posters, Home.", "这个邀约只开放：海报、家居。")
    );
    assert_eq!(refusal.field, Some("category"));
}

#[test]
fn a_closed_offer_takes_no_applications_but_answers_old_keys() {
    let fair = Fair::new();
    let offer = fair.offer();
    let before = fair.application(&fair.harbour, &offer);
    let (studio, id) = (fair.studio.clone(), offer.id.clone());
    fair.write(move |tx| offers::close(tx, &studio, &id)).expect("closed");
    assert_eq!(refused(fair.applies(&fair.rival, &poster(&offer.id), "k1")), "offer_closed");
    let again = fair.applies(&fair.harbour, &poster(&offer.id), "k1").expect("again");
    assert_eq!(again, Applied::Again(before));
}

#[test]
fn a_merchant_never_sees_another_merchants_application() {
    let fair = Fair::new();
    let offer = fair.offer();
    let (ours, theirs) = (fair.application(&fair.harbour, &offer), fair.application(&fair.rival, &offer));
    let (harbour, rival, studio) = (fair.harbour.clone(), fair.rival.clone(), fair.studio.clone());
    fair.write(move |tx| {
        assert_eq!(applications::of(tx, &harbour, &ours.id)?, ours);
        assert_eq!(refused(applications::of(tx, &rival, &ours.id)), "not_found");
        assert_eq!(refused(applications::withdraw(tx, &rival, &ours.id)), "not_found");
        assert_eq!(refused(applications::for_licensor(tx, &rival, &ours.id)), "not_found");
        assert_eq!(applications::any(tx, &ours.id)?.state, State::Concept);
        assert_eq!(applications::of_merchant(tx, &harbour)?, vec![ours.clone()]);
        assert_eq!(applications::of_merchant(tx, &rival)?, vec![theirs.clone()]);
        assert_eq!(applications::of_licensor(tx, &studio)?.len(), 2);
        assert!(applications::of_licensor(tx, &rival)?.is_empty());
        Ok(())
    })
    .expect("scoped finders");
}

#[test]
fn an_application_is_withdrawn_while_it_waits() {
    let fair = Fair::new();
    let application = fair.application(&fair.harbour, &fair.offer());
    let withdraw = || {
        let (harbour, id) = (fair.harbour.clone(), application.id.clone());
        fair.write(move |tx| applications::withdraw(tx, &harbour, &id))
    };
    fair.decides(&application, Stage::Concept, Decision::Approved).expect("a concept");
    assert_eq!(withdraw().expect("withdrawn").state, State::Withdrawn);
    assert_eq!(withdraw().expect("withdrawn").state, State::Withdrawn);
    let late = fair.decides(&application, Stage::Sample, Decision::Approved);
    assert_eq!(refused(late), "stage_not_awaited");
}

#[test]
fn what_was_decided_is_not_withdrawn() {
    let fair = Fair::new();
    let application = fair.application(&fair.harbour, &fair.offer());
    fair.decides(&application, Stage::Concept, Decision::Rejected).expect("rejected");
    let harbour = fair.harbour.clone();
    let tried = fair.write(move |tx| applications::withdraw(tx, &harbour, &application.id));
    assert_eq!(refused(tried), "already_decided");
}
