//! What the shops room promises, on whichever engine this run is for.

mod baskets;
mod orders;
mod shelf;
mod street;
