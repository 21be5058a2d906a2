//! A file of the workspace as the rules see it: text, tokens, and the SQL in its string literals.
//!
//! Tokens leave out comments, attributes and their contents, so that a rule about code is not met
//! by a sentence about it. Whatever stands under `#[test]` or `#[cfg(test)]` is marked as a test.

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::fmt;

/// A rule that is broken, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub at: String,
    pub why: String,
}

impl Finding {
    pub fn new(at: impl Into<String>, why: impl Into<String>) -> Finding {
        Finding { at: at.into(), why: why.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.why)
    }
}

#[derive(Clone)]
pub struct Source {
    /// From the root of the workspace, with forward slashes.
    pub path: String,
    pub text: String,
    /// Whether another file names it under `#[cfg(test)]`.
    pub in_test: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    Name(String),
    Mark(char),
    Text(String),
}

pub struct Token {
    pub word: Word,
    pub line: usize,
    pub in_test: bool,
}

impl Token {
    fn name(&self) -> Option<&str> {
        match &self.word {
            Word::Name(name) => Some(name),
            _ => None,
        }
    }

    fn is(&self, name: &str) -> bool {
        self.name() == Some(name)
    }
}

/// One SQL statement of the program.
pub struct Statement {
    pub path: String,
    pub line: usize,
    pub sql: String,
}

impl Statement {
    pub fn at(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }

    pub fn crate_name(&self) -> &str {
        crate_name(&self.path)
    }
}

impl Source {
    pub fn new(path: &str, text: String) -> Source {
        Source { path: path.replace('\\', "/"), text, in_test: false }
    }

    pub fn crate_name(&self) -> &str {
        crate_name(&self.path)
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the file is part of the program, not of its tests and benches.
    pub fn is_program(&self) -> bool {
        self.path.split('/').nth(2) == Some("src") && !self.in_test
    }

    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub fn tokens(&self) -> Result<Vec<Token>> {
        let stream: TokenStream =
            self.text.parse().map_err(|error| anyhow!("{} cannot be read as Rust: {error}", self.path))?;
        let mut tokens = Vec::new();
        flatten(stream, false, &mut tokens);
        Ok(tokens)
    }

    /// The statements of this file; none of them from its tests.
    pub fn statements(&self) -> Result<Vec<Statement>> {
        if !self.is_program() {
            return Ok(Vec::new());
        }
        if self.path.ends_with(".sql") {
            return Ok(vec![self.statement(1, self.text.trim_end().trim_end_matches(';').to_owned())]);
        }
        if !self.is_rust() {
            return Ok(Vec::new());
        }
        let literals = self.tokens()?.into_iter().filter(|token| !token.in_test);
        let sql = literals.filter_map(|token| match token.word {
            Word::Text(text) if is_sql(&text) => Some(self.statement(token.line, text)),
            _ => None,
        });
        Ok(sql.collect())
    }

    fn statement(&self, line: usize, sql: String) -> Statement {
        Statement { path: self.path.clone(), line, sql }
    }
}

/// Marks the files of modules that exist only in tests: `#[cfg(test)] mod tests;`.
pub fn mark_tests(sources: &mut [Source]) {
    let modules: Vec<String> = sources.iter().flat_map(test_modules).collect();
    for source in sources {
        source.in_test = modules.iter().any(|module| {
            let rest = source.path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        });
    }
}

/// Where the test modules of a file lie, without `.rs`.
fn test_modules(source: &Source) -> Vec<String> {
    let stem = source.path.trim_end_matches(".rs");
    let folder = match source.file_name() {
        "lib.rs" | "main.rs" | "mod.rs" => stem.rsplit_once('/').map_or("", |(folder, _)| folder),
        _ => stem,
    };
    let tokens = if source.is_rust() { source.tokens().unwrap_or_default() } else { Vec::new() };
    let modules = tokens.windows(3).filter_map(|tokens| match tokens {
        [first, second, third] if first.in_test && first.is("mod") && third.word == Word::Mark(';') => {
            second.name()
        }
        _ => None,
    });
    modules.map(|module| format!("{folder}/{module}")).collect()
}

/// `crates/NAME/…` belongs to NAME.
fn crate_name(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}

/// Whether a literal is a statement: it starts with a lower-case verb and goes on as SQL does.
fn is_sql(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let (first, second) = (words.next(), words.next().unwrap_or_default());
    match first {
        Some("select") => !second.is_empty() && !second.starts_with(['{', ',', '.', ':', '[', '#']),
        Some("insert") => second == "into",
        Some("update") => words.any(|word| word == "set"),
        Some("delete") => second == "from",
        Some("with") => text.split_whitespace().zip(text.split_whitespace().skip(1)).any(|(a, b)| {
            let opens = b.starts_with('(') || b == "materialized" || b == "not";
            a == "as" && opens
        }),
        _ => false,
    }
}

fn flatten(stream: TokenStream, in_test: bool, out: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut next_is_test = false;
    let mut i = 0;
    while let Some(tree) = trees.get(i) {
        i += 1;
        if let Some((attribute, used)) = attribute_at(tree, &trees[i..]) {
            next_is_test |= is_test(&attribute);
            i += used;
            continue;
        }
        if let Some((joined, used)) = concat_at(tree, &trees[i..]) {
            let word = Word::Text(joined);
            out.push(Token { word, line: tree.span().start().line, in_test: in_test || next_is_test });
            i += used;
            continue;
        }
        flatten_tree(tree, in_test || next_is_test, out);
        next_is_test &= !ends_item(tree);
    }
}

fn flatten_tree(tree: &TokenTree, in_test: bool, out: &mut Vec<Token>) {
    let line = tree.span().start().line;
    let mut push = |word| out.push(Token { word, line, in_test });
    match tree {
        TokenTree::Ident(name) => push(Word::Name(name.to_string())),
        TokenTree::Punct(mark) => push(Word::Mark(mark.as_char())),
        TokenTree::Literal(literal) => {
            if let syn::Lit::Str(text) = syn::Lit::new(literal.clone()) {
                push(Word::Text(text.value()));
            }
        }
        TokenTree::Group(group) => {
            let (open, close) = marks(group);
            push(Word::Mark(open));
            flatten(group.stream(), in_test, out);
            out.push(Token { word: Word::Mark(close), line: group.span_close().start().line, in_test });
        }
    }
}

fn marks(group: &Group) -> (char, char) {
    match group.delimiter() {
        Delimiter::Brace => ('{', '}'),
        Delimiter::Bracket => ('[', ']'),
        _ => ('(', ')'),
    }
}

/// `#[…]` or `#![…]`, and how many trees it takes after the `#`.
fn attribute_at(tree: &TokenTree, rest: &[TokenTree]) -> Option<(TokenStream, usize)> {
    if !is_mark(tree, '#') {
        return None;
    }
    let inner = rest.first().is_some_and(|tree| is_mark(tree, '!'));
    match rest.get(usize::from(inner)) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            Some((group.stream(), usize::from(inner) + 1))
        }
        _ => None,
    }
}

fn is_test(attribute: &TokenStream) -> bool {
    let text: String = attribute.to_string().split_whitespace().collect();
    text == "test"
        || text == "cfg(test)"
        || text.starts_with("cfg(all(test,")
        || text.starts_with("tokio::test")
}

/// `concat!("select …", "from …")` is one literal.
fn concat_at(tree: &TokenTree, rest: &[TokenTree]) -> Option<(String, usize)> {
    let TokenTree::Ident(name) = tree else { return None };
    let [bang, TokenTree::Group(group), ..] = rest else { return None };
    if name != "concat" || !is_mark(bang, '!') {
        return None;
    }
    let mut joined = String::new();
    for tree in group.stream() {
        match tree {
            TokenTree::Literal(literal) => match syn::Lit::new(literal) {
                syn::Lit::Str(text) => joined.push_str(&text.value()),
                _ => return None,
            },
            TokenTree::Punct(mark) if mark.as_char() == ',' => {}
            _ => return None,
        }
    }
    Some((joined, 2))
}

fn is_mark(tree: &TokenTree, mark: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn ends_item(tree: &TokenTree) -> bool {
    is_mark(tree, ';') || matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// Whether the tokens from here on spell `pattern`, written with spaces: `"SystemTime : : now"`.
pub fn spells(tokens: &[Token], pattern: &str) -> bool {
    let mut rest = tokens.iter();
    pattern.split(' ').all(|want| match rest.next().map(|token| &token.word) {
        Some(Word::Name(name)) => name == want,
        Some(Word::Mark(mark)) => want.chars().eq([*mark]),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String)> {
        let source = Source::new("crates/box_office/src/holds.rs", text.to_owned());
        let statements = source.statements().expect("Rust");
        statements.into_iter().map(|statement| (statement.line, statement.sql)).collect()
    }

    #[test]
    fn statements_are_found_in_literals_macros_and_concatenations() {
        let text = r#"
            /// select a from doc
            fn a() { tx.run("insert into t (a) values ($1)", &[]); }
            fn b() { all!(view, "select a from t"); }
            const C: &str = concat!("select a ", "from u");
            const D: &str = "with x as (select 1) select * from x";
        "#;
        assert_eq!(
            found(text),
            [
                (3, "insert into t (a) values ($1)".into()),
                (4, "select a from t".into()),
                (5, "select a from u".into()),
                (6, "with x as (select 1) select * from x".into()),
            ]
        );
    }

    #[test]
    fn files_of_test_modules_are_tests() {
        let file = |path: &str, text: &str| Source::new(path, text.to_owned());
        let mut sources = [
            file("crates/ads/src/lib.rs", "mod pacing;\n#[cfg(test)]\nmod testing;\nmod book;"),
            file("crates/ads/src/testing.rs", ""),
            file("crates/ads/src/book.rs", "#[cfg(test)] mod tests;"),
            file("crates/ads/src/book/tests.rs", ""),
            file("crates/ads/src/book/pages.rs", ""),
        ];
        mark_tests(&mut sources);
        assert_eq!(sources.map(|source| source.in_test), [false, true, false, true, false]);
    }

    #[test]
    fn tests_comments_and_prose_are_not_statements() {
        let text = r#"
            // "select a from comment"
            #[doc = "select a from attribute"]
            const A: [&str; 6] = ["select", "select { color: red }", "Select a seat", "update", "with love", "insert"];
            #[test]
            fn t() { run("select a from test") }
            #[cfg(test)]
            mod tests { const B: &str = "select a from tests"; }
            const C: &str = "select 1";
        "#;
        assert_eq!(found(text), [(9, "select 1".into())]);
    }
}
