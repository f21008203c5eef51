//! What the database says about one delivery: whether to send, to whom, about what.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use uuid::Uuid;

/// The answer of `api.claim_delivery`.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Claim {
    /// This worker alone may send it, until its lease ends.
    Send {
        /// The number of this claim, which its record must name.
        attempt: i32,
        /// What to say.
        message: Box<Message>,
    },
    /// Another worker holds the lease: come again later.
    Busy,
    /// There is nothing to do: it was sent or refused, is not wanted or no longer true, or was put
    /// back into the outbox until the receiver's quiet hours end.
    Settled {
        /// Which of these, for the log.
        reason: String,
    },
}

/// One e-mail, as facts.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    /// The id of the message from the outbox to the Message-ID.
    pub outbox_id: Uuid,
    /// What happened: the name of the template.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in the outbox's word; staff are told it as it is.
    pub topic: String,
    /// The ids that it is about, for staff.
    pub details: Option<String>,
    /// When it happened.
    pub created_at: DateTime<Utc>,
    /// Who is told.
    pub recipient: Recipient,
    /// The business that sends it.
    pub marketplace: Marketplace,
    /// The booking it is about, or the slot on offer, as it stands now.
    pub occasion: Option<Occasion>,
    /// What it is about that has no time: something ordered, an order, a course, a case.
    pub subject: Option<Subject>,
    /// The sum that it is about.
    pub money: Option<Money>,
    /// What an `auth.email` carries.
    pub sign_in: Option<SignIn>,
    /// Turns off messages of this type; absent from those nobody can turn off.
    pub unsubscribe_key: Option<Uuid>,
}

/// Who is told, and how they want to read it.
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

/// The business.
#[derive(Clone, Debug, Deserialize)]
pub struct Marketplace {
    /// Its name.
    pub name: String,
    /// The address that people can write to.
    pub support_email: Option<String>,
}

/// What takes place: a booking, or a slot on offer.
#[derive(Clone, Debug, Deserialize)]
pub struct Occasion {
    /// The booking, and the UID of its calendar entry; absent for a mere offer.
    pub booking_id: Option<Uuid>,
    /// The time that was booked.
    pub slot_id: Uuid,
    /// What was booked.
    pub title: String,
    /// The receiver's part in it: `customer` or `provider`.
    pub part: String,
    /// The display name of the other side.
    pub other_name: String,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Until when an offer stands.
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
    /// The reason given by whoever cancelled.
    pub reason: Option<String>,
    /// Version of the calendar entry.
    pub ics_sequence: u32,
    /// Whether a calendar entry was ever sent out: only then can one be withdrawn.
    pub was_confirmed: bool,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a message is about that has no time.
#[derive(Clone, Debug, Deserialize)]
pub struct Subject {
    /// What it is called; absent for a whole order.
    pub title: Option<String>,
    /// The receiver's part in it: `customer` or `provider`.
    pub part: String,
    /// The display name of the other side.
    pub other_name: Option<String>,
    /// The number of the order or the case.
    pub number: Option<String>,
    /// What an order holds.
    pub lines: Option<Vec<String>>,
}

/// Another time for a booking.
#[derive(Clone, Debug, Deserialize)]
pub struct Proposed {
    /// When it would start.
    pub starts_at: DateTime<Utc>,
    /// When it would end.
    pub ends_at: DateTime<Utc>,
    /// Why, in the words of the provider.
    pub reason: Option<String>,
}

/// A sum, in minor units.
#[derive(Clone, Debug, Deserialize)]
pub struct Money {
    amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    exponent: u32,
}

impl Money {
    /// The sum in the currency's unit, with all its decimals.
    pub fn amount(&self) -> Decimal {
        Decimal::new(self.amount_minor, self.exponent)
    }
}

/// What a person needs to prove an address is theirs. It never travels through the queue,
/// and the database forgets it once the mail is out.
#[derive(Clone, Deserialize)]
pub struct SignIn {
    /// GoTrue's word for what it proves: `signup`, `recovery`, `magiclink`, …
    pub verification: String,
    /// What the link carries.
    pub token_hash: Option<String>,
    /// The code that can be typed instead.
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
