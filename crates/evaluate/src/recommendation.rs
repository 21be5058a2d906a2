//! Recommendation: what people chose next, among everything they had not chosen yet.
