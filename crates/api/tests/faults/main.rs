//! Payments over HTTP against the sandbox wallet, with everything going wrong that goes wrong: each row of the table of
//! faults is a test, and the process dies at every commit of every story. Whatever happens, afterwards every payment
//! has its tickets, its products or a refund, nothing is refunded twice, and the books balance.

mod deaths;
mod goods;
mod rows;
mod speech;
mod town;
