//! What the licensing room promises, on whichever engine this run is for.

mod accruals;
mod applying;
mod deciding;
mod fair;
mod offers;
