//! Who somebody is; what they may do: consumers, staff, organisations, sessions, API keys.
