//! One SQL dialect on two databases: SQLite embedded, PostgreSQL served.
