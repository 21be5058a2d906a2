//! The API from outside: every call goes through the router, and every answer is held against the document.

mod access;
mod admission;
mod bodies;
mod contract;
mod document;
mod forecasts;
mod noise;
mod notices;
mod permissions;
mod replays;

mod tenants;
mod town;
mod walk;
