//! The whole life of money, as an unmodified supabase-js sees it.

use std::sync::Arc;

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use payouts::{Payouts, Task};
use serde_json::{Value, json};
use tests::World;
use tokio::net::TcpListener;

use crate::{
    auth::window,
    office::{Office, soon},
    till::Till,
};

/// Does the work of schedules and queues when the story asks for it.
struct House {
    office: Office,
    payouts: Payouts,
}

impl House {
    /// One round: a task of payouts by its name, `clock`, or `post`, which returns all mail.
    async fn turn(&self, task: &str) -> Result<Value, String> {
        let pays = match task {
            "clock" => {
                let outcomes = clock::run(&self.office.service, soon()).await;
                return match outcomes.iter().find(|outcome| outcome.error.is_some()) {
                    None => Ok(json!(outcomes)),
                    Some(failed) => Err(format!("{failed:?}")),
                };
            }
            "post" => {
                self.office.settle().await;
                let mail = |mail: local_mailbox::Mail| {
                    json!({
                        "to": mail.recipient, "subject": mail.subject, "text": mail.text,
                        "html": mail.html, "calendar": mail.calendar,
                    })
                };
                return Ok(self.office.mails().await.into_iter().map(mail).collect());
            }
            "pay" => Task::Pay,
            "sweep" => Task::Sweep,
            "reconcile" => Task::Reconcile,
            _ => return Err(format!("there is no task {task}")),
        };
        let later = soon() + std::time::Duration::from_secs(60);
        let done = self.payouts.run(pays, later).await;
        done.map(|summary| json!(summary)).map_err(|error| error.to_string())
    }
}

async fn turn(State(house): State<Arc<House>>, task: String) -> (StatusCode, Json<Value>) {
    match house.turn(&task).await {
        Ok(done) => (StatusCode::OK, Json(done)),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!(error))),
    }
}

/// Tells a story that pays: with a Stripe, a mailbox and a clock that it turns itself.
pub async fn tell(story: &str) {
    let Till { world, stripe, payouts, .. } = Till::new().await;
    let window = window(&world).await;
    let house = Arc::new(House { office: Office::of(world).await, payouts });
    let routes = Router::new().route("/turn", post(turn)).with_state(house.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let turns = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let world: &World = &house.office.world;
    let stripe = stripe.base_url();
    let more =
        [("WINDOW_URL", window.as_str()), ("HOUSE_URL", turns.as_str()), ("STRIPE_URL", stripe)];
    world.story_with(story, &[], &more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn supabase_js_pays_cancels_disputes_and_is_paid() {
    tell("money").await;
}
