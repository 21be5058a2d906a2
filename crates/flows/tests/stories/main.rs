//! The stories of the house, told as facts, on whichever engine this run is for.

mod ads;
mod closing;
mod faults;
mod goods;
mod invariants;
mod payments;
mod periods;
mod sweeps;
mod tickets;
mod town;
