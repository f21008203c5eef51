//! Runs a statement with the rights of its caller.

use std::borrow::Cow;

use http::{HeaderMap, Method, header};
use postgres::{Check, End, Outcome, Transaction, retry};
use serde::Serializer as _;
use serde_json::{Map, Value};

use super::context::Context;
use crate::{
    cache::{model::Relation, name::identifier},
    refusal::{Refusal, Words, refusal_of},
    request::Conflict,
    settings::TxEnd,
    sql::Sql,
};

/// How a statement is run.
pub(super) struct Execution<'a> {
    pub(super) sql: &'a Sql,
    /// A second statement, in the same transaction.
    pub(super) then: Option<&'a Sql>,
    /// Whether it may write.
    pub(super) writes: bool,
    /// Settings of the called function.
    pub(super) settings: &'a [(String, String)],
    /// The columns that an upsert gives, as a JSON array.
    pub(super) columns: Option<String>,
    /// Whether the returned rows permit a commit.
    pub(super) check: Option<Check<'a>>,
    /// Whether to keep the prepared statement.
    pub(super) prepared: bool,
}

impl<'a> Execution<'a> {
    pub(super) fn new(sql: &'a Sql) -> Self {
        Self {
            sql,
            then: None,
            writes: false,
            settings: &[],
            columns: None,
            check: None,
            prepared: true,
        }
    }
}

impl Context<'_> {
    pub(super) async fn run(&self, run: Execution<'_>) -> Result<Outcome, Refusal> {
        let settings = self.transaction_settings(&run);
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (*name, &**value)).collect();
        let params = binds(run.sql);
        let then = run.then.map(|sql| (sql.text.as_str(), binds(sql)));
        let pre_request = self.settings().pre_request.as_ref().map(|(schema, name)| {
            let schema = match schema.as_str() {
                "" => String::new(),
                schema => identifier(schema) + ".",
            };
            format!("select {schema}{}()", identifier(name))
        });
        let begin = self.begin(&run);
        let end = match (run.check, self.commits()) {
            (_, false) => End::Rollback,
            (None, true) => End::Commit,
            (Some(check), true) => End::After(check),
        };
        let transaction = Transaction {
            begin,
            settings: &settings,
            first: pre_request.as_deref(),
            sql: &run.sql.text,
            params: &params,
            then: then.as_ref().map(|(sql, params)| (*sql, params.as_slice())),
            writes: run.writes,
            prepared: run.prepared,
            end,
        };
        let anonymous = Some(&*self.caller.role) == self.settings().anonymous_role.as_deref();
        let db = self.api.db_for(&self.caller.role);
        let again = self.api.profile.retries;
        self.timing.ended("plan");
        let outcome =
            retry::while_lost(|| db.transact(&transaction), |failure| again && failure.is_lost())
                .await;
        self.timing.ended("transaction");
        outcome.map_err(|failure| {
            let words = Words::new(self.request.raw_query, &self.request.body).to(self.relation());
            refusal_of(failure, self.api.profile.refusal, &words, anonymous)
        })
    }

    /// The relation that was asked for, if it was one.
    fn relation(&self) -> Option<&Relation> {
        self.model.relation(self.schema, self.request.path.strip_prefix('/')?)
    }

    /// Whether the transaction commits.
    fn commits(&self) -> bool {
        match self.settings().tx_end {
            TxEnd::Commit => true,
            TxEnd::CommitAllowOverride => self.request.prefer.commit != Some(false),
            TxEnd::Rollback => false,
            TxEnd::RollbackAllowOverride => self.request.prefer.commit == Some(true),
        }
    }

    /// Whether `Prefer: tx=` may decide.
    pub(super) fn tx_allowed(&self) -> bool {
        matches!(self.settings().tx_end, TxEnd::CommitAllowOverride | TxEnd::RollbackAllowOverride)
    }

    /// The beginning of the transaction, if its isolation level is not the default.
    fn begin(&self, run: &Execution<'_>) -> Option<&'static str> {
        let of_role = self.model.roles.get(&*self.caller.role).map_or(&[][..], Vec::as_slice);
        let mut all = run.settings.iter().chain(of_role);
        let (_, level) = all.find(|(name, _)| name == "default_transaction_isolation")?;
        match level.as_str() {
            "serializable" => Some("begin isolation level serializable"),
            "repeatable read" => Some("begin isolation level repeatable read"),
            _ => None,
        }
    }

    /// Settings of the transaction, in the order they are set. The role comes last: `alter role …
    /// set` may contain settings that the role could not set itself.
    fn transaction_settings<'s>(&'s self, run: &'s Execution<'s>) -> Vec<(&'s str, Cow<'s, str>)> {
        let mut settings: Vec<(&str, Cow<'_, str>)> = Vec::with_capacity(16);
        if !run.writes {
            settings.push(("transaction_read_only", "on".into()));
        }
        let mut path = identifier(self.schema);
        for schema in &self.settings().extra_search_path {
            path.push_str(", ");
            path.push_str(&identifier(schema));
        }
        settings.push(("search_path", path.into()));
        let of_role = self.model.roles.get(&*self.caller.role).into_iter().flatten();
        let hoisted = run.settings.iter().filter(|(name, _)| HOISTED.contains(&name.as_str()));
        let given = of_role.chain(hoisted).chain(&self.settings().app_settings);
        settings.extend(given.map(|(name, value)| (name.as_str(), value.into())));
        if let Some(zone) = &self.request.prefer.timezone {
            settings.push(("timezone", zone.into()));
        }
        if let Some(word) = self.conflict_word() {
            settings.push(("app.on_conflict", word.into()));
            // A trigger cannot tell a null that was given from a column that was not.
            settings.extend(run.columns.as_deref().map(|names| ("app.columns", names.into())));
        }
        let user_id = self.caller.user_id.map(|id| id.to_string()).unwrap_or_default();
        settings.extend([
            ("request.jwt.claims", Cow::from(&*self.caller.claims)),
            ("app.user_id", user_id.into()),
            ("request.method", self.request.method.as_str().into()),
            ("request.path", self.request.path.into()),
            ("request.headers", headers_json(self.request.headers).into()),
            ("request.cookies", cookies_json(self.request.headers)),
            ("role", Cow::from(&*self.caller.role)),
        ]);
        settings
    }

    /// What an INSTEAD OF trigger learns about duplicates, because `on conflict` does not reach it.
    fn conflict_word(&self) -> Option<&'static str> {
        let resolution =
            self.request.prefer.resolution.filter(|_| self.request.method == Method::POST)?;
        Some(match resolution {
            Conflict::Merge => "merge",
            Conflict::Ignore => "ignore",
        })
    }
}

/// Settings of a function that must be in force before it starts.
const HOISTED: [&str; 2] = ["statement_timeout", "plan_filter.statement_cost_limit"];

fn binds(sql: &Sql) -> Vec<Option<&str>> {
    sql.binds.iter().map(Option::as_deref).collect()
}

/// If a header occurs twice, the last one counts, as with members of JSON.
fn headers_json(headers: &HeaderMap) -> String {
    let readable = headers
        .iter()
        .filter(|(name, _)| **name != header::COOKIE)
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let mut json = Vec::with_capacity(512);
    match serde_json::Serializer::new(&mut json).collect_map(readable) {
        Ok(()) => String::from_utf8(json).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

fn cookies_json(headers: &HeaderMap) -> Cow<'static, str> {
    if !headers.contains_key(header::COOKIE) {
        return "{}".into();
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let members: Map<String, Value> = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    Value::Object(members).to_string().into()
}
