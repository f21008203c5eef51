//! Who is in the demo, and what they offer.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// Everybody, and what happened between them.
#[derive(Debug, Deserialize)]
pub struct Cast {
    /// Those who offer.
    pub experts: Vec<Expert>,
    /// Those who book.
    pub learners: Vec<Learner>,
    /// What took place.
    pub past: Vec<Past>,
}

/// Somebody who offers sessions.
#[derive(Debug, Deserialize)]
pub struct Expert {
    /// Their id, once they have a login.
    #[serde(skip)]
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// Their login.
    pub email: String,
    /// Where their hours are.
    pub timezone: String,
    /// What they are paid in.
    pub currency: String,
    /// About them.
    pub bio: String,
    /// What they know.
    pub specialties: Vec<String>,
    /// What an hour of theirs costs, in minor units, if they can be booked by the hour.
    #[serde(default)]
    pub hourly_rate: Option<i64>,
    /// Where they are, and what they have learned, in the words of the functions that save it.
    #[serde(default)]
    pub places: Vec<Value>,
    /// See `places`.
    #[serde(default)]
    pub credentials: Vec<Value>,
    /// When they are free.
    pub hours: Vec<Hours>,
    /// What they offer.
    pub sessions: Vec<Session>,
    /// What kind of healer they are, if they are one.
    #[serde(default)]
    pub healer_type: Option<String>,
    /// What they sell in the shop, as `api.save_product` takes it.
    #[serde(default)]
    pub products: Vec<Value>,
    /// What they invite to.
    #[serde(default)]
    pub events: Vec<Event>,
}

/// An event on a day to come.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// In how many days, at five in the afternoon, UTC.
    pub in_days: i32,
    /// What it is, as `api.save_event` takes it.
    pub fields: Value,
}

/// Weekly hours.
#[derive(Debug, Deserialize)]
pub struct Hours {
    /// 0 is Sunday.
    pub days: Vec<u8>,
    /// Local time.
    pub start: String,
    /// Local time.
    pub end: String,
}

/// A session on offer.
#[derive(Debug, Deserialize)]
pub struct Session {
    /// `session`, or `service` where nobody learns anything but a dog.
    #[serde(default = "session")]
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: String,
    /// How long it takes.
    pub minutes: i32,
    /// In minor units of the expert's currency.
    pub price: i32,
}

fn session() -> String {
    "session".into()
}

/// Somebody who books.
#[derive(Debug, Deserialize)]
pub struct Learner {
    /// Their id, once they have a login.
    #[serde(skip)]
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// Their login.
    pub email: String,
    /// Where they are.
    pub timezone: String,
    /// What they want.
    pub goals: Vec<String>,
    /// Where they are, and their dogs, in the words of the functions that save them.
    #[serde(default)]
    pub places: Vec<Value>,
    /// See `places`.
    #[serde(default)]
    pub dogs: Vec<Value>,
    /// The ids of the dogs, once they are saved.
    #[serde(skip)]
    pub dog_ids: Vec<Uuid>,
}

/// A booking of the past, and what the learner said about it.
#[derive(Debug, Deserialize)]
pub struct Past {
    /// Which of the learners.
    pub learner: usize,
    /// Which of the experts.
    pub expert: usize,
    /// How long ago.
    pub weeks_ago: i32,
    /// 1 to 5.
    pub rating: i32,
    /// In words.
    pub comment: String,
    /// Which of the learner's dogs came along.
    #[serde(default)]
    pub dog: Option<usize>,
    /// Whether it was of a session that costs something.
    #[serde(default)]
    pub paid: bool,
}

impl Cast {
    /// The cast of the demo; ids come with the logins.
    pub fn read() -> Result<Self> {
        serde_json::from_str(include_str!("marketplace.json")).context("The demo's cast")
    }
}
