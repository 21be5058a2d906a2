//! The slate: films with their credits, versions, milestones, budgets, rights windows.
