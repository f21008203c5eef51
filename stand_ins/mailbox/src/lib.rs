//! A mailbox for one machine: an SMTP server on the loopback address that keeps what it gets.
//!
//! The mailer speaks the same SMTP to it as to a real server, and a mail is acknowledged only
//! once it is stored. Like the mail stores people use, it shows one mail per Message-ID and
//! receiver, and says how many copies came. A production build of `convene` does not contain this
//! crate: it sends to SMTP_URL.
//!
//! A mail that two libraries read in two ways is refused, for a fault of ours (`alike`).
//!
//! Two domains behave badly on demand: mail to `…@refused.example` is refused for good, and
//! mail to `…@silent.example` is kept but not acknowledged, as when a server dies at the
//! worst moment.

mod alike;

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result};
use axum::{Json, Router, extract::State, response::Html, routing::get};
use chrono::{DateTime, Utc};
use mail_parser::{MessageParser, MimeHeaders, PartType};
use mailin::{Action, Handler, Response, Session, SessionBuilder, response};
use postgres::{Caller, Db, Failure, Limits, Row};
use serde::Serialize;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// The deploying user itself: this schema is theirs, and no request role has a way in.
const OWNER: Caller<'static> = Caller { role: "none", claims: "{}", user_id: None };

const SCHEMA: [&str; 2] = [
    "create schema if not exists local_mailbox",
    "create table if not exists local_mailbox.mail (
       message_id  text,
       recipient   text,
       raw         bytea not null,
       received_at timestamptz not null default now(),
       copies      integer not null default 1,
       primary key (message_id, recipient)
     )",
];

/// A mail's longest line, and more than any of ours.
const LINE_MAX: usize = 64 * 1024;

/// The mailbox. Cheap to clone; the server ends with the runtime.
#[derive(Clone)]
pub struct Mailbox {
    db: Db,
    address: SocketAddr,
}

/// A mail, as its receiver sees it.
#[derive(Clone, Debug, Serialize)]
pub struct Mail {
    /// The Message-ID, without its brackets.
    pub message_id: String,
    /// Whose mailbox it is in.
    pub recipient: String,
    /// When the first copy came.
    pub received_at: DateTime<Utc>,
    /// How many copies came.
    pub copies: i32,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The calendar entry, if there is one.
    pub calendar: Option<String>,
}

impl Mailbox {
    /// Listen on a free port, and keep mail in the database of `owner_url`.
    pub async fn open(owner_url: &str) -> Result<Self> {
        let db = Db::connect(owner_url, Limits { connections: 4, ..Limits::default() })?;
        for statement in SCHEMA {
            db.query(OWNER, statement, &[]).await?;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.context("No port for mail")?;
        let mailbox = Self { db, address: listener.local_addr()? };
        tokio::spawn(mailbox.clone().listen(listener));
        Ok(mailbox)
    }

    /// What SMTP_URL would say.
    pub fn smtp_url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// `GET /_mailbox` for programs, `GET /_mailbox/page` for people.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/_mailbox", get(list))
            .route("/_mailbox/page", get(page))
            .with_state(self.clone())
    }

    /// Every mail, the newest first.
    pub async fn mails(&self) -> errors::Result<Vec<Mail>> {
        let sql = "select m.message_id, m.recipient, m.received_at, m.copies, m.raw
                   from local_mailbox.mail as m order by m.received_at desc, m.message_id limit 500";
        let rows = self.db.query(OWNER, sql, &[]).await?;
        Ok(rows.iter().map(mail).collect::<Result<_, _>>()?)
    }

    async fn listen(self, listener: TcpListener) {
        while let Ok((stream, peer)) = listener.accept().await {
            let mailbox = self.clone();
            tokio::spawn(async move {
                if let Err(error) = mailbox.converse(stream, peer.ip()).await {
                    tracing::debug!(%error, "a mail conversation ended early");
                }
            });
        }
    }

    async fn converse(&self, stream: TcpStream, peer: IpAddr) -> Result<()> {
        let (reader, mut writer) = stream.into_split();
        let mut reader = BufReader::new(reader);
        let (finished, mut letters) = tokio::sync::mpsc::unbounded_channel();
        let mut session: Session<Clerk> =
            SessionBuilder::new("convene.local").build(peer, Clerk { finished, letter: None });
        writer.write_all(&session.greeting().buffer()?).await?;
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line).await? == 0 || line.len() > LINE_MAX {
                return Ok(());
            }
            let mut response = session.process(&line);
            while let Ok(letter) = letters.try_recv() {
                if let Some(problem) = alike::problem(&letter.raw) {
                    tracing::error!(problem, "a mail is not read alike by everybody");
                    response = response::TRANSACTION_FAILED;
                } else if self.keep(&letter).await.is_err() {
                    response = response::INTERNAL_ERROR;
                }
                if letter.recipients.iter().any(|to| to.ends_with("@silent.example")) {
                    return Ok(());
                }
            }
            if response.action != Action::NoReply {
                writer.write_all(&response.buffer()?).await?;
            }
            if response.action == Action::Close {
                return Ok(());
            }
        }
    }

    async fn keep(&self, letter: &Letter) -> errors::Result<()> {
        let parsed = MessageParser::default().parse(&letter.raw);
        let message_id = parsed.as_ref().and_then(|mail| mail.message_id()).unwrap_or_default();
        let sql = "insert into local_mailbox.mail as m (message_id, recipient, raw)
                   select $1, unnest($2::text[]), $3
                   on conflict (message_id, recipient) do update set copies = m.copies + 1";
        let params: postgres::Params<'_> = &[&message_id, &letter.recipients, &letter.raw];
        self.db.query(OWNER, sql, params).await.map(drop)
    }
}

struct Letter {
    recipients: Vec<String>,
    raw: Vec<u8>,
}

/// Takes letters in, one at a time, and passes each on when it is whole.
struct Clerk {
    finished: tokio::sync::mpsc::UnboundedSender<Letter>,
    letter: Option<Letter>,
}

impl Handler for Clerk {
    fn rcpt(&mut self, to: &str) -> Response {
        match to.ends_with("@refused.example") {
            true => response::NO_MAILBOX,
            false => response::OK,
        }
    }

    fn data_start(&mut self, _: &str, _: &str, _: bool, to: &[String]) -> Response {
        self.letter = Some(Letter { recipients: to.to_vec(), raw: Vec::new() });
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> std::io::Result<()> {
        if let Some(letter) = &mut self.letter {
            letter.raw.extend_from_slice(line);
        }
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        if let Some(letter) = self.letter.take() {
            self.finished.send(letter).ok();
        }
        response::OK
    }
}

fn mail(row: &Row) -> Result<Mail, Failure> {
    let raw: Vec<u8> = row.get(4)?;
    let parsed = MessageParser::default().parse(&raw).unwrap_or_default();
    let is_calendar = |kind: &mail_parser::ContentType<'_>| kind.subtype() == Some("calendar");
    let calendar = parsed.parts.iter().find(|part| part.content_type().is_some_and(is_calendar));
    Ok(Mail {
        message_id: row.get(0)?,
        recipient: row.get(1)?,
        received_at: row.get(2)?,
        copies: row.get(3)?,
        subject: parsed.subject().unwrap_or_default().to_owned(),
        text: parsed.body_text(0).unwrap_or_default().into_owned(),
        html: parsed.body_html(0).unwrap_or_default().into_owned(),
        calendar: calendar.and_then(|part| match &part.body {
            PartType::Text(text) => Some(text.to_string()),
            _ => None,
        }),
    })
}

async fn list(State(mailbox): State<Mailbox>) -> errors::Result<Json<Vec<Mail>>> {
    Ok(Json(mailbox.mails().await?))
}

/// Each mail in a frame that may run nothing: what is in it was written by people.
async fn page(State(mailbox): State<Mailbox>) -> errors::Result<Html<String>> {
    let mut html = String::from(
        "<!doctype html><meta charset=\"utf-8\"><title>Mailbox</title>\
         <body style=\"font:15px sans-serif;max-width:60em;margin:2em auto\"><h1>Mailbox</h1>\
         <p>Mail that this machine's Convene has sent to itself.</p>",
    );
    for mail in mailbox.mails().await? {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        html.push_str(&format!(
            "<details><summary>{} · <b>{}</b> · {}</summary>\
             <iframe sandbox srcdoc=\"{}\" style=\"width:100%;height:24em\"></iframe></details>",
            mail.received_at.format("%Y-%m-%d %H:%M:%S"),
            escape(&mail.subject),
            escape(&mail.recipient),
            escape(&mail.html).replace('"', "&quot;"),
        ));
    }
    Ok(Html(html))
}
