//! The places that reach people, as their visitors see them: marketplaces, brand stores, the music
//! service, the club. Each shows the ads of its surfaces among its own things; who follows one is
//! led to the film, and what they buy there or in a shop is credited to the ad.

mod club;
pub mod follow;
pub mod list;
mod music;
pub mod show;
pub(crate) mod spots;

#[cfg(test)]
pub(crate) mod testing;
