//! Which place and surface the next yuan should go to.
