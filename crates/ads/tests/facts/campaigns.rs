use crate::town::{NOON, Town, act, refused, surface, wish};
use ads::campaigns::{self, BUDGET_MAX_MINOR, NewCampaign, State};
use ads::creatives::{self, CREATIVES_MAX, NewCreative};
use kernel::{Currency, Money, OrgId, Words};

#[test]
fn a_launch_divides_the_budget_by_surfaces_and_conserves_it() {
    let town = Town::new();
    let campaign = town.launches(1, &NewCampaign { budget: Money::fen(10_001), ..wish() });
    assert_eq!(campaign.state, State::Live);
    let id = campaign.id.clone();
    let parts: Vec<(String, i64)> = town
        .read(move |view| campaigns::allotments(view, &id))
        .into_iter()
        .map(|part| (part.place.0, part.allotted.minor))
        .collect();
    assert_eq!(parts, [("plc_club".into(), 3334), ("plc_music".into(), 6667)]);
    let again = town.write(move |tx| campaigns::launch(tx, &campaign.org, &campaign.id, NOON)).expect("live");
    assert_eq!(again.state, State::Live);
}

#[test]
fn a_campaign_lives_pauses_and_ends() {
    let town = Town::new();
    let campaign = town.drafts(1, &wish()).expect("a draft");
    let states = town.write(move |tx| {
        let (org, id) = (&campaign.org, &campaign.id);
        let too_early = refused(campaigns::pause(tx, org, id));
        campaigns::launch(tx, org, id, NOON)?;
        let paused = campaigns::pause(tx, org, id)?.state;
        let hidden = campaigns::live(tx, NOON)?.len();
        let resumed = campaigns::resume(tx, org, id)?.state;
        let shown = campaigns::live(tx, NOON)?.len();
        let ended = campaigns::end(tx, org, id)?.state;
        Ok((too_early, paused, hidden, resumed, shown, ended, refused(campaigns::launch(tx, org, id, NOON))))
    });
    let expected = ("campaign_state", State::Paused, 0, State::Live, 1, State::Ended, "campaign_state");
    assert_eq!(states.expect("states"), expected);
}

#[test]
fn a_flight_that_is_over_is_ended_and_never_launched() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    let late = town.drafts(2, &wish()).expect("a draft");
    let done = town.write(move |tx| {
        let over = late.ends_at;
        let refusal = refused(campaigns::launch(tx, &late.org, &late.id, over));
        Ok((campaigns::live(tx, over)?.len(), campaigns::end_due(tx, over, 10)?, refusal))
    });
    assert_eq!(done.expect("answers"), (0, vec![campaign.id], "flight_is_over"));
}

#[test]
fn an_organisation_sees_and_changes_only_its_own_campaigns() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    let codes = town.write(move |tx| {
        let rival = OrgId("org_rival".into());
        assert!(campaigns::of_org(tx, &rival)?.is_empty());
        assert_eq!(campaigns::of_org(tx, &campaign.org)?, vec![campaign.clone()]);
        assert_eq!(campaigns::of_title(tx, &campaign.title)?, vec![campaign.clone()]);
        Ok([
            refused(campaigns::of(tx, &rival, &campaign.id)),
            refused(campaigns::launch(tx, &rival, &campaign.id, NOON)),
            refused(campaigns::pause(tx, &rival, &campaign.id)),
            refused(campaigns::end(tx, &rival, &campaign.id)),
            refused(creatives::add(tx, &mut act(5, NOON), &rival, &campaign.id, &wish().creative)),
        ])
    });
    assert_eq!(codes.expect("answers"), ["not_found"; 5]);
}

#[test]
fn a_campaign_has_limits() {
    let town = Town::new();
    let cases = [
        ("missing", NewCampaign { name: "  ".into(), ..wish() }),
        ("too_long", NewCampaign { name: "n".repeat(81), ..wish() }),
        ("out_of_limits", NewCampaign { surfaces: vec![], ..wish() }),
        ("unknown_surface", NewCampaign { surfaces: vec![surface("moon")], ..wish() }),
        ("budget_out_of_limits", NewCampaign { budget: Money::fen(0), ..wish() }),
        ("budget_out_of_limits", NewCampaign { budget: Money::fen(BUDGET_MAX_MINOR + 1), ..wish() }),
        ("click_price_out_of_limits", NewCampaign { click_price: Money::fen(10_001), ..wish() }),
        ("out_of_limits", NewCampaign { holdout: kernel::Share::ppm(500_001), ..wish() }),
        ("out_of_limits", NewCampaign { holdout: kernel::Share::ppm(-10_000), ..wish() }),
        ("currency_differs", NewCampaign { click_price: Money::new(1, Currency::USD), ..wish() }),
        (
            "currency_differs",
            NewCampaign {
                budget: Money::new(100, Currency::USD),
                click_price: Money::new(1, Currency::USD),
                ..wish()
            },
        ),
        ("flight_out_of_limits", NewCampaign { ends_at: NOON, ..wish() }),
        ("flight_out_of_limits", NewCampaign { ends_at: NOON.plus_minutes(367 * 24 * 60), ..wish() }),
        (
            "missing",
            NewCampaign { creative: NewCreative { headline: Words::default(), ..wish().creative }, ..wish() },
        ),
    ];
    for (i, (code, new)) in cases.into_iter().enumerate() {
        assert_eq!(refused(town.drafts(i as u64, &new)), code, "{new:?}");
    }
    let studio = town.studio.clone();
    assert!(
        town.read(move |view| campaigns::of_org(view, &studio)).is_empty(),
        "a refused draft leaves nothing"
    );
}

#[test]
fn a_campaign_has_a_few_creatives() {
    let town = Town::new();
    let campaign = town.drafts(1, &wish()).expect("a draft");
    let code = town.write(move |tx| {
        let mut act = act(7, NOON);
        for _ in 1..CREATIVES_MAX {
            creatives::add(tx, &mut act, &campaign.org, &campaign.id, &wish().creative)?;
        }
        let first = creatives::of_campaign(tx, &campaign.id)?.remove(0);
        assert_eq!(creatives::any(tx, &first.id)?, first);
        Ok(refused(creatives::add(tx, &mut act, &campaign.org, &campaign.id, &wish().creative)))
    });
    assert_eq!(code.expect("an answer"), "too_many_creatives");
}
