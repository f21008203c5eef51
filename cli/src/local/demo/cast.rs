//! The people of the demo, and their offers.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// All people, and what happened between them.
#[derive(Debug, Deserialize)]
pub struct Cast {
    /// People who offer sessions.
    pub experts: Vec<Expert>,
    /// People who book.
    pub learners: Vec<Learner>,
    /// People who run the marketplace.
    #[serde(default)]
    pub staff: Vec<Staff>,
    /// Bookings of the past.
    pub past: Vec<Past>,
}

/// Somebody of the house.
#[derive(Debug, Deserialize)]
pub struct Staff {
    /// Their name.
    pub name: String,
    /// Their login.
    pub email: String,
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
    /// Their time zone.
    pub timezone: String,
    /// Their currency.
    pub currency: String,
    /// About them.
    pub bio: String,
    /// Their subjects.
    pub specialties: Vec<String>,
    /// What an hour of theirs costs, in minor units, if they can be booked by the hour.
    #[serde(default)]
    pub hourly_rate: Option<i64>,
    /// Whether they train dogs.
    #[serde(default)]
    pub trains_dogs: bool,
    /// Their place and credentials, in the words of the functions that save them.
    #[serde(default)]
    pub places: Vec<Value>,
    /// See `places`.
    #[serde(default)]
    pub credentials: Vec<Value>,
    /// Their weekly hours.
    pub hours: Vec<Hours>,
    /// What they offer.
    pub sessions: Vec<Session>,
    /// What kind of healer they are, if they are one.
    #[serde(default)]
    pub healer_type: Option<String>,
    /// Their goods, as `api.save_product` takes them.
    #[serde(default)]
    pub products: Vec<Value>,
    /// Their events.
    #[serde(default)]
    pub events: Vec<Event>,
}

/// An event on a later day.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// In how many days, at five in the afternoon, UTC.
    pub in_days: i32,
    /// The event, as `api.save_event` takes it.
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
    /// `session`, or `service` if nobody learns anything except a dog.
    #[serde(default = "session")]
    pub kind: String,
    /// Its name.
    pub title: String,
    /// Its description.
    pub description: String,
    /// Its length.
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
    /// Their goals.
    pub goals: Vec<String>,
    /// Their place and dogs, in the words of the functions that save them.
    #[serde(default)]
    pub places: Vec<Value>,
    /// See `places`.
    #[serde(default)]
    pub dogs: Vec<Value>,
    /// Where a picture of each dog is.
    #[serde(default)]
    pub pictures: Vec<String>,
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
    /// How many days ago.
    pub weeks_ago: i32,
    /// 1 to 5.
    pub rating: i32,
    /// The text of the review.
    pub comment: String,
    /// Which of the learner's dogs took part.
    #[serde(default)]
    pub dog: Option<usize>,
    /// Whether the session costs something.
    #[serde(default)]
    pub paid: bool,
}

impl Cast {
    /// The cast of the demo; ids come with the logins.
    pub fn read() -> Result<Self> {
        serde_json::from_str(include_str!("marketplace.json")).context("The demo's cast")
    }
}
