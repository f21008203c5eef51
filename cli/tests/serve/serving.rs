//! A process that serves, and what it has printed.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

/// A process that serves.
pub(crate) struct Serving {
    child: Child,
    printed: String,
}

pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
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
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::run(command(data, &["--port", "0"]).args(arguments))
    }

    /// The same, of a command with settings of its own.
    pub(crate) fn run(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("it starts");
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

    pub(crate) fn line(&self, name: &str) -> &str {
        let line = self.printed.lines().find(|line| line.trim_start().starts_with(name));
        line.expect(name).trim_start()[name.len()..].trim()
    }

    pub(crate) fn database_url(&self) -> &str {
        self.line("database").trim_start_matches("psql ").trim_matches('\'')
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.get_with(path, "")
    }

    /// The same, with headers, each of which ends its line.
    pub(crate) fn get_with(&self, path: &str, headers: &str) -> String {
        self.ask("GET", path, headers, "")
    }

    /// A body is JSON unless the headers say what it is.
    pub(crate) fn post(&self, path: &str, headers: &str, body: &str) -> String {
        let json = match headers.contains("content-type") {
            true => "",
            false => "content-type: application/json\r\n",
        };
        let headers = format!("{headers}{json}content-length: {}\r\n", body.len());
        self.ask("POST", path, &headers, body)
    }

    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let address = self.line("Base URL").trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("it listens");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{headers}connection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    /// How many files it may have open.
    #[cfg(target_os = "linux")]
    pub(crate) fn open_files(&self) -> u64 {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id()));
        let limits = limits.expect("it runs");
        let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("a line");
        line.split_whitespace().nth(3).expect("a soft limit").parse().expect("a number")
    }

    pub(crate) fn end(mut self, signal: Signal) -> bool {
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

pub(crate) fn folder() -> TempDir {
    // A folder of tempfile's is closed to others, and the server's user is another.
    let folder = TempDir::new().expect("a folder");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).expect("it is ours");
    folder
}

pub(crate) fn refusal(mut command: Command) -> String {
    let Output { status, stderr, .. } = command.output().expect("it starts");
    assert!(!status.success());
    let said = String::from_utf8(stderr).expect("text");
    let said = said.lines().filter(|line| line.starts_with("convene: ")).collect::<Vec<_>>();
    assert_eq!(said.len(), 1, "one line");
    said[0].to_owned()
}
