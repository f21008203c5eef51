//! Where mails and redirects lead on a developer's machine, on whatever port it serves.

use std::{
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::{
    PATIENCE,
    serving::{Serving, command, folder},
};

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").expect("a body").1
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let line = answer.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
    line.expect(name).split_once(':').expect("a value").1.trim()
}

/// The mail to somebody, as soon as it is there.
fn mail(serving: &Serving, recipient: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mails: Vec<Value> =
            serde_json::from_str(body(&serving.get("/_mailbox"))).expect("a list of mails");
        if let Some(mail) = mails.into_iter().find(|mail| mail["recipient"] == recipient) {
            return mail;
        }
        assert!(Instant::now() < deadline, "no mail to {recipient}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// All addresses in a text.
fn links(text: &str) -> Vec<String> {
    let starts = text.match_indices("http://").map(|(at, _)| &text[at..]);
    let end = |rest: &str| rest.find(|c: char| c.is_whitespace() || "<>\")]".contains(c));
    starts.map(|rest| rest[..end(rest).unwrap_or(rest.len())].to_owned()).collect()
}

/// Nobody has set SITE_URL: the port is one that was free a moment ago.
#[test]
fn without_a_site_links_and_redirects_lead_to_the_port_that_is_served() {
    let folder = folder();
    let mut convene = command(folder.path(), &["--port", "0", "--no-demo", "--no-pages"]);
    let serving = Serving::run(convene.env_remove("SITE_URL").env_remove("API_EXTERNAL_URL"));
    let base = serving.line("Base URL").to_owned();
    let key = format!("apikey: {}\r\n", serving.line("publishable key"));

    // Who asks for the root is told what is there.
    let contents: Value = serde_json::from_str(body(&serving.get("/"))).expect("JSON");
    assert_eq!(contents["data_api"], "/rest/v1/");

    let person = r#"{"email": "nora@people.example", "password": "a-long-way-to-the-lake-7"}"#;
    let answer = serving.post("/auth/v1/signup", &key, person);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let mail = mail(&serving, "nora@people.example");
    let mut found = links(mail["text"].as_str().expect("a text"));
    found.extend(links(mail["html"].as_str().expect("HTML")));
    assert!(!found.is_empty(), "{mail}");
    for link in &found {
        assert!(link.starts_with(&format!("{base}/")) || *link == base, "{link} is not at {base}");
    }

    // The link acts, and leads back to the same port.
    let link = found.iter().find(|link| link.contains("/auth/v1/confirm?")).expect("a link");
    let page = serving.get(&link[base.len()..].replace("&amp;", "&"));
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let question = link.split_once('?').expect("a question").1.replace("&amp;", "&");
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let done = serving.post("/auth/v1/confirm", form, &question);
    assert!(done.starts_with("HTTP/1.1 303"), "{done}");
    let place = header(&done, "location");
    assert!(place.starts_with(&format!("{base}#access_token=")), "{place} is not at {base}");
    assert!(serving.end(Signal::SIGTERM));
}
