//! Builds one MIME message from the words and the calendar entry, with its own Message-ID.

use lettre::{
    Address, Message as Mail,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};

use crate::{
    Settings,
    calendar::{Invitation, invitation},
    message::Message,
    text::{self, Unwritable},
};

/// Why a message cannot become a mail.
#[derive(Debug, thiserror::Error)]
pub enum Uncomposable {
    /// It cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// The receiver's address is invalid.
    #[error("the address cannot be used: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// A header or a part cannot be made.
    #[error("the mail cannot be put together: {0}")]
    Mail(#[from] lettre::error::Error),
    /// A content type cannot be made.
    #[error("the calendar entry cannot be attached: {0}")]
    ContentType(#[from] lettre::message::header::ContentTypeErr),
}

/// Put the mail together.
///
/// The Message-ID is made of the outbox id. If a message is ever handed over twice, mail stores can
/// deduplicate it.
pub fn compose(message: &Message, settings: &Settings) -> Result<Mail, Uncomposable> {
    let text = text::write(message, settings)?;
    let recipient: Address = message.recipient.address.parse()?;
    let house = text::one_line(&message.marketplace.name);
    let from = Mailbox::new(Some(house), settings.mail_from.clone());
    let name = Some(text::one_line(&message.recipient.name)).filter(|name| !name.is_empty());
    let mut builder = Mail::builder()
        .from(from)
        .to(Mailbox::new(name, recipient))
        .date_now()
        .message_id(Some(message_id(message, settings)))
        .header(AutoSubmitted)
        .subject(&text.subject);
    if let Some(support) = &message.marketplace.support_email {
        builder = builder.reply_to(Mailbox::new(None, support.parse()?));
    }
    if let Some(url) = &text.one_click_url {
        builder = builder.header(ListUnsubscribe(format!("<{url}>"))).header(OneClick);
    }

    let alternatives = MultiPart::alternative()
        .singlepart(SinglePart::plain(text.plain))
        .singlepart(SinglePart::html(text.html));
    Ok(match invitation(message, settings) {
        None => builder.multipart(alternatives)?,
        Some(invitation) => builder.multipart(with_invitation(alternatives, invitation)?)?,
    })
}

/// Some calendars read the alternative, others the attachment. Both contain the same entry.
fn with_invitation(
    alternatives: MultiPart,
    invitation: Invitation,
) -> Result<MultiPart, Uncomposable> {
    let method = invitation.method.as_str();
    let inline = ContentType::parse(&format!("text/calendar; method={method}; charset=utf-8"))?;
    let attached = ContentType::parse("application/ics; name=\"invite.ics\"")?;
    let inline = SinglePart::builder().header(inline).body(invitation.text.clone());
    let attached = Attachment::new("invite.ics".to_owned()).body(invitation.text, attached);
    Ok(MultiPart::mixed().multipart(alternatives.singlepart(inline)).singlepart(attached))
}

/// The Message-ID of a message; it never changes.
pub fn message_id(message: &Message, settings: &Settings) -> String {
    format!("<{}@{}>", message.outbox_id, settings.mail_from.domain())
}

/// Prevents automatic replies.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Says that a POST to the address of List-Unsubscribe is enough (RFC 8058).
#[derive(Clone)]
struct OneClick;

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

/// Lets mail clients offer to unsubscribe.
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}
