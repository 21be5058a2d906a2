//! Products for sale: listings, stock, baskets, product orders.
