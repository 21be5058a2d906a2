//! What payments promise, on whichever engine this run is for.

mod alipay_answers;
mod alipay_notices;
mod intents;
mod pretend;
mod pretend_stripe;
mod purse;
mod stripe;
