//! The whole platform in one process with a false clock, seeded dice and faults.
