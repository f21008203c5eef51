//! A statement, run as its caller.

use http::{HeaderMap, Method, header};
use serde_json::{Map, Value};
use shared::db::{End, Outcome, Transaction, retry};
use tokio_postgres::{
    Row,
    types::{Format, IsNull, ToSql, Type, private::BytesMut},
};

use super::Asked;
use crate::{
    respond::{Refusal, refusal_of},
    settings::{TxEnd, Verbosity},
    sql::{Sql, identifier},
};

/// A bind, sent as text: Postgres reads it as the type its place in the statement has.
#[derive(Debug)]
pub(super) struct Text<'a>(pub(super) Option<&'a str>);

impl ToSql for Text<'_> {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            None => Ok(IsNull::Yes),
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    tokio_postgres::types::to_sql_checked!();
}

/// How a statement is run.
pub(super) struct Run<'a> {
    pub(super) sql: &'a Sql,
    /// A statement after it, in the same transaction.
    pub(super) then: Option<&'a Sql>,
    /// Whether it may write.
    pub(super) writes: bool,
    /// Settings of the function that is called.
    pub(super) settings: &'a [(String, String)],
    /// Whether the rows allow a commit.
    pub(super) check: Option<&'a (dyn Fn(&[Row]) -> bool + Sync)>,
    /// Whether the statement's form is worth keeping.
    pub(super) prepared: bool,
}

impl<'a> Run<'a> {
    pub(super) fn new(sql: &'a Sql) -> Self {
        Self { sql, then: None, writes: false, settings: &[], check: None, prepared: true }
    }
}

impl Asked<'_> {
    pub(super) async fn run(&self, run: Run<'_>) -> Result<Outcome, Refusal> {
        let settings = self.transaction_settings(run.settings);
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let texts: Vec<Text<'_>> = binds(run.sql);
        let params: Vec<&(dyn ToSql + Sync)> = texts.iter().map(|text| text as _).collect();
        let then_texts: Vec<Text<'_>> = run.then.map(binds).unwrap_or_default();
        let then_params: Vec<&(dyn ToSql + Sync)> =
            then_texts.iter().map(|text| text as _).collect();
        let pre_request = self.settings.pre_request.as_ref().map(|(schema, name)| {
            let schema = match schema.as_str() {
                "" => String::new(),
                schema => identifier(schema) + ".",
            };
            format!("select {schema}{}()", identifier(name))
        });
        let begin = self.begin(&run);
        let end = match (run.check, self.commits()) {
            (_, false) => End::Now("set constraints all immediate; rollback"),
            (None, true) => End::Now("commit"),
            (Some(check), true) => End::After(check),
        };
        let transaction = Transaction {
            begin: &begin,
            settings: &settings,
            first: pre_request.as_deref(),
            sql: &run.sql.text,
            params: &params,
            then: run.then.map(|sql| (sql.text.as_str(), then_params.as_slice())),
            prepared: run.prepared,
            end,
        };
        let anonymous = Some(&*self.caller.role) == self.settings.anonymous_role.as_deref();
        let db = self.inner.db_for(&self.caller.role);
        // In the house alone: PostgREST leaves it to the caller.
        let again = self.settings.verbosity != Verbosity::Verbose;
        retry::while_lost(|| db.transact(&transaction), |failure| again && failure.is_lost())
            .await
            .map_err(|failure| refusal_of(failure, self.settings.verbosity, anonymous))
    }

    /// Whether what is written stays.
    fn commits(&self) -> bool {
        match self.settings.tx_end {
            TxEnd::Commit => true,
            TxEnd::CommitAllowOverride => self.prefer.commit != Some(false),
            TxEnd::Rollback => false,
            TxEnd::RollbackAllowOverride => self.prefer.commit == Some(true),
        }
    }

    /// Whether `Prefer: tx=` has a say.
    pub(super) fn tx_allowed(&self) -> bool {
        matches!(self.settings.tx_end, TxEnd::CommitAllowOverride | TxEnd::RollbackAllowOverride)
    }

    fn begin(&self, run: &Run<'_>) -> String {
        let mode = if run.writes { "read write" } else { "read only" };
        let of_role = self.model.roles.get(&*self.caller.role).map_or(&[][..], Vec::as_slice);
        let level = run
            .settings
            .iter()
            .chain(of_role)
            .find(|(name, _)| name == "default_transaction_isolation")
            .map(|(_, level)| level.as_str());
        let level = match level {
            Some("serializable") => "serializable",
            Some("repeatable read") => "repeatable read",
            _ => "read committed",
        };
        format!("begin isolation level {level} {mode}")
    }

    /// Settings of the transaction, in the order they are set. The role comes last: what it
    /// was given with `alter role … set` may be more than it could set itself.
    fn transaction_settings(&self, of_function: &[(String, String)]) -> Vec<(String, String)> {
        let mut settings = Vec::with_capacity(16);
        let mut set = |name: &str, value: String| settings.push((name.to_owned(), value));
        let mut path = identifier(self.schema);
        for schema in &self.settings.extra_search_path {
            path.push_str(", ");
            path.push_str(&identifier(schema));
        }
        set("search_path", path);
        for (name, value) in self.model.roles.get(&*self.caller.role).into_iter().flatten() {
            set(name, value.clone());
        }
        for (name, value) in of_function.iter().filter(|(name, _)| HOISTED.contains(&name.as_str()))
        {
            set(name, value.clone());
        }
        for (name, value) in &self.settings.app_settings {
            set(name, value.clone());
        }
        if let Some(zone) = &self.prefer.timezone {
            set("timezone", zone.clone());
        }
        if let Some(word) = self.conflict_word() {
            set("app.on_conflict", word.to_owned());
        }
        set("request.jwt.claims", self.caller.claims.to_string());
        let user_id = self.caller.user_id.map(|id| id.to_string()).unwrap_or_default();
        set("app.user_id", user_id);
        set("request.method", self.method.to_string());
        set("request.path", self.path.to_owned());
        set("request.headers", headers_json(self.headers));
        set("request.cookies", cookies_json(self.headers));
        set("role", self.caller.role.to_string());
        settings
    }

    /// What an INSTEAD OF trigger is told of duplicates: `on conflict` does not reach it.
    fn conflict_word(&self) -> Option<&'static str> {
        let resolution = self.prefer.resolution.filter(|_| self.method == Method::POST)?;
        Some(match resolution {
            crate::plan::Conflict::Merge => "merge",
            crate::plan::Conflict::Ignore => "ignore",
        })
    }
}

/// Settings of a function that must hold before it starts.
const HOISTED: [&str; 2] = ["statement_timeout", "plan_filter.statement_cost_limit"];

fn binds(sql: &Sql) -> Vec<Text<'_>> {
    sql.binds.iter().map(|bind| Text(bind.as_deref())).collect()
}

fn headers_json(headers: &HeaderMap) -> String {
    let members: Map<String, Value> = headers
        .iter()
        .filter(|(name, _)| **name != header::COOKIE)
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.into())))
        .collect();
    Value::Object(members).to_string()
}

fn cookies_json(headers: &HeaderMap) -> String {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let members: Map<String, Value> = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    Value::Object(members).to_string()
}
