//! Drain the outbox of SERVICE_DATABASE_URL into a queue that accepts everything at once, and
//! say how fast that was: `bench/money.sh` compares it with pgbench.

use std::time::Duration;

use postgres::Db;
use queue::{Entry, Rejected, Sender};
use tokio::time::Instant;

struct Accepts;

impl Sender for Accepts {
    async fn send(&self, _: &[Entry]) -> Vec<Rejected> {
        Vec::new()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let db = Db::connect(&environment::required("SERVICE_DATABASE_URL")?, Default::default())?;
    let began = Instant::now();
    let summary = relay::run(&db, &Accepts, began + Duration::from_secs(600)).await?;
    println!("{:.0}", summary.sent as f64 / began.elapsed().as_secs_f64());
    Ok(())
}
