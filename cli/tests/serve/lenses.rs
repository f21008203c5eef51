//! `DEFAULT_LENS` as the users of one system meet it: their tables without the name of a schema.

use nix::sys::signal::Signal;

use crate::serving::{Serving, command, folder};

/// Main tables of each document, and one that is another system's.
const LENSES: [(&str, &[&str], &str); 5] = [
    (
        "tutoring",
        &["user_profiles", "expert_profiles", "sessions", "bookable_slots"],
        "dog_trainers",
    ),
    ("dogs", &["users", "dog_trainers", "dogs", "trainer_services", "bookings"], "healers"),
    ("avenrae", &["users", "healers", "services", "products", "events", "orders"], "dogs"),
    ("fitness", &["User", "Course", "Chapter", "Lesson", "Post", "Comment"], "dogs"),
    ("trainers", &["users", "user_profiles", "trainer_availability", "user_wallets"], "dogs"),
];

/// The demo has rows in all of these tables, so that an answer without rows is no answer.
#[test]
fn every_lens_can_be_the_one_that_needs_no_name() {
    let folder = folder();
    for (at, (lens, tables, foreign)) in LENSES.into_iter().enumerate() {
        let mut convene = command(folder.path(), &["--port", "0", "--no-pages"]);
        let serving = Serving::run(convene.env("DEFAULT_LENS", lens));
        let key = serving.line("service key");
        let headers = format!("apikey: {key}\r\nauthorization: Bearer {key}\r\n");
        let read = |table: &str, more: &str| {
            serving.get_with(&format!("/rest/v1/{table}?limit=1"), &format!("{headers}{more}"))
        };
        let has_row = |answer: &str| answer.starts_with("HTTP/1.1 200") && answer.contains("[{\"");
        for table in tables {
            let answer = read(table, "");
            assert!(has_row(&answer), "{lens}: {table}: {answer}");
        }
        let answer = read(foreign, "");
        assert!(answer.contains("PGRST205"), "{lens}: {foreign}: {answer}");
        // Who names a schema, as supabase-js does for `db: { schema }`, gets that one.
        let (other, others, _) = LENSES[(at + 1) % LENSES.len()];
        for table in others {
            let answer = read(table, &format!("accept-profile: {other}\r\n"));
            assert!(has_row(&answer), "{other} beside {lens}: {table}: {answer}");
        }
        assert!(serving.end(Signal::SIGTERM));
    }
}
