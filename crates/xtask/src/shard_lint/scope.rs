//! One walk over a statement: which tables each select can see, and which of them are bound to a shard.

use super::schema::{KEYS, Schema};
use sqlparser::ast::*;
use std::ops::ControlFlow;

/// How far a statement may look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    OnePlace,
    AllPlaces,
}

/// What a statement names in its `from`, and whether its shard is known.
struct Relation {
    /// As the statement calls it.
    name: String,
    /// The table; none for what a subquery gives, which is checked where it is written.
    table: Option<String>,
    bound: bool,
}

/// What stands on one side of an equality, as far as shards go.
enum Side {
    Bound,
    /// The key of a relation: how many scopes out, and which one there.
    Key(usize, usize),
    Other,
}

pub struct Lint<'a> {
    schema: &'a Schema,
    reach: Reach,
    /// The innermost select last.
    scopes: Vec<Vec<Relation>>,
    /// Names made by `with`, one list for each open query.
    given: Vec<Vec<String>>,
    pub why: Vec<String>,
}

impl<'a> Lint<'a> {
    pub fn new(schema: &'a Schema, reach: Reach) -> Lint<'a> {
        Lint { schema, reach, scopes: Vec::new(), given: Vec::new(), why: Vec::new() }
    }

    /// Enters a scope of these tables; says which of them no condition binds.
    fn enter(&mut self, from: &[&TableWithJoins], selection: Option<&Expr>) {
        let mut relations = Vec::new();
        let mut conditions = Vec::new();
        let mut using = Vec::new();
        for tables in from {
            self.collect(tables, &mut relations, &mut conditions, &mut using);
        }
        selection.into_iter().for_each(|condition| conjuncts(condition, &mut conditions));
        self.scopes.push(relations);
        let mut equal: Vec<(Side, Side)> =
            conditions.iter().map(|(left, right)| (self.side(left), self.side(right))).collect();
        equal.extend(using.into_iter().map(|(left, right)| (Side::Key(0, left), Side::Key(0, right))));
        self.bind(&equal);
        self.complain();
    }

    fn collect<'e>(
        &self,
        tables: &'e TableWithJoins,
        relations: &mut Vec<Relation>,
        conditions: &mut Vec<(&'e Expr, &'e Expr)>,
        using: &mut Vec<(usize, usize)>,
    ) {
        self.collect_one(&tables.relation, relations, conditions, using);
        for join in &tables.joins {
            self.collect_one(&join.relation, relations, conditions, using);
            match constraint(&join.join_operator) {
                Some(JoinConstraint::On(condition)) => conjuncts(condition, conditions),
                Some(JoinConstraint::Using(columns))
                    if columns.iter().any(|column| is_key(&column.to_string())) =>
                {
                    using.push((relations.len().saturating_sub(2), relations.len() - 1));
                }
                _ => {}
            }
        }
    }

    fn collect_one<'e>(
        &self,
        factor: &'e TableFactor,
        relations: &mut Vec<Relation>,
        conditions: &mut Vec<(&'e Expr, &'e Expr)>,
        using: &mut Vec<(usize, usize)>,
    ) {
        match factor {
            TableFactor::Table { name, alias, .. } => {
                let table = name.to_string();
                let called = alias.as_ref().map_or(table.clone(), |alias| alias.name.value.clone());
                let given = self.given.iter().flatten().any(|given| *given == table);
                relations.push(Relation { name: called, table: (!given).then_some(table), bound: given });
            }
            TableFactor::NestedJoin { table_with_joins, .. } => {
                self.collect(table_with_joins, relations, conditions, using);
            }
            TableFactor::Derived { alias, .. } => {
                let name = alias.as_ref().map(|alias| alias.name.value.clone()).unwrap_or_default();
                relations.push(Relation { name, table: None, bound: true });
            }
            _ => {}
        }
    }

    fn side(&self, expr: &Expr) -> Side {
        match expr {
            Expr::Nested(inner) => self.side(inner),
            Expr::Cast { expr, .. } => self.side(expr),
            Expr::Value(value)
                if matches!(value.value, Value::Placeholder(_) | Value::SingleQuotedString(_)) =>
            {
                Side::Bound
            }
            Expr::Identifier(column) if is_key(&column.value) => {
                self.find(|relation| self.has(relation, column))
            }
            Expr::CompoundIdentifier(parts) => match &parts[..] {
                [name, column] if is_key(&column.value) => self.find(|relation| relation.name == name.value),
                _ => Side::Other,
            },
            _ => Side::Other,
        }
    }

    fn has(&self, relation: &Relation, column: &Ident) -> bool {
        let table = relation.table.as_ref().and_then(|table| self.schema.tables.get(table));
        table.is_none_or(|table| table.columns.contains(&column.value))
    }

    fn find(&self, fits: impl Fn(&Relation) -> bool) -> Side {
        let scopes = self.scopes.iter().rev().enumerate();
        let mut found = scopes.filter_map(|(out, scope)| Some((out, scope.iter().position(&fits)?)));
        found.next().map_or(Side::Other, |(out, at)| Side::Key(out, at))
    }

    /// Lets what is bound bind what it equals, until nothing changes.
    fn bind(&mut self, equal: &[(Side, Side)]) {
        let mut changed = true;
        while changed {
            changed = false;
            for (left, right) in equal {
                for (from, to) in [(left, right), (right, left)] {
                    changed |= self.is_bound(from) && self.mark(to);
                }
            }
        }
    }

    fn is_bound(&self, side: &Side) -> bool {
        match side {
            Side::Bound => true,
            Side::Key(out, at) => self.scopes[self.scopes.len() - 1 - out][*at].bound,
            Side::Other => false,
        }
    }

    /// Marks a relation of the innermost scope as bound; whether that is news.
    fn mark(&mut self, side: &Side) -> bool {
        let Side::Key(0, at) = side else { return false };
        let Some(relation) = self.scopes.last_mut().and_then(|scope| scope.get_mut(*at)) else {
            return false;
        };
        !std::mem::replace(&mut relation.bound, true)
    }

    fn complain(&mut self) {
        if self.reach == Reach::AllPlaces {
            return;
        }
        for relation in self.scopes.last().into_iter().flatten().filter(|relation| !relation.bound) {
            let table = relation.table.as_deref().unwrap_or_default();
            let Some(key) = self.schema.tables.get(table).and_then(|table| table.shard_key()) else {
                continue;
            };
            self.why.push(format!(
                "{table} is sharded, so this statement must say {key} = $n; reports go to crates/flows/src/views"
            ));
        }
    }

    fn insert(&mut self, insert: &Insert) {
        let TableObject::TableName(name) = &insert.table else { return };
        let table = name.to_string();
        let Some(key) = self.schema.tables.get(&table).and_then(|table| table.shard_key()) else { return };
        if insert.columns.first().map(ToString::to_string).as_deref() != Some(key) {
            self.why.push(format!("an insert into {table} names {key} first"));
        }
        let source = insert.source.as_ref().map(|source| source.body.as_ref());
        if !source.is_some_and(first_is_bound) {
            self.why.push(format!("the first value of an insert into {table} is its {key}, bound as $n"));
        }
        if matches!(source, Some(SetExpr::Values(values)) if values.rows.iter().any(|row| row.content.iter().any(has_query)))
        {
            self.why.push(format!(
                "an insert into {table} has a subquery among its values; insert … select instead"
            ));
        }
    }

    fn update(&mut self, update: &Update) {
        let mut from = vec![&update.table];
        if let Some(UpdateTableFromKind::AfterSet(tables) | UpdateTableFromKind::BeforeSet(tables)) =
            &update.from
        {
            from.extend(tables);
        }
        self.enter(&from, update.selection.as_ref());
        if update.selection.is_none() {
            self.why.push("an update says where".into());
        }
        let TableFactor::Table { name, .. } = &update.table.relation else { return };
        let key = self.schema.tables.get(&name.to_string()).and_then(|table| table.shard_key());
        if update.assignments.iter().any(|assignment| Some(assignment.target.to_string().as_str()) == key) {
            self.why.push("a row never moves to another shard; insert it there".into());
        }
    }

    fn delete(&mut self, delete: &Delete) {
        let (FromTable::WithFromKeyword(tables) | FromTable::WithoutKeyword(tables)) = &delete.from;
        let from: Vec<&TableWithJoins> = tables.iter().chain(delete.using.iter().flatten()).collect();
        self.enter(&from, delete.selection.as_ref());
        if delete.selection.is_none() {
            self.why.push("a delete says where".into());
        }
    }
}

impl Visitor for Lint<'_> {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            Statement::Query(_) => {}
            _ => self
                .why
                .push("rooms select, insert, update and delete; the rest belongs into a migration".into()),
        }
        ControlFlow::Continue(())
    }

    fn post_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        if matches!(statement, Statement::Update(_) | Statement::Delete(_)) {
            self.scopes.pop();
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let with = query.with.iter().flat_map(|with| &with.cte_tables);
        self.given.push(with.map(|cte| cte.alias.name.value.clone()).collect());
        if !query.locks.is_empty() {
            self.why.push("no “for update”: compare and set, and look at the number of rows".into());
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.given.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let from: Vec<&TableWithJoins> = select.from.iter().collect();
        self.enter(&from, select.selection.as_ref());
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) => self.why.extend(forbidden(&function.name.to_string().to_lowercase())),
            Expr::GroupingSets(_) | Expr::Cube(_) | Expr::Rollup(_) => {
                self.why.push("no grouping sets, cube or rollup: they do not exist everywhere".into());
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// Why a function is not for us, when it is not.
fn forbidden(function: &str) -> Option<String> {
    const IMPURE: [&str; 14] = [
        "now",
        "random",
        "gen_random_uuid",
        "uuidv7",
        "current_timestamp",
        "current_date",
        "current_time",
        "localtimestamp",
        "clock_timestamp",
        "statement_timestamp",
        "nextval",
        "randomblob",
        "last_insert_rowid",
        "txid_current",
    ];
    if function.starts_with("pg_advisory") || function.starts_with("pg_try_advisory") {
        return Some(format!("{function}() locks one node only; keep a row with owner, until and version"));
    }
    IMPURE
        .contains(&function)
        .then(|| format!("{function}() is bound as a parameter: time, chance and ids come from Rust"))
}

fn is_key(column: &str) -> bool {
    KEYS.contains(&column)
}

fn constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint) => Some(constraint),
        _ => None,
    }
}

/// The equalities that must all hold.
fn conjuncts<'e>(expr: &'e Expr, out: &mut Vec<(&'e Expr, &'e Expr)>) {
    match expr {
        Expr::Nested(inner) => conjuncts(inner, out),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjuncts(left, out);
            conjuncts(right, out);
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => out.push((left, right)),
        _ => {}
    }
}

/// Whether the first column of what is inserted is a parameter, or the key of a row that was read.
fn first_is_bound(source: &SetExpr) -> bool {
    let bound = |expr: &Expr| match expr {
        Expr::Value(value) => matches!(value.value, Value::Placeholder(_) | Value::SingleQuotedString(_)),
        Expr::Cast { expr, .. } => matches!(**expr, Expr::Value(_)),
        Expr::Identifier(column) => is_key(&column.value),
        Expr::CompoundIdentifier(parts) => parts.last().is_some_and(|column| is_key(&column.value)),
        _ => false,
    };
    match source {
        SetExpr::Values(values) => values.rows.iter().all(|row| row.content.first().is_some_and(bound)),
        SetExpr::Select(select) => match select.projection.first() {
            Some(SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) => bound(expr),
            _ => false,
        },
        SetExpr::Query(query) => first_is_bound(&query.body),
        SetExpr::SetOperation { left, right, .. } => first_is_bound(left) && first_is_bound(right),
        _ => false,
    }
}

fn has_query(expr: &Expr) -> bool {
    let found = visit_expressions(expr, |expr| match expr {
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}
