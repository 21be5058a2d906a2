//! What payments promise, on whichever engine this run is for.

mod intents;
mod pretend;
mod purse;

