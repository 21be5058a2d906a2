//! Merchants who make licensed goods: offers, contracts, approvals, royalties.
