//! A template and the data of a message make a subject, paragraphs and at most one button.
//!
//! The first line of a template is the subject; the rest are paragraphs; a line of the form
//! `[label](url)` is the button. The template is split before any data is filled in, so text that a
//! person wrote can become neither a link nor a line of its own.

use minijinja::{
    Environment, UndefinedBehavior,
    value::{Serde, Value},
};
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use crate::{
    Settings,
    language::Language,
    message::{Message, SignIn},
};

/// The text of a mail, in both forms.
pub struct Text {
    /// The subject line.
    pub subject: String,
    /// Plain text, for mail programs that show text.
    pub plain: String,
    /// HTML, for all others.
    pub html: String,
    /// The link that turns off messages of this type.
    pub one_click_url: Option<String>,
}

/// Why a message cannot be written. A retry would not help, so it goes to the dead-letter queue.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// There is no template for it.
    #[error("there is no template for `{0}`")]
    NoTemplate(String),
    /// A template uses a fact that the message does not have.
    #[error("the template does not fit: {0}")]
    Template(#[from] minijinja::Error),
    /// A link cannot be made.
    #[error("a link cannot be made: {0}")]
    Link(#[from] url::ParseError),
}

/// Every fact that a template may use. An absent fact is undefined, and printing it is an error.
#[derive(Serialize)]
struct Facts<'a> {
    name: String,
    marketplace: &'a str,
    site: &'a str,
    topic: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<String>,
    has_entry: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    support: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seats: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tickets: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    booking_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slot_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

#[derive(Serialize)]
struct Link {
    label: String,
    url: String,
}

#[derive(Serialize)]
struct Layout<'a> {
    language: &'a str,
    subject: &'a str,
    paragraphs: &'a [String],
    button: Option<Link>,
    unsubscribe: Option<Link>,
    marketplace: &'a str,
    support_email: Option<&'a str>,
}

/// Write `message` in its receiver's language and zone.
pub fn write(message: &Message, settings: &Settings) -> Result<Text, Unwritable> {
    let language = Language::of(&message.recipient.locale);
    let template = language
        .template(&message.kind)
        .ok_or_else(|| Unwritable::NoTemplate(message.kind.clone()))?;
    let facts = facts(message, settings, language)?;

    let mut jinja = Environment::new();
    jinja.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let fill = |source: &str| jinja.render_str(source, Value::from(Serde(&facts)));

    let (subject, body) = template.split_once('\n').unwrap_or((template, ""));
    let subject = fill(subject)?;
    let mut paragraphs = vec![fill(language.greeting)?];
    let mut button = None;
    for line in body.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(')')?.split_once("](")) {
            Some((label, url)) => button = Some(Link { label: fill(label)?, url: fill(url)? }),
            None => paragraphs.push(fill(line)?),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());

    let unsubscribe =
        message.unsubscribe_key.map(|key| unsubscribe_url(settings, key)).transpose()?;
    let layout = Layout {
        language: language.code,
        subject: &subject,
        paragraphs: &paragraphs,
        button,
        unsubscribe: unsubscribe.map(|url| Link { label: language.unsubscribe.into(), url }),
        marketplace: &message.marketplace.name,
        support_email: message.marketplace.support_email.as_deref(),
    };
    let layout = Value::from(Serde(&layout));
    Ok(Text {
        plain: jinja.render_named_str(
            "layout.txt",
            include_str!("../templates/layout.txt"),
            layout.clone(),
        )?,
        html: jinja.render_named_str(
            "layout.html",
            include_str!("../templates/layout.html"),
            layout,
        )?,
        one_click_url: message
            .unsubscribe_key
            .map(|key| one_click_url(settings, key))
            .transpose()?,
        subject,
    })
}

fn facts<'a>(
    message: &'a Message,
    settings: &'a Settings,
    language: &Language,
) -> Result<Facts<'a>, Unwritable> {
    let zone = message.zone();
    let occasion = message.occasion.as_ref();
    let subject = message.subject.as_ref();
    let proposed = occasion.and_then(|o| o.proposed.as_ref());
    let is_proposal = message.kind == "booking_move_proposed";
    let sign_in = message.sign_in.as_ref();
    Ok(Facts {
        name: one_line(&message.recipient.name),
        marketplace: &message.marketplace.name,
        site: settings.site_url.as_str().trim_end_matches('/'),
        topic: &message.topic,
        details: message.details.as_deref(),
        title: match occasion {
            Some(occasion) => Some(one_line(&occasion.title)),
            None => subject.and_then(|s| s.title.as_deref()).map(one_line),
        },
        other: match occasion {
            Some(occasion) => Some(other(&occasion.other_name, &occasion.part, language)),
            None => subject.and_then(|s| Some(other(s.other_name.as_deref()?, &s.part, language))),
        },
        part: occasion.map(|o| o.part.as_str()).or(subject.map(|s| s.part.as_str())),
        number: subject.and_then(|s| s.number.as_deref()),
        lines: subject
            .and_then(|s| Some(s.lines.as_ref()?.iter().map(|line| one_line(line)).collect())),
        when: occasion.map(|o| language.when(o.starts_at, o.ends_at, zone)),
        until: occasion.and_then(|o| o.offered_until).map(|at| language.instant(at, zone)),
        proposed: proposed.map(|p| language.when(p.starts_at, p.ends_at, zone)),
        has_entry: occasion.is_some_and(|o| o.was_confirmed),
        place: occasion.and_then(|o| o.place.as_deref()).map(one_line),
        meeting_url: occasion.and_then(|o| o.meeting_url.as_deref()),
        notes: occasion.and_then(|o| o.notes.as_deref()).map(one_line),
        support: message.marketplace.support_email.as_deref(),
        seats: occasion.map(|o| o.seats),
        tickets: occasion.and_then(|o| o.tickets.as_deref()),
        reason: match proposed.filter(|_| is_proposal) {
            Some(proposed) => proposed.reason.as_deref().map(one_line),
            None => occasion.and_then(|o| o.reason.as_deref()).map(one_line),
        },
        booking_id: occasion.and_then(|o| o.booking_id),
        slot_id: occasion.map(|o| o.slot_id),
        amount: message.money.as_ref().map(|money| language.amount(money)),
        code: sign_in.and_then(|s| s.code.as_deref()),
        link: sign_in.map(|s| verify_url(settings, s)).transpose()?.flatten(),
    })
}

/// The link that proves an address. It leads to the page with the button, because mail scanners
/// open links before people do.
fn verify_url(settings: &Settings, sign_in: &SignIn) -> Result<Option<String>, url::ParseError> {
    let Some(token_hash) = &sign_in.token_hash else { return Ok(None) };
    let base = settings.api_url.as_str().trim_end_matches('/');
    let mut url = Url::parse(&format!("{base}/auth/v1/confirm"))?;
    url.query_pairs_mut()
        .append_pair("token", token_hash)
        .append_pair("type", &sign_in.verification);
    if let Some(redirect_to) = &sign_in.redirect_to {
        url.query_pairs_mut().append_pair("redirect_to", redirect_to);
    }
    Ok(Some(url.into()))
}

/// The name of the other side; their role if they have no name.
fn other(name: &str, part: &str, language: &Language) -> String {
    let name = one_line(name);
    match (name.is_empty(), part) {
        (false, _) => name,
        (true, "provider") => language.a_customer.to_owned(),
        (true, _) => language.a_provider.to_owned(),
    }
}

fn one_click_url(settings: &Settings, key: Uuid) -> Result<String, url::ParseError> {
    let base = settings.api_url.as_str().trim_end_matches('/');
    let key = key.to_string();
    Ok(Url::parse_with_params(&format!("{base}/functions/v1/unsubscribe"), [("key", key)])?.into())
}

fn unsubscribe_url(settings: &Settings, key: Uuid) -> Result<String, url::ParseError> {
    let base = settings.site_url.as_str().trim_end_matches('/');
    let key = key.to_string();
    Ok(Url::parse_with_params(&format!("{base}/unsubscribe"), [("key", key)])?.into())
}

/// Text that people wrote stays on its line; lettre panics if a name has several lines.
pub fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}
