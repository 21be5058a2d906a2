//! Whether somebody will buy from a category tomorrow.
