//! The places that reach people: marketplaces, brand stores, the music service, the club; their surfaces.
