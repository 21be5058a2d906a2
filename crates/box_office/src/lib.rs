//! Cinemas, halls, seat maps, showtimes, prices, holds, ticket orders, tickets, the door.
