//! What the database says about one delivery: whether to send it, to whom, and about what.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use uuid::Uuid;

/// The answer of `api.claim_delivery`.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Claim {
    /// Only this worker may send it, until its lease ends.
    Send {
        /// The number of this claim; the record of the result must name it.
        attempt: i32,
        /// The message to send.
        message: Box<Message>,
    },
    /// Another worker holds the lease; try again later.
    Busy,
    /// There is nothing to do: the message was sent or refused, is no longer wanted or true, or was
    /// put back into the outbox until the receiver's quiet hours end.
    Settled {
        /// Which of these cases it is, for the log.
        reason: String,
    },
}

/// One e-mail, as data.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    /// The id that the message keeps from the outbox to the Message-ID.
    pub outbox_id: Uuid,
    /// What happened: the name of the template.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, as the outbox calls it; staff see this word.
    pub topic: String,
    /// The ids of the rows it is about, for staff.
    pub details: Option<String>,
    /// When it happened.
    pub created_at: DateTime<Utc>,
    /// The receiver.
    pub recipient: Recipient,
    /// The business that sends it.
    pub marketplace: Marketplace,
    /// The booking or offered slot that it is about, in its present state.
    pub occasion: Option<Occasion>,
    /// What it is about if that has no time: something ordered, an order, a course, a case.
    pub subject: Option<Subject>,
    /// The amount that it is about.
    pub money: Option<Money>,
    /// The contents of an `auth.email`.
    pub sign_in: Option<SignIn>,
    /// The key that turns off messages of this type; absent for types that cannot be turned off.
    pub unsubscribe_key: Option<Uuid>,
}

/// The receiver, and how they want to read it.
#[derive(Clone, Debug, Deserialize)]
pub struct Recipient {
    /// Where the mail goes.
    pub address: String,
    /// The name in the greeting; may be empty.
    pub name: String,
    /// A language tag, such as `da` or `en-GB`.
    pub locale: String,
    /// An IANA zone.
    pub timezone: String,
}

/// The business that sends it.
#[derive(Clone, Debug, Deserialize)]
pub struct Marketplace {
    /// Its name.
    pub name: String,
    /// The address that people can write to.
    pub support_email: Option<String>,
}

/// The booking or offered slot that a message is about.
#[derive(Clone, Debug, Deserialize)]
pub struct Occasion {
    /// The id of the booking and the UID of its calendar entry; absent for an offer.
    pub booking_id: Option<Uuid>,
    /// The time that was booked.
    pub slot_id: Uuid,
    /// What was booked.
    pub title: String,
    /// The receiver's role in it: `customer` or `provider`.
    pub part: String,
    /// The display name of the other side.
    pub other_name: String,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// The instant at which an offer ends.
    pub offered_until: Option<DateTime<Utc>>,
    /// Another time that the provider proposes.
    pub proposed: Option<Proposed>,
    /// Where it takes place, once it is confirmed.
    pub place: Option<String>,
    /// The link to a meeting, once it is confirmed.
    pub meeting_url: Option<String>,
    /// What the customer wrote when they booked.
    pub notes: Option<String>,
    /// Seats booked.
    pub seats: i32,
    /// The codes of their tickets, if it is an event and the receiver holds them.
    pub tickets: Option<Vec<String>>,
    /// The reason given by whoever cancelled.
    pub reason: Option<String>,
    /// Version of the calendar entry.
    pub ics_sequence: u32,
    /// Whether a calendar entry was ever sent: only such an entry can be cancelled.
    pub was_confirmed: bool,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a message is about if that has no time.
#[derive(Clone, Debug, Deserialize)]
pub struct Subject {
    /// Its name; absent for a whole order.
    pub title: Option<String>,
    /// The receiver's role in it: `customer` or `provider`.
    pub part: String,
    /// The display name of the other side.
    pub other_name: Option<String>,
    /// The number of the order or the case.
    pub number: Option<String>,
    /// The items of an order.
    pub lines: Option<Vec<String>>,
}

/// Another time for a booking.
#[derive(Clone, Debug, Deserialize)]
pub struct Proposed {
    /// When it would start.
    pub starts_at: DateTime<Utc>,
    /// When it would end.
    pub ends_at: DateTime<Utc>,
    /// The provider's reason, in their own words.
    pub reason: Option<String>,
}

/// An amount, in minor units.
#[derive(Clone, Debug, Deserialize)]
pub struct Money {
    amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    exponent: u32,
}

impl Money {
    /// The amount in the unit of the currency, with all decimals.
    pub fn amount(&self) -> Decimal {
        Decimal::new(self.amount_minor, self.exponent)
    }
}

/// What a person needs to prove that an address is theirs. It never travels through the queue, and
/// the database deletes it after the mail is sent.
#[derive(Clone, Deserialize)]
pub struct SignIn {
    /// GoTrue's word for its purpose: `signup`, `recovery`, `magiclink`, …
    pub verification: String,
    /// The token in the link.
    pub token_hash: Option<String>,
    /// The code, which can be typed instead.
    pub code: Option<String>,
    /// Where the link redirects to.
    pub redirect_to: Option<String>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignIn(secret)")
    }
}

impl Message {
    /// The receiver's zone; UTC if its name is unknown here.
    pub fn zone(&self) -> chrono_tz::Tz {
        self.recipient.timezone.parse().unwrap_or(chrono_tz::UTC)
    }
}
