//! Prepares scenes as their people would: an expert with hours and a session, and learners.

use chrono::{DateTime, Utc};
use postgres::{Caller, Params, Row};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{World, id};

/// A slot as the list of free ones shows it.
#[derive(Clone, Debug)]
pub struct FreeSlot {
    /// Its key.
    pub slot_id: Uuid,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

impl World {
    /// Run one statement as a person, with the callers' login and that person's rights.
    pub async fn act(&self, name: &str, sql: &str, params: Params<'_>) -> errors::Result<Vec<Row>> {
        let claims = json!({"sub": id(name), "role": "authenticated"}).to_string();
        let caller = Caller { role: "authenticated", claims: &claims, user_id: Some(id(name)) };
        self.api.query(caller, sql, params).await
    }

    /// Somebody who can be booked, with the same hours on every day of the week.
    pub async fn make_expert(&self, name: &str, timezone: &str, opens: &str, closes: &str) {
        self.must(
            name,
            "select tutoring.become_expert($1, null, null, 'DKK', $2)::text",
            &[&name, &timezone],
        )
        .await;
        let windows: Vec<Value> = (0..7)
            .map(|day| json!({"weekday": day, "start_local": opens, "end_local": closes}))
            .collect();
        self.must(name, "select api.set_availability($1)::text", &[&Value::from(windows)]).await;
    }

    /// A session of an expert's, in DKK, with some seats.
    pub async fn make_session(&self, expert: &str, minutes: i32, price: i32, seats: i32) -> Uuid {
        let sql = "insert into tutoring.sessions
                     (expert_id, title, duration_minutes, price_cents, max_participants)
                   values ($1, 'Lesson', $2, $3, $4) returning id";
        let row = self.must(expert, sql, &[&id(expert), &minutes, &price, &seats]).await;
        row[0].get(0).expect("an id")
    }

    /// Somebody who can book.
    pub async fn make_learner(&self, name: &str) {
        self.must(name, "select tutoring.become_learner($1)::text", &[&name]).await;
    }

    /// Many people who can book: `learner-0`, `learner-1`, …, made in two statements.
    pub async fn make_learners(&self, count: usize) -> Vec<String> {
        let names: Vec<String> = (0..count).map(|n| format!("learner-{n}")).collect();
        let ids: Vec<Uuid> = names.iter().map(|name| id(name)).collect();
        let people = "insert into core.person (person_id, display_name)
                      select * from unnest($1::uuid[], $2::text[])";
        self.execute(people, &[&ids, &names]).await;
        let customers = "insert into core.customer (customer_id) select unnest($1::uuid[])";
        self.execute(customers, &[&ids]).await;
        names
    }

    /// The free slots of a session, soonest first, as anybody sees them.
    pub async fn free_slots(&self, session: Uuid) -> Vec<FreeSlot> {
        let anonymous = Caller { role: "anon", claims: "{}", user_id: None };
        let sql = "select slot_id, starts_at, ends_at from api.list_free_slots($1)";
        let rows = self.api.query(anonymous, sql, &[&session]).await.expect("anybody may look");
        rows.iter()
            .map(|row| FreeSlot {
                slot_id: row.get(0).expect("a free slot has it"),
                starts_at: row.get(1).expect("a free slot has it"),
                ends_at: row.get(2).expect("a free slot has it"),
            })
            .collect()
    }

    async fn must(&self, name: &str, sql: &str, params: Params<'_>) -> Vec<Row> {
        let rows = self.act(name, sql, params).await;
        rows.unwrap_or_else(|error| panic!("{name} may not: {error}\n{sql}"))
    }
}
