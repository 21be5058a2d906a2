//! Who belongs to a group of consumers: rules counted over bitmaps.
