//! What the ads room promises, on whichever engine this run is for.

mod book;
mod campaigns;
mod measuring;
mod parts;
mod town;
