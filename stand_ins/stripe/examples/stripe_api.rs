//! The stand-in alone, keeping its state in a file, until its standard input ends.
//!
//!     cargo run -p stripe_double --example stripe_api FILE

use std::path::PathBuf;

use stripe_double::{Options, StripeDouble};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let file = std::env::args().nth(1).map(PathBuf::from);
    let double = StripeDouble::start(Options { file, ..Options::default() }).await?;
    println!("{}", double.base_url());
    let until_end = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    tokio::task::spawn_blocking(until_end).await?.map(drop)
}
