//! Pay out all that is due in the database of SERVICE_DATABASE_URL, by CONNECTIONS connections and
//! through a Stripe that answers every transfer at once; say how many that were, and in how many
//! seconds: `bench/money.sh` compares it with pgbench.

use std::time::Duration;

use axum::{Form, Json, Router, routing::post};
use environment::Environment;
use payouts::{Payouts, Task};
use postgres::{Db, Limits};
use serde_json::{Map, Value, json};
use stripe::StripeClient;
use tokio::{net::TcpListener, time::Instant};

/// The transfer that was asked for, as Stripe shows it.
async fn transfer(Form(asked): Form<Vec<(String, String)>>) -> Json<Value> {
    let mut metadata = Map::new();
    let mut amount = 0;
    for (name, value) in asked {
        if let Some(name) = name.strip_prefix("metadata[").and_then(|name| name.strip_suffix(']')) {
            metadata.insert(name.to_owned(), value.into());
        } else if name == "amount" {
            amount = value.parse().unwrap_or_default();
        }
    }
    let id = format!("tr_{}", metadata["op_id"].as_str().unwrap_or_default());
    Json(json!({"object": "transfer", "id": id, "amount": amount, "metadata": metadata}))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let stripe = Router::new().route("/v1/transfers", post(transfer));
    tokio::spawn(async move { axum::serve(listener, stripe).await });
    let connections = environment::required("CONNECTIONS")?.parse()?;
    let limits = Limits { connections, ..Limits::default() };
    let db = Db::connect(&environment::required("SERVICE_DATABASE_URL")?, limits)?;
    let client = StripeClient::new("sk_test_bench_0001", Some(&base), Environment::Development)?;

    let began = Instant::now();
    let payouts = Payouts::new(db, client);
    let summary = payouts.run(Task::Pay, began + Duration::from_secs(600)).await?;
    let done = summary.commands.done;
    println!("{done} {:.1}", began.elapsed().as_secs_f64());
    Ok(())
}
