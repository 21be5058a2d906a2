//! The pages: the consumer's site, the console.
