//! The stories of the house, told as facts, on whichever engine this run is for.

mod ads;
mod audiences;
mod closing;
mod erasing;
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
mod sweeps;
mod tickets;
mod town;
