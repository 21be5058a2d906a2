//! Tomorrow's purchases against the probabilities given today.
