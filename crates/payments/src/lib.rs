//! Getting paid: intents, captures, refunds; the providers who carry the money.
