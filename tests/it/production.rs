//! The binary that handles money: built as the Dockerfile builds it, searched for stand-ins, and
//! started.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};

use serde_json::json;
use tests::World;
use tokio::{process::Command, sync::OnceCell};
use uuid::Uuid;

use crate::template::reading::root;

/// A text that identifies a stand-in, and the file that contains it.
const MARKS: [(&str, &str); 7] = [
    ("Connect onboarding test page", "stand_ins/stripe/src/api/page.rs"),
    ("made_with_stolen_card", "stand_ins/stripe/src/object/dispute.rs"),
    ("whsec_double_platform", "cli/src/local/stripe.rs"),
    ("local_queue.message", "stand_ins/queue/src/lib.rs"),
    ("local_mailbox.mail", "stand_ins/mailbox/src/lib.rs"),
    ("max_connections=300", "stand_ins/postgres/src/child.rs"),
    ("convene-demo", "cli/src/local/demo/account.rs"),
];

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The production build for this machine. It shares compiled crates with the tests, and does not
/// replace their binary.
async fn binary() -> PathBuf {
    static BUILT: OnceCell<PathBuf> = OnceCell::const_new();
    let build = || async {
        let folder = root().join("target/production");
        let built = Command::from(tests::cargo())
            .env("CARGO_BUILD_BUILD_DIR", root().join("target"))
            .args(["build", "--package", "convene", "--bin", "convene", "--no-default-features"])
            .arg("--target-dir")
            .arg(&folder)
            .output()
            .await
            .expect("cargo runs");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        folder.join("debug/convene")
    };
    BUILT.get_or_init(build).await.clone()
}

/// A command with exactly these settings.
async fn convene(arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary().await);
    command.args(arguments).env_clear().envs(settings.iter().copied()).kill_on_drop(true);
    command.stdin(Stdio::null());
    command
}

async fn refusal(arguments: &[&str]) -> String {
    let Output { status, stderr, .. } =
        convene(arguments, &[]).await.output().await.expect("it starts");
    assert!(!status.success());
    String::from_utf8(stderr).expect("text")
}

#[tokio::test]
async fn the_production_binary_contains_no_stand_in() {
    let contents = std::fs::read(binary().await).expect("it was built");
    let contains = |mark: &str| contents.windows(mark.len()).any(|bytes| bytes == mark.as_bytes());
    assert!(contains("NOTIFICATION_QUEUE_URL"), "the search finds what is there");
    for (mark, file) in MARKS {
        let source = std::fs::read_to_string(root().join(file)).expect(file);
        assert!(source.contains(mark), "{file} does not say {mark:?} any more");
        assert!(!contains(mark), "{mark:?} of {file} is in the production binary");
    }
}

#[tokio::test]
async fn what_needs_a_stand_in_says_that_it_is_not_there() {
    for arguments in [["serve"].as_slice(), &["serve", "--reset"], &["token", "--role", "anon"]] {
        let said = refusal(arguments).await;
        assert!(said.contains("without the feature `local`"), "{arguments:?}: {said}");
    }
}

#[tokio::test]
async fn the_production_binary_serves_with_real_services() {
    let world = World::new().await;
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("one").port();
    let settings = [
        ("CONVENE_ENV", "production"),
        ("PORT", &port.to_string()),
        ("API_DATABASE_URL", &world.logins.api),
        ("SERVICE_DATABASE_URL", &world.logins.service),
        ("JWT_SECRET", &world.keys.jwt_secret),
        ("PUBLISHABLE_KEY", &world.keys.publishable_key),
        ("SECRET_KEY", &world.keys.secret_key),
        ("AUTH_SECRET", "0123456789abcdef0123456789abcdef"),
        ("SITE_URL", "https://convene.example"),
        ("API_EXTERNAL_URL", "https://api.convene.example"),
        ("STRIPE_SECRET_KEY", "rk_live_0123456789"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_live_0123456789"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_0123456789"),
        ("NOTIFICATION_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/1/n"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "nobody"),
        ("AWS_SECRET_ACCESS_KEY", "nothing"),
        ("SMTP_URL", "smtps://mail.example"),
        ("MAIL_FROM", "hello@convene.example"),
    ];
    let mut command = convene(&["serve"], &settings).await;
    let mut serving = command.stderr(Stdio::null()).spawn().expect("it starts");
    let ready = async {
        let url = format!("http://127.0.0.1:{port}/ready");
        loop {
            if let Some(status) = serving.try_wait().expect("it is ours") {
                panic!("it ended: {status}");
            }
            match reqwest::get(&url).await {
                Ok(answer) if answer.status() == 200 => break,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, ready).await.expect("it is ready");
}

/// The operator creates the first administrator, who then creates others.
#[tokio::test]
async fn the_operator_makes_the_first_administrator() {
    let world = World::new().await;
    world.introduce(&["ada", "sam"]).await;
    let (ada, sam) = (world.id("ada").to_string(), world.id("sam"));
    let grant = json!({ "p_person_id": sam, "p_role": "staff" });
    let refused = world.rpc("ada", "grant_role", grant.clone()).await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("M3301")));

    let settings = [("SERVICE_DATABASE_URL", world.logins.service.as_str())];
    for expected in ["is now admin", "already is admin"] {
        let output = convene(&["grant-role", &ada], &settings).await.output().await;
        let Output { status, stdout, stderr } = output.expect("it starts");
        let said = String::from_utf8_lossy(&stdout).into_owned();
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(world.rpc("ada", "grant_role", grant).await.ok(), json!(true));

    let nobody = Uuid::nil().to_string();
    let refused = convene(&["grant-role", &nobody], &settings).await.output().await;
    let refused = refused.expect("it starts");
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("person_not_found"), "{said}");
}
