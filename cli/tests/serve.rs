//! `convene serve` as its users meet it: a process, a port, a folder.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use convene::deploy;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// A process that serves, and what it has printed.
struct Serving {
    child: Child,
    printed: String,
}

fn command(data: &Path, arguments: &[&str]) -> Command {
    // As from a shell, which lets a process open few files.
    let mut command = Command::new("sh");
    let convene = env!("CARGO_BIN_EXE_convene");
    command.args(["-c", "ulimit -Sn 512; exec \"$0\" \"$@\"", convene, "serve"]);
    command.arg("--data").arg(data).args(arguments);
    for name in ["DATABASE_URL", "JWT_SECRET", "PORT", "CONVENE_DATA"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Serving {
    /// Start it, and read until it says that it serves.
    fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut child = command(data, &["--port", "0"]).args(arguments).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
        let mut printed = String::new();
        while !printed.contains("Ctrl-C") {
            let Some(Ok(line)) = lines.next() else {
                let mut complaint = String::new();
                child.stderr.take().expect("stderr").read_to_string(&mut complaint).ok();
                panic!("it ended: {complaint}");
            };
            printed.push_str(&line);
            printed.push('\n');
        }
        Self { child, printed }
    }

    fn line(&self, name: &str) -> &str {
        let line = self.printed.lines().find(|line| line.trim_start().starts_with(name));
        line.expect(name).trim_start()[name.len()..].trim()
    }

    fn database_url(&self) -> &str {
        self.line("database").trim_start_matches("psql ").trim_matches('\'')
    }

    fn get(&self, path: &str) -> String {
        let address = self.line("Base URL").trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("it listens");
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    /// How many files it may have open.
    #[cfg(target_os = "linux")]
    fn open_files(&self) -> u64 {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id()));
        let limits = limits.expect("it runs");
        let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("a line");
        line.split_whitespace().nth(3).expect("a soft limit").parse().expect("a number")
    }

    fn end(mut self, signal: Signal) -> bool {
        let pid = Pid::from_raw(self.child.id().try_into().expect("a pid"));
        kill(pid, signal).expect("it is there");
        self.child.wait().expect("it ends").success()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn has_server(data: &Path) -> bool {
    data.join("data/postmaster.pid").exists()
}

fn folder() -> TempDir {
    // A folder of tempfile's is closed to others, and the server's user is another.
    let folder = TempDir::new().expect("a folder");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).expect("it is ours");
    folder
}

fn refusal(mut command: Command) -> String {
    let Output { status, stderr, .. } = command.output().expect("it starts");
    assert!(!status.success());
    let said = String::from_utf8(stderr).expect("text");
    let said = said.lines().filter(|line| line.starts_with("convene: ")).collect::<Vec<_>>();
    assert_eq!(said.len(), 1, "one line");
    said[0].to_owned()
}

#[tokio::test]
async fn a_restart_keeps_the_data_and_a_reset_forgets_it() {
    let folder = folder();
    let first = Serving::start(folder.path(), &[]);
    assert!(first.get("/health").starts_with("HTTP/1.1 200"));
    assert!(first.get("/ready").starts_with("HTTP/1.1 200"));
    #[cfg(target_os = "linux")]
    assert!(first.open_files() > 512, "more people may come than a shell allows");
    let client = deploy::connect(first.database_url()).await.unwrap();
    client.batch_execute("create table public.kept ()").await.unwrap();
    let key = first.line("anon key").to_owned();
    assert!(first.end(Signal::SIGTERM));

    let second = Serving::start(folder.path(), &[]);
    let kept = "select to_regclass('public.kept') is not null";
    let client = deploy::connect(second.database_url()).await.unwrap();
    assert!(client.query_one(kept, &[]).await.unwrap().get::<_, bool>(0));
    let payload = |key: &str| key.split('.').next().map(str::to_owned);
    assert_eq!(payload(second.line("anon key")), payload(&key));
    assert!(second.end(Signal::SIGINT));

    let third = Serving::start(folder.path(), &["--reset"]);
    let client = deploy::connect(third.database_url()).await.unwrap();
    assert!(!client.query_one(kept, &[]).await.unwrap().get::<_, bool>(0));
    assert!(third.end(Signal::SIGTERM));
    assert!(!has_server(folder.path()), "what was started is stopped");
}

#[test]
fn a_killed_convene_leaves_no_server_behind() {
    let folder = folder();
    let serving = Serving::start(folder.path(), &[]);
    assert!(has_server(folder.path()));
    serving.end(Signal::SIGKILL);
    let deadline = Instant::now() + PATIENCE;
    while has_server(folder.path()) {
        assert!(Instant::now() < deadline, "the server outlives convene");
        thread::sleep(Duration::from_millis(20));
    }
    // And what it left can be served again.
    assert!(Serving::start(folder.path(), &[]).get("/ready").starts_with("HTTP/1.1 200"));
}

#[test]
fn two_cannot_serve_from_one_folder() {
    let folder = folder();
    let _first = Serving::start(folder.path(), &[]);
    let said = refusal(command(folder.path(), &["--port", "0"]));
    assert!(said.contains("Another convene serves from"), "{said}");
    assert!(said.contains("--data"), "{said}");
}

#[test]
fn a_port_in_use_is_said_before_anything_is_touched() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let said = refusal(command(folder.path(), &["--port", &port, "--reset"]));
    assert!(said.contains(&format!("Port {port} is in use")), "{said}");
    assert!(said.contains("--port"), "{said}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_database_that_is_not_there_is_said_in_one_line() {
    let folder = folder();
    let mut command = command(folder.path(), &["--port", "0"]);
    command.env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere");
    let said = refusal(command);
    assert!(said.contains("The database cannot be reached; check DATABASE_URL"), "{said}");
}

#[test]
fn a_secret_that_is_too_short_is_said_in_one_line() {
    let folder = folder();
    let mut command = command(folder.path(), &["--port", "0"]);
    command.env("JWT_SECRET", "short");
    let said = refusal(command);
    assert!(said.contains("JWT_SECRET"), "{said}");
    assert!(!said.contains("`short`"), "a secret is not repeated: {said}");
}
