//! The people of a test. They have names, and their ids follow from them.

use uuid::Uuid;

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who<'a> {
    /// Nobody is signed in.
    Anonymous,
    /// Somebody by name.
    Person(&'a str),
    /// The house, with the service key.
    Service,
}

impl<'a> From<&'a str> for Who<'a> {
    fn from(name: &'a str) -> Self {
        Self::Person(name)
    }
}

/// The id of whoever, or whatever, has this name: the same in SQL, as `tests.id(name)`.
pub fn id(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}
