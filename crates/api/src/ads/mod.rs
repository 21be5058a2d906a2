//! Ads as a channel's own pages ask for them: which to show, and that one was followed.

pub mod click;
pub mod decide;
