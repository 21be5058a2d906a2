//! What the wallet promises, over HTTP and on whichever engine this run is for.

mod bills;
mod calls;
mod currencies;
mod money;
mod stand;
mod time;
