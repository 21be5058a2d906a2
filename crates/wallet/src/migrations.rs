//! The wallet's own tables; the installation that it serves has none of them.

/// Every migration in order, as `(name, text)`.
pub const MIGRATIONS: db::Tree = &[
    ("0001_wallet", include_str!("../migrations/0001_wallet.sql")),
    ("0002_wallet", include_str!("../migrations/0002_wallet.sql")),
];
