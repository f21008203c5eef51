//! The server's process: how it is started, and what it inherits.

use std::{
    fs::File,
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use anyhow::{Context, Result, anyhow};
use nix::{
    sys::signal::{SigHandler, Signal, signal},
    unistd::Pid,
};

use crate::{account::Account, installed::Binaries};

/// What becomes of the data when the server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// It is kept, and safe against power loss.
    Data,
    /// It is deleted; nothing is synced to disk meanwhile. For tests.
    Nothing,
}

/// Fast shutdown: transactions are rolled back, the data is closed in order.
pub(crate) const FAST: Signal = Signal::SIGINT;

/// Deletes the data when the server has ended, even if we did not live to see it.
const AND_DELETE: &str = r#"
trap 'kill -INT "$pid"' INT TERM
"$@" & pid=$!
wait "$pid"; wait "$pid"
rm -rf "$CONVENE_DELETE"
"#;

/// What starts the server.
pub(crate) fn command(
    binaries: &Binaries,
    account: &Account,
    data: &Path,
    socket: &Path,
    log: &Path,
    keep: Keep,
) -> Result<Command> {
    let postgres = binaries.folder.join("postgres");
    let mut command = match keep {
        Keep::Data => Command::new(&postgres),
        Keep::Nothing => {
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", AND_DELETE, "sh"]).arg(&postgres);
            shell.env("CONVENE_DELETE", data.parent().unwrap_or(data));
            shell
        }
    };
    let socket = format!("unix_socket_directories={}", socket.display());
    command.current_dir(data).arg("-D").arg(data);
    for setting in
        ["listen_addresses=", &socket, "unix_socket_permissions=0700", "jit=off", "timezone=UTC"]
    {
        command.args(["-c", setting]);
    }
    if keep == Keep::Nothing {
        for setting in
            ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"]
        {
            command.args(["-c", setting]);
        }
    }
    let log = File::options()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("{} cannot be written", log.display()))?;
    let errors = log.try_clone().context("The log cannot be shared")?;
    command.stdin(Stdio::null()).stdout(log).stderr(errors);
    // Its own group: Ctrl-C is ours to hear, and it ends after our last request.
    command.process_group(0);
    account.run(&mut command);
    end_with_parent(&mut command);
    Ok(command)
}

/// Whoever runs us in the background may ignore Ctrl-C, and a shell cannot trap what was
/// ignored before it: the child starts with the default again. Linux also tells the child
/// when its parent is gone, however the parent went.
fn end_with_parent(command: &mut Command) {
    let set = || {
        // SAFETY: no handler is installed, so none can run.
        #[allow(unsafe_code)]
        unsafe {
            signal(FAST, SigHandler::SigDfl)?;
        }
        #[cfg(target_os = "linux")]
        nix::sys::prctl::set_pdeathsig(FAST)?;
        Ok(())
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed; sigaction and
    // prctl are plain system calls, and the closure allocates nothing.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(set);
    }
}

/// Start `command` from a thread of its own, which lives as long as the child does: the
/// parent-death signal follows the thread that forked, not the process.
pub(crate) fn spawn(mut command: Command) -> Result<(Pid, Receiver<String>)> {
    let (started, pid) = channel();
    let (end, ended) = channel();
    thread::Builder::new()
        .name("postgres".into())
        .spawn(move || match command.spawn() {
            Err(error) => drop(started.send(Err(error))),
            Ok(mut child) => {
                drop(started.send(Ok(child.id())));
                let status = child.wait().map_or_else(|e| e.to_string(), |s| s.to_string());
                drop(end.send(status));
            }
        })
        .context("No thread can be started")?;
    let pid = pid
        .recv()
        .map_err(|_| anyhow!("The database server's thread ended."))?
        .context("postgres cannot be run")?;
    Ok((Pid::from_raw(pid.try_into()?), ended))
}
