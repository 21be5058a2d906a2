//! What the ledger promises, one test or more for each promise:
//!
//! 1. debits equal credits, per currency, at every commit: `transfers`, `storm`
//! 2. balances follow from the rows: `transfers::the_audit_sees_a_touched_balance`, `seals`
//! 3. rows are only added: `transfers::what_was_booked_stays_when_it_is_corrected`
//! 4. the caller's id moves money once: `transfers::a_transfer_moves_money_once`
//! 5. a reservation is resolved once: `transfers`, `storm::one_of_many_resolutions_wins`
//! 6. limits hold, with what is pending: `transfers`, `storm::nobody_overspends_in_a_race`
//! 7. one currency an account, exchanges in two legs: `money`
//! 8. integers only, an exponent a currency: `money`
//! 9. what happened, and when it was booked, are two instants: `transfers`
//! 10. the order is the same for everybody: `seals::a_digest_is_the_same_on_every_database`
//! 11. no lock waits for the outside: stories are closures without a way to it; `storm` races them
//! 12. what was touched shows: `seals`
//! 13. parts sum to the whole: `money`

mod book;
mod exports;
mod money;
mod seals;
mod storm;
mod transfers;
