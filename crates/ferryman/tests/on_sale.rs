//! The bench's opening night for a few seconds: no time is judged, only that nothing is sold twice, that what was
//! acknowledged is there, and that who cannot be served hears so.

#[path = "../benches/on_sale/audit.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod audit;
#[path = "../benches/on_sale/client.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod client;
#[path = "../benches/on_sale/crowd.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod crowd;
#[path = "../benches/on_sale/house.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod house;
#[path = "../benches/on_sale/load.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod load;
#[path = "../benches/on_sale/town.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod town;

use client::{Ask, Connection};
use crowd::{Crowd, Kind};
use db::scratch::scratch;
use house::Serving;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

#[test]
fn an_opening_night_sells_nothing_twice_and_keeps_what_it_said() {
    let place = scratch();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("on-sale-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let town = town::found(place.db.clone(), town::Size::SMOKE).expect("a town");
    // One who looks and four who wait: however fast the machine, a crowd is more than that.
    let serving = Serving::start(&place.address(), &folder, Some(1)).expect("it serves");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let crowd = runtime.block_on(async { Crowd::new(town, serving.wallet) });

    let calm = runtime.block_on(load::closed(&crowd, serving.at, 8, Duration::from_secs(3)));
    // Far more at once than the house works on.
    let rush = runtime.block_on(load::closed(&crowd, serving.at, 400, Duration::from_secs(4)));
    for tally in [&calm, &rush] {
        assert_eq!(
            (tally.faults(), tally.unanswered, tally.shed_without_retry),
            (0, 0, 0),
            "{}",
            tally.told()
        );
        assert!(tally.count(Kind::Hold, |status| status == 201) > 0, "{}", tally.told());
    }
    assert!(!rush.shed.is_empty(), "somebody was sent away: {}", rush.told());

    runtime.block_on(a_monitor_reads(&serving, &crowd));
    let told = std::mem::take(&mut *crowd.told());
    assert!(!told.paid.is_empty(), "somebody paid");
    let (_, lost) = audit::drain(&place.db, &told).expect("it can be read");
    assert_eq!(lost, audit::Lost::default());
    serving.stop().expect("it ends");
    house::check(&place.address()).expect("every invariant holds");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

/// The monitor's own listener tells of everything and names nobody; on the public one the same is for operators.
async fn a_monitor_reads(serving: &Serving, crowd: &Arc<Crowd>) {
    let mut monitor = Connection::to(serving.metrics);
    let told = monitor.ask(&Ask::get("/metrics")).await.expect("it answers");
    let text = String::from_utf8_lossy(&told.body).into_owned();
    assert_eq!(told.status, 200, "{text}");
    let value = |start: &str| {
        let line =
            text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start} in {text}"));
        line.rsplit(' ').next().and_then(|value| value.parse::<f64>().ok()).expect("a number")
    };
    let orders = r#"route="/api/places/{place}/showtimes/{showtime}/orders",status="201"}"#;
    let held = value(&format!(r#"ferryman_requests_total{{method="POST",{orders}"#));
    assert_eq!(held, crowd.told().held.len() as f64);
    assert!(value(r#"ferryman_bulkhead_sent_away_total{work="look"}"#) > 0.0);
    assert!(value("ferryman_commits_total") > 0.0 && value("ferryman_writes_total") > held);
    assert!(value(r#"ferryman_ticket_orders{state="#) > 0.0);
    assert!(text.ends_with("# EOF\n"));
    for person in ["visitor", "\"per_", "@", &crowd.town.people[0]] {
        assert!(!text.contains(person), "{person} in {text}");
    }
    assert_eq!(monitor.ask(&Ask::get("/films")).await.expect("it answers").status, 404);

    let mut public = Connection::to(serving.at);
    assert_eq!(public.ask(&Ask::get("/metrics")).await.expect("it answers").status, 404);
    let of_guest = Ask::get("/api/metrics");
    assert_eq!(public.ask(&of_guest).await.expect("it answers").status, 401);
    let of_visitor = of_guest.clone().bearing(&crowd.town.people[0]);
    assert_eq!(public.ask(&of_visitor).await.expect("it answers").status, 403);
    let of_operator = of_guest.bearing(&crowd.town.operator);
    assert_eq!(public.ask(&of_operator).await.expect("it answers").status, 200);
}
