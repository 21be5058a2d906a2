//! What the box office promises, on whichever engine this run is for.

mod cinema;
mod on_sales;
mod seat_maps;
mod showtimes;
