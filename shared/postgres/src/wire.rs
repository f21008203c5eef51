//! Postgres's protocol spoken directly: a whole transaction in one write and one answer.
//!
//! tokio-postgres ends every message with a Sync, and the server answers every Sync with a write
//! of its own: four of them cost a short read more than the read itself. Here the statements of
//! a transaction share one Sync. Without a `begin` they are one transaction all the same, which
//! the Sync commits if every statement succeeded. Values are sent as text and come as bytes.

use std::{
    collections::VecDeque,
    io,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::BytesMut;
use postgres_protocol::{
    IsNull,
    message::{backend::Message, frontend},
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Failure;

mod open;
mod row;
mod statements;

pub use open::Opener;
pub use row::{Refused, Row};
use statements::{Form, Statement, Statements};

/// A socket, or TLS over one.
trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for S {}

/// One connection and the statements it has prepared.
pub struct Wire {
    stream: Box<dyn Stream>,
    to_send: BytesMut,
    received: BytesMut,
    keeps_plans: bool,
    statements: Statements,
    /// Names of statements that the server shall forget.
    forgotten: Vec<Arc<str>>,
    /// What is about to be sent.
    steps: Vec<Step>,
    /// Exchanges that are not answered yet, the oldest first.
    asked: VecDeque<Vec<Step>>,
    /// What was read of an answer.
    results: Vec<Vec<Row>>,
    rows: Vec<Row>,
    refused: Option<Failure>,
    state: State,
}

/// A statement on its way.
struct Step {
    statement: Statement,
    /// As what to keep it once Postgres has understood it.
    keep: Option<Form>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing is owed: `I` is idle, `T` in a transaction, `E` in a failed one.
    Ready(u8),
    /// A part may have been sent.
    Sending,
    /// All was sent, and not all answered.
    Awaiting,
}

/// How long a connection may finish what a caller who left had asked for.
const DRAIN: Duration = Duration::from_millis(100);

/// Room for an answer: few are larger.
const ROOM: usize = 8 * 1024;

impl Wire {
    fn over(stream: Box<dyn Stream>, keeps_plans: bool) -> Self {
        Self {
            stream,
            to_send: BytesMut::with_capacity(ROOM),
            received: BytesMut::with_capacity(ROOM),
            keeps_plans,
            statements: Statements::new(),
            forgotten: Vec::new(),
            steps: Vec::new(),
            results: Vec::new(),
            rows: Vec::new(),
            refused: None,
            asked: VecDeque::new(),
            state: State::Sending,
        }
    }

    /// Add a statement to what [`Self::exchange`] sends. `role` is whom it is planned for, if its
    /// plan is to be kept: the plan of a table with row-level security is made for one role.
    pub(super) fn push(
        &mut self,
        role: Option<&str>,
        sql: &str,
        params: &[Option<&str>],
    ) -> io::Result<()> {
        let role = role.filter(|_| self.keeps_plans);
        let known = role.and_then(|role| self.statements.get(role, sql));
        let (statement, keep) = match known {
            Some(statement) => (statement, None),
            None => self.parse(role, sql)?,
        };
        let text = |value: Option<&str>, out: &mut BytesMut| match value {
            None => Ok(IsNull::Yes),
            Some(value) => {
                out.extend_from_slice(value.as_bytes());
                Ok(IsNull::No)
            }
        };
        let (values, binary) = (params.iter().copied(), [1]);
        frontend::bind("", &statement.name, [], values, text, binary, &mut self.to_send).map_err(
            |error| match error {
                frontend::BindError::Conversion(error) => io::Error::other(error),
                frontend::BindError::Serialization(error) => error,
            },
        )?;
        frontend::execute("", 0, &mut self.to_send)?;
        self.steps.push(Step { statement, keep });
        Ok(())
    }

    fn parse(&mut self, role: Option<&str>, sql: &str) -> io::Result<(Statement, Option<Form>)> {
        for name in self.forgotten.drain(..) {
            frontend::close(b'S', &name, &mut self.to_send)?;
        }
        let name = role.map_or("".into(), |_| self.statements.next_name());
        frontend::parse(&name, sql, [], &mut self.to_send)?;
        frontend::describe(b'S', &name, &mut self.to_send)?;
        let keep = role.map(|role| Form { role: role.to_owned(), sql: sql.to_owned() });
        Ok((Statement { name, types: [].into() }, keep))
    }

    /// Keep a statement that Postgres has understood: it has it from now on, whatever becomes of
    /// this exchange.
    fn understood(&mut self) {
        let Some(step) = self.answered() else { return };
        let statement = step.statement.clone();
        if let Some(form) = step.keep.take() {
            // Requests have as many forms as callers have ideas; the server keeps a plan for each.
            self.forgotten.extend(self.statements.keep(form, statement));
        }
    }

    /// The statement whose answer is read.
    fn answered(&mut self) -> Option<&mut Step> {
        self.asked.front_mut()?.get_mut(self.results.len())
    }

    /// Send what was pushed, and wait for the rows of every statement.
    pub(super) async fn exchange(&mut self) -> Result<Vec<Vec<Row>>, Failure> {
        self.end_exchange();
        self.send().await?;
        self.answers().await
    }

    /// What was pushed is an exchange, which others may follow before it is answered.
    pub(super) fn end_exchange(&mut self) {
        frontend::sync(&mut self.to_send);
        self.asked.push_back(std::mem::take(&mut self.steps));
    }

    /// How many bytes are to be sent.
    pub(super) fn unsent(&self) -> usize {
        self.to_send.len()
    }

    pub(super) async fn send(&mut self) -> io::Result<()> {
        self.state = State::Sending;
        self.stream.write_all(&self.to_send).await?;
        self.stream.flush().await?;
        self.to_send.clear();
        self.state = State::Awaiting;
        Ok(())
    }

    /// The rows of every statement of the oldest exchange. If this is dropped before it is done, the next
    /// call goes on.
    pub(super) async fn answers(&mut self) -> Result<Vec<Vec<Row>>, Failure> {
        loop {
            let message = match self.next().await {
                Ok(message) => message,
                // A server that shuts down says so before it hangs up.
                Err(error) => return Err(self.refused.take().unwrap_or(error.into())),
            };
            match (message, self.answered()) {
                (Message::RowDescription(body), Some(step)) => {
                    step.statement.types = row::types(&body)?;
                    self.understood();
                }
                (Message::NoData, Some(_)) => self.understood(),
                (Message::DataRow(body), Some(step)) => {
                    let types = step.statement.types.clone();
                    self.rows.push(Row::new(body, types));
                }
                (Message::CommandComplete(_) | Message::EmptyQueryResponse, _) => {
                    self.results.push(std::mem::take(&mut self.rows));
                }
                (Message::ErrorResponse(body), _) => {
                    let refused = Refused::read(&body)?;
                    self.refused.get_or_insert_with(|| Failure::Refused(Box::new(refused)));
                }
                (Message::ReadyForQuery(body), _) => {
                    self.asked.pop_front();
                    self.state = match self.asked.is_empty() {
                        true => State::Ready(body.status()),
                        false => State::Awaiting,
                    };
                    self.rows.clear();
                    let results = std::mem::take(&mut self.results);
                    return self.refused.take().map_or(Ok(results), Err);
                }
                _ => {}
            }
        }
    }

    async fn next(&mut self) -> io::Result<Message> {
        loop {
            if let Some(message) = Message::parse(&mut self.received)? {
                return Ok(message);
            }
            self.received.reserve(ROOM);
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Whether a transaction is open that nobody ended.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Ready(b'T' | b'E'))
    }

    /// Whether the next caller may have this connection. If the last one left before the answer
    /// came, the answer is awaited, but not for long.
    pub(super) async fn is_usable(&mut self) -> bool {
        if self.state == State::Awaiting {
            drop(tokio::time::timeout(DRAIN, self.answers()).await);
        }
        self.state == State::Ready(b'I') && !self.hung_up()
    }

    /// Whether the server ended the connection meanwhile. Costs nothing while it did not.
    fn hung_up(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(self.next()).poll(&mut context) {
            Poll::Pending => false,
            // Notices and changed settings are of no interest.
            Poll::Ready(Ok(Message::NoticeResponse(_) | Message::ParameterStatus(_))) => false,
            Poll::Ready(_) => true,
        }
    }
}
