//! How many seats a showing will sell.
