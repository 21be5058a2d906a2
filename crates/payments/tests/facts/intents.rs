use crate::purse::{NOW, Purse, code};
use kernel::{Currency, Money, Result};
use payments::intents::{self, Asked, Captured, State};
use payments::notices::{self, Notice, What};
use payments::refunds;

fn capture(purse: &Purse, node: &str, amount: Money) -> Result<Captured> {
    let intent = purse.intent.clone();
    purse.write_at(node, move |tx| intents::capture(tx, &intent.place, &intent.id, amount, NOW))
}

#[test]
fn a_payment_is_captured_once_by_however_many_nodes() {
    let purse = Purse::new();
    let first = std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..8)
            .map(|i| {
                let purse = &purse;
                scope
                    .spawn(move || capture(purse, &format!("node {i}"), Money::fen(4300)).expect("an answer"))
            })
            .collect();
        let answers = nodes.into_iter().map(|node| node.join().expect("no panic"));
        answers.filter(|answer| matches!(answer, Captured::Now(_))).count()
    });
    assert_eq!(first, 1);
}

#[test]
fn another_amount_is_not_captured() {
    let purse = Purse::new();
    for wrong in [Money::fen(4299), Money::fen(0), Money::new(4300, Currency::USD)] {
        assert_eq!(code(capture(&purse, "node", wrong)), "amount_differs");
    }
    let intent = purse.intent.clone();
    assert_eq!(purse.read(move |view| intents::any(view, &intent.place, &intent.id)), purse.intent);
}

#[test]
fn a_payment_that_was_given_up_is_captured_when_money_comes_after_all() {
    let purse = Purse::new();
    let intent = purse.intent.clone();
    let closed = purse.write(move |tx| {
        let first = intents::close(tx, &intent.place, &intent.order)?;
        Ok((first, intents::close(tx, &intent.place, &intent.order)?))
    });
    assert_eq!(closed.ok(), Some((true, false)));
    let Ok(Captured::Now(captured)) = capture(&purse, "node", Money::fen(4300)) else {
        panic!("not captured")
    };
    assert_eq!((captured.state, captured.captured), (State::Captured, Money::fen(4300)));
    let intent = purse.intent.clone();
    let closed = purse.write(move |tx| intents::close(tx, &intent.place, &intent.order));
    assert_eq!(closed.ok(), Some(false), "what is captured is not given up");
}

#[test]
fn no_more_is_refunded_than_was_captured() {
    let purse = Purse::new();
    let intent = purse.intent.clone();
    let early = purse.write(move |tx| refunds::request(tx, &intent, "refund", Money::fen(1), NOW));
    assert_eq!(code(early), "refund_too_large", "nothing is captured yet");
    capture(&purse, "node", Money::fen(4300)).expect("captured");
    let intent = purse.intent.clone();
    let left = purse.write(move |tx| {
        let first = refunds::request(tx, &intent, "one", Money::fen(4000), NOW)?;
        let again = refunds::request(tx, &intent, "one", Money::fen(17), NOW)?;
        assert_eq!(first, again, "one reason refunds once, whatever is asked for then");
        intents::left(tx, &intent.place, &intent.id)
    });
    assert_eq!(left.ok(), Some(Money::fen(300)));
    let intent = purse.intent.clone();
    let more = purse.write(move |tx| refunds::request(tx, &intent, "two", Money::fen(301), NOW));
    assert_eq!(code(more), "refund_too_large");
}

#[test]
fn a_refund_is_done_once() {
    let purse = Purse::new();
    capture(&purse, "node", Money::fen(4300)).expect("captured");
    let intent = purse.intent.clone();
    let done = purse.write(move |tx| {
        let refund = refunds::request(tx, &intent, "refund", Money::fen(4300), NOW)?;
        assert_eq!(refunds::requested(tx, &intent.place, 0, 10)?, std::slice::from_ref(&refund));
        let first = refunds::done(tx, &intent.place, &refund.id, NOW)?;
        let second = refunds::done(tx, &intent.place, &refund.id, NOW)?;
        assert_eq!(refunds::requested(tx, &intent.place, 0, 10)?, []);
        Ok((first, second))
    });
    assert_eq!(done.ok(), Some((true, false)));
}

#[test]
fn a_payment_belongs_to_its_payer() {
    let purse = Purse::new();
    let intent = purse.intent.clone();
    purse.read(move |view| {
        assert_eq!(intents::of(view, &intent.payer, &intent.place, &intent.id)?, intent);
        let ben = kernel::PersonId("per_ben".into());
        assert_eq!(code(intents::of(view, &ben, &intent.place, &intent.id)), "not_found");
        let moon = kernel::PlaceId("plc_moon".into());
        assert_eq!(code(intents::any(view, &moon, &intent.id)), "not_found");
        Ok(())
    });
}

#[test]
fn open_payments_are_listed_from_a_moment_on_page_by_page() {
    let purse = Purse::new();
    let intent = purse.intent.clone();
    purse.read(move |view| {
        let waiting = |before, skip| intents::waiting(view, &intent.place, before, skip, 10);
        assert_eq!(waiting(NOW, 0)?, []);
        assert_eq!(waiting(NOW.plus_seconds(1), 0)?, std::slice::from_ref(&intent));
        assert_eq!(waiting(NOW.plus_seconds(1), 1)?, []);
        Ok(())
    });
}

#[test]
fn a_notice_is_noted_once() {
    let purse = Purse::new();
    let notice = Notice {
        provider: "pretend".into(),
        id: "n1".into(),
        place: purse.intent.place.clone(),
        intent: purse.intent.id.clone(),
        what: What::Paid,
        amount: Money::fen(4300),
        reference: None,
    };
    let noted = purse.write(move |tx| {
        let other = Notice { id: "n2".into(), ..notice.clone() };
        Ok([
            notices::note(tx, &notice, NOW)?,
            notices::note(tx, &notice, NOW)?,
            notices::note(tx, &other, NOW)?,
        ])
    });
    assert_eq!(noted.ok(), Some([true, false, true]));
}

#[test]
fn that_a_provider_is_asked_is_written_down_before_its_answer() {
    let purse = Purse::new();
    let (place, id) = (purse.intent.place.clone(), purse.intent.id.clone());
    assert_eq!(purse.intent.asked, Asked::Never);
    let seen = purse.write(move |tx| {
        let asked = intents::ask(tx, &place, &id)?;
        let unknown = intents::any(tx, &place, &id)?;
        intents::answered(tx, &place, &id, Some("T1"))?;
        intents::answered(tx, &place, &id, Some("T2"))?;
        Ok((asked, unknown.asked, unknown.reference, intents::any(tx, &place, &id)?))
    });
    let (asked, unknown, reference, answered) = seen.expect("an answer");
    assert_eq!((asked, unknown, reference), (true, Asked::Unknown, None));
    assert_eq!((answered.asked, answered.reference.as_deref()), (Asked::Answered, Some("T1")));
}

#[test]
fn a_payment_that_may_have_begun_is_not_given_up_unasked() {
    let purse = Purse::new();
    let intent = purse.intent.clone();
    let given_up = purse.write(move |tx| {
        intents::ask(tx, &intent.place, &intent.id)?;
        let begun = intents::close_unasked(tx, &intent.place, &intent.order)?;
        let asked = intents::close(tx, &intent.place, &intent.order)?;
        Ok((begun, asked, intents::ask(tx, &intent.place, &intent.id)?))
    });
    assert_eq!(given_up.ok(), Some((false, true, false)), "and what was given up does not begin");
}

#[test]
fn a_refund_is_unknown_from_the_moment_it_is_asked_for() {
    let purse = Purse::new();
    capture(&purse, "node", Money::fen(4300)).expect("captured");
    let intent = purse.intent.clone();
    let states = purse.write(move |tx| {
        let refund = refunds::request(tx, &intent, "refund", Money::fen(4300), NOW)?;
        let (place, id) = (&intent.place, &refund.id);
        let before = [refunds::ask(tx, place, id)?, refunds::ask(tx, place, id)?];
        refunds::pending(tx, place, id)?;
        let pending = refunds::ask(tx, place, id)?;
        refunds::done(tx, place, id, NOW)?;
        refunds::pending(tx, place, id)?;
        Ok((before, pending, refunds::any(tx, place, id)?.is_done()))
    });
    use refunds::State::{Pending, Requested, Unknown};
    assert_eq!(states.ok(), Some(([Requested, Unknown], Pending, true)));
}
