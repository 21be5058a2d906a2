//! Tables and charts in a terminal.
