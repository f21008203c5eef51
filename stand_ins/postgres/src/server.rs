//! A private server: initialised once, started as a child, ended with us.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::{Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{sys::signal::kill, unistd::Pid};

use crate::{
    account::Account,
    child::{FAST, Keep, command, spawn},
    installed::Binaries,
};

/// A running server.
#[derive(Debug)]
pub struct Server {
    socket: PathBuf,
    pid: Pid,
    /// Says something once the process has ended.
    ended: Receiver<String>,
}

/// Crash recovery after a power loss replays up to a gigabyte of log.
const START: Duration = Duration::from_secs(120);
const STOP: Duration = Duration::from_secs(30);

/// Longest path of a socket, less the name PostgreSQL gives it.
const SOCKET_PATH_MAX: usize = 85;

impl Server {
    /// Start the server whose data lies in `home`, or initialise it first.
    pub fn start(binaries: &Binaries, account: &Account, home: &Path, keep: Keep) -> Result<Self> {
        let data = home.join("data");
        if !data.join("PG_VERSION").exists() {
            initialise(binaries, account, &data)?;
        }
        check_major(binaries, &data)?;
        end_orphan(&data)?;
        let socket = socket_folder(account, home)?;
        let log = home.join("postgres.log");
        let command = command(binaries, account, &data, &socket, &log, keep)?;
        let (pid, ended) = spawn(command)?;
        let server = Self { socket, pid, ended };
        server.wait_until_ready(&data, &log)?;
        Ok(server)
    }

    /// Delete the data in `home`.
    pub fn forget(home: &Path) -> Result<()> {
        let data = home.join("data");
        end_orphan(&data)?;
        match fs::remove_dir_all(&data) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} cannot be deleted", data.display()))
            }
            _ => Ok(()),
        }
    }

    /// A connection string for `role` and `database`.
    pub fn url(&self, role: &str, database: &str) -> String {
        // A psql of today refuses a space in an address.
        let socket = self.socket.to_string_lossy().replace('%', "%25").replace('/', "%2F");
        let socket = socket.replace(' ', "%20");
        format!("postgres://{role}@{socket}/{database}?sslmode=disable")
    }

    /// End it in order, and wait for the end.
    pub fn stop(self) -> Result<()> {
        kill(self.pid, FAST).context("The database server cannot be signalled")?;
        match self.ended.recv_timeout(STOP) {
            Ok(_) | Err(RecvTimeoutError::Disconnected) => Ok(()),
            Err(RecvTimeoutError::Timeout) => bail!("The database server did not stop in time."),
        }
    }

    /// The server says so itself, on the eighth line of its pid file.
    fn wait_until_ready(&self, data: &Path, log: &Path) -> Result<()> {
        let deadline = Instant::now() + START;
        while Instant::now() < deadline {
            match self.ended.recv_timeout(Duration::from_millis(10)) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(status) => bail!("PostgreSQL ended with {status}: {}", last_words(log)),
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("PostgreSQL ended: {}", last_words(log))
                }
            }
            let state = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            if state.lines().nth(7).is_some_and(|word| word.trim() == "ready") {
                return Ok(());
            }
        }
        bail!("PostgreSQL does not become ready: see {}", log.display())
    }
}

fn initialise(binaries: &Binaries, account: &Account, data: &Path) -> Result<()> {
    account.own(data)?;
    let locale = if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" };
    let mut command = Command::new(binaries.folder.join("initdb"));
    command
        .current_dir(data)
        .arg("--pgdata")
        .arg(data)
        .args(["--username", "postgres", "--auth", "trust", "--encoding", "UTF8"])
        .args(["--locale", locale, "--no-instructions"]);
    account.run(&mut command);
    let output = command.output().context("initdb cannot be run")?;
    if output.status.success() {
        return Ok(());
    }
    let problem = String::from_utf8_lossy(&output.stderr);
    let problem = problem.trim().lines().last().unwrap_or("it does not say why");
    bail!("initdb cannot make a database in {}: {problem}", data.display())
}

/// Data of one major release cannot be read by another.
fn check_major(binaries: &Binaries, data: &Path) -> Result<()> {
    let found = fs::read_to_string(data.join("PG_VERSION")).unwrap_or_default();
    if found.trim() == binaries.version.major.to_string() {
        return Ok(());
    }
    bail!(
        "The data in {} was written by PostgreSQL {}, and the newest here is {}: install \
         PostgreSQL {} again, or start afresh with --reset.",
        data.display(),
        found.trim(),
        binaries.version,
        found.trim()
    )
}

/// A server whose convene was killed where no parent-death signal exists may still run. Its
/// folder is locked by us now, so it has no other owner.
fn end_orphan(data: &Path) -> Result<()> {
    let pid_file = data.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&pid_file) else { return Ok(()) };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse().ok()) else {
        return Ok(());
    };
    let deadline = Instant::now() + STOP;
    // The number may be another process's by now: only a server removes the file.
    let is_postgres = |pid: Pid| {
        let output = Command::new("ps").args(["-o", "comm=", "-p", &pid.to_string()]).output();
        output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("postgres"))
    };
    let pid = Pid::from_raw(pid);
    while is_postgres(pid) && pid_file.exists() {
        if Instant::now() > deadline {
            bail!("An earlier database server (process {pid}) still runs: end it, then try again.");
        }
        // It may have ended since; then the file goes, or the next look sees no postgres.
        kill(pid, FAST).ok();
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// In `home`, unless its path is too long for a socket.
fn socket_folder(account: &Account, home: &Path) -> Result<PathBuf> {
    let mut socket = home.join("socket");
    if socket.as_os_str().len() > SOCKET_PATH_MAX {
        let made = home.join("socket-folder");
        socket = match fs::read_to_string(&made) {
            Ok(path) if Path::new(&path).is_dir() => path.into(),
            _ => {
                let path = std::env::temp_dir().join(format!("convene-{}", uuid::Uuid::new_v4()));
                fs::write(&made, path.to_string_lossy().as_bytes())
                    .with_context(|| format!("{} cannot be written", made.display()))?;
                path
            }
        };
    }
    account.own(&socket)?;
    Ok(socket)
}

/// The last complaint in the server's log.
fn last_words(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let complaint =
        text.lines().rev().find(|line| line.contains("FATAL") || line.contains("PANIC"));
    match complaint.or(text.lines().last()) {
        Some(line) => format!("{line} ({})", log.display()),
        None => format!("see {}", log.display()),
    }
}
