//! How many connections a process can hold at once.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// More than anybody needs; some systems refuse "unlimited".
const ENOUGH: u64 = 65_536;

/// Raise this process's limit on open files, sockets included, as far as the system allows. A shell
/// usually sets 1,024, fewer than the people who may come at once. If the limit cannot be raised,
/// it stays.
pub fn raise() {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    let wanted = hard.min(ENOUGH);
    if soft < wanted
        && let Err(error) = setrlimit(Resource::RLIMIT_NOFILE, wanted, hard)
    {
        tracing::debug!(%error, soft, "the limit of open files stays");
    }
}
