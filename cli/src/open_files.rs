//! How many connections a process may hold at once.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// More than anybody needs; some systems refuse "as many as there are".
const ENOUGH: u64 = 65_536;

/// Let this process have as many files open, sockets among them, as the system allows. The 1,024
/// that a shell usually gives are fewer than the people who may come at once. Where it cannot be
/// raised it stays as it is.
pub fn raise() {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    let wanted = hard.min(ENOUGH);
    if soft < wanted
        && let Err(error) = setrlimit(Resource::RLIMIT_NOFILE, wanted, hard)
    {
        tracing::debug!(%error, soft, "the limit of open files stays");
    }
}
