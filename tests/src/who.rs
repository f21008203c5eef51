//! The people of a test. Each has a name, and the id is derived from the name.

use uuid::Uuid;

/// The sender of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who<'a> {
    /// An anonymous caller.
    Anonymous,
    /// A person by name.
    Person(&'a str),
    /// `service_role`, with the secret key.
    Service,
}

impl<'a> From<&'a str> for Who<'a> {
    fn from(name: &'a str) -> Self {
        Self::Person(name)
    }
}

/// The id of the person or thing with this name; `tests.id(name)` is the same in SQL.
pub fn id(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}
