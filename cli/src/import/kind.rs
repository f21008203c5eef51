//! The kinds of rows that can be imported, and the columns of their files.

use clap::ValueEnum;

/// Whose files they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Files with the columns of docs/import.md
    Csv,
    /// The export of customers from Stripe's dashboard
    StripeCsv,
}

/// A kind of rows, in one file.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What `api.import_rows` calls it.
    pub name: &'static str,
    /// The name of its file.
    pub file: &'static str,
    /// The columns that have a meaning: the heading, and the member of the row.
    columns: &'static [(&'static str, &'static str)],
    /// Whether the file may have other columns, which are ignored.
    pub is_foreign: bool,
}

const fn kind(
    name: &'static str,
    file: &'static str,
    columns: &'static [(&'static str, &'static str)],
) -> Kind {
    Kind { name, file, columns, is_foreign: false }
}

/// In the order in which they refer to each other.
const CSV: [Kind; 5] = [
    kind(
        "people",
        "people.csv",
        &[
            ("id", "id"),
            ("email", "email"),
            ("email_confirmed", "email_confirmed"),
            ("password_hash", "password_hash"),
            ("display_name", "display_name"),
            ("first_name", "first_name"),
            ("last_name", "last_name"),
            ("phone", "phone"),
            ("bio", "bio"),
            ("timezone", "timezone"),
            ("locale", "locale"),
            ("is_provider", "is_provider"),
            ("provider_type", "provider_type"),
            ("specialties", "specialties"),
            ("currency", "currency"),
            ("hourly_rate", "hourly_rate"),
            ("created_at", "created_at"),
        ],
    ),
    kind(
        "offerings",
        "offerings.csv",
        &[
            ("id", "id"),
            ("provider_id", "provider_id"),
            ("kind", "kind"),
            ("title", "title"),
            ("description", "description"),
            ("duration_min", "duration_min"),
            ("capacity", "capacity"),
            ("price", "price"),
            ("currency", "currency"),
            ("is_active", "is_active"),
        ],
    ),
    kind(
        "hours",
        "hours.csv",
        &[
            ("id", "id"),
            ("provider_id", "provider_id"),
            ("weekday", "weekday"),
            ("start", "start_local"),
            ("end", "end_local"),
            ("timezone", "timezone"),
            ("valid_from", "valid_from"),
            ("valid_to", "valid_to"),
        ],
    ),
    kind(
        "bookings",
        "bookings.csv",
        &[
            ("id", "id"),
            ("offering_id", "offering_id"),
            ("customer_id", "customer_id"),
            ("starts_at", "starts_at"),
            ("ends_at", "ends_at"),
            ("seats", "seats"),
            ("status", "status"),
            ("price", "price"),
            ("currency", "currency"),
            ("notes", "notes"),
            ("cancelled_by", "cancelled_by"),
            ("created_at", "created_at"),
        ],
    ),
    kind(
        "reviews",
        "reviews.csv",
        &[
            ("id", "id"),
            ("booking_id", "booking_id"),
            ("author", "author_side"),
            ("rating", "rating"),
            ("comment", "comment"),
            ("reply", "reply"),
            ("created_at", "created_at"),
        ],
    ),
];

const STRIPE: [Kind; 1] = [Kind {
    name: "people",
    file: "customers.csv",
    columns: &[
        ("id", "id"),
        ("Email", "email"),
        ("Name", "display_name"),
        ("Phone", "phone"),
        ("Created (UTC)", "created_at"),
    ],
    is_foreign: true,
}];

impl Kind {
    /// The kinds of a format, those that others refer to first.
    pub fn all(format: Format) -> &'static [Self] {
        match format {
            Format::Csv => &CSV,
            Format::StripeCsv => &STRIPE,
        }
    }

    /// The member of a row under this heading.
    pub fn member(&self, heading: &str) -> Option<&'static str> {
        self.columns.iter().find(|(known, _)| *known == heading).map(|(_, member)| *member)
    }

    /// The kind that a member refers to, if it is a key of another kind.
    pub fn refers_to(member: &str) -> Option<&'static str> {
        match member {
            "provider_id" | "customer_id" => Some("people"),
            "offering_id" => Some("offerings"),
            "booking_id" => Some("bookings"),
            _ => None,
        }
    }
}
