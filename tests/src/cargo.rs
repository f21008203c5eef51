//! Cargo, called by a test.

use std::{env, process::Command};

use crate::sources::root;

/// Cargo in the root of the workspace, as somebody calls it in a shell.
///
/// `cargo test` tells a test about its package. Build scripts such as that of ring run again when
/// these variables differ, and then everything above them is compiled twice.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root());
    for (name, _) in env::vars_os() {
        let is_of_package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"]
            .iter()
            .any(|start| name.to_string_lossy().starts_with(start));
        if is_of_package {
            cargo.env_remove(name);
        }
    }
    cargo
}
