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

use crowd::{Crowd, Kind};
use db::scratch::scratch;
use house::Serving;
use std::path::Path;
use std::time::Duration;

#[test]
fn an_opening_night_sells_nothing_twice_and_keeps_what_it_said() {
    let place = scratch();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("on-sale-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let town = town::found(place.db.clone(), town::Size::SMOKE).expect("a town");
    let serving = Serving::start(&place.address(), &folder).expect("it serves");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let crowd = runtime.block_on(async { Crowd::new(town, serving.wallet) });

    let calm = runtime.block_on(load::closed(&crowd, serving.at, 8, Duration::from_secs(3)));
    // Far more at once than the house works on.
    let rush = runtime.block_on(load::closed(&crowd, serving.at, 400, Duration::from_secs(4)));
    for tally in [&calm, &rush] {
        assert_eq!((tally.faults(), tally.unanswered, tally.shed_without_retry), (0, 0, 0), "{}", tally.told());
        assert!(tally.count(Kind::Hold, |status| status == 201) > 0, "{}", tally.told());
    }
    assert!(!rush.shed.is_empty(), "somebody was sent away: {}", rush.told());

    let told = std::mem::take(&mut *crowd.told());
    assert!(!told.paid.is_empty(), "somebody paid");
    let (_, lost) = audit::drain(&place.db, &told).expect("it can be read");
    assert_eq!(lost, audit::Lost::default());
    serving.stop().expect("it ends");
    house::check(&place.address()).expect("every invariant holds");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}
