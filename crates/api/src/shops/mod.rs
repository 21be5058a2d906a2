//! Shops: the places that sell products.

pub mod list;
