//! The stories of the house, told as facts, on whichever engine this run is for.

mod ads;
mod audiences;
mod closing;
mod erasing;
#[path = "../../benches/line/fairness.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod fairness;
mod faults;
mod goods;
mod invariants;
mod lift;
mod line;
mod market;
mod payees;
mod payments;
mod payouts;
mod periods;
mod recommendations;
mod returns;
mod seats;
mod showings;
mod sweeps;
mod tickets;
mod town;
