//! What an operator wants to read when somebody tried a door: lines of the log under the name `security`, who and where from.
//!
//! They name people by their number and never hold a password, a token, an email address or what was typed.

/// The name under which these lines are filtered, as in `FERRYMAN_LOG=warn,security=info`.
pub const TARGET: &str = "security";

/// Something went as it should that a later question may be about: `signed_in`, `password_changed`.
pub fn done(what: &str, who: &str, from: &str) {
    tracing::info!(target: TARGET, what, who, from);
}

/// Something was done to somebody's account by another: `factor_taken_off`.
pub fn done_to(what: &str, whom: &str, by: &str, from: &str) {
    tracing::info!(target: TARGET, what, who = whom, by, from);
}

/// Somebody was refused: `wrong_password`, `too_many_tries`, `forbidden`, `from_elsewhere`, `not_theirs`; `at` is the path
/// or the thing.
pub fn refused(what: &str, who: &str, from: &str, at: &str) {
    tracing::warn!(target: TARGET, what, who, from, at);
}
