//! A position in a text, and the error message if the text cannot be read further.

use crate::refusal::Refusal;

/// A text that could not be read, and where reading failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The part of the request, with its text.
    pub context: String,
    /// The position of the character, counted from one.
    pub column: usize,
    /// What was found there and what was expected.
    pub details: String,
}

/// A text that is read from left to right.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// Where reading stopped, and what was expected there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    at: usize,
    expected: &'static str,
}

pub(super) type Parsed<T> = Result<T, Stop>;

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn stop<T>(&self, expected: &'static str) -> Parsed<T> {
        Err(Stop { at: self.at, expected })
    }

    /// Step over `token` if it comes next.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Step over `token`, which must come next.
    pub(super) fn expect(&mut self, token: &str, expected: &'static str) -> Parsed<()> {
        if self.eat(token) { Ok(()) } else { self.stop(expected) }
    }

    /// Everything up to the first character that is not `wanted`.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    pub(super) fn spaces(&mut self) {
        self.take_while(|c| c == ' ' || c == '\t');
    }

    /// Try `read`; if it fails, go back to where it began.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Option<T> {
        let start = *self;
        match read(self) {
            Ok(value) => Some(value),
            Err(_) => {
                *self = start;
                None
            }
        }
    }
}

/// Read all of `text` with `read`, or explain what is wrong with it.
pub(super) fn whole<T>(
    what: &str,
    text: &str,
    read: impl FnOnce(&mut Cursor) -> Parsed<T>,
) -> Result<T, ParseError> {
    let mut cursor = Cursor::new(text);
    let outcome = read(&mut cursor).and_then(|value| {
        if cursor.at_end() { Ok(value) } else { cursor.stop("the end of the value") }
    });
    outcome.map_err(|stop| {
        let found = match text[stop.at..].chars().next() {
            Some(c) => format!("unexpected \"{c}\""),
            None => "unexpected end of input".to_owned(),
        };
        ParseError {
            context: format!("failed to parse {what} ({text})"),
            column: text[..stop.at].chars().count() + 1,
            details: format!("{found} expecting {}", stop.expected),
        }
    })
}

impl From<ParseError> for Refusal {
    fn from(error: ParseError) -> Self {
        let ParseError { context, column, details } = error;
        let message = format!("\"{context}\" (line 1, column {column})");
        Self::new(400, "PGRST100", message).details(details)
    }
}
