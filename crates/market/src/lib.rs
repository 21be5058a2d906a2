//! What the market did; what its rules allow: box-office history, quotas.
