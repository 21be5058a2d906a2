//! The places that reach people: marketplaces, brand stores, the music service, the club; their surfaces, feeds, connectors.
//!
//! A channel belongs to an organisation and has a place, hence a book, of its own. A surface is a
//! spot on its pages where an ad can appear.

mod channels;
pub mod surfaces;

use kernel::text;

pub use channels::{
    ABOUT_CHARS_MAX, CHANNELS_MAX, Channel, Kind, NAME_CHARS_MAX, NewChannel, add, all, any, by_place,
    by_slug,
};
pub use surfaces::Surface;
