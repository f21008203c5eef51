//! Runs a function under the AWS Runtime Interface Emulator.

use std::{
    env,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

/// A running function. It ends when this value is dropped.
pub struct Function {
    process: Child,
    address: String,
}

/// The emulator: `LAMBDA_RIE`, or the one in the installed aws-sam-cli.
pub fn tool() -> Option<PathBuf> {
    if let Some(path) = env::var_os("LAMBDA_RIE") {
        return Some(path.into());
    }
    let where_is = "import samcli, os; print(os.path.dirname(samcli.__file__))";
    let output = Command::new("python3").args(["-c", where_is]).output().ok()?;
    let package = String::from_utf8(output.stdout).ok()?;
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let name = format!("local/rapid/aws-lambda-rie-{machine}");
    Some(Path::new(package.trim()).join(name)).filter(|path| path.is_file())
}

impl Function {
    /// Start `binary`. Its environment has only `variables`, and what Lambda sets.
    pub fn start(tool: &Path, binary: &Path, variables: &[(String, String)]) -> Self {
        use std::os::unix::process::CommandExt as _;
        let (runtime, address) = (free_address(), free_address());
        let process = Command::new(tool)
            .args(["--log-level", "error", "--runtime-api-address", &runtime])
            .args(["--runtime-interface-emulator-address", &address])
            .arg(binary)
            .env_clear()
            .envs(variables.iter().cloned())
            // The emulator's name for the timeout of a function. Schedules use all of it.
            .env("AWS_LAMBDA_FUNCTION_TIMEOUT", "15")
            .env("AWS_LAMBDA_FUNCTION_NAME", binary.file_name().unwrap_or_default())
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .stdin(Stdio::null())
            // The function's log, which a failing test prints.
            .stdout(Stdio::inherit())
            .stderr(Stdio::inherit())
            // The emulator starts the function, so both end together.
            .process_group(0)
            .spawn()
            .expect("the emulator starts");
        Self { process, address }
    }

    /// Send one event, and return the function's answer.
    pub async fn invoke(&self, event: &Value) -> Value {
        let url = format!("http://{}/2015-03-31/functions/function/invocations", self.address);
        let client = reqwest::Client::new();
        let started = tokio::time::Instant::now();
        loop {
            match client.post(&url).json(event).send().await {
                Ok(answer) => return answer.json().await.expect("the answer is JSON"),
                // It does not listen yet.
                Err(error) if error.is_connect() && started.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) => panic!("the function does not answer: {error}"),
            }
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(30);

impl Drop for Function {
    fn drop(&mut self) {
        let group = format!("-{}", self.process.id());
        Command::new("kill").args(["-KILL", "--", &group]).status().ok();
        self.process.wait().ok();
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}
