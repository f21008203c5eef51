//! Pays for the demo's past. It does what a learner's browser, Stripe and the webhook would do.

use anyhow::{Context, Result, anyhow};
use postgres::Db;
use stripe::{Outcome, event::Event, object::PaymentIntent};
use stripe_double::StripeDouble;
use stripe_sync::{
    commands::{Answer, Commands},
    inbox::{Fate, Inbox},
};
use uuid::Uuid;

/// Where the demo's bookings are paid: at the stand-in, with a test card.
pub(super) struct Till<'a> {
    double: &'a StripeDouble,
    commands: Commands,
    inbox: Inbox,
}

impl<'a> Till<'a> {
    pub(super) fn new(service: &Db, double: &'a StripeDouble) -> Result<Self> {
        let client = double.client()?;
        let commands = Commands::new(service.clone(), client.clone());
        Ok(Self { double, commands, inbox: Inbox::new(service.clone(), client) })
    }

    /// Pay, and apply Stripe's events directly: no webhook listens yet.
    pub(super) async fn pay(&self, payment_id: Uuid) -> Result<()> {
        let answers = self.commands.of_payment(payment_id).await?;
        let secret = answers.iter().find_map(|(_, answer)| match answer {
            Answer::Sent(Outcome::Done(reply)) => {
                reply.object::<PaymentIntent>().ok()?.client_secret
            }
            _ => None,
        });
        let secret = secret.context("The stand-in made no payment intent")?;
        let paid = self.double.pay(secret.reveal(), "pm_card_visa");
        paid.map_err(|refusal| anyhow!("The card is refused: {refusal}"))?;
        for event in self.double.events() {
            let body = event.to_string();
            let event = Event::read(body.as_bytes());
            if self.inbox.store(&event, body.as_bytes(), Fate::New).await? {
                self.inbox.apply(&event.event_id).await?;
            }
        }
        Ok(())
    }
}
