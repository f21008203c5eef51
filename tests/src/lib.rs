//! The support of the tests.
