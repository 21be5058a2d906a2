use crate::fair::{Fair, NOON, act, day, refused, today};
use kernel::{Money, Share};
use licensing::applications::{self, Stage, State};
use licensing::approvals::{self, Decision, Ruling};
use licensing::contracts;

#[test]
fn the_second_approval_makes_the_contract_from_the_offers_terms() {
    let fair = Fair::new();
    let application = fair.application(&fair.harbour, &fair.offer());
    let concept = fair.decides(&application, Stage::Concept, Decision::Approved).expect("a concept");
    assert_eq!((concept.application.state, concept.contract), (State::Sample, None));
    let sample = fair.decides(&application, Stage::Sample, Decision::Approved).expect("a sample");
    assert_eq!(sample.application.state, State::Approved);
    let contract = sample.contract.expect("a contract");
    assert_eq!((contract.royalty, contract.fund), (Share::percent(10), Share::percent(2)));
    assert_eq!((contract.guarantee, contract.category.as_str()), (Money::fen(1_000_000), "posters"));
    assert_eq!((contract.starts_on, contract.ends_on), (day("2016-12-23"), day("2017-12-22")));
    assert!(contract.runs_on(day("2017-12-22")) && !contract.runs_on(day("2017-12-23")));
    let rates = contract.rates("retail");
    assert_eq!((rates.royalty, rates.licensor), (Share::percent(10), Share::percent(70)));
    fair.read(move |view| {
        let application = applications::any(view, &application.id)?;
        assert_eq!(contracts::of_application(view, &application)?, Some(contract));
        let written = approvals::of(view, &application)?;
        let stages: Vec<_> = written.iter().map(|approval| (approval.stage, approval.decision)).collect();
        assert_eq!(stages, [(Stage::Concept, Decision::Approved), (Stage::Sample, Decision::Approved)]);
        assert_eq!(written[0].decided_by, "system");
        Ok(())
    });
}

#[test]
fn a_stage_is_decided_once_and_in_order() {
    let fair = Fair::new();
    let application = fair.application(&fair.harbour, &fair.offer());
    let decides = |stage, decision| fair.decides(&application, stage, decision);
    assert_eq!(refused(decides(Stage::Sample, Decision::Approved)), "stage_not_awaited");
    decides(Stage::Concept, Decision::Approved).expect("a concept");
    assert_eq!(refused(decides(Stage::Concept, Decision::Rejected)), "stage_not_awaited");
    decides(Stage::Sample, Decision::Rejected).expect("a sample");
    assert_eq!(refused(decides(Stage::Sample, Decision::Approved)), "stage_not_awaited");
    let harbour = fair.harbour.clone();
    assert!(fair.read(move |view| contracts::of_merchant(view, &harbour)).is_empty());
}

#[test]
fn a_rejection_says_why() {
    let fair = Fair::new();
    let application = fair.application(&fair.harbour, &fair.offer());
    let studio = fair.studio.clone();
    let tried = fair.write(move |tx| {
        let act = &mut act(9, NOON);
        let ruling = Ruling { stage: Stage::Concept, decision: Decision::Rejected, note: " " };
        approvals::decide(tx, act, &studio, &application.id, ruling, today(NOON))
    });
    let error = tried.expect_err("a reason is missing");
    assert_eq!(error.refusal().map(|refusal| (refusal.code, refusal.field)), Some(("missing", Some("note"))));
}

#[test]
fn only_the_licensor_decides() {
    let fair = Fair::new();
    let application = fair.application(&fair.harbour, &fair.offer());
    for stranger in [fair.harbour.clone(), fair.rival.clone()] {
        let id = application.id.clone();
        let tried = fair.write(move |tx| {
            let ruling = Ruling { stage: Stage::Concept, decision: Decision::Approved, note: "" };
            approvals::decide(tx, &mut act(9, NOON), &stranger, &id, ruling, today(NOON))
        });
        assert_eq!(refused(tried), "not_found");
    }
}

#[test]
fn a_merchant_never_sees_another_merchants_contract() {
    let fair = Fair::new();
    let contract = fair.contract();
    let (harbour, rival, studio) = (fair.harbour.clone(), fair.rival.clone(), fair.studio.clone());
    fair.read(move |view| {
        assert_eq!(contracts::of(view, &harbour, &contract.id)?, contract);
        assert_eq!(refused(contracts::of(view, &rival, &contract.id)), "not_found");
        assert_eq!(refused(contracts::for_licensor(view, &rival, &contract.id)), "not_found");
        assert!(contracts::of_merchant(view, &rival)?.is_empty());
        assert!(contracts::of_licensor(view, &rival)?.is_empty());
        assert_eq!(contracts::of_merchant(view, &harbour)?, vec![contract.clone()]);
        assert_eq!(contracts::of_licensor(view, &studio)?, vec![contract]);
        Ok(())
    });
}
