//! How long a cold start takes to load the schema cache of a database with many relations.
//!
//! `DATABASE_URL=… cargo run --release -p data_api --example cache`, as a user who may create tables:
//! it makes 1,000 of them with 10 columns and a foreign key each, if they are not there.

use std::time::{Duration, Instant};

use data_api::cache::{self, Schemas};
use postgres::{Db, Limits, tls};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = environment::required("DATABASE_URL")?;
    let (config, tls) = tls::parse(&url)?;
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(connection);
    client
        .batch_execute(
            "create schema if not exists many; \
             do $$ begin for n in 1..1000 loop execute format( \
               'create table if not exists many.t%s (id int primary key, \
                before int references many.t%s, a text, b text not null default ''x'', c numeric, \
                d timestamptz default now(), e jsonb, f uuid, g boolean, h int[])', \
               n, greatest(n - 1, 1)); end loop; end $$",
        )
        .await?;
    let schemas = Schemas { exposed: vec!["many".into()], extra: vec!["public".into()] };
    let began = Instant::now();
    let loaded = cache::publish(&client, &schemas, &["public"]).await?;
    let relations = loaded.model.relations["many"].len();
    println!("{relations} relations: built and stored in {:?}", began.elapsed());

    let limits = Limits { deadline: Duration::from_secs(60), ..Limits::default() };
    let db = Db::connect(&url, limits)?;
    for number in 1..=5 {
        let began = Instant::now();
        cache::load(&db, &schemas).await?;
        println!("load {number}, the first with connecting: {:?}", began.elapsed());
    }
    Ok(())
}
