//! Splits a file of SQL into statements, so that an error can name the one that failed.

/// A statement and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Its text, without the semicolon.
    pub sql: &'a str,
    /// The line it begins on, counted from 1.
    pub line: usize,
}

impl Statement<'_> {
    /// Whether it makes or drops a trigger, and so locks a table.
    pub fn is_trigger(&self) -> bool {
        let mut words = self.sql.split_ascii_whitespace();
        let made = matches!(words.next(), Some("create" | "drop" | "alter" | "comment"));
        made && words.find(|word| !["or", "replace", "on", "constraint"].contains(word))
            == Some("trigger")
    }
}

/// The statements of `text`. Semicolons in quotes, comments and `begin atomic … end` are part
/// of theirs. Comments before a statement are left out, and so are empty statements.
pub fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut block = Block::default();
    let mut rest = text;
    while let Some(token) = Token::first(rest) {
        let at = text.len() - rest.len();
        let (word, after) = rest.split_at(token.length);
        rest = after;
        match token.kind {
            Kind::Blank => {}
            Kind::End if block.depth == 0 => {
                if let Some(start) = start.take() {
                    found.push(statement(text, start, at));
                }
                block = Block::default();
            }
            kind => {
                start.get_or_insert(at);
                if kind == Kind::Word {
                    block.word(word);
                }
            }
        }
    }
    if let Some(start) = start {
        found.push(statement(text, start, text.len()));
    }
    found
}

/// A statement without its comments, and with one space wherever it has any: what a database
/// is made of, however it is written down.
pub fn essence(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(token) = Token::first(rest) {
        let (text, after) = rest.split_at(token.length);
        rest = after;
        match token.kind {
            Kind::Blank if out.ends_with(' ') => {}
            Kind::Blank => out.push(' '),
            _ => out.push_str(text),
        }
    }
    out.trim_end().to_owned()
}

fn statement(text: &str, start: usize, end: usize) -> Statement<'_> {
    let line = text[..start].matches('\n').count() + 1;
    Statement { sql: text[start..end].trim_end(), line }
}

/// How deep we are inside a body that is not quoted: `begin atomic … end`.
#[derive(Default)]
struct Block {
    depth: usize,
    after_begin: bool,
}

impl Block {
    fn word(&mut self, word: &str) {
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        if (is("atomic") && self.after_begin) || (self.depth > 0 && is("case")) {
            self.depth += 1;
        } else if is("end") {
            self.depth = self.depth.saturating_sub(1);
        }
        self.after_begin = is("begin");
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// White space or a comment.
    Blank,
    /// A keyword or a name.
    Word,
    /// The semicolon.
    End,
    /// Everything else: quoted text, numbers, operators.
    Other,
}

struct Token {
    kind: Kind,
    length: usize,
}

impl Token {
    fn first(text: &str) -> Option<Self> {
        let c = text.chars().next()?;
        let token = |kind, length| Some(Self { kind, length });
        let until = |end: &str, from: usize| {
            text[from..].find(end).map_or(text.len(), |at| from + at + end.len())
        };
        match c {
            ';' => token(Kind::End, 1),
            '\'' | '"' => token(Kind::Other, quoted(text, c)),
            '$' => match dollar_tag(text) {
                Some(tag) => token(Kind::Other, until(tag, tag.len())),
                None => token(Kind::Other, 1),
            },
            '-' if text.starts_with("--") => token(Kind::Blank, until("\n", 2)),
            '/' if text.starts_with("/*") => token(Kind::Blank, comment(text)),
            _ if c.is_whitespace() => token(Kind::Blank, c.len_utf8()),
            _ if c.is_alphanumeric() || c == '_' => {
                // A dollar sign within a name opens no quote.
                let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                let length = text.find(|c| !part(c)).unwrap_or(text.len());
                if matches!(&text[..length], "e" | "E") && text[length..].starts_with('\'') {
                    return token(Kind::Other, length + escaped(&text[length..]));
                }
                token(Kind::Word, length)
            }
            _ => token(Kind::Other, c.len_utf8()),
        }
    }
}

/// The length of a quoted text. A doubled quote is read as two texts, which is good enough here.
fn quoted(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |at| at + 2)
}

/// The length of `'…'` after an `e`, where a backslash hides the next character.
fn escaped(text: &str) -> usize {
    let mut hidden = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if hidden => hidden = false,
            '\\' => hidden = true,
            '\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `$$` or `$tag$` at the beginning of `text`.
fn dollar_tag(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 2;
    let tag = &text[1..end - 1];
    let is_tag = tag.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !tag.starts_with(|c: char| c.is_ascii_digit());
    is_tag.then(|| &text[..end])
}

/// The length of a block comment; they nest.
fn comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{Statement, essence, statements};

    fn texts(sql: &str) -> Vec<&str> {
        statements(sql).into_iter().map(|statement| statement.sql).collect()
    }

    #[test]
    fn semicolons_end_statements_and_lines_are_counted() {
        let found = statements("-- why\nselect 1;\n\nselect\n  2;\n");
        assert_eq!(found.iter().map(|s| s.line).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(texts("select 1;;\n select 2 -- last\n"), ["select 1", "select 2 -- last"]);
    }

    #[test]
    fn what_locks_a_table_for_a_trigger_is_told_from_what_does_not() {
        let is_trigger = |sql| Statement { sql, line: 1 }.is_trigger();
        for sql in [
            "create trigger a after insert on t",
            "create or replace trigger a before update on t",
            "create constraint trigger a after insert on t",
            "drop trigger if exists a on t",
            "alter trigger a on t rename to b",
            "comment on trigger a on t is 'b'",
        ] {
            assert!(is_trigger(sql), "{sql}");
        }
        for sql in [
            "create function f() returns trigger",
            "create or replace function trigger() returns int",
            "comment on function f is 'a trigger'",
            "drop function trigger",
            "select trigger",
            "create table trigger (a int)",
        ] {
            assert!(!is_trigger(sql), "{sql}");
        }
    }

    #[test]
    fn quotes_and_comments_hide_semicolons() {
        for whole in [
            "select 'a;b'",
            "select 'it''s; one'",
            r"select e'it\'s; one'",
            r#"select "a;b""#,
            "do $$ begin; end $$",
            "do $body$ select $$;$$; $body$",
            "select /* ; /* ; */ ; */ 1",
            "select 1 -- ; not here\n + 1",
            "select $1, a$b from t",
        ] {
            assert_eq!(texts(&format!("{whole};select 2")), [whole, "select 2"], "{whole}");
        }
    }

    #[test]
    fn comments_and_layout_are_not_part_of_what_a_statement_says() {
        let sql = "create table t ( -- why\n  a int,\n\n  b text default '-- a  b'\n)";
        assert_eq!(essence(sql), "create table t ( a int, b text default '-- a  b' )");
        assert_ne!(essence(sql), essence(&sql.replace("a  b", "a b")));
    }

    #[test]
    fn a_standard_body_is_one_statement() {
        let body = "create function f() returns int begin atomic \
                    select case when true then 1 end; select 2; end";
        assert_eq!(texts(&format!("{body}; select 3")), [body, "select 3"]);
        // `begin` and `end` alone are transactions, not bodies.
        assert_eq!(texts("begin; select 1; end; select 2").len(), 4);
    }
}
